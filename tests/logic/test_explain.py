from __future__ import annotations

import pytest

from all_cli.knowledge.documents import document_of
from all_cli.knowledge.files import FACTS
from all_cli.knowledge.vocabulary import vocabulary_in
from all_cli.logic.explain import because, truth
from all_cli.logic.expression import Compare, Expression
from all_cli.logic.parse import parse_condition
from all_cli.logic.values import NumberSet, Possible, possible_text

VOCABULARY = vocabulary_in(document_of(FACTS))
PRESENT, ABSENT = frozenset({"present"}), frozenset({"absent"})
SEVEN: dict[str, Possible] = {
    "age": NumberSet.point(7),
    "wbc": NumberSet.point(45),
    "mrd_eoi": NumberSet.between(0, 0.01, open_high=True),
    "cns": frozenset({"CNS2a", "CNS2b", "CNS2c"}),
    "bcr_abl1": ABSENT,
    "iamp21": PRESENT,
}


def parse(text: str) -> Expression:
    return parse_condition(text, VOCABULARY, {"named": parse_condition("age >= 10", VOCABULARY)})


def shown(fact: str) -> str:
    return possible_text(SEVEN[fact]) if fact in SEVEN else "unknown"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("age < 10", True), ("age >= 10", False), ("age >= 7", True), ("age > 7", False), ("named", False),
        ("mrd_eoi < 0.01", True), ("mrd_eoi < 0.001", None), ("mrd_eoi >= 0.01", False), ("mrd_eoi <= 1", True),
        ("cns == CNS2", True), ("cns == CNS2a", None), ("cns == CNS3", False), ("cns != CNS1", True),
        ("bcr_abl1", False), ("not bcr_abl1", True), ("iamp21", True), ("kmt2a_r", None), ("not kmt2a_r", None),
        ("iamp21 or kmt2a_r", True), ("iamp21 and kmt2a_r", None), ("bcr_abl1 and kmt2a_r", False),
        ("bcr_abl1 or kmt2a_r", None), ("True", True), ("False", False),
        ("count(iamp21, kmt2a_r, bcr_abl1) >= 1", True), ("count(iamp21, kmt2a_r, bcr_abl1) >= 2", None),
        ("count(iamp21, kmt2a_r, bcr_abl1) >= 3", False), ("count(iamp21, kmt2a_r) <= 1", None),
        ("count(iamp21, bcr_abl1) == 1", True),
    ],
)  # fmt: skip
def test_truth_is_yes_no_or_open(text: str, value: bool | None) -> None:
    assert truth(parse(text), SEVEN) is value


@pytest.mark.parametrize(
    ("text", "wanted", "said"),
    [
        ("age < 10 and wbc < 50", True, ["age 7 < 10", "wbc 45 < 50"]),
        ("age >= 10", False, ["age 7 < 10"]),
        ("age <= 6", False, ["age 7 > 6"]),
        ("age != 7", False, ["age 7 == 7"]),
        ("age >= 10 or wbc < 50", True, ["wbc 45 < 50"]),
        ("age >= 10 or wbc >= 50", False, ["age 7 < 10", "wbc 45 < 50"]),
        ("age >= 10 and wbc < 50", False, ["age 7 < 10"]),
        ("mrd_eoi < 0.01", True, ["mrd_eoi >= 0 and < 0.01, so < 0.01"]),
        ("mrd_eoi < 0.001", True, ["mrd_eoi >= 0 and < 0.01: < 0.001?"]),
        ("d8_blasts < 1000", True, ["d8_blasts unknown: < 1000?"]),
        ("not bcr_abl1", True, ["bcr_abl1 absent"]),
        ("kmt2a_r", True, ["kmt2a_r unknown: present?"]),
        ("kmt2a_r", False, ["kmt2a_r unknown: absent?"]),
        ("cns == CNS3", False, ["cns CNS2a or CNS2b or CNS2c, not CNS3"]),
        ("cns in (CNS1, CNS3)", False, ["cns CNS2a or CNS2b or CNS2c, not CNS1 or CNS3"]),
        ("cns not in (CNS1, CNS3)", True, ["cns CNS2a or CNS2b or CNS2c, not CNS1 or CNS3"]),
        ("cns == CNS2a", True, ["cns CNS2a or CNS2b or CNS2c: CNS2a?"]),
        ("cns != CNS2a", True, ["cns CNS2a or CNS2b or CNS2c: not CNS2a?"]),
        ("named", False, ["age 7 < 10"]),
        ("not named", True, ["age 7 < 10"]),
        ("not (age >= 10 or bcr_abl1)", True, ["age 7 < 10", "bcr_abl1 absent"]),
        ("count(iamp21, bcr_abl1, age < 10) >= 2", True, ["iamp21 present", "age 7 < 10"]),
        ("age < 10 and age < 10", True, ["age 7 < 10"]),
        ("True", True, []),
    ],
)  # fmt: skip
def test_because_names_each_comparison_with_the_patients_value(text: str, wanted: bool, said: list[str]) -> None:
    assert because(parse(text), wanted, SEVEN, shown) == said


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">=", "==", "!="])
def test_a_comparison_is_as_true_as_the_set_of_numbers_for_which_it_holds(operator: str) -> None:
    bounds = [(float(value), edge) for value in range(4) for edge in (-1, 0, 1)]
    spans = [(low, high) for low in bounds for high in bounds if low <= high]
    sets = [NumberSet(()), *(NumberSet((span,)) for span in spans)]
    sets += [NumberSet((one, other)) for one in spans[::3] for other in spans[::5] if one[1] < other[0]]
    for value in (0, 1, 2, 3):
        test = Compare("wbc", operator, value)
        for possible in sets:
            meets = possible & test.allowed
            expected = False if not meets else True if meets == possible else None
            assert truth(test, {"wbc": possible}) is expected, (str(test), possible)
