"""``batch`` reads columns as ``columns`` shows them: units, map files, dates, decimal signs."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from all_cli.cli.risk import app

RUNNER = CliRunner()


def batch(table: str, *options: str, scheme: str = "nci-rome") -> Result:
    return RUNNER.invoke(app, ["batch", "-", "--scheme", scheme, *options], input=table)


def answers(result: Result, column: str = "nci-rome.possible") -> list[str]:
    return [row[column] for row in csv.DictReader(io.StringIO(result.stdout))]


def test_a_unit_by_option_gives_bare_numbers_their_meaning() -> None:
    table = "age,Leuk,lineage\n7,49999,B\n7,50000,B\n"
    result = batch(table, "--map", "Leuk=wbc", "--unit", "Leuk=/uL")
    assert answers(result) == ["standard", "high"]
    assert 'wbc from "Leuk" in /uL' in result.stderr


def test_a_unit_that_does_not_fit_is_refused_before_any_row() -> None:
    result = batch("age,WBC\n7,4\n", "--unit", "WBC=stone")
    assert result.exit_code == 2 and '"stone" is not a unit of wbc' in result.stderr and not result.stdout


def test_a_value_map_is_applied_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text(
        "columns:\n"
        '  Origin: {fact: lineage, values: {"777": unknown, "c": B}}\n'
        '  Leuk: {fact: wbc, unit: /uL, values: {"hoch": ">100 G/L"}}\n'
    )
    table = "age,Leuk,Origin\n7,45000,c\n7,45000,777\n7,hoch,C\n7,45000,778\n"
    result = batch(table, "--map-file", str(path))
    assert answers(result, "nci-rome.status") == ["assigned", "indeterminate", "assigned", "indeterminate"]
    assert answers(result)[::2] == ["standard", "high"]
    assert 'value "778": not a value of it' in answers(result, "nci-rome.reason")[3]


@pytest.mark.parametrize(("cell", "status"), [("1", "not-applicable"), ("2", "assigned")])
def test_one_no_two_yes_is_read_as_the_map_says(tmp_path: Path, cell: str, status: str) -> None:
    """Without the map 1 would be read as yes and 2 refused."""
    path = tmp_path / "map.yaml"
    path.write_text('columns: {Down: {fact: down_syndrome, values: {"1": no, "2": yes}}}\n')
    table = f"age,wbc,lineage,Down\n7,45,B,{cell}\n"
    scheme = "cog-aall1731-ds"
    mapped = batch(table, "--map-file", str(path), scheme=scheme)
    assert (answers(mapped, f"{scheme}.status") == ["not-applicable"]) == (status == "not-applicable")
    plain = batch(table, scheme=scheme)
    assert answers(plain, f"{scheme}.reason")[0].startswith('unreadable: column "Down"') == (cell == "2")


def test_a_column_of_the_map_file_that_is_not_there_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text("columns:\n  Leuk: {fact: wbc}\n")
    result = batch("age,Leuko\n7,4\n", "--map-file", str(path))
    assert result.exit_code == 2 and "map.yaml:2:3: the table has no column" in result.stderr


def test_a_tenth_birthday_depends_on_the_order() -> None:
    table = "born,diagnosed,wbc,lineage\n03/04/2009,2019-03-20,4,B\n"
    assert answers(batch(table, "--date-format", "dmy")) == ["standard"], "3 April: still nine"
    assert answers(batch(table, "--date-format", "mdy")) == ["high"], "4 March: ten already"
    refused = batch(table)
    assert answers(refused, "nci-rome.status") == ["indeterminate"] and refused.exit_code == 1
    assert "2009-03-04 or 2009-04-03" in answers(refused, "nci-rome.reason")[0]


def test_a_decimal_comma_that_was_said() -> None:
    table = "age;wbc;lineage\n9,99;49,999;B\n9,99;50,000;B\n"
    result = batch(table, "--decimal", "comma")
    rows = csv.DictReader(io.StringIO(result.stdout), delimiter=";")
    assert [row["nci-rome.possible"] for row in rows] == ["standard", "high"]


def test_a_saved_map_makes_batch_read_what_columns_showed(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    table = "Alter,Leuk,Zelle\n7,45000,B\n12,45000,B\n"
    options = ["--map", "Alter=age", "--map", "Leuk=wbc", "--map", "Zelle=lineage", "--unit", "Leuk=/uL"]
    shown = RUNNER.invoke(app, ["columns", "-", *options, "--save-map", str(path), "--format", "json"], input=table)
    assert shown.exit_code == 0
    reads = {column["column"]: column["reads"] for column in json.loads(shown.stdout)["columns"]}
    assert reads == {"Alter": "age", "Leuk": "wbc", "Zelle": "lineage"}
    assert answers(batch(table, "--map-file", str(path))) == answers(batch(table, *options)) == ["standard", "high"]
