"""Small counts are hidden, and solving all that is shown does not bring them back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from invented_cohorts import (
    RESULTS,
    counted,
    random_results,
    report,
    results_file,
    table_of,
)

from all_cli.cohort.results.counts import Answer
from all_cli.cohort.results.suppression import PARTNER, SMALL, hidden_in_line, hidden_in_table
from all_cli.report.cohort_figures import Options, cohort_figures
from all_cli.report.cohort_json import cohort_json
from all_cli.report.cohort_text import CohortReport
from all_cli.report.counts import Count
from all_cli.risk.library import RiskLibrary


class Attacker:
    """Solves everything that a report shows for what it hides: whole numbers, all tables at once."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.limit = data["suppressed_below"]
        self.bounds: list[tuple[float, float]] = []
        self.names: list[tuple[str, ...]] = []
        self.small: list[int] = []
        self.equations: list[tuple[dict[int, int], int]] = []
        sizes: dict[str, dict[str, Any]] = {}
        for scheme in data["schemes"]:
            size = {group["group"]: group["rows"] for group in scheme["groups"]}
            size |= {"indeterminate": scheme["indeterminate"], "not-applicable": scheme["not_applicable"]}
            size["invalid"] = scheme["invalid"]
            known = {id: self._value(("size", scheme["scheme"], id), rows, True) for id, rows in size.items()}
            self._sum(list(known.values()), (None, data["usable"]))
            sizes[scheme["scheme"]] = known
            sets = [
                self._value(("set", scheme["scheme"], *item["groups"]), item["rows"], True)
                for item in scheme["possible"]
            ]
            if sets:
                self._sum(sets, known["indeterminate"])
        for likely in data.get("likely", ()):
            id = likely["scheme"]
            becomes = [
                self._value(("likely", id, name), rows, False) for name, rows in likely["indeterminate_become"].items()
            ]
            self._sum(becomes, sizes[id]["indeterminate"])
        for pair in data["pairs"]:
            rows_of = [sizes[pair["from"]][id] for id in pair["rows"]]
            columns_of = [sizes[pair["to"]][id] for id in pair["columns"]]
            marked = any(cell == {"hidden": f"<{self.limit}"} for line in pair["counts"] for cell in line)
            cells = [
                [
                    self._value(
                        (pair["from"], row, pair["to"], column),
                        cell,
                        marked and rows_of[i][0] is None and columns_of[j][0] is None,
                    )
                    for j, (column, cell) in enumerate(zip(pair["columns"], line, strict=True))
                ]
                for i, (row, line) in enumerate(zip(pair["rows"], pair["counts"], strict=True))
            ]
            for line, total in zip(cells, rows_of, strict=True):
                self._sum(line, total)
            for column, total in zip(zip(*cells, strict=True), columns_of, strict=True):
                self._sum(list(column), total)

    def _value(self, name: tuple[str, ...], shown: Any, settled: bool) -> tuple[int | None, int]:
        """A count as (variable, known number); ``settled`` if a hidden one is known to be at least the limit."""
        if isinstance(shown, int):
            return None, shown
        self.names.append(name)
        small = shown["hidden"] == f"<{self.limit}"
        if small:
            self.small.append(len(self.bounds))
        self.bounds.append((1, self.limit - 1) if small else (self.limit if settled else 0, np.inf))
        return len(self.bounds) - 1, 0

    def _sum(self, parts: Sequence[tuple[int | None, int]], total: tuple[int | None, int]) -> None:
        terms: dict[int, int] = {}
        for variable, _ in parts:
            if variable is not None:
                terms[variable] = terms.get(variable, 0) + 1
        if total[0] is not None:
            terms[total[0]] = terms.get(total[0], 0) - 1
        self.equations.append((terms, total[1] - sum(number for _, number in parts)))

    def recovered(self) -> Iterator[tuple[str, ...]]:
        """The small counts that have but one value."""
        from scipy.optimize import LinearConstraint, milp  # a second of import for every process that collects tests

        matrix = np.zeros((len(self.equations), len(self.bounds)))
        for number, (terms, _) in enumerate(self.equations):
            for variable, factor in terms.items():
                matrix[number, variable] = factor
        sums = [total for _, total in self.equations]
        low, high = zip(*self.bounds, strict=True)
        for variable in self.small:
            ends = []
            for direction in (1, -1):
                wanted = np.zeros(len(self.bounds))
                wanted[variable] = direction
                solved = milp(
                    wanted,
                    constraints=LinearConstraint(matrix, sums, sums),
                    bounds=(np.array(low), np.array(high)),
                    integrality=np.ones(len(self.bounds)),
                )
                assert solved.success, solved.message
                ends.append(round(solved.x[variable]))
            if ends[0] == ends[1]:
                yield self.names[variable]


