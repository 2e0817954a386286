"""Plain numbers by the hundred thousand: sorted by size, so that only a few of them need be read.

Between two neighbouring cut-offs all numbers mean the same, so reading the least, the greatest and a middle one tells
what all of them say; if the three do not agree, each number is read by itself. A number on a cut-off, or so near that a
computer's arithmetic could mistake its side, is always read by itself. So it is with numbers behind one comparison
sign and before one unit (``<0.0123%``, ``45.1 G/L``), each such form with cut-offs of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]

_NUMBER = r"(?:0|[1-9]\d{0,6})(?:\.\d{1,9})?"
_PLAIN = rf"^{_NUMBER}$"
# What stands behind a number begins with a sign that cannot belong to it, or after a space with a power of ten.
_WRITTEN = rf"^(?<sign>[<>]?=? ?)(?<number>{_NUMBER})(?<behind>(?: ?[\p{{L}}%/×][^+,\n]{{0,20}}| 10[^+,\n]{{1,20}})?)$"
_FORMS = 32  # of one column; what is written in yet another form is read by itself
_NEAR = 1e-9  # relative; doubles are exact to 1e-16 and a number here has at most 16 digits
_NONE = -1


class _Form(NamedTuple):
    """One way of writing numbers: its first kind, and its cut-offs."""

    first: int
    breaks: NDArray[np.float64]


class PlainNumbers:
    """Sorts texts that are numbers by the cut-offs of one column."""

    def __init__(self, breaks: Callable[[str, str], Sequence[float]], by_itself: Callable[[str], str]) -> None:
        """Args: of a sign and what stands behind a number, the cut-offs of numbers so written, or none; and by what
        stands behind, a pattern of numbers that have to be read by themselves.
        """
        self._breaks, self._by_itself = breaks, by_itself
        self._forms: dict[tuple[str, str], _Form | None] = {}
        self._examples: dict[int, list[str]] = {}
        self._next = 0

    def kinds(self, texts: pl.Series) -> Numbers:
        """Per text a number of its form and its interval between cut-offs; -1 if it has to be read by itself."""
        import numpy as np
        import polars as pl

        kinds = np.full(len(texts), _NONE, np.int64)
        bare = texts.str.contains(_PLAIN)
        if bare.any():
            self._sort(kinds, np.flatnonzero(bare.to_numpy()), texts, texts.filter(bare), ("", ""))
        if bare.all():
            return kinds
        rest = pl.Series(np.flatnonzero(~bare.to_numpy()))
        written = texts.filter(~bare).str.extract_groups(_WRITTEN).struct.unnest().with_columns(rest.alias("place"))
        written = written.drop_nulls("number")
        forms = written.select("sign", "behind").unique(maintain_order=True)
        for sign, behind in forms.head(_FORMS).rows():
            part = written.filter((pl.col("sign") == sign) & (pl.col("behind") == behind))
            self._sort(kinds, part["place"].to_numpy(), texts, part["number"], (sign, behind))
        return kinds

    def _sort(
        self, kinds: Numbers, places: Numbers, texts: pl.Series, numbers: pl.Series, form: tuple[str, str]
    ) -> None:
        """Note the kinds of the texts at some places, all written in one form."""
        import numpy as np
        import polars as pl

        known = self._form(form)
        if known is None:
            return
        values = numbers.cast(pl.Float64).to_numpy()
        above = np.searchsorted(known.breaks, values)
        near = np.zeros(len(values), bool)
        for neighbour in (above - 1, above):
            there = known.breaks[np.clip(neighbour, 0, len(known.breaks) - 1)]
            near |= np.abs(values - there) <= _NEAR * np.maximum(1.0, np.abs(there))
        if pattern := self._by_itself(form[1]):
            near |= numbers.str.contains(f"^{pattern}$").to_numpy()
        found = np.where(near, _NONE, known.first + above)
        kinds[places] = found
        for kind in np.unique(found).tolist():
            if kind != _NONE and kind not in self._examples:
                here = np.flatnonzero(found == kind)
                ordered = places[here[np.argsort(values[here])]]
                self._examples[kind] = [texts[int(place)] for place in ordered[[0, len(ordered) // 2, -1]]]

    def _form(self, form: tuple[str, str]) -> _Form | None:
        """What is known of a form; None if its numbers have to be read one by one."""
        import numpy as np

        if form not in self._forms:
            if len(self._forms) >= _FORMS:
                return None
            breaks = np.array(sorted(self._breaks(*form)))
            self._forms[form] = _Form(self._next, breaks) if len(breaks) else None
            self._next += len(breaks) + 1
        return self._forms[form]

    def examples(self, kind: int) -> list[str]:
        """The least, a middle and the greatest number of a kind among the texts it was first met in."""
        return self._examples[kind]
