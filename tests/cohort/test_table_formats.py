"""Whatever a table is written in, its cells are read as text, and the output is what its name says."""

from __future__ import annotations

import csv
import gzip
import io
import json
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from all_cli.cli.risk import app
from all_cli.cohort.tables import ReadAs, open_table
from all_cli.cohort.typed import texts_of

RUNNER = CliRunner()
TEXT = "id,age,wbc,lineage\n007,7,45,B\nNA,10,5,B\n"
ROWS = [["007", "7", "45", "B"], ["NA", "10", "5", "B"]]
ANSWERS = [("assigned", "standard"), ("assigned", "high")]
FRAME = pl.DataFrame({"id": ["007", "NA"], "age": [7.0, 10.0], "wbc": [45, 5], "lineage": ["B", "B"]})


def batch(*options: str, input: bytes | None = None, code: int = 0) -> Result:
    result = RUNNER.invoke(app, ["batch", "--scheme", "nci-rome", *options], input=input)
    assert result.exit_code == code, (result.stderr, result.exception)
    return result


def write_ods(path: Path) -> None:
    from odfdo import Document, Table

    book = Document("spreadsheet")
    book.body.clear()
    sheet = Table("Sheet1")
    sheet.set_values([FRAME.columns, *FRAME.rows()])
    book.body.append(sheet)
    book.save(path)


def write(path: Path) -> Path:
    match path.suffix:
        case ".parquet":
            FRAME.write_parquet(path)
        case ".arrow":
            FRAME.write_ipc(path)
        case ".xlsx":
            FRAME.write_excel(path)
        case ".ods":
            write_ods(path)
        case ".ndjson":
            lines = ({"id": row[0], "age": int(row[1]), "wbc": row[2], "lineage": row[3]} for row in ROWS)
            path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
        case ".gz":
            path.write_bytes(gzip.compress(TEXT.encode()))
        case ".zst":
            import pyarrow

            path.write_bytes(pyarrow.compress(TEXT.encode(), "zstd", asbytes=True))
        case ".psv":
            path.write_text(TEXT.replace(",", "|"), encoding="utf-8")
        case _:
            path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.mark.parametrize("suffix", ["csv", "psv", "csv.gz", "csv.zst", "parquet", "arrow", "xlsx", "ods", "ndjson"])
def test_a_table_is_read_in_any_format(suffix: str, tmp_path: Path) -> None:
    file = write(tmp_path / f"in.{suffix}")
    misnamed = tmp_path / "whatever"
    file.rename(misnamed)
    for options, data in (((str(misnamed),), None), (("-",), misnamed.read_bytes())):
        text = batch(*options, "-o", str(tmp_path / "out.csv"), input=data)
        back = list(csv.reader(io.StringIO((tmp_path / "out.csv").read_text("utf-8"))))
        assert [row[:4] for row in back[1:]] == ROWS, text.stderr
        assert [(row[4], row[5]) for row in back[1:]] == ANSWERS


@pytest.mark.parametrize(
    "suffix", ["csv", "tsv", "csv.gz", "csv.zst", "parquet", "arrow", "feather", "xlsx", "ods", "jsonl"]
)
def test_the_output_is_what_its_suffix_says_and_reads_back(suffix: str, tmp_path: Path) -> None:
    target = tmp_path / f"out.{suffix}"
    batch("-", "-o", str(target), input=TEXT.encode())
    with open_table([str(target)]) as table:
        frame = pl.concat([texts_of(rows.frame) for rows in table.rows()])
    assert frame.columns[:5] == ["id", "age", "wbc", "lineage", "nci-rome.status"]
    assert [list(row[:4]) for row in frame.rows()] == ROWS
    assert [row[4:6] for row in frame.rows()] == ANSWERS


def test_parquet_keeps_the_types_of_the_input(tmp_path: Path) -> None:
    batch(str(write(tmp_path / "in.parquet")), "-o", str(tmp_path / "out.parquet"))
    assert pl.read_parquet(tmp_path / "out.parquet")[:, :4].equals(FRAME)


def test_typed_cells_read_as_a_person_would_have_written_them(tmp_path: Path) -> None:
    frame = pl.DataFrame({
        "a": [7.0, 7.5, None, 0.1],
        "b": [date(2019, 3, 7)] * 4,
        "c": [datetime(2019, 3, 7), datetime(2019, 3, 7, 12, 30), None, None],
        "d": [True, False, None, None],
        "e": [["iAMP21", "t(12;21)"], [], None, ["x"]],
        "f": [1, 2, 3, None],
        "g": [1e20, float("nan"), float("inf"), 123456789.0],
    })  # fmt: skip
    back = texts_of(frame)
    assert back["a"].to_list() == ["7", "7.5", None, "0.1"]
    assert back["b"].to_list() == ["2019-03-07"] * 4
    assert back["c"].to_list() == ["2019-03-07", "2019-03-07T12:30:00.000000", None, None]
    assert back["d"].to_list() == ["true", "false", None, None]
    assert back["e"].to_list() == ["iAMP21, t(12;21)", None, None, "x"]
    assert back["f"].to_list() == ["1", "2", "3", None]
    assert back["g"].to_list()[3] == "123456789"


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("utf-8-sig", ""), ("utf-16", "encoding utf-16"), ("utf-16-le", "a guess"), ("cp1252", "a guess")],
)
def test_the_encoding_is_found_out_and_a_guess_is_said(encoding: str, said: str) -> None:
    table = "id,age,wbc,lineage\nMüller,7,45,B\nJosé,10,5,B\nBjörk,7,45,B\n"
    result = batch("-", input=table.encode(encoding))
    back = list(csv.reader(io.StringIO(result.stdout)))
    assert [row[0] for row in back] == ["id", "Müller", "José", "Björk"]
    assert said in result.stderr.splitlines()[0]


