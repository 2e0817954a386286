"""What differs between two versions of the knowledge: in the text of each scheme, and for which patients.

The text is compared part by part. The patients are compared exactly: both versions of a scheme are cut at the cut-offs
of both and walked together over everybody whom the vocabulary allows, so "no patient moves" is a proof and every move
has a witness.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from all_cli.knowledge.sources import Citation, citations
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.logic.axes import axes_of, implications_between
from all_cli.logic.axis import Axis
from all_cli.logic.building import build_diagram
from all_cli.logic.expression import AllOf, Always, AnyOf, Expression, Not, OneOf, lies_in, names
from all_cli.logic.expression import tests as tests_of
from all_cli.logic.joint import Joint, joint_diagram
from all_cli.logic.values import ABSENT, PRESENT, NumberSet, Possible, intersect, values_of, whole_domain
from all_cli.risk.library import RiskLibrary
from all_cli.risk.scheme import Definition, Group, Rule, Scheme, Statement

ADDED, REMOVED, CHANGED = "added", "removed", "changed"


class Change(NamedTuple):
    """One thing that reads differently in one part of a scheme.

    ``part`` is scheme, population, group, definition, rule, note or exception and ``id`` which of them; ``change`` is
    added, removed or changed; ``field`` says what of it (condition, group, citation, checked, note …). ``cite`` holds
    the citations of the part in both versions; ``checked`` says whether it is marked as checked in both.
    """

    part: str
    id: str
    change: str
    field: str
    before: str
    after: str
    cite: tuple[Citation, ...] = ()
    checked: bool = True


class Decider(NamedTuple):
    """What gives an answer: a rule, the population that leaves a patient out, or (without a rule) that none holds."""

    id: str
    text: str
    cite: tuple[Citation, ...]
    checked: bool


class Move(NamedTuple):
    """Patients whom one version puts elsewhere than the other.

    ``before`` and ``after`` are the groups (several where the rule itself leaves them open, ``not-applicable``
    outside the population, ``unclassified`` where no rule holds); ``deciders`` the pairs of rules by which it happens,
    the witness's own first. ``region`` holds, fact by fact, values that all move so; ``witness`` one patient of it.
    """

    before: tuple[str, ...]
    after: tuple[str, ...]
    deciders: tuple[tuple[Decider, Decider], ...]
    region: dict[str, Possible]
    witness: dict[str, Possible]


class SchemeDifference(NamedTuple):
    """What differs in one scheme that both versions have."""

    id: str
    changes: tuple[Change, ...]
    moves: tuple[Move, ...]


class Difference(NamedTuple):
    """What differs between two versions of the knowledge; ``elsewhere`` is what lies outside the schemes."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    schemes: tuple[SchemeDifference, ...]
    elsewhere: tuple[Change, ...]
    common: int

    @property
    def nothing(self) -> bool:
        """Whether the two say the same."""
        return not (self.added or self.removed or self.schemes or self.elsewhere)


def difference(before: RiskLibrary, after: RiskLibrary) -> Difference:
    """Everything that differs from one version to the other; both speak of the facts of one vocabulary."""
    common = [id for id in before.schemes if id in after.schemes]
    found = (scheme_difference(before.schemes[id], after.schemes[id], after.vocabulary) for id in common)
    return Difference(
        tuple(id for id in after.schemes if id not in before.schemes),
        tuple(id for id in before.schemes if id not in after.schemes),
        tuple(item for item in found if item.changes or item.moves),
        tuple(_elsewhere(before, after)),
        len(common),
    )


def scheme_difference(before: Scheme, after: Scheme, vocabulary: Vocabulary) -> SchemeDifference:
    """What differs between two versions of one scheme."""
    if before.packed == after.packed:
        return SchemeDifference(after.id, (), ())
    return SchemeDifference(after.id, tuple(_changes(before, after)), moves(before, after, vocabulary))


# --- the patients ----------------------------------------------------------------------------------------------------


def moves(before: Scheme, after: Scheme, vocabulary: Vocabulary) -> tuple[Move, ...]:
    """Every pair of different answers that some patient gets from the two versions, each with a witness; exact."""
    joint = _walked_together(before, after, vocabulary)
    pairs: dict[tuple[tuple[str, ...], tuple[str, ...]], list[tuple[int, int]]] = {}
    for first, second in joint.pairs():
        groups = before.leaf_groups[first], after.leaf_groups[second]
        if set(groups[0]) != set(groups[1]):
            pairs.setdefault(groups, []).append((first, second))
    return tuple(_move(before, after, joint, groups, leaves, vocabulary) for groups, leaves in pairs.items())


