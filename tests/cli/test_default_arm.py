"""Which protocol and arm answer when only the risk is named."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from all_cli.cli.protocol import app


def answered(*arguments: str) -> dict[str, object]:
    result = CliRunner().invoke(app, ["show", "induction", *arguments, "--format", "json"])
    assert result.exit_code == 0, result.output
    found: dict[str, object] = json.loads(result.stdout)
    return found


@pytest.mark.parametrize(("age", "arm"), [("9.99", "dex-hdmtx"), ("10", "pred-hdmtx"), ("10.01", "pred-hdmtx")])
def test_high_risk_answers_with_the_steroid_of_the_age_across_ten_years(age: str, arm: str) -> None:
    found = answered("--risk", "high", "--age", age)
    assert (found["protocol"], found["arm"]) == ("cog-aall0232", arm)


@pytest.mark.parametrize("arguments", [(), ("--set", "age=8-12")])
def test_an_age_that_does_not_decide_shows_both_steroids(arguments: tuple[str, ...]) -> None:
    found = answered("--risk", "high", *arguments)
    assert (found["protocol"], found["arm"]) == ("cog-aall0232", None)
    phases = found["phases"]
    assert isinstance(phases, list)
    assert [phase["phase_id"] for phase in phases] == ["induction-dex", "induction-pred"]


def test_a_named_arm_goes_before_the_default() -> None:
    assert answered("--protocol", "cog-aall0232", "--age", "7", "--arm", "pred-cmtx")["arm"] == "pred-cmtx"


def test_most_lines_of_what_answers_by_default_were_read() -> None:
    for risk in ("standard", "high"):
        lines = answered("--risk", risk, "--age", "7")["lines"]
        assert isinstance(lines, list)
        assert sum(line["checked"] for line in lines) > len(lines) / 2
