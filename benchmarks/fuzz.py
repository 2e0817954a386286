"""Fuzzing: random texts, tables and command lines for everything that reads, and what broke.

    python benchmarks/fuzz.py value genetics --inputs 1000000 --seed 7
    python benchmarks/fuzz.py condition --guided          # by coverage, if atheris is installed
    python benchmarks/fuzz.py value --again 0a1b2c…       # one input once more, with its stack

Each kind of failure is printed once, with the input that showed it first; those that were mended are kept as tests.
An input that takes more than a second of processor time counts as a failure, and so does one that needs more memory
than is allowed. Exit code 1 if anything failed.
"""

from __future__ import annotations

import argparse
import importlib
import random
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from types import FrameType

SECOND, GIVEN_UP = 1.0, 10.0  # of processor time, per input
MEMORY = 6 << 30
FIRST_TIME = 3  # inputs that may be slow, since they load what is needed


class HangError(BaseException):
    """An input that takes so long that it is given up."""


class Watched:
    """A target whose failures are counted, each kind printed once."""

    def __init__(self, name: str, target: Callable[[bytes], None]) -> None:
        self.name, self._target = name, target
        self.inputs = 0
        self.failures: Counter[str] = Counter()
        self._began = time.process_time()

    def feed(self, data: bytes) -> None:
        """One input."""
        self.inputs += 1
        began = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, GIVEN_UP)
        try:
            self._target(data)
        except (Exception, HangError) as error:
            self._failed(_kind(error), data, str(error))
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        if (took := time.process_time() - began) > SECOND and self.inputs > FIRST_TIME:
            self._failed("slow", data, f"{took:.1f} s")

    def _failed(self, kind: str, data: bytes, said: str) -> None:
        self.failures[kind] += 1
        if self.failures[kind] == 1:
            print(f"{self.name}: {kind}: {said[:300]!r}\n    --again {data.hex()}", flush=True)

    def said(self) -> str:
        """What came of it, in a line."""
        found = ", ".join(f"{kind} {number}" for kind, number in self.failures.items()) or "nothing broke"
        return f"{self.name}: {self.inputs} inputs, {time.process_time() - self._began:.0f} s, {found}"


def _kind(error: BaseException) -> str:
    """The error and the line of the project's code that it came through last."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "all_cli" in frame.filename] or frames
    return f"{type(error).__name__} at {own[-1].filename.rpartition('/')[2]}:{own[-1].lineno}"


def _give_up(number: int, frame: FrameType | None) -> None:
    raise HangError("given up")


def _at_random(watched: Watched, inputs: int, seed: int) -> None:
    chance = random.Random(f"{watched.name} {seed}")
    for _ in range(inputs):
        watched.feed(chance.randbytes(3 + min(int(chance.expovariate(1 / 40)), 600)))


def _guided(watched: Watched, inputs: int, seed: int) -> None:
    """Inputs that reach new lines are kept and changed further; ends the process."""
    import atheris

    def feed(data: bytes) -> None:
        watched.feed(data)
        if watched.inputs == inputs:
            print(watched.said(), flush=True)

    atheris.Setup([sys.argv[0], f"-runs={inputs}", f"-seed={seed}", "-max_len=600", "-verbosity=0"], feed)
    atheris.Fuzz()


def main() -> int:
    """Read the command line and feed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", help="without one: all")
    parser.add_argument("--inputs", type=int, default=10_000, help="how many each")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--guided", action="store_true", help="one target, by coverage, with atheris")
    parser.add_argument("--again", metavar="HEX", help="one target, this one input")
    given = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGPROF, _give_up)
    if given.guided:
        import atheris

        with atheris.instrument_imports(include=["all_cli"]):
            targets = importlib.import_module("fuzz_targets").TARGETS
    else:
        targets = importlib.import_module("fuzz_targets").TARGETS
    chosen = given.targets or list(targets)
    if given.again is not None:
        targets[chosen[0]](bytes.fromhex(given.again))
        return 0
    broken = False
    for name in chosen:
        watched = Watched(name, targets[name])
        (_guided if given.guided else _at_random)(watched, given.inputs, given.seed)
        print(watched.said(), flush=True)
        broken |= bool(watched.failures)
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
