"""schemes, facts, cite, list: their JSON, and what they say of single entries."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from all_cli import __version__
from all_cli.cli.protocol import app as protocol_app
from all_cli.cli.risk import app as risk_app
from all_cli.protocol.library import ProtocolLibrary
from all_cli.risk.library import RiskLibrary

RUNNER = CliRunner()


def some(entries: Iterable[Any], number: int = 25) -> list[Any]:
    """At most about this many of the entries, from all over; each costs a run of the command."""
    every = list(entries)
    return every[:: max(1, len(every) // number)]


def text(app: typer.Typer, *arguments: str) -> str:
    result = RUNNER.invoke(app, list(arguments))
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    return result.stdout


def data(app: typer.Typer, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text(app, *arguments, "--format", "json"))
    assert found["schema_version"] == 1
    assert found["tool"] == f"all-cli {__version__}"
    assert found["knowledge"].startswith("sha256:")
    return found


def test_schemes_lists_every_scheme_with_kind_groups_facts_and_whether_checked(library: RiskLibrary) -> None:
    found = data(risk_app, "schemes")
    assert [entry["id"] for entry in found["schemes"]] == list(library.schemes)
    for entry in found["schemes"]:
        scheme = library.schemes[entry["id"]]
        assert {"id", "title", "kind", "groups", "facts", "checked"} <= set(entry)
        assert entry["groups"] == list(scheme.group_ids)
        assert entry["facts"]
        assert set(entry["facts"]) <= set(library.vocabulary.facts)
        assert entry["checked"] is scheme.checked


def test_the_nci_criteria_ask_for_age_lineage_and_wbc_only() -> None:
    (entry,) = (entry for entry in data(risk_app, "schemes")["schemes"] if entry["id"] == "nci-rome")
    assert sorted(entry["facts"]) == ["age", "lineage", "wbc"]
    assert entry["groups"] == ["standard", "high"]
    assert entry["checked"] is True


def test_schemes_that_are_known_and_not_encoded_are_named_with_reason_and_source(library: RiskLibrary) -> None:
    entries = data(risk_app, "schemes")["not_encoded"]
    assert entries
    for entry in entries:
        assert entry["title"]
        assert entry["reason"]
        assert entry["cite"]
        assert all(citation["source"] in library.sources for citation in entry["cite"])
        assert entry["id"] not in library.schemes


def test_one_scheme_is_given_with_all_its_rules_and_sources(library: RiskLibrary) -> None:
    for id, scheme in some(library.schemes.items()):
        found = data(risk_app, "schemes", id)
        assert found["id"] == id
        assert [rule["id"] for rule in found["rules"]] == [f"{id}.{rule.id}" for rule in scheme.rules]
        assert [group["id"] for group in found["groups"]] == list(scheme.group_ids)
        parts = [found["population"], *found["rules"], *found["define"], *found["notes"]]
        parts += [outcome for group in found["groups"] for outcome in group["outcome"]]
        parts += [found["in_use_source"]] if found["in_use_source"] else []
        cited = {citation["source"] for part in parts for citation in part["cite"]}
        assert cited == set(found["sources"])
        for part in (*found["rules"], found["population"]):
            assert part["cite"]
            assert part["when"]
            assert isinstance(part["checked"], bool)


def test_facts_lists_the_whole_vocabulary(library: RiskLibrary) -> None:
    found = data(risk_app, "facts")["facts"]
    assert [entry["id"] for entry in found] == list(library.vocabulary.facts)
    plain = text(risk_app, "facts", "--format", "plain")
    for fact in library.vocabulary.facts:
        assert f"  {fact} " in plain


def test_one_fact_is_given_by_id_and_by_alias(library: RiskLibrary) -> None:
    for id in some(library.vocabulary.facts):
        (entry,) = data(risk_app, "facts", id)["facts"]
        assert entry["id"] == id
    assert data(risk_app, "facts", "ph")["facts"][0]["id"] == "bcr_abl1"


def test_a_fact_names_the_schemes_that_ask_for_it() -> None:
    assert "nci-rome" in text(risk_app, "facts", "wbc", "--format", "plain").split("asked by")[1]


@pytest.mark.parametrize("id", ["smith-1996", "nci-rome", "nci-rome.low", "nci-rome.population"])
def test_cite_takes_a_source_a_scheme_and_a_rule(id: str, library: RiskLibrary) -> None:
    found = data(risk_app, "cite", id)
    assert found["id"] == id
    assert found["sources"]
    for source, reference in found["sources"].items():
        assert reference == library.sources[source].reference
        assert reference in text(risk_app, "cite", id, "--format", "plain")


def test_cite_of_a_source_is_that_source_alone() -> None:
    assert list(data(risk_app, "cite", "smith-1996")["sources"]) == ["smith-1996"]
    assert "doi:10.1200/JCO.1996.14.1.18" in text(risk_app, "cite", "smith-1996", "--format", "plain")


def test_rules_of_every_scheme_can_be_cited(library: RiskLibrary) -> None:
    for scheme in some(library.schemes.values()):
        for rule in dict.fromkeys((scheme.rules[0], scheme.rules[-1])):
            found = data(risk_app, "cite", f"{scheme.id}.{rule.id}")
            assert set(found["sources"]) == {citation.source for citation in rule.cite}


def test_every_protocol_can_be_cited(protocols: ProtocolLibrary) -> None:
    for protocol in some(protocols.protocols):
        found = data(protocol_app, "cite", protocol.id)["sources"]
        assert set(found) >= {citation.source for citation in protocol.population.cite}
        line = protocol.phases[0].lines[0]
        cited = data(protocol_app, "cite", f"{protocol.id}.{protocol.phases[0].id}.{line.id}")["sources"]
        assert set(cited) >= {citation.source for citation in line.cite}


def test_bibtex_has_one_entry_per_source_with_its_doi() -> None:
    found = text(risk_app, "cite", "smith-1996", "--bibtex")
    assert found.startswith("@article{smith-1996,")
    assert "doi = {10.1200/JCO.1996.14.1.18}" in found
    assert "Smith M and Arthur D" in found
    assert found.count("{") == found.count("}")
    several = text(risk_app, "cite", "nci-rome", "--bibtex")
    assert several.count("\n@") + 1 == len(data(risk_app, "cite", "nci-rome")["sources"])
    assert text(protocol_app, "cite", "smith-1996", "--bibtex") == found


def test_list_gives_every_protocol_with_arms_and_each_arm_with_phases(protocols: ProtocolLibrary) -> None:
    found = data(protocol_app, "list")
    assert [entry["id"] for entry in found["protocols"]] == protocols.ids
    for entry in found["protocols"]:
        protocol = protocols.protocol(entry["id"])
        assert entry["title"] == protocol.title
        assert [arm["id"] for arm in entry["arms"]] == [arm.id for arm in protocol.arms]
        for arm in entry["arms"]:
            assert arm["phases"]
            assert set(arm["phases"]) <= {phase.id for phase in protocol.phases}
        assert 0 <= entry["checked"] <= entry["lines"]
    for entry in found["not_encoded"]:
        assert entry["reason"]
        assert entry["cite"]
        assert entry["id"] not in protocols.ids


def test_list_can_be_narrowed_to_one_protocol_or_one_risk(protocols: ProtocolLibrary) -> None:
    for protocol in protocols.protocols:
        assert [entry["id"] for entry in data(protocol_app, "list", protocol.id)["protocols"]] == [protocol.id]
    for risk in protocols.risks():
        ids = [entry["id"] for entry in data(protocol_app, "list", "--risk", risk)["protocols"]]
        assert ids == [protocol.id for protocol in protocols.protocols if risk in protocol.risk]


def test_the_groups_that_an_arm_is_for_exist(library: RiskLibrary, protocols: ProtocolLibrary) -> None:
    for protocol in protocols.protocols:
        for arm in protocol.arms:
            for scheme, groups in arm.groups:
                assert set(groups) <= set(library.schemes[scheme].group_ids), (protocol.id, arm.id)


@pytest.mark.parametrize("app", [risk_app, protocol_app], ids=["all-risk", "all-protocol"])
def test_version_names_tool_and_knowledge(app: typer.Typer) -> None:
    assert text(app, "--version").startswith(f"all-cli {__version__}, knowledge sha256:")


@pytest.mark.parametrize("app", [risk_app, protocol_app], ids=["all-risk", "all-protocol"])
def test_every_command_and_every_option_has_help(app: typer.Typer) -> None:
    group = typer.main.get_command(app)
    whole = text(app, "--help")
    assert "not a medical device" in whole
    for name in group.commands:  # type: ignore[attr-defined]
        command = group.get_command(None, name)  # type: ignore[attr-defined]
        assert name in whole
        assert command.help, name
        shown = " ".join(text(app, name, "--help").split())
        assert text(app, name, "-h") == text(app, name, "--help")
        for parameter in command.params:
            assert getattr(parameter, "help", ""), (name, parameter.name)
            if parameter.param_type_name == "option":
                assert parameter.opts[-1] in shown, (name, parameter.name)
