"""Where the knowledge files are, what they say, and the digest that names their content."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from all_cli.knowledge.problems import KnowledgeError, Place, Problem
from all_cli.knowledge.shape import shape_problems
from all_cli.knowledge.strict_yaml import Document, read_yaml

FACTS, SOURCES, RISK_RULES, PROTOCOLS = "facts.yaml", "sources.yaml", "risk_rules.yaml", "protocols.yaml"
SHIPPED = (FACTS, SOURCES, RISK_RULES, PROTOCOLS)


@cache
def data_directory() -> Path:
    """The folder of the shipped knowledge: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    for candidate in (package / "data", package.parent / "data"):
        if (candidate / FACTS).is_file():
            return candidate
    raise KnowledgeError([Problem(Place(str(package / "data"), 1, 1), "the knowledge files are not installed")])


@cache
def content(name: str) -> bytes:
    """The bytes of one shipped knowledge file."""
    return (data_directory() / name).read_bytes()


@cache
def digest() -> str:
    """``sha256:…`` over the names and bytes of all shipped knowledge files."""
    total = hashlib.sha256()
    for name in SHIPPED:
        total.update(name.encode() + b"\0" + content(name) + b"\0")
    return f"sha256:{total.hexdigest()}"


def document_of(name: str) -> Document:
    """One shipped knowledge file, read strictly and checked against its schema.

    Raises:
        KnowledgeError: with every problem of the file.
    """
    return checked_document(content(name), f"data/{name}", name)


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
    path = data_directory() / "schemas" / f"{name.removesuffix('.yaml')}.schema.json"
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema
