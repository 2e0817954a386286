"""``all-risk genetics``: how a genetics text, a list or a karyotype, is read, span by span."""

from __future__ import annotations

from typing import Annotated

import typer

from all_cli.cli.common import USAGE, sentences
from all_cli.cli.options import ColorOption, FormatOption
from all_cli.cli.output import Color, emit


def genetics(
    text: Annotated[
        str,
        typer.Argument(metavar="TEXT", help="A list of findings, a karyotype or nuc ish; - for standard input."),
    ],
    form: FormatOption = None,
    color: ColorOption = Color.auto,
) -> None:
    """Show how a genetics text is read: every span, the facts it settles, and what is left open or not understood."""
    with sentences():
        from all_cli.knowledge.files import PATIENT, read_standard_input
        from all_cli.patient.genetics import genetics_reader
        from all_cli.patient.patient import Patient
        from all_cli.patient.unreadable import UnreadableError
        from all_cli.protocol.lesions import meaning
        from all_cli.report.genetics import genetics_json, genetics_page
        from all_cli.risk.library import risk_library

        if text == "-":
            raw = read_standard_input(PATIENT)
            try:
                text = raw.decode("utf-8-sig").strip()
            except UnicodeDecodeError:
                raise UnreadableError("genetics", "standard input", "not a text in UTF-8") from None
        library = risk_library()
        spans = genetics_reader(library.vocabulary).spans(text)
        patient = Patient(library.vocabulary)
        conflict = ""
        try:
            for span in spans:
                for finding in span.findings:
                    patient.learn(finding.fact, finding.possible, f'"{finding.text}"', inferred=finding.inferred)
            patient.conclude()
        except UnreadableError as error:
            conflict = str(error)
        emit(
            form,
            color,
            lambda: genetics_page(
                spans, patient, conflict, library, () if conflict else list(meaning(patient, library))
            ),
            lambda: genetics_json(text, spans, patient, conflict),
        )
        if conflict or any(span.why for span in spans):
            raise typer.Exit(USAGE)
