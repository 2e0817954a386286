"""Doses, amounts, caps, their days and how long treatment lasts, in words."""

import math
from collections.abc import Sequence
from decimal import Decimal

from all_cli.logic.explain import truth
from all_cli.logic.expression import AllOf, Compare, tests
from all_cli.logic.values import ANY_NUMBER, NumberSet, number_text
from all_cli.patient.patient import Patient
from all_cli.protocol.library import ProtocolLibrary, dose_rows_for
from all_cli.protocol.regimen import Cap, DoseRow, Line, Phase, Protocol, days_text, unit_text
from all_cli.protocol.totals import DOSES, Span, amount_given, doses_given

NUMBER_NOT_PRINTED, AMOUNT_NOT_PRINTED, NO_CAP = "number not printed", "amount not printed", "none printed"


def dose_text(line: Line, patient: Patient, library: ProtocolLibrary) -> str:
    """The dose with unit and per, as ``1.5 mg/m²``, ``6 mg/m² a day in 2 doses``, or the age bands of a table."""
    if line.dose_by:
        table = library.dose_tables[line.dose_by]
        rows = dose_rows_for(table, patient)
        if len(rows) == 1:
            return f"{number_text(rows[0].dose)} {table.unit}"
        bands = "; ".join(f"{band_text(row)} {number_text(row.dose)} {table.unit}" for row in rows)
        return f"by age: {bands}" if rows else "no dose for this age in the table"
    if line.dose is None:
        return line.dose_text
    low, high = line.dose
    amount = number_text(low) if low == high else f"{number_text(low)}–{number_text(high)}"
    text = f"{amount} {unit_text(line.unit)}"
    if line.per == "day":
        text += " a day" + (f" in {line.times_per_day} doses" if line.times_per_day and line.times_per_day > 1 else "")
    elif line.per in ("24 h", "week", "course"):
        text += f" per {line.per}"
    elif line.route.startswith("PO"):
        # Weekly methotrexate stands beside daily mercaptopurine; taken daily it kills, so the dose says how often.
        text += " a dose" + (", once a week" if line.weekly else "")
    if line.times_per_day and line.per == "dose" and line.times_per_day > 1:
        text += f", {line.times_per_day} times a day"
    text += f"; {line.escalate}" if line.escalate else ""
    return text + (_fractions(line, patient, library) if line.scale_by else "")


def brief_dose(line: Line, patient: Patient, library: ProtocolLibrary) -> str:
    """The dose, and whether a day or a week has it, without how a day's dose is divided: ``20 mg/m² a week``."""
    if line.per == "day":
        line = line._replace(times_per_day=None)
    weekly = line.per == "week" or (line.weekly and line.route.startswith("PO"))
    return dose_text(line._replace(per="week") if weekly else line, patient, library).replace(" per week", " a week")


def _fractions(line: Line, patient: Patient, library: ProtocolLibrary) -> str:
    """The protocol's own fractions for small children: ``; × 2/3 <0.5 y``."""
    possible = patient.possible()
    rows = [row for row in library.scalings[line.scale_by].rows if truth(row.when, possible) is not False]
    return "".join(f"; × {row.factor[0]}/{row.factor[1]} if {row.text}" for row in rows)


def band_text(row: DoseRow) -> str:
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


def on_days_text(line: Line) -> str:
    """The days of a line in a sentence: ``day 8``, ``days 1-21``, or the schedule alone."""
    return f"day{'s' if len(line.days) > 1 else ''} {when_text(line)}" if line.days else when_text(line)


def recalled_text(checked: Sequence[bool]) -> str:
    """How many of these lines were not read in their source; empty if all of them were."""
    recalled = checked.count(False)
    if recalled == 0:
        return ""
    every, single = recalled == len(checked), recalled == 1
    count = f"all {recalled} lines" if every else f"{recalled} of {len(checked)} lines"
    count = "the one line" if every and single else count
    check = "every dose and day" if every else "its dose and days" if single else "their doses and days"
    are = "is" if single else "are"
    return f"{count} below {are} recalled (†), not read in the cited source: check {check}"


def duration_text(protocol: Protocol, patient: Patient) -> str:
    """How long treatment lasts in all; where that goes by sex, what holds for the patient stands first."""
    assert protocol.total_duration is not None
    known = patient.known.get("sex")
    here = "".join(
        f"here {lasts} (sex {sex}). "
        for sex, lasts in protocol.duration_by_sex
        if known is not None and known.possible == frozenset({sex})
    )
    return f"{here}{protocol.total_duration.text}"


def span_text(span: Span) -> str:
    """``12``, ``10–12``, ``at least 4``, or ``not known`` where nothing printed bounds it."""
    low = _number(span.low)
    if span.high is None:
        return f"at least {low}" if span.low else "not known"
    return low if span.exact else f"{low}–{_number(span.high)}"


def _number(value: Decimal) -> str:
    return number_text(float(value))


def count_text(span: Span, unit: str = DOSES) -> str:
    """A number of doses or injections: ``1 dose``, ``4 doses``, ``at least 1 dose``."""
    text = span_text(span)
    if text == "not known":
        return NUMBER_NOT_PRINTED
    single = span.low == 1 and (span.high is None or span.exact)
    return f"{text} {unit.removesuffix('s') if single else unit}"


def amount_text(span: Span, unit: str) -> str:
    """An amount with its unit: ``6 mg/m²``; empty where nothing printed bounds it."""
    text = span_text(span)
    return "" if text == "not known" else f"{text} {unit_text(unit)}"


def line_total(line: Line, phase: Phase) -> str:
    """What a line adds up to over its phase in the unit of its dose, caps left out; empty if it cannot be added."""
    return amount_text(amount_given(line, phase), line.unit) if line.dose is not None else ""


def line_doses(line: Line, phase: Phase) -> str:
    """How many single doses a line gives over its phase."""
    return count_text(doses_given(line, phase), "injections" if line.route == "IT" else DOSES)


def cap_text(cap: Cap | None) -> str:
    """``2 mg a dose``."""
    return f"{number_text(cap.dose)} {unit_text(cap.unit)} a {cap.per}" if cap else ""
