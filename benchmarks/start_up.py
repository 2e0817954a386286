"""Cold start of the commands, whole process, as a ratio to importing what they are made of.

Run with the project's Python: ``python benchmarks/start_up.py``. The two sides are run in turn, so that a busy machine
burdens both, and each run is compared with the one beside it; the median of these ratios is what counts.
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


def _compared(pairs: list[tuple[float, float]], limit: float) -> str:
    """The median ratio of the pairs (base, own), what it must stay within, and the median times of both."""
    ratio = statistics.median(own / base for base, own in pairs)
    base, own = (statistics.median(side) * 1000 for side in zip(*pairs, strict=True))
    return f"{ratio:>6.2f} {limit:>7} {base:>9.0f} {own:>12.0f}{'' if ratio <= limit else '  over'}"


def main() -> None:
    """Print the ratio of each command, and the ratio it must stay within."""
    # An installer compiles a package once; a checkout on a machine that writes no bytecode would compile it every time.
    compileall.compile_dir(ROOT / "all_cli", quiet=2)
    print(f"{'command':<26} {'ratio':>6} {'within':>7}   base ms   command ms   ({ROUNDS} rounds, medians)")
    for name, (limit, (script, *arguments)) in COMMANDS.items():
        command = [str(BIN / script), *arguments]
        once(command)
        pairs = [(once(BASE), once(command)) for _ in range(ROUNDS)]
        print(f"{name:<26} {_compared(pairs, limit)}")
    with tempfile.TemporaryDirectory() as folder:
        pairs = [first_and_second(Path(folder)) for _ in range(INSTALLS)]
    print(
        f"{'first run to second':<26} {_compared([(b, a) for a, b in pairs], FIRST_TO_SECOND)}   ({INSTALLS} installs)"
    )


if __name__ == "__main__":
    main()
