"""Commands are built when they are called, and are what the help says of them."""

from __future__ import annotations

import inspect
import subprocess
import sys
from importlib import import_module

import pytest
import typer
from typer.testing import CliRunner

from all_cli.cli import protocol, risk
from all_cli.cli.on_demand import Deferred, built

ALL = [
    pytest.param(name, deferred, id=f"{line}-{name}")
    for line, commands in (("all-risk", risk.COMMANDS), ("all-protocol", protocol.COMMANDS))
    for name, deferred in commands.items()
]


def test_this_typer_lets_commands_be_built_on_demand() -> None:
    """Typer has no public way; on_demand.py leans on its insides, and a release that moves them is named here."""
    try:
        listed = CliRunner().invoke(risk.app, ["--help"])
        one = CliRunner().invoke(risk.app, ["classify", "--age", "7", "--format", "json"])
        twice = CliRunner().invoke(risk.app, ["classify", "--age", "7", "--age", "8"])
        works = [listed.exit_code, one.exit_code, twice.exit_code] == [0, 0, 2] and "given twice" in twice.output
        broken = "" if works else f"{listed.output} {one.output} {twice.output} {listed.exception} {one.exception}"
    except Exception as error:
        broken = f"{type(error).__name__}: {error}"
    assert not broken, f"Typer {typer.__version__} broke all_cli/cli/on_demand.py: {broken}"


@pytest.mark.parametrize(("name", "deferred"), ALL)
def test_a_line_of_help_is_what_the_command_says_of_itself(name: str, deferred: Deferred) -> None:
    module, _, function = deferred.function.partition(":")
    said = inspect.getdoc(getattr(import_module(module), function))
    assert said is not None
    assert " ".join(said.split("\n\n")[0].split()) == deferred.help


@pytest.mark.parametrize(("name", "deferred"), ALL)
def test_a_command_keeps_its_name_and_takes_options(name: str, deferred: Deferred) -> None:
    command = built(name, deferred)
    assert command.name == name
    assert any(parameter.name == "form" for parameter in command.params) or name in {"batch", "replay", "template"}


@pytest.mark.parametrize("line", ["risk", "protocol"])
def test_help_imports_no_command(line: str) -> None:
    code = (
        f"import sys; from all_cli.cli.{line} import COMMANDS, app; sys.argv = ['x', '--help']\n"
        "try: app()\n"
        "except SystemExit: pass\n"
        "late = {one.function.split(':')[0] for one in COMMANDS.values()} & sys.modules.keys()\n"
        "sys.exit(', '.join(sorted(late)) or 0)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
