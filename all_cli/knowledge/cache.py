"""The compiled form of the knowledge, kept in the user's cache directory.

Keyed by the content of the knowledge files and by the program's own files, so a stale entry is never found; carries a
checksum, so a damaged one is never used; written beside and renamed, so a half-written one never exists. Losing it
costs only the time to build it again. Nothing in it can run: it is plain data.
"""

from __future__ import annotations

import contextlib
import os
import sys
import zlib
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import msgpack

from all_cli import __version__

_SUM = 16


def compiled(kind: str, inputs: Iterable[bytes], build: Callable[[], Any]) -> Any:
    """The compiled form of ``inputs``: from the cache if it is there and whole, otherwise built and kept.

    Args:
        kind: what is compiled; one entry of each kind is kept.
        inputs: the bytes that the compiled form depends on.
        build: makes the form from scratch, as nested lists, dicts, texts and numbers.
    """
    key = "-".join(_sum(item) for item in (_program().encode(), *inputs))
    folder = _folder()
    path = folder / f"{kind}-{key}.msgpack"
    with contextlib.suppress(OSError, ValueError, msgpack.UnpackException):
        raw = path.read_bytes()
        if _sum(raw[_SUM:]).encode() == raw[:_SUM]:
            return open_part(raw[_SUM:])
    form = build()
    packed = closed_part(form)
    with contextlib.suppress(OSError):
        _keep(folder, path, kind, _sum(packed).encode() + packed)
    # What was built and what will be read back must be the same thing, so read it back.
    return open_part(packed)


def closed_part(form: Any) -> bytes:
    """A part of a compiled form that stays packed until it is asked for."""
    return bytes(msgpack.packb(form))


def open_part(packed: bytes) -> Any:
    """The inverse of :func:`closed_part`; lists come back as tuples."""
    return msgpack.unpackb(packed, strict_map_key=False, use_list=False)


def _sum(content: bytes) -> str:
    """Two checksums of the content, which importing a cryptographic library would make slow to start.

    They guard against chance, not against somebody: whoever can write here could as well change the program.
    """
    return f"{zlib.crc32(content):08x}{zlib.adler32(content):08x}"


def _keep(folder: Path, path: Path, kind: str, content: bytes) -> None:
    import tempfile

    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, prefix=f".{kind}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    for other in folder.glob(f"{kind}-*.msgpack"):
        if other != path:
            other.unlink(missing_ok=True)


def _folder() -> Path:
    if sys.platform == "linux":
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "all-cli"
    from platformdirs import user_cache_path

    return Path(user_cache_path("all-cli"))


@cache
def _program() -> str:
    """The program's version and the size and time of each of its files that shape the compiled form."""
    package = Path(__file__).resolve().parent.parent
    parts = [__version__]
    for room in ("knowledge", "logic", "risk", "protocol"):
        for entry in sorted(os.scandir(package / room), key=lambda entry: entry.name):
            if entry.name.endswith(".py"):
                status = entry.stat()
                parts.append(f"{room}/{entry.name}:{status.st_size}:{status.st_mtime_ns}")
    return "|".join(parts)
