"""Every phase and line of every protocol: cited, readable, in all formats, as the contract has it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from all_cli.cli.protocol import app
from all_cli.logic import expression
from all_cli.patient.patient import Patient
from all_cli.protocol.library import ProtocolLibrary, dose_rows_for
from all_cli.protocol.regimen import Line, Phase, Protocol, days_in, days_text

RUNNER = CliRunner()
LINE_KEYS = {"drug", "dose", "unit", "per", "route", "days", "cap", "when", "cite", "checked"}


def everything(protocol: Protocol, form: str, width: int = 100) -> str:
    arguments = ["show", protocol.phases[0].kind, "--protocol", protocol.id, "--all", "--format", form]
    result = RUNNER.invoke(app, arguments, env={"COLUMNS": str(width)})
    assert result.exit_code == 0, (protocol.id, result.stderr, result.exception)
    assert result.stderr == ""
    return result.stdout


def phases_shown(protocol: Protocol) -> list[dict[str, Any]]:
    found = json.loads(everything(protocol, "json"))
    phases: list[dict[str, Any]] = found.get("phases", [found])
    return phases


def lines(protocols: ProtocolLibrary) -> Iterator[tuple[str, Phase, Line]]:
    for protocol in protocols.protocols:
        for phase in protocol.phases:
            for line in phase.lines:
                yield f"{protocol.id}.{phase.id}.{line.id}", phase, line


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
        found = json.loads(everything(protocol, "json"))
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
        found = json.loads(everything(protocol, "json"))
        cited = {citation["source"] for citation in found["for"]["cite"]}
        for phase in found.get("phases", [found]):
            parts = [*phase["lines"], *phase["assessments"], *phase["notes"], *phase["rescue"]]
            parts += [line["cap"] for line in phase["lines"] if line["cap"]]
            parts += [band for line in phase["lines"] for band in line.get("dose_by_age", ())]
            cited |= {citation["source"] for part in parts for citation in part["cite"]}
        assert cited <= set(found["sources"])
        for id, reference in found["sources"].items():
            assert reference == protocols.sources[id].reference


def test_every_line_is_cited_in_a_source_that_exists(protocols: ProtocolLibrary) -> None:
    for where, _, line in lines(protocols):
        assert line.cite, where
        for citation in (*line.cite, *(line.cap.cite if line.cap else ())):
            assert citation.source in protocols.sources, where
            assert citation.locator or not line.checked, where


def test_every_assessment_note_rescue_start_and_arm_is_cited(protocols: ProtocolLibrary) -> None:
    for protocol in protocols.protocols:
        parts: list[Any] = [protocol.population, *protocol.notes, *protocol.arms]
        for phase in protocol.phases:
            parts += [*phase.notes, *phase.rescue, *phase.assessments, *([phase.start] if phase.start else [])]
        for part in parts:
            assert part.cite, (protocol.id, part)
            assert {citation.source for citation in part.cite} <= set(protocols.sources), (protocol.id, part)


def test_every_drug_is_in_the_vocabulary_of_drugs(protocols: ProtocolLibrary) -> None:
    for where, _, line in lines(protocols):
        assert line.drug in protocols.drugs, where
    for table in protocols.dose_tables.values():
        assert table.drug in protocols.drugs


def test_a_dose_table_is_used_for_its_own_drug(protocols: ProtocolLibrary) -> None:
    for where, _, line in lines(protocols):
        if line.dose_by:
            assert protocols.dose_tables[line.dose_by].drug == line.drug, where


def test_every_day_lies_inside_its_phase(protocols: ProtocolLibrary) -> None:
    for where, phase, line in lines(protocols):
        assert line.days or line.window or line.schedule, where
        assert list(line.days) == sorted(set(line.days)), where
        if phase.days is not None:
            assert all(day <= phase.days for day in (*line.days, *(line.window or ()))), where


def test_every_dose_is_above_zero_and_has_its_unit(protocols: ProtocolLibrary) -> None:
    for where, _, line in lines(protocols):
        if line.dose is not None:
            low, high = line.dose
            assert 0 < low <= high, where
            assert line.unit, where
            assert line.per in ("dose", "day", "24 h", "week", "course"), where
        else:
            assert line.dose_by or line.dose_text, where
        assert line.route, where
        if line.cap:
            assert line.cap.dose > 0, where


def test_vincristine_is_never_above_2_mg_per_square_metre_a_dose(protocols: ProtocolLibrary) -> None:
    for where, _, line in lines(protocols):
        if line.drug == "vincristine" and line.dose is not None and line.unit == "mg/m2" and line.per == "dose":
            assert line.dose[1] <= 2, where
        if line.drug == "vincristine":
            assert line.route == "IV", where


def test_the_bands_of_a_dose_table_neither_overlap_nor_leave_a_gap(protocols: ProtocolLibrary) -> None:
    for id, table in protocols.dose_tables.items():
        if not all({test.fact for test in expression.tests(row.when)} == {"age"} for row in table.rows):
            continue
        rows = ""
        for tenth in range(1, 900):
            patient = Patient(protocols.vocabulary)
            patient.tell("age", f"{tenth / 10:g}", "age")
            rows += str(len(dose_rows_for(table, patient)))
        assert set(rows) <= {"0", "1"}, id
        assert set(rows.strip("0")) == {"1"}, f"{id}: a gap between two bands"


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
    for where, _, line in lines(protocols):
        if line.days and min(line.days) > 0:
            parts: list[int | str] = [int(p) if p.isdigit() else p for p in days_text(line.days).split(", ")]
            assert days_in(parts) == line.days, where
