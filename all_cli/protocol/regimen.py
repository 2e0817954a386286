"""Protocols as the program uses them: arms, phases and lines, each line with its source."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from all_cli.knowledge.sources import Citation
from all_cli.logic.explain import truth
from all_cli.logic.expression import Expression
from all_cli.patient.patient import Patient

SIZES = frozenset({"weight", "height", "bsa"})
"""Facts that part doses and bar nobody."""
IN_MG = {"g": Decimal(1000), "mg": Decimal(1), "mcg": Decimal(1) / 1000}
"""Milligrams in each unit of mass."""
_UNIT_TEXT = {"m2": "m²", "mcg": "µg"}


def unit_text(unit: str) -> str:
    """A unit as people write it: ``mg/m²``, ``µg/kg``."""
    return "/".join(_UNIT_TEXT.get(part, part) for part in unit.split("/"))


class Cited(NamedTuple):
    """A sentence with its source; ``when`` says for whom it holds, ``first`` that it stands before the lines."""

    text: str
    cite: tuple[Citation, ...]
    checked: bool
    id: str = ""
    when: Expression | None = None
    first: bool = False


class Reason(NamedTuple):
    """A sentence about the choice under a label, with its source."""

    label: str
    text: str
    cite: tuple[Citation, ...] = ()
    checked: bool = True
    strong: bool = False


class Cap(NamedTuple):
    """The highest amount given, whatever the body surface."""

    dose: float
    unit: str
    per: str
    cite: tuple[Citation, ...]
    checked: bool
    note: str = ""


class Line(NamedTuple):
    """One drug of one phase.

    ``dose`` is a number, a range or None; then ``dose_by`` names a table of doses by age, or ``dose_text`` says it in
    words; ``scale_by`` names a rule by which small children get a fraction of it. ``per`` is dose, day, 24 h, week or
    course. ``days`` are protocol days, the first being day 1; ``window`` is one day from first to last; ``schedule``
    says it in words. ``when`` says for whom it is, with what its phase asks; ``own`` is its own part of that, which
    ``condition`` has as the file writes it. ``read`` names the parts that were read in the source of a line that is not
    checked as a whole.
    """

    id: str
    drug: str
    route: str
    cite: tuple[Citation, ...]
    checked: bool
    dose: tuple[float, float] | None = None
    dose_by: str = ""
    dose_text: str = ""
    unit: str = ""
    per: str = ""
    times_per_day: int | None = None
    escalate: str = ""
    scale_by: str = ""
    infusion: str = ""
    days: tuple[int, ...] = ()
    window: tuple[int, int] | None = None
    schedule: str = ""
    cap: Cap | None = None
    when: Expression | None = None
    own: Expression | None = None
    condition: str = ""
    who: str = ""
    note: str = ""
    read: tuple[str, ...] = ()
    no_dosing: bool = False

    @property
    def weekly(self) -> bool:
        """Whether it is given once a week: the days lie seven apart, a skipped week aside, or the schedule says so."""
        gaps = [after - before for before, after in pairwise(self.days)]
        return self.schedule.startswith(("once a week", "weekly")) or (
            bool(gaps) and min(gaps) == 7 and all(gap % 7 == 0 for gap in gaps)
        )


class Assessment(NamedTuple):
    """Something to be looked at on a day of the phase."""

    id: str
    what: str
    day: int | None
    text: str
    cite: tuple[Citation, ...]
    checked: bool
    when: Expression | None = None


class Phase(NamedTuple):
    """A phase: how long, when it may start, what is given, looked at and done if things go otherwise.

    ``arms`` are the arms that it belongs to; empty means all. A phase that is a ``cycle`` is given ``cycles`` times;
    None means that the number is not printed. ``who`` says in words for whom it is where not all of the arm go through
    it; ``when`` says it as a condition, which its lines have too. Where it stands among the others: ``counts_on`` its
    days are counted from day 1 of the phase before it (BFM: IB begins on day 36), ``beside`` it runs beside the others,
    which do not wait for it, ``in_turn`` its cycles alternate with those of the phase after it.
    """

    id: str
    kind: str
    title: str
    lines: tuple[Line, ...]
    days: int | None = None
    cycle: bool = False
    cycles: tuple[int, int | None] | None = None
    who: str = ""
    when: Expression | None = None
    arms: tuple[str, ...] = ()
    start: Cited | None = None
    assessments: tuple[Assessment, ...] = ()
    rescue: tuple[Cited, ...] = ()
    notes: tuple[Cited, ...] = ()
    counts_on: bool = False
    beside: bool = False
    in_turn: bool = False

    def gone_through(self) -> Phase:
        """The same for somebody who goes through it although not all do: each line keeps its own condition alone."""
        if self.when is None:
            return self
        return self._replace(lines=tuple(line._replace(when=line.own) for line in self.lines), when=None, who="")


class StatedTotal(NamedTuple):
    """A total that a source states, over some phases or (``phases`` empty) over the whole arm.

    ``of`` is a drug, ``anthracycline`` (daunorubicin and doxorubicin, 1:1) or ``intrathecal``.
    """

    of: str
    amount: float
    unit: str
    cite: tuple[Citation, ...]
    checked: bool
    phases: tuple[str, ...] = ()
    note: str = ""


class Arm(NamedTuple):
    """A way through the protocol: phases in order, the risk groups and the settings it was for.

    An arm without a setting (a label, a rule on doses, a frame) is shown only when it is named. ``when`` says for whom
    a use of a label is, ``condition`` is how the file writes that, ``out`` for whom it is not, and why.
    """

    id: str
    title: str
    phases: tuple[str, ...]
    cite: tuple[Citation, ...]
    checked: bool
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    note: str = ""
    totals: tuple[StatedTotal, ...] = ()
    settings: tuple[str, ...] = ()
    when: Expression | None = None
    condition: str = ""
    out: Cited | None = None


class DoseRow(NamedTuple):
    """One age band of a dose table."""

    text: str
    when: Expression
    dose: float
    cite: tuple[Citation, ...]
    checked: bool


class DoseTable(NamedTuple):
    """Doses looked up by age, not computed."""

    id: str
    title: str
    drug: str
    unit: str
    rows: tuple[DoseRow, ...]
    note: str = ""


class ScaleRow(NamedTuple):
    """For whom doses are this fraction (numerator, denominator) of what is printed."""

    text: str
    when: Expression
    factor: tuple[int, int]
    cite: tuple[Citation, ...]
    checked: bool


class Scaling(NamedTuple):
    """A protocol's own rule that doses are a fraction of the printed ones, such as infants by age."""

    id: str
    title: str
    rows: tuple[ScaleRow, ...]
    note: str = ""


