from __future__ import annotations

import msgpack
import pytest

from all_cli.knowledge.citation_check import uncited_relations
from all_cli.knowledge.documents import checked_document, document_of
from all_cli.knowledge.files import FACTS
from all_cli.knowledge.problems import KnowledgeError
from all_cli.knowledge.vocabulary import (
    Vocabulary,
    intervals,
    pack_vocabulary,
    unpack_vocabulary,
    vocabulary_in,
)
from all_cli.risk.library import risk_library

SMALL = """\
words:
  marrow: {M1: "[0, 5)"}
facts:
  blasts:
    {title: Blasts, kind: number, help: h, words_of: marrow, words: {many: "(25, ]"}, hard: [0, 100], aliases: [bm]}
  cns:
    title: CNS
    kind: choice
    help: h
    values: {CNS1: {label: one}, CNS2a: {label: two}, CNS2b: {label: three}}
    sets: {CNS2: [CNS2a, CNS2b]}
  part_one: {title: P, kind: flag, help: h}
  part_two: {title: P, kind: flag, help: h, present: rearranged, absent: germline}
  both: {title: B, kind: flag, help: h, all_of: [part_one, part_two], implies: [{then: {cns: [CNS1]}}]}
"""


def vocabulary_of(text: str) -> Vocabulary:
    return vocabulary_in(checked_document(text.encode(), "f.yaml", FACTS))


def problems_of(text: str) -> list[str]:
    with pytest.raises(KnowledgeError) as caught:
        vocabulary_of(text)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[0, 5)", ((0.0, True, 5.0, False),)),
        ("(25, ]", ((25.0, False, None, True),)),
        ("[, 1)", ((None, True, 1.0, False),)),
        ("[46, 46]", ((46.0, True, 46.0, True),)),
        ("[-1.5,2]", ((-1.5, True, 2.0, True),)),
        ("[23, 29] or (60, 78)", ((23.0, True, 29.0, True), (60.0, False, 78.0, False))),
        (" [0.01 , 100 ] ", ((0.01, True, 100.0, True),)),
        ("[0, 5]", ((0.0, True, 5.0, True),)),
    ],
)
def test_intervals_read_as_mathematics_writes_them(text: str, found: object) -> None:
    assert intervals(text) == found


@pytest.mark.parametrize("text", ["", "0-5", "[5, 0)", "5", "[0; 5)", "[0, 5", "[0, 5) or", "[a, b]", "[1e3, 2e3]"])
def test_what_is_no_interval_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not an interval|cross"):
        intervals(text)


def test_an_alias_finds_the_fact_it_stands_for() -> None:
    vocabulary = vocabulary_of(SMALL)
    assert vocabulary["bm"] is vocabulary["blasts"]
    assert "bm" in vocabulary
    assert list(vocabulary) == ["blasts", "cns", "part_one", "part_two", "both", "bm"]
    assert len(vocabulary) == 6


def test_shared_and_own_words_are_both_words_of_the_fact() -> None:
    assert vocabulary_of(SMALL)["blasts"].words == {
        "many": ((25.0, False, None, True),),
        "M1": ((0.0, True, 5.0, False),),
    }


def test_a_flag_is_present_or_absent_under_its_own_labels() -> None:
    vocabulary = vocabulary_of(SMALL)
    assert [value.label for value in vocabulary["part_two"].values.values()] == ["rearranged", "germline"]
    assert list(vocabulary["part_one"].values) == ["present", "absent"]


def test_a_conjunction_implies_each_of_its_parts() -> None:
    implied = set(vocabulary_of(SMALL)["both"].implies)
    assert implied == {
        (("present",), "cns", ("CNS1",)),
        (("present",), "part_one", ("present",)),
        (("present",), "part_two", ("present",)),
    }


