"""``all-risk columns`` and ``template``: how a table would be read, and an empty one to fill in."""

# No postponed annotations here, as in options.py.
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from all_cli.cli.common import WITH_INVALID, Color, MrdUnit, emit, fail, one_of, pairs, sentences
from all_cli.cli.options import ColorOption, FormatOption, RulesOption

if TYPE_CHECKING:
    from all_cli.cohort.columns import TableMapping
    from all_cli.knowledge.vocabulary import Vocabulary


class DateOrder(StrEnum):
    """Order of day, month and year in dates such as 03/04/2020."""

    dmy = "dmy"
    mdy = "mdy"
    ymd = "ymd"


class Decimal(StrEnum):
    """How the numbers of a table are written."""

    comma = "comma"
    point = "point"


MapOption = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="COLUMN=FACT", help="Read this column as this fact (- leaves it alone). Repeatable."),
]
UnitOption = Annotated[
    list[str] | None,
    typer.Option("--unit", metavar="COLUMN=UNIT", help="Unit of this column's bare numbers: /uL, d, %. Repeatable."),
]
MapFileOption = Annotated[
    Path | None,
    typer.Option("--map-file", metavar="FILE", help="A mapping saved with all-risk columns --save-map, or written."),
]
DateOption = Annotated[
    DateOrder | None, typer.Option("--date-format", help="Order in dates that end in the year; 03/04/2020 needs it.")
]
DecimalOption = Annotated[
    Decimal | None, typer.Option("--decimal", help="comma: 1.234,5 and 0,05; point: 1,234.5 and 0.05.")
]
DictionaryOption = Annotated[
    Path | None,
    typer.Option("--dictionary", metavar="FILE", help="REDCap's data dictionary of the table: labels and codes, CSV."),
]
ForAllOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="FACT=VALUE", help="A fact that is the same in every row: lineage=T. Repeatable."),
]
HeaderRowOption = Annotated[
    str | None,
    typer.Option("--header-row", metavar="N", help="Row with the names of the columns, or N-M; else it is found."),
]


def columns(
    source: Annotated[
        list[str],
        typer.Argument(metavar="IN...", help="A table as all-risk batch takes it; several files are one table."),
    ],
    mapping: MapOption = None,
    unit: UnitOption = None,
    map_file: MapFileOption = None,
    dictionary: DictionaryOption = None,
    settings: ForAllOption = None,
    mrd_unit: Annotated[MrdUnit | None, typer.Option(help="Unit of MRD numbers that carry none.")] = None,
    date_format: DateOption = None,
    decimal: DecimalOption = None,
    input_format: Annotated[
        str | None, typer.Option(metavar="FORMAT", help="csv, tsv, ndjson, parquet, arrow, xlsx, ods; else by content.")
    ] = None,
    delimiter: Annotated[
        str | None,
        typer.Option(metavar="SIGN", help="comma, semicolon, tab, pipe or one sign; else by the header row."),
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(metavar="NAME", help="utf-8, cp1252, utf-16 …; else by the first bytes.")
    ] = None,
    sheet: Annotated[
        str | None, typer.Option(metavar="NAME", help="Sheet of a spreadsheet; else the one with a table.")
    ] = None,
    header_row: HeaderRowOption = None,
    scheme: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Say which assumptions would let this scheme answer more rows. Repeatable."),
    ] = None,
    save_map: Annotated[
        Path | None, typer.Option("--save-map", metavar="FILE", help="Write the mapping as YAML, to mend and replay.")
    ] = None,
    form: FormatOption = None,
    color: ColorOption = Color.auto,
) -> None:
    """Show how each column of a table would be read, before any run; nothing is written and nothing converted.

    Exit code 1 if a cell cannot be read or if a run would be refused.
    """
    from all_cli.cohort.columns import plans
    from all_cli.cohort.dictionary import read_dictionary
    from all_cli.cohort.inspect import inspect_table
    from all_cli.cohort.long_table import refuse_long
    from all_cli.cohort.mapping import map_file_text
    from all_cli.cohort.proposals import Proposals
    from all_cli.cohort.tables import ReadAs, open_table
    from all_cli.cohort.whole_table import columns_of_all
    from all_cli.risk.library import risk_library

    with sentences():
        library = risk_library()
        vocabulary = library.vocabulary
        chosen = [one_of("scheme", id, library.schemes) for id in dict.fromkeys(scheme or ())]
        if save_map is not None and save_map.exists():
            fail(f'--save-map "{save_map}": it exists already; give another name, or remove it first')
        table = map_file_of(map_file, vocabulary)
        read_as = ReadAs(input_format or "", delimiter or "", encoding or "", sheet or "", header_row or "")
        with open_table(source, read_as) as opened:
            refuse_long(opened)
            told = read_dictionary(str(dictionary)).over(opened.dictionary) if dictionary else opened.dictionary
            planned, problems = plans(
                opened.header, vocabulary, pairs("--map", mapping),
                mrd_unit.value if mrd_unit else "", units=pairs("--unit", unit), table=table,
                decimal=decimal.value if decimal else "", date_order=date_format.value if date_format else "",
                dictionary=told,
            )  # fmt: skip
            planned += columns_of_all(for_all(settings), vocabulary, len(planned))
            counting = Proposals(library, chosen, planned) if chosen and not problems else None
            stretches = opened.rows() if counting is None else counting.seen(opened.rows())
            found = inspect_table(planned, stretches, vocabulary, problems)
        proposed = counting.found() if counting is not None else []
        name = f"{opened.name}, {opened.form.text()}"
        if save_map is not None:
            unread = {view.column.index: [(item.text, item.cells) for item in view.unread] for view in found.columns}
            write_new(save_map, map_file_text(planned, unread), "--save-map")

        from all_cli.report.columns import columns_json, columns_page

        emit(
            form,
            color,
            lambda: columns_page(name, found, vocabulary, proposed),
            lambda: columns_json(name, found, vocabulary, proposed),
        )
        if found.unreadable or found.spoiled or found.problems:
            raise typer.Exit(WITH_INVALID)


