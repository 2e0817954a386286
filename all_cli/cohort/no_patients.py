"""Lines of a table that are plainly no patient: totals, means, legends, sources, numbers of cases.

They come back as every row does, as spoiled ones with the reason. A line is one by its first cell and by the others,
which hold no words; one cell alone is not enough where somebody may be called so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

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
_LAST = "\U0010ffff"


def no_patients(frame: pl.DataFrame) -> dict[int, str]:
    """The rows of a frame that are no patient, by number, each with the reason; cells may be of any type."""
    found = {}
    for row in _candidates(frame):
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


def _candidates(frame: pl.DataFrame) -> Iterator[int]:
    """Rows whose first filled cell begins as such lines do."""
    import polars as pl

    left: pl.Series | None = None  # rows that are empty so far
    for column in frame:
        if column.dtype in (pl.String, pl.Categorical, pl.Enum):
            texts = column.cast(pl.String) if left is None else column.cast(pl.String).filter(left)
            least = texts.min()
            if least is not None and _can_hold(str(least), str(texts.max())):
                rows = pl.Series(range(frame.height)) if left is None else left.arg_true()
                yield from rows.filter(texts.str.contains(_CANDIDATE).fill_null(False)).to_list()
            empty = column.is_null()
            if least is not None and not str(least).strip():
                empty |= column.cast(pl.String).str.strip_chars() == ""
        else:
            empty = column.is_null()
        left = empty.fill_null(True) if left is None else left & empty.fill_null(True)
        if not left.any():
            return


def _can_hold(least: str, most: str) -> bool:
    """Whether a text between two others, in the order of signs, can begin with one of the words."""
    return not least.strip() or least[0].isspace() or any(w <= most and w + _LAST >= least for w in _WORDS)
