"""Figures stand only where their condition may hold, and what is sent is of this moment."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from all_cli.cli import protocol, risk

RUNNER = CliRunner()
STANDARD = (
    "--age", "4", "--wbc", "12", "--lineage", "B", "--cns", "CNS1", "--no-testicular", "--no-steroid-pretreatment",
    "--no-down-syndrome", "--genetics", "none",
)  # fmt: skip
M1 = ("--marrow-eoi", "M1", "--set", "marrow_d15=M1")
ADULT = ("--age", "45", "--lineage", "B")
STEROIDS = (
    "--age", "5", "--wbc", "20", "--lineage", "B", "--cns", "CNS1", "--no-testicular", "--no-down-syndrome", "--set",
    "steroid_hours_2w=72",
)  # fmt: skip


def said(*words: str) -> str:
    result = RUNNER.invoke(risk.app, ["classify", *words])
    assert result.exit_code == 0, result.output
    return result.stdout.split("Under other schemes")[0].split("References")[0]


def sent(*words: str) -> Any:
    result = RUNNER.invoke(risk.app, ["next", *words, "--format", "json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.parametrize(
    ("patient", "holds", "lacks"),
    [
        ((*STANDARD, "--mrd-eoi", "0.05%"), "of those randomised: in remission, MRD below 0.1 %", ""),
        ((*STANDARD, "--mrd-eoi", "0.05%", "--mrd-eoc", "0.05%"), "94.1 ± 2.5 % with blinatumomab", "not randomised"),
        ((*STANDARD, "--mrd-eoi", "0.05%", "--mrd-eoc", "0.1%"), "was not randomised", "94.1"),
        ((*STANDARD, "--mrd-eoi", "30%", "--marrow-eoi", "M3"), "COG induction failure: Induction failure", "94.1"),
        ((*STANDARD, "--mrd-eoi", "30%", "--marrow-eoi", "M3"), "survival above 50 % in B-ALL of 1 to 5", "below 20 %"),
        ((*STANDARD, "--mrd-eoi", "3%", "--marrow-eoi", "M2"), "are no remission", "outcome "),
        (
            (*STANDARD, "--mrd-eoi", "0.05%", *M1, "--scheme", "cog-aall03b1"),
            "77 % with end-induction MRD of 0.01",
            "91 %",
        ),
        ((*STANDARD, "--mrd-eoi", "0.001%", "--scheme", "mrd-cog"), "88 ± 1 %", "AALL0232"),
        ((*STANDARD, "--mrd-eoi", "3%", "--scheme", "mrd-cog"), "MRD positive", "59 ± 5"),
        (
            (*ADULT, "--set", "kmt2a_aff1=yes", "--set", "del_9p=no", "--scheme", "moorman-2007"),
            "t(4;11): 5",
            "t(9;22): 5",
        ),
        (("--age", "70", "--scheme", "gmall-older"), "below 20 % from 65 years", "55–64"),
        (STEROIDS, "--set pre_steroid_count=yes or no", "outcome "),
    ],
)
def test_a_figure_of_a_part_is_shown_to_nobody_outside_it(patient: tuple[str, ...], holds: str, lacks: str) -> None:
    shown = said(*patient)
    assert holds in shown
    assert not lacks or lacks not in shown


def test_in_relapse_nothing_of_the_first_induction_is_asked_for() -> None:
    relapse = ("--set", "relapse_site=marrow", "--set", "months_to_relapse=12")
    found = sent(*ADULT, *relapse)
    asked = {fact for item in found["send"] for fact in item["facts"]} | {test["fact"] for test in found["tests"]}
    assert asked & {"bcr_abl1", "csf_blasts"} == {"bcr_abl1", "csf_blasts"}
    assert not asked & {"marrow_eoi", "mrd_eoi", "mrd_eoc", "mrd_d15", "d8_blasts", "cr_eoi"}
    words = [item["what"] for item in found["send"] if not item["facts"]]
    assert [word.split(" on ")[0] for word in words] == ["CD19 and CD22"]
    words = [item["what"] for item in sent(*ADULT, "--ph", *relapse)["send"] if not item["facts"]]
    assert any("kinase domain" in word for word in words)


def test_classify_and_show_are_headed_by_one_scheme_in_a_very_early_extramedullary_relapse() -> None:
    patient = ("--age", "6", "--lineage", "B", "--set", "relapse_site=extramedullary", "--set", "months_to_relapse=14")
    assert said(*patient).splitlines()[2].startswith("COG risk groups of first relapse (AALL1331): High risk")
    shown = RUNNER.invoke(protocol.app, ["show", "reinduction", *patient]).stdout
    groups = [line for line in shown.splitlines() if line.startswith("  risk group")]
    assert len(groups) == 1
    assert "cog-aall1331" in groups[0]


@pytest.mark.parametrize(
    ("search", "found", "where"),
    [
        ("dexrazoxane", False, "all-protocol drug dexrazoxane"),
        ("venetoclax", False, "no drug is encoded under this name either"),
        ("nilotinib", True, "The BCR::ABL1 mutation decides which inhibitor can work"),
        ("rasburicase", True, "tumour lysis"),
    ],
)
def test_a_search_says_where_a_drug_is_told_of_or_that_it_is_not(search: str, found: bool, where: str) -> None:
    result = RUNNER.invoke(protocol.app, ["guide", "--search", search])
    assert (result.exit_code == 0) is found
    lines = (result.stdout if found else result.stderr).splitlines()
    assert any(where in line for line in lines[:4])


def test_both_printings_of_a_figure_stand_with_the_newer_named() -> None:
    shown = " ".join(RUNNER.invoke(protocol.app, ["guide", "ph-positive", "--age", "8", "--ph"]).stdout.split())
    assert "n = 28" in shown
    assert "newer PDQ page (2025) prints the same trial with 25 patients" in shown
    assert "AALL0031 began imatinib after induction" in shown


def test_the_sites_of_relapse_are_listed_by_name_and_words_of_the_guidance_are_read() -> None:
    listed = RUNNER.invoke(risk.app, ["facts"]).stdout
    row = next(line for line in listed.splitlines() if line.strip().startswith("relapse_site"))
    assert all(site in row for site in ("cns", "testis", "other", "extramedullary"))
    assert "Burkitt" in said("--age", "6", "--lineage", "B", "--genetics", "IG::MYC")
