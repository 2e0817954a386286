"""The marks of a roadmap's picture, each with a shape of its own, the sheet they are drawn on, and the legend."""

from __future__ import annotations

from xml.etree import ElementTree

from all_cli.protocol.roadmap import Run
from all_cli.report.lettering import text_width
from all_cli.report.roadmap_chart import BODY, DAY, FLAGS, SMALL

INK, DIM, LINE, FAINT, INTRATHECAL = "#16191d", "#4b535c", "#7a838c", "#d5dade", "#7a0019"
DATED, WAITS = "#dfe5ea", "url(#waits)"


class Sheet:
    """The paper: elements in order. Coordinates are within the margins."""

    def __init__(self) -> None:
        self.elements: list[ElementTree.Element] = []

    def add(self, tag: str, text: str = "", **attributes: str | float) -> None:
        """An element; ``_`` in the name of an attribute stands for a hyphen."""
        named = {name.replace("_", "-"): spell(value) for name, value in attributes.items()}
        element = ElementTree.Element(tag, named)
        element.text = text or None
        self.elements.append(element)

    def write(self, text: str, x: float, y: float, size: float, fill: str = INK, **more: str) -> None:
        """A line of text on the base line ``y``."""
        self.add("text", text, x=x, y=y, font_size=size, fill=fill, **more)

    def line(self, x1: float, y1: float, x2: float, y2: float, stroke: str, thick: float = 1) -> None:
        """A straight line."""
        self.add("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke, stroke_width=thick)


def flag(sheet: Sheet, number: str, x: float, y: float) -> None:
    """An assessment: a flag with its number; ``x`` is the pole, ``y`` its top."""
    sheet.line(x, y, x, y + FLAGS - 5, INK, 1.6)
    sheet.add("path", d=f"M{spell(x)} {spell(y)}h13l-4 5 4 5h-13z", fill="#ffffff", stroke=INK)
    sheet.write(number, x + 14 if len(number) > 1 else x + 2, y + 8.6, 8.5, font_weight="bold")


def tag(sheet: Sheet, letter: str, x: float, y: float) -> None:
    """The letter of a note, boxed."""
    width = 5 + text_width(letter, SMALL, bold=True)
    sheet.add("rect", x=x, y=y, width=width, height=13, fill="#ffffff", stroke=INK, rx=2)
    sheet.write(letter, x + 2.5, y + 10, SMALL, font_weight="bold")


def mark(sheet: Sheet, kind: str, run: Run, first: float, last: float, y: float) -> None:
    """What is given on a run of days; ``first`` and ``last`` are the middles of its first and last day."""
    if run.once and run.last > run.first:
        wide = max(last - first + 8, 20.0)
        sheet.add("rect", x=(first + last - wide) / 2, y=y - 9, width=wide, height=18, rx=3, fill="#ffffff",
                  stroke=INK, stroke_dasharray="2 2")  # fmt: skip
        if kind == "intrathecal":
            _diamond(sheet, (first + last) / 2, y, 7)
        else:
            sheet.write("1×", (first + last) / 2, y + 3.5, SMALL, text_anchor="middle", font_weight="bold")
    elif kind == "intrathecal":
        # Each injection on its own, also on days in a row.
        days = run.last - run.first
        for day in range(days + 1):
            _diamond(sheet, first + (last - first) * day / max(days, 1), y, 9)
    elif run.last > run.first:
        fill = {"oral": "#ffffff", "continuous": "url(#hatch)"}.get(kind, INK)
        sheet.add("rect", x=first - 3.5, y=y - 5, width=last - first + 7, height=10, rx=2, fill=fill, stroke=INK,
                  stroke_width=1.2)  # fmt: skip
    elif kind == "radiation":
        sheet.add("rect", x=first - 5, y=y - 5, width=10, height=10, fill="#ffffff", stroke=INK, stroke_width=2)
    elif kind == "oral":
        sheet.add("circle", cx=first, cy=y, r=4.5, fill="#ffffff", stroke=INK, stroke_width=1.4)
    else:
        sheet.add("circle", cx=first, cy=y, r=5, fill=INK)


def _diamond(sheet: Sheet, x: float, y: float, half: float) -> None:
    points = ((x, y - half), (x + half - 1, y), (x, y + half), (x - half + 1, y))
    path = f"M{' '.join(f'{spell(across)} {spell(down)}' for across, down in points)}z"
    sheet.add("path", d=path, fill=INTRATHECAL, stroke="#ffffff", stroke_width=0.8)


_LEGEND: tuple[tuple[str, Run | None, str], ...] = (
    ("intrathecal", Run(1, 1), "intrathecal"),
    ("parenteral", Run(1, 1), "injection or infusion"),
    ("parenteral", Run(1, 4), "the same, every day"),
    ("continuous", Run(1, 4), "continuous infusion"),
    ("oral", Run(1, 1), "by mouth (or either way)"),
    ("oral", Run(1, 4), "the same, every day"),
    ("radiation", Run(1, 1), "radiotherapy"),
    ("parenteral", Run(1, 4, once=True), "once, on one of these days"),
    ("flag", None, "assessment, numbered below"),
    ("tag", None, "said in words below"),
    (DATED, None, "band with dates"),
    (WAITS, None, "not before its date: waits, days count from its own start"),
)


def legend(sheet: Sheet, top: float, width: float) -> float:
    """What each mark means, in as many lines as ``width`` needs; gives where it ends."""
    x, y = 0.0, top + 10
    for sign, run, text in _LEGEND:
        room = 24.0 if run is None else 16 + (run.last - run.first) * DAY
        needed = room + 8 + text_width(text, BODY) + 22
        if x and x + needed > width:
            x, y = 0.0, y + 23
        if run is not None:
            mark(sheet, sign, run, x + 9, x + 9 + (run.last - run.first) * DAY, y)
        elif sign == "flag":
            flag(sheet, "1", x + 3, y - 9)
        elif sign == "tag":
            tag(sheet, "a", x + 4, y - 7)
        else:
            dashes = "5 3" if sign == WAITS else "none"
            sheet.add("rect", x=x, y=y - 7, width=24, height=14, fill=sign, stroke=INK, stroke_dasharray=dashes)
        sheet.write(text, x + room + 8, y + 4, BODY)
        x += needed
    return y + 24


def spell(value: str | float) -> str:
    """A coordinate, to a tenth; a word as it is."""
    return value if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")
