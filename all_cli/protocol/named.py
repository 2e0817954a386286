"""On what an arm hangs that somebody named: which of its setting and population is not known of the patient."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from all_cli.patient.names import few, how_to_tell
from all_cli.patient.patient import Patient
from all_cli.protocol.choice import Chooser
from all_cli.protocol.choice_rules import narrowed
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.load import choice_rules
from all_cli.protocol.offer import EXCLUDED
from all_cli.protocol.parts import hangs_on
from all_cli.protocol.reasons import hangs_text
from all_cli.protocol.regimen import Arm, Phase, Protocol, Reason

_HINTS = 2


def hanging_reasons(
    protocol: Protocol, arms: Sequence[Arm], phases: Sequence[Phase], patient: Patient, library: ProtocolLibrary
) -> Iterator[Reason]:
    """For the arms that are shown, what is not known of the patient and would have to be, with how to say it.

    What choosing presumes is presumed as long as the arm stays possible: of a relapse arm no first line is. A use of a
    label that says for whom it is says so in its own line.
    """
    by_hang: dict[str, list[str]] = {}
    kinds = {arm.id: phase.kind for arm in arms for phase in reversed(phases) if phase.id in arm.phases}
    for arm in arms:
        if arm.id in kinds and not arm.condition:
            text = _hanging(protocol.id, arm.id, kinds[arm.id], patient, library)
            by_hang.setdefault(text, []).append(arm.id)
    for text, names in by_hang.items():
        if text:
            yield Reason("hangs on", f"{few(names)}: {text}" if len(by_hang) > 1 else text, strong=True)


def _hanging(protocol: str, arm: str, kind: str, patient: Patient, library: ProtocolLibrary) -> str:
    rules = choice_rules(library)
    chooser = Chooser(library, rules, named=True, groups=False)
    head = library.arm_head(protocol, arm)
    for each in rules.presumed(patient, kind, named=False)[1]:
        presuming = narrowed(patient, each.fact, each.values, each.text)
        if presuming is not None and chooser.offer(protocol, head, presuming, kind).status != EXCLUDED:
            patient = presuming
    offer = chooser.offer(protocol, head, patient, kind)
    # What holds for every arm (mixed phenotype) is no question that this one asks.
    open_ = [part for part in offer.parts if not part.sure(patient) and not (part.guard and part.guard.everything)]
    if offer.status == EXCLUDED:
        return ""
    asked = offer._replace(own_criteria=(), reserved=())
    texts = [hangs_text(asked._replace(hangs_on={}), patient)] if offer.untold else []
    if facts := hangs_on(open_, patient):
        hints = few([how_to_tell(patient.vocabulary[fact]) for fact in list(facts)[:_HINTS]])
        wanted = hangs_text(asked._replace(hangs_on=facts, untold=()), patient)
        texts.insert(0, f"{wanted}: not known of this patient ({hints})")
    return "; ".join(texts)
