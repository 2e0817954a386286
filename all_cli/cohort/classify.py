"""What a batch says of rows: names of the result columns, the answers to a frame, and the count of what came out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from all_cli.risk.verdict import INDETERMINATE

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from all_cli.cohort.likely import LikelyAnswer
    from all_cli.cohort.unread import UnreadCells

_SHOWN = 5  # facts that rows wait for
RESULTS = ("status", "group", "possible", "rule", "missing", "reason")
LIKELY = ("likely", "assumed")  # behind them, where something is assumed


def results_of(likely: bool) -> tuple[str, ...]:
    """What a batch says of a row under one scheme; ``likely``: whether something is assumed."""
    return (*RESULTS, *LIKELY) if likely else RESULTS


def result_columns(schemes: Sequence[str], likely: bool = False) -> list[str]:
    """The names of the columns that a batch appends, in order; ``likely``: whether something is assumed."""
    return [f"{scheme}.{result}" for scheme in schemes for result in results_of(likely)]


class Answers:
    """The answers to one frame, row for row.

    Attributes:
        schemes: ids of the schemes.
        numbers: per scheme, each row's index into ``texts``.
        texts: per scheme, the distinct answers as texts of the result columns.
        likely: per scheme, for each of the ``texts`` the likely answer in it; empty if nothing is assumed.
        invalid: the numbers of the rows that are invalid under any scheme, ascending.
        reasons: why, in the same order.
        unread: the columns with cells that cannot be read, in the order of the table.
    """

    def __init__(
        self,
        schemes: tuple[str, ...],
        rows: int,
        numbers: list[NDArray[np.int32]],
        texts: list[Sequence[tuple[str, ...]]],
        invalid: Mapping[int, str],
        unread: Sequence[UnreadCells] = (),
    ) -> None:
        import numpy as np

        self.likely: list[list[LikelyAnswer | None]] = []
        self.schemes, self.rows, self.numbers, self.texts = schemes, rows, numbers, texts
        self.invalid, self.reasons, self.unread = np.array([*invalid], np.int32), [*invalid.values()], unread

    def frame(self) -> pl.DataFrame:
        """The result columns, named as :func:`result_columns` names them; null where there is nothing to say."""
        import polars as pl

        return pl.DataFrame([column for number in range(len(self.schemes)) for column in self.columns(number)])

    def columns(self, scheme: int) -> Iterator[pl.Series]:
        """The result columns of one scheme."""
        import polars as pl

        numbers = pl.Series(self.numbers[scheme])
        for place, result in enumerate(results_of(bool(self.likely))):
            values = [answer[place] or None for answer in self.texts[scheme]]
            yield pl.Series(f"{self.schemes[scheme]}.{result}", values, pl.String).gather(numbers)


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
