from __future__ import annotations

import re

import pytest
from folded import each

from all_cli.knowledge.documents import document_of
from all_cli.knowledge.files import FACTS
from all_cli.knowledge.vocabulary import Fact, vocabulary_in
from all_cli.logic.values import NumberSet, Possible
from all_cli.patient.genetics import GeneticsReader
from all_cli.patient.unreadable import UnreadableError

VOCABULARY = vocabulary_in(document_of(FACTS))
READER = GeneticsReader(VOCABULARY)
PANEL = [fact for fact in VOCABULARY.facts.values() if fact.genetic]
FLAGS = [fact for fact in PANEL if fact.kind == "flag"]
PRESENT, ABSENT = frozenset({"present"}), frozenset({"absent"})


def read(text: str) -> dict[str, Possible]:
    findings = READER.read(text)
    assert len({finding.fact for finding in findings}) == len(findings)
    return {finding.fact: finding.possible for finding in findings}


def refusal(text: str) -> str:
    with pytest.raises(UnreadableError) as caught:
        READER.read(text)
    return str(caught.value)


# --- presence ---------------------------------------------------------------------------------------------------------


@each("fact", FLAGS)
def test_every_spelling_of_a_finding_reads_as_that_finding_present(fact: Fact) -> None:
    for spelling in (fact.id, *fact.aliases, *fact.spellings):
        for written in (spelling, spelling.upper(), spelling.lower(), f"  {spelling} ", spelling.replace("-", " ")):
            assert read(written) == {fact.id: PRESENT}, written


@each("fact", FLAGS)
def test_a_fusion_reads_the_same_in_either_order(fact: Fact) -> None:
    for spelling in fact.spellings:
        # Without a digit nothing tells partners from ordinary words: MYC::IGH is not turned round.
        if (match := re.fullmatch(r"(\w+)::(\w+)", spelling)) and re.search(r"\d", spelling):
            for sign in ("::", "-", "/"):
                assert read(f"{match[2]}{sign}{match[1]}") == {fact.id: PRESENT}, spelling
        if match := re.fullmatch(r"t\((\d+);(\d+)\)", spelling):
            assert read(f"t({match[2]};{match[1]})") == {fact.id: PRESENT}, spelling


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("t(12;21), iAMP21", {"etv6_runx1", "iamp21"}), ("TEL-AML1", {"etv6_runx1"}), ("ETV6::RUNX1", {"etv6_runx1"}),
        ("AML1-TEL", {"etv6_runx1"}), ("MLL", {"kmt2a_r"}), ("KMT2A-r", {"kmt2a_r"}),
        ("t(9;22)(q34;q11)", {"bcr_abl1"}),
        ("t(12;21)(p13;q22)", {"etv6_runx1"}), ("t(12;21)(p13,q22), Ph+", {"etv6_runx1", "bcr_abl1"}),
        ("Ph+", {"bcr_abl1"}), ("Ph positive", {"bcr_abl1"}), ("Ph-positive", {"bcr_abl1"}),
        ("BCR-ABL1: detected", {"bcr_abl1"}),
        ("BCR-ABL1 yes", {"bcr_abl1"}), ("Ph-like", {"ph_like"}), ("ph like", {"ph_like"}),
        ("t(4;11)", {"kmt2a_aff1"}), ("MLL-AF4", {"kmt2a_aff1"}),
        ("IKZF1+", {"ikzf1_plus"}), ("IKZF1 deletion", {"ikzf1_deleted"}), ("+4, +10", {"trisomy_4", "trisomy_10"}),
        ("+4;+10\n+17", {"trisomy_4", "trisomy_10", "trisomy_17"}), ("iAMP21|Ph+", {"iamp21", "bcr_abl1"}),
        ("t( 9 ; 22 )", {"bcr_abl1"}), ("T(9;22)", {"bcr_abl1"}), ("TP53 deletion", {"tp53"}),
        ("del(7)(p12.2)", {"ikzf1_deleted"}),
        ("t(17;19), t(1;19)", {"tcf3_hlf", "tcf3_pbx1"}),
    ],
)  # fmt: skip
def test_lists_of_findings(text: str, facts: set[str]) -> None:
    assert read(text) == dict.fromkeys(facts, PRESENT)


