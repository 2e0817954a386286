"""What both commands share: exit codes, error sentences, names that are looked up."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from typing import Any, NoReturn

import typer

from all_cli.knowledge.problems import KnowledgeError, brief, did_you_mean
from all_cli.patient.unreadable import UnreadableError

DONE, WITH_INVALID, USAGE, NO_INPUT, BAD_KNOWLEDGE = 0, 1, 2, 3, 4
LISTED_BY = {"scheme": "all-risk schemes", "fact": "all-risk facts", "protocol": "all-protocol list"}
"""Kinds of which there are too many to name in a sentence, and the command that lists them."""


class Decimal(StrEnum):
    """How the numbers of a table are written."""

    comma = "comma"
    point = "point"


class MrdUnit(StrEnum):
    """Unit of bare MRD numbers."""

    percent = "percent"
    fraction = "fraction"


def fail(message: str, code: int = USAGE) -> NoReturn:
    """Say one sentence on standard error and leave with an exit code."""
    # The stream is named: left to itself, Click would write UTF-8 where the encoding is ASCII.
    typer.echo(brief(message), file=sys.stderr)
    raise typer.Exit(code)


def pairs(option: str, entries: Iterable[str] | None) -> dict[str, str]:
    """The entries of ``--map`` and ``--unit``, ``COLUMN=SOMETHING``; a column's name may hold an equals sign."""
    what, example = ("fact", "Leukocytes=wbc") if option == "--map" else ("UNIT", "Leukocytes=/uL")
    found: dict[str, str] = {}
    for entry in entries or ():
        column, sign, meant = entry.rpartition("=")
        if not sign or not column or not meant:
            fail(f'{option} "{entry}": write it as COLUMN={what}, for example {option} "{example}"')
        if column in found:
            fail(f'{option} "{entry}": the column was given "{found[column]}" already')
        found[column] = meant
    return found


@contextmanager
def sentences() -> Iterator[None]:
    """Turn what a user can do wrong into one sentence and the right exit code."""
    try:
        yield
    except UnreadableError as error:
        fail(str(error))
    except KnowledgeError as error:
        fail(str(error), BAD_KNOWLEDGE)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        fail(
            f'"{error.filename}" cannot be read: {error.strerror}' if error.filename else error.strerror or str(error),
            NO_INPUT,
        )


def one_of(kind: str, id: str, known: Mapping[str, Any]) -> Any:
    """The entry with this id, or a sentence with the nearest ids."""
    if id in known:
        return known[id]
    hint = did_you_mean(id, list(known))
    if not hint:
        hint = f"; {LISTED_BY[kind]} lists them" if kind in LISTED_BY else f"; known: {', '.join(known)}"
    fail(f'no {kind} is called "{id}"{hint}')


def not_encoded(word: str) -> str:
    """That nothing is encoded of a drug or another word, with the guidance that speaks of it; empty if none does."""
    from all_cli.protocol.load import guidance_library

    topics = guidance_library().speaking_of(word)[:2]
    commands = " and ".join(f"all-protocol guide {topic}" for topic in topics)
    return f": no dose of it is encoded; {commands} speak{'s' if len(topics) == 1 else ''} of it" if topics else ""
