"""The diagram against brute force: every completion of thousands of small random patients."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import msgpack
import pytest

from all_cli.logic.axis import Axis
from all_cli.logic.building import build_diagram
from all_cli.logic.diagram import Diagram, Implication
from all_cli.logic.explain import truth
from all_cli.logic.expression import AllOf, Always, AnyOf, AtLeast, Compare, Expression, Named, Not, OneOf
from all_cli.logic.parse import parse_condition
from all_cli.logic.values import NumberSet, Possible

Value = float | str
FLAG = ("present", "absent")


@dataclass(frozen=True)
class SmallFact:
    """A fact with few values: ``samples`` has one or more in every piece of its axis."""

    id: str
    kind: str
    values: Mapping[str, None]
    samples: tuple[Value, ...]
    cuts: tuple[float, ...] = ()
    whole: bool = False
    sets: Mapping[str, tuple[str, ...]] = ()  # type: ignore[assignment]

    @cached_property
    def axis(self) -> Axis:
        if self.kind == "number":
            return Axis.of_number(self.id, self.cuts, NumberSet.between(0, 6), self.whole)
        return Axis.of_words(self.id, tuple(self.values))

    def piece(self, value: Value) -> int:
        point: Possible = frozenset({value}) if isinstance(value, str) else NumberSet.point(value)
        return self.axis.mask(point).bit_length() - 1


def small_fact(rng: random.Random, number: int) -> SmallFact:
    name = f"f{number}"
    match rng.choice(["number", "whole", "choice", "flag", "flag"]):
        case "number":
            cuts = tuple(rng.sample([0, 1, 2.5, 4, 6], rng.randint(1, 2)))
            return SmallFact(name, "number", {}, tuple(half / 4 for half in range(25)), cuts)
        case "whole":
            cuts = tuple(rng.sample([1, 2, 2.5, 3], rng.randint(1, 3)))
            return SmallFact(name, "number", {}, tuple(range(7)), cuts, True)
        case "choice":
            return SmallFact(name, "choice", dict.fromkeys("ABC"), tuple("ABC"))
        case _:
            return SmallFact(name, "flag", dict.fromkeys(FLAG), FLAG)


def random_condition(rng: random.Random, facts: Sequence[SmallFact], depth: int = 3) -> Expression:
    kind = rng.choice(["test", "test", "not", "and", "or", "count", "named", "always"] if depth else ["test"])
    match kind:
        case "test":
            fact = rng.choice(facts)
            if fact.kind == "number":
                return Compare(fact.id, rng.choice(["<", "<=", ">", ">=", "==", "!="]), rng.choice(fact.cuts))
            words = rng.sample(list(fact.values), rng.randint(1, len(fact.values) - 1))
            return OneOf(fact.id, frozenset(words), f"{fact.id} in ({', '.join(words)},)")
        case "not":
            return Not(random_condition(rng, facts, depth - 1))
        case "named":
            return Named("named", random_condition(rng, facts, depth - 1))
        case "always":
            return Always(rng.random() < 0.5)
    items = tuple(random_condition(rng, facts, depth - 1) for _ in range(rng.randint(2, 4)))
    if kind == "count":
        return AtLeast(rng.randint(0, len(items) + 1), items)
    return AllOf(items) if kind == "and" else AnyOf(items)


def holds(condition: Expression, patient: Mapping[str, Value]) -> bool:
    """Plain two-valued evaluation, written without the program's sets and masks."""
    match condition:
        case Compare(fact, operator, cut):
            x = patient[fact]
            assert not isinstance(x, str)
            return {"<": x < cut, "<=": x <= cut, ">": x > cut, ">=": x >= cut, "==": x == cut, "!=": x != cut}[
                operator
            ]
        case OneOf(fact, values, _):
            return patient[fact] in values
        case Not(item):
            return not holds(item, patient)
        case Named(_, item):
            return holds(item, patient)
        case AllOf(items):
            return all(holds(item, patient) for item in items)
        case AnyOf(items):
            return any(holds(item, patient) for item in items)
        case AtLeast(number, items):
            return sum(holds(item, patient) for item in items) >= number
        case Always(value):
            return value


