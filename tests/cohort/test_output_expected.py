"""The output that a person expects: by suffix, for Excel, with legal names, over old results, and what is said."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import polars as pl
import pytest
from odfdo import Document
from typer.testing import CliRunner, Result

from all_cli.cli.risk import app
from all_cli.cohort.columns import plans
from all_cli.cohort.inspect import inspect_table
from all_cli.cohort.legal_names import legal_names
from all_cli.cohort.output import WriteAs, output_format
from all_cli.cohort.run import Job, run_batch
from all_cli.cohort.tables import Form, open_table
from all_cli.patient.unreadable import UnreadableError
from all_cli.risk.library import RiskLibrary

RUNNER = CliRunner()
TABLE = "Patient-ID;Age;wbc;lineage;sex;note\n1;7;45;B;m;=1+1\n2;;45;B;f;-x\n3;7;;B;f;Köln, \u00df\n4;7;5;B;;\n"


def batch(text: str, *options: str, scheme: str = "nci-rome", code: int = 0) -> Result:
    result = RUNNER.invoke(app, ["batch", "-", "--scheme", scheme, *options], input=text)
    assert result.exit_code == code, (result.stderr, result.exception)
    return result


@pytest.mark.parametrize(
    ("name", "sign"), [("x.csv", ","), ("x.tsv", "\t"), ("x.tab", "\t"), ("x.csv.gz", ","), ("x.txt", ";"), ("x", ";")]
)
def test_the_suffix_says_which_sign_separates(name: str, sign: str, tmp_path: Path) -> None:
    target = tmp_path / name
    result = batch(TABLE, "-o", str(target))
    with open_table([str(target)]) as table:
        assert table.form.delimiter == sign
        assert [row[5] for part in table.rows() for row in part.frame.rows()][2] == "Köln, ß"
    word = {",": "comma", ";": "semicolon", "\t": "tab"}[sign]
    assert f"  written to {target}, separated by {word}" in result.stderr
    assert batch(TABLE).stdout.startswith("Patient-ID;Age")
    assert batch(TABLE, "--output-format", "csv").stdout.startswith("Patient-ID,Age")


def test_a_suffix_that_names_no_table_is_refused_naming_those_that_do(tmp_path: Path) -> None:
    table = Form("csv", delimiter=";")
    for name in ("x.pdf", "x.json", "x.dat", "x.xls", "x.sav", "x.orc", "x.csv.bz2", "x.CSV.zip", "x.html", "x.2024"):
        with pytest.raises(UnreadableError, match=r"\.csv, \.tsv, \.ndjson, \.parquet, \.arrow, \.xlsx or \.ods"):
            output_format(name, table, WriteAs())
        assert output_format(name, table, WriteAs("tsv")).delimiter == "\t"
    for name, sign in (
        ("x.CSV", ","),
        ("a.b/x", ";"),
        ("-", ";"),
        ("x.gz", ";"),
        ("x.TSV.GZ", "\t"),
        ("/dev/fd/3", ";"),
    ):
        assert output_format(name, table, WriteAs()).delimiter == sign
    refused = batch(TABLE, "-o", str(tmp_path / "x.pdf"), code=2)
    assert refused.stderr.startswith(f'--output "{tmp_path / "x.pdf"}": ')
    assert list(tmp_path.iterdir()) == []


NUMBERS = ["-3", "+21", "-1,5", "-4.5e-3", "-0.5%", "-.5"]  # no formulas


@pytest.mark.parametrize(("sign", "form"), [(",", "wide"), (";", "wide"), ("\t", "wide"), (",", "long")])
def test_excel_is_given_its_mark_and_no_formula(sign: str, form: str, tmp_path: Path) -> None:
    """A sheet that takes semicolons gets them back; a comma would leave each row in one cell there."""
    odd = ["=1+1", "-x", "@y", "+21-A1", "\tz", "\rz", "\nz", " =1", "z", "'=1", *NUMBERS]
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=sign, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([["=n", "age", "wbc", "lineage"], *([cell, "7", "45", "B"] for cell in odd)])
    target = tmp_path / ("x.tsv" if sign == "\t" else "x.csv")
    batch(text.getvalue(), "-o", str(target), "--excel-safe", "--form", form, "--id", "=n")
    content = target.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content[3:].decode(), newline=""), delimiter=sign))
    column = [row[0 if form == "wide" else 1] for row in rows]
    assert column == ["'=n", *(f"'{cell}" for cell in odd[:7]), " =1", "z", "'=1", *NUMBERS]
    assert "'" not in batch(text.getvalue()).stdout.split("z")[0]


def test_ods_keeps_text_as_it_is(tmp_path: Path) -> None:
    cells = ["=1+1", "12-21", "007", "a  b ", " c", "two\nlines", "tab\tin", '<&>"', "Köln ß 急性", "\x01"]
    frame = pl.DataFrame({"note": cells, "age": [7.5] * 10, "wbc": [45] * 10, "lineage": ["B"] * 10})
    frame.write_parquet(tmp_path / "in.parquet")
    target = tmp_path / "out.ods"
    for _ in range(2):
        RUNNER.invoke(app, ["batch", str(tmp_path / "in.parquet"), "-o", str(target), "--scheme", "nci-rome"])
    content = zipfile.ZipFile(target).read("content.xml")
    assert b"  " not in content, "XML lets white space go"
    sheet = Document(target).body.tables[0]
    assert sheet.name == "results"
    header, *rows = sheet.get_values()
    assert header[:5] == ["note", "age", "wbc", "lineage", "nci-rome.status"]
    assert [row[0] for row in rows] == [*cells[:9], "\ufffd"]
    assert rows[0][1:6] == [7.5, 45, "B", "assigned", "standard"]
    with open_table([str(target)]) as table:
        read = pl.concat([part.frame for part in table.rows()])
    assert read["note"].to_list()[:6] == cells[:6]


def test_legal_names() -> None:
    names = [
        "Patient-ID", "patient_id", "Größe (cm)", "Âge", "1st CNS", "if", "年齢", "", "  ",
        "WBC (x10^9/L) at diagnosis, first", "WBC (x10^9/L) at diagnosis, second", "a__b_",
        "guideline-summary.possible", "mrd-response-pethema-all08.possible", "mrd-response-pethema-hr-11.possible",
    ]  # fmt: skip
    legal = legal_names(names)
    assert legal[:8] == ["patient_id_2", "patient_id", "grosse_cm", "age", "x_1st_cns", "x_if", "column", "column_2"]
    assert legal[11:] == [
        "a_b",
        "guideline_summary_possible",
        "mrd_response_peth_possible",
        "mrd_response_peth_possib_2",
    ]
    assert len({*legal}) == len(names)
    assert all(name.isascii() and name[0].isalpha() and name.islower() and len(name) <= 26 for name in legal)
    assert legal_names(legal) == legal


@pytest.mark.parametrize("suffix", ["csv", "ndjson", "parquet", "ods"])
def test_snake_names_are_those_of_every_format_and_told(suffix: str, tmp_path: Path) -> None:
    target, record = tmp_path / f"x.{suffix}", tmp_path / "run.json"
    (tmp_path / "in.csv").write_text(TABLE)
    named = ["--names", "snake", "--manifest", str(record), "--scheme", "nci-rome"]
    result = RUNNER.invoke(app, ["batch", str(tmp_path / "in.csv"), "-o", str(target), *named])
    with open_table([str(target)]) as table:
        assert table.header[:2] == ["patient_id", "age"]
        assert table.header[6:8] == ["nci_rome_status", "nci_rome_group"]
    assert '  names: "Patient-ID" as patient_id, "Age" as age, "nci-rome.status" as nci_rome_status' in result.stderr
    assert json.loads(record.read_text())["names"]["nci-rome.reason"] == "nci_rome_reason"
    assert RUNNER.invoke(app, ["replay", str(record)]).exit_code == 0
    assert "without --names snake" in RUNNER.invoke(app, ["report", str(target)]).stderr


def test_old_results_are_replaced_only_if_asked() -> None:
    old = batch("age,wbc,lineage\n7,45,B\n").stdout
    changed = old.replace("7,45,B", "7,55,B")
    refused = batch(changed, code=3).stderr
    assert '"nci-rome.status"' in refused
    assert "--replace" in refused
    again = batch(changed, "--replace")
    assert again.stdout == batch("age,wbc,lineage\n7,55,B\n").stdout
    assert '  replaced: "nci-rome.status", "nci-rome.group"' in again.stderr
    beside = next(csv.DictReader(io.StringIO(batch(changed, scheme="hoelzer-1988").stdout)))
    assert beside["nci-rome.group"] == "standard", "results of another scheme stay"
    snake = batch("age,wbc,lineage\n7,45,B\n", "--names", "snake").stdout
    assert batch(snake, "--names", "snake", code=3).stderr
    assert batch(snake, "--names", "snake", "--replace").stdout == snake


def test_the_summary_says_what_rows_wait_for_and_which_columns_nobody_used() -> None:
    said = batch(TABLE).stderr.splitlines()
    assert "    open for want of age in 1 row, wbc in 1 row" in said
    assert '  read, and not used by any scheme chosen: "sex"' in said
    assert "not used" not in batch("age\n7\n").stderr
    near = batch("age,wbc,linaege\n7,4,B\n").stderr
    assert '  left alone: "linaege" (spelled much like lineage)' in near
    again = batch(batch("age,wbc,lineage\n7,4,B\n", scheme="cns-status").stdout).stderr
    assert "much like" not in again, "results of an earlier run are no misspelled facts"


AGREE = [
    "age,wbc,lineage,empty,Karyotype,linaege,ph,mrd_eoi\n"
    '7,45,B,,"46,XX,foo[12]",B,-,0.02\n7,old,B,,None,B,+,0.03\n7,1500,Q,,"46,XX",B,-,<0.01%\n',
    "age,wbc,lineage,MRD day 29 (%)\n7,45000,B,0.1\n7,60,B,0.2\n999,70,B,0.3\n999,80,B,0.4\n8,9,B,1e-4\n",
    "born,diagnosed,sex\n2015-01-01,2020-01-01,m\n03/04/2015,2020-01-01,f\n2021-01-01,2020-01-01,1\n",
    "age,wbc,lineage,sex\n7,45,B,m\n7,45,B\n999,99999,B,Q,more\n8,45,B,f\n",
]


@pytest.mark.parametrize("text", AGREE)
def test_columns_and_batch_read_and_advise_alike(text: str, tmp_path: Path, library: RiskLibrary) -> None:
    file = tmp_path / "in.csv"
    file.write_text(text)
    vocabulary = library.vocabulary
    with open_table([str(file)]) as table:
        found = inspect_table(plans(table.header, vocabulary, {})[0], table.rows(), vocabulary)
    advised = {f'"{view.column.header}": {doubt}' for view in found.columns for doubt in view.doubts}
    try:
        done = run_batch(library, [library.schemes["nci-rome"]], Job((str(file),), str(tmp_path / "out.csv")))
    except ValueError as error:
        assert str(error) == "\n".join(found.problems)
        assert found.problems
        return
    assert found.problems == []
    warned = {f'"{header}": look again, {n} cell{"s" * (n > 1)}: {one}' for header, (n, one) in done.warnings.items()}
    unread = {name.strip('"'): column.cells for name, column in done.unusable.unread.items()}
    said = {view.column.header: view.unreadable for view in found.columns if view.unreadable}
    if "born" in text:
        assert (said, unread) == ({"born": 1, "sex": 1}, {**said, 'born" and "diagnosed': 1}), (
            "one day of two readings, one birth too late"
        )
        advised = {one for one in advised if "give no age" not in one}
    else:
        assert said == unread
    assert advised == {*done.doubts, *warned}
    assert {view.column.header: view.close_to for view in found.columns if view.close_to} == done.near


def test_a_report_stops_where_a_batch_stops(tmp_path: Path) -> None:
    results, record = tmp_path / "out.csv", tmp_path / "run.json"
    text = "age,wbc,lineage\n7,4.5,B\n8,6,B\n6,900,B\n900,7,B\n999,8,B\n999,5,B\n5,5,B\n"
    settled = ["--map", "age=-", "--manifest", str(record), "-o", str(results), "--scheme", "nci-rome"]
    (tmp_path / "in.csv").write_text(text)
    stopped = RUNNER.invoke(app, ["batch", str(tmp_path / "in.csv")])
    assert stopped.exit_code == 2
    assert RUNNER.invoke(app, ["batch", str(tmp_path / "in.csv"), *settled]).exit_code == 0
    report = RUNNER.invoke(app, ["report", str(results)])
    assert (report.exit_code, report.stderr) == (2, stopped.stderr)
    assert RUNNER.invoke(app, ["report", str(results), "--map", "age=-"]).exit_code == 0
    assert RUNNER.invoke(app, ["report", str(results), "--manifest", str(record)]).exit_code == 0
