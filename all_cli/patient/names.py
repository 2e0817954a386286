"""Facts by name instead of id, in sentences for people."""

import re
from collections.abc import Iterable, Sequence

from all_cli.knowledge.vocabulary import Fact, Vocabulary
from all_cli.logic.values import PRESENT

_MOST = 6
_TOKEN = re.compile(r"\bin \([^)]*\)|'[^']*'|\"[^\"]*\"|[a-z][a-z0-9_]*")


def reasons_text(reasons: Iterable[str], vocabulary: Vocabulary) -> str:
    """What :func:`all_cli.logic.explain.because` says, each once: ``age 7 < 10, WBC 45 < 50``."""
    return ", ".join(dict.fromkeys(_reason(reason, vocabulary) for reason in reasons))


def _reason(reason: str, vocabulary: Vocabulary) -> str:
    fact, _, rest = reason.partition(" ")  # it begins with the fact
    return f"{vocabulary[fact].name} {rest}" if fact in vocabulary else reason


def condition_text(condition: str, vocabulary: Vocabulary) -> str:
    """A condition as the files write it, in words: ``not BCR::ABL1 and weight < 45``, ``CNS status CNS3``."""
    named = _TOKEN.sub(lambda found: vocabulary[found[0]].name if found[0] in vocabulary else found[0], condition)
    return re.sub(r"['\"]| ==(?= )", "", named).replace(" != ", " not ")


def few(items: Sequence[str], most: int = _MOST, joined: str = ", ", kept: int | None = None) -> str:
    """All of up to ``most`` items; of more the first ``kept`` (as many, if left out), and how many more there are."""
    shown = items if len(items) <= most else items[: most if kept is None else kept]
    more = len(items) - len(shown)
    return joined.join(shown) + (f" and {more} more" if more else "")


def how_to_tell(fact: Fact) -> str:
    """The option that tells a fact: ``--ph``, ``--set relapsed=yes``."""
    return fact.option or f"--set {fact.id}={'yes' if PRESENT in fact.values else 'VALUE'}"
