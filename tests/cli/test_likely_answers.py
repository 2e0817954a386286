"""``--assume`` and ``--routine``: a likely answer beside the exact one, never without being asked, and ``next``."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from all_cli.cli.protocol import app as protocol
from all_cli.cli.risk import app
from all_cli.patient.assumption import assumed, read_assumption
from all_cli.patient.names import condition_text
from all_cli.patient.patient import Patient
from all_cli.risk.library import RiskLibrary

RUNNER = CliRunner()
CHILD = ("--age", "5", "--wbc", "20", "--lineage", "B", "--cns", "CNS1", "--mrd-eoi", "<0.01%", "--no-ph")


def data(*words: str, command: str = "classify") -> Any:
    found = RUNNER.invoke(app, [command, *words, "--format", "json"])
    assert found.exit_code == 0, found.stderr
    return json.loads(found.stdout)


def of(scheme: str, *words: str) -> Any:
    return next(result for result in data(*words)["results"] if result["scheme"] == scheme)


def filled(result: Any) -> set[tuple[str, str]]:
    return {(item["fact"], item["asked_by"]) for item in result["assumed"]}


def test_nothing_is_assumed_without_being_asked_for() -> None:
    for result in data(*CHILD)["results"]:
        assert "likely" not in result
        assert "assumed" not in result


def test_routine_takes_away_not_applicable_and_leaves_the_exact_answer_as_it_was() -> None:
    exact = of("cog-aall1731", *CHILD)
    result = of("cog-aall1731", *CHILD, "--routine")
    assert result["possible"] == exact["possible"]
    assert "not-applicable" in result["possible"]
    assert "not-applicable" not in result["likely"]
    assert {("down_syndrome", "--routine"), ("testicular", "--routine")} <= filled(result)
    assert all(item["cite"] for item in result["assumed"])


def test_with_the_lesions_that_are_not_rare_assumed_too_one_group_is_likely() -> None:
    assume = [
        word for fact in ("kmt2a_r", "iamp21", "etv6_runx1", "double_trisomy") for word in ("--assume", f"{fact}=no")
    ]
    result = of("cog-aall1731", *CHILD, "--routine", *assume)
    assert result["status"] == "indeterminate"
    assert result["likely"] == ["sr-average"]
    assert ("iamp21", "--assume") in filled(result)


@pytest.mark.parametrize(
    ("given", "fact"),
    [
        (("--down-syndrome",), "down_syndrome"),
        (("--no-testicular",), "testicular"),
        (("--genetics", "39 chromosomes"), "modal_chromosomes"),
        (("--set", "modal_chromosomes=40-50"), "modal_chromosomes"),
        (("--set", "months_to_relapse=20"), "relapsed"),
    ],
)
def test_only_facts_of_which_nothing_is_known_are_filled(given: tuple[str, ...], fact: str) -> None:
    for result in data(*CHILD, *given, "--routine", "--assume", f"{fact}={_some(fact)}")["results"]:
        assert fact not in {item["fact"] for item in result["assumed"]}


@pytest.mark.parametrize(
    ("given", "wish", "why"),
    [
        ((), "lineage=T", "lineage T: it contradicts what is given, lineage B, which counts"),
        ((), "lineage=B", "lineage B: what is given says so already"),
        (("--set", "modal_chromosomes=40-50"), "modal_chromosomes=46",
         "modal_chromosomes 46 chromosomes: what is given leaves modal_chromosomes 40–50 chromosomes"),
        (("--set", "months_to_relapse=20"), "relapsed=no", "relapsed absent: it contradicts what is given, relapsed"),
        (("--set", "modal_chromosomes=36"), "double_trisomy=yes", "double_trisomy present: it contradicts what is"),
        (("--assume", "kmt2a_aff1=yes"), "kmt2a_r=no", "kmt2a_r germline: it contradicts what is assumed before it"),
    ],
)  # fmt: skip
def test_an_assumption_that_is_left_out_is_said_with_the_reason(
    given: tuple[str, ...], wish: str, why: str, library: RiskLibrary
) -> None:
    words = (*CHILD, *given, "--assume", wish)
    for command, program in (("classify", app), ("show", protocol)):
        asked = (command, *(("induction",) if command == "show" else ()), *words)
        page = RUNNER.invoke(program, [*asked, "--format", "plain"])
        assert page.exit_code == 0, page.stderr
        said = why if command == "classify" else condition_text(why, library.vocabulary)  # show goes by names
        assert said in " ".join(page.stdout.split())
        told = json.loads(RUNNER.invoke(program, [*asked, "--format", "json"]).stdout)
        assert why in " ".join(told["not_assumed"])


def test_nothing_is_said_to_be_left_out_where_all_was_assumed() -> None:
    assert "not_assumed" not in data(*CHILD, "--assume", "testicular=no", "--routine")


def _some(fact: str) -> str:
    return {"modal_chromosomes": "46"}.get(fact, "no")


def test_in_relapse_nothing_of_a_first_line_is_assumed() -> None:
    relapse = ("--set", "relapse_site=marrow", "--set", "months_to_relapse=20", "--routine")
    result = of("cog-aall1331", *CHILD, *relapse)
    assert not {fact for fact, _ in filled(result)} & {"relapsed", "prior_hsct"}
    assert ("down_syndrome", "--routine") in filled(result)


def test_what_is_routine_in_children_is_not_assumed_for_a_scheme_of_adults() -> None:
    adult = ("--age", "40", "--wbc", "20", "--lineage", "B", "--routine")
    assert ("relapsed", "--routine") in filled(of("gmall-relapse", *adult))
    facts = {item["fact"] for result in data(*adult)["results"] for item in result["assumed"]
             if result["scheme"] in ("nccn-adult", "graall-2014-b", "ukall-14")}  # fmt: skip
    assert not facts & {"down_syndrome", "testicular", "tcf3_hlf", "modal_chromosomes", "dna_index"}


def test_the_screen_names_every_assumption_where_the_likely_answer_stands() -> None:
    found = RUNNER.invoke(app, ["classify", *CHILD, "--routine", "--scheme", "cog-aall1731"])
    head = found.stdout.split("What is missing")[0]
    result = data(*CHILD, "--routine", "--scheme", "cog-aall1731")["results"][0]
    assert "if this is assumed" in head
    for item in result["assumed"]:
        assert f"{item['fact']} {item['value']} (--routine)" in head


@pytest.mark.parametrize("text", ["testicular", "nonsense=no", "cns=unknown", "testicular=perhaps", "=no"])
def test_an_assumption_that_cannot_be_read_is_refused_in_one_sentence(text: str) -> None:
    found = RUNNER.invoke(app, ["classify", *CHILD, "--assume", text])
    assert found.exit_code == 2
    assert found.stderr.count("\n") == 1


def test_an_assumption_never_widens_and_the_patient_stays_as_it_was(library: RiskLibrary) -> None:
    patient = Patient(library.vocabulary)
    patient.tell("age", "5", "age")
    patient.conclude()
    before = dict(patient.known)
    wishes = [read_assumption(library.vocabulary, text) for text in ("kmt2a_aff1=yes", "kmt2a_r=no", "cns=CNS1")]
    other, taken = assumed(patient, wishes)
    assert patient.known == before
    assert [item.fact for item in taken] == ["kmt2a_aff1", "cns"]  # the second would contradict the first
    assert other.known["kmt2a_r"].possible == frozenset({"present"})
    for fact, known in before.items():
        assert other.known[fact].possible == known.possible


def test_next_names_what_one_sends_for_a_new_child_with_dates_and_asks_for_nothing_of_a_relapse() -> None:
    found = data("--age", "5", "--wbc", "20", "--lineage", "B", "--diagnosed", "2026-03-01", command="next")
    sent = {item["what"]: item for item in found["send"]}
    assert {"bcr_abl1", "kmt2a_r", "etv6_runx1", "iamp21"} <= set(sent["genetics panel"]["facts"])
    assert sent["cerebrospinal fluid"]["facts"] == ["cns"]
    assert sent["DNA index"]["facts"] == ["dna_index"]
    assert "maturation" in sent["immunophenotype"]["facts"]
    assert [(sent[f"response on day {day}"]["date"], day) for day in (8, 15, 29)] == [
        ("2026-03-08", 8), ("2026-03-15", 15), ("2026-03-29", 29),
    ]  # fmt: skip
    assert "mrd_eoi" in sent["response on day 29"]["facts"]
    asked = {test["fact"] for test in found["tests"]} | set(found["narrow_nothing_alone"])
    assert not asked & {"relapsed", "relapse_site", "months_to_relapse", "mrd_reinduction", "prior_hsct"}
    page = RUNNER.invoke(app, ["next", "--age", "5", "--wbc", "20", "--lineage", "B"]).stdout
    assert page.index("genetics panel: BCR::ABL1") < page.index("Next test")
    assert "later       at the end of consolidation: MRD at end of consolidation" in page


def test_next_leaves_out_what_is_known_and_in_relapse_asks_for_the_relapse() -> None:
    known = ("--age", "5", "--wbc", "20", "--lineage", "B", "--cns", "CNS1", "--genetics", "none", "--mrd-eoi", "0.5%")
    sent = {item["what"]: item["facts"] for item in data(*known, command="next")["send"]}
    assert "cerebrospinal fluid" not in sent
    assert "mrd_eoi" not in sent.get("response on day 29", [])
    relapse = data("--age", "5", "--lineage", "B", "--set", "relapsed=yes", "--diagnosed", "2026-03-01", command="next")
    assert not [item for item in relapse["send"] if item["what"].startswith("response")]
    sent = {item["what"]: item for item in relapse["send"]}
    assert {"relapse_site", "months_to_relapse"} <= set(sent["the relapse"]["facts"])
    assert "mrd_reinduction" not in sent["the relapse"]["facts"]
    assert (sent["after reinduction"]["facts"], sent["after reinduction"]["date"]) == (["mrd_reinduction"], None)
    assert {"relapse_site", "months_to_relapse"} <= {test["fact"] for test in relapse["tests"]}
