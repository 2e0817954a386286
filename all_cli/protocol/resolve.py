"""What a line of a regimen says, once for every screen: for a patient, with its dose worked out where a size is known.

A line counts as read only if all that it leans on was: itself, its cap, and the rows of a table of doses by age, or of
a rule that scales them, that may concern the patient.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from all_cli.knowledge.sources import Citation
from all_cli.logic.explain import truth
from all_cli.patient.names import condition_text
from all_cli.patient.patient import Patient
from all_cli.protocol.library import ProtocolLibrary, dose_rows_for, uncapped
from all_cli.protocol.line_text import NO_CAP, cap_text, dose_text, when_text
from all_cli.protocol.regimen import NO_DOSING, DoseRow, Line, Phase, ScaleRow
from all_cli.protocol.shown import Shown

if TYPE_CHECKING:
    from all_cli.protocol.dose import Dose

OUTSIDE = "not for this patient"
NO_LINE = "do not dose from this line"


class Withheld(NamedTuple):
    """Why no dose of a line is computed unless it is forced; ``mark`` then stands beside each."""

    mark: str
    why: str


class Resolved(NamedTuple):
    """A line in words, and what they lean on.

    Attributes:
        line: as it stands in the data.
        name: the drug.
        dose: as printed; of a table of doses by age, what may concern the patient.
        route: with how long it runs in.
        days: on which it is given.
        cap: the most of it; that none is printed, where its drug asks for one.
        condition: for whom it is, if not for all.
        open: whether the patient may not fulfil the condition.
        bands: the rows of a table of doses by age.
        fractions: the rows of a rule that scales doses.
        read: whether all of this was read in its source.
        held: why the patient is not to be dosed from it.
        worked: the dose for the patient, or why there is none; None where no size is known.
    """

    line: Line
    name: str
    dose: str
    route: str
    days: str
    cap: str
    condition: str
    open: bool
    bands: tuple[DoseRow, ...]
    fractions: tuple[ScaleRow, ...]
    read: bool
    held: Withheld | None = None
    worked: Dose | None = None

    @property
    def whom(self) -> str:
        """For whom it is, whoever the patient is."""
        return ", ".join(filter(None, (self.condition, self.line.who)))

    @property
    def whom_open(self) -> str:
        """For whom it is, as far as that is open for the patient."""
        return ", ".join(filter(None, (self.condition if self.open else "", self.line.who)))

    @property
    def refused(self) -> bool:
        """Whether a size is known and no dose is worked out, as none is to be given."""
        return self.held is not None and self.worked is not None and self.worked.reason == self.held.why

    @property
    def at_most(self) -> str:
        """``, at most 2 mg a dose``, or empty."""
        return f", at most {cap_text(self.line.cap)}" if self.line.cap else ""

    @property
    def cite(self) -> tuple[Citation, ...]:
        """The sources of the line and of the rows; the cap has its own."""
        rows: tuple[DoseRow | ScaleRow, ...] = (*self.bands, *self.fractions)
        return (*self.line.cite, *(citation for row in rows for citation in row.cite))

    @property
    def cite_all(self) -> tuple[Citation, ...]:
        """The sources of the line, of the rows and of the cap, each once."""
        return tuple(dict.fromkeys((*self.cite, *(self.line.cap.cite if self.line.cap else ()))))


def resolve(line: Line, patient: Patient, library: ProtocolLibrary, growing: Patient | None = None) -> Resolved:
    """A line for a patient.

    Args:
        line: the line.
        patient: decides for whom it is.
        library: drugs, tables and rules.
        growing: whose age decides doses by age, if not the patient's.
    """
    growing = growing or patient
    return Resolved(
        line,
        library.drugs[line.drug].name,
        dose_text(line, growing, library),
        line.route + (f", {line.infusion}" if line.infusion else ""),
        when_text(line),
        NO_CAP if uncapped(line, library) else cap_text(line.cap),
        condition_text(line.condition, library.vocabulary),
        line.own is not None and truth(line.own, patient.possible()) is not True,
        bands_of(line, library, growing),
        fractions_of(line, library, growing),
        is_read(line, library, growing),
    )


def bands_of(line: Line, library: ProtocolLibrary, patient: Patient | None = None) -> tuple[DoseRow, ...]:
    """The rows of the table by which a line is dosed, those that cannot concern the patient left out."""
    if not line.dose_by:
        return ()
    table = library.dose_tables[line.dose_by]
    return table.rows if patient is None else tuple(dose_rows_for(table, patient))


def fractions_of(line: Line, library: ProtocolLibrary, patient: Patient | None = None) -> tuple[ScaleRow, ...]:
    """The rows of the rule that scales a line, those that cannot concern the patient left out."""
    rows = library.scalings[line.scale_by].rows if line.scale_by else ()
    return rows if patient is None else tuple(r for r in rows if truth(r.when, patient.possible()) is not False)


def is_read(line: Line, library: ProtocolLibrary, patient: Patient | None = None) -> bool:
    """Whether a line was read in its source, with its cap and the rows that it leans on."""
    rows: tuple[DoseRow | ScaleRow, ...] = (*bands_of(line, library, patient), *fractions_of(line, library, patient))
    return line.checked and (line.cap is None or line.cap.checked) and all(row.checked for row in rows)


def withheld(line: Line, phase: Phase, shown: Shown) -> Withheld | None:
    """Whether the dose of a line is withheld: the phase is not for the patient, or nobody is to dose from it."""
    if phase.id in shown.barred:
        return Withheld(OUTSIDE, f"{OUTSIDE}: {shown.barred[phase.id]}")
    reserved = (each for each in shown.protocol.reserved_for(shown.patient) if each.no_dosing)
    if (reason := next(reserved, None)) is not None:
        return Withheld(NO_DOSING, reason.warning)
    return Withheld(NO_LINE, f"{NO_LINE}: {line.note}") if line.no_dosing else None


def resolve_shown(
    line: Line, phase: Phase, shown: Shown, library: ProtocolLibrary, growing: Patient | None = None
) -> Resolved:
    """A line of a phase that is shown, with its dose where a size is known.

    ``growing`` is the patient at the time of the phase, where doses by age go by it.
    """
    held = withheld(line, phase, shown)
    worked = None
    if shown.dosing is not None:
        refused = held is not None and not shown.forced
        worked = shown.dosing.none(held.why) if held and refused else shown.dosing.of(line, library)
    return resolve(line, shown.patient, library, growing or shown.growing)._replace(held=held, worked=worked)
