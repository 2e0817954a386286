"""One file in two roles: what a batch would write over what it reads, seen before it runs."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from all_cli.cohort.streams import InputError, open_source
from all_cli.patient.unreadable import UnreadableError

# What files hold beside a table, by how they begin: a workbook other sheets, a file of SPSS, Stata or SAS labels.
_SHEETS, _LABELS = "other sheets", "labels"
_BESIDE = {
    b"PK\x03\x04": _SHEETS, b"\xd0\xcf\x11\xe0": _SHEETS, b"$FL": _LABELS, b"<stata_dta>": _LABELS,
    b"HEADER RECORD": _LABELS, bytes(12) + b"\xc2\xea\x81\x60": _LABELS,
}  # fmt: skip
_OLD_STATA = re.compile(rb"[\x66-\x73][\x01\x02]\x01\x00")
INPUT, OUTPUT, MAP_FILE, RULES, RECORD = "an input", "the output", "the map file", "the rules file", "the record"
DICTIONARY = "the dictionary"

Role = tuple[str, str]  # a path, or ``-`` or nothing, and what it is


def check_roles(option: str, written: str, others: Iterable[Role], *, replaced: Iterable[str] = ()) -> None:
    """Refuse to write a file that is something else as well.

    Args:
        option: the option that names it.
        written: its path, ``-``, or empty.
        others: what it must not be.
        replaced: inputs that it may be, to be replaced when it is whole; not files that hold more than a table.

    Raises:
        UnreadableError: what it is.
    """
    if written in ("", "-"):
        return
    for path, role in others:
        if path not in ("", "-") and _same(written, path):
            raise UnreadableError(option, written, f"it is {role}; name another file")
    for path in replaced:
        if path != "-" and _same(written, path) and (lost := _beside(path)):
            raise UnreadableError(option, written, f"it is an input, and its {lost} would be lost; name another file")


def _beside(path: str) -> str:
    """What a file holds beside the table that is read from it; empty if nothing, or if it cannot be read."""
    try:
        with ExitStack() as opened:
            head = open_source(path, opened.enter_context).head
    except (OSError, InputError):
        return ""  # which is said when it is read
    found = next((held for sign, held in _BESIDE.items() if head.startswith(sign)), "")
    return found or (_LABELS if _OLD_STATA.match(head) else "")


def _same(one: str, other: str) -> bool:
    """Whether two paths are one regular file, or will be one."""
    if Path(one).exists() and Path(other).exists():
        return Path(one).is_file() and os.path.samefile(one, other)  # noqa: PTH121 - both are paths
    return Path(one).resolve() == Path(other).resolve()
