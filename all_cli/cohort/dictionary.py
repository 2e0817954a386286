"""What a data dictionary says of the columns of a table: the labels of fields, and what their codes stand for.

A dictionary of REDCap is a table itself, as the project page or the API gives it. Exports are raw (names of fields and
codes) or labelled (labels of fields and of choices); check boxes are a column per choice, ``genetics___1`` or
``Genetics (choice=BCR::ABL1)``. A box that is checked says that something is there; one that is not checked says
nothing, since nobody may have looked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from all_cli.cohort.header_words import speaks_of_else
from all_cli.cohort.headers import GENETICS, LEFT_ALONE, HeaderNames, known_unit
from all_cli.cohort.streams import InputError
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.logic.values import ABSENT, NumberSet
from all_cli.patient.genetics import genetics_reader
from all_cli.patient.reading import fold
from all_cli.patient.unreadable import UnreadableError

_CHOICE = re.compile(r"(.*)\(choice=(.*)\)", re.DOTALL)
_BOX = re.compile(r"(\w+?)___(\w+)")
_TAG = re.compile(r"<[^>]+>")
_COLUMNS = {  # as the project page writes them, and as the API does
    "name": ("Variable / Field Name", "field_name"),
    "kind": ("Field Type", "field_type"),
    "label": ("Field Label", "field_label"),
    "choices": ("Choices, Calculations, OR Slider Labels", "select_choices_or_calculations"),
    "note": ("Field Note", "field_note"),
}
_CODED = ("radio", "dropdown", "checkbox")
_TWO = {"yesno": (("1", "Yes"), ("0", "No")), "truefalse": (("1", "True"), ("0", "False"))}
CHECKED, UNCHECKED = ("checked", "1"), ("unchecked", "0")

Pairs = tuple[tuple[str, str], ...]


class Field(NamedTuple):
    """One field: its label, a note beside it, and its choices as (code, label)."""

    label: str
    note: str = ""
    choices: Pairs = ()
    boxes: bool = False


class Told(NamedTuple):
    """What is known of a column beside its name.

    Attributes:
        names: texts that can say what it is, the best first.
        note: what may be its unit.
        values: what its cells say, folded, and what that means.
        choice: of a check box, what is there if it is checked; else empty.
    """

    names: tuple[str, ...]
    note: str = ""
    values: Pairs = ()
    choice: str = ""


class Dictionary:
    """The fields of a table by their names."""

    def __init__(self, fields: Mapping[str, Field]) -> None:
        self._fields = dict(fields)
        labels = [field.label for field in fields.values()]
        self._named = {
            field.label: name for name, field in fields.items() if field.label and labels.count(field.label) == 1
        }

    def told(self, header: str) -> Told | None:
        """What it says of a column; None if it does not speak of it."""
        box = _BOX.fullmatch(header)
        if box is not None and (field := self._fields.get(box[1])) is not None and field.boxes:
            codes = {re.sub(r"\W", "_", code).casefold(): label for code, label in field.choices}
            return _box(codes.get(box[2].casefold(), ""))
        name = header if header in self._fields else self._named.get(header)
        if name is None:
            return None
        field = self._fields[name]
        # A labelled export holds the labels themselves.
        values = {fold(label): label for _, label in field.choices} | {
            fold(code): label for code, label in field.choices
        }
        return Told(tuple(filter(None, (field.label, name))), field.note, tuple(values.items()))


def told_of(header: str, dictionary: Dictionary | None) -> Told:
    """What is known of a column: by the dictionary, or by its own name alone."""
    if (choice := _CHOICE.fullmatch(header)) is not None:
        return _box(choice[2].strip())
    return (dictionary.told(header) if dictionary is not None else None) or Told((header,))


def _box(choice: str) -> Told:
    values = [(word, "yes") for word in CHECKED] + [(word, "unknown") for word in UNCHECKED]
    return Told((choice,), "", tuple(values), choice)


def read_dictionary(path: str) -> Dictionary:
    """The dictionary in a file.

    Raises:
        InputError: no dictionary of REDCap.
        OSError: the file cannot be read.
    """
    from all_cli.cohort.tables import open_table  # which reads other kinds of dictionaries
    from all_cli.cohort.typed import texts_of

    with open_table([path]) as table:
        places = {key: next((name for name in names if name in table.header), "") for key, names in _COLUMNS.items()}
        if missing := [names[0] for key, names in _COLUMNS.items() if not places[key] and key != "note"]:
            why = f'it is no data dictionary of REDCap: it has no column "{missing[0]}"'
            raise InputError(path, f"{why}; give the file that the project page or the API writes")
        fields: dict[str, Field] = {}
        for part in table.rows():
            for row in texts_of(part.frame).iter_rows(named=True):
                text = {key: _plain(row[column]) if column else "" for key, column in places.items()}
                kind = text["kind"].casefold()
                choices = tuple(_choices(text["choices"])) if kind in _CODED else _TWO.get(kind, ())
                fields[text["name"]] = Field(text["label"], text["note"], choices, kind == "checkbox")
    return Dictionary(fields)


def _choices(text: str) -> Iterator[tuple[str, str]]:
    """Codes and labels of ``1, B-cell | 2, T-cell``; a label may hold a comma, and no code does."""
    for choice in text.split("|"):
        code, _, label = choice.strip().partition(",")
        if code:
            yield code.strip(), label.strip()


def _plain(cell: str | None) -> str:
    return " ".join(_TAG.sub(" ", cell or "").split())


def read_as(told: Told, names: HeaderNames, vocabulary: Vocabulary) -> tuple[str, str]:
    """What a column reads by all that is told of it, and the unit that is written there."""
    found = [names.find(name) for name in told.names]
    reads = next((reads for reads, _ in found if reads), "")
    denied = [
        name for name, (other, _) in zip(told.names, found, strict=True) if other != reads and speaks_of_else(name)
    ]
    if denied and reads in vocabulary and vocabulary[reads].moment == "diagnosis":
        return "", ""  # a short name that its label takes back: the count at relapse, the age of the mother
    if told.choice:
        fact = vocabulary.facts.get(reads)
        if fact is not None and fact.kind == "flag":
            return reads, ""
        return (GENETICS if _is_finding(told.choice, vocabulary) else ""), ""
    unit = next((unit for other, unit in found if other == reads and unit), "")
    fact = vocabulary.facts.get(reads)
    if not unit and fact is not None and fact.kind == "number" and told.note and known_unit(fact, told.note):
        unit = told.note
    return reads, unit


def _is_finding(text: str, vocabulary: Vocabulary) -> bool:
    """Whether a text says that something genetic is there."""
    try:
        found = genetics_reader(vocabulary).read(text)
    except UnreadableError:
        return False
    return any(isinstance(one.possible, NumberSet) or ABSENT not in one.possible for one in found)


def values_of(told: Told, reads: str) -> tuple[tuple[str, str], ...]:
    """What the cells of a column mean by what is told of it, if it is read as ``reads``."""
    if reads == LEFT_ALONE:
        return ()
    checked = told.choice if reads == GENETICS else "yes"
    return tuple((written, checked if told.choice and meant == "yes" else meant) for written, meant in told.values)
