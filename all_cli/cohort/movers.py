"""A table of patients under two versions of the same schemes: whose answer is no longer the same."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from all_cli.cohort.classify import INVALID, RESULTS, RowClassifier
from all_cli.cohort.columns import LEFT_ALONE, Column, plan_columns
from all_cli.cohort.run import _form, _header, _one, _reading
from all_cli.knowledge.problems import did_you_mean
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.patient.unreadable import UnreadableError
from all_cli.risk.scheme import Scheme
from all_cli.risk.verdict import INDETERMINATE

_WIDTH = len(RESULTS)
_REASON = RESULTS.index("reason")


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
    """A row that cannot be used, and why."""

    row: int
    line: int
    id: str
    reason: str


@dataclass(slots=True)
class Movers:
    """What came out of a table: the movers, how many moved from where to where, and the rows that cannot be used."""

    source: str
    columns: list[Column]
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
    vocabulary: Vocabulary, pairs: Sequence[tuple[Scheme, Scheme]], source: str, id_column: str | None = None
) -> Movers:
    """Classify every row under both versions of each scheme and keep those whose answers differ.

    Args:
        vocabulary: the facts.
        pairs: earlier and later version of each scheme.
        source: path of a CSV or TSV file, or ``-``.
        id_column: the column that names a patient; without it rows are named by their number alone.

    Raises:
        InputError: empty, binary, or with a header that cannot be used.
        UnreadableError: no column is called ``id_column``, or two columns are read as one fact.
        OSError: the file cannot be read.
    """
    name = "standard input" if source == "-" else source
    # Both versions go through one classifier, so that every cell is cut at the cut-offs of both.
    schemes = [*(before for before, _ in pairs), *(after for _, after in pairs)]
    with _reading(source) as stream:
        delimiter, _ = _form(stream, name)
        reader = csv.reader(stream, delimiter=delimiter, strict=False)
        header = _header(reader, name, ())
        place = _place(header, id_column)
        columns = plan_columns(header, vocabulary, {})
        classifier = RowClassifier(vocabulary, schemes, columns)
        found = Movers(name, columns, id_column or "", moved={after.id: Counter() for _, after in pairs})
        for cells in reader:
            found.rows += 1
            results = _one(classifier, cells, len(header))
            id = cells[place] if place is not None and place < len(cells) else ""
            if INVALID in results[::_WIDTH]:
                reason = results[_WIDTH * results[::_WIDTH].index(INVALID) + _REASON]
                found.bad.append(BadRow(found.rows, reader.line_num, id, reason))
                continue
            answers = [_answer(results, number) for number in range(len(schemes))]
            for number, (_, scheme) in enumerate(pairs):
                before, after = answers[number], answers[number + len(pairs)]
                if before != after:
                    found.movers.append(Mover(found.rows, id, scheme.id, before, after))
                    found.moved[scheme.id][before, after] += 1
    return found


def _answer(results: Sequence[str], number: int) -> Answer:
    status, _, possible = results[_WIDTH * number : _WIDTH * number + 3]
    return Answer(status, tuple(sorted(possible.split("|"))))


def _place(header: Sequence[str], id_column: str | None) -> int | None:
    if id_column is None:
        return None
    if id_column not in header:
        raise UnreadableError("--id", id_column, f"no column is called that{did_you_mean(id_column, list(header))}")
    return header.index(id_column)
