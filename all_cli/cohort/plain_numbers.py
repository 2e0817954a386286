"""Plain numbers by the hundred thousand: sorted by size, so that only a few of them need be read.

Between two neighbouring cut-offs all numbers mean the same, so reading the least, the greatest and a middle one tells
what all of them say; if the three do not agree, each number is read by itself. A number on a cut-off, or so near that a
computer's arithmetic could mistake its side, is always read by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

_PLAIN = r"^(?:0|[1-9]\d{0,6})(?:\.\d{1,9})?$"
_NEAR = 1e-9  # relative; doubles are exact to 1e-16 and a number here has at most 16 digits
_NONE = -1


class PlainNumbers:
    """Sorts texts that are plain numbers by the cut-offs of one column."""

    def __init__(self, breaks: Sequence[float]) -> None:
        import numpy as np

        self._breaks = np.array(sorted(breaks))
        self._examples: dict[int, list[str]] = {}

    def kinds(self, texts: pl.Series) -> list[int]:
        """Per text the number of its interval between cut-offs; -1 if it has to be read by itself."""
        import numpy as np
        import polars as pl

        numbers = pl.select(
            pl.when(texts.str.contains(_PLAIN)).then(texts).otherwise(None).cast(pl.Float64, strict=False)
        ).to_series()
        plain = numbers.is_not_null().to_numpy()
        values = numbers.fill_null(0.0).to_numpy()
        above = np.searchsorted(self._breaks, values)
        near = np.zeros(len(values), bool)
        for neighbour in (above - 1, above):
            there = self._breaks[np.clip(neighbour, 0, len(self._breaks) - 1)]
            near |= np.abs(values - there) <= _NEAR * np.maximum(1.0, np.abs(there))
        kinds = np.where(plain & ~near, above, _NONE)
        for kind in np.unique(kinds).tolist():
            if kind != _NONE and kind not in self._examples:
                places = np.flatnonzero(kinds == kind)
                ordered = places[np.argsort(values[places])]
                self._examples[kind] = [texts[int(place)] for place in ordered[[0, len(ordered) // 2, -1]]]
        found: list[int] = kinds.tolist()
        return found

    def examples(self, kind: int) -> list[str]:
        """The least, a middle and the greatest number of an interval among the texts it was first met in."""
        return self._examples[kind]
