"""``all-protocol drug``: where a drug is given, how much in all, its caps and what its label says."""

# No postponed annotations here, as in options.py.
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from all_cli.cli.common import fail, one_of, sentences
from all_cli.cli.describing import patient_from
from all_cli.cli.listing import drugs_called
from all_cli.cli.options import Audience, ColorOption, FormatOption
from all_cli.cli.output import Color, emit

if TYPE_CHECKING:
    from all_cli.protocol.guidance import Brief
    from all_cli.protocol.regimen import Drug


def drug_command(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]", help="A drug in any spelling, a class, or intrathecal; without it the list of drugs."
        ),
    ] = None,
    protocol: Annotated[list[str] | None, typer.Option(metavar="ID", help="Only in this protocol. Repeatable.")] = None,
    audience: Annotated[
        Audience | None, typer.Option(help="Only in protocols for these patients or for all ages.")
    ] = None,
    age: Annotated[str | None, typer.Option(help="Age: leaves out lines, rows and protocols for other ages.")] = None,
    form: FormatOption = None,
    color: ColorOption = Color.auto,
) -> None:
    """Show every place where a drug is given, what it adds up to in each arm, its caps and what its label says."""
    from all_cli.protocol.load import protocol_library

    with sentences():
        library = protocol_library()
        from all_cli.protocol.drugs import means_intrathecals
        from all_cli.report import drug as report
        from all_cli.report import intrathecal

        if name is None:
            if protocol or audience or age:
                fail("name a drug: --protocol, --audience and --age say where to look for it")
            emit(form, color, lambda: report.drugs_page(library), lambda: report.drugs_json(library))
            return
        patient = patient_from(library.vocabulary, given={} if age is None else {"age": age}, flags={})
        if means_intrathecals(name):
            if protocol or audience:
                fail("intrathecal shows every table: --protocol and --audience go with a drug")
            emit(
                form,
                color,
                lambda: intrathecal.intrathecal_page(library, patient),
                lambda: intrathecal.intrathecal_json(library, patient),
            )
            return
        found = drugs_called(library, name)
        for id in protocol or ():
            one_of("protocol", id, dict.fromkeys(library.ids))
        chosen = [
            each
            for each in intrathecal.protocols_for(library, patient)
            if (not protocol or each.id in protocol) and (audience is None or each.audience in (audience, "all-ages"))
        ]
        asked = report.Asked(name, found, chosen, patient, _guidance(found), not protocol and audience is None)
        emit(form, color, lambda: report.drug_page(asked, library), lambda: report.drug_json(asked, library))


def _guidance(drugs: "Sequence[Drug]") -> "dict[str, list[Brief]]":
    """The guidance about each drug."""
    from all_cli.protocol.load import guidance_library

    briefs = guidance_library().briefs.values()
    return {drug.id: [brief for brief in briefs if drug.id in brief.drugs] for drug in drugs}
