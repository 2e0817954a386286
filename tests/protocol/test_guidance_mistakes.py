"""A mistake in the guidance file is said with file, line and column, and how to mend it."""

from __future__ import annotations

from typing import Any

import pytest

from all_cli.knowledge.documents import checked_document, document_of
from all_cli.knowledge.files import FACTS, GUIDANCE, SOURCES, content
from all_cli.knowledge.problems import KnowledgeError
from all_cli.knowledge.sources import sources_in
from all_cli.knowledge.vocabulary import vocabulary_in
from all_cli.protocol.compile_guidance import compile_guidance
from all_cli.protocol.load import protocol_library

SHIPPED = content(GUIDANCE).decode()


@pytest.fixture(scope="module")
def around() -> dict[str, Any]:
    return {
        "vocabulary": vocabulary_in(document_of(FACTS)),
        "sources": sources_in(document_of(SOURCES)),
        "drugs": protocol_library().drugs,
    }


def problems(around: dict[str, Any], old: str, new: str, count: int = 1) -> list[str]:
    """What is wrong with the shipped file once ``old`` reads ``new``."""
    assert SHIPPED.count(old) >= 1, old
    text = SHIPPED.replace(old, new, count)
    try:
        compile_guidance(checked_document(text.encode(), "guidance.yaml", GUIDANCE), **around)
    except KnowledgeError as error:
        return [str(problem) for problem in error.problems]
    return []


def place_of(text: str, word: str) -> str:
    """File, line and column of a word in the changed text."""
    before = text[: text.index(word)]
    return f"guidance.yaml:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


def test_the_shipped_file_has_no_mistake(around: dict[str, Any]) -> None:
    assert problems(around, "title: Referral", "title: Referral and shared care") == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("topic: kmt2a", "topic: kmt2", 'no topic is called "kmt2" — did you mean "kmt2a"'),
        ("{mitchell-2005: abstract}", "{mitchel-2005: abstract}", 'no source is called "mitchel-2005" — did you mean'),
        ("drugs: [revumenib]", "drugs: [revumenip]", 'no drug is called "revumenip" — did you mean "revumenib"'),
        ("when: mrd_eoi >= 0.01", "when: mrd_eoy >= 0.01", "mrd_eoy"),
        ("when: mrd_eoi >= 0.01", "when: mrd_eoi >=", "is not a condition"),
        ("        when: age < 18", "        when: agee < 18", "agee"),
        ("    text_when: age < 18", "    text_when: agee < 18", "agee"),
        ("statement: 17,", "statement: 104,", "statement 104 is not of seed-000, which has 1 to 17"),
        ("statement: 17,", "statement: 18,", "statement 18 is not of seed-000"),
        ("id: crs-grading", "id: icans-grading", 'the id "icans-grading" is used twice'),
        ("id: crs-grading", "id: larsen-2016", '"larsen-2016" is already the id of a source'),
        ("phases: [prephase, induction]", "phases: [prephase, inducton]", "inducton"),
        ("verdict: contradicted", "verdict: wrong", '"verdict" cannot be "wrong"'),
        ("    verdict: contradicted\n", "", 'an entry has "seeds" and a "verdict" on them, or neither'),
        ("cite: [{mitchell-2005: abstract}]", "cite: [mitchell-2005]", "is cited as checked: say where in it"),
        (
            "cite: [{mitchell-2005: abstract}]",
            "cite: [{short-2016: abstract}]",
            'yet "short-2016" is entered as not read',
        ),
        (
            "Beside dexamethasone, vincristine and asparaginase, delayed intensification has",
            "Beside delayed intensification with dexamethasone, vincristine and asparaginase, it has",
            "words of the seed text lead the entry",
        ),
        ("- [fever, ≥ 38 °C, ", "- [fever, ", "the row has 4 cells, the table 5 columns"),
        ("  - {id: referral, title: Referral}\n", "", 'no topic is called "referral"'),
        (
            "cite: [{bloodref-tls: clinical tumour lysis syndrome}, {cairo-bishop-grading: Table 2}]",
            "cite: [{seed-000: last paragraph}]",
            "a contradicted statement leads with the primary source",
        ),
    ],
)
def test_a_mistake_is_said_with_its_place(around: dict[str, Any], old: str, new: str, said: str) -> None:
    found = [line for line in problems(around, old, new) if said in line]
    assert found
    assert all(line.startswith("guidance.yaml:") for line in found)


def test_the_place_is_that_of_the_word(around: dict[str, Any]) -> None:
    old, new = "drugs: [revumenib]", "drugs: [revumenip]"
    changed = SHIPPED.replace(old, new, 1)
    (found,) = problems(around, old, new)
    assert found.startswith(place_of(changed, "revumenip") + ":")


def test_the_place_of_an_unknown_fact_is_inside_its_condition(around: dict[str, Any]) -> None:
    old, new = "when: age < 1 and kmt2a_r", "when: age < 1 and kmt2b_r"
    changed = SHIPPED.replace(old, new, 1)
    (found,) = problems(around, old, new)
    assert found.startswith(place_of(changed, "kmt2b_r") + ":")


def test_a_statement_without_an_entry_is_missed(around: dict[str, Any]) -> None:
    old = "      - {statement: 59, seed: seed-002"
    statement = SHIPPED[SHIPPED.index(old) :].split("}\n")[0] + "}\n"
    assert any("no entry is about statement 59" in found for found in problems(around, statement, ""))


def test_all_mistakes_are_said_at_once(around: dict[str, Any]) -> None:
    text = SHIPPED.replace("drugs: [revumenib]", "drugs: [revumenip]", 1).replace("topic: kmt2a", "topic: kmt2", 1)
    with pytest.raises(KnowledgeError) as caught:
        compile_guidance(checked_document(text.encode(), "guidance.yaml", GUIDANCE), **around)
    assert len(caught.value.problems) >= 2
