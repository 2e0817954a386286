"""``all-risk columns`` and ``template``: how a table would be read, and an empty one to fill in."""

# No postponed annotations here, as in options.py.
from pathlib import Path
from typing import Annotated

import typer

from all_cli.cli.batch import DEFAULT_SCHEMES
from all_cli.cli.common import WITH_INVALID, one_of, sentences
from all_cli.cli.options import ColorOption, FormatOption, RulesOption
from all_cli.cli.output import STDOUT, Color, check_file, emit
from all_cli.cli.reading import Told, with_table
from all_cli.cohort.whole_file import refuse_existing, write_new


@with_table
def columns(
    told: Told,
    source: Annotated[
        list[str],
        typer.Argument(metavar="IN...", help="A table as all-risk batch takes it; several files are one table."),
    ],
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
    from all_cli.cohort.inspect import inspect_table
    from all_cli.cohort.long_table import refuse_long
    from all_cli.cohort.mapping import map_file_text
    from all_cli.cohort.output import already_there
    from all_cli.cohort.proposals import Proposals
    from all_cli.cohort.run import columns_and_problems
    from all_cli.cohort.tables import open_table
    from all_cli.risk.library import risk_library

    with sentences():
        library = risk_library()
        vocabulary = library.vocabulary
        chosen = [one_of("scheme", id, library.schemes) for id in dict.fromkeys(scheme or ())]
        if save_map is not None:
            refuse_existing(save_map, "--save-map")
        job = told.job()
        with open_table(source, job.read_as) as opened:
            refuse_long(opened)
            planned, problems = columns_and_problems(opened, vocabulary, job)
            schemes = chosen or [one_of("scheme", id, library.schemes) for id in DEFAULT_SCHEMES]
            there = [*problems, *already_there(opened.name, opened.header, [scheme.id for scheme in schemes])]
            kernel = None if problems else job.plan(planned, schemes).kernel(library)
            counting = Proposals(library, chosen, planned) if chosen and not problems else None
            stretches = opened.rows() if counting is None else counting.seen(opened.rows())
            found = inspect_table(planned, stretches, vocabulary, there, kernel)
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
            if path is not None and str(path) != STDOUT:
                check_file(str(path), ["csv"], option)
                refuse_existing(path, option)
        header = csv_text([[field.column for field in fields]])
        if output == STDOUT:
            typer.echo(header, nl=False)
        else:
            write_new(Path(output), header, "--output")
        if dictionary is not None:
            write_new(dictionary, csv_text(data_dictionary(fields)), "--dictionary")
        if redcap is not None:
            write_new(redcap, csv_text(redcap_dictionary(fields)), "--redcap")
