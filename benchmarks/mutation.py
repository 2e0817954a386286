"""Mutation testing of the reasoning: cosmic-ray's mutants, each met by its nearest tests first.

    cosmic-ray init cosmic-ray.toml mutation.sqlite
    cr-filter-operators mutation.sqlite cosmic-ray.toml
    python benchmarks/mutation.py mutation.sqlite [logic/values …] [--sample 40 --seed 1]
    python benchmarks/mutation.py mutation.sqlite --again
    python benchmarks/mutation.py mutation.sqlite --report

``cosmic-ray exec`` with one command for all mutants would take days. Here a mutant lives in the memory of a forked
process, no file is touched, and the tests nearest to its module meet it first; what survives them can be met
``--again`` by the tests of all the rooms that reason. Annotations, which nothing evaluates, are skipped; what is not
Python is incompetent. Neither counts. docs/mutation.md holds what came out.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from importlib.machinery import SourceFileLoader
from pathlib import Path

import cosmic_ray.plugins
import hypothesis
import jsonschema
import msgpack
import pytest
import yaml
from cosmic_ray.mutating import MutationVisitor
from cosmic_ray.work_db import WorkDB
from cosmic_ray.work_item import MutationSpec, TestOutcome, WorkerOutcome, WorkResult

PRELOADED = (hypothesis, jsonschema, msgpack, yaml)  # imported before the fork, once for all
ROOT = Path(__file__).resolve().parent.parent
Item = tuple[str, MutationSpec]
Position = tuple[int, int]
KNOWLEDGE = Path(tempfile.mkdtemp(prefix="mutation-knowledge-"))
WALL, CPU, MEMORY = 600, 60, 3 << 30  # seconds, seconds, bytes; --again takes longer than a stage
FEW = "registry-algorithm-2 or cns-status or hoelzer-1988 or nopho-2008 or icicle-14 or cog-aall0631"
FEWER = "registry-algorithm-2 or cns-status or nopho-2008 or aieop-bfm-2017 or not -"
LOGIC, RISK, CLI = "tests/logic/test_", "tests/risk/test_", "tests/cli/test_"
DIAGRAM = [f"{LOGIC}diagram.py", "-k", "not 1- and not 2- and not 3-"]
JUDGED = [f"{RISK}score.py", f"{RISK}check.py", f"{RISK}primary.py"]
EXPLORING = f"{RISK}exploring_edges.py"
EXACT = [f"{RISK}exactness.py", "-k", FEW]
OWN_FILE = [f"{CLI}own_rules.py", "tests/knowledge/test_shipped_data.py"]
# The tests that a module's mutants meet, stage by stage, quickest first.
STAGES: dict[str, tuple[list[str], ...]] = {
    "logic/values": (
        [f"{LOGIC}values.py", f"{LOGIC}values_edges.py"],
        [f"{LOGIC}axis.py", f"{LOGIC}explain.py"],
        JUDGED,
    ),
    "logic/axis": ([f"{LOGIC}axis.py", f"{LOGIC}axis_edges.py"], [f"{LOGIC}diagram.py", "-k", "0-"], JUDGED),
    "logic/diagram": ([f"{LOGIC}diagram_edges.py"], DIAGRAM, [*JUDGED, f"{RISK}check_edges.py"]),
    "logic/expression": ([f"{LOGIC}parse.py", f"{LOGIC}explain.py", f"{LOGIC}expression_edges.py"], JUDGED, EXACT),
    "logic/parse": ([f"{LOGIC}parse.py", f"{LOGIC}parse_edges.py"], JUDGED),
    "logic/explain": ([f"{LOGIC}explain.py", f"{LOGIC}explain_edges.py"], [f"{RISK}comparison.py"], JUDGED),
    "logic/joint": ([f"{RISK}difference.py", "-k", "brute_force or moves"],),
    "risk/check": ([f"{RISK}check.py", f"{RISK}check_edges.py"],),
    "risk/comparison": ([f"{RISK}comparison.py", EXPLORING],),
    "risk/compile": ([f"{RISK}score.py", f"{RISK}check.py", *OWN_FILE],),
    "risk/difference": ([f"{RISK}difference.py", f"{RISK}difference_edges.py"],),
    "risk/library": ([f"{RISK}tree_edges.py", f"{RISK}primary.py", f"{CLI}as_of.py", *OWN_FILE],),
    "risk/narrowing": ([f"{RISK}narrowing.py", EXPLORING],),
    "risk/scheme": (JUDGED, EXACT),
    "risk/tree": ([f"{RISK}tree_edges.py"], [f"{RISK}tree.py", "-k", FEWER]),
    "risk/verdict": ([f"{RISK}verdict_edges.py"], JUDGED, EXACT),
    "risk/whatif": ([EXPLORING], [f"{RISK}whatif.py", "-k", FEWER]),
}
# What survives them meets these, with --again.
THOROUGH = (
    ["tests/logic"],
    [
        f"{RISK}{name}.py"
        for name in ("comparison", "difference", "known_schemes", "narrowing", "primary", "score", "tree", "whatif")
    ],
    [*OWN_FILE, f"{CLI}as_of.py", f"{CLI}exploring.py", f"{CLI}tree_command.py", f"{CLI}classify_json.py"],
    [f"{RISK}boundary_cases.py", f"{RISK}exactness.py", "tests/cohort/test_one_evaluator.py"],
)
# Modules that the knowledge is compiled with; for the others it is compiled once.
COMPILING = (
    "logic/values",
    "logic/axis",
    "logic/diagram",
    "logic/expression",
    "logic/parse",
    "risk/compile",
    "risk/library",
)


def room(path: str | Path) -> str:
    """The module as ``logic/values``."""
    return "/".join(Path(path).with_suffix("").parts[-2:])


def annotations(source: str) -> list[tuple[Position, Position]]:
    """The stretches of a module that are annotations, or names given to unions of types."""
    tree = ast.parse(source)
    found: list[ast.expr | None] = [
        node.value for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp)
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            found.append(node.returns)
        elif isinstance(node, (ast.arg, ast.AnnAssign)):
            found.append(node.annotation)
    return [
        ((node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0))
        for node in found
        if node is not None
    ]


def mutated(mutation: MutationSpec) -> str | None:
    """The module's text with the mutation made."""
    operator = cosmic_ray.plugins.get_operator(mutation.operator_name)(**(mutation.operator_args or {}))
    return MutationVisitor.mutate_code((ROOT / mutation.module_path).read_text("utf-8"), operator, mutation.occurrence)


