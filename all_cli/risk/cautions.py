"""What has to be said of a patient before any scheme answers, and which schemes may then head at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from all_cli.knowledge.sources import citations
from all_cli.logic.explain import truth
from all_cli.logic.expression import unpack
from all_cli.patient.patient import Patient
from all_cli.risk.scheme import Statement


class Caution(NamedTuple):
    """A sentence that heads every screen.

    ``no_figures``: no outcome figure is for such a patient. ``heads``: only these schemes are; None if any may be.
    """

    statement: Statement
    no_figures: bool
    heads: frozenset[str] | None


def cautions_on(patient: Patient, entries: Sequence[Mapping[str, Any]]) -> list[Caution]:
    """The cautions whose condition certainly holds and whose exception does not, in the order of the file."""
    possible = patient.possible()
    return [
        Caution(
            Statement(entry["id"], entry["text"], citations(entry["cite"]), entry["checked"]),
            entry.get("no_figures", False),
            frozenset(entry["heads"]) if "heads" in entry else None,
        )
        for entry in entries
        if truth(unpack(entry["when"]), possible) is True
        and not ("unless" in entry and truth(unpack(entry["unless"]), possible) is True)
    ]


def heads_left(cautions: Iterable[Caution]) -> frozenset[str] | None:
    """The schemes that all of the cautions let head; None where none of them says which."""
    named = [caution.heads for caution in cautions if caution.heads is not None]
    return frozenset.intersection(*named) if named else None
