from __future__ import annotations

import pytest

from all_cli.knowledge.citation_check import citation_problems
from all_cli.knowledge.sources import Source
from all_cli.knowledge.strict_yaml import read_yaml

SOURCES = {
    "read-2005": Source("read-2005", "A paper", "trial", 2005, "abstract", True),
    "shut-2006": Source("shut-2006", "Another", "trial", 2006, "not-read", True),
}


def said(cite: str, checked: bool) -> list[str]:
    document = read_yaml(f"rule:\n  cite: {cite}\n", "data/mine.yaml")
    path, entries = ("rule",), document.data["rule"]["cite"]
    return [str(problem) for problem in citation_problems(document, path, entries, SOURCES, checked)]


@pytest.mark.parametrize("cite", ["[{read-2005: Table 1}]", "[{shut-2006: Table 1}, {read-2005: Abstract}]"])
def test_a_checked_statement_needs_one_source_that_was_read(cite: str) -> None:
    assert said(cite, checked=True) == []


def test_a_checked_statement_that_rests_on_an_unread_source_alone_is_refused_at_its_place() -> None:
    (problem,) = said("[{shut-2006: Table 1}]", checked=True)
    assert problem.startswith("data/mine.yaml:2:10: ")
    assert "marked checked" in problem and '"shut-2006" is entered as not read' in problem


def test_an_unchecked_statement_may_rest_on_an_unread_source() -> None:
    assert said("[shut-2006]", checked=False) == []


def test_a_checked_statement_needs_the_place_in_its_source() -> None:
    (problem,) = said("[read-2005]", checked=True)
    assert "say where in it" in problem


def test_a_source_that_does_not_exist_is_named_with_the_nearest() -> None:
    (problem,) = said("[{reed-2005: Table 1}]", checked=False)
    assert 'no source is called "reed-2005"' in problem and "read-2005" in problem
