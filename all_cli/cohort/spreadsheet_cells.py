"""What a spreadsheet's cells say beside their values: percent formats, merged cells, formulas without a result, errors.

A reader of values gives 0.0005 for a cell that shows 0.05 %. Here the file itself is looked through, XLSX and ODS, for
the cells whose own format is their unit.
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

from all_cli.cohort.streams import InputError

_BUILT_IN_PERCENT = {9, 10}  # number formats 0% and 0.00%
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')  # text in a number format, where % is only a sign
_WORTH = (b"mergeCell ", b'"e"', b"<f", b":formula", b"spanned", b"percentage", b"hidden=", b'"collapse"', b'"filter"')
_HIDDEN = ("1", "true", "collapse", "filter")
_LARGEST = 1 << 30  # bytes of one part, unpacked
_SIGNS = re.compile(rb"<text:(tab|line-break)\b[^>]*?(?:/>|></text:\1>)")

Place = tuple[int, int]  # row and column, from 0


class Cells(NamedTuple):
    """Cells of one sheet out of the ordinary.

    Attributes:
        first: row and column of the upper left corner of all cells that hold anything.
        percent: numbers with a percent format, as stored.
        merged: ranges of merged cells; only the first cell of each holds a value.
        unfinished: formulas without a result.
        errors: errors such as #N/A, with their number.
        hidden: rows, and columns, that are hidden or filtered out and hold something.
    """

    first: Place
    percent: dict[Place, str]
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
    shown = f"{Decimal(repr(float(stored))) * 100:f}"
    return f"{shown.rstrip('0').rstrip('.') if '.' in shown else shown}%"


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
    styles = _percent_styles(parts)
    found = Cells((0, 0), {}, 0, 0, Counter())
    if not styles and not any(sign in content for sign in _WORTH):
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
            elif kind == "n" and value and int(element.get("s", 0)) in styles:
                found.percent[row, column] = value
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


def _percent_styles(parts: zipfile.ZipFile) -> set[int]:
    """The numbers of the cell styles that show a percentage."""
    if "xl/styles.xml" not in parts.namelist():
        return set()
    content = _part(parts, "xl/styles.xml")
    formats = set(_BUILT_IN_PERCENT)
    for element in _elements(content, "numFmt"):
        if "%" in _QUOTED.sub("", element.get("formatCode", "")):
            formats.add(int(element.get("numFmtId", -1)))
    for element in _elements(content, "cellXfs"):
        return {number for number, style in enumerate(element) if int(style.get("numFmtId", 0)) in formats}
    return set()


# --- ODS --------------------------------------------------------------------------------------------------------------


def _of_ods(parts: zipfile.ZipFile, sheet: str) -> Cells:
    content = _part(parts, "content.xml")
    found = Cells((0, 0), {}, 0, 0, Counter())
    if not any(sign in content for sign in _WORTH):
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
            elif kind == "percentage" and value:
                found.percent.update(
                    ((row + down, column + right), value) for down in range(times) for right in range(many)
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
