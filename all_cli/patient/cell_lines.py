"""The arithmetic of cell lines: what a line inherits (``idem``, ``sl``, ``sdl``), and whether its number adds up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from all_cli.patient.abnormality import chromosomes_of
from all_cli.patient.karyotype import Clone, NoLine, Token

_LEVELS = (1, 2, 3, 4)


class Line(NamedTuple):
    """A cell line with the abnormalities of the line that it continues.

    ``level`` is the ploidy level (1 to 4) on which its number adds up, 0 if that cannot be told. ``low`` and ``high``
    are the chromosome numbers that it may have: the one written, and, where what is listed makes another, up to that.
    """

    clone: Clone
    tokens: tuple[Token, ...]
    level: int
    low: int
    high: int

    @property
    def adds_up(self) -> bool:
        """Whether what is listed makes the number that is written."""
        return (self.low, self.high) == (self.clone.low, self.clone.high)


def continued(written: list[Clone | NoLine]) -> list[Line | NoLine]:
    """The cell lines of a karyotype, each with what it inherits (``idem``, ``sl``, ``sdl``)."""
    unread = sum(
        bool(line.why) if isinstance(line, NoLine) else len(line.unread) + len(line.mended) for line in written
    )
    incomplete = any(isinstance(line, Clone) and line.incomplete for line in written)
    lines: list[Line | NoLine] = []
    stems: dict[int, Clone] = {}
    for index, clone in enumerate(written):
        if isinstance(clone, NoLine):
            lines.append(clone)
            continue
        tokens, stem = clone.tokens, clone
        if clone.line:
            source = _source(clone)
            line = lines[source] if source < index else None
            if not isinstance(line, Line):
                lines.append(NoLine(str(clone), f'"{clone.line}" refers to a cell line that is not read before it'))
                continue
            tokens, stem = _inherited(line.tokens, clone.tokens), stems[source]
        stems[index] = stem
        lines.append(_counted(clone, tokens, stem, unread, incomplete))
    return lines


def _source(clone: Clone) -> int:
    return int(clone.line.removeprefix("sdl") or 1) if clone.line.startswith("sdl") else 0


def _inherited(source: tuple[Token, ...], own: tuple[Token, ...]) -> tuple[Token, ...]:
    inherited = [token._replace(cells=None) for token in source]
    for token in own:
        opposite = token._replace(sign="+" if token.sign == "-" else "-")
        structural = token._replace(sign="")
        for same in (opposite, structural) if token.sign == "-" else (opposite,):
            if same in inherited:
                inherited.remove(same)
                break
        else:
            inherited.append(token)
    return tuple(inherited)


def _counted(clone: Clone, tokens: tuple[Token, ...], stem: Clone, unread: int, incomplete: bool) -> Line | NoLine:
    sex, written = stem.sex, clone.ploidy or stem.ploidy
    default = 1 if clone.high <= 34 else 2 if clone.high <= 57 else 3 if clone.high <= 80 else 4
    line = Line(clone, tokens, written or default, clone.low, clone.high)
    if clone.doubled > 1:
        return line._replace(level=0)
    if sex == "?":
        return line
    exact = clone.low == clone.high and not (unread or incomplete or clone.composite)
    if exact and tokens:
        low, high = _sum(line.level, sex, tokens)
        if low <= clone.low <= high:
            return line
    sums = {level: _sum(level, sex, tokens) for level in ((written,) if written else _LEVELS)}
    if not tokens and not clone.line and not clone.incomplete and not clone.unread:
        fits = any(low <= clone.high and clone.low <= high for low, high in sums.values())
        if not fits and len(sex) <= line.level // 2:
            why = f"{clone.low} chromosomes and {sex} do not go together without the changes that make them"
            return NoLine(str(clone), why)
        return line
    if not exact:
        return line._replace(level=_loose_level(clone, sums, line.level, unread, incomplete))
    fitting = [level for level, (low, high) in sums.items() if low <= clone.low <= high]
    if fitting:
        return line._replace(level=fitting[0])
    if not tokens:
        return line
    low, high = min(sums.values(), key=lambda made: max(made[0] - clone.low, clone.low - made[1]))
    return line._replace(level=0, low=min(clone.low, high), high=max(clone.high, low))


def _loose_level(clone: Clone, sums: Mapping[int, tuple[int, int]], level: int, unread: int, incomplete: bool) -> int:
    """The level of a line whose number need not be the sum of what is listed, but cannot be less without losses."""
    if sums[level][0] <= clone.high + unread:  # a part that is not read may be a loss
        return level
    if unread or incomplete:
        return 0
    away = {other: max(low - clone.high, clone.low - high, 0) for other, (low, high) in sums.items()}
    nearest = [other for other in away if away[other] == min(away.values())]
    return nearest[0] if len(nearest) == 1 else 0


def _sum(level: int, sex: str, tokens: tuple[Token, ...]) -> tuple[int, int]:
    """The least and greatest number that the level's autosomes, the sex chromosomes, gains and losses make.

    Where fewer sex chromosomes are listed than the level has, their losses are already in it (``45,X,-Y``) and an
    unsigned rearranged one is another (``46,X,i(X)(q10)``); a dicentric or whole-arm derivative is one for two.
    """
    low = high = 22 * level + len(sex)
    short = len(sex) < level
    for token in tokens:
        step = (1 if token.sign == "+" else -1 if token.sign == "-" else 0) * token.times
        if token.sign and short and token.chromosome in ("X", "Y"):
            low, high = low + min(step, 0), high + max(step, 0)
        elif token.marker and token.marker != "dmin":
            low += step * (token.high if step < 0 else token.low) if token.sign else 0
            high += step * (token.low if step < 0 else token.high) if token.sign else token.high
        elif token.marker != "dmin":
            low, high = low + step, high + step
        if token.pieces and not token.sign and short and chromosomes_of(token) & {"X", "Y"}:
            high += token.times
        first = token.pieces[0] if token.pieces else None
        if first and len(first.chromosomes) > 1 and first.kind in ("dic", "der", "rob", "psudic"):
            low -= token.times
    return low, high
