"""Columns that can speak of each other's facts, taken together: each distinct combination of cells is one patient.

White cells and age have nothing to do with each other: what a row says of one can be read without the other. But a
stage of maturation implies a lineage, and a list of findings can contradict a flag. So columns are put into groups such
that nothing said in one group can follow from, or contradict, anything said in another.
"""

from __future__ import annotations

import functools
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from all_cli.cohort.cells import Cell, CellReader, Said, as_row, facts_of
from all_cli.cohort.clashes import Core, concluded, cores
from all_cli.cohort.columns import BORN, DIAGNOSED, LEFT_ALONE, Column
from all_cli.cohort.evidence import Evidence
from all_cli.cohort.links import linked_facts, spoken_of, with_linked
from all_cli.cohort.numbering import Numbering
from all_cli.cohort.plain_numbers import PlainNumbers
from all_cli.cohort.unread import Clash, UnreadCells
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.patient.patient import Known
from all_cli.patient.unreadable import ContradictionError

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    Numbers = NDArray[np.int32]

_REMEMBERED = 100_000  # distinct texts of a column
_MANY = 1000  # distinct texts of a stretch, from which on it pays to sort numbers by size first
_BETWEEN = "\x1f"
_UNREAD = -1
_CONTRADICTION = -1
_NOTHING = 0  # the code of a row of which nothing is known


class Found(NamedTuple):
    """What a group read of a stretch of rows: each row's code, cells that cannot be read, cells that clash."""

    codes: Numbers
    unread: list[UnreadCells]
    clashes: list[Clash]


class _Coded(NamedTuple):
    """The distinct texts of a stretch: which each row has, what each says as a number, and which cannot be read."""

    rows: NDArray[np.int64]
    numbers: Numbers
    unread: list[UnreadCells]


