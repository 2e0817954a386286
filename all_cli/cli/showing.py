"""``all-protocol show``: a phase, an arm, or a phase in every protocol; rows, arm and doses by the patient."""

# No postponed annotations here, as in options.py.
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from all_cli.cli.common import fail, sentences
from all_cli.cli.options import AssumeOption, ColorOption, Described, FormatOption, RoutineOption, with_patient
from all_cli.cli.output import Color, emit
from all_cli.cli.sizes import Size, with_size

if TYPE_CHECKING:
    from all_cli.patient.patient import Patient
    from all_cli.protocol.library import ProtocolLibrary
    from all_cli.protocol.shown import Shown
    from all_cli.report.choice import Undecided
    from all_cli.report.drug_for import DrugShown
    from all_cli.report.page import Page


@with_patient
@with_size
def show(
    size: Size,
    about: Described,
    what: Annotated[
        str,
        typer.Argument(
            metavar="PHASE|ARM|DRUG",
            help="induction, consolidation, maintenance …, intrathecal, a protocol, protocol/arm, or a drug.",
        ),
    ],
    risk: Annotated[
        str | None, typer.Option(help="standard, high …: which protocol answers when none is named.")
    ] = None,
    by_patient: Annotated[
        bool,
        typer.Option("--for", help="Pick the arm of a named protocol by the patient, too."),
    ] = False,
    protocol: Annotated[
        str | None, typer.Option(metavar="ID", help="This protocol; all-protocol list names them.")
    ] = None,
    arm: Annotated[str | None, typer.Option(metavar="ID", help="Only this arm of it.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All phases of the protocol, with totals.")] = False,
    every: Annotated[bool, typer.Option("--every", help="The phase in every protocol that has it.")] = False,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="Day of the injection, with --born: doses by age on it.")
    ] = None,
    assume: AssumeOption = None,
    routine: RoutineOption = False,
    form: FormatOption = None,
    color: ColorOption = Color.auto,
) -> None:
    """Show a phase or an arm: drugs, doses, routes, days, caps, intrathecals, each line with its source."""
    from all_cli.protocol.load import protocol_library

    with sentences():
        library = protocol_library()
        age_then = None
        if on is not None:
            about, age_then = about.on_the_day("--on", on, library.vocabulary)
        patient = about.patient(library.vocabulary)
        from all_cli.patient.relapse import AGE_SAID, by_age
        from all_cli.protocol.drugs import means_intrathecals

        if means_intrathecals(what):
            from all_cli.report import intrathecal

            if risk or by_patient or protocol or arm or everything or every or size.texts:
                fail("intrathecal doses go by age, in every protocol: of the options only the patient's go with it")
            then = by_age(patient, age_then, AGE_SAID)
            tables_for = then.patient if then else patient
            emit(
                form,
                color,
                lambda: intrathecal.intrathecal_page(library, tables_for, then.text if then else ""),
                lambda: intrathecal.intrathecal_json(library, tables_for),
            )
            return
        dosing = size.dosing(library, patient)
        then = by_age(patient, age_then, AGE_SAID)
        request = _Request(what, risk, by_patient, protocol, arm, everything, every, about.flags["bcr_abl1"])
        found = _found(library, request, (then and then.chosen_for) or patient, assume or [], routine)
        if dosing is not None:
            dosing = dosing._replace(patient=then.patient if then else patient)

        def dressed(shown: "Shown") -> "Shown":
            label = dressed(shown.label) if shown.label else None
            return shown._replace(dosing=dosing, by_age=then, forced=size.forced, label=label)

        if isinstance(found, list):
            all_shown = [dressed(shown) for shown in found]
            emit(form, color, lambda: _page(all_shown, library), lambda: _data(all_shown, every, library))
            return
        from all_cli.report import choice

        if isinstance(found, choice.Undecided):
            open_ = found._replace(then=dressed(found.then) if found.then else None)
            emit(
                form,
                color,
                lambda: choice.undecided_page(open_, library),
                lambda: choice.undecided_json(open_, library),
            )
            return
        from all_cli.report.drug_for import drug_for_json, drug_for_page

        of_drug = found._replace(dosing=dosing, forced=size.forced, labels=[dressed(label) for label in found.labels])
        emit(form, color, lambda: drug_for_page(of_drug, library), lambda: drug_for_json(of_drug, library))


