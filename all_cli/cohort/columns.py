"""From the columns of somebody else's table to facts and units.

A column's meaning comes, strongest first, from ``--map`` and ``--unit``, from a map file, and from its own name. A
:class:`Column` then holds all that a reader of cells has to know: :meth:`Column.said` applies the column's value map,
:func:`read_cell` and :func:`read_cell_date` read what is said with its unit, decimal sign and order of dates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from all_cli.cohort.dictionary import Dictionary, told_of
from all_cli.cohort.headers import (
    BORN,
    DIAGNOSED,
    GENETICS,
    LEFT_ALONE,
    SPECIAL,
    header_names,
    known_unit,
    unit_factor,
    units_of,
)
from all_cli.cohort.misnamed import misnamed
from all_cli.cohort.told import read_as, unit_told, values_of
from all_cli.knowledge.vocabulary import Fact, Vocabulary
from all_cli.logic.values import NumberSet
from all_cli.patient.dates import read_table_date
from all_cli.patient.denials import NOTHING_ELSE, NOTHING_FOUND
from all_cli.patient.reading import UNKNOWN_WORDS, Reading, fold, loose, read_value
from all_cli.patient.unreadable import UnreadableError

NONE = "none"
_KARYOTYPES = re.compile(r"[ck]ar[iy]ot|iscn|[cz]ytogen|citogen|banding|核型")
_OTHERWISE = re.compile(rf"[,;|\s]+(?:{'|'.join(NOTHING_ELSE)})\s*$", re.IGNORECASE)
_ONE_OF_AGE = {"d": 1 / 365.25, "w": 7 / 365.25, "mo": 1 / 12, "y": 1.0}
# ArrayExpress keeps the unit of a column in the next one: Characteristics[age], Unit[time unit].
_UNIT_BESIDE = re.compile(r"unit ?\[.*\]", re.IGNORECASE)

__all__ = [
    "BORN", "DIAGNOSED", "GENETICS", "LEFT_ALONE", "Column", "ColumnRule", "TableMapping", "plan_columns", "plans",
    "read_cell", "read_cell_date", "size_of_one",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """How one column is read: as which fact (or special meaning, or not at all) and in which unit.

    ``decimal`` is ``comma``, ``point`` or empty (nobody has said); ``date_order`` ``dmy``, ``mdy``, ``ymd`` or empty;
    ``values`` maps what cells say, folded, to what it means, in words that the fact's own reader takes. ``chosen`` says
    that the unit is the user's word and not that of the header. ``rough`` is a number beside a finer one: it has to
    agree within one unit. ``aside`` says why a column whose name is known is left alone. ``caller`` is the program
    whose predictions it holds; of its labels ``confidence`` is the column that says how sure it is. ``coded``: a
    dictionary gave the values, and cells that are not among them cannot be read. ``for_all``: what every row says; the
    table has no such column (:mod:`all_cli.cohort.whole_table`). ``settled``: the user has said to leave it alone.
    ``assumed`` is the unit that bare numbers are taken in although nobody said one. ``karyotypes``: by its name a
    column of genetics holds those, and no results of a panel.
    """

    index: int
    header: str
    reads: str
    unit: str = ""
    decimal: str = ""
    date_order: str = ""
    values: tuple[tuple[str, str], ...] = ()
    chosen: bool = False
    rough: bool = False
    caller: str = ""
    confidence: str = ""
    aside: str = ""
    coded: bool = False
    for_all: str = ""
    settled: bool = False
    assumed: str = ""
    karyotypes: bool = False

    def __str__(self) -> str:
        if self.for_all:
            return f"{self.reads} {self.for_all} for all rows"
        reads = f"calls of {self.caller}" if self.calls else self.reads
        text = f'{reads} from "{self.header}"' + (f" in {self.unit}" if self.unit else "")
        if self.assumed:
            text += f", bare numbers taken in {self.assumed}"
        if self.confidence:
            text += f' with "{self.confidence}"'
        if self.rough:
            text += " (a finer column is taken; this one has to agree)"
        if self.decimal:
            text += f" with a decimal {self.decimal}"
        if self.date_order:
            text += f" written {self.date_order}"
        mapped = f" with {len(self.values)} value{'' if len(self.values) == 1 else 's'} mapped" if self.values else ""
        return text + mapped

    @property
    def calls(self) -> bool:
        """Whether its labels are read as findings."""
        return bool(self.caller) and self.reads == GENETICS

    def said(self, text: str) -> str:
        """What a cell's text stands for by the column's value map; the text itself, if the map does not speak of it.

        ``None``, which programs write for no entry, is not known in a table. A normal karyotype is one in any words.

        Raises:
            UnreadableError: by the dictionary of the table it can hold no such code.
        """
        plain = fold(text)
        for written, meant in self.values:
            if written == plain:
                return meant
        if plain == NONE:
            return "unknown"
        if self.coded and plain not in UNKNOWN_WORDS:
            codes = ", ".join(dict.fromkeys(written for written, _ in self.values))
            raise UnreadableError(self.reads, text, f"the column can only hold {codes}")
        if self.karyotypes:
            # Metaphases without a finding exclude no fusion: nobody has looked at more.
            text = _OTHERWISE.sub("", text)
            plain = "normal" if plain in NOTHING_FOUND else plain
        return "normal karyotype" if plain == "normal" and self.reads == GENETICS else text


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """What a map file says of one column; ``place`` is where (file:line:column)."""

    header: str
    reads: str
    unit: str = ""
    decimal: str = ""
    date_order: str = ""
    values: tuple[tuple[str, str], ...] = ()
    place: str = "--map-file"


@dataclass(frozen=True, slots=True)
class TableMapping:
    """A map file: columns by header, and what holds for all columns that say nothing else."""

    columns: Mapping[str, ColumnRule] = field(default_factory=dict)
    decimal: str = ""
    date_order: str = ""


def read_cell(column: Column, fact: Fact, text: str) -> Reading:
    """What a cell says of the column's fact.

    Raises:
        UnreadableError: nothing that the fact can be.
    """
    said = column.said(text)
    # What a value map says is written as this program writes, whatever the table's decimal sign.
    reading = read_value(fact, said, column.unit, column.decimal if said is text else "", chosen=column.chosen)
    if not column.rough or not isinstance(reading.possible, NumberSet):
        return reading
    one = size_of_one(column, fact)
    (low, _), (high, _) = reading.possible.spans[0][0], reading.possible.spans[-1][1]
    around = NumberSet.between(max(0.0, low - one), high + one, open_low=low >= one, open_high=True)
    return reading._replace(possible=around & NumberSet.between(*fact.hard))


def size_of_one(column: Column, fact: Fact) -> float:
    """One of the column's unit, in the unit that the fact is kept in."""
    if fact.reading == "age":
        return _ONE_OF_AGE[column.unit or "y"]
    return float(unit_factor(fact, column.unit))


