"""A translocation of chromosomes that are known for two fusions says nothing certain until its bands are printed."""

from __future__ import annotations

import pytest

from all_cli.logic.values import PRESENT
from all_cli.patient.genetics import GeneticsReader
from all_cli.patient.patient import Patient
from all_cli.patient.unreadable import UnreadableError
from all_cli.risk.answers import answers_of
from all_cli.risk.library import RiskLibrary, risk_library

VOCABULARY = risk_library().vocabulary
READER = GeneticsReader(VOCABULARY)


def told(text: str) -> Patient:
    patient = Patient(VOCABULARY)
    patient.tell_genetics(text, "--genetics", READER)
    patient.conclude()
    return patient


@pytest.mark.parametrize("form", ["{}", "{}?", "no {}", "{} negative", "{} positive", "46,XX,{}[20]", "possible {}"])
@pytest.mark.parametrize(
    ("text", "fact"), [("t(10;11)", "kmt2a_r"), ("t(11;10)", "kmt2a_r"), ("t(2;14)", "bcl11b"), ("t(14;2)", "bcl11b")]
)
def test_without_bands_it_is_reported_and_is_no_finding(text: str, fact: str, form: str) -> None:
    patient = told(form.format(text))
    assert fact not in patient.possible()
    assert "lineage" not in patient.possible()
    assert ["without bands" in warning for warning in patient.warnings] == [True]


@pytest.mark.parametrize(("text", "fact"), [("t(10;11)", "kmt2a_r"), ("t(2;14)", "bcl11b")])
def test_the_rest_of_the_panel_being_negative_leaves_it_open(text: str, fact: str) -> None:
    possible = told(f"{text}, otherwise none").possible()
    assert fact not in possible
    assert "bcr_abl1" in possible


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("t(10;11)(p12;q23)", "kmt2a_r"),
        ("t(10;11)(p13;q23.3)", "kmt2a_r"),
        ("t(11;10)(q23;p12)", "kmt2a_r"),
        ("KMT2A::MLLT10", "kmt2a_r"),
        ("MLL-AF10", "kmt2a_r"),
        ("t(2;14)(q22;q32)", "bcl11b"),
        ("46,XX,t(10;11)(p12;q23)[20]", "kmt2a_r"),
    ],
)
def test_the_bands_or_the_partner_make_it_a_finding(text: str, fact: str) -> None:
    assert told(text).possible()[fact] == frozenset({PRESENT})


@pytest.mark.parametrize("text", ["t(10;11)(p13;q14)", "t(10;11)(p13;q21)", "t(2;14)(p13;q32)"])
def test_other_bands_are_another_rearrangement(text: str) -> None:
    with pytest.raises(UnreadableError, match="the bands are not those of"):
        told(text)
    assert not {"kmt2a_r", "bcl11b"} & set(told(f"46,XX,{text}[20]").possible())


@pytest.mark.parametrize("text", ["t(9;11)", "t(6;11)", "t(11;19)"])
def test_translocations_known_for_one_fusion_need_no_bands(text: str) -> None:
    assert told(text).possible()["kmt2a_r"] == frozenset({PRESENT})


def test_a_t_all_with_it_is_answered_as_one_without_genetics(library: RiskLibrary) -> None:
    patients = []
    for genetics in ("", "t(10;11)"):
        patient = Patient(VOCABULARY)
        patient.tell("age", "7", "--age")
        patient.tell("lineage", "T", "--lineage")
        if genetics:
            patient.tell_genetics(genetics, "--genetics", READER)
        patient.conclude()
        patients.append({id: answer.possible for id, answer in answers_of(library, patient).brief.items()})
    assert patients[0] == patients[1]
