"""Intrathecal doses by age from every table, and the doses that are the same at every age, as a page and as JSON."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from all_cli.logic.explain import truth
from all_cli.logic.expression import tests
from all_cli.logic.values import NumberSet
from all_cli.patient.names import few
from all_cli.patient.patient import Patient
from all_cli.protocol.drugs import INTRATHECAL
from all_cli.protocol.library import ProtocolLibrary, dose_rows_for, lines_for
from all_cli.protocol.line_text import band_text, dose_text
from all_cli.protocol.picking import beginning
from all_cli.protocol.regimen import DoseTable, Line, Protocol
from all_cli.protocol.resolve import is_read
from all_cli.report.answers import citations_json, header
from all_cli.report.before_doses import cautions_json, show_warnings
from all_cli.report.guidance_pointers import cautions, for_patient, pointers_page
from all_cli.report.page import Page
from all_cli.report.words import said_text

_INTRATHECALS = frozenset({"methotrexate", "cytarabine"})


class Fixed(NamedTuple):
    """An intrathecal dose that no table gives: the drug, the dose in words, and the lines that print it."""

    drug: str
    dose: str
    lines: Sequence[tuple[Protocol, Line]]

    @property
    def protocols(self) -> list[str]:
        """The ids of the protocols."""
        return list(dict.fromkeys(protocol.id for protocol, _ in self.lines))


def protocols_for(library: ProtocolLibrary, patient: Patient) -> list[Protocol]:
    """The protocols whose population does not exclude the patient."""
    possible = patient.possible()
    return [
        each
        for each in library.protocols
        if each.population.when is None or truth(each.population.when, possible) is not False
    ]


def fixed_doses(library: ProtocolLibrary, patient: Patient) -> list[Fixed]:
    """Every intrathecal dose in mg, whatever the age, of protocols that are not closed to the patient."""
    found: dict[tuple[str, str], list[tuple[Protocol, Line]]] = {}
    for protocol in protocols_for(library, patient):
        for line in lines_for(protocol.lines, patient):
            if line.route == "IT" and line.dose is not None:
                found.setdefault((line.drug, dose_text(line, patient, library)), []).append((protocol, line))
    return [Fixed(drug, dose, lines) for (drug, dose), lines in sorted(found.items(), key=lambda item: item[0])]


def users(table: DoseTable, library: ProtocolLibrary, patient: Patient) -> list[str]:
    """The ids of the protocols that dose by a table and are not closed to the patient."""
    return [each.id for each in protocols_for(library, patient) if any(line.dose_by == table.id for line in each.lines)]


def intrathecal_page(library: ProtocolLibrary, patient: Patient, by_age: str = "") -> Page:
    """What is given intrathecally at an age, each dose with its source; the whole tables if no age is known.

    ``by_age`` says why the age is another than the one at diagnosis.
    """
    page = Page(library.sources)
    show_warnings(page, patient)
    page.heading("Intrathecal doses by age", 1)
    if patient.said():
        page.line(said_text(patient), "patient")
    if by_age:
        page.line(by_age, "by age", strong=True)
    briefs = [brief for brief in for_patient(patient) if _INTRATHECALS & set(brief.drugs)]
    for caution in cautions(briefs):
        page.line(caution, "caution", strong=True)
    _own(page, library, patient)
    if grown := _grown(patient):  # the tables are of children's protocols
        _fixed(page, library, patient)
        page.heading("By age, from tables of children's protocols")
    _by_cns(page, library, patient)
    _tables(page, library, patient)
    if not grown:
        _fixed(page, library, patient)
    pointers_page(page, briefs)
    page.close()
    return page


def _own(page: Page, library: ProtocolLibrary, patient: Patient) -> None:
    """What the regimen that stands first gives; for a grown patient, whose protocols differ most, that none does."""
    begins = beginning(patient, library) if patient.told else None
    if begins is None:
        if _grown(patient):
            text = "no regimen stands first for what is told of this patient: each dose is that of the protocols named"
            page.line(text, "answer", strong=True)
        return
    through = {id for arm in begins.arms for id in arm.phases}
    found: dict[str, list[tuple[str, Line]]] = {}
    for phase in begins.protocol.phases:
        for line in lines_for(phase.lines, patient) if phase.id in through else ():
            if line.route == "IT":
                text = f"{library.drugs[line.drug].name} {dose_text(line, patient, library)}"
                found.setdefault(text, []).append((phase.kind, line))
    doses = "; ".join(
        f"{text} ({', '.join(dict.fromkeys(kind for kind, _ in given))}) "
        + page.cite(
            dict.fromkeys(cited for _, line in given for cited in line.cite),
            all(is_read(line, library) for _, line in given),
        )
        for text, given in found.items()
    )
    page.line(f"{' or '.join(begins.names)}: {doses or 'no intrathecal dose is encoded'}", "answer", strong=True)


def _grown(patient: Patient) -> bool:
    """Whether the patient is certainly 18 years or older."""
    ages = patient.possible().get("age")
    return isinstance(ages, NumberSet) and ages & NumberSet.comparison(">=", 18) == ages


def _by_cns(page: Page, library: ProtocolLibrary, patient: Patient) -> None:
    """That the CNS status, where it is told, changes no dose in the tables, and where the injections hang on it."""
    if "cns" not in patient.told:
        return
    hanging = [
        protocol.id
        for protocol in protocols_for(library, patient)
        if any(
            line.route == "IT" and line.when is not None and any(test.fact == "cns" for test in tests(line.when))
            for line in protocol.lines
        )
    ]
    text = f"; on which days they are given hangs on it in {few(hanging)}" if hanging else ""
    page.line(f"CNS status {patient.bare('cns')} changes no dose by age{text}", "cns", strong=True)


def _tables(page: Page, library: ProtocolLibrary, patient: Patient) -> None:
    """The doses by age; tables that a protocol open to the patient uses go first."""
    tables = [table for table in library.dose_tables.values() if dose_rows_for(table, patient)]
    used = {table.id: users(table, library, patient) for table in tables}
    tables.sort(key=lambda table: not used[table.id])
    page.table(
        ("table", "for", "dose", "source"),
        [
            (table.title, band_text(row), f"{row.dose:g} {table.unit}", page.cite(row.cite, row.checked))
            for table in tables
            for row in dose_rows_for(table, patient)
        ],
    )
    page.line("The age is that on the day of the injection; tables of different groups are not mixed.", "note")
    page.table(("table", "used by", "note"), [(table.title, ", ".join(used[table.id]), table.note) for table in tables])


def _fixed(page: Page, library: ProtocolLibrary, patient: Patient) -> None:
    """The doses that are the same at every age."""
    fixed = fixed_doses(library, patient)
    if not fixed:
        return
    page.heading("The same at every age")
    page.table(
        ("drug", "dose", "source", "used by"),
        [
            (
                library.drugs[each.drug].name,
                each.dose,
                page.cite(
                    dict.fromkeys(cited for _, line in each.lines for cited in line.cite),
                    all(is_read(line, library) for _, line in each.lines),
                ),
                ", ".join(each.protocols),
            )
            for each in fixed
        ],
    )


def intrathecal_json(library: ProtocolLibrary, patient: Patient) -> dict[str, Any]:
    """The same as plain data."""
    cited: dict[str, None] = {}
    tables = [
        {
            "id": table.id,
            "title": table.title,
            "drug": table.drug,
            "unit": table.unit,
            "rows": [
                {"when": row.text, "dose": row.dose, "cite": citations_json(row.cite, cited), "checked": row.checked}
                for row in dose_rows_for(table, patient)
            ],
            "protocols": users(table, library, patient),
            "note": table.note,
        }
        for table in library.dose_tables.values()
    ]
    fixed = [
        {
            "drug": each.drug,
            "dose": each.dose,
            "protocols": each.protocols,
            "cite": citations_json(dict.fromkeys(cite for _, line in each.lines for cite in line.cite), cited),
            "checked": all(is_read(line, library) for _, line in each.lines),
        }
        for each in fixed_doses(library, patient)
    ]
    cautions = cautions_json(patient, cited)
    references = {id: library.sources[id].reference for id in cited if id in library.sources}
    return {
        **header(),
        "asked": INTRATHECAL,
        "patient": patient.said(),
        "cautions": cautions,
        "tables": tables,
        "fixed": fixed,
        "sources": references,
    }
