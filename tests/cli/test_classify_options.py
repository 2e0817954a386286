"""How a patient is given to classify: options, files, dates, units, and how they are put together."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from all_cli.cli.risk import app
from all_cli.risk.library import RiskLibrary

RUNNER = CliRunner()


def classify(*options: str, input: str | None = None) -> Result:
    return RUNNER.invoke(app, ["classify", *options], input=input)


def patient(*options: str, input: str | None = None) -> dict[str, str]:
    result = classify(*options, "--scheme", "nci-rome", "--format", "json", input=input)
    assert result.exit_code == 0, result.stderr
    found: dict[str, str] = json.loads(result.stdout)["patient"]
    return found


def nci(*options: str, input: str | None = None) -> dict[str, Any]:
    result = classify(*options, "--scheme", "nci-rome", "--format", "json", input=input)
    assert result.exit_code == 0, result.stderr
    (found,) = json.loads(result.stdout)["results"]
    assert isinstance(found, dict)
    return found


def test_a_yaml_file_is_a_patient(tmp_path: Path) -> None:
    file = tmp_path / "patient.yaml"
    file.write_text("age: 7\nwbc: 45\nlineage: B\n", encoding="utf-8")
    assert patient("--patient", str(file)) == {"age": "7 y", "wbc": "45 ×10⁹/L", "lineage": "B"}


def test_a_json_file_is_a_patient(tmp_path: Path) -> None:
    file = tmp_path / "patient.json"
    file.write_text('{"age": "9mo", "wbc": 45.5, "bcr_abl1": false}', encoding="utf-8")
    assert patient("--patient", str(file)) == {"age": "9 mo", "wbc": "45.5 ×10⁹/L", "bcr_abl1": "absent"}


def test_a_byte_order_mark_before_the_patient_is_no_obstacle(tmp_path: Path) -> None:
    file = tmp_path / "patient.yaml"
    file.write_bytes(b"\xef\xbb\xbfage: 7\n")
    assert patient("--patient", str(file)) == {"age": "7 y"}


def test_standard_input_is_a_patient() -> None:
    assert nci("--patient", "-", input="age: 7\nwbc: 45\nlineage: B\n")["group"] == "standard"


def test_a_file_and_options_together_are_one_patient(tmp_path: Path) -> None:
    file = tmp_path / "patient.yaml"
    file.write_text("age: 7\nlineage: B\n", encoding="utf-8")
    assert nci("--patient", str(file), "--wbc", "50")["group"] == "high"


def test_a_file_and_an_option_that_say_otherwise_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "patient.yaml"
    file.write_text("age: 7\nlineage: B\n", encoding="utf-8")
    result = classify("--patient", str(file), "--age", "8")
    assert result.exit_code == 2
    assert "both cannot be true" in result.stderr
    assert "7 y" in result.stderr
    assert "8 y" in result.stderr


def test_a_file_may_hold_dates_genetics_and_lists(tmp_path: Path) -> None:
    file = tmp_path / "patient.yaml"
    file.write_text(
        "born: 2012-03-01\ndiagnosed: 2019-03-01\nlineage: B\ngenetics: [t(12;21), iAMP21]\nwbc:\n", encoding="utf-8"
    )
    assert patient("--patient", str(file)) == {
        "age": "7 y",
        "lineage": "B",
        "etv6_runx1": "present",
        "iamp21": "present",
    }


@pytest.mark.parametrize(
    ("diagnosed", "group"), [("2019-02-28", "standard"), ("2019-03-01", "high"), ("2019-03-02", "high")]
)
def test_the_tenth_birthday_is_ten(diagnosed: str, group: str) -> None:
    found = nci("--born", "2009-03-01", "--diagnosed", diagnosed, "--wbc", "5", "--lineage", "B")
    assert found["group"] == group


def test_the_tenth_birthday_is_said_as_10_y() -> None:
    assert patient("--born", "2009-03-01", "--diagnosed", "2019-03-01") == {"age": "10 y"}


def test_a_set_option_takes_any_fact() -> None:
    assert patient("--set", "mrd_d15=0.5%", "--set", " mediastinal_mass = yes ") == {
        "mrd_d15": "0.5 %",
        "mediastinal_mass": "present",
    }


def test_a_set_option_takes_genetics_too() -> None:
    assert patient("--set", "genetics=t(12;21)") == {"etv6_runx1": "present"}


@pytest.mark.parametrize(
    ("unit", "given", "percent"), [("percent", "0.02", 0.02), ("fraction", "0.02", 2), ("percent", "5e-4", 5e-4)]
)
def test_the_mrd_unit_option_gives_bare_numbers_their_meaning(unit: str, given: str, percent: float) -> None:
    text = patient("--mrd-eoi", given, "--mrd-unit", unit)["mrd_eoi"]
    assert float(text.removesuffix(" %")) == pytest.approx(percent)


@pytest.mark.parametrize("option", ["--mrd-d8-pb", "--mrd-d15", "--mrd-eoi", "--mrd-eoc"])
def test_the_mrd_unit_holds_for_every_mrd_option(option: str) -> None:
    fact = option.removeprefix("--").replace("-", "_")
    assert patient(option, "0.02", "--mrd-unit", "percent") == {fact: "0.02 %"}


def test_a_written_unit_beats_the_unit_option() -> None:
    assert patient("--mrd-eoi", "0.02%", "--mrd-unit", "fraction") == {"mrd_eoi": "0.02 %"}


@pytest.mark.parametrize(
    ("flag", "fact", "said"),
    [
        ("--ph", "bcr_abl1", "present"),
        ("--no-ph", "bcr_abl1", "absent"),
        ("--kmt2a", "kmt2a_r", "rearranged"),
        ("--no-kmt2a", "kmt2a_r", "germline"),
        ("--testicular", "testicular", "present"),
        ("--no-testicular", "testicular", "absent"),
        ("--down-syndrome", "down_syndrome", "present"),
        ("--no-down-syndrome", "down_syndrome", "absent"),
        ("--steroid-pretreatment", "steroid_pretreatment", "present"),
        ("--no-steroid-pretreatment", "steroid_pretreatment", "absent"),
    ],
)
def test_a_flag_says_present_or_absent_and_silence_says_nothing(flag: str, fact: str, said: str) -> None:
    assert patient(flag) == {fact: said}
    assert patient() == {}


@pytest.mark.parametrize(
    ("option", "value", "fact", "said"),
    [
        ("--sex", "girl", "sex", "female"),
        ("--lineage", "T-ALL", "lineage", "T"),
        ("--cns", "CNS2", "cns", "CNS2"),
        ("--cns", "CNS2a", "cns", "CNS2a"),
        ("--wbc", "45000/uL", "wbc", "45 ×10⁹/L"),
        ("--wbc", ">100", "wbc", ">100 ×10⁹/L"),
        ("--mrd-eoi", "<0.01%", "mrd_eoi", "<0.01 %"),
        ("--marrow-d15", "M3", "marrow_d15", ">25 %"),
        ("--marrow-eoi", "3", "marrow_eoi", "3 %"),
        ("--weeks-to-cr", "5", "weeks_to_cr", "5 weeks"),
    ],
)
def test_each_option_is_read_as_its_own_fact(option: str, value: str, fact: str, said: str) -> None:
    assert patient(option, value) == {fact: said}


def test_unknown_said_aloud_is_the_same_as_silence() -> None:
    assert patient("--wbc", "unknown", "--cns", "NA", "--age", "") == {}


def test_genetics_none_is_a_full_negative_panel_and_silence_is_not() -> None:
    assert patient("--genetics", "none")["bcr_abl1"] == "absent"
    assert patient("--age", "7") == {"age": "7 y"}


def test_genetics_may_be_given_more_than_once() -> None:
    assert patient("--genetics", "t(12;21)", "--genetics", "iAMP21") == {"etv6_runx1": "present", "iamp21": "present"}


def test_named_schemes_answer_alone_and_in_the_order_named(library: RiskLibrary) -> None:
    chosen = list(library.schemes)[:2][::-1]
    options = [text for id in chosen for text in ("--scheme", id)]
    found = json.loads(classify("--age", "7", *options, "--format", "json").stdout)
    assert found["primary"] == chosen[0]
    assert {entry["scheme"] for entry in found["results"]} == set(chosen)


def test_two_named_schemes_are_each_shown_in_full() -> None:
    options = ("--age", "40", "--wbc", "45", "--lineage", "B")
    text = classify(*options, "--scheme", "guideline-summary", "--scheme", "hoelzer-1988", "-f", "plain").stdout
    assert "guideline-summary (" in text
    assert "hoelzer-1988 (" in text
    assert "Under other schemes" not in text


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--age", "7", "--wbc", "45", "--lineage", "B", "--scheme", "nci-rome"), 0),
        (("--age", "7", "--lineage", "B", "--scheme", "nci-rome"), 1),
        (("--age", "7", "--wbc", "45", "--lineage", "T", "--scheme", "nci-rome"), 0),
        (("--age", "7", "--wbc", "45", "--lineage", "B"), 0),
        (("--age", "7", "--lineage", "B"), 1),
        (("--age", "40", "--wbc", "45", "--lineage", "B", "--scheme", "guideline-summary", "--scheme", "nci-rome"), 0),
        ((), 1),
    ],
)
def test_strict_leaves_with_1_where_the_answer_is_open(options: tuple[str, ...], code: int) -> None:
    result = classify(*options, "--strict", "--format", "json")
    assert result.exit_code == code
    assert json.loads(result.stdout)["results"]
    assert classify(*options, "--format", "json").exit_code == 0
