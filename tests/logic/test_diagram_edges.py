"""What mutation testing showed the random worlds to pass over: values that no patient can have, and their traces."""

from __future__ import annotations

from all_cli.logic.axis import Axis
from all_cli.logic.building import build_diagram
from all_cli.logic.diagram import Diagram, Implication
from all_cli.logic.expression import AllOf, Always, Expression, Not, OneOf

ETP = Axis.of_words("etp", ("present", "absent"))
LINEAGE = Axis.of_words("lineage", ("B", "T", "MPAL"))
PRESENT, ANY = 0b01, 0b111
EARLY_PRECURSORS_ARE_NOT_B: Implication = (0, PRESENT, 1, 0b110)


def has(axis: Axis, *words: str) -> Expression:
    return OneOf(axis.fact, frozenset(words), axis.fact)


def by_lineage(*rules: Expression) -> Diagram:
    return build_diagram(rules, [ETP, LINEAGE], [EARLY_PRECURSORS_ARE_NOT_B])


def test_a_value_that_no_patient_can_have_makes_no_fact_matter() -> None:
    etp = has(ETP, "present")
    diagram = by_lineage(AllOf((etp, has(LINEAGE, "T"))), AllOf((etp, has(LINEAGE, "MPAL"))), Always(True))
    not_mpal = 0b011
    assert diagram.reach([PRESENT, not_mpal]) == 0b001, "an early T-precursor leukaemia that is B or T is T"
    for answer in ([0, 1, 2, 3], [1, 0, 0, 0], [7, 8, 9, 9]):
        assert diagram.mattering([PRESENT, not_mpal], answer) == []


def test_a_value_that_no_patient_can_have_is_no_answer_even_where_the_rules_would_give_one() -> None:
    diagram = by_lineage(AllOf((has(ETP, "present"), has(LINEAGE, "B"))), has(LINEAGE, "T"), has(LINEAGE, "MPAL"))
    assert diagram.reach(diagram.everything) == 0b1110
    assert diagram.witness(0) is None
    assert diagram.reach([PRESENT, 0b001]) == 0


def test_a_negation_of_a_negation_is_the_condition() -> None:
    etp = has(ETP, "present")
    diagram = by_lineage(Not(Not(etp)))
    assert diagram.reach([PRESENT, ANY]) == 0b01
    assert diagram.reach([0b10, ANY]) == 0b10
