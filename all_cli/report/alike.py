"""What the arms still possible in a phase give: what they share, and which of them give the same drugs and doses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from all_cli.logic.explain import truth
from all_cli.patient.names import condition_text, few
from all_cli.patient.patient import Patient
from all_cli.protocol.library import ProtocolLibrary, lines_for
from all_cli.protocol.line_text import brief_dose
from all_cli.protocol.offer import Choice, Offer
from all_cli.protocol.regimen import Line, Phase, Reason
from all_cli.protocol.resolve import is_read
from all_cli.report.words import number_of

_SHARED, _ARMS, _WITH_DOSES = 3, 4, 6
Given = Mapping[tuple[str, str], Mapping[tuple[str, str], Line]]
"""By drug and route: each dose and for whom it is, in words, with the first line that gives it."""


class Way(NamedTuple):
    """Arms that give the same drugs in the same doses, what they give, and why they are never certain."""

    arms: Sequence[str]
    given: Given
    reserved: Sequence[str] = ()


def ways_of(choice: Choice, library: ProtocolLibrary) -> list[Way]:
    """The ways in which the possible arms give the phase, that of the arms most in use first."""
    ways: dict[frozenset[tuple[object, ...]], Way] = {}
    for offer in choice.possible if choice.phase else ():
        given = _given(offer, choice.phase, choice.patient, library)
        same = frozenset([*((*key, *dose) for key, doses in given.items() for dose in doses), offer.reserved])
        before = ways.get(same, Way((), given, offer.reserved))
        ways[same] = before._replace(arms=(*before.arms, offer.name))
    return list(ways.values())


def way_reason(way: Way, library: ProtocolLibrary, *, only: bool) -> Reason:
    """The arms and what they give; with its doses where that is short."""
    same = f"{', alike' if len(way.arms) > 1 else ''} (days and caps apart)"
    drugs = [
        _drug_text(key, _doses(doses) if len(way.given) <= _WITH_DOSES else [], library)
        for key, doses in way.given.items()
    ]
    lines = [line for doses in way.given.values() for line in doses.values()]
    never = f"; {few(list(way.reserved))}" if way.reserved else ""
    text = f"{few(list(way.arms), _ARMS)}{same}: {', '.join(drugs)}{never}"
    return _cited("all give" if only else "possible", text, lines, library)


def _doses(doses: Iterable[tuple[str, str]]) -> list[str]:
    """Each dose once; where others get the same on further days, that they do."""
    by_dose: dict[str, list[str]] = {}
    for dose, whom in doses:
        by_dose.setdefault(dose, []).append(whom)
    return [
        f"{dose}, on further days {' '.join(filter(None, whoms))}" if len(whoms) > 1 and "" in whoms
        else f"{dose} {' or '.join(whoms)}".strip()
        for dose, whoms in by_dose.items()
    ]  # fmt: skip


def _given(offer: Offer, kind: str, patient: Patient, library: ProtocolLibrary) -> Given:
    protocol = library.protocol(offer.protocol)
    of_arm = library.arm(offer.protocol, offer.arm).phases
    found: dict[tuple[str, str], dict[tuple[str, str], Line]] = {}
    for phase in protocol.phases:
        if phase.kind == kind and phase.id in of_arm:
            for line in lines_for(phase.lines, patient):
                dose = brief_dose(line, patient, library), _whom(line, phase, patient)
                found.setdefault((line.drug, line.route), {}).setdefault(dose, line)
    return found


def _whom(line: Line, phase: Phase, patient: Patient) -> str:
    """For whom a line is, as far as it is open for this patient."""
    open_ = line.own is not None and truth(line.own, patient.possible()) is None
    parts = [f"if {condition_text(line.condition, patient.vocabulary)}" if open_ else "", line.who, phase.who]
    said = ", ".join(part for part in parts if part)
    return f"({said})" if said else ""


def common_reason(ways: Sequence[Way], library: ProtocolLibrary, *, beside: bool) -> Reason | None:
    """The drugs that more than half of the arms give by the same route, with every dose that is printed.

    ``beside`` says that they stand beside arms that are certain.
    """
    total = sum(len(way.arms) for way in ways)
    count: Counter[tuple[str, str]] = Counter()
    for way in ways:
        for key in way.given:
            count[key] += len(way.arms)
    parts: dict[int, list[str]] = {}
    lines: list[Line] = []
    for key, number in count.most_common(_SHARED):
        if 2 * number <= total:
            break
        doses: dict[str, Line] = {}
        for way in ways:
            for (dose, _), line in way.given.get(key, {}).items():
                if line.dose is not None or line.dose_by:  # "dose not printed" is none
                    doses.setdefault(dose, line)
        lines += doses.values()
        parts.setdefault(number, []).append(_drug_text(key, list(doses), library))
    if not parts:
        return None
    arms = number_of(total, "possible arm" if beside else "arm")
    text = "; ".join(
        f"{', '.join(drugs)} ({'all' if number == total else f'{number} of'} {arms})" for number, drugs in parts.items()
    )
    return _cited("in common", text, lines, library)


def _drug_text(key: tuple[str, str], doses: Sequence[str], library: ProtocolLibrary) -> str:
    drug, route = key
    text = f"{library.drugs[drug].name} {_either(doses)}".strip()
    return f"intrathecal {text}" if route == "IT" else f"{text} {route}"


def _either(doses: Sequence[str]) -> str:
    """``75 or 50 mg/m² a day``: the unit once, where all have it."""
    split = [dose.partition(" ") for dose in doses]
    units = {unit for _, _, unit in split}
    return f"{' or '.join(amount for amount, _, _ in split)} {units.pop()}" if len(units) == 1 else " or ".join(doses)


def _cited(label: str, text: str, lines: Sequence[Line], library: ProtocolLibrary) -> Reason:
    cite = tuple(dict.fromkeys(citation for line in lines for citation in line.cite))
    return Reason(label, text, cite, all(is_read(line, library) for line in lines), strong=True)
