"""Two versions of a scheme compared over all patients: the moves found are exactly those that brute force finds."""

from __future__ import annotations

import itertools
import json
import random
from pathlib import Path

import pytest
from brute_force import Value, completions, groups

from all_cli.logic.expression import Compare
from all_cli.logic.expression import tests as comparisons
from all_cli.logic.values import NumberSet, Possible
from all_cli.patient.patient import Patient
from all_cli.report.difference import value_as_text
from all_cli.risk.difference import Difference, Move, difference, moves
from all_cli.risk.library import RiskLibrary, library_of
from all_cli.risk.scheme import Scheme
from all_cli.risk.verdict import brief

VARIANTS = 40
NUMBERS = {"age": [1, 6, 10, 15], "wbc": [20, 50, 100], "mrd_eoi": [0.01, 0.1], "modal_chromosomes": [44, 51]}
# Facts that the vocabulary links to each other are what makes the comparison hard.
WORDS = {
    "lineage": ["B", "T", "MPAL"],
    "maturation": ["common-B", "mature-B", "pre-T"],
    "etp": ["present", "absent"],
    "kmt2a_r": ["present", "absent"],
    "kmt2a_aff1": ["present", "absent"],
    "double_trisomy": ["present", "absent"],
    "trisomy_4": ["present", "absent"],
    "trisomy_10": ["present", "absent"],
    "cns": ["CNS1", "CNS3"],
    "testicular": ["present", "absent"],
    "sex": ["male", "female"],
}
GROUPS = ["low", "middle", "high"]
CITED = {"cite": ["smith-1996"], "checked": False}


def scheme(rules: list[tuple[str, str]], population: str = "true", **more: object) -> dict[str, object]:
    population = "age >= 0" if population == "true" else population
    used = dict.fromkeys(group for group, _ in rules)
    return {
        "id": "mine", "title": "Mine", "published": 2020, "audience": "all-ages",
        "population": {"when": population, "text": "some", **CITED},
        "groups": {group: {"label": group.title()} for group in used},
        "rules": [{"id": f"r{n}", "group": group, "when": when, **CITED} for n, (group, when) in enumerate(rules)],
        **more,
    }  # fmt: skip


def written(folder: Path, name: str, *schemes: dict[str, object], **more: object) -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(json.dumps({"schemes": list(schemes), **more}), encoding="utf-8")
    return path


def versions(folder: Path, *schemes: dict[str, object]) -> list[RiskLibrary]:
    return [library_of(written(folder, f"v{number}", scheme)) for number, scheme in enumerate(schemes)]


def both(folder: Path, first: dict[str, object], second: dict[str, object]) -> tuple[Scheme, Scheme, RiskLibrary]:
    one, two = versions(folder, first, second)
    return one.schemes["mine"], two.schemes["mine"], two


# --- the oracle ------------------------------------------------------------------------------------------------------


def values_of(fact: str, schemes: tuple[Scheme, ...], library: RiskLibrary) -> list[Value]:
    """Each cut-off of either scheme or of what facts say of each other, and a value on each side of it; every value of
    a choice."""
    conditions = [rule.when for scheme in schemes for rule in (scheme.population, *scheme.rules)]
    entry = library.vocabulary[fact]
    if entry.kind != "number":
        return list(entry.values)
    cuts = sorted(
        {t.value for item in conditions for t in comparisons(item) if isinstance(t, Compare) and t.fact == fact}
    )
    said = [pair for one in library.vocabulary.facts.values() for when, id, then in one.implies
            for pair in ((one.id, when), (id, then)) if pair[0] == fact]  # fmt: skip
    bounds = {bound for _, spans in said for low, _, high, _ in spans for bound in (low, high) if bound is not None}
    cuts = sorted({*cuts, *bounds})
    low, high = entry.hard
    assert low is not None
    assert high is not None
    edges = [low, *cuts, high]
    middles = [(a + b) / 2 for a, b in itertools.pairwise(edges)]
    return sorted({*cuts, *(float(int(m)) for m in middles)} if entry.whole else {*cuts, *middles})


