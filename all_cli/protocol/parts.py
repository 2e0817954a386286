"""What an arm rests on, and whether a patient fulfils it: certainly, possibly, and all parts at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.logic.diagram import Diagram
from all_cli.logic.values import Possible, intersect, whole_domain
from all_cli.patient.patient import Patient
from all_cli.protocol.choice_rules import Guard, narrowed
from all_cli.risk.scheme import Scheme
from all_cli.risk.verdict import masks_of

SETTING, POPULATION, GIVEN, GROUP, GUARD = "setting", "population", "given", "group", "guard"


class Part(NamedTuple):
    """One thing that an arm rests on: the answers of a diagram that fulfil it, and the facts that bear on nothing.

    ``may`` holds besides the answers that leave it open because the source does (standard or medium, not told apart).
    """

    kind: str
    name: str
    diagram: Diagram
    wanted: int
    may: int
    ignored: frozenset[str] = frozenset()
    undecided: int = 0
    guard: Guard | None = None
    scheme: Scheme | None = None

    def seen(self, patient: Patient) -> tuple[list[int], int]:
        """What the diagram sees of the patient, and the answers reached; arms share settings, guards and schemes."""
        key = (id(self.diagram), self.ignored)
        if key not in patient.worked_out:
            known = patient.known
            masks = [
                axis.mask(known[axis.fact].possible)
                if axis.fact in known and axis.fact not in self.ignored
                else axis.domain
                for axis in self.diagram.axes
            ]
            # With the diagram, so that its place is not given away.
            patient.worked_out[key] = (self.diagram, masks, self.diagram.reach(masks))
        _, masks, reached = patient.worked_out[key]
        return masks, reached

    def possible(self, patient: Patient) -> bool:
        """Whether some completion fulfils it."""
        return bool(self.seen(patient)[1] & self.may)

    def may_be(self, patient: Patient) -> bool:
        """Whether some completion fulfils it if what comes later counts too, as far as it is known."""
        return bool(self.diagram.reach(masks_of(self.diagram, patient)) & self.may)

    def sure(self, patient: Patient) -> bool:
        """Whether, whatever the facts that were asked for, it is fulfilled for some values of the others."""
        key = (id(self.diagram), self.ignored, self.wanted, self.undecided)
        masks, reached = self.seen(patient)
        if key not in patient.worked_out:
            patient.worked_out[key] = not reached & self.undecided and self._sure(masks, reached)
        return bool(patient.worked_out[key])

    def sure_with(self, patient: Patient, axis: int, piece: int) -> bool:
        """Whether it is fulfilled, as far as asked for, if an axis is narrowed to one piece; arms share it, too."""
        key = ("sure with", id(self.diagram), self.ignored, self.wanted, axis, piece)
        if key not in patient.worked_out:
            masks, _ = self.seen(patient)
            tried = [*masks[:axis], 1 << piece, *masks[axis + 1 :]]
            patient.worked_out[key] = self._sure(tried, self.diagram.reach(tried))
        return bool(patient.worked_out[key])

    def outright(self, patient: Patient) -> bool:
        """Whether it is fulfilled whatever the facts are that come later."""
        return not self.ignored or self.kind == GUARD or not self.seen(patient)[1] & ~self.may

    def _sure(self, masks: list[int], reached: int) -> bool:
        if not reached & ~self.wanted:
            return bool(reached)
        if not reached & self.wanted or not self.ignored:
            return False
        open_axes = self.deciding(masks, self.wanted)
        if not open_axes:
            return True
        first = open_axes[0]
        for piece in self.diagram.axes[first].pieces(masks[first]):
            tried = [*masks[:first], 1 << piece, *masks[first + 1 :]]
            answers = self.diagram.reach(tried)
            if answers and not self._sure(tried, answers):
                return False
        return True

    def deciding(self, masks: list[int], wanted: int) -> list[int]:
        """The axes, of facts that were asked for, on which it hangs whether one of these answers is reached."""
        answer = [wanted >> leaf & 1 for leaf in range(self.diagram.leaves)]
        mattering = self.diagram.mattering(masks, answer)
        return [axis for axis in mattering if self.diagram.axes[axis].fact not in self.ignored]

    def hanging(self, patient: Patient, wanted: int) -> list[int]:
        """The axes on which it hangs for the patient whether one of these answers is reached; arms share them, too."""
        key = ("hanging", id(self.diagram), self.ignored, wanted)
        if key not in patient.worked_out:
            masks, _ = self.seen(patient)
            patient.worked_out[key] = self.deciding(masks, wanted)
        axes: list[int] = patient.worked_out[key]
        return axes

    def leading(self, patient: Patient) -> list[tuple[str, Possible]]:
        """Per fact on which it hangs, the values that can fulfil it."""
        key = ("leading", id(self.diagram), self.ignored, self.wanted, self.may)
        if key not in patient.worked_out:
            patient.worked_out[key] = list(self._leading(patient))
        found: list[tuple[str, Possible]] = patient.worked_out[key]
        return found

    def _leading(self, patient: Patient) -> Iterator[tuple[str, Possible]]:
        masks, _ = self.seen(patient)
        for number in self.hanging(patient, self.wanted):
            axis = self.diagram.axes[number]
            left = 0
            for piece in axis.pieces(masks[number]):
                tried = [*masks[:number], 1 << piece, *masks[number + 1 :]]
                left |= bool(self.diagram.reach(tried) & self.may) << piece
            if left:
                yield axis.fact, axis.possible(left)


def hangs_on(parts: Sequence[Part], patient: Patient) -> dict[str, Possible]:
    """Per fact on which the parts hang, the values that lead to all of them.

    Facts of which every value still possible may lead there are left out where others are named, and so are facts that
    follow from one named (the stage of maturation from the lineage).
    """
    found: dict[str, Possible] = {}
    for part in parts:
        for fact, possible in part.leading(patient):
            known = patient.known.get(fact)
            left = possible if known is None else intersect(known.possible, possible) or possible
            both = intersect(found[fact], left) if fact in found else left
            found[fact] = both or left
    narrowing = {fact: values for fact, values in found.items() if not _is_all(fact, values, patient)}
    told = {fact for fact in narrowing if fact not in patient.known or fact in patient.told}
    return {fact: values for fact, values in (narrowing or found).items() if not told or fact in told}


def leading_facts(parts: Sequence[Part], patient: Patient) -> list[str]:
    """The facts on which the parts hang, each once."""
    return list(dict.fromkeys(fact for part in parts for fact, _ in part.leading(patient)))


def enough_alone(parts: Sequence[Part], fact: str, patient: Patient) -> Possible | None:
    """Values of a fact with each of which the patient fulfils all parts, whatever else is; None if there are none."""
    for part in parts:
        masks, _ = part.seen(patient)
        for number, axis in enumerate(part.diagram.axes):
            if axis.fact != fact or fact in part.ignored:
                continue
            left = 0
            for piece in axis.pieces(masks[number]):
                if not part.sure_with(patient, number, piece):  # sooner told than by trying the patient
                    continue
                tried = narrowed(patient, fact, axis.possible(1 << piece), "")
                if tried is not None and all(each.sure(tried) for each in parts):
                    left |= 1 << piece
            if left:
                return axis.possible(left)
    return None


def _is_all(fact: str, values: Possible, patient: Patient) -> bool:
    known = patient.known.get(fact)
    everything = whole_domain(patient.vocabulary[fact]) if known is None else known.possible
    return intersect(everything, values) == everything


def together(parts: Sequence[Part], patient: Patient) -> bool:
    """Whether one completion of the patient fulfils all parts at once; exact, by splitting the facts they share."""
    return _fulfilling(parts, patient, settle=False) is not None


def fulfilling(parts: Sequence[Part], patient: Patient) -> Patient | None:
    """The patient narrowed so far that every completion fulfils all parts; None if no completion does."""
    return _fulfilling(parts, patient, settle=True)


def _fulfilling(parts: Sequence[Part], patient: Patient, *, settle: bool) -> Patient | None:
    unsettled = []
    for part in parts:
        mask, reached = part.seen(patient)
        if not reached & part.may:
            return None
        if reached & ~part.may:
            unsettled.append((part, mask))
    hanging = ((part, mask, axes) for part, mask in unsettled if (axes := part.hanging(patient, part.may)))
    if settle:  # what the others hang on is asked when their turn comes
        found = next(hanging, None)
        if found is None:
            return patient
        left = [part for part, _ in unsettled]
    else:
        open_ = list(hanging)
        left = [part for part, _, _ in open_]
        if not open_ or not _linked(left, [axes for _, _, axes in open_], patient):
            return patient
        found = open_[0]
    part, mask, deciding = found
    axis = part.diagram.axes[deciding[0]]
    for piece in axis.pieces(mask[deciding[0]]):
        known = patient.known.get(axis.fact)
        possible = axis.possible(1 << piece)
        left_of_fact = possible if known is None else intersect(known.possible, possible)
        tried = narrowed(patient, axis.fact, left_of_fact, "") if left_of_fact else None
        fulfilled = None if tried is None else _fulfilling(left, tried, settle=settle)
        if fulfilled is not None:
            return fulfilled
    return None


def _linked(parts: Sequence[Part], deciding: Sequence[Sequence[int]], patient: Patient) -> bool:
    """Whether two open parts hang on the same fact, or on facts of which the one says something about the other."""
    seen: set[str] = set()
    for part, axes in zip(parts, deciding, strict=True):
        clusters = {_cluster(part.diagram.axes[axis].fact, patient) for axis in axes}
        if clusters & seen:
            return True
        seen |= clusters
    return False


def _cluster(fact: str, patient: Patient) -> str:
    """The name of the facts that are linked with this one by what the vocabulary implies."""
    return _clusters(patient.vocabulary).get(fact, fact)


@lru_cache(4)
def _clusters(vocabulary: Vocabulary) -> Mapping[str, str]:
    parent: dict[str, str] = {}

    def root(fact: str) -> str:
        while parent.get(fact, fact) != fact:
            fact = parent[fact]
        return fact

    for fact in vocabulary.facts.values():
        for other in fact.linked:
            parent[root(fact.id)] = root(other)
    return {fact: root(fact) for fact in vocabulary.facts}
