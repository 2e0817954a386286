"""Karyotypes and cytogenetic notation: what they show, what they leave open, and what they never say."""

from __future__ import annotations

import re

import pytest
from folded import each
from hypothesis import example, given, settings
from hypothesis import strategies as st

from all_cli.knowledge.documents import document_of
from all_cli.knowledge.files import FACTS
from all_cli.knowledge.vocabulary import vocabulary_in
from all_cli.logic.values import ABSENT, PRESENT, NumberSet, Possible
from all_cli.patient.abnormality import LOCATED
from all_cli.patient.genetics import GeneticsReader
from all_cli.patient.karyotype import NoLine, read_lines, read_token
from all_cli.patient.patient import Patient
from all_cli.patient.unreadable import UnreadableError

VOCABULARY = vocabulary_in(document_of(FACTS))
READER = GeneticsReader(VOCABULARY)


def read(text: str) -> dict[str, Possible]:
    found: dict[str, Possible] = {}
    for finding in READER.read(text):
        assert found.setdefault(finding.fact, finding.possible) == finding.possible, (finding, found)
    return found


def refusal(text: str) -> str:
    with pytest.raises(UnreadableError) as caught:
        READER.read(text)
    return str(caught.value)


def numbers(said: str) -> NumberSet:
    found = NumberSet(())
    for part in said.split():
        low, _, high = part.partition("-")
        found |= NumberSet.between(float(low), float(high or low))
    return found


HEH = "54,XX,+X,+4,+6,+10,+14,+17,+18,+21"
T922 = "t(9;22)(q34;q11.2)"

