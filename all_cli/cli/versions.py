"""``all-risk diff``: two versions of the knowledge, what reads differently and which patients move."""

# No postponed annotations here, as in options.py: Typer evaluates each of them again at every start.
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from all_cli.cli.common import fail, sentences
from all_cli.cli.options import ColorOption, FormatOption
from all_cli.cli.output import Color, emit
from all_cli.cli.reading import Told, with_table

if TYPE_CHECKING:
    from all_cli.report.difference import Version
    from all_cli.risk.library import RiskLibrary
    from all_cli.risk.scheme import Scheme

SAME, DIFFERS = 0, 1
SHIPPED = "shipped"
_FIRST_YEAR, _LAST_YEAR = 1900, 2100

AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="YEAR",
        help="Only schemes in use in this year; those of which it is not recorded stay, and are named as such.",
    ),
]


@with_table
def diff(
    told: Told,
    before: Annotated[
        str, typer.Argument(metavar="FILE_A", help="Knowledge file in the form of data/risk_rules.yaml, or: shipped.")
    ],
    after: Annotated[str, typer.Argument(metavar="FILE_B", help="The version to compare with it, or: shipped.")],
    cohort: Annotated[
        str | None,
        typer.Option(metavar="CSV", help="Table of patients (- for standard input): list the rows that move."),
    ] = None,
    id: Annotated[str | None, typer.Option(metavar="COLUMN", help="Column of the table that names a patient.")] = None,
    form: FormatOption = None,
    color: ColorOption = Color.auto,
) -> None:
    """Compare two versions of the schemes: what reads differently, and which patients move, proved over all.

    Exit codes: 0 nothing differs, 1 something differs, 2 usage or unreadable value, 3 a file cannot be read,
    4 a knowledge file is invalid.
    """
    if cohort is None and (id is not None or told.anything):
        fail("only the table of --cohort is read, with a column for --id; give --cohort too")
    with sentences():
        from all_cli.report.difference import difference_json, difference_page
        from all_cli.risk.difference import difference

        first, second = _version(before), _version(after)
        found = difference(first.library, second.library)
        moved = None
        if cohort is not None:
            from all_cli.cohort.movers import movers

            moved = movers(second.library.vocabulary, _pairs(first, second), told.job(sources=(cohort,)), id)
        emit(
            form,
            color,
            lambda: difference_page(found, first, second, moved),
            lambda: difference_json(found, first, second, moved),
        )
        raise typer.Exit(SAME if found.nothing else DIFFERS)


def _version(name: str) -> "Version":
    from all_cli.report.difference import Version
    from all_cli.risk.library import library_of, risk_library

    if name == SHIPPED:
        return Version(risk_library(), None)
    return Version(library_of(Path(name)), Path(name))


def _pairs(before: "Version", after: "Version") -> "list[tuple[Scheme, Scheme]]":
    """The schemes whose answers can differ; where none can, one that cannot, so that bad rows are still found."""
    common = [
        (before.library.schemes[id], scheme)
        for id, scheme in after.library.schemes.items()
        if id in before.library.schemes
    ]
    return [
        pair
        for pair in common
        if pair[0].packed["diagram"] != pair[1].packed["diagram"] or pair[0].leaf_groups != pair[1].leaf_groups
    ] or common[:1]


def read_year(text: str | None) -> int | None:
    """The year of ``--as-of``; leaves with one sentence if it is none."""
    if text is None:
        return None
    plain = text.strip()
    if len(plain) == 4 and plain.isascii() and plain.isdigit() and _FIRST_YEAR <= int(plain) <= _LAST_YEAR:
        return int(plain)
    fail(f'--as-of "{text}": not a year; write one from {_FIRST_YEAR} to {_LAST_YEAR}, for example 2012')


def nothing_in_use(library: "RiskLibrary", asked: list[str] | None, year: int) -> NoReturn:
    """Say that no scheme (of those named) was in use in a year, and leave."""
    from all_cli.report.schemes import in_use_text

    if asked:
        years = ", ".join(f"{id} ({in_use_text(library.schemes[id])})" for id in dict.fromkeys(asked))
        fail(f"not in use in {year}: {years}; leave out --as-of to ask all the same")
    earliest = min((first for scheme in library.schemes.values() if (first := scheme.in_use[0])), default=year)
    fail(f"no encoded scheme was in use in {year}; the earliest is from {earliest}")
