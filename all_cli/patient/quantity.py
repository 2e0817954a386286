"""Numbers with comparison signs, units, ranges and words: ``45,000/uL``, ``<0.01%``, ``51-65``, ``M1``.

All arithmetic is decimal, so that a value written on a cut-off is on the cut-off after any change of unit.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache, lru_cache
from typing import NamedTuple

from all_cli.knowledge.vocabulary import Fact, Interval
from all_cli.logic.values import NumberSet, number_set, number_text
from all_cli.patient import two_readings
from all_cli.patient.spreadsheet import NO_NUMBER_BUT_A_DATE, is_date
from all_cli.patient.two_readings import Quantity
from all_cli.patient.units import unit_in_cell
from all_cli.patient.unreadable import UnreadableError

_NUMBER = r"[-+]?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?|\.\d+)(?:[eE][-+]?\d+)?"
# 10-4 alone is a range that runs backwards: a power needs its sign (10^-4) or its factor (1x10-4).
_POWER = r"(?:(?P<times>\d+(?:\.\d+)?)\s*[x*]\s*10\^?-|10\^-)(?P<power>\d+)"
_POWER_WITHOUT_SIGN = r"^([<>]=?\s*(?:\d+(?:\.\d+)?\s*[x*]\s*)?10)-([1-9])(?![\d.])"
_QUANTITY = (
    r"(?P<sign><=|>=|<|>|=)?\s*"
    rf"(?:{_POWER}|(?P<low>{_NUMBER})(?:\s*(?:-|\.\.|to)\s*(?P<high>{_NUMBER}))?)\s*(?P<unit>.*)"
)
_SIGNS = str.maketrans(
    {"≤": "<=", "≥": ">=", "µ": "u", "μ": "u", "×": "x", "·": "*", "−": "-", "–": "-", "⁻": "-"}
    | {"\u00a0": " ", "\u202f": " ", "\u2009": " "}  # blanks that do not break a line
)
_BLANKS_BETWEEN = r"(?<![\d.,])([1-9]\d{0,2})((?: \d{3})+)(?![\d^])"
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_AMBIGUOUS = r"[-+]?[1-9]\d{0,2},\d{3}"
BARE_COUNT, LARGEST_COUNT = 1000, 3000
"""White cells in 10⁹/L: up to the first a bare number is so read; above the second nobody has them, it is per µL."""
PERCENT = ("%", "percent", "pct", "per cent")
_LONGEST = 60
_LARGEST = Decimal(10) ** 15
# A count that a laboratory or registry cuts off at the top: 100+, 100+ K/uL.
_TOP_CODED = r"\s*(\d[\d.,]*)\s*\+\s*(?![\d.])(.*)"
_MRD_BEFORE = r"(?i)^\s*MRD[\s:-]+(?=[A-Za-z])"  # "MRD negative", "MRD-neg"
_WORD_AND_FIGURE = (
    r"(?i)(?P<word>[a-z][a-z ]*?)[\s,;:]*[(\[]?\s*(?:at\s+)?(?:a\s+)?"
    r"(?P<limit>(?:assay\s+)?(?:sensitivity|sens\.?|lod|limit of detection|detection limit)(?:\s+of)?\s*[:=]?\s*)?"
    r"(?P<figure>(?:[<>]=?\s*)?\.?\d[^()\[\]]*?)\s*[)\]]?"
)
_GROUPS = {"comma": (".", ","), "point": (",", ".")}  # sign between thousands, decimal sign
_SIGN_WORDS = {
    "less than": "<",
    "under": "<",
    "below": "<",
    "more than": ">",
    "greater than": ">",
    "over": ">",
    "at least": ">=",
}


def parse_quantity(text: str) -> Quantity | None:
    """The parts of a text that begins with a number; None if it does not."""
    plain = _plain(text)
    if plain.isascii() and plain.isdigit() and len(plain) < 20:
        return Quantity("", Decimal(plain), Decimal(plain), "", False)
    if " " in plain:
        plain = re.sub(_BLANKS_BETWEEN, lambda found: found[1] + found[2].replace(" ", ""), plain)
    for words, sign in _SIGN_WORDS.items():
        if plain.lower().startswith(words):
            plain = sign + plain[len(words) :]
    # A comparison with a range that runs backwards is neither: <10-4 lacks the sign of its power.
    if "10-" in plain:
        plain = re.sub(_POWER_WITHOUT_SIGN, r"\1^-\2", plain)
    match = _compiled().fullmatch(plain)
    if match is None:
        return None
    sign = (match["sign"] or "").replace("=", "") if match["sign"] == "=" else match["sign"] or ""
    if match["power"]:
        value = Decimal(match["times"] or 1).scaleb(-int(match["power"]))
        return Quantity(sign, value, value, match["unit"].strip(), True)
    low = _decimal(match["low"])
    high = _decimal(match["high"]) if match["high"] else low
    comma = Decimal(match["low"].replace(",", ".")) if re.fullmatch(_AMBIGUOUS, match["low"]) and low == high else None
    return Quantity(sign, low, high, match["unit"].strip(), "e" in match["low"].lower(), comma)


@cache
def _compiled() -> re.Pattern[str]:
    return re.compile(_QUANTITY)


@lru_cache(maxsize=65536)
def _plain(text: str) -> str:
    plain = text.strip()
    if plain.isascii():
        return plain
    plain = plain.translate(_SIGNS)
    plain = re.sub(r"-?[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda m: f"^{m[0].translate(_SUPERSCRIPTS)}", plain)
    return re.sub(r"\bx\s+(?=10)", "x", plain)


def _decimal(text: str) -> Decimal:
    whole, *rest = re.split(r"[eE]", text)
    # 45,000 is a thousands comma; 0,05, 0,010 and 7,5 a decimal comma.
    thousands = re.fullmatch(r"[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?", whole)
    whole = whole.replace(",", "") if thousands else whole.replace(",", ".")
    return Decimal("e".join([whole, *rest]))


def with_decimal_point(fact: Fact, text: str, decimal: str) -> str:
    """A text whose numbers are written with a decimal comma (or point), rewritten as 1234.5.

    Args:
        fact: the fact that the text is a value of.
        text: what a table wrote.
        decimal: ``comma`` (1.234,5) or ``point`` (1,234.5).

    Raises:
        UnreadableError: a number that is not written that way, such as 1.5 in a table with decimal commas.
    """
    between, sign = _GROUPS[decimal]
    form = re.compile(rf"(?:\d{{1,3}}(?:{re.escape(between)}\d{{3}})+|\d+)(?:{re.escape(sign)}\d+)?")

    def plain(match: re.Match[str]) -> str:
        number = match[0]
        if not form.fullmatch(number):
            raise UnreadableError(fact.id, text, f'"{number}" is not a number with a decimal {decimal}, as was said')
        return number.replace(between, "").replace(sign, ".")

    return re.sub(r"\d[\d.,]*\d|\d", plain, text)


class Number(NamedTuple):
    """What a text says of a numeric fact: its possible values, and what the reader took for granted, or nothing."""

    possible: NumberSet
    note: str = ""


def read_number(fact: Fact, text: str, unit: str = "", decimal: str = "", *, chosen: bool = False) -> Number:
    """The possible values of a numeric fact that ``text`` says, in the fact's own unit.

    A text that can be two numbers is refused with both, unless they are one and the same (:mod:`two_readings`).

    Args:
        fact: a fact of kind number, of any reading but age.
        text: a number, comparison or range with or without unit, or one of the fact's words.
        unit: the unit of a bare number (from an option or a column header), as the fact's units spell it; for
            percent facts ``%`` or ``fraction``.
        decimal: how the number is known to be written: ``comma``, ``point``; empty: nobody has said.
        chosen: whether ``unit`` was said of this very column by the user, and is not what its name says.

    Raises:
        UnreadableError: no number, an unknown unit, a bare number where the unit matters, or outside what can exist.
    """
    words = {folded_unit(word): spans for word, spans in fact.words.items()}
    if fact.reading == "percent":
        text = re.sub(_MRD_BEFORE, "", text)
    if (word := folded_unit(text).removesuffix(".")) in words:
        return Number(_within(fact, text, number_set(words[word])))
    if len(text) > _LONGEST:
        raise UnreadableError(fact.id, f"{text[:20]}…", "too long to be a number")
    if decimal:
        text = with_decimal_point(fact, text, decimal)
    if fact.reading == "percent":
        two_readings.refuse_ten_times(fact, text)
    if fact.reading == "percent" and (found := _worded(fact, text, words, unit)) is not None:
        return Number(_within(fact, text, found))
    quantity = _quantity(fact, text)
    quantity = quantity._replace(unit=unit_in_cell(fact, quantity.unit))
    note = ""
    if quantity.comma is not None:
        quantity, note = _one_reading(fact, text, quantity, unit)
    if fact.reading == "percent":
        factor = _percent_scale(fact, text, quantity, unit, chosen)
    else:
        factor, assumed = _unit_scale(fact, text, quantity, unit)
        note = note or assumed
    two_readings.refuse(fact, text, quantity, factor, unit, decimal=decimal, chosen=chosen)
    try:
        low, high = float(quantity.low * factor), float(quantity.high * factor)
    except (ArithmeticError, ValueError):
        raise UnreadableError(fact.id, text, "too large or too small to be a number") from None
    if quantity.sign and low != high:
        raise UnreadableError(fact.id, text, "a comparison sign and a range together")
    found = NumberSet.comparison(quantity.sign, low) if quantity.sign else NumberSet.between(low, high)
    return Number(_within(fact, text, found), note)


def _quantity(fact: Fact, text: str) -> Quantity:
    """The parts of a text that must be a number.

    Raises:
        UnreadableError: it is none, or none that a value could be.
    """
    if is_date(text):
        raise UnreadableError(fact.id, text, NO_NUMBER_BUT_A_DATE)
    if mixed := re.search(r"\d{1,3}(?:\.\d{3})+,\d+", text):
        said = mixed[0].replace(".", "").replace(",", ".")
        raise UnreadableError(fact.id, text, f"a decimal comma? Write {said}; for a table say --decimal comma")
    if fact.reading == "wbc" and (coded := re.fullmatch(_TOP_CODED, text)):
        text = f">={coded[1]} {coded[2]}"
    try:
        quantity = parse_quantity(text)
    except ArithmeticError:
        raise UnreadableError(fact.id, text, "too large or too small to be a number") from None
    if quantity is None:
        from all_cli.patient.hints import did_you_mean_finding

        hint = did_you_mean_finding(text, fact.words) or (
            f"; write for example {_examples(fact)}" if fact.examples else ""
        )
        raise UnreadableError(fact.id, text, f"not a number{hint}")
    if quantity.high.copy_abs() > _LARGEST:  # abs() itself overflows
        raise UnreadableError(fact.id, text, "too large to be a value")
    if quantity.high < quantity.low:
        raise UnreadableError(fact.id, text, _backwards(fact, quantity))
    return quantity


def _backwards(fact: Fact, quantity: Quantity) -> str:
    low, high = (f"{end.normalize():f}" for end in (quantity.low, quantity.high))
    also = f"; for 10^-{high} write 1e-{high}" if fact.reading == "percent" and low == "10" else ""
    return f"a range from {low} down to {high}, which runs backwards; if it is one, write {high}-{low}{also}"


def _worded(fact: Fact, text: str, words: Mapping[str, tuple[Interval, ...]], unit: str) -> NumberSet | None:
    """A word and a figure together, None if it is not that: ``negative (sensitivity 1e-4)``, ``positive (0.05%)``.

    Negative by an assay of sensitivity s says "below s" and no more, be s coarser or finer than what the word alone
    means. A figure that is not called a sensitivity may be one or the value found: up to and with it. Positive with a
    figure is that figure; with a sensitivity it stays "above zero".

    Raises:
        UnreadableError: the figure cannot be read, or contradicts the word.
    """
    match = re.fullmatch(_WORD_AND_FIGURE, _plain(text))
    if match is None or folded_unit(match["word"]) not in words:
        return None
    try:
        quantity = parse_quantity(match["figure"])
    except ArithmeticError:
        return None
    if quantity is None or quantity.low != quantity.high or quantity.high > _LARGEST:
        return None
    meant = number_set(words[folded_unit(match["word"])])
    # The unit of a column is that of its bare numbers: a sensitivity of 1e-4 is no 0.0001 %.
    value = float(quantity.low * _percent_scale(fact, text, quantity, "" if quantity.exponent else unit, False))
    if 0.0 not in meant:
        stated = NumberSet.comparison(quantity.sign or "==", value)
        found = meant if match["limit"] else meant & stated
    elif quantity.sign in ("", "<", "<="):
        below = bool(match["limit"]) or quantity.sign == "<"
        found = NumberSet.between(0, value, open_high=below)
    else:
        found = NumberSet(())
    if not found:
        raise UnreadableError(fact.id, text, "the word and the figure contradict each other")
    return found


def _one_reading(fact: Fact, text: str, quantity: Quantity, unit: str) -> tuple[Quantity, str]:
    """Of 45,000 as forty-five thousand and as 45.000, the reading that can be meant; refused if both can.

    A bare white cell count of 45,000 is 45 either way.

    Raises:
        UnreadableError: both readings are plausible.
    """
    assert quantity.comma is not None
    decimal = quantity._replace(low=quantity.comma, high=quantity.comma, comma=None)
    thousands = quantity._replace(comma=None)
    if fact.reading == "wbc" and not (quantity.unit or unit):
        _, note = _unit_scale(fact, text, thousands, unit)
        if not note:  # 1,000: 1 or 1000
            raise UnreadableError(fact.id, text, _bare_wbc(quantity))
        return thousands, note
    meant = []
    for reading in (thousands, decimal):
        factor = (
            _percent_scale(fact, text, decimal, unit, False)
            if fact.reading == "percent"
            else _unit_scale(fact, text, decimal, unit)[0]
        )
        if two_readings.plausible(fact, reading.low * factor):
            meant.append(reading)
    if len(meant) == 2:
        raise UnreadableError(
            fact.id, text, f"{thousands.low} or {decimal.low.normalize():f}? Write the number without a comma"
        )
    return (meant[0] if meant else thousands), ""


def _unit_scale(fact: Fact, text: str, quantity: Quantity, given: str) -> tuple[Decimal, str]:
    """What one of a number is in the fact's own unit, and a sentence if nobody said the unit and only one can be."""
    unit = folded_unit(unit_in_cell(fact, quantity.unit or given))
    if unit and unit != folded_unit(fact.unit):
        factors = {folded_unit(name): factor for name, factor in fact.units.items()}
        if unit not in factors:
            hint = f"; write for example {_examples(fact)}" if fact.examples else "; it has none"
            raise UnreadableError(fact.id, text, f'"{quantity.unit or given}" is not a unit of it{hint}')
        return two_readings.scale(factors[unit]), ""
    if not unit and fact.reading == "wbc" and quantity.high > BARE_COUNT:
        if quantity.low <= LARGEST_COUNT:
            raise UnreadableError(fact.id, text, _bare_wbc(quantity))
        bare = number_text(float(quantity.low))
        giga = number_text(float(quantity.low / 1000))
        note = f'{fact.id} "{text}" is read per µL, {giga} ×10⁹/L: a count of {bare} ×10⁹/L does not exist'
        return Decimal(1) / 1000, note
    return Decimal(1), ""