def _page(all_shown: "list[Shown]", library: "ProtocolLibrary") -> "Page":
    from all_cli.report.regimen import shown_pages

    return shown_pages(all_shown, library)


def _data(all_shown: "list[Shown]", every: bool, library: "ProtocolLibrary") -> dict[str, Any]:
    from all_cli.report.regimen_data import shown_all_json, shown_json

    return shown_all_json(all_shown, library) if every else shown_json(all_shown[0], library)


class _Request(NamedTuple):
    """What is to be shown, as the options say it."""

    what: str
    risk: str | None
    by_patient: bool
    protocol: str | None
    arm: str | None
    everything: bool
    every: bool
    ph: bool | None


def _found(
    library: "ProtocolLibrary", request: _Request, patient: "Patient", assume: list[str], routine: bool
) -> "list[Shown] | Undecided | DrugShown":
    """What to show: one protocol, the phase in every protocol, the arms still open, or a drug."""
    from all_cli.cli import selection
    from all_cli.protocol.shown import Shown

    asked = selection.read_asked(library, request.what, request.protocol)
    if asked.drug is not None and any((request.risk, request.arm, request.everything, request.every, assume, routine)):
        fail(f'"{request.what}" is a drug: it is shown for a patient, by the patient\'s options and none of the others')
    named = {"--risk": request.risk, "--arm": request.arm, "--every": request.every or None}
    if request.by_patient:
        for option, value in named.items():
            if value is not None:
                fail(f"--for works out what {option} names; give one of them")
    outright = request.protocol or request.arm or asked.whole
    by_patient = request.by_patient or not (outright or request.every or request.risk)
    if (assume or routine) and not by_patient:
        fail("--assume and --routine bear on which arm is chosen for a patient; here the arm or the risk is named")
    if request.every:
        if request.protocol or request.arm or request.everything:
            fail("--every shows one phase of every protocol; --protocol, --arm and --all do not go with it")
        return selection.every(library, asked, request.risk, request.ph, patient)
    if by_patient:
        if not selection.facts_told(patient):
            fail(_FOR_WHOM)
        if asked.drug is not None:
            return selection.of_drug(library, asked, patient)
        from all_cli.cli.choosing import beside_label, chosen
        from all_cli.patient.assumption import Wish, read_assumption

        wish = Wish(tuple(read_assumption(library.vocabulary, text) for text in assume), routine)
        found = chosen(library, asked, request.protocol, request.everything, patient, wish)
        if isinstance(found, Shown):
            return [found._replace(label=selection.label_beside(library, asked, found))]
        if found.choice.warnings or not asked.named_too(library) or request.protocol not in (None, asked.kind):
            return found
        of_label = selection.select(
            library, asked, None, request.ph, asked.kind, request.arm, request.everything, patient
        )
        return [of_label._replace(leading=(*beside_label(found.choice, library), *of_label.leading))]
    shown = selection.select(
        library, asked, request.risk, request.ph, request.protocol, request.arm, request.everything, patient
    )
    by_name = asked.whole and not (request.protocol or request.arm or request.everything or asked.arm)
    trials = selection.trials_beside(library, asked, patient) if by_name else ()
    return [shown._replace(leading=(*trials, *shown.leading))]


_FOR_WHOM = (
    "for whom? --age decides between infants, children, adults and older adults, --lineage between B and T, --wbc with "
    "the age the NCI risk group of B lineage; genetics (--ph), CNS status and response count where they are known. "
    "Without a patient: --risk standard, high …, or --protocol ID"
)
