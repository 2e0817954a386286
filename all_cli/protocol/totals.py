"""Cumulative totals over phases: how often and how much, as the exact range that the cited lines leave open.

A line with days of its own counts exactly. What depends on an unknown fact, on a condition in words (``who``), on a
schedule in words or on a number of cycles that is not printed makes the total a range or an "at least"; it never
becomes a wrong exact number. Amounts are those of the norm (mg/m², IU/m²): caps and the child's size are left out.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import product
from typing import NamedTuple

from all_cli.logic.axis import Axis
from all_cli.logic.explain import truth
from all_cli.logic.expression import Compare, Expression, tests
from all_cli.logic.values import Possible, whole_domain
from all_cli.patient.patient import Patient
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.regimen import Line, Phase, StatedTotal

ANTHRACYCLINES = ("anthracycline", "anthracenedione")
SUMMED = ("daunorubicin", "doxorubicin")
SUMS = ("anthracycline", "intrathecal")
DOSES, INJECTIONS = "doses", "injections"
_MOST_CASES = 4096
_NORMED = {"g/m2": ("mg/m2", Decimal(1000)), "mcg/m2": ("mg/m2", Decimal(1) / 1000), "g": ("mg", Decimal(1000))}


class Span(NamedTuple):
    """From ``low`` to ``high``; ``high`` is None where nothing printed bounds it."""

    low: Decimal
    high: Decimal | None

    @property
    def exact(self) -> bool:
        """Whether only one number is left."""
        return self.low == self.high

    @property
    def text(self) -> str:
        """In words: ``75``, ``8 to 11``, ``at least 6``."""
        low = f"{self.low.normalize():f}"
        if self.exact:
            return low
        return f"at least {low}" if self.high is None else f"{low} to {self.high.normalize():f}"

    def plus(self, other: "Span") -> "Span":
        """The sum of both."""
        high = None if self.high is None or other.high is None else self.high + other.high
        return Span(self.low + other.low, high)

    def times(self, factor: "Span") -> "Span":
        """The product of both; nothing times an open number is nothing."""
        if Decimal(0) in (self.high, factor.high):
            return NOTHING
        high = None if self.high is None or factor.high is None else self.high * factor.high
        return Span(self.low * factor.low, high)

    def either(self, other: "Span") -> "Span":
        """The range that holds both."""
        high = None if self.high is None or other.high is None else max(self.high, other.high)
        return Span(min(self.low, other.low), high)

    def holds(self, value: Decimal) -> bool:
        """Whether the number lies within."""
        return self.low <= value and (self.high is None or value <= self.high)


NOTHING, ONCE = Span(Decimal(0), Decimal(0)), Span(Decimal(1), Decimal(1))
ANY = Span(Decimal(0), None)


class Total(NamedTuple):
    """One total over phases.

    ``id`` is a drug of the vocabulary, ``anthracycline`` (daunorubicin and doxorubicin added 1:1, no equivalence
    factor) or ``intrathecal``; ``unit`` is ``doses``, ``injections`` or the unit of the norm. ``lines`` are the lines
    that make it up, as ``phase.line``; ``open`` says, line by line, why it is not one number; ``checked`` is whether
    every one of these lines was read in its source.
    """

    id: str
    title: str
    unit: str
    span: Span
    lines: tuple[str, ...]
    open: tuple[str, ...]
    checked: bool


def times_given(line: Line, phase: Phase) -> Span:
    """On how many days a line is given over all cycles of its phase, if it applies."""
    if line.days:
        once = Span(Decimal(len(line.days)), None if line.schedule else Decimal(len(line.days)))
    elif line.window or line.schedule == "once" or line.per == "course":
        once = ONCE
    else:
        once = ANY
    return once.times(cycles_of(phase))


def cycles_of(phase: Phase) -> Span:
    """How often a phase is gone through: once, its printed number of cycles, or at least once."""
    if phase.cycles is not None:
        least, most = phase.cycles
        return Span(Decimal(least), None if most is None else Decimal(most))
    return Span(Decimal(1), None) if phase.cycle else ONCE


def doses_given(line: Line, phase: Phase) -> Span:
    """How many single doses a line gives over all cycles of its phase, if it applies."""
    times = Decimal(line.times_per_day or 1) if line.per in ("dose", "day") else Decimal(1)
    return times_given(line, phase).times(Span(times, times))


def amount_given(line: Line, phase: Phase) -> Span:
    """How much a line gives over all cycles of its phase, in its unit, if it applies; without caps."""
    if line.dose is None:
        return ANY
    low, high = (Decimal(str(bound)) for bound in line.dose)
    each = Span(low, None if line.escalate else high)
    given = doses_given(line, phase) if line.per == "dose" else times_given(line, phase)
    if line.per == "week":
        given = ANY
    return each.times(given)


def totals_of(phases: Sequence[Phase], patient: Patient | None, library: ProtocolLibrary) -> list[Total]:
    """What people add up over an arm: anthracyclines, vincristine, asparaginase and intrathecal injections.

    Args:
        phases: the phases gone through, each once, in any order (those of one arm).
        patient: what is known, which decides conditions; None for anyone.
        library: the drugs and the vocabulary.
    """
    kinds = {id: drug.kind for id, drug in library.drugs.items()}
    used = list(dict.fromkeys(line.drug for phase in phases for line in phase.lines))
    found: list[Total] = []
    anthracyclines = [id for id in used if kinds[id] in ANTHRACYCLINES]
    for id in anthracyclines:
        found += [total for total in drug_totals(id, phases, patient, library) if total.unit != DOSES]
    if all(id in used for id in SUMMED):
        found += _amounts("anthracycline", "daunorubicin and doxorubicin, added 1:1", SUMMED, phases, patient, library)
    found += [total for total in drug_totals("vincristine", phases, patient, library) if total.unit == DOSES]
    for id in used:
        if kinds[id] == "asparaginase":
            found += drug_totals(id, phases, patient, library)
    return [*found, *_intrathecal(phases, patient, library)]


def drug_totals(drug: str, phases: Sequence[Phase], patient: Patient | None, library: ProtocolLibrary) -> list[Total]:
    """Doses and amounts of one drug over phases, without its intrathecal lines; nothing if it is not given."""
    title = library.drugs[drug].name
    lines = [(phase, line) for phase, line in _applying(phases, patient) if line.drug == drug and line.route != "IT"]
    if not lines:
        return []
    counts = {(phase.id, line.id): doses_given(line, phase) for phase, line in lines}
    doses = _total(drug, title, DOSES, lines, patient, library, lambda phase, line: counts[phase.id, line.id])
    return [doses, *_amounts(drug, title, (drug,), phases, patient, library)]


def _amounts(
    id: str,
    title: str,
    drugs: Sequence[str],
    phases: Sequence[Phase],
    patient: Patient | None,
    library: ProtocolLibrary,
) -> list[Total]:
    """One total for each unit of the norm."""
    lines = [(phase, line) for phase, line in _applying(phases, patient) if line.drug in drugs and line.route != "IT"]
    units = dict.fromkeys(_normed(line)[0] for _, line in lines if line.dose is not None)
    found = []
    for unit in units:
        # A dose that is not printed could be of any unit: it opens every one of the drug's totals.
        own = [(phase, line) for phase, line in lines if line.dose is None or _normed(line)[0] == unit]
        found.append(_total(id, title, unit, own, patient, library, _normed_amount))
    return found


def _normed_amount(phase: Phase, line: Line) -> Span:
    factor = _normed(line)[1]
    return amount_given(line, phase).times(Span(factor, factor))


def _normed(line: Line) -> tuple[str, Decimal]:
    return _NORMED.get(line.unit, (line.unit, Decimal(1)))


Measure = Callable[[Phase, Line], Span]
_Placed = tuple[Phase, Line]


def _applying(phases: Iterable[Phase], patient: Patient | None) -> list[_Placed]:
    """The lines that the patient does not certainly fail to meet, each with its phase."""
    possible = patient.possible() if patient else {}
    return [
        (phase, line)
        for phase in phases
        for line in phase.lines
        if line.when is None or truth(line.when, possible) is not False
    ]


def _total(
    id: str,
    title: str,
    unit: str,
    lines: Sequence[_Placed],
    patient: Patient | None,
    library: ProtocolLibrary,
    measure: Measure,
) -> Total:
    measured = [(line, bool(line.who or _some(phase)), measure(phase, line)) for phase, line in lines]
    whole: Span | None = None
    for case in _cases((line.when for line, _, _ in measured), patient, library):
        span = NOTHING
        for line, some, one in measured:
            holds = True if line.when is None else truth(line.when, case)
            if holds is not False:
                span = span.plus(one if holds and not some else NOTHING.either(one))
        whole = span if whole is None else whole.either(span)
    return Total(
        id, title, unit, whole or NOTHING,
        tuple(f"{phase.id}.{line.id}" for phase, line in lines),
        tuple(dict.fromkeys(
            f"{phase.title}: {reason}" for phase, line in lines for reason in _reasons(phase, line, unit, patient)
        )),
        all(line.checked for _, line in lines),
    )  # fmt: skip


def _some(phase: Phase) -> str:
    """Who goes through the phase, where no condition says it; a condition is on every line."""
    return phase.who if phase.when is None else ""


def _reasons(phase: Phase, line: Line, unit: str, patient: Patient | None) -> Iterator[str]:
    """Why a line does not count as one number."""
    possible = patient.possible() if patient else {}
    yield from (who for who in (_some(phase), line.who) if who)
    if line.when is not None and truth(line.when, possible) is None:
        yield f"if {line.condition}"
    if times_given(line, phase).high is None:
        yield line.schedule if line.schedule else "number of cycles not printed"
    elif not cycles_of(phase).exact:
        yield f"{phase.cycles[0]} to {phase.cycles[1]} cycles" if phase.cycles else ""
    if unit not in (DOSES, INJECTIONS):
        if line.dose is None:
            yield line.dose_text or "dose not printed"
        elif line.escalate:
            yield f"later doses: {line.escalate}"
        elif line.dose[0] != line.dose[1]:
            yield "a range of doses is printed"


def _intrathecal(phases: Sequence[Phase], patient: Patient | None, library: ProtocolLibrary) -> list[Total]:
    """Intrathecal injections: several drugs on one day are one injection."""
    lines = [(phase, line) for phase, line in _applying(phases, patient) if line.route == "IT"]
    if not lines:
        return []
    whole: Span | None = None
    for case in _cases((line.when for _, line in lines), patient, library):
        span = NOTHING
        for phase in phases:
            own = [line for place, line in lines if place is phase]
            sure = [line for line in own if not line.who and (line.when is None or truth(line.when, case))]
            able = [line for line in own if line.when is None or truth(line.when, case) is not False]
            one = _injections(sure, able).times(cycles_of(phase))
            span = span.plus(NOTHING.either(one) if _some(phase) else one)
        whole = span if whole is None else whole.either(span)
    reasons = (
        f"{phase.title}: {reason}" for phase, line in lines for reason in _reasons(phase, line, INJECTIONS, patient)
    )
    return [
        Total(
            "intrathecal", "intrathecal injections", INJECTIONS, whole or NOTHING,
            tuple(f"{phase.id}.{line.id}" for phase, line in lines), tuple(dict.fromkeys(reasons)),
            all(line.checked for _, line in lines),
        )
    ]  # fmt: skip


def _injections(sure: Sequence[Line], able: Sequence[Line]) -> Span:
    """Days with an injection in one cycle: those of lines that surely apply, to those of all that can."""
    days = {day for line in sure for day in line.days}
    least = len(days)
    for first, last in {line.window for line in sure if line.window}:
        # A window may close on a day that is counted already.
        least += not any(first <= day <= last for day in days)
    if not least and any(line.schedule == "once" for line in sure):
        least = 1
    if any(line.schedule and line.schedule != "once" for line in able):
        return Span(Decimal(least), None)
    most = len({day for line in able for day in line.days})
    most += len({line.window for line in able if line.window}) + sum(line.schedule == "once" for line in able)
    return Span(Decimal(least), Decimal(most))


def _cases(
    conditions: Iterable[Expression | None], patient: Patient | None, library: ProtocolLibrary
) -> Iterator[dict[str, Possible]]:
    """The patient cut into cases in each of which every condition holds or does not, so that sums are exact.

    Conditions over very many facts are left undecided in one case: the range is then wider, never wrong.
    """
    known = dict(patient.possible()) if patient else {}
    asked = [test for condition in conditions if condition is not None for test in tests(condition)]
    pieces: dict[str, list[Possible]] = {}
    cases = 1
    for id in dict.fromkeys(test.fact for test in asked):
        fact = library.vocabulary[id]
        possible = known.get(fact.id, whole_domain(fact))
        cuts = [test.value for test in asked if test.fact == id and isinstance(test, Compare)]
        axis = Axis.of_number(id, cuts, possible, fact.whole) if cuts else Axis.of_words(id, list(fact.values))  # type: ignore[arg-type]
        pieces[id] = [axis.possible(1 << piece) for piece in axis.pieces(axis.mask(possible))]
        cases *= len(pieces[id])
    if cases > _MOST_CASES:
        yield known
        return
    for chosen in product(*pieces.values()):
        yield {**known, **dict(zip(pieces, chosen, strict=True))}


def stated_span(stated: StatedTotal, phases: Sequence[Phase], library: ProtocolLibrary) -> Span | None:
    """What the lines add up to where a source states a total; None if nothing of that drug and unit is given."""
    over = [phase for phase in phases if not stated.phases or phase.id in stated.phases]
    totals = totals_of(over, None, library) if stated.of in SUMS else drug_totals(stated.of, over, None, library)
    found = [total.span for total in totals if total.id == stated.of and total.unit == stated.unit]
    return found[0] if found else None
