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
    assert attributes <= {"lang", "charset", "http-equiv", "content", "name", "class", "href"}
    assert all(node.attrib["href"].startswith(("https://", "http://", "#")) for node in tree.iter("a"))
    assert {link.text for link in tree.iter("a")} == set(re.findall(r"doi:\S+|https?://\S+", plain.stdout))
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
