"""How far a batch is: a bar with rate and time left, on a terminal's standard error and nowhere else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Told = Callable[[int, float | None], None]  # rows so far, share of the input


@contextmanager
def progress(name: str) -> Iterator[Told]:
    """A function to tell how far the batch is."""
    if not sys.stderr.isatty():
        yield lambda rows, done: None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(show_speed=False),
        TextColumn("{task.fields[rows]} rows, {task.fields[rate]} a second"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(escape(name), total=1.0, rows="0", rate="0")

        def tell(rows: int, done: float | None) -> None:
            rate = rows / max(bar.tasks[0].elapsed or 0.0, 1e-3)
            bar.update(task, completed=done or 0.0, total=1.0 if done is not None else None)
            bar.update(task, rows=f"{rows:,}", rate=f"{rate:,.0f}")

        yield tell
