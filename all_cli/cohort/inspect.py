"""How each column of a table would be read, before any run: counted over the whole table, in one pass, flat memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from all_cli.cohort.ages_in_parts import AgesInParts
from all_cli.cohort.columns import Column, read_cell, read_cell_date
from all_cli.cohort.doubted_numbers import counted
from all_cli.cohort.doubts import doubts, in_the_way, near_misses, with_commas
from all_cli.cohort.evidence import Evidence
from all_cli.cohort.fitting import LeftAlone
from all_cli.cohort.headers import BORN, DIAGNOSED, GENETICS, LEFT_ALONE
from all_cli.cohort.repeats import Repeats, id_column
from all_cli.cohort.rows import Rows
from all_cli.cohort.typed import texts_of
from all_cli.cohort.unusable import SHOWN, Spot
from all_cli.cohort.whole_table import with_what_holds_for_all
from all_cli.knowledge.vocabulary import Fact, Vocabulary
from all_cli.logic.values import ABSENT, NumberSet
from all_cli.patient.age import age_between
from all_cli.patient.calls import read_call
from all_cli.patient.dates import doubt_of_dates
from all_cli.patient.genetics import genetics_reader
from all_cli.patient.reading import UNKNOWN_WORDS, fold, value_text
from all_cli.patient.unreadable import UnreadableError

if TYPE_CHECKING:
    import polars as pl

    from all_cli.cohort.kernel import Kernel

_HELD = 50_000  # distinct texts of a column counted before they are read and let go
_EXAMPLES = 3
_REASONS = 1000  # distinct unreadable texts kept per column


@dataclass(slots=True)
class Unread:
    """A text that cannot be read: in how many cells, and why."""

    text: str
    cells: int
    why: str


@dataclass(slots=True)
class ColumnView:
    """How one column is read. ``filled`` cells are ``unknown``, ``readable`` or ``unreadable``.

    ``distinct`` counts the texts of filled cells; ``many`` says that there are more than were counted. ``examples`` are
    texts and what they are read as, the most frequent first. Of a column left alone only the filled cells are counted.
    ``stops`` are the doubts that a run waits for, ``doubts`` the others.
    """

    column: Column
    filled: int = 0
    unknown: int = 0
    readable: int = 0
    unreadable: int = 0
    distinct: int = 0
    many: bool = False
    examples: list[tuple[str, str]] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    stops: list[str] = field(default_factory=list)
    close_to: str = ""


@dataclass(slots=True)
class Inspection:
    """A whole table: its columns, how many rows would be invalid and the first, and what forbids a run."""

    rows: int
    spoiled: int
    columns: list[ColumnView]
    problems: list[str]
    first_spoiled: list[Spot]

    @property
    def unreadable(self) -> int:
        """Cells that cannot be read."""
        return sum(view.unreadable for view in self.columns)


def inspect_table(
    columns: Sequence[Column],
    stretches: Iterable[Rows],
    vocabulary: Vocabulary,
    problems: Iterable[Exception] = (),
    kernel: Kernel | None = None,
) -> Inspection:
    """Read every cell of a table as its column is planned, and say what came of it.

    Args:
        columns: the columns, as planned.
        stretches: the rows, in order.
        vocabulary: the facts.
        problems: what forbids a run with these columns.
        kernel: of the schemes by which rows that contradict themselves are to be found, as a batch finds them.
    """
    reader = _Reader(vocabulary)
    tallies = [_Tally(column, reader) for column in columns]
    pair = _DatePair(columns, vocabulary)
    left_alone, ages = LeftAlone(columns), AgesInParts(columns)
    patients = id_column([column.header for column in columns])
    repeats = Repeats(patients) if patients else None
    rows = spoiled = 0
    first: list[Spot] = []
    for stretch in stretches:
        frame = with_what_holds_for_all(texts_of(stretch.frame), columns)
        invalid = dict(stretch.rejected)
        if kernel is not None:
            answers = kernel.classify(texts_of(stretch.frame), stretch.rejected)
            invalid |= dict(zip(answers.invalid.tolist(), answers.reasons, strict=True))
        for row in sorted(invalid)[: SHOWN - len(first)]:
            first.append(Spot(rows + row + 1, stretch.line(row), invalid[row]))
        rows, spoiled = rows + frame.height, spoiled + len(invalid)
        if stretch.rejected:
            frame = frame[[row for row in range(frame.height) if row not in stretch.rejected]]
        left_alone.see(frame, {})
        for tally in tallies:
            tally.add(frame.to_series(tally.column.index))
        pair.see(frame)
        ages.see(frame)
        if repeats is not None:
            repeats.watch(frame[repeats.column])
    near = near_misses(columns, vocabulary)
    for tally in tallies:
        tally.seen.unread = left_alone.words.get(tally.column.index, {})
        tally.let_go(last=True)
    ages.tell({tally.column.index: tally.seen for tally in tallies})
    commas = with_commas(columns, {tally.column.index: tally.seen for tally in tallies})
    views = [tally.view(columns, near, commas) for tally in tallies]
    pair.say(views)
    if repeats is not None and (said := repeats.text()):
        next(view for view in views if view.column.header == patients).doubts.append(said)
    waiting = [in_the_way(view.column.header, doubt) for view in views for doubt in view.stops]
    return Inspection(rows, spoiled, views, [*map(str, problems), *waiting], first)


class _Reader:
    """What one text of one column says, in words."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.genetics = genetics_reader(vocabulary)

    def fact(self, column: Column) -> Fact | None:
        """The fact that a column is read as, if it is one."""
        return self.vocabulary.facts.get(column.reads)

    def read(self, column: Column, text: str) -> tuple[str, str]:
        """What a text is read as (empty: not known), and a sentence if it is unusual.

        Raises:
            UnreadableError: it cannot be read.
        """
        said = column.said(text)
        if fold(said) in UNKNOWN_WORDS:
            return "", ""
        if column.reads in (BORN, DIAGNOSED):
            day = read_cell_date(column, text)
            return (day.isoformat() if day else ""), ""
        if column.calls:
            calls = read_call(self.vocabulary.callers[column.caller.casefold()], said)
            sure = " if it is sure" if calls and column.confidence else ""
            return ", ".join(call.fact for call in calls) + sure, ""
        if column.reads == GENETICS:
            found = self.genetics.read(said)
            if fragments := self.genetics.fragments(said):
                why = "; ".join(f'"{part.text}": {part.why}' for part in fragments)
                raise UnreadableError(GENETICS, text, f"read in part: {why}")
            present = [f.fact for f in found if isinstance(f.possible, NumberSet) or ABSENT not in f.possible]
            return ", ".join(dict.fromkeys(present)) or ("nothing found" if found else "nothing certain"), "; ".join(
                self.genetics.doubts(said)
            )
        fact = self.vocabulary[column.reads]
        reading = read_cell(column, fact, text)
        return ("" if reading.possible is None else value_text(fact, reading.possible)), reading.warning


