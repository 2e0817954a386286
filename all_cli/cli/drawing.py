"""``all-risk tree``: a scheme's decision tree, whole or as far as it is still open for a patient."""

from __future__ import annotations

from typing import Annotated

import typer

from all_cli.cli.common import one_of, sentences
from all_cli.cli.options import ColorOption, Described, FormatOption, RulesOption, with_patient
from all_cli.cli.output import Color, deliver, way_out

FORMATS = ("svg", "html", "markdown", "plain", "json")


@with_patient
def tree(
    about: Described,
    scheme: Annotated[str, typer.Argument(metavar="SCHEME", help="The scheme; all-risk schemes names them.")],
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write .svg, .html, .md, .txt or .json; - writes SVG.",
        ),
    ] = None,
    rules: RulesOption = None,
    form: FormatOption = None,
    color: ColorOption = Color.auto,
) -> None:
    """Draw a scheme's decision tree; what is known of a patient prunes it to what is still possible."""
    from all_cli.risk.library import risk_library

    with sentences():
        way = way_out(output, form, FORMATS, "svg")
        library = risk_library(rules)
        chosen = one_of("scheme", scheme, library.schemes)
        patient = about.patient(library.vocabulary)

        from all_cli.report.tree import tree_json, tree_page
        from all_cli.risk.tree import decision_tree

        drawn = decision_tree(chosen, patient)

        def svg() -> bytes:
            from all_cli.report.svg import tree_svg

            return tree_svg(drawn, patient, library).encode()

        deliver(
            way,
            color,
            lambda: tree_page(drawn, patient, library),
            lambda: tree_json(drawn, patient, library),
            {"svg": svg},
            f"{scheme}, questions {len(drawn.questions)}, rules {len(drawn.ends)}, parts {len(drawn.parts)}",
        )
