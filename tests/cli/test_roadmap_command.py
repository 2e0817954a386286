"""all-protocol roadmap: how an arm is named, what the options do, and what a user can do wrong."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from all_cli.cli.protocol import app
from all_cli.report.page import NOT_A_DEVICE

RUNNER = CliRunner()
START = ("--start", "2026-01-05")


def call(*arguments: str) -> Result:
    return RUNNER.invoke(app, ["roadmap", *arguments])


def data(*arguments: str) -> dict[str, Any]:
    result = call(*arguments, *START, "--format", "json")
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def refused(result: Result, *said: str, code: int = 2) -> None:
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    for words in said:
        assert words in result.stderr


def test_the_three_ways_to_name_an_arm_are_one() -> None:
    named = [("ccg-1991/iv",), ("ccg-1991", "--arm", "iv"), ("--protocol", "ccg-1991", "--arm", "iv")]
    found = [data(*way) for way in named]
    assert found[0] == found[1] == found[2]
    assert (found[0]["protocol"], found[0]["arm"]) == ("ccg-1991", "iv")


def test_a_protocol_of_one_arm_needs_no_arm() -> None:
    assert data("cog-aall1131")["arm"] == "it-mtx"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ccg-1991",), ["2 arms", "ccg-1991/iv, ccg-1991/oral"]),
        (("ccg-199/iv",), ['no protocol is called "ccg-199"', '"ccg-1991"']),
        (("ccg-1991/vi",), ['no arm of ccg-1991 is called "vi"', "known: iv, oral"]),
        (("oral",), ['"oral" is an arm', "ccg-1991/oral"]),
        ((), ["which arm?"]),
        (("ccg-1991/iv", "--protocol", "ccg-1991"), ["named twice"]),
        (("ccg-1991/iv", "--arm", "oral"), ["named twice"]),
        (("ccg-1991/iv", "--phase-start", "consolidaton=2026-02-10"), ["no phase of the arm iv", '"consolidation"']),
        (("ccg-1991/iv", "--phase-start", "consolidation=10.2.2026"), ["10.2.2026", "YYYY-MM-DD"]),
        (("ccg-1991/iv", "--phase-start", "consolidation"), ["PHASE=DATE"]),
        (("ccg-1991/iv", "--phase-start", "consolidation=2025-12-30"), ["before the start"]),
        (("ccg-1991/iv", "--phase-start", "im1-oral=2026-03-10"), ["no phase of the arm iv", '"im1-iv"']),
        (("ccg-1991/iv", "--phase-start", "maintenance.x=2026-10-01"), ['"x" is not a number of cycles']),
        (("ccg-1991/iv", "--phase-start", "maintenance.2=2026-10-01"), ["cycle 2 is not drawn"]),
        (
            ("ccg-1991/iv", "--phase-start", "di=2026-06-01", "--phase-start", "consolidation=2026-07-01"),
            ["di=2026-06-01", "before the start of consolidation (2026-07-01)"],
        ),
        (
            ("ccg-1991/iv", "--phase-start", "di=2026-06-01", "--phase-start", "di=2026-06-02"),
            ["given twice"],
        ),
        (("ccg-1991/iv", "--cycles", "maintenance=0"), ['"0" is not a number of cycles from 1 to 99']),
        (("ccg-1991/iv", "--cycles", "maintenance"), ["PHASE=N"]),
        (("ccg-1991/iv", "--cycles", "maintenence=2"), ['"maintenance"']),
        (("ccg-1991/iv", "--with", "di", "--without", "di"), ["--with and by --without"]),
        (("aall07p1/bortezomib", "--without", "block-1", "--without", "block-2"), ["every phase"]),
        (("ccg-1991/iv", "--age", "seven"), ["seven"]),
        (("ccg-1991/iv", "--output", "plan.pdf"), ["name .ics, .html, .csv, .md, .txt or .json"]),
        (("ccg-1991/iv", "--output", "plan"), [".ics"]),
        (("ccg-1991/iv", "--output", "nowhere/plan.ics"), ["its folder does not exist"]),
        (("ccg-1991/iv", "--output", "plan.ics", "--format", "csv"), ["the name says ics, --format says csv"]),
        (("ccg-1991/iv", "--output", "plan.SVG"), ['"plan.SVG"', "a page to print now; name it plan.html"]),
        (("ccg-1991/iv", "--height", "20", "--weight", "25"), ["20 cm, 25 kg", "are they swapped"]),
        (("ccg-1991/iv", "--round", "0.1mg"), ["give --height and --weight, or --bsa"]),
    ],
)
def test_a_mistake_is_one_clear_sentence(arguments: tuple[str, ...], said: list[str]) -> None:
    refused(call(*arguments, *START), *said)


def test_a_start_that_is_missing_or_no_date_is_said() -> None:
    refused(call("ccg-1991/iv"), "--start YYYY-MM-DD")
    refused(call("ccg-1991/iv", "--start", "5.1.2026"), "5.1.2026", "YYYY-MM-DD")
    refused(call("ccg-1991/iv", "--start", "2026-02-29"), "no such day")
    refused(call("ccg-1991/iv", "--start", "9999-12-01"), "past the last year")


def test_a_folder_is_not_written_to(tmp_path: Path) -> None:
    refused(call("ccg-1991/iv", *START, "-o", str(tmp_path)), "it is a folder")


def test_the_suffix_decides_the_format(tmp_path: Path) -> None:
    heads = {
        ".ics": "BEGIN:VCALENDAR",
        ".html": "<!DOCTYPE html>",
        ".csv": "protocol,arm",
        ".md": "# CCG-1991",
        ".json": "{",
    }
    for suffix, head in heads.items():
        target = tmp_path / f"plan{suffix}"
        result = call("ccg-1991/iv", *START, "--output", str(target))
        assert result.exit_code == 0, result.stderr
        assert result.stdout == ""
        assert target.read_text(encoding="utf-8").startswith(head)
        assert "phases with dates 1, without 5" in result.stderr
        assert NOT_A_DEVICE in result.stderr
    assert list(tmp_path.glob(".*")) == []


def test_each_file_is_what_standard_output_gives(tmp_path: Path) -> None:
    for form in ("csv", "json", "ics", "html", "markdown"):
        target = tmp_path / f"plan.{'md' if form == 'markdown' else form}"
        call("ccg-1991/iv", *START, "-o", str(target))
        assert call("ccg-1991/iv", *START, "-f", form).stdout_bytes == target.read_bytes()
        assert call("ccg-1991/iv", *START, "-f", form, "-o", "-").stdout_bytes == target.read_bytes()


def test_every_row_of_the_csv_has_as_many_cells(tmp_path: Path) -> None:
    call("all-bfm-95/high", *START, "-o", str(tmp_path / "plan.csv"))
    with (tmp_path / "plan.csv").open(encoding="utf-8", newline="") as stream:
        assert len({len(row) for row in csv.reader(stream)}) == 1


def test_an_early_start_is_warned_of_in_every_form(tmp_path: Path) -> None:
    early = ("ccg-1991/iv", *START, "--phase-start", "consolidation=2026-01-20")
    words = "before the phases ahead of it can be over"
    assert words in call(*early).stdout
    assert words in call(*early, "-o", str(tmp_path / "plan.ics")).stderr
    assert any(words in warning for warning in json.loads(call(*early, "-f", "json").stdout)["warnings"])


def test_the_plain_page_dates_day_8_and_marks_what_waits() -> None:
    text = call("ccg-1991/iv", *START).stdout
    assert "8    2026-01-12  IT methotrexate; vincristine" in text
    assert "Consolidation: not before 2026-02-03, 28 days" in text
    assert "one cycle of maintenance is drawn" in text
    assert text.rstrip().endswith(NOT_A_DEVICE)


def test_patient_options_pick_lines_and_doses() -> None:
    lines = data("cog-aall0232/dex-hdmtx", "--age", "14", "--cns", "CNS3")["phases"][0]["lines"]
    assert {line["id"]: line["for_whom"] for line in lines}["cog-aall0232.it-mtx-cns3"] == ""
    assert {line["dose"] for line in lines if line["id"].endswith("it-mtx")} == {"15 mg"}


def test_cycles_all_draws_what_is_printed() -> None:
    found = data("phallcon/ponatinib", "--cycles", "all")
    assert found["days"] == 560
    order = [phase["phase_id"] for phase in found["phases"]]
    assert order[4:8] == ["consolidation-mtx", "consolidation-arac", "consolidation-mtx", "consolidation-arac"]


def test_a_number_of_cycles_wins_over_all() -> None:
    found = data("phallcon/ponatinib", "--cycles", "maintenance=2", "--cycles", "all")
    assert sum(phase["phase_id"] == "maintenance" for phase in found["phases"]) == 2


def test_the_start_of_a_cycle_can_be_given() -> None:
    found = data("hyper-cvad", "--cycles", "course-a=2", "--phase-start", "course-a.2=2026-02-20")
    third = found["phases"][2]
    assert (third["phase_id"], third["cycle"], third["start"]) == ("course-a", 2, "2026-02-20")
    assert found["phases"][3]["not_before"] == "2026-03-13"


def test_an_existing_file_is_replaced_whole(tmp_path: Path) -> None:
    target = tmp_path / "plan.csv"
    target.write_text("old " * 10_000)
    target.chmod(0o640)
    call("ccg-1991/iv", *START, "-o", str(target))
    assert "old old" not in target.read_text(encoding="utf-8")
    assert target.stat().st_mode & 0o777 == 0o640


def test_with_a_size_every_format_has_the_dose_and_says_when_to_work_it_out_again(tmp_path: Path) -> None:
    sized = ("cog-aall0232/dex-hdmtx", *START, "--age", "9", "--wbc", "60", "--height", "150", "--weight", "47")
    capped = "1.5 mg/m² × 1.399 m² ≈ 2.1 mg → capped at 2 mg"
    again = "work them out again before each phase"
    for form in ("plain", "markdown", "html"):
        text = call(*sized, "-f", form).stdout
        assert capped in text, form
        assert text.count(again) == 1, form
    rows = [row for row in csv.DictReader(io.StringIO(call(*sized, "-f", "csv").stdout)) if row["line"] == "vcr"]
    assert {row["this_patient"] for row in rows} == {capped}
    found = json.loads(call(*sized, "-f", "json").stdout)
    assert found["body"]["formula"] == "mosteller"
    line = next(each for each in found["phases"][0]["lines"] if each["drug"] == "vincristine")
    assert (line["dose_for_patient"]["amount"], line["dose_for_patient"]["arithmetic"]) == (2, capped)
    calendar = call(*sized, "-f", "ics").stdout.replace("\r\n ", "").replace("\n ", "")
    assert "SUMMARY:vincristine 2 mg IV\\, day 1" in calendar
    assert f"For this patient: {capped}" in calendar
    assert again in calendar
    assert "daunorubicin ≈ 35 mg IV" in calendar


def test_rounding_and_refusals_are_those_of_show() -> None:
    sized = ("ccg-1991/iv", "--age", "4", "--lineage", "B", "--bsa", "0.7", "--round", "0.1mg")
    assert "= 1.05 mg → rounded to 1.1 mg (steps of 0.1 mg)" in call(*sized, *START).stdout
    outside = ("cog-aall0232/dex-hdmtx", "--age", "7", "--wbc", "45", "--lineage", "B", "--bsa", "0.9")
    why = "not for this patient: outside its population: age 7 < 10, WBC 45 < 50"
    refusal = call(*outside, *START).stdout
    assert why in refusal and "--force computes them all the same" in refusal and "0.9 m² =" not in refusal
    assert "= 22.5 mg (not for this patient)" in call(*outside, *START, "--force").stdout
    assert data(*outside)["phases"][0]["not_for_this_patient"] == why.partition(": ")[2]
    table = call(*outside, *START, "-f", "csv")
    assert table.stderr == f"caution: {why}\n"
    rows = csv.DictReader(io.StringIO(table.stdout))
    assert {row["this_patient"] for row in rows if row["kind"] == "drug" and row["phase"] == "induction-dex"} == {why}
    calendar = call(*outside, *START, "-f", "ics").stdout.replace("\n ", "")
    assert (
        "SUMMARY:daunorubicin 25 mg/m² IV\\, day 1 (Induction with dexamethasone)\\, not for this patient" in calendar
    )


def test_in_a_relapse_doses_by_age_go_by_the_age_then() -> None:
    relapse = ("flag-ida/standard", "--age", "2", "--lineage", "B", "--set", "relapsed=yes", "--bsa", "0.8")
    assert "that at first diagnosis" not in call(*relapse[:5], *START).stdout
    text = call(*relapse, "--set", "months_to_relapse=30", *START).stdout
    assert "is that at first diagnosis, and the relapse came 30" in text
    assert "--on" not in text, "an option that roadmap does not have"
