from __future__ import annotations

import pytest
from folded import each

from all_cli.knowledge.documents import document_of
from all_cli.knowledge.files import FACTS
from all_cli.knowledge.vocabulary import Fact, vocabulary_in
from all_cli.logic.values import NumberSet, Possible
from all_cli.patient.reading import UNKNOWN_WORDS, read_value, value_text
from all_cli.patient.unreadable import UnreadableError

VOCABULARY = vocabulary_in(document_of(FACTS))
FLAGS = [fact for fact in VOCABULARY.facts.values() if fact.kind == "flag"]
CHOICES = [fact for fact in VOCABULARY.facts.values() if fact.kind == "choice"]


def read(fact: str, text: str) -> Possible | None:
    return read_value(VOCABULARY[fact], text).possible


@each("fact", VOCABULARY.facts.values())
def test_every_word_for_unknown_says_nothing_of_any_fact(fact: Fact) -> None:
    for word in ("", "  ", "NA", "N/A", "unknown", "Unknown", "not done", "ND", "pending", "?", "-", *UNKNOWN_WORDS):
        assert read_value(fact, word).possible is None, word


@each("fact", FLAGS)
def test_a_flag_is_present_or_absent_in_common_words(fact: Fact) -> None:
    for word in ("present", "yes", "Y", "true", "POSITIVE", "pos", "detected", "1", "+", fact.values["present"].label):
        assert read_value(fact, word).possible == {"present"}, word
    for word in (
        "absent", "no", "N", "false", "NEGATIVE", "neg", "not detected", "0", "none", fact.values["absent"].label,
    ):  # fmt: skip
        assert read_value(fact, word).possible == {"absent"}, word


@pytest.mark.parametrize("text", ["maybe", "2", "yes?", "no data", "not present?", "present absent", "KMT2A-r"])
def test_what_is_neither_present_nor_absent_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError, match="neither present nor absent; write yes, no or unknown"):
        read("bcr_abl1", text)


@pytest.mark.parametrize(
    ("text", "word"), [("rearranged", "present"), ("germline", "absent"), ("not rearranged", "absent")]
)
def test_kmt2a_speaks_of_rearranged_and_germline(text: str, word: str) -> None:
    assert read("kmt2a_r", text) == {word}


@pytest.mark.parametrize("fact", CHOICES, ids=lambda fact: fact.id)
def test_every_spelling_of_a_choice_reads_as_it_and_nothing_else(fact: Fact) -> None:
    for name, value in fact.values.items():
        for spelling in (name, name.upper(), *value.spellings, f" {name} "):
            sharing = {other for other, one in fact.values.items() if spelling in one.spellings} or {name}
            assert read_value(fact, spelling).possible == sharing, spelling
    for name, members in fact.sets.items():
        assert read_value(fact, name.lower()).possible == set(members)


@pytest.mark.parametrize(
    ("fact", "text", "values"),
    [
        ("lineage", "B-ALL", {"B"}), ("lineage", "precursor B", {"B"}), ("lineage", "T-cell", {"T"}),
        ("lineage", "t", {"T"}),
        ("lineage", "pre-B ALL", {"B"}), ("lineage", "B or T", {"B", "T"}), ("lineage", "biphenotypic", {"MPAL"}),
        ("cns", "CNS2", {"CNS2a", "CNS2b", "CNS2c"}), ("cns", "cns 3", {"CNS3a", "CNS3b", "CNS3c"}),
        ("cns", "2a", {"CNS2a"}),
        ("cns", "CNS-1", {"CNS1"}), ("cns", "CNS1 or CNS2a", {"CNS1", "CNS2a"}),
        ("cns", "CNS1|CNS3a", {"CNS1", "CNS3a"}),
        ("cns", "CNS1 or CNS2", {"CNS1", "CNS2a", "CNS2b", "CNS2c"}), ("cns", "CNS negative", {"CNS1"}),
        ("sex", "F", {"female"}), ("sex", "boy", {"male"}), ("maturation", "Pro-B", {"pro-B"}),
        ("maturation", "early-T", {"pro-T", "pre-T"}), ("relapse_site", "isolated BM", {"marrow"}),
        ("relapse_site", "extramedullary", {"cns", "testis", "other"}),
    ],
)  # fmt: skip
def test_choices_and_sets(fact: str, text: str, values: set[str]) -> None:
    assert read(fact, text) == values


