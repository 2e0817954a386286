"""The roadmap of an arm: its phases in order, each with its days, dated from a start as far as dates can be known.

The first phase begins on the start. A phase that waits for blood counts, for remission or simply for the phase before
it to be over has no date: it has an earliest one, by the lengths of the phases before it, until its real start is
given. Nothing here guesses a length: where none is printed, the last day that is named counts, and the roadmap says so.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType
from typing import NamedTuple

from all_cli.logic.explain import truth
from all_cli.logic.values import NumberSet
from all_cli.patient.patient import Patient
from all_cli.patient.relapse import ByAge, fullness
from all_cli.patient.unreadable import ContradictionError, UnreadableError
from all_cli.protocol.dose import Dosing
from all_cli.protocol.library import lines_for
from all_cli.protocol.regimen import Arm, Assessment, Line, Phase, Protocol

MOST_CYCLES = 99
_BY_THE_CALENDAR = ("maintenance", "continuation")
_YEAR = 365.25
_SOME = "some patients only"


class Run(NamedTuple):
    """Days in a row on which a line is given; ``once`` on one of them only."""

    first: int
    last: int
    once: bool = False


class Stretch(NamedTuple):
    """One pass through a phase, on the calendar.

    ``first`` and ``last`` are its first and last day by the protocol's own numbers (``last`` is None where neither a
    length nor a day is printed); ``begins`` is the date of the first day, the earliest one unless ``fixed``. ``waits``
    says in words why a phase has no date of its own. ``counted`` is whether the phases after it wait for it.
    """

    phase: Phase
    cycle: int
    cycles: int
    begins: date
    fixed: bool
    first: int
    last: int | None
    lines: tuple[Line, ...]
    left_out: int
    assessments: tuple[Assessment, ...]
    waits: str = ""
    counted: bool = True

    @property
    def ends(self) -> date | None:
        """The date of the last day, the earliest one unless fixed; None where no day is printed."""
        return None if self.last is None else self.date_of(self.last)

    @property
    def known_length(self) -> bool:
        """Whether the length of the phase is printed, not only days in it."""
        return self.phase.days is not None

    @property
    def title(self) -> str:
        """The phase's title, with the number of the cycle if several are drawn."""
        return f"{self.phase.title}, cycle {self.cycle} of {self.cycles}" if self.cycles > 1 else self.phase.title

    def date_of(self, day: int) -> date:
        """The date of a day of the phase."""
        return self.begins + timedelta(days=self._ordinal(day) - self._ordinal(self.first))

    def _ordinal(self, day: int) -> int:
        # Day -1 is the day before day 1 unless the phase has a day 0.
        return day + 1 if day < 0 and not _has_day_zero(self.phase) else day


class Roadmap(NamedTuple):
    """An arm on the calendar.

    ``dosing`` is how doses are computed, None where no size is known; ``barred`` says by phase why it is not for this
    patient: no dose is computed then, unless ``forced``. ``by_age`` has the age at the start that doses by age go by,
    where it is known to be another than that at diagnosis.
    """

    protocol: Protocol
    arm: Arm
    start: date
    stretches: tuple[Stretch, ...]
    patient: Patient
    left_out: tuple[Phase, ...] = ()
    warnings: tuple[str, ...] = ()
    for_others: tuple[Phase, ...] = ()
    dosing: Dosing | None = None
    barred: Mapping[str, str] = MappingProxyType({})
    forced: bool = False
    by_age: ByAge | None = None

    @property
    def counted(self) -> list[Stretch]:
        """The stretches one after another, without phases beside them and without those that only some go through."""
        return [stretch for stretch in self.stretches if stretch.counted]

    @property
    def days(self) -> int:
        """Days from the start to the last day printed, at the earliest."""
        ends = [stretch.ends for stretch in self.counted if stretch.ends is not None]
        return (max(ends) - self.start).days + 1 if ends else 0

    @property
    def unmeasured(self) -> list[Stretch]:
        """The counted stretches whose length is not printed: the plan is at least as long as it seems."""
        return [stretch for stretch in self.counted if not stretch.known_length]

    @property
    def phases(self) -> list[Phase]:
        """The phases drawn, each once, with the number of its cycles; only one that is not surely gone through keeps
        its ``who``, by which totals leave it open.
        """
        drawn = {stretch.phase.id: stretch for stretch in self.stretches}
        return [
            stretch.phase._replace(
                cycle=stretch.cycles > 1,
                cycles=(stretch.cycles, stretch.cycles) if stretch.cycles > 1 else None,
                who="" if stretch.counted else stretch.phase.who or _SOME if only_for_some(stretch.phase) else "",
            )
            for stretch in drawn.values()
        ]

    def doses_for(self, stretch: Stretch, line: Line | None = None) -> Patient:
        """The patient as old as on the days of a line, or during a stretch: doses by age go by the age on the day."""
        days = (*line.days, *(line.window or ())) if line is not None and not line.schedule else ()
        last = stretch.date_of(max(days)) if days else stretch.ends or stretch.begins
        return _aged(self.by_age.patient if self.by_age else self.patient, stretch, self.start, last)


