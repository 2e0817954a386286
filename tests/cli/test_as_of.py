"""--as-of: the schemes that were in use in a year, and those of which it is not recorded, named as such."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from all_cli.cli.risk import app
from all_cli.risk.library import RiskLibrary
from all_cli.risk.scheme import in_use_in

RUNNER = CliRunner()
CHILD = ("--age", "7", "--wbc", "45", "--lineage", "B")
SCHEME = """  - id: {id}
    title: {id}
    published: 2000
    audience: children
    population: {{when: age >= 0, text: everybody, cite: [smith-1996], checked: false}}
    groups: {{all: {{label: All}}}}
    rules: [{{id: a, group: all, when: age >= 0, cite: [smith-1996], checked: false}}]
"""
SPANS = {
    "closed": ([2000, 2010], {1999: False, 2000: True, 2005: True, 2010: True, 2011: False}),
    "since": ([2000, None], {1999: False, 2000: True, 2100: True}),
    "until": ([None, 2010], {1900: True, 2010: True, 2011: False}),
    "one-year": ([2003, 2003], {2002: False, 2003: True, 2004: False}),
    "unknown": ([None, None], {1900: None, 2100: None}),
    "silent": (None, {1900: None, 2100: None}),
}


def risk(*arguments: str) -> Result:
    return RUNNER.invoke(app, list(arguments))


def data(*arguments: str) -> dict[str, Any]:
    result = risk(*arguments, "--format", "json")
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("own") / "own.yaml"
    text = "schemes:\n"
    for id, (span, _) in SPANS.items():
        text += SCHEME.format(id=id) + (f"    in_use: {json.dumps(span)}\n" if span else "")
    path.write_text(text, encoding="utf-8")
    return path


@cache
def in_year(own: Path, year: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the child is told in a year, and the schemes that are listed for it."""
    options = ("--rules", str(own), "--as-of", str(year))
    return data("classify", *CHILD, *options), data("schemes", *options)


@pytest.mark.parametrize("id", SPANS)
def test_a_scheme_is_asked_in_the_years_in_which_it_was_in_use(id: str, own: Path) -> None:
    for year, expected in SPANS[id][1].items():
        found, listed = in_year(own, year)
        assert (id in [entry["scheme"] for entry in found["results"]]) is (expected is not False)
        assert (id in found["in_use_not_recorded"]) is (expected is None)
        assert (id in found["not_in_use"]) is (expected is False)
        assert (id in [entry["id"] for entry in listed["schemes"]]) is (expected is not False)


def test_2012_has_the_schemes_of_2012_and_the_primary_among_them(library: RiskLibrary) -> None:
    found = data("classify", *CHILD, "--as-of", "2012")
    ids = {entry["scheme"] for entry in found["results"]}
    assert ids == {id for id, scheme in library.schemes.items() if in_use_in(scheme, 2012) is not False}
    assert "cog-aall08b1" in ids
    assert "cog-aall1731" not in ids
    assert found["as_of"] == 2012
    assert found["primary"] == "nci-rome"


def test_the_primary_scheme_changes_with_the_year() -> None:
    patient = (*CHILD, "--mrd-eoi", "0.005%", "--mrd-d8-pb", "0.005%", "--genetics", "t(12;21)")
    assert data("classify", *patient)["primary"] == "cog-aall1731"
    assert data("classify", *patient, "--as-of", "2012")["primary"] == "cog-aall08b1"
    assert data("classify", *patient, "--as-of", "2000")["primary"] == "nci-rome"


def test_the_primary_scheme_is_one_known_to_have_been_in_use_if_there_is_one(library: RiskLibrary) -> None:
    for year in (1985, 1995, 2005, 2015, 2025):
        found = data("classify", *CHILD, "--as-of", str(year))
        known = [e["scheme"] for e in found["results"] if e["status"] != "not-applicable"]
        if any(in_use_in(library.schemes[id], year) for id in known):
            assert in_use_in(library.schemes[found["primary"]], year) is True, year


def test_criteria_not_in_use_are_not_quoted_either(library: RiskLibrary) -> None:
    found = data("classify", *CHILD, "--as-of", "2012")
    for entry in found["outside_population"]:
        assert in_use_in(library.schemes[entry["scheme"]], 2012) is not False


