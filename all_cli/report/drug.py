"""One drug through all protocols, and the list of drugs, as pages and as JSON."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from all_cli.patient.patient import Patient
from all_cli.protocol.drugs import COMBINATION, Given, by_class, combinations_with, given, names
from all_cli.protocol.guidance import Brief
from all_cli.protocol.library import ProtocolLibrary, dose_rows_for, lines_for, uncapped
from all_cli.protocol.line_text import cap_text
from all_cli.protocol.regimen import Cap, Cited, DoseTable, Drug, Protocol
from all_cli.protocol.resolve import is_read, resolve
from all_cli.protocol.side_by_side import Way
from all_cli.protocol.totals import Total, drug_totals, totals_of
from all_cli.report.answers import citations_json, header
from all_cli.report.page import Page
from all_cli.report.regimen import no_caps
from all_cli.report.side_by_side import total_citations, total_json, total_text
from all_cli.report.words import number_of

LABEL = "label"


class Asked(NamedTuple):
    """What ``drug`` shows: the drugs that were named, over these protocols, for what is known of the patient.

    ``everywhere`` says that no protocol was left out.
    """

    text: str
    drugs: Sequence[Drug]
    protocols: Sequence[Protocol]
    patient: Patient
    guidance: Mapping[str, Sequence[Brief]]
    everywhere: bool


def drug_page(asked: Asked, library: ProtocolLibrary) -> Page:
    """Per drug: its caps, what labels say, totals per arm, and every line that gives it."""
    page = Page(library.sources)
    if len(asked.drugs) > 1:
        page.heading(f'{number_of(len(asked.drugs), "drug")} called "{asked.text}"', 1)
        page.line(", ".join(drug.name for drug in asked.drugs), "drugs")
    for drug in asked.drugs:
        _drug(page, drug, asked, library)
    page.close()
    return page


def _drug(page: Page, drug: Drug, asked: Asked, library: ProtocolLibrary) -> None:
    page.heading(f"{drug.name}{f' ({drug.abbreviation})' if drug.abbreviation else ''}: {drug.kind}", 1)
    others = [name for name in names(drug) if name not in (drug.name, drug.abbreviation)]
    if others:
        page.line(", ".join(others), "also called")
    said = asked.patient.said()
    if said:
        page.line(", ".join(f"{id} {text}" for id, text in said.items()), "patient")
    found = applying(given(asked.protocols, (drug.id,)), asked.patient)
    protocols = len({item.protocol.id for item in found})
    read = sum(is_read(item.line, library) for item in found)
    page.line(
        f"{number_of(len(found), 'line')} in {number_of(protocols, 'protocol')}, {read} read in the source", "given"
    )
    for other in combinations_with(library, drug):
        if lines := len(list(given(asked.protocols, (other.id,)))):
            page.line(f"{number_of(lines, 'line')} of {other.name}: all-protocol drug {other.id}", "also in")
    _caps(page, found)
    no_caps(page, [item.line for item in found], library)
    _guidance(page, asked.guidance.get(drug.id, ()))
    _label(page, drug, found, asked, library)
    used = {item.line.dose_by for item in found}
    shown = [table for table in tables_of(drug, library) if asked.everywhere or table.id in used]
    _tables(page, shown, asked.patient)
    _totals(page, drug, asked, library)
    _places(page, found, library)


def applying(found: Iterable[Given], patient: Patient) -> list[Given]:
    """Those whose condition the patient does not certainly fail."""
    return [item for item in found if lines_for((item.line,), patient)]


def _caps(page: Page, found: Sequence[Given]) -> None:
    """The caps that lines print, each once, with how many lines have it."""
    capped: dict[str, list[tuple[Given, Cap]]] = {}
    for item in found:
        if item.line.cap:
            capped.setdefault(cap_text(item.line.cap), []).append((item, item.line.cap))
    for text, items in sorted(capped.items(), key=lambda entry: -len(entry[1])):
        ids = list(dict.fromkeys(item.protocol.id for item, _ in items))
        cited = page.cite(
            dict.fromkeys(cited for _, cap in items for cited in cap.cite), all(cap.checked for _, cap in items)
        )
        page.line(f"{text} in {number_of(len(items), 'line')} of {', '.join(ids)} {cited}", "cap")
    without = sum(not item.line.cap for item in found)
    if capped and without:
        page.line(f"none printed in {number_of(without, 'line')}", "cap")


def _guidance(page: Page, briefs: Iterable[Brief]) -> None:
    for brief in briefs:
        page.line(f"{brief.title}: all-protocol guide {brief.topic}", "guidance")


def is_label(item: Given, library: ProtocolLibrary) -> bool:
    """Whether a line is what a drug label says; a trial that cites one, or is told of in one, is no label."""
    return item.protocol.label and any(library.sources[cited.source].kind == LABEL for cited in item.line.cite)


def label_notes(drug: Drug, protocols: Iterable[Protocol], library: ProtocolLibrary) -> list[tuple[str, Cited]]:
    """Notes of labels that name the drug, or stand in one that gives no other; each once."""
    found: dict[str, tuple[str, Cited]] = {}
    for protocol in (protocol for protocol in protocols if protocol.label):
        only = {line.drug for line in protocol.lines} == {drug.id}
        placed = [(protocol.id, note) for note in protocol.notes]
        for phase in protocol.phases:
            placed += [(f"{protocol.id}.{phase.id}", note) for note in (*phase.notes, *phase.rescue)]
        for place, note in placed:
            labelled = any(library.sources[cited.source].kind == LABEL for cited in note.cite)
            text = note.text.casefold()
            if labelled and (only or any(name.casefold() in text for name in names(drug) if len(name) > 3)):
                found.setdefault(note.text, (place, note))
    return list(found.values())


def _label(page: Page, drug: Drug, found: Sequence[Given], asked: Asked, library: ProtocolLibrary) -> None:
    lines = [item for item in found if is_label(item, library)]
    notes = label_notes(drug, asked.protocols, library)
    if not lines and not notes:
        return
    page.heading("What labels say")
    _lines(page, lines, library)
    for place, note in notes:
        page.line(f"{note.text} ({place}) {page.cite(note.cite, note.checked)}", "note")


def tables_of(drug: Drug, library: ProtocolLibrary) -> list[DoseTable]:
    """The tables of doses by age of a drug."""
    return [table for table in library.dose_tables.values() if table.drug == drug.id]


def _tables(page: Page, tables: Sequence[DoseTable], patient: Patient) -> None:
    if not tables:
        return
    page.heading("Doses by age")
    page.table(
        ("table", "for", "dose", "source"),
        [
            (table.title, row.text, f"{row.dose:g} {table.unit}", page.cite(row.cite, row.checked))
            for table in tables
            for row in dose_rows_for(table, patient)
        ],
    )
    for table in tables:
        if table.note:
            page.line(f"{table.title}: {table.note}", "note")


def totals_in(way: Way, drug: Drug, patient: Patient, library: ProtocolLibrary) -> list[Total]:
    """What a drug adds up to over an arm; injections for an intrathecal combination."""
    found = drug_totals(drug.id, way.phases, patient, library)
    if not found and drug.kind == COMBINATION:
        found = [total for total in totals_of(way.phases, patient, library) if total.id == "intrathecal"]
    return found


def ways_with(drug: Drug, protocols: Iterable[Protocol]) -> list[Way]:
    """The arms that give a drug."""
    return [
        way
        for way in (Way(protocol, arm) for protocol in protocols for arm in protocol.arms)
        if any(line.drug == drug.id for phase in way.phases for line in phase.lines)
    ]


def _totals(page: Page, drug: Drug, asked: Asked, library: ProtocolLibrary) -> None:
    rows = []
    for way in ways_with(drug, asked.protocols):
        totals = totals_in(way, drug, asked.patient, library)
        if totals:
            cited = [cited for total in totals for cited in total_citations(total, way, library)]
            texts = [total_text(total) for total in totals]
            rows.append((way.name, texts[0], ", ".join(texts[1:]), page.cite(cited, all(t.checked for t in totals))))
    if rows:
        page.heading("Added up over the encoded phases of each arm, without caps and intrathecal doses")
        page.table(("arm", "doses", "amount", "source"), rows)


def _places(page: Page, found: Sequence[Given], library: ProtocolLibrary) -> None:
    if found:
        page.heading("Every line that gives it")
        _lines(page, found, library)


def _lines(page: Page, found: Iterable[Given], library: ProtocolLibrary) -> None:
    anyone = Patient(library.vocabulary)  # doses by age in full: a child may grow into the next
    page.table(
        ("phase", "dose", "route", "days", "cap", "for whom", "source"),
        [
            (place, each.dose, each.route, each.days, each.cap, each.whom, page.cite(each.cite_all, each.read))
            for place, each in (
                (f"{item.protocol.id}.{item.phase.id}", resolve(item.line, anyone, library)) for item in found
            )
        ],
    )


def drug_json(asked: Asked, library: ProtocolLibrary) -> dict[str, Any]:
    """The drugs as plain data."""
    cited: dict[str, None] = {}
    drugs = [_drug_json(drug, asked, library, cited) for drug in asked.drugs]
    references = {id: library.sources[id].reference for id in cited if id in library.sources}
    return {**header(), "asked": asked.text, "patient": asked.patient.said(), "drugs": drugs, "sources": references}


def _drug_json(drug: Drug, asked: Asked, library: ProtocolLibrary, cited: dict[str, None]) -> dict[str, Any]:
    found = applying(given(asked.protocols, (drug.id,)), asked.patient)
    return {
        "id": drug.id,
        "name": drug.name,
        "class": drug.kind,
        "names": names(drug),
        "also_in": [other.id for other in combinations_with(library, drug)],
        "guidance": [brief.id for brief in asked.guidance.get(drug.id, ())],
        "label_notes": [
            {"place": place, "text": note.text, "cite": citations_json(note.cite, cited), "checked": note.checked}
            for place, note in label_notes(drug, asked.protocols, library)
        ],
        "dose_tables": [
            {
                "id": table.id,
                "title": table.title,
                "unit": table.unit,
                "rows": [
                    {
                        "when": row.text,
                        "dose": row.dose,
                        "cite": citations_json(row.cite, cited),
                        "checked": row.checked,
                    }
                    for row in dose_rows_for(table, asked.patient)
                ],
            }
            for table in tables_of(drug, library)
        ],
        "arms": [
            {
                "protocol": way.protocol.id,
                "arm": way.arm.id,
                "totals": [
                    {"unit": total.unit, **total_json(total, way, library, cited)}
                    for total in totals_in(way, drug, asked.patient, library)
                ],
            }
            for way in ways_with(drug, asked.protocols)
        ],
        "lines": [_line_json(item, asked, library, cited) for item in found],
    }


def _line_json(item: Given, asked: Asked, library: ProtocolLibrary, cited: dict[str, None]) -> dict[str, Any]:
    line = item.line
    each, cap = resolve(line, Patient(library.vocabulary), library), line.cap
    return {
        "id": f"{item.protocol.id}.{item.phase.id}.{line.id}",
        "protocol": item.protocol.id,
        "phase": item.phase.kind,
        "phase_id": item.phase.id,
        "text": each.dose,
        "route": line.route,
        "days": each.days,
        "cap": {"dose": cap.dose, "unit": cap.unit, "per": cap.per} if cap else None,
        "uncapped": said.text if (said := uncapped(line, library)) else "",
        "when": line.condition,
        "who": line.who,
        "label": is_label(item, library),
        "cite": citations_json(each.cite_all, cited),
        "checked": each.read,
    }


def drugs_page(library: ProtocolLibrary) -> Page:
    """Every drug under its class, with the number of protocols that give it."""
    page = Page(library.sources)
    counts = _counts(library)
    page.heading(f"{number_of(len(library.drugs), 'drug')} by class", 1)
    page.table(
        ("class", "drug", "protocols", "lines", "also called"),
        [
            (
                kind,
                drug.name,
                str(counts[drug.id][0]),
                str(counts[drug.id][1]),
                ", ".join(name for name in names(drug) if name != drug.name),
            )
            for kind, drugs in by_class(library).items()
            for drug in drugs
        ],
    )
    page.line("all-protocol drug NAME shows where one is given; a class names all of its drugs.")
    page.close()
    return page


def _counts(library: ProtocolLibrary) -> dict[str, tuple[int, int]]:
    """Per drug the number of protocols and of lines that give it."""
    counts = {}
    for id in library.drugs:
        found = list(given(library.protocols, (id,)))
        counts[id] = len({item.protocol.id for item in found}), len(found)
    return counts


def drugs_json(library: ProtocolLibrary) -> dict[str, Any]:
    """The list of drugs as plain data."""
    counts = _counts(library)
    return {
        **header(),
        "drugs": [
            {
                "id": drug.id,
                "name": drug.name,
                "class": drug.kind,
                "names": names(drug),
                "protocols": counts[drug.id][0],
                "lines": counts[drug.id][1],
            }
            for drugs in by_class(library).values()
            for drug in drugs
        ],
    }
