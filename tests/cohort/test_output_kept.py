"""What stands in a cell stands in the output, in every format; what a format cannot hold is said or refused."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from odfdo import Document
from typer.testing import CliRunner, Result

from all_cli.cli.risk import app
from all_cli.cohort.output import WRITABLE
from all_cli.cohort.sinks import sink_of
from all_cli.cohort.tables import open_table
from all_cli.patient.unreadable import UnreadableError

RUNNER = CliRunner()
# Signs in all places that a cell has: at its beginning, inside, at its end, twice, alone.
SIGNS = [
    "\t",
    "\n",
    " ",
    "  ",
    "\xa0",
    "\u2028",
    "\x85",
    "\x7f",
    '"',
    "'",
    "=",
    "#",
    "<&>",
    "_x000D_",
    ",",
    ";",
    "é",
    "急",
]
KEPT = [text for sign in SIGNS for text in (f"{sign}a", f"a{sign}b", f"a{sign}", f"a{sign}{sign}b", sign)]
RETURNS = ["a\rb", "a\r\nb", "\ra"]
CONTROL = ["a\x01b", "a\x0bb", "a\x00b", "\x1b[31m"]
NO_CHARACTER = ["a\ufffeb", "\uffff"]
SUFFIXES = {"cbioportal": "txt"}


def batch(source: Path, output: Path, *options: str, code: int = 0) -> Result:
    result = RUNNER.invoke(app, ["batch", str(source), "-o", str(output), "--scheme", "nci-rome", *options])
    assert result.exit_code == code, (result.stderr, result.exception)
    return result


def column(file: Path, name: str) -> list[Any]:
    with open_table([str(file)]) as table:
        return pl.concat([rows.frame for rows in table.rows()])[name].to_list()


def rows_of(notes: list[str], file: Path) -> Path:
    frame = pl.DataFrame({"PATIENT_ID": [f"P{n}" for n in range(len(notes))], "NOTE": notes})
    frame.with_columns(AGE=pl.lit("7"), WBC=pl.lit("45"), LINEAGE=pl.lit("B")).write_parquet(file)
    return file


@pytest.mark.parametrize("form", WRITABLE)
def test_every_text_comes_back_from_every_format_or_it_is_said(form: str, tmp_path: Path) -> None:
    notes = [*KEPT, *RETURNS, *CONTROL, *NO_CHARACTER]
    target = tmp_path / f"out.{SUFFIXES.get(form, form)}"
    result = batch(rows_of(notes, tmp_path / "in.parquet"), target, "--output-format", form)
    lost = {"ods": [*RETURNS, *CONTROL, *NO_CHARACTER], "xlsx": NO_CHARACTER}.get(form, [])
    found = column(target, "NOTE")
    assert [note for note, read in zip(notes, found, strict=True) if note != (read or "")] == lost
    said = [line for line in result.stderr.splitlines() if line.startswith("  not kept: ")]
    if form == "ods":
        assert said == ["  not kept: 3 cells with carriage returns, written as line ends; "
                        "6 cells with control characters, written as \ufffd"]  # fmt: skip
        assert found[-9:] == [
            "a\nb",
            "a\nb",
            "\na",
            "a\ufffdb",
            "a\ufffdb",
            "a\ufffdb",
            "\ufffd[31m",
            "a\ufffdb",
            "\ufffd",
        ]
        elsewhere = [row[1] for row in Document(target).body.tables[0].get_values()[1:]]
        assert elsewhere == found, "another program reads what this one does"
        content = zipfile.ZipFile(target).read("content.xml")
        assert b"  " not in content
        assert b"\t" not in content, "XML lets white space go"
    elif form == "xlsx":
        assert said == ["  not kept: 2 cells with control characters, written as \ufffd"]
    else:
        assert said == []


def test_tabs_and_line_breaks_that_other_programs_write_into_ods_are_read(tmp_path: Path) -> None:
    target = tmp_path / "out.ods"
    batch(rows_of(["46,XX\tand", "x"], tmp_path / "in.parquet"), target)
    with zipfile.ZipFile(target) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    assert b"<text:tab/>" in parts["content.xml"]
    parts["content.xml"] = parts["content.xml"].replace(
        b"<text:tab/>", b'<text:line-break/><text:tab text:tab-ref="1" />'
    )
    with zipfile.ZipFile(target, "w") as book:
        for name, content in parts.items():
            book.writestr(name, content)
    assert column(target, "NOTE") == ["46,XX\n\tand", "x"]


@pytest.mark.parametrize("form", ["csv", "xlsx", "ods", "ndjson", "parquet"])
def test_numbers_and_cells_of_other_kinds_are_kept(form: str, tmp_path: Path) -> None:
    """A number that a sheet would round stays text, as does what is no number; a list is its members."""
    frame = pl.DataFrame(
        {
            "id": [2**60 + 1, 2, 3],
            "share": [float("nan"), float("inf"), 0.25],
            "sum": [0.1 + 0.2, 1.5, None],
            "seen": [date(2020, 1, 1)] * 3,
            "list": [["t(12;21)", "iAMP21"], ["x"], None],
            "yes": [True, False, None],
            "age": [7] * 3,
        }
    )
    frame.write_parquet(tmp_path / "in.parquet")
    target = tmp_path / f"out.{form}"
    said = batch(tmp_path / "in.parquet", target).stderr
    if form == "parquet":
        assert pl.read_parquet(target)[:, :7].equals(frame, null_equal=True)
        return
    null = form == "ndjson"
    assert [str(cell) for cell in column(target, "id")] == ["1152921504606846977", "2", "3"]
    assert column(target, "share") == [*([None] * 2 if null else ["NaN", "inf"]), "0.25"]
    assert ("not kept: 2 cells with NaN or an infinite number, written as null" in said) == null
    assert ("not kept: 1 cell with numbers of more than 16 digits, rounded" in said) == (form == "xlsx")
    if form == "ods":
        assert float(Document(target).body.tables[0].get_values()[1][2]) == 0.1 + 0.2
    elif form != "xlsx":
        assert column(target, "sum")[0] == "0.30000000000000004"
    assert column(target, "seen")[0] == "2020-01-01"
    assert column(target, "list")[:2] == ["t(12;21), iAMP21", "x"]
    assert column(target, "yes")[:2] == ["true", "false"]


def test_bytes_that_are_no_text_stay_in_text_and_are_counted_elsewhere(tmp_path: Path) -> None:
    content = "age,wbc,lineage,note\n7,45,B,é\n7,45,B,".encode() + b"caf\xe9\n"
    (tmp_path / "in.csv").write_bytes(content)
    said = "not kept: 1 cell with bytes that are no text, written as \ufffd"
    assert said not in batch(tmp_path / "in.csv", tmp_path / "out.csv", code=1).stderr
    assert b"caf\xe9," in (tmp_path / "out.csv").read_bytes()
    for name, options in (("out.ndjson", ()), ("safe.csv", ("--excel-safe",))):
        assert said in batch(tmp_path / "in.csv", tmp_path / name, *options, code=1).stderr
        assert column(tmp_path / name, "note") == ["é", "caf\ufffd"]


@pytest.mark.filterwarnings("error")
def test_what_does_not_fit_into_a_sheet_is_refused_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor a file of rows where such are kept meanwhile."""
    meanwhile = tmp_path / "meanwhile"
    meanwhile.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(meanwhile))
    long = rows_of(["x" * 32_767, "x" * 32_768], tmp_path / "long.parquet")
    said = batch(long, tmp_path / "out.xlsx", code=2).stderr
    assert "a cell of XLSX holds 32767 characters, and one in row 2 has 32768; write .ods or .csv" in said
    assert len(said.splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["long.parquet", "meanwhile"]
    assert list(meanwhile.iterdir()) == []
    batch(long, tmp_path / "out.ods")
    assert len(column(tmp_path / "out.ods", "NOTE")[1]) == 32_768
    for form in ("xlsx", "ods"):
        with pytest.raises(UnreadableError, match="a sheet ends at column 16384, and there are 16385"):
            sink_of(form, "out", io.BytesIO(), ["name"] * 16_385, Counter())
