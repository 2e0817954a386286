"""Protocols in outline: what choosing among them needs, without opening any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from all_cli.knowledge.cache import closed_part


class ArmHead(NamedTuple):
    """An arm as the choice sees it: settings, groups by scheme, its phases by kind, risk labels of its protocol.

    ``population_read`` says whether it was read, not recalled, for whom the protocol was.
    """

    id: str
    settings: tuple[str, ...]
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    kinds: Mapping[str, Sequence[str]]
    risk: tuple[str, ...]
    population_read: bool


def arm_heads_in(head: Mapping[str, Any]) -> list[ArmHead]:
    """The arms of a protocol in outline."""
    return [
        ArmHead(
            arm["id"],
            tuple(arm["settings"]),
            tuple((entry["scheme"], tuple(entry["groups"])) for entry in arm["for"]),
            arm["kinds"],
            tuple(head["risk"]),
            head["population"]["checked"],
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
            }
            for arm in raw["arms"]
        ],
        "lineage": raw.get("lineage", []),
        "ph": raw.get("ph", False),
        "population": {key: raw["population"][key] for key in ("expression", "checked")},
        "phase_kinds": list(dict.fromkeys(kinds)),
        "completeness": _completeness(raw),
        "whole": closed_part(raw),
    }


def _completeness(raw: Mapping[str, Any]) -> tuple[int, int]:
    """How much of a treatment a protocol holds: different kinds of phase, then lines that were read."""
    lines = [line for phase in raw["phases"] for line in phase["lines"]]
    return len({phase["phase"] for phase in raw["phases"]}), sum(line["checked"] for line in lines)
