"""A scheme's answer for a patient: the exact set of groups still possible, why, and what would decide."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from all_cli.knowledge.sources import Citation
from all_cli.knowledge.vocabulary import Fact, Vocabulary
from all_cli.logic.axis import Axis
from all_cli.logic.diagram import Diagram
from all_cli.logic.explain import truth
from all_cli.logic.expression import Expression, names, tests
from all_cli.logic.values import ABSENT, PRESENT, NumberSet, possible_text, whole_domain
from all_cli.patient.patient import Patient
from all_cli.patient.reading import words_text
from all_cli.risk.scheme import NOT_APPLICABLE, UNCLASSIFIED, Rule, Scheme, Statement

_WHO = frozenset({"age", "lineage", "sex"})

ASSIGNED, INDETERMINATE = "assigned", "indeterminate"
INVALID = "invalid"  # of a row of a table alone


class Decision(NamedTuple):
    """A rule that decides for some completion of the patient; for an assigned group, the reason for it.

    ``certain`` says that its condition holds whatever the unknown facts are.
    """

    rule: str
    groups: tuple[str, ...]
    when: str
    because: tuple[str, ...]
    cite: tuple[Citation, ...]
    checked: bool
    note: str = ""
    certain: bool = False


def cites(decisions: Iterable[Decision]) -> tuple[Citation, ...]:
    """What decisions cite, each once."""
    return tuple(dict.fromkeys(citation for decision in decisions for citation in decision.cite))


class Range(NamedTuple):
    """Part of an unknown fact's values, and the groups it would leave."""

    text: str
    groups: tuple[str, ...]


class Missing(NamedTuple):
    """An unknown (or not exactly known) fact on which the answer depends."""

    fact: str
    ranges: tuple[Range, ...]


class Verdict(NamedTuple):
    """The answer of one scheme.

    ``possible`` holds the groups that some completion of the patient comes to, in the scheme's order, and
    ``not-applicable`` if the patient may lie outside the population; ``group`` is set if exactly one group remains.
    """

    scheme: Scheme
    status: str
    group: str | None
    possible: tuple[str, ...]
    decided_by: tuple[Decision, ...]
    ruled_out: tuple[Decision, ...]
    missing: tuple[Missing, ...]
    notes: tuple[Statement, ...]
    reason: str
    checked: bool


def masks_of(diagram: Diagram, patient: Patient) -> list[int]:
    """What the diagram sees of a patient: per axis, the pieces still possible."""
    known = patient.known
    return [axis.mask(known[axis.fact].possible) if axis.fact in known else axis.domain for axis in diagram.axes]


def status_of(possible: Sequence[str]) -> tuple[str, str | None]:
    """Status and group that follow from the groups still possible."""
    if len(possible) != 1 or possible[0] == UNCLASSIFIED:
        return INDETERMINATE, None
    return (NOT_APPLICABLE, None) if possible[0] == NOT_APPLICABLE else (ASSIGNED, possible[0])


class Outcome(NamedTuple):
    """A verdict without its explanation, for tables: rule ids and facts in place of sentences."""

    status: str
    group: str | None
    possible: tuple[str, ...]
    rules: tuple[str, ...]
    missing: tuple[str, ...]
    reason: str


class Brief(NamedTuple):
    """The bare answer: status, group and the groups still possible."""

    status: str
    group: str | None
    possible: tuple[str, ...]

    @property
    def only(self) -> str | None:
        """The one group that is left, though the scheme may still not be for the patient."""
        left = [group for group in self.possible if group != NOT_APPLICABLE]
        return left[0] if len(left) == 1 and left[0] != UNCLASSIFIED else None


def brief(scheme: Scheme, patient: Patient) -> Brief:
    """The answer of :func:`judge` without any reason; both read it off the same diagram."""
    diagram = scheme.diagram
    possible = scheme.groups_of(diagram.reach(masks_of(diagram, patient)))
    return Brief(*status_of(possible), possible)


