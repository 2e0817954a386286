"""What if: each range of a fact leaves exactly the groups that the patient with such a value could come to."""

from __future__ import annotations

import random

import pytest
from brute_force import completions, groups
from folded import each
from random_patients import choices_of, known_patient, random_masks

from all_cli.logic.values import NumberSet, Possible
from all_cli.patient.patient import Patient
from all_cli.patient.unreadable import ContradictionError
from all_cli.risk.library import RiskLibrary, risk_library
from all_cli.risk.verdict import brief
from all_cli.risk.whatif import MISSING, SETTLED, TOGETHER, TOLD, Strip, strips

SCHEMES = list(risk_library().schemes)


def told(library: RiskLibrary, **facts: str) -> Patient:
    patient = Patient(library.vocabulary)
    for fact, text in facts.items():
        patient.tell(fact, text, f"--{fact}")
    patient.conclude()
    return patient


def strip(library: RiskLibrary, scheme: str, fact: str, **facts: str) -> Strip:
    (found,) = strips(library.schemes[scheme], told(library, **facts), [fact])
    return found


@pytest.mark.parametrize(("wbc", "here"), [("49.9", "< 50"), ("50", ">= 50"), ("50.1", ">= 50")])
def test_wbc_of_50_is_where_nci_turns_and_belongs_to_the_high_side(library: RiskLibrary, wbc: str, here: str) -> None:
    found = strip(library, "nci-rome", "wbc", age="7", lineage="B", wbc=wbc)
    assert found.state == TOLD
    assert [(part.text, part.groups) for part in found.parts] == [("< 50", ("standard",)), (">= 50", ("high",))]
    assert [part.text for part in found.parts if part.here] == [here]
    assert found.flips == ((50.0, True, ("standard",), ("high",)),)


@pytest.mark.parametrize(("age", "here"), [("9.99", 1), ("10", 2), ("10.01", 2), ("1", 1), ("11mo", 0)])
def test_the_tenth_birthday_is_where_nci_turns_and_the_first_where_it_begins(
    library: RiskLibrary, age: str, here: int
) -> None:
    found = strip(library, "nci-rome", "age", age=age, lineage="B", wbc="20")
    assert [part.groups for part in found.parts] == [("not-applicable",), ("standard",), ("high",)]
    assert [part.here for part in found.parts] == [index == here for index in range(3)]
    assert [(flip.value, flip.included) for flip in found.flips] == [(1.0, True), (10.0, True)]


def test_a_cut_off_that_excludes_its_own_value_flips_above_it(library: RiskLibrary) -> None:
    found = strip(library, "hoelzer-1988", "wbc", age="30", lineage="B", wbc="30")
    flip = next(flip for flip in found.flips if flip.value == 30)
    assert not flip.included
    assert next(part for part in found.parts if part.here).text == "<= 30"


def test_a_patient_known_as_a_range_may_be_on_both_sides(library: RiskLibrary) -> None:
    found = strip(library, "nci-rome", "wbc", age="7", lineage="B", wbc="40-60")
    assert [part.here for part in found.parts] == [True, True]


def test_what_was_concluded_from_a_value_is_forgotten_with_it(library: RiskLibrary) -> None:
    patient = told(library, kmt2a_aff1="present")
    assert patient.known["kmt2a_r"].possible == {"present"}
    assert "kmt2a_r" not in patient.assuming("kmt2a_aff1", frozenset({"absent"})).known


def test_what_a_conclusion_took_from_a_told_value_is_given_back(library: RiskLibrary) -> None:
    patient = Patient(library.vocabulary)
    patient.learn("lineage", frozenset({"B", "T"}), "told")
    patient.learn("maturation", frozenset({"pre-B"}), "told")
    patient.conclude()
    assert patient.known["lineage"].possible == {"B"}
    other = patient.assuming("maturation", frozenset({"pre-T"}))
    assert other.known["lineage"].possible == {"T"}
    assert patient.known["lineage"].possible == {"B"}


