"""A phase of a protocol, and the list of protocols, as pages and as JSON."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from all_cli.knowledge.sources import citations
from all_cli.logic.explain import truth
from all_cli.logic.expression import AllOf, Compare, tests
from all_cli.logic.values import ANY_NUMBER, NumberSet, number_text
from all_cli.patient.patient import Patient
from all_cli.protocol.library import ProtocolLibrary, dose_rows_for, lines_for
from all_cli.protocol.regimen import Arm, Cited, DoseRow, Line, Phase, Protocol, days_text
from all_cli.report.answers import citations_json, header
from all_cli.report.page import Page

_UNITS = {
    "mg/m2": "mg/m²",
    "g/m2": "g/m²",
    "IU/m2": "IU/m²",
    "U/m2": "U/m²",
    "mcg/m2": "µg/m²",
    "mcg": "µg",
    "mcg/kg": "µg/kg",
}


class Shown(NamedTuple):
    """What ``show`` shows: phases of one protocol, for an arm or for all, for what is known of the patient."""

    protocol: Protocol
    arm: Arm | None
    phases: Sequence[Phase]
    patient: Patient
    others: Sequence[str]
    asked: str


def shown_page(shown: Shown, library: ProtocolLibrary) -> Page:
    """The phases as tables: drug, dose, route, days, cap, for whom, source."""
    page = Page(library.sources)
    protocol = shown.protocol
    page.heading(f"{protocol.title} ({protocol.id}){f', {shown.arm.title}' if shown.arm else ''}", 1)
    page.line(f"{protocol.population.text} {_cite(page, protocol.population)}", "for")
    said = shown.patient.said()
    if said:
        page.line(", ".join(f"{id} {text}" for id, text in said.items()), "patient")
        if truth(protocol.population.when, shown.patient.possible()) is False if protocol.population.when else False:
            page.line("this patient lies outside the protocol's population", "caution", strong=True)
    if protocol.about:
        page.line(protocol.about, "about")
    years = "–".join(str(year) if year else "" for year in protocol.years)
    if protocol.trial or years.strip("–"):
        page.line(f"{protocol.trial} {years}".strip(), "trial")
    for phase in shown.phases:
        _phase(page, phase, shown, library)
    if protocol.total_duration and len(shown.phases) > 1:
        page.line(f"{protocol.total_duration.text} {_cite(page, protocol.total_duration)}", "total")
    _notes(page, protocol.notes, shown.patient)
    if shown.others:
        page.heading("The same phase in other protocols")
        for id in shown.others:
            page.line(f"all-protocol show {shown.asked} --protocol {id}", "")
    page.close()
    return page


def _phase(page: Page, phase: Phase, shown: Shown, library: ProtocolLibrary) -> None:
    length = f", {phase.days} days{' a cycle' if phase.cycle else ''}" if phase.days else ""
    arms = f" (arms: {', '.join(phase.arms)})" if phase.arms and not shown.arm and len(shown.protocol.arms) > 1 else ""
    page.heading(f"{phase.title}{length}{arms}")
    if phase.start:
        page.line(f"{phase.start.text} {_cite(page, phase.start)}", "start")
    lines = lines_for(phase.lines, shown.patient)
    page.table(
        ("drug", "dose", "route", "days", "cap", "for whom", "source"),
        [
            (
                library.drugs[line.drug].name,
                dose_text(line, shown.patient, library),
                line.route + (f", {line.infusion}" if line.infusion else ""),
                when_text(line),
                _cap(page, line),
                _whom(line),
                page.cite(
                    [*line.cite, *_table_cites(line, shown.patient, library)], _checked(line, shown.patient, library)
                ),
            )
            for line in lines
        ],
    )
    for line in lines:
        if line.note:
            page.line(line.note, _label(library.drugs[line.drug].abbreviation or line.drug))
    left_out = len(phase.lines) - len(lines)
    if left_out:
        page.line(f"{left_out} line{'s' if left_out > 1 else ''} for other patients left out", "")
    for item in phase.assessments:
        if item.when is not None and truth(item.when, shown.patient.possible()) is False:
            continue
        day = f"day {item.day}: " if item.day is not None else ""
        text = f"{day}{item.what}{f' ({item.text})' if item.text else ''}"
        page.line(f"{text} {page.cite(item.cite, item.checked)}", "assess")
    for rescue in phase.rescue:
        page.line(f"{rescue.text} {_cite(page, rescue)}", "then")
    _notes(page, phase.notes, shown.patient)


def _notes(page: Page, notes: Sequence[Cited], patient: Patient) -> None:
    for note in notes:
        if note.when is None or truth(note.when, patient.possible()) is not False:
            page.line(f"{note.text} {_cite(page, note)}", "note")


def _label(text: str) -> str:
    return text if len(text) <= 11 else text[:11]


def _cite(page: Page, cited: Cited) -> str:
    return page.cite(cited.cite, cited.checked)


def dose_text(line: Line, patient: Patient, library: ProtocolLibrary) -> str:
    """The dose with unit and per, as ``1.5 mg/m²``, ``6 mg/m² a day in 2 doses``, or the age bands of a table."""
    if line.dose_by:
        table = library.dose_tables[line.dose_by]
        rows = dose_rows_for(table, patient)
        if len(rows) == 1:
            return f"{number_text(rows[0].dose)} {table.unit}"
        bands = "; ".join(f"{_band(row)} {number_text(row.dose)} {table.unit}" for row in rows)
        return f"by age: {bands}" if rows else "no dose for this age in the table"
    if line.dose is None:
        return line.dose_text
    low, high = line.dose
    amount = number_text(low) if low == high else f"{number_text(low)}–{number_text(high)}"
    text = f"{amount} {_UNITS.get(line.unit, line.unit)}"
    if line.per == "day":
        text += " a day" + (f" in {line.times_per_day} doses" if line.times_per_day and line.times_per_day > 1 else "")
    elif line.per in ("24 h", "week", "course"):
        text += f" per {line.per}"
    if line.times_per_day and line.per == "dose" and line.times_per_day > 1:
        text += f", {line.times_per_day} times a day"
    return text + (f"; {line.escalate}" if line.escalate else "")


def _band(row: DoseRow) -> str:
    """An age band as people write it: ``1 to <2 y``, ``≥9 y``; any other condition as it stands."""
    compared = list(tests(row.when))
    if not isinstance(row.when, (Compare, AllOf)) or any(test.fact != "age" for test in compared):
        return row.text
    ages = ANY_NUMBER
    for test in compared:
        ages &= NumberSet.comparison(test.operator, test.value) if isinstance(test, Compare) else ages
    (low, low_edge), (high, high_edge) = ages.spans[0]
    if math.isinf(high):
        return f"{'>' if low_edge else '≥'}{number_text(low)} y"
    upper = f"{'<' if high_edge else ''}{number_text(high)} y"
    return upper if math.isinf(low) else f"{number_text(low)} to {upper}"


def when_text(line: Line) -> str:
    """The days of a line in words."""
    parts = [days_text(line.days)] if line.days else []
    if line.window:
        first, last = line.window
        parts.append(f"once, on a day from {first} to {last}" if first != last else str(first))
    if line.schedule:
        parts.append(line.schedule)
    return "; ".join(parts)


def _cap(page: Page, line: Line) -> str:
    if line.cap is None:
        return ""
    return f"{number_text(line.cap.dose)} {line.cap.unit} a {line.cap.per} {page.cite(line.cap.cite, line.cap.checked)}"


def _whom(line: Line) -> str:
    return ", ".join(part for part in (line.condition, line.who) if part)


def _table_cites(line: Line, patient: Patient, library: ProtocolLibrary) -> list[Any]:
    rows = dose_rows_for(library.dose_tables[line.dose_by], patient) if line.dose_by else []
    return [citation for row in rows for citation in row.cite]


def _checked(line: Line, patient: Patient, library: ProtocolLibrary) -> bool:
    rows = dose_rows_for(library.dose_tables[line.dose_by], patient) if line.dose_by else []
    return line.checked and all(row.checked for row in rows)


def shown_json(shown: Shown, library: ProtocolLibrary) -> dict[str, Any]:
    """One object: protocol, arm, phase, lines, assessments, notes, sources; ``phases`` too if there are several."""
    cited: dict[str, None] = {}
    phases = [_phase_json(phase, shown, library, cited) for phase in shown.phases]
    population = shown.protocol.population
    return {
        **header(),
        "protocol": shown.protocol.id,
        "title": shown.protocol.title,
        "arm": shown.arm.id if shown.arm else None,
        "for": {
            "text": population.text,
            "when": shown.protocol.population_text,
            "cite": citations_json(population.cite, cited),
        },
        "patient": shown.patient.said(),
        **phases[0],
        **({"phases": phases} if len(phases) > 1 else {}),
        "protocol_notes": [_cited_json(note, cited) for note in shown.protocol.notes],
        "other_protocols": list(shown.others),
        "sources": {id: library.sources[id].reference for id in cited if id in library.sources},
    }


def _phase_json(phase: Phase, shown: Shown, library: ProtocolLibrary, cited: dict[str, None]) -> dict[str, Any]:
    return {
        "phase": phase.kind,
        "phase_id": phase.id,
        "phase_title": phase.title,
        "length_days": phase.days,
        "arms": list(phase.arms),
        "start": _cited_json(phase.start, cited) if phase.start else None,
        "lines": [_line_json(line, shown, library, cited) for line in lines_for(phase.lines, shown.patient)],
        "assessments": [
            {
                "id": item.id,
                "what": item.what,
                "day": item.day,
                "text": item.text,
                "cite": citations_json(item.cite, cited),
                "checked": item.checked,
            }
            for item in phase.assessments
        ],
        "rescue": [_cited_json(item, cited) for item in phase.rescue],
        "notes": [_cited_json(item, cited) for item in phase.notes],
    }  # fmt: skip


def _line_json(line: Line, shown: Shown, library: ProtocolLibrary, cited: dict[str, None]) -> dict[str, Any]:
    dose: Any = None
    if line.dose is not None:
        dose = line.dose[0] if line.dose[0] == line.dose[1] else list(line.dose)
    result: dict[str, Any] = {
        "id": f"{shown.protocol.id}.{line.id}",
        "drug": line.drug,
        "dose": dose,
        "unit": line.unit,
        "per": line.per,
        "times_per_day": line.times_per_day,
        "route": line.route,
        "days": list(line.days),
        "window": list(line.window) if line.window else None,
        "schedule": line.schedule,
        "cap": None,
        "when": line.condition,
        "who": line.who,
        "text": f"{dose_text(line, shown.patient, library)} {line.route}, days {when_text(line)}",
        "note": line.note,
        "cite": citations_json(line.cite, cited),
        "checked": _checked(line, shown.patient, library),
        "read": list(line.read),
    }
    if line.cap:
        result["cap"] = {
            "dose": line.cap.dose, "unit": line.cap.unit, "per": line.cap.per,
            "cite": citations_json(line.cap.cite, cited), "checked": line.cap.checked,
        }  # fmt: skip
    if line.dose_by:
        table = library.dose_tables[line.dose_by]
        result["unit"], result["per"] = table.unit, "dose"
        result["dose_by_age"] = [
            {"when": row.text, "dose": row.dose, "cite": citations_json(row.cite, cited), "checked": row.checked}
            for row in dose_rows_for(table, shown.patient)
        ]
        if len(result["dose_by_age"]) == 1:
            result["dose"] = result["dose_by_age"][0]["dose"]
    return result


def _cited_json(item: Cited, cited: dict[str, None]) -> dict[str, Any]:
    return {"id": item.id, "text": item.text, "cite": citations_json(item.cite, cited), "checked": item.checked}


def list_page(library: ProtocolLibrary, protocols: Sequence[Protocol]) -> Page:
    """Protocols with their arms and phases, and what is known and not encoded."""
    page = Page(library.sources)
    page.heading("Protocols", 1)
    rows = []
    for protocol in protocols:
        lines = protocol.lines
        checked = sum(line.checked for line in lines)
        phases = ", ".join(phase.id for phase in protocol.phases)
        share = f"{checked} of {len(lines)}" + ("" if checked == len(lines) else " †")
        page.unchecked |= checked != len(lines)
        rows.append(
            (
                protocol.id,
                protocol.title,
                ", ".join(protocol.risk),
                ", ".join(a.id for a in protocol.arms),
                phases,
                share,
            )
        )
    page.table(("id", "title", "risk", "arms", "phases", "lines checked"), rows)
    if library.not_encoded:
        page.heading("Known and not encoded")
        page.table(
            ("id", "title", "reason", "source"),
            [(e["id"], e["title"], e["reason"], page.cite(citations(e["cite"]))) for e in library.not_encoded],
        )
    page.close()
    return page


def list_json(library: ProtocolLibrary, protocols: Sequence[Protocol]) -> dict[str, Any]:
    """The list of protocols as the contract has it."""
    return {
        **header(),
        "protocols": [
            {
                "id": protocol.id,
                "title": protocol.title,
                "audience": protocol.audience,
                "risk": list(protocol.risk),
                "lines": len(protocol.lines),
                "checked": sum(line.checked for line in protocol.lines),
                "arms": [
                    {
                        "id": arm.id,
                        "title": arm.title,
                        "phases": list(arm.phases),
                        "for": [{"scheme": scheme, "groups": list(groups)} for scheme, groups in arm.groups],
                    }
                    for arm in protocol.arms
                ],
            }
            for protocol in protocols
        ],
        "not_encoded": [
            {**entry, "cite": citations_json(citations(entry["cite"]), {})} for entry in library.not_encoded
        ],
    }
