"""How a column writes numbers and dates, where its own cells and those beside it leave one reading.

``12,500`` and ``120,000`` per uL are thousands, since no cell of blood is half; ``03.04.2015`` beside ``13.04.2009`` is
day first. Looked at are the first rows, before any is read: what later rows write in another way cannot be read, and
says so. What nothing settles is left to the user.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from all_cli.cohort.columns import BORN, DIAGNOSED, Column
from all_cli.cohort.evidence import DECIMAL_COMMA
from all_cli.cohort.typed import texts_of
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.patient.dates import DAY_FIRST, MONTH_FIRST, read_table_date
from all_cli.patient.reading import fold
from all_cli.patient.two_readings import in_whole_parts
from all_cli.patient.unreadable import UnreadableError

if TYPE_CHECKING:
    import polars as pl

_ROWS = 10_000
_YEAR_LAST = re.compile(r"\d{1,2}([-/.])\d{1,2}\1\d{4}")
_GROUPED = r"(?:[<>]=?|[≤≥])?\s*([1-9]\d{{0,2}}(?:{0}\d{{3}})+)(?!\d)"
_COMMAS, _POINTS = re.compile(_GROUPED.format(",")), re.compile(_GROUPED.format(r"\."))
_DECIMAL_COMMA = re.compile(DECIMAL_COMMA)
_POINT = re.compile(r"\d\.\d|(?:^|\D)\.\d")


class _Written(NamedTuple):
    """How one column writes numbers: with decimal commas or points, and between thousands.

    ``commas`` and ``points`` are texts such as 12,500 and 12.500, which can be either. ``whole``: there are no parts of
    one; ``counts``: it holds white cells, which mean the same as 12.5 ×10⁹/L and as 12500 per uL.
    """

    decimal_commas: bool
    decimal_points: bool
    commas: tuple[str, ...]
    points: tuple[str, ...]
    whole: bool
    counts: bool


def settled(columns: Sequence[Column], vocabulary: Vocabulary, frame: pl.DataFrame | None) -> list[Column]:
    """The columns, with the decimal sign and the order of dates of those that leave one reading.

    Args:
        columns: the columns as planned; what the user has said of one stands.
        vocabulary: the facts.
        frame: the first rows of the table, or None.
    """
    if frame is None:
        return [*columns]
    texts = texts_of(frame.head(_ROWS))
    written: dict[int, _Written] = {}
    found = []
    for column in columns:
        fact = vocabulary.facts.get(column.reads)
        if column.header in texts.columns and not column.for_all:
            if column.reads in (BORN, DIAGNOSED) and not column.date_order:
                column = replace(column, date_order=_order(_cells(column, texts)))
            elif fact is not None and fact.kind == "number" and not frame[column.header].dtype.is_numeric():
                whole = in_whole_parts(column.unit or fact.unit)
                written[column.index] = _written(_cells(column, texts), whole, fact.reading == "wbc")
        found.append(column)
    if not written:
        return found
    return [
        replace(column, decimal=_decimal(written[column.index], written))
        if column.index in written and not column.decimal
        else column
        for column in found
    ]


def _cells(column: Column, texts: pl.DataFrame) -> Iterator[str]:
    import polars as pl

    mapped = dict(column.values)
    asked = pl.col(column.header).drop_nulls().unique(maintain_order=True).str.strip_chars()
    cells = texts.select(asked).to_series()
    return (text for text in cells if not mapped or fold(text) not in mapped)


def _order(cells: Iterator[str]) -> str:
    """Day first, if dates with points can only be so and none can be anything else; else empty."""
    certain = False
    for text in cells:
        match = _YEAR_LAST.match(text)
        if match is None:
            continue
        by_day, by_month = (_day(text, order) for order in (DAY_FIRST, MONTH_FIRST))
        if by_day is None and by_month is not None:
            return ""
        if match[1] != "." and by_day != by_month and by_month is not None:
            return ""
        certain |= match[1] == "." and by_month is None and by_day is not None
    return DAY_FIRST if certain else ""


def _day(text: str, order: str) -> date | None:
    try:
        return read_table_date("", text, order)
    except UnreadableError:
        return None


def _written(cells: Iterator[str], whole: bool, counts: bool) -> _Written:
    decimal_commas = decimal_points = False
    commas, points = [], []
    for text in cells:
        if "," not in text and "." not in text:
            continue
        if match := _COMMAS.match(text):
            commas.append(match[1])
            decimal_points |= _POINT.search(text) is not None
        elif match := _POINTS.match(text):
            points.append(match[1])
            decimal_commas |= "," in text[match.end() :]
        else:
            decimal_commas |= _DECIMAL_COMMA.search(text) is not None
            decimal_points |= _POINT.search(text) is not None
    return _Written(decimal_commas, decimal_points, tuple(commas), tuple(points), whole, counts)


def _decimal(own: _Written, all_columns: dict[int, _Written]) -> str:
    """The decimal sign of a column: ``comma``, ``point``, or empty if nothing settles it."""
    others = all_columns.values()
    # A point before three digits stands between thousands for certain only where there are no parts of one.
    no_points = not any(one.decimal_points or (one.points and not one.whole) for one in others)
    commas = any(one.decimal_commas for one in others)
    # 12,500 would have a part of one, if the comma did not stand between thousands.
    surely = any(number.count(",") > 1 or not number.endswith("000") for number in own.commas)
    if own.whole and own.counts and surely and not (commas or own.points):
        return "point"
    if own.whole and own.points and not own.commas and no_points:
        return "comma" if commas else ""
    return "comma" if own.decimal_commas and no_points and not own.points else ""
