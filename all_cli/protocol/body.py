"""The size of a patient: height, weight and body surface, read with their units and held against what people can be.

Formulas of body surface are data (``body_surface`` in the protocols file), each with its source. The bounds below are
the program's own limits of plausibility, wide on purpose: they catch metres for centimetres, grams for kilograms and
swapped numbers, and say nothing about nutrition.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from all_cli.knowledge.sources import Citation
from all_cli.logic.values import NumberSet
from all_cli.patient.patient import Patient
from all_cli.patient.quantity import parse_quantity
from all_cli.patient.unreadable import ContradictionError, UnreadableError
from all_cli.protocol.regimen import SurfaceFormula

HEIGHT, WEIGHT, SURFACE = "height", "weight", "bsa"
DEFAULT_FORMULA = "mosteller"
BY_AGE = (
    # from this age in years: height from and to in cm, weight from and to in kg
    (0, 30, 100, 0.5, 20),
    (1, 55, 115, 4, 35),
    (3, 70, 140, 7, 60),
    (6, 85, 175, 10, 110),
    (10, 100, 205, 14, 180),
    (14, 110, 230, 18, 300),
)
THIN, HEAVY = Decimal(10), Decimal(50)
IMPOSSIBLY_THIN = Decimal(6)
IMPOSSIBLY_HEAVY, IMPOSSIBLY_HEAVY_CHILD, CHILD_BELOW_CM = Decimal(120), Decimal(50), Decimal(140)


class Body(NamedTuple):
    """What doses are computed from: weight in kg, height in cm, surface in m²; None for what is not known.

    ``formula`` computed the surface and is None where the surface was given; ``warnings`` are worth a second look.
    """

    weight: Decimal | None = None
    height: Decimal | None = None
    bsa: Decimal | None = None
    formula: SurfaceFormula | None = None
    warnings: tuple[str, ...] = ()

    @property
    def cite(self) -> tuple[Citation, ...]:
        """The source of the formula; empty where none was used."""
        return self.formula.cite if self.formula else ()


def surface(formula: SurfaceFormula, height: Decimal, weight: Decimal) -> Decimal:
    """Body surface in m² from height in cm and weight in kg, unrounded (28 digits).

    Source: the formula's own; for example Mosteller, N Engl J Med 1987;317:1098, √(height × weight / 3600).
    """
    over, _, under = formula.factor.partition("/")
    factor = Decimal(over) / Decimal(under or 1)
    return factor * height ** Decimal(formula.height) * weight ** Decimal(formula.weight)


def tell_size(patient: Patient, texts: Mapping[str, str]) -> None:
    """Read ``--height``, ``--weight`` and ``--bsa`` and let the patient know them.

    Raises:
        UnreadableError: no single number, a unit that is none, a value that reads like another unit, or one that
            contradicts what is known.
    """
    for id, text in texts.items():
        said = f"--{id}"
        if hint := _other_unit(id, text):
            raise UnreadableError(said, text, hint)
        patient.tell(id, text, said)


def _other_unit(id: str, text: str) -> str:
    """Why a bare number cannot be meant: metres for centimetres, grams for kilograms."""
    quantity = parse_quantity(text)
    if quantity is None or quantity.unit or quantity.low != quantity.high:
        return ""
    value = quantity.low
    bare = f"{value.normalize():f}"
    if id == HEIGHT and 0 < value < 3:
        return f"a bare number is centimetres. Metres? Write {bare}m or {(value * 100).normalize():f}"
    if id == WEIGHT and value >= 1000:
        return f"a bare number is kilograms. Grams? Write {bare}g or {(value / 1000).normalize():f}"
    if id == SURFACE and value > 4:
        return f"nobody has {bare} m² of body surface; write it in m², such as 0.95 or 1.52"
    return ""


def body_of(patient: Patient, formulas: Mapping[str, SurfaceFormula], formula: str | None = None) -> Body | None:
    """The size that doses are computed from, or None if nothing of it is known.

    A surface that is given is used as given; it must agree with height and weight if they are given too.

    Args:
        patient: with the facts ``height``, ``weight`` and ``bsa`` as far as they are known.
        formulas: the formulas of body surface by id.
        formula: the one to use, Mosteller if None.

    Raises:
        UnreadableError: height without weight, a range instead of a number, a formula with nothing to compute from,
            or a size that nobody of that age has.
        ContradictionError: the surface given is not that of the height and weight given.
    """
    height, weight, given = (_single(patient, id) for id in (HEIGHT, WEIGHT, SURFACE))
    if height is None and weight is None and given is None:
        if formula is not None:
            raise UnreadableError("--bsa-formula", formula, "there is nothing to compute: give --height and --weight")
        return None
    if height is not None and weight is None and given is None:
        raise UnreadableError("--height", f"{height.normalize():f}", "body surface needs --weight too, or give --bsa")
    warnings = _plausible(patient, height, weight)
    if height is None or weight is None:
        if formula is not None:
            missing = "--height" if height is None else "--weight"
            raise UnreadableError("--bsa-formula", formula, f"a formula needs height and weight; {missing} is missing")
        if given is not None:
            warnings += _surface_warnings(patient, weight, given, formulas[DEFAULT_FORMULA])
        return Body(weight, height, given, None, warnings)
    used = formulas[formula or DEFAULT_FORMULA]
    computed = surface(used, height, weight)
    if given is None:
        return Body(weight, height, computed, used, warnings)
    if abs(given - computed) > Decimal("0.005") + computed * Decimal("0.02"):
        raise ContradictionError(
            "--bsa",
            f"{given.normalize():f}",
            f"height {height.normalize():f} cm and weight {weight.normalize():f} kg make {computed:.2f} m² "
            f"({used.title}); give one or the other",
        )
    return Body(weight, height, given, None, warnings)


def _single(patient: Patient, id: str) -> Decimal | None:
    known = patient.known.get(id)
    if known is None or known.derived:
        return None
    assert isinstance(known.possible, NumberSet)
    value = known.possible.single
    if value is None:
        raise UnreadableError(id, patient.text(id), "a dose needs one number, not a range")
    return Decimal(repr(value))


def _plausible(patient: Patient, height: Decimal | None, weight: Decimal | None) -> tuple[str, ...]:
    """Warnings about the size.

    Raises:
        UnreadableError: nobody of that age, or nobody at all, has that size.
    """
    if height is not None and weight is not None:
        index = weight / (height / 100) ** 2
        heaviest = IMPOSSIBLY_HEAVY_CHILD if height < CHILD_BELOW_CM else IMPOSSIBLY_HEAVY
        if not IMPOSSIBLY_THIN <= index <= heaviest:
            said = f"{height.normalize():f} cm, {weight.normalize():f} kg"
            raise UnreadableError("--height and --weight", said, "nobody has that size; are they swapped, or mistyped?")
    _by_age(patient, height, weight)
    if height is None or weight is None:
        return ()
    index = weight / (height / 100) ** 2
    if THIN <= index <= HEAVY:
        return ()
    return (
        f"{weight.normalize():f} kg at {height.normalize():f} cm is an unusual size "
        f"(body mass index {index:.1f} kg/m²); are both meant?",
    )


def _surface_warnings(
    patient: Patient, weight: Decimal | None, given: Decimal, formula: SurfaceFormula
) -> tuple[str, ...]:
    """A warning where a surface that is given fits nobody of that age and weight; it stays the user's word."""
    low, high, light, heavy = map(Decimal, _limits(patient))
    least = surface(formula, low, light if weight is None else weight)
    most = surface(formula, high, heavy if weight is None else weight)
    if least <= given <= most:
        return ()
    said = [f"{weight.normalize():f} kg"] if weight is not None else []
    said += [f"age {patient.text('age')}"] if "age" in patient.known else []
    return (
        f"{given.normalize():f} m² is not plausible for {' and '.join(said) or 'anybody'} "
        f"({least:.2f} to {most:.2f} m²): is it mistyped? Every dose below goes by it",
    )


