"""Units as laboratories write them are read behind a number as they are in a header; what is none is not guessed."""

from __future__ import annotations

import pytest

from all_cli.cohort.headers import known_unit
from all_cli.patient.reading import read_value
from all_cli.patient.unreadable import UnreadableError
from all_cli.risk.library import risk_library

FACTS = risk_library().vocabulary
WBC = FACTS["wbc"]
GIGA = [
    "x 10^3/uL", "x 10^3 / µL", "10^9/L", "x10E9/L", "K/uL", "10*3/uL", "×10³/µL", "× 10⁹/L", "·10⁹/l", "*10^9/L",
    "Tsd/µl", "Tsd./µl", "/nl", "G/l", "Gpt/L", "thou/uL", "x 10(9)/L", "x 10**9/L", "x 10^3 cells/uL", "thousand/mm³",
    "x 10^9 per liter",
]  # fmt: skip
PER_UL = ["cells/mm³", "/µl", "per microliter", "cells per µL", "/cmm", "/ cu mm"]
NONE = ["10^-9/L", "G/L?", "T/L", "lakh/uL", "x 10^3", "10^4/uL", "G/L!", "mg/L"]


@pytest.mark.parametrize("unit", GIGA)
def test_counts_in_giga_per_litre(unit: str) -> None:
    for number in ("12.3", "12,3"):
        assert read_value(WBC, f"{number} {unit}").possible == read_value(WBC, "12.3").possible
    assert read_value(WBC, f"<12.3 {unit}").possible == read_value(WBC, "<12.3").possible
    assert known_unit(WBC, unit), "a header can say it too"


@pytest.mark.parametrize("unit", PER_UL)
def test_counts_per_microlitre(unit: str) -> None:
    assert read_value(WBC, f"12300 {unit}").possible == read_value(WBC, "12.3").possible
    with pytest.raises(UnreadableError, match="310 or 310000"):
        read_value(WBC, f"310.000 {unit}")


@pytest.mark.parametrize("unit", [*NONE])
def test_what_is_no_unit_is_not_guessed(unit: str) -> None:
    with pytest.raises(UnreadableError, match="is not a unit of it"):
        read_value(WBC, f"12.3 {unit}")


@pytest.mark.parametrize("unit", ["10^-9/L", "10⁻⁹/L", "10e-9/L"])
def test_a_power_below_one_is_no_unit_of_a_header(unit: str) -> None:
    assert known_unit(WBC, unit) == ""


@pytest.mark.parametrize("cell", ["2020-03-04", "03.04.2020", "3/4/20", "Mar-20", "10-Apr", "2020-03-04 00:00:00"])
@pytest.mark.parametrize("fact", ["wbc", "age", "mrd_eoi", "modal_chromosomes"])
def test_a_date_in_a_cell_of_numbers_is_called_one(fact: str, cell: str) -> None:
    with pytest.raises(UnreadableError, match="a date, and no number; a spreadsheet makes one"):
        read_value(FACTS[fact], cell)


def test_a_range_that_runs_backwards_says_what_was_read() -> None:
    with pytest.raises(
        UnreadableError, match=r"a range from 10 down to 4, which runs backwards; if it is one, write 4-10$"
    ):
        read_value(WBC, "10-4")
    with pytest.raises(UnreadableError, match=r"for 10\^-4 write 1e-4"):
        read_value(FACTS["mrd_eoi"], "10-4")


@pytest.mark.parametrize("cell", ["12.3 x 10^-9/L", "12.3 x 10⁻⁹/L", "12.3x10-9 /L"])
def test_a_count_in_a_power_below_one_is_not_read_as_none_at_all(cell: str) -> None:
    with pytest.raises(UnreadableError, match="too little to be meant"):
        read_value(WBC, cell)
