"""What a doctor types and what the answer must and must never hold; the lines stand in ``regimens.yaml``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from all_cli.cli import showing
from all_cli.cli.output import Color, Format
from all_cli.cli.protocol import app
from all_cli.protocol.library import ProtocolLibrary

RUNNER = CliRunner()
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
LINES = yaml.load((Path(__file__).parent / "regimens.yaml").read_bytes(), LOADER)


def run(form: str, arguments: list[str]) -> tuple[int, str]:
    result = RUNNER.invoke(app, ["show", *arguments, "--format", form])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout


def data(arguments: list[str]) -> dict[str, Any] | None:
    """The answer; None where the command says that nothing fits."""
    code, text = run("json", arguments)
    assert code in (0, 2)
    found: dict[str, Any] | None = json.loads(text) if code == 0 else None
    return found


def both(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> tuple[str, Callable[[], dict[str, Any] | None]]:
    """The page in plain text and the data of one run: working out who gets what twice would say the same."""
    emitted: list[Callable[[], Any]] = []

    def emit(form: Format | None, color: Color, page: Callable[[], Any], data: Callable[[], Any]) -> None:
        emitted.append(data)
        usual(form, color, page, data)

    usual = showing.emit
    monkeypatch.setattr(showing, "emit", emit)
    code, text = run("plain", arguments)
    assert code in (0, 2)
    return text, lambda: json.loads(json.dumps(emitted[0]())) if emitted else None


def phases(found: dict[str, Any]) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = found.get("phases", [found])
    return kept


def offered(found: dict[str, Any]) -> set[str]:
    """The protocols, and the arms as PROTOCOL/ARM, shown, named as answers besides, or possible."""
    choices = found.get("choices", ())
    open_arms = {name for each in choices for name in (each["protocol"], f"{each['protocol']}/{each['arm']}")}
    return open_arms | ({found["protocol"]} if found["protocol"] else set())


def says(line: dict[str, Any], text: str) -> None:
    assert [word for word in line.get("says", ()) if word not in text] == []
    assert [word for word in line.get("not_says", ()) if word in text] == []
    assert [text.index(words) for words in line.get("before", ())] == sorted(map(text.index, line.get("before", ())))
    if "first" in line:
        assert text.startswith(line["first"])


@pytest.mark.parametrize("line", LINES, ids=lambda line: " ".join(line["ask"]))
def test_the_answer_holds_what_it_must_and_never_what_it_must_not(
    line: dict[str, Any], protocols: ProtocolLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, as_data = both(line["ask"], monkeypatch)
    says(line, text)
    if not line.keys() - {"ask", "says", "not_says", "before", "first"}:
        return
    found = as_data()
    if found is None:
        assert not line.keys() & {"answer", "drugs", "none"}, "no answer at all"
        return
    shown = found["protocol"]
    if line.get("none"):
        assert shown is None
        assert "lines" not in found
    if "answer" in line:
        assert shown in line["answer"]
    assert not offered(found) & set(line.get("never", ()))
    if shown is not None:
        assert protocols.protocol(shown).audience not in line.get("audience_never", ())
    for drug, amounts in line.get("computed", {}).items():
        given = [each["dose_for_patient"]["amount"] for each in phases(found)[0]["lines"] if each["drug"] == drug]
        assert given == pytest.approx(amounts, abs=0.01)
    if line.get("no_possible"):
        assert found["choices"] == []
    if "same_as" in line:
        other = data(line["same_as"])
        assert other is not None
        assert (found["protocol"], found["arm"]) == (other["protocol"], other["arm"])
        assert {c["protocol"] for c in found["choices"]} == {c["protocol"] for c in other["choices"]}
    for phase in phases(found) if shown else ():
        drugs = {each["drug"] for each in phase["lines"]}
        if "drugs" in line:
            assert drugs & set(line["drugs"]), phase["phase_id"]
        assert not drugs & set(line.get("not_drugs", ()))
        if (dose := line.get("never_dose")) is not None:
            assert not [
                each for each in phase["lines"]
                if each["drug"] == dose["drug"] and each["unit"] == dose["unit"] and each["dose"] == dose["amount"]
            ]  # fmt: skip


def test_without_patient_and_risk_the_command_asks_and_shows_no_dose() -> None:
    result = RUNNER.invoke(app, ["show", "induction"])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert all(option in result.stderr for option in ("--age", "--wbc", "--lineage", "--risk"))
    assert RUNNER.invoke(app, ["show", "maintenance", "--bsa", "0.9"]).exit_code == 2


# --- a named arm outside its population -------------------------------------------------------------------------------

OUTSIDE = ["cog-aall0932/q4wk", "--age", "40", "--lineage", "B", "--bsa", "1.7"]


@pytest.mark.parametrize(
    "arguments",
    [OUTSIDE, ["induction", "--protocol", "cog-aall0932", "--age", "12", "--lineage", "B", "--bsa", "1.2"],
     ["induction", "--protocol", "ccg-1991", "--age", "5", "--cns", "CNS3", "--bsa", "0.8"],
     ["cog-aall0232/dex-hdmtx", "--age", "14", "--bsa", "1.5"],
     ["blinatumomab", "--age", "9", "--bsa", "1.1", "--genetics", "t(8;14)", "--protocol", "blinatumomab"]],
)  # fmt: skip
def test_a_named_arm_that_is_not_for_the_patient_computes_no_dose_without_force(arguments: list[str]) -> None:
    found = data(arguments)
    assert found is not None
    barred = [phase for phase in phases(found) if phase["not_for_this_patient"]]
    assert barred
    for phase in barred:
        assert all(line["dose_for_patient"]["amount"] is None for line in phase["lines"])
        assert all("not for this patient" in line["dose_for_patient"]["reason"] for line in phase["lines"])
    _, text = run("plain", arguments)
    assert "no dose is computed for this patient; --force computes them all the same" in text
    size = arguments[arguments.index("--bsa") + 1]
    assert f" × {size} m²" not in text


def test_with_force_every_line_says_that_it_is_not_for_the_patient() -> None:
    _, text = run("plain", [*OUTSIDE, "--force"])
    lines = [line for line in text.splitlines() if " m² × 1.7 m² = " in line or "× 1.7 m²" in line]
    assert lines
    assert all("(not for this patient)" in line for line in lines)
    found = data([*OUTSIDE, "--force"])
    assert found is not None
    assert all("not for this patient" in line["dose_for_patient"]["arithmetic"]
               for phase in phases(found) for line in phase["lines"])  # fmt: skip


@pytest.mark.parametrize(
    "arguments",
    [["pegaspargase", "--age", "9", "--bsa", "1.1", "--set", "relapse_site=marrow"],
     ["erwinia-asparaginase/every-48-h", "--age", "8mo", "--bsa", "0.4"],
     ["rescue-methotrexate", "--age", "30", "--lineage", "B", "--ph", "--bsa", "1.9"]],
)  # fmt: skip
def test_a_label_or_a_rule_on_doses_is_for_every_setting(arguments: list[str]) -> None:
    found = data(arguments)
    assert found is not None
    assert all(phase["not_for_this_patient"] is None for phase in phases(found))


def test_a_named_arm_for_the_patient_computes_doses_as_before() -> None:
    found = data(["cog-aall0932/q4wk", "--age", "4", "--wbc", "12", "--lineage", "B", "--bsa", "0.7"])
    assert found is not None
    assert all(phase["not_for_this_patient"] is None for phase in phases(found))
    assert any(line["dose_for_patient"]["amount"] for phase in phases(found) for line in phase["lines"])


@pytest.mark.parametrize(
    ("arguments", "drug", "other"),
    [
        (["induction", "--protocol", "phallcon", "--arm", "imatinib"], "imatinib", "ponatinib"),
        (["consolidation", "--protocol", "phallcon", "--arm", "ponatinib"], "ponatinib", "imatinib"),
        (["maintenance", "--protocol", "cog-aall0031"], "imatinib", "dasatinib"),
    ],
)
def test_an_inhibitor_kept_in_a_phase_of_its_own_stands_among_the_lines(
    arguments: list[str], drug: str, other: str
) -> None:
    found = data(arguments)
    assert found is not None
    for phase in phases(found):
        (line,) = (line for line in phase["lines"] if line["drug"] == drug)
        assert "which runs beside this one" in line["note"]
        assert line["cite"]
        assert other not in {line["drug"] for line in phase["lines"]}
    whole = data([arguments[2]])
    assert whole is not None
    induction = next(phase for phase in whole["phases"] if phase["phase"] == arguments[0])
    assert drug not in {line["drug"] for line in induction["lines"]}, "shown whole, the phase beside has its place"
