"""Agreement of two schemes: kappa worked out by hand, and what may be compared at all."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from invented_cohorts import (
    assigned,
    counted,
    table_of,
)

from all_cli.cohort.results.agreement import agreement_of, declared_pairs, pairing_of, ranks
from all_cli.patient.unreadable import UnreadableError
from all_cli.report.cohort_figures import Options, cohort_figures
from all_cli.risk.library import RiskLibrary


class TestAgreement:
    """Cohen's kappa, raw agreement, and what may be compared."""

    def test_two_groups_by_hand(self, library: RiskLibrary) -> None:
        # Observed 35/50 = 0.7, by chance (25 * 30 + 25 * 20) / 2500 = 0.5, kappa (0.7 - 0.5) / (1 - 0.5) = 0.4.
        pairing = pairing_of(library.schemes["nci-rome"], library.schemes["guideline-summary"])
        counts = {
            (assigned("standard"), assigned("standard")): 20,
            (assigned("standard"), assigned("high")): 5,
            (assigned("high"), assigned("standard")): 10,
            (assigned("high"), assigned("high")): 15,
        }
        found = agreement_of(pairing, counts)
        assert (found.n, found.same, found.share) == (50, 35, 0.7)
        assert (found.graver, found.milder) == (5, 10)
        assert found.kappa == pytest.approx(0.4)

    def test_three_ranks_by_hand_weigh_two_steps_four_times_as_much_as_one(self, library: RiskLibrary) -> None:
        numbers = [[10, 2, 1], [3, 8, 1], [0, 1, 5]]
        groups = ("standard", "medium", "high")
        counts = {
            (assigned(one), assigned(other)): numbers[i][j]
            for i, one in enumerate(groups)
            for j, other in enumerate(groups)
            if numbers[i][j]
        }
        total = sum(map(sum, numbers))
        rows, columns = [sum(line) for line in numbers], [sum(line) for line in zip(*numbers, strict=True)]
        seen = sum(Fraction((i - j) ** 2 * numbers[i][j]) for i in range(3) for j in range(3))
        chance = sum(Fraction((i - j) ** 2 * rows[i] * columns[j], total) for i in range(3) for j in range(3))
        found = agreement_of(pairing_of(library.schemes["bfm-90"], library.schemes["bfm-95"]), counts)
        assert found.pairing.kind == "rank"
        assert found.kappa == pytest.approx(float(1 - seen / chance))

    @pytest.mark.parametrize("seed", range(5))
    def test_counts_give_the_kappa_of_single_rows(self, library: RiskLibrary, seed: int) -> None:
        from sklearn.metrics import cohen_kappa_score  # a second of import for every process that collects tests

        draw = random.Random(seed)
        groups = ("standard", "medium", "high")
        pairs = [(draw.choice(groups), draw.choice(groups)) for _ in range(60)]
        frame = table_of([{"bfm-90": (one,), "bfm-95": (other,)} for one, other in pairs])
        results = counted(frame, library)
        found = agreement_of(
            pairing_of(library.schemes["bfm-90"], library.schemes["bfm-95"]), results.pairs["bfm-90", "bfm-95"]
        )
        one, other = ([groups.index(group) for group in side] for side in zip(*pairs, strict=True))
        assert found.kappa == pytest.approx(cohen_kappa_score(one, other, weights="quadratic"))

    def test_only_rows_with_one_group_under_both_count(self, library: RiskLibrary) -> None:
        rows = [
            {"nci-rome": ("high",), "guideline-summary": ("high",)},
            {"nci-rome": ("standard",), "guideline-summary": ("standard",)},
            {"nci-rome": ("standard", "high"), "guideline-summary": ("high",)},
            {"nci-rome": ("high",), "guideline-summary": ("not-applicable",)},
        ]
        results = counted(table_of(rows), library)
        table = cohort_figures(results, Options()).tables[0]
        assert (table.agreement.n, table.agreement.same) == (2, 2)
        assert table.agreement.with_unknowns == (2, 0, 1)

    def test_what_is_not_known_cannot_agree_where_the_possible_ranks_are_apart(self, library: RiskLibrary) -> None:
        rows = [
            {"bfm-90": ("standard", "medium"), "bfm-95": ("high",)},
            {"bfm-90": ("standard", "medium", "not-applicable"), "bfm-95": ("high",)},
            {"bfm-90": ("standard", "medium"), "bfm-95": ("medium", "high")},
        ]
        table = cohort_figures(counted(table_of(rows), library), Options()).tables[0]
        assert table.agreement.with_unknowns == (0, 1, 1)

    def test_schemes_with_other_numbers_of_ranks_are_not_comparable(self, library: RiskLibrary) -> None:
        pairing = pairing_of(library.schemes["nci-rome"], library.schemes["bfm-95"])
        assert (pairing.kind, pairing.why) == ("", "2 and 3 ranks of severity")
        found = agreement_of(pairing, {(assigned("high"), assigned("high")): 3})
        assert (found.n, found.kappa, found.share) == (3, None, None)

    def test_schemes_without_declared_severity_are_not_comparable(self, library: RiskLibrary) -> None:
        pairing = pairing_of(library.schemes["cns-status"], library.schemes["fralle-2000"])
        assert (pairing.kind, pairing.why) == ("", "cns-status declares no order of severity")

    def test_groups_of_one_severity_share_a_rank(self, library: RiskLibrary) -> None:
        assert ranks(library.schemes["mini-hcvd-older"]) == [
            ("age-60-69",),
            ("age-60-69-poor", "age-70"),
            ("age-70-poor",),
        ]

    def test_a_declared_pairing_gives_unweighted_kappa(self, library: RiskLibrary) -> None:
        first, second = library.schemes["bfm-95"], library.schemes["nci-rome"]
        declared = declared_pairs(
            ["nci-rome.standard=bfm-95.standard", "nci-rome.high=bfm-95.medium", "bfm-95.high=nci-rome.high"],
            [first, second],
        )
        pairing = pairing_of(first, second, declared)
        assert pairing.kind == "pairing"
        assert pairing.classes == ((("standard",), ("standard",)), (("medium", "high"), ("high",)))
        counts = {
            (assigned("standard"), assigned("standard")): 20,
            (assigned("standard"), assigned("high")): 5,
            (assigned("medium"), assigned("standard")): 4,
            (assigned("high"), assigned("standard")): 6,
            (assigned("high"), assigned("high")): 15,
        }
        found = agreement_of(pairing, counts)
        assert (found.n, found.same, found.graver) == (50, 35, 0)
        assert found.kappa == pytest.approx(0.4)

    def test_kappa_is_not_defined_where_all_rows_are_in_one_pair(self, library: RiskLibrary) -> None:
        pairing = pairing_of(library.schemes["bfm-90"], library.schemes["bfm-95"])
        found = agreement_of(pairing, {(assigned("high"), assigned("high")): 9})
        assert found.kappa is None
        assert "one pair of groups" in found.why

    @pytest.mark.parametrize(
        ("pairs", "said"),
        [
            (["nci-rome.high"], "write it as"),
            (["nci-rome.high=nci-rome.standard"], "write it as"),
            (["nci-rome.hihg=bfm-95.high"], "did you mean"),
            (["nci-rome.high=bfm-95.high"], "no group of the other scheme is paired"),
            (
                [f"nci-rome.{one}=bfm-95.{other}" for one in ("standard", "high") for other in ("standard", "medium")]
                + ["nci-rome.high=bfm-95.high"],
                "join all groups",
            ),
        ],
    )
    def test_a_pairing_that_does_not_fit_is_refused(self, library: RiskLibrary, pairs: list[str], said: str) -> None:
        first, second = library.schemes["nci-rome"], library.schemes["bfm-95"]
        with pytest.raises(UnreadableError, match=said):
            pairing_of(first, second, declared_pairs(pairs, [first, second]))
