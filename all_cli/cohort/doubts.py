"""What makes one doubt how a column is read: numbers that fit another unit better, codes, dates of two readings.

Nothing is ever converted. A doubt is said, with the option that settles it; where cells would be read one way that may
be meant another, it stops the run. A unit is proposed only if it fits every number of the column. The thresholds are
of this program, chosen where the two readings part.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from all_cli.cohort.classify import RESULTS
from all_cli.cohort.columns import NONE, Column, read_cell, size_of_one
from all_cli.cohort.evidence import (
    BARE_COUNT,
    FEW_PER_UL,
    LARGEST_COUNT,
    MOST_OF_SOME,
    OLDEST,
    Evidence,
)
from all_cli.cohort.fitting import proposal
from all_cli.cohort.headers import BORN, DIAGNOSED, GENETICS, LEFT_ALONE, HeaderNames, doubt_of_name, unit_factor
from all_cli.knowledge.vocabulary import Fact, Vocabulary
from all_cli.logic.values import NumberSet, number_text
from all_cli.patient.reading import UNKNOWN_WORDS, read_value
from all_cli.patient.two_readings import scale
from all_cli.patient.unreadable import UnreadableError

_FEW = 5  # numbers below which a column's range says nothing about its unit
_MANY = 20
_OFTEN = 3  # cells that make a number a code, if no other number stands there half as often
_LIKELY = 10  # one cell in so many may be a slip of the pen
_INVOLVED = re.compile(r"involve|disease|befall|atteinte|infiltra|afecta|acomet|interess|coinvolg|leuk", re.IGNORECASE)
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
    commas = with_commas(columns, seen)
    for column in columns:
        for doubt in doubts(column, vocabulary, seen.get(column.index, Evidence()), columns, commas):
            yield column, doubt


def with_commas(columns: Sequence[Column], seen: Mapping[int, Evidence]) -> dict[str, int]:
    """The columns of a table that write decimal commas, by header, and in how many cells; ``seen`` is by place."""
    found = {}
    for column in columns:
        of = seen.get(column.index, Evidence())
        if cells := of.numbers if column.decimal == "comma" else of.commas:
            found[column.header] = cells
    return found


def near_misses(columns: Sequence[Column], vocabulary: Vocabulary) -> dict[str, str]:
    """Columns left alone whose names are spelled much like those of a fact, by header; earlier results never."""
    names = HeaderNames(vocabulary)
    alone = [column.header for column in columns if column.reads == LEFT_ALONE and not names.find(column.header)[0]]
    alone = [header for header in alone if header.rpartition(".")[2] not in RESULTS]
    return {header: close for header in alone if (close := names.close(header))}


def refuse_doubtful(columns: Sequence[Column], vocabulary: Vocabulary, seen: Mapping[int, Evidence]) -> list[str]:
    """The doubts of a table that do not stop a run, as sentences.

    Raises:
        DoubtfulError: there are some that do.
    """
    found = list(table_doubts(columns, vocabulary, seen))
    if stopping := [(column.header, doubt.text) for column, doubt in found if doubt.stops]:
        raise DoubtfulError(stopping)
    return [f'"{column.header}": {doubt.text}' for column, doubt in found]


def doubts(
    column: Column,
    vocabulary: Vocabulary,
    seen: Evidence,
    others: Sequence[Column],
    commas: Mapping[str, int] = MappingProxyType({}),
) -> Iterator[Doubt]:
    """What is to be doubted of one column; ``commas`` are those of the table with decimal commas."""
    fact = vocabulary.facts.get(column.reads)
    if named := doubt_of_name(column.header, column.reads):
        yield Doubt(named)
    yield from _predicted(column)
    if column.aside:
        yield Doubt(column.aside)
    if column.reads == LEFT_ALONE:
        if fits := proposal(column, vocabulary, seen.unread, others):
            yield Doubt(fits)
        return
    if column.reads in (BORN, DIAGNOSED):
        yield from _dates(column, seen)
    yield from _cells(column, seen)
    if fact is not None and fact.kind == "number":
        yield from _numbers(column, fact, seen, others)
        yield from _decimals(column, fact, seen, commas)
    elif fact is not None and not column.coded:
        yield from _codes(column, fact, seen)


def _numbers(column: Column, fact: Fact, seen: Evidence, others: Sequence[Column]) -> Iterator[Doubt]:
    if column.rough:
        yield Doubt(_coarser(column, fact, others))
    yield from _missing(column, fact, seen)
    if fact.reading == "age":
        yield from _age(column, seen)
    elif fact.reading == "wbc":
        yield from _wbc(column, fact, seen)
    elif fact.reading == "percent":
        yield from _percent(column, fact, seen)


def _predicted(column: Column) -> Iterator[Doubt]:
    """What a program has predicted from gene expression is no genetic test, and its user has to know."""
    if column.caller and column.reads == LEFT_ALONE:
        yield Doubt(
            f"calls of {column.caller}, predicted from gene expression and no genetic test, are not read; to take "
            f'those it is sure of as findings: --map "{column.header}={column.caller}"'
        )
    elif column.caller:
        yield Doubt(f"predicted by {column.caller} from gene expression; no test of the patient has shown it")


def _cells(column: Column, seen: Evidence) -> Iterator[Doubt]:
    """What can be doubted of any column."""
    if not seen.filled:
        yield Doubt("no cell is filled")
    if seen.errors:
        shown = ", ".join(seen.errors)
        yield Doubt(f"{counted(sum(seen.errors.values()), 'cell')} with an error of a spreadsheet ({shown})")
    if NONE in seen.words:
        cells = counted(seen.words[NONE], "cell")
        meant = "nothing found" if column.reads == GENETICS else "no"
        yield Doubt(
            f'"None" ({cells}) is read as not known; if it says that nothing is there: {_values("None", meant)}'
        )


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


def _coarser(column: Column, fact: Fact, others: Sequence[Column]) -> str:
    finer = [f'"{other.header}"' for other in others if fact.reading == "age" and other.reads in (BORN, DIAGNOSED)] or [
        f'"{other.header}"' for other in others if other.reads == column.reads and not other.rough
    ]
    one = {"d": "a day", "w": "a week", "mo": "a month"}.get(column.unit, "a year")
    one = one if fact.reading == "age" else f"1 {column.unit}"
    told = "tells it more finely and is" if len(finer) == 1 else "tell it more finely and are"
    return f"{' and '.join(finer)} {told} taken; this column has to agree within {one}"


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
    if (
        fact.id == "cns"
        and plain in ({"1"}, {"2"}, {"1", "2"})
        and _INVOLVED.search(column.header)
        and not _graded(seen.words)
    ):
        shown = " and ".join(f'"{word}"' for word in sorted(plain))
        why = f"{shown} and nothing else under a name that asks yes or no: a grade, or a code for yes and no?"
        yield Doubt(f"{why} Say what each means in a map file (values:)", stops=True)
    if fact.id == "sex" and "m" in seen.words and seen.words.keys() & {"h", "v"}:
        other = "H" if "h" in seen.words else "V"
        why = f'"M" stands beside "{other}": mujer or mulher, and not male? Say what each means in a map file (values:)'
        yield Doubt(why, stops=True)
    if "-" in seen.words and "+" in seen.words:
        cells = counted(seen.words["-"], "cell")
        yield Doubt(f'"-" ({cells}) is read as not known, beside "+"; if it means absent: {_values("-", "no")}')


def _graded(words: Mapping[str, int]) -> bool:
    return any("cns" in word or word[:1] == "3" or re.fullmatch(r"2[a-c]", word) for word in words)


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
