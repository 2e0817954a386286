"""What would change the answer, as a page and as JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from all_cli.logic.values import NumberSet, number_text
from all_cli.patient.patient import Patient
from all_cli.report.answers import citations_json, header, references, warning_texts, warnings
from all_cli.report.comparison import patient_lines
from all_cli.report.page import Page
from all_cli.risk.answers import Answers
from all_cli.risk.library import RiskLibrary
from all_cli.risk.scheme import NOT_APPLICABLE, Scheme
from all_cli.risk.whatif import MISSING, SETTLED, TOGETHER, TOLD, Part, Strip

Found = Mapping[str, Sequence[Strip]]


def whatif_page(found: Found, answers: Answers, patient: Patient, library: RiskLibrary, facts: Sequence[str]) -> Page:
    """Per scheme every fact in ranges; or, if facts were asked for, per fact every scheme in ranges.

    Args:
        found: the strips by scheme.
        answers: the answers on the patient as given.
        patient: the patient.
        library: where sources are.
        facts: ids of the facts asked for; empty for all.
    """
    page = Page(library.sources)
    warnings(page, patient, library)
    patient_lines(page, patient)
    if not found:
        page.line("No encoded scheme is for this patient.", strong=True)
    if facts:
        for fact in facts:
            _fact(page, fact, [strip for strips in found.values() for strip in strips if strip.fact == fact], patient)
    else:
        for id, strips in found.items():
            _scheme(page, library.schemes[id], answers.brief[id].possible, strips, patient)
    page.close()
    return page


def _scheme(page: Page, scheme: Scheme, now: Sequence[str], strips: Sequence[Strip], patient: Patient) -> None:
    page.heading(f"{scheme.title}: {_groups(now)}", 1)
    page.line(f"{scheme.id} ({scheme.published})", "scheme")
    population = scheme.population
    page.line(f"{population.note} {page.cite(population.cite, population.checked)}", "for")
    changing = [strip for strip in strips if strip.state == TOLD and len(strip.parts) > 1]
    if changing:
        page.heading("If one of the facts given were different, all else as given")
        page.table(
            ("fact", "if it were", "the answer", "patient", "source"),
            [row for strip in changing for row in _ranges(strip, _name(strip.fact, patient), page, patient)],
        )
    missing = [strip for strip in strips if strip.state == MISSING]
    if missing:
        page.heading("What is missing, and what it would leave")
        page.table(
            ("fact", "if it is", "leaves", "source"),
            [
                (name, text, leaves, cited)
                for strip in missing
                for name, text, leaves, _, cited in _ranges(strip, _name(strip.fact, patient), page, patient)
            ],
        )
    for state, label, text in (
        (TOLD, "given", "no other value changes the answer"),
        (TOGETHER, "missing", "can change the answer only together with others"),
        (SETTLED, "others", "cannot change the answer, all else as given"),
    ):
        same = [strip.fact for strip in strips if strip.state == state and strip not in changing]
        if same:
            page.line(f"{', '.join(same)}: {text}", label)


def _fact(page: Page, fact: str, strips: Sequence[Strip], patient: Patient) -> None:
    page.heading(f"{patient.vocabulary[fact].title} ({fact}): {patient.text(fact)}", 1)
    flipping = [strip for strip in strips if len(strip.parts) > 1]
    unit = patient.vocabulary[fact].unit
    if not strips:
        page.line("None of the schemes asked uses it.")
    if flipping:
        page.table(
            ("scheme", f"if it were ({unit})" if unit else "if it were", "the answer", "patient", "source"),
            [row for strip in flipping for row in _ranges(strip, strip.scheme.id, page, patient)],
        )
        _cut_offs(page, flipping)
    same = [strip.scheme.id for strip in strips if strip not in flipping and strip.state != TOGETHER]
    together = [strip.scheme.id for strip in strips if strip not in flipping and strip.state == TOGETHER]
    if same:
        page.line(f"{', '.join(same)}: no other value of it changes the answer, all else as given", "same")
    if together:
        page.line(f"{', '.join(together)}: it can change the answer only together with other facts", "together")


def _cut_offs(page: Page, strips: Sequence[Strip]) -> None:
    """For a number, the values at which answers flip, and under which schemes."""
    at: dict[tuple[float, bool], list[str]] = {}
    for strip in strips:
        for flip in strip.flips:
            at.setdefault((flip.value, not flip.included), []).append(strip.scheme.id)
    if at:
        page.heading("Where the answers flip")
        page.table(
            ("from", "under"),
            [
                (f"{'>' if above else '>='} {number_text(value)}", ", ".join(at[value, above]))
                for value, above in sorted(at)
            ],
        )


def _name(fact: str, patient: Patient) -> str:
    unit = patient.vocabulary[fact].unit
    return f"{fact} ({unit})" if unit else fact


def _ranges(strip: Strip, name: str, page: Page, patient: Patient) -> list[tuple[str, str, str, str, str]]:
    """One row a range; the name and the sources stand in the first."""
    cited = page.cite((c for rule in strip.rules for c in rule.cite), all(rule.checked for rule in strip.rules))
    several = sum(part.here for part in strip.parts) > 1
    rows = []
    for index, part in enumerate(strip.parts):
        here = f"{'may be' if several else 'is'} here: {patient.bare(strip.fact)}" if part.here else ""
        leaves = _groups(part.groups) if part.groups else "excluded by what else was given"
        rows.append((name if not index else "", part.text, leaves, here, cited if not index else ""))
    return rows


def _groups(groups: Sequence[str]) -> str:
    return " or ".join("does not apply" if group == NOT_APPLICABLE else group for group in groups)


def whatif_json(
    found: Found, answers: Answers, patient: Patient, library: RiskLibrary, facts: Sequence[str]
) -> dict[str, Any]:
    """The strips as plain data; bounds of numbers with whether they are included."""
    cited: dict[str, None] = {}
    return {
        **header(),
        "patient": patient.said(),
        "warnings": warning_texts(patient, library),
        "primary": answers.primary,
        "facts_asked": list(facts),
        "schemes": [
            {
                "scheme": id,
                "status": answers.brief[id].status,
                "possible": list(answers.brief[id].possible),
                "facts": [_strip_json(strip, patient, cited) for strip in strips],
            }
            for id, strips in found.items()
        ],
        "sources": references(cited, library),
    }


def _strip_json(strip: Strip, patient: Patient, cited: dict[str, None]) -> dict[str, Any]:
    return {
        "fact": strip.fact,
        "unit": patient.vocabulary[strip.fact].unit,
        "value": patient.text(strip.fact),
        "state": strip.state,
        "ranges": [_part_json(part) for part in strip.parts],
        "flips": [
            {
                "value": flip.value,
                "included": flip.included,
                "before": list(flip.before),
                "after": list(flip.after),
            }
            for flip in strip.flips
        ],
        "cite": citations_json((c for rule in strip.rules for c in rule.cite), cited),
        "checked": all(rule.checked for rule in strip.rules),
    }


def _part_json(part: Part) -> dict[str, Any]:
    values: dict[str, Any]
    if isinstance(part.possible, NumberSet):
        values = {
            "intervals": [
                {
                    "low": None if math.isinf(low) else low,
                    "low_included": not low_edge and not math.isinf(low),
                    "high": None if math.isinf(high) else high,
                    "high_included": not high_edge and not math.isinf(high),
                }
                for (low, low_edge), (high, high_edge) in part.possible.spans
            ]
        }
    else:
        values = {"values": sorted(part.possible)}
    return {"range": part.text, **values, "groups": list(part.groups), "here": part.here}
