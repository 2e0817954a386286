"""Lines of a delimited text that are not all well formed, gone through one by one.

A quote that is opened and never closed spoils its own line and no other; a cell with line ends inside well-formed
quotes is one cell. Every row comes back with its cells as they stand, and with what is wrong with it, if anything is.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from typing import NamedTuple

LONGEST_ROW = 1000  # lines that one row may have; a quote still open then was never meant to open
LONGEST_TEXT = 4 << 20  # bytes, likewise
_QUOTE = 'a quote is opened and never closed; close it, or write it twice ("") if it is part of the text'
_AFTER = 'text follows a closing quote; put the whole cell in quotes and write quotes inside it twice ("")'
_RETURN = "a carriage return stands inside the row; end lines alike, or put the cell in quotes"
_WHY = {"unexpected end": _QUOTE, "new-line": _RETURN}


class Row(NamedTuple):
    """One row: its cells (as many as the header has), what is wrong with it or nothing, its last line's number."""

    cells: list[str]
    problem: str
    line: int


class Lines:
    """The rows of a block of bytes that begins where a row begins.

    Attributes:
        at: where the next row begins; after :meth:`rows` the first byte that was not used.
        line: the number of lines before it.
    """

    def __init__(self, data: bytes, at: int, line: int, delimiter: str, width: int, encoding: str) -> None:
        csv.field_size_limit(sys.maxsize)
        self.at, self.line = at, line
        self._data, self._delimiter, self._width, self._encoding = data, delimiter, width, encoding
        self._joined = 0  # cells of the lines that an open quote would join; 0 where it makes no sense of them

    def rows(self, stop: int, final: bool) -> Iterator[Row]:
        """Rows that begin before ``stop``; a row that is not whole is left for later unless this is the end."""
        while self.at < stop:
            end = self._line_end(self.at)
            if end is None and not final:
                return
            end = len(self._data) if end is None else end
            text = self._text(self.at, end)
            if not text.strip("\r\n"):
                self.at, self.line = end, self.line + 1
                continue
            cells, why = self.cells(text)
            if why is _QUOTE:
                longer = self._longer(end, final)
                if longer is None:
                    return
                if longer:
                    end, cells, why = *longer, ""
                elif self._joined:
                    why = f"with the lines up to where its quote closes the row has {_cells(self._joined)}"
            self.line += self._data.count(b"\n", self.at, end) or 1
            self.at = end
            yield self._row(cells, why)

    def reach(self, start: int, final: bool) -> int | None:
        """Where the row that begins at ``start`` ends; None to read more first."""
        end = self._line_end(start)
        if end is None:
            return len(self._data) if final else None
        if self._data.find(b'"', start, end) < 0 or self.cells(self._text(start, end))[1] is not _QUOTE:
            return end
        self.at = start
        longer = self._longer(end, final)
        if longer is None:
            return None
        return longer[0] if longer else end

    def _line_end(self, at: int) -> int | None:
        found = self._data.find(b"\n", at)
        return None if found < 0 else found + 1

    def _text(self, start: int, end: int) -> str:
        return self._data[start:end].decode("utf-8", "surrogateescape")

    def cells(self, text: str) -> tuple[list[str], str]:
        """The cells of a text that should be one row, and what is wrong with its quotes."""
        plain = text.rstrip("\r\n")
        if '"' not in text:
            return plain.split(self._delimiter), _RETURN if "\r" in plain else ""
        try:
            rows = list(csv.reader([text], delimiter=self._delimiter, strict=True))
        except csv.Error as error:
            why = next((why for sign, why in _WHY.items() if sign in str(error)), _AFTER)
            return self._as_they_stand(plain), why
        return rows[0], ""

    def _as_they_stand(self, plain: str) -> list[str]:
        """The cells of a line whose quotes make no sense, quotes and all."""
        cells = plain.split(self._delimiter)
        if len(cells) == self._width:
            return cells
        try:
            return next(csv.reader([plain], delimiter=self._delimiter, strict=False))
        except csv.Error:
            return cells

    def _longer(self, end: int, final: bool) -> tuple[int, list[str]] | tuple[()] | None:
        """End and cells of the row if its open quote closes on a later line; () if not; None to read more first."""
        start, self._joined = self.at, 0
        while True:
            quote = self._data.find(b'"', end)
            lines = self._data.count(b"\n", start, quote if quote >= 0 else len(self._data))
            if lines > LONGEST_ROW or (quote if quote >= 0 else len(self._data)) - start > LONGEST_TEXT:
                return ()
            following = None if quote < 0 else self._line_end(quote)
            if following is None and not final:
                return None
            if quote < 0:
                return ()
            end = len(self._data) if following is None else following
            text = self._text(start, end)
            try:
                (cells,) = csv.reader([text], delimiter=self._delimiter, strict=True)
            except csv.Error as error:
                if "unexpected end" not in str(error):
                    return ()
                if end < len(self._data):
                    continue
                return () if final else None
            except ValueError:
                return ()
            self._joined = len(cells)
            return (end, cells) if len(cells) == self._width else ()

    def _row(self, cells: list[str], why: str) -> Row:
        width = self._width
        problems = [why] if why else []
        if len(cells) > width and any(cell.strip() for cell in cells[width:]):
            extra = "; ".join(f'"{_shown(cell)}"' for cell in cells[width:])
            problems.append(f"the row has {_cells(len(cells))} for {_columns(width)}; beyond the last column: {extra}")
        elif len(cells) < width:
            problems.append(f"the row has {_cells(len(cells))} for {_columns(width)}")
        whole = "".join(cells)
        if "\0" in whole:
            problems.append("the row holds a NUL byte, which is no text")
        if not whole.isascii() and any("\udc80" <= sign <= "\udcff" for sign in whole):
            problems.append(
                f"the row holds bytes that are not {self._encoding.upper()} text; if the table is in another encoding,"
                " name it with --encoding, for example cp1252"
            )
        return Row([*cells[:width], *[""] * (width - len(cells))], "; ".join(problems), self.line)


def _shown(cell: str) -> str:
    """A cell for a sentence: bytes that are no text as \\xf6."""
    return cell.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _cells(number: int) -> str:
    return f"{number} cell" if number == 1 else f"{number} cells"


def _columns(number: int) -> str:
    return f"{number} column" if number == 1 else f"{number} columns"