class _Tally:
    """The texts of one column: counted, read once each, let go when there are many."""

    def __init__(self, column: Column, reader: _Reader) -> None:
        self.column = column
        self.counts: dict[str, int] = {}
        self._reader = reader
        self._view = ColumnView(column)
        self.seen = Evidence()
        self._warned, self._first_warning = 0, ""
        self._frequent: dict[str, tuple[int, str]] = {}
        self._unread: dict[str, Unread] = {}

    def add(self, series: pl.Series) -> None:
        """Count the cells of a stretch; an empty cell of a typed file is an empty text."""
        if self.column.reads == LEFT_ALONE:
            self._view.filled += int((series.str.strip_chars() != "").sum())
            return
        cells_of = series.fill_null("").alias("text").to_frame().group_by("text", maintain_order=True).len()
        for text, cells in cells_of.iter_rows():
            self.counts[text] = self.counts.get(text, 0) + cells
        self.let_go()

    def let_go(self, *, last: bool = False) -> None:
        """Read what has been counted, if it is much or the table has ended."""
        if not last and len(self.counts) < _HELD:
            return
        import polars as pl

        view = self._view
        view.many |= not last
        # Texts let go may come again: the most seen at once is what there are at least.
        view.distinct = max(view.distinct, sum(bool(text.strip()) for text in self.counts))
        column = self.column
        self.seen.see(
            column, self._reader.fact(column), pl.Series(list(self.counts), dtype=pl.String), [*self.counts.values()]
        )
        for text, cells in self.counts.items():
            if text.strip():
                view.filled += cells
                self._read(text, cells)
        self.counts.clear()

    def view(self, columns: Sequence[Column], near: Mapping[str, str], commas: Mapping[str, int]) -> ColumnView:
        """What the column came to, when all has been let go."""
        view, column = self._view, self._view.column
        frequent = sorted(self._frequent.items(), key=lambda item: -item[1][0])[:_EXAMPLES]
        view.examples = [(text, meant) for text, (_, meant) in frequent]
        view.unread = sorted(self._unread.values(), key=lambda unread: -unread.cells)
        for doubt in doubts(column, self._reader.vocabulary, self.seen, columns, commas):
            (view.stops if doubt.stops else view.doubts).append(doubt.text)
        if column.reads == LEFT_ALONE:
            view.close_to = near.get(column.header, "")
            return view
        if self._warned:
            view.doubts.append(f"look again, {counted(self._warned, 'cell')}: {self._first_warning}")
        return view

    def _read(self, text: str, cells: int) -> None:
        view, column = self._view, self._view.column
        try:
            meant, warning = self._reader.read(column, text)
        except UnreadableError as error:
            view.unreadable += cells
            if text in self._unread:
                self._unread[text].cells += cells
            elif len(self._unread) < _REASONS:
                self._unread[text] = Unread(text, cells, error.why)
            return
        if not meant:
            view.unknown += cells
            return
        view.readable += cells
        if warning:
            self._warned += cells
            self._first_warning = self._first_warning or warning
        before = self._frequent.get(text, (0, meant))[0]
        if text in self._frequent or len(self._frequent) < 100:
            self._frequent[text] = (before + cells, meant)


