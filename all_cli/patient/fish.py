"""Interphase FISH as laboratories print it: ``nuc ish(ABL1,BCR)x3(ABL1 con BCRx2)[180/200]``.

Read are a fusion of two probes (``con``), a split break-apart probe (``sep``) and three copies of a centromere. Signal
counts alone settle nothing (five RUNX1 signals are iAMP21 or a hyperdiploid clone), and a normal pattern excludes
nothing here: the laboratory's own words, "BCR::ABL1 negative", do.

Metaphase FISH behind a karyotype, ``.ish t(9;22)(ABL1+;BCR+)``, is read where its probes name the fusion that the
rearrangement is known for, or as the same counts of signals; of a microarray (``.arr``) nothing is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from all_cli.patient.abnormality import meaning
from all_cli.patient.findings import SURELY, Finding, Span
from all_cli.patient.karyotype import read_token
from all_cli.patient.karyotype_slips import split

LOWEST_SHARE = 0.05  # Laboratories' cut-offs lie between 1 and 5 % of nuclei; a smaller share is left to them.

_GENE = r"[A-Za-z][A-Za-z0-9]*?"
_GROUP = re.compile(r"\s*,?\s*\((?P<probes>[^()]*)\)\s*(?:[x×](?P<copies>[0-9]))?\s*(?P<cells>\[[0-9]+(?:/[0-9]+)?\])?")
_PROBE = re.compile(
    rf"(?:[53]['′’])?(?P<first>{_GENE})(?:\s+(?P<how>con|sep)\s+(?:[53]['′’])?(?P<second>{_GENE}))?"
    r"(?:[x×](?P<copies>[0-9])(?P<more>[0-9]?(?:[~-][0-9]{1,2})?)|\s*(?P<amplified>amp))?",
    re.IGNORECASE,
)
_MANY = 10  # signals, of a range or of what is called amplified
_AMPLIFICATION = {"runx1": "iamp21", "aml1": "iamp21"}
_TAIL = re.compile(r"\s*(?:ish|arr)\b", re.IGNORECASE)
_SIGNALLED = re.compile(r"(?P<what>.+?)\((?P<probes>[^()]*)\)\s*(?:\[(?P<cells>[0-9]+)(?:/[0-9]+)?\])?")
_SEEN = re.compile(r"(?:[53]['′’])?(?P<gene>[A-Za-z][A-Za-z0-9]*)\++")
_TAIL_PART = re.compile(
    r"\(\s*(?:[^()]*[;,])?\s*[\w'′’]+\s*(?:[+-]|x[0-9]|\s(?:con|sep)\s)|[0-9]_[0-9]|\)\s*x[0-9]", re.IGNORECASE
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


def is_tail(text: str) -> bool:
    """Whether a text begins as metaphase FISH or as a microarray, which stand behind a karyotype."""
    return _TAIL.match(text) is not None


def continues_tail(text: str) -> bool:
    """Whether a part between commas goes on with what :func:`is_tail` begins."""
    return _TAIL_PART.search(text) is not None


def read_tail(text: str, flags: Mapping[str, str]) -> Span:
    """What metaphase FISH behind a karyotype says.

    Args:
        text: the result, beginning with ``ish`` or ``arr``.
        flags: folded spellings of findings to fact ids.
    """
    body = text.strip()[3:].strip()
    if text.strip()[:3].lower() == "ish":
        if _LOCUS.sub("", body).startswith("("):
            return read_fish(f"nuc ish {body}", flags)._replace(text=text)
        facts = [_fusion_seen(part.strip(), flags) for part in split(body, ",")]
        if all(facts):
            return Span(text, tuple(Finding(fact, SURELY, text) for fact in dict.fromkeys(facts) if fact))
    return Span(text, why="not recognised; write what the laboratory concludes (BCR::ABL1 positive)")


def _fusion_seen(text: str, flags: Mapping[str, str]) -> str | None:
    match = _SIGNALLED.fullmatch(text)
    token = read_token(match["what"]) if match else None
    if match is None or token is None or not token.pieces or match["cells"] in ("0", "1"):
        return None
    seen = [_SEEN.fullmatch(probe.strip()) for probe in re.split("[;,]", match["probes"])]
    genes = [probe["gene"].lower() for probe in seen if probe]
    fact = flags.get("-".join(genes)) if len(genes) == len(seen) == 2 else None
    means = meaning(token)
    return fact if fact in (means.fact, *means.open) else None


def read_fish(text: str, flags: Mapping[str, str]) -> Span:
    """What an interphase FISH says.

    Args:
        text: the result, beginning with ``nuc ish``.
        flags: folded spellings of findings (``abl1-bcr``, ``kmt2a-r``) to fact ids.
    """
    body = _LOCUS.sub("", re.sub(r"^\s*nuc\s+ish\s*", "", text, flags=re.IGNORECASE)).strip()
    shown: list[tuple[str, str]] = []
    unsettled: set[str] = set()
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
            elif probe and probe[0] in _AMPLIFICATION and not probe[1] and probe[3] > 2:
                unsettled.add(_AMPLIFICATION[probe[0]])
        at = group.end()
    if not body:
        return Span(text, why="not recognised as interphase FISH: no probes are named")
    facts = dict(shown)
    if facts and share < LOWEST_SHARE:
        note = f"seen in {share:.1%} of nuclei, near laboratories' cut-offs: nothing is concluded"
        return Span(text, note=note, open=frozenset(facts), doubt=True)
    if not facts:
        note = "signal counts alone: nothing is concluded; write what the laboratory concludes (BCR::ABL1 negative)"
        note += "".join(f"; {fact} is left open" for fact in unsettled)
        return Span(text, note=note, open=frozenset(unsettled), doubt=True)
    return Span(text, tuple(Finding(fact, SURELY, said) for fact, said in facts.items()), open=frozenset(unsettled))


def _probes(group: re.Match[str]) -> Iterator[tuple[str, str, str, int] | None]:
    for item in group["probes"].split(","):
        probe = _PROBE.fullmatch(item.strip())
        if probe is None:
            yield None
            continue
        copies = int(probe["copies"] or group["copies"] or 0)
        if probe["more"] or probe["amplified"]:
            copies = _MANY
        yield probe["first"].lower(), (probe["how"] or "").lower(), (probe["second"] or "").lower(), copies


def _fact(probe: tuple[str, str, str, int], flags: Mapping[str, str]) -> str | None:
    first, how, second, copies = probe
    if how == "con":
        return flags.get(f"{first}-{second}") if copies else None
    if how == "sep":
        return flags.get(f"{first}-r") if copies and first == second else None
    return _CENTROMERES.get((first, copies))
