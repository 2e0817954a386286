"""All risk schemes, from the compiled cache, and the choice of the one that answers first."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from all_cli.knowledge import files
from all_cli.knowledge.cache import compiled
from all_cli.knowledge.problems import KnowledgeError, Place, Problem
from all_cli.knowledge.sources import Source, pack_sources, sources_in
from all_cli.knowledge.vocabulary import Vocabulary, pack_vocabulary, unpack_vocabulary, vocabulary_in
from all_cli.logic.explain import truth
from all_cli.logic.expression import unpack
from all_cli.patient.patient import Patient
from all_cli.risk.scheme import NOT_APPLICABLE, Scheme
from all_cli.risk.verdict import Verdict, judge, judge_outside


class RiskLibrary:
    """The vocabulary, the bibliography and every scheme, ready to use."""

    def __init__(self, packed: Mapping[str, Any]) -> None:
        self._packed = packed
        self.schemes: dict[str, Scheme] = {raw["id"]: Scheme(raw) for raw in packed["schemes"]}

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The facts."""
        return unpack_vocabulary(self._packed["vocabulary"])

    @cached_property
    def sources(self) -> dict[str, Source]:
        """The bibliography by id."""
        return {id: Source(**raw) for id, raw in self._packed["sources"].items()}

    @property
    def not_encoded(self) -> list[Mapping[str, Any]]:
        """Schemes that are known and not executable here, each with the reason and the reference."""
        return list(self._packed["not_encoded"])

    def answers(self, patient: Patient, ids: list[str] | None = None) -> Answers:
        """Every scheme's verdict (or that of the schemes named), and which answers first."""
        chosen = [self.schemes[id] for id in ids] if ids else list(self.schemes.values())
        verdicts = {scheme.id: judge(scheme, patient) for scheme in chosen}
        primary = ids[0] if ids else self._primary(patient, verdicts)
        outside = [
            judge_outside(scheme, patient)
            for scheme in chosen
            if scheme.quoted and verdicts[scheme.id].status == NOT_APPLICABLE
        ]
        return Answers(primary, verdicts, outside)

    def _primary(self, patient: Patient, verdicts: Mapping[str, Verdict]) -> str | None:
        """The first scheme of the order of preference that applies and whose moment has come."""
        possible = patient.possible()
        for entry in self._packed["primary"]:
            verdict = verdicts.get(entry["scheme"])
            if verdict is None or verdict.status == NOT_APPLICABLE:
                continue
            if all(fact in possible for fact in entry["known"]) and truth(unpack(entry["when"]), possible) is not False:
                return str(entry["scheme"])
        return next((id for id, verdict in verdicts.items() if verdict.status != NOT_APPLICABLE), None)


class Answers:
    """The verdicts on one patient: the primary one, the others, and what criteria not meant for them would say."""

    def __init__(self, primary: str | None, verdicts: Mapping[str, Verdict], outside: list[Verdict]) -> None:
        self.primary = primary
        self.verdicts = dict(verdicts)
        self.outside = outside

    @property
    def applicable(self) -> list[Verdict]:
        """The verdicts of schemes whose population the patient may belong to, the primary one first."""
        found = [verdict for verdict in self.verdicts.values() if verdict.status != NOT_APPLICABLE]
        return sorted(found, key=lambda verdict: verdict.scheme.id != self.primary)


def risk_library(rules: Path | None = None) -> RiskLibrary:
    """The shipped schemes, with a user's own file extending or replacing them by id.

    Args:
        rules: a file in the form of ``risk_rules.yaml``; may also hold ``sources`` in the form of ``sources.yaml``.

    Raises:
        KnowledgeError: a knowledge file has mistakes; OSError: the user's file cannot be read.
    """
    inputs = [files.content(name) for name in (files.FACTS, files.SOURCES, files.RISK_RULES)]
    shipped = compiled("risk", inputs, _build)
    if rules is None:
        return RiskLibrary(shipped)
    own = rules.read_bytes()
    extended = compiled("own-rules", [*inputs, own, str(rules).encode()], lambda: _extend(shipped, own, str(rules)))
    return RiskLibrary(extended)


def _build() -> dict[str, Any]:
    from all_cli.knowledge.documents import documents_of
    from all_cli.risk.compile import compile_schemes

    facts, bibliography, rules = documents_of(files.FACTS, files.SOURCES, files.RISK_RULES)
    vocabulary, sources = vocabulary_in(facts), sources_in(bibliography)
    return {
        **compile_schemes(rules, vocabulary, sources),
        "vocabulary": pack_vocabulary(vocabulary),
        "sources": pack_sources(sources),
    }


def _extend(shipped: Mapping[str, Any], own: bytes, name: str) -> dict[str, Any]:
    from all_cli.knowledge.documents import checked_document
    from all_cli.risk.compile import compile_schemes

    document = checked_document(own, name, files.RISK_RULES)
    vocabulary = unpack_vocabulary(shipped["vocabulary"])
    sources = {id: Source(**raw) for id, raw in shipped["sources"].items()}
    for id, raw in document.data.get("sources", {}).items():
        if id in sources:
            raise KnowledgeError([Problem(document.key_place(("sources", id)), f'the source id "{id}" is taken')])
        sources[id] = Source(id=id, **raw)
    form = compile_schemes(document, vocabulary, sources)
    replaced = {scheme["id"] for scheme in form["schemes"]}
    if not form["schemes"]:
        raise KnowledgeError([Problem(Place(name, 1, 1), "the file holds no scheme")])
    return {
        "schemes": [raw for raw in shipped["schemes"] if raw["id"] not in replaced] + form["schemes"],
        "primary": form["primary"] + list(shipped["primary"]),
        "not_encoded": [entry for entry in shipped["not_encoded"] if entry["id"] not in replaced] + form["not_encoded"],
        "vocabulary": shipped["vocabulary"],
        "sources": pack_sources(sources),
    }
