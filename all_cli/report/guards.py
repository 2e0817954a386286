"""A patient for whom a guard could be broken, as a command that can be run."""

from __future__ import annotations

import shlex

from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.protocol.guards import GuardFinding
from all_cli.report.difference import value_as_text


def guard_command(finding: GuardFinding, vocabulary: Vocabulary) -> str:
    """``all-protocol show`` for the witness, among the arms of the protocol that could break the guard."""
    parts = ["all-protocol", "show", finding.phase, "--for", "--protocol", finding.protocol]
    for fact, possible in finding.witness.items():
        parts += ["--set", f"{fact}={value_as_text(vocabulary[fact], possible)}"]
    return shlex.join(parts)
