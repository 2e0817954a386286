"""Every command that writes a file: its ending tells the format, what stands in its way is said before any work."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from all_cli.cli.protocol import app as protocol_app
from all_cli.cli.risk import app as risk_app

TREE = (risk_app, ["tree", "nci-rome"])
REPORT = (risk_app, ["report", "results.csv"])
ROADMAP = (protocol_app, ["roadmap", "cog-aall0232/dex-hdmtx", "--start", "2026-01-05"])
TEMPLATE = (risk_app, ["template", "--scheme", "nci-rome"])
BATCH = (risk_app, ["batch", "patients.csv"])
Command = tuple[typer.Typer, list[str]]


@pytest.fixture(autouse=True)
def _tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("patients.csv").write_text("age,wbc,lineage\n7,45,B\n12,3,B\n")
    assert run(BATCH, "results.csv").exit_code == 0


def run(command: Command, output: str, *more: str) -> Result:
    app, arguments = command
    return CliRunner().invoke(app, [*arguments, "--output", output, *more])


@pytest.mark.parametrize("command", [TREE, REPORT, ROADMAP, TEMPLATE, BATCH], ids=lambda each: each[1][0])
@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("out.pdf", ['files that end in ".pdf" are not written; name .', "tables that end in"]),
        ("nowhere/out.csv", ["its folder does not exist", "are not written"]),
        (".", ["it is a folder; name a file"]),
    ],
)
def test_a_file_that_cannot_be_is_one_sentence_and_nothing_is_written(
    command: Command, output: str, said: list[str]
) -> None:
    before = sorted(Path().iterdir())
    result = run(command, output)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert f'--output "{output}": ' in result.stderr
    assert any(words in result.stderr for words in said), result.stderr
    assert sorted(Path().iterdir()) == before


@pytest.mark.parametrize("command", [TREE, REPORT, ROADMAP], ids=lambda each: each[1][0])
def test_a_file_holds_what_the_screen_shows_in_the_format_of_its_ending(command: Command) -> None:
    app, arguments = command
    for ending, form in ((".md", "markdown"), (".txt", "plain"), (".json", "json")):
        result = run(command, f"out{ending}")
        assert result.exit_code == 0, result.stderr
        assert result.stdout == ""
        assert f"out{ending}: " in result.stderr
        shown = CliRunner().invoke(app, [*arguments, "--format", form])
        assert Path(f"out{ending}").read_text() == shown.stdout
        contradicted = run(command, f"out{ending}", "--format", "table")
        assert contradicted.exit_code == 2
        assert f"the name says {form}, --format says table; leave one out" in contradicted.stderr
    assert json.loads(Path("out.json").read_text())["schema_version"] == 1


@pytest.mark.parametrize("option", ["--output", "--dictionary", "--redcap"])
def test_a_template_is_csv_and_no_workbook_by_name_alone(option: str) -> None:
    app, arguments = TEMPLATE
    result = CliRunner().invoke(app, [*arguments, option, "t.xlsx"])
    assert (result.exit_code, result.stderr) == (
        2,
        f'{option} "t.xlsx": files that end in ".xlsx" are not written; name .csv\n',
    )
    assert not Path("t.xlsx").exists()
