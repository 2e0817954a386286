"""A decision tree as a page and as JSON."""

from __future__ import annotations

from typing import Any

from all_cli.logic.axis import Axis
from all_cli.logic.values import NumberSet
from all_cli.patient.patient import Patient
from all_cli.report.answers import citations_json, header, references
from all_cli.report.page import Page, Twig
from all_cli.risk.library import RiskLibrary
from all_cli.risk.scheme import UNCLASSIFIED, Scheme
from all_cli.risk.tree import MAY_APPLY, DecisionTree, End, range_text, values_of

SHADES = 5
PARTS_MEAN = "Every part is drawn once: where a branch says part 2, go on there."
NO_RULE = "no rule of the scheme holds"


def tree_page(tree: DecisionTree, patient: Patient, library: RiskLibrary) -> Page:
    """The tree part by part, the population test first, in words."""
    page = Page(library.sources)
    scheme = tree.scheme
    page.heading(f"{scheme.title} ({scheme.id}): decision tree", 1)
    if said := patient_text(patient):
        page.line(said, "Patient")
    for warning in patient.warnings:
        page.line(warning, "Note")
    population = scheme.population
    cited = page.cite(population.cite, population.checked)
    page.heading("First: is the scheme for this patient?")
    page.line(f"{population.note} {cited}", "for")
    page.line(population.text, "condition")
    page.line(population_answer(tree), "if not" if tree.status == MAY_APPLY else "here")
    for begin, part in tree.parts.items():
        page.heading(f"Part {part}" if len(tree.parts) > 1 else "Then ask")
        page.outline([_twig(tree, begin, "", page, library, begin)])
    if len(tree.parts) > 1:
        page.line(PARTS_MEAN)
    page.close()
    return page


def _twig(tree: DecisionTree, number: int, lead: str, page: Page, library: RiskLibrary, begin: int) -> Twig:
    """A question with its branches, an end, or the number of the part to go on in."""
    if number in tree.ends:
        end = tree.ends[number]
        return Twig(lead, group_text(tree.scheme, end), rule_text(end, page), shade=shade(tree.scheme, end.groups))
    if number in tree.parts and number != begin:
        return Twig(lead, f"part {tree.parts[number]}", f"({fact_text(tree, number, library)})")
    axis, branches = tree.questions[number]
    fact = library.vocabulary[axis.fact]
    below = tuple(_twig(tree, b.to, range_text(fact, axis, b.mask), page, library, begin) for b in branches)
    return Twig(lead, fact.title, f"({fact.id})", below)


def fact_text(tree: DecisionTree, number: int, library: RiskLibrary) -> str:
    """What a question asks, in words."""
    return library.vocabulary[tree.questions[number].axis.fact].title


def group_text(scheme: Scheme, end: End) -> str:
    """The group that an end leaves; the groups, where the source leaves it open; or that no rule holds."""
    if end.rule is None:
        return NO_RULE
    return " or ".join(scheme.groups[group].label for group in end.groups)


def rule_text(end: End, page: Page) -> str:
    """``(rule wbc) [1]``: the deciding rule with the numbers of its references, † if unchecked."""
    return f"(rule {end.rule.id}) {page.cite(end.rule.cite, end.checked)}" if end.rule else ""


def patient_text(patient: Patient) -> str:
    """What was said of the patient, or nothing."""
    return ", ".join(f"{id} {text}" for id, text in patient.said().items())


def population_answer(tree: DecisionTree) -> str:
    """What follows from the population test, for what is known."""
    if tree.root is None:
        return f"the scheme does not apply: it is {tree.reason}"
    if tree.status == MAY_APPLY:
        return "the scheme does not apply, and the tree says nothing"
    return "the scheme applies to a patient of whom this is known"


def shade(scheme: Scheme, groups: tuple[str, ...]) -> int | None:
    """How grave a group is among those of its scheme, from 0 to 4; None where it is open or the source does not say."""
    if len(groups) != 1 or groups[0] == UNCLASSIFIED:
        return None
    grades = sorted({group.severity for group in scheme.groups.values() if group.severity is not None})
    severity = scheme.groups[groups[0]].severity
    if severity is None or len(grades) < 2:
        return None
    return round(grades.index(severity) * (SHADES - 1) / (len(grades) - 1))


def tree_json(tree: DecisionTree, patient: Patient, library: RiskLibrary) -> dict[str, Any]:
    """The tree as plain data: nodes by number, each a question with its branches or the end of a path."""
    scheme, cited = tree.scheme, dict[str, None]()
    population = {
        "when": scheme.population.text,
        "text": scheme.population.note,
        "cite": citations_json(scheme.population.cite, cited),
        "checked": scheme.population.checked,
    }
    questions = [_question_json(tree, number, library) for number in tree.questions]
    ends = [_end_json(scheme, number, end, cited) for number, end in tree.ends.items()]
    return {
        **header(),
        "scheme": scheme.id,
        "title": scheme.title,
        "patient": patient.said(),
        "warnings": patient.warnings,
        "status": tree.status,
        "reason": tree.reason,
        "population": population,
        "groups": [
            {"id": group.id, "label": group.label, "severity": group.severity} for group in scheme.groups.values()
        ],
        "root": tree.root,
        "nodes": [*questions, *ends],
        "sources": references(cited, library),
    }


def _question_json(tree: DecisionTree, number: int, library: RiskLibrary) -> dict[str, Any]:
    axis, branches = tree.questions[number]
    fact = library.vocabulary[axis.fact]
    return {
        "id": number,
        "fact": fact.id,
        "title": fact.title,
        "unit": fact.unit,
        **({"part": tree.parts[number]} if number in tree.parts else {}),
        "branches": [
            {"if": range_text(fact, axis, mask), **_values_json(axis, mask), "to": to} for mask, to in branches
        ],
    }


def _values_json(axis: Axis, mask: int) -> dict[str, Any]:
    """The values of a branch for a program to compare with: words, or intervals whose open ends are null."""
    possible = values_of(axis, mask)
    if not isinstance(possible, NumberSet):
        return {"values": [word for word in axis.words if word in possible]}
    unbounded = (float("-inf"), float("inf"))
    return {
        "ranges": [
            {
                "low": None if low in unbounded else low,
                "low_included": low_edge == 0,
                "high": None if high in unbounded else high,
                "high_included": high_edge == 0,
            }
            for (low, low_edge), (high, high_edge) in possible.spans
        ]
    }


def _end_json(scheme: Scheme, number: int, end: End, cited: dict[str, None]) -> dict[str, Any]:
    rule = end.rule
    return {
        "id": number,
        "rule": f"{scheme.id}.{rule.id}" if rule else None,
        "groups": list(end.groups),
        "when": rule.text if rule else "",
        "cite": citations_json(rule.cite, cited) if rule else [],
        "checked": end.checked,
    }
