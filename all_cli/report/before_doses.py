"""What is said before any dose: cautions, that none is to be taken here, for whom it was not read, limits of labels."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from all_cli.logic.explain import truth
from all_cli.patient.patient import Patient
from all_cli.protocol.drugs import beyond_label
from all_cli.protocol.heads import eligibility_unread
from all_cli.protocol.library import ProtocolLibrary, lines_for
from all_cli.protocol.regimen import NO_DOSING, Cited, Line, Phase
from all_cli.report.page import Page
from all_cli.report.shown import Shown

OUTSIDE = "not for this patient"
NO_LINE = "do not dose from this line"
NONE_COMPUTED = "no dose is computed for this patient; --force computes them all the same"


def show_warnings(page: Page, patient: Patient, said: Collection[str] = ()) -> None:
    """The cautions, before all else; but for those ``said`` elsewhere on the page, by id."""
    if not patient.known:  # without a patient the schemes are not even imported
        return
    from all_cli.report.answers import warnings
    from all_cli.risk.library import risk_library

    warnings(page, patient, risk_library(), said)


def cautions_json(patient: Patient, cited: dict[str, None]) -> list[dict[str, Any]]:
    """All of them as plain data; ids of cited sources are added to ``cited``."""
    if not patient.known:
        return []
    from all_cli.report.answers import statement_json
    from all_cli.risk.library import risk_library

    return [statement_json(each, cited) for each, *_ in risk_library().cautions(patient)]


class Withheld(NamedTuple):
    """Why no dose of a line is computed unless it is forced; ``mark`` then stands beside each."""

    mark: str
    why: str


def withheld(line: Line, phase: Phase, shown: Shown) -> Withheld | None:
    """Whether the dose of a line is withheld: the phase is not for the patient, or nobody is to dose from it."""
    if phase.id in shown.barred:
        return Withheld(OUTSIDE, f"{OUTSIDE}: {shown.barred[phase.id]}")
    reserved = (each for each in shown.protocol.reserved_for(shown.patient) if each.no_dosing)
    if (reason := next(reserved, None)) is not None:
        return Withheld(NO_DOSING, reason.warning)
    return Withheld(NO_LINE, f"{NO_LINE}: {line.note}") if line.no_dosing else None


def withholds(shown: Shown) -> bool:
    """Whether the dose of any line is withheld."""
    return any(withheld(line, phase, shown) for phase in shown.phases for line in phase.lines)


def reserved_part(page: Page, shown: Shown, library: ProtocolLibrary) -> None:
    """Reservations of the protocol, lines that nobody is to dose from, rescues and notes that go first."""
    for each in shown.protocol.reserved_for(shown.patient):
        tail = f"; {NONE_COMPUTED}" if each.no_dosing and shown.dosing and not shown.forced else ""
        _caution(page, each.said._replace(text=f"{each.warning}{tail}"))
    population = shown.protocol.population
    if any(eligibility_unread(arm.settings, population.checked) for arm in shown.arms):
        _caution(page, population._replace(text=f"for whom it was is recalled, not read: {population.text}"))
    lines = {line.id: line for phase in shown.phases for line in lines_for(phase.lines, shown.patient)}
    for line in lines.values():
        if line.no_dosing:
            text = f"{library.drugs[line.drug].name}: {NO_LINE}. {line.note}"
            _caution(page, Cited(text, line.cite, line.checked))
    rescues = dict.fromkeys(each for phase in shown.phases for each in phase.rescue if not shown.whole)
    for said in (*rescues, *shown.protocol.notes):
        if said.first and (said.when is None or truth(said.when, shown.patient.possible()) is not False):
            _caution(page, said)


def beyond_part(page: Page, shown: Shown, library: ProtocolLibrary) -> None:
    """What labels limit and a line below does not keep; once each."""
    lines = [line for phase in shown.phases for line in lines_for(phase.lines, shown.patient)]
    for said in dict.fromkeys(limit.said for line in lines for limit in beyond_label(line, shown.patient, library)):
        _caution(page, said)


def _caution(page: Page, said: Cited) -> None:
    page.line(f"{said.text} {page.cite(said.cite, said.checked)}", "caution", strong=True)
