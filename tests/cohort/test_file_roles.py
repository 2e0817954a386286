"""One file in two roles is refused before anything is read or written."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from all_cli.cli.risk import app

RUNNER = CliRunner()
TABLE = "age,wbc,lineage\n7,45,B\n"
MAP = "columns: {age: {fact: age}}\n"
OWN = "schemes: []\n"
SHEETS = "other sheets, formulas and formats"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in (("in.csv", TABLE), ("more.csv", TABLE), ("map.yaml", MAP)):
        (tmp_path / name).write_text(text)
    (tmp_path / "link.csv").symlink_to("in.csv")
    (tmp_path / "hard.yaml").hardlink_to("map.yaml")
    return tmp_path


def unchanged(folder: Path) -> None:
    found = {path.name: path.read_text() for path in folder.iterdir()}
    assert found == {"in.csv": TABLE, "link.csv": TABLE, "more.csv": TABLE, "map.yaml": MAP, "hard.yaml": MAP}


def run(*words: str) -> Result:
    result = RUNNER.invoke(app, list(words))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("in.csv", "-o", "out.csv", "--manifest", "in.csv"), '--manifest "in.csv": it is an input'),
        (("*.csv", "-o", "out.txt", "--manifest", "more.csv"), '--manifest "more.csv": it is an input'),
        (("in.csv", "-o", "out.csv", "--manifest", "link.csv"), '--manifest "link.csv": it is an input'),
        (("in.csv", "-o", "out.csv", "--manifest", "./out.csv"), '--manifest "./out.csv": it is the output'),
        (("in.csv", "-o", "map.yaml", "--map-file", "map.yaml"), '--output "map.yaml": it is the map file'),
        (("in.csv", "-o", "hard.yaml", "--map-file", "map.yaml"), '--output "hard.yaml": it is the map file'),
        (("in.csv", "--manifest", "map.yaml", "--map-file", "map.yaml"), '--manifest "map.yaml": it is the map file'),
    ],
)
def test_what_is_read_is_not_written_over(words: tuple[str, ...], said: str, folder: Path) -> None:
    result = run("batch", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"{said}; name another file")
    unchanged(folder)


def test_rules_are_not_written_over(folder: Path) -> None:
    own = folder / "own.yaml"
    own.write_text(OWN)
    for option in ("-o", "--manifest"):
        result = run("batch", "in.csv", "--rules", "own.yaml", option, str(own))
        assert result.exit_code == 2
        assert "it is the rules file" in result.stderr
        assert own.read_text() == OWN


def test_a_replay_writes_over_neither_its_input_nor_its_record(folder: Path) -> None:
    assert run("batch", "in.csv", "-o", "out.csv", "--manifest", "run.json").exit_code == 0
    record = (folder / "run.json").read_text()
    for output, said in (("in.csv", "it is an input"), ("run.json", "it is the record")):
        result = run("replay", "run.json", "-o", output)
        assert result.exit_code == 2
        assert said in result.stderr
    assert (folder / "in.csv").read_text() == TABLE
    assert json.loads((folder / "run.json").read_text()) == json.loads(record)
    assert run("replay", "run.json", "-o", "out.csv").exit_code == 0


def test_a_table_may_be_replaced_by_itself_with_its_answers(folder: Path) -> None:
    assert run("batch", "more.csv", "-o", "more.csv", "--scheme", "nci-rome").exit_code == 0
    assert "nci-rome.status" in (folder / "more.csv").read_text()


@pytest.mark.parametrize(
    ("name", "begins", "lost"),
    [
        ("book.ods", b"PK\x03\x04", SHEETS),
        ("no suffix", b"PK\x03\x04", SHEETS),
        ("book.xlsx.gz", b"PK\x03\x04", SHEETS),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", SHEETS),
        ("study.sav", b"$FL2@(#) SPSS DATA FILE", "labels"),
        ("study.zsav", b"$FL3", "labels"),
        ("study.dta", b"<stata_dta><header>", "labels"),
        ("old.dta", b"\x73\x02\x01\x00", "labels"),
        ("study.xpt", b"HEADER RECORD*******LIBRARY HEADER", "labels"),
        ("study.sas7bdat", bytes(12) + b"\xc2\xea\x81\x60\xb3\x14\x11\xcf", "labels"),
    ],
)
def test_a_file_that_holds_more_than_a_table_is_not_replaced_by_its_answers_alone(
    name: str, begins: bytes, lost: str, folder: Path
) -> None:
    """However it is called, and whichever way its path is written."""
    content = begins + b"rest" * 10
    content = gzip.compress(content) if name.endswith(".gz") else content
    (folder / name).write_bytes(content)
    (folder / "link.txt").symlink_to(name)
    (folder / "hard.csv").hardlink_to(folder / name)
    for read, written in ((name, f"../{folder.name}/{name}"), ("link.txt", name), (name, "hard.csv")):
        result = run("batch", read, "-o", written, "--scheme", "nci-rome")
        assert result.exit_code == 2
        assert f"its {lost} would be lost" in result.stderr
        assert (folder / name).read_bytes() == content


CLINICAL = "#Id\tAge\n#Id\tAge\n#STRING\tNUMBER\n#1\t1\nPATIENT_ID\tAGE\nP1\t7\n"


@pytest.mark.parametrize(
    ("text", "options", "lost"),
    [
        (f"Cohort of 2020\n\n{TABLE}", (), "its lines above the names of the columns"),
        (f"sep=,\n{TABLE}", (), "its lines above the names of the columns"),
        (f"# made by hand\n{TABLE}", ("--format", "cbioportal"), "its lines above the names of the columns"),
        ("age,wbc,lineage\nyears,10^9/L,\n7,45,B\n", (), "its second row of names"),
        (CLINICAL, (), "its lines with # (--format cbioportal keeps them)"),
        (TABLE, ("--form", "long"), "its own columns"),
        ('{"age": 7, "seen": [1, 2]}\n', (), "its numbers, lists and objects (all become texts)"),
        (CLINICAL, ("--format", "cbioportal"), ""),
        (f"\ufeff{TABLE}", (), ""),
    ],
)
def test_what_stands_in_a_text_beside_the_table_is_not_lost(
    text: str, options: tuple[str, ...], lost: str, folder: Path
) -> None:
    file = folder / ("t.ndjson" if text.startswith("{") else "t.txt")
    file.write_text(text)
    (folder / "sym").symlink_to(file)
    (folder / "hard.txt").hardlink_to(file)
    for written in (file.name, "sym", "hard.txt"):
        result = run("batch", file.name, "-o", written, "--scheme", "nci-rome", *options)
        if not lost:
            assert result.exit_code == 0, result.stderr
            assert "nci-rome.status" in file.read_text().lower().replace("nci_rome_", "nci-rome.")
            assert "#STRING\tNUMBER" in file.read_text() or not text.startswith("#")
            return
        assert result.exit_code == 2
        assert result.stderr == f'--output "{written}": it is an input, and {lost} would be lost; name another file\n'
        assert file.read_text() == text
    assert run("batch", file.name, "-o", f"other{file.suffix}", "--scheme", "nci-rome").exit_code == 0
