"""``all-risk tree``: a scheme's decision tree, whole or as far as it is still open for a patient."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from all_cli.cli.common import Color, Format, emit, fail, one_of, sentences
from all_cli.cli.options import ColorOption, Described, FormatOption, RulesOption, with_patient
from all_cli.cli.writing import write_whole
from all_cli.patient.unreadable import UnreadableError

_STDOUT = "-"


@with_patient
def tree(
    about: Described,
    scheme: Annotated[str, typer.Argument(metavar="SCHEME", help="The scheme; all-risk schemes names them.")],
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FILE.svg", help="Draw it as SVG into this file; - for standard output."
        ),
    ] = None,
    rules: RulesOption = None,
    form: FormatOption = None,
    color: ColorOption = Color.auto,
) -> None:
    """Draw a scheme's decision tree; what is known of a patient prunes it to what is still possible."""
    from all_cli.risk.library import risk_library

    with sentences():
        if output is not None:
            _refuse_unwritable(output, form)
        library = risk_library(rules)
        chosen = one_of("scheme", scheme, library.schemes)
        patient = about.patient(library.vocabulary)

        from all_cli.risk.tree import decision_tree

        drawn = decision_tree(chosen, patient)
        if output is None:
            from all_cli.report.tree import tree_json, tree_page

            emit(form, color, lambda: tree_page(drawn, patient, library), lambda: tree_json(drawn, patient, library))
            return

        from all_cli.report.svg import tree_svg

        picture = tree_svg(drawn, patient, library)
        if output == _STDOUT:
            typer.echo(picture, nl=False)
            return
        write_whole(output, picture.encode())
        questions, ends, parts = len(drawn.questions), len(drawn.ends), len(drawn.parts)
        typer.echo(f"{output}: {scheme}, questions {questions}, rules {ends}, parts {parts}", err=True)


def _refuse_unwritable(output: str, form: Format | None) -> None:
    """Say what is wrong with ``--output`` before any work is done."""
    if form is not None:
        fail("--output draws SVG; leave out --format, or leave out --output and redirect the text with >")
    if output == _STDOUT:
        return
    target = Path(output)
    if target.is_dir():
        raise UnreadableError("--output", output, "it is a folder; name a file such as tree.svg")
    if target.suffix.casefold() != ".svg":
        raise UnreadableError("--output", output, "it draws SVG; name a file that ends in .svg")
    if not target.parent.is_dir():
        raise UnreadableError("--output", output, f'there is no folder "{target.parent}"')
