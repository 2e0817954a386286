"""What must hold of protocols, guidance and their sources beyond what a file needs to be usable, each at its place.

Conditions are proved over all patients, never sampled. What would make a dose unusable is refused by the compiler.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import combinations
from typing import Any, NamedTuple

from all_cli.knowledge.problems import Place, did_you_mean
from all_cli.knowledge.strict_yaml import Document, Path
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.knowledge.years import impossible
from all_cli.logic.axes import axis_of, somebody, witness_of
from all_cli.logic.building import build_diagram
from all_cli.logic.expression import tests
from all_cli.logic.parse import parse_condition
from all_cli.logic.values import Possible
from all_cli.protocol.choice_rules import ChoiceRules
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.proof import guard_findings
from all_cli.risk.check import check_scheme


class Finding(NamedTuple):
    """One thing to be mended in the protocols, the guidance or the bibliography.

    ``check`` is ``link``, ``overlapping-rows``, ``gap-in-rows``, ``nobody``, ``years-impossible``, ``idle-source`` or
    ``stale-uncited``, ``guard``, or a finding of :mod:`all_cli.risk.check` on the rules of the setting; ``witness`` is
    a patient, fact by fact, for whom it shows, ``command`` the command that shows it of that patient.
    """

    check: str
    message: str
    place: Place
    witness: Mapping[str, Possible] = {}
    command: tuple[str, ...] = ()


def check_protocols(
    protocols: Document, vocabulary: Vocabulary, groups: Mapping[str, Sequence[str]]
) -> Iterator[Finding]:
    """Everything found in a protocols document that compiles.

    Args:
        protocols: the document.
        vocabulary: the facts.
        groups: the groups of every risk scheme, which arms may be for.
    """
    yield from _links(protocols, groups)
    for key in ("dose_tables", "scalings"):
        for id, table in protocols.data.get(key, {}).items():
            yield from _rows(protocols, (key, id), table["rows"], vocabulary)
    yield from _years(protocols)
    yield from _doses_for_nobody(protocols, vocabulary)
    yield from _nobody(protocols, vocabulary)


def check_choice(choice: Document, library: ProtocolLibrary, rules: ChoiceRules) -> Iterator[Finding]:
    """Settings that leave a gap or never decide, and guards that somebody could break, proved over all patients.

    Args:
        choice: the document of the rules of choosing.
        library: the protocols.
        rules: the rules, compiled from the document.
    """
    for item in check_scheme(rules.setting, library.vocabulary):
        if item.check != "overlap":  # which setting goes before which is what their order says
            path: Path = ("schemes", 0, "rules") if item.rule else ("schemes", 0)
            yield Finding(item.check, item.message, choice.place(path), item.witness)
    places = {guard["id"]: choice.place(("guards", number)) for number, guard in enumerate(choice.data["guards"])}
    for broken in guard_findings(library, rules):
        yield Finding(broken.check, broken.message, places[broken.guard], broken.witness, broken.command)


def check_guidance(guidance: Document, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Everything found in a guidance document that compiles."""
    yield from _nobody(guidance, vocabulary)


def check_sources(bibliography: Document, citing: Sequence[Document]) -> Iterator[Finding]:
    """Sources that nothing cites, unless their ``uncited`` says why they are kept, and such reasons given in vain."""
    cited = {id for document in citing for id in _cited(document.data)}
    for id, source in bibliography.data["sources"].items():
        place = bibliography.key_place(("sources", id))
        if id not in cited and "uncited" not in source:
            yield Finding("idle-source", f'nothing cites "{id}": cite it, remove it, or say why in "uncited"', place)
        elif id in cited and "uncited" in source:
            place = bibliography.key_place(("sources", id, "uncited"))
            yield Finding("stale-uncited", f'"{id}" is cited: "uncited" has to go', place)


