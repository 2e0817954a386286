"""What takes the rows of a classified table: delimited text, lines of JSON, Parquet, Arrow, sheets of XLSX and ODS."""

from __future__ import annotations

import io
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol

from all_cli.cohort.classify import Answers
from all_cli.cohort.ods import CONTROL, OdsWriter
from all_cli.cohort.tables import PARQUET
from all_cli.cohort.typed import as_text
from all_cli.patient.unreadable import UnreadableError

if TYPE_CHECKING:
    import polars as pl

ARROW_EXTRA = "install all-cli[arrow]"
_FORMULA = r"^[=+\-@\t\r\n]"  # what Excel takes for a formula, itself or behind white space that it drops
_NUMBER = r"^[-+]?(?:\d[\d.,]*|[.,]\d+)(?:[eE][-+]?\d+)?%?$"  # which is none
_BOM = b"\xef\xbb\xbf"
_LONGEST_SHEET, _WIDEST_SHEET, _LONGEST_TEXT = 1_048_576, 16_384, 32_767
_EXACT = 1 << 53  # above, a sheet no longer tells neighbouring whole numbers apart
_NO_CHARACTERS = re.compile("[\ufffe\uffff]")
_NO_JSON = "NaN or an infinite number, written as null"
_ROUNDED = "numbers of more than 16 digits, rounded"
_PART = 1 << 13  # rows, few enough that their memory is used again for the next


class Sink(Protocol):
    """Takes frames, and rows of cells whose bytes are no text; see :class:`Output`."""

    def write(self, frame: pl.DataFrame) -> None:
        """Write the rows of a frame."""

    def write_raw(self, rows: list[list[str]]) -> None:
        """Write rows of cells, lone surrogates standing for bytes."""

    def close(self) -> None:
        """Write what is left."""


class TextSink:
    """Delimited text in UTF-8; ``as_read`` says whether rows may stand as they stood in the input."""

    def __init__(
        self, file: IO[bytes], names: list[str], delimiter: str, ending: str, excel_safe: bool, as_read: bool
    ) -> None:
        self._file, self._delimiter, self._ending, self.as_read = file, delimiter, ending, as_read
        self._buffer = io.BytesIO()  # used again and again: fresh memory for every part would have to be cleared
        if excel_safe:
            file.write(_BOM)  # without it Excel reads UTF-8 as the code page of the machine
            names = [f"'{name}" if re.match(_FORMULA, name) else name for name in names]
        self.write_raw([names])

    def write(self, frame: pl.DataFrame, **form: Any) -> None:
        """Write the rows of a frame; ``form`` is what its writer takes besides."""
        buffer = self._buffer
        buffer.seek(0)
        frame.write_csv(buffer, include_header=False, separator=self._delimiter, line_terminator=self._ending, **form)
        with buffer.getbuffer() as held:
            self._file.write(held[: buffer.tell()])

    def write_lines(self, lines: pl.Series, answers: Answers) -> None:
        """Write lines of the input with the answers behind them; each distinct answer is put into cells once."""
        import polars as pl

        parts = [lines.alias("line")]
        for scheme in range(len(answers.schemes)):
            texts, numbers = answers.texts[scheme], pl.Series(answers.numbers[scheme])
            parts.append(pl.Series(str(scheme), [self._cells(text) for text in texts], pl.String).gather(numbers))
        whole = pl.DataFrame(parts)
        # Many schemes make a row many times as long as it was: a part at a time, so that memory stays small.
        for start in range(0, answers.rows, _PART):
            self.write(whole.slice(start, _PART), quote_style="never")

    def _cells(self, texts: Sequence[str]) -> str:
        return self._delimiter.join(map(self._cell, texts))

    def _cell(self, text: str) -> str:
        # The csv module leaves a carriage return unquoted where lines end in newlines, and it would end the row.
        if any(sign in text for sign in (self._delimiter, '"', "\n", "\r")):
            return '"' + text.replace('"', '""') + '"'
        return text

    def write_raw(self, rows: list[list[str]]) -> None:
        """Write rows of cells, lone surrogates standing for bytes."""
        text = "".join(self._cells(row) + self._ending for row in rows)
        self._file.write(text.encode("utf-8", "surrogateescape"))

    def close(self) -> None:
        """Hand on what is held back."""
        self._file.flush()


