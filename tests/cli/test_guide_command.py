"""all-protocol guide: topics, entries, statements of the seed texts, searches, and the lines that point here."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from all_cli.cli.protocol import app as protocol_app
from all_cli.cli.risk import app as risk_app

RUNNER = CliRunner()
OF_CHILDREN = ("25 mg/m² weekly", "cytarabine 30 and prednisolone", "three in induction and 21 to 26", "340 mg/m²")
OF_ADULTS = ("LDH > 600", "60 mg/m² weekly", "cytarabine 40 and dexamethasone", "ponatinib 30 mg")


def run(app: Any, *arguments: str, code: int = 0) -> str:
    result = RUNNER.invoke(app, list(arguments))
    assert result.exit_code == code, result.output
    return result.output


def guide(*arguments: str, code: int = 0) -> str:
    return run(protocol_app, "guide", *arguments, code=code)


def guide_json(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(guide(*arguments, "--format", "json"))
    assert found["schema_version"] == 1
    return found


def test_without_a_topic_all_topics_are_listed_with_entries_and_contradictions() -> None:
    topics = {topic["id"]: topic for topic in guide_json()["topics"]}
    assert len(topics) == 34
    assert topics["transfusion"]["contradicted"] == 1
    assert topics["referral"]["contradicted"] == 0
    assert all(topic["entries"] == len(topic["ids"]) > 0 for topic in topics.values())
    assert "cautions" in guide("--format", "plain").splitlines()[2]


def test_a_statement_of_a_seed_text_stands_after_the_source_and_only_where_it_is_asked_for() -> None:
    text = guide("--statement", "13", "--format", "plain")
    assert (
        text.index("Red cells, platelets and granulocytes") < text.index("contradicted:") < text.index("statement 13")
    )
    assert "seed text 000" in text
    assert "References" in text
    topic = guide("transfusion", "--format", "plain")
    assert "Red cells, platelets and granulocytes" in topic
    assert not any(word in topic for word in ("contradicted:", "statement 13", "seed text"))


def test_a_table_is_printed_whole_in_each_form() -> None:
    for form in ("plain", "markdown", "table"):
        text = guide("car-t", "--format", form)
        assert "one vasopressor" in text
        assert "several vasopressors" in text
    (table,) = next(e for e in guide_json("car-t")["entries"] if e["id"] == "crs-grading")["tables"]
    assert table["columns"] == ["sign", "grade 1", "grade 2", "grade 3", "grade 4"]
    assert len(table["rows"]) == 3


def test_what_was_not_read_is_marked() -> None:
    text = guide("kmt2a", "--format", "plain")
    assert "†" in text
    assert "not yet read in the cited source" in text


@pytest.mark.parametrize("number", ["1", "13", "46", "103"])
def test_a_statement_is_found_by_its_number(number: str) -> None:
    entries = guide_json("--statement", number)["entries"]
    assert entries
    assert all(int(number) in [claim["statement"] for claim in entry["claims"]] for entry in entries)


@pytest.mark.parametrize("number", ["0", "104", "-1"])
def test_a_number_that_no_statement_has_is_one_sentence(number: str) -> None:
    assert "from 1 to 103" in guide("--statement", number, code=2)


def test_a_search_finds_entries_with_all_words() -> None:
    assert "vincristine-never-intrathecal" in [e["id"] for e in guide_json("--search", "Fatal vincristine")["entries"]]
    assert "no entry holds all these words" in guide("--search", "frobnicate", code=2)
    assert "no entry holds all these words" in guide("--search", "  ", code=2)


def test_an_entry_can_be_named_instead_of_a_topic() -> None:
    assert [entry["id"] for entry in guide_json("irradiated-components")["entries"]] == ["irradiated-components"]


def test_an_unknown_topic_or_phase_gets_the_nearest_names() -> None:
    assert '"tumour-lysis"' in guide("tumor-lysis", code=2)
    assert '"ph-positive"' in guide("ph-positiv", code=2)
    assert '"induction"' in guide("--phase", "inducton", code=2)


def test_two_questions_at_once_are_refused() -> None:
    assert "TOPIC and --statement: ask for one of them" in guide("induction", "--statement", "4", code=2)


def test_patient_options_keep_only_what_concerns_the_patient() -> None:
    everything = {entry["id"] for entry in guide_json("infants")["entries"]}
    assert {entry["id"] for entry in guide_json("infants", "--age", "3mo")["entries"]} == everything
    of_adult = guide_json("infants", "--age", "40")
    assert of_adult["entries"] == []
    assert of_adult["left_out"] == len(everything)
    assert "ph-positive" not in [
        topic["id"] for topic in guide_json("--no-ph", "--set", "ph_like=no", "--set", "abl_class=no")["topics"]
    ]


def test_what_is_not_known_to_concern_the_patient_stays_and_says_so() -> None:
    (entry,) = [e for e in guide_json("mrd", "--age", "7")["entries"] if e["id"] == "mrd-intensify"]
    assert entry["concerns_patient"] is None
    assert "not known of this patient" in guide("mrd", "--age", "7", "--format", "plain")


def test_an_unreadable_patient_is_one_sentence() -> None:
    assert "mrd_eoi" in guide("mrd", "--mrd-eoi", "0.02", code=2)


def test_classify_points_to_guidance_and_json_has_it() -> None:
    arguments = ("classify", "--age", "7", "--ph", "--mrd-eoi", "0.01%")
    found = json.loads(run(risk_app, *arguments, "--format", "json"))["guidance"]
    assert "tki-with-every-phase" in [item["id"] for item in found]
    assert "mrd-intensify" in [item["id"] for item in found]
    assert all(set(item) == {"topic", "id", "title"} for item in found)
    assert "guide ph-positive: caution: " in run(risk_app, *arguments, "--format", "plain")


def test_classify_of_nothing_known_points_nowhere() -> None:
    assert json.loads(run(risk_app, "classify", "--format", "json"))["guidance"] == []
    assert "guide " not in run(risk_app, "classify", "--format", "plain").replace("guideline", "")


def test_show_points_to_guidance_about_its_phase() -> None:
    arguments = ("show", "maintenance", "--protocol", "ccg-1991")
    found = json.loads(run(protocol_app, *arguments, "--format", "json"))["guidance"]
    assert "maintenance-two-drugs" in [item["id"] for item in found]
    assert "guide maintenance: caution: " in run(protocol_app, *arguments, "--format", "plain")


def test_cite_takes_the_id_of_an_entry() -> None:
    assert "Vora A" in run(protocol_app, "cite", "cranial-irradiation-not-routine", "--format", "plain")
    assert '"six-pitfalls"' in run(protocol_app, "cite", "six-pitfall", code=2)


def first_lines(*arguments: str, count: int = 10) -> str:
    text = RUNNER.invoke(protocol_app, ["guide", *arguments, "--format", "table"], env={"COLUMNS": "80"}).stdout
    return " ".join(" ".join(text.splitlines()[:count]).split())


@pytest.mark.parametrize("name", ["transplant", "transplant-indications"])
def test_whom_to_transplant_stands_first_under_either_name(name: str) -> None:
    head = first_lines(name)
    assert "standard in second remission and in first remission at high risk, for children and adults" in head
    assert "GNR generally not recommended; MSD matched sibling" in head


@pytest.mark.parametrize(
    ("age", "shown", "left_out"),
    [("6", "Children, EBMT", "Adults, EBMT"), ("17", "Children", "Adults"), ("18", "Adults", "Children, EBMT")],
)
def test_with_an_age_only_the_tables_of_that_age_are_shown_and_others_counted(
    age: str, shown: str, left_out: str
) -> None:
    text = guide("transplant-indications", "--age", age)
    assert shown in text
    assert left_out not in text
    assert "1 table does not concern this patient" in text
    (entry,) = guide_json("transplant-indications", "--age", age)["entries"]
    assert [shown in table["title"] for table in entry["tables"]] == [True]


def test_without_an_age_every_table_is_shown() -> None:
    text = guide("transplant-indications")
    assert "Children, EBMT 2022" in text
    assert "Adults, EBMT 2022 and 2025" in text
    assert "concern this patient" not in text


@pytest.mark.parametrize(
    ("age", "others", "amounts", "not_amounts"),
    [
        ("4", ("Adults", "In adults", "Historical adult"), OF_CHILDREN, OF_ADULTS),
        ("40", ("Children", "In children", "Paediatric"), OF_ADULTS, OF_CHILDREN),
        ("70", ("Children", "In children", "Paediatric"), OF_ADULTS, OF_CHILDREN),
    ],
)
def test_no_topic_gives_a_child_the_numbers_of_adults_nor_an_adult_those_of_children(
    age: str, others: tuple[str, ...], amounts: tuple[str, ...], not_amounts: tuple[str, ...]
) -> None:
    asked = ["--age", age, "--ph", "--mrd-eoi", "0.02%"]
    entries = guide_json("--search", "e", *asked)["entries"]  # every topic has entries with this letter
    texts = [point["text"] for entry in entries if entry["id"] != "ommaya-dose" for point in entry["points"]]
    assert not [text for text in texts if text.startswith(others)]
    assert all(entry["points"] for entry in entries), "an entry without a sentence for this age is left out whole"
    cells = [cell for entry in entries for table in entry["tables"] for row in table["rows"] for cell in row]
    held = " ".join([*texts, *cells])
    assert all(amount in held for amount in amounts)
    assert not any(amount in held for amount in not_amounts)


def test_without_an_age_the_numbers_of_children_and_of_adults_stand_with_whose_they_are() -> None:
    text = guide("cns", "--format", "plain")
    assert text.index("Children and young adults, AALL1131") < text.index("Adults: hyper-CVAD gave")
    assert "Intrathecals of hyper-CVAD, for adults" in text


def test_a_word_that_is_no_topic_and_stands_in_entries_is_looked_for_there() -> None:
    result = RUNNER.invoke(protocol_app, ["guide", "fever"])
    assert result.exit_code == 2
    assert "all-protocol guide --search fever" in result.stderr
    shown = RUNNER.invoke(protocol_app, ["show", "cart"])
    assert "car-t" in shown.stderr
    assert "ar2" not in shown.stderr
    unknown = RUNNER.invoke(protocol_app, ["show", "induction", "--age", "4", "--set", "tpmt=poor"])
    assert "did you mean" not in unknown.stderr