def _limits(patient: Patient) -> tuple[float, float, float, float]:
    """Least and greatest height in cm and weight in kg of somebody of this age, or of anybody."""
    known = patient.known.get("age")
    youngest, oldest = 0.0, float("inf")
    if known is not None and isinstance(known.possible, NumberSet):
        (youngest, _), (oldest, _) = known.possible.spans[0][0], known.possible.spans[-1][1]
    # Three years on: a dose is computed at any time of treatment, the age is that at diagnosis.
    rows = [
        row
        for row, following in zip(BY_AGE, (*BY_AGE[1:], None), strict=True)
        if row[0] <= oldest + 3 and (following is None or following[0] > youngest)
    ]
    return (
        min(row[1] for row in rows), max(row[2] for row in rows),
        min(row[3] for row in rows), max(row[4] for row in rows),
    )  # fmt: skip


def _by_age(patient: Patient, height: Decimal | None, weight: Decimal | None) -> None:
    if "age" not in patient.known:
        return
    low, high, light, heavy = _limits(patient)
    said = patient.text("age")
    for id, value, least, most, unit in ((HEIGHT, height, low, high, "cm"), (WEIGHT, weight, light, heavy, "kg")):
        if value is not None and not least <= value <= most:
            raise UnreadableError(
                f"--{id}",
                f"{value.normalize():f}",
                f"not plausible for age {said} ({least} to {most} {unit}); if it is right, give --bsa instead",
            )
