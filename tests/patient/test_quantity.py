from __future__ import annotations

import math

import pytest
from folded import each

from all_cli.knowledge.documents import document_of
from all_cli.knowledge.files import FACTS
from all_cli.knowledge.vocabulary import vocabulary_in
from all_cli.logic.values import NumberSet
from all_cli.patient.quantity import parse_quantity
from all_cli.patient.reading import Reading, read_value
from all_cli.patient.unreadable import UnreadableError

VOCABULARY = vocabulary_in(document_of(FACTS))
GIGA = [unit for unit, factor in VOCABULARY["wbc"].units.items() if factor == "1"]
PER_UL = [unit for unit, factor in VOCABULARY["wbc"].units.items() if factor == "1/1000"]


def read(fact: str, text: str, unit: str = "") -> Reading:
    return read_value(VOCABULARY[fact], text, unit)


def number(fact: str, text: str, unit: str = "") -> float | None:
    possible = read(fact, text, unit).possible
    assert isinstance(possible, NumberSet)
    return possible.single


def interval(fact: str, text: str, unit: str = "") -> str:
    """The one interval as mathematics writes it."""
    possible = read(fact, text, unit).possible
    assert isinstance(possible, NumberSet)
    (((low, low_edge), (high, high_edge)),) = possible.spans
    return f"{'(' if low_edge else '['}{low:g}, {high:g}{')' if high_edge else ']'}"


def refusal(fact: str, text: str, unit: str = "") -> str:
    with pytest.raises(UnreadableError) as caught:
        read(fact, text, unit)
    return str(caught.value)


# --- white cell count -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "45", "45e9/L", "45000/uL", "45 K/uL", "45 G/L", "45,000/uL", "45.0", "45,0", "45000 cells/uL", "45×10⁹/L",
        "45 ×10⁹/L", "45x10^9/L", "45×10^3/µL", "45000/µL", "45000/μL", "45000 / uL", "4.5e4/uL", "=45", " 45 ",
        "45 ×10^9/L", "45000/mm3", "45k", "45K", "0.45e2", "+45", "45 thousand/uL", "45e9 /L",
    ],
)  # fmt: skip
def test_white_count_of_45_in_every_common_spelling(text: str) -> None:
    assert number("wbc", text) == 45.0


@pytest.mark.parametrize("unit", GIGA)
def test_every_spelling_of_giga_per_litre(unit: str) -> None:
    assert number("wbc", f"45 {unit}") == 45.0
    assert number("wbc", f"45 {unit.upper()}") == 45.0
    assert number("wbc", "45", unit) == 45.0


@pytest.mark.parametrize("unit", PER_UL)
def test_every_spelling_of_per_microlitre(unit: str) -> None:
    assert number("wbc", f"45000 {unit}") == 45.0
    assert number("wbc", f"45,000{unit}") == 45.0
    assert number("wbc", "45000", unit) == 45.0


def test_no_spelling_of_a_unit_is_forgotten() -> None:
    assert {*GIGA, *PER_UL, "/l"} == set(VOCABULARY["wbc"].units)
    assert number("wbc", "45000000000 /L") == 45.0


@pytest.mark.parametrize(
    ("text", "count"), [("50000/uL", 50), ("50,000/uL", 50), ("49999/uL", 49.999), ("50001/uL", 50.001)]
)
def test_a_count_written_on_the_cut_off_is_on_the_cut_off(text: str, count: float) -> None:
    assert number("wbc", text) == count


@pytest.mark.parametrize("text", ["1001", "1000.5", "3000", "2,500", ">2000", "<3000", "100-45000"])
def test_a_bare_white_count_above_1000_is_refused(text: str) -> None:
    assert "a bare number above 1000" in refusal("wbc", text)


def test_the_refusal_names_both_readings() -> None:
    assert refusal("wbc", "1100") == (
        'wbc "1100": a bare number above 1000. 1.1 ×10⁹/L? write 1.1 or 1100/uL; 1100 ×10⁹/L? write 1100e9/L'
    )