def test_what_is_kept_and_left_out_is_said(own: Path, tmp_path: Path) -> None:
    one_of_two = own.read_text(encoding="utf-8")
    for before, after in (
        ("groups: {all:", "groups: {old: {label: Old}, all:"),
        ("rules: [", "rules: [{id: old, group: old, when: age >= 60, cite: [smith-1996], checked: false}, "),
    ):
        one_of_two = one_of_two.replace(before, after)
    changed = tmp_path / "changed.yaml"
    changed.write_text(one_of_two, encoding="utf-8")
    text = risk("classify", *CHILD, "--rules", str(changed), "--as-of", "2012").stdout
    assert "2012: " in text
    assert "years of use are not recorded are kept" in text
    assert "years of use not recorded: unknown, silent" in text
    assert "as of" not in risk("classify", *CHILD).stdout
    assert "as_of" not in data("classify", *CHILD)


def test_named_schemes_out_of_use_are_named_and_if_none_is_left_one_sentence_says_so() -> None:
    some = risk("classify", *CHILD, "--scheme", "nci-rome", "--scheme", "cog-aall1731", "--as-of", "2012", "--strict")
    assert some.exit_code == 0
    assert "left out" in some.stdout
    assert "cog-aall1731" in some.stdout
    for arguments in (("classify", *CHILD, "--scheme", "nci-rome"), ("schemes", "nci-rome")):
        refused(risk(*arguments, "--as-of", "1950"), "not in use in 1950: nci-rome (1996 to today)", "--as-of")


def test_no_scheme_at_all_is_one_sentence(monkeypatch: pytest.MonkeyPatch, library: RiskLibrary) -> None:
    schemes = {id: library.schemes[id] for id in ("nci-rome", "cog-aall1731")}
    monkeypatch.setattr(library, "schemes", schemes)
    for command in (("classify", *CHILD), ("schemes",)):
        refused(risk(*command, "--as-of", "1950"), "no encoded scheme was in use in 1950; the earliest is from 1996")


def refused(result: Result, *said: str) -> None:
    assert isinstance(result.exception, SystemExit), result.exception
    assert (result.exit_code, result.stdout) == (2, "")
    assert len(result.stderr.strip().splitlines()) == 1
    for words in said:
        assert words in result.stderr


@pytest.mark.parametrize(
    "year", ["12", "3000", "1899", "2101", "two thousand", "", "2012.5", "-2012", "2O12", "20122", "²⁰¹²", "٢٠١٢"]
)
def test_a_year_that_is_none_is_refused(year: str) -> None:
    refused(risk("classify", *CHILD, "--as-of", year), f'--as-of "{year}"', "2012")
    refused(risk("schemes", "--as-of", year), f'--as-of "{year}"')


def test_the_list_of_schemes_says_when_each_was_in_use(library: RiskLibrary) -> None:
    listed = {entry["id"]: entry["in_use"] for entry in data("schemes")["schemes"]}
    assert listed == {id: list(scheme.in_use) for id, scheme in library.schemes.items()}
    assert listed["nci-rome"] == [1996, None]
    lines = risk("schemes", "--format", "plain").stdout.splitlines()
    line = next(line for line in lines if line.startswith("  nci-rome "))
    assert "1996 to today" in line
    assert "in use" in lines[1]
    assert data("schemes", "--as-of", "2012")["as_of"] == 2012
    assert "not recorded" in risk("schemes", "--as-of", "2012").stdout


def test_a_scheme_known_to_have_been_in_use_answers_before_one_of_which_it_is_not_recorded(tmp_path: Path) -> None:
    """In 1985 no shipped scheme is recorded as in use; those not recorded come first in the list."""
    path = tmp_path / "old.yaml"
    path.write_text("schemes:\n" + SCHEME.format(id="old") + "    in_use: [1980, 1990]\n", encoding="utf-8")
    patient = ("--age", "30", "--lineage", "T", "--rules", str(path))
    assert data("classify", *patient, "--as-of", "1985")["primary"] == "old"
    assert data("classify", *patient, "--as-of", "1995")["primary"] != "old"
