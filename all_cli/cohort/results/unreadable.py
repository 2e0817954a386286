"""What could not be used: the reasons of invalid answers and of unread cells that answers wait for, by cause."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from all_cli.patient.unreadable import UNREADABLE
from all_cli.risk.verdict import INDETERMINATE, INVALID

if TYPE_CHECKING:
    import polars

_CLASH = re.compile(r'columns? (?P<columns>".*?" \(".*?"\)(?:(?:,| and) ".*?" \(".*?"\))*): (?P<why>.*)', re.DOTALL)
_MEMBER = re.compile(r'"(?P<column>.*?)" \("(?P<value>.*?)"\)', re.DOTALL)
_CELL = re.compile(r'columns? (?P<column>".*?"(?: and ".*?")?), value "(?P<value>.*?)": (?P<why>.*)', re.DOTALL)
_NEXT = re.compile(r'; (?=columns? ")')
_QUOTED = re.compile(r'"[^"]*"')
_EXAMPLES = 3


class UnreadableValue(NamedTuple):
    """One cause: the column or columns (empty: the row as a whole), why, in how many rows it mattered, first examples.

    Each example is a value and the number of the first row that has it.
    """

    column: str
    why: str
    rows: int
    examples: tuple[tuple[str, int], ...]


class UnreadableCells:
    """Gathers reasons as the rows go by."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], int] = {}
        self._examples: dict[tuple[str, str], dict[str, int]] = {}

    def add(self, frame: polars.DataFrame, schemes: Sequence[str]) -> None:
        """Add rows with their answers; the first column is their number."""
        import polars as pl

        number = frame.columns[0]
        reasons = [
            pl.when(
                (pl.col(f"{id}.status") == INVALID)
                | ((pl.col(f"{id}.status") == INDETERMINATE) & pl.col(f"{id}.reason").str.starts_with(UNREADABLE))
            )
            .then(pl.col(f"{id}.reason"))
            .otherwise(pl.lit(""))
            .alias(id)
            for id in schemes
        ]
        told = frame.select(number, *reasons).filter(pl.any_horizontal(pl.col(id) != "" for id in schemes))
        gathered = told.group_by(schemes, maintain_order=True).agg(pl.col(number).min().alias("first"), pl.len())
        for *of_schemes, first, rows in gathered.iter_rows():
            causes: dict[tuple[str, str], str] = {}
            for reason in dict.fromkeys(filter(None, of_schemes)):
                for column, why, value in causes_of(reason):
                    causes.setdefault((column, why), value)
            for cause, value in causes.items():
                self._rows[cause] = self._rows.get(cause, 0) + rows
                examples = self._examples.setdefault(cause, {})
                if value and (value in examples or len(examples) < _EXAMPLES):
                    examples.setdefault(value, first)

    def values(self) -> tuple[UnreadableValue, ...]:
        """The causes, the most frequent first."""
        return tuple(
            UnreadableValue(*cause, rows, tuple(self._examples[cause].items()))
            for cause, rows in sorted(self._rows.items(), key=lambda item: (-item[1], item[0]))
        )


def causes_of(reason: str) -> list[tuple[str, str, str]]:
    """The causes that a reason names: column, why, value; a reason of the whole row has no column.

    What is quoted in a reason of the whole row is the row's own text, and left out of the cause.
    """
    found = []
    for part in _NEXT.split(reason.removeprefix(UNREADABLE)):
        if match := _CELL.fullmatch(part):
            found.append((match["column"].replace('"', ""), match["why"], match["value"]))
        elif match := _CLASH.fullmatch(part):
            members = _MEMBER.findall(match["columns"])
            columns, values = (" and ".join(texts) for texts in zip(*members, strict=True))
            found.append((columns, match["why"], values))
        else:
            found.append(("", _QUOTED.sub("…", part), ""))
    return found
