"""What all-protocol check says of data that load and should not stay as they are, each at its place."""

from __future__ import annotations

import json
from functools import partial

import pytest
from typer.testing import CliRunner

from all_cli.cli import checking
from all_cli.cli.protocol import app
from all_cli.knowledge import files
from all_cli.knowledge.strict_yaml import read_yaml
from all_cli.protocol.check import Finding, check_guidance, check_protocols, check_sources
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.proof import guard_findings

RUNNER = CliRunner()
GROUPS = {"nci-rome": ("standard", "high"), "mine": ("all",)}
PROTOCOLS = """\
dose_tables:
  it-mtx:
    rows:
      - {when: "age < 1", dose: 6}
      - {when: "age >= 1 and age < 3", dose: 8}
      - {when: "age >= 3", dose: 12}
  by-size:
    rows:
      - {when: "weight < 45", dose: 5}
      - {when: "weight >= 45 and age < 18", dose: 9}
scalings:
  infants:
    rows:
      - {when: "age < 0.5", factor: 2/3}
      - {when: "age >= 0.5 and age < 1", factor: 3/4}
defaults:
  - {when: "age < 18", protocol: p-1}
protocols:
  - id: p-1
    years: [2000, 2010]
    population: {when: "age >= 1 and age < 18 and lineage == B"}
    arms:
      - id: a
        for: [{scheme: nci-rome, groups: [standard, high]}]
    phases:
      - id: induction
        lines:
          - {id: vcr, when: "age < 10"}
          - {id: dnr, when: "cns == CNS3"}
          - {id: peg}
        notes:
          - {text: "For adults.", when: "age >= 18"}
"""


def findings(protocols: ProtocolLibrary, old: str = "", new: str = "") -> list[Finding]:
    assert old in PROTOCOLS
    document = read_yaml(PROTOCOLS.replace(old, new, 1) if old else PROTOCOLS, "f.yaml")
    return list(check_protocols(document, protocols.vocabulary, GROUPS))


def test_sound_protocols_have_nothing_to_mend(protocols: ProtocolLibrary) -> None:
    assert findings(protocols) == []


