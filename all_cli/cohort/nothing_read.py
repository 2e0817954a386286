"""A table of which no column is read: refused with what would help, since its first patient may stand as its names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from all_cli.cohort.columns import LEFT_ALONE, Column
from all_cli.cohort.header_rows import as_written, fact_named
from all_cli.cohort.typed import texts_of
from all_cli.patient.unreadable import UnreadableError

if TYPE_CHECKING:
    import polars as pl

_NUMBER = re.compile(r"[<>=≤≥~]*\s*-?[\d.,]*\d\s*%?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")
_VALUES = frozenset({"b", "t", "m", "f", "male", "female", "yes", "no", "pos", "neg", "na", "b-all", "t-all", "none"})
_LOOKED_AT = 200
_ENOUGH = 2


def no_column_read(
    header: Sequence[str], first: pl.DataFrame | None, columns: Sequence[Column]
) -> UnreadableError | None:
    """Why a table has to wait, if no column of it is read and nothing is said of all rows.

    Args:
        header: the names of its columns.
        first: its first rows; None if there are none.
        columns: how each column is read.
    """
    if any(column.reads != LEFT_ALONE for column in columns):
        return None
    return UnreadableError(
        "columns", "", f"none is read, so that every answer would be open; {_what_helps(header, first, columns)}"
    )


def _what_helps(names: Sequence[str], first: pl.DataFrame | None, columns: Sequence[Column]) -> str:
    if aside := [f'"{column.header}": {column.aside}' for column in columns if column.aside]:
        return "; ".join(aside[:_ENOUGH])
    header = [as_written(name).strip() for name in names] or [""]
    rows = list(texts_of(first.head(_LOOKED_AT)).iter_rows()) if first is not None else []
    if header[0].startswith(("!", "^")) or any(str(row[0] or "").startswith("!") for row in rows):
        return (
            "it looks like a series matrix or SOFT file of GEO; write the table of its samples as CSV first, in R: "
            "write.csv(Biobase::pData(GEOquery::getGEO(filename = FILE)), FILE.csv)"
        )
    parts = header[0].split()
    if len(header) == 1 and len(parts) > 1 and any(map(fact_named, parts)):
        if all(len(str(row[0] or "").split(" ")) == len(header[0].split(" ")) for row in rows):
            return 'its cells are separated by spaces; say --delimiter " "'
        return "its cells are separated by several spaces; write it with commas or tabs"
    down = [header[0], *(str(row[0] or "") for row in rows)]
    if len(header) > 1 and sum(bool(fact_named(name)) for name in down) >= _ENOUGH:
        return (
            "its first column names facts, so that each patient is a column; turn it over first, in R: t(table), in a "
            "spreadsheet: paste special, transpose"
        )
    if any(_NUMBER.fullmatch(name) or name.casefold() in _VALUES for name in header):
        return (
            f'its first row ("{", ".join(header[:4])}") looks like a patient and would be taken for names; put a row '
            "with the names of the columns above it, such as id,age,wbc,lineage"
        )
    return 'name columns with --map "COLUMN=fact"; all-risk facts lists what can be read'
