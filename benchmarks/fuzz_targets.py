"""What the fuzzer feeds: each target takes any bytes and makes of them a text, a table or a command line.

A target returns in peace if what it fed was read, or refused in one of the project's own sentences. Anything else
leaves it as an exception, and :mod:`fuzz` writes it down.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
from typer.testing import CliRunner

from all_cli.cli.protocol import app as protocol_app
from all_cli.cli.risk import app as risk_app
from all_cli.cohort.classify import INVALID
from all_cli.cohort.delimited import DELIMITERS
from all_cli.cohort.run import InputError, Job, run_batch
from all_cli.cohort.tables import ReadAs
from all_cli.knowledge.documents import document_of
from all_cli.knowledge.files import FACTS
from all_cli.knowledge.problems import KnowledgeError
from all_cli.knowledge.strict_yaml import read_yaml
from all_cli.knowledge.vocabulary import vocabulary_in
from all_cli.logic.parse import ConditionError, parse_condition
from all_cli.logic.values import NumberSet
from all_cli.patient.age import age_between, read_date
from all_cli.patient.dates import read_table_date
from all_cli.patient.genetics import GeneticsReader
from all_cli.patient.patient import Patient, whole_domain
from all_cli.patient.reading import read_value, value_text
from all_cli.patient.spreadsheet import damage
from all_cli.patient.unreadable import UnreadableError
from all_cli.risk.library import risk_library

VOCABULARY = vocabulary_in(document_of(FACTS))
READER = GeneticsReader(VOCABULARY)
FACT_LIST = list(VOCABULARY.facts.values())
SIGNS = [
    *"0123456789", *"0123456789", "10", "45", "0.01", "1e3", "e-4", "10^-4", ",", ",", ".", ";", ";", ":", "-", "−", "–",
    "+", "<", ">", "<=", "≥", "=", "%", "/", "uL", "µL", "G/L", "e9/L", "×10⁹/L", "x", "*", "^", " ", " ", "\t", "\n",
    "y", "mo", "d", "w", "(", ")", "(", ")", "[", "]", "|", "?", "~", " or ", " to ", "no ", "not ", "neg", "none",
    "unknown", "nan", "inf", "t(", "del", "del(", "der(", "inv", "i(", "add(", "dic(", "46,XX", "46,XY", "47,XY", "/",
    "idem", "sl", "cp", "[20]", "mar", "r", "c", "q34", "p13", "q11.2", "nuc ish", "con", "sep", "x3", "::", "⁻⁴", "٣",
    "²", "½", "E", "_", "'", '"', "\\", "{", "}", "\x00", "\ufeff", "ß", "\ud800", "İ", "e999999999", "9" * 30, " " * 40,
    "-" * 40, "(" * 60, "46,XX,t(12;21)(p13;q22)[20]", "t(9;22)(q34;q11)", "chromosomes", "DNA index", "trisomy ",
    "19", "20", "2019-02-30", "2019-03-07", "Jan", "may", "/2019", ".2019", "T00:00",
]  # fmt: skip
WORDS = sorted(
    {
        word
        for fact in FACT_LIST
        for word in (
            fact.id, fact.title, *fact.words, *fact.units, *fact.values, *fact.sets, *fact.spellings, *fact.aliases,
            *fact.examples, *fact.columns, *(spelling for value in fact.values.values() for spelling in value.spellings),
        )
    }
)  # fmt: skip
LANGUAGE = [
    *"0123456789", "and ", "or ", "not ", "in ", "not in ", "<", "<=", ">", ">=", "==", "!=", "(", ")", ",", "[", "]",
    "count(", " ", " ", "\n", "if ", "else ", "lambda ", "is ", "None", "True", "1e400", "1j", "0x" + "f" * 5000, "'",
    '"', "f'", "{", "}", "\\", "\x00", ".", "-", "+", "~", "*", "**", ":", ":=", "é", "\ud800", "not " * 120, "(" * 90,
    "-" * 400, ")" * 90, "age", "wbc", "cns", "CNS1", "CNS2", "lineage", "B", "kmt2a_r", "mrd_eoi",
]  # fmt: skip
YAML_SIGNS = [
    *"0123456789abc", ": ", ":\n", "\n", "\n  ", "\n    ", "- ", "[", "]", "{", "}", ",", "&a ", "*a", "!!int ", "!x ",
    "<<: ", "'", '"', "|\n", ">\n", "# ", "---\n", "...\n", "%YAML 1.1\n", "? ", "\t", "\x00", "\ufeff", "é", "\ud800",
    "9" * 300, "9" * 5000, "1e999", "1e-4", "no", "null", "~", "0777", "12:30", "[" * 300, "{a: " * 200, "- " * 300,
    "\\x", "\\uD800", "\x85", "\u2028",
]  # fmt: skip
COLUMNS = ["age", "wbc", "lineage", "genetics", "cns", "mrd_eoi", "born", "diagnosed", "sex", "kmt2a_r", "note", "Age (d)"]
CELLS = [
    "7", "7.5", "9mo", "45", "45000/uL", "<0.01%", "neg", "B", "T", "CNS2", "t(12;21)", "12;21", "none", "", "", "NA",
    "46,XX,t(12;21)(p13;q22)[20]", "+21", "=1+1", "1990-02-30", "1990-03-01", "3/4/2001", "old", "7,5", "é", "NULL",
]  # fmt: skip
TROUBLE = [
    b'"', b'""', b"\n", b"\r", b"\r\n", b"\0", b"\xff", b"\xc3", b",", b";", b"\t", b"|", b"\xef\xbb\xbf", b"\xff\xfe",
    b"\x85", b"\xe2\x80\xa8", b"'", b" ", b'",\n', b',"', b"\x1a", b"\n\n", b"{", b"}",
]  # fmt: skip
STATUS = {"assigned", "indeterminate", "not-applicable", INVALID}
FOLDER = Path(tempfile.mkdtemp(prefix="all-fuzz-"))


class Draw:
    """Choices taken from bytes, so that a mutated byte is a mutated choice; zeros when they are used up."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def __bool__(self) -> bool:
        return self._at < len(self._data)

    def byte(self) -> int:
        """The next byte."""
        self._at += 1
        return self._data[self._at - 1] if self._at <= len(self._data) else 0

    def of(self, choices: list[Any]) -> Any:
        """One of some choices."""
        number = self.byte() if len(choices) <= 256 else self.byte() << 8 | self.byte()
        return choices[number % len(choices)]

    def rest(self) -> bytes:
        """Whatever is left."""
        left, self._at = self._data[self._at :], len(self._data)
        return left


