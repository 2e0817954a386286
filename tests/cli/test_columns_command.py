"""``all-risk columns`` and ``template`` as a user meets them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from all_cli.cli.risk import app

RUNNER = CliRunner()
TABLE = "id,Age,WBC,Cell of Origin,MRD Day 29,note\n1,7,45,B-Precursor,<0.01%,[/x]\n2,9,2300,777,0.02,y\n"


def columns(table: str, *options: str) -> Result:
    return RUNNER.invoke(app, ["columns", "-", *options], input=table)


def test_a_page_says_how_each_column_would_be_read() -> None:
    result = columns(TABLE)
    assert result.exit_code == 1
    said = " ".join(result.stdout.split())
    for part in (
        "2 rows, 6 columns, 4 read", '"WBC" wbc, ×10⁹/L assumed', '"MRD Day 29" mrd_eoi, unit in each cell',
        "B-Precursor → B", '"Cell of Origin" 777 1 not a value of it', "2300 can be ×10⁹/L or per uL and is not read",
        "Left alone",
    ):  # fmt: skip
        assert part in said, part


def test_a_table_in_order_leaves_with_0() -> None:
    result = columns("Age,WBC\n7,45\n")
    assert result.exit_code == 0
    assert "Cannot be read" not in result.stdout and "Doubtful" not in result.stdout


def test_what_would_forbid_a_run_is_said_and_the_rest_is_shown() -> None:
    result = columns("age,Age (years)\n7,7\n")
    assert result.exit_code == 1
    assert "In the way of a run" in result.stdout and '--map "Age (years)=-"' in result.stdout
    assert "How the columns are read" in result.stdout


@pytest.mark.parametrize("form", ["plain", "markdown", "table", "json"])
def test_patient_text_is_never_read_as_markup(form: str) -> None:
    result = columns("WBC\n[bold]45[/bold]\n", "--format", form)
    assert "[bold]45[/bold]" in result.stdout.replace("\\", "")


def test_json_holds_every_column() -> None:
    data = json.loads(columns(TABLE, "--format", "json").stdout)
    assert data["schema_version"] == 1
    assert (data["rows"], [column["reads"] for column in data["columns"]]) == (
        2, [None, "age", "wbc", "lineage", "mrd_eoi", None],
    )  # fmt: skip
    wbc = data["columns"][2]
    assert (wbc["unit"], wbc["unit_assumed"], wbc["filled"], wbc["unreadable"]) == (None, "×10⁹/L", 2, 1)
    assert wbc["cannot_be_read"][0]["cell"] == "2300" and wbc["doubts"]


def test_a_saved_map_is_mended_and_replayed(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    options = ("--unit", "MRD Day 29=percent", "--unit", "WBC=10^9/L")
    assert columns(TABLE, *options, "--save-map", str(path)).exit_code == 1
    text = path.read_text(encoding="utf-8")
    assert '# not read, 1 cell; to give it a meaning: values: {"777": …}' in text
    path.write_text(text.replace("fact: lineage", 'fact: lineage, values: {"777": unknown}'), encoding="utf-8")
    again = columns(TABLE, "--map-file", str(path), "--format", "json")
    assert again.exit_code == 0, again.stdout
    found = {column["column"]: column for column in json.loads(again.stdout)["columns"]}
    assert (found["WBC"]["unit"], found["MRD Day 29"]["unit"]) == ("10^9/L", "%")
    assert (found["Cell of Origin"]["unknown"], found["Cell of Origin"]["values"]) == (1, {"777": "unknown"})


def test_a_map_that_exists_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text("mine")
    result = columns(TABLE, "--save-map", str(path))
    assert result.exit_code == 2 and "it exists already" in result.stderr and path.read_text() == "mine"


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--map", "Leuk"), 2, "write it as COLUMN=fact"),
        (("--unit", "WBC"), 2, "write it as COLUMN=UNIT"),
        (("--map", "WBC=wbc", "--map", "WBC=ldh"), 2, "was given"),
        (("--map-file", "nowhere.yaml"), 3, "nowhere.yaml"),
        (("--date-format", "dym"), 2, "dym"),
        (("--decimal", "dot"), 2, "dot"),
        (("--save-map", "nowhere/map.yaml"), 2, "its folder does not exist"),
    ],
)  # fmt: skip
def test_a_wrong_option_is_one_sentence(options: tuple[str, ...], code: int, said: str) -> None:
    result = columns(TABLE, *options)
    assert result.exit_code == code
    assert said in result.stderr and "Traceback" not in result.stderr


def test_a_map_file_with_mistakes_names_their_places(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text("columns:\n  WBC: {fact: wbcc}\n  Age: {fact: age, unit: stone}\n")
    result = columns(TABLE, "--map-file", str(path))
    assert result.exit_code == 2
    assert "map.yaml:2:15: no fact is called" in result.stderr and "map.yaml:3:26: " in result.stderr


@pytest.mark.parametrize("table", ["", "\n", ",,\n1,2,3\n"])
def test_a_table_that_is_none_leaves_with_3(table: str) -> None:
    assert columns(table).exit_code == 3


def test_a_table_that_is_not_there_leaves_with_3() -> None:
    assert RUNNER.invoke(app, ["columns", "nowhere.csv"]).exit_code == 3


# --- template ---------------------------------------------------------------------------------------------------------


def test_a_template_filled_in_is_understood_by_batch_without_a_map(tmp_path: Path) -> None:
    path = tmp_path / "cohort.csv"
    assert RUNNER.invoke(app, ["template", "--scheme", "nci-rome", "-o", str(path)]).exit_code == 0
    assert path.read_text() == "record_id,age,lineage,wbc\n"
    path.write_text(path.read_text() + "a,7,B,45\nb,12,B,45\nc,7,T,45\n")
    result = RUNNER.invoke(app, ["batch", str(path), "--scheme", "nci-rome"])
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [row["nci-rome.group"] for row in rows[:2]] == ["standard", "high"]
    assert 'age from "age", lineage from "lineage", wbc from "wbc"' in result.stderr


def test_a_template_of_all_schemes_is_understood_by_columns() -> None:
    header = RUNNER.invoke(app, ["template"]).stdout
    width = header.count(",")
    result = columns(f"{header.strip()}\n1{',' * width}\n", "--format", "json")
    left = [column["column"] for column in json.loads(result.stdout)["columns"] if column["reads"] is None]
    assert (result.exit_code, left) == (0, ["record_id"])


def test_both_dictionaries_are_written(tmp_path: Path) -> None:
    dictionary, redcap = tmp_path / "d.csv", tmp_path / "r.csv"
    options = ["--scheme", "nci-rome", "--dictionary", str(dictionary), "--redcap", str(redcap)]
    assert RUNNER.invoke(app, ["template", *options]).exit_code == 0
    assert dictionary.read_text(encoding="utf-8").startswith("column,fact,meaning")
    assert redcap.read_text(encoding="utf-8").startswith("Variable / Field Name,Form Name")


def test_a_file_that_may_be_filled_in_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "cohort.csv"
    path.write_text("record_id\n1\n")
    for option in ("-o", "--dictionary", "--redcap"):
        result = RUNNER.invoke(app, ["template", option, str(path)])
        assert result.exit_code == 2 and "it exists already and is not written over" in result.stderr
    assert path.read_text() == "record_id\n1\n"


def test_an_unknown_scheme_is_answered_with_the_nearest() -> None:
    result = RUNNER.invoke(app, ["template", "--scheme", "nci-rom"])
    assert result.exit_code == 2 and "nci-rome" in result.stderr
