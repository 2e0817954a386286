"""Every name of a drug is read as that drug; a drug that is not encoded is never answered with the name of another."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from all_cli.cli.protocol import app
from all_cli.cli.selection import read_asked
from all_cli.protocol.drugs import drugs_named, folded, names
from all_cli.protocol.library import ProtocolLibrary


def test_every_name_of_a_drug_is_that_drug_or_the_label_that_bears_its_name(protocols: ProtocolLibrary) -> None:
    wrong = []
    for drug in protocols.drugs.values():
        own = {folded(name) for name in names(drug)} | {"erwiniaasparaginase"}
        for name in names(drug):
            if len(drugs_named(protocols, name)) > 1:
                continue
            asked = read_asked(protocols, name, None)
            read = asked.drug.drug.id if asked.drug else asked.protocol or asked.kind
            if asked.phase or not (read == drug.id or folded(read) in own):
                wrong.append((name, read))
    assert wrong == []


def test_no_part_of_a_label_or_table_of_doses_is_taken_for_a_phase_of_treatment(protocols: ProtocolLibrary) -> None:
    treating = {phase.id for each in protocols.protocols if not each.label for phase in each.phases}
    parts = {phase.id for each in protocols.protocols if each.label for phase in each.phases} - treating
    named = {
        part for arms in protocols.protocols for part in (*(arm.id for arm in arms.arms), *protocols.phase_kinds())
    }
    read = {part: read_asked(protocols, part, None) for part in parts - named if drugs_named(protocols, part)}
    assert {"leucovorin", "erwinia"} <= read.keys()
    assert not {part for part, asked in read.items() if asked.kind}


@pytest.mark.parametrize(
    ("command", "says", "not_says"),
    [
        ("drug rasburicase", "guide tumour-lysis speaks of it", "asparaginase"),
        ("drug nilotinib", "guide ph-positive speaks of it", "imatinib"),
        ("drug epirubicin", "all-protocol drug lists them all", "idarubicin"),
        ("drug imatnib", 'did you mean "imatinib"', "guide"),
        ("show allopurinol --age 40", "guide tumour-lysis speaks of it", "ewall-ino"),
        ("show venetoclax --age 40", "nor a protocol, arm or drug", "did you mean"),
        ("show vincristin --age 40", 'did you mean "vincristine"', "phases:"),
        ("show asparaginase --age 7", "is a class of drugs; name one: ", "did you mean"),
    ],
)
def test_a_drug_that_is_not_encoded_is_said_not_to_be(command: str, says: str, not_says: str) -> None:
    result = CliRunner().invoke(app, command.split())
    assert result.exit_code == 2
    assert says in result.stderr
    assert not_says not in result.stderr


def test_the_data_of_a_drug_hold_the_cautions_and_what_stands_first() -> None:
    result = CliRunner().invoke(
        app, ["show", "imatinib", "--age", "40", "--lineage", "MPAL", "--ph", "--format", "json"]
    )
    found = json.loads(result.stdout)
    assert found["first_stands"] == ["phallcon/ponatinib"]
    assert any("Mixed phenotype" in each["text"] for each in found["cautions"])
    assert {each["source"] for caution in found["cautions"] for each in caution["cite"]} <= found["sources"].keys()
    assert not any(arm["stands_first"] for arm in found["arms"])