# text; facts present; facts absent; chromosome numbers still possible ("" for: nothing said).
# The expectations were written before the reader.
TABLE: list[tuple[str, str, str, str]] = [
    # --- one clone, residual normal cells beside it
    ("46,XY,t(9;22)(q34;q11.2)[12]/46,XY[8]", "bcr_abl1", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XX,t(9;22)(q34;q11)", "bcr_abl1", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,xx,T(9;22)(Q34;Q11)", "bcr_abl1", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46, XX, t(9;22) (q34;q11.2) [12] / 46, XX [8]", "bcr_abl1", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XY,t(22;9)(q11;q34)[12]", "bcr_abl1", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XY,t(9;22)(q34,q11)[12]", "bcr_abl1", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XY,t(9;22)[12]", "bcr_abl1", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XY[8]/46,XY,t(9;22)(q34;q11.2)[12]", "bcr_abl1", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("karyotype: 46,XY,t(9;22)(q34;q11.2)[12]", "bcr_abl1", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XY,t(9;22)(q34;q11.2)[12]/\n46,XY[8]", "bcr_abl1", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XY,der(22)t(9;22)(q34;q11.2)[12]", "bcr_abl1", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("47,XY,t(9;22)(q34;q11.2),+der(22)t(9;22)[12]", "bcr_abl1", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "47"),
    ("46,XX,t(12;21)(p13;q22)[20]", "etv6_runx1", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XX,t(1;19)(q23;p13.3)[20]", "tcf3_pbx1", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XX,der(19)t(1;19)(q23;p13)[20]", "tcf3_pbx1", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XX,t(17;19)(q22;p13)[20]", "tcf3_hlf", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XX,t(4;11)(q21;q23)[20]", "kmt2a_aff1", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XX,t(4;11)(q21;q23.3)[20]", "kmt2a_aff1", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XX,t(11;19)(q23;p13.3)[20]", "kmt2a_r", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XX,t(9;11)(p21~22;q23)[20]", "kmt2a_r", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XX,t(6;11)(q27;q23)[20]", "kmt2a_r", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XX,t(10;11)(p12;q23)[20]", "kmt2a_r", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XX,t(8;14)(q24;q32)[20]", "igh_myc", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XX,t(8;22)(q24;q11)[20]", "myc_r", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XX,t(2;8)(p12;q24)[20]", "myc_r", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XX,t(5;14)(q31;q32)[20]", "igh_il3", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XX,t(2;14)(q22;q32)[20]", "bcl11b", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("45,XX,dic(9;20)(p13;q11)[20]", "dic_9_20", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "45"),
    ("46,XX,del(9)(p21)[8]", "del_9p", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XX,DEL(9)(P21)[8]", "del_9p", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XX,del(9)(p13p24)[8]", "del_9p", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XX,del(6)(q21)[8]", "del_6q", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XX,del(6)(q13q23)[8]", "del_6q", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XX,del(17)(p13)[8]", "tp53", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("45,XX,-7", "monosomy_7", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "45"),
    ("47,XY,+8[15]/46,XY[5]", "trisomy_8", "trisomy_4 trisomy_10 trisomy_17", "47"),
    ("45,XX,-20[4]", "", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "45"),
    ("47,XX,+21[10]", "", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "47"),
    ("45,X,-Y[10]", "", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "45"),
    ("45,X,-X[10]", "", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "45"),
    # --- hyperdiploid and hypodiploid clones
    (f"{HEH}[15]/46,XX[5]", "trisomy_4 trisomy_10 trisomy_17", "trisomy_8", "54"),
    (HEH, "trisomy_4 trisomy_10 trisomy_17", "trisomy_8", "54"),
    ("52,XY,+4,+6,+10,+14,+21,+21[10]/46,XY[10]", "trisomy_4 trisomy_10", "trisomy_8 trisomy_17", "52"),
    ("48,XY,+4,+4[10]", "", "trisomy_8 trisomy_10 trisomy_17", "48"),  # four copies are not a trisomy
    ("48,XY,+4x2[10]", "", "trisomy_8 trisomy_10 trisomy_17", "48"),
    ("51~55<2n>,XX,+4,+10[cp10]", "trisomy_4 trisomy_10", "", "51-55"),
    ("51~55,XX,+4,+10,inc[10]", "trisomy_4 trisomy_10", "", "51-55"),
    ("52~55,XX,+4[3],+10[10],+21[10][cp10]", "trisomy_10", "", "52-55"),
    ("51~55<2n>", "", "", "51-55"),
    ("26<1n>", "", "", "26"),
    ("26<1n>,X,+X,+14,+21[8]/46,XX[12]", "", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "26"),
    # +4 of a haploid clone is the second copy
    ("26<1n>,X,+4,+10,+21[8]", "", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "26"),
    ("27<1n>,X,+4,+4,+10,+21[8]", "", "trisomy_8 trisomy_10 trisomy_17", "27"),
    ("34,X,-Y,-2,-3,-4,-7,-9,-12,-13,-15,-16,-17,-20[12]", "monosomy_7",
     "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "34"),
    ("66<3n>,XXX,-3,-7,-17[9]/46,XX[2]", "", "", "66"),  # trisomies of a triploid clone are not those of HeH
    ("92<4n>,XXYY,t(9;22)(q34;q11)x2[9]", "bcr_abl1", "", "92"),
    ("54,XX[10]", "", "", "54"),
    ("58,XX,+X,+4,+5,+6,+8,+10,+11,+12,+14,+17,+18,+21[10]",
     "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "", "58"),
    # --- several clones
    ("46,XX,t(9;22)(q34;q11)[5]/47,idem,+8[10]/46,XX[5]",
     "bcr_abl1 trisomy_8", "trisomy_4 trisomy_10 trisomy_17", "46-47"),
    ("46,XX,t(9;22)(q34;q11)[5]/47,sl,+4[10]", "bcr_abl1", "trisomy_8 trisomy_10 trisomy_17", "46-47"),
    ("47,XX,+4[5]/48,sl,+10[6]/49,sdl1,+17[4]", "trisomy_4", "trisomy_8", "47-49"),
    ("46,XX,del(6)(q21)[5]/55,XX,+X,+4,+6,+8,+10,+14,+17,+18,+21[9]",
     "del_6q trisomy_8", "", "46 55"),
    # a hypodiploid clone beside its own doubling is hypodiploid
    ("27<1n>,X,+X,+14,+18,+21[5]/54,idemx2[15]", "", "", "27"),
    ("36,XX,-2,-3,-4,-5,-7,-9,-12,-13,-15,-16[10]/72,idemx2[5]", "monosomy_7", "", "36"),
    ("36,XX,-2,-3,-4,-5,-7,-9,-12,-13,-15,-16[10]/70,idemx2,-1,-1[5]", "monosomy_7", "", "36"),
    ("26<1n>,X,+14,+18,+21[5]/52,XX,+14,+14,+18,+18,+21,+21[9]/46,XX[3]", "",
     "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "26"),
    ("47,XX,+8[5]/94,idemx2[5]", "trisomy_8", "", "47 94"),
    ("47,XX,+8[5]/46,idem,-8[5]", "trisomy_8", "trisomy_4 trisomy_10 trisomy_17", "46-47"),
    # --- normal, constitutional, too few cells
    ("46,XX", "", "", "46"),
    ("46,XX[20]", "", "", "46"),
    ("46,XY[8]", "", "", ""),
    ("47,XY,+21c", "down_syndrome", "", ""),
    ("47,XY,+21c[20]", "down_syndrome", "", ""),
    ("48,XY,+21c,+4[10]/47,XY,+21c[10]", "down_syndrome trisomy_4", "trisomy_8 trisomy_10 trisomy_17", "48"),
    ("48,XY,+21c,+21[10]", "down_syndrome", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "48"),
    ("47,XXY[20]", "", "", ""),
    ("45,X[20]", "", "", ""),
    ("46,XX,t(4;11)(q21;q23)c[20]", "", "", ""),
    ("47,XY,+8c[20]", "", "", ""),
    ("46,XX,inv(9)(p12q13)[20]", "", "", ""),
    ("46,XX,t(9;22)(q34;q11)[1]/46,XX[19]", "", "", ""),
    ("45,XX,-7[2]/46,XX[18]", "", "", ""),  # a loss in two cells is no clone
    # --- structural abnormalities without a fact of their own; never a neighbour's fact
    ("46,XX,i(21)(q10)", "other_abnormality", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XX,del(7)(q22)[8]", "other_abnormality", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XX,del(9)(q22)[8]", "other_abnormality", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XX,del(6)(p22)[8]", "other_abnormality", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XX,i(17)(q10)[8]", "other_abnormality", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XX,i(9)(q10)[8]", "other_abnormality", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XX,t(9;22)(p24;q11)[8]", "other_abnormality", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XX,t(10;11)(p13;q14)[8]", "other_abnormality", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XX,t(4;11)(q21;p15)[8]", "other_abnormality", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XX,t(8;14)(q24;q11)[8]", "", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),  # 8q24: MYC may be in it
    ("46,XX,t(5;14)(q35;q32)[8]", "", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XX,del(11)(q23)[8]", "", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XX,t(2;11)(p21;q23)[8]", "", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XX,der(9)t(9;22)(q34;q11)[8]", "", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XX,t(9;22;11)(q34;q11;q13)[8]", "", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("47,XX,+mar[8]", "other_abnormality", "", "47"),  # the marker may be any chromosome
    ("46,XX,add(1)(p36)[8]", "other_abnormality", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,X,t(X;1)(q28;q21)[8]", "other_abnormality", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("47,XX,+i(17)(q10)[8]", "other_abnormality", "trisomy_4 trisomy_8 trisomy_10", "47"),
    ("46,XX,-7,+r(7)[8]", "other_abnormality", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    # --- uncertain
    ("46,XX,?t(9;22)(q34;q11)[8]", "", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("47,XX,+?8[8]", "", "", "47"),
    ("46,XX,t(9;22)(q34;q?11)[8]", "", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("?t(9;22)", "", "", ""),
    ("?Ph", "", "", ""),
    ("suspected t(12;21)", "", "", ""),
    ("KMT2A not done", "", "", ""),
    ("iAMP21: inconclusive", "", "", ""),
    ("BCR-ABL1 pending, TEL-AML1 negative", "", "etv6_runx1", ""),
    # --- complex: five unrelated abnormalities, seven or three
    ("46,XX,del(1)(p22),add(2)(q37),del(3)(q21),add(5)(q35),i(18)(q10)[9]",
     "other_abnormality complex_karyotype", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XX,del(1)(p22),add(2)(q37),del(3)(q21),add(5)(q35)[9]",
     "other_abnormality", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XX,del(1)(p22),add(2)(q37),add(3)(q21),-5,+mar[9]", "other_abnormality", "", "46"),
    ("48,XX,+5,+9,-13,+15,del(6)(q21)[9]",
     "del_6q complex_karyotype", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "48"),
    ("46,XX,t(9;22)(q34;q11),der(9)t(9;22),der(22)t(9;22),add(2)(q37),del(3)(q21)[9]",
     "bcr_abl1 other_abnormality", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    # --- lists around a karyotype
    (f"46,XX,{T922}[12]/46,XX[8], iAMP21", "bcr_abl1 iamp21", "trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    (f"Ph-like negative, 46,XX,{T922}[12]", "bcr_abl1", "ph_like trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("46,XX[20]; TEL-AML1 positive", "etv6_runx1", "", "46"),
    ("46,XX,iAMP21", "iamp21", "", "46"),
    ("46,XX,del(9)(p21), no KMT2A-r", "del_9p", "kmt2a_r trisomy_4 trisomy_8 trisomy_10 trisomy_17", "46"),
    ("del(9)(p21)", "del_9p", "", ""),
    ("del(6)(q21)", "del_6q", "", ""),
    ("9p-", "del_9p", "", ""),
    ("6q-", "del_6q", "", ""),
    ("17p-", "tp53", "", ""),
    ("no del(9)(p21)", "", "del_9p", ""),
    ("dic(9;20)(p11;q11)", "dic_9_20", "", ""),
    ("dic(9;20) negative", "", "dic_9_20", ""),
    ("der(19)t(1;19)(q23;p13)", "tcf3_pbx1", "", ""),
    ("t(9;22) negative", "", "bcr_abl1", ""),
    ("Ph-", "", "bcr_abl1", ""),
    ("BCR::ABL1-like", "ph_like", "", ""),
    ("MEF2D::BCL9", "mef2d_r", "", ""),
    ("BCL9/MEF2D", "mef2d_r", "", ""),
    ("no evidence of t(9;22)(q34;q11)", "", "bcr_abl1", ""),
    ("deletion of IKZF1", "ikzf1_deleted", "", ""),
    # --- no karyotype: nothing known
    ("failed culture", "", "", ""),
    ("no metaphases", "", "", ""),
    ("Cytogenetics: failed", "", "", ""),
    ("culture failure, BCR-ABL1 negative", "", "bcr_abl1", ""),
    # --- interphase FISH
    ("nuc ish(ABL1,BCR)x3(ABL1 con BCRx2)[180/200]", "bcr_abl1", "", ""),
    ("nuc ish(ABL1x3),(BCRx3),(ABL1 con BCRx2)[180/200]", "bcr_abl1", "", ""),
    ("nuc ish(ETV6x2,RUNX1x3)(ETV6 con RUNX1x1)[150/200]", "etv6_runx1", "", ""),
    ("nuc ish(KMT2Ax2)(5'KMT2A sep 3'KMT2Ax1)[150/200]", "kmt2a_r", "", ""),
    ("nuc ish(ABL1,BCR)x2[200]", "", "", ""),
    ("nuc ish(ABL1,BCR)x3(ABL1 con BCRx2)[3/200]", "", "", ""),
    ("nuc ish(RUNX1x5)[100/200]", "", "", ""),
    ("nuc ish(D4Z1x3,D10Z1x3,D17Z1x3)[150/200]", "trisomy_4 trisomy_10 trisomy_17", "", ""),
    ("46,XX[20].nuc ish(ABL1,BCR)x3(ABL1 con BCRx2)[180/200]", "bcr_abl1", "", "46"),
    ("46,XX[20]; nuc ish(KMT2Ax3)[30/200]", "", "", "46"),
]  # fmt: skip


@each("text, present, absent, modal", TABLE)
def test_what_a_text_shows_and_nothing_else(text: str, present: str, absent: str, modal: str) -> None:
    expected: dict[str, Possible] = {fact: frozenset({PRESENT}) for fact in present.split()}
    expected |= {fact: frozenset({ABSENT}) for fact in absent.split()}
    if modal:
        expected["modal_chromosomes"] = numbers(modal)
    found = read(text)
    if isinstance(number := found.get("modal_chromosomes"), NumberSet):
        # 46 or 47 is the same set of chromosomes as 46 to 47.
        assert {x for x in range(20, 100) if x in number} == {x for x in range(20, 100) if x in numbers(modal)}
        expected["modal_chromosomes"] = number
    assert found == expected
    patient = Patient(VOCABULARY)
    patient.tell_genetics(text, "--genetics", READER)
    patient.conclude()


def test_the_table_is_large_enough() -> None:
    assert len({row[0] for row in TABLE}) == len(TABLE) >= 120


REFUSED = [
    ("47,idem,+8[10]", "47,idem,+8[10]", "idem"),
    ("99,XX", "99,XX", "do not go together"),
    ("54,X[10]", "54,X[10]", "do not go together"),
    ("mos 47,XX,+8", "mos 47", "not recognised"),
    ("300,XX,+4[10]", "300", "not recognised"),
    ("KMT2A deletion", "KMT2A deletion", "not the same as"),
    ("deletion of KMT2A", "deletion of KMT2A", "not the same as"),
    ("3 copies of KMT2A", "3 copies of KMT2A", "not the same as"),
    ("extra copy of RUNX1", "extra copy of RUNX1", "not recognised"),
    ("gain of BCR", "gain of BCR", "not recognised"),
    ("ETV6::RUNX1-like", "ETV6::RUNX1-like", "not the same as"),
    ("ZNF384-like", "ZNF384-like", "not the same as"),
    ("del(7)(q22)", "del(7)(q22)", "not recognised"),
    ("del(11)(q23)", "del(11)(q23)", "not recognised"),
    ("i(21)(q10)", "i(21)(q10)", "not recognised"),
    ("t(9;22)(p24;q11)", "t(9;22)(p24;q11)", "bands"),
    ("t(10;11)(p13;q14)", "t(10;11)(p13;q14)", "bands"),
    ("t(8;14)(q24;q11)", "t(8;14)(q24;q11)", "bands"),
    ("t(5;14)(q35;q32)", "t(5;14)(q35;q32)", "bands"),
    ("der(9)t(9;22)(q34;q11)", "der(9)t(9;22)(q34;q11)", "not recognised"),
    ("12;21", "12;21", "t(12;21)"),
    ("21-Dec", "21-Dec", "t(12;21)"),
    ("Sep-22", "Sep-22", "t(9;22)"),
    ("2021-12-21", "2021-12-21", "date"),
    ("12/21/2021", "12/21/2021", "date"),
    ("#NAME?", "#NAME?", "spreadsheet"),
    ("=+21", "=+21", "spreadsheet"),
    ("21", "21", "+21"),
    ("54", "54", "not recognised"),
    ("-7", "-7", "not recognised"),
    ("7q-", "7q-", "not recognised"),
    ("11q-", "11q-", "not recognised"),
    ("failed culture, none", "none", "failed culture"),
    ("arr[GRCh37] 9p21.3(21967752_22008953)x0", "", "not recognised"),
    ("ish t(9;22)(ABL1-;BCR+)", "ish t(9;22)(ABL1-;BCR+)", "not recognised"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "part", "why"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_cannot_be_read_is_an_error_that_names_it(text: str, part: str, why: str) -> None:
    said = refusal(text)
    assert part in said
    assert why in said


@pytest.mark.parametrize(("text", "part", "why"), REFUSED, ids=[row[0] for row in REFUSED])
def test_every_other_span_is_still_read_beside_one_that_cannot_be(text: str, part: str, why: str) -> None:
    spans = READER.spans(f"iAMP21\n{text}")
    assert any(span.why for span in spans)
    assert [finding.fact for finding in spans[0].findings] == ["iamp21"]


# --- either order, every separator ---

FUSIONS = [
    (fact.id, match[1], match[2])
    for fact in VOCABULARY.facts.values()
    if fact.genetic
    for spelling in fact.spellings
    if (match := re.fullmatch(r"(\w+)::(\w+)", spelling))
]


@each("fact, first, second", FUSIONS)
def test_every_fusion_in_either_order_with_every_separator_in_any_case(fact: str, first: str, second: str) -> None:
    for one, other in ((first, second), (second, first)):
        for sign in ("::", "-", "/", " - ", " / ", "–"):
            for text in (f"{one}{sign}{other}", f"{one}{sign}{other}".lower()):
                assert read(text) == {fact: frozenset({PRESENT})}, text
        whole = "::" in VOCABULARY[fact].title
        assert read(f"{one}::{other} negative") == ({fact: frozenset({ABSENT})} if whole else {})


def test_every_translocation_of_the_vocabulary_has_its_bands() -> None:
    for fact in VOCABULARY.facts.values():
        for spelling in fact.spellings if fact.genetic else ():
            if match := re.fullmatch(r"t\((\w+);(\w+)\)", spelling):
                assert fact.id in {place.fact for place in LOCATED if {*place.chromosomes} == {match[1], match[2]}}


@pytest.mark.parametrize("place", LOCATED, ids=lambda place: f"{place.kind}({';'.join(place.chromosomes)})")
def test_a_translocation_with_other_bands_is_never_the_fact(place: object) -> None:
    one, other = place.chromosomes  # type: ignore[attr-defined]
    for kind in ("t", "der(1)t", "dic", "ins"):
        text = f"46,XX,{kind}({one};{other})(p36;q43)[9]"
        try:
            found = read(text)
        except UnreadableError:
            continue
        assert place.fact not in found  # type: ignore[attr-defined]


SECTION_7 = {
    "bcr_abl1": "Ph+|Ph1|Philadelphia|t(9;22)|BCR-ABL|BCR/ABL1|p190|p210|BCR::ABL1|ABL1::BCR",
    "kmt2a_r": "MLL|11q23|ALL1|KMT2A-r|KMT2A::MLLT1|MLL-ENL|t(11;19)|KMT2A::MLLT3|MLL-AF9|t(9;11)|KMT2A::AFDN|MLL-AF6|"
    "t(6;11)|KMT2A::MLLT10|MLL-AF10|t(10;11)(p12;q23)|KMT2A-AF9|KMT2A-ENL",
    "kmt2a_aff1": "t(4;11)|KMT2A::AFF1|MLL-AF4|KMT2A-AF4|MLL::AFF1|AF4-MLL",
    "etv6_runx1": "TEL-AML1|TEL/AML1|ETV6-RUNX1|t(12;21)(p13.2;q22.1)|AML1/TEL",
    "ho_tr": "Ho-Tr|HoTr",
    "masked_hypodiploid": "masked hypodiploidy|doubled hypodiploidy",
    "igh_il3": "IL3-IGH|IGH/IL3|t(5;14)(q31;q32.3)|IGH::IL3",
    "tcf3_pbx1": "E2A-PBX1|E2A/PBX1|t(1;19)(q23.3;p13.3)|TCF3::PBX1",
    "tcf3_hlf": "t(17;19)(q22;p13)|E2A-HLF|TCF3::HLF|HLF rearranged",
    "ph_like": "Ph-like|BCR::ABL1-like",
    "abl_class": "EBF1::PDGFRB|ABL2|PDGFRB|PDGFRA|CSF1R|Ph-like ABL|ABL-1 class|ABL1 class",
    "crlf2_r": "CRLF2|IGH::CRLF2|P2RY8::CRLF2",
    "jak_stat": "JAK2|EPOR|TYK2|IL7R|SH2B3|Ph-like JAK|JAK-STAT",
    "iamp21": "iAMP21|RUNX1 amplification",
    "igh_myc": "t(8;14)|IGH::MYC|MYC::IGH",
    "myc_r": "t(8;22)|t(2;8)|MYC rearranged",
    "dux4_r": "DUX4-r|IGH::DUX4|DUX4",
    "erg_deleted": "ERG deletion",
    "mef2d_r": "MEF2D|MEF2D::BCL9|MEF2D::HNRNPUL1",
    "znf384_r": "EP300::ZNF384|TCF3::ZNF384|ZNF-384|ZNF384|ZNF362 rearranged",
    "nutm1_r": "NUTM1|NUT",
    "cdx2_ubtf": "UBTF::ATXN7L3|UBTF::ATXN7L3/PAN3|CDX2|CDX2/UBTF|UBTF/CDX2",
    "pax5_p80r": "PAX5 p.P80R|PAX5 P80R",
    "pax5_alt": "PAX5alt|PAX5 fusion|PAX5 amplification",
    "ikzf1_n159y": "IKZF1 N159Y|mutated IKZF1 N159Y",
    "ikzf1_deleted": "Ikaros deletion|IK6|del(7)(p12.2)|IKZF1del|IKZF1 deletion exons 4-7|IKZF1 exons 4-7 deletion",
    "ikzf1_focal": "intragenic IKZF1 deletion|focal IKZF1 deletion",
    "ikzf1_plus": "IKZF1+|IKZF1^plus|IKZF1plus",
    "tp53": "17p-|TP53 mutation|TP53 deletion|TP53|del(17p)",
    "complex_karyotype": "CK|complex karyotype",
    "bcl11b": "t(2;14)(q22;q32)|BCL11B",
    "notch1_fbxw7": "NOTCH1|FBXW7|N/F",
    "ras_mutated": "NRAS|KRAS|NRAS/KRAS",
    "pten_altered": "PTEN",
}


@each("fact, text", [(fact, text) for fact, texts in SECTION_7.items() for text in texts.split("|")])
def test_the_entity_table_of_the_evidence_in_upper_and_lower_case(fact: str, text: str) -> None:
    for written in (text, text.lower(), text.upper()):
        assert read(written) == {fact: frozenset({PRESENT})}, written


# --- uncertain, failed, and "otherwise none" ---


@pytest.mark.parametrize("text", ["?t(9;22)", "46,XX,?t(9;22)(q34;q11)[8]", "t(9;22) pending", "46,XX,t(9;22)[1]"])
def test_otherwise_none_does_not_deny_what_is_uncertain(text: str) -> None:
    assert "bcr_abl1" not in read(f"{text}, otherwise none")
    assert read(f"{text}, otherwise none")["kmt2a_aff1"] == {ABSENT}


def test_otherwise_none_does_not_deny_what_a_karyotype_leaves_open() -> None:
    assert "other_abnormality" not in read("46,XX,t(2;11)(p21;q23)[8], otherwise none")
    assert "kmt2a_r" not in read("46,XX,t(2;11)(p21;q23)[8], otherwise none")
    assert "trisomy_4" not in read("66<3n>,XXX,-3,-7,-17[9], otherwise none")
    assert "modal_chromosomes" not in read("45,XX,-7[2]/46,XX[18], otherwise none")
    assert "complex_karyotype" not in read("46,XX,del(1)(p22),add(2)(q37),add(3)(q21),-5,+mar[9], otherwise none")


@pytest.mark.parametrize(
    "text", ["?t(9;22)", "failed culture", "46,XY[8]", "46,XX,t(9;22)(q34;q11)[1]/46,XX[19]", "KMT2A not done",
             "46,XX,t(2;11)(p21;q23)[8]", "nuc ish(ABL1,BCR)x2[200]", "66<3n>,XXX,-3,-7,-17[9]"]
)  # fmt: skip
def test_what_is_left_open_is_said_to_the_user_of_classify(text: str) -> None:
    patient = Patient(VOCABULARY)
    patient.tell_genetics(text, "--genetics", READER)
    assert patient.warnings, text


def test_a_normal_karyotype_excludes_no_fusion_no_mutation_and_no_iamp21() -> None:
    assert set(read("46,XX[20]")) == {"modal_chromosomes"}


def test_one_incomplete_clone_takes_back_every_exclusion() -> None:
    spans = READER.spans("52,XX,+4,foo,+10,+14,+17,+18[10]")
    said = {finding.fact: finding.possible for span in spans for finding in span.findings}
    assert said["trisomy_4"] == said["trisomy_10"] == said["trisomy_17"] == {PRESENT}
    assert "trisomy_8" not in said
    assert [span.text for span in spans if span.why] == ["foo"]


# --- round trips and any text ---

CHROMOSOMES = [*map(str, range(1, 23)), "X", "Y"]
BANDS = st.builds(lambda arm, band: f"{arm}{band}", st.sampled_from("pq"), st.sampled_from([11, 13, 21, 22.1, 34]))
STRUCTURAL = st.one_of(
    st.builds("{}({})({})".format, st.sampled_from(["del", "add", "dup", "i"]), st.sampled_from(CHROMOSOMES), BANDS),
    st.builds(
        "t({};{})({};{})".format, st.sampled_from(CHROMOSOMES[:10]), st.sampled_from(CHROMOSOMES[10:]), BANDS, BANDS
    ),
    st.builds("der({0})t({0};{1})({2};{3})".format, st.just("9"), st.sampled_from(CHROMOSOMES[10:]), BANDS, BANDS),
)
TOKENS = st.one_of(
    st.builds("{}{}".format, st.sampled_from("+-"), st.sampled_from(CHROMOSOMES)),
    st.sampled_from(["+mar", "+2mar", "+21c", "+1~3mar", "?del(9)(p21)", "dmin", "+21x2", "+?8"]),
    STRUCTURAL,
)


@st.composite
def karyotypes(draw: st.DrawFn) -> str:
    clones = []
    for number in range(draw(st.integers(1, 3))):
        count = draw(st.sampled_from(["26<1n>", "45", "46", "47", "51~55<2n>", "54", "66<3n>"]))
        base = draw(st.sampled_from(["XX", "XY", "X", *(["idem", "sl", "idemx2"] if number else [])]))
        parts = [count, base, *draw(st.lists(TOKENS, max_size=6)), *draw(st.sampled_from([[], [], ["inc"]]))]
        cells = draw(st.sampled_from(["", "[2]", "[12]", "[cp7]"]))
        clones.append(",".join(parts) + cells)
    return "/".join(clones)


@given(karyotypes())
@settings(max_examples=150)
def test_a_karyotype_read_and_printed_is_the_same_text_and_reads_the_same(text: str) -> None:
    lines = read_lines(text)
    assert not [line for line in lines if isinstance(line, NoLine) or line.unread or line.mended]
    assert "/".join(map(str, lines)) == text
    assert read_lines(text.lower()) == lines


@given(TOKENS)
def test_a_token_read_and_printed_is_the_same_text(text: str) -> None:
    token = read_token(text)
    assert token is not None
    assert str(token) == text
    assert read_token(text.upper()) == token


@given(karyotypes())
@settings(max_examples=150)
def test_a_generated_karyotype_is_read_or_refused_and_its_spans_lose_no_text(text: str) -> None:
    spans = READER.spans(text)
    assert all(span.findings or span.note or span.why for span in spans)
    kept = "".join(span.text for span in spans)
    for part in re.findall(r"[a-z]+\(|[+-]\d+|mar|inc", text):
        assert part in kept
    try:
        READER.read(text)
    except UnreadableError:
        return
    assert not any(span.why for span in spans if not span.fragment)


PIECES = [
    "46,XX", "47,XY", "/", ",", ";", "[12]", "[cp5]", "[1]", "t(9;22)", "(q34;q11.2)", "+4", "-7", "+21c", "idem",
    "sl", "<2n>", "<1n>", "~", "?", "nuc ish", "(ABL1", " con BCR", "x2", "x", ")", "(", "inc", "mar", "+", "-", "c",
    "del(9)(p21)", "none", "otherwise none", "Ph", "not ", " negative", "failed culture", "\n", "|", " ", "54", "51~55",
    "26", "=", "#NAME?", "12;21", "Dec", "²", "٣", "X", "der(", "i(", "q10", ".", "//", "[", "]", "ß", "\x00", "17p-",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(max_size=20))
@example("CHROMOSOMES")
@settings(max_examples=200)
def test_any_text_is_read_or_refused_and_reads_the_same_span_by_span(text: str) -> None:
    spans = READER.spans(text)
    assert all(span.findings or span.note or span.why for span in spans)
    assert spans or not re.sub(r"[,;|\s]", "", text), "nothing is ever left out"
    try:
        found = READER.read(text)
    except UnreadableError as error:
        assert error.fact in ("genetics", "modal_chromosomes")
        assert error.text, "what was read is named"
        return
    assert all(finding.possible for finding in found)
    assert not any(span.why for span in spans if not span.fragment)
    assert found == [finding for span in spans for finding in span.findings]


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("t(11;19) negative", "kmt2a_r"), ("no t(9;11)(p22;q23)", "kmt2a_r"), ("no MLL-AF9", "kmt2a_r"),
        ("AF9-MLL negative", "kmt2a_r"), ("KMT2A::MLLT3 not detected", "kmt2a_r"), ("PDGFRB germline", "abl_class"),
        ("P2RY8::CRLF2 negative", "crlf2_r"), ("MEF2D::BCL9 absent", "mef2d_r"), ("NRAS wild type", "ras_mutated"),
        ("NOTCH1 wt", "notch1_fbxw7"), ("JAK2 negative", "jak_stat"), ("p190 negative", "bcr_abl1"),
        ("no TP53 mutation", "tp53"), ("no del(17)(p13)", "tp53"), ("t(8;22)-", "myc_r"),
        ("IK6 negative", "ikzf1_deleted"),
        ("no t(2;14)", "bcl11b"),
    ],
)  # fmt: skip
def test_denying_one_member_of_a_class_does_not_deny_the_class(text: str, fact: str) -> None:
    assert read(text) == {}
    assert fact not in read(f"{text}, otherwise none")
    patient = Patient(VOCABULARY)
    patient.tell_genetics(text, "--genetics", READER)
    assert patient.warnings


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("KMT2A-r negative", "kmt2a_r"), ("MLL-rearranged negative", "kmt2a_r"), ("no KMT2A rearrangement", "kmt2a_r"),
        ("t(9;22) negative", "bcr_abl1"), ("t(4;11) negative", "kmt2a_aff1"), ("t(8;14) negative", "igh_myc"),
        ("CRLF2 negative", "crlf2_r"), ("NOTCH1/FBXW7 negative", "notch1_fbxw7"), ("TP53 wt", "tp53"),
        ("NRAS/KRAS negative", "ras_mutated"), ("ZNF-384 negative", "znf384_r"), ("ABL-class negative", "abl_class"),
        ("no RUNX1 amplification", "iamp21"), ("PAX5-altered: no", "pax5_alt"),
    ],
)  # fmt: skip
def test_denying_the_class_denies_it(text: str, fact: str) -> None:
    assert read(text) == {fact: frozenset({ABSENT})}


def test_a_karyotype_with_an_unreadable_part_is_not_called_normal() -> None:
    assert not any(span.findings for span in READER.spans("46,XX,t(9;22)(q34;q11)y[20]"))
