"""What the cells of one column add up to: on this rests every doubt how the column is read.

The same is gathered before a run (``all-risk columns``) and during one, a stretch of distinct texts at a time, so that
both doubt the same. It takes little room however long the table is, and parts of a table can be added up.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from math import inf
from typing import TYPE_CHECKING

from all_cli.cohort.columns import BORN, DIAGNOSED, GENETICS, LEFT_ALONE, Column
from all_cli.knowledge.vocabulary import Fact, Vocabulary
from all_cli.patient.dates import DAY_FIRST, MONTH_FIRST, read_table_date
from all_cli.patient.reading import UNKNOWN_WORDS, fold
from all_cli.patient.two_readings import THOUSANDS_POINT
from all_cli.patient.unreadable import UnreadableError

if TYPE_CHECKING:
    import polars as pl

OLDEST = 120  # years; nobody is older
MOST_OF_SOME = 25  # months or years below which a column of months may be one of years
LEAST_PER_UL, FEW_PER_UL = 100, 500  # cells per uL of blood; hardly anybody has fewer, most patients have more
BARE_COUNT, LARGEST_COUNT = 1000, 3000  # ×10⁹/L
ALL_OF_IT = 100  # percent
STEPS = (1, MOST_OF_SOME, ALL_OF_IT, OLDEST, FEW_PER_UL, BARE_COUNT, LARGEST_COUNT)
ERRORS = ("#n/a", "#ref!", "#value!", "#div/0!", "#name?", "#null!", "#num!", "err:502", "err:504")
_BARE = r"^(?:[<>]=?|[≤≥=])?\s*([-+]?(?:\d+(?:\.\d*)?|\.\d+))$"
_CODE = r"^(?:-[789]|-?(?:9{2,5}|8{2,5}|7{2,5}))(?:\.0+)?$"
_BLANK = "[ \u00a0\u202f\u2009]"
_BLANKS_BETWEEN = rf"^[1-9]\d{{0,2}}(?:{_BLANK}\d{{3}})+(?:[.,]\d+)?$"
_POWER = r"^[<>≤≥=]*\s*\d+(?:\.\d+)?[eE]-\d+$"
DECIMAL_COMMA = r"(?:^|[^\d.,])\d+,(?:\d{1,2}|\d{4,})(?:$|[^\d.,])|\d\.\d{3},\d|(?:^|[^\d.,])0,\d"
_LIKE_THOUSANDS = rf"(?:^|[^\d.,]){THOUSANDS_POINT}(?:$|[^\d.,])"
_TWO_WAYS = r"^\s*\d{1,2}[-/.]\d{1,2}[-/.]\d{4}"
_WITH_COMMA = re.compile(r"\d+,\d{1,2}")
_SEVERAL = 3
_SHORT = 4  # letters of a word that can be a code
_KEPT = 100  # distinct words and codes


@dataclass(slots=True)
class Evidence:
    """Numbers of cells, and some of the texts.

    ``filled`` cells say something. ``numbers`` are bare: without a unit; ``highest`` and ``most`` (how often one number
    stands there at most) leave out what looks like a code for missing. ``per_ul`` could be cells per uL, ``either`` of
    those at most 1000 ×10⁹/L too. ``least_thousands`` is the least number such as 1.234, ``least_between``
    the least from 1000 to 3000 ×10⁹/L. ``unread`` are the words of a
    column that is left alone. ``parts`` are rows in which an age may be what is left of a coarser one beside it,
    ``wholes`` those in which it is not.
    """

    filled: int = 0
    numbers: int = 0
    whole: int = 0
    positive: int = 0
    above: dict[int, int] = field(default_factory=lambda: dict.fromkeys(STEPS, 0))
    highest: float = 0
    most: int = 0
    codes: dict[str, int] = field(default_factory=dict)
    per_ul: int = 0
    either: int = 0
    shown: dict[str, str] = field(default_factory=dict)
    decimal_comma: int = 0
    like_thousands: int = 0
    least_thousands: float = inf
    least_between: float = inf
    powers: int = 0
    words: dict[str, int] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)
    day_first: int = 0
    month_first: int = 0
    two_ways: int = 0
    unread: dict[str, int] = field(default_factory=dict)
    parts: int = 0
    wholes: int = 0

    def add(self, other: Evidence) -> None:
        """Add what another part of the table holds."""
        for one in fields(self):
            mine, theirs = getattr(self, one.name), getattr(other, one.name)
            if isinstance(mine, dict):
                for key, value in theirs.items():
                    mine[key] = mine.get(key, value) if isinstance(value, str) else mine.get(key, 0) + value
            else:
                join = {"highest": max, "least_thousands": min, "least_between": min}.get(one.name, operator.add)
                setattr(self, one.name, join(mine, theirs))

    def see(self, column: Column, fact: Fact | None, texts: pl.Series, cells: Sequence[int] | pl.Series) -> None:
        """Add distinct texts of a column, each with the number of its cells.

        What a value map gives a meaning is no evidence against the column's unit or code.
        """
        import polars as pl

        frame = pl.DataFrame({"text": texts, "cells": pl.Series(cells, dtype=pl.Int64)}).with_columns(
            pl.col("text").str.strip_chars()
        )
        frame = frame.filter(pl.col("text") != "")
        if column.reads == LEFT_ALONE:
            return
        self.filled += int(frame["cells"].sum())
        for text, number in frame.filter(pl.col("text").str.to_lowercase().is_in(ERRORS)).rows():
            self.errors[text] = self.errors.get(text, 0) + number
        if column.values:
            mapped = dict(column.values)
            frame = frame.filter(pl.Series([fold(text) not in mapped for text in frame["text"]], dtype=pl.Boolean))
        if column.reads in (BORN, DIAGNOSED):
            self._dates(frame.filter(pl.col("text").str.contains(_TWO_WAYS)))
        elif fact is not None and fact.kind == "number":
            self._numbers(column, frame)
        elif column.reads == GENETICS or fact is not None:
            for text, number in frame.filter(pl.col("text").str.len_chars() <= _SHORT).rows():
                if (plain := fold(text)) in self.words or len(self.words) < _KEPT:
                    self.words[plain] = self.words.get(plain, 0) + number

    def _numbers(self, column: Column, frame: pl.DataFrame) -> None:
        import polars as pl

        text, many, value = pl.col("text"), pl.col("cells"), pl.col("value")
        asked: list[pl.Expr] = []
        if column.decimal == "comma":
            plain = text.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
        elif column.decimal == "point":
            plain = text.str.replace_all(",", "", literal=True)
        else:
            plain = text.str.replace(",", ".", literal=True)
            thousands = text.str.contains(_LIKE_THOUSANDS)
            asked += [
                many.filter(text.str.contains(DECIMAL_COMMA)).sum().alias("decimal_comma"),
                many.filter(thousands).sum().alias("like_thousands"),
                text.filter(thousands).str.extract(f"({THOUSANDS_POINT})").cast(pl.Float64).min().alias("thousands"),
            ]
        grouped = text.str.contains(_BLANKS_BETWEEN)
        plain = pl.when(grouped).then(plain.str.replace_all(_BLANK, "")).otherwise(plain)
        bare = value.is_not_null()
        code = bare & text.str.contains(_CODE)
        whole = value == value.floor()
        per_ul = whole & (value >= LEAST_PER_UL)
        either = per_ul & (value <= BARE_COUNT)
        between = (value > BARE_COUNT) & (value <= LARGEST_COUNT)
        sums = {
            "powers": text.str.contains(_POWER), "numbers": bare, "whole": whole, "positive": value > 0,
            "per_ul": per_ul, "either": either, **{str(step): value > step for step in STEPS},
        }  # fmt: skip
        examples = {
            "either": either, "large": value > LARGEST_COUNT, "between": between, "odd": (value > 0) & ~per_ul,
            "old": value > OLDEST,
        }  # fmt: skip
        # One query for all: a hundred small ones would take longer than everything else about a small table.
        found = frame.with_columns(plain.str.extract(_BARE).cast(pl.Float64, strict=False).alias("value")).select(
            *asked,
            *(many.filter(which).sum().alias(name) for name, which in sums.items()),
            text.filter(code).head(_KEPT).implode().alias("codes"),
            many.filter(code).head(_KEPT).implode().alias("of_codes"),
            value.filter(bare & ~code).max().alias("highest"),
            many.filter(bare & ~code).max().alias("most"),
            value.filter(between).min().alias("least_between"),
            *(text.filter(which).first().alias(f"shown {name}") for name, which in examples.items()),
        ).row(0, named=True)  # fmt: skip
        for name in (
            "decimal_comma",
            "like_thousands",
            "powers",
            "numbers",
            "whole",
            "positive",
            "per_ul",
            "either",
            "most",
        ):
            setattr(self, name, getattr(self, name) + int(found.get(name) or 0))
        for step in STEPS:
            self.above[step] += int(found[str(step)])
        for written, number in zip(found["codes"], found["of_codes"], strict=True):
            self.codes[written] = self.codes.get(written, 0) + number
        self.highest = max(self.highest, float(found["highest"] or 0))
        self.least_thousands = min(self.least_thousands, float(found.get("thousands") or inf))
        self.least_between = min(self.least_between, float(found["least_between"] or inf))
        for name in examples:
            if name not in self.shown and (example := found[f"shown {name}"]) is not None:
                self.shown[name] = example

    @property
    def commas(self) -> int:
        """Numbers with a decimal comma, also of a column that is left alone and holds nothing but numbers."""
        if not self.unread:
            return self.decimal_comma
        said = {text: cells for text, cells in self.unread.items() if fold(text) not in UNKNOWN_WORDS}
        commas = sum(cells for text, cells in said.items() if _WITH_COMMA.fullmatch(text))
        plain = sum(cells for text, cells in said.items() if text.isdecimal())
        return commas if commas >= _SEVERAL and commas + plain == sum(said.values()) else 0

    def _dates(self, frame: pl.DataFrame) -> None:
        for text, cells in frame.rows():
            by_day, by_month = (_read(text, order) for order in (DAY_FIRST, MONTH_FIRST))
            if by_day != by_month:
                self.two_ways += cells * (by_day is not None and by_month is not None)
                self.day_first += cells * (by_month is None)
                self.month_first += cells * (by_day is None)


def gather(seen: dict[int, Evidence], columns: Sequence[Column], vocabulary: Vocabulary, frame: pl.DataFrame) -> None:
    """Add the cells of a stretch of rows to what speaks for how each column is read, by the column's place."""
    for column in columns:
        if column.reads != LEFT_ALONE:
            texts = (
                frame[column.header].fill_null("").alias("text").to_frame().group_by("text", maintain_order=True).len()
            )
            fact = vocabulary.facts.get(column.reads)
            seen.setdefault(column.index, Evidence()).see(column, fact, texts["text"], texts["len"])


def _read(text: str, order: str) -> date | None:
    try:
        return read_table_date("", text, order)
    except UnreadableError:
        return None
