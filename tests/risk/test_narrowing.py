"""The next test: the counts are those of asking every scheme again after every result."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from random_patients import known_patient, random_masks

from all_cli.logic.values import intersect
from all_cli.patient.patient import Patient
from all_cli.patient.unreadable import ContradictionError
from all_cli.risk.library import RiskLibrary, risk_library
from all_cli.risk.narrowing import common_axis, next_tests, sendings
from all_cli.risk.verdict import judge

SCHEMES = list(risk_library().schemes)


def told(library: RiskLibrary, **facts: str) -> Patient:
    patient = Patient(library.vocabulary)
    for fact, text in facts.items():
        patient.tell(fact, text, f"--{fact}")
    patient.conclude()
    return patient


def test_a_white_cell_count_decides_nci_either_way(library: RiskLibrary) -> None:
    found = next_tests([library.schemes["nci-rome"]], told(library, age="7", lineage="B"))
    (test,) = found.tests
    assert (test.fact, test.rank, test.worst, test.best) == ("wbc", 1, 1, 1)
    assert [(result.text, result.remaining) for result in test.results] == [("< 50", 1), (">= 50", 1)]
    assert test.decides == test.always == ("nci-rome",)
    assert found.remaining == 2


def test_at_ten_years_the_count_no_longer_matters(library: RiskLibrary) -> None:
    schemes = [library.schemes["nci-rome"]]
    assert next_tests(schemes, told(library, age="9.99", lineage="B")).tests
    for age in ("10", "10.01"):
        found = next_tests(schemes, told(library, age=age, lineage="B"))
        assert (found.schemes, found.tests, found.remaining) == ((), (), 0)


@pytest.mark.parametrize(("wbc", "results"), [("<50", 0), ("<=50", 2), (">=50", 0), ("49-51", 2)])
def test_a_count_known_as_a_range_is_worth_repeating_only_if_the_range_holds_the_cut_off(
    library: RiskLibrary, wbc: str, results: int
) -> None:
    found = next_tests([library.schemes["nci-rome"]], told(library, age="7", lineage="B", wbc=wbc))
    assert [len(test.results) for test in found.tests] == ([results] if results else [])
    assert all(test.partly for test in found.tests)


def test_results_are_those_that_some_scheme_can_tell_apart(library: RiskLibrary) -> None:
    schemes = [library.schemes["nci-rome"], library.schemes["coall-07-03"]]
    found = next_tests(schemes, told(library, age="7", lineage="B", cns="CNS1", bcr_abl1="absent", kmt2a_r="absent"))
    wbc = next(test for test in found.tests if test.fact == "wbc")
    assert [result.text for result in wbc.results][:3] == ["< 25", ">= 25 and < 50", ">= 50"]


def test_that_a_scheme_does_not_apply_counts_as_an_answer(library: RiskLibrary) -> None:
    found = next_tests([library.schemes["nci-rome"]], told(library, age="12"))
    (lineage,) = found.tests
    assert lineage.fact == "lineage"
    assert {(result.text, result.decides) for result in lineage.results} == {
        ("B", ("nci-rome",)),
        ("T or MPAL", ("nci-rome",)),
    }


@pytest.mark.parametrize("seed", range(8))
def test_counts_equal_asking_every_scheme_again_after_every_result(seed: int, library: RiskLibrary) -> None:
    chance = random.Random(f"next {seed}")
    schemes = [library.schemes[id] for id in chance.sample([id for id in SCHEMES if id != "icc-entities"], 6)]
    axes = schemes[0].diagram.axes
    masks = random_masks(axes, chance)
    facts = {axis.fact: axis.possible(mask) for axis, mask in zip(axes, masks, strict=True) if mask != axis.domain}
    try:
        patient = known_patient(library, facts)
    except ContradictionError:
        return
    now = {scheme.id: judge(scheme, patient).possible for scheme in schemes}
    found = next_tests(schemes, patient)
    assert [scheme.id for scheme in found.schemes] == [id for id, possible in now.items() if len(possible) > 1]
    assert found.remaining == sum(len(now[scheme.id]) for scheme in found.schemes)
    narrowing = {}
    for fact in {fact for scheme in found.schemes for fact in scheme.facts}:
        axis = common_axis(library.vocabulary[fact], [scheme for scheme in found.schemes if fact in scheme.facts])
        known = patient.known.get(fact)
        after = []
        for piece in axis.pieces(axis.mask(known.possible) if known else axis.domain):
            values = axis.possible(1 << piece)
            try:
                being = known_patient(library, {**facts, fact: intersect(values, known.possible) if known else values})
            except ContradictionError:
                continue
            after.append({scheme.id: judge(scheme, being).possible for scheme in found.schemes})
        after = [answered for answered in after if all(answered.values())]
        if any(answered != {id: now[id] for id in answered} for answered in after):
            sums = [sum(map(len, answered.values())) for answered in after]
            decides = {id for answered in after for id, left in answered.items() if len(left) == 1}
            always = {scheme.id for scheme in found.schemes if all(len(a[scheme.id]) == 1 for a in after)}
            narrowing[fact] = (max(sums), min(sums), decides, always)
    assert {t.fact: (t.worst, t.best, set(t.decides), set(t.always)) for t in found.tests} == narrowing


@pytest.mark.parametrize("audience", ["children", "adults"])
def test_ranks_follow_the_measure_and_equal_measures_share_one(audience: str, library: RiskLibrary) -> None:
    schemes = [scheme for scheme in library.schemes.values() if scheme.audience == audience]
    found = next_tests(schemes, told(library, age="7" if audience == "children" else "30", lineage="B"))
    assert len(found.tests) > 5
    for first, second in pairwise(found.tests):
        one, other = ((t.worst, t.best, -len(t.decides)) for t in (first, second))
        assert one <= other
        assert (first.rank == second.rank) == (one == other)
    assert [test.rank <= position for position, test in enumerate(found.tests, start=1)]
    assert all(test.best <= test.worst <= found.remaining for test in found.tests)
    assert all(set(test.always) <= set(test.decides) for test in found.tests)


@pytest.mark.parametrize(
    ("known", "days"),
    [
        ({}, [8, 15, 29, None]),
        ({"mrd_d8_pb": "0.1%"}, [8, 15, 29, None]),
        ({"mrd_d15": "0.1%"}, [15, 29, None]),
        ({"mrd_eoi": "0.02%"}, [29, None]),
        ({"cr_eoi": "yes"}, [29, None]),
        ({"mrd_eoc": "0.02%"}, [None]),
    ],
)
def test_what_lies_before_what_was_given_is_not_to_be_sent(
    library: RiskLibrary, known: dict[str, str], days: list[int | None]
) -> None:
    sent = sendings(library.schemes.values(), told(library, age="5", wbc="20", lineage="B", **known))
    moments = [sending for sending in sent if sending.what.startswith("response")]
    assert [sending.day for sending in moments] == days
    assert not set(known) & {fact for sending in sent for fact in sending.facts}
    assert ("mrd_eoc" in moments[-1].facts) is ("mrd_eoc" not in known)


def test_what_settles_steroids_before_is_sent_for_only_where_steroids_were_given(library: RiskLibrary) -> None:
    for known, asked in ({"steroid_hours_2w": "72"}, True), ({}, False), ({"steroid_hours_2w": "24"}, False):
        child = told(library, age="5", wbc="20", lineage="B", **known)
        sent = sendings(library.schemes.values(), child, definitions=library.schemes)
        assert ("blood count from just before steroids" in [each.what for each in sent]) is asked, known


def test_a_told_cell_count_of_the_fluid_asks_for_the_rest_of_it(library: RiskLibrary) -> None:
    child = told(library, age="5", wbc="20", lineage="B", csf_blasts="present")
    sent = sendings(library.schemes.values(), child, definitions=library.schemes)
    assert "clinical signs of CNS leukaemia" in [each.what for each in sent]
