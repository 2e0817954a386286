"""What the checks found, as pages and as JSON; each witness as a command that can be run, or fact by fact."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.logic.values import Possible
from all_cli.protocol.check import Finding as ProtocolFinding
from all_cli.protocol.library import ProtocolLibrary
from all_cli.report.answers import header
from all_cli.report.difference import value_as_text
from all_cli.report.page import Page
from all_cli.report.words import number_of
from all_cli.risk.check import Finding
from all_cli.risk.library import RiskLibrary


def check_page(
    library: RiskLibrary, found: Mapping[str, Sequence[Finding]], tried: int | None, *, shipped: bool
) -> Page:
    """One line per scheme, then what is wrong, then what is declared as intended.

    Args:
        library: the schemes.
        found: what was found, per scheme that was checked.
        tried: how many boundary patients were tried; None if there were none to try.
        shipped: the shipped knowledge was checked, not a user's own schemes.
    """
    page = Page(library.sources)
    page.heading("Knowledge check", 1)
    rows = []
    for id, items in found.items():
        scheme = library.schemes[id]
        faults = sum(item.open for item in items)
        intended = sum(bool(item.reason) for item in items)
        result = f"{faults} to mend" if faults else "sound"
        rows.append((id, str(len(scheme.rules)), str(len(scheme.diagram.nodes)), result, str(intended or "")))
    page.table(("scheme", "rules", "nodes", "result", "declared exceptions"), rows)
    for id, items in found.items():
        for item in items:
            page.heading(f"{id}: {item.check}{' (intended)' if item.reason else ''}")
            page.line(f"{item.place}: {item.message}")
            if item.reason:
                page.line(item.reason, "reason")
            if item.witness:
                page.line(witness_command(item, library.vocabulary), "witness")
    if any(item.open for items in found.values() for item in items):
        page.line("Something is to mend.", strong=True)
    else:
        page.line(
            f"{number_of(len(found), 'scheme')} proved over all patients: none leaves a gap, no rule is dead, no fact "
            "is asked in vain, no worse finding gives a milder group, no two rules contradict but as declared."
        )
    if tried is None:
        page.line("No boundary patients were tried, since none are here; --cases DIR names a folder of them.")
    else:
        page.line(f"{number_of(tried, 'boundary patient')} tried.")
    if shipped:
        page.line("Protocols, guidance and sources are checked by: all-protocol check")
    return page


def witness_command(item: Finding, vocabulary: Vocabulary) -> str:
    """A ``classify`` command for the witness patient."""
    parts = ["all-risk", "classify", "--scheme", item.scheme]
    for setting in _settings(item.witness, vocabulary):
        parts += ["--set", setting]
    return shlex.join(parts)


def _settings(witness: Mapping[str, Possible], vocabulary: Vocabulary) -> list[str]:
    return [f"{fact}={value_as_text(vocabulary[fact], possible)}" for fact, possible in witness.items()]


def check_json(library: RiskLibrary, found: Mapping[str, Sequence[Finding]], tried: int | None) -> dict[str, Any]:
    """The findings as plain data."""
    return {
        **header(),
        "boundary_patients": tried,
        "schemes": {
            id: [
                {
                    "check": item.check,
                    "message": item.message,
                    "place": str(item.place),
                    "rule": item.rule,
                    "fact": item.fact,
                    "group": item.group,
                    "intended": item.reason,
                    "witness": witness_command(item, library.vocabulary) if item.witness else "",
                }
                for item in items
            ]
            for id, items in found.items()
        },
    }


def protocol_check_page(library: ProtocolLibrary, found: Sequence[ProtocolFinding]) -> Page:
    """What is to be mended, each at its place, or that nothing is."""
    page = Page(library.sources)
    page.heading("Protocol check", 1)
    for item in found:
        page.heading(item.check)
        page.line(f"{item.place}: {item.message}")
        if item.witness:
            page.line(", ".join(_settings(item.witness, library.vocabulary)), "witness")
    if found:
        page.line("Something is to mend.", strong=True)
    else:
        page.line(
            f"{number_of(len(library.ids), 'protocol')} and the guidance checked: every arm is for groups that exist, "
            "no bands of doses overlap or leave a gap, no condition is for nobody, every source is cited."
        )
    return page


def protocol_check_json(library: ProtocolLibrary, found: Sequence[ProtocolFinding]) -> dict[str, Any]:
    """The findings as plain data."""
    return {
        **header(),
        "findings": [
            {
                "check": item.check,
                "message": item.message,
                "place": str(item.place),
                "witness": _settings(item.witness, library.vocabulary),
            }
            for item in found
        ],
    }
