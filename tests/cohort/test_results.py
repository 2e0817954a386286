"""A table of results counted: every number against a count made here, row by row, with the csv module alone."""

from __future__ import annotations

import csv
import gzip
import io
import random
from collections import Counter
from itertools import combinations
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from all_cli.cli.risk import app
from all_cli.cohort.results.counts import Answer, CohortResults, Cutoff, count_results
from all_cli.cohort.results.unreadable import causes_of
from all_cli.cohort.tables import open_table
from all_cli.risk.library import RiskLibrary

RUNNER = CliRunner()
SCHEMES = ("nci-rome", "guideline-summary", "ukall-2003-clinical")
AGES = ("", "0.9", "1", "3", "9.99", "10", "12", "15", "16", "35", "40", "NA", "8mo")
COUNTS = ("", "12000", "49999", "50000", "50001", "30000", "forty", "ND")
LINEAGES = ("B", "T", "B", "", "unknown")
GENETICS = ("", "nothing found", "t(12;21), otherwise none", "KMT2A-r", "iAMP21", "not done")


def cohort(rows: int, seed: int = 7) -> str:
    """Invented patients, values drawn at random from those on and around the cut-offs."""
    draw = random.Random(seed)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["id", "Age", "WBC [/uL]", "Cell of Origin", "Genetics", "note"])
    for number in range(rows):
        cells = [draw.choice(values) for values in (AGES, COUNTS, LINEAGES, GENETICS)]
        # Some rows end too early, and no scheme can use them.
        writer.writerow([f"p{number + 1}", *cells, *(["invented"] if number % 23 else [])])
    return out.getvalue()


def batch(text: str, *schemes: str) -> str:
    options = [part for scheme in schemes for part in ("--scheme", scheme)]
    return RUNNER.invoke(app, ["batch", "-", *options], input=text).stdout


def counted(text: str, library: RiskLibrary, tmp_path: Path, **options: object) -> CohortResults:
    file = tmp_path / "results.csv"
    file.write_text(text)
    with open_table([str(file)]) as table:
        frames = (part for rows in table.rows() for part in rows.frame.iter_slices(37))
        return count_results(table.name, table.header, frames, library, **options)  # type: ignore[arg-type]


def answer(row: dict[str, str], scheme: str) -> Answer:
    return Answer(row[f"{scheme}.status"], tuple(row[f"{scheme}.possible"].split("|")))


@pytest.fixture(scope="module")
def table() -> str:
    return batch(cohort(400), *SCHEMES)


@pytest.fixture(scope="module")
def rows(table: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table, newline="")))


