"""Facts that follow from facts by a scheme, as a doctor meets them on the command line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from all_cli.cli.risk import app

RUNNER = CliRunner()


def result(scheme: str, *words: str) -> Any:
    found = RUNNER.invoke(app, ["classify", *words, "--scheme", scheme, "--format", "json"])
    assert found.exit_code == 0, found.stderr
    return json.loads(found.stdout)["results"][0]


def facts(*settings: str) -> list[str]:
    return [word for setting in settings for word in ("--set", setting)]


T_CHILD = ("--age", "14", "--lineage", "T", "--wbc", "300")
B_CHILD = ("--age", "5", "--wbc", "20", "--lineage", "B")


@pytest.mark.parametrize(
    "given",
    [
        facts("cns_signs=yes"),
        facts("csf_wbc=60", "csf_rbc=0", "csf_blasts=yes"),
        facts("csf_wbc=5", "csf_rbc=9", "csf_blasts=yes", "cns_signs=no"),
        facts("csf_wbc=60", "csf_rbc=1500", "csf_blasts=yes", "blood_wbc_at_puncture=10000",
              "blood_rbc_at_puncture=3000000"),
    ],
)  # fmt: skip
def test_cns3_by_signs_or_by_the_fluid_is_not_standard_risk(given: list[str]) -> None:
    assert "standard" not in result("cog-aall1231", *T_CHILD, *given)["possible"]
    assert "standard" in result("cog-aall1231", *T_CHILD)["possible"]


@pytest.mark.parametrize(
    ("given", "group"),
    [
        (facts("steroid_hours_2w=36", "pre_steroid_count=no"), {"high"}),
        (facts("steroid_hours_2w=24.5", "pre_steroid_count=no"), {"high"}),
        (facts("steroid_hours_2w=48 h", "pre_steroid_count=no"), {"high"}),
        (facts("steroid_hours_2w=36", "pre_steroid_count=yes"), {"high", "not-high"}),
        (facts("steroid_hours_2w=24", "pre_steroid_count=no"), {"high", "not-high"}),
        (facts("steroid_hours_2w=0"), {"high", "not-high"}),
    ],
)
def test_hours_of_steroid_without_an_earlier_count_are_high_risk_in_korea(given: list[str], group: set[str]) -> None:
    assert set(result("korea-hr", *B_CHILD, *given)["possible"]) == group


def test_no_steroids_leaves_nothing_of_steroids_to_ask() -> None:
    missing = {item["fact"] for item in result("korea-hr", *B_CHILD, *facts("steroid_hours_2w=0"))["missing"]}
    assert not missing & {"steroid_pretreatment", "pre_steroid_count"}


def test_in_t_lineage_and_from_ten_years_hours_of_steroid_say_nothing() -> None:
    hours = facts("steroid_hours_2w=36", "pre_steroid_count=no")
    assert "standard" in result("cog-aall1231", *T_CHILD, *hours)["possible"]


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (["--cns", "CNS1", *facts("cns_signs=yes")], ["--cns says CNS1", "cns_signs present", "both cannot be true"]),
        (["--cns", "CNS1", *facts("csf_blasts=yes")], ["--cns says CNS1", "csf_blasts present", "both cannot be true"]),
        (["--cns", "CNS3a", *facts("csf_wbc=2", "cns_signs=no")], ["--cns says CNS3", "csf_wbc 2", "cns_signs absent"]),
        (["--no-steroid-pretreatment", *B_CHILD, *facts("steroid_hours_2w=36", "pre_steroid_count=no")],
         ["--no-steroid-pretreatment says absent", "steroid_hours_2w 36 h", "both cannot be true"]),
        (facts("relapsed=no", "months_to_relapse=20"), ["relapsed says absent", "months_to_relapse 20 months"]),
        (facts("disease_status=cr1", "relapse_site=marrow"), ["relapse_site marrow", "both cannot be true"]),
        # counts and clones
        (facts("double_trisomy=yes", "modal_chromosomes=36"), ["double_trisomy present", "36", "both cannot be true"]),
        (facts("trisomy_4=yes", "trisomy_10=yes", "modal_chromosomes=43"), ["43 chromosomes", "both cannot be true"]),
        (["--genetics", "triple trisomy", *facts("dna_index=0.8")], ["0.8", "triple_trisomy present"]),
        (facts("dna_index=0.7", "modal_chromosomes=54"), ["dna_index 0.7", "54 chromosomes", "both cannot be true"]),
        (["--genetics", "Ho-Tr, 54 chromosomes"], ["30–39 or 60–78 chromosomes", "54 chromosomes"]),
        # what a name means
        (["--ph", *facts("ph_like=yes")], ["--ph says present", "ph_like present"]),
        (["--genetics", "IKZF1plus, ERG deletion"], ["erg_deleted", "IKZF1plus", "both cannot be true"]),
        # response
        (["--marrow-eoi", "60", *facts("cr_eoi=yes")], ["marrow_eoi 60 %", "cr_eoi", "both cannot be true"]),
        (["--marrow-eoi", "M3", *facts("cr_eoi=yes")], ["marrow_eoi >25 %", "cr_eoi", "both cannot be true"]),
        (["--mrd-eoc", "0%", *facts("mrd_positive_eoc=yes")], ["--mrd-eoc", "mrd_positive_eoc", "cannot be true"]),
        (facts("mrd_available=no", "mrd_positive_eoc=no"), ["mrd_available", "mrd_positive_eoc absent"]),
        # relapse
        (facts("cr1_months=40", "months_to_relapse=12"), ["cr1_months 40 months", "12 months", "both cannot be true"]),
        (facts("months_off_therapy=20", "months_to_relapse=12"), ["months_off_therapy 20 months", "12 months"]),
        (facts("cr1_months=>=13", "months_to_relapse=<12"), ["cr1_months ≥13 months", "<12 months"]),
        (facts("relapse_number=2", "relapsed=no"), ["relapse_number 2", "relapsed"]),
        (facts("relapse_number=0", "months_to_relapse=12"), ["relapse_number", "months_to_relapse 12 months"]),
        (facts("disease_status=cr1", "relapse_number=1"), ["disease_status cr1", "both cannot be true"]),
        (facts("disease_status=cr2", "relapse_number=2"), ["disease_status cr2", "both cannot be true"]),
        (facts("relapse_after_allo=yes", "prior_hsct=no"), ["relapse_after_allo present", "both cannot be true"]),
        (facts("relapse_site=testis", "sex=female"), ["relapse_site testis", "sex", "both cannot be true"]),
    ],
)  # fmt: skip
def test_two_facts_that_contradict_are_one_sentence_that_names_both(given: list[str], names: list[str]) -> None:
    found = RUNNER.invoke(app, ["classify", *given])
    assert found.exit_code == 2
    assert found.stderr.count("\n") == 1
    for name in names:
        assert name in found.stderr


@pytest.mark.parametrize(
    "given",
    [
        facts("double_trisomy=yes", "modal_chromosomes=44"),  # not hypodiploid as COG defines it
        facts("double_trisomy=yes", "modal_chromosomes=72"),
        facts("double_trisomy=no", "modal_chromosomes=36"),
        facts("trisomy_4=yes", "modal_chromosomes=36"),  # one trisomy alone defines nothing
        facts("dna_index=0.69", "modal_chromosomes=54"),  # a near-haploid clone and its doubling
        facts("dna_index=0.7", "modal_chromosomes=64"),  # a low hypodiploid clone and its doubling
        facts("dna_index=0.7", "modal_chromosomes=46"),  # normal cells counted
        facts("dna_index=0.81", "modal_chromosomes=54"),
        facts("dna_index=1.5", "modal_chromosomes=36"),
        facts("ho_tr=yes", "modal_chromosomes=60"),
        facts("masked_hypodiploid=yes", "modal_chromosomes=54"),
        facts("ikzf1_plus=no", "erg_deleted=yes"),
        facts("etp=yes", "maturation=cortical-T"),
        ["--marrow-eoi", "25", *facts("cr_eoi=yes")],
        ["--marrow-eoi", "M3", "--mrd-eoi", "0%"],
        ["--mrd-eoc", "0.001%", *facts("mrd_positive_eoc=yes")],
        ["--mrd-eoi", "0%", *facts("mrd_positive=yes")],  # which has no time point
        facts("cr1_months=12", "months_to_relapse=12"),
        facts("cr1_months=<20", "months_to_relapse=<12"),
        facts("months_off_therapy=-5", "months_to_relapse=12"),
        facts("relapse_number=0", "relapsed=yes"),  # refractory
        facts("disease_status=later-cr", "relapse_number=2"),
        facts("relapse_site=cns", "sex=female"),
        ["--lineage", "T", "--genetics", "iAMP21"],
        ["--lineage", "T", "--genetics", "ETV6::RUNX1"],
    ],
)
def test_what_is_rare_or_left_open_by_the_definitions_is_no_contradiction(given: list[str]) -> None:
    found = RUNNER.invoke(app, ["classify", *given])
    assert found.exit_code == 0, found.stderr


@pytest.mark.parametrize(
    ("given", "below", "at", "above"),
    [
        # a place for the number, and whether it is refused just below, at and just above the limit
        (facts("double_trisomy=yes", "modal_chromosomes={}"), ("43", True), ("44", False), ("45", False)),
        (facts("double_trisomy=yes", "dna_index={}"), ("0.809", True), ("0.81", False), ("0.811", False)),
        (facts("dna_index=0.75", "modal_chromosomes={}"), ("50", False), ("51", True), ("52", True)),
        (facts("dna_index=0.75", "modal_chromosomes={}"), ("59", True), ("60", False), ("61", False)),
        (facts("modal_chromosomes=54", "dna_index={}"), ("0.699", False), ("0.7", True), ("0.701", True)),
        (facts("modal_chromosomes=54", "dna_index={}"), ("0.809", True), ("0.81", False), ("0.811", False)),
        (facts("ho_tr=yes", "modal_chromosomes={}"), ("29", True), ("30", False), ("31", False)),
        (facts("ho_tr=yes", "modal_chromosomes={}"), ("39", False), ("40", True), ("41", True)),
        (facts("ho_tr=yes", "modal_chromosomes={}"), ("59", True), ("60", False), ("61", False)),
        (facts("ho_tr=yes", "modal_chromosomes={}"), ("78", False), ("79", True), ("80", True)),
        (facts("cr_eoi=yes", "marrow_eoi={}"), ("24.9", False), ("25", False), ("25.1", True)),
        (facts("mrd_positive_eoc=yes", "mrd_eoc={}"), ("0%", True), ("0.0001%", False), ("0.01%", False)),
        (facts("months_to_relapse=12", "cr1_months={}"), ("11.9", False), ("12", False), ("12.1", True)),
        (facts("months_to_relapse=12", "months_off_therapy={}"), ("11.9", False), ("12", False), ("12.1", True)),
    ],
)  # fmt: skip
def test_a_fact_that_bounds_another_does_so_exactly_at_its_limit(
    given: list[str], below: tuple[str, bool], at: tuple[str, bool], above: tuple[str, bool]
) -> None:
    for number, refused in (below, at, above, ("unknown", False)):
        found = RUNNER.invoke(app, ["classify", *(word.format(number) for word in given)])
        assert found.exit_code == (2 if refused else 0), (number, found.stderr)


@pytest.mark.parametrize(
    ("given", "warned"),
    [
        (["--lineage", "T", "--genetics", "iAMP21"], "entities of B lineage"),
        (["--lineage", "T", "--genetics", "t(12;21)"], "entities of B lineage"),
        (["--lineage", "B", "--genetics", "iAMP21"], ""),
        (["--lineage", "T", "--genetics", "no iAMP21"], ""),
        (facts("dna_index=0.69", "modal_chromosomes=54"), "Chromosome number and DNA index disagree"),
        (facts("dna_index=1.5", "modal_chromosomes=36"), "Chromosome number and DNA index disagree"),
        (facts("dna_index=0.8", "modal_chromosomes=43"), ""),
        (facts("dna_index=0.81", "modal_chromosomes=44"), ""),
        (facts("dna_index=1.16", "modal_chromosomes=43"), ""),
        (facts("masked_hypodiploid=yes", "double_trisomy=yes"), "two and four copies"),
        (["--marrow-eoi", "M3", "--mrd-eoi", "0%"], "Marrow by morphology (M3) and MRD disagree"),
        (["--marrow-eoi", "60", "--mrd-eoi", "4.9%"], "Marrow by morphology (M3) and MRD disagree"),
        (["--marrow-eoi", "60", "--mrd-eoi", "5%"], ""),
        (["--marrow-eoi", "25", "--mrd-eoi", "0%"], ""),
    ],
)
def test_findings_that_seldom_go_together_head_the_screen(given: list[str], warned: str) -> None:
    found = RUNNER.invoke(app, ["classify", *given, "--format", "json"])
    assert found.exit_code == 0, found.stderr
    cautions = json.loads(found.stdout)["cautions"]
    assert [warned in item["text"] and bool(item["cite"]) for item in cautions] == [True] * bool(warned)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--ph", "yes"), "bcr_abl1 present"),
        (("--ph", "no"), "bcr_abl1 absent"),
        (("--ph", "Positive"), "bcr_abl1 present"),
        (("--no-ph", "--age", "5"), "bcr_abl1 absent"),
        (("--testicular", "negative"), "testicular absent"),
        (("--cns", "2"), "cns CNS2"),
        (("--cns", "1"), "cns CNS1"),
        (("--cns", "3"), "cns CNS3"),
        (("--age", "0"), "age < 1 y"),
    ],
)
def test_what_can_only_mean_one_thing_is_read(words: tuple[str, ...], said: str) -> None:
    found = RUNNER.invoke(app, ["classify", *words])
    assert found.exit_code == 0, found.stderr
    assert said in found.stdout


@pytest.mark.parametrize(
    "words", [("--ph", "maybe"), ("--cns", "4"), ("--risk", "hr"), ("--set", "months_to_relapse=x")]
)
def test_what_cannot_be_read_is_refused_with_the_word_itself(words: tuple[str, str]) -> None:
    found = RUNNER.invoke(app, ["classify", *words])
    assert found.exit_code == 2
    assert words[1].rpartition("=")[2] in found.stderr or words[0] in found.stderr
    assert "Traceback" not in found.stderr
    assert "for example a number" not in found.stderr