def _walked_together(before: Scheme, after: Scheme, vocabulary: Vocabulary) -> Joint:
    sides = [(Not(scheme.population.when), *(rule.when for rule in scheme.rules)) for scheme in (before, after)]
    conditions = [condition for side in sides for condition in side]
    facts = dict.fromkeys(test.fact for condition in conditions for test in tests_of(condition))
    # All parts together are the whole, and that can say something of a further fact.
    facts |= dict.fromkeys(fact.id for fact in vocabulary.facts.values() if fact.all_of and {*fact.all_of} <= {*facts})
    # Cut at the cut-offs of both: within a piece neither version can tell two patients apart.
    axes = axes_of(facts, conditions, vocabulary)
    first, second = (build_diagram(side, axes) for side in sides)
    return joint_diagram(first, second, build_diagram([Not(_can_be(axes, vocabulary))], axes))


def _can_be(axes: list[Axis], vocabulary: Vocabulary) -> Expression:
    """That the values go together: what one fact says of another, and that all parts together are the whole."""
    clauses: list[Expression] = []
    for a, when, b, allowed in implications_between(axes, vocabulary):
        clauses.append(AnyOf((Not(_one_of(axes[a], when)), _one_of(axes[b], allowed))))
    asked = {axis.fact for axis in axes}
    for fact in vocabulary.facts.values():
        if fact.all_of and {fact.id, *fact.all_of} <= asked:
            missing = [OneOf(part, frozenset({ABSENT}), part) for part in fact.all_of]
            clauses.append(AnyOf((*missing, OneOf(fact.id, frozenset({PRESENT}), fact.id))))
    return AllOf(tuple(clauses)) if clauses else Always(True)


def _one_of(axis: Axis, mask: int) -> Expression:
    return lies_in(axis.fact, axis.possible(mask))


def _move(
    before: Scheme,
    after: Scheme,
    joint: Joint,
    groups: tuple[tuple[str, ...], tuple[str, ...]],
    leaves: Sequence[tuple[int, int]],
    vocabulary: Vocabulary,
) -> Move:
    masks = joint.witness(leaves[0])
    assert masks is not None  # the pair was reached
    region: dict[str, Possible] = {}
    for axis, mask in zip(joint.diagram.axes, masks, strict=True):
        if mask != axis.domain:
            possible, domain = axis.possible(mask), whole_domain(vocabulary[axis.fact])
            region[axis.fact] = possible & domain if isinstance(possible, NumberSet) else possible  # type: ignore[operator]
    deciders = tuple((_decider(before, first), _decider(after, second)) for first, second in leaves)
    return Move(*groups, deciders, region, _one_patient(region, vocabulary))


def _one_patient(region: Mapping[str, Possible], vocabulary: Vocabulary) -> dict[str, Possible]:
    """The region with one value of every choice; a number that exists only with its flag is left out without it."""
    chosen: dict[str, Possible] = {
        fact: possible
        if isinstance(possible, NumberSet)
        else frozenset({next(word for word in vocabulary[fact].values if word in possible)})
        for fact, possible in region.items()
    }
    return {
        fact: possible
        for fact, possible in chosen.items()
        if all(
            other not in chosen or intersect(chosen[other], values_of(vocabulary[other], values))
            for other, values in vocabulary[fact].known_means
        )
    }


def _decider(scheme: Scheme, leaf: int) -> Decider:
    if leaf == len(scheme.leaf_groups) - 1:
        return Decider("", "no rule holds", (), True)
    rule = scheme.rules[leaf - 1] if leaf else scheme.population
    checked = rule.checked and all(scheme.definitions[name].checked for name in names(rule.when))
    return Decider(rule.id, rule.text if leaf else f"not ({rule.text})", rule.cite, checked)


# --- the text --------------------------------------------------------------------------------------------------------

_Fields = dict[str, str]
_Part = TypeVar("_Part")


class _Read(NamedTuple):
    """A part as its reader sees it: its fields as text, and where it stands."""

    fields: _Fields
    cite: tuple[Citation, ...] = ()
    checked: bool = True


def _changes(before: Scheme, after: Scheme) -> Iterator[Change]:
    yield from _compared("scheme", {"": _Read(_head(before))}, {"": _Read(_head(after))})
    yield from _compared("population", {"": _population(before)}, {"": _population(after)})
    yield from _compared("group", _each(before.groups, _group), _each(after.groups, _group))
    yield from _order("groups", before.group_ids, after.group_ids)
    yield from _compared("definition", _each(before.definitions, _definition), _each(after.definitions, _definition))
    rules = [{rule.id: rule for rule in scheme.rules} for scheme in (before, after)]
    yield from _compared("rule", _each(rules[0], _rule), _each(rules[1], _rule))
    yield from _order("rules", list(rules[0]), list(rules[1]))
    notes = [{note.id: note for note in scheme.notes} for scheme in (before, after)]
    yield from _compared("note", _each(notes[0], _statement), _each(notes[1], _statement))
    yield from _compared("exception", _exceptions(before), _exceptions(after))


