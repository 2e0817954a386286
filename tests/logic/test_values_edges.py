"""Sets of numbers at their edges."""

from __future__ import annotations

import math

from all_cli.logic.values import ANY_NUMBER, NumberSet, number_text


def test_no_bound_below_is_not_no_bound_above() -> None:
    assert number_text(math.inf) == "∞"
    assert number_text(-math.inf) == "-∞"


def test_whole_numbers_of_everything_are_everything() -> None:
    assert ANY_NUMBER.whole() == ANY_NUMBER
    assert NumberSet.between(None, 3.5).whole() == NumberSet.between(None, 3)
    assert NumberSet.between(3.5, None).whole() == NumberSet.between(4, None)
    assert NumberSet.between(3, None, open_low=True).whole() == NumberSet.between(4, None)
    assert NumberSet.between(None, 3, open_high=True).whole() == NumberSet.between(None, 2)
