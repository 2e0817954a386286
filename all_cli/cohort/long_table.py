"""Tables with a row per measurement, where patients need one row each: refused, with how to widen them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from all_cli.cohort.header_rows import fact_named
from all_cli.cohort.header_words import folded
from all_cli.cohort.repeats import id_column
from all_cli.cohort.streams import InputError
from all_cli.cohort.typed import as_text

if TYPE_CHECKING:
    from all_cli.cohort.tables import Table

_MEASURED = frozenset({
    "parameter", "param", "paramcd", "variable", "test", "test name", "testname", "lab test", "analyte", "measurement",
    "measure", "attribute", "field name", "field", "item", "question", "observation", "component", "biomarker",
    "marker", "concept", "concept name", "key", "name", "lbtestcd", "lbtest", "mbtestcd", "qnam",
})  # fmt: skip
_RESULT = frozenset({
    "value", "values", "result", "results", "result value", "test result", "answer", "response", "reading", "aval",
    "avalc", "lborres", "lbstresc", "lbstresn", "qval", "numeric value", "text value", "value as number",
    "value as string", "measurement value", "observation value",
})  # fmt: skip
_SHOWN = 3
_LOOKED_AT = 10_000


def refuse_long(table: Table) -> None:
    """Raise :class:`InputError` if a table has a row per measurement, naming the columns to widen it by."""
    measured, result = (_column(table.header, names) for names in (_MEASURED, _RESULT))
    if not measured or not result or (first := table.first()) is None:
        return
    frame = first.frame.head(_LOOKED_AT)
    texts = [text for text in as_text(frame[measured]).unique(maintain_order=True) if text]
    known = [text for text in texts if fact_named(text)]
    others = [name for name in table.header if name not in (measured, result)]
    patient = id_column(table.header) or next(iter(others), measured)
    if len(known) < 2 or as_text(frame[patient]).n_unique() == frame.height:
        return
    raise InputError(
        table.name,
        f'it has a row per measurement ("{measured}" names {", ".join(known[:_SHOWN])}; "{result}" holds the value), '
        "and a patient must be one row; make it wide first, in R: tidyr::pivot_wider(table, "
        f"id_cols = `{patient}`, names_from = `{measured}`, values_from = `{result}`)",
    )


def _column(header: Sequence[str], names: frozenset[str]) -> str:
    return next((column for column in header if folded(column) in names), "")
