"""How much of the knowledge was read in its source, and what is known and not encoded, as pages and as JSON."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from all_cli.knowledge.sources import citations
from all_cli.protocol.coverage import NONE, Count, Coverage, counted, coverage
from all_cli.protocol.guidance import GuidanceLibrary
from all_cli.protocol.library import ProtocolLibrary
from all_cli.report.answers import citations_json, header
from all_cli.report.page import UNCHECKED, Page
from all_cli.report.words import number_of
from all_cli.risk.coverage import SchemeCoverage, scheme_coverage
from all_cli.risk.library import RiskLibrary


def _row(page: Page, count: Count) -> tuple[str, str, str]:
    """All, checked, unchecked with its mark."""
    page.unchecked |= not count.whole
    left = count.all - count.checked
    return str(count.all), str(count.checked), f"{left} {UNCHECKED}" if left else "0"


def _total(counts: Iterable[Count]) -> Count:
    whole = NONE
    for count in counts:
        whole = whole.plus(count)
    return whole


def _by_audience(found: Sequence[Coverage]) -> dict[str, list[Coverage]]:
    groups: dict[str, list[Coverage]] = {}
    for item in found:
        groups.setdefault(item.protocol.audience, []).append(item)
    return groups


def _tables(library: ProtocolLibrary) -> dict[str, Count]:
    """Per dose table, and per rule that scales doses, its rows."""
    rows = {id: [row.checked for row in table.rows] for id, table in library.dose_tables.items()}
    rows |= {id: [row.checked for row in rule.rows] for id, rule in library.scalings.items()}
    return {id: counted(marks) for id, marks in rows.items()}


def _guidance(guidance: GuidanceLibrary) -> dict[str, tuple[int, Count]]:
    """Per topic the entries, and their cited sentences and tables."""
    found = {}
    for topic in guidance.topics:
        entries = [guidance.entry(brief.id) for brief in guidance.of_topic(topic)]
        marks = [point.checked for entry in entries for point in entry.points]
        marks += [table.checked for entry in entries for table in entry.tables]
        found[topic] = len(entries), counted(marks)
    return found


def protocol_coverage_page(library: ProtocolLibrary, guidance: GuidanceLibrary) -> Page:
    """Lines and other statements by audience and by protocol, dose tables, guidance, what is not encoded."""
    page = Page(library.sources)
    found = [coverage(protocol, library) for protocol in library.protocols]
    lines = _total(item.lines for item in found)
    page.heading(f"{number_of(len(found), 'protocol')}: {lines.checked} of {lines.all} lines read in the source", 1)
    columns = ("lines", "checked", "unchecked", "other", "other checked", "other unchecked")
    page.heading("By audience")
    page.table(
        ("audience", "protocols", *columns),
        [(name, *_sum(page, items)) for name, items in _by_audience(found).items()] + [("all", *_sum(page, found))],
    )
    page.line("Other statements are populations, arms, durations, starts, assessments, rescues and notes.", "other")
    page.heading("By protocol")
    page.table(
        ("protocol", "audience", *columns),
        [(item.protocol.id, item.protocol.audience, *_row(page, item.lines), *_row(page, item.rest)) for item in found],
    )
    page.heading("Dose tables, and rules for small children")
    tables = _tables(library)
    titles = {id: table.title for id, table in library.dose_tables.items()}
    titles |= {id: rule.title for id, rule in library.scalings.items()}
    page.table(
        ("table", "title", "rows", "checked", "unchecked"),
        [(id, titles[id], *_row(page, count)) for id, count in tables.items()],
    )
    page.heading("Guidance")
    topics = _guidance(guidance)
    topics["all"] = sum(entries for entries, _ in topics.values()), _total(count for _, count in topics.values())
    page.table(
        ("topic", "entries", "statements", "checked", "unchecked"),
        [(topic, str(entries), *_row(page, count)) for topic, (entries, count) in topics.items()],
    )
    page.line("all-protocol guide TOPIC shows the entries of a topic.")
    not_encoded(page, library.not_encoded)
    page.close()
    return page


def _sum(page: Page, found: Sequence[Coverage]) -> tuple[str, ...]:
    lines, rest = _total(item.lines for item in found), _total(item.rest for item in found)
    return str(len(found)), *_row(page, lines), *_row(page, rest)


def not_encoded(page: Page, entries: Sequence[Mapping[str, Any]]) -> None:
    """What is known and not encoded, with reason and reference."""
    if entries:
        page.heading(f"Known and not encoded ({len(entries)})")
        page.table(
            ("id", "title", "reason", "source"),
            [(e["id"], e["title"], e["reason"], page.cite(citations(e["cite"]))) for e in entries],
        )


def protocol_coverage_json(library: ProtocolLibrary, guidance: GuidanceLibrary) -> dict[str, Any]:
    """The counts as plain data."""
    found = [coverage(protocol, library) for protocol in library.protocols]
    cited: dict[str, None] = {}
    entries = _entries(library.not_encoded, cited)
    return {
        **header(),
        "lines": _json(_total(item.lines for item in found)),
        "other": _json(_total(item.rest for item in found)),
        "audiences": {
            name: {
                "protocols": len(items),
                "lines": _json(_total(item.lines for item in items)),
                "other": _json(_total(item.rest for item in items)),
            }
            for name, items in _by_audience(found).items()
        },
        "protocols": [
            {
                "id": item.protocol.id,
                "audience": item.protocol.audience,
                "lines": _json(item.lines),
                "other": _json(item.rest),
            }
            for item in found
        ],
        "dose_tables": [{"id": id, **_json(count)} for id, count in _tables(library).items()],
        "guidance": [
            {"topic": topic, "entries": number, **_json(count)}
            for topic, (number, count) in _guidance(guidance).items()
        ],
        "not_encoded": entries,
        "sources": {id: library.sources[id].reference for id in cited if id in library.sources},
    }


def _json(count: Count) -> dict[str, int]:
    return {"all": count.all, "checked": count.checked, "unchecked": count.all - count.checked}


def _entries(entries: Sequence[Mapping[str, Any]], cited: dict[str, None]) -> list[dict[str, Any]]:
    return [{**entry, "cite": citations_json(citations(entry["cite"]), cited)} for entry in entries]


def risk_coverage_page(library: RiskLibrary) -> Page:
    """Rules and other statements by audience and by scheme, and what is not encoded."""
    page = Page(library.sources)
    found = [scheme_coverage(scheme) for scheme in library.schemes.values()]
    rules = _rules(found)
    page.heading(f"{number_of(len(found), 'scheme')}: {rules.checked} of {rules.all} rules read in the source", 1)
    columns = ("rules", "checked", "unchecked", "other", "other checked", "other unchecked")
    audiences: dict[str, list[SchemeCoverage]] = {}
    for item in found:
        audiences.setdefault(item.scheme.audience, []).append(item)
    page.heading("By audience")
    page.table(
        ("audience", "schemes", *columns),
        [
            (name, str(len(items)), *_row(page, _rules(items)), *_row(page, _rest(items)))
            for name, items in (*audiences.items(), ("all", found))
        ],
    )
    page.line("Rules are counted with populations and definitions. Other statements are outcomes and notes.", "rules")
    page.heading("By scheme")
    page.table(
        ("scheme", "audience", *columns),
        [
            (item.scheme.id, item.scheme.audience, *_row(page, _rules([item])), *_row(page, _rest([item])))
            for item in found
        ],
    )
    not_encoded(page, library.not_encoded)
    page.close()
    return page


def _rules(found: Iterable[SchemeCoverage]) -> Count:
    return _total(Count(item.rules_checked, item.rules) for item in found)


def _rest(found: Iterable[SchemeCoverage]) -> Count:
    return _total(Count(item.rest_checked, item.rest) for item in found)


def risk_coverage_json(library: RiskLibrary) -> dict[str, Any]:
    """The counts as plain data."""
    found = [scheme_coverage(scheme) for scheme in library.schemes.values()]
    cited: dict[str, None] = {}
    entries = _entries(library.not_encoded, cited)
    return {
        **header(),
        "rules": _json(_rules(found)),
        "other": _json(_rest(found)),
        "schemes": [
            {
                "id": item.scheme.id,
                "audience": item.scheme.audience,
                "rules": _json(_rules([item])),
                "other": _json(_rest([item])),
            }
            for item in found
        ],
        "not_encoded": entries,
        "sources": {id: library.sources[id].reference for id in cited if id in library.sources},
    }
