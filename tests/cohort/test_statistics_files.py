"""Files of SPSS, Stata and SAS: values by their labels, user-missing values missing, dates, columns by their labels."""

from __future__ import annotations

import csv
import sys
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from all_cli.cli.risk import app
from all_cli.cohort.statistics_files import kind_of
from all_cli.cohort.streams import InputError
from all_cli.cohort.tables import open_table
from all_cli.cohort.typed import texts_of

pyreadstat = pytest.importorskip("pyreadstat", reason="files of SPSS, Stata and SAS need pyreadstat")
FRAME = pl.DataFrame({
    "pat": ["a", "b", "c"],
    "v1": [date(2016, 1, 2), date(2010, 3, 4), None],
    "v2": [date(2020, 1, 2)] * 3,
    "v3": [12.5, 999.0, 60.0],
    "v4": [1.0, 2.0, 7.0],
})  # fmt: skip
LABELS = ["Record", "Date of birth", "Date of diagnosis", "WBC (10^9/L)", "Immunophenotype"]
LINEAGE = {1: "B-cell precursor", 2: "T-cell"}
WITH_LABELS = ("sav", "zsav", "dta")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("statistics")
    made = {kind: folder / f"in.{kind}" for kind in (*WITH_LABELS, "por", "xpt")}
    said: dict[str, Any] = {"column_labels": LABELS}
    valued = {**said, "variable_value_labels": {"v4": LINEAGE}}
    pyreadstat.write_sav(FRAME, made["sav"], missing_ranges={"v3": [999]}, **valued)
    pyreadstat.write_sav(FRAME, made["zsav"], compress=True, missing_ranges={"v3": [999]}, **valued)
    pyreadstat.write_dta(FRAME, made["dta"], **valued)
    pyreadstat.write_por(FRAME, made["por"], **said)
    pyreadstat.write_xport(FRAME, made["xpt"], **said)
    return made


@pytest.mark.parametrize("kind", ["sav", "zsav", "dta", "por", "xpt"])
def test_cells_are_read_as_the_file_means_them(kind: str, files: dict[str, Path], tmp_path: Path) -> None:
    unnamed = tmp_path / "whatever"
    unnamed.write_bytes(files[kind].read_bytes())
    with open_table([str(unnamed)]) as table:
        (rows,) = table.rows()
        cells = texts_of(rows.frame)
        assert [name.lower() for name in table.header] == FRAME.columns
        assert table.form.text() == {"sav": "SPSS", "zsav": "SPSS", "por": "SPSS", "dta": "Stata", "xpt": "SAS"}[kind]
    missing = None if "sav" in kind else "999"
    codes = ["B-cell precursor", "T-cell", "7"] if kind in WITH_LABELS else ["1", "2", "7"]
    assert cells.rows() == [
        ("a", "2016-01-02", "2020-01-02", "12.5", codes[0]),
        ("b", "2010-03-04", "2020-01-02", missing, codes[1]),
        ("c", None, "2020-01-02", "60", codes[2]),
    ]


@pytest.mark.parametrize("labels", [{1: "CNS1", 2: "CNS2"}, {1: "CNS1", 2: "CNS2", "z": "not done"}])
def test_extended_missing_values_of_stata_are_missing_and_leave_the_labels_of_others(
    labels: dict[Any, str], tmp_path: Path
) -> None:
    pandas = pytest.importorskip("pandas", reason="extended missing values are written from pandas")
    file = tmp_path / "in.dta"
    cells = pandas.DataFrame({"wbc": [12.5, "a", "z", None], "cns": [1, "a", "z", 2]})
    missing = {"wbc": ["a", "z"], "cns": ["a", "z"]}
    pyreadstat.write_dta(cells, file, missing_user_values=missing, variable_value_labels={"cns": labels})
    with open_table([str(file)]) as table:
        (rows,) = table.rows()
    assert texts_of(rows.frame).rows() == [("12.5", "CNS1"), (None, None), (None, None), (None, "CNS2")]
    looked = CliRunner().invoke(app, ["columns", str(file)])
    assert "Cannot be read" not in looked.stdout


def test_columns_are_known_by_their_labels_and_every_row_comes_back(files: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    result = CliRunner().invoke(app, ["batch", str(files["sav"]), "--scheme", "nci-rome", "-o", str(out)])
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["nci-rome.status"] for row in rows] == ["assigned", "not-applicable", "indeterminate"], result.stderr
    assert 'wbc from "v3" in 10^9/L' in result.stderr
    assert '"v4", value "7"' in rows[2]["nci-rome.reason"]
    looked = CliRunner().invoke(app, ["columns", str(files["sav"])]).stdout
    assert "5 columns, 4 read" in looked


def test_what_cannot_be_read_or_written_is_one_sentence(
    files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = tmp_path / "in.sav"
    damaged.write_bytes(files["sav"].read_bytes()[:200])
    with pytest.raises(InputError, match="cannot be read as a file of SPSS"), open_table([str(damaged)]):
        pass
    refused = CliRunner().invoke(app, ["batch", str(files["sav"]), "-o", str(tmp_path / "out.sav")])
    assert (refused.exit_code, "are not written" in refused.stderr) == (2, True)
    monkeypatch.setitem(sys.modules, "pyreadstat", None)
    missing = CliRunner().invoke(app, ["batch", str(files["dta"])])
    assert (missing.exit_code, missing.stdout) == (3, "")
    assert "a file of Stata, install all-cli[stats]" in missing.stderr


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011") + b"x", "sas7bdat"),
        (b"HEADER RECORD*******LIBV8   HEADER RECORD!!!!!!!", "xport"),
        (bytes((115, 2, 1, 0)), "dta"),
        (b"sid,age\n", ""),  # begins with the letter 115
        (b"", ""),
    ],
)
def test_a_file_is_known_by_its_first_bytes(head: bytes, kind: str) -> None:
    assert kind_of(head) == kind
