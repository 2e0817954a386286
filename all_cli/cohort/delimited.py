"""CSV and its kin, a block of bytes at a time: whole blocks through polars, blocks with trouble in them line by line.

A block goes through polars only if counting proves that both read it alike: quotes open behind a delimiter and close
before one, and the bytes of its cells, delimiters, quotes and line ends add up to the block's. A row that is too short
or a quote that goes astray cannot hide from the sum.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from all_cli.cohort.header_rows import ENOUGH, LOOKED_AT, NO_HEADER, Top, find_top, is_comment, known, own_names
from all_cli.cohort.rows import Rows
from all_cli.cohort.streams import Bytes, InputError, exactly
from all_cli.cohort.troubled import Lines

_BLOCK = 16 << 20
_BEGINNING = 1 << 20  # of a table; what it holds is soon gone through while the next block is parsed
_LINES = 20_000  # that the first block has at least: how columns are written is settled by its rows
_PIECE = 128 << 10  # of a block with trouble in it, what is gone through line by line
_TRIES = 32
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
_SIGNS = "\t;,|"
_SEPARATOR = re.compile(r"(?i)\"?sep=(\\t|[^\w\s\"]|\t)\"?")
_QUOTE, _LINE_FEED = 0x22, 0x0A


class Heading(NamedTuple):
    """What stands above the rows.

    Attributes:
        names: of the columns, each told from the others.
        delimiter: of the cells.
        ending: of the lines.
        length: bytes up to the first row.
        rows: the rows that hold the names, as ``--header-row`` takes them; empty if it is the first.
        comments: the lines above them that begin with ``#``.
    """

    names: list[str]
    delimiter: str
    ending: str
    length: int
    rows: str = ""
    comments: tuple[str, ...] = ()


class _Line(NamedTuple):
    text: str
    end: int


def heading(name: str, head: bytes, delimiter: str = "", rows: str = "") -> Heading:
    """Read what stands above the rows off the first bytes of a table, in UTF-8.

    The delimiter is the sign that the header row has most of outside quotes: cells hold karyotypes, full of commas and
    semicolons, and say nothing about it. A first line such as ``sep=;`` says it, as in files for Excel.

    Args:
        name: what the table is called.
        head: its first bytes.
        delimiter: as the user said it, or empty.
        rows: the rows that hold the names, as the user said it, or empty.

    Raises:
        InputError: empty, no text, or without a header row that can be told.
        UnreadableError: ``rows`` are no rows.
    """
    start = 3 if head.startswith(b"\xef\xbb\xbf") else 0
    if not head[start:].strip():
        raise InputError(name, "it is empty" if len(head) == start else "it holds nothing but empty lines")
    lines = _first_lines(head, start)
    told = _SEPARATOR.fullmatch(lines[0].text)
    if told is not None:
        delimiter = delimiter or ("\t" if told[1] == "\\t" else told[1])
        lines[0] = lines[0]._replace(text="")
    top, delimiter, cells = _top(name, [line.text for line in lines], delimiter, rows)
    for number in range(top.first, top.last + 1):
        if problem := cells[number][1]:
            raise InputError(name, f"its header row cannot be read: {problem}")
    end = lines[top.last].end
    if b"\0" in head[start:end]:
        raise InputError(name, "it is not a text table; give CSV, TSV, NDJSON, Parquet, Arrow, XLSX or ODS")
    ending = "\r\n" if head[:end].endswith(b"\r\n") else "\n"
    comments = tuple(line.text for line in lines[: top.first] if is_comment([line.text]))
    return Heading(own_names(top.names), delimiter, ending, end, top.text, comments)


def _first_lines(head: bytes, start: int) -> list[_Line]:
    """The first rows of a text, empty ones too, without their line ends; bytes that are no UTF-8 as lone surrogates."""
    found: list[_Line] = []
    while start < len(head) and len(found) < LOOKED_AT:
        end = _after_record(head, start)
        found.append(_Line(head[start:end].decode("utf-8", "surrogateescape").rstrip("\r\n"), end))
        start = end
    return found


def _top(name: str, texts: list[str], delimiter: str, rows: str) -> tuple[Top, str, list[tuple[list[str], str]]]:
    """Which of the first rows hold the names, the delimiter, and the cells of all with what is wrong with each."""
    asked: InputError | None = None
    best: tuple[Top, str, list[tuple[list[str], str]]] | None = None
    for sign in [delimiter] if delimiter else list(dict.fromkeys(filter(None, map(_sign, texts)))) or [","]:
        lines = Lines(b"", 0, 0, sign, 0, "utf-8")
        cells = [lines.cells(text) if text.strip() else ([], "") for text in texts]
        try:
            top = find_top(name, [row for row, _ in cells], rows)
        except InputError as error:
            asked = asked or error
            continue
        evener = best is not None and top.first == 0 and _is_even(top, cells) and not _is_even(best[0], best[2])
        if best is None or evener or known(top.names) > max(known(best[0].names), ENOUGH - 1):
            best = top, sign, cells
        if best[0].first == 0 and not rows and (known(best[0].names) >= ENOUGH or _is_even(best[0], best[2])):
            return best  # no sign within the cells below makes a header of one of them
        if rows and _sign(texts[top.first]) == sign:
            return top, sign, cells
    if best is None:
        assert asked is not None
        raise asked
    return best


def _is_even(top: Top, cells: list[tuple[list[str], str]]) -> bool:
    """Whether the rows below the header have as many cells as it has."""
    below = [row for row, _ in cells[top.last + 1 :] if row]
    return len(top.names) > 1 and bool(below) and all(len(row) == len(top.names) for row in below)


def _sign(text: str) -> str:
    """The sign that most likely separates the cells of a row; empty if it has none."""
    outside = "".join(text.split('"')[::2])
    return max(_SIGNS, key=outside.count) if any(sign in outside for sign in _SIGNS) else ""


def _after_record(data: bytes, start: int) -> int:
    """Where the row that begins at ``start`` ends: behind the first line end outside quotes."""
    end = start
    while (found := data.find(b"\n", end)) >= 0:
        end = found + 1
        if data.count(b'"', start, end) % 2 == 0:
            return end
    first = data.find(b"\n", start) + 1
    return first or len(data)


class Delimited:
    """The rows of a delimited text in UTF-8, from behind the header row on."""

    def __init__(self, name: str, stream: Bytes, heading: Heading, encoding: str) -> None:
        self._name, self._stream, self._heading, self._encoding = name, stream, heading, encoding

    def rows(self) -> Iterator[Rows]:
        """Every row, in order, cells as text."""
        line = exactly(self._stream, self._heading.length).count(b"\n")
        rest, final, begun = b"", False, False
        while not final:
            data = self._stream.read(_BLOCK if begun else _BEGINNING)
            final = not data
            whole = begun and len(data) >= _BLOCK // 2
            if whole and (found := self._next(rest, data, line)) is not None:
                rows, line, rest = found
                yield rows
                continue
            rest += data
            enough = len(rest) >= _BLOCK // 2 or (not begun and rest.count(b"\n") >= _LINES)
            if not final and not enough:
                continue  # a pipe gives what it has; small parts are gathered
            begun = True
            if final and rest and not rest.endswith(b"\n"):
                rest += b"\n"
            used = 0
            for rows, lines, end in self._read(rest, line, final, tried=whole):
                line, used = lines, end
                if rows.frame.height:
                    yield rows
            rest = rest[used:] if used else rest

    def _next(self, rest: bytes, data: bytes, line: int) -> tuple[Rows, int, bytes] | None:
        """The rows of a whole block, the number of lines up to their end, and what is left; None if in doubt.

        Its bytes are put together once: fresh memory for another copy of each block takes longer than the copying.
        """
        end = _cut(data, 0, len(data), rest.count(b'"'))
        if not end or (found := self._parse(b"".join((rest, memoryview(data)[:end])), line)) is None:
            return None
        return *found, data[end:]

    def _read(self, data: bytes, line: int, final: bool, *, tried: bool) -> Iterator[tuple[Rows, int, int]]:
        """Rows of a block, with the number of lines up to their end and where that is.

        ``tried``: that it cannot be read as a whole is known.
        """
        stop = 0 if tried else len(data) if final else _cut(data, 0, len(data))
        if stop and (rows := self._parse(data[:stop] if stop < len(data) else data, line)) is not None:
            yield *rows, stop
            return
        at, stop = 0, data.rfind(b"\n") + 1
        while at < stop:
            end = _cut(data, at, min(stop, at + _PIECE))
            if end > at and (rows := self._parse(data[at:end], line)) is not None:
                yield *rows, end
                at, line = end, rows[1]
                continue
            lines = Lines(data, at, line, self._heading.delimiter, len(self._heading.names), self._encoding)
            found = list(lines.rows(min(stop, max(end, at + 1)), final))
            if lines.at == at:
                return
            at, line = lines.at, lines.line
            yield Rows.of_cells(self._heading.names, found), line, at

    def _parse(self, block: bytes, line: int) -> tuple[Rows, int] | None:
        """The block's rows and the number of lines up to its end; None if it is not beyond doubt what it says."""
        import polars as pl

        names = self._heading.names
        returns = block.count(b"\r") if b"\r" in block else 0
        if b"\0" in block or not _is_utf8(block) or (returns and returns != block.count(b"\r\n")):
            return None
        if len(names) == 1 and (block.startswith((b"\n", b"\r\n")) or b"\n\n" in block or b"\n\r\n" in block):
            return None  # blank lines, which are no rows
        quotes = _quote_bytes(block, self._heading.delimiter) if b'"' in block else 0
        if quotes is None:
            return None
        try:
            frame = pl.read_csv(
                block,
                has_header=False,
                schema=dict.fromkeys(names, pl.String),
                separator=self._heading.delimiter,
                infer_schema=False,
                empty_string_is_null=True,
                extra_columns="raise",
                raise_if_empty=False,
            )
        except pl.exceptions.PolarsError:
            return None
        cells = sum(size or 0 for size in frame.select(pl.all().str.len_bytes().cast(pl.Int64).sum()).row(0))
        if cells + frame.height * len(names) + returns + quotes != len(block):
            return None
        ends = _number(block, _LINE_FEED)
        return Rows(frame, line, block if ends == frame.height else None), line + ends


