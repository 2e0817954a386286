"""The figures of a cohort report: every count as it may be shown, once for the screen, JSON and the page alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from all_cli.cohort.results.agreement import Agreement, GroupPair, agreement_of, pairing_of
from all_cli.cohort.results.counts import Answer, BoundaryRow, CohortResults, Cutoff
from all_cli.cohort.results.suppression import PARTNER, SHOWN, SMALL, hidden_in_line, hidden_in_table
from all_cli.cohort.results.unreadable import UnreadableValue
from all_cli.patient.unreadable import UnreadableError
from all_cli.report.cohort_likely import LikelyFigures, likely_figures
from all_cli.report.cohort_missing import MissingFact, missing_facts
from all_cli.report.counts import WITHHELD, Count
from all_cli.risk.scheme import NOT_APPLICABLE, Scheme
from all_cli.risk.verdict import INDETERMINATE, INVALID


class Options(NamedTuple):
    """What was asked for.

    ``suppress`` is the limit below which counts are hidden (0: none), ``pairs`` are declared pairs of groups, ``drawn``
    the two schemes to draw, ``listed`` how many rows to list for each cut-off.
    """

    suppress: int = 0
    pairs: tuple[GroupPair, ...] = ()
    drawn: tuple[str, str] | None = None
    listed: int = 20


class Category(NamedTuple):
    """A line of a scheme's answers: a group, or the status of rows without one; ``shade`` is its rank, 0 to 4."""

    id: str
    label: str
    size: Count
    shade: int | None = None


class PossibleSet(NamedTuple):
    """The groups that are still possible in some indeterminate rows."""

    groups: tuple[str, ...]
    size: Count


class SchemeFigures(NamedTuple):
    """One scheme's answers; ``sets`` say what the indeterminate rows may still be."""

    scheme: Scheme
    categories: tuple[Category, ...]
    sets: tuple[PossibleSet, ...]


class CrossTable(NamedTuple):
    """Two schemes against each other; ``cells`` by row (first scheme) and column (second)."""

    first: SchemeFigures
    second: SchemeFigures
    rows: tuple[Category, ...]
    columns: tuple[Category, ...]
    cells: tuple[tuple[Count, ...], ...]
    agreement: Agreement
    usable: int
    withheld: bool  # whether counts are hidden, so that agreement would help to work them out


@dataclass(frozen=True, slots=True)
class CohortFigures:
    """Everything that the report says in numbers."""

    results: CohortResults
    options: Options
    rows: Count
    usable: int
    invalid: Count
    schemes: tuple[SchemeFigures, ...]
    tables: tuple[CrossTable, ...]
    missing: tuple[MissingFact, ...]
    on_cutoff: tuple[tuple[Cutoff, Count], ...]
    boundary_rows: tuple[BoundaryRow, ...]
    unreadable: tuple[tuple[UnreadableValue, Count], ...]
    likely: tuple[LikelyFigures, ...]

    @property
    def listed(self) -> int:
        """How many rows are listed for each cut-off; none where counts are hidden."""
        return 0 if self.options.suppress else self.options.listed

    @property
    def drawn(self) -> CrossTable | None:
        """The cross-table that was asked for as a drawing."""
        wanted = self.options.drawn
        return next((t for t in self.tables if wanted == (t.first.scheme.id, t.second.scheme.id)), None)


