"""The promise: the groups said to be possible are exactly those that some completion of the patient comes to."""

from __future__ import annotations

import random

from brute_force import Value, can_have, completions, groups, value_in
from folded import each
from random_patients import choices_of, groups_left, known_patient, random_masks

from all_cli.logic.values import NumberSet, Possible
from all_cli.patient.unreadable import ContradictionError
from all_cli.risk.library import RiskLibrary, risk_library
from all_cli.risk.verdict import brief, judge

SCHEMES = list(risk_library().schemes)
PATIENTS = 20


@each("id", SCHEMES)
def test_possible_groups_equal_brute_force_over_all_completions(id: str, library: RiskLibrary) -> None:
    scheme = library.schemes[id]
    chance = random.Random(id)
    axes = scheme.diagram.axes
    for _ in range(PATIENTS):
        masks = random_masks(axes, chance)
        told = {axis.fact: axis.possible(mask) for axis, mask in zip(axes, masks, strict=True) if mask != axis.domain}
        expected = groups_left(scheme, library, masks, told, chance)
        try:
            patient = known_patient(library, told)
        except ContradictionError:
            assert not expected, told
            continue
        assert set(judge(scheme, patient).possible) == expected, told


@each("id", SCHEMES)
def test_learning_more_only_ever_narrows_the_answer(id: str, library: RiskLibrary) -> None:
    scheme = library.schemes[id]
    chance = random.Random(f"narrow {id}")
    axes = scheme.diagram.axes
    for _ in range(8):
        masks = random_masks(axes, chance)
        told: dict[str, Possible] = {}
        before = set(brief(scheme, known_patient(library, told)).possible)
        order = list(zip(axes, masks, strict=True))
        chance.shuffle(order)
        for axis, mask in order:
            told[axis.fact] = axis.possible(mask)
            try:
                after = set(brief(scheme, known_patient(library, told)).possible)
            except ContradictionError:
                break
            assert after <= before, (told, before)
            before = after


@each("id", SCHEMES)
def test_facts_said_to_be_missing_are_those_that_can_change_the_answer(id: str, library: RiskLibrary) -> None:
    scheme = library.schemes[id]
    chance = random.Random(f"missing {id}")
    axes = scheme.diagram.axes
    for _ in range(7):
        masks = random_masks(axes, chance)
        told = {axis.fact: axis.possible(mask) for axis, mask in zip(axes, masks, strict=True) if mask != axis.domain}
        try:
            patient = known_patient(library, told)
        except ContradictionError:
            continue
        choices = choices_of(scheme, library, masks, told, chance)
        beings = [(tuple(being.values()), groups(scheme, being)) for being in completions(choices, library.vocabulary)]
        changing = set()
        for index, fact in enumerate(choices):
            by_rest: dict[tuple[Value, ...], set[frozenset[str]]] = {}
            for being, answer in beings:
                by_rest.setdefault(being[:index] + being[index + 1 :], set()).add(answer)
            if any(len(answers) > 1 for answers in by_rest.values()):
                changing.add(fact)
        assert changing <= {missing.fact for missing in judge(scheme, patient).missing}, told


CUT_OFFS = [
    (id, axis.fact, cut)
    for id, scheme in risk_library().schemes.items()
    for axis in scheme.diagram.axes
    for cut in axis.cuts
]


@each("id, fact, cut", CUT_OFFS)
def test_each_cut_off_just_below_at_just_above_unknown_and_straddled(
    id: str, fact: str, cut: float, library: RiskLibrary
) -> None:
    """Generated for every number in every rule: the answer at the cut-off is the one that the condition states."""
    scheme = library.schemes[id]
    chance = random.Random(f"{id} {fact} {cut}")
    axes = scheme.diagram.axes
    step = 1.0 if next(axis for axis in axes if axis.fact == fact).whole else max(abs(cut), 1.0) * 1e-6
    low, high = library.vocabulary[fact].hard
    for _ in range(3):
        others: dict[str, Value] = {
            axis.fact: value_in(axis, chance.choice(list(axis.pieces(axis.domain))), chance, library.vocabulary)
            for axis in axes
            if axis.fact != fact
        }
        told: dict[str, Possible] = {
            other: NumberSet.point(value) if isinstance(value, float) else frozenset({value})
            for other, value in others.items()
        }
        answers: set[str] = set()
        for value in (cut - step, cut, cut + step):
            if (low is not None and value < low) or (high is not None and value > high):
                continue
            being = {**others, fact: value}
            if not any(True for _ in completions({key: [item] for key, item in being.items()}, library.vocabulary)):
                break
            if not all(can_have(key, item, being, library.vocabulary) for key, item in being.items()):
                break
            patient = known_patient(library, {**told, fact: NumberSet.point(value)})
            expected = set(groups(scheme, being))
            assert set(judge(scheme, patient).possible) == expected, being
            answers |= expected
        else:
            straddling = NumberSet.between(
                cut - step if low is None else max(low, cut - step),
                cut + step if high is None else min(high, cut + step),
            )
            patient = known_patient(library, {**told, fact: straddling})
            assert set(judge(scheme, patient).possible) == answers
            unknown = known_patient(library, told)
            assert answers <= set(judge(scheme, unknown).possible)
