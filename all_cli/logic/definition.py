"""A fact that a scheme defines: what other facts leave of it, such as the CNS status by the counts of the fluid.

The rules of the scheme are compiled over its facts; what a patient's facts leave is the union over the rules that some
completion comes to. A rule that the vocabulary does not name, and a patient outside the scheme's population, leave the
fact open.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.logic.diagram import Diagram
from all_cli.logic.expression import Expression, unpack
from all_cli.logic.values import ChoiceSet, Possible


class Definition(NamedTuple):
    """How a fact follows from others.

    Attributes:
        fact: the fact that is defined.
        conditions: in the order in which they are tried; the first that holds decides.
        values: per condition the values that the fact then has, and those if none holds.
        needs: facts without which nothing follows.
        diagram: the conditions over the facts that they ask for.
    """

    fact: str
    conditions: tuple[Expression, ...]
    values: tuple[ChoiceSet, ...]
    needs: tuple[str, ...]
    diagram: Diagram

    @property
    def asks(self) -> tuple[str, ...]:
        """The facts from which it follows."""
        return tuple(axis.fact for axis in self.diagram.axes)

    def left(self, known: Mapping[str, Possible]) -> ChoiceSet:
        """The values that the fact can still have."""
        masks = [axis.mask(known[axis.fact]) if axis.fact in known else axis.domain for axis in self.diagram.axes]
        return self.values_of(self.diagram.reach(masks))

    def reasons(self, known: Mapping[str, Possible], left: ChoiceSet) -> list[str]:
        """The known facts from which ``left`` follows, none of them idle."""
        kept = {fact: known[fact] for fact in self.asks if fact in known}
        for fact in list(kept):
            others = {other: possible for other, possible in kept.items() if other != fact}
            if self.left(others) <= left:
                kept = others
        return list(kept)

    def values_of(self, leaves: int) -> ChoiceSet:
        """The values that a bit mask of the diagram's answers leaves."""
        return ChoiceSet().union(*(values for leaf, values in enumerate(self.values) if leaves >> leaf & 1))


@lru_cache(maxsize=4)
def definitions_in(vocabulary: Vocabulary) -> Mapping[str, Definition]:
    """How the facts that have a definition follow from others, by fact."""
    return {fact.id: _opened(fact.id, fact.definition) for fact in vocabulary.facts.values() if fact.definition}


def _opened(fact: str, packed: tuple[Any, ...]) -> Definition:
    conditions, values, needs, diagram = packed
    return Definition(
        fact, tuple(map(unpack, conditions)), tuple(map(ChoiceSet, values)), needs, Diagram.unpack(diagram)
    )
