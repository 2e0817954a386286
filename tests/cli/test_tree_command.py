"""all-risk tree: what the options do, and what a user can do wrong."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from all_cli.cli.risk import app

RUNNER = CliRunner()


def tree(*arguments: str) -> Result:
    return RUNNER.invoke(app, ["tree", *arguments])


def data(*arguments: str) -> dict[str, Any]:
    result = tree(*arguments, "--format", "json")
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def refused(result: Result, *said: str, code: int = 2) -> None:
    assert result.exit_code == code, result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    for words in said:
        assert words in result.stderr


def test_a_known_age_leaves_only_the_count_to_ask() -> None:
    for known in (("--set", "age=7"), ("--age", "7"), ("--born", "2015-01-01", "--diagnosed", "2022-02-02")):
        found = data("nci-rome", *known)
        assert [node["fact"] for node in found["nodes"] if "fact" in node] == ["wbc"]
        assert found["status"] == "may-apply"


def test_what_is_known_only_in_part_prunes_in_part() -> None:
    whole = [node for node in data("cog-aall1731")["nodes"] if "fact" in node]
    pruned = [node for node in data("cog-aall1731", "--cns", "CNS2")["nodes"] if "fact" in node]
    assert 0 < len(pruned) < len(whole)
    assert not any(node["fact"] == "cns" for node in pruned)


def test_genetics_flags_and_units_are_read_as_by_classify() -> None:
    found = data("aieop-bfm-2000", "--ph", "--marrow-eoi", "M1", "--genetics", "t(4;11)-", "--age", "7")
    assert {node["rule"] for node in found["nodes"] if "rule" in node} == {"aieop-bfm-2000.ph"}
    found = data("ukall-2011", "--mrd-eoi", "0.02", "--mrd-unit", "percent")
    assert "mrd_eoi" not in [node.get("fact") for node in found["nodes"]]


def test_a_scheme_that_is_not_for_the_patient_says_why_in_every_form(tmp_path: Path) -> None:
    plain = tree("nci-rome", "--lineage", "T").stdout
    assert "the scheme does not apply: it is for B-lineage ALL" in plain
    found = data("nci-rome", "--lineage", "T")
    assert (found["status"], found["root"], found["nodes"]) == ("not-applicable", None, [])
    assert tree("nci-rome", "--lineage", "T", "-o", str(tmp_path / "t.svg")).exit_code == 0
    assert "does not apply" in (tmp_path / "t.svg").read_text(encoding="utf-8")


def test_the_drawing_goes_to_the_file_and_one_line_to_standard_error(tmp_path: Path) -> None:
    target = tmp_path / "tree.svg"
    result = tree("nci-rome", "-o", str(target))
    assert result.exit_code == 0
    assert result.stdout == ""
    assert result.stderr == f"{target}: nci-rome, questions 2, rules 3, parts 1\n"
    assert target.read_text(encoding="utf-8").startswith("<svg ")
    assert [file.name for file in tmp_path.iterdir()] == ["tree.svg"]


def test_the_drawing_can_go_to_standard_output() -> None:
    result = tree("nci-rome", "-o", "-")
    assert result.exit_code == 0
    assert result.stdout.startswith("<svg ") and result.stdout.endswith("</svg>\n")


def test_a_file_that_cannot_be_finished_leaves_the_old_one_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "tree.svg"
    target.write_text("before", encoding="utf-8")

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    refused(tree("nci-rome", "-o", str(target)), "cannot be written", "No space left")
    assert target.read_text(encoding="utf-8") == "before"
    assert [file.name for file in tmp_path.iterdir()] == ["tree.svg"]


def test_an_old_file_is_replaced_and_keeps_its_permissions_and_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "tree.svg", tmp_path / "link.svg"
    target.write_text("before", encoding="utf-8")
    target.chmod(0o640)
    link.symlink_to(target)
    assert tree("nci-rome", "-o", str(link)).exit_code == 0
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8").startswith("<svg ")
    assert target.stat().st_mode & 0o777 == 0o640


def test_a_new_file_follows_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        assert tree("nci-rome", "-o", str(tmp_path / "new.svg")).exit_code == 0
    finally:
        os.umask(before)
    assert (tmp_path / "new.svg").stat().st_mode & 0o777 == 0o640


def test_a_folder_is_not_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "drawings.svg"
    folder.mkdir()
    refused(tree("nci-rome", "-o", str(folder)), "--output", "it is a folder")
    assert folder.is_dir()


def test_what_a_user_can_do_wrong_is_one_sentence(tmp_path: Path) -> None:
    refused(tree("nci-rom"), 'no scheme is called "nci-rom"', "nci-rome")
    refused(tree("nci-rome", "-o", str(tmp_path / "tree.png")), "--output", ".svg")
    refused(tree("nci-rome", "-o", str(tmp_path / "nowhere" / "tree.svg")), "its folder does not exist", "nowhere")
    refused(tree("nci-rome", "-o", str(tmp_path / "tree.svg"), "-f", "json"), "--format")
    refused(tree("nci-rome", "--set", "agee=7"), "agee", "age")
    refused(tree("nci-rome", "--wbc", "2500"), "above 1000")
    refused(tree("nci-rome", "--rules", str(tmp_path / "none.yaml")), "cannot be read", code=3)
    assert not list(tmp_path.iterdir())


def test_a_scheme_of_ones_own_has_a_tree(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        """
schemes:
  - id: ward-7
    title: Ward 7 <draft> & co
    audience: adults
    published: 2020
    population: {when: age >= 18, text: adults, cite: [{own: p. 1}], checked: true}
    groups: {low: {label: Low}, high: {label: High}}
    rules:
      - {id: old, group: high, when: age >= 60, cite: [{own: p. 1}], checked: true}
      - {id: rest, group: low, when: age < 60, cite: [{own: p. 1}], checked: true}
sources:
  own: {title: Ward paper, kind: trial, year: 2020, read: full, checked: true, doi: 10.1000/a-b}
""",
        encoding="utf-8",
    )
    found = tree("ward-7", "--rules", str(own))
    assert found.exit_code == 0, found.stderr
    assert ">= 18 and < 60 y: Low (rule rest) [1]" in found.stdout
    assert "Ward 7 &lt;draft&gt; &amp; co" in tree("ward-7", "--rules", str(own), "-o", "-").stdout


def test_help_names_the_command_and_the_drawing() -> None:
    assert "tree" in RUNNER.invoke(app, ["--help"]).stdout
    assert ".svg" in tree("--help").stdout
