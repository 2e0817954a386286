"""The decision diagram of an ordered list of rules: every patient's path to the rule that decides.

Rules are tried in order and the first that holds decides. Facts are taken in a fixed order; at each, the pieces of its
axis that leave the same rules standing share one branch, and branches that come to the same answer are one node. The
diagram is therefore exact where three-valued logic is not (``x >= 10 or x < 10`` is always true), and everything else
follows from it: the groups still possible, which unknown facts matter, whether a rule can ever decide, whether a
patient exists for whom none does.

Nodes are numbered. Nodes ``0 … leaves - 1`` are the answers (one per rule; the last says that no rule holds); a node
above is ``(axis, children)`` with one child per piece, or ``-1`` where no patient can be.
"""

import functools
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from all_cli.logic.axis import Axis

IMPOSSIBLE = -1
_WORD = 60  # answers that fit into one number of the cache

Implication = tuple[int, int, int, int]  # axis a, mask of a, axis b, mask of b: a in its mask means b in its own


class Defined(NamedTuple):
    """A fact that others define, as a part of a diagram: ``axis`` is its number, ``parts`` those of the others.

    ``leaves``, ``nodes`` and ``root`` are a diagram on the same axes; ``values`` holds, per answer of it, the mask of
    the defined fact. ``binds`` says that the definition bears on the facts asked for even if no other is known.
    """

    axis: int
    parts: tuple[int, ...]
    values: tuple[int, ...]
    leaves: int
    nodes: tuple[tuple[int, tuple[int, ...]], ...]
    root: int
    binds: bool = False

    def left(self, axes: tuple[Axis, ...], masks: Sequence[int]) -> int:
        """The mask of the values that the fact can still have."""
        reached = Diagram(axes, self.leaves, self.nodes, self.root).reach(masks)
        return functools.reduce(int.__or__, (mask for leaf, mask in enumerate(self.values) if reached >> leaf & 1), 0)


