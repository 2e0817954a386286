"""Sentences that head a phase whatever arm is shown."""

from __future__ import annotations

import json
from typing import Any

from typer.testing import CliRunner

from all_cli.cli.protocol import app

RUNNER = CliRunner()
RELAPSE = ["--age", "8", "--lineage", "B", "--no-ph", "--set", "relapse_site=cns"]


def shown(*arguments: str) -> dict[str, Any]:
    result = RUNNER.invoke(app, ["show", *arguments, "--format", "json"])
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_the_sentences_stand_in_json_with_their_sources_beside_an_answer_and_beside_none() -> None:
    for arguments in (["blinatumomab", *RELAPSE], ["radiotherapy", *RELAPSE]):
        found = shown(*arguments)
        (said,) = found["said_first"]
        assert said["checked"]
        assert {cite["source"] for cite in said["cite"]} <= found["sources"].keys()
    assert shown("induction", "--age", "4", "--lineage", "B", "--wbc", "12")["said_first"] == []
