"""From ``choice.yaml`` to its compiled form: the setting, and for every arm and phase whom a guard keeps out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from all_cli.knowledge.problems import Problem, did_you_mean
from all_cli.knowledge.sources import Source
from all_cli.knowledge.strict_yaml import Document, Path
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.logic.compiler import Compiler
from all_cli.logic.expression import AllOf, Always, Expression, OneOf, pack
from all_cli.protocol.choice_rules import condition_diagram
from all_cli.protocol.guards import forbidden, given_to
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.regimen import Protocol
from all_cli.risk.compile import compile_schemes


def compile_choice(
    document: Document, vocabulary: Vocabulary, sources: Mapping[str, Source], protocols: ProtocolLibrary
) -> dict[str, Any]:
    """Compile a checked choice document against the protocols it chooses among.

    Raises:
        KnowledgeError: with every mistake: unknown facts, values, phases, protocols, drugs or settings, conditions
            that cannot be read, citations without a place.
    """
    compiler = _Compiler(document, vocabulary, sources, protocols)
    form = compiler.compile()
    compiler.check()
    return form


class _Compiler(Compiler):
    def __init__(
        self, document: Document, vocabulary: Vocabulary, sources: Mapping[str, Source], protocols: ProtocolLibrary
    ) -> None:
        super().__init__(document, vocabulary, sources)
        self.protocols = protocols
        self.diagrams: dict[str, int] = {}
        self.packed: list[Any] = []

    def compile(self) -> dict[str, Any]:
        data = self.document.data
        (setting,) = compile_schemes(self.document, self.vocabulary, self.sources)["schemes"]
        asked = [self.asked(entry, ("asked", index)) for index, entry in enumerate(data["asked"])]
        presumed = [self.presumed(entry, ("presumed", index)) for index, entry in enumerate(data["presumed"])]
        guards = [self.guard(entry, ("guards", index)) for index, entry in enumerate(data["guards"])]
        spoken = {
            key: [_packed(self.spoken(entry, (key, index))) for index, entry in enumerate(data[key])]
            for key in ("set_aside", "said_first", "undecided")
        }
        for index, entry in enumerate(data["every_risk"]):
            self.citations(entry, ("every_risk", index))
            self.known(entry["protocol"], self.protocols.ids, "protocol", ("every_risk", index, "protocol"))
        for key in ("guards", "presumed", "undecided", "said_first"):
            self.unique(data[key], (key,))
        for index, entry in enumerate(data["set_aside"]):
            self.known(entry["fact"], self.vocabulary, "fact", ("set_aside", index, "fact"))
        self.settings(setting["groups"])
        if self.problems:
            return {}
        arms = {protocol.id: self.arms(protocol, guards) for protocol in self.protocols.protocols}
        return {
            "setting": setting,
            "asked": asked,
            "every_risk": [entry["protocol"] for entry in data["every_risk"]],
            **spoken,
            "presumed": [_packed(entry) for entry in presumed],
            "guards": [_packed(entry) for entry in guards],
            "protocols": arms,
            "diagrams": self.packed,
        }

    def arms(self, protocol: Protocol, guards: list[dict[str, Any]]) -> dict[str, Any]:
        """Per protocol its population, per arm and kind of phase to whom it gives anything and who guards keep out."""
        kept: dict[str, dict[str, list[tuple[int, int]]]] = {}
        given: dict[str, dict[str, int]] = {}
        for arm in protocol.arms:
            kinds = dict.fromkeys(phase.kind for phase in protocol.phases if phase.id in arm.phases)
            kept[arm.id] = {kind: [] for kind in kinds}
            asked = {kind: given_to(protocol, arm, kind, self.protocols) for kind in kinds}
            given[arm.id] = {kind: self.diagram(when) for kind, when in asked.items() if when is not None}
            for kind in kinds:
                for index, guard in enumerate(guards):
                    broken = forbidden(guard, guard["expression"], protocol, arm, kind, self.protocols)
                    if broken is not None:
                        kept[arm.id][kind].append((index, self.diagram(broken)))
        return {"population": self.diagram(population_of(protocol)), "guards": kept, "given": given}

    def diagram(self, expression: Expression) -> int:
        """The number of the diagram whose answer 0 says that the condition holds, 1 that it does not."""
        key = repr(expression)
        if key not in self.diagrams:
            self.diagrams[key] = len(self.packed)
            self.packed.append(condition_diagram(expression, self.vocabulary).pack())
        return self.diagrams[key]

    def settings(self, known: Iterable[str]) -> None:
        named = {
            (protocol.id, id) for protocol in self.protocols.protocols for arm in protocol.arms for id in arm.settings
        }
        for protocol, id in sorted(named):
            if id not in known:
                hint = did_you_mean(id, list(known))
                message = f'the protocol {protocol} names the setting "{id}", not known here{hint}'
                self.problems.append(Problem(self.document.key_place(("schemes",)), message))

    def asked(self, entry: Mapping[str, Any], path: Path) -> dict[str, Any]:
        self.citations(entry, path)
        self.all_known(entry["phases"], self.protocols.phase_kinds(), "phase", (*path, "phases"))
        self.all_known(entry.get("not_yet", ()), self.vocabulary, "fact", (*path, "not_yet"))
        moments, not_yet = entry["moments"], entry.get("not_yet", [])
        facts = [
            fact.id
            for fact in self.vocabulary.facts.values()
            if fact.moment in moments and fact.id not in not_yet and (entry["genetics"] or not fact.genetic)
        ]
        return {"phases": entry["phases"], "facts": facts}

    def presumed(self, entry: Mapping[str, Any], path: Path) -> dict[str, Any]:
        self.citations(entry, path)
        self.known(entry["fact"], self.vocabulary, "fact", (*path, "fact"))
        self.all_known(entry.get("phases", ()), self.protocols.phase_kinds(), "phase", (*path, "phases"))
        if entry["fact"] in self.vocabulary:
            self.all_known(entry["is"], self.vocabulary[entry["fact"]].values, "value", (*path, "is"))
        return self.conditional(entry, path)

    def spoken(self, entry: Mapping[str, Any], path: Path) -> dict[str, Any]:
        """An entry that speaks of patients in kinds of phase, and of some certainly not."""
        self.citations(entry, path)
        self.all_known(entry["phases"], self.protocols.phase_kinds(), "phase", (*path, "phases"))
        return self.conditional(entry, path)

    def guard(self, entry: Mapping[str, Any], path: Path) -> dict[str, Any]:
        self.citations(entry, path)
        self.all_known(entry.get("phases", ()), self.protocols.phase_kinds(), "phase", (*path, "phases"))
        for key in ("protocols", "except", "not_if_named"):
            self.all_known(entry.get(key, ()), self.protocols.ids, "protocol", (*path, key))
        self.all_known(entry.get("if_told", ()), self.vocabulary, "fact", (*path, "if_told"))
        arms = [f"{protocol.id}/{arm.id}" for protocol in self.protocols.protocols for arm in protocol.arms]
        self.all_known(entry.get("arms", ()), arms, "arm", (*path, "arms"))
        offers = entry["offers"]
        self.all_known(offers.get("in", ()), self.protocols.phase_kinds(), "phase", (*path, "offers", "in"))
        if "drug" in offers:
            self.known(offers["drug"], self.protocols.drugs, "drug", (*path, "offers", "drug"))
        if "without_class" in offers:
            classes = {drug.kind for drug in self.protocols.drugs.values()}
            self.known(offers["without_class"], classes, "class of drugs", (*path, "offers", "without_class"))
        if ("from" in offers) != ("unit" in offers) or ("from" in offers and "drug" not in offers):
            self.problem((*path, "offers"), "from, unit and drug go together")
        return self.conditional(entry, path)

    def conditional(self, entry: Mapping[str, Any], path: Path) -> dict[str, Any]:
        result = dict(entry)
        if "when" in entry:
            result["expression"] = self.condition(entry["when"], (*path, "when")) or Always(False)
        if "unless" in entry:
            result["unless"] = self.packed_condition(entry["unless"], (*path, "unless"))
        return result

    def all_known(self, ids: Iterable[str], among: Iterable[str], kind: str, path: Path) -> None:
        choices = list(among)
        for id in ids:
            self.known(id, choices, kind, path)


def population_of(protocol: Protocol) -> Expression:
    """Whom a protocol is for: its population, and its lineage unless BCR::ABL1 is what it is for."""
    parts = list(_parts(protocol))
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts)) if parts else Always(True)


def _parts(protocol: Protocol) -> Iterator[Expression]:
    if protocol.population.when is not None:
        yield protocol.population.when
    if protocol.lineage and not protocol.ph:
        yield OneOf("lineage", frozenset(protocol.lineage), f"lineage in ({', '.join(protocol.lineage)})")


def _packed(entry: Mapping[str, Any]) -> dict[str, Any]:
    if "expression" not in entry:
        return dict(entry)
    return {**entry, "expression": pack(entry["expression"])}
