"""Sets of possible values: what a fact can still be.

A number is a union of intervals, a choice (or a flag, whose two values are ``present`` and ``absent``) a frozen set of
words. Bounds carry their openness as a third value below, at or above the number, so that they compare as tuples:
``(10, 0)`` is exactly 10, ``(10, -1)`` ends just below 10 and ``(10, 1)`` begins just above it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from all_cli.knowledge.vocabulary import Fact, Interval, Values

Bound = tuple[float, int]
Span = tuple[Bound, Bound]
ChoiceSet = frozenset[str]

PRESENT, ABSENT = "present", "absent"
_LOWEST: Bound = (-math.inf, 0)
_HIGHEST: Bound = (math.inf, 0)


@dataclass(slots=True, unsafe_hash=True)  # a frozen one takes three times as long to make, and many are made
class NumberSet:
    """A union of disjoint intervals of real numbers, in ascending order; never changed."""

    spans: tuple[Span, ...]

    @staticmethod
    def point(value: float) -> NumberSet:
        """The set of one number."""
        return NumberSet((((value, 0), (value, 0)),))

    @staticmethod
    def between(low: float | None, high: float | None, *, open_low: bool = False, open_high: bool = False) -> NumberSet:
        """All numbers from ``low`` to ``high``; None means no bound on that side. Empty if the bounds cross."""
        lower = _LOWEST if low is None else (low, 1 if open_low else 0)
        upper = _HIGHEST if high is None else (high, -1 if open_high else 0)
        return NumberSet(((lower, upper),)) if lower <= upper else NumberSet(())

    @staticmethod
    @lru_cache(maxsize=4096, typed=True)
    def comparison(operator: str, value: float) -> NumberSet:
        """The numbers x for which ``x operator value`` holds; operators ``< <= > >= == !=``."""
        match operator:
            case "<":
                return NumberSet(((_LOWEST, (value, -1)),))
            case "<=":
                return NumberSet(((_LOWEST, (value, 0)),))
            case ">":
                return NumberSet((((value, 1), _HIGHEST),))
            case ">=":
                return NumberSet((((value, 0), _HIGHEST),))
            case "==":
                return NumberSet.point(value)
            case _:
                return NumberSet(((_LOWEST, (value, -1)), ((value, 1), _HIGHEST)))

    def __and__(self, other: NumberSet) -> NumberSet:
        spans = []
        for low, high in self.spans:
            for other_low, other_high in other.spans:
                lower, upper = max(low, other_low), min(high, other_high)
                if lower <= upper:
                    spans.append((lower, upper))
        return NumberSet(tuple(spans))

    def __or__(self, other: NumberSet) -> NumberSet:
        merged: list[Span] = []
        for low, high in sorted(self.spans + other.spans):
            if merged and _touches(merged[-1][1], low):
                merged[-1] = (merged[-1][0], max(merged[-1][1], high))
            else:
                merged.append((low, high))
        return NumberSet(tuple(merged))

    def __bool__(self) -> bool:
        return bool(self.spans)

    def __contains__(self, value: float) -> bool:
        return any(low <= (value, 0) <= high for low, high in self.spans)

    def whole(self) -> NumberSet:
        """The same set with every interval shrunk to the whole numbers it holds."""
        spans = []
        for (low, low_edge), (high, high_edge) in self.spans:
            first = low if math.isinf(low) else math.floor(low) + 1 if low_edge > 0 else math.ceil(low)
            last = high if math.isinf(high) else math.ceil(high) - 1 if high_edge < 0 else math.floor(high)
            if first <= last:
                spans.append(((float(first), 0), (float(last), 0)))
        return NumberSet(tuple(spans))

    @property
    def single(self) -> float | None:
        """The number, if the set holds exactly one; otherwise None."""
        if len(self.spans) == 1 and self.spans[0][0] == self.spans[0][1]:
            return self.spans[0][0][0]
        return None


ANY_NUMBER = NumberSet(((_LOWEST, _HIGHEST),))

Possible = NumberSet | ChoiceSet


def _touches(high: Bound, low: Bound) -> bool:
    """Whether no number lies between an interval that ends at ``high`` and one that begins at ``low``."""
    return low <= high or (low[0] == high[0] and low[1] - high[1] == 1)


def intersect(first: Possible, second: Possible) -> Possible:
    """What both sets hold; both must be of the same kind."""
    if isinstance(first, NumberSet) and isinstance(second, NumberSet):
        return first & second
    if isinstance(first, frozenset) and isinstance(second, frozenset):
        return first & second
    raise TypeError("a set of numbers and a set of choices have nothing in common")


def at_least(numbers: NumberSet) -> NumberSet:
    """The numbers that are not below all of these."""
    return NumberSet(((numbers.spans[0][0], _HIGHEST),))


def at_most(numbers: NumberSet) -> NumberSet:
    """The numbers that are not above all of these."""
    return NumberSet(((_LOWEST, numbers.spans[-1][1]),))


def within(inner: Possible, outer: Possible) -> bool:
    """Whether every value of the one set is in the other; both must be of the same kind."""
    return intersect(inner, outer) == inner


def number_set(spans: Iterable[Interval]) -> NumberSet:
    """Intervals of the vocabulary as a set of numbers."""
    found = NumberSet(())
    for low, low_in, high, high_in in spans:
        found |= NumberSet.between(low, high, open_low=not low_in, open_high=not high_in)
    return found


def values_of(fact: Fact, values: Values) -> Possible:
    """Values of a fact as the vocabulary writes them: words of a choice or flag, intervals of a number."""
    return _values_of(values, fact.kind == "number", fact.whole)


@lru_cache(maxsize=512)
def _values_of(values: Values, number: bool, whole: bool) -> Possible:
    if not number:
        return frozenset(cast("tuple[str, ...]", values))
    found = number_set(cast("tuple[Interval, ...]", values))
    return found.whole() if whole else found


def all_but(fact: Fact, possible: Possible) -> Possible:
    """The values that a fact can have, without these."""
    if not isinstance(possible, NumberSet):
        return frozenset(fact.values) - possible
    left: Possible = whole_domain(fact)
    for low, high in possible.spans:
        below, above = (low[0], low[1] - 1), (high[0], high[1] + 1)
        spans = [span for span in ((_LOWEST, below), (above, _HIGHEST)) if span[0] <= span[1]]
        left = intersect(left, NumberSet(tuple(spans)))
    return left.whole() if isinstance(left, NumberSet) and fact.whole else left


def number_text(value: float) -> str:
    """A number as people write it: 45, 0.01, 7.5; never 1e-02 or 45.0."""
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    text = f"{value:.10f}".rstrip("0").rstrip(".") if abs(value) >= 1e-9 else repr(value)
    return text if float(text) == value else repr(value)


def span_text(span: Span) -> str:
    """One interval in words of comparison: ``< 10``, ``>= 10 and < 15``, ``35``."""
    (low, low_edge), (high, high_edge) = span
    if (low, low_edge) == (high, high_edge):
        return number_text(low)
    parts = []
    if not math.isinf(low):
        parts.append(f"{'>' if low_edge > 0 else '>='} {number_text(low)}")
    if not math.isinf(high):
        parts.append(f"{'<' if high_edge < 0 else '<='} {number_text(high)}")
    return " and ".join(parts) or "any"


def possible_text(possible: Possible) -> str:
    """A set of possible values as text: intervals joined by ``or``, words joined by ``or``."""
    if isinstance(possible, NumberSet):
        return " or ".join(span_text(span) for span in possible.spans) or "none"
    return " or ".join(sorted(possible)) or "none"


def whole_domain(fact: Fact) -> Possible:
    """Every value that a fact can have."""
    if fact.kind == "number":
        domain = NumberSet.between(*fact.hard)
        return domain.whole() if fact.whole else domain
    return frozenset(fact.values)
