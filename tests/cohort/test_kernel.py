"""The kernel: the same answers whatever the size of the frame, the order of rows, and what was met before."""

from __future__ import annotations

import pickle
import random
from functools import partial

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import all_cli.cohort.groups as groups
import all_cli.cohort.kernel as kernels
from all_cli.cohort.cells import Cell, CellReader
from all_cli.cohort.columns import Column, plan_columns
from all_cli.cohort.kernel import Kernel, Plan, kernel_of
from all_cli.cohort.numbering import Numbering
from all_cli.cohort.plain_numbers import PlainNumbers
from all_cli.risk.library import RiskLibrary

SCHEMES = ("nci-rome", "cog-aall08b1", "aieop-bfm-2009", "hoelzer-1988")
HEADER = ["id", "age", "wbc", "lineage", "cns", "genetics", "etp", "modal_chromosomes", "MRD (%)"]


def table(rows: int, seed: int) -> pl.DataFrame:
    chance = random.Random(seed)
    choices = {
        "id": [str(number) for number in range(50)],
        "age": ["7", "10", "0.5", "45", "9.99", "", "old", "<10"],
        "wbc": ["4", "50", "49.9", ">100", "", "50000", "unknown"],
        "lineage": ["B", "T", "", "MPAL", "Q"],
        "cns": ["CNS1", "CNS2", "3a", ""],
        "genetics": ["", "nothing found", "t(12;21)", "t(9;22), otherwise none", "iAMP21", "52 chromosomes", "wibble"],
        "etp": ["", "yes", "no"],
        "modal_chromosomes": ["", "46", "52", "<44"],
        "MRD (%)": ["", "0", "0.01", "0.0099", "<0.01", "neg", "x"],
    }
    return pl.DataFrame({name: [chance.choice(choices[name]) or None for _ in range(rows)] for name in HEADER})


@pytest.fixture
def plan(library: RiskLibrary) -> Plan:
    return Plan(tuple(plan_columns(HEADER, library.vocabulary, {})), SCHEMES)


def test_pieces_of_a_table_get_the_answers_of_the_whole(plan: Plan) -> None:
    frame = table(600, 1)
    whole = kernel_of(plan).classify(frame).frame()
    kernel = kernel_of(plan)
    pieces = pl.concat([kernel.classify(frame.slice(at, 37)).frame() for at in range(0, 600, 37)])
    assert pieces.equals(whole)
    assert set(whole["nci-rome.status"]) == {"assigned", "indeterminate", "not-applicable", "invalid"}


def test_forgetting_changes_no_answer(plan: Plan, library: RiskLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = table(200, 2)
    whole = kernel_of(plan).classify(frame).frame()
    monkeypatch.setattr(kernels, "_REMEMBERED", 3)
    monkeypatch.setattr(groups, "_REMEMBERED", 2)
    kernel = Kernel(library.vocabulary, [library.schemes[id] for id in SCHEMES], plan.columns)
    assert pl.concat([kernel.classify(frame.slice(at, 20)).frame() for at in range(0, 200, 20)]).equals(whole)


def test_a_plan_can_be_sent_to_another_process(plan: Plan) -> None:
    again = pickle.loads(pickle.dumps(plan))
    assert again == plan
    assert kernel_of(again).classify(table(50, 3)).frame().equals(kernel_of(plan).classify(table(50, 3)).frame())


def test_rejected_rows_come_back_with_their_reason_and_are_counted(plan: Plan) -> None:
    kernel = kernel_of(plan)
    answers = kernel.classify(table(30, 4), {3: "ragged", 29: "no text"})
    frame = answers.frame()
    assert frame["nci-rome.status"][3] == frame["hoelzer-1988.status"][29] == "invalid"
    assert (frame["nci-rome.reason"][3], frame["hoelzer-1988.reason"][29]) == ("ragged", "no text")
    tally = kernel.tally()
    tally.count(answers)
    assert tally.rows == 30
    for scheme in SCHEMES:
        counted = dict(frame[f"{scheme}.status"].value_counts().iter_rows())
        assert {status: rows for status, rows in tally.status[scheme].items() if rows} == counted


def test_a_table_that_says_nothing_is_open_under_every_scheme(library: RiskLibrary) -> None:
    plan = Plan(tuple(plan_columns(["note"], library.vocabulary, {})), SCHEMES)
    frame = kernel_of(plan).classify(pl.DataFrame({"note": ["a", None]})).frame()
    assert frame["nci-rome.status"].to_list() == ["indeterminate"] * 2
    assert kernel_of(plan).classify(pl.DataFrame({"note": []}, schema={"note": pl.String})).frame().height == 0


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3000), st.integers(0, 10**6)), max_size=60), st.integers(1, 7)
)
def test_equal_rows_get_equal_numbers_and_others_do_not(rows: list[tuple[int, int, int]], step: int) -> None:
    numbering = Numbering(3)
    numbers: list[int] = []
    met: list[list[int]] = []
    for at in range(0, len(rows), step):
        columns = zip(*rows[at : at + step], strict=True)
        numbers += numbering.number([np.array(column, np.int32) for column in columns]).tolist()
        met += numbering.fresh().tolist()
    assert [tuple(met[number]) for number in numbers] == rows
    assert len({*rows}) == len(numbering) == len(met)


