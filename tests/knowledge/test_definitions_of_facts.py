"""A fact that a scheme defines: mistakes in the data are said at their place."""

from __future__ import annotations

import pytest

from all_cli.knowledge.documents import checked_document
from all_cli.knowledge.files import FACTS, RISK_RULES
from all_cli.knowledge.problems import KnowledgeError
from all_cli.knowledge.vocabulary import Vocabulary, vocabulary_in
from all_cli.logic.compile_definition import with_definitions
from all_cli.logic.definition import definitions_in
from all_cli.logic.values import NumberSet

FACTS_TEXT = """\
facts:
  hours: {title: Hours, kind: number, help: h, hard: [0, 300]}
  treated:
    title: Treated
    kind: flag
    help: h
    defined_by: {scheme: SCHEME, rules: {RULE: [VALUE]}}
"""
RULES_TEXT = """\
schemes:
  - id: hours-of-steroid
    title: H
    published: 2000
    audience: children
    population: {when: "hours >= 10", text: t, cite: [a-source], checked: false}
    groups: {few: {label: Few}, many: {label: Many}}
    rules:
      - {id: many, group: many, when: hours > 24, cite: [a-source], checked: false}
      - {id: few, group: few, when: hours <= 24, cite: [a-source], checked: false}
"""


def defined(
    scheme: str = "hours-of-steroid", rule: str = "many", value: str = "present", rules: str = RULES_TEXT
) -> Vocabulary:
    # placeholders, so that the lines of the file stay where they are
    text = FACTS_TEXT.replace("SCHEME", scheme).replace("RULE", rule).replace("VALUE", value)
    facts = checked_document(text.encode(), "f.yaml", FACTS)
    return with_definitions(vocabulary_in(facts), facts, checked_document(rules.encode(), "r.yaml", RISK_RULES))


@pytest.mark.parametrize(
    ("low", "high", "left"),
    [
        (25, 300, {"present"}),
        (0, 300, {"present", "absent"}),
        (0, 24, {"present", "absent"}),
        (24, 25, {"present", "absent"}),
    ],
)
def test_rules_not_named_and_patients_outside_leave_the_fact_open(low: float, high: float, left: set[str]) -> None:
    (definition,) = definitions_in(defined()).values()
    assert definition.left({"hours": NumberSet.between(low, high)}) == left
    assert definition.needs == ("hours",)


@pytest.mark.parametrize(
    ("scheme", "rule", "value", "said"),
    [
        ("hours-of-steroids", "many", "present", 'no scheme "hours-of-steroids"; did you mean "hours-of-steroid"?'),
        ("hours-of-steroid", "mani", "present", 'hours-of-steroid has no rule "mani"; did you mean "many"?'),
        ("hours-of-steroid", "many", "perhaps", '"perhaps" is no value of treated'),
    ],
)
def test_a_definition_that_names_nothing_is_said_with_its_line(scheme: str, rule: str, value: str, said: str) -> None:
    with pytest.raises(KnowledgeError) as caught:
        defined(scheme, rule, value)
    message = str(caught.value)
    assert message.startswith("f.yaml:7:")
    assert said.split(";")[0] in message
