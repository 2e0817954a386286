"""Options that several commands of ``all-risk`` take: a patient, a user's own rules, format and colour.

The options that describe a patient are declared once, as the parameters of :func:`described`;
:func:`with_patient` puts them before a command's own.
"""

# No postponed annotations here: Typer evaluates each of them again for every command, at every start.
import inspect
from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Concatenate, NamedTuple, ParamSpec, TypeVar

import typer

from all_cli import __version__
from all_cli.cli.common import DONE, MrdUnit
from all_cli.cli.describing import patient_from
from all_cli.cli.output import Color, Format

if TYPE_CHECKING:
    from all_cli.knowledge.vocabulary import Vocabulary
    from all_cli.logic.values import NumberSet
    from all_cli.patient.patient import Patient

FormatOption = Annotated[
    Format | None,
    typer.Option("--format", "-f", help="Output; without it a table for a terminal, plain text for a pipe."),
]
ColorOption = Annotated[Color, typer.Option("--color", help="When to colour.")]
RulesOption = Annotated[
    Path | None,
    typer.Option("--rules", metavar="FILE", help="Your own schemes (YAML); extend the shipped ones, or replace by id."),
]

AssumeOption = Annotated[
    list[str] | None,
    typer.Option("--assume", metavar="FACT=VALUE", help="A likely answer too, if this is so. Repeatable."),
]
RoutineOption = Annotated[
    bool, typer.Option("--routine", help="A likely answer too, with what is routine for a new patient assumed.")
]


def _version(value: bool) -> None:
    if value:
        from all_cli.knowledge.cache import digest

        typer.echo(f"all-cli {__version__}, knowledge {digest()}")
        raise typer.Exit(DONE)


def with_version(app: typer.Typer) -> None:
    """Give a command line ``--version``."""

    @app.callback()
    def _main(
        version: Annotated[
            bool, typer.Option("--version", callback=_version, is_eager=True, help="Print versions and leave.")
        ] = False,
    ) -> None:
        pass


class Audience(StrEnum):
    """For whom schemes are; schemes for all ages belong to each."""

    children = "children"
    adults = "adults"
    infants = "infants"


class Described(NamedTuple):
    """A patient as the command line describes one, not yet read; the parts are those of ``patient_from``."""

    given: dict[str, str]
    flags: dict[str, bool | None]
    units: dict[str, str] | None
    settings: list[str] | None
    genetics: list[str] | None
    born: str | None
    diagnosed: str | None
    file: str | None

    def patient(self, vocabulary: "Vocabulary") -> "Patient":
        """The patient.

        Raises:
            UnreadableError: a value cannot be read, or two contradict each other.
        """
        return patient_from(vocabulary, **self._asdict())

    def on_the_day(self, option: str, on: str, vocabulary: "Vocabulary") -> "tuple[Described, NumberSet]":
        """The age on the day that an option names; without a date of diagnosis the date of birth serves for this alone.

        Raises:
            UnreadableError: a date that is none, no date of birth, or a day before birth or diagnosis.
        """
        from all_cli.patient.age import age_between, read_age, read_date
        from all_cli.patient.unreadable import UnreadableError

        day = read_date(option, on)
        if self.born is None:
            raise UnreadableError(option, on, "the age on that day needs the date of birth, --born")
        fact = vocabulary["age"]
        age = age_between(fact, read_date("--born", self.born), day)
        if self.diagnosed is not None:
            if day < read_date("--diagnosed", self.diagnosed):
                raise UnreadableError(option, on, f"before the diagnosis on {self.diagnosed}")
            return self, age
        if "age" in self.given:
            (youngest, _), _ = read_age(fact, self.given["age"]).spans[0]
            if youngest > (age.single or 0):
                raise UnreadableError(
                    "--age", self.given["age"], f"at diagnosis, but only {age.single:.2f} years after birth on {on}"
                )
        return self._replace(born=None), age


