"""The one form of the knowledge files: what it looks like, that nothing is lost, that it is its own form."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from all_cli.knowledge.problems import KnowledgeError
from all_cli.knowledge.strict_yaml import read_yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

from format_data import WIDTH, formatted, main  # type: ignore[import-not-found]

LONG = "Neutrophils at least 750/uL and platelets at least 75000/uL, whichever is later, and no sign of infection; " * 2
WORDS = ", ".join(f"spelling {number}" for number in range(14))


@pytest.mark.parametrize(
    ("written", "form"),
    [
        pytest.param(
            "# yaml-language-server: $schema=x.json\nphases:\n- id: induction\n  lines:\n  - id: vcr\n    dose: 1.5\n"
            "    days: [1, 8]\n    cite:\n    - {seed-002: 'Induction'}\n",
            "# yaml-language-server: $schema=x.json\nphases:\n  - id: induction\n    lines:\n"
            "      - {id: vcr, dose: 1.5, days: [1, 8], cite: [{seed-002: Induction}]}\n",
            id="a line of a regimen is a statement, the phase holds it",
        ),
        pytest.param(
            "define:\n  a: {when: x}\n  b: {when: y}\n"
            "groups:\n  low:\n    label: Low\n  high:\n    label: High\n    outcome: [{text: a, checked: true}]\n",
            "define:\n  a: {when: x}\n  b: {when: y}\n"
            "groups:\n  low: {label: Low}\n  high:\n    label: High\n    outcome:\n      - {text: a, checked: true}\n",
            id="statements by id stand below each other",
        ),
        pytest.param(
            "t: [{title: CRS, rows: [[fever, a], [motor, b]], checked: true}]\n",
            "t:\n  - title: CRS\n    rows:\n      - [fever, a]\n      - [motor, b]\n    checked: true\n",
            id="a row of a table is a line",
        ),
        pytest.param(
            "a:\n  # --- chapter\n\n  - id: x\n\n\n    text: >-\n      one\n      two\n"
            "  # why y\n\n\n  - id: y # behind\n    # inside\n    t: 1\n# end\n",
            "a:\n  # --- chapter\n\n  - {id: x, text: one two}\n  # why y\n\n"
            "  - id: y  # behind\n    # inside\n    t: 1\n# end\n",
            id="comments stay where they stand, and what one stands in is a block",
        ),
        pytest.param(
            'a: {n: "7", yes: "no", d: "2010-06-11", e: "1e-4", c: \'x, y\', q: "say \\"a, b\\""}\n'
            'b: {t: "- x", u: 1.50, v: , w: "a#b", x: "a?b"}\n',
            'a: {n: "7", "yes": "no", d: "2010-06-11", e: "1e-4", c: "x, y", q: \'say "a, b"\'}\n'
            'b: {t: "- x", u: 1.50, v: null, w: a#b, x: "a?b"}\n',
            id="a scalar is plain unless it would read otherwise",
        ),
        pytest.param(
            f"a:\n  b:\n    x: 1\n    text: {LONG}\n    cite: [one, two]\n  c: {{w: [{WORDS}]}}\n",
            'a:\n  b: {x: 1, text: "Neutrophils at least 750/uL and platelets at least 75000/uL, '
            "whichever is later, and no sign of infection; Neutrophils at least\n    750/uL and platelets at least "
            '75000/uL, whichever is later, and no sign of infection;", cite: [one, two]}\n'
            "  c:\n    w: [spelling 0, spelling 1, spelling 2, spelling 3, spelling 4, spelling 5, spelling 6, "
            "spelling 7, spelling 8, spelling 9, spelling 10,\n      spelling 11, spelling 12, spelling 13]\n",
            id="what no line holds goes on below, further in",
        ),
    ],
)  # fmt: skip
def test_the_form(written: str, form: str) -> None:
    assert formatted(written, "f.yaml") == form
    assert formatted(form, "f.yaml") == form


def test_a_part_that_a_line_holds_is_not_broken() -> None:
    cite = "cite: [{a-source-with-a-long-id: 'page 12, Table 3'}, {another-source-of-the-kind: 'abstract, Results'}]"
    found = formatted(f"- {{id: one, text: {'word ' * 16}, {cite}, checked: true}}\n- {{id: two}}\n", "f.yaml")
    assert [line.strip().split(":")[0] for line in found.splitlines()] == ["- {id", "cite", "- {id"]


TEXTS = st.one_of(
    st.sampled_from(["no", "12:30", "1e-4", "a: b", "x #y", "- x", "?", "", " ", "it's", '"so"', "10⁹", "=", "---"]),
    st.text(st.sampled_from("ab1 ,:#-?{}[]&*!|>%@`'\"\\~=<.é\n\t\x85"), max_size=12),
    st.lists(st.sampled_from(["wbc", ">=", "50", "(B,", "T)", "x:", '"q"', "-", "#", ""]), max_size=60).map(" ".join),
)  # fmt: skip
SCALARS = st.one_of(TEXTS, st.integers(-99, 99), st.booleans(), st.none(), st.sampled_from([0.5, 1.25, 60.0]))
IDS = st.one_of(
    st.sampled_from(["id", "cite", "when", "dose", "on", "2020", "x-y"]), st.text("ab1 -:#", min_size=1, max_size=5)
)
DOCUMENTS = st.dictionaries(
    IDS,
    st.recursive(
        SCALARS,
        lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(IDS, inner, max_size=4)),
        max_leaves=14,
    ),
    max_size=5,
)  # fmt: skip


def commented(text: str, chance: random.Random) -> tuple[str, list[str]]:
    """The text with comments and blank lines strewn in wherever it still reads the same."""
    lines, put = text.splitlines(), []
    for number in sorted(chance.sample(range(len(lines) + 1), min(4, len(lines) + 1)), reverse=True):
        comment = f"# comment {number}"
        trial = [*lines]
        if chance.random() < 0.4 and number:
            trial[number - 1] += f" {comment}"
        else:
            trial[number:number] = [""] * chance.randint(0, 2) + [" " * chance.choice((0, 2, 4)) + comment]
        try:
            same = as_read("\n".join(trial)) == as_read("\n".join(lines))
        except KnowledgeError:
            continue
        if same:
            lines, put = trial, [comment, *put]
    return "\n".join(lines) + "\n", put


def as_read(text: str) -> list[tuple[str, str]]:
    """All that the strict reader reads, with types and order."""

    def walk(value: Any, path: str) -> list[tuple[str, str]]:
        parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        return [(path, repr(value)), *(each for key, part in parts for each in walk(part, f"{path}/{key!r}"))]

    return walk(read_yaml(text, "f.yaml").data, "")


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [each for part in value.values() for each in texts(part)]
    return (
        [each for part in value for each in texts(part)]
        if isinstance(value, list)
        else [value] * isinstance(value, str)
    )


@settings(max_examples=25, deadline=None, derandomize=True)
@given(DOCUMENTS, st.sampled_from([None, True, False]), st.sampled_from([20, 80, 400]), st.integers(0, 999))
def test_nothing_is_lost_and_the_form_is_its_own_form(
    document: dict[str, Any], flow: bool | None, width: int, seed: int
) -> None:
    plain = yaml.dump(document, default_flow_style=flow, width=width, allow_unicode=True, sort_keys=False)
    text, comments = commented(plain, random.Random(seed))
    found = formatted(text, "f.yaml")
    assert as_read(found) == as_read(text)
    assert [found.count(comment + "\n") for comment in comments] == [1] * len(comments)
    assert found.count("# comment ") == len(comments)
    assert formatted(found, "f.yaml") == found
    # What is text here is the same text to a reader of YAML 1.1, whether or not it is written in C.
    for text_read in texts(read_yaml(found, "f.yaml").data):
        assert text_read in texts(yaml.load(found, Loader=yaml.SafeLoader))


def test_check_names_the_file_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rough, fine, wrong = (tmp_path / f"{name}.yaml" for name in ("rough", "fine", "wrong"))
    rough.write_text("a:   1\n", encoding="utf-8")
    fine.write_text("a: 1\n", encoding="utf-8")
    assert main(["--check", str(rough), str(fine)]) == 1
    said = capsys.readouterr().out
    assert "rough.yaml" in said and "fine.yaml" not in said
    assert rough.read_text(encoding="utf-8") == "a:   1\n"
    assert main([str(rough), str(fine)]) == 0
    assert rough.read_text(encoding="utf-8") == "a: 1\n"
    assert main(["--check", str(rough), str(fine)]) == 0
    wrong.write_text("a: 1\na: 2\n", encoding="utf-8")
    assert main(["--check", str(wrong)]) == 2
    assert "wrong.yaml:2:1: " in capsys.readouterr().err


def test_two_spaces_stay_two_where_a_text_goes_on_below() -> None:
    text = f"a: {{b: '{'two  spaces  each,  ' * 12}'}}\n"
    assert as_read(formatted(text, "f.yaml")) == as_read(text)


def test_no_line_of_a_statement_is_too_long_where_a_space_lets_it_end() -> None:
    found = formatted(f"a:\n  - {{id: x, text: '{LONG * 3}', more: [{WORDS}]}}\n", "f.yaml")
    assert max(map(len, found.splitlines())) <= WIDTH