def compiles(code: str) -> bool:
    """Whether it is Python at all."""
    try:
        compile(code, "mutant", "exec")
    except SyntaxError:
        return False
    return True


def put_in_place(path: Path, code: str) -> None:
    """From now on, importing the module at ``path`` gives ``code``."""
    original = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, name: str) -> object:
        if Path(self.path) == path:
            return compile(code, str(path), "exec")
        return original(self, name)

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign, assignment]


def keep_knowledge() -> None:
    """The compiled knowledge in a place of its own, whatever the program's files look like."""
    from all_cli.knowledge import cache

    cache._folder = lambda: KNOWLEDGE
    cache._program = lambda: "real"  # type: ignore[assignment]


def passes(arguments: Sequence[str], path: Path, code: str, log: Path) -> bool | None:
    """Whether the tests pass with the mutant in place; None if they came to no end in time."""
    child = os.fork()
    if child == 0:
        os.setpgrp()
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU))
        put_in_place(path, code)
        outcome = 1
        try:
            if room(path) not in COMPILING:
                keep_knowledge()
            with log.open("w") as out, redirect_stdout(out), redirect_stderr(out):
                options = [
                    "-x",
                    "-q",
                    "-p",
                    "no:cacheprovider",
                    "--no-header",
                    "--tb=line",
                    "-W",
                    "ignore::pytest.PytestAssertRewriteWarning",
                ]
                outcome = int(pytest.main([*options, *arguments]))
        except BaseException:
            log.write_text(traceback.format_exc())
        finally:
            os._exit(outcome)
    end = time.monotonic() + WALL
    while time.monotonic() < end:
        finished, status = os.waitpid(child, os.WNOHANG)
        if finished:
            how = os.waitstatus_to_exitcode(status)
            return None if how in (-signal.SIGXCPU, -signal.SIGKILL) else how == 0
        time.sleep(0.005)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def meet(mutation: MutationSpec, stages: Sequence[list[str]], log: Path) -> tuple[str, str]:
    """``killed``, ``timeout``, ``survived``, ``incompetent`` or ``skipped``, and the stage that said so."""
    code = mutated(mutation)
    if code is None or not compiles(code):
        return "incompetent", ""
    for stage in stages:
        passed = passes(stage, ROOT / mutation.module_path, code, log)
        if not passed:
            return ("timeout" if passed is None else "killed"), " ".join(stage)
    return "survived", ""


