"""Each limit of a guard just below, at and just above it, and with the value missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pytest

from all_cli.logic.expression import Always, Compare, unpack
from all_cli.logic.expression import tests as comparisons
from all_cli.logic.values import NumberSet
from all_cli.patient.patient import Patient
from all_cli.protocol.choice import Chooser
from all_cli.protocol.choice_rules import certainly
from all_cli.protocol.guards import forbidden
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.load import choice_rules
from all_cli.protocol.regimen import Line, Protocol

LATER = "maintenance"
FIRST_LINE = {"relapsed": "no"}
M1, HIGH_MRD = {"marrow_eoi": "3"}, {"mrd_eoi": "6%"}
STANDARD, M1_B_WBC = {"age": "5", "wbc": "20", "lineage": "B"}, {**M1, "wbc": "20", "lineage": "B"}
NOT_IRRADIATED = {"cns": "CNS1", "kmt2a_r": "no", "steroid_pretreatment": "no"}
M2_B, TEENAGER = {"marrow_eoi": "10", "lineage": "B", "relapsed": "no"}, {"age": "14", "lineage": "B", "relapsed": "no"}
NO_LESION = {"kmt2a_r": "no", "kmt2a_aff1": "no", "tcf3_hlf": "no", "iamp21": "no"}


class Limit(NamedTuple):
    """A guard, an arm and phase it bears on, and a fact at three values: spared, the limit itself, barred.

    ``missing_bars`` says whether the arm is no answer while the fact is not known; ``told`` is what else is.
    """

    guard: str
    arm: str
    kind: str
    fact: str
    spared: float | None
    limit: float
    barred: float
    limit_bars: bool
    missing_bars: bool
    told: Mapping[str, str] = {}


LIMITS = [
    Limit("mrd-not-standard", "cog-aall0932/q4wk", LATER, "mrd_eoi", 0.0099, 0.01, 0.0101, True, True),
    Limit("mrd-not-standard-bfm", "all-bfm-95/standard", LATER, "mrd_eoi", None, 0, 0.0001, False, False),
    Limit("mrd-not-standard-bfm", "all-bfm-90/standard", LATER, "mrd_eoc", None, 0, 0.0001, False, False),
    Limit("mrd-high-bfm", "all-bfm-95/medium", LATER, "mrd_eoc", 0.099, 0.1, 0.101, True, False),
    Limit("mrd-high-aieop-2009", "aieop-bfm-2009/b-not-high", LATER, "mrd_eoc", 0.049, 0.05, 0.051, True, False),
    Limit("mrd-not-standard-ukall", "ukall-2003/b", LATER, "mrd_eoi", 0.0099, 0.01, 0.0101, False, False),
    Limit("mrd-eoc-not-standard", "cog-aall0932/q4wk", LATER, "mrd_eoc", 0.0099, 0.01, 0.0101, True, False),
    Limit("mrd-eoc-very-high", "cog-aall0232/pred-hdmtx", LATER, "mrd_eoc", 0.0099, 0.01, 0.0101, True, False),
    Limit("mrd-extended-induction", "cog-aall0232/pred-hdmtx", "consolidation", "mrd_eoi", 0.99, 1, 1.01, True, True),
    Limit("e1910-without-mrd", "e1910/blinatumomab", "blinatumomab", "mrd_current", 0.0099, 0.01, 0.0101, True, False),
    Limit("rapid-responders", "ccg-1961/standard", LATER, "mrd_eoi", 0.099, 0.1, 0.101, True, False),
    Limit("no-remission", "cog-aall0232/pred-hdmtx", LATER, "marrow_eoi", 4.9, 5, 5.1, True, False),
    Limit("high-mrd", "cog-aall0232/pred-hdmtx", LATER, "mrd_eoi", 4.99, 5, 5.01, True, False),
    Limit("high-mrd-m1", "cog-aall0232/pred-hdmtx", LATER, "mrd_eoi", 4.99, 5, 5.01, True, False, M1),
    Limit("high-mrd-m1-t", "graall-2005/standard", LATER, "mrd_eoi", 4.99, 5, 5.01, True, False,
          {**M1, "lineage": "T"}),
    Limit("high-mrd-m1-t", "graall-2005/standard", LATER, "marrow_eoi", 5.1, 5, 4.9, False, False,
          {**HIGH_MRD, "lineage": "T"}),
    Limit("high-mrd-m1", "cog-aall0232/pred-hdmtx", LATER, "marrow_eoi", 5.1, 5, 4.9, False, False, HIGH_MRD),
    Limit("high-mrd-m1-standard", "ccg-1991/iv", LATER, "mrd_eoi", 4.99, 5, 5.01, True, False, {**M1, **STANDARD}),
    Limit("high-mrd-m1-standard", "ccg-1991/iv", LATER, "marrow_eoi", 5.1, 5, 4.9, False, False,
          {**HIGH_MRD, **STANDARD}),
    Limit("high-mrd-m1-standard", "ccg-1991/iv", LATER, "age", 0.99, 1, 1.01, True, True, {**HIGH_MRD, **M1_B_WBC}),
    Limit("high-mrd-m1-standard", "ccg-1991/iv", LATER, "age", 10.01, 10, 9.99, False, True, {**HIGH_MRD, **M1_B_WBC}),
    Limit("high-mrd-m1-standard", "ccg-1991/iv", LATER, "wbc", 50.1, 50, 49.9, False, True,
          {**HIGH_MRD, **M1, "age": "5", "lineage": "B"}),
    Limit("high-mrd-continuation", "st-jude-xv/low", "continuation", "mrd_eoi", 4.99, 5, 5.01, True, False,
          {"bcr_abl1": "no"}),
    Limit("high-mrd-bfm", "all-bfm-90/medium", LATER, "mrd_eoi", 4.99, 5, 5.01, True, False),
    Limit("m2-extended-induction", "cog-aall0232/pred-hdmtx", LATER, "marrow_eoi", 4.9, 5, 5.1, True, False, TEENAGER),
    Limit("m2-extended-induction", "cog-aall0232/pred-hdmtx", LATER, "marrow_eoi", 25.1, 25, 24.9, True, False,
          TEENAGER),
    Limit("m2-extended-induction", "cog-aall0232/pred-hdmtx", LATER, "age", 0.99, 1, 1.01, True, True,
          {**M2_B, "wbc": "60"}),
    Limit("m2-extended-induction", "calgb-10403/single", LATER, "age", 31.01, 31, 30.99, False, True, M2_B),
    Limit("m2-extended-induction", "cog-aall0232/pred-hdmtx", LATER, "age", 9.99, 10, 10.01, True, True,
          {**M2_B, "wbc": "20"}),
    Limit("m2-extended-induction", "cog-aall0232/pred-hdmtx", LATER, "wbc", 49.9, 50, 50.1, True, True,
          {**M2_B, "age": "5"}),
    Limit("no-remission-t", "cog-aall0434/cmtx", LATER, "marrow_eoi", 24.9, 25, 25.1, False, False, {"lineage": "T"}),
    Limit("no-remission-later", "aieop-bfm-2009/high", LATER, "marrow_eoi", 4.9, 5, 5.1, True, False),
    Limit("no-remission-reinduction", "st-jude-xv/low", "reinduction", "marrow_eoi", 4.9, 5, 5.1, True, False),
    Limit("no-remission-blinatumomab-first-line", "mini-hyper-cvd/amended", "blinatumomab", "marrow_eoi", 4.9, 5, 5.1,
          True, False),
    Limit("no-remission-d-alba", "d-alba/standard", "blinatumomab", "marrow_eoi", 4.9, 5, 5.1, True, False),
    Limit("high-mrd-blinatumomab", "e1910/blinatumomab", "blinatumomab", "mrd_eoi", 4.99, 5, 5.01, True, False),
    Limit("aall1731-high-eoc", "cog-aall1731/high", "blinatumomab", "mrd_eoc", 0.099, 0.1, 0.101, True, True),
    Limit("extended-induction-for", "cog-aall0232/pred-hdmtx", "extended-induction", "marrow_eoi", 24.9, 25, 25.1,
          False, True, {"mrd_eoi": "2%"}),
    Limit("extended-induction-for", "cog-aall0232/pred-hdmtx", "extended-induction", "marrow_eoi", 5.1, 5, 4.9, False,
          True, {"mrd_eoi": "0.5%"}),
    Limit("extended-induction-for", "cog-aall0232/pred-hdmtx", "extended-induction", "mrd_eoi", 1.01, 1, 0.99, False,
          True, M1),
    Limit("salvage-graall", "graall-2005/standard", "extended-induction", "marrow_eoi", 5.1, 5, 4.9, False, True,
          {"cr_eoi": "no"}),
    Limit("induction-2-swog", "swog-9400/standard", "extended-induction", "marrow_d21", 5.1, 5, 4.9, False, True),
    Limit("radiotherapy-aall0232", "cog-aall0232/pred-hdmtx", "radiotherapy", "marrow_d15", 5.1, 5, 4.9, False, True,
          {**NOT_IRRADIATED, "mrd_eoi": "0%"}),
    Limit("radiotherapy-aall0232", "cog-aall0232/pred-hdmtx", "radiotherapy", "mrd_eoi", 0.101, 0.1, 0.099, False, True,
          {**NOT_IRRADIATED, "marrow_d15": "3"}),
    Limit("t-poor-response", "aieop-bfm-2009/t-poor-response", "consolidation", "d8_blasts", 1001, 1000, 999, False,
          True),
    Limit("allogeneic-ukall-xii", "ukall-xii/allogeneic", "conditioning", "age", 50.99, 51, 51.01, True, True),
    Limit("no-remission-blinatumomab", "e1910/blinatumomab", "blinatumomab", "marrow_eoi", 4.9, 5, 5.1, True, False),
    Limit("never-in-remission", "ukall-r3/mitoxantrone", "reinduction", "relapse_number", 2, 1, 0, False, True,
          {"refractory": "yes"}),
    Limit("no-remission-continuation", "st-jude-xv/low", "continuation", "marrow_eoi", 4.9, 5, 5.1, True, False,
          {"bcr_abl1": "no"}),
    Limit("very-high-exit", "cog-aall0232/pred-hdmtx", LATER, "modal_chromosomes", 45, 44, 43, False, True,
          {"kmt2a_r": "no", "dna_index": "1"}),
    Limit("very-high-exit", "cog-aall0232/pred-hdmtx", LATER, "dna_index", 0.82, 0.81, 0.80, False, True,
          {"kmt2a_r": "no", "modal_chromosomes": "46"}),
    Limit("very-high-exit", "cog-aall0232/pred-hdmtx", LATER, "marrow_d15", 4.9, 5, 5.1, True, False,
          {"kmt2a_r": "yes", "modal_chromosomes": "46", "dna_index": "1"}),
    Limit("very-high-exit", "cog-aall0232/pred-hdmtx", LATER, "mrd_eoi", 0.099, 0.1, 0.101, True, False,
          {"kmt2a_r": "yes", "modal_chromosomes": "46", "dna_index": "1"}),
    Limit("no-remission-bfm", "all-bfm-95/medium", LATER, "marrow_eoi", 4.9, 5, 5.1, True, False),
    Limit("t-mrd-eoc", "cog-aall0434/cmtx", LATER, "mrd_eoc", 0.099, 0.1, 0.101, True, False),
    Limit("genetics-high-bfm", "all-bfm-95/medium", LATER, "modal_chromosomes", 45, 44, 43, False, True, NO_LESION),
    Limit("genetics-not-standard", "cog-aall0932/q4wk", LATER, "modal_chromosomes", 45, 44, 43, False, True,
          {**NO_LESION, "dna_index": "1"}),
    Limit("genetics-not-standard", "ccg-1991/iv", LATER, "dna_index", 0.8101, 0.81, 0.8099, False, True,
          {**NO_LESION, "modal_chromosomes": "46"}),
    Limit("very-high-genetics", "all-bfm-95/medium", LATER, "modal_chromosomes", 45, 44, 43, False, True,
          {**NO_LESION, "age": "5"}),
    Limit("very-high-genetics", "all-bfm-95/medium", LATER, "age", 0.99, 1, 1.01, True, True, {"tcf3_hlf": "yes"}),
    Limit("very-high-genetics", "all-bfm-95/medium", LATER, "age", 31.01, 31, 30.99, False, True, {"tcf3_hlf": "yes"}),
    Limit("adverse-genetics", "all-bfm-95/standard", LATER, "age", 0.99, 1, 1.01, True, True, {"iamp21": "yes"}),
    Limit("adverse-genetics", "all-bfm-95/standard", LATER, "age", 31.01, 31, 30.99, False, True, {"iamp21": "yes"}),
    Limit("prednisone-from-10", "cog-aall0232/dex-hdmtx", "induction", "age", 9.99, 10, 10.01, True, True),
    Limit("children-only", "ccg-1991/iv", "induction", "age", 21.99, 22, 22.01, True, True),
    Limit("infants-apart", "ccg-1991/iv", "induction", "age", 1.01, 1, 0.99, False, True,
          {**FIRST_LINE, "bcr_abl1": "no"}),
    Limit("older-t", "linker-2002/linker", "induction", "age", 55.99, 56, 56.01, True, True,
          {**FIRST_LINE, "lineage": "T"}),
    Limit("down-methotrexate", "cog-aall0232/pred-hdmtx", "interim-maintenance", "age", 18.01, 18, 17.99, False, True,
          {"down_syndrome": "yes", "relapsed": "no"}),
    Limit("down-methotrexate-adult", "cog-aall0232/pred-hdmtx", "interim-maintenance", "age", 17.99, 18, 18.01, True,
          True, {"down_syndrome": "yes", "relapsed": "no"}),
    Limit("second-relapse", "clofarabine/standard", "reinduction", "relapse_number", 3, 2, 1, False, True,
          {"refractory": "no"}),
    Limit("first-relapse", "ukall-r3/mitoxantrone", "reinduction", "relapse_number", 1, 2, 3, True, False),
]  # fmt: skip


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: f"{limit.guard} {limit.fact} {limit.limit}")
def test_a_guard_bars_from_its_limit_on(protocols: ProtocolLibrary, limit: Limit) -> None:
    chooser = Chooser(protocols, choice_rules(protocols))
    protocol, _, name = limit.arm.partition("/")
    heads = {head.id: head for head in protocols.arm_heads(protocol)}
    head = heads.get(name) or next(iter(heads.values()))

    def kept_out(value: float | None) -> bool:
        """Whether the guard's part is not certain to be kept for somebody of whom nothing else is known."""
        patient = Patient(protocols.vocabulary)
        for fact, text in limit.told.items():
            patient.tell(fact, text, "told")
        if value is not None:
            patient.learn(limit.fact, NumberSet.point(value), "told")
        patient.conclude()
        parts = {part.name: part for part in chooser.parts(protocol, head, limit.kind, patient) if part.kind == "guard"}
        return not parts[limit.guard].sure(patient)

    if limit.spared is not None:
        assert not kept_out(limit.spared)
    assert kept_out(limit.limit) is limit.limit_bars
    assert kept_out(limit.barred)
    assert kept_out(None) is limit.missing_bars


