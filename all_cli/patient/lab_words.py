"""Findings in the words of laboratories, made those of the vocabulary: ``double trisomy (4, 10)``, ``RUNX1 amplified
(≥5 signals)``. What can be read in another way stays as it was written."""

from __future__ import annotations

import re

_OUR_WORDS = {(4, 10): "trisomies 4+10", (4, 10, 17): "trisomies 4+10+17"}
_AS_MANY = {"double": 2, "triple": 3}
# A list of numbers ends where a word on it may stand; "trisomy 4, 10 % blasts" and "trisomy 4, 10 of 20 cells" do not.
_TRISOMIES = re.compile(
    r"\b(?:(?P<how>double|triple) )?trisom(?:y|ies) ?(?:of )?(?:chromosomes? )?(?P<open>\( ?)?"
    r"(?P<list>\+?[0-9]{1,2}(?: ?(?:, ?(?:and )?|/|&|\+|\b(?:and|n?or)\b) ?(?:trisomy )?\+?[0-9]{1,2})+)(?(open) ?\))"
    r"(?= ?(?:$|[,;:)(\n|]|(?:are|is|was|were|both|all|by|fish|not|neg|pos|pres|abs|det|found|seen|ident|excl|pend)))",
    re.IGNORECASE,
)
_ITS_OWN = re.compile(r", ?trisomy|(?:,|and|or) ?\+", re.IGNORECASE)
_LOWEST_COUNT = 5  # RUNX1 signals per cell from which iAMP21 is diagnosed (PDQ); fewer beside the word contradict it
_AMPLIFIED = re.compile(
    r"(?P<word>\b(?:(?:RUNX1|AML1)(?: gene)? (?P<not>not )?amplif(?:ied|ication)"
    r"|amplif(?:ied|ication of) (?:the )?(?:RUNX1|AML1)(?: gene)?"
    r"|iAMP21(?= ?[,(:]? ?(?:RUNX1 ?)?(?:>|≥|x|with|at least|[0-9])))\b)"
    r"(?: ?[,(:]? ?(?:RUNX1 ?)?(?:with )?(?:(?P<sign>>=|≥|>|at least)? ?(?P<count>[0-9]{1,2})"
    r"(?: ?(?:\+|or more|[-–~][0-9]{1,2}))? ?(?:RUNX1 )?(?:signals|copies)|[x×](?P<times>[0-9]{1,2}))"
    r"(?: ?(?:per|/) ?(?:cell|nucleus))? ?\)?)?",
    re.IGNORECASE,
)
_SIGNALS = re.compile(
    r"(?<![^,;\n|]) ?(?:(?:RUNX1|AML1) ?:? ?(?:>=|≥|>)? ?(?:[x×] ?([0-9]{1,2})|([0-9]{1,2}) ?(?:signals|copies))"
    r"|(?:>=|≥|>)? ?([0-9]{1,2}) ?(?:signals|copies) of (?:RUNX1|AML1)) ?(?=$|[,;\n|])",
    re.IGNORECASE,
)
_CONCLUDED = re.compile(r"amplif|iamp21", re.IGNORECASE)
_BLANKS = re.compile(r"[^\S\n]+")  # made one, so that no pattern has to look for several
_ANY = re.compile(r"trisom|amplif|iamp21|runx1|aml1", re.IGNORECASE)


def in_our_words(text: str) -> str:
    """A genetics text with listed trisomies and amplified RUNX1, its signals counted or not, as the reader has them.

    Signals of RUNX1 alone, without the laboratory's word on them, become interphase FISH, from which nothing follows.
    """
    if not _ANY.search(text):
        return text
    text = _TRISOMIES.sub(_trisomies, _BLANKS.sub(" ", text))
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