class _Texts:
    """One column (or a pair: two dates, a label with how sure its program is), its distinct texts read once.

    Attributes:
        name: the column in quotation marks; of two dates both.
        facts: all that it can speak of, itself or by what follows.
    """

    def __init__(self, columns: tuple[Column, ...], reader: CellReader, facts: frozenset[str]) -> None:
        self.columns, self.facts = columns, facts
        self.name = " and ".join(f'"{column.header}"' for column in columns)
        self.place = min(column.index for column in columns)
        self._reader = reader
        sizes = len(columns) == 1 and reader.sizes(columns[0])
        told = [functools.partial(told, columns[0]) for told in (reader.breaks, reader.by_itself)] if sizes else []
        self._plain = PlainNumbers(*told) if told else None  # type: ignore[arg-type] # each in its place
        self.forget_warnings()
        self.forget()

    def forget_warnings(self) -> None:
        """Count doubtful cells from here on, and gather evidence anew."""
        self.warned, self.first_warning = 0, ""
        self.evidence = {column.index: Evidence() for column in self.columns}

    def forget(self) -> None:
        """Forget what was read; numbers given out before no longer count."""
        self.cells: list[Cell] = [Cell()]
        self._numbers: dict[tuple[Said, ...], int] = {(): 0}
        self._alike = [0]  # by number, the first that says the same in any order
        self._unordered: dict[frozenset[Said], int] = {frozenset(): 0}
        self._read: dict[str, tuple[int, Cell]] = {}
        self._kinds: dict[int, tuple[int, Cell] | None] = {}

    def codes(self, frame: pl.DataFrame) -> _Coded:
        """What the cells of a stretch of rows say."""
        import numpy as np
        import polars as pl

        texts = frame[self.columns[0].header]
        if len(self.columns) == 2:
            both = pl.concat_str(pl.all().fill_null(""), separator=_BETWEEN)
            texts = frame.select(column.header for column in self.columns).select(both).to_series()
        elif texts.null_count():
            texts = texts.fill_null("")
        coded = texts.cast(pl.Categorical(pl.Categories.random()))
        rows = coded.to_physical().to_numpy().astype(np.int64)  # what numpy finds places by
        cells = np.bincount(rows)
        distinct = pl.Series(texts.name, range(len(cells)), pl.UInt32).cat.to(coded.dtype).cast(pl.String)
        numbers, odd = self._all(distinct)
        self._gather(frame, distinct, cells)
        self._count_warnings(rows, len(distinct), [(place, cell.warning) for place, cell in odd if cell.warning])
        problems: dict[tuple[int, str], list[tuple[int, str]]] = {}
        for place, cell in odd:
            if cell.problem:
                problems.setdefault((self.place, self.name), []).append((place, cell.problem))
            for column, problem in cell.apart:
                problems.setdefault((column.index, f'"{column.header}"'), []).append((place, problem))
        unread = []
        for (index, name), found in sorted(problems.items()):
            which = np.full(len(distinct), _UNREAD, np.int32)
            which[[place for place, _ in found]] = range(len(found))
            places = which.take(rows)
            spoiled = np.flatnonzero(places != _UNREAD).astype(np.int32)
            sentences = [sentence for _, sentence in found]
            unread.append(UnreadCells(name, index, self.facts, spoiled, places[spoiled], sentences))
        return _Coded(rows, numbers, unread)

    def said(self, frame: pl.DataFrame, row: int) -> Iterator[tuple[str, str]]:
        """Header and text of a row's cell, or of both its dates."""
        for column in self.columns:
            yield column.header, frame[column.header][row] or ""

    def _gather(self, frame: pl.DataFrame, distinct: pl.Series, cells: NDArray[np.int64]) -> None:
        """Add the texts to what speaks for how the columns are to be read."""
        if len(self.columns) == 1:
            column = self.columns[0]
            self.evidence[column.index].see(column, self._reader.fact(column), distinct, cells)
            return
        for column in self.columns:
            texts = frame[column.header].fill_null("").alias("text").to_frame().group_by("text").len()
            self.evidence[column.index].see(column, None, texts["text"], texts["len"].to_numpy())

    def alike(self, numbers: Numbers) -> Numbers:
        """Of each number the first that says the same, in whatever order."""
        import numpy as np

        return np.array(self._alike, np.int32).take(numbers)

    def _all(self, texts: pl.Series) -> tuple[Numbers, list[tuple[int, Cell]]]:
        """The number of what each of some distinct texts says, and by place the cells with a problem or a doubt.

        Of many plain numbers, a few of a kind are read.
        """
        import numpy as np

        numbers = np.full(len(texts), _UNREAD, np.int32)
        if self._plain is not None and len(texts) > _MANY:
            kinds = self._plain.kinds(texts)
            table = np.full(int(kinds.max(initial=0)) + 2, _UNREAD, np.int32)  # the last is for no kind, -1
            for kind in np.unique(kinds[kinds >= 0]).tolist():
                if (known := self._kind(kind)) is not None:
                    table[kind] = known[0]
            numbers = table[kinds]
        left = np.flatnonzero(numbers == _UNREAD)
        read = [self._cell(text) for text in texts[left].to_list()]
        numbers[left] = [number for number, _ in read]
        odd = [
            (place, cell)
            for place, (_, cell) in zip(left.tolist(), read, strict=True)
            if cell.problem or cell.warning or cell.apart
        ]
        return numbers, odd

    def _kind(self, kind: int) -> tuple[int, Cell] | None:
        """What all plain numbers of a kind say; None if that hangs on more than their kind."""
        assert self._plain is not None
        if kind not in self._kinds:
            cells = [self._cell(text) for text in self._plain.examples(kind)]
            alike = all(cell == cells[0] for cell in cells) and not (cells[0][1].problem or cells[0][1].warning)
            self._kinds[kind] = cells[0] if alike else None
        return self._kinds[kind]

    def _count_warnings(self, rows: NDArray[np.int64], places: int, doubtful: list[tuple[int, str]]) -> None:
        import numpy as np

        if doubtful:
            doubted = np.zeros(places, bool)
            doubted[[place for place, _ in doubtful]] = True
            self.warned += int(doubted[rows].sum())
            self.first_warning = self.first_warning or min(doubtful)[1]

    def _cell(self, text: str) -> tuple[int, Cell]:
        known = self._read.get(text)
        if known is None:
            if len(self._read) >= _REMEMBERED:
                self._read.clear()
            if len(self.columns) == 2:
                first, _, second = text.partition(_BETWEEN)
                cell = self._reader.read_pair(self.columns, (first, second))
            else:
                cell = self._reader.read(self.columns[0], text)
            number = self._numbers.get(cell.says)
            if number is None:
                number = self._numbers[cell.says] = len(self.cells)
                self.cells.append(cell)
                self._alike.append(self._unordered.setdefault(frozenset(cell.says), number))
            known = self._read[text] = (number, cell)
        return known


