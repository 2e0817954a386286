"""What a spreadsheet shows of a number: 30 with the format ``0 "months"`` shows 30 months, and that is what it says.

Only what a format adds counts: words, signs of comparison, percent, thousands left out. Digits that it hides are kept.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

_TOKEN = re.compile(r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|[_*].|\[(?P<bracket>[^\]]*)\]|(?P<sign>.)', re.DOTALL)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)(-?[\d.]+)")
_HOLDS = {
    "<=": Decimal.__le__, ">=": Decimal.__ge__, "<>": Decimal.__ne__, "<": Decimal.__lt__, ">": Decimal.__gt__,
    "=": Decimal.__eq__,
}  # fmt: skip
_SAYS = re.compile(r"[^\W_]|[<>≤≥~±%‰]")  # what stands beside a number and is more than its punctuation
_SHOWN = re.compile(r"^(.*?)([-+]?\d(?:[\d.,\u00a0\u202f ]*\d)?(?:[eE][-+]?\d+)?)(.*)$", re.DOTALL)
_SMALLEST, _DIGITS = Decimal("1e-15"), 12
_SUPER = str.maketrans("0123456789+-()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾")
_SUB = str.maketrans("0123456789+-()", "₀₁₂₃₄₅₆₇₈₉₊₋₍₎")


class _Section(NamedTuple):
    """One part of a number format: what stands before and behind the number, and how the number is scaled."""

    before: str
    behind: str
    number: bool
    percent: bool
    thousands: int
    condition: tuple[str, str] | None

    @property
    def says(self) -> bool:
        """Whether it shows more than the number itself."""
        return bool(self.percent or self.thousands or _SAYS.search(self.before + self.behind))


@lru_cache(maxsize=1 << 10)
def _sections(code: str) -> tuple[_Section, ...]:
    """The sections of a format for numbers; none if it shows dates."""
    found, parts = [], [_Parts()]
    for token in _TOKEN.finditer(code):
        if token["sign"] == ";":
            parts.append(_Parts())
        else:
            parts[-1].take(token)
    for part in parts[:3] if len(parts) > 3 else parts:
        if part.date:
            return ()
        if not part.text:
            found.append(part.section())
    return tuple(found)


class _Parts:
    """A section of a format while it is gone through."""

    def __init__(self) -> None:
        self.before = self.behind = ""
        self.number = self.percent = self.date = self.text = False
        self._thousands = 0
        self._condition: tuple[str, str] | None = None

    def take(self, token: re.Match[str]) -> None:
        """Take the next sign or literal."""
        literal = token["quoted"] if token["quoted"] is not None else token["escaped"]
        if token["bracket"] is not None:
            self._bracket(token["bracket"])
            return
        sign = token["sign"]
        if literal is None and sign is None:
            return  # a space as wide as a sign, or one that fills the cell
        if literal is not None:
            self._add(literal)
        elif sign in "0#?":
            self.number, self._thousands = True, 0
        elif sign == "," and self.number:
            self._thousands += 1
        elif sign in ".," or (sign in "eE" and self.number and not self.behind):
            pass
        elif sign == "%":
            self.percent = True
        elif sign == "@":
            self.text = True
        elif sign.casefold() in "ymdhs":
            self.date = True
        elif sign in "GgnralNRAL":  # General
            self.number = True
        else:
            self._add(sign)

    def _add(self, literal: str) -> None:
        if self.number:
            self.behind += literal
        else:
            self.before += literal

    def _bracket(self, inside: str) -> None:
        if condition := _CONDITION.fullmatch(inside):
            self._condition = condition[1], condition[2]
        elif inside.startswith("$"):
            self._add(inside[1:].partition("-")[0])
        elif inside.casefold().strip("hms") == "" and inside:
            self.date = True

    def section(self) -> _Section:
        """The section as it was gone through."""
        return _Section(self.before, self.behind, self.number, self.percent, self._thousands, self._condition)


def adds_to_numbers(code: str) -> bool:
    """Whether a number format shows more of some number than the number."""
    return any(section.says for section in _sections(code))


def shows_dates(code: str) -> bool:
    """Whether a number format is one of dates or times."""
    return not _sections(code)


def shown_text(code: str, stored: str) -> str:
    """What a cell of a number format says; empty if it is the number alone."""
    value = Decimal(repr(float(stored)))
    sections = _sections(code)
    section = _chosen(sections, value)
    if section is None or not section.says:
        return ""
    if not section.number and not section.percent:
        return (section.before + section.behind).strip()
    if len(sections) > 1 and section.condition is None:
        value = abs(value)  # the section of negative numbers shows itself what they are
    number = plain_number(value * 100 if section.percent else value / 1000**section.thousands)
    beside = [text if _SAYS.search(text) else "" for text in (section.before, section.behind)]
    return f"{beside[0]}{number}{'%' if section.percent else ''}{beside[1]}".strip()


def _chosen(sections: tuple[_Section, ...], value: Decimal) -> _Section | None:
    if not sections:
        return None
    if any(section.condition for section in sections):
        for section in sections:
            if section.condition is None or _HOLDS[section.condition[0]](value, Decimal(section.condition[1])):
                return section
        return sections[-1]
    place = 1 if value < 0 else 2 if value == 0 else 0
    return sections[place] if place < len(sections) else sections[0]


def plain_number(value: Decimal | float | str) -> str:
    """A stored number in digits, all that it has; noise of a computer's arithmetic in the last ones is left out."""
    number = Decimal(value) if isinstance(value, (str, Decimal)) else Decimal(repr(value))
    short = Decimal(f"{number:.15g}")
    if len(short.normalize().as_tuple().digits) <= _DIGITS:
        number = short
    if number and abs(number) < _SMALLEST:
        return f"{float(number)!r}"
    text = f"{number:f}" if number else "0"
    return text.rstrip("0").rstrip(".") if "." in text else text


def beside_the_number(shown: str, stored: str) -> str:
    """What a cell says that holds a number and shows a text; empty if the text is the number, perhaps rounded."""
    found = _SHOWN.match(shown)
    if found is None:
        return shown.strip() if _SAYS.search(shown) else ""
    before, number, behind = found.groups()
    beside = [text if _SAYS.search(text) else "" for text in (before, behind)]
    if not _is_rounded(number, Decimal(stored)):
        return shown.strip()
    return f"{beside[0]}{plain_number(stored)}{beside[1]}".strip() if any(beside) else ""


def _is_rounded(shown: str, value: Decimal) -> bool:
    """Whether a number as it is shown is the value, rounded, in any way of writing numbers."""
    plain = re.sub(r"[\s\u00a0\u202f]", "", shown)
    for thousands, decimal in ((",", "."), (".", ",")):
        text = plain.replace(thousands, "").replace(decimal, ".")
        try:
            number = Decimal(text)
        except InvalidOperation:
            continue
        exponent = number.as_tuple().exponent
        if isinstance(exponent, int) and abs(number - value) <= Decimal(1).scaleb(exponent) * Decimal("0.5000001"):
            return True
    return False


def raised(text: str, *, below: bool = False) -> str:
    """A text that stands above (or below) the line: digits as such digits, anything else behind a sign."""
    return text.translate(_SUB if below else _SUPER) if re.fullmatch(r"[\d+()-]*", text) else f"^{text}"
