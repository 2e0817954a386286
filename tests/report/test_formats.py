"""Every report in every format: citations whole, marks explained, no colour where none belongs."""

from __future__ import annotations

import json
import re
from functools import cache
from itertools import chain
from typing import Any

import pytest
import typer
from folded import each
from reports import ADULT, EVERY, INFANT, OPEN, SEVEN
from typer.testing import CliRunner

from all_cli.cli.protocol import app as protocol_app
from all_cli.cli.risk import app as risk_app
from all_cli.patient.patient import Patient
from all_cli.protocol.library import ProtocolLibrary, dose_rows_for
from all_cli.risk.library import RiskLibrary

RUNNER = CliRunner()
UNCHECKED = "†"
NOT_A_DEVICE = "not a medical device"
EVERY_REPORT = each("app, arguments", EVERY)
# The references of cite are running text that wraps and not a table.
TABLES = [report for report in EVERY if report[1][0] != "cite"]
EVERY_TABLE = each("app, arguments", TABLES)
WIDTHS = pytest.mark.parametrize("width", [60, 80, 140])


def written(app: typer.Typer, arguments: tuple[str, ...], *options: str, width: int = 80, **environment: str) -> str:
    """What a command writes to standard output."""
    return _written(app, (*arguments, *options), (("COLUMNS", str(width)), *environment.items()))


@cache
def _written(app: typer.Typer, arguments: tuple[str, ...], environment: tuple[tuple[str, str], ...]) -> str:
    """Many tests look at the same text, which is written once."""
    result = RUNNER.invoke(app, arguments, env=dict(environment))
    assert result.exit_code == 0, (result.stderr, result.exception)
    assert result.stderr == ""
    return result.stdout


@cache
def in_full(library: RiskLibrary) -> list[tuple[str, str]]:
    """Citation and identifier of every source."""
    return [(source.citation, source.identifier) for source in library.sources.values()]


def identifiers(text: str) -> set[str]:
    """The DOIs, PMIDs and addresses of a text."""
    return set(re.findall(r"doi:\S+|https?://\S+", text))


def references(text: str) -> dict[str, str]:
    """Number to reference, from plain text."""
    found = re.findall(r"^  \[(\d+)\]\s+(\S.*)$", text.rpartition("\nReferences\n")[2], re.MULTILINE)
    assert len(found) == len({number for number, _ in found})
    return dict(found)


@EVERY_REPORT
@pytest.mark.parametrize("form", ["table", "plain", "markdown"])
def test_every_text_says_that_this_is_not_a_medical_device(
    app: typer.Typer, arguments: tuple[str, ...], form: str
) -> None:
    text = " ".join(written(app, arguments, "--format", form).split())
    assert text.count(NOT_A_DEVICE) == 1
    assert "For professionals; works offline" in text


@EVERY_REPORT
def test_json_is_one_object_that_names_its_version(app: typer.Typer, arguments: tuple[str, ...]) -> None:
    assert json.loads(written(app, arguments, "--format", "json"))["schema_version"] == 1


@EVERY_REPORT
def test_plain_text_is_not_coloured_wrapped_or_cut(app: typer.Typer, arguments: tuple[str, ...]) -> None:
    narrow = written(app, arguments, "--format", "plain", width=40)
    assert narrow == written(app, arguments, "--format", "plain", "--color", "always", width=400)
    assert "\x1b" not in narrow


def test_a_label_of_any_length_stands_apart_from_its_text() -> None:
    assert re.search(r"^  pdq-childhood-2025 PDQ", written(risk_app, ("cite", "nci-rome"), "-f", "plain"), re.MULTILINE)


@EVERY_REPORT
def test_without_a_terminal_the_format_is_plain(app: typer.Typer, arguments: tuple[str, ...]) -> None:
    assert written(app, arguments) == written(app, arguments, "--format", "plain")


@EVERY_REPORT
def test_every_number_in_the_text_has_its_reference_and_none_is_left_over(
    app: typer.Typer, arguments: tuple[str, ...]
) -> None:
    text = written(app, arguments, "--format", "plain")
    listed = references(text)
    body = text.rpartition("\nReferences\n")[0] if listed else text
    assert set(re.findall(r"\[(\d+)\]", body)) == set(listed)
    assert sorted(map(int, listed)) == list(range(1, len(listed) + 1))


@EVERY_REPORT
def test_every_reference_is_a_source_of_the_bibliography_in_full(
    app: typer.Typer, arguments: tuple[str, ...], library: RiskLibrary
) -> None:
    whole = in_full(library)
    for reference in references(written(app, arguments, "--format", "plain")).values():
        assert any(reference.startswith(citation) for citation, _ in whole), reference
        assert any(reference.startswith(said) and reference.endswith(found) for said, found in whole), reference


