"""What the name of a column says: which fact, and in which unit.

Names are matched without case and accents, and with ``_ - . / ::`` as spaces. A unit may stand in brackets anywhere, at
the end, or as a word of its own: ``WBC [/uL]``, ``Age (years) at diagnosis``, ``age_days``, ``MRD_PERCENT_DAY_29``. The
words of a response may stand in any order, but its day has to be one of the fact's. What is around names is in
:mod:`header_words`.
"""

from __future__ import annotations

import re
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache

from all_cli.cohort.header_words import (
    BRACKETS,
    age_unit,
    changes_nothing,
    folded,
    forms,
    is_date_form,
    moment,
    percent_unit,
    times,
    without_diagnosis,
)
from all_cli.knowledge.vocabulary import Fact, Vocabulary
from all_cli.patient.quantity import folded_unit
from all_cli.patient.two_readings import scale
from all_cli.patient.units import own_unit

GENETICS, BORN, DIAGNOSED, LEFT_ALONE = "genetics", "born", "diagnosed", "-"
SPECIAL = (GENETICS, BORN, DIAGNOSED, LEFT_ALONE)
_SPECIAL_NAMES = {
    GENETICS: (
        "genetics", "genetic findings", "genetic abnormalities", "karyotype", "iscn", "iscn karyotype", "cytogenetics",
        "cytogenetic findings", "karyotyp", "karyotypus", "zytogenetik", "caryotype", "cytogénétique", "cariotipo",
        "citogenética", "cariótipo", "citogenetica", "染色体核型", "核型",
    ),
    BORN: (
        "born", "date of birth", "birth date", "birthdate", "dob", "geburtsdatum", "geb datum", "date de naissance",
        "fecha de nacimiento", "data de nascimento", "data di nascita", "出生日期",
    ),
    DIAGNOSED: (
        "diagnosed", "date of diagnosis", "diagnosis date", "date of dx", "dx date", "date of initial diagnosis",
        "initial diagnosis date", "diagnosedatum", "datum der diagnose", "datum der erstdiagnose", "date de diagnostic",
        "date du diagnostic", "fecha de diagnóstico", "fecha del diagnóstico", "data de diagnóstico",
        "data do diagnóstico", "data di diagnosi", "data della diagnosi", "诊断日期", "确诊日期",
    ),
}  # fmt: skip
_NEAR = 0.8  # "agee" and "lineag" are near, "Patient" and "pten altered" are not
_OF_A_FLAG = (" status", " result")
_OF_A_FUSION = (" fusion status", " fusion", " fusion result")


@lru_cache(maxsize=4)
def header_names(vocabulary: Vocabulary) -> HeaderNames:
    """The names under which the facts of a vocabulary are known in tables, gathered once."""
    return HeaderNames(vocabulary)


