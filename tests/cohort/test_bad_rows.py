"""One bad row never ends a batch: it is kept, with its reason; a bad table is refused with one sentence."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from all_cli.cli.risk import app

RUNNER = CliRunner()
HEAD = "id,age,wbc,lineage\n"
GOOD = "9,7,45,B\n"


def batch(table: str | bytes, *options: str) -> Result:
    result = RUNNER.invoke(app, ["batch", "-", "--scheme", "nci-rome", *options], input=table)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def rows(result: Result) -> list[list[str]]:
    return list(csv.reader(io.StringIO(result.stdout_bytes.decode("utf-8", "surrogateescape"), newline="")))


@pytest.mark.parametrize(
    ("row", "kept", "said"),
    [
        ("1,old,45,B\n", ["1", "old", "45", "B"], ('column "age"', 'value "old"', "not an age")),
        ("1,-3,45,B\n", ["1", "-3", "45", "B"], ('column "age"', 'value "-3"', "negative")),
        ("1,7,2500,B\n", ["1", "7", "2500", "B"], ('column "wbc"', 'value "2500"', "above 1000")),
        ("1,7,-5,B\n", ["1", "7", "-5", "B"], ('column "wbc"', 'value "-5"')),
        ("1,7,45,Q\n", ["1", "7", "45", "Q"], ('column "lineage"', 'value "Q"', "MPAL")),
        ("1,old,forty,Q\n", ["1", "old", "forty", "Q"], ('value "old"', 'value "forty"', 'value "Q"')),
        ("1,7\n", ["1", "7", "", ""], ("2 cells for 4 columns",)),
        ("1,7,45,B,x,y\n", ["1", "7", "45", "B"], ("6 cells for 4 columns", '"x"', '"y"')),
        ('1,7,45,"[/x]"\n', ["1", "7", "45", "[/x]"], ('value "[/x]"',)),
        ('1,7,45,"a,b\nc"\n', ["1", "7", "45", "a,b\nc"], ('column "lineage"',)),
    ],
)
def test_a_bad_row_is_kept_with_its_reason(row: str, kept: list[str], said: tuple[str, ...]) -> None:
    for options in ((), ("--strict-cells",)):
        result = batch(HEAD + GOOD + row + GOOD, *options)
        assert result.exit_code == 1
        back = rows(result)
        assert len(back) == 4
        assert back[1] == back[3]
        assert back[1][4:6] == ["assigned", "standard"]
        bad = back[2]
        assert bad[:4] == kept
        if options or "cells for" in said[0]:
            assert bad[4:9] == ["invalid", "", "", "", ""]
        else:
            assert bad[4] == "indeterminate"
            assert bad[9].startswith("unreadable: column ")
        for words in said:
            assert words in bad[9]
            assert words.removeprefix("column ") in result.stderr


def test_a_ragged_row_is_bad_under_every_scheme() -> None:
    result = RUNNER.invoke(app, ["batch", "-"], input=HEAD + "1,old,45\n")
    bad = rows(result)[1]
    assert (bad[4], bad[10]) == ("invalid", "invalid")
    assert bad[9] == bad[15] != ""


def test_a_contradictory_row_is_kept_with_both_sides() -> None:
    table = "age,wbc,lineage,ph,genetics\n7,45,B,yes,nothing found\n7,45,B,no,nothing found\n"
    back = rows(RUNNER.invoke(app, ["batch", "-", "--scheme", "guideline-summary"], input=table))
    assert back[1][5] == "invalid"
    assert "bcr_abl1" in back[1][10]
    assert "cannot be true" in back[1][10]
    assert back[2][5] == "not-applicable"


def test_a_contradiction_is_one_whatever_the_order_of_rows() -> None:
    good, bad = "7,45,B,yes,t(9;22)\n", "7,45,B,no,t(9;22)\n"
    for table in (good + bad, bad + good, good + bad + good + bad):
        text = "age,wbc,lineage,ph,genetics\n" + table
        back = rows(RUNNER.invoke(app, ["batch", "-", "--scheme", "guideline-summary"], input=text))
        assert [row[5] == "invalid" for row in back[1:]] == [line == bad.strip() for line in table.splitlines()]


@pytest.mark.parametrize(
    ("born", "diagnosed", "said"),
    [
        ("2020-02-30", "2021-01-01", "no such day"),
        ("01.02.2015", "2021-01-01", "YYYY-MM-DD"),
        ("2015-01-01", "2014-01-01", "before birth"),
        ("1850-01-01", "2014-01-01", "125"),
    ],
)
def test_a_bad_date_is_a_bad_row(born: str, diagnosed: str, said: str) -> None:
    back = rows(batch(f"id,born,diagnosed,wbc,lineage\n1,{born},{diagnosed},5,B\n2,2015-01-01,2020-01-01,5,B\n"))
    assert back[1][5] == "indeterminate"
    assert said in back[1][10]
    blamed = 'columns "born" and "diagnosed"' if said in ("before birth", "125") else 'column "born"'
    assert f"unreadable: {blamed}" in back[1][10]
    assert back[2][5:7] == ["assigned", "standard"]


def test_an_unreadable_finding_is_named_and_never_left_out() -> None:
    table = 'age,wbc,lineage,genetics\n7,45,B,"t(12;21), wibble"\n'
    back = rows(RUNNER.invoke(app, ["batch", "-", "--scheme", "cog-aall08b1"], input=table))
    assert back[1][4] == "indeterminate"
    assert "wibble" in back[1][9]
    assert 'column "genetics"' in back[1][9]


def test_the_reason_gives_row_and_line_on_standard_error() -> None:
    table = 'id,age,wbc,lineage\n"two\nlines",7,45,B\n2,old,45,B\n'
    assert "first row 2 (line 4): " in batch(table).stderr
    assert "  row 2 (line 4): " in batch(table, "--strict-cells").stderr


@pytest.mark.parametrize("bad", [b"\xe9", b"\xff\xfe", b"\x00", b"caf\xc3"])
def test_a_row_that_is_not_text_is_kept_byte_for_byte(bad: bytes) -> None:
    result = batch(b"note,age,wbc,lineage\n" + bad + b",7,45,B\n" + "ö,7,45,B\n".encode())
    lines = result.stdout_bytes.split(b"\n")
    if bad == b"\x00":
        assert result.exit_code in (1, 3)
        if result.exit_code == 3:
            return
    assert result.exit_code == 1
    assert lines[1].startswith((bad, b'"' + bad))
    assert b"invalid" in lines[1]
    assert b"assigned,standard" in lines[2]


def refused(result: Result, code: int) -> None:
    assert isinstance(result.exception, SystemExit), result.exception
    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr.strip()
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "table",
    [b"", b"\n\n", b",,\n1,2,3\n", bytes(range(256)) * 20],
    ids=["empty", "blank lines", "nameless columns", "binary"],
)
def test_a_file_that_is_no_table_cannot_be_read(table: bytes, tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    file.write_bytes(table)
    target = tmp_path / "out.csv"
    refused(RUNNER.invoke(app, ["batch", str(file), "-o", str(target)]), 3)
    refused(batch(table), 3)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv"]


def test_a_missing_file_and_a_folder_cannot_be_read(tmp_path: Path) -> None:
    missing = RUNNER.invoke(app, ["batch", str(tmp_path / "none.csv")])
    refused(missing, 3)
    assert "none.csv" in missing.stderr
    refused(RUNNER.invoke(app, ["batch", str(tmp_path)]), 3)


def test_the_output_of_a_batch_is_not_classified_again(tmp_path: Path) -> None:
    once = tmp_path / "once.csv"
    once.write_text(batch(HEAD + GOOD).stdout, encoding="utf-8")
    before = once.read_bytes()
    refused(RUNNER.invoke(app, ["batch", str(once), "-o", str(once), "--scheme", "nci-rome"]), 3)
    assert once.read_bytes() == before
    other = RUNNER.invoke(app, ["batch", str(once), "--scheme", "hoelzer-1988"])
    assert other.exit_code == 0
