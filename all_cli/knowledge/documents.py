"""Knowledge files as checked documents: read strictly, then held against their schema. Needed only to compile."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from all_cli.knowledge import files
from all_cli.knowledge.including import assembled, text_of
from all_cli.knowledge.problems import ENOUGH, KnowledgeError, Problem
from all_cli.knowledge.shape import misshapen_paths, shape_problems
from all_cli.knowledge.strict_yaml import Document, read_yaml
from all_cli.knowledge.strict_yaml import Path as KeyPath


class MisshapenError(KnowledgeError):
    """A file that was read and departs from its schema; ``paths`` says where, so that the rest can be looked at."""

    def __init__(self, problems: list[Problem], document: Document, paths: set[KeyPath]) -> None:
        super().__init__(problems)
        self.document = document
        self.paths = paths


def documents_of(*names: str) -> list[Document]:
    """Several shipped knowledge files.

    Raises:
        KnowledgeError: with every problem of all of them.
    """
    problems: list[Problem] = []
    documents = []
    for name in names:
        try:
            documents.append(document_of(name))
        except KnowledgeError as error:
            problems.extend(error.problems)
    if problems:
        raise KnowledgeError(problems)
    return documents


def document_of(name: str) -> Document:
    """One shipped knowledge file, read strictly and checked against its schema.

    Raises:
        KnowledgeError: with every problem of the file.
    """
    return checked_document(files.content(name), f"data/{name}", name, files.data_directory())


def places_in(raw: bytes, shown_as: str, schema_of: str, folder: Path) -> Document:
    """A knowledge file that compiles, for the places in it; it is not held against its schema again."""
    document = read_yaml(text_of(raw, shown_as), shown_as)
    return assembled(document, schema_of, files.included(raw, folder))


def shipped_places(name: str) -> Document:
    """One shipped knowledge file, for the places in it."""
    return places_in(files.content(name), f"data/{name}", name, files.data_directory())


def checked_document(raw: bytes, shown_as: str, schema_of: str, folder: Path = Path()) -> Document:
    """Knowledge text of the same form as the shipped file ``schema_of``, with what it includes, read and checked.

    Args:
        raw: the text.
        shown_as: the name that messages give the file.
        schema_of: the shipped file of whose form it is.
        folder: where the file lies; what it includes lies there or below.

    Raises:
        KnowledgeError: with every problem of the text; MisshapenError if it is YAML of another shape.
    """
    document = places_in(raw, shown_as, schema_of, folder)
    schema = _schema(schema_of)
    problems = shape_problems(document, schema)
    if len(problems) >= ENOUGH:  # the rest would be looked at in vain
        raise KnowledgeError(problems)
    if problems:
        raise MisshapenError(problems, document, misshapen_paths(document, schema))
    return document


@cache
def _schema(name: str) -> dict[str, Any]:
    path = files.data_directory() / "schemas" / f"{name.removesuffix('.yaml')}.schema.json"
    return _written_out(json.loads(path.read_text(encoding="utf-8")))


def _written_out(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema whose definitions stand where it refers to them: looking them up takes as long as the checking."""
    definitions: dict[str, dict[str, Any]] = {f"#/$defs/{name}": {} for name in schema.get("$defs", {})}

    def written(part: Any) -> Any:
        if isinstance(part, list):
            return [written(item) for item in part]
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            assert part.keys() <= {"$ref", "description"}, part  # nothing beside it asks for more
            return definitions[part["$ref"]]
        return {key: written(item) for key, item in part.items()}

    for name, definition in schema.pop("$defs", {}).items():
        definitions[f"#/$defs/{name}"].update(written(definition))
    whole: dict[str, Any] = written(schema)
    return whole
