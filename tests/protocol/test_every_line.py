"""Every phase and line of every protocol: readable in all formats, as the contract has it."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from typer.testing import CliRunner

from all_cli.cli.protocol import app
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.regimen import Protocol, days_in, days_text

RUNNER = CliRunner()
LINE_KEYS = {"drug", "dose", "unit", "per", "route", "days", "cap", "when", "cite", "checked"}


def everything(protocol: Protocol, form: str, width: int = 100) -> str:
    arguments = ["show", protocol.phases[0].kind, "--protocol", protocol.id, "--all", "--format", form]
    result = RUNNER.invoke(app, arguments, env={"COLUMNS": str(width)})
    assert result.exit_code == 0, (protocol.id, result.stderr, result.exception)
    assert result.stderr == ""
    return result.stdout


@cache
def data_of(protocol: Protocol) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(everything(protocol, "json"))
    return found


def phases_shown(protocol: Protocol) -> list[dict[str, Any]]:
    found = data_of(protocol)
    phases: list[dict[str, Any]] = found.get("phases", [found])
    return phases


@pytest.mark.parametrize("form", ["table", "plain", "markdown"])
def test_every_phase_of_every_protocol_renders(form: str, protocols: ProtocolLibrary) -> None:
    for protocol in protocols.protocols:
        text = everything(protocol, form, 500)
        shown = {phase for arm in protocol.arms for phase in arm.phases}
        for phase in protocol.phases:
            assert phase.title in text.replace("\\", "") or phase.id not in shown, (protocol.id, phase.id)
            for line in phase.lines:
                assert protocols.drugs[line.drug].name in text


def test_the_json_of_every_protocol_has_every_key_of_the_contract(protocols: ProtocolLibrary) -> None:
    for protocol in protocols.protocols:
        found = data_of(protocol)
        assert {"protocol", "arm", "phase", "lines", "assessments", "notes", "sources"} <= set(found)
        assert found["protocol"] == protocol.id
        for phase in found.get("phases", [found]):
            for line in phase["lines"]:
                assert set(line) >= LINE_KEYS, (protocol.id, line["id"])
                assert line["cite"]
                assert isinstance(line["checked"], bool)
                assert line["dose"] is None or isinstance(line["dose"], (int, float, list))
                assert line["dose"] is not None or line["text"]
            for part in (*phase["assessments"], *phase["notes"]):
                assert part["cite"]


def test_json_says_of_every_line_what_the_knowledge_says(protocols: ProtocolLibrary) -> None:
    for protocol in protocols.protocols:
        by_id = {phase.id: phase for phase in protocol.phases}
        for shown in phases_shown(protocol):
            phase = by_id[shown["phase_id"]]
            assert shown["phase"] == phase.kind
            assert shown["length_days"] == phase.days
            assert [line["id"] for line in shown["lines"]] == [f"{protocol.id}.{line.id}" for line in phase.lines]
            for line, found in zip(phase.lines, shown["lines"], strict=True):
                where = (protocol.id, phase.id, line.id)
                assert found["drug"] == line.drug, where
                assert found["route"] == line.route, where
                assert found["days"] == list(line.days), where
                assert found["when"] == line.condition, where
                assert [c["source"] for c in found["cite"]] == [c.source for c in line.cite], where
                assert [c["locator"] for c in found["cite"]] == [c.locator for c in line.cite], where
                if line.dose is not None:
                    low, high = line.dose
                    assert found["dose"] == (low if low == high else [low, high]), where
                    assert (found["unit"], found["per"]) == (line.unit, line.per), where
                if line.cap is None:
                    assert found["cap"] is None, where
                else:
                    cap = found["cap"]
                    assert (cap["dose"], cap["unit"], cap["per"]) == (line.cap.dose, line.cap.unit, line.cap.per), where
                    assert cap["cite"], where
                if not line.checked:
                    assert found["checked"] is False, where


def test_every_source_that_a_phase_cites_is_given_in_full(protocols: ProtocolLibrary) -> None:
    for protocol in protocols.protocols:
        found = data_of(protocol)
        cited = {citation["source"] for citation in found["for"]["cite"]}
        for phase in found.get("phases", [found]):
            parts = [*phase["lines"], *phase["assessments"], *phase["notes"], *phase["rescue"]]
            parts += [line["cap"] for line in phase["lines"] if line["cap"]]
            parts += [band for line in phase["lines"] for band in line.get("dose_by_age", ())]
            cited |= {citation["source"] for part in parts for citation in part["cite"]}
        assert cited <= set(found["sources"])
        for id, reference in found["sources"].items():
            assert reference == protocols.sources[id].reference


@pytest.mark.parametrize(
    ("raw", "days", "text"),
    [
        ([1, 8, 15, 22], (1, 8, 15, 22), "1, 8, 15, 22"),
        (["1-14"], tuple(range(1, 15)), "1-14"),
        (["1-3", 8], (1, 2, 3, 8), "1-3, 8"),
        ([1, 2], (1, 2), "1, 2"),
        (["1-2"], (1, 2), "1, 2"),
        ([], (), ""),
        (["-7-0"], (-7, -6, -5, -4, -3, -2, -1, 0), "-7-0"),
        ([29], (29,), "29"),
    ],
)
def test_days_are_read_and_said_alike(raw: list[int | str], days: tuple[int, ...], text: str) -> None:
    assert days_in(raw) == days
    assert days_text(days) == text


def test_the_days_of_every_line_can_be_read_back_from_the_screen(protocols: ProtocolLibrary) -> None:
    for protocol in protocols.protocols:
        for line in protocol.lines:
            if line.days and min(line.days) > 0:
                parts: list[int | str] = [int(p) if p.isdigit() else p for p in days_text(line.days).split(", ")]
                assert days_in(parts) == line.days, (protocol.id, line.id)
