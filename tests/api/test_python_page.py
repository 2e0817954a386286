"""What docs/python.md shows is what Python prints, and the types are those it promises."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest
from mypy import api as mypy

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "python.md"
USES = """
from datetime import date
import polars as pl
from all_cli import UnreadableError, Verdicts, classify, classify_frame

verdicts: Verdicts = classify({"age": 7}, wbc=45, born=date(2019, 3, 7), schemes=["nci-rome"], as_of=2001)
reveal_type(verdicts.primary)
reveal_type(verdicts.results["nci-rome"].group)
reveal_type(verdicts.to_dict())
reveal_type(classify_frame(pl.DataFrame(), schemes="nci-rome", form="long"))
classify_frame(pl.DataFrame(), schemes="nci-rome", form="tall")
issubclass(UnreadableError, ValueError)
"""


def test_the_page_shows_what_python_prints(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```pycon\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) > 3
    shown = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, "python.md", str(PAGE), 0)
    said: list[str] = []
    result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(shown, out=said.append)
    assert result.failed == 0, "".join(said)
    assert result.attempted > 10


def test_the_types_are_those_that_are_promised(tmp_path: Path) -> None:
    file = tmp_path / "uses.py"
    file.write_text(USES, encoding="utf-8")
    assert (ROOT / "all_cli" / "py.typed").exists()
    said, errors, _ = mypy.run(["--strict", "--config-file", str(ROOT / "pyproject.toml"), str(file)])
    revealed = re.findall(r'Revealed type is "(.+)"', said)
    assert revealed == ["str | None", "str | None", "dict[str, Any]", "polars.dataframe.frame.DataFrame"], said + errors
    wrong = [line for line in said.splitlines() if ": error:" in line]
    assert len(wrong) == 1, said
    assert "incompatible type \"Literal['tall']\"" in wrong[0]
