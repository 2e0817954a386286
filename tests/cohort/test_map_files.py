"""Map files: saved, mended, replayed; every mistake with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from all_cli.cohort.columns import Column, TableMapping, plan_columns, read_cell, read_cell_date
from all_cli.cohort.mapping import MapFileError, map_file_text, read_map_file
from all_cli.logic.values import NumberSet
from all_cli.patient.unreadable import UnreadableError
from all_cli.risk.library import risk_library

FACTS = risk_library().vocabulary


def mapping(tmp_path: Path, text: str) -> TableMapping:
    path = tmp_path / "map.yaml"
    path.write_text(text, encoding="utf-8")
    return read_map_file(path, FACTS)


def columns(tmp_path: Path, text: str, *header: str, **options: object) -> list[Column]:
    return plan_columns(header, FACTS, {}, table=mapping(tmp_path, text), **options)  # type: ignore[arg-type]


def test_a_map_file_says_fact_unit_and_values(tmp_path: Path) -> None:
    text = (
        'columns:\n  Leuk: {fact: wbc, unit: /uL}\n  Origin: {fact: lineage, values: {"B-Prec": B, "777": unknown}}\n'
    )
    wbc, lineage, age = columns(tmp_path, text, "Leuk", "Origin", "age")
    assert (wbc.reads, wbc.unit, lineage.reads, age.reads) == ("wbc", "/uL", "lineage", "age")
    assert read_cell(lineage, FACTS["lineage"], " b-prec ").possible == {"B"}
    assert read_cell(lineage, FACTS["lineage"], "777").possible is None
    assert read_cell(lineage, FACTS["lineage"], "T-ALL").possible == {"T"}
    with pytest.raises(UnreadableError):
        read_cell(lineage, FACTS["lineage"], "778")


def test_one_no_two_yes_is_a_value_map(tmp_path: Path) -> None:
    (mll,) = columns(tmp_path, 'columns: {MLL: {fact: kmt2a_r, values: {"1": no, "2": yes, "9": unknown}}}', "MLL")
    meant = [read_cell(mll, FACTS["kmt2a_r"], text).possible for text in ("1", "2", "9")]
    assert meant == [{"absent"}, {"present"}, None]


def test_what_a_value_map_says_is_not_read_with_the_decimal_sign_of_the_table(tmp_path: Path) -> None:
    text = 'decimal: comma\ncolumns: {Leuk: {fact: wbc, unit: 10^9/L, values: {"hoch": "100.5 10^9/L"}}}'
    (wbc,) = columns(tmp_path, text, "Leuk")
    assert read_cell(wbc, FACTS["wbc"], "hoch").possible == NumberSet.point(100.5)
    assert read_cell(wbc, FACTS["wbc"], "1,5").possible == NumberSet.point(1.5)


def test_dates_have_an_order_for_all_or_for_one(tmp_path: Path) -> None:
    text = (
        'date_format: dmy\ncolumns:\n  b: {fact: born, values: {"1.1.1900": unknown}}\n'
        "  d: {fact: diagnosed, date_format: mdy}\n"
    )
    born, diagnosed = columns(tmp_path, text, "b", "d")
    assert str(read_cell_date(born, "03/04/2010")) == "2010-04-03"
    assert str(read_cell_date(diagnosed, "03/04/2010")) == "2010-03-04"
    assert read_cell_date(born, "1.1.1900") is None


def test_a_dash_leaves_a_column_alone_whatever_its_name(tmp_path: Path) -> None:
    age, exact = columns(tmp_path, 'columns: {age: {fact: "-"}}', "age", "Age (days)")
    assert (age.reads, exact.reads) == ("-", "age")


def test_an_option_goes_before_the_map_file(tmp_path: Path) -> None:
    table = mapping(tmp_path, "columns: {x: {fact: wbc, unit: /uL, values: {hoch: 100000}}}")
    (by_file,) = plan_columns(["x"], FACTS, {}, table=table)
    (by_unit,) = plan_columns(["x"], FACTS, {}, table=table, units={"x": "10^9/L"})
    (by_map,) = plan_columns(["x"], FACTS, {"x": "ldh"}, table=table, units={"x": "U/L"})
    assert (by_file.unit, by_unit.unit, by_map.reads) == ("/uL", "10^9/L", "ldh")
    assert by_unit.values and not by_map.values


def test_a_column_that_the_table_does_not_have_is_refused_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match=r'map\.yaml:2:3: the table has no column called "Leuk" — did you mean'):
        columns(tmp_path, "columns:\n  Leuk: {fact: wbc}\n", "Leuko")


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ('{fact: wbc, unit: /uL, values: {hoch: ">100"}}', 'in /uL or in ×10⁹/L? Write the unit behind it'),
        ("{fact: age, unit: d, values: {3l: '31'}}", "in d or in years?"),
    ],
)  # fmt: skip
def test_a_meaning_that_is_two_numbers_is_refused(tmp_path: Path, entry: str, why: str) -> None:
    with pytest.raises(UnreadableError) as error:
        columns(tmp_path, f"columns:\n  x: {entry}\n", "x")
    assert "map.yaml:2:3: " in str(error.value) and why in str(error.value)


@pytest.mark.parametrize(
    "entry",
    [
        '{fact: wbc, unit: /uL, values: {hoch: ">100 G/L", l0000: "10000", x: unknown}}',
        "{fact: age, unit: d, values: {3l: 31d}}",
        '{fact: mrd_eoi, unit: "%", values: {low: "0.005", pos: positive}}',
    ],
)  # fmt: skip
def test_a_meaning_of_one_reading_is_taken(tmp_path: Path, entry: str) -> None:
    (column,) = columns(tmp_path, f"columns:\n  x: {entry}\n", "x")
    for written, _ in column.values:
        read_cell(column, FACTS[column.reads], written)


@pytest.mark.parametrize(
    ("text", "place", "why"),
    [
        ("columns: {x: {fact: wbcc}}", "1:21", 'no fact is called "wbcc" — did you mean "wbc"'),
        ("columns: {x: {fact: wbc, unit: ell}}", "1:32", '"ell" is not a unit of wbc (its units:'),
        ("columns: {x: {fact: cns, unit: '%'}}", "1:26", "cns has no unit"),
        ("columns: {x: {fact: wbc, colour: red}}", "1:26", 'the key "colour" is not known here'),
        ("colums: {x: {fact: wbc}}", "1:1", 'should hold "columns:"'),
        ("columns: {x: {fact: wbc}}\ndate: dmy", "2:1", 'the key "date" is not known here'),
        ("columns: {x: wbc}", "1:14", "say what the column is"),
        ("columns: {x: {unit: /uL}}", "1:14", "say what the column is"),
        ("columns: {x: {fact: cns, values: {a: CNS9}}}", "1:38", '"CNS9" cannot be a value of cns'),
        ("columns: {x: {fact: mrd_eoi, values: {low: 0.005}}}", "1:44", "percent or fraction"),
        ("columns: {x: {fact: genetics, values: {a: t(9;99)}}}", "1:43", "cannot be a value of genetics"),
        ("columns: {x: {fact: cns, values: {a: CNS1, A: CNS2}}}", "1:44", '"A" is the same cell as "a"'),
        ("columns: {x: {fact: cns, values: [a]}}", "1:34", "write it as"),
        ("columns: {x: {fact: cns, date_format: dmy}}", "1:26", "cns is not a date"),
        ("columns: {x: {fact: cns, decimal: comma}}", "1:26", "cns is not a number"),
        ("columns: {x: {fact: born, date_format: dym}}", "1:40", '"dym" is not one of dmy, mdy, ymd'),
        ("columns: {x: {fact: wbc}, x: {fact: age}}", "1:27", "repeated"),
        ("columns: {x: {fact: wbc}", "2:1", "not YAML"),
        ("", "1:1", 'should hold "columns:"'),
    ],
)  # fmt: skip
def test_a_mistake_is_said_with_file_line_and_column(tmp_path: Path, text: str, place: str, why: str) -> None:
    with pytest.raises(MapFileError) as error:
        mapping(tmp_path, text)
    first = str(error.value).splitlines()[0]
    assert f"map.yaml:{place}: " in first and why in first


def test_all_mistakes_are_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(MapFileError) as error:
        mapping(tmp_path, "columns:\n  a: {fact: wbcc}\n  b: {fact: cns, unit: x}\ndecimal: dot\n")
    assert len(str(error.value).splitlines()) == 3


def test_a_file_that_is_no_text_is_said(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_bytes(b"columns: \xff")
    with pytest.raises(MapFileError, match="not UTF-8 text"):
        read_map_file(tmp_path / "map.yaml", FACTS)


def test_what_is_saved_is_replayed(tmp_path: Path) -> None:
    header = ["id", "Leuk", "dob", "dx date", "CNS: [\"a\"] #1 'x'", "MRD (%)", "yes", "Origin\tt", "12:30"]
    given = {"Leuk": "wbc", "CNS: [\"a\"] #1 'x'": "cns", "yes": "bcr_abl1", "Origin\tt": "lineage"}
    before = plan_columns(header, FACTS, given, units={"Leuk": "/uL"}, decimal="comma", date_order="dmy")
    text = map_file_text(before, {4: [('say "what"\n', 3)]})
    assert plan_columns(header, FACTS, {}, table=mapping(tmp_path, text)) == before


@given(st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=10))
def test_any_header_and_value_survive_saving(tmp_path_factory: pytest.TempPathFactory, header: str, value: str) -> None:
    if any("\ud800" <= sign <= "\udfff" for sign in header + value):
        return
    column = Column(0, header, "cns", values=((" ".join(value.strip().casefold().replace("_", " ").split()), "CNS1"),))
    text = map_file_text([column], {0: [(value, 1)]})
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_text(text, encoding="utf-8", newline="")
    assert plan_columns([header], FACTS, {}, table=read_map_file(path, FACTS)) == [column]