def read_cell_date(column: Column, text: str) -> date | None:
    """The date that a cell says; None if it says that it is not known.

    Raises:
        UnreadableError: no date, or one that can be read two ways and nobody has said which.
    """
    said = column.said(text)
    return None if fold(said) in UNKNOWN_WORDS else read_table_date(column.reads, said, column.date_order)


def plan_columns(
    header: Sequence[str],
    vocabulary: Vocabulary,
    mapping: Mapping[str, str],
    mrd_unit: str = "",
    *,
    units: Mapping[str, str] | None = None,
    table: TableMapping | None = None,
    decimal: str = "",
    date_order: str = "",
    dictionary: Dictionary | None = None,
) -> list[Column]:
    """How each column of a table is to be read.

    Args:
        header: the column names, in order.
        vocabulary: the facts.
        mapping: column name to fact id (or ``genetics``, ``born``, ``diagnosed``, ``-``), overriding the names.
        mrd_unit: unit of percent columns that name none.
        units: column name to the unit of its bare numbers, overriding the names (``--unit``).
        table: a map file (``--map-file``); ``mapping`` and ``units`` override it.
        decimal: ``comma`` or ``point`` for every column of numbers.
        date_order: ``dmy``, ``mdy`` or ``ymd`` for every column of dates.
        dictionary: what a data dictionary says of the columns (``--dictionary``), labels and codes.

    Raises:
        UnreadableError: a mapping of a column or to a fact that does not exist, a unit the fact does not have, or two
            columns for one fact.
    """
    columns, problems = plans(
        header, vocabulary, mapping, mrd_unit,
        units=units, table=table, decimal=decimal, date_order=date_order, dictionary=dictionary,
    )  # fmt: skip
    if problems:
        raise problems[0]
    return columns


