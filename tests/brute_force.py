"""The oracle: a scheme applied to patients of whom everything is known, written without the diagram.

Conditions are evaluated on plain values, rules are tried in order, completions are enumerated one by one. It shares
with the program only the parsed conditions.
"""

from __future__ import annotations

import functools
import itertools
import operator as operators
import random
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from all_cli.knowledge.vocabulary import Fact, Vocabulary
from all_cli.logic.axis import Axis
from all_cli.logic.expression import AllOf, Always, AnyOf, AtLeast, Compare, Expression, Named, Not, OneOf
from all_cli.logic.values import NumberSet
from all_cli.risk.library import risk_library
from all_cli.risk.scheme import NOT_APPLICABLE, UNCLASSIFIED, Scheme

Value = float | str
Rule = Callable[[Mapping[str, Any]], bool]
COMPARED: dict[str, Callable[[Any, Any], Any]] = {
    "<": operators.lt,
    "<=": operators.le,
    ">": operators.gt,
    ">=": operators.ge,
    "==": operators.eq,
    "!=": operators.ne,
}


def holds(condition: Expression, patient: Mapping[str, Value]) -> bool:
    """Whether a condition holds for a patient of whom every fact is known."""
    made = _ASKED.get(id(condition))
    if made is None:
        made = _ASKED[id(condition)] = condition, _asked(condition)
    return made[1](patient)


Asked = Callable[[Mapping[str, Value]], bool]
_ASKED: dict[int, tuple[Expression, Asked]] = {}
"""Each condition as a function of the patient, made once: millions of patients are asked."""


def _asked(condition: Expression) -> Asked:
    match condition:
        case Compare(fact, operator, value):
            compared = COMPARED[operator]
            return lambda patient: compared(patient[fact], value)
        case OneOf(fact, values, _):
            return lambda patient: patient[fact] in values
        case Not(item):
            inner = _asked(item)
            return lambda patient: not inner(patient)
        case Named(_, item):
            return _asked(item)
        case AllOf(items):
            return _every(tuple(map(_asked, items)))
        case AnyOf(items):
            return _some(tuple(map(_asked, items)))
        case AtLeast(number, items):
            parts = tuple(map(_asked, items))
            return lambda patient: sum(part(patient) for part in parts) >= number
        case Always(value):
            return lambda patient: value
    raise AssertionError(condition)


def _every(parts: tuple[Asked, ...]) -> Asked:
    def asked(patient: Mapping[str, Value]) -> bool:
        for part in parts:  # noqa: SIM110 - all() over a generator takes three times as long
            if not part(patient):
                return False
        return True

    return asked


def _some(parts: tuple[Asked, ...]) -> Asked:
    def asked(patient: Mapping[str, Value]) -> bool:
        for part in parts:  # noqa: SIM110
            if part(patient):
                return True
        return False

    return asked


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
    linked, scheme_made = _bearing(frozenset(patient), vocabulary)
    return meets(patient, linked) and as_defined(patient, scheme_made)


@functools.cache
def _bearing(facts: frozenset[str], vocabulary: Vocabulary) -> tuple[list[Rule], list[Fact]]:
    """What bears on beings of these facts, worked out once for all of them."""
    return implied(facts, vocabulary), defined(facts, vocabulary)


def meets(patient: Mapping[str, Value], rules: list[Rule]) -> bool:
    for rule in rules:  # noqa: SIM110
        if not rule(patient):
            return False
    return True


def implied(facts: Iterable[str], vocabulary: Vocabulary) -> list[Rule]:
    """What a value of one of these facts says of another."""
    among = {*facts}
    return [rule for fact, other, rule in _links(vocabulary) if fact in among and other in among]


@functools.cache
def _links(vocabulary: Vocabulary) -> list[tuple[str, str, Rule]]:
    """What a value of one fact says of another, also by way of facts between them."""

    def implication(fact: str, when: Any, other: str, allowed: Any) -> Rule:
        spoken, kept = _membership(when), _membership(allowed)
        return lambda patient: not spoken(patient[fact]) or kept(patient[other])

    def order(lower: str, upper: str) -> Rule:
        return lambda patient: bool(patient[lower] <= patient[upper])

    def chained(fact: str, when: Any, other: str, allowed: Any) -> Iterator[tuple[str, str, Rule]]:
        yield fact, other, implication(fact, when, other, allowed)
        for next_when, further, left in vocabulary[other].implies:
            if all(value in next_when for value in allowed):
                yield from chained(fact, when, further, left)

    everything = vocabulary.facts.values()
    links = [link for fact in everything for said in fact.implies for link in chained(fact.id, *said)]
    return links + [(fact.id, other, order(fact.id, other)) for fact in everything for other in fact.at_most]


