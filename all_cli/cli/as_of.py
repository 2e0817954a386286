"""``--as-of``: only the schemes that were in use in a year."""

# No postponed annotations here, as in options.py.
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from all_cli.cli.common import fail

if TYPE_CHECKING:
    from all_cli.risk.library import RiskLibrary

_FIRST_YEAR, _LAST_YEAR = 1900, 2100

AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="YEAR",
        help="Only schemes in use in this year; those of which it is not recorded stay, and are named as such.",
    ),
]


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
