"""The first ten lines of a screen on call: what is possible, what it gives, what is missing, and for whom."""

from __future__ import annotations

import re
import shlex
from functools import cache

import pytest
from typer.testing import CliRunner

from all_cli.cli import protocol, risk
from all_cli.patient.patient import Patient
from all_cli.protocol.choice import choose
from all_cli.protocol.load import protocol_library
from all_cli.risk.library import risk_library

RUNNER = CliRunner()
LINES = 10


@cache
def screen(command: str) -> str:
    name, *arguments = shlex.split(command)
    app = {"all-risk": risk.app, "all-protocol": protocol.app}[name]
    result = RUNNER.invoke(app, [*arguments, "--format", "table"], env={"COLUMNS": "80"})
    assert result.exit_code == 0, result.output
    return result.stdout


def head(command: str) -> str:
    return " ".join(" ".join(screen(command).splitlines()[:LINES]).split())


FEW_FACTS = "all-protocol show maintenance --age 6 --lineage B --wbc 10"


def test_open_maintenance_says_what_is_missing_what_the_arms_share_and_the_arms_most_in_use() -> None:
    text = head(FEW_FACTS)
    assert "hangs on BCR::ABL1 (--ph), 20 of 20 arms" in text
    assert "mercaptopurine 75 or 50 mg/m² a day PO (18 of 20 arms)" in text
    assert "methotrexate 20 mg/m² a week PO (17 of 20 arms)" in text
    assert "possible cog-aall0932/q4wk, cog-aall0932/q12wk" in text
    assert text.index("hangs on") < text.index("in common") < text.index("possible")


def test_what_the_arms_share_is_counted_from_their_lines() -> None:
    library = protocol_library()
    patient = Patient(library.vocabulary)
    for fact, text in (("age", "6"), ("lineage", "B"), ("wbc", "10")):
        patient.tell(fact, text, fact)
    patient.conclude()
    arms = choose(library, patient, "maintenance").possible
    giving = 0
    for offer in arms:
        own = next(arm.phases for arm in library.protocol(offer.protocol).arms if arm.id == offer.arm)
        phases = [phase for phase in library.protocol(offer.protocol).phases if phase.id in own]
        lines = [line for phase in phases if phase.kind == "maintenance" for line in phase.lines]
        giving += any((line.drug, line.route) == ("mercaptopurine", "PO") for line in lines)
    assert 0 < giving < len(arms)
    assert f"PO ({giving} of {len(arms)} arms)" in head(FEW_FACTS)


def test_arms_that_all_give_the_same_are_said_to() -> None:
    text = head("all-protocol show consolidation --age 0.5 --lineage B --wbc 10")
    assert "all give interfant-06/low, interfant-06/medium, alike" in text
    assert "in common" not in text


def test_what_arms_of_every_lineage_share_is_not_said() -> None:
    assert "in common" not in screen("all-protocol show induction --age 7")


DAY_29 = "all-protocol show consolidation --age 4 --wbc 12 --lineage B --cns CNS1 --genetics none --mrd-eoi"


@pytest.mark.parametrize(
    ("mrd", "group"), [("0.0099%", "SR-Average"), ("0.01%", "SR-High"), ("0.02%", "SR-High"), ("1%", "SR-High")]
)
def test_the_group_of_the_scheme_in_use_heads_with_what_would_put_the_child_outside(mrd: str, group: str) -> None:
    first = head(f"{DAY_29} {mrd}")
    assert f"risk group {group}, unless testicular leukaemia or Down syndrome present" in first
    assert "cog-aall1731)" in first


def test_the_arm_of_that_group_is_named_though_it_has_no_such_phase() -> None:
    assert "its arm cog-aall1731/high (of it is encoded: blinatumomab). Condition: flow MRD" in head(f"{DAY_29} 0.02%")
    decided = screen(f"{DAY_29} 0.02% --no-testicular --set down_syndrome=no")
    assert "cog-aall1731/high (of it is encoded: blinatumomab)" in decided
    assert "unless" not in decided.split("its arm")[0]


BLINATUMOMAB = "all-protocol show blinatumomab"


def test_blinatumomab_of_a_first_line_child_begins_with_consolidation_and_computes() -> None:
    text = head(f"{BLINATUMOMAB} --age 4 --height 104 --weight 17 --lineage B --mrd-eoi negative --no-ph")
    assert "Consolidation of first-line treatment (here BCR::ABL1 absent)" in text
    assert "15 µg/m² × 0.701 m² ≈ 10.5 µg a day, days 1-28, at most 28 µg a day" in text
    assert "MRD 0.1% or more: MRD at end of induction <0.01 %" in text, "the use is not here"
    assert text.index("Consolidation of first-line") < text.index("First or second remission")


def test_blinatumomab_in_relapse_begins_with_the_step_dose_of_this_patient() -> None:
    text = head(f"{BLINATUMOMAB} --age 9 --lineage B --set relapsed=yes --weight 30 --height 135")
    assert "Relapsed or refractory (this patient): cycle 1: 5 µg/m² × 1.061 m² ≈ 5.3 µg a day, days 1-7" in text