@pytest.mark.parametrize("text", ["1000", "999.9"])
def test_up_to_1000_a_bare_white_count_is_taken(text: str) -> None:
    assert number("wbc", text) == float(text.replace(",", ""))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (">100", "(100, 5000]"), ("> 100", "(100, 5000]"), ("<50", "[0, 50)"), ("<=50", "[0, 50]"), ("≤50", "[0, 50]"),
        (">=50", "[50, 5000]"), ("≥ 50", "[50, 5000]"), (">100000/uL", "(100, 5000]"), ("less than 50", "[0, 50)"),
        ("under 50", "[0, 50)"), ("below 50", "[0, 50)"), ("more than 50", "(50, 5000]"), ("over 50", "(50, 5000]"),
        ("greater than 50", "(50, 5000]"), ("at least 50", "[50, 5000]"), ("20-50", "[20, 50]"),
        ("20 to 50", "[20, 50]"),
        ("20..50", "[20, 50]"), ("20–50", "[20, 50]"), ("20,000-50,000/uL", "[20, 50]"),
    ],
)  # fmt: skip
def test_comparisons_and_ranges(text: str, meant: str) -> None:
    assert interval("wbc", text) == meant


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("50-20", "a range from 50 down to 20, which runs backwards; if it is one, write 20-50"),
        ("<20-50", "a comparison sign and a range together"),
        ("-3", "outside what can exist (0 to 5000 ×10⁹/L)"),
        ("5001 G/L", "outside what can exist"),
        (">5000 G/L", "outside what can exist"),
        ("<0", "outside what can exist"),
        ("45 mg", '"mg" is not a unit of it; write for example 45 or 45e9/L or 45000/uL'),
        ("45 %", '"%" is not a unit of it'),
        ("1.2.3", "is not a unit of it"),
        ("high", "not a number; write for example"),
        ("~45", "not a number"),
        ("45?", "is not a unit"),
    ],
)
def test_a_count_that_cannot_be_read_says_why(text: str, sentence: str) -> None:
    said = refusal("wbc", text)
    assert sentence in said
    assert said.startswith(f'wbc "{text}": ')


def test_an_unknown_unit_from_a_column_is_refused() -> None:
    assert '"mg" is not a unit of it' in refusal("wbc", "45", "mg")


def test_the_unit_in_the_cell_outweighs_that_of_the_column() -> None:
    assert number("wbc", "45 G/L", "/ul") == 45.0


@pytest.mark.parametrize(
    ("text", "value"), [("4,5", 4.5), ("45,50", 45.5), ("1,234,567/uL", 1234.567), ("12,345.5/uL", 12.3455)]
)
def test_decimal_comma_and_thousands_comma(text: str, value: float) -> None:
    assert number("wbc", text) == value


@pytest.mark.parametrize("text", ["0", "0.05", "0.045", "1600 G/L"])
def test_an_implausible_count_is_read_with_a_warning(text: str) -> None:
    assert "is outside the usual range (0.1 to 1500 ×10⁹/L); is it meant?" in read("wbc", text).warning


@pytest.mark.parametrize("text", ["0.1", "45", "1500 G/L", ">1500 G/L", "<0.1"])
def test_a_plausible_count_has_no_warning(text: str) -> None:
    assert read("wbc", text).warning == ""


# --- minimal residual disease -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "percent"),
    [
        ("0.05%", 0.05), ("0.05 %", 0.05), ("0.05 percent", 0.05), ("5e-4", 0.05), ("5E-4", 0.05), ("1e-4", 0.01),
        ("10^-4", 0.01), ("5x10^-4", 0.05), ("5 × 10^-4", 0.05), ("5*10^-4", 0.05), ("1e-4%", 0.0001),
        ("0,05%", 0.05), ("0.0005 fraction", 0.05), ("100%", 100.0), ("1e0", 100.0), ("0", 0.0), ("0.0", 0.0),
        ("0%", 0.0), ("0.01%", 0.01), ("0.1%", 0.1), ("undetectable", 0.0), ("Not detected", 0.0),
    ],
)  # fmt: skip
def test_residual_disease_in_percent(text: str, percent: float) -> None:
    assert number("mrd_eoi", text) == percent


