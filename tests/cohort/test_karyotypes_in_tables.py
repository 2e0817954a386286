"""Karyotypes in a table: one read in part, one that another column goes beyond, each answered as classify does."""

from __future__ import annotations

import csv
import io

import pytest
from typer.testing import CliRunner, Result

from all_cli import classify
from all_cli.cli.describing import patient_from
from all_cli.cli.risk import app
from all_cli.risk.answers import answers_of
from all_cli.risk.library import RiskLibrary

RUNNER = CliRunner()
KARYOTYPES = [
    "46,XX,t(9;22)(q34;q11)[12]/46,XX[8]", "46,XX[20]", "46,XX,foo[12]", "46,XX,t(9;22)(q34;q11),foo[12]",
    "54,XX,+X,+4,+6,+10,+14,+17,+18,+21[15]", "27<1n>,X,+4,+10,+18,+21[9]", "Normal", "46XX",
    "52,XX,+4,+6,+10,+14,+21[10]", "62(31,X,+X,+4,+5,+6,+14,+17,+18,+21)x2[9]",
]  # fmt: skip
BESIDE = [("etv6_runx1", "yes"), ("trisomy_4", "yes"), ("double_trisomy", "yes"), ("modal_chromosomes", "54")]
SCHEMES = ("cog-aall08b1", "cog-aall1731", "aieop-bfm-2009", "ukall-2003")


def in_a_table(
    rows: list[list[str]], *schemes: str, options: tuple[str, ...] = ()
) -> tuple[Result, list[dict[str, str]]]:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([["age", "wbc", "lineage", "karyotype", *dict(BESIDE)], *rows])
    named = [word for scheme in schemes or SCHEMES for word in ("--scheme", scheme)]
    result = RUNNER.invoke(app, ["batch", "-", *named, *options], input=text.getvalue())
    assert result.exit_code in (0, 1), (result.stderr, result.exception)
    return result, list(csv.DictReader(io.StringIO(result.stdout)))


@pytest.mark.parametrize("karyotype", KARYOTYPES)
def test_a_row_is_answered_as_classify_answers_it(karyotype: str, library: RiskLibrary) -> None:
    beside = [{}, *({fact: value} for fact, value in BESIDE), dict(BESIDE[:2])]
    rows = [["7", "20", "B", karyotype, *(cells.get(fact, "") for fact, _ in BESIDE)] for cells in beside]
    for cells, row in zip(beside, in_a_table(rows)[1], strict=True):
        given = {"age": "7", "wbc": "20", "lineage": "B", **cells}
        try:
            patient = patient_from(library.vocabulary, given=given, flags={}, genetics=[karyotype])
        except ValueError:
            assert row[f"{SCHEMES[0]}.status"] == "invalid"
            continue
        answers = answers_of(library, patient, list(SCHEMES)).brief
        for scheme in SCHEMES:
            assert row[f"{scheme}.status"] == answers[scheme].status
            assert set(row[f"{scheme}.possible"].split("|")) - {""} == set(answers[scheme].possible)


@pytest.mark.parametrize(("fact", "value"), BESIDE[1:3])
def test_a_positive_column_makes_no_row_invalid_that_a_karyotype_only_does_not_show(fact: str, value: str) -> None:
    cells = [value if name == fact else "" for name, _ in BESIDE]
    _, (row,) = in_a_table([["7", "20", "B", KARYOTYPES[0], *cells]])
    assert {row[f"{scheme}.status"] for scheme in SCHEMES} & {"invalid"} == set()


def test_a_part_that_is_not_read_is_an_unread_cell_and_the_reason_where_the_answer_waits_for_it() -> None:
    rows = [
        ["7", "20", "B", text, *[""] * len(BESIDE)] for text in ("46,XX,foo,bar[12]", "46,XX,t(9;22)(q34;q11),foo[12]")
    ]
    result, (open_, ph) = in_a_table(rows, "nci-rome", "cog-aall08b1")
    assert result.exit_code == 1
    assert '  unread: "karyotype" 2 cells, first row 1 (line 2): value "foo": ' in result.stderr
    assert [row["nci-rome.status"] for row in (open_, ph)] == ["assigned", "assigned"]
    assert open_["cog-aall08b1.status"] == "indeterminate"
    assert open_["cog-aall08b1.reason"].startswith('unreadable: column "karyotype", value "foo": ')
    assert '; column "karyotype", value "bar": ' in open_["cog-aall08b1.reason"]
    waits = ["bcr_abl1" in row["cog-aall08b1.missing"].split("|") for row in (open_, ph)]
    assert waits == [True, False], "what was read of the cell counts"
    alone = classify(age=7, wbc=20, lineage="B", genetics=rows[0][3], schemes="cog-aall08b1", unreadable="open")
    assert [text.split('"')[1] for text in alone.unreadable] == ["foo", "bar"]
    assert alone.results["cog-aall08b1"].reason.startswith('unreadable: genetics "foo": ')
    _, strict = in_a_table(rows, "nci-rome", options=("--strict-cells",))
    assert [row["nci-rome.status"] for row in strict] == ["invalid", "invalid"]
