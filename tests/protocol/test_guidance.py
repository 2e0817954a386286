"""The guidance: every seed statement has an entry, the primary source leads, and pointers go to the right patients."""

from __future__ import annotations

import pytest

from all_cli.patient.patient import Patient
from all_cli.protocol.guidance import STATEMENTS, Brief, GuidanceLibrary
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.load import guidance_library
from all_cli.report.guidance_pointers import for_patient, for_phases

MARKS = {"✔": "supported", "±": "limited", "✘": "contradicted", "?": "no-primary-source"}
# What the primary sources make of each statement of each seed text, as the evidence was read.
VERDICTS = {
    "seed-000": "✔±✔✘✔✔±✔✔✔✔✔✘??✔✘",
    "seed-001": "✔✔✔✔✔✔✔✔✔✔✔✔±✔✔✔✔✔±✔✔✔✔✔✔✔±",
    "seed-002": "±✘±±✔✔±✔✔✘✔±✔✔✔±✔✔±✔?✔✔✔✔✔✔✔✔✔✔✔±✔✔",
    "seed-003": "✔✘±✔±✔✔±✔✔✔✔✔✔✔",
    "seed-004": "✔✔✔✔±✔✔±✔",
}


@pytest.fixture(scope="module")
def guidance() -> GuidanceLibrary:
    return guidance_library()


def patient(protocols: ProtocolLibrary, **facts: str) -> Patient:
    described = Patient(protocols.vocabulary)
    for fact, text in facts.items():
        described.tell(fact, text, fact)
    described.conclude()
    return described


def pointed(protocols: ProtocolLibrary, **facts: str) -> list[str]:
    return [brief.id for brief in for_patient(patient(protocols, **facts))]


def in_phase(protocols: ProtocolLibrary, protocol: str, kind: str, **facts: str) -> list[Brief]:
    found = protocols.protocol(protocol)
    phases = [phase for phase in found.phases if phase.kind == kind]
    assert phases
    return for_phases(found, phases, patient(protocols, **facts))


# --- the statements of the seed texts ----------------------------------------------------------------------


@pytest.mark.parametrize("seed", VERDICTS)
def test_every_statement_of_a_seed_text_has_the_verdict_of_the_evidence(seed: str, guidance: GuidanceLibrary) -> None:
    assert len(STATEMENTS[seed]) == len(VERDICTS[seed])
    for number, mark in zip(STATEMENTS[seed], VERDICTS[seed], strict=True):
        briefs = guidance.of_statement(number)
        assert {brief.verdict for brief in briefs} == {MARKS[mark]}, number
        for brief in briefs:
            assert {claim.seed for claim in guidance.entry(brief.id).claims if claim.statement == number} == {seed}


def test_the_tumour_lysis_limits_are_those_of_cairo_and_bishop(guidance: GuidanceLibrary) -> None:
    rows = {row[0]: row[1] for row in guidance.entry("tumour-lysis-findings").tables[0].rows}
    assert "476 µmol/L" in rows["uric acid"]
    assert "6.0 mmol/L" in rows["potassium"]
    assert "adults ≥ 1.45 mmol/L" in rows["phosphate"]
    assert "children ≥ 2.1 mmol/L" in rows["phosphate"]
    assert "≤ 1.75 mmol/L" in rows["corrected calcium"]


def test_crs_and_icans_have_four_grades(guidance: GuidanceLibrary) -> None:
    for id in ("crs-grading", "icans-grading"):
        (table,) = guidance.entry(id).tables
        assert table.columns == ("sign", "grade 1", "grade 2", "grade 3", "grade 4")
        assert table.checked


# --- pointers ----------------------------------------------------------------------------------------------


def test_a_ph_positive_patient_is_pointed_to_the_kinase_inhibitor(protocols: ProtocolLibrary) -> None:
    assert "tki-with-every-phase" in pointed(protocols, bcr_abl1="yes")[:5]


@pytest.mark.parametrize("facts", [{"bcr_abl1": "no"}, {"age": "30"}, {}])
def test_nobody_else_is(protocols: ProtocolLibrary, facts: dict[str, str]) -> None:
    assert "tki-with-every-phase" not in pointed(protocols, **facts)


@pytest.mark.parametrize(("mrd", "points"), [("0.01%", True), ("0.5%", True), ("0.009%", False), ("<0.01%", False)])
def test_mrd_of_exactly_a_hundredth_of_a_percent_points_to_intensification(
    protocols: ProtocolLibrary, mrd: str, points: bool
) -> None:
    assert ("mrd-intensify" in pointed(protocols, mrd_eoi=mrd)[:5]) is points


@pytest.mark.parametrize("facts", [{}, {"age": "7"}, {"mrd_eoi": "unknown"}, {"mrd_eoi": "<0.05%"}])
def test_unknown_mrd_is_not_pointed_to_intensification(protocols: ProtocolLibrary, facts: dict[str, str]) -> None:
    assert "mrd-intensify" not in pointed(protocols, **facts)


def test_mrd_is_pointed_to_beside_everything_else_that_is_known(protocols: ProtocolLibrary) -> None:
    found = pointed(protocols, age="7", lineage="B", bcr_abl1="yes", mrd_eoi="0.01%")
    assert {"tki-with-every-phase", "mrd-intensify"} <= set(found[:5])


def test_t_all_is_pointed_to_its_methotrexate_and_b_all_is_not(protocols: ProtocolLibrary) -> None:
    assert "t-all-methotrexate" in pointed(protocols, lineage="T")[:5]
    assert "t-all-methotrexate" not in pointed(protocols, lineage="B")
    assert "t-all-methotrexate" not in pointed(protocols, age="7")


