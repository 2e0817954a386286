"""A patient: for every fact, the values it can still have, and who said so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from all_cli.knowledge.vocabulary import Fact, Vocabulary
from all_cli.logic.explain import Reasons
from all_cli.logic.values import ABSENT, PRESENT, NumberSet, Possible, intersect, number_text, whole_domain
from all_cli.patient.reading import UNKNOWN_WORDS, fold, read_value, value_text
from all_cli.patient.unreadable import ContradictionError

if TYPE_CHECKING:
    from all_cli.patient.genetics import GeneticsReader


class Known(NamedTuple):
    """What is known of one fact: its possible values, and where that came from, as the user wrote it."""

    possible: Possible
    said: str
    derived: bool = False


@dataclass(slots=True)
class Patient:
    """Possible values by fact id; a fact that is not there is wholly unknown."""

    vocabulary: Vocabulary
    known: dict[str, Known] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    told: dict[str, Known] = field(default_factory=dict)  # before anything was concluded; what-if begins here
    _explained: tuple[dict[str, Known], Reasons] | None = field(default=None, init=False, repr=False, compare=False)

    def possible(self) -> Mapping[str, Possible]:
        """Fact id to possible values, for facts of which something is known."""
        return {id: known.possible for id, known in self.known.items()}

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
        if self._explained is None or self._explained[0] != self.known:
            self._explained = (dict(self.known), Reasons(self.possible(), self.bare))
        return self._explained[1]

    def said(self) -> dict[str, str]:
        """The facts that the user gave, in the vocabulary's order, as text."""
        return {id: self.text(id) for id in self.vocabulary.facts if id in self.known and not self.known[id].derived}

    def learn(self, id: str, possible: Possible, said: str, *, derived: bool = False) -> None:
        """Narrow a fact to ``possible``.

        Raises:
            ContradictionError: nothing is left, because two things said cannot both be true.
        """
        fact = self.vocabulary[id]
        possible = intersect(possible, whole_domain(fact))
        if not possible:
            raise ContradictionError(fact.id, "", f"{said} leaves no value that can exist")
        if not derived:
            earlier = self.told.get(fact.id)
            self.told[fact.id] = Known(intersect(earlier.possible, possible) if earlier else possible, said)
        before = self.known.get(fact.id)
        if before is None:
            self.known[fact.id] = Known(possible, said, derived)
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
            self.known[fact.id] = Known(left, said if derived else before.said, before.derived and derived)

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
            from all_cli.patient.genetics import GeneticsReader

            reader = GeneticsReader(self.vocabulary)
        for finding in reader.read(text):
            self.learn(finding.fact, finding.possible, f"{said} {finding.text}".strip())
        self.warnings.extend(reader.doubts(text))

    def assuming(self, id: str, possible: Possible) -> "Patient":
        """The same patient with other values of one fact: everything else as it was told, and concluded anew.

        Raises:
            ContradictionError: what else was told leaves no room for the assumption.
        """
        other = Patient(self.vocabulary)
        for fact, told in self.told.items():
            if fact != self.vocabulary[id].id:
                other.learn(fact, told.possible, told.said)
        other.learn(id, possible, "the assumption")
        other.conclude()
        return other

    def conclude(self) -> None:
        """Draw what follows from what is known (KMT2A::AFF1 is a KMT2A rearrangement; +4 and +10 a double trisomy;
        blasts, counts and signs make the CNS status).

        Raises:
            ContradictionError: two things said cannot both be true.
        """
        changed = True
        while changed:
            before = {id: known.possible for id, known in self.known.items()}
            for fact in self.vocabulary.concluding:
                self._follow_implications(fact)
                for flag in fact.known_means if fact.id in self.known else ():
                    self.learn(flag, frozenset({PRESENT}), self._source(fact), derived=True)
                if fact.exceeds is not None:
                    self._follow_ratio(fact)
                if fact.all_of:
                    self._follow_parts(fact)
                if fact.definition:
                    self._follow_definition(fact)
            changed = before != {id: known.possible for id, known in self.known.items()}

    def _follow_implications(self, fact: Fact) -> None:
        for when, other, allowed in fact.implies:
            known, known_other = self.known.get(fact.id), self.known.get(other)
            if known is not None and known.possible <= frozenset(when):  # type: ignore[operator]
                self.learn(other, frozenset(allowed), self._source(fact), derived=True)
            if known_other is not None and not known_other.possible & frozenset(allowed):  # type: ignore[operator]
                excluded = frozenset(fact.values) - frozenset(when)
                self.learn(fact.id, excluded, self._source(self.vocabulary[other]), derived=True)

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
        from all_cli.logic.definition import definition_of

        definition = definition_of(fact)
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
