"""What one abnormality of a karyotype means, seen for itself: which fact it is, or which facts it leaves open.

The bands are part of a finding: t(9;22)(q34;q11) is BCR::ABL1, t(9;22)(p24;q11) is not. Without bands a translocation
is what its chromosomes are known for. An abnormality that is not a fact of the vocabulary is ``other_abnormality``,
unless it breaks in a band of KMT2A, IGH or MYC, where only FISH or sequencing can say what it is.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from all_cli.patient.karyotype import Piece, Token


class Located(NamedTuple):
    """Where a fact lies: the rearrangement, its chromosomes, the bands that occur in print, on which derivative
    chromosome the fusion is (empty: none of them is enough), and whether the chromosomes alone say it without bands."""

    kind: str
    chromosomes: tuple[str, str]
    bands: tuple[str, str]
    fact: str
    carrier: str
    alone: bool = True


LOCATED = (
    Located("t", ("9", "22"), ("q34", "q11"), "bcr_abl1", "22"),
    Located("t", ("12", "21"), ("p12 p13", "q21 q22"), "etv6_runx1", "21"),
    Located("t", ("1", "19"), ("q21 q22 q23", "p13"), "tcf3_pbx1", "19"),
    Located("t", ("17", "19"), ("q21 q22 q23", "p13"), "tcf3_hlf", "19"),
    Located("t", ("4", "11"), ("q21", "q23"), "kmt2a_aff1", "11"),
    Located("t", ("11", "19"), ("q23", "p13"), "kmt2a_r", "11"),
    Located("t", ("9", "11"), ("p21 p22", "q23"), "kmt2a_r", "11"),
    Located("t", ("6", "11"), ("q27", "q23"), "kmt2a_r", "11"),
    # t(10;11)(p13;q14) is PICALM::MLLT10 and t(9;22)(p24;q11) BCR::JAK2: the bands are part of the finding. Without
    # bands t(10;11) may be either of its two, t(2;14) a rearrangement of IGH instead of BCL11B.
    Located("t", ("10", "11"), ("p11 p12 p13 p14 p15", "q23"), "kmt2a_r", "11", alone=False),
    Located("t", ("8", "14"), ("q24", "q32"), "igh_myc", "14"),
    Located("t", ("8", "22"), ("q24", "q11"), "myc_r", "8"),
    Located("t", ("2", "8"), ("p11 p12 p13", "q24"), "myc_r", "8"),
    Located("t", ("5", "14"), ("q31", "q32"), "igh_il3", ""),
    Located("t", ("2", "14"), ("q22", "q32"), "bcl11b", "", alone=False),
    Located("dic", ("9", "20"), ("p11 p12 p13", "q11"), "dic_9_20", ""),
)
# Bands of genes that have facts of their own: a break there may be that fact, which FISH or sequencing must say.
_BANDS_OF = {
    ("11", "q23"): ("KMT2A", ("kmt2a_r", "kmt2a_aff1")),
    ("14", "q32"): ("IGH and BCL11B", ("igh_r", "bcl11b")),
    ("8", "q24"): ("MYC", ("myc_r", "igh_myc")),
}
_AMPLIFIED = {"RUNX1": "iamp21", "AML1": "iamp21"}
_PRINTED = {place.chromosomes: place.bands for place in LOCATED}
_NO_FACT = "no fact of its own here"
_REMEMBERED = 1 << 14  # abnormalities; patients share most of theirs


class Meaning(NamedTuple):
    """What one abnormality means: the fact it is, or the facts it leaves open, and why."""

    fact: str = ""
    note: str = ""
    open: tuple[str, ...] = ()


@lru_cache(_REMEMBERED)
def meaning(token: Token) -> Meaning:
    """What a rearrangement or marker means, seen for itself; whole chromosomes are a matter of the clone."""
    if token.constitutional:
        if (token.sign, token.chromosome) == ("+", "21") and not token.doubtful:
            return Meaning("down_syndrome", "constitutional trisomy 21, not a gain of the leukaemia")
        return Meaning(note="constitutional, not of the leukaemia")
    if token.amplified:
        rest = meaning(token._replace(amplified="")) if token.pieces else Meaning(open=("other_abnormality",))
        fact = _AMPLIFIED.get(token.amplified)
        note = f"amplification of {token.amplified}: {f'{fact} is left open' if fact else 'nothing is concluded of it'}"
        return Meaning(rest.fact, note, (*rest.open, *([fact] if fact else [])))
    if token.doubtful:
        plain = meaning(_certain(token))
        if token.uncertain == "?c" and (token.sign, token.chromosome) == ("+", "21"):
            return Meaning(note="constitutional or not (?c): nothing is concluded", open=("down_syndrome",))
        touched = (plain.fact,) if plain.fact else (*plain.open, "other_abnormality")
        return Meaning(note="marked uncertain (?): nothing is concluded", open=touched)
    if token.sign == "-" and token.pieces:
        return Meaning(note="loss of an abnormal chromosome: nothing is concluded", open=("other_abnormality",))
    if token.chromosome:
        return Meaning(note=f"{'gain' if token.sign == '+' else 'loss'} of chromosome {token.chromosome}")
    if token.marker:
        return Meaning("other_abnormality", "of unknown origin")
    return _rearrangement(token.pieces)


def refused(token: Token) -> str:
    """Why an abnormality outside a karyotype is no finding of the vocabulary: its bands are those of something else."""
    for piece in token.pieces:
        for place in LOCATED:
            same = piece.kind == place.kind and {*piece.chromosomes} == {*place.chromosomes}
            if same and piece.bands and not _fits(piece, place):
                return f"the bands are not those of {place.fact} ({_shown(place)})"
    return ""


def _shown(place: Located) -> str:
    """``10p11/p12/p13 and 11q23``."""
    return " and ".join(
        f"{chromosome}{bands.replace(' ', '/')}"
        for chromosome, bands in zip(place.chromosomes, place.bands, strict=True)
    )


def unclear_without_bands(token: Token) -> Meaning | None:
    """What a translocation leaves open whose chromosomes have two fusions between them, if no bands are printed."""
    if len(token.pieces) != 1 or token.pieces[0].bands:
        return None
    piece = _certain(token).pieces[0]
    for place in LOCATED:
        if piece.kind == place.kind and {*piece.chromosomes} == {*place.chromosomes} and not place.alone:
            note = (
                f"without bands it may be {place.fact} ({_shown(place)}) or another rearrangement of these "
                "chromosomes: nothing is concluded; give the bands or the fusion"
            )
            return Meaning(note=note, open=(place.fact, "other_abnormality"))
    return None


def _rearrangement(pieces: tuple[Piece, ...]) -> Meaning:
    for piece in pieces:
        for place in LOCATED:
            if piece.kind != place.kind or not {*place.chromosomes} <= {*piece.chromosomes} or not _fits(piece, place):
                continue
            if len(piece.chromosomes) > 2:
                note = f"a translocation of {len(piece.chromosomes)} chromosomes: ask for {place.fact} by FISH or PCR"
                return Meaning(note=note, open=(place.fact, "other_abnormality"))
            if not place.alone and not piece.bands:
                unclear = unclear_without_bands(Token(pieces=(piece,)))
                assert unclear is not None  # the place is not clear alone
                return unclear
            if len(pieces) == 1 or pieces[0].chromosomes == (place.carrier,):
                return Meaning(place.fact)
            note = f"not the derivative that carries the fusion: {place.fact} is left open"
            return Meaning(note=note, open=(place.fact, "other_abnormality"))
    if len(pieces) == 1 and (lost := _deletion(pieces[0])):
        return lost
    for chromosome, band in breaks_of(Token(pieces=pieces)):
        if (chromosome, band) in _BANDS_OF:
            genes, facts = _BANDS_OF[chromosome, band]
            note = f"{chromosome}{band} is the band of {genes}; FISH or sequencing must say, nothing is concluded"
            return Meaning(note=note, open=(*facts, "other_abnormality"))
    return Meaning("other_abnormality", _NO_FACT)


def _deletion(piece: Piece) -> Meaning | None:
    if piece.kind != "del" or len(piece.chromosomes) != 1:
        return None
    bands = re.findall(r"([pq])([0-9.]*)", piece.bands[0].replace("ter", "")) if piece.bands else []
    arms = {arm for arm, _ in bands} or {piece.arm}
    where = (piece.chromosomes[0], *arms)
    if where in (("9", "p"), ("6", "q")):
        return Meaning("del_9p" if where[0] == "9" else "del_6q")
    if where == ("17", "p"):
        # TP53 lies in 17p13: a terminal deletion takes it, an inner one only if it reaches that band.
        if len(bands) <= 1 or any(band.startswith("13") for _, band in bands):
            return Meaning("tp53", "TP53 lies in 17p13")
        note = "may or may not take TP53 (17p13): nothing is concluded"
        return Meaning(note=note, open=("tp53", "other_abnormality"))
    exact = {("7", "p12.2"): "ikzf1_deleted", ("X", "p22.33"): "par1_deleted", ("Y", "p11.32"): "par1_deleted"}
    fact = exact.get((piece.chromosomes[0], "".join(piece.bands)))
    return Meaning(fact) if fact else None


def _fits(piece: Piece, place: Located) -> bool:
    """Whether the bands, if any are printed, are those of the place; chromosomes may stand in any order."""
    if not piece.bands:
        return True
    printed = dict(zip(piece.chromosomes, piece.bands, strict=True))
    return all(
        set(_majors(printed[chromosome])) <= {*allowed.split()}
        for chromosome, allowed in zip(place.chromosomes, place.bands, strict=True)
    )


def _majors(bands: str) -> list[str]:
    """Bands without their sub-bands: ``q34.1`` is in q34; both ends of ``p21~22``."""
    found, arm = [], ""
    for letter, number in re.findall(r"([pq]?)([0-9]+(?:\.[0-9]+)?|ter)", bands):
        arm = letter or arm
        found.append(arm + number.partition(".")[0])
    return found


@lru_cache(_REMEMBERED)
def breaks_of(token: Token) -> frozenset[tuple[str, str]]:
    """Chromosome and band of every break; without bands the chromosome alone, which any break of it may be."""
    found: set[tuple[str, str]] = set()
    for piece in token.pieces:
        if piece.kind in ("der", "ider", "rec") and len(token.pieces) > 1:
            continue
        for chromosome, bands in zip(piece.chromosomes, piece.bands or ("",) * len(piece.chromosomes), strict=True):
            found |= {(chromosome, band) for band in _majors(bands)} or {(chromosome, "")}
    for (one, other), bands_of in _PRINTED.items():
        # der(22)t(9;22) repeats a translocation whose bands were given where it first stood.
        if {(one, ""), (other, "")} <= found:
            found |= {(one, bands_of[0].split()[-1]), (other, bands_of[1].split()[-1])}
    return frozenset(found)


@lru_cache(_REMEMBERED)
def chromosomes_of(token: Token) -> frozenset[str]:
    """The chromosomes that a rearrangement involves."""
    return frozenset(chromosome.strip("?") for piece in token.pieces for chromosome in piece.chromosomes)


def _certain(token: Token) -> Token:
    pieces = tuple(
        Piece(
            piece.kind, tuple(c.strip("?") for c in piece.chromosomes), tuple(b.replace("?", "") for b in piece.bands),
            piece.arm,
        )
        for piece in token.pieces
    )  # fmt: skip
    return token._replace(uncertain="", pieces=pieces)


@lru_cache(_REMEMBERED)
def is_normal_variant(token: Token) -> bool:
    """The pericentric inversion of chromosome 9, a normal variant."""
    piece = token.pieces[0] if len(token.pieces) == 1 else None
    return bool(
        piece and piece.kind == "inv" and piece.chromosomes == ("9",) and piece.bands
        and re.fullmatch(r"p1[1-3](?:\.\d+)?q(?:1[23]|21)(?:\.\d+)?", piece.bands[0])
    )  # fmt: skip
