"""Where the knowledge files are, what they say, and the digest that names their content."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from all_cli.knowledge.problems import KnowledgeError, Place, Problem

FACTS, SOURCES, RISK_RULES, PROTOCOLS = "facts.yaml", "sources.yaml", "risk_rules.yaml", "protocols.yaml"
GUIDANCE, CHOICE = "guidance.yaml", "choice.yaml"
SHIPPED = (FACTS, SOURCES, RISK_RULES, PROTOCOLS, GUIDANCE, CHOICE)


@cache
def data_directory() -> Path:
    """The folder of the shipped knowledge: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    for candidate in (package / "data", package.parent / "data"):
        if (candidate / FACTS).is_file():
            return candidate
    raise KnowledgeError([Problem(Place(str(package / "data"), 1, 1), "the knowledge files are not installed")])


def in_a_checkout() -> bool:
    """Whether the knowledge files lie beside the package, where they are edited, and not inside it."""
    return data_directory().parent != Path(__file__).resolve().parent.parent


@cache
def content(name: str) -> bytes:
    """The bytes of one shipped knowledge file."""
    return (data_directory() / name).read_bytes()


@cache
def digest() -> str:
    """``sha256:…`` over the names and bytes of all shipped knowledge files."""
    from all_cli.knowledge.cache import compiled

    return str(compiled("digest", map(content, SHIPPED), _digest))


def _digest() -> str:
    import hashlib

    total = hashlib.sha256()
    for name in SHIPPED:
        total.update(name.encode() + b"\0" + content(name) + b"\0")
    return f"sha256:{total.hexdigest()}"
