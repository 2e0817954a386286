"""How wide text is in a drawing, without a font at hand, and how it wraps.

The widths are those of DejaVu Sans, rounded up: the widest of the fonts that browsers and editors put in place of
"sans-serif" (Arial and Helvetica are a tenth narrower). Text therefore fits wherever the drawing is opened.
"""

from __future__ import annotations

import unicodedata
from functools import cache

_WIDTHS = {
    character: width
    for width, characters in (
        (0.30, "'IJijl"),
        (0.35, " \u00a0,./:;\\|·’"),
        (0.40, "()-[]ft"),
        (0.45, "!r⁹"),
        (0.50, '"*_`–†'),
        (0.55, "?csz“”"),
        (0.60, "FLkvxy•"),
        (0.65, "$0123456789EPSTYabdeghnopqu{}µéüö"),
        (0.70, "ABCKRVXZ"),
        (0.75, "NU"),
        (0.80, "&DGHOQ"),
        (0.85, "#+<=>^w~×≥≤→≠"),
        (0.90, "M"),
        (1.00, "%@Wm—…"),
    )
    for character in characters
}
_OTHER, _WIDE = 0.85, 1.1
_BOLD = 1.16
LEADING = 1.35  # height of a line, in sizes


@cache
def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """How wide ``text`` is at most, in the unit of ``size``."""
    total = sum(_WIDTHS.get(c) or (_WIDE if unicodedata.east_asian_width(c) in "WF" else _OTHER) for c in text)
    return total * size * (_BOLD if bold else 1)


def wrapped(text: str, room: float, size: float, *, bold: bool = False) -> list[str]:
    """The text in lines no wider than ``room``; a word that alone is wider has a line to itself, whole."""
    lines: list[str] = []
    for word in filter(None, text.split(" ")):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, bold=bold) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
