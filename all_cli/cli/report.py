"""``all-risk report``: what a table of results says in sum, as a page to keep, on the screen or as JSON."""

# No postponed annotations here, as in options.py.
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from all_cli.cli.common import fail, sentences
from all_cli.cli.options import ColorOption, FormatOption, RulesOption
from all_cli.cli.output import Color, deliver, way_out
from all_cli.cli.reading import Told, with_table

if TYPE_CHECKING:
    from all_cli.cohort.columns import Column
    from all_cli.cohort.run import Job
    from all_cli.report.cohort_text import CohortReport

FORMATS = ("html", "markdown", "plain", "json")


@with_table
def report(
    told: Told,
    source: Annotated[
        list[str],
        typer.Argument(
            metavar="RESULTS...",
            help="A table that all-risk batch wrote, in any of its formats; - for standard input. Several files, or a "
            "pattern, are one cohort.",
        ),
    ],
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Write .html, .md, .txt or .json; - for a page on standard output."
        ),
    ] = None,
    scheme: Annotated[
        list[str] | None, typer.Option("--scheme", metavar="ID", help="Only this scheme. Repeatable.")
    ] = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="ID", help="Draw who moves from this scheme to that of --to.")
    ] = None,
    second: Annotated[str | None, typer.Option("--to", metavar="ID", help="The other scheme of the drawing.")] = None,
    pair: Annotated[
        list[str] | None,
        typer.Option(
            "--pair",
            metavar="A.group=B.group",
            help="Take these groups of two schemes for the same, for agreement. Repeatable.",
        ),
    ] = None,
    id_column: Annotated[
        str | None, typer.Option("--id", metavar="COLUMN", help="The column that names a patient, for listed rows.")
    ] = None,
    listed: Annotated[int, typer.Option("--list", min=0, help="Rows to list for each cut-off they lie on.")] = 5,
    suppress: Annotated[
        int | None,
        typer.Option("--suppress", metavar="N", min=3, help="Hide counts below N, and what would give them away."),
    ] = None,
    manifest: Annotated[
        Path | None,
        typer.Option("--manifest", metavar="FILE", help="The record of batch --manifest; says how columns were read."),
    ] = None,
    rules: RulesOption = None,
    form: FormatOption = None,
    color: ColorOption = Color.auto,
) -> None:
    """Group sizes, agreement between schemes, who moves where, what is missing and what it costs.

    Schemes are compared only where their groups can be paired: by rank of severity, or as --pair says. The page of
    -o FILE.html needs no network; without -o the same is printed. How the columns of patients are read is told as
    it was to batch, or by --manifest.
    """
    with sentences():
        _refuse_without_extra()
        way = way_out(output, form, FORMATS, "html")
        if (first is None) != (second is None):
            fail("--from and --to name the two schemes to draw: give both")
        drawn = (first, second) if first is not None and second is not None else None
        job = told.job(sources=tuple(source), rules=str(rules) if rules else None)
        made = _report(job, scheme, drawn, pair, id_column, listed, suppress or 0, manifest)

        from all_cli.report.cohort_json import cohort_json
        from all_cli.report.cohort_page import cohort_page

        told_of_it = f"{made.figures.usable:,} rows, schemes {len(made.figures.schemes)}"
        deliver(way, color, lambda: cohort_page(made), lambda: cohort_json(made), {}, told_of_it)


def _report(
    told: "Job",
    scheme: list[str] | None,
    drawn: tuple[str, str] | None,
    pair: list[str] | None,
    id_column: str | None,
    listed: int,
    suppress: int,
    manifest: Path | None,
) -> "CohortReport":
    """Read the results, their columns as ``told`` or as the record of the run says, and work out the figures."""
    from all_cli.cohort.results.agreement import declared_pairs
    from all_cli.cohort.results.counts import count_results
    from all_cli.cohort.results.record import run_record
    from all_cli.cohort.run import columns_of
    from all_cli.cohort.tables import Table, open_table
    from all_cli.report.cohort_figures import Options, cohort_figures
    from all_cli.report.cohort_text import CohortReport
    from all_cli.risk.library import risk_library

    rules = Path(told.rules) if told.rules else None
    library = risk_library(rules)
    vocabulary = library.vocabulary
    run = run_record(manifest) if manifest is not None else None
    with open_table(told.sources, told.read_as) as opened:
        first = opened.first()

        def plan(own: "Sequence[str]") -> "Sequence[Column]":
            rows = iter([first] if first is not None else [])
            return columns_of(Table(opened.name, list(own), opened.form, rows, opened.dictionary), vocabulary, told)

        results = count_results(
            opened.name,
            opened.header,
            (rows.frame for rows in opened.rows()),
            library,
            plan=run.plan if run is not None else plan,
            settled=run is not None,
            chosen=scheme,
            id_column=id_column,
            listed=0 if suppress else listed,
        )
    if run is not None:
        run.check_rows(results.rows)
    pairs = tuple(declared_pairs(pair or (), results.schemes))
    figures = cohort_figures(results, Options(suppress, pairs, drawn, listed))
    return CohortReport(figures, library, run, rules, id_column or "")


def _refuse_without_extra() -> None:
    """Say what to install where the libraries of the report are missing, before any work is done."""
    from importlib.util import find_spec

    if find_spec("sklearn") is None:
        fail("the report needs sklearn, which is not installed: pip install 'all-cli[report]'")