def sink_of(kind: str, output: str, file: IO[bytes], names: list[str], lost: Counter[str]) -> Sink:
    """What writes a table that is no delimited text.

    Args:
        kind: its format.
        output: its name, for messages.
        file: where to write.
        names: the columns.
        lost: counts the cells that the format cannot hold as they are, by what became of them.

    Raises:
        UnreadableError: what writes this format is not installed; a table too large for a sheet.
    """
    match kind:
        case "ndjson":
            return _JsonLinesSink(file, lost)
        case "xlsx":
            return SheetSink(output, file, names, lost)
        case "ods":
            return _OdsSink(output, file, names, lost)
        case _:
            return _ArrowSink(output, file, kind, names)


class _JsonLinesSink:
    """One object a line; a missing value is null."""

    def __init__(self, file: IO[bytes], lost: Counter[str]) -> None:
        self._file, self._lost = file, lost

    def write(self, frame: pl.DataFrame) -> None:
        for column in frame:
            if column.dtype.is_float() and (odd := column.len() - column.null_count() - int(column.is_finite().sum())):
                self._lost[_NO_JSON] += odd
        frame = frame.with_columns(as_text(column) for column in frame if "Binary" in str(column.dtype))
        buffer = io.BytesIO()
        frame.write_ndjson(buffer)
        self._file.write(buffer.getbuffer())

    def write_raw(self, rows: list[list[str]]) -> None:
        raise AssertionError("bytes that are no text go to delimited text alone")

    def close(self) -> None:
        self._file.flush()


class _ArrowSink:
    """Parquet or Arrow, a stretch of rows at a time; the input's types are kept. Without rows all columns are text."""

    def __init__(self, output: str, file: IO[bytes], kind: str, names: list[str]) -> None:
        try:
            import pyarrow
        except ImportError:
            raise UnreadableError("--output", output, f"to write {kind}, {ARROW_EXTRA}") from None
        self._arrow, self._file, self._kind, self._names = pyarrow, file, kind, names
        self._writer: Any = None

    def write(self, frame: pl.DataFrame) -> None:
        import polars as pl

        table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
        if self._writer is None:
            if self._kind == PARQUET:
                from pyarrow.parquet import ParquetWriter

                self._writer = ParquetWriter(self._file, table.schema)
            else:
                self._writer = self._arrow.ipc.new_file(self._file, table.schema)
        self._writer.write_table(table.cast(self._writer.schema if self._kind == PARQUET else table.schema))

    def write_raw(self, rows: list[list[str]]) -> None:
        raise AssertionError("bytes that are no text go to delimited text alone")

    def close(self) -> None:
        import polars as pl

        if self._writer is None:
            self.write(pl.DataFrame(schema=dict.fromkeys(self._names, pl.String)))
        self._writer.close()


