"""Why an arm is the answer, hangs on something or is out: sentences, each with its source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from all_cli.logic.explain import because
from all_cli.logic.values import Possible, intersect, whole_domain
from all_cli.patient.names import condition_text, few, reasons_text
from all_cli.patient.patient import Patient
from all_cli.patient.reading import value_text
from all_cli.protocol.choice_rules import Guard
from all_cli.protocol.heads import ELIGIBILITY
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.offer import Choice, Offer, Turn
from all_cli.protocol.parts import GIVEN, GROUP, GUARD, POPULATION, SETTING, Part, enough_alone, leading_facts
from all_cli.protocol.regimen import Cited, Reason
from all_cli.risk.library import risk_library
from all_cli.risk.scheme import NOT_APPLICABLE, UNCLASSIFIED, Scheme
from all_cli.risk.verdict import Decision, brief, cites, judge, settling

PH = "ph-positive"
_LITTLE = 2
_HEAD = 3  # arms named in a line of the head of a screen; JSON names all


def setting_reason(choice: Choice) -> Reason:
    """The patient's setting and the rule that says so; or the settings still possible and what decides."""
    verdict = judge(choice.rules.setting, choice.patient)
    labels = " or ".join(choice.rules.setting.groups[id].label for id in choice.settings)
    cite = cites(verdict.decided_by)
    if verdict.group is None:
        names = choice.patient.vocabulary
        open_ = [missing.fact for missing in verdict.missing if missing.fact not in _presumed(choice)]
        facts = ", ".join(names[fact].name for fact in open_)
        return Reason(SETTING, f"{labels}, not yet decided" + (f": {facts}" if facts else ""), cite, verdict.checked)
    why = because_text(verdict.decided_by, choice.patient)
    notes = " ".join(decision.note for decision in verdict.decided_by if decision.note)
    return Reason(SETTING, f"{labels} ({why}). {notes}".removesuffix(". "), cite, verdict.checked)


def _presumed(choice: Choice) -> set[str]:
    return {presumption.fact for presumption in choice.presumed}


def answer_reasons(offer: Offer, choice: Choice, library: ProtocolLibrary) -> Iterator[Reason]:
    """Setting, population and risk groups of an arm that is the answer."""
    yield setting_reason(choice)
    population = library.protocol(offer.protocol).population
    if population.when is not None:
        why = because(population.when, True, choice.patient.possible(), choice.patient.bare)
        told = [text for text in why if "unknown" not in text]
        yield Reason(
            POPULATION,
            reasons_text(told, choice.patient.vocabulary) or population.text,
            population.cite,
            population.checked,
        )
    for part in offer.parts:
        if part.kind == GROUP:
            yield _group_reason(part, choice.patient)


def _group_reason(part: Part, patient: Patient) -> Reason:
    scheme = _scheme(part)
    verdict = judge(scheme, patient)
    if part.outright(patient):
        why = because_text(verdict.decided_by, patient)
        cite = cites(verdict.decided_by)
        says = " or ".join(verdict.possible)
        return Reason("group", f"{part.name} says {says}" + (f" ({why})" if why else ""), cite, verdict.checked)
    later = [patient.vocabulary[missing.fact].name for missing in verdict.missing if missing.fact in part.ignored]
    return Reason("group", f"{part.name} comes later: {few(later)} do not set this phase", scheme.population.cite)


def leading_reasons(choice: Choice) -> Iterator[Reason]:
    """What heads the screen of the phase, whatever arm is left: the guard that leads, or else what is presumed."""
    presumed = (each for each in choice.presumed if each.leads)
    if said := choice.rules.leading(choice.patient, choice.phase) or next(presumed, None):
        yield Reason("caution", said.text, said.cite, said.checked, strong=True)
    yield from said_reasons(choice)


def said_reasons(choice: Choice) -> Iterator[Reason]:
    """The sentences that stand first in this phase for such a patient, whatever arm is shown."""
    for said in choice.said:
        yield Reason("caution", said.text, said.cite, said.checked, strong=True)


def group_reasons(choice: Choice) -> Iterator[Reason]:
    """The arms that go by a scheme, the facts that decide its group, what else they hang on, why they never head."""
    for offer in (*choice.answers, *choice.possible):
        for part in offer.parts:
            if part.kind != GROUP:
                continue
            verdict = judge(_scheme(part), choice.patient)
            facts = dict.fromkeys((*offer.hangs_on, *(missing.fact for missing in verdict.missing)))
            wanted = ", ".join(choice.patient.vocabulary[fact].name for fact in facts)
            once = f", once decided: {wanted}" if wanted else ""
            never = f"; no answer: {few(list(offer.reserved))}" if offer.reserved else ""
            yield Reason("by group", f"{offer.name}{once}{never}", strong=True)


