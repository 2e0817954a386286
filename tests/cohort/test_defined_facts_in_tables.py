"""What follows from facts, and what contradicts them, is in the cells of a row as it is for one patient."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Mapping

import pytest
from spoiled import what_is_left
from typer.testing import CliRunner

from all_cli.cli.describing import patient_from
from all_cli.cli.risk import app
from all_cli.cohort.walk import result_texts
from all_cli.patient.patient import Patient
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
RELATED = {
    "age": ["5", "40", ""],
    "lineage": ["B", "T", ""],
    "bcr_abl1": ["yes", "no", ""],
    "wbc": ["20", ""],
    "genetics": ["double trisomy", "Ho-Tr", "36 chromosomes", "Ph-like", "nothing found", "", ""],
    "modal_chromosomes": ["36", "43", "44", "54", "60", "low hypodiploid", "40-60", "", "", ""],
    "dna_index": ["0.69", "0.7", "0.805", "0.81", "1.2", "<0.9", "", "", ""],
    "marrow_eoi": ["3", "25", "26", "M3", ">10", ""],
    "cr_eoi": ["yes", "no", "", ""],
    "mrd_eoi": ["<0.01%", "1%", ""],
    "sex": ["female", "male", ""],
}
RELAPSED = {
    "age": ["5", "40", ""],
    "lineage": ["B", "T", ""],
    "sex": ["female", "male", ""],
    "relapsed": ["yes", "no", "", "", ""],
    "relapse_site": ["marrow", "testis", "extramedullary", "", ""],
    "relapse_number": ["0", "1", "2", "", "", ""],
    "disease_status": ["cr1", "cr2", "", "", ""],
    "months_to_relapse": ["11", "12", "13", "17.5", "18", "40", "<18", ">=12", "", ""],
    "months_off_therapy": ["-3", "5", "6", "12", ">=13", "", ""],
    "cr1_months": ["11.9", "12", "12.1", "30", "<24", ">=18", "", ""],
}
SCHEMES = ["cog-aall1731", "cog-aall1231", "cog-aall1732", "cog-aall1731-ds", "korea-hr", "steroid-pretreatment",
           "cns-status", "nccn-pediatric-t", "ukall-2003"]  # fmt: skip


def told(cells: Mapping[str, str], library: RiskLibrary) -> Patient:
    given = dict(cells)
    genetics = [given.pop("genetics")] if "genetics" in given else None
    return patient_from(library.vocabulary, given=given, flags={}, genetics=genetics)


@pytest.mark.parametrize(
    ("values", "schemes"),
    [
        (CELLS, SCHEMES),
        ({fact: cells for fact, cells in CELLS.items() if fact != "steroid_hours_2w"}, SCHEMES),
        # which asks for none of these facts: cells can contradict each other all the same
        (CELLS, ["ukall-xii"]),
        (RELATED, ["cog-aall1731", "cog-aall08b1", "nccn-pediatric-ph", "nccn-adult", "guideline-summary"]),
        (RELAPSED, ["bfm-relapse", "bfm-relapse-timing", "intreall-2010", "tower-refractory"]),
        ({fact: cells for fact, cells in RELAPSED.items() if fact != "cr1_months"}, ["tower-refractory"]),
        ({fact: cells for fact, cells in RELAPSED.items() if fact != "months_to_relapse"}, ["bfm-relapse-timing"]),
    ],
)
def test_a_row_says_of_defined_facts_what_the_patient_alone_says(
    values: dict[str, list[str]], schemes: list[str], library: RiskLibrary
) -> None:
    chance, columns = random.Random(1), list(values)
    table = [[chance.choice(values[fact]) for fact in columns] for _ in range(110)]
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([columns, *table])
    options = [word for id in schemes for word in ("--scheme", id)]
    result = RUNNER.invoke(app, ["batch", "-", *options], input=text.getvalue())
    assert result.exit_code in (0, 1), result.stderr
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    seen = set()
    for cells, row in zip(table, rows, strict=True):
        given = {fact: cell for fact, cell in zip(columns, cells, strict=True) if cell}
        left = what_is_left(given, lambda some: told(some, library))
        for id in schemes:
            status, group, possible, *_ = result_texts(outcome(library.schemes[id], left.patient))
            if left.lost(library.schemes[id]):
                status, group, possible = "invalid", "", ""
            assert (row[f"{id}.status"], row[f"{id}.group"], row[f"{id}.possible"]) == (status, group, possible), given
            seen.add(status)
    assert seen >= {"indeterminate", "not-applicable"} | ({"invalid"} if len(schemes) > 1 else set())
