"""The Python interface: one patient as a mapping, a cohort as a table, with the answers of the command line.

``import all_cli`` gives these names without loading anything; the first use loads what it needs. Values are written as
on the command line or are Python's own: numbers, booleans for flags, dates. Unknown is ``None``, ``NaN``, ``NaT`` or
leaving the fact out, and is never taken for negative.

Everything that can be wrong with what is given is an :class:`UnreadableError`, a ``ValueError`` whose text is one
sentence: what was read, why it cannot be used, what would work. A value that cannot be read can instead leave its facts
open, as a cell of a table does: ``unreadable="open"``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar

from all_cli.knowledge.files import read_small
from all_cli.knowledge.problems import KnowledgeError, did_you_mean
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.patient.age import age_between, read_date
from all_cli.patient.assumption import Assumption, read_assumption
from all_cli.patient.dates import doubt_of_dates
from all_cli.patient.patient import Patient
from all_cli.patient.reading import UNKNOWN_WORDS, fold
from all_cli.patient.unreadable import UNREADABLE, ContradictionError, UnreadableError
from all_cli.risk.answers import Answers, Likely, answers_of
from all_cli.risk.library import RiskLibrary, risk_library
from all_cli.risk.verdict import INDETERMINATE, Verdict

if TYPE_CHECKING:
    from all_cli.cohort.frames import Form

__all__ = ["UnreadableError", "Verdicts", "classify", "classify_frame"]

MrdUnit = Literal["percent", "fraction"]
Rules = str | os.PathLike[str]
Assume = Mapping[str, object]  # fact to the value that it likely has
Frame = TypeVar("Frame")

_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_LARGEST_WHOLE = 1e15  # above, a float no longer tells neighbouring whole numbers apart


class _Unread(NamedTuple):
    """A value that could not be read: the facts of which it could have spoken, and the sentence."""

    facts: frozenset[str]
    sentence: str


@dataclass(frozen=True)
class Verdicts:
    """The answers on one patient, explained when they are looked at.

    Each of ``results`` has ``status`` (``assigned``, ``indeterminate``, ``not-applicable``), ``group`` (or None),
    ``possible``, ``decided_by`` (rules, with ``because`` and ``cite``), ``missing`` (facts, with the groups that each
    range would leave), ``notes``, ``reason`` and ``checked``.
    """

    _answers: Answers
    _patient: Patient
    _library: RiskLibrary
    _unread: tuple[_Unread, ...] = ()

    @property
    def primary(self) -> str | None:
        """Id of the scheme that answers first; None if no scheme is for this patient."""
        return self._answers.primary

    @property
    def answer(self) -> Verdict | None:
        """What the primary scheme says."""
        return None if self.primary is None else self.results[self.primary]

    @cached_property
    def results(self) -> Mapping[str, Verdict]:
        """Every scheme asked, by id; those that apply first, the primary at their head."""
        return _Explained(self._answers, self._unread)

    @property
    def likely(self) -> Mapping[str, Likely]:
        """Per scheme the groups that it leaves with what was assumed, and what that was; empty if nothing was."""
        found = {id: self._answers.likely(id) for id in self._answers.ids}
        return {id: likely for id, likely in found.items() if likely is not None}

    @property
    def patient(self) -> dict[str, str]:
        """What was given, as it was read: ``{"age": "7 y", "wbc": "45 ×10⁹/L"}``."""
        return self._patient.said()

    @property
    def warnings(self) -> tuple[str, ...]:
        """Values that can be but seldom are, and findings that could mean something else."""
        return tuple(self._patient.warnings)

    @property
    def unreadable(self) -> tuple[str, ...]:
        """The values that were left open because they cannot be read, a sentence each."""
        return tuple(unread.sentence for unread in self._unread)

    def to_dict(self) -> dict[str, Any]:
        """The object that ``all-risk classify --format json`` prints; plain data, new at each call."""
        from all_cli.report.answers import answers_json

        found = answers_json(self._answers, self._patient, self._library)
        for entry in found["results"] if self._unread else ():
            entry["reason"] = self.results[entry["scheme"]].reason
        return found

    def __repr__(self) -> str:
        said = ", ".join(f"{fact} {text}" for fact, text in self.patient.items()) or "nothing known"
        if self.answer is None:
            return f"<Verdicts: {said}; no scheme is for this patient>"
        return f"<Verdicts: {said}; {self.primary}: {self.answer.group or ' or '.join(self.answer.possible)}>"


class _Explained(Mapping[str, Verdict]):
    """The verdicts by scheme, each worked out when it is asked for."""

    def __init__(self, answers: Answers, unread: tuple[_Unread, ...]) -> None:
        self._answers, self._unread = answers, unread

    def __getitem__(self, id: str) -> Verdict:
        if id not in self._answers.brief:
            raise KeyError(id)
        verdict = self._answers.verdict(id)
        if verdict.status != INDETERMINATE or not self._unread:
            return verdict
        waits = {item.fact for item in verdict.missing}
        said = [unread.sentence for unread in self._unread if unread.facts & waits]
        return verdict._replace(reason=UNREADABLE + "; ".join(said)) if said else verdict

    def __iter__(self) -> Iterator[str]:
        return iter(self._answers.ids)

    def __len__(self) -> int:
        return len(self._answers.ids)


def classify(
    patient: Mapping[str, object] | None = None,
    *,
    schemes: str | Sequence[str] | None = None,
    as_of: int | None = None,
    mrd_unit: MrdUnit | None = None,
    rules: Rules | None = None,
    unreadable: Literal["raise", "open"] = "raise",
    assume: Assume | None = None,
    routine: bool = False,
    **facts: object,
) -> Verdicts:
    """Which risk group, under which scheme, why, and what is still missing.

    Args:
        patient: facts by name; besides those of ``all-risk facts``, ``genetics`` (a text or a list of texts), and
            ``born`` with ``diagnosed`` in place of an age.
        schemes: ids of the schemes to ask; without them all. The first named is the primary one.
        as_of: only schemes in use in this year, and those of which it is not recorded.
        mrd_unit: unit of MRD numbers that carry none; without it such a number is refused, as it can be read two ways.
        rules: a file of your own schemes; they extend the shipped ones, or replace them by id.
        unreadable: ``open``: a value that cannot be read leaves its facts open, as a cell of a table does. It is named
            in ``unreadable`` of the answer, and is the reason of an indeterminate verdict that waits for such a fact.
        assume: facts with the values that they likely have, ``{"testicular": False}``; each is filled in only
            if nothing is said of it, for the likely answers of :attr:`Verdicts.likely`.
        routine: also assume what is routine for a new patient.
        facts: further facts, as in ``patient``.

    Raises:
        UnreadableError: a value, a name or the rules file cannot be used, or two values contradict each other.
        OSError: the rules file cannot be opened.
    """
    library = _library(rules)
    asked = _schemes(library, schemes)
    year = _year(as_of)
    if unreadable not in ("raise", "open"):
        raise UnreadableError("unreadable", str(unreadable), "write raise or open")
    known = Patient(library.vocabulary)
    refused: list[tuple[str, UnreadableError]] | None = [] if unreadable == "open" else None
    units = dict.fromkeys(("mrd_d8_pb", "mrd_d15", "mrd_eoi", "mrd_eoc"), _mrd_unit(mrd_unit))
    dates: dict[str, object] = {}
    for given in (patient or {}, facts):
        for name, value in given.items():
            if name in ("born", "diagnosed"):
                dates[name] = value
            else:
                _tell(known, name, value, units, refused)
    with _left_open("age", refused):
        _tell_age(known, dates)
    known.conclude()
    said = [*(patient or {}), *facts]
    unread = _unread(library.vocabulary, said, refused) if refused else ()
    cannot = frozenset[str]().union(*(one.facts for one in unread))
    wishes = [wish for wish, _ in _wished(library.vocabulary, assume)]
    answers = answers_of(library, known, asked, year, wishes, routine, cannot)
    if year is not None and not answers.ids:
        raise UnreadableError("as_of", str(year), "none of these schemes was in use then; leave out as_of to ask them")
    return Verdicts(answers, known, library, unread)


def classify_frame(
    frame: Frame,
    *,
    schemes: str | Sequence[str],
    columns: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    mrd_unit: MrdUnit | None = None,
    decimal: Literal["comma", "point"] | None = None,
    date_format: Literal["dmy", "mdy", "ymd"] | None = None,
    form: Form = "wide",
    rules: Rules | None = None,
    strict_cells: bool = False,
    assume: Assume | None = None,
    routine: bool = False,
    dictionary: str | os.PathLike[str] | None = None,
    for_all: Mapping[str, object] | None = None,
) -> Frame:
    """Classify every row of a table and append the answers; the columns of ``all-risk batch``.

    Args:
        frame: a polars or pandas DataFrame, a pyarrow Table or RecordBatch; the same kind comes back. Any other object
            with ``__arrow_c_stream__`` is read too, and comes back as a polars DataFrame.
        schemes: ids of the schemes.
        columns: column name to fact (or ``genetics``, ``born``, ``diagnosed``, ``-``), where the names do not say.
        units: column name to the unit of its bare numbers, where the names do not say.
        mrd_unit: unit of MRD columns that name none.
        decimal: how texts write their numbers; columns of numbers need no such word.
        date_format: how texts write their dates; columns of dates need no such word.
        form: ``wide``, the frame's own columns (pandas: and index) with the results of each scheme behind them; or
            ``long``, one row per row and scheme: ``row`` (from 1), ``scheme`` and the results.
        rules: a file of your own schemes.
        strict_cells: whether a cell that cannot be read, or contradicts another, makes its row ``invalid`` under every
            scheme.
        assume: facts with the values that they likely have, as for :func:`classify`; each scheme then also has the
            columns ``likely`` and ``assumed``.
        routine: also assume what is routine for a new patient.
        dictionary: the file of a data dictionary of REDCap, which says what fields and codes mean.
        for_all: facts that are the same in every row, such as ``{"lineage": "T"}``; a row that says otherwise is
            ``invalid`` under the schemes that ask for them.

    A cell that cannot be read leaves its facts open, and is the reason of an indeterminate answer that waits for them.
    Cells that contradict each other make a row ``invalid`` under the schemes that ask for what they speak of. Nothing
    of this raises.

    Raises:
        UnreadableError: no table, or one of which no column is read; a scheme, column, fact or unit that does not
            exist; two columns for one fact.
        OSError: the rules file or the dictionary cannot be read.
    """
    from all_cli.cohort.frames import Asked, Reading, classify_any

    library = _library(rules)
    asked = _schemes(library, schemes)
    if not asked:
        raise UnreadableError("schemes", "", "name at least one; all-risk schemes lists them")
    said = {name: _text(name, value) for name, value in (for_all or {}).items()}
    reading = Reading(
        columns or {}, units or {}, _mrd_unit(mrd_unit), decimal or "", date_format or "", str(dictionary or ""), said
    )
    texts = tuple(f"{wish.fact}={value}" for wish, value in _wished(library.vocabulary, assume))
    found: Frame = classify_any(frame, library, Asked(asked, form, strict_cells, texts, routine), reading)
    return found


def _wished(vocabulary: Vocabulary, assume: Assume | None) -> Iterator[tuple[Assumption, str]]:
    """What is to be assumed, and the value as it was written."""
    for name, value in (assume or {}).items():
        text = _text(name, value)
        yield read_assumption(vocabulary, f"{_fact(vocabulary, name)}={text}"), text


def _library(rules: Rules | None) -> RiskLibrary:
    if rules is None:
        return _shipped()
    try:
        return _own(Path(rules), read_small(Path(rules)))
    except KnowledgeError as error:
        raise UnreadableError("rules", str(rules), str(error)) from error


@lru_cache(maxsize=1)
def _shipped() -> RiskLibrary:
    return risk_library()


@lru_cache(maxsize=4)
def _own(rules: Path, _content: bytes) -> RiskLibrary:
    return risk_library(rules)


def _schemes(library: RiskLibrary, schemes: str | Sequence[str] | None) -> list[str] | None:
    asked = [schemes] if isinstance(schemes, str) else list(dict.fromkeys(schemes or ()))
    for id in asked:
        if id not in library.schemes:
            hint = did_you_mean(id, list(library.schemes)) or "; all-risk schemes lists them"
            raise UnreadableError("schemes", "", f'no scheme is called "{id}"{hint}')
    return asked or None


def _year(as_of: object) -> int | None:
    if as_of is None:
        return None
    text = str(as_of)
    if not (text.isascii() and text.isdigit() and _FIRST_YEAR <= int(text) <= _LAST_YEAR):
        raise UnreadableError(
            "as_of", text, f"not a year; write one from {_FIRST_YEAR} to {_LAST_YEAR}, for example 2012"
        )
    return int(text)


def _mrd_unit(unit: str | None) -> str:
    if unit not in (None, "percent", "fraction"):
        raise UnreadableError("mrd_unit", str(unit), "write percent or fraction")
    return unit or ""


def _fact(vocabulary: Vocabulary, name: str) -> str:
    """The fact that a name means: its id, an alias, or what its option is called."""
    plain = name.strip().replace("-", "_")
    if plain in vocabulary:
        return plain
    options = {fact.option.removeprefix("--").replace("-", "_"): fact.id for fact in vocabulary.facts.values()}
    if plain and plain in options:
        return options[plain]
    hint = did_you_mean(name, [*vocabulary, "genetics", "born", "diagnosed"]) or "; all-risk facts lists them"
    raise UnreadableError("patient", "", f'no fact is called "{name}"{hint}')


def _tell(
    patient: Patient,
    name: str,
    value: object,
    units: Mapping[str, str],
    refused: list[tuple[str, UnreadableError]] | None,
) -> None:
    id = name if name == "genetics" else _fact(patient.vocabulary, name)
    for item in _items(value):
        text = _text(name, item)
        with _left_open(id, refused):
            if id == "genetics":
                patient.tell_genetics(text, name)
                if refused is not None:
                    from all_cli.patient.genetics import genetics_reader

                    refused.extend((id, part) for part in genetics_reader(patient.vocabulary).fragments(text))
            else:
                patient.tell(id, text, name, units.get(patient.vocabulary[id].id, ""))


@contextmanager
def _left_open(id: str, refused: list[tuple[str, UnreadableError]] | None) -> Iterator[None]:
    """Note what cannot be read within, with the name of its fact, if it is to be noted; what contradicts is raised."""
    try:
        yield
    except ContradictionError:
        raise
    except UnreadableError as error:
        if refused is None:
            raise
        refused.append((id, error))


def _unread(
    vocabulary: Vocabulary, said: Iterable[str], refused: Iterable[tuple[str, UnreadableError]]
) -> tuple[_Unread, ...]:
    """The values that could not be read, with all the facts that they could bear on beside what else was said of."""
    from all_cli.cohort.links import linked_facts

    def of(id: str) -> set[str]:
        if id == "genetics":
            return {fact.id for fact in vocabulary.facts.values() if fact.genetic}
        return {vocabulary["age" if id in ("born", "diagnosed") else _fact(vocabulary, id)].id}

    linked = linked_facts(vocabulary, frozenset[str]().union(*map(of, said)))
    return tuple(_Unread(frozenset().union(*(linked[fact] for fact in of(id))), str(error)) for id, error in refused)


def _items(value: object) -> Iterable[object]:
    return value if isinstance(value, (list, tuple, set, frozenset)) else (value,)


def _text(name: str, value: object) -> str:
    """A value as a person writes it: 45 for 45.0.

    Raises:
        UnreadableError: a mapping, or a list within a list.
    """
    if isinstance(value, str):
        return value if value.strip() else "unknown"
    if value is None:
        return "unknown"  # as the texts of NaN, NaT and NA are
    if isinstance(value, (Mapping, list, tuple, set, frozenset)):
        raise UnreadableError(name, str(value), "a value must be text, a number, a date, true or false")
    if isinstance(value, float) and value.is_integer() and abs(value) < _LARGEST_WHOLE:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def _tell_age(patient: Patient, dates: Mapping[str, object]) -> None:
    texts = {name: _text(name, value) for name, value in dates.items()}
    known = {name: text for name, text in texts.items() if fold(text) not in UNKNOWN_WORDS}
    if len(known) == 1 and len(texts) == 1:
        name, text = next(iter(known.items()))
        missing = "diagnosed" if name == "born" else "born"
        raise UnreadableError(name, text, f"an age needs both dates; {missing} is missing")
    if len(known) == 2:
        born, diagnosed = (read_date(name, known[name]) for name in ("born", "diagnosed"))
        age = age_between(patient.vocabulary["age"], born, diagnosed)
        if doubt := doubt_of_dates(patient.vocabulary["age"], born, diagnosed, age):
            patient.warnings.append(doubt)
        patient.learn("age", age, "born and diagnosed")
