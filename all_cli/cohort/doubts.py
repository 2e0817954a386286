"""What makes one doubt how a column is read: numbers that fit another unit better, codes, dates of two readings.

Nothing is ever converted. A doubt is said, with the option that settles it; where cells would be read one way that may
be meant another, it stops the run. A unit is proposed only if it fits every number of the column. The thresholds are
of this program, chosen where the two readings part.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from all_cli.cohort.columns import NONE, Column, read_cell
from all_cli.cohort.evidence import (
    BARE_COUNT,
    FEW_PER_UL,
    LARGEST_COUNT,
    MOST_OF_SOME,
    OLDEST,
    Evidence,
)
from all_cli.cohort.headers import BORN, DIAGNOSED, GENETICS, LEFT_ALONE, doubt_of_name
from all_cli.knowledge.vocabulary import Fact, Vocabulary
from all_cli.logic.values import number_text
from all_cli.patient.reading import UNKNOWN_WORDS, read_value
from all_cli.patient.two_readings import scale
from all_cli.patient.unreadable import UnreadableError

_FEW = 5  # numbers below which a column's range says nothing about its unit
_MANY = 20
_OFTEN = 3  # cells that make a number a code, if no other number stands there half as often
_LIKELY = 10  # one cell in so many may be a slip of the pen
_MISSING = re.compile(r"-\d+|7{1,4}|8{1,4}|9{1,4}")


class Doubt(NamedTuple):
    """A sentence with what settles it, and whether a run has to wait for that."""

    text: str
    stops: bool = False


class DoubtfulError(UnreadableError):
    """Cells of a table that can be read two ways; says of each column which, and what settles it."""

    def __init__(self, found: Sequence[tuple[str, str]]) -> None:
        self.found = found
        super().__init__("columns", found[0][0], found[0][1])

    def __str__(self) -> str:
        return "\n".join(in_the_way(header, text) for header, text in self.found)


def in_the_way(header: str, text: str) -> str:
    """A doubt that stops a run, as one sentence."""
    return f'column "{header}": {text}'


def table_doubts(
    columns: Sequence[Column], vocabulary: Vocabulary, seen: Mapping[int, Evidence]
) -> Iterator[tuple[Column, Doubt]]:
    """What is to be doubted of a table, by column; ``seen`` is by the column's place."""
    for column in columns:
        for doubt in doubts(column, vocabulary.facts.get(column.reads), seen.get(column.index, Evidence()), columns):
            yield column, doubt


def refuse_doubtful(columns: Sequence[Column], vocabulary: Vocabulary, seen: Mapping[int, Evidence]) -> list[str]:
    """The doubts of a table that do not stop a run, as sentences.

    Raises:
        DoubtfulError: there are some that do.
    """
    found = list(table_doubts(columns, vocabulary, seen))
    if stopping := [(column.header, doubt.text) for column, doubt in found if doubt.stops]:
        raise DoubtfulError(stopping)
    return [f'"{column.header}": {doubt.text}' for column, doubt in found]


def doubts(column: Column, fact: Fact | None, seen: Evidence, others: Sequence[Column]) -> Iterator[Doubt]:
    """What is to be doubted of one column."""
    if named := doubt_of_name(column.header, column.reads):
        yield Doubt(named)
    if column.reads == LEFT_ALONE:
        return
    if column.reads in (BORN, DIAGNOSED):
        yield from _dates(column, seen)
    if seen.errors:
        shown = ", ".join(seen.errors)
        yield Doubt(f"{counted(sum(seen.errors.values()), 'cell')} with an error of a spreadsheet ({shown})")
    if NONE in seen.words:
        cells = counted(seen.words[NONE], "cell")
        meant = "nothing found" if column.reads == GENETICS else "no"
        yield Doubt(
            f'"None" ({cells}) is read as not known; if it says that nothing is there: {_values("None", meant)}'
        )
    if fact is None:
        return
    if fact.kind != "number":
        yield from () if column.coded else _codes(column, fact, seen)
        return
    yield from _missing(column, fact, seen)
    if fact.reading == "age":
        yield from _age(column, seen, others)
    elif fact.reading == "wbc":
        yield from _wbc(column, fact, seen)
    elif fact.reading == "percent":
        yield from _percent(column, fact, seen)
    if seen.decimal_comma and seen.like_thousands:
        yield Doubt(
            f"{counted(seen.decimal_comma, 'number')} with a decimal comma, and {seen.like_thousands:,} like 1.234, "
            "which would be read as one and a fraction; say --decimal comma or --decimal point",
            stops=True,
        )
    elif seen.decimal_comma:
        yield Doubt(f"{counted(seen.decimal_comma, 'number')} with a decimal comma; if all are: --decimal comma")


def _values(cell: str, meant: str) -> str:
    return f"values: {{{json.dumps(cell)}: {meant}}} in a map file"


