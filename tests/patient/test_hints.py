"""A hint for a misspelled finding names that finding, never another one or its opposite."""

from __future__ import annotations

import pytest

from all_cli.patient.genetics import genetics_reader
from all_cli.patient.hints import did_you_mean_finding
from all_cli.patient.reading import read_value
from all_cli.patient.unreadable import UnreadableError
from all_cli.risk.library import risk_library

FACTS = risk_library().vocabulary


def said_of(fact: str, text: str) -> str:
    with pytest.raises(UnreadableError) as refused:
        if fact == "genetics":
            genetics_reader(FACTS).read(text)
        else:
            read_value(FACTS[fact], text)
    return refused.value.why


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        ("mrd_eoi", "n.e."), ("lineage", "ALL"), ("lineage", "AML"), ("lineage", "MPL"), ("cns", "not CNS3"),
        ("cns", "CNS4"), ("cns", "no CNS"), ("cns", "CNS3?"), ("maturation", "pri-B"), ("sex", "mal"),
        ("mrd_eoi", "not positive"), ("mrd_eoi", "non-negative"), ("mrd_eoi", "undetected"),
        ("modal_chromosomes", "hyprdiploid"), ("modal_chromosomes", "without hyperdiploidy"),
        ("d8_blasts", "prednisone"), ("genetics", "Ph negatve"), ("genetics", "no TEL-AML1x"),
        ("genetics", "KMT2B rearranged"), ("genetics", "BCR-ABL2"), ("genetics", "ETV6-RUNX2"), ("genetics", "iAMP22"),
        ("genetics", "IKZF2 deletion"), ("genetics", "trisomy 99"), ("genetics", "absence of BCR-ABL"),
        ("genetics", "KMT2A-germlne"), ("genetics", "ALL"), ("genetics", "not iAMP21x"), ("genetics", "KMT2A::"),
    ],
)  # fmt: skip
def test_no_hint_where_the_word_may_be_another_finding_or_its_opposite(fact: str, text: str) -> None:
    assert "did you mean" not in said_of(fact, text)


@pytest.mark.parametrize(
    ("fact", "text", "meant"),
    [
        ("mrd_eoi", "postive", "positive"), ("mrd_eoi", "undetectble", "undetectable"), ("sex", "femal", "female"),
        ("modal_chromosomes", "hypodiplod", "hypodiploid"), ("modal_chromosomes", "hyperdiplod", "hyperdiploid"),
        ("d8_blasts", "prednisone god response", "prednisone good response"), ("genetics", "BCR-ALB1", "BCR::ABL1"),
        ("genetics", "Philadelpia", "Philadelphia"), ("genetics", "TEL-AML1x", "TEL-AML1"),
    ],
)  # fmt: skip
def test_a_slip_of_the_pen_is_answered_with_the_one_finding_that_is_near(fact: str, text: str, meant: str) -> None:
    assert f'did you mean "{meant}"?' in said_of(fact, text)


def test_every_word_of_every_fact_is_its_own_nearest() -> None:
    for fact in FACTS.facts.values():
        for word in fact.words:
            for slip in (word[:-1] + word[-1] * 2, word[:2] + word[1:]):
                hint = did_you_mean_finding(slip, fact.words)
                spans = {fact.words[near] for near in fact.words if f'"{near}"' in hint}
                assert spans <= {fact.words[word]}, (fact.id, slip, hint)
