"""A table of patients under two versions of the same schemes: whose answer is no longer the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from all_cli.cohort.classify import Answers
from all_cli.cohort.columns import LEFT_ALONE, Column
from all_cli.cohort.doubts import refuse_doubtful
from all_cli.cohort.kernel import Kernel
from all_cli.cohort.long_table import refuse_long
from all_cli.cohort.rows import Rows
from all_cli.cohort.run import Job, classified, columns_of
from all_cli.cohort.tables import open_table
from all_cli.cohort.typed import as_text
from all_cli.knowledge.problems import did_you_mean
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.patient.unreadable import UnreadableError
from all_cli.risk.scheme import Scheme
from all_cli.risk.verdict import INDETERMINATE, INVALID


class Answer(NamedTuple):
    """What a scheme says of a row: its status and the groups still possible."""

    status: str
    possible: tuple[str, ...]

    def __str__(self) -> str:
        groups = " or ".join(self.possible)
        return f"{INDETERMINATE} ({groups})" if self.status == INDETERMINATE else groups


class Mover(NamedTuple):
    """A row whose answer differs; ``row`` counts from 1 below the header, ``id`` is its cell in the id column."""

    row: int
    id: str
    scheme: str
    before: Answer
    after: Answer


class BadRow(NamedTuple):
    """A row that cannot be used, or with a cell that cannot be read, and why."""

    row: int
    line: int | None
    id: str
    reason: str


@dataclass(slots=True)
class Movers:
    """What came out of a table: the movers, how many moved from where to where, and the rows not wholly usable."""

    source: str
    columns: Sequence[Column]
    id_column: str
    rows: int = 0
    movers: list[Mover] = field(default_factory=list)
    moved: dict[str, Counter[tuple[Answer, Answer]]] = field(default_factory=dict)
    bad: list[BadRow] = field(default_factory=list)

    @property
    def read(self) -> list[str]:
        """The columns that were read, and as what."""
        return [str(column) for column in self.columns if column.reads != LEFT_ALONE]

    @property
    def left_alone(self) -> list[str]:
        """The names of the columns that were not read."""
        return [column.header for column in self.columns if column.reads == LEFT_ALONE]


def movers(
    vocabulary: Vocabulary, pairs: Sequence[tuple[Scheme, Scheme]], job: Job, id_column: str | None = None
) -> Movers:
    """Classify every row under both versions of each scheme and keep those whose answers differ.

    Args:
        vocabulary: the facts.
        pairs: earlier and later version of each scheme.
        job: which table it is, and how it is read.
        id_column: the column that names a patient; without it rows are named by their number alone.

    Raises:
        InputError: no table, one with a row per measurement, or with a header that cannot be used.
        UnreadableError: no column is called ``id_column``, or two columns are read as one fact; cells that can be read
            two ways (DoubtfulError).
        OSError: the file cannot be read.
    """
    # Both versions go through one kernel, so that every cell is cut at the cut-offs of both.
    schemes = [*(before for before, _ in pairs), *(after for _, after in pairs)]
    with open_table(job.sources, job.read_as) as table:
        _check_id(table.header, id_column)
        refuse_long(table)
        columns = columns_of(table, vocabulary, job)
        kernel = Kernel(vocabulary, schemes, columns)
        found = Movers(table.name, columns, id_column or "", moved={after.id: Counter() for _, after in pairs})
        for rows, answers in classified(table, kernel):
            _compare(found, [after.id for _, after in pairs], rows, answers)
            found.rows += answers.rows
        refuse_doubtful(columns, vocabulary, kernel.evidence())
    # Schemes are compared one after the other; the table is told in the order of its rows.
    found.movers.sort(key=lambda mover: mover.row)
    return found


def _compare(found: Movers, schemes: Sequence[str], rows: Rows, answers: Answers) -> None:
    """Add a stretch of rows: whose answer under the earlier and the later version differs, and who is not usable."""
    import numpy as np

    ids = as_text(rows.frame[found.id_column]) if found.id_column else None

    def id_of(row: int) -> str:
        return (ids[row] or "") if ids is not None else ""

    for row, reason in sorted(_not_usable(answers).items()):
        found.bad.append(BadRow(found.rows + row + 1, rows.line(row), id_of(row), reason))
    for number, scheme in enumerate(schemes):
        later = number + len(schemes)
        before = [_answer(texts) for texts in answers.texts[number]]
        after = [_answer(texts) for texts in answers.texts[later]]
        # Equal numbers need not mean equal answers: each version numbers its own.
        codes: dict[Answer, int] = {}
        first = np.array([codes.setdefault(answer, len(codes)) for answer in before], np.int32)
        second = np.array([codes.setdefault(answer, len(codes)) for answer in after], np.int32)
        spoiled = Answer(INVALID, ("",))  # a row that one version cannot use has not moved
        usable = first[answers.numbers[number]] != codes.get(spoiled, -1)
        usable &= second[answers.numbers[later]] != codes.get(spoiled, -1)
        moved = usable & (first[answers.numbers[number]] != second[answers.numbers[later]])
        for row in np.flatnonzero(moved).tolist():
            one, other = before[answers.numbers[number][row]], after[answers.numbers[later][row]]
            found.movers.append(Mover(found.rows + row + 1, id_of(row), scheme, one, other))
            found.moved[scheme][one, other] += 1


def _not_usable(answers: Answers) -> dict[int, str]:
    """The rows that are invalid or have unread cells, with the reason."""
    unread: dict[int, list[str]] = {}
    for cells in answers.unread:
        for row, which in zip(cells.rows.tolist(), cells.which.tolist(), strict=True):
            unread.setdefault(row, []).append(cells.problems[which])
    found = {row: "; ".join(problems) for row, problems in unread.items()}
    for row, reason in zip(answers.invalid.tolist(), answers.reasons, strict=True):
        found[row] = f"{reason}; {found[row]}" if row in found else reason
    return found


def _answer(texts: Sequence[str]) -> Answer:
    return Answer(texts[0], tuple(sorted(texts[2].split("|"))))


def _check_id(header: Sequence[str], id_column: str | None) -> None:
    if id_column is not None and id_column not in header:
        raise UnreadableError("--id", id_column, f"no column is called that{did_you_mean(id_column, list(header))}")
