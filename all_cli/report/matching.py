"""From the answers on a patient to the arms of protocols that were for these groups, on the page and in JSON."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from all_cli.patient.patient import Patient
from all_cli.protocol.choice import choose
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.matching import Match, matching
from all_cli.protocol.parts import GROUP
from all_cli.protocol.reasons import against_reason
from all_cli.report.answers import citations_json
from all_cli.report.page import Page
from all_cli.report.words import number_of
from all_cli.risk.answers import Answers
from all_cli.risk.library import RiskLibrary
from all_cli.risk.scheme import NOT_APPLICABLE, UNCLASSIFIED


class Pointed(NamedTuple):
    """One scheme's answer and the arms for it: the groups still possible, and whether only one is."""

    scheme: str
    groups: tuple[str, ...]
    certain: bool
    arms: tuple[Match, ...]


def pointed(
    answers: Answers, patient: Patient, risk: RiskLibrary, protocols: ProtocolLibrary, *, named: bool
) -> tuple[list[Pointed], int]:
    """The arms for every scheme that gives one group, is narrowed, or was named; how many others have arms as well.

    A scheme that nothing given narrows says nothing of this patient yet: a scheme of relapse fits every child of whom
    nothing is said about a relapse.
    """
    encoded = protocols.protocols
    choice = choose(protocols, patient, "", risk=risk)
    against = {
        (offer.protocol, offer.arm): against_reason(offer, choice, protocols).text
        for offer in choice.excluded
        if offer.against is not None and offer.against.kind != GROUP
    }
    found, silent = [], 0
    for id in answers.applicable:
        brief = answers.brief[id]
        possible = tuple(group for group in brief.possible if group not in (NOT_APPLICABLE, UNCLASSIFIED))
        arms = {group: matching(encoded, id, group, against) for group in possible}
        narrowed = set(possible) < set(risk.schemes[id].group_ids)
        matches = tuple(match for each in arms.values() for match in each)
        if brief.group is not None or named or narrowed:
            found.append(Pointed(id, possible, brief.group is not None, matches))
        elif any(not match.against for match in matches):
            silent += 1
    return found, silent


def show_pointed(page: Page, found: Sequence[Pointed], silent: int = 0) -> None:
    """Arms for the certain answers, then which arm each answer still possible would mean; ``silent`` schemes count."""
    certain = [item for item in found if item.certain]
    open_ = [item for item in found if not item.certain]
    page.heading("Arms of protocols for these groups")
    page.table(("arm", "for", "title", "source", "to show it"), _rows(page, certain))
    none = [f"{item.scheme} {item.groups[0]}" for item in certain if not _fitting(item)]
    if not any(map(_fitting, certain)):
        page.line("No encoded arm fits what is certain.", strong=True)
    elif none:
        page.line(", ".join(none), "no arm for")
    if any(map(_fitting, open_)):
        page.heading("Not yet decided: which arm each group would mean")
        page.table(("arm", "if it is", "title", "source", "to show it"), _rows(page, open_))
    _left_out(page, found)
    if silent:
        whose = "its" if silent == 1 else "their"
        more = number_of(silent, "more scheme")
        page.line(f"{more} with arms may apply; nothing given narrows {whose} answer.", "others")
    page.line("An arm is named because its protocol was for that group; it is not a recommendation.")


def _fitting(item: Pointed) -> list[Match]:
    return [match for match in item.arms if not match.against]


def _rows(page: Page, found: Iterable[Pointed]) -> list[tuple[str, ...]]:
    return [
        (
            match.name,
            f"{match.scheme} {match.group}",
            f"{match.protocol.title}: {match.arm.title}",
            page.cite(match.arm.cite, match.arm.checked),
            f"all-protocol show {match.name}",
        )
        for item in found
        for match in _fitting(item)
    ]


def _left_out(page: Page, found: Iterable[Pointed]) -> None:
    """The arms for these groups that the patient cannot be in, by reason."""
    reasons: dict[str, dict[str, None]] = {}
    for item in found:
        for match in item.arms:
            if match.against:
                reasons.setdefault(match.against, {})[match.name] = None
    for reason, names in reasons.items():
        page.line(f"{number_of(len(names), 'arm')}, {reason}: {', '.join(names)}", "left out")


def pointed_json(found: Iterable[Pointed], cited: dict[str, None]) -> list[dict[str, Any]]:
    """Per scheme and arm one object; ids of cited sources are added to ``cited``."""
    return [
        {
            "scheme": item.scheme,
            "group": match.group,
            "certain": item.certain,
            "protocol": match.protocol.id,
            "arm": match.arm.id,
            "title": f"{match.protocol.title}: {match.arm.title}",
            "fits": not match.against,
            "against": match.against,
            "command": f"all-protocol show {match.name}",
            "cite": citations_json(match.arm.cite, cited),
            "checked": match.arm.checked,
        }
        for item in found
        for match in item.arms
    ]
