"""Cells of a row that cannot all be true: which ones, and what they bear on; the rest of the row stays usable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from all_cli.cohort.cells import Said
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.patient.patient import Known, Patient
from all_cli.patient.unreadable import ContradictionError

Says = tuple[Said, ...]  # what a cell says


class Core(NamedTuple):
    """Cells that contradict each other, none of which can be left out of the contradiction.

    Attributes:
        members: their places in the row.
        facts: what they say something of, themselves or by what follows from them.
        why: what is said of which fact and by whom.
    """

    members: tuple[int, ...]
    facts: frozenset[str]
    why: str


def concluded(vocabulary: Vocabulary, cells: Iterable[tuple[str, Says]]) -> Mapping[str, Known]:
    """What follows from cells, each given with the name of who says it.

    Raises:
        ContradictionError: they cannot all be true.
    """
    patient = Patient(vocabulary)
    for name, says in cells:
        _tell(patient, name, says)
    patient.conclude()
    return patient.known


def cores(vocabulary: Vocabulary, names: Sequence[str], cells: Sequence[Says]) -> Iterator[Core]:
    """The contradictions of a row, one after the other, each looked for among the cells that no earlier one has.

    Args:
        vocabulary: the facts.
        names: who says it, per cell.
        cells: what each cell says.
    """
    left = [place for place, says in enumerate(cells) if says]

    def contradiction(places: Sequence[int]) -> ContradictionError | None:
        try:
            concluded(vocabulary, [(names[place], cells[place]) for place in places])
        except ContradictionError as error:
            return error
        return None

    def without(members: list[int], places: list[int]) -> list[int]:
        """The members without each of the places in turn that the contradiction does not need."""
        fewer = [place for place in members if place not in places]
        if contradiction(fewer):
            return fewer  # then they could be left out one by one too
        if len(places) == 1:
            return members
        half = len(places) // 2
        return without(without(members, places[:half]), places[half:])

    while contradiction(left):
        members = without(left, left)
        error = contradiction(members)
        assert error is not None
        facts = _followed(vocabulary, [cells[place] for place in members])
        yield Core(tuple(members), frozenset({error.fact, *facts}), str(error))
        left = [place for place in left if place not in members]


def _followed(vocabulary: Vocabulary, members: Sequence[Says]) -> set[str]:
    """The facts of which the cells of a core say something, themselves or by what follows from all but one of them."""
    if len(members) == 1:  # a list that contradicts itself: what follows from each of its findings
        parts: list[list[Says]] = [[(said,)] for said in members[0]]
    else:
        parts = [[says for says in members if says is not left_out] for left_out in members]
    found = {said.fact for says in members for said in says}
    for part in parts:
        patient = Patient(vocabulary)
        with suppress(ContradictionError):
            for says in part:
                _tell(patient, "", says)
            patient.conclude()
        found |= patient.known.keys()
    return found


def _tell(patient: Patient, name: str, says: Says) -> None:
    for said in says:
        patient.learn(said.fact, said.possible, name, inferred=said.inferred)
