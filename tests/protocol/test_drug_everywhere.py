"""all-protocol drug: every line, in any spelling, with its cap, its label and what it adds up to."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from all_cli.cli.protocol import app
from all_cli.protocol.drugs import drugs_named, names
from all_cli.protocol.library import ProtocolLibrary

RUNNER = CliRunner()


def drug(*arguments: str) -> Result:
    return RUNNER.invoke(app, ["drug", *arguments])


def data(*arguments: str) -> dict[str, Any]:
    result = drug(*arguments, "--format", "json")
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_every_spelling_of_every_drug_finds_it(protocols: ProtocolLibrary) -> None:
    for each in protocols.drugs.values():
        for name in names(each):
            for form in (name, name.upper(), name.replace("-", " ")):
                assert each in drugs_named(protocols, form), (each.id, form)


def test_every_line_of_the_knowledge_is_shown_with_its_drug(protocols: ProtocolLibrary) -> None:
    for id in ("vincristine", "pegaspargase", "blinatumomab", "triple-it"):
        (found,) = data(id)["drugs"]
        lines = {
            f"{protocol.id}.{phase.id}.{line.id}"
            for protocol in protocols.protocols
            for phase in protocol.phases
            for line in phase.lines
            if line.drug == id
        }
        assert {line["id"] for line in found["lines"]} == lines
        assert all(line["cite"] for line in found["lines"])


@pytest.mark.parametrize("word", ["asparaginase", "Asparaginases", "anthracycline"])
def test_a_class_names_all_of_its_drugs(word: str, protocols: ProtocolLibrary) -> None:
    kind = word.casefold().removesuffix("s")
    found = {entry["id"] for entry in data(word)["drugs"]}
    assert found == {each.id for each in protocols.drugs.values() if each.kind == kind}
    assert len(found) > 1


def test_nearest_names() -> None:
    result = drug("vincrystin")
    assert result.exit_code == 2
    assert 'did you mean "vincristine"' in result.stderr


def test_caps_and_totals_of_an_arm() -> None:
    text = drug("VCR", "--protocol", "ccg-1961", "--format", "plain").stdout
    assert "2 mg a dose" in text
    assert any(line.startswith("  ccg-1961/increased  12 doses  18 mg/m²") for line in text.splitlines())


def test_what_labels_say_comes_from_labels(protocols: ProtocolLibrary) -> None:
    (found,) = data("blinatumomab")["drugs"]
    label = [line for line in found["lines"] if line["label"]]
    assert label
    for line in label:
        assert any(protocols.sources[cite["source"]].kind == "label" for cite in line["cite"])
    (vincristine,) = data("vincristine", "--protocol", "ccg-1991")["drugs"]
    assert not any(line["label"] for line in vincristine["lines"])
    assert "What labels say" not in drug("vincristine", "--protocol", "ccg-1991").stdout


def test_guidance_about_the_drug_is_pointed_to() -> None:
    (found,) = data("blinatumomab")["drugs"]
    assert found["guidance"]
    assert "all-protocol guide " in drug("blinatumomab", "--protocol", "cog-aall1731").stdout


def test_tables_of_doses_by_age_are_those_in_use_where_protocols_are_named() -> None:
    everywhere = drug("methotrexate", "--format", "plain").stdout
    assert "Intrathecal methotrexate by age, BFM" in everywhere
    here = drug("methotrexate", "--protocol", "ccg-1991", "--format", "plain").stdout
    assert "Intrathecal methotrexate by age, COG" in here
    assert "by age, BFM" not in here


def test_an_age_leaves_out_lines_for_others() -> None:
    (young,) = data("prednisone", "--protocol", "cog-aall1131", "--age", "7")["drugs"]
    (old,) = data("prednisone", "--protocol", "cog-aall1131", "--age", "12")["drugs"]
    assert len(young["lines"]) < len(old["lines"])


def test_the_list_of_drugs_by_class_counts_protocols(protocols: ProtocolLibrary) -> None:
    listed = {entry["id"]: entry for entry in data()["drugs"]}
    assert set(listed) == set(protocols.drugs)
    for id, entry in listed.items():
        assert entry["protocols"] == sum(any(line.drug == id for line in p.lines) for p in protocols.protocols)
    classes = [entry["class"] for entry in data()["drugs"]]
    assert classes == sorted(classes, key=str.casefold)


def test_options_that_say_where_need_a_drug() -> None:
    assert drug("--protocol", "ccg-1991").exit_code == 2
    assert 'did you mean "ccg-1991"' in drug("vcr", "--protocol", "ccg-1919").stderr
