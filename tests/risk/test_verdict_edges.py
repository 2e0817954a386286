"""What an explained answer says and what it leaves out: notes, rules ruled out, ranges, reasons, marks of checking."""

from __future__ import annotations

from pathlib import Path

import pytest

from all_cli.logic.values import NumberSet, Possible
from all_cli.patient.patient import Patient
from all_cli.risk.library import RiskLibrary, risk_library
from all_cli.risk.scheme import NOT_APPLICABLE, Scheme
from all_cli.risk.verdict import INDETERMINATE, Verdict, brief, judge, judge_outside, outcome

MINE = """
schemes:
  - id: mine
    title: Mine
    published: 2026
    audience: children
    quoted: true
    population: {when: lineage == B, text: B lineage, cite: [{pdq-childhood-2025: Testicular}], checked: true}
    define:
      recalled: {when: iamp21, cite: [smith-1996], checked: false}
    groups: {low: {label: Low}, middle: {label: Middle}, high: {label: High}}
    rules:
      - {id: old, group: high, when: age >= 10, cite: [{pdq-childhood-2025: Testicular}], checked: true}
      - {id: named, group: high, when: recalled, cite: [{pdq-childhood-2025: Testicular}], checked: true}
      - {id: count, group: middle, when: wbc >= 50, cite: [{pdq-childhood-2025: Testicular}], checked: true}
      - {id: young, group: low, when: age < 10 and age >= 1, cite: [{pdq-childhood-2025: Testicular}], checked: true}
    notes:
      - {id: always, text: Always., cite: [smith-1996], checked: false}
      - {id: at-50, when: wbc == 50, text: At 50., cite: [smith-1996], checked: false}
      - {id: both, when: wbc >= 50 and cns == CNS3, text: Both., cite: [smith-1996], checked: false}
"""
SEVEN, FORTY, FIFTY = NumberSet.point(7), NumberSet.point(40), NumberSet.point(50)
B, T = frozenset({"B"}), frozenset({"T"})
YES, NO = frozenset({"present"}), frozenset({"absent"})


@pytest.fixture
def mine(tmp_path: Path) -> RiskLibrary:
    path = tmp_path / "mine.yaml"
    path.write_text(MINE, encoding="utf-8")
    return risk_library(path)


def patient(library: RiskLibrary, **told: Possible) -> Patient:
    being = Patient(library.vocabulary)
    for fact, possible in told.items():
        being.learn(fact, possible, "told")
    being.conclude()
    return being


def judged(library: RiskLibrary, **told: Possible) -> Verdict:
    return judge(library.schemes["mine"], patient(library, **told))


def ids(verdict: Verdict) -> list[str]:
    return [note.id for note in verdict.notes]


def test_a_note_is_said_if_its_condition_holds_or_may_hold_for_what_was_told(mine: RiskLibrary) -> None:
    assert ids(judged(mine, lineage=B, age=SEVEN, wbc=FIFTY)) == ["always", "at-50"]
    around = NumberSet.between(45, 55)
    assert ids(judged(mine, lineage=B, age=SEVEN, wbc=around)) == ["always", "at-50"]


def test_a_note_is_not_said_if_its_condition_fails_or_nothing_was_told_of_it(mine: RiskLibrary) -> None:
    assert ids(judged(mine, lineage=B, age=SEVEN, wbc=FORTY)) == ["always"]
    assert ids(judged(mine, lineage=B, age=SEVEN)) == ["always"]


def test_a_note_on_two_facts_waits_until_both_are_told_of(mine: RiskLibrary) -> None:
    around = NumberSet.between(45, 55)
    assert "both" not in ids(judged(mine, lineage=B, wbc=around))
    assert "both" in ids(judged(mine, lineage=B, wbc=around, cns=frozenset({"CNS2a", "CNS3a"})))
    assert "both" not in ids(judged(mine, lineage=B, wbc=around, cns=frozenset({"CNS1"})))


def test_rules_ruled_out_are_those_before_the_last_that_may_decide(mine: RiskLibrary) -> None:
    verdict = judged(mine, lineage=B, age=SEVEN, iamp21=NO, wbc=FIFTY)
    assert [item.rule for item in verdict.decided_by] == ["mine.count"]
    assert [item.rule for item in verdict.ruled_out] == ["mine.old", "mine.named"]
    verdict = judged(mine, lineage=B, age=SEVEN, iamp21=NO)
    assert [item.rule for item in verdict.decided_by] == ["mine.count", "mine.young"]
    assert [item.rule for item in verdict.ruled_out] == ["mine.old", "mine.named"]
    assert judged(mine, lineage=B, age=NumberSet.point(12)).ruled_out == ()


def test_a_rule_ruled_out_says_what_keeps_it_from_holding(mine: RiskLibrary) -> None:
    verdict = judged(mine, lineage=B, age=SEVEN, iamp21=NO, wbc=FIFTY)
    assert [item.because for item in verdict.ruled_out] == [("age 7 < 10",), ("iamp21 absent",)]
    assert [item.because for item in verdict.decided_by] == [("wbc 50 >= 50",)]


