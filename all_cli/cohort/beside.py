"""Columns that nobody reads and that say how others are meant: units, signs of comparison, times, diseases.

A value of 6 with "months" in the next column is no age of 6 years, and a count of a relapse none of the diagnosis. Such
columns are known by their names or by what all their cells hold. Nothing is converted: where they disagree with how the
others would be read, the run stops, unless the user has said that the column is to be left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from all_cli.cohort.columns import Column
from all_cli.cohort.doubted_numbers import Doubt, counted
from all_cli.cohort.header_words import (
    BRACKETS,
    folded,
    forms,
    is_of_diagnosis,
    moment,
    speaks_of_else,
    speaks_of_later,
    speaks_of_person,
    speaks_of_relapse,
    times,
)
from all_cli.cohort.headers import LEFT_ALONE, SPECIAL, header_names, known_unit, unit_factor
from all_cli.knowledge.vocabulary import Fact, Vocabulary
from all_cli.patient.reading import UNKNOWN_WORDS, fold
from all_cli.patient.two_readings import scale

_SHOWN = 3
_UNIT = re.compile(r"\b(?:units?|uom|einheit(?:en)?|unites?|unidad(?:es)?|unidades?|unita)\b|单位")
_SIGN = re.compile(
    r"\b(?:operators?|op|prefix|sign|symbol|qualifier|comparator|comparison|modifier|relation|vorzeichen|operateur"
    r"|operador|operatore)\b"
)
_NO_NAME = re.compile(r"\b(?:of|for|der|des|de|del|di|do|da|type|typ|kind|the)\b")
_EQUAL = frozenset({"=", "==", "eq", "equal", "equals", "exact"})
_COMPARES = frozenset(
    {"<", ">", "<=", ">=", "=<", "=>", "≤", "≥", "<<", ">>", "~", "lt", "gt", "le", "ge", "lte", "gte"}
    | {"less", "greater", "less than", "greater than", "below", "above", "under", "over", "up to", "at least"}
)
_TIME = re.compile(
    r"(?:sampling |sample |specimen |collection |entnahme|proben|untersuchungs)?(?:time ?points?|tp|zeitpunkt|timing)"
    r"|(?:sampling|sample|specimen|collection) (?:time|type|status|description|class|source|event|phase)"
    r"|sampletype|specimentype|probenart"
    r"|visit(?: name)?|redcap event name|event name|redcap repeat instrument|disease (?:status|state|stage|phase)"
    r"|tum(?:o|ou)r (?:descriptor|status)|phase|moment|day|week|tag|woche|study day|visit day"
    r"|point|momento|temps|moment du prelevement|momento de la muestra"
)
_DISEASE = re.compile(
    r"(?:primary |main |clinical |final )?(?:disease|diagnosis|diagnose)(?: (?:type|name|group|label|detail))?"
    r"|entity|entitat|histology|malignancy|neoplasm|(?:leuka?emia|cancer|tum(?:o|ou)r)(?: type(?: detailed)?)?"
    r"|oncotree(?: code)?|maladie|enfermedad|diagnostic|diagnostico|doenca|malattia"
)
_OUTCOME = re.compile(
    r"\b(?:first event|outcome|survival|efs|dfs|os|rfs|death|last|censor\w*|site|time to|therapy|treatment|response)\b"
)
_OTHER_DISEASE = re.compile(
    r"\b(?:aml|apl|cml|cll|mds|jmml|cmml|nhl|dlbcl|mpn|myeloid|myeloma|myelodysplas\w*|burkitt\w*|hodgkin\w*"
    r"|neuroblastoma|aplastic|chronic|chronisch\w*|mantle|follicular|histiocytosis|lch|sarcoma|carcinoma|itp)\b"
)
_NO_PATIENT = re.compile(
    r"\b(?:normal|healthy|control|controls|germline|gesund\w*|kontroll\w*|volunteer|cell ?line|xenograft|pdx|sain"
    r"|sano|remission|cr\d?|komplettremission)\b"
)
_PRIMARY = re.compile(
    r"\b(?:primary|de novo|pre ?(?:treatment|therapy|induction)|screening|ed)\b|\b(?:day|d|tag|week) ?[01]\b"
)
_DIAGNOSIS, _LATER, _NOT_HIS = "diagnosis", "later", "no patient"


def says_of_others(header: str) -> bool:
    """Whether by its name a column says how others are meant, so that every cell of it counts."""
    names = [folded(form.text) for form in forms(header)]
    return any(
        _UNIT.search(name) or _SIGN.search(name) or _TIME.fullmatch(name) or _DISEASE.fullmatch(name) for name in names
    )


def doubts_beside(
    column: Column, vocabulary: Vocabulary, words: Mapping[str, int], others: Sequence[Column]
) -> Iterator[Doubt]:
    """What a column that is left alone says against how others are read.

    Args:
        column: the column.
        vocabulary: the facts.
        words: its cells, each with how often it stands there.
        others: all columns of the table.
    """
    said = {text: cells for text, cells in words.items() if text and fold(text) not in UNKNOWN_WORDS}
    read = [other for other in others if other.reads != LEFT_ALONE and not other.for_all]
    if column.settled or column.aside or not said or not read:
        return
    seen = _Seen(column, said, [folded(form.text) for form in forms(column.header)], others, vocabulary)
    if found := _signs(seen) or _units(seen) or _times(seen, read) or _diseases(seen):
        yield Doubt(found, stops=True)


class _Seen(NamedTuple):
    """A column that is left alone: what its cells say and how often, its names, the columns beside it, the facts."""

    column: Column
    said: Mapping[str, int]
    texts: Sequence[str]
    others: Sequence[Column]
    vocabulary: Vocabulary


def _leave(column: Column) -> str:
    return f'--map "{column.header}=-"'


def _shown(said: Mapping[str, int]) -> str:
    often = sorted(said, key=lambda text: (-said[text], text))
    shown = [f'"{text if len(text) <= 40 else f"{text[:39]}…"}" ({counted(said[text], "cell")})' for text in often]
    return ", ".join(shown[:_SHOWN]) + (", …" if len(shown) > _SHOWN else "")


# --- units and signs --------------------------------------------------------------------------------------------------


def _units(seen: _Seen) -> str:
    column, said, texts, _, vocabulary = seen
    called = any(map(_UNIT.search, texts))
    of = _partner(seen, _UNIT, alone=called)
    fact = vocabulary.facts.get(of.reads) if of is not None else None
    if of is None or fact is None or (not called and not all(_unit(fact, text) for text in said)):
        return ""
    own = _size(fact, of.unit)
    odd = {text: cells for text, cells in said.items() if own is None or _size(fact, _unit(fact, text)) != own}
    if not odd:
        return ""
    as_it_is = f"in {of.unit}" if of.unit else "in years" if fact.reading == "age" else "without it"
    units = {_unit(fact, text) for text in said}
    one = next(iter(units)) if len(units) == 1 else ""
    way = f'say --unit "{of.header}={one}"' if one else f'write each unit into its cell of "{of.header}"'
    return (
        f'it gives the unit of "{of.header}", which would be read {as_it_is}: {_shown(odd)}; {way}, or '
        f"{_leave(column)} if it says nothing of that column"
    )


def _unit(fact: Fact, text: str) -> str:
    plain = text.strip().strip("()[]")
    return known_unit(fact, plain) or ("mo" if fact.reading == "age" and plain.casefold() == "m" else "")


def _size(fact: Fact, unit: str) -> object:
    """What tells units apart; None where a number without one is not read."""
    if fact.reading == "age":
        return unit or "y"
    if fact.reading == "percent":
        return {"percent": "%"}.get(unit, unit) or (None if fact.bare == "refuse" else "%")
    if not unit:
        return scale("1")
    return unit_factor(fact, known_unit(fact, unit) or unit)


def _signs(seen: _Seen) -> str:
    column, said, texts, *_ = seen
    compared = {text: cells for text, cells in said.items() if folded_sign(text) in _COMPARES}
    called = any(map(_SIGN.search, texts))
    if not compared or not (called or all(folded_sign(text) in _COMPARES | _EQUAL for text in said)):
        return ""
    of = _partner(seen, _SIGN, alone=True)
    if of is None:
        return ""
    return (
        f'it holds signs for the numbers of "{of.header}", which would be read without them: {_shown(compared)}; write '
        f'them into the cells of "{of.header}" (<0.01), or {_leave(column)} reads the numbers as they are'
    )


def folded_sign(text: str) -> str:
    """A sign of comparison, or words for one, however they are spaced."""
    return " ".join(text.casefold().split())


def _partner(seen: _Seen, called: re.Pattern[str], *, alone: bool) -> Column | None:
    """The column of numbers of which another one speaks: by its name, else its neighbour, if ``alone`` allows it."""
    column, _, texts, others, vocabulary = seen
    names = header_names(vocabulary)
    numbers = [other for other in others if _is_number(other, vocabulary)]
    for text in texts:
        base = " ".join(_NO_NAME.sub(" ", called.sub(" ", text)).split())
        if not base:
            continue
        for other in numbers:
            plain = folded(BRACKETS.sub(" ", other.header))
            if base == plain or names.find(base)[0] == other.reads:
                return other
        if any(base == folded(BRACKETS.sub(" ", other.header)) for other in others if other.index != column.index):
            return None  # of another column
    beside = {other.index: other for other in numbers}
    nearest = beside.get(column.index - 1) or (beside.get(column.index + 1) if called is _SIGN else None)
    bare = any(not _NO_NAME.sub(" ", called.sub(" ", text)).strip() for text in texts)
    return nearest if alone and (bare or called is _SIGN) else None


def _is_number(column: Column, vocabulary: Vocabulary) -> bool:
    return column.reads not in SPECIAL and vocabulary[column.reads].kind == "number" and not column.for_all


# --- times and diseases -----------------------------------------------------------------------------------------------


def _times(seen: _Seen, read: Sequence[Column]) -> str:
    column, said, texts, _, vocabulary = seen
    if any(map(_OUTCOME.search, texts)):
        return ""
    named = any(map(_TIME.fullmatch, texts))
    when: dict[str, str] = {}
    for text in said:
        when[text] = _when(column.header, text, vocabulary)
        if not named and not when[text]:
            return ""  # a column that is not called so has to say when in every cell
    distinct = set(when.values())
    if not named and (_DIAGNOSIS not in distinct or len(distinct) == 1):
        return ""
    odd = {text: said[text] for text, at in when.items() if at not in ("", _DIAGNOSIS)}
    if not odd or (len(distinct) == 1 and _of_one_moment(distinct.pop(), read, vocabulary)):
        return ""
    shown = next((other for other in read if _moment_of(other, vocabulary) != _DIAGNOSIS), read[0])
    reads = shown.reads if _moment_of(shown, vocabulary) != _DIAGNOSIS else "of the diagnosis"
    return (
        f"its cells speak of another time or person than the columns beside it are read for: {_shown(odd)}, and "
        f'"{shown.header}" would be read as {reads}; keep the rows that are meant, or name each column by its '
        f"time with --map; {_leave(column)} reads all rows as they are"
    )


def _of_one_moment(when: str, read: Sequence[Column], vocabulary: Vocabulary) -> bool:
    """Whether all rows are of a moment of which a column is read, and no count is that hangs on the moment."""
    return any(_moment_of(column, vocabulary) == when for column in read) and all(
        column.reads != "wbc" for column in read
    )


def _moment_of(column: Column, vocabulary: Vocabulary) -> str:
    fact = vocabulary.facts.get(column.reads)
    return fact.moment if fact is not None else _DIAGNOSIS


def _when(header: str, text: str, vocabulary: Vocabulary) -> str:
    plain = folded(text)
    if speaks_of_person(plain) or _NO_PATIENT.search(plain):
        return _NOT_HIS
    if speaks_of_else(plain):
        return "relapse" if speaks_of_relapse(plain) else _LATER
    for words in (text, f"{header} {text}" if text.strip().isdecimal() else ""):
        if not words:
            continue
        reads = header_names(vocabulary).find(f"MRD {words}")[0]
        if reads in vocabulary.facts and vocabulary[reads].moment != _DIAGNOSIS and _tells(words):
            return vocabulary[reads].moment
    if speaks_of_later(plain):
        return _LATER
    if _PRIMARY.search(plain) or is_of_diagnosis(plain):
        return _DIAGNOSIS
    if _tells(text) or (text.strip().isdecimal() and _tells(f"{header} {text}")):
        return _LATER
    return ""


def _tells(text: str) -> bool:
    words = moment(text).words
    return bool(times(words)) or "end" in words


def _diseases(seen: _Seen) -> str:
    column, said, texts, *_ = seen
    if not any(map(_DISEASE.fullmatch, texts)):
        return ""
    odd = {text: cells for text, cells in said.items() if _is_other(folded(text))}
    if not odd:
        return ""
    return (
        f"it names another disease than ALL: {_shown(odd)}, and these rows would be classified as ALL; take them out, "
        f"or {_leave(column)} reads them all the same"
    )


def _is_other(plain: str) -> bool:
    if _OTHER_DISEASE.search(plain) or re.search(r"\b(?:normal|healthy|control|controls|donor)\b", plain):
        return True
    return "lymphom" in plain and "lymphoblast" not in plain
