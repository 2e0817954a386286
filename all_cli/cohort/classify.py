"""What a batch says of a row: the names of the result columns, and the count of what came out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from all_cli.cohort.kernel import Answers

INVALID = "invalid"
RESULTS = ("status", "group", "possible", "rule", "missing", "reason")
LIKELY = ("likely", "assumed")  # behind them, where something is assumed


class Tally:
    """How many rows came to which answer, per scheme; tallies of parts of a table can be added up.

    Attributes:
        rows: how many rows were counted.
        invalid: how many of them are invalid under any scheme.
        status: per scheme, status to number of rows.
        group: per scheme, group to number of rows assigned to it.
        likely: per scheme, likely groups and what they were assumed with to number of rows; empty without assumptions.
        changes: per scheme and assumption, likely groups and those left if it is taken back, or is otherwise, to number
            of rows.
    """

    def __init__(self, schemes: Sequence[str]) -> None:
        self.rows = self.invalid = 0
        self.status: dict[str, Counter[str]] = {scheme: Counter() for scheme in schemes}
        self.group: dict[str, Counter[str]] = {scheme: Counter() for scheme in schemes}
        self.likely: dict[str, Counter[tuple[str, str]]] = {scheme: Counter() for scheme in schemes}
        self.changes: dict[str, dict[str, Counter[tuple[str, str, str]]]] = {scheme: {} for scheme in schemes}

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
        for scheme, numbers, likely in zip(answers.schemes, answers.numbers, answers.likely, strict=False):
            found = np.bincount(numbers, minlength=len(likely))
            for answer, rows in zip(likely, found.tolist(), strict=True):
                if rows and answer is not None:
                    self.likely[scheme][answer.groups, answer.assumed] += rows
                    for name, *left in answer.changes:
                        counts = self.changes[scheme].setdefault(name, Counter())
                        counts[answer.groups, left[0], left[1]] += rows

    def add(self, other: Tally) -> None:
        """Add the count of another part of the table."""
        self.rows += other.rows
        self.invalid += other.invalid
        for scheme in self.status:
            self.status[scheme].update(other.status[scheme])
            self.group[scheme].update(other.group[scheme])
            self.likely[scheme].update(other.likely[scheme])
            for name, counts in other.changes[scheme].items():
                self.changes[scheme].setdefault(name, Counter()).update(counts)

    def total(self, status: str) -> int:
        """Rows of a status, over all schemes."""
        return sum(counts[status] for counts in self.status.values())
