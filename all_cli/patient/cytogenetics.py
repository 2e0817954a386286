"""What a karyotype says of the leukaemia, and what it does not.

Present: the rearrangements, losses and gains that an abnormal clone shows. Excluded by a karyotype that does not show
it: nothing, but trisomies of a near-diploid clone that is counted out in full. A normal karyotype says 46 chromosomes
and nothing else (ETV6::RUNX1 is cryptic, iAMP21, deletions and mutations are not in it); fewer than 20 normal
metaphases say nothing. A clone is two cells with the same gain or rearrangement or three with the same loss (ISCN);
less is left open. Normal cells beside an abnormal clone are not the leukaemia; ``c`` is constitutional.

Trisomies 4, 10 and 17 count if every abnormal clone shows exactly three copies and is near-diploid (2n): in a triploid
or doubled hypodiploid clone three copies are not those of high hyperdiploidy. Other abnormalities count in any clone.

A hypodiploid clone beside its own doubling is hypodiploid: the doubled clone is the same leukaemia, and the chromosome
number is that of the clone it came from.

Complex karyotype, five or more unrelated abnormalities in one clone (never three, the myeloid rule), is concluded
from a lower bound: rearrangements that share a breakpoint count once; a whole-chromosome gain once a chromosome; a loss
once, unless the chromosome is part of a rearrangement; marker chromosomes only where they outnumber the losses, as a
marker may be a lost one. In clones of at most 39 or at least 51 chromosomes, and off the 2n level, whole chromosomes
are the ploidy and do not count. Below five it stays open, never absent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

from all_cli.logic.values import NumberSet, Possible
from all_cli.patient.abnormality import breaks_of, chromosomes_of, is_normal_variant, meaning
from all_cli.patient.cell_lines import Line, continued
from all_cli.patient.findings import KARYOTYPE_NUMBERS, NEVER, SURELY, Finding, Span
from all_cli.patient.karyotype import Clone, NoLine, Token, read_lines, read_token
from all_cli.patient.karyotype_slips import bracket_mended

NORMAL_CELLS = 20
_REMEMBERED = 1 << 14  # abnormalities; patients share most of theirs
_DIPLOID = 46
_GAINS = {"4": "trisomy_4", "8": "trisomy_8", "10": "trisomy_10", "17": "trisomy_17"}
_NO_CLONE = "cells that are said to be no clone: nothing is concluded from them"
_FAVOURABLE = ("trisomy_4", "trisomy_10", "trisomy_17")


def read_karyotype(text: str, words: Callable[[str], Span], elsewhere: bool = False) -> Iterator[Span]:
    """The spans of one karyotype: the whole with its chromosome number, then every abnormality once.

    What cannot be read is a fragment: what the rest shows stays, and nothing is concluded from what is not there. A
    text of which nothing can be read is an error.

    Args:
        text: the karyotype.
        words: reads a part that is not of the grammar, such as ``iAMP21`` written into a karyotype.
        elsewhere: whether something written beside it (``.ish``, ``.arr``, another karyotype) could not be read.
    """
    written = read_lines(text)
    said = {part: _worded(part, words) for line in written if isinstance(line, Clone) for part in line.unread}
    read = continued(
        [
            line._replace(unread=tuple(part for part in line.unread if said[part].why))
            if isinstance(line, Clone)
            else line
            for line in written
        ]
    )
    lines = [line for line in read if isinstance(line, Line)]
    left_out = [line for line in read if isinstance(line, NoLine)]
    if not lines:
        why = "; ".join(line.why for line in left_out if line.why)
        yield Span(text, why=f"not recognised: {why}") if why else Span(text, note=_NO_CLONE, doubt=True)
        return
    fragments = list(_fragments(lines, left_out, said))
    view = _View(lines, elsewhere or any(line.why for line in left_out))
    yield _overall(text, view)
    seen: set[str] = set()
    for line in lines:
        for token in line.clone.tokens:
            if (shown := _name(token) if token.cells is None else str(token)) not in seen:
                seen.add(shown)
                yield _token_span(token, shown, view)
    yield from (span for span in said.values() if not span.why)
    yield from (Span(line.text, note=_NO_CLONE) for line in left_out if not line.why)
    yield from fragments


def _worded(part: str, words: Callable[[str], Span]) -> Span:
    if read_token(part.rstrip(" -−–")):
        # "Ph-" denies a finding; behind an abnormality a minus is a sign that was lost or a count that is missing.
        return Span(part, why="not recognised: a sign stands behind the abnormality")
    return words(part)


def _fragments(lines: Sequence[Line], left_out: Sequence[NoLine], said: Mapping[str, Span]) -> Iterator[Span]:
    for no_line in left_out:
        if no_line.why:
            yield Span(no_line.text, why=f"not recognised: {no_line.why}", fragment=True)
    for span in said.values():
        if span.why:
            yield span._replace(fragment=True)
    for line in lines:
        for part in line.clone.mended:
            yield Span(part, why=f"a bracket is missing; read as {read_token(bracket_mended(part))}", fragment=True)
        if not line.adds_up:
            made = line.low if line.low != line.clone.low else line.high
            why = f"the number {line.clone.low} does not add up with what is listed, which makes {made}"
            yield Span(str(line.clone), why=why, fragment=True)


class _View:
    """The clones of a karyotype with what is concluded of all of them together."""

    def __init__(self, lines: Sequence[Line], gaps: bool) -> None:
        self.clones = [line.clone for line in lines]
        self.full = [line.tokens for line in lines]
        self.lines = lines
        self._unread = [part for clone in self.clones for part in (*clone.unread, *clone.mended)]
        self.gaps = gaps or bool(self._unread)
        cells = self._cells()
        self._clonal = {name: _are_clonal(name, counts) for name, counts in cells.items()}
        self._acquired = [[token for token in tokens if _is_acquired(token)] for tokens in self.full]
        self._named = [frozenset[str]().union(*map(_chromosomes_named, tokens)) for tokens in self.full]
        self.abnormal = [index for index in range(len(lines)) if self._is_abnormal(index)]
        self.single = [index for index in range(len(lines)) if index not in self.abnormal and self._has_acquired(index)]
        self.whole = dict(self._conclusions())

    def clonal(self, token: Token) -> bool:
        """Whether enough cells show an abnormality; unknown counts are taken for enough."""
        return self._clonal.get(_name(token), False)

    def _cells(self) -> dict[str, list[int | None]]:
        """How many cells of each clone show an abnormality; None if that is not known."""
        found: dict[str, list[int | None]] = {}
        for clone, tokens in zip(self.clones, self.full, strict=True):
            here: set[str] = set()
            for token in tokens:
                if (name := _name(token)) not in here:
                    here.add(name)
                    found.setdefault(name, []).append(clone.cells if token.cells is None else token.cells)
        return found

    def _has_acquired(self, index: int) -> bool:
        return bool(self._acquired[index]) or self._unlisted(index)

    def _unlisted(self, index: int) -> bool:
        """Whether the number is abnormal and no abnormality is listed for it."""
        clone = self.clones[index]
        plain = not clone.incomplete and not clone.group and clone.low == clone.high
        plain = plain and clone.low in ((45, 46, 47) if clone.sex == "?" else (44 + len(clone.sex),))
        return not clone.line and not self.full[index] and not plain

    def _is_abnormal(self, index: int) -> bool:
        if self._unlisted(index):
            return self.clones[index].cells != 1
        if self.clones[index].line:
            # A line of its own within the leukaemia, unless it is one cell; its abnormalities may have been lost again.
            return self.clones[index].cells != 1
        return any(self.clonal(token) for token in self._acquired[index])

    def _conclusions(self) -> Iterator[tuple[str, Possible]]:
        if not self.abnormal:
            if self._plainly_normal():
                yield "modal_chromosomes", NumberSet.point(46)
            return
        # What is lost after a doubling is lost from the number that was counted in the doubled cells.
        counted = [index for index in self.abnormal if not self.clones[index].group]
        if not self.gaps and all(
            self.clonal(token) for index in counted for token in self._acquired[index] if token.sign
        ):
            modal = NumberSet(())
            for index in self.abnormal:
                if self._is_doubling(index):
                    continue
                modal |= NumberSet.between(self.lines[index].low, self.lines[index].high)
            yield "modal_chromosomes", modal
        copies = [self._three_copies(index) for index in self.abnormal]
        for chromosome, fact in _GAINS.items():
            says = [line[chromosome] for line in copies]
            if all(said is True for said in says) or (fact not in _FAVOURABLE and any(said is True for said in says)):
                yield fact, SURELY
            elif all(said is False for said in says):
                yield fact, NEVER
        if any(self._lost_seven(index) for index in self.abnormal):
            yield "monosomy_7", SURELY
        # What is not read may join two rearrangements into one, or be the marker that a lost chromosome became.
        if not self.gaps and any(self._least_count(index) >= 5 for index in self.abnormal):
            yield "complex_karyotype", SURELY

    def _is_doubling(self, index: int) -> bool:
        """Whether a clone is a hypodiploid one of the same leukaemia with all its chromosomes doubled."""
        clone = self.clones[index]
        hypodiploid = [self.clones[number] for number in self.abnormal if self.clones[number].high < _DIPLOID]
        if clone.line and clone.doubled > 1 and hypodiploid[:1] == [self.clones[self.abnormal[0]]]:
            return True
        return any((clone.low, clone.high) == (2 * other.low, 2 * other.high) for other in hypodiploid)

    def _plainly_normal(self) -> bool:
        """Only cells with 46 chromosomes and nothing listed, not even constitutional, at least 20 if counted."""
        counted = [clone.cells for clone in self.clones if clone.cells is not None]
        return (
            not self.gaps
            and not any(self.full)
            and not self.single
            and all(clone.low == clone.high == 46 and len(clone.sex) == 2 for clone in self.clones)
            and (len(counted) < len(self.clones) or sum(counted) >= NORMAL_CELLS)
        )

    def _three_copies(self, index: int) -> dict[str, bool | None]:
        """Of which chromosomes a clone has exactly three copies (True), or surely not more than two (False).

        Three copies against a haploid base are no trisomy of a hyperdiploid clone, and two, ``26<1n>,X,+4``, are none.
        """
        clone, tokens, level = self.clones[index], self.full[index], self.lines[index].level
        if level not in (1, 2) or clone.doubled > 1 or self._unlisted(index):
            return dict.fromkeys(_GAINS)
        uncounted = (clone.low != clone.high or clone.composite) and level == 2
        loose = uncounted or clone.incomplete or self.gaps or any(map(_may_be_any, tokens))
        two = None if loose else False
        return {
            chromosome: self._has_three(index, chromosome, two)
            if chromosome in self._named[index] or self._unread
            else two
            for chromosome in _GAINS
        }

    def _has_three(self, index: int, chromosome: str, two: bool | None) -> bool | None:
        clone, tokens, level = self.clones[index], self.full[index], self.lines[index].level
        own = [token for token in tokens if token.chromosome == chromosome]
        count = level + sum((1 if token.sign == "+" else -1) * token.times for token in own)
        partial = any(token.sign == "+" and chromosome in chromosomes_of(token) for token in tokens if token.pieces)
        sure = all(
            self.clonal(token) and not token.doubtful and not token.constitutional
            and (token.cells is None or token.cells == clone.cells) for token in own
        )  # fmt: skip
        if not sure or partial or self._not_read(chromosome):
            return None
        if count == 3:
            return True if level == 2 else None
        return two if count <= 2 else None

    def _not_read(self, chromosome: str) -> bool:
        """Whether a part that is not read names a chromosome: it may be another gain or the loss of it."""
        return any(re.search(rf"(?<!\d){chromosome}(?!\d)", part) for part in self._unread)

    def _lost_seven(self, index: int) -> bool:
        tokens = self.full[index]
        lost = [token for token in tokens if token.chromosome == "7"]
        return (
            "7" in self._named[index]
            and self.lines[index].level == 2
            and self.clones[index].doubled == 1
            and not self._not_read("7")
            and sum((1 if token.sign == "+" else -1) * token.times for token in lost) == -1
            and all(self.clonal(token) and not token.doubtful and not token.constitutional for token in lost)
            and not any("7" in chromosomes_of(token) for token in tokens if token.pieces)
        )

    def _least_count(self, index: int) -> int:
        """At least so many unrelated abnormalities; see the head of this module for the rule."""
        clone = self.clones[index]
        tokens = [token for token in self._acquired[index] if self.clonal(token) and not token.doubtful]
        groups: list[frozenset[tuple[str, str]]] = []
        for token in tokens:
            if token.pieces and token.sign != "-":
                breaks = breaks_of(token)
                related = [group for group in groups if group & breaks]
                groups = [group for group in groups if not group & breaks] + [breaks.union(*related)]
        if self.lines[index].level != 2 or clone.doubled > 1 or clone.low <= 39 or clone.high >= 51:
            return len(groups)
        rearranged = {chromosome for token in tokens if token.pieces for chromosome in chromosomes_of(token)}
        gained = {token.chromosome for token in tokens if token.chromosome and token.sign == "+"}
        lost = {token.chromosome for token in tokens if token.chromosome and token.sign == "-"}
        markers = sum(token.low for token in tokens if token.marker in ("mar", "r"))
        return len(groups) + len((gained - lost) - rearranged) + max(len(lost - gained - rearranged), markers)


def _overall(text: str, view: _View) -> Span:
    whole = view.whole
    own = ("modal_chromosomes", "complex_karyotype")
    findings = tuple(
        Finding(fact, value, text, inferred=value == NEVER or not view.abnormal)
        for fact, value in whole.items() if fact in own or value == NEVER
    )  # fmt: skip
    listed = any(token.chromosome or token.pieces or token.marker for tokens in view.full for token in tokens)
    open_facts: set[str] = set()
    notes, doubt = [], False
    if not view.abnormal and view.single:
        notes.append("the abnormal cells are too few for a clone (two; three for a loss): nothing is concluded")
        open_facts |= {"other_abnormality", *_GAINS.values(), "monosomy_7"}
    elif not view.abnormal and view.gaps:
        notes.append("not all of it can be read: nothing is concluded")
    elif view.gaps:
        notes.append("not all of it can be read: the chromosome number and what is not seen are left open")
    elif not view.abnormal and whole:
        notes.append("normal karyotype: excludes no fusion, no iAMP21, no deletion or mutation")
    elif not view.abnormal and (listed or any(clone.germline for clone in view.clones)):
        notes.append("only constitutional findings: the number of the leukaemia is not known")
    elif not view.abnormal and any(len(clone.sex) != 2 for clone in view.clones):
        notes.append("whether the sex chromosomes are constitutional cannot be told: nothing is concluded")
    elif not view.abnormal:
        notes.append(f"normal, but fewer than {NORMAL_CELLS} metaphases: nothing is concluded")
    if "modal_chromosomes" not in whole:
        open_facts |= KARYOTYPE_NUMBERS
        doubt = True
    undecided = [fact for fact in _GAINS.values() if fact not in whole] if view.abnormal else []
    if undecided:
        open_facts.update(undecided)
        if not view.gaps:
            notes.append(f"left open: {', '.join(undecided)}")
        doubt = True
    if any(clone.group for clone in view.clones):
        notes.append("a doubling of a clone that was not seen: masked_hypodiploid is left open")
        open_facts.add("masked_hypodiploid")
        doubt = True
    if any(len(tokens) >= 5 or view.clones[index].incomplete for index, tokens in enumerate(view.full)) or view.gaps:
        open_facts.add("complex_karyotype")
    return Span(text, findings, "; ".join(notes), open=frozenset(open_facts) - set(whole), doubt=doubt)


def _token_span(token: Token, said: str, view: _View) -> Span:
    if (alone := _span_alone(token, said)) and (not _is_acquired(token) or view.clonal(token)):
        return alone
    means = meaning(token)
    if not view.clonal(token):
        touched = {*means.open, means.fact or "other_abnormality", *_numeric(token)} - {""}
        note = "in too few cells for a clone: nothing is concluded"
        return Span(said, note=note, open=frozenset(touched), doubt=True)
    facts = [fact for fact in _numeric(token) if view.whole.get(fact) == SURELY]
    left = [fact for fact in _numeric(token) if fact not in view.whole]
    rest = f"{left[0]} is left open" if left else "part of the chromosome number"
    note = "" if facts else f"{means.note}: {rest}"
    opened = frozenset({*left, "other_abnormality"}) if not facts else frozenset[str]()
    return Span(said, tuple(Finding(fact, SURELY, said) for fact in facts), note, open=opened, doubt=bool(left))


@lru_cache(_REMEMBERED)
def _span_alone(token: Token, said: str) -> Span | None:
    """What an abnormality of a clone says whatever else the karyotype holds; None if that hangs on the rest of it."""
    means = meaning(token)
    if is_normal_variant(token):
        return Span(said, note="a normal variant")
    if token.constitutional:
        found = (Finding(means.fact, SURELY, said),) if means.fact else ()
        return Span(said, found, means.note)
    if token.chromosome and not token.doubtful:
        note = f"{means.note}: part of the chromosome number"
        return None if _numeric(token) else Span(said, note=note, open=frozenset({"other_abnormality"}))
    if means.fact:
        found = (Finding(means.fact, SURELY, said),)
        return Span(said, found, means.note, open=frozenset(means.open), doubt=bool(means.open))
    return Span(said, note=means.note, open=frozenset({*means.open, *_numeric(token)}), doubt=True)


@lru_cache(_REMEMBERED)
def _is_acquired(token: Token) -> bool:
    return not (token.constitutional or token.uncertain == "?c" or is_normal_variant(token))


def _are_clonal(name: str, counts: Sequence[int | None]) -> bool:
    known = [count for count in counts if count is not None]
    return len(known) < len(counts) or sum(known) >= (3 if name.lstrip("?").startswith("-") else 2)


@lru_cache(_REMEMBERED)
def _may_be_any(token: Token) -> bool:
    """Whether an abnormality may be a further copy of any chromosome: a marker, or a gain marked uncertain."""
    return token.marker not in ("", "dmin") or bool(token.chromosome and token.doubtful)


@lru_cache(_REMEMBERED)
def _chromosomes_named(token: Token) -> frozenset[str]:
    """The chromosomes that an abnormality gains, loses or rearranges."""
    return chromosomes_of(token) | {token.chromosome}


@lru_cache(_REMEMBERED)
def _name(token: Token) -> str:
    """An abnormality as it is written, without its count of cells."""
    return str(token._replace(cells=None))


def _numeric(token: Token) -> tuple[str, ...]:
    if token.sign == "+" and token.chromosome in _GAINS:
        return (_GAINS[token.chromosome],)
    return ("monosomy_7",) if (token.sign, token.chromosome) == ("-", "7") else ()