def test_every_number_in_a_guard_is_tried_at_its_limit(protocols: ProtocolLibrary) -> None:
    numbers = {
        (raw["id"], test.fact, test.value)
        for raw in choice_rules(protocols).raw_guards
        for test in comparisons(unpack(raw["expression"]))
        if isinstance(test, Compare)
    }
    assert numbers == {(limit.guard, limit.fact, limit.limit) for limit in LIMITS}


B_CHILD = {"lineage": "B", "age": "5", "wbc": "20", "bcr_abl1": "no", "relapsed": "no"}
B_TEENAGER = {**B_CHILD, "age": "14"}
T_CHILD = {**B_CHILD, "lineage": "T"}
ADULT = {"lineage": "B", "age": "40", "bcr_abl1": "no", "relapsed": "no"}
M2_CHILD = {**B_CHILD, "marrow_eoi": "10"}
DOWN_HIGH = {**B_CHILD, "down_syndrome": "yes"}
NO_LESIONS = {"kmt2a_r": "no", "tcf3_hlf": "no", "iamp21": "no"}
TRISOMIES = {**B_CHILD, **NO_LESIONS, "double_trisomy": "yes"}
NEVER = {"refractory": "yes"}
RELAPSED = {"lineage": "B", "relapsed": "yes"}
AGAIN = {"age": "9", "lineage": "B", "relapse_number": "2"}
CNS3, CNS2 = {"cns": "CNS3"}, {"cns": "CNS2", "etv6_runx1": "no", "double_trisomy": "no"}
DAY_8 = {**B_CHILD, "mrd_d8_pb": "2%", "mrd_eoi": "<0.01%", "etv6_runx1": "no", "double_trisomy": "no"}
DOWN = {"down_syndrome": "yes", "age": "5", "wbc": "20", "lineage": "B"}


