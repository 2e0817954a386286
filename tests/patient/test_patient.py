from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from all_cli.knowledge.documents import document_of
from all_cli.knowledge.files import FACTS
from all_cli.knowledge.vocabulary import vocabulary_in
from all_cli.logic.values import NumberSet, whole_domain
from all_cli.patient.patient import Patient
from all_cli.patient.unreadable import ContradictionError

VOCABULARY = vocabulary_in(document_of(FACTS))
PRESENT, ABSENT = frozenset({"present"}), frozenset({"absent"})


def patient(genetics: str = "", **facts: str) -> Patient:
    told = Patient(VOCABULARY)
    for fact, text in facts.items():
        told.tell(fact, text, f"--{fact} {text}")
    if genetics:
        told.tell_genetics(genetics, "--genetics")
    told.conclude()
    return told


def contradiction(genetics: str = "", **facts: str) -> str:
    with pytest.raises(ContradictionError) as caught:
        patient(genetics, **facts)
    return str(caught.value)


def test_a_patient_knows_what_was_said() -> None:
    told = patient(age="7", wbc="45", lineage="B-ALL")
    assert told.said() == {"age": "7 y", "lineage": "B", "wbc": "45 ×10⁹/L"}
    assert [told.bare(fact) for fact in ("age", "wbc", "lineage", "cns")] == ["7", "45", "B", "unknown"]


def test_what_is_left_out_or_unknown_is_wholly_open() -> None:
    told = patient(age="7", wbc="unknown", mrd_eoi="not done")
    assert set(told.known) == {"age"}
    assert told.text("wbc") == "unknown"


def test_an_alias_names_the_same_fact() -> None:
    assert patient(ph="yes").known["bcr_abl1"].possible == PRESENT
    assert "bcr_abl1" in contradiction(ph="yes", bcr_abl1="no")


def test_saying_more_narrows() -> None:
    told = Patient(VOCABULARY)
    told.tell("wbc", ">=20", "first")
    told.tell("wbc", "<50", "second")
    assert told.known["wbc"].possible == NumberSet.between(20, 50, open_high=True)
    told.tell("cns", "CNS1 or CNS2", "first")
    told.tell("cns", "CNS2a", "second")
    assert told.text("cns") == "CNS2a"


def test_an_implausible_value_is_kept_with_a_warning() -> None:
    told = patient(wbc="1600 G/L")
    assert told.known["wbc"].possible == NumberSet.point(1600)
    assert told.warnings == ['wbc "1600 G/L" is outside the usual range (0.1 to 1500 ×10⁹/L); is it meant?']
    assert patient(age="101").warnings
    assert not patient(age="100").warnings


# --- contradictions ---------------------------------------------------------------------------------------------------


def test_two_sayings_that_cannot_both_be_true_are_both_named() -> None:
    told = Patient(VOCABULARY)
    told.tell("wbc", "45", "--wbc 45")
    with pytest.raises(ContradictionError) as caught:
        told.tell("wbc", ">=50", "column WBC")
    assert str(caught.value) == ("wbc: --wbc 45 says 45 ×10⁹/L, column WBC says ≥50 ×10⁹/L; both cannot be true")


@pytest.mark.parametrize(
    ("genetics", "facts", "named"),
    [
        ("Ph+, Ph-", {}, ["Ph+", "Ph-"]),
        ("t(12;21), none", {"etv6_runx1": "no"}, ["--etv6_runx1 no", "t(12;21)"]),
        ("51-65 chromosomes", {"modal_chromosomes": "46"}, ["--modal_chromosomes 46", "51-65 chromosomes"]),
        ("t(4;11)", {"kmt2a_r": "no"}, ["--kmt2a_r no", "t(4;11)"]),
        ("KMT2A germline, KMT2A::AFF1", {}, ["KMT2A germline", "KMT2A::AFF1"]),
        ("IKZF1plus, no IKZF1 deletion", {}, ["IKZF1plus", "no IKZF1 deletion"]),
        ("double trisomy, no trisomy 4", {}, ["double trisomy", "no trisomy 4"]),
        ("+4, +10, no double trisomy", {}, ["no double trisomy", "trisomy_"]),
        ("", {"testicular": "yes", "sex": "female"}, ["--testicular yes", "--sex female"]),
        ("", {"maturation": "pro-B", "lineage": "T"}, ["--maturation pro-B", "--lineage T"]),
        ("", {"etp": "yes", "lineage": "B"}, ["--etp yes", "--lineage B"]),
        ("", {"etp": "yes", "maturation": "common-B", "lineage": "B or T"}, ["--etp yes", "--maturation common-B"]),
    ],
)
def test_a_contradiction_names_both_sayings(genetics: str, facts: dict[str, str], named: list[str]) -> None:
    said = contradiction(genetics, **facts)
    assert "both cannot be true" in said
    for words in named:
        assert words in said


