"""What the sources say around the regimens, topic by topic, with the seed texts' statements held against them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from all_cli.knowledge.cache import open_part
from all_cli.knowledge.sources import Bibliography, Citation, citations
from all_cli.logic.explain import truth
from all_cli.logic.expression import Expression, tests, unpack
from all_cli.logic.values import Possible

SUPPORTED, LIMITED, CONTRADICTED, NO_PRIMARY_SOURCE = "supported", "limited", "contradicted", "no-primary-source"
STATEMENTS = {
    "seed-000": range(1, 18),
    "seed-001": range(18, 45),
    "seed-002": range(45, 80),
    "seed-003": range(80, 95),
    "seed-004": range(95, 104),
}
"""The numbered statements of each seed text."""


_WHO = frozenset({"age", "lineage", "sex"})
_T = TypeVar("_T")


class Topic(NamedTuple):
    """A heading under which entries stand."""

    id: str
    title: str


class Claim(NamedTuple):
    """A statement of a seed text in our own words; ``statement`` is its number, 1 to 103."""

    statement: int
    seed: str
    text: str


class Point(NamedTuple):
    """A sentence with its source, whether it was read there, and for whom it is (``when``; None: for all)."""

    text: str
    cite: tuple[Citation, ...]
    checked: bool
    when: Expression | None = None


class GuidanceTable(NamedTuple):
    """Criteria, grades or doses in rows; the whole table has one source and one mark.

    ``when`` says for whom it is (None: for all), ``rows_for`` the same of each row, where rows differ in that;
    ``legend`` what the short words of its cells mean.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    cite: tuple[Citation, ...]
    checked: bool
    note: str = ""
    legend: str = ""
    when: Expression | None = None
    rows_for: tuple[Expression | None, ...] = ()

    def rows_of(self, possible: Mapping[str, Possible]) -> list[tuple[str, ...]]:
        """The rows that may be for a patient of whom this is known; those that surely are come first."""
        return _for_patient(zip(self.rows_for or [None] * len(self.rows), self.rows, strict=True), possible)


def _for_patient(items: Iterable[tuple[Expression | None, _T]], possible: Mapping[str, Possible]) -> list[_T]:
    told = [(True if when is None else truth(when, possible), item) for when, item in items]
    return [item for holds, item in sorted(told, key=lambda each: each[0] is not True) if holds is not False]


class Brief(NamedTuple):
    """What has to be known of an entry to list it or to point to it.

    ``when`` says for which patients it is relevant (None: for all), ``condition`` is how the file writes that;
    ``unless`` of whom it certainly does not speak, where what is not known bears on nothing; ``phases`` and ``drugs``
    name what it is about. ``verdict`` is empty for an entry without a seed statement.
    """

    id: str
    topic: str
    title: str
    verdict: str
    statements: tuple[int, ...]
    when: Expression | None
    condition: str
    phases: tuple[str, ...]
    drugs: tuple[str, ...]
    warning: bool
    unless: Expression | None = None

    @property
    def on_a_finding(self) -> bool:
        """Whether it hangs on more of the patient than age, lineage and sex."""
        return self.when is not None and any(test.fact not in _WHO for test in tests(self.when))

    def relevance(self, possible: Mapping[str, Possible]) -> bool | None:
        """Whether it concerns a patient of whom this is known: surely, surely not, or (None) it is open."""
        if self.unless is not None and truth(self.unless, possible):
            return False
        return True if self.when is None else truth(self.when, possible)


class Entry(NamedTuple):
    """What holds (``points``, the primary source first), and what the seed texts claim about it (``claims``)."""

    brief: Brief
    points: tuple[Point, ...]
    claims: tuple[Claim, ...]
    tables: tuple[GuidanceTable, ...]

    def points_for(self, possible: Mapping[str, Possible]) -> list[Point]:
        """The sentences that may be for a patient of whom this is known; those that surely are come first."""
        return _for_patient(((point.when, point) for point in self.points), possible)

    def tables_for(self, possible: Mapping[str, Possible]) -> list[GuidanceTable]:
        """The tables, likewise."""
        return _for_patient(((table.when, table) for table in self.tables), possible)

    @property
    def cited(self) -> list[str]:
        """The ids of its sources, in the order in which they are cited."""
        cites = [point.cite for point in self.points] + [table.cite for table in self.tables]
        return list(dict.fromkeys(citation.source for cite in cites for citation in cite))

    @property
    def words(self) -> str:
        """Everything that it says, folded for a search."""
        cells = [cell for table in self.tables for row in (table.columns, *table.rows) for cell in row]
        texts = [point.text for point in self.points] + [claim.text for claim in self.claims]
        notes = [text for table in self.tables for text in (table.title, table.note)]
        brief = self.brief
        return " ".join((brief.id, brief.topic, brief.title, *brief.drugs, *texts, *cells, *notes)).casefold()


