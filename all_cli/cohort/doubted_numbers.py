"""What makes one doubt the numbers of a column: that they fit another unit, are codes, or are written two ways.

A unit is proposed only if it fits every number of the column. The thresholds are of this program, chosen where the two
readings part.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from all_cli.cohort.columns import Column, read_cell, size_of_one
from all_cli.cohort.evidence import (
    ALL_OF_IT,
    BARE_COUNT,
    FEW_PER_UL,
    LARGEST_COUNT,
    MOST_OF_SOME,
    OLDEST,
    Evidence,
)
from all_cli.cohort.headers import BORN, DIAGNOSED, unit_factor
from all_cli.knowledge.vocabulary import Fact
from all_cli.logic.values import NumberSet, number_text
from all_cli.patient.reading import UNKNOWN_WORDS
from all_cli.patient.two_readings import scale
from all_cli.patient.unreadable import UnreadableError

_FEW = 5  # numbers below which a column's range says nothing about its unit
_MANY = 20
_OFTEN = 3  # cells that make a number a code, if no other number stands there half as often
_FAR = 4  # times the largest other number
_LIKELY = 10  # one cell in so many may be a slip of the pen


class Doubt(NamedTuple):
    """A sentence with what settles it, and whether a run has to wait for that."""

    text: str
    stops: bool = False


def doubts_of_numbers(
    column: Column, fact: Fact, seen: Evidence, others: Sequence[Column], commas: Mapping[str, int]
) -> Iterator[Doubt]:
    """What is to be doubted of a column of numbers; ``commas`` are the columns of the table with decimal commas."""
    if column.rough:
        yield Doubt(_coarser(column, fact, others))
    yield from _missing(column, fact, seen, others)
    if fact.reading == "age":
        yield from _age(column, seen)
    elif fact.reading == "wbc":
        yield from _wbc(column, fact, seen)
    elif fact.reading == "percent":
        yield from _percent(column, fact, seen)
    elif fact.id == "d8_blasts" and not column.unit:
        yield from _per_ul_or_percent(column, seen)
    yield from _decimals(column, fact, seen, commas)


def _decimals(column: Column, fact: Fact, seen: Evidence, commas: Mapping[str, int]) -> Iterator[Doubt]:
    """A point before three digits, where the table writes decimal commas, may stand between thousands."""
    if column.decimal:
        return
    own = seen.decimal_comma
    elsewhere = next((f'"{header}"' for header in commas if header != column.header), "")
    if seen.like_thousands and (own or elsewhere):
        shown = f"{seen.least_thousands:.3f}"
        parts, thousands = shown.rstrip("0").rstrip("."), shown.replace(".", "")
        where = (
            f"beside {counted(own, 'number')} with a decimal comma" if own else f"and {elsewhere} has decimal commas"
        )
        possible = float(thousands) * size_of_one(column, fact) in NumberSet.between(*fact.hard)
        yield Doubt(
            f"{counted(seen.like_thousands, 'number')} like {shown}, {where}: {parts} or {thousands}? "
            f"Say --decimal comma ({thousands}) or --decimal point ({parts})"
            + ("" if own or possible else f"; it is read as {parts}, since {fact.id} cannot be {thousands}"),
            stops=bool(own) or possible,
        )
    elif own:
        yield Doubt(f"{counted(own, 'number')} with a decimal comma; if all are: --decimal comma")


def _missing(column: Column, fact: Fact, seen: Evidence, others: Sequence[Column]) -> Iterator[Doubt]:
    """Numbers such as 999 that stand for a missing one.

    There are several of the kind, or one stands out and recurs, or it is far off all others, or the map file calls it
    missing in another column.
    """
    suspects = {}
    elsewhere = {_code(text) for other in others for text, meant in other.values if meant in UNKNOWN_WORDS}
    surely = any(text.startswith("-") or len(text.split(".")[0]) > 2 for text in seen.codes)
    below_zero = fact.hard[0] is not None and fact.hard[0] < 0
    for text, cells in seen.codes.items():
        if below_zero and re.fullmatch(r"-\d", text):
            continue
        value = abs(float(text))
        out = value > seen.highest or text.startswith("-")
        often = cells >= _OFTEN and cells > 2 * seen.most
        far = len(_code(text)) > 2 and value > _FAR * seen.highest > 0
        stands_out = cells > 1 or (surely and len(seen.codes) > 1) or _code(text) in elsewhere
        if far or often or (out and (stands_out or (fact.reading == "age" and value >= 99))):
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


def _code(text: str) -> str:
    return text.split(".")[0]


def _readable(column: Column, fact: Fact, text: str) -> bool:
    try:
        return read_cell(column, fact, text).possible is not None
    except UnreadableError:
        return False


def _coarser(column: Column, fact: Fact, others: Sequence[Column]) -> str:
    finer = [f'"{other.header}"' for other in others if fact.reading == "age" and other.reads in (BORN, DIAGNOSED)] or [
        f'"{other.header}"' for other in others if other.reads == column.reads and not other.rough
    ]
    one = {"d": "a day", "w": "a week", "mo": "a month"}.get(column.unit, "a year")
    one = one if fact.reading == "age" else f"1 {column.unit}"
    told = "tells it more finely and is" if len(finer) == 1 else "tell it more finely and are"
    agree = f"this column has to agree within {one}, and counts where nothing else tells it"
    return f"{' and '.join(finer)} {told} taken; {agree}"


def _age(column: Column, seen: Evidence) -> Iterator[Doubt]:
    days, years = (f'--unit "{column.header}={unit}"' for unit in ("d", "y"))
    if column.rough or column.chosen:
        return
    over = seen.above[OLDEST]
    if column.unit in ("", "y") and over:
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
    elif column.unit == "d" and seen.numbers >= _FEW and not over:
        yield Doubt(f"no number is above {OLDEST}: years, or infants in days? Say {years} or {days}", stops=True)
    elif column.unit == "mo" and seen.numbers >= _MANY and not seen.above[MOST_OF_SOME]:
        yield Doubt(f"no number is above {MOST_OF_SOME}: years, or small children in months? If years, {years}")


def _wbc(column: Column, fact: Fact, seen: Evidence) -> Iterator[Doubt]:
    """Counts in 10⁹/L or per uL: no column has both, and a cell that can be either waits for a word."""
    if column.chosen or not seen.positive:
        return
    per_ul, giga = f'--unit "{column.header}=/uL"', f'--unit "{column.header}=10^9/L"'
    fits_per_ul = seen.per_ul == seen.positive
    over, between = seen.above[LARGEST_COUNT], seen.above[BARE_COUNT] - seen.above[LARGEST_COUNT]
    if column.unit and unit_factor(fact, column.unit) == scale("1/1000"):
        small = seen.numbers - seen.above[FEW_PER_UL]
        if seen.numbers >= _FEW and not fits_per_ul and not seen.above[BARE_COUNT]:
            yield Doubt(f"{seen.shown['odd']} and others are no cells per uL: ×10⁹/L? Say {giga}", stops=True)
        elif seen.numbers >= _FEW and 2 * small > seen.numbers:
            odd = f"{small:,} of {counted(seen.numbers, 'number')} at most {FEW_PER_UL}"
            yield Doubt(f"{odd}: ×10⁹/L, or hardly any white cells per uL? Say {giga} or {per_ul}", stops=True)
        return
    unit = "in the unit of its header" if column.unit else f"as they are up to {BARE_COUNT}"
    either = f"{seen.shown['either']} can be {_both(seen.shown['either'])} ×10⁹/L" if seen.either else ""
    least = number_text(seen.least_between)
    believed = bool(column.unit and between) and _readable(column, fact, least)
    if believed:
        either = either or f"{least} can be {_both(least)} ×10⁹/L"
    if over and either:
        odd = seen.shown.get("odd", "")
        way = f"Say {per_ul}" if fits_per_ul else f"{odd} fits no count per uL: write each unit in its cell"
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
    elif believed:
        way = f"Say {per_ul} or {giga}" if fits_per_ul else f"If so, say {giga}"
        yield Doubt(f"{either}; it is read in the unit of the header. {way}", stops=fits_per_ul)
    elif between and not over:
        ways = f"Say {per_ul} or {giga}" if fits_per_ul else f"If it is ×10⁹/L as the others are, say {giga}"
        cells = f"{seen.shown['between']} and others" if between > 1 else seen.shown["between"]
        also = f"; {either} too" if fits_per_ul and either else ""
        yield Doubt(f"{cells} can be ×10⁹/L or per uL and is not read{also}. {ways}", stops=bool(also))


def _both(text: str) -> str:
    value = float(text.lstrip("<>=≤≥ ").replace(",", "."))
    return f"{number_text(value)} or {number_text(value / 1000)}"


def _per_ul_or_percent(column: Column, seen: Evidence) -> Iterator[Doubt]:
    """Blasts in the blood: most laboratories report their percentage, and the fact is a number per uL."""
    over, parts = seen.above[ALL_OF_IT], seen.numbers - seen.whole
    if not seen.positive or column.chosen or (over and not parts):
        return
    if over:
        odd = f"{counted(parts, 'number')} with decimals beside {over:,} above {ALL_OF_IT}"
    else:
        odd = f"no number is above {ALL_OF_IT}" + (f", {parts:,} with decimals" if parts else "")
    yield Doubt(
        f"{odd}: blasts per uL, or percent of the white cells? If they are per uL, say "
        f'--unit "{column.header}=/uL"; percent cannot be read: --map "{column.header}=-"',
        stops=not over,
    )


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
    elif (
        column.unit != "fraction"
        and not column.chosen
        and not over
        and (seen.positive >= _FEW or (seen.whole < seen.numbers and not column.unit))
    ):
        say = f"Say {percent} or {fraction}" if not column.unit else f"If fractions, {fraction}"
        yield Doubt(f"no number is above 1: fractions, or low percentages? {say}", stops=not column.unit)


def counted(number: int, thing: str) -> str:
    """``1 cell``, ``2 cells``."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
