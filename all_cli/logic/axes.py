"""The axes of the facts that conditions ask for, and what the vocabulary says of these facts about each other."""

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache

from all_cli.knowledge.vocabulary import Fact, Vocabulary
from all_cli.logic.axis import Axis
from all_cli.logic.building import build_diagram
from all_cli.logic.diagram import Diagram, Implication
from all_cli.logic.expression import AllOf, Compare, Expression, tests
from all_cli.logic.values import ANY_NUMBER, NumberSet, Possible, values_of, whole_domain, within

_Step = tuple[str, Possible, str, Possible]  # one fact in these values: the other fact is in those


def axis_of(fact: Fact, conditions: Iterable[Expression]) -> Axis:
    """The axis of a fact, cut where the conditions cut it."""
    return axis_cut_at(fact, _cuts(fact.id, conditions))


def _cuts(fact: str, conditions: Iterable[Expression]) -> set[float]:
    compared = (test for item in conditions for test in tests(item) if isinstance(test, Compare))
    return {test.value for test in compared if test.fact == fact}


def axis_cut_at(fact: Fact, cuts: Iterable[float]) -> Axis:
    """The axis of a fact with these cut-offs, which a choice or flag has none of."""
    if fact.kind != "number":
        return Axis.of_words(fact.id, tuple(fact.values))
    domain = whole_domain(fact)
    assert isinstance(domain, NumberSet)
    return Axis.of_number(fact.id, cuts, domain, fact.whole)


def axes_of(facts: Iterable[str], conditions: Sequence[Expression], vocabulary: Vocabulary) -> list[Axis]:
    """The axes of facts, cut where the conditions cut them and where what they say of each other changes."""
    cuts = {fact: _cuts(fact, conditions) for fact in facts}
    cut_together(cuts, vocabulary)
    return [axis_cut_at(vocabulary[fact], at) for fact, at in cuts.items()]


def cut_together(cuts: dict[str, set[float]], vocabulary: Vocabulary) -> None:
    """Add to the cut-offs of facts those at which one of them says something else of another."""
    for a, when, b, allowed in _steps(vocabulary):
        if a in cuts and b in cuts:
            cuts[a].update(bounds_of(when))
            cuts[b].update(bounds_of(allowed))
    for cluster in _ordered(list(cuts), vocabulary):
        common = set[float]().union(*(cuts[fact] for fact in cluster))
        cuts.update((fact, common) for fact in cluster)


def bounds_of(possible: Possible) -> set[float]:
    """The numbers at which a set of numbers begins or ends; none for words."""
    if not isinstance(possible, NumberSet):
        return set()
    return {value for span in possible.spans for value, _ in span if math.isfinite(value)}


def implications_between(axes: Sequence[Axis], vocabulary: Vocabulary) -> list[Implication]:
    """What the vocabulary says of the axes' facts about each other, also by way of facts that are not among them.

    Exact for axes that :func:`axes_of` made.
    """
    index = {axis.fact: number for number, axis in enumerate(axes)}
    found = {
        (index[a], axes[index[a]].mask(when), index[b], axes[index[b]].mask(allowed))
        for a, when, b, allowed in _steps(vocabulary)
        if a in index and b in index
    }
    for lower in index:
        for upper in vocabulary[lower].at_most:
            if upper in index:
                a, b = axes[index[lower]], axes[index[upper]]
                bounds = [
                    NumberSet(((bound, ANY_NUMBER.spans[0][1]),)) for cut in a.cuts for bound in ((cut, 0), (cut, 1))
                ]
                found |= {(index[lower], a.mask(bound), index[upper], b.mask(bound)) for bound in bounds}
    return sorted(found)


@lru_cache(maxsize=4)
def _steps(vocabulary: Vocabulary) -> frozenset[_Step]:
    """Every implication of the vocabulary, and those that follow from one after another."""
    steps = {
        (fact.id, values_of(fact, when), other, values_of(vocabulary[other], allowed))
        for fact in vocabulary.facts.values()
        for when, other, allowed in fact.implies
    }
    while True:
        after: dict[str, list[_Step]] = {}
        for step in steps:
            after.setdefault(step[0], []).append(step)
        longer = {
            (a, when, c, allowed)
            for a, when, b, middle in steps
            for _, when_b, c, allowed in after.get(b, ())
            if within(middle, when_b)
        } - steps
        if not longer:
            return frozenset(steps)
        steps |= longer


def _ordered(facts: Collection[str], vocabulary: Vocabulary) -> Iterator[set[str]]:
    """The facts of which one cannot exceed another, those together that are linked so."""
    pairs = ({fact, *vocabulary[fact].at_most}.intersection(facts) for fact in facts)
    left = [some for some in pairs if len(some) > 1]
    while left:
        cluster = left.pop()
        while linked := [other for other in left if other & cluster]:
            cluster = cluster.union(*linked)
            left = [other for other in left if other not in linked]
        yield cluster


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
    axes = axes_of(facts, conditions, vocabulary)
    diagram = build_diagram([AllOf(tuple(conditions))], axes, implications_between(axes, vocabulary))
    masks = diagram.witness(0)
    return None if masks is None else witness_of(diagram, masks)
