"""What the name of a column says: which fact, and in which unit.

Names are matched without case, and with ``_ - . / ::`` as spaces. A unit may stand in brackets anywhere, at the end,
or as a word of its own: ``WBC [/uL]``, ``Age (years) at diagnosis``, ``age_days``, ``MRD_PERCENT_DAY_29``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from all_cli.knowledge.vocabulary import Fact, Vocabulary
from all_cli.patient.quantity import read_number
from all_cli.patient.unreadable import UnreadableError

GENETICS, BORN, DIAGNOSED, LEFT_ALONE = "genetics", "born", "diagnosed", "-"
SPECIAL = (GENETICS, BORN, DIAGNOSED, LEFT_ALONE)
_SPECIAL_NAMES = {
    GENETICS: (
        "genetics", "genetic findings", "genetic abnormalities", "karyotype", "karyotype at diagnosis", "iscn",
        "iscn karyotype", "cytogenetics", "cytogenetic findings", "cytogenetics at diagnosis",
    ),
    BORN: ("born", "date of birth", "birth date", "birthdate", "dob"),
    DIAGNOSED: (
        "diagnosed", "date of diagnosis", "diagnosis date", "date of dx", "dx date", "date of initial diagnosis",
        "initial diagnosis date",
    ),
}  # fmt: skip
_AGE_UNITS = {
    **dict.fromkeys(("y", "yr", "yrs", "year", "years", "a"), "y"),
    **dict.fromkeys(("mo", "mos", "month", "months"), "mo"),
    **dict.fromkeys(("w", "wk", "week", "weeks"), "w"),
    **dict.fromkeys(("d", "day", "days"), "d"),
}
_PERCENT_UNITS = {"%": "%", "percent": "%", "pct": "%", "fraction": "fraction", "ratio": "fraction"}
_NEAR = 0.8  # "agee" and "lineag" are near, "Patient" and "pten altered" are not
_BRACKETS = re.compile(r"[\[(]\s*([^\[\]()]+?)\s*[\])]")
_AT_DIAGNOSIS = (" at diagnosis", " at dx", " dx", " at presentation")
_OF_A_FLAG = (" status", " result")
_OF_A_FUSION = (" fusion status", " fusion", " fusion result")


class HeaderNames:
    """The names under which the facts of a vocabulary are known in tables."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._names = {folded(name): reads for reads, names in _SPECIAL_NAMES.items() for name in names}
        self._shown: dict[str, str] = {}
        for fact in vocabulary.facts.values():
            for name in (fact.id, *fact.aliases, fact.title, *fact.columns):
                self._names.setdefault(folded(name), fact.id)

    def find(self, header: str) -> tuple[str, str]:
        """What a header names (a fact, :data:`SPECIAL` or nothing) and the unit written in it, as written."""
        for form in _forms(header):
            reads, unit = self._find(form)
            if reads:
                return reads, unit or self._percent_in(form, reads)
        return "", ""

    def close(self, header: str) -> str:
        """The fact whose name a header holds, or is spelled most like; empty if none is near."""
        bare = folded(_BRACKETS.sub(" ", header))
        within = [name for name in self._names if len(name) > 2 and f" {name} " in f" {bare} "]
        if within:
            return self._names[max(within, key=len)]
        near = get_close_matches(bare, list(self._names), 1, cutoff=_NEAR) if len(bare) > 2 else []
        return self._names[near[0]] if near else ""

    def _find(self, text: str) -> tuple[str, str]:
        name = folded(text)
        if name in self._names:
            return self._names[name], ""
        if brackets := list(_BRACKETS.finditer(text)):
            # The last pair of brackets holds the unit, unless the words in it are part of the name.
            last = brackets[-1]
            opened = folded(f"{text[: last.start()]} {last[1]} {text[last.end() :]}")
            if opened in self._names:
                return self._names[opened], ""
            reads, unit = self._find(f"{text[: last.start()]} {text[last.end() :]}")
            return (reads, unit or last[1]) if reads else self._less(name) or ("", "")
        return self._with_unit_behind(text) or self._less(name) or ("", "")

    def _with_unit_behind(self, text: str) -> tuple[str, str] | None:
        for gap in reversed(list(re.finditer(r"[\s_,./-]+", text))):
            reads = self._names.get(folded(text[: gap.start()]).removesuffix(" in").rstrip(","), "")
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

    def _less(self, name: str) -> tuple[str, str] | None:
        """A name without the word that only says when or what kind of column it is."""
        for endings, fits in ((_AT_DIAGNOSIS, _is_of_diagnosis), (_OF_A_FUSION, _is_fusion), (_OF_A_FLAG, _is_flag)):
            for ending in endings:
                reads = self._names.get(name.removesuffix(ending), "") if name.endswith(ending) else ""
                if reads in self._vocabulary.facts and fits(self._vocabulary.facts[reads]):
                    return reads, ""
        return None

    def _percent_in(self, form: str, reads: str) -> str:
        fact = self._vocabulary.facts.get(reads)
        said = {"percent", "percentage", "pct"} & set(folded(form).split())
        return "%" if said and fact is not None and fact.reading == "percent" else ""


