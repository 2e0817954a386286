"""The list of protocols, and one protocol in outline, as pages and as JSON."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from all_cli.knowledge.sources import citations
from all_cli.protocol.coverage import Count, Coverage, counted, coverage
from all_cli.protocol.filters import Filtered
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.regimen import Arm, Cited, Phase, Protocol
from all_cli.protocol.resolve import is_read
from all_cli.protocol.settings import by_setting
from all_cli.report.answers import citations_json, header
from all_cli.report.page import UNCHECKED, Page
from all_cli.report.words import number_of


class Listed(NamedTuple):
    """What a list shows: the protocols that its filters leave, and what is known and not encoded."""

    found: Filtered
    not_encoded: Sequence[Mapping[str, Any]]
    only_not_encoded: bool = False


def share(page: Page, count: Count) -> str:
    """``34 of 37 †``: how many were read in their source."""
    page.unchecked |= not count.whole
    return f"{count.checked} of {count.all}" + ("" if count.whole else f" {UNCHECKED}")


def years_text(protocol: Protocol) -> str:
    """``2004-2011``, ``from 2012``, ``to 1998``, or nothing where no year is recorded."""
    first, last = protocol.years
    if first is None and last is None:
        return ""
    return f"from {first}" if last is None else f"to {last}" if first is None else f"{first}-{last}"


def list_page(library: ProtocolLibrary, listed: Listed) -> Page:
    """The protocols under their settings, a line each; then what is known and not encoded."""
    page = Page(library.sources)
    found = listed.found
    if not listed.only_not_encoded:
        said = f": {', '.join(each.said for each in found.filters)}" if found.filters else ""
        page.heading(f"{number_of(len(found.protocols), 'protocol')}{said}", 1)
        if found.undated:
            page.line(f"{number_of(found.undated, 'protocol')} without recorded years left out", "years")
        if not found.protocols:
            _nothing(page, library, found)
        for name, protocols in by_setting(found.protocols).items():
            page.heading(f"{name} ({len(protocols)})")
            _table(page, library, protocols)
        if found.protocols:
            page.line("")
            page.line(
                "Checked: lines read in their source. all-protocol list ID shows the arms and phases of one protocol."
            )
    _not_encoded(page, listed)
    page.close()
    return page


def _nothing(page: Page, library: ProtocolLibrary, found: Filtered) -> None:
    page.line("No encoded protocol passes all of these filters.", strong=True)
    for each in found.filters:
        alone = sum(each.test(protocol) for protocol in library.protocols)
        page.line(f"{each.said}: {number_of(alone, 'protocol')}", "alone")


def _table(page: Page, library: ProtocolLibrary, protocols: Iterable[Protocol]) -> None:
    rows = []
    for protocol in protocols:
        lines = coverage(protocol, library).lines
        size = str(len(protocol.arms)), str(len(protocol.phases))
        rows.append((protocol.id, protocol.title, ", ".join(protocol.risk), *size, share(page, lines)))
    page.table(("id", "title", "risk", "arms", "phases", "checked"), rows)


def _not_encoded(page: Page, listed: Listed) -> None:
    if listed.not_encoded:
        page.heading(f"Known and not encoded ({len(listed.not_encoded)})")
        page.table(
            ("id", "title", "reason", "source"),
            [(e["id"], e["title"], e["reason"], page.cite(citations(e["cite"]))) for e in listed.not_encoded],
        )
    elif listed.only_not_encoded:
        page.line("Nothing known and not encoded fits.", strong=True)


def detail_page(library: ProtocolLibrary, protocol: Protocol) -> Page:
    """One protocol: whom it is for, its arms, its phases with days and line counts, its notes."""
    page = Page(library.sources)
    page.heading(f"{protocol.title} ({protocol.id})", 1)
    page.line(f"{protocol.population.text} {_cite(page, protocol.population)}", "for")
    page.line(protocol.population_text, "condition")
    counts = coverage(protocol, library)
    for label, text in _about(protocol):
        if text:
            page.line(text, label)
    if protocol.total_duration:
        page.line(f"{protocol.total_duration.text} {_cite(page, protocol.total_duration)}", "total")
    page.line(_checked(page, counts), "checked")
    page.heading(f"Arms ({len(protocol.arms)})")
    page.table(
        ("arm", "title", "for", "phases", "source"),
        [
            (arm.id, arm.title, groups_text(arm), ", ".join(arm.phases), page.cite(arm.cite, arm.checked))
            for arm in protocol.arms
        ],
    )
    for arm in protocol.arms:
        if arm.note:
            page.line(f"{arm.id}: {arm.note}", "note")
    page.heading(f"Phases ({len(protocol.phases)})")
    page.table(("phase", "title", "kind", "length", "arms", "checked"), _phases(page, library, protocol))
    for note in protocol.notes:
        page.line(f"{note.text} {_cite(page, note)}", "note")
    page.line("")
    page.line(f"all-protocol show PHASE --protocol {protocol.id} for the doses of a phase, --all for all of them.")
    page.close()
    return page


def _about(protocol: Protocol) -> list[tuple[str, str]]:
    lineage = " or ".join(protocol.lineage)
    positive = {True: "BCR::ABL1-positive", False: "BCR::ABL1-negative", None: ""}[protocol.ph]
    return [
        ("about", protocol.about),
        ("trial", f"{protocol.trial} {years_text(protocol)}".strip()),
        ("audience", protocol.audience),
        ("risk", ", ".join(protocol.risk)),
        ("leukaemia", ", ".join(part for part in (lineage, positive) if part)),
    ]


def _checked(page: Page, counts: Coverage) -> str:
    lines, rest = share(page, counts.lines), share(page, counts.rest)
    return f"lines: {lines}; population, arms, assessments and notes: {rest}"


def _phases(page: Page, library: ProtocolLibrary, protocol: Protocol) -> list[tuple[str, ...]]:
    every = len(protocol.arms) == 1
    return [
        (
            phase.id,
            phase.title,
            phase.kind,
            days_of(phase),
            "" if every else "all" if not in_arms(protocol, phase) else ", ".join(in_arms(protocol, phase)),
            share(page, lines_of(library, phase)),
        )
        for phase in protocol.phases
    ]


def lines_of(library: ProtocolLibrary, phase: Phase) -> Count:
    """How many lines of a phase were read in their source."""
    return counted([is_read(line, library) for line in phase.lines])


def in_arms(protocol: Protocol, phase: Phase) -> list[str]:
    """The arms that go through a phase; empty if all do."""
    through = [arm.id for arm in protocol.arms if phase.id in arm.phases]
    return [] if len(through) == len(protocol.arms) else through


def days_of(phase: Phase) -> str:
    """The length of a phase: ``35 days``, ``21 days a cycle``, ``28 days a cycle, 4 to 6 cycles``."""
    if phase.days is None:
        return ""
    cycles = f", {cycles_text(*phase.cycles)}" if phase.cycles else ""
    return f"{number_of(phase.days, 'day')}{f' a cycle{cycles}' if phase.cycle else ''}"


def cycles_text(least: int, most: int | None) -> str:
    """``4 cycles``, ``4 to 6 cycles``, ``at least 4 cycles``."""
    if most is None:
        return f"at least {number_of(least, 'cycle')}"
    return number_of(most, "cycle") if least == most else f"{least} to {most} cycles"


def groups_text(arm: Arm) -> str:
    """The groups that an arm was for: ``nci-rome high; cog-aall08b1 high, very-high``."""
    return "; ".join(f"{scheme} {', '.join(groups)}" for scheme, groups in arm.groups)


def _cite(page: Page, cited: Cited) -> str:
    return page.cite(cited.cite, cited.checked)


def list_json(library: ProtocolLibrary, listed: Listed) -> dict[str, Any]:
    """The list of protocols as the contract has it."""
    return {
        **header(),
        "filters": [each.said for each in listed.found.filters],
        "years_not_recorded": listed.found.undated,
        "protocols": [_protocol_json(library, protocol) for protocol in listed.found.protocols],
        "not_encoded": [
            {**entry, "cite": citations_json(citations(entry["cite"]), {})} for entry in listed.not_encoded
        ],
    }


def _protocol_json(library: ProtocolLibrary, protocol: Protocol) -> dict[str, Any]:
    counts = coverage(protocol, library)
    return {
        "id": protocol.id,
        "title": protocol.title,
        "audience": protocol.audience,
        "risk": list(protocol.risk),
        "lineage": list(protocol.lineage),
        "ph": protocol.ph,
        "trial": protocol.trial,
        "years": list(protocol.years),
        "lines": counts.lines.all,
        "checked": counts.lines.checked,
        "fully_checked": counts.lines.whole and counts.rest.whole,
        "arms": [
            {
                "id": arm.id,
                "title": arm.title,
                "phases": list(arm.phases),
                "for": [{"scheme": scheme, "groups": list(groups)} for scheme, groups in arm.groups],
            }
            for arm in protocol.arms
        ],
    }


def detail_json(library: ProtocolLibrary, protocol: Protocol) -> dict[str, Any]:
    """One protocol in the shape of the list, with its population, its phases and its notes beside the arms."""
    cited: dict[str, None] = {}
    known = _protocol_json(library, protocol)
    for arm, shown in zip(protocol.arms, known["arms"], strict=True):
        shown |= {"note": arm.note, "cite": citations_json(arm.cite, cited), "checked": arm.checked}
    phases = [
        {
            "id": phase.id,
            "phase": phase.kind,
            "title": phase.title,
            "length_days": phase.days,
            "cycle": phase.cycle,
            "arms": [arm.id for arm in protocol.arms if phase.id in arm.phases],
            "lines": len(phase.lines),
            "checked": lines_of(library, phase).checked,
        }
        for phase in protocol.phases
    ]
    whole = {
        **known,
        "about": protocol.about,
        "population": {"when": protocol.population_text, **_cited_json(protocol.population, cited)},
        "total_duration": _cited_json(protocol.total_duration, cited) if protocol.total_duration else None,
        "phases": phases,
        "notes": [_cited_json(note, cited) for note in protocol.notes],
    }
    references = {id: library.sources[id].reference for id in cited if id in library.sources}
    return {**header(), "protocols": [whole], "not_encoded": [], "sources": references}


def _cited_json(item: Cited, cited: dict[str, None]) -> dict[str, Any]:
    return {"id": item.id, "text": item.text, "cite": citations_json(item.cite, cited), "checked": item.checked}
