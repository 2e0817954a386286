"""The classified table as it is written: every input row as it was read, with the answers beside or below it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import PurePath
from typing import IO, TYPE_CHECKING, NamedTuple

from all_cli.cohort.cbioportal import CBIOPORTAL, heading_of, legal_in_cbioportal
from all_cli.cohort.classify import Answers, result_columns, results_of
from all_cli.cohort.delimited import DELIMITERS
from all_cli.cohort.legal_names import legal_name, legal_names
from all_cli.cohort.rows import Rows
from all_cli.cohort.sinks import ARROW_EXTRA, SheetSink, Sink, TextSink, excel_safe, sink_of
from all_cli.cohort.streams import InputError
from all_cli.cohort.tables import ARROW, CSV, NDJSON, ODS, PARQUET, XLSX, Form
from all_cli.cohort.typed import texts_of
from all_cli.cohort.whole_file import whole_file
from all_cli.knowledge.problems import did_you_mean
from all_cli.patient.unreadable import UnreadableError

if TYPE_CHECKING:
    import polars as pl

WIDE, LONG = "wide", "long"
ROW = "row"
WRITABLE = (CSV, "tsv", NDJSON, PARQUET, ARROW, XLSX, ODS, CBIOPORTAL)
_SUFFIXES = {
    ".csv": CSV, ".tsv": "tsv", ".tab": "tsv", ".txt": CSV, ".ndjson": NDJSON, ".jsonl": NDJSON, ".parquet": PARQUET,
    ".pq": PARQUET, ".arrow": ARROW, ".feather": ARROW, ".ipc": ARROW, ".xlsx": XLSX, ".ods": ODS,
}  # fmt: skip
_PACKED = {".gz": "gzip", ".zst": "zstd", ".zstd": "zstd"}
_NAMED = "name .csv, .tsv, .ndjson, .parquet, .arrow, .xlsx or .ods (.gz or .zst behind it packs), or --output-format"
_NO_TEXT = re.compile("[\udc80-\udcff]")  # bytes that are not UTF-8, as the readers hand them on
_NO_SUFFIX = ("", ".")
_AS_READ = ".txt"  # of delimited text; no other suffix leaves open which sign separates


class WriteAs(NamedTuple):
    """How the output is written.

    Attributes:
        format: one of :data:`WRITABLE`; empty: by the suffix of the name, otherwise as the input, or CSV.
        form: ``wide`` (the result columns of each scheme behind the input's) or ``long`` (one row per patient and
            scheme).
        excel_safe: whether cells that begin as formulas do get an apostrophe before them, and text begins as Excel
            needs it.
        id: the column that names a patient, kept in long form.
        likely: whether something is assumed, so that each scheme has two more result columns.
        names: ``snake``: column names that R, SAS, Stata and REDCap take; empty: as they are.
        replace: whether results that the table already has are replaced.
    """

    format: str = ""
    form: str = WIDE
    excel_safe: bool = False
    id: str = ""
    likely: bool = False
    names: str = ""
    replace: bool = False


class Written(NamedTuple):
    """What an output turned out to be; ``delimiter`` is that of delimited text."""

    format: str
    packed: str
    delimiter: str = ""

    def text(self) -> str:
        """In words."""
        shown = {sign: name for name, sign in DELIMITERS.items()}.get(self.delimiter, f'"{self.delimiter}"')
        form = f"separated by {shown}" if self.delimiter and self.format != CBIOPORTAL else self.format
        return f"{form}, {self.packed}" if self.packed else form


class Output:
    """Takes stretches of rows with their answers; see :func:`open_output`.

    Attributes:
        lost: cells that the format cannot hold as they are, by what became of them.
    """

    def __init__(
        self,
        sink: Sink,
        write_as: WriteAs,
        names: Sequence[str],
        text: bool,
        before: int = 0,
        lost: Counter[str] | None = None,
    ) -> None:
        """``before`` is the number of rows of the table before the first one that is written here."""
        self.lost: Counter[str] = Counter() if lost is None else lost
        self._sink, self._as, self._names, self._text = sink, write_as, list(names), text
        self._before = before

    def write(self, rows: Rows, answers: Answers) -> None:
        """Write a stretch of rows."""
        if isinstance(self._sink, TextSink) and self._sink.as_read and (lines := rows.lines()) is not None:
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
            frame = excel_safe(frame)
        if raw is not None and (self._as.excel_safe or not self._text):
            if odd := sum(_NO_TEXT.search(cell) is not None for row in raw for cell in row):
                self.lost["bytes that are no text, written as \ufffd"] += odd
            raw = None
        if raw is not None:
            results = answers.frame().rows()
            self._sink.write_raw(
                [[*cells, *(text or "" for text in more)] for cells, more in zip(raw, results, strict=True)]
            )
        else:
            frame.columns = self._names
            self._sink.write(frame)


def output_format(output: str, form: Form, write_as: WriteAs) -> Written:
    """What an output of this name is to be.

    Raises:
        UnreadableError: a format that is not written, or a suffix that names none.
    """
    name = output.lower()
    packed = next((kind for suffix, kind in _PACKED.items() if name.endswith(suffix)), "")
    if packed:
        name = name.rsplit(".", 1)[0]
    suffix = PurePath(name).suffix
    if write_as.format:
        if write_as.format not in WRITABLE:
            hint = did_you_mean(write_as.format, list(WRITABLE)) or f"; known: {', '.join(WRITABLE)}"
            raise UnreadableError("--output-format", write_as.format, f"no such format{hint}")
        kind = write_as.format
    elif suffix in _SUFFIXES or suffix in _NO_SUFFIX:
        kind = _SUFFIXES.get(suffix, CSV)
    else:
        raise UnreadableError("--output", output, f'tables that end in "{suffix}" are not written; {_NAMED}')
    if kind in ("tsv", CBIOPORTAL):
        return Written(kind, packed, "\t")
    if kind != CSV:
        return Written(kind, packed)
    said = bool(write_as.format) or suffix not in (*_NO_SUFFIX, _AS_READ)
    # Where Excel writes semicolons it also opens them, and a comma would put each row into one cell.
    as_read = not said or (write_as.excel_safe and form.delimiter == ";")
    return Written(kind, packed, (as_read and form.delimiter) or ",")


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
    names = output_names(header, schemes, write_as)
    with whole_file(output) as file, _packing(output, file, written.packed) as stream:
        lost: Counter[str] = Counter()
        sink = _sink(output, stream, written, names, header, form, write_as, lost)
        try:
            yield Output(sink, write_as, names, bool(written.delimiter), lost=lost)
            sink.close()
        except BaseException:
            if isinstance(sink, SheetSink):
                sink.drop()
            raise


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
            raise UnreadableError("--output", output, f"to write zstd, {ARROW_EXTRA}; or write .gz") from None
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
    names = output_names(header, schemes, write_as)
    lost: Counter[str] = Counter()
    sink = _sink("", file, written, names, header, form, write_as, lost)
    return Output(sink, write_as, names, bool(written.delimiter), before, lost)


def output_names(header: Sequence[str], schemes: Sequence[str], write_as: WriteAs) -> list[str]:
    """The columns of an output, in order."""
    names = _plain_names(header, schemes, write_as)
    return legal_names(names) if write_as.names else names


def renamed(header: Sequence[str], schemes: Sequence[str], write_as: WriteAs) -> dict[str, str]:
    """The columns whose names are made legal: old name to new."""
    pairs = zip(_plain_names(header, schemes, write_as), output_names(header, schemes, write_as), strict=True)
    return {old: new for old, new in pairs if old != new}


def _plain_names(header: Sequence[str], schemes: Sequence[str], write_as: WriteAs) -> list[str]:
    if write_as.form == LONG:
        return [ROW, *([write_as.id] if write_as.id else []), "scheme", *results_of(write_as.likely)]
    return [*header, *result_columns(schemes, write_as.likely)]


def _sink(
    output: str,
    file: IO[bytes],
    written: Written,
    names: list[str],
    header: Sequence[str],
    form: Form,
    write_as: WriteAs,
    lost: Counter[str],
) -> Sink:
    if not written.delimiter:
        return sink_of(written.format, output, file, names, lost)
    as_read = form.delimiter == written.delimiter and write_as.form == WIDE and not write_as.excel_safe
    if written.format == CBIOPORTAL:
        return _cbioportal(file, names, header, form, write_as, as_read)
    return TextSink(file, names, written.delimiter, form.ending, write_as.excel_safe, as_read)


def _cbioportal(
    file: IO[bytes], names: list[str], header: Sequence[str], form: Form, write_as: WriteAs, as_read: bool
) -> Sink:
    """A clinical file of cBioPortal, of tab-separated text.

    Raises:
        UnreadableError: no column names a patient; a row per scheme.
    """
    if write_as.form == LONG:
        raise UnreadableError("--output-format", CBIOPORTAL, "it holds one row per patient; leave out --form long")
    names, above = heading_of(names, len(names) - len(header), form.comments, write_as.id)
    sink = TextSink(file, above[0], "\t", form.ending, False, as_read)
    sink.write_raw([*above[1:], names])
    return sink


def _long(frame: pl.DataFrame, answers: Answers, before: int, id: str) -> pl.DataFrame:
    """One row per patient and scheme, patients in order and schemes in order within each."""
    import polars as pl

    own = frame.select(
        pl.int_range(before + 1, before + 1 + pl.len(), dtype=pl.Int64).alias(ROW), *([pl.col(id)] if id else [])
    )
    parts = [
        own.with_columns(pl.lit(scheme).alias("scheme")).hstack(
            [column.alias(column.name.removeprefix(f"{scheme}.")) for column in answers.columns(number)]
        )
        for number, scheme in enumerate(answers.schemes)
    ]
    return pl.concat(parts).sort(ROW, maintain_order=True)


def check_names(name: str, header: Sequence[str], schemes: Sequence[str], write_as: WriteAs) -> None:
    """Refuse a table that already has the columns that would be added.

    Raises:
        InputError: which column.
        UnreadableError: the id column does not exist, or has a name that the long form needs.
    """
    for problem in already_there(name, header, schemes):
        raise problem
    if write_as.id and write_as.id not in header:
        raise UnreadableError("--id", write_as.id, f"no column is called that{did_you_mean(write_as.id, list(header))}")
    if write_as.form == LONG and write_as.id in (ROW, "scheme", *results_of(write_as.likely)):
        raise UnreadableError("--id", write_as.id, "the long form has a column of that name; rename the id column")


def already_there(name: str, header: Sequence[str], schemes: Sequence[str]) -> Iterator[InputError]:
    """What stands in the way of a batch that adds results to a table that has some of these schemes."""
    if taken := results_in(header, schemes):
        yield InputError(name, f'it already has the result column "{taken[0]}"; --replace replaces old results')


def results_in(header: Sequence[str], schemes: Sequence[str]) -> list[str]:
    """The columns that hold results of these schemes from an earlier run, under either names."""
    names = result_columns(schemes, likely=True)
    held = {*names, *map(legal_name, names), *map(legal_in_cbioportal, names)}
    return [column for column in header if column in held]
