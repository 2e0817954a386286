"""How a table is read, as the command line says it: the same options for every command that reads one."""

# No postponed annotations here, as in options.py.
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Concatenate, NamedTuple, ParamSpec

import typer

from all_cli.cli.common import Decimal, MrdUnit, fail, pairs
from all_cli.cli.options import sharing

if TYPE_CHECKING:
    from all_cli.cohort.run import Job


class DateOrder(StrEnum):
    """Order of day, month and year in dates such as 03/04/2020."""

    dmy = "dmy"
    mdy = "mdy"
    ymd = "ymd"


class Told(NamedTuple):
    """How a table is read, as the command line says it.

    Attributes:
        columns: what it says of columns and cells, as a :class:`~all_cli.cohort.run.Job` has it.
        form: what it says of the form of the input, as a :class:`~all_cli.cohort.tables.ReadAs` has it.
    """

    columns: dict[str, Any]
    form: tuple[str, ...]

    @property
    def anything(self) -> bool:
        """Whether it says anything."""
        return any(self.columns.values()) or any(self.form)

    def job(self, **more: Any) -> "Job":
        """A batch that reads its table so; ``more`` is what else there is to say of it."""
        from all_cli.cohort.run import Job
        from all_cli.cohort.tables import ReadAs

        return Job(**{"sources": (), "output": "", **more}, **self.columns, read_as=ReadAs(*self.form))


def how_read(
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            "--map", metavar="COLUMN=FACT", help="Read this column as this fact (- leaves it alone). Repeatable."
        ),
    ] = None,
    unit: Annotated[
        list[str] | None,
        typer.Option(
            "--unit", metavar="COLUMN=UNIT", help="Unit of this column's bare numbers: /uL, d, %. Repeatable."
        ),
    ] = None,
    map_file: Annotated[
        Path | None,
        typer.Option(
            "--map-file", metavar="FILE", help="A mapping saved with all-risk columns --save-map, or written."
        ),
    ] = None,
    dictionary: Annotated[
        Path | None,
        typer.Option(
            "--dictionary", metavar="FILE", help="REDCap's data dictionary of the table: labels and codes, CSV."
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="FACT=VALUE", help="A fact that is the same in every row: lineage=T. Repeatable."
        ),
    ] = None,
    mrd_unit: Annotated[MrdUnit | None, typer.Option("--mrd-unit", help="Unit of MRD numbers that carry none.")] = None,
    decimal: Annotated[
        Decimal | None, typer.Option("--decimal", help="comma: 1.234,5 and 0,05; point: 1,234.5 and 0.05.")
    ] = None,
    date_format: Annotated[
        DateOrder | None,
        typer.Option("--date-format", help="Order in dates that end in the year; 03/04/2020 needs it."),
    ] = None,
    input_format: Annotated[
        str | None,
        typer.Option(
            "--input-format", metavar="FORMAT", help="csv, tsv, ndjson, parquet, arrow, xlsx, ods; else by content."
        ),
    ] = None,
    delimiter: Annotated[
        str | None,
        typer.Option(
            "--delimiter", metavar="SIGN", help="comma, semicolon, tab, pipe or one sign; else by the header row."
        ),
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option("--encoding", metavar="NAME", help="utf-8, cp1252, utf-16 …; else by the first bytes."),
    ] = None,
    sheet: Annotated[
        str | None,
        typer.Option("--sheet", metavar="NAME", help="Sheet of a spreadsheet; else the one with a table."),
    ] = None,
    header_row: Annotated[
        str | None,
        typer.Option("--header-row", metavar="N", help="Row with the names of the columns, or N-M; else it is found."),
    ] = None,
) -> Told:
    """What these options say; nothing is read yet."""
    return Told(
        {
            "mapping": pairs("--map", mapping),
            "mrd_unit": mrd_unit.value if mrd_unit else "",
            "units": pairs("--unit", unit),
            "map_file": str(map_file) if map_file else "",
            "decimal": decimal.value if decimal else "",
            "date_order": date_format.value if date_format else "",
            "dictionary": str(dictionary) if dictionary else "",
            "for_all": _for_all(settings),
        },
        (input_format or "", delimiter or "", encoding or "", sheet or "", header_row or ""),
    )


def _for_all(settings: list[str] | None) -> dict[str, str]:
    """What ``--set`` says of all rows: fact to value."""
    found: dict[str, str] = {}
    for setting in settings or ():
        name, sign, text = (part.strip() for part in setting.partition("="))
        if not sign or not text:
            fail(f'--set "{setting}": write it as fact=value, for example --set lineage=T')
        if name in found:
            fail(f'--set "{setting}": {name} was said already')
        found[name] = text
    return found


P = ParamSpec("P")


def with_table(command: Callable[Concatenate[Told, P], None]) -> Callable[..., None]:
    """The command with the options of :func:`how_read` behind its own; it gets what they say as first argument."""
    return sharing(how_read, command, first=False)