@EVERY_TABLE
@WIDTHS
def test_every_doi_and_address_stands_whole_on_one_line(
    app: typer.Typer, arguments: tuple[str, ...], width: int
) -> None:
    lines = [line.split() for line in written(app, arguments, "--format", "table", width=width).splitlines()]
    words = set(chain.from_iterable(lines))
    assert identifiers(written(app, arguments, "--format", "plain")) <= words


@EVERY_TABLE
@WIDTHS
def test_a_table_has_the_same_reference_numbers_as_plain_text(
    app: typer.Typer, arguments: tuple[str, ...], width: int
) -> None:
    numbers = r"\[\d+\]"
    table = written(app, arguments, "--format", "table", width=width)
    assert set(re.findall(numbers, table)) == set(re.findall(numbers, written(app, arguments, "--format", "plain")))


@EVERY_TABLE
@WIDTHS
def test_a_table_keeps_to_its_width_and_cuts_nothing(app: typer.Typer, arguments: tuple[str, ...], width: int) -> None:
    plain = written(app, arguments, "--format", "plain")
    table = written(app, arguments, "--format", "table", width=width)
    assert table.count("…") == plain.count("…")
    assert [word for word in set(re.findall(r"\b[a-z_]{3,14}\b", plain)) if word not in table] == []
    for line in table.splitlines():
        assert len(line.rstrip()) <= width or identifiers(line), line


@EVERY_TABLE
def test_a_table_on_a_wide_screen_says_what_plain_text_says(app: typer.Typer, arguments: tuple[str, ...]) -> None:
    table = written(app, arguments, "--format", "table", width=1000).split()
    assert sorted(table) == sorted(written(app, arguments, "--format", "plain").split())


@EVERY_TABLE
def test_colour_changes_no_word(app: typer.Typer, arguments: tuple[str, ...]) -> None:
    coloured = written(app, arguments, "--format", "table", "--color", "always")
    assert "\x1b[" in coloured
    without = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert without == written(app, arguments, "--format", "table", "--color", "never")


@EVERY_TABLE
def test_a_table_in_a_pipe_has_no_colour(app: typer.Typer, arguments: tuple[str, ...]) -> None:
    assert "\x1b" not in written(app, arguments, "--format", "table")
    assert "\x1b" not in written(app, arguments, "--format", "table", "--color", "never")
    assert "\x1b" not in written(app, arguments, "--format", "table", "--color", "auto", NO_COLOR="1")


@EVERY_REPORT
def test_markdown_has_a_heading_and_whole_tables(app: typer.Typer, arguments: tuple[str, ...]) -> None:
    text = written(app, arguments, "--format", "markdown", "--color", "always")
    assert "\x1b" not in text
    assert re.search(r"^# \S", text, re.MULTILINE)
    rows = [line for line in text.splitlines() if line.startswith("|")]
    for line in rows:
        assert line.endswith("|")
    widths = [len(re.findall(r"(?<!\\)\|", line)) for line in rows]
    for index, line in enumerate(rows):
        if line.startswith("| ---"):
            assert widths[index] == widths[index - 1]
            below = index + 1
            while below < len(rows) and not (below + 1 < len(rows) and rows[below + 1].startswith("| ---")):
                assert widths[below] == widths[index]
                below += 1


@EVERY_TABLE
def test_markdown_keeps_dois_and_addresses_whole(app: typer.Typer, arguments: tuple[str, ...]) -> None:
    plain = written(app, arguments, "--format", "plain")
    assert identifiers(plain) <= set(written(app, arguments, "--format", "markdown").split())


@EVERY_REPORT
def test_the_mark_of_what_is_unchecked_always_has_its_legend(app: typer.Typer, arguments: tuple[str, ...]) -> None:
    for form in ("plain", "table", "markdown"):
        text = written(app, arguments, "--format", form)
        legend = [line for line in text.splitlines() if line.startswith(f"{UNCHECKED} ")]
        marked = text.count(UNCHECKED) - len(legend)
        assert len(legend) == (1 if marked else 0)


def test_a_checked_answer_carries_no_mark_and_an_unchecked_one_does(library: RiskLibrary) -> None:
    """The seven-year-old is read off checked rules; of the two outcomes one is recalled."""
    text = written(risk_app, SEVEN, "--scheme", "nci-rome", "--format", "plain")
    for line in text.splitlines():
        if line.startswith(("  rule", "  for", "  because")):
            assert UNCHECKED not in line
    recalled = [item.text for item in library.schemes["nci-rome"].groups["standard"].outcome if not item.checked]
    marked = [line for line in text.splitlines() if UNCHECKED in line and not line.startswith(UNCHECKED)]
    assert [line.split("  outcome     ")[1].rsplit(" [", 1)[0] for line in marked] == recalled


