"""The promise of the choice: what is offered is certain, exactly, and a fact more never ends in "no arm"."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable, Iterator, Mapping

import pytest
from brute_force import Value, completions, groups, holds, possible_beings, value_in

from all_cli.logic.axes import axes_of
from all_cli.logic.expression import Expression, unpack
from all_cli.logic.expression import tests as comparisons
from all_cli.logic.values import Possible
from all_cli.patient.patient import Patient
from all_cli.patient.unreadable import ContradictionError
from all_cli.protocol.choice import Chooser, choose
from all_cli.protocol.choice_rules import ChoiceRules, certainly, narrowed
from all_cli.protocol.compile_choice import population_of
from all_cli.protocol.guards import forbidden, shown_phases
from all_cli.protocol.heads import ArmHead
from all_cli.protocol.inhibitor import INHIBITOR
from all_cli.protocol.library import ProtocolLibrary, lines_for
from all_cli.protocol.load import choice_rules
from all_cli.protocol.offer import ANSWER, EXCLUDED, POSSIBLE, Choice
from all_cli.protocol.parts import fulfilling
from all_cli.risk.library import RiskLibrary
from all_cli.risk.scheme import UNCLASSIFIED

COMPLETIONS, LATER = 24, 1000
IM = "interim-maintenance"
PER_ARM, PARTS = 4, 4


@pytest.fixture(scope="module")
def rules(protocols: ProtocolLibrary) -> ChoiceRules:
    return choice_rules(protocols)


@pytest.fixture(scope="module")
def chooser(protocols: ProtocolLibrary, rules: ChoiceRules, library: RiskLibrary) -> Chooser:
    return Chooser(protocols, rules, library)


def facts_of(*conditions: Expression) -> set[str]:
    """The facts that conditions ask for."""
    return {test.fact for condition in conditions for test in comparisons(condition)}


class Oracle:
    """What an arm is to a patient, by trying every completion; of the program it uses the parsed conditions alone."""

    def __init__(self, chooser: Chooser, id: str, arm: ArmHead, kind: str, chance: random.Random) -> None:
        rules, protocols = chooser.rules, chooser.library
        self.vocabulary, self.chance = protocols.vocabulary, chance
        protocol = protocols.protocol(id)
        own = next(each for each in protocol.arms if each.id == arm.id)
        self.setting, self.wanted = rules.setting, set(arm.settings)
        self.population = population_of(protocol)
        barring = [
            (
                forbidden(raw, unpack(raw["expression"]), protocol, own, kind, protocols),
                raw.get("if_told", ()),
                unpack(raw["expression"]),
            )
            for raw in rules.raw_guards
        ]
        phases = shown_phases(protocol, own, kind, protocols)
        conditions_of = [line.when for phase in phases for line in phase.lines]
        by_size = {"weight", "height", "bsa"}  # parts doses, bars nobody
        self.given = [
            None if when is not None and {test.fact for test in comparisons(when)} <= by_size else when
            for when in conditions_of
        ]
        self.barring = [(condition, if_told, when) for condition, if_told, when in barring if condition is not None]
        # Beings differ in few facts: what each condition says of them is worked out once.
        self.asked = [sorted({test.fact for test in comparisons(each[0])}) for each in self.barring]
        self.met: dict[tuple[object, ...], bool] = {}
        self.guards = [condition for condition, *_ in self.barring]
        self.silent: list[list[str]] = []
        self.groups = [(chooser.risk.schemes[scheme], set(named)) for scheme, named in arm.groups]
        self.later = {scheme.id: rules.unasked(kind, scheme.facts) for scheme, _ in self.groups}
        self.schemes = {
            scheme.id: (scheme, [fact for fact in scheme.facts if fact not in self.later[scheme.id]])
            for scheme, _ in self.groups
        }
        conditions: list[Expression] = [*(rule.when for rule in self.setting.rules), self.population, *self.guards]
        if None in self.given:
            self.given = []  # somebody gets something whoever it is
        conditions += [when for when in self.given if when is not None]
        for scheme, _ in self.groups:
            conditions += [scheme.population.when, *(rule.when for rule in scheme.rules)]
        facts = dict.fromkeys(test.fact for condition in conditions for test in comparisons(condition))
        self.axes = {axis.fact: axis for axis in axes_of(facts, conditions, self.vocabulary)}
        self.seen: dict[tuple[str, tuple[Value, ...]], set[frozenset[str]]] = {}

        self.setting_asks = facts_of(self.setting.population.when, *(rule.when for rule in self.setting.rules))

    @property
    def too_much(self) -> bool:
        """Whether what comes later has more values than can be tried."""
        for later in self.later.values():
            total = 1
            for fact in later:
                total *= self.axes[fact].domain.bit_count()
            if total > LATER:
                return True
        return False

    def status(self, patient: Patient) -> str:
        beings = list(completions({fact: self.values(fact, patient) for fact in self.axes}, self.vocabulary))
        assert beings
        # What merely follows from what was told bears on a guard only if the guard is then met.
        self.silent = [
            [fact for fact in if_told if fact not in (patient.known if certainly(when, patient) else patient.told)]
            for _, if_told, when in self.barring
        ]
        # What asks for no fact that is open says the same of every being.
        changing = {fact for fact in self.axes if any(being[fact] != beings[0][fact] for being in beings)}
        checks = list(self.checks())
        if not all(check(beings[0]) for asked, check in checks if changing.isdisjoint(asked)):
            return EXCLUDED
        left = [check for asked, check in checks if not changing.isdisjoint(asked)]
        surely, for_some = True, False
        for being in beings:
            fixed = all(check(being) for check in left)
            surely = surely and fixed and self.leads(being, surely=True)
            for_some = for_some or (fixed and self.leads(being, surely=False))
            if for_some and not surely:
                return POSSIBLE
        return ANSWER if surely else EXCLUDED

    def values(self, fact: str, patient: Patient | None) -> list[Value]:
        axis = self.axes[fact]
        known = patient.known.get(fact) if patient else None
        mask = axis.domain if known is None else axis.mask(known.possible)
        return [value_in(axis, piece, self.chance, self.vocabulary) for piece in axis.pieces(mask)]

    def checks(self) -> Iterator[tuple[Iterable[str], Callable[[Mapping[str, Value]], bool]]]:
        """Setting, population, what is given and guards, each with the facts that it asks for."""
        given = [when for when in self.given if when is not None]
        yield self.setting_asks, lambda being: groups(self.setting, being) <= self.wanted
        yield facts_of(self.population), lambda being: holds(self.population, being)
        if self.given:
            yield facts_of(*given), lambda being: any(holds(when, being) for when in given)
        for number, asked in enumerate(self.asked):
            yield asked, lambda being, number=number: not self.broken(number, being)  # type: ignore[misc]

    def broken(self, number: int, being: Mapping[str, Value]) -> bool:
        """Whether a guard is broken whatever the facts are that bear only if they are known and are not."""
        (guard, *_), silent = self.barring[number], self.silent[number]
        if not silent:
            key = (number, *(being[fact] for fact in self.asked[number]))
            if key not in self.met:
                self.met[key] = holds(guard, being)
            return self.met[key]
        tried = ({**being, **dict(zip(silent, values, strict=True))} for values in self._combined(silent))
        return all(holds(guard, each) or not possible_beings(each, self.vocabulary) for each in tried)

    def leads(self, being: Mapping[str, Value], *, surely: bool) -> bool:
        """Whether every scheme leads to the arm for some values of what comes later, and never to no answer."""
        for scheme, wanted in self.groups:
            answers = self.answers(scheme.id, being)
            if surely and (frozenset({UNCLASSIFIED}) in answers or not any(answer <= wanted for answer in answers)):
                return False
            if not any(answer & wanted for answer in answers):
                return False
        return True

    def answers(self, id: str, being: Mapping[str, Value]) -> set[frozenset[str]]:
        scheme, now = self.schemes[id]
        later = sorted(self.later[id])
        asked = {fact: being[fact] for fact in now}
        key = (id, tuple(asked.values()))
        if key not in self.seen:
            tried = ({**asked, **dict(zip(later, values, strict=True))} for values in self._combined(later))
            self.seen[key] = {groups(scheme, each) for each in tried if possible_beings(each, self.vocabulary)}
        return self.seen[key]

    def _combined(self, later: list[str]) -> Iterator[tuple[Value, ...]]:
        return itertools.product(*(self.values(fact, None) for fact in later))

    def one_piece(self, fact: str) -> Possible:
        axis = self.axes[fact]
        return axis.possible(1 << self.chance.choice(list(axis.pieces(axis.domain))))

    def unbound(self, told: Mapping[str, Possible], most: int) -> list[str]:
        """Facts to bind, so that few enough completions are left."""
        left = [fact for fact in self.axes if fact not in told]
        return self.chance.sample(left, max(0, len(left) - most))

    def told(self) -> dict[str, Possible]:
        """Some facts known, some partly, some not at all; few enough completions to try them all."""
        masks = {}
        for fact, axis in self.axes.items():
            pieces = list(axis.pieces(axis.domain))
            kind = self.chance.random()
            if kind < 0.6:
                masks[fact] = 1 << self.chance.choice(pieces)
            elif kind < 0.8:
                masks[fact] = sum(1 << p for p in self.chance.sample(pieces, self.chance.randint(1, len(pieces))))
            else:
                masks[fact] = axis.domain
        total = 1
        for fact in self.chance.sample(sorted(masks), len(masks)):
            total *= masks[fact].bit_count()
            if total > COMPLETIONS:
                masks[fact] = 1 << self.chance.choice(list(self.axes[fact].pieces(masks[fact])))
                total = COMPLETIONS // 2
        return {f: axis.possible(masks[f]) for f, axis in self.axes.items() if masks[f] != axis.domain}


def known_patient(chooser: Chooser, told: Mapping[str, Possible]) -> Patient | None:
    patient = Patient(chooser.library.vocabulary)
    try:
        for fact, possible in told.items():
            patient.learn(fact, possible, "told")
        patient.conclude()
    except ContradictionError:
        return None
    return patient


def every_arm(chooser: Chooser) -> Iterator[tuple[str, ArmHead, str]]:
    for id in chooser.library.ids:
        for arm in chooser.library.arm_heads(id):
            if arm.settings:
                for kind in arm.kinds:
                    yield id, arm, kind


@pytest.mark.parametrize("part", range(PARTS))
def test_every_arm_is_what_brute_force_says_it_is_for_thousands_of_patients(chooser: Chooser, part: int) -> None:
    chance = random.Random(f"regimens {part}")
    tried, seen = 0, {ANSWER: 0, POSSIBLE: 0, EXCLUDED: 0}
    for id, arm, kind in list(every_arm(chooser))[part::PARTS]:
        oracle = Oracle(chooser, id, arm, kind, chance)
        if oracle.too_much:
            continue
        fitting = fulfilling(list(chooser.parts(id, arm, kind)), Patient(oracle.vocabulary))
        assert fitting is not None, (id, arm.id, kind)
        for number in range(PER_ARM):
            told = oracle.told()
            if number % 2:  # somebody for whom the arm is, of whom not all is known
                told = {f: k.possible for f, k in fitting.known.items() if f in oracle.axes and chance.random() < 0.93}
                told |= {fact: oracle.one_piece(fact) for fact in oracle.unbound(told, 5)}
            patient = known_patient(chooser, told)
            if patient is None:
                continue
            found = chooser.offer(id, arm, patient, kind)
            never = found.own_criteria or found.untold or found.reserved
            if never and found.status == POSSIBLE and all(part.sure(patient) for part in found.parts):
                expected = ANSWER  # but for criteria that are not encoded
            else:
                expected = found.status
            assert expected == oracle.status(patient), (found.name, kind, patient.said())
            tried, seen[found.status] = tried + 1, seen[found.status] + 1
    assert tried > 1200 // PARTS
    assert min(seen.values()) > 10, seen


FACTS: dict[str, list[str]] = {
    "age": ["0.5", "4", "9", "10", "16", "25", "45", "60", "72"],
    "lineage": ["B", "T", "MPAL"],
    "wbc": ["12", "60", "150"],
    "cns": ["CNS1", "CNS2", "CNS3"],
    "sex": ["male", "female"],
    "testicular": ["yes", "no"],
    "steroid_pretreatment": ["yes", "no"],
    "down_syndrome": ["yes", "no"],
    "bcr_abl1": ["yes", "no"],
    "kmt2a_r": ["yes", "no"],
    "etv6_runx1": ["yes", "no"],
    "iamp21": ["yes", "no"],
    "myc_r": ["yes", "no"],
    "maturation": ["common-B", "mature-B", "cortical-T"],
    "mrd_eoi": ["<0.01%", "0.02%", "1%"],
    "marrow_eoi": ["M1", "M3"],
    "relapse_site": ["marrow", "cns"],
    "months_to_relapse": ["12", "40"],
}
KINDS = ["prephase", "induction", "consolidation", "interim-maintenance", "maintenance", "reinduction", "blinatumomab"]
PRESUMED = frozenset({"relapse_site", "months_to_relapse", "bcr_abl1", "myc_r", "maturation"})
"""Facts that are presumed: told otherwise they may move the patient to another setting, or meet a guard."""


def told_one_by_one(
    chooser: Chooser, chance: random.Random, start: Patient | None = None, left_out: frozenset[str] = frozenset()
) -> Iterator[tuple[str, Patient]]:
    """A patient of whom ever more is told: the fact that came last, and the patient."""
    patient = start or Patient(chooser.library.vocabulary)
    for fact in chance.sample(sorted(FACTS.keys() - left_out), len(FACTS) - len(left_out)):
        if chance.random() < 0.35:
            continue
        other = Patient(patient.vocabulary, dict(patient.known), [], dict(patient.told))
        try:
            other.tell(fact, chance.choice(FACTS[fact]), "told")
            other.conclude()
        except ContradictionError:
            continue
        patient = other
        yield fact, patient


def names(choice: Choice, status: str) -> set[str]:
    return {offer.name for offer in choice.offers if offer.status == status}


def test_a_fact_more_keeps_every_answer_unless_it_contradicts_a_presumption(chooser: Chooser) -> None:
    chance = random.Random("one fact more")
    steps, moved = 0, 0
    late = {fact for guard in chooser.rules.guards for fact in guard.if_told}
    for _ in range(14):
        kind = chance.choice(KINDS)
        some = chance.sample(chooser.library.with_phase(kind), min(12, len(chooser.library.with_phase(kind))))
        weighing = Chooser(chooser.library, chooser.rules, chooser.risk, some)
        before = weighing.choice(Patient(chooser.library.vocabulary), kind)
        for fact, patient in told_one_by_one(chooser, chance):
            after = weighing.choice(patient, kind)
            lost = names(before, ANSWER) - names(after, ANSWER)
            if set(after.settings) <= set(before.settings):
                kept = after.head is not None or before.head is None or after.undecided
                assert kept or fact in PRESUMED | late, (fact, patient.said())
                barred = {offer.name for offer in after.excluded if offer.against is not None and offer.against.guard}
                assert not lost - (barred if fact in PRESUMED | late else set()), (fact, patient.said())
            else:
                assert patient.told.keys() & PRESUMED, (fact, patient.said())
                moved += 1
            before = after
            steps += 1
    assert steps > 80
    assert moved > 4


def test_no_ph_positive_answer_is_without_an_inhibitor_in_the_phase(chooser: Chooser) -> None:
    chance = random.Random("inhibitor")
    library, answers = chooser.library, 0
    for number in range(40):
        start = patient_of(chooser, bcr_abl1="yes", age=chance.choice(FACTS["age"]))
        left_out = PRESUMED - {"relapse_site", "months_to_relapse"} if number % 2 else PRESUMED
        *_, (_, patient) = [("", start), *told_one_by_one(chooser, chance, start, left_out | {"age"})]
        for kind in ("induction", "consolidation", "blinatumomab", "maintenance", "reinduction"):
            for offer in chooser.choice(patient, kind).answers:
                protocol = library.protocol(offer.protocol)
                arm = next(arm for arm in protocol.arms if arm.id == offer.arm)
                for phase in shown_phases(protocol, arm, kind, library):
                    given = {library.drugs[line.drug].kind for line in lines_for(phase.lines, patient)}
                    assert INHIBITOR in given, (offer.name, phase.id)
                    answers += 1
    assert answers > 50


def patient_of(chooser: Chooser, **facts: str) -> Patient:
    patient = Patient(chooser.library.vocabulary)
    for fact, text in facts.items():
        patient.tell(fact, text, fact)
    patient.conclude()
    return patient


def test_the_likely_choice_stands_beside_the_exact_one(chooser: Chooser, rules: ChoiceRules) -> None:
    told = {"age": "7", "wbc": "45", "lineage": "B", "cns": "CNS1"}
    exact, routine = (
        patient_of(chooser, **told),
        patient_of(chooser, **told, testicular="no", steroid_pretreatment="no", down_syndrome="no"),
    )
    found = choose(chooser.library, exact, "induction", routine, rules=rules, risk=chooser.risk)
    assert "cog-aall0932/q4wk" in names(found, POSSIBLE)
    assert found.likely is not None
    assert "cog-aall0932/q4wk" in names(found.likely, ANSWER)


def test_what_is_told_after_a_choice_is_presumed_no_more_though_it_narrows_nothing(chooser: Chooser) -> None:
    patient = patient_of(chooser, age="7", wbc="45", lineage="B")
    before = {each.fact for each in chooser.choice(patient, "induction").presumed}
    assert "maturation" in before & patient.known.keys()
    patient.learn("maturation", patient.known["maturation"].possible, "told")
    assert {each.fact for each in chooser.choice(patient, "induction").presumed} == before - {"maturation"}


def test_response_and_genetics_never_bear_on_the_induction_before_them(chooser: Chooser) -> None:
    told = {"age": "7", "wbc": "45", "lineage": "B", "cns": "CNS1", "testicular": "no", "steroid_pretreatment": "no"}
    before = names(chooser.choice(patient_of(chooser, **told), "induction"), ANSWER)
    for later in ({"mrd_eoi": "5%"}, {"kmt2a_r": "yes"}, {"iamp21": "yes", "mrd_eoi": "1%"}, {"marrow_eoi": "M3"}):
        assert names(chooser.choice(patient_of(chooser, **told, **later), "induction"), ANSWER) == before


def test_an_arm_that_only_a_later_result_leads_to_waits_behind_the_arm_all_begin_with(chooser: Chooser) -> None:
    told = {"age": "7", "wbc": "45", "lineage": "B", "cns": "CNS1", "testicular": "no", "steroid_pretreatment": "no"}
    found = chooser.choice(patient_of(chooser, **told), "induction")
    offers = {offer.arm: offer for offer in found.offers if offer.protocol == "ukall-2003"}
    assert not offers["a"].hangs_on
    assert offers["c"].hangs_on or offers["c"].status == POSSIBLE


def test_an_arm_chosen_by_criteria_that_are_not_encoded_is_never_certain(chooser: Chooser) -> None:
    adult = chooser.choice(patient_of(chooser, age="25", lineage="T", wbc="20", bcr_abl1="no"), "induction")
    (goelal,) = (offer for offer in adult.offers if offer.protocol == "goelal02")
    assert (goelal.status, goelal.own_criteria) == (POSSIBLE, ("high",))
    assert "calgb-10403/single" in names(adult, ANSWER)


def test_an_arm_named_as_first_if_something_holds_is_first_once_it_does(chooser: Chooser) -> None:
    weighing = Chooser(chooser.library, chooser.rules, chooser.risk, ["cog-aall0434", "cog-aall0232", "cog-aall0932"])
    seen = 0
    for lineage, age, phase in itertools.product("BT", ("4", "12"), ("consolidation", IM)):
        for more in ({}, {"mrd_eoi": "0.3%"}, {"wbc": "80", "cns": "CNS1"}):
            patient = patient_of(chooser, lineage=lineage, age=age, bcr_abl1="no", **more)
            for offer in weighing.choice(patient, phase).waiting:
                met: Patient | None = patient
                for fact, values in offer.hangs_on.items():
                    met = met and narrowed(met, fact, values, "met")
                head = met and weighing.choice(met, phase).head
                if met and head and head.protocol == offer.protocol:
                    default = weighing.library.default_arm(offer.protocol, None, met)
                    answers = {each.arm for each in weighing.choice(met, phase).answers}
                    first = default if default in answers else head.arm
                    begins = {arm.id: arm.kinds[phase] for arm in weighing.library.arm_heads(offer.protocol)}
                    assert begins[first] == begins[offer.arm], (offer.name, phase, patient.said())
                    seen += 1
    assert seen > 5


def test_an_arm_whose_population_asks_what_no_fact_tells_is_never_certain(chooser: Chooser) -> None:
    ph = {"bcr_abl1": "no", "lineage": "B", "wbc": "20"}
    found = chooser.choice(patient_of(chooser, age="75", **ph), "induction")
    told = {offer.protocol: (offer.status, bool(offer.untold)) for offer in found.offers}
    assert [told[id] for id in ("mini-hyper-cvd", "initial-1", "ewall-ino")] == [(POSSIBLE, True)] * 3
    assert told["swog-1318"] == (ANSWER, False)
    positive = {"bcr_abl1": "yes", "lineage": "B"}
    for age, status in (("59.9", POSSIBLE), ("60", ANSWER)):
        (offer,) = (
            each
            for each in chooser.choice(patient_of(chooser, age=age, **positive), "induction").offers
            if each.protocol == "gimema-lal1811"
        )
        assert (offer.status, bool(offer.untold)) == (status, status == POSSIBLE)


def test_what_an_arm_or_its_phase_asks_and_no_fact_tells_bears_on_that_phase_alone(chooser: Chooser) -> None:
    asking = {}
    for id, arm, kind in every_arm(chooser):
        if texts := [each["text"] for each in arm.untold_in.get(kind, ()) if "unless" not in each]:
            asking.setdefault(f"{id}/{arm.id}", set()).add(kind)
            someone = fulfilling(list(chooser.parts(id, arm, kind)), Patient(chooser.library.vocabulary))
            assert someone is not None
            offer = chooser.offer(id, arm, someone, kind)
            assert (offer.status, offer.untold[-len(texts) :]) == (POSSIBLE, tuple(texts))
    assert asking.pop("ukall-xii/allogeneic") == {"conditioning"}
    assert asking.pop("e1910/blinatumomab") == {"blinatumomab"}
    assert asking.pop("cog-aall1731/average") == {"blinatumomab"}
    assert set.union(*asking.values()) == {"extended-induction"}
