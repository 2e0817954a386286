"""A name that a denial beside it may cover is never read as found."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from all_cli.knowledge.documents import document_of
from all_cli.knowledge.files import FACTS
from all_cli.knowledge.vocabulary import vocabulary_in
from all_cli.patient.genetics import GeneticsReader
from all_cli.patient.unreadable import UnreadableError

READER = GeneticsReader(vocabulary_in(document_of(FACTS)))
NAMES = {
    "BCR-ABL": "bcr_abl1", "BCR::ABL1": "bcr_abl1", "t(9;22)": "bcr_abl1", "MLL": "kmt2a_r", "KMT2A": "kmt2a_r",
    "t(4;11)": "kmt2a_aff1", "t(12;21)": "etv6_runx1", "TEL-AML1": "etv6_runx1", "E2A-PBX1": "tcf3_pbx1",
    "CRLF2": "crlf2_r", "iAMP21": "iamp21", "IKZF1 deletion": "ikzf1_deleted", "trisomy 4": "trisomy_4",
}  # fmt: skip
BEHIND = (
    "negative",
    "not seen",
    "neg",
    "absent",
    "not detected",
    "not found",
    "wild type",
    "germline",
    "normal",
    "excluded",
    "no",
)
LATER = ("not done", "pending", "unknown", "failed")
SEEN = ("detected", "was found", "seen", "present", "were identified")
GAPS = (" ", ": ", ":", " : ", " = ", "=", " - ", " – ", " — ", "  ", "\t", ", ", ",\n", " (")
BEFORE = (
    "non", "without evidence of", "no evidence of", "no evidence for", "no signs of", "excluded:", "Negative for", "NO",
    "no", "without", "absent", "negative", "neg for", "negative for", "not found:", "not detected:", "negative:",
    "no evidence of", "suspected", "cannot exclude",
)  # fmt: skip


def read(text: str) -> dict[str, str]:
    """What a text says of each fact; empty if it is refused."""
    try:
        return {
            finding.fact: "/".join(finding.possible) if isinstance(finding.possible, frozenset) else "number"
            for finding in READER.read(text)
        }
    except UnreadableError:
        return {}


def found(text: str) -> set[str]:
    return {fact for fact, said in read(text).items() if said == "present"}


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.sampled_from(sorted(NAMES)), min_size=2, max_size=5, unique_by=lambda name: NAMES[name]),
    st.sampled_from((", ", ",", "; ")), st.sampled_from((*BEHIND, *LATER)), st.sampled_from(GAPS),
    st.sampled_from(BEFORE), st.sampled_from(SEEN),
    st.sampled_from((" and ", " or ", " & ", None)),
)  # fmt: skip
def test_no_name_of_a_list_is_found_that_a_denial_may_cover(
    names: list[str], sign: str, behind: str, gap: str, before: str, seen: str, last: str | None
) -> None:
    listed = sign.join(names) if last is None else sign.join(names[:-1]) + last + names[-1]
    assert not found(f"{listed}{gap}{behind}")
    assert not found(f"{before} {listed}")
    assert not found(f"{before} {listed} {seen}")
    assert not found(f"Ph positive, {listed}{gap}{behind}") - {"bcr_abl1"}
    assert not found(f"FISH for {listed}{gap}{behind}")
    assert not found(f"FISH {before} {listed}")
    assert not found(f"{listed} by FISH{gap}{behind}")


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("neg for BCR-ABL, MLL, CRLF2", {"bcr_abl1", "kmt2a_r", "crlf2_r"}),
        ("not found: t(9;22), t(4;11)", {"bcr_abl1", "kmt2a_aff1"}),
        ("no BCR-ABL, TEL-AML1 or MLL", {"bcr_abl1", "etv6_runx1", "kmt2a_r"}),
        ("no t(9;22), t(4;11) or t(12;21) detected", {"bcr_abl1", "kmt2a_aff1", "etv6_runx1"}),
        ("BCR-ABL and MLL negative", {"bcr_abl1", "kmt2a_r"}), ("neither BCR-ABL nor MLL", {"bcr_abl1", "kmt2a_r"}),
        ("BCR-ABL, MLL both negative", {"bcr_abl1", "kmt2a_r"}),
        ("BCR-ABL, MLL, CRLF2: all negative", {"bcr_abl1", "kmt2a_r", "crlf2_r"}),
        ("FISH for BCR-ABL and MLL negative", {"bcr_abl1", "kmt2a_r"}), ("BCR-ABL (negative)", {"bcr_abl1"}),
        ("FISH negative for MLL, BCR-ABL", {"bcr_abl1", "kmt2a_r"}), ("MLL (neg)", {"kmt2a_r"}),
        ("MLL and BCR-ABL by FISH: not detected", {"bcr_abl1", "kmt2a_r"}), ("BCR-ABL(-)", {"bcr_abl1"}),
        ("BCR-ABL: not detected, MLL: not detected", {"bcr_abl1", "kmt2a_r"}),
        ("BCR-ABL: not  detected and MLL: not detected", {"bcr_abl1", "kmt2a_r"}),
        ("no BCR-ABL and no MLL", {"bcr_abl1", "kmt2a_r"}), ("BCR-ABL (absent), MLL (neg)", {"bcr_abl1", "kmt2a_r"}),
        ("no t(9;22) by FISH", {"bcr_abl1"}), ("RT-PCR for BCR-ABL: negative", {"bcr_abl1"}),
        ("BCR-ABL or MLL negative (FISH)", {"bcr_abl1", "kmt2a_r"}),
        ("FISH for BCR-ABL, MLL: all negative", {"bcr_abl1", "kmt2a_r"}),
    ],
)  # fmt: skip
def test_a_denial_that_surely_covers_a_list_denies_all_of_it(text: str, absent: set[str]) -> None:
    assert read(text) == dict.fromkeys(absent, "absent")


@pytest.mark.parametrize(
    ("text", "present", "absent"),
    [
        ("t(12;21), no t(9;22)", {"etv6_runx1"}, {"bcr_abl1"}),
        ("BCR-ABL positive, MLL negative", {"bcr_abl1"}, {"kmt2a_r"}),
        ("t(12;21), Ph-negative", {"etv6_runx1"}, {"bcr_abl1"}), ("Ph+, MLL negative", {"bcr_abl1"}, {"kmt2a_r"}),
        ("BCR-ABL negative, t(12;21)", {"etv6_runx1"}, {"bcr_abl1"}),
        ("iAMP21|BCR-ABL negative", {"iamp21"}, {"bcr_abl1"}),
        ("KMT2A rearranged, BCR-ABL negative", {"kmt2a_r"}, {"bcr_abl1"}),
        ("+4, BCR-ABL negative", {"trisomy_4"}, {"bcr_abl1"}),
        ("no Ph, MLL positive", {"kmt2a_r"}, {"bcr_abl1"}),
        ("neg for BCR-ABL, MLL, t(12;21) positive", {"etv6_runx1"}, {"bcr_abl1", "kmt2a_r"}),
        ("BCR-ABL (positive), MLL (negative)", {"bcr_abl1"}, {"kmt2a_r"}),
        ("FISH for BCR-ABL positive and MLL negative", {"bcr_abl1"}, {"kmt2a_r"}),
        ("BCR-ABL positive by PCR, FISH for MLL negative", {"bcr_abl1"}, {"kmt2a_r"}),
    ],
)  # fmt: skip
def test_words_that_go_with_one_name_alone_leave_the_others(text: str, present: set[str], absent: set[str]) -> None:
    assert read(text) == {**dict.fromkeys(present, "present"), **dict.fromkeys(absent, "absent")}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("BCR-ABL1, KMT2A: negative", "BCR-ABL1"),
        ("no t(9;22), t(12;21)", "t(12;21)"),
        ("BCR-ABL, negative", "BCR-ABL"),
        ("neg for BCR-ABL, MLL; t(12;21)", "t(12;21)"),
        ("BCR-ABL, MLL not done", "BCR-ABL"),
        ("+4, +10: negative", "[+]4"),
        ("none, t(9;22)", "t(9;22)"),
        ("FISH for BCR-ABL, MLL negative", "BCR-ABL"),
        ("t(12;21), FISH for BCR-ABL and MLL negative", "t(12;21)"),
        ("no t(9;22) by FISH, MLL", "MLL"),
        ("BCR-ABL, MLL (negative)", "BCR-ABL"),
        ("FISH for BCR-ABL and MLL pending", "BCR-ABL"),
    ],
)  # fmt: skip
def test_a_denial_in_doubt_is_asked_about_in_one_sentence(text: str, name: str) -> None:
    with pytest.raises(UnreadableError, match=f"is {name.replace('(', '.').replace(')', '.')} found, or does the word"):
        READER.read(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("FISH for BCR-ABL", "a test without its result"),
        ("t(12;21) by FISH", "a test without its result"),
        ("FISH negative", "not recognised"),
        ("FISH normal", "not recognised"),  # of which probes? it denies no panel
        ("FISH not negative for BCR-ABL", "not recognised"),
        ("FISH for BCR-ABL and MLL not negative", "not recognised"),
        ("no negative BCR-ABL", "not recognised"),
        ("no FISH for BCR-ABL", "not recognised"),  # it was not done
        ("FISH without BCR-ABL", "not recognised"),
        ("no BCR-ABL and MLL positive", "not recognised"),
        ("FISH for BCR-ABL and frobnicate negative", "not recognised"),
        ("BCR-ABL negative and positive", "not recognised"),
    ],
)
def test_a_test_without_a_clear_result_is_refused(text: str, why: str) -> None:
    with pytest.raises(UnreadableError, match=why):
        READER.read(text)
