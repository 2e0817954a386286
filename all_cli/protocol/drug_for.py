"""A drug for one patient: the arms that are theirs, or may be, and the lines that give it; its labels and rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from all_cli.patient.patient import Patient
from all_cli.protocol.choice import choose
from all_cli.protocol.choice_rules import Guard
from all_cli.protocol.drugs import AskedDrug, is_high
from all_cli.protocol.library import ProtocolLibrary, lines_for
from all_cli.protocol.offer import EXCLUDED, Choice, Offer
from all_cli.protocol.picking import Picked, another, beginning, picked
from all_cli.protocol.reasons import against_reason
from all_cli.protocol.regimen import Cited, Phase, Protocol, Reason

_RESCUE = "leucovorin"


class GivingArm(NamedTuple):
    """An arm that is the patient's (``heads`` if the answer) or may be, and its phases with the drug's lines alone."""

    offer: Offer
    heads: bool
    protocol: Protocol
    phases: tuple[Phase, ...]


class DrugFor(NamedTuple):
    """The arms that give a drug to a patient, those that are the answer before the others.

    ``labels`` are those of the drug alone; where it has none, rules on doses that give it beside others. Both answer
    whatever the arms do. ``begins`` is the regimen that stands first for the patient; ``warnings`` are guards that keep
    the patient from every arm, ``against`` says why arms that give it are out, ``others`` are these protocols, and
    ``said`` is what stands first in the phases in which arms that are the answer give it.
    """

    asked: AskedDrug
    patient: Patient
    arms: Sequence[GivingArm]
    labels: Sequence[Protocol]
    warnings: Sequence[Guard] = ()
    against: Sequence[Reason] = ()
    begins: Picked | None = None
    others: Sequence[Protocol] = ()
    said: Sequence[Cited] = ()


def drug_for(asked: AskedDrug, patient: Patient, library: ProtocolLibrary) -> DrugFor:
    """Where the arms of this patient give the drug, in every kind of phase."""
    giving = {
        protocol.id: with_it
        for protocol in library.protocols
        if (with_it := [phase for phase in protocol.phases if any(map(asked.is_given_by, phase.lines))])
    }
    labels = [each for each in map(library.protocol, giving) if each.label and all(map(asked.is_given_by, each.lines))]
    rules = [
        each for each in map(library.protocol, giving) if each.label and not any(arm.settings for arm in each.arms)
    ]
    told = labels or rules
    begins = beginning(patient, library)
    arms: dict[tuple[bool, str, str], GivingArm] = {}
    against: dict[str, Reason] = {}
    said: dict[Cited, None] = {}
    for kind in dict.fromkeys(phase.kind for phases in giving.values() for phase in phases):
        choice = choose(library, patient, kind)
        if choice.warnings:
            return DrugFor(asked, patient, (), [] if labels else rules, choice.warnings)
        first = _answering(choice, kind, begins, library)
        for offer in choice.offers:
            if offer.protocol not in giving or library.protocol(offer.protocol) in told:
                continue
            if offer.status == EXCLUDED:
                against.setdefault(offer.protocol, against_reason(offer, choice, library))
            # What is known already, though it comes later, may lead to another arm.
            elif offer.name in first or all(part.may_be(choice.patient) for part in offer.parts):
                said |= dict.fromkeys(choice.said if offer.name in first else ())
                _add(arms, offer, offer.name in first, _given(asked, giving, offer, kind, patient, library), library)
    own = begins.protocol.id if begins else ""
    found = sorted(arms.values(), key=lambda arm: (not arm.heads, arm.offer.status, arm.protocol.id != own))
    out = () if found else sorted(map(library.protocol, against), key=lambda each: "relapse" not in each.risk)
    why = [against[each.id]._replace(text=f"{each.id}: {against[each.id].text}") for each in out]
    return DrugFor(asked, patient, found, told, (), why, begins, out, tuple(said))


def _answering(choice: Choice, kind: str, begins: Picked | None, library: ProtocolLibrary) -> set[str]:
    """The arms that are the answer in a kind of phase; that which begins is, wherever it goes on."""
    own = set(begins.names) if begins else set()
    found = {offer.name for offer in choice.answers if offer.name in own}
    if choice.head is None or found:
        return found
    first = picked(choice, choice.head, kind, library)
    return set() if another(first, kind, begins, library) else set(first.names)


def _given(
    asked: AskedDrug,
    giving: Mapping[str, Sequence[Phase]],
    offer: Offer,
    kind: str,
    patient: Patient,
    library: ProtocolLibrary,
) -> tuple[Phase, ...]:
    """The phases of the arm of this kind, with the lines of the drug, and of the rescue of a high dose, alone."""
    through = library.arm(offer.protocol, offer.arm).phases
    phases = []
    for phase in giving[offer.protocol]:
        lines = list(filter(asked.is_given_by, lines_for(phase.lines, patient)))
        if phase.kind == kind and phase.id in through and lines:
            if any(line.drug == "methotrexate" and is_high(line) for line in lines):
                lines += [line for line in lines_for(phase.lines, patient) if line.drug == _RESCUE]
            phases.append(phase._replace(lines=tuple(lines)))
    return tuple(phases)


def _add(
    arms: dict[tuple[bool, str, str], GivingArm],
    offer: Offer,
    heads: bool,
    phases: tuple[Phase, ...],
    library: ProtocolLibrary,
) -> None:
    if not phases:
        return
    key = (heads, offer.status, offer.name)
    before = arms.get(key, GivingArm(offer, heads, library.protocol(offer.protocol), ()))
    arms[key] = before._replace(phases=(*before.phases, *phases))
