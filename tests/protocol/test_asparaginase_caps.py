"""A dose of asparaginase per m² shows its cap, or says that none is printed and what is known of one."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from all_cli.cli.protocol import app
from all_cli.knowledge.documents import checked_document
from all_cli.knowledge.files import PROTOCOLS
from all_cli.knowledge.problems import KnowledgeError
from all_cli.protocol.compile import compile_protocols
from all_cli.protocol.library import ProtocolLibrary, uncapped

RUNNER = CliRunner()
FILE = """\
drugs:
  pegaspargase: {name: pegaspargase, class: asparaginase}
protocols:
  - id: p-1
    title: "P"
    audience: children
    population: {when: "age >= 1", text: "from 1 year", cite: [{matloub-2011: table}], checked: true}
    risk: [high]
    arms: [{id: a, title: "A", phases: [induction], cite: [{matloub-2011: table}], checked: true}]
    phases:
      - id: induction
        phase: induction
        title: "Induction"
        lines:
          - {id: peg, drug: pegaspargase, dose: 2500, unit: IU/m2, per: dose, route: IV, days: [4],
             cite: [{matloub-2011: table}], checked: true}
"""
STATEMENT = 'class: asparaginase, uncapped: {text: "No cap is printed.", cite: [{matloub-2011: table}], checked: true}'
CAP = "per: dose, cap: {dose: 3750, unit: IU, per: dose, cite: [{matloub-2011: table}], checked: true}, route"


def compiled(protocols: ProtocolLibrary, *changes: tuple[str, str]) -> list[str]:
    text = FILE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    document = checked_document(text.encode(), "f.yaml", PROTOCOLS)
    try:
        compile_protocols(document, protocols.vocabulary, protocols.sources)
    except KnowledgeError as error:
        return [str(problem) for problem in error.problems]
    return []


def test_a_line_with_neither_cap_nor_statement_is_refused_at_its_place(protocols: ProtocolLibrary) -> None:
    (problem,) = compiled(protocols)
    assert problem.startswith("f.yaml:15")
    assert "has no cap" in problem
    assert "uncapped" in problem


@pytest.mark.parametrize(
    "change",
    [
        ("class: asparaginase", STATEMENT),
        ("per: dose, route", CAP),
        ("unit: IU/m2", "unit: IU/kg"),
        ("unit: IU/m2", "unit: IU"),
        ("class: asparaginase", "class: anthracycline"),
    ],
    ids=["statement", "cap", "per kg", "flat", "other class"],
)
def test_a_line_with_either_or_another_unit_or_class_is_not(
    protocols: ProtocolLibrary, change: tuple[str, str]
) -> None:
    assert compiled(protocols, change) == []


def test_every_shipped_line_per_surface_has_one_of_the_two(protocols: ProtocolLibrary) -> None:
    lines = [
        line
        for protocol in protocols.protocols
        for line in protocol.lines
        if protocols.drugs[line.drug].kind == "asparaginase" and line.unit.endswith("/m2")
    ]
    assert any(line.cap for line in lines)
    assert all((line.cap is None) == (uncapped(line, protocols) is not None) for line in lines)


def shown(*arguments: str) -> str:
    result = RUNNER.invoke(app, [*arguments, "--format", "plain"])
    assert result.exit_code == 0, result.stderr
    return result.stdout


def test_a_phase_says_that_no_cap_is_printed_and_what_a_vial_holds() -> None:
    text = shown("show", "induction", "--protocol", "cog-aall0232", "--age", "25", "--bsa", "2.1")
    assert text.count("A vial holds 3750 IU") == 1
    assert "2000 IU/m²" in text
    assert "none printed" in next(line for line in text.splitlines() if line.startswith("  pegaspargase"))


def test_a_phase_whose_lines_are_capped_does_not() -> None:
    text = shown("show", "aieop-bfm-2009/t-not-high")
    assert "3750 IU a dose" in text
    assert "A vial holds" not in text


def test_json_has_the_statement_on_the_line() -> None:
    arguments = ["show", "induction", "--protocol", "cog-aall0232", "--arm", "pred-hdmtx", "--format", "json"]
    lines = json.loads(RUNNER.invoke(app, arguments).stdout)["lines"]
    said = {line["id"].rpartition(".")[2]: line["uncapped"] for line in lines}
    assert "3750 IU" in said["peg"]["text"]
    assert said["peg"]["checked"] is True
    assert said["vcr"] is None


def test_the_page_of_the_drug_says_it_once() -> None:
    text = shown("drug", "pegaspargase")
    assert text.count("A vial holds 3750 IU") == 1
    assert "none printed" in text


def test_side_by_side_an_empty_cap_is_not_left_open() -> None:
    text = shown("compare", "induction", "--protocol", "cog-aall0232", "--protocol", "cog-aall0434")
    assert "none printed" in text
