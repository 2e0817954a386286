"""The one way out: a result as a page, as data or drawn, in the format asked for, on the screen or in a file.

A file's format is told by its ending. What stands in its way is said before any work is done, and it is written whole
or not at all.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

import typer

from all_cli.cli.common import DONE
from all_cli.patient.unreadable import UnreadableError

STDOUT = "-"
ENDINGS = {
    ".txt": "plain", ".md": "markdown", ".json": "json", ".html": "html", ".htm": "html", ".svg": "svg", ".csv": "csv",
    ".ics": "ics",
}  # fmt: skip
"""Endings of files and the formats that they tell."""


class Format(StrEnum):
    """Output formats."""

    table = "table"
    plain = "plain"
    json = "json"
    markdown = "markdown"
    html = "html"


class Color(StrEnum):
    """When to colour."""

    auto = "auto"
    always = "always"
    never = "never"


def run(app: typer.Typer) -> None:
    """Run a command; a reader that closes the pipe early is no error, nor is an output that lacks a character.

    Where a stream is closed, what is said there is lost, and a file is written all the same.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 # to the end of the process
    if not _holds_everything():
        from all_cli.report.legible import degrade_output

        degrade_output()
    elif sys.stdout.errors == "strict" and hasattr(sys.stdout, "reconfigure"):
        # Bytes of the command line that are no text are shown as \\udcf6.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        app()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(DONE) from None


def _holds_everything() -> bool:
    """Whether standard output can hold every character."""
    return (sys.stdout.encoding or "utf-8").casefold().startswith("utf")


def chosen_format(form: Format | None) -> str:
    """The format asked for; otherwise a table for a terminal and plain text for a pipe."""
    if form is not None:
        return form.value
    return "table" if sys.stdout.isatty() else "plain"


def emit(form: Format | None, color: Color, page: Callable[[], Any], data: Callable[[], Any]) -> None:
    """Write a result in the chosen format; only what is needed is built."""
    name = chosen_format(form)
    if name in ("html", "json"):
        _write(_text(name, page, data, ascii_only=not _holds_everything()))
        return
    from all_cli.report.render import print_page

    print_page(page(), name, color.value)


def _write(text: str) -> None:
    """Write a long text as it is: an echo would first look through all of it for signs of colour."""
    sys.stdout.write(text)
    sys.stdout.flush()


class Way(NamedTuple):
    """Where a result goes: its format, and the file; None for standard output."""

    form: str
    file: str | None


def way_out(output: str | None, form: StrEnum | None, formats: Sequence[str], piped: str = "") -> Way:
    """The way out that ``--output`` and ``--format`` tell.

    Args:
        output: the file, or ``-`` for standard output.
        form: the format asked for.
        formats: those that a file can have, the usual one first.
        piped: the format of ``-`` if none is asked for; else that of the screen.

    Raises:
        UnreadableError: a folder, a file that may not be, an ending that is not written or that ``--format`` gainsays.
    """
    if output is None or output == STDOUT:
        asked = form.value if form is not None else piped if output is not None else ""
        return Way(asked or chosen_format(None), None)
    by_ending = check_file(output, formats)
    if form is not None and form.value != by_ending:
        raise UnreadableError("--output", output, f"the name says {by_ending}, --format says {form}; leave one out")
    return Way(by_ending, output)


def check_file(output: str, formats: Sequence[str], option: str = "--output") -> str:
    """The format of a file by its ending.

    Raises:
        UnreadableError: a folder, a folder that does not exist, an ending that is not written; names ``option``.
    """
    target = Path(output)
    usual = [next(ending for ending, told in ENDINGS.items() if told == form) for form in formats]
    if target.is_dir():
        raise UnreadableError(option, output, f"it is a folder; name a file, such as {target.name or 'file'}{usual[0]}")
    ending = target.suffix.casefold()
    if ENDINGS.get(ending) not in formats:
        *others, last = usual
        names = f"{', '.join(others)} or {last}" if others else last
        what = f'files that end in "{target.suffix}" are not written' if ending else "its ending tells the format"
        raise UnreadableError(option, output, f"{what}; name {names}")
    if not target.parent.is_dir():
        raise UnreadableError(option, output, "its folder does not exist")
    return ENDINGS[ending]


def deliver(
    way: Way,
    color: Color,
    page: Callable[[], Any],
    data: Callable[[], Any],
    own: Mapping[str, Callable[[], bytes]],
    told: str,
) -> None:
    """Write a result where and as it is asked for; only what is needed is built.

    Args:
        way: format and file.
        color: when to colour, on the screen.
        page: the page.
        data: what JSON holds.
        own: formats besides these, each with what makes the content of a file.
        told: what is said on standard error of a file that was written.
    """
    if way.file is None and way.form not in own:
        emit(Format(way.form), color, page, data)
        return
    content = own[way.form]() if way.form in own else _text(way.form, page, data).encode()
    if way.file is None:
        typer.echo(content, nl=False)
        return
    from all_cli.cohort.whole_file import write_whole

    write_whole(way.file, content)
    typer.echo(f"{way.file}: {told}", err=True)


def _text(form: str, page: Callable[[], Any], data: Callable[[], Any], *, ascii_only: bool = False) -> str:
    """A page, or JSON, as a text; ``ascii_only``: JSON for what holds no other signs."""
    if form == "json":
        from all_cli.report.json_text import json_text

        return json_text(data(), ascii_only=ascii_only) + "\n"
    if form == "html":
        from all_cli.report.formats.html import page_html

        return page_html(page())
    import io
    from contextlib import redirect_stdout

    from all_cli.report.render import print_page

    with redirect_stdout(io.StringIO()) as stream:
        print_page(page(), form)
    return stream.getvalue()
