"""From the YAML of risk schemes to compiled schemes, with every mistake said at its place."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from all_cli.knowledge.cache import closed_part
from all_cli.knowledge.problems import Problem, did_you_mean
from all_cli.knowledge.sources import Source
from all_cli.knowledge.strict_yaml import Document, Path
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.knowledge.years import backwards
from all_cli.logic.axes import axes_of, implications_between
from all_cli.logic.building import build_diagram
from all_cli.logic.compile_definition import bears_on, definition_on
from all_cli.logic.compiler import Compiler
from all_cli.logic.definition import definitions_in
from all_cli.logic.expression import AllOf, AtLeast, Expression, Not, pack, tests
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
    compiler = _Compiler(document, vocabulary, sources)
    form = compiler.compile(left_out)
    compiler.check()
    return form


class _Compiler(Compiler):
    def compile(self, left_out: Collection[int]) -> dict[str, Any]:
        compiled: list[dict[str, Any]] = []
        seen: dict[str, int] = {}
        for index, raw in enumerate(self.document.data["schemes"]):
            path: Path = ("schemes", index)
            if index in left_out:
                if isinstance(raw, dict) and isinstance(raw.get("id"), str):
                    seen.setdefault(raw["id"], index)
                continue
            if raw["id"] in seen:
                self.problem((*path, "id"), f'the scheme id "{raw["id"]}" is taken')
            seen[raw["id"]] = index
            compiler = _SchemeCompiler(self.document, self.vocabulary, self.sources, path)
            compiled.append(compiler.compile(raw))
            self.problems.extend(compiler.problems)
        self.ids = list(seen)
        primary, cautions, routine = list(self.primary()), list(self.cautions()), list(self.routine())
        not_encoded = self.document.data.get("not_encoded", [])
        listed: set[str] = set()
        for index, entry in enumerate(not_encoded):
            path = ("not_encoded", index)
            self.citations(entry, path)
            if entry["id"] in seen:
                self.problem(path, f'"{entry["id"]}" is encoded above')
            if entry["id"] in listed:
                self.problem((*path, "id"), f'"{entry["id"]}" is listed twice')
            listed.add(entry["id"])
        return {
            "schemes": compiled,
            "primary": primary,
            "cautions": cautions,
            "routine": routine,
            "not_encoded": not_encoded,
        }

    def primary(self) -> Iterator[dict[str, Any]]:
        for index, entry in enumerate(self.document.data.get("primary", ())):
            path: Path = ("primary", index)
            self.scheme(entry["scheme"], (*path, "scheme"))
            for number, fact in enumerate(entry.get("known", ())):
                self.known(fact, self.vocabulary, "fact", (*path, "known", number))
            yield {
                "scheme": entry["scheme"],
                "known": entry.get("known", []),
                "among": entry.get("among", ""),
                **self.conditions(entry, path, "when", "sure"),
            }

    def cautions(self) -> Iterator[dict[str, Any]]:
        for index, entry in enumerate(self.document.data.get("cautions", ())):
            path: Path = ("cautions", index)
            for number, id in enumerate(entry.get("heads", ())):
                self.scheme(id, (*path, "heads", number))
            self.citations(entry, path)
            yield {**entry, **self.conditions(entry, path, "when", "unless")}

    def routine(self) -> Iterator[dict[str, Any]]:
        for index, entry in enumerate(self.document.data.get("routine", ())):
            path: Path = ("routine", index)
            self.citations(entry, path)
            self.known(entry["fact"], self.vocabulary, "fact", (*path, "fact"))
            if entry["fact"] not in self.vocabulary:
                continue
            try:
                read_value(self.vocabulary[entry["fact"]], entry["is"])
            except UnreadableError as error:
                self.problem((*path, "is"), str(error))
            yield {**entry, **self.conditions(entry, path, "when")}

    def scheme(self, id: str, path: Path) -> None:
        if id not in self.ids:
            self.problem(path, f'no scheme "{id}"{did_you_mean(id, self.ids)}')

    def conditions(self, entry: Mapping[str, Any], path: Path, *keys: str) -> dict[str, Any]:
        """The conditions of an entry, packed; one that is not written is left out."""
        return {key: self.packed_condition(entry[key], (*path, key)) for key in keys if key in entry}


class _SchemeCompiler(Compiler):
    def __init__(self, document: Document, vocabulary: Vocabulary, sources: Mapping[str, Source], path: Path) -> None:
        super().__init__(document, vocabulary, sources)
        self.path = path

    def compile(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        self.raw = raw
        scheme: dict[str, Any] = {
            key: value for key, value in raw.items() if key not in ("rules", "score", "bands", "define", "notes")
        }
        scheme["define"] = {name: self.define(name, entry) for name, entry in raw.get("define", {}).items()}
        scheme["population"] = self.cited(raw["population"], (*self.path, "population"))
        if message := backwards(raw.get("in_use")):
            self.problem((*self.path, "in_use"), message)
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
                parts = ", ".join(fact.all_of)
                self.problem(self.path, f"the scheme asks for {fact.id} and for all its parts ({parts}): ask for one")
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
            self.problem(self.path, 'a scheme has either "rules", or "score" with "bands"')
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
            self.problem(path, 'a rule has either "group" or "groups"')
        groups = [entry["group"]] if "group" in entry else entry.get("groups", [])
        for group in groups:
            if group not in raw["groups"]:
                hint = did_you_mean(group, list(raw["groups"]))
                field = "group" if "group" in entry else "groups"
                self.problem((*path, field), f'"{group}" is not one of the scheme\'s groups{hint}')
        return {**self.cited(entry, path), "groups": groups}

    def cited(self, entry: Mapping[str, Any], path: Path) -> dict[str, Any]:
        self.citations(entry, path)
        expression = self.condition(entry["when"], (*path, "when")) if "when" in entry else None
        return dict(entry) if expression is None else {**entry, "expression": expression}

    def ids(self, raw: Mapping[str, Any]) -> None:
        seen: set[str] = set()
        for key in ("rules", "score", "bands", "notes"):
            for index, entry in enumerate(raw.get(key, ())):
                if entry["id"] in seen:
                    self.problem((*self.path, key, index, "id"), f'the id "{entry["id"]}" is used twice in this scheme')
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
