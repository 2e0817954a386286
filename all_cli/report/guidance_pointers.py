"""The lines by which other reports point to guidance: ``guide ph-positive: …``."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from all_cli.logic.values import PRESENT, Possible
from all_cli.patient.patient import Patient
from all_cli.protocol.guidance import Brief
from all_cli.protocol.load import guidance_library
from all_cli.report.page import Page

if TYPE_CHECKING:
    from all_cli.protocol.regimen import Phase, Protocol

MOST = 5
"""At most so many entries are pointed to; the others are counted."""


def for_patient(patient: Patient) -> list[Brief]:
    """The entries whose condition is certainly true of a patient, warnings first.

    Raises:
        KnowledgeError: the guidance file has mistakes.
    """
    return guidance_library().concerning(patient.possible())


def for_kind(patient: Patient, kind: str) -> list[Brief]:
    """The entries for a patient where a kind of phase is asked for and no protocol is shown; cautions come first."""
    return guidance_library().concerning(patient.possible(), [kind] if kind else ())


def for_phases(protocol: "Protocol", phases: "Iterable[Phase]", patient: Patient) -> list[Brief]:
    """The entries about phases of a protocol, for a patient of whom it is taken that the protocol is the right one.

    Raises:
        KnowledgeError: the guidance file has mistakes.
    """
    possible: dict[str, Possible] = {**_taken_for(protocol), **patient.possible()}
    shown = list(phases)
    drugs = {line.drug for phase in shown for line in phase.lines}
    return guidance_library().concerning(possible, {phase.kind for phase in shown}, drugs)


def _taken_for(protocol: "Protocol") -> Mapping[str, Possible]:
    """What a protocol says of those it is for; it tells nothing that the patient's own facts would."""
    taken: dict[str, Possible] = {}
    if protocol.ph:
        taken["bcr_abl1"] = frozenset({PRESENT})
    if len(protocol.lineage) == 1:
        taken["lineage"] = frozenset(protocol.lineage)
    return taken


def cautions(briefs: Sequence[Brief]) -> list[str]:
    """The titles of warnings about what was found in the patient, for the head of a page."""
    return [brief.title for brief in briefs if brief.warning and brief.on_a_finding]


def pointers_page(page: Page, briefs: Sequence[Brief]) -> None:
    """A line for each of the first entries, and how many more there are; nothing if there are none."""
    briefs = list(dict.fromkeys(briefs))
    if not briefs:
        return
    page.heading("Guidance (all-protocol guide TOPIC)")
    for brief in briefs[:MOST]:
        page.line(f"guide {brief.topic}: {'caution: ' if brief.warning else ''}{brief.title}")
    if (more := len(briefs) - MOST) > 0:
        page.line(f"{more} more; all-protocol guide takes the same patient options.")


def pointers_json(briefs: Sequence[Brief]) -> list[dict[str, str]]:
    """The same entries as plain data."""
    return [{"topic": brief.topic, "id": brief.id, "title": brief.title} for brief in briefs[:MOST]]
