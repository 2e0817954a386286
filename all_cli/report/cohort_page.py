"""The cohort report as a page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from all_cli.report.cohort_drawings import flow
from all_cli.report.cohort_figures import Category, CohortFigures, CrossTable, SchemeFigures
from all_cli.report.cohort_likely import LIKELY_MEANS
from all_cli.report.cohort_text import (
    BOUNDARY_MEANS,
    COMPARED,
    MISSING_MEANS,
    SHARES_OF,
    CohortReport,
    agreement_text,
    answer_text,
    cited,
    columns_text,
    crossed,
    cutoff_text,
    fact_places,
    made_with,
    methods,
    movement_text,
    moves_text,
    otherwise_text,
    rows_text,
    set_text,
    suppression_text,
    unsaid_text,
)
from all_cli.report.page import Page
from all_cli.risk.scheme import NOT_APPLICABLE

_SETS = 8  # sets of possible groups that are named for a scheme; JSON names all


def cohort_page(report: CohortReport) -> Page:
    """The report as a page of headings, lines and tables."""
    figures = report.figures
    page = Page(report.library.sources)
    page.heading(f"Cohort report: {Path(figures.results.source).name}", 1)
    page.line(rows_text(figures), "rows", strong=True)
    for label, text in made_with(report):
        page.line(text, label)
    page.line(columns_text(figures), "read")
    if figures.options.suppress:
        page.line(suppression_text(figures.options.suppress), "hidden")
    _sizes(page, figures)
    if figures.tables:
        _comparison(page, figures)
    if figures.likely:
        _likely(page, figures)
    _missing(page, figures)
    _boundary(page, report)
    _unreadable(page, figures)
    page.heading("Methods, to be pasted")
    for paragraph in methods(report, page):
        page.line(paragraph)
    page.close()
    return page


def _sizes(page: Page, figures: CohortFigures) -> None:
    page.heading("Group sizes by scheme")
    page.line(SHARES_OF)
    for scheme in figures.schemes:
        page.heading(f"{scheme.scheme.title} ({scheme.scheme.id}) {cited(scheme.scheme, page)}", 3)
        page.table(
            ("answer", "rows", "share", "in words"),
            [
                (category.id, str(category.size), category.size.share(figures.usable), _label(category))
                for category in scheme.categories
            ],
            [(None, category.size.part(figures.usable), None, None) for category in scheme.categories],
        )
        _sets(page, scheme)


def _label(category: Category) -> str:
    return category.label if category.label != category.id.replace("-", " ") else ""


def _sets(page: Page, scheme: SchemeFigures) -> None:
    if scheme.sets:
        page.line("Indeterminate rows, by what they may still be:")
        page.table(
            ("still possible", "rows"), [(set_text(item.groups), str(item.size)) for item in scheme.sets[:_SETS]]
        )
        if (rest := len(scheme.sets) - _SETS) > 0:
            page.line(f"… and {_more(rest, 'set')}; --format json names all.")


def _comparison(page: Page, figures: CohortFigures) -> None:
    page.heading("Agreement between schemes")
    page.line(COMPARED)
    page.table(
        ("first", "second", "n", "same", "kappa", "groups paired"),
        [(table.first.scheme.id, table.second.scheme.id, *agreement_text(table)) for table in figures.tables],
    )
    if (drawn := figures.drawn) is not None:
        if drawn.withheld:
            page.line("Not drawn: some of the counts are hidden, and the heights would show them.")
        else:
            names = [f"{one.scheme.title} ({one.scheme.id})" for one in (drawn.first, drawn.second)]
            page.figure(
                flow(drawn),
                f"From {names[0]}, left, to {names[1]}, right. Heights are in proportion to rows; a table below has "
                "the numbers.",
            )
    tables, left_out = crossed(figures)
    for table in tables:
        _cross(page, table)
    if left_out:
        page.line(left_out)


def _cross(page: Page, table: CrossTable) -> None:
    one, other = table.first.scheme, table.second.scheme
    page.heading(f"{one.id} (rows) against {other.id} (columns)", 3)
    page.table(
        (f"{one.id} \\ {other.id}", *(column.id for column in table.columns), "all"),
        list(_cross_rows(table)),
        [
            *(
                (None, *(count.part(row.size.rows) for count in cells), None)
                for row, cells in zip(table.rows, table.cells, strict=True)
            ),
            (None,) * (len(table.columns) + 2),
        ],
    )
    for sentence in movement_text(table):
        page.line(sentence)


def _cross_rows(table: CrossTable) -> Iterator[tuple[str, ...]]:
    for row, cells in zip(table.rows, table.cells, strict=True):
        yield (row.id, *map(str, cells), str(row.size))
    yield ("all", *(str(column.size) for column in table.columns), f"{table.usable:,}")


def _likely(page: Page, figures: CohortFigures) -> None:
    page.heading("What is likely, with what was assumed")
    page.line(LIKELY_MEANS)
    page.table(
        ("scheme", "indeterminate rows become", "rows"),
        [
            (scheme.scheme, name.replace("-", " ") if name == NOT_APPLICABLE else name, str(count))
            for scheme in figures.likely
            for name, count in scheme.becomes
            if count.rows != 0
        ],
    )
    page.table(
        ("scheme", "assumption", "hang on it", "one group", "if nothing is known", "if it is not so", "left out"),
        [
            (
                scheme.scheme,
                entry.assumption,
                *map(str, (entry.rows, entry.one_group)),
                moves_text(entry.taken_back),
                otherwise_text(entry),
                str(entry.left_out),
            )
            for scheme in figures.likely
            for entry in scheme.hanging
        ],
    )
    for scheme in figures.likely:
        if scheme.differs:
            page.line(unsaid_text(scheme))


def _missing(page: Page, figures: CohortFigures) -> None:
    page.heading("What is missing, and what it costs")
    if not figures.missing:
        page.line("Nothing: every fact that a scheme asks for is stated in every row.")
        return
    page.line(MISSING_MEANS)
    page.table(
        ("fact", "stated in", "not stated", "share"),
        [
            (entry.fact, fact_places(entry.columns), str(entry.unstated), entry.unstated.share(figures.usable))
            for entry in figures.missing
        ],
    )
    page.table(
        ("scheme", "waits for", "rows that wait", "alone"),
        [
            (id, entry.fact, str(cost.waiting), str(cost.alone))
            for id in (scheme.scheme.id for scheme in figures.schemes)
            for entry in figures.missing
            if (cost := entry.costs.get(id)) is not None and cost.waiting.rows != 0
        ],
    )


def _boundary(page: Page, report: CohortReport) -> None:
    figures, library = report.figures, report.library
    page.heading("Patients on a boundary")
    if not figures.on_cutoff:
        page.line("No value lies exactly on a cut-off.")
        return
    page.line(BOUNDARY_MEANS)
    page.table(
        ("scheme", "exactly", "rows"),
        [(cutoff.scheme, cutoff_text(cutoff, library), str(count)) for cutoff, count in figures.on_cutoff],
    )
    if figures.boundary_rows:
        page.line(f"Rows, counted from 1 below the header; at most {figures.listed} for each cut-off:")
        page.table(
            ("row", report.id_column, "scheme", "exactly", "written", "answer"),
            [
                (
                    str(row.row),
                    row.id,
                    row.cutoff.scheme,
                    cutoff_text(row.cutoff, library),
                    row.said,
                    answer_text(row.answer),
                )
                for row in figures.boundary_rows
            ],
        )


def _unreadable(page: Page, figures: CohortFigures) -> None:
    page.heading("Values that cannot be read")
    if not figures.unreadable:
        page.line("None: no answer was lost to a cell, and none waits for one.")
        return
    page.table(
        ("column", "why", "rows", "for example"),
        [
            (cause.column or "the whole row", cause.why, str(count), examples_text(cause.examples))
            for cause, count in figures.unreadable
        ],
    )


def examples_text(examples: tuple[tuple[str, int], ...]) -> str:
    """``"forty" (row 8), "12x" (row 90)``."""
    return ", ".join(f'"{value}" (row {row})' for value, row in examples)


def _more(number: int, noun: str) -> str:
    return f"{number} more {noun}{'' if number == 1 else 's'}"
