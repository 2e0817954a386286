"""From the YAML of risk schemes to compiled schemes, with every mistake said at its place."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from all_cli.knowledge.cache import closed_part
from all_cli.knowledge.citation_check import citation_problems
from all_cli.knowledge.problems import KnowledgeError, Problem, Problems, did_you_mean
from all_cli.knowledge.sources import Source
from all_cli.knowledge.strict_yaml import Document, Path
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.knowledge.years import backwards
from all_cli.logic.axes import axes_of, implications_between
from all_cli.logic.compile_definition import bears_on, definition_on
from all_cli.logic.definition import definitions_in
from all_cli.logic.diagram import build_diagram
from all_cli.logic.expression import AllOf, AtLeast, Expression, Not, pack, tests
from all_cli.logic.parse import ConditionError, parse_condition
from all_cli.patient.reading import read_value
from all_cli.patient.unreadable import UnreadableError


def compile_schemes(
    document: Document,
    vocabulary: Vocabulary,
    sources: Mapping[str, Source],
    left_out: Collection[int] = (),
) -> dict[str, Any]:
    """Compile a checked risk-rules document.

    Args:
        document: the document.
        vocabulary: the facts.
        sources: what can be cited.
        left_out: indices of schemes that are not of the right shape and are passed over.

    Returns:
        ``{"schemes", "primary", "cautions", "routine", "not_encoded"}``, each a list of plain data, for the cache and
        :class:`~all_cli.risk.scheme.Scheme`.

    Raises:
        KnowledgeError: with every mistake: unknown facts, values, groups or sources, repeated ids, conditions that
            cannot be read, rules for which no citation locator is given although they are marked as checked.
    """
    problems = Problems()
    compiled: list[dict[str, Any]] = []
    seen: dict[str, int] = {}
    for index, raw in enumerate(document.data["schemes"]):
        path: Path = ("schemes", index)
        if index in left_out:
            if isinstance(raw, dict) and isinstance(raw.get("id"), str):
                seen.setdefault(raw["id"], index)
            continue
        if raw["id"] in seen:
            problems.append(Problem(document.place((*path, "id")), f'the scheme id "{raw["id"]}" is taken'))
        seen[raw["id"]] = index
        compiler = _SchemeCompiler(document, path, vocabulary, sources)
        scheme = compiler.compile(raw)
        problems.extend(compiler.problems)
        compiled.append(scheme)
    primary = list(_primary(document, vocabulary, list(seen), problems))
    cautions = list(_cautions(document, vocabulary, sources, list(seen), problems))
    routine = list(_routine(document, vocabulary, sources, problems))
    not_encoded = document.data.get("not_encoded", [])
    listed: set[str] = set()
    for index, entry in enumerate(not_encoded):
        path = ("not_encoded", index)
        problems.extend(citation_problems(document, path, entry["cite"], sources, checked=False))
        if entry["id"] in seen:
            problems.append(Problem(document.place(path), f'"{entry["id"]}" is encoded above'))
        if entry["id"] in listed:
            problems.append(Problem(document.place((*path, "id")), f'"{entry["id"]}" is listed twice'))
        listed.add(entry["id"])
    if problems:
        raise KnowledgeError(problems)
    return {
        "schemes": compiled,
        "primary": primary,
        "cautions": cautions,
        "routine": routine,
        "not_encoded": not_encoded,
    }


def condition(
    document: Document,
    path: Path,
    text: str,
    vocabulary: Vocabulary,
    problems: list[Problem],
    defined: Mapping[str, Expression] | None = None,
) -> Expression | None:
    """The condition at ``path``; None, with the problem noted, if it cannot be read."""
    try:
        return parse_condition(text, vocabulary, defined)
    except ConditionError as error:
        problems.append(Problem(document.text_place(path, error.offset), str(error)))
        return None


class _SchemeCompiler:
    def __init__(self, document: Document, path: Path, vocabulary: Vocabulary, sources: Mapping[str, Source]) -> None:
        self.document, self.path, self.vocabulary, self.sources = document, path, vocabulary, sources
        self.problems = Problems()
        self.defined: dict[str, Expression] = {}

    def compile(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        self.raw = raw
        scheme: dict[str, Any] = {
            key: value for key, value in raw.items() if key not in ("rules", "score", "bands", "define", "notes")
        }
        scheme["define"] = {name: self.define(name, entry) for name, entry in raw.get("define", {}).items()}
        scheme["population"] = self.cited(raw["population"], (*self.path, "population"))
        if message := backwards(raw.get("in_use")):
            self.problems.append(Problem(self.document.place((*self.path, "in_use")), message))
        if "in_use_source" in raw:
            scheme["in_use_source"] = self.cited(raw["in_use_source"], (*self.path, "in_use_source"))
        scheme["groups"] = {id: self.group(id, entry) for id, entry in raw["groups"].items()}
        scheme["rules"] = self.rules(raw)
        scheme["notes"] = [
            self.cited(entry, (*self.path, "notes", index)) for index, entry in enumerate(raw.get("notes", ()))
        ]
        self.ids(raw)
        if not self.problems:
            self.diagrams(scheme)
        outcomes = (outcome for group in scheme["groups"].values() for outcome in group["outcome"])
        for entry in (scheme["population"], *scheme["rules"], *scheme["notes"], *outcomes):
            if "expression" in entry:
                entry["expression"] = pack(entry["expression"])
        for entry in scheme["define"].values():
            entry.pop("expression", None)
        return self.packed(scheme)

    def packed(self, scheme: dict[str, Any]) -> dict[str, Any]:
        """What deciding needs in the open, what explaining needs closed until it is asked for."""
        return {
            "id": scheme["id"],
            "title": scheme["title"],
            "kind": "score" if "score" in self.raw else "rules",
            "audience": scheme["audience"],
            "published": scheme["published"],
            "quoted": scheme.get("quoted", False),
            "first_relapse": scheme.get("first_relapse", False),
            "groups": list(scheme["groups"]),
            "rule_groups": [rule["groups"] for rule in scheme["rules"]],
            "diagram": scheme.pop("diagram", None),
            "rules_alone": scheme.pop("rules_alone", None),
            "text": closed_part(scheme) if not self.problems else b"",
        }

    def diagrams(self, scheme: dict[str, Any]) -> None:
        population = scheme["population"]["expression"]
        rules = [rule["expression"] for rule in scheme["rules"]]
        facts = list(dict.fromkeys(test.fact for item in (population, *rules) for test in tests(item)))
        for fact in (self.vocabulary[id] for id in facts):
            if fact.all_of and set(fact.all_of) <= set(facts):
                place = self.document.place(self.path)
                message = f"the scheme asks for {fact.id} and for all its parts ({', '.join(fact.all_of)}): ask for one"
                self.problems.append(Problem(place, message))
        definitions = [one for one in definitions_in(self.vocabulary).values() if bears_on(one, facts)]
        hidden = list(dict.fromkeys(id for one in definitions for id in (one.fact, *one.asks) if id not in facts))
        conditions = (population, *rules, *(item for one in definitions for item in one.conditions))
        axes = axes_of((*facts, *hidden), conditions, self.vocabulary)
        implications = implications_between(axes, self.vocabulary)
        defined = tuple(definition_on(one, axes, len(facts)) for one in definitions)

        def built(conditions: Sequence[Expression]) -> tuple[Any, ...]:
            diagram = build_diagram(conditions, axes, implications)
            return diagram._replace(definitions=defined, unasked=len(hidden)).pack()

        scheme["diagram"] = built([Not(population), *rules])
        if scheme.get("quoted"):
            scheme["rules_alone"] = built(rules)

    def define(self, name: str, entry: Mapping[str, Any]) -> dict[str, Any]:
        path = (*self.path, "define", name)
        if name in self.vocabulary:
            self.problems.append(Problem(self.document.key_place(path), f'"{name}" is already the name of a fact'))
        cited = self.cited(entry, path)
        if "expression" in cited:
            self.defined[name] = cited["expression"]
        return cited

    def group(self, id: str, entry: Mapping[str, Any]) -> dict[str, Any]:
        path = (*self.path, "groups", id)
        outcome = [self.cited(item, (*path, "outcome", index)) for index, item in enumerate(entry.get("outcome", ()))]
        return {**entry, "outcome": outcome}

    def rules(self, raw: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The rules as written, or those that a score and its bands amount to."""
        if ("rules" in raw) == ("score" in raw) or ("score" in raw) != ("bands" in raw):
            place = self.document.place(self.path)
            self.problems.append(Problem(place, 'a scheme has either "rules", or "score" with "bands"'))
            return []
        if "rules" in raw:
            return [self.rule(raw, index, entry) for index, entry in enumerate(raw["rules"])]
        terms = [self.cited(entry, (*self.path, "score", index)) for index, entry in enumerate(raw["score"])]
        if any("expression" not in term for term in terms):
            return []
        # A term of two points counts twice: the sum is then a count, which the diagram decides exactly.
        counted = tuple(term["expression"] for term in terms for _ in range(term["points"]))
        return [self.band(raw, terms, counted, index, entry) for index, entry in enumerate(raw["bands"])]

    def band(
        self,
        raw: Mapping[str, Any],
        terms: Sequence[Mapping[str, Any]],
        counted: tuple[Expression, ...],
        index: int,
        entry: Mapping[str, Any],
    ) -> dict[str, Any]:
        """One band of a score as a rule: the sum of the points lies from ``from`` to ``to``."""
        low, high = entry.get("from", 0), entry.get("to", len(counted))
        total = " + ".join(f"{term['points']} if {term['when']}" for term in terms)
        reached = [AtLeast(low, counted)] if low > 0 else []
        not_passed = [Not(AtLeast(high + 1, counted))] if high < len(counted) else []
        expression = AllOf((*reached, *not_passed))
        rule = self.rule(raw, index, {**entry, "when": "True"}, key="bands")
        return {
            **rule,
            "when": f"{low} <= ({total}) <= {high}",
            "expression": expression,
            "checked": entry["checked"] and all(term["checked"] for term in terms),
        }

    def rule(self, raw: Mapping[str, Any], index: int, entry: Mapping[str, Any], key: str = "rules") -> dict[str, Any]:
        path = (*self.path, key, index)
        if ("group" in entry) == ("groups" in entry):
            self.problems.append(Problem(self.document.place(path), 'a rule has either "group" or "groups"'))
        groups = [entry["group"]] if "group" in entry else entry.get("groups", [])
        for group in groups:
            if group not in raw["groups"]:
                hint = did_you_mean(group, list(raw["groups"]))
                field = "group" if "group" in entry else "groups"
                self.problems.append(
                    Problem(self.document.place((*path, field)), f'"{group}" is not one of the scheme\'s groups{hint}')
                )
        return {**self.cited(entry, path), "groups": groups}

    def cited(self, entry: Mapping[str, Any], path: Path) -> dict[str, Any]:
        self.problems.extend(citation_problems(self.document, path, entry["cite"], self.sources, entry["checked"]))
        result = dict(entry)
        if "when" in entry:
            expression = condition(
                self.document, (*path, "when"), entry["when"], self.vocabulary, self.problems, self.defined
            )
            if expression is not None:
                result["expression"] = expression
        return result

    def ids(self, raw: Mapping[str, Any]) -> None:
        seen: set[str] = set()
        for key in ("rules", "score", "bands", "notes"):
            for index, entry in enumerate(raw.get(key, ())):
                if entry["id"] in seen:
                    place = self.document.place((*self.path, key, index, "id"))
                    self.problems.append(Problem(place, f'the id "{entry["id"]}" is used twice in this scheme'))
                seen.add(entry["id"])
        used = {
            group
            for entry in raw.get("rules", raw.get("bands", ()))
            for group in (entry.get("group"), *entry.get("groups", ()))
            if group
        }
        for group in raw["groups"]:
            if group not in used:
                place = self.document.key_place((*self.path, "groups", group))
                self.problems.append(Problem(place, f'no rule leads to the group "{group}"'))


