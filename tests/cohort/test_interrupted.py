"""A batch that is killed, interrupted, or whose input shrinks leaves nothing under the output's name."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from all_cli.cohort.run import told_how_far
from all_cli.cohort.whole_file import whole_file

SCRIPT = Path(sys.executable).parent / "all-risk"
# The command, but for reading less at once, so that a small input comes in several pieces.
PIECEMEAL = """\
from all_cli.cohort import delimited
from all_cli.cli.risk import main

delimited._BLOCK = 1 << 18
main()
"""
ROWS = 3000
HEAD = b"age,wbc,lineage,remark\n"
ROW = b"7,45,B," + b"x" * 992 + b"\n"  # long, so that few of them fill what is read at once

pytestmark = pytest.mark.skipif(
    not SCRIPT.exists() or os.name != "posix", reason="the console scripts are not installed beside this Python"
)


def _as_in_a_terminal() -> None:
    """A job in the background ignores interrupts, one under nohup hangups; what it starts would inherit that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def started(tmp_path: Path, *options: str) -> subprocess.Popen[bytes]:
    """A batch that has read a good part of its input and waits for more."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            PIECEMEAL,
            "batch",
            "-",
            "-o",
            str(tmp_path / "out.csv"),
            "--scheme",
            "nci-rome",
            *options,
        ],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=_as_in_a_terminal,
    )
    assert process.stdin is not None
    process.stdin.write(HEAD + ROW * ROWS)
    process.stdin.flush()
    while process.poll() is None:
        if any(path.stat().st_size for path in tmp_path.iterdir() if path.suffix == ".part"):
            return process
        time.sleep(0.05)
    raise AssertionError(f"ended before it had written anything: {ended(process)}")


def ended(process: subprocess.Popen[bytes]) -> str:
    assert process.stderr is not None
    message = process.stderr.read().decode()
    process.wait()
    for stream in (process.stdin, process.stderr):
        if stream is not None:
            with contextlib.suppress(BrokenPipeError):
                stream.close()
    return message


@pytest.mark.parametrize(
    ("sent", "code", "said"),
    [
        (signal.SIGINT, 130, "interrupted after"),
        (signal.SIGTERM, 143, "ended from outside after"),
        (signal.SIGHUP, 129, "ended from outside after"),
    ],
)
def test_a_batch_asked_to_end_says_how_far_it_came_and_leaves_nothing(
    sent: signal.Signals, code: int, said: str, tmp_path: Path
) -> None:
    process = started(tmp_path)
    process.send_signal(sent)
    message = ended(process)
    assert process.returncode == code, message
    assert said in message
    assert " rows; nothing was written to" in message
    assert "Traceback" not in message
    assert list(tmp_path.iterdir()) == []


def test_a_batch_that_is_killed_leaves_nothing_under_the_name_and_the_next_sweeps_up(tmp_path: Path) -> None:
    process = started(tmp_path)
    process.kill()
    ended(process)
    assert not (tmp_path / "out.csv").exists()
    (left,) = tmp_path.iterdir()
    (tmp_path / ".out.csv.mine.part").write_text("of somebody else")
    write(tmp_path / "out.csv")
    assert not left.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == [".out.csv.mine.part", "out.csv"]


def test_what_another_run_is_writing_is_not_swept_up(tmp_path: Path) -> None:
    process = started(tmp_path)
    (beside,) = tmp_path.iterdir()
    write(tmp_path / "out.csv")
    assert beside.exists()
    assert process.stdin is not None
    process.stdin.close()
    process.stdin = None
    ended(process)
    assert process.returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]
    assert (tmp_path / "out.csv").stat().st_size > ROWS * len(ROW)


def test_a_hangup_that_is_to_be_ignored_is(tmp_path: Path) -> None:
    """As under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with told_how_far(str(tmp_path / "out.csv"), None):  # type: ignore[arg-type]
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def write(output: Path) -> None:
    with whole_file(str(output)) as file:
        file.write(b"whole")


def test_an_input_that_shrinks_while_it_is_read_is_refused(tmp_path: Path) -> None:
    from all_cli.cohort.streams import InputError
    from all_cli.cohort.tables import open_table

    file = tmp_path / "in.csv"
    file.write_bytes(HEAD + ROW * 40_000)
    with open_table([str(file)]) as table:
        rows = table.rows()
        next(rows)
        with file.open("r+b") as shrinking:
            shrinking.truncate(30_000_000)
        with pytest.raises(InputError, match="became shorter"):
            list(rows)


def test_an_input_that_is_written_to_while_it_is_read_is_refused(tmp_path: Path) -> None:
    from all_cli.cohort.streams import InputError
    from all_cli.cohort.tables import open_table

    file = tmp_path / "in.csv"
    file.write_bytes(HEAD + ROW * 20_000)
    with open_table([str(file)]) as table:
        rows = table.rows()
        next(rows)
        with file.open("ab") as growing:
            growing.write(ROW)
        with pytest.raises(InputError, match="written to"):
            list(rows)


def test_a_full_device_is_one_sentence() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here, which Linux has")
    done = subprocess.run(
        [SCRIPT, "batch", "-", "-o", "/dev/full"], input=HEAD + ROW * 2000, capture_output=True, check=False
    )
    assert done.returncode == 3
    assert b"No space left" in done.stderr
    assert b"Traceback" not in done.stderr
