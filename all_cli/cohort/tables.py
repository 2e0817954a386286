"""Open any table of patients: its header, how it is written, and its rows as frames of cells.

Delimited text (comma, semicolon, tab, pipe), NDJSON, Parquet, Arrow, XLSX, ODS, SPSS, Stata and SAS; packed with gzip
or zstd; from files, a glob or standard input; several files with the same columns as one cohort. Nothing is inferred
from cells: text stays text. What was found out about the form of the input is in :class:`Form` and is told to the user,
who can say otherwise.
"""

from __future__ import annotations

import csv
import glob
import io
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, NamedTuple

from all_cli.cohort.delimited import DELIMITERS, Delimited, checked_header, heading
from all_cli.cohort.dictionary import Dictionary, told_in_comments
from all_cli.cohort.no_table import refuse_no_table
from all_cli.cohort.rows import Rows
from all_cli.cohort.statistics_files import kind_of, statistics_file
from all_cli.cohort.streams import Ahead, Bytes, Decoded, Encoding, InputError, Source, encoding_of, open_source
from all_cli.cohort.typed import JsonLines, columnar, sheet
from all_cli.knowledge.problems import did_you_mean
from all_cli.patient.unreadable import UnreadableError

CSV, NDJSON, PARQUET, ARROW, XLSX, ODS = "csv", "ndjson", "parquet", "arrow", "xlsx", "ods"
FORMATS = (CSV, "tsv", NDJSON, PARQUET, ARROW, XLSX, ODS)


class ReadAs(NamedTuple):
    """What the user says of the input's form; empty: find out."""

    format: str = ""
    delimiter: str = ""
    encoding: str = ""
    sheet: str = ""
    header_row: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """How an input is written.

    Attributes:
        format: ``csv``, ``ndjson``, ``parquet``, ``arrow``, ``xlsx``, ``ods``, ``SPSS``, ``Stata`` or ``SAS``.
        packed: ``gzip``, ``zstd`` or empty.
        delimiter: of delimited text; else empty.
        ending: line ending of delimited text.
        encoding: of text; else empty.
        guessed: whether the encoding was guessed.
        sheet: of a spreadsheet.
        odd: of a spreadsheet, what of its cells the user has to be told.
        header_row: the rows that hold the names, if not the first: ``3`` or ``3-4``.
        comments: lines above the header that begin with ``#``, as files of cBioPortal have them.
    """

    format: str
    packed: str = ""
    delimiter: str = ""
    ending: str = "\n"
    encoding: str = ""
    guessed: bool = False
    sheet: str = ""
    odd: str = ""
    header_row: str = ""
    comments: tuple[str, ...] = ()

    def text(self) -> str:
        """In words, as the summary of a batch says it after the number of columns."""
        if self.format == CSV:
            shown = {sign: name for name, sign in DELIMITERS.items()}.get(self.delimiter, f'"{self.delimiter}"')
            parts = [f"separated by {shown}"]
        else:
            parts = [{XLSX: f'sheet "{self.sheet}"', ODS: f'sheet "{self.sheet}"'}.get(self.format, self.format)]
        if self.header_row:
            lines = f"{len(self.comments)} line{'' if len(self.comments) == 1 else 's'} with #"
            above = f" below {lines}" if self.comments else ""
            parts.append(f"header in row{'s' if '-' in self.header_row else ''} {self.header_row}{above}")
        if self.odd:
            parts.append(self.odd)
        if self.packed:
            parts.append(self.packed)
        if self.guessed:
            parts.append(f"encoding {self.encoding} (a guess; --encoding says otherwise)")
        elif self.encoding not in ("", "utf-8"):
            parts.append(f"encoding {self.encoding}")
        return ", ".join(parts)


class Table:
    """An opened table.

    Attributes:
        name: for messages; several files by the first and how many more.
        header: the column names.
        form: how it (or its first file) is written.
        dictionary: what the file itself says of its columns, if it does.
    """

    def __init__(
        self, name: str, header: list[str], form: Form, rows: Iterator[Rows], dictionary: Dictionary | None = None
    ) -> None:
        self.name, self.header, self.form, self._rows = name, header, form, rows
        self.dictionary = dictionary

    def first(self) -> Rows | None:
        """The first rows, which :meth:`rows` gives again; None if there are none."""
        rows = next(self._rows, None)
        if rows is not None:
            self._rows = chain([rows], self._rows)
        return rows

    def rows(self) -> Iterator[Rows]:
        """Every row in order; can be gone through once."""
        return self._rows

    def without(self, columns: Collection[str]) -> Table:
        """The table without some of its columns."""
        kept = [column for column in self.header if column not in columns]
        return Table(self.name, kept, self.form, (rows.in_order(kept) for rows in self._rows), self.dictionary)


