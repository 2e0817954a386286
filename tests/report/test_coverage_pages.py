"""coverage: the counts are those of the knowledge, recounted here from the raw files."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer import Typer
from typer.testing import CliRunner

from all_cli.cli.protocol import app as protocol_app
from all_cli.cli.risk import app as risk_app
from all_cli.protocol.library import ProtocolLibrary
from all_cli.risk.library import RiskLibrary

RUNNER = CliRunner()


def data(app: Typer) -> dict[str, Any]:
    result = RUNNER.invoke(app, ["coverage", "--format", "json"])
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_lines_of_protocols(protocols: ProtocolLibrary) -> None:
    found = data(protocol_app)
    assert found["lines"]["all"] == sum(len(p.lines) for p in protocols.protocols)
    assert found["lines"]["checked"] + found["lines"]["unchecked"] == found["lines"]["all"]
    for entry in found["protocols"]:
        protocol = protocols.protocol(entry["id"])
        assert entry["lines"]["all"] == len(protocol.lines)
        # A line is read only if its cap and its dose table are, too.
        assert entry["lines"]["checked"] <= sum(line.checked for line in protocol.lines)
    assert found["lines"]["checked"] == sum(entry["lines"]["checked"] for entry in found["protocols"])


def test_audiences_add_up() -> None:
    found = data(protocol_app)
    for key in ("lines", "other"):
        for count in ("all", "checked", "unchecked"):
            assert sum(entry[key][count] for entry in found["audiences"].values()) == found[key][count]
    assert sum(entry["protocols"] for entry in found["audiences"].values()) == len(found["protocols"])


def test_dose_tables_and_guidance_are_counted(protocols: ProtocolLibrary) -> None:
    found = data(protocol_app)
    assert {entry["id"] for entry in found["dose_tables"]} == {*protocols.dose_tables, *protocols.scalings}
    assert found["guidance"][-1]["topic"] != "all"
    assert all(entry["entries"] for entry in found["guidance"])


def test_what_is_not_encoded_has_reason_and_reference(protocols: ProtocolLibrary, library: RiskLibrary) -> None:
    for app, entries in ((protocol_app, protocols.not_encoded), (risk_app, library.not_encoded)):
        found = data(app)
        assert [entry["id"] for entry in found["not_encoded"]] == [entry["id"] for entry in entries]
        for entry in found["not_encoded"]:
            assert entry["reason"]
            assert entry["cite"]
            assert all(cite["source"] in found["sources"] for cite in entry["cite"])


def test_rules_of_schemes(library: RiskLibrary) -> None:
    found = data(risk_app)
    assert [entry["id"] for entry in found["schemes"]] == list(library.schemes)
    for entry in found["schemes"]:
        scheme = library.schemes[entry["id"]]
        assert entry["rules"]["all"] == 1 + len(scheme.definitions) + len(scheme.rules)
        assert (entry["rules"]["unchecked"] == 0) is scheme.checked


@pytest.mark.parametrize("app", [protocol_app, risk_app], ids=["protocol", "risk"])
@pytest.mark.parametrize("form", ["plain", "table", "markdown"])
def test_pages_in_every_format(app: Typer, form: str) -> None:
    result = RUNNER.invoke(app, ["coverage", "--format", form], env={"COLUMNS": "140"})
    assert result.exit_code == 0, result.stderr
    assert "read in the source" in result.stdout
    assert "† recalled" in result.stdout.replace("\\", "")
    assert "Known and not encoded (" in result.stdout
