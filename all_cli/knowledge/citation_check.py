"""What a citation in a knowledge file must hold. Needed only to compile."""

from collections.abc import Iterator, Mapping
from typing import Any

from all_cli.knowledge.problems import Problem, did_you_mean
from all_cli.knowledge.sources import Source
from all_cli.knowledge.strict_yaml import Document, Path


def citation_problems(
    document: Document, path: Path, cite: list[Any], sources: Mapping[str, Source], checked: bool
) -> Iterator[Problem]:
    """Sources that do not exist, locators that a checked statement lacks, and checked statements that nobody read.

    Args:
        document: the knowledge file.
        path: where the statement stands in it; its citations stand under ``cite``.
        cite: source ids, each alone or with its locator.
        sources: the bibliography by id.
        checked: whether the statement says it was read in its source.
    """
    unread: list[str] = []
    for index, item in enumerate(cite):
        id, locator = (item, "") if isinstance(item, str) else next(iter(item.items()))
        place = document.place((*path, "cite", index))
        if id not in sources:
            yield Problem(place, f'no source is called "{id}"{did_you_mean(id, list(sources))}')
        elif checked and not locator.strip():
            yield Problem(place, f'"{id}" is cited as checked: say where in it (page, table, row, section)')
        elif sources[id].read == "not-read":
            unread.append(id)
    if checked and cite and len(unread) == len(cite):
        sources_unread = " and ".join(f'"{id}"' for id in unread)
        yield Problem(
            document.place((*path, "cite", 0)),
            f"the statement is marked checked, yet {sources_unread} is entered as not read: name the page that was"
            " read, or set checked: false",
        )


def uncited_relations(facts: Document, sources: Mapping[str, Source]) -> Iterator[Problem]:
    """What is wrong with the citations of what facts say of each other; a matter of words alone needs none."""
    for id, fact in facts.data["facts"].items():
        for index, item in enumerate(fact.get("implies", ())):
            path: Path = ("facts", id, "implies", index)
            if ("cite" in item) != ("checked" in item):
                yield Problem(facts.place(path), 'a relation has both "cite" and "checked", or neither')
            yield from citation_problems(facts, path, item.get("cite", []), sources, item.get("checked", False))
    for id, caller in facts.data.get("callers", {}).items():
        yield from citation_problems(facts, ("callers", id), caller["cite"], sources, caller["checked"])