def test_numbers_sorted_by_size_say_what_each_says_by_itself(library: RiskLibrary) -> None:
    """Every numeric fact, at, around and far from every cut-off of every scheme."""
    chance = random.Random(5)
    schemes = list(library.schemes.values())
    tried = 0
    for fact in library.vocabulary.facts.values():
        for unit in ("", *list(fact.units)[-1:], *["%"] * (fact.reading == "percent")) if fact.kind == "number" else ():
            column = Column(0, fact.id, fact.id, unit)
            reader = CellReader(library.vocabulary, schemes, [column])
            breaks = reader.breaks(column)
            if not breaks:
                continue
            numbers = {round(cut + part, 6) for cut in breaks for part in (-1, -0.001, -1e-6, 0, 1e-6, 0.001, 1)}
            numbers |= {round(chance.uniform(0, 2 * max(breaks)), 4) for _ in range(20)}
            texts = [f"{number:.6f}".rstrip("0").rstrip(".") for number in numbers if 0 <= number < 1e7]
            texts = chance.sample(texts, min(60, len(texts)))
            plain = PlainNumbers(partial(reader.breaks, column), partial(reader.by_itself, column))
            examples: dict[int, list[Cell]] = {}
            for text, kind in zip(texts, plain.kinds(pl.Series(texts)), strict=True):
                if kind < 0:
                    continue
                if kind not in examples:
                    examples[kind] = [reader.read(column, example) for example in plain.examples(kind)]
                alike = examples[kind]
                if all(cell.says == alike[0].says and not cell.problem and not cell.warning for cell in alike):
                    tried += 1
                    assert reader.read(column, text).says == alike[0].says, (fact.id, unit, text)
    assert tried > 300


def test_a_column_of_many_numbers_gets_the_answers_of_a_column_of_few(library: RiskLibrary) -> None:
    chance = random.Random(6)
    rows = 3000
    frame = pl.DataFrame({
        "age": [f"{chance.uniform(0, 30):.4f}" for _ in range(rows)],
        "wbc": [f"{10 ** chance.uniform(-1, 3.2):.3f}" for _ in range(rows)],
        "lineage": ["B"] * rows,
    })  # fmt: skip
    plan = Plan(tuple(plan_columns(frame.columns, library.vocabulary, {})), ("nci-rome",))
    together = kernel_of(plan).classify(frame).frame()
    alone = Kernel(library.vocabulary, [library.schemes["nci-rome"]], plan.columns)
    few = pl.concat([alone.classify(frame.slice(at, 500)).frame() for at in range(0, rows, 500)])
    assert together.equals(few)
    assert together["nci-rome.reason"].str.starts_with("unreadable: ").any()


WRITTEN = {
    "age": (["", "", "", " y", "years", " mo", " d"], ["", "", "", "<", "<=", ">= "], 30),
    "wbc": ([" G/L", "G/L", "K/µL", "x10^9/L", " 10^9/L", "e9/L", "+", " to 60"], ["", "", "<", ">=", "≤"], 1600),
    "MRD": (["%", " %", " percent", " fraction", "e-2", " x10-4", "-5%", "%, late"], ["", "", "<", "<=", ">", "~"], 2),
}  # fmt: skip