class Diagram(NamedTuple):
    """A compiled decision diagram; ``nodes[i]`` is node ``leaves + i``.

    The last ``unasked`` axes are of facts that no node asks for: they define one that is asked for, or are defined by
    such.

    ``below[i]`` is the bit mask of the answers under that node when nothing more is known: from the last known fact
    on, a walk need not go down. Empty if it was not worked out.
    """

    axes: tuple[Axis, ...]
    leaves: int
    nodes: tuple[tuple[int, tuple[int, ...]], ...]
    root: int
    implications: tuple[Implication, ...] = ()
    below: tuple[int, ...] = ()
    definitions: tuple[Defined, ...] = ()
    unasked: int = 0

    @property
    def asked(self) -> tuple[Axis, ...]:
        """The axes of the facts that the conditions ask for."""
        return self.axes[: len(self.axes) - self.unasked]

    @property
    def linked(self) -> set[int]:
        """The axes whose value can say something of another's."""
        return {
            *(axis for a, _, b, _ in self.implications for axis in (a, b)),
            *(axis for fact in self.definitions for axis in (fact.axis, *fact.parts)),
        }

    @property
    def everything(self) -> tuple[int, ...]:
        """The masks of a patient of whom nothing is known."""
        return tuple(axis.domain for axis in self.axes)

    def reach(self, masks: Sequence[int]) -> int:
        """Bit mask of the answers that some completion of the patient comes to.

        Args:
            masks: per axis, the pieces still possible, as :meth:`Axis.mask` gives them.
        """
        closed, linked = self._drawn(tuple(masks))
        if closed is None:
            return 0
        return self._reach_linked(self.root, closed, {}, {}) if linked else self._reach_plain(closed)

    def reach_by_piece(self, masks: Sequence[int], axes: Iterable[int]) -> dict[int, dict[int, int]]:
        """Per axis, and per piece of it still possible, what :meth:`reach` gives if the fact has that value.

        Where a value says nothing of another fact, one walk serves all: what lies below the nodes of the axis, and
        what paths come to that pass it by.
        """
        closed, linked = self._drawn(tuple(masks))
        walk = None if closed is None or linked else _Walk(self, closed)
        bound = self.linked if walk else set()

        def reached(axis: int, piece: int) -> int:
            if walk and axis not in bound:
                return walk.reach(axis, piece)
            one = (*masks[:axis], 1 << piece, *masks[axis + 1 :])
            if walk and self._drawn(one) == ((*walk.masks[:axis], 1 << piece, *walk.masks[axis + 1 :]), False):
                return walk.reach(axis, piece)
            return self.reach(one)

        return {axis: {piece: reached(axis, piece) for piece in self.axes[axis].pieces(masks[axis])} for axis in axes}

    def _drawn(self, masks: tuple[int, ...]) -> tuple[tuple[int, ...] | None, bool]:
        """The masks with all consequences drawn, and whether more has to be drawn on the way down."""
        if not self.implications and not self.definitions:
            return masks, False
        closed = self._closed(masks)
        if closed is None:
            return None, False
        return closed, self._is_linked(closed)

    def _is_linked(self, closed: Sequence[int]) -> bool:
        """Whether, all consequences drawn, a value of one fact would still say something of another.

        An implication that every completion satisfies is settled; the diagram knows those that are wide open.
        """
        return any(
            closed[a] & when and closed[b] & ~allowed and (self._partly(a, closed) or self._partly(b, closed))
            for a, when, b, allowed in self.implications
        ) or any(self._unsettled(fact, closed) for fact in self.definitions)

    def _closed(self, masks: tuple[int, ...]) -> tuple[int, ...] | None:
        """The masks with the consequences of implications and definitions drawn; None if no patient can be so."""
        while True:
            closed = propagate(self.implications, masks)
            if closed is None or not self.definitions:
                return closed
            masks = closed
            for fact in self.definitions:
                if self._idle(fact, masks):
                    continue
                left = masks[fact.axis] & fact.left(self.axes, masks)
                if not left:
                    return None
                masks = (*masks[: fact.axis], left, *masks[fact.axis + 1 :])
            if masks == closed:
                return masks

    def _idle(self, fact: Defined, masks: Sequence[int]) -> bool:
        """Whether a definition says nothing, as nothing is known of the facts that no node asks for."""
        return not fact.binds and all(
            masks[axis] == self.axes[axis].domain for axis in range(len(self.axes) - self.unasked, len(self.axes))
        )

    def _unsettled(self, fact: Defined, masks: Sequence[int]) -> bool:
        """Whether what a definition leaves can differ between completions of the facts asked for."""
        if self._idle(fact, masks):
            return False
        axes = (fact.axis, *fact.parts)
        return any(masks[axis] & (masks[axis] - 1) for axis in axes if axis < len(self.axes) - self.unasked)

    def _reach_plain(self, masks: Sequence[int]) -> int:
        return self._reach(self.root, masks, {}, self._last_known(masks))

    def _last_known(self, masks: Sequence[int]) -> int:
        """The last axis of which anything is known; below it the answers are known beforehand."""
        if not self.below:
            return len(self.axes)
        last = len(self.axes) - 1
        while last >= 0 and masks[last] == self.axes[last].domain:
            last -= 1
        return last

    def _partly(self, axis: int, masks: Sequence[int]) -> bool:
        """Whether a fact is known to be one of several values but not of all."""
        return masks[axis] != self.axes[axis].domain and bool(masks[axis] & (masks[axis] - 1))

    def _reach_linked(
        self,
        node: int,
        masks: tuple[int, ...],
        seen: dict[tuple[int, tuple[int, ...]], int],
        plain: dict[tuple[int, ...], dict[int, int]],
    ) -> int:
        """As :meth:`_reach`, drawing what the implications say at every step until all are settled.

        Needed where a linked fact is partly known: one of B and T lineage excludes a B-lineage stage together with an
        early T-precursor phenotype, though it excludes neither alone.
        """
        if node < self.leaves:
            return 1 << node if node >= 0 else 0
        key = (node, masks)
        if masks not in plain and key not in seen and not self._is_linked(masks):
            plain[masks] = {}
        if masks in plain:
            return self._reach(node, masks, plain[masks], self._last_known(masks))
        if key not in seen:
            axis, children = self.nodes[node - self.leaves]
            found = 0
            for piece in self.axes[axis].pieces(masks[axis]):
                narrowed = self._closed((*masks[:axis], 1 << piece, *masks[axis + 1 :]))
                if narrowed is not None:
                    found |= self._reach_linked(children[piece], narrowed, seen, plain)
            seen[key] = found
        return seen[key]

    def _reach(self, node: int, masks: Sequence[int], seen: dict[int, int], last: int) -> int:
        leaves, nodes = self.leaves, self.nodes
        while node >= leaves:
            axis, children = nodes[node - leaves]
            if axis > last:
                return self.below[node - leaves]
            mask = masks[axis]
            if mask & (mask - 1):
                break
            if not mask:
                return 0
            node = children[mask.bit_length() - 1]
        if node < leaves:
            return 1 << node if node >= 0 else 0
        known = seen.get(node)
        if known is None:
            known = 0
            for child in {child for piece, child in enumerate(children) if mask >> piece & 1}:
                known |= self._reach(child, masks, seen, last)
            seen[node] = known
        return known

    def mattering(self, masks: Sequence[int], answer: Sequence[int]) -> list[int]:
        """The axes on which the answer still depends, in order.

        An axis matters if two completions of the patient that differ in that fact alone come to different answers.

        Args:
            masks: per axis, the pieces still possible.
            answer: per leaf, what counts as the answer (rules of one group may share one).
        """
        return _Reduction(self, masks, answer).mattering

    def witness(self, leaf: int, masks: Sequence[int] | None = None) -> list[int] | None:
        """Masks of one patient, within ``masks``, who comes to ``leaf``; facts that need not be known stay wide."""
        current = list(self.everything if masks is None else masks)

        def search(node: int) -> bool:
            if node < self.leaves:
                return node == leaf
            axis, children = self.nodes[node - self.leaves]
            before = current[axis]
            for child in dict.fromkeys(children[p] for p in self.axes[axis].pieces(before)):
                if not self._reach(child, current, {}, len(self.axes)) >> leaf & 1:
                    continue
                current[axis] = sum(1 << p for p in self.axes[axis].pieces(before) if children[p] == child)
                if search(child):
                    return True
                current[axis] = before
            return False

        return current if search(self.root) else None

    def pack(self) -> tuple[Any, ...]:
        """The diagram as plain tuples, for the compiled cache."""
        return (
            tuple(axis.pack() for axis in self.axes),
            self.leaves,
            self.nodes,
            self.root,
            self.implications,
            self.below if self.leaves <= _WORD else (),
            self.definitions,
            self.unasked,
        )

    @staticmethod
    def unpack(packed: tuple[Any, ...]) -> "Diagram":
        """The inverse of :meth:`pack`, as the cache reads it back (lists as tuples)."""
        axes, leaves, nodes, root, implications, below, definitions, unasked = packed
        facts = tuple(Defined(*fact) for fact in definitions)
        return Diagram(tuple(map(Axis.unpack, axes)), leaves, nodes, root, implications, below, facts, unasked)


