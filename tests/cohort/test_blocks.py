"""A delimited text read a block at a time says what it says read whole, wherever the blocks end."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from all_cli.cohort import delimited
from all_cli.cohort.tables import open_table

CELLS = [
    "",
    "7",
    "B",
    "é",
    '"a, b"',
    '"said ""no"""',
    '"two\nlines"',
    '"two\r\nlines"',
    '""',
    'in "the" middle',
    "x" * 90,
]
ODD_CELLS = ['"never closed', 'closed", never opened', "one,more", '"a" b']
Row = tuple[tuple[str, ...], int | None, str]


def text(chance: random.Random, odd: bool) -> bytes:
    ending = chance.choice(["\n", "\r\n"])
    rows = [[chance.choice(CELLS) for _ in range(3)] for _ in range(chance.randint(20, 50))]
    if odd:
        rows[chance.randrange(len(rows))][chance.randrange(3)] = chance.choice(ODD_CELLS)
    return ending.join(["a,b,c", *map(",".join, rows)]).encode() + chance.choice([b"", ending.encode()])


def rows_of(path: Path) -> list[Row]:
    with open_table([str(path)]) as table:
        return [
            (tuple(cell or "" for cell in cells), rows.line(number), rows.rejected.get(number, ""))
            for rows in table.rows()
            for number, cells in enumerate(rows.frame.iter_rows())
        ]


@pytest.mark.parametrize("odd", [False, True])
def test_a_table_says_the_same_in_blocks_of_any_size(
    odd: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance, path = random.Random(5), tmp_path / "cohort.csv"
    for _ in range(8):
        path.write_bytes(text(chance, odd))
        monkeypatch.undo()
        whole = rows_of(path)
        for size in (60, 500):
            monkeypatch.setattr(delimited, "_BLOCK", size)
            monkeypatch.setattr(delimited, "_BEGINNING", size // 3)
            monkeypatch.setattr(delimited, "_LINES", chance.randint(1, 9))
            assert rows_of(path) == whole


def test_a_row_too_wide_whose_quote_closes_later_is_not_said_to_have_an_open_quote(tmp_path: Path) -> None:
    path = tmp_path / "cohort.csv"
    path.write_text('a;b;c\n1;t(12;21)(p13;q22);"two\nlines"\n2;x;y\n')
    first, second, third = rows_of(path)
    assert "with the lines up to where its quote closes the row has 5 cells" in first[2]
    assert "never closed" not in first[2]
    assert second[2].startswith("the row has 1 cell for 3 columns")
    assert third == (("2", "x", "y"), 4, "")
