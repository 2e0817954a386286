"""What a person sees in a cell of a spreadsheet is what is read: words of its format, raised digits, decimals."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from typer.testing import CliRunner

from all_cli.cli.risk import app
from all_cli.cohort.shown_cells import adds_to_numbers, beside_the_number, plain_number, shown_text, shows_dates
from all_cli.cohort.tables import open_table


@pytest.mark.parametrize(
    ("code", "stored", "shown"),
    [
        ('0 "months"', "30", "30 months"),
        ('"<"0.00', "0.01", "<0.01"),
        ("<0.00", "0.01", "<0.01"),
        ('"<"0.00%', "0.0001", "<0.01%"),
        (r"0.00\%", "0.05", "0.05%"),
        ('General" mo"', "7", "7 mo"),
        ('#,##0.0" ×10⁹/L"', "1234.5", "1234.5 ×10⁹/L"),
        ("0.000%", "0.00003125", "0.003125%"),
        ("0,", "12345", "12.345"),
        ('0.0,,"M"', "2500000", "2.5M"),
        ('[<0.01]"<0.01";0.00', "0.002", "<0.01"),
        ('[<0.01]"<0.01";0.00', "0.5", ""),
        ('0;-0;"neg"', "0", "neg"),
        ('0;-0;"neg"', "3", ""),
        ('[$-409]0.0;[Red]"minus "0.0', "-2", "minus 2"),
        ("0.00", "4.5", ""), ("General", "4.5", ""),
        ("#,##0.00", "4.5", ""), ("0.00E+00", "4.5", ""), ("# ?/?", "0.5", ""),
        ("@", "4", ""),
        ('_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)', "0", ""), ('#,##0.00" "[$€-407]', "4.5", ""),
    ],
)  # fmt: skip
def test_a_number_as_a_format_shows_it(code: str, stored: str, shown: str) -> None:
    assert shown_text(code, stored) == shown
    assert adds_to_numbers(code) or not shown


@pytest.mark.parametrize("code", ["yyyy-mm-dd", "[h]:mm", "d. mmmm yyyy", "m/d/yy h:mm;@", '[$-407]d/ mmm"x"'])
def test_formats_of_dates_are_left_to_those_who_read_dates(code: str) -> None:
    assert shows_dates(code) and not adds_to_numbers(code)


@pytest.mark.parametrize(
    ("shown", "stored", "says"),
    [
        ("30 months", "30", "30 months"), ("<0,01", "0.01", "<0.01"), ("0.33", "0.3333333333333333", ""),
        ("12,35", "12.345", ""), ("1.234,5", "1234.5", ""), ("1,234", "1234", ""), ("12", "12345", "12"),
        ("neg", "0", "neg"), ("1.2E-05", "0.0000123", ""), ("4,50 €", "4.5", ""), ("-", "0", ""),
    ],
)  # fmt: skip
def test_a_number_of_an_open_document_as_it_is_shown(shown: str, stored: str, says: str) -> None:
    assert beside_the_number(shown, stored) == says


@pytest.mark.parametrize(
    ("stored", "text"),
    [("1E-12", "0.000000000001"), ("0.3333333333333333", "0.3333333333333333"), ("0.30000000000000004", "0.3"),
     ("0.99999999999999989", "1"), ("0", "0"), ("-0.5", "-0.5"), ("100", "100"), ("1e-300", "1e-300")],
)  # fmt: skip
def test_all_decimals_of_a_number_and_no_noise(stored: str, text: str) -> None:
    assert plain_number(stored) == text


def cells(path: Path) -> tuple[list[str], list[tuple[str | None, ...]]]:
    with open_table([str(path)]) as table:
        frame = next(table.rows()).frame
        return frame.columns, frame.rows()


def test_a_workbook_is_read_as_it_shows_and_keeps_its_decimals(tmp_path: Path) -> None:
    path = tmp_path / "in.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("P")
        above = book.add_format({"font_script": 1})
        sheet.write_row(0, 0, ["age", "", "MRD", "x", "day"])
        sheet.write_rich_string(0, 1, "WBC (10", above, "9", "/L)")
        formats = [book.add_format({"num_format": form}) for form in ('0 "months"', '"<"0.00', "0.000%", "yyyy-mm-dd")]
        sheet.write_number(1, 0, 30, formats[0])
        sheet.write_rich_string(1, 1, "12", above, "1")
        sheet.write_number(1, 2, 0.01, formats[1])
        sheet.write_number(1, 3, 1e-12)
        sheet.write_number(1, 4, 44197.123456789123, formats[3])
        sheet.write_row(2, 0, [4, 45])
        sheet.write_number(2, 2, 1 / 30000, formats[2])
        sheet.write_number(2, 3, 1 / 3)
    names, rows = cells(path)
    assert names[1] == "WBC (10⁹/L)"
    assert [row[:3] for row in rows] == [("30 months", "12¹", "<0.01"), ("4", "45", rows[1][2])]
    assert str(rows[1][2]).startswith("0.0033333333333") and str(rows[1][2]).endswith("%")
    assert [float(row[3] or "") for row in rows] == [1e-12, 1 / 3]
    assert str(rows[0][4]).startswith("2021-01-01")
    result = CliRunner().invoke(app, ["batch", str(path), "--scheme", "nci-rome"])
    assert "12¹" in next(csv.DictReader(io.StringIO(result.stdout)))["nci-rome.reason"]


def test_an_open_document_is_read_as_it_shows_and_keeps_its_decimals(tmp_path: Path) -> None:
    path = tmp_path / "in.ods"
    names = ("office", "table", "text", "style", "fo")
    spaces = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in names)

    def cell(value: str, shown: str, kind: str = "float") -> str:
        kept = f'office:value-type="{kind}" office:value="{value}"'
        return f"<table:table-cell {kept}><text:p>{shown}</text:p></table:table-cell>"

    def text(words: str) -> str:
        return f'<table:table-cell office:value-type="string"><text:p>{words}</text:p></table:table-cell>'

    raised = '<text:span text:style-name="T1">1</text:span>'
    rows = [
        "".join(map(text, ("age", "WBC", "MRD", "x"))),
        cell("30", "30 months") + text(f"12{raised}") + cell("0.01", "&lt;0,01") + cell("1E-12", "0"),
        cell("4", "4") + cell("45.5", "46") + cell(repr(1 / 30000), "0.003%", "percentage") + cell(repr(1 / 3), "0,33"),
    ]
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces}><office:automatic-styles><style:style style:name="T1" '
        'style:family="text"><style:text-properties style:text-position="super 58%"/></style:style>'
        "</office:automatic-styles>"
        f'<office:body><office:spreadsheet><table:table table:name="S">'
        + "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
        + "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as parts:
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        parts.writestr("content.xml", content)
        parts.writestr("META-INF/manifest.xml", "<manifest/>")
    _, read = cells(path)
    assert [row[:3] for row in read] == [("30 months", "12¹", "<0.01"), ("4", "45.5", read[1][2])]
    assert str(read[1][2]).startswith("0.0033333333333")
    assert [float(row[3] or "") for row in read] == [1e-12, 1 / 3]


@pytest.mark.parametrize("ending", ["csv", "ndjson", "xlsx", "parquet"])
def test_a_column_of_bytes_that_are_no_text_stops_nothing(ending: str, tmp_path: Path) -> None:
    frame: Any = pl.DataFrame({"age": [4], "wbc": [12], "lineage": ["B"], "blob": [b"\xff\x00a"], "raw": [b"ok"]})
    frame.write_parquet(tmp_path / "in.parquet")
    out = tmp_path / f"out.{ending}"
    result = CliRunner().invoke(app, ["batch", str(tmp_path / "in.parquet"), "--scheme", "nci-rome", "-o", str(out)])
    assert result.exit_code == 0, result.output
    assert CliRunner().invoke(app, ["columns", str(tmp_path / "in.parquet")]).exit_code == 0
    if ending == "parquet":
        assert pl.read_parquet(out)["blob"].to_list() == [b"\xff\x00a"]
    elif ending == "csv":
        assert r"\xff" in out.read_text()