def propagate(implications: Iterable[Implication], allowed: tuple[int, ...]) -> tuple[int, ...] | None:
    """Draw the consequences of the implications on masks; None if nothing is left for some fact."""
    masks = list(allowed)
    changed = True
    while changed:
        changed = False
        for a, a_mask, b, b_mask in implications:
            if masks[a] & ~a_mask == 0 and masks[b] & ~b_mask:
                masks[b] &= b_mask
                changed = True
            if masks[b] & b_mask == 0 and masks[a] & a_mask:
                masks[a] &= ~a_mask
                changed = True
            if not masks[a] or not masks[b]:
                return None
    return tuple(masks)


class _Walk:
    """One walk over all nodes that a patient can come to."""

    def __init__(self, diagram: Diagram, masks: tuple[int, ...]) -> None:
        self.masks = masks
        self._diagram = diagram
        self._last = diagram._last_known(masks)
        self._below: dict[int, int] = {}  # of nodes, the answers below them
        self._at: dict[int, list[int]] = {}  # of axes, their nodes
        self._by: dict[int, int] = {}  # of axes, the answers of what passes them by
        self._steps: set[tuple[int, int, int]] = set()  # from an axis, to an axis, and the node there
        self._collect()

    def reach(self, axis: int, piece: int) -> int:
        """The answers left if the fact of this axis has this value."""
        found = self._passing(axis)
        for node in self._at.get(axis, ()):
            found |= self._answers(self._diagram.nodes[node - self._diagram.leaves][1][piece])
        return found

    def _passing(self, axis: int) -> int:
        """The answers of the paths on which the fact of this axis is not asked for."""
        if axis not in self._by:
            self._by[axis] = 0
            for start, end, node in self._steps:
                if start < axis < end:
                    self._by[axis] |= self._answers(node)
        return self._by[axis]

    def _collect(self) -> None:
        diagram, waiting, seen = self._diagram, [(-1, self._diagram.root)], set()
        while waiting:
            start, node = waiting.pop()
            if node < diagram.leaves:
                self._steps.add((start, len(diagram.axes), node))
                continue
            axis, children = diagram.nodes[node - diagram.leaves]
            self._steps.add((start, axis, node))
            if node in seen:
                continue
            seen.add(node)
            self._at.setdefault(axis, []).append(node)
            kept = {child for piece, child in enumerate(children) if self.masks[axis] >> piece & 1}
            waiting += [(axis, child) for child in kept]

    def _answers(self, node: int) -> int:
        return self._diagram._reach(node, self.masks, self._below, self._last)


