"""From what the user asked for to the protocol, arm and phases to show."""

from __future__ import annotations

from all_cli.cli.common import fail, one_of
from all_cli.knowledge.problems import did_you_mean
from all_cli.patient.patient import Patient
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.regimen import Arm, Phase, Protocol
from all_cli.report.regimen import Shown


def select(
    library: ProtocolLibrary,
    asked: str,
    risk: str | None,
    ph: bool | None,
    protocol_id: str | None,
    arm_id: str | None,
    everything: bool,
    patient: Patient,
) -> Shown:
    """The phases to show; leaves with one sentence where the request fits nothing."""
    kind, phase_id = _kind(library, asked, protocol_id)
    if risk is not None:
        one_of("risk", risk, dict.fromkeys(library.risks()))
    if protocol_id is not None:
        one_of("protocol", protocol_id, dict.fromkeys(library.ids))
    else:
        lineage = patient.known.get("lineage")
        single = next(iter(lineage.possible)) if lineage and len(lineage.possible) == 1 else None  # type: ignore[arg-type]
        found = library.default(kind, risk, str(single) if single else None, ph, patient)
        if found is None:
            fail(f"no encoded protocol with a phase {kind} fits{_request(risk, patient)}; all-protocol list shows all")
        protocol_id = found
    protocol = library.protocol(protocol_id)
    arm = _arm(protocol, arm_id)
    phases = _phases(protocol, arm, kind, phase_id, everything)
    if not phases:
        has = ", ".join(dict.fromkeys(phase.kind for phase in protocol.phases))
        where = f" in arm {arm.id}" if arm else ""
        fail(f'"{protocol.id}" has no phase {asked}{where}; it has: {has}')
    others = [id for id in library.with_phase(kind) if id != protocol.id]
    return Shown(protocol, arm, phases, patient, others, asked)


def _kind(library: ProtocolLibrary, asked: str, protocol_id: str | None) -> tuple[str, str]:
    """The kind of phase asked for, and the phase's own id if that is what was named."""
    kinds = library.phase_kinds()
    plain = asked.casefold().replace("_", "-").replace(" ", "-")
    if plain in kinds:
        return plain, ""
    protocols = [library.protocol(protocol_id)] if protocol_id in library.ids else library.protocols
    named = next((phase for protocol in protocols for phase in protocol.phases if phase.id == plain), None)
    if named is not None:
        return named.kind, named.id
    hint = did_you_mean(plain, kinds) or f"; phases: {', '.join(kinds)}"
    fail(f'no phase is called "{asked}"{hint}')


def _arm(protocol: Protocol, arm_id: str | None) -> Arm | None:
    arms = {arm.id: arm for arm in protocol.arms}
    if arm_id is None:
        return protocol.arms[0] if len(protocol.arms) == 1 else None
    found: Arm = one_of(f"arm of {protocol.id}", arm_id, arms)
    return found


def _phases(protocol: Protocol, arm: Arm | None, kind: str, phase_id: str, everything: bool) -> list[Phase]:
    chosen = list(protocol.phases)
    if arm is not None:
        chosen = [phase for id in dict.fromkeys(arm.phases) for phase in protocol.phases if phase.id == id]
    if everything:
        return chosen
    return [phase for phase in chosen if phase.kind == kind and phase_id in ("", phase.id)]


def _request(risk: str | None, patient: Patient) -> str:
    parts = [f"risk {risk}"] if risk else []
    parts += [f"{id} {text}" for id, text in patient.said().items()]
    return f" {', '.join(parts)}" if parts else ""
