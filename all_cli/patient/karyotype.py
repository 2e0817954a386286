"""The grammar of karyotypes: ``46,XY,t(9;22)(q34;q11.2)[12]/46,XY[8]`` as clones, and back as text.

A small, strict reader of the short form of ISCN (International System for Human Cytogenomic Nomenclature): chromosome
number, ploidy level, sex chromosomes, abnormalities, cell counts, ``idem``/``sl``/``sdl``, ``c``, ``?``, ``cp`` and
``inc``. It knows no medicine; :mod:`all_cli.patient.cytogenetics` says what the clones mean. A part that is not of the
grammar is kept in ``Clone.unread``, never dropped. No public parser is used: the maintained one (iscn-authenticator)
accepts ``46,XX,foo`` as valid and knows neither ``<1n>``, ``idem``, ``[cp5]`` nor ``+21c``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

_CHROMOSOME = r"(?:[1-9]|1[0-9]|2[0-2]|x|y)"
_BAND = r"\??[pq]\??(?:[1-4][0-9]?(?:\.[0-9]{1,3})?|ter)\??(?:~[pq]?[1-4][0-9]?(?:\.[0-9]{1,3})?)?"
_BREAKS = rf"{_BAND}(?:[;,]?{_BAND})*"
_KINDS = r"psudic|idic|ider|dic|der|del|dup|inv|ins|add|hsr|rob|trp|qdp|rec|tas|t|i|r"
_PIECE = (
    rf"(?P<kind>{_KINDS})\((?P<chromosomes>\??{_CHROMOSOME}(?:[;]\??{_CHROMOSOME}){{0,4}})(?P<arm>[pq])?\)"
    rf"(?:\((?P<bands>{_BREAKS})\))?"
)
_NUMERIC = rf"(?P<chromosome>{_CHROMOSOME})"
_MARKER = r"(?P<low>[1-9][0-9]?)?(?:~(?P<high>[1-9][0-9]?))?(?P<marker>mar|dmin|r|ace|frag)(?P<nth>[1-9])?"
_TOKEN = re.compile(
    r"(?P<before>\?)?(?P<sign>[+-])?(?P<after>\?)?(?P<core>[^\[\]]+?)(?P<constitutional>c)?(?:x(?P<times>[2-9]))?"
    r"(?:\[(?P<cells>[0-9]{1,4})\])?"
)
_CELLS = re.compile(r"\[(?P<composite>cp)?(?P<cells>[0-9]{1,4})\]")
_HEAD = re.compile(r"(?P<low>[0-9]{2,3})(?:[~-](?P<high>[0-9]{2,3}))?(?:<(?P<ploidy>[1-4])n[+-]?>)?")
_SEX = re.compile(r"[XY]{1,5}|\?")
_BASE = re.compile(r"(?P<line>idem|sl|sdl(?P<nth>[1-9])?)(?:x(?P<times>[2-4]))?")
_STARTS = re.compile(r"(?:[XY]{1,5}|\?|idem|sl|sdl[1-9]?)(?:$|[^a-z0-9])|idemx[2-4]", re.IGNORECASE)
_REMEMBERED = 1 << 14  # clones and abnormalities; patients share most of theirs


class Piece(NamedTuple):
    """One rearrangement: ``t(9;22)(q34;q11.2)``; ``bands`` is one text per chromosome, or one for the only one."""

    kind: str
    chromosomes: tuple[str, ...]
    bands: tuple[str, ...]
    arm: str = ""

    def __str__(self) -> str:
        bands = f"({';'.join(self.bands)})" if self.bands else ""
        return f"{self.kind}({';'.join(self.chromosomes)}{self.arm}){bands}"


class Token(NamedTuple):
    """One abnormality of a clone.

    ``sign`` is +, - or empty; ``chromosome`` is set for a whole chromosome, ``marker`` for a chromosome of unknown
    origin (with the least and the greatest number of them), ``pieces`` for a rearrangement (several in a derivative).
    """

    sign: str = ""
    chromosome: str = ""
    marker: str = ""
    pieces: tuple[Piece, ...] = ()
    low: int = 1
    high: int = 1
    nth: str = ""
    uncertain: str = ""
    constitutional: bool = False
    times: int = 1
    cells: int | None = None

    def __str__(self) -> str:
        many = f"{self.low}" if self.high > 1 else ""
        many += f"~{self.high}" if self.high > self.low else ""
        core = self.chromosome or (f"{many}{self.marker}{self.nth}" if self.marker else "".join(map(str, self.pieces)))
        before, after = ("?", "") if self.uncertain == "before" else ("", "?" if self.uncertain == "after" else "")
        tail = ("c" if self.constitutional else "") + (f"x{self.times}" if self.times > 1 else "")
        return f"{before}{self.sign}{after}{core}{tail}" + (f"[{self.cells}]" if self.cells is not None else "")

    @property
    def doubtful(self) -> bool:
        """Whether the laboratory marked anything of it with a question mark."""
        return bool(self.uncertain) or any("?" in "".join(piece.chromosomes + piece.bands) for piece in self.pieces)


class Clone(NamedTuple):
    """One cell line: its chromosome number as an interval, ploidy level if written, sex chromosomes or the line it
    continues, its own abnormalities, the parts that could not be read, and its cells."""

    low: int
    high: int
    ploidy: int | None
    sex: str
    line: str
    doubled: int
    tokens: tuple[Token, ...]
    unread: tuple[str, ...] = ()
    incomplete: bool = False
    cells: int | None = None
    composite: bool = False

    def __str__(self) -> str:
        number = f"{self.low}~{self.high}" if self.high > self.low else f"{self.low}"
        ploidy = f"<{self.ploidy}n>" if self.ploidy else ""
        base = self.sex or (self.line + (f"x{self.doubled}" if self.doubled > 1 else ""))
        inc = ("inc",) if self.incomplete else ()
        cells = f"[{'cp' if self.composite else ''}{self.cells}]" if self.cells is not None else ""
        return ",".join([f"{number}{ploidy}", base, *map(str, self.tokens), *inc, *self.unread]) + cells


def karyotype_text(clones: Sequence[Clone]) -> str:
    """Clones as a karyotype; the inverse of :func:`read_clones` up to spacing, case and the place of ``inc``."""
    return "/".join(map(str, clones))


def starts_karyotype(part: str, following: str) -> bool:
    """Whether ``46`` followed by ``XX,…`` (two parts between commas) begins a karyotype."""
    return _HEAD.fullmatch(_tight(part)) is not None and _STARTS.match(_tight(following)) is not None


def read_number_and_ploidy(text: str) -> tuple[int, int] | None:
    """The chromosome number that ``51~55<2n>`` or ``26<1n>`` says without its karyotype; the level must be written."""
    head = _HEAD.fullmatch(_tight(text))
    if head is None or head["ploidy"] is None:
        return None
    low, high = int(head["low"]), int(head["high"] or head["low"])
    return (low, high) if low <= high else None


def read_clones(text: str) -> list[Clone]:
    """The clones of one karyotype.

    Raises:
        ValueError: a cell line without number and sex chromosomes, or a chimerism (``//``).
    """
    if "//" in _tight(text):
        raise ValueError("// joins recipient and donor cells; write the karyotype of the leukaemia alone")
    return [_clone(part) for part in _split(text, "/")]


@lru_cache(_REMEMBERED)
def read_token(text: str) -> Token | None:
    """One abnormality, or None if it is not of the grammar."""
    match = _TOKEN.fullmatch(_tight(text).lower())
    if match is None:
        return None
    core, sign, cells = match["core"], match["sign"] or "", match["cells"]
    if (match["before"] and match["after"]) or (cells and cells != str(int(cells))):
        return None
    shared = Token(
        sign=sign,
        uncertain="before" if match["before"] else "after" if match["after"] else "",
        constitutional=match["constitutional"] is not None,
        times=int(match["times"] or 1),
        cells=int(cells) if cells else None,
    )
    if sign and (numeric := re.fullmatch(_NUMERIC, core)):
        return shared._replace(chromosome=numeric["chromosome"].upper())
    if marker := re.fullmatch(_MARKER, core):
        low = int(marker["low"] or 1)
        high = int(marker["high"] or low)
        one = marker["low"] == "1" and high == 1
        no_range = marker["high"] is not None and (marker["low"] is None or high <= low)
        if one or no_range:
            return None
        return shared._replace(marker=marker["marker"], low=low, high=high, nth=marker["nth"] or "")
    pieces = _pieces(core)
    return shared._replace(pieces=pieces) if pieces else None


@lru_cache(_REMEMBERED)
def _clone(text: str) -> Clone:
    tight = _tight(text)
    cells = None
    composite = False
    if (end := tight.rfind("[")) >= 0 and (count := _CELLS.fullmatch(tight[end:].lower())):
        # The last count belongs to the clone; "+4[3]" inside a composite karyotype keeps its own.
        tight, cells, composite = tight[:end], int(count["cells"]), count["composite"] is not None
        text = text[: text.rfind("[")]
    number, *parts = [part for part in _split(text, ",") if part.strip()] or [""]
    head = _HEAD.fullmatch(_tight(number))
    if head is None or not parts:
        raise ValueError(f'"{text.strip()}" is no cell line: number, sex chromosomes, findings')
    low, high = int(head["low"]), int(head["high"] or head["low"])
    if not 20 <= low <= high <= 200:
        raise ValueError(f"{number.strip()} chromosomes cannot be")
    base = _tight(parts[0])
    line = _BASE.fullmatch(base.lower())
    if line is None and not _SEX.fullmatch(base.upper()):
        raise ValueError(f'"{parts[0].strip()}" is not a set of sex chromosomes')
    tokens, unread, incomplete = [], [], False
    for part in parts[1:]:
        token = read_token(part)
        if _tight(part).lower() == "inc":
            incomplete = True
        elif token is None:
            unread.append(" ".join(part.split()))
        else:
            tokens.append(token)
    return Clone(
        low=low,
        high=high,
        ploidy=int(head["ploidy"]) if head["ploidy"] else None,
        sex="" if line else base.upper(),
        line=line["line"] if line else "",
        doubled=int(line["times"] or 1) if line else 1,
        tokens=tuple(tokens),
        unread=tuple(unread),
        incomplete=incomplete,
        cells=cells,
        composite=composite,
    )


@cache
def _piece_pattern() -> re.Pattern[str]:
    return re.compile(_PIECE)  # when the first karyotype is met: most patients come without one


@cache
def _separators(sign: str) -> re.Pattern[str]:
    return re.compile(rf"[()\[\]{sign}]")


def _pieces(core: str) -> tuple[Piece, ...]:
    found: list[Piece] = []
    at = 0
    pattern = _piece_pattern()
    while at < len(core):
        match = pattern.match(core, at)
        if match is None:
            return ()
        piece = _piece(match)
        # Only a derivative chromosome is told as a chain of rearrangements: der(19)t(1;19)(q23;p13).
        if piece is None or (found and found[0].kind not in ("der", "ider", "rec")):
            return ()
        found.append(piece)
        at = match.end()
    return tuple(found)


def _piece(match: re.Match[str]) -> Piece | None:
    chromosomes = tuple(match["chromosomes"].upper().split(";"))
    bands = tuple(re.split(r"[;,]", match["bands"])) if match["bands"] else ()
    if len(chromosomes) > 1 and len(bands) == 1 and match["kind"] != "ins":
        # t(9;22)(q34q11): the semicolon was lost; one break per chromosome.
        bands = tuple(re.findall(_BAND, bands[0]))
    if len(chromosomes) == 1 and len(bands) > 1:
        bands = ("".join(bands),)
    if bands and len(bands) != len(chromosomes):
        return None
    if match["kind"] == "t" and len(chromosomes) < 2:
        return None
    if match["arm"] and (bands or len(chromosomes) > 1):
        return None
    return Piece(match["kind"], chromosomes, bands, match["arm"] or "")


def _split(text: str, sign: str) -> list[str]:
    """The parts of a text between signs that stand outside parentheses and brackets."""
    parts, depth, start = [], 0, 0
    for found in _separators(sign).finditer(text):
        character = found[0]
        if character != sign:
            depth += 1 if character in "([" else -1
        elif depth <= 0:
            parts.append(text[start : found.start()])
            start = found.end()
    return [*parts, text[start:]]


def _tight(text: str) -> str:
    """A text without spaces, with one kind of minus sign."""
    return "".join(text.split()).replace("−", "-").replace("–", "-")
