"""The oracle: a scheme applied to patients of whom everything is known, written without the diagram.

Conditions are evaluated on plain values, rules are tried in order, completions are enumerated one by one. It shares
with the program only the parsed conditions.
"""

from __future__ import annotations

import functools
import itertools
import random
from collections.abc import Collection, Iterator, Mapping

from all_cli.knowledge.vocabulary import Fact, Vocabulary
from all_cli.logic.axis import Axis
from all_cli.logic.expression import AllOf, Always, AnyOf, AtLeast, Compare, Expression, Named, Not, OneOf
from all_cli.logic.values import NumberSet
from all_cli.risk.library import risk_library
from all_cli.risk.scheme import NOT_APPLICABLE, UNCLASSIFIED, Scheme

Value = float | str


def holds(condition: Expression, patient: Mapping[str, Value]) -> bool:
    """Whether a condition holds for a patient of whom every fact is known."""
    match condition:
        case Compare(fact, operator, value):
            own = patient[fact]
            return {
                "<": own < value,
                "<=": own <= value,
                ">": own > value,
                ">=": own >= value,
                "==": own == value,
                "!=": own != value,
            }[operator]
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
    raise AssertionError(condition)


def groups(scheme: Scheme, patient: Mapping[str, Value]) -> frozenset[str]:
    """The groups that the scheme leaves for a patient of whom everything is known."""
    if not holds(scheme.population.when, patient):
        return frozenset({NOT_APPLICABLE})
    for rule in scheme.rules:
        if holds(rule.when, patient):
            return frozenset(rule.groups)
    return frozenset({UNCLASSIFIED})


def possible_beings(patient: Mapping[str, Value], vocabulary: Vocabulary) -> bool:
    """Whether the vocabulary allows this combination of values among the facts given."""
    return all(
        patient[other] in allowed
        for fact in vocabulary.facts.values()
        for when, other, allowed in fact.implies
        if fact.id in patient and other in patient and patient[fact.id] in when
    ) and all(
        patient[fact.id] in defined_values(fact, patient)
        for fact in vocabulary.facts.values()
        if fact.defined_by is not None and fact.id in patient
    )


def defined_values(fact: Fact, patient: Mapping[str, Value]) -> Collection[str]:
    """The values that the scheme which defines a fact leaves it; all of them if the patient lacks what it asks for."""
    assert fact.defined_by is not None
    scheme = _schemes()[fact.defined_by[0]]
    if not patient.keys() >= set(scheme.facts) or not holds(scheme.population.when, patient):
        return tuple(fact.values)
    deciding = next((rule.id for rule in scheme.rules if holds(rule.when, patient)), "")
    return fact.defined_by[1].get(deciding, tuple(fact.values))


@functools.cache
def _schemes() -> Mapping[str, Scheme]:
    return risk_library().schemes


def value_in(axis: Axis, piece: int, chance: random.Random, vocabulary: Vocabulary) -> Value:
    """Some value that lies in a piece of an axis and can exist."""
    possible = axis.possible(1 << piece)
    if not isinstance(possible, NumberSet):
        return next(iter(possible))
    (low, _), (high, _) = possible.spans[0]
    lowest, highest = vocabulary[axis.fact].hard
    low = low if lowest is None else max(low, lowest)
    high = high if highest is None else min(high, highest)
    if low == high:
        return float(low)
    if axis.whole:
        return float(chance.randint(int(low), int(high)))
    return low + (high - low) * chance.uniform(0.001, 0.999)


def completions(choices: Mapping[str, list[Value]], vocabulary: Vocabulary) -> Iterator[dict[str, Value]]:
    """Every combination of the values that the vocabulary allows."""
    for combination in itertools.product(*choices.values()):
        patient = dict(zip(choices, combination, strict=True))
        if possible_beings(patient, vocabulary):
            yield patient
