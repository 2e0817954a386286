"""Cold start of the commands, whole process, as a ratio to importing what they are made of.

Run with the project's Python: ``python benchmarks/start_up.py``. The two sides are run in turn, so that a busy machine
burdens both; the median of each is compared.
"""

from __future__ import annotations

import compileall
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROUNDS = 25
BIN = Path(sys.executable).parent
BASE = [sys.executable, "-c", "import typer, rich.table"]
COMMANDS = {
    "all-risk classify (table)": (
        1.5,
        [BIN / "all-risk", "classify", "--age", "7", "--wbc", "45", "--lineage", "B", "-f", "table"],
    ),
    "all-risk classify (json)": (
        1.5,
        [BIN / "all-risk", "classify", "--age", "7", "--wbc", "45", "--lineage", "B", "-f", "json"],
    ),
    "all-risk --help": (1.2, [BIN / "all-risk", "--help"]),
    "all-risk classify --help": (1.2, [BIN / "all-risk", "classify", "--help"]),
    "all-protocol show induction": (1.5, [BIN / "all-protocol", "show", "induction", "--risk", "high", "-f", "table"]),
    "all-protocol --help": (1.2, [BIN / "all-protocol", "--help"]),
}


def once(command: list[str]) -> float:
    """Wall time of one run, in seconds."""
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def main() -> None:
    """Print the ratio of each command, and the ratio it must stay within."""
    # An installer compiles a package once; a checkout on a machine that writes no bytecode would compile it every time.
    compileall.compile_dir(Path(__file__).parent.parent / "all_cli", quiet=2)
    print(f"{'command':<30} {'ratio':>6} {'within':>7}   base ms   command ms   ({ROUNDS} rounds, medians)")
    for name, (limit, parts) in COMMANDS.items():
        command = [str(part) for part in parts]
        once(command)
        pairs = [(once(BASE), once(command)) for _ in range(ROUNDS)]
        base, own = (statistics.median(side) for side in zip(*pairs, strict=True))
        mark = "" if own / base <= limit else "  over"
        print(f"{name:<30} {own / base:>6.2f} {limit:>7} {base * 1000:>9.0f} {own * 1000:>12.0f}{mark}")


if __name__ == "__main__":
    main()
