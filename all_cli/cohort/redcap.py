"""The data dictionary of REDCap: a table of fields, as the project page or the API gives it."""

import re
from collections.abc import Iterator

from all_cli.cohort.dictionary import Dictionary, Field
from all_cli.cohort.streams import InputError
from all_cli.cohort.tables import open_table
from all_cli.cohort.typed import texts_of
from all_cli.knowledge.files import DICTIONARY, check_small

_TAG = re.compile(r"<[^>]+>")
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


def read_dictionary(path: str) -> Dictionary:
    """The dictionary in a file, or on standard input (``-``).

    Raises:
        InputError: no dictionary of REDCap.
        OSError: the file cannot be read, or is larger than a dictionary.
    """
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
