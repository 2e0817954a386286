"""What the check found, as a page and as JSON; each witness as a command that can be run."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.report.answers import header
from all_cli.report.difference import value_as_text
from all_cli.report.page import Page
from all_cli.report.words import number_of
from all_cli.risk.check import Finding
from all_cli.risk.library import RiskLibrary


def check_page(library: RiskLibrary, found: Mapping[str, Sequence[Finding]], elsewhere: Sequence[str]) -> Page:
    """One line per scheme, then what is wrong, then what is declared as intended."""
    page = Page(library.sources)
    page.heading("Knowledge check", 1)
    rows = []
    for id, items in found.items():
        scheme = library.schemes[id]
        open_items = [item for item in items if not item.reason and item.check != "order"]
        intended = sum(bool(item.reason) for item in items)
        result = f"{len(open_items)} to mend" if open_items else "sound"
        rows.append((id, str(len(scheme.rules)), str(len(scheme.diagram.nodes)), result, str(intended or "")))
    page.table(("scheme", "rules", "nodes", "result", "declared exceptions"), rows)
    for id, items in found.items():
        for item in items:
            page.heading(f"{id}: {item.check}{' (intended)' if item.reason else ''}")
            page.line(item.message)
            if item.reason:
                page.line(item.reason, "reason")
            if item.witness:
                page.line(witness_command(item, library.vocabulary), "witness")
    for line in elsewhere:
        page.line(line, "link")
    wrong = [item for items in found.values() for item in items if not item.reason and item.check != "order"]
    if wrong or elsewhere:
        page.line("Something is to mend.", strong=True)
    else:
        page.line(
            f"{number_of(len(found), 'scheme')} proved over all patients: none leaves a gap, no rule is dead, no fact "
            "is asked in vain, no worse finding gives a milder group, no two rules contradict but as declared."
        )
    return page


def witness_command(item: Finding, vocabulary: Vocabulary) -> str:
    """A ``classify`` command for the witness patient."""
    parts = ["all-risk", "classify", "--scheme", item.scheme]
    for fact, possible in item.witness.items():
        parts += ["--set", f"{fact}={value_as_text(vocabulary[fact], possible)}"]
    return shlex.join(parts)


def check_json(
    library: RiskLibrary, found: Mapping[str, Sequence[Finding]], elsewhere: Sequence[str]
) -> dict[str, Any]:
    """The findings as plain data."""
    return {
        **header(),
        "schemes": {
            id: [
                {
                    "check": item.check,
                    "message": item.message,
                    "rule": item.rule,
                    "fact": item.fact,
                    "intended": item.reason,
                    "witness": witness_command(item, library.vocabulary) if item.witness else "",
                }
                for item in items
            ]
            for id, items in found.items()
        },
        "links": list(elsewhere),
    }
