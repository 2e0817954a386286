"""Slips of the pen in karyotypes: signs of other keyboards, ``t(9:22)``, ``46XX``, ``[12] 46,XX[8]``, a lost bracket.

A slip that leaves one reading is mended. A lost bracket is supplied too, but says that something may be missing there:
what was read stays, and nothing is concluded from what is not there.
"""

from __future__ import annotations

import re

# A chromosome number with its ploidy level, and what may stand behind it: sex chromosomes or a line that is continued.
NUMBER = r"[0-9]{2,3}(?:\s*[~–−-]\s*[0-9]{2,3})?\s*(?:<[1-4]n[+-]?>)?"
BASE = r"(?:[XY]{1,5}(?:\?)?c?|\?|idem(?:x[2-4])?|sl|sdl[1-9]?)(?![a-z0-9])"

_ALIKE = str.maketrans(
    {"−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "‒": "-", "－": "-", "＋": "+", "∼": "~", "～": "~", "×": "x"}
    | dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad")
)
_WIDE = str.maketrans("（）［］；：，／＜＞", "()[];:,/<>")
_NO_COMMA = re.compile(
    rf"(?<![\w.(+~<–−-])({NUMBER})\s*[.:;]?\s*((?:[XY]{{1,4}}c?|idem|sl|sdl[1-9]?)(?=\s*(?:$|[,\[/;|\n]|\.\s*(?:nuc|ish|arr))))",
    re.IGNORECASE,
)
_NO_SLASH = re.compile(rf"(?<=[\])])\s+(?={NUMBER}\s*,\s*{BASE})", re.IGNORECASE)
_PERCENT = re.compile(r"\(\s*([0-9]{1,4})\s*/\s*[0-9]{1,3}(?:[.,][0-9]+)?\s*%\s*\)")
_SHARE = re.compile(r"\[\s*([0-9]{1,4})\s*/\s*(?:[0-9]{1,4}|[0-9]{1,3}(?:[.,][0-9]+)?\s*%)\s*\]")
_OTHER_SIGN = re.compile(r"(?<=\()(\??(?:[0-9]{1,2}|[xy]))[.,:/|](?=\??(?:[0-9]{1,2}|[xy])\))")
_OTHER_SIGN_BANDS = re.compile(r"(\??[pq](?:[0-9]+(?:\.[0-9]+)?|ter))[.:/|](?=\??[pq])")
_GROUP_OPEN = re.compile(rf"\s*{NUMBER}\s*\(\s*{NUMBER}", re.IGNORECASE)
_LINE_STARTS = re.compile(rf"\s*{NUMBER}\s*[,(]", re.IGNORECASE)
_INNER_LOST = re.compile(r"(?<=[0-9xy])\((?=\??[pq])")


def tight(text: str) -> str:
    """A text without spaces and invisible signs, with one kind of minus sign."""
    return "".join(text.split()) if text.isascii() else "".join(text.translate(_ALIKE).split())


def spelled_out(text: str) -> str:
    """A genetics text with the comma of ``46XX`` and the cells of ``(19/100%)`` in their places."""
    if not text.isascii():
        text = text.translate(_WIDE)
    if "%" in text:
        text = _PERCENT.sub(r"[\1]", text)
    return _NO_COMMA.sub(r"\1,\2", text)


def with_slashes(text: str) -> str:
    """A karyotype with a slash before every cell line, and its counts of cells without the total."""
    return _SHARE.sub(r"[\1]", _NO_SLASH.sub("/", text))


def one_sign_mended(token: str) -> str:
    """An abnormality with ``;`` between chromosomes and bands, and no star that tells one homologue from the other."""
    token = _OTHER_SIGN.sub(r"\1;", token.replace("*", ""))
    return _OTHER_SIGN_BANDS.sub(r"\1;", token)


def bracket_mended(token: str) -> str:
    """An abnormality with as many brackets closed as opened."""
    if "[" not in token:
        token = token.replace("]", ")")
    token = _INNER_LOST.sub(")(", token)
    core, sign, cells = token.partition("[")
    missing = core.count("(") - core.count(")")
    if missing < 0 and core.endswith(")" * -missing):
        core = core[:missing]
    return core + ")" * missing + sign + cells + ("]" if sign and not cells.endswith("]") else "")


def split(text: str, sign: str) -> list[str]:
    """The parts of a karyotype between signs that stand outside brackets; a bracket left open ends at its cell line.

    ``sign`` is the slash between cell lines or the comma between abnormalities.
    """
    if "(" not in text and "[" not in text:
        return text.split(sign)
    held, *pieces = text.split(sign)
    parts: list[str] = []
    for piece in pieces:
        if _ends(held, piece, sign):
            parts.append(held)
            held = piece
        else:
            held = f"{held}{sign}{piece}"
    return [*parts, held]


def _ends(held: str, following: str, sign: str) -> bool:
    """Whether a part is whole, though a bracket of it may never have been closed."""
    if held.count("(") <= held.count(")") and held.count("[") <= held.count("]"):
        return True
    if sign == "/":
        return "]" in held.rpartition("(")[2] or _LINE_STARTS.match(following) is not None
    return following.lstrip()[:1] in ("+", "-", "−", "–") and _GROUP_OPEN.match(held) is None
