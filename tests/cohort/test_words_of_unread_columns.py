"""What an unread column would fit, what two columns of one fact come to, and words that mean two things."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from folded import each
from typer.testing import CliRunner

from all_cli.cli.risk import app
from all_cli.cohort.columns import plan_columns, plans
from all_cli.cohort.fitting import proposal
from all_cli.patient.reading import read_value
from all_cli.patient.unreadable import UnreadableError
from all_cli.risk.library import risk_library

FACTS = risk_library().vocabulary
RUNNER = CliRunner()


def proposed(header: str, cells: Sequence[str], *others: str) -> str:
    columns, _ = plans([header, *others], FACTS, {})
    return proposal(columns[0], FACTS, {cell: cells.count(cell) for cell in cells}, columns)


@each(
    "header, cells, fact",
    [
        ("Diagnosis", ["B-ALL"] * 6 + ["T-ALL"] * 3 + ["AML"], "lineage"),
        ("primary_diagnosis", ["Precursor B-cell lymphoblastic leukemia", "T lymphoblastic leukemia/lymphoma", ""] * 2,
         "lineage"),
        ("diagnoses.morphology", ["9836/3"] * 5 + ["9837/3"] * 2, "lineage"),
        ("histology", ["pro-B", "common", "pre-B", "pre-B"], "lineage"),
        ("stage", ["B-I", "B-II", "B-III", "T-IV"], "maturation"),
        ("neuro", ["CNS1", "CNS1", "CNS2a", "CNS3"], "cns"),
        ("who", ["male", "female", "female"], "sex"),
        ("chromosomes found", ["46,XX[20]", "47,XY,+21[10]", "54,XX,+X[8]/46,XX[2]"], "genetics"),
    ],
)  # fmt: skip
def test_nine_in_ten_words_that_fit_one_fact_are_said_with_the_option(header: str, cells: list[str], fact: str) -> None:
    said = proposed(header, cells)
    assert f'--map "{header}={fact}"' in said
    assert plan_columns([header], FACTS, {header: fact})[0].reads == fact


@each(
    "header, cells",
    [
        ("Diagnosis", ["B-ALL"] * 8 + ["T-ALL", "AML", "AML"]),  # nine in eleven
        ("x", ["yes", "no"] * 10), ("x", ["0", "1", "2"] * 10), ("x", ["1", "2", "3"] * 10),
        ("x", ["positive", "negative"] * 4),
        ("x", ["B", "T"] * 10), ("x", ["M", "F"] * 10),  # letters can be an arm or a group
        ("x", ["B-ALL"] * 20), ("x", ["B-ALL", "T-ALL"]),  # one word, two cells
        ("Diagnosis at relapse", ["B-ALL", "T-ALL"] * 5), ("Donor", ["male", "female"] * 5),
        ("Sex of donor", ["male", "female"] * 5),
        ("Mother's sex", ["male", "female"] * 5), ("Rechute", ["CNS1", "CNS3"] * 5),
        ("cns day 29", ["CNS1", "CNS3"] * 5),
        ("Risk group", ["standard", "high"] * 5), ("Prognosis", ["good", "poor"] * 5),
        ("x", ["present", "absent"] * 5),
        ("x", ["", "NA", "unknown"] * 9), ("x", ["9836", "9837"] * 5), ("x", ["45", "46", "47"] * 5),
        ("x", ["2019-03-07", "2020-01-01"] * 5),
    ],
)  # fmt: skip
def test_nothing_is_proposed_by_accident(header: str, cells: list[str]) -> None:
    assert proposed(header, cells) == ""


def test_a_fact_that_another_column_has_is_not_proposed_again() -> None:
    cells = ["B-ALL", "T-ALL"] * 5
    assert proposed("Diagnosis", cells)
    assert proposed("Diagnosis", cells, "Immunophenotype") == ""


def table(path: Path, columns: Mapping[str, Sequence[str]]) -> Path:
    out = io.StringIO()
    csv.writer(out).writerows([list(columns), *zip(*columns.values(), strict=True)])
    path.write_text(out.getvalue(), encoding="utf-8")
    return path


def both(path: Path, *options: str) -> tuple[dict[str, list[str]], list[dict[str, str]], str]:
    """The doubts that ``columns`` tells by column, the rows of a batch, and what the batch says."""
    told = json.loads(RUNNER.invoke(app, ["columns", str(path), "--format", "json", *options]).stdout)
    run = RUNNER.invoke(app, ["batch", str(path), "--scheme", "nci-rome", *options])
    rows = list(csv.DictReader(io.StringIO(run.stdout)))
    return {column["column"]: column["doubts"] for column in told["columns"]}, rows, run.stderr


def test_columns_and_batch_propose_the_same_and_it_can_be_followed(tmp_path: Path) -> None:
    path = table(
        tmp_path / "t.csv",
        {"age": ["4"] * 5, "WBC (K/uL)": ["12"] * 5, "Dx": ["B-ALL", "B-ALL", "T-ALL", "B-ALL", "unk"]},
    )
    doubts, rows, said = both(path)
    assert [row["nci-rome.status"] for row in rows] == ["indeterminate"] * 5
    (doubt,) = doubts["Dx"]
    assert '--map "Dx=lineage"' in doubt
    assert f'"Dx": {doubt}' in said
    _, rows, said = both(path, "--map", "Dx=lineage")
    assert [row["nci-rome.status"] for row in rows].count("assigned") == 3
    assert "nine in ten" not in said


def test_of_two_counts_the_finer_is_taken_and_the_other_has_to_agree(tmp_path: Path) -> None:
    counts = {"age": ["4", "4", "4"], "WBC (x10^9/L)": ["50", "12", "12"], "WBC (/uL)": ["49800", "12400", "90000"]}
    doubts, rows, said = both(table(tmp_path / "t.csv", {**counts, "lineage": ["B"] * 3}))
    found = [row["nci-rome.group"] or row["nci-rome.status"] for row in rows]
    assert found == ["standard", "standard", "invalid"]
    assert '"WBC (/uL)" tells it more finely and is taken' in doubts["WBC (x10^9/L)"][0]
    assert doubts["WBC (x10^9/L)"][0] in said


def test_two_columns_of_one_fact_without_a_finer_one_are_refused_with_both_ways_out() -> None:
    with pytest.raises(UnreadableError) as error:
        plan_columns(["Age", "Age at diagnosis"], FACTS, {})
    assert '--map "Age=-" or --map "Age at diagnosis=-"' in str(error.value)


def test_one_date_is_left_alone_where_a_column_has_the_age_unless_the_user_named_it(tmp_path: Path) -> None:
    header = ["age", "Date of diagnosis"]
    assert [column.reads for column in plan_columns(header, FACTS, {})] == ["age", "-"]
    with pytest.raises(UnreadableError, match="needs both dates"):
        plan_columns(header, FACTS, {"Date of diagnosis": "diagnosed"})
    with pytest.raises(UnreadableError, match="needs both dates"):
        plan_columns(header[1:], FACTS, {})
    cells = {"age": ["4"], "Date of diagnosis": ["01/02/2020"], "wbc": ["12"], "lineage": ["B"]}
    doubts, rows, said = both(table(tmp_path / "t.csv", cells))
    assert rows[0]["nci-rome.group"] == "standard"
    assert doubts["Date of diagnosis"] == ['one date gives no age; "age" is taken']
    assert "one date gives no age" in said


@each(
    "header, cells, asked",
    [
        ("Sexo", "HMHM", True), ("Sexo", "VMVM", True), ("Sexe", "HFHF", False), ("Sexo", "MFMF", False),
        ("Geschlecht", "mwmw", False), ("CNS involvement", "1111", True), ("ZNS-Befall", "1111", True),
        ("CNS status", "1111", False), ("CNS involvement", "1231", False), ("CNS involvement", "1010", True),
    ],
)  # fmt: skip
def test_letters_and_digits_that_mean_two_things_stop_the_run(header: str, cells: str, asked: bool) -> None:
    path = table(Path("t.csv"), {"age": ["4"] * 4, header: list(cells)})
    told = json.loads(RUNNER.invoke(app, ["columns", str(path), "--format", "json"]).stdout)
    assert bool(told["problems"]) == asked


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@each(
    "fact, word, value",
    [
        ("sex", "männlich", "male"), ("sex", "Weiblich", "female"), ("sex", "Féminin", "female"),
        ("sex", "feminin", "female"),
        ("sex", "Varón", "male"), ("sex", "mulher", "female"), ("sex", "maschio", "male"), ("sex", "女", "female"),
        ("lineage", "9811/3", "B"), ("lineage", "9837/3", "T"), ("lineage", "B Acute Lymphoblastic Leukemia", "B"),
        ("lineage", "T lymphoblastic leukemia/lymphoma", "T"), ("lineage", "B2", "B"), ("lineage", "T3", "T"),
        ("bcr_abl1", "nein", "absent"), ("bcr_abl1", "oui", "present"), ("bcr_abl1", "sí", "present"),
        ("bcr_abl1", "não", "absent"), ("bcr_abl1", "négatif", "absent"), ("bcr_abl1", "阴性", "absent"),
        ("testicular", "无", "absent"), ("down_syndrome", "unbekannt", None), ("cns", "不详", None),
    ],
)  # fmt: skip
def test_words_of_other_languages_and_of_classifications(fact: str, word: str, value: str | None) -> None:
    possible = read_value(FACTS[fact], word).possible
    assert possible == (None if value is None else frozenset({value}))


@each(
    "fact, word",
    [
        ("lineage", "9835/3"), ("lineage", "9826/3"), ("lineage", "Burkitt"), ("lineage", "mature B"),
        ("lineage", "Bi"),
        ("lineage", "Acute lymphocytic leukemia"), ("lineage", "LLA"), ("d8_blasts", "corticosensible"),
    ],
)  # fmt: skip
def test_words_that_do_not_tell_are_not_read(fact: str, word: str) -> None:
    with pytest.raises(UnreadableError):
        read_value(FACTS[fact], word)
