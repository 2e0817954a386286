"""The plan to print and tick: a box for every single dose, on the days that are printed and on no other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from xml.etree import ElementTree

import pytest

from all_cli.cli import selection
from all_cli.cli.sizes import Size
from all_cli.patient.patient import Patient
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.regimen import Line
from all_cli.protocol.roadmap import Roadmap, Wanted, roadmap
from all_cli.protocol.totals import doses_given
from all_cli.report.formats.html import page_html
from all_cli.report.given import as_shown
from all_cli.report.page import BOX, NOT_A_DEVICE, UNCHECKED_MEANS, Heading, Page, Table
from all_cli.report.plan import plan_page
from all_cli.report.regimen_data import shown_json
from all_cli.report.roadmap_data import roadmap_json

START = date(2026, 1, 5)
DATE = re.compile(r"\d{4}-\d\d-\d\d")


def plan_of(
    protocols: ProtocolLibrary,
    named: str,
    size: dict[str, str] | None = None,
    *,
    wanted: Wanted | None = None,
    forced: bool = False,
    **facts: str,
) -> Roadmap:
    """The plan as the command makes it."""
    patient = Patient(protocols.vocabulary)
    for id, text in facts.items():
        patient.tell(id, text, id)
    dosing = Size(size or {}, None, [], forced).dosing(protocols, patient)
    plan = roadmap(protocols.protocol(named.split("/")[0]), protocols.arm(*named.split("/")), START, patient, wanted)
    return plan._replace(dosing=dosing, barred=selection.bars(protocols, as_shown(plan)), forced=forced)


def parts(page: Page) -> Iterator[tuple[str, list[Table]]]:
    """The heading of each phase with its tables."""
    found: list[tuple[str, list[Table]]] = []
    for block in page.blocks:
        if isinstance(block, Heading):
            found.append((block.text, []))
        elif isinstance(block, Table):
            found[-1][1].append(block)
    return iter(found[2:])


def ticked(tables: list[Table]) -> list[Table]:
    return [table for table in tables if table.columns[0] in ("day", "days") and "to be looked at" not in table.columns]


def column(tables: list[Table], head: str) -> dict[str, str]:
    """The cells of one drug by day."""
    found = {}
    for table in ticked(tables):
        heads = [each.replace("\u00a0", " ") for each in table.columns]
        if head in heads:
            at = heads.index(head)
            found |= {row[0]: row[at].replace("\u00a0", " ") for row in table.rows if row[at]}
    return found


def days_with_boxes(table: Table, at: int) -> Counter[tuple[int, int]]:
    """How many boxes a column has for each day, or for each choice of days."""
    found: Counter[tuple[int, int]] = Counter()
    for row in table.rows:
        if table.columns[0] == "days":
            for day, boxes in re.findall(rf"(\d+):([{BOX}\u00a0]+)", row[at]):
                found[int(day), int(day)] += boxes.count(BOX)
            assert row[at].count(BOX) == sum(boxes.count(BOX) for _, boxes in re.findall(r"(\d+):(\D+)", row[at]))
        else:
            first, _, last = row[0].removeprefix("once, ").partition("-")
            found[int(first), int(last or first)] += row[at].count(BOX)
    return +found


def expected(line: Line) -> Counter[tuple[int, int]]:
    """The boxes of a line, by its days as they are printed."""
    said = line.schedule or (line.per in ("week", "course") and len(line.days) > 1)
    times = 0 if said else line.times_per_day or 1
    return +Counter({**{(day, day): times for day in line.days}, **({line.window: times} if line.window else {})})


def some_cycles(line: Line) -> bool:
    return any(word in line.who for word in ("cycle", "course", "reinduction"))


def test_a_line_of_some_cycles_has_no_box_in_any(protocols: ProtocolLibrary) -> None:
    plan = plan_of(protocols, "ewall-ph-01/standard", {"bsa": "1.82", "weight": "70"}, age="72")
    ((_, tables),) = [each for each in parts(plan_page(plan, protocols)) if each[0].startswith("Consolidation")]
    heads = " ".join(name for table in ticked(tables) for name in table.columns)
    assert not any(drug in heads for drug in ("methotrexate", "asparaginase", "cytarabine"))
    said = [block.text for block in plan_page(plan, protocols).blocks if getattr(block, "label", "") == "no box"]
    assert any("methotrexate" in text and "only in the cycles that its line names" in text for text in said)


def test_an_age_in_whole_years_and_a_phase_that_waits_leave_the_amount_open(protocols: ProtocolLibrary) -> None:
    whole = plan_of(protocols, "ccg-1991/iv", {"bsa": "0.6"}, age="2")
    (_, tables), *_ = parts(plan_page(whole, protocols))
    assert column(tables, "IT methotrexate")["29"] == f"{BOX} ______"
    exact = plan_of(protocols, "ccg-1991/iv", {"bsa": "0.6"}, age="2.2")
    found = {heading.partition(":")[0]: tables for heading, tables in parts(plan_page(exact, protocols))}
    assert column(found["Induction"], "IT methotrexate")["29"] == f"{BOX} 10 mg"
    assert column(found["Delayed intensification"], "IT methotrexate")["29"] == f"{BOX} ______"


def test_every_dose_of_every_arm_has_one_box_on_its_day_and_nothing_else_has(protocols: ProtocolLibrary) -> None:
    seen = 0
    for protocol in protocols.protocols:
        for arm in protocol.arms:
            plan = plan_of(protocols, f"{protocol.id}/{arm.id}", forced=True)
            for stretch, (heading, tables) in zip(plan.stretches, parts(plan_page(plan, protocols)), strict=False):
                assert heading.startswith(stretch.title)
                boxes: Counter[tuple[int, int]] = Counter()
                for table in ticked(tables):
                    for at in range(2, len(table.columns)):
                        boxes += days_with_boxes(table, at)
                given = [Counter() if some_cycles(line) else expected(line) for line in stretch.lines]
                assert boxes == sum(given, Counter()), (protocol.id, stretch.phase.id)
                alone = stretch.phase._replace(cycle=False, cycles=None)
                for line, own in zip(stretch.lines, given, strict=True):
                    if own and line.per in ("dose", "day") and not line.window:
                        assert doses_given(line, alone).low == sum(own.values())
                looked = sum(row.count(BOX) for table in tables for cells in table.rows for row in cells[2:3]
                             if "to be looked at" in table.columns)  # fmt: skip
                assert looked == sum(item.day is not None for item in stretch.assessments)
                if not stretch.fixed:
                    assert not any(DATE.search(cell) for table in ticked(tables) for row in table.rows for cell in row)
                seen += sum(boxes.values())
    assert seen > 10_000


ARMS = (
    "ccg-1991/iv", "cog-aall0232/dex-hdmtx", "all-bfm-95/high", "hyper-cvad/standard", "general-backbone/backbone",
    "interfant-06/high", "ukall-r3/mitoxantrone", "goelal02/standard",
)  # fmt: skip
PATIENTS = (
    ({"age": "5.5", "lineage": "B"}, {"height": "112", "weight": "19.5"}),
    ({"age": "35"}, {"bsa": "1.93", "weight": "81"}),
    ({"age": "0.4"}, {"bsa": "0.35", "weight": "6.5"}),
)


@pytest.mark.parametrize("forced", [False, True], ids=["barred", "forced"])
def test_doses_are_those_of_show_for_every_line(protocols: ProtocolLibrary, forced: bool) -> None:
    """Caps, fractions by age, doses per kg and fixed ones, tables by age, and what is refused."""
    met: Counter[str] = Counter()
    for named in ARMS:
        id, _, arm = named.partition("/")
        for number, (facts, size) in enumerate(PATIENTS):
            plan = plan_of(protocols, named, size, forced=forced, **facts)
            by_show = selection.select(
                protocols, selection.Asked(named, protocol=id, arm=arm), None, None, None, None, True, plan.patient
            )
            data = shown_json(by_show._replace(dosing=plan.dosing, forced=forced), protocols)
            doses = {
                (part["phase_id"], line["id"]): line["dose_for_patient"]
                for part in data.get("phases", [data])
                for line in part["lines"]
            }
            own = roadmap_json(plan, protocols)
            assert own["body"] == data["body"]
            for part in own["phases"]:
                # An infant grows into other bands; only the first phase has the age that show takes.
                for line in part["lines"] if number < 2 or part["start"] else ():
                    dose = line["dose_for_patient"]
                    assert dose == doses[part["phase_id"], line["id"]], (named, line["id"])
                    met["capped"] += dose["capped"]
                    met["refused"] += dose["amount"] is None
                    met["given"] += dose["amount"] is not None
                    met["of a table"] += "looked up by age" in dose["arithmetic"]
                    met["fraction"] += "× 2/3" in dose["arithmetic"]
                    met["per kg"] += "/kg ×" in dose["arithmetic"]
                    met["fixed"] += "whatever the body size" in dose["arithmetic"]
    assert met["refused"] > 20 and met["given"] > 100 and met["capped"] > 3
    assert not forced or min(met.values()) > 2, met


def test_a_box_has_the_dose_for_the_size_with_its_cap(protocols: ProtocolLibrary) -> None:
    plan = plan_of(protocols, "cog-aall0232/dex-hdmtx", {"bsa": "1.4"}, age="9", wbc="60", lineage="B")
    (_, tables), *_ = parts(plan_page(plan, protocols))
    assert column(tables, "vincristine IV") == dict.fromkeys(("1", "8", "15", "22"), f"{BOX} 2 mg")
    assert column(tables, "daunorubicin IV")["8"] == f"{BOX} 35 mg"
    assert column(tables, "pegaspargase IM") == {"once, 4-6": f"{BOX} 3500 IU"}
    assert column(tables, "dexamethasone PO/IV")["8-14"].startswith("7 mg each\n8:☐ ☐  9:☐ ☐")
    (lines,) = (table for table in tables if table.columns[0] == "drug")
    shown = {row[0]: row[lines.columns.index("this patient")] for row in lines.rows}
    assert shown["vincristine IV"].startswith("1.5 mg/m² × 1.4 m² = 2.1 mg → capped at 2 mg [")


def test_without_a_size_a_box_has_the_printed_dose_and_its_cap(protocols: ProtocolLibrary) -> None:
    (_, tables), *_ = parts(plan_page(plan_of(protocols, "ccg-1991/iv"), protocols))
    assert column(tables, "vincristine IV")["1"] == f"{BOX} 1.5 mg/m², at most 2 mg a dose"
    assert column(tables, "IT methotrexate")["8"] == f"{BOX} ______", "the age decides"


def test_a_dose_that_goes_up_is_printed_for_the_first_day_alone(protocols: ProtocolLibrary) -> None:
    plan = plan_of(protocols, "cog-aall0932/q4wk", {"bsa": "0.8"}, forced=True, age="5")
    tables = next(tables for heading, tables in parts(plan_page(plan, protocols)) if "Interim maintenance 1" in heading)
    (head,) = {each for table in ticked(tables) for each in table.columns if each.startswith("methotrexate IV")}
    assert column(tables, head) == {"1": f"{BOX} 80 mg"} | dict.fromkeys(("11", "21", "31", "41"), f"{BOX} ______")


def test_where_the_child_may_grow_into_another_dose_within_the_phase_no_box_has_an_amount(
    protocols: ProtocolLibrary,
) -> None:
    for age, amount in (("0.2", "0.35 mg"), ("0.45", "______")):
        plan = plan_of(protocols, "interfant-06/high", {"bsa": "0.35", "weight": "6.5"}, forced=True, age=age)
        page = plan_page(plan, protocols)
        (_, tables), *_ = parts(page)
        assert column(tables, "vincristine IV †") == dict.fromkeys(("8", "15", "22", "29"), f"{BOX} {amount}")
        assert set(column(tables, "daunorubicin IV †").values()) == {f"{BOX} 7 mg"}, (
            "days 8 and 9, still below 6 months"
        )


def test_a_later_phase_has_the_dose_of_the_age_then_and_room_where_that_is_open(protocols: ProtocolLibrary) -> None:
    plan = plan_of(protocols, "ccg-1991/iv", {"bsa": "0.6"}, age="2.9")
    found = {heading.partition(":")[0]: column(tables, "IT methotrexate") for heading, tables in
             parts(plan_page(plan, protocols))}  # fmt: skip
    assert found["Induction"]["29"] == f"{BOX} 10 mg"
    assert found["Consolidation"]["8"] == f"{BOX} ______"
    assert found["Maintenance"]["1"] == f"{BOX} 12 mg"
    data = {part["phase_id"]: part["lines"] for part in roadmap_json(plan, protocols)["phases"]}
    amounts = [next(x for x in data[id] if x["id"].endswith("it-mtx"))["dose_for_patient"]["amount"] for id in
               ("induction", "consolidation", "maintenance")]  # fmt: skip
    assert amounts == [10, None, 12]


def test_what_is_not_for_the_patient_or_for_nobody_has_no_box_unless_forced(protocols: ProtocolLibrary) -> None:
    outside = {"age": "7", "wbc": "45", "lineage": "B"}
    for named, facts in (("cog-aall0232/dex-hdmtx", outside), ("ukall-r3/mitoxantrone", {})):
        plan = plan_of(protocols, named, {"bsa": "0.9"}, **facts)
        page = plan_page(plan, protocols)
        tables = [table for _, each in parts(page) for table in each]
        assert ticked(tables) == []
        assert any("nothing is to be given" in getattr(block, "text", "") for block in page.blocks)
        assert any("--force" in getattr(block, "text", "") for block in page.blocks)
        drawn = plan_page(plan._replace(forced=True), protocols)
        marks = [cell for _, each in parts(drawn) for table in ticked(each) for row in table.rows for cell in row]
        assert any("(not for this patient)" in cell or "(do not dose from this entry)" in cell for cell in marks)


def test_phases_of_some_and_beside_say_so_in_their_heading_until_one_goes_through(protocols: ProtocolLibrary) -> None:
    named = "cog-aall0232/dex-hdmtx"
    headings = [heading for heading, _ in parts(plan_page(plan_of(protocols, named), protocols))]
    assert any(
        "Delayed intensification 2, ONLY FOR SOME: slow early responders: not before" in each for each in headings
    )
    assert any("Cranial radiotherapy, BESIDE the other phases" in each for each in headings)
    started = Wanted(starts={("di2", 1): date(2026, 10, 1)})
    headings = [heading for heading, _ in parts(plan_page(plan_of(protocols, named, wanted=started), protocols))]
    assert any(each.startswith("Delayed intensification 2: 2026-10-01") for each in headings)


def test_the_file_is_one_page_for_paper_that_needs_nothing_else(protocols: ProtocolLibrary) -> None:
    page = plan_page(plan_of(protocols, "ccg-1991/iv", {"bsa": "0.7"}, age="4"), protocols)
    text = page_html(page)
    root = ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>"))
    assert not list(root.iter("script")) and not re.search(r'(src|href)="(?!#|https://doi|http)', text)
    assert "@page { size: A4" in text and "thead { break-inside: avoid; }" in text
    boxes = sum(cell.count(BOX) for _, tables in parts(page) for table in tables for row in table.rows for cell in row)
    assert len([span for span in root.iter("span") if span.get("class") == "box"]) == boxes > 100
    assert NOT_A_DEVICE in text and UNCHECKED_MEANS in text and "Name ____" in text
    assert "work them out again before each phase" in text


def test_other_pages_are_not_set_for_paper() -> None:
    page = Page({})
    page.table(("a",), [("b",)])
    assert "@page" not in page_html(page) and "ticks" not in page_html(page)
