"""The cohort report as plain data: the same numbers, nothing cut. A hidden count is ``{"hidden": "<5"}``."""

from __future__ import annotations

from typing import Any

from all_cli.cohort.results.agreement import BY_RANK
from all_cli.report.answers import citations_json, header, references
from all_cli.report.cohort_figures import CohortFigures, CrossTable, SchemeFigures
from all_cli.report.cohort_likely import LikelyFigures, Move
from all_cli.report.cohort_text import CohortReport, citations_of, methods
from all_cli.report.page import Page
from all_cli.risk.scheme import NOT_APPLICABLE
from all_cli.risk.verdict import INDETERMINATE, INVALID


def cohort_json(report: CohortReport) -> dict[str, Any]:
    """The stable, versioned JSON object of a cohort report."""
    figures = report.figures
    page = Page(report.library.sources)
    text = methods(report, page)
    cited: dict[str, None] = dict.fromkeys(page.numbers)
    schemes = [_scheme(scheme, cited) for scheme in figures.schemes]
    run = report.run
    return {
        **header(),
        "file": figures.results.source,
        "run": {"date": run.date, "tool": run.tool, "knowledge": run.knowledge} if run else None,
        "suppressed_below": figures.options.suppress or None,
        "rows": figures.rows.plain(),
        "usable": figures.usable,
        "invalid": figures.invalid.plain(),
        "columns": [
            {"column": column.header, "reads": column.reads, "unit": column.unit} for column in figures.results.columns
        ],
        "schemes": schemes,
        "pairs": [_pair(table) for table in figures.tables],
        "missing": [
            {
                "fact": entry.fact,
                "columns": list(entry.columns),
                "unstated": entry.unstated.plain(),
                "schemes": {
                    id: {"waiting": cost.waiting.plain(), "alone": cost.alone.plain()}
                    for id, cost in entry.costs.items()
                },
            }
            for entry in figures.missing
        ],
        **({"likely": [_likely(scheme) for scheme in figures.likely]} if figures.likely else {}),
        "boundary": _boundary(figures),
        "unreadable": [
            {
                "column": cause.column or None,
                "why": cause.why,
                "rows": count.plain(),
                "examples": [{"value": value, "row": row} for value, row in cause.examples],
            }
            for cause, count in figures.unreadable
        ],
        "methods": text,
        "references": {str(number): id for id, number in page.numbers.items()},
        "sources": references(cited, report.library),
    }


def _scheme(figures: SchemeFigures, cited: dict[str, None]) -> dict[str, Any]:
    scheme = figures.scheme
    counts = {category.id: category.size.plain() for category in figures.categories}
    return {
        "scheme": scheme.id,
        "title": scheme.title,
        "published": scheme.published,
        "version": scheme.version,
        "checked": scheme.checked,
        "groups": [
            {"group": id, "label": group.label, "severity": group.severity, "rows": counts[id]}
            for id, group in scheme.groups.items()
        ],
        "indeterminate": counts[INDETERMINATE],
        "not_applicable": counts[NOT_APPLICABLE],
        "invalid": counts.get(INVALID, 0),
        "possible": [{"groups": list(item.groups), "rows": item.size.plain()} for item in figures.sets],
        "cite": citations_json(citations_of(scheme), cited),
    }


def _pair(table: CrossTable) -> dict[str, Any]:
    found = table.agreement
    comparable = bool(found.pairing.kind)
    data: dict[str, Any] = {
        "from": table.first.scheme.id,
        "to": table.second.scheme.id,
        "rows": [category.id for category in table.rows],
        "columns": [category.id for category in table.columns],
        "counts": [[count.plain() for count in line] for line in table.cells],
        "compared_by": found.pairing.kind or None,
        "paired": [{"from": list(one), "to": list(other)} for one, other in found.pairing.classes],
    }
    if table.withheld:
        return {**data, "why": "counts are hidden, and agreement would help to work them out"}
    if not comparable:
        return {**data, "n": found.n, "why": found.why}
    return {
        **data,
        "n": found.n,
        "same": found.same,
        "agreement": found.share,
        "kappa": found.kappa,
        "weights": "quadratic" if found.pairing.kind == BY_RANK else None,
        **({"why": found.why} if found.why else {}),
        **({"graver": found.graver, "milder": found.milder} if found.pairing.kind == BY_RANK else {}),
        **({"with_unknowns": found.with_unknowns._asdict()} if found.with_unknowns is not None else {}),
    }


def _likely(figures: LikelyFigures) -> dict[str, Any]:
    return {
        "scheme": figures.scheme,
        "indeterminate_become": {name: count.plain() for name, count in figures.becomes},
        "hang_on": [
            {
                "assumption": entry.assumption,
                "rows": entry.rows.plain(),
                "one_group": entry.one_group.plain(),
                "alone": entry.alone.plain(),
                "left_out": entry.left_out.plain(),
                "alone_go_back_to": [{"groups": list(groups), "rows": rows} for groups, rows in entry.back],
                "taken_back": _moves(entry.taken_back),
                "otherwise": _moves(entry.otherwise),
                "other_group_otherwise": entry.other_group if entry.otherwise else None,
                "open_otherwise": entry.opened if entry.otherwise else None,
            }
            for entry in figures.hanging
        ],
        "row_not_as_its_cells": figures.differs or None,
    }


def _moves(moves: tuple[Move, ...]) -> list[dict[str, Any]]:
    return [{"from": list(before), "to": list(after) or None, "rows": rows} for before, after, rows in moves]


def _boundary(figures: CohortFigures) -> dict[str, Any]:
    return {
        "cutoffs": [{**cutoff._asdict(), "rows": count.plain()} for cutoff, count in figures.on_cutoff],
        "listed_for_each": figures.listed,
        "rows": [
            {
                "row": row.row,
                "id": row.id,
                **row.cutoff._asdict(),
                "written": row.said,
                "status": row.answer.status,
                "possible": list(row.answer.possible),
            }
            for row in figures.boundary_rows
        ],
    }
