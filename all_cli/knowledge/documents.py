"""Knowledge files as checked documents: read strictly, then held against their schema. Needed only to compile."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from all_cli.knowledge import files
from all_cli.knowledge.problems import KnowledgeError, Place, Problem
from all_cli.knowledge.shape import misshapen_paths, shape_problems
from all_cli.knowledge.strict_yaml import Document, Path, read_yaml


class MisshapenError(KnowledgeError):
    """A file that was read and departs from its schema; ``paths`` says where, so that the rest can be looked at."""

    def __init__(self, problems: list[Problem], document: Document, paths: set[Path]) -> None:
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
    return checked_document(files.content(name), f"data/{name}", name)


def places_in(name: str) -> Document:
    """One shipped knowledge file that compiles, for the places in it; it is not held against its schema again."""
    return read_yaml(files.content(name).decode("utf-8"), f"data/{name}")


def checked_document(raw: bytes, shown_as: str, schema_of: str) -> Document:
    """Knowledge text of the same form as the shipped file ``schema_of``, read strictly and checked.

    Raises:
        KnowledgeError: with every problem of the text; MisshapenError if it is YAML of another shape.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise KnowledgeError([Problem(Place(shown_as, line, 1), "this is not UTF-8 text")]) from None
    document = read_yaml(text, shown_as)
    schema = _schema(schema_of)
    problems = shape_problems(document, schema)
    if problems:
        raise MisshapenError(problems, document, misshapen_paths(document, schema))
    return document


@cache
def _schema(name: str) -> dict[str, Any]:
    path = files.data_directory() / "schemas" / f"{name.removesuffix('.yaml')}.schema.json"
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema
