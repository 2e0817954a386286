"""A phase of a protocol, and the list of protocols, as pages and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import takewhile

from all_cli.logic.explain import truth
from all_cli.logic.values import NumberSet
from all_cli.patient.patient import Patient
from all_cli.protocol.inhibitor import INHIBITOR
from all_cli.protocol.library import ProtocolLibrary, lines_for, uncapped
from all_cli.protocol.line_text import duration_text, on_days_text, recalled_text
from all_cli.protocol.regimen import Cited, Line, Phase, Protocol, Reason
from all_cli.protocol.resolve import OUTSIDE, Resolved, is_read, resolve_shown
from all_cli.protocol.shown import Shown
from all_cli.report.before_doses import (
    NONE_COMPUTED,
    beyond_part,
    reserved_part,
    show_warnings,
    withholds,
)
from all_cli.report.guidance_pointers import cautions, for_phases, pointers_page
from all_cli.report.page import Page
from all_cli.report.words import said_text

_INFANTS_APART = "below one year: infants have protocols and doses of their own: all-protocol list --audience infants"


def shown_pages(all_shown: Sequence[Shown], library: ProtocolLibrary) -> Page:
    """Several protocols on one page, with one list of references."""
    page = Page(library.sources)
    for shown in all_shown[:1]:  # all are for one patient
        show_warnings(page, shown.patient)
    for shown in all_shown:
        _protocol(page, shown, library)
    pointers_page(page, [brief for shown in all_shown for brief in for_phases(*guided_by(shown))])
    page.close()
    return page


def guided_by(shown: Shown) -> tuple[Protocol, Sequence[Phase], Patient]:
    """What guidance is looked up by."""
    return shown.protocol, shown.phases, shown.patient


def _protocol(page: Page, shown: Shown, library: ProtocolLibrary) -> None:
    protocol = shown.protocol
    page.heading(f"{protocol.title} ({protocol.id}){f', {shown.arm.title}' if shown.arm else ''}", 1)
    _said(page, [*shown.leading, *shown.chosen[:1]])
    checked = [is_read(line, library, shown.growing) for line in _lines(shown)]
    if none_read := shown.basis and not any(checked):  # chosen, not named: it does not head without a word
        recalled_line(page, checked)
    reserved_part(page, shown, library)
    _gives(page, shown, library)
    for caution in cautions(for_phases(*guided_by(shown))):
        page.line(caution, "caution", strong=True)
    group = list(takewhile(lambda reason: reason.label in _OF_THE_GROUP, shown.chosen[1:]))
    _said(page, group)
    beyond_part(page, shown, library)
    _said(page, shown.chosen[1 + len(group) :])
    if not shown.basis:
        _about(page, shown, library)
    if not none_read:
        recalled_line(page, checked)
    _duration(page, shown)
    patient_part(page, shown)
    _phases(page, shown, library)
    _notes(page, protocol.notes, shown.patient)
    if shown.whole:
        from all_cli.report.doses import totals_part

        totals_part(page, protocol, shown.arms, shown.patient, library)
    if shown.basis:
        page.heading("Why this arm")
        _said(page, shown.basis)
        _about(page, shown, library)
    if shown.beside:
        page.heading("Other arms for this patient (--format json names all)")
        _said(page, shown.beside)
    if shown.others:
        page.heading(f"The same phase in other protocols (all-protocol show {shown.asked} --protocol ID)")
        page.line(", ".join(shown.others))


def phases_part(page: Page, shown: Shown, library: ProtocolLibrary, heading: str) -> None:
    """The phases under a heading of their own, as a part of another page."""
    page.heading(heading, 1)
    reserved_part(page, shown, library)
    _gives(page, shown, library)
    beyond_part(page, shown, library)
    recalled_line(page, [is_read(line, library, shown.growing) for line in _lines(shown)])
    if shown.dosing:
        from all_cli.report.doses import body_lines

        body_lines(page, shown.dosing)
    _phases(page, shown, library)


def _about(page: Page, shown: Shown, library: ProtocolLibrary) -> None:
    """For whom the protocol is, what it is, and of which trial."""
    protocol = shown.protocol
    if shown.whole or shown.asked not in library.drugs:  # a label's uses begin with it
        page.line(f"{protocol.population.text} {_cite(page, protocol.population)}", "for")
    if protocol.about:
        page.line(protocol.about, "about")
    years = "–".join(str(year) if year else "" for year in protocol.years) if any(protocol.years) else ""
    if protocol.trial or years:
        page.line(f"{protocol.trial} {years}".strip(), "trial")


def _phases(page: Page, shown: Shown, library: ProtocolLibrary) -> None:
    label = shown.asked in library.drugs and not shown.whole  # its uses have no order in time
    for phase in sorted(shown.phases, key=lambda phase: label and phase.id in shown.barred):
        _phase(page, phase, shown, library)
    for phase in shown.for_others:
        if phase.id not in {each.id for each in shown.phases}:
            page.line(f"{phase.title}: only for {phase.who}", "left out")
    no_caps(page, _lines(shown), library)


def _said(page: Page, reasons: Sequence[Reason]) -> None:
    for reason in reasons:
        page.line(f"{reason.text} {page.cite(reason.cite, reason.checked)}".strip(), reason.label, strong=reason.strong)


_IN_HEAD = 6  # more computed doses stand in the table alone
_DAYS_IN_HEAD = 30  # characters


_OF_THE_GROUP = frozenset({"before it", "risk group", "its arm"})
_WITH_INTRATHECALS = frozenset({"induction", "consolidation", "maintenance"})


def _gives(page: Page, shown: Shown, library: ProtocolLibrary) -> None:
    """The drugs of one kind of phase by name; where a drug was asked for, its uses with their doses."""
    if shown.asked in library.drugs and not shown.whole:
        from all_cli.report.uses import uses_part

        uses_part(page, shown, library)
        return
    if shown.whole or shown.barred:
        why = set(shown.barred.values())
        if len(why) == 1 and all(phase.id in shown.barred for phase in shown.phases):
            page.line(f"{OUTSIDE}: {why.pop()}", "caution", strong=True)
        return
    lines = _lines(shown)
    if shown.dosing is not None and 0 < len(lines) <= _IN_HEAD and not withholds(shown):
        text = "; ".join(_computed_text(page, each) for each in _resolved(shown, library))
        page.line(text, "dose", strong=True)
        return
    drugs = {(library.drugs[line.drug], line.route == "IT"): None for line in lines}
    inhibitors = " or ".join(drug.name for drug, _ in drugs if drug.kind == INHIBITOR)  # of several, each arm has one
    others = [drug.name for drug, intrathecal in drugs if drug.kind != INHIBITOR and not intrathecal]
    parts = [", ".join(([inhibitors] if inhibitors else []) + others)]
    parts.append(", ".join(drug.name for drug, intrathecal in drugs if intrathecal))
    text = "; intrathecal ".join(part for part in parts if part)
    if lines and not parts[1] and any(phase.kind in _WITH_INTRATHECALS for phase in shown.phases):
        text += "; no intrathecal therapy is encoded in this phase, which does not say that there is none"
    page.line(text, "drugs", strong=True)


def _computed_text(page: Page, each: Resolved) -> str:
    """A line's drug with its dose for this size, and for whom it is where that is open."""
    assert each.worked is not None
    from all_cli.report.doses import dose_cell

    intrathecal = "intrathecal " if each.line.route == "IT" else ""
    text = f"{intrathecal}{each.name} {dose_cell(page, each.worked)}{each.at_most}"
    when = on_days_text(each.line)
    if len(when) > _DAYS_IN_HEAD:
        when = "once a week" if each.line.weekly else "on the days below"
    days = f", {when}" if when and when not in text else ""
    whom = f" ({each.whom_open})" if each.whom_open else ""
    return f"{text}{days}{whom} {page.cite(each.line.cite, each.line.checked)}"


