"""A file that appears under its name only when it is whole: written beside, renamed at the end."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from all_cli.patient.unreadable import UnreadableError


class OutputError(OSError):
    """The output cannot be written; says why, and that nothing half-written is left."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")


@contextmanager
def whole_file(output: str) -> Iterator[IO[bytes]]:
    """A stream to write ``output`` through; whatever goes wrong, the name keeps what it had.

    Standard output (``-``) and devices are written directly: they have no name to keep.

    Raises:
        UnreadableError: a folder, or a place where nothing may be written.
    """
    if output == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    # A link is followed: the file that it points to is replaced, not the link.
    target = Path(output).resolve()
    if target.is_dir():
        raise UnreadableError("--output", output, "it is a folder; name a file")
    try:
        if target.exists() and not target.is_file():
            with target.open("wb") as device:
                yield device
            return
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    except PermissionError:
        raise UnreadableError("--output", output, "it may not be written") from None
    except FileNotFoundError:
        raise UnreadableError("--output", output, "its folder does not exist") from None
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
        beside.chmod(target.stat().st_mode if target.exists() else 0o666 & ~_umask())
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
