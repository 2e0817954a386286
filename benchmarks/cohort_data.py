"""Invented tables for the benchmarks: what a registry holds, and random values in every column.

Nobody in them exists. Both are written in stretches, so that ten million rows need no more memory than one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import polars as pl

COLUMNS = ("patient", "centre", "age", "sex", "lineage", "wbc", "cns", "genetics", "mrd_eoi")
_STRETCH = 500_000  # rows
_LESIONS = (
    "t(12;21)", "ETV6::RUNX1", "t(9;22)", "BCR-ABL1", "KMT2A-r", "t(4;11)", "iAMP21", "t(1;19)", "TCF3::PBX1",
    "+4", "+10", "+17", "CRLF2-r", "IKZF1 deletion", "ABL-class fusion", "DUX4-r", "MEF2D-r", "ZNF384-r",
)  # fmt: skip
_LISTS = (
    "", "none", "ETV6::RUNX1", "t(12;21)", "+4, +10", "+4, +10, +17", "52 chromosomes", "t(9;22)(q34;q11)", "KMT2A-r",
    "t(1;19)", "iAMP21", "IKZF1 deletion", "ETV6::RUNX1, otherwise none",
)  # fmt: skip
_LISTS_SHARE = (30, 26, 8, 6, 7, 4, 6, 3, 2, 3, 1, 2, 2)


def write_registry(path: Path, rows: int) -> None:
    """A table as registries keep them: ages and counts with one decimal, words and lists that repeat, gaps."""
    _write(path, rows, _registry)


def write_random(path: Path, rows: int) -> None:
    """The worst case: long random numbers and random lists, so that nearly every row differs from all others."""
    _write(path, rows, _random)


def write_random_units(path: Path, rows: int) -> None:
    """The worst case, with its unit behind every number."""
    _write(path, rows, _random_units)


def _write(path: Path, rows: int, made: Callable[[np.random.Generator, int, int], pl.DataFrame]) -> None:
    chance = np.random.default_rng(1996)
    with path.open("wb") as file:
        for first in range(0, rows, _STRETCH):
            made(chance, first, min(_STRETCH, rows - first)).write_csv(file, include_header=first == 0)


def _registry(chance: np.random.Generator, first: int, rows: int) -> pl.DataFrame:
    age = np.where(chance.random(rows) < 0.7, chance.gamma(2.2, 3.0, rows), chance.uniform(15, 80, rows))
    mrd = 10 ** chance.normal(-2, 1.2, rows)
    words = chance.choice(["<0.01%", "negative", "", "number"], rows, p=[0.45, 0.1, 0.25, 0.2])
    percent = _text(np.minimum(mrd, 99), 2)
    return _table(
        [f"R{number:08d}" for number in range(first, first + rows)],
        [f"C{number:02d}" for number in chance.integers(1, 41, rows)],
        _with_gaps(chance, _text(np.clip(age, 0, 89), 1), 0.01),
        chance.choice(["male", "female", ""], rows, p=[0.55, 0.44, 0.01]),
        chance.choice(["B", "T", "MPAL", ""], rows, p=[0.84, 0.13, 0.01, 0.02]),
        _with_gaps(chance, _text(np.clip(10 ** chance.normal(1.1, 0.65, rows), 0.1, 990), 1), 0.03),
        chance.choice(["CNS1", "CNS2a", "CNS2", "CNS3a", ""], rows, p=[0.7, 0.08, 0.04, 0.03, 0.15]),
        chance.choice(_LISTS, rows, p=np.array(_LISTS_SHARE) / sum(_LISTS_SHARE)),
        [f"{number}%" if word == "number" else word for word, number in zip(words.tolist(), percent, strict=True)],
    )


def _random(chance: np.random.Generator, first: int, rows: int) -> pl.DataFrame:
    three = chance.integers(0, len(_LESIONS), (rows, 3)).tolist()
    return _table(
        [f"{number:016x}" for number in chance.integers(0, 2**62, rows).tolist()],
        [f"{number:08x}" for number in chance.integers(0, 2**31, rows).tolist()],
        _text(chance.uniform(0, 89, rows), 6),
        chance.choice(["male", "female", "M", "F", ""], rows),
        chance.choice(["B", "T", "MPAL", ""], rows),
        _text(10 ** chance.uniform(-1, 2.99, rows), 6),
        chance.choice(["CNS1", "CNS2", "CNS2a", "CNS2b", "CNS2c", "CNS3", "CNS3a", "CNS3b", "CNS3c", ""], rows),
        [", ".join(_LESIONS[number] for number in numbers) for numbers in three],
        _text(10 ** chance.uniform(-5, 1.99, rows), 8),
    ).rename({"mrd_eoi": "mrd_eoi (%)"})


def _random_units(chance: np.random.Generator, first: int, rows: int) -> pl.DataFrame:
    made = _random(chance, first, rows)
    return made.with_columns(pl.col("wbc") + " G/L", (pl.col("mrd_eoi (%)") + "%").alias("mrd_eoi")).drop("mrd_eoi (%)")


def _text(numbers: np.ndarray, decimals: int) -> list[str]:
    return [f"{number:.{decimals}f}" for number in numbers.tolist()]


def _with_gaps(chance: np.random.Generator, texts: list[str], share: float) -> list[str]:
    gaps = (chance.random(len(texts)) < share).tolist()
    return ["" if gap else text for gap, text in zip(gaps, texts, strict=True)]


def _table(*columns: Sequence[str] | np.ndarray) -> pl.DataFrame:
    return pl.DataFrame(dict(zip(COLUMNS, columns, strict=True)), schema=dict.fromkeys(COLUMNS, pl.String))
