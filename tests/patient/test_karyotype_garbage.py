"""Whatever part of a karyotype cannot be read, less is known: no absence and no other finding comes of it.

What generated karyotypes say is compared with what was put into them, counted here and not by the reader.
"""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from all_cli.knowledge.documents import document_of
from all_cli.knowledge.files import FACTS
from all_cli.knowledge.vocabulary import vocabulary_in
from all_cli.logic.values import ABSENT, PRESENT, NumberSet, Possible
from all_cli.patient.genetics import GeneticsReader
from all_cli.patient.unreadable import UnreadableError

READER = GeneticsReader(vocabulary_in(document_of(FACTS)))
NUMBERS = range(20, 120)
TRISOMIES = {"trisomy_4": 4, "trisomy_8": 8, "trisomy_10": 10, "trisomy_17": 17}
STRUCTURAL = {
    "t(9;22)(q34;q11.2)": "bcr_abl1",
    "t(4;11)(q21;q23)": "kmt2a_aff1",
    "t(1;19)(q23;p13)": "tcf3_pbx1",
    "del(9)(p21)": "del_9p",
    "add(1)(p36)": "other_abnormality",
    "der(7)t(7;12)(q22;q24)": "other_abnormality",
}
GARBAGE = st.sampled_from(
    ["foo", "?", "xyz(3)", "t(9;23)(q34;q11)", "((", "+99", "-", "see report", "+8 or +9", "]", "q34;q11", "ü"]
)


class Line(NamedTuple):
    level: int
    sex: str
    gains: tuple[int, ...]
    losses: tuple[int, ...]
    structural: tuple[str, ...]
    cells: int

    @property
    def number(self) -> int:
        return 22 * self.level + len(self.sex) + len(self.gains) - len(self.losses)

    def copies(self, chromosome: int) -> int:
        return self.level + self.gains.count(chromosome) - self.losses.count(chromosome)

    def parts(self) -> list[str]:
        signed = sorted([*((g, f"+{g}") for g in self.gains), *((lost, f"-{lost}") for lost in self.losses)])
        return [str(self.number), self.sex, *(text for _, text in signed), *self.structural]


@st.composite
def cell_lines(draw: st.DrawFn, least: int) -> Line:
    level = draw(st.sampled_from([2, 2, 2, 1]))
    gains = draw(st.lists(st.integers(1, 22), max_size=9))
    losses = draw(st.lists(st.integers(1, 22), unique=True, max_size=4 if len(gains) < 4 else 0)) if level == 2 else []
    return Line(
        level,
        draw(st.sampled_from(["XX", "XY"])) if level == 2 else "X",
        tuple(gains),
        tuple(lost for lost in losses if lost not in gains),
        tuple(draw(st.lists(st.sampled_from(sorted(STRUCTURAL)), unique=True, max_size=3))),
        draw(st.integers(least, 20)),
    )


@st.composite
def leukaemias(draw: st.DrawFn, least: int = 3) -> list[Line]:
    """Cell lines, the first in at least so many cells: three are a clone, and an unread count is taken for one."""
    lines = [draw(cell_lines(least))]
    if draw(st.booleans()):
        lines.append(Line(2, "XX", (), (), (), draw(st.integers(1, 25))))
    return lines


def text_of(lines: list[list[str]], cells: list[str]) -> str:
    return "/".join(",".join(parts) + count for parts, count in zip(lines, cells, strict=True))


def said(text: str) -> dict[str, Possible]:
    try:
        return {finding.fact: finding.possible for finding in READER.read(text)}
    except UnreadableError:
        return {}


def two_of_a_chromosome(lines: list[Line]) -> set[str]:
    """A gain or loss that can be read stays beside a part that cannot, though that part may have told of it too."""
    twice = {fact for fact, chromosome in TRISOMIES.items() if lines[0].gains.count(chromosome) > 1}
    return twice | ({"monosomy_7"} if any("(7)" in text for text in lines[0].structural) else set())


def modal(found: dict[str, Possible]) -> set[int]:
    possible = found.get("modal_chromosomes")
    return {
        number for number in NUMBERS if possible is None or (isinstance(possible, NumberSet) and number in possible)
    }


