"""``all-protocol show`` with ``--assume`` and ``--routine``: the likely arm beside the exact answer, never alone."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from all_cli.cli.protocol import app
from all_cli.cli.risk import app as risk_app
from all_cli.risk.library import risk_library

RUNNER = CliRunner()
VOCABULARY = risk_library().vocabulary
CHILD = (
    "--age", "4", "--wbc", "12", "--lineage", "B", "--cns", "CNS1", "--mrd-eoi", "negative", "--marrow-eoi", "M1",
    "--mrd-d8-pb", "0.1%",
)  # fmt: skip
LESIONS = tuple(
    word for fact in ("bcr_abl1", "kmt2a_r", "iamp21", "steroid_pretreatment") for word in ("--assume", f"{fact}=no")
)
MAINTENANCE = ("maintenance", *CHILD)
LIKELY = (*MAINTENANCE, "--routine", *LESIONS)


@cache
def show(*arguments: str) -> Result:
    result = RUNNER.invoke(app, ["show", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def data(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(show(*arguments, "--format", "json").stdout)
    return found


def test_nothing_is_assumed_of_a_patient_without_being_asked_for() -> None:
    found = data(*MAINTENANCE)
    assert found["likely"] is None
    assert "assumed" not in found
    text = show(*MAINTENANCE).stdout
    assert "\n  assumed" not in text
    assert "\n  likely" not in text


def test_the_exact_answer_stays_as_it_was() -> None:
    exact, likely = data(*MAINTENANCE), data(*LIKELY)
    assert likely["protocol"] is None
    assert likely["choices"] == exact["choices"]
    assert likely["patient"] == exact["patient"]


def test_the_first_lines_name_the_likely_arm_and_every_assumption_before_any_dose() -> None:
    found = data(*LIKELY)
    assert found["likely"][0] == "cog-aall0932/q4wk"
    for form in ("plain", "markdown"):
        text = show(*LIKELY, "--format", form).stdout.replace("\\_", "_")
        head = "\n".join(text.splitlines()[:10])
        assert "no arm is certain" in text.splitlines()[0]
        assert "under these assumptions: cog-aall0932/q4wk" in head
        before = text[: text.index("75 mg/m²")]
        assert "Likely, only if what is assumed above holds: COG AALL0932" in before
        for item in found["assumed"]:
            assert f"{VOCABULARY[item['fact']].name} {item['value']}" in head
        assert "(--routine)" in head
        assert "(--assume)" in head


def test_doses_under_assumptions_are_computed_under_their_heading_only() -> None:
    text = show(*LIKELY, "--bsa", "0.7").stdout
    assert "75 mg/m² × 0.7 m² = 52.5 mg" in text[text.index("Likely, only if") :]
    assert "× 0.7 m²" not in text[: text.index("Likely, only if")]
    assert "× 0.7 m²" not in show(*MAINTENANCE, "--bsa", "0.7").stdout


def test_an_assumption_leaves_out_no_line_of_the_phase() -> None:
    asked = ("induction", "--for", "--protocol", "cog-aall0932", "--age", "4", "--wbc", "12", "--lineage", "B")
    text = show(*asked, "--routine", "--assume", "steroid_pretreatment=no", "--assume", "cns=CNS1").stdout
    assert "Likely, only if what is assumed above holds: COG AALL0932" in text
    assert "CNS status CNS3" in text
    assert "for other patients left out" not in text
    told = show("induction", "--protocol", "cog-aall0932", "--age", "4", "--cns", "CNS1").stdout
    assert "1 line for other patients left out" in told


def test_what_is_filled_is_what_classify_fills() -> None:
    classified = RUNNER.invoke(risk_app, ["classify", *CHILD, "--routine", *LESIONS, "--format", "json"])
    by_scheme = {each["scheme"]: each["assumed"] for each in json.loads(classified.stdout)["results"]}
    shown = data(*LIKELY)["assumed"]
    of_one = by_scheme["cog-aall1731"]
    assert {"down_syndrome", "testicular", "bcr_abl1"} <= {item["fact"] for item in of_one}
    assert all(item in shown for item in of_one)


def test_a_certain_arm_stays_and_what_else_is_likely_stands_beside_it() -> None:
    asked = ("maintenance", "--age", "12", "--wbc", "80", "--lineage", "B", "--genetics", "none",
             "--mrd-eoi", "negative")  # fmt: skip
    assumed = ("--routine", "--assume", "d8_blasts=100", "--assume", "marrow_eoi=2")
    exact, likely = data(*asked), data(*asked, *assumed)
    assert (likely["protocol"], likely["arm"], likely["lines"]) == (exact["protocol"], exact["arm"], exact["lines"])
    assert "all-bfm-95/medium" in likely["likely"]
    head = show(*asked, *assumed).stdout.splitlines()[:10]
    assert any(line.startswith("  likely") and "all-bfm-95/medium" in line for line in head)
    assert any(line.startswith("  assumed") and "marrow" in line for line in head)


def test_what_waits_on_routine_facts_is_shown_as_likely_and_not_an_older_trial_as_the_answer() -> None:
    asked = ("induction", "--age", "4", "--wbc", "12", "--lineage", "B", "--cns", "CNS1")
    assumed = ("--routine", "--assume", "steroid_pretreatment=no")
    exact, likely = data(*asked), data(*asked, *assumed)
    assert exact["protocol"] is likely["protocol"] is None
    assert exact["waiting"] == ["cog-aall0932/q4wk", "cog-aall0932/q12wk"]
    assert exact["undecided"] == []
    assert ("all-bfm-90", "answer") in {(each["protocol"], each["status"]) for each in exact["choices"]}
    assert "cog-aall0932/q4wk" in likely["likely"]
    told = show(*asked, *assumed).stdout
    assert "Likely, only if what is assumed above holds: COG AALL0932" in told
    assert "first       cog-aall0932/q4wk" in told


def test_json_says_why_nothing_stands_first_in_down_syndrome_with_high_risk() -> None:
    found = data("induction", "--age", "12", "--wbc", "80", "--lineage", "B", "--down-syndrome")
    (reason,) = found["undecided"]
    assert "none of them modified" in reason["text"]
    assert {each["source"] for each in reason["cite"]} <= found["sources"].keys()
    barred = {f"{each['protocol']}/{each['arm']}": each["barred_later"] for each in found["choices"]}
    assert "methotrexate" in barred["all-bfm-90/medium"]["interim-maintenance"]


def test_what_is_known_is_not_assumed_over() -> None:
    asked = (*MAINTENANCE, "--testicular", "--routine", "--assume", "cns=CNS3")
    assert not {"testicular", "cns"} & {item["fact"] for item in data(*asked)["assumed"]}
    assert any(line.startswith("  not assumed CNS status CNS3: ") for line in show(*asked).stdout.splitlines()[:10])


@pytest.mark.parametrize(("age", "childs"), [("4", True), ("17.9", True), ("18", False), ("6mo", False)])
def test_what_is_routine_in_children_is_assumed_of_children_only(age: str, childs: bool) -> None:
    facts = {item["fact"] for item in data("consolidation", "--age", age, "--lineage", "B", "--routine")["assumed"]}
    assert "relapsed" in facts
    assert ("down_syndrome" in facts) is childs


def test_an_assumption_under_which_it_is_no_all_leads_to_no_arm() -> None:
    asked = ("induction", "--age", "4", "--wbc", "12", "--assume", "maturation=mature-B")
    text = show(*asked).stdout
    assert "looks like Burkitt leukaemia" in "\n".join(text.splitlines()[:10])
    assert "Likely, only if" not in text
    assert not data(*asked)["likely"]


@pytest.mark.parametrize(
    "arguments",
    [("induction", "--risk", "high", "--age", "7"), ("cog-aall0932", "--age", "7"), ("induction", "--every"),
     ("induction", "--protocol", "cog-aall0932", "--age", "7")],
)  # fmt: skip
def test_where_no_arm_is_chosen_an_assumption_is_refused(arguments: tuple[str, ...]) -> None:
    for asked in (("--routine",), ("--assume", "testicular=no")):
        result = show(*arguments, *asked)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "--assume and --routine bear on which arm is chosen" in result.stderr


@pytest.mark.parametrize("text", ["testicular", "nonsense=no", "cns=unknown"])
def test_an_assumption_that_cannot_be_read_is_one_sentence(text: str) -> None:
    result = show(*MAINTENANCE, "--assume", text)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)


# --- intrathecal doses ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("age", [(), ("--age", "2")])
@pytest.mark.parametrize("word", ["intrathecal", "Intrathecals"])
def test_intrathecal_answers_with_every_table(word: str, age: tuple[str, ...]) -> None:
    assert show(word, *age).stdout == RUNNER.invoke(app, ["drug", "intrathecal", *age]).stdout
    tables = {table["id"]: [row["dose"] for row in table["rows"]] for table in data(word, *age)["tables"]}
    assert tables["cog-it-mtx"] == ([10] if age else [8, 10, 12, 15])


def test_intrathecal_doses_go_by_the_day_of_the_injection() -> None:
    asked = ("intrathecal", "--born", "2020-03-01", "--on", "2023-02-28")
    assert {t["id"]: t["rows"] for t in data(*asked)["tables"]}["cog-it-mtx"][0]["dose"] == 10
    later = data(*asked[:-1], "2023-03-01")
    assert {t["id"]: t["rows"] for t in later["tables"]}["cog-it-mtx"][0]["dose"] == 12


@pytest.mark.parametrize("more", [("--risk", "high"), ("--protocol", "ccg-1991"), ("--every",), ("--bsa", "0.7")])
def test_what_intrathecal_doses_do_not_go_by_is_refused(more: tuple[str, ...]) -> None:
    result = show("intrathecal", "--age", "2", *more)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)


def test_a_drug_that_is_not_for_the_patient_has_no_dose_in_the_first_lines() -> None:
    asked = ("blinatumomab", "--weight", "50", "--age", "9", "--protocol", "blinatumomab")
    assert "Relapsed or refractory: cycle 1: 9 µg a day" in show(*asked).stdout.split("  about")[0]
    assert "\n  dose  " not in show(*asked, "--genetics", "t(8;14)").stdout


# --- labels of risk ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("short", "label"), [("sr", "standard"), ("ir", "intermediate"), ("HR", "high"), ("vhr", "very-high"),
                         ("Very high", "very-high")]
)  # fmt: skip
def test_the_usual_abbreviations_of_risk_are_read(short: str, label: str) -> None:
    asked = ("induction", "--age", "7", "--every")
    assert data(*asked, "--risk", short) == data(*asked, "--risk", label)
    assert data(*asked, "--risk", short)["protocols"]


@pytest.mark.parametrize("every", [(), ("--every",)])
@pytest.mark.parametrize("text", ["hgh", "3", "mr"])
def test_another_label_of_risk_is_refused_naming_the_labels(text: str, every: tuple[str, ...]) -> None:
    result = show("induction", "--risk", text, *every)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert f'"{text}"' in result.stderr
    for label in ("standard", "intermediate", "high", "very-high", "vhr"):
        assert label in result.stderr
