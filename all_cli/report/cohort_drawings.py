"""The drawing of the cohort report: the flow of patients between two schemes, as SVG with its own style.

No figure stands in a colour alone, each has its number beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from xml.etree import ElementTree

from all_cli.report.cohort_figures import Category, CrossTable
from all_cli.report.lettering import LEADING, text_width, wrapped
from all_cli.report.svg import DARK, LIGHT
from all_cli.risk.scheme import NOT_APPLICABLE
from all_cli.risk.verdict import INDETERMINATE

_SIZE = 13.0
_WIDTH, _LABEL, _NODE = 820.0, 232.0, 12.0
_LEAST_HEIGHT, _GAP = 260.0, 10.0


class _Node(NamedTuple):
    """One category of one scheme: where it stands, and where its label does."""

    category: Category
    rows: int
    top: float
    height: float
    lines: list[str]
    label_top: float


def flow(table: CrossTable) -> str:
    """An alluvial drawing: on the left the first scheme's categories, on the right the second's, bands between.

    Heights are in proportion to rows. Every band says by a title what it holds; the cross-table beside the drawing has
    the same numbers. Only for a table of which nothing is hidden.
    """
    numbers = [[count.rows or 0 for count in line] for line in table.cells]
    left_rows = [sum(line) for line in numbers]
    right_rows = [sum(line[place] for line in numbers) for place in range(len(table.columns))]
    scale = max(_LEAST_HEIGHT, 32.0 * max(len(table.rows), len(table.columns))) / max(1, table.usable)
    left = _nodes(table.rows, left_rows, scale)
    right = _nodes(table.columns, right_rows, scale)
    height = 8 + max(
        max(node.top + node.height, node.label_top + len(node.lines) * _SIZE * LEADING) for node in (*left, *right)
    )
    names = (table.first.scheme.id, table.second.scheme.id)
    root = ElementTree.Element(
        "svg",
        {
            "class": "flow",
            "viewBox": f"0 0 {_n(_WIDTH)} {_n(height)}",
            "width": _n(_WIDTH),
            "height": _n(height),
            "role": "img",
            "aria-label": f"Rows from the groups of {names[0]} to those of {names[1]}; the table below has the numbers",
            "font-size": _n(_SIZE),
        },
    )
    ElementTree.SubElement(root, "style").text = _style()
    _bands(root, table, numbers, left, right)
    for nodes, x, side in ((left, _LABEL, "end"), (right, _WIDTH - _LABEL - _NODE, "start")):
        _side(root, nodes, x, side)
    for name, x, anchor in ((names[0], _LABEL + _NODE, "end"), (names[1], _WIDTH - _LABEL - _NODE, "start")):
        _text(root, name, x, _SIZE, anchor, bold=True)
    return ElementTree.tostring(root, encoding="unicode")


def _nodes(categories: Sequence[Category], rows: Sequence[int], scale: float) -> list[_Node]:
    """The categories from top to bottom, as far apart as their labels need."""
    bottom = free = 2 * _SIZE * LEADING - _GAP
    nodes = []
    for category, number in zip(categories, rows, strict=True):
        height = max(1.0, number * scale)
        lines = [*wrapped(category.label, _LABEL - 16, _SIZE), f"{number:,}"]
        half = len(lines) * _SIZE * LEADING / 2
        top = max(bottom + _GAP, free + 4 + half - height / 2)
        nodes.append(_Node(category, number, top, height, lines, top + height / 2 - half))
        bottom, free = top + height, top + height / 2 + half
    return nodes


def _bands(
    root: ElementTree.Element,
    table: CrossTable,
    numbers: Sequence[Sequence[int]],
    left: Sequence[_Node],
    right: Sequence[_Node],
) -> None:
    start_x, end_x = _LABEL + _NODE, _WIDTH - _LABEL - _NODE
    middle = (start_x + end_x) / 2
    used_right = [node.top for node in right]
    for node, line in zip(left, numbers, strict=True):
        used = node.top
        for place, number in enumerate(line):
            if not number:
                continue
            thick_left = node.height * number / node.rows
            thick_right = right[place].height * number / right[place].rows
            a, b = used, used_right[place]
            c, d = a + thick_left, b + thick_right
            path = (
                f"M{_n(start_x)} {_n(a)}C{_n(middle)} {_n(a)} {_n(middle)} {_n(b)} {_n(end_x)} {_n(b)}V{_n(d)}"
                f"C{_n(middle)} {_n(d)} {_n(middle)} {_n(c)} {_n(start_x)} {_n(c)}Z"
            )
            band = ElementTree.SubElement(root, "path", {"class": f"band {_paint(node.category)}", "d": path})
            title = ElementTree.SubElement(band, "title")
            title.text = f"{node.category.label} → {right[place].category.label}: {number:,} rows"
            used += thick_left
            used_right[place] += thick_right


def _side(root: ElementTree.Element, nodes: Sequence[_Node], x: float, side: str) -> None:
    for node in nodes:
        place = {"x": _n(x), "y": _n(node.top), "width": _n(_NODE), "height": _n(node.height)}
        ElementTree.SubElement(root, "rect", {"class": f"node {_paint(node.category)}", **place})
        label_x = x - 8 if side == "end" else x + _NODE + 8
        for number, line in enumerate(node.lines):
            _text(root, line, label_x, node.label_top + (number + 0.8) * _SIZE * LEADING, side)


def _text(root: ElementTree.Element, text: str, x: float, y: float, anchor: str, *, bold: bool = False) -> None:
    weight = {"font-weight": "bold"} if bold else {}
    # A name longer than its column starts at the edge of the drawing instead of leaving it.
    if anchor == "end" and text_width(text, _SIZE, bold=bold) > x:
        x, anchor = 0.0, "start"
    if anchor == "start" and x and x + text_width(text, _SIZE, bold=bold) > _WIDTH:
        x, anchor = _WIDTH, "end"
    element = ElementTree.SubElement(root, "text", {"x": _n(x), "y": _n(y), "text-anchor": anchor, **weight})
    element.text = text


def _style() -> str:
    """The colours of the groups, shared with the drawings of trees, for light and dark."""
    dark = _sheet_of({**DARK, "plain": ("#21405f", "#7ab7f5"), "outside": ("#222a33", "#6b7682")})
    light = _sheet_of({**LIGHT, "plain": ("#b5d2ef", "#35679b"), "outside": ("#eaecef", "#8c959f")})
    return f"{light} @media screen and (prefers-color-scheme: dark) {{ {dark} }}"


def _sheet_of(paints: dict[str, tuple[str, str]]) -> str:
    groups = [name for name in paints if name.startswith("shade") or name in ("open", "plain", "outside")]
    nodes = [f".flow .node.{name} {{ fill: {paints[name][0]}; stroke: {paints[name][1]} }}" for name in groups]
    bands = [f".flow .band.{name} {{ fill: {paints[name][1]}; fill-opacity: .38 }}" for name in groups]
    return " ".join([f".flow text {{ fill: {paints['ink'][0]} }}", *nodes, *bands])


def _paint(category: Category) -> str:
    if category.shade is not None:
        return f"shade{category.shade}"
    if category.id == NOT_APPLICABLE:
        return "outside"
    return "open" if category.id == INDETERMINATE else "plain"


def _n(value: float) -> str:
    """A coordinate, to a tenth."""
    return f"{value:.1f}".removesuffix(".0")
