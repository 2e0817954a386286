"""The grammar of karyotypes: ``46,XY,t(9;22)(q34;q11.2)[12]/46,XY[8]`` as clones, and back as text.

A small, strict reader of the short form of ISCN (International System for Human Cytogenomic Nomenclature): chromosome
number, ploidy level, sex chromosomes, abnormalities, cell counts, ``idem``/``sl``/``sdl``, ``c``, ``?``, ``cp``,
``inc`` and doublings as ``54(27,X,+X)x2``. It knows no medicine; :mod:`all_cli.patient.cytogenetics` says what the
clones mean. A part that is not of the grammar is kept in ``Clone.unread``, a cell line that is none in ``NoLine``:
nothing is dropped. No public parser is used: the maintained one (iscn-authenticator) accepts ``46,XX,foo`` as valid and
knows neither ``<1n>``, ``idem``, ``[cp5]`` nor ``+21c``.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from all_cli.patient.karyotype_slips import BASE, NUMBER, bracket_mended, one_sign_mended, split, tight, with_slashes

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
    r"(?P<before>\?)?(?P<sign>[+-])?(?P<after>\?)?(?P<core>[^\[\]]+?)(?P<constitutional>\??c)?(?:x(?P<times>[2-9]))?"
    r"(?:\[(?P<cells>[0-9]{1,4})\])?"
)
_AMPLIFIED = re.compile(r"(?P<core>.*?)amp\((?P<gene>[a-z][a-z0-9]*)\)")
_CELLS = re.compile(r"\[(?P<composite>cp)?(?P<cells>[0-9]{1,4})\]")
_HEAD = re.compile(r"(?P<low>[0-9]{2,3})(?:[~-](?P<high>[0-9]{2,3}))?(?:<(?P<ploidy>[1-4])n[+-]?>)?")
_SEX = re.compile(r"([XY]{1,5})(C?)|\?")
_BASE = re.compile(r"(?P<line>idem|sl|sdl(?P<nth>[1-9])?)(?:x(?P<times>[2-4]))?")
_STARTS = re.compile(BASE, re.IGNORECASE)
_GROUP = re.compile(rf"(?P<number>{NUMBER})\((?P<inner>{NUMBER},.+)\)x(?P<times>[2-4])(?P<rest>(?:,.*)?)")
_NOT_CLONAL = re.compile(r"(?:non-?clonal|random)[a-z]*(?:\[[0-9]{1,4}\])?")
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
    origin (with the least and the greatest number of them), ``pieces`` for a rearrangement (several in a derivative),
    ``amplified`` for the gene that is amplified in it or by itself.
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
    amplified: str = ""

    def __str__(self) -> str:
        many = f"{self.low}" if self.high > 1 else ""
        many += f"~{self.high}" if self.high > self.low else ""
        core = self.chromosome or (f"{many}{self.marker}{self.nth}" if self.marker else "".join(map(str, self.pieces)))
        core += f"amp({self.amplified})" if self.amplified else ""
        before, after = ("?", "") if self.uncertain == "before" else ("", "?" if self.uncertain == "after" else "")
        tail = "c" if self.constitutional else "?c" if self.uncertain == "?c" else ""
        tail += f"x{self.times}" if self.times > 1 else ""
        return f"{before}{self.sign}{after}{core}{tail}" + (f"[{self.cells}]" if self.cells is not None else "")

    @property
    def doubtful(self) -> bool:
        """Whether the laboratory marked anything of it with a question mark."""
        return bool(self.uncertain) or any("?" in "".join(piece.chromosomes + piece.bands) for piece in self.pieces)


class Clone(NamedTuple):
    """One cell line: its chromosome number as an interval, ploidy level if written, sex chromosomes or the line it
    continues, its own abnormalities, the parts that could not be read, and its cells.

    ``germline`` are sex chromosomes marked as constitutional, ``mended`` parts read with a bracket that was supplied.
    ``group`` is the number within the brackets of a doubling, ``grouped`` how many abnormalities stand there.
    """

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
    germline: bool = False
    mended: tuple[str, ...] = ()
    group: str = ""
    grouped: int = 0

    def __str__(self) -> str:
        number = f"{self.low}~{self.high}" if self.high > self.low else f"{self.low}"
        ploidy = f"<{self.ploidy}n>" if self.ploidy else ""
        base = self.sex + "c" * self.germline or (self.line + (f"x{self.doubled}" if self.doubled > 1 else ""))
        tokens = list(map(str, self.tokens))
        if self.group:
            inner = ",".join([self.group, base, *tokens[: self.grouped]])
            head = [f"{number}{ploidy}({inner})x{self.doubled}", *tokens[self.grouped :]]
        else:
            head = [f"{number}{ploidy}", base, *tokens]
        inc = ("inc",) if self.incomplete else ()
        cells = f"[{'cp' if self.composite else ''}{self.cells}]" if self.cells is not None else ""
        return ",".join([*head, *inc, *self.unread]) + cells


class NoLine(NamedTuple):
    """A part between slashes that is no cell line, and why; without a reason it is said to be no clone."""

    text: str
    why: str = ""


def starts_karyotype(part: str, following: str) -> bool:
    """Whether ``46`` followed by ``XX,…`` (two parts between commas), or ``54(27,X,…)x2``, begins a karyotype."""
    head = tight(part).lstrip("/")
    if _HEAD.fullmatch(head):
        return _STARTS.match(tight(following)) is not None
    return _GROUP.match(head) is not None


def read_number_and_ploidy(text: str) -> tuple[int, int] | None:
    """The chromosome number that ``51~55<2n>`` or ``26<1n>`` says without its karyotype; the level must be written."""
    head = _HEAD.fullmatch(tight(text))
    if head is None or head["ploidy"] is None:
        return None
    low, high = int(head["low"]), int(head["high"] or head["low"])
    return (low, high) if low <= high else None


def read_lines(text: str) -> list[Clone | NoLine]:
    """The cell lines of one karyotype, in order, each read or not."""
    own, chimaera, donor = with_slashes(text).partition("//")
    lines = [_line(part) for part in split(own, "/")]
    if chimaera:
        why = "// joins recipient and donor cells; write the karyotype of the leukaemia alone"
        lines.append(NoLine(f"//{donor.strip()}", why))
    return lines


@lru_cache(_REMEMBERED)
def read_token(text: str) -> Token | None:
    """One abnormality, or None if it is not of the grammar."""
    plain = tight(text).lower()
    token = _token(plain)
    if token is None and (mended := one_sign_mended(plain)) != plain:
        token = _token(mended)
    return token


def _token(plain: str) -> Token | None:
    match = _TOKEN.fullmatch(plain)
    if match is None:
        return None
    core, sign, cells = match["core"], match["sign"] or "", match["cells"]
    unsettled = {"before": match["before"], "after": match["after"], "?c": match["constitutional"] == "?c"}
    marks = [mark for mark, found in unsettled.items() if found]
    if len(marks) > 1 or (cells and cells != str(int(cells))):
        return None
    shared = Token(
        sign=sign,
        uncertain="".join(marks),
        constitutional=match["constitutional"] == "c",
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
    if amplified := _AMPLIFIED.fullmatch(core):
        core, shared = amplified["core"], shared._replace(amplified=amplified["gene"].upper())
    pieces = _pieces(core)
    return shared._replace(pieces=pieces) if pieces or (shared.amplified and not core) else None


@lru_cache(_REMEMBERED)
def _line(text: str) -> Clone | NoLine:
    if _NOT_CLONAL.fullmatch(tight(text).lower()):
        return NoLine(text.strip())
    try:
        return _clone(text)
    except ValueError as error:
        why = str(error) if text.strip() else "a cell line is missing beside a slash"
        return NoLine(text.strip() or "/", why)


def _clone(text: str) -> Clone:
    end, count = text.rfind("["), None
    if end >= 0 and (count := _CELLS.fullmatch(tight(text[end:]).lower())):
        # The last count belongs to the clone; "+4[3]" inside a composite karyotype keeps its own.
        text = text[:end]
    if group := _GROUP.fullmatch(tight(text)):
        inner = _clone(group["inner"])
        if not inner.sex:
            raise ValueError("what is doubled must be written out within the brackets")
        outer = _clone(f"{group['number']},{inner.sex or '?'}{group['rest']}")
        clone = outer._replace(
            sex=inner.sex,
            tokens=(*inner.tokens, *outer.tokens),
            unread=(*inner.unread, *outer.unread),
            mended=(*inner.mended, *outer.mended),
            incomplete=inner.incomplete or outer.incomplete,
            doubled=int(group["times"]),
            group=str(inner).partition(",")[0],
            grouped=len(inner.tokens),
        )
    else:
        clone = _plain_clone(text)
    if count is None:
        return clone
    return clone._replace(cells=int(count["cells"]), composite=count["composite"] is not None)


def _plain_clone(text: str) -> Clone:
    number, *parts = [part for part in split(text, ",") if part.strip()] or [""]
    head = _HEAD.fullmatch(tight(number))
    if head is None or not parts:
        raise ValueError(f'"{text.strip()}" is no cell line: number, sex chromosomes, findings')
    low, high = int(head["low"]), int(head["high"] or head["low"])
    if not 20 <= low <= high <= 200:
        raise ValueError(f"{number.strip()} chromosomes cannot be")
    base = tight(parts[0])
    line, sex = _BASE.fullmatch(base.lower()), _SEX.fullmatch(base.upper())
    if line is None and sex is None:
        raise ValueError(f'"{parts[0].strip()}" is not a set of sex chromosomes')
    tokens, unread, mended, incomplete = [], [], [], False
    for part in parts[1:]:
        if token := read_token(part):
            tokens.append(token)
        elif tight(part).lower() == "inc":
            incomplete = True
        elif token := read_token(bracket_mended(tight(part))):
            tokens.append(token)
            mended.append(" ".join(part.split()))
        else:
            unread.append(" ".join(part.split()))
    return Clone(
        low=low,
        high=high,
        ploidy=int(head["ploidy"]) if head["ploidy"] else None,
        sex="" if sex is None else sex[1] or "?",
        line=line["line"] if line else "",
        doubled=int(line["times"] or 1) if line else 1,
        tokens=tuple(tokens),
        unread=tuple(unread),
        incomplete=incomplete,
        germline=sex is not None and sex[2] == "C",
        mended=tuple(mended),
    )


@cache
def _piece_pattern() -> re.Pattern[str]:
    return re.compile(_PIECE)  # when the first karyotype is met: most patients come without one


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
