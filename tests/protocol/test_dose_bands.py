"""Doses by age and by weight, at every edge: looked up, never computed."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from all_cli.cli.protocol import app

RUNNER = CliRunner()
BORN = date(2017, 3, 7)


def shown(*arguments: str) -> dict[str, Any]:
    result = RUNNER.invoke(app, ["show", *arguments, "--format", "json"])
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def intrathecal(day: date, drug: str, *more: str) -> float:
    """The intrathecal dose of the COG table on a day, for a child born on 7 March 2017."""
    arm = ("induction", "--protocol", "cog-aall0232", "--arm", "pred-hdmtx")
    found = shown(*arm, "--age", "1", "--born", BORN.isoformat(), "--on", day.isoformat(), *more)
    doses = {line["dose"] for line in found["lines"] if line["route"] == "IT" and line["drug"] == drug}
    (dose,) = doses
    return float(dose)


@pytest.mark.parametrize(
    ("birthday", "methotrexate", "cytarabine"),
    [(2, (8, 10), (30, 50)), (3, (10, 12), (50, 70)), (9, (12, 15), (70, 70))],
)
def test_intrathecal_doses_step_on_the_birthday_and_not_the_day_before(
    birthday: int, methotrexate: tuple[float, float], cytarabine: tuple[float, float]
) -> None:
    day = BORN.replace(year=BORN.year + birthday)
    for drug, (before, after) in (("methotrexate", methotrexate), ("cytarabine", cytarabine)):
        assert intrathecal(day - timedelta(days=1), drug) == before
        assert intrathecal(day, drug) == after
        assert intrathecal(day + timedelta(days=1), drug) == after


def test_the_first_birthday_opens_the_table() -> None:
    first = BORN.replace(year=2018)
    arguments = (
        "induction",
        "--protocol",
        "cog-aall0232",
        "--arm",
        "pred-hdmtx",
        "--set",
        "age=0",
        "--born",
        str(BORN),
    )
    before = shown(*arguments, "--on", str(first - timedelta(days=1)))
    assert [line["dose"] for line in before["lines"] if line["route"] == "IT"] == [None] * 3
    after = shown(*arguments, "--on", str(first))
    assert {line["dose"] for line in after["lines"] if line["route"] == "IT"} == {8, 30}


def test_the_age_of_the_day_decides_the_dose_and_that_of_diagnosis_the_steroid() -> None:
    found = shown(
        "induction", "--risk", "high", "--born", "2017-03-07", "--diagnosed", "2027-03-01", "--on", "2027-03-10"
    )
    assert {line["drug"] for line in found["lines"]} >= {"dexamethasone"}
    assert "prednisone" not in {line["drug"] for line in found["lines"]}


@pytest.mark.parametrize(
    ("age", "said"),
    [
        ("1.95", "10 mg if age >= 2 and age < 3"),
        ("2.95", "12 mg if age >= 3 and age < 9"),
        ("8.95", "15 mg if age >= 9"),
    ],
)
def test_a_birthday_within_induction_brings_both_doses(age: str, said: str) -> None:
    text = RUNNER.invoke(app, ["show", "induction", "--protocol", "cog-aall1131", "--age", age, "-f", "plain"]).stdout
    assert "the age on the day of the injection counts" in text
    assert said in text
    assert "--born with --on DATE settles it" in text


@pytest.mark.parametrize("age", ["1.5", "2.5", "7", "8.8", "9", "12"])
def test_a_birthday_beyond_induction_brings_no_other_dose(age: str) -> None:
    text = RUNNER.invoke(app, ["show", "induction", "--protocol", "cog-aall1131", "--age", age, "-f", "plain"]).stdout
    assert "the age on the day of the injection counts" not in text


def test_in_maintenance_every_later_band_may_come() -> None:
    text = RUNNER.invoke(app, ["show", "maintenance", "--protocol", "cog-aall1131", "--age", "7", "-f", "plain"]).stdout
    assert "15 mg if age >= 9" in text
    settled = RUNNER.invoke(
        app, ["show", "maintenance", "--protocol", "cog-aall1131", "--age", "7", "--born", "2017-03-07", "--on",
              "2026-03-08", "-f", "plain"]
    )  # fmt: skip
    assert "the age on the day of the injection counts" not in settled.stdout
    assert "as for 9.003 y, the age on the day of the injection" in settled.stdout
    assert " 15 mg " in settled.stdout


def lines_by_weight(protocol: str, phase: str, weight: str) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = shown(phase, "--protocol", protocol, "--weight", weight)["lines"]
    return lines


@pytest.mark.parametrize(("weight", "flat"), [("44.9", False), ("45", True), ("45.1", True), ("44999g", False)])
def test_blinatumomab_is_flat_from_45_kg(weight: str, flat: bool) -> None:
    lines = [line for line in lines_by_weight("blinatumomab", "rr-1", weight) if line["drug"] == "blinatumomab"]
    assert [(line["dose"], line["unit"]) for line in lines] == (
        [(9, "mcg"), (28, "mcg")] if flat else [(5, "mcg/m2"), (15, "mcg/m2")]
    )


@pytest.mark.parametrize(
    ("bsa", "first", "full", "capped"),
    [
        ("1", 5, 15, [False, False]),
        ("1.4", 7, 21, [False, False]),
        ("1.8", 9, 27, [False, False]),
        ("1.82", 9, 27.3, [True, False]),
        ("1.9", 9, 28, [True, True]),
    ],
)
def test_blinatumomab_below_45_kg_is_by_surface_and_capped_at_the_flat_dose(
    bsa: str, first: float, full: float, capped: list[bool]
) -> None:
    found = shown("rr-1", "--protocol", "blinatumomab", "--weight", "44", "--bsa", bsa)
    doses = [line["dose_for_patient"] for line in found["lines"] if line["drug"] == "blinatumomab"]
    assert [dose["amount"] for dose in doses] == [first, full]
    assert [dose["capped"] for dose in doses] == capped


@pytest.mark.parametrize(
    ("weight", "dose"),
    [("9.9", None), ("10", 40), ("19.9", 40), ("20", 60), ("29.9", 60), ("30", 70), ("44.9", 70), ("45", 100)],
)  # fmt: skip
def test_dasatinib_tablets_by_weight_band(weight: str, dose: float | None) -> None:
    lines = lines_by_weight("label-dasatinib", "dasatinib", weight)
    assert [line["dose"] for line in lines] == ([] if dose is None else [dose])


@pytest.mark.parametrize(("weight", "lines"), [("39.9", 0), ("40", 2), ("41", 2)])
def test_revumenib_below_40_kg_is_not_encoded(weight: str, lines: int) -> None:
    arguments = ("continuous", "--protocol", "revumenib", "--weight", weight)
    if not lines:
        text = RUNNER.invoke(app, ["show", *arguments, "-f", "plain"]).stdout
        assert "2 lines for other patients left out" in text
        assert "the figures below 40 kg were not read" in text
    else:
        assert [line["dose"] for line in shown(*arguments)["lines"]] == [270, 160]


@pytest.mark.parametrize(("weight", "id"), [("50", "cells-to-50"), ("50.1", "cells-over-50")])
def test_tisagenlecleucel_steps_above_50_kg(weight: str, id: str) -> None:
    assert [line["id"] for line in lines_by_weight("tisagenlecleucel", "infusion", weight)] == [
        f"tisagenlecleucel.{id}"
    ]


@pytest.mark.parametrize(("size", "by_weight"), [(("--bsa", "0.59"), True), (("--bsa", "0.6"), False)])
def test_pegaspargase_by_weight_below_0_6_square_metres(size: tuple[str, str], by_weight: bool) -> None:
    lines = shown("pegaspargase", "--protocol", "asparaginase-products", *size)["lines"]
    assert ("asparaginase-products.small" in [line["id"] for line in lines]) == by_weight


def test_the_computed_surface_decides_bands_by_surface_too() -> None:
    # √(82 × 11 / 3600) = 0.5005 m²
    lines = shown("pegaspargase", "--protocol", "asparaginase-products", "--height", "82", "--weight", "11")["lines"]
    (small,) = (line for line in lines if line["id"] == "asparaginase-products.small")
    assert small["dose_for_patient"]["arithmetic"] == "82.5 IU/kg × 11 kg = 907.5 IU"
