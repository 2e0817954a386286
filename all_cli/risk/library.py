"""All risk schemes, from the compiled cache, and the choice of the one that answers first."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from all_cli.knowledge import files
from all_cli.knowledge.cache import cached, closed_part, compiled, open_part
from all_cli.knowledge.problems import KnowledgeError, Place, Problem
from all_cli.knowledge.sources import Bibliography, Source, citations, pack_sources, sources_in
from all_cli.knowledge.vocabulary import Vocabulary, pack_vocabulary, unpack_vocabulary, vocabulary_in
from all_cli.logic.explain import truth
from all_cli.logic.expression import unpack
from all_cli.logic.values import PRESENT, Possible
from all_cli.patient.age import never_in_remission, relapsed_again
from all_cli.patient.assumption import ROUTINE, Assumption, assumed, not_assumed
from all_cli.patient.patient import Patient
from all_cli.patient.reading import read_value
from all_cli.risk.cautions import Caution, cautions_on, heads_left
from all_cli.risk.scheme import NOT_APPLICABLE, Scheme, Statement
from all_cli.risk.verdict import ASSIGNED, Verdict, brief, figures, judge, judge_outside


class RiskLibrary:
    """The vocabulary, the bibliography and every scheme, ready to use."""

    def __init__(self, packed: Mapping[str, Any]) -> None:
        self._packed = packed
        self.schemes: dict[str, Scheme] = {raw["id"]: Scheme(raw) for raw in packed["schemes"]}

    @property
    def packed(self) -> Mapping[str, Any]:
        """The plain form from which the same library can be built elsewhere, without the knowledge files."""
        return self._packed

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The facts."""
        return unpack_vocabulary(self._packed["vocabulary"])

    @cached_property
    def sources(self) -> Bibliography:
        """The bibliography by id."""
        return Bibliography(self._packed["sources"])

    @property
    def not_encoded(self) -> list[Mapping[str, Any]]:
        """Schemes that are known and not executable here, each with the reason and the reference."""
        return list(self._packed["not_encoded"])

    @property
    def preference(self) -> list[str]:
        """Who is asked to answer first, in order: scheme, condition, facts that have to be known."""
        return [
            f"{entry['scheme']} if "
            + (", ".join(str(unpack(entry[key])) for key in ("sure", "when") if key in entry) or "it applies")
            + "".join(f", {fact} known" for fact in entry["known"])
            for entry in self._packed["primary"]
        ]

    def cautions(self, patient: Patient) -> list[Caution]:
        """What is to head every screen on this patient, whatever the scheme."""
        return cautions_on(patient, self._packed["cautions"])

    def fitting(self, patient: Patient) -> frozenset[str] | None:
        """The schemes that alone may head and have figures for this patient, as cautions say; None if none says so."""
        return heads_left(self.cautions(patient))

    def figures(self, verdict: Verdict, patient: Patient) -> tuple[Statement, ...]:
        """The outcome figures of a verdict's group that are for this patient."""
        said = self.cautions(patient)
        fitting = heads_left(said)
        if any(each.no_figures for each in said) or not (fitting is None or verdict.scheme.id in fitting):
            return ()
        return () if in_relapse(patient) and not for_relapse(verdict.scheme) else figures(verdict, patient)

    def routine(self, audience: str) -> list[Assumption]:
        """What ``--routine`` takes for granted for the schemes of an audience."""
        return [
            Assumption(
                entry["fact"], read_value(self.vocabulary[entry["fact"]], entry["is"]).possible, ROUTINE,
                entry["text"], citations(entry["cite"]), entry["checked"],
                unpack(entry["when"]) if "when" in entry else None,
            )
            for entry in self._packed["routine"]
            if entry.get("audience", audience) == audience
        ]  # fmt: skip

    def answers(
        self,
        patient: Patient,
        ids: Sequence[str] | None = None,
        as_of: int | None = None,
        assumptions: Sequence[Assumption] = (),
        routine: bool = False,
        unread: Container[str] = (),
    ) -> Answers:
        """Every scheme's answer (or that of the schemes named), and which answers first.

        Args:
            patient: the patient.
            ids: only these schemes.
            as_of: only schemes in use in this year, and those of which it is not recorded.
            assumptions: what to assume where nothing is known, for a likely answer beside the exact one.
            routine: also assume what is routine.
            unread: facts of which something is said that cannot be read; they are not assumed.
        """
        asked = [self.schemes[id] for id in ids] if ids else list(self.schemes.values())
        return Answers(patient, asked, self, bool(ids), as_of, Wish(tuple(assumptions), routine, unread))

    def wishes(self, audience: str, wish: Wish) -> tuple[Assumption, ...]:
        """All that is wished to be assumed for the schemes of an audience, in the order in which it is tried."""
        found = (*wish.assumptions, *(self.routine(audience) if wish.routine else ()))
        return tuple(item for item in found if item.possible is not None)

    def likely(self, patient: Patient, audience: str, wish: Wish) -> tuple[Patient, tuple[Assumption, ...]]:
        """The patient with what is wished for assumed for the schemes of an audience, and what that was.

        Args:
            patient: the patient, concluded; stays as it is.
            audience: children, adults, infants or all-ages.
            wish: what to assume where nothing is known.
        """
        return assumed(patient, self.wishes(audience, wish), wish.unread)

    def in_use(self, year: int) -> dict[str, bool]:
        """The schemes in use in a year; True if that is recorded, False if it is not known and they are kept."""
        then = {id: in_use_in(scheme, year) for id, scheme in self.schemes.items()}
        return {id: used is True for id, used in then.items() if used is not False}

    def primary(self, patient: Patient, applicable: Sequence[str], decided: Container[str] = ()) -> str | None:
        """The first scheme of the order of preference that applies and whose moment has come; none if nothing is known.

        Args:
            patient: the patient.
            applicable: the schemes that may be for this patient.
            decided: those of them with one answer; among equals they go first.
        """
        if not patient.possible() or not applicable:
            return None
        equals = self.equals(patient, applicable)
        return next((id for id in equals if id in decided), equals[0] if equals else None)

    def equals(self, patient: Patient, applicable: Sequence[str]) -> list[str]:
        """The schemes of the order of preference that come first and count alike, in its order."""
        possible = patient.possible()
        found = [entry for entry in self._packed["primary"] if self._is_for(entry, possible, applicable)]
        return [
            str(entry["scheme"])
            for number, entry in enumerate(found)
            if not number or (entry["among"] and entry["among"] == found[0]["among"])
        ]

    def _is_for(self, entry: Mapping[str, Any], possible: Mapping[str, Possible], applicable: Sequence[str]) -> bool:
        return (
            entry["scheme"] in applicable
            and all(fact in possible for fact in entry["known"])
            and not ("sure" in entry and truth(unpack(entry["sure"]), possible) is not True)
            and not ("when" in entry and truth(unpack(entry["when"]), possible) is False)
        )


