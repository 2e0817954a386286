"""A batch inside Apache Spark: the local batch's reader, kernel and writer, on parts of the cohort side by side.

The driver reads the header, decides how columns are read and cuts the cohort into parts
(:mod:`all_cli.cohort.spark.parts`). Part ``n`` becomes partition ``n`` of a Spark job: a Python worker reads its rows,
classifies them, and hands them to Spark's own writer through Arrow (``mapInArrow``). So part files in the order of
their names hold the rows in the order of the input, text byte for byte what a local run writes, each with the header.

The output is a folder. It is written beside its name and renamed when it is whole; in object stores, where renaming
is copying, Spark's committer writes it in place, and ``_SUCCESS`` says that it is whole.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from all_cli.cohort.cbioportal import CBIOPORTAL
from all_cli.cohort.doubts import refuse_doubtful
from all_cli.cohort.evidence import Evidence
from all_cli.cohort.output import LONG, Written, output_format
from all_cli.cohort.progress import Told, progress
from all_cli.cohort.repeats import EXAMPLES, RepeatedIds, id_column
from all_cli.cohort.rows import Rows
from all_cli.cohort.run import Job, Stopped, Summary, before_the_rows, told_how_far
from all_cli.cohort.spark.folder import check_place, whole_folder
from all_cli.cohort.spark.parts import ORC, Cohort, Part, cohort_of, cut, files_of, rows_of
from all_cli.cohort.spark.session import spark_errors, spark_session
from all_cli.cohort.spark.worker import (
    TEXT,
    Report,
    Reports,
    Work,
    classifier,
    counter,
    frame_schema,
    ids,
    line_ending,
    packed,
)
from all_cli.cohort.tables import ARROW, CSV, NDJSON, ODS, PARQUET, XLSX, Form, ReadAs, Table
from all_cli.patient.unreadable import UnreadableError
from all_cli.risk.library import RiskLibrary
from all_cli.risk.scheme import Scheme

_LARGEST, _SMALLEST = 64 << 20, 1 << 20  # bytes of a part
_PARTS_A_CORE = 3
_TOLD_EVERY = 0.5  # seconds
_SUFFIXES = {CSV: ".csv", "tsv": ".tsv", NDJSON: ".ndjson"}
_TYPED = (PARQUET, ORC)


class Engine(NamedTuple):
    """Where Spark runs.

    Attributes:
        master: the cluster's URL; empty: what Spark's configuration says.
        verbose: whether Spark's own log is shown.
        part: bytes that a part of the input should have; 0: by the number of cores.
    """

    master: str = ""
    verbose: bool = False
    part: int = 0


def run_on_spark(library: RiskLibrary, schemes: Sequence[Scheme], job: Job, engine: Engine) -> Summary:
    """Classify every row of a cohort inside Spark; the same rows, answers and summary as of a local batch.

    Raises:
        InputError: no table, or a header that cannot be used; SparkError (one of them): what Spark could not do.
        UnreadableError: a mapping, unit or output that does not fit; Spark or Java missing; no such master.
        OSError: a file cannot be read or written.
        Stopped: interrupted, or a row that cannot be used under ``job.stop``; nothing is left under the output's name.
    """
    _written(job, Form(CSV))
    check_place(job.output)
    cohort = cohort_of(files_of(job.sources), job.read_as)
    written = _written(job, cohort.form)
    whole = Table(cohort.name, cohort.header, cohort.form, _rows(cohort, job.read_as), cohort.dictionary)
    table, summary = before_the_rows(whole, library, schemes, job)
    cohort = cohort._replace(header=table.header, schema=cohort.schema.select(table.header))
    plan = summary.plan
    plan.kernel(library)  # so that an assumption that cannot be read is refused before Spark starts
    summary.written = f"the folder {job.output}, {written.text()}"
    with (
        told_how_far(job.output, summary),
        spark_session(engine.master, engine.verbose) as spark,
        spark_errors(),
        progress(cohort.name) as tell,
    ):
        parts = cut(cohort, engine.part or _part_size(cohort, spark.sparkContext.defaultParallelism))
        work = Work(
            plan._replace(rules=None), packed(library), cohort.header, cohort.form, job.read_as, job.writing, written,
            written.format not in _TYPED, parts, [],
        )  # fmt: skip
        if job.write_as.form == LONG:
            work = work._replace(before=_rows_before(spark, work))
        with whole_folder(spark, job.output, _SUFFIXES.get(written.format, "")) as place:
            reports = _Telling(spark, len(parts), tell)
            try:
                _write(spark, work, cohort, place, reports)
            finally:
                _sum_up(summary, parts, reports.value)
            summary.doubts = refuse_doubtful(summary.columns, library.vocabulary, _evidence(reports.value))
            if job.stop and (first := summary.unusable.first) is not None:
                raise Stopped(f"stopped at {first.place}, nothing was written: {first.reason}", 2)
        if patients := job.write_as.id or id_column(cohort.header):
            summary.repeats = _repeats(spark, work._replace(write_as=work.write_as._replace(id=patients)))
    return summary


def _rows(cohort: Cohort, read_as: ReadAs) -> Iterator[Rows]:
    """The rows of a cohort, read here as far as they are asked for."""
    for part in cut(cohort, _LARGEST):
        yield from (rows.in_order(cohort.header) for rows in rows_of(part, read_as))


def _written(job: Job, form: Form) -> Written:
    """The format of the output.

    Raises:
        UnreadableError: one that Spark does not write.
    """
    name, wanted = job.output.lower().rstrip("/"), job.write_as.format
    if wanted == ORC or (not wanted and name.endswith(".orc")):
        return Written(ORC, "")
    written = output_format(name, form, job.write_as)
    if written.format in (ARROW, XLSX, ODS, CBIOPORTAL):
        why = f"Spark does not write {written.format}; name .csv, .ndjson, .parquet or .orc"
        raise UnreadableError("--output", job.output, why)
    if written.packed == "zstd" or (written.packed and written.format in _TYPED):
        why = (
            "name .csv.gz" if written.format not in _TYPED else f"{written.format} is packed inside; leave the end off"
        )
        raise UnreadableError("--output", job.output, f"Spark does not write it packed so; {why}")
    return written


def _part_size(cohort: Cohort, cores: int) -> int:
    whole = sum(part.stamp[0] for part in cohort.parts)
    return min(_LARGEST, max(_SMALLEST, whole // (_PARTS_A_CORE * max(cores, 1)) + 1))


def _over_parts(spark: Any, work: Work, run: Callable[[Any], Any], schema: Any) -> Any:
    """A data frame of what ``run`` makes of the parts, partition by partition."""
    number = len(work.parts)
    return spark.range(0, number, 1, number).mapInArrow(run(spark.sparkContext.broadcast(work)), schema)


def _write(spark: Any, work: Work, cohort: Cohort, place: str, reports: _Telling) -> None:
    def run(shared: Any) -> Any:
        return classifier(shared, reports.told)

    if work.text:
        frame = _over_parts(spark, work, run, f"{TEXT} binary").selectExpr(f"cast({TEXT} as string) {TEXT}")
        packing = "gzip" if work.written.packed else "none"
        writer = frame.write.option("lineSep", line_ending(work.form, work.written)).option("compression", packing)
        with reports:
            writer.text(place)
        return
    from pyspark.sql.pandas.types import from_arrow_schema

    schema = from_arrow_schema(frame_schema(work, cohort.schema), prefer_timestamp_ntz=True)
    frame = _over_parts(spark, work, run, schema)
    with reports:
        frame.write.format(work.written.format).save(place)


class _Telling:
    """What the executors have told so far; as a context it keeps the progress bar going."""

    def __init__(self, spark: Any, parts: int, tell: Told) -> None:
        self.told = spark.sparkContext.accumulator({}, Reports())
        self._parts, self._tell = parts, tell
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="all-cli-progress", daemon=True)

    @property
    def value(self) -> dict[int, Report]:
        """By number of the part."""
        return dict(self.told.value)

    def _watch(self) -> None:
        while not self._over.wait(_TOLD_EVERY):
            done = self.value
            self._tell(sum(report.rows for report in done.values()), len(done) / max(self._parts, 1))

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()


def _sum_up(summary: Summary, parts: Sequence[Part], reports: Mapping[int, Report]) -> None:
    """Put together what was told of the parts, in their order."""
    lines, file = 0, ""
    for number in sorted(reports):
        report = reports[number]
        if parts[number].file != file:
            lines, file = 0, parts[number].file
        summary.unusable.add(report.unusable, summary.rows, lines + parts[number].lines)
        summary.tally.add(report.tally)
        lines += report.lines
        summary.lost.update(report.lost)
        summary.warnings = _added(summary.warnings, report.warnings)


def _added(one: Mapping[str, tuple[int, str]], other: Mapping[str, tuple[int, str]]) -> Mapping[str, tuple[int, str]]:
    return {
        header: (one.get(header, (0, ""))[0] + other.get(header, (0, ""))[0], (one.get(header) or other[header])[1])
        for header in {**one, **other}
    }


def _evidence(reports: Mapping[int, Report]) -> Mapping[int, Evidence]:
    """What the cells of all parts speak for, by the place of the column."""
    found: dict[int, Evidence] = {}
    for number in sorted(reports):
        for place, seen in reports[number].evidence.items():
            found.setdefault(place, Evidence()).add(seen)
    return found


def _rows_before(spark: Any, work: Work) -> list[int]:
    """The number of rows before each part."""
    counted = dict(_over_parts(spark, work, counter, "part long, rows long").collect())
    return list(accumulate((counted[number] for number in range(len(work.parts) - 1)), initial=0))


def _repeats(spark: Any, work: Work) -> RepeatedIds:
    """Ids that stand in several rows; the examples are those that came again first."""
    from pyspark.sql.functions import expr

    found = _over_parts(spark, work, ids, "part long, id string, rows array<long>")
    places = found.selectExpr("id", "transform(rows, row -> struct(part, row)) places").groupBy("id")
    second = places.agg(expr("array_sort(flatten(collect_list(places)))").alias("places")).where("size(places) > 1")
    again = second.selectExpr("id", "places[1] place").cache()
    number = again.count()
    examples = [row.id for row in again.orderBy("place").limit(EXAMPLES).collect()] if number else []
    again.unpersist()
    return RepeatedIds(work.write_as.id, number, examples)
