"""That no arm is certain for a patient: what each hangs on and what is not offered, as a page and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from all_cli.logic.values import possible_text
from all_cli.patient.assumption import Assumption, assumption_text
from all_cli.patient.names import condition_text, few, reasons_text
from all_cli.patient.patient import Patient
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.offer import Choice, Offer
from all_cli.protocol.parts import GUARD, SETTING
from all_cli.protocol.reasons import (
    against_reason,
    barred_reasons,
    by_name_reason,
    caution_reasons,
    group_reasons,
    hangs_text,
    leading_reasons,
    named,
    open_for,
    said_reasons,
    setting_reason,
    turn_reason,
)
from all_cli.protocol.regimen import Reason
from all_cli.protocol.shown import Shown
from all_cli.report.alike import common_reason, way_reason, ways_of
from all_cli.report.answers import assumed_json, citations_json, header
from all_cli.report.before_doses import cautions_json, show_warnings
from all_cli.report.guidance_pointers import cautions, for_kind, pointers_page
from all_cli.report.page import Page
from all_cli.report.regimen import phases_part
from all_cli.report.words import be, number_of, said_text

_MOST, _MISSING, _WAYS, _SETTINGS = 4, 2, 2, 2


class Undecided(NamedTuple):
    """What was asked, for whom, and what every arm is to the patient; none heads as the answer.

    ``risk`` is the risk group; ``assumed`` is what was filled in for the likely choice, ``left_out`` says what was not
    and why, ``likely`` says so and names the arms, and ``then`` is the phase of the arm that is certain if it holds.
    """

    asked: str
    patient: Patient
    choice: Choice
    risk: Sequence[Reason] = ()
    assumed: Sequence[Assumption] = ()
    likely: Sequence[Reason] = ()
    left_out: Sequence[str] = ()
    then: Shown | None = None


def undecided_page(undecided: Undecided, library: ProtocolLibrary) -> Page:
    """Warnings, or what keeps arms out, first; the likely arm; then a line for each arm: on what it hangs."""
    page = Page(library.sources)
    choice = undecided.choice
    told = [guard.id for guard in choice.warnings] or ([choice.undecided.id] if choice.undecided else [])
    if choice.warnings:
        first = choice.warnings[0].text
        page.heading(f"{first[0].upper()}{first[1:]}", 1)
    else:
        page.heading(f"{undecided.asked}: {_none(choice)}", 1)
    show_warnings(page, undecided.patient, told)
    for reason in _reasons(undecided, library):
        show_reason(page, reason)
    if undecided.then is not None:
        arms = " or ".join(arm.id for arm in undecided.then.arms)
        title = f"{undecided.then.protocol.title} ({undecided.then.protocol.id}/{arms})"
        phases_part(page, undecided.then, library, f"Likely, only if what is assumed above holds: {title}")
    rows = [] if choice.warnings else choice.possible
    if rows and undecided.then is not None:
        page.heading("What the exact answer hangs on")
    page.table(("protocol/arm", "hangs on"), [(named(offer), hangs_text(offer, choice.patient)) for offer in rows])
    if choice.elsewhere and not choice.warnings:
        page.heading("Arms for this patient without this phase")
        page.table(
            ("protocol/arm", "phases", "hangs on"),
            [
                (offer.name, few(_kinds(offer, library)), hangs_text(offer, choice.patient) if offer.hangs_on else "")
                for offer in choice.elsewhere
            ],
        )
    if not choice.warnings:
        pointers_page(page, for_kind(choice.patient, choice.phase))
    if rows:
        page.line("all-risk classify --scheme ID, with the same patient, says which result is missing.")
        page.line(f"all-protocol show {undecided.asked} --protocol ID --arm ID shows one of them.")
    page.close()
    return page


def _none(choice: Choice) -> str:
    if choice.undecided and (choice.answers or choice.by_name):
        return "no arm stands first"
    if choice.without:
        several = len(choice.without)
        goes, has = be(several, "goes", "go"), be(several, "has", "have")
        return f"{few(list(choice.without))}, which {goes} first, {has} no such phase"
    if choice.answers:
        return "which arm stands first is still open" if choice.waiting else "only arms made for adults are certain"
    return "no arm is certain" if choice.possible else "no encoded arm is for this patient"


def first_reasons(choice: Choice, label: str) -> Iterator[Reason]:
    """The preferred arms that would come before every answer, and what they wait for."""
    by_hang: dict[str, list[str]] = {}
    for offer in choice.waiting:
        by_hang.setdefault(hangs_text(offer, choice.patient), []).append(offer.name)
    for hang, names in list(by_hang.items())[:_MOST]:
        yield Reason(label, f"{few(names, 3)}, if {hang}", strong=True)


def _certain(choice: Choice, library: ProtocolLibrary) -> Iterator[Reason]:
    """Why nothing heads, the preferred arms and what they wait for, then whose arms are certain and do not head."""
    if choice.undecided:
        yield Reason("not decided", choice.undecided.text, choice.undecided.cite, choice.undecided.checked, strong=True)
    if choice.answers:
        if not choice.undecided:
            yield from first_reasons(choice, "first")
        names = few(list(dict.fromkeys(offer.protocol for offer in choice.answers)))
        yield Reason("certain", f"{names}{_why_not_first(choice)}", strong=True)
        yield from caution_reasons(choice.answers, choice, library)
    if choice.undecided and choice.undecided.by_group:
        yield from group_reasons(choice)


def _why_not_first(choice: Choice) -> str:
    if choice.undecided or choice.without:
        return ""
    return ", in any case, after the above" if choice.waiting else ", made for adults"


def _kinds(offer: Offer, library: ProtocolLibrary) -> list[str]:
    return list(library.arm_head(offer.protocol, offer.arm).kinds)


def likely_reasons(choice: Choice, left_out: Sequence[str], assumed: Sequence[Assumption]) -> Iterator[Reason]:
    """Every assumption, the wishes that were left out, and what is certain under them that is not without."""
    if choice.likely is None:
        return
    vocabulary = choice.patient.vocabulary
    cite = tuple(dict.fromkeys(each for item in assumed for each in item.cite))
    by_origin: dict[str, list[str]] = {}
    for item in assumed:
        by_origin.setdefault(item.origin, []).append(reasons_text([assumption_text(vocabulary, item)], vocabulary))
    facts = "; ".join(f"{', '.join(texts)} ({origin})" for origin, texts in by_origin.items())
    yield Reason("assumed", facts or "nothing", cite, all(item.checked for item in assumed), True)
    for text in left_out:
        yield Reason("not assumed", condition_text(text, vocabulary), strong=True)
    exact = {offer.name for offer in choice.answers}
    names = [offer.name for offer in choice.likely.answers if offer.name not in exact]
    if choice.likely.warnings:
        yield Reason("likely", choice.likely.warnings[0].text, strong=True)
    elif assumed:
        text = (
            f"under these assumptions: {few(names)}" if names else "no further arm is certain under these assumptions"
        )
        yield Reason("likely", text, strong=True)


def _reasons(undecided: Undecided, library: ProtocolLibrary) -> Iterator[Reason]:
    choice = undecided.choice
    for guard in choice.warnings:
        yield Reason("caution", guard.text, guard.cite, guard.checked, strong=True)
    if not choice.warnings:
        yield from leading_reasons(choice)
        yield from undecided.likely
        yield from _certain(choice, library)
        yield from by_name_reason(choice)
        for caution in cautions(for_kind(undecided.patient, choice.phase)):
            yield Reason("caution", caution, strong=True)
        barred = [reason._replace(strong=True) for reason in barred_reasons(choice, library)]
        if not choice.answers:  # then the risk group says more than what is barred
            yield from undecided.risk
        if choice.elsewhere and (choice.undecided or choice.answers or not choice.possible):
            names = few(list(dict.fromkeys(offer.protocol for offer in choice.elsewhere)))
            yield Reason("besides", f"in phases of their own, as far as they fit: {names}", strong=True)
        yield from barred[:1]
        if choice.answers:
            yield from undecided.risk
        # What arms of many settings share says nothing, and beside a likely phase it would be noise.
        ways = undecided.then is None and len(choice.settings) <= _SETTINGS
        yield from _open(choice, library, ways=ways)
        yield from barred[1:]
    yield Reason("patient", said_text(undecided.patient) or "nothing known")
    for warning in undecided.patient.warnings:
        yield Reason("caution", warning, strong=True)
    yield setting_reason(choice)
    if choice.warnings:
        return
    yield from map(turn_reason, choice.turns)
    if not choice.possible:
        nearest = [offer for offer in choice.excluded if offer.against and offer.against.kind not in (GUARD, SETTING)]
        for offer in nearest[:_MOST]:
            reason = against_reason(offer, choice, library)
            yield reason._replace(text=f"{offer.name}: {reason.text}")
    others = [offer.protocol for offer in choice.excluded if offer.guard is None]
    if others and choice.possible:
        protocols = dict.fromkeys(others)
        told = f": {', '.join(protocols)}" if len(protocols) <= _MOST else ""
        yield Reason("left out", f"{number_of(len(others), 'arm')} of another setting, population or risk group{told}")
    having, weighed = library.with_phase(choice.phase), {offer.protocol for offer in choice.offers}
    if len(having) <= _MOST and (unset := [id for id in having if id not in weighed]):
        yield Reason("not chosen", f"of no setting, shown where they are named: {', '.join(unset)}")


def _open(choice: Choice, library: ProtocolLibrary, *, ways: bool) -> Iterator[Reason]:
    """On what the possible arms hang, what they have in common, and (``ways``) how they give the phase."""
    if facts := Counter(fact for offer in choice.possible for fact in offer.hangs_on):
        yield _missing(facts, choice)
    found = ways_of(choice, library) if ways else []
    if len(found) > 1 and (common := common_reason(found, library, beside=bool(choice.answers))):
        yield common
    yield from (way_reason(way, library, only=len(found) == 1 and not choice.answers) for way in found[:_WAYS])


def _missing(facts: Counter[str], choice: Choice) -> Reason:
    """The facts on which most arms hang, with the option that gives each."""
    total = len(choice.possible)
    parts = []
    for id, arms in facts.most_common(_MISSING):
        fact = choice.patient.vocabulary[id]
        how = open_for(id, choice.patient) or (f" ({fact.option})" if fact.option else "")
        parts.append(f"{fact.name}{how}, {arms} of {number_of(total, 'arm')}")
    more = len(facts) - _MISSING
    return Reason("hangs on", "; ".join(parts) + (f"; and {more} more" if more > 0 else ""), strong=True)


def show_reason(page: Page, reason: Reason) -> None:
    """A reason as a line of a page."""
    page.line(f"{reason.text} {page.cite(reason.cite, reason.checked)}".strip(), reason.label, strong=reason.strong)


def choice_json(
    choice: Choice, assumed: Sequence[Assumption], left_out: Sequence[str], cited: dict[str, None]
) -> dict[str, Any]:
    """Settings, presumptions, warnings and every arm that is not excluded, with its status and what it hangs on.

    ``waiting`` are the preferred arms that would stand first, ``undecided`` says why none does where the rules do,
    ``without`` names the protocols that go first where none of them has such a phase.
    ``said_first`` are the sentences that head the phase for such a patient, whatever arm is shown.
    ``assumed`` is what the arms under ``likely`` rest on, ``left_out`` says which wishes were not assumed, and why.
    """
    return {
        "settings": list(choice.settings),
        "presumed": [{"fact": each.fact, "is": sorted(each.values), "text": each.text} for each in choice.presumed],
        "warnings": [guard.text for guard in choice.warnings],
        "said_first": [_reason_json(reason, cited) for reason in said_reasons(choice)],
        "waiting": [offer.name for offer in choice.waiting],
        "undecided": [_reason_json(Reason("", each.text, each.cite, each.checked), cited)]
        if (each := choice.undecided)
        else [],
        "without": list(choice.without),
        "by_name": [offer.name for offer in choice.by_name],
        "choices": [_offer_json(offer) for offer in (*choice.answers, *choice.possible)],
        "turns": [
            {
                **_reason_json(turn_reason(turn), cited),
                "arms": [offer.name for offer in (*turn.answers, *turn.possible)],
                "elsewhere": [offer.name for offer in turn.elsewhere],
            }
            for turn in choice.turns
        ],
        "elsewhere": [_offer_json(offer) for offer in choice.elsewhere],
        "likely": None if choice.likely is None else [offer.name for offer in choice.likely.answers],
        **({} if choice.likely is None else {"assumed": assumed_json(assumed, choice.patient.vocabulary, cited)}),
        **({"not_assumed": list(left_out)} if left_out else {}),
    }


def _offer_json(offer: Offer) -> dict[str, Any]:
    return {
        "protocol": offer.protocol,
        "arm": offer.arm,
        "status": offer.status,
        "hangs_on": {fact: possible_text(values) for fact, values in offer.hangs_on.items()},
        "own_criteria": list(offer.own_criteria),
        "untold": list(offer.untold),
        "reserved": list(offer.reserved),
        "barred_later": {kind: guard.text for kind, guard in offer.later},
    }


def _reason_json(reason: Reason, cited: dict[str, None]) -> dict[str, Any]:
    return {"text": reason.text, "cite": citations_json(reason.cite, cited), "checked": reason.checked}


def undecided_json(undecided: Undecided, library: ProtocolLibrary) -> dict[str, Any]:
    """The open arms under ``choices``; ``protocol`` and ``arm`` are null, since none is chosen."""
    cited: dict[str, None] = {}
    choice = choice_json(undecided.choice, undecided.assumed, undecided.left_out, cited)
    excluded = [
        {**_offer_json(offer), **_reason_json(against_reason(offer, undecided.choice, library), cited)}
        for offer in undecided.choice.excluded
        if not offer.only_named
    ]
    return {
        **header(),
        "protocol": None,
        "arm": None,
        "asked": undecided.asked,
        "patient": undecided.patient.said(),
        "cautions": cautions_json(undecided.patient, cited),
        **choice,
        "excluded": excluded,
        "sources": {id: library.sources[id].reference for id in cited if id in library.sources},
    }
