"""Tables that carry types (Parquet, Arrow, spreadsheets, NDJSON), and how their cells read as text.

A cell reads as a person would have written it: 7 and not 7.0, 2019-03-07 and not a moment of midnight; nothing for a
missing value. The cells themselves are kept with their types for outputs that have types.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from all_cli.cohort.dictionary import Dictionary, told_in_comments
from all_cli.cohort.header_rows import ENOUGH, LOOKED_AT, filled, find_top, is_comment, known, own_names
from all_cli.cohort.rows import Rows
from all_cli.cohort.spreadsheet_cells import Cells, odd_cells, with_signs
from all_cli.cohort.streams import Bytes, InputError
from all_cli.cohort.troubled import Row

if TYPE_CHECKING:
    import fastexcel
    import polars as pl

_STRETCH = 200_000  # rows
_LARGEST_WHOLE = 1e15  # above, a float no longer tells neighbouring whole numbers apart
_CUT = 1e-9  # what the reader of spreadsheets leaves out of a number
_DIGITS = 38  # of a decimal number; of more the reader of Arrow files gives up
_MIDNIGHT = r"^(\d{4}-\d{2}-\d{2})[ T]00:00:00(?:\.0+)?$"
_SPREADSHEET = "to read a spreadsheet, install all-cli[spreadsheet]; or save it as CSV"


def as_text(column: pl.Series) -> pl.Series:
    """A column's cells as text; null where there is nothing."""
    import polars as pl

    kind = column.dtype
    if kind == pl.String:
        return column
    if kind.is_float():
        whole = column.is_finite() & (column == column.floor()) & (column.abs() < _LARGEST_WHOLE)
        number = column.cast(pl.Float64)
        text = pl.select(
            pl.when(whole).then(number.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(column.cast(pl.String))
        ).to_series()
    elif kind == pl.Datetime:
        text = column.dt.to_string("iso:strict").str.replace(_MIDNIGHT, "${1}")
    elif kind in (pl.Date, pl.Time, pl.Duration):
        text = column.dt.to_string("iso")
    elif kind == pl.List or kind == pl.Array:
        text = pl.Series(
            [None if cell is None else ", ".join(map(_cell_text, cell)) for cell in column], dtype=pl.String
        )
    elif kind == pl.Binary:
        text = pl.Series([None if cell is None else _bytes_text(cell) for cell in column], dtype=pl.String)
    elif kind == pl.Struct or kind == pl.Object:
        text = pl.Series([None if cell is None else _cell_text(cell) for cell in column], dtype=pl.String)
    elif kind == pl.Null:
        text = pl.Series([None] * len(column), dtype=pl.String)
    else:
        text = column.cast(pl.String, strict=False)
    return text.alias(column.name)


def texts_of(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame with every cell as text; null where there is nothing."""
    import polars as pl

    if all(kind == pl.String for kind in frame.dtypes):
        return frame
    texts = pl.DataFrame([as_text(column) for column in frame])
    return texts.with_columns(pl.all().replace("", None))


def _bytes_text(cell: bytes) -> str:
    """Bytes as the text that they are, or as their numbers: \\xff."""
    return cell.decode("utf-8", "backslashreplace")


def _cell_text(cell: Any) -> str:
    return cell if isinstance(cell, str) else json.dumps(cell, ensure_ascii=False, default=str)


def columnar(
    name: str, kind: str, file: IO[bytes] | Path, part: tuple[int, int] | None = None
) -> tuple[list[str], int, Iterator[Rows]]:
    """Column names, number of rows and the rows of a Parquet or Arrow file, or of ``part``: (first row, how many).

    Raises:
        InputError: damaged, or no such file after all.
    """
    import polars as pl

    try:
        whole = pl.scan_parquet(file) if kind == "parquet" else pl.scan_ipc(file)
        schema = whole.collect_schema()
        names = schema.names()
        wide = [column for column, kept in schema.items() if isinstance(kept, pl.Decimal) and kept.precision > _DIGITS]
        if part is not None:
            whole = whole.slice(*part)
        total = int(whole.select(pl.len()).collect().item())
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise InputError(name, f"it cannot be read as {kind} ({_first_line(error)})") from None
    if wide and kind == "arrow":
        why = f'its column "{wide[0]}" has decimal numbers of more than {_DIGITS} digits'
        raise InputError(name, f"{why}; write it as text, or the file as CSV")
    return names, total, _stretches(name, kind, whole, total)


def _stretches(name: str, kind: str, whole: pl.LazyFrame, total: int) -> Iterator[Rows]:
    import polars as pl

    read = 0
    try:
        for frame in whole.collect_batches(chunk_size=_STRETCH, maintain_order=True):
            for start in range(0, frame.height, _STRETCH):
                rows = Rows(frame.slice(start, _STRETCH))
                read += rows.frame.height
                rows.done = read / total if total else None
                yield rows
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise InputError(name, f"it cannot be read as {kind} ({_first_line(error)})") from None
    if read != total:  # a reader that fails inside can end as if the file had
        raise InputError(name, f"only {read} of its {total} rows could be read; write it anew, or as CSV")


class Sheet(NamedTuple):
    """One sheet of a workbook: its name, what is out of the ordinary of it, the rows of its names, and its rows.

    ``told`` is what comments above the names say of the columns.
    """

    name: str
    odd: str
    header_row: str
    rows: Rows
    told: Dictionary | None


def sheet(name: str, content: bytes, wanted: str, form: str, header_row: str = "") -> Sheet:
    """One sheet of an XLSX or ODS file: the one wanted, or the one that holds a table of patients.

    Rows that are wholly empty are none. A cell reads as it shows: 0.05%, 30 months, 12¹.

    Raises:
        InputError: damaged, empty, or without such a sheet; more than one that can be meant.
    """
    import polars as pl

    try:
        import fastexcel
    except ImportError:
        raise InputError(name, _SPREADSHEET) from None
    content = with_signs(content) if form == "ods" else content
    try:
        book = fastexcel.read_excel(content)
        if wanted and wanted not in book.sheet_names:
            raise InputError(name, f'it has no sheet "{wanted}"; its sheets are {_quoted(book.sheet_names)}')
        chosen = wanted or _with_a_table(name, book)
        cells = book.load_sheet(chosen, header_row=None, skip_rows=0, dtypes="string").to_polars()
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise InputError(name, f"it cannot be read as a spreadsheet ({_first_line(error)})") from None
    odd = odd_cells(name, content, chosen, form)
    cells = _as_shown(name, cells, odd)
    cells = cells.select(pl.all().cast(pl.String).str.replace(_MIDNIGHT, "${1}").replace("", None))
    if not cells.height or not cells.width:
        raise InputError(name, f'its sheet "{chosen}" is empty')
    first = _first_rows(cells)
    top = find_top(name, first, header_row)
    body = cells[top.last + 1 :, :]
    body = body.filter(pl.any_horizontal(pl.all().is_not_null()))
    names = list(top.names)
    while names and not names[-1].strip() and not body.to_series(len(names) - 1).count():
        names.pop()
    body = body[:, : len(names)]
    body.columns = own_names(names)
    others = [other for other in book.sheet_names if other != chosen]
    beside = f"beside {_quoted(others)} (--sheet)" if others and not wanted else ""
    told = told_in_comments((row[: len(names)] for row in first[: top.first] if is_comment(row)), body.columns)
    return Sheet(chosen, ", ".join(filter(None, [beside, odd.text()])), top.text, Rows(body), told)


def _first_rows(cells: pl.DataFrame) -> list[list[str]]:
    """The first rows, without the empty cells behind the last one that is filled in any of them."""
    rows = [[cell or "" for cell in row] for row in cells.head(LOOKED_AT).iter_rows()]
    width = max((place for row in rows for place, cell in enumerate(row, start=1) if cell.strip()), default=0)
    return [row[:width] for row in rows]


def _with_a_table(name: str, book: fastexcel.ExcelReader) -> str:
    """The sheet that holds a table of patients: the one whose names are known, or the only one that is a table.

    Raises:
        InputError: there is more than one.
    """
    if len(book.sheet_names) < 2:
        return next(iter(book.sheet_names), "")
    tables: dict[str, int] = {}
    for sheet in book.sheet_names:
        head = book.load_sheet(sheet, header_row=None, skip_rows=0, n_rows=LOOKED_AT, dtypes="string")
        rows = _first_rows(head.to_polars())
        if head.visible == "visible" and sum(filled(row) > 1 for row in rows) > 1:
            tables[sheet] = max(map(known, rows))
    best = [sheet for sheet, names in tables.items() if names >= ENOUGH] or [*tables] or book.sheet_names[:1]
    if len(best) > 1:
        raise InputError(name, f"it holds a table on each of its sheets {_quoted(best)}; name one with --sheet")
    return best[0]


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _as_shown(name: str, cells: pl.DataFrame, odd: Cells) -> pl.DataFrame:
    """The cells with those that show more than their value as they show.

    Raises:
        InputError: a value is not where it was seen in the file.
    """
    import polars as pl

    by_column: dict[int, dict[int, tuple[str, str]]] = {}
    for (row, column), two in odd.shown.items():
        by_column.setdefault(column - odd.first[1], {})[row] = two
    for column, shown in by_column.items():
        texts = cells.to_series(column).to_list() if column < cells.width else []
        for row, (stored, text) in shown.items():
            if row >= len(texts) or not _is_same(texts[row], stored):
                raise InputError(name, "its cells cannot be told from how they are shown; save it as CSV")
            texts[row] = text
        cells = cells.with_columns(pl.Series(cells.columns[column], texts, pl.String))
    return cells


def _is_same(text: str | None, stored: str) -> bool:
    try:
        return text is not None and math.isclose(float(text), float(stored), rel_tol=1e-9, abs_tol=_CUT)
    except ValueError:
        return text is not None and "".join(text.split()) == "".join(stored.split())


class JsonLines:
    """NDJSON: one object a line; the first stretch of lines says which columns there are."""

    def __init__(self, name: str, stream: Bytes, encoding: str) -> None:
        self._name, self._stream, self._encoding = name, stream, encoding
        self._first = self._lines()
        self._ahead = next(self._first, [])
        names: dict[str, None] = {}
        for _, line in self._ahead:
            names.update(dict.fromkeys(key for key in _object(line)[0]))
        self.names = list(names)

    def rows(self) -> Iterator[Rows]:
        """Every row; a line that is no object, or has other keys than the first lines, comes back with the reason."""
        stretch = self._ahead
        while stretch:
            yield Rows.of_cells(self.names, [self._row(number, line) for number, line in stretch])
            stretch = next(self._first, [])

    def _lines(self) -> Iterator[list[tuple[int, bytes]]]:
        rest, number = b"", 0
        while True:
            data = self._stream.read(8 << 20)
            *lines, rest = (rest + data).split(b"\n") if data else [rest, b""]
            found = []
            for line in lines:
                number += 1
                if line.strip():
                    found.append((number, line))
            if found:
                yield found
            if not data:
                return

    def _row(self, number: int, line: bytes) -> Row:
        cells, problem = _object(line)
        if other := [key for key in cells if key not in self.names]:
            problem = f'the line has the key "{other[0]}", which the lines at the beginning do not have'
        return Row([cells.get(name, "") for name in self.names], problem, number)


def _object(line: bytes) -> tuple[dict[str, str], str]:
    """The cells of one line by key, numbers as they were written; and what is wrong with the line."""
    try:
        found = json.loads(
            line.decode("utf-8"), parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_Pairs
        )
    except UnicodeDecodeError:
        return {}, "the line holds bytes that are not UTF-8 text"
    except (ValueError, RecursionError) as error:
        return {}, f"the line is not JSON: {error}"
    if not isinstance(found, _Pairs):
        return {}, "the line is JSON but no object"
    twice = next((key for key, number in Counter(found.keys_as_written).items() if number > 1), None)
    problem = f'the key "{twice}" stands in the line more than once' if twice is not None else ""
    return {key: _json_text(value) for key, value in found.items()}, problem


class _Pairs(dict[str, Any]):
    """An object of JSON that remembers its keys as they were written."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.keys_as_written = [key for key, _ in pairs]


def _json_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value)
    text = _cell_text(value)
    # Half of a surrogate pair is JSON but no text.
    return text.encode("utf-8", "replace").decode("utf-8")


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
