from __future__ import annotations

from folded import each

from all_cli.knowledge.documents import document_of
from all_cli.knowledge.files import SOURCES
from all_cli.knowledge.sources import Citation, Source, citations, sources_in

ENTRY = {
    "id": "smith-1996",
    "title": "Uniform approach",
    "kind": "trial",
    "year": 1996,
    "read": "abstract",
    "checked": True,
    "authors": "Smith M, Arthur D, et al",
    "container": "J Clin Oncol",
    "volume": "14",
    "issue": "1",
    "pages": "18-24",
    "doi": "10.1200/JCO.1996.14.1.18",
    "pmid": "8558195",
    "url": "https://example.org",
}
SMITH = Source(**ENTRY)


def without(*names: str) -> Source:
    return Source(**{**ENTRY, **dict.fromkeys(names, "")})


def test_reference_is_one_line_with_whole_identifiers() -> None:
    assert SMITH.reference == (
        "Smith M, Arthur D, et al. Uniform approach. J Clin Oncol 1996;14(1):18-24. "
        "doi:10.1200/JCO.1996.14.1.18 PMID 8558195"
    )


def test_the_address_stands_in_only_where_there_is_no_doi() -> None:
    assert without("doi", "pmid").identifier == "https://example.org"
    assert "https" not in SMITH.reference
    assert without("doi", "pmid", "url").reference.endswith("18-24.")


def test_a_title_that_asks_keeps_its_question_mark_without_a_full_stop() -> None:
    source = Source("q", "What is the management?", "seed", None, "full", True)
    assert source.reference == "What is the management?"


def test_volume_without_issue_and_pages() -> None:
    assert without("issue", "pages").citation.endswith("J Clin Oncol 1996;14.")


def test_signs_that_tex_reads_as_commands_are_escaped_and_addresses_left_whole() -> None:
    source = Source(
        "odd_50", "50 % of $10 #1: a_b {c} \\d ~e ^f", "trial", 2020, "page", True, authors="Müller_A, O'Neil B & Co",
        container="Cancer Res & Treat", doi="10.1/a_b%20", url="https://x.org/a_b?c=1&d=2",
    )  # fmt: skip
    lines = dict(line.strip(" ,").split(" = ", 1) for line in source.bibtex.splitlines()[1:-1])
    assert (
        lines["title"] == r"{{50 \% of \$10 \#1: a\_b \{c\} \textbackslash{}d \textasciitilde{}e \textasciicircum{}f}}"
    )
    assert lines["author"] == r"{Müller\_A and O'Neil B \& Co}"
    assert lines["journal"] == r"{Cancer Res \& Treat}"
    assert (lines["doi"], lines["url"]) == ("{10.1/a_b%20}", "{https://x.org/a_b?c=1&d=2}")


def test_bibtex_names_every_author_and_the_others() -> None:
    entry = SMITH.bibtex
    assert entry.startswith("@article{smith-1996,\n")
    for line in (
        "author = {Smith M and Arthur D and others}", "title = {{Uniform approach}}", "journal = {J Clin Oncol}",
        "year = {1996}", "volume = {14}", "number = {1}", "pages = {18--24}", "doi = {10.1200/JCO.1996.14.1.18}",
        "pmid = {8558195}",
    ):  # fmt: skip
        assert line in entry, line
    assert entry.endswith("\n}")


def test_a_page_without_journal_is_misc_and_leaves_out_what_is_unknown() -> None:
    entry = Source("pdq", "Treatment", "table", None, "page", True, container="NCI").bibtex
    assert entry == "@misc{pdq,\n  title = {{Treatment}},\n  howpublished = {NCI}\n}"


def test_citations_with_and_without_a_place() -> None:
    assert citations(["a", {"b": "Table 1"}]) == (Citation("a"), Citation("b", "Table 1"))
    assert [str(item) for item in citations(["a", {"b": "Table 1"}])] == ["a", "b, Table 1"]


@each("source", sources_in(document_of(SOURCES)).values())
def test_shipped_sources_read_as_references(source: Source) -> None:
    assert source.title.rstrip(".") in source.reference
    assert "  " not in source.reference
    assert "\n" not in source.reference
    assert "None" not in source.reference
    assert ".." not in source.reference.replace("...", "")
    assert source.doi in source.reference
    assert source.bibtex.count("{") == source.bibtex.count("}")
