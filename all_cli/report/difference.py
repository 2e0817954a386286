"""What differs between two versions of the knowledge, as a page and as JSON; each witness as a command that runs."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from all_cli.knowledge.vocabulary import Fact, Vocabulary
from all_cli.logic.values import NumberSet, Possible, number_text, possible_text
from all_cli.patient.reading import read_value, words_text
from all_cli.patient.unreadable import UnreadableError
from all_cli.report.answers import citations_json, header
from all_cli.report.page import Line, Page
from all_cli.report.words import number_of
from all_cli.risk.difference import CHANGED, Change, Decider, Difference, Move, SchemeDifference
from all_cli.risk.library import RiskLibrary

if TYPE_CHECKING:
    from all_cli.cohort.movers import Movers

_SHOWN = 20
_LISTED = 15


class Version(NamedTuple):
    """One of the two versions: its schemes, and the file they are in (none: the shipped knowledge)."""

    library: RiskLibrary
    file: Path | None

    @property
    def name(self) -> str:
        """What the user called it."""
        return str(self.file) if self.file else "shipped"


def difference_page(found: Difference, before: Version, after: Version, cohort: Movers | None) -> Page:
    """The counts, then scheme by scheme what reads differently and who moves, then the table of patients."""
    page = Page({**before.library.sources, **after.library.sources})
    page.heading(f"From {before.name} to {after.name}", 1)
    page.line(_counts(found), strong=True)
    _came_and_went(page, found, before, after)
    for scheme in found.schemes:
        title = after.library.schemes[scheme.id].title
        page.heading(f"{title} ({scheme.id})")
        _changes(page, scheme.changes)
        if not scheme.moves:
            page.line("No patient moves: both versions give every possible patient the same answer.")
        for move in scheme.moves:
            _move(page, scheme, move, before, after)
    if found.elsewhere:
        page.heading("Outside the schemes")
        _changes(page, found.elsewhere)
    if cohort is not None:
        _cohort(page, cohort)
    page.close()
    return page


def _counts(found: Difference) -> str:
    if found.nothing:
        return f"Nothing differs in {number_of(found.common, 'scheme')}."
    moving = sum(bool(scheme.moves) for scheme in found.schemes)
    parts = [
        f"{number_of(found.common, 'scheme')} in both: {len(found.schemes) or 'none'} "
        f"{'differs' if len(found.schemes) == 1 else 'differ'}"
    ]
    if found.schemes:
        parts.append(f"in {moving or 'none'} of them patients move")
    parts += [f"{len(ids)} {word}" for ids, word in ((found.added, "added"), (found.removed, "removed")) if ids]
    return f"{'; '.join(parts)}."


def _came_and_went(page: Page, found: Difference, before: Version, after: Version) -> None:
    for ids, version, word in ((found.added, after, "added"), (found.removed, before, "removed")):
        if not ids:
            continue
        page.heading(f"Schemes {word}")
        if len(ids) > _LISTED:
            page.line(", ".join(ids))
            continue
        schemes = [version.library.schemes[id] for id in ids]
        page.table(
            ("scheme", "title", "groups", "source"),
            [
                (s.id, s.title, ", ".join(s.group_ids), page.cite(s.population.cite, s.population.checked))
                for s in schemes
            ],
        )


def _changes(page: Page, changes: Sequence[Change]) -> None:
    page.table(
        ("part", "what", "before", "after", "source"),
        [
            (
                f"{item.part} {item.id}".strip(),
                item.field or item.change,
                _shown(item.before, item),
                _shown(item.after, item),
                page.cite(item.cite, item.checked) if item.cite else "",
            )
            for item in changes
        ],
    )


def _shown(text: str, change: Change) -> str:
    return text or ("none" if change.change == CHANGED else "")


def _move(page: Page, scheme: SchemeDifference, move: Move, before: Version, after: Version) -> None:
    page.line(f"{_groups(move.before)} → {_groups(move.after)}", "moves", strong=True)
    first, second = move.deciders[0]
    page.line(_decider(page, first), "before")
    page.line(_decider(page, second), "after")
    if others := len(move.deciders) - 1:
        page.line(f"by {number_of(others, 'more pair')} of rules; --format json names them", "also")
    region = _region(move.region, after.library.vocabulary)
    page.line(region or "any patient", "such as")
    page.blocks.append(Line("", "witness", identifier=witness_command(scheme.id, move.witness, after)))


def _decider(page: Page, decider: Decider) -> str:
    name = f"{decider.id}: " if decider.id else ""
    return f"{name}{decider.text} {page.cite(decider.cite, decider.checked)}".strip()


def _groups(groups: Iterable[str]) -> str:
    return " or ".join(groups)


def _region(region: Mapping[str, Possible], vocabulary: Vocabulary) -> str:
    """The values of the witness's kin in words: ``age < 10, wbc >= 45 and < 50, lineage B``."""
    return ", ".join(f"{fact} {_values(vocabulary[fact], possible)}" for fact, possible in region.items())


