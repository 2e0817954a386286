"""``all-protocol roadmap``: an arm on the calendar, for the screen, paper, a spreadsheet or a calendar program."""

# No postponed annotations here, as in options.py.
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from all_cli.cli.common import fail, one_of, sentences
from all_cli.cli.options import ColorOption, Described, with_patient
from all_cli.cli.output import Color, Way, deliver, way_out
from all_cli.cli.sizes import Size, with_size
from all_cli.knowledge.problems import did_you_mean
from all_cli.patient.unreadable import UnreadableError

if TYPE_CHECKING:
    from all_cli.protocol.library import ProtocolLibrary
    from all_cli.protocol.regimen import Arm, Phase, Protocol
    from all_cli.protocol.roadmap import Roadmap, Wanted

_ALL = "all"


class RoadmapFormat(StrEnum):
    """Output formats of a roadmap."""

    table = "table"
    plain = "plain"
    markdown = "markdown"
    html = "html"
    csv = "csv"
    json = "json"
    ics = "ics"


FORMATS = ("ics", "html", "csv", "markdown", "plain", "json")


@with_patient
@with_size
def roadmap(
    size: Size,
    about: Described,
    arm_named: Annotated[
        str | None, typer.Argument(metavar="[ARM]", help="PROTOCOL or PROTOCOL/ARM; all-protocol list names them.")
    ] = None,
    start: Annotated[
        str | None, typer.Option("--start", metavar="DATE", help="First day of the first phase, YYYY-MM-DD.")
    ] = None,
    protocol: Annotated[str | None, typer.Option(metavar="ID", help="The protocol, instead of ARM.")] = None,
    arm: Annotated[str | None, typer.Option(metavar="ID", help="The arm of it, instead of ARM.")] = None,
    phase_start: Annotated[
        list[str] | None,
        typer.Option(
            "--phase-start",
            metavar="PHASE=DATE",
            help="The real start of a phase, or of a cycle of it (PHASE.2=DATE); moves what follows. Repeatable.",
        ),
    ] = None,
    cycles: Annotated[
        list[str] | None,
        typer.Option(
            "--cycles",
            metavar="PHASE=N",
            help="Draw so many cycles; 'all' draws the most that are printed. Repeatable.",
        ),
    ] = None,
    with_phase: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="PHASE", help="Count in a phase that is for some patients only. Repeatable."),
    ] = None,
    without: Annotated[
        list[str] | None, typer.Option("--without", metavar="PHASE", help="Leave a phase out. Repeatable.")
    ] = None,
    label: Annotated[
        str,
        typer.Option(help="Keeps two plans of one arm apart in one calendar; shapes the event ids, is not written."),
    ] = "",
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write .html to print and tick, .ics, .csv, .md, .txt or .json; - for the screen.",
        ),
    ] = None,
    form: Annotated[
        RoadmapFormat | None,
        typer.Option("--format", "-f", help="Output; without it a table for a terminal, plain text for a pipe."),
    ] = None,
    color: ColorOption = Color.auto,
) -> None:
    """Put an arm on the calendar: days by drugs, phase by phase, dated from --start.

    The first phase has dates. A phase that waits for counts is "not before" its earliest date, until --phase-start
    gives the real one. With a body size every dose is worked out. -o plan.html is a page to print, with a box per dose.
    """
    from all_cli.protocol.load import protocol_library

    with sentences():
        from all_cli.patient.age import read_date

        if output is not None and output.casefold().endswith(".svg"):
            raise UnreadableError("--output", output, "the wall chart is a page to print now; name it plan.html")
        way = way_out(output, form, FORMATS)
        library = protocol_library()
        found, own = _arm(library, arm_named, protocol, arm)
        if start is None:
            fail("a roadmap needs the first day of treatment: --start YYYY-MM-DD, for example --start 2026-01-05")
        first, at_start = read_date("--start", start), None
        if about.born is not None:
            about, at_start = about.on_the_day("--start", start, library.vocabulary)
        patient = about.patient(library.vocabulary)
        dosing = size.dosing(library, patient)
        wanted = _wanted(found, own, phase_start, cycles, with_phase, without)

        from all_cli.cli.selection import bars
        from all_cli.patient.relapse import by_age
        from all_cli.protocol.roadmap import roadmap as place
        from all_cli.report.given import as_shown

        then = by_age(patient, at_start, day="the first day")
        plan = place(found, own, first, (then and then.chosen_for) or patient, wanted)
        plan = plan._replace(dosing=dosing, barred=bars(library, as_shown(plan)), forced=size.forced, by_age=then)
        _write(plan, library, way, label, color)


def _arm(
    library: "ProtocolLibrary", named: str | None, protocol_id: str | None, arm_id: str | None
) -> "tuple[Protocol, Arm]":
    """The protocol and the arm, from ``PROTOCOL/ARM`` or from the two options."""
    if named is not None and protocol_id is not None:
        fail("the protocol is named twice: give either ARM or --protocol")
    if named is not None:
        protocol_id, slash, own = named.partition("/")
        if slash and arm_id is not None:
            fail("the arm is named twice: give either PROTOCOL/ARM or --arm")
        arm_id = own if slash else arm_id
    if protocol_id is None:
        fail("which arm? Name PROTOCOL or PROTOCOL/ARM; all-protocol list names them")
    if protocol_id not in library.ids:
        _no_protocol(library, protocol_id)
    protocol = library.protocol(protocol_id)
    arms = {arm.id: arm for arm in protocol.arms}
    if arm_id is None:
        if len(arms) > 1:
            each = ", ".join(f"{protocol_id}/{id}" for id in arms)
            fail(f"{protocol_id} has {len(arms)} arms; name one: {each}")
        return protocol, protocol.arms[0]
    chosen: Arm = one_of(f"arm of {protocol_id}", arm_id, arms)
    return protocol, chosen


