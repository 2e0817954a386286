"""all-protocol show: which rows, which doses, for whom."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from all_cli.cli.protocol import app
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.regimen import DoseTable

RUNNER = CliRunner()


def show(*arguments: str) -> Result:
    return RUNNER.invoke(app, ["show", *arguments])


def shown(*arguments: str) -> dict[str, Any]:
    result = show(*arguments, "--format", "json")
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def steroids(*arguments: str) -> list[tuple[str, str]]:
    lines = shown("induction", "--risk", "high", *arguments)["lines"]
    return [(line["drug"], line["when"]) for line in lines if line["drug"] in ("dexamethasone", "prednisone")]


LATER = ("--protocol", "cog-aall1131")


def test_both_steroid_rows_are_shown_with_their_condition() -> None:
    assert steroids(*LATER) == [("dexamethasone", "age < 10"), ("prednisone", "age >= 10")]
    text = show("induction", *LATER, "--format", "plain").stdout
    assert re.search(r"^  dexamethasone .* age < 10 ", text, re.MULTILINE)
    assert re.search(r"^  prednisone .* age >= 10 ", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("age", "drug"),
    [
        ("1", "dexamethasone"),
        ("7", "dexamethasone"),
        ("9.99", "dexamethasone"),
        ("10", "prednisone"),
        ("10.01", "prednisone"),
        ("17", "prednisone"),
    ],
)
def test_the_steroid_changes_on_the_tenth_birthday(age: str, drug: str) -> None:
    assert [name for name, _ in steroids("--age", age)] == [drug]
    text = show("induction", "--risk", "high", "--age", age, "--format", "plain").stdout
    table = text.split("Induction")[1].split("left out")[0]
    other = {"dexamethasone": "prednisone", "prednisone": "dexamethasone"}[drug]
    assert re.search(rf"^  {drug} ", table, re.MULTILINE)
    assert not re.search(rf"^  {other} ", table, re.MULTILINE)


def test_rows_left_out_for_a_patient_are_counted_aloud() -> None:
    everyone = shown("induction", *LATER)
    child = shown("induction", *LATER, "--age", "7", "--cns", "CNS1")
    left_out = len(everyone["lines"]) - len(child["lines"])
    assert left_out > 0
    text = show("induction", *LATER, "--age", "7", "--cns", "CNS1", "--format", "plain").stdout
    assert f"{left_out} line{'s' if left_out > 1 else ''} for other patients left out" in text
    assert "left out" not in show("induction", *LATER, "--format", "plain").stdout


def test_an_age_range_across_the_tenth_birthday_keeps_both_rows() -> None:
    assert len(steroids(*LATER, "--age", "9-11")) == 2


@pytest.mark.parametrize(("cns", "rows"), [("CNS1", 1), ("CNS2", 1), ("CNS3", 2), ("unknown", 2)])
def test_cns3_brings_its_intrathecal_row(cns: str, rows: int) -> None:
    lines = shown("induction", "--risk", "high", "--age", "7", "--cns", cns)["lines"]
    assert len([line for line in lines if line["drug"] == "methotrexate" and line["route"] == "IT"]) == rows


EDGES = [0.0, 0.5, 0.99, 1, 1.99, 2, 2.99, 3, 8.99, 9, 9.01, 12, 17.99, 18, 30, 70]


def within(condition: str, age: float) -> bool:
    """Whether an age meets a condition such as ``age >= 1 and age < 2``, read without the program's own parser."""
    for part in condition.split(" and "):
        match = re.fullmatch(r"age (>=|>|<=|<) ([\d.]+)", part.strip())
        assert match, condition
        limit = float(match[2])
        if not {">=": age >= limit, ">": age > limit, "<=": age <= limit, "<": age < limit}[match[1]]:
            return False
    return True


def by_age_only(table: DoseTable) -> bool:
    return all(re.fullmatch(r"(age [<>]=? [\d.]+( and )?)+", row.text) for row in table.rows)


def ages_for(table: DoseTable) -> list[float]:
    limits = {float(limit) for row in table.rows for limit in re.findall(r"[\d.]+", row.text)}
    around = {round(limit + step, 2) for limit in limits for step in (-0.01, 0, 0.01)}
    return sorted({*EDGES, *around})


def test_every_dose_table_in_use_gives_the_dose_of_its_age_band_and_no_other(protocols: ProtocolLibrary) -> None:
    using = {
        line.dose_by: (protocol.id, phase.id, line.id)
        for protocol in protocols.protocols
        for phase in protocol.phases
        for line in phase.lines
        if line.dose_by and line.when is None
    }
    tables = {id: table for id, table in protocols.dose_tables.items() if id in using and by_age_only(table)}
    assert tables
    for id, table in tables.items():
        protocol, phase, line_id = using[id]
        for age in ages_for(table):
            years = "0d" if age == 0 else f"{age:g}"
            rows = [row for row in table.rows if within(row.text, age)]
            assert len(rows) <= 1, (id, age)
            found = shown(phase, "--protocol", protocol, "--age", years)
            for part in found.get("phases", [found]):
                if part["phase_id"] != phase:
                    continue
                (line,) = (line for line in part["lines"] if line["id"] == f"{protocol}.{line_id}")
                assert [row["dose"] for row in line["dose_by_age"]] == [row.dose for row in rows], (id, age)
                assert line["dose"] == (rows[0].dose if rows else None), (id, age)
                assert line["unit"] == table.unit
                if not rows:
                    assert "no dose for this age" in line["text"]


