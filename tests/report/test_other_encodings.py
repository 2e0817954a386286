"""Where the output's encoding lacks a character it is spelled plainly: never an error, never mojibake."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout

import pytest

from all_cli.cli import protocol, risk
from all_cli.report.legible import INSTEAD, legible, legible_page
from all_cli.report.page import Page, Table, Twig

APPS = {"risk": risk.app, "protocol": protocol.app}
SEVEN = ("risk", "classify", "--age", "7", "--wbc", "45", "--lineage", "B")
HIGH = ("protocol", "show", "induction", "--risk", "high")
ENCODINGS = pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437", "latin-1"])


def written(encoding: str, command: str, *arguments: str) -> tuple[str, str, int]:
    """What a command writes to streams of this encoding, decoded with it."""
    streams = [io.TextIOWrapper(io.BytesIO(), encoding, errors) for errors in ("strict", "backslashreplace")]
    with redirect_stdout(streams[0]), redirect_stderr(streams[1]), pytest.raises(SystemExit) as ended:
        APPS[command](arguments)
    texts = []
    for stream in streams:
        stream.flush()
        texts.append(stream.buffer.getvalue().decode(encoding))
    return texts[0], texts[1], int(ended.value.code or 0)


def written_by_a_process(encoding: str, command: str, *arguments: str) -> tuple[str, str, int]:
    """What a process whose streams have this encoding writes, decoded with it."""
    done = subprocess.run(
        [sys.executable, "-c", f"from all_cli.cli.{command} import main; main()", *arguments],
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )
    return done.stdout.decode(encoding), done.stderr.decode(encoding), done.returncode


@ENCODINGS
@pytest.mark.parametrize("form", ["plain", "markdown", "table"])
def test_a_page_is_written_in_the_encoding_of_the_output(encoding: str, form: str) -> None:
    text, error, code = written(encoding, *SEVEN, "--format", form)
    assert (error, code) == ("", 0)
    assert "Smith M, Arthur D" in text
    times = "×".encode(encoding, "ignore").decode(encoding) or "x"
    assert f"45 {times}10^9/L" in text
    assert "�" not in text
    text, error, code = written(encoding, *HIGH, "--format", form)
    assert (error, code) == ("", 0)


def test_in_ascii_an_unchecked_line_says_so_in_words() -> None:
    text, _, _ = written("ascii", *HIGH)
    assert "][unchecked]" in text
    assert "\n[unchecked] recalled from the literature and not yet read" in text
    assert "1.5 mg/m^2" in text
    assert ">=3 y 70 mg" in text


def test_cp1252_keeps_what_it_has_and_spells_what_it_lacks() -> None:
    text, _, _ = written("cp1252", *HIGH)
    assert "1.5 mg/m²" in text
    assert ">=3 y 70 mg" in text
    assert "]†" in text


@ENCODINGS
def test_json_escapes_what_the_encoding_lacks_and_loses_nothing(encoding: str) -> None:
    text, _, code = written(encoding, *SEVEN, "--format", "json")
    assert code == 0
    assert json.loads(text)["patient"]["wbc"] == "45 ×10⁹/L"


@ENCODINGS
def test_help_and_errors_do_not_fail(encoding: str) -> None:
    if encoding != "ascii":  # Click itself writes UTF-8 to a standard output that claims to be ASCII
        text, error, code = written_by_a_process(encoding, "risk", "classify", "--help")
        assert (error, code) == ("", 0)
        assert "10^9/L" in text
    _, error, code = written_by_a_process(encoding, "risk", "classify", "--wbc", "2500")
    assert code == 2
    assert error.startswith('wbc "2500": a bare number above 1000. 2.5 ')
    assert "10^9/L? write 2.5 or 2500/uL" in error


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("45 ×10⁹/L", "45 x10^9/L"),
        ("10⁻⁴", "10^-4"),
        ("1.5 mg/m²", "1.5 mg/m^2"),
        ("15 µg/m²", "15 ug/m^2"),
        ("15 μg", "15 ug"),
        ("≥10 y, ≤ 2", ">=10 y, <= 2"),
        ("[3]†", "[3][unchecked]"),
        ("1991–1995", "1991-1995"),
        ("Aricò, Möricke, Løvvik, Łódź", "Arico, Moricke, Lovvik, Lodz"),
        ("plain, already", "plain, already"),
        ("日", "?"),
    ],
)
def test_each_sign_has_a_plain_spelling(text: str, plain: str) -> None:
    assert legible(text, "ascii") == plain
    assert legible(text, "utf-8") == text


def test_every_plain_spelling_is_ascii() -> None:
    assert all(spelling.isascii() for spelling in INSTEAD.values())


def test_columns_are_measured_after_the_signs_are_spelled() -> None:
    page = Page({})
    page.table(("dose", "†"), [("1 mg/m²", "a"), ("1 mg", "b")])
    page.outline([Twig("≥ 1", "†", "×", (Twig("", "²"),))])
    table, outline = legible_page(page, "ascii").blocks
    assert table == Table(("dose", "[unchecked]"), (("1 mg/m^2", "a"), ("1 mg", "b")))
    assert outline.twigs == (Twig(">= 1", "[unchecked]", "x", (Twig("", "^2"),)),)  # type: ignore[union-attr]
    assert legible_page(page, "utf-8") is page
