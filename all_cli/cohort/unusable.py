"""What could not be used of a table, for those who look at it: the first rows, and the unread cells by column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from all_cli.cohort.classify import Answers
from all_cli.cohort.rows import Rows

SHOWN = 5  # rows in the summary


class Spot(NamedTuple):
    """A row, counted from 1, its line if it has one, and what is wrong there."""

    row: int
    line: int | None
    reason: str

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"

    @property
    def place(self) -> str:
        """``row 2 (line 4)``."""
        return f"row {self.row}" + (f" (line {self.line})" if self.line else "")

    def behind(self, rows: int, lines: int) -> Spot:
        """The same spot of a part of a table, counted in the whole."""
        return Spot(self.row + rows, self.line + lines if self.line else None, self.reason)


class UnreadColumn(NamedTuple):
    """How many cells of a column cannot be read, and the first of them; ``place`` is where the column stands."""

    place: int
    cells: int
    first: Spot


@dataclass(slots=True)
class Unusable:
    """What could not be used of a table, or of a part of it.

    Attributes:
        bad: the first rows that are invalid under any scheme.
        unread: the columns with cells that cannot be read, by name in quotation marks.
        first: the first row with an unread cell, or invalid; None if there is none.
    """

    bad: list[Spot] = field(default_factory=list)
    unread: dict[str, UnreadColumn] = field(default_factory=dict)
    first: Spot | None = None

    @property
    def cells(self) -> int:
        """Cells that cannot be read."""
        return sum(column.cells for column in self.unread.values())

    def note(self, before: int, rows: Rows, answers: Answers) -> None:
        """Note what could not be used of a stretch of rows; ``before`` rows of the table come before it."""

        def spot(row: int, reason: str) -> Spot:
            return Spot(before + row + 1, rows.line(row), reason)

        firsts: list[Spot] = []
        for cells in answers.unread:
            known = self.unread.get(cells.column)
            if known is None:
                firsts.append(spot(int(cells.rows[0]), cells.problems[cells.which[0]]))
            first = known.first if known else firsts[-1]
            self._count(cells.column, UnreadColumn(cells.place, len(cells.rows), first))
        missing = SHOWN - len(self.bad)
        bad = zip(answers.invalid[:missing].tolist(), answers.reasons[:missing], strict=True)
        shown = [spot(row, reason) for row, reason in bad]
        self.bad += shown
        self.first = self.first or min([*shown, *firsts], key=lambda one: one.row, default=None)

    def add(self, other: Unusable, rows: int, lines: int) -> None:
        """Add that of a later part of the table, which so many rows and lines come before."""
        self.bad += [spot.behind(rows, lines) for spot in other.bad[: SHOWN - len(self.bad)]]
        if self.first is None and other.first is not None:
            self.first = other.first.behind(rows, lines)
        for name, column in other.unread.items():
            self._count(name, column._replace(first=column.first.behind(rows, lines)))

    def _count(self, name: str, more: UnreadColumn) -> None:
        known = self.unread.get(name)
        self.unread[name] = known._replace(cells=known.cells + more.cells) if known else more

    def lines(self, invalid: int) -> Iterator[str]:
        """What a summary says of it; ``invalid`` is the number of rows that are invalid under any scheme."""
        for name, column in sorted(self.unread.items(), key=lambda item: item[1].place):
            why = re.sub(rf"^columns? {re.escape(name)}, ", "", column.first.reason)
            cells = f"{column.cells} {'cell' if column.cells == 1 else 'cells'}"
            yield f"unread: {name} {cells}, first {column.first.place}: {why}"
        yield from map(str, self.bad)
        if (more := invalid - len(self.bad)) > 0:
            rows = "1 more invalid row; it has its" if more == 1 else f"{more} more invalid rows; each has its"
            yield f"… and {rows} reason in the output"
