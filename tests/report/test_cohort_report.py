"""The cohort report: the same numbers in every format, the record of the run, and wrong options."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from invented_cohorts import (
    PATIENTS,
    RUNNER,
    report,
    results_file,
)

from all_cli.cli.risk import app
from all_cli.report.counts import Count, percent


class TestFormats:
    """The same numbers on the screen, as JSON and on the page."""

    def test_json_holds_what_the_table_says(self, tmp_path: Path) -> None:
        data = json.loads(report(results_file(tmp_path), "-f", "json", "--id", "name").stdout)
        assert (data["rows"], data["usable"], data["invalid"]) == (6, 5, 1)
        nci, guideline = data["schemes"]
        assert {group["group"]: group["rows"] for group in nci["groups"]} == {"standard": 1, "high": 2}
        assert (nci["indeterminate"], nci["not_applicable"]) == (1, 1)
        assert nci["possible"] == [{"groups": ["standard", "high", "not-applicable"], "rows": 1}]
        assert guideline["not_applicable"] == 3
        (pair,) = data["pairs"]
        assert sum(map(sum, pair["counts"])) == 5
        age = next(entry for entry in data["missing"] if entry["fact"] == "age")
        assert age["unstated"] == 1
        assert age["schemes"]["nci-rome"] == {"waiting": 1, "alone": 1}
        on = {(row["id"], row["scheme"], row["fact"], row["value"]) for row in data["boundary"]["rows"]}
        assert {("Erika Muster", "nci-rome", "age", 10.0), ("Max Muster", "nci-rome", "wbc", 50.0)} <= on
        assert data["unreadable"][0]["examples"] == [{"value": "forty", "row": 6}]
        assert set(data["references"].values()) <= set(data["sources"])

    @pytest.mark.parametrize("form", ["plain", "markdown", "table"])
    def test_the_screen_has_the_numbers_of_the_json(self, tmp_path: Path, form: str) -> None:
        text = report(results_file(tmp_path), "-f", form, "--id", "name").stdout
        flat = " ".join(text.replace("|", " ").split())
        for words in ("standard 1 20.0 %", "high 2 40.0 %", "Erika Muster", "nci-rome.* age 10 y"):
            if "*" not in words:
                assert words in flat
        assert "6 rows: 5 could be used, 1 could not" in flat
        assert "not a medical device" in flat

    def test_methods_name_schemes_versions_and_references(self, tmp_path: Path) -> None:
        text = report(results_file(tmp_path)).stdout
        methods = text.split("Methods, to be pasted")[1]
        assert "NCI/Rome criteria (nci-rome, 1996) [1][2]" in methods
        assert "not taken as negative" in methods
        assert "sha256:" in methods
        assert "scikit-learn" in methods
        assert "https://" in methods

    def test_recalled_rules_are_marked(self, tmp_path: Path) -> None:
        file = results_file(tmp_path, PATIENTS, "--scheme", "bfm-95")
        for form in ("-f", "plain"), ("-o", "-"):
            text = report(file, *form).stdout
            assert "]†" in text
            assert "† recalled" in text

    @pytest.mark.parametrize(
        ("share", "shown"),
        [(0, "0.0 %"), (1, "100.0 %"), (0.0001, "<0.1 %"), (0.9999, ">99.9 %"), (0.5, "50.0 %"), (0.0005, "0.1 %")],
    )
    def test_a_little_is_not_nothing_and_almost_all_is_not_all(self, share: float, shown: str) -> None:
        assert percent(share) in (shown, "<0.1 %")

    def test_counts_have_thousands_separators_and_hidden_ones_their_mark(self) -> None:
        assert [str(count) for count in (Count(1234567), Count.at_most(5), Count.withheld())] == [
            "1,234,567",
            "<5",
            "hidden",
        ]


class TestRecordOfTheRun:
    """``--manifest``: when, with which program and knowledge the results were made, and how columns were read."""

    @pytest.fixture
    def made(self, tmp_path: Path) -> tuple[str, Path]:
        patients, record = tmp_path / "patients.csv", tmp_path / "run.json"
        patients.write_text("who,years,count,lineage\np1,10,12000,B\np2,7,50000,B\n")
        results = tmp_path / "mapped.csv"
        options = ["--map", "years=age", "--map", "count=wbc", "--unit", "count=/uL", "--manifest", str(record)]
        done = RUNNER.invoke(app, ["batch", str(patients), "-o", str(results), "--scheme", "nci-rome", *options])
        assert done.exit_code == 0, done.stderr
        return str(results), record

    def test_columns_are_read_as_they_were(self, made: tuple[str, Path]) -> None:
        results, record = made
        data = json.loads(report(results, "--manifest", str(record), "-f", "json").stdout)
        on = {(cutoff["fact"], cutoff["value"]) for cutoff in data["boundary"]["cutoffs"]}
        assert on == {("age", 10.0), ("wbc", 50.0)}
        told = ("--map", "years=age", "--map", "count=wbc", "--unit", "count=/uL")
        assert json.loads(report(results, *told, "-f", "json").stdout)["boundary"] == data["boundary"]

    def test_the_date_of_the_run_is_said(self, made: tuple[str, Path]) -> None:
        results, record = made
        started = json.loads(record.read_text())["started"]
        text = report(results, "--manifest", str(record)).stdout
        assert f"assigned on {started} with all-cli" in text
        assert "were made with knowledge" not in text

    def test_other_knowledge_than_that_of_the_run_is_said(self, made: tuple[str, Path]) -> None:
        results, record = made
        record.write_text(json.dumps({**json.loads(record.read_text()), "knowledge": "sha256:00", "tool": "all-cli 9"}))
        text = report(results, "--manifest", str(record)).stdout
        assert "made with knowledge sha256:00" in text
        assert "with all-cli 9 (knowledge sha256:00)" in text

    def test_the_record_of_another_table_is_refused(self, made: tuple[str, Path], tmp_path: Path) -> None:
        results, record = made
        other = report(results_file(tmp_path), "--manifest", str(record))
        assert (other.exit_code, "other columns" in other.stderr) == (3, True)
        record.write_text(json.dumps({**json.loads(record.read_text()), "rows": 3}))
        fewer = report(results, "--manifest", str(record))
        assert (fewer.exit_code, "record of 3 rows" in fewer.stderr) == (3, True)

    @pytest.mark.parametrize("content", ["", "[1]", '{"a": 1}', "name,age"])
    def test_what_is_no_record_is_refused(self, tmp_path: Path, content: str) -> None:
        record = tmp_path / "run.json"
        record.write_text(content)
        result = report(results_file(tmp_path), "--manifest", str(record))
        assert result.exit_code == 3
        assert "--manifest wrote" in result.stderr


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--from", "nci-rome"], 2, "give both"),
        (["--from", "nci-rome", "--to", "bfm-95"], 2, "--to"),
        (["--from", "nci-rome", "--to", "nci-rome"], 2, "name another"),
        (["--scheme", "bfm-95"], 2, "holds no results of it"),
        (["--id", "nmae"], 2, 'did you mean "name"'),
        (["-o", "report.pdf"], 2, "name .html, .md, .txt or .json"),
        (["-o", "nowhere/report.html"], 2, "its folder does not exist"),
        (["-o", "/"], 2, "it is a folder"),
        (["-o", "r.html", "-f", "json"], 2, "leave one out"),
        (["--suppress", "2"], 2, "suppress"),
        (["--map", "name"], 2, "COLUMN=fact"),
        (["--unit", "wbc"], 2, "COLUMN=UNIT"),
        (["--manifest", "nowhere.json"], 3, "nowhere.json"),
    ],
)
def test_a_wrong_option_gets_one_sentence(tmp_path: Path, options: list[str], code: int, said: str) -> None:
    result = report(results_file(tmp_path), *options)
    assert result.exit_code == code
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_a_table_that_is_not_there_is_one_sentence() -> None:
    result = report("nowhere.csv")
    assert result.exit_code == 3
    assert len(result.stderr.strip().splitlines()) == 1
