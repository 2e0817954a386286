"""The oracle for rows of which not all can be used: which schemes lose the row, and what is left of it for the others.

It knows of a row only what one patient, told one thing after another, refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

from all_cli.patient.patient import Patient
from all_cli.patient.unreadable import ContradictionError, UnreadableError
from all_cli.risk.scheme import Scheme

Tell = Callable[[Mapping[str, str]], Patient]  # cells by column to the patient that they tell of


class Left(NamedTuple):
    """Columns that cannot be read; contradicting columns, each with the facts they speak of; the cells left.

    ``patient`` is who they tell of.
    """

    unread: tuple[str, ...]
    clashes: tuple[tuple[tuple[str, ...], frozenset[str]], ...]
    cells: Mapping[str, str]
    patient: Patient

    def lost(self, scheme: Scheme) -> bool:
        """Whether the row is invalid under a scheme: it asks for what contradicting cells speak of."""
        return any(facts & set(scheme.facts) for _, facts in self.clashes)


def what_is_left(cells: Mapping[str, str], tell: Tell) -> Left:
    """What can be used of a row.

    Args:
        cells: the texts that say something, by column, in the order of the table.
        tell: makes the patient, or refuses.
    """

    @cache
    def told(*some: tuple[str, str]) -> Patient | UnreadableError:
        try:
            return tell(dict(some))
        except UnreadableError as error:  # a contradiction too
            return error

    def patient_of(some: Mapping[str, str]) -> Patient:
        patient = told(*some.items())
        assert isinstance(patient, Patient), patient
        return patient

    def contradictory(some: Mapping[str, str]) -> bool:
        return isinstance(told(*some.items()), ContradictionError)

    def without(least: dict[str, str], columns: list[str]) -> dict[str, str]:
        """What is left when each column is left out in turn that is not needed for the contradiction."""
        fewer = {other: text for other, text in least.items() if other not in columns}
        if contradictory(fewer):
            return fewer  # then they could be left out one by one too
        if len(columns) == 1:
            return least
        half = len(columns) // 2
        return without(without(least, columns[:half]), columns[half:])

    if isinstance(told(*cells.items()), Patient):
        return Left((), (), cells, patient_of(cells))
    alone = {column: told((column, text)) for column, text in cells.items()}
    unread = [column for column, found in alone.items() if not isinstance(found, Patient | ContradictionError)]
    read = {column: text for column, text in cells.items() if column not in unread}
    clashes = []
    while contradictory(read):
        least = without(dict(read), list(read))
        assert len(least) > 1, "lists that contradict themselves have tests of their own"
        facts = frozenset[str]()
        for column in least:
            facts |= patient_of({other: text for other, text in least.items() if other != column}).known.keys()
        clashes.append((tuple(least), facts))
        read = {column: text for column, text in read.items() if column not in least}
    return Left(tuple(unread), tuple(clashes), read, patient_of(read))
