"""An empty table to fill in, and data dictionaries of it: the columns that schemes ask for, each named so that
``batch`` reads it without any mapping.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from all_cli.cohort.headers import BORN, DIAGNOSED, GENETICS
from all_cli.knowledge.vocabulary import ABSENT, PRESENT, Fact, Vocabulary
from all_cli.logic.values import number_text
from all_cli.risk.scheme import Scheme

RECORD = "record_id"
_DATES = {
    BORN: ("date_of_birth", "Date of birth"),
    DIAGNOSED: ("date_of_diagnosis", "Date of diagnosis"),
}
_UNKNOWN = "leave empty, or write unknown, if it is not known"

# The 18 columns of a REDCap data dictionary, as get_dd_cols() of Sage Bionetworks' redcapdd lists them
# (rdrr.io/github/Sage-Bionetworks/redcapdd/man/get_dd_cols.html) and REDCapR's test data have them.
REDCAP = (
    "Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label",
    "Choices, Calculations, OR Slider Labels", "Field Note", "Text Validation Type OR Show Slider Number",
    "Text Validation Min", "Text Validation Max", "Identifier?", "Branching Logic (Show field only if...)",
    "Required Field?", "Custom Alignment", "Question Number (surveys only)", "Matrix Group Name", "Matrix Ranking?",
    "Field Annotation",
)  # fmt: skip
DICTIONARY = (
    "column", "fact", "meaning", "kind", "unit", "allowed values", "lowest", "highest", "examples", "note", "schemes",
)  # fmt: skip
_FORM = "all_risk"


class Field(NamedTuple):
    """One column of the template: its name, the fact it is read as (None: record, date or list), who asks for it."""

    column: str
    reads: str
    title: str
    fact: Fact | None
    schemes: tuple[str, ...]


def template_fields(vocabulary: Vocabulary, schemes: Sequence[Scheme], *, dates: bool = False) -> list[Field]:
    """The columns that the schemes ask for, in the vocabulary's order.

    Args:
        vocabulary: the facts.
        schemes: the schemes.
        dates: dates of birth and diagnosis instead of the age.
    """
    asking: dict[str, list[str]] = {}
    for scheme in schemes:
        for id in dict.fromkeys(scheme.facts):
            asking.setdefault(id, []).append(scheme.id)
    fields = [Field(RECORD, "", "Record", None, ())]
    for fact in vocabulary.facts.values():
        by = tuple(asking.get(fact.id, ()))
        if not by:
            continue
        if fact.reading == "age" and dates:
            fields += [Field(column, reads, title, None, by) for reads, (column, title) in _DATES.items()]
            continue
        # A bare MRD number is refused: the name says that it is a percentage.
        percent = fact.reading == "percent" and fact.bare == "refuse"
        fields.append(Field(f"{fact.id}_percent" if percent else fact.id, fact.id, fact.title, fact, by))
    genetic = [field for field in fields if field.fact is not None and field.fact.genetic]
    if genetic:
        by = tuple(dict.fromkeys(id for field in genetic for id in field.schemes))
        fields.append(Field(GENETICS, GENETICS, "Genetic findings, as a list or karyotype", None, by))
    return fields


def data_dictionary(fields: Iterable[Field]) -> list[Sequence[str]]:
    """What each column takes, one row each, under :data:`DICTIONARY`."""
    return [DICTIONARY, *(_entry(field) for field in fields)]


def _entry(field: Field) -> Sequence[str]:
    fact = field.fact
    if fact is None:
        kind = {"": "text", GENETICS: "text"}.get(field.reads, "date")
        examples = {"": "", GENETICS: "t(12;21), iAMP21; nothing found; 46,XX[20]"}.get(field.reads, "2019-03-07")
        unit = "YYYY-MM-DD" if kind == "date" else ""
        return (field.column, field.reads, field.title, kind, unit, "", "", "", examples, "", ", ".join(field.schemes))
    low, high = fact.hard
    kind = "yes or no" if fact.kind == "flag" else fact.kind
    return (
        field.column, fact.id, fact.title, kind, "years" if fact.reading == "age" else fact.unit,
        ", ".join(_allowed(fact)), _bound(low), _bound(high), "; ".join(_examples(fact)),
        f"{fact.help} {_UNKNOWN.capitalize()}.", ", ".join(field.schemes),
    )  # fmt: skip


def _examples(fact: Fact) -> list[str]:
    """Examples of a fact's values; under a header in percent a power of ten could be two numbers."""
    return [example for example in fact.examples if fact.reading != "percent" or "e-" not in example]


def _allowed(fact: Fact) -> list[str]:
    if fact.kind == "flag":
        return [fact.values[PRESENT].label, fact.values[ABSENT].label, "unknown"]
    if fact.kind == "choice":
        return [*fact.values, *fact.sets, "unknown"]
    return []


def _bound(value: float | None) -> str:
    return "" if value is None else number_text(value)


def redcap_dictionary(fields: Iterable[Field]) -> list[Sequence[str]]:
    """The same for REDCap, under :data:`REDCAP`.

    The codes of choices are words that ``batch`` reads, so that a raw export is read as well as a labelled one. MRD has
    no validation, since ``<0.01`` and ``negative`` are results too.
    """
    return [REDCAP, *(_redcap_row(field) for field in fields)]


def _redcap_row(field: Field) -> Sequence[str]:
    kind, choices, note, validation, low, high = "text", "", "", "", "", ""
    fact = field.fact
    if field.reads in _DATES:
        validation, note = "date_ymd", "YYYY-MM-DD"
    elif field.reads == GENETICS:
        kind, note = (
            "notes",
            "A list such as t(12;21), iAMP21, a karyotype, or nothing found, if the full panel was negative",
        )
    elif fact is not None and fact.kind == "number":
        note = f"{'years' if fact.reading == 'age' else fact.unit}; {fact.help}".strip("; ")
        if fact.bare != "refuse" and not fact.words:
            validation, low, high = "integer" if fact.whole else "number", *(_bound(bound) for bound in fact.hard)
        elif fact.examples:
            note += f" For example {', '.join(fact.examples)}"
    elif fact is not None:
        kind, choices, note = "dropdown", " | ".join(f"{code}, {label}" for code, label in _choices(fact)), fact.help
        if fact.kind == "choice" and _defined(fact):
            note += " " + "; ".join(f"{name}: {value.label}" for name, value in fact.values.items())
    identifier = "y" if field.reads in _DATES else ""
    section = ""
    return (
        field.column, _FORM, section, kind, field.title, choices, note, validation, low, high, identifier,
        *[""] * 7,
    )  # fmt: skip


def _choices(fact: Fact) -> Iterable[tuple[str, str]]:
    """Codes and labels; REDCap splits choices at | and a code from its label at the first comma."""
    if fact.kind == "flag":
        yield "1", fact.values[PRESENT].label
        yield "0", fact.values[ABSENT].label
    else:
        for name, value in fact.values.items():
            yield name.replace("-", "_"), name if _defined(fact) else value.label
        for name in fact.sets:
            yield name.replace("-", "_"), name
    yield "unknown", "not known"


def _defined(fact: Fact) -> bool:
    """Whether the labels of a choice are definitions (CNS2a) rather than names; those go into the note."""
    return any(re.search(r"[,|<]", value.label) for value in fact.values.values())


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """Rows as CSV, in UTF-8 and with line ends that every spreadsheet takes."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()
