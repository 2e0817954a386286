"""Read a condition: a small safe subset of Python expressions, never evaluated as Python.

``and or not``, comparisons (chained too), ``in`` with a tuple or list, ``count(a, b, c) >= 2``, names of facts, of
their values, and of the scheme's own ``define``.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Mapping
from typing import Protocol

from all_cli.knowledge.problems import did_you_mean
from all_cli.logic.expression import AllOf, Always, AnyOf, AtLeast, Compare, Expression, Named, Not, OneOf
from all_cli.logic.values import PRESENT

_OPERATORS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_LARGEST = 1e12
_DEEPEST = 50  # what is read is gone through by functions that call themselves
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


class FactKind(Protocol):
    """What the parser asks of a fact."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def values(self) -> Mapping[str, object]: ...  # noqa: D102
    @property
    def sets(self) -> Mapping[str, tuple[str, ...]]: ...  # noqa: D102


class ConditionError(ValueError):
    """A condition cannot be read; ``offset`` counts characters from the start of its text."""

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.offset = offset


def parse_condition(
    text: str, facts: Mapping[str, FactKind], defined: Mapping[str, Expression] | None = None
) -> Expression:
    """Read ``text`` as a condition on ``facts`` (by id or alias) and on the scheme's own ``defined`` names.

    Raises:
        ConditionError: not in the language, an unknown fact, name or value, or a comparison that makes no sense.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # 50and: Python would warn of it, on the user's screen, and read on
            tree = ast.parse(text, mode="eval")
        return _Parser(facts, defined or {}).expression(tree.body)
    except ConditionError:
        raise
    except SyntaxError as error:
        raise ConditionError(f'"{text}" is not a condition: {error.msg}', max((error.offset or 1) - 1, 0)) from None
    except (RecursionError, MemoryError):
        raise ConditionError("this is not a condition: it is nested too deeply") from None
    except ValueError as error:
        raise ConditionError(f"this is not a condition: {error}") from None


class _Parser:
    def __init__(self, facts: Mapping[str, FactKind], defined: Mapping[str, Expression]) -> None:
        self.facts = facts
        self.defined = defined
        self.depth = 0

    def expression(self, node: ast.expr) -> Expression:
        if self.depth == _DEEPEST:
            raise self.error(f"nested deeper than {_DEEPEST} levels", node)
        self.depth += 1
        found = self.one_expression(node)
        self.depth -= 1
        return found

    def one_expression(self, node: ast.expr) -> Expression:
        match node:
            case ast.BoolOp(op=ast.And(), values=values):
                return AllOf(tuple(self.expression(value) for value in values))
            case ast.BoolOp(op=ast.Or(), values=values):
                return AnyOf(tuple(self.expression(value) for value in values))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Not(self.expression(operand))
            case ast.Compare():
                return self.comparison(node)
            case ast.Name(id=name):
                return self.bare_name(name, node)
            case ast.Constant(value=bool() as value):
                return Always(value)
            case _:
                raise self.error(f'"{ast.unparse(node)}" is not a condition', node)

    def bare_name(self, name: str, node: ast.expr) -> Expression:
        if name in self.defined:
            return Named(name, self.defined[name])
        fact = self.fact(name, node)
        if fact.kind != "flag":
            example = f"{name} >= …" if fact.kind == "number" else f"{name} == {next(iter(fact.values))}"
            raise self.error(f'"{name}" is a {fact.kind} and needs a comparison, such as {example}', node)
        return OneOf(fact.id, frozenset({PRESENT}), fact.id)

    def comparison(self, node: ast.Compare) -> Expression:
        items: list[Expression] = []
        left: ast.expr = node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            items.append(self.one_comparison(left, operator, right))
            left = right
        return items[0] if len(items) == 1 else AllOf(tuple(items))

    def one_comparison(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> Expression:
        if isinstance(left, ast.Call):
            return self.counted(left, operator, right)
        if isinstance(operator, (ast.In, ast.NotIn)):
            return self.membership(left, operator, right)
        symbol = _OPERATORS.get(type(operator))
        if symbol is None:
            raise self.error("only < <= > >= == != in and not in compare", right)
        number = self.number(left)
        if number is not None:
            left, right, symbol = right, left, _MIRRORED[symbol]
        if not isinstance(left, ast.Name):
            raise self.error(f'"{ast.unparse(left)}" is not the name of a fact', left)
        fact = self.fact(left.id, left)
        if fact.kind != "number":
            if symbol not in ("==", "!="):
                raise self.error(f'"{left.id}" is a {fact.kind}: it can be compared with == != in only', left)
            allowed = self.values(fact, right)
            if symbol == "!=":
                allowed = frozenset(fact.values) - allowed
            return OneOf(fact.id, allowed, f"{fact.id} {symbol} {self.word(right)}")
        value = self.number(right)
        if value is None:
            raise self.error(f'"{left.id}" is a number: compare it with one, not with "{ast.unparse(right)}"', right)
        return Compare(fact.id, symbol, value)

    def membership(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> Expression:
        if not isinstance(left, ast.Name) or not isinstance(right, (ast.Tuple, ast.List, ast.Set)):
            raise self.error("write it as: fact in (value, value)", left)
        fact = self.fact(left.id, left)
        if fact.kind == "number":
            raise self.error(f'"{left.id}" is a number: compare it with < <= > >= ==', left)
        allowed = frozenset[str]().union(*(self.values(fact, item) for item in right.elts))
        words = ", ".join(self.word(item) for item in right.elts)
        if isinstance(operator, ast.NotIn):
            return OneOf(fact.id, frozenset(fact.values) - allowed, f"{fact.id} not in ({words})")
        return OneOf(fact.id, allowed, f"{fact.id} in ({words})")

    def counted(self, call: ast.Call, operator: ast.cmpop, right: ast.expr) -> Expression:
        number = self.number(right)
        if not isinstance(call.func, ast.Name) or call.func.id != "count" or call.keywords:
            raise self.error(f'"{ast.unparse(call.func)}" is not known here: only count(…) is', call)
        if number is None or number != int(number):
            raise self.error("count(…) is compared with a whole number", right)
        items = tuple(self.expression(item) for item in call.args)
        match _OPERATORS.get(type(operator)):
            case ">=":
                return AtLeast(int(number), items)
            case ">":
                return AtLeast(int(number) + 1, items)
            case "<":
                return Not(AtLeast(int(number), items))
            case "<=":
                return Not(AtLeast(int(number) + 1, items))
            case "==":
                return AllOf((AtLeast(int(number), items), Not(AtLeast(int(number) + 1, items))))
            case _:
                raise self.error("count(…) is compared with < <= > >= or ==", right)

    def fact(self, name: str, node: ast.expr) -> FactKind:
        if name not in self.facts:
            choices = [*self.facts, *self.defined]
            raise self.error(f'no fact is called "{name}"{did_you_mean(name, choices)}', node)
        return self.facts[name]

    def values(self, fact: FactKind, node: ast.expr) -> frozenset[str]:
        word = self.word(node)
        if word in fact.values:
            return frozenset({word})
        if word in fact.sets:
            return frozenset(fact.sets[word])
        choices = [*fact.values, *fact.sets]
        hint = did_you_mean(word, choices) or f" (its values: {', '.join(choices)})"
        raise self.error(f'"{fact.id}" has no value "{word}"{hint}', node)

    def word(self, node: ast.expr) -> str:
        match node:
            case ast.Name(id=word) | ast.Constant(value=str() as word):
                return word
            case _:
                raise self.error(f'"{ast.unparse(node)}" is not a value; write the word, in quotes if it holds -', node)

    def number(self, node: ast.expr) -> float | None:
        match node:
            case ast.Constant(value=bool()):
                return None
            case ast.Constant(value=int() | float() as value):
                return self.finite(value, node)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
                return -self.finite(value, node)
            case _:
                return None

    def finite(self, value: float, node: ast.expr) -> float:
        if abs(value) > _LARGEST:
            raise self.error("the number is too large", node)
        return float(value)

    def error(self, message: str, node: ast.expr) -> ConditionError:
        return ConditionError(message, node.col_offset)
