"""Which scheme answers first when none is named."""

from __future__ import annotations

import pytest

from all_cli.patient.patient import Patient
from all_cli.risk.answers import Answers, answers_of
from all_cli.risk.library import RiskLibrary


def answers(library: RiskLibrary, genetics: str = "", **facts: str) -> Answers:
    patient = Patient(library.vocabulary)
    for fact, text in facts.items():
        patient.tell(fact, text, fact)
    if genetics:
        patient.tell_genetics(genetics, "genetics")
    patient.conclude()
    return answers_of(library, patient)


@pytest.mark.parametrize(
    ("facts", "primary"),
    [
        ({"age": "7", "wbc": "45", "lineage": "B"}, "nci-rome"),
        ({"age": "12", "wbc": "5", "lineage": "B"}, "nci-rome"),
        ({"age": "4mo", "lineage": "B"}, "interfant-06"),
        ({"age": "40", "wbc": "5", "lineage": "B"}, "guideline-summary"),
        ({"age": "18", "wbc": "5", "lineage": "B"}, "guideline-summary"),
        ({"age": "17.9", "wbc": "5", "lineage": "B"}, "nci-rome"),
        ({"age": "9", "lineage": "T"}, "cog-aall1231"),
        ({"age": "7", "wbc": "45", "lineage": "B", "mrd_eoi": "<0.01%"}, "cog-aall1731"),
        ({"age": "12", "wbc": "45", "lineage": "B", "mrd_eoi": "<0.01%"}, "cog-aall1732"),
        ({"age": "12", "wbc": "45", "lineage": "B", "mrd_eoi": "0.02%"}, "cog-aall08b1"),
        ({"age": "12", "wbc": "45", "lineage": "B", "mrd_eoi": "0.02%", "mrd_eoc": "0.005%"}, "cog-aall1732"),
        ({"age": "7", "wbc": "45", "mrd_eoi": "<0.01%", "lineage": "B", "testicular": "yes"}, "cog-aall1732"),
    ],
)
def test_the_scheme_in_use_for_age_lineage_and_moment_answers_first(
    facts: dict[str, str], primary: str, library: RiskLibrary
) -> None:
    assert answers(library, **facts).primary == primary


def test_seven_year_old_with_wbc_45_is_nci_standard_and_adult_criteria_would_have_said_high(
    library: RiskLibrary,
) -> None:
    found = answers(library, age="7", wbc="45", lineage="B")
    assert found.brief["nci-rome"].group == "standard"
    adult = next(verdict for verdict in found.outside if verdict.scheme.id == "guideline-summary")
    assert adult.group == "high"
    assert "wbc 45 > 30" in adult.decided_by[0].because
    assert "15 years" in adult.reason


def test_a_scheme_outside_its_population_never_answers(library: RiskLibrary) -> None:
    found = answers(library, age="7", wbc="45", lineage="B")
    assert found.brief["guideline-summary"].status == "not-applicable"
    assert all(found.brief[id].status != "not-applicable" for id in found.applicable)


def test_with_nothing_known_every_group_is_possible(library: RiskLibrary) -> None:
    for id, answer in answers(library).brief.items():
        assert set(library.schemes[id].group_ids) <= set(answer.possible), id
        assert answer.group is None
