"""Files of a user that are read whole: in their place may stand anything, and nothing hangs or fills the memory.

Every option that names such a file is tried with every kind of thing that can stand there.
"""

from __future__ import annotations

import gzip
import json
import os
import resource
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import Mock

import pytest
from typer.testing import CliRunner, Result

from all_cli.cli.risk import app
from all_cli.knowledge.files import DICTIONARY, PATIENT, RECORD, SMALL, read_small, read_standard_input

RUNNER = CliRunner()
STATM, PAGE = Path("/proc/self/statm"), os.sysconf("SC_PAGE_SIZE")


def run(*words: str, input: bytes | None = None) -> Result:
    result = RUNNER.invoke(app, list(words), input=input)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@contextmanager
def watched(memory: bool) -> Iterator[None]:
    """What hangs fails here, instead of ending the tests; so does what fills the memory, which would not heed a signal.

    The memory has room for the threads of polars, which may start meanwhile.
    """

    def too_long(*_: object) -> None:
        raise TimeoutError("it hangs")

    before, limits = signal.signal(signal.SIGALRM, too_long), resource.getrlimit(resource.RLIMIT_AS)
    if memory and STATM.exists():
        used = int(STATM.read_text().split()[0]) * PAGE
        resource.setrlimit(resource.RLIMIT_AS, (used + (4 << 30), limits[1]))
    signal.alarm(10)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
        resource.setrlimit(resource.RLIMIT_AS, limits)


class Option(NamedTuple):
    """How a command takes a file ``X``, and its exit codes for what cannot be read and for what cannot be used."""

    words: str
    unusable: int
    unreadable: int = 3
    at_most: int = SMALL
    file: str = "x.yaml"


OPTIONS = {
    "--rules": Option("classify --age 7 --rules X", 4),
    "check FILE": Option("check X", 4),
    "diff A": Option("diff X shipped", 4),
    "diff B": Option("diff shipped X", 4),
    "include": Option("classify --age 7 --rules main.yaml", 4, unreadable=4),
    "check --cases": Option("check own.yaml --cases cases", 4, file="cases/own.yaml"),
    "--patient": Option("classify --patient X", 2, at_most=PATIENT),
    "batch --map-file": Option("batch in.csv --map-file X", 2),
    "columns --map-file": Option("columns in.csv --map-file X", 2),
    "batch --dictionary": Option("batch in.csv --dictionary X", 3, at_most=DICTIONARY),
    "columns --dictionary": Option("columns in.csv --dictionary X", 3, at_most=DICTIONARY),
    "replay": Option("replay X", 3, at_most=RECORD),
    "report --manifest": Option("report in.csv --manifest X", 3, at_most=RECORD),
}
OWN = """\
schemes:
  - id: own
    title: Own
    published: 2020
    audience: children
    population: {when: age < 18, text: children, cite: [smith-1996], checked: false}
    groups: {low: {label: Low}}
    rules: [{id: low, group: low, when: age < 18, cite: [smith-1996], checked: false}]
"""


def large(path: Path, at_most: int) -> None:
    path.touch()
    os.truncate(path, at_most + 1)  # a hole: nothing is written


def bound_socket(path: Path, _: int) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


class Kind(NamedTuple):
    """What stands in the place of a file, and what is said of it; empty: only that it is said."""

    make: Callable[[Path, int], object]
    said: str
    readable: bool = False


