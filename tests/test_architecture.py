"""The page on the architecture: what it names exists, what is drawn in it is what the code imports."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))

from draw_structure import (  # type: ignore[import-not-found]
    Arrows,
    StructureError,
    main,
    out_of_date,
    picture,
    rooms_in_order,
    structure,
)

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "architecture.md"
TEXT = PAGE.read_text(encoding="utf-8")
PATH = re.compile(r"[\w.*/-]*/[\w.*/-]*|[\w*-]+\.(?:py|yaml|toml|md|json)|Makefile")
ROOMS = ["top", "middle", "bottom"]


@pytest.fixture(scope="module")
def code() -> Arrows:
    return structure(ROOT)


def test_every_path_that_the_page_names_exists() -> None:
    marked = re.findall(r"`([^`\n]+)`", TEXT)
    linked = re.findall(r"\]\(([^)#:]+)\)", TEXT)
    paths = {word for word in marked if PATH.fullmatch(word)}
    assert len(paths) > 60
    missing = [path for path in paths if not any(list(top.glob(path)) for top in (ROOT, ROOT / "all_cli"))]
    missing += [path for path in linked if not (PAGE.parent / path).exists()]
    assert not missing, f"docs/architecture.md names what is not there: {sorted(missing)}"


def test_every_room_has_its_row_from_the_top_down() -> None:
    rows = re.findall(r"(?m)^\| `(\w+)(?:/|\.py)` \|", TEXT)
    assert rows == rooms_in_order(ROOT)


def test_the_drawing_is_up_to_date(code: Arrows) -> None:
    assert out_of_date(TEXT, rooms_in_order(ROOT), code) == [], "python tools/draw_structure.py draws it anew"


def test_rooms_and_arrows_that_came_or_went_are_told() -> None:
    rooms, arrows = ["top", "bottom", "attic"], {("top", "bottom"): 50, ("top", "attic"): 1}
    chart = picture(rooms, arrows)
    assert out_of_date(chart, rooms, arrows) == []
    assert out_of_date(chart, rooms, {("top", "bottom"): 50}) == ["top no longer imports attic"]
    assert out_of_date(chart, rooms, {**arrows, ("bottom", "attic"): 1}) == ["bottom imports attic"]
    assert out_of_date(chart, [*rooms, "cellar"], arrows) == ["the rooms are top, bottom, attic, cellar"]


@pytest.mark.parametrize(
    ("drawn", "now", "told"),
    [(40, 30, False), (40, 29, True), (40, 50, False), (40, 51, True), (2, 5, False), (2, 6, True)],
)
def test_a_number_may_differ_by_a_quarter_or_by_three(drawn: int, now: int, told: bool) -> None:
    chart = picture(["top", "bottom"], {("top", "bottom"): drawn})
    text = [f"top imports bottom {now} times, not {drawn}"] if told else []
    assert out_of_date(chart, ["top", "bottom"], {("top", "bottom"): now}) == text


def house(tmp_path: Path, files: dict[str, str]) -> Path:
    layers = '["all_cli.top", "all_cli.middle | all_cli.api", "all_cli.bottom"]'
    (tmp_path / "pyproject.toml").write_text(f"[[tool.importlinter.contracts]]\ntype = 'layers'\nlayers = {layers}\n")
    for name, text in {**{f"{room}/__init__.py": "" for room in ROOMS}, "api.py": "", **files}.items():
        path = tmp_path / "all_cli" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_imports_count_wherever_they_stand_but_not_those_for_type_checkers(tmp_path: Path) -> None:
    top = (
        "import all_cli.middle.one\nimport json\nfrom all_cli import __version__, middle\nfrom all_cli.top import own\n"
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from all_cli.bottom.kinds import Kind\n"
        "else:\n    from all_cli.middle.two import Two\n"
        "def late():\n    from all_cli.middle.three import Three, four\n"
    )
    deep = "from all_cli.bottom import base\nimport typing\nif typing.TYPE_CHECKING:\n    import all_cli.top.own\n"
    root = house(tmp_path, {"top/own.py": top, "middle/deep/one.py": deep})
    assert structure(root) == {("top", "middle"): 4, ("middle", "bottom"): 1}


def test_an_import_that_climbs_is_refused(tmp_path: Path) -> None:
    root = house(tmp_path, {"bottom/base.py": "\nfrom all_cli.top.own import Own\n"})
    with pytest.raises(StructureError, match=r"all_cli/bottom/base\.py:2: .*bottom imports top"):
        structure(root)


def test_rooms_of_one_layer_do_not_import_each_other(tmp_path: Path) -> None:
    root = house(tmp_path, {"api.py": "import all_cli.middle\n"})
    with pytest.raises(StructureError, match="api imports middle"):
        structure(root)


def test_a_room_without_a_layer_is_refused(tmp_path: Path) -> None:
    root = house(tmp_path, {"attic/__init__.py": ""})
    with pytest.raises(StructureError, match=r"attic .*pyproject\.toml"):
        rooms_in_order(root)


def test_check_writes_nothing_and_names_what_is_out_of_date(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = house(tmp_path, {"top/own.py": "import all_cli.middle\n"})
    page = root / "docs" / "architecture.md"
    page.parent.mkdir()
    page.write_text("Before\n\n<!-- structure -->\n<!-- end -->\n\nAfter\n")
    assert main(["--check"], root) == 1
    assert "top imports middle" in capsys.readouterr().err
    assert "flowchart" not in page.read_text()
    assert main([], root) == 0
    before, _, rest = page.read_text().partition("<!-- structure -->\n```mermaid\nflowchart TD\n")
    assert (before, rest.partition("```\n<!-- end -->\n")[2]) == ("Before\n\n", "\nAfter\n")
    assert main(["--check"], root) == 0
    page.write_text("Before\n")
    assert main(["--check"], root) == 1
    assert "<!-- structure -->" in capsys.readouterr().err
