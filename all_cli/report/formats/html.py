"""Any page as HTML: one file, light and dark, fit to print, with nothing from the network and no script."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import groupby

from all_cli.report.counts import WITHHELD
from all_cli.report.page import BOX, Block, Figure, Heading, Line, Outline, Page, Table, Twig

_NO_TEXT = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]"
)  # neither HTML nor a screen has a use for it
_NUMBER = re.compile(r"[<≤]?\d[\d,.]*(?: ?%)?|-?0?\.\d+|–|-|" + WITHHELD.mark)
_PARTS = 6  # from so many parts on a page begins with links to them
_STEPS = 20  # of a bar
_ADDRESS = re.compile(r"doi:(\S+)|https?://\S+")
_STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --page: #fff; --dim: #57606a; --rule: #d0d7de; --link: #0a58a8;
  --bar: #cfe1f5; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --page: #14181d; --dim: #a3adb8; --rule: #3a434d; --link: #7ab7f5;
    --bar: #21405f; }
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
tr, figure { break-inside: avoid; }
.number { text-align: right; white-space: nowrap; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 1rem 0; }
figure { margin: 1rem 0; }
figcaption { color: var(--dim); }
svg { display: block; height: auto; max-width: 820px; min-width: 640px; width: 100%; }
ul { border-left: 1px solid var(--rule); list-style: none; margin: .1rem 0; padding-left: 1rem; }
@media print {
  body { font-size: 10pt; max-width: none; padding: 0; }
  a { color: inherit; }
  .wide { overflow: visible; }
  nav { display: none; }
  td { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  svg { min-width: 0; }
}
"""

_PAPER = """
.wide:has(.ticks) { padding-right: 1px; }
.ticks th, .ticks td { border: 1px solid var(--dim); min-width: 0; padding: .25rem .4rem; }
.ticks td:first-child { font-weight: bold; white-space: nowrap; }
.ticks td:nth-child(2) { white-space: pre; }
.ticks tr:has(> :nth-child(8)) th:nth-child(n+3) { height: 9rem; vertical-align: bottom;
  writing-mode: vertical-rl; }
.box { font-size: 1.4em; line-height: 1; }
@page { size: A4; margin: 14mm 12mm; }
@media print {
  body { font-size: 9pt; }
  h1 { font-size: 14pt; }
  h2 { font-size: 12pt; }
  thead { break-inside: avoid; }
  dl:has(+ .wide), p:has(+ .wide), .wide:has(+ .wide) { break-after: avoid; break-inside: avoid; }
  .wide:has(+ .wide) { break-inside: auto; }
  .ticks { font-size: 8pt; }
  .ticks th, .ticks td { border-color: #000; padding: 1mm; overflow-wrap: normal; }
}
"""
"""For a page with boxes to tick: its tables are ruled, and what leads to a table stands on its sheet of A4."""


def page_html(page: Page) -> str:
    """The page as a text that ends with a line break; well-formed XML, too."""
    title = next((block.text for block in page.blocks if isinstance(block, Heading)), "")
    tables = [block for block in page.blocks if isinstance(block, Table)]
    style = _STYLE + (_bars() if any(table.shares for table in tables) else "")
    style += _PAPER if any(map(_has_boxes, tables)) else ""
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en"><head><meta charset="utf-8"/>',
            """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>""",
            '<meta name="viewport" content="width=device-width, initial-scale=1"/>',
            f"<title>{_text(title)}</title>",
            f"<style>{style}</style></head>",
            "<body>",
            *_blocks(page.blocks),
            "</body></html>\n",
        ]
    )


def _has_boxes(table: Table) -> bool:
    return any(BOX in cell for row in table.rows for cell in row)


def _bars() -> str:
    """Bars behind cells, in steps: a style for each cell of its own would have to stand in the cell."""
    bar = "linear-gradient(to right, var(--bar) {}%, transparent 0)"
    return 'td[class*="bar"] { min-width: 7rem; }\n' + "".join(
        f".bar{step} {{ background: {bar.format(100 * step // _STEPS)}; }}\n" for step in range(1, _STEPS + 1)
    )


def _parts(blocks: Iterable[Block]) -> list[tuple[str, str]]:
    """The parts of a long page, each by the name of its place and its heading; of a short one none."""
    found = [block.text for block in blocks if isinstance(block, Heading) and block.level == 2]
    return [(f"part-{number}", text) for number, text in enumerate(found, 1)] if len(found) >= _PARTS else []


def _blocks(blocks: Sequence[Block]) -> Iterator[str]:
    parts = _parts(blocks)
    places = iter([place for place, _ in parts])
    links = "".join(f'<a href="#{place}">{_text(text)}</a>' for place, text in parts)
    for labelled, together in groupby(blocks, lambda block: isinstance(block, Line) and bool(block.label)):
        if labelled:
            yield "<dl>"
        for block in together:
            match block:
                case Heading(text, level):
                    place = next(places, None) if level == 2 else None
                    if links and place:
                        yield f"<nav>{links}</nav>"
                        links = ""
                    yield f"<h{level}{_attribute('id', place)}>{_text(text)}</h{level}>"
                case Line(_, label):
                    said = _said(block)
                    yield f"<dt>{_text(label)}</dt><dd>{said}</dd>" if labelled else f"<p>{said}</p>"
                case Table():
                    yield from _table(block)
                case Outline(twigs):
                    yield from _twigs(twigs)
                case Figure(svg, caption):
                    yield f'<figure><figcaption>{_text(caption)}</figcaption><div class="wide">{svg}</div></figure>'
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
    yield f'<div class="wide"><table{_attribute("class", "ticks" if _has_boxes(table) else "")}>'
    right = [all(map(_NUMBER.fullmatch, cells)) for cells in zip(*table.rows, strict=True)]

    def cell(tag: str, column: int, text: str, share: float | None = None) -> str:
        bar = f"bar{max(1, round(share * _STEPS))}" if share else ""
        kind = " ".join(filter(None, ("number" if right[column] else "", bar)))
        said = _text(text).replace(BOX, f'<span class="box">{BOX}</span>')
        return f"<{tag}{_attribute('class', kind)}>{said}</{tag}>"

    head = "".join(cell("th", place, text) for place, text in enumerate(table.columns))
    yield f"<thead><tr>{head}</tr></thead><tbody>"
    for number, row in enumerate(table.rows):
        shares = table.shares[number] if table.shares else [None] * len(row)
        cells = (cell("td", place, text, share) for place, (text, share) in enumerate(zip(row, shares, strict=True)))
        yield f"<tr>{''.join(cells)}</tr>"
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


def _attribute(name: str, value: str | None) -> str:
    return f' {name}="{value}"' if value else ""


def _text(text: str) -> str:
    return escape(_NO_TEXT.sub("", text))
