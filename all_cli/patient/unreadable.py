"""A value that cannot be read, said so that the reader knows what would work."""

from __future__ import annotations

from all_cli.knowledge.problems import brief, cut

UNREADABLE = "unreadable: "  # before the values that cannot be read and that an indeterminate answer waits for


class UnreadableError(ValueError):
    """A text cannot be read as a value of a fact.

    The message says what was read, why it cannot be used and what would work; ``fact`` is the fact's id, ``text`` what
    was read, ``why`` the sentence without the two. Of a long text the message shows the beginning.
    """

    def __init__(self, fact: str, text: str, why: str) -> None:
        self.fact, self.text, self.why = fact, text, why
        super().__init__(f'{fact} "{cut(text)}": {brief(why)}' if text else f"{fact}: {brief(why)}")


class ContradictionError(UnreadableError):
    """Two things said of one patient cannot both be true."""
