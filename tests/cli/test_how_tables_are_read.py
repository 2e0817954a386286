"""Whatever says how a table is read can be said to every command that reads one, and means the same to each."""

from __future__ import annotations

import ast
import inspect
import json
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from all_cli.cli import protocol, risk
from all_cli.cli.on_demand import Deferred, built
from all_cli.cli.reading import Told, with_table

COMMANDS = {**protocol.COMMANDS, **risk.COMMANDS}
READER = "all_cli.cohort.tables"
RUNNER = CliRunner()


@cache
def imports(module: str) -> frozenset[str]:
    """The modules of this program that a module imports when it is imported."""
    spec = find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    body = ast.parse(Path(spec.origin).read_text(encoding="utf-8")).body
    return frozenset(node.module or "" for node in body if isinstance(node, ast.ImportFrom))


@cache
def reaches_the_reader(module: str) -> bool:
    return module == READER or any(
        reaches_the_reader(other) for other in imports(module) if other.startswith("all_cli.cohort")
    )


def imported_in(function: Any) -> set[str]:
    """The modules that a function imports, it or those of its own module that it calls."""
    module = inspect.getmodule(function)
    found: set[str] = set()
    waiting, seen = [function], set()
    while waiting:
        one = waiting.pop()
        seen.add(one)
        for node in ast.walk(ast.parse(inspect.getsource(one))):
            if isinstance(node, ast.ImportFrom):
                found.add(node.module or "")
            called = getattr(module, node.id, None) if isinstance(node, ast.Name) else None
            if inspect.isfunction(called) and inspect.getmodule(called) is module and called not in seen:
                waiting.append(inspect.unwrap(called))
    return found


def reads_tables(deferred: Deferred) -> bool:
    module, _, name = deferred.function.partition(":")
    found = imported_in(inspect.unwrap(getattr(import_module(module), name)))
    return any(reaches_the_reader(one) for one in found if one.startswith("all_cli.cohort"))


READERS = sorted(name for name, deferred in COMMANDS.items() if reads_tables(deferred))


def nothing(told: Told) -> None:
    """A command that has no options of its own."""


def options_of(command: Any) -> dict[str, tuple[str | None, str | None]]:
    return {name: (option.metavar, getattr(option, "help", None)) for option in command.params for name in option.opts}


def test_every_command_that_reads_a_table_takes_every_option_that_says_how() -> None:
    assert {"batch", "columns", "diff", "replay", "report"} <= set(READERS)
    alone = typer.Typer(add_completion=False)
    alone.command()(with_table(nothing))
    shared = options_of(typer.main.get_command(alone))
    assert {"--map", "--dictionary", "--header-row", "--set", "--sheet", "--encoding"} <= set(shared)
    for name in READERS:
        if name != "replay":  # a record holds how its table was read: to say otherwise would be another run
            options = options_of(built(name, COMMANDS[name]))
            assert shared.items() <= options.items(), (name, shared.items() - options.items())


DICTIONARY = (
    'Variable / Field Name,Form Name,Section Header,Field Type,Field Label,"Choices, Calculations, OR Slider Labels"\n'
    'x1,f,,text,Age (years),\nx2,f,,text,White blood cells (10^9/L),\nx3,f,,dropdown,Lineage,"1, B | 2, T"\n'
)
TABLE = "Cohort of 2020\n\nid~x1~x2~x3\n1~7,5~49,9~1\n2~7,5~50,1~1\n3~~12~1\n"
HOW = ("--delimiter", "~", "--decimal", "comma", "--header-row", "3", "--set", "down_syndrome=no")


def test_how_a_table_is_read_means_the_same_to_every_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of these tables would be read otherwise, or not at all, without what is said."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.csv").write_text(TABLE)
    (tmp_path / "dictionary.csv").write_text(DICTIONARY)
    how = (*HOW, "--dictionary", "dictionary.csv")

    def run(*words: str, code: int = 0) -> str:
        result = RUNNER.invoke(risk.app, [*words, *how])
        assert result.exit_code == code, (result.stderr, result.exception)
        return result.stdout + result.stderr

    read = (
        'age from "x1" in y with a decimal comma, wbc from "x2" in 10^9/L with a decimal comma, '
        'lineage from "x3" with 4 values mapped, '
        "down_syndrome no for all rows"
    )
    assert f"  read: {read}\n" in run("batch", "in.csv", "--scheme", "nci-rome", "-o", "out.txt")
    found = json.loads(run("columns", "in.csv", "--format", "json"))
    told = [column["reads"] for column in found["columns"]]
    assert told == [None, "age", "wbc", "lineage", "down_syndrome"]
    (tmp_path / "results.csv").write_text("Results\n\n" + (tmp_path / "out.txt").read_text())
    assert read in run("report", "results.csv")
    (tmp_path / "old.yaml").write_text(risk_rules("wbc >= 50"))
    (tmp_path / "new.yaml").write_text(risk_rules("wbc >= 49"))
    moved = run("diff", "old.yaml", "new.yaml", "--cohort", "in.csv", "--id", "id", code=1)
    assert read in moved
    assert "own     low     high   1" in moved
    assert "--cohort" in run("diff", "old.yaml", "new.yaml", code=2)


def risk_rules(high: str) -> str:
    return f"""\
schemes:
  - id: own
    title: Own criteria
    published: 2020
    audience: children
    population: {{when: lineage == B, text: B lineage, cite: [smith-1996], checked: false}}
    groups: {{low: {{label: Low}}, high: {{label: High}}}}
    rules:
      - {{id: a, group: high, when: {high}, cite: [smith-1996], checked: false}}
      - {{id: b, group: low, when: not ({high}), cite: [smith-1996], checked: false}}
"""
