"""``all-risk batch`` and ``replay``: a table of patients, every row classified or with the reason why not."""

# No postponed annotations here, as in options.py.
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from all_cli.cli.common import WITH_INVALID, fail, one_of, sentences
from all_cli.cli.options import AssumeOption, RoutineOption, RulesOption
from all_cli.cli.reading import Told, with_table

if TYPE_CHECKING:
    from all_cli.cohort.run import Job, Summary
    from all_cli.risk.library import RiskLibrary
    from all_cli.risk.scheme import Scheme

    Runner = Callable[[RiskLibrary, Sequence[Scheme], Job], Summary]

DEFAULT_SCHEMES = ("nci-rome", "guideline-summary")


class TableForm(StrEnum):
    """Shape of the output."""

    wide = "wide"
    long = "long"


class Names(StrEnum):
    """How columns of the output are named."""

    snake = "snake"


class EngineName(StrEnum):
    """What a batch runs on."""

    local = "local"
    spark = "spark"


class OnError(StrEnum):
    """What a row or cell that cannot be used does."""

    report = "report"
    stop = "stop"


class FailOn(StrEnum):
    """Answers that make the command fail."""

    invalid = "invalid"
    indeterminate = "indeterminate"
    outside = "outside"


@with_table
def batch(
    told: Told,
    source: Annotated[
        list[str],
        typer.Argument(
            metavar="IN...",
            help="Table of patients, one row each: CSV, TSV, NDJSON, Parquet, Arrow, XLSX, ODS, SPSS, Stata or SAS, "
            "also packed with gzip or zstd; - for standard input. Several files, or a pattern, are one cohort.",
        ),
    ],
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o", metavar="OUT", help="Where to write, in the format of its suffix; - for standard output."
        ),
    ] = "-",
    scheme: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Scheme to apply; repeatable. Without it nci-rome and guideline-summary."),
    ] = None,
    id_column: Annotated[
        str | None,
        typer.Option("--id", metavar="COLUMN", help="Column that names a patient; else by its name. Repeats are said."),
    ] = None,
    table_form: Annotated[
        TableForm,
        typer.Option("--form", help="The results of each scheme as columns, or one row per patient and scheme."),
    ] = TableForm.wide,
    output_format: Annotated[
        str | None,
        typer.Option(
            "--output-format",
            "--format",
            metavar="FORMAT",
            help="csv, tsv, ndjson, parquet, arrow, xlsx, ods, cbioportal; else by suffix.",
        ),
    ] = None,
    excel_safe: Annotated[
        bool,
        typer.Option(
            "--excel-safe",
            help="For Excel: a byte order mark, semicolons if the input has them, an apostrophe before cells "
            "that it would take for formulas.",
        ),
    ] = False,
    names: Annotated[
        Names | None,
        typer.Option("--names", help="snake: column names that R, SAS, Stata and REDCap take; else as they are."),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace results of these schemes that the table already has.")
    ] = False,
    strict_cells: Annotated[
        bool,
        typer.Option("--strict-cells", help="A cell that cannot be read makes its row invalid under every scheme."),
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 if any answer is indeterminate.")] = False,
    fail_on: Annotated[
        list[FailOn] | None,
        typer.Option(
            "--fail-on",
            help="Exit with 1 if there is such an answer; invalid rows and unread cells always do. Repeatable.",
        ),
    ] = None,
    on_error: Annotated[
        OnError, typer.Option("--on-error", help="Report rows and cells that cannot be used, or stop at the first.")
    ] = OnError.report,
    manifest: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Write versions, options, counts and hashes here, for all-risk replay."),
    ] = None,
    assume: AssumeOption = None,
    routine: RoutineOption = False,
    rules: RulesOption = None,
    engine: Annotated[
        EngineName, typer.Option(help="This process, or Apache Spark, which writes a folder of files.")
    ] = EngineName.local,
    master: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Spark's master: local[4], spark://HOST:7077, yarn; else as Spark is set up."),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show the log of Spark.")] = False,
) -> None:
    """Stratify a table of patients: every row comes back, classified or with the reason why not."""
    from all_cli.cohort.output import WriteAs

    job = told.job(
        sources=tuple(source),
        output=output,
        write_as=WriteAs(
            output_format or "",
            table_form.value,
            excel_safe,
            id_column or "",
            names=names.value if names else "",
            replace=replace,
        ),
        stop=on_error is OnError.stop,
        strict=strict_cells,
        rules=str(rules) if rules else None,
        assume=tuple(assume or ()),
        routine=routine,
    )
    with sentences():
        _check_roles(_of_files(job, engine), manifest or "")
    failing = {answer.value for answer in fail_on or ()} | {"invalid"} | ({"indeterminate"} if strict else set())
    with sentences():
        if master is not None and engine is not EngineName.spark:
            fail(f'--master "{master}": only Spark has a master; add --engine spark')
        from all_cli.cohort.manifest import inputs_of, manifest_of, now, written_manifest

        started = now()
        with written_manifest(manifest) if manifest is not None else nullcontext() as record:
            inputs = inputs_of(_of_files(job, engine)) if manifest is not None else []
            if engine is EngineName.spark:
                summary = _run(job, scheme or DEFAULT_SCHEMES, _on_spark(master or "", verbose))
            else:
                summary = _run(job, scheme or DEFAULT_SCHEMES)
            for line in summary.lines():
                typer.echo(line, err=True)
            if record is not None:
                record({"engine": engine.value, **manifest_of(_of_files(job, engine), summary, started, inputs)})
        counts = {"invalid": summary.invalid, "indeterminate": summary.indeterminate, "outside": summary.outside}
        if summary.unread or any(counts[answer] for answer in failing):
            raise typer.Exit(WITH_INVALID)


