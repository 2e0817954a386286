"""What is said before any dose: cautions, that none is to be taken here, for whom it was not read, limits of labels."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from all_cli.logic.explain import truth
from all_cli.patient.patient import Patient
from all_cli.protocol.drugs import beyond_label
from all_cli.protocol.heads import eligibility_unread
from all_cli.protocol.library import ProtocolLibrary, lines_for
from all_cli.protocol.regimen import Cited
from all_cli.protocol.resolve import NO_LINE, withheld
from all_cli.protocol.shown import Shown
from all_cli.report.page import Page

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
