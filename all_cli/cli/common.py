"""What both commands share: exit codes, error sentences, output formats, building a patient from options."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any, NoReturn

import typer

from all_cli.knowledge.problems import KnowledgeError, did_you_mean
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.patient.patient import Patient
from all_cli.patient.unreadable import UnreadableError

DONE, WITH_INVALID, USAGE, NO_INPUT, BAD_KNOWLEDGE = 0, 1, 2, 3, 4
LISTED_BY = {"scheme": "all-risk schemes", "fact": "all-risk facts", "protocol": "all-protocol list"}
"""Kinds of which there are too many to name in a sentence, and the command that lists them."""


class Format(StrEnum):
    """Output formats."""

    table = "table"
    plain = "plain"
    json = "json"
    markdown = "markdown"


class Color(StrEnum):
    """When to colour."""

    auto = "auto"
    always = "always"
    never = "never"


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
    typer.echo(message, file=sys.stderr)
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


def run(app: typer.Typer) -> None:
    """Run a command; a reader that closes the pipe early is no error, nor is an output that lacks a character."""
    if not _holds_everything():
        from all_cli.report.legible import degrade_output

        degrade_output()
    elif sys.stdout.errors == "strict" and hasattr(sys.stdout, "reconfigure"):
        # Bytes of the command line that are no text are shown as \\udcf6.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        app()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(DONE) from None


def _holds_everything() -> bool:
    """Whether standard output can hold every character."""
    return (sys.stdout.encoding or "utf-8").casefold().startswith("utf")


def chosen_format(form: Format | None) -> str:
    """The format asked for; otherwise a table for a terminal and plain text for a pipe."""
    if form is not None:
        return form.value
    return "table" if sys.stdout.isatty() else "plain"


def emit(form: Format | None, color: Color, page: Callable[[], Any], data: Callable[[], Any]) -> None:
    """Write a result in the chosen format; only what is needed is built."""
    name = chosen_format(form)
    if name == "json":
        from all_cli.report.json_text import json_text

        typer.echo(json_text(data(), ascii_only=not _holds_everything()))
        return
    from all_cli.report.render import print_page

    print_page(page(), name, color.value)


def one_of(kind: str, id: str, known: Mapping[str, Any]) -> Any:
    """The entry with this id, or a sentence with the nearest ids."""
    if id in known:
        return known[id]
    hint = did_you_mean(id, list(known))
    if not hint:
        hint = f"; {LISTED_BY[kind]} lists them" if kind in LISTED_BY else f"; known: {', '.join(known)}"
    fail(f'no {kind} is called "{id}"{hint}')


def patient_from(
    vocabulary: Vocabulary,
    *,
    given: Mapping[str, str],
    flags: Mapping[str, bool | None],
    units: Mapping[str, str] | None = None,
    settings: list[str] | None = None,
    genetics: list[str] | None = None,
    born: str | None = None,
    diagnosed: str | None = None,
    file: str | None = None,
) -> Patient:
    """A patient from command-line options and, first, from a patient file.

    Args:
        vocabulary: the facts.
        given: fact id to the option's text.
        flags: fact id to True, False or None (not given).
        units: fact id to the unit of bare numbers.
        settings: ``fact=value`` texts of ``--set``.
        genetics: texts of ``--genetics``.
        born: date of birth, YYYY-MM-DD.
        diagnosed: date of diagnosis, YYYY-MM-DD.
        file: path of a YAML or JSON patient file, ``-`` for standard input.

    Raises:
        UnreadableError: a value cannot be read, or two contradict each other.
    """
    patient = Patient(vocabulary)
    units = units or {}
    if file is not None:
        _from_file(patient, file)
    for id, text in given.items():
        patient.tell(id, text, vocabulary[id].option or id, units.get(id, ""))
    for id, value in flags.items():
        if value is not None:
            option = vocabulary[id].option
            patient.tell(id, "yes" if value else "no", option if value else f"--no-{option.removeprefix('--')}")
    for setting in settings or ():
        id, sign, text = setting.partition("=")
        if not sign:
            raise UnreadableError("--set", setting, "write it as fact=value, for example --set mrd_d15=0.5%")
        _tell(patient, id.strip(), text.strip(), f"--set {id.strip()}")
    for text in genetics or ():
        patient.tell_genetics(text, "--genetics")
    if born is not None or diagnosed is not None:
        _dates(patient, born, diagnosed)
    patient.conclude()
    return patient


def _tell(patient: Patient, id: str, text: str, said: str) -> None:
    if id == "genetics":
        patient.tell_genetics(text, said)
    elif id in patient.vocabulary:
        patient.tell(id, text, said)
    else:
        facts = patient.vocabulary.facts.values()
        called = [fact.id for fact in facts if id.casefold().replace("_", " ") in fact.columns]
        hint = did_you_mean(id, list(patient.vocabulary)) or "; all-risk facts lists them"
        if len(called) == 1:
            hint = f' — did you mean "{called[0]}"?'
        elif id.casefold() in ("pregnant", "pregnancy"):
            hint = ": all-protocol guide pregnancy says what is known"
        raise UnreadableError(said, "", f'no fact is called "{id}"{hint}')


def _dates(patient: Patient, born: str | None, diagnosed: str | None) -> None:
    from all_cli.patient.age import age_between, read_date
    from all_cli.patient.dates import doubt_of_dates

    if born is None or diagnosed is None:
        missing, other = ("--born", "--diagnosed") if born is None else ("--diagnosed", "--born")
        raise UnreadableError(other, born or diagnosed or "", f"an age needs both dates; {missing} is missing")
    fact = patient.vocabulary["age"]
    dates = read_date("--born", born), read_date("--diagnosed", diagnosed)
    age = age_between(fact, *dates)
    if doubt := doubt_of_dates(fact, *dates, age):
        patient.warnings.append(doubt)
    patient.learn("age", age, "--born and --diagnosed")


def _from_file(patient: Patient, file: str) -> None:
    from all_cli.knowledge.strict_yaml import read_yaml

    name = "standard input" if file == "-" else file
    raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableError("--patient", name, "not a text file") from None
    try:
        document = read_yaml(text, name, as_text=True)
    except KnowledgeError as error:
        raise UnreadableError("--patient", name, f"not YAML or JSON: {error.problems[0]}") from None
    if not isinstance(document.data, dict):
        raise UnreadableError("--patient", name, "it should hold facts and values, such as age: 7")
    dates = {}
    for id, value in document.data.items():
        place = document.key_place((id,))
        if id in ("born", "diagnosed"):
            dates[id] = str(value)
            continue
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, (dict, list)):
                raise UnreadableError(str(place), id, "a value must be text or a number")
            _tell(patient, id, "" if item is None else str(item), str(place))
    if dates:
        _dates(patient, dates.get("born"), dates.get("diagnosed"))


def not_encoded(word: str) -> str:
    """That nothing is encoded of a drug or another word, with the guidance that speaks of it; empty if none does."""
    from all_cli.protocol.guidance import guidance_library

    topics = guidance_library().speaking_of(word)[:2]
    commands = " and ".join(f"all-protocol guide {topic}" for topic in topics)
    return f": no dose of it is encoded; {commands} speak{'s' if len(topics) == 1 else ''} of it" if topics else ""
