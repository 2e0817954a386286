"""What the input's own columns state of each fact: in how many rows nothing, and in which exactly a cut-off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from all_cli.cohort.columns import BORN, DIAGNOSED, GENETICS, LEFT_ALONE, Column, read_cell, read_cell_date
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.logic.expression import Compare, tests
from all_cli.logic.values import NumberSet, Possible
from all_cli.patient.age import age_between
from all_cli.patient.genetics import genetics_reader
from all_cli.patient.reading import UNKNOWN_WORDS, fold
from all_cli.patient.unreadable import UnreadableError
from all_cli.risk.scheme import Scheme

if TYPE_CHECKING:
    import polars

_BETWEEN = "\x1f"
_REMEMBERED = 200_000  # distinct cells of a column; a column of free numbers would fill the memory

Says = Mapping[str, Possible]  # fact to what a cell says of it


class GivenFacts:
    """Reads the input's own cells once more, for what the results do not say of them."""

    def __init__(self, columns: Sequence[Column], schemes: Sequence[Scheme], vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._genetics = genetics_reader(vocabulary)
        self._columns = [column for column in columns if column.reads not in (LEFT_ALONE, BORN, DIAGNOSED)]
        # What a program predicted is stated by no test.
        self._columns = [column for column in self._columns if not column.calls]
        self._named = {column.header: column for column in self._columns}
        self._dates = {column.reads: column for column in columns if column.reads in (BORN, DIAGNOSED)}
        self._asked = list(dict.fromkeys(fact for scheme in schemes for fact in scheme.facts))
        self._cuts = {
            (scheme.id, axis.fact): frozenset(axis.cuts)
            for scheme in schemes
            for axis in scheme.diagram.axes
            if axis.cuts
        }
        self._population = {
            (scheme.id, test.fact, test.value)
            for scheme in schemes
            for test in tests(scheme.population.when)
            if isinstance(test, Compare)
        }
        self._read: dict[str, dict[str, Says]] = {}
        self.unstated: Counter[str] = Counter(dict.fromkeys(self._asked, 0))

    def cuts(self, scheme: Scheme, fact: str) -> frozenset[float]:
        """The cut-offs of a scheme on a fact."""
        return self._cuts.get((scheme.id, fact), frozenset())

    def bounds_population(self, scheme: str, fact: str, value: float) -> bool:
        """Whether a cut-off says who the scheme is for."""
        return (scheme, fact, value) in self._population

    def count(self, frame: polars.DataFrame) -> None:
        """Count, per fact that a scheme asks for, the rows in which no column says anything of it."""
        import polars as pl

        stating: dict[str, list[tuple[str, list[str]]]] = {}
        cells: dict[str, polars.Series] = {}
        for name, series in self._cells(frame):
            cells[name] = series
            by_fact: dict[str, list[str]] = {}
            for text, says in self._says(name, series).items():
                for fact in says:
                    by_fact.setdefault(fact, []).append(text)
            for fact, texts in by_fact.items():
                stating.setdefault(fact, []).append((name, texts))
        for fact in self._asked:
            stated = pl.Series([False]).new_from_index(0, frame.height)
            for name, texts in stating.get(fact, ()):
                stated |= cells[name].is_in(texts)
            self.unstated[fact] += int((~stated).sum())

    def on_cutoffs(self, frame: polars.DataFrame) -> Iterator[tuple[str, polars.Series, dict[str, float]]]:
        """Per numeric fact: the cells that state it, and those of their texts that lie on a cut-off of any scheme."""
        cuts: dict[str, set[float]] = {}
        for (_, fact), values in self._cuts.items():
            cuts.setdefault(fact, set()).update(values)
        for name, series in self._cells(frame):
            on: dict[str, dict[str, float]] = {}
            for text, says in self._says(name, series).items():
                for fact, possible in says.items():
                    single = possible.single if isinstance(possible, NumberSet) else None
                    if single is not None and single in cuts.get(fact, ()):
                        on.setdefault(fact, {})[text] = single
            for fact, values_on in on.items():
                yield fact, series, values_on

    def _cells(self, frame: polars.DataFrame) -> Iterator[tuple[str, polars.Series]]:
        import polars as pl

        for column in self._columns:
            yield column.header, frame[column.header]
        if len(self._dates) == 2:
            born, diagnosed = (self._dates[name].header for name in (BORN, DIAGNOSED))
            yield _BETWEEN, frame.select(pl.concat_str([born, diagnosed], separator=_BETWEEN).alias(_BETWEEN))[_BETWEEN]

    def _says(self, name: str, series: polars.Series) -> dict[str, Says]:
        """What each distinct cell of a column says; an unreadable one says nothing."""
        known = self._read.setdefault(name, {})
        if len(known) > _REMEMBERED:
            known.clear()
        texts = series.unique().to_list()
        for text in texts:
            if text not in known:
                try:
                    known[text] = self._dated(text) if name == _BETWEEN else self._one(name, text)
                except UnreadableError:
                    known[text] = {}
        return {text: known[text] for text in texts}

    def _one(self, name: str, text: str) -> Says:
        column = self._named[name]
        if column.reads == GENETICS:
            said = column.said(text)
            findings = () if fold(said) in UNKNOWN_WORDS else self._genetics.read(said)
            return {finding.fact: finding.possible for finding in findings}
        possible = read_cell(column, self._vocabulary[column.reads], text).possible
        return {} if possible is None else {column.reads: possible}

    def _dated(self, text: str) -> Says:
        written = dict(zip((BORN, DIAGNOSED), text.split(_BETWEEN), strict=True))
        born, diagnosed = (read_cell_date(self._dates[name], cell) for name, cell in written.items())
        if born is None or diagnosed is None:
            return {}
        return {"age": age_between(self._vocabulary["age"], born, diagnosed)}