@pytest.fixture(scope="module")
def usable(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [row for row in rows if row["nci-rome.status"] != "invalid"]


@pytest.fixture(scope="module")
def results(table: str, library: RiskLibrary, tmp_path_factory: pytest.TempPathFactory) -> CohortResults:
    return counted(table, library, tmp_path_factory.mktemp("results"), id_column="id", listed=3)


def test_rows_are_usable_or_invalid(results: CohortResults, rows: list[dict[str, str]], usable: list[object]) -> None:
    assert (results.rows, results.usable, results.invalid) == (400, len(usable), 400 - len(usable))
    assert 0 < results.invalid < 400
    assert len(rows) == 400


@pytest.mark.parametrize("scheme", SCHEMES)
def test_answers_are_counted_by_scheme(results: CohortResults, usable: list[dict[str, str]], scheme: str) -> None:
    assert results.answers[scheme] == Counter(answer(row, scheme) for row in usable)


@pytest.mark.parametrize(("first", "second"), list(combinations(SCHEMES, 2)))
def test_pairs_of_answers_are_counted(
    results: CohortResults, usable: list[dict[str, str]], first: str, second: str
) -> None:
    assert results.pairs[first, second] == Counter((answer(row, first), answer(row, second)) for row in usable)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_facts_waited_for_are_counted(results: CohortResults, usable: list[dict[str, str]], scheme: str) -> None:
    waiting = [row for row in usable if row[f"{scheme}.status"] == "indeterminate"]
    assert results.missing[scheme] == Counter(tuple(row[f"{scheme}.missing"].split("|")) for row in waiting)


@pytest.mark.parametrize(
    ("fact", "column", "unknown"),
    [
        ("age", "Age", {"", "NA"}),
        ("wbc", "WBC [/uL]", {"", "ND", "forty"}),
        ("lineage", "Cell of Origin", {"", "unknown"}),
        ("iamp21", "Genetics", {"", "not done", "KMT2A-r"}),
        ("kmt2a_r", "Genetics", {"", "not done", "iAMP21"}),
    ],
)
def test_a_fact_is_unstated_where_no_column_speaks_of_it(
    results: CohortResults, usable: list[dict[str, str]], fact: str, column: str, unknown: set[str]
) -> None:
    assert results.unstated[fact] == sum(row[column] in unknown for row in usable)


def test_a_fact_without_a_column_is_unstated_in_every_usable_row(results: CohortResults) -> None:
    assert results.unstated["weeks_to_cr"] == results.usable


def test_the_tenth_birthday_is_on_the_cutoff_and_the_day_before_is_not(
    results: CohortResults, usable: list[dict[str, str]]
) -> None:
    expected = sum(row["Age"] == "10" and row["nci-rome.status"] != "not-applicable" for row in usable)
    assert results.on_cutoff[Cutoff("nci-rome", "age", 10.0)] == expected > 0
    assert not any(row.said == "9.99" for row in results.boundary_rows)


def test_a_count_of_exactly_50_is_on_the_cutoff_and_its_neighbours_are_not(
    results: CohortResults, usable: list[dict[str, str]]
) -> None:
    expected = sum(row["WBC [/uL]"] == "50000" and row["nci-rome.status"] != "not-applicable" for row in usable)
    assert results.on_cutoff[Cutoff("nci-rome", "wbc", 50.0)] == expected > 0
    assert not {row.said for row in results.boundary_rows} & {"49999", "50001"}


def test_a_cutoff_of_the_population_counts_rows_that_it_keeps_out(
    results: CohortResults, usable: list[dict[str, str]]
) -> None:
    assert results.on_cutoff[Cutoff("nci-rome", "age", 1.0)] == sum(row["Age"] == "1" for row in usable)


def test_boundary_rows_are_the_first_of_the_table_with_their_ids(
    results: CohortResults, rows: list[dict[str, str]]
) -> None:
    listed = [row for row in results.boundary_rows if row.cutoff == Cutoff("nci-rome", "wbc", 50.0)]
    expected = [
        (number, row["id"])
        for number, row in enumerate(rows, start=1)
        if row["WBC [/uL]"] == "50000" and row["nci-rome.status"] not in ("invalid", "not-applicable")
    ]
    assert [(row.row, row.id) for row in listed] == expected[:3]
    assert all(answer(rows[row.row - 1], "nci-rome") == row.answer for row in listed)


def test_unreadable_values_are_gathered_with_their_first_row(
    results: CohortResults, rows: list[dict[str, str]]
) -> None:
    cause = next(cause for cause in results.unreadable if cause.column)
    bad = [
        number
        for number, row in enumerate(rows, start=1)
        if row["WBC [/uL]"] == "forty" and any('value "forty"' in row[f"{scheme}.reason"] for scheme in SCHEMES)
    ]
    assert (cause.column, cause.rows, cause.examples) == ("WBC [/uL]", len(bad), (("forty", bad[0]),))
    assert len(bad) < sum(row["WBC [/uL]"] == "forty" for row in rows), "not every answer hangs on it"


def test_age_between_two_dates_is_on_the_cutoff_on_the_birthday(library: RiskLibrary, tmp_path: Path) -> None:
    text = batch(
        "born,diagnosed,wbc,lineage\n2010-03-07,2020-03-07,12,B\n2010-03-07,2020-03-06,12,B\n,2020-03-06,12,B\n",
        "nci-rome",
    )
    results = counted(text, library, tmp_path)
    assert results.on_cutoff == {Cutoff("nci-rome", "age", 10.0): 1}
    assert results.unstated["age"] == 1
    assert [row.row for row in results.boundary_rows] == [1]


def test_a_row_whose_age_two_columns_state_is_on_the_cutoff_once(library: RiskLibrary, tmp_path: Path) -> None:
    text = batch("age,born,diagnosed,wbc,lineage\n10,2010-03-07,2020-03-07,12,B\n", "nci-rome")
    results = counted(text, library, tmp_path)
    assert results.on_cutoff == {Cutoff("nci-rome", "age", 10.0): 1}
    assert len(results.boundary_rows) == 1


def test_pieces_of_any_size_give_the_same_counts(table: str, library: RiskLibrary, results: CohortResults) -> None:
    frame = pl.read_csv(io.StringIO(table), infer_schema=False)

    def pieces(rows: pl.DataFrame, size: int) -> CohortResults:
        return count_results(results.source, rows.columns, rows.iter_slices(size), library, id_column="id", listed=3)

    assert pieces(frame, 150) == pieces(frame, 400) == results
    some = frame.gather_every(8)
    assert pieces(some, 1) == pieces(some, some.height)


def test_only_the_chosen_schemes_are_counted(table: str, library: RiskLibrary, tmp_path: Path) -> None:
    results = counted(table, library, tmp_path, chosen=["ukall-2003-clinical"])
    assert list(results.answers) == ["ukall-2003-clinical"]
    assert not results.pairs


def test_a_packed_table_counts_the_same(
    table: str, library: RiskLibrary, tmp_path: Path, results: CohortResults
) -> None:
    file = tmp_path / "results.csv.gz"
    file.write_bytes(gzip.compress(table.encode()))
    with open_table([str(file)]) as opened:
        found = count_results(opened.name, opened.header, (rows.frame for rows in opened.rows()), library)
    assert (found.answers, found.pairs) == (results.answers, results.pairs)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: cohort(3), "no column is called SCHEME.status"),
        (lambda text: text.splitlines()[0] + "\n", "a header and no rows"),
        (lambda text: text.replace("nci-rome.", "nci-roma."), 'results of "nci-roma"'),
        (lambda text: text.replace("nci-rome.missing", "nci-rome.mising"), '"nci-rome.missing" is missing'),
        (lambda text: text.replace("standard|standard", "medium|standard"), ""),
        (lambda text: text.replace(",assigned,high,high,", ",assigned,medium,medium,"), '"medium" is no group of'),
        (lambda text: text.replace(",assigned,", ",decided,"), '"decided" is none of assigned'),
        (lambda text: text.replace(",assigned,high,high,", ",assigned,high,standard|high,"), "which is no answer"),
    ],
)
def test_a_table_that_is_no_results_is_refused_with_one_sentence(
    change: object, said: str, table: str, tmp_path: Path
) -> None:
    file = tmp_path / "x.csv"
    file.write_text(change(table))  # type: ignore[operator]
    result = RUNNER.invoke(app, ["report", str(file)])
    if not said:
        assert result.exit_code == 0
        return
    assert result.exit_code == 3
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_long_form_is_refused_and_says_what_would_work(tmp_path: Path) -> None:
    file = tmp_path / "long.csv"
    file.write_text("row,scheme,status,group,possible,rule,missing,reason\n1,nci-rome,assigned,high,high,x,,\n")
    result = RUNNER.invoke(app, ["report", str(file)])
    assert result.exit_code == 3
    assert "long form" in result.stderr
    assert "--form wide" in result.stderr


