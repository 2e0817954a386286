"""The JSON of classify: what scripts of other people rely on (docs: section "The contract")."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from all_cli import __version__
from all_cli.cli.risk import app
from all_cli.knowledge.files import PROTOCOLS, RISK_RULES, SHIPPED, data_directory
from all_cli.risk.library import RiskLibrary

RUNNER = CliRunner()
HOLDING = (PROTOCOLS, RISK_RULES)
SEVEN = ("--age", "7", "--wbc", "45", "--lineage", "B")


def classified(*options: str) -> dict[str, Any]:
    result = RUNNER.invoke(app, ["classify", *options, "--format", "json"])
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def result_of(found: dict[str, Any], scheme: str, part: str = "results") -> dict[str, Any]:
    matching: list[dict[str, Any]] = [entry for entry in found[part] if entry["scheme"] == scheme]
    assert len(matching) == 1
    return matching[0]


@pytest.fixture(scope="module")
def seven() -> dict[str, Any]:
    return classified(*SEVEN)


def test_seven_year_old_with_wbc_45_is_nci_standard(seven: dict[str, Any]) -> None:
    found = result_of(seven, "nci-rome")
    assert seven["primary"] == "nci-rome"
    assert found["status"] == "assigned"
    assert found["group"] == "standard"
    assert found["possible"] == ["standard"]
    assert found["checked"] is True
    assert found["missing"] == []
    assert found["notes"] == []


def test_the_reason_names_both_criteria_as_the_contract_prints_them(seven: dict[str, Any]) -> None:
    (decision,) = result_of(seven, "nci-rome")["decided_by"]
    assert decision["rule"] == "nci-rome.low"
    assert decision["when"] == "age < 10 and wbc < 50"
    assert decision["because"] == ["age 7 < 10", "wbc 45 < 50"]
    assert decision["checked"] is True
    assert decision["cite"]
    for citation in decision["cite"]:
        assert set(citation) == {"source", "locator"}
        assert citation["source"] in seven["sources"]
        assert citation["locator"]


def test_the_patient_is_echoed_with_units(seven: dict[str, Any]) -> None:
    assert seven["patient"] == {"age": "7 y", "wbc": "45 ×10⁹/L", "lineage": "B"}


def test_the_object_names_schema_tool_and_knowledge(seven: dict[str, Any]) -> None:
    assert seven["schema_version"] == 1
    assert seven["tool"] == f"all-cli {__version__}"
    scheme, _, digest = seven["knowledge"].partition(":")
    assert scheme == "sha256"
    assert len(digest) == 64
    assert set(digest) <= set("0123456789abcdef")


def test_the_knowledge_digest_is_that_of_the_shipped_files() -> None:
    import hashlib

    total = hashlib.sha256()
    for name in SHIPPED:
        raw = (data_directory() / name).read_bytes()
        listed = raw[raw.index(b"\ninclude: [") :].split(b"]")[0].split(b"[")[1].split(b",") if name in HOLDING else []
        for each in map(bytes.strip, listed):
            raw += b"\0" + each + b"\0" + (data_directory() / each.decode()).read_bytes()
        total.update(name.encode() + b"\0" + raw + b"\0")
    assert classified(*SEVEN, "--scheme", "nci-rome")["knowledge"] == f"sha256:{total.hexdigest()}"


def test_the_primary_result_comes_first(seven: dict[str, Any]) -> None:
    assert seven["results"][0]["scheme"] == "nci-rome"


def test_adult_criteria_are_named_with_what_they_would_have_said_and_why_not(seven: dict[str, Any]) -> None:
    adult = result_of(seven, "guideline-summary", "outside_population")
    assert adult["group"] == "high"
    assert "age 7 < 15" in adult["reason"]
    assert "15 years" in adult["reason"]
    assert ["lineage B", "wbc 45 > 30"] in [decision["because"] for decision in adult["decided_by"]]
    assert result_of(seven, "guideline-summary")["status"] == "not-applicable"


def test_every_scheme_has_its_answer_once(seven: dict[str, Any], library: RiskLibrary) -> None:
    ids = [entry["scheme"] for entry in seven["results"]]
    assert sorted(ids) == sorted(library.schemes)


def test_every_result_has_every_key_of_the_contract(seven: dict[str, Any], library: RiskLibrary) -> None:
    for entry in seven["results"]:
        keys = {"scheme", "status", "group", "possible", "checked", "decided_by", "missing", "notes"}
        assert keys <= set(entry)
        groups = {*library.schemes[entry["scheme"]].group_ids, "not-applicable", "unclassified"}
        assert set(entry["possible"]) <= groups
        match entry["status"]:
            case "assigned":
                assert entry["possible"] == [entry["group"]]
                assert entry["decided_by"]
            case "indeterminate":
                assert entry["group"] is None
                # Either something is missing, or the source itself leaves one finding open.
                assert entry["missing"] or any(len(decision["groups"]) > 1 for decision in entry["decided_by"])
            case status:
                assert status == "not-applicable"
                assert entry["group"] is None
                assert entry["reason"]
        for decision in entry["decided_by"]:
            assert decision["rule"].startswith(f"{entry['scheme']}.")
            assert decision["cite"]
            assert {"when", "because", "checked"} <= set(decision)


def test_every_cited_source_is_given_in_full(seven: dict[str, Any], library: RiskLibrary) -> None:
    cited = {
        citation["source"]
        for entry in [*seven["results"], *seven["outside_population"]]
        for part in (*entry["decided_by"], *entry["notes"])
        for citation in part["cite"]
    }
    assert cited == set(seven["sources"])
    for id, reference in seven["sources"].items():
        assert reference == library.sources[id].reference


def test_what_is_missing_is_said_with_the_groups_each_range_would_leave() -> None:
    found = result_of(classified("--age", "7", "--lineage", "B", "--scheme", "nci-rome"), "nci-rome")
    assert found["status"] == "indeterminate"
    assert found["possible"] == ["standard", "high"]
    assert found["missing"] == [
        {"fact": "wbc", "ranges": [{"range": "< 50", "groups": ["standard"]}, {"range": ">= 50", "groups": ["high"]}]}
    ]


def test_an_unknown_age_leaves_the_scheme_itself_open() -> None:
    found = result_of(classified("--wbc", "45", "--lineage", "B", "--scheme", "nci-rome"), "nci-rome")
    assert found["possible"] == ["standard", "high", "not-applicable"]
    (missing,) = found["missing"]
    assert [entry["groups"] for entry in missing["ranges"]] == [["not-applicable"], ["standard"], ["high"]]


@pytest.mark.parametrize(
    ("age", "wbc", "group"),
    [
        ("9.99", "49.9", "standard"),
        ("10", "49.9", "high"),
        ("10.01", "49.9", "high"),
        ("9.99", "50", "high"),
        ("9.99", "50.1", "high"),
        ("1", "1", "standard"),
        ("10", "50", "high"),
    ],
)
def test_nci_cut_offs_at_just_below_and_just_above(age: str, wbc: str, group: str) -> None:
    found = classified("--age", age, "--wbc", wbc, "--lineage", "B", "--scheme", "nci-rome")
    assert result_of(found, "nci-rome")["group"] == group


def test_an_infant_is_outside_the_nci_criteria() -> None:
    found = result_of(classified("--age", "0.99", "--wbc", "5", "--lineage", "B", "--scheme", "nci-rome"), "nci-rome")
    assert (found["status"], found["group"], found["possible"]) == ("not-applicable", None, ["not-applicable"])
    assert "first birthday" in found["reason"]


def test_a_note_is_told_where_its_condition_holds() -> None:
    exactly = result_of(
        classified("--age", "7", "--wbc", "50", "--lineage", "B", "--scheme", "nci-rome"),
        "nci-rome",
    )
    assert exactly["group"] == "high"
    assert "wbc-50-printed-otherwise" in [note["id"] for note in exactly["notes"]]
    for note in exactly["notes"]:
        assert note["cite"]
        assert "checked" in note


def test_rules_that_were_tried_and_failed_are_told_with_why(seven: dict[str, Any]) -> None:
    ruled_out = {item["rule"]: item["because"] for item in result_of(seven, "nci-rome")["ruled_out"]}
    assert ruled_out["nci-rome.age"] == ["age 7 < 10"]
    assert ruled_out["nci-rome.wbc"] == ["wbc 45 < 50"]


def test_an_unusual_value_is_warned_of_and_still_used() -> None:
    found = classified("--age", "7", "--wbc", "2000e9/L", "--lineage", "B", "--scheme", "nci-rome")
    assert len(found["warnings"]) == 1
    assert "2000e9/L" in found["warnings"][0]
    assert result_of(found, "nci-rome")["group"] == "high"


def test_json_is_one_object_without_colour_even_when_colour_is_forced() -> None:
    result = RUNNER.invoke(app, ["classify", *SEVEN, "--format", "json", "--color", "always"])
    assert "\x1b" not in result.stdout
    assert isinstance(json.loads(result.stdout), dict)


def test_nothing_known_is_an_answer_too(library: RiskLibrary) -> None:
    found = classified()
    assert found["patient"] == {}
    assert {entry["status"] for entry in found["results"]} == {"indeterminate"}
