"""``batch --assume`` and ``--routine``: of each row the likely answer that ``classify`` gives of this patient alone.

No row is a patient: all are invented.
"""

from __future__ import annotations

import random
from typing import Any

import polars as pl
import pytest

from all_cli import classify, classify_frame
from all_cli.patient.unreadable import ContradictionError

SCHEMES = ["cog-aall03b1", "cog-aall1731", "cog-aall1331", "gmall-relapse", "nccn-adult", "interfant-06", "cns-status"]
CELLS: dict[str, list[str]] = {
    "age": ["0.5", "4", "7", "12", "40", ""],
    "wbc": ["4", "60", "", "forty"],
    "lineage": ["B", "B", "B", "T", "", "Q"],
    "sex": ["male", "female", ""],
    "cns": ["CNS1", "CNS2", "CNS3", "", "lots"],
    "csf_wbc": ["3", "80", ""],
    "testicular": ["", "", "yes", "no", "swollen"],
    "down_syndrome": ["", "", "yes", "no", "see letter"],
    "relapsed": ["", "", "", "yes", "no", "?x"],
    "months_to_relapse": ["", "", "", "", "20", "soon"],
    "steroid_pretreatment": ["", "", "no", "2 d"],
    "karyotype": ["", "", "46,XX[20]", "39,XX", "54,XX,+4,+10", "46,XX,t(12;21)(p13;q22)[10]",
                  "wibble", "46,XX,t(17;19)(q22;p13)"],
    "modal_chromosomes": ["", "", "46", ">25", "many"],
    "dna_index": ["", "", "1.0", "1.16", "0.75", ">0.5", "DI"],
    "kmt2a_aff1": ["", "", "yes", "no", "odd"],
    "marrow_eoi": ["", "2%", "2%", "30%"],
    "marrow_d15": ["", "2%", "30%"],
    "mrd_d8_pb": ["<0.01%", "0.5%", ""],
    "mrd_eoi": ["<0.01%", "0.05%", "", "low"],
}  # fmt: skip
WISHES: list[tuple[dict[str, object], bool]] = [
    ({}, True),
    (
        {
            "kmt2a_r": False,
            "iamp21": "no",
            "double_trisomy": False,
            "bcr_abl1": "no",
            "marrow_eoi": "<5%",
            "steroid_hours_2w": "48",
        },
        True,
    ),
    ({"kmt2a_aff1": True, "kmt2a_r": False, "testicular": True, "lineage": "B", "cns": "CNS1"}, False),
    ({"dna_index": ">=1.16", "modal_chromosomes": "46", "relapsed": "yes", "age": "12"}, True),
]


def tables() -> list[tuple[pl.DataFrame, dict[str, object], bool]]:
    """Random tables, each with some of the columns, and what is assumed."""
    draw = random.Random(7)
    found = []
    for assume, routine in WISHES:
        names = [name for name in CELLS if name in ("age", "lineage") or draw.random() < 0.6]
        cells = {name: [draw.choice(CELLS[name]) for _ in range(40)] for name in names}
        found.append((pl.DataFrame(cells), assume, routine))
    return found


def alone(row: dict[str, str], assume: dict[str, object], routine: bool) -> Any:
    """What classify says of a row as of one patient; None where its cells contradict each other."""
    said = {("genetics" if name == "karyotype" else name): cell for name, cell in row.items()}
    try:
        return classify(said, schemes=SCHEMES, assume=assume, routine=routine, unreadable="open")
    except ContradictionError:
        return None


@pytest.fixture(scope="module")
def answered() -> list[tuple[dict[str, str], dict[str, Any], Any, dict[str, object], bool]]:
    found = []
    for table, assume, routine in tables():
        exact = classify_frame(table, schemes=SCHEMES)
        likely = classify_frame(table, schemes=SCHEMES, assume=assume, routine=routine)
        assert likely.select(exact.columns).equals(exact)  # not a byte of the exact answers changes
        for own, row in zip(table.iter_rows(named=True), likely.iter_rows(named=True), strict=True):
            found.append((own, row, alone(own, assume, routine), assume, routine))
    return found


