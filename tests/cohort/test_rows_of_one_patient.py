"""A patient in several rows is said without being asked; a row per measurement is refused with the way to widen it."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from all_cli.cli.risk import app
from all_cli.cohort.repeats import Repeats, id_column


def run(command: str, text: str, *options: str) -> Any:
    return CliRunner().invoke(app, [command, "-", *options], input=text)


def test_patients_in_several_rows_are_said_by_batch_and_by_columns() -> None:
    text = "Patient ID,sample,age\nA,1,4\nB,2,5\nA,3,4\n"
    said = '1 id stands in several rows of "Patient ID": "A"; each row is a patient by itself'
    result = run("batch", text, "--scheme", "nci-rome")
    assert said in result.stderr
    assert result.stdout.count("\n") == 4
    assert said.partition(" of ")[0] in " ".join(run("columns", text).stdout.split())
    assert "several rows" not in run("batch", text.replace("A,3", "C,3")).stderr


@pytest.mark.parametrize(
    ("header", "column"),
    [
        (["ID", "age"], "ID"),
        (["id", "USUBJID", "age"], "USUBJID"),
        (["sample_id", "case_submitter_id"], "case_submitter_id"),
        (["record_id", "redcap_event_name"], "record_id"),
        (["sample_id", "visit", "age"], ""),
    ],
)
def test_the_column_that_names_a_patient_is_known_by_its_name(header: list[str], column: str) -> None:
    assert id_column(header) == column


def test_repeats_are_found_within_stretches_and_across_them() -> None:
    repeats = Repeats("id")
    for stretch in (["a", "b", None], ["c", "d"], ["e", "b", "e"], ["f", "e"]):
        repeats.watch(pl.Series(stretch, dtype=pl.String))
    assert (repeats.ids, sorted(repeats.examples), repeats.empty) == (2, ["b", "e"], 1)


LONG = "USUBJID,VISIT,LBTESTCD,LBORRES\nA,1,WBC,45\nA,1,AGE,7\nB,1,WBC,5\n"


@pytest.mark.parametrize("command", ["batch", "columns"])
def test_a_row_per_measurement_is_refused_and_the_way_out_names_the_columns(command: str) -> None:
    result = run(command, LONG)
    assert (result.exit_code, result.stdout) == (3, "")
    assert "names_from = `LBTESTCD`, values_from = `LBORRES`" in result.stderr
    assert "id_cols = `USUBJID`" in result.stderr


@pytest.mark.parametrize(
    "text",
    [
        "id,test,result,sex\nA,WBC,45,f\nB,age,7,f\n",  # a row per patient: whatever it is, ids do not come again
        "id,test,result,sex\nA,sweat,45,f\nA,hearing,7,f\n",
        "id,test,age\nA,WBC,45\nA,age,7\n",
        "id,test,result,sex\n",
    ],
)
def test_other_tables_with_a_column_of_tests_are_read(text: str) -> None:
    assert run("batch", text, "--scheme", "nci-rome").exit_code == 0
