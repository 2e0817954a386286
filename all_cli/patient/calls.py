"""What a label says that a program has predicted from gene expression; see :mod:`all_cli.knowledge.callers`.

A label is read only where it names the lesion itself and the program says that it is sure. It is still a prediction and
no genetic test, and nothing is concluded from it about other lesions.
"""

from __future__ import annotations

from all_cli.knowledge.callers import Caller
from all_cli.logic.values import PRESENT
from all_cli.patient.findings import Finding
from all_cli.patient.hints import did_you_mean_finding
from all_cli.patient.reading import UNKNOWN_WORDS, fold
from all_cli.patient.unreadable import UnreadableError

_SEVERAL = ","  # ALLSorts joins the labels of a patient so


def read_call(caller: Caller, label: str, confidence: str | None = None) -> list[Finding]:
    """The findings of one label; none if there is no call, or none that the program is sure of.

    Args:
        caller: the program.
        label: what it says.
        confidence: how sure it says it is; None to see what the label would say if it were sure.

    Raises:
        UnreadableError: a label of which it is not certain what it means, several labels, another word.
    """
    plain = fold(label)
    if plain in UNKNOWN_WORDS or plain in map(fold, caller.nothing):
        return []
    known = {fold(name): name for name in (*caller.labels, *caller.unread)}
    if plain not in known:
        if _SEVERAL in plain and all(fold(part) in known for part in plain.split(_SEVERAL)):
            raise UnreadableError(caller.id, label, "several labels: which of them holds is open")
        hint = (
            did_you_mean_finding(label, {name: name for name in known.values()})
            or "; map the column to genetics if others wrote it"
        )
        raise UnreadableError(caller.id, label, f"no label of {caller.id}{hint}")
    name = known[plain]
    if name in caller.unread:
        raise UnreadableError(caller.id, label, f"a call of {caller.id} that is no finding: {caller.unread[name]}")
    if caller.confidence and confidence is not None:
        said = fold(confidence)
        if said in UNKNOWN_WORDS or said in map(fold, caller.unsure):
            return []
        if said not in map(fold, caller.sure):
            known_words = ", ".join((*caller.sure, *caller.unsure))
            raise UnreadableError(caller.id, confidence, f"no confidence that {caller.id} writes: {known_words}")
    return [Finding(flag, frozenset({PRESENT}), f"{caller.id} {label}") for flag in caller.labels[name]]
