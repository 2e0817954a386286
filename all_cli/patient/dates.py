"""Dates as tables write them: 2019-03-07, 7.3.2019, 07-MAR-2019. Between two readings none is guessed."""

from __future__ import annotations

import re
from datetime import date

from all_cli.knowledge.vocabulary import Fact
from all_cli.logic.values import NumberSet
from all_cli.patient.reading import implausible
from all_cli.patient.unreadable import UnreadableError

DAY_FIRST, MONTH_FIRST, YEAR_FIRST = "dmy", "mdy", "ymd"
ORDERS = (DAY_FIRST, MONTH_FIRST, YEAR_FIRST)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CLOCK = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:Z|[+-]\d{2}:?\d{2})?)?"
_YEAR_BEFORE = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_CLOCK}")
_YEAR_AFTER = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}){_CLOCK}")
_TOGETHER = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)(?:\.0)?")
_DAY_NAMED = re.compile(rf"(\d{{1,2}})[-. /]*({'|'.join(_MONTHS)})[a-z]*[-., /]*(\d{{4}})", re.IGNORECASE)
_MONTH_NAMED = re.compile(rf"({'|'.join(_MONTHS)})[a-z]*[-. ]*(\d{{1,2}})[, ]+(\d{{4}})", re.IGNORECASE)
_SHORT_YEAR = re.compile(r"\d{1,2}[-/. ](?:\d{1,2}|[a-z]{3,9})[-/. ]\d{2}", re.IGNORECASE)


def read_table_date(name: str, text: str, order: str = "") -> date:
    """A date as a table writes it.

    Args:
        name: what the date is of, for the error.
        text: the cell.
        order: what is known of dates with the year at the end: ``dmy``, ``mdy``; with ``ymd`` there are none. Empty:
            only those that can be read one way are.

    Raises:
        UnreadableError: no date, no such day, two digits of a year, or a date that can be read two ways.
    """
    plain = text.strip()
    if found := _YEAR_BEFORE.fullmatch(plain):
        return _day(name, text, int(found[1]), int(found[3]), int(found[4]))
    if found := _TOGETHER.fullmatch(plain):
        return _day(name, text, int(found[1]), int(found[2]), int(found[3]))
    if found := _DAY_NAMED.fullmatch(plain):
        return _day(name, text, int(found[3]), _MONTHS.index(found[2].lower()) + 1, int(found[1]))
    if found := _MONTH_NAMED.fullmatch(plain):
        return _day(name, text, int(found[3]), _MONTHS.index(found[1].lower()) + 1, int(found[2]))
    if found := _YEAR_AFTER.fullmatch(plain):
        return _year_last(name, text, (int(found[1]), int(found[3]), int(found[4])), order)
    if _SHORT_YEAR.fullmatch(plain):
        raise UnreadableError(name, text, "a year of two digits: which century? Write all four")
    if re.fullmatch(r"\d{5}(?:\.\d+)?", plain):
        raise UnreadableError(name, text, "a spreadsheet's day count? Format the column as date, YYYY-MM-DD")
    raise UnreadableError(name, text, "not a date; write it as YYYY-MM-DD, for example 2019-03-07")


def doubt_of_dates(fact: Fact, born: date, diagnosed: date, age: NumberSet) -> str:
    """A sentence if two dates give an age that a typed one would be doubted for, or lie in the future; else empty."""
    shown = f"{born.isoformat()} to {diagnosed.isoformat()}"
    if diagnosed > date.today():
        return f'{fact.id} "{shown}": the date of diagnosis is after today; is it meant?'
    return implausible(fact, shown, age)


def _year_last(name: str, text: str, parts: tuple[int, int, int], order: str) -> date:
    first, second, year = parts
    if order == YEAR_FIRST:
        raise UnreadableError(name, text, "the year stands last, but dates were said to begin with it (ymd)")
    if order:
        day, month = (first, second) if order == DAY_FIRST else (second, first)
        return _day(name, text, year, month, day)
    readings = {
        found for day, month in ((first, second), (second, first)) if (found := _possible(year, month, day)) is not None
    }
    if len(readings) == 2:
        shown = " or ".join(f"{found.isoformat()}" for found in sorted(readings))
        raise UnreadableError(
            name, text, f"{shown}? Say --date-format dmy (day first) or mdy (month first), or write YYYY-MM-DD"
        )
    # Neither way a day: the sentence is that of the order most of the world writes.
    return readings.pop() if readings else _day(name, text, year, second, first)


def _possible(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _day(name: str, text: str, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise UnreadableError(name, text, f"no such day ({error})") from None
