"""The answers of all schemes on one patient: which heads, which apply, and what is likely under assumptions."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import NamedTuple

from all_cli.patient.assumption import ROUTINE, Assumption, Wish, not_assumed
from all_cli.patient.patient import Patient
from all_cli.risk.library import RiskLibrary
from all_cli.risk.scheme import NOT_APPLICABLE, Scheme, asks_relapse, for_relapse, in_use_in
from all_cli.risk.verdict import ASSIGNED, Verdict, brief, judge, judge_outside


class Likely(NamedTuple):
    """The groups that a scheme leaves under assumptions, and those of the assumptions that bear on it."""

    groups: tuple[str, ...]
    assumed: tuple[Assumption, ...]


class Answers:
    """The answers on one patient: which scheme answers first, which apply, and what criteria not meant for them say.

    The groups are worked out at once for every scheme; the explanation of a scheme only when it is asked for.
    """

    def __init__(
        self,
        patient: Patient,
        schemes: Sequence[Scheme],
        library: RiskLibrary,
        named: bool,
        as_of: int | None = None,
        wish: Wish = Wish(),
    ) -> None:
        self.patient = patient
        self._library = library
        self.wish = wish
        self.as_of = as_of
        self.unrecorded: list[str] = []  # kept under as_of, although their years of use are not known
        self.out_of_use: list[str] = []  # left out under as_of
        if as_of is not None:
            then = {scheme.id: in_use_in(scheme, as_of) for scheme in schemes}
            self.unrecorded = [id for id, used in then.items() if used is None]
            self.out_of_use = [id for id, used in then.items() if used is False]
            schemes = [scheme for scheme in schemes if then[scheme.id] is not False]
        self._schemes = {scheme.id: scheme for scheme in schemes}
        self.brief = {scheme.id: brief(scheme, patient) for scheme in schemes}
        applicable = [id for id, answer in self.brief.items() if answer.status != NOT_APPLICABLE]
        # In relapse, schemes made for untreated leukaemia neither head nor are listed, unless they are named; nor do
        # those of a first relapse in a later one, or where there was never a remission.
        self.first_line: list[str] = []
        if not named and patient.in_relapse:
            other = patient.relapsed_again or patient.never_in_remission
            kept = {each.id for each in schemes if for_relapse(each) and not (other and each.first_relapse)}
            self.first_line = [id for id in applicable if id not in kept]
            applicable = [id for id in applicable if id in kept]
        # Where a scheme leaves one group, one after it does not go first only because the former may yet not be for
        # the patient: it would be the milder or the older answer, on fewer facts.
        decided = {id for id, each in self.brief.items() if each.only and id in applicable}
        # A scheme known to have been in use then goes before one of which it is not recorded.
        heading = [id for id in applicable if not self.first_line or asks_relapse(self._schemes[id])]
        self.fitting = library.fitting(patient)
        if self.fitting is not None:
            fits = {id for id in self.fitting if id in self.brief and NOT_APPLICABLE not in self.brief[id].possible}
            heading = [id for id in heading if id in fits]
        recorded = [id for id in heading if id not in self.unrecorded]
        first = library.primary(patient, recorded, decided) or library.primary(patient, heading, decided)
        unlisted = (id for id in heading if self.fitting is not None or self.brief[id].status == ASSIGNED)
        first = first or (next(unlisted, None) if patient.known else None)
        self.primary = schemes[0].id if named and schemes else first
        self.applicable = sorted(applicable, key=lambda id: id != self.primary)
        self._verdicts: dict[str, Verdict] = {}
        self._assumed: dict[str, tuple[Patient, tuple[Assumption, ...]]] = {}

    def likely(self, id: str) -> Likely | None:
        """What a scheme leaves under the assumptions that were asked for; None if none were."""
        if not self.wish:
            return None
        scheme = self._schemes[id]
        if scheme.audience not in self._assumed:
            self._assumed[scheme.audience] = self._library.likely(self.patient, scheme.audience, self.wish)
        patient, filled = self._assumed[scheme.audience]
        bearing = tuple(item for item in filled if item.origin != ROUTINE or item.fact in scheme.facts)
        return Likely(brief(scheme, patient).possible, bearing)

    @property
    def not_assumed(self) -> list[str]:
        """Of each fact that was to be assumed and was not, a sentence that says why."""
        return not_assumed(self.patient, self.wish.assumptions, self.wish.unread)

    def verdict(self, id: str) -> Verdict:
        """The answer of one scheme, explained."""
        if id not in self._verdicts:
            self._verdicts[id] = judge(self._schemes[id], self.patient)
        return self._verdicts[id]

    @property
    def ids(self) -> list[str]:
        """The schemes asked, those that apply first."""
        return [*self.applicable, *(id for id in self._schemes if id not in self.applicable)]

    @property
    def outside(self) -> list[Verdict]:
        """What quoted criteria would say of a patient they are not for."""
        return [
            judge_outside(scheme, self.patient)
            for scheme in self._schemes.values()
            if scheme.quoted and self.brief[scheme.id].status == NOT_APPLICABLE and not self.first_line
        ]


def answers_of(
    library: RiskLibrary,
    patient: Patient,
    ids: Sequence[str] | None = None,
    as_of: int | None = None,
    assumptions: Sequence[Assumption] = (),
    routine: bool = False,
    unread: Container[str] = (),
) -> Answers:
    """Every scheme's answer (or that of the schemes named), and which answers first.

    Args:
        library: the schemes.
        patient: the patient.
        ids: only these schemes.
        as_of: only schemes in use in this year, and those of which it is not recorded.
        assumptions: what to assume where nothing is known, for a likely answer beside the exact one.
        routine: also assume what is routine.
        unread: facts of which something is said that cannot be read; they are not assumed.
    """
    asked = [library.schemes[id] for id in ids] if ids else list(library.schemes.values())
    return Answers(patient, asked, library, bool(ids), as_of, Wish(tuple(assumptions), routine, unread))