KINDS = {
    "pipe": Kind(lambda path, _: os.mkfifo(path), "it is a pipe"),
    "device": Kind(lambda path, _: path.symlink_to("/dev/zero"), "it is a device"),
    "socket": Kind(bound_socket, "it is a socket"),
    "folder": Kind(lambda path, _: path.mkdir(), "it is a folder"),
    "nothing": Kind(lambda path, _: None, "o such file"),
    "loop": Kind(lambda path, _: path.symlink_to(path.name), "it is a link that leads back to itself"),
    "large": Kind(large, "000 bytes"),
    "NUL": Kind(lambda path, _: path.write_bytes(b"\0"), "", readable=True),
    "empty": Kind(lambda path, _: path.write_bytes(b""), "", readable=True),
    "no UTF-8": Kind(lambda path, _: path.write_bytes(b"a: \xff\xfe\n"), "", readable=True),
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cases").mkdir()
    (tmp_path / "in.csv").write_text("id,age,wbc,lineage\n1,7,45,B\n")
    (tmp_path / "main.yaml").write_text("include: [x.yaml]\n" + OWN)
    (tmp_path / "own.yaml").write_text(OWN)
    return tmp_path


# A folder without a file of cases is refused as such, and what is not there to be included is said as ever.
ELSEWHERE = {("check --cases", "nothing"), ("include", "nothing")}
EACH = [(option, kind) for option in OPTIONS for kind in KINDS if (option, kind) not in ELSEWHERE]


@pytest.mark.parametrize(("option", "kind"), EACH, ids=[" ".join(each) for each in EACH])
def test_whatever_stands_in_place_of_a_file_is_said_in_a_sentence(option: str, kind: str, here: Path) -> None:
    asked, stands = OPTIONS[option], KINDS[kind]
    stands.make(here / asked.file, asked.at_most)
    with watched(memory=kind == "device"):
        result = run(*(word if word != "X" else asked.file for word in asked.words.split()))
    assert (result.exit_code, result.stdout) == (asked.unusable if stands.readable else asked.unreadable, "")
    assert asked.file in result.stderr
    assert stands.said in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.fixture
def opened() -> Iterator[Callable[[bytes], str]]:
    """What a shell makes of ``<(command)``: the name of a pipe that is open already, and what stands in it."""
    ends: list[int] = []

    def made(content: bytes) -> str:
        reading, writing = os.pipe()
        ends.append(reading)
        os.write(writing, content)
        os.close(writing)
        return f"/dev/fd/{reading}"

    yield made
    for end in ends:
        os.close(end)


def test_a_file_is_read_through_links_and_from_what_a_shell_has_opened(
    here: Path, opened: Callable[[bytes], str]
) -> None:
    (here / "patient.yaml").write_text("age: 7\n")
    (here / "one").symlink_to("patient.yaml")
    (here / "two").symlink_to(here / "one")
    told = run("classify", "--patient", "patient.yaml", "--scheme", "nci-rome").stdout
    assert told
    assert run("classify", "--patient", "two", "--scheme", "nci-rome").stdout == told
    assert run("classify", "--patient", "-", "--scheme", "nci-rome", input=b"age: 7\n").stdout == told
    assert run("classify", "--patient", opened(b"age: 7\n"), "--scheme", "nci-rome").stdout == told
    assert run("classify", "--rules", opened(OWN.encode()), "--age", "7", "--scheme", "own").exit_code == 0
    columns = run("columns", "in.csv", "--map-file", opened(b"columns: {id: {fact: age}, age: {fact: '-'}}"))
    assert columns.exit_code == 0, columns.stderr


@pytest.mark.parametrize("words", [("classify", "--patient", "-"), ("genetics", "-")])
def test_standard_input_has_the_same_limit(words: tuple[str, ...]) -> None:
    result = run(*words, input=b"#" * (PATIENT + 1))
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.startswith('"standard input" cannot be read: it has more than 100,000 bytes')


def test_nothing_is_read_beyond_the_limit(monkeypatch: pytest.MonkeyPatch, opened: Callable[[bytes], str]) -> None:
    with pytest.raises(OSError, match="it has more than 10 bytes"):
        read_small(opened(b"#" * 11), 10)
    endless = Mock(read=lambda size=-1: b"#" * size if size >= 0 else pytest.fail("read to an end that never comes"))
    monkeypatch.setattr("sys.stdin", Mock(buffer=endless))
    with pytest.raises(OSError, match="it has more than"):
        read_standard_input()
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(OSError, match="it is closed"):
        read_standard_input()


def test_included_files_share_one_limit(here: Path) -> None:
    (here / "y.yaml").write_text("#" * 600_000)
    (here / "x.yaml").write_text("#" * 600_000)
    (here / "main.yaml").write_text("include: [x.yaml, y.yaml]\n" + OWN)
    result = run("check", "main.yaml")
    assert result.exit_code == 4
    assert 'main.yaml:1:19: "y.yaml" cannot be included: y.yaml: the included files may have' in result.stderr


LONG = "x" * 50_000
RULES = OWN[: OWN.index("[{id: low")].rstrip() + "\n"
CASES = "source: {smith-1996: Table 1}\nboundary_patients: [{name: one, possible: [low], patient: {"
MANY = 3000


def many(line: str, head: str = "", tail: str = "") -> str:
    return head + "".join(line.format(number) for number in range(MANY)) + tail


@pytest.mark.parametrize(
    ("words", "content"),
    [
        ("check X", many("k{}: 1\n", OWN)),
        ("check X", many("{{}},", "schemes: [", "]")),
        ("check X", many("a{},", "order: [", "]\n" + OWN)),
        ("check X", many("k: {}\n")),
        ("columns in.csv --map-file X", many("k{}: 1\n", "columns: {}\n")),
        ("columns in.csv --map-file X", many("k{}: {{fact: wbx}},", "columns: {", "}")),
        ("check own.yaml --cases cases", many("k{}: 1\n")),
        ("check own.yaml --cases cases", many("k{}: '1',", CASES, "}}]")),
        ("check X", many("      - {{id: r{}, group: lox, when: age < 18, cite: [], checked: false}}\n", RULES)),
    ],
)
def test_of_many_mistakes_twenty_are_shown(words: str, content: str, here: Path) -> None:
    for file in ("x.yaml", "cases/own.yaml"):
        (here / file).write_text(content)
    result = run(*words.replace("X", "x.yaml").split())
    *shown, more = result.stderr.splitlines()
    assert (len(shown), more) == (20, "and many more"), result.stderr[:500]
    assert all("x.yaml:" in line or "own.yaml:" in line for line in shown)


def test_of_a_few_more_than_twenty_their_number_is_said(here: Path) -> None:
    (here / "x.yaml").write_text(OWN + "".join(f"k{number}: 1\n" for number in range(23)))
    assert run("check", "x.yaml").stderr.splitlines()[20:] == ["and 3 more"]


@pytest.mark.parametrize(
    ("words", "content"),
    [
        ("check X", f"? {LONG}\n: 1\n{OWN}"),
        ("check X", OWN.replace("children", f'"{LONG}"', 1)),
        ("check X", OWN.replace("age < 18,", f"{LONG} == 1,")),
        ("check X", OWN.replace("[smith-1996]", f"[{LONG}]")),
        ("check X", OWN.replace("smith-1996", "'" + '"' * 50_000 + "'")),
        ("classify --patient X", f"? {LONG}\n: 7\n"),
        ("classify --patient X", f"wbc: {LONG}\n"),
        ("classify --patient X", f"genetics: {LONG}\n"),
        ("classify --patient X", f"born: {LONG}\ndiagnosed: 2020-01-01\n"),
        ("columns in.csv --map-file X", f"columns: {{id: {{fact: {LONG}}}}}\n"),
        ("columns in.csv --map-file X", f"columns: {{id: {{fact: age, ? {LONG} : 1}}}}\n"),
        ("columns in.csv --map-file X", f"columns: {{wbc: {{fact: wbc, unit: {LONG}}}}}\n"),
        (f"classify --age {LONG}", ""),
        (f"classify --set {LONG}=1", ""),
        (f"classify --set lineage={LONG}", ""),
        (f"schemes {LONG}", ""),
    ],
    ids=lambda words: words[:40].split("\n")[0],
)
def test_a_long_value_is_not_printed_whole(words: str, content: str, here: Path) -> None:
    (here / "x.yaml").write_text(content)
    result = run(*words.replace("X", "x.yaml").split())
    assert result.exit_code in (2, 4)
    assert "…" in result.stderr
    assert max(map(len, result.stderr.splitlines())) < 1200
    assert len(result.stderr.splitlines()) <= 21


def test_a_path_and_a_value_of_two_hundred_signs_are_shown_whole_and_one_more_sign_is_cut(here: Path) -> None:
    path = f"/{'p' * 250}/{'p' * 250}.csv"
    assert f'--output "{path}": ' in run("batch", "in.csv", "-o", path).stderr
    assert f'lineage "{"q" * 200}": ' in run("classify", "--lineage", "q" * 200).stderr
    cut = run("classify", "--lineage", "q" * 201).stderr
    assert f'lineage "{"q" * 100}…": ' in cut
    assert "q" * 101 not in cut


def test_a_record_of_a_hundred_thousand_brackets_is_no_record(here: Path) -> None:
    (here / "x.yaml").write_text("[" * 100_000 + "]" * 100_000)
    assert run("replay", "x.yaml").stderr.startswith("x.yaml: it is no JSON")


def test_a_packed_dictionary_has_a_limit_of_fields(here: Path) -> None:
    names = b'Variable / Field Name,Field Type,Field Label,"Choices, Calculations, OR Slider Labels"\n'
    (here / "x.csv").write_bytes(gzip.compress(names + b"a,text,b,\n" * 100_001))
    result = run("columns", "in.csv", "--dictionary", "x.csv")
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.startswith("x.csv: it has more than 100,000 fields")


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("batch")
    (folder / "in.csv").write_text("id,age,wbc,lineage\n1,7,45,B\n")
    words = ("-o", str(folder / "out.csv"), "--scheme", "nci-rome", "--manifest", str(folder / "run.json"))
    assert run("batch", str(folder / "in.csv"), *words).exit_code == 0
    found: dict[str, Any] = json.loads((folder / "run.json").read_bytes())
    return found


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("schemes", 7),
        ("schemes.0", None),
        ("options.assume", [7]),
        ("options.read_as.encoding", 7),
        ("options.read_as.encoding", "a\0b"),
        ("options.write_as.format", 7),
        ("columns.1.index", None),
        ("columns.1.reads", []),
        ("columns.1.decimal", "x"),
        ("columns.1.date_order", "x"),
        ("columns.1.values", [["a", None]]),
        ("rows", "x"),
        ("rows", float("inf")),
        ("counts", None),
        ("counts.nci-rome", {}),
        ("inputs", []),
        ("inputs.0.file", "a\0b"),
        ("output", None),
        ("output", {}),
        ("output.file", "a\0b"),
        ("rules", "own.yaml"),
    ],
)
def test_a_damaged_record_is_said_with_the_place(path: str, wrong: object, here: Path, record: dict[str, Any]) -> None:
    damaged = json.loads(json.dumps(record))
    *way, last = (int(part) if part.isdigit() else part for part in path.split("."))
    inside = damaged
    for part in way:
        inside = inside[part]
    inside[last] = wrong
    (here / "bad.json").write_text(json.dumps(damaged))
    for words in (("replay", "bad.json"), ("report", "in.csv", "--manifest", "bad.json")):
        result = run(*words)
        assert (result.exit_code, result.stdout) == (3, "")
        assert result.stderr.startswith(f"bad.json: the record is damaged ($.{path.split('.')[0]}")


def test_a_record_that_reads_a_column_as_what_is_no_fact_is_refused(here: Path, record: dict[str, Any]) -> None:
    damaged = json.loads(json.dumps(record))
    damaged["columns"][1]["reads"] = "bcr_abl2"
    (here / "bad.json").write_text(json.dumps(damaged))
    for words in (("replay", "bad.json"), ("report", "in.csv", "--manifest", "bad.json")):
        result = run(*words)
        assert (result.exit_code, result.stdout) == (3, "")
        header = damaged["columns"][1]["header"]
        assert result.stderr.startswith(f'bad.json: it reads "{header}" as "bcr_abl2", and no fact of this version')
        assert "bcr_abl1" in result.stderr


@pytest.mark.parametrize("at_most", [PATIENT, SMALL, DICTIONARY])
def test_a_file_of_exactly_the_limit_is_read_and_one_byte_more_is_not(here: Path, at_most: int) -> None:
    file = here / "file"
    file.touch()
    for size in (0, at_most - 1, at_most):
        os.truncate(file, size)
        assert len(read_small(file, at_most)) == size
    os.truncate(file, at_most + 1)
    with pytest.raises(OSError, match=f"more than {at_most:,} bytes"):
        read_small(file, at_most)
