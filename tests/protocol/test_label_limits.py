"""What labels limit: how often a drug is given, and by which size it is dosed."""

from __future__ import annotations

import pytest

from all_cli.patient.patient import Patient
from all_cli.protocol.body import body_of, tell_size
from all_cli.protocol.dose import dose_for
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


@pytest.mark.parametrize(
    ("size", "said"),
    [
        ({"weight": "9", "height": "74"}, "≈ 0.645 mg (labels up to 10 kg: 0.05 mg/kg × 9 kg = 0.45 mg)"),
        ({"weight": "3.2"}, "(labels up to 10 kg: 0.05 mg/kg × 3.2 kg = 0.16 mg)"),
        ({"weight": "10", "bsa": "0.5"}, "0.75 mg (labels up to 10 kg: 0.05 mg/kg × 10 kg = 0.5 mg)"),
        ({"weight": "10.1", "bsa": "0.5"}, ""),
        ({"bsa": "0.5"}, ""),
    ],
)  # fmt: skip
def test_up_to_10_kg_vincristine_stands_by_weight_beside(
    size: dict[str, str], said: str, protocols: ProtocolLibrary
) -> None:
    line = next(line for line in protocols.protocol("cog-aall0932").phases[0].lines if line.drug == "vincristine")
    patient = Patient(protocols.vocabulary)
    tell_size(patient, size)
    body = body_of(patient, protocols.surface_formulas, None)
    assert body is not None
    text = dose_for(line, patient, body, protocols).arithmetic
    assert said in text
    assert bool(said) == ("labels" in text)