def test_only_a_rule_whose_condition_holds_whatever_is_unknown_is_certain(mine: RiskLibrary) -> None:
    verdict = judged(mine, lineage=B, age=SEVEN, iamp21=NO)
    assert [(item.rule, item.certain) for item in verdict.decided_by] == [("mine.count", False), ("mine.young", True)]
    assert not any(item.certain for item in verdict.ruled_out)


def test_an_answer_that_leans_on_a_recalled_definition_is_not_checked(mine: RiskLibrary) -> None:
    assert judged(mine, lineage=B, age=SEVEN, iamp21=NO, wbc=FIFTY).checked, "not by the rules that fell away"
    leaning = judged(mine, lineage=B, age=SEVEN, iamp21=YES)
    assert not leaning.checked
    assert [item.checked for item in leaning.decided_by] == [False]
    assert not judged(mine, lineage=B, age=SEVEN, wbc=FIFTY).checked, "iamp21 is unknown, so the rule may decide"


def test_a_patient_of_another_population_is_told_what_keeps_him_out(mine: RiskLibrary) -> None:
    other = patient(mine, lineage=T, age=SEVEN)
    verdict = judge(mine.schemes["mine"], other)
    assert (verdict.status, verdict.group, verdict.possible) == (NOT_APPLICABLE, None, (NOT_APPLICABLE,))
    assert verdict.reason == outcome(mine.schemes["mine"], other).reason == "for B lineage; here lineage T, not B"


@pytest.mark.parametrize(
    ("told", "groups", "rules"),
    [
        ({"age": NumberSet.point(12)}, ("high",), ["mine.old"]),
        ({"age": SEVEN, "iamp21": NO, "wbc": FIFTY}, ("middle",), ["mine.count"]),
        ({"age": SEVEN, "iamp21": NO, "wbc": FORTY}, ("low",), ["mine.young"]),
        ({"age": SEVEN, "iamp21": NO}, ("low", "middle"), ["mine.count", "mine.young"]),
    ],
)
def test_quoted_criteria_say_of_an_outsider_what_their_rules_alone_say(
    mine: RiskLibrary, told: dict[str, Possible], groups: tuple[str, ...], rules: list[str]
) -> None:
    verdict = judge_outside(mine.schemes["mine"], patient(mine, lineage=T, **told))
    assert verdict.possible == groups
    assert verdict.group == (groups[0] if len(groups) == 1 else None)
    assert [item.rule for item in verdict.decided_by] == rules
    assert all(item.because for item in verdict.decided_by)
    assert verdict.reason == "for B lineage; here lineage T, not B"


def test_a_patient_for_whom_no_rule_holds_is_left_open_and_told_so(mine: RiskLibrary) -> None:
    verdict = judged(mine, lineage=B, age=NumberSet.point(0.5), iamp21=NO, wbc=FORTY)
    assert (verdict.status, verdict.group, verdict.possible) == (INDETERMINATE, None, ("unclassified",))
    assert verdict.reason == "no rule of the scheme holds"
    assert verdict.decided_by == verdict.ruled_out == verdict.missing == ()
    assert judged(mine, lineage=B, age=SEVEN, iamp21=NO).reason == "2 groups still possible"


def test_a_missing_fact_is_shown_in_the_ranges_that_leave_different_groups(mine: RiskLibrary) -> None:
    [missing] = judged(mine, lineage=B, age=SEVEN, iamp21=NO).missing
    assert missing.fact == "wbc"
    assert [(part.text, part.groups) for part in missing.ranges] == [("< 50", ("low",)), (">= 50", ("middle",))]
    [missing] = judged(mine, lineage=B, age=SEVEN, iamp21=NO, wbc=NumberSet.between(40, 60)).missing
    assert [part.groups for part in missing.ranges] == [("low",), ("middle",)]
    assert judged(mine, lineage=B, age=SEVEN, iamp21=NO, wbc=FIFTY).missing == ()


def test_the_brief_answers_say_what_the_explained_one_says(mine: RiskLibrary) -> None:
    scheme: Scheme = mine.schemes["mine"]
    tried: list[dict[str, Possible]] = [
        {},
        {"lineage": T},
        {"lineage": B},
        {"lineage": B, "age": SEVEN, "iamp21": NO},
        {"lineage": B, "age": SEVEN, "iamp21": NO, "wbc": FORTY},
        {"lineage": B, "age": NumberSet.point(0.5), "iamp21": NO, "wbc": FORTY},
    ]
    for told in tried:
        being = patient(mine, **told)
        full, short, bare = judge(scheme, being), outcome(scheme, being), brief(scheme, being)
        assert (full.status, full.group, full.possible) == short[:3] == bare
        assert short.missing == tuple(item.fact for item in full.missing)
        assert short.rules == tuple(item.rule for item in full.decided_by)
