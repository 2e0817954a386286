"""Distinct karyotypes: how many a second are read, against cutting the same texts into parts, and in a whole batch.

Run with the project's Python: ``python benchmarks/karyotypes.py`` (``--rows``, ``--rounds``). Every text differs from
all others, in gains, losses, rearrangements and counts of cells; nobody in the table exists. Reading is timed in the
process's own time, so that other work on the machine weighs less, and all sides run in turn.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cohort import ONE, batch, load, measured, peer, table

from all_cli.knowledge.documents import document_of
from all_cli.knowledge.files import FACTS
from all_cli.knowledge.vocabulary import vocabulary_in
from all_cli.patient.genetics import GeneticsReader

RATE = 50_000  # rows a second; design: Speed
_COMMON = (
    "t(9;22)(q34;q11.2)", "t(12;21)(p13;q22)", "t(1;19)(q23;p13.3)", "t(4;11)(q21;q23)", "del(9)(p21)", "del(6)(q21)",
    "add(21)(q22)", "i(17)(q10)", "dup(1)(q21q32)", "der(19)t(1;19)(q23;p13)", "t(8;14)(q24;q32)", "inv(9)(p12q13)",
)  # fmt: skip
_PART = re.compile(r"[^,/\[\]]+")


def karyotypes(rows: int) -> list[str]:
    """Invented karyotypes, all different, in an order that is the same every time."""
    chance = random.Random(1996)
    found: dict[str, None] = {}
    while len(found) < rows:
        found[_karyotype(chance)] = None
    return list(found)


def _karyotype(chance: random.Random) -> str:
    sex = chance.choice(("XX", "XY"))
    gains = sorted(chance.sample(range(1, 23), chance.choice((0, 0, 0, 1, 1, 2, 5, 7, 9))))
    losses = [] if len(gains) > 3 else sorted(chance.sample(range(1, 23), chance.choice((0, 0, 0, 1, 2))))
    losses = [lost for lost in losses if lost not in gains]
    signed = [*(f"+{gained}" for gained in gains), *(f"-{lost}" for lost in losses)]
    rearranged = [_rearrangement(chance) for _ in range(chance.choice((0, 1, 1, 2, 3)))]
    number = 46 + len(gains) - len(losses)
    lines = [",".join([str(number), sex, *signed, *rearranged]) + f"[{chance.randint(3, 20)}]"]
    if (signed or rearranged) and chance.random() < 0.3:
        lines.append(f"{number + 1},idem,+{chance.randint(1, 22)}[{chance.randint(2, 9)}]")
    if chance.random() < 0.7:
        lines.append(f"46,{sex}[{chance.randint(1, 20)}]")
    return "/".join(lines)


def _rearrangement(chance: random.Random) -> str:
    if chance.random() < 0.8:
        return chance.choice(_COMMON)
    one, other = sorted(chance.sample(range(1, 23), 2))
    bands = [chance.choice("pq") + str(chance.choice((11, 13, 21, 22, 24, 32))) for _ in range(2)]
    return chance.choice(
        (f"t({one};{other})({bands[0]};{bands[1]})", f"del({one})({bands[0]})", f"add({other})({bands[1]})")
    )


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=100_000, help="distinct karyotypes (100,000)")
    options.add_argument("--rounds", type=int, default=3, help="runs of each side (3)")
    said = options.parse_args()
    texts = karyotypes(said.rows)
    print(load())
    seconds = _in_turn({"cut at commas and slashes": _cut, "read": _read}, texts, said.rounds)
    table("distinct karyotypes, in process time", said.rows, seconds, "cut at commas and slashes", {})
    _of_the_rate(said.rows / seconds["read"])
    with tempfile.TemporaryDirectory(prefix="all-risk-bench-") as folder:
        source, output = Path(folder) / "karyotypes.csv", Path(folder) / "output.csv"
        rows = (f'{number},7,45,B,"{text}"\n' for number, text in enumerate(texts))
        source.write_text("".join(["patient,age,wbc,lineage,karyotype\n", *rows]))
        copy, own = "polars copy, one column more", "all-risk batch (1)"
        contestants = {copy: peer("copy", source, output, 20), own: batch(source, output, ONE)}
        taken = measured(contestants, output, said.rounds)
        table("the same in a whole batch", said.rows, taken, copy, {})
        _of_the_rate(said.rows / taken[own])
    print(f"\n{load()}")


def _of_the_rate(rate: float) -> None:
    print(
        f"{rate:,.0f} rows a second, {rate / RATE:.2f} of what is asked ({RATE:,}){'' if rate >= RATE else '  missed'}"
    )


def _in_turn(sides: dict[str, Callable[[list[str]], None]], texts: list[str], rounds: int) -> dict[str, float]:
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, side in sides.items():
            start = time.process_time()
            side(texts)
            taken[name].append(time.process_time() - start)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def _cut(texts: list[str]) -> None:
    for text in texts:
        _PART.findall(text)


def _read(texts: list[str]) -> None:
    reader = GeneticsReader(vocabulary_in(document_of(FACTS)))
    for text in texts:
        reader.read(text)
        reader.doubts(text)


if __name__ == "__main__":
    main()
