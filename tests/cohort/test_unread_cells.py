"""A cell that cannot be read is an unknown with a reason; a contradiction spoils a row for those who ask about it."""

from __future__ import annotations

import csv
import io
import itertools
import json
import random
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest
from brute_force import Value, completions, groups, value_in
from spoiled import what_is_left
from typer.testing import CliRunner, Result

from all_cli import UnreadableError, classify, classify_frame
from all_cli.cli.describing import patient_from
from all_cli.cli.risk import app
from all_cli.cohort.cells import Cell, CellReader
from all_cli.cohort.columns import Column
from all_cli.patient.patient import Patient
from all_cli.risk.library import RiskLibrary

RUNNER = CliRunner()
# Nearly each row has one cell that cannot be read; all say what no scheme below asks for.
UNRELATED = """id,age,wbc,lineage,sex,Karyotype,MRD day 29,CNS status,Risk group,IKZF1,DNA index,BCR-ABL1
1,4,12,B,U,"46,XX","<0.01%",CNS1,standard,no,1.0,neg
2,4,12,B,m,"46XX wibble","<0.01%",CNS1,standard,no,1.0,neg
3,4,12,B,m,"46,XX",Low,CNS1,standard,no,1.0,neg
4,4,12,B,m,"46,XX","<0.01%",lots,standard,no,1.0,neg
5,4,12,B,m,"46,XX","<0.01%",CNS1,intermediate,no,1.0,neg
6,4,12,B,m,"46,XX","<0.01%",CNS1,standard,del ex4-7,1.0,neg
7,4,12,B,m,"46,XX","<0.01%",CNS1,standard,no,DI=x,neg
8,4,12,B,m,"46,XX","<0.01%",CNS1,standard,no,1.0,p190
9,4,12,B,m,"46,XX","<10-4 or so",CNS1,standard,no,1.0,neg
"""
ASKED = """schemes:
  - id: sexes
    title: By sex
    published: 2020
    audience: children
    population: {when: lineage == B, text: B lineage, cite: [smith-1996], checked: false}
    groups: {girls: {label: Girls}, boys: {label: Boys}}
    rules:
      - {id: girl, group: girls, when: sex == female, cite: [smith-1996], checked: false}
      - {id: boy, group: boys, when: sex == male, cite: [smith-1996], checked: false}
  - id: fusions
    title: By fusions
    published: 2020
    audience: children
    population: {when: lineage == B, text: B lineage, cite: [smith-1996], checked: false}
    groups: {low: {label: Low}, middle: {label: Middle}, high: {label: High}}
    rules:
      - {id: a, group: high, when: kmt2a_r and wbc >= 50, cite: [smith-1996], checked: false}
      - {id: b, group: middle, when: bcr_abl1 or mrd_eoi >= 0.01, cite: [smith-1996], checked: false}
      - {id: c, group: low, when: not bcr_abl1, cite: [smith-1996], checked: false}
  - id: mll
    title: By one fusion
    published: 2020
    audience: children
    population: {when: lineage == B, text: B lineage, cite: [smith-1996], checked: false}
    groups: {low: {label: Low}, high: {label: High}}
    rules:
      - {id: a, group: high, when: kmt2a_r, cite: [smith-1996], checked: false}
      - {id: b, group: low, when: not kmt2a_r, cite: [smith-1996], checked: false}
"""


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("rules") / "own.yaml"
    file.write_text(ASKED)
    return str(file)


def batch(table: str, *options: str, schemes: tuple[str, ...] = ("nci-rome",)) -> Result:
    named = [word for id in schemes for word in ("--scheme", id)]
    result = RUNNER.invoke(app, ["batch", "-", *named, *options], input=table)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def rows(result: Result) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(result.stdout)))


def test_cells_that_nobody_asks_for_lose_no_row_and_are_counted_and_named() -> None:
    result = batch(UNRELATED)
    assert [row["nci-rome.group"] for row in rows(result)] == ["standard"] * 9
    assert [row["nci-rome.reason"] for row in rows(result)] == [""] * 9
    assert result.exit_code == 1
    said = [line.strip() for line in result.stderr.splitlines() if line.startswith("  unread: ")]
    columns = ["sex", "Karyotype", "MRD day 29", "CNS status", "IKZF1", "DNA index"]
    assert [line.split('"')[1] for line in said] == columns
    assert said[0].startswith('unread: "sex" 1 cell, first row 1 (line 2): value "U": ')
    assert said[2].startswith('unread: "MRD day 29" 2 cells, first row 3 (line 4): value "Low": ')


