"""What is assumed of a patient where nothing is known, because a user asked for it, and never otherwise."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import NamedTuple

from all_cli.knowledge.sources import Citation
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.logic.explain import truth
from all_cli.logic.expression import Expression
from all_cli.logic.values import Possible, intersect, whole_domain, within
from all_cli.patient.patient import Patient
from all_cli.patient.reading import read_value, value_text
from all_cli.patient.unreadable import ContradictionError, UnreadableError

ASSUME, ROUTINE = "--assume", "--routine"


class Assumption(NamedTuple):
    """One fact taken for granted.

    ``origin`` is the option that asked for it, ``text`` why it is routine, ``when`` what has to hold for certain before
    it is assumed.
    """

    fact: str
    possible: Possible | None
    origin: str
    text: str = ""
    cite: tuple[Citation, ...] = ()
    checked: bool = True
    when: Expression | None = None


class Wish(NamedTuple):
    """What a user wants assumed where nothing is known; of what is ``unread`` something is said that cannot be read."""

    assumptions: tuple[Assumption, ...] = ()
    routine: bool = False
    unread: Container[str] = ()

    def __bool__(self) -> bool:
        return bool(self.assumptions) or self.routine


def read_assumption(vocabulary: Vocabulary, text: str) -> Assumption:
    """The assumption that ``fact=value`` is.

    Raises:
        UnreadableError: no such fact, or a value that cannot be read or says nothing.
    """
    id, sign, value = text.partition("=")
    if not sign or id.strip() not in vocabulary:
        raise UnreadableError(ASSUME, text, "write it as fact=value, for example --assume testicular=no")
    fact = vocabulary[id.strip()]
    possible = read_value(fact, value.strip()).possible
    if possible is None:
        raise UnreadableError(ASSUME, text, "an unknown value assumes nothing")
    return Assumption(fact.id, possible, ASSUME)


def assumed(
    patient: Patient, wishes: Iterable[Assumption], unread: Container[str] = ()
) -> tuple[Patient, tuple[Assumption, ...]]:
    """The patient with the wishes filled in where nothing at all is known, and which of them were.

    A wish that something known contradicts, or narrows already, is left out.

    Args:
        patient: the patient, concluded; stays as it is.
        wishes: in the order in which they are tried; an earlier one counts as known for a later.
        unread: facts of which something is said that cannot be read; that is not nothing, so they are not assumed.
    """
    filled: list[Assumption] = []
    for wish in wishes:
        known = patient.known.get(wish.fact)
        open_still = known is None or known.possible == whole_domain(patient.vocabulary[wish.fact])
        if wish.possible is None or not open_still or wish.fact in unread:
            continue
        if wish.when is not None and truth(wish.when, patient.possible()) is not True:
            continue
        trial = patient.copy()
        try:
            trial.learn(wish.fact, wish.possible, wish.origin)
            trial.conclude()
        except ContradictionError:
            continue
        patient = trial
        filled.append(wish)
    return patient, tuple(filled)


def contradicted(taken: Patient, wish: Assumption) -> bool:
    """Whether a wish that was left out, and not for what cannot be read, cannot be true beside what was taken."""
    known = taken.known.get(wish.fact)
    assert wish.possible is not None
    return (
        known is None
        or known.possible == whole_domain(taken.vocabulary[wish.fact])
        or not intersect(known.possible, wish.possible)
    )


def not_assumed(patient: Patient, wishes: Iterable[Assumption], unread: Container[str] = ()) -> list[str]:
    """Of each wish that was left out, a sentence that says so and why; empty if all were filled in."""
    wishes = tuple(wishes)
    taken, filled = assumed(patient, wishes, unread)
    return [_kept_out(taken, patient, wish, wish.fact in unread) for wish in wishes if wish not in filled]


def _kept_out(taken: Patient, patient: Patient, wish: Assumption, unread: bool) -> str:
    text, known = assumption_text(patient.vocabulary, wish), taken.known.get(wish.fact)
    who = "what is given" if wish.fact in patient.known else "what is assumed before it"
    assert wish.possible is not None
    if unread:
        return f"{text}: what is given may speak of it and cannot be read"
    if known is None:
        return f"{text}: it contradicts what is given or assumed before it"
    if within(known.possible, wish.possible):
        return f"{text}: {who} says so already"
    if intersect(known.possible, wish.possible):
        return f"{text}: {who} leaves {wish.fact} {taken.text(wish.fact)}, and only what is wholly unknown is assumed"
    return f"{text}: it contradicts {who}, {wish.fact} {taken.text(wish.fact)}, which counts"


def assumption_text(vocabulary: Vocabulary, item: Assumption) -> str:
    """An assumption as reports print it: ``testicular absent``."""
    assert item.possible is not None
    return f"{item.fact} {value_text(vocabulary[item.fact], item.possible)}"
