"""Map files: how the columns of one table are read, saved as YAML and replayed.

    date_format: dmy            # of all date columns: dmy, mdy or ymd
    decimal: comma              # of all numbers: comma or point
    columns:
      "Leukocytes": {fact: wbc, unit: /uL}
      "Cell of Origin": {fact: lineage, values: {"B-Precursor": B, "777": unknown}}
      "note": {fact: "-"}

``fact`` is a fact, ``genetics``, ``born``, ``diagnosed`` or ``-`` (left alone). A column may have ``unit``, ``values``,
``date_format`` and ``decimal`` of its own. Columns that a map file does not name are read by their names.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from all_cli.cohort.columns import Column, ColumnRule, TableMapping
from all_cli.cohort.doubted_numbers import counted
from all_cli.cohort.headers import BORN, DIAGNOSED, GENETICS, LEFT_ALONE, SPECIAL, known_unit, units_of
from all_cli.cohort.whole_table import own_columns
from all_cli.knowledge.files import read_small
from all_cli.knowledge.problems import KnowledgeError, Place, Problem, Problems, did_you_mean, listed
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.patient.dates import ORDERS, read_table_date
from all_cli.patient.genetics import genetics_reader
from all_cli.patient.reading import UNKNOWN_WORDS, fold, read_value
from all_cli.patient.unreadable import UnreadableError

if TYPE_CHECKING:
    from all_cli.knowledge.strict_yaml import Document

DECIMALS = ("comma", "point")
_TOP = ("columns", "date_format", "decimal")
_OF_COLUMN = ("fact", "unit", "date_format", "decimal", "values")


class MapFileError(UnreadableError):
    """A map file cannot be used; says every mistake with its place (file:line:column)."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("--map-file", "", "it cannot be used")
        self.problems = sorted(set(problems))
        self.args = (listed(problems),)

    def __str__(self) -> str:
        return str(self.args[0])


def read_map_file(path: str | Path, vocabulary: Vocabulary) -> TableMapping:
    """The mapping that a map file holds, checked against the vocabulary; its columns are checked against a table later.

    Raises:
        MapFileError: not YAML, an unknown key, fact, unit or meaning of a value, each with its place.
        OSError: the file cannot be read.
    """
    from all_cli.knowledge.strict_yaml import read_yaml

    name = str(path)
    try:
        document = read_yaml(read_small(path).decode("utf-8-sig"), name, as_text=True)
        reader = _MapReader(document, vocabulary)
        mapping = reader.mapping()
    except UnicodeDecodeError:
        raise MapFileError([Problem(Place(name, 1, 1), "this is not UTF-8 text")]) from None
    except KnowledgeError as error:
        raise MapFileError(error.problems) from None
    if reader.problems:
        raise MapFileError(reader.problems)
    return mapping


