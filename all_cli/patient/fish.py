"""Interphase FISH as laboratories print it: ``nuc ish(ABL1,BCR)x3(ABL1 con BCRx2)[180/200]``.

Read are a fusion of two probes (``con``), a split break-apart probe (``sep``) and three copies of a centromere. Signal
counts alone settle nothing (five RUNX1 signals are iAMP21 or a hyperdiploid clone), and a normal pattern excludes
nothing here: the laboratory's own words, "BCR::ABL1 negative", do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from all_cli.patient.findings import SURELY, Finding, Span

LOWEST_SHARE = 0.05  # Laboratories' cut-offs lie between 1 and 5 % of nuclei; a smaller share is left to them.

_GENE = r"[A-Za-z][A-Za-z0-9]*?"
_GROUP = re.compile(r"\s*,?\s*\((?P<probes>[^()]*)\)\s*(?:[x×](?P<copies>[0-9]))?\s*(?P<cells>\[[0-9]+(?:/[0-9]+)?\])?")
_PROBE = re.compile(
    rf"(?:[53]['′’])?(?P<first>{_GENE})(?:\s+(?P<how>con|sep)\s+(?:[53]['′’])?(?P<second>{_GENE}))?"
    r"(?:[x×](?P<copies>[0-9]))?",
    re.IGNORECASE,
)
_LOCUS = re.compile(r"\b(?:[0-9]{1,2}|[XY])[pq][0-9.]+(?=\()")
_CENTROMERES = {
    ("d4z1", 3): "trisomy_4", ("cep4", 3): "trisomy_4", ("d10z1", 3): "trisomy_10", ("cep10", 3): "trisomy_10",
    ("d17z1", 3): "trisomy_17", ("cep17", 3): "trisomy_17", ("d8z1", 3): "trisomy_8", ("d8z2", 3): "trisomy_8",
    ("cep8", 3): "trisomy_8", ("d7z1", 1): "monosomy_7", ("cep7", 1): "monosomy_7",
}  # fmt: skip


def is_fish(text: str) -> bool:
    """Whether a text begins as interphase FISH."""
    return re.match(r"nuc\s+ish\b", text.strip(), re.IGNORECASE) is not None


def read_fish(text: str, flags: Mapping[str, str]) -> Span:
    """What an interphase FISH says.

    Args:
        text: the result, beginning with ``nuc ish``.
        flags: folded spellings of findings (``abl1-bcr``, ``kmt2a-r``) to fact ids.
    """
    body = _LOCUS.sub("", re.sub(r"^\s*nuc\s+ish\s*", "", text, flags=re.IGNORECASE)).strip()
    shown: list[tuple[str, str]] = []
    share, at = 1.0, 0
    while at < len(body):
        group = _GROUP.match(body, at)
        probes = list(_probes(group)) if group else []
        if group is None or not all(probes):
            return Span(text, why="not recognised as interphase FISH; write for example "
                        "nuc ish(ABL1,BCR)x3(ABL1 con BCRx2)[180/200]")  # fmt: skip
        if group["cells"]:
            hit, _, counted = group["cells"].strip("[]").partition("/")
            if int(counted or hit) == 0 or int(hit) > int(counted or hit):
                return Span(text, why=f"{group['cells']} is not a share of nuclei")
            share = min(share, int(hit) / int(counted or hit))
        for probe in probes:
            if probe and (fact := _fact(probe, flags)):
                shown.append((fact, body[group.start() : group.end()].strip(" ,")))
        at = group.end()
    if not body:
        return Span(text, why="not recognised as interphase FISH: no probes are named")
    facts = dict(shown)
    if facts and share < LOWEST_SHARE:
        note = f"seen in {share:.1%} of nuclei, near laboratories' cut-offs: nothing is concluded"
        return Span(text, note=note, open=frozenset(facts), doubt=True)
    if not facts:
        note = "signal counts alone: nothing is concluded; write what the laboratory concludes (BCR::ABL1 negative)"
        return Span(text, note=note, doubt=True)
    return Span(text, tuple(Finding(fact, SURELY, said) for fact, said in facts.items()))


def _probes(group: re.Match[str]) -> Iterator[tuple[str, str, str, int | None] | None]:
    for item in group["probes"].split(","):
        probe = _PROBE.fullmatch(item.strip())
        if probe is None:
            yield None
            continue
        copies = probe["copies"] or group["copies"]
        yield (
            probe["first"].lower(),
            (probe["how"] or "").lower(),
            (probe["second"] or "").lower(),
            (int(copies) if copies else None),
        )


def _fact(probe: tuple[str, str, str, int | None], flags: Mapping[str, str]) -> str | None:
    first, how, second, copies = probe
    if how == "con":
        return flags.get(f"{first}-{second}") if copies else None
    if how == "sep":
        return flags.get(f"{first}-r") if copies and first == second else None
    return _CENTROMERES.get((first, copies or 0))
