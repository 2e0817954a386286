"""The setting that a protocol belongs to: under which heading a list shows it."""

from collections.abc import Iterable

from all_cli.logic.explain import truth
from all_cli.logic.values import ABSENT
from all_cli.protocol.regimen import Protocol

FRAME, INFANTS, CHILDREN, ALL_AGES, ADULTS, OLDER, PH, RELAPSE, TRANSPLANT, RULES = SETTINGS = (
    "General frame",
    "Infants",
    "Children",
    "Children and adults",
    "Adults",
    "Older adults",
    "Ph-positive",
    "Relapsed or refractory, and drugs by their label",
    "Before transplant",
    "Products and rules on doses",
)
_OF_RISK = {"general": FRAME, "relapse": RELAPSE, "older-adult": OLDER}
_OF_AUDIENCE = {"children": CHILDREN, "infants": INFANTS, "adults": ADULTS, "all-ages": ALL_AGES}


def excludes_ph_negative(protocol: Protocol) -> bool:
    """Whether the population leaves out everyone who is known to have no BCR::ABL1, and no Ph-like leukaemia."""
    when = protocol.population.when
    negative = frozenset({ABSENT})
    return when is not None and truth(when, {"bcr_abl1": negative, "ph_like": negative}) is False


def setting(protocol: Protocol) -> str:
    """One of ``SETTINGS``, by the kinds of phase, the population, the first risk label and the audience."""
    if all(phase.kind == "conditioning" for phase in protocol.phases):
        return TRANSPLANT
    if not protocol.risk:
        return RULES if protocol.audience == "all-ages" else _OF_AUDIENCE[protocol.audience]
    if protocol.audience == "infants":
        return INFANTS
    if protocol.ph or excludes_ph_negative(protocol):
        return PH
    return _OF_RISK.get(protocol.risk[0], _OF_AUDIENCE[protocol.audience])


def by_setting(protocols: Iterable[Protocol]) -> dict[str, list[Protocol]]:
    """The protocols under their settings, in the order of ``SETTINGS``; settings without any are left out."""
    found: dict[str, list[Protocol]] = {name: [] for name in SETTINGS}
    for protocol in protocols:
        found[setting(protocol)].append(protocol)
    return {name: kept for name, kept in found.items() if kept}
