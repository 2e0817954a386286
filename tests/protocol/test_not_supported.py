"""What is not supported is said so, with what the sources say and where to turn, to those whom it concerns."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from all_cli.cli.protocol import app
from all_cli.patient.patient import Patient
from all_cli.protocol.guidance import GuidanceLibrary
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.load import guidance_library
from all_cli.report.guidance_pointers import for_patient

TOPICS = ("burkitt", "mixed-phenotype", "lymphoblastic-lymphoma", "pregnancy")


@pytest.fixture(scope="module")
def guidance() -> GuidanceLibrary:
    return guidance_library()


def pointed(protocols: ProtocolLibrary, genetics: str = "", **facts: str) -> list[str]:
    patient = Patient(protocols.vocabulary)
    for fact, text in facts.items():
        patient.tell(fact, text, fact)
    if genetics:
        patient.tell_genetics(genetics, "--genetics")
    patient.conclude()
    return [brief.id for brief in for_patient(patient)]


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_says_that_nothing_here_is_for_it_and_where_to_turn(topic: str, guidance: GuidanceLibrary) -> None:
    assert "not supported" in guidance.topics[topic].title
    points = [point for brief in guidance.of_topic(topic) for point in guidance.entry(brief.id).points]
    assert any("Where to turn" in point.text for point in points)
    assert all(point.checked and point.cite and all(cited.locator for cited in point.cite) for point in points)
    result = CliRunner().invoke(app, ["guide", topic, "--format", "plain"])
    assert result.exit_code == 0
    assert "Where to turn" in result.stdout


@pytest.mark.parametrize("text", ["t(8;14)(q24;q32)", "t(8;22)", "IGH::MYC", "MYC-r"])
def test_a_myc_translocation_is_told_of_burkitt_before_anything_else(text: str, protocols: ProtocolLibrary) -> None:
    assert pointed(protocols, text, age="9", wbc="30", lineage="B")[0] == "burkitt-not-here"


def test_a_mature_b_phenotype_is_told_of_burkitt(protocols: ProtocolLibrary) -> None:
    assert pointed(protocols, maturation="mature-B")[0] == "burkitt-not-here"


@pytest.mark.parametrize("stage", ["common-B", "pre-B"])
def test_a_precursor_phenotype_alone_is_not(stage: str, protocols: ProtocolLibrary) -> None:
    assert "burkitt-not-here" not in pointed(protocols, maturation=stage)
    assert "ig-myc-precursor" in pointed(protocols, "t(8;14)", maturation=stage)


def test_an_open_phenotype_is_not_called_a_precursor(protocols: ProtocolLibrary) -> None:
    assert "ig-myc-precursor" not in pointed(protocols, "t(8;14)", lineage="B")


@pytest.mark.parametrize(("lineage", "there"), [("MPAL", True), ("B", False), ("T", False)])
def test_mixed_phenotype_is_told_so(lineage: str, there: bool, protocols: ProtocolLibrary) -> None:
    assert ("mixed-phenotype-not-here" in pointed(protocols, lineage=lineage)) is there


@pytest.mark.parametrize(("facts", "there"), [({"mediastinal_mass": "yes"}, True), ({"mediastinal_mass": "no"}, False)])
def test_a_mass_may_be_lymphoma(facts: dict[str, str], there: bool, protocols: ProtocolLibrary) -> None:
    assert ("lymphoblastic-lymphoma-not-here" in pointed(protocols, lineage="T", **facts)) is there


@pytest.mark.parametrize(
    ("sex", "age", "there"),
    [("female", "12", True), ("female", "30", True), ("female", "11.9", False), ("male", "30", False)],
)
def test_pregnancy_is_thought_of(sex: str, age: str, there: bool, protocols: ProtocolLibrary) -> None:
    assert ("pregnancy-not-here" in pointed(protocols, sex=sex, age=age)) is there


@pytest.mark.parametrize(("weight", "there"), [("9.9", True), ("10", True), ("10.1", False)])
def test_vincristine_by_weight_is_bound_by_weight(weight: str, there: bool, protocols: ProtocolLibrary) -> None:
    assert ("small-children" in pointed(protocols, weight=weight)) is there


def test_a_heavy_infant_is_not_told_of_doses_by_weight(protocols: ProtocolLibrary) -> None:
    assert "small-children" not in pointed(protocols, age="11mo", weight="11")
    assert "small-children" not in pointed(protocols, age="11mo")