def test_a_table_with_columns_that_nobody_asks_for_is_classified_whole() -> None:
    """What more of these cells can be read one day does not matter to a scheme of age, white cells and lineage."""
    table = (Path(__file__).parent / "tables" / "unrelated-cells.csv").read_text()
    assert [row["nci-rome.group"] for row in rows(batch(table))] == ["standard"] * 9
    strict = [row["nci-rome.status"] for row in rows(batch(table, "--strict-cells"))]
    assert "invalid" in strict


def test_a_cell_that_the_answer_hangs_on_is_its_reason() -> None:
    row = rows(batch("age,WBC,lineage\n7,forty,B\n"))[0]
    assert (row["nci-rome.status"], row["nci-rome.possible"], row["nci-rome.missing"]) == (
        "indeterminate",
        "standard|high",
        "wbc",
    )
    assert row["nci-rome.reason"].startswith('unreadable: column "WBC", value "forty": not a number')


@pytest.mark.parametrize(
    ("cells", "status"),
    [
        ("12,forty,B", "assigned"),  # high at that age, whatever the count
        ("7,forty,T", "not-applicable"),
        ("0.5,forty,B", "not-applicable"),
    ],
)
def test_a_cell_that_the_answer_does_not_hang_on_makes_no_difference(cells: str, status: str) -> None:
    result = batch(f"age,WBC,lineage\n{cells}\n{cells.replace('forty', '')}\n")
    bad, empty = rows(result)
    assert bad["nci-rome.status"] == status
    assert {key: text for key, text in bad.items() if key != "WBC"} == {
        key: text for key, text in empty.items() if key != "WBC"
    }
    assert result.exit_code == 1


def test_an_answer_that_waits_for_something_else_is_not_laid_on_the_cell(own: str) -> None:
    table = "age,sex,lineage,wbc\n7,U,B,\n7,U,B,4\n"
    both = rows(batch(table, "--rules", own, schemes=("nci-rome", "sexes")))
    assert [row["nci-rome.status"] for row in both] == ["indeterminate", "assigned"]
    assert [row["nci-rome.reason"] for row in both] == ["", ""]
    assert all(row["sexes.reason"].startswith('unreadable: column "sex", value "U"') for row in both)


def test_several_cells_are_named_in_the_order_of_the_columns() -> None:
    row = rows(batch("lineage,wbc,age\nQ,forty,old\n"))[0]
    said = row["nci-rome.reason"].removeprefix("unreadable: ").split("; column ")
    assert [part.removeprefix("column ").split(",")[0] for part in said] == ['"lineage"', '"wbc"', '"age"']


def test_of_several_cells_those_that_the_answer_waits_for_are_named() -> None:
    row = rows(batch("lineage,wbc,age\nB,forty,old\nB,60,old\nB,forty,9\n"))
    assert ['"wbc"' in one["nci-rome.reason"] for one in row] == [True, False, True]
    assert ['"age"' in one["nci-rome.reason"] for one in row] == [True, True, False]


def test_a_cell_that_could_have_said_what_follows_is_the_reason_too() -> None:
    """Of what kind of T or B cells they are follows the lineage."""
    row = rows(batch("age,wbc,Maturation\n7,4,wibble\n"))[0]
    assert "lineage" in row["nci-rome.missing"]
    assert row["nci-rome.reason"].startswith('unreadable: column "Maturation", value "wibble"')


def test_two_dates_of_which_one_cannot_be_read_leave_the_age_open() -> None:
    result = batch("born,diagnosed,wbc,lineage\n2015-02-30,2020-01-01,4,B\n2015-02-30,2020-01-01,60,T\n")
    row = rows(result)[0]
    assert row["nci-rome.missing"] == "age"
    assert row["nci-rome.reason"].startswith('unreadable: column "born", value "2015-02-30": no such day')
    assert '  unread: "born" 2 cells, first row 1 (line 2): value "2015-02-30": no such day' in result.stderr


