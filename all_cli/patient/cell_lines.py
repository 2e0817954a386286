"""The arithmetic of cell lines: what a line inherits (``idem``, ``sl``, ``sdl``), and whether its number adds up."""

from __future__ import annotations

from collections.abc import Sequence

from all_cli.patient.abnormality import chromosomes_of
from all_cli.patient.karyotype import Clone, Token


def all_abnormalities(clones: Sequence[Clone]) -> list[tuple[Token, ...]]:
    """The abnormalities of each clone with those of the line it continues.

    Raises:
        ValueError: a line that refers to a clone that is not there.
    """
    full: list[tuple[Token, ...]] = []
    for index, clone in enumerate(clones):
        if not clone.line:
            full.append(clone.tokens)
            continue
        source = _source(clone)
        if source >= index:
            raise ValueError(f'"{clone.line}" refers to a cell line that is not written before it')
        inherited = [token._replace(cells=None) for token in full[source]]
        for token in clone.tokens:
            opposite = token._replace(sign="+" if token.sign == "-" else "-")
            structural = token._replace(sign="")
            for same in (opposite, structural) if token.sign == "-" else (opposite,):
                if same in inherited:
                    inherited.remove(same)
                    break
            else:
                inherited.append(token)
        full.append(tuple(inherited))
    return full


def _source(clone: Clone) -> int:
    return int(clone.line.removeprefix("sdl") or 1) if clone.line.startswith("sdl") else 0


def ploidy_level(clone: Clone, tokens: tuple[Token, ...], clones: Sequence[Clone]) -> int | None:
    """The ploidy level (1 to 4) on which the number adds up, 0 if it cannot be told, None if it adds up on none."""
    if clone.line:
        if clone.doubled > 1:
            return 0
        stem = clones[_source(clone)]
        while stem.line:
            stem = clones[_source(stem)]
        sex, written = stem.sex, clone.ploidy or stem.ploidy
    else:
        sex, written = clone.sex, clone.ploidy
    default = 1 if clone.high <= 34 else 2 if clone.high <= 57 else 3 if clone.high <= 80 else 4
    loose = clone.low != clone.high or clone.composite or clone.incomplete or bool(clone.unread) or sex == "?"
    if loose or not tokens or any(other.unread or other.incomplete for other in clones):
        return written or default
    fitting = [level for level in ((written,) if written else (1, 2, 3, 4)) if _adds_up(clone.low, level, sex, tokens)]
    if not fitting:
        return None
    return default if default in fitting else fitting[0]


def _adds_up(number: int, level: int, sex: str, tokens: Sequence[Token]) -> bool:
    """Whether a number is the level's autosomes, the sex chromosomes and every gain and loss listed.

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
    return low <= number <= high
