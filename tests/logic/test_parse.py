from __future__ import annotations

import msgpack
import pytest

from all_cli.knowledge.documents import document_of
from all_cli.knowledge.files import FACTS
from all_cli.knowledge.vocabulary import vocabulary_in
from all_cli.logic.expression import (
    AllOf,
    Always,
    AnyOf,
    AtLeast,
    Compare,
    Expression,
    Named,
    Not,
    OneOf,
    names,
    pack,
    unpack,
)
from all_cli.logic.expression import (
    tests as comparisons,
)
from all_cli.logic.parse import ConditionError, parse_condition

VOCABULARY = vocabulary_in(document_of(FACTS))
PH = OneOf("bcr_abl1", frozenset({"present"}), "bcr_abl1")
IAMP = OneOf("iamp21", frozenset({"present"}), "iamp21")
HIGH = Compare("age", ">=", 10)
CNS2 = frozenset({"CNS2a", "CNS2b", "CNS2c"})


def parse(text: str) -> Expression:
    return parse_condition(text, VOCABULARY, {"nci_high": HIGH})


def allowed(text: str) -> object:
    expression = parse(text)
    assert isinstance(expression, OneOf)
    return expression.allowed


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">=", "==", "!="])
def test_every_comparison(operator: str) -> None:
    assert parse(f"wbc {operator} 50") == Compare("wbc", operator, 50.0)
    assert parse(f"mrd_eoi {operator} 0.01") == Compare("mrd_eoi", operator, 0.01)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("50 <= wbc", ">="), ("50 < wbc", ">"), ("50 >= wbc", "<="), ("50 > wbc", "<"), ("50 == wbc", "=="),
    ("50 != wbc", "!=")],
)  # fmt: skip
def test_a_comparison_may_stand_the_other_way_round(written: str, meant: str) -> None:
    assert parse(written) == Compare("wbc", meant, 50.0)


def test_negative_numbers() -> None:
    assert parse("months_off_therapy > -6") == Compare("months_off_therapy", ">", -6.0)
    assert parse("-6 < months_off_therapy") == Compare("months_off_therapy", ">", -6.0)


def test_a_chained_comparison_is_both() -> None:
    assert parse("10 <= age < 15") == AllOf((Compare("age", ">=", 10), Compare("age", "<", 15)))
    assert parse("1 < age <= 2") == AllOf((Compare("age", ">", 1), Compare("age", "<=", 2)))


def test_and_binds_tighter_than_or_and_not_tightest() -> None:
    assert parse("bcr_abl1 or iamp21 and not nci_high") == AnyOf((PH, AllOf((IAMP, Not(Named("nci_high", HIGH))))))
    assert parse("(bcr_abl1 or iamp21) and True") == AllOf((AnyOf((PH, IAMP)), Always(True)))


def test_a_bare_flag_means_present_and_an_alias_is_its_fact() -> None:
    assert parse("bcr_abl1") == parse("ph") == PH
    assert allowed("ph == absent") == allowed("ph != present") == {"absent"}
    assert allowed("ph != absent") == {"present"}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("lineage == B", {"B"}),
        ("lineage != B", {"T", "MPAL"}),
        ("cns == CNS2", CNS2),
        ("cns != CNS2", {"CNS1", "CNS3a", "CNS3b", "CNS3c"}),
        ("cns in (CNS2, CNS3a)", CNS2 | {"CNS3a"}),
        ("cns in [CNS1, CNS2a]", {"CNS1", "CNS2a"}),
        ("cns in {CNS1}", {"CNS1"}),
        ("cns in (CNS1,)", {"CNS1"}),
        ("cns not in (CNS2, CNS3)", {"CNS1"}),
        ("maturation == 'pro-B'", {"pro-B"}),
        ('maturation in ("early-T", "cortical-T")', {"pro-T", "pre-T", "cortical-T"}),
    ],
)
def test_choices_sets_and_quoted_hyphens(text: str, values: set[str]) -> None:
    assert allowed(text) == values


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("count(ph, iamp21) >= 2", AtLeast(2, (PH, IAMP))),
        ("count(ph, iamp21) > 1", AtLeast(2, (PH, IAMP))),
        ("count(ph, iamp21) < 2", Not(AtLeast(2, (PH, IAMP)))),
        ("count(ph, iamp21) <= 1", Not(AtLeast(2, (PH, IAMP)))),
        ("count(ph, iamp21) == 1", AllOf((AtLeast(1, (PH, IAMP)), Not(AtLeast(2, (PH, IAMP)))))),
        ("count(age >= 10, not ph) >= 1", AtLeast(1, (HIGH, Not(PH)))),
    ],
)
def test_count(text: str, meant: Expression) -> None:
    assert parse(text) == meant


