"""Conditions as data: two are equal only if they are of one kind, and each reads back as what it was."""

from __future__ import annotations

from operator import eq, ne

import pytest

from all_cli.logic.expression import AllOf, Always, AnyOf, AtLeast, Compare, Expression, Named, Not, OneOf, pack, unpack

PH, AGE = OneOf("ph", frozenset({"present"}), "ph"), Compare("age", ">=", 10.0)
KINDS: tuple[Expression, ...] = (
    PH, AGE, Not(PH), AllOf((PH, AGE)), AnyOf((PH, AGE)), AllOf((PH,)), AnyOf((PH,)), AtLeast(1, (PH, AGE)),
    AtLeast(2, (PH, AGE)), Named("ph", PH), Named("ph", Not(PH)), Always(True), Always(False), Not(AllOf((PH, AGE))),
)  # fmt: skip


def test_an_and_is_not_the_or_of_the_same_conditions() -> None:
    for one, other, same in (
        (AllOf((PH, AGE)), AllOf((PH, AGE)), True),
        (AllOf((PH, AGE)), AnyOf((PH, AGE)), False),
        (Not(PH), AnyOf((PH,)), False),
    ):
        assert eq(one, other) is same
        assert ne(one, other) is not same


def test_no_two_different_conditions_are_equal() -> None:
    for number, one in enumerate(KINDS):
        assert [other for other in KINDS if other == one] == [KINDS[number]]
    assert len(set(KINDS)) == len(KINDS)


@pytest.mark.parametrize("condition", KINDS, ids=str)
def test_a_condition_packed_and_unpacked_is_the_same_condition(condition: Expression) -> None:
    assert unpack(pack(condition)) == condition
