"""One batch: read a table, append the results, write beside and rename at the end, say what was done."""

from __future__ import annotations

import csv
import io
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from all_cli.cohort.classify import INVALID, RESULTS, RowClassifier
from all_cli.cohort.columns import LEFT_ALONE, Column, plan_columns
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.patient.unreadable import UnreadableError
from all_cli.risk.scheme import Scheme

_SHOWN = 5
_LONGEST_ROW = 200  # lines of one row; more is a quote that was never closed, and would swallow the rows behind it


class InputError(OSError):
    """The input is no table that can be read; says what it is instead."""

    def __init__(self, name: str, why: str) -> None:
        # One argument: an OSError given or set more (even an empty filename) no longer says its own sentence.
        super().__init__(f"{name}: {why}")


@dataclass(slots=True)
class Summary:
    """What a batch did, for standard error."""

    source: str
    delimiter: str
    rows: int
    columns: list[Column]
    schemes: list[str]
    classifier: RowClassifier
    bad: list[str]

    @property
    def invalid(self) -> int:
        """Rows that could not be used."""
        return self.classifier.invalid_rows

    @property
    def indeterminate(self) -> int:
        """Answers with several groups still possible, over all schemes."""
        return sum(counts.status.get("indeterminate", 0) for counts in self.classifier.counts)

    def lines(self) -> Iterator[str]:
        """The summary, a line at a time."""
        shown = {",": "comma", ";": "semicolon", "\t": "tab"}.get(self.delimiter, self.delimiter)
        yield f"{self.source}: {self.rows} rows, {len(self.columns)} columns separated by {shown}"
        read = [str(column) for column in self.columns if column.reads != LEFT_ALONE]
        alone = [f'"{column.header}"' for column in self.columns if column.reads == LEFT_ALONE]
        yield f"  read: {', '.join(read) or 'nothing; name columns with --map COLUMN=fact'}"
        if alone:
            yield f"  left alone: {', '.join(alone)}"
        for id, counts in zip(self.schemes, self.classifier.counts, strict=True):
            groups = ", ".join(f"{group} {number}" for group, number in sorted(counts.group.items()))
            parts = [
                f"{status} {number}" + (f" ({groups})" if status == "assigned" and groups else "")
                for status, number in sorted(counts.status.items())
            ]
            yield f"  {id}: {', '.join(parts) or 'no rows'}"
        yield from (f"  {line}" for line in self.bad)
        if self.invalid > len(self.bad):
            yield f"  … and {self.invalid - len(self.bad)} more invalid rows; each has its reason in the output"


def run_batch(
    vocabulary: Vocabulary,
    schemes: Sequence[Scheme],
    source: str,
    output: str,
    mapping: Mapping[str, str],
    mrd_unit: str = "",
) -> Summary:
    """Classify every row of ``source`` and write it, with the result columns appended, to ``output``.

    Args:
        vocabulary: the facts.
        schemes: the schemes to apply.
        source: path of a CSV or TSV file, or ``-``.
        output: path to write, or ``-``; a file appears under its name only when it is whole.
        mapping: column name to fact, overriding what the names say.
        mrd_unit: ``percent``, ``fraction`` or empty.

    Raises:
        InputError: empty, binary, or with a header that cannot be used.
        UnreadableError: a mapping or unit that does not fit.
        OSError: a file cannot be read or written.
    """
    name = "standard input" if source == "-" else source
    with _reading(source) as stream, _writing(output) as out:
        delimiter, ending = _form(stream, name)
        reader = csv.reader(stream, delimiter=delimiter, strict=False)
        header = _header(reader, name, schemes)
        columns = plan_columns(header, vocabulary, mapping, mrd_unit)
        classifier = RowClassifier(vocabulary, schemes, columns)
        writer = csv.writer(out, delimiter=delimiter, lineterminator=ending)
        writer.writerow([*header, *(f"{scheme.id}.{result}" for scheme in schemes for result in RESULTS)])
        rows = 0
        bad: list[str] = []
        for cells in _rows(reader, name):
            rows += 1
            results = _one(classifier, cells, len(header))
            classifier.count(results)
            if INVALID in results[::6] and len(bad) < _SHOWN:
                reason = results[6 * results[::6].index(INVALID) + 5]
                bad.append(f"row {rows} (line {reader.line_num}): {reason}")
            kept = cells[: len(header)]
            writer.writerow([*kept, *[""] * (len(header) - len(kept)), *results])
    return Summary(name, delimiter, rows, columns, [scheme.id for scheme in schemes], classifier, bad)