@pytest.mark.parametrize(
    ("right", "wrong", "sentence"),
    [
        ('many: "(25, ]"', 'many: "25+"', '"25+" is not an interval such as [0, 5)'),
        ('M1: "[0, 5)"', 'M1: "[5, 0)"', 'the bounds of "[5, 0)" cross'),
        ("words_of: marrow", "words_of: marow", 'no list of words is called "marow"'),
        ("aliases: [bm]", "aliases: [cns]", 'the name "cns" is taken'),
        ("aliases: [bm]", "aliases: [bm, bm]", 'the name "bm" is taken'),
        ("[CNS2a, CNS2b]", "[CNS2a, CNS2x]", '"CNS2x" is no value of cns'),
        ("{cns: [CNS1]}", "{cns: [CNS9]}", '"cns: CNS9" is not in the vocabulary'),
        ("{cns: [CNS1]}", "{cnz: [CNS1]}", '"cnz: CNS1" is not in the vocabulary'),
        ("{then: {cns", "{when: [maybe], then: {cns", '"both: maybe" is not in the vocabulary'),
        ("all_of: [part_one, part_two]", "all_of: [part_one, part_x]", 'no fact is called "part_x"'),
        ("{cns: [CNS1]}", '{cns: "[1, 2]"}', '"cns: an interval" is not in the vocabulary'),
        ("{cns: [CNS1]}", "{blasts: [CNS1]}", '"blasts: CNS1" is not in the vocabulary'),
        ("{cns: [CNS1]}", '{blasts: "5 to 7"}', '"5 to 7" is not an interval such as [0, 5)'),
        ("{then: {cns", '{when: "[0, 1]", then: {cns', '"both: an interval" is not in the vocabulary'),
        ("hard: [0, 100]", "known_means: {part_x: [present]}", '"part_x: present" is not in the vocabulary'),
        ("hard: [0, 100]", "at_most: [part_x]", 'no fact is called "part_x"'),
        ("hard: [0, 100]", "at_most: [cns]", "blasts and cns are not numbers of one unit"),
        ("hard: [0, 100]", "hard: [100, 0]", "f.yaml:5:93: the bounds run backwards: 100 to 0"),
        ("hard: [0, 100]", "plausible: [7, 7]", "the bounds run backwards: 7 to 7"),
    ],
)
def test_a_name_or_interval_that_means_nothing_is_refused(right: str, wrong: str, sentence: str) -> None:
    assert right in SMALL
    assert any(sentence in said for said in problems_of(SMALL.replace(right, wrong)))


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("spellings: [BM, Marrow]", "spellings: [marrow]", '"marrow" belongs to part_one already'),
        ("columns: [PB]", "columns: [x, pb]", '"pb" belongs to part_one already'),
        ("option: --part", "option: --part", '"--part" belongs to part_one already'),
    ],
)
def test_a_word_that_two_facts_share_is_refused_at_the_second(one: str, other: str, said: str) -> None:
    text = SMALL.replace("part_one: {title: P, kind: flag,", f"part_one: {{title: P, kind: flag, {one},")
    (problem,) = problems_of(text.replace("kind: flag, help: h, present", f"kind: flag, {other}, help: h, present"))
    assert problem.startswith("f.yaml:13:") and said in problem


def test_every_problem_of_the_vocabulary_is_said_at_once() -> None:
    text = SMALL.replace("[CNS2a, CNS2b]", "[CNS2x]").replace("aliases: [bm]", "aliases: [cns]")
    assert len(problems_of(text.replace("part_two]", "part_x]"))) >= 3


@pytest.mark.parametrize("text", [SMALL, None], ids=["small", "shipped"])
def test_packing_and_unpacking_gives_the_same_vocabulary(text: str | None) -> None:
    vocabulary = vocabulary_of(text) if text else vocabulary_in(document_of(FACTS))
    through_cache = msgpack.unpackb(msgpack.packb(pack_vocabulary(vocabulary)), strict_map_key=False, use_list=False)
    assert dict(unpack_vocabulary(through_cache)) == dict(vocabulary)
    assert list(unpack_vocabulary(through_cache)) == list(vocabulary)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ("cite: [pdq-childhod-2025], checked: false", 'no source is called "pdq-childhod-2025"'),
        ("cite: [pdq-childhood-2025], checked: true", '"pdq-childhood-2025" is cited as checked: say where in it'),
        ("cite: [pdq-childhood-2025]", 'a relation has both "cite" and "checked", or neither'),
        ("checked: true", 'a relation has both "cite" and "checked", or neither'),
    ],
)
def test_what_facts_say_of_each_other_is_cited_as_rules_are(wrong: str, sentence: str) -> None:
    text = SMALL.replace("{then: {cns: [CNS1]}}", f"{{then: {{cns: [CNS1]}}, {wrong}}}")
    found = list(uncited_relations(checked_document(text.encode(), "f.yaml", FACTS), risk_library().sources))
    assert any(sentence in str(problem) and str(problem).startswith("f.yaml:1") for problem in found)
