"""``all_cli.classify_frame``: any kind of table in, the same kind out, with the answers of ``all-risk batch``."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from typer.testing import CliRunner

from all_cli import UnreadableError, classify_frame
from all_cli.cli.risk import app
from all_cli.cohort import frames

CELLS: dict[str, list[Any]] = {
    "id": ["007", "NA", '"q"', "a\nb", "=1+1", "x"],
    "age": ["7", "10", "9.99", "", "old", "45"],
    "wbc": ["45", "5", ">100", "49.9", "5", "20"],
    "lineage": ["B", "B", "B", None, "B", "T"],
    "genetics": ["t(12;21)", None, "none", "", "iAMP21", "wibble"],
}
KINDS: dict[str, Callable[[dict[str, list[Any]]], Any]] = {
    "polars": pl.DataFrame,
    "pandas": pd.DataFrame,
    "arrow": pa.table,
    "batch": pa.RecordBatch.from_pydict,
}
RESULTS = ["status", "group", "possible", "rule", "missing", "reason"]


def columns_of(frame: Any) -> dict[str, list[Any]]:
    if isinstance(frame, pd.DataFrame):
        return {name: frame[name].astype(object).where(frame[name].notna(), None).tolist() for name in frame.columns}
    found: dict[str, list[Any]] = frame.to_pydict() if hasattr(frame, "to_pydict") else frame.to_dict(as_series=False)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_table_comes_back_as_it_was_with_the_answers_of_a_batch(kind: str, tmp_path: Path) -> None:
    given = KINDS[kind](CELLS)
    found = classify_frame(given, schemes=["nci-rome", "hoelzer-1988"])
    assert type(found) is type(given)
    assert given.shape[1] == len(CELLS)
    source, output = tmp_path / "in.csv", tmp_path / "out.csv"
    pl.DataFrame(CELLS).write_csv(source)
    options = ["batch", str(source), "-o", str(output), "--scheme", "nci-rome", "--scheme", "hoelzer-1988"]
    assert CliRunner().invoke(app, options).exit_code == 1
    batch = pl.read_csv(output, infer_schema=False).to_dict(as_series=False)
    mine = columns_of(found)
    assert list(mine) == list(batch)
    assert {name: mine[name] for name in CELLS} == columns_of(given)
    # A batch writes a reason's quoted newline as CSV does; read back it is the same text.
    assert {name: mine[name] for name in mine if name not in CELLS} == {
        name: batch[name] for name in batch if name not in CELLS
    }
    assert mine["nci-rome.status"][0] == "assigned"
    assert list(mine["nci-rome.status"][4:]) == ["indeterminate", "not-applicable"]
    assert mine["nci-rome.reason"][4].startswith("unreadable: ")


@pytest.mark.parametrize("kind", KINDS)
def test_long_form_has_a_row_for_each_row_and_scheme(kind: str) -> None:
    found = classify_frame(KINDS[kind](CELLS), schemes=["nci-rome", "hoelzer-1988"], form="long")
    assert type(found) is type(KINDS[kind](CELLS))
    cells = columns_of(found)
    assert list(cells) == ["row", "scheme", *RESULTS]
    assert cells["row"] == [row for row in range(1, 7) for _ in range(2)]
    assert cells["scheme"][:2] == ["nci-rome", "hoelzer-1988"]


def test_a_pandas_index_is_kept_even_when_it_repeats() -> None:
    given = pd.DataFrame(CELLS, index=["a", "a", "b", "c", "d", "d"])
    found = classify_frame(given, schemes="nci-rome")
    assert list(found.index) == list(given.index)
    pd.testing.assert_frame_equal(found[list(CELLS)], given)


TYPED = [
    ("age", [7.0, 10.0, 9.99], ["standard", "high", "standard"]),
    ("age", [7, 10, 9], ["standard", "high", "standard"]),
]


@pytest.mark.parametrize(("name", "values", "groups"), TYPED)
@pytest.mark.parametrize("kind", KINDS)
def test_columns_of_numbers_are_read_as_numbers(kind: str, name: str, values: list[Any], groups: list[str]) -> None:
    frame = KINDS[kind]({name: values, "wbc": [45.0, 5.5, 49.9], "lineage": ["B"] * 3})
    assert columns_of(classify_frame(frame, schemes="nci-rome", decimal="comma"))["nci-rome.group"] == groups


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([7, None], dtype="Int64"),
        pd.Series([7.0, None], dtype="Float64"),
        pd.Series([7.0, np.nan]),
        pd.Series([7, pd.NA], dtype=object),
        pd.Series(["7", None], dtype="category"),
        pd.Series([7.0, np.nan], dtype="float32"),
        pd.Series(["7", pd.NA], dtype="string"),
        pd.Series([7, None], dtype=pd.ArrowDtype(pa.int8())),
    ],
    ids=lambda column: str(column.dtype),
)
def test_every_pandas_way_of_missing_is_unknown(column: pd.Series) -> None:
    frame = pd.DataFrame({"age": column, "wbc": [45, 45], "lineage": ["B", "B"]})
    found = classify_frame(frame, schemes="nci-rome")
    assert found["nci-rome.status"].tolist() == ["assigned", "indeterminate"]
    assert found["age"].dtype == column.dtype


@pytest.mark.parametrize("kind", KINDS)
def test_dates_flags_and_lists_keep_their_meaning(kind: str) -> None:
    frame = KINDS[kind](
        {
            "born": [date(2019, 3, 7), date(2019, 3, 7), None],
            "diagnosed": [datetime(2029, 3, 6), datetime(2029, 3, 7), datetime(2029, 3, 7)],
            "wbc": [5, 5, 5],
            "lineage": ["B", "B", "B"],
            "ph": [False, True, None],
        }
    )
    cells = columns_of(classify_frame(frame, schemes=["nci-rome"]))
    assert cells["nci-rome.group"] == ["standard", "high", None]
    assert cells["nci-rome.status"][2] == "indeterminate"


def test_polars_types_are_read_as_what_they_say() -> None:
    frame = pl.DataFrame(
        {
            "age": pl.Series([7, 70], dtype=pl.UInt8),
            "wbc": pl.Series([45, 5], dtype=pl.Decimal(6, 1)),
            "lineage": pl.Series(["B", "B"], dtype=pl.Categorical),
            "genetics": [["t(12;21)", "+4"], []],
            "note": [{"a": 1}, None],
        }
    )
    found = classify_frame(frame, schemes="nci-rome")
    assert found["nci-rome.group"].to_list() == ["standard", "high"]
    assert found.select(frame.columns).equals(frame)


def test_a_number_in_a_mixed_column_is_not_taken_for_thousands() -> None:
    frame = pd.DataFrame({"age": ["7", "7"], "wbc": pd.Series([1.234, "1,5"], dtype=object), "lineage": ["B", "B"]})
    found = classify_frame(frame, schemes="nci-rome", decimal="comma")
    assert found["nci-rome.group"].tolist() == ["standard", "standard"]


def test_infinity_is_unreadable_and_not_a_number_is_unknown() -> None:
    frame = pl.DataFrame({"age": [7.0, 7.0], "wbc": [float("inf"), float("nan")], "lineage": ["B", "B"]})
    assert classify_frame(frame, schemes="nci-rome")["nci-rome.reason"].str.starts_with("unreadable: ").to_list() == [
        True,
        None,
    ]


def test_bare_mrd_numbers_need_their_unit() -> None:
    frame = pl.DataFrame({"mrd_eoi": [0.02], "age": [7], "wbc": [5], "lineage": ["B"]})
    strict = {"schemes": "nci-rome", "strict_cells": True}
    assert classify_frame(frame, **strict)["nci-rome.status"].to_list() == ["invalid"]
    for way in ({"mrd_unit": "percent"}, {"units": {"mrd_eoi": "%"}}):
        assert classify_frame(frame, **strict, **way)["nci-rome.status"].to_list() == ["assigned"]


def test_columns_can_be_named_and_left_alone() -> None:
    frame = pl.DataFrame({"Leukos": [45], "Alter": [7], "lineage": ["B"], "age": ["old"]})
    mapping = {"Leukos": "wbc", "Alter": "age", "age": "-"}
    found = classify_frame(frame, schemes="nci-rome", columns=mapping)
    assert found["nci-rome.group"].to_list() == ["standard"]


def test_another_producer_of_arrow_comes_back_as_polars() -> None:
    class Stream:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            return pa.table({"age": [7], "wbc": [45], "lineage": ["B"]}).__arrow_c_stream__(requested_schema)

    found = classify_frame(Stream(), schemes="nci-rome")
    assert isinstance(found, pl.DataFrame)
    assert found["nci-rome.group"].to_list() == ["standard"]  # type: ignore[unreachable]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", ["wide", "long"])
def test_a_table_without_rows_comes_back_without_rows(kind: str, form: Any) -> None:
    nothing = pa.array([], pa.string()) if kind in ("arrow", "batch") else []
    empty: dict[str, Any] = dict.fromkeys(CELLS, nothing)
    found = classify_frame(KINDS[kind](empty), schemes="nci-rome", form=form)
    assert found.shape[0] == 0


def test_a_table_that_says_nothing_is_refused_but_where_something_holds_for_all_rows() -> None:
    frame = pd.DataFrame({"note": ["a", "b"]})
    with pytest.raises(UnreadableError, match="none is read, so that every answer would be open"):
        classify_frame(frame, schemes="nci-rome")
    found = classify_frame(frame, schemes="nci-rome", for_all={"lineage": "T"})
    assert found["nci-rome.status"].tolist() == ["not-applicable"] * 2


def test_stretches_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pl.DataFrame(CELLS)
    whole = classify_frame(frame, schemes="nci-rome")
    monkeypatch.setattr(frames, "_STRETCH", 2)
    assert classify_frame(frame, schemes="nci-rome").equals(whole)


@pytest.mark.parametrize(
    ("frame", "arguments", "sentence"),
    [
        ({"age": [7]}, {}, "no table; give a polars or pandas DataFrame"),
        (pl.LazyFrame({"age": [7]}), {}, "collect"),
        (pl.DataFrame({"age": [7]}), {"schemes": "nci"}, 'no scheme is called "nci"'),
        (pl.DataFrame({"age": [7]}), {"schemes": []}, "name at least one"),
        (pl.DataFrame({"age": [7]}), {"form": "tall"}, "write wide or long"),
        (pl.DataFrame({"age": [7]}), {"decimal": ";"}, "write comma or point"),
        (pl.DataFrame({"age": [7]}), {"columns": {"agee": "age"}}, 'did you mean "age"'),
        (pl.DataFrame({"age": [7]}), {"units": {"age": "mg"}}, "is not a unit of age"),
        (pl.DataFrame({"age": [7], "Age at diagnosis": [7]}), {}, 'columns={"Age at diagnosis": "-"}'),
        (pl.DataFrame({"nci-rome.status": ["x"]}), {}, "has this column already"),
        (pd.DataFrame([[7, 8]], columns=["age", "age"]), {}, 'two columns are called "age"'),
        (pl.DataFrame({"born": [date(2019, 3, 7)]}), {}, "an age needs both dates"),
        (pl.DataFrame({"note": ["a"]}), {}, 'name columns with columns={"COLUMN": "fact"}'),
        (pl.DataFrame({"7": [8], "B": ["T"]}), {}, "looks like a patient and would be taken for names"),
        (pl.DataFrame(), {}, "none is read"),
    ],
)
def test_what_cannot_be_used_is_one_sentence_in_the_words_of_python(
    frame: Any, arguments: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(UnreadableError) as raised:
        classify_frame(frame, **{"schemes": "nci-rome", **arguments})
    assert sentence in str(raised.value)
    assert "--" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_csv_that_pandas_read_its_own_way_is_not_made_worse() -> None:
    text = "age,wbc,lineage,ph\n7,45,B,TRUE\n,45,B,\n10,5,B,FALSE\n"
    found = classify_frame(pd.read_csv(io.StringIO(text)), schemes="nci-rome")
    assert found["nci-rome.status"].tolist() == ["assigned", "indeterminate", "assigned"]
