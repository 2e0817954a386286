"""Ten public tables on their first run: the columns a person would expect are read, nothing else is, and it is said."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from folded import each
from typer.testing import CliRunner

from all_cli.cli.describing import patient_from
from all_cli.cli.risk import app
from all_cli.patient.reading import read_value
from all_cli.patient.unreadable import UnreadableError
from all_cli.report.answers import answers_json
from all_cli.risk.answers import answers_of
from all_cli.risk.library import risk_library

RUNNER = CliRunner()
LIBRARY = risk_library()
TABLES = yaml.safe_load(Path(__file__).with_name("public_tables.yaml").read_text(encoding="utf-8"))
SCHEMES = ("nci-rome", "hoelzer-1988")


@pytest.fixture(scope="module", autouse=True)
def runs(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each table run once: what ``columns`` says of each column, the rows of a batch, and what it says."""
    folder = tmp_path_factory.mktemp("public")
    options = [word for id in SCHEMES for word in ("--scheme", id)]
    for number, table in enumerate(TABLES):
        path = folder / f"{number}.csv"
        path.write_text(table["rows"], encoding="utf-8")
        told = json.loads(RUNNER.invoke(app, ["columns", str(path), "--format", "json"]).stdout)
        batch = RUNNER.invoke(app, ["batch", str(path), *options])
        table["columns"] = {column["column"]: column for column in told["columns"]}
        table["batch"] = list(csv.DictReader(io.StringIO(batch.stdout)))
        table["said"] = batch.stderr


@each("table", TABLES)
def test_the_columns_that_a_person_expects_are_read_and_no_others(table: dict[str, Any]) -> None:
    read = {name: column["reads"] for name, column in table["columns"].items() if column["reads"]}
    assert read == table["expected"], table["name"]
    assert sum(row["nci-rome.status"] == "assigned" for row in table["batch"]) == table["answered"], table["name"]


@each("table", TABLES)
def test_columns_and_batch_say_of_the_same_columns_what_they_would_fit(table: dict[str, Any]) -> None:
    doubts = {name: [d for d in column["doubts"] if "--map" in d] for name, column in table["columns"].items()}
    fits = {name: said for name, said in doubts.items() if any("nine in ten" in doubt for doubt in said)}
    assert set(fits) == set(table.get("proposed", {})), table["name"]
    for name, fact in table.get("proposed", {}).items():
        assert f'--map "{name}={fact}"' in fits[name][0]
        assert f'doubtful: "{name}": {fits[name][0]}' in table["said"]
    assert table["said"].count("nine in ten") == len(fits)


@each("table", TABLES)
def test_a_row_of_a_public_table_and_the_same_patient_alone_get_the_same_answer(table: dict[str, Any]) -> None:
    taken = {fact: name for name, fact in reversed(table["expected"].items())}  # of two ages the finer
    for row in table["batch"]:
        given = {fact: text for fact, name in taken.items() if (text := said(fact, row[name], table["columns"][name]))}
        patient = patient_from(LIBRARY.vocabulary, given=given, flags={}, genetics=[])
        for entry in answers_json(answers_of(LIBRARY, patient, list(SCHEMES)), patient, LIBRARY)["results"]:
            id = entry["scheme"]
            assert row[f"{id}.status"] == entry["status"], (table["name"], row)
            assert row[f"{id}.possible"] == "|".join(entry["possible"])


def said(fact: str, cell: str, column: dict[str, Any]) -> str:
    """A cell as one would type it, with the unit of its column; empty if it cannot be read."""
    bare = cell.replace(".", "", 1).isdecimal()
    text = cell + (column["unit"] or "") if bare else cell
    try:
        return text if read_value(LIBRARY.vocabulary[fact], text).possible is not None else ""
    except UnreadableError:
        return ""
