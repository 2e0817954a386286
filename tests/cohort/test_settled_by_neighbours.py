"""Thousands and dates that the column's other cells settle, and those that nothing does."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from all_cli import classify_frame
from all_cli.cli.risk import app
from all_cli.cohort.columns import Column, plans
from all_cli.cohort.settled import settled
from all_cli.patient.dates import read_table_date
from all_cli.patient.genetics import genetics_reader
from all_cli.patient.quantity import parse_quantity, read_number
from all_cli.patient.reading import read_value
from all_cli.risk.library import risk_library

FACTS = risk_library().vocabulary


def settle(cells: dict[str, Sequence[object]], **said: str) -> list[Column]:
    columns, problems = plans(list(cells), FACTS, {}, **said)  # type: ignore[arg-type]
    assert not problems
    return settled(columns, FACTS, pl.DataFrame({name: list(column) for name, column in cells.items()}))


def signs(cells: dict[str, Sequence[object]], **said: str) -> list[str]:
    return [column.decimal for column in settle(cells, **said)]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"WBC (/uL)": ["12,500", "1,250", "850", "120,000"]}, ["point"]),
        ({"Leukozyten (/µl)": ["12.000", "150.000"], "Alter": ["4,5", "7"]}, ["comma", "comma"]),
        ({"WBC": ["4,5", "12,25"], "MRD (%)": ["0,05", "neg"], "age": ["4", "5"]}, ["comma", "comma", ""]),
        # Nothing settles these: all end in three noughts, or points and commas are both in use, or parts of one exist.
        ({"WBC (/uL)": ["120,000", "850,000"]}, [""]), ({"WBC (/uL)": ["120.000", "310.000"]}, [""]),
        ({"WBC (/uL)": ["12.500", "120.000"]}, [""]), ({"WBC (/uL)": ["12.500"], "MRD (%)": ["0.05"]}, ["", ""]),
        ({"WBC (/uL)": ["12,500"], "MRD (%)": ["0,05"]}, ["", "comma"]),
        ({"WBC": ["4,5", "1.234"]}, [""]), ({"WBC": ["4,5"], "MRD (%)": ["1.234"]}, ["", ""]),
        ({"WBC": ["4,5"], "age": ["4.5"]}, ["", ""]), ({"WBC": ["1.234", "12.345"]}, [""]),
        ({"PB blasts d8": ["12.345", "150.250"]}, [""]), ({"age (d)": ["1,250", "3,652"]}, [""]),
        ({"WBC (/uL)": [12.345, 150.25]}, [""]),
    ],
)  # fmt: skip
def test_a_decimal_sign_is_settled_where_the_cells_leave_one_reading(
    cells: dict[str, Sequence[object]], expected: list[str]
) -> None:
    assert signs(cells) == expected
    assert set(signs(cells, decimal="point")) == {"point"}, "the user's word stands"


@pytest.mark.parametrize(
    ("dates", "order"),
    [
        (["03.04.2015", "13.04.2009"], "dmy"), (["03.04.2015", "04.05.2009"], ""), (["03/04/2015", "13/04/2009"], ""),
        (["03.04.2015", "13.04.2009", "04.13.2009"], ""), (["13.04.2009", "03/04/2015"], ""), (["2015-04-03"], ""),
    ],
)  # fmt: skip
def test_dates_with_points_are_day_first_where_one_of_them_can_only_be_so(dates: list[str], order: str) -> None:
    diagnosed = ["2019-01-01"] * len(dates)
    assert [column.date_order for column in settle({"born": dates, "diagnosed": diagnosed})] == [order, ""]


def test_all_readers_of_a_table_settle_the_same_and_say_so(tmp_path: Path) -> None:
    rows = [("03.04.2015", "13.04.2019", "12.500", "0,05"), ("14.04.2009", "02.03.2019", "120.000", "neg.")]
    table = "born;diagnosed;WBC (/uL);MRD day 29 (%)\n" + "".join(";".join(row) + "\n" for row in rows)
    result = CliRunner().invoke(app, ["batch", "-", "--set", "lineage=B", "--scheme", "nci-rome"], input=table)
    assert result.exit_code == 0, result.stderr
    assert 'wbc from "WBC (/uL)" in /uL with a decimal comma' in result.stderr
    assert 'born from "born" written dmy' in result.stderr
    groups = [row["nci-rome.group"] for row in csv.DictReader(io.StringIO(result.stdout), delimiter=";")]
    assert groups == ["standard", "high"]
    path = tmp_path / "classified.csv"
    path.write_text(result.stdout)
    seen = CliRunner().invoke(app, ["report", str(path), "--set", "lineage=B", "--format", "json"])
    assert seen.exit_code == 0, seen.stderr
    frame = pl.DataFrame(rows, schema=table.split("\n")[0].split(";"), orient="row")
    answers = classify_frame(frame, schemes=["nci-rome"], for_all={"lineage": "B"})
    assert answers["nci-rome.group"].to_list() == groups
    looked = CliRunner().invoke(app, ["columns", "-", "--set", "lineage=B"], input=table)
    assert looked.exit_code == 0, looked.stdout


def test_blanks_between_thousands_full_stops_of_abbreviations_and_dates_without_signs_are_read() -> None:
    for text in ("12 000/uL", "12\u00a0000 /uL", "12\u202f000/µl"):
        assert read_number(FACTS["wbc"], text).possible.single == 12
    assert read_number(FACTS["wbc"], "1 250 000", "/uL").possible.single == 1250
    assert parse_quantity("12 0000") is None or parse_quantity("12 0000").unit  # type: ignore[union-attr]
    assert read_value(FACTS["bcr_abl1"], "neg.") == read_value(FACTS["bcr_abl1"], "neg")
    assert read_value(FACTS["bcr_abl1"], "pos.") == read_value(FACTS["bcr_abl1"], "pos")
    assert read_value(FACTS["mrd_eoi"], "neg.") == read_value(FACTS["mrd_eoi"], "neg")
    read = genetics_reader(FACTS).read
    assert [(one.fact, *one.possible) for one in read("BCR-ABL neg., MLL pos.")] == [
        ("bcr_abl1", "absent"), ("kmt2a_r", "present"),
    ]  # fmt: skip
    assert read_table_date("born", "20150301") == read_table_date("born", "2015-03-01")


def test_a_cell_far_down_in_a_table_of_long_rows_settles_its_column_all_the_same(tmp_path: Path) -> None:
    rows = [f'7,B,"120,000",{"remark " * 40}'] * 10_000
    rows[9_989] = '7,B,"12,500",'
    table = tmp_path / "cohort.csv"
    table.write_text("\n".join(["age,lineage,WBC (/uL),remark", *rows]) + "\n")
    result = CliRunner().invoke(app, ["batch", str(table), "-o", str(tmp_path / "out.csv"), "--scheme", "nci-rome"])
    assert result.exit_code == 0, result.stderr
    assert "nci-rome: assigned 10000 (high 9999, standard 1)" in result.stderr
