"""The roadmap of an arm as data: one JSON object, or one CSV row for each day on which something is given."""

from __future__ import annotations

from typing import Any

from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.regimen import Assessment
from all_cli.protocol.roadmap import Roadmap, Stretch
from all_cli.report.answers import citations_json, header
from all_cli.report.before_doses import cautions_json
from all_cli.report.doses import body_json, dose_json
from all_cli.report.given import Given, given_in
from all_cli.report.page import NOT_A_DEVICE
from all_cli.report.roadmap import amount_text, days_said, drawn_totals, for_some, looked_text, status

COLUMNS = (
    "protocol", "arm", "phase", "cycle", "status", "kind", "line", "what", "dose", "route", "day", "last_day", "date",
    "last_date", "when", "for_whom", "source", "checked", "this_patient",
)  # fmt: skip


def roadmap_csv(plan: Roadmap, library: ProtocolLibrary) -> str:
    """Rows for a spreadsheet: each day of each line, each assessment, and each line that stands in words only.

    ``status`` is ``fixed``, ``not before`` (then the dates are the earliest ones) or ``beside``. ``last_day`` and
    ``last_date`` stand where something is given once, on a day up to then. ``this_patient`` has the arithmetic of the
    dose where a size is given.
    """
    import csv
    import io

    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for stretch in plan.stretches:
        head = (plan.protocol.id, plan.arm.id, stretch.phase.id, stretch.cycle, status(stretch))
        for each in given_in(stretch, plan, library):
            what = (each.line.id, each.name, each.dose, each.said.route)
            tail = (each.whom, _sources(each.said.cite_all), _yes(each.said.read), each.arithmetic)
            for days in _days(each, stretch):
                writer.writerow((*head, "drug", *what, *days, "", *tail))
            if each.line.schedule:
                writer.writerow((*head, "drug", *what, "", "", "", "", each.line.schedule, *tail))
        for item in stretch.assessments:
            days = ("", "", "", "") if item.day is None else (item.day, "", stretch.date_of(item.day).isoformat(), "")
            tail = (_asked(item), _sources(item.cite), _yes(item.checked), "")
            writer.writerow((*head, "assessment", item.id, looked_text(item), "", "", *days, "", *tail))
    return stream.getvalue()


def _asked(item: Assessment) -> str:
    return "" if item.when is None else "some patients"


def _days(each: Given, stretch: Stretch) -> list[tuple[Any, ...]]:
    days: list[tuple[Any, ...]] = [(day, "", stretch.date_of(day).isoformat(), "") for day in each.line.days]
    if each.line.window:
        first, last = each.line.window
        days.append((first, last, stretch.date_of(first).isoformat(), stretch.date_of(last).isoformat()))
    return days


def _sources(cite: Any) -> str:
    return "; ".join(f"{one.source}: {one.locator}" if one.locator else one.source for one in cite)


def _yes(checked: bool) -> str:
    return "yes" if checked else "no"


def roadmap_json(plan: Roadmap, library: ProtocolLibrary) -> dict[str, Any]:
    """One object: protocol, arm, start, phases with dated days, totals, sources."""
    cited: dict[str, None] = {}
    published = plan.protocol.total_duration
    return {
        **header(),
        "protocol": plan.protocol.id,
        "title": plan.protocol.title,
        "arm": plan.arm.id,
        "start": plan.start.isoformat(),
        "patient": plan.patient.said(),
        "cautions": cautions_json(plan.patient, cited),
        "warnings": list(plan.warnings),
        "body": body_json(plan.dosing, cited),
        "phases": [_stretch(stretch, plan, library, cited) for stretch in plan.stretches],
        "left_out": [phase.id for phase in plan.left_out],
        "for_others": [phase.id for phase in plan.for_others],
        "days": plan.days,
        "days_text": days_said(plan),
        "length_not_printed": list(dict.fromkeys(stretch.phase.id for stretch in plan.unmeasured)),
        "totals": [
            {
                "id": total.id,
                "title": total.title,
                "unit": total.unit,
                "low": float(total.span.low),
                "high": None if total.span.high is None else float(total.span.high),
                "text": amount_text(total),
                "open": list(total.open),
                "checked": total.checked,
            }
            for total in drawn_totals(plan, library)
        ],
        "for_some": for_some(plan),
        "published_duration": {
            "text": published.text, "cite": citations_json(published.cite, cited), "checked": published.checked,
        } if published else None,
        "disclaimer": NOT_A_DEVICE,
        "sources": {id: library.sources[id].reference for id in cited if id in library.sources},
    }  # fmt: skip


def _stretch(stretch: Stretch, plan: Roadmap, library: ProtocolLibrary, cited: dict[str, None]) -> dict[str, Any]:
    phase, fixed = stretch.phase, stretch.fixed
    begins, ends = stretch.begins.isoformat(), stretch.ends.isoformat() if stretch.ends else None
    return {
        "phase": phase.kind,
        "phase_id": phase.id,
        "phase_title": phase.title,
        "cycle": stretch.cycle,
        "cycles": stretch.cycles,
        "status": status(stretch),
        "start": begins if fixed else None,
        "end": ends if fixed else None,
        "not_before": None if fixed else begins,
        "end_not_before": None if fixed else ends,
        "waits": stretch.waits,
        "first_day": stretch.first,
        "last_day": stretch.last,
        "length_days": phase.days,
        "counted": stretch.counted,
        "who": phase.who,
        "not_for_this_patient": plan.barred.get(phase.id),
        "lines": [_line(each, stretch, plan, library, cited) for each in given_in(stretch, plan, library)],
        "lines_left_out": stretch.left_out,
        "assessments": [
            {
                "id": item.id,
                "what": item.what,
                "text": item.text,
                **(_dated(item.day, stretch) if item.day is not None else {"day": None}),
                "cite": citations_json(item.cite, cited),
                "checked": item.checked,
            }
            for item in stretch.assessments
        ],
    }


def _line(
    each: Given, stretch: Stretch, plan: Roadmap, library: ProtocolLibrary, cited: dict[str, None]
) -> dict[str, Any]:
    line = each.line
    return {
        "id": f"{plan.protocol.id}.{line.id}",
        "drug": line.drug,
        "dose": each.dose,
        "dose_for_patient": dose_json(each.said, cited),
        "route": each.said.route,
        "days": [_dated(day, stretch) for day in line.days],
        "window": [_dated(day, stretch) for day in line.window] if line.window else None,
        "schedule": line.schedule,
        "for_whom": each.whom,
        "note": line.note,
        "cite": citations_json(each.said.cite_all, cited),
        "checked": each.said.read,
    }


def _dated(day: int, stretch: Stretch) -> dict[str, Any]:
    return {"day": day, "date" if stretch.fixed else "not_before": stretch.date_of(day).isoformat()}
