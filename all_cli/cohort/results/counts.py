"""A table of results as ``all-risk batch`` wrote it, counted: answers, pairs of answers, missing facts, bad rows.

The table is read a piece at a time. What is kept are counts, by distinct answer and not by row, so that memory does
not grow with the cohort.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from all_cli.cohort.columns import Column, plan_columns
from all_cli.cohort.doubts import refuse_doubtful
from all_cli.cohort.evidence import Evidence, gather
from all_cli.cohort.results.columns import ResultColumns, result_columns
from all_cli.cohort.results.given import GivenFacts
from all_cli.cohort.results.otherwise import Otherwise
from all_cli.cohort.results.unreadable import UnreadableCells, UnreadableValue
from all_cli.cohort.streams import InputError
from all_cli.cohort.typed import texts_of
from all_cli.cohort.whole_table import with_what_holds_for_all
from all_cli.risk.library import RiskLibrary
from all_cli.risk.scheme import NOT_APPLICABLE, UNCLASSIFIED, Scheme
from all_cli.risk.verdict import ASSIGNED, INDETERMINATE, INVALID

if TYPE_CHECKING:
    import polars

_STATUSES = (ASSIGNED, INDETERMINATE, NOT_APPLICABLE, INVALID)
_BETWEEN = "\x1f"
_MOST_ANSWERS = 1 << 31
_ROW, _CODE = "\x1frow", "\x1fcode"  # no column of a table is called so

_Key = TypeVar("_Key")


class Answer(NamedTuple):
    """What a scheme says of a row: its status and the groups still possible, in the scheme's order."""

    status: str
    possible: tuple[str, ...]

    @property
    def group(self) -> str | None:
        """The group, if one alone is left."""
        return self.possible[0] if self.status == ASSIGNED else None

    @property
    def category(self) -> str:
        """The line of a cross-table that the row stands in: its group, or the status where there is no group."""
        return self.group or self.status


_NO_ANSWER = Answer(INVALID, ())


class LikelyRow(NamedTuple):
    """What a scheme says of a row: exactly, what is likely, and the assumptions that this hangs on or contradicts."""

    answer: Answer
    likely: tuple[str, ...]
    assumed: tuple[str, ...]


class Cutoff(NamedTuple):
    """A cut-off of a scheme: where its answer may change with a numeric fact."""

    scheme: str
    fact: str
    value: float


class BoundaryRow(NamedTuple):
    """A row whose value lies exactly on a cut-off; ``row`` counts from 1 below the header."""

    row: int
    id: str
    cutoff: Cutoff
    said: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class CohortResults:
    """What a table of results says in sum.

    ``answers``, ``pairs`` and ``missing`` count rows: per scheme and answer, per two schemes and their two answers,
    per scheme and set of facts that its indeterminate answers wait for. Rows that no scheme can use are in ``invalid``
    and nowhere else; a row that only some cannot use is ``invalid`` among their answers. ``unstated`` counts, per fact
    that a scheme asks for, the usable rows in which no column says anything readable of it (``genetic`` are those that
    a column of findings may state). ``likely`` counts, per scheme with likely answers, the rows that it can use;
    ``changes``, per assumption that these hang on, the likely groups, those left if it is taken back, and those left if
    the fact has any other value (empty if it cannot have). ``differs`` names the first row whose cells do not give its
    answers, per scheme of which these cannot be said.
    """

    source: str
    rows: int
    invalid: int
    columns: tuple[Column, ...]
    schemes: tuple[Scheme, ...]
    answers: Mapping[str, Mapping[Answer, int]]
    pairs: Mapping[tuple[str, str], Mapping[tuple[Answer, Answer], int]]
    missing: Mapping[str, Mapping[tuple[str, ...], int]]
    unstated: Mapping[str, int]
    on_cutoff: Mapping[Cutoff, int]
    boundary_rows: tuple[BoundaryRow, ...]
    unreadable: tuple[UnreadableValue, ...]
    genetic: frozenset[str]
    likely: Mapping[str, Mapping[LikelyRow, int]]
    changes: Mapping[str, Mapping[str, Mapping[tuple[str, str, str], int]]]
    differs: Mapping[str, int]

    @property
    def usable(self) -> int:
        """Rows that the schemes were applied to."""
        return self.rows - self.invalid


