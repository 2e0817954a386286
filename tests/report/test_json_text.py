"""Indented JSON is what the standard library writes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from all_cli.report.json_text import json_text

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner),
)


@given(PLAIN, st.booleans())
def test_it_is_equal_to_the_standard_library_with_an_indent_of_two(data: Any, ascii_only: bool) -> None:
    assert json_text(data, ascii_only=ascii_only) == json.dumps(data, indent=2, ensure_ascii=ascii_only)


def test_what_json_has_no_form_for_is_an_error() -> None:
    with pytest.raises(TypeError):
        json_text({"set": {1}})
