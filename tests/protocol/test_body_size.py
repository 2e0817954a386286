"""Height, weight and body surface: the formulas, the units, and what is refused."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest

from all_cli.patient.patient import Patient
from all_cli.patient.unreadable import UnreadableError
from all_cli.protocol.body import BY_AGE, Body, body_of, surface, tell_size
from all_cli.protocol.library import ProtocolLibrary

FORMULAS = {
    # as printed: GlobalRPh, Body surface area, references 1 to 4
    "mosteller": lambda height, weight: math.sqrt(height * weight / 3600),
    "du-bois": lambda height, weight: 0.007184 * height**0.725 * weight**0.425,
    "haycock": lambda height, weight: 0.024265 * height**0.3964 * weight**0.5378,
    "gehan-george": lambda height, weight: 0.0235 * height**0.42246 * weight**0.51456,
}


def body(protocols: ProtocolLibrary, formula: str | None = None, **texts: str) -> Body:
    """The body that texts describe; ``age`` is an age."""
    patient = Patient(protocols.vocabulary)
    if "age" in texts:
        patient.tell("age", texts.pop("age"), "--age")
    tell_size(patient, texts)
    found = body_of(patient, protocols.surface_formulas, formula)
    assert found is not None
    return found


def refused(protocols: ProtocolLibrary, formula: str | None = None, **texts: str) -> str:
    with pytest.raises(UnreadableError) as caught:
        body(protocols, formula, **texts)
    return str(caught.value)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [("mosteller", "1.8181"), ("du-bois", "1.8097"), ("haycock", "1.8257"), ("gehan-george", "1.8313")],
)
def test_an_adult_of_170_cm_and_70_kg_by_each_formula(formula: str, expected: str, protocols: ProtocolLibrary) -> None:
    found = surface(protocols.surface_formulas[formula], Decimal(170), Decimal(70))
    assert round(found, 4) == Decimal(expected)


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize(("height", "weight"), [(50, 3.5), (75, 9.4), (110, 19), (152, 55), (190, 120)])
def test_each_formula_is_the_one_that_is_printed(
    formula: str, height: float, weight: float, protocols: ProtocolLibrary
) -> None:
    found = surface(protocols.surface_formulas[formula], Decimal(str(height)), Decimal(str(weight)))
    assert float(found) == pytest.approx(FORMULAS[formula](height, weight), rel=1e-12)


def test_mosteller_of_a_perfect_square_is_exact(protocols: ProtocolLibrary) -> None:
    # 100 cm × 36 kg / 3600 = 1, so the surface is 1 m² and not 0.9999…
    assert round(surface(protocols.surface_formulas["mosteller"], Decimal(100), Decimal(36)), 20) == 1


def test_every_formula_is_cited_through_the_page_that_was_read(protocols: ProtocolLibrary) -> None:
    assert list(protocols.surface_formulas) == list(FORMULAS)
    for formula in protocols.surface_formulas.values():
        assert formula.checked
        read, original = formula.cite
        assert read.source == "globalrph-bsa"
        assert read.locator
        assert protocols.sources[original.source].reference
        assert original.source.split("-")[-1] in ("1987", "1916", "1978", "1970")


def test_mosteller_computes_unless_another_formula_is_named(protocols: ProtocolLibrary) -> None:
    plain = body(protocols, height="152", weight="55")
    assert plain.formula is not None
    assert plain.formula.id == "mosteller"
    other = body(protocols, "du-bois", height="152", weight="55")
    assert other.formula is not None
    assert other.formula.id == "du-bois"
    assert plain.bsa != other.bsa


@pytest.mark.parametrize("text", ["120", "120cm", "120 cm", "1.2m", "1200mm", "1,2 m"])
def test_height_with_and_without_unit(text: str, protocols: ProtocolLibrary) -> None:
    assert body(protocols, height=text, weight="25").height == 120


@pytest.mark.parametrize("text", ["25", "25kg", "25 kg", "25000g", "25000 g"])
def test_weight_with_and_without_unit(text: str, protocols: ProtocolLibrary) -> None:
    assert body(protocols, weight=text).weight == 25


@pytest.mark.parametrize("text", ["0.95", "0.95 m2", "0.95m²", "0,95"])
def test_body_surface_with_and_without_unit(text: str, protocols: ProtocolLibrary) -> None:
    assert body(protocols, bsa=text).bsa == Decimal("0.95")


def test_a_height_in_metres_is_refused_naming_both_readings(protocols: ProtocolLibrary) -> None:
    said = refused(protocols, height="1.2", weight="25")
    assert said == '--height "1.2": a bare number is centimetres. Metres? Write 1.2m or 120'


def test_a_weight_in_grams_is_refused_naming_both_readings(protocols: ProtocolLibrary) -> None:
    said = refused(protocols, weight="25000")
    assert said == '--weight "25000": a bare number is kilograms. Grams? Write 25000g or 25'


def test_a_body_surface_of_15_is_refused(protocols: ProtocolLibrary) -> None:
    assert "nobody has 15 m² of body surface" in refused(protocols, bsa="15")


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({"weight": "0"}, "outside what can exist"),
        ({"weight": "-5"}, "outside what can exist"),
        ({"height": "300", "weight": "60"}, "outside what can exist"),
        ({"height": "120", "weight": "twenty"}, "not a number"),
        ({"height": "120 inches", "weight": "25"}, "is not a unit of it"),
        ({"weight": "25 lb"}, "is not a unit of it"),
        ({"weight": ">25"}, "a dose needs one number, not a range"),
        ({"weight": "20-30"}, "a dose needs one number, not a range"),
        ({"height": "120"}, "body surface needs --weight too"),
        ({"height": "60", "weight": "120"}, "nobody has that size; are they swapped"),
        ({"age": "4mo", "height": "62", "weight": "26"}, "nobody has that size"),
        ({"age": "7", "height": "122", "weight": "150"}, "nobody has that size"),
    ],
)
def test_what_is_missing_or_cannot_be_is_refused(texts: dict[str, str], said: str, protocols: ProtocolLibrary) -> None:
    assert said in refused(protocols, **texts)


def test_height_and_weight_that_are_swapped_are_refused(protocols: ProtocolLibrary) -> None:
    assert "swapped" in refused(protocols, height="25", weight="120")


@pytest.mark.parametrize("missing", ["height", "weight"])
def test_a_formula_with_nothing_to_compute_from_is_refused(missing: str, protocols: ProtocolLibrary) -> None:
    texts = {"height": "120", "weight": "25", "bsa": "0.9"}
    del texts[missing]
    said = refused(protocols, "haycock", **texts)
    assert f"--{missing} is missing" in said


def test_a_thin_adolescent_is_warned_about_and_not_refused(protocols: ProtocolLibrary) -> None:
    found = body(protocols, height="180", weight="25")
    assert "25 kg at 180 cm is an unusual size (body mass index 7.7 kg/m²)" in found.warnings[0]
    assert not body(protocols, height="180", weight="70").warnings


@pytest.mark.parametrize(
    ("age", "height", "weight", "option"),
    [("4mo", "112", "61", "--weight"), ("2", "165", "40", "--height"), ("6", "170", "115", "--weight")],
)
def test_a_size_that_nobody_of_that_age_has_is_refused(
    age: str, height: str, weight: str, option: str, protocols: ProtocolLibrary
) -> None:
    said = refused(protocols, age=age, height=height, weight=weight)
    assert said.startswith(option)
    assert "not plausible for age" in said
    assert "--bsa instead" in said


@pytest.mark.parametrize(
    ("age", "height", "weight"),
    [
        ("20d", "50", "3.2"), ("11mo", "74", "9.5"), ("1", "76", "10"), ("2", "88", "12.5"), ("7", "122", "23"),
        ("7", "112", "17"), ("10", "150", "62"), ("14", "172", "110"), ("17", "150", "38"), ("45", "181", "140"),
    ],
)  # fmt: skip
def test_children_and_adults_as_they_come_are_accepted(
    age: str, height: str, weight: str, protocols: ProtocolLibrary
) -> None:
    assert body(protocols, age=age, height=height, weight=weight).bsa is not None


def test_a_surface_that_agrees_with_height_and_weight_is_used_as_given(protocols: ProtocolLibrary) -> None:
    found = body(protocols, height="152", weight="55", bsa="1.52")  # 1.5239 by Mosteller
    assert found.bsa == Decimal("1.52")
    assert found.formula is None


def test_a_surface_that_contradicts_height_and_weight_is_refused(protocols: ProtocolLibrary) -> None:
    said = refused(protocols, height="152", weight="55", bsa="1.25")
    assert said == ('--bsa "1.25": height 152 cm and weight 55 kg make 1.52 m² (Mosteller); give one or the other')


def test_a_weight_alone_is_kept_and_makes_no_surface(protocols: ProtocolLibrary) -> None:
    found = body(protocols, weight="55")
    assert (found.weight, found.bsa) == (55, None)


@pytest.mark.parametrize(("age", "weight"), [("4", "17"), ("4", None), (None, "17")])
def test_a_surface_that_fits_nobody_of_age_and_weight_is_a_caution_and_stays(
    age: str | None, weight: str | None, protocols: ProtocolLibrary
) -> None:
    """A hair below and above both limits, which are no printable numbers; without an age those of anybody count."""
    rows = [row for row, after in zip(BY_AGE, [*BY_AGE[1:], (1000,)], strict=True)
            if age is None or (row[0] <= 7 and after[0] > 4)]  # fmt: skip
    told = {id: text for id, text in (("age", age), ("weight", weight)) if text is not None}
    mosteller = FORMULAS["mosteller"]
    least = mosteller(min(row[1] for row in rows), float(weight or min(row[3] for row in rows)))
    most = mosteller(max(row[2] for row in rows), float(weight or max(row[4] for row in rows)))
    for surface_given, warned in (
        (least - 1e-6, True),
        (least + 1e-6, False),
        (most - 1e-6, False),
        (most + 1e-6, True),
    ):
        found = body(protocols, bsa=f"{surface_given:.9f}", **told)
        assert float(found.bsa or 0) == pytest.approx(surface_given)
        assert any("is it mistyped?" in warning for warning in found.warnings) == warned, (told, surface_given)
