"""Patients who stand in several rows, by an id column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from all_cli.cohort.header_words import folded

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

EXAMPLES = 3
# Names of columns that tell one patient from another, the surest first; a sample or a visit is no patient.
_IDS = (
    "patient id", "patientid", "patient identifier", "patient number", "patient no", "patient nr", "patient code",
    "subject id", "subjectid", "subject identifier", "usubjid", "subjid", "participant id", "case submitter id",
    "submitter id", "bcr patient barcode", "target usi", "usi", "upn", "mrn", "record id", "study id", "case id",
    "case number", "case no", "pat id", "patid", "patnr", "patienten id", "patienten nr", "patient", "subject", "pid",
    "id",
)  # fmt: skip


def id_column(header: Sequence[str]) -> str:
    """The column that names a patient, by its own name; empty if none does."""
    named = {folded(column): column for column in reversed(header)}
    return next((named[name] for name in _IDS if name in named), "")


class RepeatedIds(NamedTuple):
    """How many ids of a column stand in several rows, and the first that came again."""

    column: str
    ids: int
    examples: list[str]

    def text(self) -> str:
        """In words; empty if no id came twice."""
        if not self.ids:
            return ""
        shown = ", ".join(f'"{id}"' for id in self.examples)
        more = ", …" if self.ids > len(self.examples) else ""
        ids = "1 id stands" if self.ids == 1 else f"{self.ids} ids stand"
        return f'{ids} in several rows of "{self.column}": {shown}{more}; each row is a patient by itself'


class Repeats:
    """Watches the ids of a table as its rows go by; eight bytes are kept of each distinct id.

    Attributes:
        column: the id column.
        examples: the first ids that came again.
        empty: rows without an id.
    """

    def __init__(self, column: str) -> None:
        import numpy as np

        self.column = column
        self.examples: list[str] = []
        self.empty = 0
        self._seen: NDArray[np.uint64] = np.zeros(0, np.uint64)
        self._again: set[int] = set()

    @property
    def ids(self) -> int:
        """How many ids stand in more than one row."""
        return len(self._again)

    def watch(self, texts: pl.Series) -> None:
        """The ids of the next rows, as text."""
        import numpy as np

        self.empty += texts.null_count()
        texts = texts.drop_nulls()
        marks = texts.hash(seed=0).to_numpy()
        # Two sorted runs, merged in one go; in nearly every table no two are alike and that is all.
        together = np.sort(np.concatenate([self._seen, np.sort(marks)]), kind="stable")
        if not (together[1:] == together[:-1]).any():
            self._seen = together
            return
        order = np.argsort(marks, kind="stable")
        ordered = marks[order]
        inside = np.zeros(len(ordered), bool)
        inside[1:] = ordered[1:] == ordered[:-1]
        places = np.searchsorted(self._seen, ordered)
        before = np.zeros(len(ordered), bool)
        within = places < len(self._seen)
        before[within] = self._seen[places[within]] == ordered[within]
        again = inside | before
        for place in np.sort(order[again]).tolist() if len(self.examples) < EXAMPLES else ():
            if texts[place] not in self.examples and len(self.examples) < EXAMPLES:
                self.examples.append(texts[place])
        self._again.update(ordered[again].tolist())
        fresh = ordered[~again]
        self._seen = np.insert(self._seen, places[~again], fresh)

    def text(self) -> str:
        """In words; empty if no id came twice."""
        return RepeatedIds(self.column, self.ids, self.examples).text()