@dataclass(frozen=True)
class World:
    """A small vocabulary with rules and implications, and the answer of every patient that can exist."""

    facts: tuple[SmallFact, ...]
    rules: tuple[Expression, ...]
    implications: tuple[Implication, ...]

    @cached_property
    def diagram(self) -> Diagram:
        return build_diagram(self.rules, [fact.axis for fact in self.facts], self.implications)

    @cached_property
    def answers(self) -> dict[tuple[int, ...], int]:
        """Pieces of every existing patient, and the rule that decides."""
        found: dict[tuple[int, ...], int] = {}
        one_each = [{fact.piece(value): value for value in reversed(fact.samples)}.items() for fact in self.facts]
        for drawn in product(*one_each):
            pieces, values = zip(*drawn, strict=True)
            patient = {fact.id: value for fact, value in zip(self.facts, values, strict=True)}
            if all(b_mask >> pieces[b] & 1 for a, a_mask, b, b_mask in self.implications if a_mask >> pieces[a] & 1):
                found[pieces] = next((n for n, rule in enumerate(self.rules) if holds(rule, patient)), len(self.rules))
        return found

    def completions(self, masks: Sequence[int]) -> dict[tuple[int, ...], int]:
        return {
            pieces: answer
            for pieces, answer in self.answers.items()
            if all(mask >> piece & 1 for mask, piece in zip(masks, pieces, strict=True))
        }

    def reachable(self, masks: Sequence[int]) -> set[int]:
        return set(self.completions(masks).values())

    def closed(self, masks: Sequence[int]) -> list[int] | None:
        """The masks with what the implications say drawn from them, both ways, as ``Patient.conclude`` does."""
        closed = list(masks)
        while True:
            before = list(closed)
            for a, a_mask, b, b_mask in self.implications:
                if not closed[a] & ~a_mask:
                    closed[b] &= b_mask
                if not closed[b] & b_mask:
                    closed[a] &= ~a_mask
            if not all(closed):
                return None
            if closed == before:
                return closed

    def mattering(self, masks: Sequence[int]) -> set[int]:
        """Facts in which alone two completions with different answers differ."""
        found: set[int] = set()
        completions = self.completions(masks)
        for axis in range(len(self.facts)):
            seen: dict[tuple[int, ...], int] = {}
            for pieces, answer in completions.items():
                rest = pieces[:axis] + pieces[axis + 1 :]
                if seen.setdefault(rest, answer) != answer:
                    found.add(axis)
                    break
        return found


def world(seed: int, linked: str = "") -> tuple[World, random.Random]:
    rng = random.Random(seed)
    facts = tuple(small_fact(rng, number) for number in range(rng.randint(2, 4)))
    rules = tuple(random_condition(rng, facts) for _ in range(rng.randint(1, 5)))
    return World(facts, rules, tuple(random_implications(rng, facts, linked))), rng


def random_implications(rng: random.Random, facts: Sequence[SmallFact], linked: str) -> Iterator[Implication]:
    """``chain``: a flag brings the next with it; ``fan``: one fact narrows later ones; ``any``: anything."""
    if linked == "chain":
        flags = [number for number, fact in enumerate(facts) if fact.kind == "flag"]
        for place, a in enumerate(flags):
            yield from ((a, 1, b, 1) for b in flags[place + 1 :])
    elif linked == "fan":
        a = rng.randrange(len(facts))
        for b in {*range(len(facts))} - {a}:
            for piece in facts[a].axis.pieces(facts[a].axis.domain):
                if rng.random() < 0.5:
                    yield a, 1 << piece, b, random_mask(rng, facts[b].axis.domain)
    elif linked == "any":
        for _ in range(rng.randint(1, 4)):
            a, b = rng.sample(range(len(facts)), 2)
            yield a, random_mask(rng, facts[a].axis.domain), b, random_mask(rng, facts[b].axis.domain)


