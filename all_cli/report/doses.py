"""Doses for one patient and totals over an arm, as parts of the page of a regimen and of its JSON."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from all_cli.patient.patient import Patient
from all_cli.patient.relapse import AGE_SAID
from all_cli.protocol.dose import Dose, Dosing, age_edges, exact, number
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.line_text import amount_text, count_text
from all_cli.protocol.regimen import Arm, Line, Phase, Protocol, StatedTotal, unit_text
from all_cli.protocol.resolve import Resolved
from all_cli.protocol.totals import DOSES, INJECTIONS, Total, stated_span, totals_of
from all_cli.report.answers import citations_json
from all_cli.report.page import UNCHECKED, Page

COLUMN = "this patient"
SHOWN_AS = "amounts are computed unrounded; after ≈ they are shown to three digits"
NO_CONVERSION = "below 10 kg: doses are computed as the lines say; nothing is converted from body surface to weight"
_SMALL = Decimal(10)
_FIRST = ("prephase", "induction")
_DELAY = 7
"""Days that may lie between diagnosis and day 1 of induction: a limit of the program, for the warning only."""


def body_lines(page: Page, dosing: Dosing) -> None:
    """The size, how the surface came about, and what is to be known before the figures are used."""
    body = dosing.body
    parts = [f"{exact(body.height)} cm"] if body.height is not None else []
    parts += [f"{exact(body.weight)} kg"] if body.weight is not None else []
    text = ", ".join(parts)
    if body.formula is not None and body.bsa is not None:
        text += f": {body.bsa:.3f} m² by {body.formula.title}, {body.formula.text} "
        text += page.cite(body.formula.cite, body.formula.checked)
    elif body.bsa is not None:
        text += f"{', ' if text else ''}{exact(body.bsa)} m² as given"
    page.line(text, "body")
    page.line(SHOWN_AS + ("" if dosing.rounding else "; nothing is rounded without --round"), "doses")
    for warning in body.warnings:
        page.line(warning, "caution", strong=True)
    if body.weight is not None and body.weight < _SMALL:
        page.line(NO_CONVERSION, "note")


def dose_cell(page: Page, dose: Dose) -> str:
    """The arithmetic of one line, with the sources of what it rests on beside the line itself."""
    if dose.reason:
        return dose.reason
    return " ".join(step.text + (f" {page.cite(step.cite, step.checked)}" if step.cite else "") for step in dose.steps)


def dose_json(each: Resolved, cited: dict[str, None]) -> dict[str, Any] | None:
    """``dose_for_patient`` of a line; None where no size is known. A forced dose says what is against it."""
    dose = each.worked
    if dose is None:
        return None
    amount: Any = None
    if dose.low is not None and dose.high is not None:
        amount = _plain(dose.low) if dose.low == dose.high else [_plain(dose.low), _plain(dose.high)]
    against = f" ({each.held.mark})" if each.held and not each.refused else ""
    return {
        "amount": amount, "unit": dose.unit, "per": dose.per, "arithmetic": dose.arithmetic + against,
        "capped": dose.capped, "rounding": dose.rounding or None, "reason": dose.reason or None,
        "steps": [
            {"text": text, "cite": citations_json(cite, cited), "checked": checked}
            for text, cite, checked in dose.steps
        ],
    }  # fmt: skip


def body_json(dosing: Dosing | None, cited: dict[str, None]) -> Any:
    """Size and formula; None where no size is known."""
    if dosing is None:
        return None
    body = dosing.body
    return {
        "height": None if body.height is None else _plain(body.height),
        "weight": None if body.weight is None else _plain(body.weight),
        "bsa": None if body.bsa is None else _plain(body.bsa),
        "formula": body.formula.id if body.formula else None,
        "cite": citations_json(body.cite, cited),
        "checked": body.formula.checked if body.formula else None,
        "warnings": list(body.warnings),
    }


def _plain(value: Decimal) -> float | int:
    """A number for JSON: whole where it is, otherwise to six digits after the point."""
    return int(value) if value == value.to_integral_value() else float(round(value, 6))


def grown_part(
    page: Page, lines: Iterable[Line], phase: Phase, patient: Patient, library: ProtocolLibrary,
    how_to_say: str = AGE_SAID,
) -> None:  # fmt: skip
    """Which other doses by age may hold on the day they are given; drugs of which the same is to be said together."""
    said: dict[str, dict[str, None]] = {}
    for line in lines:
        if text := edges_text(line, phase, patient, library, how_to_say):
            said.setdefault(text, {})[library.drugs[line.drug].abbreviation or line.drug] = None
    for text, drugs in said.items():
        page.line(f"{', '.join(drugs)}: {text}", "by age", strong=True)


def edges_text(line: Line, phase: Phase, patient: Patient, library: ProtocolLibrary, how_to_say: str = AGE_SAID) -> str:
    """The bands of a table, or the fractions, that the child may have grown into by the day of the dose; or empty."""
    last = max((*line.days, *(line.window or ())), default=phase.days)
    # Later phases wait for counts: how old the child then is cannot be told from the age at diagnosis.
    latest = Decimal(last + _DELAY) if phase.kind in _FIRST and last is not None and not line.schedule else None
    bands = list(age_edges(line, patient, library, latest))
    if not bands:
        return ""
    day = "the day of the injection" if line.route == "IT" else "the day"
    settled = how_to_say and f"; {how_to_say} settles it"
    return f"the age on {day} counts: {'; '.join(bands)} (the age given is that at diagnosis{settled})"


def phases_of(arm: Arm, protocol: Protocol) -> list[Phase]:
    """The phases of an arm in its order, each once."""
    by_id = {phase.id: phase for phase in protocol.phases}
    return [by_id[id] for id in dict.fromkeys(arm.phases)]


def totals_part(
    page: Page, protocol: Protocol, arms: Sequence[Arm], patient: Patient, library: ProtocolLibrary
) -> None:
    """Cumulative totals of one or several arms, beside what a source states of them."""
    rows = [row for arm in arms for row in _total_rows(page, arm, protocol, patient, library)]
    if not rows:
        return
    page.heading("Totals, as far as the lines above are encoded (norms; caps and body size left out)")
    # The table leaves a column out that is empty in every row, such as the arm where there is only one.
    page.table(
        ("drug", "arm", "total", "stated", "left open by"),
        [
            (what, arm if len(arms) > 1 else "", total, stated, left_open)
            for what, arm, total, stated, left_open in rows
        ],
    )


def _total_rows(
    page: Page, arm: Arm, protocol: Protocol, patient: Patient, library: ProtocolLibrary
) -> Iterator[tuple[str, str, str, str, str]]:
    """What, arm, sum of the lines, total as stated in a source, and why the sum is not one number."""
    stated, phases = list(arm.totals), phases_of(arm, protocol)
    for total in totals_of(phases, patient, library):
        page.unchecked |= not total.checked
        own = [item for item in stated if (item.of, item.unit) == (total.id, total.unit)]
        stated = [item for item in stated if item not in own]
        mark = "" if total.checked else f" {UNCHECKED}"
        said = "; ".join(_stated(page, item) for item in own)
        yield total.title, arm.id, total_text(total) + mark, said, "; ".join(total.open)
    for item in stated:
        span = stated_span(item, phases, library)
        total_of = "" if span is None else amount_text(span, item.unit)
        yield _stated_title(item, library), arm.id, total_of, _stated(page, item), ""


def _stated(page: Page, stated: StatedTotal) -> str:
    over = f" over {', '.join(stated.phases)}" if stated.phases else ""
    note = f" ({stated.note})" if stated.note else ""
    amount = f"{number(Decimal(str(stated.amount)))} {unit_text(stated.unit)}"
    return f"{amount}{over}{note} {page.cite(stated.cite, stated.checked)}"


def total_text(total: Total) -> str:
    """``175 mg/m²``, ``7 to 12 doses``, ``at least 13 injections``."""
    if total.unit in (DOSES, INJECTIONS):
        return count_text(total.span, total.unit)
    return amount_text(total.span, total.unit) or "amount not printed"


def _stated_title(stated: StatedTotal, library: ProtocolLibrary) -> str:
    if stated.of == "anthracycline":
        return "daunorubicin and doxorubicin, added 1:1"
    return "intrathecal injections" if stated.of == "intrathecal" else library.drugs[stated.of].name


def totals_json(
    protocol: Protocol, arms: Iterable[Arm], patient: Patient, library: ProtocolLibrary, cited: dict[str, None]
) -> list[dict[str, Any]]:
    """Totals by arm: low, high (null: no bound), unit, why it is not one number, and what a source states."""
    found = []
    for arm in arms:
        phases = phases_of(arm, protocol)
        found.append({
            "arm": arm.id,
            "totals": [
                {
                    "of": total.id, "title": total.title, "unit": total.unit, "low": _plain(total.span.low),
                    "high": None if total.span.high is None else _plain(total.span.high), "lines": list(total.lines),
                    "open": list(total.open), "checked": total.checked,
                }
                for total in totals_of(phases, patient, library)
            ],
            "stated": [
                {
                    "of": stated.of, "amount": stated.amount, "unit": stated.unit, "phases": list(stated.phases),
                    "agrees": _agrees(stated, phases, library), "cite": citations_json(stated.cite, cited),
                    "checked": stated.checked, "note": stated.note,
                }
                for stated in arm.totals
            ],
        })  # fmt: skip
    return found


def _agrees(stated: StatedTotal, phases: Sequence[Phase], library: ProtocolLibrary) -> bool:
    span = stated_span(stated, phases, library)
    return span is not None and span.holds(Decimal(str(stated.amount)))
