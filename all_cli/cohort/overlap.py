"""Reading, classifying and writing at the same time, each one stretch of rows ahead of the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")
_END = object()


def read_ahead(items: Iterator[T]) -> Iterator[T]:
    """The items, the next one prepared while the last one is in use."""
    with ThreadPoolExecutor(1, "all-cli-read") as pool:
        coming: Future[object] = pool.submit(next, items, _END)
        while (item := coming.result()) is not _END:
            coming = pool.submit(next, items, _END)
            yield item  # type: ignore[misc]


@contextmanager
def one_behind(write: Callable[P, None]) -> Iterator[Callable[P, None]]:
    """A function that hands its arguments to ``write`` and returns; at most one call of it is under way.

    What ``write`` raises is raised by the next call, or at the end.
    """
    with ThreadPoolExecutor(1, "all-cli-write") as pool:
        last: list[Future[None]] = []

        def later(*arguments: P.args, **named: P.kwargs) -> None:
            if last:
                last.pop().result()
            last.append(pool.submit(write, *arguments, **named))

        yield later
        if last:
            last.pop().result()