class _MapReader:
    def __init__(self, document: Document, vocabulary: Vocabulary) -> None:
        self._document = document
        self._vocabulary = vocabulary
        self.problems = Problems()

    def mapping(self) -> TableMapping:
        data = self._document.data
        if not isinstance(data, dict) or not isinstance(data.get("columns"), dict):
            self._wrong((), 'it should hold "columns:", with a column name and {fact: …} on each line')
            return TableMapping()
        self._known_keys((), data, _TOP)
        rules = {}
        for header, entry in data["columns"].items():
            path = ("columns", header)
            if not isinstance(entry, dict) or not isinstance(entry.get("fact"), str):
                self._wrong(path, f'say what the column is: "{header}": {{fact: wbc}}, or fact: "-" to leave it alone')
                continue
            self._known_keys(path, entry, _OF_COLUMN)
            if (rule := self._rule(path, header, entry)) is not None:
                rules[header] = rule
        return TableMapping(
            rules, self._one_of((), data, "decimal", DECIMALS), self._one_of((), data, "date_format", ORDERS)
        )

    def _rule(self, path: tuple[str, ...], header: str, entry: Mapping[str, Any]) -> ColumnRule | None:
        reads = entry["fact"]
        callers = self._vocabulary.callers
        if reads.casefold() in callers:
            for key in entry:
                if key != "fact":
                    self._wrong((*path, key), f"the labels of {reads} are read as they are", key=True)
            return ColumnRule(header, reads, place=str(self._document.key_place(path)))
        if reads not in SPECIAL and reads not in self._vocabulary:
            choices = [*self._vocabulary, *SPECIAL, *(caller.id for caller in callers.values())]
            hint = did_you_mean(reads, choices) or "; all-risk facts lists them"
            self._wrong((*path, "fact"), f'no fact is called "{reads}"{hint}')
            return None
        reads = reads if reads in SPECIAL else self._vocabulary[reads].id
        order = self._one_of(path, entry, "date_format", ORDERS)
        if order and reads not in (BORN, DIAGNOSED):
            self._wrong((*path, "date_format"), f"{reads} is not a date; born and diagnosed are", key=True)
        decimal = self._one_of(path, entry, "decimal", DECIMALS)
        if decimal and (reads in SPECIAL or self._vocabulary[reads].kind != "number"):
            self._wrong((*path, "decimal"), f"{reads} is not a number", key=True)
        unit = self._unit(path, reads, entry)
        values = tuple(self._values(path, reads, unit or order, entry))
        return ColumnRule(header, reads, unit, decimal, order, values, str(self._document.key_place(path)))

    def _unit(self, path: tuple[str, ...], reads: str, entry: Mapping[str, Any]) -> str:
        if "unit" not in entry:
            return ""
        place, unit = (*path, "unit"), str(entry["unit"])
        if reads in SPECIAL or self._vocabulary[reads].kind != "number":
            self._wrong(place, f"{reads} has no unit", key=True)
            return ""
        fact = self._vocabulary[reads]
        known = known_unit(fact, unit)
        if not known:
            has = f" (its units: {units_of(fact)})" if units_of(fact) else ""
            self._wrong(place, f'"{unit}" is not a unit of {fact.id}{has}')
        return known

    def _values(
        self, path: tuple[str, ...], reads: str, form: str, entry: Mapping[str, Any]
    ) -> Iterator[tuple[str, str]]:
        values = entry.get("values", {})
        if not isinstance(values, dict):
            self._wrong((*path, "values"), 'write it as {"what the cell says": what it means}')
            return
        seen: dict[str, str] = {}
        for written, meant in values.items():
            place = (*path, "values", written)
            if not isinstance(meant, str):
                self._wrong(place, "a meaning must be a word or a number")
                continue
            if fold(written) in seen:
                self._wrong(place, f'"{written}" is the same cell as "{seen[fold(written)]}"', key=True)
            seen[fold(written)] = written
            try:
                self._read(reads, meant, form)
            except UnreadableError as error:
                self._wrong(place, f'"{meant}" cannot be a value of {reads}: {error.why}')
            yield fold(written), meant

    def _read(self, reads: str, meant: str, form: str) -> None:
        """Read what a cell is said to mean, so that a mistake is found before any row is; ``form``: unit or order."""
        if fold(meant) in UNKNOWN_WORDS or reads == LEFT_ALONE:
            return
        if reads in (BORN, DIAGNOSED):
            read_table_date(reads, meant, form)
        elif reads == GENETICS:
            genetics_reader(self._vocabulary).read(meant)
        else:
            read_value(self._vocabulary[reads], meant, form)

    def _one_of(self, path: tuple[str, ...], entry: Mapping[str, Any], key: str, choices: Sequence[str]) -> str:
        value = entry.get(key, "")
        if key in entry and value not in choices:
            self._wrong((*path, key), f'"{value}" is not one of {", ".join(choices)}')
            return ""
        return str(value)

    def _known_keys(self, path: tuple[str, ...], entry: Mapping[str, Any], known: Sequence[str]) -> None:
        for key in entry:
            if key not in known:
                hint = did_you_mean(key, list(known)) or f" (known here: {', '.join(known)})"
                self._wrong((*path, key), f'the key "{key}" is not known here{hint}', key=True)

    def _wrong(self, path: tuple[str, ...], message: str, *, key: bool = False) -> None:
        place = self._document.key_place(path) if key else self._document.place(path)
        self.problems.append(Problem(place, message))


def map_file_text(columns: Sequence[Column], unread: Mapping[int, Sequence[tuple[str, int]]] | None = None) -> str:
    """A map file that replays how the columns of a table were read.

    Args:
        columns: the columns as planned.
        unread: per column index, texts that could not be read with their number of cells; they stand as comments to be
            given a meaning.
    """
    own = own_columns(columns)
    nothing = "" if any(column.reads != LEFT_ALONE or column.settled for column in own) else " {}"
    lines = ["# How all-risk reads the columns of a table; replay it with --map-file.", f"columns:{nothing}"]
    for column in own:
        reads = column.caller if column.calls else column.reads
        parts = [f"fact: {_quoted(reads) if reads == LEFT_ALONE else reads}"]
        # A unit that stands in the header is read there again; in the map it would be the user's own word.
        parts += [f"unit: {_quoted(column.unit)}"] if column.chosen else []
        parts += [f"date_format: {column.date_order}"] if column.date_order else []
        parts += [f"decimal: {column.decimal}"] if column.decimal else []
        if column.values:
            parts.append(f"values: {{{', '.join(f'{_quoted(a)}: {_quoted(b)}' for a, b in column.values)}}}")
        # What only its name leaves alone can still stop a run, unless the user says that it is to be left alone.
        mark = "# " if column.reads == LEFT_ALONE and not column.settled else ""
        lines.append(f"  {mark}{_quoted(column.header)}: {{{', '.join(parts)}}}")
        for text, cells in (unread or {}).get(column.index, ()) if not column.calls else ():
            lines.append(
                f"    # not read, {counted(cells, 'cell')}; to give it a meaning: values: {{{_quoted(text)}: …}}"
            )
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A text in double quotes on one line, as YAML takes it."""
    import yaml

    return yaml.safe_dump(text, default_style='"', allow_unicode=True, width=sys.maxsize).strip()
