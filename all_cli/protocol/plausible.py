"""What a dose, a cap or a stated total in the protocols file cannot be; the compiler says it at its place."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from all_cli.protocol.dose import exact
from all_cli.protocol.drugs import HIGH_DOSE_METHOTREXATE
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.regimen import IN_MG, Protocol, StatedTotal
from all_cli.protocol.totals import stated_span

SMALLEST = {"m2": Decimal("0.2"), "kg": Decimal(2)}
"""The smallest patient a dose is held against: body surface in m², weight in kg. A limit of the program."""
HIGHEST_VINCRISTINE = Decimal(2)
"""The highest dose of vincristine, in mg/m² a dose. A limit of the program."""


def dose_problems(line: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with the dose and the cap of a line as the file has it: key and sentence."""
    if "dose" not in line:
        if "cap" in line and "dose_by" in line:
            yield "cap", "a dose that is looked up has no cap"
        elif "cap" in line and line["cap"]["dose"] <= 0:
            yield "cap", f"a cap is above nothing; it is {line['cap']['dose']}"
        return
    dose = line["dose"]
    low, high = (dose[0], dose[1]) if isinstance(dose, (list, tuple)) else (dose, dose)
    if low <= 0:
        yield "dose", f"a dose is above nothing; it is {low}"
    if low > high:
        yield "dose", f"the range runs backwards: {low} to {high}"
    if "unit" not in line or "per" not in line:
        yield "dose", "a dose needs its unit and per (dose, day, 24 h, week or course)"
        return
    if "cap" in line:
        yield from _cap_problems(Decimal(str(low)), line["unit"], line["cap"])


def vinca_problems(line: Mapping[str, Any], drug_class: str) -> Iterator[tuple[str, str]]:
    """What is wrong with the route of a vinca alkaloid, or with a dose of vincristine: key and sentence."""
    if drug_class == "vinca alkaloid" and line["route"] != "IV":
        yield (
            "route",
            f"{line['drug']} is a vinca alkaloid, which is given IV and by no other route; it says {line['route']}",
        )
    if line["drug"] == "vincristine" and (line.get("unit"), line.get("per")) == ("mg/m2", "dose"):
        high = line["dose"][-1] if isinstance(line["dose"], (list, tuple)) else line["dose"]
        if Decimal(str(high)) > HIGHEST_VINCRISTINE:
            yield "dose", f"vincristine is never above {HIGHEST_VINCRISTINE} mg/m2 a dose; it is {high}"


def _cap_problems(dose: Decimal, unit: str, cap: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    base, _, size = unit.partition("/")
    limit = Decimal(str(cap["dose"]))
    if cap["unit"] != base:
        if not {base, cap["unit"]} <= IN_MG.keys():
            yield "cap", f"the cap is in {cap['unit']}, the dose in {base}"
            return
        limit = limit * IN_MG[cap["unit"]] / IN_MG[base]
    least = dose * SMALLEST.get(size, Decimal(1))
    if limit < least:
        whom = f"the smallest child ({SMALLEST[size]} {size})" if size else "everyone"
        yield "cap", f"the cap of {exact(limit)} {base} is below the {exact(least)} {base} that {whom} would get"


def rescue_problem(phase: Mapping[str, Any]) -> tuple[str, str] | None:
    """The line that gives high-dose methotrexate in a phase that shows no leucovorin, and the sentence.

    Whoever takes such a phase for whole would give methotrexate without rescue, which kills. It shows leucovorin by a
    line, or by a word on it before the lines; a note at the end is read too late.
    """
    first = [item["text"] for key in ("rescue", "notes") for item in phase.get(key, ()) if item.get("first")]
    shown = [*first, *(line["drug"] for line in phase["lines"])]
    if any("leucovorin" in text.casefold() for text in shown):
        return None
    for line in phase["lines"]:
        base, _, size = str(line.get("unit", "")).partition("/")
        if line["drug"] == "methotrexate" and line["route"] != "IT" and size == "m2" and "dose" in line:
            high = line["dose"][1] if isinstance(line["dose"], (list, tuple)) else line["dose"]
            if Decimal(str(high)) * IN_MG.get(base, Decimal(0)) >= HIGH_DOSE_METHOTREXATE:
                return line["id"], (
                    "high-dose methotrexate, and the phase shows no leucovorin: add its line, or a rescue or note "
                    "with first: true that says what was not read"
                )
    return None


def total_problem(
    stated: StatedTotal, arm_phases: tuple[str, ...], protocol: Protocol, library: ProtocolLibrary
) -> str:
    """Why a stated total contradicts the lines; empty if it does not."""
    phases = [phase for phase in protocol.phases if phase.id in arm_phases]
    span = stated_span(stated, phases, library)
    said = f"{exact(Decimal(str(stated.amount)))} {stated.unit}"
    if span is None:
        return f'no line gives "{stated.of}" in {stated.unit}, so that {said} cannot be held against anything'
    if span.holds(Decimal(str(stated.amount))):
        return ""
    return f"{said} of {stated.of} is stated, but the lines add up to {span.text} {stated.unit}"
