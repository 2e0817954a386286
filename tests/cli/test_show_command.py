"""all-protocol show: phases, arms, the choice by the patient, doses, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from all_cli.cli.protocol import app
from all_cli.protocol.library import ProtocolLibrary

RUNNER = CliRunner()


def show(*arguments: str) -> Result:
    return RUNNER.invoke(app, ["show", *arguments])


def data(*arguments: str) -> dict[str, Any]:
    result = show(*arguments, "--format", "json")
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def plain(*arguments: str) -> str:
    result = show(*arguments, "--format", "plain")
    assert result.exit_code == 0, result.stderr
    return result.stdout


def refusal(*arguments: str) -> str:
    result = show(*arguments)
    assert result.exit_code == 2, result.stdout
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    return result.stderr.strip()


# --- what can be named ------------------------------------------------------------------------------------------------


def test_a_protocol_is_shown_whole_with_totals_of_every_arm(protocols: ProtocolLibrary) -> None:
    found = data("cog-aall0932")
    protocol = protocols.protocol("cog-aall0932")
    assert [part["phase_id"] for part in found["phases"]] == [phase.id for phase in protocol.phases]
    assert [part["arm"] for part in found["totals"]] == ["q4wk", "q12wk"]


@pytest.mark.parametrize(
    "arguments",
    [("cog-aall0932/q4wk",), ("q4wk",), ("cog-aall0932", "--arm", "q4wk"), ("q4wk", "--protocol", "cog-aall0932"),
     ("induction", "--protocol", "cog-aall0932", "--arm", "q4wk", "--all")],
)  # fmt: skip
def test_an_arm_is_shown_with_its_phases_in_order_and_its_totals(arguments: tuple[str, ...]) -> None:
    found = data(*arguments)
    assert (found["protocol"], found["arm"]) == ("cog-aall0932", "q4wk")
    ids = [part["phase_id"] for part in found["phases"]]
    assert ids == ["induction", "consolidation", "im1", "di", "im2", "maintenance-q4wk"]
    (totals,) = found["totals"]
    doxorubicin = next(total for total in totals["totals"] if total["of"] == "doxorubicin")
    assert (doxorubicin["low"], doxorubicin["high"], doxorubicin["unit"]) == (75, 75, "mg/m2")
    assert totals["stated"][0]["agrees"] is True
    text = plain(*arguments)
    assert "Totals, as far as the lines above are encoded" in text
    assert "at least 21 doses" in text


def test_a_phase_alone_has_no_totals() -> None:
    assert "totals" not in data("induction", "--risk", "high")
    assert "Totals" not in plain("induction", "--risk", "high")


def test_a_phase_of_the_named_protocol_goes_before_a_protocol_of_the_same_name() -> None:
    assert data("pegaspargase", "--protocol", "asparaginase-products")["protocol"] == "asparaginase-products"
    assert data("pegaspargase")["protocol"] == "pegaspargase"


def test_every_shows_the_phase_in_every_protocol_once(protocols: ProtocolLibrary) -> None:
    found = data("delayed-intensification", "--every")["protocols"]
    assert [part["protocol"] for part in found] == list(dict.fromkeys(part["protocol"] for part in found))
    assert set(protocols.with_phase("delayed-intensification")) == {part["protocol"] for part in found}
    children = data("induction", "--every", "--risk", "high", "--age", "7", "--lineage", "B")["protocols"]
    assert 3 < len(children) < len(data("induction", "--every")["protocols"])
    text = plain("delayed-intensification", "--every")
    assert text.count("\nReferences\n") == 1


def test_whole_regimens_come_before_fragments_and_labels(protocols: ProtocolLibrary) -> None:
    order = protocols.with_phase("induction")
    assert order.index("all-bfm-90") < order.index("cog-aall0331") < order.index("ukall-2011")
    blinatumomab = protocols.with_phase("blinatumomab")
    assert blinatumomab.index("e1910") < blinatumomab.index("locatelli-2021")


def test_the_length_of_treatment_is_in_the_json() -> None:
    found = data("cog-aall0932")
    assert "2 years" in found["total_duration"]["text"]
    assert found["total_duration"]["cite"]


def test_assessments_and_notes_of_other_patients_are_left_out_of_the_json(protocols: ProtocolLibrary) -> None:
    everyone, child = data("interfant-06"), data("interfant-06", "--age", "1")
    notes = [note["id"] for phase in everyone["phases"] for note in phase["notes"]]
    assert "age-factor" in notes
    assert "age-factor" not in [note["id"] for phase in child["phases"] for note in phase["notes"]]


# --- by the patient ---------------------------------------------------------------------------------------------------


ROUTINE = ("--cns", "CNS1", "--no-testicular", "--no-steroid-pretreatment", "--no-down-syndrome")
SEVEN = ("induction", "--age", "7", "--wbc", "45", "--lineage", "B")


def test_a_child_of_seven_with_45_is_shown_a_standard_risk_arm_and_told_why() -> None:
    found = data(*SEVEN, *ROUTINE)
    assert found["protocol"] == "cog-aall0932"
    assert found["settings"] == ["b-lineage"]
    assert "nci-rome says standard (age 7 < 10, WBC 45 < 50)" in found["chosen"]
    assert any("cog-aall08b1 comes later" in reason for reason in found["chosen"])
    assert "ccg-1991" in {choice["protocol"] for choice in found["choices"] if choice["status"] == "answer"}
    text = plain(*SEVEN, *ROUTINE)
    assert "group       nci-rome says standard" in text
    assert text.splitlines()[1].startswith("  answer      cog-aall0932/q4wk or cog-aall0932/q12wk")


def test_what_nobody_typed_keeps_a_standard_risk_arm_open_and_is_named() -> None:
    found = data(*SEVEN)
    (open_,) = (choice for choice in found["choices"] if (choice["protocol"], choice["arm"]) == ("ccg-1991", "iv"))
    assert open_["status"] == "possible"
    assert set(open_["hangs_on"]) == {"cns", "testicular", "steroid_pretreatment"}
    assert "cog-aall0932/q4wk, cog-aall0932/q12wk" in plain(*SEVEN)
    assert "q12wk, if CNS status CNS1 or CNS2" in " ".join(plain(*SEVEN).split())
    assert found["protocol"] is None


@pytest.mark.parametrize(("wbc", "risk"), [("49.9", "standard"), ("50", "high")])
def test_the_arm_follows_the_risk_group_across_its_cut_off(wbc: str, risk: str, protocols: ProtocolLibrary) -> None:
    found = data("induction", "--age", "7", "--wbc", wbc, "--lineage", "B", *ROUTINE)
    assert risk in protocols.protocol(found["protocol"]).risk
    assert any(f"nci-rome says {risk}" in reason for reason in found["chosen"])


def test_an_open_risk_group_chooses_nothing_and_names_the_arms() -> None:
    found = data("induction", "--age", "7")
    assert (found["protocol"], found["arm"]) == (None, None)
    hang = {choice["arm"]: choice["hangs_on"] for choice in found["choices"]}
    assert hang["q4wk"]["wbc"] == "< 50"
    assert hang["pred-hdmtx"]["wbc"] == ">= 50"
    assert hang["q4wk"]["lineage"] == "B"
    text = plain("induction", "--age", "7")
    head = text.splitlines()[:10]
    assert head[0] == "induction: no arm is certain"
    assert any(line.split()[:4] == ["hangs", "on", "lineage", "(--lineage),"] for line in head)
    assert "cog-aall0932/q4wk" in text
    assert "cog-aall1131/it-mtx" in text


def test_a_positive_bcr_abl1_stands_in_the_first_lines_of_an_induction() -> None:
    head = plain("induction", "--age", "14", "--wbc", "80", "--lineage", "B").splitlines()[:9]
    (then,) = (line for line in head if line.startswith("  then"))
    assert "if BCR::ABL1 comes back positive" in then
    assert "ca180-372/dasatinib" in then
    known = plain("induction", "--age", "14", "--wbc", "80", "--lineage", "B", "--no-ph")
    assert "comes back positive" not in known


def test_the_arm_within_a_named_protocol_is_picked_too() -> None:
    found = data("cog-aall1731", "--for", "--age", "4", "--wbc", "12", "--lineage", "B")
    assert found["protocol"] is None
    assert {choice["arm"] for choice in found["choices"]} == {"average", "high"}


def test_the_default_of_a_risk_says_that_nobody_named_it() -> None:
    (by_risk,) = data("induction", "--risk", "high", "--wbc", "45")["chosen"]
    assert by_risk.startswith("no protocol was named")


@pytest.mark.parametrize("option", [("--risk", "high"), ("--arm", "iv"), ("--every",)])
def test_for_and_what_it_works_out_do_not_go_together(option: tuple[str, ...]) -> None:
    assert "--for works out what" in refusal("induction", "--for", "--age", "7", *option)


def test_a_contradiction_in_the_patient_is_refused() -> None:
    assert "both cannot be true" in refusal(
        "induction", "--age", "7", "--born", "2010-01-01", "--diagnosed", "2026-01-01"
    )


# --- doses ------------------------------------------------------------------------------------------------------------


def test_the_arithmetic_of_a_dose_is_on_the_page_with_the_source_of_the_cap() -> None:
    text = plain("induction", "--risk", "standard", "--age", "9", "--bsa", "1.52")
    assert "1.5 mg/m² × 1.52 m² = 2.28 mg → capped at 2 mg [" in text
    assert "body        1.52 m² as given" in text


def test_the_dose_for_the_patient_is_in_the_json_beside_the_norm() -> None:
    found = data("induction", "--protocol", "cog-aall0932", "--age", "9", "--height", "135", "--weight", "30")
    assert found["body"]["formula"] == "mosteller"
    assert found["body"]["bsa"] == pytest.approx((135 * 30 / 3600) ** 0.5, abs=1e-6)
    vincristine = next(line for line in found["lines"] if line["drug"] == "vincristine")
    assert (vincristine["dose"], vincristine["unit"]) == (1.5, "mg/m2")
    dose = vincristine["dose_for_patient"]
    assert dose["amount"] == pytest.approx(1.5 * (135 * 30 / 3600) ** 0.5, abs=1e-6)
    assert (dose["unit"], dose["capped"], dose["rounding"]) == ("mg", False, None)
    assert {citation["source"] for citation in found["body"]["cite"]} <= set(found["sources"])


def test_without_a_size_there_is_no_dose_for_the_patient() -> None:
    found = data("induction", "--risk", "high")
    assert found["body"] is None
    assert all(line["dose_for_patient"] is None for line in found["lines"])
    assert "this patient" not in plain("induction", "--risk", "high")


def test_rounding_is_off_unless_asked_for() -> None:
    arguments = ("induction", "--protocol", "cog-aall0932", "--bsa", "0.87")
    assert "rounded" not in plain(*arguments).replace("unrounded", "").replace("nothing is rounded", "")
    assert "1.5 mg/m² × 0.87 m² = 1.305 mg → rounded to 1.3 mg (steps of 0.1 mg)" in plain(
        *arguments, "--round", "0.1mg"
    )


def test_a_child_below_ten_kilograms_is_told_that_nothing_is_converted() -> None:
    text = plain("induction", "--protocol", "interfant-06", "--age", "8mo", "--height", "68", "--weight", "8")
    assert "below 10 kg" in text
    assert "nothing is converted from body surface to weight" in text
    assert "× 3/4 (age >= 0.5 and age < 1)" in text


def test_every_line_of_every_protocol_has_a_dose_or_a_reason(protocols: ProtocolLibrary) -> None:
    for protocol in protocols.protocols:
        found = data(protocol.id, "--height", "152", "--weight", "55", "--age", "12")
        for phase in found.get("phases", [found]):
            for line in phase["lines"]:
                dose = line["dose_for_patient"]
                assert (dose["amount"] is None) == (dose["reason"] is not None), line["id"]
                assert dose["arithmetic"], line["id"]
                if line["cap"] and dose["amount"] is not None and not isinstance(dose["amount"], list):
                    assert dose["amount"] <= line["cap"]["dose"], line["id"]


# --- bad input --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("inducton",), 'no phase is called "inducton", nor a protocol, arm or drug — did you mean "induction"'),
        (("cog-aall0923",), "did you mean"),
        (("cog-aall0932/q5wk",), 'no arm of cog-aall0932 is called "q5wk" — did you mean "q4wk"'),
        (("nosuch/x",), 'no phase is called "nosuch/x", nor a protocol, arm or drug'),
        (("cog-aall0923/q4wk",), 'no protocol is called "cog-aall0923" — did you mean'),
        (("standard",), 'several protocols have an arm "standard"'),
        (("q4wk", "--protocol", "all-bfm-90"), 'no phase is called "q4wk"'),
        (("cog-aall0932", "--protocol", "all-bfm-90"), "name one"),
        (("induction", "--risk", "hgh"), 'no risk is called "hgh"'),
        (("induction", "--every", "--protocol", "all-bfm-90"), "--every shows one phase of every protocol"),
        (("cog-aall0932", "--every"), "--every shows a phase in all protocols"),
        (("induction", "--height", "1.2", "--weight", "25"), "Metres? Write 1.2m or 120"),
        (("induction", "--weight", "25000"), "Grams? Write 25000g or 25"),
        (("induction", "--bsa", "15"), "nobody has 15 m² of body surface"),
        (("induction", "--height", "120"), "body surface needs --weight too"),
        (("induction", "--bsa", "0.9", "--height", "152", "--weight", "55"), "give one or the other"),
        (("induction", "--bsa-formula", "haycock"), "give --height and --weight"),
        (("induction", "--round", "0.1mg"), "--round rounds computed doses"),
        (("induction", "--bsa", "0.9", "--round", "5%"), "write a step with its unit"),
        (("induction", "--on", "2026-01-05"), "needs the date of birth"),
        (("induction", "--born", "2020-01-01", "--on", "5.1.2026"), "not a date; write it as YYYY-MM-DD"),
        (("induction", "--born", "2026-02-01", "--on", "2026-01-05"), "before birth"),
        (("induction", "--born", "2016-02-01", "--diagnosed", "2026-02-01", "--on", "2026-01-05"),
         "before the diagnosis"),
        (("induction", "--age", "9", "--born", "2020-01-01", "--on", "2026-01-05"), "years after birth"),
        (("induction", "--age", "7", "--height", "60", "--weight", "20"), "nobody has that size"),
    ],
)  # fmt: skip
def test_one_sentence_for_what_cannot_be_shown(arguments: tuple[str, ...], said: str) -> None:
    assert said in refusal(*arguments)


def test_a_formula_that_is_none_names_those_that_are() -> None:
    result = show("induction", "--height", "152", "--weight", "55", "--bsa-formula", "boyd")
    assert result.exit_code == 2
    assert "haycock" in result.stderr