def _rows(reader: Any, name: str) -> Iterator[list[str]]:
    """The rows; lines that are wholly blank are none."""
    csv.field_size_limit(sys.maxsize)
    before = reader.line_num
    try:
        for cells in reader:
            if reader.line_num - before > _LONGEST_ROW:
                raise InputError(name, f"a quote opened at line {before + 1} is not closed; mend it there")
            before = reader.line_num
            if cells:
                yield cells
    except csv.Error as error:
        raise InputError(name, f"line {reader.line_num} cannot be read as a row: {error}") from None


def _one(classifier: RowClassifier, cells: list[str], width: int) -> list[str]:
    if len(cells) > width:
        extra = "; ".join(f'"{cell}"' for cell in cells[width:])
        return classifier.reject(f"the row has {len(cells)} cells for {width} columns; beyond the last column: {extra}")
    if len(cells) < width:
        return classifier.reject(f"the row has {len(cells)} cells for {width} columns")
    if any(
        "\0" in cell or any(0xDC80 <= ord(c) <= 0xDCFF for c in cell)
        for cell in cells
        if not cell.isascii() or "\0" in cell
    ):
        return classifier.reject("the row holds bytes that are not UTF-8 text")
    return classifier.row(cells)


def _header(reader: Iterator[list[str]], name: str, schemes: Sequence[Scheme]) -> list[str]:
    header = next(reader, [])
    if not any(cell.strip() for cell in header):
        raise InputError(name, "it has no header row; the first line should name the columns")
    repeated = sorted({cell for cell in header if header.count(cell) > 1})
    if repeated:
        raise InputError(name, f"the column name {', '.join(map(repr, repeated))} occurs more than once; rename one")
    results = {f"{scheme.id}.{result}" for scheme in schemes for result in RESULTS}
    if taken := [cell for cell in header if cell in results]:
        raise InputError(name, f'it already has the result column "{taken[0]}"; drop the old results first')
    return header


def _form(stream: IO[str], name: str) -> tuple[str, str]:
    """Delimiter, by the header row, and line ending."""
    assert isinstance(stream, _Peekable)
    first = stream.peek()
    if not first:
        raise InputError(name, "it is empty")
    if "\0" in first:
        raise InputError(name, "it is not a text table; give CSV or TSV")
    line = first.splitlines()[0]
    outside = "".join(line.split('"')[::2])
    counts = {delimiter: outside.count(delimiter) for delimiter in ("\t", ";", ",")}
    delimiter = max(counts, key=lambda found: counts[found])
    return (delimiter if counts[delimiter] else ","), "\r\n" if "\r\n" in first else "\n"


class _Peekable(io.TextIOWrapper):
    """Text of which the first part can be looked at before it is read."""

    _first: str | None = None

    def peek(self) -> str:
        """The first characters, still to be read."""
        if self._first is None:
            self._first = self.read(65536)
        return self._first

    def __iter__(self) -> Iterator[str]:  # type: ignore[override]
        if self._first:
            ahead = io.StringIO(self._first, newline="")
            self._first = ""
            lines = list(ahead)
            last = lines.pop()
            yield from lines
            if not last.endswith(("\n", "\r")) or last.endswith("\r"):
                last += self.readline()
            yield last
        while line := self.readline():
            yield line


@contextmanager
def _reading(source: str) -> Iterator[_Peekable]:
    if source == "-":
        stream = _Peekable(sys.stdin.buffer, encoding="utf-8-sig", errors="surrogateescape", newline="")
        try:
            yield stream
        finally:
            stream.detach()
        return
    with (
        Path(source).open("rb") as raw,
        _Peekable(raw, encoding="utf-8-sig", errors="surrogateescape", newline="") as stream,
    ):
        yield stream


@contextmanager
def _writing(output: str) -> Iterator[IO[str]]:
    if output == "-":
        stream = io.TextIOWrapper(
            sys.stdout.buffer, encoding="utf-8", errors="surrogateescape", newline="", write_through=False
        )
        try:
            yield stream
            stream.flush()
        finally:
            stream.detach()
        return
    # A link is followed: the file that it points to is replaced, not the link.
    target = Path(output).resolve()
    if target.is_dir():
        raise UnreadableError("--output", output, "it is a folder; name a file")
    try:
        if target.exists() and not target.is_file():
            with target.open("w", encoding="utf-8", errors="surrogateescape", newline="") as device:
                yield device
            return
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    except PermissionError:
        raise UnreadableError("--output", output, "it may not be written") from None
    except FileNotFoundError:
        raise UnreadableError("--output", output, "its folder does not exist") from None
    beside = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape", newline="") as stream:
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
