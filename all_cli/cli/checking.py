"""``check`` of both commands: the shipped knowledge, or a user's own schemes, proved over all patients."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from all_cli.cli.common import BAD_KNOWLEDGE, NO_INPUT, fail, sentences
from all_cli.cli.options import ColorOption, FormatOption
from all_cli.cli.output import Color, Format, emit
from all_cli.knowledge import files
from all_cli.knowledge.documents import places_in, shipped_places
from all_cli.knowledge.strict_yaml import Document
from all_cli.protocol.check import check_choice, check_guidance, check_protocols, check_sources
from all_cli.protocol.load import build_guidance, choice_rules, protocol_library
from all_cli.report.check import check_json, check_page, protocol_check_json, protocol_check_page
from all_cli.risk.cases import Cases, case_findings, read_cases, shipped_cases
from all_cli.risk.check import check_scheme, located
from all_cli.risk.library import RiskLibrary, risk_library


def check(
    rules: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="Your own schemes; without it the shipped knowledge.")
    ] = None,
    overlaps: Annotated[
        bool,
        typer.Option("--overlaps", help="Also name rules that hold together in the order of their groups."),
    ] = False,
    cases: Annotated[
        Path | None,
        typer.Option(
            "--cases",
            metavar="DIR",
            help="Boundary patients with their expected groups, a file SCHEME.yaml each; "
            "without it those of the checkout, if there are any.",
        ),
    ] = None,
    form: FormatOption = None,
    color: ColorOption = Color.auto,
) -> None:
    """Prove schemes over all patients: no gap, no dead rule, no worse finding with a milder group."""
    with sentences():
        check_knowledge(rules, overlaps, cases, form, color)


def check_knowledge(rules: Path | None, overlaps: bool, folder: Path | None, form: Format | None, color: Color) -> None:
    """Check and report; leaves with 4 if anything is found that no scheme declares as intended."""
    library = risk_library(rules)
    own = set(library.schemes)
    if rules is not None:
        before = risk_library().schemes
        own = {id for id, scheme in library.schemes.items() if id not in before or scheme.packed != before[id].packed}
    document = _schemes_as_written(rules)
    cases = _cases(rules, folder, library)
    found = {}
    for id, scheme in library.schemes.items():
        if id in own:
            items = check_scheme(scheme, library.vocabulary, overlaps=overlaps, dated=rules is None)
            items += () if cases is None else case_findings(scheme, cases.get(id, ()))
            found[id] = [located(item, document) for item in items]
    tried = None if cases is None else sum(len(cases.get(id, ())) for id in found)
    emit(
        form,
        color,
        lambda: check_page(library, found, tried, shipped=rules is None),
        lambda: check_json(library, found, tried),
    )
    if any(item.open for items in found.values() for item in items):
        raise typer.Exit(BAD_KNOWLEDGE)


def _schemes_as_written(rules: Path | None) -> Document:
    """The file of the schemes, for the places in it; that it has no mistakes is known by now."""
    if rules is None:
        return shipped_places(files.RISK_RULES)
    return places_in(files.read_small(rules), str(rules), files.RISK_RULES, rules.parent)


def _cases(rules: Path | None, folder: Path | None, library: RiskLibrary) -> Cases | None:
    """The boundary patients to try; None if there are none."""
    if folder is not None:
        cases = read_cases(folder, library, str(folder))
        return cases or fail(f'--cases "{folder}": no folder with a file SCHEME.yaml in it', NO_INPUT)
    # The shipped ones say what the shipped schemes answer, not what a user's own version should.
    beside = shipped_cases() if rules is None else None
    return read_cases(beside, library, "tests/cases") if beside else None


def check_treatment(form: FormatOption = None, color: ColorOption = Color.auto) -> None:
    """Check protocols, guidance and sources, and prove over all patients that no guard can be broken."""
    with sentences():
        library = protocol_library()
        build_guidance()
        groups = {id: scheme.group_ids for id, scheme in risk_library().schemes.items()}
        facts, bibliography, rules, protocols, guidance, choice = (shipped_places(name) for name in files.SHIPPED)
        found = [
            *check_protocols(protocols, library.vocabulary, groups),
            *check_choice(choice, library, choice_rules(library)),
            *check_guidance(guidance, library.vocabulary),
            *check_sources(bibliography, (facts, rules, protocols, guidance, choice)),
        ]
        emit(
            form,
            color,
            lambda: protocol_check_page(library, found),
            lambda: protocol_check_json(library, found),
        )
        if found:
            raise typer.Exit(BAD_KNOWLEDGE)
