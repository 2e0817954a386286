"""Whether a use of a label is a patient's: what was told of them may speak for it, against it, or leave it open."""

from __future__ import annotations

from all_cli.logic.explain import deciding, truth
from all_cli.logic.expression import AnyOf, Expression, tests
from all_cli.logic.values import ABSENT
from all_cli.patient.names import reasons_text
from all_cli.patient.patient import Patient
from all_cli.protocol.regimen import Arm

_RESPONSE = frozenset({"day-8", "day-15", "end-of-induction", "end-of-consolidation"})
"""Moments of first-line treatment: who is told of by them alone is not in relapse."""
FIRST_LINE = "nothing of a relapse is given beside the response to first-line treatment"


def holds(arm: Arm, patient: Patient) -> bool | None:
    """Whether the use is this patient's: surely, surely not, or (None) open, as it is where it names no condition.

    Of alternatives those count of which anything is told: a last MRD below the limit is against a use for MRD above it,
    although a later one could be higher. Relapse is out where only the response to first-line treatment is told.
    """
    if arm.when is None:
        return None
    possible = patient.possible()
    found = truth(_told(arm.when, patient), possible)
    if found is None and _first_line(patient):
        found = False if truth(arm.when, {**possible, "relapsed": frozenset({ABSENT})}) is False else None
    return found


def against(arm: Arm, patient: Patient) -> str:
    """What speaks against a use that is not this patient's."""
    assert arm.when is not None
    told = _told(arm.when, patient)
    if truth(told, patient.possible()) is not False:
        return FIRST_LINE
    facts = dict.fromkeys(test.fact for test, _ in deciding(told, False, patient.possible()))
    return reasons_text((f"{fact} {patient.bare(fact)}" for fact in facts), patient.vocabulary)


def _told(when: Expression, patient: Patient) -> Expression:
    """The condition without alternatives of which nothing is known."""
    if not isinstance(when, AnyOf):
        return when
    kept = tuple(item for item in when.items if any(test.fact in patient.known for test in tests(item)))
    return AnyOf(kept) if kept else when


def _first_line(patient: Patient) -> bool:
    moments = {patient.vocabulary[fact].moment for fact in patient.told}
    return bool(moments & _RESPONSE) and "relapse" not in moments
