"""The record of a batch: what it says, and that running it again finds what has changed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from all_cli.cli.risk import app

RUNNER = CliRunner()
TABLE = "id,Years,wbc,lineage\n1,7,45,B\n2,10,45,B\n2,old,45,B\n"


def risk(*arguments: str, code: int) -> Result:
    result = RUNNER.invoke(app, list(arguments))
    assert result.exit_code == code, (result.stdout, result.stderr, result.exception)
    return result


@pytest.fixture
def record(tmp_path: Path) -> Path:
    (tmp_path / "in.csv").write_text(TABLE, encoding="utf-8")
    risk(
        *("batch", str(tmp_path / "in.csv"), "-o", str(tmp_path / "out.csv"), "--manifest", str(tmp_path / "run.json")),
        *("--scheme", "nci-rome", "--map", "Years=age", "--id", "id"),
        code=1,
    )
    return tmp_path / "run.json"


def test_the_record_says_with_what_on_what_and_what_came_out(record: Path) -> None:
    found = json.loads(record.read_text(encoding="utf-8"))
    assert found["mapping"] == {"Years": "age", "wbc": "wbc", "lineage": "lineage"}
    assert found["counts"] == {
        "nci-rome": {"status": {"assigned": 2, "indeterminate": 1}, "group": {"high": 1, "standard": 1}}
    }
    assert (found["rows"], found["invalid"], sum(found["unread"].values())) == (3, 0, 1)
    assert found["tool"].startswith("all-cli ")
    assert found["knowledge"].startswith("sha256:")
    for name, entry in (("in.csv", found["inputs"][0]), ("out.csv", found["output"])):
        content = (record.parent / name).read_bytes()
        assert (entry["bytes"], entry["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())


def test_a_replay_of_an_unchanged_batch_is_identical(record: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.csv"
    assert risk("replay", str(record), "-o", str(again), code=0).stdout == "identical: 3 rows\n"
    assert again.read_bytes() == (tmp_path / "out.csv").read_bytes()


def test_a_changed_input_is_named_and_so_is_what_it_changes(record: Path) -> None:
    source = record.parent / "in.csv"
    source.write_text(TABLE.replace("1,7,", "1,11,"), encoding="utf-8")
    said = risk("replay", str(record), code=1).stdout
    assert "input: " in said
    assert "nci-rome: high 1 then, 2 now" in said


def test_another_tool_and_other_knowledge_are_named(record: Path) -> None:
    found = json.loads(record.read_text(encoding="utf-8"))
    record.write_text(json.dumps({**found, "tool": "all-cli 0.0.0", "knowledge": "sha256:0"}), encoding="utf-8")
    said = risk("replay", str(record), code=1).stdout
    assert "tool: it was all-cli 0.0.0" in said
    assert "knowledge: it was sha256:0" in said


@pytest.mark.parametrize("text", ["", "[]", '{"schema_version": 1}', "{}", "\0"])
def test_what_is_no_record_is_one_sentence(text: str, tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    file.write_text(text, encoding="utf-8")
    assert "all-risk batch --manifest" in risk("replay", str(file), code=3).stderr


def test_repeated_patients_are_reported_and_never_refused(record: Path) -> None:
    result = risk("batch", str(record.parent / "in.csv"), "--id", "id", "--map", "Years=age", code=1)
    assert '1 id stands in several rows of "id": "2"' in result.stderr
    assert "no column is called that" in risk("batch", str(record.parent / "in.csv"), "--id", "ID", code=2).stderr


def test_the_first_bad_row_can_end_a_batch(record: Path) -> None:
    target = record.parent / "stopped.csv"
    result = risk(
        *("batch", str(record.parent / "in.csv"), "-o", str(target), "--on-error", "stop", "--map", "Years=age"), code=2
    )
    assert "stopped at row 3 (line 4), nothing was written" in result.stderr
    assert not target.exists()


@pytest.mark.parametrize(("answer", "code"), [("indeterminate", 0), ("outside", 1)])
def test_answers_can_be_made_to_fail(answer: str, code: int, tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("age,wbc,lineage\n7,45,T\n", encoding="utf-8")
    risk("batch", str(file), "--scheme", "nci-rome", "--fail-on", answer, code=code)


def test_implausible_cells_are_counted_by_column() -> None:
    table = "age,wbc,lineage\n7,0.01,B\n7,0.01,B\n7,0.02,B\n"
    result = RUNNER.invoke(app, ["batch", "-", "--scheme", "nci-rome"], input=table)
    assert 'look again at "wbc", 3 cells: wbc "0.01" is outside the usual range' in result.stderr


def test_a_cell_and_the_command_line_agree_that_genetics_is_unknown() -> None:
    table = RUNNER.invoke(app, ["batch", "-", "--scheme", "cog-aall08b1"], input="age,genetics\n7,unknown\n")
    alone = RUNNER.invoke(
        app, ["classify", "--age", "7", "--genetics", "unknown", "--scheme", "cog-aall08b1", "--format", "json"]
    )
    possible = json.loads(alone.stdout)["results"][0]["possible"]
    assert table.stdout.splitlines()[1].split(",")[4] == "|".join(possible)
