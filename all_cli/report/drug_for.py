"""A drug for one patient, as a page and as JSON: the arms that give it, with their doses, and what its label says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from all_cli.protocol.drug_for import DrugFor, GivingArm
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.offer import ANSWER, POSSIBLE
from all_cli.protocol.reasons import few, hangs_text
from all_cli.protocol.regimen import Cited, Line
from all_cli.report.answers import header
from all_cli.report.before_doses import reserved_part
from all_cli.report.doses import Dosing, body_lines
from all_cli.report.page import Page
from all_cli.report.regimen import Shown
from all_cli.report.regimen_data import shown_json
from all_cli.report.uses import line_in_short, uses_part
from all_cli.report.words import said_text

_CERTAIN, _WAYS, _AGAINST = 4, 3, 4


class DrugShown(NamedTuple):
    """A drug for a patient, its labels as they are shown, and how doses are computed."""

    found: DrugFor
    labels: Sequence[Shown]
    dosing: Dosing | None = None
    forced: bool = False

    def of(self, arm: GivingArm) -> Shown:
        """An arm with the lines of the drug alone."""
        whole = next(each for each in arm.protocol.arms if each.id == arm.offer.arm)
        return Shown(
            arm.protocol, whole, arm.phases, self.found.patient, (), self.found.asked.drug.id,
            dosing=self.dosing, forced=self.forced,
        )  # fmt: skip


def drug_for_page(shown: DrugShown, library: ProtocolLibrary) -> Page:
    """The arms that are the patient's first, each with what it gives of the drug; then its labels, then who may be."""
    page = Page(library.sources)
    found, name = shown.found, shown.found.asked.name
    page.heading(f"{name[0].upper()}{name[1:]}, for this patient", 1)
    for guard in found.warnings:
        page.line(f"{guard.text} {page.cite(guard.cite, guard.checked)}", "caution", strong=True)
    heads = [arm for arm in found.arms if arm.heads]
    certain = [arm for arm in found.arms if not arm.heads and arm.offer.status == ANSWER]
    cautions: dict[tuple[str, Cited], None] = {}
    for arm in (*heads, *certain[:_CERTAIN]):
        cautions |= dict.fromkeys((arm.protocol.id, said) for said in _first_said(arm, shown.of(arm), library))
    for protocol, said in cautions:
        page.line(f"{protocol}: {said.text} {page.cite(said.cite, said.checked)}", "caution", strong=True)
    for arm in heads:
        _given(page, arm, "answer", shown, library)
    if not heads and not found.warnings:
        page.line(f"no arm that stands first for this patient gives {name}", "answer", strong=True)
    for arm in certain[:_CERTAIN]:
        _given(page, arm, "certain", shown, library)
    if more := certain[_CERTAIN:]:
        page.line(f"also {few([arm.offer.name for arm in more])}", "certain")
    for reason in found.against[:_AGAINST]:
        page.line(f"{reason.text} {page.cite(reason.cite, reason.checked)}".strip(), reason.label)
    for label in shown.labels:
        reserved_part(page, label, library)
        uses_part(page, label, library)
    for hang, names in list(_by_hang(found).items())[:_WAYS]:
        page.line(f"{few(names)}: {hang}", "possible")
    if told := said_text(found.patient):
        page.line(told, "patient")
    if shown.dosing is not None:
        body_lines(page, shown.dosing)
    page.line(
        f"all-protocol show PHASE, with the same patient, shows a phase whole; "
        f"all-protocol drug {found.asked.drug.id} every line in every protocol."
    )
    page.close()
    return page


def _given(page: Page, arm: GivingArm, label: str, shown: DrugShown, library: ProtocolLibrary) -> None:
    """An arm and what it gives of the drug; phases with the same doses stand together."""
    own = shown.of(arm)
    together: dict[str, list[str]] = {}
    for phase in arm.phases:
        doses = "; ".join(_named(line, own, library) + line_in_short(page, line, phase, own, library)
                          for line in phase.lines)  # fmt: skip
        together.setdefault(doses, []).append(phase.title)
    text = "; ".join(f"{', '.join(titles)}: {doses}" for doses, titles in together.items())
    page.line(f"{arm.offer.name}, {text}", label, strong=arm.heads)


def _named(line: Line, shown: Shown, library: ProtocolLibrary) -> str:
    """The name of the rescue that stands beside the drug that was asked for."""
    return "" if line.drug == shown.asked else f"{library.drugs[line.drug].name} "


def _first_said(arm: GivingArm, shown: Shown, library: ProtocolLibrary) -> dict[Cited, None]:
    """What stands first on the page of the arm, and of its phases."""
    head = next(each for each in library.arm_heads(arm.protocol.id) if each.id == arm.offer.arm)
    said = [each for phase in arm.phases for each in head.cautions_for(shown.patient, phase.kind)]
    said += [each for phase in arm.phases for each in (*phase.rescue, *phase.notes) if each.first and each.when is None]
    return dict.fromkeys(said)


def _by_hang(found: DrugFor) -> Mapping[str, list[str]]:
    by_hang: dict[str, list[str]] = {}
    for arm in found.arms:
        if arm.offer.status == POSSIBLE:
            by_hang.setdefault(hangs_text(arm.offer, found.patient), []).append(arm.offer.name)
    return by_hang


def drug_for_json(shown: DrugShown, library: ProtocolLibrary) -> dict[str, Any]:
    """Every arm that gives the drug, with its status and lines, and the labels; ``protocol`` and ``arm`` are null."""
    found = shown.found
    return {
        **header(),
        "protocol": None,
        "arm": None,
        "asked": found.asked.name,
        "drug": found.asked.drug.id,
        "patient": found.patient.said(),
        "warnings": [guard.text for guard in found.warnings],
        "against": [reason.text for reason in found.against],
        "arms": list(_arms_json(shown, library)),
        "labels": [shown_json(label, library) for label in shown.labels],
    }


def _arms_json(shown: DrugShown, library: ProtocolLibrary) -> Iterator[dict[str, Any]]:
    for arm in shown.found.arms:
        hangs = hangs_text(arm.offer, shown.found.patient) if arm.offer.status == POSSIBLE else None
        state = {"status": arm.offer.status, "stands_first": arm.heads, "hangs_on": hangs}
        yield {**state, **shown_json(shown.of(arm), library)}