class Wanted(NamedTuple):
    """What the user says of the plan.

    ``starts`` are real starts by phase and cycle; ``cycles`` how often a phase is drawn; ``taken`` and ``left_out`` the
    ids of phases that are, or are not, gone through.
    """

    starts: Mapping[tuple[str, int], date] = {}
    cycles: Mapping[str, int] = {}
    taken: Collection[str] = ()
    left_out: Collection[str] = ()


def roadmap(protocol: Protocol, arm: Arm, start: date, patient: Patient, wanted: Wanted | None = None) -> Roadmap:
    """The arm on the calendar from ``start`` on.

    Args:
        protocol: the protocol.
        arm: the arm of it; its phases in order.
        start: the date of the first day of the first phase.
        patient: what is known; lines whose condition the patient certainly does not meet are left out.
        wanted: real starts, cycles, phases left out.

    Raises:
        UnreadableError: starts in the wrong order, or a plan past the end of the calendar.
    """
    wanted = wanted or Wanted()
    by_id = {phase.id: phase for phase in protocol.phases}
    going = ((by_id[id], _goes_through(by_id[id], patient, wanted)) for id in dict.fromkeys(arm.phases))
    phases = [phase.gone_through() if goes else phase for phase, goes in going if goes is not False]
    plan = _Plan(start, patient, wanted)
    try:
        for phase, cycle, cycles in passes(phases, wanted.cycles):
            if phase.id not in wanted.left_out:
                plan.add(phase, cycle, cycles)
    except OverflowError:
        raise UnreadableError("--start", start.isoformat(), "the plan would run past the last year, 9999") from None
    for id, cycle in wanted.starts:
        if not any((placed.phase.id, placed.cycle) == (id, cycle) for placed in plan.placed):
            why = "the phase is left out" if id in wanted.left_out else f"cycle {cycle} is not drawn; see --cycles"
            raise UnreadableError("--phase-start", id, why)
    for phase in phases:
        if wanted.cycles.get(phase.id, 1) > 1 and not phase.cycle and not _takes_turns(phase, phases):
            plan.warnings.append(
                f"{phase.title} is drawn several times in a row; its title and the arm say where each belongs"
            )
    plan.warnings += [each.warning for each in protocol.reserved_for(patient)]
    left_out = tuple(phase for phase in phases if phase.id in wanted.left_out)
    others = tuple(by_id[id] for id in arm.phases if id not in {phase.id for phase in phases})
    return Roadmap(protocol, arm, start, tuple(plan.placed), patient, left_out, tuple(plan.warnings), others)


def _goes_through(phase: Phase, patient: Patient, wanted: Wanted) -> bool | None:
    """Whether the patient goes through a phase that is for some alone: as the user says, or as the facts do."""
    if phase.when is None:
        return None
    if phase.id in wanted.taken or any(id == phase.id for id, _ in wanted.starts):
        return True
    return truth(phase.when, patient.possible())


