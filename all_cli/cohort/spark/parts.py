"""A cohort cut into parts that can be read apart, anywhere, and are together the table that one reader would have read.

Delimited text in UTF-8 (or another encoding of one byte a sign) and NDJSON are cut between rows, Parquet between row
groups, ORC between stripes. Everything else (packed files, sheets, Arrow, UTF-16) is one part a file.

Where a row of delimited text begins cannot be told from a line end alone: it may stand in a quoted cell. But a row of
several lines begins with a line that leaves a quote open, and is never longer than
:data:`~all_cli.cohort.troubled.LONGEST_ROW` lines. So a line end is a cut if no line within that distance before it
could begin a row that reaches over it; whether such a line begins a row at all does not matter. To cut costs a look
at the surroundings of the cut and never a reading of the file.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import IO, Any, NamedTuple

from all_cli.cohort.delimited import Delimited, Heading, checked_header, heading
from all_cli.cohort.dictionary import Dictionary
from all_cli.cohort.rows import Rows
from all_cli.cohort.streams import Bytes, Decoded, InputError, open_source
from all_cli.cohort.tables import CSV, NDJSON, PARQUET, Form, ReadAs, Table, input_files, open_table, same_columns
from all_cli.cohort.troubled import LONGEST_ROW, LONGEST_TEXT, Lines
from all_cli.cohort.typed import JsonLines, columnar

ORC = "orc"
_ORC_MAGIC = b"ORC"
_HIDDEN = ("_", ".")  # names of files that Spark itself does not take for data
_AROUND = 1 << 20  # bytes looked at behind a cut that is wanted
_ONE_BYTE = ("cp125", "iso8859", "koi8", "cp437", "cp850", "mac-")
_ROWS_PER_MIB = 4096  # of columnar files, to make parts of about one size


class Part(NamedTuple):
    """Some rows of one file, in order.

    Attributes:
        file: its path.
        form: how it is written.
        start: first byte, row (Parquet) or stripe (ORC).
        stop: the one behind the last; 0: the whole file is one part.
        lines: lines before ``start`` in the header row; those of other parts are not known.
        heading: the header row of delimited text.
        header: the column names of the file.
        stamp: size and time of change of the file when it was cut.
    """

    file: str
    form: Form
    start: int
    stop: int
    lines: int
    heading: Heading | None
    header: tuple[str, ...]
    stamp: tuple[int, int]


class Cohort(NamedTuple):
    """One or several files with the same columns.

    Attributes:
        name: for messages.
        header: the column names, in the order of the first file.
        form: how the first file is written.
        parts: each file as one part.
        schema: an empty frame with the columns' types.
        dictionary: what the first file itself says of its columns.
    """

    name: str
    header: list[str]
    form: Form
    parts: list[Part]
    schema: Any
    dictionary: Dictionary | None


def files_of(sources: Sequence[str]) -> list[str]:
    """The files that the sources name; a folder stands for the files in it, in order of their names.

    Raises:
        InputError: standard input, a place that is no path, a folder without files, a pattern that no file fits.
    """
    found: list[str] = []
    for source in sources:
        if source == "-":
            raise InputError("standard input", "Spark cannot read it; give files that every machine can read")
        source = source.removeprefix("file://")
        if "://" in source:
            raise InputError(source, "give a path that is mounted on every machine; of addresses only file:// is read")
        if not Path(source).is_dir():
            found += input_files([source])
            continue
        inside = sorted(
            str(path) for path in Path(source).iterdir() if path.is_file() and not path.name.startswith(_HIDDEN)
        )
        if not inside:
            raise InputError(source, "the folder holds no files")
        found += inside
    return [str(Path(file).absolute()) for file in found]


def cohort_of(files: Sequence[str], read_as: ReadAs) -> Cohort:
    """Open the files and compare their columns; each is one part.

    Args:
        files: absolute paths.
        read_as: what the user says of their form.

    Raises:
        InputError: no table, or files whose columns differ.
        UnreadableError: an unknown format, encoding or delimiter.
        OSError: a file cannot be read.
    """
    first: Table | None = None
    parts: list[Part] = []
    schema: Any = None
    for file in files:
        stamp = _stamp(file)
        with _opened(file, read_as) as (table, frame):
            if first is None:
                first, schema = table, frame
            same_columns(first, table)
            parts.append(Part(file, table.form, 0, 0, 0, None, tuple(table.header), stamp))
    assert first is not None
    more = len(files) - 1
    name = f"{first.name} and {more} more {'file' if more == 1 else 'files'}" if more else first.name
    return Cohort(name, first.header, first.form, parts, schema, first.dictionary)


def cut(cohort: Cohort, size: int) -> list[Part]:
    """The parts of a cohort, in order, of about so many bytes each.

    Raises:
        OSError: a file cannot be read.
    """
    return [part for whole in cohort.parts for part in _cut(whole, size)]


class _opened:  # noqa: N801 - used as a function
    """A table and its first rows' types, as an empty frame."""

    def __init__(self, file: str, read_as: ReadAs) -> None:
        self._file, self._as, self._stack = file, read_as, ExitStack()

    def __enter__(self) -> tuple[Table, Any]:
        import polars as pl

        with Path(self._file).open("rb") as file:
            orc = file.read(len(_ORC_MAGIC)) == _ORC_MAGIC and not self._as.format
        if orc or self._as.format == ORC:
            frame = _orc(self._file, 0, 0)
            header = checked_header(self._file, frame.columns)
            return Table(self._file, header, Form(ORC), iter(())), frame
        table = self._stack.enter_context(open_table([self._file], self._as))
        if table.form.format in (PARQUET, "arrow") and not table.form.packed:
            _, _, rows = columnar(self._file, table.form.format, Path(self._file), (0, 1))
            first = next(rows, None)
            if first is not None:
                return table, first.frame.clear()
        return table, pl.DataFrame(schema=dict.fromkeys(table.header, pl.String))

    def __exit__(self, *error: object) -> None:
        self._stack.close()