class Open(NamedTuple):
    """For whom an entry of ``undecided`` leaves open what stands first: values of a fact without it, and with it."""

    entry: str
    kind: str
    fact: str
    told: Mapping[str, str]
    without: tuple[float | None, ...]
    met: tuple[float, ...]


OPEN = [
    Open("down-high-risk-induction", "induction", "age", {**DOWN, "cns": "CNS3"}, (0.99, 31, None), (1, 30.99)),
    Open("down-high-risk-induction", "induction", "age", DOWN, (9.99, None), (10,)),
    Open("down-high-risk-induction", "induction", "wbc", DOWN, (49.9, None), (50, 50.1)),
    Open("raised-standard-risk", "induction", "age", {**B_CHILD, **CNS3}, (0.99, 10, None), (1, 9.99)),
    Open("raised-standard-risk", LATER, "wbc", {**B_CHILD, **CNS3}, (50, None), (49.9,)),
    Open("ds-high", LATER, "age", {**DOWN_HIGH, "kmt2a_r": "yes"}, (0.99, 31, None), (1, 30.99)),
    Open("ds-high", LATER, "age", DOWN_HIGH, (9.99, None), (10,)),
    Open("ds-high", LATER, "wbc", DOWN_HIGH, (49.9, None), (50,)),
    Open("ds-high", LATER, "mrd_eoi", DOWN_HIGH, (0.01, None), (0.0101,)),
    Open("ds-high", LATER, "modal_chromosomes", DOWN_HIGH, (44, None), (43,)),
    Open("ds-high", LATER, "dna_index", DOWN_HIGH, (0.81, None), (0.80,)),
    Open("sr-average-double-trisomy", LATER, "mrd_eoi", TRISOMIES, (0.0099, 0.1, None), (0.01, 0.0999)),
    Open("sr-average-double-trisomy", LATER, "age", {**TRISOMIES, "mrd_eoi": "0.02%"}, (0.99, 10, None), (1, 9.99)),
    Open("sr-average-double-trisomy", LATER, "wbc", {**TRISOMIES, "mrd_eoi": "0.02%"}, (50, None), (49.9,)),
    Open("sr-high-or-average", LATER, "mrd_eoi", B_CHILD, (0.0099, None), (0.01,)),
    Open("sr-high-or-average", LATER, "age", {**B_CHILD, "mrd_eoi": "0.02%"}, (0.99, 10, None), (1, 9.99)),
    Open("sr-high-or-average", LATER, "wbc", {**B_CHILD, "mrd_eoi": "0.02%"}, (50, None), (49.9,)),
    Open("no-remission-t-later", LATER, "marrow_eoi", T_CHILD, (4.9, None), (5, 26)),
    Open("no-remission", "consolidation", "marrow_eoi", B_CHILD, (4.9, None), (5, 26)),
    Open("no-remission-t", "consolidation", "marrow_eoi", T_CHILD, (4.9, 25.1, None), (5, 25)),
    Open("extended-induction-m2", "consolidation", "marrow_eoi", B_TEENAGER, (4.9, 25.1, None), (5, 25)),
    Open("extended-induction-m2", "consolidation", "age", {**M2_CHILD, "wbc": "60"}, (0.99, 31, None), (1, 30.99)),
    Open("extended-induction-m2", "consolidation", "age", M2_CHILD, (9.99, None), (10,)),
    Open("extended-induction-m2", "consolidation", "wbc", M2_CHILD, (49.9, None), (50,)),
    Open("no-remission-t", "consolidation", "age", {**T_CHILD, "marrow_eoi": "10"}, (31, None), (30.99,)),
    Open("no-remission-adult", "consolidation", "age", M2_CHILD, (18.99, None), (19,)),
    Open("no-remission-adult", "consolidation", "marrow_eoi", ADULT, (4.9, None), (5,)),
    Open("no-remission-low-mrd", "consolidation", "age", {**M2_CHILD, "mrd_eoi": "1%"}, (0.99, 31, None), (1, 30.99)),
    Open("no-remission-low-mrd", "consolidation", "mrd_eoi", M2_CHILD, (5, None), (4.99,)),
    Open("no-remission-low-mrd", "consolidation", "marrow_eoi", {**B_CHILD, "mrd_eoi": "1%"}, (4.9, None), (5,)),
    Open("no-remission-young-b", "consolidation", "age", {**M2_CHILD, "kmt2a_r": "no"}, (0.99, 6, None), (1, 5.99)),
    Open("no-remission-young-b", "consolidation", "marrow_eoi", {**B_CHILD, "kmt2a_r": "no"}, (4.9, None), (5,)),
    Open("ds-open", LATER, "age", {**DOWN_HIGH, **CNS2}, (0.99, 10, None), (1, 9.99)),
    Open("ds-open", LATER, "wbc", {**DOWN_HIGH, **CNS2}, (50, None), (49.9,)),
    Open("ds-open", LATER, "mrd_eoi", {**DOWN_HIGH, "double_trisomy": "no"}, (0.0099, None), (0.01,)),
    Open("no-remission-reinduction", "reinduction", "marrow_eoi", {**ADULT, "bcr_abl1": "yes"}, (4.9, None), (5, 26)),
    Open("extended-induction-first", "consolidation", "mrd_eoi", B_TEENAGER, (0.99, None), (1, 1.01)),
    Open(
        "extended-induction-first",
        "consolidation",
        "age",
        {**B_CHILD, "wbc": "60", "mrd_eoi": "2%"},
        (0.99, 31, None),
        (1, 30.99),
    ),
    Open("extended-induction-first", "consolidation", "age", {**B_CHILD, "mrd_eoi": "2%"}, (9.99, None), (10,)),
    Open("extended-induction-first", "consolidation", "wbc", {**B_CHILD, "mrd_eoi": "2%"}, (49.9, None), (50,)),
    Open("very-high-genetics-open", "consolidation", "age", {**B_CHILD, "tcf3_hlf": "yes"}, (0.99, 31), (1, 30.99)),
    Open("very-high-genetics-open", "consolidation", "modal_chromosomes", B_CHILD, (44, None), (43,)),
    Open("very-high-genetics-open", "consolidation", "dna_index", B_CHILD, (0.81, None), (0.80,)),
    Open("sr-high", LATER, "mrd_eoi", {**B_CHILD, "double_trisomy": "yes"}, (0.0999, None), (0.1,)),
    Open("sr-high", LATER, "age", {**B_CHILD, **CNS2}, (0.99, 10, None), (1, 9.99)),
    Open("sr-high", LATER, "wbc", {**B_CHILD, **CNS2}, (50, None), (49.9,)),
    Open("sr-high", LATER, "mrd_eoi", {**B_CHILD, "double_trisomy": "no"}, (0.0099, None), (0.01, 0.0101)),
    Open("sr-high", LATER, "modal_chromosomes", B_CHILD, (44, None), (43,)),
    Open("sr-high", LATER, "dna_index", B_CHILD, (0.81, None), (0.80,)),
    Open("very-high-risk", LATER, "age", {**B_TEENAGER, "tcf3_hlf": "yes"}, (0.99, 31, None), (1, 30.99)),
    Open("very-high-risk", LATER, "mrd_eoc", B_TEENAGER, (0.0099, None), (0.01, 0.0101)),
    Open("very-high-risk", LATER, "mrd_eoc", T_CHILD, (0.01, 0.099, None), (0.1, 0.101)),
    Open("very-high-risk", LATER, "modal_chromosomes", B_TEENAGER, (44, None), (43,)),
    Open("very-high-risk", LATER, "dna_index", B_TEENAGER, (0.81, None), (0.80,)),
    Open("very-high-risk", LATER, "age", {**B_CHILD, "mrd_eoc": "0.02%"}, (9.99, None), (10,)),
    Open("very-high-risk", LATER, "wbc", {**B_CHILD, "mrd_eoc": "0.02%"}, (49.9, None), (50,)),
    Open("eoc-standard-risk-1", LATER, "mrd_eoc", B_CHILD, (0.99, None), (1, 1.01)),
    Open("eoc-standard-risk-1", LATER, "age", {**B_CHILD, "mrd_eoc": "2%"}, (0.99, 10, None), (1, 9.99)),
    Open("eoc-standard-risk-1", LATER, "wbc", {**B_CHILD, "mrd_eoc": "2%"}, (50, None), (49.9,)),
    Open("eoc-standard-risk", LATER, "mrd_eoc", B_CHILD, (0.0099, None), (0.01, 0.0101)),
    Open("eoc-standard-risk", LATER, "age", {**B_CHILD, "mrd_eoc": "0.02%"}, (0.99, 10, None), (1, 9.99)),
    Open("eoc-standard-risk", LATER, "wbc", {**B_CHILD, "mrd_eoc": "0.02%"}, (50, None), (49.9,)),
    Open("day-8-average-or-high", LATER, "mrd_d8_pb", DAY_8, (0.99, None), (1, 1.01)),
    Open("day-8-average-or-high", LATER, "mrd_eoi", DAY_8, (0.01, None), (0.0099,)),
    Open("day-8-average-or-high", LATER, "age", DAY_8, (0.99, 10, None), (1, 9.99)),
    Open("day-8-average-or-high", LATER, "wbc", DAY_8, (50, None), (49.9,)),
    Open("no-remission-t-reached", LATER, "marrow_eoi", {**T_CHILD, "mrd_eoc": "0%"}, (4.9, None), (5, 26)),
    Open("no-remission-t-reached", LATER, "mrd_eoc", {**T_CHILD, "marrow_eoi": "10"}, (0.1, None), (0.099, 0)),
    Open("refractory-t", "reinduction", "marrow_eoi", T_CHILD, (4.9, None), (5, 26)),
    Open("refractory-b-adult", "reinduction", "marrow_eoi", ADULT, (4.9, None), (5, 26)),
    Open("refractory-b", "reinduction", "marrow_eoi", B_CHILD, (4.9, None), (5, 26)),
    Open("refractory-first", "reinduction", "marrow_eoi", {"relapsed": "no"}, (4.9, None), (5, 26)),
    Open("refractory-t", "reinduction", "relapse_number", {**NEVER, "lineage": "T", "age": "9"}, (1, None), (0,)),
    Open("refractory-t", "reinduction", "age", {**NEVER, "lineage": "T", "relapse_number": "0"}, (31, None), (30.99,)),
    Open(
        "refractory-b-adult", "reinduction", "relapse_number", {**NEVER, "lineage": "B", "age": "40"}, (1, None), (0,)
    ),
    Open(
        "refractory-b-adult",
        "reinduction",
        "age",
        {**NEVER, "lineage": "B", "relapse_number": "0"},
        (17.99, None),
        (18, 18.01),
    ),
    Open("refractory-b", "reinduction", "relapse_number", {**NEVER, "lineage": "B"}, (1, None), (0,)),
    Open("refractory-first", "reinduction", "relapse_number", NEVER, (1, None), (0,)),
    Open("relapse-again", "reinduction", "age", AGAIN, (18, None), (17.99,)),
    Open("relapse-again", "reinduction", "relapse_number", AGAIN, (1, None), (2, 3)),
    Open("relapse-adult-b", "reinduction", "age", RELAPSED, (17.99, None), (18, 18.01)),
    Open("relapse-adult", "reinduction", "age", RELAPSED, (17.99, None), (18, 18.01)),
    Open("relapse-child", "reinduction", "age", RELAPSED, (18, None), (17.99,)),
    Open("older-adults-no-preference", "induction", "age", ADULT, (55.99, None), (56, 69.99)),
    Open("adults-from-70", "induction", "age", ADULT, (69.99, None), (70, 85)),
    Open("adults-no-preference", "induction", "age", ADULT, (30.99, 56, None), (31, 55.99)),
    Open("radiotherapy-adult", "radiotherapy", "age", ADULT, (17.99, None), (18, 40)),
    Open("radiotherapy-child", "radiotherapy", "age", {**B_CHILD, "cns": "CNS1"}, (18, None), (17.99, 2)),
    Open("prephase-ph-adult", "prephase", "age", {**ADULT, "bcr_abl1": "yes"}, (17.99, None), (18, 60)),
    Open("car-t-adult", "car-t", "age", {**RELAPSED, "bcr_abl1": "no"}, (17.99, None), (18, 60)),
    Open("adults-no-preference", "induction", "age", {**ADULT, "lineage": "T"}, (30.99, None), (31, 56, 80)),
]