def facts_of(*schemes: Scheme) -> list[str]:
    conditions = [rule.when for scheme in schemes for rule in (scheme.population, *scheme.rules)]
    return list(dict.fromkeys(test.fact for item in conditions for test in comparisons(item)))


def everybody(first: Scheme, second: Scheme, library: RiskLibrary) -> list[dict[str, Value]]:
    asked = facts_of(first, second)
    whole = [fact for fact in library.vocabulary.facts.values() if fact.all_of and {*fact.all_of} <= {*asked}]
    choices = {fact: values_of(fact, (first, second), library) for fact in (*asked, *(fact.id for fact in whole))}
    return [
        being
        for being in completions(choices, library.vocabulary)
        if all(being[fact.id] == "present" or "absent" in [being[p] for p in fact.all_of] for fact in whole)
    ]


def told(values: dict[str, Possible], library: RiskLibrary) -> Patient:
    """A patient as the command line would tell it: every value as text."""
    patient = Patient(library.vocabulary)
    for fact, possible in values.items():
        patient.tell(fact, value_as_text(library.vocabulary[fact], possible), "--set")
    patient.conclude()
    return patient


def lies_in(being: dict[str, Value], region: dict[str, Possible]) -> bool:
    return all(being[fact] in possible for fact, possible in region.items())  # type: ignore[operator]


# --- exactness -------------------------------------------------------------------------------------------------------


def random_test(fact: str, chance: random.Random) -> str:
    if fact in NUMBERS:
        return f"{fact} {chance.choice(['<', '<=', '>', '>=', '==', '!='])} {chance.choice(NUMBERS[fact])}"
    return f"{fact} {chance.choice(['==', '!='])} '{chance.choice(WORDS[fact])}'"


def random_condition(facts: list[str], chance: random.Random) -> str:
    parts = [random_test(chance.choice(facts), chance) for _ in range(chance.randint(1, 3))]
    text = parts[0]
    for part in parts[1:]:
        text = f"({text}) {chance.choice(['and', 'or'])} {chance.choice(['', 'not '])}({part})"
    return text


def random_scheme(facts: list[str], chance: random.Random) -> dict[str, object]:
    rules = [(chance.choice(GROUPS), random_condition(facts, chance)) for _ in range(chance.randint(1, 4))]
    return scheme(rules, random_condition(facts, chance) if chance.random() < 0.5 else "true")


def changed(before: dict[str, object], facts: list[str], chance: random.Random) -> dict[str, object]:
    """A variant: one rule reads otherwise, mostly, as between two versions of a file; else another scheme."""
    if chance.random() < 0.3:
        return random_scheme(facts, chance)
    rules = [(rule["group"], rule["when"]) for rule in before["rules"]]  # type: ignore[attr-defined]
    at = chance.randrange(len(rules))
    rules[at] = (rules[at][0] if chance.random() < 0.6 else chance.choice(GROUPS), random_condition(facts, chance))
    return scheme(rules, before["population"]["when"])  # type: ignore[index]


@pytest.mark.parametrize("number", range(VARIANTS))
def test_moves_are_exactly_those_of_brute_force_over_everybody(number: int, tmp_path: Path) -> None:
    chance = random.Random(f"versions {number}")
    linked = chance.sample([*WORDS], 3)
    facts, others = [*linked, *chance.sample([*NUMBERS], 2)], [*linked, *chance.sample([*NUMBERS, *WORDS], 2)]
    one = random_scheme(facts, chance)
    try:
        first, second, library = both(tmp_path, one, changed(one, others if chance.random() < 0.6 else facts, chance))
    except Exception as error:  # a scheme may not ask for a whole and all of its parts
        assert "ask for one" in str(error)
        return
    beings = everybody(first, second, library)
    answers = [(groups(first, being), groups(second, being)) for being in beings]
    found = moves(first, second, library.vocabulary)
    assert {(frozenset(m.before), frozenset(m.after)) for m in found} == {(a, b) for a, b in answers if a != b}
    for move in found:
        check_move(move, first, second, library)
        inside = [answer for being, answer in zip(beings, answers, strict=True) if lies_in(being, move.region)]
        assert set(inside) == {(frozenset(move.before), frozenset(move.after))}, move.region