def _cut(data: bytes, start: int, stop: int, before: int = 0) -> int:
    """The last line end outside quotes before ``stop``; ``start`` if there is none.

    A row begins at ``start``, or so much before it that ``before`` quotes stand between.
    """
    end = data.rfind(b"\n", start, stop) + 1
    if end <= start:
        return start
    quotes = before + _number(data, _QUOTE, start, end)
    for _ in range(_TRIES):
        if quotes % 2 == 0:
            return end
        last = data.rfind(b'"', start, end)
        earlier = data.rfind(b"\n", start, last) + 1
        if earlier <= start:
            return start
        quotes -= data.count(b'"', earlier, end)
        end = earlier
    return start


def _number(data: bytes, sign: int, start: int = 0, stop: int | None = None) -> int:
    """How often a byte that is not rare stands in a stretch; the method of bytes takes twice as long."""
    import numpy as np

    return int(np.count_nonzero(np.frombuffer(data, np.uint8)[start:stop] == sign))


def _quote_bytes(block: bytes, delimiter: str) -> int | None:
    """How many of the block's quotes are no part of a cell; None if one stands where none may."""
    import numpy as np

    signs = np.frombuffer(block, np.uint8)
    quotes = np.flatnonzero(signs == _QUOTE)
    if len(quotes) % 2 or not block.endswith(b"\n"):
        return None
    opens, closes = quotes[::2], quotes[1::2]
    doubled = opens[1:] == closes[:-1] + 1
    before = signs[opens[1:] - 1]
    opened = doubled | (before == ord(delimiter)) | (before == _LINE_FEED)
    first = int(opens[0])
    after = signs[closes + 1]
    closed = (after == ord(delimiter)) | (after == _LINE_FEED) | (after == 0x0D)
    closed[:-1] |= doubled
    well = (
        bool(opened.all()) and bool(closed.all()) and (first == 0 or signs[first - 1] in (ord(delimiter), _LINE_FEED))
    )
    return len(quotes) - int(doubled.sum()) if well else None


def _is_utf8(block: bytes) -> bool:
    if block.isascii():
        return True
    try:
        block.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def checked_header(name: str, names: Sequence[str]) -> list[str]:
    """The column names of a table, each told from the others.

    Raises:
        InputError: there are none.
    """
    if not any(cell.strip() for cell in names):
        raise InputError(name, NO_HEADER)
    return own_names(names)
