"""What is likely of the rows that are open for certain: what they become, and on which assumption that hangs."""

from __future__ import annotations

from collections import Counter
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
    "rows that would lose it; alone: rows that hang on nothing else, and so would go back to their exact answer. An "
    "assumption that contradicts a row was left out for it."
)


class Hanging(NamedTuple):
    """One assumption: rows whose likely answer hangs on it, those with one likely group, those that hang on it alone.

    ``back`` says to which exact groups the latter go back, the most frequent first; nothing where counts are hidden.
    ``left_out`` are rows that it contradicts.
    """

    assumption: str
    rows: Count
    one_group: Count
    alone: Count
    left_out: Count
    back: tuple[tuple[tuple[str, ...], int], ...]


class LikelyFigures(NamedTuple):
    """What the indeterminate rows of a scheme become, by group, and on which assumptions that hangs."""

    scheme: str
    becomes: tuple[tuple[str, Count], ...]
    hanging: tuple[Hanging, ...]


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
            )
            for name in order
        ),
    )


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
    return figures._replace(hanging=tuple(entry._replace(back=()) for entry in in_order))
