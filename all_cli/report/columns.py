"""How the columns of a table would be read, as a page and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from all_cli.cohort.doubted_numbers import counted
from all_cli.cohort.headers import BORN, DIAGNOSED, GENETICS, LEFT_ALONE
from all_cli.cohort.inspect import ColumnView, Inspection
from all_cli.cohort.proposals import Proposed
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.report.answers import header
from all_cli.report.page import Page

_LONGEST = 26  # characters of a cell shown in a table
_UNREAD = 5  # texts shown per column; JSON holds all that were kept
_READS = {GENETICS: "genetic findings", BORN: "date of birth", DIAGNOSED: "date of diagnosis"}


def columns_page(name: str, found: Inspection, vocabulary: Vocabulary, proposed: Sequence[Proposed] = ()) -> Page:
    """What a registrar has to see before a run: columns, what cannot be read, what is doubtful, what is left alone.

    Args:
        name: what the table is called.
        found: what the table's columns came to.
        vocabulary: the facts, for the units that bare numbers have.
        proposed: which assumptions would help.
    """
    page = Page({})
    read = [view for view in found.columns if view.column.reads != LEFT_ALONE]
    alone = [view for view in found.columns if view.column.reads == LEFT_ALONE]
    page.heading(f"{name}: {counted(found.rows, 'row')}, {counted(len(found.columns), 'column')}, {len(read)} read", 1)
    if found.spoiled:
        page.line(f"{counted(found.spoiled, 'row')} spoiled as a whole: invalid in a run, with the reason.")
        for spot in found.first_spoiled:
            page.line(str(spot))
    if found.problems:
        page.heading("In the way of a run")
        for problem in found.problems:
            page.line(problem)
    page.heading("How the columns are read")
    if not read:
        page.line("No column is called what a fact is called; name them with --map COLUMN=fact.")
    page.table(
        ("column", "read as", "filled", "unknown", "not read", "distinct", "for example"),
        [_row(view, vocabulary) for view in read],
    )
    _unreadable(page, read)
    _doubts(page, found.columns)
    if alone:
        page.heading("Left alone")
        page.table(
            ("column", "filled", "spelled much like"),
            [(_quoted(view.column.header), f"{view.filled:,}", view.close_to) for view in alone],
        )
        page.line('Left alone they are kept and not read; --map "COLUMN=fact" reads one.')
    _proposed(page, proposed)
    page.close()
    return page


def _proposed(page: Page, proposed: Sequence[Proposed]) -> None:
    if not proposed:
        return
    page.heading("Assumptions that would help; assume only what is so for all patients of whom it is not known")
    for one in proposed:
        page.line(f"{one.scheme}: one group for certain in {one.certain:,} of {counted(one.rows, 'row')}.")
        for proposal in one.proposals:
            page.line(f"{proposal.options}: one likely group in at least {proposal.rows:,}", "batch")
        if not one.proposals:
            page.line("no assumption tried gives one group in more rows.")


def _row(view: ColumnView, vocabulary: Vocabulary) -> tuple[str, ...]:
    column = view.column
    reads = f"calls of {column.caller}" if column.calls else _READS.get(column.reads, column.reads)
    unit = _unit(view, vocabulary)
    return (
        _quoted(column.header),
        reads
        + (f", {unit}" if unit else "")
        + (f", decimal {column.decimal}" if column.decimal else "")
        + (", values mapped" if column.values else ""),
        f"{view.filled:,}",
        f"{view.unknown:,}" if view.unknown else "",
        f"{view.unreadable:,}" if view.unreadable else "",
        _distinct(view),
        _example(view),
    )


def _example(view: ColumnView) -> str:
    """The most frequent texts and what they are read as, as many as there is room for."""
    shown = ""
    for text, meant in view.examples:
        one = _clipped(text) if _same(text, meant) else f"{_clipped(text, 16)} → {_clipped(meant, 16)}"
        if shown and len(shown) + len(one) > _LONGEST:
            break
        shown = f"{shown}; {one}" if shown else one
    return shown


def _unit(view: ColumnView, vocabulary: Vocabulary) -> str:
    """The unit of bare numbers: said by the header or an option, else the fact's own; or that they are refused."""
    column = view.column
    if column.date_order:
        return column.date_order
    fact = vocabulary.facts.get(column.reads)
    if fact is None or fact.kind != "number":
        return ""
    if column.unit:
        return column.unit
    return "unit in each cell" if fact.bare == "refuse" else f"{fact.unit} assumed" if fact.unit else ""


