"""How much of a line was read is one answer: in a phase shown, on the calendar, in the page of a drug, in coverage."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from all_cli.cli.protocol import app
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.regimen import Arm, Line, Protocol

Marks = dict[tuple[str, str], bool]


def asked(*arguments: str) -> dict[str, Any]:
    result = CliRunner().invoke(app, [*arguments, "--format", "json"])
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def marks(phases: list[dict[str, Any]]) -> Marks:
    return {(phase["phase_id"], line["id"]): line["checked"] for phase in phases for line in phase["lines"]}


def leans(line: Line, library: ProtocolLibrary) -> str:
    """What of a line was not read though its dose and days were."""
    rows: list[Any] = [*library.dose_tables[line.dose_by].rows] if line.dose_by else []
    rows += library.scalings[line.scale_by].rows if line.scale_by else ()
    unread = line.checked and not all(row.checked for row in rows)
    return "rows" if unread else "cap" if line.checked and line.cap and not line.cap.checked else ""


@pytest.mark.parametrize("part", ["cap", "rows"])
def test_what_a_line_leans_on_counts_wherever_it_is_shown(part: str, protocols: ProtocolLibrary) -> None:
    found: list[tuple[Protocol, Arm]] = []
    for protocol in protocols.protocols:
        for arm in protocol.arms[:1]:
            lines = [line for phase in protocol.phases if phase.id in arm.phases for line in phase.lines]
            if part in (leans(line, protocols) for line in lines):
                found.append((protocol, arm))
    assert len(found) > 1
    coverage = {each["id"]: each for each in asked("coverage")["protocols"]}
    for protocol, arm in found[:3]:
        name = f"{protocol.id}/{arm.id}"
        shown = asked("show", name)
        here = marks(shown.get("phases", [shown]))
        plan = marks(asked("roadmap", name, "--start", "2026-01-05")["phases"])
        assert plan.items() <= here.items()
        drug = next(line.drug for phase in protocol.phases for line in phase.lines if leans(line, protocols) == part)
        of_drug = {
            (line["phase_id"], f"{protocol.id}.{line['id'].rsplit('.', 1)[1]}"): line["checked"]
            for line in asked("drug", drug, "--protocol", protocol.id)["drugs"][0]["lines"]
        }
        both = of_drug.keys() & here.keys()
        assert both
        assert {key: of_drug[key] for key in both} == {key: here[key] for key in both}
        lines = [line for phase in protocol.phases for line in phase.lines]
        if len(here) == len(lines):
            counted = coverage[protocol.id]["lines"]
            assert (sum(here.values()), len(here)) == (counted["checked"], counted["all"])
