from __future__ import annotations

from pathlib import Path

import pytest

from all_cli.knowledge.cache import compiled

FORM = {"rules": {"a": 1, "b": 2.5, "c": "x", "d": None}, "7": {"deep": True}}


class Builder:
    def __init__(self, form: object = FORM) -> None:
        self.form, self.calls = form, 0

    def __call__(self) -> object:
        self.calls += 1
        return self.form


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path / "cache" / "all-cli"


def entries(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.msgpack"))


def test_built_once_and_then_read(folder: Path) -> None:
    build = Builder()
    assert compiled("risk", [b"a"], build) == compiled("risk", [b"a"], build) == FORM
    assert build.calls == 1
    assert len(entries(folder)) == 1


def test_no_half_written_file_is_left_behind(folder: Path) -> None:
    compiled("risk", [b"a"], Builder())
    assert list(folder.iterdir()) == entries(folder)


def test_an_entry_of_other_content_is_not_used(folder: Path) -> None:
    compiled("risk", [b"a"], Builder("old"))
    assert compiled("risk", [b"b"], Builder("new")) == "new"
    assert len(entries(folder)) == 1, "the stale entry goes"


def test_content_is_not_run_together(folder: Path) -> None:
    compiled("risk", [b"ab", b"c"], Builder("first"))
    assert compiled("risk", [b"a", b"bc"], Builder("second")) == "second"


def test_each_kind_has_its_own_entry(folder: Path) -> None:
    compiled("risk", [b"a"], Builder("risk"))
    compiled("protocol", [b"a"], Builder("protocol"))
    assert compiled("risk", [b"a"], Builder("wrong")) == "risk"
    assert len(entries(folder)) == 2


@pytest.mark.parametrize("damage", ["flip", "truncate", "empty", "half-sum", "other", "append"])
def test_a_damaged_entry_is_rebuilt_silently(folder: Path, damage: str, capsys: pytest.CaptureFixture[str]) -> None:
    compiled("risk", [b"a"], Builder())
    (path,) = entries(folder)
    raw = path.read_bytes()
    path.write_bytes(
        {
            "flip": raw[:-1] + bytes([raw[-1] ^ 1]),
            "truncate": raw[:-3],
            "empty": b"",
            "half-sum": raw[:10],
            "other": b"not at all a cache entry, but long enough to hold a sum",
            "append": raw + b"\0",
        }[damage]
    )
    build = Builder()
    assert compiled("risk", [b"a"], build) == FORM
    assert build.calls == 1
    assert path.read_bytes() == raw, "the mended entry is whole again"
    assert capsys.readouterr() == ("", "")


def test_a_directory_in_the_place_of_the_entry_costs_nothing(folder: Path) -> None:
    compiled("risk", [b"a"], Builder())
    (path,) = entries(folder)
    path.unlink()
    path.mkdir()
    assert compiled("risk", [b"a"], Builder()) == FORM


def test_an_unwritable_cache_directory_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    build = Builder()
    assert compiled("risk", [b"a"], build) == compiled("risk", [b"a"], build) == FORM
    assert build.calls == 2
    assert capsys.readouterr() == ("", "")


def test_what_was_built_and_what_is_read_are_the_same_thing(folder: Path) -> None:
    first = compiled("risk", [b"a"], Builder({"pair": (1, 2)}))
    second = compiled("risk", [b"a"], Builder())
    assert first == second
    assert type(first["pair"]) is type(second["pair"])
