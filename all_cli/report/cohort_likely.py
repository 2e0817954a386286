"""What is likely of the rows that are open for certain: what they become, and on which assumption that hangs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from all_cli.cohort.likely import LEFT_OUT
from all_cli.cohort.results.counts import CohortResults
from all_cli.report.counts import WITHHELD, Count
from all_cli.risk.scheme import NOT_APPLICABLE, UNCLASSIFIED, Scheme
from all_cli.risk.verdict import INDETERMINATE

OPEN = "still open"
LIKELY_MEANS = (
    "Indeterminate rows, and what they become with the facts that the run was told to assume where nothing was known. "
    "hang on it: rows whose likely answer is wider if this one is taken back; of these, one group: "
    "rows that would lose it. if nothing is known, if it is not so: their likely groups with this one taken back, and "
    "with any other value of the fact, all else that is assumed kept; worked out exactly, row by row. An assumption "
    "that contradicts a row was left out for it."
)


class Move(NamedTuple):
    """Rows whose likely groups are others if something is otherwise; ``after`` is empty if it cannot be."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    rows: int


class Hanging(NamedTuple):
    """One assumption: rows whose likely answer hangs on it, those with one likely group, those that hang on it alone.

    ``back`` says to which exact groups the latter go back, ``taken_back`` and ``otherwise`` what becomes of all of them
    if nothing is known of the fact, and if it has any other value; the most frequent first, nothing where counts are
    hidden. ``left_out`` are rows that it contradicts.
    """

    assumption: str
    rows: Count
    one_group: Count
    alone: Count
    left_out: Count
    back: tuple[tuple[tuple[str, ...], int], ...]
    taken_back: tuple[Move, ...] = ()
    otherwise: tuple[Move, ...] = ()

    @property
    def other_group(self) -> int:
        """Rows with one likely group that have another one if the fact has any other value."""
        return sum(rows for before, after, rows in self.otherwise if _is_one(before) and _is_one(after))

    @property
    def opened(self) -> int:
        """Rows with one likely group that are open if the fact has any other value."""
        return sum(rows for before, after, rows in self.otherwise if _is_one(before) and after and not _is_one(after))


def _is_one(groups: tuple[str, ...]) -> bool:
    return len(groups) == 1 and groups[0] != UNCLASSIFIED


class LikelyFigures(NamedTuple):
    """What the indeterminate rows of a scheme become, by group, and on which assumptions that hangs.

    ``differs`` is the first row whose cells do not give its answers, so that moves cannot be said; 0 if there is none.
    """

    scheme: str
    becomes: tuple[tuple[str, Count], ...]
    hanging: tuple[Hanging, ...]
    differs: int = 0


def likely_figures(results: CohortResults, limit: int, hidden: frozenset[str]) -> tuple[LikelyFigures, ...]:
    """The figures of every scheme that has likely answers.

    Under suppression the counts of a scheme are shown all or not at all: what becomes of its rows adds up to numbers
    that are shown elsewhere.

    Args:
        results: the counts.
        limit: counts below it are hidden; 0 hides none.
        hidden: schemes of which a number of rows is hidden.
    """
    found = (_figures(scheme, results) for scheme in results.schemes if scheme.id in results.likely)
    if not limit:
        return tuple(found)
    return tuple(
        _without_order(_withheld(one) if one.scheme in hidden or _rare(one, limit, results) else one) for one in found
    )


def _figures(scheme: Scheme, results: CohortResults) -> LikelyFigures:
    becomes = dict.fromkeys((*scheme.group_ids, OPEN, NOT_APPLICABLE), 0)
    rows: Counter[str] = Counter()
    one_group: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    back: dict[str, Counter[tuple[str, ...]]] = {}
    differs = results.differs.get(scheme.id, 0)
    for (answer, likely, assumed), number in results.likely[scheme.id].items():
        single = likely[0] if len(likely) == 1 and likely[0] != UNCLASSIFIED else OPEN
        becomes[single] += number if answer.status == INDETERMINATE else 0
        named = [name for name in assumed if not name.endswith(LEFT_OUT)]
        left_out.update({name.removesuffix(LEFT_OUT): number for name in assumed if name.endswith(LEFT_OUT)})
        rows.update(dict.fromkeys(named, number))
        one_group.update(dict.fromkeys(named if single in scheme.group_ids else (), number))
        if len(named) == 1:
            back.setdefault(named[0], Counter())[answer.possible] += number
    order = sorted({*rows, *left_out}, key=lambda name: (-rows[name], -left_out[name], name))
    return LikelyFigures(
        scheme.id,
        tuple((name, Count(number)) for name, number in becomes.items()),
        tuple(
            Hanging(
                name,
                Count(rows[name]),
                Count(one_group[name]),
                Count(sum(back.get(name, Counter()).values())),
                Count(left_out[name]),
                tuple(sorted(back.get(name, Counter()).items(), key=lambda item: (-item[1], item[0]))),
                *_moves({} if differs else results.changes[scheme.id].get(name, {})),
            )
            for name in order
        ),
        differs,
    )


def _moves(changes: Mapping[tuple[str, str, str], int]) -> tuple[tuple[Move, ...], tuple[Move, ...]]:
    """What becomes of rows if an assumption is taken back, and if the fact has any other value."""
    moves: tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]] = (Counter(), Counter())
    for (likely, *others), rows in changes.items():
        for counts, after in zip(moves, others, strict=True):
            counts[likely, after] += rows
    return tuple(
        tuple(
            Move(tuple(before.split("|")), tuple(filter(None, after.split("|"))), rows)
            for (before, after), rows in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        )
        for counts in moves
    )  # type: ignore[return-value]


def _rare(figures: LikelyFigures, limit: int, results: CohortResults) -> bool:
    """Whether a count of a scheme, or what is left between two of them, is small."""
    indeterminate = sum(count.rows or 0 for _, count in figures.becomes)
    numbers = [count.rows or 0 for _, count in figures.becomes]
    for entry in figures.hanging:
        rows, one_group, alone = (count.rows or 0 for count in (entry.rows, entry.one_group, entry.alone))
        left_out = entry.left_out.rows or 0
        numbers += [rows, one_group, alone, rows - one_group, rows - alone, left_out, results.usable - left_out]
    return any(0 < number < limit or 0 < indeterminate - number < limit for number in numbers)


def _withheld(figures: LikelyFigures) -> LikelyFigures:
    """The figures without a number."""
    return figures._replace(
        becomes=tuple((name, WITHHELD) for name, _ in figures.becomes),
        hanging=tuple(
            Hanging(entry.assumption, WITHHELD, WITHHELD, WITHHELD, WITHHELD, ()) for entry in figures.hanging
        ),
    )


def _without_order(figures: LikelyFigures) -> LikelyFigures:
    """The figures in an order that says nothing of counts, and without the exact groups, which may be rare."""
    in_order = sorted(figures.hanging, key=lambda entry: entry.assumption)
    return figures._replace(
        hanging=tuple(entry._replace(back=(), taken_back=(), otherwise=()) for entry in in_order), differs=0
    )
