"""Phases or whole arms of several protocols put side by side, drug by drug."""

from collections.abc import Sequence
from typing import NamedTuple

from all_cli.patient.patient import Patient
from all_cli.protocol.library import ProtocolLibrary, lines_for
from all_cli.protocol.regimen import Arm, Line, Phase, Protocol
from all_cli.protocol.totals import DOSES, INJECTIONS, Total, drug_totals, totals_of

INTRATHECAL = "IT"


class Column(NamedTuple):
    """One column of a comparison of phases: a phase of a protocol; None where the protocol has no such phase."""

    protocol: Protocol
    phase: Phase | None

    @property
    def name(self) -> str:
        """``ccg-1991.induction``."""
        return f"{self.protocol.id}.{self.phase.id}" if self.phase else self.protocol.id


class DrugRow(NamedTuple):
    """One drug by one way (intrathecal or not): per column the lines that give it, none where it is not given."""

    drug: str
    intrathecal: bool
    lines: tuple[tuple[Line, ...], ...]


def rows_of(columns: Sequence[Column], patient: Patient) -> list[DrugRow]:
    """The drugs of the columns, those of the first column first, intrathecal ones at the end."""
    found: dict[tuple[bool, str], list[list[Line]]] = {}
    for number, column in enumerate(columns):
        for line in lines_for(column.phase.lines, patient) if column.phase else ():
            key = line.route == INTRATHECAL, line.drug
            found.setdefault(key, [[] for _ in columns])[number].append(line)
    ordered = sorted(found.items(), key=lambda item: item[0][0])
    return [DrugRow(drug, way, tuple(map(tuple, lines))) for (way, drug), lines in ordered]


class Way(NamedTuple):
    """One arm of a protocol, with the phases that it goes through."""

    protocol: Protocol
    arm: Arm

    @property
    def name(self) -> str:
        """``cog-aall0232/dex-hdmtx``."""
        return f"{self.protocol.id}/{self.arm.id}"

    @property
    def phases(self) -> list[Phase]:
        """The phases of the arm in its order, each once."""
        known = {phase.id: phase for phase in self.protocol.phases}
        return [known[id] for id in dict.fromkeys(self.arm.phases)]


class TotalRow(NamedTuple):
    """One total (a drug's doses, its amount in one unit, intrathecal injections): per arm, None if not given."""

    id: str
    title: str
    unit: str
    totals: tuple[Total | None, ...]


def totals_side_by_side(ways: Sequence[Way], patient: Patient, library: ProtocolLibrary) -> list[TotalRow]:
    """Every total of every arm: each drug's doses and amounts, then what is added up over drugs."""
    found: dict[tuple[str, str], list[Total | None]] = {}
    titles: dict[str, str] = {}
    for number, way in enumerate(ways):
        for total in arm_totals(way, patient, library):
            titles.setdefault(total.id, total.title)
            found.setdefault((total.id, total.unit), [None for _ in ways])[number] = total
    drugs = list(library.drugs)
    # Those of one drug stand together, drugs in the order of the vocabulary; sums over drugs come last.
    place = {id: number for number, id in enumerate(drugs)}
    units = {DOSES: 0, INJECTIONS: 0}
    ordered = sorted(found.items(), key=lambda item: (place.get(item[0][0], len(drugs)), units.get(item[0][1], 1)))
    return [TotalRow(id, titles[id], unit, tuple(totals)) for (id, unit), totals in ordered]


def arm_totals(way: Way, patient: Patient, library: ProtocolLibrary) -> list[Total]:
    """Each drug's doses and amounts over an arm, and the sums over drugs."""
    phases = way.phases
    found = [
        total
        for drug in dict.fromkeys(line.drug for phase in phases for line in phase.lines)
        for total in drug_totals(drug, phases, patient, library)
    ]
    known = {(total.id, total.unit) for total in found}
    return [*found, *(t for t in totals_of(phases, patient, library) if (t.id, t.unit) not in known)]
