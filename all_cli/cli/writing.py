"""Files that a command writes: whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from all_cli.patient.unreadable import UnreadableError


def write_whole(output: str, content: bytes) -> None:
    """Write beside and rename, so that the file is never half there; a file that was there keeps its permissions.

    Raises:
        UnreadableError: it cannot be written.
    """
    import tempfile

    target = Path(output).resolve()  # a link stays one: what it points to is replaced
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
        beside = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            beside.chmod(target.stat().st_mode if target.exists() else 0o666 & ~_umask())
            beside.replace(target)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UnreadableError("--output", output, f"cannot be written: {error.strerror}") from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
