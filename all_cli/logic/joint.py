"""Two diagrams walked together: which answers of the one and of the other the same patient can come to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from all_cli.logic.diagram import IMPOSSIBLE, Diagram


class Joint(NamedTuple):
    """Two diagrams as one: its answer ``a * width + b`` says that the first comes to ``a`` and the second to ``b``."""

    diagram: Diagram
    width: int

    def pairs(self) -> Iterator[tuple[int, int]]:
        """The pairs of answers that some patient comes to, ascending."""
        reached = self.diagram.reach(self.diagram.everything)
        while reached:
            low = reached & -reached
            yield divmod(low.bit_length() - 1, self.width)
            reached ^= low

    def witness(self, pair: tuple[int, int]) -> list[int] | None:
        """Masks of one patient who comes to this pair; facts that need not be known stay wide."""
        return self.diagram.witness(pair[0] * self.width + pair[1])


def joint_diagram(first: Diagram, second: Diagram, beings: Diagram) -> Joint:
    """Walk two diagrams together over all patients; exact, because every piece of every axis is tried.

    Args:
        first: a diagram.
        second: another, built on the same axes in the same order (cut at the cut-offs of both).
        beings: a diagram on the same axes whose answer 0 says that no patient can have such values.
    """
    axes = first.axes
    diagrams = (first, second, beings)
    nodes: list[tuple[int, tuple[int, ...]]] = []
    unique: dict[tuple[int, tuple[int, ...]], int] = {}
    memo: dict[tuple[int, ...], int] = {}
    leaves = first.leaves * second.leaves

    def walk(state: tuple[int, ...]) -> int:
        if IMPOSSIBLE in state or state[2] == 0:
            return IMPOSSIBLE
        if state not in memo:
            memo[state] = split(state)
        return memo[state]

    def split(state: tuple[int, ...]) -> int:
        tests = [
            None if node < diagram.leaves else diagram.nodes[node - diagram.leaves]
            for node, diagram in zip(state, diagrams, strict=True)
        ]
        asked = [test[0] for test in tests if test is not None]
        if not asked:
            return state[0] * second.leaves + state[1]
        axis = min(asked)
        children = []
        for piece in range(len(axes[axis].words) or 2 * len(axes[axis].cuts) + 1):
            if not axes[axis].domain >> piece & 1:
                children.append(IMPOSSIBLE)
                continue
            step = (
                node if test is None or test[0] != axis else test[1][piece]
                for node, test in zip(state, tests, strict=True)
            )  # fmt: skip
            children.append(walk(tuple(step)))
        possible = set(children) - {IMPOSSIBLE}
        if len(possible) <= 1:
            return possible.pop() if possible else IMPOSSIBLE
        entry = (axis, tuple(children))
        if entry not in unique:
            unique[entry] = leaves + len(nodes)
            nodes.append(entry)
        return unique[entry]

    root = walk((first.root, second.root, beings.root))
    return Joint(Diagram(axes, leaves, tuple(nodes), root), second.leaves)
