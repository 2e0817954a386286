"""Numbers that fit another unit better, codes of their own, dates of two readings: said, never converted."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pytest
from typer.testing import CliRunner

from all_cli.cli.risk import app
from all_cli.cohort.columns import ColumnRule, TableMapping, plans
from all_cli.cohort.doubts import doubts
from all_cli.cohort.evidence import Evidence
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
    found = view(header, cells, **options)
    return "\n".join([*found.stops, *found.doubts])


def stops(header: str, cells: Sequence[str | None], **options: object) -> bool:
    found = inspected({header: cells}, **options)
    assert bool(found.problems) == bool(found.columns[0].stops)
    return bool(found.problems)


def test_cells_are_counted_as_filled_unknown_readable_and_not() -> None:
    found = view("WBC", ["45", "45", "NA", "", None, "2300", "low", " "])
    assert (found.filled, found.unknown, found.readable, found.unreadable, found.distinct) == (5, 1, 2, 2, 4)
    assert found.examples == [("45", "45 ×10⁹/L")]
    assert {(item.text, item.cells) for item in found.unread} == {("2300", 1), ("low", 1)}


def test_an_empty_column_is_said() -> None:
    assert doubt("WBC", ["", None]) == "no cell is filled"


# --- ages -------------------------------------------------------------------------------------------------------------


def test_ages_that_look_like_days() -> None:
    said = doubt("age_at_diagnosis", ["90", "1500", "3652"])
    assert "2 of 3 numbers above 120, such as 1500: days? The others would be read as years." in said
    assert 'Say --unit "age_at_diagnosis=d"; if all are years but those, say --unit "age_at_diagnosis=y"' in said
    assert stops("age", ["90", "1500", "3652"])
    assert not stops("age", ["90", "1500", "3652"], units={"age": "d"})


def test_one_odd_age_in_many_is_named_and_no_unit_proposed_for_all() -> None:
    said = doubt("age", [*map(str, range(1, 18)), "721"])
    assert said == "721 is above 120 and no age in years; the other 17 numbers are"
    assert not stops("age", [*map(str, range(1, 18)), "721"])


def test_ages_that_look_like_months_or_days() -> None:
    assert "days or months?" in doubt("age", ["40", "121"])


def test_a_hundred_and_twenty_years_is_no_day_count() -> None:
    assert "days" not in doubt("age", ["119", "120"])


def test_days_that_look_like_years() -> None:
    assert "years, or infants in days?" in doubt("Age (days)", ["2", "3", "9", "15", "4"])
    assert stops("Age (days)", ["2", "3", "9", "15", "4"])
    assert not stops("Age (days)", ["2", "3", "9", "15", "4"], units={"Age (days)": "d"})
    assert doubt("Age (days)", ["2", "3", "9", "15", "121"]) == ""
    assert doubt("Age (days)", ["2", "3", "9", "15"]) == "", "too few to say"


def test_the_finer_of_two_ages_is_taken_and_said_and_the_coarser_has_to_agree() -> None:
    found = inspected({"age": ["10.0", "9", "7"], "Age (days)": ["3412", "3400", "4511"]})
    coarse, fine = found.columns
    assert found.problems == []
    assert coarse.doubts == [
        '"Age (days)" tells it more finely and is taken; this column has to agree within a year, and counts where '
        "nothing else tells it"
    ]
    assert fine.doubts == []
    assert fine.examples[0] == ("3412", "9.342 y")
    assert [coarse.column.rough, fine.column.rough] == [True, False]


def test_two_dates_are_finer_than_any_age() -> None:
    found = inspected({"age": ["9"], "DOB": ["2010-01-01"], "dx date": ["2019-06-01"]})
    assert '"DOB" and "dx date" tell it more finely and are taken' in found.columns[0].doubts[0]


def test_two_ages_in_one_unit_forbid_a_run() -> None:
    assert "both read as age" in inspected({"age": ["7"], "Age (years)": ["7"]}).problems[0]


# --- white cells ------------------------------------------------------------------------------------------------------


def test_a_count_that_can_be_either_waits_for_a_word_where_others_are_per_microlitre() -> None:
    said = doubt("WBC", ["45300", "8001", "900"])
    assert "2 of 3 numbers above 3000, such as 45300, can only be per uL" in said
    assert '900 can be 900 or 0.9 ×10⁹/L. Say --unit "WBC=/uL"' in said
    assert stops("WBC", ["45300", "8001", "900"])
    assert not stops("WBC", ["1000", "900"])
    assert not stops("WBC", ["45300", "8001"])


def test_no_unit_is_proposed_that_does_not_fit_every_number() -> None:
    assert "--unit" not in doubt("WBC", ["45300", "12.4", "8"])
    assert not stops("WBC", ["45300", "12.4", "8"]), "each can only be one thing"
    odd = doubt("WBC", ["45300", "900", "8"])
    assert "8 fits no count per uL" in odd
    assert "--unit" not in odd
    assert stops("WBC", ["45300", "900", "8"])


def test_one_refused_count_is_named_and_the_unit_of_the_others_proposed() -> None:
    said = doubt("WBC", ["202.4", "88", "45", "1148.5", "60"])
    assert (
        said
        == '1148.5 can be ×10⁹/L or per uL and is not read. If it is ×10⁹/L as the others are, say --unit "WBC=10^9/L"'
    )
    mapped = inspected({"WBC": ["202.4", "88", "45", "1148.5", "60"]}, units={"WBC": "10^9/L"}).columns[0]
    assert (mapped.unreadable, mapped.doubts, mapped.stops) == (0, [], [])


def test_counts_that_all_fit_both_units_wait_for_a_word() -> None:
    assert stops("WBC", ["1200", "1500", "900", "800"])
    for unit in ("/uL", "10^9/L"):
        assert not stops("WBC", ["1200", "1500", "900", "800"], units={"WBC": unit})


def test_a_count_above_a_thousand_under_a_header_with_a_unit_is_read_and_the_doubt_says_so() -> None:
    table = {"WBC (G/L)": ["12", "88", "2000", "1200"]}
    found = inspected(table)
    assert found.columns[0].doubts == [
        "1200 can be 1200 or 1.2 ×10⁹/L; it is read in the unit of the header. "
        'If so, say --unit "WBC (G/L)=10^9/L"'
    ]  # fmt: skip
    assert (found.columns[0].readable, found.columns[0].unreadable, found.problems) == (3, 1, [])
    assert "is not read" in doubt("WBC (G/L)", ["12", "88", "2000"])
    assert stops("WBC (G/L)", ["1200", "1400", "1100"]), "all of them fit both"
    assert stops("WBC (G/L)", ["12", "1200", "5000"]), "one of them can only be per uL"
    assert not stops("WBC (G/L)", ["1200", "1400", "1100"], units={"WBC (G/L)": "10^9/L"})


def test_the_option_settles_it() -> None:
    assert doubt("WBC", ["45300", "1001", "9000", "800", "12000"], units={"WBC": "/uL"}) == ""


def test_a_unit_in_the_name_that_some_counts_cannot_have() -> None:
    assert stops("WBC (10^9/L)", ["12400", "88000", "950"])
    assert not stops("WBC (10^9/L)", ["12.4", "88", "950"])


@pytest.mark.parametrize("cells", [["4.5", "12.3", "45", "3", "100"], ["4", "12", "45", "3", "100"]])
def test_cells_per_microlitre_that_look_like_giga_per_litre(cells: list[str]) -> None:
    assert '×10⁹/L? Say --unit "WBC [/uL]=10^9/L"' in doubt("WBC [/uL]", cells)
    assert stops("WBC [/uL]", cells)
    assert not stops("WBC [/uL]", cells, units={"WBC [/uL]": "10^9/L"})


def test_few_cells_per_microlitre_wait_for_a_word() -> None:
    assert stops("WBC [/uL]", ["110", "230", "450", "300", "12000"])
    assert not stops("WBC [/uL]", ["110", "230", "450", "300", "12000"], units={"WBC [/uL]": "/uL"})
    assert not stops("WBC [/uL]", ["1100", "2300", "450", "3000", "12000"])


# --- codes for missing ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "cells", "shown"),
    [
        ("WBC", ["12.4", "999", "8", "999", "999"], "999 (3 cells)"),
        ("WBC", ["12.4", "9999", "8", "9999"], "9999 (2 cells)"),
        ("age", ["4", "5", "99"], "99 (1 cell)"),
        ("MRD (%)", ["0.005", "999", "-9", "0.5", "99"], "99 (1 cell)"),
        ("months off therapy", ["3", "-99", "-99", "8"], "-99 (2 cells)"),
        ("WBC", [*["88"] * 9, "400", "12", "13", "14"], "88 (9 cells)"),
        ("LDH", ["512", "99999", "99999"], "99999 (2 cells)"),
    ],
)
def test_a_code_for_missing_that_would_be_read_as_a_value_stops_a_run(
    header: str, cells: list[str], shown: str
) -> None:
    assert f"{shown}" in doubt(header, cells)
    assert "a code for missing, or a value?" in doubt(header, cells)
    assert stops(header, cells)


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("WBC", ["99", "12", "140"]), ("WBC", ["99", "12", "14"]), ("WBC", ["88", "88", "400", "77"]),
        ("age", ["9", "9", "8", "7", "7"]), ("age", ["77", "88", "65", "92"]), ("LDH", ["999", "1200"]),
        ("months off therapy", ["-9", "-9", "3"]), ("modal_chromosomes", ["77", "46", "46", "88"]),
    ],
)  # fmt: skip
def test_an_ordinary_number_of_nines_is_no_code(header: str, cells: list[str]) -> None:
    assert not stops(header, cells)


@pytest.mark.parametrize("meant", ["unknown", "999e9/L"])
def test_a_map_file_settles_a_code_for_missing(meant: str) -> None:
    rule = ColumnRule("WBC", "wbc", values=(("999", meant),))
    assert not stops("WBC", ["12.4", "999", "8", "999"], table=TableMapping({"WBC": rule}))


# --- MRD --------------------------------------------------------------------------------------------------------------


def test_bare_mrd_numbers_are_refused_with_what_speaks_for_which_unit() -> None:
    assert "none above 1, which fits both" in doubt("MRD day 29", ["0.01", "0.5"])
    assert "1 above 1, which no fraction is" in doubt("MRD day 29", ["0.01", "1.5"])
    assert doubt("MRD day 29", ["0.01%", "5e-4", "negative", "0"]) == ""


def test_percentages_that_look_like_fractions() -> None:
    low = ["0.0001", "0.002", "0.05", "0.0003", "0.01"]
    assert "fractions, or low percentages?" in doubt("MRD day 29 (%)", low)
    assert doubt("MRD day 29 (%)", [*low, "12"]) == ""
    assert doubt("MRD day 29 (%)", low[:4]) == "", "too few to say"
    assert doubt("MRD day 29 (%)", ["0"] * 9) == "", "nothing found says nothing of the unit"


def test_marrow_blasts_without_a_unit_that_look_like_fractions_wait_for_a_word() -> None:
    cells = ["0.8", "0.02", "0.3", "0.01", "0.9"]
    assert stops("marrow day 15", cells)
    for unit in ("percent", "fraction"):
        assert not stops("marrow day 15", cells, units={"marrow day 15": unit})
    assert not stops("marrow day 15", [*cells, "30"])


def test_numbers_with_an_exponent_under_a_percent_header_are_counted_and_the_users_word_settles_them() -> None:
    cells = ["5e-04", "0.5", "12"]
    found = view("MRD day 29 (%)", cells)
    assert (found.unreadable, found.doubts[0][:27]) == (1, "1 number like 1e-04 not rea")
    chosen = view("MRD day 29 (%)", cells, units={"MRD day 29 (%)": "percent"})
    assert (chosen.unreadable, chosen.doubts, chosen.examples[0]) == (0, [], ("5e-04", "0.0005 %"))


def test_fractions_that_look_like_percentages() -> None:
    assert stops("MRD (fraction)", ["0.01", "12"])
    assert not stops("MRD (fraction)", ["12", "15"]), "none of them is read"
    assert "which no fraction is" in doubt("MRD (fraction)", ["0.01", "12"])


# --- codes ------------------------------------------------------------------------------------------------------------


def test_one_beside_two_may_not_mean_yes() -> None:
    assert "1 no, 2 yes is common" in doubt("MLL Status", ["1", "2", "1"])
    assert "1 no, 2 yes is common" in doubt("MLL Status", ["1.0", "9.0"])
    assert stops("MLL Status", ["1", "2", "1"])
    assert not stops("MLL Status", ["1", "0", "9"])
    assert doubt("MLL Status", ["1", "0", ""]) == ""


def test_a_code_beside_figures_that_name_a_status_waits_for_a_word() -> None:
    assert stops("CNS status", ["0", "1", "2"])
    assert not stops("CNS status", ["1", "2", "3", "9"])


def test_a_value_map_settles_a_code() -> None:
    rule = ColumnRule("MLL", "kmt2a_r", values=(("1", "no"), ("2", "yes")))
    found = view("MLL", ["1", "2", "1"], table=TableMapping({"MLL": rule}))
    assert (found.doubts, found.unreadable, found.examples[0]) == ([], 0, ("1", "germline"))


def test_a_minus_beside_a_plus_and_a_none() -> None:
    assert 'is read as not known, beside "+"' in doubt("CRLF2", ["+", "-"])
    assert doubt("CRLF2", ["yes", "-"]) == ""
    assert '"None" (2 cells) is read as not known' in doubt("CRLF2", ["None", "none", "yes"])
    found = view("CRLF2", ["None", "none", "yes"])
    assert (found.unknown, found.readable) == (2, 1)


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
    assert "1 number like 1.234, beside 1 number with a decimal comma: 1.234 or 1234? Say --decimal" in said
    assert stops("DNA index", ["1,16", "1.160"])
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


def test_errors_of_a_spreadsheet_are_counted_and_said() -> None:
    assert doubt("WBC", ["12", "#N/A", "#N/A", "#REF!"]).startswith(
        "3 cells with an error of a spreadsheet (#N/A, #REF!)"
    )


def test_what_the_name_of_a_column_leaves_open_is_said() -> None:
    assert "names no time point and is read as mrd_eoi" in doubt("MRD (%)", ["0.01", "12"])
    assert "day 19 is read as mrd_d15, which is day 15" in doubt("MRD day 19", ["0.05%"])
    assert doubt("MRD day 15", ["0.05%"]) == ""
    assert doubt("MRD", ["0.05%"], mapping={"MRD": "mrd_eoc"}) == ""
    assert doubt("MRD day 29", ["0.05%"]) == ""


@pytest.mark.parametrize("header", ["Risk group", "Risk_Group", "Final risk group", "risk stratum"])
def test_a_risk_group_is_never_read_and_said_to_be_compared(header: str) -> None:
    found = inspected({header: ["standard", "high", "intermediate"]}).columns[0]
    assert found.column.reads == "-"
    assert found.doubts == ["a risk group that somebody gave is not read; compare it with the result"]


def test_dates_in_the_future_and_ages_beyond_everybody_are_counted() -> None:
    found = inspected({"DOB": ["1900-01-01", "2990-01-01"], "dx date": ["2020-01-01", "2999-01-01"]})
    assert found.columns[1].doubts[0].startswith("look again, 2 rows:")


def test_parts_of_a_table_add_up_to_the_doubts_of_the_whole() -> None:
    cells = ["12.4", "999", "45300", "900", "1100", "#N/A", "12,5", "999"]
    (column,), _ = plans(["WBC"], FACTS, {})
    whole, parts = Evidence(), Evidence()
    whole.see(column, FACTS["wbc"], pl.Series(cells).unique(maintain_order=True), [1, 2, 1, 1, 1, 1, 1])
    for cell in cells:
        part = Evidence()
        part.see(column, FACTS["wbc"], pl.Series([cell]), [1])
        parts.add(part)
    assert list(doubts(column, FACTS, parts, [column])) == list(doubts(column, FACTS, whole, [column]))


@pytest.mark.parametrize("codes", [("1", "2"), ("1", "1"), ("2", "2")])
def test_codes_under_a_name_that_asks_yes_or_no_are_no_grades(codes: tuple[str, str]) -> None:
    rows = "".join(f"5,12,B,{code}\n" for code in codes)
    result = CliRunner().invoke(app, ["batch", "-"], input=f"age,wbc,lineage,CNS involvement\n{rows}")
    assert result.exit_code == 2
    assert "CNS involvement" in result.stderr
    graded = CliRunner().invoke(app, ["batch", "-"], input=f"age,wbc,lineage,CNS status\n{rows}")
    assert graded.exit_code == 0, graded.stderr
