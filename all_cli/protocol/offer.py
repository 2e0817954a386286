"""What arms are to a patient in a kind of phase: the outcome of a choice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from all_cli.logic.values import Possible
from all_cli.patient.patient import Patient
from all_cli.protocol.choice_rules import ChoiceRules, Guard, NoHead, Presumption, narrowed
from all_cli.protocol.parts import Part
from all_cli.protocol.regimen import Cited

ANSWER, POSSIBLE, EXCLUDED = "answer", "possible", "excluded"


class Offer(NamedTuple):
    """What an arm is to the patient.

    ``hangs_on`` maps facts to the values that lead to it, ``against`` is what bars it; ``own_criteria`` are labels of
    risk by which the protocol chose and whose criteria are not encoded, or ``eligibility`` if that of a relapse arm was
    not read; ``untold`` is what its population asks for and no fact tells, ``reserved`` why it is never certain;
    ``later`` are kinds of phase that the arm goes on to and that a guard bars for this patient.
    """

    protocol: str
    arm: str
    status: str
    parts: tuple[Part, ...]
    hangs_on: Mapping[str, Possible]
    against: Part | None = None
    own_criteria: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()
    later: tuple[tuple[str, Guard], ...] = ()
    reserved: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """``cog-aall0232/pred-hdmtx``."""
        return f"{self.protocol}/{self.arm}"

    @property
    def guard(self) -> Guard | None:
        """The guard that bars it."""
        return self.against.guard if self.against is not None else None

    @property
    def only_named(self) -> bool:
        """Whether all that bars it is a guard that does not keep its label from whoever names it."""
        return self.guard is not None and self.protocol in self.guard.not_if_named

    def met(self, patient: Patient) -> Patient:
        """The patient if the facts that it hangs on have the values that it asks for."""
        for fact, values in self.hangs_on.items():
            patient = narrowed(patient, fact, values, "") or patient
        return patient


class Turn(NamedTuple):
    """What applies if a presumption turns out otherwise, in this phase and among arms without such a phase.

    On what the possible ones hang is not worked out.
    """

    presumption: Presumption
    answers: tuple[Offer, ...]
    possible: tuple[Offer, ...]
    elsewhere: tuple[Offer, ...]


class Choice(NamedTuple):
    """The arms for a patient in a kind of phase (all phases if empty), in the order in which they answer.

    ``rules`` are those that chose; ``patient`` is the one with the presumptions; ``warnings`` are guards that keep the
    patient from every arm; ``elsewhere`` are arms that would answer and have no such phase; ``head`` is the answer that
    stands first, None if there is none or if it is not decided which; ``waiting`` are the preferred arms that would
    stand before it once what they hang on is known; ``undecided`` says why nothing heads, where the rules do,
    ``without`` the preferred protocols, where none has such a phase; ``by_name`` are labels that are shown only where
    they are named, with or without the phase; ``likely`` is the choice under assumptions; ``said`` stands first,
    whatever arm is shown.
    """

    rules: ChoiceRules
    phase: str
    patient: Patient
    presumed: tuple[Presumption, ...]
    settings: tuple[str, ...]
    warnings: tuple[Guard, ...]
    offers: tuple[Offer, ...]
    turns: tuple[Turn, ...] = ()
    elsewhere: tuple[Offer, ...] = ()
    head: Offer | None = None
    waiting: tuple[Offer, ...] = ()
    undecided: NoHead | None = None
    without: tuple[str, ...] = ()
    by_name: tuple[Offer, ...] = ()
    likely: Choice | None = None
    said: tuple[Cited, ...] = ()

    def _with(self, status: str) -> list[Offer]:
        return [offer for offer in self.offers if offer.status == status]

    @property
    def answers(self) -> list[Offer]:
        """The arms that are certain."""
        return self._with(ANSWER)

    @property
    def possible(self) -> list[Offer]:
        """The arms that hang on facts that are not known."""
        return self._with(POSSIBLE)

    @property
    def excluded(self) -> list[Offer]:
        """The arms that are not for this patient."""
        return self._with(EXCLUDED)

    @property
    def open_to(self) -> set[tuple[str, str]]:
        """Protocol and arm of all that are not excluded."""
        return {(offer.protocol, offer.arm) for offer in self.offers if offer.status != EXCLUDED}