def _compared(part: str, before: Mapping[str, _Read], after: Mapping[str, _Read]) -> Iterator[Change]:
    """Parts that came, went or read differently, in the order of the later version; those gone at the end."""
    for id, new in after.items():
        old = before.get(id)
        if old is None:
            yield Change(part, id, ADDED, "", "", _summary(new), new.cite, new.checked)
            continue
        for field in dict.fromkeys((*old.fields, *new.fields)):
            was, now = (_one_line(item.fields.get(field, "")) for item in (old, new))
            if was != now:
                cite = tuple(dict.fromkeys((*old.cite, *new.cite)))
                yield Change(part, id, CHANGED, field, was, now, cite, old.checked and new.checked)
    for id, old in before.items():
        if id not in after:
            yield Change(part, id, REMOVED, "", _summary(old), "", old.cite, old.checked)


def _order(what: str, before: Sequence[str], after: Sequence[str]) -> Iterator[Change]:
    """Whether the parts that both have stand in another order."""
    kept = [[id for id in side if id in other] for side, other in ((before, after), (after, before))]
    if kept[0] != kept[1]:
        yield Change("scheme", "", CHANGED, f"order of {what}", ", ".join(kept[0]), ", ".join(kept[1]))


def _each(parts: Mapping[str, _Part], read: Callable[[_Part], _Read]) -> dict[str, _Read]:
    return {id: read(part) for id, part in parts.items()}


def _head(scheme: Scheme) -> _Fields:
    first, last = scheme.in_use
    years = scheme.in_use_source
    return {
        "title": scheme.title,
        "kind": scheme.kind,
        "audience": scheme.audience,
        "published": str(scheme.published),
        "in use": f"{first or 'open'} to {last or 'open'}",
        "source of the years": f"{years.text} {_cited(years.cite)}, checked {_yes(years.checked)}" if years else "",
        "version": scheme.version,
        "about": scheme.about,
        "quoted": _yes(scheme.quoted),
        "first relapse": _yes(scheme.first_relapse),
    }


def _population(scheme: Scheme) -> _Read:
    rule = scheme.population
    return _Read(
        {
            "condition": rule.text,
            "text": rule.note,
            "citation": _cited(rule.cite),
            "checked": _yes(rule.checked),
            "note": rule.derived,
        },
        rule.cite,
        rule.checked,
    )


def _rule(rule: Rule) -> _Read:
    return _Read(
        {
            "condition": rule.text,
            "group": " or ".join(rule.groups),
            "citation": _cited(rule.cite),
            "checked": _yes(rule.checked),
            "note": rule.note,
            "derived": rule.derived,
        },
        rule.cite,
        rule.checked,
    )


def _definition(item: Definition) -> _Read:
    return _Read(
        {
            "condition": item.text,
            "label": item.label,
            "citation": _cited(item.cite),
            "checked": _yes(item.checked),
            "note": item.note,
        },
        item.cite,
        item.checked,
    )


def _group(group: Group) -> _Read:
    outcome = "; ".join(
        f"{item.text} ({_cited(item.cite)}{'' if item.checked else ', not checked'})" for item in group.outcome
    )
    return _Read(
        {
            "label": group.label,
            "severity": "" if group.severity is None else str(group.severity),
            "outcome": outcome,
            "note": group.note,
        },
        tuple(citation for item in group.outcome for citation in item.cite),
        all(item.checked for item in group.outcome),
    )


def _statement(note: Statement) -> _Read:
    return _Read(
        {
            "condition": str(note.when or ""),
            "text": note.text,
            "citation": _cited(note.cite),
            "checked": _yes(note.checked),
        },
        note.cite,
        note.checked,
    )


def _exceptions(scheme: Scheme) -> dict[str, _Read]:
    return {
        " ".join(item[key] for key in ("check", "rule", "fact") if item.get(key)): _Read({"reason": item["reason"]})
        for item in scheme.exceptions
    }


def _elsewhere(before: RiskLibrary, after: RiskLibrary) -> Iterator[Change]:
    """What differs outside the schemes: which one answers first, what is known and not encoded, the file's sources."""
    first = [_Read({"order of preference": "; ".join(library.preference)}) for library in (before, after)]
    yield from _compared("first answer", {"": first[0]}, {"": first[1]})
    yield from _compared("not encoded", _not_encoded(before), _not_encoded(after))
    sources = [
        {id: _Read({"reference": source.reference, "read": source.read, "checked": _yes(source.checked),
                    "kind": source.kind, "note": source.note}) for id, source in library.sources.items()}
        for library in (before, after)
    ]  # fmt: skip
    yield from _compared("source", sources[0], sources[1])


def _not_encoded(library: RiskLibrary) -> dict[str, _Read]:
    return {
        entry["id"]: _Read(
            {"title": entry["title"], "reason": entry["reason"], "citation": _cited(citations(entry["cite"]))},
            citations(entry["cite"]),
        )
        for entry in library.not_encoded
    }


def _summary(part: _Read) -> str:
    """What a part that came or went says, in a line."""
    fields = part.fields
    main = [fields[name] for name in ("condition", "text", "title", "label", "reason", "reference") if fields.get(name)]
    text = main[0] if main else ""
    return _one_line(f"{fields['group']} if {text}" if fields.get("group") else text)


def _cited(cite: Iterable[Citation]) -> str:
    return "; ".join(map(str, cite))


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _one_line(text: str) -> str:
    return " ".join(text.split())
