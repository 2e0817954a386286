"""Side by side and what-if at their edges: whole numbers, open answers, groups that only an earlier rule excludes."""

from __future__ import annotations

from pathlib import Path

import pytest

from all_cli.logic.expression import tests as comparisons_of
from all_cli.patient.patient import Patient
from all_cli.risk.answers import answers_of
from all_cli.risk.comparison import Comparison, Row, compare
from all_cli.risk.library import RiskLibrary, risk_library
from all_cli.risk.narrowing import next_tests
from all_cli.risk.whatif import Strip, strips

SCHEME = """
  - id: {id}
    title: {id}
    published: 2026
    audience: {audience}
    population: {{when: lineage == B, text: B lineage, cite: [smith-1996], checked: false}}
    groups:
      low: {{label: Low, severity: 1}}
      middle: {{label: Middle, severity: 2}}
      high: {{label: High, severity: 3}}
    rules:
"""


def library_of_own(tmp_path: Path, **schemes: tuple[str, list[str]]) -> RiskLibrary:
    text = "schemes:"
    for id, (audience, rules) in schemes.items():
        text += SCHEME.format(id=id, audience=audience)
        text += "".join(f"      - {{{rule}, cite: [smith-1996], checked: false}}\n" for rule in rules)
    path = tmp_path / "own.yaml"
    path.write_text(text, encoding="utf-8")
    return risk_library(path)


def told(library: RiskLibrary, **facts: str) -> Patient:
    patient = Patient(library.vocabulary)
    for fact, text in facts.items():
        patient.tell(fact, text, f"--{fact}")
    patient.conclude()
    return patient


def compared(library: RiskLibrary, *ids: str, **facts: str) -> Comparison:
    patient = told(library, **facts)
    return compare(answers_of(library, patient, ids), patient, library, ids)


def row(library: RiskLibrary, **facts: str) -> Row:
    return compared(library, "own", **facts).rows[0]


COUNT = [
    "id: a, group: high, when: wbc >= 50",
    "id: b, group: middle, when: wbc >= 20",
    "id: c, group: low, when: wbc < 20",
]


def test_an_answer_is_narrowed_only_once_a_group_is_ruled_out(tmp_path: Path) -> None:
    library = library_of_own(tmp_path, own=("children", COUNT))
    assert not row(library).narrowed
    assert not row(library, lineage="B").narrowed, "who it is for is settled, every group is still open"
    assert row(library, lineage="B", wbc="20-60").narrowed


def test_a_group_that_its_own_rules_exclude_is_named_with_what_excludes_it(tmp_path: Path) -> None:
    library = library_of_own(tmp_path, own=("children", COUNT))
    [excluded] = row(library, lineage="B", wbc="20-60").excluded
    assert (excluded.group, excluded.because) == ("low", ("wbc 20–60 ×10⁹/L, so >= 20",))


def test_a_group_that_only_an_earlier_rule_keeps_away_is_not_said_to_be_excluded(tmp_path: Path) -> None:
    rules = [
        "id: a, groups: [low, middle], when: age < 10",
        "id: b, group: high, when: wbc >= 50",
        "id: c, group: low, when: wbc < 50",
    ]
    found = row(library_of_own(tmp_path, own=("children", rules)), lineage="B", age="7")
    assert found.answer.possible == ("low", "middle")
    assert found.narrowed
    assert found.excluded == ()


@pytest.mark.parametrize("audiences", [("children", "adults"), ("adults", "children"), ("children", "children")])
def test_only_schemes_for_the_same_patients_can_disagree(tmp_path: Path, audiences: tuple[str, str]) -> None:
    def at(cut: int) -> list[str]:
        return [
            f"id: a, group: high, when: wbc >= {cut}",
            f"id: b, group: middle, when: wbc < {cut} and iamp21",
            f"id: c, group: low, when: wbc < {cut} and not iamp21",
        ]

    library = library_of_own(tmp_path, first=(audiences[0], at(25)), second=(audiences[1], at(50)))
    found = compared(library, "first", "second", lineage="B", wbc="30", iamp21="no")
    sides = [(item.severe.scheme, item.mild.scheme) for item in found.disagreements]
    assert sides == ([("first", "second")] if audiences[0] == audiences[1] else [])
    assert found.different_questions == 0


def strip(library: RiskLibrary, fact: str, **facts: str) -> Strip:
    [found] = strips(library.schemes["own"], told(library, **facts), [fact])
    return found


def test_a_whole_number_flips_at_the_first_that_is_answered_otherwise(tmp_path: Path) -> None:
    rules = [
        "id: a, group: high, when: modal_chromosomes < 44",
        "id: b, group: middle, when: modal_chromosomes == 44 or modal_chromosomes <= 45",
        "id: c, group: low, when: modal_chromosomes > 45",
    ]
    found = strip(library_of_own(tmp_path, own=("children", rules)), "modal_chromosomes", lineage="B")
    assert [part.groups for part in found.parts] == [("high",), ("middle",), ("low",)]
    assert [(flip.value, flip.included) for flip in found.flips] == [(44.0, True), (46.0, True)]


def test_the_rules_shown_with_a_fact_are_those_that_ask_for_it(tmp_path: Path) -> None:
    rules = [
        "id: a, group: high, when: wbc >= 50",
        "id: b, group: middle, when: age >= 10",
        "id: c, group: low, when: wbc < 50 and age < 10",
    ]
    library = library_of_own(tmp_path, own=("children", rules))
    for fact, ids in (("wbc", ["a", "c"]), ("age", ["b", "c"]), ("lineage", ["population"])):
        found = strip(library, fact, lineage="B")
        assert [rule.id for rule in found.rules] == ids
        assert all(any(test.fact == fact for test in comparisons_of(rule.when)) for rule in found.rules)


def test_a_fact_that_narrows_only_together_with_another_is_named_apart(tmp_path: Path) -> None:
    rules = ["id: a, group: high, when: iamp21 and wbc >= 50", "id: b, group: middle, when: not iamp21 and wbc >= 50"]
    rules += ["id: c, group: middle, when: iamp21 and age >= 10", "id: d, group: high, when: not iamp21 and age >= 10"]
    rules += ["id: e, group: low, when: wbc < 50 and age < 10"]
    library = library_of_own(tmp_path, own=("children", rules))
    schemes = [library.schemes["own"]]
    found = next_tests(schemes, told(library, lineage="B", age="12"))
    assert [test.fact for test in found.tests] == []
    assert found.alone_nothing == ("wbc", "iamp21"), "neither alone: each result of the one leaves both groups"
    found = next_tests(schemes, told(library, lineage="B", age="12", iamp21="yes"))
    assert [test.fact for test in found.tests] == ["wbc"]
    assert found.alone_nothing == (), "and what is known exactly is asked no more"
