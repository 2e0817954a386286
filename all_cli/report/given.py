"""The lines of a phase on the calendar in words, each with its dose for the patient where a size is known."""

import re
from typing import NamedTuple

from all_cli.patient.patient import Patient
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.line_text import dose_text
from all_cli.protocol.regimen import Line
from all_cli.protocol.resolve import Resolved, resolve_shown
from all_cli.protocol.roadmap import Roadmap, Run, Stretch, doses_a_day, runs
from all_cli.protocol.shown import Shown

_OF_CYCLES = re.compile(r"(?i)\b(?:cycles?|courses?|blocks?|reinductions?)\b")
_SHORT = 20  # characters of a dose in words that still are one dose


class Given(NamedTuple):
    """A line within a stretch: what is said of it, on which days, and what one of its doses is.

    ``one`` is what a single dose comes to, empty where that is not one certain amount: the age still decides it, words
    say it, or it is printed for all days together.
    """

    said: Resolved
    runs: tuple[Run, ...]
    one: str

    @property
    def line(self) -> Line:
        """As it stands in the data."""
        return self.said.line

    @property
    def name(self) -> str:
        """``vincristine``, ``IT methotrexate``."""
        return f"IT {self.said.name}" if self.intrathecal else self.said.name

    @property
    def dose(self) -> str:
        """As printed, with its cap."""
        return f"{self.said.dose}{self.said.at_most}"

    @property
    def whom(self) -> str:
        """For whom it is, as far as that is open."""
        condition = f"if {self.said.condition}" if self.said.open else ""
        return "; ".join(filter(None, (condition, self.line.who)))

    @property
    def some_cycles(self) -> bool:
        """Whether it is for some cycles only; which of those drawn they are, its words say and no number here does."""
        return _OF_CYCLES.search(self.line.who) is not None

    def on(self, day: int, cycle: int) -> str:
        """What one dose of a day is; empty where no number on this page is certainly it."""
        first = min(run.first for run in self.runs)
        return "" if self.line.escalate and (day != first or cycle > 1) else self.one

    @property
    def arithmetic(self) -> str:
        """The arithmetic of the dose for the patient, or why there is none; empty where no size is known."""
        worked, held = self.said.worked, self.said.held
        if worked is None:
            return ""
        return worked.arithmetic + (f" ({held.mark})" if held and not worked.reason else "")

    @property
    def text(self) -> str:
        """The line in one phrase: ``vincristine 1.5 mg/m² IV``."""
        return self.with_dose(self.dose)

    def with_dose(self, dose: str) -> str:
        """Drug, dose and route."""
        return f"{self.name} {dose}" + ("" if self.intrathecal else f" {self.said.route}")

    @property
    def by(self) -> str:
        """Drug and route: ``IT methotrexate``, ``vincristine IV``."""
        return self.name if self.intrathecal else f"{self.name} {self.said.route}"

    @property
    def intrathecal(self) -> bool:
        """Whether it is given into the cerebrospinal fluid."""
        return self.line.route == "IT"


def given_in(stretch: Stretch, plan: Roadmap, library: ProtocolLibrary) -> list[Given]:
    """The lines of a stretch in words, intrathecals first."""
    found = []
    for line in stretch.lines:
        patient = plan.doses_for(stretch, line)
        said = resolve_shown(line, stretch.phase, as_shown(plan, patient), library, patient)
        found.append(Given(said, runs(line), _one(said, patient, library)))
    return sorted(found, key=lambda given: not given.intrathecal)


def _one(said: Resolved, patient: Patient, library: ProtocolLibrary) -> str:
    """``1.23 mg``, ``60 mg/m² a day``, ``450 mg each``: what one of the doses of a day comes to; or empty."""
    line, worked, held = said.line, said.worked, said.held
    if doses_a_day(line) is None:
        return ""
    many = (line.times_per_day or 1) > 1
    if worked is not None:
        each = " each" if many and worked.per == "dose" else ""
        return f"{worked.amount}{each}{f' ({held.mark})' if held else ''}" if worked.amount else ""
    if line.scale_by:  # a fraction by age, which without a size is not taken
        return ""
    each = " each" if many and line.per == "dose" else ""
    text = dose_text(line._replace(escalate="", times_per_day=None if each else line.times_per_day), patient, library)
    several = text.startswith("by age") or (line.dose is None and len(text) > _SHORT)
    return "" if several else f"{text}{each}{said.at_most}"


def as_shown(plan: Roadmap, growing: Patient | None = None) -> Shown:
    """The plan as ``show`` shows an arm; doses by age as for the patient then, or as in the first phase."""
    dosing = plan.dosing
    if dosing is not None:
        dosing = dosing._replace(patient=growing or plan.doses_for(plan.stretches[0]))
    return Shown(
        plan.protocol, plan.arm, plan.phases, plan.patient, (), "", dosing, whole=True, by_age=plan.by_age,
        barred=plan.barred, forced=plan.forced,
    )  # fmt: skip
