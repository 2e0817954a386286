"""Denials over lists: ``BCR-ABL, MLL: negative``, ``neg for BCR-ABL, MLL``, ``no t(9;22), t(4;11) or t(1;19)``.

A name that a denial beside it may cover is never taken for a finding: it is denied where the words leave no doubt, and
the list is refused where they do. ``t(12;21), no t(9;22)`` and ``BCR-ABL positive, MLL negative`` leave none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from all_cli.knowledge.vocabulary import Fact

NEGATIVE = (
    r"negative|neg\.?|absent|not (?:detected|found|seen|identified|present|rearranged)|germline|wild[- ]?type|wt|normal"
    r"|excluded"
)
SEEN = r"(?:(?:was|were)\s+)?(?:seen|detected|found|identified|present)"
POSITIVE = r"positive|pos\.?|present|detected|found"
NOT_SETTLED = (
    r"pending|not done|not tested|not available|not evaluable|unknown|inconclusive"
    r"|equivocal|uncertain|failed|suspected|possible"
)
PERHAPS = r"possible|possibly|probable|suspected|questionable|query|cannot exclude"
UNSURE = re.compile(
    rf"(?:\?|(?:{PERHAPS})\s+)\s*(?P<before>.+)|(?P<after>.+?)(?:\s*\?|[\s:=-]+(?:{NOT_SETTLED}))",
    re.IGNORECASE,
)
"""What leaves one finding open."""
NOTHING_FOUND = frozenset(
    {"none", "no abnormality", "no abnormalities", "nothing found", "panel negative", "all negative", "negative"}
)
"""What stands for a whole panel."""
NOTHING_ELSE = (
    "otherwise none", "otherwise negative", "otherwise normal", "rest negative", "rest normal", "no other",
)  # fmt: skip
"""What stands for all of a panel that a list does not name."""
WHOLE_PANEL = NOTHING_FOUND.union(NOTHING_ELSE)
DASHES = re.compile("[−–—‐‑‒]")
"""What word processors make of a minus sign."""
NONE_SEEN = re.compile(rf"(?:no|without)\s+(?:evidence of\s+)?(?P<rest>.+?)\s+(?:{SEEN})", re.IGNORECASE)
"""``no A found``: the one name."""
AFTER = re.compile(rf"(?P<rest>.+?)[\s:=-]+(?:(?P<neg>{NEGATIVE}|no)|(?P<pos>{POSITIVE}|yes))", re.IGNORECASE)
"""A name and the word behind it that denies or affirms it."""
_TRIGGER = re.compile(
    rf"\b(?:no|not|non|nothing|none|without|neither|{NEGATIVE}|{NOT_SETTLED}|{PERHAPS})\b|[\s:][−–—‐‑‒-]\s*(?:$|[,;\n|])",
    re.IGNORECASE,
)
# A hyphen ties a word to its own name: Ph-negative, non-Ph, MLL-. A blank, a colon or a parenthesis does not.
_BEHIND = re.compile(
    rf"(?P<names>.+?)(?:\s*[:=(]\s*|\s+(?:-\s+)?)(?:(?:are|is|were|was)\s+)?(?:(?P<all>all|both|each)\s+(?:are\s+)?)?"
    rf"(?P<word>{NEGATIVE}|no|{NOT_SETTLED}|-)\s*\)?",
    re.IGNORECASE,
)
_LIST_FOLLOWS = re.compile(
    rf"(?P<word>(?:{NEGATIVE})\s*(?::|\bfor\b)|no\s+(?:evidence|signs?)\s+(?:of|for)\b|neither\b)\s*(?P<names>.+)",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"(?:no|not|non|without|{NEGATIVE}|{PERHAPS})\s+(?:evidence of\s+|for\s+)?(?P<names>.+)", re.IGNORECASE
)
_SEEN = re.compile(rf"(?P<names>.+?)\s+{SEEN}", re.IGNORECASE)
_JOINED = re.compile(r"\s+(and|or|nor)\s+|\s*(&)\s*", re.IGNORECASE)
_SAYS_SO = re.compile(r"(?:rearranged|deleted|mutated|amplified|fused|lost)$", re.IGNORECASE)
_PLOIDY = re.compile(r"ploid(?:y|ie)$", re.IGNORECASE)
_INSIDE = re.compile(r"\([^()]*\)")
_WORD_INSIDE = re.compile(
    rf"(?P<name>.*\S)\s*\(\s*(?:(?P<neg>{NEGATIVE}|no|-)|(?P<pos>{POSITIVE}|yes|\+)|(?P<open>{NOT_SETTLED}))\s*\)",
    re.IGNORECASE,
)
_PROBE = r"(?:break[\s-]?apart|dual[\s-]fusion)(?:\s+probe)?"
_METHOD = rf"(?:(?:interphase|metaphase)\s+)?(?:FISH(?:\s+{_PROBE})?|{_PROBE}(?:\s+FISH)?|(?:[rq]?RT-?|RQ-?|q)?PCR)"
_MENTIONED = re.compile(r"FISH\b|PCR\b|apart\b|dual", re.IGNORECASE)
_POSITIVE_FOR = re.compile(r"(?:positive|pos\.?)\s+for\s+(?P<name>.+)", re.IGNORECASE)
_LABELLED = re.compile(
    rf"(?:by\s+)?{_METHOD}(?:\s*:\s*|\s+)(?:(?:for|of|was|were|is)\s+)?(?P<rest>(?!without\b).+)", re.IGNORECASE
)
_TOLD_HOW = re.compile(
    rf"(?P<name>.+?)\s*(?:\(\s*(?:by\s+)?{_METHOD}\s*\)|\s(?:(?:by|on)\s+)?{_METHOD}\b)(?P<word>.*)", re.IGNORECASE
)
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
_NOTHING, _BARE, _STATED, _SIGNED = range(4)


class Denied(NamedTuple):
    """Items that one denial covers: from ``first`` up to ``end``, each ``names`` denied; none if it is in doubt."""

    first: int
    end: int
    names: tuple[str, ...]
    covered: str = ""


class _Part(NamedTuple):
    """One item: ``kind`` of a name by itself, or the names that a word ``before`` or ``behind`` denies or doubts.

    ``links`` join the names (``and``, ``or``). ``seen`` ends "no A, B found", and alone it says that B is.
    """

    kind: int
    names: tuple[str, ...] = ()
    links: frozenset[str] = frozenset()
    before: str = ""
    behind: str = ""
    word: str = ""
    seen: bool = False


class Plain(NamedTuple):
    """An item as its statement alone; ``bare`` says that it names a test without a result."""

    text: str
    bare: bool = False


def plain_item(item: str, known: Callable[[str], Fact | None]) -> Plain:
    """An item without the method of its test and without parentheses around its word.

    ``FISH for BCR-ABL and MLL negative`` and ``BCR-ABL (neg) by PCR`` become what is said. Where that is nothing on
    names alone ("FISH negative" denies no panel), the item stays as it is.
    """
    plain = _word_outside(" ".join(item.split()))
    if not _MENTIONED.search(plain):
        return Plain(plain)
    labelled, told = _LABELLED.fullmatch(plain), _TOLD_HOW.fullmatch(plain)
    found = [labelled["rest"]] if labelled else []
    # "no FISH for BCR-ABL" denies the test.
    found += [told["name"] + told["word"]] if told and not _TRIGGER.fullmatch(told["name"]) else []
    for rest in map(_word_outside, found):
        if known(rest):
            return Plain(rest, bare=True)
        if _worded(rest, known):
            return Plain(rest)
    return Plain(item)


def _word_outside(item: str) -> str:
    if affirmed := _POSITIVE_FOR.fullmatch(item):
        return f"{affirmed['name']} positive"
    match = _WORD_INSIDE.fullmatch(DASHES.sub("-", item)) if item.rstrip().endswith(")") else None
    if match is None:
        return item
    return f"{match['name']} {'negative' if match['neg'] else 'positive' if match['pos'] else match['open']}"


def statements_of(items: Iterable[tuple[str, bool]], known: Callable[[str], Fact | None]) -> Iterator[tuple[str, bool]]:
    """The items; ``A negative and B positive`` and ``no A and no B``, each with a word of its own, are two."""
    for item, karyotype in items:
        pieces = [] if karyotype else _AND.split(item.strip())
        sides = {_worded(plain_item(piece, known).text, known) for piece in pieces} if len(pieces) > 1 else set()
        yield from ((piece, False) for piece in pieces) if sides in ({"behind"}, {"before"}) else [(item, karyotype)]


def _worded(item: str, known: Callable[[str], Fact | None]) -> str:
    """On which side of its names a word stands that denies, doubts or affirms them; empty if there is none."""
    part = _part(item, known)
    if part.behind or part.before:
        return "behind" if part.behind else "before"
    match = AFTER.fullmatch(item.strip())
    return "behind" if match and match["pos"] and not known(item) and known(match["rest"]) else ""


def denied_lists(text: str, items: Sequence[tuple[str, bool]], known: Callable[[str], Fact | None]) -> list[Denied]:
    """The stretches of a list over which a denial, or a word of doubt, can reach beyond its own name.

    Args:
        text: the whole text.
        items: its items, each with whether it is a karyotype.
        known: the fact that a bare name is of, or None.
    """
    if not _TRIGGER.search(text):
        return []
    places = _places(text, items)
    items = [(item if karyotype else plain_item(item, known).text, karyotype) for item, karyotype in items]
    parts = [_Part(_NOTHING) if karyotype else _part(item, known) for item, karyotype in items]
    lines = [text.count("\n", 0, place) + text.count("|", 0, place) for place in places]
    found: list[Denied] = []
    at = 0
    while at < len(parts):
        part, done = parts[at], found[-1].end if found else 0
        one = None
        if part.word:
            first = at
            while part.word != "none" and first > done and parts[first - 1].kind == _BARE:
                first -= 1
            end = at + 1
            while first == at and end < len(parts) and parts[end].kind == _BARE:
                end += 1
            if end - first > 1:
                one = Denied(first, end, (), items[at - 1 if first < at else at + 1][0])
        elif part.behind:
            first = at
            while first > done and lines[first - 1] == lines[at] and _can_precede(parts[first - 1], part):
                first -= 1
            one = _behind(parts, items, first, at)
        elif part.before:
            end = at + 1
            while (
                end < len(parts)
                and lines[end] == lines[at]
                and not parts[end - 1].seen
                and _can_follow(parts[end], part)
            ):
                end += 1
            one = _before(parts, items, at, end, _INSIDE.sub("", text[places[at] : places[end - 1]]))
        if one is not None:
            found.append(one)
        at = one.end if one is not None else at + 1
    return found


def _can_precede(part: _Part, denied: _Part) -> bool:
    return part.kind == _BARE or (part.kind == _SIGNED and _signed(denied))


def _can_follow(part: _Part, denied: _Part) -> bool:
    plain = not (part.before or part.behind or part.word)
    names = bool(part.names) or part.kind in (_BARE, _STATED)
    return plain and (names or (part.kind == _SIGNED and _signed(denied)))


def _signed(part: _Part) -> bool:
    """Whether gains and losses are denied as a karyotype writes them; beside other names "+4" is a finding."""
    return all(name.startswith(("+", "-")) for name in part.names)


def _behind(parts: Sequence[_Part], items: Sequence[tuple[str, bool]], first: int, at: int) -> Denied | None:
    """``A, B negative``: A too, or B alone? With "all", and of "A and B negative", there is no doubt."""
    part = parts[at]
    names = (*(item for item, _ in items[first:at]), *part.names)
    if len(names) == 1:
        return None
    sure = part.behind in ("all", "each") or (part.behind == "both" and len(names) == 2) or first == at
    return Denied(first, at + 1, names if sure and part.behind != "?" else (), names[0])


def _before(
    parts: Sequence[_Part], items: Sequence[tuple[str, bool]], at: int, end: int, written: str
) -> Denied | None:
    """``no A, B``: no B either? After "neg for" and "not found:", and of "no A, B or C", there is no doubt.

    What stands behind a semicolon may be a statement of its own; ``written`` is the list up to its last name.
    """
    part = parts[at]
    following = parts[at + 1 : end]
    if not following and len(part.names) == 1 and part.before != "list":
        return None
    names = [*part.names]
    for place, other in enumerate(following, start=at + 1):
        names.extend(other.names or (items[place][0],))
    links = part.links.union(*(other.links for other in following))
    either = bool(links) and links <= {"or", "nor"} and bool(following[-1].links if following else part.links)
    sure = (
        (part.before == "list" and not (following and following[-1].seen)) or (either and part.before != "?")
    ) and ";" not in written
    sure = sure and not any(other.kind == _STATED for other in following)
    return Denied(at, end, tuple(names) if sure else (), names[-1])


def _part(item: str, known: Callable[[str], Fact | None]) -> _Part:
    item = DASHES.sub("-", item)
    folded = " ".join(item.casefold().split())
    if folded in NOTHING_FOUND or folded == "normal":
        return _Part(_NOTHING, word=folded)
    if fact := known(item):
        if item.strip().startswith(("+", "-")):
            return _Part(_SIGNED)
        stated = _SAYS_SO.search(item) or (fact.kind == "number" and not _PLOIDY.search(item))
        if item.rstrip().endswith("+") or (fact.kind == "number" and re.search("[0-9]", item)):
            return _Part(_NOTHING)
        return _Part(_STATED if stated else _BARE)
    for pattern, side in ((_LIST_FOLLOWS, "list"), (_BEHIND, "behind"), (_BEFORE, "before")):
        match = pattern.fullmatch(item.strip())
        names, links = _names(match["names"]) if match else ((), frozenset())
        if match is None or not names or not all(map(known, names)):
            continue
        if side == "behind":
            doubted = re.fullmatch(NOT_SETTLED, match["word"], re.IGNORECASE)
            return _Part(_NOTHING, names, links, behind="?" if doubted else (match["all"] or "own").casefold())
        doubted = re.match(rf"(?:{PERHAPS})\b", item, re.IGNORECASE)
        return _Part(_NOTHING, names, links, before="?" if doubted else side)
    if match := _SEEN.fullmatch(item.strip()):
        names, links = _names(match["names"])
        return _Part(_NOTHING, names, links, seen=True) if all(map(known, names)) else _Part(_NOTHING)
    names, links = _names(item)
    return _Part(_NOTHING, names, links) if links and all(map(known, names)) else _Part(_NOTHING)


def _names(text: str) -> tuple[tuple[str, ...], frozenset[str]]:
    pieces = [piece.strip() for piece in _JOINED.split(text) if piece]
    return tuple(pieces[::2]), frozenset("and" if piece == "&" else piece.casefold() for piece in pieces[1::2])


def _places(text: str, items: Sequence[tuple[str, bool]]) -> list[int]:
    """Where each item begins."""
    found, at = [], 0
    for item, _ in items:
        at = max(text.find(item, at), at)
        found.append(at)
    return found
