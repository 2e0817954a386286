"""Invented tables of patients and of results, for the tests of the cohort report. No row is a patient."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import polars as pl
from typer.testing import CliRunner, Result

from all_cli.cli.risk import app
from all_cli.cohort.results.counts import Answer, CohortResults, count_results
from all_cli.risk.library import RiskLibrary

RUNNER = CliRunner()
RESULTS = ("status", "group", "possible", "rule", "missing", "reason")
SCRIPT = "<script>alert(1)</script>"


def assigned(group: str) -> Answer:
    return Answer("assigned", (group,))


def table_of(rows: Sequence[dict[str, tuple[str, ...]]], missing: str = "age") -> pl.DataFrame:
    """A table of results with these possible groups per scheme."""
    columns: dict[str, list[str]] = {"id": [f"p{number}" for number in range(len(rows))]}
    for scheme in rows[0]:
        cells = [_cells(row[scheme], missing) for row in rows]
        for result, values in zip(RESULTS, zip(*cells, strict=True), strict=True):
            columns[f"{scheme}.{result}"] = list(values)
    return pl.DataFrame(columns)


def _cells(possible: tuple[str, ...], missing: str) -> tuple[str, ...]:
    if possible == ("not-applicable",):
        return "not-applicable", "", "not-applicable", "", "", "for others"
    if possible == ("invalid",):
        return "invalid", "", "", "", "", 'columns "a" ("x") and "b" ("y"): both cannot be true'
    if len(possible) == 1:
        return "assigned", possible[0], possible[0], "", "", ""
    return "indeterminate", "", "|".join(possible), "", missing, ""


def counted(frame: pl.DataFrame, library: RiskLibrary) -> CohortResults:
    return count_results("invented.csv", frame.columns, [frame], library)


def report(*arguments: str, given: str | None = None) -> Result:
    result = RUNNER.invoke(app, ["report", *arguments], input=given)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def random_results(library: RiskLibrary, seed: int, rows: int) -> CohortResults:
    """Invented answers with many small cells."""
    draw = random.Random(seed)
    choices: dict[str, list[tuple[str, ...]]] = {
        "nci-rome": [("standard",), ("high",), ("standard", "high"), ("not-applicable",)],
        "bfm-95": [("standard",), ("medium",), ("high",), ("medium", "high"), ("standard", "medium", "high")],
        "bfm-90": [("standard",), ("medium",), ("high",), ("standard", "medium"), ("not-applicable",), ("invalid",)],
    }
    weights = {id: [draw.choice((40, 15, 6, 2, 1)) for _ in options] for id, options in choices.items()}
    table = table_of(
        [{id: draw.choices(options, weights[id])[0] for id, options in choices.items()} for _ in range(rows)]
    )
    return counted(with_likely(table, list(choices), draw.random()), library)


def with_likely(table: pl.DataFrame, schemes: Sequence[str], odds: float = 0.5) -> pl.DataFrame:
    """The table with likely answers: the first group that is possible, if the two assumptions hold that it hangs on."""
    draw = random.Random(table.height)
    for id in schemes:
        likely, assumed = [], []
        for possible in table[f"{id}.possible"]:
            names = [name for name in ("iamp21=absent", "testicular=absent") if draw.random() < odds]
            narrowed = "|" in possible and bool(names)
            likely.append(possible.split("|")[0] if narrowed else possible)
            assumed.append("|".join(names) if narrowed else "")
        table = table.with_columns(pl.Series(f"{id}.likely", likely), pl.Series(f"{id}.assumed", assumed))
    return table


PATIENTS = """name,age,wbc,lineage,note
Erika Muster,10,12,B,invented
Max Muster,7,50,B,invented
Anna Muster,7,45,B,invented
Otto Muster,40,45,T,invented
Lena Muster,,45,B,invented
Paul Muster,7,forty,B,invented
"""


def results_file(tmp_path: Path, patients: str = PATIENTS, *options: str) -> str:
    """Their results; the row with a cell that cannot be read is of no use."""
    file = tmp_path / "results.csv"
    schemes = ("--scheme", "nci-rome", "--scheme", "guideline-summary") if "--scheme" not in options else ()
    file.write_text(RUNNER.invoke(app, ["batch", "-", "--strict-cells", *schemes, *options], input=patients).stdout)
    return str(file)


def own_rules() -> str:
    """A scheme whose texts hold markup; its source is one of the shipped."""
    return f"""
schemes:
  - id: own-2026
    title: "Own {SCRIPT}"
    kind: rules
    audience: all-ages
    published: 2026
    population: {{when: age >= 0, text: "anyone {SCRIPT}", cite: [smith-1996], checked: false}}
    groups:
      low: {{label: "Low {SCRIPT}", severity: 1}}
      high: {{label: "High </svg><script>x</script>", severity: 2}}
    rules:
      - {{id: age, group: high, when: age >= 10, cite: [smith-1996], checked: false}}
      - {{id: rest, group: low, when: age < 10, cite: [smith-1996], checked: false}}
"""
