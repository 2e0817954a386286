"""How often a label allows a drug: said of days that lie closer together, and of no others."""

from __future__ import annotations

import pytest

from all_cli.patient.patient import Patient
from all_cli.protocol.drugs import beyond_label
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.regimen import Line


@pytest.fixture
def weekly(protocols: ProtocolLibrary) -> Line:
    """Pegaspargase as the relapse trial of POG gave it."""
    phases = protocols.protocol("pog-relapse").phases
    return next(line for phase in phases for line in phase.lines if line.drug == "pegaspargase" and len(line.days) > 1)


@pytest.mark.parametrize(("days", "said"), [((1, 14), True), ((1, 15), False), ((1, 16), False), ((1,), False)])
def test_fewer_than_14_days_between_two_doses_are_said(
    days: tuple[int, ...], said: bool, weekly: Line, protocols: ProtocolLibrary
) -> None:
    found = beyond_label(weekly._replace(days=days), Patient(protocols.vocabulary), protocols)
    assert any("14 days" in each.said.text for each in found) is said
    assert any("14 days" in each.said.text for each in beyond_label(weekly, Patient(protocols.vocabulary), protocols))
