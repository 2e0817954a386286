"""What a line comes to for one patient: norm × size, in exact decimal arithmetic, each step said and none hidden.

The order is fixed: norm, the protocol's own fraction for small children, size, split into the doses of a day, cap, and
last, only where the user asked for it, rounding. Nothing is rounded on the way; a shown number that is not exact
stands after ``≈``.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import NamedTuple

from all_cli.knowledge.sources import Citation
from all_cli.logic.explain import truth
from all_cli.patient.patient import Patient
from all_cli.patient.quantity import parse_quantity
from all_cli.patient.unreadable import UnreadableError
from all_cli.protocol.body import Body
from all_cli.protocol.drugs import beyond_label
from all_cli.protocol.library import ProtocolLibrary, dose_rows_for
from all_cli.protocol.regimen import IN_MG, Cap, Limit, Line, Scaling, unit_text

SHOWN_DIGITS = 3
EXACT_DIGITS = 5
_GROWN = 18.0  # years, by which no fraction for small children is left
_DAILY = ("day", "24 h")


class Step(NamedTuple):
    """One step of the arithmetic as text, with the source of what it rests on, if that is not the line's own."""

    text: str
    cite: tuple[Citation, ...] = ()
    checked: bool = True


class Dose(NamedTuple):
    """A line for one patient.

    ``low`` and ``high`` are the amount in ``unit`` for each ``per`` (equal unless a range is printed), unrounded unless
    rounding was asked for; None where ``reason`` says why there is none. ``capped`` says that a cap cut it,
    ``rounding`` what was rounded to which step.
    """

    low: Decimal | None
    high: Decimal | None
    unit: str
    per: str
    steps: tuple[Step, ...]
    capped: bool = False
    rounding: str = ""
    reason: str = ""

    @property
    def arithmetic(self) -> str:
        """The steps in one line: ``1.5 mg/m² × 1.52 m² = 2.28 mg → capped at 2 mg``."""
        return " ".join(step.text for step in self.steps) or self.reason

    @property
    def amount(self) -> str:
        """The amount alone: ``2.28 mg``, ``≈ 0.547 mg``, ``40–50 mg a day``; empty where none is computed."""
        if self.low is None or self.high is None:
            return ""
        time = "" if self.per == "dose" else f" {_each_of(self.per)}"
        return _equals(_Range(self.low, self.high), self.unit).removeprefix("= ") + time


class Dosing(NamedTuple):
    """What doses are computed with: the patient's size, whose age is that of the day, and the steps of rounding."""

    body: Body
    patient: Patient
    rounding: Mapping[str, Decimal]

    def of(self, line: Line, library: ProtocolLibrary) -> Dose:
        """What a line comes to."""
        return dose_for(line, self.patient, self.body, library, self.rounding)

    @staticmethod
    def none(why: str) -> Dose:
        """That nothing is to be given."""
        return Dose(None, None, "", "", (), reason=why)


class _Range(NamedTuple):
    low: Decimal
    high: Decimal

    def times(self, factor: Decimal) -> "_Range":
        return _Range(self.low * factor, self.high * factor)

    def at_most(self, limit: Decimal) -> "_Range":
        return _Range(min(self.low, limit), min(self.high, limit))


def read_rounding(texts: Sequence[str]) -> dict[str, Decimal]:
    """The steps of ``--round``: ``0.1mg``, ``50 IU``; one for each unit.

    Raises:
        UnreadableError: no number above nothing with a unit of dose, or two steps for one unit.
    """
    steps: dict[str, Decimal] = {}
    for text in texts:
        quantity = parse_quantity(text)
        unit = quantity.unit.replace("ug", "mcg") if quantity else ""
        known = next((name for name in ("mg", "mcg", "g", "IU", "U") if name.casefold() == unit.casefold()), None)
        if quantity is None or known is None or quantity.low != quantity.high or quantity.sign or quantity.low <= 0:
            raise UnreadableError("--round", text, "write a step with its unit, such as 0.1mg, 5mcg or 50IU")
        if known in steps:
            raise UnreadableError("--round", text, f"there is already a step in {known}")
        steps[known] = quantity.low
    return steps