def cohort_figures(results: CohortResults, options: Options) -> CohortFigures:
    """The figures of a report, small counts hidden if that is asked for.

    Raises:
        UnreadableError: fewer usable rows than the limit, a pair to draw that the table does not have, declared pairs
            that do not fit.
    """
    limit = options.suppress
    if limit and results.usable < limit:
        raise UnreadableError(
            "--suppress",
            str(limit),
            f"the table has fewer than {limit} rows that could be used; nothing could be shown",
        )
    schemes = {scheme.id: _scheme(scheme, results, limit) for scheme in results.schemes}
    hidden_invalid = 0 < results.invalid < limit
    missing = missing_facts(results, limit, _waiting_hidden(schemes.values()))
    return CohortFigures(
        results,
        options,
        Count.withheld() if hidden_invalid else Count(results.rows),
        results.usable,
        Count.at_most(limit) if hidden_invalid else Count(results.invalid),
        tuple(schemes.values()),
        tuple(_table(schemes[a], schemes[b], results, options) for a, b in _pairs(results, options)),
        missing,
        tuple((cutoff, Count.alone(rows, limit)) for cutoff, rows in results.on_cutoff.items()),
        () if limit else results.boundary_rows,
        _unreadable(results, schemes.values(), limit),
        likely_figures(results, limit, _any_hidden(schemes.values()) | _costs_hidden(missing)),
    )


def _pairs(results: CohortResults, options: Options) -> list[tuple[str, str]]:
    """The pairs of schemes in the order of the table; the pair to draw first, and turned as it was asked for."""
    pairs = list(results.pairs)
    if options.drawn is None:
        return pairs
    held = [scheme.id for scheme in results.schemes]
    for option, id in zip(("--from", "--to"), options.drawn, strict=True):
        if id not in held:
            raise UnreadableError(option, id, f"the results reported are those of {', '.join(held)}")
    if options.drawn[0] == options.drawn[1]:
        raise UnreadableError("--to", options.drawn[1], "it is the scheme of --from; name another")
    return [options.drawn, *(pair for pair in pairs if set(pair) != set(options.drawn))]


def _scheme(scheme: Scheme, results: CohortResults, limit: int) -> SchemeFigures:
    answers = results.answers[scheme.id]
    totals: dict[str, int] = {}
    for answer, rows in answers.items():
        totals[answer.category] = totals.get(answer.category, 0) + rows
    ids = [*scheme.group_ids, INDETERMINATE, NOT_APPLICABLE, *([INVALID] if INVALID in totals else [])]
    counts = _shown([totals.get(id, 0) for id in ids], limit)
    shades = _shades(scheme)
    categories = tuple(
        Category(id, scheme.groups[id].label if id in scheme.groups else id.replace("-", " "), count, shades.get(id))
        for id, count in zip(ids, counts, strict=True)
    )
    return SchemeFigures(scheme, categories, _sets(answers, categories[ids.index(INDETERMINATE)].size, limit))


def _shades(scheme: Scheme) -> dict[str, int]:
    """The groups' severities spread over the shades 0 (mildest) to 4 (gravest)."""
    graded = {id: group.severity for id, group in scheme.groups.items() if group.severity is not None}
    if not graded:
        return {}
    lowest, highest = min(graded.values()), max(graded.values())
    return {id: round(4 * (severity - lowest) / max(1, highest - lowest)) for id, severity in graded.items()}


def _sets(answers: Mapping[Answer, int], waiting: Count, limit: int) -> tuple[PossibleSet, ...]:
    """What the indeterminate rows may still be, the most frequent first; nothing where their number is hidden.

    Where counts are hidden the order says nothing of them.
    """
    if waiting.rows is None:
        return ()
    found = sorted(
        ((answer.possible, rows) for answer, rows in answers.items() if answer.status == INDETERMINATE),
        key=lambda item: (0 if limit else -item[1], item[0]),
    )
    counts = _shown([rows for _, rows in found], limit)
    return tuple(PossibleSet(groups, count) for (groups, _), count in zip(found, counts, strict=True))


def _shown(counts: Sequence[int], limit: int) -> list[Count]:
    marks = hidden_in_line(counts, limit) if limit else [SHOWN] * len(counts)
    if marks is None:
        return [Count.withheld()] * len(counts)
    return [_count(rows, mark, limit) for rows, mark in zip(counts, marks, strict=True)]


def _count(rows: int, mark: str, limit: int) -> Count:
    return {SMALL: Count.at_most(limit), PARTNER: Count.withheld(), SHOWN: Count(rows)}[mark]


