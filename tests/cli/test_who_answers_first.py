"""What heads the screen of ``classify``: the scheme for the moment and age, and what must be said before it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from all_cli.cli.risk import app

RUNNER = CliRunner()


def screen(*words: str, command: str = "classify") -> str:
    result = RUNNER.invoke(app, [command, *words])
    assert result.exit_code == 0, result.stderr
    return result.stdout


def data(*words: str) -> Any:
    return json.loads(screen(*words, "--format", "json"))


def facts(*settings: str) -> list[str]:
    return [word for setting in settings for word in ("--set", setting)]


CHILD = ("--age", "9", "--wbc", "30", "--lineage", "B")
ADULT = ("--age", "40", "--wbc", "20", "--lineage", "B")


@pytest.mark.parametrize(
    ("who", "given", "head"),
    [
        (CHILD, facts("relapse_site=marrow", "months_to_relapse=20"), "cog-relapse-timing"),
        (CHILD, facts("relapse_site=marrow", "months_to_relapse=40"), "cog-relapse-timing"),
        (CHILD, facts("relapse_site=testis", "months_to_relapse=12", "months_off_therapy=-12"), "bfm-relapse"),
        (CHILD, facts("relapsed=yes"), "cog-aall1331"),
        (ADULT, facts("months_to_relapse=12"), "gmall-relapse"),
        (ADULT, facts("cr1_months=12"), "ukall-xii-relapse"),
        (ADULT, facts("cr1_months=30"), "gmall-relapse"),
        (ADULT, facts("disease_status=cr2"), "gmall-relapse"),
    ],
)
def test_in_relapse_a_relapse_scheme_heads_and_the_decided_one_first(
    who: tuple[str, ...], given: list[str], head: str
) -> None:
    found = data(*who, *given)
    assert found["primary"] == head
    assert "nci-rome" in found["left_out_in_relapse"] or who is ADULT


@pytest.mark.parametrize(
    "given",
    [
        facts("relapse_site=marrow", "months_to_relapse=20"),
        facts("months_to_relapse=40"),
        facts("mrd_reinduction=0.5%"),
        facts("disease_status=cr2"),
    ],
)
def test_in_relapse_no_first_line_group_and_no_figure_of_one_is_shown(given: list[str]) -> None:
    shown = screen(*CHILD, *given)
    assert "event-free survival above 85 %" not in shown
    assert "nci-rome" not in shown
    assert "for untreated leukaemia left out, as this is a relapse" in shown
    named = screen(*CHILD, *given, "--scheme", "nci-rome")
    assert "was made for untreated leukaemia" in named
    assert "event-free survival" not in named


@pytest.mark.parametrize("age", ["1", "8", "20"])
def test_in_down_syndrome_the_scheme_for_it_heads(age: str) -> None:
    who = ("--age", age, "--wbc", "10", "--lineage", "B")
    assert data(*who, "--down-syndrome")["primary"] == "cog-aall1731-ds"
    assert data(*who, "--no-down-syndrome")["primary"] != "cog-aall1731-ds"


@pytest.mark.parametrize(("age", "group"), [("18", "high"), ("40", "high"), ("75", "high")])
def test_nci_criteria_say_of_an_adult_for_whom_they_were_made_and_print_no_childrens_figure(
    age: str, group: str
) -> None:
    who = ("--age", age, "--wbc", "20", "--lineage", "B")
    shown = screen(*who, "--scheme", "nci-rome")
    assert "Made for children and adolescents" in shown
    assert "event-free survival" not in shown
    assert data(*who)["primary"] == "guideline-summary"
    child = screen("--age", "17", "--wbc", "20", "--lineage", "B", "--scheme", "nci-rome")
    assert "Made for children" not in child
    assert "event-free survival about 75 %" in child


@pytest.mark.parametrize(
    ("words", "figure"),
    [
        (("--age", "30", "--lineage", "B"), "29 % (Ph-negative high risk)"),
        (("--age", "5", "--lineage", "B", *facts("ikzf1_deleted=no"), "--scheme", "ikzf1plus"), "91.3 %"),
        (("--age", "50", "--lineage", "B", "--wbc", "90"), "29 % (Ph-negative high risk)"),
    ],
)
def test_a_figure_for_ph_negative_disease_is_not_shown_to_a_ph_positive_patient(
    words: tuple[str, ...], figure: str
) -> None:
    negative = ("--no-ph", "--wbc", "90") if "--wbc" not in words else ("--no-ph",)
    assert figure in screen(*words, *negative)
    assert figure not in screen(*words, "--ph", *negative[1:])


def test_a_figure_of_t_lineage_is_not_shown_to_a_child_with_b_lineage() -> None:
    answer = ("--age", "5", "--scheme", "aieop-bfm-2000", "--mrd-eoi", "0%", "--mrd-eoc", "0%", "--no-ph", "--no-kmt2a")
    rest = facts("d8_blasts=10", "kmt2a_aff1=no", "mrd_available=yes", "cr_eoi=yes", "marrow_eoi=1")
    assert "T lineage: 7-year" in screen(*answer, *rest, "--lineage", "T")
    assert "T lineage: 7-year" not in screen(*answer, *rest, "--lineage", "B")


def test_with_nothing_given_no_scheme_heads_and_the_screen_says_what_to_give() -> None:
    assert data()["primary"] is None
    shown = screen()
    assert "Give at least age, white cell count and lineage" in shown
    assert "interfant" not in shown


@pytest.mark.parametrize("command", ["classify", "compare", "whatif", "next"])
@pytest.mark.parametrize(
    "given",
    [
        ["--genetics", "t(8;14)(q24;q32)"],
        ["--genetics", "t(2;8)(p12;q24)"],
        ["--genetics", "t(8;22)(q24;q11)"],
        facts("maturation=mature-B"),
        facts("maturation=L3"),
    ],
)
def test_what_looks_like_burkitt_leukaemia_is_said_on_every_screen_before_all_else(
    given: list[str], command: str
) -> None:
    first = screen(*CHILD, *given, command=command).splitlines()[0]
    assert "looks like Burkitt leukaemia, which is not treated as ALL" in first


def test_of_burkitt_leukaemia_no_survival_of_all_is_shown_and_json_says_it_too() -> None:
    given = ["--genetics", "t(8;14)(q24;q32)"]
    assert "event-free survival" not in screen(*CHILD, *given)
    found = data(*CHILD, *given)
    assert "Burkitt" in found["warnings"][0]
    assert found["cautions"][0]["id"] == "burkitt"
    assert {cite["source"] for cite in found["cautions"][0]["cite"]} <= found["sources"].keys()


@pytest.mark.parametrize("stage", ["pro-B", "common-B", "pre-B"])
def test_a_certain_precursor_phenotype_with_myc_is_not_burkitt_but_high_risk(stage: str) -> None:
    shown = screen(*CHILD, "--genetics", "t(8;14)(q24;q32)", *facts(f"maturation={stage}"))
    assert "looks like Burkitt" not in shown
    assert "MYC is rearranged in a precursor phenotype" in shown.splitlines()[0]


def test_surface_immunoglobulin_alone_is_a_milder_warning() -> None:
    shown = screen(*CHILD, *facts("surface_ig=yes"))
    assert "Surface immunoglobulin alone is not Burkitt leukaemia" in shown.splitlines()[0]
    assert "Burkitt" not in screen(*CHILD, *facts("surface_ig=no"))
    assert "looks like Burkitt" in screen(*CHILD, *facts("surface_ig=yes", "maturation=mature-B"))


@pytest.mark.parametrize("lineage", ["T", "B"])
def test_relapse_schemes_are_not_for_a_first_line_patient(lineage: str) -> None:
    found = data("--age", "9", "--lineage", lineage, *facts("relapsed=no"))
    of = {result["scheme"]: result["status"] for result in found["results"]}
    assert {of[id] for id in ("vhr-relapse-genetics", "bfm-relapse", "cog-aall1331", "gmall-relapse")} == {
        "not-applicable"
    }


@pytest.mark.parametrize("who", [CHILD, ADULT])
def test_never_in_remission_is_grouped_by_no_scheme_of_a_first_relapse(who: tuple[str, ...]) -> None:
    never = facts("refractory=yes", "relapse_number=0")
    found = data(*who, "--no-ph", *never)
    assert found["primary"] in (None, "tower-refractory")
    of = {each["scheme"]: each["status"] for each in found["results"]}
    assert {of[id] for id in ("cog-aall1331", "bfm-relapse", "gmall-relapse")} == {"not-applicable"}
    assert "as there was never a remission" in screen(*who, "--no-ph", *never)
    assert data(*who, "--no-ph", *facts("refractory=yes"))["primary"] is not None, "it may have been a relapse"


def test_what_raises_nci_standard_risk_is_said_before_it_and_no_figure_of_it_is_shown() -> None:
    child = ("--age", "4", "--lineage", "B")
    raises = "CNS3 and testicular disease are high risk in COG whatever age and count"
    for raised, said in (
        ("--steroid-pretreatment", "Steroids before diagnosis"), ("--cns=3", raises), ("--testicular", raises),
    ):  # fmt: skip
        text = screen(*child, "--wbc", "12", raised)
        assert said in text
        assert "event-free survival" not in text.split("Under other schemes", 1)[0]
    for unraised in (("--no-steroid-pretreatment", "--wbc", "12"), ("--steroid-pretreatment", "--wbc", "60")):
        assert "Steroids before diagnosis" not in screen(*child, *unraised)
    for more in (["--down-syndrome"], ["--ph"], facts("relapsed=yes"), ["--wbc", "50"]):
        assert raises not in screen(*child, *(["--wbc", "12"] if "--wbc" not in more else []), "--cns", "3", *more)


def test_the_newer_scheme_of_cog_heads_once_it_leaves_one_group() -> None:
    child = ("--age", "4", "--wbc", "12", "--lineage", "B", "--genetics", "none", "--mrd-eoi", "0.02%")
    assert data(*child, "--cns", "1")["primary"] == "cog-aall1731"
    assert data(*child, "--cns", "3")["primary"] == "cog-aall08b1"
    rest = ("--lineage", "B", "--cns", "1", "--no-testicular", "--no-steroid-pretreatment", "--no-down-syndrome")
    negative = (*rest, "--wbc", "80", "--mrd-eoi", "<0.01%", "--genetics")
    assert "COG AALL1732 risk groups (high risk): High risk" in screen("--age", "14", *negative, "none")
    favourable = screen("--age", "4", *negative, "ETV6::RUNX1, otherwise none")
    assert "COG AALL1732 risk groups (high risk): HR-Favorable" in favourable


def test_a_relapse_of_t_lineage_is_not_headed_by_the_scheme_of_a_trial_of_b_lineage() -> None:
    relapse = facts("relapse_site=marrow", "months_to_relapse=20")
    assert data("--age", "9", "--lineage", "T", *relapse)["primary"] == "bfm-relapse"
    assert data("--age", "9", "--lineage", "T", *facts("relapsed=yes"))["primary"] != "cog-aall1331"


def test_in_mixed_phenotype_no_scheme_for_ph_positive_disease_heads_unless_it_is_found() -> None:
    found = data("--age", "7", "--lineage", "MPAL")
    assert found["primary"] is None
    assert "Mixed phenotype: hardly a scheme here took it" in found["warnings"][0]
    positive = ("--lineage", "MPAL", "--ph")
    assert "AALL1631 took such patients" in data("--age", "7", *positive)["warnings"][0]
    assert data("--age", "7", *positive, "--no-down-syndrome")["primary"] == "cog-aall1631"
    assert {data("--age", age, *positive)["primary"] for age in ("6mo", "7", "45")} == {None}, "open, or not for them"


@pytest.mark.parametrize(
    "who",
    [("--age", "40", "--lineage", "B", *facts("igh_myc=yes")),
     ("--age", "7", "--wbc", "60", *facts("maturation=mature-B")),
     ("--age", "40", "--lineage", "MPAL"), ("--age", "3", "--lineage", "MPAL", "--no-ph", "--wbc", "12"),
     ("--age", "45", "--lineage", "MPAL", "--ph")],
)  # fmt: skip
def test_no_group_and_no_figure_stands_under_a_warning_that_none_is_for_this_leukaemia(who: tuple[str, ...]) -> None:
    text = screen(*who)
    assert "No risk group stands first: see the warning above." in text
    assert "outcome  " not in text
    assert "survival" not in text.split("Guidance", 1)[0].split("Criteria often quoted", 1)[0]
    assert "Under other schemes, most made for others" in text
    named = screen(*who, "--scheme", "guideline-summary", "--scheme", "nci-rome", "--scheme", "bfm-90")
    assert "outcome  " not in named, "named, they are shown, without a figure"
    assert "High risk" in named


def test_burkitt_and_ph_keep_the_sentence_on_the_inhibitor_and_ask_for_the_phenotype() -> None:
    asked = ("a kinase inhibitor belongs to every phase", "surface immunoglobulin with light chains")
    found = RUNNER.invoke(app, ["genetics", "46,XX,t(9;22)(q34;q11.2),t(8;14)(q24;q32)[20]", "--format", "plain"])
    assert all(words in found.stdout for words in asked)
    with_ph = data("--age", "45", "--ph", *facts("myc_r=yes"))
    assert [each["id"] for each in with_ph["cautions"]] == ["burkitt", "burkitt-or-ph"]
    assert [each["id"] for each in data("--age", "45", "--no-ph", *facts("myc_r=yes"))["cautions"]] == ["burkitt"]


def test_never_in_remission_is_outside_schemes_that_count_from_a_remission_in_each_command(tmp_path: Path) -> None:
    schemes = ("ukall-xii-relapse", "sweden-relapse", "gmall-relapse", "graall-relapse", "pethema-relapse")
    table = tmp_path / "relapses.csv"
    table.write_text("age,refractory,relapse_number,ph\n40,yes,0,no\n40,yes,1,no\n", encoding="utf-8")
    named = [part for scheme in schemes for part in ("--scheme", scheme)]
    rows = list(csv.DictReader(io.StringIO(RUNNER.invoke(app, ["batch", str(table), *named, "-o", "-"]).stdout)))
    first, second = ({row[f"{scheme}.status"] for scheme in schemes} for row in rows)
    never = data("--age", "40", "--no-ph", *facts("refractory=yes", "relapse_number=0"), *named)["results"]
    assert {each["status"] for each in never} == first == {"not-applicable"}
    assert second == {"indeterminate"}
