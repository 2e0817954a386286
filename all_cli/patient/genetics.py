"""Genetics as people list them: ``t(12;21), iAMP21``, ``TEL-AML1 negative``, ``51-65 chromosomes``, ``none``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from all_cli.knowledge.problems import nearest
from all_cli.knowledge.vocabulary import Fact, Vocabulary
from all_cli.logic.values import ABSENT, PRESENT, Possible
from all_cli.patient.quantity import number_set, read_number
from all_cli.patient.unreadable import UnreadableError

_NEGATIVE = (
    r"negative|neg|absent|not detected|not found|not present|not rearranged|germline|wild[- ]?type|wt|normal|excluded"
)
_POSITIVE = r"positive|pos|present|detected|found"
_BEFORE = re.compile(rf"(?:no|not|without|non|{_NEGATIVE})[\s-]+(?:evidence of\s+|for\s+)?(?P<rest>.+)", re.IGNORECASE)
_AFTER = re.compile(rf"(?P<rest>.+?)[\s:=-]+(?:(?P<neg>{_NEGATIVE}|no)|(?P<pos>{_POSITIVE}|yes))", re.IGNORECASE)
_MINUS = re.compile(r"(?P<rest>.*[a-z0-9)])\s*[-−]$", re.IGNORECASE)
_BANDS = re.compile(r"\b(t)(\([^)]*\))\s*\([pq][^)]*\)", re.IGNORECASE)
_NONE = {"none", "no abnormality", "no abnormalities", "nothing found", "panel negative", "all negative", "negative"}
_REST = {"otherwise none", "otherwise negative", "otherwise normal", "rest negative", "rest normal", "no other"}
_LOSS = re.compile(
    r"\b(deletion|deleted|del|loss|gain|copies|amplification|monosomy|mutation|mutated)\b", re.IGNORECASE
)


class Finding(NamedTuple):
    """One thing that a genetics text says: the fact, its possible values and the words that said it."""

    fact: str
    possible: Possible
    text: str


class GeneticsReader:
    """Reads genetics lists with the spellings of a vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.panel = [fact for fact in vocabulary.facts.values() if fact.genetic]
        self.flags: dict[str, str] = {}
        self.words: dict[str, tuple[Fact, Possible]] = {}
        self.spellings: dict[str, str] = {}
        for fact in self.panel:
            for spelling in (fact.id, *fact.aliases, *fact.spellings) if fact.kind == "flag" else ():
                for form in _orders(spelling):
                    self.flags.setdefault(form, fact.id)
                self.spellings[_folded(spelling)] = spelling
            for word, spans in fact.words.items():
                self.words[_folded(word)] = (fact, number_set(spans))
                self.spellings[_folded(word)] = word

    def read(self, text: str) -> list[Finding]:
        """What a list of findings says, in reading order.

        ``none`` says that the full panel was done and found nothing; ``…, otherwise none`` that it found nothing else.

        Raises:
            UnreadableError: an item that is not recognised, with the nearest spellings; nothing is ever left out.
        """
        findings: list[Finding] = []
        rest = ""
        for item in _items(text):
            folded = " ".join(item.casefold().split())
            if folded in _NONE or folded in _REST:
                rest = item
            else:
                findings.append(self._finding(item))
        if rest:
            named = {finding.fact for finding in findings}
            findings.extend(self._nothing_else(named, rest))
        return findings

    def _nothing_else(self, named: set[str], text: str) -> Iterator[Finding]:
        """Absence of every finding of the panel that the list did not name and that nothing named brings with it."""
        by_id = {fact.id: fact for fact in self.panel}
        brought = set(named)
        while True:
            more = {other for id in brought for _, other, _ in by_id[id].implies if other in by_id} - brought
            more |= {fact.id for fact in self.panel if fact.all_of and set(fact.all_of) <= brought} - brought
            if not more:
                break
            brought |= more
        gained = any(id.startswith(("trisomy", "double_trisomy", "triple_trisomy")) for id in brought)
        for fact in self.panel:
            if fact.id in brought or (fact.kind == "number" and (gained or self._ploidy_named(named))):
                continue
            if fact.kind == "flag" and fact.panel:
                yield Finding(fact.id, frozenset({ABSENT}), text)
            elif fact.none_means:
                yield Finding(fact.id, number_set(fact.none_means), text)

    def _ploidy_named(self, named: set[str]) -> bool:
        return any(fact.kind == "number" and fact.id in named for fact in self.panel)

    def _finding(self, item: str) -> Finding:
        absent = False
        rest = item.strip()
        # "Ph-" ends in a minus sign, not in a hyphen: it has to be seen before separators are made alike.
        minus = _MINUS.fullmatch(rest)
        direct = None if minus else self._known(rest)
        if direct is None:
            if match := _BEFORE.fullmatch(rest):
                absent, rest = True, match["rest"]
            elif match := _AFTER.fullmatch(rest):
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
            possible = frozenset({ABSENT})
        return Finding(fact.id, possible, item)

    def _known(self, item: str) -> tuple[Fact, Possible] | None:
        folded = _folded(item)
        if folded in self.flags:
            fact = next(fact for fact in self.panel if fact.id == self.flags[folded])
            return fact, frozenset({PRESENT})
        if folded in self.words:
            return self.words[folded]
        plain = item.strip().casefold()
        for fact in self.panel:
            if fact.kind != "number":
                continue
            for name in (fact.title, fact.id, *fact.columns):
                if plain.startswith(name.casefold()):
                    return fact, read_number(fact, plain.removeprefix(name.casefold()).strip(" :="))
            if any(plain.endswith(unit) for unit in fact.units):
                return fact, read_number(fact, plain)
        return None

    def _unrecognised(self, item: str, rest: str) -> UnreadableError:
        without_loss = _LOSS.sub("", rest).strip()
        if without_loss != rest and self._known(without_loss) is not None:
            fact = self._known(without_loss)
            assert fact is not None
            return UnreadableError(
                "genetics", item, f"not the same as {fact[0].title}, and not a finding that any scheme here asks for"
            )
        close = [self.spellings[match] for match in nearest(_folded(rest), list(self.spellings))]
        hint = f" — did you mean {' or '.join(close)}?" if close else "; all-risk facts lists what is"
        return UnreadableError("genetics", item, f"not recognised{hint}")


