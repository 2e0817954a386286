"""What a batch says of a row: the names of the result columns, and the count of what came out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from all_cli.risk.verdict import INDETERMINATE

if TYPE_CHECKING:
    from all_cli.cohort.kernel import Answers
    from all_cli.cohort.likely import LikelyAnswer

INVALID = "invalid"
_SHOWN = 5  # facts that rows wait for
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
        missing: per scheme, facts that indeterminate answers wait for to number of rows.
    """

    def __init__(self, schemes: Sequence[str]) -> None:
        self.rows = self.invalid = 0
        self.status: dict[str, Counter[str]] = {scheme: Counter() for scheme in schemes}
        self.group: dict[str, Counter[str]] = {scheme: Counter() for scheme in schemes}
        self.likely: dict[str, Counter[tuple[str, str]]] = {scheme: Counter() for scheme in schemes}
        self.changes: dict[str, dict[str, Counter[tuple[str, str, str]]]] = {scheme: {} for scheme in schemes}
        self.missing: dict[str, Counter[str]] = {scheme: Counter() for scheme in schemes}

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
                    if text[0] == INDETERMINATE:
                        self.missing[scheme].update(dict.fromkeys(filter(None, text[4].split("|")), rows))
        for scheme, numbers, likely in zip(answers.schemes, answers.numbers, answers.likely, strict=False):
            self.count_likely(scheme, likely, np.bincount(numbers, minlength=len(likely)).tolist())

    def count_likely(self, scheme: str, likely: Iterable[LikelyAnswer | None], rows: Iterable[int]) -> None:
        """Count likely answers, each in so many rows."""
        for answer, number in zip(likely, rows, strict=True):
            if number and answer is not None:
                self.likely[scheme][answer.groups, answer.assumed] += number
                for name, without, otherwise in answer.changes:
                    counts = self.changes[scheme].setdefault(name, Counter())
                    counts[answer.groups, without, otherwise] += number

    def add(self, other: Tally) -> None:
        """Add the count of another part of the table."""
        self.rows += other.rows
        self.invalid += other.invalid
        pairs = [(self.status, other.status), (self.group, other.group), (self.missing, other.missing)]
        for mine, theirs in pairs:
            for scheme, counts in theirs.items():
                mine[scheme].update(counts)
        for scheme in self.status:
            self.likely[scheme].update(other.likely[scheme])
            for name, changes in other.changes[scheme].items():
                self.changes[scheme].setdefault(name, Counter()).update(changes)

    def total(self, status: str) -> int:
        """Rows of a status, over all schemes."""
        return sum(counts[status] for counts in self.status.values())

    def wanting(self, scheme: str) -> str:
        """The facts that indeterminate answers of a scheme wait for, the most frequent first; empty if there are none.

        A row that waits for several counts for each of them.
        """
        found = sorted(self.missing[scheme].items(), key=lambda item: (-item[1], item[0]))
        shown = [f"{fact} in {rows} {'row' if rows == 1 else 'rows'}" for fact, rows in found[:_SHOWN]]
        if more := len(found) - len(shown):
            shown.append(f"{more} more {'fact' if more == 1 else 'facts'}")
        return ", ".join(shown)