def check_move(move: Move, first: Scheme, second: Scheme, library: RiskLibrary) -> None:
    """The witness, told as the printed command tells it, is answered as the move says."""
    patient = told(move.witness, library)
    assert set(brief(first, patient).possible) == set(move.before), move
    assert set(brief(second, patient).possible) == set(move.after), move
    rules = [{rule.id for rule in scheme.rules} | {"", "population"} for scheme in (first, second)]
    assert all(a.id in rules[0] and b.id in rules[1] for a, b in move.deciders)


def test_the_random_variants_are_worth_their_while(tmp_path: Path) -> None:
    """Some move patients, some do not: otherwise the test above would say little."""
    kinds = set()
    for number in range(40):
        chance = random.Random(f"worth {number}")
        facts = [*chance.sample([*WORDS], 2), *chance.sample([*NUMBERS], 2)]
        one = random_scheme(facts, chance)
        try:
            first, second, library = both(tmp_path, one, changed(one, facts, chance))
        except Exception as error:
            assert "ask for one" in str(error)
            continue
        kinds.add(min(len(moves(first, second, library.vocabulary)), 2))
        if len(kinds) == 3:
            break
    assert kinds == {0, 1, 2}


# --- what the moves say ----------------------------------------------------------------------------------------------


def test_a_lower_cut_off_moves_those_between_the_two(tmp_path: Path) -> None:
    first, second, library = both(
        tmp_path,
        scheme([("high", "wbc >= 50"), ("low", "wbc < 50")]),
        scheme([("high", "wbc >= 20"), ("low", "wbc < 20")]),
    )
    (move,) = moves(first, second, library.vocabulary)
    assert (move.before, move.after) == (("low",), ("high",))
    region = move.region["wbc"]
    assert isinstance(region, NumberSet)
    assert 20 in region
    assert 49.999 in region
    assert 50 not in region
    assert 19.999 not in region
    check_move(move, first, second, library)


@pytest.mark.parametrize(("before", "after"), [(">= 50", "> 50"), ("> 50", ">= 50")])
def test_a_cut_off_that_includes_its_value_or_not_moves_exactly_that_value(
    before: str, after: str, tmp_path: Path
) -> None:
    first, second, library = both(
        tmp_path,
        scheme([("high", f"wbc {before}"), ("low", "wbc <= 50")]),
        scheme([("high", f"wbc {after}"), ("low", "wbc <= 50")]),
    )
    (move,) = moves(first, second, library.vocabulary)
    assert move.region["wbc"] == NumberSet.point(50)


def test_a_condition_written_otherwise_moves_nobody(tmp_path: Path) -> None:
    one, two = versions(
        tmp_path,
        scheme([("high", "age >= 10 or wbc >= 50"), ("low", "age < 10 and wbc < 50")]),
        scheme([("high", "not (wbc < 50 and age < 10)"), ("low", "wbc < 50 and not age >= 10")]),
    )
    found = difference(one, two)
    (entry,) = found.schemes
    assert entry.moves == ()
    assert [(item.part, item.id, item.field) for item in entry.changes] == [
        ("rule", "r0", "condition"),
        ("rule", "r1", "condition"),
    ]
    assert not found.nothing


def test_what_the_vocabulary_rules_out_moves_nobody(tmp_path: Path) -> None:
    """KMT2A::AFF1 is a KMT2A rearrangement: nobody has the one without the other."""
    first, second, library = both(
        tmp_path,
        scheme([("high", "kmt2a_r"), ("low", "not kmt2a_r")]),
        scheme([("high", "kmt2a_r or kmt2a_aff1"), ("low", "not kmt2a_r")]),
    )
    assert moves(first, second, library.vocabulary) == ()


def test_both_trisomies_and_the_double_trisomy_are_one_thing(tmp_path: Path) -> None:
    first, second, library = both(
        tmp_path,
        scheme([("low", "double_trisomy"), ("high", "not double_trisomy")]),
        scheme([("low", "trisomy_4 and trisomy_10"), ("high", "not (trisomy_4 and trisomy_10)")]),
    )
    assert moves(first, second, library.vocabulary) == ()


