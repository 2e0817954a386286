"""The kinase inhibitor that a protocol keeps in a phase of its own, among the lines of every phase beside it."""

from __future__ import annotations

from collections.abc import Sequence

from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.regimen import Arm, Phase, Protocol

INHIBITOR = "tyrosine kinase inhibitor"


def with_inhibitor(protocol: Protocol, arms: Sequence[Arm], phase: Phase, library: ProtocolLibrary) -> Phase:
    """The phase with the lines of the inhibitor that these arms give beside it, unless it has one of its own."""
    if any(library.drugs[line.drug].kind == INHIBITOR for line in phase.lines):
        return phase
    through = [arm for arm in arms if phase.id in arm.phases]
    beside = [
        line._replace(note=f"From the phase {other.id}, which runs beside this one. {line.note}".strip())
        for other in protocol.phases
        if other.beside and any(other.id in arm.phases for arm in through)
        for line in other.lines
        if library.drugs[line.drug].kind == INHIBITOR
    ]
    return phase._replace(lines=(*beside, *phase.lines)) if beside else phase
