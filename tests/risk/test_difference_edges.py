"""What a difference says of either side: the rule or population that decides, the order before and after, the years."""

from __future__ import annotations

from pathlib import Path

from all_cli.risk.difference import Difference, SchemeDifference, difference
from all_cli.risk.library import library_of

SCHEME = """
schemes:
  - id: own
    title: Own
    published: 2026
    audience: children
    population: {when: POPULATION, text: whom it is for, cite: [smith-1996], checked: false}
    groups: {low: {label: Low, severity: 1}, high: {label: High, severity: 2}}
    rules:
"""
RULES = ("id: a, group: high, when: wbc >= 50", "id: b, group: high, when: iamp21", "id: c, group: low, when: wbc < 50")


def different(tmp_path: Path, before: str, after: str) -> SchemeDifference:
    libraries = []
    for name, text in (("before", before), ("after", after)):
        path = tmp_path / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        libraries.append(library_of(path))
    found: Difference = difference(*libraries)
    [scheme] = found.schemes
    return scheme


def own(*rules: str, population: str = "lineage == B", extra: str = "") -> str:
    lines = "".join(f"      - {{{rule}, cite: [smith-1996], checked: false}}\n" for rule in rules)
    return SCHEME.replace("POPULATION", population) + lines + extra


def test_a_patient_who_leaves_the_population_is_let_out_by_it_and_was_in_by_a_rule(tmp_path: Path) -> None:
    found = different(tmp_path, own(*RULES), own(*RULES, population="lineage == B and age >= 1"))
    for move in found.moves:
        assert move.after == ("not-applicable",)
        for was, now in move.deciders:
            assert was.id in ("a", "b", "c")
            assert was.text == {"a": "wbc >= 50", "b": "iamp21", "c": "wbc < 50"}[was.id]
            assert (now.id, now.text) == ("population", "not (lineage == B and age >= 1)")
    assert {move.before for move in found.moves} == {("high",), ("low",)}


def test_where_no_rule_holds_nothing_is_left_to_check(tmp_path: Path) -> None:
    found = different(tmp_path, own(*RULES), own(*RULES[:2], "id: c, group: low, when: wbc < 40"))
    [move] = found.moves
    assert (move.before, move.after) == (("low",), ("unclassified",))
    [(was, now)] = move.deciders
    assert (was.id, was.checked) == ("c", False)
    assert (now.id, now.text, now.cite, now.checked) == ("", "no rule holds", (), True)


def test_another_order_is_shown_as_it_was_and_as_it_is(tmp_path: Path) -> None:
    found = different(tmp_path, own(*RULES), own(RULES[1], RULES[0], RULES[2]))
    [change] = [change for change in found.changes if change.field == "order of rules"]
    assert (change.before, change.after) == ("a, b, c", "b, a, c")
    assert found.moves == (), "both lead to the same group"