class HeaderNames:
    """The names under which the facts of a vocabulary are known in tables."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._names = {folded(name): reads for reads, names in _SPECIAL_NAMES.items() for name in names}
        self._moments: dict[frozenset[str], str] = {}
        for fact in vocabulary.facts.values():
            for name in (fact.id, *fact.aliases, fact.title, *fact.columns):
                self._names.setdefault(folded(name), fact.id)
                # R writes t(9;22) as t.9.22.
                self._names.setdefault(" ".join(re.sub(r"[();]+", " ", folded(name)).split()), fact.id)
                if fact.moment not in ("diagnosis", "relapse") and _says_when(words := moment(name).words):
                    # What two facts could be called, neither is.
                    self._moments[words] = fact.id if self._moments.get(words, fact.id) == fact.id else ""

    def find(self, header: str) -> tuple[str, str]:
        """What a header names (a fact, :data:`SPECIAL` or nothing) and the unit written in it, as written."""
        for form in forms(header):
            reads, unit = self._find(form.text)
            if reads == "age":
                return reads, unit or form.age_unit
            if reads:
                return reads, unit or self._percent_in(form.text, reads)
        return "", ""

    @lru_cache(maxsize=1024)  # noqa: B019 - header_names keeps the names anyway
    def close(self, header: str) -> str:
        """The fact whose name a header holds, or is spelled most like; empty if none is near.

        A name of another day, week or time point is not near.
        """
        bare = folded(BRACKETS.sub(" ", header))
        within = [name for name in self._names if len(name) > 2 and f" {name} " in f" {bare} "]
        near = get_close_matches(bare, list(self._names), 1, cutoff=_NEAR) if len(bare) > 2 else []
        found = max(within, key=len) if within else near[0] if near else ""
        return self._names[found] if found and times(moment(header).words) <= times(moment(found).words) else ""

    def _find(self, text: str) -> tuple[str, str]:
        if reads := self._named(text):
            return reads, ""
        if not (brackets := list(BRACKETS.finditer(text))):
            return self._with_unit_behind(text) or ("", "")
        # The last pair of brackets holds the unit, unless the words in it are part of the name.
        last = brackets[-1]
        if opened := self._named(f"{text[: last.start()]} {last[1]} {text[last.end() :]}"):
            return opened, ""
        reads, unit = self._find(f"{text[: last.start()]} {text[last.end() :]}")
        return self._with_words_behind(reads, last[1], unit) if reads else ("", "")

    def _with_words_behind(self, reads: str, words: str, unit: str) -> tuple[str, str]:
        """What a name is with words in brackets behind it: a unit, an aside, or another thing altogether."""
        fact = self._vocabulary.facts.get(reads)
        if self._named(words) == reads:
            return reads, unit
        if fact is None or fact.kind != "number":
            aside = changes_nothing(words, codes=fact is not None, grades=fact is not None and fact.kind == "choice")
            return (reads, "") if aside or (reads in (BORN, DIAGNOSED) and is_date_form(words)) else ("", "")
        if days := times(moment(words).words):
            return (reads, unit) if days <= self.times_of(reads) else ("", "")
        if not unit and (known_unit(fact, words) or not changes_nothing(words)):
            return reads, words
        return (reads, unit) if changes_nothing(words) else ("", "")

    def _named(self, text: str) -> str:
        """The fact of a name without a unit."""
        name = folded(text)
        if reads := self._names.get(name, ""):
            return reads
        for bare in without_diagnosis(name):
            reads = self._names.get(bare, "")
            if reads == GENETICS or (reads in self._vocabulary.facts and _is_of_diagnosis(self._vocabulary[reads])):
                return reads
        for endings, fits in ((_OF_A_FUSION, _is_fusion), (_OF_A_FLAG, _is_flag)):
            for ending in endings:
                reads = self._names.get(name.removesuffix(ending), "") if name.endswith(ending) else ""
                if reads in self._vocabulary.facts and fits(self._vocabulary[reads]):
                    return reads
        when = moment(text)
        reads = self._moments.get(when.words, "") or (self._names.get("mrd", "") if when.words == {"mrd"} else "")
        return "" if when.marrow and reads and "blood" in self._vocabulary[reads].title else reads

    def times_of(self, reads: str) -> frozenset[str]:
        """The days, weeks and time points by which a fact is known."""
        return frozenset().union(*(times(words) for words, fact in self._moments.items() if fact == reads))

    def times_at(self, moment_of_fact: str) -> frozenset[str]:
        """The days, weeks and time points by which any fact of a moment of treatment is known."""
        facts = self._vocabulary.facts
        of_it = (words for words, fact in self._moments.items() if fact and facts[fact].moment == moment_of_fact)
        return frozenset().union(*map(times, of_it))

    def _with_unit_behind(self, text: str) -> tuple[str, str] | None:
        for gap in reversed(list(re.finditer(r"[\s_,./-]+", text))):
            reads = self._named(folded(text[: gap.start()]).removesuffix(" in").rstrip(","))
            fact = self._vocabulary.facts.get(reads)
            if fact is None or fact.kind != "number":
                continue
            rest = text[gap.end() :].strip(" _")
            spaced = " ".join(rest.replace("_", " ").split())
            slashed = re.sub(r"^(?:in )?per ", "/", spaced)
            for unit in (rest, spaced, slashed, spaced.replace(" ", "/"), f"/{rest}" if "/" in gap[0] else rest):
                if known_unit(fact, unit):
                    return reads, unit
        return None

    def _percent_in(self, text: str, reads: str) -> str:
        fact = self._vocabulary.facts.get(reads)
        said = {"percent", "percentage", "pct"} & set(folded(text).split())
        return "%" if said and fact is not None and fact.reading == "percent" else ""


def doubt_of_name(header: str, reads: str) -> str:
    """What the name of a column leaves open, or says otherwise than the fact as which it is read; empty if nothing."""
    if reads == LEFT_ALONE:
        words = set(folded(BRACKETS.sub(" ", header)).split())
        group = {"risk"} & words and {"group", "stratum", "arm", "stratification"} & words
        return "a risk group that somebody gave is not read; compare it with the result" if group else ""
    when = moment(next((form.text for form in forms(header)), header)).words
    if reads == "mrd_eoi" and when - {"percent", "%"} == {"mrd"}:
        return f"it names no time point and is read as {reads}, the end of induction; --map says otherwise"
    days = sorted(int(word.removeprefix("day")) for word in times(when) if word.startswith("day"))
    own = re.search(r"_d(\d+)", reads)
    if days and own and int(own[1]) not in days:
        return f"day {days[0]} is read as {reads}, which is day {own[1]}; --map says otherwise"
    return ""


def known_unit(fact: Fact, unit: str) -> str:
    """A unit as the readers of values take it; empty if the fact does not have it."""
    if fact.reading == "age":
        return age_unit(unit)
    if fact.reading == "percent":
        return percent_unit(unit)
    if not unit.strip():
        return ""
    as_it_is = {folded_unit(name) for name in (fact.unit, *fact.units)}
    return unit if folded_unit(unit) in as_it_is else own_unit(fact, unit)


def unit_factor(fact: Fact, unit: str) -> Decimal:
    """By how much a number in a unit that :func:`known_unit` gave is to be taken, to be in the fact's own unit."""
    name = own_unit(fact, unit) or unit
    return scale(fact.units.get(name, "1"))


def units_of(fact: Fact) -> str:
    """The units that a fact can be given in, as a short list."""
    if fact.reading == "age":
        return "y, mo, w, d"
    if fact.reading == "percent":
        return "percent, fraction"
    return ", ".join(list(fact.units)[:6])


def _says_when(words: frozenset[str]) -> bool:
    return len(words) > 1 and bool(times(words) or words & {"mrd", "end"})


def _is_of_diagnosis(fact: Fact) -> bool:
    return fact.moment == "diagnosis"


def _is_flag(fact: Fact) -> bool:
    return fact.kind == "flag"


def _is_fusion(fact: Fact) -> bool:
    return fact.kind == "flag" and "::" in fact.title
