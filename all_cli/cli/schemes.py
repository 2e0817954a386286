"""``all-risk schemes`` and ``all-risk facts``: what can be asked, and what can be known of a patient."""

from __future__ import annotations

from typing import Annotated

import typer

from all_cli.cli.as_of import AsOfOption, nothing_in_use, read_year
from all_cli.cli.common import one_of, sentences
from all_cli.cli.options import ColorOption, FormatOption, RulesOption
from all_cli.cli.output import Color, emit


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
