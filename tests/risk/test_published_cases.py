"""Patients with the expected group and the source, one file per scheme and kind, under tests/cases/."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from all_cli.knowledge.strict_yaml import read_yaml
from all_cli.patient.patient import Patient
from all_cli.risk.library import RiskLibrary
from all_cli.risk.verdict import judge

FOLDER = Path(__file__).resolve().parent.parent / "cases"


def cases() -> list[Any]:
    found = []
    for path in sorted(FOLDER.glob("*/*.yaml")):
        for case in read_yaml(path.read_text(encoding="utf-8"), path.name).data:
            found.append(pytest.param(path.parent.name, case, id=f"{path.parent.name}/{case['name']}"))
    return found


@pytest.mark.parametrize(("scheme", "case"), cases())
def test_case(scheme: str, case: dict[str, Any], library: RiskLibrary) -> None:
    patient = Patient(library.vocabulary)
    for fact, value in case["patient"].items():
        text = {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
        if fact == "genetics":
            patient.tell_genetics(text, "genetics")
        else:
            patient.tell(fact, text, fact)
    patient.conclude()
    verdict = judge(library.schemes[scheme], patient)
    assert set(verdict.possible) == set(case["possible"]), verdict.decided_by


def test_every_scheme_has_cases_each_with_a_source(library: RiskLibrary) -> None:
    having = {path.parent.name for path in FOLDER.glob("*/*.yaml")}
    assert set(library.schemes) - having == set()
    for path in FOLDER.glob("*/*.yaml"):
        for case in read_yaml(path.read_text(encoding="utf-8"), path.name).data:
            assert case.get("source"), f"{path}: {case['name']}"


def test_every_group_of_every_scheme_is_reached_by_a_case(library: RiskLibrary) -> None:
    for id, scheme in library.schemes.items():
        reached = {
            group
            for path in (FOLDER / id).glob("*.yaml")
            for case in read_yaml(path.read_text(encoding="utf-8"), path.name).data
            for group in case["possible"]
        }
        assert set(scheme.group_ids) - reached == set(), id
