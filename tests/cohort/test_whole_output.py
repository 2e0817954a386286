"""A file appears under its name only when it is whole; whatever fails, nothing half-written is left."""

from __future__ import annotations

import io
import os
import pwd
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from all_cli.cli.risk import app

RUNNER = CliRunner()
HEAD = "age,wbc,lineage\n"
SCRIPT = Path(sys.executable).parent / "all-risk"


class Failing(io.RawIOBase):
    """A stream that gives a header and some rows and then fails."""

    def __init__(self, failure: BaseException) -> None:
        self.parts = [HEAD.encode() + b"7,45,B\n" * 3000] * 20
        self.failure = failure

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not self.parts:
            raise self.failure
        part = self.parts.pop()[: len(buffer)]
        buffer[: len(part)] = part
        return len(part)


def run(*arguments: str) -> int:
    """The exit code of the command run here, with the standard streams as they are."""
    try:
        return int(typer.main.get_command(app)(["batch", *arguments], standalone_mode=False) or 0)
    except (typer.Abort, KeyboardInterrupt):
        return 130


@pytest.mark.parametrize(
    ("failure", "code"), [(OSError(5, "Input/output error", "tape"), 3), (KeyboardInterrupt(), 130)]
)
@pytest.mark.parametrize("existing", [None, "the old output\n"], ids=["new file", "existing file"])
def test_a_reader_that_fails_midway_leaves_nothing_new(
    failure: BaseException,
    code: int,
    existing: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    target = tmp_path / "out.csv"
    if existing is not None:
        target.write_text(existing, encoding="utf-8")
    stream = io.TextIOWrapper(io.BufferedReader(Failing(failure)))
    monkeypatch.setattr(sys, "stdin", stream)
    assert run("-", "-o", str(target), "--scheme", "nci-rome") == code
    assert [path.name for path in tmp_path.iterdir()] == ([] if existing is None else ["out.csv"])
    if existing is not None:
        assert target.read_text(encoding="utf-8") == existing
    assert "Traceback" not in capsys.readouterr().err


def _with_a_full_disk() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))


