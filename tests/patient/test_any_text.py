"""Whatever a cell holds, it is read or refused; nothing else ever happens."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from all_cli.knowledge.documents import document_of
from all_cli.knowledge.files import FACTS
from all_cli.knowledge.vocabulary import Fact, vocabulary_in
from all_cli.logic.values import NumberSet, whole_domain
from all_cli.patient.age import age_between, read_date
from all_cli.patient.genetics import GeneticsReader
from all_cli.patient.patient import Patient
from all_cli.patient.reading import read_value, value_text
from all_cli.patient.unreadable import UnreadableError

VOCABULARY = vocabulary_in(document_of(FACTS))
READER = GeneticsReader(VOCABULARY)
PIECES = [
    *"0123456789", "0", "1", "7", "10", "45", "45000", "0.01", "5e-4", "1e3", "10^-4", ",", ".", ";", ":", "-", "−",
    "–", "+",
    "<", ">", "<=", "≥", "=", "%", "/", "uL", "µL", "G/L", "e9/L", "×10⁹/L", "x", "*", "^", " ", "\t", "y", "mo",
    "d", "w",
    "(", ")", "[", "]", "|", "\n", "or", "to", "no", "not", "neg", "positive", "none", "unknown", "NA", "CNS2", "B",
    "M1", "t(",
    "Ph", "KMT2A", "MLL", "TEL", "AML1", "::", "del", "r", "chromosomes", "DNA index", "trisomy", "nan", "inf",
    "⁻⁴", "٣", "²",
    "½", "e", "E", "_", "'", '"', "\\", "{", "\x00", "\ufeff", "ß",
]  # fmt: skip
texts = st.one_of(st.lists(st.sampled_from(PIECES), max_size=8).map("".join), st.text(max_size=12))
KINDS = [
    "age",
    "wbc",
    "mrd_eoi",
    "marrow_eoi",
    "d8_blasts",
    "modal_chromosomes",
    "weeks_to_cr",
    "cns",
    "lineage",
    "kmt2a_r",
]


@pytest.mark.parametrize("fact", [VOCABULARY[id] for id in KINDS], ids=lambda fact: fact.id)
@given(text=texts, unit=st.sampled_from(["", "", "%", "fraction", "/ul", "mo", "d", "w"]))
@settings(max_examples=100)
def test_any_text_is_read_or_refused(fact: Fact, text: str, unit: str) -> None:
    try:
        possible = read_value(fact, text, unit).possible
    except UnreadableError as error:
        assert error.fact == fact.id
        return
    if possible is None:
        return
    assert possible, "what is read leaves at least one value"
    domain = whole_domain(fact)
    if isinstance(possible, NumberSet):
        assert isinstance(domain, NumberSet)
        assert possible & domain == possible, "within what can exist"
    else:
        assert isinstance(domain, frozenset)
        assert possible <= domain
    assert value_text(fact, possible)


@given(text=texts)
@settings(max_examples=150)
def test_any_genetics_is_read_or_refused(text: str) -> None:
    try:
        findings = READER.read(text)
    except UnreadableError:
        return
    assert all(finding.possible for finding in findings)
    assert findings or not re.sub(r"[,;|\s]", "", text), "nothing is ever left out"


@given(text=texts)
@settings(max_examples=150)
def test_any_patient_text_is_learned_or_refused(text: str) -> None:
    patient = Patient(VOCABULARY)
    try:
        patient.tell_genetics(text, "--genetics", READER)
        patient.tell("wbc", text, "--wbc")
        patient.conclude()
    except UnreadableError:
        return


@given(text=texts)
@settings(max_examples=150)
def test_any_date_is_read_or_refused(text: str) -> None:
    try:
        read_date("born", text)
    except UnreadableError:
        return


@given(born=st.dates(max_value=date(9000, 1, 1)), diagnosed=st.dates(max_value=date(9000, 1, 1)))
@settings(max_examples=150)
def test_any_two_dates_are_an_age_or_refused(born: date, diagnosed: date) -> None:
    try:
        age = age_between(VOCABULARY["age"], born, diagnosed).single
    except UnreadableError:
        return
    assert age is not None
    assert abs(age - (diagnosed - born).days / 365.2425) < 0.01
