"""Years of use and of enrolment, as the knowledge files write them: ``[first, last]``, null where open or unknown."""

from collections.abc import Sequence

EARLIEST = 1980
"""No scheme or protocol in the evidence is older: the first multicentre criteria are of the 1980s."""


def backwards(years: Sequence[int | None] | None) -> str:
    """What is wrong with years that end before they begin; empty if nothing is."""
    first, last = years or (None, None)
    if first is None or last is None or first <= last:
        return ""
    return f"the years run backwards: {first} to {last}"


def impossible(years: Sequence[int | None], today: int) -> str:
    """What is wrong with years that lie before the field began, or begin after ``today``; empty if nothing is."""
    first = years[0]
    if first is None or EARLIEST <= first <= today:
        return ""
    return f"the first year, {first}, lies outside {EARLIEST} to {today}"
