"""Boundary patients: the shipped ones fall where they should, and a wrong one is said in a sentence with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from all_cli.cli.risk import app
from all_cli.risk import cases
from all_cli.risk.library import RiskLibrary

RUNNER = CliRunner()
OWN = """\
schemes:
  - id: mine
    title: Mine
    published: 2026
    audience: children
    population: {when: lineage == B, text: B lineage, cite: [smith-1996], checked: false}
    groups:
      mild: {label: Mild, severity: 1}
      bad: {label: Bad, severity: 2}
    rules:
      - {id: wbc, group: bad, when: wbc >= 50, cite: [smith-1996], checked: false}
      - {id: rest, group: mild, when: wbc < 50, cite: [smith-1996], checked: false}
"""
CASES = """\
source: {smith-1996: "Table 1"}
boundary_patients:
  - {name: at-50, patient: {lineage: B, wbc: 50}, possible: [bad]}
  - {name: just-below, patient: {lineage: B, wbc: 49.9}, possible: [mild]}
  - {name: t-lineage, patient: {lineage: T}, possible: [not-applicable], source: {smith-1996: "Table 2"}}
  - {name: with-genetics, patient: {lineage: B, genetics: "none"}, possible: [mild, bad], note: "WBC open"}
"""


def place_of(text: str, word: str) -> str:
    """Line and column of a word."""
    before = text[: text.index(word)]
    return f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


def check(folder: Path, text: str, name: str = "mine", *arguments: str) -> Result:
    (folder / "own.yaml").write_text(OWN, encoding="utf-8")
    (folder / "cases").mkdir(exist_ok=True)
    (folder / "cases" / f"{name}.yaml").write_text(text, encoding="utf-8")
    where = [str(folder / "own.yaml"), "--cases", str(folder / "cases")]
    return RUNNER.invoke(app, ["check", *where, "--format", "plain", *arguments], env={"COLUMNS": "300"})


def test_the_check_of_the_shipped_schemes_finds_boundary_patients_of_each(library: RiskLibrary) -> None:
    """That they fall where they should is what `make knowledge` says."""
    folder = cases.shipped_cases()
    assert folder is not None
    assert {path.stem for path in folder.glob("*.yaml")} == set(library.schemes)


def test_own_boundary_patients_are_tried(tmp_path: Path) -> None:
    result = check(tmp_path, CASES)
    assert result.exit_code == 0, result.stdout + result.stderr
    assert "4 boundary patients tried." in result.stdout


def test_a_patient_who_falls_elsewhere_is_named_with_the_place_of_the_expectation(tmp_path: Path) -> None:
    text = CASES.replace("wbc: 49.9}, possible: [mild]", "wbc: 50}, possible: [mild]")
    result = check(tmp_path, text)
    assert result.exit_code == 4
    place = f"{tmp_path / 'cases' / 'mine.yaml'}:{place_of(text, '[mild]')}"
    assert f"{place}: the boundary patient just-below should be mild and is bad" in result.stdout
    assert "all-risk classify --scheme mine --set lineage=B --set wbc=50" in result.stdout


def test_a_group_that_no_patient_is_for_is_named_where_the_scheme_names_it(tmp_path: Path) -> None:
    without = "".join(line for line in CASES.splitlines(keepends=True) if "bad" not in line)
    result = check(tmp_path, without)
    assert result.exit_code == 4
    assert f'{tmp_path / "own.yaml"}:9:7: no boundary patient is for the group "bad"' in result.stdout


@pytest.mark.parametrize(
    ("old", "new", "at", "said"),
    [
        ("possible: [bad]", "possible: [worse]", "worse", '"worse" is not one of the scheme\'s groups'),
        ("wbc: 50}", "wbcc: 50}", "wbcc", 'no fact is called "wbcc" — did you mean "wbc"'),
        ("wbc: 50}", "wbc: many}", "many", 'wbc "many": not a number'),
        ('genetics: "none"', "genetics: abc", "abc", 'genetics "abc": not recognised'),
        ('genetics: "none"', 'genetics: none, bcr_abl1: "yes"', 'yes"', "both cannot be true"),
        ("name: just-below", "name: at-50", "at-50, patient: {lineage: B, wbc: 49", 'the name "at-50" is used twice'),
        ('smith-1996: "Table 1"', 'smith-1969: "Table 1"', "smith-1969", 'did you mean "smith-1996"'),
        ('smith-1996: "Table 2"', 'smith-1969: "Table 2"', "smith-1969", 'did you mean "smith-1996"'),
        ('source: {smith-1996: "Table 1"}\n', "", "boundary", 'the key "source" is missing here'),
        ("note: ", "remark: ", "remark", 'the key "remark" is not known here'),
        ("possible: [bad]", "possible: []", "[]", '"possible" must not be empty'),
        ("boundary_patients:", "boundary_patients: [", "- {name: at-50", "this is not YAML"),
    ],
)
def test_a_mistake_in_a_file_of_cases_is_said_with_its_place(
    old: str, new: str, at: str, said: str, tmp_path: Path
) -> None:
    assert old in CASES
    text = CASES.replace(old, new, 1)
    result = check(tmp_path, text)
    assert result.exit_code == 4
    found = [line for line in result.stderr.splitlines() if said in line]
    assert found, result.stderr
    assert found[0].startswith(f"{tmp_path / 'cases' / 'mine.yaml'}:{place_of(text, at)}: ")


def test_a_file_named_after_no_scheme_is_said(tmp_path: Path) -> None:
    result = check(tmp_path, CASES, "mein")
    assert result.exit_code == 4
    assert 'mein.yaml:1:1: no scheme is called "mein", as the file is' in result.stderr


def test_a_file_that_is_not_utf_8_is_said(tmp_path: Path) -> None:
    check(tmp_path, CASES)
    (tmp_path / "cases" / "mine.yaml").write_bytes(b"source: \xff")
    result = RUNNER.invoke(app, ["check", str(tmp_path / "own.yaml"), "--cases", str(tmp_path / "cases")])
    assert result.exit_code == 4
    assert "mine.yaml:1:1: this is not UTF-8 text" in result.stderr


@pytest.mark.parametrize("name", ["none", "."])
def test_a_folder_without_cases_is_said(name: str, tmp_path: Path) -> None:
    result = RUNNER.invoke(app, ["check", "--cases", str(tmp_path / name)])
    assert result.exit_code == 3
    assert f'--cases "{tmp_path / name}": no folder with a file SCHEME.yaml in it' in result.stderr


def test_that_no_boundary_patients_are_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own.yaml").write_text(OWN, encoding="utf-8")
    result = RUNNER.invoke(app, ["check", str(tmp_path / "own.yaml"), "--format", "plain"], env={"COLUMNS": "300"})
    assert result.exit_code == 0
    assert "No boundary patients were tried" in result.stdout
    # An installed package has its knowledge and no tests beside it.
    monkeypatch.setattr(cases, "data_directory", lambda: tmp_path / "all_cli" / "data")
    assert cases.shipped_cases() is None
