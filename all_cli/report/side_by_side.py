"""Phases or arms side by side, as a page and as JSON. What differs is said in a word, never by colour alone."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from all_cli.knowledge.sources import Citation
from all_cli.patient.patient import Patient
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.line_text import (
    AMOUNT_NOT_PRINTED,
    NUMBER_NOT_PRINTED,
    amount_text,
    count_text,
    line_doses,
    line_total,
)
from all_cli.protocol.regimen import Line, Phase
from all_cli.protocol.resolve import Resolved, resolve
from all_cli.protocol.side_by_side import Column, DrugRow, TotalRow, Way, rows_of, totals_side_by_side
from all_cli.protocol.totals import DOSES, INJECTIONS, Total
from all_cli.report.answers import citations_json, header
from all_cli.report.page import Page
from all_cli.report.protocol_list import days_of
from all_cli.report.words import number_of

DIFFERS, SAME, NOT_GIVEN = "differs", "same", "not given"
SAME_RANGE, NOT_KNOWN = "same range", "not known"
_REASONS = 3


class Compared(NamedTuple):
    """Phases to put side by side, and for whom."""

    asked: str
    columns: Sequence[Column]
    patient: Patient


def phases_page(compared: Compared, library: ProtocolLibrary) -> Page:
    """The phases, drug by drug: dose, days, number of doses, total, cap, source."""
    page = Page(library.sources)
    columns = compared.columns
    names = [column.name for column in columns]
    page.heading(f"{compared.asked}: {' against '.join(names)}", 1)
    _patient(page, compared.patient)
    for protocol in dict.fromkeys(column.protocol for column in columns):
        population = protocol.population
        page.line(f"{protocol.id}: {protocol.title}", "protocol")
        page.line(f"{population.text} {page.cite(population.cite, population.checked)}", "for")
    for column in columns:
        page.line(f"{column.name}: {_phase_text(column, compared.asked)}", "column")
    rows: list[tuple[str, ...]] = []
    for row in rows_of(columns, compared.patient):
        rows += _drug_rows(page, row, columns, library)
    if rows:
        page.heading("Drug by drug")
        page.table(("drug", *names, "compared"), rows)
        page.line("Totals are over the phase and without caps.", "totals")
    notes = sum(len(column.phase.notes) for column in columns if column.phase)
    if notes:
        page.line(f"{number_of(notes, 'note')} on these phases: all-protocol show prints them", "notes")
    page.close()
    return page


def _phase_text(column: Column, asked: str) -> str:
    if column.phase is None:
        return f"no phase {asked}"
    phase = column.phase
    return ", ".join(part for part in (phase.title, days_of(phase), f"only for {phase.who}" * bool(phase.who)) if part)


def _patient(page: Page, patient: Patient) -> None:
    said = patient.said()
    if said:
        page.line(", ".join(f"{id} {text}" for id, text in said.items()), "patient")


def _drug_rows(page: Page, row: DrugRow, columns: Sequence[Column], library: ProtocolLibrary) -> list[tuple[str, ...]]:
    name = library.drugs[row.drug].name + (" intrathecal" if row.intrathecal else "")
    given = [(column.phase, lines) for column, lines in zip(columns, row.lines, strict=True)]
    rows = []
    for label, cells in _cells(given, library):
        absent = NOT_GIVEN if label == "dose" else ""
        shown = [cell if lines else absent for cell, (_, lines) in zip(cells, given, strict=True)]
        if any(shown):
            rows.append((f"{name}: {label}", *shown, _compared(shown)))
    marks = [_source(page, lines, library) if lines else "" for _, lines in given]
    return [*rows, (f"{name}: source", *marks, "")]


def _compared(texts: Sequence[str], *, exact: bool = True) -> str:
    """Whether cells say the same; cells that do not know are not the same."""
    if len(set(texts)) > 1:
        return DIFFERS
    if NUMBER_NOT_PRINTED in texts[0] or AMOUNT_NOT_PRINTED in texts[0]:
        return NOT_KNOWN
    return SAME if exact else SAME_RANGE


def _cells(
    given: Sequence[tuple[Phase | None, tuple[Line, ...]]], library: ProtocolLibrary
) -> list[tuple[str, list[str]]]:
    """For each trait the texts of the columns, those of several lines each with for whom it is.

    Doses by age show every age: a child may grow into the next during the phase.
    """
    anyone = Patient(library.vocabulary)

    resolved = [(phase, [resolve(line, anyone, library) for line in lines]) for phase, lines in given]

    def each(text: Callable[[Resolved, Phase], str], *, added: bool = False) -> list[str]:
        return [_joined(lines, phase, text, added) if phase else "" for phase, lines in resolved]

    return [
        ("dose", each(lambda line, _: line.dose)),
        ("route", each(lambda line, _: line.route)),
        ("days", each(lambda line, _: line.days, added=True)),
        ("doses", each(lambda line, phase: line_doses(line.line, phase), added=True)),
        ("total", each(lambda line, phase: line_total(line.line, phase), added=True)),
        ("cap", each(lambda line, _: line.cap)),
        ("for whom", each(lambda line, _: line.whom)),
    ]


def _joined(lines: Sequence[Resolved], phase: Phase, text: Callable[[Resolved, Phase], str], added: bool) -> str:
    """The texts of several lines, each with for whom or when it is; equal ones once, unless they add up."""
    found = [text(line, phase) for line in lines]
    if len(lines) == 1 or not any(found) or (not added and len(set(found)) == 1):
        return found[0] if found else ""
    conditional = any(line.whom for line in lines)
    labels = [line.whom or ("all" if conditional else line.days) for line in lines]
    return "; ".join(
        part if part == label else f"{label}: {part or 'none'}" for label, part in zip(labels, found, strict=True)
    )


def _source(page: Page, lines: Iterable[Line], library: ProtocolLibrary) -> str:
    resolved = (resolve(line, Patient(library.vocabulary), library) for line in lines)
    return " ".join(dict.fromkeys(page.cite(each.cite_all, each.read) for each in resolved))


def phases_json(compared: Compared, library: ProtocolLibrary) -> dict[str, Any]:
    """The comparison as plain data: per drug and column the lines, and which traits differ."""
    cited: dict[str, None] = {}
    drugs = []
    for row in rows_of(compared.columns, compared.patient):
        given = [(column.phase, lines) for column, lines in zip(compared.columns, row.lines, strict=True)]
        cells = _cells(given, library)
        drugs.append(
            {
                "drug": row.drug,
                "intrathecal": row.intrathecal,
                "differs": [label for label, texts in cells if len(set(texts)) > 1],
                "columns": [
                    [_line_json(line, phase, library, cited) for line in lines] if phase else None
                    for phase, lines in given
                ],
            }
        )
    columns = [
        {
            "protocol": column.protocol.id,
            "phase_id": column.phase.id if column.phase else None,
            "title": column.phase.title if column.phase else None,
            "length_days": column.phase.days if column.phase else None,
        }
        for column in compared.columns
    ]
    return {
        **header(), "phase": compared.asked, "patient": compared.patient.said(), "columns": columns, "drugs": drugs,
        "sources": _references(cited, library),
    }  # fmt: skip


def _line_json(line: Line, phase: Phase, library: ProtocolLibrary, cited: dict[str, None]) -> dict[str, Any]:
    each = resolve(line, Patient(library.vocabulary), library)
    return {
        "id": line.id,
        "dose": each.dose,
        "route": line.route,
        "days": each.days,
        "doses": line_doses(line, phase),
        "total": line_total(line, phase),
        "cap": each.cap,
        "for_whom": each.whom,
        "cite": citations_json(each.cite_all, cited),
        "checked": each.read,
    }


def _references(cited: Iterable[str], library: ProtocolLibrary) -> dict[str, str]:
    return {id: library.sources[id].reference for id in cited if id in library.sources}


def arms_page(ways: Sequence[Way], patient: Patient, library: ProtocolLibrary) -> Page:
    """Whole arms: what each drug adds up to, and why where it is not one number."""
    page = Page(library.sources)
    names = [way.name for way in ways]
    page.heading(f"Whole arms: {' against '.join(names)}", 1)
    _patient(page, patient)
    for way in ways:
        length = sum(phase.days or 0 for phase in way.phases if not phase.cycle)
        open_ended = any(phase.days is None or phase.cycle for phase in way.phases)
        phases = f"{number_of(len(way.phases), 'phase')}, {'at least ' if open_ended else ''}{length} days"
        cited = page.cite(way.arm.cite, way.arm.checked)
        page.line(f"{way.name}: {way.protocol.title}. {way.arm.title} {cited}", "column")
        page.line(f"{phases}: {', '.join(phase.id for phase in way.phases)}", "encoded")
    rows = totals_side_by_side(ways, patient, library)
    page.heading("Totals over the encoded phases, without caps")
    page.table(("drug", *names, "compared"), [_total_row(page, row, ways, library) for row in rows])
    _open(page, rows, ways)
    page.close()
    return page


def total_text(total: Total | None) -> str:
    """``4 doses``, ``75 mg/m²``, ``not given``."""
    if total is None:
        return NOT_GIVEN
    if total.unit in (DOSES, INJECTIONS):
        return count_text(total.span, total.unit)
    return amount_text(total.span, total.unit) or AMOUNT_NOT_PRINTED


def _total_row(page: Page, row: TotalRow, ways: Sequence[Way], library: ProtocolLibrary) -> tuple[str, ...]:
    texts = [total_text(total) for total in row.totals]
    marked = [
        f"{text} {page.cite(total_citations(total, way, library), total.checked)}".strip() if total else text
        for text, total, way in zip(texts, row.totals, ways, strict=True)
    ]
    exact = all(total is None or total.span.exact for total in row.totals)
    return (row.title, *marked, _compared(texts, exact=exact))


def total_citations(total: Total, way: Way, library: ProtocolLibrary) -> list[Citation]:
    """The sources of the lines that make up a total."""
    named = set(total.lines)
    return [
        cited for phase in way.phases for line in phase.lines if f"{phase.id}.{line.id}" in named for cited in line.cite
    ]


def _open(page: Page, rows: Sequence[TotalRow], ways: Sequence[Way]) -> None:
    """Why a total is not one number, at most a few reasons each."""
    lines = []
    for number, way in enumerate(ways):
        reasons: dict[str, tuple[str, ...]] = {}
        for row in rows:
            total = row.totals[number]
            if total is not None and not total.span.exact:
                reasons.setdefault(row.title, total.open)
        for title, why in reasons.items():
            more = f"; and {len(why) - _REASONS} more" if len(why) > _REASONS else ""
            lines.append((way.name, title, "; ".join(why[:_REASONS]) + more))
    if lines:
        page.heading("Why a total is not one number")
        page.table(("arm", "drug", "because"), lines)


def arms_json(ways: Sequence[Way], patient: Patient, library: ProtocolLibrary) -> dict[str, Any]:
    """The arms as plain data: per total the range of each arm, with its lines and what leaves it open."""
    cited: dict[str, None] = {}
    rows = totals_side_by_side(ways, patient, library)
    return {
        **header(),
        "patient": patient.said(),
        "arms": [{"protocol": way.protocol.id, "arm": way.arm.id, "title": way.arm.title} for way in ways],
        "totals": [
            {
                "id": row.id,
                "title": row.title,
                "unit": row.unit,
                "differs": len({total_text(total) for total in row.totals}) > 1,
                "arms": [
                    total_json(total, way, library, cited) if total else None
                    for total, way in zip(row.totals, ways, strict=True)
                ],
            }
            for row in rows
        ],
        "sources": _references(cited, library),
    }


def total_json(total: Total, way: Way, library: ProtocolLibrary, cited: dict[str, None]) -> dict[str, Any]:
    """One total of one arm."""
    return {
        "low": float(total.span.low),
        "high": None if total.span.high is None else float(total.span.high),
        "text": total_text(total),
        "lines": list(total.lines),
        "open": list(total.open),
        "cite": citations_json(dict.fromkeys(total_citations(total, way, library)), cited),
        "checked": total.checked,
    }
