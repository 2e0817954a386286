"""A genetics text span by span: what was understood of each, what is left open, and what could not be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from all_cli.knowledge.sources import Citation
from all_cli.patient.findings import NEVER, Finding, Span
from all_cli.patient.patient import Patient
from all_cli.patient.reading import value_text
from all_cli.protocol.regimen import Reason
from all_cli.report.answers import header
from all_cli.report.page import Page
from all_cli.risk.library import RiskLibrary

_MANY = 6
_COMPLEX = Citation("moorman-2007", "Abstract, complex karyotype of 5 or more abnormalities")


def genetics_page(
    spans: Sequence[Span], patient: Patient, conflict: str, library: RiskLibrary, meaning: Sequence[Reason] = ()
) -> Page:
    """What was found and what it means, then every span with its reading, then what is to mend.

    Args:
        spans: its spans, in reading order.
        patient: what the spans say together, with what follows from it.
        conflict: the sentence on spans that contradict each other, or an empty text.
        library: where titles and sources come from.
        meaning: what changes the treatment, and favourable or not by which scheme.
    """
    page = Page(library.sources)
    page.heading("Genetics", 1)
    unread = [span for span in spans if span.why]
    if unread:
        page.line(f"not understood: {', '.join(span.text for span in unread)}", "caution", strong=True)
    if not conflict:
        _found(page, patient)
        for reason in meaning:
            page.line(f"{reason.text} {page.cite(reason.cite, reason.checked)}", reason.label, strong=reason.strong)
    page.heading("Span by span")
    page.table(("text", "understood", "note"), (_row(span, patient) for span in spans))
    if not spans:
        page.line("Nothing was written, so nothing is known.", strong=True)
    _together(page, patient)
    if unread or conflict:
        page.heading("Not understood")
        for span in unread:
            page.line(str(span.error), strong=True)
        if conflict:
            page.line(conflict, strong=True)
    page.close()
    return page


def genetics_json(text: str, spans: Sequence[Span], patient: Patient, conflict: str) -> dict[str, Any]:
    """The spans as plain data; ``understood`` is false where a span is an error of ``--genetics``."""
    return {
        **header(),
        "text": text,
        "understood": not conflict and not any(span.why for span in spans),
        "spans": [
            {
                "text": span.text,
                "understood": not span.why,
                "findings": [
                    {"fact": finding.fact, "value": _value(finding, patient)} for finding in span.findings
                ],
                "open": sorted(span.open),
                "note": span.note,
                "reason": span.why,
            }
            for span in spans
        ],
        "facts": {id: patient.text(id) for id in patient.vocabulary.facts if id in patient.known},
        "conflict": conflict,
    }  # fmt: skip


def _row(span: Span, patient: Patient) -> tuple[str, str, str]:
    if span.why:
        return span.text, "not understood", span.why
    return span.text, _said(span.findings, patient) or "nothing concluded", span.note


def _said(findings: Sequence[Finding], patient: Patient) -> str:
    absent = [finding for finding in findings if finding.possible == NEVER]
    if len(absent) <= _MANY:
        return "; ".join(f"{finding.fact} {_value(finding, patient)}" for finding in findings)
    rest = "; ".join(f"{finding.fact} {_value(finding, patient)}" for finding in findings if finding not in absent)
    return f"{len(absent)} findings of the panel absent" + (f"; {rest}" if rest else "")


def _value(finding: Finding, patient: Patient) -> str:
    return value_text(patient.vocabulary[finding.fact], finding.possible)


def _found(page: Page, patient: Patient) -> None:
    """What was found, lesions before numbers; what is absent is listed further down."""
    facts = [fact for id, fact in patient.vocabulary.facts.items() if id in patient.known]
    facts = [fact for fact in facts if patient.known[fact.id].possible != NEVER]
    facts.sort(key=lambda fact: fact.kind == "number")
    if facts:
        page.line("; ".join(f"{fact.name} {patient.text(fact.id)}" for fact in facts), "found", strong=True)


def _together(page: Page, patient: Patient) -> None:
    facts = [patient.vocabulary[id] for id in patient.vocabulary.facts if id in patient.known]
    shown = [fact for fact in facts if patient.known[fact.id].possible != NEVER]
    absent = [fact for fact in facts if fact not in shown]
    if not facts:
        return
    page.heading("Together")
    page.table(
        ("fact", "", "value", "note"),
        (
            (
                fact.id,
                fact.title,
                patient.text(fact.id),
                ("follows " if patient.known[fact.id].derived else "")
                + (page.cite([_COMPLEX]) if fact.id == "complex_karyotype" else ""),
            )
            for fact in shown
        ),
    )
    if absent:
        page.line(", ".join(fact.id for fact in absent), "absent")
