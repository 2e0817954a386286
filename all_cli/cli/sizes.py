"""The options that say a body size and how doses are computed from it, for the commands that compute doses."""

# No postponed annotations here, as in options.py.
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Concatenate, NamedTuple, ParamSpec

import typer

from all_cli.cli.common import fail
from all_cli.cli.options import sharing

if TYPE_CHECKING:
    from all_cli.patient.patient import Patient
    from all_cli.protocol.dose import Dosing
    from all_cli.protocol.library import ProtocolLibrary

P = ParamSpec("P")


class SurfaceBy(StrEnum):
    """Formulas of body surface."""

    mosteller = "mosteller"
    du_bois = "du-bois"
    haycock = "haycock"
    gehan_george = "gehan-george"


class Size(NamedTuple):
    """A body size as the command line says it, not yet read; ``forced``: doses are computed whomever they are for."""

    texts: dict[str, str]
    formula: SurfaceBy | None
    rounding: list[str]
    forced: bool

    def dosing(self, library: "ProtocolLibrary", patient: "Patient") -> "Dosing | None":
        """The size that doses are computed from; the patient learns the body surface, which some lines ask for.

        Raises:
            UnreadableError: a size that cannot be read or cannot be, or a step of rounding that is none.
        """
        if not (self.texts or self.formula or self.rounding or patient.told.keys() & {"height", "weight", "bsa"}):
            return None
        from all_cli.logic.values import NumberSet
        from all_cli.protocol.body import body_of, tell_size
        from all_cli.protocol.dose import Dosing, read_rounding

        tell_size(patient, self.texts)
        body = body_of(patient, library.surface_formulas, self.formula.value if self.formula else None)
        steps = read_rounding(self.rounding)
        if body is None:
            fail("--round rounds computed doses: give --height and --weight, or --bsa")
        if body.formula is not None and body.bsa is not None:
            patient.learn("bsa", NumberSet.point(float(body.bsa)), "--height and --weight", derived=True)
        return Dosing(body, patient, steps)


def sized(
    height: Annotated[str | None, typer.Option(help="Height: 120 (cm), 1.2m. With --weight: doses.")] = None,
    weight: Annotated[str | None, typer.Option(help="Weight: 25 (kg), 25000g.")] = None,
    bsa: Annotated[str | None, typer.Option(help="Body surface in m², instead of height and weight.")] = None,
    formula: Annotated[
        SurfaceBy | None, typer.Option("--bsa-formula", help="How body surface is computed; mosteller if not said.")
    ] = None,
    rounding: Annotated[
        list[str] | None,
        typer.Option("--round", metavar="STEP", help="Round doses to a step, after any cap: 0.1mg, 50IU. Repeatable."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Compute doses of a named arm that is not for this patient.")
    ] = False,
) -> Size:
    """The size that these options say; nothing is read yet."""
    texts = {"height": height, "weight": weight, "bsa": bsa}
    return Size({id: text for id, text in texts.items() if text is not None}, formula, rounding or [], force)


def with_size(command: Callable[Concatenate[Size, P], None]) -> Callable[..., None]:
    """The command with the options of :func:`sized` after its own; it gets the size as first argument."""
    return sharing(sized, command, first=False)
