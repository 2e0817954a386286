"""That no arm is certain for a patient: what each hangs on and what is not offered, as a page and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from all_cli.logic.values import possible_text
from all_cli.patient.patient import Patient
from all_cli.protocol.choice import Choice, Offer
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.parts import GUARD, SETTING
from all_cli.protocol.reasons import (
    against_reason,
    barred_reasons,
    few,
    hangs_text,
    setting_reason,
    turn_reason,
)
from all_cli.protocol.regimen import Reason
from all_cli.report.answers import citations_json, header
from all_cli.report.page import Page
from all_cli.report.words import number_of, said_text

_MOST = 4


class Undecided(NamedTuple):
    """What was asked, for whom, and what every arm is to the patient; none is the answer."""

    asked: str
    patient: Patient
    choice: Choice


def undecided_page(undecided: Undecided, library: ProtocolLibrary) -> Page:
    """Warnings first; then a line for each arm: on what it hangs; then what is not offered, and why."""
    page = Page(library.sources)
    choice = undecided.choice
    if choice.warnings:
        first = choice.warnings[0].text
        page.heading(f"{first[0].upper()}{first[1:]}", 1)
    else:
        page.heading(f"{undecided.asked}: {_none(choice)}", 1)
    for reason in _reasons(undecided, library):
        show_reason(page, reason)
    rows = [] if choice.warnings else choice.possible
    page.table(("protocol/arm", "hangs on"), [(offer.name, hangs_text(offer, choice.patient)) for offer in rows])
    if choice.elsewhere and not choice.warnings:
        page.heading("Arms for this patient without this phase")
        page.table(
            ("protocol/arm", "phases", "hangs on"),
            [
                (offer.name, few(_kinds(offer, library)), hangs_text(offer, choice.patient) if offer.hangs_on else "")
                for offer in choice.elsewhere
            ],
        )
    if rows:
        page.line("all-risk classify --scheme ID, with the same patient, says which result is missing.")
        page.line(f"all-protocol show {undecided.asked} --protocol ID --arm ID shows one of them.")
    page.close()
    return page


def _none(choice: Choice) -> str:
    if not choice.possible:
        return "no encoded arm is for this patient"
    facts = dict.fromkeys(fact for offer in choice.possible for fact in offer.hangs_on)
    return f"no arm is certain; they hang on {few(list(facts))}" if facts else "no arm is certain"


def _kinds(offer: Offer, library: ProtocolLibrary) -> list[str]:
    return next(list(arm.kinds) for arm in library.arm_heads(offer.protocol) if arm.id == offer.arm)


def _reasons(undecided: Undecided, library: ProtocolLibrary) -> Iterator[Reason]:
    choice = undecided.choice
    for guard in choice.warnings:
        yield Reason("caution", guard.text, guard.cite, guard.checked, strong=True)
    yield Reason("patient", said_text(undecided.patient) or "nothing known")
    for warning in undecided.patient.warnings:
        yield Reason("caution", warning, strong=True)
    yield setting_reason(choice)
    if choice.warnings:
        return
    yield from map(turn_reason, choice.turns)
    if choice.likely is not None and choice.likely.answers:
        yield Reason("likely", few([offer.name for offer in choice.likely.answers]))
    yield from barred_reasons(choice, library)
    if not choice.possible:
        nearest = [offer for offer in choice.excluded if offer.against and offer.against.kind not in (GUARD, SETTING)]
        for offer in nearest[:_MOST]:
            reason = against_reason(offer, choice, library)
            yield reason._replace(text=f"{offer.name}: {reason.text}")
    others = sum(offer.against is None or offer.against.kind != GUARD for offer in choice.excluded)
    if others and choice.possible:
        yield Reason("left out", f"{number_of(others, 'arm')} of another setting, population or risk group")


def show_reason(page: Page, reason: Reason) -> None:
    """A reason as a line of a page."""
    page.line(f"{reason.text} {page.cite(reason.cite, reason.checked)}".strip(), reason.label, strong=reason.strong)


def choice_json(choice: Choice, cited: dict[str, None]) -> dict[str, Any]:
    """Settings, presumptions, warnings and every arm that is not excluded, with its status and what it hangs on."""
    return {
        "settings": list(choice.settings),
        "presumed": [{"fact": each.fact, "is": sorted(each.values), "text": each.text} for each in choice.presumed],
        "warnings": [guard.text for guard in choice.warnings],
        "choices": [_offer_json(offer) for offer in (*choice.answers, *choice.possible)],
        "turns": [_reason_json(turn_reason(turn), cited) for turn in choice.turns],
        "elsewhere": [_offer_json(offer) for offer in choice.elsewhere],
        "likely": None if choice.likely is None else [offer.name for offer in choice.likely.answers],
    }


def _offer_json(offer: Offer) -> dict[str, Any]:
    return {
        "protocol": offer.protocol,
        "arm": offer.arm,
        "status": offer.status,
        "hangs_on": {fact: possible_text(values) for fact, values in offer.hangs_on.items()},
        "own_criteria": list(offer.own_criteria),
    }


def _reason_json(reason: Reason, cited: dict[str, None]) -> dict[str, Any]:
    return {"text": reason.text, "cite": citations_json(reason.cite, cited), "checked": reason.checked}


def undecided_json(undecided: Undecided, library: ProtocolLibrary) -> dict[str, Any]:
    """The open arms under ``choices``; ``protocol`` and ``arm`` are null, since none is chosen."""
    cited: dict[str, None] = {}
    choice = choice_json(undecided.choice, cited)
    excluded = [
        {**_offer_json(offer), **_reason_json(against_reason(offer, undecided.choice, library), cited)}
        for offer in undecided.choice.excluded
    ]
    return {
        **header(),
        "protocol": None,
        "arm": None,
        "asked": undecided.asked,
        "patient": undecided.patient.said(),
        **choice,
        "excluded": excluded,
        "sources": {id: library.sources[id].reference for id in cited if id in library.sources},
    }
