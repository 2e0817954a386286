"""The decision tree is exact: walking it for a patient comes to the rule that decides."""

from __future__ import annotations

import random
from collections.abc import Mapping

from brute_force import Value, can_have, completions, holds, possible_beings, value_in
from folded import each

from all_cli.logic.values import NumberSet, Possible
from all_cli.patient.patient import Patient
from all_cli.patient.unreadable import ContradictionError
from all_cli.risk.library import RiskLibrary, risk_library
from all_cli.risk.scheme import NOT_APPLICABLE, Scheme
from all_cli.risk.tree import DecisionTree, decision_tree, range_text, values_of
from all_cli.risk.verdict import judge

SCHEMES = list(risk_library().schemes)
BEINGS, PATIENTS, COMPLETIONS = 18, 10, 300
EVERY_SCHEME = each("id", SCHEMES)


def nobody(library: RiskLibrary) -> Patient:
    return Patient(library.vocabulary)


def told(library: RiskLibrary, facts: Mapping[str, Possible]) -> Patient:
    patient = nobody(library)
    for fact, possible in facts.items():
        patient.learn(fact, possible, "told")
    patient.conclude()
    return patient


def exactly(value: Value) -> Possible:
    return frozenset({value}) if isinstance(value, str) else NumberSet.point(value)


def can_be(being: Mapping[str, Value], library: RiskLibrary) -> bool:
    """Whether the vocabulary allows the combination; what is known brings some flags with it."""
    return possible_beings(being, library.vocabulary) and all(
        can_have(fact, value, being, library.vocabulary) for fact, value in being.items()
    )


def walk(tree: DecisionTree, being: Mapping[str, Value]) -> str | None:
    """The rule at the end of the being's path, by its values alone; None where no rule holds."""
    number = tree.root
    assert number is not None
    while number in tree.questions:
        axis, branches = tree.questions[number]
        ways = [branch.to for branch in branches if being[axis.fact] in values_of(axis, branch.mask)]
        assert len(ways) == 1, (axis.fact, being[axis.fact])
        number = ways[0]
    rule = tree.ends[number].rule
    return rule.id if rule else None


def deciding(scheme: Scheme, being: Mapping[str, Value]) -> str | None:
    """The oracle: the first rule that holds."""
    return next((rule.id for rule in scheme.rules if holds(rule.when, being)), None)


def random_being(
    scheme: Scheme, library: RiskLibrary, chance: random.Random, within: Mapping[str, int]
) -> dict[str, Value] | None:
    """A patient of whom everything is known, who can exist; None if the facts taken so far leave no value for one."""
    being: dict[str, Value] = {}
    axes = chance.sample(scheme.diagram.axes, len(scheme.diagram.axes))
    for axis in sorted(axes, key=lambda axis: axis.fact not in within):
        pieces = list(axis.pieces(within.get(axis.fact, axis.domain)))
        for piece in chance.sample(pieces, len(pieces)):
            being[axis.fact] = value_in(axis, piece, chance, library.vocabulary)
            if can_be(being, library):
                break
        else:
            return None
    return being


def random_path(scheme: Scheme, chance: random.Random) -> dict[str, int]:
    """The values along some path within the population, so that deep ends are met as often as near ones."""
    diagram = scheme.diagram
    within: dict[str, int] = {}
    node = diagram.root
    while node >= diagram.leaves:
        axis, children = diagram.nodes[node - diagram.leaves]
        node = chance.choice([child for child in dict.fromkeys(children) if child > 0])
        within[diagram.axes[axis].fact] = sum(1 << piece for piece, child in enumerate(children) if child == node)
    return within


@EVERY_SCHEME
def test_walking_the_tree_comes_to_the_rule_that_judge_and_the_oracle_give(id: str, library: RiskLibrary) -> None:
    scheme = library.schemes[id]
    chance = random.Random(f"tree {id}")
    tree = decision_tree(scheme, nobody(library))
    walked = 0
    for attempt in range(40 * BEINGS):
        being = random_being(scheme, library, chance, random_path(scheme, chance) if attempt % 3 else {})
        if being is None:
            continue
        verdict = judge(scheme, told(library, {fact: exactly(value) for fact, value in being.items()}))
        if not holds(scheme.population.when, being):
            assert verdict.status == NOT_APPLICABLE
            continue
        rule = walk(tree, being)
        assert rule == deciding(scheme, being), being
        assert [f"{id}.{rule}"] * (rule is not None) == [decision.rule for decision in verdict.decided_by], being
        walked += 1
        if walked == BEINGS:
            break
    assert walked == BEINGS