@pytest.mark.parametrize("fact", ["mrd_d8_pb", "mrd_d15", "mrd_eoi", "mrd_eoc", "mrd_reinduction"])
@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("<0.01%", "[0, 0.01)"), ("<1e-4", "[0, 0.01)"), ("<10^-4", "[0, 0.01)"), ("≤0.01%", "[0, 0.01]"),
        (">=0.01%", "[0.01, 100]"), (">1e-4", "(0.01, 100]"), ("0.01-0.1%", "[0.01, 0.1]"), ("negative", "[0, 0.01)"),
        ("NEG", "[0, 0.01)"), ("positive", "(0, 100]"), ("detectable", "(0, 100]"), ("less than 0.01%", "[0, 0.01)"),
    ],
)  # fmt: skip
def test_residual_disease_as_an_interval(fact: str, text: str, meant: str) -> None:
    assert interval(fact, text) == meant


@pytest.mark.parametrize("fact", ["mrd_d8_pb", "mrd_d15", "mrd_eoi", "mrd_eoc", "mrd_reinduction"])
@pytest.mark.parametrize("text", ["0.02", "0.0001", "<0.01", "1", "0,05", "5", "0-0.01"])
def test_bare_residual_disease_is_refused(fact: str, text: str) -> None:
    assert "percent or fraction? A bare number is not read" in refusal(fact, text)


def test_the_refusal_of_bare_residual_disease_names_both_readings() -> None:
    assert refusal("mrd_eoi", "<0.02") == (
        'mrd_eoi "<0.02": percent or fraction? A bare number is not read. If it is percent, write <0.02%; '
        "if it is a fraction, write <2%"
    )
    assert refusal("mrd_eoi", "5").endswith("If it is percent, write 5%"), "5 cannot be a fraction"


@pytest.mark.parametrize(
    ("text", "unit", "percent"),
    [
        ("0.02", "%", 0.02), ("0.0002", "fraction", 0.02), ("5e-4", "fraction", 0.05),
        ("0.05%", "fraction", 0.05), ("1", "fraction", 100.0), ("0", "fraction", 0.0),
    ],
)  # fmt: skip
def test_the_unit_of_option_or_column_makes_a_bare_number_readable(text: str, unit: str, percent: float) -> None:
    assert number("mrd_eoi", text, unit) == percent


@pytest.mark.parametrize(
    ("text", "unit", "sentence"),
    [
        ("2", "fraction", "a fraction cannot be above 1"),
        ("1e1", "", "a fraction cannot be above 1"),
        ("101%", "", "outside what can exist (0 to 100 %)"),
        ("-1%", "", "outside what can exist"),
        ("<0%", "", "outside what can exist"),
        ("0.05 g/L", "", '"g/l" is not a unit of it; write % or a fraction such as 5e-4'),
        ("0.05", "ppm", '"ppm" is not a unit of it'),
        ("negatve", "", 'did you mean "negative"'),
    ],
)
def test_residual_disease_that_cannot_be_read_says_why(text: str, unit: str, sentence: str) -> None:
    assert sentence in refusal("mrd_eoi", text, unit)


