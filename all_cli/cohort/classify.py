"""Classify rows by profile: rows that the schemes cannot tell apart are one patient, judged once.

Cells become, column by column, the bit mask of what they leave possible of their fact, on an axis cut at all cut-offs
of all chosen schemes. A row's masks are its profile. Each new profile is judged by the same diagrams that serve one
patient; the answer is kept for every row that shares it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from all_cli.cohort.columns import BORN, DIAGNOSED, GENETICS, LEFT_ALONE, Column
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.logic.axis import Axis
from all_cli.logic.values import NumberSet, Possible
from all_cli.patient.age import age_between, read_date
from all_cli.patient.genetics import GeneticsReader
from all_cli.patient.patient import Patient, whole_domain
from all_cli.patient.reading import UNKNOWN_WORDS, fold, read_value
from all_cli.patient.unreadable import UnreadableError
from all_cli.risk.scheme import Scheme
from all_cli.risk.verdict import INDETERMINATE, Outcome, outcome

INVALID = "invalid"
RESULTS = ("status", "group", "possible", "rule", "missing", "reason")


@dataclass(slots=True)
class Counts:
    """What came out, per scheme: status and group to number of rows."""

    status: dict[str, int] = field(default_factory=dict)
    group: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Cell:
    """What a cell says: facts to possible values, or why it cannot be read."""

    says: tuple[tuple[str, Possible], ...] = ()
    problem: str = ""


class RowClassifier:
    """Classifies the rows of one table under the chosen schemes."""

    def __init__(self, vocabulary: Vocabulary, schemes: Sequence[Scheme], columns: Sequence[Column]) -> None:
        self.vocabulary = vocabulary
        self.schemes = schemes
        self.axes = _common_axes(schemes, vocabulary)
        self.columns = [column for column in columns if column.reads not in (LEFT_ALONE, BORN, DIAGNOSED)]
        self.dates = {column.reads: column for column in columns if column.reads in (BORN, DIAGNOSED)}
        self.genetics = GeneticsReader(vocabulary)
        self.counts = [Counts() for _ in schemes]
        self.invalid_rows = 0
        self._exact = _exact_facts(vocabulary, columns)
        self._cells: list[dict[str, _Cell]] = [{} for _ in self.columns]
        self._ages: dict[tuple[str, str], _Cell] = {}
        self._codes: dict[_Cell, int] = {}
        self._by_code: list[_Cell] = []
        self._profiles: dict[tuple[int, ...], list[str]] = {}
        self._invalid: set[tuple[int, ...]] = set()

    def row(self, cells: Sequence[str]) -> list[str]:
        """The result columns of one row, six per scheme, in the order of :data:`RESULTS`."""
        codes = [
            self._code(number, cells[column.index] if column.index < len(cells) else "")
            for number, column in enumerate(self.columns)
        ]
        if len(self.dates) == 2:
            codes.append(self._age_code(*(cells[self.dates[name].index] for name in (BORN, DIAGNOSED))))
        key = tuple(codes)
        known = self._profiles.get(key)
        if known is None:
            known = self._profiles[key] = self._judge(key)
        return known

    def reject(self, reason: str) -> list[str]:
        """The result columns of a row that cannot be used at all."""
        return [text for _ in self.schemes for text in (INVALID, "", "", "", "", reason)]

    def count(self, results: Sequence[str]) -> None:
        """Count a row's results."""
        for number, counts in enumerate(self.counts):
            status, group = results[6 * number], results[6 * number + 1]
            counts.status[status] = counts.status.get(status, 0) + 1
            if group:
                counts.group[group] = counts.group.get(group, 0) + 1
        self.invalid_rows += INVALID in results[::6]

    def _code(self, number: int, text: str) -> int:
        cells = self._cells[number]
        cell = cells.get(text)
        if cell is None:
            cell = cells[text] = self._read(self.columns[number], text)
        return self._number(cell)

    def _age_code(self, born: str, diagnosed: str) -> int:
        cell = self._ages.get((born, diagnosed))
        if cell is None:
            cell = self._ages[born, diagnosed] = self._read_dates(born, diagnosed)
        return self._number(cell)

    def _number(self, cell: _Cell) -> int:
        code = self._codes.get(cell)
        if code is None:
            code = self._codes[cell] = len(self._by_code)
            self._by_code.append(cell)
        return code

    def _read(self, column: Column, text: str) -> _Cell:
        try:
            if column.reads == GENETICS:
                if fold(text) in UNKNOWN_WORDS:
                    return _Cell()
                findings = self.genetics.read(text)
                return self._coarse([(finding.fact, finding.possible) for finding in findings])
            fact = self.vocabulary[column.reads]
            possible = read_value(fact, text, column.unit).possible
            return self._coarse([(fact.id, possible)]) if possible is not None else _Cell()
        except UnreadableError as error:
            return _Cell(problem=f'column "{column.header}", value "{text}": {error.why}')

    def _read_dates(self, born: str, diagnosed: str) -> _Cell:
        if fold(born) in UNKNOWN_WORDS or fold(diagnosed) in UNKNOWN_WORDS:
            return _Cell()
        try:
            age = age_between(self.vocabulary["age"], read_date("born", born), read_date("diagnosed", diagnosed))
        except UnreadableError as error:
            headers = " and ".join(f'"{self.dates[name].header}"' for name in (BORN, DIAGNOSED))
            return _Cell(problem=f'columns {headers}, value "{error.text}": {error.why}')
        return self._coarse([("age", age)])

    def _coarse(self, says: list[tuple[str, Possible]]) -> _Cell:
        """The values as the schemes can tell them apart; as they are where several columns speak of one fact."""
        return _Cell(
            tuple(
                (id, possible if id in self._exact else self.axes[id].possible(self.axes[id].mask(possible)))
                for id, possible in says
            )
        )

    def _judge(self, key: tuple[int, ...]) -> list[str]:
        cells = [self._by_code[code] for code in key]
        problems = [cell.problem for cell in cells if cell.problem]
        if problems:
            return self.reject("; ".join(problems))
        patient = Patient(self.vocabulary)
        try:
            for cell in cells:
                for id, possible in cell.says:
                    patient.learn(id, possible, "the row")
            patient.conclude()
        except UnreadableError as error:
            return self.reject(str(error))
        return [text for scheme in self.schemes for text in _result(outcome(scheme, patient))]