def input_files(sources: Sequence[str]) -> list[str]:
    """The files that the sources name, patterns such as ``site*.csv`` expanded in order.

    Raises:
        InputError: a pattern that no file fits.
    """
    found: list[str] = []
    for source in sources:
        if source == "-" or Path(source).exists() or not any(sign in source for sign in "*?["):
            found.append(source)
            continue
        matching = sorted(glob.glob(source, recursive=True))  # noqa: PTH207 - a pattern may be absolute
        if not matching:
            raise InputError(source, "no file fits this pattern")
        found += matching
    return found


@contextmanager
def open_table(sources: Sequence[str], read_as: ReadAs = ReadAs()) -> Iterator[Table]:
    """Open one table, or several files with the same columns as one.

    Args:
        sources: paths, patterns, or ``-`` for standard input.
        read_as: what is known of the form.

    Raises:
        InputError: no table, or files whose columns differ.
        UnreadableError: an unknown format, encoding or delimiter.
        OSError: a file cannot be read.
    """
    files = input_files(sources)
    if len(files) > 1 and "-" in files:
        raise InputError("standard input", "it cannot be one of several inputs; give files")
    _check(read_as)
    with ExitStack() as stack:
        first = _open(files[0], read_as, stack)
        if len(files) == 1:
            yield first
            return
        name = f"{first.name} and {len(files) - 1} more {'file' if len(files) == 2 else 'files'}"
        rows = _one_after_another(first, files[1:], read_as)
        yield Table(name, first.header, first.form, rows, first.dictionary)


def _one_after_another(first: Table, others: list[str], read_as: ReadAs) -> Iterator[Rows]:
    # The columns of all files are compared before a row of any is read.
    for file in others:
        with ExitStack() as stack:
            same_columns(first, _open(file, read_as, stack))
    files = len(others) + 1
    for rows in first.rows():
        rows.done = rows.done / files if rows.done is not None else None
        yield rows
    for number, file in enumerate(others, start=1):
        with ExitStack() as stack:
            table = _open(file, read_as, stack)
            same_columns(first, table)
            for rows in table.rows():
                if table.form.delimiter != first.form.delimiter:
                    rows.block = None  # its lines are not those of the others
                rows.done = (number + rows.done) / files if rows.done is not None else None
                yield rows.in_order(first.header)


def same_columns(first: Table, other: Table) -> None:
    """Raise :class:`InputError` if two files that are to be one cohort have different columns."""
    missing = [column for column in first.header if column not in other.header]
    more = [column for column in other.header if column not in first.header]
    if missing or more:
        parts = [f'it has no column "{missing[0]}"'] if missing else []
        parts += [f'it has the column "{more[0]}"'] if more else []
        said = f"; {len(missing) + len(more)} columns differ in all" if len(missing) + len(more) > 2 else ""
        raise InputError(
            other.name, f"its columns are not those of {first.name}: {' and '.join(parts)}{said}; give both the same"
        )
    for column in first.header:
        mine, theirs = (table.dictionary and table.dictionary.told(column) for table in (first, other))
        if (mine and mine.texts) != (theirs and theirs.texts):
            why = f'what it says of column "{column}" is not what {first.name} says of it'
            raise InputError(other.name, f"{why}; give both the same, or run them one by one")


def _check(read_as: ReadAs) -> None:
    import codecs

    if read_as.format and read_as.format not in FORMATS:
        hint = did_you_mean(read_as.format, list(FORMATS)) or f"; known: {', '.join(FORMATS)}"
        raise UnreadableError("--input-format", read_as.format, f"no such format{hint}")
    if read_as.delimiter and read_as.delimiter not in DELIMITERS and len(read_as.delimiter) != 1:
        raise UnreadableError("--delimiter", read_as.delimiter, "write one sign, or comma, semicolon, tab or pipe")
    if read_as.delimiter in ('"', "\n", "\r"):
        raise UnreadableError("--delimiter", read_as.delimiter, "this sign has another meaning in a table")
    if read_as.delimiter and not read_as.delimiter.isascii():
        raise UnreadableError("--delimiter", read_as.delimiter, "only an ASCII sign can separate columns")
    if read_as.encoding:
        try:
            codec = codecs.lookup(read_as.encoding)
        except LookupError:
            raise UnreadableError(
                "--encoding", read_as.encoding, "no such encoding; write for example utf-8, cp1252 or utf-16"
            ) from None
        if not codec._is_text_encoding:
            raise UnreadableError("--encoding", read_as.encoding, "not an encoding of text")


