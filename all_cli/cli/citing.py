"""``cite``: from an id to full references."""

from __future__ import annotations

from typing import Annotated

import typer

from all_cli.cli.common import fail, sentences
from all_cli.cli.options import ColorOption, FormatOption, RulesOption
from all_cli.cli.output import Color, Format, emit
from all_cli.knowledge.problems import did_you_mean
from all_cli.knowledge.sources import Source
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.load import protocol_library
from all_cli.risk.library import RiskLibrary, risk_library


def cite_in_schemes(
    id: Annotated[str, typer.Argument(help="A source, a scheme, or a rule such as nci-rome.age.")],
    bibtex: Annotated[bool, typer.Option("--bibtex", help="As BibTeX.")] = False,
    rules: RulesOption = None,
    form: FormatOption = None,
    color: ColorOption = Color.auto,
) -> None:
    """Print the reference of a source, a scheme or a rule."""
    with sentences():
        _write(_in_schemes(risk_library(rules), id), id, bibtex, form, color)


def cite_in_protocols(
    id: Annotated[str, typer.Argument(help="A source, a protocol, or a line such as cog-aall0232.induction-dex.vcr.")],
    bibtex: Annotated[bool, typer.Option("--bibtex", help="As BibTeX.")] = False,
    form: FormatOption = None,
    color: ColorOption = Color.auto,
) -> None:
    """Print the reference of a source, a protocol or a line."""
    with sentences():
        _write(_in_protocols(protocol_library(), id), id, bibtex, form, color)


def _write(found: list[Source], id: str, bibtex: bool, form: Format | None, color: Color) -> None:
    if bibtex:
        typer.echo("\n\n".join(source.bibtex for source in found))
        return
    from all_cli.report.answers import header
    from all_cli.report.schemes import source_page

    emit(
        form,
        color,
        lambda: source_page(found, id),
        lambda: {**header(), "id": id, "sources": {source.id: source.reference for source in found}},
    )


def _in_protocols(library: ProtocolLibrary, id: str) -> list[Source]:
    if id in library.sources and id not in library.ids:
        return [library.sources[id]]
    protocol_id, *rest = id.split(".")
    if protocol_id not in library.ids:
        return _in_guidance(library, id)
    protocol = library.protocol(protocol_id)
    cited = list(protocol.population.cite) if not rest else []
    for phase in protocol.phases:
        if not rest or rest[0] == phase.id:
            for line in phase.lines:
                if len(rest) < 2 or rest[1] == line.id:
                    cited += [*line.cite, *(line.cap.cite if line.cap else ())]
    if not cited:
        choices = [f"{phase.id}.{line.id}" for phase in protocol.phases for line in phase.lines]
        near = did_you_mean(".".join(rest), choices)
        fail(f'"{protocol_id}" has no phase or line "{".".join(rest)}"{near}')
    own = [id] if id in library.sources else []  # A trial's table may bear the name of its protocol: it leads.
    return [library.sources[source] for source in dict.fromkeys([*own, *(citation.source for citation in cited)])]


def _in_guidance(library: ProtocolLibrary, id: str) -> list[Source]:
    """The sources of an entry of the guidance; leaves with one sentence if there is none of that id."""
    from all_cli.protocol.load import guidance_library

    guidance = guidance_library()
    if id not in guidance.briefs:
        near = did_you_mean(id, [*library.sources, *library.ids, *guidance.briefs])
        fail(f'no source, protocol, line or guidance is called "{id}"{near}')
    return [guidance.sources[source] for source in guidance.entry(id).cited]


def _in_schemes(library: RiskLibrary, id: str) -> list[Source]:
    if id in library.sources:
        return [library.sources[id]]
    scheme_id, _, rule_id = id.partition(".")
    scheme = library.schemes.get(scheme_id)
    if scheme is None:
        choices = [*library.sources, *library.schemes]
        fail(f'no source, scheme or rule is called "{id}"{did_you_mean(id, choices)}')
    rules = [rule for rule in (scheme.population, *scheme.rules) if not rule_id or rule.id == rule_id]
    if not rules:
        near = did_you_mean(rule_id, [rule.id for rule in scheme.rules])
        fail(f'the scheme "{scheme_id}" has no rule "{rule_id}"{near}')
    ids = dict.fromkeys(citation.source for rule in rules for citation in rule.cite)
    return [library.sources[source] for source in ids]
