"""``all-protocol compare``: a phase, or whole arms, of several protocols side by side."""

# No postponed annotations here, as in options.py.
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from all_cli.cli.common import fail, one_of, sentences
from all_cli.cli.describing import patient_from
from all_cli.cli.listing import phase_named
from all_cli.cli.options import ColorOption, FormatOption
from all_cli.cli.output import Color, emit

if TYPE_CHECKING:
    from all_cli.protocol.library import ProtocolLibrary
    from all_cli.protocol.regimen import Arm, Protocol
    from all_cli.protocol.side_by_side import Column, Way

_HOW = (
    "name a phase and protocols (all-protocol compare induction --protocol cog-aall0232 --protocol ccg-1991) or "
    "two arms (all-protocol compare ccg-1961/standard ccg-1961/increased)"
)


def compare(
    what: Annotated[
        list[str], typer.Argument(metavar="PHASE | ARM ARM …", help="A phase; or whole arms as PROTOCOL/ARM.")
    ],
    protocol: Annotated[
        list[str] | None,
        typer.Option(metavar="ID[/ARM]", help="A protocol, or one arm of it, for a phase. Repeatable."),
    ] = None,
    arm: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only this arm of the protocols that have it. Repeatable.")
    ] = None,
    age: Annotated[str | None, typer.Option(help="Age: leaves out the lines for other ages.")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="FACT=VALUE", help="Any fact of all-risk facts. Repeatable.")
    ] = None,
    form: FormatOption = None,
    color: ColorOption = Color.auto,
) -> None:
    """Put a phase of several protocols side by side, drug by drug, or what whole arms add up to."""
    from all_cli.protocol.load import protocol_library

    with sentences():
        library = protocol_library()
        given = {"age": age} if age is not None else {}
        patient = patient_from(library.vocabulary, given=given, flags={}, settings=settings)
        from all_cli.report import side_by_side as report

        arms = len(what) > 1 or "/" in what[0] or (what[0] in library.ids and not protocol)
        if arms:
            if protocol or arm:
                fail(f"whole arms are named as PROTOCOL/ARM, without --protocol and --arm: {_HOW}")
            ways = [_way(library, name) for name in dict.fromkeys(what)]
            if len(ways) < 2:
                fail(f'"{what[0]}" alone has nothing to stand beside: {_HOW}')
            emit(
                form,
                color,
                lambda: report.arms_page(ways, patient, library),
                lambda: report.arms_json(ways, patient, library),
            )
            return
        columns = _columns(library, what[0], protocol or (), arm or ())
        compared = report.Compared(what[0], columns, patient)
        emit(
            form,
            color,
            lambda: report.phases_page(compared, library),
            lambda: report.phases_json(compared, library),
        )


def _way(library: "ProtocolLibrary", name: str) -> "Way":
    """One arm, named as ``PROTOCOL/ARM``; of a protocol with one arm the protocol is enough."""
    from all_cli.protocol.side_by_side import Way

    protocol, arm = _split(library, name)
    if arm is None:
        if len(protocol.arms) > 1:
            choices = ", ".join(f"{protocol.id}/{each.id}" for each in protocol.arms)
            fail(f'"{protocol.id}" has {len(protocol.arms)} arms: {choices}')
        arm = protocol.arms[0]
    return Way(protocol, arm)


def _split(library: "ProtocolLibrary", name: str) -> tuple["Protocol", "Arm | None"]:
    id, _, arm_id = name.partition("/")
    one_of("protocol", id, dict.fromkeys(library.ids))
    protocol = library.protocol(id)
    if not arm_id:
        return protocol, None
    return protocol, one_of(f"arm of {id}", arm_id, {arm.id: arm for arm in protocol.arms})


def _columns(library: "ProtocolLibrary", asked: str, protocols: Sequence[str], arms: Sequence[str]) -> "list[Column]":
    """The phases of this kind or id of each protocol; several where it has variants or repeats it."""
    from all_cli.protocol.side_by_side import Column

    name = phase_named(library, asked)
    kinds = library.phase_kinds()
    chosen = [_split(library, each) for each in dict.fromkeys(protocols)]
    if not chosen:
        fail(f"which protocols? {_HOW}")
    _known_arms(chosen, arms)
    columns = []
    for protocol, arm in chosen:
        wanted = [each for each in protocol.arms if each == arm or (arm is None and each.id in arms)]
        through = {id for each in wanted or protocol.arms for id in each.phases}
        phases = [phase for phase in protocol.phases if phase.id in through]
        found = [phase for phase in phases if phase.id == name] or [phase for phase in phases if phase.kind == name]
        if not found and name not in kinds:
            kind = next(phase.kind for each in library.protocols for phase in each.phases if phase.id == name)
            found = [phase for phase in phases if phase.kind == kind]
        columns += [Column(protocol, phase) for phase in found] or [Column(protocol, None)]
    if not any(column.phase for column in columns):
        fail(f"none of these protocols has a phase {name}; all-protocol list --phase {name} shows which have")
    if len(columns) < 2:
        fail(f'"{columns[0].name}" alone has nothing to stand beside: {_HOW}')
    return columns


def _known_arms(chosen: "Sequence[tuple[Protocol, Arm | None]]", arms: Sequence[str]) -> None:
    known = {arm.id: arm for protocol, _ in chosen for arm in protocol.arms}
    for id in arms:
        one_of("arm of these protocols", id, known)
