"""The kinase inhibitor that a protocol keeps in a phase of its own, among the lines of every phase beside it."""

from __future__ import annotations

from collections.abc import Sequence

from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.regimen import Arm, Line, Phase, Protocol

INHIBITOR = "tyrosine kinase inhibitor"


def with_inhibitor(protocol: Protocol, arms: Sequence[Arm], phase: Phase, library: ProtocolLibrary) -> Phase:
    """The phase with the lines of the inhibitor that these arms give beside it, unless it has one of its own."""
    if any(library.drugs[line.drug].kind == INHIBITOR for line in phase.lines):
        return phase
    through = [arm for arm in arms if phase.id in arm.phases]
    found = dict.fromkeys(each for arm in through for each in _beside(protocol, arm, library))
    beside = [
        line._replace(note=f"From the phase {other}, which runs beside this one. {line.note}".strip())
        for other, line in sorted(found, key=lambda each: [phase.id for phase in protocol.phases].index(each[0]))
    ]
    return phase._replace(lines=(*beside, *phase.lines)) if beside else phase


def inhibitors_beside(protocol: Protocol, arm: Arm, library: ProtocolLibrary) -> frozenset[str]:
    """The inhibitors that an arm gives in phases beside the others."""
    return frozenset(line.drug for _, line in _beside(protocol, arm, library))


def _beside(protocol: Protocol, arm: Arm, library: ProtocolLibrary) -> list[tuple[str, Line]]:
    """The lines of inhibitors that an arm gives in phases beside the others, each with its phase."""
    return [
        (other.id, line)
        for other in protocol.phases
        if other.beside and other.id in arm.phases
        for line in other.lines
        if library.drugs[line.drug].kind == INHIBITOR
    ]
