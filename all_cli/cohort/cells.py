"""One distinct text of one column: what it says of which facts, or why it cannot be read.

A cell's values are kept as the chosen schemes can tell them apart: on an axis cut at all their cut-offs, ages of 7 and
8 years are one. Cells that say the same share one small number, and the kernel works with those numbers alone.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from all_cli.cohort.columns import BORN, DIAGNOSED, GENETICS, LEFT_ALONE, Column, read_cell, read_cell_date, size_of_one
from all_cli.knowledge.vocabulary import Fact, Vocabulary
from all_cli.logic.axes import axis_cut_at, bounds_of, cut_together
from all_cli.logic.axis import Axis
from all_cli.logic.definition import definitions_in
from all_cli.logic.expression import tests
from all_cli.logic.values import NumberSet, Possible, values_of
from all_cli.patient import two_readings
from all_cli.patient.age import age_between
from all_cli.patient.assumption import Assumption
from all_cli.patient.calls import read_call
from all_cli.patient.dates import doubt_of_dates
from all_cli.patient.genetics import genetics_reader
from all_cli.patient.patient import Known
from all_cli.patient.quantity import BARE_COUNT, LARGEST_COUNT, parse_quantity
from all_cli.patient.reading import UNKNOWN_WORDS, fold
from all_cli.patient.units import unit_in_cell
from all_cli.patient.unreadable import UnreadableError
from all_cli.risk.scheme import Scheme

_YEARS = frozenset({"", "y", "yr", "yrs", "year", "years"})


class Said(NamedTuple):
    """What is said of one fact; ``inferred`` is what a karyotype only does not show.

    Of a number beside a finer one ``alone`` is what it says where no other cell speaks of the fact, and ``step`` its
    size.
    """

    fact: str
    possible: Possible
    inferred: bool = False
    alone: Possible | None = None
    step: float = 0.0


def as_row(cells: Sequence[tuple[Said, ...]]) -> Sequence[tuple[Said, ...]]:
    """What the cells of one row say: of a fact of which only rough numbers speak, the finest of them is taken."""
    rough = [said for says in cells for said in says if said.alone is not None]
    if not rough:
        return cells
    finer = {said.fact for says in cells for said in says if said.alone is None}
    finest = {said.fact: said for said in sorted(rough, key=lambda said: -said.step) if said.fact not in finer}
    return [
        tuple(
            said._replace(possible=said.alone) if said is finest.get(said.fact) and said.alone is not None else said
            for said in says
        )
        for says in cells
    ]


class Cell(NamedTuple):
    """What a cell says of facts (nothing: unknown); why it, or a part of it, cannot be read; a doubt.

    A cell with a problem may still say something: what was read of it counts, and the rest is open. Of two cells that
    are read together ``apart`` are the columns and problems of those that cannot be read, each for itself.
    """

    says: tuple[Said, ...] = ()
    problem: str = ""
    warning: str = ""
    apart: tuple[tuple[Column, str], ...] = ()


class CellReader:
    """Reads the cells of one table as the chosen schemes see them.

    Attributes:
        asked: the facts that a scheme asks for, or that bear on such, each with an axis cut at every scheme's cut-offs.
        asked_for: those of them that a scheme's conditions name.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        schemes: Sequence[Scheme],
        columns: Sequence[Column],
        wishes: Sequence[Assumption] = (),
    ) -> None:
        """``wishes``: what is to be assumed where nothing is known."""
        self._vocabulary = vocabulary
        self._axes = common_axes(tuple(schemes), vocabulary, tuple(wishes))
        self.asked = {axis.fact: self._axes[axis.fact] for scheme in schemes for axis in scheme.diagram.axes}
        self.asked_for = frozenset(fact for scheme in schemes for fact in scheme.facts)
        conditions = {test.fact for wish in wishes if wish.when is not None for test in tests(wish.when)}
        # Whether anything at all is known of a fact decides whether it is assumed.
        told = conditions | {wish.fact for wish in wishes}
        self._exact = exact_facts(vocabulary, columns, told)
        self._apart = conditions | _held_against_each_other(vocabulary)
        self._genetics = genetics_reader(vocabulary)

    def state(self, fact: str, known: Known | None) -> Hashable:
        """What is known of a fact, as far as it decides what is assumed and what follows from that."""
        if known is None:
            return None
        possible = known.possible
        if not isinstance(possible, NumberSet) or fact in self._apart:
            return possible, known.derived
        return self._axes[fact].mask(possible), known.derived

    def fact(self, column: Column) -> Fact | None:
        """The fact that a column is read as, if it is one."""
        return self._vocabulary.facts.get(column.reads)

    def read(self, column: Column, text: str) -> Cell:
        """What one text of one column says."""
        try:
            if column.calls:
                return self._call(column, text, None)
            if column.reads == GENETICS:
                return self._findings(column, column.said(text))
            fact = self._vocabulary[column.reads]
            reading = read_cell(column, fact, text)
            if reading.possible is None:
                return Cell(warning=reading.warning)
            said = Said(fact.id, reading.possible)
            if column.rough:
                alone = read_cell(replace(column, rough=False), fact, text).possible
                said = said._replace(alone=alone, step=size_of_one(column, fact))
            says = self._coarse([said])
            return Cell(says, warning=reading.warning)
        except UnreadableError as error:
            return Cell(problem=f'column "{column.header}", value "{text}": {error.why}')

    def sizes(self, column: Column) -> bool:
        """Whether what a number of a column means is a matter of its size alone.

        It is not for ages in days (birthdays), whole numbers, columns with a value map, and facts of which more than
        one column speaks.
        """
        if column.reads in (GENETICS, LEFT_ALONE, BORN, DIAGNOSED) or column.values or column.decimal == "comma":
            return False
        fact = self._vocabulary[column.reads]
        if fact.kind != "number" or fact.whole or fact.id in self._exact:
            return False
        return fact.reading != "age" or column.unit in ("", "y")

    def breaks(self, column: Column, sign: str = "", behind: str = "") -> list[float]:
        """Numbers, as the column writes them, between which plain numbers should all mean the same; may be empty.

        They are the schemes' cut-offs and the bounds of what can exist, what is usual, and what is refused without a
        unit. Empty where size alone does not tell (:meth:`sizes`), or the number has no such sign or unit.

        Args:
            column: the column.
            sign: the comparison sign before the numbers, or empty.
            behind: what stands behind them, with the space before it; or empty.
        """
        if not self.sizes(column):
            return []
        fact = self._vocabulary[column.reads]
        if fact.reading == "age":
            # A whole number of years after a sign lasts until the birthday; other units have birthdays of their own.
            if sign or behind.strip().casefold() not in _YEARS:
                return []
        elif behind:
            said = parse_quantity(f"1{behind}")
            if said is None or said.exponent or said.low != 1 or said.high != 1 or not said.unit:
                return []
        scale = _scale(column, fact, behind)
        if not scale:
            return []
        bounds = [bound for bound in (*fact.hard, *fact.plausible) if bound is not None]
        inside = {number / scale for number in (*self._axes[fact.id].cuts, *bounds)}
        return sorted(inside | two_readings.turns(fact, scale) | {0.0, 1.0, BARE_COUNT, LARGEST_COUNT})

    def by_itself(self, column: Column, behind: str) -> str:
        """A pattern of numbers of which the size alone does not tell what they mean; empty if there are none."""
        fact = self._vocabulary[column.reads]
        unit = unit_in_cell(fact, behind.strip()) or column.unit or fact.unit
        points = not column.decimal and two_readings.in_whole_parts(unit)
        return two_readings.THOUSANDS_POINT if points else ""

    def _findings(self, column: Column, text: str) -> Cell:
        if fold(text) in UNKNOWN_WORDS:
            return Cell()
        findings = self._genetics.read(text)
        says = self._coarse(Said(finding.fact, finding.possible, finding.inferred) for finding in findings)
        fragments = self._genetics.fragments(text)
        problem = "; ".join(f'column "{column.header}", value "{part.text}": {part.why}' for part in fragments)
        return Cell(says, problem, "" if problem else "; ".join(self._genetics.doubts(text)))

    def read_pair(self, columns: Sequence[Column], texts: tuple[str, str]) -> Cell:
        """What two cells say together: two dates an age, a label and how sure its program is a finding."""
        first, second = columns
        if not first.calls:
            return self.read_dates(first, second, texts)
        try:
            return self._call(first, *texts)
        except UnreadableError as error:
            return Cell(apart=(_unread(first if error.text == texts[0] else second, error),))

    def _call(self, column: Column, label: str, confidence: str | None) -> Cell:
        caller = self._vocabulary.callers[column.caller.casefold()]
        findings = read_call(caller, column.said(label), confidence)
        return Cell(self._coarse(Said(finding.fact, finding.possible) for finding in findings))

    def read_dates(self, born: Column, diagnosed: Column, texts: tuple[str, str]) -> Cell:
        """The age that a date of birth and a date of diagnosis say; nothing if either is unknown."""
        dates = []
        apart = []
        for column, text in zip((born, diagnosed), texts, strict=True):
            try:
                dates.append(read_cell_date(column, text))
            except UnreadableError as error:
                apart.append(_unread(column, error))
        if apart:
            return Cell(apart=tuple(apart))
        first, second = dates
        if first is None or second is None:
            return Cell()
        try:
            age = age_between(self._vocabulary["age"], first, second)
            doubt = doubt_of_dates(self._vocabulary["age"], first, second, age)
        except UnreadableError as error:
            headers = f'"{born.header}" and "{diagnosed.header}"'
            return Cell(problem=f'columns {headers}, value "{error.text}": {error.why}')
        return Cell(self._coarse([Said("age", age)]), warning=doubt)

    def _coarse(self, says: Iterable[Said]) -> tuple[Said, ...]:
        """The values as the schemes can tell them apart; as they are where several columns speak of one fact."""
        return tuple(
            said
            if said.fact in self._exact
            else said._replace(possible=self._axes[said.fact].possible(self._axes[said.fact].mask(said.possible)))
            for said in says
        )