def _values(fact: Fact, possible: Possible) -> str:
    if not isinstance(possible, NumberSet):
        return words_text(fact, possible)
    # The bounds of what can exist are not the scheme's; they would only read as cut-offs.
    low, high = fact.hard
    spans = tuple(
        (
            ((-math.inf, 0) if low is not None and start == (low, 0) and start != end else start),
            ((math.inf, 0) if high is not None and end == (high, 0) and start != end else end),
        )
        for start, end in possible.spans
    )
    return possible_text(NumberSet(spans))


def witness_command(scheme: str, witness: Mapping[str, Possible], version: Version) -> str:
    """A ``classify`` command that answers for the witness under one version."""
    parts = ["all-risk", "classify", *(["--rules", str(version.file)] if version.file else []), "--scheme", scheme]
    for id, possible in witness.items():
        parts += ["--set", f"{id}={value_as_text(version.library.vocabulary[id], possible)}"]
    return shlex.join(parts)


def value_as_text(fact: Fact, possible: Possible) -> str:
    """A text that is read as a value (of a choice: the values) of the fact within ``possible``."""
    if not isinstance(possible, NumberSet):
        return " or ".join(word for word in fact.values if word in possible)
    texts = [text for number in _numbers(possible, fact.whole) for text in _spelt(fact, number)]
    return next((text for text in texts if _reads_within(fact, text, possible)), texts[0])


def _numbers(possible: NumberSet, whole: bool) -> Iterator[float]:
    """Numbers of the set, the plainest first: a bound that belongs to it, then something between."""
    for (low, low_edge), (high, high_edge) in possible.spans:
        if not low_edge and low > 0:
            yield low
        if not high_edge and not math.isinf(high):
            yield high
        if math.isinf(high):
            yield low + 1 if not math.isinf(low) else 0.0
        elif math.isinf(low):
            yield high - 1
        else:
            middle = (low + high) / 2
            yield float(math.floor(middle)) if whole or math.floor(middle) > low else middle
            yield middle
        yield low


def _spelt(fact: Fact, number: float) -> tuple[str, ...]:
    text = number_text(number)
    if fact.reading == "percent":
        return (f"{text}%",)
    if fact.reading == "wbc" and number > 1000:
        return f"{text}e9/L", f"{text} {fact.unit}"
    # A bare age of 0 says "under one year".
    if fact.reading == "age" and number == 0:
        return ("0d",)
    return (text, f"{text} {fact.unit}") if fact.units else (text,)


def _reads_within(fact: Fact, text: str, possible: NumberSet) -> bool:
    try:
        read = read_value(fact, text).possible
    except UnreadableError:
        return False
    return isinstance(read, NumberSet) and (read & possible) == read


