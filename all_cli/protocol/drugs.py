"""Drugs by any of their spellings, every place where one is given, and what labels limit."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from all_cli.logic.explain import truth
from all_cli.patient.patient import Patient
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.regimen import Drug, Limit, Line, Phase, Protocol

INTRATHECAL, COMBINATION = "intrathecal", "intrathecal combination"


class Given(NamedTuple):
    """A line that gives a drug, and where it stands."""

    protocol: Protocol
    phase: Phase
    line: Line


def folded(text: str) -> str:
    """A name as it is compared: without case, hyphens, blanks and points."""
    return "".join(character for character in text.casefold() if character not in "-–‑ _.,'’")


def means_intrathecals(text: str) -> bool:
    """Whether somebody asks for intrathecal doses and not for a drug or a phase."""
    return folded(text) in (INTRATHECAL, f"{INTRATHECAL}s")


def names(drug: Drug) -> list[str]:
    """Every name of a drug."""
    return list(dict.fromkeys(name for name in (drug.id, drug.name, drug.abbreviation, *drug.spellings) if name))


def drugs_named(library: ProtocolLibrary, text: str) -> list[Drug]:
    """The drugs that a text names: all of a class, or those with this name; empty if there is none."""
    asked = folded(text)
    of_class = [drug for drug in library.drugs.values() if asked in (folded(drug.kind), f"{folded(drug.kind)}s")]
    return of_class or [drug for drug in library.drugs.values() if asked in map(folded, names(drug))]


def all_names(library: ProtocolLibrary) -> list[str]:
    """Every name of every drug and every class."""
    drugs = library.drugs.values()
    return list(dict.fromkeys([*(name for drug in drugs for name in names(drug)), *(drug.kind for drug in drugs)]))


def by_class(library: ProtocolLibrary) -> dict[str, list[Drug]]:
    """The drugs under their classes, both in the order of their names."""
    classes: dict[str, list[Drug]] = {}
    for drug in sorted(library.drugs.values(), key=lambda drug: (drug.kind.casefold(), drug.name.casefold())):
        classes.setdefault(drug.kind, []).append(drug)
    return classes


def given(protocols: Iterable[Protocol], drugs: Sequence[str]) -> Iterator[Given]:
    """Every line that gives one of the drugs, by id."""
    for protocol in protocols:
        for phase in protocol.phases:
            for line in phase.lines:
                if line.drug in drugs:
                    yield Given(protocol, phase, line)


def combinations_with(library: ProtocolLibrary, drug: Drug) -> list[Drug]:
    """Combinations whose name says that they hold the drug."""
    return [
        other
        for other in library.drugs.values()
        if other.kind == COMBINATION and other.id != drug.id and drug.name.casefold() in other.name.casefold()
    ]


def beyond_label(line: Line, patient: Patient, library: ProtocolLibrary) -> list[Limit]:
    """What labels limit and the line does not keep, for somebody whom the limit certainly concerns."""
    possible = patient.possible()
    return [
        limit
        for limit in library.drugs[line.drug].limits
        if (limit.said.when is None or truth(limit.said.when, possible) is True) and _exceeds(line, limit)
    ]


def _exceeds(line: Line, limit: Limit) -> bool:
    if limit.days_apart is not None:
        return any(later - day < limit.days_apart for day, later in pairwise(line.days))
    if line.dose is None or limit.above is None:
        return False
    # U and IU are the same unit of asparaginase.
    given, _, size = line.unit.removeprefix("I").partition("/")
    allowed, _, label_size = limit.unit.removeprefix("I").partition("/")
    if given != allowed or not size or not label_size:
        return False
    # Which of a dose per m² and one per kg is more, the size of the patient says: both amounts stand in the line.
    return size != label_size or line.dose[1] > limit.above
