"""A knowledge file and those that it includes, read as one. Needed only to compile."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from all_cli.knowledge import files
from all_cli.knowledge.problems import KnowledgeError, Place, Problem, Problems, did_you_mean
from all_cli.knowledge.strict_yaml import Document, Path, read_yaml

_LISTS = {files.RISK_RULES: "schemes", files.PROTOCOLS: "protocols"}
"""What a file of a kind takes from those that it includes."""


def text_of(raw: bytes, file: str) -> str:
    """Knowledge text as it is written.

    Raises:
        KnowledgeError: the place of the first byte that is no UTF-8.
    """
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise KnowledgeError([Problem(Place(file, line, 1), "this is not UTF-8 text")]) from None


def assembled(document: Document, kind: str, included: Mapping[str, bytes | str]) -> Document:
    """The document with the schemes or protocols of the files that it includes, in its ``order``; places stay true.

    Args:
        document: the including file; one whose ``include`` or ``order`` is no list of words comes back as it is.
        kind: the shipped file of whose form it is.
        included: the files that it includes, as :func:`files.included` finds them.

    Raises:
        KnowledgeError: an include that is missing, elsewhere, repeated or circular, an included file that holds
            anything else, an ``order`` that does not name each id once; all such mistakes at once.
    """
    key, data = _LISTS.get(kind), document.data
    if key is None or not isinstance(data, dict) or not {"include", "order"} & data.keys():
        return document
    names, order = data.get("include", []), data.get("order")
    if not _words(names) or not (order is None or _words(order)) or not isinstance(data.get(key, []), list):
        return document
    parts, problems = [document], []
    for index in range(len(names)):
        try:
            parts.append(_part(document, index, key, included))
        except KnowledgeError as error:
            problems.extend(error.problems)
    if problems:
        raise KnowledgeError(problems)
    entries = [(part, number) for part in parts for number in range(len(part.data.get(key, ())))]
    if order is not None:
        entries = _ordered(document, order, entries, key)
    return _joined(document, parts, entries, key)


def _words(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _part(document: Document, index: int, key: str, included: Mapping[str, bytes | str]) -> Document:
    """One included file.

    Raises:
        KnowledgeError: it is not there, or is none that can be included.
    """
    name, main = document.data["include"][index], PurePath(document.file)
    file = str(main.parent / name)
    if refusal := _refusal(document, index, name, included):
        raise KnowledgeError([Problem(document.place(("include", index)), refusal)])
    raw = included[name]
    if isinstance(raw, str):
        why = f"{file}: {raw}" if raw else f"there is no file {file} that can be read"
        message = f'"{name}" cannot be included: {why}'
        raise KnowledgeError([Problem(document.place(("include", index)), message)])
    part = read_yaml(text_of(raw, file), file)
    held = part.data if isinstance(part.data, dict) else {}
    problems = []
    for other in held.keys() - {key}:
        message = f'an included file holds "{key}" alone; "{other}" stands in {document.file}'
        problems.append(Problem(part.key_place((other,)), message))
    if not problems and not isinstance(held.get(key), list):
        problems = [Problem(part.place((key,)), f'an included file holds a list "{key}"')]
    if problems:
        raise KnowledgeError(problems)
    return part


def _refusal(document: Document, index: int, name: str, included: Mapping[str, bytes | str]) -> str:
    """Why a name under ``include`` is none that can be read; empty if it is one."""
    main = PurePath(document.file).name
    if name == main:
        return f'"{name}" includes itself'
    if name in document.data["include"][:index]:
        return f'"{name}" is included twice'
    if files.is_elsewhere(name):
        return f'"{name}" cannot be included: name a file beside {main} or in a folder there'
    if name not in included:
        return "write the files plainly between brackets: include: [one.yaml, two.yaml]"
    return ""


def _ordered(
    document: Document, order: list[str], entries: list[tuple[Document, int]], key: str
) -> list[tuple[Document, int]]:
    """The entries as ``order`` names them; one without an id, which is a mistake of its own, comes last."""
    ids = {(id(part), number): _id(part, number, key) for part, number in entries}
    there = [each for each in ids.values() if each is not None]
    known = set(there)
    problems = Problems()
    seen: set[str] = set()
    for index, each in enumerate(order):
        place = document.place(("order", index))
        if each in seen:
            problems.append(Problem(place, f'"{each}" is named twice in the order'))
        elif each not in known:
            problems.append(Problem(place, f'none of the {key} has the id "{each}"{did_you_mean(each, there)}'))
        seen.add(each)
    for part, number in entries:
        name = ids[id(part), number]
        if name is not None and name not in seen:
            place = part.place((key, number, "id"))
            problems.append(Problem(place, f'"{name}" has no place yet: name it under "order" in {document.file}'))
    if problems:
        raise KnowledgeError(problems)
    rank = {each: index for index, each in enumerate(order)}
    return sorted(entries, key=lambda entry: rank.get(ids[id(entry[0]), entry[1]] or "", len(order)))


def _id(part: Document, number: int, key: str) -> str | None:
    entry = part.data[key][number]
    found = entry.get("id") if isinstance(entry, dict) else None
    return found if isinstance(found, str) else None


def _joined(document: Document, parts: list[Document], entries: list[tuple[Document, int]], key: str) -> Document:
    joined = Document(
        document.file, {name: item for name, item in document.data.items() if name not in ("include", "order")}
    )
    joined.data[key] = [part.data[key][number] for part, number in entries]
    moved = {(id(part), number): new for new, (part, number) in enumerate(entries)}
    for part in parts:

        def path_in_joined(path: Path, part: Document = part) -> Path | None:
            if path[:1] == (key,) and len(path) > 1:
                return (key, moved[id(part), int(path[1])], *path[2:])
            return path if part is document else None

        joined.take_places(part, path_in_joined)
    return joined
