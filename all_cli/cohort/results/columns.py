"""The header of a table of results: which columns are the input's own, and which hold the answers of which scheme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from all_cli.cohort.classify import LIKELY, RESULTS
from all_cli.cohort.streams import InputError
from all_cli.knowledge.problems import did_you_mean
from all_cli.patient.unreadable import UnreadableError
from all_cli.risk.library import RiskLibrary
from all_cli.risk.scheme import Scheme

_LONG_FORM = {"scheme", *RESULTS}


@dataclass(frozen=True, slots=True)
class ResultColumns:
    """The input's own columns, in order, and the schemes whose answers stand beside them, some with likely ones."""

    own: tuple[str, ...]
    schemes: tuple[Scheme, ...]
    likely: frozenset[str] = frozenset()


def result_columns(
    header: Sequence[str], name: str, library: RiskLibrary, chosen: Sequence[str] | None = None
) -> ResultColumns:
    """Sort the columns of a table of results.

    Args:
        header: the column names.
        name: the file, for messages.
        library: the schemes that are known.
        chosen: only these schemes; without it all that the table holds.

    Raises:
        InputError: no results, results in long form, a scheme with a column missing or one that is not known.
        UnreadableError: a chosen scheme of which the table holds no results.
    """
    held = [column.removesuffix(".status") for column in header if column.endswith(".status")]
    held = [id for id in held if f"{id}.possible" in header]
    if not held:
        if set(header) >= _LONG_FORM:
            why = "it is in long form, a row for each patient and scheme; make it again with all-risk batch --form wide"
        elif any(column.endswith("_status") for column in header):
            why = "it holds no results: no column is called SCHEME.status; make it again without --names snake"
        else:
            why = "it holds no results: no column is called SCHEME.status; all-risk batch IN -o RESULTS makes them"
        raise InputError(name, why)
    likely = {id for id in held if any(f"{id}.{result}" in header for result in LIKELY)}
    for id in held:
        needed = [f"{id}.{result}" for result in (*RESULTS, *(LIKELY if id in likely else ()))]
        if lacking := [column for column in needed if column not in header]:
            raise InputError(name, f'the results of {id} are not whole: the column "{lacking[0]}" is missing')
    for id in chosen or ():
        if id not in held:
            raise UnreadableError("--scheme", id, f"{name} holds no results of it; it holds {', '.join(held)}")
    asked = [id for id in held if not chosen or id in chosen]
    for id in asked:
        if id not in library.schemes:
            hint = did_you_mean(id, list(library.schemes))
            raise InputError(
                name,
                f'it holds results of "{id}", which this knowledge does not have{hint}; give the file that has it with '
                "--rules FILE, or name the schemes to report with --scheme ID",
            )
    results = {f"{id}.{result}" for id in held for result in (*RESULTS, *LIKELY)}
    own = tuple(column for column in header if column not in results)
    return ResultColumns(own, tuple(library.schemes[id] for id in asked), frozenset(likely & set(asked)))
