"""``all-protocol list``: which protocols there are, by setting, by any of their traits, or one in outline."""

# No postponed annotations here, as in options.py.
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from all_cli.cli.common import fail, not_encoded, one_of, sentences
from all_cli.cli.options import Audience, ColorOption, FormatOption
from all_cli.cli.output import Color, emit

if TYPE_CHECKING:
    from all_cli.protocol.filters import Filter
    from all_cli.protocol.library import ProtocolLibrary


def list_protocols(
    id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="One protocol: population, arms, phases, notes.")
    ] = None,
    risk: Annotated[str | None, typer.Option(help="Only for this risk label: standard, high, adult, relapse …")] = None,
    audience: Annotated[Audience | None, typer.Option(help="Only for these patients or for all ages.")] = None,
    lineage: Annotated[str | None, typer.Option(help="Only for this lineage: B or T.")] = None,
    ph: Annotated[
        bool | None, typer.Option("--ph/--no-ph", help="Only for BCR::ABL1-positive ALL, or open to ALL without it.")
    ] = None,
    phase: Annotated[str | None, typer.Option(help="Only with this phase: induction, blinatumomab …")] = None,
    drug: Annotated[str | None, typer.Option(help="Only with this drug or class of drugs, any spelling.")] = None,
    year: Annotated[
        int | None,
        typer.Option(metavar="YEAR", min=1900, max=2100, help="Only trials recorded as open in this year."),
    ] = None,
    checked: Annotated[
        bool, typer.Option("--checked", help="Only protocols of which every statement was read in its source.")
    ] = False,
    trial: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Only with these words in trial, id, title or description.")
    ] = None,
    for_scheme: Annotated[
        str | None, typer.Option(metavar="SCHEME[/GROUP]", help="Only with an arm for this group of a risk scheme.")
    ] = None,
    not_encoded: Annotated[
        bool | None,
        typer.Option(
            "--not-encoded/--no-not-encoded",
            help="Only what is known and not encoded, or none of it. Other filters than --trial leave it out.",
        ),
    ] = None,
    form: FormatOption = None,
    color: ColorOption = Color.auto,
) -> None:
    """List the protocols by setting, a line each, and what is known and not encoded; or one protocol in outline."""
    from all_cli.protocol.load import protocol_library

    with sentences():
        library = protocol_library()
        asked = {
            "risk": risk, "audience": audience.value if audience else None, "lineage": lineage, "ph": ph,
            "phase": phase, "drug": drug, "checked": checked or None, "trial": trial, "for_scheme": for_scheme,
        }  # fmt: skip
        from all_cli.report import protocol_list as report

        if id is not None:
            if year is not None or not_encoded is not None or any(value is not None for value in asked.values()):
                fail(f'filters pick from the list: give either the protocol "{id}" or filters')
            protocol = library.protocol(_encoded(library, id))
            emit(
                form,
                color,
                lambda: report.detail_page(library, protocol),
                lambda: report.detail_json(library, protocol),
            )
            return
        listed = _listed(library, asked, year, not_encoded)
        emit(form, color, lambda: report.list_page(library, listed), lambda: report.list_json(library, listed))


def _encoded(library: "ProtocolLibrary", id: str) -> str:
    """The id, or a sentence: what is known of it and why it is not encoded, or the nearest ids."""
    for entry in library.not_encoded:
        if entry["id"] == id:
            fail(f'"{id}" is known and not encoded: {entry["title"]}. {entry["reason"]}')
    one_of("protocol", id, dict.fromkeys(library.ids))
    return id


