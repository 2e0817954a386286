"""The items of a genetics text: where one finding ends and the next begins, and which of them are karyotypes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from all_cli.patient.fish import continues_tail, is_fish, is_tail
from all_cli.patient.karyotype import starts_karyotype
from all_cli.patient.karyotype_slips import spelled_out

# A text that is one karyotype and nothing else, as nearly all are; what could begin another item is looked into.
_ALONE = re.compile(r"[0-9]{2}(?:~[0-9]{2})?(?:<[1-4]n>)?,[XY]{1,4}(?:[,/\[]|$)")
_MORE = re.compile(
    r"[\n|%]|//|\][\s,;]|;(?![^()]*\))|\.\s*[a-z]|[0-9>]\s*[.:;]?\s*(?:[xy]|idem|sl|sdl)|,\s*[0-9]{2,3}(?:[~-][0-9]+)?"
    r"(?:<[1-4]n>)?\s*,|[\])]\s",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"\[(?:cp)?[0-9]+(?:\s*/\s*[0-9.,]+\s*%?)?\s*\]\s*$", re.IGNORECASE)
_COMPOSITE = re.compile(r"\[cp[0-9]+\]\s*$", re.IGNORECASE)  # In a composite karyotype every finding has a count.
_ONE_NUMBER = re.compile(r"\s*[0-9]{1,2}\s*")
_THEN_ANOTHER = re.compile(r";\s*[0-9]{1,2}\s*($|[,;|\n])")
_LABEL = re.compile(r"\s*(?:karyotype|cytogenetics|g-banding|iscn)\s*[:=]?\s+(?=[0-9]{2,3}\b)", re.IGNORECASE)


def items_of(text: str) -> Iterator[tuple[str, bool]]:
    """The items of a list, each with whether it is a karyotype.

    A list is split at commas, semicolons and line ends that stand outside parentheses. A karyotype goes from its
    chromosome number to the cell count of its last clone, or to the next semicolon or line end if it has none.
    """
    if text.isascii() and _ALONE.match(text) and not _MORE.search(text):
        yield text.strip(), True
        return
    text = re.sub(r"(?<=[,/])\s*\n\s*|\s*\n\s*(?=[/\[(])", "", spelled_out(text))
    lines = ""  # karyotypes in a row are the cell lines of one, written without a slash
    for section in re.split(r"\.\s*(?=nuc\s+ish\b|ish\b|arr\b)", text):
        for segment in _split(_LABEL.sub("", section), ";\n|"):
            parts = _split(segment, ",")
            at = 0
            while at < len(parts):
                first, karyotype = at, starts_karyotype(parts[at], parts[at + 1] if at + 1 < len(parts) else "")
                at += 1
                while at < len(parts) and _continues(parts, first, at, karyotype):
                    at += 1
                item = ",".join(parts[first:at]).strip()
                if karyotype:
                    lines = f"{lines}/{item}" if lines else item
                elif item:
                    if lines:
                        yield lines, True
                    lines = ""
                    yield item, False
    if lines:
        yield lines, True


def _continues(parts: list[str], first: int, at: int, karyotype: bool) -> bool:
    """Whether a part belongs to the item that begins before it."""
    if not karyotype:
        tail = is_tail(parts[first]) and continues_tail(parts[at])
        return tail or (is_fish(parts[first]) and parts[at].lstrip().startswith("("))
    if starts_karyotype(parts[at], parts[at + 1] if at + 1 < len(parts) else "") and at > first + 1:
        return False
    return not _COUNTED.search(parts[at - 1]) or any(_COMPOSITE.search(part) for part in parts[at:])


def _split(text: str, signs: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for found in re.finditer(rf"[()\[{signs}]", text):
        at, character = found.start(), found[0]
        if character == "[":
            depth = 0  # a count of cells stands in no parenthesis: one before it was never closed
        elif character not in signs:
            depth += 1 if character == "(" else -1
        # "12;21" is what is left of a translocation: it is one item, and refused as one.
        elif depth <= 0 and not (_ONE_NUMBER.fullmatch(text, start, at) and _THEN_ANOTHER.match(text, at)):
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]
