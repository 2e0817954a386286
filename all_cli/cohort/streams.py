"""Where a table's bytes come from: a file or standard input, packed or not, in one encoding or another.

What a file is, is read off its first bytes and never off its name. Whatever the encoding, text comes out as UTF-8;
bytes that are no text in it come out as they are, so that the row that holds them can say so.
"""

from __future__ import annotations

import codecs
import io
import os
import select
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, NamedTuple, Protocol

STANDARD_INPUT = "standard input"
HEAD = 1 << 20  # bytes looked at before anything is decided
_ZSTD = b"\x28\xb5\x2f\xfd"
_SHORTEST = 8  # bytes from which two-byte text can be told by its zeros


class InputError(OSError):
    """The input is no table that can be read; says what it is instead."""

    def __init__(self, name: str, why: str) -> None:
        # One argument: an OSError given or set more (even an empty filename) no longer says its own sentence.
        super().__init__(f"{name}: {why}")


class Bytes(Protocol):
    """Anything that gives its bytes in order."""

    def read(self, size: int = -1, /) -> bytes:
        """Up to ``size`` bytes; none at the end."""
        ...


class Watched:
    """A file that is being read: how far, and whether it is still the file that was opened.

    Raises, when its end comes too early or it was written to meanwhile, :class:`InputError`.
    """

    def __init__(self, path: Path, stream: IO[bytes]) -> None:
        self.path, self._stream, self.read_so_far = path, stream, 0
        found = path.stat()
        self.size = found.st_size if path.is_file() else 0
        self._before = (found.st_size, found.st_mtime_ns)

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes."""
        data = self._stream.read(size)
        self.read_so_far += len(data)
        if len(data) < size and self.path.is_file():
            found = self.path.stat()
            if self.read_so_far < self._before[0]:
                why = f"it became shorter while it was read: {self.read_so_far} of {self._before[0]} bytes were there"
                raise InputError(str(self.path), why)
            if (found.st_size, found.st_mtime_ns) != self._before:
                raise InputError(str(self.path), "it was written to while it was read; try again when it is whole")
        return data


class Source(NamedTuple):
    """An opened input.

    Attributes:
        name: for messages.
        stream: its bytes, unpacked.
        head: the first bytes, still to come from ``stream``.
        packed: ``gzip``, ``zstd`` or empty.
        done: the share of the file that was read, None if it cannot be told.
    """

    name: str
    stream: Bytes
    head: bytes
    packed: str
    done: Callable[[], float | None]


class Ahead:
    """A stream of which the first part was read already."""

    def __init__(self, head: bytes, stream: Bytes) -> None:
        self._head, self._stream = head, stream

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes."""
        if self._head:
            data = self._head if size < 0 else self._head[:size]
            self._head = self._head[len(data) :]
            return data
        return self._stream.read(size)


def open_source(source: str, keep: Callable[[IO[bytes]], object]) -> Source:
    """Open a path, or ``-`` for standard input.

    Args:
        source: the path.
        keep: told of every file opened, so that it is closed in the end.

    Raises:
        OSError: there is no such file, or it may not be read.
        InputError: packed in a way that cannot be unpacked here.
    """
    if source == "-":
        raw: Bytes = _waiting(sys.stdin.buffer)
        name, done = STANDARD_INPUT, _unknown
    else:
        path = Path(source)
        file = path.open("rb", buffering=0) if path.is_fifo() else path.open("rb")
        keep(file)
        watched = Watched(path, file)
        raw, name = watched, source
        done = lambda: watched.read_so_far / watched.size if watched.size else None  # noqa: E731
    first = exactly(raw, 4)
    stream: Bytes = Ahead(first, raw)
    packed = ""
    if first.startswith(b"\x1f\x8b"):
        import gzip

        packed, stream = "gzip", _Unpacked(name, "gzip", gzip.GzipFile(fileobj=_as_file(stream)))
    elif first == _ZSTD:
        packed, stream = "zstd", _Unpacked(name, "zstd", _zstd(name, _as_file(stream)))
    head = exactly(stream, HEAD)
    return Source(name, Ahead(head, stream), head, packed, done)


