"""all-protocol list: each filter keeps what it says and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from all_cli.cli.protocol import app
from all_cli.protocol.coverage import fully_checked, statements
from all_cli.protocol.filters import for_ph
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.regimen import Protocol
from all_cli.protocol.resolve import is_read
from all_cli.protocol.settings import PH, SETTINGS, by_setting, setting

RUNNER = CliRunner()


def listing(*arguments: str) -> Result:
    return RUNNER.invoke(app, ["list", *arguments])


def data(*arguments: str) -> dict[str, Any]:
    result = listing(*arguments, "--format", "json")
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def kept(protocols: ProtocolLibrary, *arguments: str) -> list[Protocol]:
    return [protocols.protocol(entry["id"]) for entry in data(*arguments)["protocols"]]


def test_without_filters_every_protocol_and_everything_not_encoded_is_listed(protocols: ProtocolLibrary) -> None:
    found = data()
    assert [entry["id"] for entry in found["protocols"]] == protocols.ids
    assert len(found["not_encoded"]) == len(protocols.not_encoded)
    for entry in found["protocols"]:
        assert {"id", "title", "arms", "lines", "checked"} <= set(entry)
        assert all(arm["phases"] for arm in entry["arms"])


def test_every_protocol_stands_under_one_setting_and_all_settings_occur(protocols: ProtocolLibrary) -> None:
    grouped = by_setting(protocols.protocols)
    assert tuple(grouped) == SETTINGS
    assert sorted(p.id for group in grouped.values() for p in group) == sorted(protocols.ids)
    assert setting(protocols.protocol("cog-aall1631")) == PH
    assert setting(protocols.protocol("swog-1318-ph")) == PH
    assert setting(protocols.protocol("swog-1318")) != PH


def test_the_first_screen_has_one_line_for_each_protocol_and_spells_no_phases_out(protocols: ProtocolLibrary) -> None:
    text = listing("--no-not-encoded", "--format", "plain").stdout
    for id in protocols.ids:
        assert sum(line.startswith(f"  {id} ") for line in text.splitlines()) == 1
    assert "delayed-intensification" not in text
    assert "Known and not encoded" not in text


def test_risk(protocols: ProtocolLibrary) -> None:
    found = kept(protocols, "--risk", "high")
    assert {p.id for p in found} == {p.id for p in protocols.protocols if "high" in p.risk}
    assert listing("--risk", "hihg").exit_code == 2


@pytest.mark.parametrize("audience", ["children", "adults", "infants"])
def test_an_audience_keeps_its_own_and_those_for_all_ages(audience: str, protocols: ProtocolLibrary) -> None:
    found = {p.id for p in kept(protocols, "--audience", audience)}
    assert found == {p.id for p in protocols.protocols if p.audience in (audience, "all-ages")}


@pytest.mark.parametrize("spelling", ["T", "t-all", "T cell"])
def test_lineage_in_any_spelling_leaves_out_protocols_for_the_other(spelling: str, protocols: ProtocolLibrary) -> None:
    found = {p.id for p in kept(protocols, "--lineage", spelling)}
    assert "cog-aall0434" in found
    assert "cog-aall0232" not in found


def test_ph_keeps_what_was_written_for_it_and_no_ph_what_is_open_to_the_others(protocols: ProtocolLibrary) -> None:
    positive = {p.id for p in kept(protocols, "--ph")}
    negative = {p.id for p in kept(protocols, "--no-ph")}
    assert {"cog-aall1631", "d-alba", "swog-1318-ph", "label-imatinib"} <= positive
    assert "ccg-1991" not in positive
    assert {"ccg-1991", "e1910", "cog-aall0232"} <= negative
    assert not {"cog-aall1631", "d-alba"} & negative


def test_phase_by_kind_or_by_id(protocols: ProtocolLibrary) -> None:
    kinds = {p.id for p in kept(protocols, "--phase", "conditioning")}
    assert kinds == {p.id for p in protocols.protocols if any(phase.kind == "conditioning" for phase in p.phases)}
    assert [p.id for p in kept(protocols, "--phase", "im1-oral")] == ["ccg-1991"]
    assert 'did you mean "induction"' in listing("--phase", "inducton").stderr


@pytest.mark.parametrize("spelling", ["nelarabine", "Arranon", "NEL"])
def test_drug_in_any_spelling(spelling: str, protocols: ProtocolLibrary) -> None:
    found = {p.id for p in kept(protocols, "--drug", spelling)}
    assert found == {p.id for p in protocols.protocols if any(line.drug == "nelarabine" for line in p.lines)}
    assert found


@pytest.mark.parametrize(("year", "there"), [(2003, False), (2004, True), (2011, True), (2012, False)])
def test_a_year_counts_from_the_first_to_the_last_year_of_the_trial(
    year: int, there: bool, protocols: ProtocolLibrary
) -> None:
    assert protocols.protocol("cog-aall0232").years == (2004, 2011)
    found = data("--year", str(year))
    assert ("cog-aall0232" in [entry["id"] for entry in found["protocols"]]) is there


def test_what_has_no_recorded_year_is_left_out_and_counted(protocols: ProtocolLibrary) -> None:
    found = data("--year", "2010")
    undated = [p for p in protocols.protocols if p.years == (None, None)]
    assert found["years_not_recorded"] == len(undated)
    assert not {p.id for p in undated} & {entry["id"] for entry in found["protocols"]}
    assert f"{len(undated)} protocols without recorded years left out" in listing("--year", "2010").stdout


def test_checked_keeps_only_what_was_read_to_the_last_note(protocols: ProtocolLibrary) -> None:
    found = kept(protocols, "--checked")
    assert found
    for protocol in protocols.protocols:
        whole = all(item.checked for item in statements(protocol, protocols))
        assert (protocol in found) is whole is fully_checked(protocol, protocols)
    assert "†" not in listing("--checked").stdout


def test_one_unchecked_note_is_enough_to_leave_a_protocol_out(protocols: ProtocolLibrary) -> None:
    whole = protocols.protocol("goelal02")
    assert fully_checked(whole, protocols)
    note = whole.population._replace(checked=False)
    assert not fully_checked(whole._replace(notes=(note,)), protocols)
    assert not fully_checked(whole._replace(arms=(whole.arms[0]._replace(checked=False),)), protocols)


def test_a_line_is_read_only_with_its_cap_and_its_dose_table(protocols: ProtocolLibrary) -> None:
    lines = protocols.protocol("cog-aall0232").lines
    capped = next(line for line in lines if line.cap and line.checked and line.cap.checked)
    assert capped.cap is not None
    assert is_read(capped, protocols)
    assert not is_read(capped._replace(cap=capped.cap._replace(checked=False)), protocols)
    by_age = next(line for line in lines if line.dose_by and is_read(line, protocols))
    unread = next(id for id, table in protocols.dose_tables.items() if not all(row.checked for row in table.rows))
    assert not is_read(by_age._replace(dose_by=unread), protocols)


def test_a_protocol_marked_for_ph_is_not_open_to_others_whatever_its_population_says(
    protocols: ProtocolLibrary,
) -> None:
    marked = protocols.protocol("ccg-1991")._replace(ph=True)
    assert for_ph(True)(marked)
    assert not for_ph(False)(marked)


def test_trial_words_filter_what_is_not_encoded_too(protocols: ProtocolLibrary) -> None:
    found = data("--trial", "nct00075725")
    assert [entry["id"] for entry in found["protocols"]] == ["cog-aall0232"]
    found = data("--trial", "cccg")
    assert [entry["id"] for entry in found["not_encoded"]] == ["cccg-all-2015"]


def test_for_scheme_and_group(protocols: ProtocolLibrary) -> None:
    found = {p.id for p in kept(protocols, "--for-scheme", "nci-rome/high")}
    assert "cog-aall0232" in found
    assert "ccg-1991" not in found
    assert {"cog-aall0232", "ccg-1991"} <= {p.id for p in kept(protocols, "--for-scheme", "nci-rome")}
    assert 'did you mean "high"' in listing("--for-scheme", "nci-rome/hihg").stderr
    assert 'no scheme is called "nci-rom"' in listing("--for-scheme", "nci-rom").stderr


def test_filters_hold_together(protocols: ProtocolLibrary) -> None:
    both = {p.id for p in kept(protocols, "--risk", "high", "--lineage", "T", "--drug", "nelarabine")}
    assert both == {"cog-aall0434"}


def test_when_nothing_passes_each_filter_says_what_it_leaves_alone() -> None:
    result = listing("--audience", "infants", "--drug", "clofarabine", "--risk", "infant")
    assert result.exit_code == 0
    assert "No encoded protocol passes all of these filters." in result.stdout
    assert "--risk infant: 2 protocols" in result.stdout
    assert data("--audience", "infants", "--drug", "clofarabine", "--risk", "infant")["protocols"] == []


def test_not_encoded_alone_and_none_of_it(protocols: ProtocolLibrary) -> None:
    only = data("--not-encoded")
    assert only["protocols"] == []
    assert len(only["not_encoded"]) == len(protocols.not_encoded)
    assert data("--no-not-encoded")["not_encoded"] == []
    assert listing("--not-encoded", "--risk", "high").exit_code == 2


def test_one_protocol_in_outline(protocols: ProtocolLibrary) -> None:
    text = listing("ccg-1991", "--format", "plain").stdout
    for phrase in (
        "lineage == B and age >= 1",
        "Arms (2)",
        "Phases (8)",
        "nci-rome standard",
        "84 days a cycle",
        "im1-oral",
    ):
        assert phrase in text
    (entry,) = data("ccg-1991")["protocols"]
    protocol = protocols.protocol("ccg-1991")
    assert [phase["lines"] for phase in entry["phases"]] == [len(phase.lines) for phase in protocol.phases]
    assert {arm["id"]: arm["phases"] for arm in entry["arms"]} == {a.id: list(a.phases) for a in protocol.arms}
    assert len(entry["notes"]) == len(protocol.notes)


def test_every_protocol_has_an_outline_with_all_of_its_phases(protocols: ProtocolLibrary) -> None:
    for protocol in protocols.protocols:
        text = listing(protocol.id, "--format", "plain").stdout
        assert all(f"  {phase.id} " in text for phase in protocol.phases), protocol.id


def test_what_is_known_and_not_encoded_says_so_when_asked_for() -> None:
    result = listing("coall")
    assert result.exit_code == 2
    assert '"coall" is known and not encoded' in result.stderr
    assert 'did you mean "ccg-1991"' in listing("ccg-1919").stderr


def test_an_id_and_filters_do_not_go_together() -> None:
    assert listing("ccg-1991", "--risk", "high").exit_code == 2
