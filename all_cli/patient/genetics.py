"""Genetics as people list them: ``t(12;21), iAMP21``, ``TEL-AML1 negative``, ``51-65 chromosomes``, ``none``, and
karyotypes and interphase FISH among them."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from all_cli.knowledge.vocabulary import Fact, Vocabulary
from all_cli.logic.values import ABSENT, PRESENT, NumberSet, Possible, intersect, number_set, within
from all_cli.patient.abnormality import meaning, refused, unclear_without_bands
from all_cli.patient.cytogenetics import read_karyotype
from all_cli.patient.denials import (
    AFTER,
    DASHES,
    NEGATIVE,
    NONE_SEEN,
    UNSURE,
    WHOLE_PANEL,
    Denied,
    denied_lists,
    plain_item,
    statements_of,
)
from all_cli.patient.findings import Finding, Span
from all_cli.patient.fish import is_fish, is_tail, read_fish, read_tail
from all_cli.patient.genetics_items import items_of
from all_cli.patient.hints import did_you_mean_finding
from all_cli.patient.karyotype import read_number_and_ploidy, read_token
from all_cli.patient.lab_words import in_our_words
from all_cli.patient.quantity import read_number
from all_cli.patient.spreadsheet import damage
from all_cli.patient.unreadable import UnreadableError

_BEFORE = re.compile(rf"(?:no|not|without|non|{NEGATIVE})[\s-]+(?:evidence of\s+|for\s+)?(?P<rest>.+)", re.IGNORECASE)
_MINUS = re.compile(r"(?P<rest>.*[a-z0-9)])\s*:?\s*-$", re.IGNORECASE)
_BANDS = re.compile(r"\b(t)(\([^)]*\))\s*\([pq][^)]*\)", re.IGNORECASE)
_LOSS = re.compile(
    r"\b(deletion|deleted|del|loss|gain|(?:(?:[0-9]+|extra|additional|multiple)\s+)?cop(?:y|ies)|amplification|"
    r"monosomy|mutation|mutated)\b(?:\s+of\b)?",
    re.IGNORECASE,
)
_DELETED = re.compile(r"(?:deletion of|loss of|deleted)\s+(?:the\s+)?(?P<gene>[a-z0-9/]+)", re.IGNORECASE)
_FUSED = re.compile(r"-(?:fusion|transcript)s?(?:-(?:gene|transcript)s?)?$")
_ARM_LOST = re.compile(r"^([0-9]{1,2})([pq])-$", re.IGNORECASE)
_PLOIDY_COUNTED = re.compile(
    r"(?P<word>[a-z -]*ploid(?:y|ie)?)[\s,:=(]+(?P<count>[0-9]{2,3})(?:\s*chromosomes)?\)?", re.IGNORECASE
)
_FAILED = re.compile(
    r"(?:(?:karyotype|karyotyping|cytogenetics|culture|cytogenetic analysis)[\s:=-]+)?"
    r"(?:(?:culture|karyotype|cytogenetics)\s+fail(?:ed|ure)|failed(?:\s+(?:culture|karyotype|cytogenetics))?|failure"
    r"|no\s+(?:analy[sz]able\s+|evaluable\s+)?(?:metaphases?|mitos[ei]s)|no\s+growth|insufficient\s+metaphases"
    r"|unsuccessful|not\s+(?:done|available|evaluable|performed)|unknown|pending)",
    re.IGNORECASE,
)
_NORMAL = re.compile(
    r"(?:(?:karyotype|cytogenetics)[\s:=-]+)?normal(?:\s+(?:male|female|diploid))?(?:\s+(?:karyotype|cytogenetics))?",
    re.IGNORECASE,
)
_LONGEST_TEXT, _LONGEST_ITEM = 4000, 300  # characters; what is longer is a report, and takes seconds to tell so
_REMEMBERED = 1 << 14  # items of lists; patients share most of theirs
_FAILED_ALONE = {"failed", "failure", "unknown", "pending", "not done", "not available", "not evaluable"}


# Words that name one member of a class. Finding it is finding the class; not finding it leaves the class open.
_MEMBERS = {
    "bcr_abl1": r".*p190.*|.*p210.*",
    "abl_class": r"(?:abl1|abl2|pdgfra|pdgfrb|csf1r)\b(?!-class).*",
    "jak_stat": r"(?:jak[12]|epor|tyk2|il7r|sh2b3)\b.*",
    "notch1_fbxw7": r"(?:notch1|fbxw7)(?!-fbxw7).*",
    "ras_mutated": r"[nk]ras(?!-kras).*",
    "tp53": r"tp53-(?:mut.*|del.*|loss)|.*17p.*|del\(17\).*",
    "pten_altered": r"pten-(?:mut|del).*",
    "pax5_alt": r"pax5-(?:fusion|rearr.*|amplification)",
    "znf384_r": r"znf362.*",
    "ikzf1_deleted": r"ik6|.*exons.*|del\(7\).*",
    "cdx2_ubtf": r"cdx2|ubtf",
    "kmt2a_r": r"(?:kmt2a|mll)-(?!r$|rearr)[a-z0-9]+|[a-z0-9]+-(?:kmt2a|mll)",
}


@lru_cache(4)  # folding every spelling takes longer than reading a hundred lists
def genetics_reader(vocabulary: Vocabulary) -> GeneticsReader:
    """The reader of a vocabulary, made once."""
    return GeneticsReader(vocabulary)


class GeneticsReader:
    """Reads genetics lists with the spellings of a vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.panel = [fact for fact in vocabulary.facts.values() if fact.genetic]
        self._by_id = {fact.id: fact for fact in self.panel}
        self._numbers = [
            (fact, [name.casefold() for name in (fact.title, fact.id, *fact.columns)])
            for fact in self.panel if fact.kind == "number"
        ]  # fmt: skip
        self.flags: dict[str, str] = {}
        self.words: dict[str, tuple[Fact, Possible]] = {}
        self.meanings: dict[str, Hashable] = {}
        self.fusions: set[str] = set()
        for fact in self.panel:
            for spelling in (fact.id, *fact.aliases, *fact.spellings) if fact.kind == "flag" else ():
                for form in _orders(spelling):
                    self.flags.setdefault(form, fact.id)
                if spelling != fact.id:
                    self.meanings.setdefault(spelling, fact.id)
                if re.fullmatch(r"\w+::\w+", spelling):
                    self.fusions.update(_orders(spelling))
            for word, spans in fact.words.items():
                self.words[_folded(word)] = (fact, number_set(spans))
                self.meanings.setdefault(word, spans)
        self._span = lru_cache(_REMEMBERED)(self._read_item)
        self.spans = lru_cache(1)(self._spans)  # whoever asks for findings asks for doubts next

    def read(self, text: str) -> list[Finding]:
        """What a list of findings says, in reading order.

        ``none`` says that the full panel was done and found nothing; ``…, otherwise none`` that it found nothing else.

        Raises:
            UnreadableError: an item that is not recognised, with the nearest spellings; nothing is ever left out.
        """
        spans = self.spans(text)
        for span in spans:
            if span.why and not span.fragment:
                raise span.error.with_traceback(None)
        return [finding for span in spans for finding in span.findings]

    def doubts(self, text: str) -> list[str]:
        """What a text touches and leaves open, as sentences for the user."""
        spans = (span for span in self.spans(text) if span.doubt and span.note and not span.fragment)
        return [f'genetics "{span.text}": {span.note}' for span in spans]

    def fragments(self, text: str) -> list[UnreadableError]:
        """The parts of a text that cannot be read although the rest was."""
        return [
            UnreadableError("genetics", span.text, f"{span.why}; the rest is kept, what this could say is left open")
            for span in self.spans(text)
            if span.fragment
        ]

    def _spans(self, text: str) -> tuple[Span, ...]:
        """Every stretch of a genetics text with what it says or why it cannot be read; never raises."""
        if len(text) > _LONGEST_TEXT:
            why = f"longer than {_LONGEST_TEXT} characters; give the karyotype or the list of findings alone"
            return (Span(f"{text[:40]}…", why=why),)
        text = in_our_words(text)
        items = list(statements_of(items_of(text), self._bare))
        denied = {one.first: one for one in denied_lists(text, items, self._bare)}
        spans, rest = self._read_items(items, denied, False)
        several = sum(karyotype for _, karyotype in items) > 1
        if any(span.fragment and (several or is_tail(span.text)) for span in spans):
            # What one part of a text does not show, a part that is not read may.
            spans, rest = self._read_items(items, denied, True)
        if rest:
            spans.append(self._rest(rest, spans))
        return tuple(spans)

    def _read_items(
        self, items: Sequence[tuple[str, bool]], denied: Mapping[int, Denied], unread: bool
    ) -> tuple[list[Span], str]:
        spans: list[Span] = []
        rest = ""
        end = 0
        for at, (item, karyotype) in enumerate(items):
            if at in denied:
                end = denied[at].end
                spans.extend(self._denied(denied[at], ", ".join(text for text, _ in items[at:end])))
            if at < end:
                continue
            folded = "" if karyotype else " ".join(item.casefold().split())
            if karyotype:
                spans.extend(read_karyotype(item, self._span, unread))
            elif folded in WHOLE_PANEL:
                rest = item
            else:
                span = self._span(item)
                spans.append(span._replace(fragment=True) if span.why and spans and is_tail(item) else span)
        return spans, rest

    def _rest(self, item: str, spans: list[Span]) -> Span:
        failed = next((span.text for span in spans if _is_failure(span.text)), "")
        if failed:
            return Span(item, why=f'the whole panel was not done: "{failed}"; name what was looked for and not found')
        if any(span.why for span in spans):
            return Span(item, note="not all of it can be read: nothing is denied", doubt=True)
        named = {finding.fact for span in spans for finding in span.findings}
        left = {fact for span in spans for fact in span.open}
        found = tuple(self._nothing_else(named | left, item))
        return Span(item, (*found, *self._rest_numbers(spans, named | left, item)))

    def _read_item(self, item: str) -> Span:
        """One item of a list."""
        name, bare = plain_item(item, self._bare)
        why = f"a test without its result; write {name} negative or {name} positive"
        return Span(item, why=why) if bare else self._read_plain(name)._replace(text=item)

    def _read_plain(self, item: str) -> Span:
        if is_fish(item):
            return read_fish(item, self.flags)
        if is_tail(item):
            return read_tail(item, self.flags)
        if len(item) > _LONGEST_ITEM:
            return Span(item, why="too long to be one finding; separate findings with commas")
        if _is_failure(item):
            return Span(item, note="no karyotype: nothing is known from it", doubt=True)
        if _NORMAL.fullmatch(item):
            found = Finding("modal_chromosomes", NumberSet.point(46), item, inferred=True)
            return Span(item, (found,), "normal karyotype: excludes no fusion, no iAMP21, no deletion or mutation")
        if unclear := _unclear(item):
            return unclear
        try:
            if interval := read_number_and_ploidy(item):
                fact = self._by_id["modal_chromosomes"]
                read_number(fact, str(interval[0]))
                read_number(fact, str(interval[1]))
                return Span(item, (Finding(fact.id, NumberSet.between(*interval), item),))
            if (match := UNSURE.fullmatch(item)) and not self._bare(item):
                known = self._known(match["before"] or match["after"])
                if known is not None:
                    said = f"{known[0].title} is not settled: nothing is concluded"
                    return Span(item, note=said, open=frozenset({known[0].id}), doubt=True)
            return self._finding(item)
        except UnreadableError as error:
            return Span(item, why=error.why, fault=error if error.text else None)  # without a text it names nothing

    def _denied(self, denied: Denied, text: str) -> Iterator[Span]:
        """What a denial over several names says, or the sentence that it may be over fewer."""
        if not denied.names:
            name = denied.covered
            ways = f"Write each name with its own word, such as {name} negative or {name} positive"
            yield Span(text, why=f"is {name} found, or does the word beside it go for the whole list? {ways}")
        for name in denied.names:
            span = self._span(f"no {name}")
            yield span._replace(text=name, findings=tuple(one._replace(text=text) for one in span.findings))

    def _bare(self, item: str) -> Fact | None:
        """The fact that an item is the name of, without a word or a sign that denies it."""
        try:
            known = self._known(DASHES.sub("-", item.strip()))
        except UnreadableError:
            return None
        return known[0] if known else None

    def _nothing_else(self, named: set[str], text: str) -> Iterator[Finding]:
        """Absence of every finding of the panel that the list did not name and that nothing named brings with it."""
        by_id = self._by_id
        brought = named & by_id.keys()
        while True:
            more = {other for id in brought for _, other, _ in by_id[id].implies if other in by_id} - brought
            more |= {fact.id for fact in self.panel if fact.all_of and set(fact.all_of) <= brought} - brought
            if not more:
                break
            brought |= more
        gained = any(id.startswith(("trisomy", "double_trisomy", "triple_trisomy")) for id in brought)
        counted = gained or any(fact.kind == "number" and fact.id in named for fact in self.panel)
        for fact in self.panel:
            if fact.id in brought or (fact.kind == "number" and counted):
                continue
            if fact.kind == "flag" and fact.panel:
                yield Finding(fact.id, frozenset({ABSENT}), text)
            elif fact.none_means:
                yield Finding(fact.id, number_set(fact.none_means), text)

    def _rest_numbers(self, spans: Iterable[Span], named: set[str], text: str) -> Iterator[Finding]:
        """What "otherwise none" says of a number that was not named, beside one that was."""
        found = {one.fact: one.possible for span in spans for one in span.findings}
        for fact in self.panel:
            for other, given, then in fact.rest_means:
                if fact.id not in named and other in found and within(found[other], number_set(given)):
                    yield Finding(fact.id, number_set(then), text, inferred=True)

    def names_a_member(self, spelling: str, fact: Fact) -> bool:
        """Whether a spelling is one fusion, gene or lesion of a class: denying it does not deny the class.

        ``t(11;19) negative`` leaves every other rearrangement of KMT2A open, ``NRAS wild type`` KRAS.
        """
        folded = _folded(spelling)
        if "::" not in fact.title and (folded.startswith("t(") or folded in self.fusions):
            return True
        return re.fullmatch(_MEMBERS.get(fact.id, r"(?!)"), folded) is not None

    def _finding(self, item: str) -> Span:
        absent = False
        rest = DASHES.sub("-", item.strip())
        # "Ph-" ends in a minus sign, not in a hyphen: it has to be seen before separators are made alike.
        rest = _ARM_LOST.sub(r"del(\1\2)", rest)  # "17p-" is a lost arm, not the absence of something called 17p
        minus = _MINUS.fullmatch(rest)
        direct = None if minus else self._known(rest)
        if direct is None:
            if match := NONE_SEEN.fullmatch(rest) or _BEFORE.fullmatch(rest):
                absent, rest = True, match["rest"]
            elif match := AFTER.fullmatch(rest):
                absent, rest = match["neg"] is not None, match["rest"]
            elif minus:
                absent, rest = True, minus["rest"]
            direct = self._known(rest)
        if direct is None:
            raise self._unrecognised(item, rest)
        fact, possible = direct
        if absent:
            if fact.kind == "number":
                raise UnreadableError("genetics", item, "say the chromosome number that was found instead")
            if self.names_a_member(rest, fact):
                said = f"one of several that count as {fact.title}: the others are left open"
                return Span(item, note=said, open=frozenset({fact.id}), doubt=True)
            possible = frozenset({ABSENT})
        return Span(item, (Finding(fact.id, possible, item),))

    def _known(self, item: str) -> tuple[Fact, Possible] | None:
        token = read_token(item)
        if token and token.pieces and not token.sign:
            fact_id = meaning(token).fact
            if fact_id != "other_abnormality" and fact_id in self._by_id:
                return self._by_id[fact_id], frozenset({PRESENT})
            if token.pieces[0].kind == "t" and token.pieces[0].bands:
                return None
        folded = _folded(item)
        fused = _FUSED.sub("", folded)
        folded = fused if fused in self.flags and "::" in self._by_id[self.flags[fused]].title else folded
        if folded not in self.flags and (deleted := _DELETED.fullmatch(item.strip())):
            folded = _folded(f"{deleted['gene']} deletion")
        if folded in self.flags:
            return self._by_id[self.flags[folded]], frozenset({PRESENT})
        if folded in self.words:
            return self.words[folded]
        plain = item.strip().casefold()
        if (counted := _PLOIDY_COUNTED.fullmatch(plain)) and (named := self.words.get(_folded(counted["word"]))):
            fact, number = named[0], read_number(named[0], counted["count"]).possible
            if intersect(number, named[1]) != number:
                raise UnreadableError("genetics", item, f"{counted['count']} chromosomes are not {counted['word']}")
            return fact, number
        for fact, names in self._numbers:
            for name in names:
                if plain.startswith(name) and not re.match(r"[a-z]", plain[len(name) :]):
                    return fact, read_number(fact, plain[len(name) :].strip(" :=")).possible
            if any(plain.endswith(unit) for unit in fact.units):
                return fact, read_number(fact, plain).possible
        return None

    def _unrecognised(self, item: str, rest: str) -> UnreadableError:
        token = read_token(rest)
        if token and (said := refused(token)):
            return UnreadableError("genetics", item, said)
        if said := damage(item):
            return UnreadableError("genetics", item, f"not recognised; {said}")
        if token:
            why = "not recognised by itself: no fact is called so; inside a karyotype it counts as an abnormality"
            return UnreadableError("genetics", item, why)
        without_loss = re.sub(r"[\s-]+like$", "", _LOSS.sub("", rest).strip(), flags=re.IGNORECASE)
        if without_loss != rest and (fact := self._bare(without_loss)):
            why = f"not the same as {fact.title}, and not a finding that any scheme here asks for"
            return UnreadableError("genetics", item, why)
        # What a sign or a word of denial was taken off would come back without it.
        hint = did_you_mean_finding(item, self.meanings) if rest == item else ""
        return UnreadableError("genetics", item, f"not recognised{hint or '; all-risk facts lists what is'}")