class _Pipe:
    """A pipe that is waited for in short spells, between which an interrupt is heeded: polars restarts its reads."""

    def __init__(self, number: int) -> None:
        self._number = number

    def read(self, size: int = -1, /) -> bytes:
        while not select.select([self._number], [], [], 0.2)[0]:
            pass
        return os.read(self._number, size if size > 0 else 1 << 20)


def _waiting(stream: Bytes) -> Bytes:
    if os.name != "posix":
        return stream
    try:
        return _Pipe(stream.fileno())  # type: ignore[attr-defined]
    except (OSError, AttributeError):
        return stream


def _unknown() -> float | None:
    return None


def exactly(stream: Bytes, size: int) -> bytes:
    """``size`` bytes, or all there are."""
    parts = []
    while size > 0 and (data := stream.read(size)):
        parts.append(data)
        size -= len(data)
    return b"".join(parts)


class _AsFile(io.RawIOBase):
    """A stream of bytes as the libraries that unpack want it."""

    def __init__(self, stream: Bytes) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _as_file(stream: Bytes) -> IO[bytes]:
    return io.BufferedReader(_AsFile(stream), 1 << 20)


class _Unpacked:
    """A packed stream; damage is said in a sentence."""

    def __init__(self, name: str, kind: str, stream: Bytes) -> None:
        self._name, self._kind, self._stream = name, kind, stream

    def read(self, size: int = -1, /) -> bytes:
        import zlib

        try:
            return self._stream.read(size)
        except InputError:
            raise
        except (OSError, EOFError, ValueError, zlib.error) as error:
            raise InputError(self._name, f"its {self._kind} data is damaged or cut short ({error})") from None


def _zstd(name: str, file: IO[bytes]) -> Bytes:
    try:
        from pyarrow import CompressedInputStream, PythonFile
    except ImportError:
        raise InputError(name, "to read zstd, install all-cli[arrow]; or unpack it first") from None
    stream: Bytes = CompressedInputStream(PythonFile(file, mode="r"), "zstd")
    return stream


class Decoded:
    """Text in another encoding, as UTF-8; what is no text there stays as bytes that are not UTF-8."""

    def __init__(self, stream: Bytes, encoding: str) -> None:
        self._stream = stream
        self._wide = encoding.startswith(("utf-16", "utf-32"))
        # A lone half of a pair cannot be carried as it was: it becomes one byte that is no UTF-8.
        self._decoder = codecs.getincrementaldecoder(encoding)("replace" if self._wide else "surrogateescape")
        self._ended = False

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes of UTF-8."""
        text = ""
        while not text and not self._ended:
            data = self._stream.read(size)
            self._ended = not data
            text = self._decoder.decode(data, final=self._ended)
        if self._wide:
            text = text.replace("\ufffd", "\udcff").replace("\ufeff", "")
        return text.encode("utf-8", "surrogateescape")


class Encoding(NamedTuple):
    """An encoding by its Python name, and whether it was guessed (a byte order mark is no guess)."""

    name: str
    guessed: bool


def encoding_of(head: bytes) -> Encoding:
    """The encoding of a text table by its first bytes: a byte order mark; otherwise UTF-8 unless it cannot be.

    cp1252 is guessed if some row is not UTF-8, none holds a letter that is UTF-8 beyond ASCII, and all of it is text in
    cp1252.
    """
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return Encoding("utf-32", False)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Encoding("utf-16", False)
    if head.startswith(codecs.BOM_UTF8):
        return Encoding("utf-8", False)
    sample = head[: 1 << 16]
    for name, zeros, letters in (("utf-16-le", sample[1::2], sample[::2]), ("utf-16-be", sample[::2], sample[1::2])):
        if len(sample) > _SHORTEST and zeros.count(0) > 0.9 * len(zeros) and not letters.count(0):
            return Encoding(name, True)
    lines = head.split(b"\n")
    beyond_ascii = [line for line in (lines[:-1] if len(head) >= HEAD else lines) if not line.isascii()]
    none_is_utf8 = beyond_ascii and not any(_is_text(line, "utf-8") for line in beyond_ascii)
    if none_is_utf8 and b"\0" not in head and _is_text(head, "cp1252"):
        return Encoding("cp1252", True)
    return Encoding("utf-8", False)


def _is_text(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
