from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from all_cli.logic.axis import Axis
from all_cli.logic.values import ANY_NUMBER, NumberSet

AGE = Axis.of_number("age", [10, 1], NumberSet.between(0, 125))
CHROMOSOMES = Axis.of_number("modal_chromosomes", [44, 45, 50.5], NumberSet.between(20, 200), whole=True)
CNS = Axis.of_words("cns", ["CNS1", "CNS2", "CNS3"])


@pytest.mark.parametrize(
    ("age", "piece"), [(0, 0), (0.99, 0), (1, 1), (1.01, 2), (9.99, 2), (10, 3), (10.01, 4), (125, 4)]
)
def test_an_age_at_just_below_and_just_above_each_cut_off(age: float, piece: int) -> None:
    assert AGE.mask(NumberSet.point(age)) == 1 << piece


def test_a_value_that_cannot_exist_has_no_piece() -> None:
    assert Axis.of_number("age", [0], NumberSet.between(0, 125)).mask(NumberSet.point(-1)) == 0


def test_the_axis_itself_leaves_out_what_lies_outside_the_bounds() -> None:
    axis = Axis.of_number("mrd", [0, 0.01, 100], NumberSet.between(0, 100))
    assert axis.domain == 0b0111110, "nothing below 0, nothing above 100"


@pytest.mark.parametrize(
    ("ages", "mask"),
    [
        (NumberSet.comparison("<", 10), 0b00111),
        (NumberSet.comparison("<=", 10), 0b01111),
        (NumberSet.comparison(">", 10), 0b10000),
        (NumberSet.comparison(">=", 10), 0b11000),
        (NumberSet.comparison("==", 10), 0b01000),
        (NumberSet.comparison("!=", 10), 0b10111),
        (NumberSet.between(5, 20), 0b11100),
        (NumberSet.between(1, 10, open_low=True, open_high=True), 0b00100),
        (NumberSet(()), 0),
        (ANY_NUMBER, 0b11111),
    ],
)
def test_the_pieces_that_an_interval_meets(ages: NumberSet, mask: int) -> None:
    assert AGE.mask(ages) == mask


def test_a_whole_number_axis_drops_pieces_that_hold_no_whole_number() -> None:
    # < 44, 44, between 44 and 45, 45, between 45 and 50.5, 50.5, above 50.5
    assert CHROMOSOMES.domain == 0b1011011
    assert CHROMOSOMES.mask(NumberSet.between(44, 45)) == 0b0001010
    assert CHROMOSOMES.mask(NumberSet.between(45, 46, open_low=True, open_high=True)) == 0
    assert CHROMOSOMES.mask(NumberSet.comparison("<", 44)) == 0b0000001
    assert CHROMOSOMES.mask(NumberSet.comparison(">", 50)) == 0b1000000


@given(
    cuts=st.lists(st.sampled_from([0, 1, 2, 2.5, 3, 5, 8]), max_size=4),
    whole=st.booleans(),
    low=st.sampled_from([None, 0, 1, 2, 2.5, 4, 8]),
    high=st.sampled_from([None, 0, 1, 2, 2.5, 4, 8]),
    open_low=st.booleans(),
    open_high=st.booleans(),
)
def test_a_mask_is_the_pieces_of_its_members(
    cuts: list[float], whole: bool, low: float | None, high: float | None, open_low: bool, open_high: bool
) -> None:
    axis = Axis.of_number("x", cuts, NumberSet.between(0, 9), whole)
    numbers = NumberSet.between(low, high, open_low=open_low, open_high=open_high) & NumberSet.between(0, 9)
    domain = range(10) if whole else [eighth / 8 for eighth in range(73)]
    members = 0
    for value in domain:
        single = axis.mask(NumberSet.point(value))
        assert single.bit_count() == 1, "every value lies in one piece"
        members |= single if value in numbers else 0
    assert axis.mask(numbers) == members
    assert axis.mask(axis.possible(axis.domain)) == axis.domain


def test_pieces_back_to_values() -> None:
    assert AGE.possible(0b00111) == NumberSet.comparison("<", 10)
    assert AGE.possible(0b11000) == NumberSet.comparison(">=", 10)
    assert AGE.possible(0b10111) == NumberSet.comparison("!=", 10)
    assert CHROMOSOMES.possible(0b1001010) == (
        NumberSet.between(44, 44) | NumberSet.between(45, 45) | NumberSet.between(51, None)
    )
    assert CNS.possible(0b101) == {"CNS1", "CNS3"}


def test_words_are_pieces_in_their_order() -> None:
    assert CNS.domain == 0b111
    assert CNS.mask(frozenset({"CNS3", "CNS1"})) == 0b101
    assert CNS.mask(frozenset({"elsewhere"})) == 0


@pytest.mark.parametrize(
    ("axis", "mask", "text"),
    [
        (AGE, 0b00111, "< 10"),
        (AGE, 0b00100, "> 1 and < 10"),
        (AGE, 0b01110, ">= 1 and <= 10"),
        (AGE, 0b01000, "10"),
        (AGE, 0b11111, "any"),
        (AGE, 0b10111, "< 10 or > 10"),
        (CNS, 0b011, "CNS1 or CNS2"),
        (CNS, 0b111, "any"),
        (CHROMOSOMES, 0b0000001, "<= 43"),
    ],
)
def test_pieces_in_words(axis: Axis, mask: int, text: str) -> None:
    assert axis.text(mask) == text


def test_neighbouring_pieces_of_one_answer_are_one_run() -> None:
    answer = {0: "low", 1: "low", 2: "low", 3: "high", 4: "low"}
    assert AGE.runs(0b11111, answer) == [(0b00111, "low"), (0b01000, "high"), (0b10000, "low")]
    assert AGE.runs(0b10001, answer) == [(0b10001, "low")]
    assert list(AGE.pieces(0b10110)) == [1, 2, 4]


@pytest.mark.parametrize("axis", [AGE, CHROMOSOMES, CNS], ids=lambda axis: axis.fact)
def test_packing_and_unpacking_gives_the_same_axis(axis: Axis) -> None:
    assert Axis.unpack(axis.pack()) == axis