class Likely(NamedTuple):
    """The groups that a scheme leaves under assumptions, and those of the assumptions that bear on it."""

    groups: tuple[str, ...]
    assumed: tuple[Assumption, ...]


class Wish(NamedTuple):
    """What a user wants assumed where nothing is known; of what is ``unread`` something is said that cannot be read."""

    assumptions: tuple[Assumption, ...] = ()
    routine: bool = False
    unread: Container[str] = ()

    def __bool__(self) -> bool:
        return bool(self.assumptions) or self.routine


class Answers:
    """The answers on one patient: which scheme answers first, which apply, and what criteria not meant for them say.

    The groups are worked out at once for every scheme; the explanation of a scheme only when it is asked for.
    """

    def __init__(
        self,
        patient: Patient,
        schemes: Sequence[Scheme],
        library: RiskLibrary,
        named: bool,
        as_of: int | None = None,
        wish: Wish = Wish(),
    ) -> None:
        self.patient = patient
        self._library = library
        self.wish = wish
        self.as_of = as_of
        self.unrecorded: list[str] = []  # kept under as_of, although their years of use are not known
        self.out_of_use: list[str] = []  # left out under as_of
        if as_of is not None:
            then = {scheme.id: in_use_in(scheme, as_of) for scheme in schemes}
            self.unrecorded = [id for id, used in then.items() if used is None]
            self.out_of_use = [id for id, used in then.items() if used is False]
            schemes = [scheme for scheme in schemes if then[scheme.id] is not False]
        self._schemes = {scheme.id: scheme for scheme in schemes}
        self.brief = {scheme.id: brief(scheme, patient) for scheme in schemes}
        applicable = [id for id, answer in self.brief.items() if answer.status != NOT_APPLICABLE]
        # In relapse, schemes made for untreated leukaemia neither head nor are listed, unless they are named; nor do
        # those of a first relapse in a later one, or where there was never a remission.
        self.first_line: list[str] = []
        if not named and in_relapse(patient):
            other = relapsed_again(patient) or never_in_remission(patient)
            kept = {each.id for each in schemes if for_relapse(each) and not (other and each.first_relapse)}
            self.first_line = [id for id in applicable if id not in kept]
            applicable = [id for id in applicable if id in kept]
        # Where a scheme leaves one group, one after it does not go first only because the former may yet not be for
        # the patient: it would be the milder or the older answer, on fewer facts.
        decided = {id for id, each in self.brief.items() if each.only and id in applicable}
        # A scheme known to have been in use then goes before one of which it is not recorded.
        heading = [id for id in applicable if not self.first_line or asks_relapse(self._schemes[id])]
        self.fitting = library.fitting(patient)
        if self.fitting is not None:
            fits = {id for id in self.fitting if id in self.brief and NOT_APPLICABLE not in self.brief[id].possible}
            heading = [id for id in heading if id in fits]
        recorded = [id for id in heading if id not in self.unrecorded]
        first = library.primary(patient, recorded, decided) or library.primary(patient, heading, decided)
        unlisted = (id for id in heading if self.fitting is not None or self.brief[id].status == ASSIGNED)
        first = first or (next(unlisted, None) if patient.known else None)
        self.primary = schemes[0].id if named and schemes else first
        self.applicable = sorted(applicable, key=lambda id: id != self.primary)
        self._verdicts: dict[str, Verdict] = {}
        self._assumed: dict[str, tuple[Patient, tuple[Assumption, ...]]] = {}

    def likely(self, id: str) -> Likely | None:
        """What a scheme leaves under the assumptions that were asked for; None if none were."""
        if not self.wish:
            return None
        scheme = self._schemes[id]
        if scheme.audience not in self._assumed:
            self._assumed[scheme.audience] = self._library.likely(self.patient, scheme.audience, self.wish)
        patient, filled = self._assumed[scheme.audience]
        bearing = tuple(item for item in filled if item.origin != ROUTINE or item.fact in scheme.facts)
        return Likely(brief(scheme, patient).possible, bearing)

    @property
    def not_assumed(self) -> list[str]:
        """Of each fact that was to be assumed and was not, a sentence that says why."""
        return not_assumed(self.patient, self.wish.assumptions, self.wish.unread)

    def verdict(self, id: str) -> Verdict:
        """The answer of one scheme, explained."""
        if id not in self._verdicts:
            self._verdicts[id] = judge(self._schemes[id], self.patient)
        return self._verdicts[id]

    @property
    def ids(self) -> list[str]:
        """The schemes asked, those that apply first."""
        return [*self.applicable, *(id for id in self._schemes if id not in self.applicable)]

    @property
    def outside(self) -> list[Verdict]:
        """What quoted criteria would say of a patient they are not for."""
        return [
            judge_outside(scheme, self.patient)
            for scheme in self._schemes.values()
            if scheme.quoted and self.brief[scheme.id].status == NOT_APPLICABLE and not self.first_line
        ]