PATIENTS = [SEVEN[1:], OPEN[1:], ADULT[1:], INFANT[1:], (), ("--age", "12", "--lineage", "B", "--mrd-eoi", "<0.01%")]


@pytest.mark.parametrize("patient", PATIENTS, ids=[" ".join(p) or "nothing" for p in PATIENTS])
def test_a_scheme_is_marked_exactly_where_something_shown_is_unchecked(
    patient: tuple[str, ...], library: RiskLibrary
) -> None:
    step = max(1, len(library.schemes) // 10)
    for id, scheme in list(library.schemes.items())[PATIENTS.index(patient) % step :: step]:
        arguments = ("classify", *patient, "--scheme", id)
        found = json.loads(written(risk_app, arguments, "--format", "json"))
        (entry,), quoted = found["results"], found["outside_population"]
        shown = [scheme.population.checked]
        shown += [part["checked"] for part in (*entry["decided_by"], *entry["notes"])]
        shown += [scheme.checked for item in quoted if item["group"]]
        if entry["status"] == "assigned":
            shown += [item.checked for item in scheme.groups[entry["group"]].outcome]
        text = written(risk_app, arguments, "--format", "plain")
        assert (UNCHECKED in text) == (not all(shown)), id


def test_a_phase_asked_for_by_its_id_is_shown_and_marked_exactly_where_something_shown_is_unchecked(
    protocols: ProtocolLibrary,
) -> None:
    nobody, kinds = Patient(protocols.vocabulary), protocols.phase_kinds()
    for protocol in protocols.protocols:
        for asked in dict.fromkeys(phase.id for phase in protocol.phases):
            arguments = ("show", asked, "--protocol", protocol.id)
            found = json.loads(written(protocol_app, arguments, "--format", "json"))
            ids = [part["phase_id"] for part in found.get("phases", [found])]
            assert asked in ids if asked in kinds else ids == [asked]
            shown: list[Any] = [protocol.population, *protocol.notes]
            last = any(phase.kind == "maintenance" for phase in protocol.phases if phase.id in ids)
            shown += [protocol.total_duration] if protocol.total_duration and (last or len(ids) > 1) else []
            for phase in (phase for phase in protocol.phases if phase.id in ids):
                shown += [*phase.notes, *phase.rescue, *phase.assessments, *phase.lines]
                shown += [phase.start] if phase.start else []
                for line in phase.lines:
                    shown += [line.cap] if line.cap else []
                    shown += dose_rows_for(protocols.dose_tables[line.dose_by], nobody) if line.dose_by else []
            text = written(protocol_app, arguments, "--format", "plain")
            assert (UNCHECKED in text) == (not all(item.checked for item in shown)), (protocol.id, asked)


def test_the_seven_year_old_is_told_of_the_adult_criteria_and_that_they_are_for_adults() -> None:
    text = written(risk_app, SEVEN, "--format", "plain")
    assert "NCI/Rome criteria: NCI standard risk" in text
    assert "because     age 7 < 10, wbc 45 < 50" in text
    outside = text.split("Criteria often quoted that do not apply here")[1].split("References")[0]
    (line,) = (line for line in outside.splitlines() if "Guideline summary" in line)
    assert line.split()[0] == "adults"
    assert "would say high (lineage B, wbc 45 > 30) [" in line
    assert "here age 7 < 15" in line


def test_what_is_missing_is_shown_with_what_it_would_leave() -> None:
    text = written(risk_app, OPEN, "--scheme", "nci-rome", "--format", "plain")
    table = text.split("What is missing, and what it would leave\n")[1].split("\n\n")[0]
    assert [line.split() for line in table.splitlines()[1:3]] == [
        ["wbc", "<", "50", "standard"],
        [">=", "50", "high"],
    ]


def test_a_warning_is_shown_to_the_reader() -> None:
    text = written(risk_app, ("classify", "--age", "7", "--wbc", "2000e9/L"), "--scheme", "nci-rome", "-f", "plain")
    assert "is outside the usual range" in text


def test_no_scheme_for_a_patient_is_said_plainly(library: RiskLibrary) -> None:
    everyone = [id for id in library.schemes if id in ("nci-rome", "interfant-06")]
    options = [word for id in everyone for word in ("--scheme", id)]
    text = written(risk_app, ("classify", "--age", "30", "--lineage", "T", *options), "--format", "plain")
    assert text.count("does not apply") == len(everyone)
