"""The roadmap as page, CSV, JSON and iCalendar: every line in each of them, and each of them well formed."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from datetime import date
from typing import NamedTuple

import pytest

from all_cli.patient.patient import Patient
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.roadmap import Roadmap, Wanted, roadmap, runs
from all_cli.report.given import given_in
from all_cli.report.page import NOT_A_DEVICE, Table
from all_cli.report.roadmap import roadmap_page
from all_cli.report.roadmap_data import roadmap_csv, roadmap_json
from all_cli.report.roadmap_ics import roadmap_ics

START = date(2026, 1, 5)


def plan_of(protocols: ProtocolLibrary, named: str, wanted: Wanted | None = None, **facts: str) -> Roadmap:
    protocol_id, _, arm_id = named.partition("/")
    protocol = protocols.protocol(protocol_id)
    arm = next(arm for arm in protocol.arms if arm.id == arm_id)
    patient = Patient(protocols.vocabulary)
    for id, text in facts.items():
        patient.tell(id, text, id)
    return roadmap(protocol, arm, START, patient, wanted)


@pytest.fixture(scope="module")
def plans(protocols: ProtocolLibrary) -> list[Roadmap]:
    """Every arm of every protocol."""
    return [
        roadmap(protocol, arm, START, Patient(protocols.vocabulary))
        for protocol in protocols.protocols
        for arm in protocol.arms
    ]


# The calendar, read by a reader of our own: what wrote it does not judge it.


class Event(NamedTuple):
    """An event as a strict reading of RFC 5545 finds it."""

    uid: str
    first: date
    after: date
    title: str
    description: str
    stamp: str
    sequence: int
    category: str


def calendar(raw: bytes) -> tuple[dict[str, str], list[Event]]:
    """Content lines, unfolded; properties of the calendar, events; anything against RFC 5545 fails."""
    assert raw.endswith(b"\r\n")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    physical = raw.split(b"\r\n")[:-1]
    assert all(len(line) <= 75 for line in physical), "lines are at most 75 octets"
    lines: list[bytes] = []
    for line in physical:
        if line[:1] in (b" ", b"\t"):
            lines[-1] += line[1:]
        else:
            lines.append(line)
    parsed = [_content_line(line.decode("utf-8")) for line in lines]
    assert parsed[0][::2] == ("BEGIN", "VCALENDAR") and parsed[-1][::2] == ("END", "VCALENDAR")
    whole: dict[str, str] = {}
    events: list[Event] = []
    inside: dict[str, tuple[str, str]] | None = None
    for name, parameters, value in parsed[1:-1]:
        if (name, value) == ("BEGIN", "VEVENT"):
            assert inside is None
            inside = {}
        elif (name, value) == ("END", "VEVENT"):
            assert inside is not None
            events.append(_event(inside))
            inside = None
        elif inside is None:
            assert name not in whole
            whole[name] = _text(value)
        else:
            assert name not in inside, f"{name} is given twice"
            inside[name] = (parameters, value)
    assert inside is None
    assert {"PRODID", "VERSION"} <= set(whole) and whole["VERSION"] == "2.0"
    return whole, events


def _content_line(line: str) -> tuple[str, str, str]:
    found = re.fullmatch(r"([A-Z0-9-]+)((?:;[A-Z0-9-]+=(?:\"[^\"]*\"|[^;:\",]*))*):(.*)", line)
    assert found is not None, line
    assert not re.search(r"[\x00-\x08\x0a-\x1f\x7f]", line)
    return found[1], found[2], found[3]


def _text(value: str) -> str:
    assert not re.search(r"(?<!\\)(?:\\\\)*[;,]", value.replace("\\,", "").replace("\\;", "")), value
    meaning = {"n": "\n", "N": "\n", ",": ",", ";": ";", "\\": "\\"}
    return re.sub(r"\\(.)", lambda match: meaning[match[1]], value)


def _event(properties: dict[str, tuple[str, str]]) -> Event:
    assert {"UID", "DTSTAMP", "DTSTART"} <= set(properties)
    assert re.fullmatch(r"\d{8}T\d{6}Z", properties["DTSTAMP"][1])
    days = []
    for name in ("DTSTART", "DTEND"):
        assert properties[name][0] == ";VALUE=DATE", "an all-day event"
        days.append(date.fromisoformat(properties[name][1]))
    assert days[0] < days[1], "DTEND is the first day that is not part of it"
    return Event(
        properties["UID"][1], days[0], days[1], _text(properties["SUMMARY"][1]), _text(properties["DESCRIPTION"][1]),
        properties["DTSTAMP"][1], int(properties["SEQUENCE"][1]), properties["CATEGORIES"][1],
    )  # fmt: skip


def events_of(plan: Roadmap, protocols: ProtocolLibrary, label: str = "") -> list[Event]:
    return calendar(roadmap_ics(plan, protocols, label))[1]


def test_the_calendar_is_called_after_the_arm_and_says_what_it_is_not(protocols: ProtocolLibrary) -> None:
    whole, _ = calendar(roadmap_ics(plan_of(protocols, "ccg-1991/iv"), protocols))
    assert "CCG-1991" in whole["X-WR-CALNAME"]
    assert "escalating methotrexate" in whole["X-WR-CALNAME"]
    assert whole["X-WR-CALDESC"] == NOT_A_DEVICE


def test_vincristine_of_day_8_is_an_event_on_its_date(protocols: ProtocolLibrary) -> None:
    events = events_of(plan_of(protocols, "ccg-1991/iv"), protocols)
    found = [event for event in events if event.title.startswith("vincristine") and "day 8" in event.title]
    assert [(event.first, event.after) for event in found] == [(date(2026, 1, 12), date(2026, 1, 13))]
    assert "Dose: 1.5 mg/m²" in found[0].description
    assert "Route: IV" in found[0].description
    assert "Source: Matloub" in found[0].description


def test_days_in_a_row_are_one_event_and_a_window_spans_its_days(protocols: ProtocolLibrary) -> None:
    events = events_of(plan_of(protocols, "ccg-1991/iv"), protocols)
    steroid = next(event for event in events if event.title.startswith("dexamethasone"))
    assert (steroid.first, steroid.after) == (date(2026, 1, 5), date(2026, 2, 2))
    window = next(event for event in events if event.title.startswith("pegaspargase"))
    assert (window.first, window.after) == (date(2026, 1, 8), date(2026, 1, 11))
    assert "once, day 4 to 6" in window.title


def test_a_waiting_phase_has_one_marker_and_no_treatment_days(protocols: ProtocolLibrary) -> None:
    plan = plan_of(protocols, "ccg-1991/iv")
    events = events_of(plan, protocols)
    waiting = [event for event in events if event.category == "not before"]
    assert [event.title for event in waiting] == [
        f"Not before this day: {stretch.title}" for stretch in plan.stretches if not stretch.fixed
    ]
    last_fixed = date(2026, 2, 2)
    assert all(event.first <= last_fixed for event in events if event not in waiting)
    assert "day 1, 8, 15" in next(event for event in waiting if "Delayed" in event.title).description


def test_the_same_plan_is_the_same_file(protocols: ProtocolLibrary) -> None:
    plan = plan_of(protocols, "cog-aall0232/dex-hdmtx")
    assert roadmap_ics(plan, protocols) == roadmap_ics(plan, protocols)


def test_events_keep_their_ids_when_a_real_start_moves_them(protocols: ProtocolLibrary) -> None:
    wanted = [Wanted(starts={("consolidation", 1): date(2026, 2, day)}) for day in (10, 20)]
    early, late = (events_of(plan_of(protocols, "ccg-1991/iv", each), protocols) for each in wanted)
    assert [event.uid for event in early] == [event.uid for event in late]
    moved = [(a.first, b.first) for a, b in zip(early, late, strict=True) if a.first != b.first]
    assert moved and all((b - a).days == 10 for a, b in moved)


def test_a_marker_is_replaced_by_the_beginning_of_its_phase_and_the_newer_file_wins(protocols: ProtocolLibrary) -> None:
    before = events_of(plan_of(protocols, "ccg-1991/iv"), protocols)
    wanted = Wanted(starts={("consolidation", 1): date(2026, 2, 10)})
    after = {event.uid: event for event in events_of(plan_of(protocols, "ccg-1991/iv", wanted), protocols)}
    marker = next(event for event in before if event.title == "Not before this day: Consolidation")
    assert after[marker.uid].title == "Consolidation begins (day 1)"
    assert after[marker.uid].sequence > marker.sequence
    assert after[marker.uid].stamp > marker.stamp


def test_ids_differ_between_events_arms_and_labels(protocols: ProtocolLibrary) -> None:
    plans = [plan_of(protocols, f"cog-aall0232/{arm}") for arm in ("dex-hdmtx", "dex-cmtx")]
    sets = [{event.uid for event in events_of(plan, protocols)} for plan in plans]
    sets.append({event.uid for event in events_of(plans[0], protocols, "bed 4")})
    assert not sets[0] & sets[1] and not sets[0] & sets[2]
    assert all(len(uids) == len(events_of(plans[0], protocols)) for uids in sets[::2])


def test_nothing_said_of_the_patient_or_in_the_label_is_in_the_calendar(protocols: ProtocolLibrary) -> None:
    raw = roadmap_ics(plan_of(protocols, "ccg-1991/iv", wbc="33.3", age="7"), protocols, "Anna Muster").decode()
    unfolded = raw.replace("\r\n ", "")
    assert "Anna" not in unfolded and "Muster" not in unfolded and "33.3" not in unfolded


def test_every_calendar_is_well_formed_and_has_every_line(protocols: ProtocolLibrary, plans: list[Roadmap]) -> None:
    for plan in plans:
        events = events_of(plan, protocols)
        assert max(Counter(event.uid for event in events).values()) == 1
        told = "\n".join(f"{event.title}\n{event.description}" for event in events)
        dated = sum(event.category in ("treatment", "intrathecal") for event in events)
        assert dated == sum(len(runs(line)) for s in plan.stretches if s.fixed for line in s.lines)
        for stretch in plan.stretches:
            for each in given_in(stretch, plan, protocols):
                assert each.name in told and each.dose in told and each.line.schedule in told, each


# The spreadsheet and the data.


def rows_of(plan: Roadmap, protocols: ProtocolLibrary) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(roadmap_csv(plan, protocols))))


def test_csv_has_a_row_for_each_day_and_says_what_its_dates_are(protocols: ProtocolLibrary) -> None:
    rows = rows_of(plan_of(protocols, "ccg-1991/iv"), protocols)
    first = [(row["day"], row["date"]) for row in rows if row["phase"] == "induction" and row["line"] == "vcr"]
    assert first == [("1", "2026-01-05"), ("8", "2026-01-12"), ("15", "2026-01-19"), ("22", "2026-01-26")]
    assert {row["status"] for row in rows if row["phase"] == "induction"} == {"fixed"}
    assert {row["status"] for row in rows if row["phase"] != "induction"} == {"not before"}
    weekly = [row for row in rows if row["line"] == "mtx-po"]
    assert [(row["day"], row["date"], row["when"]) for row in weekly] == [("", "", "once a week")]


def test_json_dates_a_fixed_phase_and_only_bounds_a_waiting_one(protocols: ProtocolLibrary) -> None:
    data = json.loads(json.dumps(roadmap_json(plan_of(protocols, "ccg-1991/iv"), protocols)))
    induction, consolidation = data["phases"][:2]
    assert induction["start"] == "2026-01-05" and induction["not_before"] is None
    assert induction["lines"][0]["days"][0] == {"day": 1, "date": "2026-01-05"}
    assert consolidation["start"] is None and consolidation["not_before"] == "2026-02-03"
    assert consolidation["lines"][0]["days"][0] == {"day": 8, "not_before": "2026-02-10"}
    assert data["days"] == 309
    assert set(data["sources"]) >= {"matloub-2011"}


def test_csv_and_json_have_every_line_and_agree(protocols: ProtocolLibrary, plans: list[Roadmap]) -> None:
    for plan in plans:
        rows, data = rows_of(plan, protocols), roadmap_json(plan, protocols)
        in_rows = Counter(
            (row["phase"], row["line"], row["day"], row["date"]) for row in rows if row["kind"] == "drug" and row["day"]
        )
        in_data = Counter(
            (phase["phase_id"], line["id"].partition(".")[2], str(day["day"]), day.get("date") or day["not_before"])
            for phase in data["phases"]
            for line in phase["lines"]
            for day in (*line["days"], *(line["window"] or ())[:1])
        )
        assert in_rows == in_data
        lines = {(stretch.phase.id, line.id) for stretch in plan.stretches for line in stretch.lines}
        assert {(row["phase"], row["line"]) for row in rows if row["kind"] == "drug"} == lines
        looked = {(stretch.phase.id, item.id) for stretch in plan.stretches for item in stretch.assessments}
        assert {(row["phase"], row["line"]) for row in rows if row["kind"] == "assessment"} == looked


# The page.


def cells(plan: Roadmap, protocols: ProtocolLibrary) -> str:
    page = roadmap_page(plan, protocols)
    return "\n".join(" | ".join(row) for block in page.blocks if isinstance(block, Table) for row in block.rows)


def test_the_page_marks_earliest_dates_as_such(protocols: ProtocolLibrary) -> None:
    page = roadmap_page(plan_of(protocols, "ccg-1991/iv"), protocols)
    tables = [block for block in page.blocks if isinstance(block, Table)]
    assert [table.columns[1] for table in tables if table.columns[0] == "day"] == ["date", *["not before"] * 5]
    grids = [table for table in tables if table.columns[0] == "drug" and table.columns[2].startswith("d 1-")]
    assert [table.rows[0][0] for table in grids] == ["from", *["not before"] * 5]


def test_the_page_keeps_an_open_condition_and_drops_a_settled_one(protocols: ProtocolLibrary) -> None:
    open_page = cells(plan_of(protocols, "cog-aall0232/dex-hdmtx"), protocols)
    assert "if age < 13" in open_page and "if age >= 13" in open_page
    settled = cells(plan_of(protocols, "cog-aall0232/dex-hdmtx", age="14"), protocols)
    assert "age < 13" not in settled and "if age >= 13" not in settled


def test_a_cap_stands_beside_its_dose_with_its_source(protocols: ProtocolLibrary) -> None:
    plan = plan_of(protocols, "general-backbone/backbone")
    vincristine = next(each for each in given_in(plan.stretches[0], plan, protocols) if each.line.drug == "vincristine")
    assert vincristine.dose == "1.5 mg/m², at most 2 mg a dose"
    assert {one.source for one in vincristine.line.cap.cite} <= {one.source for one in vincristine.said.cite_all}  # type: ignore[union-attr]
    assert "Dose: 1.5 mg/m², at most 2 mg a dose" in "".join(e.description for e in events_of(plan, protocols))


def test_an_intrathecal_dose_follows_the_age_on_the_day(protocols: ProtocolLibrary) -> None:
    plan = plan_of(protocols, "ccg-1991/iv", age="2.9")
    doses = {
        s.phase.id: [g.dose for g in given_in(s, plan, protocols) if g.line.id == "it-mtx"] for s in plan.stretches
    }
    assert doses["induction"] == ["10 mg"]
    assert doses["maintenance"] == ["12 mg"]
    assert doses["consolidation"] == ["by age: 2 to <3 y 10 mg; 3 to <9 y 12 mg"]


def test_every_page_has_every_line_and_every_assessment(protocols: ProtocolLibrary, plans: list[Roadmap]) -> None:
    for plan in plans:
        page = roadmap_page(plan, protocols)
        text = "\n".join(
            " ".join(" ".join(row) for row in block.rows) if isinstance(block, Table) else getattr(block, "text", "")
            for block in page.blocks
        )
        for stretch in plan.stretches:
            for each in given_in(stretch, plan, protocols):
                assert f"{each.by} {each.dose}" in text and each.line.schedule in text
            for item in stretch.assessments:
                assert item.what in text