# --- what follows from what -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("genetics", "facts", "follows", "values"),
    [
        ("t(4;11)", {}, "kmt2a_r", PRESENT),
        ("no KMT2A-r", {}, "kmt2a_aff1", ABSENT),
        ("IKZF1plus", {}, "ikzf1_deleted", PRESENT),
        ("no IKZF1 deletion", {}, "ikzf1_plus", ABSENT),
        ("+4, +10", {}, "double_trisomy", PRESENT),
        ("double trisomy", {}, "trisomy_10", PRESENT),
        ("no trisomy 4", {}, "double_trisomy", ABSENT),
        ("no trisomy 4", {}, "triple_trisomy", ABSENT),
        ("no double trisomy, +4", {}, "trisomy_10", ABSENT),
        ("no double trisomy", {}, "triple_trisomy", ABSENT),
        ("double trisomy, +17", {}, "triple_trisomy", PRESENT),
        ("double trisomy, no triple trisomy", {}, "trisomy_17", ABSENT),
        ("triple trisomy", {}, "double_trisomy", PRESENT),
        ("", {"testicular": "yes"}, "sex", frozenset({"male"})),
        ("", {"sex": "female"}, "testicular", ABSENT),
        ("", {"maturation": "pre-B"}, "lineage", frozenset({"B", "MPAL"})),
        ("", {"lineage": "T"}, "maturation", frozenset({"pro-T", "pre-T", "cortical-T", "mature-T"})),
        ("", {"lineage": "B"}, "etp", ABSENT),
        ("", {"etp": "yes", "maturation": "pre-B"}, "lineage", frozenset({"MPAL"})),
    ],
)
def test_conclusions_both_ways(genetics: str, facts: dict[str, str], follows: str, values: frozenset[str]) -> None:
    told = patient(genetics, **facts)
    assert told.known[follows].possible == values
    assert told.known[follows].derived
    assert follows not in told.said()


@pytest.mark.parametrize(
    ("genetics", "facts", "open_still"),
    [
        ("KMT2A-r", {}, ["kmt2a_aff1"]),
        ("no t(4;11)", {}, ["kmt2a_r"]),
        ("IKZF1 deletion", {}, ["ikzf1_plus"]),
        ("no IKZF1plus", {}, ["ikzf1_deleted"]),
        ("+4", {}, ["double_trisomy", "trisomy_10"]),
        ("no double trisomy", {}, ["trisomy_4", "trisomy_10"]),
        ("no triple trisomy, +4", {}, ["trisomy_10", "trisomy_17", "double_trisomy"]),
        ("Ph+", {}, ["abl_class", "crlf2_r"]),
        ("", {"sex": "male"}, ["testicular"]),
        ("", {"testicular": "no"}, ["sex"]),
        ("", {"etp": "no"}, ["lineage"]),
        ("", {"lineage": "MPAL"}, ["etp", "maturation"]),
        ("", {"lineage": "B or T"}, ["etp"]),
        ("", {"maturation": "pre-B or pre-T"}, ["lineage"]),
    ],
)
def test_nothing_is_concluded_that_does_not_follow(genetics: str, facts: dict[str, str], open_still: list[str]) -> None:
    told = patient(genetics, **facts)
    for fact in open_still:
        assert told.known[fact].possible == whole_domain(VOCABULARY[fact]) if fact in told.known else True, fact


def test_conclusions_go_several_steps() -> None:
    told = patient("no trisomy 10, +4, +17")
    assert told.known["double_trisomy"].possible == told.known["triple_trisomy"].possible == ABSENT


def test_a_conclusion_names_its_ground() -> None:
    assert patient("t(4;11)").known["kmt2a_r"].said == "--genetics t(4;11) (kmt2a_aff1 present)"


def test_what_was_said_and_follows_too_counts_as_said() -> None:
    told = patient("t(4;11), KMT2A-r")
    assert not told.known["kmt2a_r"].derived
    assert told.known["kmt2a_r"].said == "--genetics KMT2A-r"


def test_an_ambiguous_conclusion_is_shown_as_unknown() -> None:
    told = patient(maturation="pre-B")
    assert told.bare("lineage") == "unknown"
    assert told.text("lineage") == "B or MPAL"


def test_none_contradicts_nothing_by_itself() -> None:
    told = patient("none")
    assert told.known["kmt2a_r"].possible == ABSENT
    assert told.known["modal_chromosomes"].possible == NumberSet.point(46)


FLAGS = ["kmt2a_r", "kmt2a_aff1", "trisomy_4", "trisomy_10", "trisomy_17", "double_trisomy", "triple_trisomy"]


def exists(values: dict[str, bool]) -> bool:
    return (
        (values["kmt2a_r"] or not values["kmt2a_aff1"])
        and values["double_trisomy"] == (values["trisomy_4"] and values["trisomy_10"])
        and values["triple_trisomy"] == (values["double_trisomy"] and values["trisomy_17"])
    )


@given(st.dictionaries(st.sampled_from(FLAGS), st.booleans()))
def test_conclusions_equal_brute_force_over_all_patients_that_exist(told: dict[str, bool]) -> None:
    """Every value that conclude rules out belongs to no patient; if no patient is left, that is a contradiction."""
    completions = []
    for number in range(1 << len(FLAGS)):
        values = {flag: bool(number >> place & 1) for place, flag in enumerate(FLAGS)}
        if exists(values) and all(values[flag] == value for flag, value in told.items()):
            completions.append(values)
    if not completions:
        with pytest.raises(ContradictionError):
            patient(**{flag: "yes" if value else "no" for flag, value in told.items()})
        return
    known = patient(**{flag: "yes" if value else "no" for flag, value in told.items()}).known
    for flag in FLAGS:
        left = {values[flag] for values in completions}
        concluded = known[flag].possible if flag in known else PRESENT | ABSENT
        assert {word == "present" for word in concluded} >= left, flag
        if len(left) == 1 and flag in ("kmt2a_r", "kmt2a_aff1"):
            assert {word == "present" for word in concluded} == left, flag