def _distinct(view: ColumnView) -> str:
    return f"over {view.distinct:,}" if view.many else f"{view.distinct:,}"


def _unreadable(page: Page, views: list[ColumnView]) -> None:
    if not any(view.unreadable for view in views):
        return
    page.heading("Cannot be read: what these cells say stays open in a run")
    rows = []
    for view in views:
        for unread in view.unread[:_UNREAD]:
            rows.append((_quoted(view.column.header), _clipped(unread.text), f"{unread.cells:,}", unread.why))
        if len(view.unread) > _UNREAD:
            more = len(view.unread) - _UNREAD
            cells = sum(unread.cells for unread in view.unread[_UNREAD:])
            rows.append((_quoted(view.column.header), f"… {more} more texts", f"{cells:,}", ""))
    page.table(("column", "cell", "cells", "why"), rows)
    page.line("--save-map FILE writes them into a map file, to be given a meaning there.")


def _doubts(page: Page, views: list[ColumnView]) -> None:
    if not any(view.doubts for view in views):
        return
    page.heading("Doubtful: nothing is converted, say what is meant")
    for view in views:
        for doubt in view.doubts:
            page.line(f"{_quoted(view.column.header)}: {doubt}" + ("" if doubt.endswith(("?", '"')) else "."))


def columns_json(
    name: str, found: Inspection, vocabulary: Vocabulary, proposed: Sequence[Proposed] = ()
) -> dict[str, Any]:
    """The same as a stable, versioned JSON object."""
    return {
        **header(),
        "table": name,
        "rows": found.rows,
        "spoiled_rows": found.spoiled,
        "first_spoiled": [{"row": spot.row, "line": spot.line, "why": spot.reason} for spot in found.first_spoiled],
        "problems": found.problems,
        "columns": [_column_json(view, vocabulary) for view in found.columns],
        **({"assumptions": [_proposed_json(one) for one in proposed]} if proposed else {}),
    }


def _proposed_json(one: Proposed) -> dict[str, Any]:
    proposals = [{"options": item.options, "one_likely_group_at_least": item.rows} for item in one.proposals]
    return {"scheme": one.scheme, "rows": one.rows, "one_group": one.certain, "proposals": proposals}


def _column_json(view: ColumnView, vocabulary: Vocabulary) -> Mapping[str, Any]:
    column = view.column
    fact = vocabulary.facts.get(column.reads)
    return {
        "column": column.header,
        "reads": None if column.reads == LEFT_ALONE else column.caller if column.calls else column.reads,
        "unit": column.unit or None,
        "unit_assumed": fact.unit if fact and fact.unit and not column.unit and fact.bare != "refuse" else None,
        "decimal": column.decimal or None,
        "date_format": column.date_order or None,
        "values": dict(column.values),
        "filled": view.filled,
        "unknown": view.unknown,
        "readable": view.readable,
        "unreadable": view.unreadable,
        "distinct": None if column.reads == LEFT_ALONE else view.distinct,
        "distinct_is_a_floor": view.many,
        "examples": [{"cell": text, "read_as": meant} for text, meant in view.examples],
        "cannot_be_read": [{"cell": item.text, "cells": item.cells, "why": item.why} for item in view.unread],
        "doubts": [*view.stops, *view.doubts],
        "close_to": view.close_to or None,
    }


def _same(text: str, meant: str) -> bool:
    return text.strip().casefold() == meant.casefold()


def _quoted(text: str) -> str:
    return f'"{text}"'


def _clipped(text: str, longest: int = _LONGEST) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= longest else f"{plain[: longest - 1]}…"
