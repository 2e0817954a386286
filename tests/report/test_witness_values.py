"""The values of a printed witness are read back as values that lie where the witness lies."""

from __future__ import annotations

import pytest
from folded import each

from all_cli.logic.values import NumberSet, whole_domain
from all_cli.patient.reading import read_value
from all_cli.report.difference import value_as_text
from all_cli.risk.library import RiskLibrary, risk_library

NUMBERS = [fact.id for fact in risk_library().vocabulary.facts.values() if fact.kind == "number"]
WORDS = [fact.id for fact in risk_library().vocabulary.facts.values() if fact.kind != "number"]


def pieces(fact_id: str, library: RiskLibrary) -> list[NumberSet]:
    """Every piece into which a shipped scheme cuts the fact, and a few that none does yet."""
    fact = library.vocabulary[fact_id]
    domain = whole_domain(fact)
    assert isinstance(domain, NumberSet)
    low, high = fact.hard
    assert low is not None
    assert high is not None
    axes = [axis for scheme in library.schemes.values() for axis in scheme.diagram.axes if axis.fact == fact_id]
    found = [axis.possible(1 << piece) for axis in axes for piece in axis.pieces(axis.domain)]
    more = [NumberSet.point(low), NumberSet.point(high), NumberSet.between(low, high, open_low=True, open_high=True)]
    kept = [item & domain for item in [*found, *more] if isinstance(item, NumberSet)]
    return [item.whole() if fact.whole else item for item in kept if item]


@each("fact_id", NUMBERS)
def test_a_number_is_read_back_within_its_piece(fact_id: str, library: RiskLibrary) -> None:
    fact = library.vocabulary[fact_id]
    for piece in pieces(fact_id, library):
        text = value_as_text(fact, piece)
        read = read_value(fact, text).possible
        assert isinstance(read, NumberSet)
        assert (read & piece) == read, (text, piece)


@each("fact_id", WORDS)
def test_a_choice_is_read_back_as_itself(fact_id: str, library: RiskLibrary) -> None:
    fact = library.vocabulary[fact_id]
    words = list(fact.values)
    for word in words:
        assert read_value(fact, value_as_text(fact, frozenset({word}))).possible == {word}
    if fact.kind == "choice":
        assert read_value(fact, value_as_text(fact, frozenset(words[:2]))).possible == set(words[:2])


@pytest.mark.parametrize(
    ("fact_id", "value", "text"),
    [("age", 0, "0d"), ("age", 10, "10"), ("wbc", 50, "50"), ("wbc", 2000, "2000e9/L"), ("mrd_eoi", 0.01, "0.01%")],
)
def test_the_text_is_the_plainest_that_can_be_read(fact_id: str, value: float, text: str, library: RiskLibrary) -> None:
    assert value_as_text(library.vocabulary[fact_id], NumberSet.point(value)) == text
