"""The roadmap of an arm as a page: days across, drugs down, phase by phase, then day by day, then the totals."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta

from all_cli.logic.explain import truth
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.line_text import duration_text
from all_cli.protocol.regimen import Assessment, Phase, days_text, unit_text
from all_cli.protocol.roadmap import Roadmap, Run, Stretch, only_for_some, runs_beside
from all_cli.protocol.shown import Shown
from all_cli.protocol.totals import Total, totals_of
from all_cli.report.before_doses import beyond_part, reserved_part, show_warnings
from all_cli.report.doses import COLUMN, grown_part
from all_cli.report.given import Given, as_shown, given_in
from all_cli.report.page import UNCHECKED, Page
from all_cli.report.regimen import computed_text, patient_part, phase_cautions, recalled_line

FIXED, NOT_BEFORE, BESIDE = "fixed", "not before", "beside"
DATES_MEAN = (
    '"Not before" is the earliest date, by the printed lengths of the phases ahead; the phase waits for what its line '
    "says. Day numbers count from its own start. --phase-start PHASE=DATE gives the real start and moves what follows."
)
SIZE_MEANS = (
    "Doses are worked out for the size given, as of the start. Sizes change over months: work them out again before "
    "each phase."
)
BY_AGE_MEANS = "Doses by age go by the age on the day of the injection."
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MOST_COLUMNS = 9


def status(stretch: Stretch) -> str:
    """Whether a stretch has dates, earliest dates, or runs beside the others."""
    if stretch.fixed:
        return FIXED
    return BESIDE if runs_beside(stretch.phase) else NOT_BEFORE


def since_text(stretch: Stretch) -> str:
    """When a stretch begins: a date, or ``not before`` one."""
    return stretch.begins.isoformat() if stretch.fixed else f"not before {stretch.begins.isoformat()}"


def short_date(day: date) -> str:
    """A date without its year, as ``5 Jan``."""
    return f"{day.day} {_MONTHS[day.month - 1]}"


def run_text(run: Run) -> str:
    """Days in a row as ``8``, ``1-28``, ``(4-6)`` for once on one of them."""
    text = days_text(tuple(range(run.first, run.last + 1))) if run.last - run.first < 2 else f"{run.first}-{run.last}"
    return f"({run.first}-{run.last})" if run.once and run.last > run.first else text


def length_text(stretch: Stretch) -> str:
    """How long a stretch lasts, or how far its days go."""
    if stretch.known_length:
        text = f"{stretch.phase.days} days" if stretch.first <= 1 else f"to day {stretch.phase.days}"
    else:
        text = "length not printed" + (f"; last day named: {stretch.last}" if stretch.last is not None else "")
    return text + (f"; {_repeated(stretch.phase)}" if one_of_several(stretch) else "")


def one_of_several(stretch: Stretch) -> bool:
    """Whether one cycle is drawn of a phase that is given in cycles."""
    return stretch.cycles == 1 and (stretch.phase.cycle or stretch.phase.cycles is not None)


def _repeated(phase: Phase) -> str:
    least, most = phase.cycles or (None, None)
    if least is None:
        return "one cycle drawn, their number not printed"
    number = f"{least}" if least == most else f"{least} or more" if most is None else f"{least} to {most}"
    return f"one cycle drawn of {number}"


def summary_title(plan: Roadmap) -> str:
    """What the roadmap is of."""
    arm = f", {plan.arm.title}" if len(plan.protocol.arms) > 1 else ""
    return f"{plan.protocol.title}{arm}: roadmap from {plan.start.isoformat()}"


Days = Callable[[Page, Stretch, Shown, Sequence[Given], ProtocolLibrary], None]
"""What a page says of the days of a stretch."""


def roadmap_page(plan: Roadmap, library: ProtocolLibrary) -> Page:
    """The roadmap as a page for the screen."""
    return page_of(plan, library, _days_and_words)


def page_of(plan: Roadmap, library: ProtocolLibrary, days: Days, to_fill_in: str = "") -> Page:
    """A page on the plan: for whom, its phases, each with its days, totals, references.

    Args:
        plan: the roadmap.
        library: drugs and sources.
        days: says the days of a stretch.
        to_fill_in: stands under the title, for the hand.
    """
    page = Page(library.sources)
    shown = as_shown(plan)
    protocol = plan.protocol
    page.heading(f"{summary_title(plan)} ({protocol.id}/{plan.arm.id})", 1)
    if to_fill_in:
        page.line(to_fill_in)
    show_warnings(page, plan.patient)
    reserved = {each.warning for each in protocol.reserved_for(plan.patient)}
    for warning in plan.warnings:
        if warning not in reserved:
            page.line(warning, "caution", strong=True)
    reserved_part(page, shown, library)
    beyond_part(page, shown, library)
    page.line(f"{protocol.population.text} {page.cite(protocol.population.cite, protocol.population.checked)}", "for")
    drawn = [(stretch, given_in(stretch, plan, library)) for stretch in plan.stretches]
    lines = {(stretch.phase.id, each.line.id): each.said.read for stretch, given in drawn for each in given}
    recalled_line(page, list(lines.values()))
    if plan.arm.note:
        page.line(plan.arm.note, "arm")
    patient_part(page, shown)
    if plan.dosing:
        page.line(SIZE_MEANS, "size", strong=True)
    _overview(page, plan)
    for stretch, given in drawn:
        _stretch(page, stretch, given, plan, shown, library, days)
    _totals(page, plan, library)
    page.close()
    return page


def _overview(page: Page, plan: Roadmap) -> None:
    page.heading("Phases")
    page.table(
        ("phase", "id", "begins", "last day", "length"),
        [
            (s.title, s.phase.id, since_text(s), _end_text(s), length_text(s) + ("" if s.counted else _apart(s)))
            for s in plan.stretches
        ],
    )
    if any(not stretch.fixed for stretch in plan.stretches):
        page.line(DATES_MEAN)
    for phase in plan.left_out:
        page.line(f"{phase.title} ({phase.id}), as asked", "left out")
    for phase in plan.for_others:
        page.line(f"{phase.title} ({phase.id}), only for {phase.who}", "left out")
    once = [stretch.phase.id for stretch in plan.stretches if one_of_several(stretch)]
    if once:
        page.line(f"one cycle of {', '.join(once)} is drawn; --cycles PHASE=N or --cycles all draws more", "cycles")


def _end_text(stretch: Stretch) -> str:
    if stretch.ends is None:
        return ""
    return stretch.ends.isoformat() if stretch.fixed else f"not before {stretch.ends.isoformat()}"


def _apart(stretch: Stretch) -> str:
    return "; beside the others" if status(stretch) == BESIDE else "; for some, does not put off the next"


def _stretch(
    page: Page, stretch: Stretch, given: Sequence[Given], plan: Roadmap, shown: Shown, library: ProtocolLibrary,
    days: Days,
) -> None:  # fmt: skip
    phase = stretch.phase
    page.heading(f"{stretch.title}{_for_whom(stretch)}: {since_text(stretch)}, {length_text(stretch)}")
    phase_cautions(page, phase, shown)
    if not stretch.fixed and phase.start is None:
        page.line(stretch.waits, "waits")
    elif phase.start is not None:
        page.line(f"{stretch.waits or phase.start.text} {page.cite(phase.start.cite, phase.start.checked)}", "start")
    days(page, stretch, shown, given, library)
    if stretch.begins <= plan.start and plan.by_age is None:  # later phases go by all the ages that are possible then
        grown_part(page, stretch.lines, phase, plan.patient, library, how_to_say="")
    for each in given:
        if each.line.note:
            page.line(each.line.note, (library.drugs[each.line.drug].abbreviation or each.line.drug)[:11])
    if stretch.left_out:
        page.line(f"{stretch.left_out} line{'s' if stretch.left_out > 1 else ''} for other patients left out")
    if any(each.line.dose_by for each in given):
        page.line(BY_AGE_MEANS)
    for item in stretch.assessments:
        if item.day is None:
            page.line(f"{looked_text(item)} {page.cite(item.cite, item.checked)}", "assess")
    for note in (*phase.rescue, *phase.notes):
        if note.first:
            continue
        if note.when is None or truth(note.when, plan.patient.possible()) is not False:
            page.line(f"{note.text} {page.cite(note.cite, note.checked)}", "then" if note in phase.rescue else "note")


def _for_whom(stretch: Stretch) -> str:
    """That not all patients go through a phase, or that it runs beside the others, for its heading."""
    some = f", ONLY FOR SOME: {stretch.phase.who or 'some patients only'}" if only_for_some(stretch.phase) else ""
    return some + (", BESIDE the other phases" if runs_beside(stretch.phase) else "")


def _days_and_words(
    page: Page, stretch: Stretch, shown: Shown, given: Sequence[Given], library: ProtocolLibrary
) -> None:
    """Days across and drugs down, then day by day, then what is said in words."""
    own = {each.line.id: computed_text(page, each.said) for each in given}
    marks = {each.line.id: page.cite(each.said.cite_all, each.said.read) for each in given}
    looked = {item.id: page.cite(item.cite, item.checked) for item in stretch.assessments}
    _grid(page, stretch, given, own, marks)
    _day_by_day(page, stretch, given, looked)
    words = [each for each in given if not each.runs or each.line.schedule]
    if words:
        page.line("Said in words, not by day:")
        page.table(
            ("drug", "dose", COLUMN, "when", "for whom", "source"),
            [(g.by, g.dose, own[g.line.id], g.line.schedule, g.whom, marks[g.line.id]) for g in words],
        )


def looked_text(item: Assessment) -> str:
    """An assessment in words."""
    return f"{item.what}{f' ({item.text})' if item.text else ''}"


def _columns(stretch: Stretch) -> list[tuple[int, int]]:
    """Columns of one week, or of more where there would be too many."""
    if stretch.last is None:
        return []
    days = stretch.last - stretch.first + 1
    width = 7 * max(1, -(-days // (7 * _MOST_COLUMNS)))
    return [(day, min(day + width - 1, stretch.last)) for day in range(stretch.first, stretch.last + 1, width)]


def _grid(page: Page, stretch: Stretch, given: Sequence[Given], own: dict[str, str], marks: dict[str, str]) -> None:
    columns = _columns(stretch)
    by_day = [each for each in given if each.runs]
    if not columns or not by_day:
        return
    days = {item.day for item in stretch.assessments if item.day is not None}
    dated = "from" if stretch.fixed else "not before"
    rows = [(dated, "", "", *(short_date(stretch.date_of(first)) for first, _ in columns), "", "")]
    rows += [
        (g.by, g.dose, own[g.line.id], *(_cell(g.runs, column) for column in columns), g.whom, marks[g.line.id])
        for g in by_day
    ]
    if days:
        looked = tuple(Run(day, day) for day in sorted(days))
        rows.append(("assessment", "", "", *(_cell(looked, column) for column in columns), "", ""))
    titles = [f"d {first}-{last}" if first < last else f"d {first}" for first, last in columns]
    page.table(("drug", "dose", COLUMN, *titles, "for whom", "source"), rows)
    if any(run.once and run.first < run.last for each in by_day for run in each.runs):
        page.line("Days in brackets: once, on one of these days.")


def _cell(found: Iterable[Run], column: tuple[int, int]) -> str:
    first, last = column
    parts = []
    for run in found:
        if run.last < first or run.first > last:
            continue
        if run.once:
            parts.append(run_text(run))
        elif run.first <= first and run.last >= last and last - first >= 6:
            parts.append("daily")
        else:
            parts.append(days_text(tuple(range(max(first, run.first), min(last, run.last) + 1))))
    return ", ".join(parts)


def _day_by_day(page: Page, stretch: Stretch, given: Sequence[Given], looked: dict[str, str]) -> None:
    """What begins or is given on each day; days in a row are named once, on the first."""
    today: dict[int, list[str]] = {}
    for each in given:
        for run in each.runs:
            today.setdefault(run.first, []).append(_today(each, run))
    for item in stretch.assessments:
        if item.day is not None:
            today.setdefault(item.day, []).append(f"LOOK: {looked_text(item)} {looked[item.id]}")
    page.table(
        ("day", "date" if stretch.fixed else "not before", "given or looked at"),
        [(str(day), stretch.date_of(day).isoformat(), "; ".join(today[day])) for day in sorted(today)],
    )


def _today(each: Given, run: Run) -> str:
    extra = []
    if run.once and run.last > run.first:
        extra.append(f"once, day {run.first} to {run.last}")
    elif run.last > run.first:
        extra.append(f"days {run.first}-{run.last}")
    if each.whom:
        extra.append(each.whom)
    return each.name + (f" ({'; '.join(extra)})" if extra else "")


def drawn_totals(plan: Roadmap, library: ProtocolLibrary) -> list[Total]:
    """The totals over what is drawn."""
    return totals_of(plan.phases, plan.patient, library)


def amount_text(total: Total) -> str:
    """A total as people write it: ``75 mg/m²``, ``8 to 11 injections``, ``at least 6 doses``."""
    if not total.span.low and total.span.high is None:
        return "not printed as a number"
    return f"{total.span.text} {unit_text(total.unit)}"


def days_said(plan: Roadmap) -> str:
    """How many days are drawn, and what that number leaves open."""
    if not plan.days:
        return "no day is printed"
    last = plan.start + timedelta(days=plan.days - 1)
    text = f"{plan.days} days, to {last.isoformat()}"
    if all(stretch.fixed for stretch in plan.counted):
        text += "" if not plan.unmeasured else " or later"
    else:
        text += " at the earliest"
    if plan.unmeasured:
        text += f"; the length is not printed of: {', '.join(dict.fromkeys(s.phase.id for s in plan.unmeasured))}"
    return text


def for_some(plan: Roadmap) -> list[str]:
    """Ids of the phases that the totals leave open, because only some patients go through them."""
    return list(dict.fromkeys(s.phase.id for s in plan.stretches if not s.counted and only_for_some(s.phase)))


def _totals(page: Page, plan: Roadmap, library: ProtocolLibrary) -> None:
    page.heading("Totals of what is drawn")
    page.line(days_said(plan), "days")
    for total in drawn_totals(plan, library):
        mark = "" if total.checked else UNCHECKED
        page.unchecked |= not total.checked
        page.line(f"{total.title}: {amount_text(total)}{mark}", "total")
        if not total.span.exact and total.open:
            page.line("; ".join(total.open), "open")
    some = for_some(plan)
    if some:
        page.line(f"{', '.join(some)}: for some patients only; --with PHASE or --without PHASE settles it", "open")
    published = plan.protocol.total_duration
    if published:
        page.line(
            f"{duration_text(plan.protocol, plan.patient)} {page.cite(published.cite, published.checked)}", "published"
        )