def _orc(file: str, start: int, stop: int) -> Any:
    import polars as pl

    try:
        import pyarrow
        from pyarrow import orc
    except ImportError:
        raise InputError(file, "to read ORC, install all-cli[spark]") from None
    try:
        opened = orc.ORCFile(file)
        stripes = [opened.read_stripe(number) for number in range(start, stop)]
        return pl.from_arrow(pyarrow.Table.from_batches(stripes, opened.schema))
    except pyarrow.ArrowException as error:
        raise InputError(file, f"it cannot be read as orc ({str(error).splitlines()[0]})") from None


def _cut(whole: Part, size: int) -> Iterator[Part]:
    form = whole.form
    if form.packed:
        yield whole
    elif form.format == PARQUET:
        yield from _between(whole, _groups(whole.file, size))
    elif form.format == ORC:
        from pyarrow import orc

        yield from _between(whole, list(range(orc.ORCFile(whole.file).nstripes + 1)))
    elif form.format in (CSV, NDJSON) and _splits(form.encoding):
        yield from _cut_text(whole, size)
    else:
        yield whole


def _splits(encoding: str) -> bool:
    name = codecs.lookup(encoding).name
    return name == "utf-8" or name.startswith(_ONE_BYTE)


def _between(whole: Part, cuts: Sequence[int]) -> Iterator[Part]:
    if len(cuts) < 2:
        yield whole
    for start, stop in pairwise(cuts):
        yield whole._replace(start=start, stop=stop)


