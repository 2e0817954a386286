"""One file in two roles: what a batch would write over what it reads, seen before it runs."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from all_cli.cohort.cbioportal import CBIOPORTAL, is_heading
from all_cli.cohort.output import LONG
from all_cli.cohort.run import Job
from all_cli.cohort.streams import open_source
from all_cli.cohort.tables import NDJSON, open_table
from all_cli.patient.unreadable import UnreadableError

# What files hold beside a table, by how they begin: a workbook other sheets, a file of SPSS, Stata or SAS labels.
_SHEETS, _LABELS = "other sheets, formulas and formats", "labels"
_BESIDE = {
    b"PK\x03\x04": _SHEETS, b"\xd0\xcf\x11\xe0": _SHEETS, b"$FL": _LABELS, b"<stata_dta>": _LABELS,
    b"HEADER RECORD": _LABELS, bytes(12) + b"\xc2\xea\x81\x60": _LABELS,
}  # fmt: skip
_OLD_STATA = re.compile(rb"[\x66-\x73][\x01\x02]\x01\x00")
INPUT, OUTPUT, MAP_FILE, RULES, RECORD = "an input", "the output", "the map file", "the rules file", "the record"
DICTIONARY = "the dictionary"

Role = tuple[str, str]  # a path, or ``-`` or nothing, and what it is


def check_roles(option: str, written: str, others: Iterable[Role]) -> None:
    """Refuse to write a file that is something else as well.

    Args:
        option: the option that names it.
        written: its path, ``-``, or empty.
        others: what it must not be.

    Raises:
        UnreadableError: what it is.
    """
    if written in ("", "-"):
        return
    for path, role in others:
        if path not in ("", "-") and _same(written, path):
            raise UnreadableError(option, written, f"it is {role}; name another file")


def refuse_to_lose(job: Job, inputs: Iterable[str]) -> None:
    """Refuse to replace an input by its answers if it holds what they do not; a plain table may be replaced.

    Raises:
        UnreadableError: what would be lost.
    """
    for path in inputs:
        if "-" not in (path, job.output) and _same(job.output, path) and (lost := _lost(path, job)):
            raise UnreadableError(
                "--output", job.output, f"it is an input, and its {lost} would be lost; name another file"
            )


def _lost(path: str, job: Job) -> str:
    """What a file holds that is not in its answers; empty if nothing, or if it cannot be read, which is said later."""
    try:
        with ExitStack() as opened:
            head = open_source(path, opened.enter_context).head
        if held := next((held for sign, held in _BESIDE.items() if head.startswith(sign)), ""):
            return held
        if _OLD_STATA.match(head):
            return _LABELS
        with open_table([path], job.read_as) as table:
            form, columns = table.form, len(table.header)
    except (OSError, UnreadableError):
        return ""
    if job.write_as.form == LONG:
        return "own columns"
    if form.format == NDJSON:
        return "numbers, lists and objects (all become texts)"
    first, _, last = form.header_row.partition("-")
    above = int(first or 1) - 1
    if above and above == len(form.comments) and not last and is_heading(form.comments, columns):
        return "" if job.write_as.format == CBIOPORTAL else "lines with # (--format cbioportal keeps them)"
    if above:
        return "lines above the names of the columns"
    return "second row of names" if last else ""


def _same(one: str, other: str) -> bool:
    """Whether two paths are one regular file, or will be one."""
    try:
        return os.path.samefile(one, other) and Path(one).is_file()  # noqa: PTH121 - both are paths
    except OSError:  # one is not there yet, or cannot be
        return os.path.realpath(one) == os.path.realpath(other)