def _cohort(page: Page, cohort: Movers) -> None:
    page.heading(f"Patients of {cohort.source}")
    rows = len({item.row for item in cohort.movers})
    page.line(f"{number_of(cohort.rows, 'row')}: {rows or 'none'} {'moves' if rows == 1 else 'move'}", strong=True)
    page.line(", ".join(cohort.read) or "nothing; no column is named like a fact", "read")
    if cohort.left_alone:
        page.line(", ".join(f'"{name}"' for name in cohort.left_alone), "left alone")
    page.table(
        ("scheme", "before", "after", "rows"),
        [
            (scheme, str(before), str(after), str(number))
            for scheme, counts in cohort.moved.items()
            for (before, after), number in counts.most_common()
        ],
    )
    if cohort.movers:
        page.heading("Rows that move")
        page.table(
            ("row", cohort.id_column, "scheme", "before", "after"),
            [
                (str(item.row), item.id, item.scheme, str(item.before), str(item.after))
                for item in cohort.movers[:_SHOWN]
            ],
        )
        _more(page, len(cohort.movers))
    if cohort.bad:
        page.heading(f"{number_of(len(cohort.bad), 'row')} that cannot be used, or with a cell that cannot be read")
        page.table(
            ("row", cohort.id_column, "line", "why"),
            [(str(item.row), item.id, str(item.line), item.reason) for item in cohort.bad[:_SHOWN]],
        )
        _more(page, len(cohort.bad))


def _more(page: Page, number: int) -> None:
    if number > _SHOWN:
        page.line(f"… and {number - _SHOWN} more; --format json lists all.")


def difference_json(found: Difference, before: Version, after: Version, cohort: Movers | None) -> dict[str, Any]:
    """The same as plain data, nothing cut."""
    cited: dict[str, None] = {}
    sources = {**before.library.sources, **after.library.sources}
    data: dict[str, Any] = {
        **header(),
        "before": before.name,
        "after": after.name,
        "differs": not found.nothing,
        "common": found.common,
        "added": [{"id": id, "title": after.library.schemes[id].title} for id in found.added],
        "removed": [{"id": id, "title": before.library.schemes[id].title} for id in found.removed],
        "schemes": [
            {
                "scheme": scheme.id,
                "changes": [_change_json(item, cited) for item in scheme.changes],
                "moves": [_move_json(scheme.id, move, before, after, cited) for move in scheme.moves],
            }
            for scheme in found.schemes
        ],
        "elsewhere": [_change_json(item, cited) for item in found.elsewhere],
    }
    if cohort is not None:
        data["cohort"] = _cohort_json(cohort)
    return {**data, "sources": {id: sources[id].reference for id in cited if id in sources}}


def _change_json(change: Change, cited: dict[str, None]) -> dict[str, Any]:
    return {
        "part": change.part,
        "id": change.id,
        "change": change.change,
        "field": change.field,
        "before": change.before,
        "after": change.after,
        "cite": citations_json(change.cite, cited),
        "checked": change.checked,
    }


def _move_json(scheme: str, move: Move, before: Version, after: Version, cited: dict[str, None]) -> dict[str, Any]:
    vocabulary = after.library.vocabulary
    return {
        "before": list(move.before),
        "after": list(move.after),
        "rules": [
            {"before": _decider_json(first, cited), "after": _decider_json(second, cited)}
            for first, second in move.deciders
        ],
        "region": {id: _values(vocabulary[id], possible) for id, possible in move.region.items()},
        "witness": {
            "facts": {id: value_as_text(vocabulary[id], possible) for id, possible in move.witness.items()},
            "before": witness_command(scheme, move.witness, before),
            "after": witness_command(scheme, move.witness, after),
        },
    }


def _decider_json(decider: Decider, cited: dict[str, None]) -> dict[str, Any]:
    return {
        "rule": decider.id,
        "when": decider.text,
        "cite": citations_json(decider.cite, cited),
        "checked": decider.checked,
    }


def _cohort_json(cohort: Movers) -> dict[str, Any]:
    return {
        "source": cohort.source,
        "rows": cohort.rows,
        "read": cohort.read,
        "left_alone": cohort.left_alone,
        "counts": [
            {"scheme": scheme, "before": before._asdict(), "after": after._asdict(), "rows": number}
            for scheme, counts in cohort.moved.items()
            for (before, after), number in counts.most_common()
        ],
        "movers": [
            {**item._asdict(), "before": item.before._asdict(), "after": item.after._asdict()} for item in cohort.movers
        ],
        "invalid": [item._asdict() for item in cohort.bad],
    }
