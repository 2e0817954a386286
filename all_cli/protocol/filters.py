"""Which protocols a list shows: each filter alone, and all together."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from all_cli.logic.explain import truth
from all_cli.logic.values import ABSENT
from all_cli.protocol.coverage import fully_checked
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.regimen import Protocol

Test = Callable[[Protocol], bool]


class Filter(NamedTuple):
    """One filter as the user wrote it, and what it asks."""

    said: str
    test: Test


class Filtered(NamedTuple):
    """What a set of filters leaves; ``undated`` counts what only the year left out, for want of recorded years."""

    filters: tuple[Filter, ...]
    protocols: tuple[Protocol, ...]
    undated: int = 0


def has_risk(risk: str) -> Test:
    """For this risk label."""
    return lambda protocol: risk in protocol.risk


def for_audience(audience: str) -> Test:
    """For these patients or for all ages."""
    return lambda protocol: protocol.audience in (audience, "all-ages")


def for_lineage(lineages: Iterable[str]) -> Test:
    """For one of these lineages; one that records none is for any."""
    asked = frozenset(lineages)
    return lambda protocol: not protocol.lineage or bool(asked & set(protocol.lineage))


def for_ph(present: bool) -> Test:
    """Meant for BCR::ABL1-positive leukaemia; or not closed to leukaemia without it."""
    if present:
        return lambda protocol: bool(protocol.ph) or "ph" in protocol.risk
    absent = {"bcr_abl1": frozenset({ABSENT})}

    def open_to(protocol: Protocol) -> bool:
        when = protocol.population.when
        return not protocol.ph and (when is None or truth(when, absent) is not False)

    return open_to


def has_phase(name: str) -> Test:
    """With a phase of this kind or id."""
    return lambda protocol: any(name in (phase.kind, phase.id) for phase in protocol.phases)


def gives(drugs: Iterable[str]) -> Test:
    """With a line that gives one of these drugs."""
    asked = frozenset(drugs)
    return lambda protocol: any(line.drug in asked for line in protocol.lines)


def dated(protocol: Protocol) -> bool:
    """Whether years of the trial are recorded."""
    return protocol.years != (None, None)


def in_year(year: int) -> Test:
    """Open in this year, as far as years are recorded."""

    def then(protocol: Protocol) -> bool:
        first, last = protocol.years
        return dated(protocol) and (first is None or first <= year) and (last is None or year <= last)

    return then


def in_trial(text: str) -> Test:
    """With every one of these words in the trial, the id, the title or the description."""
    words = text.casefold().split()

    def about(protocol: Protocol) -> bool:
        where = " ".join((protocol.id, protocol.title, protocol.trial, protocol.about)).casefold()
        return all(word in where for word in words)

    return about


def for_scheme(scheme: str, group: str) -> Test:
    """With an arm for this scheme, and for this group of it if one is named."""
    return lambda protocol: any(
        named == scheme and (not group or group in groups) for arm in protocol.arms for named, groups in arm.groups
    )


def wholly_checked(library: ProtocolLibrary) -> Test:
    """With every statement read in its source."""
    return lambda protocol: fully_checked(protocol, library)


def filtered(protocols: Sequence[Protocol], filters: Sequence[Filter], year: int | None = None) -> Filtered:
    """The protocols that pass every filter, and the year if one is asked for."""
    left = [protocol for protocol in protocols if all(each.test(protocol) for each in filters)]
    if year is None:
        return Filtered(tuple(filters), tuple(left))
    asked = Filter(f"--year {year}", in_year(year))
    undated = sum(not dated(protocol) for protocol in left)
    return Filtered((*filters, asked), tuple(filter(asked.test, left)), undated)