def random_mask(rng: random.Random, domain: int) -> int:
    while True:
        mask = rng.getrandbits(domain.bit_length()) & domain
        if mask:
            return mask


def patients(world: World, rng: random.Random, number: int) -> Iterator[list[int]]:
    """Random partial patients, closed under the implications."""
    yield from (closed for closed in [world.closed([fact.axis.domain for fact in world.facts])] if closed)
    for _ in range(number):
        masks = [fact.axis.domain if rng.random() < 0.3 else random_mask(rng, fact.axis.domain) for fact in world.facts]
        closed = world.closed(masks)
        if closed is not None:
            yield closed


def leaves(mask: int) -> set[int]:
    return {leaf for leaf in range(mask.bit_length()) if mask >> leaf & 1}


@pytest.mark.parametrize("linked", ["", "chain"])
@pytest.mark.parametrize("block", range(2))
def test_possible_answers_equal_brute_force_over_every_completion(block: int, linked: str) -> None:
    tried = 0
    for seed in range(block * 60, block * 60 + 60):
        small, rng = world(seed, linked)
        for masks in patients(small, rng, 15):
            assert leaves(small.diagram.reach(masks)) == small.reachable(masks), (seed, masks)
            tried += 1
    assert tried > 500


@pytest.mark.parametrize("linked", ["fan", "any"])
@pytest.mark.parametrize("block", range(2))
def test_no_possible_answer_is_ever_left_out_whatever_implies_what(block: int, linked: str) -> None:
    for seed in range(block * 60, block * 60 + 60):
        small, rng = world(seed, linked)
        for masks in patients(small, rng, 15):
            assert leaves(small.diagram.reach(masks)) >= small.reachable(masks), (seed, masks)


@pytest.mark.parametrize("linked", ["", "chain", "fan", "any"])
def test_a_wholly_known_patient_has_the_one_answer(linked: str) -> None:
    for seed in range(50):
        small, _ = world(seed, linked)
        for pieces, answer in small.answers.items():
            assert small.diagram.reach([1 << piece for piece in pieces]) == 1 << answer, (seed, pieces)


@pytest.mark.parametrize("linked", ["", "chain", "fan"])
def test_knowing_more_never_adds_an_answer(linked: str) -> None:
    for seed in range(90):
        small, rng = world(seed, linked)
        for masks in patients(small, rng, 10):
            axis = rng.randrange(len(masks))
            narrower = [*masks]
            narrower[axis] = random_mask(rng, masks[axis])
            wide, narrow = small.diagram.reach(masks), small.diagram.reach(narrower)
            assert narrow & ~wide == 0, (seed, masks, narrower)


def test_the_facts_that_matter_are_exactly_those_that_alone_change_the_answer() -> None:
    for seed in range(90):
        small, rng = world(seed)
        answer = list(range(small.diagram.leaves))
        for masks in patients(small, rng, 10):
            assert set(small.diagram.mattering(masks, answer)) == small.mattering(masks), (seed, masks)


@pytest.mark.parametrize("linked", ["chain", "fan", "any"])
def test_with_implications_no_fact_that_matters_is_left_out(linked: str) -> None:
    """One that does not may be named: in the diagram, branches that differ only where no patient is stay apart."""
    for seed in range(60):
        small, rng = world(seed, linked)
        answer = list(range(small.diagram.leaves))
        for masks in patients(small, rng, 10):
            assert set(small.diagram.mattering(masks, answer)) >= small.mattering(masks), (seed, masks)