def test_findings_keep_their_order_and_their_words() -> None:
    findings = READER.read("iAMP21, no Ph")
    assert [(finding.fact, finding.text) for finding in findings] == [("iamp21", "iAMP21"), ("bcr_abl1", "no Ph")]


@pytest.mark.parametrize(
    ("text", "fact", "low", "high"),
    [
        ("51-65 chromosomes", "modal_chromosomes", 51, 65), ("54 chromosomes", "modal_chromosomes", 54, 54),
        ("45 chr", "modal_chromosomes", 45, 45), ("ploidy 54", "modal_chromosomes", 54, 54),
        ("high hyperdiploidy", "modal_chromosomes", 51, 67), ("HeH", "modal_chromosomes", 51, 67),
        ("hypodiploid", "modal_chromosomes", 20, 45), ("near-haploid", "modal_chromosomes", 23, 31),
        ("normal karyotype", "modal_chromosomes", 46, 46), ("low hypodiploidy", "modal_chromosomes", 30, 39),
        ("DNA index 1.16", "dna_index", 1.16, 1.16), ("DNA index: 1.16", "dna_index", 1.16, 1.16),
        ("DI=0.8", "dna_index", 0.8, 0.8),
        ("hyperdiploid 54", "modal_chromosomes", 54, 54), ("high hyperdiploidy (67)", "modal_chromosomes", 67, 67),
        ("Hypodiploidy: 36 chromosomes", "modal_chromosomes", 36, 36),
    ],
)  # fmt: skip
def test_ploidy_and_dna_index(text: str, fact: str, low: float, high: float) -> None:
    assert read(text) == {fact: NumberSet.between(low, high)}


@pytest.mark.parametrize(
    "text", ["hyperdiploid 46", "hypodiploid 54", "high hyperdiploidy 50", "high hyperdiploidy 68"]
)
def test_a_number_that_its_word_does_not_hold_is_refused(text: str) -> None:
    word, _, count = text.rpartition(" ")
    with pytest.raises(UnreadableError, match=f"{count} chromosomes are not {word}"):
        read(text)


# --- absence ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["Ph-", "Ph −", "Ph−", "Ph -", "ph-"])
def test_ph_minus_is_absent_not_present(text: str) -> None:
    assert read(text) == {"bcr_abl1": ABSENT}


@pytest.mark.parametrize(
    "template",
    [
        "no {}", "not {}", "without {}", "non-{}", "non {}", "{} negative", "{}-negative", "{} neg", "{}: negative",
        "{} = absent",
        "{} absent", "{} not detected", "{} not present", "{} not found", "negative for {}", "no evidence of {}",
        "{}: no",
        "{} excluded", "{} wild-type", "{} wild type", "{} normal", "{} germline", "NO {}", "{} NEGATIVE", "absent {}",
    ],
)  # fmt: skip
@each("fact", FLAGS)
def test_a_denied_finding_is_absent_in_every_way_of_denying(fact: Fact, template: str) -> None:
    for spelling in fact.spellings:
        # Denying one member of a class (t(11;19) of KMT2A, NRAS of RAS) leaves the class open.
        expected = {} if READER.names_a_member(spelling, fact) else {fact.id: ABSENT}
        assert read(template.format(spelling)) == expected, spelling


@each("fact", FLAGS)
def test_a_minus_sign_behind_a_finding_denies_it(fact: Fact) -> None:
    for spelling in fact.spellings:
        if spelling[-1].isalnum() or spelling[-1] == ")":
            for minus in ("-", " -", "−", " −"):
                expected = {} if READER.names_a_member(spelling, fact) else {fact.id: ABSENT}
                assert read(spelling + minus) == expected, spelling + minus


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("BCR-ABL1-negative", "bcr_abl1"), ("non-Ph", "bcr_abl1"), ("no KMT2A-r", "kmt2a_r"),
        ("KMT2A not rearranged", "kmt2a_r"),
        ("KMT2A germline", "kmt2a_r"), ("Ph-like negative", "ph_like"), ("not Ph-like", "ph_like"), ("TP53 wt", "tp53"),
        ("t(4;11)-", "kmt2a_aff1"), ("without iAMP21", "iamp21"),
    ],
)  # fmt: skip
def test_common_denials(text: str, fact: str) -> None:
    assert read(text) == {fact: ABSENT}