def in_relapse(patient: Patient) -> bool:
    """Whether the leukaemia has certainly come back or never gone."""
    known = patient.known.get("relapsed")
    return known is not None and known.possible == frozenset({PRESENT})


def asks_relapse(scheme: Scheme) -> bool:
    """Whether a scheme is for relapsed leukaemia alone."""
    return "relapsed" in scheme.facts


def for_relapse(scheme: Scheme) -> bool:
    """Whether a scheme is for relapsed leukaemia, or for leukaemia of any age and moment."""
    return asks_relapse(scheme) or scheme.audience == "all-ages"


def in_use_in(scheme: Scheme, year: int) -> bool | None:
    """Whether a scheme was in use in a year; None if neither its first nor its last year is recorded.

    A bound that is not recorded is open: first year 1996 and no last year means in use ever since.
    """
    first, last = scheme.in_use
    if first is None and last is None:
        return None
    return (first is None or first <= year) and (last is None or year <= last)


def risk_library(rules: Path | None = None) -> RiskLibrary:
    """The shipped schemes, with a user's own file extending or replacing them by id.

    Args:
        rules: a file in the form of ``risk_rules.yaml``; may also hold ``sources`` in the form of ``sources.yaml``.

    Raises:
        KnowledgeError: a knowledge file has mistakes; OSError: the user's file cannot be read.
    """
    inputs = [files.content(name) for name in (files.FACTS, files.SOURCES, files.RISK_RULES)]
    shipped = compiled("risk", inputs, _build)
    if rules is None:
        return RiskLibrary(shipped)
    own = rules.read_bytes()
    extended = cached("own-rules", [*inputs, own, str(rules).encode()], lambda: _extend(shipped, own, str(rules)))
    return RiskLibrary(extended)


