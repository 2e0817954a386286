"""The traumatic-tap rule, exactly: at twice the ratio of blood it is negative, just above it positive."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from all_cli.knowledge.vocabulary import Exceeds
from all_cli.logic.values import NumberSet
from all_cli.patient.patient import Patient
from all_cli.patient.ratio import ratio_exceeds
from all_cli.risk.library import RiskLibrary
from all_cli.risk.verdict import judge

RULE: Exceeds = (("a", "b"), 2, ("c", "d"), {})


def status(library: RiskLibrary, **counts: str) -> tuple[str, ...]:
    patient = Patient(library.vocabulary)
    names = {
        "wbc": "csf_wbc",
        "rbc": "csf_rbc",
        "blood_wbc": "blood_wbc_at_puncture",
        "blood_rbc": "blood_rbc_at_puncture",
    }
    for name, text in {"csf_blasts": "yes", "cns_signs": "no", **counts}.items():
        patient.tell(names.get(name, name), text, name)
    patient.conclude()
    return judge(library.schemes["cns-status"], patient).possible


BLOOD = {"blood_wbc": "46000", "blood_rbc": "3000000"}


@pytest.mark.parametrize(
    ("wbc", "expected"),
    [("60", "cns3b"), ("47", "cns3b"), ("46", "cns2c"), ("45", "cns2c"), ("40", "cns2c"), ("46.01", "cns3b")],
)
def test_fluid_ratio_just_below_at_and_above_twice_that_of_blood(wbc: str, expected: str, library: RiskLibrary) -> None:
    """With 1,500 red cells in the fluid and 46,000 over 3,000,000 in blood, twice the ratio is exactly 46."""
    assert status(library, wbc=wbc, rbc="1500", **BLOOD) == (expected,)


@pytest.mark.parametrize(
    ("wbc", "rbc", "expected"),
    [("4.9", "9", "cns2a"), ("4.9", "10", "cns2b"), ("5", "9.9", "cns3a"), ("5", "10", "cns3b"), ("0", "0", "cns2a")],
)
def test_count_cut_offs(wbc: str, rbc: str, expected: str, library: RiskLibrary) -> None:
    assert status(library, wbc=wbc, rbc=rbc, **BLOOD) == (expected,)


def test_units_are_brought_together_first(library: RiskLibrary) -> None:
    assert status(library, wbc="60", rbc="1500", blood_wbc="46 K/uL", blood_rbc="3.0e12/L") == ("cns3b",)


def test_blood_counts_missing_leave_both(library: RiskLibrary) -> None:
    assert status(library, wbc="60", rbc="1500") == ("cns2c", "cns3b")


def test_red_cells_of_the_fluid_unknown_leave_what_they_can_be(library: RiskLibrary) -> None:
    assert set(status(library, wbc="60", **BLOOD)) == {"cns3a", "cns2c", "cns3b"}


def test_no_blasts_is_cns1_and_signs_are_cns3c(library: RiskLibrary) -> None:
    assert status(library, csf_blasts="no", wbc="80", rbc="9000") == ("cns1",)
    assert status(library, csf_blasts="no", cns_signs="yes", wbc="0", rbc="0") == ("cns3c",)


spans = st.tuples(st.integers(0, 12), st.integers(0, 12), st.booleans(), st.booleans()).filter(lambda s: s[0] < s[1])


@given(st.lists(spans, min_size=4, max_size=4))
def test_the_answer_holds_for_every_point_and_is_open_only_if_points_differ(
    given_spans: list[tuple[int, int, bool, bool]],
) -> None:
    known, points = {}, []
    for name, (low, high, open_low, open_high) in zip("abcd", given_spans, strict=True):
        known[name] = NumberSet.between(low, high, open_low=open_low, open_high=open_high)
        near = Fraction(1, 10**9)
        points.append([low + near if open_low else Fraction(low), high - near if open_high else Fraction(high)])
    answers = {a * d > 2 * b * c for a, b, c, d in itertools.product(*points)}
    found = ratio_exceeds(RULE, known)
    assert found is None or answers == {found}
    if found is None:
        assert len(answers) == 2 or any(flag for span in given_spans for flag in span[2:])
