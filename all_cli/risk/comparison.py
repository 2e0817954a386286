"""One patient under many schemes: what each answers and why, and where two draw the line differently.

Disagreement has one meaning here. Two schemes disagree if they are for the same audience, both order all their groups
by severity, one assigns the patient to its mildest group and the other to its most severe, and the deciding comparisons
cross on a fact: the patient lies on the severe side of one's line and on the mild side of the other's (``wbc >= 25``
here, ``wbc < 50`` there, at 45). Opposite ends that are decided on different facts answer different questions; they are
counted, not listed.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from all_cli.knowledge.sources import Citation
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.logic.explain import because, deciding, truth
from all_cli.logic.expression import NEGATED, Compare, Test
from all_cli.logic.expression import tests as tests_of
from all_cli.logic.values import NumberSet, Possible, intersect, whole_domain
from all_cli.patient.patient import Patient
from all_cli.risk.answers import Answers
from all_cli.risk.library import RiskLibrary
from all_cli.risk.scheme import NOT_APPLICABLE, Rule, Scheme
from all_cli.risk.verdict import ASSIGNED, Brief, Decision, masks_of, outcome

MILD, SEVERE = "mild", "severe"


class Excluded(NamedTuple):
    """A group that an open answer no longer holds, and the comparisons that exclude it."""

    group: str
    because: tuple[str, ...]


class Row(NamedTuple):
    """One scheme's answer: ``decisions`` why it is assigned, ``excluded`` what an open one rules out already.

    ``missing`` names the facts on which an open answer still depends; ``narrowed`` says whether anything known of the
    patient has ruled out a group; ``cite`` holds the sources of what is shown.
    """

    scheme: Scheme
    answer: Brief
    narrowed: bool
    decisions: tuple[Decision, ...]
    excluded: tuple[Excluded, ...]
    missing: tuple[str, ...]
    reason: str
    cite: tuple[Citation, ...]
    checked: bool


class Side(NamedTuple):
    """A scheme at one end of its groups, with the comparisons on the facts in dispute."""

    scheme: str
    group: str
    because: tuple[str, ...]


class Disagreement(NamedTuple):
    """A scheme that puts the patient at its severe end, and one that puts the same patient at its mild end."""

    facts: tuple[str, ...]
    severe: Side
    mild: Side


class Comparison(NamedTuple):
    """The rows in the order asked, the disagreements, and how many pairs at opposite ends decide on different facts."""

    rows: tuple[Row, ...]
    disagreements: tuple[Disagreement, ...]
    different_questions: int


def compare(answers: Answers, patient: Patient, library: RiskLibrary, ids: Sequence[str]) -> Comparison:
    """The answers of the schemes ``ids`` side by side.

    Args:
        answers: the answers on the patient; must hold each of ``ids``.
        patient: the patient.
        library: where the schemes are.
        ids: the schemes to show, in order.
    """
    rows = tuple(_row(library.schemes[id], answers, patient) for id in ids)
    return Comparison(rows, *_disagreements(rows, patient))


def unasked(
    answers: Answers, patient: Patient, library: RiskLibrary, first: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What does not bear on the answer of a scheme, where that is not its gravest and others' is by it.

    A scheme that draws its line elsewhere on a fact that bears on the first as well is none of these: the two disagree.

    Returns:
        The facts, and the schemes for the same audience or all ages that decide on them; both empty where there are
        none, or where the scheme leaves several groups.
    """
    top = library.schemes[first]
    group, levels = answers.brief[first].only, _levels(top)
    if group is None or levels is None or levels[group] == max(levels.values()):
        return (), ()
    mild_tests = _settled_tests(top, answers.verdict(first).decided_by, patient)
    heeded = {*mild_tests, *(test.fact for test in tests_of(top.population.when))}
    facts: dict[str, None] = {}
    graver = []
    for id in answers.applicable:
        scheme = library.schemes[id]
        if answers.brief[id].group is None or scheme.audience not in (top.audience, "all-ages"):
            continue
        row = _row(scheme, answers, patient)
        if end_of(row) != SEVERE:
            continue
        tests = _settled_tests(scheme, row.decisions, patient)
        new = [fact for fact in tests if fact not in heeded and not _bears(top, fact, patient)]
        if new and not _crossing(tests, mild_tests, patient):
            facts.update(dict.fromkeys(new))
            graver.append(id)
    return tuple(facts), tuple(graver)


def _bears(scheme: Scheme, fact: str, patient: Patient) -> bool:
    """Whether another value of a fact could change a scheme's answer."""
    masks = masks_of(scheme.diagram, patient)
    freed = [axis.domain if axis.fact == fact else mask for axis, mask in zip(scheme.diagram.axes, masks, strict=True)]
    return scheme.diagram.reach(freed) != scheme.diagram.reach(masks)


