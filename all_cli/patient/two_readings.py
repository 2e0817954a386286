"""Numbers that can be two: 310.000 per µL, 10E-4, 10^-3 in a column of percent, 90000 per litre.

Where the readings differ and nothing said settles which is meant, the number is refused with both, and with how to
write each.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from all_cli.knowledge.vocabulary import Fact
from all_cli.logic.values import number_text
from all_cli.patient.unreadable import UnreadableError

THOUSANDS_POINT = r"[1-9]\d{0,2}\.\d{3}"
# Texts, not compiled: most numbers need none of these, and a start none at all.
_THOUSANDS = rf"(?<![\d.,]){THOUSANDS_POINT}(?![\d.,])"
_TEN_TO = (
    r"(?P<sign>[<>]=?)?\s*(?:(?P<times>\d+(?:\.\d+)?)\s*[x*×·]\s*)?10(?:\.0*)?[eE](?P<power>[-+]?\d{1,2})(?!\d)"
    r"(?P<unit>.*)"
)
_BY_HAND = r"\^|[x*×·⁻]"  # 10^-3, 1x10-3; a program writes 1e-03
# Parts of which there are no fractions: 0.31 cells in a microlitre.
_WHOLE_UNITS = r"(?:cells ?)?/ ?(?:ul|mcl|mm\^?3|cmm|cumm|l)|d|days?"
_LEAST_COUNT = Decimal("0.001")  # ×10⁹/L; one white cell in a microlitre


class Quantity(NamedTuple):
    """What a text says: ``low`` to ``high`` (equal for one number), a comparison sign or none, the unit as written.

    ``exponent`` tells 5e-4 and 10^-4 from 0.0005. ``comma`` is the other reading of a number such as 45,000: 45 with a
    decimal comma.
    """

    sign: str
    low: Decimal
    high: Decimal
    unit: str
    exponent: bool
    comma: Decimal | None = None


def scale(factor: str) -> Decimal:
    """A factor of the vocabulary, such as ``1/1000``, as a number."""
    over, _, under = factor.partition("/")
    return Decimal(over) / Decimal(under or 1)


def plausible(fact: Fact, value: Decimal) -> bool:
    """Whether a value, in the fact's own unit, is not worth a second look."""
    low, high = (Decimal(str(bound)) if bound is not None else None for bound in fact.plausible)
    return (low is None or value >= low) and (high is None or value <= high)


def turns(fact: Fact, factor: float) -> set[float]:
    """Numbers, as written in a unit of this factor, between which none changes from one reading to two or back."""
    bounds = [bound for bound in (*fact.plausible, float(_LEAST_COUNT)) if bound]
    factors = {factor, 1.0, *(float(scale(written)) for written in fact.units.values())}
    return {bound / by for bound in bounds for by in (*factors, *(1000 * one for one in factors))}


def in_whole_parts(unit: str) -> bool:
    """Whether a unit, as folded by the reader of numbers, is one of which there are only whole numbers."""
    return re.fullmatch(_WHOLE_UNITS, unit.casefold().replace("µ", "u").replace("μ", "u")) is not None


def refuse(
    fact: Fact, text: str, quantity: Quantity, factor: Decimal, unit: str, *, decimal: str = "", chosen: bool = False
) -> None:
    """Refuse a number that has another reading, if what was said of it does not settle which is meant.

    Args:
        fact: the fact.
        text: the text, as written.
        quantity: its parts.
        factor: what one of the number is in the fact's own unit.
        unit: the unit that was said of bare numbers, if any.
        decimal: how the number is known to be written; empty: nobody has said.
        chosen: whether the user has said the unit of this very column.

    Raises:
        UnreadableError: it can be two numbers; names both.
    """
    if not decimal and "." in text and re.search(_THOUSANDS, text):
        _thousands(fact, text, quantity, factor, quantity.unit or unit or fact.unit)
    if fact.units and quantity.comma is None:
        _other_unit(fact, text, quantity, factor, certain=bool(quantity.unit) or chosen)


def refuse_ten_times(fact: Fact, text: str) -> None:
    """Refuse 10E-4, which a program reads as ten times 10^-4, where a share is asked for; 45x10E9/L is a unit.

    Raises:
        UnreadableError: it can be 10 × 10^-4 or 10^-4.
    """
    ten = re.fullmatch(_TEN_TO, text.strip()) if "10" in text else None
    if ten is None:
        return
    percent = 1 if ten["unit"].strip() else 100
    value = Decimal(ten["times"] or 1).scaleb(int(ten["power"])) * percent
    literal, meant = (f"{ten['sign'] or ''}{number_text(float(share))}%" for share in (value * 10, value))
    why = f"{literal} or {meant}? 10E{ten['power']} is ten times 10^{ten['power']}; write {literal} or {meant}"
    raise UnreadableError(fact.id, text, why)


