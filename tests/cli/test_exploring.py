"""compare, whatif and next on the command line: formats, choice of schemes, errors, and what the JSON promises."""

from __future__ import annotations

import inspect
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from all_cli import __version__
from all_cli.cli.classifying import classify
from all_cli.cli.exploring import compare, next_test, whatif
from all_cli.cli.options import described
from all_cli.cli.risk import app
from all_cli.risk.library import RiskLibrary

RUNNER = CliRunner()
SEVEN = ("--age", "7", "--wbc", "45", "--lineage", "B")
COMMANDS = ("compare", "whatif", "next")


@cache
def text(*arguments: str) -> str:
    result = RUNNER.invoke(app, list(arguments))
    assert result.exit_code == 0, (result.stderr, result.exception)
    assert result.stderr == ""
    return result.stdout


def data(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text(*arguments, "--format", "json"))
    assert found["schema_version"] == 1
    assert found["tool"] == f"all-cli {__version__}"
    assert found["knowledge"].startswith("sha256:")
    return found


def refused(*arguments: str) -> str:
    result = RUNNER.invoke(app, list(arguments))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    return result.stderr


@pytest.mark.parametrize("command", [classify, compare, whatif, next_test])
def test_each_command_takes_the_same_description_of_a_patient(command: Any) -> None:
    shared = inspect.signature(described).parameters
    own = inspect.signature(command).parameters
    assert {name: own[name] for name in shared} == dict(shared)
    assert list(own)[: len(shared)] == list(shared)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("form", ["plain", "markdown", "table"])
def test_every_form_says_what_it_is_not_and_a_file_gets_no_colour(command: str, form: str) -> None:
    shown = text(command, *SEVEN, "--format", form, "--color", "never")
    assert "not a medical device" in " ".join(shown.split())
    assert "\x1b" not in shown


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_shows_the_shared_options_and_its_own(command: str) -> None:
    shown = text(command, "--help")
    for option in ("--wbc", "--genetics", "--set", "--patient", "--scheme", "--audience", "--rules", "--format"):
        assert option in shown


def test_next_says_in_its_help_and_on_its_page_that_it_counts_possibilities() -> None:
    for shown in (text("next", "--help"), text("next", *SEVEN, "--top", "2", "--format", "plain")):
        assert "not likelihoods" in " ".join(shown.split())


@pytest.mark.parametrize("command", COMMANDS)
def test_a_scheme_that_does_not_exist_is_named_with_its_nearest(command: str) -> None:
    assert "nci-rome" in refused(command, *SEVEN, "--scheme", "nci-rom")


@pytest.mark.parametrize("command", COMMANDS)
def test_schemes_are_either_named_or_picked_by_audience(command: str) -> None:
    assert "--audience" in refused(command, *SEVEN, "--scheme", "nci-rome", "--audience", "children")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_value_that_cannot_be_read_is_one_sentence(command: str) -> None:
    assert "2500/uL" in refused(command, "--wbc", "2500")


def test_a_fact_that_does_not_exist_is_named_with_its_nearest() -> None:
    assert '"wbc"' in refused("whatif", *SEVEN, "--fact", "wbcc")


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_known_is_no_error(command: str) -> None:
    assert "nothing known" in text(command, "--format", "plain")


def test_compare_holds_every_scheme_that_applies_with_the_answer_of_classify() -> None:
    found, alone = data("compare", *SEVEN), data("classify", *SEVEN)
    answers = {row["scheme"]: row for row in alone["results"] if row["status"] != "not-applicable"}
    assert {row["scheme"] for row in found["schemes"]} == set(answers)
    for row in found["schemes"]:
        for key in ("status", "group", "possible"):
            assert row[key] == answers[row["scheme"]][key]
        if row["status"] == "assigned":
            assert [item["because"] for item in row["decided_by"]] == [
                item["because"] for item in answers[row["scheme"]]["decided_by"]
            ]
        for citation in row["cite"]:
            assert citation["source"] in found["sources"]


@pytest.mark.parametrize(("wbc", "disagree"), [("24.9", 0), ("25", 1), ("49.9", 1), ("50", 0)])
def test_compare_shows_where_coall_and_nci_part(wbc: str, disagree: int) -> None:
    options = ("--age", "7", "--lineage", "B", "--wbc", wbc, "--scheme", "nci-rome", "--scheme", "coall-07-03")
    assert len(data("compare", *options)["disagreements"]) == disagree
    assert ("disagree" in text("compare", *options, "--format", "plain")) is bool(disagree)


def test_compare_by_audience_keeps_to_it_and_to_schemes_for_all_ages() -> None:
    found = data("compare", "--age", "30", "--lineage", "B", "--audience", "adults")
    assert {row["audience"] for row in found["schemes"]} == {"adults", "all-ages"}
    assert "for adults is for this patient" in text("compare", *SEVEN, "--audience", "adults", "--format", "plain")


def test_compare_shows_a_named_scheme_that_does_not_apply_with_the_reason() -> None:
    shown = text("compare", *SEVEN, "--scheme", "hoelzer-1988", "--format", "plain")
    assert "does not apply" in shown
    assert "age 7 < 15" in shown


def test_compare_names_every_scheme_that_applies_on_its_page_too() -> None:
    shown = text("compare", *SEVEN, "--format", "plain")
    assert all(row["scheme"] in shown for row in data("compare", *SEVEN)["schemes"])