def _groups(file: str, size: int) -> list[int]:
    """First rows of runs of row groups, each of about so many bytes, and the number of rows."""
    try:
        from pyarrow.parquet import ParquetFile
    except ImportError:
        raise InputError(file, "to read Parquet with Spark, install all-cli[spark]") from None
    metadata = ParquetFile(file).metadata
    cuts, held, row = [0], 0, 0
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        row += group.num_rows
        held += max(group.total_byte_size, group.num_rows * (1 << 20) // _ROWS_PER_MIB // 4)
        if held >= size:
            cuts.append(row)
            held = 0
    return cuts if cuts[-1] == metadata.num_rows else [*cuts, metadata.num_rows]


def _cut_text(whole: Part, size: int) -> Iterator[Part]:
    """Parts of a text; the header row belongs to none of them."""
    top, first, lines = None, 0, 0
    form = whole.form
    if form.format != NDJSON:
        with ExitStack() as stack:
            head = open_source(whole.file, stack.enter_context).head
        if form.encoding != "utf-8":
            head = Decoded(_Once(head), form.encoding).read()
        if b"\n" not in head:
            yield whole  # lines end in carriage returns, or there is but one
            return
        found = heading(whole.file, head, form.delimiter, form.header_row)
        lines = head.count(b"\n", 0, found.length)
        text = head[: found.length].decode("utf-8", "surrogateescape")
        first = len(text.encode(form.encoding, "surrogateescape"))
        top = found._replace(length=0)
    cuts = [first]
    with Path(whole.file).open("rb") as file:
        for wanted in range(first + size, whole.stamp[0] - size // 4, size):
            if wanted > cuts[-1] and (cut := _row_start(file, whole, top, cuts[-1], wanted)) is not None:
                cuts.append(cut)
    cuts.append(max(whole.stamp[0], first))
    for number, (start, stop) in enumerate(pairwise(cuts)):
        yield whole._replace(start=start, stop=stop, lines=0 if number else lines, heading=top)


class _Once:
    """Bytes that are already there, as a stream."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self, size: int = -1, /) -> bytes:
        data, self._data = self._data, b""
        return data


def _row_start(file: IO[bytes], whole: Part, top: Heading | None, first: int, wanted: int) -> int | None:
    """The beginning of a row soon after ``wanted``; None if there is none that is beyond doubt."""
    start, data = wanted, b""
    for before in (_AROUND, LONGEST_TEXT):
        if start > first and data.count(b"\n", 0, wanted - start) <= LONGEST_ROW:
            start = max(first, wanted - before)
            file.seek(start)
            data = file.read(wanted + _AROUND - start)
    final = start + len(data) >= whole.stamp[0]
    cut = data.find(b"\n", wanted - start) + 1
    if not cut:
        return None
    if top is None:
        return start + cut
    lines = Lines(data, 0, 0, top.delimiter, len(top.names), whole.form.encoding)
    while 0 < cut < len(data):
        over = _over(data, lines, cut, final)
        if over is None:
            return None
        if over <= cut:
            return start + cut
        cut = over
    return None


def _over(data: bytes, lines: Lines, cut: int, final: bool) -> int | None:
    """Where the longest row would end that could begin before ``cut``; None if that cannot be told."""
    furthest, at = cut, cut
    for _ in range(LONGEST_ROW + 1):
        end, at = at, data.rfind(b"\n", 0, at - 1) + 1
        if b'"' in data[at:end]:
            reached = lines.reach(at, final)
            if reached is None:
                return None
            furthest = max(furthest, reached)
        if at == 0:
            break
    return furthest


def rows_of(part: Part, read_as: ReadAs) -> Iterator[Rows]:
    """The rows of a part, in order.

    Raises:
        InputError: the file is no longer what it was when it was cut.
        OSError: it cannot be read.
    """
    _check_stamp(part)
    yield from _rows_of(part, read_as)
    _check_stamp(part)


def _check_stamp(part: Part) -> None:
    if _stamp(part.file) != part.stamp:
        raise InputError(part.file, "it was written to while it was read; try again when it is whole")


def _stamp(file: str) -> tuple[int, int]:
    found = Path(file).stat()
    return found.st_size, found.st_mtime_ns


def _rows_of(part: Part, read_as: ReadAs) -> Iterator[Rows]:
    if not part.stop and part.heading is None and part.form.format != ORC:
        with open_table([part.file], read_as) as table:
            yield from table.rows()
    elif part.form.format == PARQUET:
        yield from columnar(part.file, PARQUET, Path(part.file), (part.start, part.stop - part.start))[2]
    elif part.form.format == ORC:
        for stripe in range(part.start, part.stop):
            yield Rows(_orc(part.file, stripe, stripe + 1))
    else:
        yield from _rows_of_text(part)


def _rows_of_text(part: Part) -> Iterator[Rows]:
    with Path(part.file).open("rb") as file:
        file.seek(part.start)
        stream: Bytes = _Stretch(file, part.stop - part.start)
        if part.form.encoding != "utf-8":
            stream = Decoded(stream, part.form.encoding)
        if part.heading is not None:
            yield from Delimited(part.file, stream, part.heading, part.form.encoding).rows()
            return
        lines = JsonLines(part.file, stream, part.form.encoding)
        lines.names = list(part.header)
        yield from lines.rows()


class _Stretch:
    """The next so many bytes of a stream."""

    def __init__(self, stream: Bytes, left: int) -> None:
        self._stream, self._left = stream, left

    def read(self, size: int = -1, /) -> bytes:
        data = self._stream.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        return data


def lines_in(part: Part) -> int:
    """How many lines a part has: those of the parts before it come before its own."""
    if not part.stop or (part.heading is None and part.form.format != NDJSON):
        return 0
    found, left = part.lines, part.stop - part.start
    with Path(part.file).open("rb") as file:
        file.seek(part.start)
        while left > 0 and (data := file.read(min(left, 1 << 22))):
            found += data.count(b"\n")
            left -= len(data)
    return found
