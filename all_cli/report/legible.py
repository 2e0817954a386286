"""Text for an output that cannot hold every character: what stands for × † ² where the encoding has none."""

import codecs
import io
import sys

from all_cli.report.page import Block, Figure, Heading, Line, Outline, Page, Table, Twig

HANDLER = "all_cli.legible"

INSTEAD = {
    "×": "x", "†": "[unchecked]", "°": " deg ", "±": "+/-", "−": "-", "·": ".", "•": "*",
    "≥": ">=", "≤": "<=", "≠": "!=", "≈": "~", "→": "->", "←": "<-", "↑": "up", "↓": "down",
    "µ": "u", "μ": "u", "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "κ": "kappa", "Δ": "delta ",
    "–": "-", "—": "-", "‑": "-", "‐": "-", "‒": "-", "′": "'", "″": '"', "∞": "infinity", "…": "...",
    "‘": "'", "’": "'", "“": '"', "”": '"',
    "½": "1/2", "¼": "1/4", "¾": "3/4", "ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "æ": "ae", "Æ": "AE",
}  # fmt: skip
_RAISED = {"⁰": "0", "¹": "1", "²": "2", "³": "3", "⁴": "4", "⁵": "5", "⁶": "6", "⁷": "7", "⁸": "8", "⁹": "9", "⁻": "-"}


def legible(text: str, encoding: str) -> str:
    """The text with a plain spelling for each character that ``encoding`` lacks; ``?`` where there is none."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        parts: list[str] = []
        raised = False
        for character in text:
            held = _holds(encoding, character)
            power = not held and character in _RAISED
            if power:
                parts.append(_RAISED[character] if raised else f"^{_RAISED[character]}")
            else:
                parts.append(character if held else _spelled(character, encoding))
            raised = power
        return "".join(parts)
    return text


def _holds(encoding: str, character: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _spelled(character: str, encoding: str) -> str:
    if character in INSTEAD:
        return INSTEAD[character]
    import unicodedata  # rarely needed

    # A letter with an accent loses the accent.
    base = "".join(part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part))
    return base if base != character and _holds(encoding, base) else "?"


def legible_page(page: Page, encoding: str | None) -> Page:
    """The page as ``encoding`` can hold it, changed before it is laid out so that columns stay aligned."""
    if everything(encoding):
        return page
    assert encoding is not None
    return Page(page.sources, [_block(block, encoding) for block in page.blocks])


def everything(encoding: str | None) -> bool:
    """Whether an encoding holds every character (a stream without one takes text as it is)."""
    return encoding is None or codecs.lookup(encoding).name.startswith(("utf-8", "utf-16", "utf-32"))


def _block(block: Block, encoding: str) -> Block:
    match block:
        case Heading(text, level):
            return Heading(legible(text, encoding), level)
        case Line(text, label, strong, identifier):
            return Line(legible(text, encoding), legible(label, encoding), strong, legible(identifier, encoding))
        case Table(columns, rows):
            return Table(_cells(columns, encoding), tuple(_cells(row, encoding) for row in rows))
        case Outline(twigs):
            return Outline(tuple(_twig(twig, encoding) for twig in twigs))
        case Figure():
            return block


def _cells(cells: tuple[str, ...], encoding: str) -> tuple[str, ...]:
    return tuple(legible(cell, encoding) for cell in cells)


def _twig(twig: Twig, encoding: str) -> Twig:
    lead, text, note = (legible(part, encoding) for part in (twig.lead, twig.text, twig.note))
    return Twig(lead, text, note, tuple(_twig(below, encoding) for below in twig.below), twig.shade)


def _handle(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    # The error of a code page says "charmap", not which: ASCII is in all of them.
    return legible(error.object[error.start : error.end], "ascii"), error.end


def degrade_output() -> None:
    """Let whatever is printed on a standard stream that lacks a character be spelled plainly, never fail."""
    codecs.register_error(HANDLER, _handle)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and not everything(stream.encoding):
            stream.reconfigure(errors=HANDLER)
