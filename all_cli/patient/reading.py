"""One text for one fact: numbers, choices, flags, and the many ways of saying that nothing is known.

Ages, numbers and hints are loaded when a text needs them; every command starts with this module.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from all_cli.knowledge.vocabulary import Fact
from all_cli.logic.values import ABSENT, PRESENT, ChoiceSet, NumberSet, Possible, number_text
from all_cli.patient.unreadable import UnreadableError

UNKNOWN_WORDS = frozenset(
    {"", "unknown", "unk", "na", "n/a", "#n/a", "nan", "null", "nd", "n.d.", "not done", "not available", "missing"}
    | {"pending", "?", ".", "-", "--", "not tested", "not known", "not evaluable", "inconclusive"}
    | {"n.a.", "n.a", "n/d", "n.d", "nk", "n/k", "<na>", "nat", "(null)", "tbd", "failed"}
    | {"not reported", "not recorded", "not stated", "not performed", "not assessed", "not evaluated", "unavailable"}
    | {"not determined", "not applicable", "indeterminate", "equivocal", "unspecified", "'--", "[unknown]"}
    | {"[not available]", "[not applicable]", "[not evaluated]"}
    # German, French, Spanish, Portuguese, Italian, Chinese
    | {"unbekannt", "nicht bekannt", "nicht untersucht", "k.a.", "keine angabe", "inconnu", "non connu", "non fait"}
    | {"desconocido", "desconocida", "no realizado", "desconhecido", "desconhecida", "não realizado", "sconosciuto"}
    | {"sconosciuta", "non eseguito", "non noto", "未知", "不详", "未查", "未检测", "未做"}
)
# 1.0 and 0.0 are what a column of 1, 0 and empty cells becomes in programs that keep numbers as fractions.
PRESENT_WORDS = frozenset(
    {"present", "yes", "y", "true", "positive", "positiv", "pos", "pos.", "detected", "1", "1.0", "+"}
    | {"ja", "oui", "sí", "si", "sim", "sì", "positif", "positivo", "positiva", "是", "有", "阳性"}
)
# p190 or Ph+ in place of yes is a finding; the bare name of a gene or band only repeats what the column is about.
_PLACE = r"[A-Z][A-Z0-9]*|\d+[pq][\d.]*"
_LESIONS = frozenset({"rearranged", "mutated", "deleted", "fused", "amplified", "altered"})
ABSENT_WORDS = frozenset(
    {
        "absent",
        "no",
        "n",
        "false",
        "negative",
        "negativ",
        "neg",
        "neg.",
        "not detected",
        "none",
        "0",
        "germline",
        "wild type",
        "wt",
    }
    | {"not rearranged", "not present", "normal", "wild-type", "wildtype", "undetected", "not found", "0.0"}
    | {"nein", "non", "não", "nao", "négatif", "negatif", "negativo", "negativa", "否", "无", "阴性"}
)


class Reading(NamedTuple):
    """What a text says of a fact: the values still possible (None: nothing is known), and a warning or none."""

    possible: Possible | None
    warning: str = ""


def read_value(fact: Fact, text: str, unit: str = "", decimal: str = "", *, chosen: bool = False) -> Reading:
    """Read one text as a value of one fact.

    Args:
        fact: the fact.
        text: what a person or a table wrote.
        unit: the unit of bare numbers, if the option or the column header names it.
        decimal: how a table writes its numbers, ``comma`` or ``point``; empty if nobody has said.
        chosen: whether the user has said the unit of this very column.

    Raises:
        UnreadableError: the text says nothing that this fact can be.
    """
    folded = fold(text)
    if folded in UNKNOWN_WORDS:
        return Reading(None)
    match fact.kind:
        case "number":
            if fact.reading == "age":
                from all_cli.patient.age import read_age

                age = read_age(fact, text, unit, decimal)
                return Reading(age, implausible(fact, text, age))
            from all_cli.patient.quantity import read_number

            found = read_number(fact, text, unit, decimal, chosen=chosen)
            return Reading(found.possible, found.note or implausible(fact, text, found.possible))
        case "flag":
            return Reading(_flag(fact, text, folded))
        case _:
            return Reading(_choice(fact, text, folded))


def value_text(fact: Fact, possible: Possible) -> str:
    """The value as reports print it: ``7 y``, ``45 ×10⁹/L``, ``<0.01 %``, ``CNS2``, ``rearranged``."""
    if isinstance(possible, NumberSet):
        if fact.reading == "age":
            from all_cli.patient.age import age_text

            return age_text(possible)
        low, high = fact.hard
        spans = []
        for (start, start_edge), (end, end_edge) in possible.spans:
            if (start, start_edge) == (end, end_edge):
                spans.append(number_text(start))
            elif low is not None and start == low and start_edge > 0 and high is not None and end >= high:
                spans.append(f">{number_text(low)}")
            elif low is not None and start <= low:
                spans.append(f"{'<' if end_edge < 0 else '≤'}{number_text(end)}")
            elif high is not None and end >= high:
                spans.append(f"{'>' if start_edge > 0 else '≥'}{number_text(start)}")
            else:
                spans.append(f"{number_text(start)}–{number_text(end)}")
        return f"{' or '.join(spans)} {fact.unit}".strip()
    return words_text(fact, possible)


def words_text(fact: Fact, words: ChoiceSet) -> str:
    """Values of a choice or flag in the vocabulary's order, whole sets by their name: ``CNS1 or CNS2``."""
    if fact.kind == "flag":
        return " or ".join(fact.values[word].label for word in fact.values if word in words)
    shown: list[str] = []
    for word in fact.values:
        if word in words:
            named = next((n for n, members in fact.sets.items() if word in members and words.issuperset(members)), word)
            if named not in shown:
                shown.append(named)
    return " or ".join(shown) or "none"


