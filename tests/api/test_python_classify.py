"""``all_cli.classify``: one patient as a mapping, with the answers of the command line."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import all_cli
from all_cli import UnreadableError, classify
from all_cli.cli.risk import app

SEVEN = {"age": 7, "wbc": 45, "lineage": "B"}
OWN = """\
schemes:
  - id: house-rule
    title: House rule
    published: 2020
    audience: children
    population: {when: lineage == B, text: B-lineage ALL, cite: [smith-1996], checked: false}
    groups: {low: {label: Low}, high: {label: High}}
    rules:
      - {id: many, group: high, when: wbc >= 30, cite: [smith-1996], checked: false}
      - {id: few, group: low, when: wbc < 30, cite: [smith-1996], checked: false}
"""


def command(*options: str) -> dict[str, Any]:
    result = CliRunner().invoke(app, ["classify", *options, "--format", "json"])
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.mark.parametrize(
    ("facts", "options"),
    [
        (SEVEN, ["--age", "7", "--wbc", "45", "--lineage", "B"]),
        (
            {**SEVEN, "genetics": ["t(12;21)"], "mrd_eoi": "<0.01%"},
            ["--age", "7", "--wbc", "45", "--lineage", "B", "--genetics", "t(12;21)", "--mrd-eoi", "<0.01%"],
        ),
        (
            {"born": date(2019, 3, 7), "diagnosed": datetime(2026, 1, 5, 14, 30), "wbc": "45000/uL", "lineage": "B"},
            ["--born", "2019-03-07", "--diagnosed", "2026-01-05", "--wbc", "45000/uL", "--lineage", "B"],
        ),
        (
            {"age": "9mo", "lineage": "B", "kmt2a": True, "ph": False, "down-syndrome": np.bool_(False)},
            ["--age", "9mo", "--lineage", "B", "--kmt2a", "--no-ph", "--no-down-syndrome"],
        ),
        ({"age": 40, "wbc": 20.0, "lineage": "T", "genetics": "none"},
         ["--age", "40", "--wbc", "20", "--lineage", "T", "--genetics", "none"]),
        ({"age": 89, "wbc": 600, "lineage": "B"},
         ["--age", "89", "--wbc", "600", "--lineage", "B"]),
        ({}, []),
    ],
)  # fmt: skip
def test_the_dictionary_is_the_json_of_the_command(facts: dict[str, object], options: list[str]) -> None:
    assert classify(facts).to_dict() == command(*options)


def test_schemes_year_unit_and_own_rules_are_those_of_the_command(tmp_path: Path) -> None:
    named = classify(SEVEN, schemes=["hoelzer-1988", "nci-rome"])
    assert named.to_dict() == command(
        "--age", "7", "--wbc", "45", "--lineage", "B", "--scheme", "hoelzer-1988", "--scheme", "nci-rome"
    )
    assert named.primary == "hoelzer-1988"
    then = classify(SEVEN, as_of=2001)
    assert then.to_dict() == command("--age", "7", "--wbc", "45", "--lineage", "B", "--as-of", "2001")
    fraction = classify(mrd_eoi=2e-4, mrd_unit="fraction")
    assert fraction.to_dict() == command("--mrd-eoi", "2e-4", "--mrd-unit", "fraction")
    assert fraction.patient == {"mrd_eoi": "0.02 %"}


def test_what_is_asked_of_an_answer_most_often_has_a_name() -> None:
    verdicts = classify(SEVEN)
    assert verdicts.primary == "nci-rome"
    assert verdicts.answer is verdicts.results["nci-rome"]
    found = verdicts.results["nci-rome"]
    assert (found.status, found.group, found.possible) == ("assigned", "standard", ("standard",))
    assert [decision.rule for decision in found.decided_by] == ["nci-rome.low"]
    assert found.missing == ()
    assert list(verdicts.results) == [entry["scheme"] for entry in verdicts.to_dict()["results"]]
    assert "standard" in repr(verdicts)


def test_a_patient_for_whom_no_scheme_is_has_no_answer() -> None:
    verdicts = classify(SEVEN, schemes="nci-rome", lineage="B")
    assert verdicts.answer is not None
    outside = classify(age=7, lineage="T", schemes="nci-rome")
    assert outside.results["nci-rome"].status == "not-applicable"
    with pytest.raises(KeyError):
        outside.results["hoelzer-1988"]


def test_an_answer_cannot_be_changed_by_accident() -> None:
    verdicts = classify(SEVEN)
    with pytest.raises(AttributeError):
        verdicts.primary = "other"  # type: ignore[misc]
    verdicts.to_dict()["results"].clear()
    verdicts.patient.clear()
    assert verdicts.to_dict()["results"]
    assert verdicts.patient["age"] == "7 y"


@pytest.mark.parametrize(
    "unknown", [None, math.nan, np.float64("nan"), pd.NA, pd.NaT, "", " ", "unknown", "NA"], ids=repr
)
@pytest.mark.parametrize("fact", ["age", "wbc", "lineage", "ph", "genetics", "mrd_eoi", "born"])
def test_unknown_in_any_spelling_is_leaving_it_out(fact: str, unknown: object) -> None:
    given = {fact: unknown, "diagnosed": None} if fact == "born" else {fact: unknown}
    verdicts = classify(given, schemes="nci-rome")
    assert verdicts.patient == {}
    assert verdicts.results["nci-rome"].possible == ("standard", "high", "not-applicable")


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"mrd_eoi": 0.02}, "mrd_eoi \"0.02\": percent or fraction?"),
        ({"wbc": 2500}, "wbc \"2500\": a bare number above 1000"),
        ({"wbc": 2500.0}, "wbc \"2500\": a bare number above 1000"),
        ({"wbc": True}, "wbc \"True\": not a number"),
        ({"ph": 2}, "neither present nor absent"),
        ({"genetics": False}, "False"),
        ({"genetics": ["t(12;21)", "wibble"]}, "wibble"),
        ({"agee": 7}, 'no fact is called "agee" — did you mean "age"?'),
        ({"age": 7, "born": date(2019, 3, 7), "diagnosed": date(2029, 3, 7)}, "both cannot be true"),
        ({"born": date(2019, 3, 7)}, "an age needs both dates; diagnosed is missing"),
        ({"born": "7.3.2019", "diagnosed": "2020-01-01"}, "write it as YYYY-MM-DD"),
        ({"age": {"years": 7}}, "a value must be text, a number"),
        ({"wbc": math.inf}, "wbc \"inf\""),
        ({"ph": True, "bcr_abl1": False}, "both cannot be true"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_one_sentence(facts: dict[str, object], sentence: str) -> None:
    with pytest.raises(UnreadableError) as raised:
        classify(facts)
    assert isinstance(raised.value, ValueError)
    assert sentence in str(raised.value)
    assert "--" not in str(raised.value).replace(" — ", "")
    assert "\n" not in str(raised.value)


def test_a_sentence_is_that_of_the_command() -> None:
    with pytest.raises(UnreadableError) as raised:
        classify(wbc=2500)
    told = CliRunner().invoke(app, ["classify", "--wbc", "2500"]).stderr.strip()
    assert told == str(raised.value)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"schemes": "nci-romme"}, 'no scheme is called "nci-romme" — did you mean "nci-rome"?'),
        ({"as_of": 12}, "not a year"),
        ({"as_of": 1950}, "none of these schemes was in use then"),
        ({"mrd_unit": "permille"}, "write percent or fraction"),
    ],
)
def test_arguments_that_cannot_be_used_are_one_sentence(arguments: dict[str, Any], sentence: str) -> None:
    if "as_of" in arguments:
        arguments = {**arguments, "schemes": "nci-rome"}
    with pytest.raises(UnreadableError, match=sentence.replace("?", r"\?")):
        classify(SEVEN, **arguments)


def test_rules_that_are_wrong_say_where(tmp_path: Path) -> None:
    wrong = tmp_path / "own.yaml"
    wrong.write_text("schemes: [{id: x}]\n", encoding="utf-8")
    with pytest.raises(UnreadableError, match=r"own\.yaml:1:"):
        classify(SEVEN, rules=wrong)
    with pytest.raises(FileNotFoundError):
        classify(SEVEN, rules=tmp_path / "none.yaml")


def test_a_number_between_whole_numbers_is_kept() -> None:
    assert classify(wbc=1.234, age=9.99).patient == {"age": "9.99 y", "wbc": "1.234 ×10⁹/L"}
    assert classify(wbc=np.float32(0.1)).patient == {"wbc": "0.1 ×10⁹/L"}
    below, at = (classify(age=age, wbc=5, lineage="B").results["nci-rome"].group for age in (9.999, 10.0))
    assert (below, at) == ("standard", "high")
    assert classify(mrd_eoi=1e-05, mrd_unit="fraction").patient == {"mrd_eoi": "0.001 %"}


def test_an_empty_list_of_findings_says_nothing() -> None:
    assert classify(genetics=[]).patient == {}
    assert classify(genetics="none").patient


def test_own_schemes_answer_beside_the_shipped(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(OWN, encoding="utf-8")
    verdicts = classify(SEVEN, rules=own, schemes=["house-rule", "nci-rome"])
    assert [(id, found.group) for id, found in verdicts.results.items()] == [
        ("house-rule", "high"), ("nci-rome", "standard"),
    ]  # fmt: skip
    own.write_text(OWN.replace(">= 30", ">= 90").replace("< 30", "< 90"), encoding="utf-8")
    assert classify(SEVEN, rules=str(own)).results["house-rule"].group == "low"


def test_importing_the_package_loads_nothing() -> None:
    code = "import sys, all_cli; print([m for m in sys.modules if m.startswith('all_cli') or m in ('polars', 'numpy')])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "['all_cli']"


def test_one_patient_needs_no_table_library() -> None:
    code = (
        "import sys, all_cli; all_cli.classify(age=7).to_dict(); "
        "print([m for m in ('polars', 'numpy', 'pandas', 'typer', 'rich') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'clasify'"):
        all_cli.clasify  # type: ignore[attr-defined]  # noqa: B018
    assert set(all_cli.__all__) == {"UnreadableError", "Verdicts", "__version__", "classify", "classify_frame"}
