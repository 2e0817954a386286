"""JSON for a reader: indented, and in a fraction of the time that the standard encoder takes once it indents."""

from __future__ import annotations

import json
from json.encoder import encode_basestring, encode_basestring_ascii
from typing import Any


def json_text(data: Any, *, ascii_only: bool = False) -> str:
    """Plain data as JSON with an indent of two, equal to ``json.dumps(data, indent=2)``.

    Args:
        data: nested dicts with text keys, lists, tuples, texts, numbers, true, false and None.
        ascii_only: write every other character as an escape.

    Raises:
        TypeError: something that JSON has no form for.
    """
    quoted = encode_basestring_ascii if ascii_only else encode_basestring
    other = json.JSONEncoder().encode

    def indented(value: Any, margin: str) -> str:
        if isinstance(value, str):
            return quoted(value)
        if value is None or value is True or value is False:
            return "null" if value is None else "true" if value else "false"
        if not value or not isinstance(value, (dict, list, tuple)):
            return "[]" if value == [] else other(value)
        inner = f"{margin}  "
        if isinstance(value, dict):
            items = [
                f"{quoted(key)}: {quoted(item) if type(item) is str else indented(item, inner)}"
                for key, item in value.items()
            ]
            return f"{{{inner}{f',{inner}'.join(items)}{margin}}}"
        items = [quoted(item) if type(item) is str else indented(item, inner) for item in value]
        return f"[{inner}{f',{inner}'.join(items)}{margin}]"

    return indented(data, "\n")