def test_a_patient_who_leaves_the_population_moves(tmp_path: Path) -> None:
    first, second, library = both(
        tmp_path, scheme([("low", "wbc >= 0")], "age >= 1"), scheme([("low", "wbc >= 0")], "age > 1")
    )
    (move,) = moves(first, second, library.vocabulary)
    assert (move.before, move.after) == (("low",), ("not-applicable",))
    assert move.deciders[0][1].id == "population"
    assert move.region["age"] == NumberSet.point(1)
    check_move(move, first, second, library)


def test_a_patient_for_whom_no_rule_holds_any_more_moves(tmp_path: Path) -> None:
    first, second, library = both(
        tmp_path,
        scheme([("high", "wbc >= 50"), ("low", "wbc < 50")]),
        scheme([("high", "wbc > 50"), ("low", "wbc < 50")]),
    )
    (move,) = moves(first, second, library.vocabulary)
    assert move.after == ("unclassified",)
    check_move(move, first, second, library)


def test_a_number_that_cannot_be_given_is_left_out_of_the_witness(tmp_path: Path) -> None:
    """A PCR-MRD value says that there is one: no patient can be told to have a value and none."""
    first, second, library = both(
        tmp_path,
        scheme([("high", "mrd_eoi >= 0.01"), ("low", "mrd_eoi < 0.01")]),
        scheme([("middle", "not mrd_available"), ("high", "mrd_eoi >= 0.01"), ("low", "mrd_eoi < 0.01")]),
    )
    found = moves(first, second, library.vocabulary)
    assert {move.after for move in found} == {("middle",)}
    for move in found:
        patient = told(move.witness, library)
        assert set(brief(second, patient).possible) == {"middle"}
        assert set(move.before) <= set(brief(first, patient).possible)


def test_a_shipped_scheme_moves_nobody_against_itself_and_every_move_to_another_has_a_true_witness(
    library: RiskLibrary,
) -> None:
    for id, other in (("cog-aall08b1", "cog-aall1731"), ("nccn-adult", "esmo-factors"), ("ukall-2003", "ukall-2011")):
        first, second = library.schemes[id], library.schemes[other]
        assert moves(first, first, library.vocabulary) == ()
        found = moves(first, second, library.vocabulary)
        assert found
        dropped = [move for move in found if move.witness.keys() != move.region.keys()]
        for move in found:
            if move not in dropped:
                check_move(move, first, second, library)


# --- what reads differently ------------------------------------------------------------------------------------------


def fields(found: Difference) -> set[tuple[str, str, str, str]]:
    return {(c.part, c.id, c.change, c.field) for entry in found.schemes for c in entry.changes}


BASE = scheme(
    [("high", "bad"), ("low", "not bad")],
    define={"bad": {"when": "wbc >= 50", "label": "bad", **CITED}},
    notes=[{"id": "n", "text": "a note", **CITED}],
    in_use=[2000, None],
)


def with_change(*path: object, value: object) -> dict[str, object]:
    import copy

    result = copy.deepcopy(BASE)
    entry = result
    for step in path[:-1]:
        entry = entry[step]  # type: ignore[index, assignment]
    entry[path[-1]] = value  # type: ignore[index]
    return result