class Group:
    """Columns whose facts are linked.

    What is concluded hangs on what the cells say, not on the order in which they say it, so equal cells are concluded
    from once. What two contradicting cells are told can hang on the order: they are concluded from one by one.

    Attributes:
        facts: the facts of which these columns say something, themselves or by implication.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        facts: frozenset[str],
        texts: list[_Texts],
        reader: CellReader,
        held: frozenset[str],
    ) -> None:
        """Args: the facts of all, those of the group, its columns, who reads them, and facts that assumptions touch."""
        self.facts = facts
        self._reader, self._held = reader, sorted(facts & held)
        self._vocabulary = vocabulary
        self._texts = texts
        self._names = [one.name for one in texts]
        self._asked = [reader.asked[fact] for fact in sorted(facts & reader.asked.keys())]
        self._asked_for = reader.asked_for
        self._unasked: dict[str, tuple[int, str]] = {}  # clashes of which no scheme asks, by columns
        self.forget()

    def forget(self) -> None:
        """Forget what was read and concluded; codes given out before no longer count."""
        self._numbering = Numbering(len(self._texts))  # of what the cells say, in any order
        self._ordered = Numbering(len(self._texts))  # of cells that contradict each other, as they are
        self._codes: list[int] = []  # by combination of the former
        self._contradictions: list[tuple[list[Core], int]] = []  # by combination of the latter, with the rest's code
        self._known: list[Mapping[str, Known]] = [{}]
        self._numbers = {self._state({}): _NOTHING}
        for texts in self._texts:
            texts.forget()

    @property
    def size(self) -> int:
        """How many codes there are: states of knowledge that some scheme can tell apart."""
        return len(self._known)

    @property
    def remembered(self) -> int:
        """How many distinct combinations of cells were met."""
        return max(len(self._numbering), len(self._ordered))

    def known(self, code: int) -> Mapping[str, Known]:
        """What is known of a row with this code, conclusions drawn, of facts that schemes ask or assumptions touch."""
        return self._known[code]

    def warnings(self) -> Iterator[tuple[str, tuple[int, str]]]:
        """Columns with implausible or doubtful cells: header, how many, the first of them."""
        for texts in self._texts:
            if texts.warned:
                yield texts.columns[0].header, (texts.warned, texts.first_warning)
        yield from self._unasked.items()

    def forget_warnings(self) -> None:
        """Count warnings from here on."""
        self._unasked.clear()
        for texts in self._texts:
            texts.forget_warnings()

    def evidence(self) -> Iterator[tuple[int, Evidence]]:
        """By the place of a column, what its cells speak for."""
        for texts in self._texts:
            yield from texts.evidence.items()

    def read(self, frame: pl.DataFrame) -> Found:
        """Each row's code, and what of the rows cannot be used; a cell that clashes with others says nothing."""
        import numpy as np

        read = [texts.codes(frame) for texts in self._texts]
        alone = len(read) == 1  # what a text says of its column it says of every row that has it
        parts = [each.numbers if alone else each.numbers.take(each.rows) for each in read]
        combinations = self._numbering.number(
            [texts.alike(part) for texts, part in zip(self._texts, parts, strict=True)]
        )
        for combination in self._numbering.fresh().tolist():
            self._codes.append(self._code(combination))
        codes = np.array(self._codes, np.int32).take(combinations)
        if alone:
            codes = codes.take(read[0].rows)
        clashes: list[Clash] = []
        rows = np.flatnonzero(codes == _CONTRADICTION)
        if len(rows):
            numbers = self._ordered.number([each.numbers.take(each.rows[rows]) for each in read])
            for combination in self._ordered.fresh().tolist():
                self._contradictions.append(self._settled(combination))
            codes[rows] = np.array([code for _, code in self._contradictions], np.int32)[numbers]
            clashes = [
                clash
                for row, number in zip(rows.tolist(), numbers.tolist(), strict=True)
                for core in self._contradictions[number][0]
                if (clash := self._clash(frame, row, core)) is not None
            ]
        return Found(codes, [cells for each in read for cells in each.unread], clashes)

    def _clash(self, frame: pl.DataFrame, row: int, core: Core) -> Clash | None:
        """A contradiction of one row in a sentence; None, and a warning, if no scheme asks for what it speaks of."""
        members = [self._texts[place] for place in core.members]
        said = [cell for texts in members for cell in texts.said(frame, row)]
        *first, last = (f'"{header}" ("{text}")' for header, text in said)
        where = f"columns {', '.join(first)} and {last}" if first else f"column {last}"
        reason = f"{where}: {core.why}"
        if core.facts.isdisjoint(self._asked_for):
            columns = '" and "'.join(header for header, _ in said)
            rows, example = self._unasked.get(columns, (0, reason))
            self._unasked[columns] = rows + 1, example
            return None
        return Clash(row, min(texts.place for texts in members), core.facts, reason)

    def _says(self, combination: list[int]) -> Sequence[tuple[Said, ...]]:
        return as_row([texts.cells[number].says for texts, number in zip(self._texts, combination, strict=True)])

    def _settled(self, combination: list[int]) -> tuple[list[Core], int]:
        """The contradictions of cells, and the code of what follows from the other cells."""
        found = list(cores(self._vocabulary, self._names, self._says(combination)))
        silent = {place for core in found for place in core.members}
        code = self._code([0 if place in silent else number for place, number in enumerate(combination)])
        assert code != _CONTRADICTION, "what is left of a row has no contradiction"
        return found, code

    def _code(self, combination: list[int]) -> int:
        """The code of what follows from cells, by their numbers."""
        try:
            known = concluded(self._vocabulary, zip(self._names, self._says(combination), strict=True))
        except ContradictionError:
            return _CONTRADICTION
        state = self._state(known)
        if state not in self._numbers:
            self._numbers[state] = len(self._known)
            kept = {*(axis.fact for axis in self._asked), *self._held}
            self._known.append({fact: known[fact] for fact in kept & known.keys()})
        return self._numbers[state]

    def _state(self, known: Mapping[str, Known]) -> tuple[tuple[int, ...], tuple[Hashable, ...]]:
        """What is known, as far as a scheme, or an assumption, can tell it apart."""
        return (
            tuple(axis.mask(known[axis.fact].possible) if axis.fact in known else axis.domain for axis in self._asked),
            tuple(self._reader.state(fact, known.get(fact)) for fact in self._held),
        )


