"""What is likely of many patients at a time, where a user asked for facts to be assumed of which nothing is known.

What is assumed of a row, and what follows from that, hangs on few of its facts. So assumptions are put into parts such
that nothing assumed in one part bears on another, and each distinct state of the facts of a part is filled in once, by
the very function that fills in for one patient. A row is then where its walk down the diagram ended
(:mod:`all_cli.cohort.walk`), and what was filled in; each distinct pair of these is answered once, on that diagram.

An assumption is named beside the likely answer only if the answer hangs on it: those named leave the same groups
without the others, and with one fewer they leave more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from all_cli.cohort.groups import Group
from all_cli.cohort.numbering import Numbering
from all_cli.cohort.walk import Walk
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.logic.expression import tests
from all_cli.logic.values import Possible, all_but
from all_cli.patient.assumption import ASSUME, Assumption, assumed, contradicted
from all_cli.patient.patient import Patient
from all_cli.patient.reading import value_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.int32]

LEFT_OUT = " left out as it contradicts the row"
_NOTHING = 0  # the code of a row in which a part fills nothing in

Place = int  # of an assumption in the order in which they are tried


class Change(NamedTuple):
    """What becomes of a likely answer without one assumption that it hangs on.

    Attributes:
        name: the assumption, as :func:`assumption_name` writes it.
        without: the groups left if it is taken back.
        otherwise: the groups left if the fact has any other value; empty if it cannot have.
    """

    name: str
    without: str
    otherwise: str


class LikelyAnswer(NamedTuple):
    """The groups left under the assumptions, those that the answer hangs on, and what each changes."""

    groups: str
    assumed: str
    changes: tuple[Change, ...]


def assumption_name(vocabulary: Vocabulary, wish: Assumption) -> str:
    """An assumption as ``--assume`` takes it: ``testicular=absent``."""
    assert wish.possible is not None
    return f"{wish.fact}={value_text(vocabulary[wish.fact], wish.possible)}"


def facts_in_conditions(wishes: Iterable[Assumption]) -> set[str]:
    """The facts that have to be known for something to be assumed."""
    return {test.fact for wish in wishes if wish.when is not None for test in tests(wish.when)}


class _Part:
    """Assumptions that bear on each other, or hang on the same cells.

    Attributes:
        wishes: by place.
        touched: the facts on which they bear.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        wishes: Mapping[Place, Assumption],
        linked: Mapping[str, frozenset[str]],
        groups: Sequence[Group],
    ) -> None:
        self._vocabulary, self.wishes, self._linked = vocabulary, wishes, linked
        self.touched = frozenset().union(*(linked[wish.fact] for wish in wishes.values()))
        self._facts = self.touched | facts_in_conditions(wishes.values())
        self._groups = [(place, group) for place, group in enumerate(groups) if group.facts & self._facts]
        self.forget()

    def forget(self) -> None:
        """Forget all that was filled in; codes given out before no longer count."""
        self._numbering = Numbering(len(self._groups) + 1)
        self._codes: list[int] = []
        self._numbers: dict[object, int] = {}
        self.filled: list[tuple[Place, ...]] = [()]
        self.refused: list[tuple[Place, ...]] = [()]
        self._bases = [Patient(self._vocabulary)]
        self._left: dict[tuple[int, frozenset[Place], Place | None], Mapping[str, Possible] | None] = {}

    def codes(self, profiles: Numbers, unread: Numbers, facts: Sequence[frozenset[str]]) -> Numbers:
        """Per profile the code of what is filled in.

        Args:
            profiles: per profile the codes of all groups.
            unread: per profile the place in ``facts`` of the facts that cannot be read.
            facts: see there.
        """
        import numpy as np

        numbers = self._numbering.number([*(profiles[:, place] for place, _ in self._groups), unread])
        for *codes, cannot in self._numbering.fresh().tolist():
            self._codes.append(self._code(codes, facts[cannot]))
        return np.array(self._codes, np.int32)[numbers]

    def _code(self, codes: Sequence[int], unread: frozenset[str]) -> int:
        known = {
            fact: one
            for (_, group), code in zip(self._groups, codes, strict=True)
            for fact, one in group.known(code).items()
            if fact in self._facts
        }
        taken, found = assumed(Patient(self._vocabulary, known), self.wishes.values(), unread)
        filled = tuple(place for place, wish in self.wishes.items() if any(wish is one for one in found))
        refused = tuple(
            place
            for place, wish in self.wishes.items()
            if place not in filled and wish.origin == ASSUME and wish.fact not in unread and contradicted(taken, wish)
        )
        if not filled and not refused:
            return _NOTHING
        # What else is known makes no difference to what is filled in, whichever of these assumptions are taken back.
        wishes = [self.wishes[place] for place in filled]
        bears = facts_in_conditions(wishes).union(*(self._linked[wish.fact] for wish in wishes))
        base = {fact: one for fact, one in known.items() if fact in bears}
        state = filled, refused, frozenset((fact, one.possible, one.derived) for fact, one in base.items())
        if state not in self._numbers:
            self._numbers[state] = len(self.filled)
            self.filled.append(filled)
            self.refused.append(refused)
            self._bases.append(Patient(self._vocabulary, base))
        return self._numbers[state]

    def left(self, code: int, kept: frozenset[Place], turned: Place | None = None) -> Mapping[str, Possible] | None:
        """What is known with some of the assumptions filled in.

        Args:
            code: what :meth:`codes` gave.
            kept: the assumptions.
            turned: one of them that is turned into its opposite; None comes back if it cannot be.
        """
        key = code, kept, turned
        if key not in self._left:
            wishes = {place: self.wishes[place] for place in self.filled[code] if place in kept}
            if turned is not None and turned in wishes:
                wish = wishes[turned]
                assert wish.possible is not None
                wishes[turned] = wish._replace(possible=all_but(self._vocabulary[wish.fact], wish.possible))
            patient, found = assumed(self._bases[code], wishes.values())
            possible = turned not in wishes or any(wishes[turned] is one for one in found)
            self._left[key] = patient.possible() if possible else None
        return self._left[key]