SEEN = [
    (("title",), "Ours", ("scheme", "", "changed", "title")),
    (("published",), 2021, ("scheme", "", "changed", "published")),
    (("audience",), "adults", ("scheme", "", "changed", "audience")),
    (("in_use",), [2000, 2010], ("scheme", "", "changed", "in use")),
    (("in_use_source",), {"text": "Enrolment.", **CITED}, ("scheme", "", "changed", "source of the years")),
    (("about",), "about it", ("scheme", "", "changed", "about")),
    (("quoted",), True, ("scheme", "", "changed", "quoted")),
    (("population", "when"), "age >= 1", ("population", "", "changed", "condition")),
    (("population", "text"), "others", ("population", "", "changed", "text")),
    (("population", "note"), "noted", ("population", "", "changed", "note")),
    (("define", "bad", "when"), "wbc >= 40", ("definition", "bad", "changed", "condition")),
    (("define", "bad", "label"), "worse", ("definition", "bad", "changed", "label")),
    (("define", "bad", "note"), "noted", ("definition", "bad", "changed", "note")),
    (("groups", "high", "label"), "Top", ("group", "high", "changed", "label")),
    (("groups", "high", "severity"), 2, ("group", "high", "changed", "severity")),
    (("groups", "high", "note"), "noted", ("group", "high", "changed", "note")),
    (("groups", "high", "outcome"), [{"text": "60 %", **CITED}], ("group", "high", "changed", "outcome")),
    (("rules", 0, "when"), "bad and age > 1", ("rule", "r0", "changed", "condition")),
    (("rules", 1, "group"), "high", ("rule", "r1", "changed", "group")),
    (("rules", 0, "note"), "noted", ("rule", "r0", "changed", "note")),
    (("rules", 0, "derived"), "from the table", ("rule", "r0", "changed", "derived")),
    (("rules", 0, "cite"), [{"smith-1996": "p. 3"}], ("rule", "r0", "changed", "citation")),
    (("rules", 0, "id"), "first", ("rule", "first", "added", "")),
    (("notes", 0, "text"), "another", ("note", "n", "changed", "text")),
    (("notes", 0, "when"), "wbc > 3", ("note", "n", "changed", "condition")),
    (
        ("exceptions",), [{"check": "direction", "fact": "wbc", "reason": "so"}],
        ("exception", "direction wbc", "added", ""),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "expected"), SEEN, ids=[f"{'.'.join(map(str, p))}" for p, _, _ in SEEN])
def test_every_part_of_a_scheme_that_reads_differently_is_named(
    path: tuple[object, ...], value: object, expected: tuple[str, str, str, str], tmp_path: Path
) -> None:
    new = with_change(*path, value=value)
    if path == ("rules", 1, "group"):
        del new["groups"]["low"]  # type: ignore[attr-defined]
    one, two = versions(tmp_path, BASE, new)
    assert expected in fields(difference(one, two))
    back = difference(two, one)
    swapped = {"added": "removed"}
    assert (expected[0], expected[1], swapped.get(expected[2], expected[2]), expected[3]) in fields(back)


def test_a_rule_now_checked_is_named(tmp_path: Path) -> None:
    new = with_change("rules", 0, "checked", value=True)
    new["rules"][0]["cite"] = [{"rowe-2005": "Table 1"}]  # type: ignore[index]
    one, two = versions(tmp_path, BASE, new)
    assert ("rule", "r0", "changed", "checked") in fields(difference(one, two))


def test_rules_in_another_order_are_named_even_if_nobody_moves(tmp_path: Path) -> None:
    one, two = versions(tmp_path, BASE, with_change("rules", value=list(reversed(BASE["rules"]))))  # type: ignore[call-overload]
    found = difference(one, two)
    assert ("scheme", "", "changed", "order of rules") in fields(found)
    assert found.schemes[0].moves == ()


def test_the_same_file_differs_in_nothing(tmp_path: Path) -> None:
    one, two = versions(tmp_path, BASE, BASE)
    found = difference(one, two)
    assert found.nothing
    assert found.common == 1


def test_schemes_that_came_and_went_are_named(tmp_path: Path) -> None:
    other = {**BASE, "id": "other"}
    found = difference(
        library_of(written(tmp_path, "a", BASE)), library_of(written(tmp_path, "b", other, {**BASE, "id": "third"}))
    )
    assert (found.added, found.removed, found.common) == (("other", "third"), ("mine",), 0)


def test_what_differs_outside_the_schemes_is_named(tmp_path: Path) -> None:
    source = {"title": "Ours", "kind": "review", "year": 2024, "read": "full", "checked": True}
    gone = {"id": "gone", "title": "Gone", "reason": "not published", "cite": ["smith-1996"]}
    plain = library_of(written(tmp_path, "a", BASE))
    for more, part in (
        ({"primary": [{"scheme": "mine", "when": "age > 1"}]}, "first answer"),
        ({"not_encoded": [gone]}, "not encoded"),
        ({"sources": {"ours-2024": source}}, "source"),
    ):
        found = difference(plain, library_of(written(tmp_path, "b", BASE, **more)))
        assert not found.nothing
        assert [item.part for item in found.elsewhere] == [part]
