"""Where things stand in the picture of a roadmap: bands (phases) packed into panels, rows (drugs) within each panel.

Lengths are in the unit of the drawing; a week is as wide everywhere in one picture, so that bands can be compared by
eye.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.roadmap import Roadmap, Run, Stretch
from all_cli.report.lettering import LEADING, text_width, wrapped
from all_cli.report.page import Page
from all_cli.report.roadmap import BESIDE, Given, given_in, length_text, status

DAY = 5.5  # at least
LABEL = 250.0
GAP = 8.0
TITLE, BODY, SMALL = 12.0, 11.0, 9.5
_PAD = 5.0
_TAG = 18.0  # room for the letter in a band's corner
_LEAST_BAND = 98.0
_INSET = 7.0  # so that a mark on the first day stands within its band


Contents = list[tuple[Stretch, list[Given]]]


class Key(NamedTuple):
    """What a row of a panel is for: lines that are alike in all but their days share one."""

    name: str
    dose: str
    route: str
    whom: str
    intrathecal: bool


class Placed(NamedTuple):
    """A line in a band, in words where it has no days."""

    key: Key
    runs: tuple[Run, ...]
    words: str
    word_lines: tuple[str, ...]
    kind: str


class Band(NamedTuple):
    """A stretch as a band: its header (title, when it begins, how long it is) and what stands in it."""

    stretch: Stretch
    width: float
    title: tuple[str, ...]
    begins: tuple[str, ...]
    length: tuple[str, ...]
    day: float
    placed: tuple[Placed, ...]

    def middle(self, day: int) -> float:
        """Where a day stands, from the left edge."""
        return _INSET + ((self.stretch.date_of(day) - self.stretch.begins).days + 0.5) * self.day

    @property
    def weeks(self) -> list[int]:
        """The days on which its weeks begin."""
        last = self.stretch.last
        return [] if last is None else list(range(self.stretch.first, last + 1, 7))


class Row(NamedTuple):
    """A row of a panel and how it is labelled."""

    key: Key
    title: tuple[str, ...]
    said: tuple[str, ...]
    height: float


class Panel(NamedTuple):
    """Bands side by side over common rows."""

    bands: tuple[Band, ...]
    rows: tuple[Row, ...]
    header: float
    flags: bool

    @property
    def width(self) -> float:
        """From the labels to the last band."""
        return LABEL + sum(band.width + GAP for band in self.bands)

    @property
    def height(self) -> float:
        """Header, flags and rows."""
        return self.header + (FLAGS if self.flags else 0) + sum(row.height for row in self.rows)


FLAGS = 24.0


def bands_of(contents: Contents, day: float = DAY) -> list[Band]:
    """A band for every stretch of a plan; ``day`` is how wide a day is."""
    return [_band(stretch, given, day) for stretch, given in contents]


def contents_of(plan: Roadmap, library: ProtocolLibrary) -> Contents:
    """The stretches of a plan with their lines in words."""
    return [(stretch, given_in(stretch, plan, library)) for stretch in plan.stretches]


def _band(stretch: Stretch, given: Sequence[Given], day: float) -> Band:
    days = 0 if stretch.last is None else (stretch.date_of(stretch.last) - stretch.begins).days + 1
    whole_weeks = -(-days // 7) * 7 * day
    longest = max(text_width(word, TITLE, bold=True) for word in stretch.title.split(" "))
    width = max(whole_weeks + 2 * _INSET, _LEAST_BAND, longest + 2 * _PAD + _TAG)
    room = width - 2 * _PAD
    title = wrapped(stretch.title, room - _TAG, TITLE, bold=True)
    begins, length = wrapped(_begins(stretch), room, BODY, bold=True), wrapped(length_text(stretch), room, SMALL)
    placed = tuple(_placed(each, width) for each in given)
    return Band(stretch, width, tuple(title), tuple(begins), tuple(length), day, placed)


def _begins(stretch: Stretch) -> str:
    if stretch.fixed:
        return f"begins {stretch.begins.isoformat()}"
    return "beside the others" if status(stretch) == BESIDE else f"NOT BEFORE {stretch.begins.isoformat()}"


def _placed(given: Given, width: float) -> Placed:
    key = Key(given.name, given.dose, given.route, given.whom, given.intrathecal)
    words = given.line.schedule
    lines = tuple(wrapped(words, width - 2 * _PAD, SMALL)) if words else ()
    fits = len(lines) <= 2 and all(text_width(line, SMALL) <= width - 2 * _PAD for line in lines)
    return Placed(key, given.runs, words, lines if fits else (), _kind(given))


def _kind(given: Given) -> str:
    """How the marks of a line are drawn."""
    route = given.line.route
    if given.intrathecal:
        return "intrathecal"
    if route == "RT":
        return "radiation"
    if route == "CIV":
        return "continuous"
    return "oral" if route.startswith("PO") else "parenteral"


def side_by_side(bands: Iterable[Band], capacity: float) -> list[list[Band]]:
    """Bands in order, as many side by side as ``capacity`` holds; a wider band has a panel to itself."""
    groups: list[list[Band]] = []
    for band in bands:
        used = sum(other.width + GAP for other in groups[-1]) if groups else 0.0
        if groups and used + band.width <= capacity:
            groups[-1].append(band)
        else:
            groups.append([band])
    return groups


def panel_of(bands: list[Band], marks: dict[Key, str]) -> Panel:
    """Bands side by side with a row for each line given; ``marks`` are the citations of a row."""
    keys = dict.fromkeys(placed.key for band in bands for placed in band.placed)
    rows = tuple(_row(key, bands, marks) for key in sorted(keys, key=lambda key: not key.intrathecal))
    lines = max(len(band.title) + len(band.begins) + len(band.length) for band in bands)
    flags = any(item.day is not None for band in bands for item in band.stretch.assessments)
    return Panel(tuple(bands), rows, 10 + lines * TITLE * LEADING + 30, flags)


def _row(key: Key, bands: list[Band], marks: dict[Key, str]) -> Row:
    room = LABEL - 2 * _PAD
    title = tuple(wrapped(key.name if key.intrathecal else f"{key.name} {key.route}", room, BODY, bold=True))
    dose = f"{key.dose} {marks.get(key, '')}".strip()
    said = [*wrapped(dose, room, SMALL), *(wrapped(key.whom, room, SMALL) if key.whom else [])]
    most = max((len(p.word_lines) for band in bands for p in band.placed if p.key == key), default=0)
    height = max(len(title) * BODY * LEADING + len(said) * SMALL * LEADING + 6, most * SMALL * LEADING + 6, 24.0)
    return Row(key, title, tuple(said), height)


def citations_of(contents: Contents, page: Page) -> dict[Key, str]:
    """The source marks of each row, over all bands."""
    cites: dict[Key, list[Given]] = {}
    for _, lines in contents:
        for given in lines:
            key = Key(given.name, given.dose, given.route, given.whom, given.intrathecal)
            cites.setdefault(key, []).append(given)
    return {
        key: page.cite(
            dict.fromkeys(one for given in found for one in given.cite), all(given.checked for given in found)
        )
        for key, found in cites.items()
    }
