"""A cohort cut into parts gives the rows of the whole, wherever the cuts fall and whatever is wrong with the rows."""

from __future__ import annotations

import gzip
import random
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from all_cli.cohort.delimited import heading
from all_cli.cohort.run import InputError
from all_cli.cohort.spark.parts import Part, cohort_of, cut, files_of, lines_in, rows_of
from all_cli.cohort.tables import ReadAs, open_table
from all_cli.cohort.troubled import Lines

pytest.importorskip("pyarrow", reason="cutting columnar files needs pyarrow")

Row = tuple[tuple[str, ...], str, int | None]
_FRAGMENTS = [
    b'"',
    b'""',
    b",",
    b",",
    b"\n",
    b"\n",
    b"\r\n",
    b"\r",
    b"a",
    b"bc",
    b" ",
    b"\0",
    b"\xff",
    b"\xc3\xa9",
    b",2,3\n",
]


def _cells(rows: Any, before: int = 0) -> list[Row]:
    found: list[Row] = []
    for stretch in rows:
        raw = stretch.raw or stretch.frame.rows()
        for number, cells in enumerate(raw):
            line = stretch.line(number)
            found.append((
                tuple(str(cell or "") for cell in cells),
                stretch.rejected.get(number, ""),
                line + before if line else None,
            ))  # fmt: skip
    return found


def _whole(file: Path, read_as: ReadAs = ReadAs()) -> list[Row]:
    with open_table([str(file)], read_as) as table:
        return _cells(table.rows())


def _in_parts(file: Path, size: int, read_as: ReadAs = ReadAs()) -> tuple[list[Row], list[Part]]:
    parts = cut(cohort_of([str(file)], read_as), size)
    found: list[Row] = []
    lines = 0
    for part in parts:
        found += _cells(rows_of(part, read_as), lines + part.lines)
        lines += lines_in(part)
    return found, parts


@given(body=st.lists(st.sampled_from(_FRAGMENTS), max_size=60).map(b"".join), size=st.integers(1, 40))
def test_no_cut_falls_into_a_row(body: bytes, size: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("cut") / "table.csv"
    file.write_bytes(b"a,b,c\n" + body)
    assert _in_parts(file, size)[0] == _whole(file)


def test_a_big_table_with_every_trouble_is_cut_and_whole(tmp_path: Path) -> None:
    chance = random.Random(5)
    rows = []
    for number in range(30_000):
        trouble = chance.choice(
            [b""] * 60 + [b'"', b'"x"y', b"\xff", b",more", b'"two\nlines"', b"\0", b'\n"three\n\nlines']
        )
        rows.append(b'%d,"B, T",%s\n' % (number, trouble))
    file = tmp_path / "table.csv"
    file.write_bytes(b"a,b,c\n" + b"".join(rows))
    found, parts = _in_parts(file, 20_000)
    assert len(parts) > 10
    assert found == _whole(file)


def test_a_cell_that_looks_like_rows_is_not_cut(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    inside = "".join(f"{number},x,y\n" for number in range(800))
    file.write_text(f'a,b,c\n1,2,"{inside}"\n' + "3,4,5\n" * 2000)
    found, parts = _in_parts(file, 500)
    assert len(parts) > 5
    assert parts[0].stop > len(inside)
    assert found == _whole(file)


@pytest.mark.parametrize(
    ("encoding", "ending"), [("cp1252", "\n"), ("cp1252", "\r\n"), ("utf-8-sig", "\r\n"), ("utf-8", "\n")]
)
def test_text_in_one_byte_or_utf8_is_cut(tmp_path: Path, encoding: str, ending: str) -> None:
    file = tmp_path / "table.csv"
    text = f"größe;b{ending}" + "".join(f"{n};é{ending}" for n in range(3000))
    file.write_bytes(text.encode(encoding))
    read_as = ReadAs(encoding=encoding if encoding == "cp1252" else "")
    found, parts = _in_parts(file, 4000, read_as)
    assert len(parts) > 3
    assert found == _whole(file, read_as)


def test_ndjson_is_cut_between_lines(tmp_path: Path) -> None:
    file = tmp_path / "table.ndjson"
    file.write_text("".join(f'{{"a": {n}, "b": "x"}}\n' + ("{bad\n" if n % 97 == 0 else "") for n in range(2000)))
    found, parts = _in_parts(file, 3000)
    assert len(parts) > 3
    assert found == _whole(file)


def test_packed_and_two_byte_text_is_one_part(tmp_path: Path) -> None:
    text = "a,b\n" + "1,2\n" * 5000
    (tmp_path / "packed.csv.gz").write_bytes(gzip.compress(text.encode()))
    (tmp_path / "wide.csv").write_bytes(text.encode("utf-16"))
    (tmp_path / "returns.csv").write_bytes(text.replace("\n", "\r").encode())
    for name in ("packed.csv.gz", "wide.csv", "returns.csv"):
        found, parts = _in_parts(tmp_path / name, 100)
        assert len(parts) == 1
        assert found == _whole(tmp_path / name)


def test_parquet_is_cut_between_row_groups(tmp_path: Path) -> None:
    frame = pl.DataFrame({"age": [n / 4 for n in range(5000)], "lineage": ["B", None] * 2500})
    frame.write_parquet(tmp_path / "table.parquet", row_group_size=500)
    found, parts = _in_parts(tmp_path / "table.parquet", 1000)
    assert len(parts) > 3
    assert found == _whole(tmp_path / "table.parquet")


def test_orc_is_read_stripe_by_stripe(tmp_path: Path) -> None:
    orc = pytest.importorskip("pyarrow.orc")
    frame = pl.DataFrame({"age": list(range(200_000)), "lineage": ["B", None] * 100_000})
    orc.write_table(frame.to_arrow(compat_level=pl.CompatLevel.oldest()), tmp_path / "t.orc", stripe_size=4096)
    found, parts = _in_parts(tmp_path / "t.orc", 1000)
    assert len(parts) > 1
    assert [row[0] for row in found] == [(str(n) if n else "", "B" if n % 2 == 0 else "") for n in range(200_000)]


@pytest.mark.parametrize("text", ["a,b\n", "a,b", "a,b\n1,2", '"a\nx",b\n1,2\n'])
def test_small_tables(tmp_path: Path, text: str) -> None:
    file = tmp_path / "table.csv"
    file.write_text(text)
    assert _in_parts(file, 1)[0] == _whole(file)


def test_a_row_reaches_as_far_as_the_reader_takes_it() -> None:
    data = b'a,b\n1,"x\ny"\n2,3\n4,"z\n5,6\n'
    top = heading("t", data)
    lines = Lines(data, 0, 0, ",", len(top.names), "utf-8")
    assert [lines.reach(at, True) for at in (4, 12, 16, 21)] == [12, 16, 21, 25]


def test_a_folder_is_its_files_without_the_hidden_ones(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "_SUCCESS", ".a.csv.crc"):
        (tmp_path / name).write_text("a\n1\n")
    assert [Path(file).name for file in files_of([str(tmp_path)])] == ["a.csv", "b.csv"]
    assert files_of([f"file://{tmp_path}/a.csv"]) == [str(tmp_path / "a.csv")]
    for source in ("-", "s3a://bucket/a.csv"):
        with pytest.raises(InputError):
            files_of([source])


def test_a_file_that_changed_since_it_was_cut_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text("a,b\n1,2\n")
    (part,) = cut(cohort_of([str(file)], ReadAs()), 100)
    file.write_text("a,b\n1,2\n3,4\n")
    with pytest.raises(InputError, match="written to"):
        list(rows_of(part, ReadAs()))
