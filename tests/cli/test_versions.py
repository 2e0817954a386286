"""diff: two knowledge files compared; exit codes, the printed witness run as it stands, a table of patients."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from all_cli.cli.risk import app
from all_cli.knowledge.files import RISK_RULES, data_directory

RUNNER = CliRunner()
MINE = """schemes:
  - id: my-scheme
    title: Mine [/x] [bold]
    published: 2020
    audience: children
    population: {when: age >= 1, text: everybody from one year, cite: [smith-1996], checked: false}
    groups:
      high: {label: High}
      low: {label: Low}
    rules:
      - {id: a, group: high, when: wbc >= 20, cite: [smith-1996], checked: false}
      - {id: b, group: low, when: wbc < 20, cite: [smith-1996], checked: false}
"""
TABLE = "MRN,age,wbc\np1,7,19\np2,7,20\n[/x],7,29.9\np4,7,30\np5,7,\np6,7,many\np7,0.5,25\n"


def risk(*arguments: str, input: str | None = None) -> Result:
    return RUNNER.invoke(app, list(arguments), input=input)


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """The scheme, and a version of it with a higher cut-off."""
    first, second = tmp_path / "a.yaml", tmp_path / "b b.yaml"
    first.write_text(MINE, encoding="utf-8")
    second.write_text(MINE.replace("20,", "30,"), encoding="utf-8")
    return str(first), str(second)


def compared(*arguments: str, code: int = 1) -> dict[str, Any]:
    result = risk("diff", *arguments, "--format", "json")
    assert result.exit_code == code, result.stderr
    data: dict[str, Any] = json.loads(result.stdout)
    assert data["differs"] is bool(code)
    return data


def test_one_file_twice_differs_in_nothing(files: tuple[str, str]) -> None:
    data = compared(files[0], files[0], code=0)
    assert (data["schemes"], data["added"], data["removed"], data["elsewhere"], data["common"]) == ([], [], [], [], 1)
    result = risk("diff", files[0], files[0])
    assert result.exit_code == 0
    assert "Nothing differs in 1 scheme." in result.stdout


def test_shipped_is_the_shipped_file() -> None:
    assert risk("diff", "shipped", "shipped").exit_code == 0
    assert risk("diff", "shipped", str(data_directory() / RISK_RULES)).exit_code == 0


def test_a_changed_cut_off_is_named_with_those_who_move(files: tuple[str, str]) -> None:
    (scheme,) = compared(*files)["schemes"]
    assert [(c["part"], c["id"], c["field"], c["before"], c["after"]) for c in scheme["changes"]] == [
        ("rule", "a", "condition", "wbc >= 20", "wbc >= 30"),
        ("rule", "b", "condition", "wbc < 20", "wbc < 30"),
    ]
    (move,) = scheme["moves"]
    assert (move["before"], move["after"]) == (["high"], ["low"])
    assert move["region"] == {"age": ">= 1", "wbc": ">= 20 and < 30"}
    assert [(pair["before"]["rule"], pair["after"]["rule"]) for pair in move["rules"]] == [("a", "b")]
    assert move["rules"][0]["before"]["cite"] == [{"source": "smith-1996", "locator": ""}]


def test_the_witness_runs_as_printed_and_is_answered_as_said(files: tuple[str, str]) -> None:
    (move,) = compared(*files)["schemes"][0]["moves"]
    for side in ("before", "after"):
        name, *arguments = shlex.split(move["witness"][side])
        assert name == "all-risk"
        answered = json.loads(risk(*arguments, "--format", "json").stdout)["results"]
        assert [result["possible"] for result in answered] == [move[side]]


@pytest.mark.parametrize("form", ["table", "plain", "markdown"])
def test_the_page_holds_the_command_whole_and_the_citation(form: str, files: tuple[str, str]) -> None:
    result = risk("diff", *files, "--format", form)
    assert result.exit_code == 1
    command = next(line for line in result.stdout.splitlines() if "all-risk classify" in line)
    assert command.endswith(f"all-risk classify --rules '{files[1]}' --scheme my-scheme --set age=1 --set wbc=20")
    assert "Mine [/x] [bold]" in result.stdout
    assert "high → low" in result.stdout
    assert "10.1200/JCO.1996.14.1.18" in result.stdout
    assert "†" in result.stdout


def test_a_scheme_that_moves_nobody_says_so(files: tuple[str, str], tmp_path: Path) -> None:
    other = tmp_path / "c.yaml"
    other.write_text(MINE.replace("wbc < 20", "not wbc >= 20"), encoding="utf-8")
    result = risk("diff", files[0], str(other))
    assert result.exit_code == 1
    assert "No patient moves" in result.stdout
    assert "not wbc >= 20" in result.stdout


def test_schemes_that_came_and_went_are_listed(files: tuple[str, str]) -> None:
    data = compared("shipped", files[0])
    assert data["added"] == [{"id": "my-scheme", "title": "Mine [/x] [bold]"}]
    assert "nci-rome" in [entry["id"] for entry in data["removed"]]
    assert data["common"] == 0
    assert "my-scheme" in risk("diff", "shipped", files[0]).stdout


# --- a table of patients ---------------------------------------------------------------------------------------------


def test_rows_that_move_are_listed_and_counted(files: tuple[str, str], tmp_path: Path) -> None:
    table = tmp_path / "in.csv"
    table.write_text(TABLE, encoding="utf-8")
    found = compared(*files, "--cohort", str(table), "--id", "MRN")["cohort"]
    assert found["rows"] == 7
    assert [(m["row"], m["id"], m["before"]["possible"], m["after"]["possible"]) for m in found["movers"]] == [
        (2, "p2", ["high"], ["low"]),
        (3, "[/x]", ["high"], ["low"]),
    ]
    assert [entry["rows"] for entry in found["counts"]] == [2]
    assert [(row["row"], row["line"], row["id"]) for row in found["invalid"]] == [(6, 7, "p6")]
    assert "many" in found["invalid"][0]["reason"]
    page = risk("diff", *files, "--cohort", str(table), "--id", "MRN").stdout
    assert "7 rows: 2 move" in page
    assert "[/x]" in page
    assert 'column "wbc", value "many"' in page


def test_movers_are_those_whose_two_classifications_differ(files: tuple[str, str], tmp_path: Path) -> None:
    """The same rows through batch, once with each file."""
    table = tmp_path / "in.csv"
    table.write_text(TABLE + "".join(f"q{n},{n % 4},{n}\n" for n in range(60)), encoding="utf-8")
    batches = [
        risk("batch", str(table), "--scheme", "my-scheme", "--rules", file).stdout.splitlines()[1:] for file in files
    ]
    expected = [
        n for n, (one, two) in enumerate(zip(*batches, strict=True), 1) if one.split(",")[3:5] != two.split(",")[3:5]
    ]
    found = compared(*files, "--cohort", str(table))["cohort"]
    assert [mover["row"] for mover in found["movers"]] == expected
    assert expected


def test_a_patient_who_becomes_undecided_moves(tmp_path: Path) -> None:
    first, second, table = tmp_path / "a.yaml", tmp_path / "b.yaml", tmp_path / "in.csv"
    first.write_text(MINE, encoding="utf-8")
    second.write_text(
        MINE.replace("wbc >= 20,", "wbc >= 20 or iamp21,").replace("wbc < 20,", "wbc < 20 and not iamp21,"),
        encoding="utf-8",
    )
    table.write_text("age,wbc\n7,10\n7,30\n", encoding="utf-8")
    (mover,) = compared(str(first), str(second), "--cohort", str(table))["cohort"]["movers"]
    assert (mover["row"], mover["before"]["status"], mover["after"]["status"]) == (1, "assigned", "indeterminate")


def test_bad_rows_are_found_even_if_nothing_differs(files: tuple[str, str], tmp_path: Path) -> None:
    table = tmp_path / "in.csv"
    table.write_text(TABLE, encoding="utf-8")
    found = compared(files[0], files[0], "--cohort", str(table), code=0)["cohort"]
    assert (found["movers"], len(found["invalid"])) == ([], 1)


def test_a_long_list_is_cut_on_the_page_only(files: tuple[str, str], tmp_path: Path) -> None:
    table = tmp_path / "in.csv"
    table.write_text("age,wbc\n" + "7,25\n" * 50, encoding="utf-8")
    assert len(compared(*files, "--cohort", str(table))["cohort"]["movers"]) == 50
    page = risk("diff", *files, "--cohort", str(table)).stdout
    assert "50 rows: 50 move" in page
    assert "… and 30 more; --format json lists all." in page


def test_a_table_from_standard_input(files: tuple[str, str]) -> None:
    result = risk("diff", *files, "--cohort", "-", input=TABLE)
    assert result.exit_code == 1
    assert "Patients of standard input" in result.stdout


# --- what a user can do wrong ----------------------------------------------------------------------------------------


def refused(result: Result, code: int, *said: str) -> None:
    assert isinstance(result.exception, SystemExit), result.exception
    assert (result.exit_code, result.stdout) == (code, "")
    assert len(result.stderr.strip().splitlines()) == 1
    for words in said:
        assert words in result.stderr


def test_a_file_that_is_not_there(files: tuple[str, str], tmp_path: Path) -> None:
    refused(risk("diff", files[0], str(tmp_path / "none.yaml")), 3, "none.yaml")
    refused(risk("diff", str(tmp_path / "none.yaml"), files[0]), 3, "none.yaml")
    refused(risk("diff", files[0], str(tmp_path)), 3, str(tmp_path))
    refused(risk("diff", *files, "--cohort", str(tmp_path / "none.csv")), 3, "none.csv")
    refused(risk("diff", "shiped", files[0]), 3, "shiped")


def test_a_file_with_a_mistake(files: tuple[str, str], tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(MINE.replace("wbc >= 20", "wbx >= 20"), encoding="utf-8")
    refused(risk("diff", files[0], str(wrong)), 4, "wrong.yaml:11:", '"wbc"')
    wrong.write_text("", encoding="utf-8")
    refused(risk("diff", str(wrong), files[0]), 4, "wrong.yaml")


def test_an_id_column_that_is_not_there(files: tuple[str, str], tmp_path: Path) -> None:
    table = tmp_path / "in.csv"
    table.write_text(TABLE, encoding="utf-8")
    refused(risk("diff", *files, "--cohort", str(table), "--id", "MNR"), 2, "MNR", '"MRN"')
    refused(risk("diff", *files, "--id", "MRN"), 2, "--cohort")


@pytest.mark.parametrize("content", [b"", b"\0\1"])
def test_a_table_that_is_none(content: bytes, files: tuple[str, str], tmp_path: Path) -> None:
    table = tmp_path / "in.csv"
    table.write_bytes(content)
    refused(risk("diff", *files, "--cohort", str(table)), 3, "in.csv")


def test_the_help_says_what_the_exit_codes_mean() -> None:
    text = " ".join(risk("diff", "--help").stdout.split())
    assert "0 nothing differs, 1 something differs" in text