def because_text(decisions: Iterable[Decision], patient: Patient) -> str:
    """Why rules decide, with the names of facts; what is still open is no reason."""
    settled = (text for decision in decisions for text in decision.because if not text.endswith("?"))
    return reasons_text(settled, patient.vocabulary)


def _scheme(part: Part) -> Scheme:
    assert part.scheme is not None
    return part.scheme


def caution_reasons(offers: Iterable[Offer], choice: Choice, library: ProtocolLibrary) -> Iterator[Reason]:
    """What stands first on the pages of these arms for patients such as this one, by protocol or by arm."""
    found: dict[tuple[str, Cited], list[str]] = {}
    for offer in offers:
        head = library.arm_head(offer.protocol, offer.arm)
        for said in head.cautions_for(choice.patient, choice.phase):
            found.setdefault((offer.protocol, said), []).append(offer.name)
    for (protocol, said), names in found.items():
        having = [arm for arm in library.arm_heads(protocol) if choice.phase in arm.kinds]
        of_all = all(said in arm.cautions_for(choice.patient, choice.phase) for arm in having)
        whose = protocol if of_all else ", ".join(names)
        yield Reason("caution", f"{whose}: {said.text}", said.cite, said.checked, strong=True)


def later_reasons(offers: Sequence[Offer]) -> Iterator[Reason]:
    """The phases of these arms that a guard keeps the patient from, later on."""
    barred: dict[Guard, dict[str, list[str]]] = {}
    for offer in offers:
        for kind, guard in offer.later:
            barred.setdefault(guard, {}).setdefault(kind, []).append(offer.name)
    for guard, kinds in barred.items():
        names = list(dict.fromkeys(name for each in kinds.values() for name in each))
        yield Reason(
            "later", f"{' and '.join(kinds)} of {few(names)}: not for this patient: {guard.text}", guard.cite,
            guard.checked, strong=True,
        )  # fmt: skip


def named(offer: Offer) -> str:
    """The arm, and which of its later phases are not for the patient."""
    kinds = ", ".join(kind for kind, _ in offer.later)
    return f"{offer.name} (but not its {kinds})" if kinds else offer.name


def hangs_text(offer: Offer, patient: Patient) -> str:
    """On what an arm hangs: ``CNS status CNS1 or CNS2, testicular leukaemia absent``; said in several places."""
    key = ("hangs", id(offer))
    if key not in patient.worked_out:
        patient.worked_out[key] = offer, _hangs_text(offer, patient)  # with the offer, so that its place is kept
    return str(patient.worked_out[key][1])


def _hangs_text(offer: Offer, patient: Patient) -> str:
    names = patient.vocabulary
    told = [(fact, text) for fact, values in offer.hangs_on.items() if (text := _values(fact, values, patient))]
    parts = [f"{names[fact].name} {text}{open_for(fact, patient)}" for fact, text in told]
    # While the setting is open, or much else, what is asked besides would be noise.
    in_setting = all(part.sure(patient) for part in offer.parts if part.kind == SETTING)
    if offer.hangs_on and in_setting and len(told) <= _LITTLE and (rest := _either(offer, offer.met(patient))):
        parts.append(rest)
    if ELIGIBILITY in offer.own_criteria:
        parts.append("its eligibility, which was not read")
    if labels := [label for label in offer.own_criteria if label != ELIGIBILITY]:
        parts.append(f"its own criteria of {' or '.join(labels)} risk, which are not encoded")
    parts += [f"{', '.join(offer.untold)}, which no fact here tells"] if offer.untold else []
    parts += offer.reserved
    if not parts:
        later = [part for part in offer.parts if part.kind == GROUP and not part.outright(patient)]
        missing = [item.fact for part in later for item in judge(_scheme(part), patient).missing]
        facts = dict.fromkeys(names[fact].name for fact in missing)
        open_ = "groups that the source does not tell apart"
        parts.append(f"{few(list(facts))}, which come{'s' if len(facts) == 1 else ''} later" if facts else open_)
    return few(parts)


def open_for(fact: str, patient: Patient) -> str:
    """What still says which value a fact has that follows from others, where some of them are given."""
    entry = patient.vocabulary[fact]
    if not entry.defined_by or fact in patient.told:
        return ""
    missing = settling(risk_library().schemes[entry.defined_by[0]], patient)
    return f" (open: {few([patient.vocabulary[each].name for each in missing])})" if missing else ""


def _either(offer: Offer, patient: Patient) -> str:
    """What an arm hangs on besides the facts that must have certain values: values of which one is enough.

    Facts of which no value is enough alone are named at the end.
    """
    leading = leading_facts([part for part in offer.parts if not part.sure(patient)], patient)
    names = patient.vocabulary
    enough = {fact: values for fact in leading if (values := enough_alone(offer.parts, fact, patient))}
    either = [f"{names[fact].name} {_values(fact, values, patient)}".strip() for fact, values in enough.items()]
    if together := [names[fact].name for fact in leading if fact not in enough]:
        either.append(f"{few(together)}{', of which several count together' if len(together) > 1 else ''}")
    return " or ".join(either)


