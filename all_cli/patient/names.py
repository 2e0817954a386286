"""Facts by name instead of id, in sentences for people."""

import re
from collections.abc import Iterable

from all_cli.knowledge.vocabulary import Vocabulary

_TOKEN = re.compile(r"\bin \([^)]*\)|'[^']*'|\"[^\"]*\"|[a-z][a-z0-9_]*")


def reasons_text(reasons: Iterable[str], vocabulary: Vocabulary) -> str:
    """What :func:`all_cli.logic.explain.because` says, each once: ``age 7 < 10, WBC 45 < 50``."""
    return ", ".join(dict.fromkeys(_reason(reason, vocabulary) for reason in reasons))


def _reason(reason: str, vocabulary: Vocabulary) -> str:
    fact, _, rest = reason.partition(" ")  # it begins with the fact
    return f"{vocabulary[fact].name} {rest}" if fact in vocabulary else reason


def condition_text(condition: str, vocabulary: Vocabulary) -> str:
    """A condition as the files write it, with the names of facts: ``not BCR::ABL1 and weight < 45``."""
    return _TOKEN.sub(lambda found: vocabulary[found[0]].name if found[0] in vocabulary else found[0], condition)
