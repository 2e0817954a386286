from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from all_cli.knowledge.documents import document_of
from all_cli.knowledge.files import FACTS, PROTOCOLS, RISK_RULES, SHIPPED, SOURCES, digest
from all_cli.knowledge.problems import KnowledgeError
from all_cli.knowledge.sources import citations, sources_in
from all_cli.knowledge.strict_yaml import Document, Path, read_yaml
from all_cli.knowledge.vocabulary import Vocabulary, vocabulary_in
from all_cli.protocol.compile import compile_protocols
from all_cli.risk.compile import compile_schemes

# Sources that no rule or dose leans on, and why they are in the bibliography all the same.
UNCITED = {
    "pdl-relapse-table": "waits for the relapse schemes that cite it",
}


@pytest.fixture(scope="module")
def documents() -> dict[str, Document]:
    return {name: document_of(name) for name in SHIPPED}


@pytest.fixture(scope="module")
def vocabulary(documents: dict[str, Document]) -> Vocabulary:
    return vocabulary_in(documents[FACTS])


def cited_entries(node: Any, path: Path = ()) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every mapping that carries a ``cite``, wherever it stands."""
    if isinstance(node, dict):
        if "cite" in node:
            yield path, node
        for key, value in node.items():
            yield from cited_entries(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from cited_entries(value, (*path, index))


def test_every_file_loads_without_a_problem(documents: dict[str, Document]) -> None:
    assert all(document.data for document in documents.values())


def test_the_digest_names_the_content() -> None:
    assert digest().startswith("sha256:")
    assert len(digest()) == len("sha256:") + 64


def test_schemes_and_protocols_compile(documents: dict[str, Document], vocabulary: Vocabulary) -> None:
    sources = sources_in(documents[SOURCES])
    assert compile_schemes(documents[RISK_RULES], vocabulary, sources)["schemes"]
    assert compile_protocols(documents[PROTOCOLS], vocabulary, sources)


def test_every_cited_source_exists(documents: dict[str, Document]) -> None:
    known = sources_in(documents[SOURCES])
    unknown = {
        f"{document.place(path)}: {citation.source}"
        for document in documents.values()
        for path, entry in cited_entries(document.data)
        for citation in citations(entry["cite"])
        if citation.source not in known
    }
    assert not unknown


def test_every_checked_citation_says_where(documents: dict[str, Document]) -> None:
    without = {
        f"{document.place(path)}: {citation.source}"
        for document in documents.values()
        for path, entry in cited_entries(document.data)
        if entry.get("checked") is True
        for citation in citations(entry["cite"])
        if not citation.locator.strip()
    }
    assert not without


def test_nothing_is_cited_with_an_empty_list(documents: dict[str, Document]) -> None:
    for document in documents.values():
        assert not [str(document.place(path)) for path, entry in cited_entries(document.data) if not entry["cite"]]


def test_every_source_is_cited_somewhere_or_has_a_reason_to_be_there(documents: dict[str, Document]) -> None:
    cited = {
        citation.source
        for document in documents.values()
        for _, entry in cited_entries(document.data)
        for citation in citations(entry["cite"])
    }
    idle = set(sources_in(documents[SOURCES])) - cited
    assert idle - set(UNCITED) == set()


def test_no_spelling_column_or_option_belongs_to_two_facts(vocabulary: Vocabulary) -> None:
    for kind in ("columns", "spellings", "option"):
        seen: dict[str, str] = {}
        for fact in vocabulary.facts.values():
            written = getattr(fact, kind)
            for word in {written} - {""} if isinstance(written, str) else {item.casefold() for item in written}:
                assert seen.setdefault(word, fact.id) == fact.id, (kind, word)


def test_bounds_of_facts_are_in_order(vocabulary: Vocabulary) -> None:
    for fact in vocabulary.facts.values():
        for low, high in (fact.hard, fact.plausible):
            assert low is None or high is None or low < high, fact.id


def test_a_mistake_in_a_shipped_file_would_be_noticed() -> None:
    with pytest.raises(KnowledgeError, match="not an interval"):
        vocabulary_in(read_yaml('facts: {x: {title: t, kind: number, help: h, words: {w: "0-5"}}}', "f.yaml"))