def _missing(column: Column, fact: Fact, seen: Evidence) -> Iterator[Doubt]:
    """Numbers such as 999 that stand for a missing one: several of the kind, or one that stands out and recurs."""
    suspects = {}
    surely = any(text.startswith("-") or len(text.split(".")[0]) > 2 for text in seen.codes)
    below_zero = fact.hard[0] is not None and fact.hard[0] < 0
    for text, cells in seen.codes.items():
        if below_zero and re.fullmatch(r"-\d", text):
            continue
        value = abs(float(text))
        out = value > seen.highest or text.startswith("-")
        often = cells >= _OFTEN and cells > 2 * seen.most
        if (
            (out and (cells > 1 or (surely and len(seen.codes) > 1)))
            or often
            or (fact.reading == "age" and value >= 99 and out)
        ):
            suspects[text] = cells
    if not suspects:
        return
    shown = ", ".join(f"{text} ({counted(cells, 'cell')})" for text, cells in suspects.items())
    name = json.dumps(column.header, ensure_ascii=False)
    values = ", ".join(f"{json.dumps(text)}: unknown" for text in suspects)
    yield Doubt(
        f"{shown}: a code for missing, or a value? Say it in a map file (--map-file): "
        f"columns: {{{name}: {{fact: {fact.id}, values: {{{values}}}}}}}, or the value with its unit",
        stops=any(_readable(column, fact, text) for text in suspects),
    )


def _readable(column: Column, fact: Fact, text: str) -> bool:
    try:
        return read_cell(column, fact, text).possible is not None
    except UnreadableError:
        return False


def _age(column: Column, seen: Evidence, others: Sequence[Column]) -> Iterator[Doubt]:
    days, years = (f'--unit "{column.header}={unit}"' for unit in ("d", "y"))
    if column.rough:
        finer = [f'"{other.header}"' for other in others if other.reads in (BORN, DIAGNOSED)] or [
            f'"{other.header}"' for other in others if other.reads == "age" and not other.rough
        ]
        one = {"d": "a day", "w": "a week", "mo": "a month"}.get(column.unit, "a year")
        told = "tells it more finely and is" if len(finer) == 1 else "tell it more finely and are"
        yield Doubt(f"{' and '.join(finer)} {told} taken; this column has to agree within {one}")
        return
    over = seen.above[OLDEST]
    if column.unit in ("", "y") and over and not column.chosen:
        rest = seen.numbers - over
        if _LIKELY * over < seen.numbers:
            yield Doubt(f"{seen.shown['old']} is above {OLDEST} and no age in years; the other {rest:,} numbers are")
            return
        certain = seen.highest > OLDEST * 12
        meant = "days" if certain else "days or months"
        also = "" if certain else " or =mo"
        yield Doubt(
            f"{over:,} of {counted(seen.numbers, 'number')} above {OLDEST}, such as {seen.shown['old']}: {meant}? The "
            f"others would be read as years. Say {days}{also}; if all are years but those, say {years}",
            stops=rest > 0,
        )
    elif column.unit == "d" and seen.numbers >= _FEW and not over and not column.chosen:
        yield Doubt(f"no number is above {OLDEST}: years, or infants in days? Say {years} or {days}", stops=True)
    elif column.unit == "mo" and seen.numbers >= _MANY and not seen.above[MOST_OF_SOME] and not column.chosen:
        yield Doubt(f"no number is above {MOST_OF_SOME}: years, or small children in months? If years, {years}")


def _wbc(column: Column, fact: Fact, seen: Evidence) -> Iterator[Doubt]:
    """Counts in 10⁹/L or per uL: no column has both, and a cell that can be either waits for a word."""
    if column.chosen or not seen.positive:
        return
    per_ul, giga = f'--unit "{column.header}=/uL"', f'--unit "{column.header}=10^9/L"'
    fits_per_ul = seen.per_ul == seen.positive
    over, between = seen.above[LARGEST_COUNT], seen.above[BARE_COUNT] - seen.above[LARGEST_COUNT]
    if _factor(column, fact) == scale("1/1000"):
        small = seen.numbers - seen.above[FEW_PER_UL]
        if seen.numbers >= _FEW and not fits_per_ul and not seen.above[BARE_COUNT]:
            yield Doubt(f"{seen.shown['odd']} and others are no cells per uL: ×10⁹/L? Say {giga}", stops=True)
        elif seen.numbers >= _FEW and 2 * small > seen.numbers:
            odd = f"{small:,} of {counted(seen.numbers, 'number')} at most {FEW_PER_UL}"
            yield Doubt(f"{odd}: ×10⁹/L, or hardly any white cells per uL? Say {giga} or {per_ul}", stops=True)
        return
    unit = "in the unit of its header" if column.unit else f"as they are up to {BARE_COUNT}"
    either = f"{seen.shown['either']} can be {_both(seen.shown['either'])} ×10⁹/L" if seen.either else ""
    if over and seen.either:
        way = (
            f"Say {per_ul}" if fits_per_ul else f"{seen.shown['odd']} fits no count per uL: write each unit in its cell"
        )
        yield Doubt(
            f"{over:,} of {counted(seen.numbers, 'number')} above {LARGEST_COUNT}, such as {seen.shown['large']}, can "
            f"only be per uL; the others would be read {unit}: {either}. {way}",
            stops=True,
        )
    elif over and over < seen.positive:
        way = f"; if all are per uL, {per_ul}" if fits_per_ul else ""
        yield Doubt(
            f"{over:,} of {counted(seen.numbers, 'number')} above {LARGEST_COUNT}, such as {seen.shown['large']}, can "
            f"only be per uL; the others are read {unit}{way}"
        )
    elif between and not over:
        ways = f"Say {per_ul} or {giga}" if fits_per_ul else f"If it is ×10⁹/L as the others are, say {giga}"
        cells = f"{seen.shown['between']} and others" if between > 1 else seen.shown["between"]
        also = f"; {either} too" if fits_per_ul and either else ""
        yield Doubt(f"{cells} can be ×10⁹/L or per uL and is not read{also}. {ways}", stops=bool(also))