@pytest.mark.parametrize("each", OPEN, ids=lambda each: f"{each.entry} {each.fact} {each.met[0]}")
def test_nothing_stands_first_from_a_limit_of_what_is_undecided(protocols: ProtocolLibrary, each: Open) -> None:
    def met(value: float | None) -> bool:
        patient = Patient(protocols.vocabulary)
        for fact, text in each.told.items():
            if fact != each.fact:
                patient.tell(fact, text, "told")
        if value is not None:
            patient.learn(each.fact, NumberSet.point(value), "told")
        patient.conclude()
        (raw,) = (raw for raw in choice_rules(protocols).raw_undecided if raw["id"] == each.entry)
        spared = "unless" in raw and certainly(unpack(raw["unless"]), patient)
        return each.kind in raw["phases"] and not spared and certainly(unpack(raw["expression"]), patient)

    assert [met(value) for value in (*each.without, *each.met)] == [False] * len(each.without) + [True] * len(each.met)


def test_every_number_of_what_is_undecided_is_tried_at_its_limit(protocols: ProtocolLibrary) -> None:
    numbers = {
        (raw["id"], test.fact, test.value)
        for raw in choice_rules(protocols).raw_undecided
        for test in comparisons(unpack(raw["expression"]))
        if isinstance(test, Compare)
    }
    tried = {(each.entry, each.fact, value) for each in OPEN for value in (*each.without, *each.met)}
    assert numbers <= tried, numbers - tried