@pytest.mark.parametrize(("wbc", "low", "high"), [("49.9", True, False), ("50", False, True), ("50.1", False, True)])
def test_whatif_marks_where_the_patient_is(wbc: str, low: bool, high: bool) -> None:
    found = data("whatif", "--age", "7", "--lineage", "B", "--wbc", wbc, "--scheme", "nci-rome", "--fact", "wbc")
    (strip,) = found["schemes"][0]["facts"]
    assert [part["here"] for part in strip["ranges"]] == [low, high]
    assert [part["groups"] for part in strip["ranges"]] == [["standard"], ["high"]]
    assert strip["flips"] == [{"value": 50.0, "included": True, "before": ["standard"], "after": ["high"]}]
    assert strip["ranges"][0]["intervals"][0]["high_included"] is False
    (upper,) = strip["ranges"][1]["intervals"]
    assert (upper["low"], upper["low_included"]) == (50.0, True)
    assert upper["high"] is None or upper["high"] > 1000
    assert strip["cite"]


def test_whatif_without_a_choice_is_about_the_scheme_that_answers_first() -> None:
    found = data("whatif", *SEVEN)
    assert [entry["scheme"] for entry in found["schemes"]] == [found["primary"]] == ["nci-rome"]
    assert {strip["fact"] for strip in found["schemes"][0]["facts"]} == {"age", "wbc", "lineage"}


def test_whatif_on_unknown_facts_says_what_missing_says() -> None:
    options = ("--age", "7", "--lineage", "B")
    missing = data("classify", *options, "--scheme", "nci-rome")["results"][0]["missing"]
    strips = data("whatif", *options, "--scheme", "nci-rome")["schemes"][0]["facts"]
    (unknown,) = (strip for strip in strips if strip["state"] == "missing")
    assert [{"fact": "wbc", "ranges": [{k: p[k] for k in ("range", "groups")} for p in unknown["ranges"]]}] == missing


def test_whatif_of_one_fact_asks_every_scheme_that_applies_and_uses_it(library: RiskLibrary) -> None:
    found = data("whatif", *SEVEN, "--fact", "mrd_eoi")
    applicable = [row["scheme"] for row in data("compare", *SEVEN)["schemes"]]
    assert [entry["scheme"] for entry in found["schemes"]] == applicable
    for entry in found["schemes"]:
        asks = "mrd_eoi" in library.schemes[entry["scheme"]].facts
        assert [strip["fact"] for strip in entry["facts"]] == (["mrd_eoi"] if asks else [])
    assert "Where the answers flip" in text("whatif", *SEVEN, "--fact", "mrd_eoi", "--format", "plain")


def test_whatif_of_a_straddling_value_may_be_on_either_side() -> None:
    shown = text("whatif", "--age", "7", "--lineage", "B", "--wbc", "40-60", "--scheme", "nci-rome", "-f", "plain")
    assert shown.count("may be here") == 2


def test_next_ranks_the_count_first_for_nci_and_asks_nothing_once_it_is_known() -> None:
    found = data("next", "--age", "7", "--lineage", "B", "--scheme", "nci-rome")
    assert [test["fact"] for test in found["tests"]] == ["wbc"]
    assert found["tests"][0]["always_decides"] == ["nci-rome"]
    assert data("next", *SEVEN, "--scheme", "nci-rome")["tests"] == []
    assert "one answer" in text("next", *SEVEN, "--scheme", "nci-rome", "--format", "plain")


def test_next_keeps_to_the_audience_of_the_scheme_that_answers_first(library: RiskLibrary) -> None:
    found = data("next", *SEVEN)
    assert found["audience"] == "children"
    assert {library.schemes[id].audience for id in found["schemes_asked"]} == {"children", "all-ages"}


def test_next_asks_all_schemes_while_the_age_is_not_known(library: RiskLibrary) -> None:
    found = data("next", "--lineage", "T")
    assert found["audience"] is None
    assert {library.schemes[id].audience for id in found["schemes_asked"]} >= {"children", "adults"}


def test_next_never_cuts_a_shared_rank_and_says_how_many_it_leaves_out() -> None:
    found = data("next", *SEVEN)["tests"]
    shown = text("next", *SEVEN, "--top", "3", "--format", "plain")
    last = found[2]["rank"]
    assert all(test["fact"] in shown for test in found if test["rank"] <= last)
    assert "more facts narrow something" in shown


TWO_SCHEMES = """\
schemes:
  - id: outer
    title: Outer
    published: 2020
    audience: children
    population: {when: age < 18, text: children, cite: [smith-1996], checked: false}
    groups: {low: {label: Low, severity: 1}, high: {label: High, severity: 2}}
    rules:
      - {id: a, group: high, when: wbc >= 25 and age >= 1, cite: [smith-1996], checked: false}
      - {id: b, group: low, when: wbc < 25 or age < 1, cite: [smith-1996], checked: false}
  - id: inner
    title: Inner
    published: 2020
    audience: children
    population: {when: age < 18, text: children, cite: [smith-1996], checked: false}
    groups: {low: {label: Low, severity: 1}, high: {label: High, severity: 2}}
    rules:
      - {id: a, group: low, when: wbc < 50 and age >= 1 and age < 10, cite: [smith-1996], checked: false}
      - {id: b, group: high, when: wbc >= 50 or age < 1 or age >= 10, cite: [smith-1996], checked: false}
"""


@pytest.mark.parametrize(("wbc", "facts"), [("24.9", []), ("25", [["wbc"]]), ("49.9", [["wbc"]]), ("50", [])])
def test_compare_names_only_facts_on_which_the_lines_cross(tmp_path: Path, wbc: str, facts: list[list[str]]) -> None:
    """Age 1 to 10 lies wholly within age 1 and over: the two do not part there, though both ask for it."""
    file = tmp_path / "two.yaml"
    file.write_text(TWO_SCHEMES, encoding="utf-8")
    named = ("--scheme", "outer", "--scheme", "inner", "--rules", str(file))
    found = data("compare", "--age", "7", "--wbc", wbc, *named)
    assert [item["facts"] for item in found["disagreements"]] == facts
