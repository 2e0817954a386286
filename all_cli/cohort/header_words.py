"""The words of column names: what wraps them, what they leave out, how laboratories and languages spell the same.

Nothing here knows a fact. Names of facts in any language are in ``facts.yaml``; here is what stands around them:
``Characteristics[age]``, ``age (years):ch1``, ``diagnoses.age_at_diagnosis``, ``MRD Tag 33``, ``WBC (x 10^9/L)``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache, partial
from typing import NamedTuple

BRACKETS = re.compile(r"[\[(]\s*([^\[\]()]+?)\s*[\])]")
_WIDE = str.maketrans("（）［］【】：％／，　", "()[][]:%/, ")
# ArrayExpress, GEO as GEOquery and GEOparse name it, GDC, St. Jude Cloud. A second channel (ch2) is another sample.
_WRAPPED = (
    re.compile(r"(?:characteristics|factor ?value)\s*\[(?P<name>.+)\]", re.IGNORECASE),
    re.compile(r"(?P<name>.+?)[:.]ch1", re.IGNORECASE),
    re.compile(r"characteristics_ch1(?:\.\d+)?[.:]\s*(?P<name>.+)", re.IGNORECASE),
    re.compile(r"(?:cases\.)?(?P<of>diagnoses)(?:\.0)?\.(?P<name>[a-z_]+)", re.IGNORECASE),
    re.compile(r"(?:cases\.)?(?:demographic|clinical|patient)\.(?P<name>.+)", re.IGNORECASE),
    re.compile(r"attr_(?P<name>.+)"),
)
_POWER_IN_BRACKETS = re.compile(r"\b(x?10)\s*[\[(]\s*(\d{1,2})\s*[\])]")

# The short names need a time beside them: EMR alone is more often the medical record.
_MRD = re.compile(
    r"\b(?:minimal|measurable) residual disease\b|\bminimale resterkrankung\b"
    r"|\bmaladie residuelle(?: minime| minimale)?\b"
    r"|\benfermedad (?:minima residual|residual minima|residual medible)\b|\bdoenca residual minima\b"
    r"|\bmalattia (?:minima residua|residua minima|residua)\b|微小残留病灶?|微量残留病"
)
_SHORT_MRD = re.compile(r"\b(?:emr|erm|drm)\b")
_TIMES = (
    ("day", re.compile(r"\b(?:day|d|tag|jour|j|dia|giorno) ?(\d{1,3})\b|第? ?(\d{1,3}) ?[天日]")),
    ("week", re.compile(r"\b(?:week|wk|w|woche|semaine|semana|settimana) ?(\d{1,3})\b|第? ?(\d{1,3}) ?周")),
    ("tp", re.compile(r"\b(?:tp|time ?point|zeitpunkt) ?(\d)\b")),
)
_ENDS = (
    (re.compile(r"\bd (?=induction\b|consolidation\b)"), ""),
    (re.compile(r"\beoi\b|诱导(?:治疗)?结束"), " end induction "),
    (re.compile(r"\beoc\b|巩固(?:治疗)?结束"), " end consolidation "),
)
_FILLING = frozenset(
    {"at", "on", "of", "in", "the", "by", "level", "levels", "value", "result", "results", "continuous"}
    | {"flow", "fcm", "mfc", "facs", "cytometry", "pcr", "rq", "ngs"}
    | {"der", "die", "am", "zu", "de", "del", "des", "la", "le", "di", "da", "do", "al", "au", "el"}
)
_MARROW = frozenset({"bm", "bone", "marrow", "km", "knochenmark", "mo", "moelle", "medula", "midollo", "骨髓"})
_BEFORE = ("diagnostic ", "diagnosis ", "dx ", "initial ", "presenting ", "presentation ", "初诊时", "初诊", "诊断时")
_BEHIND = (
    " at the time of diagnosis", " at time of diagnosis", " at initial diagnosis", " at diagnosis", " at presentation",
    " at diag", " at dx", " diagnosis", " diag", " dx", " bei erstdiagnose", " bei diagnose", " au diagnostic",
    " al diagnostico", " ao diagnostico", " alla diagnosi",
)  # fmt: skip
# In brackets behind a name they change nothing: how it was found, that it is of the diagnosis; of what is no number
# also how it is written. Of a number m could be months.
_ASIDE = frozenset(
    {"fish", "pcr", "rt", "rq", "qpcr", "ngs", "rna", "dna", "seq", "flow", "fcm", "mfc", "facs", "cytometry", "mlpa"}
    | {"array", "iscn", "banding", "karyotyping", "at", "diagnosis", "diag", "dx", "initial", "presentation"}
    | {"bm", "bone", "marrow", "status", "result"}
)
_CODES = frozenset(
    {"yes", "no", "y", "n", "0", "1", "m", "f", "male", "female", "b", "t", "or", "pos", "neg", "positive", "negative"}
    | {"present", "absent"}
)
_DATE_FORM = re.compile(r"(?:[dmyjat]{1,4}[-/. ]?){3}", re.IGNORECASE)
_AGE_UNITS = {
    **dict.fromkeys(("y", "yr", "yrs", "year", "years", "a", "jahre", "jahren", "ans", "annees", "anos", "anni"), "y"),
    **dict.fromkeys(("岁", "周岁", "年"), "y"),
    **dict.fromkeys(("mo", "mos", "month", "months", "monate", "monaten", "mois", "meses", "mesi", "月", "月龄"), "mo"),
    **dict.fromkeys(("w", "wk", "week", "weeks", "wochen", "semaines", "semanas", "settimane", "周"), "w"),
    **dict.fromkeys(("d", "day", "days", "tage", "tagen", "jours", "dias", "giorni", "天", "日龄"), "d"),
}
_PERCENT_UNITS = {
    **dict.fromkeys(
        ("%", "percent", "percentage", "per cent", "pct", "prozent", "pourcentage", "porcentaje", "percentuale"), "%"
    ),
    **dict.fromkeys(("fraction", "ratio"), "fraction"),
}


class Form(NamedTuple):
    """One way of taking a column name: its text, and the unit of an age that its source keeps without saying so."""

    text: str
    age_unit: str = ""


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """A column name with case, accents and separators made alike."""
    plain = text.replace("\ufeff", "").translate(_WIDE).casefold()
    if not plain.isascii():
        plain = "".join(sign for sign in unicodedata.normalize("NFD", plain) if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[_\-./?*'’]+|::", " ", plain).split())


def forms(header: str) -> Iterator[Form]:
    """A header, and what it is without its wrapping and when its words are told apart.

    ``AgeAtDiagnosis``, ``MRD Day29``, ``MRD percent day 29``.
    """
    plain = _POWER_IN_BRACKETS.sub(r"\1^\2", " ".join(header.replace("\ufeff", "").translate(_WIDE).split()))
    text, age_unit = plain, ""
    for wrapping in _WRAPPED:
        if match := wrapping.fullmatch(text):
            # The age at diagnosis of the GDC is in days (its data dictionary).
            age_unit = "d" if match.groupdict().get("of") else age_unit
            text = match["name"]
    yield Form(text, age_unit)
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", text)
    parted = re.sub(r"(?i)\b(day|week|d)_?(?=\d)", lambda found: f"{found[1]} ", parted)
    if parted != text:
        yield Form(parted, age_unit)
    percent = re.sub(r"(?i)(?<![a-z])(?:percent|percentage|pct)(?![a-z])|%", " ", parted)
    if percent != parted:
        yield Form(f"{BRACKETS.sub(lambda found: found[0] if found[1].strip() else ' ', percent)} percent", age_unit)


def without_diagnosis(name: str) -> Iterator[str]:
    """A folded name without the words that only say that it is of the diagnosis."""
    for words in _BEHIND:
        if name.endswith(words):
            yield name.removesuffix(words)
    for words in _BEFORE:
        if name.startswith(words):
            yield name.removeprefix(words).strip()


def changes_nothing(words: str, *, codes: bool = False, grades: bool = False) -> bool:
    """Whether words in brackets behind a name leave its meaning as it is.

    Args:
        words: the words.
        codes: whether they may say how cells are written, as yes/no and M/F do.
        grades: whether they may be the grades of a choice: 1/2/3, CNS1.
    """
    found = folded(words).replace(",", " ").replace(";", " ").split()
    allowed = _ASIDE | (_CODES if codes else frozenset())
    return all(word in allowed or (grades and re.fullmatch(r"(?:cns)?\d[abc]?", word)) for word in found)


def is_date_form(words: str) -> bool:
    """Whether words in brackets say how dates are written: dd/mm/yyyy."""
    return bool(_DATE_FORM.fullmatch(words.strip()))


class Moment(NamedTuple):
    """The words of a name that says when, in no order; ``marrow`` says that it names the marrow and what it is of."""

    words: frozenset[str]
    marrow: bool = False


@lru_cache(maxsize=4096)
def moment(text: str) -> Moment:
    """The words of a name with its days, weeks and time points in one spelling, the words that add nothing left out."""
    name = f" {_MRD.sub(' mrd ', folded(BRACKETS.sub(lambda found: f' {found[1]} ', text)))} "
    for kind, pattern in _TIMES:
        name = pattern.sub(partial(_numbered, kind), name)
    for pattern, meant in _ENDS:
        name = pattern.sub(meant, name)
    words = frozenset(name.replace(",", " ").split()) - _FILLING
    if times(words) or "end" in words:
        words = frozenset(_SHORT_MRD.sub("mrd", word) for word in words)
    if "mrd" in words:
        return Moment(words - _MARROW, bool(words & _MARROW))
    return Moment(words)


def _numbered(kind: str, found: re.Match[str]) -> str:
    return f" {kind}{int(found[found.lastindex or 1])} "


def times(words: frozenset[str]) -> frozenset[str]:
    """The days, weeks and time points among the words of :func:`moment`."""
    return frozenset(word for word in words if re.fullmatch(r"(?:day|week|tp)\d+", word))


def age_unit(text: str) -> str:
    """``y``, ``mo``, ``w`` or ``d`` for a unit of age; empty for anything else."""
    return _AGE_UNITS.get(folded(text).removeprefix("in "), "")


def percent_unit(text: str) -> str:
    """``%`` or ``fraction``; empty for anything else."""
    return _PERCENT_UNITS.get(folded(text).removeprefix("in "), "")


_PERSONS = frozenset(
    {"donor", "spender", "mother", "mutter", "father", "vater", "maternal", "paternal", "parent", "parents"}
    | {"sibling", "family"}
)
_RELAPSE = frozenset(
    {"relapse", "relapses", "relapsed", "recurrence", "recurrent", "rezidiv", "rechute", "recaida", "recidiva", "复发"}
)
ELSEWHERE = _PERSONS | _RELAPSE | frozenset({"follow", "followup", "last"})
"""Words of another person, or of another time than the diagnosis."""
_TREATED = (
    r"(?:induction|consolidation|treatment|therapy|chemotherapy|transplant(?:ation)?|hsct|sct|bmt|remission|prephase"
    r"|steroids?|prednisone|prednisolone|induktion|konsolidierung|therapie)"
)
_LATER = re.compile(
    rf"\b(?:post|after|following|end of|during|nach)(?: the| der)? {_TREATED}\b|\bposttreatment\b"
    r"|\b(?:in|at)(?: the time of)? (?:first |second |complete )?(?:remission|progression|death|transplant(?:ation)?)\b"
    r"|\bcurrent(?:ly)?\b|\bmost recent\b|\baktuell\w*|\bactuel\w*"
)
_PHASES = {
    "end-of-induction": re.compile(
        r"\bend induction\b|\b(?:post|after|following|nach|ende|fin|fim|fine) (?:the |der |de |di |da |do )*indu[ck]\w+"
    ),
    "end-of-consolidation": re.compile(
        r"\bend consolidation\b"
        r"|\b(?:post|after|following|nach|ende|fin|fim|fine) (?:the |der |de |di |da |do )*(?:consolida|konsolidier)\w+"
    ),
}
FIRST_DAYS = frozenset({"day0", "day1", "week0"})
"""Days at which a patient is as at diagnosis."""
_NO_PLAIN_NUMBER = re.compile(
    r"\b(?:log ?(?:2|10)?|ln|logarithm\w*|transformed|categor\w+|kategorie\w*|groups?|grouped|gruppe\w*|quartiles?"
    r"|tertiles?|percentiles?|z score|binned|dichotomi[sz]ed|standardi[sz]ed)\b"
)
_DIAGNOSIS = re.compile(r"diagn|baseline|initial|presentation|诊")


def speaks_of_person(name: str) -> bool:
    """Whether a name speaks of another person than the patient."""
    return bool(_PERSONS & set(re.findall(r"\w+", folded(name))))


def speaks_of_else(name: str) -> bool:
    """Whether a name speaks of another person or of another time than the diagnosis."""
    words = folded(name).replace("last birthday", "")  # completed years
    return bool(ELSEWHERE & set(re.findall(r"\w+", words))) or "复发" in words


def speaks_of_relapse(name: str) -> bool:
    """Whether a name speaks of a relapse."""
    words = folded(name)
    return bool(_RELAPSE & set(re.findall(r"\w+", words))) or "复发" in words


def speaks_of_later(text: str) -> bool:
    """Whether a sentence speaks of a time after treatment began."""
    return bool(_LATER.search(folded(text)))


def phases_ended(text: str) -> frozenset[str]:
    """The ends of phases of treatment of which a text speaks, as moments of the vocabulary."""
    plain = folded(text)
    for pattern, meant in _ENDS:
        plain = pattern.sub(meant, plain)
    words = " ".join(re.sub(r"\bend (?:of )?(?:the )?", "end ", plain).split())
    return frozenset(phase for phase, pattern in _PHASES.items() if pattern.search(words))


def speaks_of_no_plain_number(text: str) -> bool:
    """Whether a sentence says that cells hold groups, logarithms or answers instead of the number itself."""
    return bool(_NO_PLAIN_NUMBER.search(folded(text)) or re.search(r"[<>≥≤].*\?\s*$", text))


def is_of_diagnosis(text: str) -> bool:
    """Whether a heading says that what stands below it is of the diagnosis, perhaps among others."""
    return bool(_DIAGNOSIS.search(folded(text)))