def test_numbers_with_signs_and_units_get_the_answers_they_get_alone(library: RiskLibrary) -> None:
    """Every way of writing, whether sorted by size or read by itself; cut-offs and their neighbours among them."""
    chance = random.Random(8)
    edges = [
        "0",
        "0.01",
        "0.1",
        "1",
        "1.0",
        "9.9999999999",
        "10",
        "10.000001",
        "50",
        "50.0",
        "049.9",
        ".5",
        "1000",
        "1001",
    ]

    def column(name: str) -> list[str]:
        units, signs, high = WRITTEN[name]
        return [
            chance.choice(signs)
            + (
                chance.choice(edges)
                if chance.random() < 0.05
                else f"{chance.uniform(0, high):.{chance.randint(0, 6)}f}"
            )
            + chance.choice(units)
            for _ in range(2000)
        ]

    frame = pl.DataFrame({**{name: column(name) for name in WRITTEN}, "lineage": ["B"] * 2000})
    plan = Plan(tuple(plan_columns(frame.columns, library.vocabulary, {"MRD": "mrd_eoi"})), SCHEMES)
    together = kernel_of(plan)
    alone = Kernel(library.vocabulary, [library.schemes[id] for id in SCHEMES], plan.columns)
    answers = together.classify(frame).frame()
    assert answers.equals(pl.concat([alone.classify(frame.slice(at, 500)).frame() for at in range(0, 2000, 500)]))
    assert set(answers["nci-rome.status"]) == {"assigned", "indeterminate", "not-applicable"}
    assert answers["nci-rome.reason"].str.starts_with("unreadable: ").any()
    counted, expected = together.warnings(), alone.warnings()
    assert {name: cells for name, (cells, _) in counted.items()} == {
        name: cells for name, (cells, _) in expected.items()
    }


def test_most_numbers_with_a_unit_are_not_read_one_by_one(
    library: RiskLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    reader = CellReader.read

    def noted(self: CellReader, column: Column, text: str) -> Cell:
        read.append(text)
        return reader(self, column, text)

    monkeypatch.setattr(CellReader, "read", noted)
    frame = pl.DataFrame({
        "wbc": [f"{1 + number / 100}{' G/L' if number % 2 else ' K/µL'}" for number in range(5000)],
        "MRD": [f"{'<' if number % 3 else ''}{0.0001 + number / 10000:.4f}%" for number in range(5000)],
    })  # fmt: skip
    plan = Plan(tuple(plan_columns(frame.columns, library.vocabulary, {"MRD": "mrd_eoi"})), SCHEMES)
    Kernel(library.vocabulary, [library.schemes[id] for id in SCHEMES], plan.columns).classify(frame)
    assert len(read) < 300


def test_findings_that_contradict_each_other_are_named_in_the_order_of_their_row(library: RiskLibrary) -> None:
    lists = ["t(9;22), t(9;22) negative", "t(9;22) negative, t(9;22)", "52 chromosomes, 44 chromosomes"]
    lists += ["44 chromosomes, 52 chromosomes", "t(12;21)", "t(9;22), t(12;21)", "t(12;21), t(9;22)"]
    frame = pl.DataFrame({"genetics": lists, "lineage": ["B"] * len(lists)})
    plan = Plan(tuple(plan_columns(frame.columns, library.vocabulary, {})), SCHEMES)
    kernel = kernel_of(plan)
    together = kernel.classify(frame).frame()
    schemes = [library.schemes[id] for id in SCHEMES]
    for row in range(len(lists)):
        alone = Kernel(library.vocabulary, schemes, plan.columns)
        assert together[row].equals(alone.classify(frame[row]).frame()), lists[row]
    reasons = together["aieop-bfm-2009.reason"].to_list()
    assert len({*reasons[:4]}) == 4


def test_ages_in_days_or_behind_a_sign_are_no_matter_of_size_alone(library: RiskLibrary) -> None:
    """``<=9`` lasts until the tenth birthday and ``<=9.0`` does not; 3652 days can be before or after it."""
    column = Column(0, "age", "age")
    reader = CellReader(library.vocabulary, [library.schemes["nci-rome"]], [column])
    assert 10.0 in reader.breaks(column)
    assert 10.0 in reader.breaks(column, "", " years")
    for sign, behind in (("<=", ""), ("<", " y"), ("", " d"), ("", " mo"), ("", " wk")):
        assert reader.breaks(column, sign, behind) == [], (sign, behind)
