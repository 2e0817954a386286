"""Texts that once broke a reader of values, found by benchmarks/fuzz.py; each is read or refused in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from all_cli.cli.risk import app
from all_cli.knowledge import strict_yaml
from all_cli.knowledge.documents import document_of
from all_cli.knowledge.files import FACTS
from all_cli.knowledge.problems import KnowledgeError
from all_cli.knowledge.strict_yaml import read_yaml
from all_cli.knowledge.vocabulary import vocabulary_in
from all_cli.logic.parse import ConditionError, parse_condition
from all_cli.patient.genetics import GeneticsReader
from all_cli.patient.reading import read_value
from all_cli.patient.unreadable import UnreadableError

VOCABULARY = vocabulary_in(document_of(FACTS))


@pytest.mark.parametrize("fact", ["wbc", "mrd_eoi", "weeks_to_cr", "marrow_d15"])
@pytest.mark.parametrize("text", ["1e999999999", "-1e999999999", "<1e1000000", "10^-999999999999"])
def test_an_exponent_beyond_all_arithmetic_is_refused(fact: str, text: str) -> None:
    with pytest.raises(UnreadableError):
        read_value(VOCABULARY[fact], text, "%" if fact.startswith(("mrd", "marrow")) else "")


@pytest.mark.parametrize("text", ["positive (1e999999999)", "negative <1e999999999", "negative, sensitivity 1e1000000"])
def test_a_word_with_a_figure_beyond_all_arithmetic_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        read_value(VOCABULARY["mrd_eoi"], text)


@pytest.mark.parametrize(
    "text", ["not " * 51 + "ph", "not " * 950 + "ph", "(" * 300 + "ph" + ")" * 300, "-" * 5000 + "1 < age"]
)
def test_a_condition_nested_too_deeply_is_refused(text: str) -> None:
    with pytest.raises(ConditionError):
        parse_condition(text, VOCABULARY)


def test_a_condition_nested_as_deeply_as_is_allowed_is_read() -> None:
    assert parse_condition("not " * 49 + "ph", VOCABULARY)


def test_a_condition_with_a_number_of_thousands_of_digits_is_refused() -> None:
    with pytest.raises(ConditionError):
        parse_condition(f"0x{'f' * 5000}", VOCABULARY)


@pytest.mark.parametrize("text", ["wbc >= 50and age < 10", "age in (1, 2)or ph", "lineage == 'B\\d'"])
def test_a_condition_that_python_would_warn_of_is_refused_without_a_warning(text: str) -> None:
    with pytest.raises(ConditionError):
        parse_condition(text, VOCABULARY)


# Levels, and the column of the one that is too deep.
TOO_DEEP = {
    "- " * 60_000: 201,
    "? " * 60_000: 201,
    "[" * 60_000: 101,
    "{a: " * 60_000: 401,
    "[" * 900 + "]" * 900: 101,
    "[" * 101 + "]" * 101: 101,
}


@pytest.fixture(params=[loader for name in ("CSafeLoader", "SafeLoader") if (loader := getattr(yaml, name, None))])
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The parser written in C, which has limits of its own, and the one in Python, which has none."""
    monkeypatch.setattr(strict_yaml, "_LOADER", request.param)


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize("text", TOO_DEEP, ids=lambda text: f"{text[:4].strip()} {len(text)}")
def test_yaml_nested_too_deeply_is_refused_in_one_sentence_and_does_not_end_the_process(
    text: str, tmp_path: Path
) -> None:
    file = tmp_path / "deep.yaml"
    file.write_text(f"# the levels stand in the second line\n{text}\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["check", str(file)])
    assert (result.exit_code, result.stdout) == (4, "")
    assert result.stderr == f"{file}:2:{TOO_DEEP[text]}: nested deeper than 100 levels\n"


@pytest.mark.usefixtures("loader")
def test_yaml_nested_as_deeply_as_is_allowed_is_read_and_its_mistakes_are_said() -> None:
    assert read_yaml("[" * 100 + "]" * 100, "x.yaml").data
    for mistake in ("[" * 100, "[" * 100 + "}", "a: b: " + "[" * 1000):
        with pytest.raises(KnowledgeError, match="this is not YAML"):
            read_yaml(mistake, "x.yaml")


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "9" * 5000,
        "a: 1e999",
        "a: -1e999",
        "a: 9223372036854775808",
        "a: -9223372036854775809",
        "a: " + "9" * 250,
    ],
)
def test_a_yaml_number_that_no_computer_holds_is_refused(text: str) -> None:
    with pytest.raises(KnowledgeError, match="too large"):
        read_yaml(text, "x.yaml")


def test_yaml_that_is_no_text_is_refused() -> None:
    with pytest.raises(KnowledgeError, match="not YAML"):
        read_yaml("a: \ud800", "x.yaml")


@pytest.mark.parametrize("text", ["-" * 300_000, " " * 300_000 + "x", "a- " * 100_000, "46,XX" + ",+4" * 100_000])
def test_a_text_as_long_as_a_book_is_no_genetics_and_is_refused_at_once(text: str) -> None:
    with pytest.raises(UnreadableError, match="longer than 4000 characters"):
        GeneticsReader(VOCABULARY).read(text)


@pytest.mark.parametrize("item", ["-" * 301, "a" * 301, "no " * 101])
def test_an_item_that_is_too_long_for_one_finding_is_refused(item: str) -> None:
    with pytest.raises(UnreadableError, match="too long to be one finding"):
        GeneticsReader(VOCABULARY).read(f"t(12;21), {item}, +4")


def test_a_long_karyotype_and_a_long_list_are_read() -> None:
    gains = ",".join(f"+{number}" for number in range(1, 23))
    assert GeneticsReader(VOCABULARY).read(f"68,XX,{gains}[20]/" + "/".join(["46,XX[2]"] * 200))
    assert GeneticsReader(VOCABULARY).read(", ".join(["t(12;21)"] * 300))


def test_reading_a_bad_item_again_and_again_keeps_no_trace_of_the_earlier_times() -> None:
    reader = GeneticsReader(VOCABULARY)
    depths = []
    for _ in range(3):
        with pytest.raises(UnreadableError) as caught:
            reader.read("no such finding")
        depths.append(len(caught.traceback))
    assert depths[0] == depths[2]


def test_an_age_with_a_row_of_spaces_is_looked_at_as_one_with_a_single_space() -> None:
    """Each of seven patterns of spaces could take any share of them: forty took three seconds, now none is left."""
    age = VOCABULARY["age"]
    assert read_value(age, f"6y{' ' * 40}3m").possible == read_value(age, "6y 3m").possible
    with pytest.raises(UnreadableError):
        read_value(age, f"0y{' ' * 50}x/|")
