"""A patient: for every fact, the values it can still have, and who said so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from all_cli.knowledge.vocabulary import Fact, Vocabulary
from all_cli.logic.definition import definitions_in
from all_cli.logic.explain import Reasons
from all_cli.logic.values import (
    ABSENT,
    PRESENT,
    NumberSet,
    Possible,
    all_but,
    at_least,
    at_most,
    intersect,
    number_text,
    values_of,
    whole_domain,
    within,
)
from all_cli.patient.reading import UNKNOWN_WORDS, fold, read_value, value_text
from all_cli.patient.unreadable import ContradictionError

if TYPE_CHECKING:
    from all_cli.patient.genetics import GeneticsReader


class Known(NamedTuple):
    """What is known of one fact: its possible values, and where that came from, as the user wrote it.

    ``inferred`` is what a karyotype only does not show; anything else that is said stands against it.
    """

    possible: Possible
    said: str
    derived: bool = False
    inferred: bool = False


_COMPUTED = frozenset({"bsa"})  # by a formula from height and weight: no conclusion that conclude() would draw anew


@dataclass(slots=True)
class Patient:
    """Possible values by fact id; a fact that is not there is wholly unknown."""

    vocabulary: Vocabulary
    known: dict[str, Known] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    told: dict[str, Known] = field(default_factory=dict)  # before anything was concluded; what-if begins here
    _changed: set[str] = field(default_factory=set, repr=False, compare=False)  # since anything was concluded
    _inferred: dict[str, Known] = field(default_factory=dict, repr=False, compare=False)  # by a karyotype's silence
    worked_out: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)  # of what is known

    def possible(self) -> Mapping[str, Possible]:
        """Fact id to possible values, for facts of which something is known."""
        if "possible" not in self.worked_out:
            self.worked_out["possible"] = {id: known.possible for id, known in self.known.items()}
        possible: Mapping[str, Possible] = self.worked_out["possible"]
        return possible

    @property
    def in_relapse(self) -> bool:
        """Whether the leukaemia has certainly come back or never gone."""
        return self.possible().get("relapsed") == frozenset({PRESENT})

    @property
    def relapsed_again(self) -> bool:
        """Whether it is certainly a second relapse or a later one."""
        known = self.possible().get("relapse_number")
        return isinstance(known, NumberSet) and known & NumberSet.comparison(">=", 2) == known

    @property
    def never_in_remission(self) -> bool:
        """Whether the leukaemia was certainly refractory from the start, without any relapse."""
        known = self.possible().get("relapse_number")
        none_yet = isinstance(known, NumberSet) and known & NumberSet.comparison("<", 1) == known
        return none_yet and self.possible().get("refractory") == frozenset({PRESENT})

    def text(self, id: str) -> str:
        """The value of a fact in words and unit, or ``unknown``."""
        if id not in self.known:
            return "unknown"
        return value_text(self.vocabulary[id], self.known[id].possible)

    def bare(self, id: str) -> str:
        """The value as explanations print it, next to a comparison: ``7``, ``9 mo``, ``<0.01 %``, ``CNS2``."""
        known = self.known.get(id)
        if known is None:
            return "unknown"
        fact = self.vocabulary[id]
        if known.derived and not isinstance(known.possible, NumberSet) and len(known.possible) > 1:
            return "unknown"
        if isinstance(known.possible, NumberSet) and (value := known.possible.single) is not None:
            if fact.reading == "age" and value != int(value):
                return value_text(fact, known.possible)
            return number_text(value)
        return value_text(fact, known.possible)

    def reasons(self) -> Reasons:
        """Why a condition holds, or does not, for what is known now."""
        if Reasons not in self.worked_out:
            self.worked_out[Reasons] = Reasons(self.possible(), self.bare)
        reasons: Reasons = self.worked_out[Reasons]
        return reasons

    def _know(self, id: str, known: Known) -> None:
        """Know it from now on; what was worked out of what was known before is forgotten."""
        self.known[id] = known
        self._changed.add(id)
        self.worked_out.clear()

    def said(self) -> dict[str, str]:
        """The facts that the user gave, in the vocabulary's order, as text."""
        return {id: self.text(id) for id in self.vocabulary.facts if id in self.known and not self.known[id].derived}

    def learn(self, id: str, possible: Possible, said: str, *, derived: bool = False, inferred: bool = False) -> None:
        """Narrow a fact to ``possible``; what is only inferred counts from :meth:`conclude` on, if nothing denies it.

        Raises:
            ContradictionError: nothing is left, because two things said cannot both be true.
        """
        fact = self.vocabulary[id]
        possible = intersect(possible, whole_domain(fact))
        if not possible:
            raise ContradictionError(fact.id, "", f"{said} leaves no value that can exist")
        if inferred:
            self._inferred.setdefault(fact.id, Known(possible, said, inferred=True))
            return
        if not derived:
            earlier = self.told.get(fact.id)
            self.told[fact.id] = Known(intersect(earlier.possible, possible) if earlier else possible, said)
            self.worked_out.clear()  # what is chosen hangs on what was told, too
        before = self.known.get(fact.id)
        if before is None:
            self._know(fact.id, Known(possible, said, derived))
            return
        left = intersect(before.possible, possible)
        if not left:
            raise ContradictionError(
                fact.id,
                "",
                f"{before.said} says {value_text(fact, before.possible)}, {said} says {value_text(fact, possible)}; "
                "both cannot be true",
            )
        if left != before.possible:
            self._know(fact.id, Known(left, said if derived else before.said, before.derived and derived))

    def copy(self) -> "Patient":
        """Another patient of whom the same is known, who can learn apart from this one."""
        return Patient(
            self.vocabulary,
            dict(self.known),
            list(self.warnings),
            dict(self.told),
            set(self._changed),
            dict(self._inferred),
        )

    def tell(self, id: str, text: str, said: str, unit: str = "") -> None:
        """Read ``text`` as a value of a fact and learn it; a text that says "unknown" teaches nothing.

        Raises:
            UnreadableError: the text cannot be read, or contradicts what is known.
        """
        reading = read_value(self.vocabulary[id], text, unit, chosen=bool(unit))
        if reading.warning:
            self.warnings.append(reading.warning)
        if reading.possible is not None:
            self.learn(id, reading.possible, said)

    def tell_genetics(self, text: str, said: str, reader: "GeneticsReader | None" = None) -> None:
        """Read a list of genetic findings and learn each; a text that says "unknown" teaches nothing.

        Raises:
            UnreadableError: an item is not recognised, or contradicts what is known.
        """
        if text.strip() and fold(text) in UNKNOWN_WORDS:
            return
        if reader is None:
            from all_cli.patient.genetics import genetics_reader

            reader = genetics_reader(self.vocabulary)
        for finding in reader.read(text):
            self.learn(finding.fact, finding.possible, f"{said} {finding.text}".strip(), inferred=finding.inferred)
        self.warnings.extend([*map(str, reader.fragments(text)), *reader.doubts(text)])

    def assuming(self, id: str, possible: Possible) -> "Patient":
        """The same patient with other values of one fact: everything else as it was told, and concluded anew.

        Raises:
            ContradictionError: what else was told leaves no room for the assumption.
        """
        other = self._untold(id)
        other.learn(id, possible, "the assumption")
        other.conclude()
        return other

    def without(self, id: str) -> "Patient":
        """The same patient as if nothing had been told of one fact, concluded anew."""
        other = self._untold(id)
        other.conclude()
        return other

    def _untold(self, id: str) -> "Patient":
        other = Patient(self.vocabulary)
        for fact, told in (*self.told.items(), *self._inferred.items()):
            if fact != self.vocabulary[id].id:
                other.learn(fact, told.possible, told.said, inferred=told.inferred)
        for fact in _COMPUTED.difference((id, *other.known)):
            if (known := self.known.get(fact)) is not None and known.derived:
                other.learn(fact, known.possible, known.said, derived=True)
        return other

    def conclude(self) -> None:
        """Draw what follows from what is known (KMT2A::AFF1 is a KMT2A rearrangement; +4 and +10 a double trisomy;
        blasts, counts and signs make the CNS status).

        Raises:
            ContradictionError: two things said cannot both be true.
        """
        self._settle()
        # All at once, after everything else: which of them stands does not hang on the order in which they were said.
        before = dict(self.known)
        for id, inferred in self._inferred.items():
            known = before.get(id)
            left = intersect(known.possible, inferred.possible) if known else inferred.possible
            if left and (known is None or left != known.possible):
                self._know(id, Known(left, known.said if known and not known.derived else inferred.said))
                self.told.setdefault(id, inferred)
            elif known and not left:
                shown = f"{known.said} says {value_text(self.vocabulary[id], known.possible)}"
                warning = f"{id}: {shown}, and stands; {inferred.said} only does not show it"
                self.warnings.extend([warning] if warning not in self.warnings else [])
        if self._changed:
            self._settle()

    def _settle(self) -> None:
        links, by_fact = _links(self.vocabulary)
        now: set[int] = set()
        later = self._touched(by_fact)
        while now or later:
            if not now:
                now, later = later, now
            place = min(now)
            now.remove(place)
            self._follow(links[place])
            for touched in self._touched(by_fact):
                (now if touched > place else later).add(touched)

    def _touched(self, by_fact: Mapping[str, Sequence[int]]) -> set[int]:
        """The places of what has to be looked at again, now that facts have changed."""
        touched = {place for fact in self._changed for place in by_fact.get(fact, ())}
        self._changed.clear()
        return touched

    def _follow(self, link: "_Link") -> None:
        fact = link.fact
        self._follow_implications(link)
        known = self.known.get(fact.id)
        if known is not None and not known.derived:
            for other, allowed in link.known_means:
                if not self._lies_within(other, allowed):
                    self.learn(other.id, allowed, self._source(fact), derived=True)
        for id in fact.at_most:
            self._follow_order(fact, self.vocabulary[id])
        if fact.exceeds is not None:
            self._follow_ratio(fact)
        if fact.all_of:
            self._follow_parts(fact)
        if fact.definition:
            self._follow_definition(fact)

    def _follow_implications(self, link: "_Link") -> None:
        fact = link.fact
        for when, other, allowed in link.implies:
            known, known_other = self.known.get(fact.id), self.known.get(other.id)
            if known is not None and within(known.possible, when) and not self._lies_within(other, allowed):
                self.learn(other.id, allowed, self._source(fact), derived=True)
            if known_other is None or intersect(known_other.possible, allowed):
                continue
            if known is None or intersect(known.possible, when):
                self.learn(fact.id, all_but(fact, when), self._source(other), derived=True)

    def _lies_within(self, fact: Fact, allowed: Possible) -> bool:
        """Whether this says nothing new of a fact, as mostly: what follows is looked at again and again."""
        known = self.known.get(fact.id)
        return known is not None and within(known.possible, allowed)

    def _follow_order(self, lower: Fact, upper: Fact) -> None:
        """A number that cannot exceed another: the least of the one bounds the other, and the greatest of that it."""
        for fact, bound, other in ((lower, at_least, upper), (upper, at_most, lower)):
            known = self.known.get(fact.id)
            if known is not None:
                assert isinstance(known.possible, NumberSet)
                left = intersect(bound(known.possible), whole_domain(other))
                if left != whole_domain(other):
                    self.learn(other.id, left, self._source(fact), derived=True)

    def _follow_parts(self, fact: Fact) -> None:
        surely, never = frozenset({PRESENT}), frozenset({ABSENT})
        parts = [self.known[part].possible if part in self.known else None for part in fact.all_of]
        if all(part == surely for part in parts):
            self.learn(fact.id, frozenset({PRESENT}), f"{' and '.join(fact.all_of)}", derived=True)
        known = self.known.get(fact.id)
        missing = [id for id, part in zip(fact.all_of, parts, strict=True) if part != surely]
        if known is not None and known.possible == never and len(missing) == 1:
            self.learn(missing[0], frozenset({ABSENT}), self._source(fact), derived=True)

    def _follow_ratio(self, fact: Fact) -> None:
        from all_cli.patient.ratio import ratio_exceeds

        assert fact.exceeds is not None
        numbers = {id: known.possible for id, known in self.known.items() if isinstance(known.possible, NumberSet)}
        exceeds = ratio_exceeds(fact.exceeds, numbers)
        if exceeds is not None:
            said = " and ".join((*fact.exceeds[0], *fact.exceeds[2]))
            self.learn(fact.id, frozenset({PRESENT if exceeds else ABSENT}), said, derived=True)

    def _follow_definition(self, fact: Fact) -> None:
        definition = definitions_in(self.vocabulary)[fact.id]
        if self.known.keys().isdisjoint(definition.asks) or not self.known.keys() >= set(definition.needs):
            return
        known = self.possible()
        left = definition.left(known)
        if left != frozenset(fact.values):
            said = " and ".join(self._source(self.vocabulary[id]) for id in definition.reasons(known, left))
            self.learn(fact.id, left, said, derived=True)

    def _source(self, fact: Fact) -> str:
        known = self.known[fact.id]
        return known.said if known.derived else f"{known.said} ({fact.id} {self.text(fact.id)})"


class _Link(NamedTuple):
    """What a fact says of others: if its values lie in the first set, the other has one of the second."""

    fact: Fact
    implies: list[tuple[Possible, Fact, Possible]]
    known_means: list[tuple[Fact, Possible]]


@lru_cache(4)
def _links(vocabulary: Vocabulary) -> tuple[list[_Link], Mapping[str, Sequence[int]]]:
    """What facts say of others, and per fact the places of that which it has to do with."""
    definitions = definitions_in(vocabulary)
    links: list[_Link] = []
    by_fact: dict[str, list[int]] = {}
    for fact in vocabulary.facts.values():
        others = {*fact.linked}
        if fact.id in definitions:
            others |= {*definitions[fact.id].asks, *definitions[fact.id].needs}
        if not others:
            continue
        for other in {fact.id, *others}:
            by_fact.setdefault(other, []).append(len(links))
        said = [(other, vocabulary[id], allowed) for other, id, allowed in fact.implies]
        links.append(
            _Link(
                fact,
                [(values_of(fact, when), other, values_of(other, allowed)) for when, other, allowed in said],
                [(vocabulary[id], values_of(vocabulary[id], values)) for id, values in fact.known_means],
            )
        )
    return links, by_fact
