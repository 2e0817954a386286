"""What a spreadsheet's cells say beside their values: number formats, merged cells, lost results, errors.

A reader of values gives 0.0005 for a cell that shows 0.05 %, 121 for 12¹, and cuts numbers to nine decimals. Here the
file itself is looked through, XLSX and ODS, for the cells that say more than their value.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple
from xml.etree.ElementTree import Element, ParseError, iterparse

from all_cli.cohort.shown_cells import (
    adds_to_numbers,
    beside_the_number,
    plain_number,
    raised,
    shown_text,
    shows_dates,
)
from all_cli.cohort.streams import InputError

_BUILT_IN = {9: "0%", 10: "0.00%"}  # number formats that add something
_BUILT_IN_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_LONG = re.compile(
    rb"(?:<v>|:value=\")-?(?:\d*\.\d{10,}|[\d.]+[eE]-)"
)  # of more decimals than the reader of values gives
_ODD_TEXT = re.compile(rb"value-type=\"(?:float|currency)\"[^>]*><text:p>[^<]*?(?:[^\d.,\s+<-]|&[lg]t;)")
_WORTH = (b"mergeCell ", b'"e"', b"<f", b":formula", b"spanned", b"percentage", b"hidden=", b'"collapse"', b'"filter"')
_HIDDEN = ("1", "true", "collapse", "filter")
_LARGEST = 1 << 30  # bytes of one part, unpacked
_SIGNS = re.compile(rb"<text:(tab|line-break)\b[^>]*?(?:/>|></text:\1>)")

Place = tuple[int, int]  # row and column, from 0


class Cells(NamedTuple):
    """Cells of one sheet out of the ordinary.

    Attributes:
        first: row and column of the upper left corner of all cells that hold anything.
        shown: by place what a cell holds and the text that it shows, where that is more: a percentage, words, a unit,
            digits above the line, more decimals than the reader of values gives.
        merged: ranges of merged cells; only the first cell of each holds a value.
        unfinished: formulas without a result.
        errors: errors such as #N/A, with their number.
        hidden: rows, and columns, that are hidden or filtered out and hold something.
    """

    first: Place
    shown: dict[Place, tuple[str, str]]
    merged: int
    unfinished: int
    errors: Counter[str]
    hidden: tuple[int, int] = (0, 0)

    def text(self) -> str:
        """What the user has to be told; empty if nothing."""
        counts = [
            (self.merged, "merged range", "merged ranges", " of which only the first cell is read"),
            (self.unfinished, "formula without a result", "formulas without a result", " (empty)"),
            (self.errors.total(), "error", "errors", f" ({', '.join(self.errors)})"),
            (self.hidden[0], "hidden or filtered row", "hidden or filtered rows", ", read as the others are"),
            (self.hidden[1], "hidden column", "hidden columns", ", read as the others are"),
        ]
        return ", ".join(f"{number} {one if number == 1 else more}{why}" for number, one, more, why in counts if number)


def percent_text(stored: str) -> str:
    """A stored share as the percentage that the cell shows: 0.0005 is 0.05%."""
    return f"{plain_number(Decimal(repr(float(stored))) * 100)}%"


def odd_cells(name: str, content: bytes, sheet: str, form: str) -> Cells:
    """The cells of a sheet that are out of the ordinary.

    Args:
        name: what the file is called.
        content: the file.
        sheet: the sheet.
        form: ``xlsx`` or ``ods``.

    Raises:
        InputError: the file is not built as such a file is.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return _of_xlsx(parts, sheet) if form == "xlsx" else _of_ods(parts, sheet)
    except (zipfile.BadZipFile, KeyError, ParseError, ValueError, StopIteration) as error:
        raise InputError(name, f"it cannot be read as a spreadsheet ({type(error).__name__}: {error})") from None


def with_signs(content: bytes) -> bytes:
    """An ODS file with its tabs and line breaks as signs; as elements the reader of values drops them."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            held = {name: _part(parts, name) for name in ("mimetype", "content.xml")}
    except (zipfile.BadZipFile, KeyError, ValueError):
        return content  # which is said when its cells are read
    text = _SIGNS.sub(lambda found: b"&#9;" if found[1] == b"tab" else b"&#10;", held["content.xml"])
    if text == held["content.xml"]:
        return content
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as parts:
        parts.writestr("mimetype", held["mimetype"])
        parts.writestr("content.xml", text)
        parts.writestr("META-INF/manifest.xml", "<manifest/>")
    return out.getvalue()


def _part(parts: zipfile.ZipFile, name: str) -> bytes:
    if parts.getinfo(name).file_size > _LARGEST:
        raise ValueError(f"{name} is too large")
    return parts.read(name)


def _elements(content: bytes, name: str) -> Iterator[Element]:
    """The elements of a name, each whole; what was gone through is let go."""
    for _, element in iterparse(io.BytesIO(content)):
        if _name(element) == name:
            yield element
            element.clear()


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _get(element: Element, name: str) -> str:
    """An attribute by its name without namespace; empty if it is not there."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


