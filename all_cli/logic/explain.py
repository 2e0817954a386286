"""Why a condition holds, or does not, for a patient: each comparison with the patient's value."""

from __future__ import annotations

from collections.abc import Callable, Mapping

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


class Reasons:
    """Explains conditions for one patient; each comparison is weighed and put into words once, however many lean on it.

    Args:
        patient: what is known; facts left out are unknown.
        show: the text of the patient's value of a fact, such as ``7`` or ``<0.01 %``.
    """

    def __init__(self, patient: Mapping[str, Possible], show: ValueText) -> None:
        self.patient = patient
        self._show = show
        # By the identity of the comparison, which is kept beside its value so that no other can have it.
        self._truths: dict[int, tuple[Test, Truth]] = {}
        self._texts: dict[tuple[int, bool], tuple[Test, str]] = {}

    def truth(self, expression: Expression) -> Truth:
        """As :func:`truth`, for this patient."""
        return self._weigh(expression, self.patient)

    def because(self, expression: Expression, wanted: bool) -> list[str]:
        """As :func:`because`, for this patient."""
        return list(dict.fromkeys(self._text(test, holds) for test, holds in self.deciding(expression, wanted)))

    def deciding(self, expression: Expression, wanted: bool) -> list[tuple[Test, bool]]:
        """As :func:`deciding`, for this patient."""
        found: list[tuple[Test, bool]] = []
        self._gather(expression, wanted, found, {})
        return found

    def _gather(
        self, expression: Expression, wanted: bool, found: list[tuple[Test, bool]], seen: dict[int, Truth]
    ) -> None:
        """Add the deciding comparisons of a condition; ``seen`` are the truths of parts of the whole one."""
        if isinstance(expression, (Compare, OneOf)):
            found.append((expression, wanted))
        elif isinstance(expression, (Not, Named)):
            self._gather(expression.item, wanted is isinstance(expression, Named), found, seen)
        elif not isinstance(expression, Always):
            items = expression.items
            every = isinstance(expression, AllOf) == wanted and not isinstance(expression, AtLeast)
            settled = () if every else [item for item in items if self._seen(item, seen) is wanted]
            for item in settled or items:
                self._gather(item, wanted, found, seen)

    def _seen(self, item: Expression, seen: dict[int, Truth]) -> Truth:
        """The truth of a part of a condition, weighed once."""
        if isinstance(item, (Compare, OneOf)):
            return self._weigh(item, self.patient)
        if id(item) not in seen:
            seen[id(item)] = _truth(item, self.patient, lambda part, _: self._seen(part, seen))
        return seen[id(item)]

    def _weigh(self, expression: Expression, patient: Mapping[str, Possible]) -> Truth:
        if not isinstance(expression, (Compare, OneOf)):
            return _truth(expression, patient, self._weigh)
        key = id(expression)
        if key not in self._truths:
            self._truths[key] = expression, _truth(expression, patient, self._weigh)
        return self._truths[key][1]

    def _text(self, test: Test, wanted: bool) -> str:
        key = (id(test), wanted)
        if key not in self._texts:
            self._texts[key] = test, self._worded(test, wanted)
        return self._texts[key][1]

    def _worded(self, test: Test, wanted: bool) -> str:
        possible = self.patient.get(test.fact)
        value = self._show(test.fact)
        open_still = possible is None or self.truth(test) is not wanted
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


def _truth(
    expression: Expression,
    patient: Mapping[str, Possible],
    truth: Callable[[Expression, Mapping[str, Possible]], Truth],
) -> Truth:
    """The truth of a condition, given how that of its parts is had."""
    if isinstance(expression, (Compare, OneOf)):
        possible = patient.get(expression.fact)
        if possible is None:
            return None
        meets = intersect(possible, expression.allowed)
        return False if not meets else True if meets == possible else None
    if isinstance(expression, Named):
        return truth(expression.item, patient)
    if isinstance(expression, Not):
        inner = truth(expression.item, patient)
        return None if inner is None else not inner
    if isinstance(expression, Always):
        return expression.value
    if isinstance(expression, (AllOf, AnyOf)):
        settles = isinstance(expression, AnyOf)
        found: Truth = not settles
        for item in expression.items:
            value = truth(item, patient)
            if value is settles:
                return settles
            if value is None:
                found = None
        return found
    values = [truth(item, patient) for item in expression.items]
    if values.count(True) >= expression.number:
        return True
    return False if values.count(True) + values.count(None) < expression.number else None


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
    return Reasons(patient, show).because(expression, wanted)


def deciding(expression: Expression, wanted: bool, patient: Mapping[str, Possible]) -> list[tuple[Test, bool]]:
    """The comparisons that :func:`because` puts into words, each with whether it has to hold or not to hold."""
    return Reasons(patient, str).deciding(expression, wanted)


def _word_requirement(test: OneOf, wanted: bool) -> str:
    """What a choice or flag has to be, in words: ``present``, ``CNS3``, ``not B``."""
    if test.values == {PRESENT}:
        return PRESENT if wanted else ABSENT
    operator, _, words = test.text.removeprefix(test.fact).strip().partition(" ")
    if operator == "not":
        operator, words = "!=", words.removeprefix("in ")
    words = " or ".join(word.strip().strip("\"'") for word in words.strip("()[]").split(","))
    return words if (operator != "!=") == wanted else f"not {words}"