def template(
    scheme: Annotated[
        list[str] | None, typer.Option("--scheme", metavar="ID", help="Columns that this scheme asks for. Repeatable.")
    ] = None,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="OUT", help="The empty table, CSV; - for standard output.")
    ] = "-",
    dictionary: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also a data dictionary, CSV: what each column takes.")
    ] = None,
    redcap: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also a data dictionary to upload into REDCap, CSV.")
    ] = None,
    dates: Annotated[
        bool, typer.Option("--dates", help="Ask for the dates of birth and diagnosis instead of the age.")
    ] = False,
    rules: RulesOption = None,
) -> None:
    """Write an empty table with the columns that schemes ask for; filled in, batch reads it without any --map.

    Without --scheme the columns of all schemes. A file that exists is never overwritten.
    """
    from all_cli.cohort.template import csv_text, data_dictionary, redcap_dictionary, template_fields
    from all_cli.risk.library import risk_library

    with sentences():
        library = risk_library(rules)
        chosen = [one_of("scheme", id, library.schemes) for id in dict.fromkeys(scheme or library.schemes)]
        fields = template_fields(library.vocabulary, chosen, dates=dates)
        for option, path in (("--output", Path(output)), ("--dictionary", dictionary), ("--redcap", redcap)):
            if path is not None and str(path) != "-" and path.exists():
                fail(f'{option} "{path}": it exists already and may be filled in; give another name')
        header = csv_text([[field.column for field in fields]])
        if output == "-":
            typer.echo(header, nl=False)
        else:
            write_new(Path(output), header, "--output")
        if dictionary is not None:
            write_new(dictionary, csv_text(data_dictionary(fields)), "--dictionary")
        if redcap is not None:
            write_new(redcap, csv_text(redcap_dictionary(fields)), "--redcap")


def for_all(settings: list[str] | None) -> dict[str, str]:
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


def map_file_of(path: Path | None, vocabulary: "Vocabulary") -> "TableMapping | None":
    """The mapping of ``--map-file``, if it was given."""
    if path is None:
        return None
    from all_cli.cohort.mapping import read_map_file

    return read_map_file(path, vocabulary)


def write_new(path: Path, text: str, option: str) -> None:
    """Write a file that must not exist yet."""
    try:
        with path.open("x", encoding="utf-8", newline="") as out:
            out.write(text)
    except FileExistsError:
        fail(f'{option} "{path}": it exists already; give another name')
    except FileNotFoundError:
        fail(f'{option} "{path}": its folder does not exist')
    except OSError as error:
        fail(f'{option} "{path}" cannot be written: {error.strerror}')
