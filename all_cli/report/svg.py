"""A decision tree as an SVG drawing: one file, no scripts, no fonts of its own, for a light or a dark screen.

Written with the standard library's ``xml.etree``: the drawing needs rectangles, lines and text, and a library such as
``drawsvg`` adds none of what is hard here (where things stand, and that no text runs into another), only names for
the elements. What ``xml.etree`` does give is that every text is escaped.

Colours stand in a style sheet for both schemes of colour and, for programs that ignore style sheets, as attributes.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from all_cli.patient.patient import Patient
from all_cli.report.branches import COLUMN_GAP, Cell, Mark, Placed, cells_of, placed
from all_cli.report.lettering import LEADING, text_width, wrapped
from all_cli.report.page import NOT_A_DEVICE, UNCHECKED_MEANS, Page
from all_cli.report.tree import PARTS_MEAN, group_text, patient_text, population_answer, shade
from all_cli.risk.library import RiskLibrary
from all_cli.risk.tree import MAY_APPLY, DecisionTree

_MARGIN, _PAD = 28.0, 12.0
_LEAST_WIDTH, _SHELF_WIDTH = 760.0, 1180.0
_TITLE, _HEADING, _BODY, _SMALL = 20.0, 14.0, 13.0, 11.5

_Paint = dict[str, tuple[str, str]]  # class -> fill, stroke
LIGHT: _Paint = {
    "page": ("#ffffff", "none"),
    "ink": ("#1b1f24", "none"),
    "dim": ("#57606a", "none"),
    "line": ("none", "#8c959f"),
    "question": ("#f3f5f7", "#8c959f"),
    "part": ("#ffffff", "#57606a"),
    "open": ("#eaecef", "#57606a"),
    "shade0": ("#d3eedb", "#2f7d4a"),
    "shade1": ("#dcefec", "#2a7a72"),
    "shade2": ("#fdefc0", "#a07400"),
    "shade3": ("#fbd9bd", "#b45309"),
    "shade4": ("#f8cfd0", "#b42329"),
}
DARK: _Paint = {
    "page": ("#14181d", "none"),
    "ink": ("#e6edf3", "none"),
    "dim": ("#a3adb8", "none"),
    "line": ("none", "#6b7682"),
    "question": ("#222a33", "#6b7682"),
    "part": ("#14181d", "#a3adb8"),
    "open": ("#2d343c", "#a3adb8"),
    "shade0": ("#17432a", "#4fb477"),
    "shade1": ("#12403f", "#4fb0a8"),
    "shade2": ("#4d3d0a", "#d9b13b"),
    "shade3": ("#55300f", "#f0883e"),
    "shade4": ("#561d22", "#ff7b72"),
}


def tree_svg(tree: DecisionTree, patient: Patient, library: RiskLibrary) -> str:
    """The whole drawing as text: population test, key to the colours, the parts of the tree, references."""
    page = Page(library.sources)
    population = tree.scheme.population
    cited = page.cite(population.cite, population.checked)  # first, so that it is [1]
    drawings = [(begin, number, placed(cells_of(tree, begin, page, library))) for begin, number in tree.parts.items()]
    page.close()
    identifiers = [text_width(source.identifier, _SMALL) for id in page.numbers if (source := library.sources.get(id))]
    widest = max([_LEAST_WIDTH, *(drawing.width for _, _, drawing in drawings), *(32 + w for w in identifiers)])
    sheet = _Sheet(widest if len(drawings) == 1 else max(widest, _SHELF_WIDTH))
    _head(sheet, tree, patient, cited)
    _key(sheet, tree)
    _parts(sheet, tree, drawings)
    _references(sheet, page, library)
    return sheet.text(f"{tree.scheme.title}: decision tree")


def _head(sheet: _Sheet, tree: DecisionTree, patient: Patient, cited: str) -> None:
    scheme = tree.scheme
    sheet.paragraph(f"{scheme.title}: decision tree", _TITLE, bold=True)
    sheet.paragraph(f"{scheme.id}, {scheme.published}", _SMALL, "dim")
    if said := patient_text(patient):
        sheet.paragraph(f"For what is known of a patient: {said}", _BODY)
    for warning in patient.warnings:
        sheet.paragraph(warning, _BODY)
    sheet.down(8)
    sheet.paragraph("First: is the scheme for this patient?", _HEADING, bold=True)
    sheet.paragraph(f"It is for {scheme.population.note} {cited}", _BODY)
    sheet.paragraph(f"Condition: {_signs(scheme.population.text)}", _SMALL, "dim")
    label = "If not, " if tree.status == MAY_APPLY else "Here "
    sheet.paragraph(f"{label}{population_answer(tree)}.", _BODY)
    sheet.down(8)


def _key(sheet: _Sheet, tree: DecisionTree) -> None:
    """The groups that the tree ends in, from the mildest, each with its colour."""
    shades = {group_text(tree.scheme, end): shade(tree.scheme, end.groups) for end in tree.ends.values()}
    graded = sorted((grade, text) for text, grade in shades.items() if grade is not None)
    if not graded:
        return
    x, size = 0.0, _SMALL
    for number, (grade, text) in enumerate(graded):
        width = 20 + text_width(text, size) + 18
        if number and x + width > sheet.width:
            x = 0.0
            sheet.down(20)
        sheet.box(f"shade{grade}", x, sheet.y + 2, 14, 12, 3)
        sheet.write(text, x + 20, sheet.y + 12, size)
        x += width
    sheet.down(28)


def _parts(sheet: _Sheet, tree: DecisionTree, drawings: Sequence[tuple[int, int, Placed]]) -> None:
    """The parts in reading order, side by side while there is room."""
    several = len(drawings) > 1
    if several:
        sheet.paragraph(PARTS_MEAN, _BODY, "dim")
    title = 26.0
    x = tallest = 0.0
    for _, number, drawing in drawings:
        width = max(drawing.width, 60.0)
        if x and x + width > sheet.width:
            sheet.down(tallest)
            x = tallest = 0.0
        heading = f"Part {number}" if several else "Then ask"
        sheet.write(heading, x, sheet.y + 16, _HEADING, bold=True)
        _part(sheet, drawing, x, sheet.y + title)
        tallest = max(tallest, title + drawing.height + 18)
        x += width + 48
    sheet.down(tallest)


def _part(sheet: _Sheet, drawing: Placed, x: float, y: float) -> None:
    """One part: first the lines, then what stands on them."""
    for cell, left, _, centre in drawing.cells:
        if not cell.below:
            continue
        trunk = drawing.right[cell.depth] + COLUMN_GAP
        targets = [(other_left, other) for c, other_left, _, other in drawing.cells if c in cell.below]
        start = left + cell.width
        path = f"M{_n(x + start)} {_n(y + centre)}H{_n(x + trunk)}"
        path += f"M{_n(x + trunk)} {_n(y + min(centre, targets[0][1]))}V{_n(y + max(centre, targets[-1][1]))}"
        path += "".join(f"M{_n(x + trunk)} {_n(y + end)}H{_n(x + end_left)}" for end_left, end in targets)
        sheet.path("line", path)
    for cell, left, top, centre in drawing.cells:
        if cell.label:
            _label(sheet, cell, x + drawing.right[cell.depth - 1] + 2 * COLUMN_GAP, y + centre)
        sheet.box(cell.kind, x + left, y + top, cell.width, cell.height, 4 if cell.kind == "question" else 10)
        _lines(sheet, cell.lines, x + left + cell.pad, y + top + cell.pad / 2)


def _label(sheet: _Sheet, cell: Cell, x: float, centre: float) -> None:
    sheet.box("page", x - 4, centre - cell.label_height / 2, cell.label_width + 8, cell.label_height, 0)
    _lines(sheet, cell.label, x, centre - cell.label_height / 2)


def _lines(sheet: _Sheet, lines: Sequence[Mark], x: float, top: float) -> None:
    for mark in lines:
        sheet.write(mark.text, x, top + mark.size, mark.size, "ink" if mark.strong else "dim", bold=mark.bold)
        top += mark.size * LEADING


def _references(sheet: _Sheet, page: Page, library: RiskLibrary) -> None:
    sheet.paragraph("References", _HEADING, bold=True)
    for id, number in page.numbers.items():
        source = library.sources.get(id)
        places = f" At: {'; '.join(page.places[id])}." if page.places[id] else ""
        sheet.write(f"[{number}]", 0, sheet.y + _SMALL, _SMALL)
        sheet.paragraph(f"{source.citation if source else id}{places}", _SMALL, indent=32)
        if source and source.identifier:
            sheet.write(source.identifier, 32, sheet.y + _SMALL, _SMALL)  # whole, never wrapped
            sheet.down(_SMALL * LEADING)
        sheet.down(4)
    if page.unchecked:
        sheet.paragraph(UNCHECKED_MEANS, _SMALL)
    sheet.paragraph(NOT_A_DEVICE, _SMALL, "dim")


class _Sheet:
    """The paper: elements in order, and how far down it is written on. Coordinates are within the margins."""

    def __init__(self, width: float) -> None:
        self.width = width
        self.y = 0.0
        self.elements: list[ElementTree.Element] = []

    def down(self, distance: float) -> None:
        """Go on further down."""
        self.y += distance

    def box(self, paint: str, x: float, y: float, width: float, height: float, round: float) -> None:
        """A rectangle with rounded corners."""
        size = {"width": _n(width), "height": _n(height), "rx": _n(round)}
        self._add("rect", paint, {"x": _n(x), "y": _n(y), **size})

    def path(self, paint: str, path: str) -> None:
        """A line."""
        self._add("path", paint, {"d": path})

    def write(self, text: str, x: float, y: float, size: float, paint: str = "ink", *, bold: bool = False) -> None:
        """One line of text, on the base line ``y``."""
        weight = {"font-weight": "bold"} if bold else {}
        self._add("text", paint, {"x": _n(x), "y": _n(y), "font-size": _n(size), **weight}, text)

    def paragraph(self, text: str, size: float, paint: str = "ink", *, bold: bool = False, indent: float = 0) -> None:
        """Text over the whole width, wrapped; goes down by its height."""
        for line in wrapped(text, self.width - indent, size, bold=bold):
            self.write(line, indent, self.y + size, size, paint, bold=bold)
            self.y += size * LEADING
        self.y += 3

    def _add(self, tag: str, paint: str, attributes: dict[str, str], text: str = "") -> None:
        fill, stroke = LIGHT[paint]
        element = ElementTree.Element(tag, {"class": paint, **attributes, "fill": fill, "stroke": stroke})
        element.text = text or None
        self.elements.append(element)

    def text(self, title: str) -> str:
        """The finished drawing."""
        width, height = self.width + 2 * _MARGIN, self.y + 2 * _MARGIN
        root = ElementTree.Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "width": _n(width),
                "height": _n(height),
                "viewBox": f"0 0 {_n(width)} {_n(height)}",
                "role": "img",
                "aria-labelledby": "title",
                "font-family": "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif",
            },
        )
        ElementTree.SubElement(root, "title", {"id": "title"}).text = title
        ElementTree.SubElement(root, "style").text = _style()
        fill, stroke = LIGHT["page"]
        paper = {"class": "page", "width": _n(width), "height": _n(height), "fill": fill, "stroke": stroke}
        ElementTree.SubElement(root, "rect", paper)
        ElementTree.SubElement(root, "g", {"transform": f"translate({_n(_MARGIN)} {_n(_MARGIN)})"}).extend(
            self.elements
        )
        ElementTree.indent(root)
        return ElementTree.tostring(root, encoding="unicode") + "\n"


def _style() -> str:
    return f"\n{_sheet_of(LIGHT)}\n@media (prefers-color-scheme: dark) {{\n{_sheet_of(DARK)}\n}}\n"


def _sheet_of(paints: _Paint) -> str:
    return "\n".join(f".{name} {{ fill: {fill}; stroke: {stroke} }}" for name, (fill, stroke) in paints.items())


def _signs(text: str) -> str:
    """Comparisons as print has them."""
    return text.replace(">=", "≥").replace("<=", "≤").replace("!=", "≠").replace("==", "=")


def _n(value: float) -> str:
    """A coordinate, to a tenth."""
    return f"{value:.1f}".removesuffix(".0")