class SurfaceFormula(NamedTuple):
    """Body surface in m² as factor × height^a × weight^b (cm, kg); the numbers stay text, so that they stay exact."""

    id: str
    title: str
    factor: str
    height: str
    weight: str
    text: str
    cite: tuple[Citation, ...]
    checked: bool


class Limit(NamedTuple):
    """What labels limit: a dose (``above``, in ``unit``) or how close two days may lie; ``said`` has the condition.

    ``short`` heads the amount that a label gives, where it stands beside a computed one that is more. A ``unit``
    without a size limits a computed dose that has no cap; ``said`` then stands beside it.
    """

    said: Cited
    above: float | None = None
    unit: str = ""
    days_apart: int | None = None
    short: str = ""


class Drug(NamedTuple):
    """A drug of the vocabulary.

    ``uncapped`` is what is to be said where a dose of it per m² has no cap, ``limits`` what labels limit.
    """

    id: str
    name: str
    abbreviation: str
    kind: str
    spellings: tuple[str, ...] = ()
    uncapped: Cited | None = None
    limits: tuple[Limit, ...] = ()


NO_DOSING = "do not dose from this entry"


class Reservation(NamedTuple):
    """Why no arm of a protocol is ever certain, unless a condition holds; ``no_dosing``: nobody is to dose from it."""

    said: Cited
    unless: Expression | None = None
    no_dosing: bool = False

    @property
    def warning(self) -> str:
        """The caution that stands before any dose."""
        return f"{NO_DOSING}: {self.said.text}" if self.no_dosing else self.said.text


class Protocol(NamedTuple):
    """A protocol: whom it is for, its arms and its phases; ``label`` if its lines that cite a label are the label's.

    ``duration_by_sex`` has values of ``sex`` with the total duration that goes by them.
    """

    id: str
    title: str
    audience: str
    population: Cited
    population_text: str
    risk: tuple[str, ...]
    arms: tuple[Arm, ...]
    phases: tuple[Phase, ...]
    trial: str = ""
    years: tuple[int | None, int | None] = (None, None)
    about: str = ""
    lineage: tuple[str, ...] = ()
    ph: bool | None = None
    total_duration: Cited | None = None
    notes: tuple[Cited, ...] = ()
    label: bool = False
    duration_by_sex: tuple[tuple[str, str], ...] = ()
    reservations: tuple[Reservation, ...] = ()

    @property
    def lines(self) -> list[Line]:
        """Every line of every phase."""
        return [line for phase in self.phases for line in phase.lines]

    def reserved_for(self, patient: Patient) -> list[Reservation]:
        """Why it is never certain for this patient; what may hold counts."""
        possible = patient.possible()
        return [each for each in self.reservations if each.unless is None or truth(each.unless, possible) is not True]


class Default(NamedTuple):
    """Which protocol answers when none is named: for this risk, as long as the condition is not false."""

    protocol: str
    risk: str = ""
    when: Expression | None = None
    arm: str = ""


def days_in(raw: list[int | str]) -> tuple[int, ...]:
    """Days as the file writes them (``8``, ``"1-14"``) as numbers in order."""
    found: list[int] = []
    for item in raw:
        if isinstance(item, int):
            found.append(item)
        else:
            sign = -1 if item.startswith("-") else 1
            first, last = item.removeprefix("-").split("-")
            found.extend(range(sign * int(first), int(last) + 1))
    return tuple(found)


def days_text(days: tuple[int, ...]) -> str:
    """Days with runs of three and more drawn together: ``1, 8, 15``, ``1-14, 29-42``."""
    parts: list[str] = []
    index = 0
    while index < len(days):
        end = index
        while end + 1 < len(days) and days[end + 1] == days[end] + 1:
            end += 1
        if end - index >= 2:
            parts.append(f"{days[index]}-{days[end]}")
        else:
            parts.extend(str(day) for day in days[index : end + 1])
        index = end + 1
    return ", ".join(parts)
