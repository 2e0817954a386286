"""Raw and labelled exports of REDCap are read with their data dictionary: labels of fields, codes and check boxes."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from all_cli.api import classify_frame
from all_cli.cli.risk import app
from all_cli.cohort.columns import Column, plan_columns
from all_cli.cohort.redcap import read_dictionary
from all_cli.cohort.streams import InputError
from all_cli.patient.unreadable import UnreadableError
from all_cli.risk.library import RiskLibrary

PAGE = 'Variable / Field Name,Form Name,Field Type,Field Label,"Choices, Calculations, OR Slider Labels",Field Note\n'
FIELDS = """record_id,f,text,Record ID,,
x1,f,text,Age at diagnosis,,months
x2,f,text,White blood cells,,10^9/L
x3,f,radio,<b>Immunophenotype</b>,"1, B-cell, precursor | 2, T-cell | 3, Other | 9, Unknown",
x4,f,checkbox,Genetic findings,"1, BCR::ABL1 | -2, t(12;21) | 3, Down syndrome | 4, Hyperdiploidy | 99, Not done",
x5,f,yesno,Testicular disease,,
x6,f,calc,Sex,"if([x1]>1, 1, 2)",
"""
RAW = "record_id,x1,x2,x3,x4___1,x4____2,x4___3,x4___4,x4___99,x5\n"
ROWS = ["1,48,12,1,1,0,0,0,0,0", "2,48,12,2,0,1,0,0,0,1", "3,48,12,9,0,0,1,1,1,", "4,48,12,3,0,0,0,0,0,7"]


@pytest.fixture(scope="module")
def dictionary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("redcap") / "dictionary.csv"
    file.write_text(PAGE + FIELDS.replace("B-cell, precursor", "B-cell"), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def columns(dictionary: Path, library: RiskLibrary) -> dict[str, Column]:
    read = read_dictionary(str(dictionary))
    header = [*RAW.strip().split(","), "Immunophenotype", "Findings (choice=KMT2A rearranged)", "Why (choice=Relapse)"]
    header.remove("x3")  # raw and labelled exports do not mix
    found = plan_columns(header, library.vocabulary, {}, dictionary=read)
    return {column.header: column for column in found}


def test_columns_are_known_by_the_labels_of_their_fields_and_choices(columns: dict[str, Column]) -> None:
    assert {name: (column.reads, column.unit) for name, column in columns.items()} == {
        "record_id": ("-", ""), "x1": ("age", "mo"), "x2": ("wbc", "10^9/L"), "x4___1": ("bcr_abl1", ""),
        "x4____2": ("etv6_runx1", ""), "x4___3": ("down_syndrome", ""), "x4___4": ("genetics", ""),
        "x4___99": ("-", ""), "x5": ("testicular", ""), "Immunophenotype": ("lineage", ""),
        "Findings (choice=KMT2A rearranged)": ("kmt2a_r", ""), "Why (choice=Relapse)": ("-", ""),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("column", "cell", "meant"),
    [
        ("Immunophenotype", "1", "B-cell"),
        ("Immunophenotype", "T-cell", "T-cell"),
        ("Immunophenotype", "9", "Unknown"),
        ("Immunophenotype", "", ""),
        ("x4___1", "1", "yes"),
        ("x4___1", "0", "unknown"),
        ("x4___4", "Checked", "Hyperdiploidy"),
        ("x4___4", "Unchecked", "unknown"),
        ("x5", "0", "No"),
    ],
)
def test_codes_are_their_labels_and_an_unchecked_box_says_nothing(
    column: str, cell: str, meant: str, columns: dict[str, Column]
) -> None:
    assert columns[column].said(cell) == meant


def test_a_code_that_the_dictionary_does_not_have_cannot_be_read(columns: dict[str, Column]) -> None:
    for column, cell in (("Immunophenotype", "4"), ("x5", "2"), ("x4___1", "yes")):
        with pytest.raises(UnreadableError, match="the column can only hold"):
            columns[column].said(cell)


def test_batch_columns_and_the_python_interface_read_it_alike(dictionary: Path) -> None:
    text = RAW + "\n".join(ROWS) + "\n"
    said = ["-", "--dictionary", str(dictionary)]
    result = CliRunner().invoke(app, ["batch", *said, "--scheme", "nci-rome"], input=text)
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert result.exit_code == 1
    assert [row["nci-rome.status"] for row in rows] == ["assigned", "not-applicable", "indeterminate", "indeterminate"]
    assert '"x3", value "3": ' in rows[3]["nci-rome.reason"]
    assert '"x5" 1 cell, first row 4 (line 5): value "7": the column can only hold yes, no, 1, 0' in result.stderr
    frame: Any = pl.read_csv(io.StringIO(text), infer_schema=False)
    found = classify_frame(frame, schemes="nci-rome", dictionary=dictionary)
    assert found["nci-rome.reason"].to_list() == [row["nci-rome.reason"] or None for row in rows]
    looked = CliRunner().invoke(app, ["columns", *said], input=text)
    assert "the column can only hold yes, no, 1, 0" in " ".join(looked.stdout.split())
    assert "In the way of a run" not in looked.stdout


def test_codes_that_the_dictionary_does_not_have_do_not_stop_a_run(tmp_path: Path) -> None:
    file = tmp_path / "d.csv"
    file.write_text(PAGE + 'tx,f,radio,Testicular disease,"2, Yes | 3, No",\n', "utf-8")
    result = CliRunner().invoke(app, ["batch", "-", "--dictionary", str(file)], input="id,tx\n1,1\n2,5\n3,2\n")
    assert (result.exit_code, result.stdout.count("\n")) == (1, 4), result.stderr
    assert '"tx" 2 cells' in result.stderr


def test_a_map_file_says_otherwise(dictionary: Path, tmp_path: Path) -> None:
    own = tmp_path / "map.yaml"
    own.write_text('columns:\n  "x4___1": {fact: bcr_abl1, values: {"0": no, "1": yes}}\n', encoding="utf-8")
    options = ["--dictionary", str(dictionary), "--map-file", str(own), "--scheme", "cog-aall1731"]
    result = CliRunner().invoke(app, ["batch", "-", *options], input=RAW + ROWS[1] + "\n")
    assert "bcr_abl1" not in next(csv.DictReader(io.StringIO(result.stdout)))["cog-aall1731.missing"].split("|")


def test_the_dictionary_of_the_api_is_one_and_another_table_is_none(tmp_path: Path) -> None:
    file = tmp_path / "d.csv"
    file.write_text('field_name,field_type,field_label,select_choices_or_calculations\na,radio,Sex,"1, M"\n', "utf-8")
    told = read_dictionary(str(file)).told("a")
    assert told is not None and told.names == ("Sex", "a") and ("1", "M") in told.values
    file.write_text("id,age\n1,4\n", "utf-8")
    with pytest.raises(InputError, match='no column "Variable / Field Name"'):
        read_dictionary(str(file))
