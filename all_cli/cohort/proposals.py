"""Which assumptions would let schemes answer more rows of a table, counted while the whole of it is read anyway.

Tried are what is routine, that a finding is absent, and that a response was the best that a scheme tells apart; never
age, counts, sex or lineage. Whether any of it may be assumed is for those who know the patients.
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from all_cli.cohort.cells import common_axes
from all_cli.cohort.columns import Column
from all_cli.cohort.kernel import Kernel
from all_cli.cohort.likely import LEFT_OUT, assumption_name
from all_cli.cohort.likely_text import is_one_group
from all_cli.cohort.rows import Rows
from all_cli.cohort.typed import texts_of
from all_cli.logic.values import ABSENT
from all_cli.patient.assumption import ASSUME, ROUTINE, Assumption, Wish
from all_cli.risk.library import RiskLibrary
from all_cli.risk.scheme import Scheme

_STEPS = 3


class Proposal(NamedTuple):
    """Options of batch, and at least how many rows then have one likely group."""

    options: str
    rows: int


class Proposed(NamedTuple):
    """What would help one scheme: rows with one group for certain, and with more and more assumed."""

    scheme: str
    rows: int
    certain: int
    proposals: tuple[Proposal, ...]


class Proposals:
    """Counts, while the rows of a table go by, what assumptions would do for its answers."""

    def __init__(self, library: RiskLibrary, schemes: Sequence[Scheme], columns: Sequence[Column]) -> None:
        self._vocabulary = library.vocabulary
        self._wishes = {scheme.audience: _tried(library, schemes, scheme.audience) for scheme in schemes}
        self._schemes = schemes
        self._kernel = Kernel(library.vocabulary, schemes, columns, wishes=self._wishes)
        self._tally = self._kernel.tally()

    def seen(self, stretches: Iterable[Rows]) -> Iterator[Rows]:
        """The stretches as they come, each counted."""
        for rows in stretches:
            self._tally.count(self._kernel.classify(texts_of(rows.frame), rows.rejected))
            yield rows

    def found(self) -> list[Proposed]:
        """What would help, by scheme."""
        return [self._of(scheme) for scheme in self._schemes]

    def _of(self, scheme: Scheme) -> Proposed:
        wishes = {assumption_name(self._vocabulary, wish): wish for wish in self._wishes[scheme.audience]}
        needs: Counter[frozenset[str]] = Counter()
        for (groups, assumed), rows in self._tally.likely[scheme.id].items():
            if is_one_group(groups):
                named = {name for name in assumed.split("|") if name and not name.endswith(LEFT_OUT)}
                needs[frozenset(name for name in named if wishes[name].origin != ROUTINE)] += rows
        certain = sum(self._tally.group[scheme.id].values())
        chosen: frozenset[str] = frozenset()
        proposals: list[Proposal] = []
        while len(proposals) < _STEPS:
            rows = sum(number for names, number in needs.items() if names <= chosen)
            if rows > (proposals[-1].rows if proposals else certain):
                in_order = [name for name in wishes if name in chosen]
                options = ["--routine", *(f"{ASSUME} {shlex.quote(name)}" for name in in_order)]
                proposals.append(Proposal(" ".join(options), rows))
            more = [(number, -len(names - chosen), sorted(names)) for names, number in needs.items() if names - chosen]
            if not more:
                break
            chosen |= set(max(more)[2])
        return Proposed(scheme.id, self._tally.rows, certain, tuple(proposals))


def _tried(library: RiskLibrary, schemes: Sequence[Scheme], audience: str) -> tuple[Assumption, ...]:
    """What is routine for an audience, and what else its schemes ask for, at its best."""
    routine = library.wishes(audience, Wish(routine=True))
    axes = common_axes(tuple(schemes), library.vocabulary)
    asked = dict.fromkeys(fact for scheme in schemes if scheme.audience == audience for fact in scheme.facts)
    found = []
    for id in asked:
        fact = library.vocabulary[id]
        if fact.kind == "flag":
            found.append(Assumption(id, frozenset({ABSENT}), ASSUME))
        elif fact.kind == "number" and fact.moment:
            found.append(Assumption(id, axes[id].possible(1), ASSUME))
    settled = {wish.fact for wish in routine}
    return (*routine, *(wish for wish in found if wish.fact not in settled))