def _bare_wbc(quantity: Quantity) -> str:
    per_ul = quantity.high
    in_giga = number_text(float(per_ul / 1000))
    return (
        f"a bare number above 1000. {in_giga} ×10⁹/L? write {in_giga} or {number_text(float(per_ul))}/uL; "
        f"{number_text(float(per_ul))} ×10⁹/L? write {number_text(float(per_ul))}e9/L"
    )


def _percent_scale(fact: Fact, text: str, quantity: Quantity, given: str, chosen: bool) -> Decimal:
    unit = folded_unit(quantity.unit or given)
    if unit in PERCENT:
        if quantity.exponent and not quantity.unit:
            two_readings.refuse_power(fact, text, quantity, chosen)
        return Decimal(1)
    if unit in ("fraction", "frac", "ratio") or (not unit and quantity.exponent):
        if quantity.high > 1:
            raise UnreadableError(fact.id, text, "a fraction cannot be above 1")
        return Decimal(100)
    if unit:
        raise UnreadableError(fact.id, text, f'"{unit}" is not a unit of it; write % or a fraction such as 5e-4')
    if fact.bare == "accept" or quantity.low == quantity.high == 0:
        return Decimal(1)
    sign, bare = quantity.sign, number_text(float(quantity.high))
    as_fraction = (
        f"; if it is a fraction, write {sign}{number_text(float(quantity.high * 100))}%" if quantity.high <= 1 else ""
    )
    raise UnreadableError(
        fact.id,
        text,
        f"percent or fraction? A bare number is not read. If it is percent, write {sign}{bare}%{as_fraction}",
    )


def _within(fact: Fact, text: str, found: NumberSet) -> NumberSet:
    if fact.whole:
        found = found.whole()
    kept = found & NumberSet.between(*fact.hard)
    single = found.single
    if not kept or (single is not None and single not in kept):
        low, high = fact.hard
        bounds = f"{number_text(low or 0)} to {number_text(high)}" if high is not None else f"{low} and above"
        unit = fact.unit if fact.unit != "%" else "%"
        raise UnreadableError(fact.id, text, f"outside what can exist ({bounds} {unit})".replace(" )", ")"))
    return kept


def _examples(fact: Fact) -> str:
    return " or ".join(fact.examples[:3])


@lru_cache(maxsize=8192)
def folded_unit(text: str) -> str:
    """A unit, or a word, with case and blanks made alike."""
    return " ".join(_plain(text).lower().replace("_", " ").split()).replace(" /", "/").replace("/ ", "/")
