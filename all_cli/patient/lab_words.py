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
_ITS_OWN = re.compile(r",\s*trisomy|(?:,|and|or)\s*\+", re.IGNORECASE)
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
_SIGNALS = re.compile(
    r"(?<![^,;\n|])\s*(?:(?:RUNX1|AML1)\s*:?\s*(?:>=|≥|>)?\s*(?:[x×]\s*([0-9]{1,2})|([0-9]{1,2})\s*(?:signals|copies))"
    r"|(?:>=|≥|>)?\s*([0-9]{1,2})\s*(?:signals|copies)\s+of\s+(?:RUNX1|AML1))\s*(?=$|[,;\n|])",
    re.IGNORECASE,
)
_CONCLUDED = re.compile(r"amplif|iamp21", re.IGNORECASE)
_ANY = re.compile(r"trisom|amplif|iamp21|runx1|aml1", re.IGNORECASE)


def in_our_words(text: str) -> str:
    """A genetics text with listed trisomies and amplified RUNX1, its signals counted or not, as the reader has them.

    Signals of RUNX1 alone, without the laboratory's word on them, become interphase FISH, from which nothing follows.
    """
    if not _ANY.search(text):
        return text
    text = _TRISOMIES.sub(_trisomies, text)
    if _CONCLUDED.search(text):
        return _AMPLIFIED.sub(_amplified, text)
    return _SIGNALS.sub(lambda match: f" nuc ish(RUNX1x{match[1] or match[2] or match[3]})", text)


def _trisomies(match: re.Match[str]) -> str:
    numbers = tuple(map(int, re.findall("[0-9]+", match["list"])))
    how = (match["how"] or "").lower()
    # "no trisomy 10, +4" and "no trisomy 10, trisomy 4" are two findings; "trisomy 4/10" may be four of ten cells.
    several = not match["open"] and _ITS_OWN.search(match["list"])
    if several or _AS_MANY.get(how, len(numbers)) != len(numbers) or ("/" in match["list"] and not how):
        return match[0]
    if link := re.search(r"\bn?or\b", match["list"], re.IGNORECASE):
        return f" {link[0]} ".join(f"trisomy {number}" for number in numbers)
    return _OUR_WORDS.get(tuple(sorted(numbers)), match[0])


def _amplified(match: re.Match[str]) -> str:
    count = match["count"] or match["times"]
    if count and (int(count) + (match["sign"] == ">") < _LOWEST_COUNT) is not bool(match["not"]):
        return match[0]
    return "RUNX1 amplification negative" if match["not"] else "RUNX1 amplification"
