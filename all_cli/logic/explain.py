"""Why a condition holds, or does not, for a patient: each comparison with the patient's value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from all_cli.logic.expression import (
    NEGATED,
    AllOf,
    Always,
    AnyOf,
    AtLeast,
    Compare,
    Expression,
    Named,
    Not,
    OneOf,
    Test,
)
from all_cli.logic.values import ABSENT, PRESENT, NumberSet, Possible, intersect, number_text

Truth = bool | None
ValueText = Callable[[str], str]


def truth(expression: Expression, patient: Mapping[str, Possible]) -> Truth:
    """Whether the condition holds for every (True), no (False) or, as far as three-valued logic sees, some completion.

    Used for explanation only: the decision itself comes from the diagram, which is exact.
    """
    return _truth(expression, patient, truth)


class _Remembered(dict[int, Truth]):
    """Truths of the parts of one condition for one patient, each worked out once."""

    def __call__(self, expression: Expression, patient: Mapping[str, Possible]) -> Truth:
        key = id(expression)
        if key not in self:
            self[key] = _truth(expression, patient, self)
        return self[key]


def _truth(
    expression: Expression,
    patient: Mapping[str, Possible],
    truth: Callable[[Expression, Mapping[str, Possible]], Truth],
) -> Truth:
    """The truth of a condition, given how that of its parts is had."""
    match expression:
        case Compare() | OneOf():
            possible = patient.get(expression.fact)
            if possible is None:
                return None
            meets = intersect(possible, expression.allowed)
            return False if not meets else True if meets == possible else None
        case Not(item):
            inner = truth(item, patient)
            return None if inner is None else not inner
        case Named(_, item):
            return truth(item, patient)
        case AllOf(items):
            values = [truth(item, patient) for item in items]
            return False if False in values else None if None in values else True
        case AnyOf(items):
            values = [truth(item, patient) for item in items]
            return True if True in values else None if None in values else False
        case AtLeast(number, items):
            values = [truth(item, patient) for item in items]
            if values.count(True) >= number:
                return True
            return False if values.count(True) + values.count(None) < number else None
        case Always(value):
            return value


def because(expression: Expression, wanted: bool, patient: Mapping[str, Possible], show: ValueText) -> list[str]:
    """The comparisons that make the condition come out as ``wanted``, each with the patient's value.

    Args:
        expression: the condition.
        wanted: True to say why it holds, False to say why it does not.
        patient: what is known; facts left out are unknown.
        show: the text of the patient's value of a fact, such as ``7`` or ``<0.01 %``.

    Returns:
        Texts such as ``age 7 < 10``; comparisons that are still open read ``wbc unknown: < 50?``.
    """
    found = deciding(expression, wanted, patient)
    return list(dict.fromkeys(_test_text(test, holds, patient, show) for test, holds in found))


def deciding(expression: Expression, wanted: bool, patient: Mapping[str, Possible]) -> Iterator[tuple[Test, bool]]:
    """The comparisons that :func:`because` puts into words, each with whether it has to hold or not to hold."""
    return _deciding(expression, wanted, patient, _Remembered())


def _deciding(
    expression: Expression, wanted: bool, patient: Mapping[str, Possible], truth: _Remembered
) -> Iterator[tuple[Test, bool]]:
    match expression:
        case Compare() | OneOf():
            yield expression, wanted
        case Not(item):
            yield from _deciding(item, not wanted, patient, truth)
        case Named(_, item):
            yield from _deciding(item, wanted, patient, truth)
        case AllOf(items) | AnyOf(items) | AtLeast(_, items):
            settled = [item for item in items if truth(item, patient) is wanted]
            every = isinstance(expression, AllOf) == wanted
            if isinstance(expression, AtLeast):
                chosen = settled or list(items)
            else:
                chosen = list(items) if every else settled or list(items)
            for item in chosen:
                yield from _deciding(item, wanted, patient, truth)


def _test_text(test: Test, wanted: bool, patient: Mapping[str, Possible], show: ValueText) -> str:
    possible = patient.get(test.fact)
    value = show(test.fact)
    open_still = possible is None or truth(test, patient) is not wanted
    if isinstance(test, Compare):
        requirement = f"{test.operator if wanted else NEGATED[test.operator]} {number_text(test.value)}"
        if open_still:
            return f"{test.fact} {value}: {requirement}?"
        exact = isinstance(possible, NumberSet) and possible.single is not None
        return f"{test.fact} {value} {requirement}" if exact else f"{test.fact} {value}, so {requirement}"
    requirement = _word_requirement(test, wanted)
    if open_still:
        return f"{test.fact} {value}: {requirement}?"
    return f"{test.fact} {value}, {requirement}" if requirement.startswith("not ") else f"{test.fact} {value}"


def _word_requirement(test: OneOf, wanted: bool) -> str:
    """What a choice or flag has to be, in words: ``present``, ``CNS3``, ``not B``."""
    if test.values == {PRESENT}:
        return PRESENT if wanted else ABSENT
    operator, _, words = test.text.removeprefix(test.fact).strip().partition(" ")
    if operator == "not":
        operator, words = "!=", words.removeprefix("in ")
    words = " or ".join(word.strip().strip("\"'") for word in words.strip("()[]").split(","))
    return words if (operator != "!=") == wanted else f"not {words}"
