"""``all-risk check``: the shipped knowledge, or a user's own schemes, proved over all patients."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from all_cli.cli.common import BAD_KNOWLEDGE, Color, Format, emit, sentences
from all_cli.cli.options import ColorOption, FormatOption
from all_cli.protocol.guidance import build_guidance
from all_cli.protocol.library import ProtocolLibrary, protocol_library
from all_cli.report.check import check_json, check_page
from all_cli.risk.check import check_scheme
from all_cli.risk.library import RiskLibrary, risk_library


def check(
    rules: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="Your own schemes; without it the shipped knowledge.")
    ] = None,
    overlaps: Annotated[
        bool,
        typer.Option("--overlaps", help="Also name rules that hold together in the order of their groups."),
    ] = False,
    form: FormatOption = None,
    color: ColorOption = Color.auto,
) -> None:
    """Prove schemes over all patients: no gap, no dead rule, no worse finding with a milder group."""
    with sentences():
        check_knowledge(rules, overlaps, form, color)


def check_knowledge(rules: Path | None, overlaps: bool, form: Format | None, color: Color) -> None:
    """Check and report; leaves with 4 if anything is found that no scheme declares as intended."""
    library = risk_library(rules)
    shipped = set() if rules is None else set(risk_library().schemes)
    own = {id for id, scheme in library.schemes.items() if id not in shipped or rules is None}
    if rules is not None:
        before = risk_library().schemes
        own |= {id for id in shipped if library.schemes[id].packed != before[id].packed}
    schemes = [scheme for id, scheme in library.schemes.items() if id in own]
    found = {scheme.id: check_scheme(scheme, library.vocabulary, overlaps=overlaps) for scheme in schemes}
    elsewhere = _links(library, protocol_library()) if rules is None else []
    if rules is None:
        build_guidance()
    emit(
        form,
        color,
        lambda: check_page(library, found, elsewhere),
        lambda: check_json(library, found, elsewhere),
    )
    wrong = [item for items in found.values() for item in items if not item.reason and item.check != "order"]
    if wrong or elsewhere:
        raise typer.Exit(BAD_KNOWLEDGE)


def _links(risk: RiskLibrary, protocols: ProtocolLibrary) -> list[str]:
    """Arms that name a scheme or group that does not exist, and sources that nothing cites."""
    wrong = []
    for protocol in protocols.protocols:
        for arm in protocol.arms:
            for scheme, groups in arm.groups:
                known = risk.schemes[scheme].group_ids if scheme in risk.schemes else ()
                wrong += [
                    f"data/protocols.yaml: {protocol.id}, arm {arm.id}: no group {scheme} {group}"
                    for group in groups
                    if group not in known
                ]
    return wrong
