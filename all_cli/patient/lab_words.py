"""Findings in the words of laboratories, made those of the vocabulary: ``double trisomy (4, 10)``, ``RUNX1 amplified
(≥5 signals)``. What can be read in another way stays as it was written."""

from __future__ import annotations

import re

_OUR_WORDS = {(4, 10): "trisomies 4+10", (4, 10, 17): "trisomies 4+10+17"}
_AS_MANY = {"double": 2, "triple": 3}
# A list of numbers ends where a word on it may stand; "trisomy 4, 10 % blasts" and "trisomy 4, 10 of 20 cells" do not.
_TRISOMIES = re.compile(
    r"\b(?:(?P<how>double|triple)\s+)?trisom(?:y|ies)\s*(?:of\s+)?(?:chromosomes?\s+)?(?P<open>\(\s*)?"
    r"(?P<list>\+?[0-9]{1,2}(?:\s*(?:,\s*(?:and\s+)?|/|&|\+|\b(?:and|n?or)\b)\s*(?:trisomy\s+)?\+?[0-9]{1,2})+)(?(open)\s*\))"
    r"(?=\s*(?:$|[,;:)(\n|]|(?:are|is|was|were|both|all|by|fish|not|neg|pos|pres|abs|det|found|seen|ident|excl|pend)))",
    re.IGNORECASE,
)
_LOWEST_COUNT = 5  # RUNX1 signals per cell from which iAMP21 is diagnosed (PDQ); fewer beside the word contradict it
_AMPLIFIED = re.compile(
    r"(?P<word>\b(?:(?:RUNX1|AML1)(?:\s+gene)?\s+(?P<not>not\s+)?amplif(?:ied|ication)"
    r"|amplif(?:ied|ication\s+of)\s+(?:the\s+)?(?:RUNX1|AML1)(?:\s+gene)?"
    r"|iAMP21(?=\s*[,(:]?\s*(?:RUNX1\s*)?(?:>|≥|x|with|at least|[0-9])))\b)"
    r"(?:\s*[,(:]?\s*(?:RUNX1\s*)?(?:with\s+)?(?:(?P<sign>>=|≥|>|at\s+least)?\s*(?P<count>[0-9]{1,2})"
    r"(?:\s*(?:\+|or\s+more|[-–~][0-9]{1,2}))?\s*(?:RUNX1\s+)?(?:signals|copies)|[x×](?P<times>[0-9]{1,2}))"
    r"(?:\s*(?:per|/)\s*(?:cell|nucleus))?\s*\)?)?",
    re.IGNORECASE,
)
_ANY = re.compile(r"trisom|amplif|iamp21", re.IGNORECASE)


def in_our_words(text: str) -> str:
    """A genetics text with listed trisomies and amplified RUNX1, its signals counted or not, as the reader has them."""
    return _AMPLIFIED.sub(_amplified, _TRISOMIES.sub(_trisomies, text)) if _ANY.search(text) else text


def _trisomies(match: re.Match[str]) -> str:
    numbers = tuple(map(int, re.findall("[0-9]+", match["list"])))
    how = (match["how"] or "").lower()
    # "trisomy 4/10" may be four of ten cells.
    if _AS_MANY.get(how, len(numbers)) != len(numbers) or ("/" in match["list"] and not how):
        return match[0]
    if link := re.search(r"\bn?or\b", match["list"], re.IGNORECASE):
        return f" {link[0]} ".join(f"trisomy {number}" for number in numbers)
    return _OUR_WORDS.get(tuple(sorted(numbers)), match[0])


def _amplified(match: re.Match[str]) -> str:
    count = match["count"] or match["times"]
    if count and (int(count) + (match["sign"] == ">") < _LOWEST_COUNT) is not bool(match["not"]):
        return match[0]
    return "RUNX1 amplification negative" if match["not"] else "RUNX1 amplification"