def passes(phases: Sequence[Phase], cycles: Mapping[str, int]) -> Iterator[tuple[Phase, int, int]]:
    """Phases in the order in which they are gone through: phase, number of the cycle, cycles in all.

    Phases that are gone through in turn (course A, course B, course A …) alternate; a number given for one of them
    holds for all.
    """
    index = 0
    while index < len(phases):
        size = 1
        while phases[index + size - 1].in_turn and index + size < len(phases):
            size += 1
        turns = phases[index : index + size]
        given = [cycles[phase.id] for phase in turns if phase.id in cycles]
        times = [cycles.get(phase.id, given[0] if given else 1) for phase in turns]
        for turn in range(1, max(times) + 1):
            yield from ((phase, turn, most) for phase, most in zip(turns, times, strict=True) if turn <= most)
        index += size


def _takes_turns(phase: Phase, phases: Sequence[Phase]) -> bool:
    before = phases[phases.index(phase) - 1] if phases.index(phase) else None
    return phase.in_turn or (before is not None and before.in_turn)


def runs(line: Line) -> tuple[Run, ...]:
    """The days of a line, those in a row drawn together; a window is a run on one day of which it is given."""
    found: list[Run] = []
    for day in line.days:
        if found and found[-1].last + 1 == day:
            found[-1] = Run(found[-1].first, day)
        else:
            found.append(Run(day, day))
    if line.window:
        found.append(Run(*line.window, once=True))
    return tuple(found)


def doses_a_day(line: Line) -> int | None:
    """How many single doses each day of a line has; None where their number is said in words or for all days alone."""
    if line.schedule or (line.per in ("week", "course") and len(line.days) > 1):
        return None
    return line.times_per_day or 1


def only_for_some(phase: Phase) -> bool:
    """Whether not every patient of the arm goes through the phase, so that the next one does not wait for it."""
    return bool(phase.who) or phase.kind == "extended-induction"


def runs_beside(phase: Phase) -> bool:
    """Whether the phase runs beside others; radiotherapy does, whatever its days."""
    return phase.beside or phase.kind == "radiotherapy"