class TestSuppression:
    """Small counts are hidden and stay hidden."""

    @pytest.mark.parametrize("limit", [3, 5, 10])
    @pytest.mark.parametrize("seed", range(3))
    def test_no_small_count_can_be_worked_out_from_the_tables(
        self, library: RiskLibrary, seed: int, limit: int
    ) -> None:
        results = random_results(library, seed, 120 + 40 * seed)
        data = cohort_json(CohortReport(cohort_figures(results, Options(limit)), library))
        attacker = Attacker(data)
        assert list(attacker.recovered()) == []

    def test_the_attacker_finds_what_hiding_the_small_cells_alone_gives_away(self, library: RiskLibrary) -> None:
        results = random_results(library, 1, 160)
        data = cohort_json(CohortReport(cohort_figures(results, Options()), library))
        data["suppressed_below"] = 5
        hide = {"hidden": "<5"}
        for pair in data["pairs"]:
            pair["counts"] = [[hide if 0 < cell < 5 else cell for cell in line] for line in pair["counts"]]
        assert list(Attacker(data).recovered())

    @pytest.mark.parametrize("seed", range(6))
    def test_no_number_below_the_limit_is_shown_anywhere(self, library: RiskLibrary, seed: int) -> None:
        results = random_results(library, seed, 150)
        data = cohort_json(CohortReport(cohort_figures(results, Options(7)), library))
        del data["schema_version"], data["references"], data["suppressed_below"]
        for scheme in data["schemes"]:
            for group in scheme["groups"]:
                del group["severity"]
        del data["boundary"]["listed_for_each"]
        assert not [number for number in numbers_in(data) if 0 < number < 7]

    def test_what_indeterminate_rows_become_does_not_say_how_many_they_are(self, library: RiskLibrary) -> None:
        rows = [{"nci-rome": ("standard", "high")}] * 30 + [{"nci-rome": ("high",)}] * 68
        rows += [{"nci-rome": ("standard",)}] * 2
        frame = table_of(rows).with_columns(
            pl.Series("nci-rome.likely", ["standard"] * 30 + ["high"] * 68 + ["standard"] * 2),
            pl.Series("nci-rome.assumed", ["iamp21=absent"] * 30 + [""] * 70),
        )
        data = cohort_json(CohortReport(cohort_figures(counted(frame, library), Options(5)), library))
        assert isinstance(data["schemes"][0]["indeterminate"], dict)
        assert list(Attacker(data).recovered()) == []

    def test_what_hangs_on_an_assumption_is_said_only_where_no_count_and_no_rest_is_small(
        self, library: RiskLibrary
    ) -> None:
        shown = 0
        for first, second in ((30, 20), (30, 3), (48, 2), (40, 10), (50, 0)):
            rows = [{"nci-rome": ("standard", "high")}] * 60 + [{"nci-rome": ("high",)}] * 40
            frame = table_of(rows).with_columns(
                pl.Series("nci-rome.likely", ["standard"] * (first + second) + ["standard|high"] * (60 - first - second)
                          + ["high"] * 40),
                pl.Series("nci-rome.assumed", ["iamp21=absent"] * first + ["iamp21=absent|tp53=absent"] * second
                          + [""] * (100 - first - second)),
            )  # fmt: skip
            figures = cohort_figures(counted(frame, library), Options(5))
            (found,) = cohort_json(CohortReport(figures, library))["likely"]
            small = [n for n in (first, second, first + second) if 0 < n < 5 or 0 < 60 - n < 5]
            numbers = [*found["indeterminate_become"].values(), *(entry["rows"] for entry in found["hang_on"])]
            assert all(isinstance(number, dict) == bool(small) for number in numbers), (first, second)
            assert not any(entry["alone_go_back_to"] for entry in found["hang_on"])
            assert [entry["assumption"] for entry in found["hang_on"]] == sorted(
                entry["assumption"] for entry in found["hang_on"]
            )
            shown += not small
        assert shown == 3

    @pytest.mark.parametrize(
        ("counts", "limit", "marks"),
        [
            ([40, 30, 20], 5, ["", "", ""]),
            ([40, 30, 0], 5, ["", "", ""]),
            ([40, 30, 2], 5, ["", PARTNER, SMALL]),
            ([40, 5, 30, 1], 5, ["", PARTNER, PARTNER, SMALL]),  # 6 in all, and the partner is 5 or more: 1 it is
            ([40, 6, 30, 1], 5, ["", PARTNER, "", SMALL]),
            ([40, 30, 1, 1], 5, ["", PARTNER, SMALL, SMALL]),  # 2 in all: both 1
            ([40, 30, 4, 4], 5, ["", PARTNER, SMALL, SMALL]),  # 8 in all: both 4
            ([40, 30, 2, 3], 5, ["", "", SMALL, SMALL]),
        ],
    )
    def test_a_line_hides_what_would_give_a_small_count_away(
        self, counts: list[int], limit: int, marks: list[str]
    ) -> None:
        assert hidden_in_line(counts, limit) == marks

    def test_a_line_that_cannot_be_saved_is_withheld(self) -> None:
        assert hidden_in_line([4, 4], 5) is None
        assert hidden_in_line([1, 0], 5) is None

    def test_a_small_cell_takes_a_rectangle_with_it(self) -> None:
        marks = hidden_in_table([[2, 20, 30], [25, 35, 45], [50, 60, 70]], 5, [False] * 3, [False] * 3)
        assert marks is not None
        hidden = [(i, j) for i, line in enumerate(marks) for j, mark in enumerate(line) if mark]
        assert marks[0][0] == SMALL
        assert len(hidden) == 4
        assert {sum(i == row for i, _ in hidden) for row in {i for i, _ in hidden}} == {2}

    def test_a_table_that_cannot_be_saved_is_withheld(self) -> None:
        assert hidden_in_table([[1, 0], [0, 90]], 5, [False] * 2, [False] * 2) is None

    def test_a_row_whose_total_is_hidden_is_hidden_whole(self) -> None:
        marks = hidden_in_table([[0, 3], [0, 9], [50, 60]], 5, [True, True, False], [False, False])
        assert marks is not None
        assert all(mark for line in marks[:2] for mark in line)

    def test_a_fact_that_few_rows_state_is_hidden_as_one_that_few_rows_lack(self, library: RiskLibrary) -> None:
        rows = [{"nci-rome": ("high",)}] * 60
        for stated, hidden in ((3, True), (5, False), (30, False), (55, False), (57, True), (60, False)):
            frame = table_of(rows).with_columns(pl.Series("age", ["7"] * stated + [""] * (60 - stated)))
            figures = cohort_figures(counted(frame, library), Options(5))
            age = next((entry.unstated for entry in figures.missing if entry.fact == "age"), Count(0))
            assert (age.rows is None) == hidden, stated

    def test_what_few_rows_wait_for_hides_all_that_the_scheme_waits_for(self, library: RiskLibrary) -> None:
        waiting = [{"nci-rome": ("standard", "high")}] * 30
        for rare, hidden in ((2, True), (6, False), (24, False), (28, True)):
            parts = [table_of(waiting[:rare], "wbc"), table_of(waiting[rare:], "age")]
            figures = cohort_figures(counted(pl.concat(parts), library), Options(5))
            costs = [entry.costs["nci-rome"] for entry in figures.missing if entry.fact in ("age", "wbc")]
            assert all((cost.waiting.rows is None) == hidden == (cost.alone.rows is None) for cost in costs)

    def test_what_the_unknown_may_change_is_not_said_where_it_would_give_a_rare_set_away(
        self, library: RiskLibrary
    ) -> None:
        sets = [("standard", "medium")] * 3 + [("medium", "high")] * 30 + [("high",)] * 20
        frame = table_of([{"bfm-90": groups, "bfm-95": ("high",)} for groups in sets])
        for limit, said in ((0, {"agree": 20, "differ": 3, "open": 30}), (5, None)):
            figures = cohort_figures(counted(frame, library), Options(limit))
            assert not figures.tables[0].withheld
            (pair,) = cohort_json(CohortReport(figures, library))["pairs"]
            assert pair.get("with_unknowns") == said

    def test_the_order_of_sets_says_nothing_of_hidden_counts(self, library: RiskLibrary) -> None:
        sets = [("standard", "medium")] * 30 + [("medium", "high")] * 8 + [("standard", "medium", "high")] * 2
        figures = cohort_figures(counted(table_of([{"bfm-95": groups} for groups in sets]), library), Options(5))
        assert [item.groups for item in figures.schemes[0].sets] == sorted(set(sets))

    def test_agreement_is_not_said_where_cells_are_hidden(self, library: RiskLibrary) -> None:
        rows = [{"nci-rome": ("standard",), "guideline-summary": ("standard",)}] * 30
        rows += [{"nci-rome": ("high",), "guideline-summary": ("high",)}] * 40
        rows += [{"nci-rome": ("high",), "guideline-summary": ("standard",)}] * 2
        data = cohort_json(CohortReport(cohort_figures(counted(table_of(rows), library), Options(5)), library))
        (pair,) = data["pairs"]
        assert not {"n", "same", "agreement", "kappa", "with_unknowns", "graver"} & set(pair)

    def test_no_row_no_example_and_no_drawing_where_counts_are_hidden(self, tmp_path: Path) -> None:
        file = results_file(tmp_path)
        whole = report(file, "--id", "name", "--from", "nci-rome", "--to", "guideline-summary", "-o", "-").stdout
        hidden = report(
            file, "--id", "name", "--from", "nci-rome", "--to", "guideline-summary", "--suppress", "3", "-o", "-"
        ).stdout
        assert "Erika Muster" in whole
        assert "forty" in whole
        assert '<svg class="flow"' in whole
        for shown in ("Erika Muster", "forty", '<svg class="flow"'):
            assert shown not in hidden
        assert "Not drawn" in hidden

    def test_a_limit_above_the_rows_is_refused(self, tmp_path: Path) -> None:
        result = report(results_file(tmp_path), "--suppress", "50")
        assert result.exit_code == 2
        assert "fewer than 50 rows" in result.stderr

    def test_few_unreadable_rows_hide_the_number_of_all_rows(self, tmp_path: Path) -> None:
        data = json.loads(report(results_file(tmp_path), "--suppress", "3", "-f", "json").stdout)
        assert (data["invalid"], data["rows"]) == ({"hidden": "<3"}, {"hidden": "hidden"})


