"""batch: every row and column comes back, in order, in the form in which it came, with the results appended."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from all_cli.cli.risk import app
from all_cli.risk.library import RiskLibrary

RUNNER = CliRunner()
RESULTS = ("status", "group", "possible", "rule", "missing", "reason")
NCI = tuple(f"nci-rome.{result}" for result in RESULTS)


def batch(*options: str, input: str | bytes | None = None) -> Result:
    return RUNNER.invoke(app, ["batch", *options], input=input)


def rows_of(text: str, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def nci(table: str | bytes, *options: str, code: int = 0, delimiter: str = ",") -> list[list[str]]:
    result = batch("-", "--scheme", "nci-rome", *options, input=table)
    assert result.exit_code == code, (result.stderr, result.exception)
    return rows_of(result.stdout_bytes.decode("utf-8"), delimiter)


def test_six_columns_per_scheme_stand_behind_the_input_in_the_order_of_the_schemes() -> None:
    result = batch("-", "--scheme", "hoelzer-1988", "--scheme", "nci-rome", input="id,age\n1,7\n")
    header = rows_of(result.stdout)[0]
    assert header == ["id", "age", *(f"hoelzer-1988.{r}" for r in RESULTS), *NCI]


def test_without_a_scheme_the_nci_criteria_and_the_guideline_summary_are_applied() -> None:
    header = rows_of(batch("-", input="age\n7\n").stdout)[0]
    assert header == ["age", *NCI, *(f"guideline-summary.{r}" for r in RESULTS)]


def test_a_classified_row_says_status_group_possible_and_rule() -> None:
    assert nci("age,wbc,lineage\n7,45,B\n")[1] == [
        *("7", "45", "B"),
        *("assigned", "standard", "standard", "nci-rome.low", "", ""),
    ]


def test_an_open_row_says_what_is_possible_and_missing() -> None:
    assert nci("age,lineage\n7,B\n")[1] == [
        *("7", "B"),
        *("indeterminate", "", "standard|high", "nci-rome.wbc|nci-rome.low", "wbc", ""),
    ]


def test_a_row_outside_the_population_says_why() -> None:
    row = nci("age,wbc,lineage\n7,45,T\n")[1]
    assert row[3:8] == ["not-applicable", "", "not-applicable", "", ""]
    assert "lineage T" in row[8]


def test_every_column_and_every_row_is_kept_in_order() -> None:
    header = ["z", "id", "Age", "note", "WBC", "", "lineage", "ZZZ"]
    given = [[f"z{n}", f"{n:04}", str(n % 20), f"n{n % 7}", str(n), " x ", "B", ""] for n in range(500)]
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([header, *given])
    back = nci(text.getvalue())
    assert back[0] == [*header, *NCI]
    assert [row[: len(header)] for row in back[1:]] == given
    assert all(len(row) == len(header) + 6 for row in back)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_delimiter_and_line_ending_are_those_of_the_input(delimiter: str, ending: str) -> None:
    lines = [delimiter.join(row) for row in (["id", "age", "wbc", "lineage"], ["1", "7", "45", "B"])]
    result = batch("-", "--scheme", "nci-rome", input=(ending.join(lines) + ending).encode())
    text = result.stdout_bytes.decode()
    assert text.count(ending) == 2
    assert ("\r" in text) == (ending == "\r\n")
    assert rows_of(text, delimiter)[1][:6] == ["1", "7", "45", "B", "assigned", "standard"]
    name = {",": "comma", ";": "semicolon", "\t": "tab"}[delimiter]
    assert f"separated by {name}" in result.stderr


def test_the_delimiter_is_read_off_the_header_and_never_off_karyotypes() -> None:
    table = "age;wbc;lineage;banding\n7;45;B;46,XX,t(1,19),a,b,c,d\n"
    assert nci(table, delimiter=";")[1][:5] == ["7", "45", "B", "46,XX,t(1,19),a,b,c,d", "assigned"]
    table = "age,wbc,lineage,banding\n7,45,B,46;XX;t(12;21);a;b;c\n"
    assert nci(table)[1][:5] == ["7", "45", "B", "46;XX;t(12;21);a;b;c", "assigned"]


def test_a_delimiter_inside_a_quoted_column_name_does_not_count() -> None:
    assert nci('"a;b;c;d",age,wbc,lineage\nx,7,45,B\n')[1][:5] == ["x", "7", "45", "B", "assigned"]


def test_a_decimal_comma_is_read_in_a_semicolon_table() -> None:
    rows = nci("age;wbc;lineage\n7;49,9;B\n9,99;50,1;B\n", delimiter=";")
    assert [row[4] for row in rows[1:]] == ["standard", "high"]


def test_a_byte_order_mark_does_not_hide_the_first_column() -> None:
    row = nci(b"\xef\xbb\xbfage,wbc,lineage\n7,45,B\n")
    assert row[1][3:5] == ["assigned", "standard"]


def test_a_byte_order_mark_before_a_quoted_name_is_no_part_of_it(tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    file.write_bytes(b'\xef\xbb\xbf"id, no",age,wbc,lineage\n1,7,45,B\n')
    for result in (
        batch(str(file), "--scheme", "nci-rome"),
        batch("-", "--scheme", "nci-rome", input=file.read_bytes()),
    ):
        header, row = rows_of(result.stdout)
        assert header == ["id, no", "age", "wbc", "lineage", *NCI]
        assert row[:6] == ["1", "7", "45", "B", "assigned", "standard"]


def test_quoted_cells_with_commas_quotes_and_line_ends_come_back_whole() -> None:
    cells = ["a,b", 'say "x"', "two\nlines", "crlf\r\ninside", "; | \t", ""]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([["age", "wbc", "lineage", *(f"n{n}" for n in range(6))], ["7", "45", "B", *cells]])
    writer.writerow(["10", "45", "B", *cells])
    back = nci(text.getvalue())
    assert [row[3:9] for row in back[1:]] == [cells, cells]
    assert [row[10] for row in back[1:]] == ["standard", "high"]


@pytest.mark.parametrize(
    "cell", ["[cp18]", "[/x]", "[bold]", "+21", "=1+1", "MARCH1", "12-21", "007", "1e5", "NA", "é∅", "  "]
)
def test_a_cell_that_is_not_asked_for_is_never_touched(cell: str) -> None:
    assert nci(f"note,age,wbc,lineage\n{cell},7,45,B\n")[1][:5] == [cell, "7", "45", "B", "assigned"]


@pytest.mark.parametrize("blank", ["", "NA", "n/a", "unknown", "?", "ND", "not done", "#N/A", "NaN"])
def test_a_cell_that_says_nothing_is_unknown_and_never_negative(blank: str) -> None:
    row = nci(f"age,wbc,lineage\n7,{blank},B\n")[1]
    assert row[3:8] == ["indeterminate", "", "standard|high", "nci-rome.wbc|nci-rome.low", "wbc"]


def test_a_last_line_without_an_end_is_still_a_row() -> None:
    assert nci("age,wbc,lineage\n7,45,B\n10,45,B")[2][3:5] == ["assigned", "high"]


def test_a_table_of_only_a_header_gives_only_a_header() -> None:
    result = batch("-", "--scheme", "nci-rome", input="age,wbc,lineage\n")
    assert result.exit_code == 0
    assert rows_of(result.stdout) == [["age", "wbc", "lineage", *NCI]]
    assert "0 rows" in result.stderr


def test_a_table_larger_than_any_buffer_is_read_whole() -> None:
    notes = ["x" * 60_000, "short", "y\nz" * 150, ""]
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["note", "age", "wbc", "lineage"], *[[note, "7", "45", "B"] for note in notes * 3]])
    back = nci(text.getvalue())
    assert [row[0] for row in back[1:]] == notes * 3
    assert {row[5] for row in back[1:]} == {"standard"}


def test_a_quote_that_is_never_closed_spoils_its_own_line_and_no_other() -> None:
    table = 'age,wbc,lineage,note\n7,45,B,"oops\n' + "8,4,B,x\n" * 3000
    back = nci(table, code=1)
    assert len(back) == 3002
    assert back[1][:5] == ["7", "45", "B", '"oops', "invalid"]
    assert "never closed" in back[1][9]
    assert all(row[:5] == ["8", "4", "B", "x", "assigned"] for row in back[2:])


def test_a_one_column_table_is_a_table() -> None:
    assert nci("age\n0.5\n7\n")[1][1] == "not-applicable"


def test_two_dates_give_the_age() -> None:
    table = (
        "dob,date of diagnosis,wbc,lineage\n"
        "2009-03-01,2019-02-28,5,B\n2009-03-01,2019-03-01,5,B\n,2019-03-01,5,B\n2009-03-01,2010-02-28,5,B\n"
    )
    rows = nci(table)[1:]
    assert [row[4] for row in rows] == ["assigned", "assigned", "indeterminate", "not-applicable"]
    assert [row[5] for row in rows] == ["standard", "high", "", ""]
    assert rows[2][8] == "age"


def test_a_genetics_column_is_read_as_a_list() -> None:
    table = 'age,genetics\n40,"t(9;22)(q34;q11)"\n40,nothing found\n40,\n40,unknown\n5,"t(12;21), otherwise none"\n'
    result = batch("-", "--scheme", "guideline-summary", input=table)
    assert result.exit_code == 0, result.stderr
    rules = [row[2 + 3].split("|") for row in rows_of(result.stdout)[1:]]
    assert "guideline-summary.age" in rules[0]
    summary = batch(
        "-", "--scheme", "cog-aall08b1", input="age,lineage,wbc,genetics\n5,B,5,iAMP21\n5,B,5,nothing found\n"
    )
    rows = rows_of(summary.stdout)[1:]
    assert [row[4] for row in rows] == ["indeterminate", "indeterminate"]
    assert "bcr_abl1" in rows[0][8].split("|")
    assert not {"bcr_abl1", "iamp21", "kmt2a_r", "etv6_runx1"} & set(rows[1][8].split("|"))


def test_the_summary_says_what_was_read_left_alone_and_found() -> None:
    table = "id,Age,WBC [/uL],lineage,note\n1,7,45000,B,a\n2,10,1000,B,b\n3,7,,B,c\n4,7,4000,T,d\n5,7,forty,B,e\n"
    result = batch("-", "--scheme", "nci-rome", input=table)
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "standard input: 5 rows, 5 columns separated by comma",
        '  read: age from "Age", wbc from "WBC [/uL]" in /uL, lineage from "lineage"',
        '  left alone: "id", "note"',
        "  nci-rome: assigned 2 (high 1, standard 1), indeterminate 2, not-applicable 1",
        "    open for want of wbc in 2 rows",
        result.stderr.splitlines()[5],
        "  written to standard output, separated by comma",
    ]
    assert result.stderr.splitlines()[5].startswith(
        '  unread: "WBC [/uL]" 1 cell, first row 5 (line 6): value "forty": '
    )


def test_the_summary_of_many_bad_rows_says_how_many_more_there_are() -> None:
    result = batch("-", "--scheme", "nci-rome", "--strict-cells", input="age\n" + "old\n" * 12)
    listed = [line for line in result.stderr.splitlines() if line.startswith("  row ")]
    assert 0 < len(listed) < 12
    assert f"{12 - len(listed)} more invalid rows" in result.stderr


def test_strict_leaves_with_1_if_an_answer_is_open() -> None:
    assert batch("-", "--strict", input="age,lineage\n7,B\n").exit_code == 1
    assert batch("-", input="age,lineage\n7,B\n").exit_code == 0
    assert batch("-", "--strict", "--scheme", "nci-rome", input="age,wbc,lineage\n7,4,B\n").exit_code == 0


def test_input_and_output_may_be_files(tmp_path: Path) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("age,wbc,lineage\n7,45,B\n", encoding="utf-8")
    result = batch(str(source), "--output", str(target), "--scheme", "nci-rome")
    assert (result.exit_code, result.stdout) == (0, "")
    assert target.read_text(encoding="utf-8") == batch(str(source), "--scheme", "nci-rome").stdout
    assert str(source) in result.stderr


def test_the_example_of_the_repository_runs() -> None:
    example = Path(__file__).resolve().parents[2] / "examples" / "cohort.csv"
    if not example.exists():
        pytest.skip("the examples are not part of this checkout")
    rows = rows_of(batch(str(example), "--scheme", "nci-rome").stdout)
    given = rows_of(example.read_text(encoding="utf-8"))
    assert [row[: len(given[0])] for row in rows] == given


def test_the_counts_add_up_over_all_schemes(library: RiskLibrary) -> None:
    options = [text for id in library.schemes for text in ("--scheme", id)]
    table = "age,wbc,lineage\n" + "".join(f"{age},{wbc},B\n" for age in (0.4, 7, 10, 40, "") for wbc in (5, 60, ""))
    result = batch("-", *options, input=table)
    assert result.exit_code == 0
    for line in result.stderr.splitlines()[2:-1]:
        if line.startswith("    open for want of "):
            continue
        id, _, counts = line.strip().partition(": ")
        assert id in library.schemes
        bare = [part.split(" (")[0].rsplit(" ", 1)[1] for part in _outside_brackets(counts)]
        assert sum(map(int, bare)) == 15, line


def _outside_brackets(text: str) -> list[str]:
    parts, depth = [""], 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


def test_a_batch_of_one_says_what_classify_says() -> None:
    row = nci("age,wbc,lineage\n7,45,B\n")[1]
    options = ("--age", "7", "--wbc", "45", "--lineage", "B", "--scheme", "nci-rome", "--format", "json")
    (entry,) = json.loads(RUNNER.invoke(app, ["classify", *options]).stdout)["results"]
    assert row[3:7] == [entry["status"], entry["group"], "|".join(entry["possible"]), entry["decided_by"][0]["rule"]]
