"""``all-protocol``: look up published treatment protocols, phase by phase."""

from __future__ import annotations

from typing import Annotated

import typer

from all_cli.cli.common import Color, emit, one_of, patient_from, run, sentences
from all_cli.cli.options import ColorOption, FormatOption, with_version

app = typer.Typer(
    help="Look up published protocols for acute lymphoblastic leukemia, phase by phase. Every line carries its source.",
    epilog="For professionals; works offline; not a medical device. Exit codes: 0 done, 2 usage or unreadable value, "
    "4 knowledge file invalid.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
)

with_version(app)


@app.command()
def show(
    phase: Annotated[
        str,
        typer.Argument(help="induction, consolidation, interim-maintenance, delayed-intensification, maintenance …"),
    ],
    risk: Annotated[
        str | None, typer.Option(help="standard, high …: which protocol answers when none is named.")
    ] = None,
    lineage: Annotated[str | None, typer.Option(help="B or T.")] = None,
    age: Annotated[str | None, typer.Option(help="Age: picks the rows and intrathecal doses that apply.")] = None,
    ph: Annotated[bool | None, typer.Option("--ph/--no-ph", help="BCR::ABL1 present or absent.")] = None,
    cns: Annotated[str | None, typer.Option(help="CNS1, CNS2, CNS3: picks intrathecal rows.")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="FACT=VALUE", help="Any fact of all-risk facts. Repeatable.")
    ] = None,
    protocol: Annotated[
        str | None, typer.Option(metavar="ID", help="This protocol; all-protocol list names them.")
    ] = None,
    arm: Annotated[str | None, typer.Option(metavar="ID", help="Only this arm of it.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All phases of the protocol.")] = False,
    form: FormatOption = None,
    color: ColorOption = Color.auto,
) -> None:
    """Show a phase: drugs, doses, routes, days, caps, intrathecals, each line with its source."""
    from all_cli.protocol.library import protocol_library

    with sentences():
        library = protocol_library()
        texts = {"age": age, "lineage": lineage, "cns": cns}
        patient = patient_from(
            library.vocabulary,
            given={id: text for id, text in texts.items() if text is not None},
            flags={"bcr_abl1": ph},
            settings=settings,
        )
        from all_cli.cli.selection import select

        shown = select(library, phase, risk, ph, protocol, arm, everything, patient)

        from all_cli.report.regimen import shown_json, shown_page

        emit(form, color, lambda: shown_page(shown, library), lambda: shown_json(shown, library))


@app.command(name="list")
def list_protocols(
    id: Annotated[str | None, typer.Argument(metavar="[ID]", help="One protocol.")] = None,
    risk: Annotated[str | None, typer.Option(help="Only protocols for this risk.")] = None,
    form: FormatOption = None,
    color: ColorOption = Color.auto,
) -> None:
    """List the protocols with their arms and phases, and what is known and not encoded."""
    from all_cli.protocol.library import protocol_library

    with sentences():
        library = protocol_library()
        if id is not None:
            one_of("protocol", id, dict.fromkeys(library.ids))
        if risk is not None:
            one_of("risk", risk, dict.fromkeys(library.risks()))
        chosen = [p for p in library.protocols if (id is None or p.id == id) and (risk is None or risk in p.risk)]
        from all_cli.report.regimen import list_json, list_page

        emit(form, color, lambda: list_page(library, chosen), lambda: list_json(library, chosen))


@app.command()
def cite(
    id: Annotated[str, typer.Argument(help="A source, a protocol, or a line such as cog-aall0232.induction.vcr.")],
    bibtex: Annotated[bool, typer.Option("--bibtex", help="As BibTeX.")] = False,
    form: FormatOption = None,
    color: ColorOption = Color.auto,
) -> None:
    """Print the reference of a source, a protocol or a line."""
    from all_cli.cli.citing import cite_protocol
    from all_cli.protocol.library import protocol_library

    with sentences():
        cite_protocol(protocol_library(), id, bibtex, form, color)


def main() -> None:
    """Entry point of ``all-protocol``."""
    run(app)
