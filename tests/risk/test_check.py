"""The check finds what is wrong with a scheme, over all patients, and shows a patient for whom it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from all_cli.knowledge.problems import KnowledgeError
from all_cli.risk.check import Finding, check_scheme
from all_cli.risk.library import RiskLibrary, risk_library

HEAD = """
schemes:
  - id: mine
    title: Mine
    published: 2026
    audience: children
    population: {when: lineage == B, text: B lineage, cite: [smith-1996], checked: false}
    groups: {mild: {label: Mild, severity: 1}, bad: {label: Bad, severity: 2}}
    rules:
"""


def findings(tmp_path: Path, rules: str, extra: str = "", **options: bool) -> list[Finding]:
    path = tmp_path / "mine.yaml"
    lines = "".join(f"      - {{{rule.strip()}, cite: [smith-1996], checked: false}}\n" for rule in rules.split(";"))
    path.write_text(HEAD + lines + extra, encoding="utf-8")
    library = risk_library(path)
    return check_scheme(library.schemes["mine"], library.vocabulary, **options)


def test_every_shipped_scheme_is_sound(library: RiskLibrary) -> None:
    for scheme in library.schemes.values():
        assert [item for item in check_scheme(scheme, library.vocabulary) if not item.reason] == [], scheme.id


def test_a_gap_is_found_with_a_patient_who_falls_into_it(tmp_path: Path) -> None:
    [item] = findings(tmp_path, "id: a, group: bad, when: wbc >= 50; id: b, group: mild, when: wbc < 49")
    assert item.check == "incomplete"
    assert 49 in item.witness["wbc"]  # type: ignore[operator]


def test_a_gap_on_exactly_one_value_is_found(tmp_path: Path) -> None:
    [item] = findings(tmp_path, "id: a, group: bad, when: wbc > 50; id: b, group: mild, when: wbc < 50")
    assert item.check == "incomplete"
    assert item.witness["wbc"].single == 50  # type: ignore[union-attr]


def test_a_rule_that_never_decides_is_found(tmp_path: Path) -> None:
    rules = "id: a, group: bad, when: wbc >= 50; id: b, group: bad, when: wbc >= 60; id: c, group: mild, when: wbc < 50"
    [item] = findings(tmp_path, rules)
    assert (item.check, item.rule) == ("dead", "b")


def test_a_rule_hidden_by_two_others_together_is_found(tmp_path: Path) -> None:
    rules = (
        "id: a, group: bad, when: wbc >= 50; id: b, group: mild, when: wbc < 50 and age < 10;"
        "id: c, group: bad, when: age >= 10; id: d, group: mild, when: age < 5 or wbc < 20"
    )
    assert [(item.check, item.rule) for item in findings(tmp_path, rules)] == [("dead", "d")]


def test_a_worse_finding_with_a_milder_group_is_found(tmp_path: Path) -> None:
    [item] = findings(tmp_path, "id: a, group: bad, when: wbc < 50; id: b, group: mild, when: wbc >= 50")
    assert (item.check, item.fact) == ("direction", "wbc")


def test_a_milder_group_is_found_even_if_only_some_patients_get_it(tmp_path: Path) -> None:
    rules = (
        "id: a, group: mild, when: wbc >= 100 and iamp21; id: b, group: bad, when: wbc >= 50;"
        "id: c, group: mild, when: wbc < 50"
    )
    [item] = [item for item in findings(tmp_path, rules) if item.check == "direction"]
    assert item.fact == "wbc"
    assert item.witness["iamp21"] == {"present"}


def test_a_fact_asked_in_vain_is_found(tmp_path: Path) -> None:
    rules = "id: a, group: bad, when: wbc >= 50 and (age < 10 or age >= 10); id: b, group: mild, when: wbc < 50"
    [item] = findings(tmp_path, rules)
    assert (item.check, item.fact) == ("unused-fact", "age")


def test_a_declared_exception_carries_its_reason(tmp_path: Path) -> None:
    extra = "    exceptions: [{check: direction, fact: wbc, reason: the paper says so}]\n"
    rules = "id: a, group: bad, when: wbc < 50; id: b, group: mild, when: wbc >= 50"
    [item] = findings(tmp_path, rules, extra)
    assert item.reason == "the paper says so"


CONTRADICTING = (
    "id: a, group: mild, when: age < 10; id: b, group: bad, when: wbc >= 50; id: c, group: mild, when: age >= 10"
)


def test_rules_that_contradict_each_other_are_found_though_their_order_decides(tmp_path: Path) -> None:
    found = findings(tmp_path, CONTRADICTING)
    assert [(item.check, item.rule) for item in found] == [("overlap", "b")]
    assert found[0].message == '"a" and "b" both hold; "a" is tried first'


def test_a_declared_contradiction_carries_its_reason(tmp_path: Path) -> None:
    extra = "    exceptions: [{check: overlap, rule: b, reason: the young come first}]\n"
    assert [item.reason for item in findings(tmp_path, CONTRADICTING, extra)] == ["the young come first"]


def test_an_exception_declared_in_vain_is_found(tmp_path: Path) -> None:
    extra = "    exceptions: [{check: overlap, rule: a, reason: for nothing}]\n"
    found = findings(tmp_path, "id: a, group: bad, when: wbc >= 50; id: b, group: mild, when: wbc < 50", extra)
    assert [(item.check, item.rule, item.reason) for item in found] == [("stale-exception", "a", "")]


GRAVER_FIRST = (
    "id: a, group: bad, when: wbc >= 50; id: b, group: mild, when: age < 10; id: c, group: bad, when: age >= 10"
)


def test_the_graver_group_tried_first_is_no_contradiction(tmp_path: Path) -> None:
    assert findings(tmp_path, GRAVER_FIRST) == []


def test_the_order_of_rules_is_named_when_asked_for(tmp_path: Path) -> None:
    found = findings(tmp_path, GRAVER_FIRST, overlaps=True)
    assert [(item.check, item.rule) for item in found] == [("order", "b")]


@pytest.mark.parametrize(
    "first, second", [("groups: [mild, bad]", "group: mild"), ("group: mild", "groups: [mild, bad]")]
)
def test_a_rule_that_leaves_what_the_other_leaves_and_more_does_not_contradict_it(
    tmp_path: Path, first: str, second: str
) -> None:
    rules = (
        f"id: a, {first}, when: age < 10; id: b, {second}, when: iamp21;"
        "id: c, group: mild, when: age >= 10 and not iamp21 and lineage == B;"
        "id: d, group: bad, when: not (lineage == B)"
    )
    assert [item for item in findings(tmp_path, rules) if item.check == "overlap"] == []


def test_a_group_that_no_rule_leads_to_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match='no rule leads to the group "mild"'):
        findings(tmp_path, "id: a, group: bad, when: wbc >= 50")


def test_the_documentation_lists_every_declared_exception_and_no_other(library: RiskLibrary) -> None:
    page = (Path(__file__).parents[2] / "docs" / "knowledge.md").read_text(encoding="utf-8")
    table = page[page.index("Declared at present") : page.index("## Your own schemes")]
    listed = {tuple(part.strip(" `") for part in line.split("|")[1:3]) for line in table.splitlines() if "| `" in line}
    declared = {(id, item["check"]) for id, scheme in library.schemes.items() for item in scheme.exceptions}
    assert {(id, finding.split("`")[0]) for id, finding in listed} == declared