@pytest.mark.parametrize(
    ("dose", "unit", "barred"),
    [
        ((0.99, 0.99), "g/m2", False), ((1, 1), "g/m2", True), ((1.01, 1.01), "g/m2", True),
        ((999, 999), "mg/m2", False), ((1000, 1000), "mg/m2", True), ((1001, 1001), "mg/m2", True),
        ((100, 300), "mg/m2", False), ((0.5, 1), "g/m2", True), ((5, 5), "mg/kg", False), (None, "", False),
    ],
)  # fmt: skip
def test_methotrexate_in_down_syndrome_is_barred_from_one_gram_on(
    protocols: ProtocolLibrary, dose: tuple[float, float] | None, unit: str, barred: bool
) -> None:
    (guard,) = (raw for raw in choice_rules(protocols).raw_guards if raw["id"] == "down-methotrexate")
    protocol = with_methotrexate(protocols.protocol("all-bfm-95"), dose, unit)
    arm = next(arm for arm in protocol.arms if arm.id == "medium")
    found = forbidden(guard, unpack(guard["expression"]), protocol, arm, "interim-maintenance", protocols)
    assert (found is not None) is barred
    if barred:
        assert found not in (Always(True), Always(False))


def with_methotrexate(protocol: Protocol, dose: Any, unit: str) -> Protocol:
    """The protocol with this dose of intravenous methotrexate in place of its own."""

    def lines(kept: tuple[Line, ...]) -> Iterator[Line]:
        for line in kept:
            own = line.drug == "methotrexate" and line.route.startswith("IV")
            yield line._replace(dose=dose, unit=unit) if own else line

    return protocol._replace(phases=tuple(phase._replace(lines=tuple(lines(phase.lines))) for phase in protocol.phases))
