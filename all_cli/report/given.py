"""The lines of a phase on the calendar in words, each with its dose for the patient where a size is known."""

from typing import NamedTuple

from all_cli.knowledge.sources import Citation
from all_cli.logic.explain import truth
from all_cli.patient.names import condition_text
from all_cli.patient.patient import Patient
from all_cli.protocol.dose import Dose
from all_cli.protocol.library import ProtocolLibrary, dose_rows_for
from all_cli.protocol.regimen import Cap, DoseRow, Line
from all_cli.protocol.roadmap import Roadmap, Run, Stretch, doses_a_day, runs
from all_cli.report.before_doses import Withheld, withheld
from all_cli.report.doses import edges_text
from all_cli.report.line_text import cap_text, dose_text
from all_cli.report.shown import Shown

_SHORT = 20  # characters of a dose in words that still are one dose


class Given(NamedTuple):
    """A line within a stretch, in words: what, how much, how, for whom, from where.

    ``one`` is what a single dose comes to, empty where that is not one certain amount: the age still decides it, words
    say it, or it is printed for all days together. ``worked`` is the dose for the patient, None where no size is known;
    ``held`` says why nobody, or not this patient, is to be dosed from the line.
    """

    line: Line
    name: str
    dose: str
    route: str
    whom: str
    cite: tuple[Citation, ...]
    checked: bool
    runs: tuple[Run, ...]
    one: str
    worked: Dose | None = None
    held: Withheld | None = None

    def on(self, day: int, cycle: int) -> str:
        """What one dose of a day is; empty where no number on this page is certainly it."""
        first = min(run.first for run in self.runs)
        return "" if self.line.escalate and (day != first or cycle > 1) else self.one

    @property
    def arithmetic(self) -> str:
        """The arithmetic of the dose for the patient, or why there is none; empty where no size is known."""
        if self.worked is None:
            return ""
        return self.worked.arithmetic + (f" ({self.held.mark})" if self.held and not self.worked.reason else "")

    @property
    def text(self) -> str:
        """The line in one phrase: ``vincristine 1.5 mg/m² IV``."""
        return self.with_dose(self.dose)

    def with_dose(self, dose: str) -> str:
        """Drug, dose and route."""
        return f"{self.name} {dose}" + ("" if self.intrathecal else f" {self.route}")

    @property
    def by(self) -> str:
        """Drug and route: ``IT methotrexate``, ``vincristine IV``."""
        return self.name if self.intrathecal else f"{self.name} {self.route}"

    @property
    def intrathecal(self) -> bool:
        """Whether it is given into the cerebrospinal fluid."""
        return self.line.route == "IT"


def given_in(stretch: Stretch, plan: Roadmap, library: ProtocolLibrary) -> list[Given]:
    """The lines of a stretch in words, intrathecals first."""
    shown = as_shown(plan, stretch)
    patient = plan.doses_for(stretch)
    found = []
    for line in stretch.lines:
        rows = dose_rows_for(library.dose_tables[line.dose_by], patient) if line.dose_by else []
        name = library.drugs[line.drug].name
        condition = (
            f"if {condition_text(line.condition, library.vocabulary)}"
            if line.own is not None and _open(line, plan)
            else ""
        )
        parts: list[Line | DoseRow | Cap] = [line, *rows, *([line.cap] if line.cap else [])]
        most = f", at most {cap_text(line.cap)}" if line.cap else ""
        held = withheld(line, stretch.phase, shown)
        worked = _worked(line, shown, held, library)
        grows = stretch.begins <= plan.start and edges_text(line, stretch.phase, patient, library)
        found.append(
            Given(
                line,
                f"IT {name}" if line.route == "IT" else name,
                dose_text(line, patient, library) + most,
                line.route + (f", {line.infusion}" if line.infusion else ""),
                "; ".join(part for part in (condition, line.who) if part),
                tuple(dict.fromkeys(citation for part in parts for citation in part.cite)),
                all(part.checked for part in parts),
                runs(line),
                "" if grows else _one(line, worked, held, patient, library),
                worked,
                held,
            )
        )
    return sorted(found, key=lambda given: not given.intrathecal)


def _worked(line: Line, shown: Shown, held: Withheld | None, library: ProtocolLibrary) -> Dose | None:
    if shown.dosing is None:
        return None
    if held and not shown.forced:
        return Dose(None, None, "", "", (), reason=held.why)
    return shown.dosing.of(line, library)


def _one(line: Line, worked: Dose | None, held: Withheld | None, patient: Patient, library: ProtocolLibrary) -> str:
    """``1.23 mg``, ``60 mg/m² a day``, ``450 mg each``: what one of the doses of a day comes to; or empty."""
    if doses_a_day(line) is None:
        return ""
    many = (line.times_per_day or 1) > 1
    if worked is not None:
        each = " each" if many and worked.per == "dose" else ""
        return f"{worked.amount}{each}{f' ({held.mark})' if held else ''}" if worked.amount else ""
    if line.scale_by:  # a fraction by age, which without a size is not taken
        return ""
    each = " each" if many and line.per == "dose" else ""
    most = f", at most {cap_text(line.cap)}" if line.cap else ""
    text = dose_text(line._replace(escalate="", times_per_day=None if each else line.times_per_day), patient, library)
    return "" if text.startswith("by age") or (line.dose is None and len(text) > _SHORT) else f"{text}{each}{most}"


def as_shown(plan: Roadmap, stretch: Stretch | None = None) -> Shown:
    """The plan as ``show`` shows an arm; doses by age as on the first day, or as during a stretch."""
    dosing = plan.dosing
    if dosing is not None:
        dosing = dosing._replace(patient=plan.doses_for(stretch or plan.stretches[0]))
    return Shown(
        plan.protocol, plan.arm, plan.phases, plan.patient, (), "", dosing, whole=True, by_age=plan.by_age,
        barred=plan.barred, forced=plan.forced,
    )  # fmt: skip


def _open(line: Line, plan: Roadmap) -> bool:
    return line.own is not None and truth(line.own, plan.patient.possible()) is not True