def _unread(column: Column, error: UnreadableError) -> tuple[Column, str]:
    """A column, and why its cell cannot be read."""
    return column, f'column "{column.header}", value "{error.text}": {error.why}'


def _scale(column: Column, fact: Fact, behind: str) -> float | None:
    """What one of a column's numbers is in the fact's own unit; None if none of a few can be read."""
    for number in (1, 100, 10_000, 1_000_000, 10_000_000_000):
        try:
            read = read_cell(column, fact, f"{number}{behind}")
        except UnreadableError:
            continue
        if isinstance(read.possible, NumberSet) and read.possible.single and not read.warning:
            return read.possible.single / number
    return None


def facts_of(column: Column, vocabulary: Vocabulary) -> frozenset[str]:
    """The facts of which a column's cells can speak."""
    if column.reads == LEFT_ALONE:
        return frozenset()
    if column.reads in (BORN, DIAGNOSED):
        return frozenset({"age"})
    if column.reads == GENETICS:
        return frozenset(fact.id for fact in vocabulary.facts.values() if fact.genetic)
    return frozenset({vocabulary[column.reads].id})


def exact_facts(vocabulary: Vocabulary, columns: Sequence[Column], assumable: Iterable[str] = ()) -> frozenset[str]:
    """Numbers that must not be made coarse: two texts can speak of them, or they are held against each other.

    What can be assumed is as good as read.
    """
    reads = [*(column.reads for column in columns), *assumable]
    exact = {read for read in reads if reads.count(read) > 1}
    if {BORN, DIAGNOSED, "age"} <= set(reads):
        exact.add("age")
    if GENETICS in reads:  # one list of findings can itself name two numbers of chromosomes
        exact |= {fact.id for fact in vocabulary.facts.values() if fact.genetic and fact.kind == "number"}
    for fact in vocabulary.facts.values():
        if fact.exceeds is not None:
            exact |= {*fact.exceeds[0], *fact.exceeds[2]}
        for other in fact.at_most:
            if {fact.id, other} <= set(reads):
                exact |= {fact.id, other}
    return frozenset(exact)


