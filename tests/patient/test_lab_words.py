"""Findings as laboratories word them: what is certain is read, and what is not stays refused."""

from __future__ import annotations

import pytest

from all_cli.knowledge.documents import document_of
from all_cli.knowledge.files import FACTS
from all_cli.knowledge.vocabulary import vocabulary_in
from all_cli.logic.values import ABSENT, PRESENT
from all_cli.patient.genetics import GeneticsReader
from all_cli.patient.unreadable import UnreadableError

READ = {
    "iamp21": (
        "RUNX1 amplified (>=5 signals)", "RUNX1 amplification, >=5 copies", "RUNX1 amplification, 5 or more signals",
        "amplification of RUNX1", "AML1 gene amplification", "RUNX1 amplified (>4 signals per cell)",
        "iAMP21 (RUNX1 x5)", "iAMP21, RUNX1 ≥5 signals",
    ),
    "-iamp21": ("RUNX1 not amplified", "RUNX1 not amplified (2 copies)", "no amplification of RUNX1"),
    "double_trisomy": (
        "double trisomy 4 and 10", "double trisomy (4, 10)", "double trisomy 4, 10", "double trisomy 4/10",
        "double trisomies of chromosomes 10 and 4", "trisomy 4 and trisomy 10 present",
        "trisomies of 4 and 10: positive",
    ),
    "-double_trisomy": ("trisomy 4 and trisomy 10 negative", "no double trisomy (+4,+10)", "trisomies 4, 10: absent"),
    "triple_trisomy": ("trisomies 4, 10, 17", "trisomy 4, 10 and 17", "triple trisomy (4/10/17)"),
    "kmt2a_r": (
        "FISH KMT2A positive", "FISH positive for KMT2A", "KMT2A break-apart FISH positive",
        "KMT2A breakapart: positive",
        "KMT2A gene rearrangement detected", "positive for KMT2A",
    ),
    "-kmt2a_r": ("KMT2A FISH break apart negative", "KMT2A gene rearrangement: not detected"),
    "bcr_abl1": ("BCR::ABL1 fusion", "BCR-ABL fusion transcript detected", "BCR-ABL1 dual fusion probe positive"),
    "-etv6_runx1": ("ETV6-RUNX1 FISH: negative", "TEL-AML1 fusion gene not detected"),
    "tp53": ("17p-", "TP53 gene deletion"),
}  # fmt: skip
REFUSED = (
    "RUNX1 amplified (3 signals)", "RUNX1 amplification, 4 copies", "RUNX1 not amplified (6 copies)",
    "double trisomy 4 and 17", "double trisomy 4, 10, 17", "trisomy 4/10", "trisomy 4 or 10", "trisomy 4, 10 % blasts",
    "trisomy 4, 10 of 20 cells", "no trisomy 10 and +4", "no trisomy 10, trisomy 4",
    "iAMP21, 3 copies of RUNX1", "KMT2A break-apart", "KMT2A::MLLT1 fusion negative",
)  # fmt: skip


@pytest.fixture(scope="module")
def reader() -> GeneticsReader:
    return GeneticsReader(vocabulary_in(document_of(FACTS)))


def test_words_of_laboratories_are_read_as_what_they_say(reader: GeneticsReader) -> None:
    for said, texts in READ.items():
        for text in texts:
            expected = [(said.removeprefix("-"), frozenset({ABSENT if said.startswith("-") else PRESENT}))]
            assert [(one.fact, one.possible) for one in reader.read(text)] == expected, text


def test_what_the_words_leave_open_is_refused(reader: GeneticsReader) -> None:
    for text in REFUSED:
        with pytest.raises(UnreadableError):
            reader.read(text)
            pytest.fail(text)


def test_of_neither_trisomy_both_are_absent_and_one_member_of_a_class_does_not_deny_it(reader: GeneticsReader) -> None:
    found = {one.fact: one.possible for one in reader.read("no trisomy 4 or 10")}
    assert found == {"trisomy_4": frozenset({ABSENT}), "trisomy_10": frozenset({ABSENT})}
    assert reader.read("TP53 gene deletion negative") == []


def test_signals_of_runx1_without_a_conclusion_leave_its_amplification_open(reader: GeneticsReader) -> None:
    for text in ("RUNX1 x5", "5 copies of RUNX1", "RUNX1: ≥5 signals", "RUNX1" + " " * 3000 + "x5"):
        assert reader.read(text) == []
        assert "iamp21 is left open" in reader.doubts(text)[0]
        denied = {one.fact for one in reader.read(f"ETV6-RUNX1 negative, {text}, otherwise none")}
        assert "bcr_abl1" in denied
        assert "iamp21" not in denied


def test_a_gain_behind_a_denied_trisomy_is_a_finding_of_its_own(reader: GeneticsReader) -> None:
    found = {one.fact: one.possible for one in reader.read("no trisomy 10, +4")}
    assert found == {"trisomy_10": frozenset({ABSENT}), "trisomy_4": frozenset({PRESENT})}