def _both(text: str) -> str:
    value = float(text.lstrip("<>=≤≥ ").replace(",", "."))
    return f"{number_text(value)} or {number_text(value / 1000)}"


def _factor(column: Column, fact: Fact) -> object:
    unit = column.unit.casefold().replace("µ", "u").replace("μ", "u")
    return next((scale(factor) for name, factor in fact.units.items() if name.casefold() == unit), None)


def _percent(column: Column, fact: Fact, seen: Evidence) -> Iterator[Doubt]:
    percent, fraction = (f'--unit "{column.header}={unit}"' for unit in ("percent", "fraction"))
    over = seen.above[1]
    if seen.powers and column.unit == "%" and not column.chosen:
        yield Doubt(
            f"{counted(seen.powers, 'number')} like 1e-04 not read: a program may have written percent so, or they are "
            f"fractions. If they are percent as the header says, {percent}"
        )
    if fact.bare == "refuse" and not column.unit:
        bare = counted(seen.positive, "bare number")
        if over:
            yield Doubt(f"{bare} not read; {over:,} above 1, which no fraction is: {percent}?")
        elif seen.positive:
            yield Doubt(f"{bare} not read, none above 1, which fits both: {percent} or {fraction}")
    elif column.unit == "fraction" and over:
        yield Doubt(
            f"{over:,} of {counted(seen.numbers, 'number')} above 1, which no fraction is: {percent}?",
            stops=seen.positive > over,
        )
    elif column.unit != "fraction" and seen.positive >= _FEW and not over and not column.chosen:
        say = f"Say {percent} or {fraction}" if not column.unit else f"If fractions, {fraction}"
        yield Doubt(f"no number is above 1: fractions, or low percentages? {say}", stops=not column.unit)


def _codes(column: Column, fact: Fact, seen: Evidence) -> Iterator[Doubt]:
    numbers = sorted(word for word in seen.words if re.fullmatch(r"-?\d+(?:\.0)?", word))
    plain = {word.removesuffix(".0") for word in numbers}
    if fact.kind == "flag":
        strange = plain - {"0", "1"}
        own = {word for word in strange if not _MISSING.fullmatch(word)}
        if strange and plain & {"0", "1"}:
            yield Doubt(
                f"it holds {', '.join(numbers)}: a code of its own? Then 1 may not mean yes (1 no, 2 yes is common); "
                "give each a meaning in a map file (values:)",
                stops=bool(own) and "1" in plain and "0" not in plain,
            )
    elif any(_reads(fact, word) for word in plain):
        strange = {word for word in plain if not _reads(fact, word) and not _MISSING.fullmatch(word)}
        if strange:
            why = f"it holds {', '.join(numbers)}: a code of its own? Give each a meaning in a map file (values:)"
            yield Doubt(why, stops=True)
    if "-" in seen.words and "+" in seen.words:
        cells = counted(seen.words["-"], "cell")
        yield Doubt(f'"-" ({cells}) is read as not known, beside "+"; if it means absent: {_values("-", "no")}')


def _reads(fact: Fact, word: str) -> bool:
    try:
        return word not in UNKNOWN_WORDS and read_value(fact, word).possible is not None
    except UnreadableError:
        return False


def _dates(column: Column, seen: Evidence) -> Iterator[Doubt]:
    if seen.two_ways and not column.date_order:
        certain = [
            f"{number:,} can only be {name}"
            for number, name in ((seen.day_first, "day first (dmy)"), (seen.month_first, "month first (mdy)"))
            if number
        ]
        yield Doubt(
            f"{counted(seen.two_ways, 'date')} that can be read day first or month first, not read; "
            + (f"{', '.join(certain)}; " if certain else "")
            + "say --date-format dmy or mdy"
        )
    wrong = {"dmy": seen.month_first, "mdy": seen.day_first}.get(column.date_order, 0)
    if wrong:
        yield Doubt(f"{counted(wrong, 'date')} no day when read {column.date_order}")


def counted(number: int, thing: str) -> str:
    """``1 cell``, ``2 cells``."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
