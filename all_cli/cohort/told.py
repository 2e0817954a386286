"""What is told of a column beside its name: labels, descriptions, notes, the headings of forms.

All of it counts as the name does. A unit that stands in a sentence is the column's; what speaks of another person or
time takes a short name back; texts that name two facts, or two units, are no reason to choose one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from all_cli.cohort.header_words import (
    BRACKETS,
    FIRST_DAYS,
    age_unit,
    folded,
    is_of_diagnosis,
    moment,
    percent_unit,
    phases_ended,
    speaks_of_else,
    speaks_of_later,
    speaks_of_no_plain_number,
    speaks_of_person,
    speaks_of_relapse,
    times,
)
from all_cli.cohort.headers import GENETICS, LEFT_ALONE, HeaderNames, doubt_of_name, known_unit, unit_factor
from all_cli.knowledge.vocabulary import Fact, Vocabulary
from all_cli.logic.values import ABSENT, NumberSet
from all_cli.patient.genetics import genetics_reader
from all_cli.patient.unreadable import UnreadableError

Pairs = tuple[tuple[str, str], ...]
_AGES = re.compile(
    r"(?<!\d )\b(?:years|months|weeks|days|jahren?|monaten?|wochen|tagen?|annees|mois|semaines|jours|anos|meses"
    r"|semanas|dias|anni|mesi|settimane|giorni)\b"
)
_IN = re.compile(r"\b(?:in|en|em) ([a-z%]+)\b")
_PERCENT = re.compile(r"(?<!\d)(?<!\d )%|\b(?:percent|percentage|pct|prozent|pourcentage|porcentaje|percentuale)\b")
_FRACTION = re.compile(r"\b(?:as|in) (?:an? )?(?:fraction|ratio)\b")
_PARTS = re.compile(r"[\s,;\[\]()]+")
_PER = ("per", "pro", "par", "por")
_LIKE_A_UNIT = re.compile(r"[a-z]{1,3}\.?|[^\s/]{1,6}/[^\s\d/]{1,4}")  # a whole note: lb, mg/dL
_LONGEST = 5  # words of a unit
_TIMES_SO_MANY = re.compile(r".*\d.*|x|\*|k|thousands?|thou|tsd\.?|tausend|mil|giga|millions?|billions?")


class Told(NamedTuple):
    """What is known of a column.

    Attributes:
        names: texts that can say what it is, the best first.
        notes: sentences about it.
        around: the headings under which it stands.
        values: what its cells say, folded, and what that means.
        choice: of a check box, what is there if it is checked; else empty.
    """

    names: tuple[str, ...]
    notes: tuple[str, ...] = ()
    around: tuple[str, ...] = ()
    values: Pairs = ()
    choice: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """All that is told, but what stands above."""
        return *self.names, *self.notes


class Meant(NamedTuple):
    """What a column reads by all that is told of it; empty, and ``aside`` says why, if that does not agree."""

    reads: str
    aside: str = ""


def read_as(told: Told, names: HeaderNames, vocabulary: Vocabulary) -> Meant:
    """What a column reads by all that is told of it."""
    found = [(text, reads) for text in told.texts if (reads := names.find(text)[0])]
    reads = next((reads for text, reads in found if text in told.names), "")
    if not reads and not told.choice:
        return Meant("")
    # A name that leaves the time point open says nothing against one that tells it.
    plain = [(text, reads) for text, reads in found if not doubt_of_name(text, reads)] or found
    reads = plain[0][1] if plain else reads
    if other := next(((text, fact) for text, fact in plain if fact != reads), None):
        return Meant("", f'"{plain[0][0]}" says {reads} and "{other[0]}" {other[1]}; {_option(reads)}')
    if why := _denied(told, reads, names, vocabulary):
        return Meant("", f"{why}; {_option(reads or GENETICS)}")
    if not told.choice:
        return Meant(reads)
    fact = vocabulary.facts.get(reads)
    if fact is not None and fact.kind == "flag":
        return Meant(reads)
    return Meant(GENETICS if _is_finding(told.choice, vocabulary) else "")


def _option(reads: str) -> str:
    return f'it is not read; --map "COLUMN={reads}" does'


def _denied(told: Told, reads: str, names: HeaderNames, vocabulary: Vocabulary) -> str:
    """Why a column is not of the patient, or not of the time of its fact, as a sentence; empty if nothing says so."""
    fact = vocabulary.facts.get(reads)
    moment_of_fact = fact.moment if fact is not None else "diagnosis"
    known = names.times_of(reads) | names.times_at(moment_of_fact)
    dated = any(moment_of_fact in phases_ended(text) or times(moment(text).words) for text in told.texts)
    for text in (*told.texts, *told.around):
        named = names.find(text)[0]
        if named and named == reads:
            continue
        if speaks_of_person(text):
            return f'"{text}" speaks of another person'
        if fact is not None and fact.kind == "number" and text not in told.around and speaks_of_no_plain_number(text):
            return f'"{text}" does not speak of the number itself'
        heading = text in told.around
        if _is_of_another_time(text, moment_of_fact, known, heading) and not (
            heading and dated and moment_of_fact != "diagnosis" and not speaks_of_relapse(text)
        ):
            return f'"{text}" speaks of another time'
    return ""


def _is_of_another_time(text: str, own: str, known: frozenset[str], heading: bool) -> bool:
    """Whether a text speaks of another time than the moment of a fact, which is known by some days.

    What a heading says of the diagnosis it may say among others. A relapse is told of at any time. (Where a field tells
    its own day, headings such as "Follow-up" say nothing against it.)
    """
    days = times(moment(text).words)
    if own == "diagnosis":
        if heading and is_of_diagnosis(text):
            return False
        days -= FIRST_DAYS
        return speaks_of_else(text) or speaks_of_later(text) or bool(days - known)
    if own in ("relapse", "later"):
        return not heading and bool(days - known)
    if speaks_of_else(text):
        return True
    phases = phases_ended(text)
    return own not in phases and bool(phases or days) and not (days and days <= known)


def unit_told(header: str, told: Told, reads: str, names: HeaderNames, vocabulary: Vocabulary) -> str:
    """The unit that is told of a column; empty if none is.

    Raises:
        UnreadableError: more than one is, or one that cannot be made out.
    """
    fact = vocabulary.facts.get(reads)
    if fact is None or fact.kind != "number":
        return ""
    found: dict[str, str] = {}  # by unit the text that says it; units of one size are one
    for text in told.texts:
        named, written = names.find(text)
        units = list(filter(None, [written])) if named == reads else list(_units_in(fact, text))
        if not units and fact.units and text in told.notes and _LIKE_A_UNIT.fullmatch(text):
            units = [""]
        for unit in units:
            if not any(_size(fact, one) == _size(fact, unit) for one in found):
                found[unit] = text
    way = f'say --unit "{header}=UNIT"'
    if "" in found:
        raise UnreadableError("column", header, f'the unit in "{found[""]}" cannot be made out; {way}')
    if len(found) > 1:
        said = " and ".join(f'"{text}" says {unit}' for unit, text in found.items())
        raise UnreadableError("column", header, f"{said}; {way}")
    return next(iter(found), "")


def _size(fact: Fact, unit: str) -> object:
    known = known_unit(fact, unit)
    if fact.reading in ("age", "percent") or not known:
        return known or unit
    return unit_factor(fact, known)


def _units_in(fact: Fact, text: str) -> Iterator[str]:
    """The units in a sentence; an empty one if a number of some more stands before it."""
    plain = folded(BRACKETS.sub(" ", text))
    inside = [found[1] for found in BRACKETS.finditer(text)]
    if fact.reading == "age":
        yield from (
            unit for words in (*inside, *_IN.findall(plain), *_AGES.findall(plain)) if (unit := age_unit(words))
        )
    elif fact.reading == "percent":
        yield from (unit for words in (*inside, text) if (unit := percent_unit(words)))
        if _PERCENT.search(plain):
            yield "%"
        if _FRACTION.search(plain):
            yield "fraction"
    elif fact.units:
        yield from _units_per_volume(fact, text)


def _units_per_volume(fact: Fact, text: str) -> Iterator[str]:
    inside = [found[1] for found in BRACKETS.finditer(text) if known_unit(fact, found[1])]
    if inside:
        yield from inside
        return
    if known_unit(fact, text):
        yield text
        return
    words = [word for word in _PARTS.split(text.replace("_", " ")) if word]
    at = 0
    while at < len(words):
        for end in range(min(at + _LONGEST, len(words)), at, -1):
            unit = " ".join(words[at:end])
            divided = "/" in unit or any(word.casefold() in _PER for word in words[at:end])
            if divided and known_unit(fact, unit):
                many = at > 0 and _TIMES_SO_MANY.fullmatch(words[at - 1].casefold())
                yield "" if many else unit
                at = end - 1
                break
        at += 1


def _is_finding(text: str, vocabulary: Vocabulary) -> bool:
    """Whether a text says that something genetic is there."""
    try:
        found = genetics_reader(vocabulary).read(text)
    except UnreadableError:
        return False
    return any(isinstance(one.possible, NumberSet) or ABSENT not in one.possible for one in found)


def values_of(told: Told, reads: str) -> Pairs:
    """What the cells of a column mean by what is told of it, if it is read as ``reads``."""
    if reads == LEFT_ALONE:
        return ()
    checked = told.choice if reads == GENETICS else "yes"
    return tuple((written, checked if told.choice and meant == "yes" else meant) for written, meant in told.values)
