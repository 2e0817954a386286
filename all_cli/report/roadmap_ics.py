"""The roadmap of an arm as an iCalendar file, for a calendar program.

Phases with dates give an all-day event for each run of days of each line. A phase that waits has one all-day marker
"not before" with its schedule in day numbers in the description: no treatment is entered on a day that nobody has set.
The id of an event comes from protocol, arm, phase, cycle, line and day alone, so that a later import of the same plan
with real starts replaces the events of the earlier one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5

from all_cli.knowledge.sources import Citation
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.resolve import OUTSIDE
from all_cli.protocol.roadmap import Roadmap, Run, Stretch
from all_cli.report.given import Given, given_in
from all_cli.report.page import NOT_A_DEVICE, UNCHECKED_MEANS
from all_cli.report.roadmap import BESIDE, DATES_MEAN, SIZE_MEANS, length_text, looked_text, run_text, status


class Entry(NamedTuple):
    """One event of the calendar: days from ``first`` to ``last``, both included."""

    id: str
    first: date
    last: date
    title: str
    description: str
    category: str


def roadmap_ics(plan: Roadmap, library: ProtocolLibrary, label: str = "") -> bytes:
    """The calendar file.

    Args:
        plan: the roadmap.
        library: drugs and sources.
        label: keeps the plans of two patients on the same arm apart in one calendar; it does not appear in the file.
    """
    from icalendar import Calendar, Event, vText

    calendar = Calendar()
    calendar.add("prodid", "-//all-cli//all-protocol roadmap//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", vText(f"{plan.protocol.title}, {plan.arm.title}"))
    calendar.add("x-wr-caldesc", vText(NOT_A_DEVICE))
    # Reproducible, and later the more real starts are known: the same plan gives the same file, a newer one wins.
    fixed = [stretch.begins for stretch in plan.stretches if stretch.fixed]
    stamp = datetime.combine(max(fixed, default=plan.start), time(), UTC)
    for entry in entries(plan, library):
        event = Event()
        event.add("uid", f"{uuid5(NAMESPACE_URL, f'all-cli:{label}:{entry.id}')}@all-cli")
        event.add("dtstamp", stamp)
        event.add("sequence", len(fixed))
        event.add("dtstart", entry.first)
        event.add("dtend", entry.last + timedelta(days=1))  # RFC 5545: the first day that is not part of it
        event.add("summary", entry.title)
        event.add("description", entry.description)
        event.add("categories", [entry.category])
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def entries(plan: Roadmap, library: ProtocolLibrary) -> Iterator[Entry]:
    """The events: for each phase one that says that it begins, or may begin, then those of its lines if it is fixed."""
    for stretch in plan.stretches:
        place = f"{plan.protocol.id}/{plan.arm.id}/{stretch.phase.id}/{stretch.cycle}"
        given = given_in(stretch, plan, library)
        yield _marker(place, stretch, given, plan)
        if stretch.fixed:
            yield from _events(place, stretch, given, library)


def _marker(place: str, stretch: Stretch, given: list[Given], plan: Roadmap) -> Entry:
    if stretch.fixed:
        title = f"{stretch.title} begins (day {stretch.first})"
        told = [each for each in given if not each.runs or each.line.schedule]
        said = [f"{length_text(stretch)}."]
        if told:
            said.append("Said in words, not by day:")
    else:
        title = f"Not before this day: {stretch.title}"
        if status(stretch) == BESIDE:
            title = f"{stretch.title}: beside the other phases, days not fixed"
        told = given
        said = [DATES_MEAN, f"Waits: {stretch.waits}", f"{length_text(stretch)}. By days of its own:"]
    said += [_line_text(each) for each in told]
    said += [
        f"- look: {looked_text(item)}" + (f", day {item.day}" if item.day is not None else "")
        for item in stretch.assessments
        if item.day is None or not stretch.fixed
    ]
    if stretch.phase.id in plan.barred:
        said.insert(0, f"{OUTSIDE}: {plan.barred[stretch.phase.id]}")
    if plan.dosing:
        said.append(SIZE_MEANS)
    if any(not each.said.read for each in told):
        said.append(UNCHECKED_MEANS)
    category = "phase" if stretch.fixed else "not before"
    return Entry(f"{place}/phase", stretch.begins, stretch.begins, title, "\n".join([*said, NOT_A_DEVICE]), category)


def _line_text(each: Given) -> str:
    days = ", ".join(run_text(run) for run in each.runs)
    when = "; ".join(part for part in (f"day {days}" if days else "", each.line.schedule) if part)
    whom = f" ({each.whom})" if each.whom else ""
    mark = "" if each.said.read else " †"
    sources = ", ".join(dict.fromkeys(one.source for one in each.said.cite_all))
    own = f" (for this patient: {each.arithmetic})" if each.arithmetic else ""
    return f"- {each.name} {each.dose}{own} {each.said.route}: {when}{whom} [{sources}]{mark}"


def _events(place: str, stretch: Stretch, given: list[Given], library: ProtocolLibrary) -> Iterator[Entry]:
    for each in given:
        for run in each.runs:
            yield Entry(
                f"{place}/{each.line.id}/{run.first}",
                stretch.date_of(run.first),
                stretch.date_of(run.last),
                _title(each, run, stretch),
                _description(each, run, stretch, library),
                "intrathecal" if each.intrathecal else "treatment",
            )
    for item in stretch.assessments:
        if item.day is not None:
            day = stretch.date_of(item.day)
            said = [f"{stretch.title}, day {item.day}", looked_text(item), *_references(item.cite, library)]
            said += [] if item.checked else [UNCHECKED_MEANS]
            yield Entry(
                f"{place}/{item.id}/look/{item.day}", day, day, f"Look: {item.what}",
                "\n".join([*said, NOT_A_DEVICE]), "assessment",
            )  # fmt: skip


def _title(each: Given, run: Run, stretch: Stretch) -> str:
    days = f"day {run.first}" if run.first == run.last else f"days {run.first}-{run.last}"
    if run.once and run.last > run.first:
        days = f"once, day {run.first} to {run.last}"
    whom = f"{each.whom}: " if each.whom else ""
    mark = (f", {each.said.held.mark}" if each.said.held else "") + ("" if each.said.read else " †")
    own = each.on(run.first, stretch.cycle) if each.said.worked else ""
    # Bands of age are too long for a title; the description has them.
    what = (
        f"{each.name}, dose by age" if not own and each.dose.startswith("by age") else each.with_dose(own or each.dose)
    )
    return f"{whom}{what}, {days} ({stretch.phase.title}){mark}"


def _description(each: Given, run: Run, stretch: Stretch, library: ProtocolLibrary) -> str:
    line = each.line
    said = [
        f"{stretch.title}, day {run_text(run)}",
        f"Dose: {each.dose}",
        *([f"For this patient: {each.arithmetic}"] if each.arithmetic else []),
        f"Route: {each.said.route}",
        *([f"For: {each.whom}"] if each.whom else []),
        *([f"Note: {line.note}"] if line.note else []),
        *_references(each.said.cite_all, library),
        *([] if each.said.read else [UNCHECKED_MEANS]),
        NOT_A_DEVICE,
    ]
    return "\n".join(said)


def _references(cite: Sequence[Citation], library: ProtocolLibrary) -> list[str]:
    found = []
    for one in cite:
        reference = library.sources[one.source].reference if one.source in library.sources else one.source
        found.append(f"Source: {reference}" + (f" At: {one.locator}." if one.locator else ""))
    return found