@pytest.mark.parametrize(
    ("fact", "text", "sentence"),
    [
        ("cns", "CNS4", "not a value of it (one of: CNS2, CNS3, CNS1"),
        ("cns", "CNS1 or CNS9", "not a value of it (one of: CNS2, CNS3, CNS1"),
        ("lineage", "zzzz", "not a value of it (one of: B, T, MPAL)"),
        ("sex", "xxxxx", "(one of: male, female)"),
        ("sex", "femal", 'did you mean "female"'),
        ("cns", "CNS1 or", "not a value of it"),
        ("cns", "not CNS1", "not a value of it"),
    ],
)
def test_a_word_that_is_no_value_gets_suggestions(fact: str, text: str, sentence: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(fact, text)
    assert sentence in str(caught.value)
    assert (caught.value.fact, caught.value.text) == (fact, text)


@pytest.mark.parametrize("fact", CHOICES, ids=lambda fact: fact.id)
def test_a_spelling_means_one_value_or_a_whole_set_of_one_fact(fact: Fact) -> None:
    seen: dict[str, set[str]] = {}
    for name, value in fact.values.items():
        for spelling in (name, *value.spellings):
            seen.setdefault(spelling.casefold().replace(" ", "").replace("-", ""), set()).add(name)
    sets = [set(members) for members in fact.sets.values()]
    for spelling, names in seen.items():
        assert len(names) == 1 or names in sets, spelling


@pytest.mark.parametrize(
    ("fact", "text", "shown"),
    [
        ("wbc", "45", "45 ×10⁹/L"), ("wbc", ">100", ">100 ×10⁹/L"), ("wbc", "<=50", "≤50 ×10⁹/L"),
        ("wbc", ">=50", "≥50 ×10⁹/L"), ("wbc", "20-50", "20–50 ×10⁹/L"), ("mrd_eoi", "<0.01%", "<0.01 %"),
        ("mrd_eoi", "5e-4", "0.05 %"), ("mrd_eoi", "negative", "<0.01 %"), ("age", "7", "7 y"),
        ("marrow_eoi", "M2", "5–25 %"),
        ("cns", "CNS2", "CNS2"), ("cns", "CNS2a or CNS2b", "CNS2a or CNS2b"), ("cns", "CNS1 or CNS3", "CNS1 or CNS3"),
        ("kmt2a_r", "yes", "rearranged"), ("kmt2a_r", "no", "germline"), ("bcr_abl1", "no", "absent"),
        ("modal_chromosomes", "51-65", "51–65 chromosomes"), ("dna_index", "1.16", "1.16"),
        ("lineage", "T or B", "B or T"),
    ],
)  # fmt: skip
def test_values_as_reports_print_them(fact: str, text: str, shown: str) -> None:
    possible = read(fact, text)
    assert possible is not None
    assert value_text(VOCABULARY[fact], possible) == shown


def test_nothing_possible_is_printed_as_none() -> None:
    assert value_text(VOCABULARY["cns"], frozenset()) == "none"


def test_the_printed_white_count_reads_back() -> None:
    assert read("wbc", "45 ×10⁹/L") == NumberSet.point(45)


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        *[("cns", text) for text in ("-3", "-1", "--3", "1-", "/1", "1/", "- 2", "CNS-", "-CNS3")],
        *[("lineage", text) for text in ("T-", "-T", "B-", "/B")],
        *[("relapse_site", text) for text in ("CNS-", "-cns", "marrow -", "marrow/")],
    ],
)
def test_a_sign_before_or_behind_a_choice_is_part_of_what_it_says(fact: str, text: str) -> None:
    with pytest.raises(UnreadableError):
        read_value(VOCABULARY[fact], text)
