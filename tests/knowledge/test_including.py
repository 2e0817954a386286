"""Files that a knowledge file includes: their order, their places, what is refused and in which words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from all_cli.cli.risk import app
from all_cli.knowledge.documents import checked_document, places_in
from all_cli.knowledge.files import PROTOCOLS, RISK_RULES, content, data_directory, included, with_included
from all_cli.knowledge.problems import KnowledgeError
from all_cli.protocol.compile import compile_protocols
from all_cli.protocol.load import protocol_library


def scheme(id: str, cut: int = 50) -> str:
    return f"""\
  - id: {id}
    title: {id.upper()}
    published: 2020
    audience: children
    population: {{when: age < 18, text: children, cite: [smith-1996], checked: false}}
    groups: {{low: {{label: Low}}, high: {{label: High}}}}
    rules:
      - {{id: high, group: high, when: wbc >= {cut}, cite: [smith-1996], checked: false}}
      - {{id: low, group: low, when: wbc < {cut}, cite: [smith-1996], checked: false}}
"""


MINE, C = "mine.yaml", "c.yaml"
MAIN = "include: [family/b.yaml, c.yaml]\norder: [b-two, a, c, b]\nschemes:\n" + scheme("a")
FILES = {"family/b.yaml": "schemes:\n" + scheme("b") + scheme("b-two"), C: "schemes:\n" + scheme("c")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "family").mkdir()
    for name, text in (FILES | {MINE: MAIN}).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def read(folder: Path) -> list[str]:
    document = checked_document((folder / MINE).read_bytes(), "mine.yaml", RISK_RULES, folder)
    return [entry["id"] for entry in document.data["schemes"]]


def refused(folder: Path) -> list[str]:
    with pytest.raises(KnowledgeError) as caught:
        read(folder)
    return [str(problem).replace("\\", "/") for problem in caught.value.problems]


def change(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")


def risk(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_schemes_stand_in_the_order_that_is_said_and_else_one_file_after_another(folder: Path) -> None:
    assert read(folder) == ["b-two", "a", "c", "b"]
    change(folder, MINE, "order: [b-two, a, c, b]\n", "")
    assert read(folder) == ["a", "b", "b-two", "c"]


def test_every_place_is_that_in_the_file_in_which_it_stands(folder: Path) -> None:
    document = places_in((folder / MINE).read_bytes(), "x/mine.yaml", RISK_RULES, folder)
    where = {
        "b-two": ("x/family/b.yaml", 11),
        "a": ("x/mine.yaml", 4),
        "c": ("x/c.yaml", 2),
        "b": ("x/family/b.yaml", 2),
    }
    for index, (id, (file, line)) in enumerate(where.items()):
        assert document.data["schemes"][index]["id"] == id
        assert document.place(("schemes", index, "id")) == (file, line, 9)
        assert document.key_place(("schemes", index, "title")) == (file, line + 1, 5)
        assert document.text_place(("schemes", index, "rules", 1, "when"), 4) == (file, line + 8, 41)
    assert document.place(("schemes",)) == ("x/mine.yaml", 4, 3)


def test_a_mistake_is_said_at_its_place_in_the_included_file(folder: Path) -> None:
    change(folder, C, "published", "publishd")
    assert any(said.startswith('c.yaml:4:5: the key "publishd" is not known here') for said in refused(folder))
    change(folder, C, "publishd", "published")
    change(folder, "family/b.yaml", "  - id: b-two\n", "  - id: b\n")
    change(folder, MINE, "order: [b-two, a, c, b]\n", "")
    found = risk("check", str(folder / MINE))
    assert found.exit_code == 4
    assert 'b.yaml:11:9: the scheme id "b" is taken' in found.stderr.replace("\n", "")


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (MINE, "c.yaml]", "none.yaml]", '1:26: "none.yaml" cannot be included: there is no file none.yaml that can be'),
        (MINE, "c.yaml]", "family]", '1:26: "family" cannot be included: family: it is a folder; name a file'),
        (MINE, "c.yaml]", "../c.yaml]", '1:26: "../c.yaml" cannot be included: name a file beside mine.yaml or'),
        (MINE, "c.yaml]", "/etc/c.yaml]", '1:26: "/etc/c.yaml" cannot be included: name a file beside mine.yaml or in'),
        (MINE, "c.yaml]", "family/b.yaml]", '1:26: "family/b.yaml" is included twice'),
        (MINE, "c.yaml]", "mine.yaml]", '1:26: "mine.yaml" includes itself'),
        (MINE, "c.yaml]", '"c.yaml"]', "1:27: write the files plainly between brackets: include: [one.yaml, two.yaml]"),
        (C, "sch", "include: [mine.yaml]\nsch", '1:1: an included file holds "schemes" alone; "include" stands in'),
        (C, "sch", "routine: []\nsch", '1:1: an included file holds "schemes" alone; "routine" stands in mine.yaml'),
        (C, FILES[C], "", '1:1: an included file holds a list "schemes"'),
        (C, "id: c\n", "id: c\n    id: d\n", '3:5: the key "id" is repeated (first at line 2)'),
        (MINE, "c, b]", "c, c, b]", '2:22: "c" is named twice in the order'),
        (MINE, "c, b]", "c, b, b-tow]", '2:25: none of the schemes has the id "b-tow" — did you mean "b-two"?'),
        (MINE, "order: [b-two, a, c, b]", "order: b", '2:8: "order" must be a list; it is "b"'),
        (MINE, "include: [family/b.yaml, c.yaml]", "include: {}", '1:10: "include" must be a list; it is a mapping'),
    ],
)  # fmt: skip
def test_what_cannot_be_included_is_said_in_one_sentence(
    folder: Path, name: str, old: str, new: str, said: str
) -> None:
    change(folder, name, old, new)
    (found,) = refused(folder)
    assert found.startswith(f"{name}:{said}")


def test_what_the_order_does_not_name_is_said_where_it_stands(folder: Path) -> None:
    change(folder, MINE, "c, b]", "c]")
    assert refused(folder) == ['family/b.yaml:2:9: "b" has no place yet: name it under "order" in mine.yaml']


def test_a_file_of_ones_own_may_include_others_and_is_compiled_again_when_one_of_them_changes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    seven = ("classify", "--age", "7", "--wbc", "45", "--lineage", "B", "--scheme", "b", "--format", "json")
    rules = ("--rules", str(folder / MINE))

    def group() -> str:
        (found,) = json.loads(risk(*seven, *rules).stdout)["results"]
        return str(found["group"])

    assert group() == "low"
    change(folder, "family/b.yaml", "50", "40")
    assert group() == "high"


def test_what_is_compiled_depends_on_every_included_file_and_its_name(folder: Path) -> None:
    raw = (folder / MINE).read_bytes()
    found = {with_included(raw, folder)}
    change(folder, C, "50", "51")
    found.add(with_included(raw, folder))
    (folder / C).unlink()
    found.add(with_included(raw, folder))
    assert len(found) == 3
    assert with_included(b"schemes: []\n", folder) == b"schemes: []\n"


def test_no_shipped_file_is_left_out_and_each_points_an_editor_to_its_schema() -> None:
    data = data_directory()
    listed = {name for main in (RISK_RULES, PROTOCOLS) for name in included(content(main), data)}
    there = {path.relative_to(data).as_posix(): path for path in data.glob("*/*.yaml")}
    assert listed == there.keys()
    for path in (*there.values(), *data.glob("*.yaml")):
        first = path.read_text(encoding="utf-8").split("\n")[0]
        assert (path.parent / first.removeprefix("# yaml-language-server: $schema=")).is_file(), path


def test_protocols_are_included_likewise_and_cite_the_drugs_of_the_including_file(tmp_path: Path) -> None:
    drugs = "drugs:\n  vincristine: {name: vincristine, class: vinca alkaloid}\n"
    main = f"include: [one.yaml]\norder: [one]\n{drugs}protocols: []\n"
    (tmp_path / "one.yaml").write_text(PROTOCOL, encoding="utf-8")
    library = protocol_library()
    document = checked_document(main.encode(), "f.yaml", PROTOCOLS, tmp_path)
    form = compile_protocols(document, library.vocabulary, library.sources)
    assert [entry["id"] for entry in form["protocols"]] == ["one"] and not {"include", "order"} & form.keys()
    alone = checked_document(PROTOCOL.encode(), "one.yaml", PROTOCOLS)
    with pytest.raises(KnowledgeError, match=r'one\.yaml:15:27: no drug is called "vincristine"'):
        compile_protocols(alone, library.vocabulary, library.sources)


PROTOCOL = """\
protocols:
  - id: one
    title: One
    audience: children
    settings: []
    population: {when: age < 18, text: from birth, cite: [smith-1996], checked: false}
    risk: [general]
    arms:
      - {id: a, title: A, phases: [induction], cite: [smith-1996], checked: false}
    phases:
      - id: induction
        phase: induction
        title: Induction
        lines:
          - {id: v, drug: vincristine, dose: 1.5, unit: mg/m2, per: dose, route: IV, days: [1], cite: [smith-1996],
             checked: false}
"""
