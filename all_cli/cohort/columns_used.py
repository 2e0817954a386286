"""Which columns of a table bear on the schemes that are asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from all_cli.cohort.cells import facts_of
from all_cli.cohort.columns import Column
from all_cli.cohort.links import linked_facts
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.risk.scheme import Scheme


def unused_columns(vocabulary: Vocabulary, schemes: Iterable[Scheme], columns: Sequence[Column]) -> list[Column]:
    """The columns that are read and say nothing, themselves or by what follows, of any fact that a scheme asks for."""
    spoken = frozenset(fact for column in columns for fact in facts_of(column, vocabulary))
    linked = linked_facts(vocabulary, spoken)
    asked = {fact for scheme in schemes for fact in scheme.facts}
    found = []
    for column in columns:
        bears_on = {other for fact in facts_of(column, vocabulary) for other in linked[fact]}
        if bears_on and asked.isdisjoint(bears_on):
            found.append(column)
    return found
