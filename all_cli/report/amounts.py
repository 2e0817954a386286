"""Numbers of doses, amounts and caps of protocol lines, in words."""

from decimal import Decimal

from all_cli.logic.values import number_text
from all_cli.protocol.library import ProtocolLibrary, uncapped
from all_cli.protocol.regimen import Cap, Line, Phase
from all_cli.protocol.totals import DOSES, Span, amount_given, doses_given
from all_cli.report.line_text import UNITS

NUMBER_NOT_PRINTED, AMOUNT_NOT_PRINTED, NO_CAP = "number not printed", "amount not printed", "none printed"


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
    return "" if text == "not known" else f"{text} {UNITS.get(unit, unit)}"


def line_total(line: Line, phase: Phase) -> str:
    """What a line adds up to over its phase in the unit of its dose, caps left out; empty if it cannot be added."""
    return amount_text(amount_given(line, phase), line.unit) if line.dose is not None else ""


def line_doses(line: Line, phase: Phase) -> str:
    """How many single doses a line gives over its phase."""
    return count_text(doses_given(line, phase), "injections" if line.route == "IT" else DOSES)


def cap_text(cap: Cap | None) -> str:
    """``2 mg a dose``."""
    return f"{number_text(cap.dose)} {UNITS.get(cap.unit, cap.unit)} a {cap.per}" if cap else ""


def line_cap_text(line: Line, library: ProtocolLibrary) -> str:
    """The cap of a line, ``none printed`` where its drug asks for one, otherwise nothing."""
    return NO_CAP if uncapped(line, library) else cap_text(line.cap)


def whom_text(line: Line) -> str:
    """For whom a line is, as a condition and in words."""
    return ", ".join(part for part in (line.condition, line.who) if part)
