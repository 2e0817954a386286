"""What a spreadsheet's cells say beside their values is heard: percent formats, merged cells, lost results, errors."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from typer.testing import CliRunner, Result

from all_cli.cli.risk import app
from all_cli.cohort.spreadsheet_cells import odd_cells, percent_text

RUNNER = CliRunner()
PERCENT = ["0%", "0.00%", "0.0000 %", "[Red]0.0%", "0.0%;-0.0%", "#,##0.00%", 9, 10]
NO_PERCENT = ["0.00", "General", "0.00E+00"]
ODS = (
    '<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"><office:body>'
    '<office:spreadsheet><table:table table:name="S">{rows}</table:table></office:spreadsheet></office:body>'
    "</office:document-content>"
)


def xlsx(path: Path, build: Callable[[Any, Any], None]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        build(book, book.add_worksheet("Patients"))
    return path


def ods(path: Path, *rows: str) -> Path:
    with zipfile.ZipFile(path, "w") as parts:
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        parts.writestr(
            "content.xml", ODS.format(rows="".join(f"<table:table-row>{row}</table:table-row>" for row in rows))
        )
        parts.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return path


def text(words: str, more: str = "") -> str:
    return f'<table:table-cell office:value-type="string" {more}><text:p>{words}</text:p></table:table-cell>'


def number(value: str, kind: str = "float", more: str = "") -> str:
    kept = f'office:value-type="{kind}" office:value="{value}" {more}'
    return f"<table:table-cell {kept}><text:p>{value}</text:p></table:table-cell>"


def batch(path: Path) -> tuple[Result, list[dict[str, str]]]:
    result = RUNNER.invoke(app, ["batch", str(path), "--scheme", "mrd-cog"])
    assert result.exit_code in (0, 1), result.stderr
    return result, list(csv.DictReader(io.StringIO(result.stdout)))


HEADER = ["age", "lineage", "MRD EOI (%)"]


def read_with(form: str | int, number: float, folder: Path) -> tuple[str, str]:
    """A number under a percent header in a cell of this format: as it is read, and its group."""

    def build(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, [4, "B"])
        sheet.write_number(1, 2, number, book.add_format({"num_format": form}))

    _, rows = batch(xlsx(folder / "in.xlsx", build))
    return rows[0]["MRD EOI (%)"], rows[0]["mrd-cog.group"]


@pytest.mark.parametrize("form", PERCENT)
def test_a_number_with_a_percent_format_reads_as_it_shows(form: str | int, tmp_path: Path) -> None:
    assert read_with(form, 0.0005, tmp_path) == ("0.05%", "positive")


@pytest.mark.parametrize("form", NO_PERCENT)
def test_a_number_with_another_format_keeps_the_unit_of_its_column(form: str, tmp_path: Path) -> None:
    assert read_with(form, 0.05, tmp_path) == ("0.05", "positive")


def test_cells_of_both_kinds_in_one_column_each_keep_their_own(tmp_path: Path) -> None:
    def build(book: Any, sheet: Any) -> None:
        percent = book.add_format({"num_format": "0.00%"})
        sheet.write_row(2, 1, HEADER)  # the table stands neither in the first row nor in the first column
        for row, (cell, style) in enumerate([(0.0005, percent), (0.005, None), (0.00005, percent), ("<0.01", percent)]):
            sheet.write_row(3 + row, 1, [4, "B"])
            sheet.write(3 + row, 3, cell, style)

    _, rows = batch(xlsx(tmp_path / "in.xlsx", build))
    assert [row["MRD EOI (%)"] for row in rows] == ["0.05%", "0.005", "0.005%", "<0.01"]
    assert [row["mrd-cog.group"] for row in rows] == ["positive", "negative", "negative", "negative"]


def test_merged_cells_lost_results_and_errors_are_counted_and_said(tmp_path: Path) -> None:
    def build(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADER)
        sheet.merge_range(1, 0, 2, 0, 4)
        sheet.write_column(3, 0, [4, 4])
        sheet.write_column(1, 1, ["B", "B", "B", "B"])
        sheet.write_formula(1, 2, "=NA()", None, "#N/A")
        sheet.write_formula(2, 2, "=1/0", None, "#DIV/0!")
        sheet.write_formula(3, 2, "=A1", None, "")
        sheet.write_formula(4, 2, "=A1", None, 0.05)

    path = xlsx(tmp_path / "in.xlsx", build)
    result, rows = batch(path)
    said = (
        "1 merged range of which only the first cell is read, 1 formula without a result (empty), "
        "2 errors (#N/A, #DIV/0!)"
    )
    assert said in result.stderr
    assert said in RUNNER.invoke(app, ["columns", str(path)]).stdout
    assert [row["mrd-cog.status"] for row in rows] == ["indeterminate"] * 3 + ["assigned"]


def test_an_ordinary_sheet_has_nothing_to_be_told_of(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "in.xlsx", lambda _, sheet: sheet.write_row(0, 0, HEADER))
    assert odd_cells("in", path.read_bytes(), "Patients", "xlsx").text() == ""


def test_the_same_of_an_open_document(tmp_path: Path) -> None:
    path = ods(
        tmp_path / "in.ods",
        "".join(map(text, HEADER)),
        number("4") + text("B") + number("0.0005", "percentage"),
        number("4") + text("B") + number("0.05"),
        number("4", more='table:number-rows-spanned="2"') + text("B") + '<table:table-cell table:formula="of:=1"/>',
        "<table:covered-table-cell/>" + text("B") + text("#N/A", 'table:formula="of:=NA()"'),
    )
    result, rows = batch(path)
    assert [row["MRD EOI (%)"] for row in rows[:2]] == ["0.05%", "0.05"]
    assert [row["mrd-cog.group"] for row in rows[:2]] == ["positive", "positive"]
    assert (
        "1 merged range of which only the first cell is read, 1 formula without a result (empty), 1 error (#N/A)"
        in (result.stderr)
    )


def test_repeated_rows_and_cells_of_an_open_document_are_percentages_too(tmp_path: Path) -> None:
    percent = number("0.0005", "percentage", 'table:number-columns-repeated="2"')
    path = tmp_path / "in.ods"
    ods(path, text("lineage") + text("MRD EOI (%)") + text("MRD EOC (%)"), text("B") + percent)
    content = zipfile.ZipFile(path).read("content.xml").decode()
    with zipfile.ZipFile(path, "w") as parts:
        head, _, rest = content.rpartition("<table:table-row>")
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        parts.writestr("content.xml", f'{head}<table:table-row table:number-rows-repeated="3">{rest}')
        parts.writestr("META-INF/manifest.xml", "<manifest/>")
    _, rows = batch(path)
    assert [(row["MRD EOI (%)"], row["MRD EOC (%)"]) for row in rows] == [("0.05%", "0.05%")] * 3


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("0.0005", "0.05%"),
        ("5E-5", "0.005%"),
        ("1", "100%"),
        ("0", "0%"),
        ("0.07", "7%"),
        ("0.00010000000000000001", "0.01%"),
    ],
)
def test_a_share_as_it_shows(stored: str, shown: str) -> None:
    assert percent_text(stored) == shown


def test_hidden_rows_and_columns_are_counted_and_read(tmp_path: Path) -> None:
    def build(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADER)
        for row in range(1, 5):
            sheet.write_row(row, 0, [row, "B", "0.5"])
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_row(4, None, None, {"hidden": True})
        sheet.set_row(30, None, None, {"hidden": True})  # empty
        sheet.set_column(2, 9, None, None, {"hidden": True})

    said = "2 hidden or filtered rows, read as the others are, 1 hidden column, read as the others are"
    book = xlsx(tmp_path / "in.xlsx", build)
    result, rows = batch(book)
    assert [row["age"] for row in rows] == ["1", "2", "3", "4"]
    assert said in result.stderr
    assert said in " ".join(RUNNER.invoke(app, ["columns", str(book)]).stdout.split())
    cells = "".join([number("4"), text("B"), number("0.5")])
    filtered = [
        f'<table:table-row table:visibility="{how}">{cells}</table:table-row>' for how in ("filter", "collapse")
    ]
    columns = (
        '<table:table-column table:number-columns-repeated="2"/>'
        '<table:table-column table:visibility="collapse" table:number-columns-repeated="4"/>'
    )
    with_columns = ods(tmp_path / "in.ods", "".join(map(text, HEADER)), cells)
    again = tmp_path / "hidden.ods"
    with zipfile.ZipFile(with_columns) as old, zipfile.ZipFile(again, "w") as new:
        for name in old.namelist():
            content = old.read(name).decode()
            content = content.replace('table:name="S">', f'table:name="S">{columns}', 1)
            new.writestr(name, content.replace("</table:table>", f"{''.join(filtered)}</table:table>"))
    result, rows = batch(again)
    assert len(rows) == 3
    assert said in result.stderr
