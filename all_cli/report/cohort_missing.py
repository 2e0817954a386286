"""What is missing and what it costs: per fact, rows that lack it, and rows whose answer waits for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from all_cli.cohort.columns import BORN, DIAGNOSED, GENETICS
from all_cli.cohort.results.counts import CohortResults
from all_cli.report.counts import WITHHELD, Count


class Cost(NamedTuple):
    """What a fact costs under one scheme: indeterminate rows that wait for it, and those that wait for it alone."""

    waiting: Count
    alone: Count


class MissingFact(NamedTuple):
    """One fact: the columns that speak of it, the rows in which none states it, and what that costs per scheme."""

    fact: str
    columns: tuple[str, ...]
    unstated: Count
    costs: Mapping[str, Cost]


def missing_facts(results: CohortResults, limit: int, hidden: frozenset[str]) -> tuple[MissingFact, ...]:
    """Every fact that a scheme asks for and that is not stated in every row, or for which an answer waits.

    The costliest come first. Under suppression the counts of a scheme are shown all or not at all: what waits for one
    fact and what waits for another may add up to the indeterminate rows.

    Args:
        results: the counts.
        limit: counts below it are hidden; 0 hides none.
        hidden: schemes of which a number of indeterminate rows is hidden.
    """
    waiting: dict[str, dict[str, int]] = {}
    alone: dict[str, dict[str, int]] = {}
    for scheme in results.schemes:
        of_scheme = waiting[scheme.id] = dict.fromkeys(scheme.facts, 0)
        of_alone = alone[scheme.id] = dict.fromkeys(scheme.facts, 0)
        for facts, rows in results.missing[scheme.id].items():
            for fact in facts:
                of_scheme[fact] = of_scheme.get(fact, 0) + rows
            if len(facts) == 1:
                of_alone[facts[0]] = of_alone.get(facts[0], 0) + rows
    withheld = {id for id in waiting if id in hidden or _rare(waiting[id], alone[id], results, id, limit)}
    asked_by = {fact: {scheme.id for scheme in results.schemes if fact in scheme.facts} for fact in results.unstated}
    found = []
    for fact, unstated in results.unstated.items():
        costs = {
            id: Cost(WITHHELD, WITHHELD) if id in withheld else Cost(Count(waiting[id][fact]), Count(alone[id][fact]))
            for id in waiting
            if fact in waiting[id]
        }
        total = sum(waiting[id].get(fact, 0) for id in waiting)
        if unstated or total:
            columns = _columns(fact, results)
            # That a fact has no column is no secret of any row.
            lacking = _unstated(unstated, results.usable, limit, bool(asked_by[fact] & hidden) and bool(columns))
            found.append((total, unstated, MissingFact(fact, columns, lacking, costs)))
    # Where counts are hidden the order says nothing of them.
    in_order = sorted(found, key=lambda item: (item[2].fact,) if limit else (-item[0], -item[1], item[2].fact))
    return tuple(entry for _, _, entry in in_order)


def _rare(
    waiting: Mapping[str, int], alone: Mapping[str, int], results: CohortResults, scheme: str, limit: int
) -> bool:
    """Whether few rows wait for a fact, or few of the indeterminate rows do not."""
    indeterminate = sum(results.missing[scheme].values())
    numbers = [*waiting.values(), *alone.values()]
    return any(0 < number < limit or 0 < indeterminate - number < limit for number in numbers)


def _unstated(rows: int, usable: int, limit: int, hidden: bool) -> Count:
    if hidden and limit:
        return WITHHELD
    if 0 < usable - rows < limit:
        return WITHHELD
    return Count.alone(rows, limit)


def _columns(fact: str, results: CohortResults) -> tuple[str, ...]:
    """The columns in which the fact may be stated."""
    genetic = [column.header for column in results.columns if column.reads == GENETICS]
    own = [column.header for column in results.columns if column.reads == fact]
    dates = [column.header for column in results.columns if column.reads in (BORN, DIAGNOSED)] if fact == "age" else []
    return (*own, *dates, *(genetic if fact in results.genetic else ()))