def _items(text: str) -> Iterator[str]:
    """The items of a list split at commas, semicolons and line ends that stand outside parentheses."""
    depth, item = 0, ""
    for character in text:
        depth += (character == "(") - (character == ")")
        if character in ",;\n|" and depth <= 0:
            if item.strip():
                yield item.strip()
            item = ""
        else:
            item += character
    if item.strip():
        yield item.strip()


def _folded(text: str) -> str:
    """A spelling with case, chromosome bands and separators made alike; a plus sign keeps its meaning."""
    plain = _BANDS.sub(r"\1\2", text.strip()).casefold().replace("−", "-").replace("–", "-")
    plain = re.sub(r"\bt\(\s*(\d+|x|y)\s*;\s*(\d+|x|y)\s*\)", lambda m: f"t({m[1]};{m[2]})", plain)
    return re.sub(r"[\s:/_\-]+", "-", plain).rstrip("-")


def _orders(spelling: str) -> Iterator[str]:
    """The folded spelling, and for a fusion or translocation the same with its partners the other way round."""
    folded = _folded(spelling)
    yield folded
    partners = re.fullmatch(r"([a-z0-9]+)(::|[-/])([a-z0-9]+)", spelling.casefold())
    if partners and re.search(r"\d", spelling):
        yield f"{partners[3]}-{partners[1]}"
    chromosomes = re.fullmatch(r"t\((\w+);(\w+)\)", folded)
    if chromosomes:
        yield f"t({chromosomes[2]};{chromosomes[1]})"
