"""Data files of SPSS, Stata and SAS: values by their labels, user-missing values missing, columns with their labels."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from all_cli.cohort.dictionary import Dictionary, Field
from all_cli.cohort.header_rows import own_names
from all_cli.cohort.rows import Rows
from all_cli.cohort.streams import InputError
from all_cli.cohort.typed import as_text

if TYPE_CHECKING:
    import polars as pl

_SAS = bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011")
_OLD_STATA = (105, 108, 110, 111, 112, 113, 114, 115)  # first byte: the version
_PROGRAMS = {"sav": "SPSS", "por": "SPSS", "dta": "Stata", "sas7bdat": "SAS", "xport": "SAS"}


def kind_of(head: bytes) -> str:
    """``sav``, ``por``, ``dta``, ``sas7bdat`` or ``xport`` by the first bytes of a file; empty if it is none."""
    if head.startswith((b"$FL2", b"$FL3")):
        return "sav"
    if head.startswith(b"<stata_dta>") or (head[:1] and head[0] in _OLD_STATA and head[1:3] in (b"\1\1", b"\2\1")):
        return "dta"
    if head.startswith(_SAS):
        return "sas7bdat"
    if head.startswith((b"HEADER RECORD*******LIBRARY", b"HEADER RECORD*******LIBV8")):
        return "xport"
    return "por" if b"SPSS PORT FILE" in head[:500] else ""


def statistics_file(name: str, kind: str, content: bytes, encoding: str) -> tuple[str, Rows, Dictionary]:
    """The program whose file it is, its rows, and what it says of its columns.

    A value with a label is its label. What the file says is missing is missing.

    Raises:
        InputError: damaged, or the reader is not installed.
    """
    import polars as pl

    program = _PROGRAMS[kind]
    try:
        import pyreadstat
    except ImportError:
        raise InputError(name, f"to read a file of {program}, install all-cli[stats]; or save it as CSV") from None
    read = getattr(pyreadstat, f"read_{kind}")
    said: dict[str, Any] = {"encoding": encoding} if encoding and kind != "por" else {}
    try:
        frame, about = read(io.BytesIO(content), output_format="polars", **said)
    except (pyreadstat.ReadstatError, ValueError, OverflowError, UnicodeError, pl.exceptions.PolarsError) as error:
        why = next(iter(str(error).splitlines()), type(error).__name__)
        raise InputError(name, f"it cannot be read as a file of {program} ({why})") from None
    if about.number_rows not in (None, -1, frame.height):
        raise InputError(name, f"only {frame.height} of its {about.number_rows} rows could be read; save it as CSV")
    labels = about.variable_value_labels
    frame = frame.with_columns(_labelled(frame[column], labels[column]) for column in frame.columns if column in labels)
    told = about.column_names_to_labels
    frame.columns = own_names(frame.columns)
    return program, Rows(frame), Dictionary({column: Field(told.get(column) or "") for column in frame.columns})


def _labelled(column: pl.Series, labels: dict[Any, str]) -> pl.Series:
    """The cells as texts, those with a label as their label."""
    import polars as pl

    # Stata labels its missing values too, by their letters; a cell that holds one is empty by now.
    own = {key: label for key, label in labels.items() if isinstance(key, str) == (column.dtype == pl.String)}
    values = as_text(pl.Series([float(key) if isinstance(key, int) else key for key in own], strict=False))
    meant = {value: label for value, label in zip(values, own.values(), strict=True) if value is not None}
    return as_text(column).replace(meant)
