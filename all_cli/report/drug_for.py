"""A drug for one patient, as a page and as JSON: the arms that give it, with their doses, and what its label says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from all_cli.patient.names import few
from all_cli.protocol.dose import Dosing
from all_cli.protocol.drug_for import DrugFor, GivingArm
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.offer import ANSWER, POSSIBLE
from all_cli.protocol.reasons import hangs_text
from all_cli.protocol.regimen import Cited, Line
from all_cli.protocol.shown import Shown
from all_cli.report.answers import header
from all_cli.report.before_doses import cautions_json, reserved_part, show_warnings
from all_cli.report.doses import body_lines, edges_text
from all_cli.report.page import Page
from all_cli.report.regimen_data import shown_json
from all_cli.report.uses import line_in_short, rules_part, uses_part
from all_cli.report.words import said_text

_CERTAIN, _WAYS, _AGAINST, _OTHERS = 4, 3, 4, 3
_RESCUE = "folate rescue"
_MARKER = re.compile(r"\bCD\d+")
"""What blasts carry on their surface: no fact tells it, so that nobody is certain to get what goes by it."""


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
    """The arms that are the patient's answer, each with what it gives of the drug; labels, rules; then who may be."""
    page = Page(library.sources)
    found, name = shown.found, shown.found.asked.name
    show_warnings(page, found.patient, [guard.id for guard in found.warnings])
    page.heading(f"{name[0].upper()}{name[1:]}, for this patient", 1)
    for guard in found.warnings:
        page.line(f"{guard.text} {page.cite(guard.cite, guard.checked)}", "caution", strong=True)
    for said in found.said:
        page.line(f"{said.text} {page.cite(said.cite, said.checked)}", "caution", strong=True)
    heads = [arm for arm in found.arms if arm.heads]
    certain = [arm for arm in found.arms if not arm.heads and arm.offer.status == ANSWER]
    _cautions(page, [*heads, *certain], shown, library)
    _given(page, heads, shown, library)
    if not heads and not found.warnings:
        page.line(_no_head(shown, certain), "answer", strong=True)
    _given(page, certain[:_CERTAIN], shown, library)
    if more := certain[_CERTAIN:]:
        page.line(f"also {few([arm.offer.name for arm in more])}", "certain")
    _by_age(page, heads, shown, library)
    for label in shown.labels:
        (uses_part if _is_label(label) else rules_part)(page, label, library)
    for reason in found.against[:_AGAINST]:
        page.line(f"{reason.text} {page.cite(reason.cite, reason.checked)}".strip(), reason.label)
    if not shown.labels:
        _to_others(page, shown, library)
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


def _by_age(page: Page, arms: Sequence[GivingArm], shown: DrugShown, library: ProtocolLibrary) -> None:
    """That another dose may hold by the age on the day, where the age on a day was not given; once each."""
    patient = shown.found.patient
    if "age" not in patient.known or (shown.dosing is not None and shown.dosing.patient is not patient):
        return
    of_all = ((line, phase) for arm in arms for phase in arm.phases for line in phase.lines)
    for text in dict.fromkeys(edges_text(line, phase, patient, library) for line, phase in of_all):
        if text:
            page.line(text, "by age", strong=True)


def _is_label(label: Shown) -> bool:
    """Whether it is of the drug alone; otherwise it is rules on doses of several."""
    return all(line.drug == label.asked for line in label.protocol.lines)


def _cautions(page: Page, arms: Sequence[GivingArm], shown: DrugShown, library: ProtocolLibrary) -> None:
    """What stands first on the labels and on the pages of the arms; where a rescue was asked for, why it is needed."""
    for label in shown.labels:
        reserved_part(page, label, library)
    cautions: dict[tuple[str, Cited], None] = {}
    if begins := shown.found.begins:
        through = {id for arm in begins.arms for id in arm.phases}
        needed = (each for phase in begins.protocol.phases if phase.id in through for each in phase.rescue)
        if shown.found.asked.drug.kind == _RESCUE:
            cautions |= dict.fromkeys((begins.protocol.id, each) for each in needed if each.first)
    for arm in arms:
        cautions |= dict.fromkeys((arm.protocol.id, said) for said in _first_said(arm, shown.of(arm), library))
    for protocol, said in cautions:
        page.line(f"{protocol}: {said.text} {page.cite(said.cite, said.checked)}", "caution", strong=True)


def _no_head(shown: DrugShown, certain: Sequence[GivingArm]) -> str:
    """That no answer gives the drug, what stands first instead, and what of the drug follows."""
    begins = shown.found.begins
    text = f"no arm that stands first for this patient gives {shown.found.asked.name}"
    text += f"; first stands {' or '.join(begins.names)}" if begins else ""
    follows = ["arms that are certain and not the answer"] if certain else []
    follows += ["what labels and rules say"] if shown.labels else []
    return f"{text}; below: {', and '.join(follows)}" if follows else text


