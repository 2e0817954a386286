"""The decision tree in every form: nothing cut, nothing overlapping, every end with its rule and reference."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple
from xml.etree import ElementTree

from folded import each
from rich.cells import cell_len
from typer.testing import CliRunner

from all_cli.cli.risk import app
from all_cli.logic.values import NumberSet
from all_cli.patient.patient import Patient
from all_cli.report.branches import Cell, Mark, placed
from all_cli.report.lettering import text_width, wrapped
from all_cli.report.outline import outline_lines, outline_list
from all_cli.report.page import Outline, Twig
from all_cli.report.svg import tree_svg
from all_cli.report.tree import group_text, shade, tree_json, tree_page
from all_cli.risk.library import RiskLibrary, risk_library
from all_cli.risk.tree import decision_tree

RUNNER = CliRunner()
SCHEMES = list(risk_library().schemes)
EVERY_SCHEME = each("id", SCHEMES)
SVG = "{http://www.w3.org/2000/svg}"


def text(*arguments: str, **environment: str) -> str:
    result = RUNNER.invoke(app, ["tree", *arguments], env=environment)
    assert result.exit_code == 0, (result.stderr, result.exception)
    return result.stdout


@cache
def drawing(id: str) -> ElementTree.Element:
    library = risk_library()
    patient = Patient(library.vocabulary)
    return ElementTree.fromstring(tree_svg(decision_tree(library.schemes[id], patient), patient, library))


class Area(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float
    what: str


def letters(root: ElementTree.Element) -> list[Area]:
    areas = []
    for item in root.iter(f"{SVG}text"):
        x, y, size = (float(item.attrib[name]) for name in ("x", "y", "font-size"))
        assert item.text
        width = text_width(item.text, size, bold=item.get("font-weight") == "bold")
        areas.append(Area(x, y - 0.8 * size, x + width, y + 0.22 * size, item.text))
    return areas


def boxes(root: ElementTree.Element) -> list[Area]:
    return [
        Area(x, y, x + width, y + height, item.attrib["class"])
        for item in root.iter(f"{SVG}rect")
        if item.attrib["class"] != "page" and float(item.attrib["width"]) > 14
        for x, y, width, height in [tuple(float(item.attrib[name]) for name in ("x", "y", "width", "height"))]
    ]


def overlap(one: Area, other: Area) -> bool:
    return one.left < other.right and other.left < one.right and one.top < other.bottom and other.top < one.bottom


def assert_apart(areas: list[Area]) -> None:
    areas = sorted(areas, key=lambda area: area.top)
    for number, area in enumerate(areas):
        for other in areas[number + 1 :]:
            if other.top >= area.bottom:
                break
            assert not overlap(area, other), (area, other)


@EVERY_SCHEME
def test_no_text_of_a_drawing_overlaps_another_or_leaves_the_paper(id: str) -> None:
    root = drawing(id)
    width, height = (float(root.attrib[name]) for name in ("width", "height"))
    shift = re.fullmatch(r"translate\((\S+) (\S+)\)", root.find(f"{SVG}g").attrib["transform"])  # type: ignore[union-attr]
    assert shift is not None
    found = letters(root)
    assert_apart(found)
    for area in found:
        assert area.left >= 0
        assert area.right + 2 * float(shift[1]) <= width + 0.5, area
        assert area.top >= -1
        assert area.bottom + 2 * float(shift[2]) <= height + 0.5, area


@EVERY_SCHEME
def test_boxes_stand_apart_and_hold_their_text_whole(id: str) -> None:
    root = drawing(id)
    found = boxes(root)
    assert_apart(found)
    for area in letters(root):
        for box in found:
            if overlap(area, box):
                assert box.left <= area.left and area.right <= box.right + 0.2, (area, box)
                assert box.top <= area.top and area.bottom <= box.bottom, (area, box)


@EVERY_SCHEME
def test_no_line_of_a_drawing_runs_through_a_box(id: str) -> None:
    root = drawing(id)
    found = boxes(root)
    for path in root.iter(f"{SVG}path"):
        x = y = 0.0
        for command, numbers in re.findall(r"([MHV])([-\d. ]+)", path.attrib["d"]):
            values = [float(number) for number in numbers.split()]
            end_x, end_y = {"M": (values[0], values[-1]), "H": (values[0], y), "V": (x, values[0])}[command]
            if command != "M":
                line = Area(min(x, end_x) + 1, min(y, end_y) + 1, max(x, end_x) - 1, max(y, end_y) - 1, "line")
                line = Area(line.left, min(line.top, line.bottom), line.right, max(line.top, line.bottom), "line")
                assert not any(overlap(line, box) for box in found), (id, line)
            x, y = end_x, end_y


@EVERY_SCHEME
def test_a_drawing_names_every_rule_and_group_in_words_and_every_reference_whole(id: str, library: RiskLibrary) -> None:
    root = drawing(id)
    scheme = library.schemes[id]
    patient = Patient(library.vocabulary)
    tree = decision_tree(scheme, patient)
    drawn = [item.text or "" for item in root.iter(f"{SVG}text")]
    joined = " ".join(drawn).replace("\u00a0", " ")
    page = tree_page(tree, patient, library)
    for end in tree.ends.values():
        assert group_text(scheme, end) in joined
        if end.rule is not None:
            assert f"(rule {end.rule.id}) {page.cite(end.rule.cite, end.checked)}" in joined
    assert scheme.population.note in joined
    assert set(page.numbers) >= {citation.source for citation in scheme.population.cite}
    for source, number in page.numbers.items():
        assert f"[{number}]" in drawn
        assert not library.sources[source].identifier or library.sources[source].identifier in drawn
    assert ("†" in joined) == page.unchecked
    assert "not a medical device" in joined


@EVERY_SCHEME
def test_a_drawing_is_self_contained_and_has_a_light_and_a_dark_style(id: str) -> None:
    root = drawing(id)
    style = root.find(f"{SVG}style")
    assert style is not None and style.text is not None
    assert "@media (prefers-color-scheme: dark)" in style.text
    assert not re.search(r"@import|@font-face|url\(", style.text)
    tags = {item.tag.removeprefix(SVG) for item in root.iter()}
    assert tags <= {"svg", "title", "style", "rect", "g", "path", "text"}
    painted = {item.attrib["class"] for item in root.iter() if "class" in item.attrib}
    light, dark = style.text.split("@media")
    for name in painted:
        assert f".{name} {{" in light
        assert f".{name} {{" in dark
    for item in root.iter():
        assert not any(name.startswith("on") or "href" in name for name in item.attrib)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_text_is_readable_on_every_colour_in_light_and_dark() -> None:
    style = drawing("nci-rome").find(f"{SVG}style")
    assert style is not None and style.text is not None
    for sheet in style.text.split("@media"):
        fills = dict(re.findall(r"\.(\w+) \{ fill: (#\w+);", sheet))
        for ink, grounds in {
            "ink": [name for name in fills if name not in ("ink", "dim")],
            "dim": ["page", "question", "part"],
        }.items():
            for ground in grounds:
                lighter, darker = sorted((luminance(fills[ink]), luminance(fills[ground])), reverse=True)
                assert (lighter + 0.05) / (darker + 0.05) >= 4.5, (ink, ground)


def test_graver_groups_are_never_shaded_milder(library: RiskLibrary) -> None:
    for scheme in library.schemes.values():
        graded = sorted((group.severity, id) for id, group in scheme.groups.items() if group.severity is not None)
        shades = [shade(scheme, (id,)) for _, id in graded]
        assert None not in shades or set(shades) == {None}
        assert shades == sorted(shades, key=lambda grade: grade or 0)
        assert shade(scheme, tuple(scheme.group_ids[:2])) is None or len(scheme.group_ids) == 1


@EVERY_SCHEME
def test_walking_the_json_by_values_ends_at_the_rules_and_only_there(id: str, library: RiskLibrary) -> None:
    patient = Patient(library.vocabulary)
    tree = decision_tree(library.schemes[id], patient)
    data = tree_json(tree, patient, library)
    nodes: dict[int, dict[str, Any]] = {node["id"]: node for node in data["nodes"]}
    assert len(nodes) == len(data["nodes"])
    assert data["root"] in nodes
    for node in nodes.values():
        if "rule" in node:
            assert node["rule"] is None or node["rule"].startswith(f"{id}.")
            assert all(citation["source"] in data["sources"] for citation in node["cite"])
            continue
        question = tree.questions[node["id"]]
        for branch, (mask, to) in zip(node["branches"], question.branches, strict=True):
            assert branch["to"] == to in nodes
            if "values" in branch:
                assert frozenset(branch["values"]) == question.axis.possible(mask)
                continue
            read = NumberSet(())
            for span in branch["ranges"]:
                read |= NumberSet.between(
                    span["low"],
                    span["high"],
                    open_low=span["low"] is not None and not span["low_included"],
                    open_high=span["high"] is not None and not span["high_included"],
                )
            assert question.axis.mask(read) == mask


@EVERY_SCHEME
def test_the_plain_tree_has_a_line_for_every_branch_and_the_narrow_one_loses_no_word(
    id: str, library: RiskLibrary
) -> None:
    plain = text(id, "--format", "plain").split("References")[0]
    tree = decision_tree(library.schemes[id], Patient(library.vocabulary))
    branches = sum(len(question.branches) for question in tree.questions.values())
    assert len(re.findall(r"^ [ │]*[├└]─ ", plain, flags=re.M)) == branches
    narrow = text(id, "--format", "table", "--color", "never", COLUMNS="60").split("References")[0]
    assert all(cell_len(line.rstrip()) <= 60 for line in narrow.splitlines())

    def words(shown: str) -> str:
        return re.sub(r"[\s│├└─]+", "", shown)

    assert words(narrow) == words(plain)


def test_markdown_is_a_nested_list_and_no_quotation() -> None:
    lines = text("nci-rome", "--format", "markdown").splitlines()
    assert "- **Age at diagnosis** (age)" in lines
    assert r"  - \>= 1 and \< 10 y: **White cell count at diagnosis** (wbc)" in lines
    assert not any(re.match(r"\s*- >", line) for line in lines)


def test_guides_are_ascii_where_nothing_else_can_be_printed() -> None:
    outline = Outline(
        (Twig("", "age", "", (Twig("< 10", "low", "[1]"), Twig(">= 10", "high", "", (Twig("x", "y"),)))),)
    )
    assert list(outline_lines(outline, "ascii")) == [
        "  age",
        "  |- < 10: low [1]",
        "  `- >= 10: high",
        "     `- x: y",
    ]
    assert list(outline_lines(outline, "utf-8"))[1] == "  ├─ < 10: low [1]"
    assert list(outline_list(outline, str))[1] == "  - < 10: **low** [1]"


def test_wrapping_keeps_every_word_and_never_breaks_one() -> None:
    long = "10.1182/blood-2017-03-742304-and-a-very-long-tail"
    assert wrapped(f"see {long} there", 60, 12) == ["see", long, "there"]
    assert wrapped("", 60, 12) == []
    assert text_width("WW", 10) > text_width("ii", 10)


def test_long_words_on_neighbouring_branches_have_room() -> None:
    label = [Mark("word", 12.0)] * 8
    below = [Cell("open", [Mark("end", 12.0)], 1, list(label)) for _ in range(3)]
    drawn = placed(Cell("question", [Mark("question", 12.0)], 0, [], below))
    ends = [spot for spot in drawn.cells if spot.cell in below]
    for upper, lower in pairwise(ends):
        assert lower.centre - upper.centre >= below[0].label_height
    assert ends[0].centre - below[0].label_height / 2 >= 0
    assert ends[-1].centre + below[0].label_height / 2 <= drawn.height


def test_patient_text_and_warnings_stand_in_the_drawing_escaped(library: RiskLibrary) -> None:
    patient = Patient(library.vocabulary)
    patient.tell("mrd_eoi", "<0.01%", "--mrd-eoi")
    patient.conclude()
    scheme = library.schemes["ukall-2011"]
    svg = tree_svg(decision_tree(scheme, patient), patient, library)
    assert "&lt;0.01 %" in svg
    ElementTree.fromstring(svg)
