"""Tables already in memory: polars, pandas and Arrow in, the same kind out with the answers behind its own columns.

Typed cells are read faithfully: 45.0 as 45, days as dates, true and false as flags, ``NaN`` and ``NaT`` as unknown.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from all_cli.cohort.classify import result_columns, results_of
from all_cli.cohort.columns import Column, plan_columns
from all_cli.cohort.doubts import DoubtfulError, refuse_doubtful
from all_cli.cohort.kernel import Plan
from all_cli.cohort.no_patients import no_patients
from all_cli.cohort.nothing_read import no_column_read
from all_cli.cohort.output import LONG, ROW, WIDE
from all_cli.cohort.redcap import read_dictionary
from all_cli.cohort.settled import settled
from all_cli.cohort.typed import as_text
from all_cli.cohort.whole_table import columns_of_all, own_columns
from all_cli.knowledge.problems import did_you_mean
from all_cli.patient.unreadable import UnreadableError
from all_cli.risk.library import RiskLibrary

if TYPE_CHECKING:
    import polars as pl

Form = Literal["wide", "long"]
_STRETCH = 200_000  # rows; what the kernel remembers is bounded between stretches
_ARGUMENT = {"map": "columns", "unit": "units", "set": "for_all"}  # option to argument
_NUMBERS = "iuf"  # numpy's kinds of numbers


class Reading(NamedTuple):
    """What the user says of how the columns are to be read; empty where nothing is said."""

    columns: Mapping[str, str]
    units: Mapping[str, str]
    mrd_unit: str
    decimal: str
    date_order: str
    dictionary: str = ""
    for_all: Mapping[str, str] = {}


class Asked(NamedTuple):
    """What the user wants to know: the schemes, whether one bad cell spoils its row, and what to assume."""

    schemes: Sequence[str]
    form: str
    strict: bool
    assume: tuple[str, ...]
    routine: bool

    @property
    def likely(self) -> bool:
        """Whether something is assumed."""
        return bool(self.assume) or self.routine


def classify_any(frame: Any, library: RiskLibrary, asked: Asked, reading: Reading) -> Any:
    """Classify the rows of a table of any kind.

    Raises:
        UnreadableError: no table, or one whose columns cannot be read as said.
    """
    import polars as pl

    _one_of("form", asked.form, (WIDE, LONG))
    form = asked.form
    kind = _kind(frame)
    if kind == "pandas":
        names = [str(name) for name in frame.columns]
        _check_names(names, asked)
        cells = pl.DataFrame(
            [_of_pandas(name, frame.iloc[:, place], reading.decimal) for place, name in enumerate(names)]
        )
        return _to_pandas(frame, _answers(cells, frame.shape[0], library, asked, reading), form)
    if kind in ("Table", "RecordBatch"):
        _check_names(list(frame.schema.names), asked)
    try:
        own = frame if kind == "polars" else pl.DataFrame(frame)
    except (pl.exceptions.PolarsError, TypeError, ValueError) as error:
        raise UnreadableError("frame", "", f"it has columns that cannot be read ({error})") from None
    _check_names(own.columns, asked)
    found = _answers(own, own.height, library, asked, reading)
    if kind in ("Table", "RecordBatch"):
        return _to_arrow(frame, found, form)
    return own.hstack(found) if form == WIDE else found


def _kind(frame: Any) -> str:
    """``polars``, ``pandas``, ``Table``, ``RecordBatch``, or ``stream`` for other tables that speak Arrow.

    What a program has not loaded, its table cannot be of.
    """
    polars, pandas, arrow = (sys.modules.get(name) for name in ("polars", "pandas", "pyarrow"))
    if polars is not None and isinstance(frame, polars.LazyFrame):
        raise UnreadableError("frame", "", "a LazyFrame holds no rows yet; collect() it, or use all-risk batch")
    if polars is not None and isinstance(frame, polars.DataFrame):
        return "polars"
    if pandas is not None and isinstance(frame, pandas.DataFrame):
        return "pandas"
    for name in ("Table", "RecordBatch"):
        if arrow is not None and isinstance(frame, getattr(arrow, name)):
            return name
    if hasattr(frame, "__arrow_c_stream__"):
        return "stream"
    what = f"{type(frame).__module__}.{type(frame).__qualname__}".removeprefix("builtins.")
    raise UnreadableError("frame", what, "no table; give a polars or pandas DataFrame, a pyarrow Table or RecordBatch")


def _answers(frame: pl.DataFrame, rows: int, library: RiskLibrary, asked: Asked, reading: Reading) -> pl.DataFrame:
    """The result columns of a frame, row for row or in long form."""
    import polars as pl

    columns = _columns(frame, library, reading)
    plan = Plan(tuple(columns), tuple(asked.schemes), None, asked.strict, asked.assume, asked.routine)
    kernel = plan.kernel(library)
    beside = {column.confidence for column in columns}
    # Texts that are not read can still show how the table writes its numbers.
    read = [
        column.header
        for column in own_columns(columns)
        if column.reads != "-" or column.header in beside or frame.schema[column.header] == pl.String
    ]
    parts = []
    for start in range(0, rows, _STRETCH):
        texts = pl.DataFrame([as_text(column) for column in frame.select(read).slice(start, _STRETCH)])
        if not read:
            texts = pl.DataFrame({ROW: [None] * min(_STRETCH, rows - start)})
        answers = kernel.classify(texts, no_patients(frame.slice(start, _STRETCH)))
        parts.append(answers.frame())
    try:
        refuse_doubtful(columns, library.vocabulary, kernel.evidence())
    except DoubtfulError as error:
        raise DoubtfulError([(header, _in_python(text)) for header, text in error.found]) from None
    names = result_columns(asked.schemes, asked.likely)
    wide = pl.concat(parts) if parts else pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    return wide if asked.form == WIDE else _long(wide, asked)


def _columns(frame: pl.DataFrame, library: RiskLibrary, reading: Reading) -> list[Column]:
    _one_of("decimal", reading.decimal, ("", "comma", "point"))
    _one_of("date_format", reading.date_order, ("", "dmy", "mdy", "ymd"))
    try:
        columns = plan_columns(
            frame.columns, library.vocabulary, reading.columns, reading.mrd_unit, units=reading.units,
            decimal=reading.decimal, date_order=reading.date_order,
            dictionary=read_dictionary(reading.dictionary) if reading.dictionary else None,
        )  # fmt: skip
        said_of_all = columns_of_all(reading.for_all, library.vocabulary, len(columns))
    except UnreadableError as error:
        named = _ARGUMENT.get(error.fact.removeprefix("--"), error.fact)
        raise UnreadableError(named, error.text, _in_python(error.why)) from None
    # A number that is kept as one is written with a point, whatever the texts of the table do.
    columns = settled(columns, library.vocabulary, frame)
    own = [replace(column, decimal="") if frame.dtypes[column.index].is_numeric() else column for column in columns]
    if nothing := no_column_read(frame.columns, frame, [*own, *said_of_all]):
        raise UnreadableError(nothing.fact, nothing.text, _in_python(nothing.why))
    return [*own, *said_of_all]


def _in_python(why: str) -> str:
    """A sentence that names options of the command line, with the arguments of this function in their place."""
    why = re.sub(
        r'--(map|unit) "(.+?)=([^"=]+)"', lambda said: f'{_ARGUMENT[said[1]]}={{"{said[2]}": "{said[3]}"}}', why
    )
    return re.sub(r"--(map|unit)\b", lambda said: _ARGUMENT[said[1]], why)


def _one_of(name: str, text: str, known: Iterable[str]) -> None:
    if text not in known:
        words = [word for word in known if word]
        hint = did_you_mean(text, words) or f"; write {' or '.join(words)}"
        raise UnreadableError(name, text, f"not known{hint}")


def _check_names(names: Sequence[str], asked: Asked) -> None:
    if twice := next((name for name in names if list(names).count(name) > 1), None):
        raise UnreadableError("columns", "", f'two columns are called "{twice}"; rename one')
    added = result_columns(asked.schemes, asked.likely) if asked.form == WIDE else ()
    if taken := next((name for name in added if name in names), None):
        raise UnreadableError("columns", taken, "the table has this column already; drop it or rename it")


def _long(wide: pl.DataFrame, asked: Asked) -> pl.DataFrame:
    """One row per row and scheme, rows in order and schemes in order within each."""
    import polars as pl

    rows = pl.int_range(1, 1 + pl.len(), dtype=pl.Int64).alias(ROW)
    parts = [
        wide.select(
            rows,
            pl.lit(scheme).alias("scheme"),
            *(pl.col(f"{scheme}.{name}").alias(name) for name in results_of(asked.likely)),
        )
        for scheme in asked.schemes
    ]
    return pl.concat(parts).sort(ROW, maintain_order=True)


def _of_pandas(name: str, column: Any, decimal: str) -> pl.Series:
    """A pandas column as polars has it: numbers as numbers, else the texts that a person would have written."""
    import numpy as np
    import polars as pl

    if isinstance(column.dtype, np.dtype) and column.dtype.kind in _NUMBERS:
        return pl.Series(name, column.to_numpy())
    cells = zip(column.isna().tolist(), column.tolist(), strict=True)
    return pl.Series(name, [None if gone else _cell(cell, decimal) for gone, cell in cells], pl.String)


def _cell(cell: Any, decimal: str) -> str:
    """One cell of a column that can hold anything, as text; numbers with the sign that the column is read with."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float):
        text = str(int(cell)) if cell.is_integer() else str(cell)
        return text.replace(".", ",") if decimal == "comma" else text
    if isinstance(cell, (list, tuple, set, frozenset)) or type(cell).__name__ == "ndarray":
        return ", ".join(_cell(item, decimal) for item in cell)
    return str(cell).removesuffix(" 00:00:00")


def _to_pandas(frame: Any, found: pl.DataFrame, form: str) -> Any:
    import pandas as pd

    cells = {name: found[name].to_list() for name in found.columns}
    if form == LONG:
        return pd.DataFrame(cells).astype({name: object for name in cells if name != ROW})
    results = pd.DataFrame(cells, index=frame.index, dtype=object)
    return pd.concat([frame, results], axis=1)


def _to_arrow(frame: Any, found: pl.DataFrame, form: str) -> Any:
    import pyarrow as pa

    added = {name: found[name].to_arrow() for name in found.columns}
    added = {name: cells.cast(pa.string()) if name != ROW else cells for name, cells in added.items()}
    if form == LONG:
        return type(frame).from_pydict(added)
    for name, cells in added.items():
        frame = frame.append_column(name, cells)
    return frame
