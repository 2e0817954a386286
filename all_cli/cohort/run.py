"""One batch: read a table in one pass, append the answers, write beside and rename at the end, say what was done."""

from __future__ import annotations

import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import NamedTuple

from all_cli.cohort.classify import Answers, Tally
from all_cli.cohort.columns import LEFT_ALONE, Column, plans
from all_cli.cohort.columns_used import unused_columns
from all_cli.cohort.doubts import near_misses, refuse_doubtful
from all_cli.cohort.kernel import Kernel, Plan
from all_cli.cohort.likely_text import likely_lines
from all_cli.cohort.long_table import refuse_long
from all_cli.cohort.mapping import read_map_file
from all_cli.cohort.nothing_read import no_column_read
from all_cli.cohort.output import LONG, WriteAs, check_names, open_output, output_format, renamed, results_in
from all_cli.cohort.overlap import one_behind, read_ahead
from all_cli.cohort.progress import progress
from all_cli.cohort.redcap import read_dictionary
from all_cli.cohort.repeats import RepeatedIds, Repeats, id_column
from all_cli.cohort.rows import Rows
from all_cli.cohort.settled import settled
from all_cli.cohort.streams import STANDARD_INPUT
from all_cli.cohort.streams import InputError as InputError
from all_cli.cohort.tables import Form, ReadAs, Table, open_table
from all_cli.cohort.typed import as_text, texts_of
from all_cli.cohort.unusable import Unusable
from all_cli.cohort.whole_file import OutputError
from all_cli.cohort.whole_table import columns_of_all, own_columns
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.patient.unreadable import UnreadableError
from all_cli.risk.library import RiskLibrary
from all_cli.risk.scheme import NOT_APPLICABLE, Scheme
from all_cli.risk.verdict import INDETERMINATE

_SHOWN = 8  # renamed columns in the summary


class Job(NamedTuple):
    """What a batch is to do.

    Attributes:
        sources: paths, patterns, or ``-``.
        output: path or ``-``.
        mapping: column name to fact, overriding what the names say.
        mrd_unit: unit of MRD numbers that carry none: ``percent``, ``fraction`` or empty.
        units: column name to the unit of its bare numbers.
        map_file: path of a saved mapping, or empty.
        decimal: ``comma``, ``point`` or empty.
        date_order: ``dmy``, ``mdy``, ``ymd`` or empty.
        read_as: what the user says of the input's form.
        write_as: how the output is written.
        stop: whether the first row that cannot be used, or not whole, ends the batch.
        strict: whether a cell that cannot be read, or contradicts another, spoils its row under every scheme.
        rules: path of the user's own schemes, if any.
        columns: how each column is read, if that was decided before; otherwise the table's names and the above decide.
        assume: what to assume where nothing is known, each as ``fact=value``.
        routine: whether to assume what is routine, too.
        dictionary: path of a data dictionary of REDCap, or empty.
        for_all: facts that are the same in every row, by name.
    """

    sources: tuple[str, ...]
    output: str
    mapping: Mapping[str, str] = {}
    mrd_unit: str = ""
    units: Mapping[str, str] = {}
    map_file: str = ""
    decimal: str = ""
    date_order: str = ""
    read_as: ReadAs = ReadAs()
    write_as: WriteAs = WriteAs()
    stop: bool = False
    strict: bool = False
    rules: str | None = None
    columns: tuple[Column, ...] | None = None
    assume: tuple[str, ...] = ()
    routine: bool = False
    dictionary: str = ""
    for_all: Mapping[str, str] = {}

    def plan(self, columns: Sequence[Column], schemes: Iterable[Scheme]) -> Plan:
        """What a kernel for this batch is built from."""
        ids = tuple(scheme.id for scheme in schemes)
        return Plan(tuple(columns), ids, self.rules, self.strict, self.assume, self.routine)

    @property
    def writing(self) -> WriteAs:
        """How the output is written, with the columns that assumptions add."""
        return self.write_as._replace(likely=bool(self.assume) or self.routine)


class Stopped(Exception):  # noqa: N818 - not an error: the user or the system asked for it
    """A batch that was ended from outside; says how far it came. ``code`` is the exit code."""

    def __init__(self, sentence: str, code: int) -> None:
        super().__init__(sentence)
        self.code = code


class _TerminatedError(BaseException):
    """The system asked the process to end; ``signal`` is how."""

    def __init__(self, signal: int) -> None:
        super().__init__()
        self.signal = signal