@pytest.mark.skipif(not SCRIPT.exists(), reason="the console scripts are not installed beside this Python")
@pytest.mark.parametrize("existing", [None, "the old output\n"], ids=["new file", "existing file"])
def test_a_disk_that_fills_up_midway_leaves_nothing_new(existing: str | None, tmp_path: Path) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text(HEAD + "7,45,B\n" * 20_000, encoding="utf-8")
    if existing is not None:
        target.write_text(existing, encoding="utf-8")
    RUNNER.invoke(app, ["classify"])  # so that the cache is there before the disk is full
    done = subprocess.run(
        [SCRIPT, "batch", str(source), "-o", str(target)],
        capture_output=True,
        text=True,
        preexec_fn=_with_a_full_disk,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted({"in.csv"} | ({"out.csv"} if existing else set()))
    if existing is not None:
        assert target.read_text(encoding="utf-8") == existing


@pytest.mark.parametrize(
    "table", ["", "age,age\n1,2\n", "age,age at diagnosis\n7,8\n"], ids=["empty", "names", "facts"]
)
def test_a_table_that_is_refused_leaves_the_old_output(table: str, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    target.write_text("old", encoding="utf-8")
    result = RUNNER.invoke(app, ["batch", "-", "-o", str(target)], input=table)
    assert result.exit_code in (2, 3)
    assert target.read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_bad_rows_do_not_keep_the_output_back(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    result = RUNNER.invoke(app, ["batch", "-", "-o", str(target)], input=HEAD + "old,1,B\n7,45,B\n")
    assert result.exit_code == 1
    assert len(target.read_text(encoding="utf-8").splitlines()) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_input_and_output_may_be_the_same_file(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text(HEAD + "7,45,B\n" * 5000, encoding="utf-8")
    expected = RUNNER.invoke(app, ["batch", str(file)]).stdout
    assert RUNNER.invoke(app, ["batch", str(file), "-o", str(file)]).exit_code == 0
    assert file.read_text(encoding="utf-8") == expected
    assert [path.name for path in tmp_path.iterdir()] == ["table.csv"]


def test_an_existing_output_is_replaced_and_keeps_its_permissions(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    target.write_text("x" * 100_000, encoding="utf-8")
    target.chmod(0o640)
    assert RUNNER.invoke(app, ["batch", "-", "-o", str(target)], input=HEAD + "7,45,B\n").exit_code == 0
    assert len(target.read_text(encoding="utf-8").splitlines()) == 2
    assert target.stat().st_mode & 0o777 == 0o640


def test_a_new_output_has_the_permissions_that_any_new_file_has(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("", encoding="utf-8")
    assert RUNNER.invoke(app, ["batch", "-", "-o", str(tmp_path / "out.csv")], input=HEAD).exit_code == 0
    assert (tmp_path / "out.csv").stat().st_mode == plain.stat().st_mode


def test_a_folder_as_output_is_refused(tmp_path: Path) -> None:
    result = RUNNER.invoke(app, ["batch", "-", "-o", str(tmp_path)], input=HEAD + "7,45,B\n")
    assert (result.exit_code, result.stdout) == (2, "")
    assert str(tmp_path) in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_output_in_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    result = RUNNER.invoke(app, ["batch", "-", "-o", str(tmp_path / "none" / "out.csv")], input=HEAD + "7,45,B\n")
    assert isinstance(result.exception, SystemExit)
    assert result.exit_code in (2, 3)
    assert "its folder does not exist" in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def not_root() -> Iterator[None]:
    """Root may write everywhere: as root the test runs with the rights of nobody."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(pwd.getpwnam("nobody").pw_uid)
    yield
    os.seteuid(0)


def test_an_output_that_may_not_be_written_is_refused(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    target = tmp_path / "out.csv"
    assert RUNNER.invoke(app, ["batch", "-", "-o", str(target)], input=HEAD + "7,45,B\n").exit_code == 0
    target.unlink()
    tmp_path.chmod(0o555)
    request.getfixturevalue("not_root")
    result = RUNNER.invoke(app, ["batch", "-", "-o", str(target)], input=HEAD + "7,45,B\n")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f'--output "{target}": it may not be written\n'


def test_no_file_can_be_written_where_none_can_be_and_that_is_said_before_the_run(tmp_path: Path) -> None:
    """For each option that names a file to write: one sentence that names the option, and nothing is left."""
    (tmp_path / "in.csv").write_text(HEAD + "7,45,B\n", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    kept = tmp_path / "kept.csv"
    kept.write_text("mine", encoding="utf-8")
    kept.chmod(0o444)
    before = sorted(tmp_path.iterdir())
    source = str(tmp_path / "in.csv")
    places = {
        "folder": "it is a folder",
        "kept.csv": "it is write-protected",
        "none/x.csv": "its folder does not exist",
        "in.csv/x.csv": "it cannot be written: Not a directory",
        f"{'x' * 300}.csv": "it cannot be written: File name too long",
    }
    for name, why in places.items():
        place = str(tmp_path / name)
        for option, words in {
            "--output": ["batch", source, "--output", place],
            "--manifest": ["batch", source, "-o", str(tmp_path / "out.csv"), "--manifest", place],
            "--save-map": ["columns", source, "--save-map", place],
            "--redcap": ["template", "--redcap", place],
        }.items():
            if option != "--output" and name not in ("none/x.csv", "kept.csv"):
                continue
            result = RUNNER.invoke(app, words)
            assert result.exit_code == 2, (words, result.exception)
            exists = option in ("--save-map", "--redcap") and name == "kept.csv"
            assert result.stderr.startswith(f'{option} "{place}": {"it exists already" if exists else why}')
            assert len(result.stderr.splitlines()) == 1
            assert sorted(tmp_path.iterdir()) == before
    page = tmp_path / "kept.svg"
    page.touch(0o444)
    result = RUNNER.invoke(app, ["tree", "nci-rome", "-o", str(page)])
    assert (result.exit_code, page.read_bytes()) == (2, b"")
    assert "it is write-protected" in result.stderr
    assert kept.read_text(encoding="utf-8") == "mine"


def test_a_full_disk_under_the_record_is_said(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    words = ["batch", "-", "-o", str(target), "--manifest", "/dev/full"]
    result = RUNNER.invoke(app, words, input=HEAD + "7,45,B\n")
    assert result.exit_code == 3
    assert "/dev/full: the record cannot be written: No space left on device; the answers are" in result.stderr
    assert len(target.read_text(encoding="utf-8").splitlines()) == 2
