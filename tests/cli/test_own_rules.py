"""A user's own schemes: they extend or replace the shipped ones, and every mistake is said at its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from all_cli.cli.risk import app
from all_cli.risk.library import RiskLibrary

RUNNER = CliRunner()
MINE = """\
schemes:
  - id: my-scheme
    title: "Mine [/x] [bold]"
    published: 2020
    audience: children
    population: {when: age >= 1, text: all from one, cite: [smith-1996], checked: false}
    groups:
      low: {label: "Low [cp18]"}
      high: {label: High}
    rules:
      - {id: a, group: high, when: wbc >= 20, cite: [smith-1996], checked: false}
      - {id: b, group: low, when: wbc < 20, cite: [smith-1996], checked: false}
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    file = tmp_path / "mine.yaml"
    file.write_text(MINE, encoding="utf-8")
    return file


def risk(*arguments: str) -> Result:
    return RUNNER.invoke(app, list(arguments))


def results(*options: str) -> dict[str, Any]:
    result = risk("classify", *options, "--format", "json")
    assert result.exit_code == 0, result.stderr
    return {entry["scheme"]: entry for entry in json.loads(result.stdout)["results"]}


def test_an_own_scheme_answers_beside_the_shipped_ones(mine: Path, library: RiskLibrary) -> None:
    found = results("--age", "7", "--wbc", "45", "--lineage", "B", "--rules", str(mine))
    assert set(found) == {*library.schemes, "my-scheme"}
    assert found["my-scheme"]["group"] == "high"
    assert found["my-scheme"]["checked"] is False
    assert found["nci-rome"]["group"] == "standard"


@pytest.mark.parametrize(("wbc", "group"), [("19.9", "low"), ("20", "high"), ("20.1", "high")])
def test_an_own_scheme_can_be_asked_alone(mine: Path, wbc: str, group: str) -> None:
    found = results("--age", "7", "--wbc", wbc, "--scheme", "my-scheme", "--rules", str(mine))
    assert [entry["group"] for entry in found.values()] == [group]


def test_an_own_scheme_with_a_shipped_id_replaces_it(mine: Path, library: RiskLibrary) -> None:
    mine.write_text(MINE.replace("id: my-scheme", "id: nci-rome"), encoding="utf-8")
    found = results("--age", "7", "--wbc", "45", "--lineage", "B", "--rules", str(mine))
    assert set(found) == set(library.schemes)
    assert found["nci-rome"]["group"] == "high"
    assert found["nci-rome"]["decided_by"][0]["rule"] == "nci-rome.a"


def test_an_own_file_that_changed_is_read_again(mine: Path) -> None:
    options = ("--age", "7", "--wbc", "45", "--scheme", "my-scheme", "--rules", str(mine))
    assert results(*options)["my-scheme"]["group"] == "high"
    mine.write_text(MINE.replace("20", "50"), encoding="utf-8")
    assert results(*options)["my-scheme"]["group"] == "low"


def test_without_the_file_the_shipped_schemes_are_as_they_were(mine: Path) -> None:
    results("--age", "7", "--rules", str(mine))
    assert risk("classify", "--scheme", "my-scheme").exit_code == 2


def test_every_command_that_takes_rules_knows_the_own_scheme(mine: Path, tmp_path: Path) -> None:
    listed = json.loads(risk("schemes", "--rules", str(mine), "--format", "json").stdout)
    assert "my-scheme" in [entry["id"] for entry in listed["schemes"]]
    assert risk("schemes", "my-scheme", "--rules", str(mine)).exit_code == 0
    assert "10.1200/JCO.1996.14.1.18" in risk("cite", "my-scheme.a", "--rules", str(mine)).stdout
    table = tmp_path / "in.csv"
    table.write_text("age,wbc\n7,45\n", encoding="utf-8")
    batch = risk("batch", str(table), "--scheme", "my-scheme", "--rules", str(mine))
    assert batch.stdout.splitlines()[1] == "7,45,assigned,high,high,my-scheme.a,,"


@pytest.mark.parametrize("form", ["table", "plain", "markdown"])
def test_an_own_title_is_printed_without_markup_interpretation(mine: Path, form: str) -> None:
    options = ("--age", "7", "--wbc", "5", "--scheme", "my-scheme", "--rules", str(mine), "--format", form)
    text = risk("classify", *options).stdout
    assert "Mine [/x] [bold]" in text
    assert "Low [cp18]" in text


def test_an_own_source_can_be_cited(mine: Path) -> None:
    source = (
        "sources:\n"
        "  ours-2024:\n"
        "    {title: Our own, kind: review, year: 2024, read: full, checked: true, url: 'https://example.org/a_b'}\n"
    )
    mine.write_text(MINE.replace("[smith-1996]", "[{ours-2024: page 3}]") + source, encoding="utf-8")
    result = risk("cite", "my-scheme", "--rules", str(mine), "--format", "json")
    assert result.exit_code == 0, result.stderr
    assert "https://example.org/a_b" in json.loads(result.stdout)["sources"]["ours-2024"]


def refused(file: Path, text: str, *said: str, code: int = 4) -> list[str]:
    file.write_text(text, encoding="utf-8")
    result = risk("classify", "--rules", str(file))
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code
    assert result.stdout == ""
    for words in said:
        assert words in result.stderr
    return result.stderr.splitlines()


