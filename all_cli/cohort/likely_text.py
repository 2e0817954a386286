"""What a batch says of its likely answers: how many rows hang on which assumption, and what taking it back changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from all_cli.cohort.classify import Tally
from all_cli.cohort.likely import LEFT_OUT
from all_cli.risk.scheme import NOT_APPLICABLE, UNCLASSIFIED

_SHOWN = 2  # changes named for one assumption; the record of the run names all


def is_one_group(groups: str) -> bool:
    """Whether a cell of groups holds one group of the scheme."""
    return bool(groups) and "|" not in groups and groups not in (NOT_APPLICABLE, UNCLASSIFIED)


def likely_lines(tally: Tally, scheme: str) -> Iterator[str]:
    """The summary of a scheme's likely answers, a line at a time; nothing if nothing was assumed."""
    if not tally.likely[scheme]:
        return
    groups: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    for (likely, assumed), rows in tally.likely[scheme].items():
        groups[likely] += rows
        for name in assumed.split("|"):
            if name.endswith(LEFT_OUT):
                left_out[name] += rows
    single = {group: rows for group, rows in groups.items() if is_one_group(group)}
    shown = f" ({', '.join(f'{group} {rows}' for group, rows in sorted(single.items()))})" if single else ""
    exact = sum(tally.group[scheme].values())
    yield f"likely: one group in {_rows(sum(single.values()))}{shown}, where {exact} have one for certain"
    for name, changes in sorted(tally.changes[scheme].items(), key=lambda item: (-sum(item[1].values()), item[0])):
        back: Counter[str] = Counter()
        other: Counter[str] = Counter()
        for (likely, without, otherwise), rows in changes.items():
            back[f"{likely} to {without}"] += rows
            if otherwise and otherwise != likely:
                other[f"{likely} to {otherwise}"] += rows
        if_not = f"; if it is not so: {_most(other)}" if other else ""
        verb = "hangs" if sum(changes.values()) == 1 else "hang"
        yield f"{name}: {_rows(sum(changes.values()))} {verb} on it; taken back: {_most(back)}{if_not}"
    yield from (f"{name} in {_rows(rows)}" for name, rows in sorted(left_out.items()))


def _most(counts: Counter[str]) -> str:
    found = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    more = sum(rows for _, rows in found[_SHOWN:])
    return ", ".join(f"{text} {rows}" for text, rows in found[:_SHOWN]) + (f", others {more}" if more else "")


def _rows(number: int) -> str:
    return f"{number} row" if number == 1 else f"{number} rows"


def likely_counts(tally: Tally) -> dict[str, Any]:
    """The same as plain data: per scheme rows by likely groups, and per assumption what its change would move."""
    found: dict[str, Any] = {}
    for scheme, likely in tally.likely.items():
        rows: Counter[str] = Counter()
        for (groups, _), number in likely.items():
            rows[groups] += number
        found[scheme] = {
            "rows": dict(sorted(rows.items())),
            "hang_on": {
                name: [
                    {"likely": groups, "taken_back": without, "otherwise": otherwise or None, "rows": number}
                    for (groups, without, otherwise), number in sorted(changes.items())
                ]
                for name, changes in sorted(tally.changes[scheme].items())
            },
        }
    return found
