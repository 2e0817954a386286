"""The kernel: a frame of text columns in, the result columns of every chosen scheme out.

This is what a local batch, Spark and the Python interface share. To use it::

    plan = Plan(tuple(columns), ("nci-rome",))          # small, picklable: decided once, sent anywhere
    kernel = kernel_of(plan)                            # once per process; remembers what it has read and judged
    answers = kernel.classify(frame)                    # polars frame with the table's columns, all text
    answers.frame()                                     # polars frame of the result columns alone, row for row

``frame`` must have the table's columns under their names (``Column.header``); columns that the plan leaves alone may be
missing, and cells may be null (nothing said). ``rejected`` of :meth:`Kernel.classify` are rows known to be spoiled
before their cells are looked at (a ragged row, bytes that are no text), as row number in this frame to reason: they
come back ``invalid`` with that reason. What becomes of cells that cannot be read, and of cells that contradict each
other, is said in :mod:`all_cli.cohort.unread`. A :class:`~all_cli.cohort.classify.Tally` counts answers over many
frames; tallies of parts can be added up.

How it works: in every column each distinct text is read once and becomes a small number, equal for texts that mean the
same to the schemes. Columns that can speak of each other's facts are taken together, and each distinct combination is
put into one patient, who learns and concludes as any other does. Each distinct profile then goes down the schemes'
diagrams (:mod:`all_cli.cohort.walk`) once. Nothing here judges: that is :func:`all_cli.risk.verdict.outcome`.

What is remembered is bounded, so memory does not grow with the table.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from all_cli.cohort.ages_in_parts import AgesInParts
from all_cli.cohort.cells import CellReader
from all_cli.cohort.classify import Answers, Tally
from all_cli.cohort.columns import Column
from all_cli.cohort.evidence import Evidence
from all_cli.cohort.fitting import LeftAlone
from all_cli.cohort.groups import Group, groups_of
from all_cli.cohort.likely import Assuming, facts_in_conditions
from all_cli.cohort.links import linked_facts, spoken_of
from all_cli.cohort.numbering import Numbering
from all_cli.cohort.unread import Clash, Trouble, UnreadCells
from all_cli.cohort.walk import Texts, Walk
from all_cli.cohort.whole_table import with_what_holds_for_all
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.patient.assumption import Assumption, Wish, read_assumption
from all_cli.risk.library import RiskLibrary, risk_library
from all_cli.risk.scheme import Scheme
from all_cli.risk.verdict import INVALID

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    Numbers = NDArray[np.int32]

_REMEMBERED = 400_000  # profiles, or places on paths of one scheme


class Plan(NamedTuple):
    """What a kernel is built from; plain data that can be sent to another process.

    Attributes:
        columns: how each column is read.
        schemes: ids of the schemes, in the order of the result columns.
        rules: path of the user's own schemes, or none; it must be readable where the kernel runs.
        strict: whether a cell that cannot be read, or contradicts another, spoils its row under every scheme.
        assume: what to assume where nothing is known, each as ``fact=value``.
        routine: whether to assume what is routine, too.
    """

    columns: tuple[Column, ...]
    schemes: tuple[str, ...]
    rules: str | None = None
    strict: bool = False
    assume: tuple[str, ...] = ()
    routine: bool = False

    def kernel(self, library: RiskLibrary) -> Kernel:
        """The kernel with the schemes of a library.

        Raises:
            KeyError: a scheme that the library does not have.
            UnreadableError: an assumption that cannot be read.
        """
        schemes = [library.schemes[id] for id in self.schemes]
        wish = Wish(tuple(read_assumption(library.vocabulary, text) for text in self.assume), self.routine)
        wishes = {scheme.audience: library.wishes(scheme.audience, wish) for scheme in schemes} if wish else {}
        return Kernel(library.vocabulary, schemes, self.columns, self.strict, wishes)


def kernel_of(plan: Plan) -> Kernel:
    """The kernel of a plan, built once per process.

    Raises:
        KeyError: a scheme that neither the shipped knowledge nor ``plan.rules`` has.
        KnowledgeError: the user's own schemes are no longer valid.
    """
    return _kernel(pickle.dumps(plan))


@lru_cache(maxsize=4)
def _kernel(pickled: bytes) -> Kernel:
    plan: Plan = pickle.loads(pickled)
    return plan.kernel(risk_library(Path(plan.rules) if plan.rules else None))


class Kernel:
    """Classifies frames of one table under the chosen schemes; remembers what it has read and judged."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        schemes: Sequence[Scheme],
        columns: Sequence[Column],
        strict: bool = False,
        wishes: Mapping[str, Sequence[Assumption]] | None = None,
    ) -> None:
        """A kernel of schemes and columns.

        Args:
            vocabulary: the facts.
            schemes: in the order of the result columns.
            columns: how each column is read.
            strict: whether a cell that cannot be read, or contradicts another, spoils its row under every scheme.
            wishes: by audience of schemes, what to assume where nothing is known.
        """
        self.schemes = tuple(scheme.id for scheme in schemes)
        self._strict, self._columns = strict, columns
        self._asked = [frozenset(scheme.facts) for scheme in schemes]
        wished = [wish for of_audience in (wishes or {}).values() for wish in of_audience]
        reader = CellReader(vocabulary, schemes, columns, wished)
        facts = {wish.fact for wish in wished}
        linked = linked_facts(vocabulary, spoken_of(vocabulary, columns) | facts)
        held = frozenset(facts_in_conditions(wished)).union(*(linked[fact] for fact in facts))
        self._groups: list[Group] = groups_of(vocabulary, columns, reader, held)
        self._left_alone, self._ages = LeftAlone(columns), AgesInParts(columns)
        can_be_known = frozenset().union(*(group.facts for group in self._groups))
        self._walks = [Walk(scheme, vocabulary, can_be_known) for scheme in schemes]
        self._assuming = Assuming(vocabulary, self._walks, wishes, linked, self._groups) if wishes else None
        self._where = {fact: number for number, group in enumerate(self._groups) for fact in group.facts}
        self._forget()

    def _forget(self) -> None:
        import numpy as np

        self._profiles = Numbering(max(len(self._groups), 1))
        self._outcomes = np.zeros((1024, len(self._walks)), np.int32)
        self._ends = np.zeros_like(self._outcomes)
        self._likely = np.zeros_like(self._outcomes)
        if self._assuming is not None:
            self._assuming.forget()
        self._masks: list[dict[int, _Masks]] = [{} for _ in self._walks]
        for group in self._groups:
            group.forget()
        for walk in self._walks:
            walk.forget()

    def classify(self, frame: pl.DataFrame, rejected: Mapping[int, str] | None = None) -> Answers:
        """The answers to the rows of a frame.

        Args:
            frame: text columns, named as in the table.
            rejected: rows that are spoiled as a whole, by number in this frame, with the reason.
        """
        import numpy as np

        if self._full():
            self._forget()
        self._left_alone.see(frame, rejected or {})
        rows = frame.height
        frame = with_what_holds_for_all(frame, self._columns)
        if rejected:
            frame = _silenced(frame, rejected)
        self._ages.see(frame)
        read = [group.read(frame) for group in self._groups]
        profiles = self._profiles.number([found.codes for found in read] or [np.zeros(rows, np.int32)])
        self._judge()
        numbers = [self._outcomes[:, walk].take(profiles) for walk in range(len(self._walks))]
        texts: list[list[Texts]] = [list(walk.answers) for walk in self._walks]
        unread = [cells for found in read for cells in found.unread]
        clashes = [clash for found in read for clash in found.clashes]
        trouble = Trouble(rejected or {}, unread, clashes, self._strict)
        for asked, some, places in zip(self._asked, texts, numbers, strict=True):
            if trouble:
                trouble.mark(asked, some, places)
        invalid = trouble.invalid(frozenset().union(*self._asked)) if trouble else {}
        answers = Answers(self.schemes, rows, numbers, [*texts], invalid, trouble.unread)
        if self._assuming is not None:
            self._add_likely(self._assuming, answers, profiles, unread, clashes)
        return answers

    def _add_likely(
        self,
        assuming: Assuming,
        answers: Answers,
        profiles: Numbers,
        unread: Sequence[UnreadCells],
        clashes: Sequence[Clash],
    ) -> None:
        """Put the likely answers beside the exact ones; a row that is invalid has none."""
        import numpy as np

        likely = self._likely[profiles]
        cells = [(cells.facts, cells.rows) for cells in unread]
        cells += [(clash.facts, np.array([clash.row])) for clash in clashes if clash.facts is not None]
        cannot = assuming.unread(answers.rows, cells)
        if (some := np.flatnonzero(cannot)).size:
            of = profiles[some]
            likely[some] = assuming.outcomes(self._profiles.rows(of), self._ends[of], cannot[some])
        for scheme, (texts, numbers) in enumerate(zip(answers.texts, answers.numbers, strict=True)):
            found = assuming.answers(scheme)
            numbering = Numbering(2)
            answers.numbers[scheme] = numbering.number([numbers, np.ascontiguousarray(likely[:, scheme])])
            pairs = [
                (texts[exact], found[beside] if texts[exact][0] != INVALID else None)
                for exact, beside in numbering.fresh().tolist()
            ]
            answers.texts[scheme] = [(*text, *(beside[:2] if beside else ("", ""))) for text, beside in pairs]
            answers.likely.append([beside for _, beside in pairs])

    def warnings(self) -> dict[str, tuple[int, str]]:
        """Implausible or doubtful cells so far: column header to number of cells and the first of them."""
        found: dict[str, tuple[int, str]] = {}
        for group in self._groups:
            found.update(group.warnings())
        return found

    def evidence(self) -> dict[int, Evidence]:
        """What the cells so far speak for, by the place of the column."""
        read = dict(one for group in self._groups for one in group.evidence())
        self._ages.tell(read)
        return read | {place: Evidence(unread=words) for place, words in self._left_alone.words.items()}

    def forget_warnings(self) -> None:
        """Count warnings, and gather evidence, from here on: of the next part of a table alone."""
        self._left_alone = LeftAlone(self._columns)
        self._ages.forget()
        for group in self._groups:
            group.forget_warnings()

    def tally(self) -> Tally:
        """An empty count for this kernel's answers."""
        return Tally(self.schemes)

    def _full(self) -> bool:
        return (
            len(self._profiles) > _REMEMBERED
            or any(walk.size > _REMEMBERED for walk in self._walks)
            or any(group.remembered > _REMEMBERED for group in self._groups)
            or (self._assuming is not None and self._assuming.size > _REMEMBERED)
        )

    def _judge(self) -> None:
        """Answer the profiles that are new."""
        import numpy as np

        profiles = self._profiles.fresh()
        if not len(profiles):
            return
        first, last = len(self._profiles) - len(profiles), len(self._profiles)
        while last > len(self._outcomes):
            self._outcomes, self._ends, self._likely = (
                np.concatenate([table, np.zeros_like(table)]) for table in (self._outcomes, self._ends, self._likely)
            )
        for number, walk in enumerate(self._walks):
            told: list[Numbers | None] = []
            for place, axis in enumerate(walk.scheme.diagram.axes):
                where = self._where.get(axis.fact)
                if where is None:
                    told.append(None)
                    continue
                masks = self._masks[number].setdefault(place, _Masks(walk, place, self._groups[where]))
                told.append(masks.numbers().take(profiles[:, where]))
            self._ends[first:last, number] = ends = walk.ends(len(profiles), told)
            self._outcomes[first:last, number] = walk.outcomes(ends)
        if self._assuming is not None:
            nothing = np.zeros(len(profiles), np.int32)
            self._likely[first:last] = self._assuming.outcomes(profiles, self._ends[first:last], nothing)


