from __future__ import annotations

import math
from itertools import pairwise
from operator import eq, ge, gt, le, lt, ne

import pytest
from hypothesis import given
from hypothesis import strategies as st

from all_cli.logic.values import (
    ANY_NUMBER,
    NumberSet,
    all_but,
    intersect,
    number_text,
    possible_text,
    span_text,
    within,
)
from all_cli.risk.library import risk_library

SAMPLES = [quarter / 4 for quarter in range(-6, 31)]
edges = st.sampled_from([None, *range(-1, 8), 2.5, 4.5])


@st.composite
def number_sets(draw: st.DrawFn) -> tuple[NumberSet, set[float]]:
    """A set built from intervals, and by plain arithmetic the sample points it must hold."""
    built, members = NumberSet(()), set[float]()
    for low, high, open_low, open_high in draw(
        st.lists(st.tuples(edges, edges, st.booleans(), st.booleans()), max_size=4)
    ):
        built |= NumberSet.between(low, high, open_low=open_low, open_high=open_high)
        members |= {
            x
            for x in SAMPLES
            if (low is None or (x > low if open_low else x >= low))
            and (high is None or (x < high if open_high else x <= high))
        }
    return built, members


def held(numbers: NumberSet) -> set[float]:
    return {x for x in SAMPLES if x in numbers}


@given(number_sets())
def test_a_union_of_intervals_holds_exactly_its_numbers(one: tuple[NumberSet, set[float]]) -> None:
    assert held(one[0]) == one[1]


@given(number_sets(), number_sets())
def test_a_set_is_within_another_if_that_leaves_nothing_of_it_out(
    one: tuple[NumberSet, set[float]], two: tuple[NumberSet, set[float]]
) -> None:
    assert within(one[0] & two[0], two[0])
    if within(one[0], two[0]):
        assert one[1] <= two[1]
    assert within(one[0], one[0] | two[0])


@given(number_sets())
def test_all_but_some_values_of_a_fact_are_the_others(one: tuple[NumberSet, set[float]]) -> None:
    age = risk_library().vocabulary["age"]  # from 0 to 125
    left = all_but(age, one[0])
    assert isinstance(left, NumberSet)
    assert held(left) == {x for x in SAMPLES if x >= 0} - one[1]


@pytest.mark.parametrize(
    ("fact", "without", "left"),
    [
        ("modal_chromosomes", NumberSet.between(44, None), NumberSet.between(20, 43)),
        ("modal_chromosomes", NumberSet.between(30, 39), NumberSet.between(20, 29) | NumberSet.between(40, 200)),
        ("sex", frozenset({"male"}), frozenset({"female"})),
    ],
)
def test_all_but_heeds_whole_numbers_and_words(fact: str, without: object, left: object) -> None:
    assert all_but(risk_library().vocabulary[fact], without) == left  # type: ignore[arg-type]


@given(number_sets(), number_sets())
def test_and_or_are_intersection_and_union(
    one: tuple[NumberSet, set[float]], two: tuple[NumberSet, set[float]]
) -> None:
    assert held(one[0] & two[0]) == one[1] & two[1]
    assert held(one[0] | two[0]) == one[1] | two[1]
    assert one[0] & two[0] == two[0] & one[0]
    assert one[0] | two[0] == two[0] | one[0]


@given(number_sets(), number_sets())
def test_spans_are_ascending_disjoint_and_never_touch(
    one: tuple[NumberSet, set[float]], two: tuple[NumberSet, set[float]]
) -> None:
    for (_, high), (low, _) in pairwise((one[0] | two[0]).spans):
        assert high < low
        assert not (high[0] == low[0] and low[1] - high[1] == 1), "[0, 1) and [1, 2] are one interval"


@given(number_sets())
def test_whole_keeps_exactly_the_whole_numbers(one: tuple[NumberSet, set[float]]) -> None:
    whole = one[0].whole()
    assert {x for x in SAMPLES if x == int(x) and x in whole} == {x for x in one[1] if x == int(x)}
    assert all(low == int(low) for (low, _), _ in whole.spans if not math.isinf(low))
    assert bool(whole) == any(x == int(x) for x in one[1]) or any(
        math.isinf(bound[0]) for span in whole.spans for bound in span
    )


