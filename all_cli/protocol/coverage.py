"""What of the protocols was read in its source and what is recalled, counted statement by statement."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.regimen import Protocol
from all_cli.protocol.resolve import is_read


class Count(NamedTuple):
    """How many of ``all`` statements were read in their source."""

    checked: int
    all: int

    def plus(self, other: "Count") -> "Count":
        """Both together."""
        return Count(self.checked + other.checked, self.all + other.all)

    @property
    def whole(self) -> bool:
        """Whether nothing is left to be read."""
        return self.checked == self.all


NONE = Count(0, 0)


def counted(marks: Sequence[bool]) -> Count:
    """A count of marks."""
    return Count(sum(marks), len(marks))


class Statement(NamedTuple):
    """One cited statement of a protocol: what kind it is and where it stands, as ``phase.line``."""

    kind: str
    id: str
    checked: bool


def statements(protocol: Protocol, library: ProtocolLibrary) -> Iterator[Statement]:
    """Every cited statement of a protocol: population, arms, lines, caps, assessments, rescues, notes."""
    yield Statement("population", "population", protocol.population.checked)
    if protocol.total_duration:
        yield Statement("duration", "total_duration", protocol.total_duration.checked)
    for arm in protocol.arms:
        yield Statement("arm", arm.id, arm.checked)
        for total in arm.totals:
            yield Statement("total", f"{arm.id}.{total.of}", total.checked)
    for phase in protocol.phases:
        if phase.start:
            yield Statement("start", phase.id, phase.start.checked)
        for line in phase.lines:
            yield Statement("line", f"{phase.id}.{line.id}", is_read(line, library))
        for item in phase.assessments:
            yield Statement("assessment", f"{phase.id}.{item.id}", item.checked)
        for cited in phase.rescue:
            yield Statement("rescue", f"{phase.id}.{cited.id}".rstrip("."), cited.checked)
        for cited in phase.notes:
            yield Statement("note", f"{phase.id}.{cited.id}".rstrip("."), cited.checked)
    for cited in protocol.notes:
        yield Statement("note", cited.id or "note", cited.checked)


class Coverage(NamedTuple):
    """The counts of one protocol: its lines, and its other statements."""

    protocol: Protocol
    lines: Count
    rest: Count


def coverage(protocol: Protocol, library: ProtocolLibrary) -> Coverage:
    """The counts of one protocol."""
    found = list(statements(protocol, library))
    return Coverage(
        protocol,
        counted([item.checked for item in found if item.kind == "line"]),
        counted([item.checked for item in found if item.kind != "line"]),
    )


def fully_checked(protocol: Protocol, library: ProtocolLibrary) -> bool:
    """Whether every statement of a protocol was read in its source."""
    return all(item.checked for item in statements(protocol, library))