def _listed(library: "ProtocolLibrary", asked: dict[str, Any], year: int | None, not_encoded: bool | None) -> Any:
    from all_cli.protocol import filters as by
    from all_cli.report.protocol_list import Listed

    chosen = list(_filters(library, asked))
    found = by.filtered(() if not_encoded else library.protocols, chosen, year)
    others = [name for name, value in asked.items() if value is not None and name != "trial"]
    words = (asked["trial"] or "").casefold().split()
    left = [
        entry
        for entry in library.not_encoded
        if all(word in " ".join((entry["id"], entry["title"], entry["reason"])).casefold() for word in words)
    ]
    if not_encoded and (others or year is not None):
        fail("what is not encoded has only words to filter by: --trial TEXT goes with --not-encoded, no other filter")
    if not_encoded is False or (not_encoded is None and (others or year is not None)):
        left = []
    return Listed(found, left, bool(not_encoded))


def _filters(library: "ProtocolLibrary", asked: dict[str, Any]) -> Iterator["Filter"]:
    """The filters that were asked for, each value looked up first."""
    from all_cli.protocol import filters as by

    if asked["risk"] is not None:
        one_of("risk", asked["risk"], dict.fromkeys(library.risks()))
        yield by.Filter(f"--risk {asked['risk']}", by.has_risk(asked["risk"]))
    if asked["audience"] is not None:
        yield by.Filter(f"--audience {asked['audience']}", by.for_audience(asked["audience"]))
    if asked["lineage"] is not None:
        yield by.Filter(f"--lineage {asked['lineage']}", by.for_lineage(_lineages(library, asked["lineage"])))
    if asked["ph"] is not None:
        yield by.Filter("--ph" if asked["ph"] else "--no-ph", by.for_ph(asked["ph"]))
    if asked["phase"] is not None:
        name = phase_named(library, asked["phase"])
        yield by.Filter(f"--phase {name}", by.has_phase(name))
    if asked["drug"] is not None:
        drugs = drugs_called(library, asked["drug"])
        yield by.Filter(f"--drug {asked['drug']}", by.gives(drug.id for drug in drugs))
    if asked["checked"]:
        yield by.Filter("--checked", by.wholly_checked(library))
    if asked["trial"] is not None:
        yield by.Filter(f'--trial "{asked["trial"]}"', by.in_trial(asked["trial"]))
    if asked["for_scheme"] is not None:
        scheme, group = _scheme(asked["for_scheme"])
        yield by.Filter(f"--for-scheme {asked['for_scheme']}", by.for_scheme(scheme, group))


def _lineages(library: "ProtocolLibrary", text: str) -> frozenset[str]:
    from all_cli.patient.patient import Patient

    patient = Patient(library.vocabulary)
    patient.tell("lineage", text, "--lineage")
    return frozenset(map(str, patient.possible()["lineage"]))  # type: ignore[arg-type]


def phase_named(library: "ProtocolLibrary", text: str) -> str:
    """A kind of phase or the id of a phase, or a sentence with the nearest."""
    name = text.casefold().replace("_", "-").replace(" ", "-")
    known = dict.fromkeys([*library.phase_kinds(), *(p.id for protocol in library.protocols for p in protocol.phases)])
    if name not in known:
        from all_cli.knowledge.problems import did_you_mean

        fail(f'no phase is called "{text}"{did_you_mean(name, list(known)) or _kinds(library)}')
    return name


def _kinds(library: "ProtocolLibrary") -> str:
    return f"; phases: {', '.join(library.phase_kinds())}"


def drugs_called(library: "ProtocolLibrary", text: str) -> list[Any]:
    """The drugs of this name or class, or a sentence with the nearest names."""
    from all_cli.protocol.drugs import all_names, drugs_named

    found = drugs_named(library, text)
    if not found:
        from all_cli.knowledge.problems import misspelled

        near = misspelled(text, all_names(library)) or not_encoded(text) or "; all-protocol drug lists them all"
        fail(f'no drug is called "{text}"{near}')
    return found


def _scheme(text: str) -> tuple[str, str]:
    """A scheme and, after a stroke, one of its groups."""
    from all_cli.risk.library import risk_library

    id, _, group = text.partition("/")
    scheme = one_of("scheme", id, risk_library().schemes)
    if group:
        one_of(f"group of {id}", group, dict.fromkeys(scheme.group_ids))
    return id, group
