"""What one stretch of a genetics text says: the facts it settles, what it leaves open, or why it cannot be read."""

from typing import NamedTuple

from all_cli.logic.values import ABSENT, PRESENT, Possible
from all_cli.patient.unreadable import UnreadableError

SURELY, NEVER = frozenset({PRESENT}), frozenset({ABSENT})
KARYOTYPE_NUMBERS = frozenset({"modal_chromosomes", "dna_index"})


class Finding(NamedTuple):
    """One thing that a genetics text says: the fact, its possible values and the words that said it.

    ``inferred`` marks what a karyotype is only silent about: no third chromosome 4 among the metaphases, 46 chromosomes
    in normal ones. Whatever is found by another method stands against it.
    """

    fact: str
    possible: Possible
    text: str
    inferred: bool = False


class Span(NamedTuple):
    """One stretch of a genetics text.

    ``findings`` are what it settles; ``note`` is what it says beyond that, or why nothing is concluded; ``why`` is the
    reason if it cannot be read: an error, or, if ``fragment`` is set, a part of a karyotype whose readable rest stands.
    ``open`` are facts that it touches and
    does not settle: a later "otherwise none" does not deny them. ``doubt`` marks a note that the user must see even
    where nobody asked for the spans.
    """

    text: str
    findings: tuple[Finding, ...] = ()
    note: str = ""
    why: str = ""
    open: frozenset[str] = frozenset()
    doubt: bool = False
    fault: UnreadableError | None = None
    fragment: bool = False

    @property
    def error(self) -> UnreadableError:
        """The error that this span is, if it cannot be read."""
        return self.fault or UnreadableError("genetics", self.text, self.why)
