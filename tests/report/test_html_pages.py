"""Any page as HTML: every word of it, well formed, nothing from the network, nothing that a cell could smuggle in."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import typer
from folded import each
from reports import EVERY
from typer.testing import CliRunner

from all_cli.cli.risk import app as risk_app
from all_cli.report.formats.html import page_html
from all_cli.report.page import Outline, Page, Twig
from all_cli.report.render import print_page

HOSTILE = '<script>alert(1)</script> "&amp;" [/x] <img src=x onerror=alert(1)> \x1b[31m\x00 javascript:alert(1)'
KEPT = '<script>alert(1)</script> "&amp;" [/x] <img src=x onerror=alert(1)> [31m javascript:alert(1)'


def read(text: str) -> ET.Element:
    """The page as a tree; it is written so that an XML parser reads it too."""
    assert text.startswith("<!DOCTYPE html>\n")
    return ET.fromstring(text.split("\n", 1)[1])


def words(text: str) -> str:
    return " ".join(text.split())


@each("app, arguments", EVERY)
def test_every_page_has_all_that_plain_text_has_and_asks_for_nothing(
    app: typer.Typer, arguments: tuple[str, ...]
) -> None:
    page = CliRunner().invoke(app, [*arguments, "--format", "html"])
    plain = CliRunner().invoke(app, [*arguments, "--format", "plain"])
    assert (page.exit_code, page.stderr) == (plain.exit_code, plain.stderr)
    tree = read(page.stdout)
    shown = words(" ".join(tree.itertext()))
    for line in plain.stdout.splitlines():
        for part in re.split(r"\s{2,}|[│├└─]+", line.strip()):
            assert words(part) in shown
    assert [node for node in tree.iter() if node.tag in ("script", "link", "img", "iframe", "object", "form")] == []
    attributes = {name for node in tree.iter() for name in node.attrib}
    assert attributes <= {"lang", "charset", "http-equiv", "content", "name", "class", "href", "id"}
    assert all(node.attrib["href"].startswith(("https://", "http://", "#")) for node in tree.iter("a"))
    assert {link.text for link in tree.iter("a") if link.attrib["href"][0] != "#"} == set(
        re.findall(r"doi:\S+|https?://\S+", plain.stdout)
    )
    assert "default-src 'none'" in page.stdout
    assert tree.findtext(".//title") == tree.findtext(".//h1")


def test_a_table_is_a_table_an_outline_a_list_and_what_is_strong_is_strong() -> None:
    page = Page({})
    page.heading("Subject", 1)
    page.heading("Part")
    page.line("a line", "label", strong=True)
    page.table(("one", "two"), [("1", "2"), ("3", "4")])
    page.blocks.append(Outline((Twig("if", "so", "then", (Twig("", "below"),)),)))
    tree = read(page_html(page))
    assert [cell.text for cell in tree.findall(".//th")] == ["one", "two"]
    assert [cell.text for cell in tree.findall(".//tbody/tr/td")] == ["1", "2", "3", "4"]
    assert [words("".join(item.itertext())) for item in tree.findall(".//li/ul/li")] == ["below"]
    assert tree.findtext(".//h2") == "Part"
    assert [strong.text for strong in tree.findall(".//dd/strong")] == ["a line"]


def test_a_long_page_begins_with_links_to_its_parts_and_a_short_one_does_not() -> None:
    for parts in (5, 6):
        page = Page({})
        page.heading("Subject", 1)
        page.line("what it is about")
        for number in range(parts):
            page.heading(f"Part <{number // 2}>")  # two parts may be called the same
            page.heading("Detail", 3)
        tree = read(page_html(page))
        links = {link.attrib["href"]: link.text for link in tree.findall(".//nav/a")}
        assert links == {f"#{part.attrib['id']}": part.text for part in tree.findall(".//h2") if parts > 5}
        assert len(links) == (parts if parts > 5 else 0)


def test_numbers_stand_at_the_right_and_a_bar_behind_a_cell_is_as_long_as_its_share() -> None:
    page = Page({})
    page.table(
        ("group", "rows", "share"),
        [("a", "1,200", "60.0 %"), ("b", "<5", "–"), ("c", "0", "hidden"), ("d", "3", "0.2 %")],
        [(None, 0.6, None), (None, None, None), (None, 0, None), (None, 0.002, None)],
    )
    tree = read(page_html(page))
    cells = [cell.attrib.get("class") for cell in tree.findall(".//tbody/tr/td")]
    plain = "number"
    assert cells == [None, "number bar12", plain, None, plain, plain, None, plain, plain, None, "number bar1", plain]
    assert ".bar12 { background: linear-gradient(to right, var(--bar) 60%, transparent 0); }" in page_html(page)


def test_a_figure_is_drawn_and_left_out_of_text(capsys: pytest.CaptureFixture[str]) -> None:
    page = Page({})
    page.figure("<svg><title>drawn</title></svg>", "What it shows <here>")
    tree = read(page_html(page))
    assert tree.findtext(".//figure/figcaption") == "What it shows <here>"
    assert tree.findtext(".//figure/div/svg/title") == "drawn"
    for form in ("plain", "markdown", "table"):
        print_page(page, form)
    assert capsys.readouterr().out.strip() == ""


def test_nothing_of_a_cell_is_taken_for_the_page() -> None:
    page = Page({})
    page.heading(HOSTILE, 1)
    page.line(HOSTILE, HOSTILE)
    page.table((HOSTILE, "b"), [(HOSTILE, "x")])
    page.blocks.append(Outline((Twig(HOSTILE, HOSTILE, HOSTILE),)))
    tree = read(page_html(page))
    texts = ["".join(tree.find(path).itertext()) for path in (".//h1", ".//dt", ".//dd", ".//th", ".//td")]  # type: ignore[union-attr]
    assert texts == [KEPT] * 5
    assert "javascript:" not in " ".join(value for node in tree.iter() for value in node.attrib.values())


@pytest.mark.parametrize("ending", [".html", ".htm"])
def test_a_file_of_that_ending_is_the_page(ending: str, tmp_path: Path) -> None:
    file = tmp_path / f"tree{ending}"
    assert CliRunner().invoke(risk_app, ["tree", "nci-rome", "-o", str(file)]).exit_code == 0
    assert file.read_text() == CliRunner().invoke(risk_app, ["tree", "nci-rome", "--format", "html"]).stdout
