"""What the record of a run (``all-risk batch --manifest run.json``) tells a report of its results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from all_cli.cohort.columns import Column
from all_cli.cohort.manifest import job_of, read_manifest
from all_cli.cohort.streams import InputError
from all_cli.cohort.whole_table import own_columns


class RunRecord(NamedTuple):
    """When the results were made, with which program and knowledge, of how many rows, and how columns were read."""

    name: str
    date: str
    tool: str
    knowledge: str
    rows: int
    columns: tuple[Column, ...]

    def plan(self, own: Sequence[str]) -> list[Column]:
        """How the columns of the table were read.

        Raises:
            InputError: the record is of a table with other columns.
        """
        if [column.header for column in own_columns(self.columns)] != list(own):
            raise InputError(self.name, "it is the record of a table with other columns; give that of these results")
        return list(self.columns)

    def check_rows(self, rows: int) -> None:
        """Raise :class:`InputError` if the record is of another number of rows."""
        if rows != self.rows:
            raise InputError(
                self.name,
                f"it is the record of {self.rows} rows and the results have {rows}; give that of these results",
            )


def run_record(path: Path) -> RunRecord:
    """Read the record of a run.

    Raises:
        InputError: not a record of a run; OSError: it cannot be read.
    """
    manifest = read_manifest(path)
    # Where the input is does not matter here; it may have been standard input, which cannot be run again.
    columns = job_of({**manifest, "inputs": []}, str(path), "-").columns or ()
    date, tool, knowledge = (str(manifest.get(key, "")) for key in ("started", "tool", "knowledge"))
    return RunRecord(str(path), date, tool, knowledge, int(manifest["rows"]), columns)