class _Reduction:
    """A diagram without the tests on which the answer does not depend for a patient.

    A class and no nested functions: one that calls itself is kept alive until the garbage collector comes, and this is
    done some hundred times a screen.

    Attributes:
        mattering: the axes that are left, in order.
    """

    def __init__(self, diagram: Diagram, masks: Sequence[int], answer: Sequence[int]) -> None:
        self._diagram, self._masks = diagram, masks
        self._pieces: dict[int, list[int]] = {}
        self._unique: dict[tuple[int, tuple[int, ...]], int] = {}
        self._found = {IMPOSSIBLE: IMPOSSIBLE, **{leaf: -2 - answer[leaf] for leaf in range(diagram.leaves)}}
        self._matters: set[int] = set()
        if diagram.root not in self._found:
            self._reduce(diagram.root)
        self.mattering = sorted(self._matters)

    def _reduce(self, node: int) -> None:
        """Find what a node comes to: a number that equal parts of the diagram share."""
        found, pieces = self._found, self._pieces
        axis, children = self._diagram.nodes[node - self._diagram.leaves]
        if axis not in pieces:
            pieces[axis] = list(self._diagram.axes[axis].pieces(self._masks[axis]))
        if len(pieces[axis]) == 1:  # a known fact, of which most are
            child = children[pieces[axis][0]]
            if child not in found:
                self._reduce(child)
            found[node] = found[child]
            return
        below = [children[piece] for piece in pieces[axis]]
        for child in set(below):
            if child not in found:
                self._reduce(child)
        kept = tuple([found[child] for child in below])
        different = {*kept} - {IMPOSSIBLE}
        if len(different) > 1:
            self._matters.add(axis)
            found[node] = self._unique.setdefault((axis, kept), len(self._unique))
        else:
            found[node] = different.pop() if different else IMPOSSIBLE
