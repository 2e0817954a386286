"""What the record of a batch has to hold so that it can be run again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from all_cli.patient.dates import ORDERS


def damaged_at(record: Mapping[str, Any]) -> str:
    """Where a record is not as a batch writes it, such as ``$.columns[0].reads``; empty if it is so everywhere."""
    from jsonschema import Draft202012Validator

    return next((error.json_path for error in Draft202012Validator(_RECORD).iter_errors(record)), "")


def _object(properties: Mapping[str, Any], required: Sequence[str] = (), others: object = True) -> dict[str, Any]:
    return {
        "type": "object", "required": list(required), "properties": properties, "additionalProperties": others
    }  # fmt: skip


def _list(items: object, least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": least}


_TEXT, _NUMBER, _FLAG = {"type": "string"}, {"type": "integer", "minimum": 0}, {"type": "boolean"}
_NAME = {**_TEXT, "pattern": r"^[^\u0000]*$"}
_FILE = _object({"file": _NAME, "sha256": {}}, ("file", "sha256"))
_COLUMN = _object(
    {
        "index": _NUMBER,
        "decimal": {"enum": ["", "comma", "point"]},
        "date_order": {"enum": ["", *ORDERS]},
        "values": _list({**_list(_TEXT, 2), "maxItems": 2}),
        **dict.fromkeys(("chosen", "rough", "coded", "settled", "karyotypes"), _FLAG),
    },
    ("index", "header", "reads"),
    _TEXT,
)
_COUNTS = dict.fromkeys(("status", "group"), _object({}, others=_NUMBER))
_RECORD = _object(
    {
        "schemes": _list(_TEXT, 1),
        "options": _object(
            {
                "assume": _list(_TEXT),
                "read_as": _object({}, others=_NAME),
                "write_as": _object(dict.fromkeys(("excel_safe", "likely", "replace"), _FLAG), others=_TEXT),
            }
        ),
        "columns": _list(_COLUMN),
        "rows": _NUMBER,
        "counts": _object({}, others=_object(_COUNTS, tuple(_COUNTS))),
        "inputs": _list(_object({"bytes": {}, **_FILE["properties"]}, ("bytes", "file", "sha256")), 1),
        "output": _FILE,
        "rules": {"anyOf": [{"type": "null"}, _FILE]},
    },
    ("rows",),
)
