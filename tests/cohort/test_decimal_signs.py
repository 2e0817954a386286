"""A point before three digits is doubted by what the other columns of the table write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import pytest

from all_cli import UnreadableError, classify_frame
from all_cli.cohort.columns import ColumnRule, TableMapping, plans
from all_cli.cohort.inspect import Inspection, inspect_table
from all_cli.cohort.rows import Rows
from all_cli.risk.library import risk_library


def inspected(cells: Mapping[str, list[str]], *, decimal: str = "", table: TableMapping | None = None) -> Inspection:
    vocabulary = risk_library().vocabulary
    columns, problems = plans(list(cells), vocabulary, {}, decimal=decimal, table=table)
    most = max(map(len, cells.values()))
    frame = pl.DataFrame({name: [*column, *[None] * (most - len(column))] for name, column in cells.items()})
    return inspect_table(columns, [Rows(frame)], vocabulary, problems)


def test_a_point_before_three_digits_is_doubted_if_another_column_has_decimal_commas() -> None:
    table = {"age": ["4,5", "9"], "WBC": ["45.200", "1.200"], "DNA index": ["1.160", "1.1"]}
    found = inspected(table)
    (said,) = found.problems
    assert said.startswith(
        'column "WBC": 2 numbers like 1.200, and "age" has decimal commas: 1.2 or 1200? Say --decimal'
    )
    assert "it is read as 1.16, since dna_index cannot be 1160" in "".join(found.columns[2].doubts)
    assert not inspected(table, decimal="point").problems
    assert not inspected({**table, "age": ["4.5", "9"]}).problems
    own = TableMapping({"age": ColumnRule("age", "age", decimal="comma")})
    assert inspected(table, table=own).problems


def test_a_column_that_is_not_read_can_show_that_a_table_has_decimal_commas() -> None:
    table = {"WBC": ["1.200"] * 4, "Hb of the visit": ["9,5", "10,1", "8", "7,75"]}
    assert '"Hb of the visit" has decimal commas' in "".join(inspected(table).problems)
    frame: Any = pl.DataFrame(table)
    with pytest.raises(UnreadableError, match='"Hb of the visit" has decimal commas'):
        classify_frame(frame, schemes="nci-rome")
    for cells in (["9,5", "10,1", "8.1", "7,75"], ["8,21", "46,XX", "9,22", "4,11"], ["9,5", "10", "8", "7,75"]):
        assert not inspected({**table, "Hb of the visit": cells}).problems
