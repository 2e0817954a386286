"""Words and units that mean the same number wherever the fact is asked for."""

from __future__ import annotations

import pytest

from all_cli.patient.patient import Patient
from all_cli.risk.library import risk_library

VOCABULARY = risk_library().vocabulary


def told(fact: str, text: str) -> str:
    patient = Patient(VOCABULARY)
    patient.tell(fact, text, fact)
    return patient.text(fact)


@pytest.mark.parametrize("unit", ["e9/L", " e9/L", " x10e9/L", " 10^9/L", " K/uL", " K/mm3", " G/L", " 10^3/mm3"])
def test_the_count_of_day_7_takes_every_unit_of_the_count_at_diagnosis(unit: str) -> None:
    assert told("wbc_d7", f"2.5{unit}") == told("wbc", f"2.5{unit}") == "2.5 ×10⁹/L"


@pytest.mark.parametrize("unit", ["/uL", "/mcL", "/mm3", " cells/uL"])
def test_a_count_in_cells_is_a_thousandth(unit: str) -> None:
    assert told("wbc_d7", f"2500{unit}") == "2.5 ×10⁹/L"


@pytest.mark.parametrize(
    ("word", "interval"),
    [
        ("near-haploid", "23–31"),
        ("near-triploid", "60–78"),
        ("low hypodiploid", "30–39"),
        ("high hyperdiploid", "51–67"),
    ],
)
def test_ploidy_in_words_is_one_interval_with_hyphen_or_blank(word: str, interval: str) -> None:
    for stem in (word, word.replace("-", " "), word.replace(" ", "-")):
        for form in (stem, f"{stem}y", stem.upper()):
            assert told("modal_chromosomes", form) == f"{interval} chromosomes"