def _text(draw: Draw, signs: list[str], words: list[str] = WORDS) -> str:
    """Three texts in four are put together of signs and words, one is whatever the bytes are."""
    if draw.byte() % 4 == 0:
        return draw.rest().decode("utf-8", "surrogateescape")
    parts = []
    while draw:
        parts.append(draw.of(words) if draw.byte() % 4 == 0 else draw.of(signs))
    return "".join(parts)


def value(data: bytes) -> None:
    """Any fact, any unit, any way of writing decimals."""
    draw = Draw(data)
    fact = draw.of(FACT_LIST)
    unit = draw.of(["", "", "", "%", "fraction", "y", "mo", "d", "w", "/ul", *fact.units])
    decimal = draw.of(["", "", "", "comma", "point"])
    text = _text(draw, SIGNS)
    try:
        possible = read_value(fact, text, unit, decimal).possible
    except UnreadableError as error:
        str(error)
        return
    if possible is not None:
        assert possible, "nothing is left of a value that was read"
        domain = whole_domain(fact)
        inside = possible & domain == possible if isinstance(possible, NumberSet) else possible <= domain
        assert inside, "a value that cannot exist was read"
        assert value_text(fact, possible)


def date(data: bytes) -> None:
    """Dates of options and of tables, and ages between two."""
    draw = Draw(data)
    order = draw.of(["", "dmy", "mdy", "ymd"])
    text = _text(draw, SIGNS)
    damage(text)
    for read in (lambda: read_date("--born", text), lambda: read_table_date("born", text, order)):
        try:
            age_between(VOCABULARY["age"], read(), read_date("x", "2019-03-07"))
        except UnreadableError as error:
            str(error)


def genetics(data: bytes) -> None:
    """Lists, karyotypes, FISH; and a patient who learns them."""
    text = _text(Draw(data), SIGNS)
    try:
        findings = READER.read(text)
        patient = Patient(VOCABULARY)
        patient.tell_genetics(text, "--genetics", READER)
        patient.conclude()
    except UnreadableError as error:
        str(error)
        return
    assert all(finding.possible for finding in findings)
    assert findings or READER.spans(text) or not text.strip(" ,;|\n\t"), "an item was left out"


def condition(data: bytes) -> None:
    """The language of conditions."""
    try:
        repr(parse_condition(_text(Draw(data), LANGUAGE), VOCABULARY))
    except ConditionError as error:
        str(error)


def strict_yaml(data: bytes) -> None:
    """Knowledge files and map files as YAML."""
    draw = Draw(data)
    as_text = bool(draw.byte() & 1)
    try:
        read_yaml(_text(draw, YAML_SIGNS), "x.yaml", as_text=as_text)
    except KnowledgeError as error:
        str(error)