class _OfScheme:
    """The likely answers of one scheme.

    Attributes:
        answers: the distinct answers met so far.
    """

    def __init__(
        self, vocabulary: Vocabulary, walk: Walk, wishes: Sequence[Assumption], parts: Sequence[_Part]
    ) -> None:
        facts = {axis.fact for axis in walk.scheme.diagram.axes}
        self.parts = [part for part in parts if part.touched & facts]
        self._walk = walk
        self._names = [assumption_name(vocabulary, wish) for wish in wishes]
        self.answers: list[LikelyAnswer] = []
        self._numbers: dict[LikelyAnswer, int] = {}
        self.forget()

    def forget(self) -> None:
        """Forget who got which answer, not the answers."""
        self.numbering = Numbering(len(self.parts) + 1)
        self._found: list[int] = []
        self._masks: dict[tuple[int, int, frozenset[Place], Place | None], Sequence[tuple[int, int]] | None] = {}

    def outcomes(self, ends: Numbers, codes: Sequence[Numbers]) -> Numbers:
        """Per profile the place of its answer in :attr:`answers`, by the end of its walk and its codes of the parts."""
        import numpy as np

        numbers = self.numbering.number([ends, *codes])
        for end, *filled in self.numbering.fresh().tolist():
            answer = self._answer(end, [(number, code) for number, code in enumerate(filled) if code])
            if answer not in self._numbers:
                self._numbers[answer] = len(self.answers)
                self.answers.append(answer)
            self._found.append(self._numbers[answer])
        return np.array(self._found, np.int32)[numbers]

    def _answer(self, end: int, filled: Sequence[tuple[int, int]]) -> LikelyAnswer:
        """The answer at an end of the walk, with these codes of parts."""
        groups = self._groups(end, filled)
        places = sorted(place for part, code in filled for place in self.parts[part].filled[code])
        likely = groups(frozenset(places), None)
        kept = frozenset(places) if groups(frozenset(), None) != likely else frozenset()
        for place in reversed(places):
            if place in kept and groups(kept - {place}, None) == likely:
                kept -= {place}
        changes = [
            Change(self._names[place], groups(kept - {place}, None), groups(kept, place)) for place in sorted(kept)
        ]
        refused = sorted(place for part, code in filled for place in self.parts[part].refused[code])
        named = [*(change.name for change in changes), *(f"{self._names[place]}{LEFT_OUT}" for place in refused)]
        return LikelyAnswer(likely, "|".join(named), tuple(changes))

    def _groups(self, end: int, filled: Sequence[tuple[int, int]]) -> Callable[[frozenset[Place], Place | None], str]:
        """What asks for the groups left with some assumptions, one of them turned; empty if that cannot be."""
        scheme = self._walk.scheme
        exact = self._walk.told(end)

        def groups(kept: frozenset[Place], turned: Place | None) -> str:
            masks = list(exact)
            for part, code in filled:
                wishes = self.parts[part].wishes
                left = self._left(part, code, kept.intersection(wishes), turned if turned in wishes else None)
                if left is None:
                    return ""
                for number, mask in left:
                    masks[number] &= mask
            return "|".join(scheme.groups_of(scheme.diagram.reach(masks)))

        return groups

    def _left(
        self, part: int, code: int, kept: frozenset[Place], turned: Place | None
    ) -> Sequence[tuple[int, int]] | None:
        """What a part leaves with some assumptions, as axes and masks of this scheme; see :meth:`_Part.left`."""
        key = part, code, kept, turned
        if key not in self._masks:
            left = self.parts[part].left(code, kept, turned)
            axes = enumerate(self._walk.scheme.diagram.axes)
            self._masks[key] = (
                None if left is None else [(n, axis.mask(left[axis.fact])) for n, axis in axes if axis.fact in left]
            )
        return self._masks[key]


