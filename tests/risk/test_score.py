"""Schemes that are a score with bands give the same kind of answer as schemes of rules, and are as exact."""

from __future__ import annotations

from pathlib import Path

import pytest

from all_cli.knowledge.problems import KnowledgeError
from all_cli.patient.patient import Patient
from all_cli.risk.library import risk_library
from all_cli.risk.verdict import judge

SCORE = """
schemes:
  - id: points
    title: Points
    published: 2026
    audience: children
    population: {when: age >= 1, text: all, cite: [smith-1996], checked: false}
    groups: {low: {label: Low, severity: 1}, middle: {label: Middle, severity: 2}, high: {label: High, severity: 3}}
    score:
      - {id: age, points: 1, when: age >= 10, cite: [smith-1996], checked: false}
      - {id: wbc, points: 2, when: wbc >= 50, cite: [smith-1996], checked: false}
      - {id: iamp21, points: 3, when: iamp21, cite: [smith-1996], checked: false}
    bands:
      - {id: low, group: low, to: 1, cite: [smith-1996], checked: false}
      - {id: middle, group: middle, from: 2, to: 3, cite: [smith-1996], checked: false}
      - {id: high, group: high, from: 4, cite: [smith-1996], checked: false}
"""


@pytest.mark.parametrize(
    ("facts", "possible"),
    [
        ({"age": "5", "wbc": "10", "iamp21": "no"}, {"low"}),
        ({"age": "10", "wbc": "10", "iamp21": "no"}, {"low"}),
        ({"age": "9.9", "wbc": "50", "iamp21": "no"}, {"middle"}),
        ({"age": "10", "wbc": "50", "iamp21": "no"}, {"middle"}),
        ({"age": "5", "wbc": "49.9", "iamp21": "yes"}, {"middle"}),
        ({"age": "10", "wbc": "49.9", "iamp21": "yes"}, {"high"}),
        ({"age": "10", "wbc": "50", "iamp21": "yes"}, {"high"}),
        ({"age": "10", "wbc": "50"}, {"middle", "high"}),
        ({"age": "5"}, {"low", "middle", "high"}),
        ({"age": "5", "wbc": "10"}, {"low", "middle"}),
    ],
)
def test_points_are_summed_and_unknown_terms_leave_what_they_can(
    facts: dict[str, str], possible: set[str], tmp_path: Path
) -> None:
    path = tmp_path / "points.yaml"
    path.write_text(SCORE, encoding="utf-8")
    library = risk_library(path)
    patient = Patient(library.vocabulary)
    for fact, text in facts.items():
        patient.tell(fact, text, fact)
    patient.conclude()
    scheme = library.schemes["points"]
    assert scheme.kind == "score"
    assert set(judge(scheme, patient).possible) == possible


def test_a_scheme_of_both_kinds_or_of_a_score_without_bands_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "points.yaml"
    path.write_text(SCORE[: SCORE.index("    bands:")], encoding="utf-8")
    with pytest.raises(KnowledgeError, match="either"):
        risk_library(path)
