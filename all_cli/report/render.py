"""Pages as text: for a terminal (Rich), for a pipe (plain, never wrapped or cut), as Markdown."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from all_cli.report.page import Block, Heading, Line, Page, Table

_LABEL = 12


def print_page(page: Page, form: str, color: str = "auto") -> None:
    """Write a page to standard output.

    Args:
        page: the page, closed.
        form: ``table``, ``plain`` or ``markdown``.
        color: ``auto`` (a terminal that wants it), ``always`` or ``never``.
    """
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
                yield f"  {label:<{_LABEL}}{text}" if label else text
            case Table():
                yield from _aligned(block)


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


def _escaped(text: str) -> str:
    for character in ("\\", "|", "*", "_", "<", "`"):
        text = text.replace(character, f"\\{character}")
    return text


def _print_rich(page: Page, color: str) -> None:
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table as RichTable
    from rich.text import Text

    console = Console(
        force_terminal={"always": True, "never": False}.get(color),
        no_color=True if color == "never" else None,
        highlight=False,
        markup=False,
        emoji=False,
    )

    def labelled(label: str, text: str, style: str) -> RichTable:
        grid = RichTable.grid(padding=(0, 1))
        grid.add_column(width=None if label.startswith("[") else _LABEL, no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row(Text(label, style="dim"), Text(text, style=style))
        return grid

    for index, block in enumerate(page.blocks):
        match block:
            case Heading(text, level):
                if index:
                    console.print()
                console.print(Text(text, style="bold cyan" if level == 1 else "bold"))
            case Line(text, label) if block.identifier:
                console.print(Padding(labelled(label, text, ""), (0, 0, 0, 2)))
                # An identifier is copied whole: it is never wrapped by the program, only by the terminal.
                console.print(Text(f"      {block.identifier}"), soft_wrap=True)
            case Line(text, label, strong):
                style = "bold" if strong else ""
                body = labelled(label, text, style) if label else Text(text, style=style, overflow="fold")
                console.print(Padding(body, (0, 0, 0, 2)) if label else body)
            case Table() if _fits(block, console.width):
                table = RichTable(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
                for column in range(len(block.columns)):
                    longest = max(len(row[column]) for row in block.rows)
                    table.add_column(block.columns[column], overflow="fold", no_wrap=longest <= 14)
                for row in block.rows:
                    table.add_row(*(Text(cell) for cell in row))
                console.print(Padding(table, (0, 0, 0, 2)))
            case Table(columns, rows):
                for row in rows:
                    console.print(Padding(Text(row[0], style="bold"), (0, 0, 0, 2)))
                    for title, cell in zip(columns[1:], row[1:], strict=True):
                        if cell:
                            console.print(Padding(labelled(title, cell, ""), (0, 0, 0, 4)))


def _fits(table: Table, width: int) -> bool:
    """Whether the table reads well in ``width``: whole, or with long texts wrapped but not crumbled."""
    needed = 2
    for column, title in enumerate(table.columns):
        longest = max(len(title), *(len(row[column]) for row in table.rows))
        needed += 2 + (longest if longest <= 14 else max(len(title), min(longest, 24)))
    return needed <= width
