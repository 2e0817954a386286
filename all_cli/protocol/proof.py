"""The proof of the guards: over all patients, no arm is offered to somebody whom a guard keeps out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from all_cli.logic.expression import Expression, unpack
from all_cli.logic.values import Possible
from all_cli.patient.patient import Patient
from all_cli.protocol.choice import Chooser
from all_cli.protocol.choice_rules import ChoiceRules, condition_diagram
from all_cli.protocol.guards import forbidden
from all_cli.protocol.heads import ArmHead
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.load import choice_rules
from all_cli.protocol.parts import GUARD, Part, fulfilling
from all_cli.risk.library import RiskLibrary


class GuardFinding(NamedTuple):
    """A guard that could be broken: by an arm in a phase, for the patient ``witness``, fact by fact.

    ``check`` is ``guard``.
    """

    check: str
    message: str
    guard: str
    protocol: str
    arm: str
    phase: str
    witness: Mapping[str, Possible]

    @property
    def command(self) -> tuple[str, ...]:
        """The command that offers the arm to the witness; the facts of the witness are still to be set."""
        return ("all-protocol", "show", self.phase, "--for", "--protocol", self.protocol)


def guard_findings(
    library: ProtocolLibrary,
    rules: ChoiceRules | None = None,
    risk: RiskLibrary | None = None,
    *,
    without: Collection[str] = (),
    only: Collection[str] = (),
) -> Iterator[GuardFinding]:
    """Every guard that somebody could break, proved over all patients, settings, arms and phases.

    Whom a guard keeps out is worked out anew from the lines of the arm and held against everything on which the choice
    makes the arm an answer or possible: no patient may fulfil both. A guard that the arms must keep by themselves
    (``held_by: arms``) is held against setting, population and risk groups alone.

    Args:
        library: the protocols.
        rules: the rules of choosing; the shipped ones if left out.
        risk: the risk schemes; the shipped ones if left out.
        without: guards that the choice is to leave out, to see what they alone keep out.
        only: only these guards.
    """
    rules = rules or choice_rules(library)
    chooser = Chooser(library, rules, risk)
    for guard in rules.raw_guards:
        if only and guard["id"] not in only:
            continue
        when = unpack(guard["expression"])
        for protocol in library.protocols:
            for arm, head in zip(protocol.arms, library.arm_heads(protocol.id), strict=True):
                for kind in head.kinds if head.settings else ():
                    barred = forbidden(guard, when, protocol, arm, kind, library)
                    if barred is None:
                        continue
                    witness = _breaking(barred, chooser, protocol.id, head, kind, guard, without)
                    if witness is not None:
                        name = f"{protocol.id}/{arm.id}"
                        message = f"the guard {guard['id']} can be broken by {kind} of {name}: {guard['text']}"
                        yield GuardFinding("guard", message, guard["id"], protocol.id, arm.id, kind, witness)


def _breaking(
    barred: Expression,
    chooser: Chooser,
    protocol: str,
    arm: ArmHead,
    kind: str,
    guard: Mapping[str, Any],
    without: Collection[str],
) -> dict[str, Possible] | None:
    """A patient to whom the arm would be offered although the guard forbids it."""
    vocabulary = chooser.library.vocabulary
    left_out = {guard["id"], *without} if guard.get("held_by") == "arms" else set(without)
    parts = [part for part in chooser.parts(protocol, arm, kind) if part.guard is None or part.guard.id not in left_out]
    broken = Part(GUARD, guard["id"], condition_diagram(barred, vocabulary), 1, 1)
    patient = fulfilling([broken, *parts], Patient(vocabulary))
    if patient is None:
        return None
    asked = {axis.fact for part in (broken, *parts) for axis in part.diagram.axes}
    return {fact: known.possible for fact, known in patient.known.items() if fact in asked}
