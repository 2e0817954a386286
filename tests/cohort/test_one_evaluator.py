"""A row of a table and the same patient alone get the same answer under every scheme: there is one evaluator."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Mapping, Sequence
from itertools import pairwise

import pytest
from spoiled import what_is_left
from typer.testing import CliRunner

from all_cli.cli.describing import patient_from
from all_cli.cli.risk import app
from all_cli.knowledge.vocabulary import Fact
from all_cli.patient.patient import Patient
from all_cli.risk.answers import answers_of
from all_cli.risk.library import RiskLibrary

RUNNER = CliRunner()
GENETICS = ["", "", "", "", "t(12;21)", "nothing found", "iAMP21, otherwise none", "t(9;22)", "no KMT2A-r"]
RESULTS = 6


def cut_offs(library: RiskLibrary) -> dict[str, list[float]]:
    found: dict[str, set[float]] = {}
    for scheme in library.schemes.values():
        for axis in scheme.diagram.axes:
            found.setdefault(axis.fact, set()).update(axis.cuts)
    return {fact: sorted(cuts) for fact, cuts in found.items()}


def texts(fact: Fact, cuts: list[float]) -> list[str]:
    """Values of a fact as a table would write them: at, just below, just above and between the cut-offs."""
    if fact.kind != "number":
        return [*fact.values, *fact.sets]
    low, high = fact.hard
    step = 1 if fact.whole else 0.001
    numbers = {cut + part for cut in cuts for part in (-step, 0, step)} | {(a + b) / 2 for a, b in pairwise(cuts)}
    usable = [n for n in sorted(numbers) if (low is None or n >= low) and (high is None or n <= high)]
    usable = [n for n in usable if not fact.whole or n == int(n)]
    unit = "%" if fact.reading == "percent" else " G/L" if fact.reading == "wbc" else ""
    written = [f"{n:.6f}".rstrip("0").rstrip(".") + unit for n in usable]
    some = list(zip(usable, written, strict=True))[:: max(1, len(written) // 4)]
    below = [f"<{text}" for number, text in some if low is None or number > low]
    return [*written, *below, *(f">={text}" for _, text in some)]


def generated(library: RiskLibrary, rows: int, seed: int) -> tuple[list[str], list[list[str]]]:
    """A table in which each row knows some facts, some rows nearly all and some nearly none."""
    chance = random.Random(seed)
    cuts = cut_offs(library)
    facts = [library.vocabulary[id] for id in library.vocabulary.facts if id in cuts]
    choices = [texts(fact, cuts[fact.id]) for fact in facts]
    common = {"age", "wbc", "lineage"}
    table = []
    for _ in range(rows):
        known = chance.choice((0.05, 0.2, 0.2, 0.5, 0.5, 0.9))
        cells = [
            chance.choice(values) if values and chance.random() < (0.85 if fact.id in common else known) else ""
            for fact, values in zip(facts, choices, strict=True)
        ]
        finding = chance.choice(GENETICS)
        if (
            "none" in finding or "nothing" in finding
        ):  # says a normal karyotype too, whose 46 chromosomes a number may deny
            cells = [
                "" if fact.kind == "number" and fact.genetic else cell for fact, cell in zip(facts, cells, strict=True)
            ]
        table.append([*cells, finding])
    return [*(fact.id for fact in facts), "genetics"], table


def patient_of(library: RiskLibrary, cells: Mapping[str, str]) -> Patient:
    given = {id: text for id, text in cells.items() if id != "genetics"}
    findings = [cells["genetics"]] if "genetics" in cells else None
    return patient_from(library.vocabulary, given=given, flags={}, genetics=findings)


def answers_alone(
    library: RiskLibrary, header: list[str], cells: list[str], schemes: Sequence[str] = ()
) -> list[list[str]]:
    """Per scheme status, group, possible, rule and missing as classify works them out of what can be used of a row."""
    said = {id: text for id, text in zip(header, cells, strict=True) if text}
    left = what_is_left(said, lambda some: patient_of(library, some))
    chosen = list(schemes or library.schemes)
    answers = answers_of(library, left.patient, chosen)
    return [
        ["invalid", "", "", "", ""]
        if left.lost(library.schemes[id])
        else [
            verdict.status,
            verdict.group or "",
            "|".join(verdict.possible),
            "|".join(decision.rule for decision in verdict.decided_by),
            "|".join(item.fact for item in verdict.missing),
        ]
        for id, verdict in ((id, answers.verdict(id)) for id in chosen)
    ]


def in_a_table(library: RiskLibrary, header: list[str], table: list[list[str]]) -> list[list[list[str]]]:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([header, *table])
    options = [word for id in library.schemes for word in ("--scheme", id)]
    result = RUNNER.invoke(app, ["batch", "-", *options], input=text.getvalue())
    assert result.exit_code in (0, 1), (result.stderr, result.exception)
    back = list(csv.reader(io.StringIO(result.stdout)))[1:]
    assert [row[: len(header)] for row in back] == table
    return [[row[at : at + RESULTS] for at in range(len(header), len(row), RESULTS)] for row in back]


@pytest.fixture(scope="module")
def size(library: RiskLibrary) -> int:
    """Rows enough to meet every kind of answer; fewer as the schemes grow more."""
    return max(60, min(200, 6000 // len(library.schemes)))


def test_a_row_and_the_same_patient_alone_get_the_same_answer(size: int, library: RiskLibrary) -> None:
    header, table = generated(library, size, 1)
    together = in_a_table(library, header, table)
    seen = set()
    for cells, results in zip(table, together, strict=True):
        alone = answers_alone(library, header, cells)
        shown = dict(zip(header, cells, strict=True))
        for id, one, row in zip(library.schemes, alone, results, strict=True):
            assert row[:5] == one, (id, {name: cell for name, cell in shown.items() if cell})
            seen.add(row[0])
    assert seen == {"assigned", "indeterminate", "not-applicable", "invalid"}


def test_the_order_of_the_rows_does_not_matter(library: RiskLibrary) -> None:
    header, table = generated(library, 12, 3)
    order = list(range(len(table)))
    random.Random(4).shuffle(order)
    straight = in_a_table(library, header, table)
    shuffled = in_a_table(library, header, [table[index] for index in order])
    assert shuffled == [straight[index] for index in order]


def test_a_scheme_answers_alike_alone_and_among_others(library: RiskLibrary) -> None:
    """With the columns that it asks for: what another column implies of those would make the two tables unlike."""
    everything, table = generated(library, 14, 5)
    for id, scheme in list(library.schemes.items())[:: max(1, len(library.schemes) // 20)]:
        header = [fact for fact in everything if fact in scheme.facts]
        rows = [[cells[everything.index(fact)] for fact in header] for cells in table]
        text = io.StringIO(newline="")
        csv.writer(text).writerows([header, *rows])
        result = RUNNER.invoke(app, ["batch", "-", "--scheme", id], input=text.getvalue())
        back = list(csv.reader(io.StringIO(result.stdout)))[1:]
        for cells, row in zip(rows, back, strict=True):
            if not any(cells):  # a row in which nothing stands may be taken for no patient
                continue
            alone = answers_alone(library, [*header, "genetics"], [*cells, ""], [id])
            assert row[-RESULTS:-1] == alone[0], (id, cells)


def test_classify_on_the_command_line_says_what_the_table_says(library: RiskLibrary) -> None:
    header, table = generated(library, 12, 6)
    for cells, results in zip(table, in_a_table(library, header, table), strict=True):
        known = [(id, text) for id, text in zip(header, cells, strict=True) if text]
        options = [word for id, text in known for word in ("--set", f"{id}={text}")]
        result = RUNNER.invoke(app, ["classify", *options, "--format", "json"])
        if result.exit_code == 2:
            assert "invalid" in {row[0] for row in results}, (known, result.stderr)
            continue
        found = {entry["scheme"]: entry for entry in json.loads(result.stdout)["results"]}
        for id, row in zip(library.schemes, results, strict=True):
            assert [found[id]["status"], found[id]["group"] or "", "|".join(found[id]["possible"])] == row[:3], (
                id,
                known,
            )


def test_every_cut_off_of_every_scheme_is_met_in_a_table(library: RiskLibrary) -> None:
    """One row per value at and around each cut-off, the rest unknown: table and classify agree on each."""
    cuts = cut_offs(library)
    header = [id for id in library.vocabulary.facts if id in cuts] + ["genetics"]
    table = []
    for index, id in enumerate(header[:-1]):
        values = texts(library.vocabulary[id], cuts[id])
        table += [[text if place == index else "" for place in range(len(header))] for text in values]
    chosen = table if len(table) * len(library.schemes) < 1500 else table[:: len(table) * len(library.schemes) // 1500]
    for cells, results in zip(chosen, in_a_table(library, header, chosen), strict=True):
        alone = answers_alone(library, header, cells)
        assert [row[:5] for row in results] == alone, [cell for cell in cells if cell]
