"""The two console scripts as real processes: pipes, terminals, exit codes, start-up."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import all_cli
from all_cli.knowledge.files import data_directory

SCRIPTS = Path(sys.executable).parent
SEVEN = ("classify", "--age", "7", "--wbc", "45", "--lineage", "B")
COLOURED = re.compile(r"\x1b\[[0-9;]*\b(?:3[0-7]|9[0-7])(?:;|m)")


def run(script: str, *arguments: str, input: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [SCRIPTS / script, *arguments],
        input=input,
        capture_output=True,
        env={**os.environ, **environment},
        check=False,
    )


def on_a_terminal(script: str, *arguments: str, **environment: str) -> str:
    """What a process writes to a terminal of its own."""
    leader, follower = pty.openpty()
    plain = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR")}
    with subprocess.Popen(
        [SCRIPTS / script, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=follower,
        stderr=subprocess.PIPE,
        env={**plain, "TERM": "xterm-256color", "COLUMNS": "80", **environment},
    ) as process:
        os.close(follower)
        written = b""
        while True:
            try:
                part = os.read(leader, 65536)
            except OSError:
                break
            if not part:
                break
            written += part
        os.close(leader)
        assert process.wait(60) == 0
    return written.decode()


@pytest.fixture(scope="module", autouse=True)
def scripts() -> None:
    if not (SCRIPTS / "all-risk").exists():
        pytest.skip("the console scripts are not installed beside this Python")


def test_results_go_to_stdout_and_nothing_to_stderr() -> None:
    done = run("all-risk", *SEVEN, "--format", "json")
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["results"][0]["group"] == "standard"


def test_a_pipe_gets_plain_text_without_colour() -> None:
    done = run("all-risk", *SEVEN, COLUMNS="60")
    assert b"\x1b" not in done.stdout
    assert done.stdout == run("all-risk", *SEVEN, "--format", "plain", COLUMNS="200").stdout


def test_a_terminal_gets_a_coloured_table() -> None:
    assert COLOURED.search(on_a_terminal("all-risk", *SEVEN, "--scheme", "nci-rome"))


@pytest.mark.parametrize(
    ("options", "environment"), [((), {"NO_COLOR": "1"}), (("--color", "never"), {})], ids=["NO_COLOR", "--color never"]
)
def test_a_terminal_gets_no_colour_if_none_is_wanted(options: tuple[str, ...], environment: dict[str, str]) -> None:
    written = on_a_terminal("all-risk", *SEVEN, "--scheme", "nci-rome", *options, **environment)
    assert "NCI standard risk" in written
    assert not COLOURED.search(written)


@pytest.mark.parametrize(
    ("script", "arguments", "code", "said"),
    [
        ("all-risk", ("classify", "--age", "7", "--strict", "--format", "json"), 1, b""),
        ("all-risk", ("classify", "--age", "x"), 2, b'age "x"'),
        ("all-risk", ("classify", "--nope"), 2, b"--nope"),
        ("all-risk", ("batch", "/nonexistent.csv"), 3, b"nonexistent.csv"),
        ("all-risk", ("classify", "--rules", os.devnull), 4, b""),
        ("all-protocol", ("show", "inducton"), 2, b"induction"),
        ("all-protocol", ("list",), 0, b""),
    ],
)
def test_each_exit_code_has_its_cause(script: str, arguments: tuple[str, ...], code: int, said: bytes) -> None:
    done = run(script, *arguments)
    assert done.returncode == code
    assert said in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_reader_that_leaves_early_is_no_error() -> None:
    rows = b"age,wbc,lineage\n" + b"7,45,B\n" * 40_000
    with subprocess.Popen(
        [SCRIPTS / "all-risk", "batch", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout and process.stdin and process.stderr
        process.stdout.close()
        try:
            process.stdin.write(rows)
            process.stdin.close()
        except BrokenPipeError:
            pass
        messages = process.stderr.read()
        process.wait(60)
    assert b"Traceback" not in messages


def test_batch_is_a_filter_between_pipes() -> None:
    done = run("all-risk", "batch", "-", "--scheme", "nci-rome", input=b"age,wbc,lineage\n7,45,B\n10,45,B\n")
    assert done.returncode == 0
    assert [line.split(b",")[3:5] for line in done.stdout.splitlines()[1:]] == [
        [b"assigned", b"standard"],
        [b"assigned", b"high"],
    ]
    assert b"2 rows" in done.stderr


def test_the_answer_is_the_same_from_any_folder_and_in_any_locale(tmp_path: Path) -> None:
    here = run("all-risk", *SEVEN, "--format", "json").stdout
    elsewhere = subprocess.run(
        [SCRIPTS / "all-risk", *SEVEN, "--format", "json"],
        capture_output=True,
        cwd=tmp_path,
        env={**os.environ, "LC_ALL": "C.UTF-8", "LANG": "de_DE.UTF-8"},
        check=True,
    ).stdout
    assert elsewhere == here


def _copy_of_the_program(folder: Path) -> Path:
    """The program as it is installed, the knowledge inside the package; returns the folder of the knowledge."""
    shutil.copytree(Path(all_cli.__file__).parent, folder / "all_cli", ignore=shutil.ignore_patterns("__pycache__"))
    data = folder / "all_cli" / "data"
    if not data.exists():
        shutil.copytree(data_directory(), data)
    return data


def _run_copy(folder: Path, module: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    start = f"import sys; sys.argv[0] = 'copy'; from all_cli.cli.{module} import main; main()"
    return subprocess.run(
        [sys.executable, "-c", start, *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), **environment},
        check=False,
    )


def _few_schemes_in_an_included_file(data: Path) -> Path:
    """NCI/Rome and the schemes that define facts alone; only these are then compiled anew."""
    texts = [path.read_text(encoding="utf-8") for path in (data / "risk_rules.yaml", *data.glob("risk/*.yaml"))]
    schemes = [each for text in texts for each in re.split(r"(?m)^(?=  - id: |primary:)", text)]
    defining = re.findall(r"defined_by: \{scheme: ([\w-]+)", (data / "facts.yaml").read_text(encoding="utf-8"))
    wanted = tuple(f"  - id: {id}\n" for id in ("nci-rome", *defining))
    (data / "risk_rules.yaml").write_text("include: [risk/few.yaml]\nschemes: []\n", encoding="utf-8")
    few = data / "risk" / "few.yaml"
    few.write_text("schemes:\n" + "".join(each for each in schemes if each.startswith(wanted)), encoding="utf-8")
    return few


@pytest.mark.parametrize(
    ("name", "module", "arguments", "text", "place"),
    [
        ("risk_rules.yaml", "risk", SEVEN, "schemes: []\nprimry: []\n", "2:1"),
        ("protocols.yaml", "protocol", ("show", "induction", "--risk", "high"), "drugs: {}\nprotocls: []\n", "2:1"),
    ],
)
def test_a_shipped_knowledge_file_with_a_mistake_is_named_with_its_place(
    tmp_path: Path, name: str, module: str, arguments: tuple[str, ...], text: str, place: str
) -> None:
    (_copy_of_the_program(tmp_path) / name).write_text(text, encoding="utf-8")
    done = _run_copy(tmp_path, module, *arguments)
    assert (done.returncode, done.stdout) == (4, "")
    assert f"data/{name}:{place}:" in done.stderr
    assert text.split("\n")[1].split(":")[0] in done.stderr
    assert "Traceback" not in done.stderr


def test_a_changed_included_file_changes_the_answer_and_the_digest_and_nothing_is_written(tmp_path: Path) -> None:
    data = _copy_of_the_program(tmp_path)
    options = (*SEVEN, "--scheme", "nci-rome", "--format", "json")
    before = json.loads(_run_copy(tmp_path, "risk", *options).stdout)
    included = _few_schemes_in_an_included_file(data)
    text = included.read_text(encoding="utf-8")
    assert "id: nci-rome" in text
    changed = text.replace("wbc >= 50", "wbc >= 40", 1).replace("wbc < 50", "wbc < 40", 1)
    included.write_text(changed, encoding="utf-8")
    there = {file: file.read_bytes() for file in (tmp_path / "all_cli" / "compiled").iterdir()}
    done = _run_copy(tmp_path, "risk", *options, HOME=str(tmp_path / "home"))
    assert (done.returncode, done.stderr) == (0, "")
    after = json.loads(done.stdout)
    assert (before["results"][0]["group"], after["results"][0]["group"]) == ("standard", "high")
    assert before["knowledge"] != after["knowledge"]
    assert {file: file.read_bytes() for file in (tmp_path / "all_cli" / "compiled").iterdir()} == there
    assert not (tmp_path / "home").exists()


OWN = """\
schemes:
  - id: mine
    title: Mine
    published: 2020
    audience: children
    population: {when: age < 18, text: children, cite: [smith-1996], checked: false}
    groups: {low: {label: Low, severity: 1}, high: {label: High, severity: 2}}
    rules:
      - {id: high, group: high, when: wbc >= 50, cite: [smith-1996], checked: false}
      - {id: low, group: low, when: wbc < 50, cite: [smith-1996], checked: false}
