"""The check finds what is wrong with a scheme, over all patients, and shows a patient for whom it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from all_cli.knowledge.problems import KnowledgeError
from all_cli.knowledge.strict_yaml import read_yaml
from all_cli.risk.check import Finding, check_scheme, located
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


SOUND = "id: a, group: bad, when: wbc >= 50; id: b, group: mild, when: wbc < 50"
STATED = 'in_use_source: {text: "Enrolled from 2001 to 2010.", cite: [smith-1996], checked: false}'


def dated(tmp_path: Path, *lines: str, id: str = "mine") -> list[str]:
    """What the check says of a sound scheme with these lines at its head, as it would of a shipped one."""
    path = tmp_path / "mine.yaml"
    text = HEAD.replace("    title: Mine\n", "    title: Mine\n" + "".join(f"    {line}\n" for line in lines))
    rules = "".join(f"      - {{{rule.strip()}, cite: [smith-1996], checked: false}}\n" for rule in SOUND.split(";"))
    path.write_text(text.replace("id: mine", f"id: {id}") + rules, encoding="utf-8")
    library = risk_library(path)
    document = read_yaml(path.read_text(encoding="utf-8"), "mine.yaml")
    found = check_scheme(library.schemes[id], library.vocabulary, dated=True)
    return [f"{located(item, document).place}: {item.message}" for item in found if item.open]


def test_years_that_their_statement_names_are_sound(tmp_path: Path) -> None:
    assert dated(tmp_path, "in_use: [2001, 2010]", STATED) == []
    assert dated(tmp_path, "in_use: [2001, null]", STATED) == []


@pytest.mark.parametrize(
    ("id", "lines", "said"),
    [
        ("mine", (), "3:5: since when the scheme was in use is not said"),
        ("mine", ("in_use: [null, null]",), "5:5: since when the scheme was in use is not said"),
        ("mine", ("in_use: [2002, 2010]", STATED), "5:5: the years of use name 2002, which their statement"),
        ("mine", ("in_use: [2001, 2011]", STATED), "5:5: the years of use name 2011, which their statement"),
        ("mine", ("in_use: [2001, null]",), "5:5: the years of use name 2001, which their statement"),
        ("mine", ("in_use: [1979, 2010]", STATED.replace("2001", "1979")), "5:5: the first year, 1979,"),
        ("mine", ("in_use: [2099, null]", STATED.replace("2001", "2099")), "5:5: the first year, 2099,"),
        ("mine-2003", ("in_use: [2001, 2010]", STATED), "5:5: in use since 2001, although it is named after 2003"),
        ("nccn-mine", ("in_use: [2001, 2010]", STATED), "3:5: a guideline says its version"),
        ("nccn-mine", ("version: second", "in_use: [2001, 2010]", STATED), "5:5: a guideline says its version"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_years_is_said_at_its_place(
    id: str, lines: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    (found,) = dated(tmp_path, *lines, id=id)
    assert found.startswith(f"mine.yaml:{said}")


@pytest.mark.parametrize("id", ["mine-2002", "mine-2001-2009", "mine-2001"])
def test_a_trial_may_open_in_the_year_before_the_earlier_one_of_its_name(id: str, tmp_path: Path) -> None:
    assert dated(tmp_path, "in_use: [2001, 2010]", STATED, id=id) == []


def test_a_declared_lack_of_years_carries_its_reason_and_is_stale_where_years_are(tmp_path: Path) -> None:
    exception = "exceptions: [{check: no-years, reason: nothing was found}]"
    assert dated(tmp_path, exception) == []
    both = exception.replace("[{", "[{check: unused-fact, fact: wbc, reason: none}, {")
    first, second = dated(tmp_path, "in_use: [2001, 2010]", STATED, both)
    assert first == "mine.yaml:7:65: no-years is declared and does not occur"
    assert second == "mine.yaml:7:18: unused-fact of wbc is declared and does not occur"


def test_a_users_own_scheme_needs_no_years(tmp_path: Path) -> None:
    assert findings(tmp_path, SOUND) == []


def test_years_that_run_backwards_are_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"mine\.yaml:5:13: the years run backwards: 2010 to 2001"):
        dated(tmp_path, "in_use: [2010, 2001]", STATED)


def test_what_is_not_encoded_is_listed_once(tmp_path: Path) -> None:
    entry = "  - {id: other, title: Other, reason: not read, cite: [smith-1996]}\n"
    with pytest.raises(KnowledgeError, match=r'mine\.yaml:14:10: "other" is listed twice'):
        findings(tmp_path, SOUND, f"not_encoded:\n{entry}{entry}")


@pytest.mark.parametrize(
    ("rules", "place"),
    [
        ("id: a, group: bad, when: wbc >= 50; id: b, group: mild, when: wbc < 49", "3:5"),
        ("id: a, group: bad, when: wbc >= 50; id: b, group: bad, when: wbc >= 60; id: c, group: mild, when: wbc < 50",
         "11:14"),
    ],
)  # fmt: skip
def test_a_finding_has_the_place_of_its_rule_or_its_scheme(rules: str, place: str, tmp_path: Path) -> None:
    [item] = findings(tmp_path, rules)
    document = read_yaml((tmp_path / "mine.yaml").read_text(encoding="utf-8"), "mine.yaml")
    assert str(located(item, document).place) == f"mine.yaml:{place}"


def test_the_documentation_lists_every_declared_exception_and_no_other(library: RiskLibrary) -> None:
    page = (Path(__file__).parents[2] / "docs" / "knowledge.md").read_text(encoding="utf-8")
    table = page[page.index("Declared at present") : page.index("## Your own schemes")]
    listed = {tuple(part.strip(" `") for part in line.split("|")[1:3]) for line in table.splitlines() if "| `" in line}
    declared = {(id, item["check"]) for id, scheme in library.schemes.items() for item in scheme.exceptions}
    assert {(id, finding.split("`")[0]) for id, finding in listed} == declared
