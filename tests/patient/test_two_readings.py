"""A number that can be two is refused with both; one that can only be one is read and what was assumed is said."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from all_cli.cli.risk import app
from all_cli.patient.reading import read_value, value_text
from all_cli.patient.unreadable import UnreadableError
from all_cli.risk.library import risk_library

FACTS = risk_library().vocabulary
RUNNER = CliRunner()
NAME = Path(__file__).with_name("values.tsv")
TYPED = {
    row["fact"] + " " + row["typed"]: row["right"]
    for row in csv.DictReader(NAME.read_text(encoding="utf-8").splitlines(), delimiter="\t")
}


def said(fact: str, text: str, unit: str = "", decimal: str = "") -> str:
    possible = read_value(FACTS[fact], text, unit, decimal).possible
    return "unknown" if possible is None else value_text(FACTS[fact], possible)


def refusal(fact: str, text: str, unit: str = "", decimal: str = "") -> str:
    with pytest.raises(UnreadableError) as caught:
        read_value(FACTS[fact], text, unit, decimal)
    return caught.value.why


def classified(*options: str) -> dict[str, object]:
    result = RUNNER.invoke(app, ["classify", *options, "--scheme", "nci-rome", "--format", "json"])
    assert result.exit_code == 0, result.stderr
    found: dict[str, object] = json.loads(result.stdout)["results"][0]
    return found


def in_a_table(**cells: str) -> tuple[str, str]:
    """Status and reason (or group) of one row under the NCI/Rome criteria."""
    table = ",".join(cells) + "\n" + ",".join(cells.values()) + "\n"
    result = RUNNER.invoke(app, ["batch", "-", "--scheme", "nci-rome", "--output-format", "ndjson"], input=table)
    assert result.exit_code in (0, 1), result.stderr
    row = json.loads(result.stdout)
    return row["nci-rome.status"], row["nci-rome.reason"] or row["nci-rome.group"]


# --- a count that nobody can have, in a unit in which somebody can ----------------------------------------------------


@pytest.mark.parametrize(
    ("text", "unit", "readings"),
    [
        ("90000/L", "", ("0.00009 ×10⁹/L is too little", "90 ×10⁹/L? write 90000/uL", "write 0.00009")),
        ("90000", "/L", ("0.00009 ×10⁹/L is too little", "90 ×10⁹/L? write 90000/uL")),
        ("<90000/L", "", ("write <90000/uL",)),
        ("45/uL", "", ("0.045 ×10⁹/L is too little", "45 ×10⁹/L? write 45e9/L", "write 0.045")),
        ("45", "/uL", ("45 ×10⁹/L? write 45e9/L",)),
        ("20-50/uL", "", ("0.02–0.05 ×10⁹/L is too little", "20–50 ×10⁹/L? write 20-50e9/L", "write 0.02-0.05 G/L")),
        ("12400", "10^9/L", ("12400 ×10⁹/L is too much", "12.4 ×10⁹/L? write 12400/uL")),
    ],
)
def test_a_white_count_that_fits_only_another_unit_is_refused_with_both(
    text: str, unit: str, readings: tuple[str, ...]
) -> None:
    why = refusal("wbc", text, unit)
    assert all(reading in why for reading in readings), why


@pytest.mark.parametrize(
    ("fact", "text", "unit"),
    [("wbc", "90000/L", ""), ("wbc", "45/uL", ""), ("wbc", "45", "/uL"), ("blood_rbc_at_puncture", "4.5", ""),
     ("weeks_to_cr", "4 days", ""), ("weeks_to_cr", "35", ""), ("ldh", "5", ""), ("height", "1.2", "")],
)  # fmt: skip
def test_every_way_that_the_refusal_names_is_read_and_means_what_it_says(fact: str, text: str, unit: str) -> None:
    for way in refusal(fact, text, unit).split(". ", 1)[1].split("; "):
        value, _, written = way.partition("? write ")
        if "behind" not in written and fact != "height":  # 1.2 cm cannot exist
            number, _, of = value.removesuffix(" all the same").partition(" ")
            meant = said(fact, written, unit).partition(" ")
            assert (float(meant[0]), meant[2]) == (pytest.approx(float(number), rel=0.005), of)


@pytest.mark.parametrize("text", ["100/uL", "0.05", "0", "0/L", "1600 G/L", "1600000/uL", "<100/uL", "90000000000/L"])
def test_a_count_that_fits_no_other_unit_or_says_its_own_is_read(text: str) -> None:
    assert said("wbc", text)


def test_a_high_risk_child_is_not_read_as_standard_by_either_command() -> None:
    result = RUNNER.invoke(app, ["classify", "--age", "4", "--wbc", "90000/L", "--lineage", "B"])
    assert result.exit_code == 2
    status, reason = in_a_table(age="4", wbc="90000/L", lineage="B")
    assert status == "indeterminate"
    why = refusal("wbc", "90000/L")
    assert why in result.stderr
    assert why in reason


@pytest.mark.parametrize(
    ("fact", "text", "other"),
    [
        ("wbc_d7", "2500/L", "2.5 ×10⁹/L? write 2500/uL"),
        ("blood_wbc_at_puncture", "46", "46000 /uL? write 46"),
        ("blood_rbc_at_puncture", "4.5", "4500000 /uL? write 4.5"),
        ("weeks_to_cr", "35", "5 weeks? write 35 days"),
        ("weeks_to_cr", "4 days", "4 weeks? write 4 weeks"),
        ("height", "1.2", "120 cm? write 1.2 m"),
        ("weight", "25000", "25 kg? write 25000 g"),
        ("ldh", "5", "300 U/L? write 5 ukat/L"),
    ],
)
def test_other_quantities_that_fit_only_another_unit(fact: str, text: str, other: str) -> None:
    assert other in refusal(fact, text)


@pytest.mark.parametrize(
    ("fact", "text"),
    [("weeks_to_cr", "5"), ("height", "120"), ("weight", "25"), ("ldh", "600"), ("blood_wbc_at_puncture", "46000"),
     ("d8_blasts", "500"), ("wbc_d7", "0"), ("wbc_d7", "0.05"), ("months_off_therapy", "-6"), ("spleen_cm", "0")],
)  # fmt: skip
def test_quantities_in_the_unit_that_everyone_means(fact: str, text: str) -> None:
    assert said(fact, text)


# --- bare counts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "read"),
    [("12000", "12 ×10⁹/L"), ("3001", "3.001 ×10⁹/L"), (">45000", ">45 ×10⁹/L"), ("45,000", "45 ×10⁹/L"),
     ("310000", "310 ×10⁹/L")],
)  # fmt: skip
def test_a_bare_count_that_can_only_be_per_microlitre_is_read_so_and_said(text: str, read: str) -> None:
    reading = read_value(FACTS["wbc"], text)
    assert said("wbc", text) == read
    assert "is read per µL" in reading.warning
    assert "does not exist" in reading.warning


@pytest.mark.parametrize("text", ["1001", "1100", "3000", "1,100", "<2000", "100-45000"])
def test_a_bare_count_that_can_be_both_is_refused_with_both(text: str) -> None:
    assert "a bare number above 1000" in refusal("wbc", text)


def test_classify_and_batch_agree_on_a_bare_count_per_microlitre() -> None:
    alone = classified("--age", "4", "--wbc", "90000", "--lineage", "B")
    assert (alone["status"], alone["group"]) == in_a_table(age="4", wbc="90000", lineage="B") == ("assigned", "high")


# --- thousands points -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fact", "text", "unit", "readings"),
    [
        ("wbc", "310.000/uL", "", ("310 or 310000 /uL?", "--decimal comma (310000)")),
        ("wbc", "310.000", "/µl", ("310 or 310000 /µl?",)),
        ("wbc", "4.500", "/ul", ("4.5 or 4500 /ul?",)),
        ("wbc", ">100.000/uL", "", ("100 or 100000 /uL?",)),
        ("d8_blasts", "1.000", "", ("1 or 1000 /uL?",)),
        ("ldh", "1.234", "", ("1.234 or 1234 U/L?",)),
        ("age", "3.652", "d", ("3.652 or 3652 days?",)),
    ],
)
def test_three_digits_behind_a_point_are_thousands_or_a_fraction(
    fact: str, text: str, unit: str, readings: tuple[str, ...]
) -> None:
    why = refusal(fact, text, unit)
    assert all(reading in why for reading in readings), why


@pytest.mark.parametrize(
    ("fact", "text", "unit", "decimal", "read"),
    [
        ("wbc", "310.000", "/ul", "comma", "310 ×10⁹/L"), ("wbc", "310.000/uL", "", "comma", "310 ×10⁹/L"),
        ("wbc", "12500.500", "/ul", "point", "12.5005 ×10⁹/L"), ("wbc", "310.125", "/ul", "point", "0.310125 ×10⁹/L"),
        ("wbc", "12.345", "", "", "12.345 ×10⁹/L"), ("wbc", "310.000", "", "", "310 ×10⁹/L"),
        ("wbc", "4.500 G/L", "", "", "4.5 ×10⁹/L"), ("age", "7.125", "", "", "7.125 y"),
        ("dna_index", "1.160", "", "", "1.16"), ("age", "3.652", "d", "comma", "9.999 to 10 y"),
    ],
)  # fmt: skip
def test_where_only_one_reading_is_left_it_is_taken(fact: str, text: str, unit: str, decimal: str, read: str) -> None:
    assert said(fact, text, unit, decimal) == read


# --- powers of ten ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "unit", "readings"),
    [
        ("10^-3", "%", ("0.001% or 0.1%",)), ("<10^-4", "%", ("<0.0001% or <0.01%",)),
        ("1e-3", "%", ("0.001% or 0.1%",)),
        ("5x10^-4", "%", ("0.0005% or 0.05%",)), ("10⁻³", "%", ("0.001% or 0.1%",)),
        ("<10E-4", "", ("<0.1% or <0.01%", "ten times 10^-4")), ("5x10E-4", "", ("0.5% or 0.05%",)),
        ("10E-4%", "", ("0.001% or 0.0001%",)),
    ],
)  # fmt: skip
def test_a_power_of_ten_that_can_be_two_numbers(text: str, unit: str, readings: tuple[str, ...]) -> None:
    why = refusal("mrd_eoi", text, unit)
    assert all(reading in why for reading in readings), why


@pytest.mark.parametrize(
    ("text", "unit", "read"),
    [
        ("<10^-4", "", "<0.01 %"), ("<10-4", "", "<0.01 %"), ("< 10-4", "", "<0.01 %"), (">5x10-3", "", ">0.5 %"),
        ("neg (<10-4)", "", "<0.01 %"), ("neg (<10-4)", "%", "<0.01 %"), ("1e-4", "fraction", "0.01 %"),
        ("10^-4 %", "", "0.0001 %"), ("1e-4%", "%", "0.0001 %"), ("0.05", "%", "0.05 %"),
    ],
)  # fmt: skip
def test_a_power_of_ten_that_is_one_number(text: str, unit: str, read: str) -> None:
    assert said("mrd_eoi", text, unit) == read


def test_the_users_own_word_for_a_column_settles_what_a_program_wrote_and_not_what_a_person_did() -> None:
    fact = FACTS["mrd_eoi"]
    chosen = read_value(fact, "5e-04", "%", chosen=True).possible
    assert chosen is not None
    assert value_text(fact, chosen) == "0.0005 %"
    with pytest.raises(UnreadableError):
        read_value(fact, "10^-3", "%", chosen=True)


def test_a_range_that_runs_backwards_is_still_no_power() -> None:
    assert "runs backwards" in refusal("marrow_d15", "10-4")
    assert "together" in refusal("marrow_d15", "<10-20")


# --- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fact", "text", "read"),
    [
        ("mrd_eoi", "Negativ", "<0.01 %"), ("mrd_eoi", "positiv", ">0 %"), ("bcr_abl1", "Negativ", "absent"),
        ("lineage", "B-cell acute lymphoblastic leukemia", "B"), ("lineage", "B-Lymphoblastic Leukaemia", "B"),
        ("lineage", "T-lymphoblastic leukemia", "T"), ("lineage", "T-cell acute lymphoblastic leukaemia", "T"),
        ("lineage", "9836/3", "B"), ("cns", "2", "CNS2"), ("cns", "1", "CNS1"), ("cns", "3", "CNS3"),
        ("cns", "No CNS disease", "CNS1"), ("bcr_abl1", "p190", "present"), ("bcr_abl1", "p210", "present"),
        ("bcr_abl1", "Ph+", "present"), ("etv6_runx1", "TEL-AML1", "present"), ("iamp21", "iAMP21", "present"),
    ],
)  # fmt: skip
def test_words_that_leave_one_meaning(fact: str, text: str, read: str) -> None:
    assert said(fact, text) == read


@pytest.mark.parametrize("text", ["no p190", "p190 negative", "BCR", "deleted"])
def test_a_name_with_more_than_itself_is_not_taken_for_a_finding(text: str) -> None:
    with pytest.raises(UnreadableError):
        said("bcr_abl1", text)


# --- the list of values met -------------------------------------------------------------------------------------------

READ = {
    "wbc 12000": "12 ×10⁹/L", "mrd_eoi <10-4": "<0.01 %", "mrd_eoi neg (<10-4)": "<0.01 %",
    "mrd_eoi Negativ": "<0.01 %",
    "lineage B-cell acute lymphoblastic leukemia": "B", "lineage T-lymphoblastic leukemia": "T", "lineage 9836/3": "B",
    "cns 2": "CNS2", "cns No CNS disease": "CNS1", "bcr_abl1 p190": "present", "bcr_abl1 Ph+": "present",
}  # fmt: skip
REFUSED = {
    "wbc 310.000/uL": ("310", "310000"), "wbc 1100": ("1.1 ×10⁹/L", "1100 ×10⁹/L"),
    "mrd_eoi 10^-3 (unit percent given by the column)": ("0.001%", "0.1%"),
}  # fmt: skip
ELSEWHERE = {
    "--ph yes / no after the option",
    "age from dates 1900-01-01 to 2020-01-01",
    "age from dates diagnosed after today",
}


@pytest.mark.parametrize("value", TYPED)
def test_each_value_of_the_list(value: str) -> None:
    fact, text = value.split(" ", 1)
    if value in READ:
        assert said(fact, text) == READ[value], TYPED[value]
    elif value in REFUSED:
        unit = "%" if "unit percent" in value else ""
        why = refusal(fact, text.split(" (unit")[0], unit)
        assert all(reading in why for reading in REFUSED[value]), why
    else:
        assert value in ELSEWHERE


def test_yes_and_no_behind_a_flag_are_understood() -> None:
    for text, group in (("yes", "present"), ("no", "absent")):
        result = RUNNER.invoke(
            app, ["classify", "--age", "7", "--ph", text, "--scheme", "nci-rome", "--format", "json"]
        )
        assert json.loads(result.stdout)["patient"]["bcr_abl1"] == group


# --- dates ------------------------------------------------------------------------------------------------------------


def warned(born: str, diagnosed: str) -> tuple[str, str]:
    """What classify and batch say of two dates."""
    options = ["--born", born, "--diagnosed", diagnosed, "--scheme", "nci-rome", "--format", "plain"]
    alone = RUNNER.invoke(app, ["classify", *options])
    table = RUNNER.invoke(app, ["batch", "-", "--scheme", "nci-rome"], input=f"born,diagnosed\n{born},{diagnosed}\n")
    return " ".join((alone.stdout + alone.stderr).split()), " ".join(table.stderr.split())


@pytest.mark.parametrize(
    ("born", "diagnosed", "doubt"),
    [
        ("1900-01-01", "2020-01-01", "outside the usual range (0 to 100 y); is it meant?"),
        ("2990-01-01", "2999-01-01", "the date of diagnosis is after today; is it meant?"),
    ],
)
def test_dates_are_doubted_as_the_age_typed_would_be(born: str, diagnosed: str, doubt: str) -> None:
    for said_of_them in warned(born, diagnosed):
        assert doubt in said_of_them


def test_ordinary_dates_are_not_doubted() -> None:
    for said_of_them in warned("2012-03-01", "2019-03-01"):
        assert "is it meant" not in said_of_them
