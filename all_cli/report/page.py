"""A page: what a report says, before any format. Renderers turn it into a screen, plain text, Markdown or HTML."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from all_cli.knowledge.sources import Citation, Source

UNCHECKED = "†"
BOX = "☐"
"""To tick by hand; a table that has it is ruled in HTML, and its page is set for paper."""
UNCHECKED_MEANS = "† recalled from the literature and not yet read in the cited source: check before use"
NOT_A_DEVICE = "For professionals; works offline; not a medical device. Check against the cited source before use."


class Heading(NamedTuple):
    """A heading; level 1 names the page's subject, level 2 a part."""

    text: str
    level: int = 2


class Line(NamedTuple):
    """A line of running text; ``label`` stands before it in a column of its own.

    ``identifier`` (a DOI, an address) follows the text and is never broken.
    """

    text: str
    label: str = ""
    strong: bool = False
    identifier: str = ""


class Table(NamedTuple):
    """A table; on a narrow screen each row becomes a record of ``column: value`` lines.

    ``shares`` may say of each cell what share of a whole it is, from 0 to 1; what can draw shows it as a bar behind the
    cell. It never says what the words do not.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    shares: tuple[tuple[float | None, ...], ...] = ()


class Twig(NamedTuple):
    """One line of an outline and what hangs below it: ``lead: text note``.

    ``shade`` may colour ``text``, from 0 (mildest) to 4 (gravest); it never says what the words do not.
    """

    lead: str
    text: str
    note: str = ""
    below: tuple["Twig", ...] = ()
    shade: int | None = None


class Outline(NamedTuple):
    """A tree of lines, drawn with guides; on a narrow screen lines wrap beside their guides."""

    twigs: tuple[Twig, ...]


class Figure(NamedTuple):
    """A drawing as SVG with its own style; left out by what cannot draw, so that a table has to say the same."""

    svg: str
    caption: str


Block = Heading | Line | Table | Outline | Figure


class Page:
    """Blocks in order, and the references they lean on, numbered as first cited."""

    def __init__(self, sources: Mapping[str, Source], blocks: Iterable[Block] = ()) -> None:
        self.sources = sources
        self.blocks = list(blocks)
        self.numbers: dict[str, int] = {}
        self.places: dict[str, list[str]] = {}
        self.unchecked = False

    def heading(self, text: str, level: int = 2) -> None:
        """Add a heading."""
        self.blocks.append(Heading(text, level))

    def line(self, text: str, label: str = "", *, strong: bool = False) -> None:
        """Add a line of text."""
        self.blocks.append(Line(text, label, strong))

    def table(
        self, columns: Sequence[str], rows: Iterable[Sequence[str]], shares: Iterable[Sequence[float | None]] = ()
    ) -> None:
        """Add a table; columns that are empty in every row are left out."""
        kept = [tuple(row) for row in rows]
        used = [index for index in range(len(columns)) if any(row[index] for row in kept)]
        if kept:
            drawn = tuple(tuple(row[i] for i in used) for row in shares)
            cells = tuple(tuple(row[i] for i in used) for row in kept)
            self.blocks.append(Table(tuple(columns[i] for i in used), cells, drawn))

    def outline(self, twigs: Iterable[Twig]) -> None:
        """Add a tree of lines."""
        self.blocks.append(Outline(tuple(twigs)))

    def figure(self, svg: str, caption: str) -> None:
        """Add a drawing."""
        self.blocks.append(Figure(svg, caption))

    def cite(self, citations: Iterable[Citation], checked: bool = True) -> str:
        """``[1][3]``, with † for what was not read in its source; the references are kept for the foot of the page."""
        marks = []
        for citation in citations:
            number = self.numbers.setdefault(citation.source, len(self.numbers) + 1)
            places = self.places.setdefault(citation.source, [])
            if citation.locator and citation.locator not in places:
                places.append(citation.locator)
            marks.append(f"[{number}]")
        self.unchecked |= not checked
        return "".join(dict.fromkeys(marks)) + ("" if checked else UNCHECKED)

    def close(self) -> None:
        """Add the references, the meaning of the marks and the one line about what this is not."""
        if self.numbers:
            self.heading("References")
            for id, number in self.numbers.items():
                source = self.sources.get(id)
                text, identifier = (source.citation, source.identifier) if source else (id, "")
                places = f" At: {'; '.join(self.places[id])}." if self.places[id] else ""
                self.blocks.append(Line(f"{text}{places}", f"[{number}]", identifier=identifier))
        if self.unchecked:
            self.line(UNCHECKED_MEANS)
        self.line(NOT_A_DEVICE)
