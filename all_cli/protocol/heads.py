"""Protocols in outline: what choosing among them needs, without opening any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from all_cli.knowledge.cache import closed_part
from all_cli.logic.explain import truth
from all_cli.logic.expression import Expression, unpack
from all_cli.patient.patient import Patient

ELIGIBILITY = "eligibility"
"""Stands among an arm's own criteria where it is of relapse alone and for whom it was is recalled, not read."""
_RELAPSE = frozenset({"relapse-b", "relapse-t"})
_SELECTED_BY = frozenset({"standard", "intermediate", "high", "very-high"})
"""Labels of risk; an arm that carries one and names no scheme was given by criteria that are not encoded."""


class ArmHead(NamedTuple):
    """An arm as the choice sees it: settings, groups by scheme, its phases by kind, risk labels of its protocol.

    ``population_read`` says whether it was read, not recalled, for whom the protocol was; ``untold`` are what its
    population asks for and no fact tells, each with the condition under which it is not asked (None: always asked);
    ``untold_in`` is what the arm, or its phases of a kind, ask for and no fact tells.
    """

    id: str
    settings: tuple[str, ...]
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    kinds: Mapping[str, Sequence[str]]
    risk: tuple[str, ...]
    population_read: bool
    untold: tuple[tuple[str, Expression | None], ...] = ()
    untold_in: Mapping[str, Sequence[str]] = {}

    def own_criteria(self, every_risk: bool) -> tuple[str, ...]:
        """The labels of risk by which it was given whose criteria are not encoded; ``eligibility`` if unread.

        ``every_risk`` says that its protocol took every risk group.
        """
        unread = self.settings and _RELAPSE.issuperset(self.settings) and not self.population_read
        labels = () if self.groups or every_risk else tuple(sorted(_SELECTED_BY & set(self.risk)))
        return ((ELIGIBILITY,) if unread else ()) + labels

    def untold_of(self, patient: Patient, phase: str) -> tuple[str, ...]:
        """What is asked of this patient for a kind of phase and no fact tells; the arm is then never certain."""
        possible = patient.possible()
        asked = [text for text, unless in self.untold if unless is None or truth(unless, possible) is not True]
        return (*asked, *self.untold_in.get(phase, ()))


def arm_heads_in(head: Mapping[str, Any]) -> list[ArmHead]:
    """The arms of a protocol in outline."""
    untold = tuple(
        (each["text"], unpack(each["expression"]) if "expression" in each else None)
        for each in head["population"]["untold"]
    )
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
            }
            for arm in raw["arms"]
        ],
        "lineage": raw.get("lineage", []),
        "ph": raw.get("ph", False),
        "population": {key: raw["population"].get(key, []) for key in ("expression", "checked", "untold")},
        "phase_kinds": list(dict.fromkeys(kinds)),
        "completeness": _completeness(raw),
        "whole": closed_part(raw),
    }


def _untold_in(arm: Mapping[str, Any], phases: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """By kind of phase, what the arm and its phases ask for and no fact tells."""
    found: dict[str, dict[str, None]] = {}
    for phase in phases:
        if phase["id"] in arm["phases"]:
            for each in (*arm.get("untold", ()), *phase.get("untold", ())):
                found.setdefault(phase["phase"], {})[each["text"]] = None
    return {kind: [*texts] for kind, texts in found.items()}


def _completeness(raw: Mapping[str, Any]) -> tuple[int, int]:
    """How much of a treatment a protocol holds: different kinds of phase, then lines that were read."""
    lines = [line for phase in raw["phases"] for line in phase["lines"]]
    return len({phase["phase"] for phase in raw["phases"]}), sum(line["checked"] for line in lines)
