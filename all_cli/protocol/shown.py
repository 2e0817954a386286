"""What ``show`` shows, once it is settled: which phases of which protocol and arm, for whom, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from all_cli.patient.patient import Patient
from all_cli.patient.relapse import ByAge
from all_cli.protocol.regimen import Arm, Phase, Protocol, Reason

if TYPE_CHECKING:
    from all_cli.patient.assumption import Assumption
    from all_cli.protocol.dose import Dosing
    from all_cli.protocol.offer import Choice


class Shown(NamedTuple):
    """What ``show`` shows: phases of one protocol, for an arm or for all, for what is known of the patient.

    ``dosing`` is how doses are computed, None where no size is known; ``whole`` says that arms are shown whole, with
    their totals; ``leading`` stands before all else; ``chosen`` is the answer and what it hangs on, ``basis`` why it is
    this protocol and arm, ``beside`` which others there are; ``assumed`` is what the likely arms rest on, ``left_out``
    what was not assumed and why; ``by_age`` has the age for doses by age, where it is known to be another than that at
    diagnosis. ``for_others`` are phases left out as the patient does not go through them. ``barred`` says by phase why
    it is not for this patient: no dose is computed then, unless ``forced``. ``label`` is the label of the drug that was
    asked for, where the arm has no dose of it that was read.
    """

    protocol: Protocol
    arm: Arm | None
    phases: Sequence[Phase]
    patient: Patient
    others: Sequence[str]
    asked: str
    dosing: Dosing | None = None
    whole: bool = False
    chosen: Sequence[Reason] = ()
    leading: Sequence[Reason] = ()
    basis: Sequence[Reason] = ()
    beside: Sequence[Reason] = ()
    assumed: Sequence[Assumption] = ()
    left_out: Sequence[str] = ()
    by_age: ByAge | None = None
    choice: Choice | None = None
    barred: Mapping[str, str] = MappingProxyType({})
    forced: bool = False
    for_others: Sequence[Phase] = ()
    label: Shown | None = None

    @property
    def arms(self) -> Sequence[Arm]:
        """The arm that is shown, or all of them."""
        return [self.arm] if self.arm else self.protocol.arms

    @property
    def growing(self) -> Patient:
        """The patient whose age decides doses by age."""
        return self.by_age.patient if self.by_age else self.patient
