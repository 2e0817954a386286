"""The roadmap of an arm as an SVG picture for the wall: weeks across, drugs down, phases as bands.

Made for A3 or A4 landscape. Marks differ by shape, so that a black-and-white print says the same. Written with the
standard library's ``xml.etree``, for the reasons given in ``report/svg.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from math import sqrt
from xml.etree import ElementTree

from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.roadmap import Roadmap
from all_cli.report.lettering import LEADING, text_width, wrapped
from all_cli.report.page import NOT_A_DEVICE, UNCHECKED, UNCHECKED_MEANS, Page
from all_cli.report.roadmap import (
    BY_AGE_MEANS,
    amount_text,
    days_said,
    drawn_totals,
    looked_text,
    outside,
    short_date,
    summary_title,
)
from all_cli.report.roadmap_chart import (
    BODY,
    DAY,
    FLAGS,
    GAP,
    LABEL,
    SMALL,
    TITLE,
    Band,
    Contents,
    Key,
    Panel,
    Placed,
    bands_of,
    citations_of,
    contents_of,
    panel_of,
    side_by_side,
)
from all_cli.report.roadmap_marks import (
    DATED,
    DIM,
    FAINT,
    INK,
    INTRATHECAL,
    LINE,
    WAITS,
    Sheet,
    flag,
    legend,
    mark,
    spell,
    tag,
)

_MARGIN = 26.0
_HEADING = 20.0
_SIDES = sqrt(2)  # of A3 and A4
_TRIES = 14
_WIDER = (1, 1.25, 1.5, 1.75, 2, 2.5, 3)
_BELOW = 260.0  # about what legend, notes and references need


class _Notes:
    """What the picture says in words below itself: numbered flags, lettered notes."""

    def __init__(self) -> None:
        self.flags: list[str] = []
        self.words: list[str] = []

    def flag(self, text: str) -> str:
        """The number of an assessment; the same text has the same number."""
        if text not in self.flags:
            self.flags.append(text)
        return str(self.flags.index(text) + 1)

    def word(self, text: str) -> str:
        """The letter of a note; the same text has the same letter."""
        if text not in self.words:
            self.words.append(text)
        return _letter(self.words.index(text))


def roadmap_svg(plan: Roadmap, library: ProtocolLibrary) -> str:
    """The whole drawing as text."""
    page = Page(library.sources)
    population = page.cite(plan.protocol.population.cite, plan.protocol.population.checked)
    contents = contents_of(plan, library)
    marks = citations_of(contents, page)
    panels = _fitting(contents, marks)
    sheet, notes = Sheet(), _Notes()
    inner = max(panel.width for panel in panels)
    # The picture has the shape of the paper: what stands below the panels is set as wide as the paper allows.
    for _ in range(3):
        sheet, notes = Sheet(), _Notes()
        bottom = _draw(sheet, notes, plan, library, page, population, panels, inner)
        whole = [text_width(found.identifier, SMALL) for id in page.numbers if (found := library.sources.get(id))]
        shaped = max((bottom + 2 * _MARGIN) * _SIDES - 2 * _MARGIN, *whole)
        if shaped <= inner:
            break
        inner = shaped
    return _document(sheet, inner, max(bottom, (inner + 2 * _MARGIN) / _SIDES - 2 * _MARGIN), summary_title(plan))


def _fitting(contents: Contents, marks: dict[Key, str]) -> list[Panel]:
    """The panels that fill the paper best: first drawn as large as can be, then with days as wide as still fits."""
    found: list[tuple[float, float, list[Panel]]] = []
    for wider in _WIDER:
        bands = bands_of(contents, DAY * wider)
        least, whole = max(band.width for band in bands), sum(band.width + GAP for band in bands)
        tried = [side_by_side(bands, least + (whole - least) * step / _TRIES) for step in range(_TRIES + 1)]
        for groups in {tuple(map(len, groups)): groups for groups in tried}.values():
            panels = [panel_of(group, marks) for group in groups]
            height = sum(panel.height + 20 for panel in panels) + _BELOW
            found.append((max(max(panel.width for panel in panels), height * _SIDES), -wider, panels))
    largest = min(size for size, _, _ in found)
    return min((each for each in found if each[0] <= largest * 1.02), key=lambda each: each[1])[2]


def _draw(
    sheet: Sheet, notes: _Notes, plan: Roadmap, library: ProtocolLibrary, page: Page, population: str,
    panels: Sequence[Panel], width: float,
) -> float:  # fmt: skip
    y = _head(sheet, plan, population, width)
    for panel in panels:
        _panel(sheet, notes, panel, y, page)
        y += panel.height + 20
    y = legend(sheet, y, width)
    return _footer(sheet, notes, plan, library, page, y, width)


def _head(sheet: Sheet, plan: Roadmap, population: str, width: float) -> float:
    y = 0.0
    for line in wrapped(summary_title(plan), width, _HEADING, bold=True):
        y += _HEADING * LEADING
        sheet.write(line, 0, y, _HEADING, font_weight="bold")
    said = [f"{plan.protocol.id}/{plan.arm.id}. For: {plan.protocol.population.text} {population}"]
    if plan.arm.note:
        said.append(plan.arm.note)
    if facts := plan.patient.said():
        said.append(f"Drawn for: {', '.join(f'{id} {text}' for id, text in facts.items())}")
    if outside(plan):
        said.append("CAUTION: this patient lies outside the protocol's population")
    said += [f"CAUTION: {warning}" for warning in plan.warnings]
    for text in said:
        for line in wrapped(text, width, TITLE):
            y += TITLE * LEADING
            sheet.write(line, 0, y, TITLE)
    return y + 16


def _panel(sheet: Sheet, notes: _Notes, panel: Panel, top: float, page: Page) -> None:
    body = top + panel.header
    x = LABEL
    places = []
    for band in panel.bands:
        places.append((band, x))
        x += band.width + GAP
    y = body + (FLAGS if panel.flags else 0)
    if panel.flags:
        sheet.write("assessments", 5, body + FLAGS - 8, BODY, font_weight="bold")
    for row in panel.rows:
        if row.key.intrathecal:
            sheet.add("rect", x=0, y=y, width=x - GAP, height=row.height, fill="#ececec")
        sheet.line(0, y, x - GAP, y, FAINT)
        base = y + 2
        for line in row.title:
            base += BODY * LEADING
            sheet.write(line, 5, base - 3, BODY, INTRATHECAL if row.key.intrathecal else INK, font_weight="bold")
        for line in row.said:
            base += SMALL * LEADING
            sheet.write(line, 5, base - 3, SMALL, DIM)
        y += row.height
    for band, left in places:
        _band(sheet, notes, band, left, top, body, y, page, panel.flags)
    y = body + (FLAGS if panel.flags else 0)
    for row in panel.rows:
        for band, left in places:
            for placed in band.placed:
                if placed.key == row.key:
                    _marks(sheet, notes, placed, band, left, y, row.height)
        y += row.height


def _band(
    sheet: Sheet,
    notes: _Notes,
    band: Band,
    left: float,
    top: float,
    body: float,
    bottom: float,
    page: Page,
    flags: bool,
) -> None:
    stretch = band.stretch
    dashes = "none" if stretch.fixed else "5 3"
    sheet.add(
        "rect", x=left, y=top, width=band.width, height=body - top, stroke=INK,
        fill=DATED if stretch.fixed else "#ffffff", stroke_dasharray=dashes,
    )  # fmt: skip
    if not stretch.fixed:
        sheet.add("rect", x=left, y=top, width=band.width, height=5, fill=WAITS)
    y = top + 6
    for lines, size, weight in (
        (band.title, TITLE, "bold"),
        (band.begins, BODY, "bold"),
        (band.length, SMALL, "normal"),
    ):
        for line in lines:
            y += TITLE * LEADING
            sheet.write(line, left + 5, y - 3, size, font_weight=weight)
    if stretch.waits:
        cite = page.cite(stretch.phase.start.cite, stretch.phase.start.checked) if stretch.phase.start else ""
        # What several phases, or the cycles of one, wait for alike is said once.
        whose = f"{stretch.phase.title} waits: " if stretch.phase.start else "Waits: "
        letter = notes.word(f"{whose}{stretch.waits} {cite}".strip())
        tag(sheet, letter, left + band.width - 21, top + 8)
    for day in band.weeks:
        x = left + band.middle(day) - band.day / 2
        sheet.line(x, body - 28, x, bottom, FAINT)
        sheet.write(f"d{day}", x + 2, body - 16, SMALL, INK)
        if stretch.fixed:
            sheet.write(short_date(stretch.date_of(day)), x + 2, body - 4, SMALL, DIM)
    sheet.add(
        "rect", x=left, y=top, width=band.width, height=bottom - top, fill="none", stroke=INK, stroke_dasharray=dashes,
    )  # fmt: skip
    for item in stretch.assessments:
        text = looked_text(item)
        cite = page.cite(item.cite, item.checked)
        if item.day is None:
            notes.word(f"{stretch.title}, to be looked at: {text} {cite}")
        elif flags:
            number = notes.flag(f"{stretch.phase.title}, day {item.day}: {text} {cite}")
            flag(sheet, number, left + band.middle(item.day), body + 3)


def _marks(sheet: Sheet, notes: _Notes, placed: Placed, band: Band, left: float, top: float, height: float) -> None:
    centre = top + height / 2
    for run in placed.runs:
        mark(sheet, placed.kind, run, left + band.middle(run.first), left + band.middle(run.last), centre)
    if placed.words and placed.word_lines:
        y = centre - len(placed.word_lines) * SMALL * LEADING / 2
        for line in placed.word_lines:
            y += SMALL * LEADING
            sheet.write(line, left + 5, y - 3, SMALL, font_style="italic")
    elif placed.words:
        letter = notes.word(f"{placed.key.name} {placed.key.route} ({band.stretch.phase.title}): {placed.words}")
        tag(sheet, letter, left + 4, centre - 6.5)


def _footer(
    sheet: Sheet, notes: _Notes, plan: Roadmap, library: ProtocolLibrary, page: Page, top: float, width: float
) -> float:
    """Assessments, notes in words, totals and references, in columns as wide as the longest identifier."""
    paragraphs = _paragraphs(notes, plan, library, page)
    longest = max((text_width(text, SMALL) for _, text, whole in paragraphs if whole), default=0.0)
    columns = max(1, min(3, int(width // max(460.0, longest + 40))))
    room = width / columns - 24
    lines: list[tuple[str, float, bool]] = []
    for head, text, whole in paragraphs:
        if not text:
            lines += [("", 0, False), (head, 0, True)]
            continue
        indent = 22.0 if head else 0.0
        own = [text] if whole else wrapped(text, room - indent, SMALL)
        for number, line in enumerate(own):
            lines.append((line, indent, False))
            if head and not number:
                lines[-1] = (f"{head}\t{line}", indent, False)
    tall = -(-len(lines) // columns)
    for number, (line, indent, bold) in enumerate(lines):
        if not line:
            continue
        x = number // tall * (width / columns)
        y = top + (number % tall + 1) * SMALL * LEADING
        head, tab, rest = line.partition("\t")
        if tab:
            sheet.write(head, x, y, SMALL, font_weight="bold")
        sheet.write(rest if tab else line, x + indent, y, SMALL, font_weight="bold" if bold else "normal")
    bottom = top + tall * SMALL * LEADING + 10
    for text in (*([UNCHECKED_MEANS] if page.unchecked else []), NOT_A_DEVICE):
        for line in wrapped(text, width, BODY, bold=True):
            bottom += BODY * LEADING
            sheet.write(line, 0, bottom, BODY, font_weight="bold")
    return bottom


def _paragraphs(notes: _Notes, plan: Roadmap, library: ProtocolLibrary, page: Page) -> list[tuple[str, str, bool]]:
    """Mark, text and whether it must not be broken; a heading has no text."""
    found: list[tuple[str, str, bool]] = []
    if notes.flags:
        found.append(("Assessments", "", False))
        found += [(str(number), text, False) for number, text in zip(count(1), notes.flags, strict=False)]
    if notes.words:
        found.append(("In words", "", False))
        found += [(_letter(number), text, False) for number, text in enumerate(notes.words)]
    left_out = {stretch.phase.title: stretch.left_out for stretch in plan.stretches if stretch.left_out}
    if left_out:
        said = ", ".join(f"{title} {number}" for title, number in left_out.items())
        found.append(("", f"Lines for other patients left out: {said}.", False))
    if any(each.dose_by for stretch in plan.stretches for each in stretch.lines):
        found.append(("", BY_AGE_MEANS, False))
    found.append(("Totals of what is drawn", "", False))
    found.append(("", days_said(plan), False))
    for total in drawn_totals(plan, library):
        page.unchecked |= not total.checked
        found.append(("", f"{total.title}: {amount_text(total)}{'' if total.checked else UNCHECKED}", False))
    if published := plan.protocol.total_duration:
        found.append(("", f"Published: {published.text} {page.cite(published.cite, published.checked)}", False))
    found.append(("References", "", False))
    for id, number in page.numbers.items():
        source = library.sources.get(id)
        found.append((f"[{number}]", source.citation if source else id, False))
        if source and source.identifier:
            found.append(("", source.identifier, True))
    return found


def _letter(number: int) -> str:
    """a, b … z, aa, ab …"""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters


def _document(sheet: Sheet, width: float, height: float, title: str) -> str:
    whole_width, whole_height = width + 2 * _MARGIN, height + 2 * _MARGIN
    root = ElementTree.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "width": "420mm",
            "height": "297mm",
            "viewBox": f"0 0 {spell(whole_width)} {spell(whole_height)}",
            "role": "img",
            "aria-labelledby": "title",
            "font-family": "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif",
        },
    )
    ElementTree.SubElement(root, "title", {"id": "title"}).text = title
    ElementTree.SubElement(root, "style").text = "@page { size: A3 landscape; margin: 0 }"
    definitions = ElementTree.SubElement(root, "defs")
    for name, stroke, gap in (("waits", LINE, "4"), ("hatch", INK, "4")):
        pattern = ElementTree.SubElement(
            definitions,
            "pattern",
            {
                "id": name, "width": gap, "height": gap, "patternUnits": "userSpaceOnUse",
                "patternTransform": "rotate(45)",
            },
        )  # fmt: skip
        ElementTree.SubElement(pattern, "rect", {"width": gap, "height": gap, "fill": "#ffffff"})
        ElementTree.SubElement(pattern, "path", {"d": f"M0 0V{gap}", "stroke": stroke, "stroke-width": "1.6"})
    paper = {"width": spell(whole_width), "height": spell(whole_height), "fill": "#ffffff"}
    ElementTree.SubElement(root, "rect", paper)
    moved = {"transform": f"translate({spell(_MARGIN)} {spell(_MARGIN)})"}
    ElementTree.SubElement(root, "g", moved).extend(sheet.elements)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode") + "\n"