def _silenced(frame: pl.DataFrame, rows: Iterable[int]) -> pl.DataFrame:
    """The frame with these rows empty: what their cells hold is not what their columns say."""
    import numpy as np
    import polars as pl

    kept = np.ones(frame.height, bool)
    kept[list(rows)] = False
    return frame.with_columns(pl.when(pl.Series(kept)).then(pl.all()))


class _Masks:
    """Of one axis of one scheme: each combination of a group's cells as the place of its mask in the walk's list."""

    def __init__(self, walk: Walk, axis: int, group: Group) -> None:
        import numpy as np

        self._axis = walk.scheme.diagram.axes[axis]
        self._masks, self._group = walk.masks[axis], group
        self._places: dict[int, int] = {}
        self._numbers = np.zeros(0, np.int32)

    def numbers(self) -> Numbers:
        """By the group's code."""
        import numpy as np

        if len(self._numbers) < self._group.size:
            fresh = [self._place(code) for code in range(len(self._numbers), self._group.size)]
            self._numbers = np.concatenate([self._numbers, np.array(fresh, np.int32)])
        return self._numbers

    def _place(self, code: int) -> int:
        known = self._group.known(code).get(self._axis.fact)
        mask = self._axis.domain if known is None else self._axis.mask(known.possible)
        if mask not in self._places:
            self._places[mask] = len(self._masks)
            self._masks.append(mask)
        return self._places[mask]
