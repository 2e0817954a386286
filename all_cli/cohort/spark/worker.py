"""What a Spark executor does: read one part of a cohort, classify it with the kernel, hand the answers back in Arrow.

The executors need Python with polars, numpy, pyarrow and msgpack. This package itself and the knowledge come with the
job: :class:`Work` holds the compiled schemes, so that no file of this program is looked for there.
"""

from __future__ import annotations

import io
import pickle
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from all_cli.cohort.classify import Answers, Tally
from all_cli.cohort.evidence import Evidence
from all_cli.cohort.kernel import Kernel, Plan
from all_cli.cohort.output import Output, WriteAs, Written, output_names, text_output
from all_cli.cohort.rows import Rows
from all_cli.cohort.spark.parts import Part, lines_in, rows_of
from all_cli.cohort.tables import Form, ReadAs
from all_cli.cohort.typed import as_text, texts_of
from all_cli.cohort.unusable import Unusable
from all_cli.patient.unreadable import UnreadableError
from all_cli.risk.library import RiskLibrary

if TYPE_CHECKING:
    import polars as pl

TEXT = "text"
BEGIN, END = "[all-risk: ", " :all-risk]"  # around a sentence that is meant for the user


class Work(NamedTuple):
    """All that an executor has to know.

    Attributes:
        plan: how columns are read, and the schemes.
        library: the compiled schemes, packed by :func:`packed`.
        header: the columns of the cohort.
        form: how the cohort's first file is written.
        read_as: what the user says of the form of the input.
        write_as: how the output is written.
        written: its format.
        text: whether it is text.
        parts: all parts.
        before: rows before each part; empty if nobody needs to know.
    """

    plan: Plan
    library: bytes
    header: list[str]
    form: Form
    read_as: ReadAs
    write_as: WriteAs
    written: Written
    text: bool
    parts: list[Part]
    before: list[int]


class Report(NamedTuple):
    """What became of one part: rows, lines, answers, what could not be used, doubtful cells.

    ``evidence`` is what the cells speak for, by the place of the column; ``lost`` what the output could not hold.
    """

    rows: int
    lines: int
    tally: Tally
    unusable: Unusable
    warnings: Mapping[str, tuple[int, str]]
    evidence: Mapping[int, Evidence]
    lost: Counter[str]


class Reports:
    """Spark's way to add up what executors tell: by number of the part, so that a part done twice counts once."""

    def zero(self, value: dict[int, Any]) -> dict[int, Any]:
        """Nothing told."""
        return {}

    def addInPlace(self, one: dict[int, Any], other: dict[int, Any]) -> dict[int, Any]:  # noqa: N802 - Spark's name
        """Both."""
        one.update(other)
        return one


def packed(library: RiskLibrary) -> bytes:
    """The schemes of a library, the user's own among them, to be sent."""
    return zlib.compress(pickle.dumps(dict(library.packed)))


@lru_cache(maxsize=2)
def _library(library: bytes) -> RiskLibrary:
    return RiskLibrary(pickle.loads(zlib.decompress(library)))


@lru_cache(maxsize=2)
def _kernel(plan: Plan, library: bytes) -> Kernel:
    return plan.kernel(_library(library))


def classifier(work: Any, told: Any) -> Callable[[Iterator[Any]], Iterator[Any]]:
    """The function that Spark runs on batches of part numbers.

    Args:
        work: a broadcast :class:`Work`.
        told: an accumulator of :class:`Reports`.
    """

    def classify(batches: Iterator[Any]) -> Iterator[Any]:
        for number in _numbers(batches):
            yield from _in_sentences(lambda number=number: _classified(work.value, number, told))  # type: ignore[misc]

    return classify


def counter(work: Any) -> Callable[[Iterator[Any]], Iterator[Any]]:
    """The function that counts the rows of parts: batches of (part, rows)."""

    def count(batches: Iterator[Any]) -> Iterator[Any]:
        import pyarrow

        for number in _numbers(batches):
            part = work.value.parts[number]
            rows = sum(_in_sentences(lambda part=part: (r.frame.height for r in rows_of(part, work.value.read_as))))  # type: ignore[misc]
            yield pyarrow.record_batch({"part": [number], "rows": [rows]})

    return count


def ids(work: Any) -> Callable[[Iterator[Any]], Iterator[Any]]:
    """The function that lists who stands where: batches of (part, id, its first two rows in the part)."""

    def listed(part: Part, number: int) -> Iterator[Any]:
        import polars as pl
        import pyarrow

        texts = [as_text(rows.frame[work.value.write_as.id]) for rows in rows_of(part, work.value.read_as)]
        if not texts:
            return
        frame = pl.DataFrame({"id": pl.concat(texts)}).with_row_index("row").drop_nulls("id")
        first = frame.group_by("id", maintain_order=True).agg(pl.col("row").cast(pl.Int64).head(2).alias("rows"))
        kinds = [("part", pyarrow.int64()), ("id", pyarrow.string()), ("rows", pyarrow.list_(pyarrow.int64()))]
        table = first.select(pl.lit(number, pl.Int64).alias("part"), "id", "rows").to_arrow()
        yield from table.cast(pyarrow.schema(kinds)).to_batches()

    def list_all(batches: Iterator[Any]) -> Iterator[Any]:
        for number in _numbers(batches):
            yield from _in_sentences(lambda number=number: listed(work.value.parts[number], number))  # type: ignore[misc]

    return list_all


