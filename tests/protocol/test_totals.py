"""Cumulative totals: exact where the lines are, a range or "at least" where they are not, never a wrong number."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from all_cli.knowledge.sources import Citation
from all_cli.logic.parse import parse_condition
from all_cli.patient.patient import Patient
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.regimen import Line, Phase
from all_cli.protocol.totals import (
    Span,
    Total,
    amount_given,
    doses_given,
    drug_totals,
    times_given,
    totals_of,
)

CITE = (Citation("matloub-2011", "Table"),)


def line(protocols: ProtocolLibrary, id: str, drug: str, dose: Any = 25, **more: Any) -> Line:
    values: dict[str, Any] = {"route": "IV", "cite": CITE, "checked": True, "unit": "mg/m2", "per": "dose", **more}
    if values.get("condition"):
        values["when"] = parse_condition(values["condition"], protocols.vocabulary)
    both = dose if isinstance(dose, tuple) or dose is None else (dose, dose)
    return Line(id, drug, dose=both, **values)


def phase(*lines: Line, **more: Any) -> Phase:
    return Phase("p", "induction", "Phase", lines, **more)


def found(
    protocols: ProtocolLibrary, *phases: Phase, patient: Patient | None = None
) -> dict[tuple[str, str], tuple[float, float | None]]:
    return {
        (total.id, total.unit): (float(total.span.low), None if total.span.high is None else float(total.span.high))
        for total in totals_of(phases, patient, protocols)
    }


def arm(protocols: ProtocolLibrary, id: str, arm_id: str, **facts: str) -> dict[tuple[str, str], Total]:
    protocol = protocols.protocol(id)
    patient = Patient(protocols.vocabulary)
    for fact, text in facts.items():
        patient.tell(fact, text, fact)
    (chosen,) = (arm for arm in protocol.arms if arm.id == arm_id)
    phases = [phase for id in chosen.phases for phase in protocol.phases if phase.id == id]
    return {(total.id, total.unit): total for total in totals_of(phases, patient, protocols)}


def test_days_times_dose_is_the_total(protocols: ProtocolLibrary) -> None:
    what = phase(line(protocols, "dnr", "daunorubicin", 25, days=(1, 8, 15, 22)))
    assert found(protocols, what) == {("daunorubicin", "mg/m2"): (100, 100)}


def test_anthracyclines_are_listed_by_drug_and_two_of_them_added_one_to_one(protocols: ProtocolLibrary) -> None:
    what = phase(
        line(protocols, "dnr", "daunorubicin", 25, days=(1, 8, 15, 22)),
        line(protocols, "dox", "doxorubicin", 25, days=(1, 8, 15)),
        line(protocols, "ida", "idarubicin", 10, days=(1,)),
        line(protocols, "mito", "mitoxantrone", 10, days=(1, 2)),
    )
    assert found(protocols, what) == {
        ("daunorubicin", "mg/m2"): (100, 100),
        ("doxorubicin", "mg/m2"): (75, 75),
        ("idarubicin", "mg/m2"): (10, 10),
        ("mitoxantrone", "mg/m2"): (20, 20),
        ("anthracycline", "mg/m2"): (175, 175),
    }


@pytest.mark.parametrize(
    ("more", "times", "doses"),
    [
        ({"days": (1, 2, 3), "per": "day", "times_per_day": 2}, (3, 3), (6, 6)),
        ({"days": (1, 2, 3), "times_per_day": 2}, (3, 3), (6, 6)),
        ({"window": (4, 6)}, (1, 1), (1, 1)),
        ({"schedule": "once"}, (1, 1), (1, 1)),
        ({"schedule": "once a week"}, (0, None), (0, None)),
        ({"days": (1,), "schedule": "then weekly"}, (1, None), (1, None)),
    ],
)
def test_how_often_a_line_is_given(
    more: dict[str, Any], times: tuple[int, int | None], doses: tuple[int, int | None], protocols: ProtocolLibrary
) -> None:
    what = line(protocols, "x", "vincristine", 1.5, **more)
    assert tuple(times_given(what, phase(what))) == times
    assert tuple(doses_given(what, phase(what))) == doses


@pytest.mark.parametrize(
    ("dose", "more", "amount"),
    [
        (300, {"days": (1, 2, 3), "times_per_day": 2}, (1800, 1800)),
        (60, {"days": (1, 2), "per": "day", "times_per_day": 3}, (120, 120)),
        ((25, 30), {"days": (1, 8)}, (50, 60)),
        (100, {"days": (1, 11), "escalate": "+50 mg/m2 each dose"}, (200, None)),
        (20, {"schedule": "once a week", "per": "week"}, (0, None)),
        (18, {"schedule": "fractionated", "per": "course"}, (18, 18)),
        (None, {"days": (1, 8), "dose_text": "not printed"}, (0, None)),
    ],
)
def test_how_much_a_line_gives(
    dose: Any, more: dict[str, Any], amount: tuple[int, int | None], protocols: ProtocolLibrary
) -> None:
    what = line(protocols, "x", "cyclophosphamide", dose, **more)
    assert tuple(amount_given(what, phase(what))) == amount


@pytest.mark.parametrize(
    ("more", "span"),
    [
        ({}, (4, 4)),
        ({"cycle": True}, (4, None)),
        ({"cycle": True, "cycles": (3, 3)}, (12, 12)),
        ({"cycles": (1, 2)}, (4, 8)),
        ({"cycles": (1, None)}, (4, None)),
        ({"who": "slow responders"}, (0, 4)),
    ],
)
def test_cycles_and_phases_for_some(
    more: dict[str, Any], span: tuple[int, int | None], protocols: ProtocolLibrary
) -> None:
    what = phase(line(protocols, "vcr", "vincristine", 1.5, days=(1, 8, 15, 22)), **more)
    assert found(protocols, what)["vincristine", "doses"] == span


def test_a_condition_in_words_makes_a_range(protocols: ProtocolLibrary) -> None:
    what = phase(
        line(protocols, "a", "doxorubicin", 25, days=(1, 8)),
        line(protocols, "b", "doxorubicin", 25, days=(15,), who="some"),
    )
    assert found(protocols, what) == {("doxorubicin", "mg/m2"): (50, 75)}


def either(protocols: ProtocolLibrary) -> Phase:
    return phase(
        line(protocols, "a", "daunorubicin", 25, days=(1, 8), condition="age < 10"),
        line(protocols, "b", "daunorubicin", 30, days=(1, 8), condition="age >= 10"),
    )


def test_lines_that_exclude_each_other_are_never_added(protocols: ProtocolLibrary) -> None:
    assert found(protocols, either(protocols)) == {("daunorubicin", "mg/m2"): (50, 60)}


@pytest.mark.parametrize(("age", "amount"), [("9.99", 50), ("10", 60)])
def test_the_patient_decides_between_lines(age: str, amount: float, protocols: ProtocolLibrary) -> None:
    patient = Patient(protocols.vocabulary)
    patient.tell("age", age, "--age")
    assert found(protocols, either(protocols), patient=patient) == {("daunorubicin", "mg/m2"): (amount, amount)}


def test_several_drugs_on_one_day_are_one_injection(protocols: ProtocolLibrary) -> None:
    triple = [
        line(protocols, drug, drug, 10, unit="mg", route="IT", days=(1, 8))
        for drug in ("methotrexate", "cytarabine", "hydrocortisone")
    ]
    assert found(protocols, phase(*triple)) == {("intrathecal", "injections"): (2, 2)}


@pytest.mark.parametrize(("cns", "count"), [("CNS1", (3, 3)), ("CNS3", (5, 5)), ("unknown", (3, 5))])
def test_cns_disease_brings_further_injections(cns: str, count: tuple[int, int], protocols: ProtocolLibrary) -> None:
    lines = [
        line(protocols, "a", "methotrexate", 12, unit="mg", route="IT", days=(1, 8, 29)),
        line(protocols, "b", "methotrexate", 12, unit="mg", route="IT", days=(15, 22), condition="cns == CNS3"),
    ]
    patient = Patient(protocols.vocabulary)
    patient.tell("cns", cns, "--cns")
    assert found(protocols, phase(*lines), patient=patient) == {("intrathecal", "injections"): count}


def test_injections_of_a_phase_for_some_make_a_range(protocols: ProtocolLibrary) -> None:
    what = line(protocols, "it", "methotrexate", 12, unit="mg", route="IT", days=(1, 8))
    assert found(protocols, phase(what, who="slow responders")) == {("intrathecal", "injections"): (0, 2)}
    assert found(protocols, phase(what, cycles=(3, 3))) == {("intrathecal", "injections"): (6, 6)}


def test_the_intrathecal_methotrexate_is_not_added_to_the_infusions(protocols: ProtocolLibrary) -> None:
    lines = [
        line(protocols, "iv", "methotrexate", 5, unit="g/m2", days=(8, 22)),
        line(protocols, "it", "methotrexate", 12, unit="mg", route="IT", days=(8, 22)),
    ]
    totals = drug_totals("methotrexate", [phase(*lines)], None, protocols)
    assert [(total.unit, total.span) for total in totals] == [
        ("doses", Span(Decimal(2), Decimal(2))),
        ("mg/m2", Span(Decimal(10000), Decimal(10000))),
    ]


def test_a_dose_that_is_not_printed_leaves_the_total_open(protocols: ProtocolLibrary) -> None:
    lines = [
        line(protocols, "a", "doxorubicin", 25, days=(1, 8)),
        line(protocols, "b", "doxorubicin", None, unit="", days=(15,), dose_text="not printed"),
    ]
    (total,) = totals_of([phase(*lines)], None, protocols)
    assert tuple(total.span) == (50, None)
    assert total.open == ("Phase: not printed",)


# --- totals of encoded arms against the sums of the evidence ----------------------------------------------------------


@pytest.mark.parametrize(
    ("protocol", "arm_id", "of", "low", "high"),
    [
        ("ccg-1991", "iv", "doxorubicin", 75, 75),
        ("cog-aall0932", "q4wk", "doxorubicin", 75, 75),
        # 175 with one delayed intensification, 250 with two, 25 more with extended induction
        ("cog-aall0232", "pred-hdmtx", "anthracycline", 175, 275),
        ("cog-aall1131", "it-mtx", "anthracycline", 175, 175),
        ("all-bfm-90", "standard", "anthracycline", 240, 240),
        ("all-bfm-90", "medium", "anthracycline", 240, 240),
        ("aall01p2", "blocks", "doxorubicin", 60, 60),
        ("vietnam-all-hr", "b", "anthracycline", 175, 175),
    ],
)
def test_cumulative_anthracycline_of_published_arms(
    protocol: str, arm_id: str, of: str, low: float, high: float, protocols: ProtocolLibrary
) -> None:
    assert tuple(arm(protocols, protocol, arm_id)[of, "mg/m2"].span) == (low, high)


def test_a_wider_knowledge_of_the_patient_never_leaves_the_range(protocols: ProtocolLibrary) -> None:
    for protocol in protocols.protocols:
        for way in protocol.arms:
            everyone = arm(protocols, protocol.id, way.id)
            one = arm(protocols, protocol.id, way.id, age="7", cns="CNS1", lineage="B", bcr_abl1="absent")
            for key, total in one.items():
                wide = everyone[key].span
                assert wide.low <= total.span.low, (protocol.id, way.id, key)
                assert wide.high is None or (total.span.high is not None and total.span.high <= wide.high)


def test_a_total_that_is_not_exact_says_why(protocols: ProtocolLibrary) -> None:
    for protocol in protocols.protocols:
        for way in protocol.arms:
            for total in arm(protocols, protocol.id, way.id).values():
                assert total.span.exact or total.open, (protocol.id, way.id, total.id)
                assert total.lines