def outcome(scheme: Scheme, patient: Patient) -> Outcome:
    """The answer of :func:`judge` in brief; both read it off the same diagram."""
    return outcome_of(scheme, masks_of(scheme.diagram, patient), lambda: outside_reason(scheme, patient))


def outcome_of(scheme: Scheme, masks: list[int], outside: Callable[[], str]) -> Outcome:
    """As :func:`outcome`, of a patient of whom the diagram sees these masks; ``outside`` says why one is outside."""
    diagram = scheme.diagram
    leaves = diagram.reach(masks)
    possible = scheme.groups_of(leaves)
    status, group = status_of(possible)
    if status == NOT_APPLICABLE:
        return Outcome(status, None, possible, (), (), outside())
    missing: tuple[str, ...] = ()
    if status == INDETERMINATE:
        missing = tuple(diagram.axes[axis].fact for axis in diagram.mattering(masks, scheme.leaf_answers))
    return Outcome(status, group, possible, _rule_ids(scheme, leaves), missing, "")


def _rule_ids(scheme: Scheme, leaves: int) -> tuple[str, ...]:
    return tuple(f"{scheme.id}.{rule.id}" for number, rule in enumerate(scheme.rules, start=1) if leaves >> number & 1)


def judge(scheme: Scheme, patient: Patient) -> Verdict:
    """Apply a scheme to a patient and explain the answer.

    The groups are exact: each is reached by some completion of the patient, and no completion reaches another.
    """
    diagram = scheme.diagram
    masks = masks_of(diagram, patient)
    leaves = diagram.reach(masks)
    possible = scheme.groups_of(leaves)
    status, group = status_of(possible)
    if status == NOT_APPLICABLE:
        return _not_applicable(scheme, patient, possible)
    deciding = [rule for number, rule in enumerate(scheme.rules) if leaves >> (number + 1) & 1]
    decided = tuple(_decision(scheme, rule, True, patient) for rule in deciding)
    return Verdict(
        scheme,
        status,
        group,
        possible,
        decided,
        tuple(_decision(scheme, rule, False, patient) for rule in _ruled_out(scheme, deciding)),
        _missing(scheme, diagram, masks, patient) if status == INDETERMINATE else (),
        _notes(scheme, patient),
        _open_reason(possible) if status == INDETERMINATE else "",
        all(_is_checked(scheme, rule) for rule in (scheme.population, *deciding)),
    )


def judge_outside(scheme: Scheme, patient: Patient) -> Verdict:
    """What a quoted scheme's criteria would have said of a patient it is not for."""
    diagram = scheme.rules_alone
    leaves = diagram.reach(masks_of(diagram, patient)) << 1
    possible = scheme.groups_of(leaves)
    status, group = status_of(possible)
    deciding = [rule for number, rule in enumerate(scheme.rules) if leaves >> (number + 1) & 1]
    decided = tuple(_decision(scheme, rule, True, patient) for rule in deciding)
    reason = outside_reason(scheme, patient)
    return Verdict(scheme, status, group, possible, decided, (), (), (), reason, scheme.checked)


def _not_applicable(scheme: Scheme, patient: Patient, possible: tuple[str, ...]) -> Verdict:
    reason = outside_reason(scheme, patient)
    return Verdict(scheme, NOT_APPLICABLE, None, possible, (), (), (), (), reason, scheme.population.checked)


def outside_reason(scheme: Scheme, patient: Patient) -> str:
    """Why a scheme is not for a patient; it hangs on what is known of the facts of its population alone."""
    why = patient.reasons().because(scheme.population.when, False)
    return f"for {scheme.population.note}; here {', '.join(why)}"


def _open_reason(possible: tuple[str, ...]) -> str:
    return f"{len(possible)} groups still possible" if len(possible) > 1 else "no rule of the scheme holds"