def doubt_of_name(header: str, reads: str) -> str:
    """What the name of a column leaves open, or says otherwise than the fact as which it is read; empty if nothing."""
    name = folded(_BRACKETS.sub(" ", header))
    if reads == LEFT_ALONE:
        group = {"risk"} & set(name.split()) and {"group", "stratum", "arm", "stratification"} & set(name.split())
        return "a risk group that somebody gave is not read; compare it with the result" if group else ""
    if name == "mrd" and reads == "mrd_eoi":
        return f"it names no time point and is read as {reads}, the end of induction; --map says otherwise"
    days = re.findall(r"\b(?:day|d) ?(\d+)\b", name)
    own = re.search(r"_d(\d+)", reads)
    if days and own and own[1] not in days:
        return f"day {days[0]} is read as {reads}, which is day {own[1]}; --map says otherwise"
    return ""


def known_unit(fact: Fact, unit: str) -> str:
    """A unit as the readers of values take it; empty if the fact does not have it."""
    plain = " ".join(unit.casefold().replace("µ", "u").replace("μ", "u").split())
    if fact.reading == "age":
        return _AGE_UNITS.get(plain, "")
    if fact.reading == "percent":
        return _PERCENT_UNITS.get(plain, "")
    if not plain:
        return ""
    try:
        read_number(fact, f"1 {unit}")
    except UnreadableError as error:
        if "unit" in error.why or "not a number" in error.why:
            return ""
    return unit


def units_of(fact: Fact) -> str:
    """The units that a fact can be given in, as a short list."""
    if fact.reading == "age":
        return "y, mo, w, d"
    if fact.reading == "percent":
        return "percent, fraction"
    return ", ".join(list(fact.units)[:6])


def folded(text: str) -> str:
    """A column name with case and separators made alike."""
    return " ".join(re.sub(r"[_\-./]+|::", " ", text.replace("\ufeff", "").casefold()).split())


def _forms(header: str) -> Iterator[str]:
    """A header, and what it is when its words are told apart: AgeAtDiagnosis, MRD Day29, MRD percent day 29."""
    yield header
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", header)
    parted = re.sub(r"(?i)\b(day|week|d)_?(?=\d)", lambda found: f"{found[1]} ", parted)
    if parted != header:
        yield parted
    percent = re.sub(r"(?i)(?<![a-z])(?:percent|percentage|pct)(?![a-z])", " ", parted)
    if percent != parted:
        yield f"{percent} percent"


def _is_of_diagnosis(fact: Fact) -> bool:
    return fact.moment == "diagnosis"


def _is_flag(fact: Fact) -> bool:
    return fact.kind == "flag"


def _is_fusion(fact: Fact) -> bool:
    return fact.kind == "flag" and "::" in fact.title
