"""classify --show-protocol: the arms that were for the group, and none that the patient cannot be in."""

from __future__ import annotations

import json
import sys
from subprocess import run
from typing import Any

from typer.testing import CliRunner

from all_cli.cli.protocol import app as protocol_app
from all_cli.cli.risk import app
from all_cli.protocol.library import ProtocolLibrary

RUNNER = CliRunner()
SEVEN = ("--age", "7", "--wbc", "45", "--lineage", "B")


def text(*arguments: str) -> str:
    result = RUNNER.invoke(app, ["classify", *arguments, "--show-protocol", "--format", "plain"])
    assert result.exit_code == 0, result.stderr
    return result.stdout


def arms(*arguments: str) -> list[dict[str, Any]]:
    result = RUNNER.invoke(app, ["classify", *arguments, "--show-protocol", "--format", "json"])
    assert result.exit_code == 0, result.stderr
    data = json.loads(result.stdout)
    assert all(cite["source"] in data["sources"] for arm in data["protocols"] for cite in arm["cite"])
    found: list[dict[str, Any]] = data["protocols"]
    return found


def fitting(found: list[dict[str, Any]], *, certain: bool = True) -> set[str]:
    return {f"{arm['protocol']}/{arm['arm']}" for arm in found if arm["fits"] and arm["certain"] is certain}


def test_a_standard_risk_child_gets_the_arms_for_standard_risk(protocols: ProtocolLibrary) -> None:
    found = arms(*SEVEN, "--scheme", "nci-rome")
    wanted = {
        f"{protocol.id}/{arm.id}"
        for protocol in protocols.protocols
        for arm in protocol.arms
        if any(scheme == "nci-rome" and "standard" in groups for scheme, groups in arm.groups)
    }
    assert fitting(found) == wanted
    assert "ccg-1991/iv" in wanted
    assert {arm["group"] for arm in found} == {"standard"}


def test_the_command_that_is_printed_shows_the_arm() -> None:
    for command in {arm["command"] for arm in arms(*SEVEN, "--scheme", "nci-rome")}:
        program, *arguments = command.split()
        assert program == "all-protocol"
        assert RUNNER.invoke(protocol_app, arguments).exit_code == 0, command


def test_a_ph_positive_child_is_sent_to_no_regimen_that_was_not_written_for_it() -> None:
    found = arms(*SEVEN, "--ph")
    assert not {
        name for name in fitting(found) | fitting(found, certain=False) if name.startswith(("ccg", "cog-aall09"))
    }
    assert any(arm["against"] == "for B lineage; here BCR::ABL1-positive" for arm in found)
    assert "No encoded arm fits what is certain." in text(*SEVEN, "--ph")


def test_a_patient_outside_a_population_is_not_sent_there() -> None:
    found = arms("--age", "12", "--wbc", "45", "--lineage", "B", "--scheme", "nci-rome")
    assert {arm["group"] for arm in found} == {"high"}
    assert "cog-aall0232/pred-hdmtx" in fitting(found)
    assert "cog-aall0232/dex-hdmtx" not in fitting(found)  # prednisone from ten years
    older = arms("--age", "35", "--wbc", "45", "--lineage", "B", "--scheme", "nci-rome")
    assert "cog-aall0232/pred-hdmtx" not in fitting(older)
    assert any(arm["against"].startswith("outside its population: age 35") for arm in older)


def test_several_possible_groups_each_name_their_arm() -> None:
    shown = text("--age", "7", "--lineage", "B", "--scheme", "nci-rome")
    assert "Not yet decided: which arm each group would mean" in shown
    found = arms("--age", "7", "--lineage", "B", "--scheme", "nci-rome")
    assert {arm["group"] for arm in found} == {"standard", "high"}
    assert not any(arm["certain"] for arm in found)


def test_a_group_without_an_arm_says_so() -> None:
    shown = text("--age", "40", "--wbc", "20", "--lineage", "T", "--scheme", "hoelzer-1988")
    assert "No encoded arm fits what is certain." in shown


def test_infants_are_sent_to_infant_protocols() -> None:
    found = arms("--age", "4mo", "--wbc", "300", "--kmt2a", "--no-ph")
    assert fitting(found)
    assert all(name.startswith(("interfant", "infant")) for name in fitting(found))


def test_without_the_option_nothing_of_protocols_is_loaded_or_shown() -> None:
    code = (
        "import sys; from all_cli.cli.risk import app\n"
        "try: app(['classify', '--age', '7', '--wbc', '45', '--lineage', 'B', '--format', 'json'])\n"
        "except SystemExit: pass\n"
        "late = ('all_cli.protocol.library', 'all_cli.report.matching')\n"
        "print([name for name in late if name in sys.modules], file=sys.stderr)"
    )
    for _ in ("a cold cache, which is compiled", "a warm one"):
        done = run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "protocols" not in json.loads(done.stdout)
    assert done.stderr.strip().endswith("[]")
