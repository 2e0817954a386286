"""What a tired reader could read wrongly: cautions on top, contradictions refused, nothing that nobody asked about."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from all_cli.cli.protocol import app as protocol_app
from all_cli.cli.risk import app as risk_app
from all_cli.protocol.library import ProtocolLibrary

RUNNER = CliRunner()
SEVEN = ("--age", "7", "--wbc", "45", "--lineage", "B")


def classified(*arguments: str) -> str:
    result = RUNNER.invoke(risk_app, ["classify", *arguments, "--format", "plain"])
    assert result.exit_code == 0, result.stderr
    return result.stdout


def protocol(*arguments: str) -> str:
    result = RUNNER.invoke(protocol_app, [*arguments, "--format", "plain"])
    assert result.exit_code == 0, result.stderr
    return result.stdout


def refused(app: object, *arguments: str) -> str:
    result = RUNNER.invoke(app, list(arguments))  # type: ignore[arg-type] # a Typer application
    assert (result.exit_code, result.stdout) == (2, "")
    return result.stderr


def test_a_newly_diagnosed_child_sees_no_arm_of_a_scheme_that_nothing_given_narrows() -> None:
    shown = classified(*SEVEN, "--show-protocol")
    assert "ukall-r3" not in shown
    assert "dfci-00-01" not in shown
    assert "all-bfm-95/medium" in shown, "bfm-95 is narrowed by the age and the white cells"
    assert "more schemes with arms may apply; nothing given narrows their answer" in shown


def test_a_scheme_that_was_named_shows_its_arms_narrowed_or_not() -> None:
    shown = classified(*SEVEN, "--show-protocol", "--scheme", "uk-r3")
    assert "ukall-r3/mitoxantrone" in shown
    assert "nothing given narrows" not in shown


def test_a_trial_without_recorded_years_leaves_no_dash_behind() -> None:
    (line,) = (line for line in protocol("show", "ccg-1991/iv").splitlines() if line.startswith("  trial "))
    assert line.split() == ["trial", "NCT00005945"]


def test_no_blank_stands_before_a_semicolon() -> None:
    assert " ;" not in classified(*SEVEN)


@pytest.mark.parametrize(
    "arguments",
    [("induction", "--protocol", "cog-aall0932"), ("cog-aall0932",), ("cog-aall0932/q4wk",)],
)
def test_a_standard_risk_protocol_is_not_shown_as_the_answer_for_high_risk(arguments: tuple[str, ...]) -> None:
    said = refused(protocol_app, "show", *arguments, "--risk", "high")
    assert said == '"cog-aall0932" is for the risk standard, not high; leave out --risk, or name another protocol\n'
    assert "Induction" in protocol("show", *arguments, "--risk", "standard")


def test_a_protocol_that_nobody_named_says_why_it_is_shown() -> None:
    assert refused(protocol_app, "show", "induction").startswith("for whom?")
    high = protocol("show", "induction", "--risk", "high")
    assert "protocols with induction for the risk high" in high[: high.index("\nInduction")]
    assert "was named" not in protocol("show", "induction", "--protocol", "cog-aall0232")


@pytest.mark.parametrize("risk", [(), ("--risk", "high")])
def test_below_one_year_a_protocol_for_older_children_warns_on_top(risk: tuple[str, ...]) -> None:
    warning = "below one year: infants have protocols and doses of their own: all-protocol list --audience infants"
    shown = protocol("show", "induction", *risk, "--age", "364d", "--protocol", "dfci-91-01")
    assert warning in shown[: shown.index("Induction, ")]
    assert warning not in protocol("show", "induction", *risk, "--age", "1", "--protocol", "dfci-91-01")
    assert warning not in protocol("show", "induction", "--age", "6mo", "--protocol", "interfant-06")


def above_the_lines(*arguments: str) -> str:
    shown = protocol("show", *arguments)
    return shown[: shown.index("\nInduction")]


def test_how_many_lines_are_recalled_stands_above_them(protocols: ProtocolLibrary) -> None:
    (phase,) = (phase for phase in protocols.protocol("cog-aall1131").phases if phase.kind == "induction")
    assert not any(line.checked for line in phase.lines), "the example of this test was read in the meantime"
    warning = f"all {len(phase.lines)} lines below are recalled (†), not read in the cited source: check every dose"
    assert warning in above_the_lines("induction", "--protocol", "cog-aall1131")
    child = above_the_lines("induction", "--protocol", "cog-aall1131", "--age", "7", "--cns", "CNS1")
    assert f"all {len(phase.lines) - 2} lines below" in child, "lines for other patients are not counted"
    mixed = above_the_lines("induction", "--protocol", "cog-aall0932")
    assert "2 of 6 lines below are recalled (†), not read in the cited source: check their doses and days" in mixed
    assert "lines below are recalled" not in protocol("show", "vietnam-all-sr")


def test_a_roadmap_says_on_top_how_many_of_its_lines_are_recalled() -> None:
    shown = protocol("roadmap", "cog-aall1131/it-mtx", "--start", "2026-11-23")
    assert "lines below are recalled (†), not read in the cited source" in shown[: shown.index("\nPhases")]
    both = (protocol("roadmap", "ccg-1991/iv", "--start", "2026-11-23"), protocol("show", "ccg-1991/iv"))
    said = [next(line.strip() for line in text.splitlines() if "are recalled" in line) for text in both]
    assert said[0] == said[1], "one arm, one count"


@pytest.mark.parametrize("finding", [("--ph",), ("--cns", "CNS3"), ("--testicular",)])
def test_a_headline_blind_to_a_grave_finding_says_so_and_prints_no_figure_of_others(finding: tuple[str, ...]) -> None:
    shown = classified(*SEVEN, *finding)
    caution = next(line for line in shown.splitlines()[:6] if line.startswith("  caution"))
    assert "nci-rome does not ask for it" in caution
    assert "gravest group" in caution
    assert "survival" not in shown.split("Under other schemes")[0]
    assert "85 %" not in classified(*SEVEN, *finding, "--scheme", "nci-rome")
    assert "Standard-risk induction has three drugs" not in shown
    assert "event-free survival above 85 %" in classified(*SEVEN)


def test_schemes_that_differ_on_what_the_headline_asks_for_are_left_to_compare() -> None:
    assert "gravest group" not in classified(*SEVEN)
    assert "gravest group" not in classified(*SEVEN, "--genetics", "none"), "aieop-9501 disagrees on age and count"
    assert "gravest group" not in classified("--age", "12", "--wbc", "45", "--lineage", "B", "--ph"), "not mild"


def test_a_year_that_is_none_is_no_empty_list() -> None:
    said = refused(protocol_app, "list", "--year", "20")
    assert "--year" in said
    assert "1900" in said
    assert json.loads(RUNNER.invoke(protocol_app, ["list", "--year", "2010", "--format", "json"]).stdout)["protocols"]


def test_a_part_of_a_name_is_enough_for_a_hint_and_no_error_lists_a_hundred_names() -> None:
    assert refused(risk_app, "schemes", "nci") == 'no scheme is called "nci" — did you mean "nci-rome"?\n'
    for app, command in ((risk_app, "schemes"), (protocol_app, "list")):
        said = refused(app, command, "qqqq")
        assert len(said) < 120, said
        assert "lists them" in said


@pytest.mark.parametrize(
    ("twice", "names"),
    [
        (("--age", "7", "--age", "8"), "--age"),
        (("--ph", "--no-ph"), "--ph / --no-ph"),
        (("--wbc", "45", "--wbc", "54"), "--wbc"),
    ],
)
def test_a_fact_given_twice_is_refused_and_the_last_does_not_win(twice: tuple[str, ...], names: str) -> None:
    assert f"{names} is given twice" in refused(risk_app, "classify", *twice)
    assert f"{names} is given twice" in refused(protocol_app, "show", "induction", *twice)


def test_what_may_be_repeated_may_be_repeated() -> None:
    classified(*SEVEN, "--set", "cns=CNS1", "--set", "sex=male", "--scheme", "nci-rome", "--scheme", "mrd-cog")
    result = RUNNER.invoke(risk_app, ["classify", *SEVEN, "--format", "json", "--format", "plain"])
    assert result.exit_code == 0, "of two formats the last is taken, as of an alias"


def test_the_help_of_both_names_every_exit_code_they_leave_with(tmp_path: object) -> None:
    for app in (risk_app, protocol_app):
        said = " ".join(RUNNER.invoke(app, ["--help"]).stdout.split())
        for code in ("0 done", "2 usage", "3 input cannot be read", "4 knowledge file invalid"):
            assert code in said
    assert RUNNER.invoke(protocol_app, ["show", "induction", "--patient", f"{tmp_path}/none.yaml"]).exit_code == 3
