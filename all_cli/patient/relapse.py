"""The age that doses go by: on the day of the injection, or in a relapse, where the age told is at first diagnosis."""

import math
from typing import NamedTuple

from all_cli.logic.values import NumberSet
from all_cli.patient.patient import Patient

AGE_SAID = "--born with --on DATE"
"""How ``show`` is told the age on the day."""


class ByAge(NamedTuple):
    """The patient as old as doses by age are to take them, and why that is another age than the one at diagnosis.

    ``chosen_for`` is the patient by whose age it is said whom a regimen is for, where that is the age in a relapse.
    """

    patient: Patient
    text: str
    chosen_for: Patient | None = None


def by_age(
    patient: Patient, on_the_day: NumberSet | None = None, how_to_say: str = "", day: str = "the day of the injection"
) -> ByAge | None:
    """The patient as old as on the day of the injection or at relapse; None where that is the age given.

    Args:
        patient: whose age is that at diagnosis.
        on_the_day: the age on the day, where it was told.
        how_to_say: the options that tell it.
        day: which day that is.
    """
    if on_the_day is None and "age" not in patient.told:
        return None
    at_relapse = age_at_relapse(patient)
    age = on_the_day or at_relapse
    if age is None:
        return None
    aged = patient.assuming("age", age)
    if on_the_day:
        return ByAge(aged, f"as for {aged.text('age')}, the age on {day}", aged if at_relapse else None)
    at_first = f"the age given, {patient.text('age')}, is that at first diagnosis"
    if "months_to_relapse" not in patient.told:
        return ByAge(aged, f"{at_first}, and doses by age go by the age now{how_to_say and f': {how_to_say} says it'}")
    at_least = at_least_as_old(aged)
    now = patient.assuming("age", at_least) if at_least else aged
    since = f"and the relapse came {patient.text('months_to_relapse')} later"
    since += f", the first one, at {aged.text('age')}" if at_least else ""
    hint = how_to_say and f"; {how_to_say} says the day"
    return ByAge(now, f"as for {now.text('age')}: {at_first}, {since}{hint}", aged)


def age_at_relapse(patient: Patient) -> NumberSet | None:
    """The ages that a patient who is certainly in relapse can have now; None outside relapse or without an age.

    ``age`` is that at first diagnosis and ``months_to_relapse`` counts from there to the first relapse; without it only
    the lower bound is known. In a later relapse it is the age at the first one (see :func:`at_least_as_old`). An age in
    whole years or months may be up to one of them more.
    """
    possible = patient.possible()
    ages, months = possible.get("age"), possible.get("months_to_relapse")
    if not patient.in_relapse or not isinstance(ages, NumberSet) or "age" not in patient.told:
        return None
    ((first, first_edge), _), (_, (last, last_edge)) = ages.spans[0], ages.spans[-1]
    if not isinstance(months, NumberSet) or "months_to_relapse" not in patient.told:
        return NumberSet.between(first, None, open_low=first_edge > 0)
    ((soonest, _), _), (_, (latest, _)) = months.spans[0], months.spans[-1]
    more = fullness(first) if last == first else 0
    youngest, oldest = round(first + soonest / 12, 9), round(last + more + latest / 12, 9)
    if patient.relapsed_again:  # an interval, which says that it is no age of a day: months are counted whole
        oldest = max(oldest, youngest + 1 / 12)
    upper = None if math.isinf(oldest) else oldest
    return NumberSet.between(youngest, upper, open_low=first_edge > 0, open_high=last_edge < 0 or more > 0)


def at_least_as_old(patient: Patient) -> NumberSet | None:
    """From the least age on, of somebody in a later relapse whose age is known for the first one; else None."""
    age = patient.possible().get("age")
    if not isinstance(age, NumberSet) or age.single is not None or "months_to_relapse" not in patient.told:
        return None
    (low, edge), _ = age.spans[0]
    return NumberSet.between(low, None, open_low=edge > 0) if patient.relapsed_again else None


def fullness(years: float) -> float:
    """By how many years somebody may be older than an age of completed years, or of completed months."""
    if years == int(years):
        return 1
    return 1 / 12 if math.isclose(years * 12, round(years * 12), abs_tol=1e-6) else 0