class _DatePair:
    """The ages that a date of birth and a date of diagnosis give together."""

    def __init__(self, columns: Sequence[Column], vocabulary: Vocabulary) -> None:
        dates = {column.reads: column for column in columns if column.reads in (BORN, DIAGNOSED)}
        self._pair = (dates[BORN], dates[DIAGNOSED]) if len(dates) == 2 else None
        self._age = vocabulary["age"]
        self._wrong = self._warned = 0
        self._why = self._first_warning = ""
        self._known: dict[tuple[str, str], tuple[str, str]] = {}

    def see(self, frame: pl.DataFrame) -> None:
        """Look at the two dates of each row."""
        if self._pair is None:
            return
        import polars as pl

        dates = pl.DataFrame([frame.to_series(column.index).fill_null("") for column in self._pair])
        for first, second, rows in dates.group_by(dates.columns, maintain_order=True).len().iter_rows():
            if len(self._known) > _HELD:
                self._known.clear()
            if (first, second) not in self._known:
                self._known[first, second] = self._problem(self._pair, (first, second))
            why, warning = self._known[first, second]
            self._wrong += rows * bool(why)
            self._why = self._why or why
            self._warned += rows * bool(warning)
            self._first_warning = self._first_warning or warning

    def _problem(self, pair: tuple[Column, Column], texts: tuple[str, str]) -> tuple[str, str]:
        """Why two dates give no age, and what is doubtful of the age they give.

        Nothing if a date is missing or unreadable, which its column says.
        """
        try:
            born, diagnosed = (read_cell_date(*cell) for cell in zip(pair, texts, strict=True))
        except UnreadableError:
            return "", ""
        if born is None or diagnosed is None:
            return "", ""
        try:
            age = age_between(self._age, born, diagnosed)
        except UnreadableError as error:
            return str(error), ""
        return "", doubt_of_dates(self._age, born, diagnosed, age)

    def say(self, views: Sequence[ColumnView]) -> None:
        """Add what was found to the column of the date of diagnosis."""
        if self._pair is None:
            return
        said = views[self._pair[1].index].doubts
        if self._wrong:
            born = self._pair[0].header
            said.append(
                f'{counted(self._wrong, "row")} with dates that give no age beside "{born}", such as {self._why}'
            )
        if self._warned:
            said.append(f"look again, {counted(self._warned, 'row')}: {self._first_warning}")
