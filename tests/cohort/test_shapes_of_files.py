"""Files whose shape hides patients or spoils the output: no header, other delimiters, headings, old results."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from all_cli.cli.risk import app
from all_cli.cohort.no_patients import no_patients

RUNNER = CliRunner()


def run(command: str, *arguments: str, input: str | None = None) -> Any:
    result = RUNNER.invoke(app, [command, *arguments], input=input)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.mark.parametrize(
    ("text", "helps"),
    [
        ("P1,4,12,B\nP2,5,60,B\n", 'its first row ("P1, 4, 12, B") looks like a patient'),
        ("P1,F,yes,B\nP2,M,no,T\n", "looks like a patient"),
        ("patient,P1,P2\nage,4,5\nwbc,12,60\nlineage,B,B\n", "turn it over first"),
        ('!Series_title\t"x"\n!Sample_title\t"a"\t"b"\n', "pData(GEOquery::getGEO"),
        ("id age wbc lineage\n1 4 12 B\n", '--delimiter " "'),
        ("id  age   wbc\n1   4   12\n", "several spaces"),
        ("p,q\nx,y\n", 'name columns with --map "COLUMN=fact"'),
    ],
)
def test_a_table_of_which_nothing_is_read_stops_with_what_would_help(text: str, helps: str) -> None:
    result = run("batch", "-", input=text)
    looked = run("columns", "-", "--format", "json", input=text)
    assert (result.exit_code, result.stdout, looked.exit_code) == (2, "", 1)
    assert helps in result.stderr
    assert json.loads(looked.stdout)["problems"] == [result.stderr.strip()]


def test_what_helps_does() -> None:
    spaces = run("batch", "-", "--delimiter", " ", "--scheme", "nci-rome", input="id age wbc lineage\n1 4 12 B\n")
    assert (spaces.exit_code, "standard" in spaces.stdout) == (0, True)
    assert run("batch", "-", "--set", "lineage=T", "--scheme", "nci-rome", input="a,b\nx,y\n").exit_code == 0


def test_files_of_different_delimiters_make_one_table(tmp_path: Path) -> None:
    names = ("a.csv", "b.csv", "c.tsv", "d.csv")
    for name, sign, end in zip(names, ",;\t,", ("\n", "\n", "\n", "\r\n"), strict=True):
        lines = [["id", "age", "wbc", "lineage"], [name, "5", "60", "B"], [f"{name} x", "4", "12", "B"]]
        (tmp_path / name).write_bytes("".join(sign.join(line) + end for line in lines).encode())
    for order in (names, names[::-1]):
        result = run("batch", *(str(tmp_path / name) for name in order), "--scheme", "nci-rome")
        rows = list(csv.DictReader(io.StringIO(result.stdout, newline=""), delimiter=","))
        assert [row["id"] for row in rows] == [found for name in order for found in (name, f"{name} x")]
        assert [row["nci-rome.group"] for row in rows] == ["high", "standard"] * 4
        assert not any(None in row for row in rows)


HEADINGS = """id,age,wbc,lineage
Standard risk,,,
1,4,12,B
,,,
id,age,wbc,lineage
High risk (n=2),,,
2,5,60,B
P7,,,
Anna Schmidt,,,
"""


def test_headings_empty_rows_and_names_again_are_no_patients_and_it_is_said() -> None:
    result = run("batch", "-", "--scheme", "nci-rome", input=HEADINGS)
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    statuses = [row["nci-rome.status"] for row in rows]
    assert [number for number, status in enumerate(statuses, 1) if status == "invalid"] == [1, 3, 4, 5]
    assert (len(rows), statuses[6:]) == (8, ["indeterminate"] * 2)
    for said in ('nothing but "Standard risk"', "the row is empty", "the names of the columns again"):
        assert said in result.stderr
    looked = json.loads(run("columns", "-", "--format", "json", input=HEADINGS).stdout)
    assert looked["spoiled_rows"] == 4


@pytest.mark.parametrize(
    "cells", [["High risk", "4", ""], ["A-High", "", ""], ["", "", "x"], ["a", "4", "c"], ["Study 20190001", "", ""]]
)
def test_rows_that_can_be_patients_stay_patients(cells: list[str]) -> None:
    frame = pl.DataFrame([cells, ["P2", "5", "B"]], schema=["a", "b", "c"], orient="row")
    assert no_patients(frame.with_columns(pl.all().replace("", None))) == {}


def test_empty_cells_more_than_columns_do_no_harm() -> None:
    text = "id,age,wbc,lineage\n1,4,12,B,\n2,5,60,B\n3,5,60,B,,\n4,5,60,B,,x\n"
    result = run("batch", "-", "--scheme", "nci-rome", input=text)
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [row["nci-rome.group"] or row["nci-rome.status"] for row in rows] == ["standard", "high", "high", "invalid"]


def test_labels_below_names_are_read_together_or_not_at_all() -> None:
    text = (
        "id,age,wbc,lineage\nPatient number,Age at diagnosis (months),White cells (/uL),Lineage\n"
        "1,48,12000,B\n2,130,12000,B\n"
    )
    refused = run("batch", "-", input=text)
    assert (refused.exit_code, refused.stderr.count("--header-row")) == (3, 1)
    assert "--header-row 1-2" in refused.stderr
    result = run("batch", "-", "--header-row", "1-2", "--scheme", "nci-rome", input=text)
    assert [row["nci-rome.group"] for row in csv.DictReader(io.StringIO(result.stdout))] == ["standard", "high"]


def test_columns_fails_where_a_batch_does() -> None:
    there = "age,wbc,lineage,nci-rome.status\n4,12,B,assigned\n"
    refused = run("batch", "-", input=there)
    looked = run("columns", "-", "--format", "json", input=there)
    assert (refused.exit_code, looked.exit_code) == (3, 1)
    assert json.loads(looked.stdout)["problems"] == [refused.stderr.strip()]
    assert run("columns", "-", "--scheme", "cog-aall1731", input=there).exit_code == 0
    clash = "age,wbc,lineage,maturation\n4,12,T,pro-B\n4,12,B,pro-B\n"
    ran, looked = run("batch", "-", input=clash), run("columns", "-", "--format", "json", input=clash)
    said = json.loads(looked.stdout)
    assert (ran.exit_code, looked.exit_code, said["spoiled_rows"]) == (1, 1, 1)
    assert said["first_spoiled"][0]["why"] in ran.stderr


def test_a_replay_says_that_its_input_was_replaced(tmp_path: Path) -> None:
    (file := tmp_path / "in.csv").write_text("age,wbc,lineage\n4,12,B\n")
    record = tmp_path / "run.json"
    assert run("batch", str(file), "-o", str(file), "--manifest", str(record)).exit_code == 0
    result = run("replay", str(record))
    assert result.exit_code == 3
    assert "the batch wrote its answers over its own input" in result.stderr
    file.write_text("age,wbc,lineage\n4,12,B\n")
    assert run("replay", str(record)).stdout == "identical: 1 row\n"