def test_each_row_has_the_likely_answer_that_classify_gives_of_it_alone(answered: Any) -> None:
    compared = narrowed = 0
    for own, row, one, _, _ in answered:
        for id in SCHEMES if one is not None else ():
            if row[f"{id}.status"] == "invalid":
                assert row[f"{id}.likely"] is None
                continue
            assert row[f"{id}.likely"] == "|".join(one.likely[id].groups), (id, own)
            compared += 1
            narrowed += row[f"{id}.likely"] != row[f"{id}.possible"]
    assert compared > 600
    assert narrowed > 60


def test_what_is_named_beside_it_is_enough_and_none_of_it_is_idle(answered: Any) -> None:
    tried = 0
    for own, row, one, _, _ in answered[::2]:
        for id in SCHEMES if one is not None else ():
            names = [name for name in (row[f"{id}.assumed"] or "").split("|") if name and "left out" not in name]
            assert {name.partition("=")[0] for name in names} <= {item.fact for item in one.likely[id].assumed}
            named = dict(name.split("=", 1) for name in names)
            if not named:
                assert row[f"{id}.likely"] in (row[f"{id}.possible"], None)
                continue
            assert "|".join(alone(own, named, False).likely[id].groups) == row[f"{id}.likely"], (id, own, named)
            for name in named:
                fewer = {fact: value for fact, value in named.items() if fact != name}
                less = alone(own, fewer, False)
                without = less.likely[id].groups if fewer else less.results[id].possible
                assert "|".join(without) != row[f"{id}.likely"], (id, own, named, name)
            tried += 1
    assert tried > 25


def test_a_cell_that_cannot_be_read_is_not_nothing_and_nothing_is_assumed_over_it(answered: Any) -> None:
    bad = {"testicular": "swollen", "down_syndrome": "see letter", "dna_index": "DI", "karyotype": "wibble"}
    seen: set[str] = set()
    for own, row, one, _, _ in answered:
        for name, text in bad.items():
            if own.get(name) != text:
                continue
            seen.add(name)
            over = {"karyotype": ("dna_index", "modal_chromosomes", "tcf3_hlf", "kmt2a_r", "iamp21")}.get(name, (name,))
            for id in SCHEMES:
                named = {part.partition("=")[0] for part in (row[f"{id}.assumed"] or "").split("|")}
                assert named.isdisjoint(over), (id, own)
                assert one is None or {item.fact for item in one.likely[id].assumed}.isdisjoint(over)
    assert seen == set(bad)


def test_what_is_known_without_telling_a_scheme_anything_is_known_all_the_same() -> None:
    row = {
        "age": "5", "wbc": "20", "lineage": "B", "cns": "CNS1", "testicular": "no", "bcr_abl1": "no", "kmt2a_r": "no",
        "etv6_runx1": "no", "triple_trisomy": "no", "marrow_d15": "2%", "marrow_eoi": "2%", "mrd_eoi": "<0.01%",
    }  # fmt: skip
    assume = {"dna_index": ">=1.16", "modal_chromosomes": ">=44"}
    cells = ["", ">0.5", "1.0"]
    table = pl.DataFrame({**{name: [cell] * len(cells) for name, cell in row.items()}, "dna_index": cells})
    found = classify_frame(table, schemes="cog-aall03b1", assume=assume)["cog-aall03b1.likely"].to_list()
    assert found == ["sr-average", "sr-average|very-high", "sr-average"]
    one = [alone({**row, "dna_index": cell}, assume, False).likely["cog-aall03b1"].groups for cell in cells]
    assert ["|".join(groups) for groups in one] == found


def test_a_row_says_which_named_assumption_it_contradicts(answered: Any) -> None:
    said = 0
    for own, row, one, _, _ in answered:
        if one is None:
            continue
        refused = {text.split()[0] for text in one._answers.not_assumed if "contradicts" in text}
        for id in SCHEMES:
            cell = row[f"{id}.assumed"] or ""
            named = {
                name.partition("=")[0]
                for name in cell.split("|")
                if name.endswith("left out as it contradicts the row")
            }
            assert named <= refused, (id, own)
            if row[f"{id}.status"] != "invalid":
                asked = {fact for fact in refused if fact in one._library.schemes[id].facts}
                assert asked <= named, (id, own)
            said += len(named)
    assert said > 50
