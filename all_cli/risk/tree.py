"""A scheme's decision tree: the questions it asks in order, and the rule at the end of every path.

The tree is read off the scheme's exact diagram, with the population test taken out and asked first: for a patient the
scheme is for, walking the tree comes to the very rule that :func:`all_cli.risk.verdict.judge` says decides. For a
patient of whom something is known, only what is still possible is left.

Questions that several paths lead to are one question. So that each is drawn once, the tree is cut into numbered parts
that begin where paths meet, and where a path grows too long to be drawn without a break.
"""

from math import isinf
from typing import NamedTuple

from all_cli.knowledge.vocabulary import Fact
from all_cli.logic.axis import Axis
from all_cli.logic.diagram import IMPOSSIBLE
from all_cli.logic.expression import names
from all_cli.logic.values import NumberSet, Possible, Span, number_text, span_text
from all_cli.patient.patient import Patient
from all_cli.patient.reading import words_text
from all_cli.risk.scheme import NOT_APPLICABLE, UNCLASSIFIED, Rule, Scheme
from all_cli.risk.verdict import judge, masks_of

APPLIES, MAY_APPLY = "applies", "may-apply"
# Questions below one another within a part; one more is allowed where it ends the path. Six levels are 18 columns of
# indentation, which leaves room for words at 60 columns.
_DEPTH = 5
_OUTSIDE = 0


class Branch(NamedTuple):
    """Values of a fact, as a mask of its axis' pieces, and the question or end that they lead to."""

    mask: int
    to: int


class Question(NamedTuple):
    """A fact to look at, and where its values lead; branches in the order of the values."""

    axis: Axis
    branches: tuple[Branch, ...]


class End(NamedTuple):
    """Where a path ends: the deciding rule with its groups, or None where no rule of the scheme holds.

    ``checked`` says whether the rule and the definitions it leans on were read in their sources.
    """

    rule: Rule | None
    groups: tuple[str, ...]
    checked: bool


class DecisionTree(NamedTuple):
    """The tree of one scheme, pruned to what is possible for a patient.

    ``status`` is ``applies`` (the patient is in the population), ``may-apply`` (some completions are) or
    ``not-applicable`` (then the tree is empty, ``root`` is None and ``reason`` says why). Questions and ends are
    numbered together; ``parts`` maps the question (or end) at which a part begins to the number of the part, from 1.
    """

    scheme: Scheme
    status: str
    reason: str
    root: int | None
    questions: dict[int, Question]
    ends: dict[int, End]
    parts: dict[int, int]


def decision_tree(scheme: Scheme, patient: Patient) -> DecisionTree:
    """The decision tree of ``scheme`` for what is known of ``patient`` (nothing known: the whole tree)."""
    masks = masks_of(scheme.diagram, patient)
    reached = scheme.diagram.reach(masks)
    if not reached >> 1:
        return DecisionTree(scheme, NOT_APPLICABLE, judge(scheme, patient).reason, None, {}, {}, {})
    root, questions = _pruned(scheme, masks)
    status = MAY_APPLY if reached >> _OUTSIDE & 1 else APPLIES
    ends = {leaf: _end(scheme, leaf) for leaf in range(1, scheme.diagram.leaves) if reached >> leaf & 1}
    return DecisionTree(scheme, status, "", root, questions, ends, _parts(root, questions))


def range_text(fact: Fact, axis: Axis, mask: int) -> str:
    """The pieces of ``mask`` as a reader knows them, with the unit: ``< 0.01 %``, ``CNS1 or CNS2``, ``present``."""
    possible = values_of(axis, mask)
    if not isinstance(possible, NumberSet):
        return words_text(fact, possible)
    spans = [_whole_text(span) if axis.whole else span_text(span) for span in possible.spans]
    return f"{' or '.join(spans)} {fact.unit}".strip()


def values_of(axis: Axis, mask: int) -> Possible:
    """The values in the pieces of ``mask``; whole numbers that follow one another are one interval."""
    possible = axis.possible(mask)
    if not axis.whole or not isinstance(possible, NumberSet):
        return possible
    spans: list[Span] = []
    for low, high in possible.spans:
        if spans and low[0] == spans[-1][1][0] + 1:
            spans[-1] = (spans[-1][0], high)
        else:
            spans.append((low, high))
    return NumberSet(tuple(spans))


def _whole_text(span: Span) -> str:
    """An interval of whole numbers: ``24–39``, ``<= 23``, ``44``."""
    (low, _), (high, _) = span
    if low == high or isinf(low) or isinf(high):
        return span_text(span)
    return f"{number_text(low)}–{number_text(high)}"


def _pruned(scheme: Scheme, masks: list[int]) -> tuple[int, dict[int, Question]]:
    """The diagram within ``masks`` and the population: questions with one way on left are not asked."""
    diagram = scheme.diagram
    found: dict[int, int] = {_OUTSIDE: IMPOSSIBLE, IMPOSSIBLE: IMPOSSIBLE}
    numbers: dict[Question, int] = {}

    def pruned(node: int) -> int:
        if 0 < node < diagram.leaves:
            return node
        if node in found:
            return found[node]
        number, children = diagram.nodes[node - diagram.leaves]
        axis = diagram.axes[number]
        leads: dict[int, int] = {}
        for piece in axis.pieces(masks[number]):
            to = pruned(children[piece])
            if to != IMPOSSIBLE:
                leads[to] = leads.get(to, 0) | 1 << piece
        if len(leads) <= 1:
            found[node] = next(iter(leads), IMPOSSIBLE)
        else:
            question = Question(axis, tuple(Branch(mask, to) for to, mask in leads.items()))
            found[node] = numbers.setdefault(question, diagram.leaves + len(numbers))
        return found[node]

    root = pruned(diagram.root)
    return root, {number: question for question, number in numbers.items()}


def _end(scheme: Scheme, leaf: int) -> End:
    if leaf == scheme.diagram.leaves - 1:
        return End(None, (UNCLASSIFIED,), True)
    rule = scheme.rules[leaf - 1]
    checked = rule.checked and all(scheme.definitions[name].checked for name in names(rule.when))
    return End(rule, rule.groups, checked)


def _parts(root: int, questions: dict[int, Question]) -> dict[int, int]:
    """Where parts begin, numbered in the order in which a reader is sent to them."""
    met: dict[int, int] = {}
    for question in questions.values():
        for branch in question.branches:
            met[branch.to] = met.get(branch.to, 0) + 1
    begins = {root, *(number for number in questions if met.get(number, 0) > 1)}

    def height(number: int) -> int:
        """How many questions stand below one another before the next part or the end."""
        if number not in questions:
            return 0
        return 1 + max(0 if b.to in begins else height(b.to) for b in questions[number].branches)

    parts = {root: 1}
    waiting = [root]

    def read(number: int, depth: int) -> None:
        for branch in questions[number].branches:
            to = branch.to
            if to not in questions:
                continue
            if to not in begins and depth >= _DEPTH and height(to) > 1:
                begins.add(to)
            if to not in begins:
                read(to, depth + 1)
            elif to not in parts:
                parts[to] = len(parts) + 1
                waiting.append(to)

    for begin in waiting:  # grows while it is read
        if begin in questions:
            read(begin, 1)
    return parts
