"""From the columns of somebody else's table to facts and units."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from all_cli.knowledge.problems import did_you_mean
from all_cli.knowledge.vocabulary import Fact, Vocabulary
from all_cli.patient.unreadable import UnreadableError

GENETICS, BORN, DIAGNOSED, LEFT_ALONE = "genetics", "born", "diagnosed", "-"
_SPECIAL = {
    "genetics": GENETICS,
    "genetic findings": GENETICS,
    "date of birth": BORN,
    "birth date": BORN,
    "born": BORN,
    "dob": BORN,
    "date of diagnosis": DIAGNOSED,
    "diagnosis date": DIAGNOSED,
    "diagnosed": DIAGNOSED,
}
_AGE_UNITS = {
    **dict.fromkeys(("y", "yr", "yrs", "year", "years", "a"), "y"),
    **dict.fromkeys(("mo", "mos", "month", "months"), "mo"),
    **dict.fromkeys(("w", "wk", "week", "weeks"), "w"),
    **dict.fromkeys(("d", "day", "days"), "d"),
}
_PERCENT_UNITS = {"%": "%", "percent": "%", "pct": "%", "fraction": "fraction", "ratio": "fraction"}


@dataclass(frozen=True, slots=True)
class Column:
    """How one column is read: as which fact (or special meaning, or not at all) and in which unit."""

    index: int
    header: str
    reads: str
    unit: str = ""

    def __str__(self) -> str:
        return f'{self.reads} from "{self.header}"' + (f" in {self.unit}" if self.unit else "")


def plan_columns(
    header: Sequence[str], vocabulary: Vocabulary, mapping: Mapping[str, str], mrd_unit: str = ""
) -> list[Column]:
    """How each column of a table is to be read.

    Args:
        header: the column names, in order.
        vocabulary: the facts.
        mapping: column name to fact id (or ``genetics``, ``born``, ``diagnosed``, ``-``), overriding the names.
        mrd_unit: unit of percent columns that name none.

    Raises:
        UnreadableError: a mapping of a column or to a fact that does not exist, a unit the fact does not have, or two
            columns for one fact.
    """
    for name, fact in mapping.items():
        if name not in header:
            raise UnreadableError(
                "--map", f"{name}={fact}", f"no column is called that{did_you_mean(name, list(header))}"
            )
        if fact not in vocabulary and fact not in (GENETICS, BORN, DIAGNOSED, LEFT_ALONE):
            raise UnreadableError(
                "--map", f"{name}={fact}", f"no fact is called that{did_you_mean(fact, list(vocabulary))}"
            )
    names = _names(vocabulary)
    columns = [_plan(index, name, vocabulary, names, mapping, mrd_unit) for index, name in enumerate(header)]
    dates = {column.reads for column in columns} & {BORN, DIAGNOSED}
    if len(dates) == 1:
        missing = "diagnosed" if BORN in dates else "born"
        header_of = next(column.header for column in columns if column.reads in dates)
        raise UnreadableError(
            "columns", header_of, f'an age needs both dates; name the other with --map "COLUMN={missing}"'
            f' or leave this one alone with --map "{header_of}=-"',
        )  # fmt: skip
    first: dict[str, Column] = {}
    for column in columns:
        if column.reads == LEFT_ALONE:
            continue
        if column.reads in first and column.reads != GENETICS:
            raise UnreadableError(
                "columns", f"{first[column.reads].header}, {column.header}",
                f'both read as {column.reads}; leave one alone with --map "{column.header}=-"',
            )  # fmt: skip
        first[column.reads] = column
    return columns


def _plan(
    index: int, header: str, vocabulary: Vocabulary, names: Mapping[str, str], mapping: Mapping[str, str], mrd_unit: str
) -> Column:
    bare, unit = _split(header, names)
    reads = mapping.get(header) or names.get(bare) or LEFT_ALONE
    if reads in (GENETICS, BORN, DIAGNOSED, LEFT_ALONE):
        return Column(index, header, reads)
    fact = vocabulary[reads]
    if fact.kind != "number":
        return Column(index, header, fact.id)
    if not unit and fact.reading == "percent" and fact.bare == "refuse" and mrd_unit:
        unit = mrd_unit
    return Column(index, header, fact.id, _unit(fact, header, unit))


def _unit(fact: Fact, header: str, unit: str) -> str:
    if not unit:
        return ""
    folded = " ".join(unit.casefold().replace("µ", "u").replace("μ", "u").split())
    if fact.reading == "age":
        known = _AGE_UNITS.get(folded)
    elif fact.reading == "percent":
        known = _PERCENT_UNITS.get(folded)
    else:
        known = unit
        from all_cli.patient.quantity import read_number

        try:
            read_number(fact, f"1 {unit}")
        except UnreadableError as error:
            if "unit" in error.why:
                known = None
    if known is None:
        raise UnreadableError("column", header, f'"{unit}" is not a unit of {fact.id}; rename the column or use --map')
    return known


def _split(header: str, names: Mapping[str, str]) -> tuple[str, str]:
    """Name and unit of a column: ``WBC [/uL]``, ``Age at diagnosis (days)``, ``age_days``, ``MRD percent``."""
    folded = _folded(header)
    if folded in names:
        return folded, ""
    match = re.fullmatch(r"(.+?)\s*[\[(]\s*([^\[\]()]+?)\s*[\])]", header.strip())
    if match and _folded(match[1]) in names:
        return _folded(match[1]), match[2]
    for separator in (" in ", " "):
        name, found, unit = folded.rpartition(separator)
        if found and name in names and (unit in _AGE_UNITS or unit in _PERCENT_UNITS):
            return name, unit
    return folded, ""


def _names(vocabulary: Vocabulary) -> dict[str, str]:
    names = dict(_SPECIAL)
    for fact in vocabulary.facts.values():
        for name in (fact.id, *fact.aliases, fact.title, *fact.columns):
            names.setdefault(_folded(name), fact.id)
    return names


def _folded(text: str) -> str:
    return " ".join(re.sub(r"[_\-.]+", " ", text.replace("\ufeff", "").casefold()).split())
