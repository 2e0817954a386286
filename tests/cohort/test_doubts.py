"""Numbers that fit another unit better, codes of their own, dates of two readings: said, never converted."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pytest

from all_cli.cohort.columns import ColumnRule, TableMapping, plans
from all_cli.cohort.inspect import ColumnView, Inspection, inspect_table
from all_cli.cohort.rows import Rows
from all_cli.risk.library import risk_library

FACTS = risk_library().vocabulary


def inspected(cells: dict[str, Sequence[str | None]], **options: object) -> Inspection:
    columns, problems = plans(list(cells), FACTS, options.pop("mapping", {}), **options)  # type: ignore[arg-type]
    frame = pl.DataFrame({name: list(column) for name, column in cells.items()}, schema=dict.fromkeys(cells, pl.String))
    return inspect_table(columns, [Rows(frame)], FACTS, problems)


def view(header: str, cells: Sequence[str | None], **options: object) -> ColumnView:
    return inspected({header: cells}, **options).columns[0]


def doubt(header: str, cells: Sequence[str | None], **options: object) -> str:
    return "\n".join(view(header, cells, **options).doubts)


def test_cells_are_counted_as_filled_unknown_readable_and_not() -> None:
    found = view("WBC", ["45", "45", "NA", "", None, "45300", "low", " "])
    assert (found.filled, found.unknown, found.readable, found.unreadable, found.distinct) == (5, 1, 2, 2, 4)
    assert found.examples == [("45", "45 ×10⁹/L")]
    assert {(item.text, item.cells) for item in found.unread} == {("45300", 1), ("low", 1)}


def test_an_empty_column_is_said() -> None:
    assert doubt("WBC", ["", None]) == "no cell is filled"


# --- ages -------------------------------------------------------------------------------------------------------------


def test_ages_that_look_like_days() -> None:
    said = doubt("age_at_diagnosis", ["90", "1500", "3652"])
    assert '2 of 3 numbers above 120: days? The others would be read as years. Say --unit "age_at_diagnosis=d"' in said


def test_ages_that_look_like_months_or_days() -> None:
    assert "days or months?" in doubt("age", ["40", "121"])


def test_a_hundred_and_twenty_years_is_no_day_count() -> None:
    assert "days" not in doubt("age", ["119", "120"])


def test_days_that_look_like_years() -> None:
    assert "years, or infants in days?" in doubt("Age (days)", ["2", "3", "9", "15", "4"])
    assert doubt("Age (days)", ["2", "3", "9", "15", "121"]) == ""
    assert doubt("Age (days)", ["2", "3", "9", "15"]) == "", "too few to say"


def test_whole_years_beside_a_column_of_days() -> None:
    found = inspected({"age": ["7", "9"], "Age (days)": ["2600", "3400"]}, mapping={"Age (days)": "-"})
    assert '"Age (days)" is finer: --map "age=-" --map "Age (days)=age"' in found.columns[0].doubts[0]
    exact = inspected({"age": ["7.12", "9"], "Age (days)": ["2600", "3400"]}, mapping={"Age (days)": "-"})
    assert exact.columns[0].doubts == []


def test_whole_years_beside_two_dates_contradict_them() -> None:
    found = inspected({"age": ["9"], "DOB": ["2010-01-01"], "dx date": ["2019-06-01"]})
    assert "such rows come back as invalid" in found.columns[0].doubts[0]


def test_two_age_columns_forbid_a_run() -> None:
    assert "both read as age" in inspected({"age": ["7"], "Age (days)": ["2600"]}).problems[0]


# --- white cells ------------------------------------------------------------------------------------------------------


def test_white_cells_that_look_like_cells_per_microlitre() -> None:
    said = doubt("WBC", ["45300", "1001", "900"])
    assert '2 of 3 numbers above 1000: cells per uL? The other 1 would be read as ×10⁹/L. Say --unit "WBC=/uL"' in said
    assert "cells per uL" not in doubt("WBC", ["1000", "900"])


def test_the_option_settles_it() -> None:
    assert doubt("WBC", ["45300", "1001", "9000", "800", "12000"], units={"WBC": "/uL"}) == ""


@pytest.mark.parametrize("cells", [["4.5", "12.3", "45", "3", "100"], ["4", "12", "45", "3", "100"]])
def test_cells_per_microlitre_that_look_like_giga_per_litre(cells: list[str]) -> None:
    assert '×10⁹/L rather than cells per uL? --unit "WBC [/uL]=10^9/L"' in doubt("WBC [/uL]", cells)


# --- MRD --------------------------------------------------------------------------------------------------------------


def test_bare_mrd_numbers_are_refused_with_what_speaks_for_which_unit() -> None:
    assert "none above 1, which fits both" in doubt("MRD day 29", ["0.01", "0.5"])
    assert "1 above 1, which no fraction is" in doubt("MRD day 29", ["0.01", "1.5"])
    assert doubt("MRD day 29", ["0.01%", "5e-4", "negative", "0"]) == ""


def test_percentages_that_look_like_fractions() -> None:
    low = ["0.0001", "0.002", "0.05", "0.0003", "0.01"]
    assert "fractions, or low percentages?" in doubt("MRD (%)", low)
    assert doubt("MRD (%)", [*low, "12"]) == ""
    assert doubt("MRD (%)", low[:4]) == "", "too few to say"
    assert doubt("MRD (%)", ["0"] * 9) == "", "nothing found says nothing of the unit"


def test_fractions_that_look_like_percentages() -> None:
    assert "which no fraction is" in doubt("MRD (fraction)", ["0.01", "12"])


# --- codes ------------------------------------------------------------------------------------------------------------


def test_one_beside_two_may_not_mean_yes() -> None:
    assert "1 no, 2 yes is common" in doubt("MLL Status", ["1", "2", "1"])
    assert "1 no, 2 yes is common" in doubt("MLL Status", ["1.0", "9.0"])
    assert doubt("MLL Status", ["1", "0", ""]) == ""


def test_a_value_map_settles_a_code() -> None:
    rule = ColumnRule("MLL", "kmt2a_r", values=(("1", "no"), ("2", "yes")))
    found = view("MLL", ["1", "2", "1"], table=TableMapping({"MLL": rule}))
    assert (found.doubts, found.unreadable, found.examples[0]) == ([], 0, ("1", "germline"))


def test_a_minus_beside_a_plus_and_a_none() -> None:
    assert 'is read as not known, beside "+"' in doubt("CRLF2", ["+", "-"])
    assert doubt("CRLF2", ["yes", "-"]) == ""
    assert '"None" (2 cells) is read as absent' in doubt("CRLF2", ["None", "none", "yes"])


# --- dates and decimals -----------------------------------------------------------------------------------------------


def test_dates_of_two_readings_are_counted_with_what_speaks_for_which() -> None:
    table = {"DOB": ["03/04/2010", "25/04/2010", "2010-01-01"], "dx date": ["2019-01-01"] * 3}
    (said,) = inspected(table).columns[0].doubts
    assert said.startswith("1 date that can be read day first or month first, not read; 1 can only be day first (dmy)")
    assert inspected(table, date_order="dmy").columns[0].doubts == []
    assert inspected(table, date_order="mdy").columns[0].doubts == ["1 date no day when read mdy"]


def test_swapped_dates_are_counted() -> None:
    found = inspected({"DOB": ["2019-01-01", "2010-01-01"], "dx date": ["2010-01-01", "2019-01-01"]})
    assert found.columns[1].doubts[0].startswith("1 row with dates that give no age")


def test_decimal_commas_are_counted_with_what_would_be_read_wrong() -> None:
    said = doubt("LDH", ["512,5", "1.234"])
    assert (
        "1 number with a decimal comma, and 1 like 1.234, read as one and a fraction; if all are: --decimal comma"
        in said
    )
    assert doubt("LDH", ["512,5", "1.234"], decimal="comma") == ""


# --- the rest ---------------------------------------------------------------------------------------------------------


def test_what_is_left_alone_is_told_with_what_it_is_near() -> None:
    found = inspected({"WBC at relapse": ["3"], "hospital": ["x"]})
    assert [column.close_to for column in found.columns] == ["wbc", ""]


def test_rows_spoiled_as_a_whole_are_counted_and_not_read() -> None:
    columns, _ = plans(["WBC"], FACTS, {})
    rows = Rows(pl.DataFrame({"WBC": ["45", "bad"]}))
    rows.rejected = {1: "the row has 2 cells for 1 column"}
    found = inspect_table(columns, [rows], FACTS)
    assert (found.rows, found.spoiled, found.columns[0].filled) == (2, 1, 1)


def test_many_distinct_texts_are_counted_in_flat_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("all_cli.cohort.inspect._HELD", 10)
    columns, _ = plans(["WBC"], FACTS, {})
    stretches = [Rows(pl.DataFrame({"WBC": [str(first + n) for n in range(7)]})) for first in (1, 8, 15, 22, 1)]
    (found,) = inspect_table(columns, stretches, FACTS).columns
    assert (found.filled, found.readable, found.many) == (35, 35, True)
    assert 10 <= found.distinct <= 28
