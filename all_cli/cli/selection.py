"""From what the user asked for to the protocol, arm and phases to show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from all_cli.cli.common import fail, not_encoded, one_of
from all_cli.knowledge.problems import did_you_mean, misspelled
from all_cli.logic.explain import truth
from all_cli.patient.names import few
from all_cli.patient.patient import Patient
from all_cli.protocol.drugs import AskedDrug, all_names, drugs_named, folded, read_drug
from all_cli.protocol.inhibitor import with_inhibitor
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.line_text import brief_dose, on_days_text
from all_cli.protocol.regimen import SIZES, Arm, Line, Phase, Protocol, Reason
from all_cli.protocol.shown import Shown
from all_cli.report.words import number_of

if TYPE_CHECKING:
    from all_cli.report.drug_for import DrugShown

_MOST_NAMED, _TRIALS = 6, 2
_MEANT = {
    **dict.fromkeys(("relapse", "salvage", "relapsed"), "all-protocol show reinduction"),
    **dict.fromkeys(
        ("transplant", "transplantation", "hsct", "hct", "bmt", "sct"),
        "all-protocol guide transplant says who; all-protocol show conditioning what is given before",
    ),
}
"""Words for a moment of treatment that are no phase, and the command that answers them."""
_SHORT = {"sr": "standard", "ir": "intermediate", "hr": "high", "vhr": "very-high"}


class Asked(NamedTuple):
    """What was named: a kind of phase (and the phase itself, if by its own id), a protocol and arm, or a drug."""

    text: str
    kind: str = ""
    phase: str = ""
    protocol: str = ""
    arm: str = ""
    drug: AskedDrug | None = None

    @property
    def whole(self) -> bool:
        """Whether a protocol or an arm was named, not a phase."""
        return bool(self.protocol)

    def named_too(self, library: ProtocolLibrary) -> bool:
        """Whether the kind of phase is also the name of a protocol that has it: a drug by its label."""
        return self.kind in library.with_phase(self.kind)


def read_asked(library: ProtocolLibrary, text: str, protocol_id: str | None) -> Asked:
    """What PHASE|ARM|DRUG names: a kind of phase, a protocol, ``protocol/arm``, a drug, a phase of its own id, an arm.

    Where no protocol is named a drug goes before a phase of the same name: several protocols call a phase so.

    Leaves with one sentence and the nearest names where it names nothing, or arms of several protocols.
    """
    kinds = library.phase_kinds()
    plain = _label_of(library, text.strip().casefold().replace("_", "-").replace(" ", "-"), kinds)
    if plain in kinds:
        return Asked(plain, kind=plain)
    id, slash, arm = plain.partition("/")
    if slash and (id in library.ids or did_you_mean(id, library.ids)):
        one_of("protocol", id, dict.fromkeys(library.ids))
        _arm(library.protocol(id), arm)
        return Asked(plain, protocol=id, arm=arm)
    protocols = [library.protocol(protocol_id)] if protocol_id in library.ids else library.protocols
    # The parts of a label or of a table of doses are no phase of treatment, unless theirs was asked for.
    treating = [protocol for protocol in protocols if protocol_id is not None or not protocol.label]
    named = next((phase for protocol in treating for phase in protocol.phases if phase.id == plain), None)
    # A phase of the protocol that is named goes before a protocol of the same id (pegaspargase is both).
    if plain in library.ids and (named is None or protocol_id is None):
        return Asked(plain, protocol=plain)
    if protocol_id is None and (drug := read_drug(library, plain)):
        return Asked(plain, drug=drug)
    if named is not None:
        return Asked(plain, kind=named.kind, phase=named.id)
    arms = [(protocol.id, arm.id) for protocol in protocols for arm in protocol.arms if arm.id == plain]
    if len(arms) == 1:
        return Asked(plain, protocol=arms[0][0], arm=arms[0][1])
    if arms:
        named_arms = ", ".join("/".join(arm) for arm in arms[:_MOST_NAMED])
        more = f" and {len(arms) - _MOST_NAMED} more" if len(arms) > _MOST_NAMED else ""
        fail(f'several protocols have an arm "{text}"; name one: {named_arms}{more}')
    if protocol_id is not None and (drug := read_drug(library, plain)):
        fail(
            f'"{text}" is a drug, and no phase or arm of {protocol_id} is called so: leave out --protocol, or '
            f"all-protocol drug {drug.drug.id} --protocol {protocol_id} shows its lines there"
        )
    if of_class := drugs_named(library, plain):
        fail(f'"{text}" is a class of drugs; name one: {", ".join(drug.id for drug in of_class)}')
    phases = [phase.id for protocol in treating for phase in protocol.phases]
    names = [*kinds, *library.ids, *phases, *(arm.id for protocol in protocols for arm in protocol.arms)]
    meant = f": {_MEANT[plain]}" if plain in _MEANT else misspelled(text, [*dict.fromkeys(names), *all_names(library)])
    hint = meant or not_encoded(text) or f"; phases: {', '.join(kinds)}"
    fail(f'no phase is called "{text}", nor a protocol, arm or drug{hint}')


def _label_of(library: ProtocolLibrary, plain: str, kinds: Sequence[str]) -> str:
    """The label or kind of phase that bears another name of the drug that was named: blinatumomab for Blincyto."""
    if plain in library.ids or (drug := read_drug(library, plain)) is None:
        return plain
    own = {folded(name) for name in (drug.drug.id, *drug.drug.spellings)}
    return next((id for id in (*kinds, *library.ids) if folded(id) in own and not drug.high_dose), plain)


def read_risk(library: ProtocolLibrary, text: str | None) -> str | None:
    """The label that ``--risk`` names, in full or as SR, IR, HR, VHR; leaves with one sentence where there is none."""
    if text is None:
        return None
    plain = text.strip().casefold().replace("_", "-").replace(" ", "-")
    risk, known = _SHORT.get(plain, plain), library.risks()
    if risk not in known:
        hint = did_you_mean(risk, known)
        fail(f'no risk is called "{text}"{hint}; protocols carry {", ".join(known)}; sr, ir, hr and vhr are read too')
    return risk


def select(
    library: ProtocolLibrary,
    asked: Asked,
    risk: str | None,
    ph: bool | None,
    protocol_id: str | None,
    arm_id: str | None,
    everything: bool,
    patient: Patient,
) -> Shown:
    """The phases to show; leaves with one sentence where the request fits nothing."""
    risk = read_risk(library, risk)
    if asked.whole:
        shown = _whole(library, asked, protocol_id, arm_id, patient)
        _for_the_risk(shown.protocol, risk)
        return with_bars(library, shown)
    if protocol_id is None:
        return _by_risk(library, asked, risk, ph, arm_id, everything, patient)
    one_of("protocol", protocol_id, dict.fromkeys(library.ids))
    protocol = library.protocol(protocol_id)
    _for_the_risk(protocol, risk)
    arm = _arm(protocol, arm_id)
    return with_bars(library, shown_of(library, asked, protocol, [arm] if arm else [], everything, patient))


def _by_risk(
    library: ProtocolLibrary,
    asked: Asked,
    risk: str | None,
    ph: bool | None,
    arm_id: str | None,
    everything: bool,
    patient: Patient,
) -> Shown:
    """The first protocol of a risk label that nothing known of the patient bars."""
    heads = {
        id: library.arm_heads(id) for id in library.fitting(asked.kind, risk, single_lineage(patient), ph, patient)
    }
    open_to = open_arms(library, asked.kind, patient, list(heads))
    fitting = {
        id: [arm.id for arm in arms if asked.kind in arm.kinds and (id, arm.id) in open_to]
        for id, arms in heads.items()
    }
    fitting = {id: arms for id, arms in fitting.items() if arms}
    if not fitting:
        fail(
            f"no encoded protocol with a phase {asked.kind} fits{_request(risk, patient)}; all-protocol list shows all"
        )
    id, open_ = next(iter(fitting.items()))
    protocol = library.protocol(id)
    default = library.default_arm(id, risk, patient)
    arm_id = arm_id or (default if default in open_ else None)
    arm = _arm(protocol, arm_id)
    arms = [arm] if arm else [each for each in protocol.arms if each.id in open_]
    reason = Reason("chosen", _unnamed(asked, risk, len(fitting), arm_id))
    shown = shown_of(library, asked, protocol, arms, everything, patient)._replace(chosen=(reason,))
    return with_bars(library, shown) if everything else shown


def open_arms(library: ProtocolLibrary, kind: str, patient: Patient, ids: list[str]) -> set[tuple[str, str]]:
    """Protocol and arm of those of the protocols with this kind of phase that nothing known of the patient bars."""
    if not facts_told(patient):
        return {(id, arm.id) for id in ids for arm in library.arm_heads(id)}
    from all_cli.protocol.choice import choose

    return choose(library, patient, kind, named=True, groups=False, only=ids).open_to if ids else set()


def facts_told(patient: Patient) -> set[str]:
    """The facts that were told, sizes apart."""
    return set(patient.told) - SIZES


def with_bars(library: ProtocolLibrary, shown: Shown) -> Shown:
    """What was named, with the phases that are not for this patient and why."""
    if not shown.patient.told:
        return shown
    from all_cli.protocol.named import hanging_reasons

    barred = bars(library, shown)
    phases = [phase for phase in shown.phases if phase.id not in barred]
    hanging = hanging_reasons(shown.protocol, shown.arms, phases, shown.patient, library)
    return shown._replace(barred=barred, leading=(*shown.leading, *hanging))


def bars(library: ProtocolLibrary, shown: Shown) -> dict[str, str]:
    """By phase, why it is not for this patient."""
    if not shown.patient.told:
        return {}
    from all_cli.protocol.choice import choose
    from all_cli.protocol.indications import against, holds
    from all_cli.protocol.reasons import against_reason

    barred = {phase.id: f"only for {phase.who}" for phase in shown.for_others}
    for phase in shown.phases:  # of a label: uses that are not this patient's
        uses = [arm for arm in shown.arms if phase.id in arm.phases]
        if uses and all(holds(arm, shown.patient) is False for arm in uses):
            barred[phase.id] = against(uses[0], shown.patient, shown.protocol.arms)
    for kind in dict.fromkeys(phase.kind for phase in shown.phases):
        choice = choose(library, shown.patient, kind, named=True, only=[shown.protocol.id])
        out = {offer.arm: offer for offer in choice.excluded}
        for phase in shown.phases:
            through = [arm.id for arm in shown.arms if phase.id in arm.phases]
            if phase.kind == kind and phase.id not in barred and through and all(arm in out for arm in through):
                barred[phase.id] = against_reason(out[through[0]], choice, library).text
    return barred


def of_drug(library: ProtocolLibrary, asked: Asked, patient: Patient) -> DrugShown:
    """A drug that was asked for: the arms of the patient that give it, and its labels."""
    from all_cli.protocol.drug_for import drug_for
    from all_cli.report.drug_for import DrugShown

    assert asked.drug is not None
    found = drug_for(asked.drug, patient, library)
    as_drug = Asked(asked.drug.drug.id)
    labels = [
        with_bars(library, shown_of(library, as_drug, label, [], True, patient)._replace(whole=False, others=()))
        for label in found.labels
    ]
    return DrugShown(found, labels)


def trials_beside(library: ProtocolLibrary, asked: Asked, patient: Patient) -> list[Reason]:
    """What arms of trials give of a drug that was asked for by the name of its label; those certain go first."""
    drug = (
        read_drug(library, asked.protocol) if facts_told(patient) and library.protocol(asked.protocol).label else None
    )
    if drug is None:
        return []
    from all_cli.protocol.drug_for import drug_for
    from all_cli.protocol.offer import POSSIBLE
    from all_cli.protocol.reasons import hangs_text

    by_dose: dict[tuple[str, str], tuple[list[str], Line]] = {}
    for arm in drug_for(drug, patient, library).arms:
        hangs = f", if {hangs_text(arm.offer, patient)}" if arm.offer.status == POSSIBLE else ""
        for phase in arm.phases if not arm.protocol.label else ():
            for line in filter(drug.is_given_by, phase.lines):
                text = f"{phase.kind}: {brief_dose(line, patient, library)}, {on_days_text(line)}{hangs}"
                label = "answer" if arm.heads else "in trials"
                by_dose.setdefault((label, text), ([], line))[0].append(arm.offer.name)
    return [
        Reason(label, f"{few(list(dict.fromkeys(names)))}, {text}", line.cite, line.checked, strong=True)
        for (label, text), (names, line) in list(by_dose.items())[:_TRIALS]
    ]


def label_beside(library: ProtocolLibrary, asked: Asked, shown: Shown) -> Shown | None:
    """The label of the drug that was asked for, where the arm that is shown has no dose of it that was read."""
    if not asked.named_too(library) or shown.protocol.id == asked.kind:
        return None
    lines = [line for phase in shown.phases for line in phase.lines if line.drug == asked.kind]
    if all(line.checked and line.dose is not None for line in lines):
        return None
    label = library.protocol(asked.kind)
    return with_bars(library, shown_of(library, asked, label, [], False, shown.patient))


def _for_the_risk(protocol: Protocol, risk: str | None) -> None:
    """Leave with one sentence where a protocol and a risk group were named that do not go together."""
    if risk is not None and risk not in protocol.risk:
        labels = f"the risk {' or '.join(protocol.risk)}, not {risk}" if protocol.risk else "no named risk"
        fail(f'"{protocol.id}" is for {labels}; leave out --risk, or name another protocol')


def _unnamed(asked: Asked, risk: str | None, fitting: int, arm_id: str | None) -> str:
    """Why a protocol, and an arm of it, answers that nobody named."""
    named = "no risk group and no protocol was" if risk is None else "no protocol was"
    group = f" for the risk {risk}" if risk else ""
    first = f"the first of {number_of(fitting, 'protocol')} with {asked.text}{group}"
    arm = f", with its arm {arm_id}" if arm_id else ""
    return f"{named} named: {first} is shown{arm}; {'--risk or ' if risk is None else ''}--protocol chooses another"


def shown_of(
    library: ProtocolLibrary,
    asked: Asked,
    protocol: Protocol,
    arms: list[Arm],
    everything: bool,
    patient: Patient,
) -> Shown:
    """The phases of a protocol that were asked for, of these arms only, if any are named."""
    phases = _phases(protocol, arms, asked, everything)
    if not phases:
        has = ", ".join(dict.fromkeys(phase.kind for phase in protocol.phases))
        where = f" in arm {arms[0].id}" if arms else ""
        fail(f'"{protocol.id}" has no phase {asked.text}{where}; it has: {has}')
    for_others = [phase for phase in phases if phase.when and truth(phase.when, patient.possible()) is False]
    if len(for_others) < len(phases):
        phases = [phase for phase in phases if phase not in for_others]
    else:  # asked for by its name: shown, and said not to be for this patient
        phases = [phase.gone_through() for phase in phases]
    others = [id for id in library.with_phase(asked.kind) if id != protocol.id]
    arm = arms[0] if len(arms) == 1 else None
    if not everything:  # shown whole, the phase beside has its place
        phases = [with_inhibitor(protocol, arms or protocol.arms, phase, library) for phase in phases]
    return Shown(protocol, arm, phases, patient, others, asked.text, whole=everything, for_others=for_others)


def every(library: ProtocolLibrary, asked: Asked, risk: str | None, ph: bool | None, patient: Patient) -> list[Shown]:
    """The phase in every protocol that has it and that this patient, risk and lineage do not exclude."""
    if asked.whole:
        fail(f'--every shows a phase in all protocols; "{asked.text}" is a protocol or an arm')
    risk = read_risk(library, risk)
    fitting = library.fitting(asked.kind, risk, single_lineage(patient), ph, patient)
    open_to = open_arms(library, asked.kind, patient, fitting)
    found = []
    for protocol in map(library.protocol, fitting):
        arms = [arm for arm in protocol.arms if (protocol.id, arm.id) in open_to]
        if arms and _phases(protocol, arms, asked, everything=False):
            found.append(shown_of(library, asked, protocol, arms, False, patient)._replace(others=[]))
    if not found:
        fail(
            f"no encoded protocol with a phase {asked.kind} fits{_request(risk, patient)}; all-protocol list shows all"
        )
    return found


def single_lineage(patient: Patient) -> str | None:
    """The lineage, if only one is left."""
    lineage = patient.known.get("lineage")
    if lineage is None or len(lineage.possible) != 1:  # type: ignore[arg-type]
        return None
    return str(next(iter(lineage.possible)))  # type: ignore[arg-type]


def _whole(
    library: ProtocolLibrary, asked: Asked, protocol_id: str | None, arm_id: str | None, patient: Patient
) -> Shown:
    """A protocol or an arm with all its phases in order."""
    if protocol_id is not None and protocol_id != asked.protocol:
        fail(f'"{asked.text}" is of the protocol "{asked.protocol}", not of "{protocol_id}"; name one')
    if asked.arm and arm_id is not None and arm_id != asked.arm:
        fail(f'"{asked.text}" names the arm "{asked.arm}", --arm the arm "{arm_id}"; name one')
    protocol = library.protocol(asked.protocol)
    arm = _arm(protocol, asked.arm or arm_id)
    return shown_of(library, asked, protocol, [arm] if arm else [], True, patient)._replace(others=[])


def _arm(protocol: Protocol, arm_id: str | None) -> Arm | None:
    arms = {arm.id: arm for arm in protocol.arms}
    if arm_id is None:
        return protocol.arms[0] if len(protocol.arms) == 1 else None
    found: Arm = one_of(f"arm of {protocol.id}", arm_id, arms)
    return found


def _phases(protocol: Protocol, arms: list[Arm], asked: Asked, everything: bool) -> list[Phase]:
    chosen = list(protocol.phases)
    if arms:
        by_id = {phase.id: phase for phase in protocol.phases}
        chosen = [by_id[id] for id in dict.fromkeys(id for arm in arms for id in arm.phases)]
    if everything:
        return chosen
    return [phase for phase in chosen if phase.kind == asked.kind and asked.phase in ("", phase.id)]


def _request(risk: str | None, patient: Patient) -> str:
    parts = [f"risk {risk}"] if risk else []
    parts += [f"{id} {text}" for id, text in patient.said().items()]
    return f" {', '.join(parts)}" if parts else ""
