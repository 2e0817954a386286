"""All protocols, from the compiled cache, and the choice of the one that answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from all_cli.knowledge.cache import open_part
from all_cli.knowledge.sources import Bibliography, Source, citations, pack_sources
from all_cli.knowledge.vocabulary import Vocabulary, pack_vocabulary, unpack_vocabulary
from all_cli.logic.explain import truth
from all_cli.logic.expression import unpack
from all_cli.logic.values import Possible
from all_cli.patient.patient import Patient
from all_cli.protocol.heads import ArmHead, arm_heads_in, head_of
from all_cli.protocol.regimen import (
    Arm,
    Cited,
    Default,
    DoseRow,
    DoseTable,
    Drug,
    Limit,
    Line,
    Protocol,
    Scaling,
    SurfaceFormula,
)
from all_cli.protocol.unpack import cited_in, expression_in, optional_in, protocol_in, scaling_in


class ProtocolLibrary:
    """The vocabulary, the bibliography, drugs, dose tables and every protocol; each is unpacked when asked for."""

    def __init__(self, packed: Mapping[str, Any]) -> None:
        self._packed = packed
        self._heads = {head["id"]: head for head in packed["protocols"]}
        self._protocols: dict[str, Protocol] = {}
        self._arm_heads: dict[str, list[ArmHead]] = {}

    @property
    def ids(self) -> list[str]:
        """The ids of all protocols."""
        return list(self._heads)

    def protocol(self, id: str) -> Protocol:
        """One protocol; KeyError if there is none of that id."""
        if id not in self._protocols:
            self._protocols[id] = protocol_in(open_part(self._heads[id]["whole"]))
        return self._protocols[id]

    @property
    def protocols(self) -> list[Protocol]:
        """Every protocol."""
        return [self.protocol(id) for id in self._heads]

    def with_phase(self, kind: str) -> list[str]:
        """Ids of the protocols that have a phase of this kind: whole regimens before fragments and labels."""
        having = [id for id, head in self._heads.items() if kind in head["phase_kinds"]]
        return sorted(having, key=lambda id: self._heads[id]["completeness"], reverse=True)

    def phase_kinds(self) -> list[str]:
        """Every kind of phase that occurs, in the order of first occurrence."""
        return list(dict.fromkeys(kind for head in self._heads.values() for kind in head["phase_kinds"]))

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The facts."""
        return unpack_vocabulary(self._packed["vocabulary"])

    @cached_property
    def sources(self) -> Bibliography:
        """The bibliography by id."""
        return Bibliography(self._packed["sources"])

    @cached_property
    def drugs(self) -> dict[str, Drug]:
        """The drugs by id."""
        return {
            id: Drug(
                id, raw["name"], raw.get("abbreviation", ""), raw["class"], tuple(raw.get("spellings", ())),
                optional_in(raw.get("uncapped")),
                tuple(
                    Limit(
                        cited_in(each), each.get("above"), each.get("unit", ""), each.get("days_apart"),
                        each.get("short", ""),
                    )
                    for each in raw.get("limits", ())
                ),
            )
            for id, raw in self._packed["drugs"].items()
        }  # fmt: skip

    @cached_property
    def dose_tables(self) -> dict[str, DoseTable]:
        """The tables of doses by age."""
        return {
            id: DoseTable(
                id, raw["title"], raw["drug"], raw["unit"],
                tuple(
                    DoseRow(row["when"], unpack(row["expression"]), row["dose"], citations(row["cite"]), row["checked"])
                    for row in raw["rows"]
                ),
                raw.get("note", ""),
            )
            for id, raw in self._packed["dose_tables"].items()
        }  # fmt: skip

    @cached_property
    def scalings(self) -> dict[str, Scaling]:
        """The rules by which doses are a fraction of the printed ones."""
        return {id: scaling_in(id, raw) for id, raw in self._packed["scalings"].items()}

    @cached_property
    def surface_formulas(self) -> dict[str, SurfaceFormula]:
        """The formulas of body surface by id; the first is the default."""
        return {
            id: SurfaceFormula(id, **{**raw, "cite": citations(raw["cite"])})
            for id, raw in self._packed["body_surface"].items()
        }

    @cached_property
    def defaults(self) -> list[Default]:
        """Which protocol answers when none is named, in order of preference."""
        return [
            Default(raw["protocol"], raw.get("risk", ""), expression_in(raw), raw.get("arm", ""))
            for raw in self._packed["defaults"]
        ]

    @property
    def not_encoded(self) -> list[Mapping[str, Any]]:
        """Protocols and phases that are known and not shown, each with the reason and the reference."""
        return list(self._packed["not_encoded"])

    def risks(self) -> list[str]:
        """Every risk label that a protocol carries."""
        return list(dict.fromkeys(risk for head in self._heads.values() for risk in head["risk"]))

    def fitting(self, kind: str, risk: str | None, lineage: str | None, ph: bool | None, patient: Patient) -> list[str]:
        """Every protocol that fits, in the order in which they answer: first the defaults, then all others.

        Args:
            kind: the kind of phase.
            risk: risk label, or None for any.
            lineage: B or T, or None for any.
            ph: whether the leukaemia is BCR::ABL1-positive; None for any.
            patient: what is known; a protocol whose population excludes the patient does not answer.
        """
        possible = patient.possible()
        having = self.with_phase(kind)
        preferred = [
            default.protocol
            for default in self.defaults
            if (not risk or default.risk == risk)
            and (default.when is None or truth(default.when, possible) is not False)
        ]
        return [
            id
            for id in dict.fromkeys([*preferred, *having])
            if id in having and self._fits(self._heads[id], risk, lineage, ph, possible)
        ]

    def preferred(self, patient: Patient) -> list[str]:
        """The protocols that answer before all others, as far as their condition is not false."""
        possible = patient.possible()
        open_ = (each for each in self.defaults if each.when is None or truth(each.when, possible) is not False)
        return list(dict.fromkeys(default.protocol for default in open_))

    def in_order(self, kind: str, patient: Patient) -> list[str]:
        """Every protocol with a phase of this kind (all if empty), in the order in which they answer."""
        having = self.with_phase(kind) if kind else self.ids
        return list(dict.fromkeys([*(id for id in self.preferred(patient) if id in having), *having]))

    def audience(self, id: str) -> str:
        """For whom a protocol is: children, infants, adults or all-ages."""
        return str(self._heads[id]["audience"])

    def was_read(self, id: str) -> bool:
        """Whether at least a line of the protocol was read in its source."""
        return bool(self._heads[id]["completeness"][1])

    def arm_heads(self, id: str) -> list[ArmHead]:
        """What choosing needs of the arms of a protocol, without opening it."""
        if id not in self._arm_heads:
            self._arm_heads[id] = arm_heads_in(self._heads[id])
        return self._arm_heads[id]

    def arm_head(self, protocol: str, arm: str) -> ArmHead:
        """What choosing needs of one arm; StopIteration if there is none of that id."""
        return next(each for each in self.arm_heads(protocol) if each.id == arm)

    def arm(self, protocol: str, arm: str) -> Arm:
        """One arm of a protocol; StopIteration if there is none of that id."""
        return next(each for each in self.protocol(protocol).arms if each.id == arm)

    def default_arm(self, id: str, risk: str | None, patient: Patient) -> str | None:
        """The arm that goes first, for a label of risk or any: only where its condition is certainly met."""
        possible = patient.possible()
        met = (
            default.arm
            for default in self.defaults
            if default.protocol == id
            and risk in (None, default.risk)
            and default.when is not None
            and truth(default.when, possible) is True
        )
        return next(met, "") or None

    @staticmethod
    def _fits(
        head: Mapping[str, Any],
        risk: str | None,
        lineage: str | None,
        ph: bool | None,
        possible: Mapping[str, Possible],
    ) -> bool:
        return (
            (risk is None or risk in head["risk"])
            and (lineage is None or not head.get("lineage") or lineage in head["lineage"])
            and (ph is None or head.get("ph", False) == ph)
            and truth(unpack(head["population"]["expression"]), possible) is not False
        )


def lines_for(lines: Sequence[Line], patient: Patient) -> list[Line]:
    """The lines of a phase without those whose condition the patient certainly does not meet."""
    possible = patient.possible()
    return [line for line in lines if line.when is None or truth(line.when, possible) is not False]


def uncapped(line: Line, library: ProtocolLibrary) -> Cited | None:
    """What is to be said of a line per m² without a cap, where the drug asks for it; otherwise None."""
    return library.drugs[line.drug].uncapped if line.cap is None and line.unit.endswith("/m2") else None


def dose_rows_for(table: DoseTable, patient: Patient) -> list[DoseRow]:
    """The rows of a dose table that the patient's age still allows."""
    possible = patient.possible()
    return [row for row in table.rows if truth(row.when, possible) is not False]


def packed(form: Mapping[str, Any], vocabulary: Vocabulary, sources: Mapping[str, Source]) -> dict[str, Any]:
    """Compiled protocols as a library takes them: what choosing needs in the open, the rest closed until asked for."""
    return {
        **form,
        "protocols": [head_of(raw) for raw in form["protocols"]],
        "vocabulary": pack_vocabulary(vocabulary),
        "sources": pack_sources(sources),
    }
