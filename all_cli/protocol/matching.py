"""From a risk group to the arms that were for it, and which of them a patient can be in."""

from collections.abc import Iterable
from typing import NamedTuple

from all_cli.logic.explain import truth
from all_cli.logic.values import PRESENT
from all_cli.patient.patient import Patient
from all_cli.protocol.filters import for_lineage, for_ph
from all_cli.protocol.regimen import Arm, Protocol


class Match(NamedTuple):
    """An arm that was for a group of a scheme; ``against`` says why this patient cannot be in it, if so."""

    scheme: str
    group: str
    protocol: Protocol
    arm: Arm
    against: str = ""

    @property
    def name(self) -> str:
        """``cog-aall0232/dex-hdmtx``."""
        return f"{self.protocol.id}/{self.arm.id}"


def matching(protocols: Iterable[Protocol], scheme: str, group: str, patient: Patient) -> list[Match]:
    """The arms that name this group of this scheme."""
    return [
        Match(scheme, group, protocol, arm, against(protocol, patient))
        for protocol in protocols
        for arm in protocol.arms
        if any(named == scheme and group in groups for named, groups in arm.groups)
    ]


def against(protocol: Protocol, patient: Patient) -> str:
    """Why a protocol is not for a patient; empty if nothing known speaks against it.

    BCR::ABL1 counts although few populations mention it: a regimen that was not written for Ph-positive leukaemia is
    none for it.
    """
    possible = patient.possible()
    if protocol.population.when is not None and truth(protocol.population.when, possible) is False:
        return "outside its population"
    ph = possible.get("bcr_abl1")
    if isinstance(ph, frozenset) and len(ph) == 1 and not for_ph(PRESENT in ph)(protocol):
        return "not written for BCR::ABL1-positive leukaemia" if PRESENT in ph else "for BCR::ABL1-positive leukaemia"
    lineages = possible.get("lineage")
    if isinstance(lineages, frozenset) and not for_lineage(lineages)(protocol):
        return f"for {' or '.join(protocol.lineage)} lineage"
    return ""
