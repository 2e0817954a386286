"""A fact that a scheme defines is exactly what the scheme leaves, unknowns included, under every scheme that asks."""

from __future__ import annotations

import random

import pytest
from brute_force import Value, can_have, completions, groups, value_in

from all_cli.logic.axes import axis_of
from all_cli.logic.axis import Axis
from all_cli.logic.values import Possible
from all_cli.patient.patient import Patient
from all_cli.patient.unreadable import ContradictionError
from all_cli.risk.library import RiskLibrary, risk_library
from all_cli.risk.scheme import Scheme
from all_cli.risk.verdict import brief, judge, outcome

DEFINED = {fact.id: fact.defined_by[0] for fact in risk_library().vocabulary.facts.values() if fact.defined_by}


def parts(fact: str, library: RiskLibrary) -> list[str]:
    """A defined fact and those that define it."""
    return [fact, *library.schemes[DEFINED[fact]].facts]


ASKING = [
    (fact, scheme.id)
    for fact in DEFINED
    for scheme in risk_library().schemes.values()
    if fact in scheme.facts or scheme.id == DEFINED[fact]
]


def axes_of(scheme: Scheme, fact: str, library: RiskLibrary) -> list[Axis]:
    """Every fact of the scheme and of the definition, cut at the cut-offs of both."""
    definition = library.schemes[DEFINED[fact]]
    conditions = [rule.when for one in (scheme, definition) for rule in (one.population, *one.rules)]
    return [axis_of(library.vocabulary[id], conditions) for id in dict.fromkeys((*parts(fact, library), *scheme.facts))]


def masks_for(axes: list[Axis], defining: set[str], chance: random.Random) -> list[int]:
    """The facts of the definition known, partly known or unknown; of the others few enough left open to count."""
    masks, total = [], 1
    for axis in axes:
        pieces = list(axis.pieces(axis.domain))
        if axis.fact in defining and total * len(pieces) <= 120:
            kind = chance.random()
            count = 1 if kind < 0.35 else len(pieces) if kind < 0.65 else chance.randint(1, len(pieces))
        else:
            count = len(pieces) if total * len(pieces) <= 250 and chance.random() < 0.2 else 1
        total *= count
        masks.append(sum(1 << piece for piece in chance.sample(pieces, count)))
    return masks


@pytest.mark.parametrize(("fact", "id"), ASKING)
def test_the_groups_equal_brute_force_over_completions_of_the_defining_facts_too(
    fact: str, id: str, library: RiskLibrary
) -> None:
    scheme = library.schemes[id]
    chance = random.Random(f"{fact} {id}")
    axes = axes_of(scheme, fact, library)
    contradicted = 0
    for _ in range(20):
        masks = masks_for(axes, set(parts(fact, library)), chance)
        told: dict[str, Possible] = {
            axis.fact: axis.possible(mask) for axis, mask in zip(axes, masks, strict=True) if mask != axis.domain
        }
        choices: dict[str, list[Value]] = {
            axis.fact: [
                value
                for value in (value_in(axis, piece, chance, library.vocabulary) for piece in axis.pieces(mask))
                if can_have(axis.fact, value, told, library.vocabulary)
            ]
            for axis, mask in zip(axes, masks, strict=True)
        }
        expected = {group for being in completions(choices, library.vocabulary) for group in groups(scheme, being)}
        patient = Patient(library.vocabulary)
        try:
            for known, possible in told.items():
                patient.learn(known, possible, "told")
            patient.conclude()
        except ContradictionError:
            assert not expected, told
            contradicted += 1
            continue
        assert set(brief(scheme, patient).possible) == expected, told
        assert set(judge(scheme, patient).possible) == expected, told
        assert set(outcome(scheme, patient).possible) == expected, told
    assert contradicted < 20
