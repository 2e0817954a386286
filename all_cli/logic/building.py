"""From an ordered list of conditions to the decision diagram: facts split at their cut-offs, equal remainders once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from all_cli.logic.axis import Axis
from all_cli.logic.diagram import IMPOSSIBLE, Diagram, Implication, propagate
from all_cli.logic.expression import AllOf, Always, AnyOf, AtLeast, Compare, Expression, Named, Not, OneOf

# A condition with facts filled in: True, False, or a tuple ("c", axis, mask), ("!", item), ("&" or "|", items),
# ("#", number, items). Tuples hash and compare, which makes equal remainders one state.
Residual = Any


def build_diagram(
    rules: Sequence[Expression], axes: Sequence[Axis], implications: Iterable[Implication] = ()
) -> Diagram:
    """Compile an ordered list of conditions; leaf i is rule i, the last leaf that none holds.

    Args:
        rules: the conditions, in the order in which they are tried.
        axes: the facts they use, in the order in which the diagram asks.
        implications: what one fact's values say about another's; completions that break one are impossible.
    """
    return _Builder(rules, tuple(axes), tuple(implications)).diagram()


class _Builder:
    def __init__(
        self, rules: Sequence[Expression], axes: tuple[Axis, ...], implications: tuple[Implication, ...]
    ) -> None:
        self.axes = axes
        self.index = {axis.fact: number for number, axis in enumerate(axes)}
        self.rules = [self.residual(rule) for rule in rules]
        self.implications = implications
        self.leaves = len(rules) + 1
        self.nodes: list[tuple[int, tuple[int, ...]]] = []
        self.unique: dict[tuple[int, tuple[int, ...]], int] = {}
        self.memo: dict[Any, int] = {}
        self.filled: dict[tuple[Residual, int, int], Residual] = {}
        self.used: dict[Residual, frozenset[int]] = {}

    def diagram(self) -> Diagram:
        allowed = self.propagate(tuple(axis.domain for axis in self.axes))
        remaining = self.remaining(list(enumerate(self.rules)))
        root = IMPOSSIBLE if allowed is None else self.node(0, remaining, allowed)
        return Diagram(self.axes, self.leaves, tuple(self.nodes), root, self.implications, self.below())

    def below(self) -> tuple[int, ...]:
        """Per node, the answers under it; children are numbered before their parents."""
        found: list[int] = []
        for _, children in self.nodes:
            answers = 0
            for child in children:
                if child >= 0:
                    answers |= 1 << child if child < self.leaves else found[child - self.leaves]
            found.append(answers)
        return tuple(found)

    def residual(self, expression: Expression) -> Residual:
        match expression:
            case Compare() | OneOf():
                axis = self.index[expression.fact]
                mask = self.axes[axis].mask(expression.allowed)
                return mask == self.axes[axis].domain if mask in (0, self.axes[axis].domain) else ("c", axis, mask)
            case Named(_, item):
                return self.residual(item)
            case Not(item):
                return _negated(self.residual(item))
            case AllOf(items):
                return _joined("&", [self.residual(item) for item in items])
            case AnyOf(items):
                return _joined("|", [self.residual(item) for item in items])
            case AtLeast(number, items):
                return _counted(number, [self.residual(item) for item in items])
            case Always(value):
                return value

    def remaining(self, rules: list[tuple[int, Residual]]) -> tuple[tuple[int, Residual], ...]:
        """Rules that may still decide: those that cannot hold dropped, those behind a certain one too."""
        kept = []
        for number, condition in rules:
            if condition is False:
                continue
            kept.append((number, condition))
            if condition is True:
                return tuple(kept)
        kept.append((self.leaves - 1, True))
        return tuple(kept)

    def node(self, axis: int, rules: tuple[tuple[int, Residual], ...], allowed: tuple[int, ...]) -> int:
        if rules[0][1] is True:
            return rules[0][0]
        while not any(axis in self.support(condition) for _, condition in rules):
            axis += 1
        key = (axis, rules, allowed)
        known = self.memo.get(key)
        if known is None:
            known = self.memo[key] = self.split(axis, rules, allowed)
        return known

    def split(self, axis: int, rules: tuple[tuple[int, Residual], ...], allowed: tuple[int, ...]) -> int:
        children = []
        count = len(self.axes[axis].words) or 2 * len(self.axes[axis].cuts) + 1
        for piece in range(count):
            child = IMPOSSIBLE
            if allowed[axis] >> piece & 1:
                narrowed = self.propagate((*allowed[:axis], 1 << piece, *allowed[axis + 1 :]))
                if narrowed is not None:
                    left = self.remaining([(number, self.fill(rule, axis, piece)) for number, rule in rules])
                    child = self.node(axis + 1, left, self.forget(narrowed, axis))
            children.append(child)
        possible = {child for child in children if child != IMPOSSIBLE}
        if len(possible) <= 1:
            return possible.pop() if possible else IMPOSSIBLE
        entry = (axis, tuple(children))
        if entry not in self.unique:
            self.unique[entry] = self.leaves + len(self.nodes)
            self.nodes.append(entry)
        return self.unique[entry]

    def forget(self, allowed: tuple[int, ...], axis: int) -> tuple[int, ...]:
        """Widen again a decided axis that no implication links to others: it can no longer make a difference."""
        linked = any(axis in (a, b) for a, _, b, _ in self.implications)
        return allowed if linked else (*allowed[:axis], self.axes[axis].domain, *allowed[axis + 1 :])

    def propagate(self, allowed: tuple[int, ...]) -> tuple[int, ...] | None:
        return propagate(self.implications, allowed)

    def fill(self, condition: Residual, axis: int, piece: int) -> Residual:
        if isinstance(condition, bool) or axis not in self.support(condition):
            return condition
        key = (condition, axis, piece)
        if key not in self.filled:
            self.filled[key] = self._fill(condition, axis, piece)
        return self.filled[key]

    def _fill(self, condition: Residual, axis: int, piece: int) -> Residual:
        match condition[0]:
            case "c":
                return bool(condition[2] >> piece & 1)
            case "!":
                return _negated(self.fill(condition[1], axis, piece))
            case "#":
                return _counted(condition[1], [self.fill(item, axis, piece) for item in condition[2]])
            case sign:
                return _joined(sign, [self.fill(item, axis, piece) for item in condition[1]])

    def support(self, condition: Residual) -> frozenset[int]:
        """The axes that the condition still hangs on."""
        if isinstance(condition, bool):
            return frozenset()
        if condition not in self.used:
            match condition[0]:
                case "c":
                    result = frozenset({condition[1]})
                case "!":
                    result = self.support(condition[1])
                case "#":
                    result = frozenset[int]().union(*map(self.support, condition[2]))
                case _:
                    result = frozenset[int]().union(*map(self.support, condition[1]))
            self.used[condition] = result
        return self.used[condition]


def _negated(item: Residual) -> Residual:
    if isinstance(item, bool):
        return not item
    return item[1] if item[0] == "!" else ("!", item)


def _joined(sign: str, items: list[Residual]) -> Residual:
    """``&`` or ``|`` of the items, simplified: constants absorbed, nested ones opened, repeats dropped."""
    absorbing = sign == "|"
    kept: dict[Residual, None] = {}
    for item in items:
        if item is absorbing:
            return absorbing
        if isinstance(item, bool):
            continue
        for inner in item[1] if item[0] == sign else (item,):
            kept[inner] = None
    if not kept:
        return not absorbing
    return next(iter(kept)) if len(kept) == 1 else (sign, tuple(kept))


def _counted(number: int, items: list[Residual]) -> Residual:
    """At least ``number`` of the items, constants taken out."""
    number -= sum(item is True for item in items)
    open_items = tuple(item for item in items if not isinstance(item, bool))
    if number <= 0:
        return True
    if number > len(open_items):
        return False
    if number == len(open_items):
        return _joined("&", list(open_items))
    return _joined("|", list(open_items)) if number == 1 else ("#", number, open_items)
