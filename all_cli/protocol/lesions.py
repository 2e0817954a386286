"""What a patient's genetic findings mean by themselves: for the treatment, and as classes of risk schemes."""

from __future__ import annotations

from collections.abc import Iterator

from all_cli.logic.expression import tests
from all_cli.patient.names import few
from all_cli.patient.patient import Patient
from all_cli.protocol.choice_rules import certainly
from all_cli.protocol.load import choice_rules, protocol_library
from all_cli.protocol.regimen import Reason
from all_cli.risk.library import RiskLibrary
from all_cli.risk.scheme import NOT_APPLICABLE, Scheme, for_relapse
from all_cli.risk.verdict import Verdict, cites, judge


def meaning(patient: Patient, library: RiskLibrary) -> Iterator[Reason]:
    """Cautions, the setting that a finding makes, the guards it meets, then its class by every scheme of genetics.

    It is taken that the leukaemia is untreated, as everywhere unless a fact of relapse is given.
    """
    for caution, *_ in library.cautions(patient):
        yield Reason("caution", caution.text, caution.cite, caution.checked, strong=True)
    rules = choice_rules(protocol_library())
    presumed, _ = rules.presumed(patient, "", named=False)
    setting = judge(rules.setting, presumed)
    for decision in setting.decided_by if setting.group is not None else ():
        text = f"{rules.setting.groups[setting.group or ''].label}. {decision.note}".strip()
        yield Reason("treatment", text, decision.cite, decision.checked, strong=True)
    if any(guard.everything and certainly(guard.when, presumed) for guard in rules.guards):
        return
    for guard, raw in zip(rules.guards, rules.raw_guards, strict=True):
        genetic = any(patient.vocabulary[test.fact].genetic for test in tests(guard.when))
        if genetic and "without_class" not in raw["offers"] and certainly(guard.when, presumed):
            yield Reason("treatment", guard.text, guard.cite, guard.checked, strong=True)
    schemes = [each for each in library.schemes.values() if _of_genetics(each, patient) and not for_relapse(each)]
    found = [(scheme, judge(scheme, patient)) for scheme in schemes]
    found.sort(key=lambda item: (not _in_use(item[0]), len(_groups(item[1])) > 1))
    for scheme, verdict in found:
        if reason := _class(scheme, verdict, patient):
            yield reason


def _of_genetics(scheme: Scheme, patient: Patient) -> bool:
    """Whether the groups of a scheme hang on genetic findings alone, whomever it is for."""
    facts = {test.fact for rule in scheme.rules for test in tests(rule.when)}
    return bool(facts) and all(patient.vocabulary[fact].genetic for fact in facts)


def _in_use(scheme: Scheme) -> bool:
    """Whether a scheme is known to be in use still."""
    first, last = scheme.in_use
    return first is not None and last is None


def _groups(verdict: Verdict) -> list[str]:
    return [group for group in verdict.possible if group != NOT_APPLICABLE]


def _class(scheme: Scheme, verdict: Verdict, patient: Patient) -> Reason | None:
    """The groups that the findings leave in a scheme; None where they leave more than half of them."""
    groups = _groups(verdict)
    if (
        not groups
        or not set(groups) <= set(scheme.groups)
        or (len(groups) > 1 and 2 * len(groups) > len(scheme.groups) + 1)
    ):
        return None
    groups.sort(key=lambda group: -(scheme.groups[group].severity or 0))  # who reads one word reads the gravest
    names = [patient.vocabulary[item.fact] for item in verdict.missing]
    open_ = [fact.name for fact in names if fact.genetic] if len(groups) > 1 else []
    hangs = f", open until {few(open_)} {'is' if len(open_) == 1 else 'are'} known" if open_ else ""
    gravest = all(groups[0] in decision.groups for decision in verdict.decided_by)
    if gravest and open_:  # it is listed so, and open is only what the source does not say
        groups, hangs = groups[:1], f"; whether it counts beside {few(open_)} is not said"
    label = " or ".join(scheme.groups[group].label for group in groups)
    whose = ", adults" if scheme.audience == "adults" else ""
    text = f"{label}{hangs} ({scheme.title}, {scheme.id}{whose})"
    return Reason("class", text, cites(verdict.decided_by), verdict.checked)
