"""Tables that once broke a batch, found by benchmarks/fuzz.py."""

from __future__ import annotations

import io
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from all_cli.cli.risk import app

RUNNER = CliRunner()


def batch(content: bytes, folder: Path, output: str = "out.csv") -> Result:
    (folder / "in").write_bytes(content)
    result = RUNNER.invoke(app, ["batch", str(folder / "in"), "--scheme", "nci-rome", "-o", str(folder / output)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_bytes_that_are_no_text_beyond_the_last_column_are_told_in_the_reason(tmp_path: Path) -> None:
    result = batch(b"lineage,age\nB,7,\xc3\xb6\nT,8,caf\xf6\n", tmp_path)
    assert result.exit_code == 1
    back = (tmp_path / "out.csv").read_text("utf-8").splitlines()
    assert len(back) == 3
    assert 'beyond the last column: ""caf\\xf6""' in back[2]


@pytest.mark.parametrize("output", ["out.parquet", "out.arrow"])
def test_a_table_without_rows_becomes_a_file_that_can_be_read(output: str, tmp_path: Path) -> None:
    assert batch(b"age,wbc\n", tmp_path, output).exit_code == 0
    read = pl.read_parquet if output.endswith("parquet") else pl.read_ipc
    frame = read((tmp_path / output).read_bytes())
    assert frame.height == 0
    assert frame.columns[:3] == ["age", "wbc", "nci-rome.status"]


@pytest.mark.parametrize("kind", ["parquet", "arrow", "xlsx"])
def test_a_typed_table_cut_short_anywhere_is_refused_in_a_sentence(kind: str, tmp_path: Path) -> None:
    frame = pl.DataFrame({"age": [7, 12], "lineage": ["B", None]})
    whole = io.BytesIO()
    {"parquet": frame.write_parquet, "arrow": frame.write_ipc, "xlsx": frame.write_excel}[kind](whole)
    content = whole.getvalue()
    for length in range(8, len(content), max(1, len(content) // 12)):
        result = batch(content[:length], tmp_path)
        assert result.exit_code == 3, length
        assert result.stderr.count("\n") == 1
        assert not (tmp_path / "out.csv").exists()


def test_a_parquet_file_that_makes_its_reader_give_up_is_refused_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A damaged file can make polars panic, which is no ordinary exception."""

    def gives_up(*_: object, **__: object) -> None:
        raise pl.exceptions.PanicException("assertion failed")

    monkeypatch.setattr(pl, "scan_parquet", gives_up)
    whole = io.BytesIO()
    pl.DataFrame({"age": [7]}).write_parquet(whole)
    result = batch(whole.getvalue(), tmp_path)
    assert result.exit_code == 3
    assert "cannot be read as parquet (assertion failed)" in result.stderr
