"""Which column is read as which fact, and in which unit."""

from __future__ import annotations

import csv
import io
import re

import pytest
from typer.testing import CliRunner, Result

from all_cli.cli.risk import app

RUNNER = CliRunner()


def batch(table: str, *options: str) -> Result:
    return RUNNER.invoke(app, ["batch", "-", "--scheme", "nci-rome", *options], input=table)


def group(table: str, *options: str) -> str:
    result = batch(table, *options)
    assert result.exit_code == 0, result.stderr
    row = list(csv.reader(io.StringIO(result.stdout)))[1]
    return row[-5] or row[-6]


def read(header: str, *options: str) -> str:
    """What the summary says of a column with this name."""
    result = batch(f'"{header}"\n\n', *options)
    line = next((line for line in result.stderr.splitlines() if line.startswith("  read: ")), "")
    assert line, result.stderr
    return line.removeprefix("  read: ")


@pytest.mark.parametrize(
    ("header", "fact", "unit"),
    [
        ("age", "age", ""),
        ("AGE", "age", ""),
        ("Age at diagnosis", "age", ""),
        ("Diagnosis Age", "age", ""),
        ("Age (days)", "age", "d"),
        ("age_days", "age", "d"),
        ("age.in.months", "age", "mo"),
        ("Age [years]", "age", "y"),
        ("age weeks", "age", "w"),
        ("WBC", "wbc", ""),
        ("WBC [/uL]", "wbc", "/uL"),
        ("WBC (10^9/L)", "wbc", "10^9/L"),
        ("wbc_at_diagnosis", "wbc", ""),
        ("Leukocytes", "wbc", ""),
        ("MRD (%)", "mrd_eoi", "%"),
        ("mrd_eoi", "mrd_eoi", ""),
        ("MRD day 29 percent", "mrd_eoi", "%"),
        ("MRD EOI (fraction)", "mrd_eoi", "fraction"),
        ("Cell of Origin", "lineage", ""),
        ("CNS status", "cns", ""),
        ("Ph status", "bcr_abl1", ""),
        ("ph", "bcr_abl1", ""),
        ("BCR_ABL1", "bcr_abl1", ""),
        ("Gender", "sex", ""),
        ("genetics", "genetics", ""),
    ],
)
def test_a_column_is_known_by_its_name_and_unit(header: str, fact: str, unit: str) -> None:
    assert read(header) == f'{fact} from "{header}"' + (f" in {unit}" if unit else "")


@pytest.mark.parametrize("header", ["id", "note", "wbcs", "manage", "page", "", "age group", "WBC day 8", "outcome"])
def test_a_name_that_only_resembles_a_fact_is_left_alone(header: str) -> None:
    result = batch(f'"{header}",x,lineage\n1,2,B\n')
    alone = next(line for line in result.stderr.splitlines() if line.startswith("  left alone: "))
    assert re.sub(r" \(spelled much like \w+\)", "", alone) == f'  left alone: "{header}", "x"'


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("age_days,wbc,lineage\n3652,5,B\n", "standard|high"),
        ("age_days,wbc,lineage\n3651,5,B\n", "standard"),
        ("age_days,wbc,lineage\n3653,5,B\n", "high"),
        ("Age (months),wbc,lineage\n119,5,B\n", "standard"),
        ("Age (months),wbc,lineage\n120,5,B\n", "high"),
        ("age,WBC [/uL],lineage\n7,49999,B\n", "standard"),
        ("age,WBC [/uL],lineage\n7,50000,B\n", "high"),
        ("age,WBC (K/uL),lineage\n7,50,B\n", "high"),
        ("age,WBC [/uL],lineage\n7,50e9/L,B\n", "high"),
        ("age,wbc,lineage\n7,49999/uL,B\n", "standard"),
    ],
)
def test_the_unit_of_the_column_gives_its_numbers_their_meaning(table: str, expected: str) -> None:
    result = batch(table)
    assert list(csv.reader(io.StringIO(result.stdout)))[1][5] == expected


@pytest.mark.parametrize(
    ("header", "options", "open"),
    [
        ("MRD (%)", (), False),
        ("MRD (fraction)", (), False),
        ("MRD", ("--mrd-unit", "percent"), False),
        ("MRD", ("--mrd-unit", "fraction"), False),
        ("MRD", (), True),
    ],
)
def test_a_bare_mrd_number_is_read_only_if_its_unit_is_said(header: str, options: tuple[str, ...], open: bool) -> None:
    result = batch(f"age,wbc,lineage,{header}\n7,5,B,0.02\n7,5,B,0.02%\n", "--strict-cells", *options)
    rows = list(csv.reader(io.StringIO(result.stdout)))[1:]
    assert rows[0][4] == ("invalid" if open else "assigned")
    assert rows[1][4] == "assigned"
    assert result.exit_code == (1 if open else 0)
    if open:
        assert "percent or fraction" in rows[0][-1]


