"""Which arms are the answer for a patient in a phase, which are still possible and on what each hangs, which are out.

An arm rests on parts: the setting is one of its own, its population, in the phase it gives something to such a patient,
each of its risk groups, no guard is broken.

* **answer**: every part is certain. **excluded**: no completion of the patient fulfils all parts at once.
  **possible**: neither; it then hangs on facts that are not known.
* *Completions* are those of the patient with what ``choice.yaml`` presumes for facts of which nothing was told (first
  line, no mature B phenotype; in induction BCR::ABL1 not back). A fact that is told counts fully.
* A risk group is certain in a phase if, whatever the facts are that had been **asked for** when the phase began, some
  values of the others lead to it, and none leaves the scheme without an answer: those come later and the arm was for
  all of them, so even a known one (MRD in an induction) bears on nothing. Setting, population and guards use all facts.
* A guard's facts that no trial asked everybody for (``if_told``) bear only on patients of whom they are known.
* An arm to which only such later facts lead is no answer while an arm before it in the same protocol, which begins
  otherwise, is not excluded (UKALL 2003 begins with regimen A, and C is for those who respond slowly).

Which of several answers **heads** is another question than which are certain. The protocols that ``protocols.yaml``
prefers (``defaults``) go first; then those not made for adults, for somebody who may be below 18; then arms made for
older adults; then protocols of which at least a line was read; then the fuller ones. Nothing heads

* while an arm of a preferred protocol hangs on facts that this phase asks for: who is certain of an older trial may be
  so only because it asks less;
* in a phase that no preferred protocol for the patient has: it belongs to another treatment (but for what may be added
  to any, such as blinatumomab);
* for whom the rules say so (``undecided``). But for these a head is never lost by adding a fact either.

Hence adding a fact keeps every answer, unless it contradicts a presumption or is one that a guard bears on once it is
known; it then changes the setting or meets a guard, which the result names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from all_cli.logic.values import NumberSet
from all_cli.patient.patient import Patient
from all_cli.patient.relapse import at_least_as_old
from all_cli.protocol.choice_rules import ChoiceRules, Guard, Presumption, certainly, narrowed
from all_cli.protocol.heads import ELIGIBILITY, ArmHead
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.load import choice_rules
from all_cli.protocol.offer import ANSWER, EXCLUDED, POSSIBLE, Choice, Offer, Turn
from all_cli.protocol.parts import GIVEN, GROUP, GUARD, POPULATION, SETTING, Part, hangs_on, together
from all_cli.risk.library import RiskLibrary, risk_library
from all_cli.risk.scheme import Scheme
from all_cli.risk.verdict import masks_of

OLDER = "older-adult"
CONDITIONING = "conditioning"
APART = frozenset({"", "blinatumomab", "car-t", CONDITIONING})
"""Kinds of phase that may be added to whatever treatment was given; the others belong to one."""
AGE_NOW = "an age now within its limits (in a later relapse --born with --on DATE says it)"


def choose(
    library: ProtocolLibrary,
    patient: Patient,
    phase: str,
    likely: Patient | None = None,
    *,
    only: Sequence[str] = (),
    named: bool = False,
    groups: bool = True,
    rules: ChoiceRules | None = None,
    risk: RiskLibrary | None = None,
) -> Choice:
    """The arms for a patient in a kind of phase.

    Args:
        library: the protocols.
        patient: what is known.
        phase: the kind of phase; empty for arms as a whole.
        likely: the same patient with assumptions; its choice stands beside the exact one.
        only: only these protocols.
        named: the arms are named by somebody: nothing is presumed but what keeps from harm (MYC without a stage of
            maturation), and arms that name no setting (labels, rules on doses) are looked at too.
        groups: whether the risk groups of arms count; a label of risk that was named stands for them.
        rules: other rules than the shipped ones.
        risk: other schemes than the shipped ones.
    """
    chooser = _chooser(library, rules or choice_rules(library), risk, tuple(only), named, groups)
    found = chooser.choice(patient, phase)
    return found if likely is None else found._replace(likely=chooser.choice(likely, phase))


@lru_cache(8)
def _chooser(
    library: ProtocolLibrary,
    rules: ChoiceRules,
    risk: RiskLibrary | None,
    only: tuple[str, ...],
    named: bool,
    groups: bool,
) -> Chooser:
    return Chooser(library, rules, risk, only, named, groups)


class Chooser:
    """Weighs arms for patients; rules, schemes and protocols are looked up once."""

    def __init__(
        self,
        library: ProtocolLibrary,
        rules: ChoiceRules,
        risk: RiskLibrary | None = None,
        only: Sequence[str] = (),
        named: bool = False,
        groups: bool = True,
    ) -> None:
        self.library, self.rules, self._risk, self.only, self.named = library, rules, risk, only, named
        self.groups = groups
        self._leaves: dict[tuple[str, tuple[str, ...]], tuple[int, int]] = {}
        self._made: dict[tuple[str, str, str], tuple[list[Part], Iterator[Part]]] = {}

    @property
    def risk(self) -> RiskLibrary:
        """The risk schemes; loaded when the first arm asks for one."""
        if self._risk is None:
            self._risk = risk_library()
        return self._risk

    def choice(self, told: Patient, phase: str) -> Choice:
        """The arms for a patient in a kind of phase; worked out once, as several questions lean on it."""
        key = (self, phase)
        if key not in told.worked_out:
            told.worked_out[key] = self._choice(told, phase)
        found: Choice = told.worked_out[key]
        return found

    def _choice(self, told: Patient, phase: str) -> Choice:
        told, aside = self.rules.set_aside(told, phase)
        patient, presumed = self.rules.presumed(told, phase, self.named)
        # Of a named arm nothing is presumed; what the patient's setting is said to be is what would be chosen from.
        settings = self.settings(self.rules.presumed(told, phase, named=False)[0] if self.named else patient)
        warnings = tuple(guard for guard in self.rules.met(patient) if guard.everything)
        offers = tuple(sorted(self.offers(patient, phase), key=self.rank(patient)))
        if self.named:  # what stands first is not asked
            return Choice(self.rules, phase, patient, tuple(presumed), settings, warnings, offers)
        answers = [offer for offer in offers if offer.status == ANSWER]
        first = next(iter(answers), None)
        fits = first is not None and self._fits(first, patient)
        waiting = tuple(self._waiting(offers, first, patient, phase))
        undecided = self.rules.undecided(patient, phase)
        without = self._without(phase, patient) if not waiting and phase not in APART else ()
        head = None if waiting or without else first
        others = tuple(self.elsewhere(patient, phase)) if phase and (undecided or not fits) else ()
        elsewhere = tuple(offer for offer in others if offer.status != EXCLUDED)
        by_name = tuple(offer for offer in (*offers, *others) if offer.only_named)
        return Choice(
            self.rules, phase, patient, tuple(presumed), settings, warnings, offers,
            tuple(self.turns(told, phase, presumed, settings)), elsewhere,
            None if elsewhere or undecided else head, waiting, undecided, without, by_name,
            said=(*self.rules.said_first(patient, phase), *aside),
        )  # fmt: skip

    def _without(self, phase: str, patient: Patient) -> tuple[str, ...]:
        """The preferred protocols for this patient, if none of them has such a phase."""
        heads = {id: self.library.arm_heads(id) for id in self.library.preferred(patient)}
        fitting = [
            id
            for id, arms in heads.items()
            if any(self.offer(id, arm, patient, "", hangs=False).status != EXCLUDED for arm in arms if arm.settings)
        ]
        return () if any(phase in arm.kinds for id in fitting for arm in heads[id]) else tuple(fitting)

    def _for_young(self, offer: Offer) -> bool:
        """Whether an arm is of a protocol not made for adults alone."""
        return self.library.audience(offer.protocol) != "adults"

    def _fits(self, offer: Offer, patient: Patient) -> bool:
        """Whether an arm is of a protocol for somebody of this age; an adults' one is not for who may be below 18."""
        return self._for_young(offer) or self._grown(patient)

    @staticmethod
    def _grown(patient: Patient) -> bool:
        """Whether the patient is certainly 18 years or older."""
        ages = patient.possible().get("age")
        return isinstance(ages, NumberSet) and ages & NumberSet.comparison(">=", 18) == ages

    def _waiting(self, offers: Sequence[Offer], first: Offer | None, patient: Patient, phase: str) -> Iterator[Offer]:
        """The arms of preferred protocols before the first answer that hang on facts this phase asks for."""
        preferred = self.library.preferred(patient)
        for offer in offers if first is None else offers[: offers.index(first)]:
            alike = first is not None and offer.protocol == first.protocol and self._begins(offer, first.arm, phase)
            preferred_arm = offer.hangs_on and offer.protocol in preferred and not alike
            if preferred_arm and self._begins(offer, self._first_then(offer, patient, phase), phase):
                yield offer

    def _first_then(self, offer: Offer, patient: Patient, phase: str) -> str:
        """The arm that goes first in the protocol of an arm once what that one hangs on is met; itself if none does."""
        met = offer.met(patient)
        own = Chooser(self.library, self.rules, self._risk, [offer.protocol], groups=self.groups).offers(met, phase)
        answers = [each.arm for each in own if each.status == ANSWER]
        default = self.library.default_arm(offer.protocol, None, met)
        return default if default in answers else next(iter(answers), offer.arm)

    def _begins(self, one: Offer, other: str, phase: str) -> bool:
        """Whether another arm of its protocol has the same phase of this kind."""
        kinds = {arm.id: arm.kinds.get(phase) for arm in self.library.arm_heads(one.protocol)}
        return kinds[one.arm] == kinds[other]

    def rank(self, patient: Patient) -> Callable[[Offer], tuple[bool, ...]]:
        """In which order the arms answer; see the head of this module."""
        preferred, grown = self.library.preferred(patient), self._grown(patient)
        return lambda offer: (
            ELIGIBILITY in offer.own_criteria,
            offer.protocol not in preferred,
            not (grown or self._for_young(offer)),
            self.library.arm_head(offer.protocol, offer.arm).settings[:1] != (OLDER,),
            not self.library.was_read(offer.protocol),
        )

    def offers(self, patient: Patient, phase: str, *, hangs: bool = True) -> Iterator[Offer]:
        """What every arm with the phase is to the patient, and if asked on what it hangs."""
        met = {guard.id for guard in self.rules.met(patient)}
        for id in self.library.in_order(phase, patient):
            if self.only and id not in self.only:
                continue
            before: list[ArmHead] = []
            for arm in self.library.arm_heads(id):
                if (phase and phase not in arm.kinds) or not (arm.settings or self.named):
                    continue
                offer = self.offer(id, arm, patient, phase, hangs=hangs)
                begins = arm.kinds.get(phase)
                later = offer.status == ANSWER and not all(part.outright(patient) for part in offer.parts)
                if later and any(other.kinds.get(phase) != begins for other in before):
                    offer = offer._replace(status=POSSIBLE)
                elif offer.status != EXCLUDED:
                    before.append(arm)
                if offer.status != EXCLUDED and phase and met:
                    offer = offer._replace(later=tuple(self._barred_later(id, arm, phase, patient, met)))
                yield offer

    def _barred_later(
        self, protocol: str, arm: ArmHead, phase: str, patient: Patient, met: set[str]
    ) -> Iterator[tuple[str, Guard]]:
        """The kinds of phase after this one that one of the guards whose condition is met bars."""
        kinds = list(arm.kinds)
        for kind in kinds[kinds.index(phase) + 1 :]:
            for guard, diagram in self.rules.guarding(protocol, arm.id, [kind]):
                if guard.id in met and not Part(GUARD, guard.id, diagram, 2, 2).possible(patient):
                    yield kind, guard
                    break

    def settings(self, patient: Patient) -> tuple[str, ...]:
        """The settings still possible."""
        setting = self.rules.setting
        return setting.groups_of(setting.diagram.reach(masks_of(setting.diagram, patient)))

    def turns(
        self, told: Patient, phase: str, presumed: Sequence[Presumption], settings: tuple[str, ...]
    ) -> Iterator[Turn]:
        """What applies if a presumption turns out otherwise and changes the setting."""
        for presumption in presumed:
            if not presumption.turns:
                continue
            everything = frozenset(told.vocabulary[presumption.fact].values)
            turned = narrowed(told, presumption.fact, everything - presumption.values, presumption.turns)
            if turned is None:
                continue
            turned, _ = self.rules.presumed(turned, phase, self.named)
            if self.settings(turned) == settings:
                continue
            offers = list(self.offers(turned, phase, hangs=False))
            answers = tuple(offer for offer in offers if offer.status == ANSWER)
            possible = tuple(offer for offer in offers if offer.status == POSSIBLE)
            elsewhere = tuple(offer for offer in self.elsewhere(turned, phase, hangs=False) if offer.status != EXCLUDED)
            yield Turn(presumption, answers, possible, elsewhere)

    def elsewhere(self, patient: Patient, phase: str, *, hangs: bool = True) -> Iterator[Offer]:
        """The arms without such a phase that are not excluded, and labels that are out only until they are named."""
        for id in self.library.in_order("", patient):
            if self.only and id not in self.only:
                continue
            for arm in self.library.arm_heads(id):
                if phase not in arm.kinds and arm.settings and set(arm.kinds) != {CONDITIONING}:
                    offer = self.offer(id, arm, patient, phase, hangs=hangs)
                    if offer.status != EXCLUDED or offer.only_named:
                        yield offer

    def offer(self, protocol: str, arm: ArmHead, patient: Patient, phase: str, *, hangs: bool = True) -> Offer:
        """What one arm is to the patient, and if asked on what it hangs.

        Parts that cost more are looked at only while nothing speaks against it.
        """
        parts: list[Part] = []
        barred: Part | None = None
        for part in self.parts(protocol, arm, phase, patient):
            parts.append(part)
            if not part.possible(patient):
                barred = part
                # A label that is only not to be chosen may be barred outright by what comes after.
                if part.guard is None or protocol not in part.guard.not_if_named:
                    break
        if barred is not None:
            return Offer(protocol, arm.id, EXCLUDED, tuple(parts), {}, barred)
        open_parts = [part for part in parts if not part.sure(patient)]
        own = arm.own_criteria(protocol in self.rules.every_risk)
        untold = (*arm.untold_of(patient, phase), *_age_now(parts, patient))
        reserved = arm.reserved_for(patient)
        if not open_parts:
            status = POSSIBLE if own or untold or reserved else ANSWER
            return Offer(protocol, arm.id, status, tuple(parts), {}, None, own, untold, reserved=reserved)
        if not together(open_parts, patient):
            return Offer(protocol, arm.id, EXCLUDED, tuple(parts), {}, open_parts[-1])
        facts = hangs_on(open_parts, patient) if hangs and not self.named else {}
        return Offer(protocol, arm.id, POSSIBLE, tuple(parts), facts, None, own, untold, reserved=reserved)

    def parts(self, protocol: str, arm: ArmHead, phase: str, patient: Patient | None = None) -> Iterator[Part]:
        """What an arm rests on in a phase, for a patient or for whoever it may be; what costs more comes later."""
        for part in self._kept(protocol, arm, phase):
            guard = part.guard
            if guard is not None and guard.if_told and patient is not None:
                yield part._replace(ignored=_silent(guard, patient))
            else:
                yield part

    def _kept(self, protocol: str, arm: ArmHead, phase: str) -> Iterator[Part]:
        """What an arm rests on, made as far as it is asked for and kept for the next patient."""
        made, more = self._made.setdefault((protocol, arm.id, phase), ([], self._parts(protocol, arm, phase)))
        number = 0
        while True:
            if number == len(made):
                part = next(more, None)
                if part is None:
                    return
                made.append(part)
            yield made[number]
            number += 1

    def _parts(self, protocol: str, arm: ArmHead, phase: str) -> Iterator[Part]:
        """What an arm rests on, whoever the patient is."""
        setting = self.rules.setting
        if arm.settings:
            yield Part(SETTING, " or ".join(arm.settings), setting.diagram, *self.leaves(setting, arm.settings))
        yield Part(POPULATION, protocol, self.rules.population(protocol), 1, 1)
        if (given := self.rules.given(protocol, arm.id, phase)) is not None:
            yield Part(GIVEN, arm.id, given, 1, 1)
        for guard, diagram in self.rules.guarding(protocol, arm.id, [phase] if phase in arm.kinds else list(arm.kinds)):
            if self.named and protocol in guard.not_if_named:
                continue
            yield Part(GUARD, guard.id, diagram, 2, 2, guard=guard)
        for id, groups in arm.groups if self.groups else ():
            scheme = self.risk.schemes[id]
            unasked = self.rules.unasked(phase, scheme.facts)
            unclassified = 1 << len(scheme.leaf_groups) - 1
            yield Part(GROUP, id, scheme.diagram, *self.leaves(scheme, groups), unasked, unclassified, scheme=scheme)

    def leaves(self, scheme: Scheme, groups: tuple[str, ...]) -> tuple[int, int]:
        """The answers of a scheme that mean one of these groups, and those that can."""
        key = (scheme.id, groups)
        if key not in self._leaves:
            asked, own = set(groups), list(enumerate(map(set, scheme.leaf_groups)))
            mean = sum(1 << leaf for leaf, each in own if each <= asked)
            self._leaves[key] = mean, sum(1 << leaf for leaf, each in own if each & asked)
        return self._leaves[key]


def _age_now(parts: Sequence[Part], patient: Patient) -> tuple[str, ...]:
    """That the age now decides, where only its lower bound is known and the arm has a limit above it."""
    if "older" not in patient.worked_out:
        ages, older = at_least_as_old(patient), patient.copy()
        if ages is not None:
            older.known["age"] = older.known["age"]._replace(possible=ages)
        patient.worked_out["older"] = None if ages is None else older
    older = patient.worked_out["older"]
    if older is None or all(part.sure(older) or not part.sure(patient) for part in parts):
        return ()
    return (AGE_NOW,)


def _silent(guard: Guard, patient: Patient) -> frozenset[str]:
    """The facts that bear on a guard only if told and are not; what merely follows bears if the guard is then met.

    A complete remission leaves an M2 marrow open: that is no reason to ask for the marrow.
    """
    if not guard.if_told:
        return guard.if_told
    key = (guard.id, "silent")
    if key not in patient.worked_out:
        heard = patient.known if certainly(guard.when, patient) else patient.told
        patient.worked_out[key] = guard.if_told.difference(heard)
    silent: frozenset[str] = patient.worked_out[key]
    return silent
