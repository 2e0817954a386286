"""Many patients down one scheme's diagram at a time: where they agree in all that it asks of them, they are one.

The diagram asks for facts in a fixed order, and what it asks next depends on what it was told. Patients with the same
answers to the questions put to them get the same verdict, whatever else is known of them; so the walk only gathers
those answers, and each distinct list of them is judged once, by the evaluator that serves one patient.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.logic.expression import tests
from all_cli.patient.patient import Known, Patient
from all_cli.risk.scheme import Scheme
from all_cli.risk.verdict import INDETERMINATE, Outcome, outcome_of, outside_reason

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.int32]

_UNSEEN = -1
_DONE = -1

Texts = tuple[str, str, str, str, str, str]


class _State(NamedTuple):
    """Where a walk stands: the nodes it may be at, and what it was told, as pairs of axis and mask."""

    nodes: frozenset[int]
    told: tuple[tuple[int, int], ...] = ()


class Walk:
    """The walk down one scheme; remembers every path it went.

    Attributes:
        answers: the distinct answers met so far, each as the texts of its result columns.
        masks: per axis, the distinct masks met so far; callers speak of a mask by its place in that list.
    """

    def __init__(self, scheme: Scheme, vocabulary: Vocabulary, can_be_known: frozenset[str]) -> None:
        """Args: the scheme, the facts, and the facts of which this table can say anything at all."""
        self.scheme = scheme
        self.answers: list[Texts] = []
        self._vocabulary = vocabulary
        diagram = scheme.diagram
        self._known = [axis.fact in can_be_known for axis in diagram.axes]
        # The reason why a patient is outside names the population's facts; and an implication carries what is known
        # of one fact to another. Both can matter where the diagram itself does not ask.
        population = {test.fact for test in tests(scheme.population.when)}
        linked = diagram.linked
        numbers = range(len(diagram.axes))
        self._population = [n for n in numbers if diagram.axes[n].fact in population]
        self._reasons: dict[tuple[int, ...], str] = {}
        first = [n for n in numbers if n in self._population or n in linked]
        self._first = [n for n in first if self._known[n]]
        self._order = [*self._first, *(n for n in numbers if self._known[n] and n not in first)]
        self._numbers: dict[Texts, int] = {}
        self.forget()

    def forget(self) -> None:
        """Forget the paths, not the answers; for tables in which hardly any row is like another."""
        import numpy as np

        self.masks: list[list[int]] = [[] for _ in self.scheme.diagram.axes]
        self._states: list[_State] = []
        self._asks = np.zeros(1024, np.int16)
        self._answer = np.full(1024, _UNSEEN, np.int32)
        self._place = np.zeros(1024, np.int32)  # of a state among those that ask for the same axis
        self._asking: list[list[int]] = [[] for _ in self.scheme.diagram.axes]
        self._next = [np.full((64, 8), _UNSEEN, np.int32) for _ in self.scheme.diagram.axes]
        self._add(_State(self._open([self.scheme.diagram.root], {})))

    @property
    def size(self) -> int:
        """How many places of paths are remembered."""
        return len(self._states)

    def ends(self, patients: int, told: Sequence[Numbers | None]) -> Numbers:
        """Where the walk of each patient ends; :meth:`outcomes` says what the answer there is.

        Args:
            patients: how many there are.
            told: per axis, each patient's mask as an index into :attr:`masks`; None where nothing can be known.
        """
        import numpy as np

        at = np.zeros(patients, np.int32)
        for axis in self._order:
            part = told[axis]
            assert part is not None
            here = np.flatnonzero(self._asks[at] == axis)
            if here.size:
                at[here] = self._step(axis, at[here], part[here])
        return at

    def outcomes(self, ends: Numbers) -> Numbers:
        """The number of the answer at each end, an index into :attr:`answers`."""
        return self._answer[ends]

    def told(self, end: int) -> list[int]:
        """Per axis the mask of a patient who ends there: what was told on the way, else everything."""
        return self._wide(self._states[end])

    def _wide(self, state: _State) -> list[int]:
        told = dict(state.told)
        return [told.get(number, axis.domain) for number, axis in enumerate(self.scheme.diagram.axes)]

    def _step(self, axis: int, at: Numbers, masks: Numbers) -> Numbers:
        """One question put to patients who stand at states ``at``: where their answers lead."""
        import numpy as np

        places = self._place[at]
        table = self._room(axis)
        found: Numbers = table[places, masks]
        if (found == _UNSEEN).any():
            width = table.shape[1]
            keys = np.unique((places.astype(np.int64) * width + masks)[found == _UNSEEN])
            for place, mask in zip((keys // width).tolist(), (keys % width).tolist(), strict=True):
                state = self._states[self._asking[axis][place]]
                table[place, mask] = self._add(self._told(state, axis, self.masks[axis][mask]))
            found = table[places, masks]
        return found

    def _room(self, axis: int) -> Numbers:
        """The table of steps at an axis, large enough for all states and masks known now."""
        import numpy as np

        table = self._next[axis]
        rows, width = table.shape
        if len(self._asking[axis]) > rows or len(self.masks[axis]) > width:
            larger = np.full(
                (max(rows, 2 * len(self._asking[axis])), max(width, 2 * len(self.masks[axis]))), _UNSEEN, np.int32
            )
            larger[:rows, :width] = table
            table = self._next[axis] = larger
        return table

    def _told(self, state: _State, axis: int, mask: int) -> _State:
        """The state after one answer: nodes that ask for what was told move on, the others stay."""
        told = (*state.told, (axis, mask))
        return _State(self._open(state.nodes, dict(told)), told)

    def _open(self, nodes: Iterable[int], told: Mapping[int, int]) -> frozenset[int]:
        """The nodes that ask for what was not told; of facts of which nothing can be known all branches stay open."""
        diagram, known = self.scheme.diagram, self._known
        waiting: set[int] = set()
        seen = set(nodes)
        open_nodes = list(nodes)
        while open_nodes:
            node = open_nodes.pop()
            if node < diagram.leaves:
                continue
            number, children = diagram.nodes[node - diagram.leaves]
            if number in told:
                mask = told[number]
                below = {child for piece, child in enumerate(children) if mask >> piece & 1} - seen
            elif known[number]:
                waiting.add(node)
                continue
            else:
                below = {*children} - seen
            seen |= below
            open_nodes.extend(below)
        return frozenset(waiting)

    def _asked(self, state: _State) -> int:
        """The axis that a state asks for next; :data:`_DONE` if none."""
        diagram = self.scheme.diagram
        if len(state.told) < len(self._first):
            return self._first[len(state.told)]
        return min((diagram.nodes[node - diagram.leaves][0] for node in state.nodes), default=_DONE)

    def _add(self, state: _State) -> int:
        """Number a state."""
        import numpy as np

        axis = self._asked(state)
        number = len(self._states)
        self._states.append(state)
        if number >= len(self._asks):
            grow = len(self._asks)
            self._asks = np.concatenate([self._asks, np.zeros(grow, np.int16)])
            self._answer = np.concatenate([self._answer, np.full(grow, _UNSEEN, np.int32)])
            self._place = np.concatenate([self._place, np.zeros(grow, np.int32)])
        self._asks[number] = axis
        if axis == _DONE:
            self._answer[number] = self._judge(state)
        else:
            self._place[number] = len(self._asking[axis])
            self._asking[axis].append(number)
        return number

    def _judge(self, state: _State) -> int:
        masks = self._wide(state)
        texts = result_texts(outcome_of(self.scheme, masks, lambda: self._outside(masks)))
        number = self._numbers.get(texts)
        if number is None:
            number = self._numbers[texts] = len(self.answers)
            self.answers.append(texts)
        return number

    def _outside(self, masks: Sequence[int]) -> str:
        """Why the scheme is not for such a patient, which hangs on the facts of its population alone."""
        key = tuple([masks[axis] for axis in self._population])
        if key not in self._reasons:
            axes = self.scheme.diagram.axes
            told = [(axes[axis], masks[axis]) for axis in self._population if masks[axis] != axes[axis].domain]
            known = {axis.fact: Known(axis.possible(mask), "the row") for axis, mask in told}
            self._reasons[key] = outside_reason(self.scheme, Patient(self._vocabulary, known))
        return self._reasons[key]


def result_texts(found: Outcome) -> Texts:
    """An answer as the six result columns hold it."""
    return (
        found.status,
        found.group or "",
        "|".join(found.possible),
        "|".join(found.rules),
        "|".join(found.missing),
        found.reason if found.status != INDETERMINATE else "",
    )
