"""Batches against their peers, whole processes side by side, as ratios; and their memory.

Run with the project's Python: ``python benchmarks/cohort.py`` (``--rows``, ``--rounds``, ``--memory``; the extra
``bench`` installs the peers). All sides of a table run in turn, round after round, so that a busy machine burdens all;
medians are compared. Before anything is timed, the answers of the peers are compared with ours, row by row.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import NamedTuple

import polars as pl
from cohort_data import write_random, write_random_units, write_registry

BIN = Path(sys.executable).parent
PEERS = Path(__file__).parent / "cohort_peers.py"
ONE = ("nci-rome",)
TEN = (
    "nci-rome", "cog-aall08b1", "cog-aall1731", "cog-aall1732", "aieop-bfm-2009", "ukall-2003", "st-jude-xvi",
    "interfant-06", "guideline-summary", "hoelzer-1988",
)  # fmt: skip
COPY_ONE, COPY_TEN, ZEN_FASTER, RANDOM_RATE, MEMORY = 2.0, 4.0, 200.0, 50_000, 2 << 30  # design: Speed


class Run(NamedTuple):
    """One process: wall time in seconds, largest resident memory in bytes."""

    seconds: float
    memory: int


def run(command: list[str]) -> Run:
    """Run a command to its end; a batch may end with 1, which says that rows were invalid or cells unread."""
    start = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        words = said.read().decode()
        if process.returncode != 0 and not (
            process.returncode == 1 and ("invalid row" in words or "unread: " in words)
        ):
            raise SystemExit(f"{' '.join(command)}\nended with {process.returncode}:\n{words}")
    return Run(seconds, used.ru_maxrss * (1 if sys.platform == "darwin" else 1024))


def batch(source: Path, output: Path, schemes: tuple[str, ...]) -> list[str]:
    """The command that classifies a table."""
    named = [part for scheme in schemes for part in ("--scheme", scheme)]
    return [str(BIN / "all-risk"), "batch", str(source), "-o", str(output), *named]


def peer(name: str, source: Path, output: Path, *numbers: int) -> list[str]:
    """The command of a peer."""
    return [sys.executable, str(PEERS), name, str(source), str(output), *map(str, numbers)]


def more(source: Path, output: Path, rows: int) -> int:
    """Characters of a column that makes a copy as large as an output."""
    return (output.stat().st_size - source.stat().st_size) // rows - 1


def measured(contestants: dict[str, list[str]], output: Path, rounds: int) -> dict[str, float]:
    """Median seconds of each; all run in turn, round after round."""
    taken: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, command in contestants.items():
            taken[name].append(run(command).seconds)
            output.unlink()
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def table(title: str, rows: int, seconds: dict[str, float], base: str, limits: dict[str, float]) -> None:
    """Print what was measured, each as a ratio to the base, and the ratio it must stay within."""
    print(f"\n{title}\n{'':<44} {'seconds':>8} {'rows/s':>10} {'ratio':>6} {'within':>7}")
    for name, taken in seconds.items():
        ratio, limit = taken / seconds[base], limits.get(name)
        mark = "  over" if limit and ratio > limit else ""
        print(f"{name:<44} {taken:>8.2f} {rows / taken:>10,.0f} {ratio:>6.2f} {limit or '':>7}{mark}", flush=True)


def against_copy(title: str, source: Path, output: Path, rows: int, rounds: int) -> dict[str, float]:
    """A table under one and under ten schemes, each against copies of the same size."""
    found: dict[str, float] = {}
    for schemes, limit in ((ONE, COPY_ONE), (TEN, COPY_TEN)):
        run(batch(source, output, schemes))
        width = more(source, output, rows)
        size = output.stat().st_size
        one, six, own = (
            "polars copy, one column more",
            "polars copy, as many columns",
            f"all-risk batch ({len(schemes)})",
        )
        contestants = {
            one: peer("copy", source, output, width),
            six: peer("copy-columns", source, output, len(schemes), width),
            own: batch(source, output, schemes),
        }
        if source.stem == "registry" and schemes is ONE:
            contestants["DuckDB CASE, status, group, possible"] = peer("duckdb", source, output)
        seconds = measured(contestants, output, rounds)
        counted = f"{len(schemes)} scheme{'s' * (len(schemes) > 1)}"
        heading = f"{title}, {counted}: {source.stat().st_size >> 20} MiB in, {size >> 20} MiB out"
        table(heading, rows, seconds, one, {own: limit})
        found[counted] = rows / seconds[own]
    return found


def against_zen(source: Path, output: Path, rows: int, sample: int, rounds: int) -> None:
    """A rule engine asked once per row of a sample, in turn with a batch over the whole."""
    part = source.with_name("sample.csv")
    pl.scan_csv(source, infer_schema=False).head(sample).sink_csv(part)
    start = statistics.median(run([sys.executable, "-c", "import zen, csv, json"]).seconds for _ in range(rounds))
    seconds = measured({"zen": peer("zen", part, output), "batch": batch(source, output, ONE)}, output, rounds)
    theirs, ours = sample / (seconds["zen"] - start), rows / seconds["batch"]
    print(f"\nzen-engine once per row, {sample:,} rows, its start taken off: {theirs:,.0f} rows/s")
    missed = "" if ours / theirs >= ZEN_FASTER else "  missed"
    print(
        f"all-risk batch, {rows:,} rows, 1 scheme, start and all: {ours:,.0f} rows/s, "
        f"{ours / theirs:,.0f} times faster (at least {ZEN_FASTER:.0f}){missed}"
    )


def agreement(source: Path, output: Path, sample: int) -> None:
    """Compare the answers of the peers with ours on the first rows; leaves if any differs."""
    part = source.with_name("sample.csv")
    pl.scan_csv(source, infer_schema=False).head(sample).sink_csv(part)
    run(batch(part, output, ONE))
    columns = ["status", "group", "possible"]
    ours = pl.read_csv(output, infer_schema=False).select(pl.col(f"nci-rome.{name}").alias(name) for name in columns)
    valid = (ours["status"] != "invalid").fill_null(False)
    for name in ("duckdb", "zen"):
        run(peer(name, part, output))
        theirs = pl.read_csv(output, infer_schema=False).select(columns).with_columns(pl.all().fill_null(""))
        different = valid & ~(ours.fill_null("").hash_rows() == theirs.hash_rows())
        if different.any():
            row = int(different.arg_true()[0])
            raise SystemExit(f"{name} answers row {row + 1} of {part} with {theirs.row(row)}, we with {ours.row(row)}")
    print(f"{source.stem}: DuckDB and zen-engine answer all {int(valid.sum()):,} readable of {sample:,} rows as we do")


def memory(folder: Path, make: Callable[[Path, int], None], rows: list[int], title: str) -> None:
    """Largest memory of a batch at several sizes."""
    print(f"\nmemory, {title}\n{'rows':>12} {'schemes':>8} {'MiB':>7} {'seconds':>8} {'rows/s':>10}")
    for size in rows:
        source, output = folder / "memory.csv", folder / "output.csv"
        make(source, size)
        for schemes in (ONE, TEN):
            used = run(batch(source, output, schemes))
            mark = "" if used.memory < MEMORY else "  over"
            print(
                f"{size:>12,} {len(schemes):>8} {used.memory >> 20:>7} {used.seconds:>8.1f} "
                f"{size / used.seconds:>10,.0f}{mark}", flush=True,
            )  # fmt: skip
            output.unlink()
        source.unlink()


def machine() -> str:
    """Where and with what this was measured."""
    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}" for name in ("all-cli", "polars", "duckdb", "zen-engine")
    )
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{date.today()}, {cores} cores, Python {platform.python_version()}, {versions}"


def load() -> str:
    """The machine's load averages: with other work on it, only the ratios mean anything."""
    return "load " + ", ".join(f"{part:.1f}" for part in os.getloadavg()) + " (1, 5, 15 minutes)"


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=2_000_000, help="rows of the tables (2,000,000)")
    options.add_argument("--rounds", type=int, default=5, help="runs of each side (5)")
    options.add_argument("--sample", type=int, default=20_000, help="rows for the engine that is asked row by row")
    options.add_argument("--memory", action="store_true", help="measure memory at 1, 3 and 10 million rows instead")
    options.add_argument("--memory-rows", type=int, nargs="+", default=[1_000_000, 3_000_000, 10_000_000])
    options.add_argument("--folder", type=Path, help="where the tables are made; else a temporary folder")
    said = options.parse_args()
    print(f"{machine()}\n{load()}")
    with tempfile.TemporaryDirectory(prefix="all-risk-bench-", dir=said.folder) as name:
        folder = Path(name)
        if said.memory:
            memory(folder, write_registry, said.memory_rows, "registry data")
            memory(folder, write_random, said.memory_rows, "random values in every column")
        else:
            speed(folder, said.rows, said.rounds, min(said.sample, said.rows))
    print(f"\n{load()}")


def speed(folder: Path, rows: int, rounds: int, sample: int) -> None:
    """All tables of speed."""
    registry, random, output = folder / "registry.csv", folder / "random.csv", folder / "output.csv"
    write_registry(registry, rows)
    write_random(random, rows)
    agreement(registry, output, sample)
    agreement(random, output, sample)
    against_copy("registry data", registry, output, rows, rounds)
    against_zen(registry, output, rows, sample, rounds)
    rates = against_copy("random values in every column", random, output, rows, rounds)
    print()
    for schemes, rate in rates.items():
        print(f"worst case, {schemes}: {worst(rate)}")
    write_random_units(random, rows)
    print(f"worst case with a unit in every cell, 1 scheme: {worst(rows / run(batch(random, output, ONE)).seconds)}")


def worst(rate: float) -> str:
    """A rate on random values, and the one it must reach."""
    return f"{rate:,.0f} rows/s (at least {RANDOM_RATE:,}){'' if rate >= RANDOM_RATE else '  missed'}"


if __name__ == "__main__":
    main()
