"""From the compiled data of a protocol to what the program works with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from all_cli.knowledge.sources import citations
from all_cli.logic.expression import AllOf, Expression, unpack
from all_cli.protocol.regimen import (
    Arm,
    Assessment,
    Cap,
    Cited,
    Line,
    Phase,
    Protocol,
    Reservation,
    ScaleRow,
    Scaling,
    StatedTotal,
    days_in,
)


def expression_in(raw: Mapping[str, Any]) -> Expression | None:
    """The condition of an entry, None if it has none."""
    return unpack(raw["expression"]) if "expression" in raw else None


def cited_in(raw: Mapping[str, Any]) -> Cited:
    """A sentence with its source."""
    cite, first = citations(raw["cite"]), raw.get("first", False)
    return Cited(raw["text"], cite, raw["checked"], raw.get("id", ""), expression_in(raw), first)


def _with_note(population: Mapping[str, Any]) -> str:
    """For whom a protocol is and why its bounds are where they are, as one text."""
    text, note = population["text"], population.get("note")
    return f"{text.removesuffix('.')}. {note}" if note else str(text)


def optional_in(raw: Mapping[str, Any] | None) -> Cited | None:
    """The same where there may be none."""
    return cited_in(raw) if raw else None


def _line(raw: Mapping[str, Any], within: Expression | None) -> Line:
    dose, cap, window, own = raw.get("dose"), raw.get("cap"), raw.get("window"), expression_in(raw)
    return Line(
        id=raw["id"],
        drug=raw["drug"],
        route=raw["route"],
        cite=citations(raw["cite"]),
        checked=raw["checked"],
        dose=None if dose is None else (dose[0], dose[1]) if isinstance(dose, (list, tuple)) else (dose, dose),
        dose_by=raw.get("dose_by", ""),
        dose_text=raw.get("dose_text", ""),
        unit=raw.get("unit", ""),
        per=raw.get("per", ""),
        times_per_day=raw.get("times_per_day"),
        escalate=raw.get("escalate", ""),
        scale_by=raw.get("scale_by", ""),
        infusion=raw.get("infusion", ""),
        days=days_in(raw.get("days", [])),
        window=(window[0], window[1]) if window else None,
        schedule=raw.get("schedule", ""),
        cap=Cap(cap["dose"], cap["unit"], cap["per"], citations(cap["cite"]), cap["checked"], cap.get("note", ""))
        if cap
        else None,
        when=AllOf((within, own)) if within and own else within or own,
        own=own,
        condition=raw.get("when", ""),
        who=raw.get("who", ""),
        note=raw.get("note", ""),
        read=tuple(raw.get("read", ())),
        no_dosing=raw.get("no_dosing", False),
    )


def _cycles(raw: Any) -> tuple[int, int | None] | None:
    return None if raw is None else (raw, raw) if isinstance(raw, int) else (raw[0], raw[1])


def scaling_in(id: str, raw: Mapping[str, Any]) -> Scaling:
    """A rule by which small children get a fraction of a dose."""
    rows = []
    for row in raw["rows"]:
        over, _, under = row["factor"].partition("/")
        factor = (int(over), int(under))
        rows.append(ScaleRow(row["when"], unpack(row["expression"]), factor, citations(row["cite"]), row["checked"]))
    return Scaling(id, raw["title"], tuple(rows), raw.get("note", ""))


def _stated(raw: Mapping[str, Any]) -> StatedTotal:
    cite, phases = citations(raw["cite"]), tuple(raw.get("phases", ()))
    return StatedTotal(raw["of"], raw["amount"], raw["unit"], cite, raw["checked"], phases, raw.get("note", ""))


def _phase(raw: Mapping[str, Any]) -> Phase:
    when = expression_in(raw)
    return Phase(
        id=raw["id"],
        kind=raw["phase"],
        title=raw["title"],
        lines=tuple(_line(line, when) for line in raw["lines"]),
        days=raw.get("days"),
        cycle=raw.get("cycle", False),
        cycles=_cycles(raw.get("cycles")),
        who=raw.get("who", ""),
        when=when,
        arms=tuple(raw.get("arms", ())),
        start=optional_in(raw.get("start")),
        assessments=tuple(
            Assessment(
                item["id"], item["what"], item.get("day"), item.get("text", ""), citations(item["cite"]),
                item["checked"], expression_in(item),
            )
            for item in raw.get("assessments", ())
        ),
        rescue=tuple(map(cited_in, raw.get("rescue", ()))),
        notes=tuple(map(cited_in, raw.get("notes", ()))),
        **{key: True for key in ("counts_on", "beside", "in_turn") if raw.get(key)},
    )  # fmt: skip


def protocol_in(raw: Mapping[str, Any]) -> Protocol:
    """A protocol from its compiled form."""
    population = raw["population"]
    first, last = raw.get("years", (None, None))
    return Protocol(
        id=raw["id"],
        title=raw["title"],
        audience=raw["audience"],
        population=cited_in({**population, "text": _with_note(population)}),
        population_text=population["when"],
        risk=tuple(raw["risk"]),
        arms=tuple(
            Arm(
                arm["id"], arm["title"], tuple(arm["phases"]), citations(arm["cite"]), arm["checked"],
                tuple((entry["scheme"], tuple(entry["groups"])) for entry in arm.get("for", ())), arm.get("note", ""),
                tuple(map(_stated, arm.get("totals", ()))), tuple(arm.get("settings", raw.get("settings", []))),
                expression_in(arm), arm.get("when", ""), optional_in(arm.get("out")),
            )
            for arm in raw["arms"]
        ),
        phases=tuple(map(_phase, raw["phases"])),
        trial=raw.get("trial", ""),
        years=(first, last),
        about=raw.get("about", ""),
        lineage=tuple(raw.get("lineage", ())),
        ph=raw.get("ph"),
        total_duration=optional_in(raw.get("total_duration")),
        label=raw.get("label", False),
        duration_by_sex=tuple(raw.get("total_duration", {}).get("by_sex", {}).items()),
        notes=tuple(map(cited_in, raw.get("notes", ()))),
        reservations=tuple(
            Reservation(cited_in(each)._replace(when=None), expression_in(each), each.get("no_dosing", False))
            for each in raw.get("reservations", ())
        ),
    )  # fmt: skip
