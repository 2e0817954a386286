"""What the README shows is what the program prints, and what it lists exists."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from all_cli.cli import protocol, risk

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"<!-- output: (.+?) -->\n```text\n(.*?)```\n<!-- end -->", README, re.DOTALL)
COMMANDS = [line.removeprefix("$ ") for line in re.findall(r"(?m)^\$ (?:all-risk|all-protocol).*$", README)]


def run(command: str) -> tuple[int, str]:
    name, *arguments = shlex.split(command)
    app = {"all-risk": risk.app, "all-protocol": protocol.app}[name]
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.stdout


@pytest.mark.parametrize(("command", "output"), SHOWN)
def test_output_in_the_readme_is_the_real_output(command: str, output: str) -> None:
    assert run(command) == (0, output)


def test_the_readme_shows_an_output() -> None:
    assert SHOWN


WITH_A_BAD_ROW = ("all-risk batch", "all-risk columns")  # of the examples, which are there to be reported


def test_the_commands_of_the_readme_run_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    (tmp_path / "patient.yaml").write_text("age: 7\nwbc: 45\nlineage: B\ngenetics: none\n", encoding="utf-8")
    for command in COMMANDS:
        code, output = run(command)
        assert code == (1 if command.startswith(WITH_A_BAD_ROW) else 0), (command, output)


def test_every_command_is_named_in_the_readme_or_its_pages_and_has_help() -> None:
    pages = README + "".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md"))
    for name, commands in (("all-risk", risk.COMMANDS), ("all-protocol", protocol.COMMANDS)):
        for called in commands:
            assert f"{name} {called}" in pages, called
            code, output = run(f"{name} {called} --help")
            assert code == 0
            assert len(output.splitlines()) > 3