MISTAKES = [
    ("title:", "titel:", 3, "titel", '"title"'),
    ("audience: children", "audience: childern", 5, "childern", "children"),
    ("age >= 1", "agee >= 1", 6, "agee", '"age"'),
    ("wbc >= 20", "wbx >= 20", 11, "wbx", '"wbc"'),
    ("wbc >= 20", "wbc >== 20", 11, "", ""),
    ("wbc >= 20", "wbc >= B", 11, "B", ""),
    ("wbc >= 20", "lineage == Z", 11, "Z", "B"),
    ("wbc >= 20", "__import__('os')", 11, "", ""),
    ("group: high, when", "group: hihg, when", 11, "hihg", '"high"'),
    ("cite: [smith-1996], checked: false}\n      - {id: b", "checked: false}\n      - {id: b", 11, "cite", "missing"),
    (
        "wbc >= 20, cite: [smith-1996]",
        "wbc >= 20, cite: [smith-1969]",
        11,
        "smith-1969",
        '"smith-1996"',
    ),
    (
        "wbc < 20, cite: [smith-1996], checked: false",
        "wbc < 20, cite: [smith-1996], checked: true",
        12,
        "smith-1996",
        "",
    ),
    ("id: b", "id: a", 12, '"a"', "twice"),
    ("audience: children\n", "audience: children\n    audience: adults\n", 6, "audience", "repeated"),
    ("published: 2020", "published: soon", 4, "published", "number"),
    ("my-scheme", "My Scheme", 2, "My Scheme", ""),
    ("      low:", "      middle: {label: Middle}\n      low:", 8, "middle", ""),
    ("    groups:", "   groups:", 7, "", ""),
    ("    groups:", "\tgroups:", 7, "", ""),
]


@pytest.mark.parametrize(
    ("right", "wrong", "line", "named", "nearest"), MISTAKES, ids=[f"{new!r}" for _, new, *_ in MISTAKES]
)
def test_a_mistake_is_said_with_file_line_and_column(
    right: str, wrong: str, line: int, named: str, nearest: str, tmp_path: Path
) -> None:
    assert right in MINE
    file = tmp_path / "mine.yaml"
    lines = refused(file, MINE.replace(right, wrong, 1), named, nearest)
    places = [message.removeprefix(f"{file}:").split(":")[:2] for message in lines]
    assert all(message.startswith(f"{file}:") for message in lines)
    assert str(line) in [place[0] for place in places]
    assert all(place[1].strip().isdigit() for place in places)


def test_a_caution_lets_only_its_own_schemes_head_and_they_must_exist(mine: Path) -> None:
    form = "{id: mine, when: sex == male, heads: [HEAD], text: Apart., cite: [smith-1996], checked: false}"
    caution = f"cautions:\n  - {form}\n"
    refused(mine, MINE + caution.replace("HEAD", "my-schema"), ":14:", '"my-schema"', '"my-scheme"')
    options = ("--age", "7", "--wbc", "45", "--lineage", "B", "--rules", str(mine), "--format", "json")
    told = (("my-scheme", "male", "my-scheme"), ("", "male", None), ("my-scheme", "female", "nci-rome"))
    for head, sex, primary in told:
        mine.write_text(MINE + caution.replace("HEAD", head), encoding="utf-8")
        assert json.loads(risk("classify", *options, "--sex", sex).stdout)["primary"] == primary


def test_a_condition_is_pointed_at_in_its_middle(tmp_path: Path) -> None:
    text = MINE.replace("wbc >= 20", "wbc >= 20 and wbx < 3")
    column = text.splitlines()[10].index("wbx") + 1
    refused(tmp_path / "mine.yaml", text, f"mine.yaml:11:{column}: ")


def test_several_mistakes_are_all_said_at_once(tmp_path: Path) -> None:
    text = (
        MINE.replace("age >= 1", "agee >= 1")
        .replace("wbc < 20", "wbx < 20")
        .replace("group: high", "group: hihg")
        .replace("low, when: wbx < 20, cite: [smith-1996]", "low, when: wbx < 20, cite: [smth-1996]")
    )
    lines = refused(tmp_path / "mine.yaml", text, "agee", "wbx", "hihg", "smth-1996")
    assert len(lines) >= 4
    places = [tuple(map(int, line.split("mine.yaml:")[1].split(":")[:2])) for line in lines]
    assert places == sorted(places)


def test_several_mistakes_of_form_are_all_said_at_once(tmp_path: Path) -> None:
    text = (
        MINE.replace("title:", "titel:").replace("published: 2020", "published: soon").replace("when: wbc < 20, ", "")
    )
    assert len(refused(tmp_path / "mine.yaml", text, "titel", "published", "when")) >= 3


@pytest.mark.parametrize("text", ["", "- a\n", "schemes: []\n", "seven\n", "schemes: [\n", "{}\n"])
def test_a_file_that_holds_no_scheme_is_refused(text: str, tmp_path: Path) -> None:
    refused(tmp_path / "mine.yaml", text)


def test_a_file_that_is_not_text_is_refused_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_bytes(b"schemes:\n  - \xff\xfe\n")
    result = risk("schemes", "--rules", str(file))
    assert result.exit_code == 4
    assert f"{file}:2:" in result.stderr


def test_a_missing_file_cannot_be_read(tmp_path: Path) -> None:
    result = risk("classify", "--rules", str(tmp_path / "none.yaml"))
    assert result.exit_code == 3
    assert "none.yaml" in result.stderr
    assert risk("classify", "--rules", str(tmp_path)).exit_code == 3


def test_a_source_id_that_is_taken_is_refused(tmp_path: Path) -> None:
    source = "sources:\n  smith-1996: {title: Other, kind: review, year: 2024, read: full, checked: true}\n"
    refused(tmp_path / "mine.yaml", MINE + source, "smith-1996")
