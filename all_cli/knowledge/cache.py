"""The compiled form of the knowledge: shipped with the program, or kept in the user's cache for files of their own.

Compiling YAML takes longer than everything else together. What ships is made when the package is built or a checkout is
installed; what a user's own file compiles to is kept under the user's cache directory. Each is found by the content of
the knowledge files and of the program's own files, so that a stale one is never taken; carries a checksum, so that a
damaged one is never used; is written beside and renamed, so that a half-written one never exists. Losing one costs only
the time to build it again. Nothing in it can run: it is plain data.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import zlib
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import msgpack

from all_cli import __version__
from all_cli.knowledge import files

_SUM = 16  # characters of a checksum
_LARGEST = 64 << 20  # bytes; some thirty times the shipped knowledge
_MOST_KEPT = 16  # entries of a user's own files; the oldest go
_PACKAGE = Path(__file__).resolve().parent.parent


def compiled(kind: str, inputs: Iterable[bytes], build: Callable[[], Any]) -> Any:
    """The compiled form of shipped knowledge: as shipped if it is of this content and whole, otherwise built.

    In a checkout what was built is written where the shipped form lies, so that an edit is compiled once; an installed
    package is never written to.

    Args:
        kind: what is compiled; names the file.
        inputs: the bytes that the compiled form depends on.
        build: makes the form from scratch, as nested lists, dicts, texts and numbers.
    """
    path = _PACKAGE / "compiled" / f"{kind}.msgpack"
    return _form(path if files.in_a_checkout() else None, path, _key(inputs), build, readable_by_all=True)


def cached(kind: str, inputs: Iterable[bytes], build: Callable[[], Any]) -> Any:
    """The compiled form of a user's own file: from the user's cache if it is there and whole, otherwise built and kept.

    Where there is no cache directory (no home, a home that cannot be written to) it is built each time.

    Args:
        kind: what is compiled; each content has an entry of its own.
        inputs: as for :func:`compiled`.
        build: as for :func:`compiled`.
    """
    folder, key = _folder(), _key(inputs)
    path = folder / f"{kind}-{key}.msgpack" if folder else None
    form = _form(path, path, key, build)
    if folder:
        with contextlib.suppress(OSError):
            _evict(folder, kind)
    return form


def closed_part(form: Any) -> bytes:
    """A part of a compiled form that stays packed until it is asked for."""
    return bytes(msgpack.packb(form))


def open_part(packed: bytes | memoryview) -> Any:
    """The inverse of :func:`closed_part`; lists come back as tuples."""
    return msgpack.unpackb(packed, strict_map_key=False, use_list=False)


@cache
def digest() -> str:
    """``sha256:…`` over the names and bytes of all shipped knowledge files, with those that they include."""
    return str(compiled("digest", map(files.whole, files.SHIPPED), _digest))


def _digest() -> str:
    import hashlib

    total = hashlib.sha256()
    for name in files.SHIPPED:
        total.update(name.encode() + b"\0" + files.whole(name) + b"\0")
    return f"sha256:{total.hexdigest()}"


def _form(
    keep_at: Path | None, path: Path | None, key: str, build: Callable[[], Any], readable_by_all: bool = False
) -> Any:
    """What ``path`` holds under ``key``; otherwise what is built, written to ``keep_at``."""
    if path is not None:
        with contextlib.suppress(OSError, ValueError, TypeError, msgpack.UnpackException):
            return open_part(_payload(_regular_file(path), key))
    packed = closed_part(build())
    if keep_at is not None:
        with contextlib.suppress(OSError):
            _keep(keep_at, key.encode() + b"\n" + _sum(packed).encode() + packed, readable_by_all)
    # What was built and what will be read back must be the same thing, so read it back.
    return open_part(packed)


def _payload(raw: bytes, key: str) -> memoryview:
    head = f"{key}\n".encode()
    packed = memoryview(raw)[len(head) + _SUM :]  # a view: copying a megabyte would be felt
    if not raw.startswith(head + _sum(packed).encode()):
        raise ValueError("of other content, or damaged")
    return packed


def _regular_file(path: Path) -> bytes:
    """The bytes of a regular file; a FIFO or device in its place is not waited for."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST:
        raise ValueError("not a file that was written here")
    return path.read_bytes()


def _key(inputs: Iterable[bytes]) -> str:
    return "-".join(_sum(item) for item in (_program(), *inputs))


def _sum(content: bytes | memoryview) -> str:
    """A checksum of the content and its length; importing a cryptographic library would be felt at each start.

    They guard against chance, not against somebody: whoever can write here could as well change the program.
    """
    return f"{zlib.crc32(content):08x}{len(content):08x}"


def _keep(path: Path, content: bytes, readable_by_all: bool) -> None:
    import tempfile

    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        if readable_by_all:
            Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _evict(folder: Path, kind: str) -> None:
    entries = [entry for entry in os.scandir(folder) if entry.name.startswith(f"{kind}-")]
    if len(entries) > _MOST_KEPT:
        entries.sort(key=lambda entry: entry.stat(follow_symlinks=False).st_mtime_ns)
        for entry in entries[:-_MOST_KEPT]:
            Path(entry.path).unlink(missing_ok=True)


def _folder() -> Path | None:
    """The program's folder in the user's cache directory; None where the environment names none."""
    if sys.platform != "linux":
        from platformdirs import user_cache_path

        return Path(user_cache_path("all-cli"))
    home = os.environ.get("HOME", "")
    place = os.environ.get("XDG_CACHE_HOME") or (f"{home}/.cache" if home else "")
    return Path(place) / "all-cli" if place.startswith("/") else None


@cache
def _program() -> bytes:
    """The program's version and the content of each of its files that shape the compiled form."""
    total = zlib.crc32(__version__.encode())
    for room in ("knowledge", "logic", "risk", "protocol"):
        for entry in sorted(os.scandir(_PACKAGE / room), key=lambda entry: entry.name):
            if entry.name.endswith(".py"):
                with open(entry.path, "rb") as file:  # noqa: PTH123 # some fifty files at each start
                    total = zlib.crc32(file.read(), zlib.crc32(entry.name.encode(), total))
    return f"{total:08x}".encode()