def _primary(
    document: Document, vocabulary: Vocabulary, ids: list[str], problems: list[Problem]
) -> Iterator[dict[str, Any]]:
    for index, entry in enumerate(document.data.get("primary", ())):
        path: Path = ("primary", index)
        problems.extend(_no_scheme(document, (*path, "scheme"), entry["scheme"], ids))
        for number, fact in enumerate(entry.get("known", ())):
            if fact not in vocabulary:
                place = document.place((*path, "known", number))
                problems.append(Problem(place, f'no fact is called "{fact}"{did_you_mean(fact, list(vocabulary))}'))
        conditions = _conditions(document, path, entry, ("when", "sure"), vocabulary, problems)
        yield {
            "scheme": entry["scheme"],
            "known": entry.get("known", []),
            "among": entry.get("among", ""),
            **conditions,
        }


def _no_scheme(document: Document, path: Path, id: str, ids: list[str]) -> list[Problem]:
    """That no scheme has this id; nothing if one has."""
    return [] if id in ids else [Problem(document.place(path), f'no scheme "{id}"{did_you_mean(id, ids)}')]


def _cautions(
    document: Document,
    vocabulary: Vocabulary,
    sources: Mapping[str, Source],
    ids: list[str],
    problems: list[Problem],
) -> Iterator[dict[str, Any]]:
    for index, entry in enumerate(document.data.get("cautions", ())):
        path: Path = ("cautions", index)
        for number, id in enumerate(entry.get("heads", ())):
            problems.extend(_no_scheme(document, (*path, "heads", number), id, ids))
        problems.extend(citation_problems(document, path, entry["cite"], sources, entry["checked"]))
        yield {**entry, **_conditions(document, path, entry, ("when", "unless"), vocabulary, problems)}


