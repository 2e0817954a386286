"""Files that a command writes: whole or not at all."""

from __future__ import annotations

from pathlib import Path

from all_cli.patient.unreadable import UnreadableError


def write_whole(output: str, content: bytes, option: str = "--output") -> None:
    """Write beside and rename, so that the file is never half there; a file that was there keeps its permissions.

    Raises:
        UnreadableError: it cannot be written; names ``option``.
    """
    from all_cli.cohort.whole_file import whole_file

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
