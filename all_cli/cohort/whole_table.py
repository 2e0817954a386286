"""Facts that are the same in every row of a table, as ``--set lineage=T`` says them.

Each is read as a column would be that holds the same text in every row; a row that says otherwise contradicts itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from all_cli.cohort.columns import Column, read_cell
from all_cli.cohort.headers import GENETICS
from all_cli.knowledge.problems import did_you_mean
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.patient.genetics import genetics_reader
from all_cli.patient.reading import UNKNOWN_WORDS, fold
from all_cli.patient.unreadable import UnreadableError

if TYPE_CHECKING:
    import polars as pl

OPTION = "--set"


def columns_of_all(told: Mapping[str, str], vocabulary: Vocabulary, columns: int) -> list[Column]:
    """What is said of all rows, as columns behind the ``columns`` of the table.

    Raises:
        UnreadableError: no such fact, or a value that cannot be read.
    """
    found: list[Column] = []
    for name, text in told.items():
        if name != GENETICS and name not in vocabulary:
            hint = did_you_mean(name, [*vocabulary, GENETICS]) or "; all-risk facts lists them"
            raise UnreadableError(OPTION, f"{name}={text}", f"no fact is called that{hint}")
        reads = name if name == GENETICS else vocabulary[name].id
        if any(column.reads == reads != GENETICS for column in found):
            raise UnreadableError(OPTION, f"{name}={text}", f"{reads} was said already")
        column = Column(columns + len(found), f"{OPTION} {name}", reads, for_all=text)
        if fold(text) in UNKNOWN_WORDS:
            raise UnreadableError(OPTION, f"{name}={text}", "what is not known needs not be said")
        try:
            genetics_reader(vocabulary).read(text) if reads == GENETICS else read_cell(column, vocabulary[name], text)
        except UnreadableError as error:
            raise UnreadableError(OPTION, f"{name}={text}", error.why) from None
        found.append(column)
    return found


def own_columns(columns: Sequence[Column]) -> list[Column]:
    """The columns that the table itself has."""
    return [column for column in columns if not column.for_all]


def with_what_holds_for_all(frame: pl.DataFrame, columns: Sequence[Column]) -> pl.DataFrame:
    """The rows of a table with what is said of all of them in columns behind its own."""
    import polars as pl

    said = [column for column in columns if column.for_all]
    return frame.with_columns(pl.lit(column.for_all).alias(column.header) for column in said) if said else frame
