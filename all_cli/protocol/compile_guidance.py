"""From the YAML of guidance to plain compiled data, with every mistake said at its place."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from all_cli.knowledge.sources import Source, citations
from all_cli.knowledge.strict_yaml import Document, Path
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.logic.compiler import Compiler
from all_cli.protocol.guidance import CONTRADICTED, LIMITED, STATEMENTS


def compile_guidance(
    document: Document, vocabulary: Vocabulary, sources: Mapping[str, Source], drugs: Collection[str]
) -> dict[str, Any]:
    """Compile a checked guidance document.

    Returns:
        ``{"topics", "index", "entries", "cited"}`` as plain data, for the cache and
        :class:`~all_cli.protocol.guidance.GuidanceLibrary`.

    Raises:
        KnowledgeError: with every mistake: an unknown topic, source or drug, a repeated id, a condition that cannot be
            read, a checked sentence without a place, a statement that no seed text or no entry has, a contradicted
            or limited statement that leads with the seed text instead of the primary source.
    """
    compiler = _Compiler(document, vocabulary, sources, drugs)
    form = compiler.compile()
    compiler.check()
    return form


class _Compiler(Compiler):
    def __init__(
        self, document: Document, vocabulary: Vocabulary, sources: Mapping[str, Source], drugs: Collection[str]
    ) -> None:
        super().__init__(document, vocabulary, sources)
        self.drugs = drugs
        self.cited: dict[str, None] = {}
        self.verdicts: dict[int, str] = {}

    def compile(self) -> dict[str, Any]:
        data = self.document.data
        topics = [topic["id"] for topic in data["topics"]]
        self.unique(data["topics"], ("topics",))
        self.unique(data["entries"], ("entries",))
        index = [self.entry(entry, ("entries", number), topics) for number, entry in enumerate(data["entries"])]
        used = {entry["topic"] for entry in data["entries"]}
        for number, topic in enumerate(topics):
            if topic not in used:
                self.problem(("topics", number, "id"), f'the topic "{topic}" has no entry')
        missing = [n for numbers in STATEMENTS.values() for n in numbers if n not in self.verdicts]
        if missing:
            self.problem(("entries",), f"no entry is about statement {', '.join(map(str, missing))}")
        order = {topic: number for number, topic in enumerate(topics)}
        return {
            "topics": [[topic["id"], topic["title"]] for topic in data["topics"]],
            "index": sorted(index, key=lambda brief: order.get(brief[1], 0)),
            "entries": {
                entry["id"]: self.with_conditions(entry, ("entries", number))
                for number, entry in enumerate(data["entries"])
            },
            "cited": list(self.cited),
        }

    def entry(self, entry: Mapping[str, Any], path: Path, topics: list[str]) -> list[Any]:
        """One entry in brief, in the order of :class:`~all_cli.protocol.guidance.Brief`."""
        self.known(entry["topic"], topics, "topic", (*path, "topic"))
        if entry["id"] in self.sources:
            self.problem((*path, "id"), f'"{entry["id"]}" is already the id of a source')
        for number, drug in enumerate(entry.get("drugs", ())):
            self.known(drug, self.drugs, "drug", (*path, "drugs", number))
        self.statement(entry, path)
        for key in ("more", "tables"):
            for number, item in enumerate(entry.get(key, ())):
                self.statement(item, (*path, key, number))
        for number, table in enumerate(entry.get("tables", ())):
            for row, cells in enumerate(table["rows"]):
                if len(cells) != len(table["columns"]):
                    self.problem(
                        (*path, "tables", number, "rows", row),
                        f"the row has {len(cells)} cells, the table {len(table['columns'])} columns",
                    )
            if len(table.get("rows_when", table["rows"])) != len(table["rows"]):
                self.problem((*path, "tables", number, "rows_when"), f"one condition a row: {len(table['rows'])}")
        self.claims(entry, path)
        return [
            entry["id"], entry["topic"], entry["title"], entry.get("verdict", ""),
            [claim["statement"] for claim in entry.get("seeds", ())], self.condition_of(entry, path),
            entry.get("when", ""), entry.get("phases", []), entry.get("drugs", []), entry.get("warning", False),
            self.condition_of(entry, path, "unless"),
        ]  # fmt: skip

    def with_conditions(self, entry: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
        """The entry with the conditions of its sentences and tables compiled."""
        more = [
            {**item, "expression": self.condition_of(item, (*path, "more", number))}
            for number, item in enumerate(entry.get("more", ()))
        ]
        tables = [
            {
                **table,
                "expression": self.condition_of(table, (*path, "tables", number)),
                "rows_for": [
                    self.packed_condition(when, (*path, "tables", number, "rows_when", row)) if when else None
                    for row, when in enumerate(table.get("rows_when", ()))
                ],
            }
            for number, table in enumerate(entry.get("tables", ()))
        ]
        return {**entry, "expression": self.condition_of(entry, path, "text_when"), "more": more, "tables": tables}

    def claims(self, entry: Mapping[str, Any], path: Path) -> None:
        """A verdict and seed statements belong together; a statement has one verdict and is of its seed text."""
        claims, verdict = entry.get("seeds", ()), entry.get("verdict")
        if bool(claims) != (verdict is not None):
            self.problem(path, 'an entry has "seeds" and a "verdict" on them, or neither')
        for number, claim in enumerate(claims):
            at = (*path, "seeds", number, "statement")
            statement, seed = claim["statement"], claim["seed"]
            numbers = STATEMENTS[seed]
            if statement not in numbers:
                self.problem(at, f"statement {statement} is not of {seed}, which has {numbers[0]} to {numbers[-1]}")
                continue
            if self.verdicts.setdefault(statement, verdict or "") != verdict:
                self.problem(at, f'statement {statement} is called "{self.verdicts[statement]}" in another entry')
        if verdict in (CONTRADICTED, LIMITED) and citations(entry["cite"])[0].source in STATEMENTS:
            message = f"a {verdict} statement leads with the primary source: cite that first, not the seed text"
            self.problem((*path, "cite", 0), message)
        for number, claim in enumerate(claims):
            if verdict in (CONTRADICTED, LIMITED) and claim["says"] in entry["text"]:
                message = f"the {verdict} words of the seed text lead the entry: say what the primary source says"
                self.problem((*path, "seeds", number, "says"), message)

    def statement(self, item: Mapping[str, Any], path: Path) -> None:
        self.cited.update(dict.fromkeys(citation.source for citation in citations(item["cite"])))
        self.citations(item, path)

    def condition_of(self, item: Mapping[str, Any], path: Path, key: str = "when") -> Any:
        return self.packed_condition(item[key], (*path, key)) if key in item else None