@given(leukaemias(1))
@settings(max_examples=250)
def test_what_a_karyotype_says_is_what_was_put_into_it(lines: list[Line]) -> None:
    leukaemia = lines[0]
    found = said(text_of([line.parts() for line in lines], [f"[{line.cells}]" for line in lines]))
    if leukaemia.number < 20:
        return
    present = {fact for fact, possible in found.items() if possible == {PRESENT}}
    absent = {fact for fact, possible in found.items() if possible == {ABSENT}}
    clonal_gain, clonal_loss = leukaemia.cells >= 2, leukaemia.cells >= 3
    assert modal(found) >= (
        {leukaemia.number} if leukaemia.gains or leukaemia.losses or leukaemia.structural else set()
    )
    for fact, chromosome in TRISOMIES.items():
        copies = leukaemia.copies(chromosome)
        assert fact not in present or (copies == 3 and leukaemia.level == 2 and clonal_gain), fact
        assert fact not in absent or copies <= 2, fact
        if copies == 3 and leukaemia.level == 2 and clonal_gain and clonal_loss:
            assert fact in present
    assert ("monosomy_7" in present) <= (7 in leukaemia.losses and clonal_loss)
    expected = {STRUCTURAL[text] for text in leukaemia.structural} if clonal_gain else set()
    assert present & set(STRUCTURAL.values()) == expected


@given(leukaemias(), st.data())
@settings(max_examples=400)
def test_garbage_in_place_of_any_part_only_widens(lines: list[Line], data: st.DataObject) -> None:
    parts = [line.parts() for line in lines]
    cells = [f"[{line.cells}]" for line in lines]
    before = said(text_of(parts, cells))
    at = data.draw(st.integers(0, len(parts) - 1))
    place = data.draw(st.integers(0, len(parts[at])))
    garbage = data.draw(GARBAGE)
    if place == len(parts[at]):
        cells[at] = f" {garbage}"
    else:
        parts[at] = [*parts[at][:place], garbage, *parts[at][place + 1 :]]
    after = said(text_of(parts, cells))
    for fact, possible in after.items():
        if fact == "modal_chromosomes":
            assert fact in before, "an unknown number stays unknown"
            assert modal(after) >= modal(before)
        elif possible == {ABSENT}:
            assert before.get(fact) == {ABSENT}, fact
        elif fact not in two_of_a_chromosome(lines):
            assert before.get(fact) == {PRESENT}, fact


def with_one_lost(
    lines: list[Line], signs: str, data: st.DataObject
) -> tuple[dict[str, Possible], dict[str, Possible]]:
    """What a karyotype says, and what it says without one of these signs."""
    text = text_of([line.parts() for line in lines], [f"[{line.cells}]" for line in lines])
    place = data.draw(st.sampled_from([place for place, sign in enumerate(text) if sign in signs]))
    return [said(text), said(text[:place] + text[place + 1 :])]


@given(leukaemias(), st.data())
@settings(max_examples=250)
def test_a_bracket_that_was_lost_takes_back_absences_and_leaves_what_is_present(
    lines: list[Line], data: st.DataObject
) -> None:
    before, after = with_one_lost(lines, "()[]", data)
    for fact, possible in after.items():
        if fact == "modal_chromosomes":
            assert modal(after) >= modal(before)
        elif fact not in two_of_a_chromosome(lines):
            assert before.get(fact) == possible, fact


@given(leukaemias(), st.data())
@settings(max_examples=150)
def test_a_sign_that_was_lost_never_makes_an_absence(lines: list[Line], data: st.DataObject) -> None:
    before, after = with_one_lost(lines, "+-;,/", data)
    for fact, possible in after.items():
        if fact != "modal_chromosomes" and possible == {ABSENT}:
            assert before.get(fact) == {ABSENT}, fact
        elif fact != "modal_chromosomes" and fact not in two_of_a_chromosome(lines):
            assert before.get(fact) == {PRESENT}, fact


@given(leukaemias(1), st.sampled_from([" ", "karyotype: ", "\n"]))
@settings(max_examples=200)
def test_a_karyotype_reads_the_same_alone_and_behind_a_label(lines: list[Line], label: str) -> None:
    text = text_of([line.parts() for line in lines], [f"[{line.cells}]" for line in lines])
    assert READER.spans(f"{label}{text}") == READER.spans(text)