def _row(scheme: Scheme, answers: Answers, patient: Patient) -> Row:
    answer = answers.brief[scheme.id]
    if answer.status == ASSIGNED:
        verdict = answers.verdict(scheme.id)
        cite = tuple(c for decision in verdict.decided_by for c in decision.cite)
        return Row(scheme, answer, True, verdict.decided_by, (), (), "", cite, verdict.checked)
    told = outcome(scheme, patient)
    if answer.status == NOT_APPLICABLE:
        population = scheme.population
        return Row(scheme, answer, True, (), (), (), told.reason, population.cite, population.checked)
    narrowed = not set(scheme.group_ids) <= set(answer.possible)
    rules = _excluding(scheme, answer, patient) if narrowed else {}
    excluded = tuple(Excluded(group, why) for group, (why, _) in rules.items())
    cited = [rule for _, behind in rules.values() for rule in behind]
    return Row(
        scheme, answer, narrowed, (), excluded, told.missing, "",
        tuple(c for rule in cited for c in rule.cite), all(rule.checked for rule in cited),
    )  # fmt: skip


def _excluding(scheme: Scheme, answer: Brief, patient: Patient) -> dict[str, tuple[tuple[str, ...], list[Rule]]]:
    """Per excluded group, the settled comparisons that keep each of its rules from holding; groups excluded only by an
    earlier rule, or by open comparisons together, are left out."""
    possible = patient.possible()
    found: dict[str, tuple[tuple[str, ...], list[Rule]]] = {}
    for group in scheme.group_ids:
        rules = [rule for rule in scheme.rules if group in rule.groups]
        if group not in answer.possible and all(truth(rule.when, possible) is False for rule in rules):
            why = dict.fromkeys(t for rule in rules for t in because(rule.when, False, possible, patient.bare))
            found[group] = tuple(text for text in why if not text.endswith("?")), rules
    return found


def _disagreements(rows: Sequence[Row], patient: Patient) -> tuple[tuple[Disagreement, ...], int]:
    ends: dict[str, list[tuple[Row, Mapping[str, list[tuple[Test, bool]]]]]] = {MILD: [], SEVERE: []}
    for row in rows:
        end = end_of(row)
        if end is not None:
            ends[end].append((row, _settled_tests(row.scheme, row.decisions, patient)))
    found, others = [], 0
    for severe, severe_tests in ends[SEVERE]:
        for mild, mild_tests in ends[MILD]:
            if severe.scheme.audience != mild.scheme.audience:
                continue
            facts = _crossing(severe_tests, mild_tests, patient)
            if facts:
                sides = [_side(row, facts, patient) for row in (severe, mild)]
                found.append(Disagreement(facts, sides[0], sides[1]))
            else:
                others += 1
    return tuple(found), others


def end_of(row: Row) -> str | None:
    """``mild`` or ``severe`` if the assigned group is the mildest or the most severe of a fully ordered scheme."""
    group = row.answer.group
    if group is None:
        return None
    levels = _levels(row.scheme)
    return None if levels is None else {min(levels.values()): MILD, max(levels.values()): SEVERE}.get(levels[group])


def _levels(scheme: Scheme) -> dict[str, int] | None:
    """The severity of each group, if a scheme orders all of them and they differ."""
    levels = {id: item.severity for id, item in scheme.groups.items() if item.severity is not None}
    return levels if len(levels) == len(scheme.groups) and len(set(levels.values())) > 1 else None


def _settled_tests(
    scheme: Scheme, decisions: Sequence[Decision], patient: Patient
) -> dict[str, list[tuple[Test, bool]]]:
    """Per fact, the comparisons of the deciding rules that what is known of the patient settles."""
    possible = patient.possible()
    ids = {decision.rule for decision in decisions}
    found: dict[str, list[tuple[Test, bool]]] = {}
    for rule in scheme.rules:
        if f"{scheme.id}.{rule.id}" in ids:
            for test, holds in deciding(rule.when, True, possible):
                if truth(test, possible) is holds:
                    found.setdefault(test.fact, []).append((test, holds))
    return found


def _crossing(
    one: Mapping[str, list[tuple[Test, bool]]], other: Mapping[str, list[tuple[Test, bool]]], patient: Patient
) -> tuple[str, ...]:
    """The facts on which two schemes draw the line differently."""
    return tuple(fact for fact in one if fact in other and _cross(fact, one[fact], other[fact], patient.vocabulary))


def _cross(fact: str, first: list[tuple[Test, bool]], second: list[tuple[Test, bool]], vocabulary: Vocabulary) -> bool:
    """Whether each side's comparisons on the fact allow values that the other's do not."""
    one, other = _allowed(fact, first, vocabulary), _allowed(fact, second, vocabulary)
    both = intersect(one, other)
    return both not in (one, other)


def _allowed(fact: str, tests: list[tuple[Test, bool]], vocabulary: Vocabulary) -> Possible:
    allowed = whole_domain(vocabulary[fact])
    for test, holds in tests:
        if isinstance(test, Compare):
            operator = test.operator if holds else NEGATED[test.operator]
            values: Possible = NumberSet.comparison(operator, test.value)
        else:
            values = test.values if holds else frozenset(vocabulary[fact].values) - test.values
        allowed = intersect(allowed, values)
    return allowed


def _side(row: Row, facts: tuple[str, ...], patient: Patient) -> Side:
    """The scheme's own words on the facts in dispute."""
    possible = patient.possible()
    why = dict.fromkeys(
        text
        for tests in (_settled_tests(row.scheme, row.decisions, patient)[fact] for fact in facts)
        for test, holds in tests
        for text in because(test, holds, possible, patient.bare)
    )
    assert row.answer.group is not None
    return Side(row.scheme.id, row.answer.group, tuple(why))