def _given(page: Page, arms: Sequence[GivingArm], shown: DrugShown, library: ProtocolLibrary) -> None:
    """Arms and what they give of the drug: phases with the same doses stand together, and so do arms."""
    alike: dict[tuple[str, str], list[GivingArm]] = {}
    for arm in arms:
        own = shown.of(arm)
        together: dict[str, list[str]] = {}
        for phase in arm.phases:
            doses = "; ".join(_named(line, own, library) + line_in_short(page, line, phase, own, library)
                              for line in phase.lines)  # fmt: skip
            together.setdefault(doses, []).append(phase.title)
        text = "; ".join(f"{', '.join(titles)}: {doses}" for doses, titles in together.items())
        alike.setdefault((_state(arm, shown), text), []).append(arm)
    for (state, text), same in alike.items():
        page.line(f"{' or '.join(arm.offer.name for arm in same)}, {text}", state, strong=same[0].heads)


def _state(arm: GivingArm, shown: DrugShown) -> str:
    """Whether the arm is the answer or certain; ``in`` where it gives the drug only to some, whom no fact tells."""
    if arm.heads:
        return "answer"
    lines = [line for phase in arm.phases for line in phase.lines if shown.found.asked.is_given_by(line)]
    return "in" if all(_MARKER.search(line.who) for line in lines) else "certain"


def _named(line: Line, shown: Shown, library: ProtocolLibrary) -> str:
    """The name of the rescue that stands beside the drug that was asked for."""
    return "" if line.drug == shown.asked else f"{library.drugs[line.drug].name} "


def _first_said(arm: GivingArm, shown: Shown, library: ProtocolLibrary) -> dict[Cited, None]:
    """What stands first on the page of the arm, and of its phases."""
    head = library.arm_head(arm.protocol.id, arm.offer.arm)
    said = [each for phase in arm.phases for each in head.cautions_for(shown.patient, phase.kind)]
    for phase in arm.phases:
        rescue = phase.rescue if any(line.drug == "methotrexate" for line in phase.lines) else ()
        said += [each for each in (*rescue, *phase.notes) if each.first and each.when is None]
    said += [each for each in arm.protocol.notes if each.first and each.when is None]
    return dict.fromkeys(said)


def _to_others(page: Page, shown: DrugShown, library: ProtocolLibrary) -> None:
    """What is encoded of a drug that no arm or label gives to this patient, as printed; no dose is computed."""
    for protocol in shown.found.others[:_OTHERS]:
        printed = Shown(protocol, None, (), shown.found.patient, (), shown.found.asked.drug.id)
        lines = {
            f"{phase.title}: {line_in_short(page, line, phase, printed, library)}": None
            for phase in protocol.phases
            for line in phase.lines
            if shown.found.asked.is_given_by(line)
        }
        page.line(f"{protocol.id}, {'; '.join(lines)}", "to others")


def _by_hang(found: DrugFor) -> Mapping[str, list[str]]:
    """The possible arms by what they hang on; with the phase where the arm is certain in another."""
    certain = {arm.offer.name for arm in found.arms if arm.offer.status == ANSWER}
    by_hang: dict[str, list[str]] = {}
    for arm in found.arms:
        if arm.offer.status == POSSIBLE:
            name = arm.offer.name
            if name in certain:
                name += f" ({', '.join(phase.title for phase in arm.phases)})"
            by_hang.setdefault(hangs_text(arm.offer, found.patient), []).append(name)
    return by_hang


def drug_for_json(shown: DrugShown, library: ProtocolLibrary) -> dict[str, Any]:
    """Every arm that gives the drug, with its status and lines, and the labels; ``protocol`` and ``arm`` are null."""
    found, cited = shown.found, dict[str, None]()
    cautions = cautions_json(found.patient, cited)
    return {
        **header(),
        "protocol": None,
        "arm": None,
        "asked": found.asked.name,
        "drug": found.asked.drug.id,
        "patient": found.patient.said(),
        "cautions": cautions,
        "first_stands": found.begins.names if found.begins else [],
        "warnings": [guard.text for guard in found.warnings],
        "against": [reason.text for reason in found.against],
        "arms": list(_arms_json(shown, library)),
        "labels": [shown_json(label, library) for label in shown.labels],
        "sources": {id: library.sources[id].reference for id in cited if id in library.sources},
    }


def _arms_json(shown: DrugShown, library: ProtocolLibrary) -> Iterator[dict[str, Any]]:
    for arm in shown.found.arms:
        hangs = hangs_text(arm.offer, shown.found.patient) if arm.offer.status == POSSIBLE else None
        state = {"status": arm.offer.status, "stands_first": arm.heads, "hangs_on": hangs}
        yield {**state, **shown_json(shown.of(arm), library)}
