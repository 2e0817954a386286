"""Boundary patients: invented, at a published cut-off, each with the groups that a scheme must leave for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from all_cli.knowledge.files import data_directory, read_small
from all_cli.knowledge.problems import KnowledgeError, Place, Problem, Problems, did_you_mean
from all_cli.knowledge.shape import shape_problems
from all_cli.knowledge.strict_yaml import Document, read_yaml
from all_cli.patient.genetics import genetics_reader
from all_cli.patient.patient import Patient
from all_cli.patient.unreadable import UnreadableError
from all_cli.risk.check import Finding
from all_cli.risk.library import RiskLibrary
from all_cli.risk.scheme import NOT_APPLICABLE, UNCLASSIFIED, Scheme
from all_cli.risk.verdict import brief

_TEXT = {"type": "string", "minLength": 1}
_SOURCE = {"type": "object", "minProperties": 1, "additionalProperties": _TEXT}
_PATIENT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "patient", "possible"],
    "properties": {
        "name": _TEXT,
        "patient": {"type": "object", "additionalProperties": _TEXT},
        "possible": {"type": "array", "minItems": 1, "items": _TEXT},
        "source": _SOURCE,
        "note": _TEXT,
    },
}
_SHAPE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["source", "boundary_patients"],
    "properties": {"source": _SOURCE, "boundary_patients": {"type": "array", "minItems": 1, "items": _PATIENT}},
}


class BoundaryPatient(NamedTuple):
    """One invented patient and the groups that must be left; ``place`` is where these are written."""

    name: str
    patient: Patient
    possible: tuple[str, ...]
    place: Place


Cases = dict[str, list[BoundaryPatient]]


def shipped_cases() -> Path | None:
    """The folder of boundary patients beside the knowledge of a checkout; None in an installed package."""
    folder = data_directory().parent / "tests" / "cases"
    return folder if folder.is_dir() else None


def read_cases(folder: Path, library: RiskLibrary, shown_as: str) -> Cases:
    """Every boundary patient of a folder, by scheme: one file ``<scheme>.yaml`` each; empty if there is no file.

    Args:
        folder: the folder.
        library: the schemes, facts and sources that the files name.
        shown_as: the name that messages give the folder.

    Raises:
        KnowledgeError: with every mistake: another shape, a scheme, fact, group or source that does not exist, a value
            that cannot be read, a name used twice. OSError: a file cannot be read.
    """
    reader = _Reader(library)
    cases = {path.stem: reader.read(path, f"{shown_as}/{path.name}") for path in sorted(folder.glob("*.yaml"))}
    if reader.problems:
        raise KnowledgeError(reader.problems)
    return cases


class _Reader:
    def __init__(self, library: RiskLibrary) -> None:
        self.library = library
        self.genetics = genetics_reader(library.vocabulary)
        self.problems = Problems()

    def read(self, path: Path, shown_as: str) -> list[BoundaryPatient]:
        """The boundary patients of one file; what is wrong is noted."""
        try:
            document = read_yaml(read_small(path).decode("utf-8"), shown_as, as_text=True)
        except UnicodeDecodeError:
            self.problems.append(Problem(Place(shown_as, 1, 1), "this is not UTF-8 text"))
            return []
        except KnowledgeError as error:
            self.problems.extend(error.problems)
            return []
        scheme = self.library.schemes.get(path.stem)
        if scheme is None:
            hint = did_you_mean(path.stem, list(self.library.schemes))
            self.problems.append(
                Problem(document.place(()), f'no scheme is called "{path.stem}", as the file is{hint}')
            )
            return []
        misshapen = shape_problems(document, _SHAPE)
        self.problems.extend(misshapen)
        if misshapen:
            return []
        self.sources(document, ())
        names: set[str] = set()
        found = []
        for index, raw in enumerate(document.data["boundary_patients"]):
            at = ("boundary_patients", index)
            if raw["name"] in names:
                self.problems.append(Problem(document.place((*at, "name")), f'the name "{raw["name"]}" is used twice'))
            names.add(raw["name"])
            self.sources(document, at)
            self.known(document, (*at, "possible"), raw["possible"], scheme)
            place = document.place((*at, "possible"))
            found.append(BoundaryPatient(raw["name"], self.patient(document, at), tuple(raw["possible"]), place))
        return found

    def sources(self, document: Document, path: tuple[Any, ...]) -> None:
        entry = document.data["boundary_patients"][path[1]] if path else document.data
        for id in entry.get("source", ()):
            if id not in self.library.sources:
                message = f'no source is called "{id}"{did_you_mean(id, list(self.library.sources))}'
                self.problems.append(Problem(document.key_place((*path, "source", id)), message))

    def known(self, document: Document, path: tuple[Any, ...], groups: Sequence[str], scheme: Scheme) -> None:
        among = [*scheme.group_ids, NOT_APPLICABLE, UNCLASSIFIED]
        for number, group in enumerate(groups):
            if group not in among:
                message = f'"{group}" is not one of the scheme\'s groups{did_you_mean(group, among)}'
                self.problems.append(Problem(document.place((*path, number)), message))

    def patient(self, document: Document, path: tuple[Any, ...]) -> Patient:
        path = (*path, "patient")
        patient = Patient(self.library.vocabulary)
        for fact, text in document.data["boundary_patients"][path[1]]["patient"].items():
            try:
                if fact == "genetics":
                    patient.tell_genetics(text, fact, self.genetics)
                elif fact in self.library.vocabulary:
                    patient.tell(fact, text, fact)
                else:
                    hint = did_you_mean(fact, ["genetics", *self.library.vocabulary])
                    message = f'no fact is called "{fact}"{hint}'
                    self.problems.append(Problem(document.key_place((*path, fact)), message))
            except UnreadableError as error:
                self.problems.append(Problem(document.place((*path, fact)), str(error)))
        try:
            patient.conclude()
        except UnreadableError as error:
            self.problems.append(Problem(document.place(path), str(error)))
        return patient


def case_findings(scheme: Scheme, cases: Sequence[BoundaryPatient]) -> Iterator[Finding]:
    """Boundary patients for whom the scheme leaves other groups than expected, and groups that no patient is for."""
    for case in cases:
        found = brief(scheme, case.patient).possible
        if set(found) != set(case.possible):
            message = (
                f"the boundary patient {case.name} should be {' or '.join(case.possible)} and is {' or '.join(found)}"
            )
            told = {fact: known.possible for fact, known in case.patient.told.items()}
            yield Finding(scheme.id, "case", message, told, place=case.place)
    reached = {group for case in cases for group in case.possible}
    for group in scheme.group_ids:
        if group not in reached:
            yield Finding(scheme.id, "no-case", f'no boundary patient is for the group "{group}"', {}, group=group)