def count_results(
    name: str,
    header: Sequence[str],
    frames: Iterable[polars.DataFrame],
    library: RiskLibrary,
    *,
    plan: Callable[[Sequence[str]], Sequence[Column]] | None = None,
    settled: bool = False,
    chosen: Sequence[str] | None = None,
    id_column: str | None = None,
    listed: int = 20,
) -> CohortResults:
    """Count a table of results.

    Args:
        name: the file, for messages.
        header: the column names.
        frames: the rows, in pieces; cells of a typed file are taken as they would be written.
        library: the schemes.
        plan: how the input's own columns are read, as it was for the batch; without it as their names say.
        settled: whether the plan is that of a run, for which nothing was in doubt.
        chosen: only these schemes; without it all that the table holds.
        id_column: the column that names a patient; without it rows are named by their number alone.
        listed: how many boundary rows to keep for each cut-off.

    Raises:
        InputError: no results, an answer that the scheme does not have, no rows.
        UnreadableError: a scheme or column that the table does not have; cells that can be read two ways, for which a
            batch stops too (DoubtfulError).
    """
    held = result_columns(header, name, library, chosen)
    columns = plan(held.own) if plan is not None else plan_columns(held.own, library.vocabulary, {})
    if id_column is not None:
        _known_column(id_column, held.own)
    otherwise = Otherwise(library, [scheme for scheme in held.schemes if scheme.id in held.likely], columns)
    tally = _Tally(name, held, GivenFacts(columns, held.schemes, library.vocabulary), id_column, listed)
    seen: dict[int, Evidence] = {}
    for frame in frames:
        filled = with_what_holds_for_all(frame, columns)
        tally.add(filled)
        if not settled or held.likely:
            texts = texts_of(filled)
        if not settled:
            gather(seen, columns, library.vocabulary, texts)
        if held.likely:
            otherwise.count(texts)
    if not tally.rows:
        raise InputError(name, "it has a header and no rows")
    refuse_doubtful(columns, library.vocabulary, seen)
    genetic = frozenset(fact.id for fact in library.vocabulary.facts.values() if fact.genetic)
    return tally.results(columns, genetic, otherwise)


def _known_column(id_column: str, own: Sequence[str]) -> None:
    from all_cli.knowledge.problems import did_you_mean
    from all_cli.patient.unreadable import UnreadableError

    if id_column not in own:
        raise UnreadableError("--id", id_column, f"no column is called that{did_you_mean(id_column, list(own))}")