def _open(file: str, read_as: ReadAs, stack: ExitStack) -> Table:
    source = open_source(file, stack.enter_context)
    if not read_as.format:
        refuse_no_table(source.name, source.head)
    if not read_as.format and (kind := kind_of(source.head)):
        program, rows, told = statistics_file(source.name, kind, _everything(source), read_as.encoding)
        return Table(source.name, rows.frame.columns, Form(program, source.packed), iter([rows]), told)
    form = read_as.format or _format_of(source.head)
    if form in (PARQUET, ARROW):
        return _typed(source, form, stack)
    if form in (XLSX, ODS):
        found = sheet(source.name, _everything(source), read_as.sheet, form, read_as.header_row)
        shape = Form(form, source.packed, sheet=found.name, odd=found.odd, header_row=found.header_row)
        return Table(source.name, found.rows.frame.columns, shape, iter([found.rows]), found.told)
    return _text(source, form, read_as)


def _text(source: Source, form: str, read_as: ReadAs) -> Table:
    stream, head = source.stream, source.head
    encoding = Encoding(read_as.encoding, False) if read_as.encoding else encoding_of(head)
    name = "utf-8" if encoding.name.lower().replace("_", "-") in ("utf8", "utf-8", "utf-8-sig") else encoding.name
    if name != "utf-8":
        stream = Decoded(stream, name)
        head, stream = _ahead(stream)
    if b"\n" not in head and b"\r" in head:
        stream = _LinesEndInReturns(stream)
        head, stream = _ahead(stream)
    if form == NDJSON:
        lines = JsonLines(source.name, stream, name)
        header = checked_header(source.name, lines.names)
        found = Form(NDJSON, source.packed, encoding=name, guessed=encoding.guessed)
        return Table(source.name, header, found, _with_share(lines.rows(), source.done))
    delimiter = DELIMITERS.get(read_as.delimiter, read_as.delimiter) or ("\t" if form == "tsv" else "")
    top = heading(source.name, head, delimiter, read_as.header_row)
    found = Form(
        CSV, source.packed, top.delimiter, top.ending, name, encoding.guessed,
        header_row=top.rows, comments=top.comments,
    )  # fmt: skip
    rows = Delimited(source.name, stream, top, name).rows()
    told = told_in_comments(csv.reader(top.comments, delimiter=top.delimiter), top.names)
    return Table(source.name, top.names, found, _with_share(rows, source.done), told)


def _with_share(rows: Iterator[Rows], done: Callable[[], float | None]) -> Iterator[Rows]:
    for part in rows:
        part.done = done()
        yield part


def _typed(source: Source, form: str, stack: ExitStack) -> Table:
    path = Path(source.name)
    in_memory = source.packed or not path.is_file()
    file: IO[bytes] = io.BytesIO(_everything(source)) if in_memory else stack.enter_context(path.open("rb"))
    names, _, rows = columnar(source.name, form, file)
    return Table(source.name, checked_header(source.name, names), Form(form, source.packed), rows)


def _everything(source: Source) -> bytes:
    parts = []
    while data := source.stream.read(1 << 24):
        parts.append(data)
    return b"".join(parts)


def _format_of(head: bytes) -> str:
    """The format, by the first bytes."""
    if head.startswith(b"PAR1"):
        return PARQUET
    if head.startswith(b"ARROW1"):
        return ARROW
    if head.startswith(b"PK\x03\x04"):
        return ODS if b"opendocument" in head[:200] else XLSX
    return NDJSON if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else CSV


class _LinesEndInReturns:
    """Text whose lines end in carriage returns alone, as if they ended as lines do."""

    def __init__(self, stream: Bytes) -> None:
        self._stream = stream

    def read(self, size: int = -1, /) -> bytes:
        return self._stream.read(size).replace(b"\r", b"\n")


def _ahead(stream: Bytes) -> tuple[bytes, Bytes]:
    """The first bytes of a stream, and the stream with them still to come."""
    head = b""
    while len(head) < 1 << 16 and (data := stream.read(1 << 16)):
        head += data
    return head, Ahead(head, stream)
