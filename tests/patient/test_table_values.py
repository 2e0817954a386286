"""Values as registries and cBioPortal tables write them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from folded import each
from hypothesis import given
from hypothesis import strategies as st

from all_cli.patient.reading import read_value, value_text
from all_cli.patient.unreadable import UnreadableError
from all_cli.risk.library import risk_library

FACTS = risk_library().vocabulary


def said(fact: str, text: str, unit: str = "", decimal: str = "") -> str:
    possible = read_value(FACTS[fact], text, unit, decimal).possible
    return "unknown" if possible is None else value_text(FACTS[fact], possible)


@pytest.mark.parametrize(
    "text",
    [
        "B", "B-ALL", "B-Precursor", "Precursor B", "precursor b-cell ALL", "B Cell Precursor", "B-cell precursor ALL",
        "common", "Common ALL", "cALL", "pre-B", "Pre-B ALL", "pro-B", "BCP-ALL", "B-lineage",
    ],
)  # fmt: skip
def test_spellings_of_b_lineage(text: str) -> None:
    assert said("lineage", text) == "B"


@pytest.mark.parametrize(
    "text", ["T", "T Cell ALL", "T-ALL", "T-lineage ALL", "Precursor T-cell ALL", "T-cell precursor", "ETP", "ETP-ALL"]
)
def test_spellings_of_t_lineage(text: str) -> None:
    assert said("lineage", text) == "T"


@pytest.mark.parametrize("text", ["AUL", "undifferentiated", "777", "9", "null cell", "BT", "Burkitt"])
def test_a_lineage_that_is_none_of_the_three_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        said("lineage", text)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("CNS 2a", "CNS2a"), ("CNS1", "CNS1"), ("cns-3", "CNS3"), ("CNS 2", "CNS2"), ("CNS_3b", "CNS3b"),
        ("< 5 WBC with blasts", "CNS2"), ("<5 WBC/uL with blasts", "CNS2"),
    ],
)  # fmt: skip
def test_spellings_of_cns_status(text: str, read: str) -> None:
    assert said("cns", text) == read


@pytest.mark.parametrize("text", ["0", "4", "Positive", ">=5 WBC with blasts", "no blasts"])
def test_a_cns_status_that_could_be_several_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        said("cns", text)


@pytest.mark.parametrize("text", ["Positive", "POS", "Yes", "y", "Detected", "Present", "TRUE", "1", "1.0", "+"])
def test_words_for_present(text: str) -> None:
    assert said("bcr_abl1", text) == "present"


@pytest.mark.parametrize(
    "text",
    [
        "Negative", "neg", "No", "n", "Not detected", "not_detected", "undetected", "Not found", "Absent", "FALSE", "0",
        "0.0", "wildtype", "wild-type",
    ],
)  # fmt: skip
def test_words_for_absent(text: str) -> None:
    assert said("bcr_abl1", text) == "absent"


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "Unknown", "NA", "N/A", "#N/A", ".", "-", "--", "'--", "ND", "n.d.", "N/D", "not done",
        "Not Performed",
        "not_tested", "Not Reported", "not recorded", "Not evaluated", "not determined", "NK", "NaN", "<NA>", "NaT",
        "null", "(null)", "?", "pending", "failed", "Indeterminate", "equivocal", "inconclusive", "Not Applicable",
        "[Not Available]", "[Not Applicable]", "[Not Evaluated]", "[Unknown]", "missing", "TBD", "unspecified",
    ],
)  # fmt: skip
@each("fact", ["bcr_abl1", "wbc", "cns", "mrd_eoi", "age"])
def test_words_for_not_known_are_never_negative(fact: str, text: str) -> None:
    assert said(fact, text) == "unknown"


@pytest.mark.parametrize("text", ["2", "9", "99", "-9", "2.0", "possible", "no data", "weak", "10%"])
def test_what_is_neither_is_refused_and_not_guessed(text: str) -> None:
    with pytest.raises(UnreadableError):
        said("bcr_abl1", text)


@pytest.mark.parametrize("text", ["KMT2A", "MLL", "11q23", "deleted"])
def test_the_name_of_the_gene_in_place_of_yes_is_refused_and_left_to_a_value_map(text: str) -> None:
    with pytest.raises(UnreadableError):
        said("kmt2a_r", text)


# --- censored numbers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (">100", ">100 ×10⁹/L"), ("> 100", ">100 ×10⁹/L"), ("≥100", "≥100 ×10⁹/L"), (">=100", "≥100 ×10⁹/L"),
        ("100+", "≥100 ×10⁹/L"), ("100 + K/uL", "≥100 ×10⁹/L"), ("100000+/uL", "≥100 ×10⁹/L"), ("<0.1", "<0.1 ×10⁹/L"),
    ],
)  # fmt: skip
def test_a_count_cut_off_by_the_laboratory_stays_open_on_that_side(text: str, read: str) -> None:
    assert said("wbc", text) == read


def test_a_top_coded_age_stays_open_above() -> None:
    assert said("age", "85+") == said("age", "85+ years") == said("age", ">=85") == ">= 85 y"
    assert said("age", "01-04 years") == "1 to under 5 y"
    assert said("age", "00 years") == "< 1 y"


def test_a_plus_behind_a_percentage_is_a_grade_and_refused() -> None:
    for fact in ("mrd_eoi", "marrow_d15", "spleen_cm"):
        with pytest.raises(UnreadableError):
            said(fact, "2+")


# --- MRD in words with a sensitivity ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("negative", "<0.01 %"), ("MRD negative", "<0.01 %"), ("MRD-neg", "<0.01 %"), ("not detected", "0 %"),
        ("negative (sensitivity 1e-4)", "<0.01 %"), ("negative (sensitivity 10^-4)", "<0.01 %"),
        ("neg, sensitivity 10⁻⁵", "<0.001 %"), ("negative (sensitivity 1e-3)", "<0.1 %"),
        ("undetectable (sensitivity 1e-3)", "<0.1 %"), ("negative (LOD 0.001%)", "<0.001 %"),
        ("negative <0.01%", "<0.01 %"), ("Negative (<0.1%)", "<0.1 %"), ("neg (≤ 0.005%)", "≤0.005 %"),
        ("negative (1e-4)", "≤0.01 %"), ("negative at 1e-4", "≤0.01 %"),
        ("positive", ">0 %"), ("positive (0.05%)", "0.05 %"), ("positive 5e-4", "0.05 %"), ("pos (>=0.1%)", "≥0.1 %"),
        ("positive (sensitivity 1e-4)", ">0 %"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("unit", ["", "%", "fraction"])
def test_mrd_in_words_says_no_more_than_its_assay_can(text: str, read: str, unit: str) -> None:
    """The unit of the column is that of bare numbers and never of a sensitivity written as a power of ten."""
    assert said("mrd_eoi", text, unit) == read


def test_positive_below_a_figure_is_above_zero_and_below_it() -> None:
    possible = read_value(FACTS["mrd_eoi"], "positive (<1e-4)").possible
    assert possible is not None and 0.0 not in possible and 0.005 in possible and 0.01 not in possible


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("negative (>0.1%)", "contradict"), ("positive (0%)", "contradict"),
        ("negative (sensitivity 0.01)", "percent or"),
        ("positive (0.02)", "percent or"), ("negative (sensitivity 0)", "contradict"),
        ("negative (twice)", "not a number"),
        ("borderline (1e-4)", "not a number"),
    ],
)  # fmt: skip
def test_a_word_that_its_figure_contradicts_or_leaves_open_is_refused(text: str, why: str) -> None:
    with pytest.raises(UnreadableError, match=why):
        said("mrd_eoi", text)


# --- decimal comma ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fact", "text", "unit", "read"),
    [
        ("wbc", "1,5", "", "1.5 ×10⁹/L"), ("wbc", "45,000", "", "45 ×10⁹/L"),
        ("wbc", "1.234,5", "/uL", "1.2345 ×10⁹/L"),
        ("wbc", "45.000", "/uL", "45 ×10⁹/L"), ("wbc", ">100,5 G/L", "", ">100.5 ×10⁹/L"),
        ("age", "9,99", "", "9.99 y"),
        ("age", "3.652", "d", "9.999 to 10 y"), ("mrd_eoi", "<0,01%", "", "<0.01 %"),
        ("mrd_eoi", "0,01", "%", "0.01 %"),
        ("dna_index", "1,16", "", "1.16"), ("mrd_eoi", "negative", "", "<0.01 %"), ("marrow_d15", "M1", "", "<5 %"),
        ("wbc", "45e9/L", "", "45 ×10⁹/L"), ("wbc", "4,5 x10^9/L", "", "4.5 ×10⁹/L"),
    ],
)  # fmt: skip
def test_numbers_with_a_decimal_comma_if_that_is_said(fact: str, text: str, unit: str, read: str) -> None:
    assert said(fact, text, unit, "comma") == read


@pytest.mark.parametrize("text", ["1.5", "0.05", "12.34", "1.2345", "1,2,3", "1.234.56", "1,234.5"])
def test_a_number_that_is_not_written_as_was_said_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError, match="is not a number with a decimal comma"):
        said("wbc", text, "", "comma")


@pytest.mark.parametrize("text", ["1,5", "0,05", "12,34", "1.234,5"])
def test_a_comma_is_refused_where_a_point_was_said(text: str) -> None:
    with pytest.raises(UnreadableError, match="is not a number with a decimal point"):
        said("wbc", text, "", "point")


def test_thousands_with_a_comma_if_a_decimal_point_was_said() -> None:
    assert said("wbc", "45,300", "/uL", "point") == "45.3 ×10⁹/L"
    assert said("wbc", "1,234.5", "/uL", "point") == "1.2345 ×10⁹/L"


def test_a_decimal_comma_behind_thousands_points_is_refused_until_it_is_said() -> None:
    with pytest.raises(UnreadableError, match=r"Write 1234\.5; for a table say --decimal comma"):
        said("wbc", "1.234,5", "/uL")


def test_what_differs_by_the_comma_is_refused_until_it_is_said() -> None:
    with pytest.raises(UnreadableError):
        said("wbc", "2,500")
    assert said("wbc", "2,500", "", "comma") == "2.5 ×10⁹/L"


@given(
    st.text(max_size=30), st.sampled_from(["wbc", "age", "mrd_eoi", "marrow_d15", "dna_index", "cns", "kmt2a_r"]),
    st.sampled_from(["", "comma", "point"]),
)  # fmt: skip
def test_no_cell_breaks_the_reader(text: str, fact: str, decimal: str) -> None:
    with suppress(UnreadableError):
        read_value(FACTS[fact], text, "", decimal)
