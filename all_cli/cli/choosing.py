"""From a patient to the arm that is shown: the answer of the choice, or that none is certain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from all_cli.cli.selection import Asked, shown_of
from all_cli.logic.values import NumberSet
from all_cli.patient.assumption import Wish, not_assumed
from all_cli.patient.names import few
from all_cli.patient.patient import Patient
from all_cli.protocol.choice import Chooser, choose
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.offer import Choice, Offer
from all_cli.protocol.parts import GROUP, hangs_on
from all_cli.protocol.picking import INDUCTION, Picked, another, beginning, picked
from all_cli.protocol.reasons import (
    PH,
    answer_reasons,
    barred_reasons,
    because_text,
    caution_reasons,
    hangs_text,
    later_reasons,
    leading_reasons,
    named,
    said_reasons,
    turn_reason,
)
from all_cli.protocol.regimen import Reason
from all_cli.protocol.shown import Shown
from all_cli.report.answers import answer_text, deciding, unheeded_text
from all_cli.report.choice import Undecided, first_reasons, likely_reasons
from all_cli.risk.answers import Answers, answers_of
from all_cli.risk.library import risk_library
from all_cli.risk.scheme import NOT_APPLICABLE, Scheme
from all_cli.risk.verdict import Brief, Verdict, cites, judge

_MOST_HANGING, _LITTLE = 3, 2


def chosen(
    library: ProtocolLibrary,
    asked: Asked,
    protocol_id: str | None,
    everything: bool,
    patient: Patient,
    wish: Wish = Wish(),
) -> Shown | Undecided:
    """The answer that heads, with the reasons for it; or what every arm hangs on or is barred by.

    Args:
        library: the protocols.
        asked: the phase, or the protocol among whose arms is chosen.
        protocol_id: only this protocol.
        everything: show all phases of the arm.
        patient: what is known.
        wish: what to assume where nothing is known, for a likely arm beside the exact answer.
    """
    only = [id for id in (protocol_id, asked.protocol) if id]
    likely, assumed = (
        risk_library().likely(patient, _audience(patient), wish) if wish else (None, ())  # the mechanism of classify
    )
    choice = choose(library, patient, asked.kind, likely, only=only)
    whole = everything or asked.whole
    risk = _risk_reasons(choice.rules.set_aside(patient, asked.kind)[0], choice, library)
    left_out = not_assumed(patient, wish.assumptions) if wish else []
    likely_said = list(likely_reasons(choice, left_out, assumed))
    if choice.head is None or choice.warnings:
        then = None
        if not choice.warnings and choice.likely and choice.likely.head:
            first = picked(choice.likely, choice.likely.head, asked.kind, library)
            then = shown_of(library, asked, first.protocol, first.arms, whole, patient)._replace(others=())
        return Undecided(asked.text, patient, choice, risk, assumed, likely_said, left_out, then)
    first = picked(choice, choice.head, asked.kind, library)
    stands = _stands(first, asked.kind, patient, library) if not only else Reason("answer", _names(first), strong=True)
    shown = shown_of(library, asked, first.protocol, first.arms, whole, patient)
    setting, *basis = answer_reasons(first.offer, choice, library)
    barred = list(barred_reasons(choice, library))  # the first in the head, more of the kind with the other arms
    return shown._replace(
        leading=list(leading_reasons(choice)),
        chosen=(stands, *_head(first, choice, barred[:1], risk, likely_said), setting),
        basis=tuple(basis),
        beside=(*barred[1:], *_beside(first, choice, library)),
        choice=choice,
        assumed=assumed,
        left_out=left_out,
    )


def beside_label(choice: Choice, library: ProtocolLibrary) -> list[Reason]:
    """What stands before a label that was named with its kind of phase, trials that wait for little among it."""
    by_hang: dict[str, list[str]] = {}
    for offer in choice.possible:
        if wait := _little(offer, choice.patient, library):
            by_hang.setdefault(wait, []).append(offer.name)
    waiting = [Reason("trial", f"{few(names)}, if {hang}", strong=True) for hang, names in by_hang.items()]
    return [*said_reasons(choice), *waiting[:_LITTLE], *list(barred_reasons(choice, library))[:1]]


def _little(offer: Offer, patient: Patient, library: ProtocolLibrary) -> str:
    """What an arm waits for, if that is little; the risk group counts as one thing where no fact alone decides it."""
    met = offer.met(patient)
    asks = 0 < len(offer.hangs_on) <= _LITTLE or (offer.untold and not offer.hangs_on)
    if asks and all(part.sure(met) for part in offer.parts):
        return hangs_text(offer, patient)
    open_ = [part for part in offer.parts if not part.sure(patient)]
    groups = [part for part in open_ if part.scheme is not None]
    others = hangs_on([part for part in open_ if part.scheme is None], patient)
    if not groups or len(groups) + len(others) > _LITTLE:
        return ""
    head = library.arm_head(offer.protocol, offer.arm)
    parts = [_group_wait(part.scheme, dict(head.groups)[part.name], patient) for part in groups if part.scheme]
    return ", ".join(
        [*parts, *([hangs_text(offer._replace(hangs_on=others), patient)] if others or offer.untold else [])]
    )


def _group_wait(scheme: Scheme, groups: Sequence[str], patient: Patient) -> str:
    """``SR-High in cog-aall1731 (open: modal number, KMT2A)``."""
    labels = " or ".join(scheme.groups[group].label for group in groups)
    facts = [patient.vocabulary[missing.fact].name for missing in judge(scheme, patient).missing]
    return f"{labels} in {scheme.id} (open: {few(facts)})"


def _audience(patient: Patient) -> str:
    """Whose routine counts: that of the age, if it is known well enough; otherwise only what is routine for all."""
    ages = patient.possible().get("age")
    if isinstance(ages, NumberSet):
        for audience, operator, limit in (("infants", "<", 1), ("adults", ">=", 18)):
            if ages & NumberSet.comparison(operator, limit) == ages:
                return audience
        if ages & NumberSet.comparison(">=", 1) & NumberSet.comparison("<", 18) == ages:
            return "children"
    return "all-ages"


def _risk_reasons(patient: Patient, choice: Choice, library: ProtocolLibrary) -> list[Reason]:
    """The risk group under the scheme that answers first in ``all-risk classify``.

    The arms that go by it and have no such phase follow it, with what is said of their treatment.
    """
    answers = answers_of(risk_library(), patient)
    if answers.primary is None:
        return []
    first = answers.verdict(answers.primary)
    if choice.settings == (PH,) and _audience(patient) == "infants" and first.scheme.audience == "children":
        return []  # schemes of infants leave BCR::ABL1 out, and a scheme of older children is no group of theirs
    if first.group is None and (reason := _narrowed_reason(first, answers)):
        return [reason, *_elsewhere_by(answers.primary, choice, library)]
    rules = deciding(first) if first.group is not None else ()
    why = because_text(rules, patient)
    cite = cites(rules) or first.scheme.population.cite
    because = f"{why}; " if why else ""
    text = f"{answer_text(first)} ({because}{answers.primary})"
    own = _elsewhere_by(answers.primary, choice, library) if first.group is not None else []
    return [_heeding(Reason("risk group", text, cite, first.checked, strong=True), first, answers), *own]


def _heeding(reason: Reason, verdict: Verdict, answers: Answers) -> Reason:
    """A risk group with what it does not heed."""
    void = unheeded_text(answers, answers.patient, risk_library(), verdict.scheme.id)
    return reason._replace(text=f"{reason.text}, not heeding {void}") if void else reason


def _narrowed_reason(verdict: Verdict, answers: Answers) -> Reason | None:
    """The one group that a scheme leaves, why, and what would put the patient outside it."""
    group = Brief(verdict.status, verdict.group, verdict.possible).only
    if group is None:
        return None
    patient = answers.patient
    names = patient.vocabulary
    outside: dict[str, list[str]] = {}
    for missing in verdict.missing:
        for part in missing.ranges:
            if part.groups == (NOT_APPLICABLE,):
                outside.setdefault(part.text, []).append(names[missing.fact].name)
    rules = deciding(verdict)
    unless = (
        ", unless " + " or ".join(f"{' or '.join(facts)} {is_}" for is_, facts in outside.items()) if outside else ""
    )
    why = "; ".join(text for text in (because_text(rules, patient), verdict.scheme.id) if text)
    text = f"{verdict.scheme.groups[group].label}{unless} ({why})"
    return _heeding(Reason("risk group", text, cites(rules), verdict.checked, strong=True), verdict, answers)


def _elsewhere_by(scheme: str, choice: Choice, library: ProtocolLibrary) -> list[Reason]:
    """Where no arm with the phase goes by a scheme: those that go by it and have no such phase, and what they give."""
    if any(_goes_by(scheme, offer) for offer in (*choice.answers, *choice.possible)):
        return []
    own = [id for id in library.ids if any(scheme == by for head in library.arm_heads(id) for by, _ in head.groups)]
    reasons: list[Reason] = []
    if not own:
        return reasons
    for offer in Chooser(library, choice.rules, only=own).elsewhere(choice.patient, choice.phase):
        # What is known already, though it comes later, may lead to one of them alone.
        if _goes_by(scheme, offer) and all(part.may_be(choice.patient) for part in offer.parts):
            arm = library.arm(offer.protocol, offer.arm)
            kinds = ", ".join(library.arm_head(offer.protocol, offer.arm).kinds)
            text = f"{offer.name} (of it is encoded: {kinds}). {arm.note}".strip()
            reasons.append(Reason("its arm", text, arm.cite, arm.checked, strong=True))
    return reasons


def _goes_by(scheme: str, offer: Offer) -> bool:
    return any(part.kind == GROUP and part.name == scheme for part in offer.parts)


def _names(first: Picked) -> str:
    return " or ".join(first.names) + (", which begin alike" if len(first.arms) > 1 else "")


def _stands(first: Picked, kind: str, patient: Patient, library: ProtocolLibrary) -> Reason:
    """The arm that answers; where it belongs to another treatment than the patient's, that it is certain and why."""
    why = another(first, kind, beginning(patient, library), library) if kind != INDUCTION else ""
    return Reason("certain" if why else "answer", _names(first) + (f", no answer: {why}" if why else ""), strong=True)


