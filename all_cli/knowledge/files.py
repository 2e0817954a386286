"""Where the knowledge files are, and what they say."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from all_cli.knowledge.problems import KnowledgeError, Place, Problem

FACTS, SOURCES, RISK_RULES, PROTOCOLS = "facts.yaml", "sources.yaml", "risk_rules.yaml", "protocols.yaml"
GUIDANCE, CHOICE = "guidance.yaml", "choice.yaml"
SHIPPED = (FACTS, SOURCES, RISK_RULES, PROTOCOLS, GUIDANCE, CHOICE)
_INCLUDE = re.compile(rb"^include: *\[([^\]]*)\]", re.MULTILINE)


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


def is_elsewhere(name: str) -> bool:
    """Whether an included file would lie outside the folder of the file that includes it."""
    return not name or name.startswith("/") or ".." in name.split("/") or "\\" in name or ":" in name


def included(raw: bytes, folder: Path) -> dict[str, bytes | None]:
    """The files that a knowledge file includes, by name; found in its text, because reading YAML takes long.

    Args:
        raw: the including file.
        folder: where it lies.

    Returns:
        The bytes of each; None where there is no file that can be read, or it lies elsewhere.
    """
    listed = _INCLUDE.search(raw)
    names = listed[1].decode("utf-8", "replace").split(",") if listed else []
    return {name: _bytes(folder, name) for name in map(str.strip, names) if name}


def _bytes(folder: Path, name: str) -> bytes | None:
    try:
        return None if is_elsewhere(name) else (folder / name).read_bytes()
    except (OSError, ValueError):
        return None


def with_included(raw: bytes, folder: Path) -> bytes:
    """A knowledge file and those that it includes, each with its name: what is compiled from it depends on all."""
    parts = included(raw, folder).items()
    return b"\0".join([raw, *(name.encode() + b"\0" + (part or b"") for name, part in parts)])


@cache
def whole(name: str) -> bytes:
    """The bytes of one shipped knowledge file and of those that it includes."""
    raw = content(name)
    return with_included(raw, data_directory()) if name in (RISK_RULES, PROTOCOLS) else raw
