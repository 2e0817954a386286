"""Which finding a misspelled word may have meant. A hint never names another finding than the word, or its opposite.

So short words have none, nor words with a negation or a doubt in them; figures have to be the same; and of two findings
that are spelled alike none is named.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Hashable, Mapping
from functools import lru_cache

_SHORTEST = 4  # letters and figures; of fewer one is too many
_LONG = 8  # from here on two slips of the pen are one word still
_DENIED = (
    r"\?|\b(?:no|not|non|without|absence|absent|never|loss|lack|wo|w/o|kein\w*|nicht|ohne|sans|pas|sin|sem|senza)\b"
)


def did_you_mean_finding(word: str, spellings: Mapping[str, Hashable]) -> str:
    """A closing clause such as `` — did you mean "hyperdiploid"?``; empty if no one finding is near.

    Args:
        word: what was written.
        spellings: the words that there are, each with what it means: those of one finding mean the same.
    """
    sought = _plain(word)
    if len(sought) < _SHORTEST or re.search(_DENIED, word.casefold()) or re.search(r"[:/_\-–]\s*$", word):
        return ""
    near = {spelling: _slips(sought, _plain(spelling)) for spelling in spellings}
    # The name of a gene or a group, known by its figures, is another with another letter.
    most = 2 if len(sought) >= _LONG and not re.search(r"\d", sought) else 1
    near = {spelling: slips for spelling, slips in near.items() if slips <= most}
    if not near:  # what is left out at the end is no slip
        near = {spelling: 0 for spelling in spellings if _plain(spelling).startswith(sought)}
    if len({spellings[spelling] for spelling in near}) != 1:
        return ""
    best = min(near, key=lambda spelling: (near[spelling], len(spelling)))
    return f' — did you mean "{best}"?'


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    """A word without case, accents and separators."""
    plain = "".join(sign for sign in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(sign))
    return re.sub(r"[\s:/_\-]+", "", plain)


def _slips(word: str, other: str) -> float:
    """How many slips of the pen are between two words: a sign too many or too few, another, two that changed places.

    Infinitely many if they begin with another letter or differ in a figure.
    """
    if abs(len(word) - len(other)) > 2 or word[:1] != other[:1]:
        return math.inf
    if re.sub(r"\D", "", word) != re.sub(r"\D", "", other):
        return math.inf
    change = 2 if re.search(r"\d", word) else 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, sign in enumerate(word, 1):
        before, last, row = row, before, [i]
        for j, sought in enumerate(other, 1):
            steps = [before[j] + 1, row[j - 1] + 1, before[j - 1] + change * (sign != sought)]
            if i > 1 and j > 1 and sign == other[j - 2] and word[i - 2] == sought:
                steps.append(last[j - 2] + 1)
            row.append(min(steps))
    return row[-1]