def test_the_encoding_can_be_said(tmp_path: Path) -> None:
    table = "id,age,wbc,lineage\nMüller,7,45,B\n"
    assert "Mьller,7,45,B,assigned" in batch("-", "--encoding", "cp1251", input=table.encode("cp1252")).stdout
    assert "Müller,7,45,B,assigned" in batch("-", "--encoding", "cp1252", input=table.encode("cp1252")).stdout
    assert "no such encoding" in batch("-", "--encoding", "klingon", input=b"", code=2).stderr


def test_the_delimiter_can_be_said() -> None:
    result = batch("-", "--delimiter", "semicolon", input=b"a,b,c;age;wbc;lineage\nx;7;45;B\n")
    assert result.stdout.splitlines()[1].startswith("x;7;45;B;assigned")
    assert "one sign" in batch("-", "--delimiter", "tabs", input=b"", code=2).stderr


def test_lines_that_end_in_carriage_returns_alone_are_lines() -> None:
    back = batch("-", input=b"age,wbc,lineage\r7,45,B\r10,45,B\r")
    assert [line.split(",")[4] for line in back.stdout.splitlines()[1:]] == ["standard", "high"]


def test_several_files_are_one_cohort_with_columns_by_name(tmp_path: Path) -> None:
    (tmp_path / "site1.csv").write_text("id,age,wbc,lineage\n1,7,45,B\n", encoding="utf-8")
    (tmp_path / "site2.csv").write_text("wbc;lineage;age;id\n45;B;10;2\n", encoding="utf-8")
    for sources in ([str(tmp_path / "site1.csv"), str(tmp_path / "site2.csv")], [str(tmp_path / "site*.csv")]):
        result = batch(*sources)
        back = list(csv.reader(io.StringIO(result.stdout)))
        assert [row[:6] for row in back[1:]] == [
            ["1", "7", "45", "B", "assigned", "standard"],
            ["2", "10", "45", "B", "assigned", "high"],
        ]
        assert "and 1 more file: 2 rows" in result.stderr


def test_a_file_with_other_columns_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,age,wbc\n1,7,45\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("id,age,leuko\n2,7,45\n", encoding="utf-8")
    result = batch(str(tmp_path / "a.csv"), str(tmp_path / "b.csv"), "-o", str(tmp_path / "out.csv"), code=3)
    assert 'no column "wbc"' in result.stderr
    assert 'the column "leuko"' in result.stderr
    assert not (tmp_path / "out.csv").exists()


def test_a_pattern_that_no_file_fits_is_an_error(tmp_path: Path) -> None:
    assert "no file fits" in batch(str(tmp_path / "*.csv"), code=3).stderr


@pytest.mark.parametrize("head", [b"PAR1", b"ARROW1\0\0", b"PK\x03\x04", b"\x1f\x8b\x08\0", b"\x28\xb5\x2f\xfd"])
def test_a_damaged_file_is_one_sentence(head: bytes) -> None:
    result = batch("-", input=head + b"damage" * 20, code=3)
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1


def test_a_line_of_ndjson_that_is_none_comes_back_with_its_reason() -> None:
    lines = b'{"age": 7, "wbc": 45, "lineage": "B"}\nnot json\n[1]\n{"age": "7.50", "wbc": 5e1, "lineage": null}\n'
    back = list(csv.reader(io.StringIO(batch("-", input=lines, code=1).stdout)))[1:]
    assert [row[3] for row in back] == ["assigned", "invalid", "invalid", "indeterminate"]
    assert back[3][:3] == ["7.50", "5e1", ""]


def test_a_sheet_is_chosen_by_name(tmp_path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(tmp_path / "in.xlsx") as book:
        book.add_worksheet("notes").write_string(0, 0, "x")
        sheet = book.add_worksheet("patients")
        for row, cells in enumerate([["age", "wbc", "lineage"], ["7", "45", "B"]]):
            for column, cell in enumerate(cells):
                sheet.write_string(row, column, cell)
    assert "assigned" in batch(str(tmp_path / "in.xlsx"), "--sheet", "patients").stdout
    assert '"notes", "patients"' in batch(str(tmp_path / "in.xlsx"), "--sheet", "other", code=3).stderr


def test_long_form_has_one_row_per_patient_and_scheme() -> None:
    result = RUNNER.invoke(
        app,
        ["batch", "-", "--form", "long", "--id", "id", "--scheme", "nci-rome", "--scheme", "hoelzer-1988"],
        input=TEXT,
    )
    back = list(csv.reader(io.StringIO(result.stdout)))
    assert back[0] == ["row", "id", "scheme", "status", "group", "possible", "rule", "missing", "reason"]
    assert [row[:4] for row in back[1:]] == [
        ["1", "007", "nci-rome", "assigned"],
        ["1", "007", "hoelzer-1988", "not-applicable"],
        ["2", "NA", "nci-rome", "assigned"],
        ["2", "NA", "hoelzer-1988", "not-applicable"],
    ]


def test_the_form_can_be_said() -> None:
    with open_table([str(Path(__file__))], ReadAs(format="csv", delimiter="|")) as table:
        assert len(table.header) == 1
