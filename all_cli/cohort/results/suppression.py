"""Small counts hidden so that they cannot be worked out again from the counts that are shown.

A count from 1 to one below the limit is hidden (``small``). Since totals are shown, others must be hidden with it
(``partner``). Which ones is settled by attack: with everything that is shown, and with what the marks say (small:
from 1 to limit - 1; partner: the limit or more), the lowest and highest value that each small count can have are
worked out; while the two are equal for any, another count is hidden. Zeros are shown.

In a table of two dimensions the two bounds are those of a transport problem, whose corners are whole numbers, so
linear programming (scipy) finds them exactly. The limit is at least 3: below 2 there is but the count 1.

A row or column whose own total is hidden is hidden whole, zeros too; to the attacker such rows are one row of which the
sum is known. No table then says anything of a hidden total, and each table can be settled by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

SMALL, PARTNER, SHOWN = "small", "partner", ""
_UNBOUNDED = float("inf")
_Table = Sequence[Sequence[int]]


def hidden_in_line(counts: Sequence[int], limit: int) -> list[str] | None:
    """Marks for counts whose total is known: ``small``, ``partner`` or empty for a count that may be shown.

    Returns:
        A mark for each count; None if small counts could be worked out whatever is hidden.
    """
    marks = [SMALL if 0 < count < limit else SHOWN for count in counts]
    if SMALL not in marks:
        return marks
    while _exposed_in_line(counts, marks, limit):
        left = [place for place, count in enumerate(counts) if count and marks[place] == SHOWN]
        if not left:
            return None
        marks[min(left, key=lambda place: counts[place])] = PARTNER
    return marks


def _exposed_in_line(counts: Sequence[int], marks: Sequence[str], limit: int) -> bool:
    total = sum(count for count, mark in zip(counts, marks, strict=True) if mark)
    small = marks.count(SMALL)
    partners = marks.count(PARTNER)
    lowest = small + partners * limit
    highest = small * (limit - 1) if not partners else _UNBOUNDED
    # One small count can rise while the others, and the partners, can fall; or fall while they can rise.
    return total <= lowest or total >= highest or small + partners < 2


def hidden_in_table(
    table: _Table, limit: int, rows_hidden: Sequence[bool], columns_hidden: Sequence[bool]
) -> list[list[str]] | None:
    """Marks for a table whose row and column totals are shown, save those of the hidden rows and columns.

    Returns:
        A mark for each cell; None if small counts could be worked out whatever is hidden, so that the table has to be
        withheld.
    """
    rows = [number for number, hidden in enumerate(rows_hidden) if not hidden]
    columns = [number for number, hidden in enumerate(columns_hidden) if not hidden]
    inner = _Attack([[table[row][column] for column in columns] for row in rows], limit)
    inner.row_rest = [sum(table[row]) - sum(cells) for row, cells in zip(rows, inner.table, strict=True)]
    inner.column_rest = [sum(table[row][column] for row in range(len(table)) if rows_hidden[row]) for column in columns]
    inner.rest = any(rows_hidden), any(columns_hidden)
    inner.corner = sum(
        table[row][column]
        for row in range(len(table))
        for column in range(len(table[row]))
        if rows_hidden[row] and columns_hidden[column]
    )
    if not inner.settle():
        return None
    marks = [[PARTNER for _ in row] for row in table]
    for row, inner_marks in zip(rows, inner.marks, strict=True):
        for column, mark in zip(columns, inner_marks, strict=True):
            marks[row][column] = mark
    return marks


class _Attack:
    """The table as its reader sees it: shown rows and columns, and one row and one column for all that is hidden."""

    def __init__(self, table: list[list[int]], limit: int) -> None:
        self.table, self.limit = table, limit
        self.row_rest: list[int] = []  # per shown row, what lies in hidden columns
        self.column_rest: list[int] = []  # per shown column, what lies in hidden rows
        self.rest = (False, False)
        self.corner = 0
        self.marks = [[SMALL if 0 < count < limit else SHOWN for count in row] for row in table]

    def settle(self) -> bool:
        """Hide cells until no small count can be worked out; False if that cannot be reached."""
        while (exposed := self._exposed()) is not None:
            if not self._hide_beside(*exposed):
                return False
        return True

    def _hide_beside(self, row: int | None, column: int | None) -> bool:
        """Hide one more count in the row or column named; where none is left there, anywhere.

        Best is one whose other line has a hidden count already, so that the two hide each other; then the smallest.
        """
        rows = {place for place, marks in enumerate(self.marks) if any(marks)}
        columns = {other for marks in self.marks for other, mark in enumerate(marks) if mark}
        shown = [
            (
                place == row or other == column,
                (place in rows) + (other in columns),
                -self.table[place][other],
                place,
                other,
            )
            for place, marks in enumerate(self.marks)
            for other, mark in enumerate(marks)
            if mark == SHOWN and self.table[place][other]
        ]
        if not shown:
            return False
        *_, place, other = max(shown, key=lambda entry: entry[:3])
        self.marks[place][other] = PARTNER
        return True

    def _exposed(self) -> tuple[int | None, int | None] | None:
        """The place of a small count that what is shown gives away; None if there is none."""
        variables = self._variables()
        places = list(variables)
        small = {place for place, entry in variables.items() if 0 < entry[2] < self.limit}
        for row, column in places:
            # A partner that is alone in its line hides nothing.
            if (row, column) in small or (row is not None and column is not None):
                if sum(place[0] == row for place in places) == 1:
                    return row, None
                if sum(place[1] == column for place in places) == 1:
                    return None, column
        bounds = [(low, None if high == _UNBOUNDED else high) for low, high, _ in variables.values()]
        equal, sums = self._equations(variables)
        return next(
            (place for number, place in enumerate(places) if place in small and _settled(number, bounds, equal, sums)),
            None,
        )

    def _variables(self) -> dict[tuple[int | None, int | None], tuple[float, float, int]]:
        """Hidden cells with the bounds that their marks give, and their true value; None names the hidden rest."""
        found: dict[tuple[int | None, int | None], tuple[float, float, int]] = {}
        for row, marks in enumerate(self.marks):
            for column, mark in enumerate(marks):
                value = self.table[row][column]
                if mark == SMALL:
                    found[row, column] = (1, self.limit - 1, value)
                elif mark == PARTNER:
                    found[row, column] = (self.limit, _UNBOUNDED, value)
        rows_rest, columns_rest = self.rest
        if columns_rest:
            found |= {(row, None): (0, _UNBOUNDED, value) for row, value in enumerate(self.row_rest)}
        if rows_rest:
            found |= {(None, column): (0, _UNBOUNDED, value) for column, value in enumerate(self.column_rest)}
        if rows_rest and columns_rest:
            found[None, None] = (0, _UNBOUNDED, self.corner)
        return found

    @staticmethod
    def _equations(
        variables: dict[tuple[int | None, int | None], tuple[float, float, int]],
    ) -> tuple[list[list[int]], list[int]]:
        """What the totals say: the hidden cells of each row and of each column have a known sum."""
        equal, sums = [], []
        for side in (0, 1):
            for line in dict.fromkeys(place[side] for place in variables):
                equal.append([int(place[side] == line) for place in variables])
                sums.append(sum(entry[2] for place, entry in variables.items() if place[side] == line))
        return equal, sums


def _settled(number: int, bounds: Sequence[Any], equal: _Table, sums: Sequence[int]) -> bool:
    """Whether one hidden count has but one value left."""
    from scipy.optimize import linprog  # type: ignore[import-untyped]

    found = []
    for direction in (1, -1):
        wanted = [0] * len(bounds)
        wanted[number] = direction
        solved = linprog(wanted, A_eq=equal, b_eq=sums, bounds=bounds, method="highs")
        found.append(round(solved.x[number]))
    return bool(found[0] == found[1])
