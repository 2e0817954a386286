"""The vocabulary of facts: what can be known of a patient, in which unit, under which names."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from all_cli.knowledge.callers import Caller, callers_in
from all_cli.knowledge.problems import KnowledgeError, Problem

if TYPE_CHECKING:
    from all_cli.knowledge.strict_yaml import Document

PRESENT, ABSENT = "present", "absent"
_SPAN = re.compile(r"([\[(])\s*(-?[0-9.]+)?\s*,\s*(-?[0-9.]+)?\s*([\])])")

_NOTHING: Mapping[str, Any] = MappingProxyType({})
Exceeds = tuple[tuple[str, str], float, tuple[str, str], Mapping[str, Any]]
"""First ratio (two facts), factor, second ratio, and per fact the intervals in which the question arises."""

Interval = tuple[float | None, bool, float | None, bool]  # low, low included, high, high included
Values = tuple[str, ...] | tuple[Interval, ...]  # of a choice or flag words, of a number intervals
Implied = tuple[Values, str, Values]  # this fact in these values: the other fact is in those
DefinedBy = tuple[str, Mapping[str, tuple[str, ...]]]
"""A scheme, and per rule of it the values that the fact then has; rules not named leave the fact open."""


class Value(NamedTuple):
    """One value of a choice: its label and the spellings it is recognised by."""

    label: str
    spellings: tuple[str, ...] = ()


class Fact(NamedTuple):
    """One fact of the vocabulary.

    ``kind`` is number, choice or flag (a flag's values are ``present`` and ``absent``); ``unit`` is the unit that
    numbers are kept in, ``units`` the accepted spellings of units with their factor; ``hard`` bounds what can exist,
    ``plausible`` what is not worth a warning; ``words`` maps a word to the intervals it means; ``definition`` is the
    compiled form of ``defined_by`` (see :mod:`all_cli.logic.definition`). ``known_means`` are other facts with the
    values that they have as soon as anything is said of this one, ``rest_means`` what "otherwise none" says of this
    number (third) where another has none but certain values (first and second), ``at_most`` numbers that this one
    cannot exceed.
    """

    id: str
    title: str
    kind: str
    help: str
    unit: str = ""
    reading: str = "plain"
    units: Mapping[str, str] = _NOTHING
    bare: str = "accept"
    whole: bool = False
    hard: tuple[float | None, float | None] = (None, None)
    plausible: tuple[float | None, float | None] = (None, None)
    words: Mapping[str, tuple[Interval, ...]] = _NOTHING
    values: Mapping[str, Value] = _NOTHING
    sets: Mapping[str, tuple[str, ...]] = _NOTHING
    spellings: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    genetic: bool = False
    implies: tuple[Implied, ...] = ()
    all_of: tuple[str, ...] = ()
    none_means: tuple[Interval, ...] = ()
    rest_means: tuple[tuple[str, tuple[Interval, ...], tuple[Interval, ...]], ...] = ()
    known_means: tuple[tuple[str, Values], ...] = ()
    at_most: tuple[str, ...] = ()
    exceeds: Exceeds | None = None
    defined_by: DefinedBy | None = None
    definition: tuple[Any, ...] | None = None
    panel: bool = True
    worse: str = ""
    option: str = ""
    columns: tuple[str, ...] = ()
    codes: Mapping[str, Any] = _NOTHING
    moment: str = "diagnosis"
    examples: tuple[str, ...] = ()
    note: str = ""
    label: str = ""

    @property
    def name(self) -> str:
        """What it is called in a sentence: ``WBC``, ``MRD at end of induction``."""
        return self.label or self.title

    @property
    def linked(self) -> tuple[str, ...]:
        """The facts of which its own entry says something, but for what a scheme that defines it asks."""
        compared = (*self.exceeds[0], *self.exceeds[2]) if self.exceeds else ()
        implied = (other for _, other, _ in self.implies)
        return (*implied, *self.all_of, *self.at_most, *(other for other, _ in self.known_means), *compared)


class Vocabulary(Mapping[str, Fact]):
    """All facts, by id; looking up an alias gives the fact it stands for.

    Attributes:
        callers: programs whose labels are read, by name in lower case.
    """

    __slots__ = ("aliases", "callers", "facts")  # a data class would cost every start a millisecond

    def __init__(
        self, facts: Mapping[str, Fact], aliases: Mapping[str, str], callers: Mapping[str, Caller] | None = None
    ) -> None:
        self.facts = facts
        self.aliases = aliases
        self.callers = callers or {}

    __eq__, __hash__ = object.__eq__, object.__hash__  # what is worked out of a vocabulary is kept by it

    def __getitem__(self, name: str) -> Fact:
        return self.facts[self.aliases.get(name, name)]

    def __iter__(self) -> Iterator[str]:
        yield from self.facts
        yield from self.aliases

    def __len__(self) -> int:
        return len(self.facts) + len(self.aliases)


def intervals(text: str) -> tuple[Interval, ...]:
    """Intervals as mathematics writes them, joined by ``or``: ``[0, 5)``, ``(25, ]``, ``[23, 29] or [60, 78]``.

    Raises:
        ValueError: not of that form, or bounds that cross.
    """
    found = []
    for part in re.split(r"\s+or\s+", text.strip()):
        match = _SPAN.fullmatch(part)
        if match is None:
            raise ValueError(f'"{part}" is not an interval such as [0, 5)')
        opening, low, high, closing = match.groups()
        if low is not None and high is not None and float(low) > float(high):
            raise ValueError(f'the bounds of "{part}" cross')
        found.append((float(low) if low else None, opening == "[", float(high) if high else None, closing == "]"))
    return tuple(found)


def vocabulary_in(document: "Document") -> Vocabulary:
    """The vocabulary of a checked facts file.

    Raises:
        KnowledgeError: a word that is no interval, a name used twice, an implication or set that names nothing.
    """
    problems: list[Problem] = []
    facts: dict[str, Fact] = {}
    aliases: dict[str, str] = {}
    for id, entry in document.data["facts"].items():
        try:
            facts[id] = _fact(id, entry, _words(document, id, entry, problems))
        except ValueError as error:
            raise KnowledgeError([*problems, Problem(document.place(("facts", id)), str(error))]) from None
        for alias in facts[id].aliases:
            if alias in document.data["facts"] or alias in aliases:
                place = document.place(("facts", id, "aliases"))
                problems.append(Problem(place, f'the name "{alias}" is taken'))
            aliases[alias] = id
    for fact in facts.values():
        problems.extend(_dangling(document, fact, facts))
    problems.extend(_ambiguous(document))
    callers = callers_in(document, frozenset(id for id, fact in facts.items() if fact.kind == "flag"), problems)
    if problems:
        raise KnowledgeError(problems)
    return Vocabulary(facts, aliases, callers)


def _ambiguous(document: "Document") -> Iterator[Problem]:
    """Spellings, columns and options that belong to two facts, and bounds that cross."""
    for key in ("columns", "spellings", "option"):
        owners: dict[str, str] = {}
        for id, entry in document.data["facts"].items():
            written = entry.get(key, ())
            for number, word in enumerate([written] if isinstance(written, str) else written):
                owner = owners.setdefault(word.casefold(), id)
                if owner != id:
                    place = document.place(("facts", id, key, number))
                    yield Problem(place, f'"{word}" belongs to {owner} already: a reader could not tell the two apart')
    for id, entry in document.data["facts"].items():
        for key in ("hard", "plausible"):
            low, high = entry.get(key, (None, None))
            if low is not None and high is not None and low >= high:
                yield Problem(document.place(("facts", id, key)), f"the bounds run backwards: {low} to {high}")


def _words(
    document: "Document", id: str, entry: Mapping[str, Any], problems: list[Problem]
) -> dict[str, tuple[Interval, ...]]:
    """The words of a fact, its own and those of the list it shares, as intervals."""
    path = ("facts", id)
    shared = entry.get("words_of")
    lists: dict[tuple[str, ...], Any] = {(*path, "words"): entry.get("words", {})}
    if shared is not None:
        common = document.data.get("words", {})
        if shared not in common:
            problems.append(Problem(document.place((*path, "words_of")), f'no list of words is called "{shared}"'))
        lists["words", shared] = common.get(shared, {})
    words = {}
    for where, listed in lists.items():
        for word, text in listed.items():
            try:
                words[word] = intervals(text)
            except ValueError as error:
                problems.append(Problem(document.place((*where, word)), str(error)))
    return words


def _dangling(document: "Document", fact: Fact, facts: Mapping[str, Fact]) -> Iterator[Problem]:
    """Names in sets, implications and conjunctions that the vocabulary does not have."""
    path = ("facts", fact.id)
    for members in fact.sets.values():
        for member in members:
            if member not in fact.values:
                yield Problem(document.place((*path, "sets")), f'"{member}" is no value of {fact.id}')
    said = [(fact.id, when, "implies") for when, _, _ in fact.implies]
    said += [(other, allowed, "implies") for _, other, allowed in fact.implies]
    said += [(other, allowed, "known_means") for other, allowed in fact.known_means]
    for other, values, key in said:
        for name in _not_there(facts, other, values):
            yield Problem(document.key_place((*path, key)), f'"{name}" is not in the vocabulary')
    for values in fact.defined_by[1].values() if fact.defined_by else ():
        for value in values:
            if value not in fact.values:
                yield Problem(document.place((*path, "defined_by")), f'"{value}" is no value of {fact.id}')
    compared = (*fact.exceeds[0], *fact.exceeds[2]) if fact.exceeds else ()
    for key, parts in (("all_of", fact.all_of), ("at_most", fact.at_most), ("exceeds", compared)):
        for part in parts:
            if part not in facts:
                yield Problem(document.place((*path, key)), f'no fact is called "{part}"')
            elif key == "at_most" and {(one.kind, one.unit) for one in (fact, facts[part])} != {("number", fact.unit)}:
                yield Problem(document.place((*path, key)), f"{fact.id} and {part} are not numbers of one unit")


def _not_there(facts: Mapping[str, Fact], id: str, values: Values) -> Iterator[str]:
    """What of these values a fact cannot have: words of a number, intervals of a choice, words it does not know."""
    for value in values:
        if isinstance(value, str):
            if id not in facts or value not in facts[id].values:
                yield f"{id}: {value}"
        elif id not in facts or facts[id].kind != "number":
            yield f"{id}: an interval"


def _said(raw: str | list[str]) -> Values:
    return intervals(raw) if isinstance(raw, str) else tuple(raw)


def _implied(entry: Mapping[str, Any]) -> tuple[Implied, ...]:
    return tuple(
        (_said(item.get("when", [PRESENT])), other, _said(allowed))
        for item in entry.get("implies", ())
        for other, allowed in item["then"].items()
    ) + tuple(((PRESENT,), part, (PRESENT,)) for part in entry.get("all_of", ()))


def _exceeds(raw: Mapping[str, Any] | None) -> Exceeds | None:
    if raw is None:
        return None
    within = {fact: intervals(text) for fact, text in raw.get("within", {}).items()}
    return (raw["ratio"][0], raw["ratio"][1]), raw["times"], (raw["of"][0], raw["of"][1]), within


def _defined_by(raw: Mapping[str, Any] | None) -> DefinedBy | None:
    return (raw["scheme"], {rule: tuple(values) for rule, values in raw["rules"].items()}) if raw else None


def _fact(id: str, entry: Mapping[str, Any], words: Mapping[str, tuple[Interval, ...]]) -> Fact:
    values = {
        name: Value(value["label"], tuple(value.get("spellings", ())))
        for name, value in entry.get("values", {}).items()
    }
    if entry["kind"] == "flag":
        values = {PRESENT: Value(entry.get("present", PRESENT)), ABSENT: Value(entry.get("absent", ABSENT))}
    return Fact(
        id=id,
        title=entry["title"],
        label=entry.get("label", ""),
        kind=entry["kind"],
        help=entry["help"],
        unit=entry.get("unit", ""),
        reading=entry.get("reading", "plain"),
        units={unit: str(factor) for unit, factor in entry.get("units", {}).items()},
        bare=entry.get("bare", "accept"),
        whole=entry.get("whole", False),
        hard=tuple(entry.get("hard", (None, None))),
        plausible=tuple(entry.get("plausible", (None, None))),
        words=words,
        values=values,
        sets={name: tuple(members) for name, members in entry.get("sets", {}).items()},
        spellings=tuple(entry.get("spellings", ())),
        aliases=tuple(entry.get("aliases", ())),
        genetic=entry.get("genetic", False),
        implies=_implied(entry),
        all_of=tuple(entry.get("all_of", ())),
        none_means=intervals(entry["none_means"]) if "none_means" in entry else (),
        rest_means=tuple(
            (other, intervals(given), intervals(entry["rest_means"]["then"]))
            for other, given in entry.get("rest_means", {}).get("when", {}).items()
        ),
        known_means=tuple((other, _said(values)) for other, values in entry.get("known_means", {}).items()),
        at_most=tuple(entry.get("at_most", ())),
        exceeds=_exceeds(entry.get("exceeds")),
        defined_by=_defined_by(entry.get("defined_by")),
        panel=entry.get("panel", True),
        worse=entry.get("worse", ""),
        option=entry.get("option", ""),
        columns=tuple(entry.get("columns", ())),
        codes=entry.get("codes", {}),
        moment=entry.get("moment", "diagnosis"),
        examples=tuple(entry.get("examples", ())),
        note=entry.get("note", ""),
    )


def pack_vocabulary(vocabulary: Vocabulary) -> tuple[Any, ...]:
    """The vocabulary as plain data, for the compiled cache."""
    facts = [
        [getattr(fact, name) for name in _FIELDS if name != "values"]
        + [{word: [value.label, value.spellings] for word, value in fact.values.items()}]
        for fact in vocabulary.facts.values()
    ]
    return facts, {name: tuple(caller) for name, caller in vocabulary.callers.items()}


def unpack_vocabulary(packed: Sequence[Any]) -> Vocabulary:
    """The inverse of :func:`pack_vocabulary`."""
    names = [name for name in _FIELDS if name != "values"]
    facts = {}
    packed_facts, packed_callers = packed
    for *plain, values in packed_facts:
        entry = dict(zip(names, plain, strict=True))
        for name in ("spellings", "aliases", "columns", "examples", "all_of", "at_most", "hard", "plausible"):
            entry[name] = tuple(entry[name])
        entry["words"] = {word: tuple(map(tuple, spans)) for word, spans in entry["words"].items()}
        entry["none_means"] = tuple(map(tuple, entry["none_means"]))
        entry["implies"] = tuple((_opened(when), other, _opened(then)) for when, other, then in entry["implies"])
        entry["rest_means"] = tuple(
            (o, tuple(map(tuple, given)), tuple(map(tuple, then))) for o, given, then in entry["rest_means"]
        )
        entry["known_means"] = tuple((other, _opened(values)) for other, values in entry["known_means"])
        entry["sets"] = {name: tuple(members) for name, members in entry["sets"].items()}
        entry["values"] = {word: Value(label, tuple(spellings)) for word, (label, spellings) in values.items()}
        facts[entry["id"]] = Fact(**entry)
    callers = {name: Caller(*map(_unpacked, entry)) for name, entry in packed_callers.items()}
    return Vocabulary(facts, {alias: id for id, fact in facts.items() for alias in fact.aliases}, callers)


def _unpacked(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _opened(values: Iterable[Any]) -> Any:
    return tuple(value if isinstance(value, str) else tuple(value) for value in values)


_FIELDS = list(Fact._fields)
