"""``cite``: from an id to full references."""

from __future__ import annotations

import typer

from all_cli.cli.common import Color, Format, emit, fail
from all_cli.knowledge.problems import did_you_mean
from all_cli.knowledge.sources import Source
from all_cli.protocol.library import ProtocolLibrary
from all_cli.risk.library import RiskLibrary


def cite_risk(library: RiskLibrary, id: str, bibtex: bool, form: Format | None, color: Color) -> None:
    """Write the references of a source, a scheme or a rule."""
    _write(_in_schemes(library, id), id, bibtex, form, color)


def cite_protocol(library: ProtocolLibrary, id: str, bibtex: bool, form: Format | None, color: Color) -> None:
    """Write the references of a source, a protocol, a phase or a line (``protocol.phase.line``)."""
    _write(_in_protocols(library, id), id, bibtex, form, color)


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
    if id in library.sources:
        return [library.sources[id]]
    protocol_id, *rest = id.split(".")
    if protocol_id not in library.ids:
        fail(f'no source, protocol or line is called "{id}"{did_you_mean(id, [*library.sources, *library.ids])}')
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
    return [library.sources[source] for source in dict.fromkeys(citation.source for citation in cited)]


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
