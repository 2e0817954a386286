"""``all-risk diff``: two versions of the knowledge, what reads differently and which patients move."""

# No postponed annotations here, as in options.py: Typer evaluates each of them again at every start.
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from all_cli.cli.common import fail, sentences
from all_cli.cli.options import ColorOption, FormatOption
from all_cli.cli.output import Color, emit
from all_cli.cli.reading import Told, with_table

if TYPE_CHECKING:
    from all_cli.report.difference import Version
    from all_cli.risk.scheme import Scheme

SAME, DIFFERS = 0, 1
SHIPPED = "shipped"


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
