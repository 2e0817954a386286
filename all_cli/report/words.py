"""Small wording that reports share."""

from all_cli.logic.values import ABSENT
from all_cli.patient.patient import Patient

_FEW_ABSENT = 6


def number_of(count: int, noun: str, plural: str = "") -> str:
    """``1 row``, ``2 rows``; give the plural where it is not the noun with an s."""
    return f"{count} {noun if count == 1 else plural or f'{noun}s'}"


def said_text(patient: Patient) -> str:
    """What was told of a patient in one line; genetic findings that are absent are counted, not listed."""
    said = patient.said()
    facts = patient.vocabulary.facts
    absent = [id for id in said if facts[id].genetic and patient.known[id].possible == frozenset({ABSENT})]
    parts = [f"{facts[id].name} {text}" for id, text in said.items() if id not in absent or len(absent) <= _FEW_ABSENT]
    if len(absent) > _FEW_ABSENT:
        parts.append(f"{len(absent)} genetic findings absent")
    return ", ".join(parts)


def be(count: int, one: str, many: str) -> str:
    """The form of a verb that goes with a count."""
    return one if count == 1 else many
