from __future__ import annotations

import pytest

from all_cli.knowledge.problems import KnowledgeError, Place
from all_cli.knowledge.strict_yaml import Document, read_yaml


def value_of(written: str) -> object:
    return read_yaml(f"it: {written}\n", "f.yaml").data["it"]


def problems_of(text: str) -> list[str]:
    with pytest.raises(KnowledgeError) as caught:
        read_yaml(text, "f.yaml")
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1e-4", 1e-4), ("5E-4", 5e-4), ("1.5e3", 1500.0), ("0.01", 0.01), (".5", 0.5), ("5.", 5.0), ("-2.5", -2.5),
        ("+1.0", 1.0), ("1e4", 10000.0), ("0.0", 0.0),
    ],
)  # fmt: skip
def test_decimal_and_exponent_are_numbers(written: str, value: float) -> None:
    assert value_of(written) == value
    assert isinstance(value_of(written), float)


@pytest.mark.parametrize(("written", "value"), [("0", 0), ("10", 10), ("-3", -3), ("+3", 3), ("1996", 1996)])
def test_whole_numbers_are_whole(written: str, value: int) -> None:
    assert value_of(written) == value
    assert type(value_of(written)) is int


@pytest.mark.parametrize(
    "written",
    [
        "no", "yes", "on", "off", "No", "YES", "y", "n", "True", "False", "TRUE", "Null", "NULL", "12:30", "1:2:3",
        "0777", "0o17", "0x1f", "0b1", "007", "+0777", "-012", "2019-03-07", "2019-03-07T12:30:00Z", "1_000", "1,000",
        "1e", "e5", ".", "-", "+", "1.2.3", ".inf", ".nan", "nan", "-.inf", "12-21", "<<", "=",
    ],
)  # fmt: skip
def test_what_only_resembles_a_number_date_or_boolean_stays_text(written: str) -> None:
    assert value_of(written if written != "-" else '"-"') == written


@pytest.mark.parametrize(
    ("written", "value"), [("true", True), ("false", False), ("null", None), ("~", None), ("", None)]
)
def test_true_false_and_empty_are_what_they_say(written: str, value: object) -> None:
    assert value_of(written) is value


@pytest.mark.parametrize("quoted", ['"1e-4"', "'1e-4'", '"true"', "'10'", '"null"', '""', "'~'"])
def test_quotes_make_text(quoted: str) -> None:
    assert value_of(quoted) == quoted[1:-1]


def test_block_text_is_text() -> None:
    assert read_yaml("a: |\n  10\nb: >\n  true\n", "f.yaml").data == {"a": "10\n", "b": "true\n"}


def test_as_text_keeps_every_scalar_as_written() -> None:
    text = "a: 5e-4\nb: [1.50, yes, true, 007]\nc: {d: null, e: ~}\nf:\n"
    data = read_yaml(text, "f.yaml", as_text=True).data
    assert data == {"a": "5e-4", "b": ["1.50", "yes", "true", "007"], "c": {"d": "null", "e": "~"}, "f": ""}


def test_keys_are_always_text() -> None:
    assert read_yaml("1: a\nno: b\n1e-4: c\n", "f.yaml").data == {"1": "a", "no": "b", "1e-4": "c"}


def test_empty_document_is_nothing() -> None:
    assert read_yaml("# only a comment\n", "f.yaml").data is None


def test_repeated_key_names_its_place_and_the_first_line() -> None:
    assert problems_of("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n") == [
        'f.yaml:5:3: the key "c" is repeated (first at line 3)'
    ]


def test_same_key_in_two_mappings_is_no_repeat() -> None:
    assert read_yaml("a: {c: 1}\nb: {c: 2}\n", "f.yaml").data == {"a": {"c": 1}, "b": {"c": 2}}


def test_key_repeated_under_another_quoting_is_repeated() -> None:
    assert "repeated (first at line 1)" in problems_of('a: 1\n"a": 2\n')[0]


def test_every_mistake_is_said_at_once_in_file_order() -> None:
    text = "a: 1\na: 2\nb: &x [1]\nc: *x\nd: {<<: {e: 1}}\nf: !thing 3\n? [g]\n: 1\n"
    said = problems_of(text)
    lines = [int(line.split(":")[1]) for line in said]
    assert lines == sorted(lines)
    assert said[0].startswith("f.yaml:2:1: ")
    for part in ("repeated", "an alias (*name) is not allowed", "a merge key (<<) is not allowed", "the tag", "single"):
        assert any(part in line for line in said), part


def test_merge_key_is_not_merged() -> None:
    assert problems_of("base: {x: 1}\nd:\n  <<: {e: 1}\n") == [
        "f.yaml:3:3: a merge key (<<) is not allowed here: write the keys out"
    ]


def test_custom_tag_is_refused_by_name() -> None:
    assert problems_of("a: !secret 3\n") == ['f.yaml:1:4: the tag "!secret" is not allowed here']


def test_alias_is_refused_where_it_is_used() -> None:
    said = problems_of("a: &one {x: 1}\nb: *one\n")
    assert all("write the value out" in line for line in said)


@pytest.mark.parametrize("text", ["a: [1\n", "a: b: c\n", "{", "a: 'x\n", "\t- a", "a: 1\n b: 2\n", "a: \x00\n"])
def test_text_that_is_not_yaml_says_so_with_a_place(text: str) -> None:
    (said,) = problems_of(text)
    place, sentence = said.split(": ", 1)
    assert place.startswith("f.yaml:")
    assert sentence.startswith("this is not YAML: ")


def test_two_documents_in_one_file_are_refused() -> None:
    assert "this is not YAML" in problems_of("a: 1\n---\nb: 2\n")[0]


def test_unfinished_list_points_behind_its_beginning() -> None:
    assert problems_of("ok: 1\nbad: [1,\n")[0].startswith(("f.yaml:2:", "f.yaml:3:"))


@pytest.fixture
def placed() -> Document:
    return read_yaml("a: 1\nb:\n  - x\n  - {k: 'quoted'}\n", "f.yaml")


def test_values_and_keys_know_their_place(placed: Document) -> None:
    assert placed.place(("a",)) == Place("f.yaml", 1, 4)
    assert placed.place(("b", 0)) == Place("f.yaml", 3, 5)
    assert placed.key_place(("b",)) == Place("f.yaml", 2, 1)
    assert placed.key_place(("b", 1, "k")) == Place("f.yaml", 4, 6)


def test_place_of_quoted_text_is_inside_the_quotes(placed: Document) -> None:
    assert placed.place(("b", 1, "k")) == Place("f.yaml", 4, 10)
    assert placed.text_place(("b", 1, "k"), 2) == Place("f.yaml", 4, 12)


def test_place_of_what_is_missing_is_that_of_its_nearest_parent(placed: Document) -> None:
    assert placed.place(("b", 1, "missing", "deeper")) == placed.place(("b", 1)) == Place("f.yaml", 4, 5)
    assert Document("f.yaml", None).place(("x",)) == Place("f.yaml", 1, 1)


@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_a_place_in_a_text_that_goes_on_below_is_the_place_where_it_stands(quote: str) -> None:
    text = f"a: {{b: 1, when: {quote}age >= 1 and\n    wbc >= 50  \n  or testis{quote}, c: 2}}\n"
    document = read_yaml(text, "f.yaml")
    for word in ("age", "and", "wbc", "50", "or", "testis"):
        place = document.text_place(("a", "when"), document.data["a"]["when"].index(word))
        assert text.splitlines()[place.line - 1][place.column - 1 :].startswith(word)
    assert document.text_place(("a", "c"), 0) == ("f.yaml", 3, 17 + len(quote))