def plans(
    header: Sequence[str],
    vocabulary: Vocabulary,
    mapping: Mapping[str, str],
    mrd_unit: str = "",
    *,
    units: Mapping[str, str] | None = None,
    table: TableMapping | None = None,
    decimal: str = "",
    date_order: str = "",
    dictionary: Dictionary | None = None,
) -> tuple[list[Column], list[UnreadableError]]:
    """As :func:`plan_columns`, with everything that stands in the way of a run instead of the first such error."""
    table = table or TableMapping()
    places = {name: rule.place for name, rule in table.columns.items()}
    problems = list(misnamed(header, vocabulary, mapping, units or {}, places))
    names = header_names(vocabulary)
    predicted, expressed = _predicted(header, vocabulary)
    columns = []
    for index, name in enumerate(header):
        rule = table.columns.get(name, ColumnRule(name, ""))
        told = told_of(name, dictionary)
        found, aside = read_as(told, names, vocabulary)
        if found and name in expressed:
            measured = f"the expression of the gene as {expressed[name]} measures it, no finding"
            found, aside = "", f'{measured}; it is not read; --map "{name}={found}" does'
        reads = mapping.get(name) or rule.reads or found or LEFT_ALONE
        called = vocabulary.callers.get(reads.casefold())
        if called is not None:
            reads = GENETICS
            if called.confidence and called.confidence not in header:
                why = f'the labels of {called.id} need its column "{called.confidence}" beside them'
                problems.append(UnreadableError("column", name, why))
        if reads not in SPECIAL and reads not in vocabulary:
            reads = LEFT_ALONE  # already among the problems
        reads = reads if reads in SPECIAL else vocabulary[reads].id
        unit = ""
        try:
            given = (units or {}).get(name) or rule.unit
            chosen = name in mapping or bool(rule.reads)
            written = "" if given else unit_told(name, told, reads, names, vocabulary)
            unit = _unit(vocabulary, reads, name, given, written, mrd_unit, chosen=chosen)
        except UnreadableError as error:
            problems.append(error)
        values = values_of(told, reads)
        numeric = reads not in SPECIAL and vocabulary[reads].kind == "number"
        columns.append(
            Column(
                index, name, reads, unit,
                (rule.decimal or decimal or table.decimal) if numeric else "",
                (rule.date_order or date_order or table.date_order) if reads in (BORN, DIAGNOSED) else "",
                rule.values if reads == rule.reads else values, chosen=bool(unit) and (bool(given) or not written),
                coded=bool(values) and reads != rule.reads,
                caller=called.id if called else predicted.get(name, ""),
                confidence=called.confidence if called else "",
                aside="" if mapping.get(name) or rule.reads else aside.replace("COLUMN=", f"{name}="),
                settled=LEFT_ALONE in (mapping.get(name), rule.reads) and reads == LEFT_ALONE,
                assumed="" if unit else _assumed(vocabulary, reads),
                karyotypes=reads == GENETICS and any(_KARYOTYPES.search(loose(text)) for text in (name, *told.names)),
            )
        )  # fmt: skip
        problems.extend(_of_two_units(columns[-1], vocabulary, rule.place))
        beside = header[index + 1] if index + 1 < len(header) else ""
        if numeric and not unit and _UNIT_BESIDE.fullmatch(beside.strip()):
            why = f'its unit stands in the next column, "{beside}", which is not read; say --unit "{name}=UNIT"'
            problems.append(UnreadableError("column", name, why))
    spoken_for = {*mapping, *table.columns}
    columns = list(_finest(list(_without_lone_date(columns, spoken_for)), vocabulary))
    problems.extend(_conflicts(columns))
    return columns, problems


def _predicted(header: Sequence[str], vocabulary: Vocabulary) -> tuple[dict[str, str], dict[str, str]]:
    """The columns of a program's output, known by its header row: its predictions, and what it measures of genes."""
    here = [caller for caller in vocabulary.callers.values() if {caller.label, *caller.beside} <= {*header}]
    predicted = {column: caller.id for caller in here for column in (caller.label, *caller.predicted)}
    return predicted, {column: caller.id for caller in here for column in caller.expression}


def _of_two_units(column: Column, vocabulary: Vocabulary, place: str) -> Iterator[UnreadableError]:
    """Meanings of a value map that are one number in the column's unit and another in the fact's own."""
    if not column.unit:
        return
    fact = vocabulary[column.reads]
    for written, meant in column.values:
        try:
            readings = {read_value(fact, meant, unit).possible for unit in (column.unit, "")}
        except UnreadableError:
            continue  # only one of the two can be meant
        if len(readings) == 2:
            own = "years" if fact.reading == "age" else fact.unit
            why = f'"{meant}" for "{written}": in {column.unit} or in {own}? Write the unit behind it'
            yield UnreadableError(place, "", why)


