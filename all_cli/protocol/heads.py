"""Protocols in outline: what choosing among them needs, without opening any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from all_cli.knowledge.cache import closed_part
from all_cli.knowledge.sources import citations
from all_cli.logic.explain import truth
from all_cli.logic.expression import Expression, unpack
from all_cli.patient.patient import Patient
from all_cli.protocol.regimen import Cited

ELIGIBILITY = "eligibility"
"""Stands among an arm's own criteria where it is of relapse alone and for whom it was is recalled, not read."""
RELAPSE = frozenset({"relapse-b", "relapse-t"})
"""The settings of relapse."""
_SELECTED_BY = frozenset({"standard", "intermediate", "high", "very-high"})
"""Labels of risk; an arm that carries one and names no scheme was given by criteria that are not encoded."""


class ArmHead(NamedTuple):
    """An arm as the choice sees it: settings, groups by scheme, its phases by kind, risk labels of its protocol.

    ``population_read`` says whether it was read, not recalled, for whom the protocol was; ``untold`` are what its
    population asks for and no fact tells, each with the condition under which it is not asked (None: always asked);
    ``untold_in`` is what the arm, or its phases of a kind, ask for and no fact tells; ``reservations`` say why it is
    never certain, each with the condition under which it may be; ``cautions`` stand first in a kind of phase, for some.
    """

    id: str
    settings: tuple[str, ...]
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    kinds: Mapping[str, Sequence[str]]
    risk: tuple[str, ...]
    population_read: bool
    untold: tuple[tuple[str, Expression | None], ...] = ()
    untold_in: Mapping[str, Sequence[Mapping[str, Any]]] = {}
    reservations: tuple[tuple[str, Expression | None], ...] = ()
    cautions: Mapping[str, Sequence[Mapping[str, Any]]] = {}

    def own_criteria(self, every_risk: bool) -> tuple[str, ...]:
        """The labels of risk by which it was given whose criteria are not encoded; ``eligibility`` if unread.

        ``every_risk`` says that its protocol took every risk group.
        """
        unread = eligibility_unread(self.settings, self.population_read)
        labels = () if self.groups or every_risk else tuple(sorted(_SELECTED_BY & set(self.risk)))
        return ((ELIGIBILITY,) if unread else ()) + labels

    def untold_of(self, patient: Patient, phase: str) -> tuple[str, ...]:
        """What is asked of this patient for a kind of phase and no fact tells; the arm is then never certain."""
        return tuple(_holding((*self.untold, *_with_conditions(self.untold_in.get(phase, ()))), patient))

    def cautions_for(self, patient: Patient, phase: str) -> list[Cited]:
        """What is said first of it, in a kind of phase, of patients such as this one."""
        possible = patient.possible()
        return [
            Cited(raw["text"], citations(raw["cite"]), raw["checked"])
            for raw in self.cautions.get(phase, ())
            if truth(unpack(raw["expression"]), possible) is True
        ]

    def reserved_for(self, patient: Patient) -> tuple[str, ...]:
        """Why it is never certain for this patient."""
        return tuple(_holding(self.reservations, patient))


def eligibility_unread(settings: Sequence[str], population_read: bool) -> bool:
    """Whether an arm is of relapse alone and for whom it was is recalled, not read."""
    return bool(settings) and RELAPSE.issuperset(settings) and not population_read


def _holding(texts: Sequence[tuple[str, Expression | None]], patient: Patient) -> list[str]:
    possible = patient.possible()
    return [text for text, unless in texts if unless is None or truth(unless, possible) is not True]


def _with_conditions(raw: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, Expression | None], ...]:
    return tuple((each["text"], unpack(each["expression"]) if "expression" in each else None) for each in raw)


def arm_heads_in(head: Mapping[str, Any]) -> list[ArmHead]:
    """The arms of a protocol in outline."""
    untold, reservations = _with_conditions(head["population"]["untold"]), _with_conditions(head["reservations"])
    return [
        ArmHead(
            arm["id"],
            tuple(arm["settings"]),
            tuple((entry["scheme"], tuple(entry["groups"])) for entry in arm["for"]),
            arm["kinds"],
            tuple(head["risk"]),
            head["population"]["checked"],
            untold,
            arm["untold"],
            reservations,
            arm["cautions"],
        )
        for arm in head["arms"]
    ]


def head_of(raw: Mapping[str, Any]) -> dict[str, Any]:
    """What choosing needs of a protocol in the open; the whole of it closed until it is asked for."""
    kinds, ids = [phase["phase"] for phase in raw["phases"]], [phase["id"] for phase in raw["phases"]]
    return {
        "id": raw["id"],
        "audience": raw["audience"],
        "risk": raw["risk"],
        "arms": [
            {
                "id": arm["id"],
                "settings": arm.get("settings", raw.get("settings", [])),
                "for": arm.get("for", []),
                "kinds": {
                    kind: [id for id in arm["phases"] if kinds[ids.index(id)] == kind]
                    for kind in dict.fromkeys(kinds[number] for number in map(ids.index, arm["phases"]))
                },
                "untold": _untold_in(arm, raw["phases"]),
                "cautions": _cautions_in(arm, raw),
            }
            for arm in raw["arms"]
        ],
        "lineage": raw.get("lineage", []),
        "ph": raw.get("ph", False),
        "population": {key: raw["population"].get(key, []) for key in ("expression", "checked", "untold")},
        "reservations": raw.get("reservations", []),
        "phase_kinds": list(dict.fromkeys(kinds)),
        "completeness": _completeness(raw),
        "whole": closed_part(raw),
    }


def _untold_in(arm: Mapping[str, Any], phases: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """By kind of phase, what the arm and its phases ask for and no fact tells."""
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for phase in phases:
        if phase["id"] in arm["phases"]:
            for each in (*arm.get("untold", ()), *phase.get("untold", ())):
                found.setdefault(phase["phase"], {})[each["text"]] = each
    return {kind: [*said.values()] for kind, said in found.items()}


def _cautions_in(arm: Mapping[str, Any], raw: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    """By kind of phase, the notes that go first for some patients: those of the protocol and of the arm's phases."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for phase in raw["phases"]:
        if phase["id"] in arm["phases"]:
            for note in (*raw.get("notes", ()), *phase.get("notes", ())):
                if note.get("first") and "expression" in note and note not in found.setdefault(phase["phase"], []):
                    found[phase["phase"]].append(note)
    return {kind: notes for kind, notes in found.items() if notes}


def _completeness(raw: Mapping[str, Any]) -> tuple[int, int]:
    """How much of a treatment a protocol holds: different kinds of phase, then lines that were read."""
    lines = [line for phase in raw["phases"] for line in phase["lines"]]
    return len({phase["phase"] for phase in raw["phases"]}), sum(line["checked"] for line in lines)