def _build() -> dict[str, Any]:
    from all_cli.knowledge.citation_check import uncited_relations
    from all_cli.knowledge.documents import documents_of
    from all_cli.logic.compile_definition import with_definitions
    from all_cli.risk.compile import compile_schemes

    facts, bibliography, rules = documents_of(files.FACTS, files.SOURCES, files.RISK_RULES)
    vocabulary, sources = with_definitions(vocabulary_in(facts), facts, rules), sources_in(bibliography)
    if problems := list(uncited_relations(facts, sources)):
        raise KnowledgeError(problems)
    return {
        **compile_schemes(rules, vocabulary, sources),
        "vocabulary": pack_vocabulary(vocabulary),
        "sources": pack_sources(sources),
    }


def _extend(shipped: Mapping[str, Any], own: bytes, name: str) -> dict[str, Any]:
    form, sources = _own(shipped, own, name)
    replaced = {scheme["id"] for scheme in form["schemes"]}
    return {
        "schemes": [*(raw for raw in shipped["schemes"] if raw["id"] not in replaced), *form["schemes"]],
        "primary": [*form["primary"], *shipped["primary"]],
        "cautions": [*form["cautions"], *shipped["cautions"]],
        "routine": [*form["routine"], *shipped["routine"]],
        "not_encoded": [
            *(entry for entry in shipped["not_encoded"] if entry["id"] not in replaced),
            *form["not_encoded"],
        ],
        "vocabulary": shipped["vocabulary"],
        "sources": pack_sources(sources),
    }


def library_of(rules: Path) -> RiskLibrary:
    """The schemes of one file alone, without the shipped ones; facts and sources are the shipped, and the file's own.

    Args:
        rules: a file in the form of ``risk_rules.yaml``, as for :func:`risk_library`.

    Raises:
        KnowledgeError: the file has mistakes; OSError: it cannot be read.
    """
    shipped = risk_library()._packed
    form, sources = _own(shipped, rules.read_bytes(), str(rules))
    # Packed and opened as the cache would, so that what is compared is of one kind.
    alone: Mapping[str, Any] = open_part(
        closed_part({**form, "vocabulary": shipped["vocabulary"], "sources": pack_sources(sources)})
    )
    return RiskLibrary(alone)


def _own(shipped: Mapping[str, Any], own: bytes, name: str) -> tuple[dict[str, Any], dict[str, Source]]:
    """A user's file compiled, and all sources that it can cite.

    A scheme of the wrong shape does not hide what is wrong with the others: all of it is said at once.
    """
    from all_cli.knowledge.documents import MisshapenError, checked_document
    from all_cli.risk.compile import compile_schemes

    problems: list[Problem] = []
    misshapen: set[int] = set()
    try:
        document = checked_document(own, name, files.RISK_RULES)
    except MisshapenError as error:
        if any(len(path) < 2 or path[0] != "schemes" for path in error.paths):
            raise  # not only single schemes: what they lean on is not known
        misshapen = {index for _, index, *_ in error.paths if isinstance(index, int)}
        document, problems = error.document, error.problems
    vocabulary = unpack_vocabulary(shipped["vocabulary"])
    sources = dict(Bibliography(shipped["sources"]))
    for id, raw in document.data.get("sources", {}).items():
        if id in sources:
            problems.append(Problem(document.key_place(("sources", id)), f'the source id "{id}" is taken'))
        sources.setdefault(id, Source(id=id, **raw))
    try:
        form = compile_schemes(document, vocabulary, sources, misshapen)
    except KnowledgeError as error:
        raise KnowledgeError([*problems, *error.problems]) from None
    if problems:
        raise KnowledgeError(problems)
    if not form["schemes"]:
        raise KnowledgeError([Problem(Place(name, 1, 1), "the file holds no scheme")])
    return form, sources
