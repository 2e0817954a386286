"""From a patient to the arm of a protocol: the risk schemes that the arms were for are asked, and never guessed for."""

from __future__ import annotations

from collections.abc import Sequence

from all_cli.cli.common import fail
from all_cli.cli.selection import Asked, shown_of, single_lineage
from all_cli.patient.patient import Patient
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.regimen import Arm, Protocol
from all_cli.report.choice import Choice, Undecided
from all_cli.report.regimen import Shown
from all_cli.risk.library import RiskLibrary, risk_library
from all_cli.risk.scheme import NOT_APPLICABLE
from all_cli.risk.verdict import brief, judge


def joined(
    library: ProtocolLibrary,
    asked: Asked,
    protocol_id: str | None,
    ph: bool | None,
    everything: bool,
    patient: Patient,
) -> Shown | Undecided:
    """The protocol and arms whose risk groups hold the patient's certain answer, or what is still open.

    Of several protocols that are certain the first in the order of :meth:`ProtocolLibrary.fitting` is shown and the
    others are named. Leaves with one sentence where no arm is for any group that the patient can have.
    """
    risk = risk_library()
    choices = _choices(library, risk, _protocols(library, asked, protocol_id, ph, patient), asked, patient)
    if not choices:
        where = asked.kind or asked.protocol
        fail(f"no arm with {where} was for a risk group that this patient can have; --risk or --protocol chooses one")
    certain = [choice for choice in choices if choice.certain]
    if not certain:
        return Undecided(asked.text, patient, choices)
    protocol = library.protocol(certain[0].protocol)
    arms = [arm for arm in protocol.arms if any((c.protocol, c.arm) == (protocol.id, arm.id) for c in certain)]
    shown = shown_of(library, asked, protocol, arms, everything or asked.whole, patient)
    return shown._replace(chosen=_reasons(risk, certain, choices, patient))


def _protocols(
    library: ProtocolLibrary, asked: Asked, protocol_id: str | None, ph: bool | None, patient: Patient
) -> list[Protocol]:
    if asked.whole or protocol_id is not None:
        id = asked.protocol or protocol_id or ""
        if id not in library.ids:
            fail(f'no protocol is called "{id}"')
        return [library.protocol(id)]
    return [library.protocol(id) for id in library.fitting(asked.kind, None, single_lineage(patient), ph, patient)]


def _choices(
    library: ProtocolLibrary, risk: RiskLibrary, protocols: Sequence[Protocol], asked: Asked, patient: Patient
) -> list[Choice]:
    """Every arm with the phase and a scheme of its own that leaves the patient one of its groups."""
    answers = {}
    found = []
    for protocol in protocols:
        having = {p.id for p in protocol.phases if asked.whole or (p.kind == asked.kind and asked.phase in ("", p.id))}
        for arm in protocol.arms:
            if not having & set(arm.phases) or asked.arm not in ("", arm.id):
                continue
            of_arm = []
            for id, groups in arm.groups:
                if id not in answers:
                    answers[id] = brief(risk.schemes[id], patient)
                of_arm.append(_choice(protocol, arm, id, groups, answers[id].possible))
            # An arm whose one scheme says no is not offered because another of its schemes says nothing yet.
            if all(choice.groups for choice in of_arm):
                found += of_arm
    return found


def _choice(protocol: Protocol, arm: Arm, scheme: str, groups: Sequence[str], possible: Sequence[str]) -> Choice:
    left = tuple(group for group in possible if group in groups)
    others = tuple(group for group in possible if group not in groups)
    return Choice(scheme, left, others, protocol.id, arm.id, certain=bool(left) and not others)


def _reasons(
    risk: RiskLibrary, certain: Sequence[Choice], choices: Sequence[Choice], patient: Patient
) -> tuple[str, ...]:
    """Why this protocol: the scheme's answer, what is still open beside it, and where else the group is at home."""
    first = certain[0]
    verdict = judge(risk.schemes[first.scheme], patient)
    because = ", ".join(dict.fromkeys(text for decision in verdict.decided_by for text in decision.because))
    reasons = [f"{first.scheme} says {' or '.join(first.groups)}" + (f" ({because})" if because else "")]
    arms = dict.fromkeys(choice.arm for choice in certain if choice.protocol == first.protocol)
    reasons.append(f"arm{'s' if len(arms) > 1 else ''} of {first.protocol} for it: {', '.join(arms)}")
    still_open = {
        choice.scheme: choice for choice in choices if choice.protocol == first.protocol and not choice.certain
    }
    for id, choice in still_open.items():
        left = ", ".join((*choice.groups, *choice.others))
        reasons.append(f"{id}, which this protocol goes by too, is still open: {left}")
    elsewhere = dict.fromkeys(f"{c.protocol}/{c.arm}" for c in certain if c.protocol != first.protocol)
    if elsewhere:
        reasons.append(f"also certain for this patient: {', '.join(elsewhere)}")
    undecided = dict.fromkeys(c.scheme for c in choices if not c.certain and c.protocol != first.protocol)
    if undecided:
        reasons.append(f"arms of other protocols wait for the answer of {', '.join(undecided)}")
    return tuple(text.replace(NOT_APPLICABLE, "not applicable") for text in reasons)