def dose_for(
    line: Line, patient: Patient, body: Body, library: ProtocolLibrary, rounding: Mapping[str, Decimal] | None = None
) -> Dose:
    """What the line comes to for a patient of this size.

    Args:
        line: the line.
        patient: decides age bands and fractions; where doses are given later than the age is known for, a patient
            whose age is that of the day.
        body: weight, height and surface as far as they are known.
        library: dose tables and scalings.
        rounding: steps by unit, from :func:`read_rounding`; nothing is rounded without.
    """
    if line.dose_by:
        return _looked_up(line, patient, library)
    if line.dose is None:
        return _none(line, line.dose_text)
    unit, _, size_unit = line.unit.partition("/")
    norm = _Range(Decimal(str(line.dose[0])), Decimal(str(line.dose[1])))
    if not size_unit:
        return _flat(line, norm, unit)
    size = _size(body, size_unit)
    label = [_label_step(limit, body, unit) for limit in beyond_label(line, patient, library) if limit.short]
    if size is None:
        needed = "height and weight, or the body surface" if size_unit == "m2" else "weight"
        return _none(line, " ".join([f"needs {needed}", *(step.text for step in label)]))
    steps = [Step(f"{_span(norm)} {unit_text(line.unit)}")]
    whole = norm
    if line.scale_by:
        scaled = _scaled(library.scalings[line.scale_by], patient)
        if isinstance(scaled, str):
            return _none(line, scaled)
        if scaled is not None:
            (over, under), step = scaled
            whole = _Range(whole.low * over / under, whole.high * over / under)
            steps.append(step)
    whole = whole.times(size)
    steps.append(Step(f"× {_size_text(size, size_unit)} {_equals(whole, unit)}{_each(line)}"))
    dose = _finished(line, whole, unit, steps, rounding or {})
    more = (
        Step(f"({limit.said.text})", limit.said.cite, limit.said.checked)
        for limit in library.drugs[line.drug].limits
        if line.cap is None and _is_beyond(dose, limit)
    )
    return dose._replace(steps=(*dose.steps, *more, *label))


def _size(body: Body, unit: str) -> Decimal | None:
    return {"m2": body.bsa, "kg": body.weight}.get(unit)


def _size_text(size: Decimal, unit: str) -> str:
    shown = f"{size:.3f}".rstrip("0").rstrip(".") if unit == "m2" else f"{size.normalize():f}"
    return f"{shown} {unit_text(unit)}"


def _is_beyond(dose: Dose, limit: Limit) -> bool:
    """Whether an amount is more than a limit of one dose that goes by no size; U and IU are the same unit."""
    if dose.high is None or limit.above is None or dose.per != "dose":
        return False
    return limit.unit.removeprefix("I") == dose.unit.removeprefix("I") and dose.high > Decimal(str(limit.above))


def _label_step(limit: Limit, body: Body, unit: str) -> Step:
    """What a label gives, beside an amount that is more or goes by another size."""
    norm, size_unit = Decimal(str(limit.above)), limit.unit.partition("/")[2]
    said, size = f"{number(norm)} {unit_text(limit.unit)}", _size(body, size_unit)
    if size is None:
        return Step(f"({limit.short}: {said}, not computed: needs weight)", limit.said.cite, limit.said.checked)
    said += f" × {_size_text(size, size_unit)} {_equals(_Range(norm * size, norm * size), unit)}"
    return Step(f"({limit.short}: {said})", limit.said.cite, limit.said.checked)