def result(outcome: str, where: str) -> WorkResult:
    """As cosmic-ray keeps it; a timeout counts as killed, and its output says so."""
    if outcome == "skipped":
        return WorkResult(worker_outcome=WorkerOutcome.SKIPPED, output="annotation")
    known = {"survived": TestOutcome.SURVIVED, "incompetent": TestOutcome.INCOMPETENT}
    return WorkResult(
        worker_outcome=WorkerOutcome.NORMAL,
        output=f"{outcome} {where}",
        test_outcome=known.get(outcome, TestOutcome.KILLED),
    )


def chosen(items: list[Item], number: int | None, seed: int) -> list[Item]:
    """All of them, or as many as asked, at random."""
    return items if number is None else random.Random(seed).sample(items, min(number, len(items)))


def prove_stages(modules: Sequence[str], log: Path) -> None:
    """A stage that fails on the real code would kill everything: stop there."""
    for module in modules:
        path = ROOT / "all_cli" / f"{module}.py"
        for stage in STAGES[module]:
            start = time.monotonic()
            if not passes(stage, path, path.read_text("utf-8"), log):
                sys.exit(f"{' '.join(stage)} does not pass on the real code:\n{log.read_text('utf-8')}")
            print(f"passes      {module} {' '.join(stage)} {time.monotonic() - start:.1f} s", flush=True)


def run(database: WorkDB, modules: Sequence[str], number: int | None, seed: int, again: bool) -> None:
    """Meet every mutant of the modules that was not met yet, or a sample of each; or, again, those that survived."""
    results = dict(database.results)
    skipped = {id for id, found in results.items() if found.output == "Filtered operator"}
    every = defaultdict(list)
    for item in database.work_items:
        [mutation] = item.mutations
        if item.job_id not in skipped:
            every[room(mutation.module_path)].append((item.job_id, mutation))
    log = Path(tempfile.mkstemp(prefix="mutant-")[1])
    prove_stages(modules or list(STAGES), log)
    for module in modules or STAGES:
        unread = annotations((ROOT / "all_cli" / f"{module}.py").read_text("utf-8"))
        kept = []
        for id, mutation in every[module]:
            if any(low <= mutation.start_pos <= high for low, high in unread):
                database.set_result(id, result("skipped", ""))
            else:
                kept.append((id, mutation))
        kept.sort(key=lambda entry: (entry[1].start_pos, entry[1].operator_name, entry[1].occurrence))
        for id, mutation in chosen(kept, number, seed):
            survived = id in results and results[id].output.startswith("survived")
            if (id in results) is not again or (again and not survived):
                continue
            start = time.monotonic()
            outcome, where = meet(mutation, THOROUGH if again else STAGES[module], log)
            database.set_result(id, result(outcome, where))
            place = f"{module}:{mutation.start_pos[0]}:{mutation.start_pos[1]}"
            took = time.monotonic() - start
            print(f"{outcome:11} {place} {mutation.operator_name} #{mutation.occurrence} {took:.1f} s", flush=True)


def report(database: WorkDB) -> Iterator[str]:
    """Per module: mutants met, killed, in time-out, survived, and the score."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    modules = {item.job_id: room(item.mutations[0].module_path) for item in database.work_items}
    for id, met in database.results:
        if met.worker_outcome is WorkerOutcome.NORMAL:
            found[modules[id]][met.output.split()[0]] += 1
    found["all"] = sum(found.values(), Counter())
    yield "| Module | Mutants | Killed | of these by time-out | Survived | Score |"
    yield "|---|---:|---:|---:|---:|---:|"
    for module in (*STAGES, "all"):
        counts = found[module]
        killed = counts["killed"] + counts["timeout"]
        met = killed + counts["survived"]
        if met:
            score = f"{100 * killed / met:.0f} %"
            yield f"| {module} | {met} | {killed} | {counts['timeout']} | {counts['survived']} | {score} |"


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("session")
    parser.add_argument("modules", nargs="*", help="such as logic/values; all if none is named")
    parser.add_argument("--sample", type=int, help="mutants per module, at random")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--again", action="store_true", help="meet what survived with all tests of the reasoning")
    parser.add_argument("--report", action="store_true")
    options = parser.parse_intermixed_args()
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    database = WorkDB(options.session, WorkDB.Mode.open)
    if options.report:
        print("\n".join(report(database)))
    else:
        run(database, options.modules, options.sample, options.seed, options.again)


if __name__ == "__main__":
    main()
