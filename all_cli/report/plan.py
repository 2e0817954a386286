"""The roadmap as a page to print and tick: phase by phase a box for every single dose, on the days that are printed.

A phase that waits has day numbers and room for its dates, no dates. What a source says in words has no box, nor has a
line that nobody, or not this patient, is to be dosed from: a box says "give this, on this day".
"""

from collections.abc import Iterator, Sequence

from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.regimen import Line
from all_cli.protocol.roadmap import Roadmap, Run, Stretch, doses_a_day
from all_cli.protocol.shown import Shown
from all_cli.report.doses import COLUMN
from all_cli.report.given import Given
from all_cli.report.page import BOX, UNCHECKED, Page
from all_cli.report.regimen import computed_text
from all_cli.report.roadmap import looked_text, page_of

BLANK = "______"
TO_FILL_IN = f"Name {BLANK * 4} born {BLANK * 2} plan checked by {BLANK * 3} on {BLANK * 2}"
NO_BOXES = "nothing is to be given from these lines, as the cautions say; --force draws their boxes all the same"
SOME_CYCLES = "only in the cycles that its line names; if this is one of them is not known here: no box is drawn"
_A_WEEK = 7
_LONGEST = 20  # characters of a dose in a cell, and of a condition in the head of a column
_HARD = "\u00a0"


def plan_page(plan: Roadmap, library: ProtocolLibrary) -> Page:
    """The plan as a page for paper."""
    return page_of(plan, library, _lines_and_boxes, TO_FILL_IN)


def _lines_and_boxes(
    page: Page, stretch: Stretch, shown: Shown, given: Sequence[Given], library: ProtocolLibrary
) -> None:
    """What is given, how much and from where, once for each line; then the days with their boxes."""
    if not stretch.fixed:
        page.line(f"{BLANK * 2} (day {stretch.first})", "began on")
    page.table(
        ("drug", "dose", COLUMN, "days", "for whom", "source"),
        [
            (
                each.by,
                each.dose,
                computed_text(page, each.said),
                each.said.days,
                each.whom,
                page.cite(each.said.cite_all, each.said.read),
            )
            for each in given
        ],
    )
    held = [each for each in given if each.runs and each.said.held is not None and not shown.forced]
    some = [each for each in given if each.runs and each.some_cycles and each not in held]
    boxed = [each for each in given if each.runs and each not in held and each not in some]
    for lines, why in ((held, NO_BOXES), (some, SOME_CYCLES)):
        if lines:
            page.line(f"{', '.join(dict.fromkeys(each.name for each in lines))}: {why}", "no box", strong=True)
    long = [each for each in boxed if any(_is_long(run) for run in each.runs)]
    _by_day(page, stretch, [each for each in boxed if each not in long])
    _by_week(page, stretch, long)
    page.table(
        ("day", "date", "to be looked at", "source"),
        [
            (str(item.day), _date(stretch, Run(item.day, item.day)), f"{BOX} {looked_text(item)}",
             page.cite(item.cite, item.checked))
            for item in sorted(stretch.assessments, key=lambda item: item.day or 0)
            if item.day is not None
        ],
    )  # fmt: skip
    if words := [each.name for each in given if not each.runs]:
        page.line(f"{', '.join(dict.fromkeys(words))}: by the words above, no day is printed", "no box")


def _is_long(run: Run) -> bool:
    """Whether days in a row are shown week by week."""
    return not run.once and run.last - run.first >= _A_WEEK


def _by_day(page: Page, stretch: Stretch, given: Sequence[Given]) -> None:
    """A row for each day, a column for each line."""
    rows = sorted({row for each in given for run in each.runs for row in _days(run)})
    page.table(
        ("day", "date", *(_head(each) for each in given)),
        [
            (
                f"once, {run.first}-{run.last}" if run.first < run.last else str(run.first),
                _date(stretch, run),
                *(_cell(each, run, stretch) for each in given),
            )
            for run in rows
        ],
    )


def _days(run: Run) -> Iterator[Run]:
    """The rows of a run: its days, or itself where one of them is to be chosen."""
    if run.once and run.first < run.last:
        yield run
    else:
        yield from (Run(day, day) for day in range(run.first, run.last + 1))


def _by_week(page: Page, stretch: Stretch, given: Sequence[Given]) -> None:
    """A row for seven days each, with a box for every dose beside its day."""
    days = [day for each in given for run in each.runs for day in (run.first, run.last)]
    if not days:
        return
    rows = []
    for first in range(min(days), max(days) + 1, _A_WEEK):
        week = Run(first, first + _A_WEEK - 1)
        cells = [_week_cell(each, week, stretch) for each in given]
        if any(cells):
            rows.append((f"{week.first}-{week.last}", _date(stretch, week), *cells))
    page.table(("days", "dates", *(_head(each) for each in given)), rows)


def _date(stretch: Stretch, run: Run) -> str:
    """The date of a day, or of the first and the last; room for it where the phase waits."""
    if not stretch.fixed:
        return BLANK
    dates = dict.fromkeys(stretch.date_of(day).isoformat() for day in (run.first, run.last))
    return "\nto ".join(dates)


def _head(each: Given) -> str:
    """Drug and route, and for whom it is where not for all."""
    name = each.by if len(each.line.infusion) <= _LONGEST or each.intrathecal else f"{each.name} {each.line.route}"
    if each.whom:
        name += f", ONLY {each.whom}" if len(each.whom) <= _LONGEST else ", ONLY FOR SOME, see above"
    return name if each.said.read else f"{name}{_HARD}{UNCHECKED}"


def _cell(each: Given, row: Run, stretch: Stretch) -> str:
    """The boxes of a day with what each stands for; empty on other days."""
    if not any(row in _days(run) for run in each.runs):
        return ""
    boxes = _boxes(each.line)
    return boxes if boxes == BLANK else f"{boxes} {_dose(each, row.first, stretch)}"


def _week_cell(each: Given, week: Run, stretch: Stretch) -> str:
    found = [day for run in each.runs for day in range(max(run.first, week.first), min(run.last, week.last) + 1)]
    if not found:
        return ""
    boxes = "  ".join(f"{day}:{_boxes(each.line)}" for day in found)
    return f"{_dose(each, found[0], stretch)}\n{boxes}"


def _dose(each: Given, day: int, stretch: Stretch) -> str:
    """What one box of a day stands for; room to write where it is not certain."""
    dose = each.on(day, stretch.cycle) or BLANK
    return dose.replace(" ", _HARD) if len(dose) <= _LONGEST // 2 else dose


def _boxes(line: Line) -> str:
    """A box for each single dose of a day; room to write where their number is not printed by day."""
    return _HARD.join([BOX] * (doses_a_day(line) or 0)) or BLANK