def test_a_contradiction_spoils_the_row_for_schemes_that_ask_for_it_and_no_other(own: str) -> None:
    table = "age,wbc,lineage,ph,genetics,mrd_eoi\n7,4,B,yes,t(9;22) negative,<0.01%\n7,4,B,no,t(9;22) negative,<0.01%\n"
    result = batch(table, "--rules", own, schemes=("nci-rome", "fusions"))
    bad, good = rows(result)
    assert bad["nci-rome.group"] == good["nci-rome.group"] == "standard"
    assert (bad["fusions.status"], good["fusions.status"]) == ("invalid", "assigned")
    assert (bad["fusions.possible"], bad["fusions.missing"]) == ("", "")
    reason = bad["fusions.reason"]
    assert reason.startswith('columns "ph" ("yes") and "genetics" ("t(9;22) negative"): ')
    assert reason.endswith("; both cannot be true")
    assert "bcr_abl1" in reason
    assert bad["nci-rome.reason"] == ""
    assert f"  row 1 (line 2): {reason}" in result.stderr.splitlines()
    assert "  fusions: assigned 1 (low 1), invalid 1" in result.stderr.splitlines()
    assert result.exit_code == 1


def test_a_contradiction_that_nobody_asks_for_is_said() -> None:
    result = batch("age,wbc,lineage,ph,genetics\n7,4,B,yes,t(9;22) negative\n")
    assert rows(result)[0]["nci-rome.group"] == "standard"
    assert '  look again at "ph" and "genetics", 1 cell: columns "ph" ("yes") and "genetics" (' in result.stderr


def test_an_innocent_cell_beside_a_contradiction_is_used_and_not_named(own: str) -> None:
    table = "wbc,lineage,Karyotype,ph,FISH\n60,B,KMT2A-r,yes,t(9;22) negative\n"
    row = rows(batch(table, "--map", "FISH=genetics", "--rules", own, schemes=("fusions", "mll")))[0]
    assert (row["fusions.status"], row["mll.group"]) == ("invalid", "high")
    assert row["fusions.reason"].startswith('columns "ph" ("yes") and "FISH" ("t(9;22) negative"): ')
    assert "Karyotype" not in row["fusions.reason"]


def test_two_contradictions_of_one_row_are_both_named_where_they_are_asked_for(own: str) -> None:
    table = "wbc,lineage,ph,FISH,MLL,Karyotype\n60,B,yes,t(9;22) negative,no,KMT2A-r\n"
    named = ("--map", "FISH=genetics", "--map", "MLL=kmt2a_r", "--rules", own)
    row = rows(batch(table, *named, schemes=("fusions", "mll")))[0]
    first, second = row["fusions.reason"].split("; columns ")
    assert first.startswith('columns "ph" ("yes") and "FISH" ("t(9;22) negative"): ')
    assert second.startswith('"MLL" ("no") and "Karyotype" ("KMT2A-r"): ')
    assert row["mll.reason"] == f"columns {second}"


def test_a_contradiction_spoils_the_row_for_schemes_that_ask_for_what_follows_from_it(own: str) -> None:
    """KMT2A::AFF1 is a KMT2A rearrangement: whether it is there is as open as the fusion."""
    table = "lineage,KMT2A-AFF1,genetics\nB,yes,t(4;11) negative\nB,,t(4;11) negative\n"
    both = rows(batch(table, "--map", "KMT2A-AFF1=kmt2a_aff1", "--rules", own, schemes=("mll", "nci-rome")))
    assert [row["mll.status"] for row in both] == ["invalid", "indeterminate"]
    assert both[0]["mll.reason"].startswith('columns "KMT2A-AFF1" ("yes") and "genetics" ("t(4;11) negative"): ')
    assert [row["nci-rome.status"] for row in both] == ["indeterminate", "indeterminate"]


def test_a_list_that_contradicts_itself_is_one_column(own: str) -> None:
    row = rows(batch('lineage,genetics\nB,"Ph+, t(9;22) negative"\n', "--rules", own, schemes=("fusions",)))[0]
    assert row["fusions.status"] == "invalid"
    assert row["fusions.reason"].startswith('column "genetics" ("Ph+, t(9;22) negative"): ')


@pytest.mark.parametrize("options", [(), ("--form", "long")])
def test_strict_cells_spoil_their_row_under_every_scheme(options: tuple[str, ...], own: str) -> None:
    table = "age,wbc,lineage,sex,ph,genetics\n7,4,B,U,,\n7,4,B,m,yes,t(9;22) negative\n7,4,B,m,,\n"
    result = batch(table, "--strict-cells", "--rules", own, *options, schemes=("nci-rome", "fusions"))
    back = rows(result)
    if options:
        status = [row["status"] for row in back if row["scheme"] == "nci-rome"]
        reasons = [row["reason"] for row in back if row["scheme"] == "nci-rome"]
    else:
        status = [row["nci-rome.status"] for row in back]
        reasons = [row["fusions.reason"] for row in back]
    assert status == ["invalid", "invalid", "assigned"]
    assert reasons[0].startswith('column "sex", value "U": ')
    assert reasons[1].startswith('columns "ph" ("yes") and "genetics"')
    assert result.exit_code == 1


