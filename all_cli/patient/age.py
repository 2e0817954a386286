"""Ages: years, months, weeks, days, their mixtures, and two dates."""

from __future__ import annotations

import math
import re
from datetime import date
from decimal import Decimal

from all_cli.knowledge.vocabulary import Fact
from all_cli.logic.values import NumberSet, number_text
from all_cli.patient.quantity import parse_quantity, with_decimal_point
from all_cli.patient.spreadsheet import NO_NUMBER_BUT_A_DATE, is_date
from all_cli.patient.two_readings import THOUSANDS_POINT
from all_cli.patient.unreadable import UnreadableError

DAYS_PER_YEAR = Decimal("365.25")
_PARTS = (
    r"(?:(?P<y>\d+(?:\.\d+)?)\s*(?:years?|yrs?|yo|y|a))?\s*,?\s*"
    r"(?:(?P<m>\d+(?:\.\d+)?)\s*(?:months?|mos?|mths?|m))?\s*,?\s*"
    r"(?:(?P<w>\d+(?:\.\d+)?)\s*(?:weeks?|wks?|w))?\s*,?\s*"
    r"(?:(?P<d>\d+(?:\.\d+)?)\s*(?:days?|d))?\s*(?:old)?"
)


def read_age(fact: Fact, text: str, unit: str = "", decimal: str = "") -> NumberSet:
    """The possible ages in years that ``text`` says.

    Args:
        fact: the age fact.
        text: ``7``, ``7.5``, ``9mo``, ``45d``, ``6y3m``, ``<1``, ``85+``, ``10-15``; a bare number is in ``unit``.
        unit: unit of bare numbers: ``y`` (default), ``mo``, ``w`` or ``d``.
        decimal: how a table writes its numbers, ``comma`` or ``point``; empty if nobody has said.

    Raises:
        UnreadableError: not an age, or outside what can exist.
    """
    if decimal:
        text = with_decimal_point(fact, text, decimal)
    elif unit == "d" and re.fullmatch(THOUSANDS_POINT, text.strip()):
        parts, whole = text.strip().rstrip("0").rstrip("."), text.strip().replace(".", "")
        why = f"{parts} or {whole} days? Write the number without a point; for a table say --decimal comma or point"
        raise UnreadableError(fact.id, text, why)
    elif unit in ("mo", "w") and (two := parse_quantity(text)) is not None and two.comma is not None:
        ways = f"{two.comma.normalize():f} or {two.low} {unit}? Write the number without a comma; for a table say"
        raise UnreadableError(fact.id, text, f"{ways} --decimal comma or point")
    plain = text.strip().replace("≥", ">=").replace("≤", "<=").replace("–", "-")
    plain = re.sub(r"^(\d+)\s*\+\s*(years?|yrs?|y)?$", r">=\1 \2", plain).strip()
    sign = next((sign for sign in ("<=", ">=", "<", ">") if plain.startswith(sign)), "")
    body = plain[len(sign) :].strip()
    if len(text) > 60:
        raise UnreadableError(fact.id, f"{text[:20]}…", "too long to be an age")
    if unit not in ("", "y", "mo", "w", "d"):
        raise UnreadableError(fact.id, text, f'"{unit}" is not a unit of age; y, mo, w and d are')
    if re.fullmatch(r"[-−][\d.,]+.*", body):
        raise UnreadableError(fact.id, text, "an age cannot be negative")
    if not sign and (ages := _range(body, unit)):
        return _within(fact, text, ages)
    age = _bare(body, unit) if re.fullmatch(r"\d+(?:[.,]\d+)?", body) else _mixture(body)
    if age is None and is_date(text):
        raise UnreadableError(fact.id, text, NO_NUMBER_BUT_A_DATE)
    if age is None:
        raise UnreadableError(fact.id, text, "not an age; write for example 7, 7.5, 9mo, 45d or 6y3m")
    if sign:
        age = _compared(sign, age, completed=_completed(body, unit))
    return _within(fact, text, age)


def age_between(fact: Fact, born: date, diagnosed: date) -> NumberSet:
    """The age at ``diagnosed``: completed years by birthdays plus the share of the current year.

    The tenth birthday is exactly 10. In the first year the age is days over 365.25, and 365 days count as one year.

    Raises:
        UnreadableError: diagnosed before birth, or older than anyone has been.
    """
    shown = f"{born.isoformat()} to {diagnosed.isoformat()}"
    if diagnosed < born:
        raise UnreadableError(fact.id, shown, "diagnosed before birth; are the two dates swapped?")
    years = diagnosed.year - born.year
    if _birthday(born, diagnosed.year) > diagnosed:
        years -= 1
    if years < 1:
        return NumberSet.point(_years_of_days((diagnosed - born).days))
    last, following = _birthday(born, born.year + years), _birthday(born, born.year + years + 1)
    age = NumberSet.point(years + (diagnosed - last).days / (following - last).days)
    return _within(fact, shown, age)


def read_date(name: str, text: str) -> date:
    """A date written YYYY-MM-DD.

    Raises:
        UnreadableError: not of that form, or no such day.
    """
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip()):
        raise UnreadableError(name, text, "not a date; write it as YYYY-MM-DD, for example 2019-03-07")
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise UnreadableError(name, text, f"no such day ({error})") from None