def described(
    age: Annotated[str | None, typer.Option(help="Age at diagnosis: 7, 7.5, 9mo, 45d, 6y3m.")] = None,
    born: Annotated[
        str | None, typer.Option(metavar="DATE", help="Date of birth, with --diagnosed instead of --age.")
    ] = None,
    diagnosed: Annotated[str | None, typer.Option(metavar="DATE", help="Date of diagnosis, YYYY-MM-DD.")] = None,
    sex: Annotated[str | None, typer.Option(help="male or female.")] = None,
    lineage: Annotated[str | None, typer.Option(help="B, T or MPAL.")] = None,
    wbc: Annotated[str | None, typer.Option(help="White cells at diagnosis: 45 (×10⁹/L), 45000/uL, >100.")] = None,
    cns: Annotated[str | None, typer.Option(help="CNS1, CNS2 (any of 2a-c), CNS3 (any of 3a-c), CNS2a …")] = None,
    genetics: Annotated[
        list[str] | None,
        typer.Option(help="Findings: 't(12;21), iAMP21'; 'none' if the full panel found nothing. Repeatable."),
    ] = None,
    ph: Annotated[bool | None, typer.Option("--ph/--no-ph", help="BCR::ABL1 present or absent.")] = None,
    kmt2a: Annotated[bool | None, typer.Option("--kmt2a/--no-kmt2a", help="KMT2A rearranged or germline.")] = None,
    testicular: Annotated[
        bool | None, typer.Option("--testicular/--no-testicular", help="Testicular leukaemia.")
    ] = None,
    down_syndrome: Annotated[
        bool | None, typer.Option("--down-syndrome/--no-down-syndrome", help="Down syndrome.")
    ] = None,
    steroid_pretreatment: Annotated[
        bool | None, typer.Option("--steroid-pretreatment/--no-steroid-pretreatment", help="Steroids before diagnosis.")
    ] = None,
    mrd_d8_pb: Annotated[str | None, typer.Option(metavar="MRD", help="MRD in blood, day 8.")] = None,
    mrd_d15: Annotated[str | None, typer.Option(metavar="MRD", help="MRD in marrow, day 15.")] = None,
    mrd_eoi: Annotated[
        str | None, typer.Option(metavar="MRD", help="MRD at end of induction: 0.05%, 5e-4, <0.01%, negative.")
    ] = None,
    mrd_eoc: Annotated[str | None, typer.Option(metavar="MRD", help="MRD at end of consolidation.")] = None,
    mrd_unit: Annotated[MrdUnit | None, typer.Option(help="Unit of MRD numbers that carry none.")] = None,
    marrow_d15: Annotated[str | None, typer.Option(metavar="PERCENT", help="Marrow blasts, day 15: 3, M1, M3.")] = None,
    marrow_eoi: Annotated[str | None, typer.Option(metavar="PERCENT", help="Marrow blasts, end of induction.")] = None,
    weeks_to_cr: Annotated[str | None, typer.Option(metavar="WEEKS", help="Weeks to complete remission.")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="FACT=VALUE", help="Any fact of all-risk facts. Repeatable.")
    ] = None,
    patient_file: Annotated[
        str | None,
        typer.Option("--patient", metavar="FILE", help="Facts in a YAML or JSON file; - for standard input."),
    ] = None,
) -> Described:
    """The patient that these options describe; nothing is read yet."""
    texts = {
        "age": age,
        "sex": sex,
        "lineage": lineage,
        "wbc": wbc,
        "cns": f"CNS{cns}" if cns in ("1", "2", "3") else cns,  # in a table a bare number may be a code
        "mrd_d8_pb": mrd_d8_pb,
        "mrd_d15": mrd_d15,
        "mrd_eoi": mrd_eoi,
        "mrd_eoc": mrd_eoc,
        "marrow_d15": marrow_d15,
        "marrow_eoi": marrow_eoi,
        "weeks_to_cr": weeks_to_cr,
    }
    return Described(
        given={id: text for id, text in texts.items() if text is not None},
        flags={
            "bcr_abl1": ph, "kmt2a_r": kmt2a, "testicular": testicular, "down_syndrome": down_syndrome,
            "steroid_pretreatment": steroid_pretreatment,
        },
        units=dict.fromkeys(("mrd_d8_pb", "mrd_d15", "mrd_eoi", "mrd_eoc"), mrd_unit.value) if mrd_unit else None,
        settings=settings, genetics=genetics, born=born, diagnosed=diagnosed, file=patient_file,
    )  # fmt: skip


P = ParamSpec("P")
T = TypeVar("T")


def with_patient(command: Callable[Concatenate[Described, P], None]) -> Callable[..., None]:
    """The command with the options of :func:`described` before its own; it gets the patient as first argument."""
    return sharing(described, command, first=True)


def sharing(
    options: Callable[..., T], command: Callable[Concatenate[T, P], None], *, first: bool
) -> Callable[..., None]:
    """The command with shared options beside its own; what they say together is its first argument.

    Args:
        options: has the shared options as parameters.
        command: gets what ``options`` makes of them.
        first: whether they stand before the command's own options.
    """
    shared = inspect.signature(options).parameters
    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]

    @wraps(command)
    def whole(*before: Any, **given: Any) -> None:  # what stands before comes from other shared options
        said = options(**{name: given.pop(name) for name in shared})
        command(said, *before, **given)

    # What must be given (a scheme's id) stands before what may be.
    needed = [parameter for parameter in own if parameter.default is parameter.empty]
    others = [parameter for parameter in own if parameter not in needed]
    parameters = [*needed, *shared.values(), *others] if first else [*needed, *others, *shared.values()]
    whole.__signature__ = inspect.Signature(parameters, return_annotation=None)  # type: ignore[attr-defined]
    whole.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return whole
