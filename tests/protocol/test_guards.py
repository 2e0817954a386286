"""Guards are proved over all patients, arms and phases; taken back, a patient shows who would be harmed."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from typing import Any

import pytest
from typer.testing import CliRunner

from all_cli.cli.protocol import app
from all_cli.knowledge.cache import closed_part, open_part
from all_cli.knowledge.documents import checked_document, document_of
from all_cli.knowledge.files import CHOICE, PROTOCOLS, content, data_directory, included
from all_cli.knowledge.problems import KnowledgeError
from all_cli.patient.patient import Patient
from all_cli.protocol import choice
from all_cli.protocol.choice_rules import ChoiceRules
from all_cli.protocol.compile_choice import compile_choice
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.load import choice_rules
from all_cli.protocol.proof import GuardFinding, guard_findings
from all_cli.report.check import command_for
from all_cli.risk.library import RiskLibrary

RUNNER = CliRunner()


@pytest.fixture(scope="module")
def rules(protocols: ProtocolLibrary) -> ChoiceRules:
    return choice_rules(protocols)


ENFORCED = [
    "down-methotrexate", "down-methotrexate-adult", "mrd-not-standard", "extramedullary-not-standard", "four-drugs",
    "prednisone-from-10", "steroids-not-standard", "genetics-not-standard", "myc-not-standard", "second-relapse",
    "older-t", "no-remission", "very-high-genetics", "adverse-genetics", "mrd-eoc-not-standard",
    "mrd-not-standard-bfm", "mrd-high-bfm", "mrd-not-standard-ukall", "rapid-responders",
    "cns3-high-dose-methotrexate", "down-high-risk", "t-mrd-eoc", "cns2-neutral",
    "arm-of-girls", "arm-of-boys", "t-not-standard-bfm", "no-remission-continuation", "very-high-exit",
    "blinatumomab-b-lineage", "mrd-eoc-very-high", "high-mrd-bfm", "never-in-remission",
    "kinase-inhibitor-relapse-cells", "no-remission-blinatumomab",
]  # fmt: skip


def without(rules: ChoiceRules, guard: str) -> ChoiceRules:
    """The shipped rules, of which one guard is taken back."""
    form: dict[str, Any] = open_part(closed_part(rules._packed))
    (gone,) = (index for index, raw in enumerate(form["guards"]) if raw["id"] == guard)
    form["guards"] = [raw for raw in form["guards"] if raw["id"] != guard]
    for protocol in form["protocols"].values():
        for kinds in protocol["guards"].values():
            for kind, kept in kinds.items():
                kinds[kind] = [(index - (index > gone), diagram) for index, diagram in kept if index != gone]
    return ChoiceRules(form)


def test_rules_without_a_guard_are_those_of_a_file_without_it(protocols: ProtocolLibrary, rules: ChoiceRules) -> None:
    document = document_of(CHOICE)
    kept = [entry for entry in document.data["guards"] if entry["id"] != "mrd-not-standard"]
    fewer = replace(document, data={**document.data, "guards": kept})
    compiled = compile_choice(fewer, protocols.vocabulary, protocols.sources, protocols)
    patients = [{"age": "4", "wbc": "12", "lineage": "B", "mrd_eoi": mrd} for mrd in ("0.02%", "<0.01%")]
    for said in patients:
        patient = Patient(protocols.vocabulary)
        for fact, text in said.items():
            patient.tell(fact, text, "told")
        patient.conclude()
        found = [
            choice.choose(protocols, patient, "consolidation", rules=each)
            for each in (ChoiceRules(open_part(closed_part(compiled))), without(rules, "mrd-not-standard"))
        ]
        assert found[0].offers == found[1].offers


@pytest.mark.parametrize("guard", ENFORCED)
def test_a_guard_taken_back_prints_a_patient_and_the_command_shows_the_fault(
    guard: str, protocols: ProtocolLibrary, rules: ChoiceRules, library: RiskLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = next(guard_findings(protocols, rules, library, without=[guard], only=[guard]), None)
    assert item is not None, "somebody would be harmed without it"
    program, *arguments = shlex.split(command_for(item.command, item.witness, protocols.vocabulary))
    assert program == "all-protocol"
    assert not offered(arguments, item), "the guard keeps it out"
    taken_back = without(rules, guard)
    monkeypatch.setattr(choice, "choice_rules", lambda library: taken_back)
    assert offered(arguments, item), "without the guard it is offered"


def offered(arguments: list[str], item: GuardFinding) -> bool:
    result = RUNNER.invoke(app, [*arguments, "--format", "json"])
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return any((each["protocol"], each["arm"]) == (item.protocol, item.arm) for each in found.get("choices", ()))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("when: age < 1,", "when: agee < 1,", 'no fact is called "agee"'),
        ("protocols: [ukall-2003]", "protocols: [ukall-2030]", 'no protocol is called "ukall-2030"'),
        ("phases: [reinduction]", "phases: [reinductoin]", 'no phase is called "reinductoin"'),
        ("without_class: tyrosine kinase inhibitor", "without_class: kinase", 'no class of drugs is called "kinase"'),
        ("drug: dexamethasone", "drug: dexametasone", 'no drug is called "dexametasone"'),
        ("is: [mature-B]", "is: [mature-C]", 'no value is called "mature-C"'),
        ("from: 1, unit: g/m2", "from: 1", "from, unit and drug go together"),
        ("- {id: burkitt, when", "- {id: four-drugs, when", 'the id "four-drugs" is used twice'),
        ("- {fact: refractory,", "- {fact: refractry,", 'no fact is called "refractry"'),
        ("- {id: testicular-relapse-alone", "- {id: cns-relapse-alone", 'the id "cns-relapse-alone" is used twice'),
        ("infant: {label", "infants: {label", "infant"),
        ("[{kroll-2020: abstract}", "[{krol-2020: abstract}", 'no source is called "krol-2020"'),
    ],
)
def test_a_mistake_in_the_choice_is_named_with_its_place(
    old: str, new: str, said: str, protocols: ProtocolLibrary
) -> None:
    text = content(CHOICE).decode()
    assert old in text
    with pytest.raises(KnowledgeError) as caught:
        changed = checked_document(text.replace(old, new, 1).encode(), "choice.yaml", CHOICE)
        compile_choice(changed, protocols.vocabulary, protocols.sources, protocols)
    assert said in str(caught.value)
    assert "choice.yaml:" in str(caught.value)


def test_every_protocol_says_its_settings(protocols: ProtocolLibrary) -> None:
    texts = [content(PROTOCOLS), *filter(None, included(content(PROTOCOLS), data_directory()).values())]
    bodies = [text.decode().split("\nprotocols:")[1].split("\nnot_encoded:")[0] for text in texts]
    entries = [entry for body in bodies for entry in body.split("\n  - id: ")[1:]]
    assert len(entries) == len(protocols.ids)
    assert [entry.split()[0] for entry in entries if "\n    settings:" not in entry] == []