@EVERY_SCHEME
def test_a_patient_prunes_the_tree_to_exactly_what_some_completion_comes_to(id: str, library: RiskLibrary) -> None:
    scheme = library.schemes[id]
    chance = random.Random(f"pruned {id}")
    axes = scheme.diagram.axes
    for _ in range(PATIENTS):
        path = random_path(scheme, chance)
        masks = {}
        for axis in axes:
            kind, pieces = chance.random(), list(axis.pieces(path.get(axis.fact, axis.domain)))
            masks[axis.fact] = 1 << chance.choice(pieces) if kind < 0.6 else sum(1 << piece for piece in pieces)
            if kind > 0.8:
                masks[axis.fact] = axis.domain
        total = 1
        for axis in chance.sample(axes, len(axes)):
            if total * masks[axis.fact].bit_count() > COMPLETIONS:
                masks[axis.fact] = 1 << chance.choice(list(axis.pieces(masks[axis.fact])))
            total *= masks[axis.fact].bit_count()
        known = {axis.fact: axis.possible(masks[axis.fact]) for axis in axes if masks[axis.fact] != axis.domain}
        try:
            patient = told(library, known)
        except ContradictionError:
            continue
        choices = {
            axis.fact: [
                value
                for piece in axis.pieces(masks[axis.fact])
                if can_have(
                    axis.fact, value := value_in(axis, piece, chance, library.vocabulary), known, library.vocabulary
                )
            ]
            for axis in axes
        }
        tree = decision_tree(scheme, patient)
        inside = [being for being in completions(choices, library.vocabulary) if holds(scheme.population.when, being)]
        assert (tree.root is None) == (not inside), known
        expected = {deciding(scheme, being) for being in inside}
        assert {end.rule.id if end.rule else None for end in tree.ends.values()} == expected, known
        for being in inside:
            assert walk(tree, being) == deciding(scheme, being), (known, being)


@EVERY_SCHEME
def test_every_question_is_drawn_once_asks_something_and_is_in_reach(id: str, library: RiskLibrary) -> None:
    scheme = library.schemes[id]
    tree = decision_tree(scheme, nobody(library))
    drawn: list[int] = []
    sent_to: list[int] = []
    ended: set[int] = set()

    def draw(number: int, depth: int) -> None:
        drawn.append(number)
        assert depth <= 6
        axis, branches = tree.questions[number]
        assert len({branch.to for branch in branches}) == len(branches) >= 2
        masks = [branch.mask for branch in branches]
        assert sum(masks).bit_count() == sum(mask.bit_count() for mask in masks), "branches overlap"
        lowest = [mask & -mask for mask in masks]
        assert lowest == sorted(lowest), "branches are not in the order of the values"
        assert all(range_text(library.vocabulary[axis.fact], axis, mask) for mask in masks)
        for branch in branches:
            if branch.to in tree.ends:
                ended.add(branch.to)
            elif branch.to in tree.parts:
                sent_to.append(branch.to)
            else:
                draw(branch.to, depth + 1)

    for begin in tree.parts:
        draw(begin, 1)
    assert sorted(drawn) == sorted(tree.questions)
    assert ended == set(tree.ends)
    assert list(tree.parts.values()) == list(range(1, len(tree.parts) + 1))
    assert {tree.root, *sent_to} == set(tree.parts)
    assert list(dict.fromkeys(sent_to)) == list(tree.parts)[1:], "parts are not numbered in reading order"


def test_the_nci_tree_asks_the_age_first_and_the_count_only_below_ten(library: RiskLibrary) -> None:
    tree = decision_tree(library.schemes["nci-rome"], nobody(library))
    assert tree.root is not None
    axis, (younger, older) = tree.questions[tree.root]
    age = library.vocabulary["age"]
    assert range_text(age, axis, younger.mask) == ">= 1 and < 10 y"
    assert range_text(age, axis, older.mask) == ">= 10 y"
    assert tree.ends[older.to].groups == ("high",)
    assert tree.questions[younger.to].axis.fact == "wbc"


def test_the_age_of_seven_leaves_the_count(library: RiskLibrary) -> None:
    tree = decision_tree(library.schemes["nci-rome"], told(library, {"age": NumberSet.point(7)}))
    assert [question.axis.fact for question in tree.questions.values()] == ["wbc"]
    assert tree.status == "may-apply"


def test_a_patient_of_whom_enough_is_known_leaves_one_end_and_no_question(library: RiskLibrary) -> None:
    known = {"age": NumberSet.point(7), "wbc": NumberSet.point(45), "lineage": frozenset({"B"})}
    tree = decision_tree(library.schemes["nci-rome"], told(library, known))
    assert tree.status == "applies"
    assert tree.questions == {}
    assert tree.root is not None
    assert tree.ends[tree.root].groups == ("standard",)


def test_a_patient_outside_the_population_has_no_tree_and_a_reason(library: RiskLibrary) -> None:
    tree = decision_tree(library.schemes["nci-rome"], told(library, {"lineage": frozenset({"T"})}))
    assert tree.status == NOT_APPLICABLE
    assert tree.root is None
    assert "lineage T" in tree.reason


def test_neighbouring_whole_numbers_are_one_range(library: RiskLibrary) -> None:
    tree = decision_tree(library.schemes["icc-entities"], nobody(library))
    fact = library.vocabulary["modal_chromosomes"]
    texts = {
        range_text(fact, question.axis, branch.mask)
        for question in tree.questions.values()
        if question.axis.fact == fact.id
        for branch in question.branches
    }
    assert "24–39 or 51–67 chromosomes" in texts
    assert not any("24–31 or 32–39" in text for text in texts)


def test_sets_are_called_by_their_name(library: RiskLibrary) -> None:
    named = [
        range_text(library.vocabulary["cns"], question.axis, branch.mask)
        for scheme in library.schemes.values()
        for question in decision_tree(scheme, nobody(library)).questions.values()
        if question.axis.fact == "cns"
        for branch in question.branches
    ]
    assert "CNS3" in named
    assert "CNS1 or CNS2" in named
    assert not any("CNS2a or CNS2b or CNS2c" in text for text in named)