@pytest.mark.parametrize(
    ("text", "offset", "sentence"),
    [
        ("age >= 10 and wcb >= 50", 14, 'no fact is called "wcb" — did you mean "wbc"?'),
        ("nci_hihg", 0, 'did you mean "nci_high"?'),
        ("not zzzzzz", 4, 'no fact is called "zzzzzz"'),
        ("cns == CNS4", 7, '"cns" has no value "CNS4" — did you mean "CNS'),
        ("ph or lineage == b", 17, '"lineage" has no value "b" — did you mean "B"?'),
        ("lineage == zzzz", 11, '(its values: B, T, MPAL)'),
        ("cns in (CNS1, CNS9)", 14, '"cns" has no value "CNS9"'),
        ("ph == yes", 6, '"bcr_abl1" has no value "yes"'),
        ("ph < 1", 0, '"ph" is a flag: it can be compared with == != in only'),
        ("iamp21 and lineage >= B", 11, '"lineage" is a choice'),
        ("ph or age", 6, '"age" is a number and needs a comparison, such as age >= …'),
        ("cns", 0, '"cns" is a choice and needs a comparison, such as cns == CNS1'),
        ("age == ten", 7, '"age" is a number: compare it with one, not with "ten"'),
        ("age >= '10'", 7, "compare it with one"),
        ("age > True", 6, "compare it with one"),
        ("age < wbc", 6, "compare it with one"),
        ("age in (1, 2)", 0, '"age" is a number: compare it with'),
        ("lineage in B", 0, "write it as: fact in (value, value)"),
        ("B in (lineage,)", 0, 'no fact is called "B"'),
        ("lineage == pro-B", 11, '"pro - B" is not a value; write the word, in quotes if it holds -'),
        ("lineage == 5", 11, '"5" is not a value'),
        ("1 < 2", 4, '"2" is not the name of a fact'),
        ("age + 1 > 3", 0, '"age + 1" is not the name of a fact'),
        ("age is 10", 7, "only < <= > >= == != in and not in compare"),
        ("max(age, wbc) >= 10", 0, '"max" is not known here: only count(…) is'),
        ("count(ph, k=1) >= 1", 0, "only count(…) is"),
        ("count(ph) >= 1.5", 13, "count(…) is compared with a whole number"),
        ("count(ph) >= ph", 13, "count(…) is compared with a whole number"),
        ("count(ph) != 1", 13, "count(…) is compared with < <= > >= or =="),
        ("count(age) >= 1", 6, '"age" is a number and needs a comparison'),
        ("count(ph)", 0, '"count(ph)" is not a condition'),
        ("age => 10", 4, "is not a condition"),
        ("", 0, "is not a condition"),
        ("age >= 0777", 7, "is not a condition"),
    ],
)  # fmt: skip
def test_a_mistake_is_said_with_its_offset(text: str, offset: int, sentence: str) -> None:
    with pytest.raises(ConditionError) as caught:
        parse(text)
    assert sentence in str(caught.value)
    assert abs(caught.value.offset - offset) <= (1 if "is not a condition" in sentence else 0)


@pytest.mark.parametrize(
    "text",
    [
        "ph.__class__", "ph[0]", "lambda: ph", "__import__('os').system('x')", "print(1) >= 1", "[ph for ph in ph]",
        "(ph := iamp21)", "ph if iamp21 else ph", "f'{ph}' == 1", "ph & iamp21", "~ph", "-ph", "*ph", "{ph}", "ph()",
        "await ph", "yield", "1", "'ph'", "None", "...", "ph; iamp21", "import os", "age > 1j", "age > 10**100",
        "(1).__class__ == 1", "count.__call__(ph) >= 1", "ph\0", "\ud800",
    ],
)  # fmt: skip
def test_nothing_but_the_small_language_is_read(text: str) -> None:
    with pytest.raises(ConditionError):
        parse(text)


def test_reading_a_condition_runs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ConditionError):
        parse("print('ran') or ph")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "text",
    [
        "age >= 10 and (wbc < 50 or not ph)", "count(ph, iamp21, age < 1) >= 2", "cns not in (CNS1, CNS2)", "nci_high",
        "not (ph and iamp21)", "True", "False", "1 <= age < 10", "maturation == 'pro-B'",
    ],
)  # fmt: skip
def test_packing_and_unpacking_gives_the_same_condition(text: str) -> None:
    expression = parse(text)
    assert unpack(msgpack.unpackb(msgpack.packb(pack(expression)), use_list=False)) == expression


def test_a_condition_reads_back_as_text() -> None:
    for text in (
        "age >= 10 and (wbc < 50 or not bcr_abl1)",
        "count(bcr_abl1, iamp21) >= 2",
        "not (bcr_abl1 and iamp21) or cns in (CNS1, CNS2)",
        "nci_high and mrd_eoi < 0.01",
    ):
        assert str(parse(text)) == text
    assert [str(parse("True")), str(parse("False"))] == ["always", "never"]


def test_tests_and_names_are_found_inside() -> None:
    expression = parse("nci_high and not count(ph, cns == CNS3) >= 1 or wbc > 5")
    assert [test.fact for test in comparisons(expression)] == ["age", "bcr_abl1", "cns", "wbc"]
    assert list(names(expression)) == ["nci_high"]
    assert list(names(Named("outer", Not(Named("inner", HIGH))))) == ["outer", "inner"]