def test_values_that_what_else_was_told_excludes_leave_no_group(library: RiskLibrary) -> None:
    patient = told(library, kmt2a_r="absent")
    with pytest.raises(ContradictionError):
        patient.assuming("kmt2a_aff1", frozenset({"present"}))
    found = strip(library, "bfm-95", "kmt2a_aff1", age="7", kmt2a_r="absent", kmt2a_aff1="absent")
    assert next(part.groups for part in found.parts if "absent" not in part.text and not part.here) == ()


def test_an_assumption_replaces_the_told_value_under_an_alias_too(library: RiskLibrary) -> None:
    other = told(library, bcr_abl1="absent").assuming("ph", frozenset({"present"}))
    assert other.known["bcr_abl1"].possible == {"present"}


@each("id", SCHEMES)
def test_every_range_of_every_fact_leaves_what_brute_force_says(id: str, library: RiskLibrary) -> None:
    scheme = library.schemes[id]
    chance = random.Random(f"what if {id}")
    axes = scheme.diagram.axes
    tried = patients = 0
    while patients < 2:
        masks = random_masks(axes, chance)
        facts: dict[str, Possible] = {
            axis.fact: axis.possible(mask) for axis, mask in zip(axes, masks, strict=True) if mask != axis.domain
        }
        try:
            patient = known_patient(library, facts)
        except ContradictionError:
            continue
        patients += 1
        some = chance.sample(scheme.facts, min(4, len(scheme.facts)))
        for found in strips(scheme, patient, some):
            number = next(index for index, axis in enumerate(axes) if axis.fact == found.fact)
            axis = axes[number]
            for piece in axis.pieces(axis.domain):
                if (
                    found.state != TOLD
                    and not axis.mask(
                        patient.known[axis.fact].possible if axis.fact in patient.known else axis.possible(axis.domain)
                    )
                    >> piece
                    & 1
                ):
                    continue
                changed = [*masks[:number], 1 << piece, *masks[number + 1 :]]
                other = {**facts, axis.fact: axis.possible(1 << piece)}
                choices = choices_of(scheme, library, changed, other, chance)
                expected = {g for being in completions(choices, library.vocabulary) for g in groups(scheme, being)}
                parts = [part for part in found.parts if axis.mask(part.possible) >> piece & 1]
                said = set(parts[0].groups) if parts else set()
                assert len(parts) <= 1
                assert said == expected, (facts, axis.fact, axis.text(1 << piece))
                tried += 1
    assert tried


@each("id", SCHEMES)
def test_the_ranges_cover_every_value_once_and_the_patient_stands_in_the_answer(id: str, library: RiskLibrary) -> None:
    scheme = library.schemes[id]
    chance = random.Random(f"cover {id}")
    axes = scheme.diagram.axes
    for _ in range(2):
        masks = random_masks(axes, chance)
        facts = {axis.fact: axis.possible(mask) for axis, mask in zip(axes, masks, strict=True) if mask != axis.domain}
        try:
            patient = known_patient(library, facts)
        except ContradictionError:
            continue
        now = set(brief(scheme, patient).possible)
        for found, axis in zip(strips(scheme, patient), scheme.diagram.asked, strict=True):
            masks_of_parts = [axis.mask(part.possible) for part in found.parts]
            assert sum(masks_of_parts) & axis.domain == sum(masks_of_parts)
            if found.state == TOLD:
                assert sum(masks_of_parts) == axis.domain
                here = [part for part in found.parts if part.here]
                assert now <= {group for part in here for group in part.groups}
                if isinstance(patient.known[axis.fact].possible, NumberSet) and len(here) == 1:
                    assert len({part.text for part in found.parts}) == len(found.parts)
            else:
                assert {group for part in found.parts for group in part.groups} <= now
                assert found.state in (MISSING, TOGETHER, SETTLED)
                assert (found.state == MISSING) == (len(found.parts) > 1)
