"""Runs of pieces: every one of them may hold several, and none takes what belongs to another."""

from __future__ import annotations

from itertools import pairwise

import pytest

from all_cli.logic.axis import Axis
from all_cli.logic.values import NumberSet

AGE = Axis.of_number("age", [1, 10], NumberSet.between(0, 125))


@pytest.mark.parametrize(
    ("answers", "runs"),
    [
        ("aabbb", [(0b00011, "a"), (0b11100, "b")]),
        ("abbba", [(0b00001, "a"), (0b01110, "b"), (0b10000, "a")]),
        ("aabba", [(0b00011, "a"), (0b01100, "b"), (0b10000, "a")]),
        ("abbcc", [(0b00001, "a"), (0b00110, "b"), (0b11000, "c")]),
    ],
)
def test_a_later_run_gathers_its_own_pieces(answers: str, runs: list[tuple[int, str]]) -> None:
    assert AGE.runs(0b11111, dict(enumerate(answers))) == runs


def test_runs_hold_every_piece_once() -> None:
    for number in range(3**5):
        answers = {piece: number // 3**piece % 3 for piece in range(5)}
        runs = AGE.runs(AGE.domain, answers)
        assert [piece for mask, _ in runs for piece in AGE.pieces(mask)] == list(range(5))
        assert all(answers[piece] == answer for mask, answer in runs for piece in AGE.pieces(mask))
        assert all(before[1] != after[1] for before, after in pairwise(runs))
