"""What a karyotype only does not show is no contradiction: any finding of another method stands against it."""

from __future__ import annotations

from itertools import permutations, product

import pytest

from all_cli.knowledge.documents import document_of
from all_cli.knowledge.files import FACTS
from all_cli.knowledge.vocabulary import vocabulary_in
from all_cli.logic.values import ABSENT, PRESENT, NumberSet, intersect
from all_cli.patient.genetics import GeneticsReader
from all_cli.patient.patient import Patient
from all_cli.patient.unreadable import ContradictionError

VOCABULARY = vocabulary_in(document_of(FACTS))
READER = GeneticsReader(VOCABULARY)
T922 = "46,XX,t(9;22)(q34;q11)[12]/46,XX[8]"


def told(*texts: str) -> Patient:
    """A patient of whom each text is said; ``fact=value`` as an option of its own."""
    patient = Patient(VOCABULARY)
    for text in texts:
        fact, sign, value = text.partition("=")
        if sign:
            patient.tell(fact, value, f"--set {fact}")
        else:
            patient.tell_genetics(text, "--genetics", READER)
    patient.conclude()
    return patient


@pytest.mark.parametrize(
    ("texts", "present"),
    [
        ((T922, "trisomy_4=yes"), "trisomy_4"),
        ((T922, "nuc ish(D4Z1x3,D10Z1x3)[150/200]"), "trisomy_4 trisomy_10 double_trisomy"),
        ((f"{T922}.nuc ish(D4Z1x3)[150/200]",), "trisomy_4"),
        ((T922, "double_trisomy=yes"), "trisomy_4 trisomy_10 double_trisomy"),
        ((T922, "triple_trisomy=yes"), "trisomy_4 trisomy_10 trisomy_17 double_trisomy triple_trisomy"),
        (("46,XX[20]", "etv6_runx1=yes", "modal_chromosomes=54"), "etv6_runx1"),
    ],
)
def test_a_positive_result_stands_in_whatever_order_it_is_told(texts: tuple[str, ...], present: str) -> None:
    possible = [dict(told(*order).possible()) for order in permutations(texts)]
    assert all(found == possible[0] for found in possible)
    for fact in present.split():
        assert possible[0][fact] == {PRESENT}
    assert told(*texts).warnings, "the user is told that the karyotype does not show it"


def test_what_nothing_denies_is_absent_as_before() -> None:
    possible = told(T922).possible()
    for fact in ("trisomy_4", "trisomy_8", "trisomy_10", "trisomy_17", "double_trisomy", "triple_trisomy"):
        assert possible[fact] == {ABSENT}
    assert told(T922).warnings == []


def test_an_absence_that_stands_beside_one_that_fell_is_kept() -> None:
    possible = told(T922, "trisomy_4=yes").possible()
    assert (possible["trisomy_10"], possible["double_trisomy"]) == ({ABSENT}, {ABSENT})


@pytest.mark.parametrize("number", [54, 36])
def test_a_chromosome_number_stands_against_normal_metaphases(number: int) -> None:
    assert told("46,XX[20]", f"modal_chromosomes={number}").possible()["modal_chromosomes"] == NumberSet.point(number)
    assert told("Normal", f"modal_chromosomes={number}").possible()["modal_chromosomes"] == NumberSet.point(number)


@pytest.mark.parametrize(
    "texts",
    [
        (T922, "bcr_abl1=no"), ("trisomy 4 negative", "trisomy_4=yes"), (T922, "modal_chromosomes=54"),
        ("none", "etv6_runx1=yes"), ("46,XX[20], otherwise none", "etv6_runx1=yes"),
    ],
)  # fmt: skip
def test_what_was_seen_or_said_still_contradicts(texts: tuple[str, ...]) -> None:
    for order in permutations(texts):
        with pytest.raises(ContradictionError):
            told(*order)


def test_concluding_twice_and_asking_what_if_change_nothing() -> None:
    patient = told(T922, "trisomy_4=yes")
    before, warnings = dict(patient.known), list(patient.warnings)
    patient.conclude()
    assert (patient.known, patient.warnings) == (before, warnings)
    other = patient.assuming("lineage", frozenset({"B"}))
    assert {fact: other.known[fact].possible for fact in before} == patient.possible()
    assert patient.assuming("double_trisomy", frozenset({PRESENT})).possible()["trisomy_10"] == {PRESENT}


def test_no_set_of_facts_about_trisomies_is_made_impossible_by_a_karyotype() -> None:
    facts = ("trisomy_4", "trisomy_8", "trisomy_10", "trisomy_17", "double_trisomy", "triple_trisomy")
    tried = 0
    for values in product((None, PRESENT, ABSENT), repeat=len(facts)):
        alone = Patient(VOCABULARY)
        both = Patient(VOCABULARY)
        for patient in (alone, both):
            for fact, value in zip(facts, values, strict=True):
                if value:
                    patient.learn(fact, frozenset({value}), "said")
        try:
            alone.conclude()
        except ContradictionError:
            continue
        both.tell_genetics(T922, "--genetics", READER)
        both.conclude()
        tried += 1
        for fact, known in alone.possible().items():
            assert intersect(both.possible()[fact], known) == both.possible()[fact], "a karyotype takes nothing back"
    assert tried > 50


def test_normal_metaphases_still_narrow_a_number_that_allows_them() -> None:
    patient = told("46,XX[20]", "modal_chromosomes=<50")
    assert patient.possible()["modal_chromosomes"] == NumberSet.point(46)
    assert patient.assuming("lineage", frozenset({"B"})).possible()["modal_chromosomes"] == NumberSet.point(46)