def _finished(line: Line, whole: _Range, unit: str, steps: list[Step], rounding: Mapping[str, Decimal]) -> Dose:
    """Split, cap and round, in this order (a cap a day comes before the split)."""
    times = Decimal(line.times_per_day or 1)
    daily = line.per in _DAILY
    split = daily and times > 1
    limit = None if line.cap is None else _converted(line.cap, unit)
    capped, per = False, line.per
    if line.cap is not None and limit is None:
        steps.append(Step(f"(the cap of {exact(Decimal(str(line.cap.dose)))} {line.cap.unit} is in another unit)"))
    if line.cap is not None and limit is not None and line.cap.per == "day":
        # A cap a day limits all doses of the day together.
        bound = limit if daily else limit / times
        if capped := whole.high > bound:
            whole = whole.at_most(bound)
            steps.append(_cap_step(line.cap, whole, bound, unit, " a day" if daily else " a dose"))
        limit = bound / times if split else bound
    if split:
        whole, per = _Range(whole.low / times, whole.high / times), "dose"
        steps.append(Step(f"÷ {exact(times)} {_equals(whole, unit)} a dose"))
    if line.cap is not None and limit is not None and line.cap.per == "dose" and (capped := whole.high > limit):
        whole = whole.at_most(limit)
        steps.append(_cap_step(line.cap, whole, limit, unit, ""))
    whole, said = _rounded(whole, unit, rounding.get(unit), limit)
    if said:
        steps.append(Step(said))
    if line.escalate:
        steps.append(Step(f"(the first dose; {line.escalate})"))
    return Dose(whole.low, whole.high, unit, per, tuple(steps), capped, said.removeprefix("→ "))


def _cap_step(cap: Cap, left: _Range, limit: Decimal, unit: str, per: str) -> Step:
    said = f"→ capped at {exact(limit)} {unit_text(unit)}{per}"
    if left.low < left.high:
        said += f": {_span(left)} {unit_text(unit)}"
    return Step(said, cap.cite, cap.checked)


def _converted(cap: Cap, unit: str) -> Decimal | None:
    limit = Decimal(str(cap.dose))
    if cap.unit == unit:
        return limit
    if cap.unit in IN_MG and unit in IN_MG:
        return limit * IN_MG[cap.unit] / IN_MG[unit]
    return None


def _rounded(amount: _Range, unit: str, step: Decimal | None, limit: Decimal | None) -> tuple[_Range, str]:
    """To the nearest whole step, halves up, but never above the cap and never to nothing."""
    if step is None:
        return amount, ""
    rounded = _Range(_to_step(amount.low, step, limit), _to_step(amount.high, step, limit))
    name = f"{exact(step)} {unit_text(unit)}"
    said = exact(rounded.low) if rounded.low == rounded.high else f"{exact(rounded.low)}–{exact(rounded.high)}"
    if not rounded.low:
        return amount, f"→ not rounded: a step of {name} would leave nothing"
    return rounded, f"→ rounded to {said} {unit_text(unit)} (steps of {name})"


def _to_step(value: Decimal, step: Decimal, limit: Decimal | None) -> Decimal:
    nearest = (value / step).quantize(Decimal(1), ROUND_HALF_UP) * step
    if limit is not None and nearest > limit:
        return (limit / step).quantize(Decimal(1), ROUND_FLOOR) * step
    return nearest


def _scaled(scaling: Scaling, patient: Patient) -> tuple[tuple[int, int], Step] | str | None:
    """The fraction and its step, None for the whole dose, or why the fraction is open."""
    possible = patient.possible()
    open_rows = [row for row in scaling.rows if truth(row.when, possible) is not False]
    if not open_rows:
        return None
    if len(open_rows) > 1 or truth(open_rows[0].when, possible) is not True:
        fractions = ", ".join(f"{row.factor[0]}/{row.factor[1]} if {row.text}" for row in open_rows)
        return f"the age decides the fraction given: {fractions}, otherwise the whole dose"
    row = open_rows[0]
    return row.factor, Step(f"× {row.factor[0]}/{row.factor[1]} ({row.text})", row.cite, row.checked)


def _looked_up(line: Line, patient: Patient, library: ProtocolLibrary) -> Dose:
    table = library.dose_tables[line.dose_by]
    rows = dose_rows_for(table, patient)
    if len(rows) == 1:
        amount = Decimal(str(rows[0].dose))
        return Dose(amount, amount, table.unit, "dose", (Step(f"{number(amount)} {table.unit}, looked up by age"),))
    if not rows:
        return _none(line, "no dose for this age in the table")
    bands = ", ".join(f"{number(Decimal(str(row.dose)))} {table.unit} if {row.text}" for row in rows)
    return _none(line, f"the age decides: {bands}")