def _finest(columns: Sequence[Column], vocabulary: Vocabulary) -> Iterator[Column]:
    """The columns, with every age or count rough beside which there is a finer one, or two dates."""
    dated = {BORN, DIAGNOSED} <= {column.reads for column in columns}
    for column in columns:
        fact = vocabulary.facts.get(column.reads)
        same = [other for other in columns if other.reads == column.reads]
        if fact is None or not (fact.reading == "age" or (fact.reading == "wbc" and all(one.unit for one in same))):
            yield column
            continue
        sizes = [size_of_one(other, fact) for other in same]
        finer = sizes.count(min(sizes)) == 1 and size_of_one(column, fact) > min(sizes)
        yield replace(column, rough=True) if finer or (dated and fact.reading == "age") else column


def _without_lone_date(columns: Sequence[Column], spoken_for: set[str]) -> Iterator[Column]:
    """The columns, with a date that gives no age left alone where a column has the age; not one that the user named."""
    dates = {column.reads for column in columns} & {BORN, DIAGNOSED}
    age = next((column.header for column in columns if column.reads == "age"), "")
    for column in columns:
        if column.reads in dates and len(dates) == 1 and age and column.header not in spoken_for:
            yield replace(column, reads=LEFT_ALONE, date_order="", aside=f'one date gives no age; "{age}" is taken')
        else:
            yield column


def _conflicts(columns: Sequence[Column]) -> Iterator[UnreadableError]:
    dates = {column.reads for column in columns} & {BORN, DIAGNOSED}
    if len(dates) == 1:
        missing = "diagnosed" if BORN in dates else "born"
        header_of = next(column.header for column in columns if column.reads in dates)
        yield UnreadableError(
            "columns", header_of, f'an age needs both dates; name the other with --map "COLUMN={missing}"'
            f' or leave this one alone with --map "{header_of}=-"',
        )  # fmt: skip
    first: dict[str, Column] = {}
    for column in columns:
        if column.reads == LEFT_ALONE or column.rough:
            continue
        if column.reads in first and column.reads != GENETICS:
            yield UnreadableError(
                "columns", f"{first[column.reads].header}, {column.header}",
                f'both read as {column.reads}; leave the coarser or later one alone with '
                f'--map "{first[column.reads].header}=-" or --map "{column.header}=-"',
            )  # fmt: skip
        first.setdefault(column.reads, column)


def _assumed(vocabulary: Vocabulary, reads: str) -> str:
    """The unit in which bare numbers are taken that other laboratories give in another; of counts the size tells."""
    fact = vocabulary.facts.get(reads)
    if fact is None or fact.kind != "number" or fact.bare == "refuse" or fact.reading in ("age", "wbc"):
        return ""
    return fact.unit if fact.units or fact.reading == "percent" else ""


def _unit(
    vocabulary: Vocabulary, reads: str, header: str, given: str, written: str, mrd_unit: str, *, chosen: bool
) -> str:
    """The unit of a column's bare numbers: the one given for it, else that of its name, else of all MRD columns."""
    fact = None if reads in SPECIAL else vocabulary[reads]
    if fact is None or fact.kind != "number":
        if given:
            why = f"it is read as {reads}, which has no unit" if reads != LEFT_ALONE else "it is left alone; --map it"
            raise UnreadableError("--unit", f"{header}={given}", why)
        return ""
    if not given and not written and fact.reading == "percent" and fact.bare == "refuse":
        given = mrd_unit
    unit = given or written
    if not unit:
        return ""
    known = known_unit(fact, unit)
    if not known and not given and chosen and not units_of(fact):
        return ""  # "DNA index (flow)": the user has said what it is, and it has no unit
    if not known:
        has = f"; its units: {units_of(fact)}" if units_of(fact) else ""
        if given:
            raise UnreadableError("--unit", f"{header}={given}", f'"{given}" is not a unit of {fact.id}{has}')
        way = f'say --unit "{header}=UNIT"' if units_of(fact) else f'say --map "{header}={fact.id}"'
        raise UnreadableError("column", header, f'"{unit}" is not a unit of {fact.id}{has}; {way} or rename the column')
    return known