@pytest.mark.parametrize("linked", ["", "chain", "any"])
def test_each_value_of_each_fact_leaves_what_a_patient_with_that_value_comes_to(linked: str) -> None:
    """One walk for all values of all facts is held against a walk for each."""
    for seed in range(60):
        small, rng = world(seed, linked)
        diagram = small.diagram
        for masks in patients(small, rng, 6):
            for axis, left in diagram.reach_by_piece(masks, range(len(diagram.axes))).items():
                alone = {
                    piece: diagram.reach([*masks[:axis], 1 << piece, *masks[axis + 1 :]])
                    for piece in diagram.axes[axis].pieces(masks[axis])
                }
                assert left == alone, (seed, masks, axis)


def test_rules_of_one_group_count_as_one_answer() -> None:
    for seed in range(60):
        small, rng = world(seed)
        groups = [rng.randrange(2) for _ in range(small.diagram.leaves)]
        grouped = World(small.facts, small.rules, ())
        grouped.__dict__["answers"] = {pieces: groups[leaf] for pieces, leaf in small.answers.items()}
        for masks in patients(small, rng, 10):
            assert set(small.diagram.mattering(masks, groups)) == grouped.mattering(masks), (seed, masks)


def test_nothing_matters_once_the_answer_is_certain() -> None:
    for seed in range(60):
        small, rng = world(seed)
        for masks in patients(small, rng, 10):
            if small.diagram.reach(masks).bit_count() == 1:
                assert small.diagram.mattering(masks, list(range(small.diagram.leaves))) == []


@pytest.mark.parametrize("linked", ["", "chain"])
def test_a_witness_is_a_patient_who_comes_to_the_answer(linked: str) -> None:
    for seed in range(90):
        small, rng = world(seed, linked)
        for masks in patients(small, rng, 5):
            possible = small.diagram.reach(masks)
            for leaf in range(small.diagram.leaves):
                witness = small.diagram.witness(leaf, masks)
                if not possible >> leaf & 1:
                    assert witness is None, (seed, masks, leaf)
                    continue
                assert witness is not None, (seed, masks, leaf)
                assert all(found & ~mask == 0 for found, mask in zip(witness, masks, strict=True))
                assert small.diagram.reach(witness) == 1 << leaf
                assert small.reachable(witness) == {leaf}, "and exists"


def test_a_witness_among_all_patients() -> None:
    small, _ = world(3)
    for leaf in leaves(small.diagram.reach(small.diagram.everything)):
        witness = small.diagram.witness(leaf)
        assert witness is not None
        assert small.reachable(witness) == {leaf}


def test_three_valued_truth_never_says_what_a_completion_denies() -> None:
    for seed in range(90):
        small, rng = world(seed)
        for masks in patients(small, rng, 5):
            known: dict[str, Possible] = {
                fact.id: fact.axis.possible(mask)
                for fact, mask in zip(small.facts, masks, strict=True)
                if mask != fact.axis.domain
            }
            said = truth(small.rules[0], known)
            if said is not None:
                assert {answer == 0 for answer in small.reachable(masks)} == {said}, (seed, masks)


def test_a_condition_written_out_and_read_again_decides_the_same() -> None:
    for seed in range(60):
        small, rng = world(seed)
        facts = {fact.id: SmallFact(fact.id, fact.kind, fact.values, (), sets={}) for fact in small.facts}
        condition = random_condition(rng, small.facts)
        text = str(condition)
        if "always" in text or "never" in text:
            continue
        again = parse_condition(text, facts, {"named": _named(condition)})
        samples = [rng.choice(fact.samples) for fact in small.facts]
        patient = {fact.id: value for fact, value in zip(small.facts, samples, strict=True)}
        if text.count("named") <= 1:
            assert holds(again, patient) == holds(condition, patient), text


def _named(condition: Expression) -> Expression:
    match condition:
        case Named(_, item):
            return item
        case Not(item):
            return _named(item)
        case AllOf(items) | AnyOf(items) | AtLeast(_, items):
            return next((found for item in items if (found := _named(item)) != Always(True)), Always(True))
        case _:
            return Always(True)


