"""Outlines as text: with guides for a terminal or a pipe, as nested lists for Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from all_cli.report.page import Outline, Twig

if TYPE_CHECKING:
    from rich.console import Console

_INDENT = "  "
_MINIMUM = 16  # columns of words that a line keeps, however deep it stands
_SHADES = ("green", "cyan", "yellow", "magenta", "red")


class Guides(NamedTuple):
    """How the lines of a tree are drawn: before a twig, before the last one, and below either."""

    twig: str
    last: str
    beside: str
    under_last: str


LINES = Guides("├─ ", "└─ ", "│  ", "   ")
ASCII = Guides("|- ", "`- ", "|  ", "   ")


def outline_lines(outline: Outline, encoding: str | None) -> Iterator[str]:
    """One line a twig, at natural width; guides in ASCII where ``encoding`` has no others."""
    guides = _guides(encoding)
    for first, _, twig in _walk(outline, guides):
        yield _INDENT + first + _words(twig)


def outline_list(outline: Outline, escaped: Callable[[str], str]) -> Iterator[str]:
    """The outline as a nested Markdown list."""

    def items(twig: Twig, depth: int) -> Iterator[str]:
        lead = f"{escaped(twig.lead)}: " if twig.lead else ""
        if lead.startswith(">"):  # would begin a quotation
            lead = f"\\{lead}"
        text = f"**{escaped(twig.text)}** {escaped(twig.note)}".rstrip()
        yield f"{_INDENT * depth}- {lead}{text}"
        for below in twig.below:
            yield from items(below, depth + 1)

    for twig in outline.twigs:
        yield from items(twig, 0)


def print_outline(outline: Outline, console: Console) -> None:
    """The outline on a terminal: words wrap beside the guides, nothing is cut."""
    from rich.text import Text

    for first, rest, twig in _walk(outline, _guides(console.encoding)):
        style = "bold" if twig.shade is None else f"bold {_SHADES[twig.shade]}"
        words = Text.assemble(f"{twig.lead}: " if twig.lead else "", (twig.text, style), f" {twig.note}".rstrip())
        room = max(console.width - len(_INDENT) - len(rest), _MINIMUM)
        for number, line in enumerate(words.wrap(console, room, overflow="fold")):
            line.rstrip()
            guide = Text(_INDENT + (rest if number else first), style="dim")
            console.print(Text.assemble(guide, line), soft_wrap=True)


def _guides(encoding: str | None) -> Guides:
    try:
        "".join(LINES).encode(encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return LINES


def _words(twig: Twig) -> str:
    lead = f"{twig.lead}: " if twig.lead else ""
    return f"{lead}{twig.text} {twig.note}".rstrip()


def _walk(outline: Outline, guides: Guides) -> Iterator[tuple[str, str, Twig]]:
    """Every twig in reading order, with the guides before its first line and before the lines it wraps to."""

    def below(twig: Twig, before: str) -> Iterator[tuple[str, str, Twig]]:
        for number, item in enumerate(twig.below, start=1):
            last = number == len(twig.below)
            beside = before + (guides.under_last if last else guides.beside)
            hanging = beside + (guides.beside if item.below else guides.under_last)
            yield before + (guides.last if last else guides.twig), hanging, item
            yield from below(item, beside)

    for twig in outline.twigs:
        yield "", guides.beside if twig.below else guides.under_last, twig
        yield from below(twig, "")
