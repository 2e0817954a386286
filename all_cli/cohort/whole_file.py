"""A file that appears under its name only when it is whole: written beside, renamed at the end."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from all_cli.patient.unreadable import UnreadableError

_WRITABLE = 0o222  # of the mode of a file; root may write others too, and must not do so unasked


class OutputError(OSError):
    """The output cannot be written; says why, and that nothing half-written is left."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")


@contextmanager
def whole_file(output: str, option: str = "--output") -> Iterator[IO[bytes]]:
    """A stream to write ``output`` through; whatever goes wrong, the name keeps what it had.

    Standard output (``-``) and devices are written directly: they have no name to keep.

    Raises:
        UnreadableError: a folder, a write-protected file, or a place where nothing may be written; names ``option``.
    """
    if output == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    # A link is followed: the file that it points to is replaced, not the link.
    target = Path(os.path.realpath(output))
    try:
        if target.is_dir():
            raise UnreadableError(option, output, "it is a folder; name a file")
        if target.exists() and not (target.stat().st_mode & _WRITABLE and os.access(target, os.W_OK)):
            raise UnreadableError(option, output, "it is write-protected; name another file")
        device = target.open("wb") if target.exists() and not target.is_file() else None
        handle, name = _beside(target) if device is None else (0, "")
    except PermissionError:
        raise UnreadableError(option, output, "it may not be written") from None
    except FileNotFoundError:
        raise UnreadableError(option, output, "its folder does not exist") from None
    except OSError as error:
        raise UnreadableError(option, output, f"it cannot be written: {error.strerror}") from None
    if device is not None:
        try:
            yield device
        except BaseException:
            with suppress(OSError):  # what it could not take once it does not take now
                device.close()
            raise
        device.close()
        return
    beside = Path(name)
    _sweep(target)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
        beside.chmod(target.stat().st_mode if target.exists() else 0o666 & ~_umask())
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def write_whole(output: str, content: bytes, option: str = "--output") -> None:
    """Write beside and rename, so that the file is never half there; a file that was there keeps its permissions.

    Raises:
        UnreadableError: it cannot be written; names ``option``.
    """
    try:
        with whole_file(output, option) as file:
            file.write(content)
    except OSError as error:
        raise UnreadableError(option, output, f"it cannot be written: {error.strerror}") from None


def refuse_existing(path: Path, option: str) -> None:
    """Refuse to write a file that exists, before any work is done.

    Raises:
        UnreadableError: it exists; names ``option``.
    """
    try:
        there = path.exists()
    except OSError:  # which is said when it is written
        return
    if there:
        raise UnreadableError(option, str(path), "it exists already and is not written over; give another name")


def write_new(path: Path, text: str, option: str) -> None:
    """Write a file that must not exist yet.

    Raises:
        UnreadableError: it exists, or cannot be written; names ``option``.
    """
    refuse_existing(path, option)
    write_whole(str(path), text.encode(), option)


def _beside(target: Path) -> tuple[int, str]:
    """A new file beside a target, open and locked: a lock says that it is still being written."""
    while True:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
        with suppress(OSError, ImportError):
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX)
        if os.fstat(handle).st_nlink:
            return handle, name
        os.close(handle)  # swept up by another run between its making and its lock


def _sweep(target: Path) -> None:
    """Remove what runs that were killed have left beside a target."""
    named = re.compile(rf"\.{re.escape(target.name)}\.[a-z0-9_]{{8}}\.part")
    with suppress(OSError):  # a folder that may not be listed is not swept
        for left in [path for path in target.parent.iterdir() if named.fullmatch(path.name)]:
            with suppress(OSError, ImportError), left.open("rb") as file:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                left.unlink()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
