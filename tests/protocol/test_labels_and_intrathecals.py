"""all-protocol drug: what labels say and no trial, rows for an age, and the intrathecal doses of an age."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from all_cli.cli.protocol import app
from all_cli.protocol.library import ProtocolLibrary

RUNNER = CliRunner()


def drug(*arguments: str) -> Result:
    return RUNNER.invoke(app, ["drug", *arguments])


def data(*arguments: str) -> dict[str, Any]:
    result = drug(*arguments, "--format", "json")
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def labelled(name: str, *arguments: str) -> set[str]:
    return {
        line["protocol"] for each in data(name, *arguments)["drugs"] for line in each["lines"] if line["label"]
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "label", "trial"),
    [
        ("pegaspargase", "pegaspargase", "general-backbone"),
        ("imatinib", "label-imatinib", "cog-aall0031"),
        ("blinatumomab", "blinatumomab", "cog-aall1731"),
        ("blinatumomab", "blinatumomab", "cog-aall1331"),
    ],
)
def test_a_trial_that_cites_a_label_is_not_under_what_labels_say(name: str, label: str, trial: str) -> None:
    assert label in labelled(name)
    assert trial not in labelled(name)
    text = drug(name, "--format", "plain").stdout
    said = text.partition("What labels say")[2].partition("Added up")[0]
    assert f"  {label}." in said
    assert trial not in said


@pytest.mark.parametrize("name", ["vincristine", "methotrexate", "cytarabine", "ifosfamide"])
def test_a_drug_with_lines_of_trials_alone_has_no_label_lines(name: str) -> None:
    assert labelled(name) == set()


def test_notes_on_a_trial_are_no_label_notes() -> None:
    places = [note["place"] for note in data("dasatinib")["drugs"][0]["label_notes"]]
    assert places
    assert all(place.startswith("label-dasatinib") for place in places)


def test_the_dose_of_adults_stands_beside_the_weights_of_children(protocols: ProtocolLibrary) -> None:
    lines = [line for phase in protocols.protocol("label-dasatinib").phases for line in phase.lines]
    assert {(line.condition, line.dose) for line in lines if line.dose} >= {
        ("age >= 18", (140, 140)),
        ("age < 18 and weight >= 45", (100, 100)),
    }


@pytest.mark.parametrize(("age", "doses"), [("17", {40, 60, 70, 100}), ("18", {140}), ("40", {140})])
def test_the_label_lines_are_those_of_the_age(age: str, doses: set[int]) -> None:
    lines = data("dasatinib", "--age", age)["drugs"][0]["lines"]
    assert {int(line["text"].split()[0]) for line in lines if line["protocol"] == "label-dasatinib"} == doses


@pytest.mark.parametrize(("age", "there"), [("17", True), ("18", False), ("60", False)])
def test_lines_of_protocols_for_other_ages_are_left_out(age: str, there: bool) -> None:
    lines = data("dasatinib", "--age", age)["drugs"][0]["lines"]
    assert any(line["protocol"] == "ca180-372" for line in lines) is there


@pytest.mark.parametrize(
    ("age", "dose"), [("1", 8), ("1.99", 8), ("2", 10), ("2.99", 10), ("3", 12), ("8.99", 12), ("9", 15)]
)
def test_tables_of_doses_are_cut_to_the_age(age: str, dose: float) -> None:
    tables = {table["id"]: table["rows"] for table in data("methotrexate", "--age", age)["drugs"][0]["dose_tables"]}
    assert [row["dose"] for row in tables["cog-it-mtx"]] == [dose]
    text = drug("methotrexate", "--age", age, "--format", "plain").stdout.partition("Doses by age")[2]
    assert text.count("  Intrathecal methotrexate by age, COG  ") == 1


@pytest.mark.parametrize("word", ["intrathecal", "Intrathecals", "INTRATHECAL"])
def test_intrathecal_answers_with_every_table_for_the_age(word: str, protocols: ProtocolLibrary) -> None:
    found = data(word, "--age", "2")
    assert [table["id"] for table in found["tables"]] == list(protocols.dose_tables)
    assert all(len(table["rows"]) == 1 for table in found["tables"])
    assert all(row["cite"] for table in found["tables"] for row in table["rows"])
    doses = {table["id"]: table["rows"][0]["dose"] for table in found["tables"]}
    assert (doses["cog-it-mtx"], doses["cog-it-arac"], doses["bfm-itt-arac"]) == (10, 50, 26)
    assert found["sources"]


def test_the_answer_stands_in_the_first_lines_with_its_source() -> None:
    lines = drug("intrathecal", "--age", "2", "--format", "plain").stdout.splitlines()
    methotrexate = next(line for line in lines[:10] if "Intrathecal methotrexate by age, COG" in line)
    assert "10 mg" in methotrexate
    assert "[1]" in methotrexate
    used = next(line for line in lines[10:] if line.startswith("  Intrathecal methotrexate by age, COG "))
    assert "cog-aall0932" in used


def test_below_one_year_a_table_without_a_row_says_nothing() -> None:
    tables = {table["id"]: table["rows"] for table in data("intrathecal", "--age", "6mo")["tables"]}
    assert tables["cog-it-mtx"] == []
    assert [row["dose"] for row in tables["pog-itt-mtx"]] == [7.5]


def test_protocols_closed_to_the_age_do_not_use_a_table() -> None:
    def using(age: str) -> list[str]:
        return next(t["protocols"] for t in data("intrathecal", "--age", age)["tables"] if t["id"] == "cog-it-mtx")

    assert "cog-aall0932" in using("9.9")
    assert "cog-aall0932" not in using("10")


def test_adults_get_the_doses_that_no_table_gives() -> None:
    fixed = data("intrathecal", "--age", "45")["fixed"]
    assert any(each["drug"] == "methotrexate" and each["dose"] == "12 mg" for each in fixed)
    assert "hyper-cvad" in {id for each in fixed for id in each["protocols"]}
    assert all(each["cite"] for each in fixed)
    assert "hyper-cvad" not in {
        id for each in data("intrathecal", "--age", "5")["fixed"] for id in each["protocols"]
    }  # fmt: skip


def test_doses_of_adults_stand_before_tables_of_children_for_an_adult_alone() -> None:
    for age, first in (("17.9", "Intrathecal methotrexate by age, COG"), ("18", "The same at every age")):
        text = drug("intrathecal", "--age", age, "--format", "plain").stdout
        assert text.index(first) == min(text.index(each) for each in (first, "by age, COG", "The same at every age"))


def test_a_table_that_no_protocol_uses_goes_last() -> None:
    text = drug("intrathecal", "--age", "12", "--format", "plain").stdout.partition("  note")[0]
    titles = [line for line in text.splitlines() if " mg " in line]
    assert len(titles) == 14
    assert "Intrathecal cytarabine alone by age" in titles[-1]


@pytest.mark.parametrize(
    ("told", "said"), [(("--down-syndrome",), True), (("--no-down-syndrome",), False), ((), False)]
)
def test_intrathecals_in_down_syndrome_speak_of_leucovorin(told: tuple[str, ...], said: bool) -> None:
    lines = RUNNER.invoke(app, ["show", "intrathecal", "--age", "5", *told, "--format", "plain"]).stdout.splitlines()
    assert any("leucovorin after intrathecal methotrexate" in line for line in lines[:5]) is said


def test_without_an_age_the_tables_are_whole() -> None:
    tables = {table["id"]: table["rows"] for table in data("intrathecal")["tables"]}
    assert [row["dose"] for row in tables["cog-it-mtx"]] == [8, 10, 12, 15]


def test_intrathecal_does_not_take_a_protocol() -> None:
    result = drug("intrathecal", "--protocol", "ccg-1991")
    assert result.exit_code == 2
    assert "--protocol" in result.stderr
