"""From a patient to the arm that is shown: the answer of the choice, or that none is certain."""

from __future__ import annotations

from all_cli.cli.selection import Asked, shown_of
from all_cli.patient.patient import Patient
from all_cli.protocol.choice import Choice, Offer, choose
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.reasons import answer_reasons, barred_reasons, few, hangs_text, turn_reason
from all_cli.protocol.regimen import Reason
from all_cli.report.choice import Undecided
from all_cli.report.regimen import Shown

_MOST_HANGING = 3


def chosen(
    library: ProtocolLibrary,
    asked: Asked,
    protocol_id: str | None,
    everything: bool,
    patient: Patient,
    likely: Patient | None = None,
) -> Shown | Undecided:
    """The first answer for the patient, with the reasons for it; or what every arm hangs on or is barred by.

    Args:
        library: the protocols.
        asked: the phase, or the protocol among whose arms is chosen.
        protocol_id: only this protocol.
        everything: show all phases of the arm.
        patient: what is known.
        likely: the patient with assumptions, if some were asked for.
    """
    only = [id for id in (protocol_id, asked.protocol) if id]
    choice = choose(library, patient, asked.kind, likely, only=only)
    if not choice.answers or choice.warnings:
        return Undecided(asked.text, patient, choice)
    protocol = library.protocol(choice.answers[0].protocol)
    heads = {arm.id: arm for arm in library.arm_heads(protocol.id)}
    offers = [offer for offer in choice.answers if offer.protocol == protocol.id]
    preferred = library.default_arm(protocol.id, None, choice.patient)
    offers.sort(key=lambda offer: offer.arm != preferred)
    first = offers[0]
    # A group that comes later leaves all arms open that begin alike.
    alike = offers if all(part.outright(choice.patient) for part in first.parts) else [*offers, *choice.possible]
    ids = {offer.arm for offer in alike if offer.protocol == protocol.id}
    begins = heads[first.arm].kinds.get(asked.kind)
    arms = [arm for arm in protocol.arms if arm.id in ids and heads[arm.id].kinds.get(asked.kind) == begins]
    shown = shown_of(library, asked, protocol, arms, everything or asked.whole, patient)
    reasons = _reasons(first, [arm.id for arm in arms], choice, library)
    return shown._replace(chosen=tuple(reasons), choice=choice)


def _reasons(shown: Offer, arms: list[str], choice: Choice, library: ProtocolLibrary) -> list[Reason]:
    alike = ", which begin alike" if len(arms) > 1 else ""
    reasons = [Reason("answer", " or ".join(f"{shown.protocol}/{arm}" for arm in arms) + alike, strong=True)]
    reasons += answer_reasons(shown, choice, library)
    reasons += barred_reasons(choice, library)
    reasons += map(turn_reason, choice.turns)
    if choice.elsewhere:
        names = few([offer.name for offer in choice.elsewhere])
        reasons.append(Reason("besides", f"for the same setting, without this phase: {names}"))
    others = [offer.name for offer in choice.answers if offer.protocol != shown.protocol or offer.arm not in arms]
    if others:
        reasons.append(Reason("also", few(others)))
    if choice.likely is not None:
        certain = {offer.name for offer in choice.answers}
        likely = [offer.name for offer in choice.likely.answers if offer.name not in certain]
        reasons += [Reason("likely", few(likely))] if likely else []
    by_hang: dict[str, list[str]] = {}
    for offer in choice.possible:
        if offer.protocol == shown.protocol and offer.arm in arms:
            continue
        by_hang.setdefault(hangs_text(offer, choice.patient), []).append(offer.name)
    for hang, arms_of in list(by_hang.items())[:_MOST_HANGING]:
        reasons.append(Reason("possible", f"{few(arms_of)} hang{'s' if len(arms_of) == 1 else ''} on {hang}"))
    return reasons
