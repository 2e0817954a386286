"""Any page as HTML: one file, light and dark, fit to print, with nothing from the network and no script."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby

from all_cli.report.page import Block, Heading, Line, Outline, Page, Table, Twig

_NO_TEXT = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]"
)  # neither HTML nor a screen has a use for it
_ADDRESS = re.compile(r"doi:(\S+)|https?://\S+")
_STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --page: #fff; --dim: #57606a; --rule: #d0d7de; --link: #0a58a8; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --page: #14181d; --dim: #a3adb8; --rule: #3a434d; --link: #7ab7f5; }
}
html { background: var(--page); color: var(--ink); }
body { font: 16px/1.5 system-ui, "Segoe UI", Helvetica, Arial, "DejaVu Sans", sans-serif; margin: 0 auto;
  max-width: 66rem; padding: 1.5rem 1.25rem 3rem; overflow-wrap: anywhere; }
h1, h2, h3 { line-height: 1.25; break-after: avoid; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; }
h2 { border-bottom: 1px solid var(--rule); font-size: 1.25rem; margin: 2rem 0 .75rem; }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .5rem; }
p { margin: .5rem 0; }
a { color: var(--link); }
dl { display: grid; gap: .15rem 1rem; grid-template-columns: max-content 1fr; margin: .5rem 0; }
dt { color: var(--dim); max-width: 12rem; }
dd { margin: 0; }
p, dd, td { white-space: pre-wrap; }
.wide { max-width: 100%; overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: .5rem 0; }
th, td { border-bottom: 1px solid var(--rule); min-width: 4rem; padding: .3rem .6rem; text-align: left;
  vertical-align: top; overflow-wrap: break-word; }
tr { break-inside: avoid; }
ul { border-left: 1px solid var(--rule); list-style: none; margin: .1rem 0; padding-left: 1rem; }
@media print {
  body { font-size: 10pt; max-width: none; padding: 0; }
  a { color: inherit; }
  .wide { overflow: visible; }
}
"""


def page_html(page: Page) -> str:
    """The page as a text that ends with a line break; well-formed XML, too."""
    title = next((block.text for block in page.blocks if isinstance(block, Heading)), "")
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en"><head><meta charset="utf-8"/>',
            """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>""",
            '<meta name="viewport" content="width=device-width, initial-scale=1"/>',
            f"<title>{_text(title)}</title>",
            f"<style>{_STYLE}</style></head>",
            "<body>",
            *_blocks(page.blocks),
            "</body></html>\n",
        ]
    )


def _blocks(blocks: Iterable[Block]) -> Iterator[str]:
    for labelled, together in groupby(blocks, lambda block: isinstance(block, Line) and bool(block.label)):
        if labelled:
            yield "<dl>"
        for block in together:
            match block:
                case Heading(text, level):
                    yield f"<h{level}>{_text(text)}</h{level}>"
                case Line(_, label):
                    said = _said(block)
                    yield f"<dt>{_text(label)}</dt><dd>{said}</dd>" if labelled else f"<p>{said}</p>"
                case Table():
                    yield from _table(block)
                case Outline(twigs):
                    yield from _twigs(twigs)
        if labelled:
            yield "</dl>"


def _said(line: Line) -> str:
    text = f"<strong>{_text(line.text)}</strong>" if line.strong else _text(line.text)
    if not line.identifier:
        return text
    return f"{text} {_ADDRESS.sub(_link, _text(line.identifier))}"


def _link(found: re.Match[str]) -> str:
    """A DOI or an address, escaped already, as a link."""
    return f'<a href="{f"https://doi.org/{found[1]}" if found[1] else found[0]}">{found[0]}</a>'


def _table(table: Table) -> Iterator[str]:
    yield '<div class="wide"><table>'
    yield f"<thead><tr>{''.join(f'<th>{_text(cell)}</th>' for cell in table.columns)}</tr></thead><tbody>"
    for row in table.rows:
        yield f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in row)}</tr>"
    yield "</tbody></table></div>"


def _twigs(twigs: Iterable[Twig]) -> Iterator[str]:
    yield "<ul>"
    for twig in twigs:
        lead = f"{_text(twig.lead)}: " if twig.lead else ""
        yield f"<li>{lead}<strong>{_text(twig.text)}</strong>{f' {_text(twig.note)}' if twig.note else ''}"
        if twig.below:
            yield from _twigs(twig.below)
        yield "</li>"
    yield "</ul>"


def _text(text: str) -> str:
    return escape(_NO_TEXT.sub("", text))
