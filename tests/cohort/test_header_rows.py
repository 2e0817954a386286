"""Names of columns are found below titles, comments and groups, and above units; what is not plain is asked about."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from all_cli.cohort.header_rows import find_top
from all_cli.cohort.streams import InputError
from all_cli.cohort.tables import ReadAs, open_table
from all_cli.cohort.typed import texts_of
from all_cli.patient.unreadable import UnreadableError

NAMES = ["id", "age", "wbc", "lineage"]
PATIENT = ["p1", "4", "12", "B"]


def read(text: str | bytes, folder: Path, **said: str) -> tuple[list[str], list[tuple[Any, ...]], str]:
    file = folder / "in.csv"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    with open_table([str(file)], ReadAs(**said)) as table:
        rows = [row for part in table.rows() for row in texts_of(part.frame).rows()]
        return table.header, rows, table.form.text()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Table S1. Characteristics,,,\n,,,\nid,age,wbc,lineage\np1,4,12,B\n", "header in row 3"),
        ("Table S1. Age, sex and outcome\n\nid;age;wbc;lineage\np1;4;12;B\n", "by semicolon, header in row 3"),
        ("sep=;\nid;age;wbc;lineage\np1;4;12;B\n", "by semicolon, header in row 2"),
        ('"sep=\t"\r\nid\tage\twbc\tlineage\r\np1\t4\t12\tB\r\n', "by tab, header in row 2"),
        ("#id\tage\n#STRING\tNUMBER\nid\tage\twbc\tlineage\np1\t4\t12\tB\n", "header in row 3 below 2 lines with #"),
        ("Export 2024\ncode,fall,zahl,typ\np1,4,12,B\n", "header in row 2"),
    ],
)
def test_what_stands_above_the_header_is_no_row(text: str, said: str, tmp_path: Path) -> None:
    header, rows, form = read(text, tmp_path)
    assert len(header) == 4
    assert rows == [tuple(PATIENT)]
    assert said in form


def test_a_line_that_says_the_delimiter_is_no_header_of_a_single_column(tmp_path: Path) -> None:
    header, rows, _ = read("sep=;\ncode\np1\n", tmp_path)
    assert (header, rows) == (["code"], [("p1",)])


def test_a_row_of_units_is_part_of_the_header(tmp_path: Path) -> None:
    header, rows, form = read("id,age,wbc,lineage\n,(months),10^9/L,\np1,48,12,B\n", tmp_path)
    assert header == ["id", "age (months)", "wbc (10^9/L)", "lineage"]
    assert rows == [("p1", "48", "12", "B")]
    assert "header in rows 1-2" in form


@pytest.mark.parametrize(
    "rows",
    [
        [NAMES, PATIENT],
        [NAMES],
        [["", "age", "wbc"], PATIENT],
        [["a", "b", "c"], ["x", "y", "z"], PATIENT],
        [["karyotype"], ["46", "XX", "t(9;22)"], ["46", "XY"]],
        [["#id", "age", "wbc"], ["p1", "4", "12"]],
        [["patient", "group", "fusion 1", "fusion 2"], *[["A", "x", "BCR::ABL1", "KMT2A-r"]] * 3],
        [["id", "wbc", "lineage"], ["p1", "", "B"]],
        [["befund 1", "befund 2"], ["t(12;21)", "iAMP21"]],
    ],
)
def test_a_first_row_that_can_be_the_header_stays_it(rows: list[list[str]]) -> None:
    assert find_top("t", rows).text == ""


@pytest.mark.parametrize(
    ("rows", "ways"),
    [
        ([["Q1", "Q2", "Q3", "Q4"], NAMES, PATIENT], "--header-row 1 or --header-row 2, or --header-row 1-2"),
        ([NAMES, ["Record", "Age at diagnosis (years)", "White blood cells", "Immunophenotype"], PATIENT], "1-2"),
    ],
)
def test_two_rows_of_names_are_asked_about(rows: list[list[str]], ways: str) -> None:
    with pytest.raises(InputError, match=ways):
        find_top("t", rows)


def test_the_header_can_be_said(tmp_path: Path) -> None:
    text = "Notes, of 2024\nid,,MRD,MRD\n,,day 15 (%),day 33 (%)\np1,4,0.1,0\n"
    assert read(text, tmp_path, header_row="2-3")[0] == ["id", "", "MRD day 15 (%)", "MRD day 33 (%)"]
    groups = [["", "Day 15", "", "Day 33", ""], ["id", "count", "MRD", "count", "MRD"]]
    assert find_top("t", groups, "1-2").names == ["id", "Day 15 count", "Day 15 MRD", "Day 33 count", "Day 33 MRD"]
    labels = [NAMES, ["Record", "Age at diagnosis (months)", "Leukocytes", "Immunophenotype"]]
    assert find_top("t", labels, "1-2").names == ["id Record", "Age at diagnosis (months)", "wbc", "lineage"]
    with pytest.raises(InputError, match="no such row among its first 1"):
        find_top("t", [NAMES], "9")
    for wrong in ("0", "3-2", "first"):
        with pytest.raises(UnreadableError, match="the number of a row"):
            find_top("t", [NAMES, PATIENT], wrong)


def test_empty_and_unused_double_names_are_no_obstacle(tmp_path: Path) -> None:
    assert read("id,,age\n1,a,4\n", tmp_path)[0] == ["id", "", "age"]  # one alone is told from all others
    header, rows, _ = read("id,note,note,,column 4,\n1,a,b,,c,\n", tmp_path)
    assert header == ["id", "note [1st]", "note [2nd]", "column 4 ", "column 4", "column 6"]
    assert rows == [("1", "a", "b", None, "c", None)]


def test_a_double_name_that_is_used_is_an_error_that_says_the_way_out(tmp_path: Path, library: Any) -> None:
    from all_cli.cohort.columns import plan_columns

    header, _, _ = read("id,wbc,wbc\n1,4,5\n", tmp_path)
    with pytest.raises(UnreadableError, match=r'--map "wbc \[2nd\]=-"'):
        plan_columns(header, library.vocabulary, {})
    assert [column.reads for column in plan_columns(header, library.vocabulary, {"wbc [2nd]": "-"})][1:] == ["wbc", "-"]
    with pytest.raises(UnreadableError, match=r"wbc \[1st\]"):
        plan_columns(header, library.vocabulary, {"wbc": "age"})


@pytest.mark.parametrize("last", [b"", b"\n"])
def test_one_byte_that_is_no_utf8_says_the_encoding_of_all(last: bytes, tmp_path: Path) -> None:
    _, rows, form = read("id,age\nA,4\nMüller,5".encode("cp1252") + last, tmp_path)
    assert rows == [("A", "4"), ("Müller", "5")]
    assert "cp1252 (a guess" in form
    _, rows, form = read("id,age\nJosé,4\n".encode() + "Müller,5\n".encode("cp1252"), tmp_path)
    assert [row[0] for row in rows] == ["José", "M�ller"]
    assert "cp1252" not in form


def test_the_sheet_with_the_table_is_taken_and_two_are_asked_about(tmp_path: Path) -> None:
    import xlsxwriter

    def book(**sheets: list[list[Any]]) -> str:
        file = tmp_path / f"{'-'.join(sheets)}.xlsx"
        with xlsxwriter.Workbook(file) as made:
            for name, rows in sheets.items():
                sheet = made.add_worksheet(name)
                for row, cells in enumerate(rows):
                    sheet.write_row(row + 1, 1, cells)  # as found: the first row and column are empty
                if name == "Hidden":
                    sheet.hide()
        return str(file)

    readme, codes = [["This workbook holds clinical data"]], [["code", "meaning"], ["1", "yes"]]
    table = [["Table S1"], NAMES, ["p1", 4, 12, "B"]]
    with open_table([book(Readme=readme, Codes=codes, Clinical=table)]) as opened:
        assert opened.header == NAMES
        assert [part.frame.rows() for part in opened.rows()] == [[("p1", "4", "12", "B")]]
        assert opened.form.text() == 'sheet "Clinical", header in row 3, beside "Readme", "Codes" (--sheet)'
    two = book(First=table, Second=table)
    with pytest.raises(InputError, match='"First", "Second"; name one with --sheet'), open_table([two]):
        pass
    with open_table([book(Readme=readme, Hidden=table, Clinical=table)]) as opened:
        assert opened.form.sheet == "Clinical"
    with open_table([two], ReadAs(sheet="Second", header_row="3")) as opened:
        assert opened.form.sheet == "Second"


@pytest.mark.parametrize(
    "names",
    ["patient,age,wbc,nci-rome.status,nci-rome.missing", "case,years,cells,found,open", "age,case,n,found,open"],
)
def test_signs_within_the_cells_make_no_header_of_a_row_below(names: str, tmp_path: Path) -> None:
    """Results of an earlier run hold names of facts between pipes."""
    rows = [f"{number},7,45,indeterminate,lineage|cns|mrd_eoi|age|wbc" for number in range(6)]
    (file := tmp_path / "in.csv").write_text("\n".join([names, *rows]) + "\n")
    with open_table([str(file)]) as table:
        assert table.header == names.split(",")
        assert sum(stretch.frame.height for stretch in table.rows()) == 6


@pytest.mark.parametrize("group", ["At relapse", "Mother"])
def test_groups_above_the_names_are_asked_about(group: str) -> None:
    """What stands above a name can take it back."""
    rows = [["Patient", "", "", group, ""], ["ID", "age", "lineage", "WBC", "CNS"], ["1", "4", "B", "12", "CNS1"]]
    with pytest.raises(InputError, match=r"--header-row 1-2"):
        find_top("t", rows)
    assert find_top("t", rows, "1-2").names[3] == f"{group} WBC"


def test_names_of_translocations_hold_no_separator(tmp_path: Path) -> None:
    header, rows, _ = read("id,t(9;22),t(12;21),t(1;19),t(4;11)\n1,no,yes,no,no\n2,no,no,no,no\n", tmp_path)
    assert (header[1], len(rows)) == ("t(9;22)", 2)
