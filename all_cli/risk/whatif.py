"""What if one fact were different: the answer of a scheme over all values of that fact, all else as it was told.

Each piece of the fact's axis is put in the place of what is known of it, what follows from the rest is concluded anew,
and the diagram is asked. What a piece leaves is therefore as exact as an answer, and the borders between pieces with
different answers are the values at which the answer flips.
"""

from collections.abc import Iterable
from typing import NamedTuple, TypeVar

from all_cli.logic.axis import Axis
from all_cli.logic.expression import tests
from all_cli.logic.values import NumberSet, Possible
from all_cli.patient.patient import Patient
from all_cli.patient.unreadable import ContradictionError
from all_cli.risk.scheme import Rule, Scheme
from all_cli.risk.verdict import brief, judge, range_text

TOLD, MISSING, TOGETHER, SETTLED = "told", "missing", "only-together", "cannot-change"
Key = TypeVar("Key")


class Part(NamedTuple):
    """Part of a fact's values and the groups they leave; none if what else was told excludes these values.

    ``here`` says that the patient's value lies (or, known as a range, may lie) in this part.
    """

    text: str
    possible: Possible
    groups: tuple[str, ...]
    here: bool


class Flip(NamedTuple):
    """A number at which the answer changes.

    The answer is ``before`` below ``value``, and at it too unless ``included``; from there on it is ``after``.
    """

    value: float
    included: bool
    before: tuple[str, ...]
    after: tuple[str, ...]


class Strip(NamedTuple):
    """One fact under one scheme, from its lowest value to its highest.

    ``state`` is ``told`` (known, from the user), ``missing`` (not known and able to change the answer alone),
    ``only-together`` (able to change it with others) or ``cannot-change``.
    """

    scheme: Scheme
    fact: str
    state: str
    parts: tuple[Part, ...]
    rules: tuple[Rule, ...]

    @property
    def flips(self) -> tuple[Flip, ...]:
        """For a number, where the answer changes from one part to the next; empty for a choice or flag."""
        found = []
        for before, after in zip(self.parts, self.parts[1:], strict=False):
            if isinstance(after.possible, NumberSet):
                value, edge = after.possible.spans[0][0]
                found.append(Flip(value, edge <= 0, before.groups, after.groups))
        return tuple(found)


def assumed(patient: Patient, fact: str, possible: Possible) -> Patient | None:
    """The patient with other values of one fact; None if what else was told excludes them all."""
    try:
        return patient.assuming(fact, possible)
    except ContradictionError:
        return None


def strips(scheme: Scheme, patient: Patient, only: Iterable[str] | None = None) -> list[Strip]:
    """Every fact of the scheme (or those of ``only`` that it asks for) varied alone.

    Args:
        scheme: the scheme.
        patient: the patient, concluded.
        only: ids of facts; None for all that the scheme asks for.
    """
    wanted = set(scheme.facts if only is None else only)
    missing = {item.fact for item in judge(scheme, patient).missing}
    return [_strip(scheme, axis, patient, axis.fact in missing) for axis in scheme.diagram.axes if axis.fact in wanted]


def _strip(scheme: Scheme, axis: Axis, patient: Patient, missing: bool) -> Strip:
    told = axis.fact in patient.told
    known = patient.known.get(axis.fact)
    now = axis.mask(known.possible) if known is not None else axis.domain
    left: dict[int, tuple[str, ...]] = {}
    for piece in axis.pieces(axis.domain if told else now):
        being = assumed(patient, axis.fact, axis.possible(1 << piece))
        left[piece] = brief(scheme, being).possible if being is not None else ()
    # Values of an untold fact that cannot be are no news; those of a told one are named.
    shown = sum(1 << piece for piece, groups in left.items() if groups or told)
    fact = patient.vocabulary[axis.fact]
    parts = tuple(
        Part(range_text(fact, axis, mask), axis.possible(mask), groups, told and bool(mask & now))
        for mask, groups in runs(axis, shown, left)
    )
    if told:
        state = TOLD
    elif len(parts) > 1:
        state = MISSING
    else:
        state = TOGETHER if missing else SETTLED
    rules = tuple(
        rule for rule in (scheme.population, *scheme.rules) if any(test.fact == axis.fact for test in tests(rule.when))
    )
    return Strip(scheme, axis.fact, state, parts, rules)


def runs(axis: Axis, mask: int, left: dict[int, Key]) -> list[tuple[int, Key]]:
    """Pieces with equal answers gathered: neighbours for a number, any for a choice, in the order of the first."""
    if not axis.words:
        return axis.runs(mask, left)
    gathered: dict[Key, int] = {}
    for piece in axis.pieces(mask):
        gathered[left[piece]] = gathered.get(left[piece], 0) | 1 << piece
    return [(pieces, answer) for answer, pieces in gathered.items()]
