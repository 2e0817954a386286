"""Empty tables and data dictionaries: what is filled in is read back without any mapping."""

from __future__ import annotations

import csv
import io

import pytest

from all_cli.cohort.columns import BORN, DIAGNOSED, GENETICS, plan_columns, read_cell, read_cell_date
from all_cli.cohort.template import (
    DICTIONARY,
    REDCAP,
    Field,
    csv_text,
    data_dictionary,
    redcap_dictionary,
    template_fields,
)
from all_cli.logic.values import ABSENT, PRESENT
from all_cli.patient.genetics import GeneticsReader
from all_cli.risk.library import RiskLibrary, risk_library

LIBRARY = risk_library()
FACTS = LIBRARY.vocabulary
EVERY = template_fields(FACTS, list(LIBRARY.schemes.values()))


def fields(library: RiskLibrary, *ids: str, dates: bool = False) -> list[Field]:
    return template_fields(library.vocabulary, [library.schemes[id] for id in ids], dates=dates)


def test_a_template_has_the_columns_that_its_schemes_ask_for(library: RiskLibrary) -> None:
    assert [field.column for field in fields(library, "nci-rome")] == ["record_id", "age", "lineage", "wbc"]


def test_every_column_is_read_as_its_fact_without_a_map() -> None:
    columns = plan_columns([field.column for field in EVERY], FACTS, {})
    assert [column.reads for column in columns] == [field.reads or "-" for field in EVERY]
    percent = [column for column in columns if column.header.endswith("_percent")]
    assert percent and all(column.unit == "%" for column in percent)


def test_dates_instead_of_the_age(library: RiskLibrary) -> None:
    header = [field.column for field in fields(library, "nci-rome", dates=True)]
    assert header == ["record_id", "date_of_birth", "date_of_diagnosis", "lineage", "wbc"]
    assert [column.reads for column in plan_columns(header, FACTS, {})][1:3] == [BORN, DIAGNOSED]


def test_a_bare_number_in_a_percent_column_is_percent() -> None:
    (column,) = plan_columns(["mrd_eoi_percent"], FACTS, {})
    possible = read_cell(column, FACTS["mrd_eoi"], "0.01").possible
    assert possible is not None and 0.01 in possible


def test_the_dictionary_says_what_each_column_takes() -> None:
    rows = data_dictionary(EVERY)
    assert rows[0] == DICTIONARY and len(rows) == len(EVERY) + 1
    by_column = {row[0]: dict(zip(DICTIONARY, row, strict=True)) for row in rows[1:]}
    wbc = by_column["wbc"]
    assert (wbc["kind"], wbc["unit"], wbc["lowest"], wbc["highest"]) == ("number", "×10⁹/L", "0", "5000")
    assert "nci-rome" in wbc["schemes"].split(", ")
    assert by_column["kmt2a_r"]["allowed values"] == "rearranged, germline, unknown"


def test_every_allowed_value_of_the_dictionary_is_read() -> None:
    columns = {column.header: column for column in plan_columns([field.column for field in EVERY], FACTS, {})}
    for row in data_dictionary(EVERY)[1:]:
        entry = dict(zip(DICTIONARY, row, strict=True))
        fact = FACTS.get(entry["fact"])
        if fact is None:
            continue
        for value in filter(None, entry["allowed values"].split(", ")):
            read_cell(columns[entry["column"]], fact, value)
        for example in filter(None, entry["examples"].split("; ")):
            read_cell(columns[entry["column"]], fact, example)


# --- REDCap -----------------------------------------------------------------------------------------------------------


def test_the_redcap_header_is_the_one_that_redcap_writes() -> None:
    assert csv_text([REDCAP]).strip() == (
        "Variable / Field Name,Form Name,Section Header,Field Type,Field Label,"
        '"Choices, Calculations, OR Slider Labels",'
        "Field Note,Text Validation Type OR Show Slider Number,Text Validation Min,Text Validation Max,Identifier?,"
        "Branching Logic (Show field only if...),Required Field?,Custom Alignment,Question Number (surveys only),"
        "Matrix Group Name,Matrix Ranking?,Field Annotation"
    )
    assert len(REDCAP) == 18


def redcap(chosen: list[Field]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_text(redcap_dictionary(chosen)))))


def test_the_first_field_is_the_record_and_names_are_those_redcap_allows() -> None:
    rows = redcap(EVERY)
    assert (rows[0][REDCAP[0]], rows[0]["Field Type"]) == ("record_id", "text")
    for row in rows:
        name = row[REDCAP[0]]
        assert name == name.lower() and name.replace("_", "").isalnum() and name[0].isalpha(), name
    assert len({row[REDCAP[0]] for row in rows}) == len(rows)


@pytest.mark.parametrize("labelled", [False, True])
def test_a_redcap_export_is_read_raw_and_labelled(labelled: bool) -> None:
    columns = {column.header: column for column in plan_columns([field.column for field in EVERY], FACTS, {})}
    for row in redcap(EVERY):
        if row["Field Type"] != "dropdown":
            continue
        column = columns[row[REDCAP[0]]]
        fact = FACTS[column.reads]
        meanings = []
        for choice in row[REDCAP[5]].split(" | "):
            code, label = choice.split(", ", 1)
            assert code.replace("_", "").isalnum()
            meanings.append(read_cell(column, fact, label if labelled else code).possible)
        if fact.kind == "flag":
            assert meanings == [{PRESENT}, {ABSENT}, None], fact.id
        else:
            assert meanings[: len(fact.values)] == [{name} for name in fact.values], fact.id
            assert meanings[-1] is None


def test_numbers_are_bounded_and_dates_are_dates(library: RiskLibrary) -> None:
    rows = {row[REDCAP[0]]: row for row in redcap(fields(library, "cog-aall1731", dates=True))}
    assert [rows["wbc"][name] for name in REDCAP[7:10]] == ["number", "0", "5000"]
    assert [rows["modal_chromosomes"][name] for name in REDCAP[7:10]] == ["", "", ""], "words are allowed too"
    assert [rows["date_of_birth"][name] for name in (*REDCAP[7:8], "Identifier?")] == ["date_ymd", "y"]
    assert rows["mrd_eoi_percent"][REDCAP[7]] == "", "<0.01 and negative are results too"
    assert rows[GENETICS]["Field Type"] == "notes"


def test_examples_of_the_text_columns_are_read() -> None:
    GeneticsReader(FACTS).read("46,XX[20]")
    (born, _) = plan_columns(["date_of_birth", "date_of_diagnosis"], FACTS, {})
    assert read_cell_date(born, "2019-03-07") is not None
