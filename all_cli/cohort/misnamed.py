"""Columns and facts that the user names and that are not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from all_cli.cohort.headers import SPECIAL
from all_cli.knowledge.problems import did_you_mean
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.patient.unreadable import UnreadableError


def misnamed(
    header: Sequence[str],
    vocabulary: Vocabulary,
    mapping: Mapping[str, str],
    units: Mapping[str, str],
    places: Mapping[str, str],
) -> Iterator[UnreadableError]:
    """Columns and facts of the options and the map file that are not there; ``places``: where that file names each."""
    for option, given in (("--map", mapping), ("--unit", units)):
        for name, meant in given.items():
            if name not in header:
                why = f"no column is called that{did_you_mean(name, list(header))}"
                yield UnreadableError(option, f"{name}={meant}", why)
    for name, fact in mapping.items():
        known = fact in vocabulary or fact in SPECIAL or fact.casefold() in vocabulary.callers
        if name in header and not known:
            why = f"no fact is called that{did_you_mean(fact, list(vocabulary))}"
            yield UnreadableError("--map", f"{name}={fact}", why)
    for name, place in places.items():
        if name not in header:
            yield UnreadableError(
                place, "", f'the table has no column called "{name}"{did_you_mean(name, list(header))}'
            )
