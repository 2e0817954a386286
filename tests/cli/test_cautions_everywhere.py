"""What ``classify`` warns of in a patient stands in ``show`` and ``roadmap`` too, with its source."""

from __future__ import annotations

import json
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from all_cli.cli import protocol, risk
from all_cli.risk.library import risk_library

RUNNER = CliRunner()
WHO = {
    "burkitt": ["--age", "9", "--lineage", "B", "--set", "igh_myc=yes"],
    "burkitt-or-ph": ["--age", "45", "--ph", "--set", "myc_r=yes"],
    "myc-precursor": ["--age", "7", "--lineage", "B", "--set", "myc_r=yes", "--set", "maturation=pre-B"],
    "steroids-before": ["--age", "4", "--wbc", "12", "--lineage", "B", "--steroid-pretreatment"],
    "steroids-count-open": ["--age", "4", "--wbc", "12", "--lineage", "B", "--set", "steroid_hours_2w=72"],
    "extramedullary-raises": ["--age", "4", "--wbc", "12", "--lineage", "B", "--testicular"],
    "mixed-phenotype": ["--age", "7", "--lineage", "MPAL"],
    "mixed-phenotype-ph": ["--age", "45", "--lineage", "MPAL", "--ph"],
    "surface-ig": ["--age", "25", "--lineage", "B", "--no-ph", "--set", "surface_ig=yes"],
    "b-lesion-in-t": ["--age", "12", "--lineage", "T", "--genetics", "iAMP21"],
    "ploidy-disagrees": ["--age", "4", "--lineage", "B", "--set", "dna_index=1.3", "--set", "modal_chromosomes=39"],
    "masked-with-trisomies": ["--age", "4", "--set", "masked_hypodiploid=yes", "--set", "double_trisomy=yes"],
    "induction-failure": ["--age", "4", "--lineage", "B", "--marrow-eoi", "M3"],
    "no-remission": ["--age", "4", "--lineage", "B", "--marrow-eoi", "M2"],
    "remission-missed": ["--age", "9", "--lineage", "T", "--set", "cr_eoi=no"],
    "marrow-disagrees": ["--age", "4", "--lineage", "B", "--marrow-eoi", "30", "--mrd-eoi", "1%"],
}  # fmt: skip


def data(app: typer.Typer, *words: str) -> Any:
    result = RUNNER.invoke(app, [*words, "--format", "json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_every_caution_has_a_patient_here() -> None:
    assert list(WHO) == [entry["id"] for entry in risk_library().packed["cautions"]]


@pytest.mark.parametrize("id", WHO)
def test_the_cautions_of_classify_are_those_of_show_and_roadmap(id: str) -> None:
    told = data(risk.app, "classify", *WHO[id], "--scheme", "nci-rome")["cautions"]
    assert id in {each["id"] for each in told}
    for asked in (
        ["show", "maintenance"],
        ["show", "cog-aall1131"],
        ["roadmap", "calgb-10403", "--start", "2026-01-05"],
    ):
        found = data(protocol.app, *asked, *WHO[id])
        assert found["cautions"] == told, asked
        assert {cite["source"] for each in told for cite in each["cite"]} <= found["sources"].keys()


def test_the_page_of_a_roadmap_says_them_first() -> None:
    page = RUNNER.invoke(protocol.app, ["roadmap", "calgb-10403", "--start", "2026-01-05", *WHO["surface-ig"]]).stdout
    assert page.splitlines()[1].lstrip().startswith("warning     Surface immunoglobulin alone is not Burkitt")
