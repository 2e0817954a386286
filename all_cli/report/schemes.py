"""Schemes, facts and references, as pages and as JSON."""

from __future__ import annotations

from typing import Any

from all_cli.knowledge.sources import Citation, Source, citations
from all_cli.knowledge.vocabulary import Fact, Vocabulary
from all_cli.logic.values import number_set
from all_cli.patient.reading import value_text
from all_cli.report.answers import as_of_text, citations_json, header, references, statement_json
from all_cli.report.page import Line, Page
from all_cli.risk.library import RiskLibrary
from all_cli.risk.scheme import Scheme


def in_use_text(scheme: Scheme) -> str:
    """When a scheme was in use, in words: ``2010 to 2018``, ``1996 to today``, ``not recorded``."""
    first, last = scheme.in_use
    return f"{first or '?'} to {last or 'today'}" if first or last else "not recorded"


def _listed(library: RiskLibrary, as_of: int | None) -> list[Scheme]:
    return [library.schemes[id] for id in (library.schemes if as_of is None else library.in_use(as_of))]


def schemes_page(library: RiskLibrary, as_of: int | None = None) -> Page:
    """All schemes, or those in use in a year, and those known but not encoded with the reason."""
    page = Page(library.sources)
    page.heading("Risk schemes" if as_of is None else f"Risk schemes in use in {as_of}", 1)
    listed = _listed(library, as_of)
    if as_of is not None:
        unrecorded = sum(scheme.in_use == (None, None) for scheme in listed)
        page.line(as_of_text(as_of, len(listed) - unrecorded, unrecorded, len(library.schemes) - len(listed)))
    rows = [
        (s.id, s.title, s.audience, in_use_text(s), ", ".join(s.group_ids), "yes" if s.checked else "in part †")
        for s in listed
    ]
    page.unchecked = any(not scheme.checked for scheme in listed)
    page.table(("id", "title", "for", "in use", "groups", "checked"), rows)
    if library.not_encoded and as_of is None:
        page.heading("Known and not encoded")
        page.table(
            ("id", "title", "reason", "source"),
            [
                (entry["id"], entry["title"], entry["reason"], page.cite(citations(entry["cite"])))
                for entry in library.not_encoded
            ],
        )
    page.close()
    return page


def schemes_json(library: RiskLibrary, as_of: int | None = None) -> dict[str, Any]:
    """The list of schemes, or of those in use in a year, as the contract has it."""
    return {
        **header(),
        **({} if as_of is None else {"as_of": as_of}),
        "schemes": [
            {
                "id": scheme.id,
                "title": scheme.title,
                "kind": scheme.kind,
                "groups": list(scheme.group_ids),
                "facts": list(scheme.facts),
                "checked": scheme.checked,
                "audience": scheme.audience,
                "published": scheme.published,
                "in_use": list(scheme.in_use),
            }
            for scheme in _listed(library, as_of)
        ],
        "not_encoded": [
            {**entry, "cite": citations_json(citations(entry["cite"]), {})} for entry in library.not_encoded
        ],
    }


def _main_source(scheme: Scheme) -> tuple[Citation, ...]:
    """The source that most rules of a scheme rest on: without a version of its own, that is the version encoded."""
    cited = [citation.source for rule in scheme.rules for citation in rule.cite]
    return (Citation(max(dict.fromkeys(cited), key=cited.count)),)


def scheme_page(scheme: Scheme, library: RiskLibrary) -> Page:
    """One scheme as a readable table of its rules, with groups, outcomes, notes and citations."""
    page = Page(library.sources)
    page.heading(f"{scheme.title} ({scheme.id})", 1)
    if scheme.about:
        page.line(scheme.about, "about")
    population = scheme.population
    page.line(f"{population.note} {page.cite(population.cite, population.checked)}", "for")
    page.line(population.text, "condition")
    if population.derived:
        page.line(population.derived, "note")
    page.line(scheme.version or f"as in {page.cite(_main_source(scheme))}, which names no version", "version")
    if any(scheme.in_use):
        source = scheme.in_use_source
        why = f": {source.text} {page.cite(source.cite, source.checked)}" if source else ""
        page.line(in_use_text(scheme) + why, "in use")
    page.heading("Groups")
    rows = []
    for group in scheme.groups.values():
        outcome = "; ".join(f"{item.text} {page.cite(item.cite, item.checked)}" for item in group.outcome)
        rows.append((group.id, group.label, outcome))
    page.table(("group", "label", "published outcome"), rows)
    page.heading("Rules, in the order in which they are tried; the first that holds decides")
    page.table(
        ("rule", "group", "when", "source"),
        [(rule.id, " or ".join(rule.groups), rule.text, page.cite(rule.cite, rule.checked)) for rule in scheme.rules],
    )
    for rule in scheme.rules:
        for text in (rule.note, rule.derived):
            if text:
                page.line(text, rule.id if len(rule.id) <= 11 else f"{rule.id} ")
    if scheme.definitions:
        page.heading("Names used in the rules")
        page.table(
            ("name", "means", "source", "note"),
            [(d.name, d.text, page.cite(d.cite, d.checked), d.note) for d in scheme.definitions.values()],
        )
    if scheme.notes:
        page.heading("Notes")
        for note in scheme.notes:
            page.line(f"{note.text} {page.cite(note.cite, note.checked)}", "note")
    page.close()
    return page


