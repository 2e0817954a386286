"""Which rows of a table hold the names of its columns.

Titles, empty rows and comments may stand above them, a row of groups too, and a row of units below. What is plain is
taken and said (:attr:`Top.text`); what is not is asked about, and ``--header-row`` answers. Rows are counted from 1, as
a spreadsheet counts them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from all_cli.cohort.headers import HeaderNames, header_names, known_unit
from all_cli.cohort.streams import InputError
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.patient.unreadable import UnreadableError

LOOKED_AT = 20  # rows at the top of a table
_NUMBER = re.compile(r"[<>=≤≥~]*\s*[-+]?[\d.,]*\d[\d.,]*\s*%?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*")
_ROWS = re.compile(r"([1-9]\d*)(?:-([1-9]\d*))?")
_OF_SEVERAL = re.compile(r" \[\d*(?:1st|2nd|3rd|\dth)\]$")
_ENDINGS = {1: "st", 2: "nd", 3: "rd"}
NO_HEADER = "it has no header row; the first line should name the columns"
ENOUGH = 2  # names of facts by which a row is known for a header

Cells = Sequence[str]


class Top(NamedTuple):
    """The first and last row that hold names, from 0, and the names."""

    first: int
    last: int
    names: list[str]

    @property
    def text(self) -> str:
        """The rows as ``--header-row`` takes them; empty if it is the first row alone."""
        if self.last == 0:
            return ""
        return f"{self.first + 1}" if self.first == self.last else f"{self.first + 1}-{self.last + 1}"


def find_top(name: str, rows: Sequence[Cells], wanted: str = "") -> Top:
    """The header of a table.

    Args:
        name: what the table is called.
        rows: its first rows, cells as text.
        wanted: the rows that hold the names, if the user said so: ``3``, or ``3-4``.

    Raises:
        UnreadableError: ``wanted`` is no such rows.
        InputError: it cannot be told which row it is, or there is none.
    """
    top = _top(name, rows, wanted)
    if not any(cell.strip() for cell in top.names):
        raise InputError(name, NO_HEADER)
    return top


def _top(name: str, rows: Sequence[Cells], wanted: str) -> Top:
    if wanted:
        said = _ROWS.fullmatch(wanted)
        if said is None or int(said[2] or said[1]) < int(said[1]):
            raise UnreadableError(
                "--header-row", wanted, "write the number of a row, such as 3, or of two, such as 3-4"
            )
        first, last = int(said[1]) - 1, int(said[2] or said[1]) - 1
        if last >= len(rows):
            raise InputError(name, f"--header-row {wanted}: it has no such row among its first {max(len(rows), 1)}")
        return Top(first, last, _joined(rows[first : last + 1]))
    start = _start(rows)
    if _is_plain(rows, start):
        return Top(start, start, list(rows[start]))
    found = _found(name, rows, start)
    if found > 0 and all(_NUMBER.fullmatch(cell.strip()) for cell in rows[found] if cell.strip()):
        raise InputError(name, NO_HEADER)
    above = found - 1
    if start < found and len(set(filter(None, map(str.strip, rows[above])))) > 1 and not _has_number(rows[above]):
        why = f"row {above + 1} says more of the names in row {found + 1} below it"
        both = f"--header-row {above + 1}-{found + 1} if the names are both together"
        raise InputError(name, f"{why}; say --header-row {found + 1}, or {both}")
    if _are_units(rows, found):
        return Top(found, found + 1, _joined(rows[found : found + 2]))
    if _says_the_same(rows, found):
        why = f"rows {found + 1} and {found + 2} both name columns, so that neither is a patient"
        raise InputError(name, f"{why}; say --header-row {found + 1}-{found + 2}")
    return Top(found, found, list(rows[found]))


def is_comment(row: Cells) -> bool:
    """Whether a row is a comment, as files of cBioPortal have them above the header."""
    return bool(row) and row[0].lstrip().startswith("#")


def known(row: Cells) -> int:
    """How many facts a row names, each counted once; none if all are genetic, which cells of patients name too."""
    named = {fact_named(cell) for cell in row if cell.strip()} - {""}
    facts = _names()[1].facts
    return len(named) if any(fact not in facts or not facts[fact].genetic for fact in named) else 0


def filled(row: Cells) -> int:
    """How many cells of a row hold anything."""
    return sum(bool(cell.strip()) for cell in row)


def _start(rows: Sequence[Cells]) -> int:
    """The first row that is neither empty nor a comment; the last comment, if it names the columns of what follows."""
    start = next((number for number, row in enumerate(rows) if filled(row) and not is_comment(row)), None)
    if start is None:
        return next((number for number, row in enumerate(rows) if filled(row)), 0)
    above = start and is_comment(rows[start - 1]) and len(rows[start - 1]) == len(rows[start]) > 1
    return start - 1 if above and _has_number(rows[start]) else start


def _is_plain(rows: Sequence[Cells], start: int) -> bool:
    """Whether a row can only be the header: names in every cell, and numbers below."""
    row = rows[start]
    below = rows[start + 1] if start + 1 < len(rows) else []
    return filled(row) == len(row) > 1 and not _has_number(row) and len(below) == len(row) and _has_number(below)


def _found(name: str, rows: Sequence[Cells], start: int) -> int:
    own, width = known(rows[start]), filled(rows[start])
    names = {
        number: known(row)
        for number, row in enumerate(rows[start:], start)
        if not _has_number(row) and known(row) >= ENOUGH and 2 * known(row) >= filled(row)
    }
    best = max(names, key=lambda number: names[number], default=start)
    if width > 1 and (own >= names.get(best, 0) or len(names) > ENOUGH):
        return start  # the cells of several rows sound like names: it is a column of findings
    if best != start:
        if width < filled(rows[best]):
            return best
        raise _ask(name, f"rows {start + 1} and {best + 1} can both be the names of its columns", start, best)
    if width > 1:
        return start
    # A title above names that no fact has: text in every cell, and a number in the row below.
    return next((number for number in range(start + 1, len(rows) - 1) if _is_plain(rows, number)), start)


def _are_units(rows: Sequence[Cells], header: int) -> bool:
    """Whether the row below the header holds the units of its columns and nothing else."""
    if header + 1 >= len(rows):
        return False
    units = 0
    for name, cell in zip(rows[header], rows[header + 1], strict=False):
        if cell.strip() and not _is_unit(name, cell):
            return False
        units += bool(cell.strip())
    return units > 0


def _is_unit(name: str, cell: str) -> bool:
    plain = cell.strip().strip("()[]")
    fact = _names()[1].facts.get(fact_named(name))
    return fact is not None and fact.kind == "number" and bool(known_unit(fact, plain)) and not _NUMBER.fullmatch(plain)


def _says_the_same(rows: Sequence[Cells], header: int) -> bool:
    """Whether the row below the header names the same facts in other words: labels below short names."""
    if header + 1 >= len(rows) or _has_number(rows[header + 1]):
        return False
    pairs = [(fact_named(one), fact_named(other)) for one, other in zip(rows[header], rows[header + 1], strict=False)]
    return sum(one == other != "" for one, other in pairs) >= ENOUGH


def _ask(name: str, why: str, first: int, last: int) -> InputError:
    both = f", or --header-row {first + 1}-{last + 1} if the names are both together" if last == first + 1 else ""
    return InputError(name, f"{why}; say --header-row {first + 1} or --header-row {last + 1}{both}")


def _joined(rows: Sequence[Cells]) -> list[str]:
    """The names that stand in several rows: groups above names, units or labels below."""
    width = max(map(len, rows))
    whole = [[*row, *[""] * (width - len(row))] for row in rows]
    for row, below in pairwise(whole):
        if any(_is_unit(name, cell) for name, cell in zip(row, below, strict=True)):
            continue  # a name without one has no unit to be filled in
        for place in range(1, width):  # a merged cell holds its text in the first of them
            if not row[place].strip() and below[place].strip():
                row[place] = row[place - 1]
    names = []
    for parts in zip(*whole, strict=True):
        name = ""
        for part in dict.fromkeys(part.strip() for part in parts if part.strip()):
            if name and _is_unit(name, part):
                name = f"{name} ({part.strip('()[]')})"
            elif name and fact_named(name) and fact_named(name) == fact_named(part):
                name = part if _names()[0].find(part)[1] else name
            else:
                name = f"{name} {part}".strip()
        names.append(name)
    return names


def _has_number(row: Cells) -> bool:
    return any(_NUMBER.fullmatch(cell.strip()) for cell in row)


@lru_cache(maxsize=1)
def _names() -> tuple[HeaderNames, Vocabulary]:
    from all_cli.risk.library import risk_library

    vocabulary = risk_library().vocabulary
    return header_names(vocabulary), vocabulary


@lru_cache(maxsize=1 << 12)
def fact_named(cell: str) -> str:
    """The fact, or what else can be read of a column, that a text names as a header would; empty if none."""
    return _names()[0].find(cell)[0]


def own_names(names: Sequence[str]) -> list[str]:
    """Names that tell columns apart: several empty ones are called by their places, others by their order.

    ``note`` and ``note`` are ``note [1st]`` and ``note [2nd]``; :func:`as_written` takes that off again.
    """
    many = Counter(names)
    found: dict[str, None] = {}
    seen: Counter[str] = Counter()
    for place, name in enumerate(names, start=1):
        own = name
        if many[name] > 1 and not name.strip():
            own = f"column {place}"
        elif many[name] > 1:
            seen[name] += 1
            number = seen[name]
            teen = number % 100 in (11, 12, 13)
            own = f"{name} [{number}{'th' if teen else _ENDINGS.get(number % 10, 'th')}]"
        while own in found or (own != name and own in many):
            own += " "
        found[own] = None
    return list(found)


def as_written(name: str) -> str:
    """The name of a column as it stands in the table, where :func:`own_names` told it from others."""
    return _OF_SEVERAL.sub("", name)
