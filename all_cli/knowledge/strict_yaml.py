"""YAML read strictly: every key once, every value what it looks like, every node with its place.

Differences from YAML 1.1 as PyYAML reads it: ``1e-4`` is a number; ``no``, ``on``, ``12:30``, ``0777`` and dates stay
text; anchors, tags and merge keys are refused, so that a file means what a clinician reads aloud.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

import yaml

from all_cli.knowledge.problems import KnowledgeError, Place, Problem, Problems

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)([eE][-+]?[0-9]+)?")
_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_LARGEST = 1 << 63  # what the compiled form holds
_DEEPEST = 100
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}

Path = tuple[str | int, ...]
Where = TypeVar("Where")


@dataclass(slots=True)
class Document:
    """Plain data (dict, list, str, int, float, bool, None) and where each part of it stands."""

    file: str
    data: Any
    _places: dict[Path, Place] = field(default_factory=dict)
    _key_places: dict[Path, Place] = field(default_factory=dict)
    _further_lines: dict[Path, list[tuple[int, Place]]] = field(default_factory=dict)

    def place(self, path: Path) -> Place:
        """Where the value at ``path`` begins; for a missing value, where its nearest existing parent begins."""
        return self._nearest(self._places, path)

    def key_place(self, path: Path) -> Place:
        """Where the key that leads to ``path`` stands."""
        return self._key_places.get(path) or self.place(path)

    def text_place(self, path: Path, offset: int) -> Place:
        """Where character ``offset`` of the text at ``path`` stands; escapes before it are counted as one character."""
        start, place = 0, self.place(path)
        for first, line in self._further_lines.get(path, ()):
            if first <= offset:
                start, place = first, line
        return Place(place.file, place.line, place.column + offset - start)

    def take_places(self, other: Document, moved: Callable[[Path], Path | None]) -> None:
        """Take over the places of another document, each at the path to which it is moved, if at any."""
        self._places |= _moved(other._places, moved)
        self._key_places |= _moved(other._key_places, moved)
        self._further_lines |= _moved(other._further_lines, moved)

    def _nearest(self, places: dict[Path, Place], path: Path) -> Place:
        while path and path not in places:
            path = path[:-1]
        return places.get(path, Place(self.file, 1, 1))


def _moved(places: dict[Path, Where], moved: Callable[[Path], Path | None]) -> dict[Path, Where]:
    return {new: place for old, place in places.items() if (new := moved(old)) is not None}


def read_yaml(text: str, file: str, *, as_text: bool = False) -> Document:
    """Read one YAML document.

    Args:
        text: the document.
        file: the name that messages give it.
        as_text: keep every scalar as the text that was written (``5e-4``, ``1.50``, ``yes``).

    Raises:
        KnowledgeError: not YAML, a repeated key, an anchor, alias, tag or merge key; all such mistakes at once, except
            that text which is not YAML stops at its first mistake.
    """
    try:
        _refuse_deep(text, file)
        loader = _LOADER(text)
        try:
            node = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1, 1)
        raise KnowledgeError([Problem(place, f"this is not YAML: {error.problem or error.context}")]) from None
    except (yaml.YAMLError, UnicodeError) as error:
        raise KnowledgeError([Problem(Place(file, 1, 1), f"this is not YAML: {str(error).splitlines()[0]}")]) from None
    document = Document(file, None)
    if node is None:
        return document
    reader = _Reader(document, as_text, text)
    document.data = reader.value(node, ())
    if reader.problems:
        raise KnowledgeError(reader.problems)
    return document


def _refuse_deep(text: str, file: str) -> None:
    """Refuse nesting that no table has: some ten thousand levels end PyYAML, and the process with it, without a word.

    A parser may have a limit of its own and meet it by looking ahead, before it has told of a single level. So where it
    refuses, what stands before that place is counted too.

    Raises:
        KnowledgeError: more than ``_DEEPEST`` levels.
        yaml.MarkedYAMLError: a mistake that is not below so many levels.
    """
    try:
        _count_levels(text, file)
    except yaml.MarkedYAMLError as error:
        if error.problem_mark:
            with suppress(yaml.YAMLError):
                _count_levels(text[: error.problem_mark.index], file)
        raise


def _count_levels(text: str, file: str) -> None:
    loader, depth = _LOADER(text), 0
    try:
        while loader.check_event():
            event = loader.get_event()
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > _DEEPEST:
                    mark = event.start_mark
                    place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1, 1)
                    raise KnowledgeError([Problem(place, f"nested deeper than {_DEEPEST} levels")])
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
    finally:
        loader.dispose()


class _Reader:
    def __init__(self, document: Document, as_text: bool, text: str) -> None:
        self.document = document
        self.as_text = as_text
        self.lines = _LINE_END.split(text)
        self.problems = Problems()
        self.seen: set[int] = set()

    def mark(self, node: yaml.Node, inside: bool = False) -> Place:
        quoted = isinstance(node, yaml.ScalarNode) and node.style in ("'", '"')
        return Place(
            self.document.file, node.start_mark.line + 1, node.start_mark.column + 1 + (1 if inside and quoted else 0)
        )

    def value(self, node: yaml.Node, path: Path) -> Any:
        self.document._places[path] = self.mark(node, inside=True)
        if id(node) in self.seen:
            self.problems.append(Problem(self.mark(node), "an alias (*name) is not allowed here: write the value out"))
            return None
        self.seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode)
        if node.start_mark.line < node.end_mark.line and node.style not in ("|", ">"):
            self.document._further_lines[path] = list(self.further_lines(node))
        return self.scalar(node)

    def further_lines(self, node: yaml.ScalarNode) -> Iterator[tuple[int, Place]]:
        """For each further line of a text that goes on below, which character it begins with and where it stands."""
        place = self.mark(node, inside=True)
        offset = len(self.lines[place.line - 1][place.column - 1 :].rstrip()) + 1
        for number in range(place.line, node.end_mark.line + 1):
            line = self.lines[number]
            yield offset, Place(place.file, number + 1, len(line) - len(line.lstrip()) + 1)
            offset += len(line.strip()) + 1

    def mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            place = self.mark(key_node)
            if not isinstance(key_node, yaml.ScalarNode):
                self.problems.append(Problem(place, "a key must be a single word"))
                continue
            key = key_node.value
            if key == "<<":
                self.problems.append(Problem(place, "a merge key (<<) is not allowed here: write the keys out"))
                continue
            if key in result:
                first = self.document._key_places[(*path, key)]
                self.problems.append(Problem(place, f'the key "{key}" is repeated (first at line {first.line})'))
                continue
            self.document._key_places[(*path, key)] = place
            result[key] = self.value(value_node, (*path, key))
        return result

    def scalar(self, node: yaml.ScalarNode) -> Any:
        text: str = node.value
        if node.tag and not node.tag.startswith("tag:yaml.org,2002:"):
            self.problems.append(Problem(self.mark(node), f'the tag "{node.tag}" is not allowed here'))
        if self.as_text or node.style in ("'", '"', "|", ">"):
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.fullmatch(text):
            if len(text) > 20 or not -_LARGEST <= int(text) < _LARGEST:
                self.problems.append(Problem(self.mark(node), "the number is too large"))
                return 0
            return int(text)
        if _DECIMAL.fullmatch(text) and not re.fullmatch(r"[-+]?0[0-9]+", text):
            if math.isinf(float(text)):
                self.problems.append(Problem(self.mark(node), "the number is too large"))
            return float(text)
        return text
