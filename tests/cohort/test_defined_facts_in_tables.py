"""A fact that a scheme defines follows from the cells of a row as it follows for one patient."""

from __future__ import annotations

import csv
import io
import random

import pytest
from spoiled import what_is_left
from typer.testing import CliRunner

from all_cli.cli.common import patient_from
from all_cli.cli.risk import app
from all_cli.cohort.walk import result_texts
from all_cli.risk.library import RiskLibrary
from all_cli.risk.verdict import outcome

RUNNER = CliRunner()
CELLS = {
    "age": ["0.5", "5", "9.9", "10", "12", "35", ">=8", "", ""],
    "lineage": ["B", "B", "T", "B or T", "", ""],
    "wbc": ["20", "300", ""],
    "steroid_hours_2w": ["0", "12", "24", "36", ">=12", "<24", ""],
    "pre_steroid_count": ["yes", "no", ""],
    "steroid_pretreatment": ["yes", "no", "", "", ""],
    "cns": ["CNS1", "CNS2", "CNS3c", "", "", ""],
    "csf_wbc": ["0", "4", "5", "60", ""],
    "csf_rbc": ["0", "9", "10", "1500", ""],
    "csf_blasts": ["yes", "no", ""],
    "cns_signs": ["yes", "no", "", ""],
    "mrd_eoi": ["<0.01%", "1%", ""],
}
SCHEMES = ["cog-aall1731", "cog-aall1231", "cog-aall1732", "cog-aall1731-ds", "korea-hr", "steroid-pretreatment",
           "cns-status", "nccn-pediatric-t", "ukall-2003"]  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(
    ("columns", "schemes"),
    [
        (list(CELLS), SCHEMES),
        ([fact for fact in CELLS if fact != "steroid_hours_2w"], SCHEMES),
        (
            list(CELLS),
            ["ukall-xii"],
        ),  # which asks for hardly any of these facts: that cells contradict each other seldom matters
    ],
)
def test_a_row_says_of_defined_facts_what_the_patient_alone_says(
    seed: int, columns: list[str], schemes: list[str], library: RiskLibrary
) -> None:
    chance = random.Random(seed)
    table = [[chance.choice(CELLS[fact]) for fact in columns] for _ in range(250)]
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([columns, *table])
    options = [word for id in schemes for word in ("--scheme", id)]
    result = RUNNER.invoke(app, ["batch", "-", *options], input=text.getvalue())
    assert result.exit_code in (0, 1), result.stderr
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    seen = set()
    for cells, row in zip(table, rows, strict=True):
        given = {fact: cell for fact, cell in zip(columns, cells, strict=True) if cell}
        left = what_is_left(given, lambda some: patient_from(library.vocabulary, given=some, flags={}))
        patient = patient_from(library.vocabulary, given=left.cells, flags={})
        for id in schemes:
            status, group, possible, *_ = result_texts(outcome(library.schemes[id], patient))
            if left.lost(library.schemes[id]):
                status, group, possible = "invalid", "", ""
            assert (row[f"{id}.status"], row[f"{id}.group"], row[f"{id}.possible"]) == (status, group, possible), given
            seen.add(status)
    assert seen >= {"indeterminate", "not-applicable"} | ({"invalid"} if len(schemes) > 1 else set())