# --- XLSX -------------------------------------------------------------------------------------------------------------


def _of_xlsx(parts: zipfile.ZipFile, sheet: str) -> Cells:
    relation = next(_id(e) for e in _elements(_part(parts, "xl/workbook.xml"), "sheet") if e.get("name") == sheet)
    targets = {
        e.get("Id"): e.get("Target", "") for e in _elements(_part(parts, "xl/_rels/workbook.xml.rels"), "Relationship")
    }
    target = targets[relation]
    content = _part(parts, target.lstrip("/") if target.startswith("/") else f"xl/{target}")
    shows = _Shows(parts, content)
    found = Cells((0, 0), {}, 0, 0, Counter())
    if not (shows.more or any(sign in content for sign in _WORTH)):
        return found
    merged = unfinished = 0
    rows, columns = [], []
    hidden_rows: set[int] = set()
    row = column = -1
    hidden = False
    for event, element in iterparse(io.BytesIO(content), ("start", "end")):
        name = _name(element)
        if event == "start":
            if name == "row":
                row, column = int(element.get("r", row + 2)) - 1, -1
                hidden = element.get("hidden") in _HIDDEN
            continue
        if name == "mergeCell":
            merged += 1
        elif name == "c":
            row, column = _place(element.get("r", ""), row, column)
            value = next((child.text or "" for child in element if _name(child) == "v"), "")
            if any(_name(child) == "is" for child in element) or value:
                rows.append(row)
                columns.append(column)
                if hidden:
                    hidden_rows.add(row)
            kind = element.get("t", "n")
            if kind == "e":
                found.errors[value] += 1
            elif not value and any(_name(child) == "f" for child in element):
                unfinished += 1
            elif two := shows.of(element, kind, value):
                found.shown[row, column] = two
        elif name == "row":
            element.clear()
    return found._replace(
        first=(min(rows, default=0), min(columns, default=0)), merged=merged, unfinished=unfinished,
        hidden=(len(hidden_rows), len(_hidden_columns(content) & {*columns})),
    )  # fmt: skip


def _hidden_columns(content: bytes) -> set[int]:
    """The columns of a sheet that are hidden; what it says of columns stands above its rows."""
    found: set[int] = set()
    for _, element in iterparse(io.BytesIO(content), ("start",)):
        if _name(element) == "sheetData":
            break
        if _name(element) == "col" and element.get("hidden") in _HIDDEN:
            found.update(range(int(element.get("min", 1)) - 1, int(element.get("max", 1))))
    return found


def _id(element: Element) -> str:
    return next(value for key, value in element.attrib.items() if key.endswith("}id"))


def _place(reference: str, row: int, column: int) -> Place:
    """Row and column of a reference such as C7; a cell without one stands behind the last."""
    match = re.fullmatch(r"([A-Z]+)(\d+)", reference)
    if match is None:
        return row, column + 1
    number = 0
    for letter in match[1]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return int(match[2]) - 1, number - 1


class _Shows:
    """What the cells of a sheet show; ``more`` says whether any can show more than its value."""

    def __init__(self, parts: zipfile.ZipFile, content: bytes) -> None:
        self._formats, self._dates = _styles(parts)
        self._texts = _raised_texts(parts)
        self.more = bool(self._formats or self._texts or _LONG.search(content) or b"vertAlign" in content)

    def of(self, cell: Element, kind: str, value: str) -> tuple[str, str] | None:
        """What a cell holds, and what it shows where that is more."""
        if kind == "s":
            return self._texts.get(value)
        if kind == "inlineStr":
            return _rich(cell)
        style = int(cell.get("s", 0))
        if kind != "n" or not value or style in self._dates:
            return None
        text = shown_text(self._formats[style], value) if style in self._formats else ""
        return (value, text or plain_number(value)) if text or _is_long(value) else None


def _styles(parts: zipfile.ZipFile) -> tuple[dict[int, str], set[int]]:
    """The number formats of the cell styles that show more than a number, and the styles of dates."""
    if "xl/styles.xml" not in parts.namelist():
        return {}, set()
    content = _part(parts, "xl/styles.xml")
    formats = {int(e.get("numFmtId", -1)): e.get("formatCode", "") for e in _elements(content, "numFmt")}
    for element in _elements(content, "cellXfs"):
        ids = [int(style.get("numFmtId", 0)) for style in element]
        codes = [_BUILT_IN.get(id, formats.get(id, "")) for id in ids]
        dates = {n for n, id in enumerate(ids) if id in (_BUILT_IN_DATES if not codes[n] else ()) or _is_date(codes[n])}
        return {n: code for n, code in enumerate(codes) if n not in dates and adds_to_numbers(code)}, dates
    return {}, set()


