"""All risk schemes, from the compiled cache, and the choice of the one that answers first."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

from all_cli.knowledge import files
from all_cli.knowledge.cache import cached, closed_part, compiled, open_part
from all_cli.knowledge.problems import KnowledgeError, Place, Problem
from all_cli.knowledge.sources import Bibliography, Source, citations, pack_sources, sources_in
from all_cli.knowledge.vocabulary import Vocabulary, pack_vocabulary, unpack_vocabulary, vocabulary_in
from all_cli.logic.explain import truth
from all_cli.logic.expression import unpack
from all_cli.logic.values import Possible
from all_cli.patient.assumption import ROUTINE, Assumption, Wish, assumed
from all_cli.patient.patient import Patient
from all_cli.patient.reading import read_value
from all_cli.risk.scheme import Scheme, Statement, for_relapse, in_use_in
from all_cli.risk.verdict import Verdict, figures


class Caution(NamedTuple):
    """A sentence that heads every screen.

    ``no_figures``: no outcome figure is for such a patient. ``heads``: only these schemes are; None if any may be.
    """

    statement: Statement
    no_figures: bool
    heads: frozenset[str] | None


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
        possible = patient.possible()
        return [
            Caution(
                Statement(entry["id"], entry["text"], citations(entry["cite"]), entry["checked"]),
                entry.get("no_figures", False),
                frozenset(entry["heads"]) if "heads" in entry else None,
            )
            for entry in self._packed["cautions"]
            if truth(unpack(entry["when"]), possible) is True
            and not ("unless" in entry and truth(unpack(entry["unless"]), possible) is True)
        ]

    def fitting(self, patient: Patient) -> frozenset[str] | None:
        """The schemes that alone may head and have figures for this patient, as cautions say; None if none says so."""
        return _heads_left(self.cautions(patient))

    def figures(self, verdict: Verdict, patient: Patient) -> tuple[Statement, ...]:
        """The outcome figures of a verdict's group that are for this patient."""
        said = self.cautions(patient)
        fitting = _heads_left(said)
        if any(each.no_figures for each in said) or not (fitting is None or verdict.scheme.id in fitting):
            return ()
        return () if patient.in_relapse and not for_relapse(verdict.scheme) else figures(verdict, patient)

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


def _heads_left(cautions: Iterable[Caution]) -> frozenset[str] | None:
    """The schemes that all of the cautions let head; None where none of them says which."""
    named = [caution.heads for caution in cautions if caution.heads is not None]
    return frozenset.intersection(*named) if named else None


def risk_library(rules: Path | None = None) -> RiskLibrary:
    """The shipped schemes, with a user's own file extending or replacing them by id.

    Args:
        rules: a file in the form of ``risk_rules.yaml``; may also hold ``sources`` in the form of ``sources.yaml``.

    Raises:
        KnowledgeError: a knowledge file has mistakes; OSError: the user's file cannot be read.
    """
    if rules is None:
        return _shipped()
    inputs, own = _inputs(), files.read_small(rules)
    extended = cached(
        "own-rules", [*inputs, files.with_included(own, rules.parent), str(rules).encode()],
        lambda: _extend(_shipped(), own, rules),
    )  # fmt: skip
    return RiskLibrary(extended)


@cache
def _shipped() -> RiskLibrary:
    return RiskLibrary(compiled("risk", _inputs(), _build))


def _inputs() -> list[bytes]:
    return [files.whole(name) for name in (files.FACTS, files.SOURCES, files.RISK_RULES)]


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


def _extend(library: RiskLibrary, own: bytes, rules: Path) -> dict[str, Any]:
    shipped = library.packed
    form, sources = _own(library, own, rules)
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
        "sources": sources,
    }


def library_of(rules: Path) -> RiskLibrary:
    """The schemes of one file alone, without the shipped ones; facts and sources are the shipped, and the file's own.

    Args:
        rules: a file in the form of ``risk_rules.yaml``, as for :func:`risk_library`.

    Raises:
        KnowledgeError: the file has mistakes; OSError: it cannot be read.
    """
    shipped = risk_library()
    form, sources = _own(shipped, files.read_small(rules), rules)
    # Packed and opened as the cache would, so that what is compared is of one kind.
    opened = open_part(closed_part(form))
    alone = RiskLibrary({**opened, "vocabulary": shipped.packed["vocabulary"], "sources": sources})
    alone.vocabulary = shipped.vocabulary  # opened once
    return alone


def _own(shipped: RiskLibrary, own: bytes, rules: Path) -> tuple[dict[str, Any], bytes]:
    """A user's file compiled, and all sources that it can cite in their compiled form.

    A scheme of the wrong shape does not hide what is wrong with the others: all of it is said at once.
    """
    from all_cli.knowledge.documents import MisshapenError, checked_document
    from all_cli.risk.compile import compile_schemes

    problems: list[Problem] = []
    misshapen: set[int] = set()
    try:
        document = checked_document(own, str(rules), files.RISK_RULES, rules.parent)
    except MisshapenError as error:
        if any(len(path) < 2 or path[0] != "schemes" for path in error.paths):
            raise  # not only single schemes: what they lean on is not known
        misshapen = {index for _, index, *_ in error.paths if isinstance(index, int)}
        document, problems = error.document, error.problems
    more = {}
    for id, raw in document.data.get("sources", {}).items():
        if id in shipped.sources:
            problems.append(Problem(document.key_place(("sources", id)), f'the source id "{id}" is taken'))
        else:
            more[id] = Source(id=id, **raw)
    sources = pack_sources(more, shipped.packed["sources"])
    try:
        form = compile_schemes(document, shipped.vocabulary, Bibliography(sources), misshapen)
    except KnowledgeError as error:
        raise KnowledgeError([*problems, *error.problems]) from None
    if problems:
        raise KnowledgeError(problems)
    if not form["schemes"]:
        raise KnowledgeError([Problem(Place(str(rules), 1, 1), "the file holds no scheme")])
    return form, sources
