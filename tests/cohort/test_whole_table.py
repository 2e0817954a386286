"""A fact that is the same in every row is said once; a row that says otherwise contradicts itself and says so."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from all_cli.api import classify_frame
from all_cli.cli.risk import app
from all_cli.cohort.results.record import run_record

TEXT = "id,age,wbc,lineage\na,4,12,\nb,4,12,T\nc,4,12,B\nd,4,12,zz\n"
STATUS = ["assigned", "invalid", "assigned", "assigned"]


def run(*options: str, command: str = "batch", input: str | None = TEXT) -> Result:
    scheme = ("--scheme", "nci-rome") if command == "batch" else ()
    return CliRunner().invoke(app, [command, *options, *scheme], input=input)


def test_what_holds_for_all_rows_is_read_with_them_and_not_written_into_them() -> None:
    result = run("-", "--set", "lineage=B")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [row["nci-rome.status"] for row in rows] == STATUS
    assert next(iter(rows[0])) == "id" and list(rows[0])[4] == "nci-rome.status"
    assert 'lineage: "lineage" says T, "--set lineage" says B' in rows[1]["nci-rome.reason"]
    assert "4 columns" in result.stderr and "lineage B for all rows" in result.stderr
    assert "row 2 (line 3)" in result.stderr
    assert [row["nci-rome.status"] for row in csv.DictReader(io.StringIO(run("-").stdout))][::3] == [
        "indeterminate"
    ] * 2


def test_the_python_interface_and_findings_of_all_rows_agree() -> None:
    frame: Any = pl.read_csv(io.StringIO(TEXT), infer_schema=False)
    assert classify_frame(frame, schemes="nci-rome", for_all={"lineage": "B"})["nci-rome.status"].to_list() == STATUS
    found = classify_frame(frame, schemes="cog-aall1731", for_all={"genetics": "BCR::ABL1"})
    missing = {fact for text in found["cog-aall1731.missing"] if text for fact in text.split("|")}
    assert "bcr_abl1" not in missing
    columns = run("-", "--set", "lineage=B", command="columns")
    assert columns.exit_code == 1  # "zz" cannot be read; nothing else is in the way
    assert '"--set lineage"' in columns.stdout and "In the way" not in columns.stdout


def test_a_run_is_repeated_from_its_record_with_what_was_said_of_all(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(TEXT, encoding="utf-8")
    record, saved = tmp_path / "run.json", tmp_path / "map.yaml"
    assert run(
        str(tmp_path / "in.csv"), "-o", str(tmp_path / "out.csv"), "--set", "lineage=B", "--manifest", str(record)
    )
    again = CliRunner().invoke(app, ["replay", str(record)])
    assert (again.exit_code, again.stdout) == (0, "identical: 4 rows\n")
    assert run_record(record).plan(["id", "age", "wbc", "lineage"])[-1].for_all == "B"
    run(str(tmp_path / "in.csv"), "--set", "lineage=B", "--save-map", str(saved), command="columns")
    assert "--set" not in saved.read_text("utf-8")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (["lineage"], "lineage=T"),
        (["lineag=T"], 'did you mean "lineage"'),
        (["lineage=zz"], "not a value of it"),
        (["lineage=unknown"], "needs not be said"),
        (["lineage=T", "lineage=B"], "said already"),
        (["ph=yes", "bcr_abl1=no"], "said already"),
        (["mrd_eoi=0.02"], "percent"),
    ],
)
def test_what_cannot_hold_for_all_rows_is_refused(said: list[str], why: str) -> None:
    options = [part for setting in said for part in ("--set", setting)]
    for command in ("batch", "columns"):
        result = run("-", *options, command=command)
        assert (result.exit_code, result.stdout) == (2, ""), result.stderr
        assert why in result.stderr
