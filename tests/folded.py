"""One test for many cases: ``each`` reads like ``pytest.mark.parametrize`` and costs one test instead of thousands."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

import pytest

_SHOWN = 20


def each(names: str, cases: Iterable[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Try every case in one test, and say of all that fail which case it is, what was found, and in which line.

    Fixtures are made once for all cases, so that a case must not leave anything behind in them.

    Args:
        names: the parameters of the test that the cases fill, with commas between.
        cases: a value each, or a tuple of values where there are several names.
    """
    filled = [name.strip() for name in names.split(",")]
    tried = list(cases)

    def folded(test: Callable[..., None]) -> Callable[..., None]:
        @wraps(test)
        def whole(**fixtures: Any) -> None:
            assert tried, "no case to try"
            wrong = []
            for case in tried:
                values = dict(zip(filled, case if len(filled) > 1 else (case,), strict=True))
                try:
                    test(**values, **fixtures)
                except (Exception, pytest.fail.Exception) as error:
                    wrong.append(f"{_said(values)}\n    {_where(test, error)}: {type(error).__name__}: {error}")
            if wrong:
                more = [f"and {len(wrong) - _SHOWN} more"] if len(wrong) > _SHOWN else []
                said = "\n".join([*wrong[:_SHOWN], *more])
                pytest.fail(f"{len(wrong)} of {len(tried)} cases fail:\n{said}", pytrace=False)

        signature = inspect.signature(test)
        rest = [parameter for name, parameter in signature.parameters.items() if name not in filled]
        whole.__signature__ = signature.replace(parameters=rest)  # type: ignore[attr-defined] # what pytest fills
        return whole

    return folded


def _said(values: dict[str, Any]) -> str:
    said = {name: str(getattr(value, "id", None) or repr(value)) for name, value in values.items()}
    return ", ".join(f"{name} = {text[:200]}" for name, text in said.items() if " object at 0x" not in text)


def _where(test: Callable[..., None], error: BaseException) -> str:
    file = inspect.getfile(inspect.unwrap(test))
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    return f"line {lines[-1]}" if lines else "before the test"