def numbers_in(data: Any) -> Iterator[int]:
    if isinstance(data, bool) or data is None:
        return
    if isinstance(data, int):
        yield data
    elif isinstance(data, dict):
        for value in data.values():
            yield from numbers_in(value)
    elif isinstance(data, list):
        for value in data:
            yield from numbers_in(value)


def test_causes_do_not_give_away_how_many_rows_a_scheme_could_not_use(library: RiskLibrary) -> None:
    """Two rows have a group under the second scheme; that six are invalid there would give them away."""
    clash = 'columns "ph" ("yes") and "FISH" ("no"): both cannot be true'
    rows = [("assigned", "high", "high", "", "", "")] * 8
    others = [("assigned", "high", "high", "", "", "")] * 2 + [("invalid", "", "", "", "", clash)] * 6
    columns = {"id": [f"p{number}" for number in range(8)]}
    for scheme, answers in (("nci-rome", rows), ("bfm-95", others)):
        for result, cells in zip(RESULTS, zip(*answers, strict=True), strict=True):
            columns[f"{scheme}.{result}"] = list(cells)
    results = counted(pl.DataFrame(columns), library)
    assert results.answers["bfm-95"] == {Answer("assigned", ("high",)): 2, Answer("invalid", ()): 6}
    hidden = cohort_figures(results, Options(suppress=5))
    assert {category.id: category.size.rows for category in hidden.schemes[1].categories}["invalid"] is None
    assert [count.rows for _, count in hidden.unreadable] == [None]
    assert [count.rows for _, count in cohort_figures(results, Options()).unreadable] == [6]
