"""Guards: what may never be offered to whom, as an expression for every arm and phase.

A guard is a condition on the patient and a property of what is offered. Held against an arm and a kind of phase it
becomes a condition on the patient alone: for whom this arm's phase must not be offered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from all_cli.logic.expression import AllOf, Always, AnyOf, Expression, Not, tests
from all_cli.protocol.inhibitor import with_inhibitor
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.regimen import SIZES, Arm, Line, Phase, Protocol

_FACTOR = {"mg/m2": 1, "g/m2": 1000}
_NEVER = Always(False)


def forbidden(
    guard: Mapping[str, Any],
    when: Expression,
    protocol: Protocol,
    arm: Arm,
    kind: str,
    library: ProtocolLibrary,
) -> Expression | None:
    """For whom the guard forbids an arm's phases of this kind; None if for nobody.

    Args:
        guard: the guard as ``choice.yaml`` has it.
        when: its condition on the patient.
        protocol: the protocol of the arm.
        arm: the arm.
        kind: the kind of phase that would be shown.
        library: for the drugs.
    """
    name = f"{protocol.id}/{arm.id}"
    if kind not in guard.get("phases", [kind]) or protocol.id not in guard.get("protocols", [protocol.id]):
        return None
    if name not in guard.get("arms", [name]) or protocol.id in guard.get("except", ()):
        return None
    offered = _offered(guard["offers"], protocol, arm, kind, library)
    if offered == _NEVER:
        return None
    return when if offered == Always(True) else AllOf((when, offered))


def _offered(
    offers: Mapping[str, Any], protocol: Protocol, arm: Arm, kind: str, library: ProtocolLibrary
) -> Expression:
    """For whom the arm offers in this phase what the guard speaks of."""
    settings = set(arm.settings)
    if not settings and not offers.keys() & {"anything", "drug", "audience"}:
        return _NEVER  # a label or a rule on doses is no regimen of its own
    if "without_settings" in offers:
        return Always(not settings & set(offers["without_settings"]))
    if "only_settings" in offers:
        return Always(settings <= set(offers["only_settings"]))
    if "audience" in offers:
        return Always(protocol.audience in offers["audience"])
    if "groups" in offers:
        named = [group for _, groups in arm.groups for group in groups] or list(protocol.risk)
        return Always(bool(named) and set(named) <= set(offers["groups"]))
    if "without_class" in offers:
        return _any_of([Not(_given(phase, offers, library)) for phase in shown_phases(protocol, arm, kind, library)])
    if "drug" in offers:
        phases = [phase for each in offers.get("in", [kind]) for phase in shown_phases(protocol, arm, each, library)]
        return _any_of([_given(phase, offers, library) for phase in phases])
    return Always(True)


def shown_phases(protocol: Protocol, arm: Arm, kind: str, library: ProtocolLibrary) -> list[Phase]:
    """The phases of this kind that the arm goes through, with the inhibitor that runs beside them."""
    through = [phase for phase in protocol.phases if phase.id in arm.phases and phase.kind == kind]
    return [with_inhibitor(protocol, [arm], phase, library) for phase in through]


def given_to(protocol: Protocol, arm: Arm, kind: str, library: ProtocolLibrary) -> Expression | None:
    """To whom the arm gives anything in its phases of this kind; None if to everybody.

    A size parts doses, not patients: below or above it the dose was not read.
    """
    lines = [line for phase in shown_phases(protocol, arm, kind, library) for line in phase.lines]
    given = _any_of([Always(True) if _goes_by_size(line) else line.when or Always(True) for line in lines])
    return None if given == Always(True) else given


def _goes_by_size(line: Line) -> bool:
    return line.when is not None and {test.fact for test in tests(line.when)} <= SIZES


def _given(phase: Phase, offers: Mapping[str, Any], library: ProtocolLibrary) -> Expression:
    """For whom a line of the phase gives the drug (or one of the class) at the dose that the guard speaks of."""
    lines = [line for line in phase.lines if _speaks_of(line, offers, library)]
    if "from" in offers:  # a dose that is printed in two parts is one dose
        lines = [line for line in lines if _day_s_dose(line, lines) >= float(offers["from"]) * _FACTOR[offers["unit"]]]
    return _any_of([Always(True) if line.when is None else line.when for line in lines])


def _speaks_of(line: Line, offers: Mapping[str, Any], library: ProtocolLibrary) -> bool:
    if "without_class" in offers:
        return library.drugs[line.drug].kind == str(offers["without_class"])
    if line.drug != offers["drug"] or not line.route.startswith(offers.get("route", "")):
        return False
    return "from" not in offers or (line.dose is not None and line.unit in _FACTOR)


def _day_s_dose(line: Line, lines: Sequence[Line]) -> float:
    """The dose in mg/m² of a line with that of all lines that share a day and a condition with it, or have none."""
    beside = [
        other for other in lines
        if other is line
        or (set(other.days) & set(line.days) and (other.when in (None, line.when) or line.when is None))
    ]  # fmt: skip
    return sum(other.dose[1] * _FACTOR[other.unit] for other in beside if other.dose is not None)


def _any_of(items: Sequence[Expression]) -> Expression:
    if any(item == Always(True) or item == Not(_NEVER) for item in items):
        return Always(True)
    kept = [item for item in dict.fromkeys(items) if item not in (_NEVER, Not(Always(True)))]
    if not kept:
        return _NEVER
    return kept[0] if len(kept) == 1 else AnyOf(tuple(kept))