def _unclear(item: str) -> Span | None:
    """A translocation, found, denied or doubted, that without bands is not one finding; None if it is not of these."""
    plain = DASHES.sub("-", item.strip())
    signed = (match["rest"] for pattern in (_BEFORE, AFTER, _MINUS) if (match := pattern.fullmatch(plain)))
    doubted = (match["before"] or match["after"] for match in [UNSURE.fullmatch(plain)] if match)
    for text in (plain, *signed, *doubted):
        token = read_token(text)
        said = unclear_without_bands(token) if token else None
        if said:
            return Span(item, note=said.note, open=frozenset(said.open), doubt=True)
    return None


def _is_failure(text: str) -> bool:
    folded = " ".join(text.casefold().split())
    return folded not in _FAILED_ALONE and _FAILED.fullmatch(folded) is not None


@lru_cache(maxsize=4096)
def _folded(text: str) -> str:
    """A spelling with case, chromosome bands and separators made alike; a plus sign keeps its meaning."""
    plain = _BANDS.sub(r"\1\2", text.strip()).casefold()
    plain = DASHES.sub("-", plain)
    plain = re.sub(r"\bt\(\s*(\d+|x|y)\s*;\s*(\d+|x|y)\s*\)", lambda m: f"t({m[1]};{m[2]})", plain)
    # A separator at the end is not made away with: "Ph-", "Ph –" and "KMT2A:" are not "Ph" and "KMT2A".
    return re.sub(r"[\s:/_\-]+(?:gene[\s:/_\-]+)?", "-", plain)


def _orders(spelling: str) -> Iterator[str]:
    """The folded spelling, and for a fusion or translocation the same with its partners the other way round."""
    folded = _folded(spelling)
    yield folded
    partners = re.fullmatch(r"([a-z0-9]+)(::|[-/])([a-z0-9]+)", spelling.casefold())
    # Without a digit only :: tells partners from ordinary words.
    if partners and (partners[2] == "::" or re.search(r"\d", spelling)):
        yield f"{partners[3]}-{partners[1]}"
    chromosomes = re.fullmatch(r"t\((\w+);(\w+)\)", folded)
    if chromosomes:
        yield f"t({chromosomes[2]};{chromosomes[1]})"
