"""What a spreadsheet makes of cytogenetic notation: ``12;21`` becomes a date, ``+21`` a formula or a bare number."""

from __future__ import annotations

import re

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# Patterns of this room are compiled when they are first needed: most commands meet no such text.
_NAMED = (
    rf"(?i)(?:(?P<day>[0-9]{{1,2}})[-. /](?P<month>{'|'.join(_MONTHS)})[a-z]*"
    rf"|(?P<month2>{'|'.join(_MONTHS)})[a-z]*[-. /]"
    r"(?P<day2>[0-9]{1,2}))(?:[-. /][0-9]{2,4})?"
)
_DATE = (
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[ T][0-9:.]+)?|[0-9]{1,2}[-./][0-9]{1,2}[-./][0-9]{2,4}|[0-9]{1,2}/[0-9]{1,2}"
)

_WITH_YEAR = (
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[ T][0-9:.]+)?|[0-9]{4}([/.])[0-9]{1,2}\1[0-9]{1,2}"
    r"|[0-9]{1,2}([-./])[0-9]{1,2}\2(?:[0-9]{4}|[0-9]{2})(?: [0-9:.]+)?"
)
NO_NUMBER_BUT_A_DATE = (
    "a date, and no number; a spreadsheet makes one of 3-4 and of 10.12: format the column as text and write the "
    "number again"
)


def is_date(text: str) -> bool:
    """Whether a text is a date of day, month and year, or of a named month with a day or a year."""
    text = text.strip()
    return re.fullmatch(_WITH_YEAR, text) is not None or re.fullmatch(_NAMED, text) is not None


def damage(text: str) -> str:
    """What a text looks like that a spreadsheet has changed, and what to write instead; empty if it does not."""
    text = text.strip()
    if named := re.fullmatch(_NAMED, text):
        month = _MONTHS.index((named["month"] or named["month2"])[:3].lower()) + 1
        day = int(named["day"] or named["day2"])
        return f"a date that a spreadsheet made of {month};{day}? write t({month};{day})"
    if re.fullmatch(_DATE, text):
        return "a date; a spreadsheet makes one of 12;21: write t(12;21)"
    if pair := re.fullmatch(r"([0-9]{1,2})\s*;\s*([0-9]{1,2})", text):
        return f"a translocation? write t({pair[1]};{pair[2]})"
    if text.startswith("=") or re.fullmatch(r"#[A-Z/0]+[?!]?", text):
        return "a spreadsheet formula; a cell +21 becomes one: format the column as text and write the finding again"
    if re.fullmatch(r"[1-9]|1[0-9]|2[0-2]", text):
        return f"a bare number; a spreadsheet leaves this of +{text}: write +{text} or trisomy {text}"
    return ""