def _lines(shown: Shown) -> list[Line]:
    """All lines that concern the patient."""
    return [line for phase in shown.phases for line in lines_for(phase.lines, shown.patient)]


def _resolved(shown: Shown, library: ProtocolLibrary) -> list[Resolved]:
    """All lines that concern the patient, with their doses."""
    return [
        resolve_shown(line, phase, shown, library)
        for phase in shown.phases
        for line in lines_for(phase.lines, shown.patient)
    ]


def recalled_line(page: Page, checked: Sequence[bool]) -> None:
    """A caution with how many of the lines of a page were not read in their source; none if all of them were."""
    if text := recalled_text(checked):
        page.line(text, "caution", strong=True)


def _duration(page: Page, shown: Shown) -> None:
    """How long treatment lasts in all, where several phases or the maintenance are shown; or that it was not read."""
    total, kinds = shown.protocol.total_duration, [phase.kind for phase in shown.phases]
    if total and (len(kinds) > 1 or kinds == ["maintenance"]):
        page.line(f"{duration_text(shown.protocol, shown.patient)} {_cite(page, total)}", "total")
    elif kinds == ["maintenance"]:
        page.line("how long treatment lasts in all was not read for this protocol", "total")


def patient_part(page: Page, shown: Shown) -> None:
    """Who it is shown for: the facts, the size, and why this protocol and arm."""
    protocol = shown.protocol
    if said := said_text(shown.patient):
        page.line(said, "patient")
        if protocol.population.when and truth(protocol.population.when, shown.patient.possible()) is False:
            page.line("this patient lies outside the protocol's population", "caution", strong=True)
    if protocol.audience != "infants" and _infant(shown.patient):
        page.line(_INFANTS_APART, "caution", strong=True)
    for warning in shown.patient.warnings:
        page.line(warning, "caution", strong=True)
    if shown.dosing:
        from all_cli.report.doses import body_lines

        body_lines(page, shown.dosing)
    if shown.by_age is not None:
        page.line(shown.by_age.text, "by age", strong=True)


