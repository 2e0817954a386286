"""What the README shows is what the program prints, and what it lists exists."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from all_cli.cli import protocol, risk

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"<!-- output: (.+?) -->\n```text\n(.*?)```\n<!-- end -->", README, re.DOTALL)
TOUR = re.findall(
    r"```console\n\$ ([^\n]+)\n```\n\n<!-- lines of its output -->\n```text\n(.*?)```\n<!-- end -->", README, re.DOTALL
)
FIRST, AT_MOST = 10, 3
COMMANDS = [line.removeprefix("$ ") for line in re.findall(r"(?m)^\$ (?:all-risk|all-protocol).*$", README)]


def run(command: str, *more: str) -> tuple[int, str]:
    name, *arguments = shlex.split(command)
    app = {"all-risk": risk.app, "all-protocol": protocol.app}[name]
    result = CliRunner().invoke(app, [*arguments, *more], env={"COLUMNS": "80"})
    return result.exit_code, result.stdout


@pytest.mark.parametrize(("command", "output"), SHOWN)
def test_output_in_the_readme_is_the_real_output(command: str, output: str) -> None:
    assert run(command) == (0, output)


def test_the_readme_shows_an_output() -> None:
    assert SHOWN


# What must stand in the first ten lines, in the order of the questions of the README.
ANSWERS = [
    (
        "cog-aall0932/q4wk",
        "vincristine, dexamethasone, pegaspargase",
        "NCI standard risk",
        "BCR::ABL1 comes back positive",
    ),
    ("BCR::ABL1", "KMT2A rearrangement", "cerebrospinal fluid", "DNA index", "day 8", "day 15", "day 29", "MRD at end"),
    (
        "no arm is certain",
        "risk group SR-High, unless testicular leukaemia or Down syndrome present",
        "MRD at end of induction 0.02 >= 0.01; cog-aall1731",
        "cog-aall1731/high (of it is encoded: blinatumomab)",
        "8-week augmented consolidation",
        "Condition: flow MRD below 0.1% at the end of consolidation",
    ),
    ("phallcon/ponatinib", "ponatinib, vincristine", "ponatinib 34.4%", "Ph-positive ALL"),
    (
        "ukall-r3/mitoxantrone, once decided",
        "months off therapy at relapse",
        "High risk, unless Down syndrome",
        "months from diagnosis to relapse 20 < 36",
        "blinatumomab after reinduction, then transplantation",
    ),
    ("methotrexate by age, COG 2 to <3 y 10 mg", "first dose, COG 2 to <3 y 50 mg"),
    (
        "cog-aall0932",
        "mercaptopurine 75 mg/m² × 0.701 m² ≈ 52.6 mg a day",
        "methotrexate 20 mg/m² × 0.701 m² ≈ 14 mg, once a week",
        "intrathecal methotrexate 12 mg",
    ),
    (
        "CD19-positive B-cell precursor ALL",
        "MRD 0.1% or more: cycles 1 to 4: 28 µg a day, days 1-28",
        "Consolidation of first-line treatment",
        "cycle 1: 9 µg a day, days 1-7",
        "28 µg a day, days 8-28",
    ),
    ("found BCR::ABL1 present", "treatment BCR::ABL1-positive. A kinase inhibitor is added", "CYTO-HR"),
    (
        "with a matched donor standard in second remission and in first remission at high risk",
        "GNR generally not recommended",
    ),
]


def test_the_tour_answers_ten_questions() -> None:
    assert len(TOUR) == len(ANSWERS) == 10


@pytest.mark.parametrize(("command", "output"), TOUR)
def test_the_lines_shown_of_an_answer_are_of_its_first_ten(command: str, output: str) -> None:
    code, real = run(command)
    shown, head = output.splitlines(), [line.rstrip() for line in real.splitlines()[:FIRST]]
    assert code == 0
    assert 0 < len(shown) <= AT_MOST
    assert [line for line in head if line in shown] == shown


@pytest.mark.parametrize("form", ["plain", "table"])
@pytest.mark.parametrize(
    ("command", "words"), [(command, words) for (command, _), words in zip(TOUR, ANSWERS, strict=True)]
)
def test_the_first_ten_lines_hold_the_answer_in_a_pipe_and_on_eighty_columns(
    command: str, words: tuple[str, ...], form: str
) -> None:
    _, text = run(command, "--format", form)
    head = " ".join(" ".join(text.splitlines()[:FIRST]).split())
    for word in words:
        assert word in head


WITH_A_BAD_ROW = ("all-risk batch", "all-risk columns")  # of the examples, which are there to be reported


def test_the_commands_of_the_readme_run_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    for command in COMMANDS:
        code, output = run(command)
        assert code == (1 if command.startswith(WITH_A_BAD_ROW) else 0), (command, output)


def test_every_command_is_named_in_the_readme_or_its_pages_and_has_help() -> None:
    pages = README + "".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md"))
    for name, commands in (("all-risk", risk.COMMANDS), ("all-protocol", protocol.COMMANDS)):
        for called in commands:
            assert f"{name} {called}" in pages, called
            code, output = run(f"{name} {called} --help")
            assert code == 0
            assert len(output.splitlines()) > 3
