"""A dose by mouth says how often it is taken, in its own cell."""

from __future__ import annotations

import pytest

from all_cli.patient.patient import Patient
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.line_text import dose_text
from all_cli.protocol.load import protocol_library
from all_cli.protocol.regimen import Line

MTX = Line("mtx", "methotrexate", "PO", (), True, dose=(20, 20), unit="mg/m2", per="dose")


@pytest.fixture(scope="module")
def library() -> ProtocolLibrary:
    return protocol_library()


def text(line: Line, library: ProtocolLibrary) -> str:
    return dose_text(line, Patient(library.vocabulary), library)


@pytest.mark.parametrize(
    "when", [{"days": (8, 15, 22, 36)}, {"days": (1, 8)}, {"schedule": "once a week"}, {"schedule": "weekly, 8 doses"}]
)
def test_weekly_methotrexate_says_so_beside_its_dose(when: dict[str, object], library: ProtocolLibrary) -> None:
    assert text(MTX._replace(**when), library) == "20 mg/m² a dose, once a week"


@pytest.mark.parametrize(
    "when", [{"days": (1,)}, {"days": (1, 8, 9)}, {"days": (1, 15, 29)}, {"schedule": "days not read"}]
)
def test_what_is_not_weekly_is_not_called_so(when: dict[str, object], library: ProtocolLibrary) -> None:
    assert text(MTX._replace(**when), library) == "20 mg/m² a dose"


def test_no_oral_methotrexate_of_a_maintenance_is_without_its_rhythm(library: ProtocolLibrary) -> None:
    for protocol in library.protocols:
        for phase in protocol.phases:
            for line in phase.lines:
                if phase.kind == "maintenance" and line.drug == "methotrexate" and line.route == "PO" and line.dose:
                    said = text(line, library)
                    assert "week" in said or " a day" in said or line.schedule, (protocol.id, phase.id, said)
