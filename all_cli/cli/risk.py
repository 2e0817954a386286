"""``all-risk``: stratify patients by published risk schemes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from all_cli.cli import drawing, exploring, versions
from all_cli.cli import genetics as reading_genetics
from all_cli.cli.common import (
    WITH_INVALID,
    Color,
    MrdUnit,
    emit,
    fail,
    one_of,
    run,
    sentences,
)
from all_cli.cli.options import ColorOption, Described, FormatOption, RulesOption, with_patient, with_version
from all_cli.cli.versions import AsOfOption, nothing_in_use, read_year

app = typer.Typer(
    help="Stratify acute lymphoblastic leukemia by published risk schemes. Every rule is cited; "
    "unknown is never negative.",
    epilog="For professionals; works offline; not a medical device. Exit codes: 0 done, 1 done with invalid rows or "
    "an indeterminate answer under --strict, 2 usage or unreadable value, 3 input cannot be read, "
    "4 knowledge file invalid.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
)


with_version(app)


@app.command()
@with_patient
def classify(
    about: Described,
    scheme: Annotated[list[str] | None, typer.Option(metavar="ID", help="Only this scheme. Repeatable.")] = None,
    as_of: AsOfOption = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 if the answer is indeterminate.")] = False,
    rules: RulesOption = None,
    form: FormatOption = None,
    color: ColorOption = Color.auto,
) -> None:
    """Which risk group, under which scheme, why, and what is still missing."""
    from all_cli.risk.library import risk_library
    from all_cli.risk.verdict import INDETERMINATE

    with sentences():
        library = risk_library(rules)
        for id in scheme or ():
            one_of("scheme", id, library.schemes)
        patient = about.patient(library.vocabulary)
        answers = library.answers(patient, scheme, year := read_year(as_of))
        if year is not None and not answers.ids:
            nothing_in_use(library, scheme, year)

        from all_cli.report.answers import answers_json, answers_page

        emit(
            form,
            color,
            lambda: answers_page(answers, patient, library, named=bool(scheme)),
            lambda: answers_json(answers, patient, library),
        )
        asked: list[str | None] = [id for id in scheme if id in answers.brief] if scheme else [answers.primary]
        if strict and any(id is None or answers.brief[id].status == INDETERMINATE for id in asked):
            raise typer.Exit(WITH_INVALID)


@app.command()
def schemes(
    id: Annotated[str | None, typer.Argument(metavar="[ID]", help="One scheme, with all its rules.")] = None,
    as_of: AsOfOption = None,
    rules: RulesOption = None,
    form: FormatOption = None,
    color: ColorOption = Color.auto,
) -> None:
    """List the schemes, or show one with its rules and citations."""
    from all_cli.risk.library import risk_library

    with sentences():
        library, year = risk_library(rules), read_year(as_of)
        from all_cli.report import schemes as report

        if id is None:
            if year is not None and not library.in_use(year):
                nothing_in_use(library, None, year)
            emit(form, color, lambda: report.schemes_page(library, year), lambda: report.schemes_json(library, year))
        else:
            scheme = one_of("scheme", id, library.schemes)
            if year is not None and scheme.id not in library.in_use(year):
                nothing_in_use(library, [id], year)
            emit(form, color, lambda: report.scheme_page(scheme, library), lambda: report.scheme_json(scheme, library))


@app.command()
def facts(
    id: Annotated[str | None, typer.Argument(metavar="[ID]", help="One fact, with its spellings and units.")] = None,
    form: FormatOption = None,
    color: ColorOption = Color.auto,
) -> None:
    """List the facts that can be known of a patient, or show one."""
    from all_cli.risk.library import risk_library

    with sentences():
        library = risk_library()
        from all_cli.report import schemes as report

        vocabulary = library.vocabulary
        fact = one_of("fact", id, vocabulary) if id is not None else None
        emit(
            form,
            color,
            lambda: report.fact_page(fact, library) if fact else report.facts_page(vocabulary, library),
            lambda: report.facts_json(vocabulary, fact),
        )


@app.command()
def cite(
    id: Annotated[str, typer.Argument(help="A source, a scheme, or a rule such as nci-rome.age.")],
    bibtex: Annotated[bool, typer.Option("--bibtex", help="As BibTeX.")] = False,
    rules: RulesOption = None,
    form: FormatOption = None,
    color: ColorOption = Color.auto,
) -> None:
    """Print the reference of a source, a scheme or a rule."""
    from all_cli.cli.citing import cite_risk
    from all_cli.risk.library import risk_library

    with sentences():
        cite_risk(risk_library(rules), id, bibtex, form, color)


@app.command()
def check(
    rules: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="Your own schemes; without it the shipped knowledge.")
    ] = None,
    overlaps: Annotated[
        bool,
        typer.Option("--overlaps", help="Also name rules that overlap with another group, where their order decides."),
    ] = False,
    form: FormatOption = None,
    color: ColorOption = Color.auto,
) -> None:
    """Prove schemes over all patients: no gap, no dead rule, no worse finding with a milder group."""
    from all_cli.cli.checking import check_knowledge

    with sentences():
        check_knowledge(rules, overlaps, form, color)


@app.command()
def batch(
    source: Annotated[
        str, typer.Argument(metavar="IN", help="CSV or TSV of patients, one row each; - for standard input.")
    ],
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="OUT", help="Where to write; - for standard output.")
    ] = "-",
    scheme: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Scheme to apply; repeatable. Without it nci-rome and guideline-summary."),
    ] = None,
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="COLUMN=FACT",
            help="Read this column as this fact (- leaves it alone). Repeatable.",
        ),
    ] = None,
    mrd_unit: Annotated[MrdUnit | None, typer.Option(help="Unit of MRD numbers that carry none.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 if any answer is indeterminate.")] = False,
    rules: RulesOption = None,
) -> None:
    """Stratify a table of patients: every row comes back, classified or with the reason why not."""
    from all_cli.cohort.run import run_batch
    from all_cli.risk.library import risk_library

    with sentences():
        library = risk_library(rules)
        ids = list(dict.fromkeys(scheme or ["nci-rome", "guideline-summary"]))
        chosen = [one_of("scheme", id, library.schemes) for id in ids]
        summary = run_batch(
            library.vocabulary,
            chosen,
            source,
            output,
            dict(_mapping(entry) for entry in mapping or ()),
            mrd_unit.value if mrd_unit else "",
        )
        for line in summary.lines():
            typer.echo(line, err=True)
        if summary.invalid or (strict and summary.indeterminate):
            raise typer.Exit(WITH_INVALID)


def _mapping(entry: str) -> tuple[str, str]:
    column, sign, fact = entry.rpartition("=")
    if not sign or not column or not fact:
        fail(f'--map "{entry}": write it as COLUMN=fact, for example --map "Leukocytes=wbc"')
    return column, fact


drawing.register(app)
exploring.register(app)
reading_genetics.register(app)
versions.register(app)


def main() -> None:
    """Entry point of ``all-risk``."""
    run(app)