def _numbers(batches: Iterator[Any]) -> Iterator[int]:
    for batch in batches:
        yield from batch.column(0).to_pylist()


def _in_sentences(run: Callable[[], Iterator[Any]]) -> Iterator[Any]:
    """What stands in a user's way comes back through Spark as the sentence that it is."""
    try:
        yield from run()
    except ImportError as error:
        why = f"the executors' Python lacks {error.name}; they need polars, numpy, pyarrow and msgpack"
        raise RuntimeError(f"{BEGIN}{why}{END}") from None
    except OSError as error:
        why = f"{error.filename}: {error.strerror} (on an executor)" if error.filename else str(error)
        raise RuntimeError(f"{BEGIN}{why}{END}") from None
    except UnreadableError as error:
        raise RuntimeError(f"{BEGIN}{error}{END}") from None


def _classified(work: Work, number: int, told: Any) -> Iterator[Any]:
    part = work.parts[number]
    kernel = _kernel(work.plan, work.library)
    kernel.forget_warnings()
    tally = kernel.tally()
    unusable = Unusable()
    out = _Texts(work, number) if work.text else _Frames(work, number)
    yield from out.ready()
    for rows in rows_of(part, work.read_as):
        rows = rows.in_order(work.header)
        answers = kernel.classify(texts_of(rows.frame), rows.rejected)
        unusable.note(tally.rows, rows, answers)
        tally.count(answers)
        out.output.write(rows, answers)
        yield from out.ready()
    found = kernel.warnings(), kernel.evidence(), out.output.lost
    told.add({number: Report(tally.rows, lines_in(part), tally, unusable, *found)})


class _Texts:
    """A part as text: what a local run would have written, in pieces of one Spark row each."""

    def __init__(self, work: Work, number: int) -> None:
        self._buffer: IO[bytes] = io.BytesIO()
        self._ending = line_ending(work.form, work.written).encode()
        before = work.before[number] if work.before else 0
        self.output: Output = text_output(
            self._buffer, work.header, work.form, work.plan.schemes, work.write_as, work.written, before
        )

    def ready(self) -> Iterator[Any]:
        import pyarrow

        size = self._buffer.tell()
        if size:
            self._buffer.seek(0)
            # Spark ends each of its rows as the last line of the piece ended.
            piece = self._buffer.read(size - len(self._ending))
            self._buffer.seek(0)
            self._buffer.truncate()
            yield pyarrow.record_batch({TEXT: pyarrow.array([piece], pyarrow.binary())})


def line_ending(form: Form, written: Written) -> str:
    """How lines of the output end."""
    return "\n" if written.format == "ndjson" else form.ending


class _Frames:
    """A part as typed columns."""

    def __init__(self, work: Work, number: int) -> None:
        self._held: list[pl.DataFrame] = []
        before = work.before[number] if work.before else 0
        names = output_names(work.header, work.plan.schemes, work.write_as)
        self.output = Output(self, work.write_as, names, False, before)

    def write(self, frame: pl.DataFrame) -> None:
        self._held.append(frame)

    def write_raw(self, rows: list[list[str]]) -> None:
        raise AssertionError("bytes that are no text go to delimited text alone")

    def close(self) -> None:
        pass

    def ready(self) -> Iterator[Any]:
        for frame in self._held:
            yield from arrow_of(frame).to_batches()
        self._held.clear()


def frame_schema(work: Work, empty: pl.DataFrame) -> Any:
    """The Arrow schema of typed output; ``empty`` are no rows of the cohort, with their types."""
    out = _Frames(work._replace(before=[]), 0)
    answers: Answers = _kernel(work.plan, work.library).classify(texts_of(empty), {})
    out.output.write(Rows(empty), answers)
    return arrow_of(out._held[0]).schema


def arrow_of(frame: pl.DataFrame) -> Any:
    """A frame as Arrow, in types that Spark has.

    Raises:
        UnreadableError: a column of a type that Spark has nothing for.
    """
    import polars as pl
    import pyarrow

    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    fields = [pyarrow.field(field.name, _spark_type(field.name, field.type)) for field in table.schema]
    return table.cast(pyarrow.schema(fields))


def _spark_type(column: str, kind: Any) -> Any:
    import pyarrow as pa
    from pyarrow import types

    if types.is_dictionary(kind):
        return _spark_type(column, kind.value_type)
    if types.is_string(kind) or types.is_large_string(kind) or types.is_null(kind):
        return pa.string()
    if types.is_large_binary(kind):
        return pa.binary()
    if types.is_unsigned_integer(kind):
        return {8: pa.int16(), 16: pa.int32(), 32: pa.int64()}.get(kind.bit_width, pa.decimal128(20, 0))
    if types.is_timestamp(kind):
        return pa.timestamp("us", "UTC" if kind.tz else None)
    if types.is_list(kind) or types.is_large_list(kind):
        return pa.list_(_spark_type(column, kind.value_type))
    if types.is_time(kind) or types.is_nested(kind) or types.is_duration(kind):
        raise UnreadableError("column", column, f"Spark cannot write its type ({kind}); write .csv or .ndjson")
    return kind