"""


@pytest.mark.parametrize("place", ["unset", "empty", "relative", "a file", "read-only", "a symlink to itself"])
def test_a_home_that_takes_nothing_costs_only_time(tmp_path: Path, place: str) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(OWN, encoding="utf-8")
    home = tmp_path / "home"
    environment = {key: value for key, value in os.environ.items() if key not in ("HOME", "XDG_CACHE_HOME")}
    match place:
        case "empty":
            environment |= {"HOME": "", "XDG_CACHE_HOME": ""}
        case "relative":
            environment |= {"HOME": "home", "XDG_CACHE_HOME": "cache"}
        case "a file":
            home.write_text("not a folder", encoding="utf-8")
        case "read-only":
            home.mkdir(mode=0o500)
        case "a symlink to itself":
            home.symlink_to(home)
    if place in ("a file", "read-only", "a symlink to itself"):
        environment |= {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")}
    before = set(tmp_path.rglob("*"))
    done = subprocess.run(
        [SCRIPTS / "all-risk", *SEVEN, "--rules", own, "--scheme", "mine", "--format", "json"],
        capture_output=True,
        cwd=tmp_path,
        env=environment,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["results"][0]["group"] == "low"
    # Root writes to a read-only folder as well.
    assert set(tmp_path.rglob("*")) - before <= ({*home.rglob("*")} if place == "read-only" else set())


def test_bytes_of_the_command_line_that_are_no_text_are_shown_and_break_nothing() -> None:
    for form in ("plain", "json"):
        process = run("all-risk", "genetics", os.fsdecode(b"caf\xf6"), "-f", form, PYTHONIOENCODING="utf-8:strict")
        assert b"Traceback" not in process.stderr
        assert process.returncode in (0, 2)
        assert b"\\udcf6" in process.stdout


@pytest.mark.parametrize("closed", [">&-", "2>&-"])
def test_a_closed_stream_loses_what_is_said_and_no_file(closed: str, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("age,wbc,lineage\n7,45,B\n")
    command = f'"{SCRIPTS / "all-risk"}" batch in.csv -o out.csv --scheme nci-rome {closed}'
    done = subprocess.run(["sh", "-c", command], capture_output=True, cwd=tmp_path, check=False)
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
    assert (tmp_path / "out.csv").read_text().splitlines()[1].startswith("7,45,B,assigned,standard")