def _table(first: SchemeFigures, second: SchemeFigures, results: CohortResults, options: Options) -> CrossTable:
    """Two schemes against each other; categories that no row is in are left out."""
    one, other = first.scheme, second.scheme
    if (one.id, other.id) in results.pairs:
        counts = dict(results.pairs[one.id, other.id])
    else:
        counts = {(a, b): rows for (b, a), rows in results.pairs[other.id, one.id].items()}
    totals: dict[tuple[str, str], int] = {}
    for (a, b), rows in counts.items():
        totals[a.category, b.category] = totals.get((a.category, b.category), 0) + rows
    rows_of, columns_of = (tuple(c for c in side.categories if c.size.rows != 0) for side in (first, second))
    table = [[totals.get((row.id, column.id), 0) for column in columns_of] for row in rows_of]
    cells = _cells(table, rows_of, columns_of, options.suppress)
    hidden = any(count.rows is None for line in cells for count in line)
    agreement = agreement_of(pairing_of(one, other, options.pairs), counts)
    if options.suppress:  # counted by sets of groups, which the table does not show and which may be rare
        agreement = agreement._replace(with_unknowns=None)
    return CrossTable(first, second, rows_of, columns_of, cells, agreement, results.usable, hidden)


def _cells(
    table: list[list[int]], rows: Sequence[Category], columns: Sequence[Category], limit: int
) -> tuple[tuple[Count, ...], ...]:
    if not limit:
        return tuple(tuple(Count(cell) for cell in line) for line in table)
    hidden = ([category.size.rows is None for category in side] for side in (rows, columns))
    marks = hidden_in_table(table, limit, *hidden)
    if marks is None:
        return tuple(tuple(Count.withheld() for _ in line) for line in table)
    return tuple(
        tuple(_count(cell, mark, limit) for cell, mark in zip(line, line_marks, strict=True))
        for line, line_marks in zip(table, marks, strict=True)
    )


def _waiting_hidden(schemes: Iterable[SchemeFigures]) -> frozenset[str]:
    """Schemes of which the number of indeterminate rows, or of any set of them, is hidden."""
    return frozenset(
        figures.scheme.id
        for figures in schemes
        if any(c.id == INDETERMINATE and c.size.rows is None for c in figures.categories)
        or any(item.size.rows is None for item in figures.sets)
    )


def _any_hidden(schemes: Iterable[SchemeFigures]) -> frozenset[str]:
    """Schemes of which any number of rows is hidden."""
    schemes = tuple(schemes)
    hidden = {one.scheme.id for one in schemes if any(category.size.rows is None for category in one.categories)}
    return frozenset(hidden) | _waiting_hidden(schemes)


def _costs_hidden(missing: Iterable[MissingFact]) -> frozenset[str]:
    """Schemes of which it is hidden how many rows wait for what."""
    return frozenset(id for entry in missing for id, cost in entry.costs.items() if cost.waiting.rows is None)


def _unreadable(
    results: CohortResults, schemes: Iterable[SchemeFigures], limit: int
) -> tuple[tuple[UnreadableValue, Count], ...]:
    """Causes of unreadable values; no count is shown where one is rare, since together they may make up the whole.

    Nor is any where it is hidden how many rows a scheme could not use, or not decide: causes add up to such numbers.
    """
    causes = results.unreadable
    if not limit:
        return tuple((cause, Count(cause.rows)) for cause in causes)
    rare = any(cause.rows < limit for cause in causes) or any(
        category.id in (INVALID, INDETERMINATE) and category.size.rows is None
        for figures in schemes
        for category in figures.categories
    )
    named = sorted((cause._replace(examples=()) for cause in causes), key=lambda cause: (cause.column, cause.why))
    return tuple((cause, WITHHELD if rare else Count(cause.rows)) for cause in named)


def assigned(figures: SchemeFigures) -> Count:
    """Rows with one group; hidden if any of its parts is."""
    groups = [c.size.rows for c in figures.categories if c.id in figures.scheme.groups]
    hidden = any(c.size.rows is None for c in figures.categories)
    return Count.withheld() if hidden else Count(sum(rows or 0 for rows in groups))
