"""Where the knowledge files are, and what they say."""

from __future__ import annotations

import errno
import re
import stat
import sys
from functools import cache
from pathlib import Path
from typing import IO

from all_cli.knowledge.problems import KnowledgeError, Place, Problem

FACTS, SOURCES, RISK_RULES, PROTOCOLS = "facts.yaml", "sources.yaml", "risk_rules.yaml", "protocols.yaml"
GUIDANCE, CHOICE = "guidance.yaml", "choice.yaml"
SHIPPED = (FACTS, SOURCES, RISK_RULES, PROTOCOLS, GUIDANCE, CHOICE)
PATIENT, SMALL, DICTIONARY, RECORD = 100_000, 1_000_000, 4_000_000, 32_000_000
"""Bytes that a file of a user may have (docs/limits.md): a patient; rules, cases or a map; what REDCap or we wrote."""
_READ_ANYWAY = re.compile(r"/dev/(null|stdin|fd/\d+)|/proc/self/fd/\d+")  # the last is what a shell makes of <(…)
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


def read_small(path: str | Path, at_most: int = SMALL) -> bytes:
    """The bytes of a file that a user wrote by hand or keeps of a run: rules, a patient, a map, a record.

    Links are followed. A descriptor that the caller's shell opened, such as ``/dev/stdin``, is read whatever it is,
    and ``/dev/null`` is an empty file.

    Raises:
        OSError: there is no such file, it is a folder, pipe or device, or it has more than ``at_most`` bytes.
    """
    check_small(path, at_most)
    with Path(path).open("rb") as file:
        return _bounded(file, str(path), at_most)


def check_small(path: str | Path, at_most: int) -> None:
    """Refuse a path as :func:`read_small` does, before it is opened: a pipe in its place would be waited for.

    Raises:
        OSError: as there.
    """
    name = str(path)
    if _READ_ANYWAY.fullmatch(name):
        return
    try:
        found = Path(path).stat()
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        raise OSError(
            errno.ELOOP, "it is a link that leads back to itself; name the file that is meant", name
        ) from None
    except ValueError:
        raise OSError(errno.EINVAL, "no file can be called so", name) from None
    if stat.S_ISDIR(found.st_mode):
        raise OSError(errno.EISDIR, "it is a folder; name a file", name)
    if not stat.S_ISREG(found.st_mode):
        what = "a pipe" if stat.S_ISFIFO(found.st_mode) else "a socket" if stat.S_ISSOCK(found.st_mode) else "a device"
        raise OSError(errno.EINVAL, f"it is {what}; write what it gives into a file and name that", name)
    if found.st_size > at_most:
        raise too_large(name, at_most)


def read_standard_input(at_most: int = SMALL) -> bytes:
    """What stands on standard input where a file of a user is read from it.

    Raises:
        OSError: it is closed, or gives more than ``at_most`` bytes.
    """
    if sys.stdin is None:
        raise OSError(errno.EBADF, "it is closed", "standard input")
    return _bounded(sys.stdin.buffer, "standard input", at_most)


def _bounded(stream: IO[bytes], name: str, at_most: int) -> bytes:
    raw = stream.read(at_most + 1)
    if len(raw) > at_most:
        raise too_large(name, at_most)
    return raw


def too_large(name: str, at_most: int) -> OSError:
    """What is said of a file with more than ``at_most`` bytes."""
    return OSError(
        errno.EFBIG, f"it has more than {at_most:,} bytes, which no such file needs; is it the right one?", name
    )


def is_elsewhere(name: str) -> bool:
    """Whether an included file would lie outside the folder of the file that includes it."""
    return not name or name.startswith("/") or ".." in name.split("/") or "\\" in name or ":" in name


def included(raw: bytes, folder: Path) -> dict[str, bytes | str]:
    """The files that a knowledge file includes, by name; found in its text, because reading YAML takes long.

    Args:
        raw: the including file.
        folder: where it lies.

    Returns:
        The bytes of each, or why they cannot be had; an empty text where there is no file, or it lies elsewhere.
    """
    listed = _INCLUDE.search(raw)
    names = listed[1].decode("utf-8", "replace").split(",") if listed else []
    found: dict[str, bytes | str] = {}
    left = SMALL
    for name in map(str.strip, names):
        if name and name not in found:
            found[name] = part = _part(folder, name, left)
            left -= len(part) if isinstance(part, bytes) else 0
    return found


def _part(folder: Path, name: str, at_most: int) -> bytes | str:
    try:
        return "" if is_elsewhere(name) else read_small(folder / name, at_most)
    except FileNotFoundError:
        return ""
    except OSError as error:
        if error.errno == errno.EFBIG:
            return f"the included files may have {SMALL:,} bytes together, and with this one they have more"
        return error.strerror or str(error)


def with_included(raw: bytes, folder: Path) -> bytes:
    """A knowledge file and those that it includes, each with its name: what is compiled from it depends on all."""
    parts = included(raw, folder).items()
    return b"\0".join(
        [raw, *(name.encode() + b"\0" + (part if isinstance(part, bytes) else b"") for name, part in parts)]
    )


@cache
def whole(name: str) -> bytes:
    """The bytes of one shipped knowledge file and of those that it includes."""
    raw = content(name)
    return with_included(raw, data_directory()) if name in (RISK_RULES, PROTOCOLS) else raw
