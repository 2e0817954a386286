"""What can be wrong with a knowledge file, said with its place."""

import os
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_MISSPELLED = 0.82  # imatnib is imatinib; epirubicin is not idarubicin
_A_PART = 3  # letters; fewer are in too many names
ENOUGH = 1000  # mistakes after which no more are looked for
_SHOWN = 20  # of them
_WHOLE, _LINE = 200, 100  # signs of a value that is shown whole, and of what is left of a longer one
_LONGEST_SENTENCE, _LONGEST_PATH = 1000, 4096


def cut(text: str) -> str:
    """A value as a sentence repeats it: of more than 200 signs the first 100; the path of a file whole."""
    whole = len(text) <= _WHOLE or (len(text) <= _LONGEST_PATH and os.path.isabs(text))  # noqa: PTH117 - any text
    return text if whole else f"{text[:_LINE]}…"


def brief(sentence: str) -> str:
    """A sentence with every value that stands in quotation marks in it cut."""
    if len(sentence) <= _WHOLE:
        return sentence
    return re.sub(rf'"([^"\n]{{{_WHOLE + 1},}})"', lambda quoted: f'"{cut(quoted[1])}"', sentence)


class Place(NamedTuple):
    """A position in a knowledge file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Problem(NamedTuple):
    """One mistake in a knowledge file: where it is and, in one sentence, what and how to mend it."""

    place: Place
    message: str

    def __str__(self) -> str:
        message = brief(self.message)
        return f"{self.place}: {message if len(message) <= _LONGEST_SENTENCE else f'{message[:_LONGEST_SENTENCE]}…'}"


def listed(problems: Sequence[Problem]) -> str:
    """The first twenty mistakes in file order, a line each, and how many more there are."""
    each = sorted(set(problems))
    lines = [str(problem) for problem in each[:_SHOWN]]
    if len(problems) >= ENOUGH:
        lines.append("and many more")
    elif len(each) > _SHOWN:
        lines.append(f"and {len(each) - _SHOWN} more")
    return "\n".join(lines)


class KnowledgeError(Exception):
    """A knowledge file cannot be used; carries every problem found, in file order."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__(listed(problems))


class Problems(list[Problem]):
    """Mistakes as they are found; with a thousand of them the search ends.

    Raises:
        KnowledgeError: there are so many.
    """

    def append(self, problem: Problem, /) -> None:
        """Note one more."""
        super().append(problem)
        if len(self) >= ENOUGH:
            raise KnowledgeError(self)

    def extend(self, problems: Iterable[Problem], /) -> None:
        """Note several."""
        for problem in problems:
            self.append(problem)


def misspelled(word: str, choices: list[str]) -> str:
    """The closing clause of :func:`did_you_mean` for a near misspelling alone: ``nilotinib`` means no other drug."""
    from difflib import get_close_matches

    folded = {choice.casefold(): choice for choice in choices}
    found = [f'"{folded[match]}"' for match in get_close_matches(word.casefold(), list(folded), cutoff=_MISSPELLED)]
    return f" — did you mean {' or '.join(found)}?" if found else ""


def nearest(word: str, choices: list[str], limit: int = 3) -> list[str]:
    """The choices spelled most like ``word``, best first, or the shortest that hold it; empty if none is near."""
    from difflib import get_close_matches

    folded = {choice.casefold(): choice for choice in choices}
    sought = word.casefold()
    found = get_close_matches(sought, list(folded), n=limit, cutoff=0.55)
    # A word that begins otherwise has to be nearer: "tpmt" is no "etp".
    found = [each for each in found if each[:1] == sought[:1] or get_close_matches(sought, [each], cutoff=0.6)]
    if not found and len(sought) >= _A_PART:
        found = sorted((choice for choice in folded if sought in choice), key=len)[:limit]
    return [folded[match] for match in found]


def did_you_mean(word: str, choices: list[str]) -> str:
    """A closing clause such as `` — did you mean "wbc"?``, or an empty text if nothing is near."""
    matches = [f'"{match}"' for match in nearest(word, choices)]
    return f" — did you mean {' or '.join(matches)}?" if matches else ""
