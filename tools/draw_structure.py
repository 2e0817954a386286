"""Draw in docs/architecture.md which room of the program imports which: a Mermaid chart made from the code.

A room is what stands directly in ``all_cli/``. An import is one file that imports one module, wherever in the file it
does so; what is imported for type checkers alone is left out.

The check holds rooms and arrows to the letter. A number may differ by a quarter, or by 3: the picture says where much
hangs together, and a check that fails at every new import would be drawn anew without a look.

    python tools/draw_structure.py            write the chart between the two marks of the page
    python tools/draw_structure.py --check    say what of it is out of date; exits with 1 if anything is
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "all_cli"
PAGE = "docs/architecture.md"
BEGIN, END = "<!-- structure -->", "<!-- end -->"
MANY = 40
"""From so many imports on an arrow is thick."""
_ARROW = re.compile(r"(\w+) [-=]+>\|(\d+)\| (\w+)")

Arrows = dict[tuple[str, str], int]
"""From which room to which, and how many imports."""


class StructureError(Exception):
    """What is not as the import contract says, or a page without a place for the chart."""


def layers(root: Path) -> list[list[str]]:
    """The rooms of the import contract, from the top down; rooms of one layer together."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = (each for each in project["tool"]["importlinter"]["contracts"] if each["type"] == "layers")
    return [[name.strip().removeprefix(f"{PACKAGE}.") for name in layer.split("|")] for layer in contract["layers"]]


def rooms_in_order(root: Path) -> list[str]:
    """The rooms, from the top down.

    Raises:
        StructureError: there is a room that the contract does not know.
    """
    package = root / PACKAGE
    there = {path.parent.name for path in package.glob("*/__init__.py")}
    there |= {path.stem for path in package.glob("*.py") if path.stem != "__init__"}
    order = [room for layer in layers(root) for room in layer]
    if unknown := sorted(there - set(order)):
        raise StructureError(f"{', '.join(unknown)} has no layer in the import contract of pyproject.toml")
    return [room for room in order if room in there]


def structure(root: Path) -> Arrows:
    """The imports between rooms, from the top down.

    Raises:
        StructureError: a room that the contract does not know, or an import that does not run downward.
    """
    order = rooms_in_order(root)
    layer_of = {room: number for number, layer in enumerate(layers(root)) for room in layer}
    counted: Counter[tuple[str, str]] = Counter()
    for path in sorted((root / PACKAGE).rglob("*.py")):
        room, *_ = path.relative_to(root / PACKAGE).with_suffix("").parts
        if room == "__init__":
            continue
        imported = imported_modules(path.read_text(encoding="utf-8"))
        for module, line in imported.items():
            other = module.split(".")[1]
            if other == room or other not in layer_of:
                continue
            if layer_of[other] <= layer_of[room]:
                place = f"{path.relative_to(root).as_posix()}:{line}"
                raise StructureError(f"{place}: {room} imports {other}, which is not below it in the import contract")
            counted[room, other] += 1
    return {pair: counted[pair] for pair in sorted(counted, key=lambda pair: [order.index(room) for room in pair])}


def imported_modules(text: str) -> dict[str, int]:
    """The modules of the program that a file imports when it runs, each with the line where it first does."""
    found: dict[str, int] = {}
    for node in _run(ast.parse(text)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == PACKAGE:
            names = [f"{PACKAGE}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        else:
            continue
        for name in names:
            if name.startswith(f"{PACKAGE}."):
                found.setdefault(name, node.lineno)
    return found


def _run(node: ast.AST) -> Iterator[ast.AST]:
    """The statements of a file but for those that only a type checker reads."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in (getattr(child.test, name, "") for name in ("id", "attr")):
            for other in child.orelse:
                yield other
                yield from _run(other)
        elif isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case)):
            yield child
            yield from _run(child)


def picture(rooms: Sequence[str], arrows: Arrows) -> str:
    """The chart: a line with the rooms from the top down, and one for the arrows from each."""
    lines = [" ".join(f"{room};" for room in rooms)]
    for upper, of_one in groupby(arrows, key=lambda pair: pair[0]):
        counts = [(lower, arrows[upper, lower]) for _, lower in of_one]
        lines.append("; ".join(f"{upper} {'==>' if n >= MANY else '-->'}|{n}| {lower}" for lower, n in counts))
    return "\n".join(["```mermaid", "flowchart TD", *(f"  {line}" for line in lines), "```\n"])


def out_of_date(chart: str, rooms: Sequence[str], arrows: Arrows) -> list[str]:
    """What of a chart, or of a page with one, is out of date, one sentence each."""
    _, _, drawn = chart.partition("flowchart TD\n")
    first, _, rest = drawn.partition("\n")
    before = {(upper, lower): int(count) for upper, count, lower in _ARROW.findall(rest)}
    told = [] if re.findall(r"\w+", first) == [*rooms] else [f"the rooms are {', '.join(rooms)}"]
    told += [f"{upper} no longer imports {lower}" for upper, lower in before if (upper, lower) not in arrows]
    for (upper, lower), count in arrows.items():
        was = before.get((upper, lower))
        if was is None:
            told.append(f"{upper} imports {lower}")
        elif abs(count - was) > max(was // 4, 3):
            told.append(f"{upper} imports {lower} {count} times, not {was}")
    return told


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Write the chart, or with ``--check`` say what of it is out of date; 1 if anything is."""
    page = root / PAGE
    text = page.read_text(encoding="utf-8")
    try:
        rooms, arrows = rooms_in_order(root), structure(root)
        before, begin, rest = text.partition(f"{BEGIN}\n")
        old, end, after = rest.partition(END)
        if not (begin and end):
            raise StructureError(f"{PAGE}: the chart goes between the lines {BEGIN} and {END}, which are not there")
    except StructureError as error:
        print(error, file=sys.stderr)
        return 1
    if "--check" not in arguments:
        page.write_text(f"{before}{begin}{picture(rooms, arrows)}{end}{after}", encoding="utf-8")
        return 0
    told = out_of_date(old, rooms, arrows)
    if told:
        print(f"{PAGE}: {'; '.join(told)}. `python tools/draw_structure.py` draws it anew", file=sys.stderr)
    return 1 if told else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
