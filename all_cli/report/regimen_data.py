"""A phase of a protocol, or several, as JSON."""

from collections.abc import Sequence
from typing import Any

from all_cli.logic.explain import truth
from all_cli.logic.expression import Expression
from all_cli.protocol.drugs import beyond_label
from all_cli.protocol.library import ProtocolLibrary, lines_for, uncapped
from all_cli.protocol.regimen import Cited, Line, Phase
from all_cli.protocol.resolve import resolve_shown
from all_cli.protocol.shown import Shown
from all_cli.report.answers import citations_json, header
from all_cli.report.before_doses import cautions_json
from all_cli.report.guidance_pointers import for_phases, pointers_json
from all_cli.report.regimen import guided_by


def shown_json(shown: Shown, library: ProtocolLibrary) -> dict[str, Any]:
    """One object: protocol, arm, phase, lines, assessments, notes, sources; ``phases`` too if there are several."""
    return {**header(), **_shown_json(shown, library)}


def shown_all_json(all_shown: Sequence[Shown], library: ProtocolLibrary) -> dict[str, Any]:
    """Several protocols: ``protocols``, each as :func:`shown_json` has it."""
    return {**header(), "protocols": [_shown_json(shown, library) for shown in all_shown]}


def _shown_json(shown: Shown, library: ProtocolLibrary) -> dict[str, Any]:
    cited: dict[str, None] = {}
    choice = {}
    if shown.choice:
        from all_cli.report.choice import choice_json

        choice = choice_json(shown.choice, shown.assumed, shown.left_out, cited)
    phases = [_phase_json(phase, shown, library, cited) for phase in shown.phases]
    protocol, population = shown.protocol, shown.protocol.population
    result = {
        "protocol": protocol.id,
        "title": protocol.title,
        "arm": shown.arm.id if shown.arm else None,
        "for": {
            "text": population.text,
            "when": protocol.population_text,
            "cite": citations_json(population.cite, cited),
        },
        "reservations": [
            {**_cited_json(each.said, cited), "no_dosing": each.no_dosing}
            for each in protocol.reserved_for(shown.patient)
        ],
        "patient": shown.patient.said(),
        "cautions": cautions_json(shown.patient, cited),
        "age_on_the_day": shown.growing.text("age") if shown.by_age else None,
        "age_from": shown.by_age.text if shown.by_age else None,
        "chosen": [reason.text for reason in (*shown.chosen, *shown.basis, *shown.beside)],
        **choice,
        "body": None,
        **phases[0],
        **({"phases": phases} if len(phases) > 1 else {}),
        "total_duration": _cited_json(protocol.total_duration, cited) if protocol.total_duration else None,
        **({"label": _shown_json(shown.label, library)} if shown.label else {}),
        "protocol_notes": [_cited_json(note, cited) for note in protocol.notes if _holds(note.when, shown)],
        "for_others": [phase.id for phase in shown.for_others],
        "other_protocols": list(shown.others),
        "guidance": pointers_json(for_phases(*guided_by(shown))),
    }
    if shown.dosing or shown.whole:
        from all_cli.report.doses import body_json, totals_json

        result["body"] = body_json(shown.dosing, cited)
        if shown.whole:
            result["totals"] = totals_json(protocol, shown.arms, shown.patient, library, cited)
    result["sources"] = {id: library.sources[id].reference for id in cited if id in library.sources}
    return result


def _holds(when: Expression | None, shown: Shown) -> bool:
    """Whether a condition is met or may be."""
    return when is None or truth(when, shown.patient.possible()) is not False


def _phase_json(phase: Phase, shown: Shown, library: ProtocolLibrary, cited: dict[str, None]) -> dict[str, Any]:
    return {
        "phase": phase.kind,
        "phase_id": phase.id,
        "phase_title": phase.title,
        "length_days": phase.days,
        "arms": list(phase.arms),
        "cycles": list(phase.cycles) if phase.cycles else None,
        "who": phase.who,
        "start": _cited_json(phase.start, cited) if phase.start else None,
        "not_for_this_patient": shown.barred.get(phase.id),
        "lines": [_line_json(line, phase, shown, library, cited) for line in lines_for(phase.lines, shown.patient)],
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
            if _holds(item.when, shown)
        ],
        "rescue": [_cited_json(item, cited) for item in phase.rescue if _holds(item.when, shown)],
        "notes": [_cited_json(item, cited) for item in phase.notes if _holds(item.when, shown)],
    }  # fmt: skip


def _line_json(
    line: Line, phase: Phase, shown: Shown, library: ProtocolLibrary, cited: dict[str, None]
) -> dict[str, Any]:
    each = resolve_shown(line, phase, shown, library)
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
        "uncapped": _cited_json(said, cited) if (said := uncapped(line, library)) else None,
        "beyond_label": [_cited_json(limit.said, cited) for limit in beyond_label(line, shown.patient, library)],
        "when": line.condition,
        "who": line.who,
        "text": f"{each.dose} {line.route}, days {each.days}",
        "note": line.note,
        "cite": citations_json(line.cite, cited),
        "checked": each.read,
        "read": list(line.read),
        "dose_for_patient": None,
    }
    if each.worked is not None:
        from all_cli.report.doses import dose_json

        result["dose_for_patient"] = dose_json(each, cited)
    if line.scale_by:
        result["scaled_by_age"] = [
            {
                "when": row.text, "factor": f"{row.factor[0]}/{row.factor[1]}", "cite": citations_json(row.cite, cited),
                "checked": row.checked,
            }
            for row in each.fractions
        ]  # fmt: skip
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
            for row in each.bands
        ]
        if len(result["dose_by_age"]) == 1:
            result["dose"] = result["dose_by_age"][0]["dose"]
    return result


def _cited_json(item: Cited, cited: dict[str, None]) -> dict[str, Any]:
    return {"id": item.id, "text": item.text, "cite": citations_json(item.cite, cited), "checked": item.checked}