def test_percent_and_fraction_are_not_the_same_number() -> None:
    answers = []
    for unit in ("percent", "fraction"):
        table = "age,wbc,lineage,ph,weeks_to_cr,MRD\n20,5,B,neg,3,0.00005\n"
        result = RUNNER.invoke(app, ["batch", "-", "--scheme", "guideline-summary", "--mrd-unit", unit], input=table)
        answers.append(list(csv.reader(io.StringIO(result.stdout)))[1][7])
    assert answers == ["standard", "standard"]
    for unit, expected in (("percent", "standard"), ("fraction", "high")):
        table = "age,wbc,lineage,ph,weeks_to_cr,MRD\n20,5,B,neg,3,0.0002\n"
        result = RUNNER.invoke(app, ["batch", "-", "--scheme", "guideline-summary", "--mrd-unit", unit], input=table)
        assert list(csv.reader(io.StringIO(result.stdout)))[1][7] == expected


def refused(result: Result, *said: str) -> None:
    assert isinstance(result.exception, SystemExit), result.exception
    assert (result.exit_code, result.stdout) == (2, "")
    for words in said:
        assert words in result.stderr


def test_a_map_reads_a_column_as_a_fact() -> None:
    assert (
        group(
            "years,Leuk=ocytes,line\n7,45,B\n",
            "--map",
            "years=age",
            "--map",
            "Leuk=ocytes=wbc",
            "--map",
            "line=lineage",
        )
        == "standard"
    )


def test_a_map_to_a_dash_leaves_a_column_alone() -> None:
    result = batch("age,wbc,lineage\n7,45,B\n", "--map", "wbc=-")
    assert 'left alone: "wbc"' in result.stderr
    assert list(csv.reader(io.StringIO(result.stdout)))[1][3:6] == ["indeterminate", "", "standard|high"]


def test_a_map_takes_genetics_and_dates() -> None:
    table = "karyotype,a,b\nt(9;22),2009-03-01,2019-03-01\n"
    result = batch(table, "--map", "karyotype=genetics", "--map", "a=born", "--map", "b=diagnosed")
    assert 'read: genetics from "karyotype", born from "a", diagnosed from "b"' in result.stderr


@pytest.mark.parametrize("entry", ["years", "years=", "=age", "="])
def test_a_map_without_both_sides_is_refused(entry: str) -> None:
    refused(batch("years\n7\n", "--map", entry), "COLUMN=fact")


def test_a_map_of_an_unknown_column_or_fact_is_answered_with_the_nearest() -> None:
    refused(batch("years\n7\n", "--map", "yaers=age"), '"yaers=age"', '"years"')
    refused(batch("years\n7\n", "--map", "years=agee"), '"years=agee"', '"age"')


def test_two_columns_for_one_fact_are_refused_with_the_way_out() -> None:
    table = "age,age at diagnosis,wbc,lineage\n7,8,45,B\n"
    refused(batch(table), "age, age at diagnosis", '--map "age at diagnosis=-"')
    assert group(table, "--map", "age at diagnosis=-") == "standard"
    refused(batch("age,years\n7,8\n", "--map", "years=age"), '--map "years=-"')


def test_two_genetics_columns_are_read_together() -> None:
    result = RUNNER.invoke(
        app,
        ["batch", "-", "--scheme", "cog-aall08b1", "--map", "fish=genetics"],
        input="genetics,fish\nt(12;21),iAMP21\n",
    )
    assert result.exit_code == 0
    assert not {"iamp21", "etv6_runx1"} & set(list(csv.reader(io.StringIO(result.stdout)))[1][6].split("|"))


@pytest.mark.parametrize("header", ["WBC [furlong]", "Age (parsecs)", "MRD (ppm)"])
def test_a_unit_that_the_fact_does_not_have_is_refused(header: str) -> None:
    refused(batch(f"{header}\n7\n"), header, "is not a unit of")


@pytest.mark.parametrize(("header", "missing"), [("DOB", "diagnosed"), ("Date of diagnosis", "born")])
def test_one_date_without_the_other_is_refused(header: str, missing: str) -> None:
    result = batch(f"{header},wbc\n2010-01-01,4\n")
    assert result.exit_code == 2
    assert f"COLUMN={missing}" in result.stderr


@pytest.mark.parametrize(
    ("option", "one", "other"), [("--map", "years=age", "years=wbc"), ("--unit", "years=y", "years=d")]
)
def test_a_column_that_is_given_two_meanings_is_refused(option: str, one: str, other: str) -> None:
    refused(batch("years\n7\n", option, one, option, other), "already")