@pytest.mark.parametrize("text", ["no hypodiploidy", "hypodiploid negative", "without high hyperdiploidy"])
def test_a_denied_chromosome_number_asks_for_the_number(text: str) -> None:
    assert "say the chromosome number that was found instead" in refusal(text)


# --- a loss is not a rearrangement ------------------------------------------------------------------------------------


@pytest.mark.parametrize("gene", ["KMT2A", "MLL", "11q23"])
@each(
    "template",
    [
        "{} deletion", "{} deleted", "{} del", "{} loss", "{} gain", "{} amplification", "{} mutation", "del {}",
        "deleted {}",
        "{} monosomy", "deletion of {}", "del({})", "loss of {}", "{} DELETION",
    ],
)  # fmt: skip
def test_a_kmt2a_deletion_is_never_a_rearrangement(gene: str, template: str) -> None:
    assert "genetics" in refusal(template.format(gene))


def test_the_refusal_of_a_kmt2a_deletion_says_why() -> None:
    assert refusal("KMT2A deletion") == (
        'genetics "KMT2A deletion": not the same as KMT2A rearrangement, '
        "and not a finding that any scheme here asks for"
    )


@pytest.mark.parametrize(
    "text", ["del(11)(q23)", "-7", "-4", "IKZF1-", "IKZF1", "t(9;22", "der(9)t(9;22)", "Ph -ve", "54"]
)
def test_what_is_not_surely_a_finding_is_refused(text: str) -> None:
    assert "not recognised" in refusal(text)


# --- none -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["none", "None", " NONE ", "nothing found", "no abnormality", "all negative", "negative"]
)
def test_none_says_that_the_full_panel_found_nothing(text: str) -> None:
    found = read(text)
    assert set(found) == {fact.id for fact in PANEL if fact.panel}
    assert all(found[fact.id] == ABSENT for fact in FLAGS if fact.panel)
    assert {"notch1_fbxw7", "ras_mutated", "pten_altered"}.isdisjoint(found)
    assert found["modal_chromosomes"] == NumberSet.point(46)
    assert found["dna_index"] == NumberSet.point(1)


def test_an_empty_list_says_nothing_at_all() -> None:
    assert read("") == read(" , ;\n") == {}


@pytest.mark.parametrize("rest", ["otherwise none", "otherwise negative", "rest normal", "no other", "none"])
def test_otherwise_none_is_absence_of_all_that_was_not_named(rest: str) -> None:
    found = read(f"iAMP21, {rest}")
    assert found.pop("iamp21") == PRESENT
    assert found.pop("modal_chromosomes") == NumberSet.point(46)
    assert found.pop("dna_index") == NumberSet.point(1)
    assert set(found) == {fact.id for fact in FLAGS if fact.panel} - {"iamp21"}
    assert set(found.values()) == {ABSENT}


def test_otherwise_none_does_not_deny_what_a_named_finding_brings_with_it() -> None:
    found = read("KMT2A::AFF1, otherwise none")
    assert "kmt2a_r" not in found
    assert found["bcr_abl1"] == ABSENT
    assert "ikzf1_deleted" not in read("IKZF1plus, otherwise none")
    triple = read("triple trisomy, otherwise none")
    assert not triple.keys() & {"double_trisomy", "trisomy_4", "trisomy_10", "trisomy_17"}


def test_otherwise_none_does_not_deny_a_conjunction_of_what_was_named() -> None:
    found = read("+4, +10, otherwise none")
    assert "double_trisomy" not in found
    assert found["triple_trisomy"] == found["trisomy_17"] == ABSENT


