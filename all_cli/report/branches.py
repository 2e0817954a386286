"""Where the boxes of one part of a decision tree stand: columns from left to right, branches from top to bottom.

Every box has a band of its own from top to bottom and a column from left to right, and the words of a branch stand in
the gap before the column, in the band of the box that the branch leads to. So nothing can run into anything else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from all_cli.report.lettering import LEADING, text_width, wrapped
from all_cli.report.page import Page
from all_cli.report.tree import fact_text, group_text, rule_text, shade
from all_cli.risk.library import RiskLibrary
from all_cli.risk.tree import DecisionTree, range_text

COLUMN_GAP = 14.0  # from a box to the trunk of its branches, and from there to the words
_BAND_GAP = 10.0
_BODY, _SMALL = 13.0, 11.5
_QUESTION_ROOM, _END_ROOM, _LABEL_ROOM = 150.0, 225.0, 130.0


class Mark(NamedTuple):
    """A line of text: its size, whether it is bold, whether in full ink."""

    text: str
    size: float
    bold: bool = False
    strong: bool = True


@dataclass(eq=False)
class Cell:
    """A box: a question, an end, or the number of the part to go on in; ``label`` is the branch that leads here."""

    kind: str
    lines: list[Mark]
    depth: int
    label: list[Mark] = field(default_factory=list)
    below: list[Cell] = field(default_factory=list)
    pad: float = 9.0

    @cached_property
    def width(self) -> float:
        """Width of the box."""
        return _widest(self.lines) + 2 * self.pad

    @cached_property
    def height(self) -> float:
        """Height of the box."""
        return _tall(self.lines) + self.pad

    @cached_property
    def label_width(self) -> float:
        """Width of the words of the branch."""
        return _widest(self.label)

    @cached_property
    def label_height(self) -> float:
        """Height of the words of the branch."""
        return _tall(self.label)

    @cached_property
    def band(self) -> float:
        """Height that the box, its label and everything below it need."""
        return max(self.height + _BAND_GAP, self.label_height + _BAND_GAP, sum(cell.band for cell in self.below))


class Spot(NamedTuple):
    """A box with its left and upper edge, and the height at which lines meet it."""

    cell: Cell
    left: float
    top: float
    centre: float


class Placed(NamedTuple):
    """The boxes of a part, from its upper left corner; ``right`` is where each column of boxes ends."""

    cells: list[Spot]
    right: list[float]
    width: float
    height: float


def cells_of(tree: DecisionTree, begin: int, page: Page, library: RiskLibrary) -> Cell:
    """The boxes of the part that begins at a question (or end)."""

    def cell(number: int, depth: int, label: str) -> Cell:
        words = [Mark(line, _SMALL) for line in wrapped(_print(label), _LABEL_ROOM, _SMALL)]
        if number in tree.ends:
            end = tree.ends[number]
            grade = shade(tree.scheme, end.groups)
            lines = _body(group_text(tree.scheme, end), _END_ROOM, bold=True)
            lines += [Mark(line, _SMALL) for line in wrapped(rule_text(end, page), _END_ROOM, _SMALL)]
            return Cell("open" if grade is None else f"shade{grade}", lines, depth, words)
        if number in tree.parts and number != begin:
            lines = [Mark(f"→ part {tree.parts[number]}", _BODY, bold=True)]
            asks = wrapped(fact_text(tree, number, library), _QUESTION_ROOM, _SMALL)
            return Cell("part", [*lines, *(Mark(line, _SMALL, strong=False) for line in asks)], depth, words)
        axis, branches = tree.questions[number]
        fact = library.vocabulary[axis.fact]
        lines = [*_body(fact.title, _QUESTION_ROOM), Mark(fact.id, _SMALL, strong=False)]
        below = [cell(b.to, depth + 1, range_text(fact, axis, b.mask)) for b in branches]
        return Cell("question", lines, depth, words, below)

    return cell(begin, 0, "")


def placed(root: Cell) -> Placed:
    """Columns as wide as their widest box, each after the widest words that lead into it."""
    boxes: dict[int, float] = {}
    labels: dict[int, float] = {}
    every = [root]
    for cell in every:  # grows while it is read
        boxes[cell.depth] = max(boxes.get(cell.depth, 0), cell.width)
        labels[cell.depth] = max(labels.get(cell.depth, 0), cell.label_width)
        every.extend(cell.below)
    left, right = [0.0], [boxes[0]]
    for depth in range(1, len(boxes)):
        left.append(right[-1] + 3 * COLUMN_GAP + labels[depth])
        right.append(left[-1] + boxes[depth])
    spots: list[Spot] = []

    def place(cell: Cell, top: float) -> float:
        """Place a box and what hangs below it within its band; the height at which lines meet it."""
        centre = top + cell.band / 2
        if cell.below:
            under = top + (cell.band - sum(item.band for item in cell.below)) / 2
            heights = []
            for item in cell.below:
                heights.append(place(item, under))
                under += item.band
            tallest = max(cell.height, cell.label_height)
            lowest, highest = top + tallest / 2, top + cell.band - tallest / 2
            centre = min(max((heights[0] + heights[-1]) / 2, lowest), highest)
        spots.append(Spot(cell, left[cell.depth], centre - cell.height / 2, centre))
        return centre

    place(root, 0.0)
    spots.sort(key=lambda spot: (spot.centre, spot.left))
    return Placed(spots, right, right[-1], root.band)


def _body(text: str, room: float, *, bold: bool = False) -> list[Mark]:
    return [Mark(line, _BODY, bold) for line in wrapped(text, room, _BODY, bold=bold)]


def _print(text: str) -> str:
    """Comparisons as print has them, the sign never parted from its number."""
    for written, printed in ((">=", "≥"), ("<=", "≤")):
        text = text.replace(written, printed)
    return re.sub(r"([<>≤≥]) ", "\\1\u00a0", text)


def _widest(lines: list[Mark]) -> float:
    return max((text_width(mark.text, mark.size, bold=mark.bold) for mark in lines), default=0.0)


def _tall(lines: list[Mark]) -> float:
    return sum(mark.size * LEADING for mark in lines)
