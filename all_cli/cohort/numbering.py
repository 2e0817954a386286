"""Rows of small numbers, each distinct row numbered in the order in which it is first met."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.int32]

_LARGEST_TABLE = 1 << 22  # entries of a table that gives a row's number directly
_LARGEST_KEY = 1 << 62
_UNSEEN = -1


class Numbering:
    """Numbers distinct rows of ``width`` non-negative numbers."""

    def __init__(self, width: int) -> None:
        import numpy as np

        self._width = width
        self._rows: list[tuple[int, ...]] = []
        self._numbers: dict[tuple[int, ...], int] = {}
        self._fresh = 0
        self._sizes = [1] * width
        self._table: Numbers | None = np.full(1, _UNSEEN, np.int32)

    def __len__(self) -> int:
        return len(self._rows)

    def fresh(self) -> NDArray[np.int32]:
        """The distinct rows that came in since this was last asked, in order."""
        import numpy as np

        rows = np.array(self._rows[self._fresh :], np.int32).reshape(-1, self._width)
        self._fresh = len(self._rows)
        return rows

    def rows(self, numbers: Numbers) -> Numbers:
        """The rows that have these numbers."""
        import numpy as np

        return np.array([self._rows[number] for number in numbers.tolist()], np.int32).reshape(-1, self._width)

    def number(self, parts: Sequence[Numbers]) -> Numbers:
        """The number of each row, given column by column."""
        self._fit([int(part.max(initial=0)) + 1 for part in parts])
        return self._by_sorting(parts) if self._table is None else self._by_table(parts)

    def _fit(self, sizes: list[int]) -> None:
        """Keep a direct table as long as it is small: its sides are powers of two, so it is seldom rebuilt."""
        import numpy as np

        if self._table is None or all(size <= side for size, side in zip(sizes, self._sizes, strict=True)):
            return
        self._sizes = [
            side if size <= side else 1 << (size - 1).bit_length()
            for size, side in zip(sizes, self._sizes, strict=True)
        ]
        entries = 1
        for side in self._sizes:
            entries *= side
        if entries > _LARGEST_TABLE:
            self._table = None
            return
        self._table = np.full(entries, _UNSEEN, np.int32)
        if self._rows:
            keys = self._keys(list(np.array(self._rows, np.int32).T))
            self._table[keys] = np.arange(len(self._rows), dtype=np.int32)

    def _keys(self, parts: Sequence[Numbers]) -> NDArray[np.int64]:
        import numpy as np

        keys = parts[0].astype(np.int64)
        for part, side in zip(parts[1:], self._sizes[1:], strict=True):
            if side > 1:
                keys *= side
                keys += part
        return keys

    def _by_table(self, parts: Sequence[Numbers]) -> Numbers:
        import numpy as np

        assert self._table is not None
        keys = self._keys(parts)
        numbers = self._table.take(keys)
        unseen = numbers == _UNSEEN
        if unseen.any():
            fresh, first = np.unique(keys[unseen], return_index=True)
            places = np.flatnonzero(unseen)[first]
            self._table[fresh] = self._add(np.column_stack([part[places] for part in parts]).tolist())
            numbers = self._table.take(keys)
        return numbers

    def _by_sorting(self, parts: Sequence[Numbers]) -> Numbers:
        import numpy as np

        keys = parts[0].astype(np.int64)
        side = int(keys.max(initial=0)) + 1
        for part in parts[1:]:
            size = int(part.max(initial=0)) + 1
            if side * size > _LARGEST_KEY:
                _, keys = np.unique(keys, return_inverse=True)
                side = int(keys.max(initial=0)) + 1
            keys = keys * size + part
            side *= size
        _, first, places = np.unique(keys, return_index=True, return_inverse=True)
        rows = np.column_stack([part[first] for part in parts]).tolist()
        return np.array(self._add(rows), np.int32).take(places)

    def _add(self, rows: list[list[int]]) -> list[int]:
        found = []
        for row in map(tuple, rows):
            number = self._numbers.get(row)
            if number is None:
                number = self._numbers[row] = len(self._rows)
                self._rows.append(row)
            found.append(number)
        return found
