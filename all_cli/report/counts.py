"""A count as a report may show it."""

from __future__ import annotations

from typing import Any, NamedTuple


class Count(NamedTuple):
    """A number of rows; ``rows`` is None where it is hidden, and ``mark`` says how: ``<5`` or ``hidden``."""

    rows: int | None
    mark: str = ""

    @staticmethod
    def at_most(limit: int) -> Count:
        """A count from 1 to one below the limit."""
        return Count(None, f"<{limit}")

    @staticmethod
    def withheld() -> Count:
        """A count that is hidden so that a small one cannot be worked out."""
        return WITHHELD

    @staticmethod
    def alone(rows: int, limit: int) -> Count:
        """A count that no shown total has a part in: hidden if it is small."""
        return Count.at_most(limit) if 0 < rows < limit else Count(rows)

    def __str__(self) -> str:
        return self.mark or f"{self.rows:,}"

    def part(self, total: int | None) -> float | None:
        """What share of a total it is, from 0 to 1; None where either is hidden or there is nothing to share."""
        return self.rows / total if self.rows is not None and total else None

    def share(self, total: int) -> str:
        """The percentage of a total, ``12.3 %``; empty where there is no :meth:`part`."""
        return "" if (part := self.part(total)) is None else percent(part)

    def plain(self) -> Any:
        """For JSON: the number, or what stands in its place."""
        return self.rows if self.rows is not None else {"hidden": self.mark}


WITHHELD = Count(None, "hidden")


def percent(share: float) -> str:
    """A share as a percentage with one decimal; a little never shows as 0.0, nor almost all as 100.0."""
    text = f"{100 * share:.1f}"
    if share > 0 and text == "0.0":
        return "<0.1 %"
    return ">99.9 %" if share < 1 and text == "100.0" else f"{text} %"
