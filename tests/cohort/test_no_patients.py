"""Lines of sums and notes in a table are no patients: they come back, as spoiled rows, with the reason."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from all_cli.api import classify_frame
from all_cli.cli.risk import app
from all_cli.cohort.no_patients import no_patients

TABLE = """id,age,wbc,lineage,note
1,4,12,B,
Summe,4,12,B,
,,,,
Total,13,42,,
Median (range),6 (4-9),21,,
,Mean ± SD,21 ± 3,,
n = 25,,,,
"Legend: WBC, white cells",,,,
Source: hospital records,,,,as of May
Note: see above,,,,
"""
PATIENTS = [1, 2]


def test_lines_of_sums_and_notes_are_named_before_a_run_and_come_back_invalid() -> None:
    result = CliRunner().invoke(app, ["batch", "-", "--scheme", "nci-rome"], input=TABLE)
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [number for number, row in enumerate(rows, 1) if row["nci-rome.status"] != "invalid"] == PATIENTS
    assert 'row 4 (line 5): a line that begins with "Total" is taken for one of sums' in result.stderr
    looked = json.loads(CliRunner().invoke(app, ["columns", "-", "--format", "json"], input=TABLE).stdout)
    assert (looked["rows"], looked["spoiled_rows"], len(looked["first_spoiled"])) == (10, 8, 5)
    assert looked["first_spoiled"][1]["line"] == 5
    assert "a line that begins" in CliRunner().invoke(app, ["columns", "-"], input=TABLE).stdout
    frame: Any = pl.read_csv(io.StringIO(TABLE))
    found = classify_frame(frame, schemes="nci-rome")
    assert found["nci-rome.reason"].to_list() == [row["nci-rome.reason"] or None for row in rows]


@pytest.mark.parametrize(
    "cells",
    [
        ["Total remission", "4"], ["Sum", "4", "B"], ["Mean", "B-ALL"], ["Max", "4"], ["Min", "5"], ["N", "1"],
        ["Meanwell", "4"], ["Note: seen twice", "4"], ["Ranger", ""], ["n", "4"], ["All", "4"], ["", "", "4"],
    ],
)  # fmt: skip
def test_what_may_be_a_patient_is_one(cells: list[str]) -> None:
    whole = [*cells, *[""] * (3 - len(cells))]
    assert no_patients(pl.DataFrame([whole, ["Total", "4", ""]], orient="row")).keys() == {1}


@pytest.mark.parametrize("other", ["1", "P01", "zz", "", "AA-1", None, " x"])
@pytest.mark.parametrize("first", ["TOTAL", "total", "Grand Total", " Mean", "N=3", "平均", "Quelle: Akten", "median"])
def test_a_line_is_found_whatever_the_other_names_are(first: str, other: str | None) -> None:
    assert no_patients(pl.DataFrame({"a": [other, first, other], "b": [1, 2, 3]})).keys() == {1}
