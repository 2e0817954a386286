"""Drugs by any of their spellings, every place where one is given, and what labels limit."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from all_cli.logic.explain import truth
from all_cli.patient.patient import Patient
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.regimen import IN_MG, Drug, Limit, Line, Phase, Protocol

_LEFT_OUT = str.maketrans("", "", "-–‑ _.,'’")
INTRATHECAL, COMBINATION = "intrathecal", "intrathecal combination"
HIGH_DOSE_METHOTREXATE = Decimal(500)
"""From this dose on, in mg/m², methotrexate must not stand without a word on its rescue. A limit of the program."""


class Given(NamedTuple):
    """A line that gives a drug, and where it stands."""

    protocol: Protocol
    phase: Phase
    line: Line


def folded(text: str) -> str:
    """A name as it is compared: without case, hyphens, blanks and points."""
    return text.casefold().translate(_LEFT_OUT)


def means_intrathecals(text: str) -> bool:
    """Whether somebody asks for intrathecal doses and not for a drug or a phase."""
    return folded(text) in (INTRATHECAL, f"{INTRATHECAL}s")


def names(drug: Drug) -> list[str]:
    """Every name of a drug."""
    return list(dict.fromkeys(name for name in (drug.id, drug.name, drug.abbreviation, *drug.spellings) if name))


def drugs_named(library: ProtocolLibrary, text: str) -> list[Drug]:
    """The drugs that a text names: all of a class, or those with this name; empty if there is none."""
    asked, (of_class, of_name) = folded(text), _by_words(library)
    return [*(of_class.get(asked) or of_name.get(asked, []))]


@cache
def _by_words(library: ProtocolLibrary) -> tuple[dict[str, list[Drug]], dict[str, list[Drug]]]:
    """The drugs by what their class may be called, and by each of their names, both folded."""
    of_class: dict[str, list[Drug]] = {}
    of_name: dict[str, list[Drug]] = {}
    for drug in library.drugs.values():
        for word in (folded(drug.kind), f"{folded(drug.kind)}s"):
            of_class.setdefault(word, []).append(drug)
        for name in {*map(folded, names(drug))}:
            of_name.setdefault(name, []).append(drug)
    return of_class, of_name


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


class AskedDrug(NamedTuple):
    """A drug that somebody asked for; ``high_dose`` if only its high doses by vein."""

    drug: Drug
    high_dose: bool = False

    @property
    def name(self) -> str:
        """The name as a heading has it."""
        return f"high-dose {self.drug.name}" if self.high_dose else self.drug.name

    def is_given_by(self, line: Line) -> bool:
        """Whether a line gives it."""
        return line.drug == self.drug.id and (not self.high_dose or is_high(line))


_HIGH_DOSE = frozenset(map(folded, ("high-dose-methotrexate", "hd-methotrexate")))


def read_drug(library: ProtocolLibrary, text: str) -> AskedDrug | None:
    """The one drug of this name, or high-dose methotrexate; None if there is none or a whole class."""
    if folded(text) in _HIGH_DOSE:
        return AskedDrug(library.drugs["methotrexate"], high_dose=True)
    found = drugs_named(library, text)
    return AskedDrug(found[0]) if len(found) == 1 else None


def is_high(line: Line) -> bool:
    """Whether a line is of a high dose of methotrexate by vein."""
    base, _, size = line.unit.partition("/")
    if line.dose is None or line.route == "IT" or size != "m2":
        return False
    return Decimal(str(line.dose[1])) * IN_MG.get(base, Decimal(0)) >= HIGH_DOSE_METHOTREXATE
