"""What a table was taken to say without a word: units, codes for missing, panels, newborns; and advice that is safe."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

import polars as pl
import pytest
import yaml
from test_doubts import FACTS, doubt, inspected, stops, view
from typer.testing import CliRunner

from all_cli import classify_frame
from all_cli.cli.risk import app
from all_cli.cohort.columns import ColumnRule, TableMapping
from all_cli.patient.reading import read_value

Cells = dict[str, Sequence[str | None]]


# --- blasts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cells", [["3", "45", "12.5", "80"], ["12"], ["0", "0.5"], ["100", "7"]])
def test_blood_blasts_that_can_be_percent_wait_for_a_word(cells: list[str]) -> None:
    assert "blasts per uL, or percent of the white cells?" in doubt("PB blasts d8", cells)
    assert stops("PB blasts d8", cells)
    assert not stops("PB blasts d8", cells, units={"PB blasts d8": "/uL"})
    assert not stops("PB blasts d8", cells, mapping={"PB blasts d8": "-"})


def test_blood_blasts_that_no_percentage_is_are_per_microlitre_and_the_unit_is_named() -> None:
    assert doubt("PB blasts d8", ["3", "450", "0", "1200"]) == doubt("PB blasts d8", ["0", "good response"]) == ""
    assert doubt("PB blasts d8 (/uL)", ["3", "45"]) == ""
    assert "1 number with decimals beside 1 above 100" in doubt("PB blasts d8", ["12.5", "450"])
    assert not stops("PB blasts d8", ["12.5", "450"])
    assert str(view("PB blasts d8", ["450"]).column) == 'd8_blasts from "PB blasts d8", bare numbers taken in /uL'
    assert str(view("marrow_d15", ["45"]).column) == 'marrow_d15 from "marrow_d15", bare numbers taken in %'


def test_few_marrow_blasts_that_can_be_fractions_wait_for_a_word() -> None:
    for header in ("marrow_d15", "marrow_eoi"):
        assert stops(header, ["0.55", "0.30", "0.02"])
        assert not stops(header, ["0.55", "0.30", "12"])
        assert not stops(header, ["1", "0", "1"])
        for unit in ("percent", "fraction"):
            assert not stops(header, ["0.55", "0.30", "0.02"], units={header: unit})


# --- codes for missing ------------------------------------------------------------------------------------------------


def test_one_code_far_off_all_other_numbers_is_asked_about() -> None:
    assert "999 (1 cell): a code for missing, or a value?" in doubt("WBC", ["12.5", "8.7", "60", "999"])
    assert stops("WBC", ["12.5", "8.7", "60", "999"])
    assert not stops("WBC", ["12.5", "8.7", "450", "999"])
    assert not stops("WBC", ["12.5", "8.7", "60", "999e9/L"])


def test_a_code_that_one_column_has_for_missing_is_asked_about_in_the_others() -> None:
    cells: Cells = {"age": ["4", "5", "99"], "MRD day 29 (%)": ["0.5", "99", "2"], "WBC": ["99", "12", "140"]}
    mapped = TableMapping({"age": ColumnRule("age", "age", values=(("99", "unknown"),))})
    assert not inspected(cells).columns[1].stops
    found = inspected(cells, table=mapped)
    assert [bool(one.stops) for one in found.columns] == [False, True, False]
    assert "99 (1 cell)" in found.columns[1].stops[0]


# --- panels and newborns ----------------------------------------------------------------------------------------------

GENETIC = [fact.id for fact in FACTS.facts.values() if fact.genetic]
NORMAL = ("negative", "all negative", "nothing found", "no abnormality", "otherwise negative")


@pytest.mark.parametrize("header", ["karyotype", "Cytogenetics", "ISCN", "Karyotyp", "Zytogenetik", "caryotype"])
def test_a_karyotype_without_a_finding_says_no_more_than_a_normal_one(header: str) -> None:
    column = inspected({header: ["normal"]}).columns[0].column
    assert column.karyotypes
    assert {column.said(word) for word in NORMAL[:4]} == {"normal karyotype"}
    assert column.said("46,XX,t(9;22)(q34;q11)[20], otherwise negative") == "46,XX,t(9;22)(q34;q11)[20]"
    assert inspected({"genetics": ["negative"]}).columns[0].column.said("negative") == "negative"


def test_negative_in_a_column_of_cytogenetics_leaves_the_fusions_open() -> None:
    frame = pl.DataFrame(
        {"lineage": ["B"] * 2, "age": ["4"] * 2, "wbc": ["9"] * 2, "cytogenetics": ["negative", "normal"]}
    )
    rows = classify_frame(frame, schemes=["cog-genetics"])
    assert rows["cog-genetics.possible"][0] == rows["cog-genetics.possible"][1]
    assert "etv6_runx1" in rows["cog-genetics.missing"][0]


def test_an_age_of_no_whole_year_is_under_one_year_however_it_is_written() -> None:
    ages = {read_value(FACTS["age"], text).possible for text in ("0", "0.0", "0 y", "0,0")}
    assert len(ages) == 1
    assert read_value(FACTS["age"], "0.00").possible not in ages
    tables = {"ndjson": '{"age":0.0}\n{"age":4.0}\n', "csv": "age\n0.0\n4.0\n"}
    for form, table in tables.items():
        options = ["--input-format", form, "--output-format", "csv", "--scheme", "interfant-06"]
        result = CliRunner().invoke(app, ["batch", "-", *options], input=table)
        first = next(csv.DictReader(io.StringIO(result.stdout)))
        assert "age" in first["interfant-06.missing"].split("|"), "a newborn would be known to be under six months"


# --- advice -----------------------------------------------------------------------------------------------------------

DOUBTED: list[Cells] = [
    {"cns": ["None", "CNS2"]}, {"cns": ["-", "+", "CNS1"]}, {"sex": ["None", "m"]},
    {"Karyotype": ["None", "46,XX[20]"]},
    {"genetics": ["None"]}, {"lineage": ["None", "B"]}, {"ph": ["None", "yes", "-", "+"]},
    {"testicular": ["None", "no"]},
    {"age": ["90", "1500", "7"]}, {"age (d)": ["4", "5", "7", "9", "3"]}, {"age": ["4", "5", "99"]},
    {"WBC": ["12.5", "60", "999"]}, {"WBC": ["45000", "800", "900"]}, {"WBC (/uL)": ["4", "5", "7", "9", "3"]},
    {"WBC": ["1200", "2300", "12"]}, {"WBC": ["1.200", "4,5"]}, {"WBC": ["12,5", "4,5"]}, {"MRD day 29": ["0.01", "2"]},
    {"MRD day 29": ["0.01", "0.02"]}, {"MRD (fraction)": ["0.01", "12"]}, {"MRD day 29 (%)": ["5e-04", "12"]},
    {"marrow_d15": ["0.55", "0.30"]}, {"PB blasts d8": ["12.5", "3"]}, {"PB blasts d8": ["12.5", "300"]},
    {"born": ["03.04.2015"], "diagnosed": ["2019-04-05"]}, {"Immunophenotype x": ["B-ALL", "T-ALL", "B-ALL", "T-ALL"]},
]  # fmt: skip


@pytest.mark.parametrize("cells", DOUBTED, ids=lambda cells: " ".join(cells) + " " + str(next(iter(cells.values()))[0]))
def test_every_proposal_of_every_doubt_is_one_that_is_accepted(cells: Cells) -> None:
    found = inspected(cells)
    proposed = 0
    for one in found.columns:
        for said in (*one.stops, *one.doubts):
            header = one.column.header
            for option, key in (("unit", "units"), ("map", "mapping")):
                for value in re.findall(rf'--{option} "{re.escape(header)}=([^"]+)"', said):
                    assert not inspected(cells, **{key: {header: value}}).problems, said
                    proposed += 1
            for sign in re.findall(r"--decimal (comma|point)", said):
                assert not inspected(cells, decimal=sign).problems, said
                proposed += 1
            for order in re.findall(r"\b(dmy|mdy)\b", said):
                assert not inspected(cells, date_order=order).problems, said
                proposed += 1
            for values in re.findall(r"values: (\{[^{}]*\})", said):
                for written, meant in yaml.load(values, yaml.BaseLoader).items():
                    rule = ColumnRule(header, one.column.reads, values=((written.casefold(), meant),))
                    after = inspected(cells, table=TableMapping({header: rule}))
                    assert not after.problems
                    assert after.columns[one.column.index].unreadable == one.unreadable
                    proposed += 1
    assert proposed or "None" in next(iter(cells.values()))


def test_whole_numbers_with_a_point_grade_the_cns_and_a_word_with_a_figure_takes_the_unit_of_its_column() -> None:
    assert read_value(FACTS["cns"], "1.0").possible == frozenset({"CNS1"})
    assert read_value(FACTS["cns"], "2.0").possible == read_value(FACTS["cns"], "2").possible
    positive = read_value(FACTS["mrd_eoi"], "pos <0.01", "%").possible
    assert positive == read_value(FACTS["mrd_eoi"], "positive (<0.01%)").possible


def test_a_sentence_shows_no_long_fractions() -> None:
    said = inspected({"weeks to cr": ["33"]}).columns[0].unread[0].why
    assert "4.71 weeks? write 33 days" in said
