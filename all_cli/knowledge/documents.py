"""Knowledge files as checked documents: read strictly, then held against their schema. Needed only to compile."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from all_cli.knowledge import files
from all_cli.knowledge.problems import KnowledgeError, Place, Problem
from all_cli.knowledge.shape import shape_problems
from all_cli.knowledge.strict_yaml import Document, read_yaml


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


def checked_document(raw: bytes, shown_as: str, schema_of: str) -> Document:
    """Knowledge text of the same form as the shipped file ``schema_of``, read strictly and checked.

    Raises:
        KnowledgeError: with every problem of the text.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise KnowledgeError([Problem(Place(shown_as, line, 1), "this is not UTF-8 text")]) from None
    document = read_yaml(text, shown_as)
    problems = shape_problems(document, _schema(schema_of))
    if problems:
        raise KnowledgeError(problems)
    return document


@cache
def _schema(name: str) -> dict[str, Any]:
    path = files.data_directory() / "schemas" / f"{name.removesuffix('.yaml')}.schema.json"
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema
