"""A karyotype is not all or nothing: what is certain is kept, what cannot be read is shown and leaves the rest open.

``karyotypes.tsv`` holds one text a line with its kind: facts present, facts absent (T: trisomies 4, 8, 10 and 17),
chromosome numbers still possible, facts of which nothing may be said, and the fragments that are shown as not read.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from all_cli.knowledge.documents import document_of
from all_cli.knowledge.files import FACTS
from all_cli.knowledge.vocabulary import vocabulary_in
from all_cli.logic.values import ABSENT, PRESENT, NumberSet
from all_cli.patient.genetics import GeneticsReader
from all_cli.patient.patient import Patient
from all_cli.patient.unreadable import UnreadableError

VOCABULARY = vocabulary_in(document_of(FACTS))
READER = GeneticsReader(VOCABULARY)
TRISOMIES = {"trisomy_4", "trisomy_8", "trisomy_10", "trisomy_17"}
with Path(__file__).with_name("karyotypes.tsv").open(encoding="utf-8", newline="") as file:
    LINES = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def told(text: str) -> Patient:
    patient = Patient(VOCABULARY)
    patient.tell_genetics(text, "--genetics", READER)
    patient.conclude()
    return patient


@pytest.mark.parametrize("line", LINES, ids=[f"{line['kind']}: {line['text']}" for line in LINES])
def test_what_is_certain_is_kept_and_the_rest_left_open(line: dict[str, str]) -> None:
    text = line["text"].replace("\\n", "\n")
    if line["present"] == "REFUSED":
        with pytest.raises(UnreadableError):
            told(text)
        return
    found = READER.read(text)
    said = {finding.fact: finding.possible for finding in found}
    absent = set(line["absent"].replace("T", " ".join(TRISOMIES)).split())
    assert {fact for fact, possible in said.items() if possible == {PRESENT}} == set(line["present"].split())
    assert {fact for fact, possible in said.items() if possible == {ABSENT}} == absent
    modal = said.get("modal_chromosomes")
    low, _, high = line["modal"].partition("-")
    expected = set(range(int(low), int(high or low) + 1)) if low else set(range(20, 120))
    assert {x for x in range(20, 120) if modal is None or (isinstance(modal, NumberSet) and x in modal)} == expected
    patient = told(text)
    for fact in line["open"].split():
        assert fact not in said
    shown = [part for part in line["fragments"].split(" ;; ") if part]
    assert [span.text for span in READER.spans(text) if span.why] == shown
    for part in shown:
        assert any(f'"{part}"' in warning for warning in patient.warnings), "the user sees what was not read"


@pytest.mark.parametrize("line", LINES, ids=[f"{line['kind']}: {line['text']}" for line in LINES])
def test_nothing_left_open_is_denied_by_otherwise_none(line: dict[str, str]) -> None:
    text = line["text"].replace("\\n", "\n")
    try:
        told(f"{text}; otherwise none")
        denied = {found.fact for found in READER.read(f"{text}; otherwise none") if found.possible == {ABSENT}}
    except UnreadableError:
        assert line["present"] == "REFUSED"
        return
    if line["fragments"]:
        assert denied <= set(line["absent"].split())
    for fact in line["open"].split():
        if "normal" not in line["kind"]:
            assert fact not in denied, fact


def test_every_kind_has_siblings() -> None:
    kinds = Counter(line["kind"] for line in LINES)
    assert min(kinds.values()) >= 3
    assert len({line["text"] for line in LINES}) == len(LINES)


@pytest.mark.parametrize("text", ["47,XXYc[69]", "45,Xc[20]", "47,XX,+8c[20]"])
def test_what_is_marked_constitutional_is_said_to_be_so_and_not_to_be_in_doubt(text: str) -> None:
    assert "only constitutional findings" in READER.spans(text)[0].note
