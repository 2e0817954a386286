"""One patient under many schemes, side by side, as a page and as JSON."""

from __future__ import annotations

from typing import Any

from all_cli.patient.names import few
from all_cli.patient.patient import Patient
from all_cli.report.answers import citations_json, header, references, warning_texts, warnings
from all_cli.report.page import Page
from all_cli.report.words import number_of
from all_cli.risk.comparison import Comparison, Disagreement, Row, Side, end_of
from all_cli.risk.library import RiskLibrary
from all_cli.risk.scheme import NOT_APPLICABLE
from all_cli.risk.verdict import ASSIGNED

IN_A_CELL = 5  # facts and groups named in a cell before the rest is counted


def comparison_page(found: Comparison, patient: Patient, library: RiskLibrary, *, named: bool, audience: str) -> Page:
    """The table of answers, then the disagreements.

    Args:
        found: the comparison.
        patient: the patient.
        library: where sources are.
        named: whether the user named the schemes; then each has its row, narrowed or not.
        audience: the audience asked for, or empty.
    """
    page = Page(library.sources)
    warnings(page, patient, library)
    patient_lines(page, patient)
    rows = [row for row in found.rows if named or row.narrowed]
    rows.sort(key=lambda row: (row.answer.status != ASSIGNED, row.answer.status == NOT_APPLICABLE))
    rest = [row for row in found.rows if not (named or row.narrowed)]
    if not any(row.scheme.audience == audience or not audience for row in found.rows):
        page.line(f"No encoded scheme{f' for {audience}' if audience else ''} is for this patient.", strong=True)
    if found.rows:
        decided = sum(row.answer.status == ASSIGNED for row in found.rows)
        page.heading(f"Schemes side by side: {decided} decided, {len(found.rows) - decided} not", 1)
        page.table(
            ("scheme", "for", "answer", "because", "missing", "source"),
            [
                (
                    row.scheme.id, row.scheme.audience, answer_text(row), _why(row), _missing(row),
                    page.cite(row.cite, row.checked),
                )
                for row in rows
            ],
        )  # fmt: skip
    if rest:
        page.line(
            f"{', '.join(row.scheme.id for row in rest)}. Every group of these {len(rest)} is still possible; "
            "all-risk compare --scheme ID says what is missing.",
            "open",
        )
    _disagreements(page, found)
    page.close()
    return page


def patient_lines(page: Page, patient: Patient) -> None:
    """The patient as given, and what is odd about it."""
    page.line(", ".join(f"{id} {text}" for id, text in patient.said().items()) or "nothing known", "Patient")
    for warning in patient.warnings:
        page.line(warning, "Note")


def answer_text(row: Row) -> str:
    """The group, or those still possible."""
    if row.answer.status == NOT_APPLICABLE:
        return "does not apply"
    if row.answer.group is not None:
        return row.answer.group
    return few(
        [group.replace("-", " ") if group == NOT_APPLICABLE else group for group in row.answer.possible],
        joined=" | ",
        kept=IN_A_CELL,
    )


def _why(row: Row) -> str:
    if row.reason:
        return row.reason
    if row.decisions:
        said = list(dict.fromkeys(text for decision in row.decisions for text in decision.because))
        settled = [text for text in said if not text.endswith("?")]
        if len(settled) == len(said):
            return ", ".join(said)
        # Several rules are open and all lead to the one group: their open comparisons decide nothing.
        each = f"each of {number_of(len(row.decisions), 'rule')} still possible leads to it"
        return ", ".join([*settled, each])
    return "; ".join(f"not {item.group}: {', '.join(item.because)}" for item in row.excluded if item.because)


def _missing(row: Row) -> str:
    if not row.missing and len(row.answer.possible) > 1:
        return "nothing: the source leaves it open"
    return few(row.missing, kept=IN_A_CELL)


def _disagreements(page: Page, found: Comparison) -> None:
    """Rows gathered: mild schemes that say the same of the same facts stand together."""
    if found.disagreements:
        page.heading("Where schemes for the same patients disagree, mildest group against most severe")
        gathered: dict[tuple[Side, tuple[str, ...]], list[Disagreement]] = {}
        for item in found.disagreements:
            gathered.setdefault((item.severe, item.mild.because), []).append(item)
        page.table(
            ("on", "most severe", "its line", "mildest", "its line"),
            [
                (
                    ", ".join(items[0].facts),
                    f"{severe.scheme} {severe.group}",
                    ", ".join(severe.because),
                    ", ".join(f"{item.mild.scheme} {item.mild.group}" for item in items),
                    ", ".join(mild),
                )
                for (severe, mild), items in gathered.items()
            ],
        )
    if found.different_questions:
        page.line(
            f"{number_of(found.different_questions, 'more pair')} at opposite ends, decided on different facts: "
            "different questions.",
            "others",
        )


def comparison_json(found: Comparison, patient: Patient, library: RiskLibrary, primary: str | None) -> dict[str, Any]:
    """The comparison as plain data."""
    cited: dict[str, None] = {}
    return {
        **header(),
        "patient": patient.said(),
        "warnings": warning_texts(patient, library),
        "primary": primary,
        "schemes": [_row_json(row, cited) for row in found.rows],
        "disagreements": [
            {"facts": list(item.facts), "severe": _side_json(item.severe), "mild": _side_json(item.mild)}
            for item in found.disagreements
        ],
        "opposite_ends_on_different_facts": found.different_questions,
        "sources": references(cited, library),
    }


def _row_json(row: Row, cited: dict[str, None]) -> dict[str, Any]:
    return {
        "scheme": row.scheme.id,
        "audience": row.scheme.audience,
        "status": row.answer.status,
        "group": row.answer.group,
        "end": end_of(row),
        "possible": list(row.answer.possible),
        "narrowed": row.narrowed,
        "decided_by": [{"rule": item.rule, "when": item.when, "because": list(item.because)} for item in row.decisions],
        "excluded": [{"group": item.group, "because": list(item.because)} for item in row.excluded],
        "missing": list(row.missing),
        "reason": row.reason,
        "cite": citations_json(row.cite, cited),
        "checked": row.checked,
    }


def _side_json(side: Side) -> dict[str, Any]:
    return {"scheme": side.scheme, "group": side.group, "because": list(side.because)}