@pytest.mark.parametrize("text", ["+4, otherwise none", "double trisomy, otherwise none"])
def test_extra_chromosomes_are_not_a_normal_karyotype(text: str) -> None:
    assert not read(text).keys() & {"modal_chromosomes", "dna_index"}


def test_a_named_ploidy_is_not_overruled_by_otherwise_none() -> None:
    found = read("high hyperdiploidy, otherwise none")
    assert found["modal_chromosomes"] == NumberSet.between(51, 67)
    assert found["dna_index"] == NumberSet.between(0.81, None)  # nothing else was found: hypodiploidy was not
    assert "dna_index" not in read("40 chromosomes, otherwise none")
    assert "dna_index" not in read("43-46 chromosomes, otherwise none")
    assert read("44 chromosomes, otherwise none")["dna_index"] == NumberSet.between(0.81, None)
    assert "dna_index" not in read("56 chromosomes")


# --- never ignored ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [("iAMP", "iAMP21"), ("ETV6::RUNX", "ETV6::RUNX1"), ("TEL-AML", "TEL-AML1"), ("KMT2A::AFF", "KMT2A::AFF1"),
    ("hyperdiplod", "hyperdiploid")],
)  # fmt: skip
def test_an_unrecognised_word_gets_the_nearest_spelling(text: str, suggestion: str) -> None:
    said = refusal(f"Ph+, {text}")
    assert said.startswith(f'genetics "{text}": not recognised — did you mean ')
    assert suggestion in said


def test_a_word_near_nothing_points_to_the_list() -> None:
    assert refusal("qqqqqqq") == 'genetics "qqqqqqq": not recognised; all-risk facts lists what is'


@pytest.mark.parametrize("text", ["Ph+, foo", "foo, none", "none, foo", "iAMP21; foo", "Ph+ foo", "Ph+ and iAMP21"])
def test_no_item_is_ever_left_out(text: str) -> None:
    assert "not recognised" in refusal(text)


def test_commas_and_semicolons_inside_parentheses_do_not_split() -> None:
    assert read("t(9;22)(q34,q11), t(12;21)") == {"bcr_abl1": PRESENT, "etv6_runx1": PRESENT}


@pytest.mark.parametrize("text", ["Ph-", "Ph –", "Ph −", "Ph—", "BCR-ABL1 –", "Ph: -", "t(9;22) -", "BCR::ABL1 ‑"])
def test_every_kind_of_minus_says_absent(text: str) -> None:
    assert [(f.fact, set(f.possible)) for f in READER.read(text)] == [("bcr_abl1", {"absent"})]  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["Ph--", "-Ph", "KMT2A:", "not Ph-", "no Ph negative", "-11q23", "Ph :"])
def test_a_stray_sign_is_refused_and_never_taken_for_a_finding(text: str) -> None:
    with pytest.raises(UnreadableError):
        READER.read(text)


@pytest.mark.parametrize(
    ("text", "fact", "value"),
    [
        ("no Ph chromosome seen", "bcr_abl1", ABSENT),
        ("Ph chromosome not seen", "bcr_abl1", ABSENT),
        ("no MLL rearrangement was found", "kmt2a_r", ABSENT),
        ("without iAMP21 detected", "iamp21", ABSENT),
        ("BCR-ABL p190", "bcr_abl1", PRESENT),
        ("p210 BCR-ABL1 positive", "bcr_abl1", PRESENT),
    ],
)
def test_a_denial_as_reports_write_it_is_read(text: str, fact: str, value: Possible) -> None:
    assert read(text) == {fact: value}


@pytest.mark.parametrize("text", ["BCR-ABL p190 neg", "p210 BCR-ABL not detected", "no BCR-ABL1 p190 seen"])
def test_one_breakpoint_denied_leaves_the_fusion_open(text: str) -> None:
    assert read(text) == {}


def test_what_is_denied_of_one_and_found_of_another_in_one_item_is_refused() -> None:
    assert "not recognised" in refusal("no t(9;22) but MLL rearrangement detected")
