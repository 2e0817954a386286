"""Each limit of a guard just below, at and just above it, and with the value missing."""

from __future__ import annotations

import pytest

from all_cli.logic.values import NumberSet
from all_cli.patient.patient import Patient
from all_cli.protocol.choice import Chooser
from all_cli.protocol.choice_rules import choice_rules
from all_cli.protocol.library import ProtocolLibrary

LATER = "maintenance"


@pytest.mark.parametrize(
    ("guard", "arm", "kind", "fact", "below", "at", "above", "at_bars", "missing_bars"),
    [
        ("mrd-not-standard", "cog-aall0932/q4wk", LATER, "mrd_eoi", 0.0099, 0.01, 0.0101, True, True),
        ("mrd-not-standard-bfm", "all-bfm-95/standard", LATER, "mrd_eoi", None, 0, 0.0001, False, False),
        ("mrd-high-bfm", "all-bfm-95/medium", LATER, "mrd_eoc", 0.099, 0.1, 0.101, True, False),
        ("mrd-high-aieop-2009", "aieop-bfm-2009/b-not-high", LATER, "mrd_eoc", 0.049, 0.05, 0.051, True, False),
        ("mrd-not-standard-ukall", "ukall-2003/b", LATER, "mrd_eoi", 0.0099, 0.01, 0.0101, False, False),
        ("mrd-eoc-very-high", "cog-aall0232/pred-hdmtx", LATER, "mrd_eoc", 0.0099, 0.01, 0.0101, True, False),
        ("mrd-extended-induction", "cog-aall0232/pred-hdmtx", "consolidation", "mrd_eoi", 0.99, 1, 1.01, True, False),
        ("rapid-responders", "ccg-1961/standard", LATER, "mrd_eoi", 0.099, 0.1, 0.101, True, False),
        ("no-remission", "cog-aall0232/pred-hdmtx", LATER, "marrow_eoi", 4.9, 5, 5.1, True, False),
        ("older-t", "linker-2002/linker", "induction", "age", 55.99, 56, 56.01, True, True),
        ("nelarabine-child", "nelarabine/adult", "reinduction", "age", 16.01, 16, 15.99, False, True),
        ("nelarabine-adult", "nelarabine/child", "reinduction", "age", 21.99, 22, 22.01, True, True),
    ],
)
def test_a_guard_bars_from_its_limit_on(
    protocols: ProtocolLibrary,
    guard: str,
    arm: str,
    kind: str,
    fact: str,
    below: float | None,
    at: float,
    above: float,
    at_bars: bool,
    missing_bars: bool,
) -> None:
    chooser = Chooser(protocols, choice_rules(protocols))
    protocol, _, name = arm.partition("/")
    heads = {head.id: head for head in protocols.arm_heads(protocol)}
    head = heads.get(name) or next(iter(heads.values()))

    def kept_out(value: float | None) -> bool:
        """Whether the guard's part is not certain to be kept for somebody of whom nothing else is known."""
        patient = Patient(protocols.vocabulary)
        if guard == "older-t":
            patient.learn("lineage", frozenset({"T"}), "told")
            patient.learn("relapsed", frozenset({"absent"}), "told")
        if value is not None:
            patient.learn(fact, NumberSet.point(value), "told")
        patient.conclude()
        parts = {part.name: part for part in chooser.parts(protocol, head, kind, patient) if part.kind == "guard"}
        return not parts[guard].sure(patient)

    if below is not None:
        assert not kept_out(below)
    assert kept_out(at) is at_bars
    assert kept_out(above)
    assert kept_out(None) is missing_bars
