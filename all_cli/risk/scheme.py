"""A risk scheme as the program uses it: population, groups, cited rules and the diagram that decides."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple

from all_cli.knowledge.cache import open_part
from all_cli.knowledge.sources import Citation, citations
from all_cli.logic.diagram import Diagram
from all_cli.logic.expression import Expression, unpack

NOT_APPLICABLE, UNCLASSIFIED = "not-applicable", "unclassified"


class Statement(NamedTuple):
    """A cited sentence: an outcome figure or a note, with the condition under which it is worth saying."""

    id: str
    text: str
    cite: tuple[Citation, ...]
    checked: bool
    when: Expression | None = None


class Group(NamedTuple):
    """One group of a scheme, with the published outcome of its members."""

    id: str
    label: str
    severity: int | None
    outcome: tuple[Statement, ...]
    note: str


class Rule(NamedTuple):
    """One rule: if ``when`` holds, the patient is in the group of ``groups`` (in one, where the source is open)."""

    id: str
    groups: tuple[str, ...]
    text: str
    when: Expression
    cite: tuple[Citation, ...]
    checked: bool
    note: str
    derived: str


class Definition(NamedTuple):
    """A condition that the scheme gives a name to."""

    name: str
    label: str
    text: str
    cite: tuple[Citation, ...]
    checked: bool
    note: str


class Scheme:
    """A compiled scheme; parts that only explanations need are unpacked when asked for.

    Leaf 0 of the diagram says "outside the population", leaf i that rule i - 1 decides, the last that none does.
    """

    def __init__(self, packed: Mapping[str, Any]) -> None:
        self.packed = packed
        self.id: str = packed["id"]
        self.title: str = packed["title"]
        self.kind: str = packed["kind"]
        self.audience: str = packed["audience"]
        self.published: int = packed["published"]
        self.quoted: bool = packed["quoted"]
        self.first_relapse: bool = packed["first_relapse"]
        self.group_ids: tuple[str, ...] = packed["groups"]
        # The answer of each leaf, as the groups it leaves.
        self.leaf_groups: tuple[tuple[str, ...], ...] = ((NOT_APPLICABLE,), *packed["rule_groups"], (UNCLASSIFIED,))
        self._groups_of: dict[int, tuple[str, ...]] = {}

    def __repr__(self) -> str:
        return f"Scheme({self.id!r})"

    def groups_of(self, leaves: int) -> tuple[str, ...]:
        """The groups of a bit mask of leaves, in the scheme's order, ``not-applicable`` last."""
        if leaves not in self._groups_of:
            found = {group for leaf, groups in enumerate(self.leaf_groups) if leaves >> leaf & 1 for group in groups}
            order = (*self.group_ids, UNCLASSIFIED, NOT_APPLICABLE)
            self._groups_of[leaves] = tuple(group for group in order if group in found)
        return self._groups_of[leaves]

    @cached_property
    def leaf_answers(self) -> list[int]:
        """Per leaf, a number that is equal for leaves that leave the same groups."""
        answers: dict[tuple[str, ...], int] = {}
        return [answers.setdefault(groups, len(answers)) for groups in self.leaf_groups]

    @cached_property
    def _text(self) -> Mapping[str, Any]:
        """What only explanations need."""
        text: Mapping[str, Any] = open_part(self.packed["text"])
        return text

    @property
    def about(self) -> str:
        """What the scheme was for, in a sentence; may be empty."""
        return str(self._text.get("about", ""))

    @property
    def version(self) -> str:
        """The version of the scheme that is encoded; may be empty."""
        return str(self._text.get("version", ""))

    @property
    def in_use(self) -> tuple[int | None, int | None]:
        """First and last year of use; None where open or unknown."""
        first, last = self._text.get("in_use", (None, None))
        return first, last

    @property
    def in_use_source(self) -> Statement | None:
        """What the years of use are, enrolment or publication, and where that stands."""
        raw = self._text.get("in_use_source")
        return _statements((raw,))[0] if raw else None

    @cached_property
    def diagram(self) -> Diagram:
        """Population and rules together."""
        return Diagram.unpack(self.packed["diagram"])

    @cached_property
    def rules_alone(self) -> Diagram:
        """The rules without the population: what the criteria would say of a patient they are not for."""
        return Diagram.unpack(self.packed["rules_alone"])

    @cached_property
    def groups(self) -> dict[str, Group]:
        """The groups by id, in the scheme's order."""
        return {
            id: Group(
                id, group["label"], group.get("severity"), _statements(group.get("outcome", ())), group.get("note", "")
            )
            for id, group in self._text["groups"].items()
        }

    @cached_property
    def population(self) -> Rule:
        """Whom the scheme is for; ``note`` holds it in words."""
        raw = self._text["population"]
        return Rule(
            "population", (), raw["when"], unpack(raw["expression"]), citations(raw["cite"]), raw["checked"],
            raw["text"], raw.get("note", ""),
        )  # fmt: skip

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules in the order in which they are tried."""
        return tuple(
            Rule(
                raw["id"], tuple(raw["groups"]), raw["when"], unpack(raw["expression"]), citations(raw["cite"]),
                raw["checked"], raw.get("note", ""), raw.get("derived", ""),
            )
            for raw in self._text["rules"]
        )  # fmt: skip

    @cached_property
    def definitions(self) -> dict[str, Definition]:
        """The scheme's own names, with where each definition stands."""
        return {
            name: Definition(
                name, raw.get("label", name.replace("_", " ")), raw["when"], citations(raw["cite"]), raw["checked"],
                raw.get("note", ""),
            )
            for name, raw in self._text.get("define", {}).items()
        }  # fmt: skip

    @cached_property
    def notes(self) -> tuple[Statement, ...]:
        """Notes on the scheme; one with a condition is for patients of whom it may hold."""
        return _statements(self._text.get("notes", ()))

    @property
    def exceptions(self) -> list[Mapping[str, str]]:
        """What the check would complain of and the scheme declares as intended, each with its reason."""
        return list(self._text.get("exceptions", ()))

    @property
    def checked(self) -> bool:
        """Whether every rule, definition and the population were read in their sources."""
        parts = [self._text["population"], *self._text["rules"], *self._text.get("define", {}).values()]
        return all(part["checked"] for part in parts)

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts that the scheme asks for, in the order in which it asks."""
        return tuple(axis.fact for axis in self.diagram.asked)


def _statements(raw: Any) -> tuple[Statement, ...]:
    return tuple(
        Statement(
            item.get("id", ""),
            item["text"],
            citations(item["cite"]),
            item["checked"],
            unpack(item["expression"]) if "expression" in item else None,
        )
        for item in raw
    )


def asks_relapse(scheme: Scheme) -> bool:
    """Whether a scheme is for relapsed leukaemia alone."""
    return "relapsed" in scheme.facts


def for_relapse(scheme: Scheme) -> bool:
    """Whether a scheme is for relapsed leukaemia, or for leukaemia of any age and moment."""
    return asks_relapse(scheme) or scheme.audience == "all-ages"


def in_use_in(scheme: Scheme, year: int) -> bool | None:
    """Whether a scheme was in use in a year; None if neither its first nor its last year is recorded.

    A bound that is not recorded is open: first year 1996 and no last year means in use ever since.
    """
    first, last = scheme.in_use
    if first is None and last is None:
        return None
    return (first is None or first <= year) and (last is None or year <= last)