def _routine(
    document: Document, vocabulary: Vocabulary, sources: Mapping[str, Source], problems: list[Problem]
) -> Iterator[dict[str, Any]]:
    for index, entry in enumerate(document.data.get("routine", ())):
        path: Path = ("routine", index)
        problems.extend(citation_problems(document, path, entry["cite"], sources, entry["checked"]))
        if entry["fact"] not in vocabulary:
            hint = did_you_mean(entry["fact"], list(vocabulary))
            problems.append(Problem(document.place((*path, "fact")), f'no fact is called "{entry["fact"]}"{hint}'))
            continue
        try:
            read_value(vocabulary[entry["fact"]], entry["is"])
        except UnreadableError as error:
            problems.append(Problem(document.place((*path, "is")), str(error)))
        yield {**entry, **_conditions(document, path, entry, ("when",), vocabulary, problems)}


def _conditions(
    document: Document,
    path: Path,
    entry: Mapping[str, Any],
    keys: Sequence[str],
    vocabulary: Vocabulary,
    problems: list[Problem],
) -> dict[str, Any]:
    """The conditions of an entry, packed; one that is not written is left out."""
    read = {key: condition(document, (*path, key), entry[key], vocabulary, problems) for key in keys if key in entry}
    return {key: pack(expression) for key, expression in read.items() if expression is not None}
