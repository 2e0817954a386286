"""One file in two roles: what a batch would write over what it reads, seen before it runs."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from all_cli.patient.unreadable import UnreadableError

_WORKBOOKS = (".xlsx", ".ods")
INPUT, OUTPUT, MAP_FILE, RULES, RECORD = "an input", "the output", "the map file", "the rules file", "the record"
DICTIONARY = "the dictionary"

Role = tuple[str, str]  # a path, or ``-`` or nothing, and what it is


def check_roles(option: str, written: str, others: Iterable[Role], *, replaced: Iterable[str] = ()) -> None:
    """Refuse to write a file that is something else as well.

    Args:
        option: the option that names it.
        written: its path, ``-``, or empty.
        others: what it must not be.
        replaced: inputs that it may be, to be replaced when it is whole; not workbooks, which hold more than a table.

    Raises:
        UnreadableError: what it is.
    """
    if written in ("", "-"):
        return
    for path, role in others:
        if path not in ("", "-") and _same(written, path):
            raise UnreadableError(option, written, f"it is {role}; name another file")
    for path in replaced:
        if path.lower().endswith(_WORKBOOKS) and _same(written, path):
            raise UnreadableError(
                option, written, "it is an input, and its other sheets would be lost; name another file"
            )


def _same(one: str, other: str) -> bool:
    """Whether two paths are one regular file, or will be one."""
    if Path(one).exists() and Path(other).exists():
        return Path(one).is_file() and os.path.samefile(one, other)  # noqa: PTH121 - both are paths
    return Path(one).resolve() == Path(other).resolve()
