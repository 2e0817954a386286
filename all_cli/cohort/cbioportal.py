"""Clinical files of cBioPortal: four lines that begin with ``#`` above a header of upper-case names.

The lines hold, column by column, a name to show, a description, a type and a priority, as the page "File Formats" of
docs.cbioportal.org has it under "Clinical Data".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from all_cli.patient.unreadable import UnreadableError

CBIOPORTAL = "cbioportal"
_PATIENT = "PATIENT_ID"
_LINES = 4
_SHOWN = ("status", "group")  # of the answers; the others have priority 0, which hides them in a study's view


def legal_in_cbioportal(name: str) -> str:
    """A name as files of cBioPortal take it: ``NCI_ROME_GROUP``."""
    return re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_")


def is_heading(comments: Sequence[str], columns: int) -> bool:
    """Whether these are the lines above the header of such a file with so many columns."""
    return len(comments) == _LINES and all(line.count("\t") + 1 == columns for line in comments)


def heading_of(
    names: Sequence[str], added: int, comments: Sequence[str], id_column: str
) -> tuple[list[str], list[list[str]]]:
    """The names of a file's columns, and the lines above them.

    Args:
        names: of the columns, the last ``added`` of which hold answers.
        added: how many.
        comments: the lines that the input had above its header; used if they are those of such a file.
        id_column: the column that names a patient, if it is not called ``PATIENT_ID``.

    Raises:
        UnreadableError: no column names a patient.
    """
    own = len(names) - added
    legal: list[str] = []
    for name in names:
        upper = _PATIENT if name == id_column else legal_in_cbioportal(name)
        while upper in legal:
            upper += "_"
        legal.append(upper)
    if _PATIENT not in legal[:own]:
        why = f"such a file needs a column {_PATIENT}; name the one that holds the patients' ids with --id"
        raise UnreadableError("--output-format", CBIOPORTAL, why)
    lines = [comment.lstrip("#").split("\t") for comment in comments]
    if not is_heading(comments, own):
        lines = [list(names[:own]), list(names[:own]), ["STRING"] * own, ["1"] * own]
    for name in names[own:]:
        scheme, _, result = name.rpartition(".")
        of_result = [
            f"{scheme} {result}",
            f"{result} under {scheme}, by all-risk",
            "STRING",
            str(int(result in _SHOWN)),
        ]
        for line, cell in zip(lines, of_result, strict=True):
            line.append(cell)
    return legal, [[f"#{line[0]}", *line[1:]] for line in lines]