@pytest.mark.parametrize(
    ("old", "new", "check", "said"),
    [
        ("scheme: nci-rome", "scheme: nci-rom", "link",
         'f.yaml:24:24: no scheme is called "nci-rom" — did you mean "nci-rome"?'),
        ("[standard, high]", "[standard, hihg]", "link",
         'f.yaml:24:53: "hihg" is no group of nci-rome — did you mean "high"?'),
        ("age >= 3", "age > 3", "gap-in-rows", "f.yaml:4:7: no row is for age 3, which lies between two bands"),
        ("age >= 0.5 and", "age >= 0.6 and", "gap-in-rows",
         "f.yaml:14:7: no row is for age >= 0.5 and < 0.6, which lies between two bands"),
        ("age >= 1 and age < 3", "age >= 1 and age <= 3", "overlapping-rows",
         'f.yaml:6:17: "age >= 1 and age <= 3" and "age >= 3" hold for one patient, who would have two doses'),
        ("weight < 45", "weight <= 45", "overlapping-rows",
         'f.yaml:10:17: "weight <= 45" and "weight >= 45 and age < 18" hold for one patient, who would have two doses'),
        ("[2000, 2010]", "[1890, 2010]", "years-impossible", "f.yaml:20:12: the first year, 1890,"),
        ("[2000, 2010]", "[2099, null]", "years-impossible", "f.yaml:20:12: the first year, 2099,"),
        ('when: "age < 10"', 'when: "age >= 18"', "nobody",
         'f.yaml:28:30: "age >= 18" holds for nobody in the population "age >= 1 and age < 18 and lineage == B"'),
        ('when: "cns == CNS3"', 'when: "lineage == T"', "nobody", 'f.yaml:29:30: "lineage == T" holds for nobody'),
        ('when: "age < 18", protocol', 'when: "age < 18 and age > 18", protocol', "nobody",
         'f.yaml:17:13: "age < 18 and age > 18" holds for nobody'),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_place(
    old: str, new: str, check: str, said: str, protocols: ProtocolLibrary
) -> None:
    (item,) = findings(protocols, old, new)
    assert item.check == check
    assert f"{item.place}: {item.message}".startswith(said)


def test_two_rows_that_hold_together_come_with_a_patient_for_whom_they_do(protocols: ProtocolLibrary) -> None:
    (item,) = findings(protocols, "age >= 1 and age < 3", "age >= 1 and age <= 3")
    assert 3 in item.witness["age"]  # type: ignore[operator]
    assert set(item.witness) == {"age"}


def test_a_note_in_a_phase_may_be_for_patients_outside_the_population_and_not_for_nobody(
    protocols: ProtocolLibrary,
) -> None:
    (item,) = findings(protocols, 'when: "age >= 18"', 'when: "age >= 18 and age < 3"')
    assert str(item.place) == "f.yaml:32:42"


def test_guidance_for_nobody_is_named(protocols: ProtocolLibrary) -> None:
    document = read_yaml(
        'entries:\n  - {id: x, when: "wbc > 50 and wbc < 20"}\n  - {id: y, when: "wbc > 50"}\n', "g.yaml"
    )
    (item,) = check_guidance(document, protocols.vocabulary)
    assert f"{item.place}: {item.message}" == 'g.yaml:2:20: "wbc > 50 and wbc < 20" holds for nobody'


def test_a_source_that_nothing_cites_is_named_unless_it_says_why_it_is_kept() -> None:
    citing = [read_yaml(text, "f.yaml") for text in ("a: {cite: [one]}", "b: [{c: {cite: [{two: Table 1}]}}]")]

    def said(*sources: str) -> list[tuple[str, str]]:
        document = read_yaml("sources:\n" + "".join(f"  {source}\n" for source in sources), "s.yaml")
        return [(item.check, f"{item.place}: {item.message}") for item in check_sources(document, citing)]

    assert said("one: {title: A}", "two: {title: B}") == []
    ((check, sentence),) = said("one: {title: A}", "three: {title: C}")
    assert (check, sentence.split(":", 1)[1]) == (
        "idle-source", '3:3: nothing cites "three": cite it, remove it, or say why in "uncited"',
    )  # fmt: skip
    assert said("one: {title: A}", "three: {title: C, uncited: for later}") == []
    assert said("one: {title: A, uncited: for later}") == [
        ("stale-uncited", 's.yaml:2:19: "one" is cited: "uncited" has to go')
    ]


def test_a_finding_leaves_with_4_and_is_shown_with_its_place_and_witness(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The command with a small document in the place of the shipped ones."""
    text = PROTOCOLS.replace("age >= 1 and age < 3", "age >= 1 and age <= 3").replace("high]", "high-risk]")
    monkeypatch.setattr(checking, "shipped_places", lambda _: read_yaml(text, "f.yaml"))
    monkeypatch.setattr(checking, "build_guidance", lambda: None)
    monkeypatch.setattr(checking, "check_choice", lambda *_: [])
    monkeypatch.setattr(checking, "check_sources", lambda *_: [])
    result = RUNNER.invoke(app, ["check", "--format", "plain"], env={"COLUMNS": "300"})
    assert result.exit_code == 4
    assert "overlapping-rows\n" in result.stdout
    assert 'f.yaml:6:17: "age >= 1 and age <= 3" and "age >= 3" hold for one patient' in result.stdout
    assert "age=3" in result.stdout
    assert 'f.yaml:24:53: "high-risk" is no group of nci-rome' in result.stdout
    assert "Something is to mend." in result.stdout


def test_a_guard_that_could_be_broken_is_named_at_its_place_with_a_patient_to_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The command as if the choice did not know the guard on MRD."""
    taken_back = ["mrd-not-standard"]
    proof = partial(guard_findings, without=taken_back, only=taken_back)
    monkeypatch.setattr("all_cli.protocol.check.guard_findings", proof)
    result = RUNNER.invoke(app, ["check", "--format", "json"])
    assert result.exit_code == 4
    (first, *_) = json.loads(result.stdout)["findings"]
    assert first["check"] == "guard"
    line = files.content(files.CHOICE).decode().splitlines()[int(first["place"].split(":")[1]) - 1]
    assert "id: mrd-not-standard" in line
    assert "can be broken by" in first["message"]
    assert first["command"].startswith("all-protocol show ")
    assert "mrd_eoi=" in first["command"]
