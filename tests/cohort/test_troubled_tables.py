"""A table with every trouble there is comes back with every row: right, or with the reason why not."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from all_cli.cli.risk import app
from all_cli.cohort.delimited import Delimited, heading
from all_cli.cohort.rows import Rows

RUNNER = CliRunner()
HEAD = b"id,age,wbc,lineage,note\n"

# Each line of the table, the note that should come back, and a word of the reason; None: the row is right.
TROUBLES: list[tuple[bytes, str | None, str | None]] = [
    (b"1,7,45,B,plain\n", "plain", None),
    (b'2,7,45,B,"quoted, with a comma"\n', "quoted, with a comma", None),
    (b'3,7,45,B,"two\nlines"\n', "two\nlines", None),
    (b'4,7,45,B,"crlf\r\ninside"\n', "crlf\r\ninside", None),
    (b'5,7,45,B,"say ""x"""\n', 'say "x"', None),
    (b"6,7,45,B,5'10\" tall\n", "5'10\" tall", None),
    (b'7,7,45,B,"never closed\n', '"never closed', "never closed"),
    (b"8,7,45,B,after it\n", "after it", None),
    (b'9,7,45,B,"closed" and on\n', '"closed" and on', "closing quote"),
    (b"10,7,45\n", "", "3 cells for 5 columns"),
    (b"11,7,45,B,x,more\n", "x", "6 cells for 5 columns"),
    (b"12,7,45,B,nul\0byte\n", "nul\0byte", "NUL"),
    (b"13,7,45,B,caf\xe9\n", None, "not UTF-8"),
    (b"14,7,45,B,\xff\xfe\n", None, "not UTF-8"),
    ("15,7,45,B,é∅ț\n".encode(), "é∅ț", None),
    (b"16,7,45,B,windows\r\n", "windows", None),
    (b"17,7,45,B,mac\rline\n", "mac\rline", "carriage return"),
    (b"18,7,45,B,=1+1\n", "=1+1", None),
    (b"19,old,45,B,bad cell\n", "bad cell", 'value "old"'),
    (b"20,7,2500,B,no unit\n", "no unit", "above 1000"),
    (b"21,7,45,B,\n", "", None),
    (b'22,7,45,B,""\n', "", None),
    (b'23,7,45,B,"never closed, at all\n', None, "never closed"),
    (b"24,7,45,B, spaces \n", " spaces ", None),
    (b"25,7,45,B,[/x][bold]\n", "[/x][bold]", None),
    (b"26,7,45,B,last, without an end", "last", "6 cells"),
]


def batch(source: str | Path, *options: str, input: bytes | None = None) -> Result:
    result = RUNNER.invoke(app, ["batch", str(source), "--scheme", "nci-rome", *options], input=input)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8", "surrogateescape"), newline="")))


@pytest.mark.parametrize("filler", [0, 40_000], ids=["small", "in the middle of a large table"])
def test_every_trouble_comes_back_with_its_reason_and_the_rest_is_right(filler: int, tmp_path: Path) -> None:
    good = b"".join(b'0,7,45,B,"filler, %d"\n' % number for number in range(filler))
    file = tmp_path / "torture.csv"
    file.write_bytes(HEAD + good + b"".join(line for line, _, _ in TROUBLES))
    result = batch(file, "-o", str(tmp_path / "out.csv"))
    assert result.exit_code == 1
    back = rows_of((tmp_path / "out.csv").read_bytes())[1:]
    assert len(back) == filler + len(TROUBLES)
    assert all(row[5:7] == ["assigned", "standard"] for row in back[:filler])
    for number, (row, (line, note, reason)) in enumerate(zip(back[filler:], TROUBLES, strict=True), start=1):
        assert row[0] == str(number), line
        if note is not None:
            assert row[4] == note, line
        if reason is None:
            assert row[5:7] == ["assigned", "standard"], (line, row[10])
        else:
            cell = row[4] in ("bad cell", "no unit")
            assert row[5] == ("indeterminate" if cell else "invalid"), line
            assert reason in row[10], line
            assert row[10].startswith("unreadable: ") == cell, line


def test_bytes_that_are_no_text_come_back_as_they_were() -> None:
    result = batch("-", input=HEAD + b"1,7,45,B,caf\xe9\n2,7,45,B,\xc3\xa9\n")
    assert result.stdout_bytes.split(b"\n")[1].startswith(b"1,7,45,B,caf\xe9,invalid")


def test_the_reason_names_the_line_after_rows_of_several_lines() -> None:
    result = batch("-", input=HEAD + b'1,7,45,B,"a\nb"\n\n2,7,45,B\n3,old,45,B,x\n')
    assert "row 2 (line 5): the row has 4 cells" in result.stderr
    assert "first row 3 (line 6): " in result.stderr


def test_an_unclosed_quote_does_not_reach_into_the_next_quoted_cell() -> None:
    back = rows_of(batch("-", input=HEAD + b'1,7,45,B,"open\n2,7,45,B,"a, b"\n3,7,45,B,"c"\n').stdout_bytes)[1:]
    assert [(row[0], row[5]) for row in back] == [("1", "invalid"), ("2", "assigned"), ("3", "assigned")]
    assert [row[4] for row in back[1:]] == ["a, b", "c"]


CELLS = st.text(st.sampled_from('a",\n\r;é \0'), max_size=5)


def read_all(data: bytes) -> list[Rows]:
    top = heading("x", data, ",")
    return list(Delimited("x", io.BytesIO(data), top, "utf-8").rows())


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=12))
def test_what_a_csv_writer_writes_is_read_back_cell_by_cell(table: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([["a", "b", "c"], *table])
    found = read_all(text.getvalue().encode())
    cells = [[cell or "" for cell in row] for part in found for row in part.frame.rows()]
    assert cells == table
    bad = {start + number for start, part in zip(_starts(found), found, strict=True) for number in part.rejected}
    assert bad == {number for number, row in enumerate(table) if "\0" in "".join(row) or not "".join(row).strip()}


def _starts(parts: list[Rows]) -> list[int]:
    starts, total = [], 0
    for part in parts:
        starts.append(total)
        total += part.frame.height
    return starts


@given(st.binary(max_size=200), st.integers(1, 3))
def test_no_bytes_whatever_break_the_reader_and_no_line_is_lost(data: bytes, width: int) -> None:
    header = b",".join([b"a", b"b", b"c"][:width]) + b"\n"
    found = read_all(header + data)
    rows = sum(part.frame.height for part in found)
    lines = [line for line in data.split(b"\n") if line.strip(b"\r")]
    assert rows <= len(lines)
    assert rows > 0 or not lines
    if b'"' not in data:
        assert rows == len(lines)


@given(st.lists(st.sampled_from([b"1", b"", b'"', b",", b"\n", b'""', b"x", b"\r\n"]), max_size=40))
def test_blocks_and_lines_read_alike(parts: list[bytes]) -> None:
    """The same bytes behind a line that sends them through the line-by-line reader come out the same."""
    import all_cli.cohort.delimited as delimited

    data = b"a,b\n" + b"".join(parts)
    whole = _read_rows(data)
    parse = delimited.Delimited._parse
    delimited.Delimited._parse = lambda self, block, line: None  # type: ignore[method-assign]
    try:
        assert whole == _read_rows(data)
    finally:
        delimited.Delimited._parse = parse  # type: ignore[method-assign]


def _read_rows(data: bytes) -> list[tuple[list[str], str]]:
    return [
        ([cell or "" for cell in row], part.rejected.get(number, ""))
        for part in read_all(data)
        for number, row in enumerate(part.frame.rows())
    ]
