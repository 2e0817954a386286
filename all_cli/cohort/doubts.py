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

from all_cli.cohort.ages_in_parts import doubts_of_parts
from all_cli.cohort.beside import doubts_beside
from all_cli.cohort.classify import RESULTS
from all_cli.cohort.columns import NONE, Column
from all_cli.cohort.doubted_numbers import Doubt, counted, doubts_of_numbers
from all_cli.cohort.evidence import Evidence
from all_cli.cohort.fitting import proposal
from all_cli.cohort.headers import BORN, DIAGNOSED, LEFT_ALONE, doubt_of_name, header_names
from all_cli.knowledge.vocabulary import Fact, Vocabulary
from all_cli.patient.reading import UNKNOWN_WORDS, read_value
from all_cli.patient.unreadable import UnreadableError

_INVOLVED = re.compile(r"involve|disease|befall|atteinte|infiltra|afecta|acomet|interess|coinvolg|leuk", re.IGNORECASE)
_MISSING = re.compile(r"-\d+|7{1,4}|8{1,4}|9{1,4}")


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
    names = header_names(vocabulary)
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
        yield from doubts_beside(column, vocabulary, seen.unread, others)
        if fits := proposal(column, vocabulary, seen.unread, others):
            yield Doubt(fits)
        return
    if column.reads in (BORN, DIAGNOSED):
        yield from _dates(column, seen)
    yield from _cells(column, fact, seen)
    yield from doubts_of_parts(column, seen, others)
    if fact is not None and fact.kind == "number":
        yield from doubts_of_numbers(column, fact, seen, others, commas)
    elif fact is not None and not column.coded:
        yield from _codes(column, fact, seen)


def _predicted(column: Column) -> Iterator[Doubt]:
    """What a program has predicted from gene expression is no genetic test, and its user has to know."""
    if column.caller and column.reads == LEFT_ALONE:
        yield Doubt(
            f"calls of {column.caller}, predicted from gene expression and no genetic test, are not read; to take "
            f'those it is sure of as findings: --map "{column.header}={column.caller}"'
        )
    elif column.caller:
        yield Doubt(f"predicted by {column.caller} from gene expression; no test of the patient has shown it")


def _cells(column: Column, fact: Fact | None, seen: Evidence) -> Iterator[Doubt]:
    """What can be doubted of any column."""
    if not seen.filled:
        yield Doubt("no cell is filled")
    if seen.errors:
        shown = ", ".join(seen.errors)
        yield Doubt(f"{counted(sum(seen.errors.values()), 'cell')} with an error of a spreadsheet ({shown})")
    if NONE in seen.words:
        cells = counted(seen.words[NONE], "cell")
        meant = _nothing_there(column, fact)
        way = f"; if it says that nothing is there: {_values('None', meant)}" if meant else ""
        yield Doubt(f'"None" ({cells}) is read as not known{way}')


def _values(cell: str, meant: str) -> str:
    return f"values: {{{json.dumps(cell)}: {meant}}} in a map file"


def _nothing_there(column: Column, fact: Fact | None) -> str:
    """What says of a column that nothing is there, in words that its reader takes; empty if nothing does."""
    if fact is None:
        return "normal karyotype" if column.karyotypes else "nothing found"
    if fact.kind == "flag":
        return "no"
    return next((name for name, value in fact.values.items() if any(map(_is_negative, value.spellings))), "")


def _is_negative(spelling: str) -> bool:
    return spelling.endswith(" negative")


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
        meant = _nothing_there(column, fact)
        way = f"; if it means absent: {_values('-', meant)}" if meant else ""
        yield Doubt(f'"-" ({cells}) is read as not known, beside "+"{way}')


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
