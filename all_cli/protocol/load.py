"""The shipped protocols, guidance and rules of choosing, each from its compiled form; a stale one is compiled anew."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from all_cli.knowledge import files
from all_cli.knowledge.cache import closed_part, compiled
from all_cli.knowledge.sources import pack_sources, sources_in
from all_cli.knowledge.vocabulary import vocabulary_in

if TYPE_CHECKING:
    from all_cli.protocol.choice_rules import ChoiceRules
    from all_cli.protocol.guidance import GuidanceLibrary
    from all_cli.protocol.library import ProtocolLibrary


@cache
def protocol_library() -> ProtocolLibrary:
    """The shipped protocols.

    Raises:
        KnowledgeError: a knowledge file has mistakes.
    """
    from all_cli.protocol.library import ProtocolLibrary

    inputs = [files.whole(name) for name in (files.FACTS, files.SOURCES, files.PROTOCOLS, files.RISK_RULES)]
    return ProtocolLibrary(compiled("protocols", inputs, _build_protocols))


def _build_protocols() -> dict[str, Any]:
    from all_cli.knowledge.documents import documents_of
    from all_cli.logic.compile_definition import with_definitions
    from all_cli.protocol.compile import compile_protocols
    from all_cli.protocol.library import packed

    facts, bibliography, protocols, rules = documents_of(files.FACTS, files.SOURCES, files.PROTOCOLS, files.RISK_RULES)
    # Facts that a risk scheme defines follow here too.
    vocabulary, sources = with_definitions(vocabulary_in(facts), facts, rules), sources_in(bibliography)
    return packed(compile_protocols(protocols, vocabulary, sources), vocabulary, sources)


@cache
def guidance_library() -> GuidanceLibrary:
    """The shipped guidance.

    Raises:
        KnowledgeError: a knowledge file has mistakes.
    """
    from all_cli.protocol.guidance import GuidanceLibrary

    inputs = [files.content(name) for name in (files.FACTS, files.SOURCES, files.GUIDANCE)]
    return GuidanceLibrary(compiled("guidance", inputs, build_guidance))


def build_guidance() -> dict[str, Any]:
    """The guidance compiled from its file, not from the cache.

    Raises:
        KnowledgeError: a knowledge file has mistakes.
    """
    from all_cli.knowledge.documents import documents_of
    from all_cli.protocol.compile_guidance import compile_guidance

    facts, bibliography, guidance = documents_of(files.FACTS, files.SOURCES, files.GUIDANCE)
    sources = sources_in(bibliography)
    form = compile_guidance(guidance, vocabulary_in(facts), sources, protocol_library().drugs)
    cited = {id: sources[id] for id in form.pop("cited")}
    return {**form, "entries": closed_part(form["entries"]), "sources": pack_sources(cited)}


@lru_cache(2)
def choice_rules(library: ProtocolLibrary) -> ChoiceRules:
    """The shipped rules of choosing.

    Raises:
        KnowledgeError: ``choice.yaml`` has mistakes.
    """
    from all_cli.protocol.choice_rules import ChoiceRules

    names = (files.FACTS, files.SOURCES, files.PROTOCOLS, files.CHOICE)
    return ChoiceRules(compiled("choice", [files.whole(name) for name in names], lambda: _build_choice(library)))


def _build_choice(library: ProtocolLibrary) -> dict[str, Any]:
    from all_cli.knowledge.documents import document_of
    from all_cli.protocol.compile_choice import compile_choice

    return compile_choice(document_of(files.CHOICE), library.vocabulary, library.sources, library)
