"""Programs that predict the subtype of a leukaemia from gene expression: their columns, and what their labels mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from all_cli.knowledge.problems import Problem
    from all_cli.knowledge.strict_yaml import Document


class Caller(NamedTuple):
    """One such program.

    Attributes:
        id: its name, as ``--map COLUMN=NAME`` takes it in any case.
        label: the column of its output that holds the labels.
        beside: columns by which its output is known, beside that one.
        confidence: the column that says how sure it is of each; empty if none does.
        sure: words there under which a label counts.
        unsure: words there under which it does not, and the label is not known.
        predicted: other columns of its output that are predictions too, although they are named as facts are.
        expression: columns that are named as genes and hold how strongly these are expressed, which is no finding.
        nothing: labels that say that there is no call.
        labels: label to the flags that are present.
        unread: label to the reason why it is no finding.
    """

    id: str
    label: str
    beside: tuple[str, ...]
    confidence: str
    sure: tuple[str, ...]
    unsure: tuple[str, ...]
    predicted: tuple[str, ...]
    expression: tuple[str, ...]
    nothing: tuple[str, ...]
    labels: Mapping[str, Sequence[str]]
    unread: Mapping[str, str]


def callers_in(document: Document, flags: frozenset[str], problems: list[Problem]) -> dict[str, Caller]:
    """The programs of a checked facts file, by name in lower case; labels that mean no flag are problems."""
    found = {}
    for id, entry in document.data.get("callers", {}).items():
        problems.extend(_dangling(document, id, entry, flags))
        confidence = entry.get("confidence", {})
        found[id.casefold()] = Caller(
            id=id,
            label=entry["label"],
            beside=tuple(entry.get("beside", ())),
            confidence=confidence.get("column", ""),
            sure=tuple(confidence.get("sure", ())),
            unsure=tuple(confidence.get("unsure", ())),
            predicted=tuple(entry.get("predicted", ())),
            expression=tuple(entry.get("expression", ())),
            nothing=tuple(entry["nothing"]),
            labels=entry.get("labels", {}),
            unread=entry.get("unread", {}),
        )
    return found


def _dangling(document: Document, id: str, entry: Mapping[str, Any], flags: frozenset[str]) -> Iterator[Problem]:
    from all_cli.knowledge.problems import Problem

    for label, means in entry.get("labels", {}).items():
        for flag in means:
            if flag not in flags:
                place = document.place(("callers", id, "labels", label))
                yield Problem(place, f'no flag is called "{flag}"')
        if label in entry.get("unread", {}) or label in entry["nothing"]:
            place = document.key_place(("callers", id, "labels", label))
            yield Problem(place, f'"{label}" is a finding here and none elsewhere')
