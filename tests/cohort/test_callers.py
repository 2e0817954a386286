"""Columns of programs that predict the subtype: said, read only if asked, only what is sure, never as an absence."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from all_cli import classify_frame
from all_cli.cli.risk import app
from all_cli.knowledge.documents import checked_document
from all_cli.knowledge.files import FACTS
from all_cli.knowledge.problems import KnowledgeError
from all_cli.knowledge.vocabulary import vocabulary_in
from all_cli.patient.calls import read_call
from all_cli.patient.unreadable import UnreadableError
from all_cli.risk.library import RiskLibrary

RUNNER = CliRunner()
HEADER = "sample,Score,Prediction,Confidence,BlastCounts,Sex,age,wbc,lineage,ph,Karyotype"
CALLS = [
    "Ph-pos,high-confidence,80,M,7,20,B,,", "Ph-pos,candidate,80,F,7,20,B,,", "Ph-pos,unclassified,80,F,7,20,B,,",
    "ETV6::RUNX1,high-confidence,80,M,7,20,B,,", "ETV6::RUNX1-like,high-confidence,9,M,7,20,B,,",
    "Ph-pos,high-confidence,9,M,7,20,B,neg,", "Ph-pos,candidate,9,M,7,20,B,neg,",
    "nonsense,high-confidence,9,M,7,20,B,,", "Ph-pos,quite sure,9,M,7,20,B,,", "Ph-pos,,9,M,7,20,B,,", ",,9,M,7,20,B,,",
    "Ph-pos,high-confidence,80,M,7,20,B,,\"46,XX[20]\"", "Low hypodiploid,high-confidence,80,M,7,20,B,,",
]  # fmt: skip
TABLE = "\n".join([HEADER, *(f"{number},.9,{row}" for number, row in enumerate(CALLS, start=1))]) + "\n"


def batch(*options: str, table: str = TABLE, scheme: str = "cog-aall08b1") -> tuple[Result, list[dict[str, str]]]:
    result = RUNNER.invoke(app, ["batch", "-", "--scheme", scheme, *options], input=table)
    assert result.exit_code in (0, 1), (result.stderr, result.exception)
    return result, list(csv.DictReader(io.StringIO(result.stdout)))


def test_calls_are_named_and_not_read_unless_asked() -> None:
    result, rows = batch()
    assert '"Prediction": calls of ALLCatchR, predicted from gene expression and no genetic test' in result.stderr
    assert '--map "Prediction=ALLCatchR"' in result.stderr
    assert '"Sex": predicted by ALLCatchR' in result.stderr, "named as a fact is, and a prediction all the same"
    assert {row["cog-aall08b1.status"] for row in rows} == {"indeterminate"}
    other, _ = batch(table="Prediction,age,wbc,lineage\nhigh,7,20,B\n")
    assert "ALLCatchR" not in other.stderr


def test_only_what_is_sure_and_named_is_a_finding() -> None:
    result, rows = batch("--map", "Prediction=allcatchr")
    assert 'calls of ALLCatchR from "Prediction" with "Confidence"' in result.stderr
    assert "predicted by ALLCatchR from gene expression; no test of the patient has shown it" in result.stderr
    status = [row["cog-aall08b1.status"] for row in rows]
    open_ = "indeterminate"
    assert status[:5] == ["not-applicable", open_, open_, open_, open_]
    waits = [row["cog-aall08b1.missing"].split("|") for row in rows]
    assert ["etv6_runx1" in waits[row] for row in (1, 2, 3, 4)] == [True, True, False, True]
    assert all({"iamp21", "kmt2a_r", "bcr_abl1"} <= {*waits[row]} for row in (3, 4)), "no call denies other lesions"
    reasons = [row["cog-aall08b1.reason"] for row in rows]
    assert [bool(reasons[row]) for row in (1, 2, 3, 9, 10)] == [False] * 5, "what is not sure is not known"
    for row, value, why in (
        (4, "ETV6::RUNX1-like", "resembles the fusion"), (7, "nonsense", "no label of ALLCatchR"),
        (8, "quite sure", "no confidence"), (12, "Low hypodiploid", "not counted"),
    ):  # fmt: skip
        column = "Confidence" if value == "quite sure" else "Prediction"
        assert reasons[row].startswith(f'unreadable: column "{column}", value "{value}": ')
        assert why in reasons[row]
    assert 'unread: "Prediction" 3 cells, first row 5 (line 6): value "ETV6' in result.stderr
    assert 'unread: "Confidence" 1 cell, first row 9 (line 10): value "quite sure"' in result.stderr


def test_a_call_against_a_test_is_a_contradiction_said_with_both_columns() -> None:
    _, rows = batch("--map", "Prediction=ALLCatchR")
    assert [rows[row]["cog-aall08b1.status"] for row in (5, 6)] == ["invalid", "indeterminate"]
    said = rows[5]["cog-aall08b1.reason"]
    assert said.startswith('columns "Prediction" ("Ph-pos"), "Confidence" ("high-confidence") and "ph" ("neg"): ')
    assert rows[11]["cog-aall08b1.status"] == "not-applicable", "a normal karyotype only does not show the fusion"


def test_a_data_frame_is_read_as_the_table_is() -> None:
    frame = pl.read_csv(io.StringIO(TABLE), infer_schema=False)
    done = classify_frame(frame, schemes="cog-aall08b1", columns={"Prediction": "ALLCatchR"})
    _, rows = batch("--map", "Prediction=ALLCatchR")
    for result in ("status", "possible", "reason"):
        column = f"cog-aall08b1.{result}"
        assert done[column].fill_null("").to_list() == [row[column] for row in rows]


def test_columns_shows_the_calls_and_saves_them_in_a_map(tmp_path: Path) -> None:
    table, saved, record = tmp_path / "in.csv", tmp_path / "map.yaml", tmp_path / "run.json"
    table.write_text(TABLE)
    mapped = ["--map", "Prediction=ALLCatchR", "--save-map", str(saved), "--format", "json"]
    shown = json.loads(RUNNER.invoke(app, ["columns", str(table), *mapped]).stdout)
    calls = next(column for column in shown["columns"] if column["column"] == "Prediction")
    assert calls["reads"] == "ALLCatchR"
    assert calls["examples"][0] == {"cell": "Ph-pos", "read_as": "bcr_abl1 if it is sure"}
    assert [one["cell"] for one in calls["cannot_be_read"]] == ["ETV6::RUNX1-like", "nonsense", "Low hypodiploid"]
    direct, _ = batch("--map", "Prediction=ALLCatchR")
    options = ["--scheme", "cog-aall08b1", "--map-file", str(saved), "--manifest", str(record)]
    result = RUNNER.invoke(app, ["batch", str(table), "-o", str(tmp_path / "out.csv"), *options])
    assert result.exit_code == 1, result.stderr
    assert (tmp_path / "out.csv").read_text() == direct.stdout
    assert RUNNER.invoke(app, ["replay", str(record)]).exit_code == 0
    assert RUNNER.invoke(app, ["report", str(tmp_path / "out.csv"), "--manifest", str(record)]).exit_code == 0


def test_labels_need_their_confidence_beside_them() -> None:
    result = RUNNER.invoke(app, ["batch", "-", "--map", "Prediction=ALLCatchR"], input="Prediction,age\nPh-pos,7\n")
    assert result.exit_code == 2
    assert '"Confidence"' in result.stderr


@pytest.mark.parametrize(
    ("caller", "label", "means"),
    [
        ("allsorts", "Ph", {"bcr_abl1"}), ("allsorts", "Ph Group", "group"), ("allsorts", "Unclassified", set()),
        ("allsorts", "Ph-like,DUX4", "several labels"), ("allsorts", "KMT2A Group", "group"),
        ("allsorts", "ETV6-RUNX1", {"etv6_runx1"}),
        ("tallsorts", "BCL11B", {"bcl11b"}), ("tallsorts", "TLX3", "no fact"), ("tallsorts", "Unclassified", set()),
        ("allcatchr", "KMT2A", "does not say"), ("allcatchr", "Near haploid", "not counted"),
        ("md-all", "KMT2A", {"kmt2a_r"}), ("md-all", "KMT2A-like", "resembles"), ("md-all", "Other", set()),
        ("md-all", "HLF", "partner"), ("md-all", "Hyperdiploid", "not counted"),
    ],
)  # fmt: skip
def test_labels(caller: str, label: str, means: set[str] | str, library: RiskLibrary) -> None:
    program = library.vocabulary.callers[caller]
    if isinstance(means, str):
        with pytest.raises(UnreadableError, match=means):
            read_call(program, label)
    else:
        assert {finding.fact for finding in read_call(program, label)} == means


def test_the_expression_of_a_gene_beside_calls_is_no_finding_about_the_gene() -> None:
    genes = "sample_id,CDX2,CRLF2,NUTM1,subtype_GEP,subtype_final_possible,confidence,stage,age,wbc,lineage\n"
    cells = ["Ph,Ph,High,Fusion", "Ph,Ph,Low,Fusion", "KMT2A,KMT2A-like,High,like"]
    table = genes + "".join(f"S{number},4.1,9.8,3.2,{row},7,20,B\n" for number, row in enumerate(cells))
    result, rows = batch(table=table)
    assert "unread:" not in result.stderr
    assert "calls of MD-ALL, predicted from gene expression" in result.stderr
    for gene in ("CRLF2", "NUTM1"):
        assert (
            f'"{gene}": the expression of the gene as MD-ALL measures it, no finding; it is not read' in result.stderr
        )
    mapped, rows = batch("--map", "subtype_final_possible=MD-ALL", table=table)
    assert [row["cog-aall08b1.status"] for row in rows] == ["not-applicable", "indeterminate", "indeterminate"]
    assert 'unread: "subtype_final_possible" 1 cell' in mapped.stderr
    alone, _ = batch(table="NUTM1,age,wbc,lineage\nyes,7,20,B\n")
    assert "MD-ALL" not in alone.stderr


def test_a_label_that_means_nothing_known_is_a_problem_with_its_place() -> None:
    text = """facts:
  ph: {title: Ph, kind: flag, help: x}
callers:
  Some: {label: Call, nothing: [none], labels: {Ph: [phh], none: [ph]}, cite: [beder-2023], checked: false}
"""
    with pytest.raises(KnowledgeError) as raised:
        vocabulary_in(checked_document(text.encode(), "f.yaml", FACTS))
    assert [(problem.place.line, problem.message.split(" ")[0]) for problem in raised.value.problems] == [
        (4, "no"),
        (4, '"none"'),
    ]
