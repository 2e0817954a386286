"""Pages as text: for a terminal (Rich), for a pipe (plain, never wrapped or cut), as Markdown."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from textwrap import wrap
from typing import TYPE_CHECKING

from all_cli.report.legible import legible_page
from all_cli.report.page import Block, Heading, Line, Outline, Page, Table

if TYPE_CHECKING:
    from rich.console import Console
    from rich.segment import Segment

_LABEL = 12


def print_page(page: Page, form: str, color: str = "auto") -> None:
    """Write a page to standard output.

    Args:
        page: the page, closed.
        form: ``table``, ``plain`` or ``markdown``.
        color: ``auto`` (a terminal that wants it), ``always`` or ``never``.
    """
    page = legible_page(page, sys.stdout.encoding)
    if form == "table":
        _print_rich(page, color)
    else:
        lines = _plain(page.blocks) if form == "plain" else _markdown(page.blocks)
        sys.stdout.write("\n".join(lines) + "\n")


def _plain(blocks: list[Block]) -> Iterator[str]:
    for index, block in enumerate(blocks):
        match block:
            case Heading(text):
                if index:
                    yield ""
                yield text
            case Line(text, label):
                text = f"{text} {block.identifier}".strip()
                yield f"  {label:<{_LABEL - 1}} {text}" if label else text
            case Table():
                yield from _aligned(block)
            case Outline():
                from all_cli.report.outline import outline_lines

                yield from outline_lines(block, sys.stdout.encoding)


def _aligned(table: Table) -> Iterator[str]:
    rows = [table.columns, *table.rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(table.columns))]
    for row in rows:
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _markdown(blocks: list[Block]) -> Iterator[str]:
    for index, block in enumerate(blocks):
        match block:
            case Heading(text, level):
                if index:
                    yield ""
                yield f"{'#' * level} {_escaped(text)}"
                yield ""
            case Line(text, label, strong):
                body = f"**{_escaped(text)}**" if strong else _escaped(text)
                body = f"{body} {block.identifier}".strip()
                yield f"- {_escaped(label)} {body}" if label else f"{body}  "
            case Table(columns, rows):
                yield ""
                yield f"| {' | '.join(map(_escaped, columns))} |"
                yield f"|{' --- |' * len(columns)}"
                for row in rows:
                    yield f"| {' | '.join(map(_escaped, row))} |"
                yield ""
            case Outline():
                from all_cli.report.outline import outline_list

                yield from outline_list(block, _escaped)
                yield ""


def _escaped(text: str) -> str:
    for character in ("\\", "|", "*", "_", "<", "`"):
        text = text.replace(character, f"\\{character}")
    return text


def _print_rich(page: Page, color: str) -> None:
    from rich.console import Console

    screen = _Screen(
        Console(
            force_terminal={"always": True, "never": False}.get(color),
            no_color=True if color == "never" else None,
            highlight=False,
            markup=False,
            emoji=False,
        )
    )
    for index, block in enumerate(page.blocks):
        match block:
            case Heading(text, level):
                screen.heading(text, level, first=not index)
            case Line():
                screen.line(block)
            case Table() if _fits(block, screen.width):
                screen.table(block)
            case Table():
                screen.records(block)
            case Outline():
                screen.flush()
                from all_cli.report.outline import print_outline

                print_outline(block, screen.console)
    screen.flush()


class _Screen:
    """Blocks on a terminal. Patient text is never read as markup, and its control characters are left out.

    Lines are gathered and printed together, which spares the start-up a layout for each.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self.width = console.width  # asked for once: a console asks the terminal each time
        self.gathered: list[Segment] = []

    def flush(self) -> None:
        """Print what was gathered; lines are wrapped already and are not wrapped again."""
        from rich.segment import Segments

        if self.gathered:
            self.console.print(Segments(self.gathered), end="", crop=False)
            self.gathered = []

    def write(self, text: str, style: str = "") -> None:
        """Gather a text as it stands."""
        from rich.control import strip_control_codes
        from rich.segment import Segment

        self.gathered.append(Segment(strip_control_codes(text), self.console.get_style(style) if style else None))

    def heading(self, text: str, level: int, *, first: bool) -> None:
        self.write("" if first else "\n")
        self.wrapped(text, "bold cyan" if level == 1 else "bold", "", 0)

    def line(self, line: Line) -> None:
        style = "bold" if line.strong else ""
        if line.label:
            self.labelled(line.label, line.text, style)
        else:
            self.wrapped(line.text, style, "", 0)
        if line.identifier:
            # An identifier is copied whole: it is never wrapped by the program, only by the terminal.
            self.write(f"      {line.identifier}\n")

    def labelled(self, label: str, text: str, style: str = "", indent: int = 2) -> None:
        """A label in a column of its own, the text beside it, wrapped under itself."""
        column = len(label) + 1 if label.startswith("[") else max(_LABEL + 1, len(label) + 1)
        self.wrapped(text, style, " " * indent + label.ljust(column), indent + column)

    def wrapped(self, text: str, style: str, head: str, indent: int) -> None:
        """A text wrapped to the screen, with a head before its first line and blanks before the others."""
        for number, line in enumerate(self.lines(text, max(self.width - indent, 20))):
            self.write(" " * indent if number else head, "dim")
            self.write(f"{line}\n", style)

    def lines(self, text: str, room: int) -> list[str]:
        """The text in lines of at most this many cells."""
        from rich.cells import cell_len

        if "\n" in text or cell_len(text) != len(text):
            from rich.text import Text

            return [line.plain.rstrip() for line in Text(text).wrap(self.console, room, overflow="fold")]
        if len(text) <= room:
            return [text]
        # The same lines, in a tenth of the time, where every character is one cell wide.
        return wrap(text, room, break_on_hyphens=False, expand_tabs=False, replace_whitespace=False)

    def table(self, block: Table) -> None:
        from rich.cells import cell_len
        from rich.table import Table as RichTable
        from rich.text import Text

        self.flush()
        table = RichTable(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
        table.add_column(width=0)  # with its padding the indent; a Padding around the table would lay it out twice
        longest = [max(map(cell_len, cells)) for cells in zip(block.columns, *block.rows, strict=True)]
        whole = sum(longest) + 2 * len(longest) <= self.width
        for title, width in zip(block.columns, longest, strict=True):
            # A width that is given need not be measured, nor a cell that fits be wrapped.
            table.add_column(title, overflow="fold", no_wrap=whole or width <= 14, width=width if whole else None)
        for row in block.rows:
            table.add_row("", *(Text(cell) for cell in row))
        self.console.print(table)

    def records(self, block: Table) -> None:
        """Each row as a record of ``column: value`` lines, for a narrow screen."""
        for row in block.rows:
            self.wrapped(row[0], "bold", "  ", 2)
            for title, cell in zip(block.columns[1:], row[1:], strict=True):
                if cell:
                    self.labelled(title, cell, indent=4)


def _fits(table: Table, width: int) -> bool:
    """Whether the table reads well in ``width``: whole, or with long texts wrapped but not crumbled."""
    needed = 2
    for column, title in enumerate(table.columns):
        longest = max(len(title), *(len(row[column]) for row in table.rows))
        needed += 2 + (longest if longest <= 14 else max(len(title), min(longest, 24)))
    return needed <= width