def _decision(scheme: Scheme, rule: Rule, holds: bool, patient: Patient) -> Decision:
    reasons = patient.reasons()
    return Decision(
        f"{scheme.id}.{rule.id}",
        rule.groups,
        rule.text,
        tuple(reasons.because(rule.when, holds)),
        rule.cite,
        _is_checked(scheme, rule),
        rule.note,
        holds and reasons.truth(rule.when) is True,
    )


def _is_checked(scheme: Scheme, rule: Rule) -> bool:
    return rule.checked and all(scheme.definitions[name].checked for name in names(rule.when))


def _ruled_out(scheme: Scheme, deciding: list[Rule]) -> list[Rule]:
    """Rules before the last deciding one that no completion of the patient comes to."""
    if not deciding:
        return []
    last = max(scheme.rules.index(rule) for rule in deciding)
    return [rule for rule in scheme.rules[:last] if rule not in deciding]


def _missing(scheme: Scheme, diagram: Diagram, masks: list[int], patient: Patient) -> tuple[Missing, ...]:
    result = []
    for number, reached in diagram.reach_by_piece(masks, diagram.mattering(masks, scheme.leaf_answers)).items():
        axis = diagram.axes[number]
        left = {piece: scheme.groups_of(leaves) for piece, leaves in reached.items()}
        possible = masks[number]
        for piece, groups in left.items():
            if not groups:
                possible &= ~(1 << piece)
        ranges = tuple(
            Range(_text_of(patient.vocabulary, axis, mask), groups) for mask, groups in axis.runs(possible, left)
        )
        result.append(Missing(axis.fact, ranges))
    return tuple(result)


@lru_cache(1 << 10)  # most schemes ask for the same facts
def _text_of(vocabulary: Vocabulary, axis: Axis, mask: int) -> str:
    return range_text(vocabulary[axis.fact], axis, mask)


def range_text(fact: Fact, axis: Axis, mask: int) -> str:
    """The pieces of ``mask`` as a reader knows them: ``< 0.01``, ``CNS1 or CNS2``, ``present``."""
    possible = axis.possible(mask)
    if isinstance(possible, NumberSet):
        return possible_text(possible)
    return "any" if mask & axis.domain == axis.domain else words_text(fact, possible)


def _notes(scheme: Scheme, patient: Patient) -> tuple[Statement, ...]:
    """Notes without a condition, and those whose condition holds or whose facts are known but not exactly."""
    truth = patient.reasons().truth
    kept = []
    for note in scheme.notes:
        if note.when is not None:
            value = truth(note.when)
            if value is False or (
                value is None and not all(_narrowed(patient, test.fact) for test in tests(note.when))
            ):
                continue
        kept.append(note)
    return tuple(kept)


def figures(verdict: Verdict, patient: Patient) -> tuple[Statement, ...]:
    """The outcome figures of the group, without those whose condition does not hold for this patient.

    A figure of those with a genetic lesion is not shown while the lesion is not known; one of those without it is.
    """
    if verdict.group is None:
        return ()
    possible = patient.possible()

    def may_hold(when: Expression) -> bool:
        facts = [patient.vocabulary[test.fact] for test in tests(when)]
        lesions = {fact.id for fact in facts if fact.genetic and fact.kind == "flag"}
        absent = {id: frozenset({ABSENT}) for id in lesions if possible.get(id) != frozenset({PRESENT})}
        return truth(when, {**possible, **absent}) is not False

    outcomes = verdict.scheme.groups[verdict.group].outcome
    return tuple(outcome for outcome in outcomes if outcome.when is None or may_hold(outcome.when))


def settling(definition: Scheme, patient: Patient) -> tuple[str, ...]:
    """The facts on which the answer of a scheme still hangs, if anything was told that bears on it in particular.

    Age, lineage and sex bear on nearly every scheme, and say nothing in particular.
    """
    if not {*definition.facts} & {*patient.told} - _WHO:
        return ()
    return tuple(missing.fact for missing in judge(definition, patient).missing)


def _narrowed(patient: Patient, fact: str) -> bool:
    known = patient.known.get(fact)
    return known is not None and known.possible != whole_domain(patient.vocabulary[fact])