class _Plan:
    """The phases placed so far, and the first day that is free after them."""

    def __init__(self, start: date, patient: Patient, wanted: Wanted) -> None:
        self.start, self.patient, self.wanted = start, patient, wanted
        self.free = start
        self.free_for_some = start
        self.placed: list[Stretch] = []
        self.warnings: list[str] = []

    def add(self, phase: Phase, cycle: int, cycles: int) -> None:
        before = next((stretch for stretch in reversed(self.placed) if stretch.counted), None)
        first, last = _bounds(phase, before)
        begins, fixed, waits = self._when(phase, cycle, before, first)
        real = self.wanted.starts.get((phase.id, cycle))
        if real is not None:
            self._accept(phase, real, begins, before)
            begins, fixed, waits = real, True, ""
        beside, some = runs_beside(phase), only_for_some(phase)
        counted = not beside and (not some or phase.id in self.wanted.taken or real is not None)
        possible = self.patient.possible()
        lines = tuple(lines_for(phase.lines, self.patient))
        looked = tuple(
            item for item in phase.assessments if item.when is None or truth(item.when, possible) is not False
        )
        stretch = Stretch(
            phase, cycle, cycles, begins, fixed, first, last, lines, len(phase.lines) - len(lines), looked, waits,
            counted,
        )  # fmt: skip
        self.placed.append(stretch)
        end = stretch.ends
        if end is not None and counted:
            self.free = max(self.free, end + timedelta(days=1))
        elif end is not None and some:
            self.free_for_some = max(self.free_for_some, end + timedelta(days=1))

    def _when(self, phase: Phase, cycle: int, before: Stretch | None, first: int) -> tuple[date, bool, str]:
        """The date of the first day, whether it is fixed, and why not."""
        if runs_beside(phase):
            return before.begins if before else self.start, False, "beside the other phases; when, as its lines say"
        if before is None:
            return self.start, True, ""
        # Those who go through one phase for some go through the next such phase after it.
        begins = max(self.free, self.free_for_some) if only_for_some(phase) else self.free
        if phase.counts_on and cycle == 1:
            begins = before.date_of(first)
        if phase.id == before.phase.id and phase.kind in _BY_THE_CALENDAR and phase.days is not None:
            return begins, before.fixed, before.waits
        if before.phase.kind == "prephase" and before.fixed and before.known_length and phase.start is None:
            return begins, True, ""
        return begins, False, self._why(phase)

    def _why(self, phase: Phase) -> str:
        """What a phase waits for."""
        if phase.start is not None:
            said = phase.start.text
        else:
            said = "for the phase before it to be over; further criteria to start are not recorded here"
        if only_for_some(phase):
            said += "; only some patients go through it, and the phases after it are not put off by it"
        unmeasured = [s.phase.title for s in self.placed if s.counted and not s.known_length]
        if unmeasured:
            said += f"; the length is not printed of: {', '.join(dict.fromkeys(unmeasured))}"
        return said

    def _accept(self, phase: Phase, real: date, begins: date, before: Stretch | None) -> None:
        """Refuse a start before that of an earlier phase; warn of one before the earlier phase can be over."""
        name = f"{phase.id}={real.isoformat()}"
        for earlier in self.placed:
            if earlier.fixed and not runs_beside(earlier.phase) and real < earlier.begins:
                why = f"before the start of {earlier.phase.id} ({earlier.begins}), an earlier phase of the arm"
                raise UnreadableError("--phase-start", name, why)
        if before is None and not runs_beside(phase) and real != self.start:
            why = f"it is the first phase; give its start as --start (now {self.start})"
            raise UnreadableError("--phase-start", name, why)
        # Days that count on may begin within the phase before them.
        earliest = min(self.free, begins)
        if before is not None and real < earliest and not runs_beside(phase):
            end = earliest - timedelta(days=1)
            self.warnings.append(
                f"{phase.title} starts on {real}, before the phases ahead of it can be over ({end} by printed days)"
            )


def _bounds(phase: Phase, before: Stretch | None) -> tuple[int, int | None]:
    """The first and the last day of a phase, in the protocol's own numbers."""
    named = [day for line in phase.lines for run in runs(line) for day in (run.first, run.last)]
    named += [item.day for item in phase.assessments if item.day is not None]
    least = min(named, default=1)
    first = least if phase.counts_on and before is not None else min(1, least)
    last = phase.days if phase.days is not None else max(named, default=None)
    return first, last


def _has_day_zero(phase: Phase) -> bool:
    return any(0 in line.days for line in phase.lines) or any(item.day == 0 for item in phase.assessments)


def _aged(patient: Patient, stretch: Stretch, start: date, last: date) -> Patient:
    """The patient with the ages possible from the beginning of a stretch to a day of it.

    An age in whole years, or months, may be nearly one of them more; a phase that waits may begin a year later.
    """
    known = patient.known.get("age")
    if known is None or not isinstance(known.possible, NumberSet):
        return patient
    ages = known.possible
    (low, _), (high, _) = ages.spans[0][0], ages.spans[-1][1]
    if ages.single is not None:
        high += fullness(low)
    from_start = max(0, (stretch.begins - start).days) / _YEAR
    until = from_start + max(0, (last - stretch.begins).days) / _YEAR + (not stretch.fixed)
    then = NumberSet.between(low + from_start, high + until)
    key = ("as old as", then)  # most lines of a stretch end on one of a few days
    if key not in patient.worked_out:
        try:
            patient.worked_out[key] = patient.assuming("age", then)
        except ContradictionError:
            patient.worked_out[key] = patient
    aged: Patient = patient.worked_out[key]
    return aged