@dataclass(slots=True)
class Summary:
    """What a batch did, for standard error."""

    source: str
    form: Form
    plan: Plan
    tally: Tally
    unusable: Unusable = field(default_factory=Unusable)
    warnings: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)
    repeats: Repeats | RepeatedIds | None = None
    replaced: list[str] = field(default_factory=list)
    unused: list[Column] = field(default_factory=list)
    near: Mapping[str, str] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    written: str = ""
    lost: Counter[str] = field(default_factory=Counter)

    @property
    def rows(self) -> int:
        """Rows of the table."""
        return self.tally.rows

    @property
    def columns(self) -> tuple[Column, ...]:
        """How each column was read."""
        return self.plan.columns

    @property
    def invalid(self) -> int:
        """Rows that are invalid under any scheme."""
        return self.tally.invalid

    @property
    def unread(self) -> int:
        """Cells that cannot be read."""
        return self.unusable.cells

    @property
    def indeterminate(self) -> int:
        """Answers with several groups still possible, over all schemes."""
        return self.tally.total(INDETERMINATE)

    @property
    def outside(self) -> int:
        """Answers that a scheme is not for this patient, over all schemes."""
        return self.tally.total(NOT_APPLICABLE)

    def lines(self) -> Iterator[str]:
        """The summary, a line at a time."""
        columns = _count(len(own_columns(self.columns)), "column")
        yield f"{self.source}: {_count(self.rows, 'row')}, {columns} {self.form.text()}"
        read = [str(column) for column in self.columns if column.reads != LEFT_ALONE]
        alone = [
            f'"{column.header}"' + (f" (spelled much like {near})" if (near := self.near.get(column.header)) else "")
            for column in self.columns
            if column.reads == LEFT_ALONE
        ]
        yield f"  read: {', '.join(read) or 'nothing; name columns with --map COLUMN=fact'}"
        if alone:
            yield f"  left alone: {', '.join(alone)}"
        if self.unused:
            yield f"  read, and not used by any scheme chosen: {_quoted(column.header for column in self.unused)}"
        if self.replaced:
            yield f"  replaced: {_quoted(self.replaced)}"
        for scheme, status in self.tally.status.items():
            groups = ", ".join(f"{group} {number}" for group, number in sorted(self.tally.group[scheme].items()))
            parts = [
                f"{name} {number}" + (f" ({groups})" if name == "assigned" and groups else "")
                for name, number in sorted(status.items())
                if number
            ]
            yield f"  {scheme}: {', '.join(parts) or 'no rows'}"
            if wanting := self.tally.wanting(scheme):
                yield f"    open for want of {wanting}"
            yield from (f"    {line}" for line in likely_lines(self.tally, scheme))
        yield from (f"  {line}" for line in self.unusable.lines(self.invalid))
        order = {column.header: column.index for column in self.columns}
        for header, (cells, example) in sorted(
            self.warnings.items(), key=lambda item: (order.get(item[0], len(order)), item[0])
        ):
            yield f'  look again at "{header}", {_count(cells, "cell")}: {example}'
        yield from (f"  doubtful: {doubt}" for doubt in self.doubts)
        if self.repeats is not None and (repeated := self.repeats.text()):
            yield f"  {repeated}"
        if self.renamed:
            pairs = [f'"{old}" as {new}' for old, new in self.renamed.items()]
            more = f" and {len(pairs) - _SHOWN} more (--manifest lists all)" if len(pairs) > _SHOWN else ""
            yield f"  names: {', '.join(pairs[:_SHOWN])}{more}"
        if self.written:
            yield f"  written to {self.written}"
        if self.lost:
            lost = [f"{_count(cells, 'cell')} with {what}" for what, cells in self.lost.items()]
            yield f"  not kept: {'; '.join(lost)}"


def run_batch(library: RiskLibrary, schemes: Sequence[Scheme], job: Job) -> Summary:
    """Classify every row of a table and write it, with the answers, to an output.

    Raises:
        InputError: empty, no table, or with a header that cannot be used.
        UnreadableError: a mapping, unit or assumption that does not fit; cells that can be read two ways
            (DoubtfulError).
        OSError: a file cannot be read or written.
        Stopped: interrupted or asked to end; nothing is left under the output's name.
    """
    with open_table(job.sources, job.read_as) as table:
        written = output_format(job.output, table.form, job.write_as)
        table, summary = before_the_rows(table, library, schemes, job)
        kernel = summary.plan.kernel(library)
        ids = summary.plan.schemes
        summary.written = f"{'standard output' if job.output == '-' else job.output}, {written.text()}"
        if patients := job.write_as.id or id_column(table.header):
            summary.repeats = Repeats(patients)
        with told_how_far(job.output, summary), ExitStack() as opened, progress(table.name) as tell:
            write: Callable[[Rows, Answers], None] | None = None
            # The last rows are written when nothing of the table is in doubt: of a small one that is all.
            last: tuple[Rows, Answers] | None = None
            for rows, answers in classified(table, kernel):
                _note(summary, rows, answers, job.stop)
                if last is not None:
                    write = write or _writer(opened, table, ids, job, summary)
                    write(*last)
                last = rows, answers
                tell(summary.rows, rows.done)
            summary.doubts = refuse_doubtful(summary.columns, library.vocabulary, kernel.evidence())
            write = write or _writer(opened, table, ids, job, summary)
            if last is not None:
                write(*last)
        summary.warnings = kernel.warnings()
    return summary