def scheme_json(scheme: Scheme, library: RiskLibrary) -> dict[str, Any]:
    """One scheme in full as plain data."""
    cited: dict[str, None] = {}
    return {
        **header(),
        "id": scheme.id,
        "title": scheme.title,
        "kind": scheme.kind,
        "audience": scheme.audience,
        "published": scheme.published,
        "facts": list(scheme.facts),
        "checked": scheme.checked,
        "population": {
            "when": scheme.population.text,
            "text": scheme.population.note,
            "cite": citations_json(scheme.population.cite, cited),
            "checked": scheme.population.checked,
        },
        "groups": [
            {
                "id": group.id,
                "label": group.label,
                "severity": group.severity,
                "outcome": [statement_json(item, cited) for item in group.outcome],
            }
            for group in scheme.groups.values()
        ],
        "define": [
            {"name": d.name, "when": d.text, "cite": citations_json(d.cite, cited), "checked": d.checked}
            for d in scheme.definitions.values()
        ],
        "rules": [
            {
                "id": f"{scheme.id}.{rule.id}",
                "groups": list(rule.groups),
                "when": rule.text,
                "cite": citations_json(rule.cite, cited),
                "checked": rule.checked,
                "note": rule.note,
            }
            for rule in scheme.rules
        ],
        "version": scheme.version or None,
        "version_source": None if scheme.version else citations_json(_main_source(scheme), cited)[0]["source"],
        "in_use": list(scheme.in_use),
        "in_use_source": statement_json(scheme.in_use_source, cited) if scheme.in_use_source else None,
        "notes": [statement_json(note, cited) for note in scheme.notes],
        "sources": references(cited, library),
    }


def facts_page(vocabulary: Vocabulary, library: RiskLibrary) -> Page:
    """All facts: id, option, how a value is written."""
    page = Page(library.sources)
    page.heading("Facts", 1)
    page.line("--set fact=value takes any of them; the common ones have options of their own.")
    page.table(
        ("fact", "option", "values", "what it is"),
        [(fact.id, fact.option, _values(fact), fact.help) for fact in vocabulary.facts.values()],
    )
    page.close()
    return page


def fact_page(fact: Fact, library: RiskLibrary) -> Page:
    """One fact in full: kind, unit, words, spellings, which schemes ask for it."""
    page = Page(library.sources)
    page.heading(f"{fact.title} ({fact.id})", 1)
    page.line(fact.help)
    page.line(fact.kind + (f", {fact.unit}" if fact.unit else ""), "kind")
    if fact.option:
        page.line(fact.option, "option")
    if fact.aliases:
        page.line(", ".join(fact.aliases), "alias")
    if fact.examples:
        page.line(", ".join(fact.examples), "examples")
    if fact.hard != (None, None):
        page.line(f"{fact.hard[0]:g} to {fact.hard[1]:g} {fact.unit}".strip(), "can be")
    if fact.units:
        page.line(", ".join(fact.units), "units")
    for word, spans in fact.words.items():
        page.line(f"{word} = {value_text(fact, number_set(spans))}", "word")
    for name, value in fact.values.items():
        spellings = f" (also: {', '.join(value.spellings)})" if value.spellings else ""
        page.line(f"{name}: {value.label}{spellings}", "value")
    for name, members in fact.sets.items():
        page.line(f"{name} means {', '.join(members)}", "set")
    if fact.spellings:
        page.line(", ".join(fact.spellings), "spellings")
    if fact.columns:
        page.line(", ".join(fact.columns), "columns")
    if fact.note:
        page.line(fact.note, "note")
    users = [scheme.id for scheme in library.schemes.values() if fact.id in scheme.facts]
    page.line(", ".join(users) or "no scheme yet", "asked by")
    page.close()
    return page


def facts_json(vocabulary: Vocabulary, only: Fact | None = None) -> dict[str, Any]:
    """The vocabulary, or one fact of it, as plain data."""
    chosen = [only] if only else list(vocabulary.facts.values())
    return {
        **header(),
        "facts": [
            {
                "id": fact.id,
                "title": fact.title,
                "kind": fact.kind,
                "unit": fact.unit,
                "option": fact.option,
                "aliases": list(fact.aliases),
                "values": list(fact.values),
                "sets": {name: list(members) for name, members in fact.sets.items()},
                "examples": list(fact.examples),
                "help": fact.help,
            }
            for fact in chosen
        ],
    }


def _values(fact: Fact) -> str:
    if fact.kind == "number":
        return ", ".join(fact.examples) or fact.unit
    return "yes, no" if fact.kind == "flag" else ", ".join([*fact.values, *fact.sets])


def source_page(sources: list[Source], about: str) -> Page:
    """References in full."""
    page = Page({})
    page.heading(about, 1)
    for source in sources:
        page.blocks.append(Line(source.citation, source.id, identifier=source.identifier))
        read = {"full": "the whole text", "not-read": "nothing; cited from memory"}.get(
            source.read, f"the {source.read}"
        )
        page.line(f"{source.kind}; read for this tool: {read}", "")
        if source.note:
            page.line(source.note, "note")
    page.close()
    return page