@pytest.mark.parametrize("linked", ["", "chain", "any"])
def test_packing_and_unpacking_gives_the_same_diagram(linked: str) -> None:
    for seed in range(30):
        small, _ = world(seed, linked)
        assert Diagram.unpack(msgpack.unpackb(msgpack.packb(small.diagram.pack()), use_list=False)) == small.diagram


# --- the examples of the design ---------------------------------------------------------------------------------------

WBC = SmallFact("wbc", "number", {}, (0, 3, 5), (4,))
PH = SmallFact("ph", "flag", dict.fromkeys(FLAG), FLAG)
T411 = SmallFact("t411", "flag", dict.fromkeys(FLAG), FLAG)
FACTS = {fact.id: SmallFact(fact.id, fact.kind, fact.values, (), sets={}) for fact in (WBC, PH, T411)}


def scheme(*rules: str, facts: Sequence[SmallFact] = (WBC, PH), implications: Sequence[Implication] = ()) -> World:
    return World(tuple(facts), tuple(parse_condition(rule, FACTS) for rule in rules), tuple(implications))


@pytest.mark.parametrize(
    "rule", ["wbc >= 4 or wbc < 4", "ph or not ph", "count(ph, not ph) == 1", "wbc != 4 or wbc == 4"]
)
def test_a_condition_that_is_always_true_is_true_of_the_unknown(rule: str) -> None:
    diagram = scheme(rule).diagram
    assert diagram.reach(diagram.everything) == 0b01
    assert diagram.mattering(diagram.everything, [0, 1]) == []


@pytest.mark.parametrize("rule", ["wbc >= 4 and wbc < 4", "ph and not ph", "count(ph, not ph) >= 2"])
def test_a_condition_that_cannot_hold_never_decides(rule: str) -> None:
    diagram = scheme(rule).diagram
    assert diagram.reach(diagram.everything) == 0b10


def test_unknown_is_never_negative() -> None:
    diagram = scheme("ph", "wbc >= 4", "wbc < 4").diagram
    low_wbc = WBC.axis.mask(NumberSet.point(3))
    assert leaves(diagram.reach([low_wbc, 0b11])) == {0, 2}
    assert leaves(diagram.reach([low_wbc, 0b10])) == {2}


def test_the_first_rule_that_holds_decides() -> None:
    diagram = scheme("ph", "ph or wbc >= 4", "True").diagram
    assert leaves(diagram.reach([WBC.axis.domain, 0b01])) == {0}
    assert leaves(diagram.reach([WBC.axis.domain, 0b10])) == {1, 2}


def test_an_exact_value_on_the_cut_off_is_on_its_own() -> None:
    diagram = scheme("wbc >= 4").diagram
    for value, leaf in ((3.99, 1), (4, 0), (4.01, 0)):
        assert leaves(diagram.reach([WBC.axis.mask(NumberSet.point(value)), 0b11])) == {leaf}


def test_a_patient_who_cannot_exist_is_not_counted() -> None:
    small = scheme("t411 and not ph", "ph", facts=(T411, PH), implications=[(0, 1, 1, 1)])
    assert leaves(small.diagram.reach(small.diagram.everything)) == {1, 2}
    assert small.diagram.reach([0b01, 0b11]) == 0b010


def test_implications_that_leave_nobody_leave_no_answer() -> None:
    nobody = [(0, 0b11, 1, 0b01), (0, 0b11, 1, 0b10)]
    diagram = scheme("t411", facts=(T411, PH), implications=nobody).diagram
    assert diagram.reach(diagram.everything) == 0
    assert diagram.witness(0) is None


def test_a_fact_with_no_value_left_leaves_no_answer() -> None:
    diagram = scheme("wbc >= 4", "ph").diagram
    assert diagram.reach([0, 0b11]) == 0
    assert diagram.reach([WBC.axis.mask(NumberSet.point(3)), 0]) == 0
