"""What a change of an assumption would move, of the rows of a table of results: each judged once more from its cells.

The cell of a likely answer names the assumptions that it hangs on. Those named in any row are enough to come to every
likely answer again, since with more that is assumed no more groups are left. So each row shows that it was judged as in
the batch, and where one was not, nothing is said of its scheme.
"""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import TopologicalSorter
from itertools import pairwise
from typing import TYPE_CHECKING

from all_cli.cohort.classify import Answers, Tally
from all_cli.cohort.columns import Column
from all_cli.cohort.kernel import Kernel
from all_cli.cohort.likely import LEFT_OUT, assumption_name
from all_cli.patient.assumption import Assumption, read_assumption
from all_cli.risk.library import RiskLibrary
from all_cli.risk.scheme import Scheme
from all_cli.risk.verdict import INVALID

if TYPE_CHECKING:
    import polars as pl

_CELLS = {"possible": 2, "likely": 6, "assumed": 7}  # result columns, by their place among those of a scheme


class Otherwise:
    """Judges rows of results again.

    Attributes:
        tally: its ``changes`` count rows per scheme and assumption.
        differs: schemes of which a row came out otherwise than in the table, with the first such row.
    """

    def __init__(self, library: RiskLibrary, schemes: Sequence[Scheme], columns: Sequence[Column]) -> None:
        self._library, self._schemes, self._columns = library, schemes, columns
        self._kernels: dict[tuple[object, ...], Kernel] = {}
        self.tally = Tally([scheme.id for scheme in schemes])
        self.differs: dict[str, int] = {}

    def count(self, frame: pl.DataFrame) -> None:
        """Count a stretch of results, all cells as text."""
        left = [scheme for scheme in self._schemes if scheme.id not in self.differs]
        places: dict[str, int] = {}
        # What is routine is assumed under its condition; a user can have asked for the same without.
        for routine in (True, False):
            if left:
                answers = self._kernel(left, frame, routine).classify(frame)
                places = {scheme.id: self._compared(number, answers, frame) for number, scheme in enumerate(left)}
                left = [scheme for scheme in left if places[scheme.id] >= 0]
        self.differs.update({scheme.id: self.tally.rows + places[scheme.id] + 1 for scheme in left})
        self.tally.rows += frame.height

    def _kernel(self, schemes: Sequence[Scheme], frame: pl.DataFrame, routine: bool) -> Kernel:
        """What judges rows with all assumed that any of them names."""
        named = {
            audience: _named([frame[f"{scheme.id}.assumed"] for scheme in schemes if scheme.audience == audience])
            for audience in dict.fromkeys(scheme.audience for scheme in schemes)
        }
        key = (tuple(scheme.id for scheme in schemes), tuple(named.values()), routine)
        if key not in self._kernels:
            wishes = {audience: self._wishes(audience, names, routine) for audience, names in named.items()}
            self._kernels = {key: Kernel(self._library.vocabulary, schemes, self._columns, wishes=wishes)}
        return self._kernels[key]

    def _wishes(self, audience: str, names: Sequence[str], routine: bool) -> list[Assumption]:
        vocabulary = self._library.vocabulary
        known = {
            assumption_name(vocabulary, wish): wish
            for wish in (self._library.routine(audience) if routine else ())
            if wish.possible is not None
        }
        return [known.get(name) or read_assumption(vocabulary, name) for name in names]

    def _compared(self, number: int, answers: Answers, frame: pl.DataFrame) -> int:
        """The first row whose answer is not that of the table; -1 if there is none, and then all are counted."""
        import numpy as np
        import polars as pl

        id, texts, numbers = answers.schemes[number], answers.texts[number], answers.numbers[number]
        usable = (frame[f"{id}.status"] != INVALID).to_numpy()
        differs = np.zeros(frame.height, bool)
        for name, place in _CELLS.items():
            found = pl.Series([text[place] for text in texts], dtype=pl.String).gather(pl.Series(numbers))
            differs |= (found != frame[f"{id}.{name}"].fill_null("")).to_numpy()
        if (differs & usable).any():
            return int((differs & usable).argmax())
        self.tally.count_likely(id, answers.likely[number], np.bincount(numbers[usable], minlength=len(texts)).tolist())
        return -1


def _named(columns: Sequence[pl.Series]) -> tuple[str, ...]:
    """The assumptions that cells name, in an order that none of the cells contradicts."""
    order: TopologicalSorter[str] = TopologicalSorter()
    for cell in dict.fromkeys(cell for column in columns for cell in column.drop_nulls().unique().sort() if cell):
        names = cell.split("|")
        for chain in ([n for n in names if not n.endswith(LEFT_OUT)], [n for n in names if n.endswith(LEFT_OUT)]):
            plain = [name.removesuffix(LEFT_OUT) for name in chain]
            for name in plain:
                order.add(name)
            for before, after in pairwise(plain):
                order.add(after, before)
    return tuple(order.static_order())
