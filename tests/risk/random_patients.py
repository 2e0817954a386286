"""Patients of whom much, little or nothing is known, to try a scheme with."""

from __future__ import annotations

import random

from brute_force import Value, can_have, completions, groups, value_in

from all_cli.logic.axis import Axis
from all_cli.logic.values import Possible
from all_cli.patient.patient import Patient
from all_cli.risk.library import RiskLibrary
from all_cli.risk.scheme import Scheme

COMPLETIONS = 300  # of one patient, at most


def random_masks(axes: tuple[Axis, ...], chance: random.Random) -> list[int]:
    """Some facts known, some partly, some not at all; few enough completions to count them all."""
    masks = []
    for axis in axes:
        pieces = list(axis.pieces(axis.domain))
        kind = chance.random()
        if kind < 0.55:
            masks.append(1 << chance.choice(pieces))
        elif kind < 0.8:
            masks.append(sum(1 << piece for piece in chance.sample(pieces, chance.randint(1, len(pieces)))))
        else:
            masks.append(axis.domain)
    order = list(range(len(axes)))
    chance.shuffle(order)
    total = 1
    for index in order:
        total *= masks[index].bit_count()
        if total > COMPLETIONS:
            masks[index] = 1 << chance.choice(list(axes[index].pieces(masks[index])))
            total = COMPLETIONS // 2
    return masks


def known_patient(library: RiskLibrary, told: dict[str, Possible]) -> Patient:
    patient = Patient(library.vocabulary)
    for fact, possible in told.items():
        patient.learn(fact, possible, "told")
    patient.conclude()
    return patient


def choices_of(
    scheme: Scheme, library: RiskLibrary, masks: list[int], told: dict[str, Possible], chance: random.Random
) -> dict[str, list[Value]]:
    """The values to combine: one from each piece; a flag that a known value brings with it is present."""
    return {
        axis.fact: [
            value
            for value in (value_in(axis, piece, chance, library.vocabulary) for piece in axis.pieces(mask))
            if can_have(axis.fact, value, told, library.vocabulary)
        ]
        for axis, mask in zip(scheme.diagram.axes, masks, strict=True)
    }


def groups_left(
    scheme: Scheme, library: RiskLibrary, masks: list[int], told: dict[str, Possible], chance: random.Random
) -> set[str]:
    choices = choices_of(scheme, library, masks, told, chance)
    return {group for being in completions(choices, library.vocabulary) for group in groups(scheme, being)}