@given(number_sets())
def test_a_set_is_true_when_it_holds_something(one: tuple[NumberSet, set[float]]) -> None:
    assert bool(one[0]) >= bool(one[1])
    assert one[0] & ANY_NUMBER == one[0]
    assert one[0] | one[0] == one[0]


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">=", "==", "!="])
@pytest.mark.parametrize("value", [0, 2.5, 10])
def test_a_comparison_holds_the_numbers_that_satisfy_it(operator: str, value: float) -> None:
    satisfied = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne}[operator]
    numbers = NumberSet.comparison(operator, value)
    for x in (value - 1, value - 1e-9, value, value + 1e-9, value + 1):
        assert (x in numbers) == satisfied(x, value), x


@pytest.mark.parametrize(
    ("low", "high", "open_low", "open_high"), [(5, 4, False, False), (5, 5, True, False), (5, 5, False, True)]
)
def test_bounds_that_cross_leave_nothing(low: float, high: float, open_low: bool, open_high: bool) -> None:
    assert not NumberSet.between(low, high, open_low=open_low, open_high=open_high)


def test_only_one_number_is_single() -> None:
    assert NumberSet.point(7).single == 7
    assert NumberSet.between(7, 7).single == 7
    assert NumberSet.between(7, 8).single is None
    assert NumberSet.between(7, 8, open_low=True).single is None
    assert (NumberSet.point(1) | NumberSet.point(2)).single is None
    assert NumberSet(()).single is None


@pytest.mark.parametrize(
    ("numbers", "whole"),
    [
        (NumberSet.comparison("<", 46), (-math.inf, 45)),
        (NumberSet.comparison("<=", 46), (-math.inf, 46)),
        (NumberSet.comparison(">", 50), (51, math.inf)),
        (NumberSet.comparison(">=", 50), (50, math.inf)),
        (NumberSet.comparison(">", 50.5), (51, math.inf)),
        (NumberSet.comparison("<", 46.5), (-math.inf, 46)),
        (NumberSet.between(50.1, 50.9), None),
        (NumberSet.between(50, 51, open_low=True, open_high=True), None),
    ],
)
def test_whole_numbers_next_to_a_cut_off(numbers: NumberSet, whole: tuple[float, float] | None) -> None:
    assert [(low, high) for (low, _), (high, _) in numbers.whole().spans] == ([whole] if whole else [])


def test_numbers_and_words_have_nothing_in_common() -> None:
    assert intersect(frozenset("ab"), frozenset("bc")) == {"b"}
    assert intersect(NumberSet.comparison("<", 5), NumberSet.comparison(">=", 5)) == NumberSet(())
    with pytest.raises(TypeError):
        intersect(frozenset("a"), ANY_NUMBER)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (45.0, "45"), (0.01, "0.01"), (7.5, "7.5"), (0.0001, "0.0001"), (0.0, "0"), (-0.0, "0"), (-2.5, "-2.5"),
        (1000000.0, "1000000"), (100.0, "100"), (0.1, "0.1"), (1 / 3, "0.3333333333333333"), (0.00000005, "0.00000005"),
    ],
)  # fmt: skip
def test_numbers_read_as_people_write_them(value: float, text: str) -> None:
    assert number_text(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_text_is_the_number(value: float) -> None:
    assert float(number_text(value)) == value


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        (NumberSet.comparison("<", 10), "< 10"),
        (NumberSet.comparison("<=", 10), "<= 10"),
        (NumberSet.comparison(">", 0.01), "> 0.01"),
        (NumberSet.comparison(">=", 10), ">= 10"),
        (NumberSet.point(35), "35"),
        (NumberSet.between(10, 15, open_high=True), ">= 10 and < 15"),
        (NumberSet.between(10, 15, open_low=True), "> 10 and <= 15"),
        (ANY_NUMBER, "any"),
    ],
)
def test_one_interval_in_words(numbers: NumberSet, text: str) -> None:
    assert span_text(numbers.spans[0]) == text
    assert possible_text(numbers) == text


def test_several_possibilities_are_joined_by_or() -> None:
    assert possible_text(NumberSet.comparison("!=", 5)) == "< 5 or > 5"
    assert possible_text(frozenset({"CNS2b", "CNS2a"})) == "CNS2a or CNS2b"
    assert possible_text(NumberSet(())) == possible_text(frozenset()) == "none"
