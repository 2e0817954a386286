"""all-protocol compare: what each column gives, what differs, and that lines that add up are never merged."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from all_cli.cli.protocol import app

RUNNER = CliRunner()
INDUCTIONS = ("induction", "--protocol", "cog-aall0232/dex-hdmtx", "--protocol", "ccg-1991/iv")


def compared(*arguments: str, **environment: str) -> Result:
    return RUNNER.invoke(app, ["compare", *arguments], env=environment)


def data(*arguments: str) -> dict[str, Any]:
    result = compared(*arguments, "--format", "json")
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def row(text: str, label: str) -> str:
    (found,) = (line for line in text.splitlines() if line.startswith(f"  {label} "))
    return found


def test_two_inductions_drug_by_drug() -> None:
    text = compared(*INDUCTIONS, "--format", "plain").stdout
    assert row(text, "vincristine: dose").endswith("same")
    assert row(text, "dexamethasone: dose").endswith("differs")
    assert "10 mg/m² a day in 2 doses" in row(text, "dexamethasone: dose")
    assert "6 mg/m² a day in 2 doses" in row(text, "dexamethasone: dose")
    # 14 days at 10 mg/m² and 28 days at 6 mg/m²
    assert "140 mg/m²" in row(text, "dexamethasone: total")
    assert "168 mg/m²" in row(text, "dexamethasone: total")
    assert "4 doses" in row(text, "vincristine: doses")
    assert "2 mg a dose" in row(text, "vincristine: cap")
    assert "not given" in row(text, "daunorubicin: dose")
    assert row(text, "daunorubicin: dose").endswith("differs")


def test_each_column_names_the_sources_it_rests_on() -> None:
    text = compared(*INDUCTIONS, "--format", "plain").stdout
    source = row(text, "pegaspargase: source")
    assert source.count("[") >= 2
    assert source.endswith("†")  # the line of CCG-1991 was not read


def test_lines_for_some_and_for_all_stand_apart_and_are_not_merged_into_one_number() -> None:
    text = compared(*INDUCTIONS, "--format", "plain").stdout
    doses = row(text, "methotrexate intrathecal: doses")
    assert "all: 2 injections; CNS status CNS3: 2 injections" in doses
    assert doses.endswith("differs")


def test_variants_of_a_phase_are_columns_of_their_own_unless_an_arm_is_named() -> None:
    both = data("induction", "--protocol", "cog-aall0232", "--protocol", "ccg-1991")
    assert [column["phase_id"] for column in both["columns"]] == ["induction-dex", "induction-pred", "induction"]
    one = data("induction", "--protocol", "cog-aall0232", "--protocol", "ccg-1991", "--arm", "pred-cmtx")
    assert [column["phase_id"] for column in one["columns"]] == ["induction-pred", "induction"]
    named = data(*INDUCTIONS)
    assert [column["phase_id"] for column in named["columns"]] == ["induction-dex", "induction"]


def test_a_protocol_without_the_phase_keeps_its_column() -> None:
    found = data("induction", "--protocol", "ccg-1961", "--protocol", "ccg-1991")
    assert [column["phase_id"] for column in found["columns"]] == [None, "induction"]
    text = compared("induction", "--protocol", "ccg-1961", "--protocol", "ccg-1991").stdout
    assert "ccg-1961: no phase induction" in text


def test_an_age_leaves_out_the_lines_for_others_and_doses_by_age_stay_whole() -> None:
    arguments = ("induction", "--protocol", "cog-aall1131", "--protocol", "ccg-1991")
    drugs = {entry["drug"] for entry in data(*arguments, "--age", "7")["drugs"]}
    assert "dexamethasone" in drugs
    assert "prednisone" not in drugs
    text = compared(*arguments, "--age", "7").stdout
    assert "3 to <9 y 12 mg; ≥9 y 15 mg" in text  # a child of 8.9 turns 9 during the phase


def test_whole_arms_add_up_and_leave_open_what_is_not_printed() -> None:
    text = compared("ccg-1961/standard", "ccg-1961/increased", "--format", "plain").stdout
    lines = [line for line in text.splitlines() if line.startswith("  vincristine ")]
    assert len(lines) == 2
    assert "4.5 mg/m²" in lines[1]  # 3 doses of 1.5
    assert "18 mg/m²" in lines[1]  # 12 doses of 1.5
    assert lines[0].endswith("differs")
    asparaginase = next(line for line in text.splitlines() if line.startswith("  native E. coli asparaginase "))
    assert "not given" in asparaginase
    assert "Why a total is not one number" in text
    assert "at least 500 mg/m²" in text  # methotrexate escalates by dose


def test_equal_ranges_are_not_called_the_same_amount() -> None:
    text = compared("ccg-1961/standard", "ccg-1961/increased", "--format", "plain").stdout
    steroid = next(line for line in text.splitlines() if line.startswith("  dexamethasone "))
    assert "0–" in steroid
    assert steroid.endswith("same range")


def test_what_neither_source_prints_is_not_called_the_same() -> None:
    text = compared("cog-aall0232/dex-hdmtx", "all-bfm-95/medium", "--format", "plain").stdout
    rescue = next(line for line in text.splitlines() if line.startswith("  leucovorin "))
    assert "number not printed" in rescue
    assert rescue.endswith("not known")


def test_json_of_arms_holds_low_high_and_the_lines() -> None:
    found = data("ccg-1961/standard", "ccg-1961/increased")
    doses = next(entry for entry in found["totals"] if (entry["id"], entry["unit"]) == ("vincristine", "doses"))
    assert [arm["low"] for arm in doses["arms"]] == [3, 12]
    assert doses["differs"] is True
    assert all(arm["lines"] and arm["cite"] for arm in doses["arms"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("induction",), "which protocols?"),
        (("induction", "--protocol", "ccg-1991"), "alone has nothing to stand beside"),
        (("ccg-1991/iv",), "alone has nothing to stand beside"),
        (("ccg-1991", "ccg-1961/standard"), "has 2 arms: ccg-1991/iv, ccg-1991/oral"),
        (("ccg-1991/ivv", "ccg-1961/standard"), 'did you mean "iv"'),
        (("inducton", "--protocol", "ccg-1991", "--protocol", "ccg-1961"), 'did you mean "induction"'),
        (("induction", "--protocol", "ccg-1919", "--protocol", "ccg-1961"), 'did you mean "ccg-1991"'),
        (("ccg-1991/iv", "ccg-1991/oral", "--protocol", "ccg-1961"), "without --protocol"),
        (
            ("prephase", "--protocol", "ccg-1991", "--protocol", "ccg-1961"),
            "none of these protocols has a phase prephase",
        ),
        ((*INDUCTIONS, "--arm", "nothing"), 'no arm of these protocols is called "nothing"'),
    ],
)
def test_what_cannot_be_compared_is_said_in_a_sentence(arguments: tuple[str, ...], said: str) -> None:
    result = compared(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""


def test_a_narrow_terminal_gets_stacked_records() -> None:
    text = compared(*INDUCTIONS, "--format", "table", COLUMNS="60").stdout
    assert "vincristine: dose" in text
    assert "compared" in text
    assert all(len(line) <= 60 or "http" in line or "doi" in line for line in text.splitlines())
