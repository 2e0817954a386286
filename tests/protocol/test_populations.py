"""Whom a protocol is for: its ages on both sides of each bound, and what else its trial asked for."""

from __future__ import annotations

import re

import pytest

from all_cli.logic.explain import truth
from all_cli.logic.values import NumberSet
from all_cli.patient.patient import Patient
from all_cli.protocol.library import ProtocolLibrary

OLDEST = 120


@pytest.fixture
def library(protocols: ProtocolLibrary) -> ProtocolLibrary:
    return protocols


def of_age(library: ProtocolLibrary, age: float, **facts: str) -> Patient:
    """A patient of this age with findings as a user types them."""
    patient = Patient(library.vocabulary)
    patient.learn("age", NumberSet.point(age), f"{age}")
    for id, text in facts.items():
        patient.tell(id, text, id)
    return patient


def excluded(library: ProtocolLibrary, id: str, patient: Patient) -> bool:
    when = library.protocol(id).population.when
    return when is not None and truth(when, patient.possible()) is False


@pytest.mark.parametrize(
    ("id", "inside", "outside"),
    [
        ("general-backbone", 55.9, 56),
        ("ccg-1961", 21.9, 22),
        ("cog-aall1131-vhr", 30.9, 31),
        ("calgb-8811", 83.9, 84),
        ("dfci-adult-01-175", 50.9, 51),
        ("eortc-58951", 17.9, 18),
        ("aieop-high-risk", 17.9, 18),
        ("vietnam-all-hr", 17.9, 18),
        ("ukall-2003", 24.9, 25),
        ("ukall-2011", 24.9, 25),
        ("st-jude-xv", 18.9, 19),
        ("st-jude-xvi", 18.9, 19),
        ("ca180-372", 17.9, 18),
        ("cog-aall0622", 17.9, 18),
        ("cccg-all-2015-ph", 18.9, 19),
        ("esphall-2004", 18.9, 19),
        ("esphall-2010", 18.9, 19),
        ("cog-aall1631", 21.9, 22),
        ("cog-aall1331", 30.9, 31),
        ("dfci-05-001", 18.9, 19),
        ("dfci-00-01", 18.9, 19),
        ("dfci-11-001", 21.9, 22),
        ("ukall-r3", 18.9, 19),
        ("nopho-2008", 45.9, 46),
        ("aall01p2", 21.9, 22),
        ("dfci-91-01", 18.9, 19),
        ("dfci-1985-2000", 18.9, 19),
        ("fralle-93-autograft", 20.9, 21),
        ("graduated-intensity", 17.9, 18),
        ("calaspargase", 21.9, 22),
    ],
)
def test_a_patient_above_the_upper_age_is_not_of_the_population(
    library: ProtocolLibrary, id: str, inside: float, outside: float
) -> None:
    assert not excluded(library, id, of_age(library, inside))
    assert excluded(library, id, of_age(library, outside))
    assert excluded(library, id, of_age(library, outside + 40))


@pytest.mark.parametrize(
    ("id", "outside", "inside"),
    [
        ("st-jude-xv", 0.99, 1),
        ("ukall-2011", 0.99, 1),
        ("esphall-2010", 0.99, 1),
        ("ca180-372", 1, 1.01),
        ("nelarabine", 0.99, 1),
        ("calaspargase", 0.08, 0.09),
        ("erwinia-asparaginase", 0.08, 0.09),
    ],
)
def test_a_patient_below_the_lower_age_is_not_of_the_population(
    library: ProtocolLibrary, id: str, outside: float, inside: float
) -> None:
    assert excluded(library, id, of_age(library, outside))
    assert not excluded(library, id, of_age(library, inside))


@pytest.mark.parametrize("id", ["st-jude-xvi", "eortc-58951", "cccg-all-2015-ph"])
def test_infants_are_inside_where_the_trial_printed_no_lower_age(library: ProtocolLibrary, id: str) -> None:
    assert not excluded(library, id, of_age(library, 0.3))


@pytest.mark.parametrize(
    ("id", "age", "finding"),
    [
        ("cog-aall1731", 5, "down_syndrome"),
        ("cog-aall1131", 12, "down_syndrome"),
        ("cog-aall1131-vhr", 12, "down_syndrome"),
        ("cog-aall1631", 12, "down_syndrome"),
        ("ca180-372", 12, "down_syndrome"),
        ("ca180-372", 12, "testicular"),
        ("cog-aall1331", 12, "down_syndrome"),
        ("cog-aall1331", 12, "bcr_abl1"),
        ("cog-aall1331", 12, "prior_hsct"),
        ("ukall-2011", 12, "bcr_abl1"),
        ("interfant-06", 0.5, "bcr_abl1"),
    ],
)
def test_what_the_trial_left_out_is_not_of_the_population(
    library: ProtocolLibrary, id: str, age: float, finding: str
) -> None:
    population = library.protocol(id).population.when
    assert population is not None

    assert excluded(library, id, of_age(library, age, **{finding: "yes"}))
    assert not excluded(library, id, of_age(library, age, **{finding: "no"}))
    unknown = of_age(library, age).possible()
    assert truth(population, unknown) is not True, "an unknown finding is not an absent one"


def test_every_protocol_has_an_age_on_each_side_or_says_that_there_is_none(library: ProtocolLibrary) -> None:
    silent = []
    for protocol in library.protocols:
        said = " ".join([protocol.population.text, *(note.text for note in protocol.notes if note.first)]).casefold()
        silent += [
            f"{protocol.id}: {words}"
            for age, words in ((0.0, "no lower age"), (float(OLDEST), "no upper age"))
            if not excluded(library, protocol.id, of_age(library, age)) and words not in said
        ]
    assert silent == []


def test_no_protocol_of_children_takes_an_adult_of_forty(library: ProtocolLibrary) -> None:
    taking = [
        protocol.id
        for protocol in library.protocols
        if protocol.audience in ("children", "infants") and not excluded(library, protocol.id, of_age(library, 40))
    ]
    assert taking == []


def test_words_and_condition_name_the_same_highest_age(library: ProtocolLibrary) -> None:
    """``1 to 18 years`` in words never stands beside a condition that ends at another age."""
    wrong = []
    for protocol in library.protocols:
        said = re.search(r"(?:of|,|B-ALL|ALL) (\d+) to (\d+) years", protocol.population.text.partition(". ")[0])
        if said is None:
            continue
        lowest, highest = int(said[1]), int(said[2])
        ends = (
            excluded(library, protocol.id, of_age(library, highest)),
            not excluded(library, protocol.id, of_age(library, highest + 1)),
            lowest > 0 and not excluded(library, protocol.id, of_age(library, lowest - 0.1)),
        )
        if any(ends):
            wrong.append((protocol.id, said[0], ends))
    assert wrong == []


def test_why_a_bound_was_set_is_said_with_the_population(library: ProtocolLibrary) -> None:
    assert "below 18 years because" in library.protocol("graduated-intensity").population.text
    assert "every new patient starts on the average-risk protocol" in library.protocol("vietnam-all-hr").population.text