def _no_protocol(library: "ProtocolLibrary", id: str) -> None:
    """Nothing is called so: name the protocols that are, or those that have an arm of that name."""
    having = [f"{p.id}/{arm.id}" for p in library.protocols for arm in p.arms if arm.id == id]
    if having:
        more = f" and {len(having) - 5} more" if len(having) > 5 else ""
        fail(f'"{id}" is an arm, not a protocol; write PROTOCOL/ARM: {", ".join(having[:5])}{more}')
    hint = did_you_mean(id, library.ids) or "; all-protocol list names them"
    fail(f'no protocol is called "{id}"{hint}')


def _wanted(
    protocol: "Protocol",
    arm: "Arm",
    phase_start: Sequence[str] | None,
    cycles: Sequence[str] | None,
    taken: Sequence[str] | None,
    left_out: Sequence[str] | None,
) -> "Wanted":
    from all_cli.patient.age import read_date
    from all_cli.protocol.roadmap import MOST_CYCLES, Wanted

    phases = {phase.id: phase for phase in protocol.phases if phase.id in arm.phases}
    starts: dict[tuple[str, int], date] = {}
    for text in phase_start or ():
        name, sign, day = (part.strip() for part in text.partition("="))
        if not sign:
            raise UnreadableError("--phase-start", text, "write it as PHASE=DATE, for example consolidation=2026-02-16")
        id, dot, number = name.rpartition(".")
        if not dot:
            id, number = name, "1"
        key = (_phase(phases, id, arm).id, _count("--phase-start", text, number, MOST_CYCLES))
        if key in starts:
            raise UnreadableError("--phase-start", text, "the start of this phase is given twice")
        starts[key] = read_date(f"--phase-start {name}", day)
    drawn: dict[str, int] = {}
    for text in cycles or ():
        name, sign, number = (part.strip() for part in text.partition("="))
        if name == _ALL and not sign:
            drawn = {**_printed(phases.values()), **drawn}
            continue
        if not sign:
            raise UnreadableError("--cycles", text, "write it as PHASE=N, for example maintenance=4, or as all")
        drawn[_phase(phases, name, arm).id] = _count("--cycles", text, number, MOST_CYCLES)
    kept, dropped = ({_phase(phases, id, arm).id for id in ids or ()} for ids in (taken, left_out))
    for id in sorted(kept & dropped):
        fail(f"{id} is asked for by --with and by --without: give one of the two")
    if dropped == set(phases):
        fail("--without leaves out every phase of the arm")
    return Wanted(starts, drawn, frozenset(kept), frozenset(dropped))


def _phase(phases: "dict[str, Phase]", id: str, arm: "Arm") -> "Phase":
    found: Phase = one_of(f"phase of the arm {arm.id}", id, phases)
    return found


def _printed(phases: "Iterable[Phase]") -> dict[str, int]:
    """The printed number of cycles by phase, the highest where several are printed."""
    return {phase.id: max(phase.cycles[1] or phase.cycles[0], 1) for phase in phases if phase.cycles}


def _count(option: str, text: str, number: str, most: int) -> int:
    if not (number.isascii() and number.isdigit()) or not 1 <= int(number) <= most:
        raise UnreadableError(option, text, f'"{number}" is not a number of cycles from 1 to {most}')
    return int(number)


def _write(plan: "Roadmap", library: "ProtocolLibrary", way: Way, label: str, color: Color) -> None:
    from all_cli.protocol.resolve import OUTSIDE
    from all_cli.report.page import NOT_A_DEVICE, Page
    from all_cli.report.roadmap_data import roadmap_csv, roadmap_json

    if way.file is not None or way.form in ("csv", "ics", "json"):  # a page on the screen says them itself
        barred = dict.fromkeys(f"{OUTSIDE}: {why}" for why in plan.barred.values())
        for warning in (*plan.warnings, *barred):
            typer.echo(f"caution: {warning}", err=True)

    def ics() -> bytes:
        from all_cli.report.roadmap_ics import roadmap_ics

        return roadmap_ics(plan, library, label)

    def page() -> Page:
        if way.form == "html":
            from all_cli.report.plan import plan_page

            return plan_page(plan, library)
        from all_cli.report.roadmap import roadmap_page

        return roadmap_page(plan, library)

    deliver(
        way,
        color,
        page,
        lambda: roadmap_json(plan, library),
        {"ics": ics, "csv": lambda: roadmap_csv(plan, library).encode()},
        f"{plan.protocol.id}/{plan.arm.id} from {plan.start}, {_told(plan)}. {NOT_A_DEVICE}",
    )


def _told(plan: "Roadmap") -> str:
    fixed = sum(stretch.fixed for stretch in plan.stretches)
    waiting = len(plan.stretches) - fixed
    return f"phases with dates {fixed}, without {waiting}"
