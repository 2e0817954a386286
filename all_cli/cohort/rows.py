"""A stretch of a table's rows, as they were read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from all_cli.cohort.no_patients import no_patients
from all_cli.cohort.troubled import Row

if TYPE_CHECKING:
    import polars as pl


class Rows:
    """Rows in order.

    Attributes:
        frame: their cells; text, or typed as a typed file has them; null where a cell is empty.
        rejected: rows that are spoiled as a whole, by number in this stretch, with the reason.
        raw: the cells of delimited text that is not all UTF-8, with its odd bytes as lone surrogates; else None.
        block: the rows as they stand in delimited text in UTF-8, if each row is one line; else None.
        done: the share of the input that was read with these rows, None if that is not known.
    """

    def __init__(self, frame: pl.DataFrame, line: int | None = None, block: bytes | None = None) -> None:
        """``line`` is the number of lines before the first row; None if the input has no lines."""
        self.frame = frame
        self.block = block
        self.rejected = no_patients(frame)
        self.raw: list[list[str]] | None = None
        self.done: float | None = None
        self._before = line
        self._lines: list[int] | None = None

    @staticmethod
    def of_cells(names: Sequence[str], rows: Sequence[Row]) -> Rows:
        """Rows that were gone through one by one."""
        import polars as pl

        cells = [row.cells for row in rows]
        odd = any(
            not cell.isascii() and any("\ud800" <= sign <= "\udfff" for sign in cell) for row in cells for cell in row
        )
        plain = [[_printable(cell) for cell in row] for row in cells] if odd else cells
        columns = list(zip(*plain, strict=True)) if plain else [()] * len(names)
        data = {name: [cell or None for cell in column] for name, column in zip(names, columns, strict=True)}
        found = Rows(pl.DataFrame(data, schema=dict.fromkeys(names, pl.String)))
        found.rejected |= {number: row.problem for number, row in enumerate(rows) if row.problem}
        found.raw = cells if odd else None
        found._lines = [row.line for row in rows]
        return found

    def in_order(self, names: Sequence[str]) -> Rows:
        """The same rows with their columns in another order."""
        if self.frame.columns != list(names):
            if self.raw is not None:
                places = [self.frame.columns.index(name) for name in names]
                self.raw = [[cells[place] for place in places] for cells in self.raw]
            self.frame = self.frame.select(names)
            self.block = None
        return self

    def lines(self) -> pl.Series | None:
        """Each row as the line that it was, without its end; None if a row is not one line."""
        import polars as pl

        if self.block is None or b"\x1f" in self.block:
            return None
        frame = pl.read_csv(
            self.block,
            has_header=False,
            schema={"line": pl.String},
            separator="\x1f",
            quote_char=None,
            infer_schema=False,
        )
        return frame.to_series() if frame.height == self.frame.height else None

    def line(self, row: int) -> int | None:
        """The number of the (last) line of a row, counted from 1; None if the input has no lines."""
        import polars as pl

        if self._lines is not None:
            return self._lines[row]
        if self._before is None:
            return None
        inside = pl.sum_horizontal(pl.all().str.count_matches("\n", literal=True))
        ends = self.frame.select(inside.cast(pl.Int64).cum_sum()).to_series()
        self._lines = [self._before + number + inside for number, inside in enumerate(ends, start=1)]
        return self._lines[row]


def _printable(cell: str) -> str:
    return cell.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
