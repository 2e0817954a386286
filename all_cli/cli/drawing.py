"""``all-risk tree``: a scheme's decision tree, whole or as far as it is still open for a patient."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from all_cli.cli.common import Color, Format, MrdUnit, emit, fail, one_of, patient_from, sentences
from all_cli.patient.unreadable import UnreadableError

_STDOUT = "-"


def register(app: typer.Typer) -> None:
    """Add the command to ``all-risk``."""
    app.command()(tree)


def tree(
    scheme: Annotated[str, typer.Argument(metavar="SCHEME", help="The scheme; all-risk schemes names them.")],
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FILE.svg", help="Draw it as SVG into this file; - for standard output."
        ),
    ] = None,
    age: Annotated[str | None, typer.Option(help="Age at diagnosis: 7, 7.5, 9mo, 45d, 6y3m.")] = None,
    born: Annotated[
        str | None, typer.Option(metavar="DATE", help="Date of birth, with --diagnosed instead of --age.")
    ] = None,
    diagnosed: Annotated[str | None, typer.Option(metavar="DATE", help="Date of diagnosis, YYYY-MM-DD.")] = None,
    sex: Annotated[str | None, typer.Option(help="male or female.")] = None,
    lineage: Annotated[str | None, typer.Option(help="B, T or MPAL.")] = None,
    wbc: Annotated[str | None, typer.Option(help="White cells at diagnosis: 45 (×10⁹/L), 45000/uL, >100.")] = None,
    cns: Annotated[str | None, typer.Option(help="CNS1, CNS2 (any of 2a-c), CNS3 (any of 3a-c), CNS2a …")] = None,
    genetics: Annotated[
        list[str] | None,
        typer.Option(help="Findings: 't(12;21), iAMP21'; 'none' if the full panel found nothing. Repeatable."),
    ] = None,
    ph: Annotated[bool | None, typer.Option("--ph/--no-ph", help="BCR::ABL1 present or absent.")] = None,
    kmt2a: Annotated[bool | None, typer.Option("--kmt2a/--no-kmt2a", help="KMT2A rearranged or germline.")] = None,
    testicular: Annotated[
        bool | None, typer.Option("--testicular/--no-testicular", help="Testicular leukaemia.")
    ] = None,
    down_syndrome: Annotated[
        bool | None, typer.Option("--down-syndrome/--no-down-syndrome", help="Down syndrome.")
    ] = None,
    steroid_pretreatment: Annotated[
        bool | None, typer.Option("--steroid-pretreatment/--no-steroid-pretreatment", help="Steroids before diagnosis.")
    ] = None,
    mrd_d8_pb: Annotated[str | None, typer.Option(metavar="MRD", help="MRD in blood, day 8.")] = None,
    mrd_d15: Annotated[str | None, typer.Option(metavar="MRD", help="MRD in marrow, day 15.")] = None,
    mrd_eoi: Annotated[
        str | None, typer.Option(metavar="MRD", help="MRD at end of induction: 0.05%, 5e-4, <0.01%, negative.")
    ] = None,
    mrd_eoc: Annotated[str | None, typer.Option(metavar="MRD", help="MRD at end of consolidation.")] = None,
    mrd_unit: Annotated[MrdUnit | None, typer.Option(help="Unit of MRD numbers that carry none.")] = None,
    marrow_d15: Annotated[str | None, typer.Option(metavar="PERCENT", help="Marrow blasts, day 15: 3, M1, M3.")] = None,
    marrow_eoi: Annotated[str | None, typer.Option(metavar="PERCENT", help="Marrow blasts, end of induction.")] = None,
    weeks_to_cr: Annotated[str | None, typer.Option(metavar="WEEKS", help="Weeks to complete remission.")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="FACT=VALUE", help="Any fact of all-risk facts. Repeatable.")
    ] = None,
    patient_file: Annotated[
        str | None,
        typer.Option("--patient", metavar="FILE", help="Facts in a YAML or JSON file; - for standard input."),
    ] = None,
    rules: Annotated[
        Path | None,
        typer.Option(
            "--rules", metavar="FILE", help="Your own schemes (YAML); extend the shipped ones, or replace by id."
        ),
    ] = None,
    form: Annotated[
        Format | None,
        typer.Option("--format", "-f", help="Output; without it a table for a terminal, plain text for a pipe."),
    ] = None,
    color: Annotated[Color, typer.Option("--color", help="When to colour.")] = Color.auto,
) -> None:
    """Draw a scheme's decision tree; what is known of a patient prunes it to what is still possible."""
    from all_cli.risk.library import risk_library

    with sentences():
        if output is not None:
            _refuse_unwritable(output, form)
        library = risk_library(rules)
        chosen = one_of("scheme", scheme, library.schemes)
        texts = {
            "age": age, "sex": sex, "lineage": lineage, "wbc": wbc, "cns": cns, "mrd_d8_pb": mrd_d8_pb,
            "mrd_d15": mrd_d15, "mrd_eoi": mrd_eoi, "mrd_eoc": mrd_eoc, "marrow_d15": marrow_d15,
            "marrow_eoi": marrow_eoi, "weeks_to_cr": weeks_to_cr,
        }  # fmt: skip
        patient = patient_from(
            library.vocabulary,
            given={id: text for id, text in texts.items() if text is not None},
            flags={
                "bcr_abl1": ph, "kmt2a_r": kmt2a, "testicular": testicular, "down_syndrome": down_syndrome,
                "steroid_pretreatment": steroid_pretreatment,
            },
            units=dict.fromkeys(("mrd_d8_pb", "mrd_d15", "mrd_eoi", "mrd_eoc"), mrd_unit.value) if mrd_unit else None,
            settings=settings, genetics=genetics, born=born, diagnosed=diagnosed, file=patient_file,
        )  # fmt: skip

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
        _write_whole(output, picture)
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


def _write_whole(output: str, text: str) -> None:
    """Write beside and rename, so that the file is never half there; a file that was there keeps its permissions."""
    import tempfile

    target = Path(output).resolve()  # a link stays one: what it points to is replaced
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
        beside = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
            beside.chmod(target.stat().st_mode if target.exists() else 0o666 & ~_umask())
            beside.replace(target)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UnreadableError("--output", output, f"cannot be written: {error.strerror}") from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
