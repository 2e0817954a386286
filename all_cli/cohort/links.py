"""Which facts bear on which: what a table can say of one may follow from, or contradict, what it says of another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from all_cli.cohort.cells import facts_of
from all_cli.cohort.columns import LEFT_ALONE, Column
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.logic.definition import definitions_in


def spoken_of(vocabulary: Vocabulary, columns: Sequence[Column]) -> frozenset[str]:
    """The facts of which columns speak."""
    read = (column for column in columns if column.reads != LEFT_ALONE)
    return frozenset(fact for column in read for fact in facts_of(column, vocabulary))


def with_linked(facts: frozenset[str], linked: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The facts and all that bears on them."""
    return frozenset[str]().union(*(linked[fact] for fact in facts))


@lru_cache(maxsize=16)
def linked_facts(vocabulary: Vocabulary, spoken: frozenset[str]) -> Mapping[str, frozenset[str]]:
    """Per fact, all facts that what is said of it can bear on, over any number of steps, and itself.

    A definition that needs facts of which the table says nothing links none: white cells and age stay apart unless
    there is a column of hours of steroid.
    """
    together: dict[str, set[str]] = {id: {id} for id in vocabulary.facts}

    def link(one: str, other: str) -> None:
        other = vocabulary[other].id
        if together[other] is not together[one]:
            together[one] |= together[other]
            for member in together[other]:
                together[member] = together[one]

    for fact in vocabulary.facts.values():
        for other in fact.linked:
            link(fact.id, other)
    can_be_known = set[str]().union(*(together[fact] for fact in spoken))
    for definition in definitions_in(vocabulary).values():
        if can_be_known.issuperset(definition.needs):
            for other in definition.asks:
                link(definition.fact, other)
    return {id: frozenset(members) for id, members in together.items()}
