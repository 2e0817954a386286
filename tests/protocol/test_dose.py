"""Doses: norm × size, cap, split, rounding, each computed here by hand with fractions."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from all_cli.knowledge.sources import Citation
from all_cli.patient.patient import Patient
from all_cli.patient.unreadable import UnreadableError
from all_cli.protocol.body import Body, body_of, tell_size
from all_cli.protocol.dose import Dose, dose_for, number, read_rounding
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.regimen import Cap, Line

CITE = (Citation("matloub-2011", "Table"),)


def line(dose: float | tuple[float, float] | None, unit: str, per: str = "dose", **more: Any) -> Line:
    both = dose if isinstance(dose, tuple) or dose is None else (dose, dose)
    return Line("x", "cytarabine", "IV", CITE, True, dose=both, unit=unit, per=per, days=(1,), **more)


def capped_at(dose: float, unit: str = "mg", per: str = "dose") -> Cap:
    return Cap(dose, unit, per, CITE, True)


def given(
    protocols: ProtocolLibrary, what: Line, *, bsa: str = "1.52", weight: str = "", age: str = "", step: str = ""
) -> Dose:
    patient = Patient(protocols.vocabulary)
    if age:
        patient.tell("age", age, "--age")
    body = Body(Decimal(weight) if weight else None, None, Decimal(bsa) if bsa else None)
    return dose_for(what, patient, body, protocols, read_rounding([step] if step else []))


def test_a_capped_dose_shows_every_step(protocols: ProtocolLibrary) -> None:
    found = given(protocols, line(1.5, "mg/m2", cap=capped_at(2)))
    assert found.arithmetic == "1.5 mg/m² × 1.52 m² = 2.28 mg → capped at 2 mg"
    assert (found.low, found.capped) == (2, True)
    assert found.steps[-1].cite == CITE


def test_a_dose_below_its_cap_is_not_cut(protocols: ProtocolLibrary) -> None:
    found = given(protocols, line(1.5, "mg/m2", cap=capped_at(2)), bsa="1.2")
    assert found.arithmetic == "1.5 mg/m² × 1.2 m² = 1.8 mg"
    assert (found.low, found.capped) == (Decimal("1.8"), False)


@pytest.mark.parametrize(
    ("bsa", "amount", "capped"),
    [("0.99", "1.98", False), ("1", "2", False), ("1.01", "2", True)],
)
def test_the_cap_holds_above_it_and_not_at_it(bsa: str, amount: str, capped: bool, protocols: ProtocolLibrary) -> None:
    found = given(protocols, line(2, "mg/m2", cap=capped_at(2)), bsa=bsa)
    assert (found.low, found.capped) == (Decimal(amount), capped)


def test_a_day_dose_is_split_into_its_doses(protocols: ProtocolLibrary) -> None:
    found = given(protocols, line(60, "mg/m2", "day", times_per_day=3))
    assert found.arithmetic == "60 mg/m² × 1.52 m² = 91.2 mg a day ÷ 3 = 30.4 mg a dose"
    assert Fraction(found.low or 0) == Fraction(60) * Fraction("1.52") / 3
    assert found.per == "dose"


def test_a_dose_given_several_times_a_day_is_not_divided(protocols: ProtocolLibrary) -> None:
    found = given(protocols, line(300, "mg/m2", times_per_day=2), bsa="1.5")
    assert found.arithmetic == "300 mg/m² × 1.5 m² = 450 mg a dose, 2 times a day"
    assert (found.low, found.per) == (450, "dose")


@pytest.mark.parametrize(
    ("per", "said"), [("day", " a day"), ("24 h", " per 24 h"), ("week", " a week"), ("course", " a course")]
)
def test_the_time_of_an_amount_is_said(per: str, said: str, protocols: ProtocolLibrary) -> None:
    found = given(protocols, line(20, "mg/m2", per), bsa="1.5")
    assert found.arithmetic == f"20 mg/m² × 1.5 m² = 30 mg{said}"
    assert found.per == per


def test_a_range_keeps_both_ends(protocols: ProtocolLibrary) -> None:
    found = given(protocols, line((25, 30), "mg/m2"))
    assert found.arithmetic == "25–30 mg/m² × 1.52 m² = 38–45.6 mg"
    assert (found.low, found.high) == (38, Decimal("45.6"))


def test_a_range_is_cut_at_the_end_that_exceeds_the_cap(protocols: ProtocolLibrary) -> None:
    found = given(protocols, line((25, 30), "mg/m2", cap=capped_at(40)))
    assert (found.low, found.high, found.capped) == (38, 40, True)
    assert found.arithmetic.endswith("→ capped at 40 mg: 38–40 mg")


@pytest.mark.parametrize(
    ("dose", "unit", "said"),
    [
        (10, "mcg/kg", "10 µg/kg × 24.5 kg = 245 µg"),
        (82.5, "IU/kg", "82.5 IU/kg × 24.5 kg ≈ 2020 IU"),  # 2021.25
        (60, "mg/kg", "60 mg/kg × 24.5 kg = 1470 mg"),
    ],
)
def test_doses_by_weight(dose: float, unit: str, said: str, protocols: ProtocolLibrary) -> None:
    found = given(protocols, line(dose, unit), bsa="", weight="24.5")
    assert found.arithmetic == said
    assert Fraction(found.low or 0) == Fraction(str(dose)) * Fraction("24.5")


def test_grams_stay_grams_and_small_ones_are_said_in_milligrams_too(protocols: ProtocolLibrary) -> None:
    assert given(protocols, line(5, "g/m2"), bsa="1.5").arithmetic == "5 g/m² × 1.5 m² = 7.5 g"
    found = given(protocols, line(1, "g/m2"), bsa="0.45")
    assert found.arithmetic == "1 g/m² × 0.45 m² = 0.45 g (450 mg)"
    assert found.unit == "g"


def test_a_cap_in_grams_holds_for_a_dose_in_milligrams(protocols: ProtocolLibrary) -> None:
    found = given(protocols, line(1000, "mg/m2", cap=capped_at(1.2, "g")), bsa="1.5")
    assert (found.low, found.unit, found.capped) == (1200, "mg", True)


def test_a_cap_a_day_comes_before_the_split(protocols: ProtocolLibrary) -> None:
    found = given(protocols, line(20, "mg/m2", "day", times_per_day=2, cap=capped_at(40, per="day")), bsa="2.1")
    assert found.arithmetic == "20 mg/m² × 2.1 m² = 42 mg a day → capped at 40 mg a day ÷ 2 = 20 mg a dose"
    assert (found.low, found.capped) == (20, True)


def test_a_cap_a_day_limits_all_doses_of_the_day_together(protocols: ProtocolLibrary) -> None:
    what = line(15, "mg/m2", times_per_day=2, cap=capped_at(40, per="day"))
    assert given(protocols, what, bsa="1.3").low == Decimal("19.5")
    found = given(protocols, what, bsa="1.5")
    assert (found.low, found.capped) == (20, True)


def test_no_binary_fraction_creeps_in(protocols: ProtocolLibrary) -> None:
    assert given(protocols, line(0.1, "mg/m2"), bsa="0.3").low == Decimal("0.03")  # 0.1 * 0.3 in floats is not
    assert given(protocols, line(1.1, "mg/m2"), bsa="1.1").low == Decimal("1.21")


def test_a_computed_surface_is_not_rounded_before_it_is_used(protocols: ProtocolLibrary) -> None:
    patient = Patient(protocols.vocabulary)
    tell_size(patient, {"height": "152", "weight": "55"})
    body = body_of(patient, protocols.surface_formulas)
    assert body is not None
    found = dose_for(line(100, "mg/m2"), patient, body, protocols)
    # √(152 × 55 / 3600) = 1.52388…; with 1.52 it would be 152
    assert float(found.low or 0) == pytest.approx(152.388392675, abs=1e-8)
    assert found.arithmetic == "100 mg/m² × 1.524 m² ≈ 152 mg"


@pytest.mark.parametrize(
    ("step", "said", "amount"),
    [
        ("0.1mg", "→ rounded to 1.8 mg (steps of 0.1 mg)", "1.8"),
        ("0.5 mg", "→ rounded to 2 mg (steps of 0.5 mg)", "2"),
        ("0.02mg", "→ rounded to 1.84 mg (steps of 0.02 mg)", "1.84"),  # 1.83: halves go up
    ],
)
def test_rounding_is_a_step_of_its_own(step: str, said: str, amount: str, protocols: ProtocolLibrary) -> None:
    found = given(protocols, line(1.5, "mg/m2"), bsa="1.22", step=step)
    assert found.arithmetic == f"1.5 mg/m² × 1.22 m² = 1.83 mg {said}"
    assert found.low == Decimal(amount)
    assert found.rounding == said.removeprefix("→ ")


def test_nothing_is_rounded_unless_asked_for(protocols: ProtocolLibrary) -> None:
    found = given(protocols, line(1.5, "mg/m2"), bsa="1.2345")
    assert found.low == Decimal("1.85175")
    assert found.rounding == ""


def test_rounding_comes_after_the_cap_and_never_lifts_above_it(protocols: ProtocolLibrary) -> None:
    what = line(1.5, "mg/m2", cap=capped_at(2))
    assert given(protocols, what, bsa="1.6", step="0.3mg").low == Decimal("1.8")  # 2 would round to 2.1
    assert given(protocols, what, bsa="1.3", step="0.3mg").low == Decimal("1.8")  # 1.95 would round to 2.1


def test_rounding_is_of_the_dose_that_is_given_not_of_the_day(protocols: ProtocolLibrary) -> None:
    found = given(protocols, line(60, "mg/m2", "day", times_per_day=3), step="5mg")
    assert found.low == 30


def test_a_step_of_another_unit_does_not_round(protocols: ProtocolLibrary) -> None:
    assert given(protocols, line(2500, "IU/m2"), step="0.1mg").rounding == ""
    assert given(protocols, line(2500, "IU/m2"), bsa="1.53", step="50IU").low == 3850  # 3825 goes up


def test_a_step_that_would_leave_nothing_does_not_round(protocols: ProtocolLibrary) -> None:
    found = given(protocols, line(1.5, "mg/m2"), bsa="0.3", step="1mg")
    assert found.low == Decimal("0.45")
    assert "not rounded: a step of 1 mg would leave nothing" in found.arithmetic


@pytest.mark.parametrize("text", ["5%", "0.1", "0mg", "-1mg", "mg", "0.1-0.2mg", "1 drop", ">1mg"])
def test_a_step_of_rounding_needs_a_number_and_a_unit(text: str) -> None:
    with pytest.raises(UnreadableError, match="write a step with its unit"):
        read_rounding([text])


def test_one_step_for_each_unit() -> None:
    assert read_rounding(["0.1mg", "50 IU", "5ug"]) == {"mg": Decimal("0.1"), "IU": 50, "mcg": 5}
    with pytest.raises(UnreadableError, match="already a step in mg"):
        read_rounding(["0.1mg", "1mg"])


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        (line(None, "", dose_text="dose not printed"), "not computed: dose not printed"),
        (line(1.5, "mg/m2"), "not computed: needs height and weight, or the body surface"),
        (line(10, "mcg/kg"), "not computed: needs weight"),
    ],
)
def test_a_line_that_cannot_be_computed_says_why(what: Line, reason: str, protocols: ProtocolLibrary) -> None:
    found = given(protocols, what, bsa="")
    assert found.low is None
    assert found.reason == reason


def test_a_flat_dose_is_the_same_for_every_size(protocols: ProtocolLibrary) -> None:
    found = given(protocols, line(28, "mcg", "day"), bsa="0.9")
    assert found.arithmetic == "28 µg a day, whatever the body size"
    assert (found.low, found.unit) == (28, "mcg")


def test_an_escalating_dose_is_the_first_one(protocols: ProtocolLibrary) -> None:
    found = given(protocols, line(100, "mg/m2", escalate="+50 mg/m2 with each dose"), bsa="1")
    assert found.arithmetic == "100 mg/m² × 1 m² = 100 mg (the first dose; +50 mg/m2 with each dose)"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("3810.21", "3810"),
        ("0.4567891", "0.457"),
        ("91.434", "91.434"),
        ("91.4341", "91.4"),
        ("2.28", "2.28"),
        ("12500", "12500"),
        ("38097.098", "38100"),
        ("0.000123456", "0.000123"),
        ("0", "0"),
    ],
)
def test_numbers_are_shown_without_exponents_and_with_few_digits(text: str, shown: str) -> None:
    assert number(Decimal(text)) == shown


# --- infants: the protocol's own fractions (Interfant-06, recalled) ---------------------------------------------------


def interfant(protocols: ProtocolLibrary, id: str) -> Line:
    return next(
        item
        for phase in protocols.protocol("interfant-06").phases
        for item in phase.lines
        if item.id == id and item.dose
    )


@pytest.mark.parametrize(
    ("age", "fraction"),
    [
        ("10d", Fraction(2, 3)),
        ("5mo", Fraction(2, 3)),
        ("0.499", Fraction(2, 3)),
        ("0.5", Fraction(3, 4)),
        ("6mo", Fraction(3, 4)),
        ("11mo", Fraction(3, 4)),
        ("364d", Fraction(3, 4)),
        ("365d", Fraction(1)),
        ("1", Fraction(1)),
        ("14mo", Fraction(1)),
    ],
)
def test_an_infant_gets_the_fraction_of_its_age(age: str, fraction: Fraction, protocols: ProtocolLibrary) -> None:
    found = given(protocols, interfant(protocols, "vcr"), bsa="0.3", age=age)
    assert Fraction(found.low or 0) == Fraction("1.5") * fraction * Fraction("0.3")


def test_the_fraction_of_an_infant_is_said_and_marked_as_recalled(protocols: ProtocolLibrary) -> None:
    found = given(protocols, interfant(protocols, "dnr"), bsa="0.3", age="4mo")
    assert found.arithmetic == "30 mg/m² × 2/3 (age < 0.5) × 0.3 m² = 6 mg"
    assert [step.checked for step in found.steps] == [True, False, True]


def test_without_an_age_an_infant_dose_is_not_guessed(protocols: ProtocolLibrary) -> None:
    found = given(protocols, interfant(protocols, "vcr"), bsa="0.3")
    assert found.low is None
    assert "the age decides the fraction given: 2/3 if age < 0.5, 3/4 if" in found.reason


def test_steroids_and_intrathecals_of_infants_are_not_cut(protocols: ProtocolLibrary) -> None:
    for phase in protocols.protocol("interfant-06").phases:
        for item in phase.lines:
            if item.route == "IT" or protocols.drugs[item.drug].kind == "corticosteroid":
                assert item.scale_by == "", item.id
            elif item.unit in ("mg/m2", "g/m2", "IU/m2") and item.drug != "leucovorin":
                assert item.scale_by == "interfant-06-age", item.id


def test_small_children_are_not_converted_to_weight(protocols: ProtocolLibrary) -> None:
    found = given(protocols, line(30, "mg/m2"), bsa="0.4", weight="7")
    assert found.low == 12
