"""One evaluator, with columns as registries have them: two dates, a value map, decimal commas, two genetics columns."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Mapping
from pathlib import Path

import pytest
from spoiled import what_is_left
from typer.testing import CliRunner

from all_cli.cli.describing import patient_from
from all_cli.cli.risk import app
from all_cli.patient.patient import Patient
from all_cli.patient.unreadable import UnreadableError
from all_cli.report.answers import answers_json
from all_cli.risk.answers import answers_of
from all_cli.risk.library import RiskLibrary

RUNNER = CliRunner()
RESULTS = 6
SCHEMES = ("nci-rome", "cog-aall1731", "aieop-bfm-2009", "interfant-06", "nccn-adult", "guideline-summary")
# What a cell holds, and what the same is on the command line; None: it cannot be read.
BORN = {
    "1.2.2001": "2001-02-01", "29.02.2008": "2008-02-29", "01/03/2010": "2010-03-01", "2009-12-31": "2009-12-31",
    "31.12.1960": "1960-12-31", "30.02.2009": None, "": "",
}  # fmt: skip
DIAGNOSED = {
    "1.2.2011": "2011-02-01", "31.1.2011": "2011-01-31", "01.03.2009": "2009-03-01", "2010-12-31": "2010-12-31",
    "28.2.2011": "2011-02-28", "1.1.2005": "2005-01-01", "soon": None, "": "",
}  # fmt: skip
COUNTS = {"49.999": "49999/uL", "50.000": "50000/uL", "49.999,9": "49999.9/uL", "7200": "7200/uL", "": "", "1.5": None}
ORIGIN = {"B-Prec": "B", "777": "", "pre T": "T", "T": "T", "": "", "888": None}
MRD = {"0,01": "0.01%", "0,0099": "0.0099%", "<0,01": "<0.01%", "5": "5%", "neg": "negative", "": "", "0.01": None}
FINDINGS = (
    "",
    "",
    "",
    "t(12;21)",
    "no t(9;22)",
    "t(9;22)",
    "nothing found",
    "46,XX[20]",
    "KMT2A-r",
    "iAMP21 negative",
    "foo",
)
MLL = {"1": "no", "2": "yes", "9": "", "": ""}
MAP = """decimal: comma
date_format: dmy
columns:
  Geb: {fact: born}
  Dx: {fact: diagnosed}
  Leuk: {fact: wbc, unit: /uL}
  Origin: {fact: lineage, values: {"B-Prec": B, "777": unknown, "pre T": T}}
  MRD: {fact: mrd_eoi, unit: "%"}
  MLL: {fact: kmt2a_r, values: {"1": no, "2": yes, "9": unknown}}
  FISH: {fact: genetics}
  Karyo: {fact: genetics}
"""
HEADER = ["Geb", "Dx", "Leuk", "Origin", "MRD", "MLL", "FISH", "Karyo"]
MEANT: dict[str, dict[str, str | None]] = dict(
    zip(HEADER, (BORN, DIAGNOSED, COUNTS, ORIGIN, MRD, MLL), strict=False)  # type: ignore[arg-type]
)


def told(library: RiskLibrary, cells: Mapping[str, str]) -> Patient:
    """The patient of cells, each with what it means on the command line; dates are taken together."""
    meant: dict[str, str] = {}
    for name, text in cells.items():
        for column, cell in zip(("Geb", "Dx"), text.split(" to "), strict=True) if name == "dates" else [(name, text)]:
            said = MEANT[column][cell] if column in MEANT else cell
            if said is None:
                raise UnreadableError(column, cell, "made up to be unreadable")
            meant[column] = said
    if "foo" in meant.values():
        raise UnreadableError("genetics", "foo", "not recognised")
    facts = {"Leuk": "wbc", "Origin": "lineage", "MRD": "mrd_eoi", "MLL": "kmt2a_r"}
    dates = {"born": meant.get("Geb", ""), "diagnosed": meant.get("Dx", "")}
    return patient_from(
        library.vocabulary,
        given={fact: meant[column] for column, fact in facts.items() if meant.get(column)},
        flags={},
        genetics=[meant[column] for column in ("FISH", "Karyo") if meant.get(column)],
        **(dates if all(dates.values()) else {}),
    )


def alone(library: RiskLibrary, cells: list[str]) -> list[list[str]]:
    """Per scheme what classify says of what can be used of a row."""
    said = {name: text for name, text in zip(HEADER[2:], cells[2:], strict=True) if text}
    left = what_is_left({"dates": " to ".join(cells[:2]), **said}, lambda some: told(library, some))
    results = {
        entry["scheme"]: entry
        for entry in answers_json(answers_of(library, left.patient, list(SCHEMES)), left.patient, library)["results"]
    }
    return [
        ["invalid", "", "", "", ""]
        if left.lost(library.schemes[id])
        else [
            results[id]["status"],
            results[id]["group"] or "",
            "|".join(results[id]["possible"]),
            "|".join(decision["rule"] for decision in results[id]["decided_by"]),
            "|".join(item["fact"] for item in results[id]["missing"]),
        ]
        for id in SCHEMES
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_mapped_row_and_the_same_patient_alone_get_the_same_answer(
    seed: int, library: RiskLibrary, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    rows = []
    for _ in range(45):
        cells = []
        for table in MEANT.values():  # most cells can be read, else nearly every row would be open
            choices = [cell for cell, meant in table.items() if meant is not None or chance.random() < 0.1]
            cells.append(chance.choice(choices))
        rows.append([*cells, *(chance.choice(FINDINGS[: 10 if chance.random() < 0.9 else 11]) for _ in range(2))])
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";", lineterminator="\n").writerows([HEADER, *rows])
    mapping = tmp_path / "map.yaml"
    mapping.write_text(MAP, encoding="utf-8")
    options = [word for id in SCHEMES for word in ("--scheme", id)]
    result = RUNNER.invoke(app, ["batch", "-", "--map-file", str(mapping), *options], input=text.getvalue())
    assert result.exit_code == 1, (result.stderr, result.exception)
    back = list(csv.reader(io.StringIO(result.stdout), delimiter=";"))[1:]
    assert len(back) == len(rows)
    seen = set()
    for cells, row in zip(rows, back, strict=True):
        assert row[: len(HEADER)] == cells
        answers = [row[at : at + RESULTS] for at in range(len(HEADER), len(row), RESULTS)]
        expected = alone(library, cells)
        assert [answer[:5] for answer in answers] == expected, cells
        assert all(answer[5] for answer in answers if answer[0] == "invalid"), "an invalid row has its reason"
        seen |= {answer[0] for answer in answers}
    assert seen == {"assigned", "indeterminate", "not-applicable", "invalid"}
