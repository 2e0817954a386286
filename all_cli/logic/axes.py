"""The axes of the facts that conditions ask for, and what the vocabulary says of these facts about each other."""

from collections.abc import Iterable, Sequence

from all_cli.knowledge.vocabulary import Fact, Vocabulary
from all_cli.logic.axis import Axis
from all_cli.logic.diagram import Diagram, Implication, build_diagram
from all_cli.logic.expression import AllOf, Compare, Expression, tests
from all_cli.logic.values import NumberSet, Possible, whole_domain


def axis_of(fact: Fact, conditions: Iterable[Expression]) -> Axis:
    """The axis of a fact, cut where the conditions cut it."""
    if fact.kind != "number":
        return Axis.of_words(fact.id, tuple(fact.values))
    cuts = {
        test.value for item in conditions for test in tests(item) if isinstance(test, Compare) and test.fact == fact.id
    }
    domain = whole_domain(fact)
    assert isinstance(domain, NumberSet)
    return Axis.of_number(fact.id, cuts, domain, fact.whole)


def implications_between(axes: Sequence[Axis], vocabulary: Vocabulary) -> list[Implication]:
    """What the vocabulary says of the axes' facts about each other, also by way of facts that are not among them."""
    steps = {
        (fact.id, frozenset(when), other, frozenset(allowed))
        for fact in vocabulary.facts.values()
        for when, other, allowed in fact.implies
    }
    while True:
        longer = {
            (a, when, c, allowed)
            for a, when, b, middle in steps
            for b2, when2, c, allowed in steps
            if b == b2 and middle <= when2
        } - steps
        if not longer:
            break
        steps |= longer
    index = {axis.fact: number for number, axis in enumerate(axes)}
    return sorted(
        (index[a], axes[index[a]].mask(when), index[b], axes[index[b]].mask(allowed))
        for a, when, b, allowed in steps
        if a in index and b in index
    )


def witness_of(diagram: Diagram, masks: Sequence[int] | None) -> dict[str, Possible]:
    """The patient whose masks these are, fact by fact; facts that need not be known are left out."""
    if masks is None:
        return {}
    return {
        axis.fact: axis.possible(mask) for axis, mask in zip(diagram.axes, masks, strict=True) if mask != axis.domain
    }


def somebody(conditions: Sequence[Expression], vocabulary: Vocabulary) -> dict[str, Possible] | None:
    """A patient who meets all conditions, fact by fact; None if no patient can. Nothing is sampled."""
    facts = dict.fromkeys(test.fact for item in conditions for test in tests(item))
    axes = [axis_of(vocabulary[fact], conditions) for fact in facts]
    diagram = build_diagram([AllOf(tuple(conditions))], axes, implications_between(axes, vocabulary))
    masks = diagram.witness(0)
    return None if masks is None else witness_of(diagram, masks)