@pytest.mark.parametrize(
    ("age", "methotrexate", "cytarabine"),
    [
        ("1", 8, 30),
        ("1.99", 8, 30),
        ("2", 10, 50),
        ("2.99", 10, 50),
        ("3", 12, 70),
        ("8.99", 12, 70),
        ("9", 15, 70),
        ("9.01", 15, 70),
        ("17", 15, 70),
    ],
)
def test_cog_intrathecal_doses_step_at_2_3_and_9_years(age: str, methotrexate: int, cytarabine: int) -> None:
    lines = shown("induction", "--risk", "high", "--age", age)["lines"]
    doses = {line["drug"]: line["dose"] for line in lines if line["route"] == "IT"}
    assert doses == {"methotrexate": methotrexate, "cytarabine": cytarabine}
    text = show("induction", "--risk", "high", "--age", age, "--format", "plain").stdout
    assert re.search(rf"^  methotrexate +{methotrexate} mg +IT ", text, re.MULTILINE)


def test_an_infant_gets_no_invented_intrathecal_dose() -> None:
    found = shown("induction", "--protocol", "cog-aall1131", "--age", "0.99")
    for line in found["lines"]:
        if line["route"] == "IT":
            assert line["dose"] is None
            assert line["dose_by_age"] == []
    text = show("induction", "--protocol", "cog-aall1131", "--age", "0.99", "--format", "plain").stdout
    assert "no dose for this age in the table" in text
    assert "outside the protocol's population" in text


def test_without_an_age_every_band_of_the_table_is_shown() -> None:
    lines = shown("induction", "--risk", "high")["lines"]
    bands = next(line["dose_by_age"] for line in lines if line["drug"] == "methotrexate")
    assert [(band["when"], band["dose"]) for band in bands] == [
        ("age >= 1 and age < 2", 8),
        ("age >= 2 and age < 3", 10),
        ("age >= 3 and age < 9", 12),
        ("age >= 9", 15),
    ]


def test_other_protocols_with_the_phase_are_named(protocols: ProtocolLibrary) -> None:
    found = shown("induction", "--risk", "high")
    assert found["other_protocols"] == [id for id in protocols.with_phase("induction") if id != found["protocol"]]
    text = show("induction", "--risk", "high", "--format", "plain").stdout
    assert "(all-protocol show induction --protocol ID)" in text
    for id in found["other_protocols"]:
        assert re.search(rf"(^| ){id}(,|$)", text, re.MULTILINE), id


def test_a_named_protocol_answers_whatever_the_default(protocols: ProtocolLibrary) -> None:
    for id in protocols.with_phase("induction"):
        assert shown("induction", "--protocol", id)["protocol"] == id


def test_all_shows_every_phase_of_the_protocol_in_order(protocols: ProtocolLibrary) -> None:
    for protocol in protocols.protocols:
        found = shown(protocol.phases[0].kind, "--protocol", protocol.id, "--all")
        shown_ids = [phase["phase_id"] for phase in found.get("phases", [found])]
        if len(protocol.arms) > 1:
            assert shown_ids == [phase.id for phase in protocol.phases]
        else:
            assert shown_ids == list(dict.fromkeys(protocol.arms[0].phases))


def test_an_arm_shows_its_own_phases_only(protocols: ProtocolLibrary) -> None:
    for protocol in protocols.protocols:
        for arm in protocol.arms:
            kind = next(phase.kind for phase in protocol.phases if phase.id == arm.phases[0])
            found = shown(kind, "--protocol", protocol.id, "--arm", arm.id, "--all")
            assert found["arm"] == arm.id
            assert [phase["phase_id"] for phase in found.get("phases", [found])] == list(dict.fromkeys(arm.phases))


@pytest.mark.parametrize("spelling", ["Delayed-Intensification", "delayed_intensification", "delayed intensification"])
def test_a_phase_may_be_spelled_with_any_case_and_separator(spelling: str) -> None:
    assert shown(spelling, "--protocol", "cog-aall0232")["phase"] == "delayed-intensification"


@pytest.mark.parametrize("risk", ["standard", "high"])
def test_the_risk_chooses_a_protocol_for_that_risk(risk: str, protocols: ProtocolLibrary) -> None:
    assert risk in protocols.protocol(shown("induction", "--risk", risk)["protocol"]).risk


def test_the_default_protocol_never_excludes_the_patient(protocols: ProtocolLibrary) -> None:
    for risk in protocols.risks():
        for age in ("0.5", "5", "12", "25", "45", "70"):
            for lineage in ("B", "T"):
                result = show("induction", "--risk", risk, "--age", age, "--lineage", lineage, "--format", "plain")
                assert result.exit_code in (0, 2)
                if result.exit_code == 0:
                    assert "outside the protocol's population" not in result.stdout
                else:
                    assert "no encoded protocol" in result.stderr


def test_a_ph_positive_patient_is_never_answered_with_a_ph_negative_protocol(protocols: ProtocolLibrary) -> None:
    for age in ("5", "16", "45", "72"):
        found = shown("induction", "--ph", "--age", age)
        if found["protocol"] is not None:
            assert "ph" in protocols.protocol(found["protocol"]).risk
        assert all("ph" in protocols.protocol(choice["protocol"]).risk for choice in found["choices"])


def test_facts_of_set_choose_rows_like_the_options_do() -> None:
    by_option = shown("induction", "--risk", "high", "--age", "7", "--cns", "CNS3")
    by_set = shown("induction", "--risk", "high", "--set", "age=7", "--set", "cns=CNS3")
    assert by_option == by_set
