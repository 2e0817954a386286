"""A flag that is one ratio of counts exceeding a multiple of another, worked out exactly.

The traumatic-tap rule of Steinherz and Bleyer is of this kind: a puncture with blasts counts as CNS leukaemia if
white over red cells in the fluid is greater than twice white over red cells in blood. Ratios are compared by cross
multiplication of whole fractions, so that a patient exactly on the limit is on the limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from all_cli.knowledge.vocabulary import Exceeds
from all_cli.logic.values import NumberSet, number_set

_Edge = tuple[Fraction, bool]  # a bound of a product, and whether it is reached


def ratio_exceeds(rule: Exceeds, known: Mapping[str, NumberSet]) -> bool | None:
    """Whether a/b > times × c/d for all (True) or for no (False) values still possible; None if it is open.

    Args:
        rule: the two ratios, the factor and the intervals in which the question arises.
        known: fact to its possible values, which must be bounded; with one of the four missing the answer is open.
    """
    (a, b), times, (c, d), within = rule
    sets = {}
    for fact in (a, b, c, d):
        if fact not in known:
            return None
        sets[fact] = known[fact] & number_set(within[fact]) if fact in within else known[fact]
        if not sets[fact]:
            return None
    factor = Fraction(str(times))
    left_low, left_high = _product(sets[a], sets[d], Fraction(1))
    right_low, right_high = _product(sets[b], sets[c], factor)
    if left_low[0] > right_high[0] or (left_low[0] == right_high[0] and not (left_low[1] and right_high[1])):
        return True
    return False if left_high[0] <= right_low[0] else None


def _product(first: NumberSet, second: NumberSet, factor: Fraction) -> tuple[_Edge, _Edge]:
    """The least and the greatest of ``factor`` × x × y over two sets of numbers that are not negative."""
    lows = [numbers.spans[0][0] for numbers in (first, second)]
    highs = [numbers.spans[-1][1] for numbers in (first, second)]
    low = factor * Fraction(str(lows[0][0])) * Fraction(str(lows[1][0]))
    high = factor * Fraction(str(highs[0][0])) * Fraction(str(highs[1][0]))
    return (low, all(not edge for _, edge in lows)), (high, all(not edge for _, edge in highs))
