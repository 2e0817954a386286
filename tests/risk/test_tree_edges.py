"""Whole numbers on the branches of a tree: open at an end, alone, or from one to another."""

from __future__ import annotations

import pytest

from all_cli.logic.axis import Axis
from all_cli.logic.values import NumberSet
from all_cli.patient.patient import Patient
from all_cli.risk.answers import answers_of
from all_cli.risk.library import RiskLibrary
from all_cli.risk.tree import range_text

CHROMOSOMES = Axis.of_number("modal_chromosomes", [24, 44], NumberSet.between(None, None), whole=True)


@pytest.mark.parametrize(
    ("mask", "text"),
    [
        (0b00001, "<= 23"),
        (0b00010, "24"),
        (0b00100, "25–43"),
        (0b00110, "24–43"),
        (0b10000, ">= 45"),
        (0b00011, "<= 24"),
    ],
)
def test_a_branch_of_whole_numbers_says_from_where_to_where(library: RiskLibrary, mask: int, text: str) -> None:
    assert range_text(library.vocabulary["modal_chromosomes"], CHROMOSOMES, mask) == f"{text} chromosomes"


@pytest.mark.parametrize("age", ["0.5", "7", "12", "30"])
def test_the_scheme_that_answers_first_stands_first(library: RiskLibrary, age: str) -> None:
    patient = Patient(library.vocabulary)
    for fact, text in {"age": age, "lineage": "B", "wbc": "20"}.items():
        patient.tell(fact, text, f"--{fact}")
    patient.conclude()
    answers = answers_of(library, patient)
    assert len(answers.applicable) > 1
    assert answers.ids[0] == answers.applicable[0] == answers.primary
