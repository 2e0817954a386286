"""Numbers at the edge of what a condition may hold."""

from __future__ import annotations

import pytest

from all_cli.knowledge.documents import document_of
from all_cli.knowledge.files import FACTS
from all_cli.knowledge.vocabulary import vocabulary_in
from all_cli.logic.expression import Compare
from all_cli.logic.parse import ConditionError, parse_condition

VOCABULARY = vocabulary_in(document_of(FACTS))


def test_the_largest_number_is_read_and_the_next_is_not() -> None:
    assert parse_condition("wbc < 1000000000000", VOCABULARY) == Compare("wbc", "<", 1e12)
    for text in ("wbc < 1000000000001", "wbc > -1000000000001", "count(iamp21) >= 1000000000001"):
        with pytest.raises(ConditionError, match="too large"):
            parse_condition(text, VOCABULARY)


@pytest.mark.parametrize("number", ["1.5", "-1.5", "0.5", "-0.5"])
def test_a_count_is_compared_with_a_whole_number_on_either_side_of_none(number: str) -> None:
    with pytest.raises(ConditionError, match="whole number"):
        parse_condition(f"count(iamp21, bcr_abl1) >= {number}", VOCABULARY)


def test_a_mistake_is_placed_where_it_stands() -> None:
    for text, offset in (("wbc < 5 and nothing_known", 12), ("", 0)):
        with pytest.raises(ConditionError) as caught:
            parse_condition(text, VOCABULARY)
        assert caught.value.offset == offset, text
    assert ConditionError("no place given").offset == 0
