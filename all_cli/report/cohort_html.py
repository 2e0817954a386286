"""The cohort report as one self-contained page: no network, no script, light and dark, fit to print."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from all_cli.report.cohort_drawings import bar, flow
from all_cli.report.cohort_figures import Category, CrossTable
from all_cli.report.cohort_likely import LIKELY_MEANS
from all_cli.report.cohort_page import examples_text
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
from all_cli.report.counts import Count, percent
from all_cli.report.page import NOT_A_DEVICE, UNCHECKED_MEANS, Page
from all_cli.report.svg import DARK, LIGHT

_HEATS = 5


def cohort_html(report: CohortReport) -> str:
    """The whole page as text."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    figures, library = report.figures, report.library
    page = Page(library.sources)
    environment = Environment(
        loader=PackageLoader("all_cli.report"),
        autoescape=True,  # whatever the name of the template: every text of the table is escaped
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    marks = {scheme.scheme.id: cited(scheme.scheme, page) for scheme in figures.schemes}
    paragraphs = methods(report, page)
    drawn = figures.drawn
    tables, left_out = crossed(figures)
    return environment.get_template("cohort.html.j2").render(
        figures=figures,
        report=report,
        file=Path(figures.results.source).name,
        style=Markup(_style()),
        rows=rows_text(figures),
        made_with=made_with(report),
        columns=columns_text(figures),
        hidden=suppression_text(figures.options.suppress) if figures.options.suppress else "",
        marks=marks,
        means={
            "shares": SHARES_OF, "compared": COMPARED, "likely": LIKELY_MEANS, "missing": MISSING_MEANS,
            "boundary": BOUNDARY_MEANS,
        },
        tables=[_table(table) for table in tables],
        left_out=left_out,
        compared=[(table, agreement_text(table)) for table in figures.tables if table.agreement.pairing.kind],
        apart=[(table, agreement_text(table)) for table in figures.tables if not table.agreement.pairing.kind],
        drawn=drawn,
        flow=Markup(flow(drawn)) if drawn is not None and not drawn.withheld else "",
        bar=lambda category: Markup(bar(category, figures.usable)),
        cutoff_text=lambda cutoff: cutoff_text(cutoff, library),
        answer_text=answer_text,
        moves_text=moves_text,
        otherwise_text=otherwise_text,
        unsaid_text=unsaid_text,
        examples_text=examples_text,
        fact_places=fact_places,
        set_text=set_text,
        methods=paragraphs,
        references=_references(page),
        unchecked=UNCHECKED_MEANS if page.unchecked else "",
        not_a_device=NOT_A_DEVICE,
    )  # fmt: skip


def _references(page: Page) -> list[tuple[int, str, str]]:
    """Number, text and identifier of each reference."""
    found = []
    for id, number in page.numbers.items():
        source = page.sources.get(id)
        found.append((number, source.citation if source else id, source.identifier if source else ""))
    return found


def _table(table: CrossTable) -> dict[str, Any]:
    """A cross-table with, for each cell, its share of the row, its heat and whether the two groups are paired."""
    pairs = {(one, other) for first, second in table.agreement.pairing.classes for one in first for other in second}
    return {
        "first": table.first.scheme,
        "second": table.second.scheme,
        "columns": table.columns,
        "usable": table.usable,
        "compared": bool(pairs),
        "sentences": movement_text(table),
        "rows": [
            (row, [_cell(count, row, column, pairs) for count, column in zip(line, table.columns, strict=True)])
            for row, line in zip(table.rows, table.cells, strict=True)
        ],
    }


def _cell(count: Count, row: Category, column: Category, pairs: set[tuple[str, str]]) -> dict[str, Any]:
    """How a cell looks; the darker, the more of the row's patients are in it."""
    share = count.rows / row.size.rows if count.rows is not None and row.size.rows else 0.0
    heat = min(_HEATS, int(share * _HEATS) + 1) if share else 0
    return {
        "count": count,
        "share": percent(share) if share else "",
        "heat": "hidden" if count.rows is None else f"heat{heat}",
        "paired": (row.id, column.id) in pairs,
    }


def _style() -> str:
    """The colours of the groups, shared with the drawings of trees, as variables for light and dark."""
    light, dark = (
        "".join(
            f"--{name}:{fill};--{name}-line:{stroke};"
            for name, (fill, stroke) in paints.items()
            if name.startswith("shade")
        )
        for paints in (LIGHT, DARK)
    )
    return f":root{{{light}}}@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"
