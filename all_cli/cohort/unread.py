"""What could not be used of a stretch of rows, and what that makes of the answers of a scheme.

A cell that cannot be read leaves its facts open. It is the reason of an indeterminate answer that waits for a fact of
which its column could have spoken; elsewhere it makes no difference. Cells that contradict each other make a row
invalid under the schemes that ask for what they speak of; to other schemes they say nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from all_cli.cohort.numbering import Numbering
from all_cli.cohort.walk import Texts
from all_cli.patient.unreadable import UNREADABLE
from all_cli.risk.verdict import INDETERMINATE, INVALID

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.int32]


class UnreadCells(NamedTuple):
    """The cells of one column that cannot be read, or not whole.

    Attributes:
        column: its name in quotation marks; of two dates both.
        place: where the column stands in the table.
        facts: all that it could have spoken of, itself or by what follows.
        rows: whose cells they are, ascending.
        which: the place of each row's sentence in ``problems``.
        problems: sentences that name column, cell and why.
    """

    column: str
    place: int
    facts: frozenset[str]
    rows: Numbers
    which: Numbers
    problems: list[str]


class Clash(NamedTuple):
    """Cells of one row that contradict each other; ``facts`` is all that they speak of, ``place`` their first column.

    ``facts`` is None for what spoils a row whatever a scheme asks for.
    """

    row: int
    place: int
    facts: frozenset[str] | None
    reason: str


class Trouble:
    """All that could not be used of a stretch of rows.

    Attributes:
        unread: columns with unread cells, in the order of the table.
    """

    def __init__(
        self, rejected: Mapping[int, str], unread: Sequence[UnreadCells], clashes: Sequence[Clash], strict: bool
    ) -> None:
        """``strict`` says that one unread cell or contradiction spoils its row under every scheme."""
        import numpy as np

        self.unread = sorted(unread, key=lambda cells: cells.place)
        self._rejected = rejected
        self._clashes = [*clashes]
        self._strict = strict
        if strict:
            self._clashes = [clash._replace(facts=None) for clash in self._clashes]
            self._clashes += [
                Clash(row, cells.place, None, cells.problems[which])
                for cells in self.unread
                for row, which in zip(cells.rows.tolist(), cells.which.tolist(), strict=True)
            ]
        self._clashes.sort(key=lambda clash: (clash.row, clash.place))
        self._rows: Numbers = np.zeros(0, np.int32)
        self._codes: list[Numbers] = []
        if self.unread:
            self._rows = np.unique(np.concatenate([cells.rows for cells in self.unread]))
            for cells in self.unread:
                codes = np.zeros(len(self._rows), np.int32)
                codes[np.searchsorted(self._rows, cells.rows)] = cells.which + 1
                self._codes.append(codes)

    def __bool__(self) -> bool:
        return bool(self._rejected or self.unread or self._clashes)

    def invalid(self, asked: frozenset[str]) -> dict[int, str]:
        """The rows that are invalid where these facts are asked for, and why, in order."""
        clashes = (clash for clash in self._clashes if clash.facts is None or clash.facts & asked)
        reasons = {
            row: "; ".join(clash.reason for clash in of_row)
            for row, of_row in groupby(clashes, lambda clash: clash.row)
        }
        if not self._rejected:
            return reasons
        return dict(sorted({**reasons, **self._rejected}.items()))

    def mark(self, asked: frozenset[str], texts: list[Texts], numbers: Numbers) -> None:
        """Put it into the answers of a scheme, in place.

        Args:
            asked: the facts that the scheme asks for.
            texts: the distinct answers; grows.
            numbers: each row's place among them.
        """
        import numpy as np

        if invalid := self.invalid(asked):
            places: dict[str, int] = {}
            found = [places.setdefault(reason, len(texts) + len(places)) for reason in invalid.values()]
            numbers[np.fromiter(invalid, np.int32)] = found
            texts += [(INVALID, "", "", "", "", reason) for reason in places]
        if self.unread and not self._strict:
            self._give_reasons(texts, numbers)

    def _give_reasons(self, texts: list[Texts], numbers: Numbers) -> None:
        """The unread cells that an indeterminate answer waits for are its reason."""
        import numpy as np

        here = numbers[self._rows]
        distinct = np.unique(here)
        waits = [
            frozenset(texts[number][4].split("|") if texts[number][0] == INDETERMINATE else ())
            for number in distinct.tolist()
        ]
        parts = [here]
        for cells, codes in zip(self.unread, self._codes, strict=True):
            hangs = np.zeros(int(distinct[-1]) + 1, bool)
            hangs[distinct] = [not cells.facts.isdisjoint(facts) for facts in waits]
            parts.append(np.where(hangs[here], codes, np.int32(0)))
        numbering = Numbering(len(parts))
        found = numbering.number(parts)
        table = []
        for answer, *which in numbering.fresh().tolist():
            said = [cells.problems[one - 1] for cells, one in zip(self.unread, which, strict=True) if one]
            table.append(len(texts) if said else answer)
            if said:
                texts.append((*texts[answer][:5], UNREADABLE + "; ".join(said)))
        numbers[self._rows] = np.array(table, np.int32)[found]
