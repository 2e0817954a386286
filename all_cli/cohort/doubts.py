"""What makes one doubt how a column is read: numbers that fit another unit better, codes, dates of two readings.

Nothing is ever converted: a doubt is said, with the option that settles it. The thresholds are of this program, chosen
where the two readings part: nobody is 120 years old, few children have 1000 × 10⁹/L white cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from all_cli.cohort.columns import Column
from all_cli.cohort.headers import BORN, DIAGNOSED, LEFT_ALONE, folded
from all_cli.knowledge.vocabulary import Fact
from all_cli.patient.dates import DAY_FIRST, MONTH_FIRST, read_table_date
from all_cli.patient.quantity import parse_quantity, with_decimal_point
from all_cli.patient.reading import fold
from all_cli.patient.unreadable import UnreadableError

_FEW = 5  # numbers below which a column's range says nothing about its unit
_MANY = 20
_OLDEST = 120  # years
_LARGEST_WBC = 1000  # ×10⁹/L
_SMALLEST_PER_UL = 500  # cells per uL of blood; most patients have more
_STEPS = (1, 25, _OLDEST, 300, _SMALLEST_PER_UL, _LARGEST_WBC)
_DECIMAL_COMMA = re.compile(r"(?<![\d.,])\d+,(?:\d{1,2}|\d{4,})(?![\d.,])|\d\.\d{3},\d|(?<![\d.,])0,\d")
_LIKE_THOUSANDS = re.compile(r"(?<![\d.,])[1-9]\d{0,2}\.\d{3}(?![\d.,])")


@dataclass(slots=True)
class Evidence:
    """What the cells of one column add up to, as far as a doubt may rest on it; all are numbers of cells."""

    numbers: int = 0
    whole: int = 0
    highest: float = 0
    above: dict[int, int] = field(default_factory=lambda: dict.fromkeys(_STEPS, 0))
    positive: int = 0
    decimal_comma: int = 0
    like_thousands: int = 0
    words: dict[str, int] = field(default_factory=dict)
    implausible: int = 0
    example: str = ""
    day_first: int = 0
    month_first: int = 0
    either: int = 0

    def number(self, fact: Fact, column: Column, text: str, cells: int) -> None:
        """Add a cell of a column of numbers."""
        if not column.decimal:
            self.decimal_comma += cells * bool(_DECIMAL_COMMA.search(text))
            self.like_thousands += cells * bool(_LIKE_THOUSANDS.search(text))
        try:
            plain = with_decimal_point(fact, text, column.decimal) if column.decimal else text
            quantity = parse_quantity(plain)
        except (UnreadableError, ArithmeticError):
            return
        if quantity is None or quantity.unit or quantity.exponent:
            return
        value = float(quantity.high)
        self.numbers += cells
        self.whole += cells * (value == int(value))
        self.positive += cells * (value > 0)
        self.highest = max(self.highest, value)
        for step in _STEPS:
            self.above[step] += cells * (value > step)

    def word(self, text: str, cells: int) -> None:
        """Add a cell of a column of words; only the short ones can be codes."""
        if len(plain := fold(text)) <= 4 and (plain in self.words or len(self.words) < 100):
            self.words[plain] = self.words.get(plain, 0) + cells

    def date(self, text: str, cells: int) -> None:
        """Add a cell of a column of dates."""
        by_day, by_month = (_read(text, order) for order in (DAY_FIRST, MONTH_FIRST))
        if by_day != by_month:
            self.either += cells * (by_day is not None and by_month is not None)
            self.day_first += cells * (by_month is None)
            self.month_first += cells * (by_day is None)


def _read(text: str, order: str) -> date | None:
    try:
        return read_table_date("", text, order)
    except UnreadableError:
        return None


def doubts(column: Column, fact: Fact | None, seen: Evidence, others: Sequence[Column]) -> Iterator[str]:
    """What is to be doubted of one column, each a sentence with the option that settles it."""
    if column.reads in (BORN, DIAGNOSED):
        yield from _dates(column, seen)
    if fact is None:
        return
    if fact.kind != "number":
        yield from _codes(column, seen)
        return
    if fact.reading == "age":
        yield from _age(column, seen, others)
    elif fact.reading == "wbc":
        yield from _wbc(column, fact, seen)
    elif fact.reading == "percent":
        yield from _percent(column, fact, seen)
    if seen.decimal_comma:
        thousands = (
            f", and {seen.like_thousands:,} like 1.234, read as one and a fraction" if seen.like_thousands else ""
        )
        yield f"{counted(seen.decimal_comma, 'number')} with a decimal comma{thousands}; if all are: --decimal comma"
    if seen.implausible:
        yield f'{counted(seen.implausible, "cell")} outside the usual range, such as "{seen.example}"'


def _age(column: Column, seen: Evidence, others: Sequence[Column]) -> Iterator[str]:
    days, years = (f'--unit "{column.header}={unit}"' for unit in ("d", "y"))
    if seen.numbers and {BORN, DIAGNOSED} <= {other.reads for other in others}:
        yield (
            "it stands beside two dates that give the exact age: ages that differ from it by a fraction contradict it, "
            f'and such rows come back as invalid; leave it alone with --map "{column.header}=-"'
        )
    if column.unit in ("", "y"):
        if over := seen.above[_OLDEST]:
            certain = seen.highest > _OLDEST * 12
            meant = "days" if certain else "days or months"
            yield (
                f"{over:,} of {counted(seen.numbers, 'number')} above {_OLDEST}: {meant}?"
                f" The others would be read as years. Say {days}" + ("" if certain else " or =mo")
            )
        elif seen.numbers and seen.whole == seen.numbers:
            yield from _finer(column, others)
    elif column.unit == "d" and seen.numbers >= _FEW and not seen.above[_OLDEST]:
        yield f"no number is above {_OLDEST}: years, or infants in days? If years, {years}"
    elif column.unit == "mo" and seen.numbers >= _MANY and not seen.above[25]:
        yield f"no number is above 25: years, or small children in months? If years, {years}"


def _finer(column: Column, others: Sequence[Column]) -> Iterator[str]:
    """Columns that tell the age more exactly than whole years do."""
    for other in others:
        words = set(folded(other.header).replace("(", " ").replace(")", " ").split())
        if other.index == column.index or "age" not in words or not words & {"days", "day", "months", "month"}:
            continue
        if other.reads in (LEFT_ALONE, "age"):
            finer = f'--map "{column.header}=-" --map "{other.header}=age"'
            yield f'whole years only, and "{other.header}" is finer: {finer}'


def _wbc(column: Column, fact: Fact, seen: Evidence) -> Iterator[str]:
    factors = {unit.casefold(): factor for unit, factor in fact.units.items()}
    unit = column.unit.casefold().replace("µ", "u").replace("μ", "u")
    if factors.get(unit) == "1/1000":
        parts, small = seen.numbers - seen.whole, seen.numbers - seen.above[_SMALLEST_PER_UL]
        if seen.numbers >= _FEW and (parts or 2 * small > seen.numbers):
            odd = f"{parts:,} not whole" if parts else f"{small:,} at most {_SMALLEST_PER_UL}"
            better = f'--unit "{column.header}=10^9/L"'
            yield f"{odd}, of {counted(seen.numbers, 'number')}: ×10⁹/L rather than cells per uL? {better}"
    elif over := seen.above[_LARGEST_WBC]:
        rest = seen.numbers - over
        others = f" The other {rest:,} would be read as ×10⁹/L." if rest else ""
        per_ul = f'--unit "{column.header}=/uL"'
        yield f"{over:,} of {counted(seen.numbers, 'number')} above {_LARGEST_WBC}: cells per uL?{others} Say {per_ul}"


def _percent(column: Column, fact: Fact, seen: Evidence) -> Iterator[str]:
    percent, fraction = (f'--unit "{column.header}={unit}"' for unit in ("percent", "fraction"))
    over = seen.above[1]
    if fact.bare == "refuse" and not column.unit:
        bare = counted(seen.positive, "bare number")
        if over:
            yield f"{bare} not read; {over:,} above 1, which no fraction is: {percent}?"
        elif seen.positive:
            yield f"{bare} not read, none above 1, which fits both: {percent} or {fraction}"
    elif column.unit == "fraction" and over:
        yield f"{over:,} of {counted(seen.numbers, 'number')} above 1, which no fraction is: {percent}?"
    elif column.unit != "fraction" and seen.positive >= _FEW and not over:
        yield f"no number is above 1: fractions, or low percentages? If fractions, {fraction}"


def _codes(column: Column, seen: Evidence) -> Iterator[str]:
    numbers = sorted(word for word in seen.words if re.fullmatch(r"-?\d+(?:\.0)?", word))
    strange = [word for word in numbers if word.removesuffix(".0") not in ("0", "1")]
    if strange and {"1", "1.0", "0", "0.0"} & set(numbers):
        yield (
            f"it holds {', '.join(numbers)}: a code of its own? Then 1 may not mean yes (1 no, 2 yes is common); "
            "give each a meaning in a map file (values:)"
        )
    if "-" in seen.words and "+" in seen.words:
        cells = counted(seen.words["-"], "cell")
        yield f'"-" ({cells}) is read as not known, beside "+"; if it means absent: values: {{"-": no}}'
    if "none" in seen.words:
        cells = counted(seen.words["none"], "cell")
        yield f'"None" ({cells}) is read as absent; if a program wrote it for no entry: values: {{"None": unknown}}'


def _dates(column: Column, seen: Evidence) -> Iterator[str]:
    if seen.either and not column.date_order:
        certain = [
            f"{number:,} can only be {name}"
            for number, name in ((seen.day_first, "day first (dmy)"), (seen.month_first, "month first (mdy)"))
            if number
        ]
        yield (
            f"{counted(seen.either, 'date')} that can be read day first or month first, not read; "
            + (f"{', '.join(certain)}; " if certain else "")
            + "say --date-format dmy or mdy"
        )
    wrong = {"dmy": seen.month_first, "mdy": seen.day_first}.get(column.date_order, 0)
    if wrong:
        yield f"{counted(wrong, 'date')} no day when read {column.date_order}"


def counted(number: int, thing: str) -> str:
    """``1 cell``, ``2 cells``."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