class Assuming:
    """The likely answers of all schemes of a table."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        walks: Sequence[Walk],
        wishes: Mapping[str, Sequence[Assumption]],
        linked: Mapping[str, frozenset[str]],
        groups: Sequence[Group],
    ) -> None:
        """Args: the facts, a walk per scheme, assumptions by audience, what bears on what, the groups of columns."""
        self._parts = {
            audience: _parts(vocabulary, of_audience, linked, groups) for audience, of_audience in wishes.items()
        }
        self._schemes = [
            _OfScheme(vocabulary, walk, wishes[walk.scheme.audience], self._parts[walk.scheme.audience])
            for walk in walks
        ]
        self._facts = frozenset(wish.fact for of_audience in wishes.values() for wish in of_audience)
        self._unread: dict[frozenset[str], int] = {frozenset(): 0}

    def forget(self) -> None:
        """Forget what is remembered of profiles."""
        for parts in self._parts.values():
            for part in parts:
                part.forget()
        for scheme in self._schemes:
            scheme.forget()

    @property
    def size(self) -> int:
        """How many distinct states are remembered of any scheme."""
        return max(len(scheme.numbering) for scheme in self._schemes)

    def answers(self, scheme: int) -> list[LikelyAnswer]:
        """The distinct answers of a scheme met so far."""
        return self._schemes[scheme].answers

    def unread(self, rows: int, cells: Iterable[tuple[frozenset[str], Numbers]]) -> Numbers:
        """Per row a number for the facts of which something is said that cannot be read, 0 if there are none.

        Args:
            rows: how many there are.
            cells: facts, and the rows with cells that speak of them and cannot be used.
        """
        import numpy as np

        found = np.zeros(rows, np.int32)
        for said, where in cells:
            if not (facts := said & self._facts):
                continue
            before = list(self._unread)
            here, places = np.unique(found[where], return_inverse=True)
            more = [self._unread.setdefault(before[one] | facts, len(self._unread)) for one in here.tolist()]
            found[where] = np.array(more, np.int32)[places]
        return found

    def outcomes(self, profiles: Numbers, ends: Numbers, unread: Numbers) -> Numbers:
        """Per profile and scheme the place of the answer in :meth:`answers`.

        Args:
            profiles: per profile the codes of the groups.
            ends: per profile and scheme, where the walk ended.
            unread: per profile what :meth:`unread` gave.
        """
        import numpy as np

        facts = list(self._unread)
        codes = {id(part): part.codes(profiles, unread, facts) for parts in self._parts.values() for part in parts}
        found = [
            scheme.outcomes(np.ascontiguousarray(ends[:, number]), [codes[id(part)] for part in scheme.parts])
            for number, scheme in enumerate(self._schemes)
        ]
        return np.column_stack(found)


def _parts(
    vocabulary: Vocabulary,
    wishes: Sequence[Assumption],
    linked: Mapping[str, frozenset[str]],
    groups: Sequence[Group],
) -> list[_Part]:
    """Assumptions put together that bear on common facts, or hang on the same columns."""
    together: list[tuple[set[str], list[Place]]] = []
    for place, wish in enumerate(wishes):
        facts = {*linked[wish.fact], *facts_in_conditions([wish])}
        facts = facts.union(*(group.facts for group in groups if group.facts & facts))
        places = [place]
        for other in [one for one in together if one[0] & facts]:
            facts |= other[0]
            places = [*other[1], *places]
            together.remove(other)
        together.append((facts, places))
    return [
        _Part(vocabulary, {place: wishes[place] for place in sorted(places)}, linked, groups) for _, places in together
    ]