def refuse_power(fact: Fact, text: str, quantity: Quantity, chosen: bool) -> None:
    """Refuse a power of ten whose percent sign stands elsewhere: a program's 1e-03 is percent if the user says so.

    Raises:
        UnreadableError: it can be percent or a fraction.
    """
    if chosen and not re.search(_BY_HAND, text):
        return
    sign = quantity.sign
    percent, fraction = (f"{sign}{number_text(float(quantity.high * by))}%" for by in (1, 100))
    raise UnreadableError(
        fact.id,
        text,
        f"{percent} or {fraction}? A power of ten is a fraction unless % stands behind it, and bare numbers are said "
        f"to be percent; write {percent} or {fraction}",
    )


def _thousands(fact: Fact, text: str, quantity: Quantity, factor: Decimal, unit: str) -> None:
    if quantity.exponent:
        return
    if not in_whole_parts(unit) and plausible(fact, quantity.high * factor):
        return
    if not plausible(fact, quantity.high * factor * 1000):
        return
    found = re.search(_THOUSANDS, text)
    assert found is not None
    as_decimal, as_thousands = found[0].rstrip("0").rstrip("."), found[0].replace(".", "")
    raise UnreadableError(
        fact.id,
        text,
        f"{as_decimal} or {as_thousands} {unit}? Write the number without a point; for a table say --decimal comma "
        f"({as_thousands}) or --decimal point ({as_decimal})",
    )


def _other_unit(fact: Fact, text: str, quantity: Quantity, factor: Decimal, *, certain: bool) -> None:
    """Refuse a number that cannot be meant in its unit and can in another.

    A unit behind the number, or said of its column, is believed about what is much: 1600 ×10⁹/L occurs.
    """
    low, high = fact.plausible
    least = Decimal(str(low)) if low is not None and low > 0 else _LEAST_COUNT if fact.reading == "wbc" else None
    value = quantity.high * factor
    own = bool(quantity.unit) and factor == 1  # written out, it is what is meant
    too_little = least is not None and not own and 0 < value < least
    too_much = high is not None and not certain and quantity.low * factor > Decimal(str(high))
    if not too_little and not too_much:
        return
    others: dict[Decimal, str] = {}
    for name, written in {fact.unit: "1", **fact.units}.items():
        by = scale(written)
        if by != factor and plausible(fact, quantity.low * by) and plausible(fact, quantity.high * by):
            others.setdefault(by, name)
    if not others and too_little and quantity.exponent:
        why = f"{number_text(float(value))} {fact.unit} is too little to be meant; write the number before its unit"
        raise UnreadableError(fact.id, text, why)
    if not others:
        return
    ends = dict.fromkeys((quantity.low, quantity.high))
    number = quantity.sign + "-".join(re.sub(r"\.0+$", "", f"{end:f}") for end in ends)
    ways = []
    for by, name in others.items():
        ascii_name = next((unit for unit, one in fact.units.items() if scale(one) == by and unit.isascii()), name)
        shown = re.sub(r"(?<=/)(u?)l$", r"\1L", ascii_name)
        space = "" if shown.startswith(("/", "e")) else " "
        meant = "–".join(_shown(end * by) for end in ends)
        ways.append(f"{meant} {fact.unit}? write {number}{space}{shown}")
    shown_value = f"{'–'.join(_shown(end * factor) for end in ends)} {fact.unit}"
    why = "too little to be meant" if too_little else "too much to be meant"
    ways.append(f"{shown_value} all the same? {_all_the_same(fact, quantity, factor, too_little=too_little)}")
    raise UnreadableError(fact.id, text, f"{shown_value} is {why}. {'; '.join(ways)}")


def _shown(value: Decimal) -> str:
    """A number as a person would say it: 33 days are 4.71 weeks."""
    return number_text(float(f"{value:.3g}")) if value != value.quantize(Decimal("1e-6")) else number_text(float(value))


def _all_the_same(fact: Fact, quantity: Quantity, factor: Decimal, *, too_little: bool) -> str:
    """How to write a value that is out of the ordinary so that it has one reading."""
    if too_little:
        unit = "G/L" if fact.reading == "wbc" else fact.unit
        ends = dict.fromkeys((quantity.low, quantity.high))
        return f"write {quantity.sign}{'-'.join(number_text(float(end * factor)) for end in ends)} {unit}"
    return "write the unit behind the number"