def test_a_row_that_one_scheme_cannot_use_is_counted_under_the_other(library: RiskLibrary, tmp_path: Path) -> None:
    """The cells contradict each other on what nci-rome does not ask for; a ragged row is of no use to any."""
    rows = "7,45,B,yes,t(9;22) negative\n40,45,B,no,t(9;22) negative\n7,45,B\n"
    text = batch("age,wbc,lineage,ph,genetics\n" + rows, "nci-rome", "guideline-summary")
    results = counted(text, library, tmp_path)
    assert (results.rows, results.usable, results.invalid) == (3, 2, 1)
    lost = Answer("invalid", ())
    assert results.answers["guideline-summary"][lost] == 1
    assert lost not in results.answers["nci-rome"]
    assert results.pairs["nci-rome", "guideline-summary"][Answer("assigned", ("standard",)), lost] == 1
    assert sum(results.pairs["nci-rome", "guideline-summary"].values()) == 2
    told = {cause.column: cause for cause in results.unreadable}
    assert told["ph and genetics"].examples == (("yes and t(9;22) negative", 1),)
    assert told[""].rows == 1


@pytest.mark.parametrize(
    ("reason", "causes"),
    [
        ('column "wbc", value "forty": not a number', [("wbc", "not a number", "forty")]),
        (
            'column "age", value "old": not an age; write 7; column "x y", value "a"b": no',
            [("age", "not an age; write 7", "old"), ("x y", "no", 'a"b')],
        ),
        ('columns "born" and "dx", value "1": no date', [("born and dx", "no date", "1")]),
        (
            'unreadable: column "wbc", value "x": no; column "age", value "y": nor',
            [("wbc", "no", "x"), ("age", "nor", "y")],
        ),
        (
            'columns "ph" ("yes") and "FISH" ("no, none"): both cannot be true; column "list" ("a, not a"): not both',
            [("ph and FISH", "both cannot be true", "yes and no, none"), ("list", "not both", "a, not a")],
        ),
        ('columns "a" ("1"), "b" ("2") and "c" ("3"): no', [("a and b and c", "no", "1 and 2 and 3")]),
        ('the row has 5 cells for 4 columns; beyond the last column: "Smith"', None),
    ],
)
def test_causes_are_read_off_reasons(reason: str, causes: list[tuple[str, str, str]] | None) -> None:
    if causes is None:
        ((column, why, value),) = causes_of(reason)
        assert (column, value) == ("", "")
        assert "Smith" not in why
    else:
        assert causes_of(reason) == causes