def test_a_record_keeps_strict_cells_and_replay_honours_it(tmp_path: Path) -> None:
    source, out, record = tmp_path / "in.csv", tmp_path / "out.csv", tmp_path / "run.json"
    source.write_text(UNRELATED)
    for strict, invalid in ((["--strict-cells"], 7), ([], 0)):
        RUNNER.invoke(
            app, ["batch", str(source), "-o", str(out), "--manifest", str(record), "--scheme", "nci-rome", *strict]
        )
        kept = json.loads(record.read_text())
        assert (kept["options"]["strict_cells"], kept["invalid"]) == (bool(strict), invalid)
        assert kept["unread"]["MRD day 29"] == 2
        again = RUNNER.invoke(app, ["replay", str(record)])
        assert (again.exit_code, again.stdout) == (0, "identical: 9 rows\n")


def test_stop_stops_at_the_first_cell_that_cannot_be_read() -> None:
    result = batch("age,wbc,lineage,sex\n7,4,B,m\n7,4,B,U\n7,4,B\n", "--on-error", "stop")
    assert result.exit_code == 2
    assert result.stderr.startswith('stopped at row 2 (line 3), nothing was written: column "sex", value "U"')


def test_a_row_spoiled_as_a_whole_is_so_under_every_scheme_and_its_cells_are_not_counted() -> None:
    result = batch("age,wbc,lineage,sex\n7,forty,B,U,more\n7,forty,B,m\n", schemes=("nci-rome", "hoelzer-1988"))
    bad = rows(result)[0]
    assert (bad["nci-rome.status"], bad["hoelzer-1988.status"]) == ("invalid", "invalid")
    assert bad["nci-rome.reason"].startswith("the row has 5 cells for 4 columns")
    assert '  unread: "wbc" 1 cell, first row 2 (line 3): ' in result.stderr
    assert '"sex" 1 cell' not in result.stderr