def age_text(possible: NumberSet) -> str:
    """An age as people say it: ``7 y``, ``9 mo``, ``45 d``, ``< 1 y``."""
    single = possible.single
    if single is None:
        spans = []
        for (low, low_edge), (high, high_edge) in possible.spans:
            if low <= 0 and high < 125:
                spans.append(f"{'<' if high_edge < 0 else '<='} {number_text(high)} y")
            elif high >= 125:
                spans.append(f"{'>' if low_edge > 0 else '>='} {_years(low)} y")
            else:
                spans.append(f"{_years(low)} to {'under ' if high_edge < 0 else ''}{_years(high)} y")
        return " or ".join(spans)
    if single == int(single):
        return f"{int(single)} y"
    if single < 2:
        months = Decimal(str(single)) * 12
        if months == int(months):
            return f"{int(months)} mo"
        days = round(Decimal(str(single)) * DAYS_PER_YEAR)
        if days < 730:
            return f"{days} d"
    return f"{_years(single)} y"


def _years(value: float) -> str:
    return number_text(round(value, 3)) if round(value, 3) != int(value + 0.0005) else number_text(round(value, 6))


def _completed(body: str, unit: str) -> bool:
    """Whether an age is a whole number of years, which lasts until the next birthday."""
    return re.fullmatch(r"\d+(\s*(y|yr|yrs|years?))?", body) is not None and (unit or "y") == "y"


def _compared(sign: str, age: NumberSet, completed: bool) -> NumberSet:
    """Ages on one side of an age. Of a count of completed years, ``<=9`` lasts until the tenth birthday."""
    (low, _), (high, _) = age.spans[0]
    if completed and sign == "<=":
        return NumberSet.comparison("<", math.floor(low) + 1)
    return NumberSet.comparison(sign, high if sign == "<=" else low)


def _birthday(born: date, year: int) -> date:
    """The birthday in ``year``; for a child of 29 February, 1 March in common years."""
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def _years_of_days(days: int) -> float:
    return 1.0 if days == 365 else float(Decimal(days) / DAYS_PER_YEAR)


def _days(days: Decimal) -> NumberSet:
    """The ages that a day count can be.

    A birthday falls on day floor(365.25 k) or the day after, depending on leap years: on that one day it is open
    whether the birthday has come, so both sides of it are kept.
    """
    if days != int(days):
        return NumberSet.point(float(days / DAYS_PER_YEAR))
    low = _years_of_days(int(days))
    birthday = math.ceil(low)
    if days > 365 and low < birthday and int(days) == math.floor(DAYS_PER_YEAR * birthday):
        return NumberSet.between(low, float(birthday))
    return NumberSet.point(low)


def _bare(body: str, unit: str) -> NumberSet | None:
    quantity = parse_quantity(body)
    if quantity is None:
        return None
    match unit or "y":
        case "mo":
            return NumberSet.point(float(quantity.low / 12))
        case "d":
            return _days(quantity.low)
        case "w":
            return _days(quantity.low * 7)
        case _:
            # A bare 0 is "not yet one year", which is all that a count of completed years says; 0.0 is what it becomes
            # beside empty cells in programs that keep such numbers as fractions.
            if re.fullmatch(r"0+(?:[.,]0)?", body):
                return NumberSet.between(0, 1, open_high=True)
            return NumberSet.point(float(quantity.low))


def _mixture(body: str) -> NumberSet | None:
    match = re.fullmatch(_PARTS, " ".join(body.split()), re.IGNORECASE)  # many spaces would take it seconds
    if match is None or not any(match.groups()):
        return None
    years, months, weeks, days = (Decimal(part) if part else None for part in match.group("y", "m", "w", "d"))
    if years is None and months is None:
        return _days((weeks or Decimal(0)) * 7 + (days or Decimal(0)))
    if years == 0 and months is None and weeks is None and days is None:
        return NumberSet.between(0, 1, open_high=True)
    total = (years or 0) + Decimal(months or 0) / 12
    total += ((weeks or 0) * 7 + (days or 0)) / DAYS_PER_YEAR
    return NumberSet.point(float(total))


def _range(body: str, unit: str) -> NumberSet | None:
    """``10-15`` years: from 10 to the day before 16, since a whole number of years is a whole year long."""
    match = re.fullmatch(r"([\d.]+)\s*(?:-|to)\s*([\d.]+)\s*(y|yr|yrs|years?)?", body)
    if match is None or (unit or "y") != "y":
        return None
    try:
        low, high = float(match[1]), float(match[2])
    except ValueError:
        return None
    return NumberSet.between(low, high + 1, open_high=True) if high == int(high) else NumberSet.between(low, high)


def _within(fact: Fact, text: str, age: NumberSet) -> NumberSet:
    kept = age & NumberSet.between(*fact.hard)
    if not kept or (age.single is not None and age != kept):
        raise UnreadableError(fact.id, text, f"no patient is that old (0 to {number_text(fact.hard[1] or 0)} years)")
    return kept