def _membership(values: Sequence[Any]) -> Callable[[Value], bool]:
    """Whether a value is one of these words, or lies in one of these intervals."""
    if all(isinstance(value, str) for value in values):
        return frozenset(values).__contains__

    def lies_in(value: Value) -> bool:
        return any(
            (low is None or value > low or (low_in and value == low))
            and (high is None or value < high or (high_in and value == high))
            for low, low_in, high, high_in in values
        )

    return lies_in


def can_have(fact: str, value: Value, told: Collection[str], vocabulary: Vocabulary) -> bool:
    """Whether a fact can have a value, given that something was said of the facts ``told``."""
    return all(allowed(value) for one, allowed in _meant(vocabulary).get(fact, ()) if one in told)


@functools.cache
def _meant(vocabulary: Vocabulary) -> Mapping[str, list[tuple[str, Callable[[Value], bool]]]]:
    """By fact, the facts that say something of it once anything is said of them."""
    meant: dict[str, list[tuple[str, Callable[[Value], bool]]]] = {}
    for one in vocabulary.facts.values():
        for other, values in one.known_means:
            meant.setdefault(other, []).append((one.id, _membership(values)))
    return meant


def defined(facts: Iterable[str], vocabulary: Vocabulary) -> list[Fact]:
    """Those of the facts that a scheme defines, if all that it asks for is among them."""
    among = {*facts}
    return [
        fact
        for fact in (vocabulary[id] for id in among)
        if fact.defined_by is not None and among.issuperset(_schemes()[fact.defined_by[0]].facts)
    ]


def as_defined(patient: Mapping[str, Value], facts: list[Fact]) -> bool:
    return all(patient[fact.id] in defined_values(fact, patient) for fact in facts)


def defined_values(fact: Fact, patient: Mapping[str, Value]) -> Collection[str]:
    """The values that the scheme which defines a fact leaves it."""
    assert fact.defined_by is not None
    scheme = _schemes()[fact.defined_by[0]]
    if not holds(scheme.population.when, patient):
        return tuple(fact.values)
    deciding = next((rule.id for rule in scheme.rules if holds(rule.when, patient)), "")
    return fact.defined_by[1].get(deciding, tuple(fact.values))


@functools.cache
def _schemes() -> Mapping[str, Scheme]:
    return risk_library().schemes


def value_in(axis: Axis, piece: int, chance: random.Random, vocabulary: Vocabulary) -> Value:
    """Some value that lies in a piece of an axis and can exist."""
    if axis.words:
        return axis.words[piece]
    low, high = _ends(axis, piece, vocabulary)
    if low == high:
        return low
    if axis.fact in _ordered(vocabulary):
        return (low + high) / 2  # of two ordered numbers in one piece the one can be the other
    if axis.whole:
        return float(chance.randint(int(low), int(high)))
    return low + (high - low) * chance.uniform(0.001, 0.999)


@functools.cache
def _ends(axis: Axis, piece: int, vocabulary: Vocabulary) -> tuple[float, float]:
    """Between which numbers the values of a piece lie that can exist."""
    possible = axis.possible(1 << piece)
    assert isinstance(possible, NumberSet)
    (low, _), (high, _) = possible.spans[0]
    lowest, highest = vocabulary[axis.fact].hard
    low = low if lowest is None else max(low, lowest)
    high = high if highest is None else min(high, highest)
    return float(low), float(high)


@functools.cache
def _ordered(vocabulary: Vocabulary) -> frozenset[str]:
    """The numbers of which one cannot exceed another."""
    lower = [fact for fact in vocabulary.facts.values() if fact.at_most]
    return frozenset(id for fact in lower for id in (fact.id, *fact.at_most))


def completions(choices: Mapping[str, list[Value]], vocabulary: Vocabulary) -> Iterator[dict[str, Value]]:
    """Every combination of the values that the vocabulary allows."""
    rules, facts = _bearing(frozenset(choices), vocabulary)
    for combination in itertools.product(*choices.values()):
        patient = dict(zip(choices, combination, strict=True))
        if meets(patient, rules) and as_defined(patient, facts):
            yield patient