def _result(found: Outcome) -> tuple[str, ...]:
    return (
        found.status,
        found.group or "",
        "|".join(found.possible),
        "|".join(found.rules),
        "|".join(found.missing),
        found.reason if found.status != INDETERMINATE else "",
    )


def _exact_facts(vocabulary: Vocabulary, columns: Sequence[Column]) -> frozenset[str]:
    """Numbers that must not be made coarse: two columns speak of them, or a ratio is formed of them."""
    reads = {column.reads for column in columns}
    exact = {"age"} if {BORN, DIAGNOSED, "age"} <= reads else set()
    if GENETICS in reads:
        exact |= {fact.id for fact in vocabulary.facts.values() if fact.genetic and fact.kind == "number"} & reads
    for fact in vocabulary.facts.values():
        if fact.exceeds is not None:
            exact |= {*fact.exceeds[0], *fact.exceeds[2]}
    return frozenset(exact)


def _common_axes(schemes: Sequence[Scheme], vocabulary: Vocabulary) -> Mapping[str, Axis]:
    """Per fact that a scheme asks for, or that says something of one: an axis cut at every scheme's cut-offs."""
    cuts: dict[str, set[float]] = {}
    for scheme in schemes:
        for axis in scheme.diagram.axes:
            cuts.setdefault(axis.fact, set()).update(axis.cuts)
    # Facts that no scheme asks for matter too: they can imply others, or contradict them.
    for fact in vocabulary.facts.values():
        cuts.setdefault(fact.id, set())
    axes: dict[str, Axis] = {}
    for id, values in cuts.items():
        fact = vocabulary[id]
        if fact.kind == "number":
            domain = whole_domain(fact)
            assert isinstance(domain, NumberSet)
            axes[id] = Axis.of_number(id, values, domain, fact.whole)
        else:
            axes[id] = Axis.of_words(id, tuple(fact.values))
    return axes
