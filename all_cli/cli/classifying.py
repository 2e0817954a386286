"""``all-risk classify``: one patient under the published schemes."""

from __future__ import annotations

from typing import Annotated

import typer

from all_cli.cli.as_of import AsOfOption, nothing_in_use, read_year
from all_cli.cli.common import WITH_INVALID, one_of, sentences
from all_cli.cli.options import (
    AssumeOption,
    ColorOption,
    Described,
    FormatOption,
    RoutineOption,
    RulesOption,
    with_patient,
)
from all_cli.cli.output import Color, emit
from all_cli.risk.answers import answers_of


@with_patient
def classify(
    about: Described,
    scheme: Annotated[list[str] | None, typer.Option(metavar="ID", help="Only this scheme. Repeatable.")] = None,
    as_of: AsOfOption = None,
    assume: AssumeOption = None,
    routine: RoutineOption = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 if the answer is indeterminate.")] = False,
    show_protocol: Annotated[
        bool, typer.Option("--show-protocol", help="End with the arms of protocols that were for these groups.")
    ] = False,
    rules: RulesOption = None,
    form: FormatOption = None,
    color: ColorOption = Color.auto,
) -> None:
    """Which risk group, under which scheme, why, and what is still missing."""
    from all_cli.patient.assumption import read_assumption
    from all_cli.risk.library import risk_library
    from all_cli.risk.verdict import INDETERMINATE

    with sentences():
        library = risk_library(rules)
        for id in scheme or ():
            one_of("scheme", id, library.schemes)
        patient = about.patient(library.vocabulary)
        wishes = [read_assumption(library.vocabulary, text) for text in assume or ()]
        answers = answers_of(library, patient, scheme, year := read_year(as_of), wishes, routine)
        if year is not None and not answers.ids:
            nothing_in_use(library, scheme, year)

        from all_cli.cli.pointing import pointing
        from all_cli.report.answers import answers_json, answers_page

        ending, joined = pointing(answers, patient, library, named=bool(scheme)) if show_protocol else (None, dict)
        emit(
            form,
            color,
            lambda: answers_page(answers, patient, library, named=bool(scheme), ending=ending),
            lambda: joined(answers_json(answers, patient, library)),
        )
        asked: list[str | None] = [id for id in scheme if id in answers.brief] if scheme else [answers.primary]
        if strict and any(id is None or answers.brief[id].status == INDETERMINATE for id in asked):
            raise typer.Exit(WITH_INVALID)
