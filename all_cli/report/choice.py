"""Which arms are still open for a patient whose risk group is not decided, as a page and as JSON."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from all_cli.patient.patient import Patient
from all_cli.protocol.library import ProtocolLibrary
from all_cli.report.answers import header
from all_cli.report.page import Page

_NOT_FOR = "not-applicable"


class Choice(NamedTuple):
    """An arm and a scheme it was for: the groups that lead to it, and what else the patient's answer can be."""

    scheme: str
    groups: tuple[str, ...]
    others: tuple[str, ...]
    protocol: str
    arm: str
    certain: bool


class Undecided(NamedTuple):
    """What was asked, for whom, and every arm that the patient may still come to."""

    asked: str
    patient: Patient
    choices: Sequence[Choice]


def undecided_page(undecided: Undecided, library: ProtocolLibrary) -> Page:
    """A line for each arm: which group would lead to it, and what else the scheme leaves open."""
    page = Page(library.sources)
    page.heading(f"{undecided.asked}: the risk group is not decided, so no arm is chosen", 1)
    said = undecided.patient.said()
    page.line(", ".join(f"{id} {text}" for id, text in said.items()) or "nothing known", "patient")
    for warning in undecided.patient.warnings:
        page.line(warning, "caution", strong=True)
    page.table(
        ("protocol/arm", "if", "says", "it may also say"),
        [
            (f"{c.protocol}/{c.arm}", c.scheme, _words(c.groups, " or "), _words(c.others, ", "))
            for c in undecided.choices
        ],
    )
    page.line("all-risk classify --scheme ID, with the same patient, says which result is missing.")
    page.line(f"all-protocol show {undecided.asked} --protocol ID --arm ID shows one of them.")
    page.close()
    return page


def _words(groups: Sequence[str], joint: str) -> str:
    return joint.join("not applicable" if group == _NOT_FOR else group for group in groups)


def undecided_json(undecided: Undecided) -> dict[str, Any]:
    """The open arms under ``choices``; ``protocol`` and ``arm`` are null, since none is chosen."""
    return {
        **header(),
        "protocol": None,
        "arm": None,
        "asked": undecided.asked,
        "patient": undecided.patient.said(),
        "choices": [
            {
                "protocol": choice.protocol,
                "arm": choice.arm,
                "scheme": choice.scheme,
                "groups": list(choice.groups),
                "others": list(choice.others),
            }
            for choice in undecided.choices
        ],
    }
