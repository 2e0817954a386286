"""The check at its edges: patients who cannot exist, groups without an order, worse values from either side."""

from __future__ import annotations

from pathlib import Path

from all_cli.logic.values import NumberSet
from all_cli.risk.check import Finding, check_scheme
from all_cli.risk.library import risk_library

HEAD = """
schemes:
  - id: mine
    title: Mine
    published: 2026
    audience: children
    population: {when: age >= 1, text: from the first birthday, cite: [smith-1996], checked: false}
    groups:
"""


def findings(tmp_path: Path, groups: dict[str, int | None], *rules: str) -> list[Finding]:
    lines = [
        f"      {id}: {{label: {id}{'' if severity is None else f', severity: {severity}'}}}"
        for id, severity in groups.items()
    ]
    lines += ["    rules:", *(f"      - {{{rule}, cite: [smith-1996], checked: false}}" for rule in rules), ""]
    path = tmp_path / "mine.yaml"
    path.write_text(HEAD + "\n".join(lines), encoding="utf-8")
    library = risk_library(path)
    return check_scheme(library.schemes["mine"], library.vocabulary)


def of_kind(found: list[Finding], check: str) -> list[Finding]:
    return [item for item in found if item.check == check]


def test_no_milder_group_is_seen_where_no_patient_can_be(tmp_path: Path) -> None:
    """An early T-precursor leukaemia is never of B lineage: whatever stands there is no answer to compare with."""
    found = findings(
        tmp_path,
        {"mild": 1, "bad": 2, "worst": 3},
        "id: a, group: bad, when: iamp21 and wbc < 50",
        "id: b, group: bad, when: iamp21 and etp and lineage == T",
        "id: c, group: worst, when: iamp21",
        "id: d, group: mild, when: not iamp21",
    )
    assert of_kind(found, "direction") == []


def test_two_groups_of_one_severity_contradict_nobody(tmp_path: Path) -> None:
    found = findings(
        tmp_path,
        {"mild": 1, "bad": 2, "as-bad": 2},
        "id: a, group: bad, when: wbc >= 50",
        "id: b, group: as-bad, when: iamp21",
        "id: c, group: mild, when: wbc < 50",
    )
    assert of_kind(found, "overlap") == []


def test_each_worse_value_is_compared_with_the_one_below_it_and_a_fact_is_named_once(tmp_path: Path) -> None:
    found = findings(
        tmp_path,
        {"mild": 1, "bad": 2, "worst": 3},
        "id: a, group: worst, when: wbc < 50",
        "id: b, group: bad, when: wbc < 100",
        "id: c, group: mild, when: wbc >= 100",
    )
    [item] = of_kind(found, "direction")
    assert item.fact == "wbc"
    assert item.message == '"wbc" 50 gives a milder group than < 50'
    assert item.witness["wbc"] == NumberSet.point(50)


def test_groups_without_an_order_have_no_direction(tmp_path: Path) -> None:
    found = findings(
        tmp_path, {"a": None, "b": 1}, "id: a, group: b, when: wbc < 50", "id: b, group: a, when: wbc >= 50"
    )
    assert of_kind(found, "direction") == []


def test_a_rule_that_leaves_two_groups_is_milder_only_if_the_graver_of_them_is(tmp_path: Path) -> None:
    def below_50(group: str) -> list[str]:
        found = findings(
            tmp_path,
            {"mild": 1, "bad": 2, "worst": 3},
            "id: a, group: worst, when: age < 2",
            f"id: b, group: {group}, when: wbc < 50",
            "id: c, groups: [mild, bad], when: wbc >= 50",
        )
        return [item.fact for item in of_kind(found, "direction")]

    assert below_50("worst") == ["wbc"]
    assert below_50("bad") == []