def _flat(line: Line, norm: _Range, unit: str) -> Dose:
    times = line.times_per_day or 1
    said = f"{_span(norm)} {unit_text(unit)}{_each(line)}, whatever the body size"
    if line.per in _DAILY and times > 1:
        one = _Range(norm.low / times, norm.high / times)
        steps = (Step(said), Step(f"÷ {times} {_equals(one, unit)} a dose"))
        return Dose(one.low, one.high, unit, "dose", steps)
    return Dose(norm.low, norm.high, unit, line.per, (Step(said),))


def _none(line: Line, reason: str) -> Dose:
    return Dose(None, None, line.unit.partition("/")[0], line.per, (), reason=f"not computed: {reason}")


def _each(line: Line) -> str:
    if line.per == "dose":
        return f" a dose, {line.times_per_day} times a day" if (line.times_per_day or 1) > 1 else ""
    return f" {_each_of(line.per)}"


def _each_of(per: str) -> str:
    return f"a {per}" if per in ("day", "week", "course") else f"per {per}"


def _equals(amount: _Range, unit: str) -> str:
    """``= 2.28 mg``, or ``≈`` where the number shown is not exact; grams below one are said in milligrams too."""
    sign = "=" if all(_shown(value) == value for value in amount) else "≈"
    text = f"{sign} {_span(amount)} {unit_text(unit)}"
    if unit == "g" and amount.high < 1:
        text += f" ({_span(amount.times(Decimal(1000)))} mg)"
    return text


def _span(amount: _Range) -> str:
    low, high = number(amount.low), number(amount.high)
    return low if low == high else f"{low}–{high}"


def _shown(value: Decimal) -> Decimal:
    """The value as shown: whole if it has few digits, otherwise rounded to three that count."""
    plain = value.normalize()
    if len(plain.as_tuple().digits) <= EXACT_DIGITS:
        return plain
    return plain.quantize(Decimal(1).scaleb(plain.adjusted() - SHOWN_DIGITS + 1), ROUND_HALF_UP)


def number(value: Decimal) -> str:
    """A number as shown, never with an exponent: ``2.28``, ``3810``, ``0.457``."""
    return f"{_shown(value).normalize():f}" if value else "0"


def exact(value: Decimal) -> str:
    """A number with all its digits, never with an exponent."""
    return f"{value.normalize():f}" if value else "0"


def age_edges(line: Line, patient: Patient, library: ProtocolLibrary, latest: Decimal | None) -> Iterator[str]:
    """What a growing child comes to: the bands of a dose table, or the fractions of a dose, each with its condition.

    Args:
        line: a line whose dose is looked up, or is a fraction by age.
        patient: whose age is that at diagnosis.
        library: the dose tables and scalings.
        latest: how many days after diagnosis the line may be given at most; None for no bound.
    """
    from all_cli.logic.values import NumberSet
    from all_cli.patient.age import DAYS_PER_YEAR

    known = patient.known.get("age")
    if known is None or not isinstance(known.possible, NumberSet) or known.possible.single is None:
        return
    age = known.possible.single
    oldest = None if latest is None else age + float(latest / DAYS_PER_YEAR)
    now, later = patient.possible(), {**patient.possible(), "age": NumberSet.between(age, oldest)}
    if line.dose_by:
        table = library.dose_tables[line.dose_by]
        for band in table.rows:
            if truth(band.when, now) is False and truth(band.when, later) is not False:
                yield f"{number(Decimal(str(band.dose)))} {table.unit} if {band.text}"
    if line.scale_by:
        rows = [row for row in library.scalings[line.scale_by].rows if truth(row.when, later) is not False]
        if rows and not any(truth(row.when, later) for row in rows):
            yield from (f"{row.factor[0]}/{row.factor[1]} of the dose if {row.text}" for row in rows)
            grown = {**now, "age": NumberSet.point(_GROWN if oldest is None else oldest)}
            if all(truth(row.when, grown) is False for row in rows):
                yield "otherwise the whole dose"