class SheetSink:
    """XLSX, row by row; text stays text, so that no cell becomes a formula or a date."""

    def __init__(self, output: str, file: IO[bytes], names: list[str], lost: Counter[str]) -> None:
        try:
            import xlsxwriter
        except ImportError:
            raise UnreadableError(
                "--output", output, "to write XLSX, install all-cli[spreadsheet]; or write .ods or .csv"
            ) from None
        _check_size(output, 1, len(names))
        self._output, self._lost = output, lost
        self._buffer = io.BytesIO()
        self._file = file
        self._book = xlsxwriter.Workbook(self._buffer, {"constant_memory": True})
        self._book.set_properties({"created": datetime(2000, 1, 1)})  # the same rows make the same bytes
        self._sheet = self._book.add_worksheet("results")
        self._row = 0
        self._one(names)

    def _one(self, cells: Sequence[str | float | None]) -> None:
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                self._sheet.write_string(self._row, column, self._text(cell))
            elif cell is not None:
                self._sheet.write_number(self._row, column, cell)
                if float(f"{cell:.16g}") != cell:  # as the library writes it
                    self._lost[_ROUNDED] += 1
        self._row += 1

    def _text(self, text: str) -> str:
        if len(text) > _LONGEST_TEXT:
            why = f"a cell of XLSX holds {_LONGEST_TEXT} characters, and one in row {self._row} has {len(text)}"
            raise UnreadableError("--output", self._output, f"{why}; write .ods or .csv")
        if _NO_CHARACTERS.search(text):
            self._lost[CONTROL] += 1
        return _NO_CHARACTERS.sub("\ufffd", text)

    def write(self, frame: pl.DataFrame) -> None:
        """Write the rows of a frame."""
        _check_size(self._output, self._row + frame.height, frame.width)
        for cells in _sheet_rows(frame):
            self._one(cells)

    def write_raw(self, rows: list[list[str]]) -> None:
        """Not for sheets."""
        raise AssertionError("bytes that are no text go to delimited text alone")

    def close(self) -> None:
        """Write the file."""
        self._book.close()
        self._file.write(self._buffer.getbuffer())

    def drop(self) -> None:
        """Leave no rows of patients in the file that the library keeps them in meanwhile."""
        self._sheet.row_data_fh.close()
        Path(self._sheet.row_data_filename).unlink(missing_ok=True)


class _OdsSink:
    """ODS, a stretch of rows at a time."""

    def __init__(self, output: str, file: IO[bytes], names: list[str], lost: Counter[str]) -> None:
        _check_size(output, 1, len(names))
        self._output = output
        self._writer = OdsWriter(file, "results", lost)
        self._writer.write([names])
        self._rows = 1

    def write(self, frame: pl.DataFrame) -> None:
        self._rows += frame.height
        _check_size(self._output, self._rows, frame.width)
        self._writer.write(_sheet_rows(frame))

    def write_raw(self, rows: list[list[str]]) -> None:
        raise AssertionError("bytes that are no text go to delimited text alone")

    def close(self) -> None:
        self._writer.close()


def _check_size(output: str, rows: int, columns: int) -> None:
    if rows > _LONGEST_SHEET:
        raise UnreadableError("--output", output, f"a sheet ends at row {_LONGEST_SHEET}; write .csv or .parquet")
    if columns > _WIDEST_SHEET:
        why = f"a sheet ends at column {_WIDEST_SHEET}, and there are {columns}; write .csv or .parquet"
        raise UnreadableError("--output", output, why)


def _sheet_rows(frame: pl.DataFrame) -> Iterator[tuple[str | float | None, ...]]:
    """The rows of a frame as a sheet can hold them: numbers that it holds exactly, everything else as text."""
    import polars as pl

    columns: list[Iterable[Any]] = []
    for column in frame:
        if column.dtype.is_integer() and (column.abs() > _EXACT).any():
            column = column.cast(pl.String)
        elif not column.dtype.is_integer() and not column.dtype.is_float():
            column = as_text(column)
        if column.dtype.is_float() and not column.is_finite().all():
            pairs = zip(column, as_text(column), strict=True)
            columns.append([number if number is None or math.isfinite(number) else text for number, text in pairs])
        else:
            columns.append(column)
    yield from zip(*columns, strict=True)


def excel_safe(frame: pl.DataFrame) -> pl.DataFrame:
    """Text cells that a spreadsheet would take for formulas, with an apostrophe before them."""
    import polars as pl

    text = pl.col(pl.String)
    return frame.with_columns(
        pl.when(text.str.contains(_FORMULA) & ~text.str.contains(_NUMBER))
        .then(pl.lit("'") + text)
        .otherwise(text)
        .name.keep()
    )
