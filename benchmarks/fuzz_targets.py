"""What the fuzzer feeds: each target takes any bytes and makes of them a text, a table or a command line.

A target returns in peace if what it fed was read, or refused in one of the project's own sentences. Anything else
leaves it as an exception, and :mod:`fuzz` writes it down.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
from typer.testing import CliRunner

from all_cli.cli.protocol import app as protocol_app
from all_cli.cli.risk import app as risk_app
from all_cli.cohort.delimited import DELIMITERS
from all_cli.cohort.run import InputError, Job, run_batch
from all_cli.cohort.tables import ReadAs
from all_cli.knowledge.documents import document_of
from all_cli.knowledge.files import FACTS
from all_cli.knowledge.problems import KnowledgeError
from all_cli.knowledge.strict_yaml import read_yaml
from all_cli.knowledge.vocabulary import vocabulary_in
from all_cli.logic.parse import ConditionError, parse_condition
from all_cli.logic.values import NumberSet, whole_domain
from all_cli.patient.age import age_between, read_date
from all_cli.patient.dates import read_table_date
from all_cli.patient.genetics import GeneticsReader
from all_cli.patient.patient import Patient
from all_cli.patient.reading import read_value, value_text
from all_cli.patient.spreadsheet import damage
from all_cli.patient.unreadable import UnreadableError
from all_cli.risk.library import risk_library
from all_cli.risk.verdict import INVALID

VOCABULARY = vocabulary_in(document_of(FACTS))
READER = GeneticsReader(VOCABULARY)
FACT_LIST = list(VOCABULARY.facts.values())
SIGNS = [
    *"0123456789", *"0123456789", "10", "45", "0.01", "1e3", "e-4", "10^-4", ",", ",", ".", ";", ";", ":", "-", "−",
    "–", "+", "<", ">", "<=", "≥", "=", "%", "/", "uL", "µL", "G/L", "e9/L", "×10⁹/L", "x", "*", "^", " ", " ", "\t",
    "\n", "y", "mo", "d", "w", "(", ")", "(", ")", "[", "]", "|", "?", "~", " or ", " to ", "no ", "not ", "neg",
    "none", "unknown", "nan", "inf", "t(", "del", "del(", "der(", "inv", "i(", "add(", "dic(", "46,XX", "46,XY",
    "47,XY", "/", "idem", "sl", "cp", "[20]", "mar", "r", "c", "q34", "p13", "q11.2", "nuc ish", "con", "sep", "x3",
    "::", "⁻⁴", "٣", "²", "½", "E", "_", "'", '"', "\\", "{", "}", "\x00", "\ufeff", "ß", "\ud800", "İ", "e999999999",
    "9" * 30, " " * 40, "-" * 40, "(" * 60, "46,XX,t(12;21)(p13;q22)[20]", "t(9;22)(q34;q11)", "chromosomes",
    "DNA index", "trisomy ", "19", "20", "2019-02-30", "2019-03-07", "Jan", "may", "/2019", ".2019", "T00:00",
]  # fmt: skip
WORDS = sorted(
    {
        word
        for fact in FACT_LIST
        for word in (
            fact.id, fact.title, *fact.words, *fact.units, *fact.values, *fact.sets, *fact.spellings, *fact.aliases,
            *fact.examples, *fact.columns, *(spelled for value in fact.values.values() for spelled in value.spellings),
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
COLUMNS = [
    "age",
    "wbc",
    "lineage",
    "genetics",
    "cns",
    "mrd_eoi",
    "born",
    "diagnosed",
    "sex",
    "kmt2a_r",
    "note",
    "Age (d)",
]
CELLS = [
    "7", "7.5", "9mo", "45", "45000/uL", "<0.01%", "neg", "B", "T", "CNS2", "t(12;21)", "12;21", "none", "", "", "NA",
    "46,XX,t(12;21)(p13;q22)[20]", "+21", "=1+1", "1990-02-30", "1990-03-01", "3/4/2001", "old", "7,5", "é", "NULL",
]  # fmt: skip
TROUBLE = [
    b'"', b'""', b"\n", b"\r", b"\r\n", b"\0", b"\xff", b"\xc3", b",", b";", b"\t", b"|", b"\xef\xbb\xbf", b"\xff\xfe",
    b"\x85", b"\xe2\x80\xa8", b"'", b" ", b'",\n', b',"', b"\x1a", b"\n\n", b"{", b"}",
]  # fmt: skip
STATUS = {"assigned", "indeterminate", "not-applicable", INVALID}
RUNNER = CliRunner()
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
    assert findings or READER.spans(text) or not re.sub(r"[,;|\s]", "", text), "an item was left out"


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


@cache
def _schemes() -> list[Any]:
    library = risk_library()
    return [library.schemes[id] for id in ("nci-rome", "cog-aall1731", "interfant-06")]


def table(data: bytes) -> None:
    """A whole batch over delimited text of any dialect, or NDJSON, with bytes put where they do harm."""
    draw = Draw(data)
    kind, chosen, packed = draw.of(["csv"] * 5 + ["ndjson"]), draw.of(list(DELIMITERS.values())), draw.byte() % 8 == 0
    names = list(dict.fromkeys(draw.of(COLUMNS) for _ in range(1 + draw.byte() % 6)))
    rows = [[draw.of(CELLS) for _ in names] for _ in range(draw.byte() % 8)]
    text = io.StringIO(newline="")
    if kind == "csv":
        ending, quoting = draw.of(["\n", "\r\n", "\r"]), draw.of([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
        csv.writer(text, delimiter=chosen, lineterminator=ending, quoting=quoting).writerows([names, *rows])
    else:
        text.write("".join(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in rows))
    whole = text.getvalue().encode(draw.of(["utf-8", "utf-8", "utf-8", "utf-8-sig", "cp1252", "utf-16"]))
    spoiled = bytearray(whole)
    for _ in range(draw.byte() % 4):
        at = (draw.byte() << 8 | draw.byte()) % (len(spoiled) + 1)
        spoiled[at : at + draw.byte() % 3] = draw.of(TROUBLE)
    if draw.byte() % 8 == 0:
        spoiled += draw.rest()
    content = bytes(spoiled)
    if packed:
        content = gzip.compress(content)
        content = content[: len(content) - draw.byte() % 12]
    read_as = ReadAs(draw.of(["", "", "", "csv", "tsv", "ndjson"]), draw.of(["", "", "comma", "pipe"]))
    plain = content == whole and kind != "ndjson" and all(any(row) for row in rows) and not any(read_as)
    _batch(content, read_as, len(rows) if plain else None, draw.of([".csv", ".csv", ".tsv", ".ndjson", ".parquet"]))


def typed_table(data: bytes) -> None:
    """A batch over Parquet, Arrow and XLSX files that are cut short, XLSX also with bytes changed.

    Changed bytes inside Parquet and Arrow are left out: polars may ask for so much memory that the process ends.
    """
    draw = Draw(data)
    name = draw.of(list(_typed_files()))
    content = bytearray(_typed_files()[name])
    for _ in range(draw.byte() % 4 if name == "xlsx" else 0):
        content[(draw.byte() << 8 | draw.byte()) % len(content)] = draw.byte()
    if draw.byte() % 2:
        del content[(draw.byte() << 8 | draw.byte()) % len(content) :]
    _batch(bytes(content), ReadAs(draw.of(["", "", "", "parquet", "arrow", "xlsx", "ods", "csv"])), None, ".csv")


@cache
def _typed_files() -> dict[str, bytes]:
    import datetime

    frame = pl.DataFrame(
        {
            "age": [7, 12, None], "wbc": [4.5, 60.0, None], "lineage": ["B", None, "T"],
            "born": [datetime.date(2001, 2, 3)] * 3, "diagnosed": [datetime.datetime(2011, 2, 3, 4)] * 3,
            "genetics": ["t(12;21)", "é", None],
        }
    ).drop("born", "diagnosed")  # fmt: skip
    files = {}
    for name, write in (
        ("parquet", frame.write_parquet), ("plain", lambda out: frame.write_parquet(out, compression="uncompressed")),
        ("arrow", frame.write_ipc), ("xlsx", frame.write_excel),
    ):  # fmt: skip
        out = io.BytesIO()
        write(out)
        files[name] = out.getvalue()
    return files


def _batch(content: bytes, read_as: ReadAs, expected: int | None, suffix: str) -> None:
    source, target = FOLDER / "in", FOLDER / f"out{suffix}"
    source.write_bytes(content)
    target.unlink(missing_ok=True)
    try:
        summary = run_batch(risk_library(), _schemes(), Job((str(source),), str(target), read_as=read_as))
    except (InputError, UnreadableError) as error:
        assert str(error), "an error without a sentence"
        assert not target.exists(), "a refused table left an output"
        return
    assert expected is None or summary.rows == expected, f"{summary.rows} rows came out of {expected}"
    assert len(summary.bad) <= summary.invalid
    for count in summary.tally.status.values():
        assert set(count) <= STATUS, count
        assert sum(count.values()) == summary.rows, "rows without a status"
    assert _rows_of(target, summary.form.delimiter) == summary.rows, "the output has another number of rows"


def _rows_of(path: Path, delimiter: str) -> int:
    if path.suffix == ".parquet":
        return pl.read_parquet(path).height
    if path.suffix == ".ndjson":
        return sum(1 for line in path.read_bytes().split(b"\n") if line)
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if path.suffix == ".tsv" else delimiter or ",")
    return sum(1 for _ in rows) - 1


_PATIENT = [
    ["--age"], ["--wbc"], ["--lineage"], ["--cns"], ["--genetics"], ["--sex"], ["--born"], ["--diagnosed"], ["--set"],
    ["--mrd-eoi"], ["--mrd-unit"], ["--marrow-d15"], ["--weeks-to-cr"], ["--patient"], ["--ph"], ["--no-kmt2a"],
    ["--down-syndrome"], ["--format"], ["--color"], ["--rules"],
]  # fmt: skip
_COMMANDS: list[tuple[str, list[str], list[str]]] = [
    ("risk", ["classify"], ["--scheme", "--strict", "--show-protocol"]),
    ("risk", ["compare"], ["--scheme", "--audience"]),
    ("risk", ["whatif"], ["--scheme", "--fact"]),
    ("risk", ["next"], ["--scheme", "--top"]),
    ("risk", ["genetics"], []),
    ("risk", ["tree"], ["--scheme"]),
    ("risk", ["facts"], []),
    ("risk", ["schemes"], []),
    ("risk", ["cite"], []),
    ("protocol", ["show"], ["--risk", "--for", "--protocol", "--arm", "--all", "--every", "--height", "--weight",
                            "--bsa", "--round", "--on", "--bsa-formula"]),
    ("protocol", ["roadmap"], ["--start", "--protocol", "--arm", "--phase-start", "--cycles", "--with", "--without"]),
    ("protocol", ["drug"], ["--protocol", "--audience", "--age"]),
    ("protocol", ["list"], ["--setting"]),
    ("protocol", ["compare"], ["--protocol", "--arm", "--age"]),
]  # fmt: skip
_VALUES = [
    "7", "45", "45000", "B", "T", "CNS2", "nci-rome", "cog-aall1731", "induction", "consolidation", "maintenance",
    "2020-01-01", "2019-02-30", "male", "standard", "high", "json", "plain", "markdown", "table", "always", "children",
    "adults", "0.05%", "negative", "none", "t(12;21)", "cog-aall0932", "cog-aall1731/sr-avg", "maintenance=4",
    "maintenance=all", "induction=2020-01-01", "0.1mg", "120", "25", "1.2m", "0", "-1", "1e9", "nan", "--", "-", "",
    "mercaptopurine", "vincristine", "asparaginase", "wbc=45", "age=", "=", "mosteller", "fraction", "/dev/null",
    "/", "no-such-file", "[/x]", "\x1b[31m", "é", "\x00", "9" * 40, "wbc", "mrd_eoi", "2",
]  # fmt: skip


def command_line(data: bytes) -> None:
    """Commands with options and values put together at random, in process; exit codes are those that are promised."""
    draw = Draw(data)
    which, words, options = draw.of(_COMMANDS)
    given = list(words)
    for _ in range(draw.byte() % 7):
        kind = draw.byte() % 8
        if kind < 4:
            given += draw.of(_PATIENT) + ([draw.of(_VALUES)] if draw.byte() % 4 else [])
        elif kind < 6 and options:
            given += [draw.of(options)] + ([draw.of(_VALUES)] if draw.byte() % 4 else [])
        else:
            given.append(draw.of(_VALUES) if draw.byte() % 4 else _text(Draw(draw.rest()), SIGNS))
    # Of bytes that are no text the commands themselves take care, where they have a real output: cli.common.run.
    given = [word.encode("utf-8", "replace").decode() for word in given]
    result = RUNNER.invoke(risk_app if which == "risk" else protocol_app, given, input="age: 7\n")
    failure = result.exception
    if failure is not None and not isinstance(failure, SystemExit):
        raise AssertionError(f"{given}: {type(failure).__name__}: {failure}") from failure
    assert result.exit_code in range(5), f"{given}: exit code {result.exit_code}"
    assert result.exit_code == 0 or result.stderr or result.stdout, f"{given}: exit code without a word"


TARGETS: dict[str, Callable[[bytes], None]] = {
    function.__name__: function
    for function in (value, date, genetics, condition, strict_yaml, table, typed_table, command_line)
}