def _held_against_each_other(vocabulary: Vocabulary) -> set[str]:
    """Numbers that bound one another."""
    found: set[str] = set()
    for fact in vocabulary.facts.values():
        if fact.exceeds is not None:
            found |= {*fact.exceeds[0], *fact.exceeds[2]}
        if fact.at_most:
            found |= {fact.id, *fact.at_most}
    return found


@lru_cache(maxsize=16)
def common_axes(
    schemes: tuple[Scheme, ...], vocabulary: Vocabulary, wishes: tuple[Assumption, ...] = ()
) -> Mapping[str, Axis]:
    """Per fact an axis cut at every scheme's cut-offs, and at those at which facts say something of other facts.

    So are the bounds of what is to be assumed.

    Facts that no scheme asks for are there too: they can imply others, or contradict them.
    """
    cuts: dict[str, set[float]] = {fact: set() for fact in vocabulary.facts}
    for scheme in schemes:
        for axis in scheme.diagram.axes:
            cuts[axis.fact].update(axis.cuts)
    for definition in definitions_in(vocabulary).values():
        for axis in definition.diagram.axes:
            cuts[axis.fact].update(axis.cuts)
    for fact in vocabulary.facts.values():
        for other, allowed in fact.known_means:
            cuts[other].update(bounds_of(values_of(vocabulary[other], allowed)))
    for wish in wishes:
        assert wish.possible is not None
        cuts[wish.fact].update(bounds_of(wish.possible))
    cut_together(cuts, vocabulary)
    return {id: axis_cut_at(vocabulary[id], values) for id, values in cuts.items()}
