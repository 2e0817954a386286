"""Units per volume as laboratories write them: ``x 10^9 / L``, ``×10³/µL``, ``Tsd/µl``, ``10*3 cells/uL``."""

from __future__ import annotations

import re
from functools import cache

from all_cli.knowledge.vocabulary import Fact

# A minus in a power is kept: 10^-9/L is no 10^9/L.
_SIGNS = str.maketrans("（）［］％／⁰¹²³⁴⁵⁶⁷⁸⁹×µμ⁻−–", "()[]%/0123456789xuu~--")
_PER_VOLUME = (
    (r"\bper\b|\bpro\b|\bpar\b|\bpor\b", "/"),
    (r"\b(?:cells?|zellen|cellules|celulas|cellule)\b", ""),
    (r"micro ?lit(?:er|re)s?|micro ?l\b|\bmcl\b", "ul"),
    (r"\blit(?:er|re)s?\b", "l"),
    (r"cubic millimet(?:er|re)s?", "mm3"),
    (r"\b(?:thousands?|thou|tsd)\b\.?", "k"),
)
_SHORT = 4  # letters below which a unit without its slash could be anything
_A_VOLUME = r"/|10|\b(?:per|pro|par|por)\b"
_PLAIN = r"[\w\s/^*().·×]+"


def unit_key(text: str) -> str:
    """A unit per volume with all its spellings alike: ``x 10^9 / L``, ``×10⁹/l`` and ``10*9 cells/L`` are one."""
    plain = " ".join(text.translate(_SIGNS).casefold().replace("_", " ").split())
    for pattern, meant in _PER_VOLUME:
        plain = re.sub(pattern, meant, plain)
    plain = re.sub(r"(?<=[\^e])-(?=\d)", "~", plain)
    plain = re.sub(r"[^a-z0-9%/~]", "", plain)
    return re.sub(r"^x(?=10)|/(?=/)", "", plain)


def own_unit(fact: Fact, unit: str) -> str:
    """The unit of a fact that a text spells in its own way; empty if it is none, or could be two."""
    return _spellings(tuple(fact.units.items())).get(unit_key(unit), "")


def unit_in_cell(fact: Fact, unit: str) -> str:
    """The unit behind a number as the fact has it; as it is, if it is no unit per volume in other signs and words."""
    if (
        not unit
        or unit.casefold() in fact.units
        or not re.search(_A_VOLUME, unit.casefold())
        or not re.fullmatch(_PLAIN, unit)
    ):
        return unit
    return own_unit(fact, unit) or unit


@cache
def _spellings(units: tuple[tuple[str, object], ...]) -> dict[str, str]:
    """Units by :func:`unit_key`, with and without their slash; none that could be two."""
    found: dict[str, list[tuple[str, object]]] = {}
    for name, factor in units:
        key = unit_key(name)
        for spelling in {key, key.replace("/", "")}:
            if "/" in spelling or len(spelling) >= _SHORT:
                found.setdefault(spelling, []).append((name, factor))
    return {key: of[0][0] for key, of in found.items() if len({factor for _, factor in of}) == 1}