def test_a_use_that_is_not_for_the_patient_says_why_and_has_no_dose() -> None:
    text = screen(f"{BLINATUMOMAB} --age 9 --lineage B --no-ph --set relapsed=no --weight 50 --protocol blinatumomab")
    (line,) = [line for line in text.splitlines() if line.startswith("  not here")]
    assert "Relapsed or refractory: " in line
    before = " ".join(text.split("  about")[0].split())
    assert "9 µg" not in before
    assert "Consolidation of first-line treatment (this patient)" in before
    ph = screen(f"{BLINATUMOMAB} --age 9 --lineage B --ph --weight 50 --protocol blinatumomab")
    assert "not here Consolidation of first-line treatment: BCR::ABL1 present" in " ".join(ph.split())


@pytest.mark.parametrize("text", ["46,XX,t(9;22)(q34;q11.2)[20]", "Ph+", "48,XX,+4,t(9;22)(q34;q11),+10[9]"])
def test_a_philadelphia_chromosome_stands_first_and_asks_for_an_inhibitor(text: str) -> None:
    lines = screen(f'all-risk genetics "{text}"').splitlines()
    assert "BCR::ABL1 present" in " ".join(lines[:3])
    assert "treatment BCR::ABL1-positive. A kinase inhibitor is added to the chemotherapy" in " ".join(
        " ".join(lines[:LINES]).split()
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("46,XY,t(4;11)(q21;q23)[12]", "unfavourable genetics are not standard risk after induction"),
        ("36,XX", "unfavourable genetics are not standard risk after induction"),
        ("t(12;21)", "Unfavourable genetics or Favourable genetics, open until modal number"),
        ("none", "Neutral genetics (COG genetic class of B-ALL, cog-genetics)"),
        ("t(8;14)", "looks like Burkitt leukaemia"),
    ],
)
def test_a_finding_says_what_it_means_before_the_spans(text: str, said: str) -> None:
    assert said in head(f'all-risk genetics "{text}"')


def test_what_was_not_understood_is_said_in_the_head() -> None:
    result = RUNNER.invoke(risk.app, ["genetics", "Ph+, frobnicate", "--format", "plain"])
    assert "not understood: frobnicate" in "\n".join(result.stdout.splitlines()[:4])


def test_a_normal_karyotype_alone_means_nothing_yet_and_burkitt_gets_no_class() -> None:
    assert "treatment" not in screen('all-risk genetics "46,XY[20]"')
    burkitt = screen('all-risk genetics "t(8;14)"')
    assert "\n  class" not in burkitt
    assert "precursor phenotype" not in burkitt


SCREENS = (
    FEW_FACTS,
    f"{FEW_FACTS} --routine",
    f"{FEW_FACTS} --assume bcr_abl1=no --assume mrd_eoi=negative",
    f"{DAY_29} 0.02%",
    f"{DAY_29} negative --no-testicular --no-steroid-pretreatment",
    "all-protocol show induction --age 4 --wbc 12 --lineage B --cns CNS1 --no-testicular --no-steroid-pretreatment",
    "all-protocol show induction --age 40 --ph",
    "all-protocol show induction --age 72 --lineage B",
    "all-protocol show induction --risk high",
    "all-protocol show consolidation --age 12 --lineage T --wbc 80 --mrd-eoi 0.02%",
    "all-protocol show consolidation --age 0.5 --lineage B --wbc 10",
    "all-protocol show reinduction --age 9 --lineage B --set relapse_site=marrow --set months_to_relapse=20",
    "all-protocol show intrathecal --age 2 --wbc 3",
    f"{BLINATUMOMAB} --age 9",
    "all-protocol show cog-aall0232/dex-hdmtx --age 12 --wbc 80 --lineage B --mrd-eoi 0.5%",
    "all-protocol show induction --every --age 7 --lineage T",
)


@pytest.mark.parametrize("command", SCREENS)
def test_no_sentence_of_a_phase_names_a_fact_by_its_id(command: str) -> None:
    text = screen(command).split("\nReferences")[0]
    facts = {id for id, fact in risk_library().vocabulary.facts.items() if "_" in id and fact.name != id}
    assert not facts & set(re.findall(r"[a-z0-9_]+", text))
    assert not re.search(r"\bwbc\b", text)


def test_a_trial_that_gives_the_drug_is_not_called_a_label() -> None:
    text = head(f"{BLINATUMOMAB} --age 30 --lineage B --ph")
    assert "certain d-alba/standard, no answer: first for this patient stands phallcon/ponatinib" in text
    assert "for Adults with Ph-positive ALL" in text
    assert "for Adults" not in text.split("label for")[1]


def test_a_dose_that_is_not_printed_is_none_that_arms_share() -> None:
    text = " ".join(screen("all-protocol show maintenance --age 30 --lineage B --wbc 10").split())
    assert "mercaptopurine 75" in text.split("in common")[1].split("possible")[0]
    assert "not printed" not in text.split("in common")[1].split("possible")[0]
    assert "not recalled" not in text.split("in common")[1].split("possible")[0]
