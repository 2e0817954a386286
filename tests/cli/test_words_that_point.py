"""Words that are no name here, and the command or the name they are answered with."""

from __future__ import annotations

import shlex

import pytest
from typer.testing import CliRunner

from all_cli.cli.protocol import app as protocol_app
from all_cli.cli.risk import app as risk_app

RUNNER = CliRunner()


@pytest.mark.parametrize(
    ("app", "words", "answer"),
    [
        (protocol_app, ["show", "relapse", "--age", "9"], "all-protocol show reinduction"),
        (protocol_app, ["show", "transplant", "--age", "9"], "all-protocol guide transplant"),
        (protocol_app, ["guide", "hsct"], "all-protocol guide transplant"),
        (protocol_app, ["guide", "blinatumomab"], "all-protocol drug blinatumomab"),
        (protocol_app, ["guide", "iamp21"], 'all-risk genetics "iamp21"'),
        (protocol_app, ["guide", "hypodiploid"], 'all-risk genetics "hypodiploid"'),
        (protocol_app, ["guide", "Trisomy 21"], "all-protocol guide factors --down-syndrome"),
        (protocol_app, ["guide", "induction failure"], 'all-protocol guide --search "induction failure"'),
        (risk_app, ["classify", "--age", "9", "--down"], "did you mean --down-syndrome?"),
        (risk_app, ["classify", "--age", "9", "--no-down"], "did you mean --no-down-syndrome?"),
        (risk_app, ["classify", "--age", "9", "--set", "down=yes"], 'did you mean "down_syndrome"?'),
        (risk_app, ["classify", "--age", "30", "--set", "pregnant=yes"], "all-protocol guide pregnancy"),
        (risk_app, ["classify", "--age", "9", "--cns", "positive"], "CNS2 or CNS3"),
    ],
)
def test_a_word_that_is_no_name_points_to_what_answers_it(app: object, words: list[str], answer: str) -> None:
    result = RUNNER.invoke(app, words)  # type: ignore[arg-type]
    assert result.exit_code == 2
    assert answer in result.output
    assert len(result.output.strip().splitlines()) == 1


@pytest.mark.parametrize(
    "word",
    [
        "down-syndrome", "cns3", "testis", "steroids", "tpmt", "nudt15", "infant", "mpal", "burkitt", "pregnancy",
        "CNS", "induction failure", "relapse", "hypodiploid", "iamp21", "ph-like", "elderly", "tls", "ETV6::RUNX1",
    ],
)  # fmt: skip
def test_what_people_ask_for_is_answered_or_points_to_a_command_that_answers(word: str) -> None:
    result = RUNNER.invoke(protocol_app, ["guide", word])
    if result.exit_code:
        program, *words = shlex.split(result.output.partition(f'"{word}": ')[2])
        result = RUNNER.invoke({"all-risk": risk_app, "all-protocol": protocol_app}[program], words)
    assert result.exit_code == 0, result.output
    assert result.output.strip()


def test_mixed_is_the_mixed_phenotype_and_a_far_word_has_no_hint() -> None:
    assert "lineage MPAL" in RUNNER.invoke(risk_app, ["classify", "--age", "9", "--lineage", "mixed"]).output
    assert "did you mean" not in RUNNER.invoke(risk_app, ["genetics", "frob"]).output


@pytest.mark.parametrize("lesion", ["t(9;22)", "iAMP21", "t(17;19)"])
def test_the_gravest_class_that_is_possible_is_read_first(lesion: str) -> None:
    text = " ".join(RUNNER.invoke(risk_app, ["genetics", lesion, "--format", "plain"]).output.split())
    said = text[: text.index("(COG genetic class")].rpartition(" class ")[2]
    assert said.startswith("Unfavourable genetics")
    assert "Favourable genetics or" not in said
    assert ("open until" in said) is (" or " in said)


def test_rows_of_a_transplant_table_that_are_not_the_patients_are_left_out() -> None:
    asked = ["guide", "transplant", "--age", "45", "--lineage", "B", "--format", "plain"]
    positive, negative, open_ = (
        RUNNER.invoke(protocol_app, [*asked, *flag]).output for flag in (["--ph"], ["--no-ph"], [])
    )
    assert "Ph-negative CR1" not in positive
    assert "Ph-positive CR1" in positive
    assert "Ph-positive CR1" not in negative
    assert "Ph-negative CR1" in open_
    assert "Ph-positive CR1" in open_
    assert negative.index("decided by MRD") < negative.index("Indications by status")