def _cited(node: Any) -> Iterator[str]:
    """The ids of the sources that stand under any ``cite``."""
    if isinstance(node, list):
        for item in node:
            yield from _cited(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "cite":
                yield from (item if isinstance(item, str) else next(iter(item)) for item in value)
            else:
                yield from _cited(value)


def _links(protocols: Document, groups: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    """Arms for a scheme or a group that does not exist."""
    for index, protocol in enumerate(protocols.data["protocols"]):
        for number, arm in enumerate(protocol["arms"]):
            for entry, link in enumerate(arm.get("for", ())):
                path: Path = ("protocols", index, "arms", number, "for", entry)
                scheme = link["scheme"]
                if scheme not in groups:
                    message = f'no scheme is called "{scheme}"{did_you_mean(scheme, list(groups))}'
                    yield Finding("link", message, protocols.place((*path, "scheme")))
                    continue
                for at, group in enumerate(link["groups"]):
                    if group not in groups[scheme]:
                        message = f'"{group}" is no group of {scheme}{did_you_mean(group, list(groups[scheme]))}'
                        yield Finding("link", message, protocols.place((*path, "groups", at)))


def _rows(document: Document, path: Path, rows: Sequence[Any], vocabulary: Vocabulary) -> Iterator[Finding]:
    """Rows that hold for one patient together, so that a dose has two answers, and gaps between bands of one fact."""
    conditions = [parse_condition(row["when"], vocabulary) for row in rows]
    for (_, first), (number, second) in combinations(enumerate(conditions), 2):
        if witness := somebody((first, second), vocabulary):
            message = f'"{first}" and "{second}" hold for one patient, who would have two doses'
            yield Finding("overlapping-rows", message, document.place((*path, "rows", number, "when")), witness)
    facts = {test.fact for condition in conditions for test in tests(condition)}
    if len(facts) != 1 or vocabulary[fact := facts.pop()].kind != "number":
        return
    axis = axis_of(vocabulary[fact], conditions)
    diagram = build_diagram(conditions, [axis])
    none = len(conditions)
    covered = {piece: not diagram.reach([1 << piece]) >> none & 1 for piece in axis.pieces(axis.domain)}
    for mask, by_a_row in axis.runs(axis.domain, covered)[1:-1]:
        if not by_a_row:
            message = f"no row is for {fact} {axis.text(mask)}, which lies between two bands"
            yield Finding("gap-in-rows", message, document.place((*path, "rows")), witness_of(diagram, [mask]))


def _years(protocols: Document) -> Iterator[Finding]:
    for index, protocol in enumerate(protocols.data["protocols"]):
        years = protocol.get("years", (None, None))
        if message := impossible(years, datetime.now(tz=UTC).year):
            yield Finding("years-impossible", message, protocols.place(("protocols", index, "years")))


def _doses_for_nobody(protocols: Document, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Lines whose condition no patient of the protocol's population meets.

    A note may be for patients outside the population, whom the protocol is shown for all the same.
    """
    known: dict[tuple[str, str], bool] = {}
    for index, protocol in enumerate(protocols.data["protocols"]):
        whole = protocol["population"]["when"]
        for number, phase in enumerate(protocol["phases"]):
            for entry, line in enumerate(phase["lines"]):
                if "when" not in line:
                    continue
                pair = (whole, line["when"])
                if pair not in known:
                    conditions = [parse_condition(text, vocabulary) for text in pair]
                    known[pair] = somebody(conditions, vocabulary) is not None
                if not known[pair]:
                    path = ("protocols", index, "phases", number, "lines", entry, "when")
                    message = f'"{line["when"]}" holds for nobody in the population "{whole}"'
                    yield Finding("nobody", message, protocols.place(path))


def _nobody(document: Document, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Conditions anywhere in a document that no patient at all can meet."""
    known: dict[str, bool] = {}
    for path, text in _conditions(document.data, ()):
        if text not in known:
            known[text] = somebody([parse_condition(text, vocabulary)], vocabulary) is not None
        if not known[text]:
            yield Finding("nobody", f'"{text}" holds for nobody', document.place(path))


def _conditions(node: Any, path: Path) -> Iterator[tuple[Path, str]]:
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        if key == "when":
            yield (*path, key), value
        elif isinstance(value, (dict, list)):
            yield from _conditions(value, (*path, key))