def _is_date(code: str) -> bool:
    return bool(code) and shows_dates(code)


def _is_long(value: str) -> bool:
    return _LONG.match(b"<v>" + value.encode()) is not None


def _raised_texts(parts: zipfile.ZipFile) -> dict[str, tuple[str, str]]:
    """By number the shared texts with signs above or below the line: as they are kept, and as they show."""
    name = next((name for name in parts.namelist() if name.casefold() == "xl/sharedstrings.xml"), "")
    content = _part(parts, name) if name else b""
    if b"vertAlign" not in content:
        return {}
    texts = enumerate(_elements(content, "si"))
    return {str(number): two for number, element in texts if (two := _rich(element))}


def _rich(element: Element) -> tuple[str, str] | None:
    """A text of several runs, of which some stand above or below the line; None if none does."""
    kept = shown = ""
    for run in (run for run in element.iter() if _name(run) == "r"):
        text = "".join(part.text or "" for part in run if _name(part) == "t")
        where = next((e.get("val", "") for e in run.iter() if _name(e) == "vertAlign"), "")
        kept += text
        shown += raised(text, below=where == "subscript") if where in ("superscript", "subscript") else text
    return (kept, shown) if kept != shown else None


# --- ODS --------------------------------------------------------------------------------------------------------------


def _of_ods(parts: zipfile.ZipFile, sheet: str) -> Cells:
    content = _part(parts, "content.xml")
    found = Cells((0, 0), {}, 0, 0, Counter())
    above = _raised_styles(content) if b"text-position" in content else {}
    if not (above or any(sign in content for sign in _WORTH) or _LONG.search(content) or _ODD_TEXT.search(content)):
        return found
    merged = unfinished = hidden = 0
    rows: list[int] = []
    columns: list[int] = []
    table = next(element for element in _elements(content, "table") if _get(element, "name") == sheet)
    row = 0
    for line in (element for element in table.iter() if _name(element) == "table-row"):
        column = 0
        times = int(_get(line, "number-rows-repeated") or 1)
        before = len(rows)
        for cell in line:
            if _name(cell) not in ("table-cell", "covered-table-cell"):
                continue
            many = int(_get(cell, "number-columns-repeated") or 1)
            kind, value = _get(cell, "value-type"), _get(cell, "value")
            text = "".join("".join(child.itertext()) for child in cell if _name(child) == "p")
            if kind or text:
                rows.append(row)
                columns.extend(range(column, column + many))
            merged += {_get(cell, "number-columns-spanned") or "1", _get(cell, "number-rows-spanned") or "1"} != {"1"}
            if text.casefold().startswith(("#", "err:")) and _get(cell, "formula"):
                found.errors[text] += 1
            elif _get(cell, "formula") and not kind:
                unfinished += 1
            elif says := _says_more(cell, kind, value, text, above):
                found.shown.update(
                    ((row + down, column + right), says) for down in range(times) for right in range(many)
                )
            column += many
        if len(rows) > before and _get(line, "visibility") in _HIDDEN:
            hidden += times
        row += times
    hidden_columns: set[int] = set()
    column = 0
    for element in (element for element in table.iter() if _name(element) == "table-column"):
        many = int(_get(element, "number-columns-repeated") or 1)
        if _get(element, "visibility") in _HIDDEN:
            hidden_columns.update(range(column, column + many))
        column += many
    return found._replace(
        first=(min(rows, default=0), min(columns, default=0)), merged=merged, unfinished=unfinished,
        hidden=(hidden, len(hidden_columns & {*columns})),
    )  # fmt: skip


def _says_more(cell: Element, kind: str, value: str, text: str, above: dict[str, bool]) -> tuple[str, str] | None:
    """What a cell holds, and what it shows where that is more."""
    if kind == "percentage" and value:
        return value, percent_text(value)
    if kind in ("float", "currency") and value:
        says = beside_the_number(text, value) if text and kind == "float" else ""
        return (value, says or plain_number(value)) if says or _is_long(value) else None
    if kind == "string" and above:
        shown = "".join(_raised_in(child, above) for child in cell if _name(child) == "p")
        return (text, shown) if shown != text else None
    return None


def _raised_in(element: Element, above: dict[str, bool]) -> str:
    inside = (element.text or "") + "".join(_raised_in(child, above) for child in element)
    style = _get(element, "style-name")
    if _name(element) == "span" and style in above:
        inside = raised(inside, below=above[style])
    return inside + (element.tail or "" if _name(element) != "p" else "")


def _raised_styles(content: bytes) -> dict[str, bool]:
    """The styles of text above the line, and below it (true)."""
    found = {}
    for style in _elements(content, "style"):
        where = next((place for e in style.iter() if (place := _get(e, "text-position"))), "")
        if where.startswith(("super", "sub", "-")) or re.match(r"[1-9]", where):
            found[_get(style, "name")] = where.startswith(("sub", "-"))
    return found
