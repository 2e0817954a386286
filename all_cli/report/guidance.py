"""Guidance as pages and as JSON: the topics, and entries with their tables, claims and verdicts."""

from collections.abc import Sequence
from typing import Any

from all_cli.patient.names import condition_text
from all_cli.patient.patient import Patient
from all_cli.protocol.guidance import CONTRADICTED, Brief, Claim, Entry, GuidanceLibrary, GuidanceTable, Point
from all_cli.report.answers import citations_json, header
from all_cli.report.page import Page
from all_cli.report.words import number_of, said_text

_VERDICTS = {
    "supported": "the primary source supports what the seed texts say",
    "limited": "the primary source limits what the seed texts say",
    "contradicted": "the primary source contradicts what the seed texts say",
    "no-primary-source": "no primary source found for what the seed texts say",
}


def topics_page(library: GuidanceLibrary, kept: Sequence[Brief], patient: Patient) -> Page:
    """Every topic with the number of its entries, and how many of them are cautions."""
    page = Page(library.sources)
    page.heading("Guidance", 1)
    page.line("all-protocol guide TOPIC shows one; --search WORDS finds words.")
    _patient(page, patient, len(library.briefs) - len(kept))
    rows = []
    for topic, entries in _by_topic(library, kept).items():
        warnings = sum(brief.warning for brief in entries)
        rows.append((topic, library.topics[topic].title, str(len(entries)), str(warnings or "")))
    page.table(("topic", "title", "entries", "cautions"), rows)
    page.close()
    return page


def entries_page(
    library: GuidanceLibrary, title: str, kept: Sequence[Brief], patient: Patient, left_out: int, *, claims: bool
) -> Page:
    """Entries in full: what holds and its tables, those surely about the patient first.

    Args:
        library: where the entries come from.
        title: the page's subject.
        kept: the entries to show.
        patient: what is known of the patient.
        left_out: how many entries do not concern this patient.
        claims: add what the seed texts claim and the verdict on it.
    """
    page = Page(library.sources)
    entries = [library.entry(brief.id) for brief in kept]
    page.heading(title, 1)
    _patient(page, patient, left_out, _tables_for_others(entries, patient))
    for entry in entries:
        _entry(page, entry, patient, claims=claims)
    page.close()
    return page


def _patient(page: Page, patient: Patient, left_out: int, tables: int = 0) -> None:
    """Who is asked about, and how many entries and tables are not for this patient."""
    if not patient.said():
        return
    page.line(said_text(patient), "patient")
    out = [number_of(left_out, "entry", "entries")] if left_out else []
    out += [number_of(tables, "table")] if tables else []
    if out:
        verb = "does" if left_out + tables == 1 else "do"
        page.line(f"{' and '.join(out)} {verb} not concern this patient", "left out")


def _tables_for_others(entries: Sequence[Entry], patient: Patient) -> int:
    return sum(len(entry.tables) - len(entry.tables_for(patient.possible())) for entry in entries)


def _entry(page: Page, entry: Entry, patient: Patient, *, claims: bool) -> None:
    brief = entry.brief
    page.heading(f"{'Caution: ' if brief.warning else ''}{brief.title}")
    for point in entry.points_for(patient.possible()):
        page.line(f"{point.text} {page.cite(point.cite, point.checked)}")
    for table in entry.tables_for(patient.possible()):
        page.line(f"{table.title} {page.cite(table.cite, table.checked)}", strong=True)
        if table.legend:
            page.line(table.legend)
        page.table(table.columns, table.rows_of(patient.possible()))
        if table.note:
            page.line(table.note, "note")
    if brief.condition:
        open_here = patient.said() and brief.relevance(patient.possible()) is None
        condition = condition_text(brief.condition, patient.vocabulary)
        page.line(f"{condition}{' (not known of this patient)' if open_here else ''}", "for")
    if not claims:
        return
    if brief.verdict:
        page.line(f"{brief.verdict}: {_VERDICTS[brief.verdict]}", "verdict")
    for claim in entry.claims:
        page.line(f"{claim.text} ({_seed(page, claim)}, statement {claim.statement})", "claim")


def _seed(page: Page, claim: Claim) -> str:
    source = page.sources.get(claim.seed)
    where = source.container if source and source.container else ""
    return f"seed text {claim.seed.removeprefix('seed-')}{f', {where}' if where else ''}"


def topics_json(library: GuidanceLibrary, kept: Sequence[Brief], patient: Patient) -> dict[str, Any]:
    """The topics as plain data."""
    return {
        **header(),
        "patient": patient.said(),
        "topics": [
            {
                "id": topic,
                "title": library.topics[topic].title,
                "entries": len(entries),
                "contradicted": sum(brief.verdict == CONTRADICTED for brief in entries),
                "ids": [brief.id for brief in entries],
            }
            for topic, entries in _by_topic(library, kept).items()
        ],
    }


def entries_json(library: GuidanceLibrary, kept: Sequence[Brief], patient: Patient, left_out: int) -> dict[str, Any]:
    """Entries as plain data; the sentence that leads is the first of ``points``."""
    cited: dict[str, None] = {}
    entries = [_entry_json(library.entry(brief.id), patient, cited) for brief in kept]
    return {
        **header(),
        "patient": patient.said(),
        "left_out": left_out,
        "entries": entries,
        "sources": {id: library.sources[id].reference for id in cited if id in library.sources},
    }


def _entry_json(entry: Entry, patient: Patient, cited: dict[str, None]) -> dict[str, Any]:
    brief = entry.brief
    return {
        "id": brief.id,
        "topic": brief.topic,
        "title": brief.title,
        "warning": brief.warning,
        "when": brief.condition,
        "concerns_patient": brief.relevance(patient.possible()),
        "phases": list(brief.phases),
        "drugs": list(brief.drugs),
        "points": [_point_json(point, cited) for point in entry.points_for(patient.possible())],
        "tables": [_table_json(table, patient, cited) for table in entry.tables_for(patient.possible())],
        "verdict": brief.verdict or None,
        "claims": [{"statement": c.statement, "seed": c.seed, "text": c.text} for c in entry.claims],
    }


def _point_json(point: Point, cited: dict[str, None]) -> dict[str, Any]:
    return {"text": point.text, "cite": citations_json(point.cite, cited), "checked": point.checked}


def _table_json(table: GuidanceTable, patient: Patient, cited: dict[str, None]) -> dict[str, Any]:
    return {
        "title": table.title,
        "columns": list(table.columns),
        "rows": [list(row) for row in table.rows_of(patient.possible())],
        "legend": table.legend,
        "note": table.note,
        "cite": citations_json(table.cite, cited),
        "checked": table.checked,
    }


def _by_topic(library: GuidanceLibrary, kept: Sequence[Brief]) -> dict[str, list[Brief]]:
    found: dict[str, list[Brief]] = {topic: [] for topic in library.topics}
    for brief in kept:
        found[brief.topic].append(brief)
    return {topic: entries for topic, entries in found.items() if entries}
