"""How old somebody in a relapse is, whose age was told at first diagnosis."""

import math

from all_cli.logic.values import NumberSet
from all_cli.patient.patient import Patient


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
    more = _fullness(first) if last == first else 0
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


def _fullness(years: float) -> float:
    """By how many years somebody may be older than an age of completed years, or of completed months."""
    if years == int(years):
        return 1
    return 1 / 12 if math.isclose(years * 12, round(years * 12), abs_tol=1e-6) else 0
