"""Conditions as data: what the parser makes, the diagram consumes and the explanation reads."""

from collections.abc import Iterator, Sequence
from functools import cache
from math import isfinite
from typing import Any, NamedTuple

from all_cli.logic.values import NumberSet, Possible, number_text

NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


class Compare(NamedTuple):
    """A numeric fact against a number: ``age >= 10``."""

    fact: str
    operator: str
    value: float

    @property
    def allowed(self) -> Possible:
        """The values of the fact for which the comparison holds."""
        return NumberSet.comparison(self.operator, self.value)

    def __str__(self) -> str:
        return f"{self.fact} {self.operator} {number_text(self.value)}"


class OneOf(NamedTuple):
    """A choice or flag against the values that make it true; ``text`` is how the file wrote it."""

    fact: str
    values: frozenset[str]
    text: str

    @property
    def allowed(self) -> Possible:
        """The values of the fact for which the test holds."""
        return self.values

    def __str__(self) -> str:
        return self.text


class Not(NamedTuple):
    """The condition does not hold."""

    item: "Expression"

    def __str__(self) -> str:
        inner = str(self.item)
        return f"not ({inner})" if isinstance(self.item, (AllOf, AnyOf)) else f"not {inner}"


class AllOf(NamedTuple):
    """Every one of the conditions holds (``and``)."""

    items: tuple["Expression", ...]

    def __str__(self) -> str:
        return " and ".join(f"({i})" if isinstance(i, AnyOf) else str(i) for i in self.items)


class AnyOf(NamedTuple):
    """At least one of the conditions holds (``or``)."""

    items: tuple["Expression", ...]

    def __str__(self) -> str:
        return " or ".join(f"({i})" if isinstance(i, AllOf) else str(i) for i in self.items)


class AtLeast(NamedTuple):
    """At least ``number`` of the conditions hold (``count(a, b, c) >= 2``)."""

    number: int
    items: tuple["Expression", ...]

    def __str__(self) -> str:
        return f"count({', '.join(map(str, self.items))}) >= {self.number}"


class Named(NamedTuple):
    """A condition that the scheme has given a name to."""

    name: str
    item: "Expression"

    def __str__(self) -> str:
        return self.name


class Always(NamedTuple):
    """A condition that always (or never) holds."""

    value: bool

    def __str__(self) -> str:
        return "always" if self.value else "never"


Expression = Compare | OneOf | Not | AllOf | AnyOf | AtLeast | Named | Always
Test = Compare | OneOf


def _same(one: tuple[object, ...], other: object) -> bool:
    """Equal as conditions: of one kind, with equal parts (a plain tuple would not look at the kind)."""
    return type(one) is type(other) and tuple.__eq__(one, other)


def _differ(one: tuple[object, ...], other: object) -> bool:
    return not _same(one, other)


for _kind in (Compare, OneOf, Not, AllOf, AnyOf, AtLeast, Named, Always):
    _kind.__eq__ = _same  # type: ignore[method-assign]
    _kind.__ne__ = _differ  # type: ignore[assignment, method-assign]
    _kind.__hash__ = tuple.__hash__  # type: ignore[method-assign]


def lies_in(fact: str, possible: Possible) -> Expression:
    """The condition that a fact has one of these values."""
    if not isinstance(possible, NumberSet):
        return OneOf(fact, possible, fact)
    spans = []
    for (low, low_edge), (high, high_edge) in possible.spans:
        above = (Compare(fact, ">" if low_edge > 0 else ">=", low),) if isfinite(low) else ()
        below = (Compare(fact, "<" if high_edge < 0 else "<=", high),) if isfinite(high) else ()
        spans.append(AllOf((*above, *below)))
    return AnyOf(tuple(spans))


def tests(expression: Expression) -> Iterator[Test]:
    """Every comparison in the condition, in reading order, names opened."""
    match expression:
        case Compare() | OneOf():
            yield expression
        case Not(item) | Named(_, item):
            yield from tests(item)
        case AllOf(items) | AnyOf(items) | AtLeast(_, items):
            for inner in items:
                yield from tests(inner)


def names(expression: Expression) -> Iterator[str]:
    """Every name of the scheme's own ``define`` that the condition leans on."""
    match expression:
        case Named(name, item):
            yield name
            yield from names(item)
        case Not(item):
            yield from names(item)
        case AllOf(items) | AnyOf(items) | AtLeast(_, items):
            for inner in items:
                yield from names(inner)


def pack(expression: Expression) -> list[Any]:
    """The condition as nested lists, for the compiled cache."""
    match expression:
        case Compare(fact, operator, value):
            return ["c", fact, operator, value]
        case OneOf(fact, values, text):
            return ["o", fact, tuple(sorted(values)), text]
        case Not(item):
            return ["!", pack(item)]
        case AllOf(items):
            return ["&", *map(pack, items)]
        case AnyOf(items):
            return ["|", *map(pack, items)]
        case AtLeast(number, items):
            return ["#", number, *map(pack, items)]
        case Named(name, item):
            return ["n", name, pack(item)]
        case Always(value):
            return ["t", value]


@cache
def _test(tag: str, fact: str, second: Any, third: Any) -> Test:
    """One comparison; those that many schemes make are one object."""
    return Compare(fact, second, third) if tag == "c" else OneOf(fact, frozenset(second), third)


def unpack(packed: Sequence[Any]) -> Expression:
    """The inverse of :func:`pack`."""
    tag, *rest = packed
    match tag:
        case "c" | "o":
            return _test(*packed)
        case "!":
            return Not(unpack(rest[0]))
        case "&":
            return AllOf(tuple(map(unpack, rest)))
        case "|":
            return AnyOf(tuple(map(unpack, rest)))
        case "#":
            return AtLeast(rest[0], tuple(map(unpack, rest[1:])))
        case "n":
            return Named(rest[0], unpack(rest[1]))
        case _:
            return Always(rest[0])