def _head(
    first: Picked, choice: Choice, barred: list[Reason], risk: list[Reason], likely: list[Reason]
) -> list[Reason]:
    """What stands after the arm: what keeps others out, the risk group, what is likely, what turns the answer."""
    arms = {arm.id for arm in first.arms}
    later = [each for each in choice.offers if each.protocol == first.protocol.id and each.arm in arms]
    unless = [*_unless(first, choice.patient), *barred, *later_reasons(later)]
    return [*first_reasons(choice, "before it"), *unless, *risk, *likely, *map(turn_reason, choice.turns)]


def _unless(first: Picked, patient: Patient) -> Iterator[Reason]:
    """The guards of the arm that bear only once a fact is told, where a doctor knows it from the first day."""
    for part in first.offer.parts:
        facts = [patient.vocabulary[fact] for fact in part.ignored] if part.guard is not None else []
        if part.guard is not None and any(fact.moment == "diagnosis" and not fact.genetic for fact in facts):
            yield Reason("unless", part.guard.text, part.guard.cite, part.guard.checked, strong=True)


def _beside(first: Picked, choice: Choice, library: ProtocolLibrary) -> list[Reason]:
    """The other arms: those that are certain too, those without this phase, and on what the possible ones hang."""
    own = set(first.names)
    reasons = []
    if others := [offer for offer in choice.answers if offer.name not in own]:
        reasons += [Reason("also", few([named(offer) for offer in others])), *caution_reasons(others, choice, library)]
    if choice.elsewhere:
        names = few([offer.name for offer in choice.elsewhere])
        reasons.append(Reason("besides", f"for the same setting, without this phase: {names}"))
    by_hang: dict[str, list[str]] = {}
    for offer in choice.possible:
        if offer.name not in own:
            by_hang.setdefault(hangs_text(offer, choice.patient), []).append(named(offer))
    for hang, arms_of in list(by_hang.items())[:_MOST_HANGING]:
        reasons.append(Reason("possible", f"{few(arms_of)} hang{'s' if len(arms_of) == 1 else ''} on {hang}"))
    return reasons
