"""Column names as real tables spell them: each is read as what it is, or not at all, and never as anything else."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from folded import each

from all_cli.cohort.columns import Column, plan_columns, plans
from all_cli.cohort.headers import HeaderNames, known_unit, unit_factor
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.patient.unreadable import UnreadableError
from all_cli.risk.library import risk_library

FACTS = risk_library().vocabulary
NAMES = HeaderNames(FACTS)
_LINES = Path(__file__).with_name("real_headers.tsv").read_text(encoding="utf-8").splitlines()
HEADERS = list(
    csv.DictReader((line for line in _LINES if line[:1] != "#"), delimiter="\t", quoting=csv.QUOTE_NONE)
)  # fmt: skip


PLANNED, PROBLEMS = plans([row["header"] for row in HEADERS], FACTS, {})
ASKED = {problem.text for problem in PROBLEMS if "is not a unit of" in problem.why}


@each("row, column", zip(HEADERS, PLANNED, strict=True))
def test_a_column_name_of_a_real_table(row: dict[str, str], column: Column) -> None:
    assert ("?" if row["header"] in ASKED else column.reads) == row["reads"], row["why"]
    if column.reads == "wbc":
        wanted = row["unit"] and known_unit(FACTS["wbc"], row["unit"])
        assert bool(column.unit) == bool(wanted)
        assert unit_factor(FACTS["wbc"], column.unit) == unit_factor(FACTS["wbc"], wanted)
    elif column.reads in FACTS:
        assert column.unit == row["unit"]


def test_every_name_of_the_table_is_there_once_and_has_a_reason_if_it_is_not_read() -> None:
    assert max(Counter(row["header"] for row in HEADERS).values()) == 1
    assert all(row["why"] for row in HEADERS if row["reads"] in ("-", "?"))
    found = Counter(row["about"] for row in HEADERS)
    assert [found[about] >= least for about, least in (("lineage", 25), ("wbc", 36), ("age", 28), ("mrd", 30))] == [
        True
    ] * 4


@each(
    "header",
    [
        "MRD Day 30", "MRD day 46", "MRD week 13", "mrd d28", "MRD TP3", "MRD Tag 30", "MRD 第30天",
    ],
)  # fmt: skip
def test_a_day_that_differs_is_no_near_miss(header: str) -> None:
    assert NAMES.find(header) == ("", "")
    assert NAMES.close(header) == ""


@each(
    "header, problem",
    [
        ("WBC (10^9)", '"10^9" is not a unit of wbc'), ("WBC (mil/mm3)", '"mil/mm3" is not a unit of wbc'),
        ("WBC (10^9/dL)", '"10^9/dL" is not a unit of wbc'),
        ("Age (m)", '"m" is not a unit of age'), ("Age (decimal)", '"decimal" is not a unit of age'),
        ("MRD day 29 (10^-4)", '"10^-4" is not a unit of mrd_eoi'),
    ],
)  # fmt: skip
def test_a_unit_that_cannot_be_understood_is_asked_for(header: str, problem: str) -> None:
    with pytest.raises(UnreadableError) as error:
        plan_columns([header], FACTS, {})
    assert problem in str(error.value)
    assert f'--unit "{header}=UNIT"' in str(error.value)


@each(
    "written, factor",
    [
        ("x 10^9 / L", "1"), ("×10⁹/l", "1"), ("10*9/L", "1"), ("10^9 cells/L", "1"), ("x109/L", "1"), ("Gpt/l", "1"),
        ("10^6/mL", "1"), ("10³ per µl", "1"), ("thousand/microliter", "1"), ("K/cumm", "1"), ("1000/mm3", "1"),
        ("cells per microliter", "0.001"), ("per mm3", "0.001"), ("Zellen/µl", "0.001"), ("/cmm", "0.001"),
    ],
)  # fmt: skip
def test_laboratories_spell_one_unit_in_many_ways(written: str, factor: str) -> None:
    fact = FACTS["wbc"]
    assert known_unit(fact, written)
    assert float(unit_factor(fact, known_unit(fact, written))) == float(factor)


@each("written", ["10^9", "L", "ul", "10^9/uL", "10^12/L", "%", "mg/dl", "log10", "x"])
def test_what_is_no_unit_of_a_count_is_none(written: str) -> None:
    assert known_unit(FACTS["wbc"], written) == ""


@each(
    "header",
    [
        "Karyotype (relapse)", "CNS status (at relapse)", "Sex (mother)", "BCR-ABL1 (at relapse)",
        "WBC [K/uL] (relapse)", "MRD day 29 (day 33)x", "Lineage (donor)", "gender (0=f, 1=m)",
        "Genetics (yes/no)", "dob (year)", "MRD A", "D MRD", "DRM value", "MRD D29 D33",
        "MRD EOI TP2", "MRD end of induction consolidation", "WBC diagnosis relapse", "Age at diagnosis of relapse",
    ],
)  # fmt: skip
def test_words_that_say_another_thing_are_not_dropped(header: str) -> None:
    assert NAMES.find(header) == ("", "")


@each(
    "header, fact",
    [
        ("BCR-ABL1 (FISH)", "bcr_abl1"), ("KMT2A (MLL)", "kmt2a_r"), ("White blood cell count (WBC)", "wbc"),
        ("CNS status (1/2/3)", "cns"), ("Sex (M/F)", "sex"), ("WBC (initial)", "wbc"), ("MRD EOI (day 33)",
        "mrd_eoi"),
        ("Date of birth (dd/mm/yyyy)", "born"),
    ],
)  # fmt: skip
def test_words_in_brackets_that_change_nothing_are(header: str, fact: str) -> None:
    assert NAMES.find(header) == (fact, "")


def test_the_unit_that_arrayexpress_keeps_in_the_next_column_is_asked_for() -> None:
    header = ["Characteristics[age]", "Unit[time unit]"]
    with pytest.raises(UnreadableError, match=r'stands in the next column, "Unit\[time unit\]".*--unit'):
        plan_columns(header, FACTS, {})
    assert plan_columns(header, FACTS, {}, units={header[0]: "mo"})[0].unit == "mo"
    assert plan_columns([header[0], "Characteristics[sex]", header[1]], FACTS, {})[0].reads == "age"


def test_what_two_facts_could_be_called_neither_is() -> None:
    other = FACTS["mrd_d24"]._replace(columns=("day 29, mrd",))
    names = HeaderNames(Vocabulary({**FACTS.facts, other.id: other}, FACTS.aliases))
    assert names.find("at day 29 the MRD") == ("", "")
    assert NAMES.find("at day 29 the MRD") == ("mrd_eoi", "")
