"""Mistakes of form and of meaning in a user's own file are said together, in the order of the file."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner, Result

from all_cli.cli.risk import app

RUNNER = CliRunner()
HEAD = """\
schemes:
  - id: first
    title: First
    published: 2020
    audience: children
    population: {when: age >= 1, text: all from one, cite: [smith-1996], checked: false}
    groups: {low: {label: Low}, high: {label: High}}
    rules:
      - {id: a, group: high, when: wbcc >= 20, cite: [smith-1996], checked: false}
      - {id: b, group: low, when: wbc < 20, cite: [no-such-source], checked: false}
"""
MISSHAPEN = """\
  - id: second
    title: Second
    published: soon
    audience: children
    population: {when: age >= 1, text: all, cite: [smith-1996], checked: false}
    groups: {low: {label: Low}}
    rules:
      - {id: a, grup: low, when: wbcc >= 20, cite: [smith-1996], checked: false}
"""


def checked(path: Path, text: str) -> Result:
    path.write_text(text, encoding="utf-8")
    return RUNNER.invoke(app, ["check", str(path)])


def test_a_misshapen_scheme_does_not_hide_what_is_wrong_with_another(tmp_path: Path) -> None:
    result = checked(tmp_path / "own.yaml", HEAD + MISSHAPEN)
    assert result.exit_code == 4
    said = result.stderr.splitlines()
    assert [line.partition("own.yaml:")[2].partition(":")[0] for line in said] == ["9", "10", "13", "18"]
    assert 'did you mean "wbc"' in said[0]
    assert 'no source is called "no-such-source"' in said[1]
    assert '"published" must be a whole number' in said[2]
    assert any('"grup" is not known here' in line for line in said)


def test_a_preference_for_a_misshapen_scheme_is_not_called_unknown(tmp_path: Path) -> None:
    primary = "primary:\n  - {scheme: second, when: age >= 1}\n"
    result = checked(tmp_path / "own.yaml", HEAD + MISSHAPEN + primary)
    assert 'no scheme "second"' not in result.stderr
    assert "wbcc" in result.stderr


def test_where_the_frame_itself_is_wrong_only_that_is_said(tmp_path: Path) -> None:
    result = checked(tmp_path / "own.yaml", HEAD + "shemes: []\n")
    assert result.exit_code == 4
    assert '"shemes" is not known here' in result.stderr
    assert "wbcc" not in result.stderr


def test_a_source_id_that_is_taken_is_said_with_the_rest(tmp_path: Path) -> None:
    sources = "sources:\n  smith-1996: {title: T, kind: trial, year: 1996, read: abstract, checked: false}\n"
    result = checked(tmp_path / "own.yaml", HEAD + sources)
    assert 'the source id "smith-1996" is taken' in result.stderr
    assert "wbcc" in result.stderr
