"""The classified table as it is written: every input row as it was read, with the answers beside or below it."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any, NamedTuple, Protocol

from all_cli.cohort.cbioportal import CBIOPORTAL, heading_of
from all_cli.cohort.classify import RESULTS
from all_cli.cohort.kernel import Answers, result_columns
from all_cli.cohort.rows import Rows
from all_cli.cohort.streams import InputError
from all_cli.cohort.tables import ARROW, CSV, NDJSON, PARQUET, XLSX, Form
from all_cli.cohort.typed import texts_of
from all_cli.cohort.whole_file import whole_file
from all_cli.knowledge.problems import did_you_mean
from all_cli.patient.unreadable import UnreadableError

if TYPE_CHECKING:
    import polars as pl

WIDE, LONG = "wide", "long"
ROW = "row"
WRITABLE = (CSV, "tsv", NDJSON, PARQUET, ARROW, XLSX, CBIOPORTAL)
_SUFFIXES = {
    ".csv": CSV, ".tsv": "tsv", ".tab": "tsv", ".txt": CSV, ".ndjson": NDJSON, ".jsonl": NDJSON, ".parquet": PARQUET,
    ".pq": PARQUET, ".arrow": ARROW, ".feather": ARROW, ".ipc": ARROW, ".xlsx": XLSX,
}  # fmt: skip
_PACKED = {".gz": "gzip", ".zst": "zstd", ".zstd": "zstd"}
_UNKNOWN_SUFFIXES = {
    ".ods": "ODS is read and not written",
    ".xls": "the old XLS is not written",
    **dict.fromkeys(
        (".sav", ".zsav", ".por", ".dta", ".sas7bdat", ".xpt"), "files of SPSS, Stata and SAS are not written"
    ),
}
_FORMULA = r"^[=+\-@]"
_LONGEST_SHEET = 1_048_576
_PART = 1 << 16  # rows
_ARROW = "install all-cli[arrow]"


class WriteAs(NamedTuple):
    """How the output is written.

    Attributes:
        format: one of :data:`WRITABLE`; empty: by the suffix of the name, otherwise as the input, or CSV.
        form: ``wide`` (six columns per scheme behind the input's) or ``long`` (one row per patient and scheme).
        excel_safe: whether cells that begin as formulas do get an apostrophe before them.
        id: the column that names a patient, kept in long form.
    """

    format: str = ""
    form: str = WIDE
    excel_safe: bool = False
    id: str = ""


class Written(NamedTuple):
    """What an output turned out to be."""

    format: str
    packed: str


class Sink(Protocol):
    """Takes frames, and rows of cells whose bytes are no text; see :class:`Output`."""

    def write(self, frame: pl.DataFrame) -> None:
        """Write the rows of a frame."""

    def write_raw(self, rows: list[list[str]]) -> None:
        """Write rows of cells, lone surrogates standing for bytes."""

    def close(self) -> None:
        """Write what is left."""


class Output:
    """Takes stretches of rows with their answers; see :func:`open_output`."""

    def __init__(self, sink: Sink, write_as: WriteAs, schemes: Sequence[str], text: bool, before: int = 0) -> None:
        """``before`` is the number of rows of the table before the first one that is written here."""
        self._sink, self._as, self._schemes, self._text = sink, write_as, schemes, text
        self._before = before

    def write(self, rows: Rows, answers: Answers) -> None:
        """Write a stretch of rows."""
        if isinstance(self._sink, _TextSink) and self._sink.as_read and (lines := rows.lines()) is not None:
            self._before += answers.rows
            self._sink.write_lines(lines, answers)
            return
        frame = texts_of(rows.frame) if self._text else rows.frame
        raw = rows.raw
        if self._as.form == LONG:
            frame = _long(frame, answers, self._before, self._as.id)
            raw = None
        else:
            frame = frame.hstack(answers.frame())
        self._before += answers.rows
        if self._as.excel_safe:
            frame, raw = _excel_safe(frame), None
        if raw is not None and self._text:
            results = frame.select(frame.columns[-len(RESULTS) * len(self._schemes) :]).rows()
            self._sink.write_raw(
                [[*cells, *(text or "" for text in more)] for cells, more in zip(raw, results, strict=True)]
            )
        else:
            self._sink.write(frame)


def output_format(output: str, form: Form, write_as: WriteAs) -> Written:
    """What an output of this name is to be.

    Raises:
        UnreadableError: a format that is not written.
    """
    name = output.lower()
    packed = next((kind for suffix, kind in _PACKED.items() if name.endswith(suffix)), "")
    if packed:
        name = name.rsplit(".", 1)[0]
    if write_as.format:
        if write_as.format not in WRITABLE:
            hint = did_you_mean(write_as.format, list(WRITABLE)) or f"; known: {', '.join(WRITABLE)}"
            raise UnreadableError("--output-format", write_as.format, f"no such format{hint}")
        return Written(write_as.format, packed)
    for suffix, why in _UNKNOWN_SUFFIXES.items():
        if name.endswith(suffix):
            raise UnreadableError("--output", output, f"{why}; write .xlsx or .csv")
    for suffix, kind in _SUFFIXES.items():
        if name.endswith(suffix):
            return Written(kind, packed)
    return Written(CSV, packed)


@contextmanager
def open_output(
    output: str, header: Sequence[str], form: Form, schemes: Sequence[str], write_as: WriteAs
) -> Iterator[Output]:
    """An output that appears under its name when the block is left without error.

    Args:
        output: path, or ``-`` for standard output.
        header: the input's columns.
        form: the input's form: delimited text keeps its delimiter and line ending.
        schemes: ids, in the order of the result columns.
        write_as: what was asked for.

    Raises:
        UnreadableError: a format that is not written, or a place where nothing may be written.
        OSError: it cannot be written after all.
    """
    written = output_format(output, form, write_as)
    names = _names(header, schemes, write_as)
    with whole_file(output) as file, _packing(output, file, written.packed) as stream:
        sink = _sink(output, stream, written, names, header, form, write_as)
        yield Output(sink, write_as, schemes, written.format in (CSV, "tsv", CBIOPORTAL))
        sink.close()


@contextmanager
def _packing(output: str, file: IO[bytes], packed: str) -> Iterator[IO[bytes]]:
    if packed == "gzip":
        import gzip

        with gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=6, mtime=0) as stream:
            yield stream  # type: ignore[misc]
    elif packed == "zstd":
        try:
            from pyarrow import CompressedOutputStream, PythonFile
        except ImportError:
            raise UnreadableError("--output", output, f"to write zstd, {_ARROW}; or write .gz") from None
        with CompressedOutputStream(PythonFile(file, mode="w"), "zstd") as stream:
            yield stream
    else:
        yield file


def text_output(
    file: IO[bytes],
    header: Sequence[str],
    form: Form,
    schemes: Sequence[str],
    write_as: WriteAs,
    written: Written,
    before: int,
) -> Output:
    """Part of an output as text, a table in itself; ``before`` is the number of rows in the parts before it."""
    names = _names(header, schemes, write_as)
    sink = _sink("", file, written, names, header, form, write_as)
    return Output(sink, write_as, schemes, written.format in (CSV, "tsv", CBIOPORTAL), before)


def _names(header: Sequence[str], schemes: Sequence[str], write_as: WriteAs) -> list[str]:
    if write_as.form == LONG:
        return [ROW, *([write_as.id] if write_as.id else []), "scheme", *RESULTS]
    return [*header, *result_columns(schemes)]


def _sink(
    output: str,
    file: IO[bytes],
    written: Written,
    names: list[str],
    header: Sequence[str],
    form: Form,
    write_as: WriteAs,
) -> Sink:
    match written.format:
        case "parquet" | "arrow":
            return _ArrowSink(output, file, written.format, names)
        case "ndjson":
            return _JsonLinesSink(file)
        case "xlsx":
            return _SheetSink(output, file, names)
        case "cbioportal":
            return _cbioportal(file, names, header, form, write_as)
        case kind:
            delimiter = "\t" if kind == "tsv" else form.delimiter or ","
            as_read = form.delimiter == delimiter and write_as.form == WIDE and not write_as.excel_safe
            return _TextSink(file, names, delimiter, form.ending, write_as.excel_safe, as_read)


def _cbioportal(file: IO[bytes], names: list[str], header: Sequence[str], form: Form, write_as: WriteAs) -> Sink:
    """A clinical file of cBioPortal, of tab-separated text.

    Raises:
        UnreadableError: no column names a patient; a row per scheme.
    """
    if write_as.form == LONG:
        raise UnreadableError("--output-format", CBIOPORTAL, "it holds one row per patient; leave out --form long")
    names, above = heading_of(names, len(names) - len(header), form.comments, write_as.id)
    as_read = form.delimiter == "\t" and not write_as.excel_safe
    sink = _TextSink(file, above[0], "\t", form.ending, False, as_read)
    sink.write_raw([*above[1:], names])
    return sink


class _TextSink:
    """Delimited text in UTF-8; ``as_read`` says whether rows may stand as they stood in the input."""

    def __init__(
        self, file: IO[bytes], names: list[str], delimiter: str, ending: str, excel_safe: bool, as_read: bool
    ) -> None:
        self._file, self._delimiter, self._ending, self.as_read = file, delimiter, ending, as_read
        safe = [f"'{name}" if excel_safe and name.startswith(("=", "+", "-", "@")) else name for name in names]
        self.write_raw([safe])

    def write(self, frame: pl.DataFrame) -> None:
        buffer = io.BytesIO()
        frame.write_csv(buffer, include_header=False, separator=self._delimiter, line_terminator=self._ending)
        self._file.write(buffer.getbuffer())

    def write_lines(self, lines: pl.Series, answers: Answers) -> None:
        """Write lines of the input with the answers behind them; each distinct answer is put into cells once."""
        import polars as pl

        parts = [lines]
        for scheme in range(len(answers.schemes)):
            texts, numbers = answers.texts[scheme], pl.Series(answers.numbers[scheme])
            parts.append(pl.Series([self._cells(text) for text in texts], dtype=pl.String).gather(numbers))
        # Many schemes make a row many times as long as it was: a part at a time, so that memory stays small.
        for start in range(0, answers.rows, _PART):
            some = [part.slice(start, _PART) for part in parts]
            whole = pl.select(pl.concat_str(some, separator=self._delimiter).alias("line"))
            buffer = io.BytesIO()
            whole.write_csv(buffer, include_header=False, line_terminator=self._ending, quote_style="never")
            self._file.write(buffer.getbuffer())

    def _cells(self, texts: Sequence[str]) -> str:
        return self._delimiter.join(map(self._cell, texts))

    def _cell(self, text: str) -> str:
        # The csv module leaves a carriage return unquoted where lines end in newlines, and it would end the row.
        if any(sign in text for sign in (self._delimiter, '"', "\n", "\r")):
            return '"' + text.replace('"', '""') + '"'
        return text

    def write_raw(self, rows: list[list[str]]) -> None:
        text = "".join(self._cells(row) + self._ending for row in rows)
        self._file.write(text.encode("utf-8", "surrogateescape"))

    def close(self) -> None:
        self._file.flush()


class _JsonLinesSink:
    """One object a line; a missing value is null."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, frame: pl.DataFrame) -> None:
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
            raise UnreadableError("--output", output, f"to write {kind}, {_ARROW}") from None
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


class _SheetSink:
    """XLSX, row by row; text stays text, so that no cell becomes a formula or a date."""

    def __init__(self, output: str, file: IO[bytes], names: list[str]) -> None:
        try:
            import xlsxwriter
        except ImportError:
            raise UnreadableError(
                "--output", output, "to write XLSX, install all-cli[spreadsheet]; or write .csv"
            ) from None
        self._output = output
        self._buffer = io.BytesIO()
        self._file = file
        self._book = xlsxwriter.Workbook(self._buffer, {"constant_memory": True})
        self._book.set_properties({"created": datetime(2000, 1, 1)})  # the same rows make the same bytes
        self._sheet = self._book.add_worksheet("results")
        self._row = 0
        self._one(names)

    def _one(self, cells: Sequence[Any]) -> None:
        if self._row >= _LONGEST_SHEET:
            raise UnreadableError(
                "--output", self._output, f"a sheet ends at row {_LONGEST_SHEET}; write .csv or .parquet"
            )
        for column, cell in enumerate(cells):
            if isinstance(cell, (int, float)) and not isinstance(cell, bool):
                self._sheet.write_number(self._row, column, cell)
            elif cell is not None and cell != "":
                self._sheet.write_string(self._row, column, str(cell))
        self._row += 1

    def write(self, frame: pl.DataFrame) -> None:
        for cells in frame.iter_rows():
            self._one(cells)

    def write_raw(self, rows: list[list[str]]) -> None:
        raise AssertionError("bytes that are no text go to delimited text alone")

    def close(self) -> None:
        self._book.close()
        self._file.write(self._buffer.getbuffer())


def _long(frame: pl.DataFrame, answers: Answers, before: int, id: str) -> pl.DataFrame:
    """One row per patient and scheme, patients in order and schemes in order within each."""
    import polars as pl

    own = frame.select(
        pl.int_range(before + 1, before + 1 + pl.len(), dtype=pl.Int64).alias(ROW), *([pl.col(id)] if id else [])
    )
    parts = [
        own.with_columns(pl.lit(scheme).alias("scheme")).hstack(
            [column.alias(result) for column, result in zip(answers.columns(number), RESULTS, strict=True)]
        )
        for number, scheme in enumerate(answers.schemes)
    ]
    return pl.concat(parts).sort(ROW, maintain_order=True)


def _excel_safe(frame: pl.DataFrame) -> pl.DataFrame:
    """Text cells that a spreadsheet would take for formulas, with an apostrophe before them."""
    import polars as pl

    text = pl.col(pl.String)
    return frame.with_columns(pl.when(text.str.contains(_FORMULA)).then(pl.lit("'") + text).otherwise(text).name.keep())


def check_names(name: str, header: Sequence[str], schemes: Sequence[str], write_as: WriteAs) -> None:
    """Refuse a table that already has the columns that would be added.

    Raises:
        InputError: which column.
        UnreadableError: the id column does not exist, or has a name that the long form needs.
    """
    added = set(result_columns(schemes))
    if taken := [column for column in header if column in added]:
        raise InputError(name, f'it already has the result column "{taken[0]}"; drop the old results first')
    if write_as.id and write_as.id not in header:
        raise UnreadableError("--id", write_as.id, f"no column is called that{did_you_mean(write_as.id, list(header))}")
    if write_as.form == LONG and write_as.id in (ROW, "scheme", *RESULTS):
        raise UnreadableError("--id", write_as.id, "the long form has a column of that name; rename the id column")
