"""Whether a use of a label is a patient's: what was told of them may speak for it, against it, or leave it open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from all_cli.logic.explain import deciding, truth
from all_cli.logic.expression import AllOf, AnyOf, Expression, tests
from all_cli.logic.values import ABSENT, NumberSet, within
from all_cli.patient.names import reasons_text
from all_cli.patient.patient import Patient
from all_cli.protocol.regimen import Arm

_RESPONSE = frozenset({"day-8", "day-15", "end-of-induction", "end-of-consolidation"})
"""Moments of first-line treatment: who is told of by them alone is not in relapse."""
FIRST_LINE = "nothing of a relapse is given beside the response to first-line treatment"
REFRACTORY = "only if the leukaemia counts as refractory (--set refractory=yes)"
"""Of a use for relapse where a remission was missed: whether that makes the leukaemia refractory is not guessed."""


def holds(arm: Arm, patient: Patient) -> bool | None:
    """Whether the use is this patient's: surely, surely not, or (None) open, as it is where it names no condition.

    Of alternatives the first counts that begins with a fact that is told (the latest result stands first): a last MRD
    below the limit is against a use for MRD above it, although a later one could be higher. Relapse is out where only
    the response to first-line treatment is told, and a use in remission where what is told says that there is none.
    """
    if arm.when is None:
        return None
    if _out(arm, patient) is not None:
        return False
    possible = patient.possible()
    found = truth(_told(arm.when, patient), possible)
    if found is None and _first_line(patient):
        found = False if truth(arm.when, {**possible, "relapsed": frozenset({ABSENT})}) is False else None
    return found


def against(arm: Arm, patient: Patient, uses: Sequence[Arm]) -> str:
    """What speaks against a use that is not this patient's; ``uses`` are all of the label."""
    assert arm.when is not None
    if (out := _out(arm, patient)) is not None:
        assert arm.out is not None
        return f"{arm.out.text}: {_facts(out, True, patient)}"
    told = _told(arm.when, patient)
    if truth(told, patient.possible()) is not False:
        missed = _no_remission(patient) or any(_out(use, patient) is not None for use in uses)
        return REFRACTORY if missed else FIRST_LINE
    return _facts(told, False, patient)


def _facts(condition: Expression, value: bool, patient: Patient) -> str:
    facts = dict.fromkeys(test.fact for test, _ in deciding(condition, value, patient.possible()))
    return reasons_text((f"{fact} {patient.bare(fact)}" for fact in facts), patient.vocabulary)


def _told(when: Expression, patient: Patient) -> Expression:
    """Of alternatives the first that begins with a fact of which anything is known."""
    items = when.items if isinstance(when, AnyOf) else ()
    return next((item for item in items if next(iter(tests(item))).fact in patient.known), when)


def _out(arm: Arm, patient: Patient) -> Expression | None:
    """What is told of the condition under which a use is out, if that alone fulfils it."""
    told = None if arm.out is None or arm.out.when is None else _of_told(arm.out.when, patient)
    return told if told is not None and truth(told, patient.possible()) is True else None


def _of_told(condition: Expression, patient: Patient) -> Expression | None:
    """The part of a condition of which anything is known; None if nothing is, or of alternatives that it needs."""
    if isinstance(condition, AnyOf):
        kept = tuple(_kept(condition.items, patient))
        return AnyOf(kept) if kept else None
    if isinstance(condition, AllOf):
        if any(isinstance(item, AnyOf) and _of_told(item, patient) is None for item in condition.items):
            return None
        kept = tuple(_kept(condition.items, patient))
        return AllOf(kept) if kept else None
    return condition if any(test.fact in patient.known for test in tests(condition)) else None


def _kept(items: Iterable[Expression], patient: Patient) -> Iterable[Expression]:
    return (told for item in items if (told := _of_told(item, patient)) is not None)


def _no_remission(patient: Patient) -> bool:
    """Whether the marrow at the end of induction, or the word of whoever saw it, says that none was reached, and no
    MRD at the end of consolidation says that one was since.
    """
    possible = patient.possible()
    marrow, since = possible.get("marrow_eoi"), possible.get("mrd_eoc")
    blasts = marrow is not None and within(marrow, NumberSet.comparison(">=", 5))
    reached = since is not None and within(since, NumberSet.comparison("<", 5))
    return not reached and (blasts or possible.get("cr_eoi") == frozenset({ABSENT}))


def _first_line(patient: Patient) -> bool:
    moments = {
        patient.vocabulary[fact].moment
        for fact in patient.told
        if patient.vocabulary[fact].moment != "relapse" or patient.known[fact].possible != frozenset({ABSENT})
    }
    return bool(moments & _RESPONSE) and "relapse" not in moments
