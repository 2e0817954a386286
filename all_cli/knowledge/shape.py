"""Check a knowledge document against its JSON Schema: the same schema that editors use, with places and near words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from all_cli.knowledge.problems import ENOUGH, Problem, did_you_mean
from all_cli.knowledge.strict_yaml import Document, Path


def shape_problems(document: Document, schema: dict[str, Any]) -> list[Problem]:
    """The ways in which ``document`` departs from ``schema``, each with its place, at most ``ENOUGH``."""
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(schema)
    said = (problem for error in validator.iter_errors(document.data) for problem in _say(document, error))
    return list(islice(said, ENOUGH))


def misshapen_paths(document: Document, schema: dict[str, Any]) -> set[Path]:
    """Where ``document`` departs from ``schema``."""
    from jsonschema import Draft202012Validator

    return {tuple(error.absolute_path) for error in Draft202012Validator(schema).iter_errors(document.data)}


def _say(document: Document, error: Any) -> Iterator[Problem]:
    path: Path = tuple(error.absolute_path)
    keyword = error.validator
    if keyword in ("anyOf", "oneOf") and error.context:
        # Of several alternatives, the mistake inside the one that fits best is the useful one.
        deepest = max(len(inner.path) for inner in error.context)
        for inner in error.context:
            if len(inner.path) == deepest and inner.validator != "type":
                yield from _say(document, inner)
                return
    if keyword == "additionalProperties":
        yield from _unknown_keys(document, path, error)
    elif keyword == "required":
        for key in error.validator_value:
            if key not in error.instance:
                yield Problem(document.place(path), f'the key "{key}" is missing here')
    elif keyword == "propertyNames" or (keyword == "pattern" and "propertyNames" in error.absolute_schema_path):
        name = error.instance
        yield Problem(document.key_place((*path, name)), f'"{name}" cannot be an id: {_pattern_in_words(error)}')
    else:
        yield Problem(document.place(path), _value_sentence(error))


def _unknown_keys(document: Document, path: Path, error: Any) -> Iterator[Problem]:
    known = list(error.schema.get("properties", {}))
    patterns = list(error.schema.get("patternProperties", {}))
    for key in error.instance:
        if key not in known and not any(re.search(p, key) for p in patterns):
            hint = did_you_mean(key, known) or f" (known here: {', '.join(known)})"
            yield Problem(document.key_place((*path, key)), f'the key "{key}" is not known here{hint}')


def _value_sentence(error: Any) -> str:
    shown = _shown(error.instance)
    name = next((f'"{part}" ' for part in reversed(error.absolute_path) if isinstance(part, str)), "the value ")
    match error.validator:
        case "type":
            wanted = error.validator_value
            wanted = " or ".join(wanted) if isinstance(wanted, list) else wanted
            return f"{name}must be {_TYPES.get(wanted, wanted)}; it is {shown}"
        case "enum":
            choices = [str(choice) for choice in error.validator_value]
            hint = did_you_mean(str(error.instance), choices) or f" (one of: {', '.join(choices)})"
            return f"{name}cannot be {shown}{hint}"
        case "pattern":
            return f"{name}cannot be {shown}: {_pattern_in_words(error)}"
        case "minItems" | "minProperties" | "minLength":
            return f"{name}must not be empty"
        case _:
            return f"{name}cannot be {shown}: {error.message}"


def _pattern_in_words(error: Any) -> str:
    return str(error.schema.get("description") or f"it must match {error.validator_value}")


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "empty"
    return f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


_TYPES = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}
