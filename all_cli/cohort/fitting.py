"""What the words of a column that nobody reads would fit: a proposal with the option to paste, never a reading.

It has to be safe to follow. So numbers and yes or no fit nothing, single letters are no words, a fact that another
column has is not proposed again, nor is anything for a column whose name speaks of another person or another time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from all_cli.cohort.beside import says_of_others
from all_cli.cohort.columns import Column
from all_cli.cohort.header_words import ELSEWHERE, folded, moment, times
from all_cli.cohort.headers import GENETICS, LEFT_ALONE
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.patient.reading import ABSENT_WORDS, PRESENT_WORDS, UNKNOWN_WORDS, choice_words, fold, loose

if TYPE_CHECKING:
    import polars as pl

_ROWS = 1000  # of a table that are looked at
_FEW = 3  # cells, and distinct words below which nothing is proposed: two
_LIKELY = 0.9
_SHOWN = 3
# A stage of maturation tells the lineage as well: the former goes before the latter.
_PROPOSED = ("lineage", "cns", "sex", "maturation")
_KARYOTYPE = re.compile(
    r"(?:[a-z]+[: ]+)?\d{2}(?:\s*[-~]\s*\d{2})?(?:<\d n[+-]?>|<\dn[+-]?>)?\s*,\s*(?:X|Y|-)", re.IGNORECASE
)
_NUMBER = re.compile(r"[\d\s.,%<>=+\-]+")
_ELSE = ELSEWHERE | frozenset(
    {"second", "secondary", "final", "end", "post", "after", "outcome", "later", "previous", "prior", "history"}
    | {"line", "xenograft", "pdx", "control", "normal", "remission", "cr", "site", "arm", "protocol", "treatment"}
    | {"therapy"}
)


class LeftAlone:
    """The words in the first rows of the columns that are left alone; of those that speak of others, in all rows."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = [column for column in columns if column.reads == LEFT_ALONE]
        self._rows = _ROWS
        self._whole = {column.index for column in self._columns if says_of_others(column.header)}
        self.words: dict[int, dict[str, int]] = {column.index: {} for column in self._columns}

    def see(self, frame: pl.DataFrame, rejected: Mapping[int, str]) -> None:
        """Look at the next rows; ``rejected`` are those that are spoiled as a whole."""
        if not self._whole and not (self._rows and self._columns):
            return
        rest = frame if self._whole else frame.head(self._rows + len(rejected))
        if rejected:
            rest = rest[[row for row in range(rest.height) if row not in rejected]]
        first = rest.head(self._rows)
        self._rows -= first.height
        for column in self._columns:
            if column.header not in frame.columns:
                continue
            part = rest if column.index in self._whole else first
            seen = self.words[column.index]
            for text, cells in part[column.header].drop_nulls().value_counts().iter_rows():
                if (word := text.strip()) in seen or len(seen) < _ROWS:
                    seen[word] = seen.get(word, 0) + cells


def proposal(column: Column, vocabulary: Vocabulary, words: Mapping[str, int], others: Sequence[Column]) -> str:
    """The fact that at least nine in ten words of a column fit, as a sentence; empty if there is none."""
    said = {text: cells for text, cells in words.items() if fold(text) not in UNKNOWN_WORDS}
    elsewhere = set(folded(column.header).split()) & _ELSE or times(moment(column.header).words)
    if elsewhere or column.aside or sum(said.values()) < _FEW or len(said) < 2:
        return ""
    reads = _fits(vocabulary, said)
    if not reads or any(other.reads == reads for other in others):
        return ""
    often = sorted(said, key=lambda text: (-said[text], text))[:_SHOWN]
    shown = ", ".join(text if len(text) <= 40 else f"{text[:39]}…" for text in often)
    of = "are karyotypes" if reads == GENETICS else f"fit {reads}"
    way = f'--map "{column.header}={reads}"'
    return f"nine in ten of its words and more {of} ({shown}); if it is that of the diagnosis, {way}"


def _fits(vocabulary: Vocabulary, said: Mapping[str, int]) -> str:
    enough = _LIKELY * sum(said.values())
    if sum(cells for text, cells in said.items() if _KARYOTYPE.match(text)) >= enough:
        return GENETICS
    found = []
    for id in _PROPOSED:
        known = choice_words(vocabulary[id]) if id in vocabulary else {}
        fit = [text for text in said if loose(text) in known and not _says_nothing(text)]
        if sum(said[text] for text in fit) >= enough and any(len(re.findall(r"\w", text)) > 2 for text in fit):
            found.append(id)
    if found == ["lineage", "maturation"]:
        return "lineage"
    return found[0] if len(found) == 1 else ""


def _says_nothing(text: str) -> bool:
    return bool(_NUMBER.fullmatch(text)) or fold(text) in PRESENT_WORDS | ABSENT_WORDS