# --- marrow, prednisone response, chromosomes, weeks ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fact", "text", "meant"),
    [
        ("marrow_eoi", "M1", "[0, 5)"), ("marrow_eoi", "M2", "[5, 25]"), ("marrow_d15", "m3", "(25, 100]"),
        ("marrow_eoi", "3", "[3, 3]"), ("marrow_eoi", "25%", "[25, 25]"), ("marrow_eoi", "<5", "[0, 5)"),
        ("d8_blasts", "PGR", "[0, 1000)"), ("d8_blasts", "poor response", "[1000, 5e+06]"),
        ("d8_blasts", "1000", "[1000, 1000]"),
        ("d8_blasts", "1 G/L", "[1000, 1000]"), ("d8_blasts", "<1000/uL", "[0, 1000)"),
        ("modal_chromosomes", "51-65", "[51, 65]"), ("modal_chromosomes", "54 chromosomes", "[54, 54]"),
        ("modal_chromosomes", "high hyperdiploidy", "[51, 67]"), ("modal_chromosomes", "<44", "[20, 43]"),
        ("modal_chromosomes", "<=44", "[20, 44]"), ("modal_chromosomes", ">50", "[51, 200]"),
        ("modal_chromosomes", "near haploid", "[23, 31]"), ("dna_index", "<0.81", "[0.3, 0.81)"),
        ("dna_index", "1.16", "[1.16, 1.16]"),
        ("weeks_to_cr", "4", "[4, 4]"), ("weeks_to_cr", "5 weeks", "[5, 5]"), ("weeks_to_cr", "28 days", "[4, 4]"),
        ("weeks_to_cr", "35 d", "[5, 5]"), ("months_to_relapse", "3 years", "[36, 36]"),
        ("months_to_relapse", "18 mo", "[18, 18]"),
        ("months_off_therapy", "-6", "[-6, -6]"),
    ],
)  # fmt: skip
def test_other_numbers(fact: str, text: str, meant: str) -> None:
    if (fact, text) == ("modal_chromosomes", "near haploid"):
        text = "near-haploid"
    assert interval(fact, text) == meant


def test_half_a_chromosome_does_not_exist() -> None:
    assert "outside what can exist" in refusal("modal_chromosomes", "54.5")
    assert "outside what can exist" in refusal("modal_chromosomes", "19")


@pytest.mark.parametrize("fact", [fact for fact in VOCABULARY.facts.values() if fact.words], ids=lambda fact: fact.id)
def test_every_word_of_the_vocabulary_reads_as_its_interval(fact) -> None:  # type: ignore[no-untyped-def]
    for word, spans in fact.words.items():
        possible = read_value(fact, word.upper()).possible
        assert isinstance(possible, NumberSet)
        for (low, low_in, high, high_in), (start, end) in zip(spans, possible.spans, strict=True):
            assert start == (low if low is not None else fact.hard[0], 0 if low_in else 1)
            assert end == (high if high is not None else fact.hard[1], 0 if high_in else -1)


@each("fact", VOCABULARY.facts.values())
def test_every_example_in_the_vocabulary_reads(fact) -> None:  # type: ignore[no-untyped-def]
    for example in fact.examples:
        assert read_value(fact, example).possible


def test_a_quantity_knows_its_parts() -> None:
    quantity = parse_quantity("<= 1,5e3 cells/µL")
    assert quantity is not None
    assert (quantity.sign, float(quantity.low), quantity.unit, quantity.exponent) == ("<=", 1500.0, "cells/uL", True)
    assert parse_quantity("none") is None
    assert math.isclose(float(parse_quantity("2x10^-5").low), 2e-5)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("fact", "text", "value"),
    [
        ("mrd_eoi", "0,010%", 0.01),
        ("mrd_eoi", "1,5%", 1.5),
        ("d8_blasts", "0,500 G/L", 500.0),
        ("wbc", "45,000/uL", 45.0),
        ("wbc", "45,000 K/uL", 45.0),
        ("wbc", "1,234,000/uL", 1234.0),
    ],
)
def test_a_comma_is_read_as_what_can_be_meant(fact: str, text: str, value: float) -> None:
    assert number(fact, text) == value


@pytest.mark.parametrize(
    ("fact", "text"), [("d8_blasts", "1,250"), ("wbc", "1,250 G/L"), ("wbc", "2,500"), ("wbc", "1,000")]
)
def test_a_comma_that_could_be_meant_both_ways_is_refused(fact: str, text: str) -> None:
    assert refusal(fact, text)


@pytest.mark.parametrize("text", ["10-20%", "10-20", "10 to 20"])
def test_a_range_from_10_is_no_power_of_ten(text: str) -> None:
    assert interval("marrow_d15", text) == "[10, 20]"


@pytest.mark.parametrize("text", ["1e400", "9" * 400, "1e99999999999999999999", "10^-99999999999999999999"])
def test_numbers_of_no_size_are_refused(text: str) -> None:
    assert refusal("wbc", text)
    assert refusal("mrd_eoi", f"{text}%")
