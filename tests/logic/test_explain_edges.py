"""Counts that are reached, missed or open, and which comparisons are named for them."""

from __future__ import annotations

from itertools import product

import pytest

from all_cli.logic.explain import because, truth
from all_cli.logic.expression import AllOf, AnyOf, AtLeast, Expression, OneOf
from all_cli.logic.values import Possible, possible_text

SAID: dict[bool | None, Possible] = {True: frozenset({"present"}), False: frozenset({"absent"})}
FLAGS = ("first", "second", "third")
ITEMS: tuple[Expression, ...] = tuple(OneOf(flag, frozenset({"present"}), flag) for flag in FLAGS)


def patient(*values: bool | None) -> dict[str, Possible]:
    return {flag: SAID[value] for flag, value in zip(FLAGS, values, strict=True) if value is not None}


def why(expression: Expression, wanted: bool, *values: bool | None) -> list[str]:
    known = patient(*values)
    return because(expression, wanted, known, lambda fact: possible_text(known[fact]) if fact in known else "unknown")


@pytest.mark.parametrize("number", range(5))
def test_a_count_is_open_exactly_if_the_unknown_flags_can_turn_it(number: int) -> None:
    for values in product((True, False, None), repeat=3):
        unknown = values.count(None)
        reached = {values.count(True) + more >= number for more in range(unknown + 1)}
        expected = reached.pop() if len(reached) == 1 else None
        assert truth(AtLeast(number, ITEMS), patient(*values)) is expected, values


def test_all_and_any_are_open_exactly_if_the_unknown_flags_can_turn_them() -> None:
    for values in product((True, False, None), repeat=3):
        completions = list(product(*((True, False) if value is None else (value,) for value in values)))
        for kind, decide in ((AllOf, all), (AnyOf, any)):
            answers = {decide(completion) for completion in completions}
            expected = answers.pop() if len(answers) == 1 else None
            assert truth(kind(ITEMS), patient(*values)) is expected, (kind, values)


def test_a_count_that_is_reached_names_what_is_counted_and_one_that_is_missed_what_is_not() -> None:
    assert why(AtLeast(2, ITEMS), True, True, False, True) == ["first present", "third present"]
    assert why(AtLeast(2, ITEMS), False, True, False, False) == ["second absent", "third absent"]


def test_a_count_of_which_nothing_is_known_names_all_that_it_counts() -> None:
    asked = ["first unknown: present?", "second unknown: present?", "third unknown: present?"]
    assert why(AtLeast(2, ITEMS), True, None, None, None) == asked


def test_what_holds_only_together_is_named_together_though_part_of_it_is_open() -> None:
    assert why(AllOf(ITEMS), True, True, None, True) == ["first present", "second unknown: present?", "third present"]
    assert why(AnyOf(ITEMS), False, False, None, False) == ["first absent", "second unknown: absent?", "third absent"]


def test_what_one_alone_decides_names_that_one() -> None:
    assert why(AnyOf(ITEMS), True, False, None, True) == ["third present"]
    assert why(AllOf(ITEMS), False, True, None, False) == ["third absent"]
