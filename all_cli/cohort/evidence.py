"""What the cells of one column add up to: on this rests every doubt how the column is read.

The same is gathered before a run (``all-risk columns``) and during one, a stretch of distinct texts at a time, so that
both doubt the same. It takes little room however long the table is, and parts of a table can be added up.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cache
from itertools import islice
from math import inf
from typing import TYPE_CHECKING

from all_cli.cohort.columns import BORN, DIAGNOSED, GENETICS, LEFT_ALONE, Column
from all_cli.knowledge.vocabulary import Fact, Vocabulary
from all_cli.patient.dates import DAY_FIRST, MONTH_FIRST, read_table_date
from all_cli.patient.reading import UNKNOWN_WORDS, fold
from all_cli.patient.two_readings import THOUSANDS_POINT
from all_cli.patient.unreadable import UnreadableError

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]

OLDEST = 120  # years; nobody is older
MOST_OF_SOME = 25  # months or years below which a column of months may be one of years
LEAST_PER_UL, FEW_PER_UL = 100, 500  # cells per uL of blood; hardly anybody has fewer, most patients have more
BARE_COUNT, LARGEST_COUNT = 1000, 3000  # ×10⁹/L
ALL_OF_IT = 100  # percent
STEPS = (1, MOST_OF_SOME, ALL_OF_IT, OLDEST, FEW_PER_UL, BARE_COUNT, LARGEST_COUNT)
_ERROR = r"(?i)^(?:#n/a|#ref!|#value!|#div/0!|#name\?|#null!|#num!|err:502|err:504)$"
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

    def see(self, column: Column, fact: Fact | None, texts: pl.Series, cells: Sequence[int] | Counts) -> None:
        """Add distinct texts of a column, each with the number of its cells.

        What a value map gives a meaning is no evidence against the column's unit or code.
        """
        import numpy as np
        import polars as pl

        if column.reads == LEFT_ALONE:
            return
        text = texts.str.strip_chars().alias("text")
        filled = text != ""
        text, many = text.filter(filled), np.asarray(cells, np.int64)[filled.to_numpy()]
        self.filled += int(many.sum())
        number = fact is not None and fact.kind == "number"
        kind = "date" if column.reads in (BORN, DIAGNOSED) else "number" if number else "word"
        # One query for all: of a small table, many small ones would take longer than everything else.
        told = text.to_frame().select(_asked(kind, column.decimal))
        for said, cells_of in _those(text, many, told["error"]):
            self.errors[said] = self.errors.get(said, 0) + cells_of
        if column.values:
            mapped = dict(column.values)
            left = pl.Series([fold(said) not in mapped for said in text], dtype=pl.Boolean)
            text, many, told = text.filter(left), many[left.to_numpy()], told.filter(left)
        if kind == "number":
            self._numbers(text, many, told)
        elif kind == "date":
            self._dates(_those(text, many, told["tells"]))
        elif column.reads == GENETICS or fact is not None:
            for said, cells_of in _those(text, many, told["tells"]):
                if (plain := fold(said)) in self.words or len(self.words) < _KEPT:
                    self.words[plain] = self.words.get(plain, 0) + cells_of

    def _numbers(self, text: pl.Series, many: Counts, told: pl.DataFrame) -> None:
        import numpy as np
        import polars as pl

        value = told["value"].to_numpy()  # NaN where there is none
        bare = ~np.isnan(value)
        code = bare & told["code"].to_numpy()
        whole = value == np.floor(value)
        per_ul = whole & (value >= LEAST_PER_UL)
        either = per_ul & (value <= BARE_COUNT)
        between = (value > BARE_COUNT) & (value <= LARGEST_COUNT)
        sums = {
            "powers": told["power"].to_numpy(), "numbers": bare, "whole": whole, "positive": value > 0,
            "per_ul": per_ul, "either": either,
        }  # fmt: skip
        if "decimal_comma" in told.columns:
            thousands = told["like_thousands"]
            sums |= {"decimal_comma": told["decimal_comma"].to_numpy(), "like_thousands": thousands.to_numpy()}
            if thousands.any():
                found = text.filter(thousands).str.extract(f"({THOUSANDS_POINT})").cast(pl.Float64)
                self.least_thousands = min(self.least_thousands, float(found.to_numpy().min()))
        for name, which in sums.items():
            setattr(self, name, getattr(self, name) + int(many[which].sum()))
        for step in STEPS:
            self.above[step] += int(many[value > step].sum())
        for said, cells_of in islice(_those(text, many, pl.Series(code)), _KEPT):
            self.codes[said] = self.codes.get(said, 0) + cells_of
        self.highest = max(self.highest, float(value[bare & ~code].max(initial=0)))
        self.most += int(many[bare & ~code].max(initial=0))
        self.least_between = min(self.least_between, float(value[between].min(initial=inf)))
        examples = {
            "either": either, "large": value > LARGEST_COUNT, "between": between, "odd": (value > 0) & ~per_ul,
            "old": value > OLDEST,
        }  # fmt: skip
        for name, which in examples.items():
            if name not in self.shown and which.any():
                self.shown[name] = text[int(which.argmax())]

    @property
    def commas(self) -> int:
        """Numbers with a decimal comma, also of a column that is left alone and holds nothing but numbers."""
        if not self.unread:
            return self.decimal_comma
        said = {text: cells for text, cells in self.unread.items() if fold(text) not in UNKNOWN_WORDS}
        commas = sum(cells for text, cells in said.items() if _WITH_COMMA.fullmatch(text))
        plain = sum(cells for text, cells in said.items() if text.isdecimal())
        return commas if commas >= _SEVERAL and commas + plain == sum(said.values()) else 0

    def _dates(self, said: Iterable[tuple[str, int]]) -> None:
        for text, cells in said:
            by_day, by_month = (_read(text, order) for order in (DAY_FIRST, MONTH_FIRST))
            if by_day != by_month:
                self.two_ways += cells * (by_day is not None and by_month is not None)
                self.day_first += cells * (by_month is None)
                self.month_first += cells * (by_day is None)


def _those(text: pl.Series, many: Counts, which: pl.Series) -> Iterator[tuple[str, int]]:
    """Some of the texts, each with the number of its cells."""
    return zip(text.filter(which).to_list(), many[which.to_numpy()].tolist(), strict=True)


@cache
def _asked(kind: str, decimal: str) -> list[pl.Expr]:
    """What is asked of every text of a column of dates, words or numbers.

    ``tells``: it tells something of the column. ``value`` is a number without a unit, as it would be read.
    """
    import polars as pl

    text = pl.col("text")
    error = text.str.contains(_ERROR).alias("error")
    if kind == "date":
        return [error, text.str.contains(_TWO_WAYS).alias("tells")]
    if kind == "word":
        return [error, (text.str.len_chars() <= _SHORT).alias("tells")]
    asked = [error, text.str.contains(_CODE).alias("code"), text.str.contains(_POWER).alias("power")]
    if decimal == "comma":
        plain = text.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    elif decimal == "point":
        plain = text.str.replace_all(",", "", literal=True)
    else:
        plain = text.str.replace(",", ".", literal=True)
        asked.append(text.str.contains(DECIMAL_COMMA).alias("decimal_comma"))
        asked.append(text.str.contains(_LIKE_THOUSANDS).alias("like_thousands"))
    grouped = text.str.contains(_BLANKS_BETWEEN)
    plain = pl.when(grouped).then(plain.str.replace_all(_BLANK, "")).otherwise(plain)
    return [*asked, plain.str.extract(_BARE).cast(pl.Float64, strict=False).alias("value")]


def gather(seen: dict[int, Evidence], columns: Sequence[Column], vocabulary: Vocabulary, frame: pl.DataFrame) -> None:
    """Add the cells of a stretch of rows to what speaks for how each column is read, by the column's place."""
    for column in columns:
        if column.reads != LEFT_ALONE:
            texts = (
                frame[column.header].fill_null("").alias("text").to_frame().group_by("text", maintain_order=True).len()
            )
            fact = vocabulary.facts.get(column.reads)
            seen.setdefault(column.index, Evidence()).see(column, fact, texts["text"], texts["len"].to_numpy())


def _read(text: str, order: str) -> date | None:
    try:
        return read_table_date("", text, order)
    except UnreadableError:
        return None
