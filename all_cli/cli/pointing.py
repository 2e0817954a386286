"""``all-risk classify --show-protocol``: from the answers to the arms that were for these groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from all_cli.patient.patient import Patient
    from all_cli.report.page import Page
    from all_cli.risk.answers import Answers
    from all_cli.risk.library import RiskLibrary


def pointing(
    answers: Answers, patient: Patient, library: RiskLibrary, *, named: bool
) -> tuple[Callable[[Page], None], Callable[[dict[str, Any]], dict[str, Any]]]:
    """What ends the page of answers with the matching arms, and what adds them to its JSON as ``protocols``.

    Args:
        answers: the answers.
        patient: the patient.
        library: the schemes.
        named: whether the user named the schemes; then those that are not narrowed count too.
    """
    from all_cli.protocol.load import protocol_library
    from all_cli.report.matching import pointed, pointed_json, show_pointed

    protocols = protocol_library()
    found, silent = pointed(answers, patient, library, protocols, named=named)

    def add(data: dict[str, Any]) -> dict[str, Any]:
        cited: dict[str, None] = {}
        arms = pointed_json(found, cited)
        more = {id: protocols.sources[id].reference for id in cited if id in protocols.sources}
        return {**data, "protocols": arms, "sources": {**data["sources"], **more}}

    return lambda page: show_pointed(page, found, silent), add
