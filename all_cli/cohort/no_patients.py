"""Lines of a table that are plainly no patient: totals, means, legends, headings of groups, names again, empty rows.

They come back as every row does, as spoiled ones with the reason. A line is one by its first cell and by the others,
which hold no words; one cell alone is not enough where somebody may be called so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from all_cli.cohort.header_rows import as_written

if TYPE_CHECKING:
    import polars as pl

_SUMS = (
    "total", "totals", "totale", "subtotal", "sum", "summe", "gesamt", "insgesamt", "average", "mean", "median", "sd",
    "std", "standard deviation", "range", "iqr", "minimum", "maximum", "mittelwert", "standardabweichung", "moyenne",
    "médiane", "media", "mediana", "promedio", "合计", "总计", "平均", "中位数",
)  # fmt: skip
_BESIDE = {
    *(" ".join(_SUMS).split()), "grand", "overall", "all", "and", "or", "of", "n", "min", "max", "patients",
    "patienten", "cases", "pts", "rows", "se", "sem", "dev", "iq",
}  # fmt: skip
_BEGIN = (*_SUMS, "grand total", "overall")
_NOTES = ("legend", "legende", "source", "data source", "quelle", "abbreviation", "abkürzung", "footnote")
_REMARKS = ("note", "anmerkung", "remark")
_NOTE = re.compile(rf"(?:{'|'.join(_NOTES)})(?:s|en)?\s*[:：]", re.IGNORECASE)
_REMARK = re.compile(rf"(?:{'|'.join(_REMARKS)})(?:s|en)?\s*[:：]", re.IGNORECASE)
_NUMBER_OF = re.compile(r"n\s*=\s*\d[\d.,]*", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_WORDS = tuple(
    form
    for word in (*_BEGIN, *_NOTES, *_REMARKS, "n")
    for form in {word, word.capitalize(), word.upper(), word.title()}
)
_CANDIDATE = rf"(?i)^\s*(?:{'|'.join((*_BEGIN, *_NOTES, *_REMARKS))}|n\s*=)"
_WIDE = 3  # columns from which on one cell alone can be a heading
_LAST = "\U0010ffff"
_HEADING = (
    r"(?i)\b(?:risk|risiko|riesgo|risque|risco|rischio|group|gruppe|groupe|grupo|gruppo|arm|cohort|kohorte|cohorte"
    r"|stratum|study|trial|protocol|cent(?:er|re)|zentrum|hospital|site|patients?|patienten|children|kinder|infants"
    r"|adults|adolescents|relapses?|[BT]-?(?:cell|ALL|lineage)|ALL|hr|sr|ir|vhr)\b"
)
EMPTY = "the row is empty and taken for no patient"


def no_patients(frame: pl.DataFrame) -> dict[int, str]:
    """The rows of a frame that are no patient, by number, each with the reason; cells may be of any type."""
    found = {}
    candidates, empty = _candidates(frame)
    if frame.width > 1:
        found = dict.fromkeys(empty, EMPTY) | _headings(frame) | _names_again(frame)
    for row in candidates:
        cells = ["" if cell is None else str(cell).strip() for cell in frame.row(row)]
        filled = [cell for cell in cells if cell]
        if filled and frame.width > 1 and _is_no_patient(filled, alone=filled[0] == cells[0]):
            shown = filled[0] if len(filled[0]) <= 40 else f"{filled[0][:39]}…"
            found[row] = (
                f'a line that begins with "{shown}" is taken for one of sums or notes and for no patient; take it out, '
                "or give the patient another name there"
            )
    return found


def _is_no_patient(filled: Sequence[str], *, alone: bool) -> bool:
    """Whether a row is none by its filled cells; ``alone`` says that the first of them is in the first column."""
    first, *others = filled
    if (_NOTE.match(first) and (alone or not others)) or (not others and _REMARK.match(first)):
        return True
    if _NUMBER_OF.fullmatch(first):
        return not any(map(_says, others))
    words = _WORD.findall(first.casefold())
    return bool(words) and not any(map(_says, filled)) and words[0] not in ("n", "all", "and", "or", "of")


def _says(cell: str) -> bool:
    """Whether a cell holds a word that has nothing to do with sums."""
    return not _BESIDE.issuperset(_WORD.findall(cell.casefold()))


def _headings(frame: pl.DataFrame) -> dict[int, str]:
    """Rows that hold nothing but a heading of the rows below, in the first column."""
    import polars as pl

    first = frame.to_series(0)
    if frame.width < _WIDE or first.dtype != pl.String or not frame.to_series(1).null_count():
        return {}
    rows = frame.select((pl.nth(1).is_null() & pl.nth(0).str.contains(_HEADING)).arg_true()).to_series()
    return {
        row: f'a row that holds nothing but "{first[row]}" is taken for a heading and for no patient; take it out, or '
        "fill in what is known of the patient"
        for row in rows.to_list()
        if not any(str(cell or "").strip() for cell in frame.row(row)[1:]) and not re.search(r"\d{3}", first[row])
    }


def _names_again(frame: pl.DataFrame) -> dict[int, str]:
    """Rows that hold the names of the columns once more."""
    import polars as pl

    names = [as_written(name).strip().casefold() for name in frame.columns]
    rows: set[int] = set()
    for column, name in list(zip(frame, names, strict=True))[:2]:
        if column.dtype == pl.String and name:
            # Of many cells few are as long as the name.
            alike = column.str.len_bytes() == len(name.encode())
            if alike.any():
                places = alike.arg_true()
                rows.update(places.filter(column.gather(places).str.to_lowercase() == name).to_list())
    again = "the row holds the names of the columns again and is taken for no patient"
    return {row: again for row in sorted(rows) if _are(frame.row(row), names)}


def _are(cells: Sequence[object], names: Sequence[str]) -> bool:
    same = [str(cell).strip().casefold() == name for cell, name in zip(cells, names, strict=True) if cell]
    return len(same) > 1 and all(same)


def _candidates(frame: pl.DataFrame) -> tuple[list[int], list[int]]:
    """Rows whose first filled cell begins as such lines do, and rows that are wholly empty."""
    import polars as pl

    found: list[int] = []
    left: pl.Series | None = None  # rows that are empty so far
    for column in frame:
        if column.dtype in (pl.String, pl.Categorical, pl.Enum):
            texts = column.cast(pl.String) if left is None else column.cast(pl.String).filter(left)
            least = texts.min()
            if least is not None and _can_hold(str(least), str(texts.max())):
                rows = pl.Series(range(frame.height)) if left is None else left.arg_true()
                found += rows.filter(texts.str.contains(_CANDIDATE).fill_null(False)).to_list()
            empty = column.is_null()
            if least is not None and str(least)[:1] <= " ":
                empty |= column.cast(pl.String).str.strip_chars() == ""
        else:
            empty = column.is_null()
        left = empty if left is None else left & empty
        if not left.any():
            return found, []
    return found, left.arg_true().to_list() if left is not None else []


def _can_hold(least: str, most: str) -> bool:
    """Whether a text between two others, in the order of signs, can begin with one of the words."""
    return not least.strip() or least[0].isspace() or any(w <= most and w + _LAST >= least for w in _WORDS)
