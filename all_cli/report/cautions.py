"""The cautions on a patient that head the pages of regimens too: those that ``classify`` gives, from the same rules."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from all_cli.patient.patient import Patient
from all_cli.report.page import Page


def show_warnings(page: Page, patient: Patient, said: Collection[str] = ()) -> None:
    """The cautions, before all else; but for those ``said`` elsewhere on the page, by id."""
    if not patient.known:  # without a patient the schemes are not even imported
        return
    from all_cli.report.answers import warnings
    from all_cli.risk.library import risk_library

    warnings(page, patient, risk_library(), said)


def cautions_json(patient: Patient, cited: dict[str, None]) -> list[dict[str, Any]]:
    """All of them as plain data; ids of cited sources are added to ``cited``."""
    if not patient.known:
        return []
    from all_cli.report.answers import statement_json
    from all_cli.risk.library import risk_library

    return [statement_json(each, cited) for each, *_ in risk_library().cautions(patient)]