def groups_of(
    vocabulary: Vocabulary,
    columns: Sequence[Column],
    reader: CellReader,
    held: frozenset[str] = frozenset(),
) -> list[Group]:
    """The groups of a table's columns, in the order of their first columns.

    Args:
        vocabulary: the facts.
        columns: how each column is read.
        reader: reads their cells.
        held: facts that assumptions touch.
    """
    linked = linked_facts(vocabulary, spoken_of(vocabulary, columns))
    dates = tuple(column for read in (BORN, DIAGNOSED) for column in columns if column.reads == read)
    named = {column.header: column for column in columns}
    sources: list[tuple[Column, ...]] = [
        (column, named[column.confidence]) if column.confidence else (column,)
        for column in columns
        if column.reads not in (LEFT_ALONE, BORN, DIAGNOSED)
    ]
    if len(dates) == 2:
        sources.append(dates)
    found: list[tuple[set[str], list[tuple[Column, ...]]]] = []
    for source in sources:
        facts = set(with_linked(facts_of(source[0], vocabulary), linked))
        members = [source]
        for group in [group for group in found if group[0] & facts]:
            facts |= group[0]
            members = [*group[1], *members]
            found.remove(group)
        found.append((facts, members))
    order = {source: place for place, source in enumerate(sources)}
    found.sort(key=lambda group: min(order[source] for source in group[1]))
    return [
        Group(
            vocabulary,
            frozenset(facts),
            [
                _Texts(source, reader, with_linked(facts_of(source[0], vocabulary), linked))
                for source in sorted(members, key=order.__getitem__)
            ],
            reader,
            held,
        )
        for facts, members in found
    ]