class _Tally:
    """The counts, as far as the table has been read."""

    def __init__(self, name: str, held: ResultColumns, given: GivenFacts, id_column: str | None, listed: int) -> None:
        self.name, self.schemes, self.given, self.id_column, self.listed = name, held.schemes, given, id_column, listed
        self.rows = 0
        self._codes: dict[str, dict[str, int]] = {scheme.id: {} for scheme in self.schemes}
        self._answers: dict[str, list[Answer]] = {scheme.id: [] for scheme in self.schemes}
        self._single: dict[str, Counter[int]] = {scheme.id: Counter() for scheme in self.schemes}
        self._pairs: dict[tuple[str, str], Counter[int]] = {
            (first.id, second.id): Counter() for first, second in combinations(self.schemes, 2)
        }
        self._missing: dict[str, Counter[str]] = {scheme.id: Counter() for scheme in self.schemes}
        self._likely: dict[str, Counter[LikelyRow]] = {id.id: Counter() for id in self.schemes if id.id in held.likely}
        self._invalid = 0
        self._unreadable = UnreadableCells()
        self._on_cutoff: Counter[Cutoff] = Counter()
        self._boundary: dict[Cutoff, list[BoundaryRow]] = {}

    def add(self, frame: polars.DataFrame) -> None:
        """Count one piece of the table."""
        import polars as pl

        frame = frame.with_columns(pl.all().cast(pl.String).fill_null("")).with_row_index(_ROW, offset=self.rows + 1)
        self.rows += frame.height
        coded = frame.select(self._coded(frame, scheme) for scheme in self.schemes)
        for scheme in self.schemes:
            self._single[scheme.id].update(_counted(coded[scheme.id]))
            waits = frame.filter(pl.col(f"{scheme.id}.status") == INDETERMINATE)[f"{scheme.id}.missing"]
            self._missing[scheme.id].update(_counted(waits))
        for id, counts in self._likely.items():
            self._count_likely(id, counts, frame.with_columns(coded[id].alias(_CODE)))
        for first, second in self._pairs:
            both = coded.select((pl.col(first).cast(pl.UInt64) * _MOST_ANSWERS + pl.col(second)).alias("both"))["both"]
            self._pairs[first, second].update(_counted(both))
        bad = frame.select(
            pl.all_horizontal(pl.col(f"{scheme.id}.status") == INVALID for scheme in self.schemes).alias("bad")
        )["bad"]
        self._invalid += int(bad.sum())
        self._unreadable.add(frame, [scheme.id for scheme in self.schemes])
        usable, codes = frame.filter(~bad), coded.filter(~bad)
        self.given.count(usable)
        self._cutoffs(usable, codes)

    def _coded(self, frame: polars.DataFrame, scheme: Scheme) -> polars.Series:
        """The answers of a scheme as small numbers."""
        import polars as pl

        id = scheme.id
        said = frame.select(pl.concat_str([f"{id}.status", f"{id}.possible"], separator=_BETWEEN).alias(id))[id]
        codes = self._codes[id]
        for text in said.unique():
            if text not in codes:
                codes[text] = len(codes)
                self._answers[id].append(self._answer(text, scheme, frame, said))
        return said.replace_strict(list(codes), list(codes.values()), return_dtype=pl.UInt32)

    def _answer(self, text: str, scheme: Scheme, frame: polars.DataFrame, said: polars.Series) -> Answer:
        status, _, groups = text.partition(_BETWEEN)
        possible = tuple(groups.split("|")) if groups else ()
        known = (*scheme.group_ids, UNCLASSIFIED, NOT_APPLICABLE)
        wrong = next((group for group in possible if group not in known), None)
        row = frame[_ROW][int((said == text).arg_max() or 0)]
        if status not in _STATUSES:
            raise InputError(
                self.name, f'row {row}, column "{scheme.id}.status": "{status}" is none of {", ".join(_STATUSES)}'
            )
        if wrong is not None:
            raise InputError(
                self.name,
                f'row {row}, column "{scheme.id}.possible": "{wrong}" is no group of {scheme.id} in this knowledge '
                f"({', '.join(scheme.group_ids)}); the results were made with another: run all-risk batch again",
            )
        if (len(possible) == 1) != (status in (ASSIGNED, NOT_APPLICABLE)) and possible != (UNCLASSIFIED,):
            raise InputError(
                self.name,
                f'row {row}: {scheme.id} is "{status}" and its possible groups are "{groups}", which is no answer',
            )
        return Answer(status, tuple(group for group in known if group in possible))

    def _count_likely(self, id: str, counts: Counter[LikelyRow], frame: polars.DataFrame) -> None:
        """Count the likely answers of a scheme."""
        import polars as pl

        cells = frame.filter(pl.col(f"{id}.status") != INVALID).group_by(
            _CODE, f"{id}.likely", f"{id}.assumed", maintain_order=True
        )
        for code, groups, assumed, first, rows in cells.agg(pl.col(_ROW).min(), pl.len()).iter_rows():
            answer, likely = self._answers[id][code], tuple(groups.split("|"))
            if not set(likely) <= set(answer.possible):
                raise InputError(
                    self.name,
                    f'row {first}, column "{id}.likely": "{groups}" is not among the possible groups, '
                    f'"{"|".join(answer.possible)}"',
                )
            counts[LikelyRow(answer, likely, tuple(filter(None, assumed.split("|"))))] += rows

    def _cutoffs(self, frame: polars.DataFrame, codes: polars.DataFrame) -> None:
        """Count the rows whose value lies on a cut-off, and keep the first of them."""
        import polars as pl

        names = frame[self.id_column] if self.id_column else pl.lit("")
        stated: dict[str, list[polars.DataFrame]] = {}
        for fact, cells, values in self.given.on_cutoffs(frame):
            here = frame.select(_ROW, id=names, cell=cells).hstack(codes).filter(pl.col("cell").is_in(list(values)))
            value = pl.col("cell").replace_strict(list(values), list(values.values()), return_dtype=pl.Float64)
            stated.setdefault(fact, []).append(here.with_columns(value=value))
        for fact, parts in stated.items():
            # Two columns may state one fact, and say the same of a row.
            rows = pl.concat(parts).unique([_ROW, "value"], keep="first").sort(_ROW)
            for scheme in self.schemes:
                for cut in sorted(self.given.cuts(scheme, fact) & set(rows["value"])):
                    cutoff = Cutoff(scheme.id, fact, cut)
                    concerned = [
                        code for code, answer in enumerate(self._answers[scheme.id]) if self._concerns(cutoff, answer)
                    ]
                    found = rows.filter(pl.col("value") == cut, pl.col(scheme.id).is_in(concerned))
                    if not found.is_empty():
                        self._on_cutoff[cutoff] += found.height
                        self._keep(found, cutoff)

    def _concerns(self, cutoff: Cutoff, answer: Answer) -> bool:
        """Whether a cut-off is of interest: one of the rules means nothing to a patient outside the population."""
        if answer.status == NOT_APPLICABLE:
            return self.given.bounds_population(*cutoff)
        return answer.status != INVALID

    def _keep(self, found: polars.DataFrame, cutoff: Cutoff) -> None:
        """The first rows on a cut-off, with the id of the patient."""
        answers, kept = self._answers[cutoff.scheme], self._boundary.setdefault(cutoff, [])
        first = found.head(self.listed - len(kept)).select(_ROW, "id", "cell", cutoff.scheme)
        for row, id, text, code in first.iter_rows():
            kept.append(BoundaryRow(row, id, cutoff, text.replace(_BETWEEN, " to "), answers[code]))

    def results(self, columns: Sequence[Column], genetic: frozenset[str], otherwise: Otherwise) -> CohortResults:
        """The counts, with codes turned back into answers."""
        single = {id: _summed((self._answers[id][code], n) for code, n in c.items()) for id, c in self._single.items()}
        pairs: dict[tuple[str, str], dict[tuple[Answer, Answer], int]] = {}
        for (first, second), counts in self._pairs.items():
            decoded = (
                ((self._answers[first][code // _MOST_ANSWERS], self._answers[second][code % _MOST_ANSWERS]), n)
                for code, n in counts.items()
            )
            pairs[first, second] = _summed(decoded)
        order = {scheme.id: number for number, scheme in enumerate(self.schemes)}
        cutoffs = sorted(self._on_cutoff, key=lambda cutoff: (order[cutoff.scheme], cutoff.fact, cutoff.value))
        return CohortResults(
            source=self.name,
            rows=self.rows,
            invalid=self._invalid,
            columns=tuple(columns),
            schemes=self.schemes,
            answers={id: self._usable(counts, _NO_ANSWER) for id, counts in single.items()},
            pairs={both: self._usable(counts, (_NO_ANSWER, _NO_ANSWER)) for both, counts in pairs.items()},
            missing={
                id: _summed((tuple(filter(None, facts.split("|"))), n) for facts, n in counts.items())
                for id, counts in self._missing.items()
            },
            unstated=dict(self.given.unstated),
            on_cutoff={cutoff: self._on_cutoff[cutoff] for cutoff in cutoffs},
            boundary_rows=tuple(row for cutoff in cutoffs for row in self._boundary.get(cutoff, ())),
            unreadable=self._unreadable.values(),
            genetic=genetic,
            likely=self._likely,
            changes=otherwise.tally.changes,
            differs=otherwise.differs,
        )

    def _usable(self, counts: Mapping[_Key, int], no_answer: _Key) -> dict[_Key, int]:
        """The counts without the rows that no scheme can use."""
        left = {**counts, no_answer: counts.get(no_answer, 0) - self._invalid}
        return {answer: number for answer, number in left.items() if number}


def _counted(series: polars.Series) -> dict[Any, int]:
    """How often each value occurs."""
    counts = series.value_counts(name=_ROW)
    return dict(zip(counts[series.name].to_list(), counts[_ROW].to_list(), strict=True))


def _summed(counts: Iterable[tuple[_Key, int]]) -> dict[_Key, int]:
    total: dict[_Key, int] = {}
    for key, number in counts:
        total[key] = total.get(key, 0) + number
    return total
