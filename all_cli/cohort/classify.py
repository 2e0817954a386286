"""What a batch says of a row: the names of the result columns, and the count of what came out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from all_cli.cohort.kernel import Answers

INVALID = "invalid"
RESULTS = ("status", "group", "possible", "rule", "missing", "reason")


class Tally:
    """How many rows came to which answer, per scheme; tallies of parts of a table can be added up.

    Attributes:
        rows: how many rows were counted.
        invalid: how many of them are invalid under any scheme.
        status: per scheme, status to number of rows.
        group: per scheme, group to number of rows assigned to it.
    """

    def __init__(self, schemes: Sequence[str]) -> None:
        self.rows = self.invalid = 0
        self.status: dict[str, Counter[str]] = {scheme: Counter() for scheme in schemes}
        self.group: dict[str, Counter[str]] = {scheme: Counter() for scheme in schemes}

    def count(self, answers: Answers) -> None:
        """Count the answers to one frame."""
        import numpy as np

        self.rows += answers.rows
        self.invalid += len(answers.invalid)
        for scheme, numbers, texts in zip(answers.schemes, answers.numbers, answers.texts, strict=True):
            found = np.bincount(numbers, minlength=len(texts))
            for text, rows in zip(texts, found.tolist(), strict=True):
                if rows:
                    self.status[scheme][text[0]] += rows
                    if text[1]:
                        self.group[scheme][text[1]] += rows

    def add(self, other: Tally) -> None:
        """Add the count of another part of the table."""
        self.rows += other.rows
        self.invalid += other.invalid
        for mine, theirs in ((self.status, other.status), (self.group, other.group)):
            for scheme, counts in theirs.items():
                mine[scheme].update(counts)

    def total(self, status: str) -> int:
        """Rows of a status, over all schemes."""
        return sum(counts[status] for counts in self.status.values())
