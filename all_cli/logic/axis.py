"""One fact as a scheme sees it: the line cut into pieces between which the scheme cannot tell values apart.

A set of possible values becomes a bit mask over the pieces. Two patients with equal masks on every axis are the same
patient to the scheme; this is what makes answers exact and cohorts fast.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from all_cli.logic.values import ANY_NUMBER, Bound, ChoiceSet, NumberSet, Possible, Span, intersect, possible_text


class Axis(NamedTuple):
    """The pieces of one fact.

    For a number with cut-offs c0 < c1 < …, piece 2i+1 is exactly ci and piece 2i the open interval below it; the last
    piece lies above every cut-off. For a choice or flag, piece i is ``words[i]``.
    """

    fact: str
    cuts: tuple[float, ...]
    words: tuple[str, ...]
    whole: bool
    domain: int

    @staticmethod
    def of_number(fact: str, cuts: Iterable[float], domain: NumberSet, whole: bool = False) -> "Axis":
        """The axis of a numeric fact whose values lie in ``domain`` (whole numbers only, if ``whole``)."""
        axis = Axis(fact, tuple(sorted(set(cuts))), (), whole, -1)
        mask = axis.mask(domain)
        if whole:  # between two cut-offs there may be no whole number
            holds = [bool(intersect(axis.possible(1 << piece), domain)) for piece in range(2 * len(axis.cuts) + 1)]
            mask &= sum(1 << piece for piece, some in enumerate(holds) if some)
        return Axis(fact, axis.cuts, (), whole, mask)

    @staticmethod
    def of_words(fact: str, words: Sequence[str]) -> "Axis":
        """The axis of a choice or flag."""
        return Axis(fact, (), tuple(words), False, (1 << len(words)) - 1)

    def mask(self, possible: Possible) -> int:
        """Bit mask of the pieces that ``possible`` meets."""
        if isinstance(possible, NumberSet):
            return self._number_mask(possible) & self.domain
        return sum(1 << index for index, word in enumerate(self.words) if word in possible)

    def _number_mask(self, possible: NumberSet) -> int:
        if self.whole:
            possible = possible.whole()
        mask = 0
        for low, high in possible.spans:
            mask |= (1 << (self._piece(high) + 1)) - (1 << self._piece(low))
        return mask

    def _piece(self, bound: Bound) -> int:
        value, edge = bound
        index = bisect_left(self.cuts, value)
        if index < len(self.cuts) and self.cuts[index] == value:
            return 2 * index + 1 + edge
        return 2 * index

    def _span(self, piece: int) -> tuple[Bound, Bound]:
        index, is_cut = divmod(piece, 2)
        if is_cut:
            return (self.cuts[index], 0), (self.cuts[index], 0)
        infinite = ANY_NUMBER.spans[0]
        low = (self.cuts[index - 1], 1) if index else infinite[0]
        high = (self.cuts[index], -1) if index < len(self.cuts) else infinite[1]
        return low, high

    def pieces(self, mask: int) -> Iterator[int]:
        """The pieces in ``mask``, ascending."""
        while mask:
            low = mask & -mask
            yield low.bit_length() - 1
            mask ^= low

    def possible(self, mask: int) -> Possible:
        """The values that lie in the pieces of ``mask``."""
        if self.words:
            return ChoiceSet(self.words[piece] for piece in self.pieces(mask))
        spans: list[Span] = []
        last = None
        for piece in self.pieces(mask):
            low, high = self._span(piece)
            if last is not None and piece == last + 1:  # neighbouring pieces touch, and others have one between them
                low = spans.pop()[0]
            spans.append((low, high))
            last = piece
        result = NumberSet(tuple(spans))
        return result.whole() if self.whole else result

    def runs(self, mask: int, key: dict[int, Any]) -> list[tuple[int, Any]]:
        """Neighbouring pieces of ``mask`` with equal ``key`` gathered: (mask of the run, key), in order."""
        result: list[tuple[int, Any]] = []
        for piece in self.pieces(mask):
            if result and result[-1][1] == key[piece]:
                result[-1] = (result[-1][0] | 1 << piece, key[piece])
            else:
                result.append((1 << piece, key[piece]))
        return result

    def text(self, mask: int) -> str:
        """The pieces of ``mask`` in words: ``age < 10``, ``cns CNS2a or CNS2b``."""
        if self.words and mask & self.domain == self.domain:
            return "any"
        if self.words:
            return " or ".join(self.words[piece] for piece in self.pieces(mask))
        return possible_text(self.possible(mask))

    def pack(self) -> tuple[Any, ...]:
        """The axis as a plain tuple, for the compiled cache."""
        return tuple(self)

    @staticmethod
    def unpack(packed: tuple[Any, ...]) -> "Axis":
        """The inverse of :meth:`pack`."""
        return Axis(*packed)
