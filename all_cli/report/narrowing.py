"""Which test to do next, as a page and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from all_cli.patient.names import few
from all_cli.patient.patient import Patient
from all_cli.report.answers import header, warning_texts, warnings
from all_cli.report.comparison import IN_A_CELL, patient_lines
from all_cli.report.page import UNCHECKED, Page
from all_cli.report.words import number_of
from all_cli.risk.library import RiskLibrary
from all_cli.risk.narrowing import Narrowing, NextTest, Sending

MEASURE = (
    "Counted are the answers (groups, or that a scheme does not apply) still possible, summed over the schemes still "
    "open. Ranked by the worst case, then the best case, then the schemes that a result can decide; equal in all three "
    "is equal in rank, in the order of all-risk facts. A scheme with many groups weighs more. These are possibilities, "
    "not likelihoods: a result that decides much may be rare."
)


_MEMBERS = 6  # members of a panel named on the page; JSON holds all


def narrowing_page(
    found: Narrowing,
    sent: Sequence[Sending],
    ids: Sequence[str],
    patient: Patient,
    library: RiskLibrary,
    *,
    audience: str,
    top: int,
    start: date | None,
) -> Page:
    """The ranking, at most ``top`` facts long but never cut within a rank, and what the first would decide.

    Args:
        found: the ranking.
        sent: what one sends now and later.
        ids: the schemes asked.
        patient: the patient.
        library: where sources are.
        audience: for whom the schemes were chosen; empty if they were named.
        top: how many facts to show.
        start: the day of diagnosis, if it is known.
    """
    page = Page(library.sources)
    warnings(page, patient, library)
    patient_lines(page, patient)
    whom = f" for {audience} or all ages" if audience else ""
    if not ids:
        page.line(f"No encoded scheme{whom} is for this patient.", strong=True)
    elif not found.schemes:
        page.line(f"No result is needed: every scheme asked{whom} has one answer.", strong=True)
    else:
        if sent:
            _sent(page, sent, patient, start)
        settled = len(ids) - len(found.schemes)
        page.heading(f"Next test: {found.tests[0].fact if found.tests else 'no single result narrows anything'}", 1)
        page.line(f"{len(found.schemes)} open{whom}, {settled} with one answer already", "schemes")
        page.line(f"{number_of(found.remaining, 'answer')} still possible under the open schemes together", "now")
        _ranking(page, found, patient, top)
        _first(page, found, library)
        _others(page, found)
        page.line(MEASURE, "measure")
        page.line(
            "The cut-offs are the schemes' own; all-risk whatif --fact FACT shows each with its source.", "source"
        )
    page.close()
    return page


def _sent(page: Page, sent: Sequence[Sending], patient: Patient, start: date | None) -> None:
    page.heading("What to send", 1)
    now = [item for item in sent if item.day == 1]
    for item in (each for each in now if len(each.facts) > 1):
        page.line(f"{item.what}: {_members(item, patient)}", "now")
    if alone := [item.what for item in now if len(item.facts) == 1]:
        page.line(", ".join(alone), "now")
    for item in (each for each in now if not each.facts):
        page.line(item.what, "now")
    for item in (each for each in sent if each.day != 1):
        if item.day is None:
            page.line(f"{item.what.removeprefix('response ')}: {_members(item, patient)}", "later")
            continue
        dated = f"{start + timedelta(days=item.day - 1)}, " if start else ""
        page.line(f"{dated}{_members(item, patient)}", f"day {item.day}")
    if start and any(item.day not in (None, 1) for item in sent):
        page.line(f"day 1 is taken as the day of diagnosis, {start}; count from the first day of treatment", "dates")


def _members(item: Sending, patient: Patient) -> str:
    """The facts of a test by their titles, without the day that stands before them."""
    titles = [patient.vocabulary[fact].title.split(" (")[0] for fact in item.facts]
    titles = [title.removesuffix(f" on day {item.day}").removesuffix(f", day {item.day}") for title in titles]
    more = f" and {len(titles) - _MEMBERS} more" if len(titles) > _MEMBERS else ""
    return "; ".join(titles[:_MEMBERS]) + more


def _shown(found: Narrowing, top: int) -> list[NextTest]:
    if len(found.tests) <= top:
        return list(found.tests)
    last = found.tests[top - 1].rank
    return [test for test in found.tests if test.rank <= last]


def _ranking(page: Page, found: Narrowing, patient: Patient, top: int) -> None:
    shown = _shown(found, top)
    page.table(
        ("rank", "fact", "worst case", "when", "best case", "when", "can decide", "always"),
        [
            (
                f"{test.rank}{'=' if sum(other.rank == test.rank for other in found.tests) > 1 else ''}",
                f"{test.fact} (partly known)" if test.partly else test.fact,
                str(test.worst),
                _at(test, test.worst, patient),
                str(test.best),
                _at(test, test.best, patient),
                str(len(test.decides)),
                str(len(test.always) or ""),
            )
            for test in shown
        ],
    )
    if more := len(found.tests) - len(shown):
        what = f"{number_of(more, 'more fact')} {'narrows' if more == 1 else 'narrow'} something"
        page.line(f"{what}; --top {len(found.tests)} shows all.", "others")


def _at(test: NextTest, remaining: int, patient: Patient) -> str:
    """The first result that leaves so many answers, and how many more do."""
    texts = [result.text for result in test.results if result.remaining == remaining]
    unit = patient.vocabulary[test.fact].unit
    first = f"{texts[0]} {unit}".strip()
    return first if len(texts) == 1 else f"{first}, and {len(texts) - 1} more"


def _first(page: Page, found: Narrowing, library: RiskLibrary) -> None:
    """What each result of the first test leaves and decides."""
    if not found.tests:
        return
    first = found.tests[0]
    page.heading(f"What {first.fact} would leave")

    def marked(id: str) -> str:
        checked = library.schemes[id].checked
        page.unchecked |= not checked
        return id if checked else f"{id}{UNCHECKED}"

    page.table(
        ("if it is", "remaining", "decides"),
        [
            (
                result.text,
                f"{result.remaining} of {found.remaining}",
                few([marked(id) for id in result.decides], kept=IN_A_CELL) or "none",
            )
            for result in first.results
        ],
    )


def _others(page: Page, found: Narrowing) -> None:
    if found.alone_nothing:
        page.line(
            f"{few(found.alone_nothing, kept=IN_A_CELL)}: narrow nothing alone, at most together with others", "others"
        )


def narrowing_json(
    found: Narrowing,
    sent: Sequence[Sending],
    ids: Sequence[str],
    patient: Patient,
    library: RiskLibrary,
    *,
    audience: str,
    start: date | None,
) -> dict[str, Any]:
    """The whole ranking as plain data."""
    return {
        **header(),
        "patient": patient.said(),
        "warnings": warning_texts(patient, library),
        "send": [
            {
                "day": item.day,
                "date": str(start + timedelta(days=item.day - 1)) if start and item.day else None,
                "what": item.what,
                "facts": list(item.facts),
            }
            for item in sent
        ],
        "measure": MEASURE,
        "audience": audience or None,
        "schemes_asked": list(ids),
        "schemes_open": [scheme.id for scheme in found.schemes],
        "unchecked": [scheme.id for scheme in found.schemes if not scheme.checked],
        "remaining": found.remaining,
        "tests": [
            {
                "rank": test.rank,
                "fact": test.fact,
                "partly_known": test.partly,
                "worst_case": test.worst,
                "best_case": test.best,
                "can_decide": list(test.decides),
                "always_decides": list(test.always),
                "results": [
                    {"range": result.text, "remaining": result.remaining, "decides": list(result.decides)}
                    for result in test.results
                ],
            }
            for test in found.tests
        ],
        "narrow_nothing_alone": list(found.alone_nothing),
    }
