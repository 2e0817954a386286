"""What compiling a knowledge file takes, whatever it holds: a mistake is noted at its place, and reading goes on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from all_cli.knowledge.citation_check import citation_problems
from all_cli.knowledge.problems import KnowledgeError, Problem, Problems, did_you_mean
from all_cli.knowledge.sources import Source
from all_cli.knowledge.strict_yaml import Document, Path
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.logic.expression import Expression, pack
from all_cli.logic.parse import ConditionError, parse_condition


class Compiler:
    """The base of the compilers: citations, conditions, ids and names of a document, and the problems found in them.

    Attributes:
        document: the knowledge file, of the right shape.
        vocabulary: the facts that conditions ask for.
        sources: what can be cited.
        problems: what was found wrong so far.
        defined: names that conditions may use beside the facts.
    """

    def __init__(self, document: Document, vocabulary: Vocabulary, sources: Mapping[str, Source]) -> None:
        self.document, self.vocabulary, self.sources = document, vocabulary, sources
        self.problems = Problems()
        self.defined: dict[str, Expression] = {}

    def problem(self, path: Path, message: str) -> None:
        """Note what is wrong at a path of the document."""
        self.problems.append(Problem(self.document.place(path), message))

    def check(self) -> None:
        """End compiling here if anything is wrong.

        Raises:
            KnowledgeError: with every problem noted.
        """
        if self.problems:
            raise KnowledgeError(self.problems)

    def citations(self, entry: Mapping[str, Any], path: Path) -> None:
        """Note what is wrong with the sources that an entry cites."""
        cite, checked = entry.get("cite", []), bool(entry.get("checked"))
        self.problems.extend(citation_problems(self.document, path, cite, self.sources, checked))

    def condition(self, text: str, path: Path) -> Expression | None:
        """The condition that stands at ``path``; None, and noted, if it cannot be read."""
        try:
            return parse_condition(text, self.vocabulary, self.defined)
        except ConditionError as error:
            self.problems.append(Problem(self.document.text_place(path, error.offset), str(error)))
            return None

    def packed_condition(self, text: str, path: Path) -> Any:
        """The condition that stands at ``path``, packed; None, and noted, if it cannot be read."""
        expression = self.condition(text, path)
        return None if expression is None else pack(expression)

    def known(self, id: str, among: Collection[str], kind: str, path: Path) -> None:
        """Note it if an entry names what is not there."""
        if id not in among:
            self.problem(path, f'no {kind} is called "{id}"{did_you_mean(id, list(among))}')

    def unique(self, entries: Iterable[Mapping[str, Any]], path: Path) -> None:
        """Note ids that several entries of a list have."""
        seen: set[str] = set()
        for index, entry in enumerate(entries):
            if entry["id"] in seen:
                self.problem((*path, index, "id"), f'the id "{entry["id"]}" is used twice')
            seen.add(entry["id"])
