"""Results read in R as docs/r.md says: every cell as it is in the file, names and all."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from all_cli.cli.risk import app

PAGE = Path(__file__).resolve().parents[2] / "docs" / "r.md"
HEADER = ["patient", "age", "wbc", "lineage", "sex", "remark"]
ROWS = [
    ["007", "7", "45", "B", "F", "=1+1"],
    ["NA", "12", "4", "B", "F", 'she said "no"'],
    ["1e5", "", "4", "B", "F", "line one\nline two"],
    ["Müller-Ößwald ≥ 5", "9.99", "49.9", "B", "F", "-2+3"],
    ["", "40", "20", "T", "F", "#not a comment"],
    ["12-21", "old", "4", "B", "F", "a,b;c'd"],
    ["T", "7", "45", "B", "F", " spaces "],
    ["0x10", "7", "2500", "B", "F", "<NA>"],
]
# Every cell as its bytes in hexadecimal: what R prints of a text depends on its locale.
TELL = """
hex <- function(cell) if (is.na(cell)) "NA" else paste(charToRaw(enc2utf8(cell)), collapse = "")
cat(sprintf('{"names": [%s], "cells": [%s]}',
  paste0('"', sapply(names(results), hex), '"', collapse = ", "),
  paste0("[", sapply(results, function(column) paste0('"', sapply(column, hex), '"', collapse = ", ")), "]",
         collapse = ", ")
))
"""

rscript = shutil.which("Rscript")
pytestmark = pytest.mark.r


def call() -> str:
    """The call that the page tells people to use."""
    block = re.search(r"```r\n(results <- read\.csv\(.*?\n\))", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    return block[1]


def read_in_r(folder: Path, script: str, locale: str) -> tuple[list[str], list[list[str]]]:
    (folder / "read.R").write_text(script + TELL, encoding="utf-8")
    assert rscript is not None
    run = subprocess.run(
        [rscript, "--vanilla", "read.R"], cwd=folder, capture_output=True, text=True, check=False,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": locale},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert "Warning" not in run.stderr
    told = json.loads(run.stdout)

    def text(cell: str) -> str:
        return bytes.fromhex(cell).decode("utf-8")

    return [text(name) for name in told["names"]], [[text(cell) for cell in column] for column in told["cells"]]


@pytest.fixture
def classified(tmp_path: Path) -> Path:
    with (tmp_path / "cohort.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *ROWS])
    output = tmp_path / "classified.csv"
    run = CliRunner().invoke(app, ["batch", str(tmp_path / "cohort.csv"), "-o", str(output), "--scheme", "nci-rome"])
    assert run.exit_code == 1, run.stderr
    return output


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_read_csv_as_the_page_says_gives_every_cell_as_it_is(classified: Path, locale: str) -> None:
    with classified.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    names, columns = read_in_r(classified.parent, call(), locale)
    assert names == header
    assert [list(row) for row in zip(*columns, strict=True)] == rows
    assert [row[: len(HEADER)] for row in rows] == ROWS


def test_the_answers_are_there_under_their_names(classified: Path) -> None:
    names, columns = read_in_r(classified.parent, call(), "C.UTF-8")
    found = dict(zip(names, columns, strict=True))
    assert found["nci-rome.status"] == [
        "assigned", "assigned", "indeterminate", "assigned", "not-applicable", "indeterminate",
        "assigned", "indeterminate",
    ]  # fmt: skip
    assert found["nci-rome.group"] == ["standard", "high", "", "standard", "", "", "standard", ""]
    assert found["sex"] == ["F"] * 8


def test_read_csv_left_to_itself_would_change_ids_and_names(classified: Path) -> None:
    """What the page warns of is so; if R ever mends it, the page can be shorter."""
    script = call()
    for argument in (r'colClasses = "character",', "check.names = FALSE,", r"na.strings = character\(\),"):
        assert re.search(argument, script), argument
    plain = 'results <- read.csv("classified.csv", encoding = "UTF-8")\nresults[] <- lapply(results, as.character)\n'
    ask = "cat(names(results)[7], results$sex[1], is.na(results$patient[2]))"
    (classified.parent / "read.R").write_text(plain + ask, encoding="utf-8")
    assert rscript is not None
    told = subprocess.run(
        [rscript, "--vanilla", "read.R"], cwd=classified.parent, capture_output=True, text=True, check=True
    )
    assert told.stdout == "nci.rome.status FALSE TRUE"
