"""What a change of an assumption would move, against every way in which patients of a small table can be completed."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from all_cli.cli.risk import app
from all_cli.cohort.likely import LEFT_OUT, assumption_name
from all_cli.patient.assumption import read_assumption
from all_cli.risk.library import RiskLibrary

RUNNER = CliRunner()
FLAGS = ("testicular", "steroid_pretreatment", "down_syndrome")
OWN = """\
schemes:
  - id: own
    title: Own criteria
    published: 2020
    audience: children
    population: {when: lineage == B, text: B lineage, cite: [smith-1996], checked: false}
    groups: {low: {label: Low}, high: {label: High}, very-high: {label: Very high}}
    rules:
      - {id: a, group: very-high, when: testicular and wbc >= 50, cite: [smith-1996], checked: false}
      - {id: b, group: high, when: testicular or steroid_pretreatment, cite: [smith-1996], checked: false}
      - {id: c, group: high, when: wbc >= 50 and not down_syndrome, cite: [smith-1996], checked: false}
      - {id: d, group: low, when: not testicular and not steroid_pretreatment and (wbc < 50 or down_syndrome),
         cite: [smith-1996], checked: false}
"""


def group(wbc: float, testicular: bool, steroid_pretreatment: bool, down_syndrome: bool) -> str:
    """The rules above, in Python."""
    if testicular and wbc >= 50:
        return "very-high"
    if testicular or steroid_pretreatment:
        return "high"
    return "high" if wbc >= 50 and not down_syndrome else "low"


def groups(cells: dict[str, str], assumed: dict[str, bool]) -> tuple[str, ...]:
    """The groups over all completions of a row, with what is assumed where nothing is known."""
    wbc = [float(cells["wbc"])] if cells["wbc"] else [10.0, 60.0]
    flags = [
        [cells[flag] == "yes"] if cells[flag] else [assumed[flag]] if flag in assumed else [False, True]
        for flag in FLAGS
    ]
    found = {group(*one) for one in product(wbc, *flags)}  # type: ignore[arg-type]
    return tuple(id for id in ("low", "high", "very-high") if id in found)


def run(*words: str, code: int = 0) -> str:
    result = RUNNER.invoke(app, list(words))
    assert result.exit_code == code, (result.stderr, result.exception)
    return result.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every state of three flags and a count, the results with what is assumed of the flags, and the record."""
    folder = tmp_path_factory.mktemp("otherwise")
    (folder / "own.yaml").write_text(OWN)
    states = product(("10", "60", ""), *(("yes", "no", "") for _ in FLAGS))
    rows = [["wbc", *FLAGS, "lineage"], *([*state, "B"] for state in states)]
    (folder / "in.csv").write_text("".join(",".join(row) + "\n" for row in [*rows, *rows[5:20]]))
    wishes = ("--assume", "down_syndrome=no", "--assume", "testicular=no", "--assume", "steroid_pretreatment=yes")
    run("batch", str(folder / "in.csv"), "-o", str(folder / "out.csv"), "--manifest", str(folder / "run.json"),
        "--rules", str(folder / "own.yaml"), "--scheme", "own", *wishes)  # fmt: skip
    return folder


def reported(folder: Path, *words: str) -> dict[str, Any]:
    said = run("report", str(folder / "out.csv"), "--rules", str(folder / "own.yaml"), "-f", "json", *words)
    (found,) = json.loads(said)["likely"]
    return dict(found)


def test_what_a_change_would_move_is_what_every_completion_says(folder: Path) -> None:
    expected: dict[str, tuple[Counter[Any], Counter[Any]]] = {}
    for cells in csv.DictReader(io.StringIO((folder / "out.csv").read_text())):
        named = {}
        for name in filter(None, cells["own.assumed"].split("|")):
            if not name.endswith(LEFT_OUT):
                fact, _, value = name.partition("=")
                named[fact] = value in ("present", "yes")
        likely = groups(cells, named)
        assert "|".join(likely) == cells["own.likely"]
        for fact in named:
            name = next(one for one in cells["own.assumed"].split("|") if one.startswith(fact))
            back, otherwise = expected.setdefault(name, (Counter(), Counter()))
            back[likely, groups(cells, {one: named[one] for one in named if one != fact})] += 1
            otherwise[likely, groups(cells, {**named, fact: not named[fact]})] += 1
    found = reported(folder)
    entries = {entry["assumption"]: entry for entry in found["hang_on"] if entry["rows"]}
    assert set(entries) == set(expected)
    assert len(expected) == 3
    for name, moves in expected.items():
        for key, counts in zip(("taken_back", "otherwise"), moves, strict=True):
            told = {(tuple(one["from"]), tuple(one["to"])): one["rows"] for one in entries[name][key]}
            assert told == counts
            assert sum(told.values()) == entries[name]["rows"]
        single = {pair: rows for pair, rows in moves[1].items() if len(pair[0]) == 1}
        assert entries[name]["other_group_otherwise"] == sum(n for (_, to), n in single.items() if len(to) == 1) > 0
        assert entries[name]["open_otherwise"] == sum(n for (_, to), n in single.items() if len(to) > 1) > 0
    assert found["row_not_as_its_cells"] is None


def test_the_record_of_the_run_and_every_page_say_the_same(folder: Path) -> None:
    record = json.loads((folder / "run.json").read_text())["likely"]["own"]["hang_on"]
    found = reported(folder, "--manifest", str(folder / "run.json"))
    entries = {entry["assumption"]: entry for entry in found["hang_on"] if entry["rows"]}
    for name, changes in record.items():
        for key in ("taken_back", "otherwise"):
            counts: Counter[Any] = Counter()
            for change in changes:
                counts[change["likely"], change[key]] += change["rows"]
            moves = entries[name][key]
            assert {("|".join(one["from"]), "|".join(one["to"])): one["rows"] for one in moves} == counts
    html = run("report", str(folder / "out.csv"), "--rules", str(folder / "own.yaml"), "-o", "-")
    page = run("report", str(folder / "out.csv"), "--rules", str(folder / "own.yaml"))
    for key in ("taken_back", "otherwise"):
        move = entries["testicular=absent"][key][0]
        said = f"{' or '.join(move['from'])} → {' or '.join(move['to'])} {move['rows']}"
        assert said in html
        assert said in page
    counts_said = [entries["testicular=absent"][f"{key}_otherwise"] for key in ("other_group", "open")]
    assert "another group {}, open {}: ".format(*counts_said) in page


def test_nothing_is_said_of_a_table_whose_cells_do_not_give_its_answers(folder: Path) -> None:
    """Read otherwise than for the batch, or changed since."""
    words = ("--map", "down_syndrome=-")
    page = run("report", str(folder / "out.csv"), "--rules", str(folder / "own.yaml"), *words)
    assert re.search(r"own: what a change would move cannot be said\. The cells of row \d+ do not", page)
    assert "another group" not in page
    suppressed = reported(folder, "--suppress", "5")
    assert not any(entry["taken_back"] or entry["otherwise"] for entry in suppressed["hang_on"])
    assert not any(entry["other_group_otherwise"] or entry["open_otherwise"] for entry in suppressed["hang_on"])


def test_what_is_named_can_be_assumed_again(library: RiskLibrary) -> None:
    """The name of every assumption that is routine for anybody reads as that assumption."""
    vocabulary = library.vocabulary
    wishes = [wish for audience in ("children", "adults", "infants") for wish in library.routine(audience)]
    assert wishes
    for wish in wishes:
        if wish.possible is not None:
            assert read_assumption(vocabulary, assumption_name(vocabulary, wish)).possible == wish.possible