def _infant(patient: Patient) -> bool:
    """Whether the patient is certainly below one year."""
    ages = patient.possible().get("age")
    return isinstance(ages, NumberSet) and ages & NumberSet.comparison("<", 1) == ages


def _phase(page: Page, phase: Phase, shown: Shown, library: ProtocolLibrary) -> None:
    length = f", {phase.days} days{' a cycle' if phase.cycle else ''}" if phase.days else ""
    arms = f" (arms: {', '.join(phase.arms)})" if phase.arms and not shown.arm and len(shown.protocol.arms) > 1 else ""
    page.heading(f"{phase.title}{length}{arms}")
    if phase.start:
        page.line(f"{phase.start.text} {_cite(page, phase.start)}", "start")
    if phase.who:
        page.line(phase.who, "only for")
    phase_cautions(page, phase, shown)
    lines = lines_for(phase.lines, shown.patient)
    page.table(
        ("drug", "dose", "this patient", "route", "days", "cap", "for whom", "source"),
        [
            (
                each.name,
                each.dose,
                computed_text(page, each),
                each.route,
                each.days,
                _cap(page, each),
                each.whom,
                page.cite(each.cite, each.read),
            )
            for each in (resolve_shown(line, phase, shown, library) for line in lines)
        ],
    )
    for line in lines:
        if line.note:
            page.line(line.note, _label(library.drugs[line.drug].abbreviation or line.drug))
    by_age = shown.by_age is None and "age" in shown.patient.known
    if by_age and any(line.dose_by or line.scale_by for line in lines):
        from all_cli.report.doses import grown_part

        grown_part(page, lines, phase, shown.patient, library)
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
        if not rescue.first:
            page.line(f"{rescue.text} {_cite(page, rescue)}", "then")
    _notes(page, phase.notes, shown.patient)


def phase_cautions(page: Page, phase: Phase, shown: Shown) -> None:
    """That the phase is not for this patient, and what else is said before any line."""
    if phase.id in shown.barred:
        page.line(f"{OUTSIDE}: {shown.barred[phase.id]}", "caution", strong=True)
        if shown.dosing and not shown.forced:
            page.line(NONE_COMPUTED, "doses", strong=True)
    for said in (*phase.rescue, *phase.notes):
        if said.first and _may_hold(said, shown.patient):
            page.line(f"{said.text} {_cite(page, said)}", "caution", strong=True)


def computed_text(page: Page, each: Resolved) -> str:
    """The arithmetic of a line's dose for this patient; empty where no size is known or none is to be computed."""
    if each.worked is None or each.refused:
        return ""
    from all_cli.report.doses import dose_cell

    return dose_cell(page, each.worked) + (f" ({each.held.mark})" if each.held else "")


def _notes(page: Page, notes: Sequence[Cited], patient: Patient) -> None:
    for note in notes:
        if not note.first and _may_hold(note, patient):
            page.line(f"{note.text} {_cite(page, note)}", "note")


def _may_hold(cited: Cited, patient: Patient) -> bool:
    return cited.when is None or truth(cited.when, patient.possible()) is not False


def _label(text: str) -> str:
    return text if len(text) <= 11 else text[:11]


def _cite(page: Page, cited: Cited) -> str:
    return page.cite(cited.cite, cited.checked)


def no_caps(page: Page, lines: Iterable[Line], library: ProtocolLibrary) -> None:
    """What is to be said of lines per m² without a cap, once for each drug."""
    for id in dict.fromkeys(line.drug for line in lines if uncapped(line, library)):
        statement = library.drugs[id].uncapped
        if statement:
            page.line(f"{library.drugs[id].name}: {statement.text} {_cite(page, statement)}", "no cap", strong=True)


def _cap(page: Page, each: Resolved) -> str:
    cap = each.line.cap
    return each.cap + (f" {page.cite(cap.cite, cap.checked)}" if cap else "")
