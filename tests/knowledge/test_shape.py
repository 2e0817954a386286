from __future__ import annotations

import pytest

from all_cli.knowledge.documents import checked_document
from all_cli.knowledge.files import RISK_RULES, SOURCES
from all_cli.knowledge.problems import KnowledgeError
from all_cli.knowledge.shape import shape_problems
from all_cli.knowledge.strict_yaml import read_yaml

GOOD = "sources:\n  a-1:\n    title: T\n    kind: trial\n    year: 1996\n    read: full\n    checked: true\n"


def problems_of(text: str, schema_of: str = SOURCES) -> list[str]:
    with pytest.raises(KnowledgeError) as caught:
        checked_document(text.encode(), "f.yaml", schema_of)
    return [str(problem) for problem in caught.value.problems]


def test_a_good_entry_has_no_problem() -> None:
    assert checked_document(GOOD.encode(), "f.yaml", SOURCES).data["sources"]["a-1"]["year"] == 1996


def test_unknown_key_names_its_place_and_the_nearest_key() -> None:
    said = problems_of(GOOD + "    autors: Smith\n")
    assert said == ['f.yaml:8:5: the key "autors" is not known here — did you mean "authors"?']


def test_unknown_key_with_nothing_near_lists_what_is_known() -> None:
    (said,) = problems_of(GOOD + "    qqqq: 1\n")
    assert 'the key "qqqq" is not known here (known here: authors, title' in said


def test_missing_key_is_named_at_the_entry_that_lacks_it() -> None:
    assert problems_of(GOOD.replace("    read: full\n", "")) == ['f.yaml:3:5: the key "read" is missing here']


def test_two_missing_keys_are_two_problems() -> None:
    said = problems_of(GOOD.replace("    read: full\n", "").replace("    checked: true\n", ""))
    assert sorted(line.split('"')[1] for line in said) == ["checked", "read"]


@pytest.mark.parametrize(
    ("line", "place", "wrong"),
    [
        ("year: 1996", "year: early", 'it is "early"'),
        ("checked: true", "checked: yes", '"checked" must be true or false; it is "yes"'),
        ("title: T", "title: [T]", '"title" must be text; it is a list'),
        ("title: T", "title: {a: b}", '"title" must be text; it is a mapping'),
        ("title: T", "title:", '"title" must be text; it is empty'),
        ("title: T", "title: 12", '"title" must be text; it is 12'),
        ("title: T", "title: true", '"title" must be text; it is true'),
        ("title: T", 'title: ""', '"title" must not be empty'),
    ],
)
def test_wrong_type_says_what_it_must_be_and_what_it_is(line: str, place: str, wrong: str) -> None:
    (said,) = problems_of(GOOD.replace(line, place))
    assert said.endswith(wrong)


def test_word_outside_its_list_gets_the_nearest_one() -> None:
    (said,) = problems_of(GOOD.replace("kind: trial", "kind: trail"))
    assert said.startswith("f.yaml:4:11: ")
    assert said.endswith('"kind" cannot be "trail" — did you mean "trial" or "table"?')


def test_word_near_nothing_gets_the_whole_list() -> None:
    (said,) = problems_of(GOOD.replace("read: full", "read: zzzz"))
    assert said.endswith('"read" cannot be "zzzz" (one of: full, abstract, table, page, registry-text, not-read)')


def test_an_id_that_cannot_be_one_is_told_how_ids_look() -> None:
    (said,) = problems_of(GOOD.replace("a-1:", "A 1:"))
    assert said == 'f.yaml:2:3: "A 1" cannot be an id: an id is lower-case words and digits joined by hyphens'


def test_all_problems_are_said_at_once_in_file_order() -> None:
    text = GOOD.replace("kind: trial", "kind: trail").replace("1996", "x") + "    foo: 1\nextra: 2\n"
    said = problems_of(text)
    assert [int(line.split(":")[1]) for line in said] == [4, 5, 8, 9]


def test_a_rule_without_citation_is_refused() -> None:
    text = (
        "schemes:\n- id: s\n  title: S\n  published: 2000\n  audience: children\n"
        "  population: {when: age >= 1, text: t, cite: [x], checked: true}\n"
        "  groups: {low: {label: L}}\n  rules:\n  - {id: a, group: low, when: age >= 1, checked: true}\n"
    )
    assert 'f.yaml:9:5: the key "cite" is missing here' in problems_of(text, RISK_RULES)


def test_text_that_is_not_utf8_names_the_line() -> None:
    with pytest.raises(KnowledgeError) as caught:
        checked_document(b"sources:\n  a: \xff\n", "f.yaml", SOURCES)
    assert str(caught.value) == "f.yaml:2:1: this is not UTF-8 text"


def test_the_useful_alternative_is_the_one_that_fits_best() -> None:
    schema = {
        "properties": {
            "cite": {"anyOf": [{"type": "string"}, {"type": "object", "properties": {"page": {"minLength": 1}}}]}
        }
    }
    (problem,) = shape_problems(read_yaml('cite: {page: ""}\n', "f.yaml"), schema)
    assert str(problem) == 'f.yaml:1:15: "page" must not be empty'
