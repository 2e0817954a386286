"""Side by side: the answers are those of each scheme alone; disagreement means lines that cross at the patient."""

from __future__ import annotations

import random

import pytest
from brute_force import holds

from all_cli.logic.explain import truth
from all_cli.patient.patient import Patient
from all_cli.risk.answers import answers_of
from all_cli.risk.comparison import MILD, SEVERE, Comparison, compare, end_of
from all_cli.risk.library import RiskLibrary
from all_cli.risk.verdict import ASSIGNED, judge


def compared(library: RiskLibrary, *ids: str, **facts: str) -> Comparison:
    patient = Patient(library.vocabulary)
    for fact, text in facts.items():
        patient.tell(fact, text, f"--{fact}")
    patient.conclude()
    answers = answers_of(library, patient, ids or None)
    return compare(answers, patient, library, answers.ids if ids else answers.applicable)


def pairs(found: Comparison) -> set[tuple[str, str]]:
    return {(item.severe.scheme, item.mild.scheme) for item in found.disagreements}


@pytest.mark.parametrize(
    ("wbc", "disagree"),
    [("24.9", False), ("25", True), ("25.1", True), ("49.9", True), ("50", False), ("50.1", False)],
)
def test_coall_and_nci_disagree_from_25_to_just_below_50(library: RiskLibrary, wbc: str, disagree: bool) -> None:
    found = compared(library, "nci-rome", "coall-07-03", age="7", lineage="B", wbc=wbc)
    assert (("coall-07-03", "nci-rome") in pairs(found)) is disagree
    if disagree:
        (item,) = found.disagreements
        assert item.facts == ("wbc",)
        assert item.severe.because == (f"wbc {wbc} >= 25",)
        assert item.mild.because == (f"wbc {wbc} < 50",)


def test_schemes_for_other_patients_are_not_set_against_each_other(library: RiskLibrary) -> None:
    found = compared(library, "coall-07-03", "hoelzer-1988", age="17", lineage="B", wbc="28", weeks_to_cr="3")
    assert pairs(found) == set()


def test_one_line_inside_the_other_is_no_disagreement(library: RiskLibrary) -> None:
    found = compared(library, age="7", lineage="B", wbc="60")
    assert ("coall-07-03", "nci-rome") not in pairs(found)
    assert ("nci-rome", "coall-07-03") not in pairs(found)


def test_opposite_ends_on_different_facts_are_counted_not_listed(library: RiskLibrary) -> None:
    found = compared(library, "nci-rome", "mrd-cog", age="7", lineage="B", wbc="10", mrd_eoi="0.02%")
    assert {row.scheme.id: end_of(row) for row in found.rows} == {"nci-rome": MILD, "mrd-cog": SEVERE}
    assert found.disagreements == ()
    assert found.different_questions == 1


def test_an_open_answer_says_what_is_excluded_and_what_is_missing(library: RiskLibrary) -> None:
    (row,) = compared(library, "bfm-95", age="7", lineage="B", wbc="45").rows
    assert row.answer.possible == ("medium", "high")
    assert [(item.group, item.because) for item in row.excluded] == [("standard", ("age 7 >= 6", "wbc 45 >= 20"))]
    assert "d8_blasts" in row.missing


def test_a_scheme_for_others_says_why(library: RiskLibrary) -> None:
    (row,) = compared(library, "hoelzer-1988", age="7", wbc="45", lineage="B").rows
    assert row.answer.status == "not-applicable"
    assert "age 7 < 15" in row.reason


WORDS = {
    "lineage": ["B", "T", "MPAL"],
    "cns": ["CNS1", "CNS2", "CNS3"],
    "bcr_abl1": ["yes", "no"],
    "kmt2a_r": ["yes", "no"],
    "testicular": ["no"],
    "down_syndrome": ["no"],
}
NUMBERS = {
    "age": ["0.5", "1", "5", "6", "9.9", "10", "15", "16", "25", "35", "60"],
    "wbc": ["5", "10", "20", "25", "30", "45", "50", "100", "150"],
    "mrd_eoi": ["0%", "0.005%", "0.01%", "0.05%", "0.1%", "1%"],
}


@pytest.mark.parametrize("seed", range(15))
def test_every_row_is_the_scheme_s_own_answer_and_every_disagreement_is_one(seed: int, library: RiskLibrary) -> None:
    chance = random.Random(f"compare {seed}")
    facts = {fact: chance.choice(texts) for fact, texts in {**NUMBERS, **WORDS}.items() if chance.random() < 0.7}
    patient = Patient(library.vocabulary)
    for fact, text in facts.items():
        patient.tell(fact, text, fact)
    patient.conclude()
    answers = answers_of(library, patient)
    found = compare(answers, patient, library, answers.applicable)
    assert [row.scheme.id for row in found.rows] == answers.applicable
    rows = {row.scheme.id: row for row in found.rows}
    for row in found.rows:
        if row.scheme.id == "icc-entities":
            continue
        verdict = judge(row.scheme, patient)
        assert (row.answer.status, row.answer.possible) == (verdict.status, verdict.possible)
        assert row.decisions == (verdict.decided_by if verdict.status == ASSIGNED else ())
        assert row.missing == tuple(item.fact for item in verdict.missing)
        assert not {item.group for item in row.excluded} & set(row.answer.possible)
    for item in found.disagreements:
        severe, mild = rows[item.severe.scheme], rows[item.mild.scheme]
        assert severe.scheme.audience == mild.scheme.audience
        levels = [[g.severity or 0 for g in row.scheme.groups.values()] for row in (severe, mild)]
        assert severe.scheme.groups[item.severe.group].severity == max(levels[0]) > min(levels[0])
        assert mild.scheme.groups[item.mild.group].severity == min(levels[1]) < max(levels[1])
        assert item.facts
        assert set(item.facts) <= set(patient.known)
        assert item.severe.because != item.mild.because
        assert not any(text.endswith("?") for text in (*item.severe.because, *item.mild.because))


def test_the_excluding_rules_do_not_hold_for_the_patient(library: RiskLibrary) -> None:
    found = compared(library, age="7", lineage="B", wbc="45", cns="CNS1", mrd_eoi="0.02%")
    being = {"age": 7.0, "lineage": "B", "wbc": 45.0, "cns": "CNS1", "mrd_eoi": 0.02}
    known = {"age", "lineage", "wbc", "cns", "mrd_eoi"}
    tried = 0
    for row in found.rows:
        for item in row.excluded:
            for rule in row.scheme.rules:
                if item.group in rule.groups:
                    facts = {test.fact for test in _tests(rule.when)}
                    if facts <= known:
                        assert not holds(rule.when, being)
                        tried += 1
    assert tried > 5
    assert truth(library.schemes["nci-rome"].rules[0].when, {}) is None


def _tests(condition: object) -> list[object]:
    from all_cli.logic.expression import tests

    return list(tests(condition))  # type: ignore[arg-type]