def _check_roles(job: "Job", manifest: str, record: str = "") -> None:
    """Refuse an output or a manifest that is a file with another role."""
    from all_cli.cohort.roles import DICTIONARY, INPUT, MAP_FILE, OUTPUT, RECORD, RULES, check_roles, refuse_to_lose
    from all_cli.cohort.tables import input_files

    inputs = input_files(job.sources)
    read = [(job.map_file, MAP_FILE), (job.dictionary, DICTIONARY), (job.rules or "", RULES), (record, RECORD)]
    if record:  # what is run again must stay to be run again
        check_roles("--output", job.output, [*((file, INPUT) for file in inputs), *read])
    check_roles("--output", job.output, read)
    refuse_to_lose(job, inputs)
    check_roles("--manifest", manifest, [*((file, INPUT) for file in inputs), *read, (job.output, OUTPUT)])


def _of_files(job: "Job", engine: EngineName) -> "Job":
    """The job with its files named one by one, where the engine takes folders."""
    if engine is EngineName.local:
        return job
    from all_cli.cohort.spark.parts import files_of

    return job._replace(sources=tuple(files_of(job.sources)))


def replay(
    record: Annotated[Path, typer.Argument(metavar="RUN", help="The record that batch --manifest wrote.")],
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="OUT", help="Keep what comes out here; else it is only compared."),
    ] = None,
) -> None:
    """Run a batch again from its record and compare: exit code 0 if all is as it was, 1 if anything differs."""
    import tempfile

    from all_cli.cohort.manifest import differences, inputs_of, job_of, manifest_of, now, read_manifest, refuse_replaced

    with sentences(), tempfile.TemporaryDirectory(prefix="all-risk-") as folder:
        before = read_manifest(record)
        name = Path(str(before["output"]["file"])).name
        job = job_of(before, str(record), output or str(Path(folder) / (name if name != "-" else "output.csv")))
        refuse_replaced(before)
        _check_roles(job, "", str(record))
        started, inputs = now(), inputs_of(job)
        summary = _run(job, before["schemes"])
        found = list(differences(before, manifest_of(job, summary, started, inputs)))
        for line in found:
            typer.echo(line)
        if found:
            raise typer.Exit(WITH_INVALID)
        where = "into a folder" if before.get("engine") == "spark" else "to a pipe"
        same = "" if before["output"]["sha256"] else f"; the output went {where} and is not compared"
        typer.echo(f"identical: {summary.rows} {'row' if summary.rows == 1 else 'rows'}{same}")


def _on_spark(master: str, verbose: bool) -> "Runner":
    """A batch inside Spark."""
    from all_cli.cohort.spark.job import Engine, run_on_spark

    return lambda library, schemes, job: run_on_spark(library, schemes, job, Engine(master, verbose))


def _here(library: "RiskLibrary", schemes: "Sequence[Scheme]", job: "Job") -> "Summary":
    """A batch in this process."""
    from all_cli.cohort.run import run_batch

    return run_batch(library, schemes, job)


def _run(job: "Job", schemes: Sequence[str], runner: "Runner" = _here) -> "Summary":
    """Run a batch; what ends it from outside is one sentence and an exit code."""
    from all_cli.cohort.run import Stopped
    from all_cli.risk.library import risk_library

    library = risk_library(Path(job.rules) if job.rules else None)
    chosen = [one_of("scheme", id, library.schemes) for id in dict.fromkeys(schemes)]
    try:
        return runner(library, chosen, job)
    except Stopped as stopped:
        fail(str(stopped), stopped.code)
