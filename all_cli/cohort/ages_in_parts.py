"""Two columns of ages that may be two parts of one: 4 years and 6 months, or 4 years and, told otherwise, 6 months."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from all_cli.cohort.columns import Column
from all_cli.cohort.doubted_numbers import Doubt, counted
from all_cli.cohort.evidence import Evidence

if TYPE_CHECKING:
    import polars as pl

_IN_ONE = {("y", "mo"): 12, ("y", "w"): 53, ("y", "d"): 366, ("mo", "w"): 5, ("mo", "d"): 32, ("w", "d"): 7}
_NAMES = {"y": "years", "mo": "months", "w": "weeks", "d": "days"}


class AgesInParts:
    """Watches a column of ages beside coarser ones, row by row."""

    def __init__(self, columns: Sequence[Column]) -> None:
        ages = [column for column in columns if column.reads == "age" and not column.for_all]
        self._fine = next((column for column in ages if not column.rough), None)
        fine = self._fine.unit if self._fine is not None else ""
        self._coarse = [column for column in ages if column.rough and (column.unit or "y", fine) in _IN_ONE]
        self.forget()

    def forget(self) -> None:
        """Count from here on."""
        self._parts = self._wholes = 0

    def see(self, frame: pl.DataFrame) -> None:
        """Look at the next rows."""
        import polars as pl

        if self._fine is None or not self._coarse:
            return
        fine = _number(self._fine)
        part = wholes = pl.lit(False)
        for column in self._coarse:
            most = _IN_ONE[column.unit or "y", self._fine.unit]
            part |= (_number(column) >= 1) & (fine < most)
            wholes |= fine >= most
        found = frame.select(
            part.fill_null(False).sum().alias("parts"), (wholes & ~part).fill_null(False).sum().alias("wholes")
        )
        self._parts += int(found["parts"][0])
        self._wholes += int(found["wholes"][0])

    def tell(self, evidence: Mapping[int, Evidence]) -> None:
        """Add what was seen to the evidence of the finer column."""
        if self._fine is not None and (seen := evidence.get(self._fine.index)) is not None:
            seen.parts, seen.wholes = self._parts, self._wholes


def _number(column: Column) -> pl.Expr:
    import polars as pl

    text = pl.col(column.header).str.strip_chars().str.replace(",", ".", literal=True)
    return text.cast(pl.Float64, strict=False)


def doubts_of_parts(column: Column, seen: Evidence, others: Sequence[Column]) -> Iterator[Doubt]:
    """Whether a column of ages holds what is left of the years (or months) beside it, or all of the age."""
    if column.reads != "age" or not seen.parts or seen.wholes:
        return
    coarse = next(other for other in others if other.rough and other.reads == "age")
    one, finer = _NAMES[coarse.unit or "y"], _NAMES[column.unit]
    yield Doubt(
        f'{counted(seen.parts, "row")} with fewer {finer} here than the {one} in "{coarse.header}" have: {finer} beyond'
        f" the {one}, or all of the age? Two parts of one age are not added up: write them into one cell (4y 6mo), or "
        f'say --map "{column.header}=-" to read the {one} alone, --map "{coarse.header}=-" if it is all of the age',
        stops=True,
    )