class GuidanceLibrary:
    """All entries: what lists and pointers need lies open, the text of an entry is unpacked when asked for."""

    def __init__(self, packed: Mapping[str, Any]) -> None:
        self._packed = packed
        self.topics = {id: Topic(id, title) for id, title in packed["topics"]}

    @cached_property
    def briefs(self) -> dict[str, Brief]:
        """Every entry in brief, by id, in the order of the topics."""
        return {raw[0]: _brief(raw) for raw in self._packed["index"]}

    @cached_property
    def sources(self) -> Bibliography:
        """The sources that entries cite, by id."""
        return Bibliography(self._packed["sources"])

    @cached_property
    def _texts(self) -> Mapping[str, Any]:
        texts: Mapping[str, Any] = open_part(self._packed["entries"])
        return texts

    def entry(self, id: str) -> Entry:
        """One entry in full; KeyError if there is none of that id."""
        raw = self._texts[id]
        return Entry(
            self.briefs[id],
            tuple(_point(item) for item in (raw, *raw.get("more", ()))),
            tuple(Claim(item["statement"], item["seed"], item["says"]) for item in raw.get("seeds", ())),
            tuple(_table(item) for item in raw.get("tables", ())),
        )

    def of_topic(self, topic: str) -> list[Brief]:
        """The entries of a topic, in the order of the file."""
        return [brief for brief in self.briefs.values() if brief.topic == topic]

    def by_relevance(self, kept: Iterable[Brief], possible: Mapping[str, Possible]) -> list[Brief]:
        """The entries with those first that surely speak of a finding in the patient, and those last that may not."""

        def rank(brief: Brief) -> int:
            sure = brief.relevance(possible) is True
            return 0 if sure and brief.on_a_finding else 1 if sure else 2

        return sorted(kept, key=rank)

    def of_statement(self, number: int) -> list[Brief]:
        """The entries about a numbered statement of the seed texts."""
        return [brief for brief in self.briefs.values() if number in brief.statements]

    def search(self, text: str) -> list[Brief]:
        """The entries that hold every word of ``text``, in any order; upper and lower case are the same.

        Those that say it in their title come first, those of which only the seed texts do last.
        """
        words = text.casefold().split()
        found = [entry for entry in map(self.entry, self.briefs) if all(word in entry.words for word in words)]

        def rank(entry: Entry) -> tuple[bool, bool]:
            said = entry._replace(claims=()).words
            return not all(word in said for word in words), not all(
                word in entry.brief.title.casefold() for word in words
            )

        return [entry.brief for entry in sorted(found, key=rank)]

    def speaking_of(self, word: str) -> list[str]:
        """The topics of the entries that hold a whole word."""
        whole = re.compile(rf"\b{re.escape(word.casefold())}\b")
        return list(dict.fromkeys(b.topic for id, b in self.briefs.items() if whole.search(self.entry(id).words)))

    def concerning(
        self, possible: Mapping[str, Possible], phases: Iterable[str] = (), drugs: Iterable[str] = ()
    ) -> list[Brief]:
        """The entries to point to: those whose condition is certainly true of the patient, warnings first.

        Unknown is not true. A condition on age and lineage alone points only to a warning, or where what is shown is
        about it; other findings point always. Where phases or drugs are shown, an entry without a condition that is
        about one of them is pointed to as well, and one about other phases is not.
        """
        shown_phases, shown_drugs = frozenset(phases), frozenset(drugs)
        found = []
        for brief in self.briefs.values():
            about = not shown_phases.isdisjoint(brief.phases), not shown_drugs.isdisjoint(brief.drugs)
            elsewhere = shown_phases and brief.phases and not about[0]
            if elsewhere or brief.relevance(possible) is not True:
                continue
            finding = brief.on_a_finding
            if any(about) or finding or (brief.warning and brief.when is not None):
                corrects = brief.verdict in (CONTRADICTED, LIMITED)
                first = (not brief.warning, brief.when is None, not finding, not about[0], not corrects)
                found.append((first, brief))
        found.sort(key=lambda item: item[0])
        return [brief for _, brief in found]


def _brief(raw: Sequence[Any]) -> Brief:
    id, topic, title, verdict, statements, when, condition, phases, drugs, warning, unless = raw
    return Brief(
        id, topic, title, verdict, statements, unpack(when) if when else None, condition, phases, drugs, warning,
        unpack(unless) if unless else None,
    )  # fmt: skip


def _point(raw: Mapping[str, Any]) -> Point:
    return Point(raw["text"], citations(raw["cite"]), raw["checked"], _expression(raw))


def _expression(raw: Mapping[str, Any]) -> Expression | None:
    return unpack(raw["expression"]) if raw["expression"] else None


def _table(raw: Mapping[str, Any]) -> GuidanceTable:
    return GuidanceTable(
        raw["title"], raw["columns"], raw["rows"], citations(raw["cite"]), raw["checked"], raw.get("note", ""),
        raw.get("legend", ""), _expression(raw),
        tuple(unpack(row) if row else None for row in raw["rows_for"]),
    )  # fmt: skip
