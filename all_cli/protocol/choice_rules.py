"""The rules of choosing, from the compiled cache: setting, what was asked for when, what is presumed, guards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from typing import Any, NamedTuple

from all_cli.knowledge.sources import Citation, citations
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.logic.building import build_diagram
from all_cli.logic.diagram import Diagram
from all_cli.logic.explain import truth
from all_cli.logic.expression import Expression, tests, unpack
from all_cli.patient.patient import Patient
from all_cli.patient.unreadable import ContradictionError
from all_cli.protocol.regimen import Cited
from all_cli.risk.scheme import Scheme


class Guard(NamedTuple):
    """What may not be offered to whom: ``text`` is the sentence to show.

    ``if_told`` are facts of the condition that bear only on patients of whom they are known; ``not_if_named`` are
    labels that it keeps from being chosen, and not from whoever names them.
    """

    id: str
    when: Expression
    everything: bool
    text: str
    cite: tuple[Citation, ...]
    checked: bool
    if_told: frozenset[str] = frozenset()
    not_if_named: frozenset[str] = frozenset()


class NoHead(NamedTuple):
    """Why no arm stands first although some may be certain; ``by_group`` names arms that go by a risk group as such."""

    id: str
    text: str
    cite: tuple[Citation, ...]
    checked: bool
    by_group: bool


class Presumption(NamedTuple):
    """What is taken for a fact of which nothing was told.

    ``turns`` heads what applies if it turns out otherwise, ``then`` says the first thing to do;
    ``leads`` that it heads the screen where no guard does.
    """

    id: str
    fact: str
    values: frozenset[str]
    text: str
    turns: str
    cite: tuple[Citation, ...]
    checked: bool
    then: str = ""
    leads: bool = False


class ChoiceRules:
    """The compiled ``choice.yaml``; diagrams are unpacked when they are asked for."""

    def __init__(self, packed: Mapping[str, Any]) -> None:
        self._packed = packed
        self._diagrams: dict[int, Diagram] = {}

    @cached_property
    def setting(self) -> Scheme:
        """The scheme whose groups are the settings."""
        return Scheme(self._packed["setting"])

    @cached_property
    def guards(self) -> Sequence[Guard]:
        """All guards, in the order of the file."""
        return [
            Guard(
                raw["id"], unpack(raw["expression"]),
                "anything" in raw["offers"] and not raw.keys() & {"protocols", "arms", "phases"},
                raw["text"], citations(raw["cite"]), raw["checked"], frozenset(raw.get("if_told", ())),
                frozenset(raw.get("not_if_named", ())),
            )
            for raw in self._packed["guards"]
        ]  # fmt: skip

    def met(self, patient: Patient) -> Sequence[Guard]:
        """The guards whose condition certainly holds."""
        key = ("met", self)
        if key not in patient.worked_out:
            patient.worked_out[key] = [guard for guard in self.guards if certainly(guard.when, patient)]
        found: Sequence[Guard] = patient.worked_out[key]
        return found

    def leading(self, patient: Patient, kind: str) -> Guard | None:
        """The first guard that heads the screen of a kind of phase since its condition certainly holds."""
        found = zip(self.guards, self._packed["guards"], strict=True)
        leads = (guard for guard, raw in found if raw.get("leads") and kind in raw.get("phases", [kind]))
        return next((guard for guard in leads if certainly(guard.when, patient)), None)

    def undecided(self, patient: Patient, kind: str) -> NoHead | None:
        """The first reason why no arm with this kind of phase stands first for the patient; None if there is none."""
        for raw in self.raw_undecided:
            if _speaks_of(raw, patient, kind):
                by_group = raw.get("by_group", False)
                return NoHead(raw["id"], raw["text"], citations(raw["cite"]), raw["checked"], by_group)
        return None

    def set_aside(self, told: Patient, kind: str) -> tuple[Patient, list[Cited]]:
        """The patient without the facts that a kind of phase is chosen without, and what is said of each."""
        said = []
        for raw in self._packed["set_aside"]:
            if _speaks_of(raw, told, kind):
                told = told.without(raw["fact"])
                said.append(_cited(raw))
        return told, said

    def said_first(self, patient: Patient, kind: str) -> list[Cited]:
        """The sentences that stand first in a kind of phase for such a patient, whatever arm is shown."""
        return [_cited(raw) for raw in self._packed["said_first"] if _speaks_of(raw, patient, kind)]

    @property
    def raw_guards(self) -> Sequence[Mapping[str, Any]]:
        """The guards as the file has them."""
        guards: Sequence[Mapping[str, Any]] = self._packed["guards"]
        return guards

    @property
    def raw_undecided(self) -> Sequence[Mapping[str, Any]]:
        """For whom nothing stands first, as the file has it."""
        entries: Sequence[Mapping[str, Any]] = self._packed["undecided"]
        return entries

    @property
    def every_risk(self) -> Sequence[str]:
        """Protocols without a scheme that took every risk group of their population."""
        ids: Sequence[str] = self._packed["every_risk"]
        return ids

    def diagram(self, number: int) -> Diagram:
        """A condition: answer 0 says that it holds, 1 that it does not."""
        if number not in self._diagrams:
            self._diagrams[number] = Diagram.unpack(self._packed["diagrams"][number])
        return self._diagrams[number]

    def population(self, protocol: str) -> Diagram:
        """Whom a protocol is for."""
        return self.diagram(self._packed["protocols"][protocol]["population"])

    def given(self, protocol: str, arm: str, kind: str) -> Diagram | None:
        """To whom an arm gives anything in its phases of this kind; None if to everybody."""
        number = self._packed["protocols"][protocol]["given"][arm].get(kind)
        return None if number is None else self.diagram(number)

    def guarding(self, protocol: str, arm: str, kinds: Sequence[str]) -> list[tuple[Guard, Diagram]]:
        """The guards that could keep somebody from these phases of the arm, with whom they keep out."""
        kept = self._packed["protocols"][protocol]["guards"][arm]
        found = dict.fromkeys(pair for kind in kinds for pair in kept.get(kind, ()))
        return [(self.guards[guard], self.diagram(number)) for guard, number in found]

    def unasked(self, kind: str, facts: Sequence[str]) -> frozenset[str]:
        """Those of the facts that had not been asked for when a phase of this kind began."""
        for entry in self._packed["asked"]:
            if kind in entry["phases"]:
                return frozenset(facts).difference(entry["facts"])
        return frozenset()

    def presumed(self, patient: Patient, kind: str, named: bool) -> tuple[Patient, list[Presumption]]:
        """The patient with what is presumed for facts of which nothing was told, and what that was.

        For arms that somebody named (``named``) only what follows from what was told is presumed.

        A presumption that what was told leaves no room for is passed over.
        """
        found = []
        for raw in self._packed["presumed"]:
            fact = raw["fact"]
            if fact in patient.told or kind not in raw.get("phases", [kind]) or (named and "expression" not in raw):
                continue
            if "expression" in raw and not certainly(_condition(raw["expression"]), patient):
                continue
            if "unless" in raw and certainly(_condition(raw["unless"]), patient):
                continue
            values = frozenset(raw["is"])
            known = patient.known.get(fact)
            if known is not None and known.possible <= values:  # type: ignore[operator]
                continue
            told = narrowed(patient, fact, values, raw["text"])
            if told is not None:
                patient = told
                found.append(
                    Presumption(
                        raw["id"], fact, values, raw["text"], raw.get("turns", ""), citations(raw["cite"]),
                        raw["checked"], raw.get("then", ""), raw.get("leads", False),
                    )
                )  # fmt: skip
        return patient, found


@cache
def _condition(packed: Sequence[Any]) -> Expression:
    """A condition of the rules; each patient, and each kind of phase, meets the same ones."""
    return unpack(packed)


def _cited(raw: Mapping[str, Any]) -> Cited:
    return Cited(raw["text"], citations(raw["cite"]), raw["checked"])


def _speaks_of(raw: Mapping[str, Any], patient: Patient, kind: str) -> bool:
    """Whether an entry is for a kind of phase and certainly for the patient, who is not certainly spared."""
    spared = "unless" in raw and certainly(_condition(raw["unless"]), patient)
    return kind in raw["phases"] and not spared and certainly(_condition(raw["expression"]), patient)


def condition_diagram(expression: Expression, vocabulary: Vocabulary) -> Diagram:
    """A condition as a diagram: answer 0 says that it holds, 1 that it does not."""
    from all_cli.logic.axes import axes_of, implications_between

    facts = dict.fromkeys(test.fact for test in tests(expression))
    axes = axes_of(facts, [expression], vocabulary)
    return build_diagram([expression], axes, implications_between(axes, vocabulary))


def certainly(expression: Expression, patient: Patient) -> bool:
    """Whether a condition holds as far as three-valued logic sees."""
    return truth(expression, patient.possible()) is True


def narrowed(patient: Patient, fact: str, possible: Any, said: str) -> Patient | None:
    """The patient with one fact narrowed and what follows concluded; None if that cannot be.

    It is one and the same patient each time: what was worked out of it serves whatever narrows the fact so.
    """
    key = ("narrowed", fact, possible, said)
    if key not in patient.worked_out:
        patient.worked_out[key] = _narrowed(patient, fact, possible, said)
    found: Patient | None = patient.worked_out[key]
    return found


def _narrowed(patient: Patient, fact: str, possible: Any, said: str) -> Patient | None:
    other = patient.copy()
    try:
        other.learn(fact, possible, said, derived=True)
        other.conclude()
    except ContradictionError:
        return None
    return other
