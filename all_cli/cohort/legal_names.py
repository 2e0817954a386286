"""Column names that R, SAS, Stata and REDCap all take: ``nci-rome.status`` is ``nci_rome_status``.

Lower case, letters, digits and single underscores, a letter first and no underscore last, at most 26 characters: SAS
and Stata take 32, REDCap 26 without a warning.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

LONGEST = 26
_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "đ": "d", "ł": "l", "µ": "u", "μ": "u"})
_OF_R = frozenset({"break", "else", "for", "function", "if", "in", "next", "repeat", "while"})  # not names in R


def legal_names(names: Sequence[str]) -> list[str]:
    """The names, in order, each legal and no two alike; a name that is legal already is kept."""
    legal = [legal_name(name) for name in names]
    # Who has the name already keeps it; the others get a number.
    taken = {one for one, name in zip(legal, names, strict=True) if one == name}
    found = []
    for one, name in zip(legal, names, strict=True):
        number, new = 2, one
        while new in taken and new != name:
            new = f"{_cut(one, LONGEST - len(str(number)) - 1)}_{number}"
            number += 1
        taken.add(new)
        found.append(new)
    return found


def legal_name(name: str) -> str:
    """A name made legal by itself; of a result column too long the scheme is cut and the result kept."""
    head, dot, last = name.rpartition(".")
    plain = _plain(name) or "column"
    if not plain[0].isalpha() or plain in _OF_R:
        plain = f"x_{plain}"
    if len(plain) <= LONGEST:
        return plain
    end = f"_{_plain(last)}" if dot and head and len(_plain(last)) < LONGEST // 2 else ""
    return _cut(plain.removesuffix(end), LONGEST - len(end)) + end


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    bare = "".join(sign for sign in letters if not unicodedata.combining(sign))
    return re.sub(r"[^a-z0-9]+", "_", bare).strip("_")


def _cut(text: str, length: int) -> str:
    return text[:length].rstrip("_")
