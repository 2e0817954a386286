from __future__ import annotations

import pytest

from all_cli.knowledge.problems import ENOUGH, KnowledgeError, Place, Problem, Problems, did_you_mean, nearest
from all_cli.knowledge.shape import shape_problems
from all_cli.knowledge.strict_yaml import read_yaml


@pytest.mark.parametrize(
    ("word", "choices", "best"),
    [
        ("wcb", ["wbc", "age", "cns"], ["wbc"]),
        ("WBC", ["wbc"], ["wbc"]),
        ("etv6-runx1", ["tcf3_pbx1", "etv6_runx1"], ["etv6_runx1"]),
        ("IAMP", ["iAMP21", "Ph"], ["iAMP21"]),
        ("zzzz", ["wbc", "age"], []),
        ("wbc", [], []),
    ],
)
def test_nearest_spelling(word: str, choices: list[str], best: list[str]) -> None:
    assert nearest(word, choices)[: max(1, len(best))] == best


def test_nearest_gives_at_most_three_best_first() -> None:
    found = nearest("mrd_eoi", ["mrd_eoc", "mrd_eoi", "mrd_d15", "mrd_d8", "marrow_eoi"])
    assert found[0] == "mrd_eoi"
    assert len(found) == 3


def test_nearest_keeps_the_spelling_of_the_choice() -> None:
    assert nearest("kmt2a-R", ["KMT2A-r"]) == ["KMT2A-r"]


def test_did_you_mean_is_a_clause_or_nothing() -> None:
    assert did_you_mean("wcb", ["wbc"]) == ' — did you mean "wbc"?'
    assert did_you_mean("cns2", ["CNS2a", "CNS2b"]) == ' — did you mean "CNS2b" or "CNS2a"?'
    assert did_you_mean("zzz", ["wbc"]) == ""


def test_problems_are_listed_once_each_in_file_order() -> None:
    late, early = Problem(Place("f", 9, 1), "late"), Problem(Place("f", 2, 5), "early")
    error = KnowledgeError([late, early, late])
    assert str(error) == "f:2:5: early\nf:9:1: late"


def test_line_ten_comes_after_line_nine() -> None:
    error = KnowledgeError([Problem(Place("f", 10, 1), "ten"), Problem(Place("f", 9, 1), "nine")])
    assert [problem.message for problem in error.problems] == ["nine", "ten"]


def test_the_search_for_mistakes_ends_after_a_thousand() -> None:
    found = Problems()
    with pytest.raises(KnowledgeError):
        found.extend(Problem(Place("f.yaml", line, 1), "wrong") for line in range(2 * ENOUGH))
    assert len(found) == ENOUGH
    keys = read_yaml("".join(f"k{number}: 1\n" for number in range(2 * ENOUGH)), "f.yaml")
    assert len(shape_problems(keys, {"type": "object", "additionalProperties": False})) == ENOUGH
