"""Compiled knowledge: found by its content, never trusted, safe to lose; shipped, or kept for a user's own file."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from all_cli.knowledge import cache, files
from all_cli.knowledge.cache import cached, compiled

FORM = {"rules": {"a": 1, "b": 2.5, "c": "x", "d": None}, "7": {"deep": True}}
Keeping = Callable[..., Any]


class Builder:
    def __init__(self, form: object = FORM) -> None:
        self.form, self.calls = form, 0

    def __call__(self) -> object:
        self.calls += 1
        return self.form


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a user's cache is."""
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path / "cache" / "all-cli"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the compiled forms of a checkout lie."""
    cache._program()
    monkeypatch.setattr(cache, "_PACKAGE", tmp_path / "all_cli")
    return tmp_path / "all_cli" / "compiled"


@pytest.fixture(params=[compiled, cached], ids=["shipped", "own"])
def keeping(request: pytest.FixtureRequest, folder: Path, package: Path) -> tuple[Keeping, Path]:
    """Either way of keeping a compiled form, and the folder where it does so."""
    return request.param, package if request.param is compiled else folder


def entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.exists() else []


def test_built_once_and_then_read(keeping: tuple[Keeping, Path]) -> None:
    keep, folder = keeping
    build = Builder()
    assert keep("risk", [b"a"], build) == keep("risk", [b"a"], build) == FORM
    assert build.calls == 1
    assert len(entries(folder)) == 1, "and no half-written file beside it"


def test_an_entry_of_other_content_is_not_used(keeping: tuple[Keeping, Path]) -> None:
    keep, _ = keeping
    keep("risk", [b"a"], Builder("old"))
    assert keep("risk", [b"b"], Builder("new")) == "new"


def test_content_is_not_run_together(keeping: tuple[Keeping, Path]) -> None:
    keep, _ = keeping
    keep("risk", [b"ab", b"c"], Builder("first"))
    assert keep("risk", [b"a", b"bc"], Builder("second")) == "second"


def test_each_kind_has_its_own_entry(keeping: tuple[Keeping, Path]) -> None:
    keep, folder = keeping
    keep("risk", [b"a"], Builder("risk"))
    keep("protocol", [b"a"], Builder("protocol"))
    assert keep("risk", [b"a"], Builder("wrong")) == "risk"
    assert len(entries(folder)) == 2


def test_two_files_of_ones_own_do_not_evict_each_other(folder: Path) -> None:
    first, second = Builder("first"), Builder("second")
    for _ in range(3):
        assert cached("own", [b"a"], first) == "first"
        assert cached("own", [b"b"], second) == "second"
    assert (first.calls, second.calls) == (1, 1)


def test_a_cache_does_not_grow_without_end_and_the_oldest_entry_goes(folder: Path) -> None:
    for number in range(40):
        cached("own", [str(number).encode()], Builder(number))
        newest = max(entries(folder), key=lambda path: path.stat().st_mtime_ns)
        os.utime(newest, ns=(number, number))
    assert 1 < len(entries(folder)) < 40
    build = Builder()
    assert cached("own", [b"39"], build) == 39
    assert build.calls == 0


def _wrong(raw: bytes, path: Path, how: str) -> None:
    path.unlink()
    match how:
        case "fifo":
            os.mkfifo(path)
        case "device":
            path.symlink_to("/dev/zero")
        case "directory":
            path.mkdir()
        case "link to itself":
            path.symlink_to(path)
        case "link to nothing":
            path.symlink_to(path.with_name("nothing"))
        case "unreadable size":
            with path.open("wb") as file:
                file.truncate(1 << 40)
        case _:
            head = raw.partition(b"\n")[0]
            path.write_bytes(
                {
                    "flip": raw[:-1] + bytes([raw[-1] ^ 1]),
                    "truncate": raw[:-3],
                    "empty": b"",
                    "key alone": head,
                    "half-sum": raw[: len(head) + 10],
                    "other": b"not at all a compiled form\n, but long enough to hold a sum",
                    "append": raw + b"\0",
                    "key of another": (b"1" if raw.startswith(b"0") else b"0") + raw[1:],
                    "no msgpack": head + b"\n" + cache._sum(b"\xc1").encode() + b"\xc1",
                    "key that cannot be one": head + b"\n" + cache._sum(b"\x81\x80\x01").encode() + b"\x81\x80\x01",
                }[how]
            )


WRONG = ["flip", "truncate", "empty", "key alone", "half-sum", "other", "append", "key of another", "no msgpack"]
WRONG += ["key that cannot be one", "fifo", "device", "directory", "link to itself", "link to nothing"]
WRONG += ["unreadable size"]


@pytest.mark.parametrize("how", WRONG)
def test_an_entry_that_is_wrong_in_any_way_is_built_again_without_a_word(
    keeping: tuple[Keeping, Path], how: str, capfd: pytest.CaptureFixture[str]
) -> None:
    keep, folder = keeping
    keep("risk", [b"a"], Builder())
    (path,) = entries(folder)
    raw = path.read_bytes()
    _wrong(raw, path, how)
    build = Builder()
    assert keep("risk", [b"a"], build) == FORM
    assert build.calls == 1
    assert capfd.readouterr() == ("", "")
    if how != "directory":
        assert path.read_bytes() == raw, "the entry is whole again"
        assert not path.is_symlink()


@pytest.mark.parametrize(
    "environment", [{}, {"HOME": ""}, {"HOME": "here"}, {"XDG_CACHE_HOME": "cache", "HOME": ""}], ids=str
)
def test_without_a_home_nothing_is_kept_anywhere(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    for name in ("HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    wrote: list[Path] = []
    monkeypatch.setattr(cache, "_keep", lambda path, *_: wrote.append(path))
    build = Builder()
    assert cached("own", [b"a"], build) == cached("own", [b"a"], build) == FORM
    assert build.calls == 2
    assert not wrote
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("blocked", ["a file", "a dangling link"])
def test_a_cache_directory_that_cannot_be_made_costs_nothing(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], blocked: str
) -> None:
    place = tmp_path / "cache"
    if blocked == "a file":
        place.write_text("a file where the folder should be", encoding="utf-8")
    else:
        place.symlink_to(tmp_path / "nowhere" / "at" / "all")
    build = Builder()
    assert cached("own", [b"a"], build) == cached("own", [b"a"], build) == FORM
    assert build.calls == 2
    assert capfd.readouterr() == ("", "")


def test_a_disk_that_is_full_costs_nothing_and_leaves_no_part(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    build = Builder()
    assert cached("own", [b"a"], build) == FORM
    assert entries(folder) == []


def test_an_installed_package_is_not_written_to(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "in_a_checkout", lambda: False)
    build = Builder()
    assert compiled("risk", [b"a"], build) == compiled("risk", [b"a"], build) == FORM
    assert build.calls == 2
    assert not package.exists()


def test_a_changed_file_of_the_program_is_another_content(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(Path(cache.__file__).resolve().parents[1], tmp_path / "all_cli", dirs_exist_ok=True)
    shutil.rmtree(package)
    for change in (b"", b"# a change\n"):
        with (tmp_path / "all_cli" / "logic" / "parse.py").open("ab") as file:
            file.write(change)
        cache._program.cache_clear()
        build = Builder()
        compiled("risk", [b"a"], build)
        assert build.calls == 1
    monkeypatch.undo()
    cache._program.cache_clear()


def test_everyone_on_a_machine_can_read_what_a_checkout_compiled(package: Path) -> None:
    compiled("risk", [b"a"], Builder())
    (path,) = entries(package)
    assert path.stat().st_mode & 0o777 == 0o644


def test_what_was_built_and_what_is_read_are_the_same_thing(keeping: tuple[Keeping, Path]) -> None:
    keep, _ = keeping
    first = keep("risk", [b"a"], Builder({"pair": (1, 2)}))
    second = keep("risk", [b"a"], Builder())
    assert first == second
    assert type(first["pair"]) is type(second["pair"])