def fold(text: str) -> str:
    """A text with case, spacing, hyphens and underscores made alike."""
    return " ".join(text.strip().casefold().replace("_", " ").split())


def _flag(fact: Fact, text: str, folded: str) -> ChoiceSet:
    own = {fold(fact.values[PRESENT].label): PRESENT, fold(fact.values[ABSENT].label): ABSENT}
    if folded in own:
        return frozenset({own[folded]})
    if any(folded == fold(spelling) and not re.fullmatch(_PLACE, spelling) for spelling in fact.spellings):
        return frozenset({PRESENT})
    # "deleted" is the finding of an IKZF1 deletion and no KMT2A rearrangement: the fact's own spellings tell.
    named = folded in _LESIONS and any(fold(spelling).endswith(f" {folded}") for spelling in fact.spellings)
    if folded in PRESENT_WORDS or named:
        return frozenset({PRESENT})
    if folded in ABSENT_WORDS:
        return frozenset({ABSENT})
    raise UnreadableError(fact.id, text, "neither present nor absent; write yes, no or unknown")


def _choice(fact: Fact, text: str, folded: str) -> ChoiceSet:
    known = choice_words(fact)
    if re.fullmatch(r"\d+\.0", folded):
        folded = folded.removesuffix(".0")
    if loose(folded) in known:
        return known[loose(folded)]
    found: frozenset[str] = frozenset()
    for part in re.split(r"\s*(?:\||\bor\b)\s*", folded):
        if loose(part) not in known:
            choices = [*fact.sets, *fact.values]
            from all_cli.patient.hints import did_you_mean_finding

            hint = did_you_mean_finding(part, {choice: known[loose(choice)] for choice in choices})
            hint = hint or f" (one of: {', '.join(choices)})"
            if fact.id == "cns" and part in PRESENT_WORDS:
                hint = ": blasts in the fluid are CNS2 or CNS3, by the count of cells; CNS2 or CNS3 says that either is"
            raise UnreadableError(fact.id, text, f"not a value of it{hint}")
        found |= known[loose(part)]
    return found


def choice_words(fact: Fact) -> dict[str, frozenset[str]]:
    """All spellings of the values of a choice, as :func:`loose` leaves them, with the values that each can mean."""
    known: dict[str, frozenset[str]] = {}
    for name, value in fact.values.items():
        for spelling in (name, value.label, *value.spellings):
            # A spelling that several values share leaves all of them.
            known[loose(spelling)] = known.get(loose(spelling), frozenset()) | {name}
    for name, members in fact.sets.items():
        known[loose(name)] = frozenset(members)
    return known


@lru_cache(maxsize=4096)
def loose(text: str) -> str:
    """A spelling of a choice without case, accents, and signs between letters; ``-3`` and ``T-`` keep theirs."""
    plain = re.sub(r"(?<=[^\s\-/])[\s\-/]+(?=[^\s\-/])", "", text.casefold().strip())
    if plain.isascii():
        return plain
    return "".join(sign for sign in unicodedata.normalize("NFD", plain) if not unicodedata.combining(sign))


def implausible(fact: Fact, text: str, possible: NumberSet) -> str:
    """A sentence if a value is outside what is usual; else empty."""
    single = possible.single
    low, high = fact.plausible
    if single is None or ((low is None or single >= low) and (high is None or single <= high)):
        return ""
    usual = f"{number_text(low or 0)} to {number_text(high)}" if high is not None else f"from {number_text(low or 0)}"
    return f'{fact.id} "{text}" is outside the usual range ({usual} {fact.unit}); is it meant?'