def _values(fact: str, values: Possible, patient: Patient) -> str:
    entry = patient.vocabulary[fact]
    known = patient.known.get(fact)
    everything = whole_domain(entry) if known is None else known.possible
    return "" if intersect(everything, values) == everything else value_text(entry, values)


def against_reason(offer: Offer, choice: Choice, library: ProtocolLibrary) -> Reason:
    """What bars an arm."""
    part, patient = offer.against, choice.patient
    assert part is not None
    if part.kind == GUARD:
        assert part.guard is not None
        return Reason("not offered", part.guard.text, part.guard.cite, part.guard.checked)
    if part.kind == SETTING:
        groups = choice.rules.setting.groups
        wanted = " or ".join(groups[id].label for id in part.name.split(" or "))
        # Whether BCR::ABL1 is there is open for nearly everybody whose result is not back: no setting to be told of.
        told = [id for id in choice.settings if id != PH or "bcr_abl1" in patient.told] or choice.settings
        have = " or ".join(groups[id].label for id in told)
        open_ = " (BCR::ABL1 not known)" if len(told) < len(choice.settings) else ""
        return Reason("not offered", f"for {wanted}; here {have}{open_}")
    if part.kind == GIVEN:
        return _nothing_given(offer, choice, library)
    if part.kind == POPULATION:
        population = library.protocol(offer.protocol).population
        lineage = library.protocol(offer.protocol).lineage
        why = because(population.when, False, patient.possible(), patient.bare) if population.when else []
        settled = [text for text in why if not text.endswith("?")]
        here = reasons_text(settled, patient.vocabulary) or f"{' or '.join(lineage)} lineage is asked for"
        return Reason("not offered", f"outside its population: {here}", population.cite, population.checked)
    possible = [group for group in brief(_scheme(part), patient).possible if group != UNCLASSIFIED]
    says = " or ".join(possible).replace(NOT_APPLICABLE, "not applicable")
    return Reason("not offered", f"{part.name} says {says}")


def _nothing_given(offer: Offer, choice: Choice, library: ProtocolLibrary) -> Reason:
    """That an arm gives nothing to the patient in its phases of the kind, and to whom it does."""
    protocol = library.protocol(offer.protocol)
    own = library.arm(offer.protocol, offer.arm).phases
    phases = [phase for phase in protocol.phases if phase.id in own and phase.kind == choice.phase]
    names = library.vocabulary
    conditions = (line.who or condition_text(line.condition, names) for phase in phases for line in phase.lines)
    whom = dict.fromkeys(phase.who for phase in phases if phase.who) or dict.fromkeys(conditions)
    lines = [line for phase in phases for line in phase.lines]
    cite = tuple(dict.fromkeys(citation for line in lines for citation in line.cite))
    checked = all(line.checked for line in lines)
    return Reason("not offered", f"given only to others here: {'; '.join(filter(None, whom))}", cite, checked)


def by_name_reason(choice: Choice) -> Iterator[Reason]:
    """The labels that a guard keeps from being chosen and that are possible where they are named."""
    by_guard: dict[Guard, dict[str, None]] = {}
    for offer in choice.by_name:
        if offer.guard is not None:
            by_guard.setdefault(offer.guard, {})[offer.protocol] = None
    for guard, names in by_guard.items():
        text = f"{', '.join(names)}: possible by their label (all-protocol show NAME). {guard.text}"
        yield Reason("by name", text, guard.cite, guard.checked, strong=True)


def barred_reasons(choice: Choice, library: ProtocolLibrary) -> Iterator[Reason]:
    """The guards that keep arms out whose setting and population would fit, with the arms."""
    barred: dict[Reason, list[str]] = {}
    for offer in choice.excluded:
        if offer.guard is not None and not offer.only_named:
            barred.setdefault(against_reason(offer, choice, library), []).append(offer.name)
    for reason, names in barred.items():
        yield reason._replace(text=f"{reason.text}: not {few(names, _HEAD)}")


def turn_reason(turn: Turn) -> Reason:
    """What applies if a presumption turns out otherwise."""
    presumption = turn.presumption
    here = [offer.name for offer in (*turn.answers, *turn.possible)]
    parts = [presumption.then] if presumption.then else []
    parts.append(f"this phase in {few(here, _HEAD)}" if here else "no encoded arm has this phase")
    if turn.elsewhere:
        parts.append(f"encoded besides: {few([offer.name for offer in turn.elsewhere], _HEAD)}")
    text = f"{presumption.turns}: {'; '.join(parts)}"
    return Reason("then", text, presumption.cite, presumption.checked)
