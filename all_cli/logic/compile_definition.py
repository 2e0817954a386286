"""From the vocabulary and the schemes to the compiled definitions of facts, with every mistake said at its place."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

from all_cli.knowledge.problems import KnowledgeError, Problem, did_you_mean
from all_cli.knowledge.vocabulary import Fact, Vocabulary
from all_cli.logic.axes import axis_of
from all_cli.logic.axis import Axis
from all_cli.logic.building import build_diagram
from all_cli.logic.definition import Definition
from all_cli.logic.diagram import Defined
from all_cli.logic.expression import Expression, Not, pack, tests
from all_cli.logic.parse import ConditionError, parse_condition
from all_cli.logic.values import ChoiceSet

if TYPE_CHECKING:
    from all_cli.knowledge.strict_yaml import Document


def with_definitions(vocabulary: Vocabulary, facts: Document, rules: Document) -> Vocabulary:
    """The vocabulary with the definitions that its facts take from schemes, compiled.

    Args:
        vocabulary: the facts.
        facts: the file of the facts, for the places of mistakes.
        rules: the file of the schemes.

    Raises:
        KnowledgeError: a fact is defined by a scheme or a rule that is not there.
    """
    problems: list[Problem] = []
    schemes = {raw["id"]: raw for raw in rules.data["schemes"]}
    found = dict(vocabulary.facts)
    for fact in vocabulary.facts.values():
        if fact.defined_by is not None:
            place = facts.place(("facts", fact.id, "defined_by"))
            if fact.defined_by[0] not in schemes:
                hint = did_you_mean(fact.defined_by[0], list(schemes))
                problems.append(Problem(place, f'no scheme "{fact.defined_by[0]}"{hint}'))
                continue
            scheme = schemes[fact.defined_by[0]]
            ids = [rule["id"] for rule in scheme.get("rules", ())]
            problems.extend(
                Problem(place, f'{scheme["id"]} has no rule "{rule}"{did_you_mean(rule, ids)}')
                for rule in fact.defined_by[1]
                if rule not in ids
            )
            found[fact.id] = fact._replace(definition=_compiled(fact, scheme, vocabulary))
    if problems:
        raise KnowledgeError(problems)
    return Vocabulary(found, vocabulary.aliases, vocabulary.callers)


def _compiled(fact: Fact, scheme: Mapping[str, Any], vocabulary: Vocabulary) -> tuple[Any, ...] | None:
    """The definition as plain tuples; None if a condition cannot be read, which compiling the schemes will say."""
    assert fact.defined_by is not None
    everything = tuple(fact.values)
    named: dict[str, Expression] = {}
    try:
        for name, entry in scheme.get("define", {}).items():
            named[name] = parse_condition(entry["when"], vocabulary, named)
        population = parse_condition(scheme["population"]["when"], vocabulary, named)
        rules = [parse_condition(rule["when"], vocabulary, named) for rule in scheme["rules"]]
    except ConditionError:
        return None
    conditions = (Not(population), *rules)
    values = (everything, *(fact.defined_by[1].get(rule["id"], everything) for rule in scheme["rules"]), everything)
    asked = dict.fromkeys(test.fact for item in conditions for test in tests(item))
    diagram = build_diagram(conditions, [axis_of(vocabulary[id], conditions) for id in asked])
    plain = Definition(fact.id, conditions, tuple(map(ChoiceSet, values)), (), diagram)
    return _tuples(map(pack, conditions)), values, tuple(_needs(plain)), diagram.pack()


def bears_on(definition: Definition, facts: Collection[str]) -> bool:
    """Whether a condition on ``facts`` has to heed the definition itself.

    If of its facts only the defined one is asked for, what the patient leaves of it is all there is to know. If others
    are asked for beside it, or all those alone without which nothing follows, they have to be looked at together.
    """
    asked = set(definition.asks).intersection(facts)
    return bool(asked) and (definition.fact in facts or asked.issuperset(definition.needs))


def definition_on(definition: Definition, axes: Sequence[Axis], asked: int) -> Defined:
    """The definition on the axes of a diagram, of which the first ``asked`` are asked for."""
    index = {axis.fact: number for number, axis in enumerate(axes)}
    own = index[definition.fact]
    parts = tuple(index[fact] for fact in definition.asks)
    diagram = build_diagram(definition.conditions, axes)
    masks = tuple(axes[own].mask(values) for values in definition.values)
    plain = Defined(own, parts, masks, diagram.leaves, diagram.nodes, diagram.root)
    seen = [part for part in parts if part < asked]
    binds = own < asked and any(
        plain.left(tuple(axes), masks) != axes[own].domain
        for masks in product(
            *(
                [1 << piece for piece in axis.pieces(axis.domain)] if number in seen else [axis.domain]
                for number, axis in enumerate(axes)
            )
        )
    )
    return plain._replace(binds=binds)


def _needs(definition: Definition) -> Iterator[str]:
    """The facts without which nothing follows, whatever the others are."""
    axes = definition.diagram.axes
    everything = ChoiceSet().union(*definition.values)
    for fact in definition.asks:
        others = [
            [axis.domain] if axis.fact == fact else [1 << piece for piece in axis.pieces(axis.domain)] for axis in axes
        ]
        if all(definition.values_of(definition.diagram.reach(masks)) == everything for masks in product(*others)):
            yield fact


def _tuples(item: Any) -> Any:
    """Lists within lists as tuples, which compare and can be looked up."""
    return item if isinstance(item, (str, int, float, bool)) else tuple(map(_tuples, item))
