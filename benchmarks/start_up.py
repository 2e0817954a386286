"""Cold start of the commands, whole process, as a ratio to importing what they are made of.

Run with the project's Python: ``python benchmarks/start_up.py``. The two sides are run in turn, so that a busy machine
burdens both; the median of each is compared.
"""

from __future__ import annotations

import compileall
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 25
BIN = Path(sys.executable).parent
ROOT = Path(__file__).resolve().parents[1]
BASE = [sys.executable, "-c", "import typer, rich.table"]
SEVEN = ["classify", "--age", "7", "--wbc", "45", "--lineage", "B"]
HIGH = ["show", "induction", "--risk", "high"]
COMMANDS = {
    "all-risk --help": (1.1, ["all-risk", "--help"]),
    "all-risk classify --help": (1.1, ["all-risk", "classify", "--help"]),
    "all-protocol --help": (1.1, ["all-protocol", "--help"]),
    "classify, into a pipe": (1.3, ["all-risk", *SEVEN, "-f", "plain"]),
    "show, into a pipe": (1.3, ["all-protocol", *HIGH, "-f", "plain"]),
    "classify, Rich table": (1.5, ["all-risk", *SEVEN, "-f", "table"]),
    "show, Rich table": (1.5, ["all-protocol", *HIGH, "-f", "table"]),
    "JSON of one scheme": (1.5, ["all-risk", *SEVEN, "-f", "json", "--scheme", "nci-rome"]),
    "JSON of all schemes": (2.0, ["all-risk", *SEVEN, "-f", "json"]),
}
FIRST_TO_SECOND = 1.3
INSTALLS = 7


def once(command: list[str], **environment: str) -> float:
    """Wall time of one run, in seconds."""
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, env={**os.environ, **environment})
    return time.perf_counter() - start


def first_and_second(folder: Path) -> tuple[float, float]:
    """Wall times of the first and the second answer of a copy that was just installed, with no home of its own."""
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    if not (folder / "dist").exists():
        subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", folder / "dist", ROOT], check=True)
    (wheel,) = (folder / "dist").glob("*.whl")
    site = Path(tempfile.mkdtemp(dir=folder))
    subprocess.run([*pip, "install", "--no-deps", "--no-index", "--target", site, wheel], check=True)
    answer = [sys.executable, "-c", "from all_cli.cli.risk import main; main()", *SEVEN]
    where = {"PYTHONPATH": str(site), "HOME": str(site / "home"), "XDG_CACHE_HOME": ""}
    return once(answer, **where), once(answer, **where)


def main() -> None:
    """Print the ratio of each command, and the ratio it must stay within."""
    # An installer compiles a package once; a checkout on a machine that writes no bytecode would compile it every time.
    compileall.compile_dir(ROOT / "all_cli", quiet=2)
    print(f"{'command':<26} {'ratio':>6} {'within':>7}   base ms   command ms   ({ROUNDS} rounds, medians)")
    for name, (limit, (script, *arguments)) in COMMANDS.items():
        command = [str(BIN / script), *arguments]
        once(command)
        pairs = [(once(BASE), once(command)) for _ in range(ROUNDS)]
        base, own = (statistics.median(side) for side in zip(*pairs, strict=True))
        mark = "" if own / base <= limit else "  over"
        print(f"{name:<26} {own / base:>6.2f} {limit:>7} {base * 1000:>9.0f} {own * 1000:>12.0f}{mark}")
    with tempfile.TemporaryDirectory() as folder:
        pairs = [first_and_second(Path(folder)) for _ in range(INSTALLS)]
    first, second = (statistics.median(side) for side in zip(*pairs, strict=True))
    mark = "" if first / second <= FIRST_TO_SECOND else "  over"
    print(
        f"{'first run to second':<26} {first / second:>6.2f} {FIRST_TO_SECOND:>7}"
        f" {second * 1000:>9.0f} {first * 1000:>12.0f}{mark}   ({INSTALLS} installs)"
    )


if __name__ == "__main__":
    main()
