"""What a data dictionary says of the columns of a table: the labels of fields, and what their codes stand for.

A dictionary of REDCap is a table itself, as the project page or the API gives it. Exports are raw (names of fields and
codes) or labelled (labels of fields and of choices); check boxes are a column per choice, ``genetics___1`` or
``Genetics (choice=BCR::ABL1)``. A box that is checked says that something is there; one that is not checked says
nothing, since nobody may have looked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from all_cli.cohort.header_rows import as_written
from all_cli.cohort.streams import InputError
from all_cli.cohort.told import Pairs, Told
from all_cli.knowledge.files import DICTIONARY, check_small
from all_cli.patient.reading import fold

_CHOICE = re.compile(r"(.*)\(choice=(.*)\)", re.DOTALL)
_BOX = re.compile(r"(\w+?)___(\w+)")
_TAG = re.compile(r"<[^>]+>")
_TYPE = re.compile(r"STRING|NUMBER|BOOLEAN|PATIENT|SAMPLE|-?\d+|")
_COLUMNS = {  # as the project page writes them, and as the API does
    "name": ("Variable / Field Name", "field_name"),
    "kind": ("Field Type", "field_type"),
    "label": ("Field Label", "field_label"),
    "choices": ("Choices, Calculations, OR Slider Labels", "select_choices_or_calculations"),
    "note": ("Field Note", "field_note"),
    "form": ("Form Name", "form_name"),
    "section": ("Section Header", "section_header"),
}
_NEEDED = ("name", "kind", "label", "choices")
_CODED = ("radio", "dropdown", "checkbox")
_TWO = {"yesno": (("1", "Yes"), ("0", "No")), "truefalse": (("1", "True"), ("0", "False"))}
_MOST_FIELDS = 100_000
CHECKED, UNCHECKED = ("checked", "1"), ("unchecked", "0")


class Field(NamedTuple):
    """One field: its label, notes beside it, its choices as (code, label), and the headings above it."""

    label: str
    notes: tuple[str, ...] = ()
    choices: Pairs = ()
    boxes: bool = False
    around: tuple[str, ...] = ()


class Dictionary:
    """The fields of a table by their names."""

    def __init__(self, fields: Mapping[str, Field]) -> None:
        self._fields = dict(fields)
        labels = [field.label for field in fields.values()]
        self._named = {
            field.label: name for name, field in fields.items() if field.label and labels.count(field.label) == 1
        }

    def over(self, own: Dictionary | None) -> Dictionary:
        """With what a table itself says of the columns that this one does not speak of."""
        return Dictionary({**(own._fields if own is not None else {}), **self._fields})

    def told(self, header: str) -> Told | None:
        """What it says of a column; None if it does not speak of it."""
        box = _BOX.fullmatch(header)
        if box is not None and (field := self._fields.get(box[1])) is not None and field.boxes:
            codes = {re.sub(r"\W", "_", code).casefold(): label for code, label in field.choices}
            return _box(codes.get(box[2].casefold(), ""), (field.label, *field.notes, *field.around))
        name = header if header in self._fields else self._named.get(header)
        if name is None:
            return None
        field = self._fields[name]
        # A labelled export holds the labels themselves.
        values = {fold(label): label for _, label in field.choices} | {
            fold(code): label for code, label in field.choices
        }
        names = tuple(filter(None, (field.label, as_written(name))))
        return Told(names, tuple(filter(None, field.notes)), tuple(filter(None, field.around)), tuple(values.items()))


def told_of(header: str, dictionary: Dictionary | None) -> Told:
    """What is known of a column: by the dictionary, or by its own name alone."""
    written = as_written(header)
    if (choice := _CHOICE.fullmatch(written)) is not None:
        return _box(choice[2].strip(), (choice[1].strip(),))
    told = (dictionary.told(header) or dictionary.told(written)) if dictionary is not None else None
    return told or Told((written,))


def _box(choice: str, around: tuple[str, ...]) -> Told:
    values = [(word, "yes") for word in CHECKED] + [(word, "unknown") for word in UNCHECKED]
    return Told((choice,), (), tuple(filter(None, around)), tuple(values), choice)


def told_in_comments(comments: Iterable[Sequence[str]], names: Sequence[str]) -> Dictionary | None:
    """What the lines above a header say of its columns, cell by cell, as files of cBioPortal have them.

    Types and priorities say nothing of a column; lines that are no rows of cells say nothing at all.
    """
    lines = [line for line in comments if len(line) == len(names) > 1]
    texts = [[cell.strip().lstrip("#").strip() for cell in line] for line in lines]
    texts = [line for line in texts if not all(_TYPE.fullmatch(cell) for cell in line)]
    if not texts:
        return None
    told = zip(names, zip(*texts, strict=True), strict=True)
    return Dictionary({name: Field(label, tuple(notes)) for name, (label, *notes) in told})


def read_dictionary(path: str) -> Dictionary:
    """The dictionary in a file, or on standard input (``-``).

    Raises:
        InputError: no dictionary of REDCap.
        OSError: the file cannot be read, or is larger than a dictionary.
    """
    from all_cli.cohort.tables import open_table  # which reads other kinds of dictionaries
    from all_cli.cohort.typed import texts_of

    if path != "-":
        check_small(path, DICTIONARY)
    with open_table([path]) as table:
        places = {key: next((name for name in names if name in table.header), "") for key, names in _COLUMNS.items()}
        if missing := [names[0] for key, names in _COLUMNS.items() if key in _NEEDED and not places[key]]:
            why = f'it is no data dictionary of REDCap: it has no column "{missing[0]}"'
            raise InputError(path, f"{why}; give the file that the project page or the API writes")
        fields: dict[str, Field] = {}
        form = section = ""
        rows = 0
        for part in table.rows():
            rows += part.frame.height  # of a file that is packed or comes from a pipe, the bytes say nothing
            if rows > _MOST_FIELDS:
                raise InputError(path, f"it has more than {_MOST_FIELDS:,} fields, which no dictionary of REDCap has")
            for row in texts_of(part.frame).iter_rows(named=True):
                text = {key: _plain(row[column]) if column else "" for key, column in places.items()}
                kind = text["kind"].casefold()
                choices = tuple(_choices(text["choices"])) if kind in _CODED else _TWO.get(kind, ())
                section = text["section"] or section if text["form"] == form else text["section"]
                form = text["form"]
                around = (section, form)
                fields[text["name"]] = Field(text["label"], (text["note"],), choices, kind == "checkbox", around)
    return Dictionary(fields)


def _choices(text: str) -> Iterator[tuple[str, str]]:
    """Codes and labels of ``1, B-cell | 2, T-cell``; a label may hold a comma, and no code does."""
    for choice in text.split("|"):
        code, _, label = choice.strip().partition(",")
        if code:
            yield code.strip(), label.strip()


def _plain(cell: str | None) -> str:
    return " ".join(_TAG.sub(" ", cell or "").split())