def before_the_rows(table: Table, library: RiskLibrary, schemes: Sequence[Scheme], job: Job) -> tuple[Table, Summary]:
    """All that is refused or decided of a table before its rows are gone through, wherever that will be.

    Returns:
        The table without the results that are replaced, and a summary of what is known so far.

    Raises:
        InputError: a row per measurement, results that are there already.
        UnreadableError: a mapping, unit or column that does not fit.
    """
    ids = [scheme.id for scheme in schemes]
    replaced = results_in(table.header, ids) if job.write_as.replace else []
    if replaced:
        table = table.without(replaced)
    check_names(table.name, table.header, ids if job.write_as.form != LONG else (), job.writing)
    refuse_long(table)
    columns = columns_of(table, library.vocabulary, job)
    return table, Summary(
        table.name,
        table.form,
        job.plan(columns, schemes),
        Tally(ids),
        replaced=replaced,
        unused=unused_columns(library.vocabulary, schemes, columns),
        near=near_misses(columns, library.vocabulary),
        renamed=renamed(table.header, ids, job.writing),
    )


def _writer(
    opened: ExitStack, table: Table, ids: Sequence[str], job: Job, summary: Summary
) -> Callable[[Rows, Answers], None]:
    """Open the output for as long as ``opened`` is; what writes rows to it."""
    out = opened.enter_context(open_output(job.output, table.header, table.form, ids, job.writing))
    summary.lost = out.lost
    return opened.enter_context(one_behind(out.write))


def columns_of(table: Table, vocabulary: Vocabulary, job: Job) -> Sequence[Column]:
    """How the table's columns are read.

    Raises:
        InputError: the columns that were decided on before are not those of the table.
        UnreadableError: a mapping or unit that does not fit.
    """
    if job.columns is not None:
        if [column.header for column in own_columns(job.columns)] != table.header:
            raise InputError(table.name, "its columns are not those of the record")
        return job.columns
    columns, problems = columns_and_problems(table, vocabulary, job)
    if problems:
        raise problems[0]
    return columns


def columns_and_problems(
    table: Table, vocabulary: Vocabulary, job: Job
) -> tuple[Sequence[Column], Sequence[UnreadableError]]:
    """As :func:`columns_of`, with everything that stands in the way of a run instead of the first such error."""
    columns, problems = plans(
        table.header,
        vocabulary,
        job.mapping,
        job.mrd_unit,
        units=job.units,
        table=read_map_file(job.map_file, vocabulary) if job.map_file else None,
        decimal=job.decimal,
        date_order=job.date_order,
        dictionary=read_dictionary(job.dictionary).over(table.dictionary) if job.dictionary else table.dictionary,
    )
    first = table.first()
    rows = first.frame if first is not None else None
    columns = settled(columns, vocabulary, rows)
    whole = [*columns, *columns_of_all(job.for_all, vocabulary, len(columns))]
    nothing = no_column_read(table.header, rows, whole)
    return whole, [*problems, nothing] if nothing is not None else problems


def classified(table: Table, kernel: Kernel) -> Iterator[tuple[Rows, Answers]]:
    """The rows of a table, a stretch at a time, with their answers."""
    # A pipe may wait for ever: it is read where a signal can end the waiting.
    for rows in table.rows() if table.name == STANDARD_INPUT else read_ahead(table.rows()):
        yield rows, kernel.classify(texts_of(rows.frame), rows.rejected)


def _note(summary: Summary, rows: Rows, answers: Answers, stop: bool) -> None:
    """Count a stretch of rows and keep what the summary says of those that cannot be used."""
    before = summary.rows
    summary.tally.count(answers)
    if isinstance(summary.repeats, Repeats):
        summary.repeats.watch(as_text(rows.frame[summary.repeats.column]))
    summary.unusable.note(before, rows, answers)
    if stop and (first := summary.unusable.first) is not None:
        raise Stopped(f"stopped at {first.place}, nothing was written: {first.reason}", 2)


@contextmanager
def told_how_far(output: str, summary: Summary) -> Iterator[None]:
    """Say how far a batch came when it is ended from outside or cannot write on."""
    name = "standard output" if output == "-" else output
    left = "what was written is not whole" if output == "-" else f"nothing was written to {name}"
    try:
        with _terminable():
            yield
    except KeyboardInterrupt:
        raise Stopped(f"interrupted after {_count(summary.rows, 'row')}; {left}", 130) from None
    except _TerminatedError as ended:
        how_far = f"ended from outside after {_count(summary.rows, 'row')}; {left}"
        raise Stopped(how_far, 128 + ended.signal) from None
    except (BrokenPipeError, InputError):
        raise
    except OSError as error:
        if error.filename:
            raise
        why = error.strerror or str(error)
        raise OutputError(name, f"{why} after {_count(summary.rows, 'row')}; {left}") from None


@contextmanager
def _terminable() -> Iterator[None]:
    """While it lasts, a request to end the process ends the batch in good order."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, frame: FrameType | None) -> None:
        raise _TerminatedError(number)

    # A signal that is ignored, as a hangup under nohup, stays so; Windows has no hangup.
    asked = [number for name in ("SIGTERM", "SIGHUP") if (number := getattr(signal, name, None)) is not None]
    heard = [number for number in asked if signal.getsignal(number) not in (signal.SIG_IGN, None)]
    before = {number: signal.signal(number, end) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _quoted(headers: Iterable[str]) -> str:
    return ", ".join(f'"{header}"' for header in headers)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
