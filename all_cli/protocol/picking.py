"""Which arms are a patient's answer in a kind of phase: the one that heads, and those that begin alike."""

from __future__ import annotations

from typing import NamedTuple

from all_cli.patient.names import few
from all_cli.patient.patient import Patient
from all_cli.protocol.choice import APART, choose
from all_cli.protocol.heads import RELAPSE
from all_cli.protocol.inhibitor import inhibitors_beside
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.offer import Choice, Offer
from all_cli.protocol.regimen import Arm, Protocol

INDUCTION = "induction"
_AT_RELAPSE = "reinduction"
_BESIDE = APART | {"continuation"}
"""Kinds of phase that run beside others or are added to them: what stands first there is no regimen by itself."""


class Picked(NamedTuple):
    """The arm that answers, and the arms of its protocol that begin alike."""

    offer: Offer
    protocol: Protocol
    arms: list[Arm]

    @property
    def names(self) -> list[str]:
        """The arms with their protocol."""
        return [f"{self.protocol.id}/{arm.id}" for arm in self.arms]


def picked(choice: Choice, head: Offer, kind: str, library: ProtocolLibrary) -> Picked:
    """The protocol of the answer that heads; in it arms without a barred phase, and the default, go first."""
    protocol = library.protocol(head.protocol)
    heads = {arm.id: arm for arm in library.arm_heads(protocol.id)}
    offers = [offer for offer in choice.answers if offer.protocol == protocol.id]
    preferred = library.default_arm(protocol.id, None, choice.patient)
    # What is known already, though it comes later, may lead to one of the arms that begin alike.
    offers = [offer for offer in offers if all(part.may_be(choice.patient) for part in offer.parts)] or offers
    offers.sort(key=lambda offer: (len(offer.later) > 0, offer.arm != preferred))
    first = offers[0]
    # A group that comes later leaves all arms open that begin alike; so does what only an arm of it still hangs on.
    later = not all(part.outright(choice.patient) for part in first.parts)
    alike = [*offers, *(each for each in choice.possible if later or each.hangs_on)]
    ids = {offer.arm for offer in alike if offer.protocol == protocol.id}
    # An arm that begins alike here and had another induction is none of those that answered before.
    through = {kind, INDUCTION}
    given = {
        arm.id: ([heads[arm.id].kinds.get(each) for each in through], inhibitors_beside(protocol, arm, library))
        for arm in protocol.arms
    }
    arms = [arm for arm in protocol.arms if arm.id in ids and given[arm.id] == given[first.arm]]
    return Picked(first, protocol, arms)


def beginning(patient: Patient, library: ProtocolLibrary) -> Picked | None:
    """The answer with which the patient's treatment begins, in relapse anew; None if no regimen stands first."""
    choice, kind = choose(library, patient, INDUCTION), INDUCTION
    if choice.settings and RELAPSE.issuperset(choice.settings):
        choice, kind = choose(library, patient, _AT_RELAPSE), _AT_RELAPSE
    return None if choice.head is None or choice.warnings else picked(choice, choice.head, kind, library)


def another(first: Picked, kind: str, begins: Picked | None, library: ProtocolLibrary) -> str:
    """Why what stands first in a kind of phase is no answer: it belongs to another treatment than the patient's.

    Empty if it is of the treatment that begins, if it is only added to whatever was given, or if nothing contradicts.
    """
    heads = {arm.id: arm for arm in library.arm_heads(first.protocol.id)}
    if kind == INDUCTION or all(APART.issuperset(heads[arm.id].kinds) for arm in first.arms):
        return ""
    if begins is None:
        return "no regimen stands first for this patient" if kind in _BESIDE else ""
    return "" if begins.protocol.id == first.protocol.id else f"first for this patient stands {few(begins.names)}"