def test_what_a_cell_says_counts_although_a_part_of_it_cannot_be_read(
    own: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a karyotype of which one abnormality is not understood."""
    whole = CellReader.read

    def partly(self: CellReader, column: Column, text: str) -> Cell:
        if column.reads != "genetics" or "?" not in text:
            return whole(self, column, text)
        return whole(self, column, text.replace("?", ""))._replace(
            problem=f'column "{column.header}", value "{text}": "?" is not understood'
        )

    monkeypatch.setattr(CellReader, "read", partly)
    table = "wbc,lineage,genetics\n60,B,KMT2A-r?\n4,B,KMT2A-r?\n60,B,KMT2A-r\n4,B,KMT2A-r\n"
    first, second, *whole_rows = rows(batch(table, "--rules", own, schemes=("fusions",)))
    assert (first["fusions.group"], first["fusions.reason"]) == ("high", "")
    assert second["fusions.status"] == "indeterminate"
    assert second["fusions.reason"] == 'unreadable: column "genetics", value "KMT2A-r?": "?" is not understood'
    assert [row["fusions.reason"] for row in whole_rows] == ["", ""]
    strict = rows(batch(table, "--strict-cells", "--rules", own, schemes=("fusions",)))
    assert [row["fusions.status"] == "invalid" for row in strict] == [True, True, False, False]


CELLS: Mapping[str, tuple[str, ...]] = {
    "age": ("7", "0.5", "12", "", "old", "-3"),
    "wbc": ("4", "49.9", "50", "forty", "45000", ""),
    "lineage": ("B", "B", "T", "Q", ""),
    "maturation": ("", "", "pre-B", "pre-T", "wibble"),
    "sex": ("female", "male", "U", ""),
    "bcr_abl1": ("yes", "no", "maybe so", ""),
    "kmt2a_r": ("yes", "no", "del ex4-7", ""),
    "kmt2a_aff1": ("", "", "yes", "no", "x"),
    "mrd_eoi": ("<0.01%", "0.5%", "Low", ""),
}
FLAGS = ("bcr_abl1", "kmt2a_r", "kmt2a_aff1")


def told(library: RiskLibrary, cells: Mapping[str, str]) -> Patient:
    return patient_from(library.vocabulary, given=cells, flags={})


@pytest.mark.parametrize("seed", [1, 2])
def test_table_and_api_say_what_every_completion_of_the_rest_says(seed: int, own: str, library: RiskLibrary) -> None:
    """The oracle sets aside what cannot be read or contradicts, and tries every value that is left to each fact."""
    from all_cli.risk.library import risk_library

    chance = random.Random(seed)
    table = [{fact: chance.choice(texts) for fact, texts in CELLS.items()} for _ in range(90)]
    schemes = ("nci-rome", "sexes", "fusions")
    found = classify_frame(pl.DataFrame(table), schemes=schemes, rules=own).to_dicts()
    with_own = risk_library(Path(own))
    seen = set()
    for cells, row in zip(table, found, strict=True):
        left = what_is_left({fact: text for fact, text in cells.items() if text}, lambda some: told(library, some))
        usable = {fact: text for fact, text in cells.items() if all(fact not in names for names, _ in left.clashes)}
        alone = classify(usable, schemes=schemes, rules=own, unreadable="open")
        assert len(alone.unreadable) == len(left.unread)
        for id in schemes:
            scheme = with_own.schemes[id]
            status, said = row[f"{id}.status"], row[f"{id}.possible"] or ""
            seen.add(status)
            if left.lost(scheme):
                assert status == "invalid", cells
                continue
            choices: dict[str, list[Value]] = {}
            for axis in scheme.diagram.axes:
                known = left.patient.known.get(axis.fact)
                mask = axis.mask(known.possible) if known else axis.domain
                choices[axis.fact] = [value_in(axis, piece, chance, library.vocabulary) for piece in axis.pieces(mask)]
            every = frozenset(
                itertools.chain(*(groups(scheme, being) for being in completions(choices, library.vocabulary)))
            )
            assert {*said.split("|")} == every, (id, cells)
            verdict = alone.results[id]
            assert (status, said) == (verdict.status, "|".join(verdict.possible)), (id, cells)
            assert (row[f"{id}.missing"] or "") == "|".join(item.fact for item in verdict.missing)
            if status == "indeterminate":
                named = [fact for fact in left.unread if f'column "{fact}", value ' in (row[f"{id}.reason"] or "")]
                assert named == [fact for fact in left.unread if f'{fact} "{cells[fact]}": ' in verdict.reason]
                assert {item.fact for item in verdict.missing} & set(left.unread) <= {*named}, (id, cells)
                seen.add("reason" if named else "no reason")
    assert seen == {"assigned", "indeterminate", "not-applicable", "invalid", "reason", "no reason"}


def test_a_value_that_cannot_be_read_is_refused_unless_it_is_to_stay_open() -> None:
    with pytest.raises(UnreadableError, match="forty"):
        classify(age=7, wbc="forty", lineage="B")
    verdicts = classify(age=12, wbc="forty", lineage="B", schemes="nci-rome", unreadable="open")
    assert verdicts.results["nci-rome"].group == "high"
    assert verdicts.unreadable[0].startswith('wbc "forty": ')
    verdicts = classify(age=7, wbc="forty", lineage="B", schemes="nci-rome", unreadable="open")
    assert verdicts.results["nci-rome"].reason == f"unreadable: {verdicts.unreadable[0]}"
    assert verdicts.to_dict()["results"][0]["reason"] == verdicts.results["nci-rome"].reason
    dated = classify(born="soon", diagnosed="2020-01-01", wbc=4, lineage="B", schemes="nci-rome", unreadable="open")
    assert dated.results["nci-rome"].reason.startswith('unreadable: born "soon"')


@pytest.mark.parametrize("wrong", [{"wbcc": 4}, {"ph": True, "bcr_abl1": False}])
def test_a_wrong_name_and_a_contradiction_are_refused_all_the_same(wrong: dict[str, object]) -> None:
    with pytest.raises(UnreadableError):
        classify(wrong, unreadable="open")


def test_strict_cells_of_a_frame() -> None:
    frame = pl.DataFrame({"age": [7], "wbc": [4], "lineage": ["B"], "sex": ["U"]})
    assert classify_frame(frame, schemes="nci-rome")["nci-rome.status"].to_list() == ["assigned"]
    assert classify_frame(frame, schemes="nci-rome", strict_cells=True)["nci-rome.status"].to_list() == ["invalid"]