@pytest.mark.parametrize(("age", "points"), [("364d", True), ("11mo", True), ("1", False), ("1y1mo", False)])
def test_the_first_birthday_ends_infancy(protocols: ProtocolLibrary, age: str, points: bool) -> None:
    assert ("infants-kmt2a" in pointed(protocols, age=age)) is points


@pytest.mark.parametrize(("age", "points"), [("9y11mo", False), ("10", True)])
def test_the_tenth_birthday_brings_the_warning_of_osteonecrosis(
    protocols: ProtocolLibrary, age: str, points: bool
) -> None:
    assert ("osteonecrosis" in pointed(protocols, age=age)) is points


@pytest.mark.parametrize(("wbc", "points"), [("99.9", False), ("100", True)])
def test_a_count_of_a_hundred_is_at_high_risk_of_tumour_lysis(
    protocols: ProtocolLibrary, wbc: str, points: bool
) -> None:
    assert ("tumour-lysis-risk" in pointed(protocols, wbc=wbc)) is points


@pytest.mark.parametrize("facts", [{"relapse_site": "cns"}, {"relapse_site": "isolated testis"}])
def test_extramedullary_relapse_is_pointed_to_systemic_therapy(
    protocols: ProtocolLibrary, facts: dict[str, str]
) -> None:
    assert "extramedullary-needs-systemic-therapy" in pointed(protocols, **facts)[:5]


def test_marrow_relapse_is_pointed_to_relapse_but_not_to_extramedullary_relapse(protocols: ProtocolLibrary) -> None:
    found = pointed(protocols, relapse_site="marrow")
    assert "relapse-by-time" in found
    assert "extramedullary-needs-systemic-therapy" not in found


def test_revumenib_needs_both_the_rearrangement_and_the_relapse(protocols: ProtocolLibrary) -> None:
    assert "revumenib-label" not in pointed(protocols, kmt2a_r="yes")
    assert "revumenib-label" not in pointed(protocols, relapse_number="1")
    assert "revumenib-label" in pointed(protocols, kmt2a_r="yes", relapse_number="1")
    assert "revumenib-label" not in pointed(protocols, kmt2a_r="yes", relapse_number="0")


def test_warnings_come_first(protocols: ProtocolLibrary) -> None:
    found = for_patient(patient(protocols, age="12", lineage="T", wbc="150", mrd_eoi="1%"))
    warnings = [brief.warning for brief in found]
    assert warnings == sorted(warnings, reverse=True)
    assert any(warnings)


def test_nothing_known_points_nowhere(protocols: ProtocolLibrary) -> None:
    assert pointed(protocols) == []


def test_age_alone_points_only_to_warnings(protocols: ProtocolLibrary) -> None:
    assert all(brief.warning for brief in for_patient(patient(protocols, age="7")))


def test_a_phase_points_to_what_is_about_it_and_a_ph_positive_protocol_to_the_inhibitor(
    protocols: ProtocolLibrary,
) -> None:
    maintenance = [brief.id for brief in in_phase(protocols, "ccg-1991", "maintenance")]
    assert "maintenance-two-drugs" in maintenance
    assert "steroid-by-age" not in maintenance
    assert "tki-with-every-phase" in [brief.id for brief in in_phase(protocols, "d-alba", "induction")][:5]
    assert "tki-with-every-phase" not in [brief.id for brief in in_phase(protocols, "ccg-1991", "induction")]


def test_vincristine_in_a_phase_brings_the_warning_of_its_route(protocols: ProtocolLibrary) -> None:
    assert "vincristine-never-intrathecal" in [brief.id for brief in in_phase(protocols, "ccg-1991", "induction")]
    blinatumomab = [brief.id for brief in in_phase(protocols, "blinatumomab", "blinatumomab")]
    assert "vincristine-never-intrathecal" not in blinatumomab


def test_what_the_patient_is_goes_before_what_the_protocol_is_for(protocols: ProtocolLibrary) -> None:
    found = [brief.id for brief in in_phase(protocols, "d-alba", "induction", bcr_abl1="no")]
    assert "tki-with-every-phase" not in found


def test_a_search_holds_all_words_in_any_order_and_case(guidance: GuidanceLibrary) -> None:
    assert "vincristine-never-intrathecal" in [brief.id for brief in guidance.search("fatal VINCRISTINE")]
    assert guidance.search("vincristine frobnicate") == []


@pytest.mark.parametrize(
    ("facts", "entry"),
    [
        ({"age": "5", "lineage": "B", "kmt2a_aff1": "yes"}, "kmt2a-aff1-first-remission"),
        ({"age": "8mo", "kmt2a_aff1": "yes"}, "kmt2a-infants-first-remission"),
        ({"age": "5", "mrd_eoi": "5%"}, "high-mrd-first-remission"),
        ({"age": "5", "mrd_eoc": "0.1%"}, "high-mrd-first-remission"),
        ({"age": "9", "lineage": "T", "mrd_eoc": "0.1%"}, "t-all-first-remission"),
        ({"age": "9", "lineage": "T", "d8_blasts": "1000"}, "t-all-first-remission"),
    ],
)
def test_when_to_transplant_in_first_remission_points_to_what_was_compared(
    protocols: ProtocolLibrary, facts: dict[str, str], entry: str
) -> None:
    entries = {
        "kmt2a-aff1-first-remission", "kmt2a-infants-first-remission", "high-mrd-first-remission",
        "t-all-first-remission",
    }  # fmt: skip
    assert entry in pointed(protocols, **facts)
    milder = {**facts, "mrd_eoi": "4.9%", "mrd_eoc": "0.09%", "d8_blasts": "999", "kmt2a_aff1": "no"}
    assert not entries & set(pointed(protocols, **{fact: milder[fact] for fact in facts}))
