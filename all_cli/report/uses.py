"""The head of a drug's label: for whom it is, and each use with its doses, what is for the patient first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from all_cli.logic.explain import truth
from all_cli.logic.expression import tests
from all_cli.logic.values import Possible
from all_cli.patient.names import few, how_to_tell
from all_cli.protocol.indications import REFRACTORY, against, holds
from all_cli.protocol.library import ProtocolLibrary, lines_for
from all_cli.protocol.line_text import cap_text, on_days_text
from all_cli.protocol.load import choice_rules
from all_cli.protocol.regimen import Arm, Line, Phase
from all_cli.protocol.resolve import OUTSIDE, resolve_shown
from all_cli.report.page import Page

if TYPE_CHECKING:
    from all_cli.protocol.shown import Shown

_NOT_HERE, _PERHAPS = "not here", "perhaps"
_ORDER = {True: 0, None: 1, False: 2}
_FACTS = 3


def uses_part(page: Page, shown: Shown, library: ProtocolLibrary) -> None:
    """For whom the label is, then a line for each of its uses: whether it is this patient's, and the doses.

    A protocol that is no label has no uses: its phases stand each with the doses of the drug.
    """
    population = shown.protocol.population
    label = "label for" if shown.protocol.label else "for"
    page.line(f"{population.text} {page.cite(population.cite, population.checked)}", label, strong=True)
    if not shown.protocol.label:
        for phase in shown.phases if shown.forced or not shown.barred else ():
            if doses := _line_doses(page, phase, shown, library):
                page.line(f"{phase.title}: {doses}", "dose")
        if shown.label is not None:
            uses_part(page, shown.label, library)
        return
    # Uses that are open stand in the order of an untreated leukaemia, as long as nothing of a relapse is given.
    presumed = choice_rules(library).presumed(shown.patient, "", named=False)[0].possible()
    of_arm = [(arm, holds(arm, shown.patient)) for arm in shown.arms]
    told = any(arm.when is not None for arm, _ in of_arm) and bool(shown.patient.told)
    of_arm.sort(key=lambda item: (item[1] is not True, _ORDER[_presumably(item[0], presumed)]))
    hanging: list[str] = []
    outside = population.when is not None and truth(population.when, shown.patient.possible()) is False
    for arm, here in of_arm:
        phases = [phase for phase in shown.phases if phase.id in arm.phases]
        barred = [shown.barred[phase.id] for phase in phases if phase.id in shown.barred]
        if barred or outside or (told and here is False):
            why = _against(arm, here, barred, outside, shown)
            if why == REFRACTORY:  # the doses as printed, so that a step-up is seen; none is computed
                page.line(f"{arm.title}, {why}: {_doses(page, phases, shown._replace(dosing=None), library)}", _PERHAPS)
            else:
                page.line(f"{arm.title}: {why}", _NOT_HERE, strong=True)
            if not shown.forced:
                continue
        if doses := _doses(page, phases, shown, library):
            lead = _lead(arm, here, shown) if told else ""
            page.line(f"{arm.title}{lead}: {doses}", "dose", strong=here is True)
            if told and here is None and _presumably(arm, presumed) is not True:
                hanging.append(_hangs_on(arm, shown))
    if any(hanging):
        page.line("; ".join(filter(None, hanging)), "hangs on", strong=True)


def _against(arm: Arm, here: bool | None, barred: Sequence[str], outside: bool, shown: Shown) -> str:
    """What speaks against a use; that the label is for others alone goes before what may yet turn out."""
    why = against(arm, shown.patient, shown.protocol.arms) if here is False else next(iter(barred), "")
    return f"for {shown.protocol.population.text}" if outside and why in ("", REFRACTORY) else why


def rules_part(page: Page, shown: Shown, library: ProtocolLibrary) -> None:
    """When the rules on doses are for, and each that gives the drug, with its note; they have no uses."""
    population = shown.protocol.population
    page.line(f"{population.text} {page.cite(population.cite, population.checked)}", "rules for", strong=True)
    for phase in shown.phases:
        for line in _own_lines(phase, shown):
            note = f" {line.note}" if line.note else ""
            page.line(f"{line_in_short(page, line, phase, shown, library)}{note}", "dose", strong=True)
    page.line(f"all-protocol show {shown.protocol.id} has all of them, with levels and cautions", "rules")


def _presumably(arm: Arm, possible: Mapping[str, Possible]) -> bool | None:
    return None if arm.when is None else truth(arm.when, possible)


def _hangs_on(arm: Arm, shown: Shown) -> str:
    """What is not known of the patient and decides whether a use is theirs, with the option that tells it."""
    facts = dict.fromkeys(test.fact for test in tests(arm.when)) if arm.when is not None else {}
    open_ = [shown.patient.vocabulary[fact] for fact in facts if fact not in shown.patient.known]
    told_by = next((fact for fact in open_ if fact.option), next(iter(open_), None))
    how = f" ({how_to_tell(told_by)})" if told_by else ""
    return f"{arm.title}: {few([fact.name for fact in open_], _FACTS)} not known of this patient{how}" if open_ else ""


def _lead(arm: Arm, here: bool | None, shown: Shown) -> str:
    """Whether the use is this patient's, with what was told that bears on it."""
    if arm.when is None:
        return ""
    if here:
        return " (this patient)"
    facts, known = dict.fromkeys(test.fact for test in tests(arm.when)), shown.patient.known
    names = shown.patient.vocabulary
    told = ", ".join(f"{names[fact].name} {shown.patient.bare(fact)}" for fact in facts if fact in known)
    return f" (here {told})" if told else ""


def _doses(page: Page, phases: Sequence[Phase], shown: Shown, library: ProtocolLibrary) -> str:
    """The doses phase by phase; phases with the same doses stand together."""
    together: dict[str, list[str]] = {}
    for phase in phases:
        if doses := _line_doses(page, phase, shown, library):
            together.setdefault(doses, []).append(_title(phase, phases))
    return "; ".join(f"{' and '.join(titles)}: {doses}" for doses, titles in together.items())


def _title(phase: Phase, phases: Sequence[Phase]) -> str:
    """The title of a phase without the use that it begins with: ``cycle 1``; days of the week are kept whole."""
    begins, _, rest = phase.title.partition(", ")
    alike = len(phases) > 1 and all(each.title.startswith(f"{begins}, ") for each in phases)
    return rest if rest and (alike or ", " not in rest) else phase.title


def _own_lines(phase: Phase, shown: Shown) -> list[Line]:
    return [line for line in lines_for(phase.lines, shown.patient) if line.drug == shown.asked]


def _line_doses(page: Page, phase: Phase, shown: Shown, library: ProtocolLibrary) -> str:
    return "; ".join(line_in_short(page, line, phase, shown, library) for line in _own_lines(phase, shown))


def line_in_short(page: Page, line: Line, phase: Phase, shown: Shown, library: ProtocolLibrary) -> str:
    """The dose, computed where the size is known, with days, cap and for whom, in a few words."""
    each = resolve_shown(line, phase, shown, library)
    dose = each.dose
    if each.worked is not None and "/" in line.unit and not each.refused:  # flat: no arithmetic
        from all_cli.report.doses import dose_cell

        dose = dose_cell(page, each.worked)
    if each.held and (shown.forced or each.held.mark != OUTSIDE):  # which uses are not for the patient is said of them
        dose += f" ({each.held.mark})"
    parts = [dose, on_days_text(line), f"at most {cap_text(line.cap)}" if line.cap else ""]
    parts.append(each.whom_open)
    return f"{', '.join(part for part in parts if part)} {page.cite(line.cite, line.checked)}"
